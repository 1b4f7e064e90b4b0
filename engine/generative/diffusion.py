"""Diffusion: add noise until nothing is left, learn to say what noise was added, and walk back from noise alone.

Ho, Jain, Abbeel, "Denoising diffusion probabilistic models", 2020 (DDPM). Song, Meng, Ermon, "Denoising diffusion implicit
models", 2021 (DDIM). Schedules: Nichol, Dhariwal, 2021. v: Salimans, Ho, 2022. Guidance without a classifier: Ho, Salimans,
2022. Half-noised pictures brought back: Meng et al., "SDEdit", 2022. Peer: diffusers 0.42.1, compared step by step from equal
states.

Pictures: a bundled U-Net (`unet`, made by training/diffusion.py) with the cosine schedule of 1000 times. The state is float64;
only the network computes in float32. Points in the plane: `clouds`. All noise comes from the seed and the time it is used at,
so both samplers get the same, and a close-up gets what the whole run got.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from pydantic import Field
from pydantic.config import JsonDict

import engine.params
from engine import data as datasets
from engine.algorithm import Algorithm
from engine.data import Image, Points
from engine.errors import DataError, Diverged, ParamError
from engine.frames import Frame
from engine.generative import nets, samplers, schedules
from engine.generative.nets import Model
from engine.generative.samplers import Predicts, Variance
from engine.generative.schedules import Schedule, Spacing

COUNT = 16  # pictures drawn at once
FRAMES, DISSOLVING, UP = 100, 24, 12  # frames of sampling, of a photograph dissolving, of a small one
NAN = float("nan")
PICTURES: JsonDict = {"what": ["pictures"]}
NOISED: JsonDict = {"what": ["pictures"], "begin": ["picture", "invert"]}
POINTS: JsonDict = {"what": ["points"]}
LEARNT: JsonDict = {"what": ["points"], "score": ["network"]}
EXACT: JsonDict = {"what": ["points"], "score": ["exact"]}
SAMPLING: JsonDict = {"what": ["pictures", "points"]}
ETA: JsonDict = {"what": ["pictures", "points"], "sampler": ["ddim", "both"]}
DDPM: JsonDict = {"what": ["pictures", "points"], "sampler": ["ddpm", "both"]}
BOTH: JsonDict = {"what": ["pictures", "points"], "sampler": ["both"]}
OPEN: JsonDict = {"what": ["points", "forward"]}  # where the schedule can be chosen

Begin = Literal["noise", "between", "picture", "invert"]
Label = Literal["random", "none", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
Sampler = Literal["ddim", "ddpm", "both"]


class Params(engine.params.Closing):
    what: Literal["pictures", "points", "forward"] = "pictures"
    model: Model = Field("mnist", json_schema_extra={"when": PICTURES})
    begin: Begin = Field("noise", json_schema_extra={"when": PICTURES})
    depth: float = Field(0.5, ge=0.05, le=1, json_schema_extra={"step": 0.05, "when": NOISED})
    wanted: Label = Field("random", json_schema_extra={"when": PICTURES})
    guidance: float = Field(1.0, ge=0, le=8, json_schema_extra={"step": 0.5, "when": PICTURES})
    score: Literal["network", "exact"] = Field("network", json_schema_extra={"when": POINTS})
    sampler: Sampler = Field("ddim", json_schema_extra={"when": SAMPLING})
    calls: int = Field(20, ge=1, le=1000, json_schema_extra={"when": SAMPLING})
    eta: float = Field(0.0, ge=0, le=1, json_schema_extra={"step": 0.1, "when": ETA})
    variance: Variance = Field("small", json_schema_extra={"when": DDPM})
    every: bool = Field(False, json_schema_extra={"when": BOTH})
    spacing: Spacing = Field("even", json_schema_extra={"when": SAMPLING})
    clip: bool = Field(True, json_schema_extra={"when": SAMPLING})
    schedule: schedules.Name = Field("cosine", json_schema_extra={"when": OPEN})
    timesteps: int = Field(1000, ge=1, le=1000, json_schema_extra={"when": OPEN})
    predicts: Predicts = Field("eps", json_schema_extra={"when": LEARNT})
    weighting: Literal["simple", "bound"] = Field("simple", json_schema_extra={"when": LEARNT})
    training: int = Field(1000, ge=100, le=4000, json_schema_extra={"step": 100, "when": LEARNT})
    smooth: float = Field(0.05, ge=0.01, le=0.3, json_schema_extra={"step": 0.01, "when": EXACT})
    by_calls: bool = Field(False, json_schema_extra={"when": POINTS})


@dataclass(frozen=True)
class DiffusionFrame(Frame):
    """What holds at one time of the process. t = -1: no noise."""

    t: int
    prev: int  # the time the next step goes to
    alpha_bar: float  # at t; 1 where t is -1
    alpha_bar_prev: float  # at prev
    calls: int  # of the network, by the first sampler, so far


@dataclass(frozen=True)
class PictureFrame(DiffusionFrame):
    """Sixteen pictures, of one sampler or of two, in -1 … 1. part: "" walking down, "up" on the way to noise; else a sub-step."""

    x: (
        np.ndarray
    )  # float32 (samplers, 16, 28, 28) what the sampler holds; in the sub-step "mean" the posterior mean, "noise" after it
    x0: np.ndarray  # likewise: the clean picture that the network guesses from x_t
    eps: np.ndarray  # likewise: the noise that it guesses in it
    labels: np.ndarray  # int8 (16,); 10 means none
    source: np.ndarray  # float32 (16, 28, 28) the pictures that were noised or inverted; (0, 28, 28) where none were
    error: float  # root mean square of x against the source; NaN where there is none
    deviation: float  # of the noise that the step's first sampler adds


@dataclass(frozen=True)
class ForwardFrame(DiffusionFrame):
    """A photograph dissolving."""

    pixels: np.ndarray  # uint8 (height, width, 3) x_t as it can be seen, cut to -1 … 1
    x: np.ndarray  # float32 (28, 28) the same seen small and grey, as a model would get it
    x0: np.ndarray  # float32 (28, 28)
    eps: np.ndarray  # float32 (28, 28) all the noise in x, in units of its deviation
    snr: float
    known: float  # correlation of x_t with the clean photograph, over all pixels
    alpha_bars: np.ndarray  # (T,) the whole schedule


def sample(params: Params, data: Image | Points, x_T: np.ndarray | None = None) -> Iterator[DiffusionFrame]:
    """Walk from noise to pictures or points, or let a picture dissolve. x_T: where to begin, drawn from the seed if not given.

    Raises ParamError, DataError, and Diverged where numbers leave the finite range.
    """
    if params.what == "points":
        from engine.generative import clouds

        if not isinstance(data, Points):
            raise DataError("diffusion_points")
        yield from clouds.sample(params, data, x_T)
    elif not isinstance(data, Image):
        raise DataError("diffusion_picture")
    elif params.what == "forward":
        yield from dissolve(params, data)
    else:
        yield from pictures(params, data, x_T)


# ----------------------------------------------------------------------------------------------------------- sampling


@dataclass(frozen=True)
class Walk:
    """One sampler's way down. `step` goes from t to prev; `every`: through all times between."""

    kind: Literal["ddim", "ddpm"]
    schedule: Schedule
    eta: float
    variance: Variance
    predict: Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]  # x, t → x_0, eps
    noise: Callable[[int], np.ndarray]  # time → what is added on the way from it
    every: bool = False

    def alpha_bar(self, t: int) -> float:
        return float(self.schedule.alpha_bar[t]) if t >= 0 else 1.0

    def step(self, x: np.ndarray, x0: np.ndarray, t: int, prev: int) -> np.ndarray:
        """x at prev, given x at t and what the network says of it."""
        stop = t - 1 if self.every else prev
        while True:
            a, p = self.alpha_bar(t), self.alpha_bar(stop)
            if self.kind == "ddim":
                x = samplers.ddim(x, x0, a, p, self.eta, self.noise(t) if self.eta and p < 1 else None)
            else:
                x = samplers.ddpm(x, x0, a, p, self.variance, self.noise(t) if p < 1 else None)
            if stop <= prev:
                return x
            t, stop = stop, stop - 1
            x0 = self.predict(x, t)[0]

    def deviation(self, t: int, prev: int) -> float:
        """How much noise that step adds."""
        a, p = self.alpha_bar(t), self.alpha_bar(prev)
        if self.kind == "ddim":
            return samplers.sigma(a, p, self.eta)
        if p == 1:
            return 0.0
        return float(np.sqrt(samplers.posterior(a, p)[2] if self.variance == "small" else 1 - a / p))


def walks(params: Params, schedule: Schedule, predict: Any, noise: Callable[[int], np.ndarray]) -> list[Walk]:
    """The sampler that was chosen, or both."""
    kinds: list[Literal["ddim", "ddpm"]] = ["ddim", "ddpm"] if params.sampler == "both" else [params.sampler]
    every = params.every and params.sampler == "both"
    return [Walk(k, schedule, params.eta, params.variance, predict, noise, every and k == "ddpm") for k in kinds]


def reverse(
    ways: Sequence[Walk], starts: Sequence[np.ndarray], visited: Sequence[int]
) -> Iterator[tuple[int, int, list[np.ndarray], list[tuple[np.ndarray, np.ndarray]]]]:
    """(t, prev, x of every way, its (x_0, eps)) at every visited time, all ways in lock step; at last t = -1.

    Raises Diverged.
    """
    states = list(starts)
    for t, prev in zip(visited, schedules.before(visited), strict=True):
        told = _together(ways[0].predict, states, t)
        _check([*states, *(array for one in told for array in one)], t)
        yield t, prev, states, told
        states = [way.step(x, x0, t, prev) for way, x, (x0, _) in zip(ways, states, told, strict=True)]
        _check(states, t)
    yield -1, -1, states, [(x, np.zeros_like(x)) for x in states]


def _check(arrays: Sequence[np.ndarray], t: int) -> None:
    """Raises Diverged where a frame, which is float32, would not be finite."""
    if not all((np.abs(array) <= np.finfo(np.float32).max).all() for array in arrays):
        raise Diverged("diffusion_diverged", t=t)


def _together(predict: Any, states: Sequence[np.ndarray], t: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """One call of the network for all ways."""
    x0, eps = predict(np.concatenate(states), t)
    return list(zip(np.split(x0, len(states)), np.split(eps, len(states)), strict=True))


def drawn(seed: int, stream: int, t: int, shape: tuple[int, ...]) -> np.ndarray:
    """Noise that belongs to a seed, a purpose and a time."""
    return np.random.default_rng([seed, stream, t]).standard_normal(shape)


def shown(count: int, most: int) -> list[int]:
    """Which of `count` steps make a frame: all of them, or `most`, spread evenly, the first and the last among them."""
    return list(range(count)) if count <= most else sorted({round(k) for k in np.linspace(0, count - 1, most)})


# ----------------------------------------------------------------------------------------------------------- pictures


def pictures(params: Params, data: Image, x_T: np.ndarray | None = None) -> Iterator[PictureFrame]:
    """Sixteen pictures, from noise or from pictures that were noised."""
    schedule = schedules.make("cosine", nets.T)
    top = nets.T if params.begin in ("noise", "between") else max(1, round(params.depth * nets.T))
    visited = schedules.times(top, min(params.calls, top), params.spacing)
    if params.close_up > len(visited):
        raise ParamError("diffusion_close_up", step=params.close_up, last=len(visited))
    source, labels = _source(params, data), _labels(params)
    guidance = 0.0 if params.begin == "invert" else params.guidance
    calls = {"n": 0}

    def predict(x: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        calls["n"] += 1
        v = nets.velocity(params.model, x, t, np.resize(labels, len(x)), guidance)
        return samplers.guess("v", v, x, float(schedule.alpha_bar[t]), 1.0 if params.clip else None)

    eta = 0.0 if params.begin == "invert" else params.eta
    ways = walks(params.model_copy(update={"eta": eta}), schedule, predict, lambda t: drawn(params.seed, 2, t, (COUNT, 28, 28)))
    paths = _ascend(params, schedule, source, visited, predict) if len(source) else _begin(params, x_T)
    yield from _frames(params, ways, visited, labels, source, paths, calls)


def _frames(
    params: Params,
    ways: list[Walk],
    visited: list[int],
    labels: np.ndarray,
    source: np.ndarray,
    paths: list[tuple[int, np.ndarray]],
    calls: dict[str, int],
) -> Iterator[PictureFrame]:
    """The way up, if there is one, and the way down."""
    rising = paths[:-1]
    first, close = max(params.close_up, 0), params.close_up >= 0
    kept = shown(len(visited) + 1, FRAMES)
    if close:
        kept = list(range(first, min(len(visited), first + engine.params.CLOSE_UP_STEPS) + 1))
        rising = []
    total = len(rising) + (len(kept) + 2 * (len(kept) - 1) if close else len(kept))
    base = len(rising)
    way = ways[0]

    def frame(step: int, part: str, t: int, prev: int, x: Any, told: Any) -> PictureFrame:
        stacked = [np.stack(arrays).astype(np.float32) for arrays in (x, [one[0] for one in told], [one[1] for one in told])]
        off = float(np.sqrt(np.mean((stacked[0][0] - source) ** 2))) if len(source) else NAN
        return PictureFrame(
            step=step,
            part=part,
            total=total,
            t=t,
            prev=prev,
            alpha_bar=way.alpha_bar(t),
            alpha_bar_prev=way.alpha_bar(prev),
            calls=calls["n"],
            x=stacked[0],
            x0=stacked[1],
            eps=stacked[2],
            labels=labels.astype(np.int8),
            source=source.astype(np.float32),
            error=off,
            deviation=way.deviation(t, prev) if t >= 0 else 0.0,
        )

    for k, (t, x) in enumerate(rising):
        a = way.alpha_bar(t)
        left = (x - np.sqrt(a) * source) / np.sqrt(1 - a) if t >= 0 else np.zeros_like(x)
        yield frame(k, "up", t, rising[k + 1][0] if k + 1 < base else visited[0], [x] * len(ways), [(source, left)] * len(ways))
    for count, (t, prev, states, told) in enumerate(reverse(ways, [paths[-1][1]] * len(ways), visited)):
        if count in kept:
            yield frame(base + count, "", t, prev, states, told)
            if close and count < kept[-1]:
                yield from _closely(way, frame, base + count, t, prev, states, told)
        if close and count == kept[-1]:
            return


def _closely(way: Walk, frame: Any, step: int, t: int, prev: int, states: Any, told: Any) -> Iterator[PictureFrame]:
    """Inside one step: where it goes without fresh noise, and with it."""
    (x, *_), ((x0, eps), *_) = states, told
    a, p = way.alpha_bar(t), way.alpha_bar(prev)
    if way.kind == "ddim":
        s = samplers.sigma(a, p, way.eta)
        mean = np.sqrt(p) * x0 + np.sqrt(max(1 - p - s * s, 0.0)) * eps
    else:
        of_x0, of_x, _ = samplers.posterior(a, p)
        mean = of_x0 * x0 + of_x * x
    after = way.step(x, x0, t, prev)
    yield frame(step, "mean", t, prev, [mean, *states[1:]], told)
    yield frame(step, "noise", t, prev, [after, *states[1:]], told)


def _labels(params: Params) -> np.ndarray:
    """Sixteen labels (16,): drawn at random, none, or all the same. Pictures in between share the first."""
    if params.wanted == "none":
        return np.full(COUNT, nets.NO_LABEL)
    if params.wanted != "random":
        return np.full(COUNT, int(params.wanted))
    if params.begin == "invert":
        return real(params.model)[1]
    labels = np.random.default_rng([params.seed, 1]).integers(0, nets.CLASSES, COUNT)
    return np.full(COUNT, labels[0]) if params.begin == "between" else labels


def _begin(params: Params, x_T: np.ndarray | None) -> list[tuple[int, np.ndarray]]:
    """Noise (16, 28, 28); between: the first and the last of it, and what lies between them."""
    x = drawn(params.seed, 0, 0, (COUNT, nets.SIDE, nets.SIDE)) if x_T is None else np.asarray(x_T, dtype=np.float64)
    if params.begin == "between":
        x = np.stack([samplers.slerp(x[0], x[-1], at) for at in np.linspace(0, 1, COUNT)])
    return [(nets.T - 1, x)]


def real(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Sixteen real pictures that the model has not seen, in -1 … 1, and their labels."""
    images, labels = datasets.unseen_pictures(model, COUNT)
    return images.astype(np.float64) / 127.5 - 1, labels.astype(np.int64)


def _source(params: Params, data: Image) -> np.ndarray:
    """The pictures that are noised: the visitor's, sixteen times; or real ones with the visitor's in the first place."""
    if params.begin in ("noise", "between"):
        return np.zeros((0, nets.SIDE, nets.SIDE))
    own = datasets.small(data, ink=params.model == "mnist") * 2 - 1
    if params.begin == "picture":
        return np.repeat(own[None], COUNT, axis=0)
    images = real(params.model)[0]
    images[0] = own
    return images


def _ascend(
    params: Params, schedule: Schedule, source: np.ndarray, visited: list[int], predict: Any
) -> list[tuple[int, np.ndarray]]:
    """The way from clean pictures to visited[0]: by fresh noise, or by the sampler run backwards."""
    path: list[tuple[int, np.ndarray]] = [(-1, source)]
    if params.begin == "picture":
        for t in sorted({round(t) for t in np.linspace(0, visited[0], UP)}):
            (last, x), z = path[-1], drawn(params.seed, 3, t, source.shape)
            keep = schedule.alpha_bar[t] / (schedule.alpha_bar[last] if last >= 0 else 1.0)
            path.append((t, samplers.q_sample(x, keep, z)))
        return path
    rising = visited[::-1]
    eps = predict(source, rising[0])[1]
    path.append((rising[0], samplers.q_sample(source, float(schedule.alpha_bar[rising[0]]), eps)))
    for t, above in pairwise(rising):
        x = path[-1][1]
        x0 = predict(x, t)[0]
        path.append((above, samplers.ddim(x, x0, float(schedule.alpha_bar[t]), float(schedule.alpha_bar[above]))))
    kept = shown(len(path), FRAMES)
    return [path[k] for k in kept]


# -------------------------------------------------------------------------------------------------- a photograph dissolving


def dissolve(params: Params, data: Image) -> Iterator[ForwardFrame]:
    """Let a photograph drown in noise: each frame adds fresh noise to the one before, as the process does."""
    if params.close_up >= 0:
        raise ParamError("diffusion_forward_close_up")
    schedule = schedules.make(params.schedule, params.timesteps)
    visited = [-1, *sorted({round(t) for t in np.linspace(0, schedule.T - 1, DISSOLVING - 1)})]
    clean = data.pixels / 127.5 - 1.0
    tiny = datasets.small(data, ink=False, fit=True) * 2 - 1
    x, small = clean, tiny
    for k, t in enumerate(visited):
        a = float(schedule.alpha_bar[t]) if t >= 0 else 1.0
        if t >= 0:
            last = float(schedule.alpha_bar[visited[k - 1]]) if k > 1 else 1.0
            x = samplers.q_sample(x, a / last, drawn(params.seed, 4, t, x.shape))
            small = samplers.q_sample(small, a / last, drawn(params.seed, 5, t, small.shape))
        after = visited[k + 1] if k + 1 < len(visited) else t
        yield ForwardFrame(
            step=t + 1,
            part="",
            total=len(visited),
            t=t,
            prev=after,
            alpha_bar=a,
            alpha_bar_prev=float(schedule.alpha_bar[after]),
            calls=0,
            pixels=np.round((np.clip(x, -1, 1) + 1) * 127.5).astype(np.uint8),
            x=small.astype(np.float32),
            x0=tiny.astype(np.float32),
            eps=((small - np.sqrt(a) * tiny) / np.sqrt(1 - a) if a < 1 else np.zeros_like(small)).astype(np.float32),
            snr=a / (1 - a) if a < 1 else NAN,
            known=_correlation(x, clean),
            alpha_bars=schedule.alpha_bar.copy(),
        )


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    """How alike two arrays are; 0 where one of them is flat."""
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum()) / size if size else 0.0


ALGORITHMS = (Algorithm("diffusion", sample, Params, "seven", torch=True),)
