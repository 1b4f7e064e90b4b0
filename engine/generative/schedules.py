"""How fast a picture drowns in noise: betas, what is left of the picture, and which times a sampler visits.

Times count from 0, the first noisy one, to T - 1. After Ho et al. (2020), and Nichol & Dhariwal (2021) for the cosine.
Conventions of guided-diffusion: alpha_bar is the product after clipping, alpha_bar before time 0 is 1. Shared by the topics
about diffusion.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import ParamError
from engine.generative.samplers import posterior

Name = Literal["cosine", "linear", "scaled"]
Spacing = Literal["even", "leading", "trailing"]
LARGEST_BETA = 0.999  # of the cosine: so alpha_bar never reaches 0, where eps says nothing of the picture


@dataclass(frozen=True)
class Schedule:
    """T noise levels, and all that follows from them, (T,) each in float64."""

    betas: NDArray[np.float64]

    @property
    def T(self) -> int:
        return len(self.betas)

    @cached_property
    def alpha_bar(self) -> NDArray[np.float64]:
        """What is left of the picture's variance."""
        return np.cumprod(1 - self.betas, dtype=np.float64)

    def at(self, t: int) -> float:
        """alpha_bar at a time; 1 at -1, where there is no noise."""
        return float(self.alpha_bar[t]) if t >= 0 else 1.0

    @cached_property
    def alpha_bar_before(self) -> NDArray[np.float64]:
        """alpha_bar one time earlier; 1 before the first."""
        return np.append(1.0, self.alpha_bar[:-1])

    @cached_property
    def snr(self) -> NDArray[np.float64]:
        """Signal over noise, as variances."""
        return self.alpha_bar / (1 - self.alpha_bar)

    @cached_property
    def variance(self) -> NDArray[np.float64]:
        """beta tilde: the variance of q(x_{t-1} | x_t, x_0); 0 at time 0."""
        steps = zip(self.alpha_bar.tolist(), self.alpha_bar_before.tolist(), strict=True)
        return np.array([posterior(a, p)[2] for a, p in steps])

    @cached_property
    def bound_weight(self) -> NDArray[np.float64]:
        """What the variational bound gives the squared error of eps at each time, where L_simple gives 1; infinite at time 0."""
        with np.errstate(divide="ignore"):
            weight: np.ndarray = self.betas**2 / (2 * self.variance * (1 - self.betas) * (1 - self.alpha_bar))
        return weight


def make(name: Name, T: int) -> Schedule:
    """A schedule of T times. Raises ParamError where the scaled line would need a beta of 1 or more."""
    if name == "cosine":
        curve = [math.cos((t / T + 0.008) / 1.008 * math.pi / 2) ** 2 for t in range(T + 1)]
        return Schedule(np.array([min(1 - curve[t + 1] / curve[t], LARGEST_BETA) for t in range(T)]))
    scale = 1000 / T if name == "scaled" else 1.0
    if scale * 0.02 >= 1:
        raise ParamError("diffusion_scaled", T=T, beta=round(scale * 0.02, 2), least=21)
    return Schedule(np.linspace(scale * 1e-4, scale * 0.02, T))


def times(T: int, calls: int, spacing: Spacing) -> list[int]:
    """The times that are visited, falling; "even" goes from T - 1 to 0, the others as diffusers names them."""
    if spacing == "even":
        return [round(t) for t in np.linspace(T - 1, 0, calls)] if calls > 1 else [T - 1]
    if spacing == "leading":
        return [k * (T // calls) for k in reversed(range(calls))]
    return [round(t) - 1 for t in np.arange(T, 0, -T / calls)][:calls]


def before(visited: Sequence[int]) -> list[int]:
    """For every visited time the next one in the list; -1, the clean picture, after the last."""
    return [*visited[1:], -1]


def respaced(schedule: Schedule, visited: Sequence[int]) -> Schedule:
    """The schedule whose times are only the visited ones, rising: the same alpha_bar there, larger betas between."""
    kept = schedule.alpha_bar[sorted(visited)]
    return Schedule(1 - kept / np.append(1.0, kept[:-1]))
