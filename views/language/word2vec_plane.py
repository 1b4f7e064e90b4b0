"""The map of word2vec: every word a dot, its group a colour and an island, names that keep their side, and an analogy's arrows."""

from typing import Any

import numpy as np

from charts import curves, labels, points
from charts.panels import Panel, Trace, blank
from views.language.word2vec_scene import Scene

PLACES = (
    "middle right", "top right", "bottom right", "top center", "bottom center", "middle left", "top left", "bottom left",
)  # fmt: skip
STAGE = (342.0, 270.0)  # px of the map on a phone: names that have room there have it everywhere
LETTERS, NAMED = 11, 90  # px of a name; names, at most
SHORE = 11  # px from an island's outermost word to its edge
SIZES = {"word": 6.0, "none": 3.5, "asked": 11.0, "halo": 17.0}  # px of dots

Way = tuple[np.ndarray, np.ndarray]  # a line: its tail and its head, [2] each


def plane(scene: Scene) -> Panel:
    """Islands, the lines to the neighbours, dots with their names, and last of all the word that is asked about."""
    sides = _sides(scene)
    lit = _arrows(scene, sides) if scene.stage else _asked_about(scene, sides)
    x, y = _ranges(scene)
    traces = [*_islands(scene), *_ties(scene), _dots(scene), _names(scene, sides), *lit]
    return Panel(traces, scene.look.say("plane"), x=blank(range=x), y=blank(range=y))


def _ranges(scene: Scene) -> tuple[list[float], list[float]]:
    x, y = (1.08 * np.maximum(scene.reach.astype(float), 1e-6)).tolist()
    return [-x, 1.1 * x], [-y, y]


def _pixels(scene: Scene, xy: np.ndarray) -> np.ndarray:
    return labels.pixels(xy, *_ranges(scene), STAGE)


def _groups(scene: Scene) -> np.ndarray:
    """The group of every word drawn, −1: none. GloVe's have none, and an analogy's words are lit alone."""
    frame = scene.look.frame
    return np.asarray(frame.groups[scene.ids]) if getattr(frame, "kinds", ()) and not scene.stage else np.full(len(scene.ids), -1)


# ---- groups


def _islands(scene: Scene) -> list[Trace]:
    """Around the words of each group a soft outline in its colour, and the group's name above it."""
    frame, group = scene.look.frame, _groups(scene)
    if scene.stage or not getattr(frame, "kinds", ()):
        return []
    shores, tops = [], []
    radius = tuple(SHORE * (high - low) / px for (low, high), px in zip(_ranges(scene), STAGE, strict=True))
    for k in range(len(frame.kinds)):
        edge = points.hull(scene.places[group == k], (radius[0], radius[1]))
        look = {"fill": "toself", "fillcolor": f"@c{k + 1}", "opacity": 0.16, "line": {"width": 0, "color": f"@c{k + 1}"}}
        shores.append(curves.line(edge[:, 0].round(3), edge[:, 1].round(3), colour=f"@c{k + 1}", **look))
        tops.append(edge[edge[:, 1].argmax()])
    return [*shores, _titles(scene, np.array(tops))]


def _titles(scene: Scene, at: np.ndarray) -> Trace:
    """What the groups are called; of two names that would touch the later waits until its island has drifted away."""
    frame = scene.look.frame
    kinds = [scene.look.say("group", kind) if frame.told else labels.html.escape(kind) for kind in frame.kinds]
    size = labels.sizes(kinds, 12, bold=True)
    sides = labels.held(np.full(len(kinds), 3), _pixels(scene, at), size, -np.arange(len(kinds)), radius=0)
    return {
        "type": "scatter",
        "mode": "text",
        "x": at[:, 0].round(3),
        "y": at[:, 1].round(3),
        "text": [f"<b>{kind}</b>" if side >= 0 else "" for kind, side in zip(kinds, sides, strict=True)],
        "textposition": "top center",
        "textfont": {"size": 12, "color": [f"@c{k + 1}" for k in range(len(kinds))], "shadow": "@halo"},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


# ---- words


def _dots(scene: Scene) -> Trace:
    """Every word as a dot of its group's colour and shape."""
    group = _groups(scene)
    kinds = [points.kind(int(k))[:2] if k >= 0 else ("@ink3", "circle") for k in group]
    dots = points.cloud(scene.places.round(3), colour=[colour for colour, _ in kinds], opacity=1)
    dots["marker"] |= {
        "symbol": [symbol for _, symbol in kinds],
        "size": [SIZES["word" if k >= 0 else "none"] for k in group],
        "line": {"width": 0},
    }
    return dots | {
        "customdata": [_told(scene, int(word)) for word in scene.ids],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "word", "click": "word", "ring": 14, "index": np.arange(len(scene.ids))},
    }


def _told(scene: Scene, word: int) -> str:
    counts = scene.look.frame.counts
    count = f" · {counts[word]}×" if len(counts) else ""
    return f"<b>{scene.said(word)}</b>{count}<br>{scene.look.say('hover_word')}"


def _names(scene: Scene, sides: np.ndarray) -> Trace:
    """The names that have a side, less those that for now would lie on a more important one. They stand off their dots as marks."""
    shown = labels.held(sides, _pixels(scene, scene.places), _sizes(scene), _rank(scene))
    named = [k for k in np.flatnonzero(sides >= 0) if k not in _first(scene)][:NAMED]
    names = points.cloud(scene.places[named].round(3), colour="rgba(0,0,0,0)", size=SIZES["word"], opacity=1, hoverinfo="skip")
    return names | {
        "mode": "markers+text",
        "text": [scene.said(int(scene.ids[k])) if shown[k] >= 0 else "" for k in named],
        "textposition": [PLACES[int(sides[k])] for k in named],
        "textfont": {"size": LETTERS, "color": "@ink2", "shadow": "@halo"},
        "cliponaxis": False,
    }


def _sides(scene: Scene) -> np.ndarray:
    """On which side of its dot each name stands through the whole film: chosen where the words will come to rest."""
    rank, most = _rank(scene), len(_first(scene)) + scene.look.options.names
    some = np.argsort(-rank, kind="stable")[:most]
    if (_groups(scene) >= 0).any():
        some = some[(_groups(scene)[some] >= 0) | np.isin(some, _first(scene))]
    at = _pixels(scene, scene.ends)
    lines = np.array([_pixels(scene, np.array(way)).ravel() for way in _segments(scene)]).reshape(-1, 4)
    must = np.isin(some, _first(scene))
    sides = np.full(len(scene.ids), -1)
    sides[some] = labels.place(
        at[some], _sizes(scene)[some], rank[some], panel=STAGE, marks=at, lines=lines, must=must, limit=2.2
    )
    return sides


def _sizes(scene: Scene) -> np.ndarray:
    return labels.sizes([scene.said(int(word)) for word in scene.ids], LETTERS)


def _first(scene: Scene) -> list[int]:
    """The rows that are named in any case, by a trace of their own: the word asked for, or those of the analogy."""
    if not scene.stage or scene.question is None:
        return [scene.row(scene.focus)]
    return list(dict.fromkeys([*scene.rows(scene.question), *scene.rows(scene.answers[:1])]))


def _rank(scene: Scene) -> np.ndarray:
    """How important each name is: what is asked about, then words of a group, then the frequent; "the" and its like last."""
    counts = scene.look.frame.counts
    rank = -np.arange(len(scene.ids), dtype=float) + 1000.0 * (_groups(scene) >= 0)
    if len(counts):
        share = counts[scene.ids] / counts.sum()
        rank -= 1e4 * (share > max(8 / len(counts), 0.004)) * (_groups(scene) < 0)
    rank[_first(scene)] += 1e6
    return rank


# ---- what is asked about


def _ties(scene: Scene) -> list[Trace]:
    """The word's way so far, and lines to its neighbours."""
    if scene.stage:
        return []
    focus = scene.row(scene.focus)
    ways = np.array([[focus, k] for k in scene.rows(scene.near)]).reshape(-1, 2)
    ties = points.mesh(scene.places.round(3), ways, colour="@accent", width=1, opacity=0.55) | {"meta": {"still": True}}
    if not scene.look.options.tails:
        return [ties]
    way = scene.way if len(scene.way) else np.zeros((0, 2))
    return [
        curves.line(way[:, 0].round(3), way[:, 1].round(3), colour="@accent", width=2.2, opacity=0.4, meta={"still": True}),
        ties,
    ]


def _asked_about(scene: Scene, sides: np.ndarray) -> list[Trace]:
    """The word asked for: the lamp on a halo of paper, over all others."""
    k = scene.row(scene.focus)
    at, side = scene.places[[k]].round(3), PLACES[max(int(sides[k]), 0)]
    halo = points.cloud(at, colour="@surface", size=SIZES["halo"], opacity=0.9, hoverinfo="skip")
    lamp = points.cloud(at, colour="@accent", size=SIZES["asked"], opacity=1, hoverinfo="skip")
    return [halo, lamp | _called(scene, [k], [side])]


def _called(scene: Scene, rows: list[int], sides: list[str]) -> dict[str, Any]:
    font = {"size": 14, "color": "@accent" if not scene.stage else "@ink", "shadow": "@halo"}
    words = [f"<b>{scene.said(int(scene.ids[k]))}</b>" for k in rows]
    return {"mode": "markers+text", "text": words, "textposition": sides, "textfont": font, "cliponaxis": False}


def _segments(scene: Scene) -> list[Way]:
    """The arrows of an analogy: from a to b, and the same step from c."""
    if not scene.stage or scene.question is None:
        return []
    a, b, c = (scene.places[k] for k in scene.rows(scene.question))
    return [(a, b), (c, c + b - a)]


def _arrows(scene: Scene, sides: np.ndarray) -> list[Trace]:
    """From a to b, and the same step from c, as far as the run has come; at last a ring around the nearest word."""
    rows, segments = _first(scene), _segments(scene)
    named = rows[: 3 + (scene.stage == 4)]
    where = [PLACES[max(int(sides[k]), 0)] for k in named]
    ends = points.cloud(scene.places[named].round(3), colour="@c1", size=8, opacity=1, hoverinfo="skip") | _called(
        scene, named, where
    )
    traces = [ends]
    for step, way, colour in zip((2, 3), segments, ("@c1", "@accent"), strict=True):
        line = np.array(way) if scene.stage >= step else np.zeros((0, 2))
        arrow = {"size": 11, "symbol": "arrow", "angleref": "previous", "color": colour, "opacity": [0, 1]}
        traces.append(curves.line(line[:, 0], line[:, 1], colour=colour, width=2.4, mode="lines+markers", marker=arrow))
    best = scene.places[rows[3:4]] if scene.stage == 4 else scene.places[scene.rows(scene.question or ())[2:3]]
    return [*traces, points.cloud(best, colour="@accent", symbol="circle-open", size=18, opacity=1, hoverinfo="skip")]
