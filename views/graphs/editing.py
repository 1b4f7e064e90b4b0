"""The panels of edges left out: what changes, what every edge is worth, and whether a node turns."""

import numpy as np

from charts import curves, graphs, points
from charts.numbers import number, short
from charts.panels import Box, Panel, Trace, escaped, note
from engine.data import Graph
from engine.graphs.gcn import EditFrame, Params
from views import Words
from views.graphs import parts
from views.graphs.parts import Boxes, Options

WIDE: list[Box] = [(0, 0.58, 0, 1), (0.66, 1, 0.56, 1), (0.66, 1, 0, 0.36)]
NARROW: list[Box] = [(0, 1, 0.52, 1), (0.08, 1, 0.28, 0.45), (0.08, 1, 0, 0.19)]


def edits(frame: EditFrame, params: Params, graph: Graph, options: Options, words: Words) -> tuple[list[Panel], Boxes]:
    return [_changed(frame, params, graph, options, words), _effects(frame, graph, words), _turned(frame, graph, words)], (
        WIDE,
        NARROW,
    )


def _changed(frame: EditFrame, params: Params, graph: Graph, options: Options, words: Words) -> Panel:
    """Every node by how much its prediction changes; the edited edges lit; an edge is the door to its frame."""
    pos = frame.pos
    web, told = parts.web(graph, pos, params, words, 1)
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
            f"{escaped(parts.name_of(graph, u))} – {escaped(parts.name_of(graph, v))}: {short(float(e))}"
            for (u, v), e in zip(frame.edges, frame.effect, strict=True)
        ],
        meta={"frames": list(range(1, len(frame.edges) + 1))},
    )
    high = max(float(frame.change.max()), 0.05)
    texts = [f"{escaped(parts.name_of(graph, u))}: {number(float(frame.change[u]), 3)}" for u in range(graph.n)]
    marks = graphs.valued(
        pos,
        np.round(frame.change / high, 4),
        high=1,
        size=parts.size_of(graph),
        text=texts,
        hovertemplate="%{text}<extra></extra>",
        marker={"line": {"width": 1, "color": "@edge"}},
        meta={"click": "node"},
    )
    turned = np.flatnonzero(frame.p.argmax(1) != frame.before.argmax(1))
    crossed = parts.crosses(pos, turned, graph)
    around = [
        graphs.rings(pos, frame.labelled, size=parts.size_of(graph) + 8),
        graphs.rings(pos, np.array([frame.v]), colour="@accent", size=parts.size_of(graph) + 10, width=2.5),
    ]
    key = [(f"○ {words('key_told')}", "@ink"), (f"✕ {words('key_turned')}", "@bad")]
    notes = [item | {"y": 1, "yanchor": "top", "yshift": 0} for item in told]
    notes += [parts.corner(text, 0, colour) | {"xshift": parts.wide(key[:j])} for j, (text, colour) in enumerate(key)]
    notes.append(parts.corner(words("key_change", high=number(high, 2)), 1, "@ink2"))
    names = parts.labels(graph, pos, options, [frame.v], frame.change / high)
    return parts.drawn(graph, pos, [*web, *lit, doors, marks, *around, crossed, *names], words("changed"), notes)


def _effects(frame: EditFrame, graph: Graph, words: Words) -> Panel:
    """What every edge is worth, the strongest first."""
    rank = np.arange(1, len(frame.effect) + 1)
    bars = curves.line(
        rank,
        frame.effect.astype(float),
        colour="@ink",
        hovertemplate="%{text}<extra></extra>",
        text=[
            f"{escaped(parts.name_of(graph, u))} – {escaped(parts.name_of(graph, v))}: {short(float(e))}"
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
    names = [escaped(parts.class_of(graph, k, words)[:14]) for k in range(count)]
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
        words("turned", name=parts.brief(graph, frame.v, 20)),
        notes=labels,
        x={"tickvals": at, "ticktext": names, "showgrid": False, "range": [-0.6, count - 0.4]},
        y={"range": [0, 1.15], "tickvals": [0, 0.5, 1]},
    )
