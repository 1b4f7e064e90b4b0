"""Jelinek–Mercer's weights by EM on held-out text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from engine.language import smoothing
from engine.language.counts import END
from engine.language.ngram.reading import Counted, Ground, NgramFrame, after, held_out, read, strings
from engine.texts import Text

ITERATIONS = 60  # of EM, at most
ENOUGH = 1e-4  # a change of λ below this ends it
SHOWN = 24  # tokens of the tuning text


class Weights(Counted):
    """Nothing of its own."""


@dataclass(frozen=True)
class WeightsFrame(NgramFrame):
    weights: np.ndarray  # float64 (order + 1,): λ of uniform, unigram, bigram, …
    loglik: float  # of the tuning text, in nats a token
    perplexity: float
    words: np.ndarray  # str (t,): some tokens of the tuning text
    shares: np.ndarray  # float64 (t, order + 1): who is responsible for each
    tuned: int  # tokens of the tuning text
    mean: np.ndarray  # float64 (order + 1,): the mean share over all of them, which is the next λ


def weights(params: Weights, text: Text) -> Iterator[NgramFrame]:
    """Read a text, then an iteration of EM for λ on half of what is held out a frame. Raises ParamError and DataError."""
    ground = yield from read(params, text)
    held_out(ground)
    frames = list(_iterations(ground))
    yield from after(ground, (replace(frame, total=len(frames)) for frame in frames))


def _iterations(ground: Ground[Weights]) -> Iterator[WeightsFrame]:
    tune = ground.corpus.tune
    P = smoothing.components(ground.counts, tune)  # (n, order + 1)
    all_words = [word for line in tune for word in [*line, END]]
    explained = [bool(row.any()) for row in P]
    words = [word for word, there in zip(all_words, explained, strict=True) if there]
    before = np.zeros(P.shape[1])
    for step, found in enumerate(islice(smoothing.mixing(P), ITERATIONS + 1)):
        mean = found.loglik / len(found.shares)
        yield WeightsFrame(
            step, "", 1, **ground.facts, weights=found.weights.copy(), loglik=mean, perplexity=float(np.exp(-mean)),
            words=strings(words[:SHOWN]), shares=found.shares[:SHOWN].copy(), tuned=len(found.shares),
            mean=found.shares.mean(0),
        )  # fmt: skip
        if np.abs(found.weights - before).max() < ENOUGH:
            return
        before = found.weights
