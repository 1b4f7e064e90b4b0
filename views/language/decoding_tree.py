"""The search tree as a river, or as blocks; and what both share: how nodes look, and what stands below the levels.

A branch of the river is as wide as P(prefix) beside the widest of its column, and what is pruned runs dry. Blocks are as high as
P(prefix), or as the part of what their step has, and children stand beside their parent.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from charts import labels, points, trees
from charts.bars import labels as words_at
from charts.bars import rectangles
from charts.numbers import number
from charts.panels import Panel, Trace, blank, escaped, note, told
from engine.language.decoding import ALIVE, EXPANDED, SampleFrame
from views.language.decoding_scene import Scene, p_of

HIGH, TALL = 370, 340  # px of the panel that are reckoned with, and those on a phone
ACROSS, BEYOND = 545, 0.62  # px of the panel that are reckoned with; columns' widths right of the last one, for its names
INSIDE = 15 / HIGH  # how wide a branch is, of the height, that has a number inside
LEVELS = 6  # of a longer tree the branches have no numbers
SMALL, SIZE = 12, 12  # tokens of a vocabulary whose names are all reckoned with; px of a name's type
TOKENS, STEPS = 5, 4  # of a table whose probabilities are drawn as they are
WHOLE, FANNED = 0.97, 0.8  # of a column: how broad a block is
STATES = ("candidate", "alive", "pruned", "finished", "cut", "expanded")  # OPEN … EXPANDED, as the words call them
ROW = 13.5 / HIGH  # of the height: what a line of words takes
SHORT = 5  # levels of a tree below which there is room for words
SPILL = 3.0  # how much more than it should a branch is shown to carry, at most


def river(scene: Scene) -> Panel:
    """The tree."""
    course, dry, lit = _course(scene), scene.dry, scene.lit
    bed = dry | lit | ~lit if scene.sampled else ~dry & ~lit
    pools = took(scene) & (course.wide > INSIDE) & (scene.frame.depth > 0)
    names, notes = _names(scene, course)
    drops, water = drop(scene), trees.joined(course.branches(bed), course.pools(bed & pools))
    lamp = trees.joined(course.branches(lit & ~bed), course.pools(lit & ~bed & pools))
    shore = course.middles(lit) if scene.sampled else course.branches(lit)
    traces = [
        trees.drawn(course.middles(dry & ~bed), "@line", "dry", 1),
        trees.filled(course.stubs(dry & ~bed), "@ghost", "stubs"),
        trees.filled(water, "@sequential1" if scene.sampled else "@sequential3", "bed"),
        trees.filled(course.branches(drops > 0, drops), "@sequential4", "water"),
        trees.filled(lamp, "@accent", "lit") | {"opacity": 0.4},
        trees.drawn(shore, "@accent", "shore", 2 if scene.over or scene.sampled else 1.2),
        trees.drawn(course.branches(scene.greedy & ~lit), "@ink", "greedy", dash="dot"),
        trees.drawn(course.bars(~dry & ~lit), "@c1", "bars", 2.5),
        trees.drawn(course.bars(lit), "@accent", "lit bars", 3),
        nodes(scene, course.x, course.y),
        names,
        _chances(scene, course),
    ]
    begins, ends = float(course.x[0]) - 0.06, scene.look.params.longest + BEYOND
    x = {"showgrid": False, "range": [begins, ends]} | ticks(scene, scales=_scales(scene, course))
    y = blank(range=[1.02 if scene.known == len(dry) else 1.07, -0.02])
    phone = (begins, 1.18 * ends)  # room for the names after the last step
    return Panel(traces, scene.say("bed" if scene.sampled else "tree"), notes=notes, x=x, y=y, part=phone, tall=TALL)


def _course(scene: Scene) -> trees.Course:
    frame, known, weight = scene.frame, scene.known, np.exp(scene.logs)
    room = _room(scene)
    opens = np.isin(frame.state[:known], (ALIVE, EXPANDED))
    x, y, wide = frame.depth.astype(float), np.full(len(weight), 1.05), np.zeros(len(weight))
    x[0] = room
    y[:known], wide[:known] = trees.river(frame.parent[:known], frame.depth[:known], weight[:known], opens, singly=scene.singly)
    course = trees.course(frame.parent, x, y, wide, np.exp(scene.steps), room)
    wide[scene.fresh] = np.minimum(course.first, wide)[scene.fresh]  # not scored yet: no wider than where it begins
    return course


def _scales(scene: Scene, course: trees.Course) -> dict[int, float]:
    """How many times wider than on the first level a probability is drawn on each of the others."""
    weight, wide = np.exp(scene.logs), np.where(scene.fresh, 0, course.wide)
    units: dict[int, float] = {}
    for level in range(1, int(scene.frame.depth.max(initial=0)) + 1):
        heaviest = int(np.argmax(np.where(scene.frame.depth == level, wide, -1)))
        if wide[heaviest] > 0:
            units[level] = float(wide[heaviest] / weight[heaviest])
    return {level: unit / units[1] for level, unit in units.items() if level > 1}


def _room(scene: Scene) -> float:
    """What the names of prefixes that go on take beside their nodes, of a column; it depends on the model alone."""
    words, end = scene.model.vocabulary, scene.model.end
    few = [words[token] for token in range(len(words)) if token != end] if len(words) <= SMALL else ["moment"]
    widest = max((labels.width(word[:8] + " 0.15", 12, bold=True) for word in few), default=0)
    column = ACROSS / (scene.look.params.longest + BEYOND)  # px between two levels
    return float(np.clip((widest + 9) / column, 0.2, 0.5 if scene.look.params.longest <= LEVELS else 0.6))


def _names(scene: Scene, course: trees.Course) -> tuple[Trace, list[dict[str, object]]]:
    """Beside every node its token, and on a wide stage its probability, where there is room."""
    frame, dry, space = scene.frame, scene.dry, course.room * ACROSS / (scene.look.params.longest + BEYOND) - 7
    inner, ends = took(scene), frame.token == scene.model.end
    last = int(frame.depth.max(initial=0))  # beyond it nothing flows
    rank = 4.0 * scene.lit + 2.0 * scene.greedy + ~dry + np.exp(scene.logs)
    shown: list[int] = []
    for level in range(1, last + 1):
        some = np.flatnonzero(frame.depth == level)
        shown += some[labels.column(course.y[some], rank[some], ROW)].tolist()
    text, inks, halos, notes = [], [], [], []
    for node in shown:
        free, dull = frame.depth[node] == last, bool(dry[node])
        token = scene.model.vocabulary[frame.token[node]]
        name = labels.fitted(token, 90 if free else space, SIZE)
        name = name if name == token or not (dull or ends[node]) else ""  # an end has its square
        value = "" if dull or scene.fresh[node] else p_of(float(np.exp(scene.logs[node])))
        ink = "@ink3" if dull else "@accent" if scene.lit[node] and not inner[node] else "@ink"
        width, halo = labels.width(name, SIZE, bold=True), "none" if inner[node] and course.wide[node] > INSIDE else "@halo"
        if value and name and not free and width + labels.width(" " + value, SIZE) <= space:
            at = {"x": course.x[node], "y": course.y[node], "xanchor": "left", "xshift": 12 + width, "borderpad": 0}
            notes.append(note(value, name="wide", font={"size": SIZE, "color": ink, "shadow": halo}, **at))
        name = escaped(name) if dull else f"<b>{escaped(name)}</b>"
        text.append(f"\u2002{name} {value}".rstrip() if free else "\u2002" + name)
        inks.append(ink)
        halos.append(halo)
    font = {"size": [SIZE - int(dry[node]) for node in shown], "color": inks, "shadow": halos}
    return words_at(course.x[shown], course.y[shown], text, place="middle right", textfont=font, meta={"index": shown}), notes


def _chances(scene: Scene, course: trees.Course) -> Trace:
    """Where a branch comes to its node, the probability of its token: inside it, or above where that is free."""
    frame = scene.frame
    low, high = course.y - course.wide / 2, course.y + course.wide / 2
    inside = course.wide >= INSIDE
    at = np.where(inside, course.y - 0.6 * ROW * (scene.sampled & scene.lit), low - ROW / 2)  # a thread runs through the middle
    shown: list[int] = []
    for node in np.flatnonzero(~scene.dry & (frame.parent >= 0) & (scene.look.params.longest <= LEVELS)).tolist():
        others = (frame.depth == frame.depth[node]) & (np.arange(len(low)) != node)
        struck = others & (low < at[node] + 1.4 * ROW) & (high > at[node] - 1.4 * ROW)
        if inside[node] or not struck.any():
            shown.append(node)
    text = [scene.factor(float(scene.steps[node])) + "\u2002" for node in shown]
    inks = ["@accent" if scene.lit[node] and not scene.over else "@ink" for node in shown]
    font = {"size": 11, "color": inks, "shadow": ["none" if inside[node] else "@halo" for node in shown]}
    return words_at(course.x[shown], at[shown], text, place="middle left", textfont=font, meta={"index": shown})


def blocks(scene: Scene) -> Panel:
    """The tree."""
    frame, dry, lit = scene.frame, scene.dry, scene.lit
    true = scene.sampled or (len(scene.model.vocabulary) <= TOKENS and scene.look.params.longest <= STEPS)
    span = (trees.stacked if true else trees.fanned)(frame.parent, frame.depth, np.exp(scene.logs))
    left = frame.depth - 1.0
    right = np.where(frame.depth > 0, left + (WHOLE if true else FANNED), 0)
    bed = dry | lit | ~lit if scene.sampled else ~dry & ~lit

    def boxes(members: np.ndarray, to: np.ndarray = right) -> Trace:
        some = members & (frame.depth > 0)
        return rectangles(left[some], to[some], span[some, 0], span[some, 1], colour="@ink")

    paper = {"color": "@surface", "width": 1}
    traces = [
        trees.filled(trees.families(frame.parent, span, left, right), "@tile", "bands"),
        trees.filled(boxes(dry & ~bed), "@neutral1", "dry") | {"line": paper},
        trees.filled(boxes(bed), "@sequential1" if scene.sampled else "@sequential3", "bed") | {"line": paper},
        trees.filled(boxes(drop(scene) > 0, left + (right - left) * np.minimum(drop(scene), 1 / WHOLE)), "@sequential4", "water"),
        trees.filled(boxes(lit & ~bed), "@accent", "lit") | {"opacity": 0.4},
        trees.drawn(boxes(scene.greedy), "@ink", "greedy", dash="dot"),
        trees.drawn(boxes(lit), "@accent", "shore", 2),
        nodes(scene, (left + right) / 2, span.mean(1), seen=False),
        _tokens(scene, span, left, ACROSS / scene.look.params.longest * (WHOLE if true else FANNED) - 8),
    ]
    x = {"showgrid": False, "range": [0, scene.look.params.longest]} | ticks(scene, shift=-0.5)
    title = scene.say("blocks_filled" if scene.sampled else "blocks" if true else "blocks_fanned")
    return Panel(traces, title, x=x, y=blank(range=[1, 0]), tall=TALL)


def _tokens(scene: Scene, span: np.ndarray, left: np.ndarray, space: float) -> Trace:
    """In every block that is high enough its token, with its probability where there is room."""
    shown = np.flatnonzero((span[:, 1] - span[:, 0] >= ROW) & (scene.frame.depth > 0)).tolist()
    text = []
    for node in shown:
        name = escaped(labels.fitted(scene.model.vocabulary[scene.frame.token[node]], space))
        value = " " + p_of(float(np.exp(scene.logs[node])))
        if scene.fresh[node] or labels.width(name, 12, bold=True) + labels.width(value, 12) > space:
            value = ""
        text.append(f"\u2002{name}" if scene.dry[node] else f"\u2002<b>{name}</b>{value}")
    inks = ["@ink3" if scene.dry[node] and not scene.sampled else "@ink" for node in shown]
    meta = {"link": "node", "click": "node", "index": shown, "silent": True}
    return words_at(left[shown], span[shown].mean(1), text, colour=inks, place="middle right", meta=meta)


def took(scene: Scene) -> np.ndarray:
    """Bool [n]: what has children."""
    return np.isin(np.arange(len(scene.logs)), scene.frame.parent)


def drop(scene: Scene) -> np.ndarray:
    """Of samples, how many came by a node, as a part [n] of how many will at the end, on average; nothing of a search."""
    if not isinstance(scene.frame, SampleFrame):
        return np.zeros(len(scene.logs))
    return np.asarray(np.minimum(scene.frame.count / (np.exp(scene.logs) * scene.look.params.samples), SPILL))


def nodes(scene: Scene, x: np.ndarray, y: np.ndarray, *, seen: bool = True) -> Trace:
    """All nodes in one trace, to point at and to click: squares for ends, hollow where pruned; or not `seen`."""
    fills = np.where(scene.lit, "@accent", np.where(scene.dry | scene.fresh, "@surface", "@c1"))
    edges = np.where(scene.lit, "@accent", np.where(scene.dry, "@ghost", "@c1"))
    ends = (scene.frame.token == scene.model.end) & (scene.model.end >= 0)
    hover = told(_hovers(scene), link="node", click="node")
    signs = {"size": np.where(ends, 8, 6), "symbol": np.where(ends, "square", "circle").tolist()}
    how: dict[str, Any] = {"marker": signs | {"line": {"color": edges.tolist(), "width": 1.3}}, "cliponaxis": False}
    at = np.stack([np.round(x, 3), np.round(y, 4)], 1)
    return points.cloud(at, colour=fills.tolist(), opacity=float(seen), **hover, **how)


def _hovers(scene: Scene) -> list[str]:
    """What pointing at every node says."""
    frame, P, click = scene.frame, scene.letter, scene.say("hover_click")
    logp, p = frame.logp.tolist(), np.exp(frame.logp).tolist()
    chances = np.exp(frame.logp - frame.logp[frame.parent]).tolist()
    if isinstance(frame, SampleFrame):
        drawn = zip(frame.count.tolist(), np.exp(frame.logq).tolist(), strict=True)
        became = [scene.say("hover_sampled", count=count, exact=p_of(exact)) for count, exact in drawn]
    else:
        words = {state: scene.say(STATES[state]) for state in set(frame.state.tolist())}
        became = [words[state] for state in frame.state.tolist()]
    told_ = [
        f"<b>{scene.said(way)}</b><br>{P.lower()} = {p_of(chances[k])}, {P} = {p_of(p[k])}<br>"
        f"log {P} = {number(logp[k], 3)}<br>{became[k]}<br>{click}"
        for k, way in enumerate(scene.ways)
    ]
    return [scene.say("hover_root"), *told_[1:]]


def ticks(scene: Scene, *, phone: bool = False, shift: float = 0, scales: Mapping[int, float] | None = None) -> dict[str, Any]:
    """Below every level its number, how much wider it is drawn than the first, and what is left of all probability there."""
    look, longest = scene.look, scene.look.params.longest
    masses = {} if phone and longest > SHORT else scene.left
    short = phone or longest > SHORT
    words = [look.say("level", step=level) if not short else str(level) for level in range(1, longest + 1)]
    for level, scale in ({} if short else scales or {}).items():
        words[level - 1] = look.say("level_scaled", step=level, scale=number(scale, 1))
    for level in range(1, longest + 1) if masses else ():
        mass = p_of(masses[level]) if level in masses else "\u2002"
        worded = level in masses and (level == 1 or not short)
        words[level - 1] += "<br>" + (look.say("level_left", mass=mass) if worded else mass)
    return {"tickvals": [level + shift for level in range(1, longest + 1)], "ticktext": words}
