"""Views that a drawer can import and that misbehave as a test wants: `params.place` is a folder for signals by file."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from charts.panels import Picture
from tests.runtime import toys
from tests.runtime.toys import Params, ToyFrame


def changing(params: Params) -> Iterator[ToyFrame]:
    """How many frames there will be is not known before the sixth."""
    for i in range(params.steps):
        yield replace(toys.frame(i, params), total=params.steps if i > 4 else 0)


def drifting(params: Params) -> Iterator[ToyFrame]:
    """The same run computed anew differs, as on another device."""
    drift = len([*Path(params.place).glob("run-*")])
    toys.say(params.place, f"run-{drift}")
    for i in range(params.steps):
        yield toys.frame(i, params, [float(i + 100 * drift)])


def draw_noting(frames: Any, i: int, params: Params, *rest: Any) -> Picture:
    """Notes which process drew what."""
    with (Path(params.place) / "drawn").open("a") as file:
        file.write(f"{os.getpid()} {i}\n")
    return toys.draw(frames, i, params, *rest)


def draw_gated(frames: Any, i: int, params: Params, *rest: Any) -> Picture:
    """Notes it, and waits with the tenth until it may."""
    if i == 9:
        toys.say(params.place, "waits")
        toys.wait_for(params.place, "go")
    return draw_noting(frames, i, params, *rest)


def draw_deadly(frames: Any, i: int, params: Params, *rest: Any) -> Picture:
    """Takes its process with it at picture 6, as often as `seed` says."""
    deaths = len([*Path(params.place).glob("died-*")])
    if i == 6 and deaths < params.seed:
        toys.say(params.place, f"died-{deaths}")
        os._exit(3)
    return draw_noting(frames, i, params, *rest)


def draw_stuck(frames: Any, i: int, params: Params, *rest: Any) -> Picture:
    """Never comes back from picture 1; the second time it does."""
    if i == 1 and not (Path(params.place) / "stuck").exists():
        toys.say(params.place, "stuck")
        while True:
            pass
    return toys.draw(frames, i, params, *rest)


def draw_lost_file(frames: Any, i: int, params: Params, *rest: Any) -> Picture:
    """Breaks as the pipe does."""
    if i == 1:
        raise FileNotFoundError("a detail for the log only")
    return toys.draw(frames, i, params, *rest)


def draw_facts(frames: Any, i: int, params: Params, data: Any, options: Any, words: Any) -> Picture:
    """Says what is imported where it is drawn."""
    (Path(params.place) / "modules").write_text(" ".join([*sys.modules, f"nice={os.nice(0)}"]))
    return toys.draw(frames, i, params, data, options, words)
