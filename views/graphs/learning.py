"""Training: what is predicted of every node and what has just turned, the hidden layer, and how it goes on."""

from typing import Any

import numpy as np

from charts import graphs, points
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import number, short
from charts.panels import Panel, Picture, Trace, escaped, legend, told
from charts.words import cut
from engine.algorithm import closely
from engine.edges import Graph
from engine.graphs.gcn import TrainFrame, learning, messages
from engine.graphs.gcn.learning import moved, turned
from views.graphs import parts
from views.look import Look, Metric

LOSS = formula(r"L = -\frac{1}{{m}!}\sum_{v}\ln p_v(y_v) = {loss}!!")
SURE = formula(r"p_{{name}!}({cls}!) = {p}!!")
BACK = formula(r"\left\|\frac{\partial L}{\partial h_{{name}!}}\right\| = {pull}!!")
LEGEND = 420  # px of a line of the legend
SIGNS = "●◆■▲✚★●"


def training(look: Look[TrainFrame]) -> Picture:
    """One network through its epochs."""
    frame = look.frame
    back, known = frame.part == "backward", bool(np.isfinite(frame.accuracy))
    main = _pulled(look) if back else predicted(look)
    trained, last = look.part in ("step", "update", "from"), learning.last_turn(look.frames)
    turned = len(learning.turned(frame, look.frames[-2])) if len(look.frames) > 1 else 0
    random = look.say("random", features=frame.random_features) if frame.random_features else ""
    settled = look.say("settled", epoch=last) if last < frame.epoch else look.say("turns", count=turned)
    more = {"name": parts.called(look, frame.pull.argmax()), "random": random, "settled": settled}
    epochs = closely(look.params, look.params.last) or range(look.params.last + 1)
    y = {"range": [0, 1.05], "tickformat": ".0%", "nticks": 3} if known else None
    course = look.history("accuracy" if known else "loss", x={"range": [epochs[0], max(epochs[-1], 1)]}, y=y)  # axes stay
    return look.picture(
        columns(main, rows(_plane(look), course, shares=(3, 2))),
        facts=facts(look) | more | {"who": _who(look), "chosen": _chosen(look)},
        key=("step" if known else "unknown") if trained else "",
        metrics=metrics(look),
        hold=3.0 if frame.part or turned else 1.0,
        **_formula(look),
    )


def _who(look: Look[TrainFrame]) -> str:
    """Who tells, and what: every told node with its class, where they are few."""
    frame, graph = look.frame, look.data[0]
    pairs = zip(frame.labelled.tolist(), frame.classes.tolist(), strict=True)
    said = [(parts.called(look, node), parts.class_of(graph, label, look.say)) for node, label in pairs]
    few = [name if name == label else f"{name} ({label})" for name, label in said][:4]
    return look.say("comma").join(few) + " …" * (len(said) > 4)


def _chosen(look: Look[TrainFrame]) -> str:
    """How those who tell their class were chosen."""
    params, labels = look.params, look.data[0].labels
    key = "hand" if params.labelled else "far" if labels is None else "most" if params.per_class == 1 else "some"
    return look.say("chosen", key, count=params.per_class)


def _formula(look: Look[TrainFrame]) -> dict[str, Any]:
    """The loss; in a whole step how sure the network is of a node; on the way back the pull at one."""
    frame, graph, names = look.frame, look.data[0], parts.entities(look.data[0])
    if not names or frame.part in ("loss", "update"):
        return {"formula": LOSS, "values": {"m": (len(frame.labelled), 0), "loss": (frame.loss, 4)}}
    if frame.part == "backward":
        pull = [short(float(x)) for x in frame.pull]
        return {"formula": BACK, "values": {"name": (names, 0), "pull": (pull, 0)}, "of": "node", "at": int(frame.pull.argmax())}
    classes = [escaped(parts.class_of(graph, int(k), look.say)) for k in frame.p.argmax(1)]
    sure = np.round(frame.p.max(1).astype(float), 3).tolist()
    now = _lit(look)[0]
    values = {"name": (names, 0), "cls": (classes, 0), "p": (sure, 3)}
    return {"formula": SURE, "values": values, "of": "node", "at": int(now[0]) if len(now) else 0}


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


def _lit(look: Look[TrainFrame]) -> tuple[np.ndarray, str]:
    """The nodes on which the lamp is, and what that means: predictions that turned; else the one that moved most."""
    frame = look.frame
    if frame.part == "loss":
        return frame.labelled, "key_loss"
    if len(look.frames) < 2:
        return np.zeros(0, int), "key_turned"
    new = turned(frame, look.frames[-2])
    return (new, "key_turned") if len(new) else (moved(frame, look.frames[-2]), "key_moved")


def predicted(look: Look[TrainFrame]) -> Panel:
    """Every node in the colour and shape of its class, paler the less sure; rings: told, crosses: wrong, lit: moved."""
    frame, graph = look.frame, look.data[0]
    now, meaning = _lit(look)
    traces = [
        *_members(look, frame.pos, parts.size_of(graph)),
        parts.rings(look, frame.labelled),
        parts.lamp(look, now),
        graphs.crosses(frame.pos, _wrong(frame, graph)),
    ]
    edges = _attended(look) if len(frame.attention) else []
    title = look.say("graph_attention" if edges else "graph" if graph.n <= graphs.FEW else "graph_large")
    key = legend([*_classes(look), ("○", look.say(meaning), "@accent")], room=LEGEND)
    return parts.drawn(look, title, traces, frame.labelled.tolist(), key, edges)


def _pulled(look: Look[TrainFrame]) -> Panel:
    """How hard the loss pulls at every node; the lamp on the one it pulls hardest."""
    frame = look.frame
    high = max(float(frame.pull.max()), 1e-30)
    traces = [
        parts.shaded(look, frame.pull / high, 1, [short(float(pull)) for pull in frame.pull]),
        parts.rings(look, frame.labelled),
        parts.lamp(look, [int(frame.pull.argmax())]),
    ]
    key = legend([("○", look.say("key_told"), "@ink")], room=LEGEND)
    return parts.drawn(look, look.say("pulled"), traces, frame.labelled.tolist(), key)


def _plane(look: Look[TrainFrame]) -> Panel:
    """The last hidden layer in its two main directions, lying as in the whole run; it widens by steps, never back."""
    frame, size = look.frame, parts.size_of(look.data[0]) * 0.6
    xy = frame.plane @ frame.turn
    far = max(float(np.abs(one.plane).max()) for one in look.frames)
    reach = 1.7 * 2.0 ** max(0, np.ceil(np.log2(far / 1.6)))
    labelled = graphs.rings(xy, frame.labelled, size=size + 4, width=1.5)
    glow = graphs.rings(xy, _lit(look)[0], colour="@accent", size=size + 6) | {"meta": {"still": True}}
    axis = {"range": [-reach, reach], "showticklabels": False, "tickvals": [0]}
    title = look.say("plane" if frame.depth > 1 else "plane_output")
    return Panel([*_members(look, xy, size), labelled, glow], title, x=axis, y=axis)


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
    classes, least = frame.p.argmax(1), 1 / frame.p.shape[1]
    if graph.n > graphs.FEW:
        how: dict[str, Any] = {"hovertemplate": look.say("hover_many") + "<extra></extra>", "marker": graphs.classes(classes)}
        return [graphs.nodes(pos, np.arange(graph.n), colour="@ink", size=size, meta=meta, **how)]
    traces, every = [], _told(look)
    opacity = np.round(0.3 + 0.7 * (frame.p.max(1) - least) / (1 - least), 2)  # 0.3: all classes alike; 1: one is certain
    for k in range(frame.p.shape[1]):
        mine = np.flatnonzero(classes == k)
        colour, symbol, _ = points.kind(k)
        said, pale = told([every[u] for u in mine]), {"opacity": opacity[mine]}
        traces.append(graphs.nodes(pos, mine, colour=colour, symbol=symbol, size=size, marker=pale, meta=meta, **said))
    return traces


def _told(look: Look[TrainFrame]) -> list[str]:
    """What pointing at each node says: its class, how sure that is, and which it is in truth."""
    frame, graph = look.frame, look.data[0]
    names = [parts.class_of(graph, k, look.say) for k in range(frame.p.shape[1])]
    found, sure = frame.p.argmax(1).tolist(), frame.p.max(1).astype(float).tolist()
    said = [f"{name}: {escaped(names[k])} {number(p, 3)}" for name, k, p in zip(parts.everybody(look), found, sure, strict=True)]
    for u in _wrong(frame, graph):
        said[u] += "<br>" + look.say("in_truth", label=names[graph.labels[u]])
    return said


def _wrong(frame: TrainFrame, graph: Graph) -> np.ndarray:
    """The nodes whose prediction is wrong, of a graph that is not too large to mark them."""
    if graph.labels is None or graph.n > graphs.FEW:
        return np.zeros(0, int)
    return np.flatnonzero((graph.labels >= 0) & (frame.p.argmax(1) != graph.labels))


def _attended(look: Look[TrainFrame]) -> list[Trace]:
    """Edges as wide as the attention along them, of both directions the larger, in units of the largest."""
    frame, graph = look.frame, look.data[0]
    arcs, _ = graph.arcs(directed=look.params.direction == "as_given")
    ends, most = messages.strongest(graph.n, arcs, frame.attention[: arcs.shape[1]])
    some = graphs.sampled(np.arange(len(ends)))
    return graphs.strengths(frame.pos, ends[some], most[some] / max(float(most.max(initial=0)), 1e-9))
