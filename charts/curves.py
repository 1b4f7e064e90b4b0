"""Curves over the steps of a run. The player fills them from the film's rows, so they know no more than has come."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charts.panels import Panel, Trace

DASHES = ("solid", "dash", "dot", "dashdot")


def line(x: np.ndarray, y: np.ndarray, *, colour: str, width: float = 2, dash: str = "solid", **more: Any) -> Trace:
    """Points [n], [n] joined in their order; nothing to point at, unless `more` brings a hovertemplate."""
    style = {"color": colour, "width": width, "dash": dash}
    look: Trace = {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": style}
    return look | ({} if "hovertemplate" in more else {"hoverinfo": "skip"}) | more


def now(x: float, y: float) -> Trace:
    """The lamp on a point of a curve; nowhere where it is not known."""
    marker = {"size": 9, "color": "@accent"}
    return {"type": "scatter", "mode": "markers", "x": [x], "y": [y], "marker": marker, "hoverinfo": "skip", "cliponaxis": False}


def history(
    title: str, *columns: str, across: str = "step", zero: bool = True, small: bool = False,
    x: Mapping[str, Any] | None = None, y: Mapping[str, Any] | None = None, notes: Sequence[dict[str, Any]] = (),
) -> Panel:  # fmt: skip
    """The course of one column, or of some in one panel, dashed in turn. `title` is what the table calls it, escaped already.

    The range of y is set by what has come and begins at 0, unless `zero` is False or `y` says one. `meta.column`: the column.
    """
    traces = []
    for column, dash in zip(columns, DASHES, strict=False):
        for trace in course(column, across=across, dash=dash):
            trace["meta"] |= {"column": column}
            traces.append(trace)
    axes = ({"nticks": 4, "showgrid": False} | dict(x or {}), {"nticks": 3} | dict(y or {}))
    scaled = [] if y and "range" in y else list(columns)
    return Panel(traces, headed(title), notes=notes, x=axes[0], y=axes[1], series=scaled, zero=zero, small=small)


def headed(name: str) -> str:
    """A column's name as a title: it begins with a capital, unless it begins with a sign."""
    return name[:1].upper() + name[1:] if name[:2].isalpha() and name[:2].isascii() else name


def course(column: str, *, across: str = "step", dash: str = "solid") -> list[Trace]:
    """The past of a column in ink, what has been computed beyond it as a ghost, and a lamp on the present."""

    def part(when: str) -> dict[str, Any]:
        return {"series": {"x": across, "y": column, "when": when}}

    base = {"type": "scatter", "x": [], "y": []}
    return [
        {
            **base,
            "mode": "lines",
            "line": {"color": "@ghost", "width": 1.5, "dash": dash},
            "meta": part("future"),
            "hovertemplate": "%{y:.4~r}<extra></extra>",
        },
        {
            **base,
            "mode": "lines",
            "line": {"color": "@ink", "width": 2, "dash": dash},
            "meta": part("past"),
            "hovertemplate": "%{y:.4~r}<extra></extra>",
        },
        {
            **base,
            "mode": "markers",
            "marker": {"size": 9, "color": "@accent"},
            "meta": part("now"),
            "hoverinfo": "skip",
            "cliponaxis": False,
        },
    ]
