"""Bars: rectangles of one colour in one path, because that draws fastest; and words at places."""

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
    place: str | Sequence[str] = "middle center", **more: Any,
) -> Trace:  # fmt: skip
    """Words at places [n]; they are escaped already."""
    font = {"size": size, "color": colour if isinstance(colour, str) else list(colour)}
    look: Trace = {"type": "scatter", "mode": "text", "x": x, "y": y, "text": list(text), "textposition": place, "textfont": font}
    return look | {"cliponaxis": False} | ({} if "hovertemplate" in more else {"hoverinfo": "skip"}) | more
