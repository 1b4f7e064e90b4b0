"""The search tree as a river: a branch is as wide as P(prefix) beside the widest of its column; what is pruned runs dry."""

import numpy as np

from charts import labels, trees
from charts.bars import labels as words_at
from charts.panels import Panel, Trace, blank, escaped, note
from engine.language.decoding import ALIVE, EXPANDED
from views.language.decoding_marks import HIGH, ROW, TALL, drop, nodes, ticks, took
from views.language.decoding_scene import Scene, p_of

ACROSS, BEYOND = 545, 0.62  # px of the panel that are reckoned with; columns' widths right of the last one, for its names
INSIDE = 15 / HIGH  # how wide a branch is, of the height, that has a number inside
LEVELS = 6  # of a longer tree the branches have no numbers
SMALL, SIZE = 12, 12  # tokens of a vocabulary whose names are all reckoned with; px of a name's type


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
    below = ticks(scene, scales=_scales(scene, course))
    x = {"showgrid": False, "range": [float(course.x[0]) - 0.06, scene.look.params.longest + BEYOND]} | below
    title = scene.say("bed" if scene.sampled else "tree")
    return Panel(traces, title, notes=notes, x=x, y=blank(range=[1.02 if scene.known == len(dry) else 1.07, -0.02]), tall=TALL)


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
    trace = words_at(course.x[shown], course.y[shown], text, colour=inks, place="middle right", meta={"index": shown})
    trace["textfont"] |= {"size": [SIZE - int(dry[node]) for node in shown], "shadow": halos}
    return trace, notes


def _chances(scene: Scene, course: trees.Course) -> Trace:
    """Where a branch comes to its node, the probability of its token: inside it, or above where that is free."""
    frame = scene.frame
    low, high = course.y - course.wide / 2, course.y + course.wide / 2
    inside = course.wide >= INSIDE
    at = np.where(inside, course.y, low - ROW / 2)
    shown: list[int] = []
    for node in np.flatnonzero(~scene.dry & (frame.parent >= 0) & (scene.look.params.longest <= LEVELS)).tolist():
        others = (frame.depth == frame.depth[node]) & (np.arange(len(low)) != node)
        struck = others & (low < at[node] + 1.4 * ROW) & (high > at[node] - 1.4 * ROW)
        if inside[node] or not struck.any():
            shown.append(node)
    text = [scene.factor(float(scene.steps[node])) + "\u2002" for node in shown]
    inks = ["@accent" if scene.lit[node] and not scene.over else "@ink" for node in shown]
    trace = words_at(course.x[shown], at[shown], text, colour=inks, size=11, place="middle left", meta={"index": shown})
    trace["textfont"]["shadow"] = ["none" if inside[node] else "@halo" for node in shown]
    return trace
