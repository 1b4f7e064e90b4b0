"""The grid that units of `engine.learning.som` have their places on: how far apart they stand, who touches whom, who moves along.

Neighbours are the 8 around a unit on a rectangular grid and the 6 on a hexagonal one, across the seam on a torus.
"""

from functools import lru_cache
from typing import Literal

import numpy as np

Topology = Literal["hexagonal", "rectangular"]
Neighbourhood = Literal["gaussian", "bubble", "mexican_hat", "triangle", "manhattan"]

ROW = np.sqrt(3) / 2  # height of a row of hexagons whose centres are 1 apart


def places(rows: int, cols: int, topology: Topology) -> np.ndarray:
    """Where each unit stands on the grid, (units, 2) as x, y. Odd rows of hexagons stand half a unit to the right."""
    r, c = np.divmod(np.arange(rows * cols), cols)
    return np.stack([c + 0.5 * (r % 2), r * ROW] if topology == "hexagonal" else [c, r], axis=1).astype(float)


def period(rows: int, cols: int, topology: Topology) -> tuple[float, float]:
    """How far one walks along x and along y until a torus closes."""
    return float(cols), rows * (float(ROW) if topology == "hexagonal" else 1.0)


def offsets(places: np.ndarray, period: tuple[float, float] | None = None) -> np.ndarray:
    """|Δx| and |Δy| between all units, (2, units, units); on a torus the shorter way round."""
    offset: np.ndarray = np.abs(places.T[:, :, None] - places.T[:, None, :])
    return offset if period is None else np.minimum(offset, np.abs(np.reshape(period, (2, 1, 1)) - offset))


def neighbours(offset: np.ndarray, topology: Topology) -> np.ndarray:
    """Which units touch: 8 around one on a rectangular grid, 6 on a hexagonal one. (units, units) bool."""
    if topology == "rectangular":
        offset = offset.max(0, keepdims=True)
    near: np.ndarray = (offset**2).sum(0).round(9) == 1
    return near


@lru_cache(maxsize=8)
def touching(rows: int, cols: int, topology: Topology, torus: bool) -> np.ndarray:
    """Which units of a grid touch, (units, units) bool."""
    around = period(rows, cols, topology) if torus else None
    return neighbours(offsets(places(rows, cols, topology), around), topology)


@lru_cache(maxsize=8)
def lattice(rows: int, cols: int, topology: Topology) -> np.ndarray:
    """The lines between neighbours as pairs of flat units, (k, 2). A torus' seam is left out, and so are diagonals."""
    a, b = np.nonzero(np.triu(touching(rows, cols, topology, False)))
    if topology == "rectangular":
        straight = np.abs(a // cols - b // cols) + np.abs(a % cols - b % cols) == 1
        a, b = a[straight], b[straight]
    return np.stack([a, b], axis=1)


def middle(rows: int, cols: int, topology: Topology) -> int:
    """The flat unit in the middle of a grid."""
    at = places(rows, cols, topology)
    return int(((at - (at.min(0) + at.max(0)) / 2) ** 2).sum(1).argmin())


def triangles(rows: int, cols: int, topology: Topology) -> np.ndarray:
    """Corners of all lattice triangles as flat units, (t, 3), all turning the same way on the grid. A torus' seam is left out."""
    r, c = (axis.ravel() for axis in np.mgrid[: rows - 1, : cols - 1])
    a = r * cols + c
    b, low, far = a + 1, a + cols, a + cols + 1
    even = np.stack([a, b, low, b, far, low], axis=1)
    odd = np.stack([a, b, far, a, far, low], axis=1)  # where the lower row stands to the left
    return np.where((r % 2 == 1)[:, None] & (topology == "hexagonal"), odd, even).reshape(-1, 3)


def separation(kind: Neighbourhood, offset: np.ndarray, topology: Topology) -> np.ndarray:
    """What a neighbourhood looks at, (k, units, units): squared distance; manhattan: steps on the grid; triangle: offsets."""
    if kind == "triangle":
        return offset
    across, along = offset
    apart: np.ndarray = across**2 + along**2
    if kind == "manhattan":
        rows = along / ROW
        apart = across + along if topology == "rectangular" else rows + np.maximum(across - rows / 2, 0)
    return apart.round(9)[None]  # whole numbers: the edge of a bubble is sharp


def neighbourhood(kind: Neighbourhood, apart: np.ndarray, sigma: float) -> np.ndarray:
    """θ, 1 at the winner: how strongly units this far `apart` (k, ...) move with it, (...). `separation` makes `apart`.

    The triangle is MiniSom's divided by σ², so that the winner moves by α and not by σ² α.
    """
    theta: np.ndarray
    if kind == "gaussian":
        theta = np.exp(apart[0] * (-0.5 / sigma**2))
    elif kind == "bubble":
        theta = (apart[0] < sigma**2).astype(float)
    elif kind == "mexican_hat":
        ratio = apart[0] / (2 * sigma**2)
        theta = (1 - 2 * ratio) * np.exp(-ratio)
    elif kind == "triangle":
        theta = np.maximum(1 - apart / sigma, 0).prod(0)
    else:
        theta = 0.5 ** apart[0]
    return theta
