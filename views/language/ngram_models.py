"""Two estimators from inside: Jelinek–Mercer's weights by EM, and Good and Turing's counts."""

from collections.abc import Sequence

import numpy as np

from charts import bars, curves, points
from charts.formula import formula, whole
from charts.layout import HIGHEST, columns, rows
from charts.numbers import count, number
from charts.panels import Panel, Picture, Trace, bare, escaped
from charts.words import cut
from engine.language.ngram import TuringFrame, WeightsFrame
from views.language.ngram_parts import beside, colour_of, inked, keyed, levels, past, size_of, stacked
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
GIVEN = colour_of(1, 1)
KEY = (("□", "counted", "@edge"), ("■", "given", GIVEN), ("◆", "came", "@ink"))
WORDS, LETTERS = 20, 13  # held-out words that there is room for, and letters of one
LABELLED = 0.08  # of a share that has room for its number
WIDE, PHONE = (-0.26, 1.02), (-0.36, 1.02)  # shares, and room for words before them


def weights(look: Look[WeightsFrame]) -> Picture:
    """Each held-out word shared out among the orders by the weights above; below the mean share, which is the next weight."""
    frame, most = look.frame, int(np.argmax(look.frame.weights))
    names = [look.say(NAMED[m]) if m < len(NAMED) else look.say("component", m=m) for m in range(look.params.order + 1)]
    terms = " + ".join(f"{weight:.3f}·{SMALL[m]}" for m, weight in enumerate(frame.weights))
    return look.picture(
        columns(_shared_out(look, names), rows(_weights(look, names), look.history("perplexity", zero=False), shares=(1, 1))),
        facts={"tuned": count(frame.tuned), "most": names[most], "value": number(float(frame.weights[most]), 3)},
        formula=MIXED,
        values={"terms": (terms, 0)},
        metrics=[("perplexity", size_of(frame.perplexity))],
        derived={"order": look.params.order},
        hold=1.5,
    )


def _shared_out(look: Look[WeightsFrame], names: Sequence[str]) -> Panel:
    """The weights, the words that they share out (E), and the mean share of all words (M)."""
    frame, order = look.frame, look.params.order
    words = [escaped(word) for word in frame.words.tolist()[:WORDS]]
    shares = np.vstack([frame.weights, frame.shares[:WORDS], frame.mean])  # (rows, order + 1)
    y = np.array([0.0, *np.arange(len(words)) + 1.7, len(words) + 2.4])
    half = np.array([0.55, *[0.4] * len(words), 0.55])
    of = [look.say("weights"), *words, look.say("mean", tuned=count(frame.tuned))]
    told = [
        [f"{what}: {name} {part:.3f}" for what, part in zip(of, column, strict=True)]
        for name, column in zip(names, shares.T, strict=True)
    ]
    traces = stacked(shares, y, half, told, "share")
    traces.append(bars.rectangles(0, 1, y[-1] - 0.55, y[-1] + 0.55, colour="rgba(0,0,0,0)", line="@accent", width=2))
    short = [of[0], *[escaped(cut(word, LETTERS)) for word in frame.words.tolist()[:WORDS]], look.say("next_lambda")]
    traces += inked(-0.015, y, short, len(short) - 1, place="middle left")
    at, some = np.cumsum(frame.mean[::-1]) - frame.mean[::-1] / 2, frame.mean[::-1] > LABELLED
    numbers = [f"{value:.3f}" for value in frame.mean[::-1][some]]
    traces.append(bars.labels(at[some], np.full(len(numbers), y[-1] + 1.15), numbers, size=11, colour="@accent"))
    key = [(mark, name, ink) for (mark, _, ink), name in zip(levels(look, order), reversed(names), strict=True)]
    title, notes = keyed(look.say("shared_out"), key)
    return bare(traces, title, WIDE, [WORDS + 4.2, -0.7], notes=notes, part=PHONE, tall=HIGHEST)


def _weights(look: Look[WeightsFrame], names: Sequence[str]) -> Panel:
    """The course of every weight up to now, in the colours of the words."""
    order, seen = look.params.order, [frame for _, frame in past(look)]
    steps, course = np.array([one.step for one in seen]), np.stack([one.weights for one in seen])  # (s,), (s, order + 1)
    traces = list[Trace]()
    for m, (y, name) in enumerate(zip(course.T, names, strict=True)):
        hover, dash = f"{name} %{{y:.3f}}<extra></extra>", "solid" if m else "dot"
        traces.append(curves.line(steps, y, colour=colour_of(m, order), dash=dash, hovertemplate=hover))
    across = {"range": [-0.5, max(5, look.frame.total - 1) + 0.5], "nticks": 4, "showgrid": False}
    return Panel(traces, beside(look.say("lambda_curves")), x=across, y={"range": [-0.02, 1.05], "nticks": 3})


def turing(look: Look[TuringFrame]) -> Picture:
    """What part of the text words seen r times were, what part they are given, and what part they are of the held-out text."""
    frame, at, known = look.frame, max(look.frame.at, 0), look.frame.at >= 0
    key = _key(frame) if known else ""
    r, n, star = int(frame.r[at]), int(frame.n[at]), float(frame.star[at])
    row = {"r": r, "nr": n, "star": star} if known else {}
    seen = {"r": r, "n": n, "star": number(star, 3), "tokens": count(frame.tokens), "once": int(frame.n[0]) * (frame.r[0] == 1)}
    new = {"unseen": number(frame.unseen, 4), "new": number(int(frame.held_r[0]) / max(frame.held, 1), 4)}
    above = round(float(frame.raw[at] * n) / (r + 1))
    texts = {"r": r, "next": r + 1, "above": above, "here": n, "star": seen["star"]}
    return look.picture(
        columns(_parts(look), _how_many(look), shares=(5, 2)),
        facts=seen | new,
        key=key,
        formula=FORMULAS[key] if known else "",
        values=whole(**texts) | {"slope": (frame.slope, 4)} if known else {},
        metrics=[("unseen", new["unseen"]), ("new", new["new"] if frame.held else None)],
        derived={"r": None, "nr": None, "star": None} | row | {"new": int(frame.held_r[0]) / frame.held if frame.held else None},
        hold=2.0,
    )


def _key(frame: TuringFrame) -> str:
    """Which estimate is used."""
    if not (frame.line > 0).any():
        return "plain"
    return "line" if frame.r[frame.at] >= frame.switch else "turing"


def _parts(look: Look[TuringFrame]) -> Panel:
    """For words seen 0, 1, 2 … times: hollow what they were of the text, filled what they are given, a diamond what came."""
    frame, now = look.frame, look.frame.at + 1  # the first column is that of words never seen
    r, x = np.array([0, *frame.r.tolist()]), np.arange(len(frame.r) + 1)
    counted = np.array([0.0, *(frame.r * frame.n)]) / frame.tokens
    given = np.array([frame.unseen, *(frame.star * frame.n / frame.tokens)])
    came = frame.held_r / max(frame.held, 1)
    traces: list[Trace] = [bars.rectangles(x - 0.4, x + 0.4, 0, counted, colour="@surface", line="@edge")]
    for colour, here in ((GIVEN, x < now), ("@accent", x == now)):
        traces.append(bars.rectangles(x[here] - 0.26, x[here] + 0.26, 0, given[here], colour=colour))
    shown = (x <= now) & (frame.held > 0)
    marks = {"hovertemplate": "%{y:.4f}<extra></extra>"}
    traces.append(points.cloud(np.stack([x, came], 1)[shown], colour="@ink", symbol="diamond", size=8, opacity=1, **marks))
    if now + 1 < len(r) and r[now + 1] == r[now] + 1:
        arrow = {"mode": "lines+markers", "marker": {"symbol": ["circle", "triangle-left"], "size": [4, 9], "color": "@accent"}}
        ends = np.array([now + 1.0, now]), np.array([counted[now + 1], given[now]])
        traces.append(curves.line(*ends, colour="@accent", width=1.5) | arrow)
    title, notes = keyed(look.say("parts"), [(mark, look.say(name), colour) for mark, name, colour in KEY])
    some = [k for k in x.tolist() if k < 6 or not k % 5]
    across = {"range": [-0.7, len(r) - 0.3], "showgrid": False, "tickvals": some, "ticktext": [str(r[k]) for k in some]}
    up = {"range": [0, 1.08 * float(max(counted.max(), given.max(), came.max()))], "tickformat": ".1%", "nticks": 4}
    return Panel(traces, title, notes=notes, x=across, y=up, tall=HIGHEST)


def _how_many(look: Look[TuringFrame]) -> Panel:
    """How many words occur r times, and the line through it."""
    frame, r, n = look.frame, look.frame.r, look.frame.n
    told = "r = %{x}: %{y}<extra></extra>"
    traces = [points.cloud(np.stack([r, n], 1), colour="@ink3", size=5, opacity=0.9, hovertemplate=told)]
    line = frame.line > 0
    traces.append(curves.line(r[line], frame.line[line], colour="@ink", width=1, dash="dash"))
    here = np.array([[r[frame.at], n[frame.at]]]) if frame.at >= 0 else np.zeros((0, 2))
    traces.append(points.cloud(here, colour="@ink", size=8, opacity=1))
    ends = float(np.log10(r.max())) + 0.08, float(np.log10(float(n.max()))) + 0.2
    across = {"type": "log", "tickvals": [1, 2, 5, 10, 20, 50, 100], "range": [-0.08, ends[0]]}
    up = {"type": "log", "range": [-0.15, ends[1]], "tickvals": [1, 10, 100, 1000, 10000, 100000]}
    return Panel(traces, beside(look.say("n_r")), x=across, y=up)
