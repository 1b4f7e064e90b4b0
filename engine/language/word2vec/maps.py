"""The words on a map while they learn: every epoch seen from the same side, so that what moves is learning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.algorithm import closely
from engine.errors import ParamError
from engine.language.word2vec import theory, vectors
from engine.language.word2vec.asking import SHOWN
from engine.language.word2vec.embedding import Model, Settings
from engine.language.word2vec.groups import groups
from engine.language.word2vec.reading import Cut, Ground, Many, Replacing, Word2vecFrame, learning, prepare
from engine.params import Closing, number
from engine.texts import Text

SLICES = 6  # frames within an epoch of a close-up, at most
NAN = float("nan")
NOT_YET: dict[str, Any] = {
    "outputs": np.zeros((0, 1), np.float32),
    "ends": np.zeros((0, 2), np.float32),
    "groups": np.zeros(0, np.int8),
    "kinds": (),
    "told": False,
    "pairs": np.zeros((0, 2), np.int32),
    "aims": np.zeros(0, np.float32),
    "products": np.zeros(0, np.float32),
    "agreement": NAN,
}


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
    outputs: np.ndarray  # float32 (o, d) the output vectors of the first words, 400 at most; of a tree none
    ends: np.ndarray  # float32 (V, 2) the places of the last epoch
    groups: np.ndarray  # int8 (V,) which words belong together, −1: to none
    kinds: tuple[str, ...]  # what those groups are called
    told: bool  # the text was made of them; else they were found in the vectors of the last epoch
    pairs: np.ndarray  # int32 (p, 2) input and output words that are met most often, 400 at most; without noise none
    aims: np.ndarray  # float32 (p,) what their dot products should come to, by Levy and Goldberg
    products: np.ndarray  # float32 (p,) what they are
    agreement: float  # the correlation of the two over all pairs, each as often as it is met; NaN where there is none


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
    together = groups(ground.vocabulary.words, ends[-1])
    last: dict[str, Any] = {"ends": places[-1], "groups": together.of, "kinds": together.names, "told": together.told}
    for frame in kept:
        place = places[frame.step]
        if frame.part:
            place = vectors.seen(frame.vectors, directions, place)
        spread = vectors.spread(frame.vectors, place)
        yield replace(frame, places=place, reach=reach, spread=spread, total=len(kept), **last)


def _reach(places: Sequence[np.ndarray]) -> np.ndarray:
    """How far the map goes, float32 (2,): to the last of the words shown, and nearly as far as any epoch's."""
    last = np.abs(places[-1][:SHOWN]).max(0)
    most = [np.quantile(np.abs(place), 0.97, axis=0) for place in places]
    return np.asarray(np.max([last, *most], axis=0), np.float32)


def _course(params: Map, ground: Ground, close: range) -> list[MapFrame]:
    """The start and the end of every epoch, not yet mapped; in the epochs of a close-up some batches before it."""
    words, settings = ground.vocabulary, settings_of(params, ground)
    model = Model(ground.sentences, words, settings)
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
        **NOT_YET,
    )
    aim = _aim(settings, ground)
    made = [_met(start, model, aim)]
    for step in range(1, params.epochs + 1):
        made += [_met(frame, model, aim) for frame in _epoch(model, made[-1], step, near=step in close)]
    return made


def _aim(settings: Settings, ground: Ground) -> theory.Aim | None:
    """What the dot products should come to; nothing is known of it for CBOW, and for a tree."""
    if settings.hierarchical or not settings.skipgram:
        return None
    s = settings
    return theory.aim(
        ground.numbers, ground.vocabulary, window=s.window, sample=s.sample, negative=s.negative, exponent=s.exponent
    )


def _met(frame: MapFrame, model: Model, aim: theory.Aim | None) -> MapFrame:
    """A frame with the output vectors as they are now, and how far the dot products have come."""
    if model.settings.hierarchical:
        return frame
    outputs = model.outputs
    now = replace(frame, outputs=outputs[:SHOWN])
    if aim is None:
        return now
    products, few = aim.products(frame.vectors, outputs), slice(theory.FEW)
    shown: dict[str, Any] = {
        "pairs": aim.pairs[few],
        "aims": aim.aims[few].astype(np.float32),
        "products": products[few].astype(np.float32),
    }
    return replace(now, agreement=aim.agreement(products), **shown)


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
