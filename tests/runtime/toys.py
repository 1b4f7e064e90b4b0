"""Algorithms that behave as a test wants, data, a view and words for them. What workers import stands here too."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

import engine.params
from charts.panels import Picture
from engine.errors import Diverged
from engine.frames import Frame


class Params(engine.params.Params):
    steps: int = 5
    size: int = 8  # bytes of a frame
    place: str = ""  # a folder: files in it are signals between a test and a worker


class Options(engine.params.Options):
    plane: str = ""


@dataclass(frozen=True)
class ToyFrame(Frame):
    value: np.ndarray


@dataclass(frozen=True)
class TextFrame(Frame):
    text: Any


def frame(i: int, params: Params, value: Any = None) -> ToyFrame:
    return ToyFrame(i, "", params.steps, np.full(max(1, params.size // 8), float(i)) if value is None else np.asarray(value))


# ---- algorithms


def count(params: Params, *data: Any) -> Iterator[ToyFrame]:
    """Frames, at once."""
    if params.place:
        with (Path(params.place) / "runs").open("a") as file:
            file.write(f"{params.seed} {os.getpid()}\n")
    for i in range(params.steps):
        yield frame(i, params)


def gated(params: Params, *data: Any) -> Iterator[ToyFrame]:
    """Frame i when the test opens gate i; says when it waits there."""
    for i in range(params.steps):
        say(params.place, f"at-{i}")
        wait_for(params.place, f"gate-{i}")
        yield frame(i, params)
    say(params.place, "over")


def tick(params: Params) -> Iterator[ToyFrame]:
    """A frame every moment, never silent, until the test says "go"."""
    i = 0
    while not (Path(params.place) / "go").exists():
        yield frame(i, params)
        i += 1
        time.sleep(0.05)


def hang(params: Params) -> Iterator[ToyFrame]:
    """One frame, then none, deaf to everything."""
    yield frame(0, params)
    if params.place:
        say(params.place, f"hangs-{params.seed}")
    while True:
        pass


def deaf(params: Params) -> Iterator[ToyFrame]:
    """One frame, then none; goes on when it is interrupted."""
    yield frame(0, params)
    say(params.place, f"deaf-{os.getpid()}")
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(0.05)


def crash(params: Params, deaths: int = 2) -> Iterator[ToyFrame]:
    """Dies in the middle, the first two times; counts after that."""
    yield frame(0, params)
    before = len([*Path(params.place).glob("crashed-*")])
    if before < deaths:
        say(params.place, f"crashed-{before}")
        os._exit(3)
    for i in range(1, params.steps):
        yield frame(i, params)


def stumble(params: Params) -> Iterator[ToyFrame]:
    """Dies in the middle once; counts after that, when it may."""
    for one in crash(params, deaths=1):
        if one.step == 2:
            wait_for(params.place, "go")
        yield one


def trip(params: Params) -> Iterator[ToyFrame]:
    yield frame(0, params)
    raise ValueError("a detail for the log only")


def diverge(params: Params) -> Iterator[ToyFrame]:
    """Counts its runs, then leaves the finite range."""
    yield from count(params)
    raise Diverged("too_big", megabytes=1)  # any sentence there is


def strange(params: Params) -> Iterator[Frame]:
    """A frame that cannot cross the pipe."""
    yield TextFrame(0, "", 1, lambda: None)


def facts(params: Params) -> Iterator[TextFrame]:
    """What is imported where this runs, and the environment."""
    told = {"threads": os.environ.get("OMP_NUM_THREADS"), "gpus": os.environ.get("CUDA_VISIBLE_DEVICES")}
    yield TextFrame(0, "", 1, {"modules": sorted(sys.modules), "pid": os.getpid(), **told})


def sums(params: Params, *data: Any) -> Iterator[ToyFrame]:
    """The sums of the data that arrived."""
    yield frame(0, params, [item.values.sum() for item in data])


def gated_sums(params: Params, *data: Any) -> Iterator[ToyFrame]:
    for made in gated(params):
        yield frame(made.step, params, [item.values.sum() for item in data])


# ---- data


@dataclass(frozen=True, eq=False)
class Data:
    """Numbers with a digest; counts how often it was sent."""

    digest: str
    values: np.ndarray = field(default_factory=lambda: np.ones(4))
    origin: str = "sample:toy"
    sent: ClassVar[list[str]] = []

    @property
    def nbytes(self) -> int:
        return self.values.nbytes

    def __getstate__(self) -> dict[str, Any]:
        Data.sent.append(self.digest)
        return dict(self.__dict__)


# ---- view and words


class Words:
    slug, digest = "toy", "words"
    columns: ClassVar[Mapping[str, str]] = {"step": "Step", "mean": "Mean"}
    means: ClassVar[Mapping[str, str]] = {}

    def __init__(self, language: str = "en") -> None:
        self.language = language

    def __call__(self, key: str, **values: Any) -> str:
        return key.format(**values)

    def escape(self, text: str) -> str:
        return text


FIXED = np.arange(500.0)  # drawn in every picture, sent once


def draw(frames: Any, i: int, params: Params, data: Any, options: Options, words: Words) -> Picture:
    """A picture of frame i."""
    shown = frames[i]
    return Picture(
        data=[{"type": "scatter", "x": FIXED, "y": shown.value, "few": [1, 2]}],
        layout={"height": 400, "title": {"text": "a layout long enough to be sent once and then referred to"}},
        wide={}, narrow={}, phase="phase", said=f"step {i}", alt="alt", values={"v": (np.float64(i), 2)},
        numbers={"step": shown.step, "mean": shown.value.mean()},
    )  # fmt: skip


def draw_noise(frames: Any, i: int, *rest: Any) -> Picture:
    """A picture that does not compress."""
    return replace(draw(frames, i, *rest), data=[{"y": np.random.default_rng(i).integers(0, 1 << 60, 50_000)}])


def draw_huge(frames: Any, i: int, *rest: Any) -> Picture:
    """A picture whose second has a layout of its own for huge stages, and whose third names the wide one again."""
    wide = {"xaxis": {"domain": [0, 0.5]}}
    return replace(draw(frames, i, *rest), wide=wide, huge=({}, {"xaxis": {"domain": [0, 0.7]}}, wide)[i])


def draw_badly(frames: Any, i: int, *rest: Any) -> Picture:
    if i == 1:
        raise KeyError("a detail for the log only")
    return draw(frames, i, *rest)


class Recorder:
    """A view that notes what it drew; two of them share a list, each under its name."""

    def __init__(self, name: str = "", drawn: list[Any] | None = None) -> None:
        self.__qualname__ = f"recorder {name}"
        self.name, self.drawn = name, [] if drawn is None else drawn

    def __call__(self, frames: Any, i: int, *rest: Any) -> Picture:
        self.drawn.append((self.name, i) if self.name else i)
        return draw(frames, i, *rest)


# ---- signals by file, for what happens in another process


def say(place: str | Path, what: str) -> None:
    (Path(place) / what).touch()


def wait_for(place: str | Path, what: str, seconds: float = 20) -> None:
    until(lambda: (Path(place) / what).exists(), seconds)


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something in another process, which has no event to wait on here."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
