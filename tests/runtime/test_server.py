"""The server as a whole: what its processes import, and that none is left over."""

import asyncio
import contextlib
import gc
import http.client
import json
import logging
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from streamlit.testing.v1 import AppTest

import app
from runtime import metrics, server, settings
from runtime.films import Films
from runtime.store import Store
from tests.runtime import toys
from tests.runtime.helpers import LIGHT, Viewer, ended, opened, run
from ui.text import LANGUAGES

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "torch_geometric", "gensim", "jieba", "ray"}  # for workers only; Ray where there is a cluster
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "WORKERS": "2", "DRAWERS": "1"}


def test_starting_and_stopping_leaves_no_process_and_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    for _ in range(2):
        store, films = server.start(1)
        assert server.running() == (store, films)
        job = store.start(run(toys.hang, place=str(tmp_path)), "a")
        viewer = Viewer(films, opened(films, job))
        viewer.sees_pictures(1)
        processes = store.processes + films.processes
        server.stop()
        viewer.reads_to_the_end()
        for process in processes:
            process.join(5)
            assert not process.is_alive()
        assert set(threading.enumerate()) <= before
    server.stop()  # once more does nothing


def test_starting_again_ends_what_was_started_before() -> None:
    first, _ = server.start(1)
    second, _ = server.start(1)
    assert first.processes == []
    assert len(ended(second.start(run(), "a")).frames) == 5
    server.stop()


def test_where_nothing_was_started_runs_are_computed_in_line() -> None:
    got: list[Store] = []
    threads = [threading.Thread(target=lambda: got.append(server.running()[0])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(set(map(id, got))) == 1
    assert got[0].start(run(), "a").done
    server.stop()


@pytest.mark.parametrize("wanted", [True, False])
def test_a_server_is_warmed_where_its_host_wants_it(wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed = threading.Event()
    monkeypatch.setattr(settings, "WARM", wanted)
    monkeypatch.setattr(app, "warm", warmed.set)

    async def live() -> None:
        async with app.lifespan(None):
            pass

    asyncio.run(live())
    assert warmed.wait(5 if wanted else 0.2) is wanted


@pytest.mark.parametrize(("said", "wanted"), [(None, True), ("on", True), ("off", False)])
def test_a_host_wants_a_warm_server_unless_it_says_otherwise(
    said: str | None, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WARM", raising=False)
    if said:
        monkeypatch.setenv("WARM", said)
    assert runpy.run_path(settings.__file__)["WARM"] is wanted


def test_warming_computes_and_draws_what_pages_open_with_in_every_language(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(app, "SECTIONS", {"learning": ["som", "em"]})
    _, films = server.start(0)
    with caplog.at_level(logging.INFO, "theoria"):
        app.warm()
    gc.unfreeze()
    assert "warm" in caplog.messages  # a host waits for this line
    warmed = list(films._films.values())
    assert [(film.words.slug, film.words.language) for film in warmed] == [
        (slug, language) for slug in ("som", "em") for language in LANGUAGES
    ]
    assert all(film.done for film in warmed)
    for slug in ("som", "em"):  # what the page asks for is what was drawn
        page = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=60)
        page.run().switch_page(f"../pages/learning/{slug}.py").run()
        assert not page.exception
    assert list(films._films.values()) == warmed
    server.stop()


def test_runs_are_counted_by_topic_and_outcome_and_whoever_asks_is_told_what_is_kept(inline: Store, films: Films) -> None:
    figures = metrics.registry(inline, films)
    for seed in range(2):
        opened(films, inline.start(run(seed=seed), "a"))
    inline.start(run(toys.diverge), "a")
    for outcome, count in (("done", 2), ("too_big", 1)):
        assert figures.get_sample_value("theoria_runs_total", {"topic": "toys", "outcome": outcome}) == count
    assert figures.get_sample_value("theoria_runs_remembered") == 3
    assert figures.get_sample_value("theoria_films") == 2
    assert figures.get_sample_value("theoria_cache_bytes") == inline.nbytes() > 0


def test_the_server_imports_nothing_heavy() -> None:
    """The app and every module of every topic, as pages and the warming thread import them."""
    code = """if True:
        import importlib, sys
        import app
        from contents import SECTIONS
        for section, slugs in SECTIONS.items():
            for slug in slugs:
                importlib.import_module(f"engine.{section}.{slug}")
                importlib.import_module(f"views.{section}.{slug}")
        print(" ".join(sys.modules))"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert not HEAVY & set(done.stdout.split())


@pytest.fixture
def little(tmp_path: Path) -> Iterator[Callable[..., tuple[psutil.Process, int]]]:
    with contextlib.ExitStack() as stack:

        def start(**environment: str) -> tuple[psutil.Process, int]:
            port = free_port()
            script = str(ROOT / "tests" / "runtime" / "little_server.py")
            return stack.enter_context(serving([script, str(port), str(tmp_path)], port, "/facts", **environment)), port

        yield start


def test_workers_import_neither_the_main_module_nor_streamlit_and_start_with_the_engine(little: Callable) -> None:
    _, port = little()
    facts = get(port, "/facts")
    assert "streamlit" not in facts["modules"]
    assert "tests.runtime.little_server" not in facts["modules"]
    assert {"engine.learning.som", "runtime.preload"} <= set(facts["modules"])
    assert facts["threads"] == "1"


def test_a_worker_that_is_started_while_pages_run_imports_no_page(little: Callable) -> None:
    process, port = little()
    first = get(port, "/facts")
    psutil.Process(first["pid"]).kill()
    toys.until(lambda: not psutil.pid_exists(first["pid"]))
    assert "streamlit" not in get(port, "/facts")["modules"]
    assert process.is_running()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_a_server_though_a_run_hangs_and_a_viewer_waits(
    number: signal.Signals, little: Callable, tmp_path: Path
) -> None:
    process, port = little(PYTHONPATH=os.pathsep.join([LIGHT["PYTHONPATH"], str(ROOT)]))
    viewer = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    viewer.request("GET", "/film")
    answer = viewer.getresponse()
    assert answer.read1()
    toys.wait_for(tmp_path, "hangs-0")
    everybody = [process, *process.children(recursive=True)]
    assert len(everybody) >= 5  # the server, the forkserver, two workers, a drawer
    process.send_signal(number)
    _, left = psutil.wait_procs(everybody, timeout=20)
    assert not left


def test_the_app_starts_serves_and_ends_without_orphans() -> None:
    port = free_port()
    command = ["-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true"]
    with serving([*command, "--browser.gatherUsageStats", "false"], port, "/_stcore/health") as process:
        toys.until(lambda: len(workers_of(process)) == 3, 30)  # a drawer among them
        toys.until(lambda: not any(maps(worker, "google/_upb", "pyarrow") for worker in workers_of(process)))
        assert maps(process, "google/_upb")  # this is how Streamlit shows
        assert not maps(process, "libtorch", "gensim/")
        everybody = [process, *process.children(recursive=True)]
        process.terminate()
        _, left = psutil.wait_procs(everybody, timeout=20)
        assert not left


# ---- processes


@contextlib.contextmanager
def serving(command: list[str], port: int, path: str, **environment: str) -> Iterator[psutil.Process]:
    """A server in a process group of its own, from when it answers; nothing of it is left in the end."""
    started = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=ENVIRONMENT | environment, start_new_session=True)
    process = psutil.Process(started.pid)
    try:
        toys.until(lambda: answers(port, path), 40)
        yield process
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in process.children(recursive=True):
                child.kill()
        started.kill()
        started.wait(10)


def answers(port: int, path: str) -> bool:
    try:
        get(port, path)
    except OSError:
        return False
    return True


def get(port: int, path: str) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        content = connection.getresponse().read()
    finally:
        connection.close()
    return json.loads(content) if content.startswith(b"{") else {}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """The children of the forkserver."""
    return [child for child in process.children(recursive=True) if child.ppid() != process.pid]


def maps(process: psutil.Process, *parts: str) -> bool:
    """Whether a library whose path contains one of these is loaded."""
    return any(part in mapped.path for mapped in process.memory_maps() for part in parts)
