"""Rounds of messages: they run along the edges to one node, and what it holds then is a row of a power of Â."""

from typing import Any

import numpy as np

from charts import graphs, matrices, points
from charts.formula import formula
from charts.layout import columns, rows
from charts.panels import Panel, Picture, Trace, bare
from charts.ranking import ranked
from charts.words import cut
from engine.graphs.gcn import RoundFrame, messages
from engine.graphs.gcn.common import wires
from views.graphs import parts
from views.look import Look, Values

GATHER = formula(r"m_{{name}!} = h_{{name}!}\,W = {m}!!")
WEIGH = [
    formula(r"c_{{name}!} = \frac{{a}!}{\sqrt{{dv}! \cdot {du}!}} = {c}!!"),
    formula(r"c_{{name}!} = \frac{{a}!}{{dv}!} = {cm}!!"),
]
SUM = [formula(r"\sum_u c_u\,m_u = {s}!!"), formula(r"\sum_u c_u\,m_u = {sm}!!")]
UPDATE = [formula(r"h_v' = \tanh({s}! + 0.1) = {h}!!"), formula(r"h_v' = \tanh({sm}! + 0.1) = {hm}!!")]
COME = {"gather": 0.25, "weigh": 0.55, "sum": 0.86}  # how far messages have come
CELLS, NEAREST = 110, 40  # nodes up to which a matrix is drawn whole, and those of its part
SOURCES, TALKS = 8, 320  # bars; arcs up to which all messages are drawn, not only those to v


def propagation(look: Look[RoundFrame]) -> Picture:
    """Messages on their way to one node, the row of the matrix that they are, and where what it holds came from."""
    frame, share = look.frame, look.frame.share(_mean(look))
    others = np.where(np.arange(look.data[0].n) == frame.v, -1.0, share)
    own, source = float(share[frame.v]), max(float(others.max()), 0.0)
    kept = look.percent(own, 1)
    return look.picture(
        columns(_graph(look, share), rows(_matrix(look), _sources(look, share), shares=(6, 5))),
        facts={
            "name": parts.called(look, frame.v),
            "n": look.data[0].n,
            "count": len(frame.senders) - 1,
            "own": kept,
            "most": parts.most_of(look, others, [look.percent(float(part), 1) for part in share], 2),
        },
        key=_key(look),
        metrics=[("reach", f"{frame.reach} / {look.data[0].n}"), ("own", kept), ("source", look.percent(source, 1))],
        derived={"own": own, "source": source},
        hold=12.0 if frame.step < 2 else 5.0,
        **_formula(look),
    )


def _mean(look: Look[RoundFrame]) -> bool:
    """Whether the mean rule is looked at."""
    return bool(look.options.matrix == "mean")


def _key(look: Look[RoundFrame]) -> str:
    """Which sentence is said, where the part alone does not tell."""
    part = look.frame.part
    if part == "update" and len(look.frame.senders) == 1:
        return "alone"
    return {"gather": "gather_mean", "weigh": "weigh_mean"}.get(part, "") if _mean(look) else ""


def _formula(look: Look[RoundFrame]) -> dict[str, Any]:
    frame, names, rule = look.frame, parts.entities(look.data[0]), int(_mean(look))
    sums: Values = {"s": (frame.total_symmetric, 3), "sm": (frame.total_mean, 3)}
    if frame.part == "sum":
        return {"formula": SUM[rule], "values": sums}
    if frame.part == "update":
        return {"formula": UPDATE[rule], "values": {**sums, "h": (frame.out_symmetric, 3), "hm": (frame.out_mean, 3)}}
    if not frame.part or not names:
        return {}
    first = int(frame.senders[0])
    if frame.part == "gather":
        m = _spread(look, frame.m_mean if rule else frame.m_symmetric)
        return {"formula": GATHER, "values": {"name": (names, 0), "m": (m, 3)}, "of": "node", "at": first}
    A = messages.operator(look.data[0].n, *wires(look.params, look.data[0]), "adjacency" if rule else "loops")
    degrees = A.sums().tolist()
    c: Values = {"c": (_spread(look, frame.c_symmetric), 4), "cm": (_spread(look, frame.c_mean), 4)}
    known: Values = {"name": (names, 0), "a": (A.row(frame.v).tolist(), 0), "dv": (degrees[frame.v], 0), "du": (degrees, 0)}
    return {"formula": WEIGH[rule], "values": {**known, **c}, "of": "node", "at": first}


def _spread(look: Look[RoundFrame], values: np.ndarray) -> list[float]:
    """Values of the senders as a list of all nodes: 0 for the others."""
    out = np.zeros(look.data[0].n)
    out[look.frame.senders] = values
    return [round(float(x), 4) for x in out]


def _graph(look: Look[RoundFrame], share: np.ndarray) -> Panel:
    """Every node by its share in what v holds; messages on their way, those to v lit, and the ways of what is new."""
    frame, pos = look.frame, look.frame.pos
    arcs = wires(look.params, look.data[0])[0]
    arcs = arcs[:, arcs[0] != arcs[1]]
    after = frame.part == "update"
    lit = messages.ways(arcs, frame.hop, frame.step) if after else arcs.T[(arcs[1] == frame.v) & (frame.part != "")]
    high = float(look.frame.weights(_mean(look)).max()) or 1.0
    size = parts.size_of(look.data[0]) * np.where(frame.heard, 1, 0.6)
    edge = {"width": 1, "color": ["@edge" if near else "@ghost" for near in frame.heard]}
    said = [look.percent(float(part), 2) for part in share]
    traces = [
        graphs.edges(pos, lit, colour="@accent", width=2.5, opacity=1),
        _talk(look, arcs),
        parts.shaded(look, np.minimum(share, high).round(5), high, said, size=size.round(1), line=edge),
        parts.lamp(look, np.flatnonzero((frame.hop == frame.step) & after), 1.5),
        parts.lamp(look, [frame.v], 3),
        _messages(look),
        *_ends(look),
    ]
    title = look.say("heard", name=cut(parts.called(look, frame.v), 14), k=frame.done)
    key = matrices.scale("0", "\u2002≥ " * (high < 1) + look.percent(high), "sequential")
    return parts.drawn(look, title, traces, [frame.v], key)


def _talk(look: Look[RoundFrame], arcs: np.ndarray) -> Trace:
    """What all others tell each other meanwhile: a small dot on every arc."""
    some = arcs[:, (arcs[1] != look.frame.v) & (arcs.shape[1] <= TALKS)]
    seen, at = look.frame.part in COME, _between(look, *some)
    return points.cloud(at, colour="@ink3", size=3, opacity=0.8 * seen, hoverinfo="skip", meta={"key": "talk", "still": not seen})


def _messages(look: Look[RoundFrame]) -> Trace:
    """The messages to v: lamp dots, from when they are weighed as large as their weight; v's own comes from above it."""
    frame, weights, seen = look.frame, look.frame.weights(_mean(look)), look.frame.part in COME
    at = _between(look, frame.senders, np.full(len(frame.senders), frame.v))
    at[-1, 1] += 0.16 * (1 - COME.get(frame.part, 1))
    large = np.where(weights > 0, 9 if frame.part == "gather" else 20 * np.sqrt(weights), 0)
    marker = {"size": (large * seen).round(1), "line": {"width": 1, "color": "@surface"}}
    meta = {"key": "messages", "still": not seen}
    return points.cloud(at, colour="@accent", opacity=1, hoverinfo="skip", marker=marker, meta=meta)


def _between(look: Look[RoundFrame], sender: np.ndarray, receiver: np.ndarray) -> np.ndarray:
    """Places (a, 2) on the way from senders to receivers."""
    pos = look.frame.pos.astype(float)
    return np.asarray(pos[sender] + COME.get(look.frame.part, 1) * (pos[receiver] - pos[sender]))


def _ends(look: Look[RoundFrame]) -> list[Trace]:
    """Where a cell of a matrix lies in the drawing: at both of its nodes."""
    n = look.data[0].n
    P = messages.operator(n, *wires(look.params, look.data[0]), "loops")
    both, cells = np.concatenate([P.receiver, P.sender]), P.receiver * n + P.sender
    meta = {"index": np.tile(cells, 2), "silent": True}
    at = look.frame.pos[both].astype(float)
    return [points.targets(at, "cell", ring=18, template="", meta=meta)] if n <= CELLS else []


def _matrix(look: Look[RoundFrame]) -> Panel:
    """The matrix of the rule, of a large graph its part around v: rows receive, columns send; v's row, and who sends in it."""
    frame, graph, k, which = look.frame, look.data[0], look.frame.done, look.options.matrix
    near = np.arange(graph.n)
    if graph.n > CELLS:
        near = np.sort(np.lexsort((near, np.where(frame.hop < 0, 10_000, frame.hop)))[:NEAREST])
    P = messages.operator(graph.n, *wires(look.params, graph), "mean" if _mean(look) else "symmetric")
    shown = P.power(k, near) if which == "power" else P.part(near)
    n, row = len(near), int(np.flatnonzero(near == frame.v)[0])
    sends = np.flatnonzero(np.isin(near, frame.senders[look.frame.weights(_mean(look)) > 0]) & (frame.part in COME))
    at = np.stack([sends, np.full(len(sends), row)], 1).astype(float)
    lit = points.cloud(at, colour="@accent", symbol="square", size=6, opacity=1, hoverinfo="skip", meta={"still": True})
    place = {"x0": -0.5, "x1": n - 0.5, "y0": row - 0.5, "y1": row + 0.5}
    band = {"type": "rect", "line": {"width": 1.5, "color": "@accent"}, **place}
    title = look.say("matrix", which, k=k) + (" " + look.say("matrix_part", n=n) if n < graph.n else "")
    cells = matrices.heat(shown.round(4), look.say("hover_cell") + " %{z:.4~r}<extra></extra>", link="cell")
    return bare([cells, lit], title, [-0.5, n - 0.5], [n - 0.5, -0.5], shapes=[band], equal=True)


def _sources(look: Look[RoundFrame], share: np.ndarray) -> Panel:
    """Of what v holds, how much came from whom: itself, neighbours, others; strokes: after endless rounds, if known."""
    frame, graph = look.frame, look.data[0]
    end = messages.settled(graph.n, *wires(look.params, graph), frame.v)
    known = look.params.direction == "both" and not _mean(look)
    order = np.argsort(-end, kind="stable")
    near = order[np.isin(order, frame.senders[:-1])][:5]
    who = [frame.v, *near, *order[~np.isin(order, [frame.v, *near])]][:SOURCES]
    top = 1.0 if not frame.done else 1.1 * max(float(look.frame.weights(_mean(look)).max()), float(end[who].max()) * known, 0.01)
    return ranked(
        look.say("sources_end" if known else "sources"),
        [parts.called(look, u) for u in who],
        share[who],
        strokes=end[who] if known else (),
        said=[look.percent(float(share[u]), 1) for u in who],
        lit=int(share[who].argmax()) if frame.part == "update" else -1,
        top=top,
        by_size=True,
        link="node",
        index=who,
        click="node",
    )
