"""Clouds to be dissolved and found again, and test pictures as a visitor might have drawn them."""

from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.images import Image
from engine.points import Points, points
from engine.samples import DATASETS, Samples


def rings() -> Points:
    """Three circles around one centre, 300 points, noise 0.04."""
    rng, t = np.random.default_rng(0), np.arange(300) * 2 * np.pi / 100
    radius = np.repeat([0.4, 1.0, 1.6], 100)
    X = radius[:, None] * np.column_stack([np.cos(t), np.sin(t)]) + rng.normal(0, 0.04, (300, 2))
    return points(X, ("x", "y"), np.repeat([0, 1, 2], 100), ("inner", "middle", "outer"))


def spiral() -> Points:
    """One arm that turns two and a quarter times, 300 points, noise 0.04."""
    t = 4.5 * np.pi * np.sqrt(np.linspace(0.02, 1, 300))
    X = (t / 7)[:, None] * np.column_stack([np.cos(t), np.sin(t)]) + np.random.default_rng(0).normal(0, 0.04, (300, 2))
    return points(X, ("x", "y"))


def heaps() -> Points:
    """Twenty-five small heaps of twelve points on a 5×5 lattice, deviation 0.08."""
    places = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0)), axis=-1).reshape(-1, 2)
    X = np.repeat(places, 12, axis=0) + np.random.default_rng(0).normal(0, 0.08, (300, 2))
    return points(X, ("x", "y"))


def unseen_pictures(model: Literal["mnist", "fashion"], count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The first pictures (count, 28, 28) of the test set, and their labels (count,); ink is 255."""
    file = {"mnist": "mnist_10k.npz", "fashion": "fashion_mnist_7k.npz"}[model]
    with np.load(DATASETS / file, allow_pickle=False) as z:
        return z["x_test"][:count], z["y_test"][:count]


def _scan(model: Literal["mnist", "fashion"], kind: int) -> Image:
    """The first test picture of a kind, dark on white, as a visitor might have drawn it."""
    images, labels = unseen_pictures(model, 500)
    grey = 255 - images[np.flatnonzero(labels == kind)[0]]
    return Image(np.repeat(grey[..., None], 3, axis=-1))


SAMPLES: Samples = {
    "rings": rings,
    "spiral": spiral,
    "heaps": heaps,
    "seven": partial(_scan, "mnist", 7),
    "drawn_boot": partial(_scan, "fashion", 9),
}
