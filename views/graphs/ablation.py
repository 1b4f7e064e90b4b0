"""Edges left out: what changes, what every edge is worth, and whether a node turns."""

from typing import Any

import numpy as np

from charts import curves, graphs, points
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import count, number, short
from charts.panels import Panel, Picture, legend, told
from charts.ranking import ranked
from charts.words import cut
from engine.graphs.gcn import EditFrame
from views.graphs import parts
from views.look import Look, Values

CHANGE = formula(r"\Delta_{{name}!} = \frac{1}{2}\sum_c \left|p'_{{name}!}(c) - p_{{name}!}(c)\right| = {d}!!")


def ablation(look: Look[EditFrame]) -> Picture:
    """Every edge left out in turn, then the smallest edit that turns one node."""
    frame, graph = look.frame, look.data[0]
    change = np.round(frame.change.astype(float), 4).tolist()
    values: Values = {"name": (parts.entities(graph), 0), "d": (change, 4)} if frame.step else {}
    return look.picture(
        columns(_changed(look), rows(_effects(look), _turned(look), shares=(3, 2))),
        facts=_facts(look),
        key=frame.verdict,
        formula=CHANGE if frame.step else "",
        values=values,
        of="node" if frame.step else "",
        at=frame.v if frame.step else -1,
        metrics=(("total_change", number(frame.total_change, 2)), "flipped", ("margin", number(frame.margin, 2))),
        hold=20.0 if frame.part != "edge" else 6.0 if frame.step < 6 else 2.0,
    )


def _facts(look: Look[EditFrame]) -> dict[str, Any]:
    frame, graph = look.frame, look.data[0]
    signs = ("", "") if frame.part == "edge" else ("−", "+")
    pairs = zip(frame.edited.tolist(), frame.added.tolist(), strict=True)
    edges = [f"{signs[new]}{graph.names[u]}–{graph.names[v]}" for (u, v), new in pairs]
    return {
        "name": graph.names[frame.v],
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


def _worth(look: Look[EditFrame]) -> list[str]:
    """Every edge that is tried, and what it is worth."""
    names, effects = parts.everybody(look), look.frame.effect.tolist()
    return [
        f"{names[u]} – {names[v]}: {short(effect)}" for (u, v), effect in zip(look.frame.edges.tolist(), effects, strict=True)
    ]


def _changed(look: Look[EditFrame]) -> Panel:
    """Every node by how much its prediction changes; the edited edges lit; an edge is the door to its frame."""
    frame, pos = look.frame, look.frame.pos
    high = max(float(frame.change.max()), 0.05)
    turned = np.flatnonzero(frame.p.argmax(1) != frame.before.argmax(1))
    lit: dict[str, Any] = {"colour": "@accent", "width": 3, "opacity": 1}
    doors = {"text": _worth(look), "meta": {"frames": list(range(1, len(frame.edges) + 1))}}
    traces = [
        graphs.edges(pos, frame.edited[frame.added == 0], dash="dot", **lit),
        graphs.edges(pos, frame.edited[frame.added == 1], **lit),
        points.targets(pos[frame.edges].mean(1).astype(float), "edge", ring=12, template="%{text}", **doors),
        parts.shaded(look, np.round(frame.change / high, 4), 1, [number(float(change), 3) for change in frame.change]),
        parts.rings(look, frame.labelled),
        parts.lamp(look, [frame.v]),
        graphs.crosses(pos, turned),
    ]
    signs = (("●", look.say("key_change", high=number(high, 2)), "@sequential10"), ("○", look.say("key_told"), "@ink"))
    key = legend([*signs, ("✕", look.say("key_turned"), "@bad")], room=480)
    return parts.drawn(look, look.say("changed"), traces, [frame.v], key)


def _effects(look: Look[EditFrame]) -> Panel:
    """What every edge is worth, the strongest first."""
    frame = look.frame
    rank, effect = np.arange(1, len(frame.effect) + 1), frame.effect.astype(float)
    meta = {"link": "edge", "frames": rank.tolist(), "ring": 12}
    lamp = curves.now(frame.step, float(effect[frame.step - 1]) if frame.part == "edge" else float("nan"))
    x = {"range": [0, len(rank) + 1], "nticks": 4, "showgrid": False}
    y = {"range": [0, 1.1 * float(effect.max(initial=0.01))], "nticks": 3}
    line = curves.line(rank, effect, colour="@ink", meta=meta, **told(_worth(look)))
    return Panel([line, lamp], look.say("effects"), x=x, y=y)


def _turned(look: Look[EditFrame]) -> Panel:
    """v's probabilities with the edits; strokes: before them."""
    frame, graph, before = look.frame, look.data[0], look.frame.before[look.frame.v].astype(float).round(4)
    first = np.argsort(-before[:6], kind="stable")  # as they stood before, so that it is seen who overtakes whom
    names = [parts.class_of(graph, int(k), look.say) for k in first]
    inks, now = [points.kind(int(k))[0] for k in first], frame.p[frame.v, first]
    said = [number(float(p), 2) for p in now]
    title = look.say("turned", name=cut(parts.called(look, frame.v), 20))
    return ranked(title, names, now, strokes=before[first], said=said, colour=inks, top=1.0)
