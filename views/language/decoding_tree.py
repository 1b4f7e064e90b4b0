"""The search tree: nodes that never move, branches by what became of them, names where there is room."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import trees
from charts.numbers import number
from charts.panels import Panel, Trace, blank, escaped, note
from engine.language import decoding
from engine.language.decoding import OPEN, DecodingFrame
from views.language.decoding_scene import Scene, factor, p_of

HALO = ", ".join(["0 0 3px var(--th-surface)"] * 3)  # a name stays readable where a branch passes below it
FEW, MANY = 36, 16  # edges whose probabilities are written, at most; nodes from which on a level is crowded
ABOVE, STEEP = 0.045, 0.15  # how far from its node a name stands; how far a branch falls that would cross a name above
PLACES = {-1: "top center", 0: "middle right", 1: "bottom left"}


def tree_panel(scene: Scene) -> Panel:
    frame, x, y = scene.frame, scene.frame.depth.astype(float), scene.y
    nodes = np.arange(1, len(frame.parent))
    sampling = scene.params.strategy == "sampling"
    fresh = (frame.state == OPEN) & (frame.part == "expand")
    groups: dict[str, list[int]] = {"dead": [], "fresh": [], "live": [], "greedy": [], "lit": []}
    for node in nodes:
        groups[_kind(int(node), scene, fresh, sampling)].append(int(node))
    looks = {
        "dead": ("@ghost", 1.0, "solid"),
        "fresh": ("@ink3", 1.0, "solid"),
        "live": ("@ink2", 1.6, "solid"),
        "greedy": ("@ink2", 2.0, "dot"),
        "lit": ("@accent", 3.5, "solid"),
    }
    traces = [
        trees.branches(x, y, frame.parent, members, colour=looks[kind][0], width=looks[kind][1], dash=looks[kind][2])
        for kind, members in groups.items()
    ]
    traces.append(_nodes(scene, fresh))
    if sampling:
        traces.append(_shares(scene))
    title = scene.words("tree_sampling" if sampling else "tree")
    low, high = (min(-0.03, float(y.min()) - 0.03), max(1.03, float(y.max()) + 0.03)) if len(y) > 1 else (-0.03, 1.03)
    return Panel(
        traces,
        title,
        notes=_chances(scene, groups["dead"]),
        x={"showgrid": False, "range": [-0.15, scene.params.longest + 0.62]},
        y=blank(range=[max(high, 1.03), min(low, -0.03)]),
    )


def _kind(node: int, scene: Scene, fresh: np.ndarray, sampling: bool) -> str:
    frame = scene.frame
    if node in scene.lit:
        return "lit"
    if node in scene.greedy:
        return "greedy"
    if fresh[node]:
        return "fresh"
    if sampling:
        return "live" if frame.count[node] else "dead"
    return "dead" if scene.grey[node] else "live"


def _nodes(scene: Scene, fresh: np.ndarray) -> Trace:
    """All nodes in one trace: area by probability, squares for ends, hollow where pruned."""
    frame, words = scene.frame, scene.words
    sampling = scene.params.strategy == "sampling"
    chance = np.exp(frame.logq if sampling else frame.logp)
    size = np.where(fresh, 7.0, 5 + 25 * np.sqrt(chance))
    inner = np.isin(np.arange(len(chance)), frame.parent)
    fill, edge, label, place, font, colour, told = [], [], [], [], [], [], []
    named, sides = _named(scene, chance, inner), _sides(scene, inner).tolist()
    for node in range(len(chance)):
        quiet = bool(scene.grey[node]) or (sampling and not frame.count[node])
        lit, hollow = node in scene.lit, quiet and node not in scene.lit and node not in scene.greedy
        fill.append("@accent" if lit else "@surface" if hollow or fresh[node] or sampling else "@c1")
        edge.append("@accent" if lit else "@ghost" if hollow else "@ink3" if fresh[node] else "@c1")
        token = escaped(scene.model.vocabulary[frame.token[node]]) if node else words("root")
        value = "" if fresh[node] or not node else f" {p_of(chance[node])}"
        label.append(token if hollow or not node else f"<b>{token}</b>{value}")
        if node not in named:
            label[-1] = ""
        place.append("bottom center" if not node else PLACES[sides[node]])
        font.append(10 if hollow else 12)
        colour.append("@accent" if lit else "@ink3" if hollow or not node else "@ink")
        told.append(_hover(scene, node))
    symbol = ["square" if ends else "circle" for ends in frame.token == scene.model.end] if scene.model.end >= 0 else "circle"
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": frame.depth.astype(float),
        "y": np.round(scene.y, 4),
        "text": label,
        "textposition": place,
        "textfont": {"size": font, "color": colour, "shadow": HALO},
        "customdata": told,
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


def _shares(scene: Scene) -> Trace:
    """On every node, how often samples came by, on the same scale as the area of its probability."""
    frame = scene.frame
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


def _hover(scene: Scene, node: int) -> str:
    frame, words = scene.frame, scene.words
    if not node:
        return words("hover_root")
    said, p = scene.said(decoding.sentence_of(frame, node)), p_of(float(np.exp(frame.logp[node])))
    chance = p_of(float(np.exp(frame.logp[node] - frame.logp[frame.parent[node]])))
    one, whole = ("s", "S") if scene.scores else ("p", "P")
    lines = [f"<b>{said}</b>", f"{one} = {chance}, {whole} = {p}", f"log {whole} = {number(float(frame.logp[node]), 3)}"]
    if scene.params.strategy == "sampling":
        lines.append(words("hover_sampled", count=int(frame.count[node]), exact=p_of(float(np.exp(frame.logq[node])))))
    else:
        lines.append(words(f"state_{frame.state[node]}"))
    return "<br>".join([*lines, words("hover_click")])


def _chances(scene: Scene, dead: list[int]) -> list[dict[str, Any]]:
    """On every edge that counts, the probability of its token."""
    frame, y, quiet = scene.frame, scene.y, set(dead)
    shown = [node for node in range(1, len(frame.parent)) if node not in quiet]
    if len(shown) > FEW:
        shown = sorted(scene.lit - {0})
    if scene.params.longest > 6:  # no room between the levels: the formula tells the factors
        shown = []
    notes: list[dict[str, Any]] = []
    for node in sorted(shown, key=lambda node: (node not in scene.lit, node not in scene.greedy, -logs(scene)[node])):
        above = int(frame.parent[node])
        at = trees.on_branch(float(frame.depth[above]), float(y[above]), float(frame.depth[node]), float(y[node]))
        if any(at[0] == other["x"] and abs(at[1] - other["y"]) < 0.036 for other in notes):  # the likelier keep the room
            continue
        chance = factor(scene, float(logs(scene)[node] - logs(scene)[above]))
        colour = "@accent" if node in scene.lit else "@ink2"
        notes.append(
            note(chance, name="wide", x=at[0], y=at[1], bgcolor="@surface", borderpad=1, font={"size": 11, "color": colour})
        )
    return notes


def logs(scene: Scene) -> np.ndarray:
    return scene.frame.logq if scene.params.strategy == "sampling" else scene.frame.logp


def ticks(drawn: dict[str, Any], frames: Sequence[DecodingFrame], scene: Scene) -> None:
    """Below every level, how many choices the model really had there: exp of the mean entropy."""
    found: dict[int, float] = {}
    for frame in frames:
        if np.isfinite(frame.mean_entropy):
            drawing = frame.part in ("ask", "filter", "draw")
            level = len(frame.drawn) + (frame.part != "draw") if drawing else frame.step
            found[level] = float(np.exp(frame.mean_entropy))
    levels = list(range(1, scene.params.longest + 1))
    wordy = [scene.words("level", step=t, choices=number(found[t], 2)) if t in found else f"{t}" for t in levels]
    many = len(levels) > 6
    drawn["wide"]["xaxis"] |= {"tickvals": levels, "ticktext": [f"{t}" for t in levels] if many else wordy}
    drawn["narrow"]["xaxis"] |= {
        "range": [-0.2, 1.28 * (scene.params.longest + 0.2)],
        "tickvals": levels,
        "ticktext": [f"{t}" for t in levels],
    }
