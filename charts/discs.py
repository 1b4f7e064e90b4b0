"""Things that are counted, in rows of discs: full or hollow, cut in two by a share, and piled up.

Cut discs and slabs of a pile are polygons with the same corners, so that the player lets one glide into the other. Where things
are too many for discs, all full ones of a row are one block, and all hollow ones.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from charts.panels import Trace

CORNERS, TURNS = 16, (0, 6, 9, 15)  # corners of a polygon, and which of them are those of a slab
LARGEST, SMALLEST, MOST = 9.0, 3.2, 300  # from disc to disc, as a hundredth of a panel's height or so; and how many at most
LEAST = 0.004  # of a disc: what is less is not drawn
PALE = 0.16  # how much of its colour what is hollow has in a pile, where outlines of thin slabs would only be stripes

_HALVES = np.linspace(0, np.pi, 721)  # half of the arc of a segment
_SHARES = (_HALVES - np.sin(_HALVES) * np.cos(_HALVES)) / np.pi  # of the disc's area that it cuts off


@dataclass(frozen=True)
class Rows:
    """u discs or blocks, row by row, the full ones first."""

    row: np.ndarray  # (u,)
    full: np.ndarray  # bool (u,)
    weight: np.ndarray  # (u,) how many things it stands for
    at: np.ndarray  # (u, 2) its centre
    half: np.ndarray  # (u, 2) half of its extent
    round: bool

    def parts(self, share: np.ndarray, *, right: bool = False) -> np.ndarray:
        """The left parts that have `share` (u,) of each, or right ones: (u, CORNERS, 2), of blocks (u, 4, 2)."""
        if self.round:
            angle = np.interp(share, _SHARES, _HALVES)[:, None] * np.linspace(-1, 1, CORNERS)  # 0 is the far end
            ways = np.stack([np.cos(angle) * (1 if right else -1), -np.sin(angle)], -1)
            return np.asarray(self.at[:, None] + self.half[:, None] * ways)
        (x0, low), (x1, high) = (self.at - self.half).T, (self.at + self.half).T
        cut = share * (x1 - x0)
        return slabs(x1 - cut if right else x0, x1 if right else x0 + cut, low, high, right=right)

    def cuts(self, share: np.ndarray) -> np.ndarray:
        """Where left parts end: x (u,)."""
        way = -np.cos(np.interp(share, _SHARES, _HALVES)) if self.round else 2 * share - 1
        return np.asarray(self.at[:, 0] + way * self.half[:, 0])

    def pile(self, share: np.ndarray, sides: tuple[float, float], top: float, *, right: bool = False) -> np.ndarray:
        """Such parts on top of each other from 0 to `top`, full ones below, as thick as they are large."""
        order, thick = np.argsort(~self.full, kind="stable"), self.weight * share
        high = np.zeros(len(order))
        high[order] = np.cumsum(thick[order])
        unit = top / max(float(thick.sum()), 1e-12)
        return slabs(*sides, unit * (high - thick), unit * high, right=right, fine=self.round)

    def traces(
        self, shapes: np.ndarray, key: str, *, colour: str, seen: np.ndarray, opacity: float = 1.0, piled: bool = False
    ) -> list[Trace]:
        """Polygons (u, k, 2) as two traces, full and hollow, in a pile pale; what is not `seen` (u,) is not drawn."""
        shown = np.where(seen[:, None, None], shapes, np.nan)
        return [
            outlined(shown[self.full], f"{key} full", colour=colour, filled=True, opacity=opacity),
            outlined(shown[~self.full], f"{key} hollow", colour=colour, filled=piled, opacity=PALE if piled else opacity),
        ]


def rows(counts: np.ndarray, left: float, width: float, height: float) -> Rows:
    """Counts (n, 2) of full and hollow things in n rows, in as many lines a row as make discs largest."""
    return _rows(np.asarray(counts, float).tobytes(), left, width, height)


@lru_cache(8)  # the same in all pictures of a film
def _rows(content: bytes, left: float, width: float, height: float) -> Rows:
    counts = np.frombuffer(content).reshape(-1, 2)
    n, sizes = len(counts), counts.sum(1)
    longest, band = float(sizes.max()), height / n
    pitches = [min(width / np.ceil(longest / lines), band / (lines + 0.35), LARGEST) for lines in range(1, 9)]
    pitch, lines = max(pitches), int(np.argmax(pitches)) + 1
    middle = height - band * (np.arange(n) + 0.5)
    row, full = np.repeat(np.arange(n), 2), np.tile([True, False], n)
    if sizes.sum() > MOST or pitch < SMALLEST:
        wide = width / longest * counts
        x = left + np.stack([wide[:, 0] / 2, wide[:, 0] + wide[:, 1] / 2], 1)
        half = np.stack([wide.ravel() / 2, np.full(2 * n, min(0.42 * band, 4))], 1)
        return Rows(row, full, counts.ravel(), np.stack([x.ravel(), middle[row]], 1), half, round=False)
    each = counts.ravel().astype(int)
    row, full = np.repeat(row, each), np.repeat(full, each)
    turn = np.concatenate([np.arange(size) for size in sizes.astype(int)])
    across = int(np.ceil(longest / lines))
    above = (np.ceil(sizes / across)[row] - 1) / 2 - turn // across  # lines
    apart = min(width / across, 1.4 * pitch)  # where rows lie close, discs may stand further apart
    at = np.stack([left + apart * (turn % across + 0.5), middle[row] + pitch * above], 1)
    return Rows(row, full, np.ones(len(row)), at, np.full((len(row), 2), 0.43 * pitch), round=True)


def slabs(x0: Any, x1: Any, low: Any, high: Any, *, right: bool = False, fine: bool = False) -> np.ndarray:
    """Rectangles between x0 and x1, low and high, each (u,) or one number: (u, 4, 2); `fine`: with as many corners as discs."""
    x0, x1, low, high = np.broadcast_arrays(*(np.atleast_1d(np.asarray(side, float)) for side in (x0, x1, low, high)))
    near, far = (x0, x1) if right else (x1, x0)
    corners = np.stack([np.stack([near, far, far, near], -1), np.stack([high, high, low, low], -1)], -1)  # (u, 4, 2)
    if not fine:
        return corners
    at = np.interp(np.arange(CORNERS), TURNS, np.arange(4))
    before = np.minimum(at.astype(int), 2)
    part = (at - before)[:, None]
    return np.asarray((1 - part) * corners[:, before] + part * corners[:, before + 1])


def outlined(shapes: np.ndarray, key: str, *, colour: str, filled: bool, width: float = 1.2, **more: Any) -> Trace:
    """Polygons (u, k, 2) in one path; `key` says which trace of the next picture it becomes."""
    gap = np.full((len(shapes), 1, 2), np.nan)
    path = np.concatenate([shapes, shapes[:, :1], gap], axis=1).reshape(-1, 2).round(2)
    look: Trace = {"type": "scatter", "mode": "lines", "x": path[:, 0], "y": path[:, 1], "meta": {"key": key}}
    fill = {"fill": "toself" if filled else "none", "fillcolor": colour, "hoverinfo": "skip"}
    return look | fill | {"line": {"color": colour, "width": 0 if filled else width, "simplify": False}} | more
