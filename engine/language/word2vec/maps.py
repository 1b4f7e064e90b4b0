"""The words on a map while they learn: every epoch seen from the same side, so that what moves is learning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.algorithm import closely
from engine.errors import ParamError
from engine.language.word2vec import vectors
from engine.language.word2vec.embedding import Model, Settings
from engine.language.word2vec.reading import Cut, Ground, Many, Replacing, Word2vecFrame, learning, prepare
from engine.params import Closing, number
from engine.texts import Text

SHOWN = 400  # words that the map has room for, the most frequent
SLICES = 6  # frames within an epoch of a close-up, at most
NAN = float("nan")


class Map(Cut, Many, Replacing, Closing):
    exponent: float = number(0.75, 0, 1.5, step=0.05, rare=True)

    @property
    def last(self) -> int:
        return self.epochs


@dataclass(frozen=True)
class MapFrame(Word2vecFrame):
    """The vectors at the end of an epoch, and their places on the map; in a close-up also within an epoch ("batch")."""

    vectors: np.ndarray  # float32 (V, d)
    places: np.ndarray  # float32 (V, 2) unit vectors on the run's one basis, turned in the plane
    loss: float  # of this epoch, or of this batch, per word learned; NaN at the start
    learned: int  # words learned so far
    tokens: int  # words of the text that are in the vocabulary
    reach: np.ndarray  # float32 (2,) how far the map goes from its middle, across and up, in all epochs
    spread: float  # the part of the unit vectors' spread that the map shows


def mapped(params: Map, data: Text) -> Iterator[MapFrame]:
    """Train word vectors on a text, and map its words after every epoch. Raises ParamError and DataError that say what to do."""
    closely(params, params.last)
    yield from learn(params, prepare(params, data, params.cut, params.most))


def settings_of(params: Map, ground: Ground) -> Settings:
    """The settings of a training on this text. Raises ParamError where it would be too much work."""
    return learning(params, ground, **params.ways, exponent=params.exponent)


def learn(params: Map, ground: Ground) -> Iterator[MapFrame]:
    """The whole run is trained first, because the map's basis is that of the last epoch. Raises ParamError."""
    steps = closely(params, params.last)
    course = _course(params, ground, steps[1:] if steps else range(0))
    if not course[-1].learned:
        raise ParamError("w2v_sample", sample=params.sample)
    ends = [frame.vectors for frame in course if not frame.part]
    directions = vectors.basis(ends[-1])
    places = vectors.maps(ends)
    reach = _reach(places)
    seen = steps or range(params.epochs + 1)
    kept = [frame for frame in course if frame.step in seen]
    for frame in kept:
        place = places[frame.step]
        if frame.part:
            place = vectors.seen(frame.vectors, directions, place)
        spread = vectors.spread(frame.vectors, place)
        yield replace(frame, places=place, reach=reach, spread=spread, total=len(kept))


def _reach(places: Sequence[np.ndarray]) -> np.ndarray:
    """How far the map goes, float32 (2,): to the last of the words shown, and nearly as far as any epoch's."""
    last = np.abs(places[-1][:SHOWN]).max(0)
    most = [np.quantile(np.abs(place), 0.97, axis=0) for place in places]
    return np.asarray(np.max([last, *most], axis=0), np.float32)


def _course(params: Map, ground: Ground, close: range) -> list[MapFrame]:
    """The start and the end of every epoch, not yet mapped; in the epochs of a close-up some batches before it."""
    words = ground.vocabulary
    model = Model(ground.sentences, words, settings_of(params, ground))
    start = MapFrame(
        step=0,
        part="",
        total=0,
        words=words.words,
        counts=words.counts.copy(),
        vectors=model.vectors,
        places=np.zeros((len(words.words), 2), np.float32),
        loss=NAN,
        learned=0,
        tokens=int(words.counts.sum()),
        reach=np.ones(2, np.float32),
        spread=0.0,
    )
    made = [start]
    for step in range(1, params.epochs + 1):
        made += list(_epoch(model, made[-1], step, near=step in close))
    return made


def _epoch(model: Model, before: MapFrame, step: int, *, near: bool) -> Iterator[MapFrame]:
    """The end of an epoch; where it is looked at closely, up to six places within it."""
    loss, words, since = 0.0, 0, 0
    for batch_loss, batch_words, last in model.epoch(step - 1):
        loss += batch_loss
        words += batch_words
        since += 1
        if last or (near and since >= model.batches / SLICES):
            since = 0
            mean = loss / words if words else NAN
            learned = before.learned + words
            yield replace(before, step=step, part="" if last else "batch", vectors=model.vectors, loss=mean, learned=learned)
