"""What a sentence that is judged and a text that is written share: words in boxes, bars of surprise, next words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charts import bars
from charts.numbers import chance, number
from charts.panels import Box, Panel, Trace, blank, escaped
from charts.words import cut, places, ticks
from views.language.ngram_parts import PHONE, colour_of, scored
from views.look import Look

LINE = 46  # width of a line of the sentence, in Latin letters
LINES = 5  # lines of it that are shown
BOX = 6.5  # width of a word at least, where counts stand below it
BARS = 24  # of a longer text: as many names as a phone has room for
ROOMY = 14  # bars with room for decimals
NEXT = 13  # next words that there is room for
WIDE: list[Box] = [(0.035, 0.65, 0.14, 0.54), (0, 0.65, 0.64, 1), (0.70, 1, 0, 1)]
NARROW: list[Box] = [(0.05, 1, 0.48, 0.68), (0, 1, 0.76, 1), (0, 1, 0, 0.36)]
PLACES = WIDE, NARROW, 860  # of bars, words, next words; the height on a phone


@dataclass(frozen=True)
class Factors:
    """What bars of surprise show."""

    tokens: list[str]
    p: np.ndarray  # (m,)
    level: np.ndarray  # (m,) the longest n-gram that was seen, of each
    lit: int  # the factor that has just come, or -1
    starts: Mapping[int, int]  # the picture at which each word is predicted
    first: int = 0  # the place of the first token in its sentence
    skip: int = 0  # tokens that were given and have no factor

    @property
    def bits(self) -> np.ndarray:
        """−log₂ p, (m,); infinite where p is 0."""
        with np.errstate(divide="ignore"):
            return np.where(self.p > 0, -np.log2(np.where(self.p > 0, self.p, 1)), np.inf) + 0.0


def surprise(look: Look[Any], factors: Factors, highest: float) -> Panel:
    """−log₂ p of every word, coloured and marked by the longest n-gram that was seen."""
    m, order = len(factors.p), look.params.order
    x, tall = np.arange(m) + factors.skip, np.minimum(factors.bits, highest)
    low, high = _window(len(factors.tokens), (factors.lit if factors.lit >= 0 else m - 1) + factors.skip)
    shown = np.flatnonzero((x >= low) & (x < high))
    traces = []
    for level in range(order + 1):
        here = shown[factors.level[shown] == level]
        if len(here):
            traces.append(bars.rectangles(x[here] - 0.36, x[here] + 0.36, 0, tall[here], colour=colour_of(level, order)))
    if factors.lit >= 0:
        at = x[factors.lit]
        traces.append(bars.rectangles(at - 0.4, at + 0.4, 0, tall[factors.lit], colour="rgba(0,0,0,0)", line="@accent", width=2))
    traces.append(_bits(look, factors, shown, tall, int(high - low <= ROOMY)))
    levels = [str(factors.level[k]) for k in shown]
    traces.append(bars.labels(x[shown], np.full(len(shown), -0.065 * highest), levels, size=10, colour="@ink3"))
    return Panel(
        traces,
        look.say(scored("surprise", look.params.estimator)),
        x={
            "showgrid": False,
            "range": [low - 0.7, high - 0.3],
            "tickvals": list(range(low, high)),
            "ticktext": ticks([str(token) for token in factors.tokens[low:high]], PHONE),
        },
        y={"range": [-0.12 * highest, 1.12 * highest], "tickvals": list(range(0, int(highest) + 1, 5 if highest > 10 else 2))},
    )


def _bits(look: Look[Any], factors: Factors, shown: np.ndarray, tall: np.ndarray, decimals: int) -> Trace:
    """The numbers on the bars that are shown; a click leads to where the word is predicted."""
    tokens, skip = factors.tokens, factors.skip
    hover = scored("hover_factor", look.params.estimator)
    told = [look.say(hover, word=tokens[k + skip], p=chance(float(factors.p[k])), level=int(factors.level[k])) for k in shown]
    at = [int(k) + skip + factors.first for k in shown]
    return bars.labels(
        shown + skip,
        tall[shown],
        ["∞" if np.isinf(bits) else number(float(bits), decimals) for bits in factors.bits[shown]],
        size=11,
        place="top center",
        customdata=told,
        hovertemplate="%{customdata}<extra></extra>",
        meta={"link": "factor", "index": at, "frames": [factors.starts.get(k, 0) for k in at]},
    )


def _window(count: int, at: int) -> tuple[int, int]:
    """The bars that are shown of so many: those up to the one that is looked at, and more after it where there is room."""
    low = max(0, min(at - BARS + 2, count - BARS))
    return low, min(count, low + BARS)


def strip(
    tokens: list[str], at: int, first: int, done: int, below: Sequence[str], title: str, starts: Mapping[int, int]
) -> Panel:
    """Words in boxes, line by line: what is predicted now, the window before it, what stands already."""
    left, size, line = places(tokens, LINE, least=BOX if any(below) or at >= 0 else 0)
    last = int(line.max(initial=0))
    here = int(line[at]) if at >= 0 else last
    top = max(0, min(here - LINES // 2, last - LINES + 1))
    shown = np.flatnonzero((line >= top) & (line < top + LINES))
    x, y = left + size / 2, (line - top) * 1.0
    window = [k for k in range(first, at) if k in shown] if at >= 0 else []
    traces: list[Trace] = []
    if window:
        edges = left[window] + 0.25, (left + size)[window] - 0.25
        traces.append(bars.rectangles(*edges, y[window] - 0.27, y[window] + 0.27, colour="@wash", line="@accent", width=1))
    if at >= 0 and at in shown:
        traces.append(bars.rectangles(left[at] + 0.25, (left + size)[at] - 0.25, y[at] - 0.27, y[at] + 0.27, colour="@accent"))
    traces.append(
        bars.labels(
            x[shown],
            y[shown],
            [escaped(tokens[k]) for k in shown],
            colour=["@surface" if k == at else "@ink" if k < done or k in window else "@ink3" for k in shown],
            size=13,
            meta={
                "link": "factor",
                "index": shown.tolist(),
                "frames": [starts.get(int(k), starts.get(int(k) - 1, 0)) for k in shown],
            },
            hovertemplate="%{text}<extra></extra>",
        )
    )
    some = [k for k in shown.tolist() if below[k]]
    traces.append(bars.labels(x[some], y[some] + 0.42, [below[k] for k in some], colour="@ink3", size=10))
    deep = max(2.6, min(last - top + 0.7, LINES - 0.3))
    return Panel(traces, title, x=blank(range=[-0.5, LINE + 0.5]), y=blank(range=[deep, -0.5]))


def next_words(names: list[str], values: np.ndarray, shown: list[str], lit: int, title: str, click: str = "") -> Panel:
    """Words with bars, one a row; the words can be pointed at, and clicked where `click` says what that means."""
    y, most = np.arange(len(names)), max(float(values.max(initial=0)), 1e-9)
    other = y != lit
    traces = [bars.rectangles(0, values[other], y[other] - 0.32, y[other] + 0.32, colour="@c1")] if other.any() else []
    if lit >= 0:
        traces.append(bars.rectangles(0, max(values[lit], most / 300), lit - 0.32, lit + 0.32, colour="@accent"))
    traces.append(bars.labels(values + most * 0.02, y, shown, place="middle right", size=11, colour="@ink2"))
    meta: dict[str, Any] = {"meta": {"link": "next"} | ({"click": click} if click else {})} if names else {}
    traces.append(
        bars.labels(
            np.full(len(y), -most * 0.03),
            y,
            [escaped(cut(name, 14)) for name in names],
            colour=["@accent" if k == lit else "@ink" for k in y],
            place="middle left",
            customdata=[f"{escaped(name)} {value}" for name, value in zip(names, shown, strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
            **meta,
        )
    )
    return Panel(traces, title, x=blank(range=[-most * 0.75, most * 1.4]), y=blank(range=[NEXT - 0.4, -0.9]))
