"""Points, meshes and the small marks on them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts.panels import Trace
from charts.theme import SYMBOLS

RIM = {"line": {"color": "@surface", "width": 1.5}}  # of paper, around a mark that lies on others


def cloud(
    xy: np.ndarray, *, colour: str | Sequence[str], symbol: str = "circle", size: float = 6, opacity: float = 0.55, **more: Any
) -> Trace:
    """Samples [n, 2] as marks of one kind; `marker`: what else there is to say of them."""
    inks = colour if isinstance(colour, str) else list(colour)
    marker = {"size": size, "color": inks, "symbol": symbol, "opacity": opacity} | more.pop("marker", {})
    return {"type": "scatter", "mode": "markers", "x": xy[:, 0], "y": xy[:, 1], "marker": marker, **more}


def within(xy: np.ndarray, x: Sequence[float], y: Sequence[float]) -> np.ndarray:
    """Places [n, 2], NaN those outside of axes from x[0] to x[1] and y[0] to y[1]: they are not drawn, and can be counted."""
    outside = (xy < [x[0], y[0]]) | (xy > [x[1], y[1]])
    return np.where(outside.any(-1, keepdims=True), np.nan, xy)


def reach(xy: np.ndarray, room: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """The corners [2], [2] of a picture around points [n, 2], some room included."""
    low, high = xy.min(0), xy.max(0)
    free = room * np.where(high > low, high - low, 1.0)
    return low - free, high + free


def rings(xy: np.ndarray, *, colour: str = "@accent", size: float = 12) -> Trace:
    """Rings around places [n, 2]."""
    return cloud(xy, colour=colour, symbol="circle-open", size=size, opacity=1, hoverinfo="skip", cliponaxis=False)


def mesh(xy: np.ndarray, edges: np.ndarray, *, colour: str = "@ink", width: float = 0.9, opacity: float = 0.55) -> Trace:
    """Nodes [n, 2] joined along `edges` [m, 2]: one line with gaps, because that draws fastest."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": gapped(xy[:, 0], edges),
        "y": gapped(xy[:, 1], edges),
        "hoverinfo": "skip",
        "line": {"color": colour, "width": width},
        "opacity": opacity,
        "connectgaps": False,
    }


def gapped(values: np.ndarray, paths: np.ndarray) -> np.ndarray:
    """Values along every path [m, k], a gap after each: [m · (k + 1)]."""
    return np.concatenate([values[paths], np.full((len(paths), 1), np.nan)], axis=1).ravel()


def gapped_ways(ways: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ways [n, k, 2] in one path, a gap after each: x and y [n · (k + 1)]."""
    path = np.concatenate([ways, np.full((len(ways), 1, 2), np.nan)], axis=1).reshape(-1, 2)
    return path[:, 0], path[:, 1]


def targets(xy: np.ndarray, link: str, *, ring: int, template: str, **more: Any) -> Trace:
    """Places [n, 2] that can be pointed at but are not drawn: an unseen line is one element, n marks are n."""
    meta = {"link": link, "ring": ring} | more.pop("meta", {})
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xy[:, 0],
        "y": xy[:, 1],
        "line": {"width": 0, "color": "rgba(0,0,0,0)"},
        "meta": meta,
        "hovertemplate": template + "<extra></extra>",
        **more,
    }


def nowhere(trace: Trace) -> Trace:
    """The same without points: a picture with as many traces as the next one is drawn much faster."""
    return trace | {"x": [None] * len(trace["x"]), "y": [None] * len(trace["y"])}


def dots(xy: np.ndarray, radius: tuple[float, float], *, colour: str = "@ink") -> Trace:
    """Small filled diamonds of `radius` in data units, all in one path."""
    corners = np.array([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]]) * np.array(radius)
    return blobs(xy, corners[None].repeat(len(xy), 0), colour=colour)


def blobs(xy: np.ndarray, corners: np.ndarray, *, colour: str, line: str | None = None, width: float = 0.8, **more: Any) -> Trace:
    """Polygons `corners` [n, k, 2] around places [n, 2], all in one path."""
    x, y = gapped_ways(xy[:, None] + corners)
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": x,
        "y": y,
        "hoverinfo": "skip",
        "fillcolor": colour,
        "line": {"color": line or colour, "width": width if line else 0},
        **more,
    }


_ANGLES = np.linspace(0, 2 * np.pi, 13)
OUTLINES: dict[str, np.ndarray] = {  # closed, of about equal area, in the order of the categorical colours
    "circle": np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], -1),
    "diamond": np.array([[1.2, 0], [0, 1.2], [-1.2, 0], [0, -1.2], [1.2, 0]]),
    "square": np.array([[0.88, 0.88], [-0.88, 0.88], [-0.88, -0.88], [0.88, -0.88], [0.88, 0.88]]),
    "triangle-up": np.array([[0, 1.3], [-1.15, -0.75], [1.15, -0.75], [0, 1.3]]),
    "cross": np.array(
        [
            [0.4, 1.2],
            [-0.4, 1.2],
            [-0.4, 0.4],
            [-1.2, 0.4],
            [-1.2, -0.4],
            [-0.4, -0.4],
            [-0.4, -1.2],
            [0.4, -1.2],
            [0.4, -0.4],
            [1.2, -0.4],
            [1.2, 0.4],
            [0.4, 0.4],
            [0.4, 1.2],
        ]
    ),
    "star": np.stack(
        [
            np.where(np.arange(11) % 2, 0.6, 1.35) * np.sin(np.arange(11) * np.pi / 5),
            np.where(np.arange(11) % 2, 0.6, 1.35) * np.cos(np.arange(11) * np.pi / 5),
        ],
        -1,
    ),
}


def kind(k: int) -> tuple[str, str, np.ndarray]:
    """Colour, symbol and outline of category k; after the sixth they repeat as grey."""
    if k >= len(SYMBOLS):
        return "@ink3", "circle", OUTLINES["circle"] * 0.8
    return f"@c{k + 1}", SYMBOLS[k], OUTLINES[SYMBOLS[k]]


def signs(xy: np.ndarray, kinds: np.ndarray, radius: np.ndarray, count: int) -> list[Trace]:
    """Places [n, 2] with the sign of their category [n] (-1: none) as large as `radius` [n]: one path for each of `count`."""
    found = []
    for k in range(count):
        colour, _, outline = kind(k)
        found.append(blobs(xy[kinds == k], outline * radius[kinds == k, None, None], colour=colour, line="@surface"))
    return found


def hull(xy: np.ndarray, radius: tuple[float, float], n: int = 48) -> np.ndarray:
    """A convex outline [n + 1, 2] around places [m, 2] with round corners, `radius` (across, up) from the outermost.

    Point k looks in the same direction whatever the places, so that the outline can glide with them.
    """
    ways = np.stack([np.cos(2 * np.pi * np.arange(n + 1) / n), np.sin(2 * np.pi * np.arange(n + 1) / n)], -1)
    scaled = xy / radius
    return np.asarray((scaled[(scaled @ ways.T).argmax(0)] + ways) * radius)
