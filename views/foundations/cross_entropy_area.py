"""What `views.foundations.cross_entropy` draws of two distributions: areas that are costs, logits on their way, the course."""

from dataclasses import replace
from typing import Any

import numpy as np

from charts import bars, curves, fields, points
from charts.formula import formula
from charts.labels import width
from charts.numbers import number, short
from charts.panels import Panel, Picture, Trace, escaped, legend, note, told, upward
from charts.layout import columns, rows
from charts.words import cut
from engine.foundations.cross_entropy import RectanglesFrame, read
from views.look import Look, Values

PLOT = 480  # px across, reckoned with, of the large panel
TERMS = 4  # of the sum, that the formula writes out
UP, ACROSS = 30, 48  # places up and across that a click can mean
ROOM = 1.16  # what the highest top leaves free above it
TALL = 1.35  # how high a top that has no end is drawn
DEARER = {"shape": "/", "fgcolor": "@accent", "bgcolor": "@wash", "size": 6, "solidity": 0.35}
CHEAPER = {"shape": "\\", "fgcolor": "@c1", "bgcolor": "@surface", "size": 6, "solidity": 0.2}


def rectangles(look: Look[RectanglesFrame]) -> Picture:
    """Rectangles whose area is the cost, the logits that carry them, and how the cost falls."""
    frame, names, lit = look.frame, names_of(look), lit_class(look)
    unit = look.name("unit")
    facts = {"unit": unit, "name": names[lit], "top": number(float(frame.tops[lit]), 3), "share": number(float(frame.q[lit]), 3)}
    facts |= {name: number(getattr(frame, name), 3) for name in ("cost", "entropy", "kl", "code")}
    return look.picture(
        columns(_areas(look, names, lit), rows(_logits(look, names, lit), _course(look))),
        facts=facts | {"slope": number(float(frame.slopes[lit]), 3)},
        key=_key(look),
        metrics=[(name, str(facts[name])) for name in ("cost", "entropy", "kl")],
        hold=3.0 if frame.step < 4 else 1.0,
        **_sum(look, names),
    )


def names_of(look: Look[RectanglesFrame]) -> tuple[str, ...]:
    """The classes, as the table calls them."""
    return read(look.data[0], scale=look.params.scale).names


def lit_class(look: Look[RectanglesFrame]) -> int:
    """The class whose area has changed most in this step; before the first the one with the largest slope."""
    frame = look.frame
    before = look.frames[-2].tops if len(look.frames) > 1 else frame.tops - np.abs(frame.slopes)
    changed = frame.p * np.abs(frame.tops - before)
    return int(np.where((frame.p > 0) & ~frame.never, changed, -1.0).argmax())


def _key(look: Look[RectanglesFrame]) -> str:
    """The sentence, where the part alone does not pick it."""
    frame = look.frame
    if np.isinf(frame.cost):
        return "endless"
    if frame.step:
        return "rest" if frame.kl < 0.0005 else ""
    return "fast" if look.params.bounces and look.params.steps else "certain" if frame.p.max() == 1 else ""


def _sum(look: Look[RectanglesFrame], names: tuple[str, ...]) -> dict[str, Any]:
    """The cost as a sum of areas, the largest of them written out."""
    frame = look.frame
    heights = np.where(frame.never, np.inf, frame.tops)
    some = np.flatnonzero(frame.p)
    shown = np.sort(some[np.argsort(-frame.p[some] * heights[some], kind="stable")][:TERMS]).tolist()
    terms = " + ".join(rf"{{p{k}}}! \cdot {{h{k}}}!" for k in range(len(shown))) + r" + \cdots" * (len(some) > TERMS)
    values: Values = {"cost": (number(frame.cost, 3), 0)}
    for k, at in enumerate(shown):
        values = {**values, f"p{k}": (short(float(frame.p[at])), 0), f"h{k}": (number(float(heights[at]), 3), 0)}
    log = r"\log_2" if look.params.unit == "bits" else r"\ln"
    return {"formula": formula(rf"H(P, Q) = -\sum_i p_i \, {log} q_i = {terms} = {{cost}}!!"), "values": values}


def ceiling(frame: RectanglesFrame) -> float:
    """How high the axis goes, the same through a film; a top without end is cut off there."""
    return max(frame.ceiling, 0.5) * (TALL if (frame.never & (frame.p > 0)).any() else ROOM)


def _areas(look: Look[RectanglesFrame], names: tuple[str, ...], lit: int) -> Panel:
    """Widths p, heights −log q; hatched: what Q costs beyond −log p, and, the other way, what it saves below it."""
    frame, say, high = look.frame, look.say, ceiling(look.frame)
    right = np.cumsum(frame.p)
    left, tops = right - frame.p, np.where(frame.never, high, frame.tops)
    lower, floors, key = np.minimum(tops, frame.floors), frame.floors, {"still": True}
    traces = [
        fields.cells((0, 1), place_ends(high), template="%{y:.2f}: " + say("hover_top"), click="top", shape=(UP, ACROSS)),
        bars.rectangles(left, right, 0, lower, colour="@sequential2", meta={"key": "paid"}),
        bars.rectangles(left, right, floors, np.maximum(tops, floors), colour="@accent", fillpattern=DEARER),
        bars.rectangles(left, right, lower, floors, colour="@c1", fillpattern=CHEAPER),
        *_code(frame, left, right, high),
        _level(left, right, floors, colour="@ink2", width=1.5, dash="dash", meta=key),
        points.mesh(*_sides(left, right, tops), colour="@surface", width=3, opacity=1),
        _level(left, right, np.where(frame.never, np.nan, tops), colour="@ink", width=3),
        _lamp(frame, left, right, tops, lit, len(look.frames) > 1),
        *_areas_said(frame, left, right, tops, lit, high),
    ]
    called = [cut(name, 12) for name in names]
    ticks = [f"{escaped(name)}<br>{short(float(p))}" for name, p in zip(called, frame.p, strict=True)]
    shown = [k for k in range(len(names)) if PLOT * frame.p[k] > width(called[k], 13) + 6]
    x = {
        "tickvals": [(left + right)[k] / 2 for k in shown],
        "ticktext": [ticks[k] for k in shown],
        "range": [0, 1],
        "showgrid": False,
    }
    key_ = legend([("╱╱", say("dearer"), "@accent"), ("╲╲", say("cheaper"), "@c1"), ("- -", say("floor"), "@ink2")])
    y = {"range": [0, high], "nticks": 5, "showgrid": False}
    return Panel(traces, say("areas"), notes=key_, x=x | {"tickfont": {"size": 13, "color": "@ink"}}, y=y)


def place_ends(high: float) -> tuple[float, float]:
    """From where to where tops can be clicked: not at 0, where q would be 1."""
    step = high / UP
    return step / 2, high + step / 2


def _level(left: np.ndarray, right: np.ndarray, y: np.ndarray, **look: Any) -> Trace:
    """A level line across each class's width."""
    ways = np.stack([np.stack([left, right], 1), np.stack([y, y], 1)], -1)
    return curves.line(*points.gapped_ways(ways), **look)


def _sides(left: np.ndarray, right: np.ndarray, tops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Upright seams between the classes."""
    n = len(left)
    feet = np.concatenate([np.stack([right, np.zeros(n)], 1), np.stack([right, np.full(n, tops.max())], 1)])
    return feet, np.stack([np.arange(n), n + np.arange(n)], 1)[:-1]


def _lamp(frame: RectanglesFrame, left: np.ndarray, right: np.ndarray, tops: np.ndarray, lit: int, moved: bool) -> Trace:
    """The top that has changed its area most."""
    here = slice(lit, lit + 1 if moved else lit)
    return _level(left[here], right[here], tops[here], colour="@accent", width=5, meta={"key": "lamp", "still": True})


def _code(frame: RectanglesFrame, left: np.ndarray, right: np.ndarray, high: float) -> list[Trace]:
    """Code words of P stand on the widths, a bit as high as a bit of surprise: their area is their mean length."""
    bit = _bit(frame)
    digits = [
        (k, row, sign)
        for k, word in enumerate(frame.words)
        for row, sign in enumerate(reversed(word))
        if (row + 0.5) * bit < high
    ]
    seen = [(k, row, sign) for k, row, sign in digits if PLOT * frame.p[k] > 14]
    at = np.array([k for k, _, _ in seen], int)
    up = np.array([row for _, row, _ in seen], float)
    tops = bit * (up + 1)
    cells = _level(left[at], right[at], tops, colour="@ink3", width=1, dash="dot", meta={"still": True})
    words = bars.labels((left + right)[at] / 2, tops - bit / 2, [sign for *_, sign in seen], colour="@ink3", size=19)
    return [cells, words | {"meta": {"still": True}}]


def _bit(frame: RectanglesFrame) -> float:
    """How high a bit is on the axis: ln 2 where it counts in nats."""
    some = int(np.argmax(frame.floors > 0))
    return float(frame.floors[some] / -np.log2(frame.p[some])) if frame.floors[some] else 1.0


def _areas_said(
    frame: RectanglesFrame, left: np.ndarray, right: np.ndarray, tops: np.ndarray, lit: int, high: float
) -> list[Trace]:
    """Width × height = area over every top that has room; that of the lit one in the lamp's colour."""
    texts = []
    for p, top, never in zip(frame.p.tolist(), frame.tops.tolist(), frame.never.tolist(), strict=True):
        long = f"{short(p)} × {number(top, 2)} = {number(p * top, 2)}"
        fits = next((text for text in (long, number(p * top, 2)) if PLOT * p > width(text, 13) + 4), "")
        texts.append("∞" if never and p else fits)
    inks = ["@accent" if k == lit else "@ink" for k in range(len(texts))]
    at = np.minimum(tops, 0.93 * high)
    return [bars.labels((left + right) / 2, at, texts, colour=inks, size=13, place="top center")]


def _logits(look: Look[RectanglesFrame], names: tuple[str, ...], lit: int) -> Panel:
    """Logits as dots; an arrow from each the way it goes, as long as its slope is steep."""
    frame, n = look.frame, len(names)
    low, high = frame.reach.tolist()
    room = 0.18 * (high - low) + 0.3
    steepest = float(np.abs(look.frames[0].slopes).max()) or 1.0
    here = np.where(frame.never, np.nan, frame.logits)
    at = np.stack([np.arange(n), here], 1)
    reach = np.stack([np.zeros(n), -frame.slopes / steepest * 0.36 * (high - low + 2 * room)], 1)
    least = 0.05 * (high - low + 2 * room)
    dots = points.cloud(at, colour=["@accent" if k == lit else "@ink" for k in range(n)], size=9, opacity=1, cliponaxis=False)
    said = [
        look.say("hover_logit", name=name, z=number(float(z), 3), slope=number(float(s), 3))
        for name, z, s in zip(names, here, frame.slopes, strict=True)
    ]
    traces = [
        fields.pulls(at, reach, colour="@ink2", least=least),
        dots | told(said, link="class", ring=16),
        bars.labels(
            np.flatnonzero(frame.never),
            [low - room] * int(frame.never.sum()),
            ["−∞"] * int(frame.never.sum()),
            place="top center",
        ),
    ]
    each = 250 / n
    called = [escaped(cut(name, max(int(each / 7), 1))) for name in names]
    x = {"range": [-0.5, n - 0.5], "tickvals": list(range(n)), "ticktext": called, "showgrid": False}
    return Panel(traces, look.say("logits"), x=x, y={"range": [low - room, high + room], "nticks": 4}, small=True)


def _course(look: Look[RectanglesFrame]) -> Panel:
    """The cost by step, above what P itself costs."""
    panel = look.history("cost", zero=False, small=True, x={"range": [0, max(look.params.steps, 1)]})
    floor = curves.line(
        np.array([0, max(look.params.steps, 1)]), np.full(2, look.frame.entropy), colour="@ink2", dash="dash", width=1.5
    )
    key = note(
        look.say("floor_is"),
        x=1,
        y=look.frame.entropy,
        xref="x domain",
        xanchor="right",
        yanchor="bottom",
        font={"size": 11, "color": "@ink2"},
    )
    return replace(panel, traces=[floor, *panel.traces], notes=[key], series=("cost", "entropy"))
