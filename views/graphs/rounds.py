"""The panels of rounds of messages: who has been heard, by how much, through which matrix, and the sum of one node."""

import numpy as np

from charts import graphs, points
from charts.numbers import number
from charts.panels import Box, Panel, Trace, blank, escaped, note
from engine.data import Graph
from engine.graphs import messages
from engine.graphs.gcn import PARTS, Params, RoundFrame
from views import Words
from views.graphs import parts
from views.graphs.parts import Boxes, Options

ROWS, CELLS = 10, 110
WIDE: list[Box] = [
    (0, 0.385, 0.54, 1),
    (0, 0.385, 0, 0.46),
    (0.44, 0.605, 0.62, 1),
    (0.637, 0.802, 0.62, 1),
    (0.835, 1, 0.62, 1),
    (0.44, 1, 0, 0.50),
]
NARROW: list[Box] = [
    (0, 1, 0.73, 1),
    (0, 1, 0.45, 0.695),
    (0, 0.31, 0.33, 0.41),
    (0.345, 0.655, 0.33, 0.41),
    (0.69, 1, 0.33, 0.41),
    (0, 1, 0, 0.28),
]


def rounds(frame: RoundFrame, params: Params, graph: Graph, options: Options, words: Words) -> tuple[list[Panel], Boxes]:
    k = frame.step if frame.part in ("", "update") else frame.step - 1
    panels = [
        _heard(frame, frame.symmetric, k, params, graph, options, words, "heard_symmetric"),
        _heard(frame, frame.mean, k, params, graph, options, words, "heard_mean"),
        *(_matrix(frame, which, params, graph, words) for which in ("adjacency", "loops", options.matrix)),
        _table(frame, graph, words),
    ]
    return panels, (WIDE, NARROW)


def _heard(
    frame: RoundFrame, share: np.ndarray, k: int, params: Params, graph: Graph, options: Options, words: Words, title: str
) -> Panel:
    """How much of every node's start is in v, as colour within the field; small and hollow where nothing has come from."""
    pos = frame.pos
    inside = np.flatnonzero((frame.hop >= 0) & (frame.hop <= k))
    outside = np.setdiff1d(np.arange(graph.n), inside)
    web, told = parts.web(graph, pos, params, words, 1)
    sending = frame.senders[:-1] if frame.part in PARTS else frame.senders[:0]
    ways = np.stack([sending, np.full(len(sending), frame.v)], 1)
    live = graphs.edges(pos, ways, colour="@accent", width=2, opacity=1)
    high = float(share.max())
    texts = [f"{escaped(parts.name_of(graph, u))}: {number(float(share[u]), 4)}" for u in inside]
    size = parts.size_of(graph) * 0.9
    marks = graphs.nodes(
        pos,
        inside,
        colour="@ink",
        size=size,
        text=texts,
        hovertemplate="%{text}<extra></extra>",
        marker={
            "color": share[inside].round(5),
            "colorscale": "@sequential",
            "cmin": 0,
            "cmax": max(high, 1e-9),
            "showscale": False,
            "line": {"width": 1, "color": "@edge"},
        },
        meta={"click": "node"},
    )
    far = graphs.nodes(
        pos,
        outside,
        colour="@surface",
        size=size * (1 if options.names and parts.is_short(graph) else 0.5),  # a name needs its room
        text=[escaped(parts.name_of(graph, u)) for u in outside],
        hovertemplate="%{text}: 0<extra></extra>",
        marker={"line": {"width": 1, "color": "@ghost"}},
        meta={"click": "node"},
    )
    around = graphs.rings(pos, np.array([frame.v]), colour="@accent", size=size + 9, width=2.5)
    names = parts.labels(graph, pos, options, [frame.v], share / max(high, 1e-9))
    ends = []
    if graph.n <= CELLS:
        cells = np.argwhere(messages.operator(graph.n, *_arcs(graph, params), "loops").dense() > 0)
        both = np.concatenate([cells[:, 0], cells[:, 1]])
        meta = {"index": np.tile(cells[:, 0] * graph.n + cells[:, 1], 2), "silent": True}
        ends = [points.targets(pos[both].astype(float), "cell", ring=18, template="", meta=meta)]
    notes = [*told, parts.corner(words("key_heard", high=number(high, 3)), 0, "@ink2")]
    return parts.drawn(
        graph, pos, [*web, live, *ends, far, marks, around, *names], words(title, k=k, name=parts.brief(graph, frame.v)), notes
    )


def _arcs(graph: Graph, params: Params) -> tuple[np.ndarray, np.ndarray]:
    """The arcs that messages take, and their weights."""
    arcs, weights = graph.arcs(directed=params.direction == "as_given")
    return arcs, weights if params.weighted else np.ones(len(weights))


def _matrix(frame: RoundFrame, which: str, params: Params, graph: Graph, words: Words) -> Panel:
    """A matrix, of a large graph only its part around v; rows receive, columns send."""
    near = np.arange(graph.n)
    if graph.n > CELLS:
        order = np.lexsort((np.arange(graph.n), np.where(frame.hop < 0, 10_000, frame.hop)))
        near = np.sort(order[:40])
    k = frame.step if frame.part in ("", "update") else frame.step - 1
    shown = _entries(which, k, near, params, graph)
    n, row = len(near), int(np.flatnonzero(near == frame.v)[0])
    cells: Trace = {
        "type": "heatmap",
        "z": shown.round(4),
        "colorscale": "@sequential",
        "zmin": 0,
        "zmax": float(shown.max()) or 1.0,
        "showscale": False,
        "xgap": 0.4 if n <= 40 else 0,
        "ygap": 0.4 if n <= 40 else 0,
        "hovertemplate": words("hover_cell") + " %{z:.4~r}<extra></extra>",
        "meta": {"link": "cell"},
    }
    ends = np.stack([np.arange(n), np.arange(n)], 1)
    told = [escaped(parts.name_of(graph, u)) for u in near]
    diagonal = points.targets(
        ends.astype(float), "node", ring=9, template="%{text}", text=told, meta={"index": near, "silent": True}
    )
    band = {
        "type": "rect",
        "x0": -0.5,
        "x1": n - 0.5,
        "y0": row - 0.5,
        "y1": row + 0.5,
        "line": {"width": 1.5, "color": "@accent"},
    }
    axis = blank(range=[-0.5, n - 0.5])
    title = words("matrix_" + which, k=k) + (" " + words("matrix_part", n=n) if n < graph.n and which == "adjacency" else "")
    return Panel([cells, diagonal], title, shapes=[band], x=axis, y=axis | {"range": [n - 0.5, -0.5]}, equal=True)


def _entries(which: str, k: int, near: np.ndarray, params: Params, graph: Graph) -> np.ndarray:
    """A matrix's rows and columns of some nodes; "power": of Â to the k."""
    rule: messages.Rule = "symmetric" if which == "power" else which  # type: ignore[assignment]
    P = messages.operator(graph.n, *_arcs(graph, params), rule)
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


def _table(frame: RoundFrame, graph: Graph, words: Words) -> Panel:
    """Who sends what to v, what it is multiplied with under either rule, and what becomes of it."""
    order = np.argsort(-np.abs(frame.c_symmetric * frame.m_symmetric)[:-1], kind="stable")[: ROWS - 1]
    rows = [*sorted(order.tolist()), len(frame.senders) - 1]
    at = PARTS.index(frame.part) if frame.part else -1
    cm, c, mm, m = frame.c_mean[rows], frame.c_symmetric[rows], frame.m_mean[rows], frame.m_symmetric[rows]
    silent = [k == len(frame.senders) - 1 and not frame.c_mean[k] for k in rows]  # the mean rule does not hear the node itself
    names = [escaped(parts.brief(graph, frame.senders[k], 11)) for k in rows[:-1]] + [words("itself")]
    columns = [names, *([number(v, 3) for v in values] for values in (m, c, c * m))]
    columns += [["–" if none else number(v, 3) for v, none in zip(values, silent, strict=True)] for values in (mm, cm, cm * mm)]
    columns = [column if j == 0 or at >= (j - 1) % 3 else [""] * len(rows) for j, column in enumerate(columns)]
    places = (0.0, 0.32, 0.44, 0.59, 0.73, 0.85, 1.0)
    heads = (words("sender"), *("m", "c", "c · m") * 2)
    live = {0: (1, 4), 1: (2, 5), 2: (3, 6)}.get(at, ())
    traces: list[Trace] = [
        {
            "type": "scatter",
            "mode": "text",
            "x": [x] * len(rows),
            "y": list(range(len(rows))),
            "text": column,
            "textposition": "middle right" if j == 0 else "middle left",
            "hoverinfo": "none",
            "cliponaxis": False,
            "textfont": {"size": 11.5, "color": "@accent" if j in live else "@ink"},
            "meta": {"link": "node", "index": frame.senders[rows], "ring": 20, "silent": j > 0},
        }
        for j, (column, x) in enumerate(zip(columns, places, strict=True))
    ]
    small = {"size": 11, "color": "@ink3"}
    notes = [
        note(head, x=x, y=-0.95, xanchor="left" if not j else "right", font=small)
        for j, (head, x) in enumerate(zip(heads, places, strict=True))
    ]
    notes += [
        note(words("rule_" + rule), x=x, y=-1.9, xanchor="right", font={"size": 11, "color": "@ink2"})
        for rule, x in (("symmetric", 0.59), ("mean", 1.0))
    ]
    y = len(rows) - 0.1
    for x, total, out in ((0.59, frame.total_symmetric, frame.out_symmetric), (1.0, frame.total_mean, frame.out_mean)):
        if at >= 2:
            notes.append(
                note(
                    f"Σ = <b>{number(total, 3)}</b>",
                    x=x,
                    y=y,
                    xanchor="right",
                    font={"size": 12, "color": "@accent" if at == 2 else "@ink"},
                )
            )
        if at >= 3:
            notes.append(
                note(
                    f"h′ = <b>{number(out, 3)}</b>",
                    x=x,
                    y=y + 1,
                    xanchor="right",
                    font={"size": 12, "color": "@accent"},
                )
            )
    if len(frame.senders) > ROWS:
        notes.append(note(words("more_senders", n=len(frame.senders) - ROWS), x=0, y=y, xanchor="left", font=small))
    return Panel(
        traces,
        words("table", name=parts.brief(graph, frame.v, 24)),
        notes=notes,
        x=blank(range=[-0.01, 1.02]),
        y=blank(range=[max(len(rows) + 1.6, 7), -2.4]),
    )
