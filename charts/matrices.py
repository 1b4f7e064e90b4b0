"""Cells: a lattice coloured by a value or by its own colours."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charts import points
from charts.labels import width
from charts.panels import Panel, Trace, note

Span = tuple[float, float]
LEVELS = 14  # the steps of the ramps @neutral0 … @neutral13 and @sequential0 … @sequential13


def outline(hexagonal: bool) -> np.ndarray:
    """The corners [k, 2] of a cell around its place, closed."""
    if not hexagonal:
        return np.array([[0.5, 0.5], [-0.5, 0.5], [-0.5, -0.5], [0.5, -0.5], [0.5, 0.5]])
    angles = np.pi / 3 * np.arange(7) + np.pi / 6
    corners: np.ndarray = np.stack([np.cos(angles), np.sin(angles)], -1) / np.sqrt(3)
    return corners


def cells(
    places: np.ndarray, values: np.ndarray, corners: np.ndarray, low: float, high: float, ramp: str = "neutral"
) -> list[Trace]:
    """Cells [n, 2] filled by value in fourteen steps from low to high: one path a step, because that draws fastest."""
    level = np.clip((values - low) / max(high - low, 1e-12) * LEVELS, 0, LEVELS - 1).astype(int)
    inks = [f"@{ramp}{step}" for step in range(LEVELS)]
    return [points.blobs(places[level == k], corners, colour=ink, line="@surface", width=1) for k, ink in enumerate(inks)]


def blocks(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of a matrix by their groups [n]: the order [n] in which they make blocks, and these, row by row, as
    boxes [k · k, 4]: top, left, height and width in cells."""
    _, sizes = np.unique(groups, return_counts=True)
    starts = np.concatenate([[0], sizes.cumsum()[:-1]])
    corners, spans = (np.stack(np.meshgrid(side, side, indexing="ij"), -1).reshape(-1, 2) for side in (starts, sizes))
    return np.argsort(groups, kind="stable"), np.concatenate([corners, spans], 1)


def scale(low: str, high: str, ramp: str = "neutral", steps: int = 5) -> list[dict[str, Any]]:
    """A small key above a panel's right end, as notes. `low` and `high` are words or numbers."""
    place = {"xref": "x domain", "yref": "y domain", "x": 1, "y": 1, "yanchor": "bottom", "xanchor": "right"}
    right = round(width(high, 11)) + 6
    squares = [
        note(
            "",
            bgcolor=f"@{ramp}{round(j * (LEVELS - 1) / (steps - 1))}",
            width=9,
            height=9,
            borderpad=0,
            xshift=-right - 9 * (steps - 1 - j),
            yshift=11,
            **place,
        )
        for j in range(steps)
    ]
    small = place | {"font": {"size": 11, "color": "@ink3"}, "yshift": 8, "borderpad": 0}
    after = small | {"xanchor": "left", "xshift": 6 - right}  # words are as far from the squares at either side
    return [note(low, xshift=-right - 9 * steps - 6, **small), *squares, note(high, **after)]


def squares(
    title: str, table: np.ndarray, names: Sequence[str], told: Sequence[Sequence[str]], *, low: float, high: float, scale: str,
    x: Mapping[str, Any],
) -> Panel:  # fmt: skip
    """A table [n, m] as coloured squares, a row for each of `names`, escaped already; its numbers are told when pointed at.

    NaN is a gap. `told` [n][m]: what stands before the number; `x`: the axis below.
    """
    heat: Trace = {
        "type": "heatmap",
        "z": [[None if np.isnan(value) else round(float(value), 4) for value in row] for row in table],
        "zmin": low,
        "zmax": high,
        "colorscale": scale,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        "customdata": told,
        "hovertemplate": "%{customdata}: %{z:.3f}<extra></extra>",
    }
    look = {"tickfont": {"size": 11, "color": "@ink"}, "showgrid": False}
    rows = {"tickvals": list(range(len(names))), "ticktext": list(names), "range": [len(names) - 0.5, -0.5]}
    return Panel([heat], title, x={**look, "range": [-0.5, table.shape[1] - 0.5], **x}, y={**look, **rows})


def heat(values: np.ndarray, hover: str, **meta: Any) -> Trace:
    """The entries (m, n) of a matrix from 0 to their largest. `hover`: a template; `meta`: its link."""
    gap = 0.4 if len(values) <= 40 else 0
    look = {"colorscale": "@sequential", "zmin": 0, "zmax": float(values.max()) or 1.0, "showscale": False}
    return {"type": "heatmap", "z": values, **look, "xgap": gap, "ygap": gap, "hovertemplate": hover, "meta": meta}


def ringed(places: np.ndarray, corners: np.ndarray, colours: Sequence[str], width: float = 3) -> list[Trace]:
    """Outlines of single cells, each in its colour."""
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": place[0] + 0.94 * corners[:, 0],
            "y": place[1] + 0.94 * corners[:, 1],
            "hoverinfo": "skip",
            "line": {"color": colour, "width": width},
        }
        for place, colour in zip(places, colours, strict=True)
    ]


def frames(places: np.ndarray, corners: np.ndarray, thick: np.ndarray, *, colour: str, **more: Any) -> Trace:
    """Frames inside cells, all in one path. thick [n]: of a cell that its frame covers from each side, at most a half."""
    outer = np.broadcast_to(0.94 * corners, (len(places), *corners.shape))
    inner = 0.94 * (1 - 2 * thick[:, None, None]) * corners[::-1]
    return points.blobs(places, np.concatenate([outer, inner], axis=1), colour=colour, **more)


def borders(a: np.ndarray, b: np.ndarray, corners: np.ndarray) -> list[Trace]:
    """Bold lines between cells that touch, on paper, so that they are seen on any colour. a, b [n, 2]: the places of each two."""
    half = float(np.linalg.norm(corners[1] - corners[0])) / 2  # of a cell's side
    along, middle = half * (b - a)[:, ::-1] * [-1, 1], (a + b) / 2
    ends, pairs = np.concatenate([middle - along, middle + along]), np.arange(2 * len(a)).reshape(2, -1).T
    return [points.mesh(ends, pairs, colour=colour, width=px, opacity=1) for colour, px in (("@surface", 6), ("@ink", 3))]


def raster(places: np.ndarray, corners: np.ndarray, pixels: int) -> tuple[np.ndarray, Span, Span]:
    """A picture of the cells, so many pixels to a cell, for `images.tinted`: which one each pixel lies in, [h, w], their number
    where it lies in none; and the picture's edges along x and y. `seams` belong on it: its own edges are stairs."""
    low, high = places.min(0) - 0.6, places.max(0) + 0.6
    width, height = np.ceil((high - low) * pixels).astype(int)
    reach = np.abs(corners).max(0)  # of a cell, along x and y
    down, across = np.indices(np.ceil(2 * reach[::-1] * pixels).astype(int) + 2)  # a patch that any cell lies in
    first = np.floor((places - reach - low) * pixels).astype(int)[:, None, None]
    pixel = first + np.stack([across, down], -1)  # [cells, h, w, 2]
    normals = (corners[:-1] + corners[1:]) / 2  # from a cell's middle to those of its sides
    over = ((pixel + 0.5) / pixels + low - places[:, None, None]) @ (normals / (normals**2).sum(1, keepdims=True)).T
    cell, *patch = np.nonzero(over.max(-1) <= 1)
    x, y = pixel[cell, *patch].T[:, ::-1]  # backwards: on a border the first of two has the last word
    cells = np.full((height, width), len(places))
    cells[y, x] = cell[::-1]
    return cells, (low[0], low[0] + width / pixels), (low[1], low[1] + height / pixels)


def seams(places: np.ndarray, corners: np.ndarray) -> Trace:
    """The cells' outlines in paper: what lies below has smooth edges, on any screen."""
    ring = (places[:, None] + corners).reshape(-1, 2)
    return points.mesh(ring, np.arange(len(ring)).reshape(len(places), -1), colour="@surface", width=2.4, opacity=1)
