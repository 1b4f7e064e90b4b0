"""A text made ready for word2vec: cut, counted, and how it is learned; what every kind of run that reads one shares."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

import numpy as np

from engine.errors import ParamError
from engine.frames import Frame
from engine.language.tokens import Mode, tokenise
from engine.language.word2vec import vectors, vocabularies
from engine.language.word2vec.embedding import Settings
from engine.language.word2vec.vocabularies import Sentences, Vocabulary
from engine.params import Params, choice, number
from engine.texts import Text, spelled

WORK = 25_000_000  # words that a run learns, at most: those of the text, as often as there are epochs
SHORT, USUAL = 10_000, 1e-3  # a text of fewer words keeps them all; the threshold of a longer one

Direction = Literal["skipgram", "cbow"]
Threshold = Literal["auto", "0", "1e-2", "1e-3", "1e-4", "1e-5"]


class Reading(Params):
    """What of a text is read."""

    drop: Literal["nothing", "punctuation", "latin"] = choice("punctuation", rare=True)
    least: int = number(1, 1, 100, rare=True)
    sample: Threshold = choice("auto", rare=True)
    seed: int = number(0, 0, 9999, rare=True)


class Cut(Reading):
    cut: Mode = choice("auto", rare=True)


class Many(Reading):
    most: int = number(1000, 10, 3000, step=10, rare=True)


class Learning(Reading):
    """How its words are learned."""

    direction: Direction = choice("skipgram", rare=True)
    window: int = number(5, 1, 10, rare=True)
    epochs: int = number(20, 1, 60)
    dim: int = number(20, 2, 100, rare=True)
    rate: float = number(0.05, 0.005, 0.2, step=0.005, rare=True)


class Replacing(Learning):
    """What stands in place of the softmax."""

    output: Literal["negative", "hierarchical"] = choice("negative")
    negative: int = number(5, 1, 20, rare=True, when={"output": ["negative"]})

    @property
    def ways(self) -> dict[str, Any]:
        """The same, as the training takes it."""
        tree = self.output == "hierarchical"
        return {"negative": 0 if tree else self.negative, "hierarchical": tree}


@dataclass(frozen=True)
class Word2vecFrame(Frame):
    words: tuple[str, ...]  # V words, the most frequent first
    counts: np.ndarray  # int64 (V,)


F = TypeVar("F", bound=Word2vecFrame)


def numbered(frames: Iterable[F]) -> Iterator[F]:
    """The frames of a run, each told how many there are."""
    made = list(frames)
    for frame in made:
        yield replace(frame, total=len(made))


@dataclass(frozen=True)
class Ground:
    """A text, cut and counted."""

    sentences: Sentences  # of words in the vocabulary only, so that windows reach over what was left out, as in gensim
    vocabulary: Vocabulary
    numbers: list[list[int]]


def prepare(params: Reading, data: Text, mode: Mode, most: int) -> Ground:
    """Cut a text and count its words. Raises ParamError and DataError where too few are left."""
    tokens = tokenise(data, mode, lower=True, punctuation=params.drop == "nothing", latin=params.drop != "latin")
    if params.drop != "nothing" and not any(tokens):
        raise ParamError("w2v_drop")
    sentences = vocabularies.whole(tokens)
    vocabulary = vocabularies.count(sentences, params.least, most)
    number = vocabulary.number()
    numbers = [[number[word] for word in sentence if word in number] for sentence in sentences]
    kept = [found for found in numbers if found]
    return Ground([[vocabulary.words[i] for i in found] for found in kept], vocabulary, kept)


def learning(params: Learning, ground: Ground, **ways: Any) -> Settings:
    """The settings of a training on this text. `ways`: what a kind of run decides by itself: negative, hierarchical, exponent.

    Raises ParamError where it would be too much work.
    """
    words = int(ground.vocabulary.counts.sum())
    if words * params.epochs > WORK:
        raise ParamError("w2v_work", words=words, epochs=params.epochs, most=max(1, WORK // words))
    return Settings(
        dim=params.dim,
        window=params.window,
        epochs=params.epochs,
        rate=params.rate,
        sample=threshold(params, ground.vocabulary),
        seed=params.seed,
        skipgram=params.direction == "skipgram",
        **ways,
    )


def threshold(params: Reading, vocabulary: Vocabulary) -> float:
    """The subsampling threshold: where nothing else was asked for, none in a text so short that every word in it is frequent."""
    if params.sample != "auto":
        return float(params.sample)
    return USUAL if vocabulary.counts.sum() >= SHORT else 0.0


def place_of(word: str, vocabulary: Vocabulary, default: int) -> int:
    """The number of a word that was asked for. Raises ParamError, with the word that is spelled most like it."""
    if not word.strip():
        return default
    number = vocabulary.number()
    asked = spelled(word, number)
    if asked not in number:
        raise unknown(word, vocabulary.words)
    return number[asked]


def unknown(word: str, words: tuple[str, ...]) -> ParamError:
    """What there is to say of a word that does not occur."""
    like = vectors.closest(word.strip(), words)
    if like:
        return ParamError("w2v_unknown_but", word=word, like=like)
    return ParamError("w2v_unknown", word=word, words=", ".join(words[:5]))
