"""Word vectors trained by gensim: its own inner loop, one batch of sentences after another, in this process and on one thread.

Řehůřek and Sojka, gensim 4.4.0. The batches, the falling learning rate and the random numbers are those of `Word2Vec.train` with
`workers=1`, so the vectors are the same to the last bit. The vocabulary is sorted here and the start is drawn from the seed, so
nothing depends on Python's hashes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.language.word2vec.vocabularies import Sentences, Vocabulary

BATCHES = 6  # of an epoch, at least, if it has that many words
LAST_RATE = 1e-4  # gensim's min_alpha


@dataclass(frozen=True)
class Settings:
    dim: int
    window: int
    epochs: int
    rate: float
    sample: float
    seed: int
    skipgram: bool = True
    negative: int = 5  # 0: none
    hierarchical: bool = False
    exponent: float = 0.75


class Model:
    """Vectors that learn from sentences."""

    def __init__(self, sentences: Sentences, vocabulary: Vocabulary, settings: Settings) -> None:
        from gensim.models import Word2Vec
        from gensim.models.word2vec_inner import train_batch_cbow, train_batch_sg

        self.settings, self.sentences = settings, sentences
        self._jobs = list(batches(sentences, batch_words(sentences)))
        self.gensim: Any = Word2Vec(**arguments(settings, sentences))
        self.gensim.build_vocab_from_freq(dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)))
        self._batch: Any = train_batch_sg if settings.skipgram else train_batch_cbow
        self._memory = self.gensim._get_thread_working_mem()

    @property
    def batches(self) -> int:
        """How many batches an epoch has."""
        return len(self._jobs)

    @property
    def vectors(self) -> np.ndarray:
        """(V, d), a copy."""
        return np.array(self.gensim.wv.vectors)

    @property
    def nodes(self) -> np.ndarray:
        """(V − 1, d): the vectors of the tree's inner nodes, a copy."""
        return np.array(self.gensim.syn1[:-1])

    @property
    def outputs(self) -> np.ndarray:
        """(V, d): the vectors of words as targets, a copy."""
        return np.array(self.gensim.syn1neg)

    def epoch(self, number: int) -> Iterator[tuple[float, int, bool]]:
        """One pass, number 0, 1, …: loss and words of every batch learned, and whether it was the last."""
        s, done = self.settings, 0
        for job in self._jobs:
            progress = (number + done / len(self.sentences)) / s.epochs
            rate = max(LAST_RATE, s.rate - (s.rate - LAST_RATE) * progress)
            self.gensim.running_training_loss = 0.0
            words = self._learn(job, rate)
            done += len(job)
            yield float(self.gensim.running_training_loss), words, done == len(self.sentences)

    def _learn(self, job: Sentences, rate: float) -> int:
        if self.settings.skipgram:
            return int(self._batch(self.gensim, job, rate, self._memory[0], True))
        return int(self._batch(self.gensim, job, rate, *self._memory, True))

    def train(self) -> None:
        """All epochs."""
        for number in range(self.settings.epochs):
            for _ in self.epoch(number):
                pass


def arguments(settings: Settings, sentences: Sentences) -> dict[str, Any]:
    """What `Word2Vec` is made with."""
    return {
        "vector_size": settings.dim,
        "window": settings.window,
        "alpha": settings.rate,
        "min_alpha": LAST_RATE,
        "sample": settings.sample,
        "seed": settings.seed,
        "sg": int(settings.skipgram),
        "hs": int(settings.hierarchical),
        "negative": settings.negative,
        "ns_exponent": settings.exponent,
        "epochs": settings.epochs,
        "batch_words": batch_words(sentences),
        "min_count": 1,
        "workers": 1,
        "sorted_vocab": 0,
    }


def batch_words(sentences: Sentences) -> int:
    """Words of a batch."""
    return min(10_000, max(100, sum(map(len, sentences)) // BATCHES))


def batches(sentences: Sentences, most: int) -> Iterator[Sentences]:
    """Sentences in their order, with at most `most` words; the first is empty where a longer sentence begins, as in gensim."""
    batch: Sentences = []
    size = 0
    for sentence in sentences:
        if size + len(sentence) > most:
            yield batch
            batch, size = [], 0
        batch.append(sentence)
        size += len(sentence)
    if batch:
        yield batch
