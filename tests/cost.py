"""What the tests of a topic cost, in seconds of a core: a pytest plugin of `conftest.py`, and `--topic`."""

import contextlib
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from contents import SECTIONS

TOPICS = [slug for slugs in SECTIONS.values() for slug in slugs]
HOUSE = "house"
ALSO = {"smoothing": "ngram", "tokens": "ngram", "texts": "ngram", "lm": "decoding", "edgelists": "gcn"}  # files named otherwise
WHOLE = ("test_home.py", "test_assets.py", "test_words.py")  # look at all topics at once: what a new one still lacks
SHORT = 0.1  # seconds below which a test is counted with the next one: to look costs some milliseconds

spent = pytest.StashKey[tuple[float, float]]()
costs: dict[str, float] = {}


def topic_of(nodeid: str) -> str:
    """The topic a test is for: a slug in its file's name, or else in its parameters; `HOUSE` where there is none."""
    path, _, case = nodeid.partition("[")
    return topic_of_file(Path(path.partition("::")[0])) or named(re.findall(r"[a-z0-9]+", case.lower())) or HOUSE


def topic_of_file(path: Path) -> str | None:
    """The topic that all tests of a file are for, if it says so."""
    return named([ALSO.get(word, word) for word in path.stem.split("_")])


def named(words: Sequence[str]) -> str | None:
    """The topic that is named first among words; a slug may be made of several."""
    line = f"_{'_'.join(words)}_"
    found = {line.find(f"_{slug}_"): slug for slug in TOPICS}
    return found.get(min((at for at in found if at >= 0), default=-2))


def room_of(nodeid: str) -> str:
    """The folder under `tests` a test stands in; `tests` itself for those in none."""
    parts = Path(nodeid.partition("::")[0]).parts
    return parts[1] if len(parts) > 2 else "tests"


def used() -> float:
    """Seconds of a core that this process and all it ever started have used, those still running included."""
    here, total = psutil.Process(), 0.0
    for process in (here, *here.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended while we looked: its parent has its seconds
            total += sum(process.cpu_times()[:4])
    return total


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--topic", action="append", choices=[*TOPICS, HOUSE], help="only its tests; may be said again")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Files of other topics are not read: importing all takes longer than many a topic's tests."""
    wanted, topic = config.getoption("topic"), topic_of_file(collection_path)
    return True if wanted and topic and topic not in wanted else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if wanted := config.getoption("topic"):
        kept = [item for item in items if topic_of(item.nodeid) in (*wanted, *[HOUSE] * (item.path.name in WHOLE))]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """A worker's share: what was used since the test before ended goes with the test's last report."""
    if call.when == "teardown":
        looked, before = item.config.stash.get(spent, (0.0, 0.0))
        short = call.stop - looked < SHORT
        now = before if short else used()
        item.user_properties.append(("cost", max(now - before, 0.0)))  # what outlived its parent is gone from the sum
        if not short:
            item.config.stash[spent] = call.stop, now


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown":
        costs[report.nodeid] = dict(report.user_properties)["cost"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Core-seconds by topic and room."""
    table: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for nodeid, cost in costs.items():
        table[topic_of(nodeid)][room_of(nodeid)] += cost
    rooms = sorted({room for row in table.values() for room in row})
    terminalreporter.section("core-seconds by topic")
    terminalreporter.line(f"{'':<12}" + "".join(f"{room:>10}" for room in [*rooms, "all"]))
    for topic in [*TOPICS, HOUSE]:
        row = table[topic]
        cells = [row[room] for room in rooms] + [sum(row.values())]
        terminalreporter.line(f"{topic:<12}" + "".join(f"{cell:>10.1f}" for cell in cells))
