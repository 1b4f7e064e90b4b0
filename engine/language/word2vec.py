"""word2vec: every word gets a vector that foretells the words around it, so words in the same company become neighbours.

Mikolov et al., "Efficient Estimation of Word Representations in Vector Space", 2013 (skip-gram, CBOW); "Distributed
Representations of Words and Phrases and their Compositionality", 2013 (negative sampling, subsampling); Morin and Bengio, 2005
(the tree as softmax); Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966 (the map that holds still).
Peer: gensim 4.4.0, which does the training (`embedding`); cutting is in `tokens`.

What can be looked at: the map of the words while they learn ("map"), the Huffman tree ("tree"), one pair learned in three ways
("pair"), words left out and words drawn as noise ("noise"), the same text cut into words differently ("cuts"), and vectors that
were trained on six billion words ("glove").
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import Field
from pydantic.config import JsonDict

import engine.params
from engine.algorithm import Algorithm
from engine.data import Text
from engine.errors import ParamError
from engine.language import mechanisms, vectors, vocabularies
from engine.language.embedding import Model, Settings
from engine.language.mechanisms import Weights, Word2vecFrame
from engine.language.tokens import Mode, tokenise
from engine.language.vocabularies import Sentences, Vocabulary
from engine.params import CLOSE_UP_STEPS

SHOWN = 400  # words that the map has room for, the most frequent
NEAREST = 10  # neighbours of a word that are compared between cuts
CUTS: tuple[Mode, ...] = ("jieba", "jieba_full", "jieba_search", "characters")
WORK = 25_000_000  # words that a run learns, at most: those of the text, as often as there are epochs
SHORT, USUAL = 10_000, 1e-3  # a text of fewer words keeps them all; the threshold of a longer one
LINE, TRIED = 30, 60  # characters of a line that is shown, lines that are tried for it
SLICES = 6  # frames within an epoch of a close-up, at most

TEXT: JsonDict = {"show": ["map", "tree", "pair", "noise", "cuts"]}
TRAINED: JsonDict = {"show": ["map", "tree", "pair", "cuts"]}
PLAIN: JsonDict = {"show": ["map", "tree", "pair", "noise"]}
ASKED: JsonDict = {"show": ["tree", "pair", "cuts"]}
OUTPUT: JsonDict = {"show": ["map", "cuts"]}
DRAWN: JsonDict = {"show": ["map", "pair", "cuts"], "output": ["negative"]}


class Params(engine.params.Closing):
    show: Literal["map", "tree", "pair", "noise", "cuts", "glove"] = "map"
    cut: Mode = Field("auto", json_schema_extra={"when": PLAIN})
    drop: Literal["nothing", "punctuation", "latin"] = Field("punctuation", json_schema_extra={"when": TEXT})
    least: int = Field(1, ge=1, le=100, json_schema_extra={"when": TEXT})
    most: int = Field(
        1000, ge=10, le=3000, multiple_of=10, json_schema_extra={"when": {"show": ["map", "pair", "noise", "cuts"]}}
    )
    leaves: int = Field(12, ge=2, le=24, json_schema_extra={"when": {"show": ["tree"]}})
    direction: Literal["skipgram", "cbow"] = Field("skipgram", json_schema_extra={"when": TRAINED})
    output: Literal["negative", "hierarchical"] = Field("negative", json_schema_extra={"when": OUTPUT})
    negative: int = Field(5, ge=1, le=20, json_schema_extra={"when": DRAWN})
    window: int = Field(5, ge=1, le=10, json_schema_extra={"when": TRAINED})
    epochs: int = Field(20, ge=1, le=60, json_schema_extra={"when": TRAINED})
    word: str = Field("", json_schema_extra={"when": ASKED})
    other: str = Field("", json_schema_extra={"when": {"show": ["tree", "pair"]}})
    trained: bool = Field(True, json_schema_extra={"when": {"show": ["pair"]}})
    exponent: float = Field(0.75, ge=0, le=1.5, json_schema_extra={"step": 0.05, "when": {"show": ["map", "pair", "noise"]}})
    sample: Literal["auto", "0", "1e-2", "1e-3", "1e-4", "1e-5"] = Field("auto", json_schema_extra={"when": TEXT})
    dim: int = Field(20, ge=2, le=100, json_schema_extra={"when": TRAINED})
    rate: float = Field(0.05, ge=0.005, le=0.2, json_schema_extra={"step": 0.005, "when": TRAINED})


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


@dataclass(frozen=True)
class CutsFrame(Word2vecFrame):
    """The same text cut in m ways, one model for each, at the end of an epoch."""

    modes: tuple[str, ...]  # m ways to cut
    sentences: tuple[tuple[str, ...], ...]  # m, the same sentence
    asked: tuple[str, ...]  # m: the word whose neighbours are shown, as that cut has it, or ""
    near: tuple[tuple[str, ...], ...]  # m × up to 10, nearest first
    cosines: np.ndarray  # float64 (m, 10), 0 where there is no neighbour
    types: np.ndarray  # int64 (m,) words in the vocabulary
    tokens: np.ndarray  # int64 (m,) words in the text
    losses: np.ndarray  # float64 (m,) of this epoch, per word learned; 0 at the start


@dataclass(frozen=True)
class GloveFrame(Word2vecFrame):
    """Vectors that others trained: the words ("words"), then an analogy in steps ("from", "difference", "added", "nearest")."""

    vectors: np.ndarray  # float32 (20000, 50)


def train(params: Params, data: Text) -> Iterator[Word2vecFrame]:
    """Train word vectors on a text, or show how that is made cheap. Raises ParamError and DataError that say what to do."""
    if params.show == "glove":
        yield from _numbered(_glove(), params)
        return
    ways: dict[str, Callable[[Params, Text], Iterator[Word2vecFrame]]] = {
        "map": _map,
        "tree": _tree,
        "pair": _pair,
        "noise": _noise,
    }
    if params.show == "cuts":
        yield from _cuts(params, data)
    elif params.show == "map":
        yield from _map(params, data)
    else:
        yield from _numbered(ways[params.show](params, data), params)


def _numbered(frames: Iterator[Word2vecFrame], params: Params) -> Iterator[Word2vecFrame]:
    """The frames from a close-up's step on, each with their number; every part of a step is there anyway."""
    made = list(frames)
    _check_close_up(params, made[-1].step)
    kept = [frame for frame in made if frame.step >= params.close_up]
    for frame in kept:
        yield replace(frame, total=len(kept))


def _check_close_up(params: Params, last: int) -> None:
    if params.close_up > last:
        raise ParamError("w2v_close_up", step=params.close_up, last=last)


# ------------------------------------------------------------------------------------------------- from text to vocabulary


@dataclass(frozen=True)
class Ground:
    """A text, cut and counted."""

    sentences: Sentences  # of words in the vocabulary only, so that windows reach over what was left out, as in gensim
    vocabulary: Vocabulary
    numbers: list[list[int]]


def prepare(params: Params, data: Text, mode: Mode, most: int) -> Ground:
    """Cut a text and count its words. Raises ParamError and DataError where too few are left."""
    tokens = tokenise(data, mode, lower=True, punctuation=params.drop == "nothing", latin=params.drop != "latin")
    if params.drop != "nothing" and not any(tokens):
        raise ParamError("w2v_drop")
    sentences = vocabularies.whole(tokens)
    vocabulary = vocabularies.count(sentences, params.least, most)
    number = vocabulary.number()
    numbers = [[number[word] for word in sentence if word in number] for sentence in sentences]
    kept = [(sentence, found) for sentence, found in zip(sentences, numbers, strict=True) if found]
    return Ground([[vocabulary.words[i] for i in found] for _, found in kept], vocabulary, [found for _, found in kept])


def settings_of(params: Params, ground: Ground, **values: object) -> Settings:
    """The settings of a training on this text, others put in their place. Raises ParamError where it would be too much work."""
    words = int(ground.vocabulary.counts.sum())
    if words * params.epochs > WORK:
        raise ParamError("w2v_work", words=words, epochs=params.epochs, most=max(1, WORK // words))
    base = Settings(
        dim=params.dim,
        window=params.window,
        epochs=params.epochs,
        rate=params.rate,
        sample=threshold(params, ground.vocabulary),
        seed=params.seed,
        skipgram=params.direction == "skipgram",
        negative=params.negative if params.output == "negative" else 0,
        hierarchical=params.output == "hierarchical",
        exponent=params.exponent,
    )
    return replace(base, **values)  # type: ignore[arg-type]


def threshold(params: Params, vocabulary: Vocabulary) -> float:
    """The subsampling threshold: where nothing else was asked for, none in a text so short that every word in it is frequent."""
    if params.sample != "auto":
        return float(params.sample)
    return USUAL if vocabulary.counts.sum() >= SHORT else 0.0


def _place(word: str, vocabulary: Vocabulary, default: int) -> int:
    """The number of a word that was asked for. Raises ParamError, with the word that is spelled most like it."""
    if not word.strip():
        return default
    number, asked = vocabulary.number(), word.strip().lower()
    if asked not in number:
        raise _unknown(word, vocabulary.words)
    return number[asked]


def _unknown(word: str, words: tuple[str, ...]) -> ParamError:
    like = vectors.closest(word.strip(), words)
    return (
        ParamError("w2v_unknown_but", word=word, like=like)
        if like
        else ParamError("w2v_unknown", word=word, words=", ".join(words[:5]))
    )


# ------------------------------------------------------------------------------------------------------------------ the map


def _map(params: Params, data: Text) -> Iterator[MapFrame]:
    _check_close_up(params, params.epochs)
    yield from learn(params, prepare(params, data, params.cut, params.most))


def learn(params: Params, ground: Ground) -> Iterator[MapFrame]:
    """The whole run is trained first, because the map's basis is that of the last epoch."""
    model = Model(ground.sentences, ground.vocabulary, settings_of(params, ground))
    base = MapFrame(
        step=0,
        part="",
        total=0,
        words=ground.vocabulary.words,
        counts=ground.vocabulary.counts,
        vectors=model.vectors,
        places=np.zeros((len(ground.vocabulary.words), 2), np.float32),
        loss=float("nan"),
        learned=0,
        tokens=int(ground.vocabulary.counts.sum()),
        reach=np.ones(2, np.float32),
        spread=0.0,
    )
    course = [base, *_learn(params, model, base)]
    if not course[-1].learned:
        raise ParamError("w2v_sample", sample=params.sample)
    ends = [frame.vectors for frame in course if not frame.part]
    directions, places = vectors.basis(ends[-1]), vectors.maps(ends)
    reach = np.max([np.abs(places[-1][:SHOWN]).max(0), *(np.quantile(np.abs(place), 0.97, axis=0) for place in places)], axis=0)
    first = max(params.close_up, 0)
    last = first + CLOSE_UP_STEPS if params.close_up >= 0 else params.epochs
    kept = [frame for frame in course if first < frame.step <= last or (frame.step == first and not frame.part)]
    for frame in kept:
        place = vectors.seen(frame.vectors, directions, places[frame.step]) if frame.part else places[frame.step]
        shown = vectors.spread(frame.vectors, place)
        frame = replace(frame, counts=base.counts.copy(), places=place.copy(), reach=reach.astype(np.float32))
        yield replace(frame, spread=shown, total=len(kept))


def _learn(params: Params, model: Model, base: MapFrame) -> Iterator[MapFrame]:
    """The end of every epoch; in a close-up some batches before it."""
    learned, close = 0, params.close_up
    for epoch in range(params.epochs):
        near = 0 <= close <= epoch < close + CLOSE_UP_STEPS
        loss, words, since = 0.0, 0, 0
        for batch_loss, batch_words, last in model.epoch(epoch):
            loss, words, learned, since = loss + batch_loss, words + batch_words, learned + batch_words, since + 1
            if last or (near and since >= model.batches / SLICES):
                since = 0
                mean = loss / words if words else float("nan")
                yield replace(
                    base, step=epoch + 1, part="" if last else "batch", vectors=model.vectors, loss=mean, learned=learned
                )


# ------------------------------------------------------------------------------------------------------------ what saves work


def _tree(params: Params, data: Text) -> Iterator[Word2vecFrame]:
    ground = prepare(params, data, params.cut, params.leaves)
    words = ground.vocabulary
    given = _place(params.word, words, 0)
    target = _place(params.other, words, len(words.words) - 1)
    model = Model(ground.sentences, words, settings_of(params, ground, negative=0, hierarchical=True))
    model.train()
    yield from mechanisms.tree_frames(words, model.vectors.astype(float), model.nodes.astype(float), given, target)


def _pair(params: Params, data: Text) -> Iterator[Word2vecFrame]:
    ground = prepare(params, data, params.cut, params.most)
    words, skipgram = ground.vocabulary, params.direction == "skipgram"
    given, other = _place(params.word, words, -1), _place(params.other, words, -1)
    pairs = mechanisms.window_pairs(ground.numbers, params.window, skipgram=skipgram, centre=given, other=other)
    if not pairs:
        centre = params.word or "–"
        raise ParamError("w2v_no_pair" if other >= 0 else "w2v_alone", word=centre, other=params.other, window=params.window)
    model = Model(ground.sentences, words, settings_of(params, ground, negative=params.negative, hierarchical=True))
    if params.trained:
        model.train()
    inputs = model.vectors
    start = [Weights(inputs, outputs) for outputs in (model.outputs, model.nodes, model.outputs)]
    table = vocabularies.noise_table(words.counts, params.exponent)
    yield from mechanisms.pair_frames(words, pairs, start, table, params.negative, params.rate, params.seed)


def _noise(params: Params, data: Text) -> Iterator[Word2vecFrame]:
    ground = prepare(params, data, params.cut, params.most)
    words = ground.vocabulary
    yield from mechanisms.noise_frames(words, ground.numbers, params.exponent, threshold(params, words), params.seed)


# ------------------------------------------------------------------------------------------------------------------ the cuts


def _cuts(params: Params, data: Text) -> Iterator[CutsFrame]:
    """One model for each way to cut; all learn epoch by epoch."""
    _check_close_up(params, params.epochs)
    modes: tuple[Mode, ...] = CUTS if data.language == "zh" else ("words", "characters")
    grounds = [prepare(params, data, mode, params.most) for mode in modes]
    models = [Model(ground.sentences, ground.vocabulary, settings_of(params, ground)) for ground in grounds]
    asked = _asked(params, grounds)
    line = _telling_line(data, next(word for word in asked if word), modes)
    first = max(params.close_up, 0)
    total = params.epochs - first + 1
    base = CutsFrame(
        step=0,
        part="",
        total=total,
        words=grounds[0].vocabulary.words,
        counts=grounds[0].vocabulary.counts,
        modes=modes,
        sentences=tuple(tuple(tokenise(line, mode, lower=True)[0]) for mode in modes),
        asked=asked,
        near=(),
        cosines=np.zeros(0),
        types=np.array([len(ground.vocabulary.words) for ground in grounds], np.int64),
        tokens=np.array([sum(map(len, ground.sentences)) for ground in grounds], np.int64),
        losses=np.zeros(len(modes)),
    )
    for epoch in range(params.epochs + 1):
        losses = [_epoch(model, epoch - 1) for model in models] if epoch else [0.0] * len(models)
        if epoch >= first:
            near, cosines = _near(models, grounds, asked)
            yield replace(base, step=epoch, counts=base.counts.copy(), near=near, cosines=cosines, losses=np.array(losses),
                        types=base.types.copy(), tokens=base.tokens.copy())  # fmt: skip


def _epoch(model: Model, number: int) -> float:
    loss, words = 0.0, 0
    for batch_loss, batch_words, _ in model.epoch(number):
        loss, words = loss + batch_loss, words + batch_words
    return loss / words if words else 0.0


def _asked(params: Params, grounds: list[Ground]) -> tuple[str, ...]:
    """The word asked for in every cut: where a cut has only its characters, the first of them."""
    words = grounds[0].vocabulary
    known = [ground.vocabulary.number() for ground in grounds]
    asked = params.word.strip().lower() or vocabularies.opening(words.words)
    if not any(asked in numbers for numbers in known):
        raise _unknown(params.word, words.words)
    return tuple(next((word for word in (asked, asked[:1]) if word in numbers), "") for numbers in known)


def _telling_line(data: Text, word: str, modes: tuple[Mode, ...]) -> Text:
    """Of the first lines with the word that are not too long to be shown, the one that is cut most differently."""
    found = [line for line in data.lines if word in line.lower()] or list(data.lines)
    lines = sorted(found, key=lambda line: len(line) > LINE)[:TRIED]
    cuts = [tokenise(replace(data, lines=tuple(lines)), mode) for mode in modes]
    different = [len({tuple(cut[k]) for cut in cuts}) for k in range(len(lines))]
    return replace(data, lines=(lines[max(range(len(lines)), key=lambda k: different[k])],))


def _near(models: list[Model], grounds: list[Ground], asked: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], ...], np.ndarray]:
    near, cosines = [], np.zeros((len(models), NEAREST))
    for k, (model, ground, word) in enumerate(zip(models, grounds, asked, strict=True)):
        if not word:
            near.append(())
            continue
        found, cosine = vectors.neighbours(model.vectors, ground.vocabulary.words.index(word), NEAREST)
        near.append(tuple(ground.vocabulary.words[i] for i in found))
        cosines[k, : len(found)] = cosine
    return tuple(near), cosines


# ------------------------------------------------------------------------------------------------------------------- GloVe


def _glove() -> Iterator[GloveFrame]:
    found = vectors.glove()
    base = GloveFrame(0, "", 0, found.words, np.zeros(0, np.int64), found.vectors.copy())
    for step, part in enumerate(("words", "from", "difference", "added", "nearest")):
        yield replace(base, step=step, part=part)


ALGORITHMS = (Algorithm("word2vec", train, Params, "little"),)
