"""Every link ever given away still shows the run it showed."""

from collections.abc import Iterator
from dataclasses import dataclass, make_dataclass, replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.frames import Frame
from runtime import server
from runtime.run import Run
from tests import links

pytestmark = pytest.mark.usefixtures("bugs_break")
KEPT = links.read()
FOUND: dict[tuple[str, str], list[str]] = {}  # (a run's key, the kept run's name) → what differs


@pytest.fixture(scope="module")
def first() -> Iterator[AppTest]:
    server.start(0)
    yield links.visitor().run()
    server.stop()


@pytest.mark.parametrize("name", KEPT["links"])
def test_a_link_shows_what_it_showed(name, first):
    entry, page = KEPT["links"][name], links.visitor(first)
    runs = [one.run for one in links.opened(page, entry)]
    assert len(runs) == len(entry["runs"])
    for run, kept in zip(runs, entry["runs"], strict=True):
        assert not _differences(run, kept)
    for code in {links.snippet(page), entry["code"]} if entry.get("snippet") else ():  # what it prints, and what was copied once
        assert not links.differences(KEPT["runs"][entry["runs"][0]], links.executed(code), KEPT["fields"])


def _differences(run: Run, name: str) -> list[str]:
    """What differs between a run and the kept one of that name. Equal runs are computed once."""
    if (run.key, name) not in FOUND:
        kept, job = KEPT["runs"][name], links.computed(run)
        outcome = [job.outcome] * (job.outcome != kept.get("error", "done"))
        FOUND[run.key, name] = outcome + links.different_data(kept, run) + links.differences(kept, job.frames, KEPT["fields"])
    return FOUND[run.key, name]


# ---- the comparison itself


@dataclass(frozen=True)
class Inner:
    p: float = 0.5
    known: bool = True


@dataclass(frozen=True)
class Outer(Frame):
    loss: float = 0.125
    gone: float = float("nan")
    word: str = "red"
    at: tuple[int, int] = (3, 4)
    labels: tuple[str, ...] = ("a", "b")
    now: Inner = Inner()
    map: Any = None
    ids: Any = None


FRAME = Outer(2, "", 9, map=np.linspace(-1, 1, 600, dtype=np.float32).reshape(20, 30), ids=np.arange(50, dtype=np.int32))
TURNED = FRAME.map.copy()
TURNED[3, 4] *= 1.2


def told(frame: Frame) -> list[str]:
    """What differs between FRAME, kept, and another."""
    names: list[list[str]] = []
    kept = {"count": 1, "frames": [links._frame(FRAME, names)]}
    return links.differences(kept, [frame], names)


@pytest.mark.parametrize(
    "change",
    [
        {"loss": 0.1252}, {"gone": 0.0}, {"loss": float("nan")}, {"word": "blue"}, {"at": (4, 3)}, {"labels": ("b", "a")},
        {"now": Inner(p=0.6)}, {"now": Inner(known=False)}, {"map": TURNED}, {"map": FRAME.map.T}, {"map": FRAME.map[::-1]},
        {"ids": FRAME.ids[::-1]}, {"step": 3}, {"part": "draw"}, {"total": 10},
    ],
    ids=str,
)  # fmt: skip
def test_a_frame_that_changed_is_noticed(change):
    assert told(replace(FRAME, **change))


def test_a_field_that_went_is_noticed_and_one_that_came_is_welcome():
    facts = {
        name: getattr(FRAME, name)
        for name in ("step", "part", "total", "loss", "gone", "word", "at", "labels", "now", "map", "ids")
    }
    renamed = make_dataclass("Renamed", [*facts, "more"])
    assert not told(renamed(**facts, more=1))
    facts.pop("ids")
    assert told(make_dataclass("Less", list(facts))(**facts)) == ["step 2: no ids"]


def test_the_last_bits_of_another_processor_are_forgiven():
    noise = 1 + 1e-6 * np.random.default_rng(0).normal(size=FRAME.map.shape)
    assert not told(replace(FRAME, map=FRAME.map * noise, loss=FRAME.loss * (1 + 1e-6), ids=FRAME.ids.astype(np.int64)))
