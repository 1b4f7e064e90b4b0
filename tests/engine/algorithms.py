"""Every algorithm that yields frames, with data small enough to try many parameters on. One row a topic."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import data
from engine.frames import Frame
from engine.generative import diffusion, unet
from engine.language import decoding
from engine.learning import em, som
from engine.params import Params


@dataclass(frozen=True)
class Algorithm:
    slug: str
    train: Callable[..., Iterator[Frame]]
    Params: type[Params]
    data: Callable[[], tuple[Any, ...]]
    default: tuple[Any, ...]


def few_points() -> data.Points:
    X = np.random.default_rng(5).normal(size=(12, 2))
    return data.points(X, ["a", "b"], labels=[0, 1] * 6, label_names=["x", "y"])


def few_counts() -> data.Points:
    """Tosses for two coins that can also be clustered."""
    return data.points(np.random.default_rng(6).integers(1, 9, (12, 2)), ["heads", "tails"])


def few_pixels() -> data.Image:
    """A small drawing, dark on light."""
    pixels = np.full((20, 24, 3), 250, dtype=np.uint8)
    pixels[4:16, 10:13] = 10
    return data.Image(pixels)


WARM = unet.UNet  # torch is imported before anything is timed, as in a worker
ALGORITHMS = [
    Algorithm("decoding", decoding.search, decoding.Params, lambda: (data.sample("notes"),), decoding.DEFAULT),
    Algorithm("diffusion", diffusion.sample, diffusion.Params, lambda: (few_pixels(),), diffusion.DEFAULT),
    Algorithm("diffusion", diffusion.sample, diffusion.Params, lambda: (few_points(),), diffusion.DEFAULT),
    Algorithm("em", em.train, em.Params, lambda: (few_counts(),), em.DEFAULT),
    Algorithm("som", som.train, som.Params, lambda: (few_points(),), som.DEFAULT),
]
