"""Cells: a lattice coloured by a value or by its own colours."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts.labels import width
from charts.panels import Trace, note

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
    return [_patch(places[level == step], corners, f"@{ramp}{step}") for step in range(LEVELS)]


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
    small = {"font": {"size": 11, "color": "@ink3"}, "yshift": 8}
    return [note(low, xshift=-right - 9 * steps - 6, **small, **place), *squares, note(high, **small, **place)]


def _patch(places: np.ndarray, corners: np.ndarray, colour: str) -> Trace:
    rings = (
        np.concatenate([places[:, None] + corners, np.full((len(places), 1, 2), np.nan)], axis=1)
        if len(places)
        else np.zeros((0, 1, 2))
    )
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": rings[..., 0].ravel(),
        "y": rings[..., 1].ravel(),
        "hoverinfo": "skip",
        "line": {"color": "@surface", "width": 1},
        "fillcolor": colour,
    }


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
