"""What torch_geometric's `Data` holds: its attributes, their first entries, what of the graph they are, what is wrong."""

from html import unescape
from typing import Any

import numpy as np

from charts import graphs
from charts.layout import columns, rows
from charts.numbers import short
from charts.panels import Panel, Picture, bare, legend, note, told
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
    cells = [(0.1 * c, "", [short(float(x), 2) for x in column]) for c, column in enumerate(frame.head[:ROWS].T, 1)]
    head = table(look.say("attribute_head", name=frame.name), cells, rows=ROWS, size=11) if cells else _checks(look)
    return look.picture(
        columns(_drawing(look), rows(facts, head, shares=(1, 1))),
        facts={"name": frame.name, "count": warned},
        key=frame.name,
        metrics=("nodes", "arcs", "warned"),
        derived={"warned": warned},
        hold=24.0,
    )


def _drawing(look: Look[InspectFrame]) -> Panel:
    """The graph; lit are the nodes or arcs whose numbers stand beside it, or all that messages take."""
    frame, graph, pos = look.frame, look.data[0], look.frame.pos
    marks = graphs.nodes(pos, np.arange(graph.n), colour="@c1", size=parts.size_of(graph), **told(parts.everybody(look)))
    nodes, arcs = spoken_of(look.frames, graph, ROWS)
    live = graphs.edges(pos, graphs.sampled(arcs), colour="@accent", width=2, opacity=1)
    key = [("○", look.say("key_nodes"), "@accent")] * bool(len(nodes))
    key += [("━", look.say("key_conv" if frame.name == "conv" else "key_arcs"), "@accent")] * bool(len(arcs))
    return parts.drawn(look, look.say("drawing"), [live, marks, parts.lamp(look, nodes)], nodes.tolist(), legend(key, room=420))


def _checks(look: Look[InspectFrame]) -> Panel:
    """What is right and what is not."""
    out: list[dict[str, Any]] = []
    for key, value, bad in findings(look.frame):
        font = {"size": 12, "color": "@bad" if bad else "@ink2"}
        said = short(value) if key in ("wrong", "right") else str(value)[:130]
        for k, line in enumerate(wrapped(unescape(look.say("check", key, value=said)), LETTERS).split("<br>")):
            sign = "    " if k else "!  " if bad else "✓  "
            out.append(note(sign + line, x=0, y=len(out), xanchor="left", font=font))
    return bare([], look.say("checks"), [0, 1], [max(len(out), LINES) - 0.4, -0.7], notes=out)
