"""Two amounts as squares on one scale, beside each other on one floor: what is ten times as much has ten times the area."""

from collections.abc import Sequence

import numpy as np

from charts import bars, patches
from charts.panels import Panel, bare

APART, LEAST = 0.06, 0.32  # of the largest square: free between the two, and room for the second and its name
ABOVE, RISE = 0.19, 0.01  # room above for two lines, and what they are lifted off the square
COLOURS = ("@c1", "@accent")


def squares(
    title: str, amounts: tuple[float, float], parts: tuple[float, float], most: tuple[float, float], names: Sequence[str]
) -> Panel:
    """The second has the lamp; the first is ruled into as many of its size as fit. `names`: two lines each, escaped already.

    `parts`: what of each is marked off by a dotted line, as a square in its corner. `most`: how large they will become.
    """
    scale = np.sqrt(max(most))
    (first, second), inner, left = np.sqrt(amounts) / scale, np.sqrt(parts) / scale, 1 + APART
    at = np.arange(second, first - 1e-9, second)
    none, whole = np.zeros_like(at), np.full_like(at, first)
    rules = np.concatenate([np.stack([at, none, none, whole], 1), np.stack([none, at, whole, none], 1)])
    corners = np.array([[0, 0, inner[0], inner[0]], [0, left, inner[1], inner[1]]])
    traces = [
        bars.rectangles(0, first, 0, first, colour=COLOURS[0]),
        patches.boxes(rules, colour="@surface", width=1, opacity=0.5),
        bars.rectangles(left, left + second, 0, second, colour=COLOURS[1]),
        patches.boxes(corners, colour="@surface", width=1.5, dash="dot"),
        bars.labels([0, left], [first + RISE, second + RISE], names, colour=COLOURS, place="top right"),
    ]
    right = left + max(float(np.sqrt(most[1]) / scale), LEAST)
    return bare(traces, title, [0, right], [0, 1 + ABOVE], equal=True)
