"""The map of word2vec: islands of words, what is asked about over all others, and an analogy's arrows."""

from typing import Any

import numpy as np

from charts import curves, islands, labels, points
from charts.panels import Panel, Trace, blank, escaped, told
from views.language.word2vec_scene import Scene

STAGE = (342.0, 270.0)  # px of the map on a phone: names that have room there have it everywhere
ASKED, HALO = 5.5, 17  # px: radius of what is asked about, and its paper
NAMES = 90  # at most, so that a player can compare them


def plane(scene: Scene) -> Panel:
    """Islands, the lines to the neighbours, dots with their names, and last of all what is asked about."""
    x, y = (1.08 * np.maximum(scene.reach.astype(float), 1e-6)).tolist()
    map_ = _map(scene, [-x, 1.1 * x], [-y, 1.04 * y])
    sides = map_.sides()
    lit = _arrows(scene, sides) if scene.stage else _asked_about(scene, sides)
    traces = [*map_.islands(), *_ties(scene), _dots(scene, map_), map_.written(sides), *lit]
    drawn = bool((scene.group >= 0).any())
    title = "plane" if not drawn else "told" if scene.look.frame.told else "found"
    return Panel(traces, scene.look.say(title), x=blank(range=map_.x), y=blank(range=map_.y))


def _map(scene: Scene, x: list[float], y: list[float]) -> islands.Map:
    """Frequent words first, "the" and its like last."""
    frame, counts = scene.look.frame, scene.look.frame.counts
    there, group = np.unique(np.append(scene.group, -1), return_inverse=True)  # a group of which no word is drawn is none
    kinds = [frame.kinds[k] for k in there[1:]]
    rank = -np.arange(len(scene.ids), dtype=float)
    if len(counts):
        rank -= 1e4 * ((counts[scene.ids] > counts.sum() * max(8 / len(counts), 0.004)) & (scene.group < 0))
    return islands.Map(
        places=scene.places,
        ends=scene.ends,
        group=group[:-1] - 1,
        kinds=[scene.look.say("group", kind) if frame.told else escaped(kind) for kind in kinds],
        names=[scene.said(int(word)) for word in scene.ids],
        rank=rank,
        own=_first(scene),
        most=min(scene.look.options.names, NAMES - 7),
        x=x,
        y=y,
        stage=STAGE,
        lines=_segments(scene),
    )


def _dots(scene: Scene, map_: islands.Map) -> Trace:
    counts, hint = scene.look.frame.counts, scene.look.say("hover_word")
    times = [f" · {counts[word]}×" if len(counts) else "" for word in scene.ids]
    words = [f"<b>{name}</b>{count}<br>{hint}" for name, count in zip(map_.names, times, strict=True)]
    return map_.dots(**told(words, link="word", click="word", ring=14, index=np.arange(len(words))))


def _first(scene: Scene) -> list[int]:
    """The rows that are large and named in any case: the word asked for, or those of the analogy and its answer."""
    if not scene.stage or scene.question is None:
        return scene.rows([scene.focus])
    return list(dict.fromkeys(scene.rows([*scene.question, *scene.answers[:1]])))


def _large(scene: Scene, rows: list[int], sides: np.ndarray, colour: str, ink: str) -> dict[str, Any]:
    texts, font = [f"<b>{scene.said(int(scene.ids[k]))}</b>" for k in rows], {"size": 14, "color": ink, "shadow": "@halo"}
    where, marker = [labels.SIDES[max(sides[k], 0)] for k in rows], {"size": 2 * ASKED, "color": colour}
    return labels.beside(scene.places[rows], texts, sides[rows].clip(0), textposition=where, textfont=font, marker=marker)


def _ties(scene: Scene) -> list[Trace]:
    """The word's way so far, and lines to its neighbours: other neighbours, other lines, so they do not glide."""
    if scene.stage:
        return []
    ways = np.array([[*scene.rows([scene.focus]), k] for k in scene.rows(scene.near)]).reshape(-1, 2)
    ties = points.mesh(scene.places.round(3), ways, colour="@accent", width=1, opacity=0.55)
    way = scene.way if scene.look.options.tails else scene.way[:0]
    track = curves.line(*way.round(3).T, colour="@accent", width=2.2, opacity=0.35)
    return [one | {"meta": {"still": True}} for one in (track, ties)]


def _asked_about(scene: Scene, sides: np.ndarray) -> list[Trace]:
    """The word asked for: the lamp on a halo of paper."""
    rows = _first(scene)
    halo = points.cloud(scene.places[rows].round(3), colour="@surface", size=HALO, opacity=0.9, hoverinfo="skip")
    return [halo, _large(scene, rows, sides, "@accent", "@accent")]


def _segments(scene: Scene) -> np.ndarray:
    """The arrows of an analogy [2, 4]: from a to b, and the same step from c."""
    if not scene.stage or scene.question is None:
        return np.zeros((0, 4))
    a, b, c = (scene.places[k] for k in scene.rows(scene.question))
    return np.array([[*a, *b], [*c, *(c + b - a)]])


def _arrows(scene: Scene, sides: np.ndarray) -> list[Trace]:
    """From a to b, and the same step from c, as far as the run has come; a ring at c, at last around the nearest word."""
    rows, found = _first(scene), scene.stage == 4
    traces: list[Trace] = [_large(scene, rows[: 3 + found], sides, "@c1", "@ink")]
    for step, way, colour in zip((2, 3), _segments(scene), ("@c1", "@accent"), strict=True):
        line = way.reshape(2, 2)[: 2 * (scene.stage >= step)]
        arrow = {"size": 11, "symbol": "arrow", "angleref": "previous", "color": colour, "opacity": [0, 1]}
        traces.append(curves.line(*line.T, colour=colour, width=2.4, mode="lines+markers", marker=arrow))
    ring = scene.places[[rows[3 if found else 2]]]
    return [*traces, points.cloud(ring, colour="@accent", symbol="circle-open", size=16, opacity=1, hoverinfo="skip")]
