"""Cells in a row, cells in grids, and threads that hang from one to the other. Boxes are [n, 4]: left, right, low, high."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import bars, points
from charts.labels import width
from charts.numbers import number, short
from charts.panels import Trace

HANG = np.linspace(0, 1, 9)
EASE = HANG**2 * (3 - 2 * HANG)  # as a thread leaves straight down, and comes in straight


def row(left: float, low: float, count: int, across: float, high: float) -> np.ndarray:
    """Cells side by side [count, 4]."""
    x = left + across * np.arange(count)
    return np.stack([x, x + across, np.full(count, low), np.full(count, low + high)], 1)


def lattice(left: float, top: float, places: np.ndarray, across: float, high: float, gap: float) -> np.ndarray:
    """Cells at the rows and columns `places` [n, 2] of a grid, [n, 4]; `gap` between its rows, where threads are seen."""
    x, y = left + across * places[:, 1], top - (high + gap) * places[:, 0]
    return np.stack([x, x + across, y - high, y], 1)


def hanging(boxes: np.ndarray, spread: np.ndarray, floor: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Ways [n, k, 2] from below each box straight to its `floor` [n], then in a curve to the middle of the top of `ends` [n, 4].

    `spread` [n], 0 … 1: where across a box its thread begins, so that those of one column hang side by side.
    """
    x0, y0 = boxes[:, 0] + spread * (boxes[:, 1] - boxes[:, 0]), boxes[:, 2]
    x1, y1 = (ends[:, 0] + ends[:, 1]) / 2, ends[:, 3]
    x = x0[:, None] + EASE * (x1 - x0)[:, None]
    y = floor[:, None] + HANG * (y1 - floor)[:, None]
    first = np.stack([x0, y0], 1)[:, None]
    return np.concatenate([first, np.stack([x, y], -1)], 1)


def threads(ways: np.ndarray, *, colour: str, width: float = 1.2, **more: Any) -> Trace:
    """Ways [n, k, 2] as one line with gaps."""
    x, y = points.gapped_ways(ways)
    style = {"color": colour, "width": width, "simplify": False}
    return {"type": "scatter", "mode": "lines", "x": x.round(1), "y": y.round(1), "line": style, "hoverinfo": "skip", **more}


def outlined(boxes: np.ndarray, *, colour: str, fill: str, width: float = 1.2, dash: str = "solid") -> Trace:
    """Boxes in one path."""
    made = bars.rectangles(*boxes.T, colour=fill, line=colour, width=width)
    return made | {"line": made["line"] | {"dash": dash}}


def middles(boxes: np.ndarray) -> np.ndarray:
    """The middles [n, 2] of boxes."""
    return np.stack([(boxes[:, 0] + boxes[:, 1]) / 2, (boxes[:, 2] + boxes[:, 3]) / 2], 1)


def fitting(values: Sequence[float], across: float, size: float) -> list[str]:
    """Numbers as long as `across` px let them be: whole, or with as many digits as have room; "" where not even one has."""
    return [next((text for text in _ways(value) if width(text, size) <= across), "") for value in values]


def _ways(value: float) -> list[str]:
    said = short(value, 4), short(value, 3), short(value, 2), number(value, 1)
    return [text.removeprefix("0") if text.startswith("0.") else text.replace("−0.", "−.") for text in said]
