"""Settings of all tests: runs computed in line, hypothesis deterministic."""

import functools
import logging
import os

os.environ.setdefault("WORKERS", "0")
os.environ.setdefault("STREAMLIT_RUNNER_POST_SCRIPT_GC", "false")
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from streamlit.components.v2 import manifest_scanner  # noqa: E402
from streamlit.runtime.scriptrunner.script_cache import ScriptCache  # noqa: E402
from streamlit.runtime.scriptrunner_utils import script_run_context  # noqa: E402

from runtime import server, workers  # noqa: E402
from tests import runs  # noqa: E402
from tests.browser.chromium import COLD, launch  # noqa: E402
from tests.browser.playground import Shared  # noqa: E402
from tests.films import Films  # noqa: E402

scan = manifest_scanner.scan_component_manifests
manifest_scanner.scan_component_manifests = functools.cache(scan)  # once, and not for each page: it reads what pip installed
logging.getLogger(script_run_context.__name__).disabled = True  # it says a dozen times a page that there is no server
compiled, compile_once = ScriptCache(), ScriptCache.get_bytecode
ScriptCache.get_bytecode = lambda cache, path: compile_once(compiled, path)  # pages' scripts too
workers.compute_here = runs.compute_here  # runs too

pytest_plugins = ["tests.cost"]
settings.register_profile("tests", deadline=None, max_examples=25, derandomize=True)
settings.register_profile("fuzz", deadline=None, max_examples=1000)
settings.load_profile("fuzz" if os.environ.get("FUZZ") else "tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser last: while Playwright runs, its event loop is in the way of others."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture
def bugs_break(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page shows an error nobody foresaw under a number; in a test of pages it breaks the script, as it should."""

    def again(trace: str) -> None:
        raise AssertionError(trace)

    monkeypatch.setattr("runtime.workers.bug", again)


@pytest.fixture
def in_line() -> Iterator[None]:
    """The server of the pages a test opens: it computes in this process."""
    server.start(0)
    yield
    server.stop()


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of the tests share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def _shared_runs(common: Path) -> None:
    runs.shared = common / "runs"
    runs.shared.mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def films(common: Path) -> Films:
    """What the pages open with and their experiments show; workers draw into one folder."""
    return Films(common / "films")


@pytest.fixture(scope="session", name="server")
def _server(common: Path) -> Iterator[Shared]:
    """The playground as `make run` starts it, for all tests that leave it as it is."""
    playground = Shared(common)
    yield playground
    playground.leave()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests that need one."""
    with sync_playwright() as playwright:
        chromium = launch(playwright, COLD)
        yield chromium
        chromium.close()
