"""Sixteen pictures at once, on their way from noise, or from pictures that were noised, by a bundled network."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from engine.algorithm import closely, shown
from engine.drawings import small
from engine.errors import DataError
from engine.generative import nets, reading, samplers, schedules
from engine.generative.diffusion.samples import unseen_pictures
from engine.generative.diffusion.walking import (
    NAN,
    DiffusionFrame,
    Guess,
    Moment,
    Predict,
    Sampling,
    Walk,
    drawn,
    inside,
    reverse,
    signal_to_noise,
    walks,
)
from engine.generative.nets import Model
from engine.generative.schedules import Schedule
from engine.images import Image
from engine.params import Closing, choice, number
from engine.points import Points

COUNT = 16  # pictures drawn at once
FRAMES, UP = 100, 12  # frames of sampling, of a small picture's way up
Label = Literal["random", "none", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
NOT_TOLD = np.zeros((0, COUNT, nets.SIDE, nets.SIDE), dtype=np.float32)
Path = list[tuple[int, np.ndarray]]  # times, and x (16, 28, 28) there


class Pictures(Sampling, Closing):
    model: Model = choice("mnist")
    begin: Literal["noise", "between", "picture", "invert"] = choice("noise")
    depth: float = number(0.5, 0.05, 1, step=0.05, when={"begin": ["picture", "invert"]})
    wanted: Label = choice("random")
    guidance: float = number(1.0, 0, 8, step=0.5)

    @property
    def last(self) -> int:
        return len(_visited(self))


@dataclass(frozen=True)
class PictureFrame(DiffusionFrame):
    """Sixteen pictures, of one sampler or of two, in -1 … 1. part: "" walking down, "up" on the way to noise; else a sub-step."""

    x: np.ndarray  # float32 (samplers, 16, 28, 28) what is held; in the sub-step "mean" the mean, in "noise" what comes after
    x0: np.ndarray  # likewise: the clean picture that the network guesses from x_t
    eps: np.ndarray  # likewise: the noise that it guesses in it
    labels: np.ndarray  # int8 (16,); 10 means none
    source: np.ndarray  # float32 (16, 28, 28) the pictures that were noised or inverted; (0, 28, 28) where none were
    error: float  # root mean square of x against the source; NaN where there is none
    deviation: float  # of the noise that the step's first sampler adds
    told: (
        np.ndarray
    )  # float32 (2, 16, 28, 28) guided: the noise that the first sampler is told with the label, and without; else (0, …)
    reads: np.ndarray  # int8 (samplers, 16) the class that x0 is read as: that of the real picture it correlates with most
    spread: float  # how different the first sampler's sixteen x0 are: 1 - correlation, the mean of all pairs


def pictures(params: Pictures, data: Image | Points, x_T: np.ndarray | None = None) -> Iterator[PictureFrame]:
    """Walk from sixteen noises, or half-noised pictures, to pictures. x_T: where to begin, drawn from the seed if not given.

    Raises ParamError, DataError, and Diverged where numbers leave the finite range.
    """
    if not isinstance(data, Image):
        raise DataError("diffusion_picture")
    visited = _visited(params)
    steps = closely(params, params.last)
    sheet = _sheet(params, data)
    path = _ascend(params, sheet, visited) if len(sheet.source) else [(nets.T - 1, _noises(params, x_T))]
    ways = _ways(params, sheet)
    kept = list(steps or shown(len(visited), FRAMES - 1))
    rising: Path = [] if steps else path[:-1]
    total = 3 * len(kept) - 2 if steps else len(rising) + len(kept)
    for k, moment in enumerate(_up(rising, visited[0], sheet)):
        yield _frame(sheet, ways, k, "up", total, moment)
    for count, moment in enumerate(reverse(ways, [path[-1][1]] * len(ways), visited)):
        if count in kept:
            yield _frame(sheet, ways, len(rising) + count, "", total, moment)
            for part, within in inside(ways[0], moment) if steps and count < kept[-1] else ():
                yield _frame(sheet, ways, count, part, total, within)
        if steps and count == kept[-1]:
            return


def _visited(params: Pictures) -> list[int]:
    """The times of the way down."""
    top = nets.T if params.begin in ("noise", "between") else max(1, round(params.depth * nets.T))
    return schedules.times(top, min(params.calls, top), params.spacing)


@dataclass
class _Sheet:
    """What stays the same through a run, and the network: what it says of x (n, 28, 28). It counts how often it is asked, and
    keeps what it was told last."""

    params: Pictures
    schedule: Schedule
    source: np.ndarray  # (16, 28, 28) or (0, 28, 28), as in the frame
    labels: np.ndarray  # (16,)
    calls: int = 0
    told: np.ndarray = field(default_factory=lambda: NOT_TOLD)

    def predict(self, x: np.ndarray, t: int) -> Guess:
        self.calls += 1
        guidance = 0.0 if self.params.begin == "invert" else self.params.guidance
        a, labels = self.schedule.at(t), np.resize(self.labels, len(x))
        told = nets.velocities(self.params.model, x, t, labels, guidance)
        eps = np.sqrt(a) * told[:, :COUNT] + np.sqrt(1 - a) * x[:COUNT]
        self.told = eps.astype(np.float32) if len(told) == 2 else NOT_TOLD
        return samplers.guess("v", nets.guided(told, guidance), x, a, 1.0 if self.params.clip else None)


def _sheet(params: Pictures, data: Image) -> _Sheet:
    return _Sheet(params, schedules.make("cosine", nets.T), _source(params, data), _labels(params))


def _ways(params: Pictures, sheet: _Sheet) -> list[Walk]:
    """The samplers. An inversion goes the same way back only without fresh noise."""
    ways = walks(params, sheet.schedule, sheet.predict, lambda t: drawn(params.seed, 2, t, (COUNT, nets.SIDE, nets.SIDE)))
    return [replace(way, eta=0.0) for way in ways] if params.begin == "invert" else ways


def _frame(sheet: _Sheet, ways: list[Walk], step: int, part: str, total: int, moment: Moment) -> PictureFrame:
    t, prev, states, told = moment
    x, x0 = np.stack(states).astype(np.float32), np.stack([guess for guess, _ in told]).astype(np.float32)
    a, on_the_way = sheet.schedule.at(t), part != "up" and t >= 0
    return PictureFrame(
        step=step,
        part=part,
        total=total,
        t=t,
        prev=prev,
        alpha_bar=a,
        alpha_bar_prev=sheet.schedule.at(prev),
        snr=signal_to_noise(a),
        calls=sheet.calls,
        x=x,
        x0=x0,
        eps=np.stack([eps for _, eps in told]).astype(np.float32),
        labels=sheet.labels.astype(np.int8),
        source=sheet.source.astype(np.float32),
        error=float(np.sqrt(np.mean((x[0] - sheet.source) ** 2))) if len(sheet.source) else NAN,
        deviation=ways[0].deviation(t, prev) if on_the_way else 0.0,
        told=sheet.told if on_the_way else NOT_TOLD,
        reads=np.stack([reading.classes(sheet.params.model, one) for one in x0]),
        spread=reading.unlikeness(x0[0]),
    )


# ------------------------------------------------------------------------------------------------- where a run begins


def _labels(params: Pictures) -> np.ndarray:
    """Sixteen labels (16,): drawn at random, none, or all the same. Pictures in between share the first."""
    if params.wanted == "none":
        return np.full(COUNT, nets.NO_LABEL)
    if params.wanted != "random":
        return np.full(COUNT, int(params.wanted))
    if params.begin == "invert":
        return real(params.model)[1]
    labels = np.random.default_rng([params.seed, 1]).integers(0, nets.CLASSES, COUNT)
    return np.full(COUNT, labels[0]) if params.begin == "between" else labels


def _noises(params: Pictures, x_T: np.ndarray | None) -> np.ndarray:
    """Noise (16, 28, 28); between: the first and the last of it, and what lies between them."""
    x = drawn(params.seed, 0, 0, (COUNT, nets.SIDE, nets.SIDE)) if x_T is None else np.asarray(x_T, dtype=np.float64)
    if params.begin == "between":
        x = np.stack([samplers.slerp(x[0], x[-1], at) for at in np.linspace(0, 1, COUNT)])
    return x


def real(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Sixteen real pictures that the model has not seen, in -1 … 1, and their labels."""
    images, labels = unseen_pictures(model, COUNT)
    return images.astype(np.float64) / 127.5 - 1, labels.astype(np.int64)


def _source(params: Pictures, data: Image) -> np.ndarray:
    """The pictures that are noised: the visitor's, sixteen times; or real ones with the visitor's in the first place."""
    if params.begin in ("noise", "between"):
        return np.zeros((0, nets.SIDE, nets.SIDE))
    own = small(data, ink=params.model == "mnist") * 2 - 1
    if params.begin == "picture":
        return np.repeat(own[None], COUNT, axis=0)
    images = real(params.model)[0]
    images[0] = own
    return images


# ------------------------------------------------------------------------------------------------------------ the way up


def _ascend(params: Pictures, sheet: _Sheet, visited: list[int]) -> Path:
    """The way from clean pictures to visited[0]: by fresh noise, or by the sampler run backwards."""
    if params.begin == "picture":
        return noised(params.seed, sheet.schedule, sheet.source, visited[0])
    return _inverted(sheet.predict, sheet.schedule, sheet.source, visited[::-1])


def noised(seed: int, schedule: Schedule, source: np.ndarray, top: int) -> Path:
    """Fresh noise, again and again."""
    path: Path = [(-1, source)]
    for t in sorted({round(t) for t in np.linspace(0, top, UP)}):
        last, x = path[-1]
        z = drawn(seed, 3, t, source.shape)
        keep = schedule.alpha_bar[t] / schedule.at(last)
        path.append((t, samplers.q_sample(x, keep, z)))
    return path


def _inverted(predict: Predict, schedule: Schedule, source: np.ndarray, rising: list[int]) -> Path:
    """DDIM backwards: the noise that is seen at the lower end of a step is taken for that at its upper end."""
    eps = predict(source, rising[0])[1]
    path: Path = [(-1, source), (rising[0], samplers.q_sample(source, schedule.at(rising[0]), eps))]
    for t, above in pairwise(rising):
        x = path[-1][1]
        x0 = predict(x, t)[0]
        path.append((above, samplers.ddim(x, x0, schedule.at(t), schedule.at(above))))
    kept = shown(len(path) - 1, FRAMES - 1)
    return [path[k] for k in kept]


def _up(rising: Path, top: int, sheet: _Sheet) -> Iterator[Moment]:
    """The way up as moments: what is left of x beside the picture is its noise."""
    ways = 2 if sheet.params.sampler == "both" else 1
    following = [*(t for t, _ in rising[1:]), top]
    for (t, x), above in zip(rising, following, strict=False):
        a = sheet.schedule.at(t)
        left = (x - np.sqrt(a) * sheet.source) / np.sqrt(1 - a) if t >= 0 else np.zeros_like(x)
        yield Moment(t, above, [x] * ways, [(sheet.source, left)] * ways)
