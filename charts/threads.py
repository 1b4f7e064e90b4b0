"""Cells in a row, cells in grids, and threads that hang from one to the other. Boxes are [n, 4]: left, right, low, high."""

from typing import Any

import numpy as np

from charts import bars, points
from charts.labels import width
from charts.numbers import short
from charts.panels import Trace

HANG = np.linspace(0, 1, 17)
EASE = HANG**2 * (3 - 2 * HANG)  # as a thread leaves straight down, and comes in straight
NONE = np.zeros((0, 1 + len(HANG), 2))


def row(left: float, low: float, count: int, across: float, high: float) -> np.ndarray:
    """Cells side by side [count, 4]."""
    x = left + across * np.arange(count)
    return np.stack([x, x + across, np.full(count, low), np.full(count, low + high)], 1)


def lattice(left: float, top: float, places: np.ndarray, across: float, high: float, gap: float) -> np.ndarray:
    """Cells at the rows and columns `places` [n, 2] of a grid, [n, 4]; `gap` between its rows, where threads are seen."""
    x, y = left + across * places[:, 1], top - (high + gap) * places[:, 0]
    return np.stack([x, x + across, y - high, y], 1)


def hanging(boxes: np.ndarray, rows: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Ways [n, k, 2] from below each box straight to below the grid, then in a curve to the middle of the top of `ends` [n, 4].

    `rows` [n]: in which row of the grid a box stands, so that the threads of one column hang side by side.
    """
    spread, floor = (rows + 1) / (rows.max() + 2), np.full(len(boxes), boxes[:, 2].min() - 2)
    x0, y0 = boxes[:, 0] + spread * (boxes[:, 1] - boxes[:, 0]), boxes[:, 2]
    x1, y1 = (ends[:, 0] + ends[:, 1]) / 2, ends[:, 3]
    x = x0[:, None] + EASE * (x1 - x0)[:, None]
    y = floor[:, None] + HANG * (y1 - floor)[:, None]
    first = np.stack([x0, y0], 1)[:, None]
    return np.concatenate([first, np.stack([x, y], -1)], 1)


def threads(ways: np.ndarray, *, colour: str, width: float = 1.2, dash: str = "solid", **more: Any) -> Trace:
    """Ways [n, k, 2] as one line with gaps."""
    x, y = points.gapped_ways(ways)
    style = {"color": colour, "width": width, "dash": dash, "simplify": False}
    return {"type": "scatter", "mode": "lines", "x": x.round(1), "y": y.round(1), "line": style, "hoverinfo": "skip", **more}


def outlined(boxes: np.ndarray, *, colour: str, fill: str, width: float = 1.2, dash: str = "solid") -> Trace:
    """Boxes in one path."""
    made = bars.rectangles(*boxes.T, colour=fill, line=colour, width=width)
    return made | {"line": made["line"] | {"dash": dash}}


def middles(boxes: np.ndarray) -> np.ndarray:
    """The middles [n, 2] of boxes."""
    return np.stack([(boxes[:, 0] + boxes[:, 1]) / 2, (boxes[:, 2] + boxes[:, 3]) / 2], 1)


def fitting(values: np.ndarray, across: float, size: float) -> list[str]:
    """Numbers of one row of cells `across` px wide, all with as many digits as have room; none where not even few have."""
    for digits in (4, 3, 2, 1):
        texts = [_brief(float(value), digits) for value in values]
        if all(width(text, size) <= across for text in texts):
            return texts
    return [""] * len(values)


def _brief(value: float, digits: int) -> str:
    """Without the nought before a point."""
    text = short(value, digits)
    return text.replace("0.", ".", 1) if text.startswith(("0.", "−0.")) else text
