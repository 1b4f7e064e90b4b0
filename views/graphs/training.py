"""The panels of training and of depth: predictions, the hidden layer, and curves."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import curves, graphs, points
from charts.numbers import number, short
from charts.panels import Box, Panel, Trace, escaped
from engine.data import Graph
from engine.graphs.gcn import GcnFrame, Params, TrainFrame
from views import Words
from views.graphs import parts
from views.graphs.parts import Boxes, Options

LEGEND = 330
SIGNS = "●◆■▲✚★●"
WIDE: list[Box] = [(0, 0.52, 0, 1), (0.58, 1, 0.44, 1), (0.60, 0.77, 0, 0.27), (0.83, 1, 0, 0.27)]
NARROW: list[Box] = [(0, 1, 0.60, 1), (0, 1, 0.26, 0.54), (0.07, 0.46, 0, 0.17), (0.60, 1, 0, 0.17)]
WIDE_DEPTH: list[Box] = [(0, 0.52, 0, 1), (0.58, 1, 0.60, 1), (0.605, 0.77, 0, 0.42), (0.84, 1, 0, 0.42)]
NARROW_DEPTH: list[Box] = [(0, 1, 0.62, 1), (0, 1, 0.36, 0.56), (0.10, 0.47, 0, 0.26), (0.63, 1, 0, 0.26)]


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
    web, told = parts.web(graph, pos, params, words, 2)
    told = [item | {"y": 1, "yanchor": "top", "yshift": 0} for item in told]
    if len(frame.attention):
        web = _attended(frame, params, graph)
    if frame.part == "backward":
        high = float(frame.pull.max())
        texts = [f"{escaped(parts.name_of(graph, u))}: {short(float(frame.pull[u]))}" for u in range(graph.n)]
        marks = [
            graphs.valued(
                pos,
                frame.pull / max(high, 1e-30),
                high=1,
                size=parts.size_of(graph),
                text=texts,
                hovertemplate="%{text}<extra></extra>",
                marker={"line": {"width": 1, "color": "@edge"}},
            )
        ]
    else:
        marks = _members(frame, pos, graph, words, parts.size_of(graph), click=True)
    traces = [*web, *marks, graphs.rings(pos, frame.labelled, size=parts.size_of(graph) + 8)]
    if frame.part != "backward":
        traces.append(_wrong(frame, pos, graph))
    shade = frame.pull / max(float(frame.pull.max()), 1e-30) if frame.part == "backward" else _opacity(frame)
    traces += parts.labels(graph, pos, options, frame.labelled.tolist(), shade)
    key = "graph_attention" if len(frame.attention) else "graph" if graph.n <= graphs.FEW else "graph_large"
    title = words("pulled" if frame.part == "backward" else key)
    notes = [*told, *_legend(frame, graph, words)]
    return parts.drawn(graph, pos, traces, title, notes)


def _legend(frame: TrainFrame, graph: Graph, words: Words) -> list[dict[str, Any]]:
    """Signs and names of the classes, and what rings and crosses mean, below the graph."""
    count = frame.p.shape[1]
    signs = SIGNS if graph.n <= graphs.FEW else "●" * 7
    count = 0 if frame.part == "backward" else count  # there colours mean something else
    items = [
        (f"{signs[min(k, 6)]} {escaped(parts.class_of(graph, k, words)[:18])}", points.kind(k)[0]) for k in range(min(count, 7))
    ]
    items += [(f"○ {words('key_told')}", "@ink")]
    if graph.labels is not None and graph.n <= graphs.FEW and count:
        items.append((f"✕ {words('key_wrong')}", "@bad"))
    lines: list[list[tuple[str, str]]] = [[]]
    for item in items:
        if parts.wide([*lines[-1], item]) > LEGEND:
            lines.append([])
        lines[-1].append(item)
    out = []
    for k, line in enumerate(reversed(lines)):
        for j, (text, colour) in enumerate(line):
            out.append(parts.corner(text, k, colour) | {"xshift": parts.wide(line[:j])})
    return out


def _members(frame: TrainFrame, pos: np.ndarray, graph: Graph, words: Words, size: float, *, click: bool) -> list[Trace]:
    """All nodes by predicted class."""
    predicted, sure, opacity = frame.p.argmax(1), frame.p.max(1), _opacity(frame)
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
            f"{escaped(parts.name_of(graph, u))}: {escaped(parts.class_of(graph, k, words))} {number(float(sure[u]), 3)}"
            + _truth(u, k, graph, words)
            for u in mine
        ]
        traces.append(
            graphs.nodes(
                pos,
                mine,
                colour=colour,
                symbol=symbol,
                size=size,
                text=texts,
                hovertemplate="%{text}<extra></extra>",
                marker={"opacity": opacity[mine]},
                meta=meta,
            )
        )
    return traces


def _opacity(frame: TrainFrame) -> np.ndarray:
    """How strongly every node is drawn, (n,): 0.3 where all classes are alike, 1 where one is certain."""
    least = 1 / frame.p.shape[1]
    return np.asarray(np.round(0.3 + 0.7 * (frame.p.max(1) - least) / (1 - least), 2))


def _truth(node: Any, predicted: int, graph: Graph, words: Words) -> str:
    if graph.labels is None or graph.labels[node] in (-1, predicted):
        return ""
    return "<br>" + words("in_truth", label=parts.class_of(graph, int(graph.labels[node]), words))


def _wrong(frame: TrainFrame, pos: np.ndarray, graph: Graph) -> Trace:
    """Crosses beside the nodes whose prediction is wrong."""
    truth = np.full(graph.n, -1) if graph.labels is None else graph.labels
    wrong = np.flatnonzero((truth >= 0) & (frame.p.argmax(1) != truth))
    return parts.crosses(pos, wrong if graph.n <= graphs.FEW else wrong[:0], graph)


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
    size = parts.size_of(graph) * 0.7
    traces = [*_members(frame, xy, graph, words, size, click=True), graphs.rings(xy, frame.labelled, size=size + 7)]
    reach = max(0.8, 1.2 * float(np.abs(xy).max()))
    axis = {"range": [-reach, reach], "showticklabels": False, "nticks": 5}
    return Panel(traces, words("plane" if frame.depth > 1 else "plane_output"), x=axis, y=axis)


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
        notes = [parts.corner(sign + words("line_" + name), 3 - k, colour) for k, (name, sign, colour) in enumerate(lines)]
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
        notes = [parts.corner("··· " + words("line_commonest"), 1, "@ink3")]
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
            hovertemplate="%{x}: %{y:.4~r}<extra></extra>",
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
