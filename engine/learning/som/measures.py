"""What is measured of a sheet of `engine.learning.som`: how near it lies, how well it kept neighbours, where it is folded."""

import numpy as np


def quantisation_error(W: np.ndarray, X: np.ndarray, first: np.ndarray) -> float:
    """Mean Euclidean distance of the samples from their best units `first` (n,)."""
    return float(np.linalg.norm(X - W[first], axis=1).mean())


def topographic_error(best: np.ndarray, near: np.ndarray) -> float:
    """Share of samples whose two best units (n, 2) do not touch; 0 on a single unit."""
    return float(1 - near[best[:, 0], best[:, 1]].mean()) if len(near) > 1 else 0.0


def u_matrix(W: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Mean distance of each unit from those it touches, (units,); 0 on a single unit."""
    a, b = np.nonzero(near)
    distance = np.linalg.norm(W[a] - W[b], axis=1)
    mean: np.ndarray = np.bincount(a, distance, len(W)) / near.sum(1).clip(1)
    return mean


def folds(flat: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The triangles (k, 3) that lie the other way up than most, units seen flat (units, 2). Those without area count for neither.

    Exact for data of two columns. For more, the sheet is seen from above the principal plane of the data: a fold may hide there.
    """
    a, b, c = (flat[corners[:, k]] for k in range(3))
    u, v = b - a, c - a
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    side = np.where(np.abs(area) > 1e-9 * ((u**2).sum(1) + (v**2).sum(1)), np.sign(area), 0)
    down: np.ndarray = corners[side == (-1 if side.sum() >= 0 else 1)].astype(np.int32)
    return down


def place(units: np.ndarray, x: np.ndarray, scale: np.ndarray | float = 1.0) -> int:
    """The flat index of the unit nearest to a new sample x (d,), in columns divided by `scale` (see `scales`)."""
    gap = (units.reshape(-1, units.shape[-1]) - x) / scale
    return int((gap**2).sum(1).argmin())


def neighbourhood_label(bmu: np.ndarray, labels: np.ndarray, unit: int, near: np.ndarray) -> tuple[int, int, int]:
    """The commonest label among samples won by a unit, or by the smallest ring around it that won any: label, votes, of how many.

    bmu and labels (m,), near (units, units). Of equally common labels the first; (-1, 0, 0) where nothing was won at all.
    """
    ring = np.arange(len(near)) == unit
    while not (won := ring[bmu]).any():
        wider = ring | near[ring].any(0)
        if (wider == ring).all():
            return -1, 0, 0
        ring = wider
    names, votes = np.unique(labels[won], return_counts=True)
    return int(names[votes.argmax()]), int(votes.max()), int(votes.sum())
