"""Two estimators from inside: Jelinek–Mercer's weights by EM, and Good and Turing's counts."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charts import bars, curves, points
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import count, number
from charts.panels import Box, Panel, Picture, Trace, blank, escaped, note
from charts.words import ticks
from engine.language.ngram import TuringFrame, WeightsFrame
from views.language.ngram_parts import PHONE, past, size_of
from views.look import Look

MIXED = formula(r"p = {terms}!")
LINE = formula(
    r"r^{*} = r\,\left(1 + \frac{1}{r}\right)^{1 + b} = {r}! \cdot \left(1 + \frac{1}{{r}!}\right)^{1 + {slope}?} = {star}!!"
)
PLAIN = formula(r"r^{*} = r = {star}!!")
TURING = formula(r"r^{*} = (r+1)\,\frac{N_{r+1}}{N_r} = {next}! \cdot \frac{{above}!}{{here}!} = {star}!!")
FORMULAS = {"turing": TURING, "line": LINE, "plain": PLAIN}
SMALL = ("1/V", "P₁", "P₂", "P₃", "P₄", "P₅")  # the components as a formula has them
NAMED = ("component_0", "component_1", "component_2", "component_3")  # those that have a name of their own
WORDS = 24  # held-out words that there is room for
APART = 0.075  # of the axis between two names
WEIGHTS_WIDE: list[Box] = [(0.04, 0.46, 0.44, 1), (0.56, 1, 0.44, 1), (0.04, 1, 0.10, 0.30)]
WEIGHTS_NARROW: list[Box] = [(0.1, 0.95, 0.70, 1), (0.1, 1, 0.38, 0.58), (0.06, 1, 0.10, 0.26)]
TURING_WIDE: list[Box] = [(0.05, 0.47, 0.08, 1), (0.57, 1, 0.08, 1)]
TURING_NARROW: list[Box] = [(0.1, 1, 0.57, 1), (0.1, 1, 0.05, 0.44)]


# ---- λ by EM


def weights(look: Look[WeightsFrame]) -> Picture:
    """The weights by iteration, what they are worth, and who explains each held-out word."""
    frame = look.frame
    names = [_component(look, m) for m in range(look.params.order + 1)]
    terms = " + ".join(f"{weight:.3f}·{SMALL[m]}" for m, weight in enumerate(frame.weights))
    panels = [_weights(look, names), look.history("loglik", zero=False), _responsible(look, names)]
    return look.picture(
        Placed(panels, WEIGHTS_WIDE, WEIGHTS_NARROW, height=860),
        facts={
            "tuned": count(frame.tuned),
            "most": names[int(np.argmax(frame.weights))],
            "value": number(float(frame.weights.max()), 3),
        },
        formula=MIXED,
        values={"terms": (terms, 0)},
        metrics=[("perplexity", size_of(frame.perplexity))],
        derived={"order": look.params.order},
        hold=1.5,
    )


def _component(look: Look[WeightsFrame], m: int) -> str:
    return look.say(NAMED[m]) if m < len(NAMED) else look.say("component", m=m)


def _weights(look: Look[WeightsFrame], names: Sequence[str]) -> Panel:
    """The course of every weight, its name and its value at the right."""
    frame, seen = look.frame, [frame for _, frame in past(look)]
    steps, course = np.array([one.step for one in seen]), np.stack([one.weights for one in seen])  # (s,), (s, order + 1)
    last = max(5, frame.total - 1)
    traces: list[Trace] = []
    for m, name in enumerate(names):
        told = f"{name} %{{y:.3f}}<extra></extra>"
        traces.append(curves.line(steps, course[:, m], colour=_ink(m), width=2.5, hovertemplate=told))
    for m, weight in enumerate(frame.weights):
        here = np.array([[frame.step, weight]])
        traces.append(points.cloud(here, colour=_ink(m), symbol=points.kind(m)[1], size=9, opacity=1))
    return Panel(
        traces,
        look.say("lambda_curves"),
        notes=_names(frame, names, last + 0.8),
        x={"range": [-0.5, last * 1.45], "tickvals": list(range(0, last + 1, 5 if last <= 25 else 10))},
        y={"range": [-0.02, 1.05]},
    )


def _names(frame: WeightsFrame, names: Sequence[str], x: float) -> list[dict[str, Any]]:
    """The names at the ends of the curves, none on another."""
    order = np.argsort(frame.weights)
    heights = frame.weights[order]
    for k in range(1, len(heights)):
        heights[k] = max(heights[k], heights[k - 1] + APART)
    place = {"x": x, "xref": "x", "yref": "y", "xanchor": "left", "yanchor": "middle"}
    return [
        note(f"{names[m]} {frame.weights[m]:.3f}", y=float(height), font={"size": 11, "color": _ink(int(m))}, **place)
        for m, height in zip(order, heights, strict=True)
    ]


def _responsible(look: Look[WeightsFrame], names: Sequence[str]) -> Panel:
    """Whom each of some held-out words is put down to: the E-step."""
    frame, x = look.frame, np.arange(len(look.frame.words))
    low, traces = np.zeros(len(x)), list[Trace]()
    for m, share in enumerate(frame.shares.T):
        high = low + share
        told = [f"{escaped(word)}: {names[m]} {part:.3f}" for word, part in zip(frame.words.tolist(), share, strict=True)]
        traces.append(bars.rectangles(x - 0.42, x + 0.42, low, high, colour=_ink(m)))
        middle = np.stack([x, (low + high) / 2], 1)
        traces.append(points.targets(middle, "share", ring=10, template="%{customdata}", customdata=told))
        low = high
    below = {"tickvals": x.tolist(), "ticktext": ticks(frame.words.tolist(), PHONE * min(1, len(x) / WORDS))}
    across = {"showgrid": False, "range": [-0.6, max(len(x), WORDS) - 0.4]} | below
    return Panel(traces, look.say("responsible"), x=across, y=blank(range=[0, 1]))


def _ink(m: int) -> str:
    return f"@c{m + 1}"


# ---- Good–Turing


def turing(look: Look[TuringFrame]) -> Picture:
    """How many words occur how often, and what each count is worth."""
    frame, at = look.frame, look.frame.at
    facts, known = _facts(frame), at >= 0
    key = _key(frame) if known else ""
    return look.picture(
        Placed([_how_many(look), _worth(look)], TURING_WIDE, TURING_NARROW, height=860),
        facts=facts,
        key=key,
        formula=FORMULAS[key] if known else "",
        values=_values(frame, facts) if known else {},
        metrics=[("unseen", facts["unseen"])],
        derived={
            "r": int(frame.r[at]) if known else None,
            "nr": int(frame.n[at]) if known else None,
            "star": float(frame.star[at]) if known else None,
        },
        hold=2.0,
    )


def _facts(frame: TuringFrame) -> dict[str, Any]:
    """What the sentences say beside the row."""
    at = max(frame.at, 0)
    return {
        "r": int(frame.r[at]),
        "n": int(frame.n[at]),
        "star": number(float(frame.star[at]), 3),
        "unseen": number(frame.unseen, 4),
        "once": int(frame.n[0]) if frame.r[0] == 1 else 0,
        "tokens": count(frame.tokens),
    }


def _key(frame: TuringFrame) -> str:
    """Which estimate is used."""
    if not (frame.line > 0).any():
        return "plain"
    return "line" if frame.r[frame.at] >= frame.switch else "turing"


def _values(frame: TuringFrame, facts: Mapping[str, Any]) -> dict[str, tuple[Any, int]]:
    at, r = frame.at, int(frame.r[frame.at])
    return {
        "r": (r, 0),
        "next": (r + 1, 0),
        "above": (round(float(frame.raw[at] * frame.n[at]) / (r + 1)), 0),
        "here": (facts["n"], 0),
        "slope": (frame.slope, 4),
        "star": (facts["star"], 0),
    }


def _how_many(look: Look[TuringFrame]) -> Panel:
    """How many words occur r times, and the line through it."""
    frame, r, n = look.frame, look.frame.r, look.frame.n
    told = "r = %{x}: %{y}<extra></extra>"
    traces = [points.cloud(np.stack([r, n], 1), colour="@c1", size=7, opacity=0.9, hovertemplate=told)]
    line = frame.line > 0
    if line.any():
        traces.append(curves.line(r[line], frame.line[line], colour="@ink3", width=1.5, dash="dash"))
    if frame.at >= 0:
        traces.append(_lamp(r[frame.at], n[frame.at]))
    ends = float(np.log10(r.max())) + 0.08, float(np.log10(float(n.max()))) + 0.2
    return Panel(
        traces,
        look.say("n_r"),
        x={"type": "log", "tickvals": [1, 2, 5, 10, 20, 50, 100], "range": [-0.08, ends[0]]},
        y={"type": "log", "range": [-0.15, ends[1]], "tickvals": [1, 10, 100, 1000, 10000, 100000]},
    )


def _worth(look: Look[TuringFrame]) -> Panel:
    """What a count r is worth: filled what is used, hollow Turing's formula."""
    frame, r = look.frame, look.frame.r
    known = slice(0, frame.at + 1)
    raw = np.stack([r, frame.raw], 1)[known][frame.raw[known] > 0]
    star = np.stack([r, frame.star], 1)[known]
    same = np.array([0, r.max()])
    hollow = {"size": 7, "color": "@surface", "line": {"color": "@ink3", "width": 1.5}}
    traces: list[Trace] = [
        curves.line(same, same, colour="@ghost", width=1.5, dash="dot"),
        {
            "type": "scatter",
            "mode": "markers",
            "x": raw[:, 0],
            "y": raw[:, 1],
            "marker": hollow,
            "hovertemplate": "Turing %{y:.3f}<extra></extra>",
        },
        points.cloud(star, colour="@c1", size=7, opacity=1, hovertemplate="r* = %{y:.3f}<extra></extra>"),
    ]
    if frame.at >= 0:
        traces.append(_lamp(r[frame.at], frame.star[frame.at]))
    across, up = float(r.max()) + 1, float(max(r.max(), frame.star.max())) + 1
    return Panel(traces, look.say("r_star"), x={"range": [0, across]}, y={"range": [0, up]})


def _lamp(x: float, y: float) -> Trace:
    return points.cloud(np.array([[x, y]]), colour="@accent", size=11, opacity=1)
