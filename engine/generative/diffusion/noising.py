"""A photograph dissolving: each frame adds fresh noise to the one before, as the process does."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine import drawings
from engine.errors import DataError
from engine.generative import samplers, schedules
from engine.generative.diffusion.walking import DiffusionFrame, Scheduled, drawn, signal_to_noise
from engine.generative.schedules import Schedule
from engine.images import Image
from engine.points import Points

DISSOLVING = 24  # frames


class Forward(Scheduled):
    """Noise alone."""


@dataclass(frozen=True)
class ForwardFrame(DiffusionFrame):
    """A photograph dissolving."""

    pixels: np.ndarray  # uint8 (height, width, 3) x_t as it can be seen, cut to -1 … 1
    x: np.ndarray  # float32 (28, 28) the same seen small and grey, as a model would get it
    x0: np.ndarray  # float32 (28, 28)
    eps: np.ndarray  # float32 (28, 28) all the noise in x, in units of its deviation
    known: float  # correlation of x_t with the clean photograph, over all pixels
    alpha_bars: np.ndarray  # (T,) the whole schedule


def forward(params: Forward, data: Image | Points) -> Iterator[ForwardFrame]:
    """Let a photograph drown in noise. Raises ParamError and DataError."""
    if not isinstance(data, Image):
        raise DataError("diffusion_picture")
    schedule = schedules.make(params.schedule, params.timesteps)
    clean = data.pixels / 127.5 - 1.0
    tiny = drawings.small(data, ink=False, fit=True) * 2 - 1
    visited = [-1, *sorted({round(t) for t in np.linspace(0, schedule.T - 1, DISSOLVING - 1)})]
    following = [*visited[1:], visited[-1]]
    x, small, last = clean, tiny, -1
    for t, after in zip(visited, following, strict=True):
        if t >= 0:
            keep = schedule.at(t) / schedule.at(last)
            x = samplers.q_sample(x, keep, drawn(params.seed, 4, t, x.shape))
            small = samplers.q_sample(small, keep, drawn(params.seed, 5, t, small.shape))
        yield _frame(schedule, t, after, len(visited), x, _correlation(x, clean), small, tiny)
        last = t


def _frame(
    schedule: Schedule, t: int, after: int, total: int, x: np.ndarray, known: float, small: np.ndarray, tiny: np.ndarray
) -> ForwardFrame:
    a = schedule.at(t)
    eps = (small - np.sqrt(a) * tiny) / np.sqrt(1 - a) if a < 1 else np.zeros_like(small)
    return ForwardFrame(
        step=t + 1,
        part="",
        total=total,
        t=t,
        prev=after,
        alpha_bar=a,
        alpha_bar_prev=schedule.at(after),
        snr=signal_to_noise(a),
        calls=0,
        pixels=np.round((np.clip(x, -1, 1) + 1) * 127.5).astype(np.uint8),
        x=small.astype(np.float32),
        x0=tiny.astype(np.float32),
        eps=eps.astype(np.float32),
        known=known,
        alpha_bars=schedule.alpha_bar.copy(),
    )


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    """How alike two arrays are; 0 where one of them is flat."""
    if not np.ptp(x) or not np.ptp(y):  # its mean is rounded, so what is left of it would not be nothing
        return 0.0
    x, y = x - x.mean(), y - y.mean()
    return float((x * y).sum()) / float(np.sqrt((x * x).sum() * (y * y).sum()))
