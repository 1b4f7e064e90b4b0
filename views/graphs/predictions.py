"""Panels of training and of depth: what a network predicts, and its hidden layer."""

from typing import Any

import numpy as np

from charts import graphs, points
from charts.numbers import number, short
from charts.panels import Panel, Trace, escaped, legend
from charts.words import cut
from engine.edges import Graph
from engine.graphs.gcn import TrainFrame
from views.graphs import parts
from views.look import Look, Metric

LEGEND = 330  # px of a line of the legend
SIGNS = "●◆■▲✚★●"


def facts(look: Look[TrainFrame]) -> dict[str, Any]:
    """What the sentences say of every network."""
    frame, graph = look.frame, look.data[0]
    sizes = np.bincount(frame.p.argmax(1), minlength=frame.p.shape[1])
    return {
        "m": len(frame.labelled),
        "n": graph.n,
        "accuracy": look.percent(frame.accuracy),
        "chance": look.percent(frame.chance),
        "sizes": look.say("comma").join(f"{parts.class_of(graph, k, look.say)} {size}" for k, size in enumerate(sizes)),
    }


def metrics(look: Look[TrainFrame]) -> list[Metric]:
    """Loss, accuracy where there is one in this run, energy."""
    frame = look.frame
    known: list[Metric] = [("accuracy", look.percent(frame.accuracy))] if np.isfinite(frame.accuracy) else []
    return ["loss", *known, ("energy", short(frame.energy, 2))]


def predicted(look: Look[TrainFrame]) -> Panel:
    """Every node in the colour and shape of its class, paler the less sure; labelled ones ringed, wrong ones crossed."""
    frame, graph, size = look.frame, look.data[0], parts.size_of(look.data[0])
    web, told = _web(look)
    traces = [*web, *_members(look, frame.pos, size), graphs.rings(frame.pos, frame.labelled, size=size + 8)]
    traces += [_wrong(frame, graph), *parts.labels(look, frame.labelled.tolist(), _opacity(frame))]
    key = "graph_attention" if len(frame.attention) else "graph" if graph.n <= graphs.FEW else "graph_large"
    return parts.drawn(graph, frame.pos, traces, look.say(key), [*told, *legend(_classes(look), room=LEGEND)])


def pulled(look: Look[TrainFrame]) -> Panel:
    """How hard the loss pulls at every node."""
    frame, graph, size = look.frame, look.data[0], parts.size_of(look.data[0])
    web, told = _web(look)
    pull = frame.pull / max(float(frame.pull.max()), 1e-30)
    texts = [f"{escaped(parts.name_of(graph, u))}: {short(float(frame.pull[u]))}" for u in range(graph.n)]
    edge = {"line": {"width": 1, "color": "@edge"}}
    hover = {"text": texts, "hovertemplate": "%{text}<extra></extra>"}
    traces = [*web, graphs.valued(frame.pos, pull, high=1, size=size, marker=edge, **hover)]
    traces += [graphs.rings(frame.pos, frame.labelled, size=size + 8), *parts.labels(look, frame.labelled.tolist(), pull)]
    ring = ("○", look.say("key_told"), "@ink")
    return parts.drawn(graph, frame.pos, traces, look.say("pulled"), [*told, *legend([ring], room=LEGEND)])


def plane(look: Look[TrainFrame]) -> Panel:
    """The last hidden layer in its two main directions."""
    frame = look.frame
    xy, size = frame.plane, parts.size_of(look.data[0]) * 0.7
    traces = [*_members(look, xy, size), graphs.rings(xy, frame.labelled, size=size + 7)]
    reach = max(0.8, 1.2 * float(np.abs(xy).max()))
    axis = {"range": [-reach, reach], "showticklabels": False, "nticks": 5}
    return Panel(traces, look.say("plane" if frame.depth > 1 else "plane_output"), x=axis, y=axis)


def _web(look: Look[TrainFrame]) -> tuple[list[Trace], list[dict[str, Any]]]:
    """The edges, as wide as the attention along them where there is any; what is left out is told above."""
    web, told = parts.web(look, 2)
    above = [item | {"y": 1, "yanchor": "top", "yshift": 0} for item in told]
    return _attended(look) if len(look.frame.attention) else web, above


def _classes(look: Look[TrainFrame]) -> list[tuple[str, str, str]]:
    """Signs and names of the classes, and what rings and crosses mean."""
    graph, count = look.data[0], min(look.frame.p.shape[1], 7)
    signs = SIGNS if graph.n <= graphs.FEW else "●" * 7
    names = [escaped(cut(parts.class_of(graph, k, look.say), 18)) for k in range(count)]
    items = [(signs[min(k, 6)], name, points.kind(k)[0]) for k, name in enumerate(names)]
    items.append(("○", look.say("key_told"), "@ink"))
    if graph.labels is not None and graph.n <= graphs.FEW:
        items.append(("✕", look.say("key_wrong"), "@bad"))
    return items


def _members(look: Look[TrainFrame], pos: np.ndarray, size: float) -> list[Trace]:
    """All nodes by predicted class; a click tells a class."""
    frame, graph, meta = look.frame, look.data[0], {"click": "node"}
    predicted, sure, opacity = frame.p.argmax(1), frame.p.max(1), _opacity(frame)
    if graph.n > graphs.FEW:
        hover = look.say("hover_many") + "<extra></extra>"
        every = np.arange(graph.n)
        return [graphs.nodes(pos, every, colour="@ink", size=size, marker=_stepped(predicted), hovertemplate=hover, meta=meta)]
    traces = []
    for k in range(frame.p.shape[1]):
        mine = np.flatnonzero(predicted == k)
        colour, symbol, _ = points.kind(k)
        name = escaped(parts.class_of(graph, k, look.say))
        texts = [f"{escaped(parts.name_of(graph, u))}: {name} {number(float(sure[u]), 3)}{_truth(u, k, look)}" for u in mine]
        hover_ = {"text": texts, "hovertemplate": "%{text}<extra></extra>"}
        marker = {"opacity": opacity[mine]}
        traces.append(graphs.nodes(pos, mine, colour=colour, symbol=symbol, size=size, marker=marker, meta=meta, **hover_))
    return traces


def _stepped(predicted: np.ndarray) -> dict[str, Any]:
    """One marker for all nodes of a large graph, a colour for each class; those beyond six share one."""
    colours = [f"@c{k + 1}" for k in range(6)] + ["@ink3"]
    scale = [[at / 7, colour] for k, colour in enumerate(colours) for at in (k, k + 1)]
    kept = np.minimum(predicted, 6).astype(np.int8)
    return {"color": kept, "colorscale": scale, "cmin": -0.5, "cmax": 6.5, "line": {"width": 0}}


def _opacity(frame: TrainFrame) -> np.ndarray:
    """How strongly every node is drawn, (n,): 0.3 where all classes are alike, 1 where one is certain."""
    least = 1 / frame.p.shape[1]
    return np.asarray(np.round(0.3 + 0.7 * (frame.p.max(1) - least) / (1 - least), 2))


def _truth(node: Any, predicted: int, look: Look[TrainFrame]) -> str:
    graph = look.data[0]
    if graph.labels is None or graph.labels[node] in (-1, predicted):
        return ""
    return "<br>" + look.say("in_truth", label=parts.class_of(graph, int(graph.labels[node]), look.say))


def _wrong(frame: TrainFrame, graph: Graph) -> Trace:
    """Crosses beside the nodes whose prediction is wrong."""
    truth = np.full(graph.n, -1) if graph.labels is None else graph.labels
    wrong = np.flatnonzero((truth >= 0) & (frame.p.argmax(1) != truth))
    return parts.crosses(frame.pos, wrong if graph.n <= graphs.FEW else wrong[:0], graph)


def _attended(look: Look[TrainFrame]) -> list[Trace]:
    """Edges as wide as the attention along them, of both directions the larger, in units of the largest."""
    frame, graph = look.frame, look.data[0]
    arcs, _ = graph.arcs(directed=look.params.direction == "as_given")
    alpha = frame.attention[: arcs.shape[1]]
    keep = arcs[0] != arcs[1]
    pairs = np.sort(arcs[:, keep].T, axis=1)
    codes, where = np.unique(pairs[:, 0] * graph.n + pairs[:, 1], return_inverse=True)
    strongest = np.zeros(len(codes))
    np.maximum.at(strongest, where, alpha[keep])
    some = np.linspace(0, len(codes) - 1, min(len(codes), graphs.MANY)).round().astype(int)
    ends = np.stack([codes // graph.n, codes % graph.n], 1)[some]
    return graphs.strengths(frame.pos, ends, strongest[some] / max(float(strongest.max(initial=0)), 1e-9))
