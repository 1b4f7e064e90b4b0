"""Graph convolution: who has heard of whom, what the network makes of it, what one edge is worth; here: what `Data` holds."""

import zlib
from html import unescape
from typing import Any, Literal

import numpy as np

import engine.params
from charts import graphs
from charts.layout import columns, rows
from charts.numbers import short
from charts.panels import Panel, Picture, bare, legend, note, told
from charts.ranking import table
from charts.words import wrapped
from engine.edges import Graph
from engine.errors import ParamError
from engine.graphs.gcn import ALGORITHMS, Ablation, GcnFrame, InspectFrame, Learning, Rounds, toggled
from engine.graphs.gcn.inspection import findings, spoken_of
from engine.params import Params, Value, choice
from views import Words
from views.graphs import parts
from views.graphs.ablation import ablation
from views.graphs.depth import depth
from views.graphs.learning import training
from views.graphs.propagation import propagation
from views.look import Look, scenes

LISTED = 400  # nodes up to which they can be chosen from a list
ROWS, LINES, LETTERS = 6, 8, 46  # of numbers; of what is checked, and how long they are


class Options(engine.params.Options):
    matrix: Literal["symmetric", "mean", "power"] = choice("symmetric", only=("propagate",))  # beside A and A + I
    names: bool = choice(True)  # names beside the nodes, where there is room


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


draw = scenes(
    ALGORITHMS, {"train": training, "propagate": propagation, "depth": depth, "ablate": ablation, "inspect": inspection}
)


def choices(data: Graph, words: Words) -> dict[str, dict[str, str]]:
    """What the settings may be for this graph: its nodes, where they are few enough for a list; features, where it has them."""
    nodes = {"node": {"": words("automatic")} | {name: name for name in data.names}} if data.n <= LISTED else {}
    return nodes if data.X is not None else nodes | {"features": {}}


def belonging(data: Graph) -> dict[str, str]:
    """The settings that speak of the nodes, and a name for the nodes and their order."""
    nodes = f"{data.n} {zlib.crc32(' '.join(data.names).encode())}"
    return {"labelled": nodes, "node": nodes}


def clicked(name: str, index: int, frame: GcnFrame, params: Params, data: Graph, options: Options) -> dict[str, Value]:
    """A click on a node looks at it, or tells its class. Raises ParamError where the list of labelled nodes is full."""
    if index >= data.n:
        return {}
    if isinstance(params, (Rounds, Ablation)):
        return {"node": data.names[index]}
    assert isinstance(params, Learning)
    if (text := toggled(params, data, index)) is None:
        raise ParamError("too_many_labelled")
    return {"labelled": text}


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
