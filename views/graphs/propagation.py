"""Rounds of messages: who has been heard, by how much, through which matrix, and the sum of one node."""

from typing import Any

import numpy as np

from charts import graphs, points
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import number
from charts.panels import Box, Panel, Picture, Trace, blank, escaped, note
from charts.words import cut
from engine.edges import Graph
from engine.graphs.gcn import RoundFrame, Rounds, messages
from engine.graphs.gcn.common import wires
from engine.graphs.gcn.rounds import PARTS
from views.graphs import parts
from views.look import Look, Values

GATHER = formula(r"m_{{name}!} = h_{{name}!}\,W = {m}!!")
WEIGH = formula(
    r"\hat A:\; c_{{name}!} = \frac{1}{\sqrt{{dv}! \cdot {du}!}} = {c}!! \qquad "
    r"D^{-1}A:\; c_{{name}!} = \frac{1}{{count}!} = {cm}!!"
)
WEIGHED = formula(r"\hat A:\; c_{{name}!} = {c}!! \qquad D^{-1}A:\; c_{{name}!} = {cm}!!")
SUM = formula(r"\hat A:\; \sum_u c_u\,m_u = {s}!! \qquad D^{-1}A:\; \sum_u c_u\,m_u = {sm}!!")
UPDATE = formula(r"\hat A:\; h_v' = \tanh({s}! + 0.1) = {h}!! \qquad D^{-1}A:\; h_v' = \tanh({sm}! + 0.1) = {hm}!!")
ROWS, CELLS = 10, 110
PLACES = (0.0, 0.32, 0.44, 0.59, 0.73, 0.85, 1.0)  # of the columns of the table
SMALL = {"size": 11, "color": "@ink3"}
WIDE: list[Box] = [
    (0, 0.385, 0.54, 1),
    (0, 0.385, 0, 0.46),
    (0.44, 0.605, 0.62, 1),
    (0.637, 0.802, 0.62, 1),
    (0.835, 1, 0.62, 1),
    (0.44, 1, 0, 0.46),
]
NARROW: list[Box] = [
    (0, 1, 0.73, 1),
    (0, 1, 0.45, 0.695),
    (0, 0.31, 0.33, 0.41),
    (0.345, 0.655, 0.33, 0.41),
    (0.69, 1, 0.33, 0.41),
    (0, 1, 0, 0.28),
]


def propagation(look: Look[RoundFrame]) -> Picture:
    """What has come to one node, under both rules."""
    frame, graph = look.frame, look.data[0]
    panels = [_heard(look, "heard_symmetric", frame.symmetric), _heard(look, "heard_mean", frame.mean)]
    panels += [_matrix(look, which) for which in ("adjacency", "loops", look.options.matrix)]
    panels.append(_table(look))
    mathml, values, of, at = _formula(look)
    said = [number(float(share), 3) for share in frame.symmetric]
    alone = frame.part == "update" and len(frame.senders) == 1
    return look.picture(
        Placed(panels, WIDE, NARROW),
        facts={
            "name": parts.name_of(graph, frame.v),
            "n": graph.n,
            "count": len(frame.senders) - 1,
            "own": look.percent(frame.own_symmetric),
            "own_mean": look.percent(frame.own_mean),
            "most": parts.most_of(look, frame.symmetric, said),
        },
        key="alone" if alone else "",
        formula=mathml,
        values=values,
        of=of,
        at=at,
        metrics=(("reach", f"{frame.reach} / {graph.n}"), "own_symmetric", "own_mean"),
        hold=14.0 if frame.step < 2 else 6.0,
    )


def _done(frame: RoundFrame) -> int:
    """How many rounds are over."""
    return frame.step if frame.part in ("", "update") else frame.step - 1


def _formula(look: Look[RoundFrame]) -> tuple[str, Values, str, int]:
    frame, graph, names = look.frame, look.data[0], parts.entities(look.data[0])
    sums: Values = {"s": (frame.total_symmetric, 3), "sm": (frame.total_mean, 3)}
    if frame.part == "sum":
        return SUM, sums, "", -1
    if frame.part == "update":
        return UPDATE, {**sums, "h": (frame.out_symmetric, 3), "hm": (frame.out_mean, 3)}, "", -1
    if not frame.part or not names:
        return "", {}, "", -1
    first = int(frame.senders[0])
    m, c, cm = (_spread(frame.senders, values, graph.n) for values in (frame.m_symmetric, frame.c_symmetric, frame.c_mean))
    if frame.part == "gather":
        return GATHER, {"name": (names, 0), "m": (m, 3)}, "node", first
    weights: Values = {"name": (names, 0), "c": (c, 4), "cm": (cm, 4)}
    if look.params.weighted or look.params.direction == "as_given" or (graph.edges[:, 0] == graph.edges[:, 1]).any():
        return WEIGHED, weights, "node", first
    degree = (messages.degrees(graph.n, graph.arcs()[0]) + 1).tolist()
    degrees: Values = {"dv": (degree[frame.v], 0), "du": (degree, 0), "count": (len(frame.senders) - 1, 0)}
    return WEIGH, {**weights, **degrees}, "node", first


def _spread(index: np.ndarray, values: np.ndarray, n: int) -> list[float]:
    """Values of some nodes as a list of all: 0 for the others."""
    out = np.zeros(n)
    out[index] = values
    return [round(float(x), 4) for x in out]


def _heard(look: Look[RoundFrame], title: str, share: np.ndarray) -> Panel:
    """How much of every node's start is in v, as colour within the field; small and hollow where nothing has come from."""
    frame, graph, pos, k = look.frame, look.data[0], look.frame.pos, _done(look.frame)
    web, told = parts.web(look, 1)
    sending = frame.senders[:-1] if frame.part in PARTS else frame.senders[:0]
    ways = np.stack([sending, np.full(len(sending), frame.v)], 1)
    live = graphs.edges(pos, ways, colour="@accent", width=2, opacity=1)
    high = float(share.max())
    size = parts.size_of(graph) * 0.9
    around = graphs.rings(pos, np.array([frame.v]), colour="@accent", size=size + 9, width=2.5)
    names = parts.labels(look, [frame.v], share / max(high, 1e-9))
    notes = [*told, parts.corner(look.say("key_heard", high=number(high, 3)), 0, "@ink2")]
    said = look.say(title, k=k, name=cut(parts.name_of(graph, frame.v), 14))
    traces = [*web, live, *_ends(graph, pos, look.params), *_field(look, share, size), around, *names]
    return parts.drawn(graph, pos, traces, said, notes)


def _field(look: Look[RoundFrame], share: np.ndarray, size: float) -> list[Trace]:
    """The nodes: those that have not been heard, then those that have, in the colour of their share."""
    frame, graph, meta = look.frame, look.data[0], {"click": "node"}
    inside = np.flatnonzero((frame.hop >= 0) & (frame.hop <= _done(frame)))
    outside = np.setdiff1d(np.arange(graph.n), inside)
    roomy = look.options.names and parts.is_short(graph)  # a name needs its room
    far = graphs.nodes(
        frame.pos,
        outside,
        colour="@surface",
        size=size * (1 if roomy else 0.5),
        text=[escaped(parts.name_of(graph, u)) for u in outside],
        hovertemplate="%{text}: 0<extra></extra>",
        marker={"line": {"width": 1, "color": "@ghost"}},
        meta=meta,
    )
    scale = {"colorscale": "@sequential", "cmin": 0, "cmax": max(float(share.max()), 1e-9), "showscale": False}
    near = graphs.nodes(
        frame.pos,
        inside,
        colour="@ink",
        size=size,
        text=[f"{escaped(parts.name_of(graph, u))}: {number(float(share[u]), 4)}" for u in inside],
        hovertemplate="%{text}<extra></extra>",
        marker={"color": share[inside].round(5), **scale, "line": {"width": 1, "color": "@edge"}},
        meta=meta,
    )
    return [far, near]


def _ends(graph: Graph, pos: np.ndarray, params: Rounds) -> list[Trace]:
    """Where a cell of a matrix lies in the drawing: at both of its nodes."""
    if graph.n > CELLS:
        return []
    cells = np.argwhere(messages.operator(graph.n, *wires(params, graph), "loops").dense() > 0)
    both = np.concatenate([cells[:, 0], cells[:, 1]])
    meta = {"index": np.tile(cells[:, 0] * graph.n + cells[:, 1], 2), "silent": True}
    return [points.targets(pos[both].astype(float), "cell", ring=18, template="", meta=meta)]


def _matrix(look: Look[RoundFrame], which: str) -> Panel:
    """A matrix, of a large graph only its part around v; rows receive, columns send."""
    frame, graph, k = look.frame, look.data[0], _done(look.frame)
    near = np.arange(graph.n)
    if graph.n > CELLS:
        order = np.lexsort((np.arange(graph.n), np.where(frame.hop < 0, 10_000, frame.hop)))
        near = np.sort(order[:40])
    n, row = len(near), int(np.flatnonzero(near == frame.v)[0])
    told = [escaped(parts.name_of(graph, u)) for u in near]
    meta = {"index": near, "silent": True}
    ends = np.stack([np.arange(n), np.arange(n)], 1).astype(float)
    diagonal = points.targets(ends, "node", ring=9, template="%{text}", text=told, meta=meta)
    place = {"x0": -0.5, "x1": n - 0.5, "y0": row - 0.5, "y1": row + 0.5}
    band = {"type": "rect", **place, "line": {"width": 1.5, "color": "@accent"}}
    axis = blank(range=[-0.5, n - 0.5])
    part = " " + look.say("matrix_part", n=n) if n < graph.n and which == "adjacency" else ""
    cells = _cells(_entries(which, k, near, look.params, graph), look.say("hover_cell"))
    title = look.say("matrix", which, k=k) + part
    return Panel([cells, diagonal], title, shapes=[band], x=axis, y=axis | {"range": [n - 0.5, -0.5]}, equal=True)


def _cells(shown: np.ndarray, hover: str) -> Trace:
    """The entries (n, n) of a matrix."""
    gap = 0.4 if len(shown) <= 40 else 0
    return {
        "type": "heatmap",
        "z": shown.round(4),
        "colorscale": "@sequential",
        "zmin": 0,
        "zmax": float(shown.max()) or 1.0,
        "showscale": False,
        "xgap": gap,
        "ygap": gap,
        "hovertemplate": hover + " %{z:.4~r}<extra></extra>",
        "meta": {"link": "cell"},
    }


def _entries(which: str, k: int, near: np.ndarray, params: Rounds, graph: Graph) -> np.ndarray:
    """A matrix's rows and columns of some nodes; "power": of Â to the k."""
    rule: messages.Rule = "symmetric" if which == "power" else which  # type: ignore[assignment]
    P = messages.operator(graph.n, *wires(params, graph), rule)
    if which == "power":
        rows = np.eye(graph.n)[:, near] if graph.n <= CELLS else np.zeros((graph.n, len(near)))
        rows[near, np.arange(len(near))] = 1
        for _ in range(k):
            rows = P.back(rows)
        return np.asarray(rows[near].T)
    place = np.full(graph.n, -1)
    place[near] = np.arange(len(near))
    keep = (place[P.receiver] >= 0) & (place[P.sender] >= 0)
    shown = np.zeros((len(near), len(near)))
    np.add.at(shown, (place[P.receiver[keep]], place[P.sender[keep]]), P.weight[keep])
    return shown


def _table(look: Look[RoundFrame]) -> Panel:
    """Who sends what to v, what it is multiplied with under either rule, and what becomes of it."""
    frame, graph = look.frame, look.data[0]
    order = np.argsort(-np.abs(frame.c_symmetric * frame.m_symmetric)[:-1], kind="stable")[: ROWS - 1]
    rows = [*sorted(order.tolist()), len(frame.senders) - 1]
    at = PARTS.index(frame.part) if frame.part else -1
    live = {0: (1, 4), 1: (2, 5), 2: (3, 6)}.get(at, ())
    traces: list[Trace] = [
        {
            "type": "scatter",
            "mode": "text",
            "x": [x] * len(rows),
            "y": list(range(len(rows))),
            "text": column if j == 0 or at >= (j - 1) % 3 else [""] * len(rows),
            "textposition": "middle right" if j == 0 else "middle left",
            "hoverinfo": "none",
            "cliponaxis": False,
            "textfont": {"size": 11.5, "color": "@accent" if j in live else "@ink"},
            "meta": {"link": "node", "index": frame.senders[rows], "ring": 20, "silent": j > 0},
        }
        for j, (column, x) in enumerate(zip(_columns(look, rows), PLACES, strict=True))
    ]
    title = look.say("table", name=cut(parts.name_of(graph, frame.v), 24))
    y = blank(range=[max(len(rows) + 1.6, 7), -2.4])
    return Panel(traces, title, notes=[*_heads(look), *_feet(look, len(rows), at)], x=blank(range=[-0.01, 1.02]), y=y)


def _columns(look: Look[RoundFrame], rows: list[int]) -> list[list[str]]:
    """The cells: who sends; message, weight and product under the symmetric rule, then under the mean rule."""
    frame, last = look.frame, len(look.frame.senders) - 1
    cm, c, mm, m = frame.c_mean[rows], frame.c_symmetric[rows], frame.m_mean[rows], frame.m_symmetric[rows]
    silent = [k == last and not frame.c_mean[k] for k in rows]  # the mean rule does not hear the node itself
    names = [escaped(cut(parts.name_of(look.data[0], frame.senders[k]), 11)) for k in rows[:-1]]
    symmetric = [[number(v, 3) for v in values] for values in (m, c, c * m)]
    mean = [["–" if none else number(v, 3) for v, none in zip(values, silent, strict=True)] for values in (mm, cm, cm * mm)]
    return [[*names, look.say("itself")], *symmetric, *mean]


def _heads(look: Look[RoundFrame]) -> list[dict[str, Any]]:
    """What the columns hold, and under which rule."""
    heads = (look.say("sender"), *("m", "c", "c · m") * 2)
    out = [
        note(head, x=x, y=-0.95, xanchor="left" if not j else "right", font=SMALL)
        for j, (head, x) in enumerate(zip(heads, PLACES, strict=True))
    ]
    rules = ((look.say("rule", "symmetric"), PLACES[3]), (look.say("rule", "mean"), PLACES[6]))
    return out + [note(rule, x=x, y=-1.9, xanchor="right", font={"size": 11, "color": "@ink2"}) for rule, x in rules]


def _feet(look: Look[RoundFrame], rows: int, at: int) -> list[dict[str, Any]]:
    """Below the rows: how many more there are, the sum, and what v makes of it, as far as part `at` has come."""
    frame, y = look.frame, rows - 0.1
    out = []
    for x, total, new in ((PLACES[3], frame.total_symmetric, frame.out_symmetric), (PLACES[6], frame.total_mean, frame.out_mean)):
        ink = "@accent" if at == 2 else "@ink"
        if at >= 2:
            out.append(note(f"Σ = <b>{number(total, 3)}</b>", x=x, y=y, xanchor="right", font={"size": 12, "color": ink}))
        if at >= 3:
            lamp = {"size": 12, "color": "@accent"}
            out.append(note(f"h′ = <b>{number(new, 3)}</b>", x=x, y=y + 1, xanchor="right", font=lamp))
    if len(frame.senders) > ROWS:
        out.append(note(look.say("more_senders", n=len(frame.senders) - ROWS), x=0, y=y, xanchor="left", font=SMALL))
    return out
