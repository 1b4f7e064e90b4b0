"""Over a picture in patches: grid, outlines, veil, letters, squares. None of them takes the picture's own colours away.

Places are in patches, row 0 above; patch (i, j) covers i … i + 1 and j … j + 1. Boxes are [n, 4]: top, left, height, width.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charts.curves import line
from charts.images import photograph
from charts.panels import Trace

NOTHING = "rgba(0,0,0,0)"
VEIL = [[0, NOTHING], [1 / 3, NOTHING], [1 / 3, "@surface"], [2 / 3, "@surface"], [2 / 3, "@tile"], [1, "@tile"]]
CORNERS = np.array([[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]])  # of a box, down and across


def cells(z: NDArray[Any], x: tuple[float, float], y: tuple[float, float], **more: Any) -> Trace:
    """Cells [h, w] by value, laid over x and y."""
    dx, dy = (x[1] - x[0]) / z.shape[1], (y[1] - y[0]) / z.shape[0]
    place = {"x0": x[0] + dx / 2, "dx": dx, "y0": y[0] + dy / 2, "dy": dy}
    return {"type": "heatmap", "z": z, "colorscale": "@sequential", "showscale": False, **place, **more}


def veil(hidden: NDArray[Any], *, corner: tuple[float, float] = (0, 0), opacity: float = 0.8, **more: Any) -> Trace:
    """Over each patch [h, w]: 0 nothing, 1 a veil, 2 paper, where there is no picture. `corner`: where row and column 0 begin."""
    (high, wide), (top, left) = hidden.shape, corner
    look = {"colorscale": VEIL, "zmin": -0.5, "zmax": 2.5, "opacity": opacity} | ({} if "meta" in more else {"hoverinfo": "skip"})
    return cells(hidden.astype(np.int8), (left, left + wide), (top, top + high), **look, **more)


def asked(numbers: NDArray[Any], template: str, link: str = "patch") -> dict[str, Any]:
    """What makes a veil's patches ones to be pointed at and clicked, each under its own number [h, w]."""
    meta = {"link": link, "click": link, "index": numbers.reshape(-1)}
    return {"meta": meta, "hovertemplate": template + "<extra></extra>"}


def boxes(found: NDArray[Any], *, colour: str, width: float, **more: Any) -> Trace:
    """Outlines of boxes [n, 4] in one path. As many boxes elsewhere glide there."""
    held = np.asarray(found, dtype=float).reshape(-1, 4)
    corners = held[:, None, :2] + CORNERS * held[:, None, 2:]  # (n, 5, 2)
    path = np.concatenate([corners, np.full((len(held), 1, 2), np.nan)], 1)
    return line(path[..., 1].ravel(), path[..., 0].ravel(), colour=colour, width=width, cliponaxis=False, **more)


def at(places: NDArray[Any]) -> NDArray[Any]:
    """The boxes of single patches [n, 2]."""
    return np.pad(places, ((0, 0), (0, 2)), constant_values=1)


def twofold(found: NDArray[Any], *, colour: str = "@ink", width: float = 2) -> list[Trace]:
    """The same on a seam of paper, so that they are seen on any picture."""
    return [boxes(found, colour="@surface", width=width + 2), boxes(found, colour=colour, width=width)]


def lattice(size: tuple[int, int], side: int) -> NDArray[np.int64]:
    """Boxes of a grid cut into squares."""
    y, x = (grid.ravel() for grid in np.mgrid[0 : size[0] : side, 0 : size[1] : side])
    return np.stack([y, x, np.full_like(y, side), np.full_like(y, side)], 1)


def grid(high: int, wide: int, *, opacity: float = 0.5, colour: str = "@surface") -> Trace:
    """Thin lines between patches, in one path."""
    rows = [[k, 0, 0, wide] for k in range(1, high)]
    return boxes(np.array(rows + [[0, k, high, 0] for k in range(1, wide)]), colour=colour, width=0.6, opacity=opacity)


def rim(labels: NDArray[Any]) -> NDArray[np.int64]:
    """Boxes as thin as a line wherever neighbours [h, w] have different labels, and around what has one that is not 0."""
    held = np.pad(labels, 1)
    y, x = np.nonzero(held[1:] != held[:-1])  # below row y of the padded grid
    v, u = np.nonzero(held[:, 1:] != held[:, :-1])
    flat = np.stack([y, x - 1, np.zeros_like(y), np.ones_like(y)], 1)
    return np.concatenate([flat, np.stack([v - 1, u, np.ones_like(v), np.zeros_like(v)], 1)])


def quarters(pixels: NDArray[Any], side: int, corner: int) -> tuple[NDArray[Any], list[Trace]]:
    """A picture, its patches `side` pixels wide, cut in four at patch (corner, corner), or whole at 0: where each part begins
    [n, 2], and its image there. Each is one file, wherever it is put."""
    (high, wide), more = (size // side for size in pixels.shape[:2]), 1 + (corner > 0)
    begins, files = [], []
    for top, foot in [(corner, high), (0, corner)][:more]:
        for left, right in [(corner, wide), (0, corner)][:more]:
            part = np.ascontiguousarray(pixels[top * side : foot * side, left * side : right * side])
            begins.append((top, left))
            files.append(photograph(part, (left, right), (top, foot)))
    return np.array(begins), files


def squares(weights: NDArray[Any], **more: Any) -> Trace:
    """Weights [h, w] as squares whose area is the weight, the largest filling its patch."""
    y, x = np.nonzero(weights)
    size = 0.92 * np.sqrt(weights[y, x] / max(float(weights.max()), 1e-12))
    found = np.stack([y + 0.5 - size / 2, x + 0.5 - size / 2, size, size], 1)
    return boxes(found, colour="@surface", width=0.8, fill="toself", fillcolor="@accent", opacity=0.85, **more)


def letters(names: Sequence[str], y: NDArray[Any], x: NDArray[Any], *, size: float = 24) -> Trace:
    """Short words on round paper, in ink: they are read on any picture."""
    marker = {"size": size, "color": "@surface", "opacity": 0.92, "line": {"color": "@ink", "width": 1}}
    text = {"text": list(names), "textposition": "middle center", "textfont": {"size": 14, "color": "@ink"}}
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": x,
        "y": y,
        "marker": marker,
        "hoverinfo": "skip",
        "cliponaxis": False,
    } | text
