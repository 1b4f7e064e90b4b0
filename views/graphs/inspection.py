"""What torch_geometric's `Data` holds: its attributes, their first rows, and what is wrong."""

from collections.abc import Sequence
from html import unescape
from typing import Any

import numpy as np

from charts import graphs
from charts.layout import columns, rows
from charts.numbers import short
from charts.panels import Panel, Picture, Trace, blank, escaped, note
from charts.words import wrapped
from engine.graphs.gcn import InspectFrame
from views.graphs import parts
from views.look import Look

Warned = tuple[str, dict[str, Any], bool]  # what is said, its values, and whether it is a warning
ROWS, LINES = 6, 5.6  # of numbers; of what is checked


def inspection(look: Look[InspectFrame]) -> Picture:
    """One attribute after the other, and what GCNConv makes of them."""
    frame = look.frame
    warned = sum(bad for *_, bad in warnings(frame))
    return look.picture(
        columns(_drawing(look), rows(_attributes(look), _head(look), _checks(look), shares=(1, 1, 1)), shares=(5, 4)),
        facts={"name": frame.name, "count": warned},
        key=frame.name,
        metrics=("nodes", "arcs", "warned"),
        derived={"warned": warned},
        hold=24.0,
    )


def _drawing(look: Look[InspectFrame]) -> Panel:
    frame, graph = look.frame, look.data[0]
    web, told = parts.web(look)
    names = [escaped(name) for name in graph.names]
    hover: dict[str, Any] = {"text": names, "hovertemplate": "%{text}<extra></extra>"}
    marks = graphs.nodes(frame.pos, np.arange(graph.n), colour="@c1", size=parts.size_of(graph), **hover)
    return parts.drawn(graph, frame.pos, [*web, marks, *parts.labels(look)], look.say("drawing"), told)


def _attributes(look: Look[InspectFrame]) -> Panel:
    """Every attribute with its shape and type, the present one lit."""
    notes = []
    for k, (name, shape, dtype) in enumerate(look.frame.facts):
        now = name == look.frame.name
        for x, text in ((0.0, name), (0.28, shape), (0.60, dtype)):
            font = {"size": 13, "color": "@accent" if now else "@ink2" if x else "@ink"}
            notes.append(note(escaped(text), x=x, y=k, xanchor="left", font=font))
    return Panel([], look.say("attributes"), notes=notes, x=blank(range=[0, 1]), y=blank(range=[5.5, -0.7]))


def _head(look: Look[InspectFrame]) -> Panel:
    """The first rows and columns of an attribute, as numbers."""
    frame, (n, most) = look.frame, look.frame.head.shape
    if not n:
        return _told(look)
    grid = [(r, c) for r in range(min(n, ROWS)) for c in range(most)]
    text: Trace = {
        "type": "scatter",
        "mode": "text",
        "x": [c for _, c in grid],
        "y": [r for r, _ in grid],
        "hoverinfo": "skip",
        "text": [short(float(frame.head[r, c]), 2) for r, c in grid],
        "textfont": {"size": 12, "color": "@ink"},
        "cliponaxis": False,
    }
    x, y = blank(range=[-0.6, max(most, 10) - 0.4]), blank(range=[ROWS, -0.8])
    return Panel([text], look.say("attribute_head", name=frame.name), x=x, y=y)


def _told(look: Look[InspectFrame]) -> Panel:
    """Where there is no array to show: how the whole is walked through, and what GCNConv did."""
    frame = look.frame
    key = "conv_failed" if frame.failure else "conv_ran" if frame.name == "conv" else "data_whole"
    lines = _folded(look.say(key, error=short(frame.error), failure=frame.failure), 46)
    notes = [note(line, x=0, y=k, xanchor="left", font={"size": 13, "color": "@ink"}) for k, line in enumerate(lines)]
    title = look.say("attribute", name="GCNConv" if frame.name == "conv" else "Data")
    return Panel([], title, notes=notes, x=blank(range=[0, 1]), y=blank(range=[ROWS, -1]))


def _checks(look: Look[InspectFrame]) -> Panel:
    """What is right and what is not."""
    out: list[dict[str, Any]] = []
    for key, values, bad in warnings(look.frame):
        font = {"size": 12, "color": "@bad" if bad else "@ink2"}
        for k, line in enumerate(_folded(look.say("check", key, **values), 50)):
            sign = "    " if k else "!  " if bad else "✓  "
            out.append(note(sign + line, x=0, y=len(out), xanchor="left", font=font))
    y = blank(range=[max(len(out) - 0.4, LINES), -0.7])
    return Panel([], look.say("checks"), notes=out, x=blank(range=[0, 1]), y=y)


def warnings(frame: InspectFrame) -> list[Warned]:
    """What there is to say of a `Data`."""
    said: list[Warned] = []
    if frame.complaint:
        said.append(("complaint", {"complaint": frame.complaint[:110]}, True))
    if not frame.features:
        said.append(("no_x", {}, True))
    said.append(("one_way", {"count": frame.one_way}, True) if frame.one_way else ("both_ways", {}, False))
    said.append(("double", {"count": frame.double}, True) if frame.double else ("once", {}, False))
    said.append(("loops", {"count": frame.loops}, True) if frame.loops else ("no_loops", {}, False))
    said.append(("isolated", {"count": frame.isolated}, True) if frame.isolated else ("connected", {}, False))
    if np.isfinite(frame.error):
        wrong = frame.error > 1e-4
        said.append(("wrong", {"error": short(frame.error)}, True) if wrong else ("right", {}, False))
    return said


def _folded(text: str, width: int) -> Sequence[str]:
    """Lines of a text whose values are escaped already."""
    return wrapped(unescape(text), width).split("<br>")
