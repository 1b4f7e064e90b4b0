"""Diffusion: one step of ours beside diffusers 0.42.1. Run with `python -m benchmarks.diffusion`.

Both sides get the same float32 states, ours as numpy arrays, which is what the engine keeps, the peer's as torch tensors. Both
hold x_0 within −1 … 1 (DDIM derives eps anew from it, on both sides), and draw what noise they need from generators with the
same seed; both must come to the same next states. A hundred steps a measurement, the two alternating in one process on one
thread; times are medians of 9 pairs, ratio = peer / ours.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from diffusers import DDIMScheduler, DDPMScheduler
from torch import Tensor

from benchmarks import pairs
from benchmarks.pairs import Row
from engine.generative import diffusion, samplers, schedules
from engine.samples import sample

STEPS = 100
SMALL, PICTURES = (64, 2), (16, 3, 32, 32)


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    return pairs.table("diffusion", rows)


def ddim_small() -> Row:
    return _ddim(SMALL, 3.0)


def ddim_pictures() -> Row:
    return _ddim(PICTURES, 1.3)


def ddim_free() -> Row:
    return _ddim(PICTURES, None, clip=None)


def ddpm_small() -> Row:
    return _ddpm(SMALL, 3.0)


def ddpm_pictures() -> Row:
    return _ddpm(PICTURES, 1.3)


def _state(shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(0)
    return torch.randn(shape, generator=random), torch.randn(shape, generator=random)


def _same(ours: np.ndarray, theirs: Tensor) -> float:
    """The largest gap, as a share of the largest value: where x_0 is not held, values reach the hundreds."""
    gap = float(np.abs(ours - theirs.numpy()).max() / theirs.abs().max())
    assert gap < 1e-4, gap
    return gap


def _row(name: str, ours: Callable[[], np.ndarray], theirs: Callable[[], Tensor], aim: float | None) -> Row:
    gap = _same(ours(), theirs())
    return pairs.row(
        f"{name}, {STEPS} steps", ours, theirs, note=f"peer {name.split()[0]}Scheduler.step; same state to {gap:.0e}", aim=aim
    )


def _ddim(shape: tuple[int, ...], aim: float | None, clip: float | None = 1.0) -> Row:
    scheduler = DDIMScheduler(1000, beta_schedule="linear", clip_sample=clip is not None, timestep_spacing="leading")
    scheduler.set_timesteps(STEPS)
    schedule, (x, told) = schedules.make("linear", 1000), _state(shape)
    start, said = x.numpy(), told.numpy()
    visited = schedules.times(1000, STEPS, "leading")
    levels = [
        (float(schedule.alpha_bar[t]), float(schedule.alpha_bar[p]) if p >= 0 else 1.0)
        for t, p in zip(visited, schedules.before(visited), strict=True)
    ]
    steps = scheduler.timesteps

    def ours() -> np.ndarray:
        now = start
        for a, p in levels:
            now = samplers.ddim(now, samplers.clean("eps", said, now, a, clip), a, p)
        return now

    def theirs() -> Tensor:
        now = x
        for t in steps:
            now = scheduler.step(told, t, now, use_clipped_model_output=clip is not None).prev_sample
        return now

    return _row(f"DDIM {list(shape)}" + (", x_0 not held" if clip is None else ""), ours, theirs, aim)


def _ddpm(shape: tuple[int, ...], aim: float) -> Row:
    scheduler = DDPMScheduler(1000, beta_schedule="linear", variance_type="fixed_small", clip_sample=True)
    schedule, (x, told) = schedules.make("linear", 1000), _state(shape)
    start, said = x.numpy(), told.numpy()
    visited = range(999, 999 - STEPS, -1)
    levels = [(float(schedule.alpha_bar[t]), float(schedule.alpha_bar[t - 1])) for t in visited]
    steps = torch.tensor(list(visited))

    def ours() -> np.ndarray:
        now, random = start, torch.Generator().manual_seed(1)
        for a, p in levels:
            x0 = samplers.clean("eps", said, now, a, 1.0)
            now = samplers.ddpm(now, x0, a, p, "small", torch.randn(shape, generator=random).numpy())
        return now

    def theirs() -> Tensor:
        now, random = x, torch.Generator().manual_seed(1)
        for t in steps:
            now = scheduler.step(told, t, now, generator=random).prev_sample
        return now

    return _row(f"DDPM {list(shape)}", ours, theirs, aim)


def sixteen(guidance: float = 0.0) -> Row:
    """The page's own sampling of sixteen digits, with all its frames; no peer has this network."""
    frames: list[Any] = []
    first: list[float] = []

    def ours() -> None:
        began = time.perf_counter()
        frames.clear()
        for frame in diffusion.sample(diffusion.Params(calls=50, guidance=guidance), sample("seven")):
            if not frames:
                first.append(time.perf_counter() - began)
            frames.append(frame)

    made = pairs.row(f"16 digits, DDIM 50, guidance {guidance:g}", ours, None, note="")
    return Row(
        **{
            **made,
            "note": f"aim < 4 s, {'met' if made['ours_s'] < 4 else '**missed**'}; the first frame after {min(first):.2f} s",
        }
    )


def sixteen_guided() -> Row:
    return sixteen(1.0)


BENCHES = (ddim_small, ddim_pictures, ddim_free, ddpm_small, ddpm_pictures, sixteen, sixteen_guided)

if __name__ == "__main__":
    torch.set_num_threads(1)
    print(table([bench() for bench in BENCHES]))
