"""What both shapes of the tree share: how their parts look, nodes to point at and to click, and what stands below its levels."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from charts.numbers import number
from charts.panels import Trace
from engine.language.decoding import SampleFrame, sentence_of
from views.language.decoding_caption import left
from views.language.decoding_scene import Scene, p_of

HIGH, TALL = 370, 340  # px of the panel that are reckoned with, and those on a phone
STATES = ("candidate", "alive", "pruned", "finished", "cut", "expanded")  # OPEN … EXPANDED, as the words call them
ROW = 13.5 / HIGH  # of the height: what a line of words takes
SHORT = 5  # levels of a tree below which there is room for words
SPILL = 3.0  # how much more than it should a branch is shown to carry, at most


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
    return {
        "type": "scatter",
        "mode": "markers",
        "x": np.round(x, 3),
        "y": np.round(y, 4),
        "customdata": [_hover(scene, node) for node in range(len(x))],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "node", "click": "node"},
        "cliponaxis": False,
        "marker": {
            "size": np.where(ends, 8, 6),
            "color": fills.tolist(),
            "symbol": np.where(ends, "square", "circle").tolist(),
            "opacity": float(seen),
            "line": {"color": edges.tolist(), "width": 1.3},
        },
    }


def _hover(scene: Scene, node: int) -> str:
    frame = scene.frame
    if not node:
        return scene.say("hover_root")
    said, p = scene.said(sentence_of(frame, node)), p_of(float(np.exp(frame.logp[node])))
    chance_ = p_of(float(np.exp(frame.logp[node] - frame.logp[frame.parent[node]])))
    if isinstance(frame, SampleFrame):
        became = scene.say("hover_sampled", count=int(frame.count[node]), exact=p_of(float(np.exp(frame.logq[node]))))
    else:
        became = scene.say(STATES[frame.state[node]])
    lines = [f"<b>{said}</b>", f"{scene.letter.lower()} = {chance_}, {scene.letter} = {p}"]
    return "<br>".join([*lines, f"log {scene.letter} = {number(float(frame.logp[node]), 3)}", became, scene.say("hover_click")])


def ticks(scene: Scene, *, phone: bool = False, shift: float = 0, scales: Mapping[int, float] | None = None) -> dict[str, Any]:
    """Below every level its number, how much wider it is drawn than the first, and what is left of all probability there."""
    look, longest = scene.look, scene.look.params.longest
    masses = {} if phone and longest > SHORT else left(look)
    short = phone or longest > SHORT
    words = [look.say("level", step=level) if not short else str(level) for level in range(1, longest + 1)]
    for level, scale in ({} if short else scales or {}).items():
        words[level - 1] = look.say("level_scaled", step=level, scale=number(scale, 1))
    for level in range(1, longest + 1) if masses else ():
        mass = p_of(masses[level]) if level in masses else "\u2002"
        words[level - 1] += "<br>" + (
            look.say("level_left", mass=mass) if level in masses and (level == 1 or not short) else mass
        )
    return {"tickvals": [level + shift for level in range(1, longest + 1)], "ticktext": words}
