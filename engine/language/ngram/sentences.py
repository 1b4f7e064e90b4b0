"""The probability of a sentence by the chain rule, factor by factor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.errors import ParamError
from engine.language.counts import END, START
from engine.language.ngram.factors import Explained, counted, explain
from engine.language.ngram.reading import CANDIDATES, Estimated, Ground, NgramFrame, after, model, read, seen, strings
from engine.language.smoothing import Model
from engine.params import choice
from engine.texts import Text

SENTENCE = 60  # tokens of a sentence that is judged, at most
NOTHING = Explained(1.0, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, True)


class Sentence(Estimated):
    sentence: str = choice("")


@dataclass(frozen=True)
class SentenceFrame(NgramFrame):
    words: np.ndarray  # str (n,): the sentence with its marks
    at: int  # the word that is predicted; -1 before the first
    first: int  # where its window begins
    now: Explained
    p: np.ndarray  # float64 (m,): the factors so far
    level: np.ndarray  # int64 (m,): the longest n-gram seen, for each
    gram: np.ndarray  # int64 (m,): C(h w)
    context: np.ndarray  # int64 (m,): C(h)
    bits: float  # their sum of −log₂, of those above 0
    zeros: int  # factors that are 0
    top: np.ndarray  # str (≤ CANDIDATES,): the likeliest next words
    top_p: np.ndarray  # float64, likewise
    top_count: np.ndarray  # int64, likewise: C(h w)
    rank: int  # the place of the actual word among all, from 1; 0 where it has no probability


class Candidates(NamedTuple):
    """The likeliest next words."""

    words: np.ndarray  # str (≤ CANDIDATES,)
    p: np.ndarray  # float64, likewise
    times: np.ndarray  # int64, likewise: C(h w)
    rank: int  # of the actual word, ties shared by the best; 0 where it has no probability


def sentence(params: Sentence, text: Text) -> Iterator[NgramFrame]:
    """Read a text and judge a sentence: every word is counted, estimated, and multiplied. Raises ParamError and DataError.

    After the frames of reading the first has the part ""; each word has "count", "estimate" and "accumulate"; "end" closes.
    """
    ground = yield from read(params, text)
    yield from after(ground, _factors(ground))


def _factors(ground: Ground[Sentence]) -> Iterator[SentenceFrame]:
    counts = ground.counts
    asked = model(ground, ground.params.estimator)
    line = _line(ground)
    words = strings([*[START] * counts.starts, *line, END])
    ids = [counts.number.get(word, counts.unk) for word in line] + [counts.end]
    factors: list[Explained] = []
    best = Candidates(strings(()), np.zeros(0), np.zeros(0, np.int64), 0)
    yield _frame(ground, words, 0, "", NOTHING, factors, best)
    for step, token in enumerate(ids, 1):
        context = seen(counts, ids[: step - 1])
        now = explain(asked, context, token)
        best = _candidates(asked, context, token)
        yield _frame(ground, words, step, "count", now, factors, best)
        yield _frame(ground, words, step, "estimate", now, factors, best)
        factors.append(now)
        yield _frame(ground, words, step, "accumulate", now, factors, best)
    yield _frame(ground, words, len(ids), "end", now, factors, best)


def _frame(
    ground: Ground[Sentence], words: np.ndarray, step: int, part: str, now: Explained, factors: list[Explained], best: Candidates
) -> SentenceFrame:
    """A frame of the word that is the `step`-th to be predicted; the factors are those up to it."""
    counts = ground.counts
    at = counts.starts + step - 1 if step else -1
    p = np.array([factor.p for factor in factors])
    return SentenceFrame(
        step,
        part,
        3 * (len(words) - counts.starts) + 2,
        **ground.facts,
        words=words,
        at=at,
        first=max(0, at - counts.order + 1),
        now=now,
        p=p,
        level=np.array([factor.level for factor in factors], np.int64),
        gram=np.array([factor.count for factor in factors], np.int64),
        context=np.array([factor.total for factor in factors], np.int64),
        bits=float(-np.log2(p[p > 0]).sum()) + 0.0,
        zeros=int((p == 0).sum()),
        top=best.words,
        top_p=best.p,
        top_count=best.times,
        rank=best.rank,
    )


def _line(ground: Ground[Sentence]) -> list[str]:
    """The sentence that was typed; else a held-out one of a length to look at, else the first of the text. Raises ParamError."""
    typed = ground.corpus.tokenised(ground.params.sentence)
    if len(typed) > SENTENCE:
        raise ParamError("ngram_long_sentence", count=len(typed), limit=SENTENCE)
    if typed:
        return typed
    lines = ground.corpus.test or ground.corpus.train
    fitting = (line for line in lines if 5 <= len(line) <= 12)
    return next(fitting, min(lines, key=len))[:SENTENCE]


def _candidates(model: Model, context: Sequence[int], token: int) -> Candidates:
    """The likeliest next words after a context, and the rank of a token among all."""
    p = model.distribution(context)
    best = np.argsort(-p, kind="stable")[:CANDIDATES]
    best = best[p[best] > 0]
    counts = np.array([counted(model.counts, context, int(other))[0] for other in best], np.int64)
    rank = int((p > p[token]).sum()) + 1 if token >= 0 and p[token] > 0 else 0
    return Candidates(strings([model.vocabulary[other] for other in best]), p[best], counts, rank)
