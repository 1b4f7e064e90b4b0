"""Words as an axis: how surprising each was stands on it, its rank below it, and from the word of now hangs what might have come.

Distances along the axis are letters; upwards they are bits, and below the words parts of `Line.highest`. Words keep their places
through a film: a long line is turned over page by page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from charts import bars, curves
from charts.layout import HIGHEST
from charts.numbers import chance, count, number
from charts.panels import Panel, Trace, bare, escaped
from charts.words import cut, places
from views.language.ngram_parts import HATCH, blocks, inked, keyed, levels, sign
from views.look import Look

PHONE, WIDE = 42, 100  # letters that fit
LEAST = 34, 58  # letters that a page has at least
BOX, LONGEST = 5.0, 16  # letters of the shortest word with its margins, and of the longest before it is cut
BAR = 1.6  # letters: half of a bar
SHOWN, ROW = 9, 0.087  # next words, and the height of one
WORD, RANK, BRACKET, RAIL, HEAD, FIRST, FLOOR = -0.075, -0.155, -0.215, -0.275, -0.33, -0.43, -1.18
HANGS = 31  # letters: how wide the list of next words is
NAMES, BARS, REACH, NAME = 4.6, 16.5, 8.0, 13  # where its columns begin, how long a bar gets, letters of a name


@dataclass(frozen=True)
class Line:
    """Words, and what was said of them."""

    words: list[str]
    first: int  # the first word that has a factor
    p: np.ndarray  # (m,) the factors so far
    level: np.ndarray  # (m,) the longest n-gram that was seen, of each
    at: int  # the word of now, or −1
    lit: int  # the word whose bar has just come, or −1
    window: int  # where the window of the word of now begins
    types: int  # of the vocabulary
    starts: Mapping[int, int]  # the picture at which each word is predicted
    ranks: Mapping[int, int] = field(default_factory=dict)
    room: int = WIDE  # letters of a page

    @property
    def chance(self) -> float:
        """The bits of a word drawn from the vocabulary at random."""
        return float(np.log2(max(self.types, 2)))

    @property
    def highest(self) -> float:
        """Bits that a bar reaches."""
        return self.chance + 6


@dataclass(frozen=True)
class Choices:
    """The words that might come next, best first, and the one that came, with its value and its rank (0: not known)."""

    title: str
    names: list[str]
    values: np.ndarray  # (n,)
    written: Callable[[float], str]
    came: tuple[str, float, int] | None
    click: str = ""


def standing(look: Look[Any], line: Line, choices: Choices) -> Panel:
    """The line with its bars, and the choices that hang from the word of now."""
    left, size, _ = places([cut(word, LONGEST) for word in line.words], np.inf, least=BOX)
    right, middle, high = left + size, left + size / 2, line.highest
    wide, narrow = _pages(line, left, right)
    traces = [*_bars(look, line, middle), *_words(look, line, middle)]
    if line.at >= 0:
        hangs = min(max(middle[line.at] - BARS, wide[0], narrow[0]), min(wide[1], narrow[1]) - HANGS)
        traces += [_bracket(line, left, right, hangs), *_hanging(choices, hangs, high)]
    random = ("···", look.say("random", bits=number(line.chance, 1)), "@ink3")
    title, notes = keyed(look.say("surprise", sign=sign(look)), [*levels(look, look.params.order), random])
    return bare(traces, title, wide, [FLOOR * high, 1.12 * high], notes=notes, part=narrow, tall=HIGHEST)


def _pages(line: Line, left: np.ndarray, right: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """What is shown of the axis on a wide stage, and, a part of that, on a phone."""
    at = line.at if line.at >= 0 else len(left) - 1 if line.room < WIDE else 0
    low, high = _page(left, right, at, line.room, 0, len(left))
    wide = float(left[low]), float(max(right[high - 1], left[low] + LEAST[line.room == WIDE]))
    if line.room < WIDE:
        return wide, wide
    begin, end = _page(left, right, at, PHONE, low, high)
    if end == high and right[end - 1] - left[low] > PHONE:  # the last page is as full as the others
        begin = min(begin, int(np.argmax(right[end - 1] - left <= PHONE)))
    return wide, (float(left[begin]), float(max(right[end - 1], left[begin] + LEAST[0])))


def _page(left: np.ndarray, right: np.ndarray, at: int, room: float, first: int, last: int) -> tuple[int, int]:
    """The words from … to … of the page on which one stands. Pages share two words, and what comes later moves none."""
    low = first
    for k in range(first, last):
        if right[k] - left[low] > room:
            if k > at:
                return low, k
            low = next((j for j in range(max(k - 2, low + 1), k) if right[k] - left[j] <= room), k)
    return low, last


def _bars(look: Look[Any], line: Line, middle: np.ndarray) -> list[Trace]:
    """A bar on every word that has been judged, by how much of its window was seen; the lit one has just come."""
    x, order = middle[line.first : line.first + len(line.p)], look.params.order
    with np.errstate(divide="ignore"):
        bits = -np.log2(line.p) + 0.0
    tall = np.minimum(bits, line.highest)
    lit = np.arange(len(x)) + line.first == line.lit
    levels_ = [(line.level == m) & ~lit for m in range(order + 1)]
    traces = [blocks(x[here] - BAR, x[here] + BAR, 0, tall[here], m, order) for m, here in enumerate(levels_)]
    new = bool(lit.any() and not line.level[lit][0])
    now, up = middle[max(line.at, 0)], tall[lit] if lit.any() else 0
    lamp = bars.rectangles(now - BAR, now + BAR, 0, up, colour="@accent", line="@accent", meta={"key": "lamp"})
    lamp |= {"fillpattern": HATCH | {"shape": "/" if new else "", "fgcolor": "@accent"}}
    reach = np.array([middle[0] - 2.5, middle[-1] + 2.5])
    random = curves.line(reach, np.full(2, line.chance), colour="@edge", width=1, dash="dot")
    ground = curves.line(reach, np.zeros(2), colour="@edge", width=1)
    text = ["∞" if np.isinf(value) else number(float(value), 1) for value in bits]
    numbers = bars.labels(x, tall, text, place="top center", cliponaxis=True)
    return [random, *traces, lamp, ground, numbers | {"textfont": {"size": 11, "color": "@ink2", "shadow": "@halo"}}]


def _words(look: Look[Any], line: Line, middle: np.ndarray) -> list[Trace]:
    """The words on their axis, those to come faint; and below them the rank of each among all. A click leads to its picture."""
    n, done, high = len(middle), line.first + len(line.p), line.highest
    words = [escaped(cut(word, LONGEST)) for word in line.words]
    frames = [line.starts.get(k, line.starts.get(k - 1, 0)) for k in range(n)]
    told = [escaped(word) for word in line.words]
    for k, (p, level) in enumerate(zip(line.p, line.level, strict=True), line.first):
        told[k] = look.say("hover_factor", word=line.words[k], sign=sign(look), p=chance(float(p)), level=int(level))
    some = list(line.ranks)
    ranks = [count(line.ranks[k]) if line.ranks[k] else "–" for k in some]
    now = some.index(line.at) if line.at in some else -1
    how: dict[str, Any] = {"frames": frames, "told": told, "meta": {"link": "factor"}, "size": 15}
    return [
        *inked(middle, WORD * high, words, line.at, faint=range(max(done, line.at), n), cliponaxis=True, **how),
        *inked(middle[some], RANK * high, ranks, now, faint=range(n), size=11, cliponaxis=True),
    ]


def _bracket(line: Line, left: np.ndarray, right: np.ndarray, hangs: float) -> Trace:
    """The window below its words, and the thread from the word of now to what hangs from it."""
    begin, end, now = left[line.window] + 0.4, right[line.at] - 0.4, (left[line.at] + right[line.at]) / 2
    x = np.array([begin, begin, end, end, np.nan, now, now, np.nan, hangs, hangs + HANGS])
    y = np.array([BRACKET + 0.025, BRACKET, BRACKET, BRACKET + 0.025, np.nan, BRACKET, RAIL, np.nan, RAIL, RAIL])
    return curves.line(x, y * line.highest, colour="@accent", width=1.5, meta={"key": "window"})


def _hanging(choices: Choices, x: float, high: float) -> list[Trace]:
    """The words that might have come, with their ranks and bars; what came is lit, in the last row if it is not among them."""
    rows = list(zip(choices.names[:SHOWN], choices.values.tolist(), range(1, SHOWN + 1), strict=False))
    known, lit = [name for name, *_ in rows], -1
    if choices.came:
        lit = known.index(choices.came[0]) if choices.came[0] in known else min(len(rows), SHOWN - 1)
        rows[lit : lit + 1] = [choices.came]
    names, values, ranks = (list(column) for column in zip(*rows, strict=True))
    y, half = (FIRST - ROW * np.arange(len(rows))) * high, 0.3 * ROW * high
    ends = x + BARS + np.maximum(REACH * np.array(values) / max(*values, 1e-12), 0.1)
    now = np.arange(len(rows)) == lit
    inks = (("@neutral7", ~now), ("@accent", now))
    boxes = [bars.rectangles(x + BARS, ends[k], y[k] - half, y[k] + half, colour=colour) for colour, k in inks]
    said = [choices.written(value) for value in values]
    told = [f"{escaped(name)} {value}" for name, value in zip(names, said, strict=True)]
    places, cut_ = [count(rank) if rank else "–" for rank in ranks], [escaped(cut(name, NAME)) for name in names]
    meta = {"link": "next"} | ({"click": choices.click} if choices.click else {})
    return [
        bars.labels([x], [HEAD * high], [choices.title], place="middle right", size=11),
        *boxes,
        bars.labels([x + NAMES - 0.6] * len(rows), y, places, place="middle left", size=11, colour="@ink3"),
        *inked(x + NAMES, y, cut_, lit, told=told, meta=meta, place="middle right", size=12),
        *inked(ends + 0.3, y, said, lit, place="middle right", size=11),
    ]
