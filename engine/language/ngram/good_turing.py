"""Good and Turing's counts: how many words occur once, twice, …, and what each count is worth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.language import smoothing
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
    for step in range(len(r) + 1):
        yield TuringFrame(
            step, "", len(r) + 1, **ground.facts, r=r.copy(), n=found.n[few].copy(), raw=found.raw[few].copy(),
            star=found.star[few].copy(), line=line.copy(), slope=found.slope, at=step - 1, switch=found.switch,
            unseen=found.unseen,
        )  # fmt: skip
