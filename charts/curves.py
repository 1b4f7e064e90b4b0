"""Curves over the steps of a run. The player fills them from the film's rows, so they know no more than has come."""

from typing import Any

import numpy as np

from charts.panels import Panel, Trace


def line(x: np.ndarray, y: np.ndarray, *, colour: str, width: float = 2, dash: str = "solid", **more: Any) -> Trace:
    """Points [n], [n] joined in their order; nothing to point at, unless `more` brings a hovertemplate."""
    style = {"color": colour, "width": width, "dash": dash}
    look: Trace = {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": style}
    return look | ({} if "hovertemplate" in more else {"hoverinfo": "skip"}) | more


def course(column: str, *, across: str = "step", dash: str = "solid") -> list[Trace]:
    """The past of a column in ink, what has been computed beyond it as a ghost, and a lamp on the present."""

    def part(when: str) -> dict[str, object]:
        return {"series": {"x": across, "y": column, "when": when}}

    base = {"type": "scatter", "x": [], "y": []}
    return [
        {
            **base,
            "mode": "lines",
            "line": {"color": "@ghost", "width": 1.5, "dash": dash},
            "meta": part("future"),
            "hovertemplate": "%{y:.4~g}<extra></extra>",
        },
        {
            **base,
            "mode": "lines",
            "line": {"color": "@ink", "width": 2, "dash": dash},
            "meta": part("past"),
            "hovertemplate": "%{y:.4~g}<extra></extra>",
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


def history(title: str, *columns: str, across: str = "step", zero: bool = True, **axis: Any) -> Panel:
    """The course of columns of the numbers under one title, solid, then dashed."""
    lines = [
        trace
        for name, dash in zip(columns, ("solid", "dash", "dot"), strict=False)
        for trace in course(name, across=across, dash=dash)
    ]
    return Panel(lines, title, x={"nticks": 4, "showgrid": False}, y={"nticks": 3, **axis}, series=list(columns), zero=zero)
