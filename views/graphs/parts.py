"""The panels of graph convolution, for `views.graphs.gcn`: rounds of messages, predictions, edges left out, the inspector."""

import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

import engine.params
from charts import curves, graphs, points
from charts.formula import number, short
from charts.panels import Box, Panel, Trace, blank, escaped, note
from engine.data import Graph
from engine.graphs import messages
from engine.graphs.gcn import PARTS, DataFrame, EditFrame, GcnFrame, Params, RoundFrame, TrainFrame
from views import Words

ROWS, CELLS, NAMED, LEGEND = 10, 110, 40, 400
SIGNS = "●◆■▲✚★●"
WIDE_ROUNDS: list[Box] = [
    (0, 0.385, 0.54, 1),
    (0, 0.385, 0, 0.46),
    (0.44, 0.605, 0.62, 1),
    (0.637, 0.802, 0.62, 1),
    (0.835, 1, 0.62, 1),
    (0.44, 1, 0, 0.50),
]
NARROW_ROUNDS: list[Box] = [
    (0, 1, 0.73, 1),
    (0, 1, 0.45, 0.695),
    (0, 0.31, 0.33, 0.41),
    (0.345, 0.655, 0.33, 0.41),
    (0.69, 1, 0.33, 0.41),
    (0, 1, 0, 0.28),
]
WIDE: list[Box] = [(0, 0.52, 0, 1), (0.58, 1, 0.44, 1), (0.60, 0.77, 0, 0.27), (0.83, 1, 0, 0.27)]
NARROW: list[Box] = [(0, 1, 0.60, 1), (0, 1, 0.26, 0.54), (0.07, 0.46, 0, 0.17), (0.60, 1, 0, 0.17)]
WIDE_DEPTH: list[Box] = [(0, 0.52, 0, 1), (0.58, 1, 0.60, 1), (0.605, 0.77, 0, 0.42), (0.84, 1, 0, 0.42)]
NARROW_DEPTH: list[Box] = [(0, 1, 0.62, 1), (0, 1, 0.36, 0.56), (0.10, 0.47, 0, 0.26), (0.63, 1, 0, 0.26)]
WIDE_EDITS: list[Box] = [(0, 0.58, 0, 1), (0.66, 1, 0.56, 1), (0.66, 1, 0, 0.36)]
NARROW_EDITS: list[Box] = [(0, 1, 0.52, 1), (0.08, 1, 0.28, 0.45), (0.08, 1, 0, 0.19)]
WIDE_DATA: list[Box] = [(0, 0.42, 0, 1), (0.48, 1, 0.72, 1), (0.48, 1, 0.35, 0.62), (0.48, 1, 0, 0.25)]
NARROW_DATA: list[Box] = [(0, 1, 0.70, 1), (0, 1, 0.50, 0.66), (0, 1, 0.26, 0.45), (0, 1, 0, 0.20)]
Boxes = tuple[list[Box], list[Box]]


class Options(engine.params.Options):
    matrix: Literal["symmetric", "mean", "power"] = "symmetric"  # the third one, beside A and A + I
    names: bool = True  # names beside the nodes, where there is room


# ---- the graph itself


def name_of(graph: Graph, node: Any) -> str:
    return graph.names[int(node)]


def brief(graph: Graph, node: Any, most: int = 14) -> str:
    """A node's name, cut where it is long. Not escaped."""
    name = name_of(graph, node)
    return name if len(name) <= most else name[: most - 1] + "…"


def class_of(graph: Graph, label: int, words: Words) -> str:
    """What a class is called: those of the samples have names in every language, others their own. Not escaped."""
    name = graph.label_names[label] if label < len(graph.label_names) else str(label)
    try:
        return words("class_" + re.sub(r"\W+", "_", name.lower()).strip("_"))
    except KeyError:
        return name


def _wires(graph: Graph, params: Params) -> np.ndarray:
    """The edges that are drawn, (e, 2): without loops, and with both directions only once."""
    pairs = graph.edges if params.direction == "as_given" else graph.pairs()[0]
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]])


def _web(graph: Graph, pos: np.ndarray, params: Params, words: Words, room: int = 0) -> tuple[list[Trace], list[dict[str, Any]]]:
    """The edges, arrows where only one direction counts, and the word that some are left out."""
    pairs = _wires(graph, params)
    drawn = graphs.sampled(pairs)
    traces = [graphs.edges(pos, drawn, opacity=0.55 if graph.n <= graphs.FEW else 0.18)]
    if params.direction == "as_given" and graph.n <= graphs.FEW:
        traces.append(graphs.heads(pos, drawn))
    told = words("sampled", shown=f"{len(drawn):,}", all=f"{len(pairs):,}")
    return traces, [_corner(told, room, "@ink3")] if len(drawn) < len(pairs) else []


def _size(graph: Graph) -> float:
    """The diameter of a node: room for a short name where they are few."""
    if graph.n <= NAMED:
        return 22 if _is_short(graph) and max(map(len, graph.names)) > 2 else 16
    return 12 if graph.n <= 120 else 8 if graph.n <= graphs.FEW else 3.5


def _is_short(graph: Graph) -> bool:
    """Whether every name fits into its node."""
    return graph.n <= NAMED and max(map(len, graph.names)) <= 4


def _labels(
    graph: Graph, pos: np.ndarray, options: Options, some: Sequence[int] = (), shade: np.ndarray | None = None
) -> list[Trace]:
    """Names on the nodes where they are few and short, else beside those that matter. `shade`: how strong a node's colour is."""
    short_ = _is_short(graph)
    index = np.arange(graph.n) if short_ else np.array(sorted(set(some)), dtype=int)
    if not options.names or not len(index) or graph.n > graphs.FEW:
        return []
    inks: str | list[str] = "@surface" if short_ else "@ink2"
    if short_ and shade is not None:
        inks = ["@surface" if shade[k] > 0.45 else "@ink" for k in index]
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": pos[index, 0].astype(float),
            "y": pos[index, 1].astype(float),
            "text": [escaped(graph.names[k]) + ("" if short_ else "<br> ") for k in index],
            "textposition": "middle center" if short_ else "top center",
            "textfont": {"size": 9 if short_ else 11, "color": inks},
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
    ]


def _map(graph: Graph, pos: np.ndarray, traces: Sequence[Trace], title: str, notes: Sequence[dict[str, Any]] = ()) -> Panel:
    """The graph in its panel; a layout that was not given has no scale of its own and fills it."""
    x, y = graphs.frame(pos)
    y[0] -= 0.07 * (y[1] - y[0])  # room for words below
    return Panel(traces, title, notes=notes, x=blank(range=x), y=blank(range=y), equal=graph.positions is not None)


def _corner(text: str, line: int, colour: str) -> dict[str, Any]:
    """A word in the lower left corner of a panel, some lines up."""
    place = {"xref": "x domain", "yref": "y domain", "x": 0, "y": 0, "xanchor": "left", "yanchor": "bottom", "yshift": 17 * line}
    return note(text, bgcolor="@surface", borderpad=1, font={"size": 11, "color": colour}, **place)


# ---- rounds of messages


def rounds(frame: RoundFrame, params: Params, graph: Graph, options: Options, words: Words) -> tuple[list[Panel], Boxes]:
    k = frame.step if frame.part in ("", "update") else frame.step - 1
    panels = [
        _heard(frame, frame.symmetric, k, params, graph, options, words, "heard_symmetric"),
        _heard(frame, frame.mean, k, params, graph, options, words, "heard_mean"),
        *(_matrix(frame, which, params, graph, words) for which in ("adjacency", "loops", options.matrix)),
        _table(frame, graph, words),
    ]
    return panels, (WIDE_ROUNDS, NARROW_ROUNDS)


def _heard(
    frame: RoundFrame, share: np.ndarray, k: int, params: Params, graph: Graph, options: Options, words: Words, title: str
) -> Panel:
    """How much of every node's start is in v, as colour within the field; small and hollow where nothing has come from."""
    pos = frame.pos
    inside = np.flatnonzero((frame.hop >= 0) & (frame.hop <= k))
    outside = np.setdiff1d(np.arange(graph.n), inside)
    web, told = _web(graph, pos, params, words, 1)
    sending = frame.senders[:-1] if frame.part in PARTS else frame.senders[:0]
    ways = np.stack([sending, np.full(len(sending), frame.v)], 1)
    live = graphs.edges(pos, ways, colour="@accent", width=2, opacity=1)
    high = float(share.max())
    texts = [f"{escaped(name_of(graph, u))}: {number(float(share[u]), 4)}" for u in inside]
    size = _size(graph) * 0.9
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
        size=size * 0.5,
        text=[escaped(name_of(graph, u)) for u in outside],
        hovertemplate="%{text}: 0<extra></extra>",
        marker={"line": {"width": 1, "color": "@ghost"}},
        meta={"click": "node"},
    )
    around = graphs.rings(pos, np.array([frame.v]), colour="@accent", size=size + 9, width=2.5)
    names = _labels(graph, pos, options, [frame.v], share / max(high, 1e-9))
    ends = []
    if graph.n <= CELLS:
        cells = np.argwhere(messages.operator(graph.n, *_arcs(graph, params), "loops").dense() > 0)
        both = np.concatenate([cells[:, 0], cells[:, 1]])
        meta = {"index": np.tile(cells[:, 0] * graph.n + cells[:, 1], 2), "silent": True}
        ends = [points.targets(pos[both].astype(float), "cell", ring=18, template="", meta=meta)]
    notes = [*told, _corner(words("key_heard", high=number(high, 3)), 0, "@ink2")]
    return _map(graph, pos, [*web, live, *ends, far, marks, around, *names], words(title, k=k, name=brief(graph, frame.v)), notes)


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
        "hovertemplate": words("hover_cell") + " %{z:.4~g}<extra></extra>",
        "meta": {"link": "cell"},
    }
    ends = np.stack([np.arange(n), np.arange(n)], 1)
    told = [escaped(name_of(graph, u)) for u in near]
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
    names = [escaped(brief(graph, frame.senders[k], 11)) for k in rows[:-1]] + [words("itself")]
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
        words("table", name=brief(graph, frame.v, 24)),
        notes=notes,
        x=blank(range=[-0.01, 1.02]),
        y=blank(range=[max(len(rows) + 1.6, 7), -2.4]),
    )


# ---- training, and depth


def training(
    frames: Sequence[GcnFrame], params: Params, graph: Graph, options: Options, words: Words
) -> tuple[list[Panel], Boxes]:
    frame = frames[-1]
    assert isinstance(frame, TrainFrame)
    panels = [_predicted(frame, params, graph, options, words), _plane(frame, graph, words)]
    if params.show == "depth":
        panels += [_by_depth(frames, "energy", words), _by_depth(frames, "accuracy", words)]
        return panels, (WIDE_DEPTH, NARROW_DEPTH)
    panels += [_course("loss", words), _course("accuracy" if np.isfinite(frame.accuracy) else "energy", words)]
    return panels, (WIDE, NARROW)


def _predicted(frame: TrainFrame, params: Params, graph: Graph, options: Options, words: Words) -> Panel:
    """Every node in the colour and shape of its class, paler the less sure; labelled ones ringed, wrong ones crossed."""
    pos = frame.pos
    web, told = _web(graph, pos, params, words, 2)
    told = [item | {"y": 1, "yanchor": "top", "yshift": 0} for item in told]
    if len(frame.attention):
        web = _attended(frame, params, graph)
    if frame.part == "backward":
        high = float(frame.pull.max())
        texts = [f"{escaped(name_of(graph, u))}: {short(float(frame.pull[u]))}" for u in range(graph.n)]
        marks = [
            graphs.valued(
                pos,
                frame.pull / max(high, 1e-30),
                high=1,
                size=_size(graph),
                text=texts,
                hovertemplate="%{text}<extra></extra>",
                marker={"line": {"width": 1, "color": "@edge"}},
            )
        ]
    else:
        marks = _members(frame, pos, graph, words, _size(graph), click=True)
    traces = [*web, *marks, graphs.rings(pos, frame.labelled, size=_size(graph) + 8)]
    if frame.part != "backward":
        traces.append(_wrong(frame, pos, graph))
    shade = frame.pull / max(float(frame.pull.max()), 1e-30) if frame.part == "backward" else None
    traces += _labels(graph, pos, options, frame.labelled.tolist(), shade)
    key = "graph_attention" if len(frame.attention) else "graph" if graph.n <= graphs.FEW else "graph_large"
    title = words("pulled" if frame.part == "backward" else key)
    notes = [*told, *_legend(frame, graph, words)]
    return _map(graph, pos, traces, title, notes)


def _legend(frame: TrainFrame | EditFrame, graph: Graph, words: Words) -> list[dict[str, Any]]:
    """Signs and names of the classes, and what rings and crosses mean, below the graph."""
    count = frame.p.shape[1]
    signs = SIGNS if graph.n <= graphs.FEW else "●" * 7
    count = 0 if frame.part == "backward" else count  # there colours mean something else
    items = [(f"{signs[min(k, 6)]} {escaped(class_of(graph, k, words)[:18])}", points.kind(k)[0]) for k in range(min(count, 7))]
    items += [(f"○ {words('key_told')}", "@ink")]
    if graph.labels is not None and graph.n <= graphs.FEW and count:
        items.append((f"✕ {words('key_wrong')}", "@bad"))
    lines: list[list[tuple[str, str]]] = [[]]
    for item in items:
        if _wide([*lines[-1], item]) > LEGEND:
            lines.append([])
        lines[-1].append(item)
    out = []
    for k, line in enumerate(reversed(lines)):
        for j, (text, colour) in enumerate(line):
            out.append(_corner(text, k, colour) | {"xshift": _wide(line[:j])})
    return out


def _wide(items: Sequence[tuple[str, str]]) -> float:
    """About how many pixels some words of a legend take."""
    return sum(14 + sum(11.5 if ord(sign) > 0x2E80 else 6.2 for sign in text) for text, _ in items)


def _members(
    frame: TrainFrame | EditFrame, pos: np.ndarray, graph: Graph, words: Words, size: float, *, click: bool
) -> list[Trace]:
    """All nodes by predicted class."""
    predicted, sure = frame.p.argmax(1), frame.p.max(1)
    least = 1 / frame.p.shape[1]
    meta = {"click": "node"} if click else {}
    if graph.n > graphs.FEW:
        colours = [[k / 6, f"@c{k + 1}"] for k in range(6)] + [[1, "@ink3"]]
        stepped = [[at / 7, colour] for j, (_, colour) in enumerate(colours) for at in (j, j + 1)]
        marker = {
            "color": np.minimum(predicted, 6).astype(np.int8),
            "colorscale": stepped,
            "cmin": -0.5,
            "cmax": 6.5,
            "line": {"width": 0},
        }
        return [
            graphs.nodes(
                pos,
                np.arange(graph.n),
                colour="@ink",
                size=size,
                marker=marker,
                hovertemplate=words("hover_many") + "<extra></extra>",
                meta=meta,
            )
        ]
    traces = []
    for k in range(frame.p.shape[1]):
        mine = np.flatnonzero(predicted == k)
        colour, symbol, _ = points.kind(k)
        texts = [
            f"{escaped(name_of(graph, u))}: {escaped(class_of(graph, k, words))} {number(float(sure[u]), 3)}"
            + _truth(u, k, graph, words)
            for u in mine
        ]
        opacity = np.round(0.3 + 0.7 * (sure[mine] - least) / (1 - least), 2)
        traces.append(
            graphs.nodes(
                pos,
                mine,
                colour=colour,
                symbol=symbol,
                size=size,
                text=texts,
                hovertemplate="%{text}<extra></extra>",
                marker={"opacity": opacity},
                meta=meta,
            )
        )
    return traces


def _truth(node: Any, predicted: int, graph: Graph, words: Words) -> str:
    if graph.labels is None or graph.labels[node] in (-1, predicted):
        return ""
    return "<br>" + words("in_truth", label=class_of(graph, int(graph.labels[node]), words))


def _wrong(frame: TrainFrame, pos: np.ndarray, graph: Graph) -> Trace:
    """Crosses beside the nodes whose prediction is wrong."""
    truth = np.full(graph.n, -1) if graph.labels is None else graph.labels
    wrong = np.flatnonzero((truth >= 0) & (frame.p.argmax(1) != truth))
    return _crosses(pos, wrong if graph.n <= graphs.FEW else wrong[:0], graph)


def _crosses(pos: np.ndarray, index: np.ndarray, graph: Graph) -> Trace:
    return {
        "type": "scatter",
        "mode": "text",
        "x": pos[index, 0].astype(float),
        "y": pos[index, 1].astype(float),
        "text": ["✕" if graph.n > 60 else "   ✕"] * len(index),
        "textposition": "top center" if graph.n > 60 else "top right",
        "textfont": {"size": 13, "color": "@bad"},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _attended(frame: TrainFrame, params: Params, graph: Graph) -> list[Trace]:
    """Edges as wide as the attention along them, of both directions the larger, in units of the largest."""
    arcs, _ = graph.arcs(directed=params.direction == "as_given")
    alpha = frame.attention[: arcs.shape[1]]
    keep = arcs[0] != arcs[1]
    pairs = np.sort(arcs[:, keep].T, axis=1)
    codes, where = np.unique(pairs[:, 0] * graph.n + pairs[:, 1], return_inverse=True)
    strongest = np.zeros(len(codes))
    np.maximum.at(strongest, where, alpha[keep])
    chosen = (
        np.linspace(0, len(codes) - 1, min(len(codes), graphs.MANY)).round().astype(int) if len(codes) else np.zeros(0, dtype=int)
    )
    ends = np.stack([codes // graph.n, codes % graph.n], 1)[chosen]
    return graphs.strengths(frame.pos, ends, strongest[chosen] / max(float(strongest.max(initial=0)), 1e-9))


def _plane(frame: TrainFrame, graph: Graph, words: Words) -> Panel:
    """The last hidden layer in its two main directions."""
    xy = frame.plane
    size = _size(graph) * 0.7
    traces = [*_members(frame, xy, graph, words, size, click=True), graphs.rings(xy, frame.labelled, size=size + 7)]
    reach = max(0.8, 1.2 * float(np.abs(xy).max()))
    axis = {"range": [-reach, reach], "showticklabels": False, "nticks": 5}
    return Panel(traces, words("plane"), x=axis, y=axis)


def _course(column: str, words: Words) -> Panel:
    return Panel(
        curves.course(column), words("curve_" + column), x={"nticks": 4, "showgrid": False}, y={"nticks": 3}, series=[column]
    )


def _by_depth(frames: Sequence[GcnFrame], column: str, words: Words) -> Panel:
    """What the finished networks up to now have come to, by depth."""
    done = [frame for frame in frames if isinstance(frame, TrainFrame) and frame.part == ""]
    last = frames[-1]
    assert isinstance(last, TrainFrame)
    depth = np.array([frame.depth for frame in done])
    values = np.array([getattr(frame, column) for frame in done], dtype=float)
    plain = np.array([frame.plain for frame in done], dtype=float)
    floor = 1e-6
    traces, notes = [], []
    if column == "energy":
        values, plain = np.maximum(values, floor), np.maximum(plain, floor)
        fresh = [frame for frame in frames if isinstance(frame, TrainFrame) and frame.part == "start"]
        before = np.array([[frame.depth, max(frame.energy, floor)] for frame in fresh])
        lines = (("trained", "— ", "@ink"), ("untrained", "- - ", "@ink2"), ("plain", "··· ", "@ink3"))
        notes = [_corner(sign + words("line_" + name), 2 - k, colour) for k, (name, sign, colour) in enumerate(lines)]
        traces.append(
            curves.line(depth, plain, colour="@ink3", dash="dot", hovertemplate=words("line_plain") + " %{y:.2~e}<extra></extra>")
        )
        traces.append(
            curves.line(
                before[:, 0],
                before[:, 1],
                colour="@ink2",
                dash="dash",
                width=1.5,
                hovertemplate=words("line_untrained") + " %{y:.2~e}<extra></extra>",
            )
        )
    else:
        chance = np.full(2, last.chance if np.isfinite(last.chance) else 0)
        traces.append(
            curves.line(
                np.array([1, 32]), chance, colour="@ink3", dash="dot", hovertemplate=words("chance") + " %{y:.0%}<extra></extra>"
            )
        )
    traces.append(
        curves.line(
            depth,
            values,
            colour="@ink",
            mode="lines+markers",
            marker={"size": 4, "color": "@ink"},
            hovertemplate="%{x}: %{y:.3~g}<extra></extra>",
        )
    )
    now = getattr(last, column)
    now = max(now, floor) if column == "energy" else now if np.isfinite(now) else 0
    here = np.array([[last.depth, now]], dtype=float)
    traces.append(points.cloud(here, colour="@accent", size=9, opacity=1, hoverinfo="skip"))
    x = {"type": "log", "range": [-0.05, 1.56], "tickvals": [1, 2, 4, 8, 16, 32], "showgrid": False}
    y: dict[str, Any] = {
        "type": "log",
        "range": [-6.1, 0.2],
        "tickvals": [1e-6, 1e-4, 1e-2, 1],
        "ticktext": ["≤10⁻⁶", "10⁻⁴", "10⁻²", "1"],
    }
    return Panel(
        traces,
        words("depth_" + column),
        notes=notes,
        x=x,
        y=y if column == "energy" else {"range": [0, 1.05], "tickformat": ".0%", "nticks": 3},
    )


# ---- edges left out


def edits(frame: EditFrame, params: Params, graph: Graph, options: Options, words: Words) -> tuple[list[Panel], Boxes]:
    return [_changed(frame, params, graph, options, words), _effects(frame, graph, words), _turned(frame, graph, words)], (
        WIDE_EDITS,
        NARROW_EDITS,
    )


def _changed(frame: EditFrame, params: Params, graph: Graph, options: Options, words: Words) -> Panel:
    """Every node by how much its prediction changes; the edited edges lit; an edge is the door to its frame."""
    pos = frame.pos
    web, told = _web(graph, pos, params, words, 1)
    gone, new = frame.edited[frame.added == 0], frame.edited[frame.added == 1]
    lit = [
        graphs.edges(pos, gone, colour="@accent", width=3, opacity=1) | {"line": {"color": "@accent", "width": 3, "dash": "dot"}}
    ]
    lit.append(graphs.edges(pos, new, colour="@accent", width=3, opacity=1))
    middle = pos[frame.edges].mean(1).astype(float)
    doors = points.targets(
        middle,
        "edge",
        ring=12,
        template="%{text}",
        text=[
            f"{escaped(name_of(graph, u))} – {escaped(name_of(graph, v))}: {short(float(e))}"
            for (u, v), e in zip(frame.edges, frame.effect, strict=True)
        ],
        meta={"frames": list(range(1, len(frame.edges) + 1))},
    )
    high = max(float(frame.change.max()), 0.05)
    texts = [f"{escaped(name_of(graph, u))}: {number(float(frame.change[u]), 3)}" for u in range(graph.n)]
    marks = graphs.valued(
        pos,
        np.round(frame.change / high, 4),
        high=1,
        size=_size(graph),
        text=texts,
        hovertemplate="%{text}<extra></extra>",
        marker={"line": {"width": 1, "color": "@edge"}},
        meta={"click": "node"},
    )
    turned = np.flatnonzero(frame.p.argmax(1) != frame.before.argmax(1))
    crossed = _crosses(pos, turned, graph)
    around = [
        graphs.rings(pos, frame.labelled, size=_size(graph) + 8),
        graphs.rings(pos, np.array([frame.v]), colour="@accent", size=_size(graph) + 10, width=2.5),
    ]
    key = [
        (words("key_change", high=number(high, 2)), "@ink2"),
        (f"○ {words('key_told')}", "@ink"),
        (f"✕ {words('key_turned')}", "@bad"),
    ]
    notes = [*told, *(_corner(text, 0, colour) | {"xshift": _wide(key[:j])} for j, (text, colour) in enumerate(key))]
    names = _labels(graph, pos, options, [frame.v], frame.change / high)
    return _map(graph, pos, [*web, *lit, doors, marks, *around, crossed, *names], words("changed"), notes)


def _effects(frame: EditFrame, graph: Graph, words: Words) -> Panel:
    """What every edge is worth, the strongest first."""
    rank = np.arange(1, len(frame.effect) + 1)
    bars = curves.line(
        rank,
        frame.effect.astype(float),
        colour="@ink",
        hovertemplate="%{text}<extra></extra>",
        text=[
            f"{escaped(name_of(graph, u))} – {escaped(name_of(graph, v))}: {short(float(e))}"
            for (u, v), e in zip(frame.edges, frame.effect, strict=True)
        ],
        meta={"link": "edge", "frames": list(range(1, len(rank) + 1)), "ring": 12},
    )
    now = frame.step - 1 if frame.part == "edge" else -1
    lamp = np.array([[rank[now], frame.effect[now]]], dtype=float) if now >= 0 else np.zeros((0, 2))
    high = float(frame.effect.max(initial=0.01))
    x = {"range": [0, len(rank) + 1], "nticks": 4, "showgrid": False}
    return Panel(
        [bars, points.cloud(lamp, colour="@accent", size=9, opacity=1, hoverinfo="skip")],
        words("effects"),
        x=x,
        y={"range": [0, 1.1 * high], "nticks": 3},
    )


def _turned(frame: EditFrame, graph: Graph, words: Words) -> Panel:
    """v's probabilities before and with the edits."""
    count = min(frame.p.shape[1], 8)
    names = [escaped(class_of(graph, k, words)[:14]) for k in range(count)]
    at = np.arange(count)
    hover = "%{y:.3f}<extra></extra>"
    before: Trace = {
        "type": "bar",
        "x": at - 0.19,
        "y": frame.before[frame.v, :count].round(4),
        "width": 0.36,
        "marker": {"color": "@ghost"},
        "hovertemplate": hover,
    }
    after: Trace = {
        "type": "bar",
        "x": at + 0.19,
        "y": frame.p[frame.v, :count].round(4),
        "width": 0.36,
        "marker": {"color": [points.kind(k)[0] for k in range(count)]},
        "hovertemplate": hover,
    }
    labels = [
        note(
            number(float(frame.p[frame.v, k]), 2),
            x=k + 0.19,
            y=float(frame.p[frame.v, k]),
            yanchor="bottom",
            font={"size": 11, "color": "@ink"},
        )
        for k in range(count)
    ]
    return Panel(
        [before, after],
        words("turned", name=brief(graph, frame.v, 20)),
        notes=labels,
        x={"tickvals": at, "ticktext": names, "showgrid": False, "range": [-0.6, count - 0.4]},
        y={"range": [0, 1.15], "tickvals": [0, 0.5, 1]},
    )


# ---- the inspector


def inspector(frame: DataFrame, params: Params, graph: Graph, options: Options, words: Words) -> tuple[list[Panel], Boxes]:
    pos = frame.pos
    web, told = _web(graph, pos, params, words, 0)
    marks = graphs.nodes(
        pos,
        np.arange(graph.n),
        colour="@c1",
        size=_size(graph),
        text=[escaped(name) for name in graph.names],
        hovertemplate="%{text}<extra></extra>",
    )
    drawing = _map(graph, pos, [*web, marks, *_labels(graph, pos, options)], words("drawing"), told)
    return [drawing, _attributes(frame, words), _head(frame, words), _checks(frame, words)], (WIDE_DATA, NARROW_DATA)


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
        lines = [line for text in lines for line in _folded(text, 62)]
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
        for k, line in enumerate(_folded(words(key, **values), 66)):
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
