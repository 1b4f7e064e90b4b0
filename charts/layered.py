"""A graph without circles, from left to right: layers by how late a node can be, few crossings, room for a label on every edge.

Between two layers of nodes there is a layer of places, one for every edge that passes, so that parallel edges and their labels
stand apart. Nothing depends on numbers that change: a layout is made once for a film.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from charts.trees import EASE, SMOOTH, apart

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

    @property
    def layers(self) -> int:
        """How many layers of nodes there are."""
        return int(self.x.max(initial=0)) + 1

    def line(self, edge: int) -> tuple[np.ndarray, np.ndarray]:
        """An edge as a smooth curve: x and y."""
        way = self.ways[edge]
        x = [x0 + (x1 - x0) * SMOOTH for x0, x1 in zip(way[:-1, 0], way[1:, 0], strict=True)]
        y = [y0 + (y1 - y0) * EASE for y0, y1 in zip(way[:-1, 1], way[1:, 1], strict=True)]
        return np.concatenate(x), np.concatenate(y)


def layered(n: int, edges: Sequence[tuple[int, int]]) -> Layered:
    """A layout of nodes 0 … n − 1 along edges (from, to), which all lead to a larger number; several may join the same two."""
    layer = _layers(n, edges)
    place, members, links = _places(n, edges, layer)  # of every edge the places it passes
    rank, size = [2 * int(at) for at in layer], [NODE] * n
    for passes, (start, _) in zip(place, edges, strict=True):
        middle = (len(passes) - 1) // 2
        rank += [2 * int(layer[start]) + 1 + k for k in range(len(passes))]
        size += [LABEL if k == middle else PASSING for k in range(len(passes))]
    rows = [[k for k in range(members) if rank[k] == level] for level in range(max(rank, default=0) + 1)]
    y = _heights(_ordered(rows, links, members), links, np.array(size))
    x = np.array(rank) / 2
    spots = np.column_stack([x, y])
    labels = np.array([spots[passes[(len(passes) - 1) // 2]] for passes in place]).reshape(-1, 2)
    ways = tuple(spots[[start, *passes, end]] for passes, (start, end) in zip(place, edges, strict=True))
    return Layered(x[:n], y[:n], labels, ways)


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
    unit = min(ROOMY, *(1 / max(size[list(row)].sum(), 1e-9) for row in rows))
    y = _spots(rows, len(size))
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            members = list(row)
            wanted = np.array([_mean(y, near[k], k) for k in members])
            y[members] = apart(wanted, size[members] * unit)
    return y
