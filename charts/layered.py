"""A graph without circles, from left to right: layers by how late a node can be, few crossings, room for a label on every edge.

Between two layers of nodes there is a layer of places, one for every edge that passes, so that parallel edges and their labels
stand apart. Nothing depends on numbers that change: a layout is made once for a film.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from charts import curves
from charts.panels import Trace
from charts.trees import EASE, apart

NODE, LABEL, PASSING = 1.0, 0.8, 0.3  # how much room each takes, beside the others
ROOMY = 0.34  # of the height, what a node takes at most
SWEEPS = 12


@dataclass(frozen=True)
class Layered:
    """Where nodes and edges are drawn: x in layers from 0, y in 0..1 from the top."""

    x: np.ndarray  # [n]
    y: np.ndarray  # [n]
    labels: np.ndarray  # [e, 2] where an edge's label stands
    ways: tuple[np.ndarray, ...]  # of each edge the points [k, 2] that its line goes through
    courses: tuple[np.ndarray, ...]  # of each edge its line [2, m], a gap at its end
    slot: float  # of the height, what a node has for itself

    @property
    def layers(self) -> int:
        """How many layers of nodes there are."""
        return int(self.x.max(initial=0)) + 1

    def bands(self, edges: Sequence[int], heights: np.ndarray, wide: np.ndarray, ends: tuple[float, float]) -> Trace:
        """Some edges [m] as bands in one path, that leave their left nodes at `heights` [m].

        `wide` [m, 2]: how wide at the left and at the right; `ends`: how far from the middles of the nodes they begin and end.
        """
        outlines = [self._outline(*item, ends) for item in zip(edges, heights, wide, strict=True)] or [np.full((1, 2), np.nan)]
        x, y = np.concatenate(outlines).T
        return {"type": "scatter", "mode": "lines", "x": x.round(3), "y": y.round(4), "fill": "toself", "hoverinfo": "skip"}

    def _outline(self, edge: int, height: float, wide: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
        way = self.ways[edge].copy()
        way[0] = way[0, 0] + ends[0], height
        way[-1, 0] -= ends[1]
        x, y = _smooth(way)
        half = (wide[0] + (wide[1] - wide[0]) * (x - x[0]) / (x[-1] - x[0])) / 2
        around = [np.append(x, [*x[::-1], x[0], np.nan]), np.append(y - half, [*(y + half)[::-1], (y - half)[0], np.nan])]
        return np.stack(around, 1)

    def lines(self, edges: Sequence[int], *, colour: str, width: float) -> Trace:
        """Some edges as lines in one path, from middle to middle."""
        x, y = np.concatenate([self.courses[edge] for edge in edges] or [np.full((2, 1), np.nan)], 1)
        return curves.line(x.round(3), y.round(4), colour=colour, width=width)


def _smooth(way: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A curve through points [k, 2] from left to right: level at its ends and where it turns, nowhere higher than its points."""
    step = np.diff(way, axis=0)
    steep = step[:, 1] / step[:, 0]
    slopes = np.zeros(len(way))
    turns = steep[:-1] * steep[1:] <= 0
    slopes[1:-1] = np.where(turns, 0, 2 / (1 / np.where(turns, 1, steep[:-1]) + 1 / np.where(turns, 1, steep[1:])))
    t = np.linspace(0, 1, 13)[:, None]
    rise = (t**3 - 2 * t**2 + t) * slopes[:-1] + (t**3 - t**2) * slopes[1:]
    y = way[:-1, 1] + EASE[:, None] * step[:, 1] + rise * step[:, 0]
    return (way[:-1, 0] + t * step[:, 0]).T.ravel(), y.T.ravel()


@lru_cache(maxsize=32)
def layered(n: int, edges: tuple[tuple[int, int], ...]) -> Layered:
    """A layout of nodes 0 … n − 1 along edges (from, to), which all lead to a larger number; several may join the same two.

    It is made once, however many pictures a film has.
    """
    layer = _layers(n, edges)
    place, members, links = _places(n, edges, layer)  # of every edge the places it passes
    rank, size = [2 * int(at) for at in layer], [NODE] * n
    for passes, (start, _) in zip(place, edges, strict=True):
        middle = (len(passes) - 1) // 2
        rank += [2 * int(layer[start]) + 1 + k for k in range(len(passes))]
        size += [LABEL if k == middle else PASSING for k in range(len(passes))]
    rows = [[k for k in range(members) if rank[k] == level] for level in range(max(rank, default=0) + 1)]
    slot = min(ROOMY, *(1 / max(sum(size[k] for k in row), 1e-9) for row in rows))
    y = _heights(_ordered(rows, links, members), links, np.array(size) * slot)
    x = np.array(rank) / 2
    spots = np.column_stack([x, y])
    labels = np.array([spots[passes[(len(passes) - 1) // 2]] for passes in place]).reshape(-1, 2)
    ways = tuple(spots[[start, *passes, end]] for passes, (start, end) in zip(place, edges, strict=True))
    courses = tuple(np.append(np.stack(_smooth(way)), [[np.nan], [np.nan]], 1) for way in ways)
    return Layered(x[:n], y[:n], labels, ways, courses, slot)


def _layers(n: int, edges: Sequence[tuple[int, int]]) -> np.ndarray:
    """The layer of each node [n]: behind all that lead to it, and of those without any as late as it can be."""
    layer = np.zeros(n, dtype=int)
    for start, end in edges:  # ordered by their ends, as they lead to larger numbers
        layer[end] = max(layer[end], layer[start] + 1)
    begins = set(range(n)) - {end for _, end in edges}
    for node in begins:
        after = [layer[end] for start, end in edges if start == node]
        layer[node] = min(after) - 1 if after else 0
    return layer


def _places(n: int, edges: Sequence[tuple[int, int]], layer: np.ndarray) -> tuple[list[list[int]], int, list[tuple[int, int]]]:
    """The places that each edge passes, numbered from n on; how many nodes and places there are; what is beside what."""
    place, links, count = [], [], n
    for start, end in edges:
        passes = list(range(count, count + 2 * int(layer[end] - layer[start]) - 1))
        count += len(passes)
        place.append(passes)
        way = [start, *passes, end]
        links += list(pairwise(way))
    return place, count, links


def _ordered(rows: list[list[int]], links: Sequence[tuple[int, int]], count: int) -> list[list[int]]:
    """Every layer's members from the top, after sweeps that put each amid its neighbours: of all sweeps the fewest crossings."""
    left: list[list[int]] = [[] for _ in range(count)]
    right: list[list[int]] = [[] for _ in range(count)]
    for start, end in links:
        left[end].append(start)
        right[start].append(end)
    best, fewest = rows, _crossings(rows, links, count)
    for sweep in range(SWEEPS):
        near = left if sweep % 2 == 0 else right
        rows = list(rows)
        for level in range(len(rows)) if sweep % 2 == 0 else reversed(range(len(rows))):
            spot = _spots(rows, count)
            rows[level] = sorted(rows[level], key=lambda k: (_mean(spot, near[k], k), spot[k]))
        crossings = _crossings(rows, links, count)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _spots(rows: Sequence[Sequence[int]], count: int) -> np.ndarray:
    """Where each stands in its layer [count], in 0..1."""
    spot = np.zeros(count)
    for row in rows:
        spot[list(row)] = (np.arange(len(row)) + 0.5) / max(len(row), 1)
    return spot


def _mean(spot: np.ndarray, near: list[int], own: int) -> float:
    """Amid its neighbours; where there are none, where it stands."""
    return float(spot[near or [own]].mean())


def _crossings(rows: Sequence[Sequence[int]], links: Sequence[tuple[int, int]], count: int) -> int:
    """How many pairs of links cross between neighbouring layers."""
    spot, level = _spots(rows, count), np.zeros(count, dtype=int)
    for at, row in enumerate(rows):
        level[list(row)] = at
    ends = np.array(links, dtype=int).reshape(-1, 2)
    a, b, at = spot[ends[:, 0]], spot[ends[:, 1]], level[ends[:, 0]]
    cross = (at[:, None] == at) & ((a[:, None] - a) * (b[:, None] - b) < 0)
    return int(cross.sum()) // 2


def _heights(rows: Sequence[Sequence[int]], links: Sequence[tuple[int, int]], size: np.ndarray) -> np.ndarray:
    """Heights [count] in 0..1: each amid its neighbours, as far as the others of its layer leave room."""
    near: list[list[int]] = [[] for _ in size]
    for start, end in links:
        near[start].append(end)
        near[end].append(start)
    y = _spots(rows, len(size))
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            members = list(row)
            wanted = np.array([_mean(y, near[k], k) for k in members])
            y[members] = apart(wanted, size[members])
    return y
