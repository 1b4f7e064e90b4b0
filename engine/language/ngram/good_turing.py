"""Good and Turing's counts: how many words occur once, twice, …, and what each count is worth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.language import smoothing
from engine.language.counts import Ints, taken
from engine.language.ngram.reading import Ground, NgramFrame, Read, after, read
from engine.texts import Text

RANKS = 25  # different counts that are shown


class Turing(Read):
    """Nothing of its own: single words are counted, whatever the order."""


@dataclass(frozen=True)
class TuringFrame(NgramFrame):
    r: np.ndarray  # int64 (R,): counts that occur
    n: np.ndarray  # int64 (R,): how many words have each
    raw: np.ndarray  # float64 (R,): (r + 1) N_{r+1} / N_r
    star: np.ndarray  # float64 (R,): what is used
    line: np.ndarray  # float64 (R,): the line through N_r; 0 where there is none
    slope: float  # of that line, between the logarithms
    at: int  # which of them
    switch: int
    unseen: float
    held_r: np.ndarray  # int64 (R + 1,): held-out tokens whose word never occurs in the training text, or as often as each of `r`


def turing(params: Turing, text: Text) -> Iterator[NgramFrame]:
    """Read a text, then one count more at every step, and what it is worth. Raises DataError."""
    ground = yield from read(params, text)
    yield from after(ground, _ranks(ground))


def _ranks(ground: Ground[Turing]) -> Iterator[TuringFrame]:
    level = ground.counts.levels[1]
    found = smoothing.good_turing(level.count[ground.counts.events(1)])
    few = slice(0, RANKS)
    r = found.r[few]
    line = np.zeros(len(r)) if found.plain else np.exp(found.intercept + found.slope * np.log(r))
    times = _held_out(ground)
    held_r = np.array([(times == count).sum() for count in (0, *r)], np.int64)
    for step in range(len(r) + 1):
        yield TuringFrame(
            step, "", len(r) + 1, **ground.facts, r=r.copy(), n=found.n[few].copy(), raw=found.raw[few].copy(),
            star=found.star[few].copy(), line=line.copy(), slope=found.slope, at=step - 1, switch=found.switch,
            unseen=found.unseen, held_r=held_r,
        )  # fmt: skip


def _held_out(ground: Ground[Turing]) -> Ints:
    """How often the word of every held-out token occurs in the training text: (n,)."""
    counts = ground.counts
    text = counts.encode([*ground.corpus.tune, *ground.corpus.test])
    return taken(counts.levels[1].count, counts.nodes(text)[1], 0)[text.event]
