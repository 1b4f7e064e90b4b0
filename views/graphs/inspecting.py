"""The panels of the inspector: attributes of torch_geometric's `Data`, their first rows, and what is wrong."""

from typing import Any

import numpy as np

from charts import graphs, points
from charts.numbers import short
from charts.panels import Box, Panel, Trace, blank, escaped, note
from engine.data import Graph
from engine.graphs.gcn import DataFrame, Params
from views import Words
from views.graphs import parts
from views.graphs.parts import Boxes, Options

WIDE: list[Box] = [(0, 0.42, 0, 1), (0.48, 1, 0.72, 1), (0.48, 1, 0.35, 0.62), (0.48, 1, 0, 0.25)]
NARROW: list[Box] = [(0, 1, 0.70, 1), (0, 1, 0.50, 0.66), (0, 1, 0.26, 0.45), (0, 1, 0, 0.20)]


def inspector(frame: DataFrame, params: Params, graph: Graph, options: Options, words: Words) -> tuple[list[Panel], Boxes]:
    pos = frame.pos
    web, told = parts.web(graph, pos, params, words, 0)
    marks = graphs.nodes(
        pos,
        np.arange(graph.n),
        colour="@c1",
        size=parts.size_of(graph),
        text=[escaped(name) for name in graph.names],
        hovertemplate="%{text}<extra></extra>",
    )
    drawing = parts.drawn(graph, pos, [*web, marks, *parts.labels(graph, pos, options)], words("drawing"), told)
    return [drawing, _attributes(frame, words), _head(frame, words), _checks(frame, words)], (WIDE, NARROW)


def _attributes(frame: DataFrame, words: Words) -> Panel:
    """Every attribute with its shape and type, the present one lit."""
    notes = []
    for k, (name, shape, dtype) in enumerate(frame.facts):
        now = name == frame.name
        for x, text in ((0.0, name), (0.28, shape), (0.60, dtype)):
            font = {"size": 13, "color": "@accent" if now else "@ink2" if x else "@ink"}
            notes.append(note(escaped(text), x=x, y=k, xanchor="left", font=font))
    nothing = points.cloud(np.zeros((0, 2)), colour="@ink")
    return Panel([nothing], words("attributes"), notes=notes, x=blank(range=[0, 1]), y=blank(range=[5.5, -0.7]))


def _head(frame: DataFrame, words: Words) -> Panel:
    """The first rows and columns of an attribute, as numbers."""
    rows, columns = frame.head.shape
    if not rows:
        key = "conv_failed" if frame.failure else "conv_ran" if frame.name == "conv" else "data_whole"
        lines = [words(key, error=short(frame.error), failure=frame.failure)]
        lines = [line for text in lines for line in _folded(text, 46)]
        notes = [note(line, x=0, y=k, xanchor="left", font={"size": 13, "color": "@ink"}) for k, line in enumerate(lines)]
        title = words("attribute", name="GCNConv" if frame.name == "conv" else "Data")
        return Panel(
            [points.cloud(np.zeros((0, 2)), colour="@ink")], title, notes=notes, x=blank(range=[0, 1]), y=blank(range=[6, -1])
        )
    rows = min(rows, 6)
    grid = [(r, c) for r in range(rows) for c in range(columns)]
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
    return Panel(
        [text], words("attribute_head", name=frame.name), x=blank(range=[-0.6, max(columns, 10) - 0.4]), y=blank(range=[6, -0.8])
    )


def _checks(frame: DataFrame, words: Words) -> Panel:
    """What is right and what is not."""
    facts = warnings(frame)
    out: list[dict[str, Any]] = []
    for key, values, bad in facts:
        for k, line in enumerate(_folded(words(key, **values), 50)):
            sign = ("!  " if bad else "✓  ") if not k else "    "
            font = {"size": 12, "color": "@bad" if bad else "@ink2"}
            out.append(note(sign + line, x=0, y=len(out), xanchor="left", font=font))
    nothing = points.cloud(np.zeros((0, 2)), colour="@ink")
    return Panel([nothing], words("checks"), notes=out, x=blank(range=[0, 1]), y=blank(range=[max(len(out) - 0.4, 5.6), -0.7]))


def warnings(frame: DataFrame) -> list[tuple[str, dict[str, Any], bool]]:
    """What there is to say of a `Data`: a phrase, its values, and whether it is a warning."""
    said: list[tuple[str, dict[str, Any], bool]] = []
    if frame.complaint:
        said.append(("check_complaint", {"complaint": frame.complaint[:110]}, True))
    if not frame.features:
        said.append(("check_no_x", {}, True))
    said.append(("check_one_way", {"count": frame.one_way}, True) if frame.one_way else ("check_both_ways", {}, False))
    said.append(("check_double", {"count": frame.double}, True) if frame.double else ("check_once", {}, False))
    said.append(("check_loops", {"count": frame.loops}, True) if frame.loops else ("check_no_loops", {}, False))
    said.append(("check_isolated", {"count": frame.isolated}, True) if frame.isolated else ("check_connected", {}, False))
    if np.isfinite(frame.error):
        wrong = frame.error > 1e-4
        said.append(("check_wrong", {"error": short(frame.error)}, True) if wrong else ("check_right", {}, False))
    return said


def _folded(text: str, width: int) -> list[str]:
    """Lines of a text, broken at spaces; a text without them every `width` signs."""
    lines = [""]
    for word in text.split(" ") if " " in text else [text[k : k + width // 2] for k in range(0, len(text), width // 2)]:
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = (lines[-1] + " " + word).strip()
    return lines
