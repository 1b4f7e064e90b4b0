"""What the kinds of `engine.generative.diffusion` share: the frame, the settings of a sampler, and the way down that it takes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from engine.errors import Diverged
from engine.frames import Frame
from engine.generative import samplers, schedules
from engine.generative.samplers import Variance
from engine.generative.schedules import Schedule, Spacing
from engine.params import Params, choice, number

NAN = float("nan")
Kind = Literal["ddim", "ddpm"]
BOTH: tuple[Kind, ...] = ("ddim", "ddpm")
Guess = tuple[np.ndarray, np.ndarray]  # x_0 and eps
Predict = Callable[[np.ndarray, int], Guess]  # x, t → what is in it


class Stepping(Params):
    """What every sampler's steps depend on."""

    spacing: Spacing = choice("even", rare=True)
    clip: bool = choice(True, rare=True)


class Sampling(Stepping):
    """One sampler or both."""

    sampler: Literal["ddim", "ddpm", "both"] = choice("ddim")
    calls: int = number(20, 1, 1000)
    eta: float = number(0.0, 0, 1, step=0.1, rare=True, when={"sampler": ["ddim", "both"]})
    variance: Variance = choice("small", rare=True, when={"sampler": ["ddpm", "both"]})
    every: bool = choice(False, rare=True, when={"sampler": ["both"]})


class Scheduled(Params):
    """Where the schedule can be chosen: a bundled network has its own."""

    schedule: schedules.Name = choice("cosine")
    timesteps: int = number(1000, 1, 1000)


@dataclass(frozen=True)
class DiffusionFrame(Frame):
    """What holds at one time of the process. t = -1: no noise."""

    t: int
    prev: int  # the time the next step goes to
    alpha_bar: float  # at t; 1 where t is -1
    alpha_bar_prev: float  # at prev
    snr: float  # signal over noise at t, as variances; NaN where there is no noise
    calls: int  # of the network, by the first sampler, so far


class Moment(NamedTuple):
    """A time on the way down, and the time the next step goes to; of every sampler what it holds and what it guesses."""

    t: int
    prev: int
    states: list[np.ndarray]
    told: list[Guess]


@dataclass(frozen=True)
class Walk:
    """One sampler's way down. `step` goes from t to prev; `every`: through all times between."""

    kind: Kind
    schedule: Schedule
    eta: float
    variance: Variance
    predict: Predict
    noise: Callable[[int], np.ndarray]  # time → what is added on the way from it
    every: bool = False

    def step(self, x: np.ndarray, x0: np.ndarray, t: int, prev: int) -> np.ndarray:
        """x at prev, given x at t and what the network says of it."""
        stop = t - 1 if self.every else prev
        while True:
            a, p = self.schedule.at(t), self.schedule.at(stop)
            if self.kind == "ddim":
                x = samplers.ddim(x, x0, a, p, self.eta, self.noise(t) if self.eta and p < 1 else None)
            else:
                x = samplers.ddpm(x, x0, a, p, self.variance, self.noise(t) if p < 1 else None)
            if stop <= prev:
                return x
            t, stop = stop, stop - 1
            x0 = self.predict(x, t)[0]

    def mean(self, x: np.ndarray, guess: Guess, t: int, prev: int) -> np.ndarray:
        """Where that step goes without any fresh noise."""
        x0, eps = guess
        a, p = self.schedule.at(t), self.schedule.at(prev)
        if self.kind == "ddim":
            s = samplers.sigma(a, p, self.eta)
            to: np.ndarray = np.sqrt(p) * x0 + np.sqrt(max(1 - p - s * s, 0.0)) * eps
            return to
        of_x0, of_x, _ = samplers.posterior(a, p)
        return of_x0 * x0 + of_x * x

    def deviation(self, t: int, prev: int) -> float:
        """How much noise that step adds."""
        a, p = self.schedule.at(t), self.schedule.at(prev)
        if self.kind == "ddim":
            return samplers.sigma(a, p, self.eta)
        if p == 1:
            return 0.0
        return float(np.sqrt(samplers.posterior(a, p)[2] if self.variance == "small" else 1 - a / p))


def walks(params: Sampling, schedule: Schedule, predict: Predict, noise: Callable[[int], np.ndarray]) -> list[Walk]:
    """The sampler that was chosen, or both."""
    kinds = BOTH if params.sampler == "both" else (params.sampler,)
    every = params.every and params.sampler == "both"
    return [Walk(kind, schedule, params.eta, params.variance, predict, noise, every and kind == "ddpm") for kind in kinds]


def reverse(ways: Sequence[Walk], starts: Sequence[np.ndarray], visited: Sequence[int]) -> Iterator[Moment]:
    """All ways down in lock step: a moment at every visited time, and at last one without noise, t = -1. Raises Diverged."""
    states = list(starts)
    for t, prev in zip(visited, schedules.before(visited), strict=True):
        told = _together(ways[0].predict, states, t)
        _check([*states, *(array for one in told for array in one)], t)
        yield Moment(t, prev, states, told)
        states = [way.step(x, x0, t, prev) for way, x, (x0, _) in zip(ways, states, told, strict=True)]
        _check(states, t)
    yield Moment(-1, -1, states, [(x, np.zeros_like(x)) for x in states])


def inside(way: Walk, moment: Moment) -> list[tuple[str, Moment]]:
    """Inside the first sampler's step: where it goes without fresh noise, and with it."""
    t, prev, (x, *others), (guess, *_) = moment
    mean = way.mean(x, guess, t, prev)
    after = way.step(x, guess[0], t, prev)
    return [("mean", moment._replace(states=[mean, *others])), ("noise", moment._replace(states=[after, *others]))]


def _check(arrays: Sequence[np.ndarray], t: int) -> None:
    """Raises Diverged where a frame, which is float32, would not be finite."""
    if not all((np.abs(array) <= np.finfo(np.float32).max).all() for array in arrays):
        raise Diverged("diffusion_diverged", t=t)


def _together(predict: Predict, states: Sequence[np.ndarray], t: int) -> list[Guess]:
    """One call of the network for all ways."""
    x0, eps = predict(np.concatenate(states), t)
    return list(zip(np.split(x0, len(states)), np.split(eps, len(states)), strict=True))


def drawn(seed: int, stream: int, t: int, shape: tuple[int, ...]) -> np.ndarray:
    """Noise that belongs to a seed, a purpose and a time."""
    return np.random.default_rng([seed, stream, t]).standard_normal(shape)


def signal_to_noise(alpha_bar: float) -> float:
    """As variances; NaN where there is no noise."""
    return alpha_bar / (1 - alpha_bar) if alpha_bar < 1 else NAN
