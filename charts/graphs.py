"""Nodes and edges. Large graphs are drawn by WebGL."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from charts import bars, labels, points
from charts.panels import Trace, escaped

FEW = 340  # nodes up to which they are SVG, one mark each
MANY = 3000  # edges drawn at most
STEPS = 5


def sampled(pairs: np.ndarray, most: int = MANY) -> np.ndarray:
    """At most so many of the edges [m, 2], spread evenly over their list: always the same."""
    return pairs if len(pairs) <= most else pairs[np.linspace(0, len(pairs) - 1, most).round().astype(int)]


def edges(
    pos: np.ndarray, pairs: np.ndarray, *, colour: str = "@edge", width: float = 0.8, opacity: float = 0.55, dash: str = "solid"
) -> Trace:
    """Edges [m, 2] between places [n, 2], in one path."""
    drawn = points.mesh(pos.astype(float), pairs, colour=colour, width=width, opacity=opacity)
    drawn["line"] |= {"dash": dash} if dash != "solid" else {}
    return faster(drawn, len(pos))


def strengths(pos: np.ndarray, pairs: np.ndarray, values: np.ndarray, *, colour: str = "@ink2") -> list[Trace]:
    """Edges as wide as their value in 0 … 1, in a few steps: one path a step."""
    step = np.clip((values * STEPS).astype(int), 0, STEPS - 1)
    return [edges(pos, pairs[step == k], colour=colour, width=0.5 + 1.3 * k, opacity=0.4 + 0.12 * k) for k in range(STEPS)]


def heads(pos: np.ndarray, arcs: np.ndarray, *, size: float = 0.03, colour: str = "@edge") -> Trace:
    """Arrow heads at the receiving end of arcs [m, 2], in one path."""
    start, end = pos[arcs[:, 0]].astype(float), pos[arcs[:, 1]].astype(float)
    way = end - start
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    side = np.stack([-way[:, 1], way[:, 0]], 1)
    tip = end - 1.6 * size * way
    corners = np.stack([0 * way, -1.5 * size * way + 0.6 * size * side, -1.5 * size * way - 0.6 * size * side, 0 * way], 1)
    return points.blobs(tip, corners, colour=colour)


def nodes(pos: np.ndarray, index: np.ndarray, *, colour: Any, size: Any = 11, symbol: str = "circle", **more: Any) -> Trace:
    """Some of the nodes, at places [n, 2]; they share the link "node" by their index."""
    more["meta"] = {"link": "node", "index": index, "ring": 18} | more.get("meta", {})
    more["marker"] = {"line": {"width": 1, "color": "@surface"}} | more.get("marker", {})
    return faster(points.cloud(pos[index].astype(float), colour=colour, symbol=symbol, size=size, opacity=1, **more), len(pos))


def valued(pos: np.ndarray, values: np.ndarray, *, high: float, **more: Any) -> Trace:
    """All nodes coloured by a value from 0 to `high`."""
    scaled = {"colorscale": "@sequential", "cmin": 0, "cmax": max(high, 1e-12), "showscale": False}
    marker = {"color": np.asarray(values, dtype=float)} | scaled | more.pop("marker", {})
    return nodes(pos, np.arange(len(pos)), colour="@ink", marker=marker, **more)


def rings(pos: np.ndarray, index: np.ndarray, *, colour: str = "@ink", size: float = 19, width: float = 2) -> Trace:
    """Circles around some nodes."""
    at, line = pos[index].astype(float), {"line": {"width": width, "color": colour}}
    ring = points.cloud(at, colour=colour, symbol="circle-open", size=size, opacity=1, hoverinfo="skip", marker=line)
    return faster(ring, len(pos))


def names(
    pos: np.ndarray, pairs: np.ndarray, index: Sequence[int], texts: Sequence[str], first: Sequence[int] = (), *, size: float,
    room: float = 0.0, bold: Sequence[int] = (),
) -> Trace:  # fmt: skip
    """Names [k] beside nodes `index` where there is room, the same through a film: `first` ones before all, then by degree.

    `room`: what the axis of y has more below than `frame`. `texts` as they are.
    """
    sides = _sides(pos.tobytes(), pairs.tobytes(), tuple(index), tuple(texts), tuple(first), size, room)
    inks = ["@ink" if sides[k] >= 0 and u in {*first, *bold} else "@ink2" for k, u in enumerate(index)]
    said = [f"<b>{escaped(text)}</b>" if u in bold else escaped(text) for u, text in zip(index, texts, strict=True)]
    return labels.beside(pos[list(index)], said, sides, radius=size / 2, font=11, colour=inks)


@lru_cache(maxsize=32)
def _sides(
    places: bytes, edges: bytes, index: tuple[int, ...], texts: tuple[str, ...], first: tuple[int, ...], size: float, room: float
) -> np.ndarray:
    """On which side of its node each name stands; −1: it has no room."""
    pos = np.frombuffer(places, np.float32).reshape(-1, 2).astype(float)
    pairs = np.frombuffer(edges, np.int64).reshape(-1, 2)
    x, y = frame(pos)
    at = labels.pixels(pos, x, [y[0] - room * (y[1] - y[0]), y[1]])
    must = np.isin(index, first)
    rank = np.bincount(pairs.ravel(), minlength=len(pos))[list(index)] + 1000 * must
    lines = np.concatenate([at[pairs[:, 0]], at[pairs[:, 1]]], 1) if len(pairs) <= FEW else None
    box, near = labels.sizes(texts, 11), size / 2
    return labels.place(at[list(index)], box, rank, radius=near, marks=at, mark_radius=near, lines=lines, must=must, limit=2.6)


def crosses(pos: np.ndarray, index: np.ndarray, size: float = 14) -> Trace:
    """Crosses on some of the nodes."""
    x, y = pos[index].astype(float).T
    font = {"size": size, "color": "@bad", "shadow": "@halo"}
    return bars.labels(x, y, ["✕"] * len(index)) | {"textfont": font}


def classes(kind: np.ndarray) -> dict[str, Any]:
    """One marker for all nodes of a large graph, a colour for each class [n]; those beyond six share one."""
    colours = [f"@c{k + 1}" for k in range(6)] + ["@ink3"]
    scale = [[at / 7, colour] for k, colour in enumerate(colours) for at in (k, k + 1)]
    kept = np.minimum(kind, 6).astype(np.int8)
    return {"color": kept, "colorscale": scale, "cmin": -0.5, "cmax": 6.5, "line": {"width": 0}}


def faster(trace: Trace, n: int) -> Trace:
    """The same trace, drawn by WebGL where there are many nodes."""
    return trace if n <= FEW else trace | {"type": "scattergl"}


def frame(pos: np.ndarray, room: float = 0.08) -> tuple[list[float], list[float]]:
    """The ranges of x and y around places [n, 2]."""
    low, high = pos.min(0), pos.max(0)
    pad = room * np.maximum(high - low, 0.4)
    return [float(low[0] - pad[0]), float(high[0] + pad[0])], [float(low[1] - pad[1]), float(high[1] + pad[1])]
