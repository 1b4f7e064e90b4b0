"""What a small picture shows, read without a network: the class of the real picture that it correlates with most."""

from functools import cache

import numpy as np

from engine.generative.nets import SIDE, Model
from engine.samples import DATASETS

FILES = {"mnist": "mnist_10k.npz", "fashion": "fashion_mnist_7k.npz"}
COUNT = {"mnist": 8500, "fashion": 6000}  # real pictures
HALF = SIDE // 2  # pictures are compared at half their size: a quarter of the numbers, and no worse


def classes(model: Model, pictures: np.ndarray) -> np.ndarray:
    """The class int8 (n,) of each of the pictures (n, 28, 28), whatever their range: that of the nearest real one."""
    known, labels = real(model)
    read: np.ndarray = labels[(_direction(pictures) @ known.T).argmax(1)]
    return read


@cache
def real(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """The training pictures, as directions float32 (m, 196), and their classes int8 (m,)."""
    with np.load(DATASETS / FILES[model], allow_pickle=False) as file:
        return _direction(file["x_train"]), file["y_train"].astype(np.int8)


def unlikeness(pictures: np.ndarray) -> float:
    """How different the pictures (n, 28, 28) are: 1 - correlation, the mean of all pairs. Bolder ink does not change it."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float64)
    flat = flat - flat.mean(1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    pairs = np.triu_indices(len(flat), 1)
    return float((1 - flat @ flat.T)[pairs].mean())


def _direction(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, 28, 28) at half size, less their mean, of length 1: float32 (n, 196). A flat one has none, and is 0."""
    halves = pictures.reshape(-1, HALF, 2, HALF, 2).astype(np.float32).mean((2, 4)).reshape(len(pictures), -1)
    halves -= halves.mean(1, keepdims=True)
    length = np.linalg.norm(halves, axis=1, keepdims=True)
    direction: np.ndarray = halves / np.maximum(length, 1e-9)
    return direction
