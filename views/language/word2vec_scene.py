"""What a map of words shows: which words, where, who is near whom, and the analogy that is asked about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

import engine.params
from charts.panels import escaped
from engine.language.word2vec import GloveFrame, MapFrame, vectors
from engine.language.word2vec.asking import NEAR, Question, around, asked, frequent
from engine.params import choice, number
from views.look import Look

STAGES = ("words", "from", "difference", "added", "nearest")  # of an analogy
MAPS = ("map", "glove")


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
