"""Trees that grow level by level from left to right: a node never moves once it has its place."""

from collections.abc import Sequence

import numpy as np

from charts.panels import Trace

SMOOTH = np.linspace(0, 1, 13)
EASE = SMOOTH**2 * (3 - 2 * SMOOTH)


def places(parent: np.ndarray, depth: np.ndarray, opens: np.ndarray, fan: int | None = None, gap: float = 0.12) -> np.ndarray:
    """Heights y [n] in 0..1 of nodes whose parents are `parent` [n] (−1: the root).

    Every node that opens (`opens` [n], bool) gets a band on the next level, as near to its own height as the other bands allow;
    its children stand in it in their order. Where a level comes as a whole, a band is as wide as its children need. Where it
    comes parent by parent, each band has room for `fan` children, so that what comes later moves nothing.
    """
    y = np.full(len(parent), 0.5)
    children: list[list[int]] = [[] for _ in parent]
    for node, above in enumerate(parent.tolist()):
        if above >= 0:
            children[above].append(node)
    for level in range(int(depth.max(initial=0))):
        bands = sorted(np.flatnonzero(opens & (depth == level)).tolist(), key=lambda node: (y[node], node))
        bands = [node for node in bands if fan or children[node]]
        if not bands:
            continue
        room = np.array([fan or len(children[node]) for node in bands], dtype=float)
        tight = min(gap, 0.98 / room.sum())
        for centre, size, node in zip(apart(y[bands], room * tight), room * tight, bands, strict=True):
            few = children[node]
            step = min(gap, size / max(len(few), 1))
            y[few] = centre + step * (np.arange(len(few)) - (len(few) - 1) / 2)
    return y


def apart(wanted: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Centres [m] of intervals of given sizes, in their order, disjoint and within 0..1, nearest to `wanted` (sorted)."""
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
