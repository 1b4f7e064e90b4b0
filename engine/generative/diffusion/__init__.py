"""Diffusion: add noise until nothing is left, learn to say what noise was added, and walk back from noise alone.

Ho, Jain, Abbeel, "Denoising diffusion probabilistic models", 2020 (DDPM). Song, Meng, Ermon, "Denoising diffusion implicit
models", 2021 (DDIM). Schedules: Nichol, Dhariwal, 2021. v: Salimans, Ho, 2022. Guidance without a classifier: Ho, Salimans,
2022. Half-noised pictures brought back: Meng et al., "SDEdit", 2022. Peer: diffusers 0.42.1, compared step by step from equal
states.

Pictures: a bundled U-Net (`unet`, made by training/diffusion.py) with the cosine schedule of 1000 times. The state is float64;
only the network computes in float32. Points in the plane: a network that is trained meanwhile, or the exact score. All noise
comes from the seed and the time it is used at, so both samplers get the same, and a close-up gets what the whole run got.
"""

from engine.algorithm import Algorithm, Lines, together
from engine.generative.diffusion.learning import Learner, Plane
from engine.generative.diffusion.noising import Forward, ForwardFrame, forward
from engine.generative.diffusion.plane import ByCalls, Cloud, CloudFrame, by_calls, points
from engine.generative.diffusion.samples import SAMPLES
from engine.generative.diffusion.sixteen import PictureFrame, Pictures, noised, pictures
from engine.generative.diffusion.walking import DiffusionFrame, Walk, drawn, reverse

_STEP: Lines = (reverse, ("told = ", "states = [way.step("))
_INSIDE: dict[str, Lines] = {
    "mean": (Walk.mean, ("s = ", "to: np.ndarray = np.sqrt(p)", "of_x0, of_x, _ =", "return of_x0 * x0")),
    "noise": (Walk.step, ("x = samplers.ddim(", "x = samplers.ddpm(")),
}
_LEARN: Lines = (Learner.step, ("batch = ", "loss = ", "loss.backward()", "self.optimizer.step()"))
_GUESSED = {"told = ": "t = ⟦t⟧, x̂₀ = ⟦x0⟧", "to: np.ndarray = ": "⟦signal⟧ · ⟦x0⟧ + ⟦noise⟧ · ⟦eps⟧"}

ALGORITHMS = (
    Algorithm(
        "pictures",
        pictures,
        Pictures,
        "seven",
        torch=True,
        code={"up": (noised, ("z = ", "keep = ", "path.append(")), "step": _STEP, **_INSIDE},
        says=_GUESSED,
        was={"what": "pictures"},
    ),
    Algorithm(
        "points",
        points,
        Cloud,
        "moons",
        torch=True,
        code={"learn": _LEARN, "batch": _LEARN, "step": _STEP, **_INSIDE},
        says={"loss = ": "loss = ⟦loss⟧", "told = ": "x̂₀ = (⟦x0x⟧, ⟦x0y⟧)"},
        was={"what": "points"},
    ),
    Algorithm(
        "by_calls",
        by_calls,
        ByCalls,
        "moons",
        torch=True,
        code={"learn": _LEARN, "calls": _STEP},
        says={"loss = ": "loss = ⟦loss⟧", "told = ": "calls = ⟦calls⟧"},
        was={"what": "points", "by_calls": True},
    ),
    Algorithm(
        "forward",
        forward,
        Forward,
        "chelsea",
        code={"step": (forward, ("keep = ", "x = samplers.q_sample("))},
        says={"keep = ": "ᾱ = ⟦alpha_bar⟧", "x = samplers.q_sample(": "x = ⟦x⟧"},
        was={"what": "forward"},
    ),
)
Params, sample = together(ALGORITHMS)

__all__ = [
    "ALGORITHMS",
    "SAMPLES",
    "ByCalls",
    "Cloud",
    "CloudFrame",
    "DiffusionFrame",
    "Forward",
    "ForwardFrame",
    "Params",
    "PictureFrame",
    "Pictures",
    "Plane",
    "Walk",
    "by_calls",
    "drawn",
    "forward",
    "pictures",
    "points",
    "reverse",
    "sample",
]
