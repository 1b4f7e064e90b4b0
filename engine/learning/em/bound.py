"""What both models of `engine.learning.em` share: the frame, the bound, and the line along which an M-step goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.frames import Frame

NOWHERE = np.empty(0)
NAN = float("nan")


@dataclass(frozen=True)
class EmFrame(Frame):
    """A start (part ""), an E-step or an M-step; in a close-up also what leads to them. NaN: not known here."""

    loglik: float  # log-likelihood of the parameters shown, of all samples together
    bound: float  # F(q, θ) of the q and the θ shown
    gap: float  # KL(q ‖ p(z | x, θ)) = loglik − bound
    gain: float  # loglik less that of the parameters one iteration earlier
    rate: float  # ‖θ_t − θ_{t−1}‖ / ‖θ_{t−1} − θ_{t−2}‖, θ_t being the parameters shown
    missing: float  # fraction of missing information; a mixture's only in the last frame
    line: np.ndarray  # (s,) positions on the line θ + s (θ' − θ) that this iteration's M-step goes along from 0 to 1
    line_loglik: np.ndarray  # (s,) the log-likelihood there
    line_bound: np.ndarray  # (s,) the bound F(q, ·) made at s = 0


@dataclass(frozen=True)
class Line:
    s: np.ndarray
    loglik: np.ndarray
    bound: np.ndarray

    def fields(self) -> dict[str, Any]:
        return {"line": self.s.copy(), "line_loglik": self.loglik.copy(), "line_bound": self.bound.copy()}


NO_LINE = Line(NOWHERE, NOWHERE, NOWHERE)


def positions(low: float, high: float, count: int = 41) -> np.ndarray:
    """`count` places from −0.4 to 1.6, drawn in where low < s < high is all there is; 0 and 1 are always among them."""
    s = np.linspace(-0.4, 1.6, count).round(9) + 0.0
    left, right = min(1.0, -0.95 * low / 0.4), min(1.0, 0.95 * (high - 1) / 0.6)
    return np.where(s < 0, s * left, np.where(s > 1, 1 + (s - 1) * right, s))


def divergence(q: np.ndarray, log_q: np.ndarray, log_p: np.ndarray) -> float:
    """KL(q ‖ p) of all samples together, each (k, n)."""
    return float((q * (log_q - log_p)).sum())


def pace(loglik: Sequence[float], path: Sequence[np.ndarray] | np.ndarray) -> tuple[float, float]:
    """Gain and rate at the end of a path."""
    gain = loglik[-1] - loglik[-2] if len(loglik) > 1 else NAN
    if len(path) < 3:
        return gain, NAN
    now, last = np.linalg.norm(path[-1] - path[-2]), np.linalg.norm(path[-2] - path[-3])
    return gain, float(now / last) if last > 1e-11 * (1 + np.linalg.norm(path[-1])) else NAN
