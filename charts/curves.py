"""Curves over the steps of a run. The player fills them from the film's rows, so they know no more than has come."""

from charts.panels import Trace


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
