"""The same text cut into words in several ways, a model for each: what is near whom depends on what counts as a word."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.language.tokens import Mode, tokenise
from engine.language.word2vec import vectors, vocabularies
from engine.language.word2vec.embedding import Model
from engine.language.word2vec.reading import Ground, Many, Replacing, Word2vecFrame, learning, prepare, unknown
from engine.params import choice, number
from engine.texts import Text, spelled

NEAREST = 10  # neighbours of a word that are compared between cuts
CHINESE: tuple[Mode, ...] = ("jieba", "jieba_full", "jieba_search", "characters")
OTHERS: tuple[Mode, ...] = ("words", "characters")
LINE, TRIED = 30, 60  # characters of a line that is shown, lines that are tried for it


class Cuts(Many, Replacing):
    window: int = number(5, 1, 10)
    word: str = choice("")  # the word whose neighbours are shown; "": a telling one


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


def cuts(params: Cuts, data: Text) -> Iterator[CutsFrame]:
    """Train one model for each way to cut a text; all learn epoch by epoch. Raises ParamError and DataError."""
    modes = CHINESE if data.language == "zh" else OTHERS
    grounds = [prepare(params, data, mode, params.most) for mode in modes]
    models = [Model(ground.sentences, ground.vocabulary, learning(params, ground, **params.ways)) for ground in grounds]
    base = _start(params, data, modes, grounds)
    for epoch in range(params.epochs + 1):
        losses = [_epoch(model, epoch - 1) for model in models] if epoch else [0.0] * len(models)
        near, cosines = _near(models, grounds, base.asked)
        yield replace(base, step=epoch, near=near, cosines=cosines, losses=np.array(losses))


def _start(params: Cuts, data: Text, modes: tuple[Mode, ...], grounds: list[Ground]) -> CutsFrame:
    """What stays from epoch to epoch; no neighbours yet."""
    asked = _asked(params, grounds)
    line = _telling_line(data, next(word for word in asked if word), modes)
    return CutsFrame(
        step=0,
        part="",
        total=params.epochs + 1,
        words=grounds[0].vocabulary.words,
        counts=grounds[0].vocabulary.counts.copy(),
        modes=modes,
        sentences=tuple(tuple(tokenise(line, mode, lower=True)[0]) for mode in modes),
        asked=asked,
        near=(),
        cosines=np.zeros(0),
        types=np.array([len(ground.vocabulary.words) for ground in grounds], np.int64),
        tokens=np.array([sum(map(len, ground.sentences)) for ground in grounds], np.int64),
        losses=np.zeros(len(modes)),
    )


def _epoch(model: Model, number: int) -> float:
    """The loss of one pass per word learned."""
    loss, words = 0.0, 0
    for batch_loss, batch_words, _ in model.epoch(number):
        loss += batch_loss
        words += batch_words
    return loss / words if words else 0.0


def _asked(params: Cuts, grounds: list[Ground]) -> tuple[str, ...]:
    """The word asked for in every cut: where a cut has only its characters, the first of them."""
    words = grounds[0].vocabulary
    known = [ground.vocabulary.number() for ground in grounds]
    asked = spelled(params.word, frozenset().union(*known)) or vocabularies.opening(words.words)
    if not any(asked in numbers for numbers in known):
        raise unknown(params.word, words.words)
    return tuple(next((word for word in (asked, asked[:1]) if word in numbers), "") for numbers in known)


def _telling_line(data: Text, word: str, modes: tuple[Mode, ...]) -> Text:
    """Of the first lines with the word that are not too long to be shown, the one that is cut most differently."""
    found = [line for line in data.lines if word in line.lower()] or list(data.lines)
    lines = sorted(found, key=lambda line: len(line) > LINE)[:TRIED]
    cuts = [tokenise(replace(data, lines=tuple(lines)), mode) for mode in modes]
    different = [len({tuple(cut[k]) for cut in cuts}) for k in range(len(lines))]
    return replace(data, lines=(lines[max(range(len(lines)), key=lambda k: different[k])],))


def _near(models: list[Model], grounds: list[Ground], asked: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], ...], np.ndarray]:
    """The neighbours of the word asked for in every cut, and their cosines."""
    near: list[tuple[str, ...]] = []
    cosines = np.zeros((len(models), NEAREST))
    for k, (model, ground, word) in enumerate(zip(models, grounds, asked, strict=True)):
        if not word:
            near.append(())
            continue
        found, cosine = vectors.neighbours(model.vectors, ground.vocabulary.words.index(word), NEAREST)
        near.append(tuple(ground.vocabulary.words[i] for i in found))
        cosines[k, : len(found)] = cosine
    return tuple(near), cosines
