"""The search tree: nodes that never move, branches by what became of them, names where there is room."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from charts import trees
from charts.numbers import number
from charts.panels import Panel, Picture, Trace, blank, escaped, note
from engine.language.decoding import OPEN, SampleFrame, sentence_of
from views.language.decoding_scene import Scene, p_of
from views.look import Look

HALO = ", ".join(["0 0 3px var(--th-surface)"] * 3)  # a name stays readable where a branch passes below it
FEW, MANY = 36, 16  # edges whose probabilities are written, at most; nodes from which on a level is crowded
ABOVE, STEEP = 0.045, 0.15  # how far from its node a name stands; how far a branch falls that would cross a name above
PLACES = {-1: "top center", 0: "middle right", 1: "bottom left"}


LOOKS = {  # of branches: colour, width, dash
    "dead": ("@ghost", 1.0, "solid"),
    "fresh": ("@ink3", 1.0, "solid"),
    "live": ("@ink2", 1.6, "solid"),
    "greedy": ("@ink2", 2.0, "dot"),
    "lit": ("@accent", 3.5, "solid"),
}


def tree_panel(scene: Scene, title: str, told: Callable[[int], str], *, filled: bool = True, over: Sequence[Trace] = ()) -> Panel:
    """The tree. `told`: what pointing at a node says last; `filled`: discs, else rings; `over`: what lies on the nodes."""
    frame, x, y = scene.frame, scene.frame.depth.astype(float), scene.y
    fresh = (frame.state == OPEN) & (frame.part == "expand")
    groups: dict[str, list[int]] = {kind: [] for kind in LOOKS}
    for node in range(1, len(frame.parent)):
        groups[_kind(node, scene, fresh)].append(node)
    traces = [
        trees.branches(x, y, frame.parent, members, colour=LOOKS[kind][0], width=LOOKS[kind][1], dash=LOOKS[kind][2])
        for kind, members in groups.items()
    ]
    low, high = (min(-0.03, float(y.min()) - 0.03), max(1.03, float(y.max()) + 0.03)) if len(y) > 1 else (-0.03, 1.03)
    return Panel(
        [*traces, _nodes(scene, fresh, told, filled), *over],
        title,
        notes=_chances(scene, groups["dead"]),
        x={"showgrid": False, "range": [-0.15, scene.look.params.longest + 0.62]},
        y=blank(range=[max(high, 1.03), min(low, -0.03)]),
    )


def _kind(node: int, scene: Scene, fresh: np.ndarray) -> str:
    if node in scene.lit:
        return "lit"
    if node in scene.greedy:
        return "greedy"
    if fresh[node]:
        return "fresh"
    return "dead" if scene.quiet[node] else "live"


def _nodes(scene: Scene, fresh: np.ndarray, told: Callable[[int], str], filled: bool) -> Trace:
    """All nodes in one trace: area by probability, squares for ends, hollow where pruned."""
    frame, chance = scene.frame, np.exp(scene.logs)
    size = np.where(fresh, 7.0, 5 + 25 * np.sqrt(chance))
    inner = np.isin(np.arange(len(chance)), frame.parent)
    fill, edge, label, place, font, colour = [], [], [], [], [], []
    named, sides = _named(scene, chance, inner), _sides(scene, inner).tolist()
    for node in range(len(chance)):
        lit = node in scene.lit
        hollow = bool(scene.quiet[node]) and not lit and node not in scene.greedy
        fill.append("@accent" if lit else "@surface" if hollow or fresh[node] or not filled else "@c1")
        edge.append("@accent" if lit else "@ghost" if hollow else "@ink3" if fresh[node] else "@c1")
        token = escaped(scene.model.vocabulary[frame.token[node]]) if node else scene.look.say("root")
        value = "" if fresh[node] or not node else f" {p_of(chance[node])}"
        label.append("" if node not in named else token if hollow or not node else f"<b>{token}</b>{value}")
        place.append("bottom center" if not node else PLACES[sides[node]])
        font.append(10 if hollow else 12)
        colour.append("@accent" if lit else "@ink3" if hollow or not node else "@ink")
    symbol = ["square" if ends else "circle" for ends in frame.token == scene.model.end] if scene.model.end >= 0 else "circle"
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": frame.depth.astype(float),
        "y": np.round(scene.y, 4),
        "text": label,
        "textposition": place,
        "textfont": {"size": font, "color": colour, "shadow": HALO},
        "customdata": [_hover(scene, node, told) for node in range(len(chance))],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "node", "click": "node"},
        "cliponaxis": False,
        "marker": {
            "size": np.round(size, 1),
            "color": fill,
            "symbol": symbol,
            "opacity": 1,
            "line": {"color": edge, "width": 1.5},
        },
    }


def _named(scene: Scene, chance: np.ndarray, inner: np.ndarray) -> set[int]:
    """The nodes whose names find room: the best sentence's first, then the likelier ones, level by level."""
    frame, named = scene.frame, {0}
    chosen = scene.lit | scene.greedy
    taken: dict[int, list[float]] = {}
    crowd = np.bincount(frame.depth)
    at = scene.y + ABOVE * _sides(scene, inner)
    for node in sorted(range(1, len(chance)), key=lambda node: (node not in scene.lit, node not in scene.greedy, -chance[node])):
        level, height = int(frame.depth[node]), float(at[node])
        gap = 0.036 if crowd[level] <= MANY else 0.07
        free = all(abs(height - other) > gap for other in taken.get(level, []))
        if inner[node] and node not in chosen and free:  # no name lies on another node
            others = scene.y[(frame.depth == level) & (np.arange(len(chance)) != node)]
            free = not (np.abs(others - height) < 0.6 * ABOVE).any()
        if free:
            taken.setdefault(level, []).append(height)
            named.add(node)
    return named


def _sides(scene: Scene, inner: np.ndarray) -> np.ndarray:
    """Where names stand [n]: 0 right of a leaf; with children −1 above the node, 1 below if its branch comes from above."""
    fall = scene.y - scene.y[np.maximum(scene.frame.parent, 0)]
    return np.where(inner, np.where(fall > STEEP, 1, -1), 0)


def shares(scene: Scene, frame: SampleFrame) -> Trace:
    """On every node, how often samples came by, on the same scale as the area of its probability."""
    share = frame.count / max(int(frame.count[0]), 1)
    seen = frame.count > 0
    return {
        "type": "scatter",
        "mode": "markers",
        "x": frame.depth[seen].astype(float),
        "y": np.round(scene.y[seen], 4),
        "hoverinfo": "skip",
        "meta": {"link": "node", "index": np.flatnonzero(seen), "silent": True},
        "marker": {"size": np.round(25 * np.sqrt(share[seen]), 1), "color": "@c1", "opacity": 0.55},
    }


def _hover(scene: Scene, node: int, told: Callable[[int], str]) -> str:
    frame, say = scene.frame, scene.look.say
    if not node:
        return say("hover_root")
    said, p = scene.said(sentence_of(frame, node)), p_of(float(np.exp(frame.logp[node])))
    chance = p_of(float(np.exp(frame.logp[node] - frame.logp[frame.parent[node]])))
    one, whole = ("s", "S") if scene.scores else ("p", "P")
    lines = [f"<b>{said}</b>", f"{one} = {chance}, {whole} = {p}", f"log {whole} = {number(float(frame.logp[node]), 3)}"]
    return "<br>".join([*lines, told(node), say("hover_click")])


def _chances(scene: Scene, dead: list[int]) -> list[dict[str, Any]]:
    """On every edge that counts, the probability of its token."""
    frame, y, quiet = scene.frame, scene.y, set(dead)
    shown = [node for node in range(1, len(frame.parent)) if node not in quiet]
    if len(shown) > FEW:
        shown = sorted(scene.lit - {0})
    if scene.look.params.longest > 6:  # no room between the levels: the formula tells the factors
        shown = []
    notes: list[dict[str, Any]] = []
    for node in sorted(shown, key=lambda node: (node not in scene.lit, node not in scene.greedy, -scene.logs[node])):
        above = int(frame.parent[node])
        at = trees.on_branch(float(frame.depth[above]), float(y[above]), float(frame.depth[node]), float(y[node]))
        if any(at[0] == other["x"] and abs(at[1] - other["y"]) < 0.036 for other in notes):  # the likelier keep the room
            continue
        chance = scene.factor(float(scene.logs[node] - scene.logs[above]))
        colour = "@accent" if node in scene.lit else "@ink2"
        notes.append(
            note(chance, name="wide", x=at[0], y=at[1], bgcolor="@surface", borderpad=1, font={"size": 11, "color": colour})
        )
    return notes


def ticked(picture: Picture, look: Look[Any], level: Callable[[Any], int]) -> Picture:
    """The picture with, below every level of its tree, how many choices the model really had there: exp of the mean entropy.

    `level`: which one a frame asked about.
    """
    found = {level(frame): float(np.exp(frame.mean_entropy)) for frame in look.frames if np.isfinite(frame.mean_entropy)}
    longest = look.params.longest
    levels = list(range(1, longest + 1))
    plain = [f"{t}" for t in levels]
    wordy = [look.say("level", step=t, choices=number(found[t], 2)) if t in found else f"{t}" for t in levels]
    picture.wide["xaxis"] |= {"tickvals": levels, "ticktext": plain if longest > 6 else wordy}
    picture.narrow["xaxis"] |= {"range": [-0.2, 1.28 * (longest + 0.2)], "tickvals": levels, "ticktext": plain}
    return picture
