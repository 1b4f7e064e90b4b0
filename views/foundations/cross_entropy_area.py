"""What `views.foundations.cross_entropy` draws of two distributions: areas that are costs, logits on their way, the course.

Longer than a picture's budget of lines: areas, both hatchings, a lead that rests and a top without end stand in one panel.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from charts import bars, curves, fields, points
from charts.formula import formula
from charts.labels import width
from charts.layout import columns, rows
from charts.numbers import number, short
from charts.panels import Panel, Picture, Trace, escaped, legend, note, told, upward
from charts.words import cut
from engine.foundations.cross_entropy import RectanglesFrame, read
from views.look import Look, Values

WIDE, PHONE = 480, 290  # px across, reckoned with, of the large panel
WRITTEN = 12  # px of type at a top
TERMS = 4  # of the sum, that the formula writes out
IN_BITS = formula(r"H(P, Q) = -\sum_i p_i \, \log_2 q_i = {terms}! = {cost}!!")
IN_NATS = formula(r"H(P, Q) = -\sum_i p_i \, \ln q_i = {terms}! = {cost}!!")
UP, ACROSS = 30, 48  # places up and across that a click can mean
ROOM, ENDLESS = 1.24, 1.5  # how high the axis goes above the highest top, or where one has no end
TORN = 0.86  # where that is cut off
UNSEEN = 0.0005  # a divergence, or how far a top is from its line
CLOSE = 0.008  # of the axis, between a top and what is written at it
STILL = {"still": True}
HALO = {"shadow": "@halo"}
DEARER = {"shape": "/", "fgcolor": "@accent", "bgcolor": "@wash", "size": 7, "solidity": 0.3}
CHEAPER = {"shape": "\\", "fgcolor": "@c1", "bgcolor": "@surface", "size": 8, "solidity": 0.15}


def rectangles(look: Look[RectanglesFrame]) -> Picture:
    """Rectangles whose area is the cost, the logits that carry them, and how the cost falls."""
    frame, here = look.frame, ground(look)
    facts = {name: number(getattr(frame, name), 3) for name in ("cost", "entropy", "kl", "code")}
    facts |= {"unit": look.name("unit"), "name": here.names[here.lit], "top": number(float(frame.tops[here.lit]), 3)}
    facts |= {"off": number(_off(frame), 3)}
    key = _key(look)
    return look.picture(
        columns(_areas(look, here), rows(_logits(look, here), _course(look, here))),
        facts=facts,
        key=key,
        metrics=[(name, facts[name]) for name in ("cost", "entropy", "kl")],
        hold=0.5 if key in ("near", "rest") else 3.0 if frame.step < 4 else 1.0,
        **_sum(look, here),
    )


@dataclass(frozen=True)
class Ground:
    """Where rectangles stand."""

    names: tuple[str, ...]  # (k,) the classes, as the table calls them
    left: np.ndarray  # (k,)
    right: np.ndarray  # (k,)
    tops: np.ndarray  # (k,) one without end is cut off
    high: float  # how high the axis goes, the same through a film
    lit: int  # the class whose area has changed most in this step; before the first it is about to
    certain: bool  # P, before it is smoothed, is one class

    @property
    def middle(self) -> np.ndarray:
        return np.asarray((self.left + self.right) / 2)

    def level(self, y: np.ndarray, which: Any = slice(None), **look: Any) -> Trace:
        """Level lines across the widths of all classes, or of some."""
        sides, up = np.stack([self.left, self.right], 1)[which], np.stack([y, y], 1)
        return curves.line(*points.gapped_ways(np.stack([sides, up], -1)), **look)


def ground(look: Look[RectanglesFrame]) -> Ground:
    frame, right = look.frame, np.cumsum(look.frame.p)
    before = look.frames[-2].tops if len(look.frames) > 1 else frame.tops - np.abs(frame.slopes)
    changed = np.where((frame.p > 0) & ~frame.never, frame.p * np.abs(frame.tops - before), -1.0)
    high = ceiling(frame)
    pair, tops = read(look.data[0], scale=look.params.scale), np.where(frame.never, TORN * high, frame.tops)
    return Ground(pair.names, right - frame.p, right, tops, high, int(changed.argmax()), bool(pair.p.max() == 1))


def ceiling(frame: RectanglesFrame) -> float:
    """How high the axis goes."""
    return max(frame.ceiling, 0.5) * (ENDLESS if (frame.never & (frame.p > 0)).any() else ROOM)


def place_ends(high: float) -> tuple[float, float]:
    """From where to where tops can be clicked: not at 0, where q would be 1."""
    step = high / UP
    return step / 2, high + step / 2


def _key(look: Look[RectanglesFrame]) -> str:
    """The sentence, where the part alone does not pick it."""
    frame = look.frame
    if np.isinf(frame.cost):
        return "endless"
    if frame.step:
        return "rest" if _off(frame) < UNSEEN else "near" if frame.kl < UNSEEN else ""
    return "fast" if look.params.bounces and look.params.steps else "certain" if frame.p.max() == 1 else ""


def _off(frame: RectanglesFrame) -> float:
    """How far the top lies from its dashed line that is furthest from it."""
    return float(np.abs(frame.tops - frame.floors)[frame.p > 0].max())


def _sum(look: Look[RectanglesFrame], here: Ground) -> dict[str, Any]:
    """The cost as a sum of areas, the largest of them written out; and what the code says of the lit class."""
    frame = look.frame
    heights, some = np.where(frame.never, np.inf, frame.tops), np.flatnonzero(frame.p)
    most = TERMS - (len(some) > TERMS)  # so that the sum keeps to its line
    shown = np.sort(some[np.argsort(-frame.p[some] * heights[some], kind="stable")][:most]).tolist()
    terms = [f"{short(float(frame.p[at]))} · {number(float(heights[at]), 3)}" for at in shown]
    of_lit = {"share": number(float(frame.q[here.lit]), 3), "slope": number(float(frame.slopes[here.lit]), 3)}
    told_ = {"cost": number(frame.cost, 3), "name": escaped(cut(here.names[here.lit], 6)), **of_lit}
    told_["terms"] = " + ".join([*terms, *["⋯"] * (len(some) > TERMS)])
    values: Values = {name: (text, 0) for name, text in told_.items()}
    return {"formula": IN_BITS if look.params.unit == "bits" else IN_NATS, "values": values}


def _areas(look: Look[RectanglesFrame], here: Ground) -> Panel:
    """Widths p, heights −log q; hatched: what Q costs beyond −log p, and, the other way, what it saves below it."""
    frame, say, floors, high = look.frame, look.say, look.frame.floors, here.high
    lower, upper = np.minimum(here.tops, floors), np.maximum(here.tops, floors)
    moved = slice(here.lit, here.lit + (len(look.frames) > 1))
    traces = [
        fields.cells((0, 1), place_ends(high), template="%{y:.2f}: " + say("hover_top"), click="top", shape=(UP, ACROSS)),
        bars.rectangles(here.left, here.right, 0, lower, colour="@sequential2"),
        bars.rectangles(here.left, here.right, floors, upper, colour="@accent", fillpattern=DEARER),
        bars.rectangles(here.left, here.right, lower, floors, colour="@c1", fillpattern=CHEAPER),
        here.level(floors, colour="@ink2", width=1.5, dash="dash", meta=STILL),
        curves.line(*_seams(here), colour="@surface", width=3 if WIDE * frame.p[frame.p > 0].min() > 20 else 1),
        here.level(np.where(frame.never, np.nan, here.tops), colour="@ink", width=3),
        here.level(here.tops[moved], moved, colour="@accent", width=5, meta={"key": "lamp", "still": True}),
        curves.line(*_torn(frame, here), colour="@accent", width=3, meta=STILL),
        *_lead(look, here),
        *_said(look, here),
    ]
    key = legend([("╱╱", say("dearer"), "@accent"), ("−\u2002╲╲", say("cheaper"), "@c1"), ("=", "KL", "@ink2")])
    y = {"range": [0, high], "nticks": 5, "showgrid": False}
    return Panel(traces, say("areas"), notes=[*key, upward(say("height", unit=look.name("unit")))], x=_named(look, here), y=y)


def _named(look: Look[RectanglesFrame], here: Ground) -> dict[str, Any]:
    """An axis that names the classes that have room; below each its p, and its word in a shortest code for P."""
    frame, called = look.frame, [cut(name, 12) for name in here.names]
    shown = [k for k, name in enumerate(called) if PHONE * frame.p[k] > max(width(name, 13), width(short(float(frame.p[k])), 13))]
    ways = {k: (look.say("word", word=frame.words[k]), frame.words[k], "") for k in shown}
    words = {k: next(text for text in ways[k] if PHONE * frame.p[k] > width(text, 13)) if frame.words[k] else "" for k in shown}
    texts = [f"{escaped(called[k])}<br>{short(float(frame.p[k]))}<br>{words[k]}" for k in shown]
    style = {"range": [0, 1], "showgrid": False, "tickfont": {"size": 13, "color": "@ink"}}
    return style | {"tickvals": here.middle[shown].tolist(), "ticktext": texts}


def _seams(here: Ground) -> tuple[np.ndarray, np.ndarray]:
    """Upright lines between the classes."""
    x = here.right[:-1]
    up = np.stack([np.zeros(len(x)), np.full(len(x), here.high)], 1)
    return points.gapped_ways(np.stack([np.stack([x, x], 1), up], -1))


def _torn(frame: RectanglesFrame, here: Ground) -> tuple[np.ndarray, np.ndarray]:
    """Jagged lines where tops have no end."""
    some = np.flatnonzero(frame.never & (frame.p > 0))
    share = np.linspace(0, 1, 25)
    x = here.left[some, None] + share * frame.p[some, None]
    y = here.high * (TORN + 0.02 * (-1.0) ** np.arange(25)) + 0 * x
    return points.gapped_ways(np.stack([x, y], -1))


def _lead(look: Look[RectanglesFrame], here: Ground) -> list[Trace]:
    """How far the logit of a truth that is smoothed leads: in nats as far as its top lies below the others'."""
    frame, params, at = look.frame, look.params, int(look.frame.p.argmax())
    smoothed = here.certain and params.smoothing > 0
    leads = smoothed and params.unit == "nats" and params.temperature == 1 and frame.gap > 0.06 * here.high
    x, half = here.left[at] + 0.8 * frame.p[at], 0.012
    low, high = float(here.tops[at]), float(np.delete(here.tops, at).min())
    way = np.array([[x - half, low], [x + half, low], [x, low], [x, high], [x - half, high], [x + half, high]])[: 6 * leads]
    text = [look.say("lead", gap=number(frame.gap, 2))] * bool(leads)
    place = [x - 0.01] * bool(leads), [(low + high) / 2] * bool(leads)
    meta = STILL | {"tells": "gap"}
    return [
        curves.line(way[:, 0], way[:, 1], colour="@ink", width=1.5, meta=STILL),
        bars.labels(*place, text, colour="@ink", size=13, place="middle left", meta=meta),
    ]


def _said(look: Look[RectanglesFrame], here: Ground) -> list[Trace]:
    """Width × height = area at every top that has room, the lit one's in the lamp's colour; and which line is dashed.

    It stands where nothing is hatched: over a top that costs too much, under one that saves.
    """
    frame, texts = look.frame, []
    for p, top, never in zip(frame.p.tolist(), frame.tops.tolist(), frame.never.tolist(), strict=True):
        factors, area = f"{short(p)} × {number(top, 2)}", number(p * top, 2)
        ways = (f"{factors} = {area}", f"{factors}<br>= {area}", area)
        fits = [text for text, part in zip(ways, (ways[0], factors, area), strict=True) if PHONE * p > width(part, WRITTEN) + 6]
        texts.append("∞" if never and p else fits[0] if fits else "")
    saves = (frame.tops < frame.floors - 0.02 * here.high) & (frame.tops > 0.16 * here.high) & ~frame.never
    up = np.where(saves, frame.tops - 2 * CLOSE * here.high, np.maximum(frame.tops, frame.floors) + CLOSE * here.high)
    up = np.where(frame.never, (TORN - 0.13) * here.high, up)
    lit, written = np.arange(len(texts)) == here.lit, []
    for under, place in ((False, "top center"), (True, "bottom center")):
        for now, colour in ((False, "@ink"), (True, "@accent")):
            shown = [text * bool(mine) for text, mine in zip(texts, (saves == under) & (lit == now), strict=True)]
            written.append(bars.labels(here.middle, up, shown, colour=colour, size=WRITTEN, place=place, meta=STILL))
    total = bars.labels([1], [here.high], [_difference(frame)], colour="@ink", size=13, place="bottom left")
    widest = int(frame.p.argmax())
    below = frame.floors[widest] + (0.065 if saves[widest] else -CLOSE) * here.high
    dashed = (look.say("floor") + "\u2002") * bool(below > 0.06 * here.high)
    line = bars.labels([here.right[widest]], [below], [dashed], size=11, place="bottom left")
    for trace in (*written, line):
        trace["textfont"] |= HALO
    return [line, *written, total | {"meta": STILL | {"tells": "kl"}}]


def _difference(frame: RectanglesFrame) -> str:
    """What is paid too much less what is saved; where rounding shows, that it is about the divergence."""
    dearer, cheaper, kl = (round(value, 3) for value in (frame.dearer, frame.cheaper, frame.kl))
    sign = "=" if np.isinf(kl) or round(dearer - cheaper, 3) == kl else "≈"
    return f"{number(dearer, 3)} − {number(cheaper, 3)} {sign} {number(kl, 3)}"


def _logits(look: Look[RectanglesFrame], here: Ground) -> Panel:
    """Logits as dots; an arrow from each the way it goes, as long as its slope is steep."""
    frame, n = look.frame, len(here.names)
    low, high = frame.reach.tolist()
    room = 0.4 * (high - low) + 0.2  # for the longest arrow
    ends = (low - room, high + room)
    steepest = float(np.abs(look.frames[0].slopes).max()) or 1.0
    z = np.where(frame.never, np.nan, frame.logits)
    at, fall = np.stack([np.arange(n), z], 1), 0.22 * (ends[1] - ends[0]) / steepest * frame.slopes
    inks = ["@accent" if k == here.lit else "@ink" for k in range(n)]
    each = zip(here.names, z.tolist(), frame.slopes.tolist(), strict=True)
    said = [look.say("hover_logit", name=name, z=number(value, 3), slope=number(slope, 3)) for name, value, slope in each]
    none = np.flatnonzero(frame.never)
    traces = [
        fields.pulls(at, np.stack([np.zeros(n), -fall], 1), colour="@ink2", least=0.05 * (ends[1] - ends[0])),
        points.cloud(at, colour=inks, size=9, opacity=1, cliponaxis=False) | told(said, link="class", ring=16),
        bars.labels(none, [ends[0]] * len(none), ["−∞"] * len(none), place="top center"),
    ]
    called = [escaped(cut(name, max(36 // n, 1))) for name in here.names]
    x = {"range": [-0.5, n - 0.5], "tickvals": list(range(n)), "ticktext": called, "showgrid": False}
    return Panel(traces, look.say("logits"), x=x, y={"range": ends, "nticks": 4}, small=True)


def _course(look: Look[RectanglesFrame], here: Ground) -> Panel:
    """The cost by step, above what P itself costs; of a truth that is one class, the lead of its logit, and where that rests."""
    frame, steps = look.frame, look.params.steps
    column, level, word = ("gap", _rest(look), "rest_is") if here.certain else ("cost", frame.entropy, "floor_is")
    ends = [0, steps] if steps else [-0.5, 0.5]
    panel = look.history(column, zero=here.certain, small=True, x={"range": ends} | ({} if steps else {"tickvals": [0]}))
    line = curves.line(np.array(ends), np.full(2, level), colour="@ink2", dash="dash", width=1.5)
    font = {"size": 11, "color": "@ink2"}
    side = "top" if here.certain else "bottom"  # where no curve is
    key = note(look.say(word), x=1, y=level, xref="x domain", xanchor="right", yanchor=side, font=font)
    columns_ = (column,) if here.certain else (column, "entropy")
    return replace(panel, traces=[line, *panel.traces], notes=[key] * bool(np.isfinite(level)), series=columns_)


def _rest(look: Look[RectanglesFrame]) -> float:
    """How far the logit of P's likeliest class leads once Q is P; NaN where no lead is enough."""
    second, first = np.sort(look.frame.p)[-2:]
    return float(look.params.temperature * np.log(first / second)) if second else float("nan")
