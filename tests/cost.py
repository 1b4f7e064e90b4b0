"""What the tests of a topic cost, in seconds of a core: a pytest plugin of `conftest.py`, and `--topic`.

A test is charged with what it calls. What is set up before it, for whoever comes next, is its file's: a topic's, or the house's.
"""

import contextlib
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from contents import SECTIONS

TOPICS = [slug for slugs in SECTIONS.values() for slug in slugs]
HOUSE = "house"
COLLECTING = "collecting"  # the room of what every process of the tests imports and collects
ALSO = {"smoothing": "ngram", "tokens": "ngram", "texts": "ngram", "lm": "decoding", "edgelists": "gcn"}  # files named otherwise
WHOLE = ("test_home.py", "test_assets.py", "test_words.py")  # look at all topics at once: what a new one still lacks
SHORT = 0.1  # seconds below which a test is counted with the next one: to look costs some milliseconds

spent = pytest.StashKey[tuple[float, float]]()  # when was looked last, and what had been used by then
collected = pytest.StashKey[float]()  # what had been used when a worker's first test began
costs: dict[tuple[str, str], float] = defaultdict(float)  # of a topic in a room


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


def pytest_collection_finish(session: pytest.Session) -> None:
    session.config.stash[spent] = time.time(), used()
    session.config.stash[collected] = session.config.stash[spent][1]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """A worker's share: what was used since it was looked last goes with the test's last report."""
    if before := item.config.stash.get(collected, 0.0):  # its first test
        item.user_properties.append((COLLECTING, before))
        item.config.stash[collected] = 0.0
    if call.when == "teardown":
        item.user_properties.append(("cost", since(item.config, call.stop)))
    elif call.when == "setup" and call.duration >= SHORT:
        item.user_properties.append(("setup", since(item.config, call.stop)))


def since(config: pytest.Config, now: float) -> float:
    """What was used since it was looked last; nothing yet where that is a moment ago."""
    looked, before = config.stash[spent]
    if now - looked < SHORT:
        return 0.0
    config.stash[spent] = now, used()
    return max(config.stash[spent][1] - before, 0.0)  # what outlived its parent is gone from the sum


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown":
        said, room, file = dict(report.user_properties), room_of(report.nodeid), report.nodeid.partition("[")[0]
        costs[topic_of(report.nodeid), room] += said["cost"]
        costs[topic_of(file), room] += said.get("setup", 0.0)
        costs[HOUSE, COLLECTING] += said.get(COLLECTING, 0.0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Core-seconds by topic and room."""
    rooms = sorted({room for _, room in costs})
    terminalreporter.section("core-seconds by topic")
    terminalreporter.line(f"{'':<12}" + "".join(f"{room:>11}" for room in [*rooms, "all"]))
    for topic in [*TOPICS, HOUSE]:
        row = [costs[topic, room] for room in rooms]
        terminalreporter.line(f"{topic:<12}" + "".join(f"{cell:>11.1f}" for cell in [*row, sum(row)]))
