"""An expression as a graph: values to the right, slopes to the left as bands that are copied, multiplied and added up.

Longer than a picture's budget of lines: no chart has nodes, bands as wide as slopes and bars piled up from them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from charts import bars, points, ranking
from charts.formula import formula
from charts.labels import width
from charts.layout import columns, rows
from charts.numbers import short
from charts.panels import Panel, Picture, Trace, blank, note
from engine.foundations.autograd import GraphFrame
from views.foundations.autograd_stage import LOWERED, MARK, Stacks, Stage, called, lost, said, sign, stacks, stage, valued
from views.look import Look

BACK = formula(r"\bar{u} + \bar{w} \cdot \frac{\partial w}{\partial u} = {before}? + {upstream}? \cdot {local}? = {after}!!")
HATCH = {"shape": "/", "fgcolor": "@ink3", "bgcolor": "@surface", "size": 6, "solidity": 0.25}
NO_LINE = {"width": 0}
AWAY, BAR = 20, 7  # px: how far from a node's middle its bar begins, and how wide that is
PHONE, ON_AVERAGE = 0.67, 0.8  # px of a phone to each of a wide stage; of something between the two
GAP = 6  # px: half of the gap in an edge that is cut
FEW, SOME = 5, 12  # layers up to which labels of edges stay; nodes that are all told of
ROWS = 8  # of the table and of the bars
INK = {1: "@c1", -1: "@c3"}  # of what raises the result, and of what lowers it


def graph(look: Look[GraphFrame]) -> Picture:
    """One operation: a value computed, or a slope that has come along an edge."""
    frame, there = look.frame, stage(look.data[0].lines)
    back = frame.part == "back"
    single = frame.part == "end" and len(there.inputs) == 1 and not frame.sizes[there.inputs[0]]
    return look.picture(
        columns(_graph(look, there), rows(_bars(look, there), _table(look, there))),
        facts=_facts(look, there),
        key="one" if single else "",
        formula=BACK if back else "",
        values={name: (text, 0) for name, text in _arrival(frame, there).items()} if back else {},
        metrics=[("gradient", short(frame.gradient) if _begun(frame, there) else None)],
        derived=_row(frame, there),
    )


def _graph(look: Look[GraphFrame], there: Stage) -> Panel:
    frame, laid = look.frame, there.laid
    high, gone = stacks(frame, there), lost(frame, there)
    beside = laid.labels[:, 1], 0.04 + 0.3 * laid.slot  # a band is about so wide where its label stands
    ends = np.concatenate([laid.y - laid.slot / 2, laid.y + laid.slot / 2, beside[0] - beside[1], beside[0] + beside[1]])
    axes = blank(range=[-0.42, laid.layers - 0.58]), blank(range=[float(ends.max()), float(ends.min())])
    drawn = [_edges(frame, there, gone), _bands(frame, there, high, gone), _pieces(frame, there, high, gone), _gaps(frame, there)]
    traces = [trace for some in (*drawn, _nodes(frame, there), _labels(look, there)) for trace in some]
    return Panel(traces, look.say("graph"), *axes, notes=_missing(look, there, gone), tall=340)


def _gaps(frame: GraphFrame, there: Stage) -> list[Trace]:
    """A gap between two bars across each edge that passes nothing back; lit where that happens now."""
    cut = np.flatnonzero(frame.blocked)
    middle, aside = there.laid.labels[cut], np.array([GAP / there.px, 0])
    ends = np.concatenate([middle - aside, middle + aside])
    inks = ["@accent" if frame.part == "cut" and edge == frame.edge else "@ink" for edge in (*cut, *cut)]

    def strokes(xy: np.ndarray, colour: str | list[str], size: float, width: float) -> Trace:
        drawn = points.cloud(xy, colour=colour, symbol="line-ns", size=size, opacity=1, hoverinfo="skip")
        return drawn | {"marker": drawn["marker"] | {"line": {"width": width, "color": colour}}}

    return [strokes(middle, "@surface", 44, 2 * GAP), strokes(ends, inks, 32, 2.5)]


def _missing(look: Look[GraphFrame], there: Stage, gone: Sequence[int]) -> list[dict[str, Any]]:
    """At what is hatched: how much does not come."""
    frame, edges, notes = look.frame, there.made.edges, []
    look_of = {"font": {"size": 12, "color": "@ink"}, "bgcolor": "@surface", "borderpad": 1}
    for edge in gone:
        away, (x, y) = frame.meant[edge] - frame.passed[edge], there.laid.labels[edge].tolist()
        if away.any() and (frame.used[edge] or frame.part == "end"):  # before, some of it may still come
            text = look.say("missing", n=said(away, frame.sizes[edges[edge][0]])).replace(", ", " ")
            narrow = {"name": "wide"} if width(text, 12) > there.room(edge, PHONE) else {}
            notes.append(note(text, x=x, y=y, yshift=-26 * int(frame.used[edge]), **look_of, **narrow))
    return notes


def _lit(frame: GraphFrame, there: Stage) -> list[int]:
    """The edges that are lit: those that a value has come along, or the one that a slope has."""
    if frame.part == "forward":
        return [edge for edge, (_, end, _) in enumerate(there.made.edges) if end == frame.node]
    return [frame.edge] if frame.edge >= 0 else []


def _edges(frame: GraphFrame, there: Stage, gone: Sequence[int]) -> list[Trace]:
    """Edges along which nothing has come back yet; those that are lit."""
    lit = _lit(frame, there) if frame.part in ("forward", "cut") else []
    quiet = [edge for edge in np.flatnonzero(~frame.used | frame.blocked).tolist() if edge not in lit and edge not in gone]
    return [there.laid.lines(quiet, colour="@edge", width=1.2), there.laid.lines(lit, colour="@accent", width=2.5)]


def _bands(frame: GraphFrame, there: Stage, high: Stacks, gone: Sequence[int]) -> list[Trace]:
    """What never comes, hatched; what has come back, by its sign; what is coming now."""
    done = frame.used & ~frame.blocked
    now = np.arange(len(done)) == (frame.edge if frame.part == "back" else -1)

    def band(some: Sequence[int], left: np.ndarray, right: np.ndarray, **style: Any) -> Trace:
        mine = list(some)
        wide, inset = np.stack([left, right[there.ends]], 1), ((AWAY + BAR) / there.px, MARK / there.px)
        return there.laid.bands(mine, high.middle[mine], wide[mine], inset) | style

    never = [edge for edge in gone if not done[edge]]
    return [
        band(never, high.piece, high.high, fillpattern=HATCH, line={"color": "@ink3", "width": 1}),
        *(
            band(np.flatnonzero(done & ~now & mine).tolist(), high.filled, high.part, fillcolor=ink, opacity=0.3, line=NO_LINE)
            for mine, ink in _signs(frame)
        ),
        band(np.flatnonzero(now).tolist(), high.filled, high.part, fillcolor="@accent", opacity=0.5, line=NO_LINE),
    ]


def _signs(frame: GraphFrame) -> list[tuple[np.ndarray, str]]:
    """The edges that bring what raises the result, and those that bring what lowers it, with their colours."""
    raises = frame.passed.sum(1) >= 0
    return [(raises, INK[1]), (~raises, INK[-1])]


def _pieces(frame: GraphFrame, there: Stage, high: Stacks, gone: Sequence[int]) -> list[Trace]:
    """The bar of every node: a piece for each edge that has brought something, hatched what never comes."""
    now, done = np.arange(len(frame.used)) == frame.edge, frame.used & ~frame.blocked
    left = there.x + AWAY / there.px

    def pieces(some: np.ndarray, size: np.ndarray, colour: str, **more: Any) -> Trace:
        x, y, half = left[there.starts[some]], high.middle[some], size[some] / 2
        return bars.rectangles(x, x + BAR / there.px, y - half, y + half, colour=colour, line="@surface", width=1, **more)

    result, half = there.made.result, high.high[there.made.result] / 2 * frame.reached[there.made.result]
    x, y, ink = left[result], there.y[result], "@accent" if frame.part == "seed" else "@c1"
    never = np.isin(np.arange(len(done)), gone)
    return [
        bars.rectangles(x, x + BAR / there.px, y - half, y + half, colour=ink),
        pieces(never, high.piece, "@surface", fillpattern=HATCH),
        *(pieces(done & ~now & mine, high.filled, ink) for mine, ink in _signs(frame)),
        pieces(done & now, high.filled, "@accent"),
    ]


def _nodes(frame: GraphFrame, there: Stage) -> list[Trace]:
    """Marks with what is done in them; above them values, below them slopes."""
    made, nodes = there.made, list(there.nodes)
    xy = np.column_stack([there.x, there.y])[nodes]
    now = [k == frame.node or (frame.part == "end" and k in there.inputs) for k in nodes]
    back = frame.part not in ("", "forward")
    told = [bool(made.nodes[k].name) or len(nodes) <= SOME or lit for k, lit in zip(nodes, now, strict=True)]
    values = [valued(frame, made, k) * shown for k, shown in zip(nodes, told, strict=True)]
    slopes = [
        said(frame.gradients[k], frame.sizes[k]) * int(shown and frame.reached[k]) for k, shown in zip(nodes, told, strict=True)
    ]
    aside = xy + [_aside(there, k, text) for k, text in zip(nodes, values, strict=True)]
    marks = _marked(xy, [sign(made, k) for k in nodes], "middle center", ["@ink"] * len(nodes))
    rim = {"color": ["@accent" if lit else "@ink2" for lit in now], "width": [2.5 if lit else 1.2 for lit in now]}
    return [
        marks | {"marker": {"size": 2 * MARK, "color": "@surface", "line": rim}},
        _marked(aside, values, "top center", ["@accent" if lit and not back else "@ink" for lit in now]),
        _marked(xy, slopes, "bottom center", ["@accent" if lit and back else "@c1" for lit in now]),
    ]


def _aside(there: Stage, k: int, text: str) -> tuple[float, float]:
    """How far what is written above a node gives way to its bar; above the first ones there is no room for that."""
    half = max(width(line, 13) for line in text.split("<br>")) / 2
    return min(AWAY - 3 - half, 0) / there.px * (there.x[k] > 0), 0.0


def _marked(xy: np.ndarray, words: Sequence[str], place: str, inks: Sequence[str]) -> Trace:
    """Words in, above or below marks that are not seen."""
    sizes = [11 if place == "middle center" or "," in word else 13 for word in words]
    look = {
        "text": [word.replace(", ", " ") for word in words],
        "textposition": place,
        "textfont": {"size": sizes, "color": list(inks), "shadow": "@halo"},
    }
    unseen = {"size": 2 * MARK, "opacity": 0}
    return {
        "type": "scatter", "mode": "markers+text", "x": xy[:, 0], "y": xy[:, 1], "marker": unseen, "hoverinfo": "skip",
        "cliponaxis": False, **look,
    }  # fmt: skip


def _labels(look: Look[GraphFrame], there: Stage) -> list[Trace]:
    """Upstream × local on the edges; the one that is used now lit. Every edge can be pointed at and clicked."""
    frame, edges, lit = look.frame, there.made.edges, _lit(look.frame, there)
    carried = [_carried(frame, there, edge) for edge in range(len(edges))]
    quiet = [
        text if there.laid.layers <= FEW and edge not in lit and "(" not in text else "" for edge, text in enumerate(carried)
    ]
    bold = [f"<b>{_fitting(there, edge, text)}</b>" if edge in lit else "" for edge, text in enumerate(carried)]
    names = [(called(there, start), called(there, end)) for start, end, _ in edges]
    told = [
        look.say("hover", start=a, end=b, what=look.say("lost") if blocked else text.replace("<br>", " "))
        for (a, b), text, blocked in zip(names, carried, frame.blocked, strict=True)
    ]
    x, y = there.laid.labels.T
    return [
        bars.labels(x, y, quiet) | {"textfont": {"size": 11, "color": "@ink2", "shadow": "@halo"}},
        bars.labels(x, y, bold) | {"textfont": {"size": 13, "color": "@ink", "shadow": "@halo"}},
        points.targets(there.laid.labels, "edge", ring=20, template="%{text}", text=told, meta={"click": "edge"}),
    ]


def _fitting(there: Stage, edge: int, text: str) -> str:
    """As much of a label as has room between two nodes: all of it, without its result, or nothing; the formula says it too."""
    room = there.room(edge, ON_AVERAGE)
    fits = (
        one for one in (text, text.partition(" =")[0]) if max(width(line, 13, bold=True) for line in one.split("<br>")) <= room
    )
    return next(fits, "")


def _carried(frame: GraphFrame, there: Stage, edge: int) -> str:
    """What an edge carries: a value on the way there; upstream × local on the way back; that it is cut."""
    start, end, _ = there.made.edges[edge]
    if frame.blocked[edge]:
        return ""
    if frame.used[edge]:
        parts = [said(frame.gradients[end], frame.sizes[end]), "× " + said(frame.slopes[edge], frame.widths[edge])]
        parts += ["= " + said(frame.passed[edge], frame.sizes[start])] * (edge == frame.edge)
        return ("<br>" if "," in "".join(parts) else " ").join(parts).replace(", ", " ")
    return said(frame.values[start], frame.sizes[start]) if edge in _lit(frame, there) else ""


def _bars(look: Look[GraphFrame], there: Stage) -> Panel:
    """What has arrived at each node, end to end by sign; the lamp on what has just come."""
    frame, result = look.frame, there.made.result
    shown = [k for k in reversed(there.nodes) if there.made.nodes[k].name or len(there.leaving(k)) > 1 or k == result][:ROWS]
    pieces = [(shown.index(result), 0.0, float(frame.gradients[result].sum()), -1)] * int(frame.reached[result])
    for row, k in enumerate(shown):
        sums = {True: 0.0, False: 0.0}
        for edge in there.leaving(k):
            brought = float(frame.passed[edge].sum())
            pieces.append((row, sums[brought >= 0], sums[brought >= 0] + brought, edge))
            sums[brought >= 0] += brought
    at_row, start, end, along = np.array(pieces, dtype=float).reshape(-1, 4).T
    now = (along == frame.edge) & (frame.part != "end")
    inks = ((end >= start) & ~now, INK[1]), ((end < start) & ~now, INK[-1]), (now, "@accent")

    def piece(mine: np.ndarray, ink: str) -> Trace:
        up, down = at_row[mine] - 0.3, at_row[mine] + 0.3
        return bars.rectangles(start[mine], end[mine], up, down, colour=ink, line="@surface")

    low, high = float(end.min(initial=0)), max(float(end.max(initial=0)), 1e-9)
    span, at = high - low, list(range(len(shown)))
    sums_said = [said(frame.gradients[k], frame.sizes[k]) if frame.reached[k] else "–" for k in shown]
    traces = [
        *(piece(mine, ink) for mine, ink in inks),
        bars.labels([low - 0.06 * span] * len(at), at, [called(there, k) for k in shown], colour="@ink", place="middle left"),
        bars.labels([high + 0.5 * span] * len(at), at, sums_said, colour="@ink", place="middle left"),
    ]
    across = blank(range=[low - 0.4 * span, high + 0.5 * span])
    return Panel(
        traces, look.say("bars"), x=across, y=blank(range=[max(len(shown), 4) - 0.4, -0.6]), tall=30 * max(len(shown), 3)
    )


def _table(look: Look[GraphFrame], there: Stage) -> Panel:
    """The names that begin, number by number: slope, what of it a cut keeps away, and at the end the difference quotient."""
    frame, say, end = look.frame, look.say, look.frame.part == "end"
    places = [(i, k, at) for i, k in enumerate(there.inputs) for at in range(max(int(frame.sizes[k]), 1))][:ROWS]
    names = [there.made.nodes[k].name + str(at).translate(LOWERED) * int(frame.sizes[k] > 0) for _, k, at in places]
    slopes = [short(frame.gradients[k, at]) if frame.reached[k] or end else "–" for _, k, at in places]
    away = [short(frame.whole[k, at] - frame.gradients[k, at]) if end else "–" for _, k, at in places]
    measured = [short(frame.quotients[i, at]) if end and frame.measured[i] else "–" for i, _, at in places]
    cells = [(0.42 if frame.blocked.any() else 0.52, say("slope"), slopes)]
    cells += [(0.66, say("lost"), away)] * int(frame.blocked.any())
    lit = [row for row, (_, k, _) in enumerate(places) if end or (k == frame.node and frame.part == "back")]
    heads = [(0.0, say("input"), names), *cells, (1.0, say("quotient"), measured)]
    return replace(ranking.table(say("table"), heads, lit=lit, rows=4), tall=28 + 22 * max(len(names), 3))


def _begun(frame: GraphFrame, there: Stage) -> bool:
    """Whether the slope by the first name has begun to come, and is a single number."""
    first = there.inputs[0]
    return bool(frame.reached[first] or frame.part == "end") and not frame.sizes[first]


def _arrival(frame: GraphFrame, there: Stage) -> dict[str, str]:
    """The formula's numbers: what had arrived before, upstream, local, what has arrived now."""
    start, end, _ = there.made.edges[frame.edge]
    return {
        "before": said(frame.gradients[start] - frame.passed[frame.edge], frame.sizes[start]),
        "upstream": said(frame.gradients[end], frame.sizes[end]),
        "local": said(frame.slopes[frame.edge], frame.widths[frame.edge]),
        "after": said(frame.gradients[start], frame.sizes[start]),
    }


def _facts(look: Look[GraphFrame], there: Stage) -> dict[str, Any]:
    """What the sentences speak of."""
    frame, made = look.frame, there.made
    node, edge, result = max(frame.node, 0), frame.edge, made.result
    first = there.inputs[0]
    gone = short(frame.whole[first, 0] - frame.gradients[first, 0]) if frame.blocked.any() and frame.part == "end" else ""
    size, end = frame.sizes[node], made.edges[edge][1] if edge >= 0 else result
    unused = [called(there, k) for k in there.inputs if not frame.whole[k].any()]
    return {
        "nodes": sum(bool(one.args) for one in made.nodes),
        "result": called(there, result),
        "v": said(frame.gradients[result], frame.sizes[result]),
        "slope_first": said(frame.gradients[first], frame.sizes[first]),
        "gone": look.say("gone", lost=gone) if gone else "",
        "numbers": sum(max(int(frame.sizes[k]), 1) for k in there.inputs),
        "name": called(there, node),
        "found": said(frame.values[node], size),
        "slope": said(frame.gradients[node], size),
        "end": called(there, end),
        "brought": said(frame.passed[edge], size) if edge >= 0 else "",
        "lost": said(frame.meant[edge], size) if edge >= 0 else "",
        "flat": look.say("flat", names=", ".join(unused)) if unused and frame.part == "end" else "",
    }


def _row(frame: GraphFrame, there: Stage) -> dict[str, Any]:
    """What the table has beside the frame's own numbers; of vectors nothing: they stand in the picture."""
    back = frame.part == "back"
    end = there.made.edges[frame.edge][1] if back else 0
    single = frame.node >= 0 and not frame.sizes[frame.node]
    return {
        "node": called(there, frame.node) if frame.node >= 0 else None,
        "value": float(frame.values[frame.node, 0]) if single and frame.known[frame.node] else None,
        "upstream": float(frame.gradients[end, 0]) if back and not frame.sizes[end] else None,
        "local": float(frame.slopes[frame.edge, 0]) if back and not frame.widths[frame.edge] else None,
        "arrived": float(frame.passed[frame.edge, 0]) if back and single else None,
    }
