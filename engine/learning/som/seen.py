"""How the data of `engine.learning.som` and its units are seen on two axes."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.learning.som.rules import Scaling, principal_plane, scales
from engine.points import Points

ROOM = 0.06  # of the data's extent, left free on each side


@dataclass(frozen=True)
class Seen:
    """Two axes, each a column as it is (0 …) or a principal direction of the scaled columns (-2, -1)."""

    data: Points
    scaling: Scaling
    x: int
    y: int

    def flat(self, rows: np.ndarray) -> np.ndarray:
        """Rows (…, d) on the axes, (n, 2)."""
        rows = rows.reshape(-1, self.data.X.shape[1])
        centre, scale, plane = _directions(self.data, self.scaling)
        sides = [rows[:, axis] if axis >= 0 else (rows - centre) / scale @ plane[:, axis + 2] for axis in (self.x, self.y)]
        return np.stack(sides, axis=1)

    @property
    def ground(self) -> np.ndarray:
        """The samples on the axes, (n, 2)."""
        return _ground(self)[0]

    @property
    def reach(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and the upper ends of both axes, each (2,)."""
        return _ground(self)[1:]


def axis(wanted: str, place: int, data: Points) -> int:
    """The axis that a column's name or "pc1", "pc2" stands for; "": columns where there are two, else principal directions."""
    if not wanted and (len(data.columns) > 2 or len(data.columns) <= place):
        wanted = f"pc{place + 1}"
    if wanted in ("pc1", "pc2"):
        return int(wanted[2]) - 3
    return data.columns.index(wanted) if wanted in data.columns else place


@lru_cache(maxsize=32)
def _directions(data: Points, scaling: Scaling) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    centre, scale = scales(data.X, scaling)
    return centre, scale, principal_plane((data.X - centre) / scale)[1]


@lru_cache(maxsize=32)
def _ground(seen: Seen) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ground = seen.flat(seen.data.X)
    low, high = ground.min(0), ground.max(0)
    room = np.where(high > low, ROOM * (high - low), 1.0)
    return ground, low - room, high + room
