"""Perplexity of held-out text, by estimator, order, and size of the training text."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from engine.language import smoothing
from engine.language.counts import END, Bools, Counts, Floats, counting
from engine.language.ngram.reading import Ground, NgramFrame, Smoothed, after, held_out, joined, read, settings, strings
from engine.language.smoothing import ESTIMATORS, Estimator, Scores, Settings
from engine.params import choice
from engine.texts import Text

STRIP = 48  # tokens of the held-out text around the worst one
SIZES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)  # parts of the training text


class Perplexity(Smoothed):
    """Every estimator is judged, the chosen one is looked at."""

    estimator: Estimator = choice("modified_kn")


@dataclass(frozen=True)
class PerplexityFrame(NgramFrame):
    size: int  # which part of the training text
    lines: int  # lines in it
    order: int
    sizes: np.ndarray  # int64 (s,): training tokens of every part done so far, 0 before
    table: np.ndarray  # float64 (12, orders, s): perplexities of the known tokens; 0: not yet, -1: infinite, -2: there is none
    zeros: np.ndarray  # int64 (12,): tokens without a probability, at this size and order
    unknown: int  # tokens of the test that are not in the vocabulary
    tested: int  # tokens of the test
    words: np.ndarray  # str (≤ STRIP,): the held-out text around its worst token
    strip: np.ndarray  # float64, likewise: −log₂ p by the chosen estimator; -1: infinite, -2: unknown word
    spared: bool  # whether p is among the known words alone
    worst: int  # its place there
    before: str  # the words before the worst


class Judged(NamedTuple):
    """What an estimator says of the held-out tokens."""

    p: Floats  # (n,)
    known: Bools  # (n,) whether the token is in the vocabulary
    perplexity: float  # as in the table of a frame
    zeros: int  # known tokens without a probability


def perplexity(params: Perplexity, text: Text) -> Iterator[NgramFrame]:
    """Read a text and judge its held-out lines, always with the whole vocabulary. Raises ParamError and DataError.

    Unknown words are left out, and so is the probability that <unk> would have had in each place: p(w | h) / (1 − p(<unk> | h)).
    Else an estimator that keeps something for unknown words would be charged for it and never paid, and maximum likelihood,
    which keeps nothing, would seem the best. Where rare words were made <unk>, it is a word as any other.
    """
    ground = yield from read(params, text)
    held_out(ground)
    yield from after(ground, _rounds(ground))


def _rounds(ground: Ground[Perplexity]) -> Iterator[PerplexityFrame]:
    params, learn = ground.params, ground.corpus.train
    parts = sorted({max(2, round(len(learn) * size)) for size in SIZES})
    table = np.zeros((len(ESTIMATORS), params.order, len(parts)))
    sizes = np.zeros(len(parts), np.int64)
    tested = sum(len(line) + 1 for line in ground.corpus.test)
    total = len(parts) * params.order + 1
    facts = ground.facts | {"spared": params.unknown == "share", "tested": tested}
    yield PerplexityFrame(
        0, "", total, **facts, size=0, lines=parts[0], order=1, sizes=sizes.copy(), table=table.copy(),
        zeros=np.zeros(len(ESTIMATORS), np.int64), unknown=0, words=strings(()), strip=np.zeros(0), worst=-1, before="",
    )  # fmt: skip
    for step, (size, order) in enumerate(product(range(len(parts)), range(1, params.order + 1)), 1):
        counts = _counted(ground, parts[size], order)
        told = settings(ground, counts)
        found = [_judged(ground, counts, name, told) for name in ESTIMATORS]
        sizes[size] = counts.tokens
        table[:, order - 1, size] = [one.perplexity for one in found]
        mine = found[ESTIMATORS.index(params.estimator)]
        yield PerplexityFrame(
            step, "", total, **facts, size=size, lines=parts[size], order=order, sizes=sizes.copy(), table=table.copy(),
            zeros=np.array([one.zeros for one in found], np.int64), unknown=tested - int(mine.known.sum()),
            **_strip(ground, mine, order),
        )  # fmt: skip


def _counted(ground: Ground[Perplexity], lines: int, order: int) -> Counts:
    """The first lines of the training text, counted; the vocabulary is that of all of them."""
    params, learn = ground.params, ground.corpus.train[:lines]
    *_, found = counting(learn, order, params.padding, params.unknown, params.cutoff, ground.counts.vocabulary)
    assert isinstance(found, Counts)
    return found


def _judged(ground: Ground[Perplexity], counts: Counts, name: Estimator, told: Settings) -> Judged:
    """What an estimator that has learned from these counts says of the held-out lines."""
    scores = smoothing.fit(counts, name, told).score(ground.corpus.test)
    known = scores.token >= 0
    if ground.params.unknown != "rare":
        known &= scores.token != counts.unk
    spared = ground.params.unknown == "share" and name != "stupid"
    p = _among_known(scores) if spared else scores.p
    return Judged(p, known, _perplexity_of(name, p[known]), int((p[known] == 0).sum()))


def _among_known(scores: Scores) -> Floats:
    """The probabilities of words, given that they are known; 0 where <unk> has taken everything."""
    return np.divide(scores.p, 1 - scores.new, out=np.zeros(len(scores.p)), where=scores.new < 1)


def _perplexity_of(name: Estimator, p: Floats) -> float:
    """As the table of a `PerplexityFrame` holds it. What does not sum to 1 has none."""
    if name == "stupid":
        return -2.0
    return smoothing.perplexity(p) if len(p) and p.all() else -1.0


def _strip(ground: Ground[Perplexity], judged: Judged, order: int) -> dict[str, Any]:
    """The tokens around the worst known one, with their −log₂ p; unknown ones have −2."""
    words = [word for line in ground.corpus.test for word in [*line, END]]
    p = np.where(judged.known, judged.p, 1.0)
    worst = int(np.argmin(p))
    begin = max(0, min(worst - STRIP // 2, len(words) - STRIP))
    here = slice(begin, begin + STRIP)
    with np.errstate(divide="ignore"):
        surprise = np.where(p[here] > 0, -np.log2(p[here]) + 0.0, -1.0)
    bits = np.where(judged.known[here], surprise, -2.0)
    line = worst
    while line > 0 and words[line - 1] != END:
        line -= 1
    before = words[max(line, worst - max(order - 1, 2)) : worst]
    return {"words": strings(words[here]), "strip": bits, "worst": worst - begin, "before": joined(before)}
