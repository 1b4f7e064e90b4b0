"""What torch_geometric's `Data` holds: its attributes, their first entries, what of the graph they are, what is wrong."""

from html import unescape
from typing import Any

import numpy as np

from charts import graphs
from charts.layout import columns, rows
from charts.numbers import short
from charts.panels import Panel, Picture, blank, legend, note
from charts.ranking import table
from charts.words import wrapped
from engine.graphs.gcn import InspectFrame
from engine.graphs.gcn.inspection import findings, spoken_of
from views.graphs import parts
from views.look import Look

ROWS, LINES, LETTERS = 6, 8, 46  # of numbers; of what is checked, and how long they are


def inspection(look: Look[InspectFrame]) -> Picture:
    """One attribute after the other, and what GCNConv makes of them."""
    frame = look.frame
    warned = sum(bad for *_, bad in findings(frame))
    names, shapes, types = (list(column) for column in zip(*frame.facts, strict=True))
    lit = names.index(frame.name) if frame.name in names else -1
    facts = table(look.say("attributes"), [(0, "", names), (0.68, "", shapes), (1, "", types)], lit=lit, rows=6)
    return look.picture(
        columns(_drawing(look), rows(facts, _head(look) if frame.head.size else _checks(look), shares=(1, 1))),
        facts={"name": frame.name, "count": warned},
        key=frame.name,
        metrics=("nodes", "arcs", "warned"),
        derived={"warned": warned},
        hold=24.0,
    )


def _drawing(look: Look[InspectFrame]) -> Panel:
    """The graph; lit are the nodes or arcs whose numbers stand beside it, or all that messages take."""
    frame, graph, pos = look.frame, look.data[0], look.frame.pos
    web, told = parts.web(look)
    marks = graphs.nodes(pos, np.arange(graph.n), colour="@c1", size=parts.size_of(graph), **graphs.told(parts.everybody(look)))
    nodes, arcs = spoken_of(look.frames, graph, ROWS)
    live = graphs.edges(pos, graphs.sampled(arcs), colour="@accent", width=2, opacity=1)
    traces = [*web, live, marks, parts.lamp(look, nodes), *parts.names(look, nodes.tolist())]
    key = [("○", look.say("key_nodes"), "@accent")] * bool(len(nodes))
    key += [("━", look.say("key_conv" if frame.name == "conv" else "key_arcs"), "@accent")] * bool(len(arcs))
    return parts.drawn(look, traces, look.say("drawing"), [*told, *legend(key, room=420)])


def _head(look: Look[InspectFrame]) -> Panel:
    """The first rows and columns of an attribute, as numbers."""
    head = look.frame.head[:ROWS]
    cells = [(0.1 * (c + 1), "", [short(float(x), 2) for x in column]) for c, column in enumerate(head.T)]
    return table(look.say("attribute_head", name=look.frame.name), cells, rows=ROWS, size=11)


def _checks(look: Look[InspectFrame]) -> Panel:
    """What is right and what is not."""
    out: list[dict[str, Any]] = []
    for key, value, bad in findings(look.frame):
        font = {"size": 12, "color": "@bad" if bad else "@ink2"}
        told = short(value) if key in ("wrong", "right") else str(value)[:130]
        for k, line in enumerate(wrapped(unescape(look.say("check", key, value=told)), LETTERS).split("<br>")):
            sign = "    " if k else "!  " if bad else "✓  "
            out.append(note(sign + line, x=0, y=len(out), xanchor="left", font=font))
    y = blank(range=[max(len(out), LINES) - 0.4, -0.7])
    return Panel([], look.say("checks"), notes=out, x=blank(range=[0, 1]), y=y)
