"""Two things that are often taken for one: frequent words are dropped from a text, and words are drawn as noise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.language.tokens import Mode
from engine.language.word2vec import vocabularies
from engine.language.word2vec.pairs import SENTENCE
from engine.language.word2vec.reading import Cut, Many, Threshold, Word2vecFrame, numbered, prepare, threshold
from engine.language.word2vec.vocabularies import Vocabulary
from engine.params import choice, number
from engine.texts import Text

DRAWS, ROUNDS = 50, 40  # words of noise drawn in a step; steps


class Noise(Cut, Many):
    cut: Mode = choice("auto")
    exponent: float = number(0.75, 0, 1.5, step=0.05)
    sample: Threshold = choice("auto")


@dataclass(frozen=True)
class NoiseFrame(Word2vecFrame):
    """A sentence is read, some of its frequent words left out, and words of noise are drawn."""

    shares: np.ndarray  # float64 (V,) of every word in the text
    chances: np.ndarray  # float64 (V,) of being drawn as noise
    drawn: np.ndarray  # int32 (V,) how often each was drawn so far
    last: np.ndarray  # int32 (50,) drawn in this step
    keep: np.ndarray  # float64 (V,) the chance that an occurrence of a word is kept
    sentence: np.ndarray  # int32 (s,) the sentence of this step
    stays: np.ndarray  # bool (s,)
    read: int  # words read so far
    kept: int  # of those, kept
    expected: float  # the share of the text that is kept on average
    distance: float  # total variation between what was drawn and the chances
    sample: float  # the subsampling threshold; 0: none


def noise(params: Noise, data: Text) -> Iterator[NoiseFrame]:
    """Read a text sentence by sentence, thin it out, and draw noise. Raises ParamError and DataError."""
    ground = prepare(params, data, params.cut, params.most)
    words = ground.vocabulary
    sample = threshold(params, words)
    yield from numbered(noise_frames(words, ground.numbers, params.exponent, sample, params.seed))


def noise_frames(
    vocabulary: Vocabulary, sentences: Sequence[Sequence[int]], exponent: float, sample: float, seed: int
) -> Iterator[NoiseFrame]:
    """Read one sentence a step, thin it out, and draw 50 words of noise."""
    rng = np.random.default_rng(seed)
    table = vocabularies.noise_table(vocabulary.counts, exponent)
    now = _start(vocabulary, exponent, sample)
    yield now
    long_enough = [sentence for sentence in sentences if len(sentence) > 1]
    for step in range(1, ROUNDS + 1):
        sentence = np.array(long_enough[(step - 1) % len(long_enough)][:SENTENCE], np.int32)
        stays = vocabularies.thinned(sentence, now.keep, rng)
        last = vocabularies.draw(table, DRAWS, rng)
        drawn = now.drawn + np.bincount(last, minlength=len(vocabulary.words)).astype(np.int32)
        now = replace(
            now,
            step=step,
            part="read",
            drawn=drawn,
            last=last.astype(np.int32),
            sentence=sentence,
            stays=stays,
            read=now.read + len(sentence),
            kept=now.kept + int(stays.sum()),
            distance=float(np.abs(drawn / drawn.sum() - now.chances).sum() / 2),
        )
        yield now


def _start(vocabulary: Vocabulary, exponent: float, sample: float) -> NoiseFrame:
    """Nothing is read or drawn yet."""
    counts = vocabulary.counts
    shares = counts / counts.sum()
    keep = vocabularies.keep_chances(counts, sample)
    return NoiseFrame(
        step=0,
        part="",
        total=0,
        words=vocabulary.words,
        counts=counts.copy(),
        shares=shares,
        chances=vocabularies.noise_chances(counts, exponent),
        drawn=np.zeros(len(counts), np.int32),
        last=np.zeros(0, np.int32),
        keep=keep,
        sentence=np.zeros(0, np.int32),
        stays=np.zeros(0, bool),
        read=0,
        kept=0,
        expected=float((shares * keep).sum()),
        distance=1.0,
        sample=sample,
    )
