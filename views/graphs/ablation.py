"""Edges left out: what changes, what every edge is worth, and whether a node turns."""

from typing import Any

import numpy as np

from charts import curves, graphs, points
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import count, number, short
from charts.panels import Panel, Picture, Trace, escaped, legend, note
from charts.words import cut
from engine.edges import Graph
from engine.graphs.gcn import EditFrame
from views.graphs import parts
from views.look import Look, Values

CHANGE = formula(r"\Delta_{{name}!} = \frac{1}{2}\sum_c \left|p'_{{name}!}(c) - p_{{name}!}(c)\right| = {d}!!")
PROVEN = {1: "flip_1", 2: "flip_2", 3: "flip_3"}  # by size: no larger one is ever proven to be the smallest


def ablation(look: Look[EditFrame]) -> Picture:
    """Every edge left out in turn, then the smallest edit that turns one node."""
    frame, graph = look.frame, look.data[0]
    change = np.round(frame.change.astype(float), 4).tolist()
    values: Values = {"name": (parts.entities(graph), 0), "d": (change, 4)} if frame.step else {}
    return look.picture(
        columns(_changed(look), rows(_effects(look), _turned(look), shares=(1, 1)), shares=(5, 4)),
        facts=_facts(look),
        key=_key(frame),
        formula=CHANGE if frame.step else "",
        values=values,
        of="node" if frame.step else "",
        at=frame.v if frame.step else -1,
        metrics=(("total_change", number(frame.total_change, 2)), "flipped", ("margin", number(frame.margin, 2))),
        hold=20.0 if frame.part != "edge" else 6.0 if frame.step < 6 else 2.0,
    )


def _key(frame: EditFrame) -> str:
    """Which sentence tells how the search for a flip goes on; elsewhere the part says it."""
    size = len(frame.edited)
    if frame.part != "flip":
        return ""
    if not frame.turned:
        return "no_flip_one" if size == 1 else "no_flip"
    return PROVEN[size] if frame.proven else "flip"


def _facts(look: Look[EditFrame]) -> dict[str, Any]:
    frame, graph = look.frame, look.data[0]
    signs = ("", "") if frame.part == "edge" else ("−", "+")
    pairs = zip(frame.edited.tolist(), frame.added.tolist(), strict=True)
    edges = [f"{signs[new]}{parts.name_of(graph, u)}–{parts.name_of(graph, v)}" for (u, v), new in pairs]
    return {
        "name": parts.name_of(graph, frame.v),
        "edges": look.say("comma").join(edges),
        "change": number(frame.total_change, 2),
        "size": len(frame.edited),
        "tried": count(int(frame.tried.sum())),
        "single": count(int(frame.tried[:1].sum())),
        "pairs": count(int(frame.tried[1:2].sum())),
        "margin": number(frame.margin, 2),
        "f": len(frame.edges),
        "most": parts.most_of(look, frame.change, [number(float(change), 3) for change in frame.change]),
    }


def _worth(frame: EditFrame, graph: Graph) -> list[str]:
    """Every edge that is tried, and what it is worth."""
    ends = [(escaped(parts.name_of(graph, u)), escaped(parts.name_of(graph, v))) for u, v in frame.edges]
    return [f"{u} – {v}: {short(float(effect))}" for (u, v), effect in zip(ends, frame.effect, strict=True)]


def _changed(look: Look[EditFrame]) -> Panel:
    """Every node by how much its prediction changes; the edited edges lit; an edge is the door to its frame."""
    frame, graph, pos = look.frame, look.data[0], look.frame.pos
    web, told = parts.web(look, 1)
    high = max(float(frame.change.max()), 0.05)
    size = parts.size_of(graph)
    turned = np.flatnonzero(frame.p.argmax(1) != frame.before.argmax(1))
    around = [
        graphs.rings(pos, frame.labelled, size=size + 8),
        graphs.rings(pos, np.array([frame.v]), colour="@accent", size=size + 10, width=2.5),
        parts.crosses(pos, turned, graph),
    ]
    notes = [item | {"y": 1, "yanchor": "top", "yshift": 0} for item in told]
    notes += legend([("○", look.say("key_told"), "@ink"), ("✕", look.say("key_turned"), "@bad")], room=400)
    notes.append(parts.corner(look.say("key_change", high=number(high, 2)), 1, "@ink2"))
    names = parts.labels(look, [frame.v], frame.change / high)
    traces = [*web, *_edited(frame), _doors(frame, graph), _marks(frame, graph, high), *around, *names]
    return parts.drawn(graph, pos, traces, look.say("changed"), notes)


def _edited(frame: EditFrame) -> list[Trace]:
    """The edges that are deleted, dotted, and those that are added."""
    lit: dict[str, Any] = {"colour": "@accent", "width": 3, "opacity": 1}
    gone = graphs.edges(frame.pos, frame.edited[frame.added == 0], **lit)
    new = graphs.edges(frame.pos, frame.edited[frame.added == 1], **lit)
    return [gone | {"line": {"color": "@accent", "width": 3, "dash": "dot"}}, new]


def _doors(frame: EditFrame, graph: Graph) -> Trace:
    """The middle of every edge leads to the frame in which it is left out."""
    middle = frame.pos[frame.edges].mean(1).astype(float)
    meta = {"frames": list(range(1, len(frame.edges) + 1))}
    return points.targets(middle, "edge", ring=12, template="%{text}", text=_worth(frame, graph), meta=meta)


def _marks(frame: EditFrame, graph: Graph, high: float) -> Trace:
    return graphs.valued(
        frame.pos,
        np.round(frame.change / high, 4),
        high=1,
        size=parts.size_of(graph),
        text=[f"{escaped(parts.name_of(graph, u))}: {number(float(frame.change[u]), 3)}" for u in range(graph.n)],
        hovertemplate="%{text}<extra></extra>",
        marker={"line": {"width": 1, "color": "@edge"}},
        meta={"click": "node"},
    )


def _effects(look: Look[EditFrame]) -> Panel:
    """What every edge is worth, the strongest first."""
    frame = look.frame
    rank, effect = np.arange(1, len(frame.effect) + 1), frame.effect.astype(float)
    meta = {"link": "edge", "frames": rank.tolist(), "ring": 12}
    worth: dict[str, Any] = {"text": _worth(frame, look.data[0]), "hovertemplate": "%{text}<extra></extra>"}
    now = frame.step - 1 if frame.part == "edge" else -1
    at = np.array([[rank[now], effect[now]]]) if now >= 0 else np.zeros((0, 2))
    lamp = points.cloud(at.astype(float), colour="@accent", size=9, opacity=1, hoverinfo="skip")
    x = {"range": [0, len(rank) + 1], "nticks": 4, "showgrid": False}
    y = {"range": [0, 1.1 * float(effect.max(initial=0.01))], "nticks": 3}
    return Panel([curves.line(rank, effect, colour="@ink", meta=meta, **worth), lamp], look.say("effects"), x=x, y=y)


def _turned(look: Look[EditFrame]) -> Panel:
    """v's probabilities before and with the edits."""
    frame, graph = look.frame, look.data[0]
    most = min(frame.p.shape[1], 8)
    at, now = np.arange(most), frame.p[frame.v, :most]
    inks = [points.kind(k)[0] for k in range(most)]
    bars = [_bars(at - 0.19, frame.before[frame.v, :most], "@ghost"), _bars(at + 0.19, now, inks)]
    ink = {"size": 11, "color": "@ink"}
    said = [note(number(p, 2), x=k + 0.19, y=p, yanchor="bottom", font=ink) for k, p in enumerate(now.astype(float).tolist())]
    names = [escaped(cut(parts.class_of(graph, k, look.say), 14)) for k in range(most)]
    x = {"tickvals": at, "ticktext": names, "showgrid": False, "range": [-0.6, most - 0.4]}
    title = look.say("turned", name=cut(parts.name_of(graph, frame.v), 20))
    return Panel(bars, title, notes=said, x=x, y={"range": [0, 1.15], "tickvals": [0, 0.5, 1]})


def _bars(x: np.ndarray, p: np.ndarray, colour: str | list[str]) -> Trace:
    """Probabilities (C,) as upright bars, two beside each other."""
    hover = "%{y:.3f}<extra></extra>"
    return {"type": "bar", "x": x, "y": p.round(4), "width": 0.36, "marker": {"color": colour}, "hovertemplate": hover}
