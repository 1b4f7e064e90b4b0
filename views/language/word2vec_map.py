"""A map of words: which words, where, who is near whom; islands, what is asked about over all others, and an analogy's arrows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

import engine.params
from charts import curves, islands, labels, points
from charts.panels import Panel, Trace, bare, escaped, told
from engine.language.word2vec import GloveFrame, MapFrame, vectors
from engine.language.word2vec.asking import NEAR, Question, around, asked, frequent
from engine.params import choice, number
from views.look import Look

STAGES = ("words", "from", "difference", "added", "nearest")  # of an analogy
MAPS = ("map", "glove")
STAGE = (342.0, 270.0)  # px of the map on a phone: names that have room there have it everywhere
ASKED, HALO = 5.5, 17  # px: radius of what is asked about, and its paper
NAMES = 90  # at most, so that a player can compare them


class Options(engine.params.Options):
    near: str = choice("", only=MAPS)  # the word whose neighbours are shown; "" one that the page chooses
    side: Literal["neighbours", "course", "weights", "theory", "cosine", "difference", "analogy"] = choice(
        "neighbours", only=MAPS
    )
    analogy: str = choice("", only=MAPS, when={"side": ["analogy"]})  # a b c: what is to c as b is to a?
    listed: str = choice("", only=MAPS, when={"side": ["cosine"]})  # words of the cosine table
    versus: str = choice("", only=MAPS, when={"side": ["difference"]})  # v in u − v
    names: int = number(70, 0, 150, step=10, rare=True, only=MAPS)
    tails: bool = choice(True, rare=True, only=("map",))
    way: Literal["noise", "softmax", "tree"] = choice("noise", only=("pair",))  # whose rows the large picture shows


@dataclass(frozen=True)
class Scene:
    """What the parts of one picture of a map look at. Things on it are numbered by their row in `ids`."""

    look: Look[Any]
    ids: np.ndarray  # int [m] the words drawn
    places: np.ndarray  # [m, 2]
    ends: np.ndarray  # [m, 2] their places in the last picture, by which names are placed
    group: np.ndarray  # int [m] the group of each, −1: none
    way: np.ndarray  # [t, 2] where the word asked for has been
    reach: np.ndarray  # [2]
    side: str  # what stands beside the map
    stage: int  # how far the arrows of an analogy have come, as in STAGES; 0: the picture is about no analogy
    focus: int  # the word asked for, a row of the vectors
    near: np.ndarray  # int [k] its neighbours, nearest first
    cosines: np.ndarray  # [k]
    question: Question  # the analogy's words
    answers: np.ndarray  # int [k]
    likeness: np.ndarray  # [k]
    trouble: str  # what was typed and is not there

    @property
    def vectors(self) -> np.ndarray:
        return np.asarray(self.look.frame.vectors)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.look.frame.words)

    def said(self, word: int) -> str:
        return escaped(self.words[word])

    def rows(self, words: Iterable[int]) -> list[int]:
        """The rows of words on the map, −1 for those that are not drawn."""
        row = {word: k for k, word in enumerate(self.ids.tolist())}
        return [row.get(int(word), -1) for word in words]


def of_map(look: Look[MapFrame]) -> Scene:
    """The words of a text, on the run's own map."""
    frame, options = look.frame, look.options
    focus, question, _ = _asked(frame, options)
    ids = map_ids(frame, options)
    lacks = {"theory": not len(frame.aims), "weights": not len(frame.outputs)}.get(options.side, False)
    stage = len(STAGES) - 1 if question and options.side == "analogy" else 0
    flat = {"places": frame.places[ids].astype(float), "ends": frame.ends[ids].astype(float), "reach": frame.reach}
    group = np.full(len(ids), -1) if stage else frame.groups[ids]
    way = np.array([one.places[focus] for one in look.frames], float)
    return _scene(look, ids, group=group, way=way, side="neighbours" if lacks else options.side, stage=stage, **flat)


def of_glove(look: Look[GloveFrame]) -> Scene:
    """The neighbourhood of the words asked for, on a map of its own."""
    frame, options = look.frame, look.options
    ids = map_ids(frame, options)
    U = vectors.unit(frame.vectors[ids])
    places = (U - U.mean(0)) @ vectors.basis(frame.vectors[ids])
    first = options.side if options.side in ("cosine", "difference") else "neighbours"
    side = {"words": first, "nearest": "analogy"}.get(frame.part, "neighbours")
    stage = STAGES.index(frame.part) if _asked(frame, options)[1] else 0
    flat = {"places": places, "ends": places, "reach": np.abs(places).max(0), "way": np.zeros((0, 2))}
    return _scene(look, ids, group=np.full(len(ids), -1), side=side, stage=stage, **flat)


def _scene(look: Look[Any], ids: np.ndarray, **more: Any) -> Scene:
    E = look.frame.vectors
    focus, question, trouble = _asked(look.frame, look.options)
    near, cosines = vectors.neighbours(E, focus, NEAR)
    answers, likeness = vectors.analogy(E, *question, NEAR) if question else (np.zeros(0, int), np.zeros(0))
    more |= {"focus": focus, "near": near, "cosines": cosines, "question": question, "answers": answers, "likeness": likeness}
    return Scene(look=look, ids=ids, trouble=trouble, **more)


def _asked(frame: MapFrame | GloveFrame, options: Options) -> tuple[int, Question, str]:
    return asked(frame.words, options.near, options.analogy, about_it=options.side == "analogy")


def map_ids(frame: MapFrame | GloveFrame, options: Options) -> np.ndarray:
    """The words drawn, rows of the vectors."""
    focus, question, _ = _asked(frame, options)
    if isinstance(frame, MapFrame):
        return frequent(frame.vectors, focus, question, answers=options.side == "analogy")
    return around(frame.vectors, focus, question)


def plane(scene: Scene) -> Panel:
    """Islands, the lines to the neighbours, dots with their names, and last of all what is asked about."""
    x, y = (1.08 * np.maximum(scene.reach.astype(float), 1e-6)).tolist()
    map_ = _map(scene, [-x, 1.1 * x], [-y, 1.04 * y])
    sides = map_.sides()
    rows = _first(scene)
    halo = points.cloud(scene.places[rows].round(3), colour="@surface", size=HALO, opacity=0.9, hoverinfo="skip")
    lit = _arrows(scene, sides) if scene.stage else [halo, _large(scene, rows, sides, "@accent", "@accent")]
    traces = [*map_.islands(), *_ties(scene), _dots(scene, map_), map_.written(sides), *lit]
    drawn = bool((scene.group >= 0).any())
    title = "plane" if not drawn else "told" if scene.look.frame.told else "found"
    return bare(traces, scene.look.say(title), map_.x, map_.y)


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
        lines=_segments(scene, beyond=0.15),
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
    texts, marker = [f"<b>{scene.said(int(scene.ids[k]))}</b>" for k in rows], {"size": 2 * ASKED, "color": colour}
    return labels.beside(scene.places[rows], texts, sides[rows].clip(0), font=14, colour=ink, marker=marker)


def _ties(scene: Scene) -> list[Trace]:
    """The word's way so far, and lines to its neighbours: other neighbours, other lines, so they do not glide."""
    if scene.stage:
        return []
    ways = np.array([[*scene.rows([scene.focus]), k] for k in scene.rows(scene.near)]).reshape(-1, 2)
    ties = points.mesh(scene.places.round(3), ways, colour="@accent", width=1, opacity=0.55)
    way = scene.way if scene.look.options.tails else scene.way[:0]
    track = curves.line(*way.round(3).T, colour="@accent", width=2.2, opacity=0.35)
    return [one | {"meta": {"still": True}} for one in (track, ties)]


def _segments(scene: Scene, beyond: float = 0) -> np.ndarray:
    """The arrows of an analogy [2, 4]: from a to b, and the same step from c; drawn out by a part of it."""
    if not scene.stage or scene.question is None:
        return np.zeros((0, 4))
    a, b, c = (scene.places[k] for k in scene.rows(scene.question))
    return np.array([[*a, *(b + beyond * (b - a))], [*c, *(c + (1 + beyond) * (b - a))]])


def _arrows(scene: Scene, sides: np.ndarray) -> list[Trace]:
    """From a to b, lit when it comes, and the same step from c; a ring at c before and after, at last around the nearest word."""
    rows, found, traces = _first(scene), scene.stage == 4, list[Trace]()
    for step, way, colour in zip((2, 3), _segments(scene), ("@accent" if scene.stage == 2 else "@c1", "@accent"), strict=True):
        line = way.reshape(2, 2)[: 2 * (scene.stage >= step)]
        arrow = {"size": 11, "symbol": "arrow", "angleref": "previous", "color": colour, "opacity": [0, 1]}
        traces.append(curves.line(*line.T, colour=colour, width=2.4, mode="lines+markers", marker=arrow))
    traces.append(_large(scene, rows[: 3 + found], sides, "@c1", "@ink"))
    ring = scene.places[[rows[3 if found else 2]] * (scene.stage != 2)]
    return [*traces, points.cloud(ring, colour="@accent", symbol="circle-open", size=16, opacity=1, hoverinfo="skip")]
