"""Trees that grow level by level from left to right: a node never moves once it has its place.

As a river a branch is as wide as its node weighs beside the heaviest of its level; as blocks a node is as high as it weighs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from charts.panels import Trace

SMOOTH = np.linspace(0, 1, 13)
EASE = SMOOTH**2 * (3 - 2 * SMOOTH)
FLAT, STUB = 0.86, 0.45  # of its way a branch bends, then it is level; so far it runs if it runs dry
GAP, WIDEST = 0.036, 0.24  # between neighbours, and the heaviest of a level, of the whole height
AIR = 0.14  # between neighbours, where there is more room than that


def river(
    parent: np.ndarray, depth: np.ndarray, weight: np.ndarray, opens: np.ndarray, *, singly: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Heights y [n] in 0..1 of nodes whose parents are `parent` [n] (−1: the root), and how wide their branches are [n].

    Every node that opens (`opens` [n], bool) gets a band on the next level, as near to its own height as the other bands allow;
    its children stand in it in their order. Where a level comes as a whole, a band is as wide as its children need; where it
    comes parent by parent (`singly`), as the parents weigh, so that what comes later moves nothing.
    """
    y, wide = np.full(len(parent), 0.5), np.full(len(parent), WIDEST)
    for level in range(int(depth.max(initial=0))):
        below = np.flatnonzero(depth == level + 1)
        bands = sorted(np.flatnonzero(opens & (depth == level)).tolist(), key=lambda node: (y[node], node))
        bands = [node for node in bands if singly or (parent[below] == node).any()]
        slot = _slots(parent, weight, below, bands if singly else [])
        sizes = _bands(weight[bands]) if singly else np.array([slot[parent[below] == node].sum() for node in bands])
        for centre, node in zip(apart(y[bands], sizes), bands, strict=True):
            mine = parent[below] == node
            y[below[mine]] = centre - slot[mine].sum() / 2 + np.cumsum(slot[mine]) - slot[mine] / 2
        wide[below] = _widths(weight[below], slot)
    return y, wide


def _slots(parent: np.ndarray, weight: np.ndarray, below: np.ndarray, bands: Sequence[int]) -> np.ndarray:
    """Room [m] of the nodes of a level; with `bands`, in those of their parents."""
    part = weight[below] / weight[below].max(initial=1e-300)
    if not bands:
        unit = min(WIDEST, (1 - min(GAP * len(below), 0.6)) / part.sum())
        return np.asarray(unit * part + np.minimum((1 - unit * part.sum()) / len(below), AIR))
    out = np.zeros(len(below))
    for node, size in zip(bands, _bands(weight[list(bands)]), strict=True):
        mine = parent[below] == node
        if mine.any():
            out[mine] = np.minimum(size * (0.5 / mine.sum() + 0.5 * part[mine] / part[mine].sum()), WIDEST + AIR)
    return out


def _bands(weight: np.ndarray) -> np.ndarray:
    """Parts of one [m] for parents that are asked one after the other."""
    return np.asarray(0.4 / max(len(weight), 1) + 0.6 * weight / max(weight.sum(), 1e-300))


def _widths(weight: np.ndarray, slot: np.ndarray) -> np.ndarray:
    """How wide the branches of a level are [m]: in proportion to each other, and so that each fits its room."""
    part = weight / weight.max(initial=1e-300)
    free = slot - np.minimum(GAP, 0.5 * slot)
    unit = min(WIDEST, float((free / np.maximum(part, 1e-12)).min(initial=WIDEST)))
    return np.asarray(unit * part)


def apart(wanted: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Centres [m] of intervals of given sizes, in their order, disjoint and within 0..1, nearest to `wanted` (sorted)."""
    if not len(size):
        return np.zeros(0)
    before = np.cumsum(size) - size / 2 - size[0] / 2
    blocks: list[tuple[float, int]] = []  # isotonic regression: neighbours that would overlap share one shift
    for shift in wanted - before:
        mean, count = float(shift), 1
        while blocks and blocks[-1][0] > mean:
            other, members = blocks.pop()
            mean, count = (other * members + mean * count) / (members + count), members + count
        blocks.append((mean, count))
    shifts = np.repeat([mean for mean, _ in blocks], [count for _, count in blocks])
    return np.asarray(before + np.clip(shifts, size[0] / 2, 1 - size.sum() + size[0] / 2))


@dataclass(frozen=True)
class Course:
    """Where a river runs. What it draws are outlines and lines in one path each, without colours; `members`: bool [n]."""

    x: np.ndarray  # [n] of the nodes
    y: np.ndarray  # [n]
    wide: np.ndarray  # [n] the branch as it comes to a node
    start: np.ndarray  # [n] where it begins
    begin: np.ndarray  # [n] the height there
    first: np.ndarray  # [n] how wide it is there
    room: float  # right of a node for its name; there its children begin

    def branches(self, members: np.ndarray, part: np.ndarray | float = 1) -> Trace:
        """Branches to nodes, or as much as `part` [n] of their widths."""
        some, part = np.flatnonzero(members & (self.x > self.x[0])), np.broadcast_to(part, len(self.x))
        x, y = self._way(some, 1)
        half = (self.first[some, None] + (self.wide - self.first)[some, None] * _bend(1)[1]) * part[some, None] / 2
        return _around(x, y - half, y + half)

    def pools(self, members: np.ndarray) -> Trace:
        """What lies below the names of nodes, as wide as their branches."""
        some = np.flatnonzero(members)
        x, y, half = self.x[some, None], self.y[some, None], self.wide[some, None] / 2
        across = np.hstack([x, x + self.room])
        return _around(across, np.hstack([y - half] * 2), np.hstack([y + half] * 2))

    def stubs(self, members: np.ndarray) -> Trace:
        """The beginnings of branches that run dry."""
        some = np.flatnonzero(members)
        x, y = self._way(some, STUB)
        half = self.first[some, None] * np.linspace(1, 0, x.shape[1]) / 2
        return _around(x, y - half, y + half)

    def middles(self, members: np.ndarray) -> Trace:
        return path(*self._way(np.flatnonzero(members & (self.x > self.x[0])), 1))

    def bars(self, members: np.ndarray) -> Trace:
        """Upright lines at nodes, as long as their branches are wide."""
        some = np.flatnonzero(members)
        x, y, half = self.x[some, None], self.y[some, None], np.maximum(self.wide[some, None] / 2, 0.004)
        return path(np.hstack([x, x]), np.hstack([y - half, y + half]))

    def _way(self, some: np.ndarray, to: float) -> tuple[np.ndarray, np.ndarray]:
        """The middles of branches, as far as `to` of their ways."""
        along, bend = _bend(to)
        x, y = self.start[some, None], self.begin[some, None]
        return x + (self.x[some, None] - x) * along, y + (self.y[some, None] - y) * bend


def course(parent: np.ndarray, x: np.ndarray, y: np.ndarray, wide: np.ndarray, share: np.ndarray, room: float) -> Course:
    """A river through nodes at x, y [n]. Out of a node branches come in their order, by `share` [n], a child's part of it."""
    begin, used, first = y.copy(), np.zeros(len(parent)), np.zeros(len(parent))
    for node in np.argsort(y, kind="stable").tolist():
        above = int(parent[node])
        if above >= 0:
            first[node] = share[node] * wide[above]
            begin[node] = y[above] - wide[above] / 2 + used[above] + first[node] / 2
            used[above] += first[node]
    start = np.where(parent == 0, x[0], x[np.maximum(parent, 0)] + room)
    return Course(x, y, wide, start, begin, first, room)


@cache
def _bend(to: float) -> tuple[np.ndarray, np.ndarray]:
    """Parts of a branch's way and of its fall, as far as `to` of the way."""
    along = np.append(np.linspace(0, FLAT, 11), 1.0) if to >= 1 else np.linspace(0, to, 7)
    bent = np.minimum(along / FLAT, 1)
    return along, bent**2 * (3 - 2 * bent)


def path(x: np.ndarray, y: np.ndarray) -> Trace:
    """Lines [m, k] in one path."""
    gap = np.full((len(x), 1), np.nan)
    flat = [np.concatenate([side, gap], 1).ravel() for side in (x, y)]
    return {"type": "scatter", "mode": "lines", "x": np.round(flat[0], 3), "y": np.round(flat[1], 4), "hoverinfo": "skip"}


def joined(one: Trace, other: Trace) -> Trace:
    """Two paths as one."""
    return one | {side: np.append(one[side], other[side]) for side in "xy"}


def filled(outline: Trace, colour: str, key: str) -> Trace:
    """`key` tells it from other traces of the picture, while it glides."""
    return outline | {"fill": "toself", "fillcolor": colour, "line": {"color": colour, "width": 0}, "meta": {"key": key}}


def drawn(line: Trace, colour: str, key: str, width: float = 1.5, dash: str = "solid") -> Trace:
    return line | {"fill": "none", "line": {"color": colour, "width": width, "dash": dash}, "meta": {"key": key}}


def _around(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> Trace:
    """What lies between lines [m, k]."""
    return path(np.concatenate([x, x[:, ::-1], x[:, :1]], 1), np.concatenate([low, high[:, ::-1], low[:, :1]], 1))


def families(parent: np.ndarray, span: np.ndarray, left: np.ndarray, right: np.ndarray) -> Trace:
    """Between blocks, from each parent to its children: what lies between its right edge and their left ones."""
    above = np.unique(parent[1:])
    children = [np.flatnonzero(parent == node) for node in above.tolist()]
    ends = np.array([(span[some, 0].min(), span[some, 1].max(), left[some[0]]) for some in children]).reshape(-1, 3)
    along, bend = _bend(1)
    x = right[above, None] + (ends[:, 2:] - right[above, None]) * along
    low, high = (span[above, k, None] + (ends[:, k, None] - span[above, k, None]) * bend for k in (0, 1))
    return _around(x, low, high)


def stacked(parent: np.ndarray, depth: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Blocks: top and bottom [n, 2] in 0..1. Height is weight; children fill their parent from above in their order.

    A block never moves once it is there, since children are only appended.
    """
    out, used = np.zeros((len(parent), 2)), np.zeros(len(parent))
    out[0] = 0, weight[0]
    for node in np.argsort(depth, kind="stable")[1:].tolist():
        above = parent[node]
        top = out[above, 0] + used[above]
        used[above] += weight[node]
        out[node] = top, top + weight[node]
    return out


def fanned(parent: np.ndarray, depth: np.ndarray, weight: np.ndarray, gap: float = 0.02) -> np.ndarray:
    """Blocks: top and bottom [n, 2] in 0..1, where every level has the whole height, and a block its part of the level's weight.

    Families stay together in their parents' order, `gap` between them. A level changes only while nodes are added to it.
    """
    out = np.zeros((len(parent), 2))
    out[0] = 0, 1
    for level in range(1, int(depth.max(initial=0)) + 1):
        members = np.flatnonzero(depth == level)
        members = members[np.lexsort((members, out[parent[members], 0]))]
        families = np.flatnonzero(np.diff(parent[members], prepend=-2))  # where each begins
        part = weight[members] / max(weight[members].sum(), 1e-300) * (1 - gap * (len(families) - 1))
        breaks = np.isin(np.arange(len(members)), families[1:])
        top = np.cumsum(part) - part + gap * np.cumsum(breaks)
        out[members] = np.stack([top, top + part], 1)
    return out


def branches(
    x: np.ndarray, y: np.ndarray, parent: np.ndarray, nodes: Sequence[int], *, colour: str, width: float, dash: str = "solid"
) -> Trace:
    """The edges that lead to `nodes`, as smooth curves in one path."""
    below = np.asarray(nodes, dtype=int)
    above = parent[below]
    gap = np.full((len(below), 1), np.nan)
    across = x[above, None] + (x[below] - x[above])[:, None] * SMOOTH
    along = y[above, None] + (y[below] - y[above])[:, None] * EASE
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.round(np.concatenate([across, gap], axis=1).ravel(), 3),
        "y": np.round(np.concatenate([along, gap], axis=1).ravel(), 4),
        "hoverinfo": "skip",
        "line": {"color": colour, "width": width, "dash": dash},
    }


def on_branch(x0: float, y0: float, x1: float, y1: float, at: float = 0.66) -> tuple[float, float]:
    """The point of an edge at a part of its way, for a label."""
    return x0 + (x1 - x0) * at, y0 + (y1 - y0) * at * at * (3 - 2 * at)


def in_lines(parent: np.ndarray, leaves: int) -> tuple[np.ndarray, np.ndarray]:
    """Depth [n] and height [n] of the nodes of a finished tree: each leaf has a line, every node stands amid its children.

    The first `leaves` nodes are leaves; the root, whose parent is −1, is the last, and no node comes before its children.
    """
    n = len(parent)
    depth, y = np.zeros(n), np.zeros(n)
    children: list[list[int]] = [[] for _ in range(n)]
    for node in range(n - 2, -1, -1):
        depth[node] = depth[parent[node]] + 1
        children[parent[node]].insert(0, node)
    stack, line = [n - 1], 0
    while stack:
        node = stack.pop()
        if node < leaves:
            y[node], line = line, line + 1
        stack += sorted(children[node], reverse=True)
    for node in range(leaves, n):
        y[node] = np.mean(y[children[node]])
    return depth, y
