"""The bundled picture models, and what they say of noisy pictures. torch is imported only when one is asked for."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine import device

if TYPE_CHECKING:
    from engine.generative.unet import UNet

Model = Literal["mnist", "fashion"]
WEIGHTS = Path(__file__).parents[2] / "assets" / "weights"
CLASSES, SIDE, T = 10, 28, 1000
NO_LABEL = CLASSES


@cache
def load(model: Model, where: str = "cpu") -> "UNet":
    """A trained network on a device; its weights are read once a process."""
    from safetensors.torch import load_file

    from engine.generative.unet import UNet

    net = UNet()
    net.load_state_dict(load_file(WEIGHTS / f"diffusion_{model}.safetensors"))
    return net.eval().requires_grad_(False).to(where)


def velocity(model: Model, x: np.ndarray, t: int, labels: np.ndarray, guidance: float) -> np.ndarray:
    """v at noisy pictures x (n, 28, 28) of one time, each with its label (n,); with guidance (1 + w) v(label) - w v(no label)."""
    return guided(velocities(model, x, t, labels, guidance), guidance)


def velocities(model: Model, x: np.ndarray, t: int, labels: np.ndarray, guidance: float) -> np.ndarray:
    """v with the labels, and where guidance asks for it also without: (1 or 2, n, 28, 28)."""
    import torch

    where = device.here()
    twice = guidance > 0 and bool((labels != NO_LABEL).any())
    asked = np.concatenate([labels, np.full_like(labels, NO_LABEL)]) if twice else labels
    pictures = torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32))[:, None].to(where)
    with torch.inference_mode():
        label = torch.from_numpy(asked.astype(np.int64)).to(where)
        v = load(model, str(where))(pictures.repeat(2, 1, 1, 1) if twice else pictures, torch.full_like(label, t), label)
    told: np.ndarray = v[:, 0].cpu().numpy().astype(np.float64).reshape(1 + twice, *x.shape)
    return told


def guided(told: np.ndarray, guidance: float) -> np.ndarray:
    """(1 + w) v(label) - w v(no label) of both (2, …), or v where the network was asked once.

    eps and x_0 are linear in v at the same x, so mixing v is mixing eps.
    """
    if len(told) == 1:
        once: np.ndarray = told[0]
        return once
    mixed: np.ndarray = (1 + guidance) * told[0] - guidance * told[1]
    return mixed


@cache
def facts(model: Model) -> dict[str, int | str]:
    """How a network was trained, as its file says."""
    from safetensors import safe_open

    with safe_open(WEIGHTS / f"diffusion_{model}.safetensors", "np") as file:
        return dict(json.loads(file.metadata()["config"]))
