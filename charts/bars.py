"""Bars: rectangles of one colour in one path, because that draws fastest; and words in boxes, line by line."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts.panels import Trace


def rectangles(
    x0: Any, x1: Any, y0: Any, y1: Any, *, colour: str, line: str | None = None, width: float = 1, **more: Any
) -> Trace:
    """Rectangles [n] between x0 and x1, y0 and y1; numbers stand for all of them."""
    left, right, low, high = np.broadcast_arrays(*(np.asarray(side, float) for side in (x0, x1, y0, y1)))
    left, right, low, high = (np.atleast_1d(side) for side in (left, right, low, high))
    gap = np.full(len(left), np.nan)
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": np.round(np.stack([left, right, right, left, left, gap], 1).ravel(), 5),
        "y": np.round(np.stack([low, low, high, high, low, gap], 1).ravel(), 5),
        "hoverinfo": "skip",
        "fillcolor": colour,
        "line": {"color": line or colour, "width": width if line else 0},
        **more,
    }


def labels(
    x: Any, y: Any, text: Sequence[str], *, colour: str | Sequence[str] = "@ink2", size: float = 12,
    place: str = "middle center", **more: Any,
) -> Trace:  # fmt: skip
    """Words at places [n]; they are escaped already."""
    font = {"size": size, "color": colour if isinstance(colour, str) else list(colour)}
    look: Trace = {"type": "scatter", "mode": "text", "x": x, "y": y, "text": list(text), "textposition": place, "textfont": font}
    return look | {"cliponaxis": False} | ({} if "hovertemplate" in more else {"hoverinfo": "skip"}) | more


def breadth(word: str) -> int:
    """How wide a word is, in Latin letters: an ideograph takes two."""
    return sum(1 if ord(sign) < 0x2E80 else 2 for sign in word)


def lines_of(words: Sequence[str], width: float, least: float = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Left ends [n], widths [n] (≥ `least`) and line numbers [n] of words set in lines; a Latin letter is 1 wide, others 2."""
    sizes = np.array([max(least, breadth(word) + 2.0) for word in words])
    left, line = np.zeros(len(sizes)), np.zeros(len(sizes), int)
    at, row = 0.0, 0
    for k, size in enumerate(sizes):
        if at and at + size > width:
            at, row = 0.0, row + 1
        left[k], line[k] = at, row
        at += size
    return left, sizes, line
