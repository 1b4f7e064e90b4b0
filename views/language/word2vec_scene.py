"""What a map of words shows: which words, where, who is near whom, and the analogy that is asked about."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

import engine.params
from charts.panels import escaped
from engine.language.word2vec import GloveFrame, MapFrame, vectors, vocabularies
from engine.language.word2vec.maps import SHOWN
from engine.params import choice, number
from views.look import Look

ROWS = 10  # neighbours listed
AROUND = 22  # neighbours of every word of an analogy that the map of GloVe holds
ANALOGIES = ("man king woman", "男人 国王 女人")
STAGES = ("words", "from", "difference", "added", "nearest")  # of an analogy
MAPS = ("map", "glove")
Side = Literal["neighbours", "analogy", "cosine", "difference", "course", "weights", "theory"]
Question = tuple[int, int, int] | None


class Options(engine.params.Options):
    near: str = choice("", only=MAPS)  # the word whose neighbours are shown; "" one that the page chooses
    side: Side = choice("neighbours", only=MAPS)
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
    ends: np.ndarray  # [m, 2] their places in the last picture: names are placed there
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

    def row(self, word: int) -> int:
        """The row of a word on the map, or −1."""
        found = np.flatnonzero(self.ids == word)
        return int(found[0]) if len(found) else -1

    def rows(self, words: Iterable[int]) -> list[int]:
        return [self.row(int(word)) for word in words]


def of_map(look: Look[MapFrame]) -> Scene:
    """The words of a text, on the run's own map."""
    frame, options = look.frame, look.options
    focus, question, _ = asked(frame.words, options)
    ids = map_ids(frame, options)
    known = {"neighbours": True, "theory": len(frame.aims) > 0, "weights": len(frame.outputs) > 0}
    return _scene(
        look,
        ids,
        places=frame.places[ids].astype(float),
        ends=frame.ends[ids].astype(float),
        way=np.array([one.places[focus] for one in look.frames], float),
        reach=frame.reach,
        side=options.side if known.get(options.side, True) else "neighbours",
        stage=len(STAGES) - 1 if question and options.side == "analogy" else 0,
    )


def of_glove(look: Look[GloveFrame]) -> Scene:
    """The neighbourhood of the words asked for, on a map of its own."""
    frame, options = look.frame, look.options
    _, question, _ = asked(frame.words, options)
    ids = glove_ids(frame, options)
    U = vectors.unit(frame.vectors[ids])
    places = (U - U.mean(0)) @ vectors.basis(frame.vectors[ids])
    first = options.side if options.side in ("cosine", "difference") else "neighbours"
    return _scene(
        look,
        ids,
        places=places,
        ends=places,
        way=np.zeros((0, 2)),
        reach=np.abs(places).max(0),
        side={"words": first, "nearest": "analogy"}.get(frame.part, "neighbours"),
        stage=STAGES.index(frame.part) if question else 0,
    )


def _scene(look: Look[Any], ids: np.ndarray, **more: Any) -> Scene:
    E = look.frame.vectors
    focus, question, trouble = asked(look.frame.words, look.options)
    near, cosines = vectors.neighbours(E, focus, ROWS)
    answers, likeness = vectors.analogy(E, *question, ROWS) if question else (np.zeros(0, int), np.zeros(0))
    found = {"focus": focus, "near": near, "cosines": cosines}
    sought = {"question": question, "answers": answers, "likeness": likeness, "trouble": trouble}
    return Scene(look=look, ids=ids, **found, **sought, **more)


def map_ids(frame: MapFrame, options: Options) -> np.ndarray:
    """The words drawn of a text: the most frequent, and those asked about."""
    E = frame.vectors
    focus, question, _ = asked(frame.words, options)
    few = np.arange(min(len(frame.words), SHOWN))
    extra = [focus, *(question or ()), *vectors.neighbours(E, focus, ROWS)[0]]
    if question and options.side == "analogy":
        extra += list(vectors.analogy(E, *question, ROWS)[0])
    return np.array([*few, *dict.fromkeys(word for word in extra if word >= len(few))], int)


def glove_ids(frame: GloveFrame, options: Options) -> np.ndarray:
    """The words drawn of GloVe's: those around the words asked for."""
    E = frame.vectors
    focus, question, _ = asked(frame.words, options)
    around = [word for one in (focus, *(question or ())) for word in (one, *vectors.neighbours(E, one, AROUND)[0])]
    if question:
        around += list(vectors.analogy(E, *question, ROWS)[0])
    return np.array(list(dict.fromkeys(around)), int)


def asked(words: tuple[str, ...], options: Options) -> tuple[int, Question, str]:
    """The word asked for, the words of the analogy, and what was typed that is not there."""
    number, trouble = numbers(words), ""
    focus = number.get(options.near.strip().lower(), -1)
    if focus < 0:
        trouble = options.near.strip()
        like = vectors.closest(trouble, words[:5000]) if trouble else ""
        focus = number[like or vocabularies.opening(words)]
    typed = options.analogy.split()
    for three in [typed] if typed else [analogy.split() for analogy in ANALOGIES]:
        found = [number.get(word.lower(), -1) for word in three]
        if len(found) == 3 and -1 not in found and len(set(found)) == 3:
            return focus, (found[0], found[1], found[2]), trouble
    if typed and options.side == "analogy":
        trouble = next((word for word in typed if word.lower() not in number), options.analogy)
    return focus, None, trouble


@lru_cache(maxsize=8)
def numbers(words: tuple[str, ...]) -> dict[str, int]:
    """Word → its row."""
    return {word: i for i, word in enumerate(words)}
