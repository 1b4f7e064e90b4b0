"""The words of a text and how often they occur; which are left out as too frequent; which serve as noise.

Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality", 2013. Peer: gensim 4.4.0, whose
rounding of the noise table to whole numbers is kept.

Two different things that are often taken for one: *subsampling* drops frequent words from the text before a window is laid over
it; *negative sampling* draws k words as noise for every pair that is learned.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import DataError, ParamError

Sentences = list[list[str]]
DOMAIN = 2**31 - 1  # of the noise table
LONGEST = 10_000  # words of a sentence that gensim reads; what is longer goes on as another sentence


@dataclass(frozen=True)
class Vocabulary:
    """Words by how often they occur; of equal counts the one that comes first in the text."""

    words: tuple[str, ...]
    counts: np.ndarray  # int64 (V,)

    def number(self) -> dict[str, int]:
        """Word → its place."""
        return {word: i for i, word in enumerate(self.words)}


def whole(sentences: Iterable[Sequence[str]]) -> Sentences:
    """Sentences that gensim reads to their end: a longer one goes on as another."""
    return [list(sentence[at : at + LONGEST]) for sentence in sentences for at in range(0, len(sentence), LONGEST)]


def count(sentences: Sentences, least: int, most: int) -> Vocabulary:
    """Words that occur `least` times or more, at most the `most` frequent.

    Raises ParamError where `least` leaves fewer than two words, DataError where the text has no two words, or no two beside
    each other.
    """
    counts = Counter(word for sentence in sentences for word in sentence)
    if not counts:
        raise DataError("w2v_no_words")
    if len(counts) == 1:
        raise DataError("w2v_one_word", word=next(iter(counts)))
    if all(len(sentence) < 2 for sentence in sentences):
        raise DataError("w2v_no_pairs", lines=len(sentences))
    kept = sorted((item for item in counts.items() if item[1] >= least), key=lambda item: -item[1])[:most]
    if len(kept) < 2:
        (word, top), (_, second) = counts.most_common(2)
        raise ParamError("w2v_least", least=least, words=len(counts), left=len(kept), word=word, top=top, second=second)
    return Vocabulary(tuple(word for word, _ in kept), np.array([times for _, times in kept], np.int64))


# --------------------------------------------------------------------------------------------------------- two kinds of chance


def keep_chances(counts: np.ndarray, sample: float) -> np.ndarray:
    """How likely each word is kept, (V,): min(1, (√(v/sN) + 1) · sN/v); all are kept where `sample` is 0."""
    if not sample:
        return np.ones(len(counts))
    few = sample * counts.sum()
    return np.asarray(np.minimum(1.0, (np.sqrt(counts / few) + 1) * few / counts))


def noise_chances(counts: np.ndarray, exponent: float) -> np.ndarray:
    """How likely each word is drawn as noise, (V,): its count to some power, normalised."""
    powers = counts.astype(float) ** exponent
    return np.asarray(powers / powers.sum())


def noise_table(counts: np.ndarray, exponent: float) -> np.ndarray:
    """The cumulative table that noise is drawn from, (V,) whole numbers up to DOMAIN, rounded as gensim does."""
    total, running, table = sum(float(v) ** exponent for v in counts), 0.0, np.zeros(len(counts), np.int64)
    for i, v in enumerate(counts):
        running += float(v) ** exponent
        table[i] = round(running / total * DOMAIN)
    return table


def draw(table: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Words drawn as noise, (size,)."""
    return np.asarray(np.searchsorted(table, rng.integers(0, table[-1], size), side="left"))


def thinned(numbers: np.ndarray, chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which words of a sentence stay, bool (n,)."""
    return np.asarray(rng.random(len(numbers)) < chances[numbers])


OPENINGS = ("queen", "mother", "whale", "王后", "明月", "春", "天下", "中国")


def opening(words: Sequence[str]) -> str:
    """The word to begin with where none was asked for: a telling one, where the text has it, else a fairly frequent one."""
    return next((word for word in OPENINGS if word in words), words[len(words) // 8])
