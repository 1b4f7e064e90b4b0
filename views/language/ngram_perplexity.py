"""Held-out perplexity: by estimator and order, by size of the training text, and where the text was most of a surprise."""

from typing import Any

import numpy as np

from charts import bars, curves, points
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import count, number
from charts.panels import Box, Panel, Picture, Trace, blank, escaped, note
from charts.words import ticks
from engine.language import ngram
from engine.language.ngram import PerplexityFrame
from engine.language.smoothing import ESTIMATORS, Estimator
from views.language.ngram_parts import PHONE, highest_of, scored, short_name, size_of
from views.look import Look

PERPLEXITY = formula(r"2^{\,\frac{1}{{m}!} \sum -\log_2 p} = {perplexity}!!")
SPARED = formula(
    r"2^{\,\frac{1}{{m}!} \sum -\log_2 p'} = {perplexity}!! \qquad p' = p(w \mid h) / (1 - p(\langle\text{unk}\rangle \mid h))"
)
REFERENCE = {1: 962, 2: 170, 3: 109}  # Wall Street Journal, 38 million words (Jurafsky & Martin)
WIDE: list[Box] = [(0.16, 0.52, 0.44, 0.95), (0.62, 1, 0.46, 1), (0.02, 1, 0.12, 0.28)]
NARROW: list[Box] = [(0.32, 1, 0.60, 0.96), (0.1, 1, 0.30, 0.49), (0, 1, 0.05, 0.20)]
INFINITE, NONE = -1.0, -2.0  # how the engine's table says them
DECADES = {1: "1", 3: "3", 10: "10", 30: "30", 100: "100", 300: "300", 1000: "1,000", 3000: "3,000", 10000: "10,000"}


def perplexity(look: Look[PerplexityFrame]) -> Picture:
    """The table by order, the curves by size, and the held-out text around its worst word."""
    frame, params = look.frame, look.params
    value, facts = _value(look), _facts(look)
    spared = frame.spared and frame.unknown
    known = frame.tested - (0 if params.unknown == "rare" else frame.unknown)
    return look.picture(
        Placed([_orders(look), _sizes(look), _worst(look)], WIDE, NARROW, height=860),
        facts=facts,
        key={INFINITE: "infinite", NONE: "none"}.get(value, ""),
        formula="" if not frame.step or value == NONE else SPARED if spared else PERPLEXITY,
        values={"m": (known, 0), "perplexity": (facts["value"], 0)},
        metrics=[("perplexity", facts["value"] if frame.step else None)],
        derived={
            "estimator": params.estimator,
            "size": int(frame.sizes[frame.size]),
            "word": facts["worst"] or None,
            "perplexity": value if value > 0 else None,
        },
        hold=3.0,
    )


def _value(look: Look[PerplexityFrame]) -> float:
    """What stands in the table for the chosen estimator; 0 before the first."""
    frame = look.frame
    return float(frame.table[ESTIMATORS.index(look.params.estimator), frame.order - 1, frame.size])


def _facts(look: Look[PerplexityFrame]) -> dict[str, Any]:
    """What the sentences say beside the row."""
    frame, value = look.frame, _value(look)
    worst = str(frame.words[frame.worst]) if frame.worst >= 0 else ""
    unknown, tested = count(frame.unknown), count(frame.tested)
    spared = frame.spared and value != NONE
    return {
        "estimator": short_name(look, look.params.estimator),
        "lines": count(frame.lines),
        "value": size_of(value) if value > 0 else "∞" if value == INFINITE else "–",
        "tokens": count(int(frame.sizes[frame.size])),
        "tested": tested,
        "zeros": count(int(frame.zeros[ESTIMATORS.index(look.params.estimator)])),
        "worst": worst,
        "worst_token": look.say("worst" if frame.before else "worst_first", worst=worst, before=frame.before) if worst else "",
        "left_out": look.say("unknown_spared" if spared else "unknown", unknown=unknown, tested=tested) if frame.unknown else "",
    }


# ---- by order


def _orders(look: Look[PerplexityFrame]) -> Panel:
    """Perplexity by estimator and order, at the size that is looked at; the least of each column in bold."""
    frame, orders = look.frame, look.frame.table.shape[1]
    traces: list[Trace] = []
    if frame.step:
        traces.append(bars.rectangles(frame.order - 1.5, frame.order - 0.5, -0.5, 11.5, colour="@wash"))
    traces.append(_cells(look))
    names = [escaped(short_name(look, name)) for name in ESTIMATORS]
    chosen = ESTIMATORS.index(look.params.estimator)
    tokens = int(frame.sizes[frame.size])
    title = look.say("by_order", tokens=count(tokens)) if tokens else look.say("by_order_start")
    place = {"xref": "x domain", "yref": "y domain", "x": -0.42, "xanchor": "left"}
    foot = note(look.say("foot_stupid"), y=0, yanchor="top", yshift=-4, font={"size": 11, "color": "@ink3"}, **place)
    return Panel(
        traces,
        notes=[note(title, y=1, yanchor="bottom", yshift=26, **place), *[foot] * bool(frame.step)],
        x={
            "range": [-0.6, orders - 0.4],
            "showgrid": False,
            "side": "top",
            "tickvals": list(range(orders)),
            "ticktext": [look.say("order_n", n=k + 1) for k in range(orders)],
        },
        y={
            "range": [11.6, -0.6],
            "showgrid": False,
            "tickvals": list(range(len(names))),
            "ticktext": [f"<b>{name}</b>" if k == chosen else name for k, name in enumerate(names)],
            "nticks": 12,
        },
    )


def _cells(look: Look[PerplexityFrame]) -> Trace:
    """The numbers of the table; all that print the same as the least of their column are bold: a tie is no victory."""
    frame = look.frame
    table = frame.table[:, :, frame.size]  # (12, orders)
    least = [size_of(float(column[column > 0].min())) if (column > 0).any() else "" for column in table.T]
    there = [(row, k) for row, k in np.ndindex(table.shape) if table[row, k]]
    text, inks, told = [], [], []
    for row, k in there:
        value = float(table[row, k])
        said = {INFINITE: "∞", NONE: "–"}.get(value, size_of(value))
        best = said == least[k]
        text.append(f"<b>{said}</b>" if best else said)
        inks.append("@accent" if best else "@ink3" if value < 0 else "@ink")
        plain = f"{look.words.columns['perplexity']} {said}"
        told.append(look.say("hover_stupid") if value == NONE else look.say("hover_best") if best else plain)
    x, y = [k for _, k in there], [row for row, _ in there]
    return bars.labels(x, y, text, colour=inks, size=12, customdata=told, hovertemplate="%{customdata}<extra></extra>")


# ---- by size


def _sizes(look: Look[PerplexityFrame]) -> Panel:
    """Perplexity by the size of the training text, at the order that is looked at."""
    frame, value = look.frame, _value(look)
    traces = [curve for name in ESTIMATORS for curve in _curve(look, name)]
    if value > 0:
        here = np.array([[frame.sizes[frame.size], value]])
        traces.append(points.cloud(here, colour="@accent", size=10, opacity=1))
    notes = []
    if frame.order in REFERENCE:
        trace, name = _reference(look)
        traces.append(trace)
        notes.append(name)
    there = [int(size) for size in frame.sizes if size]
    largest = max(int(frame.sizes.max()), frame.tokens, 10)
    least = min(there, default=largest / 16)
    return Panel(
        traces,
        look.say("by_size", order=frame.order),
        notes=notes,
        x={
            "type": "log",
            "range": [np.log10(least / 1.3), np.log10(largest * 1.3)],
            "tickvals": there,
            "ticktext": [f"{size / 1000:.3g}k" if size >= 1000 else str(size) for size in there],
        },
        y={
            "type": "log",
            "range": [1.3, 4.2] if frame.types > 500 else [0, 2.5],
            "tickvals": list(DECADES),
            "ticktext": list(DECADES.values()),
        },
    )


def _curve(look: Look[PerplexityFrame], name: Estimator) -> list[Trace]:
    """An estimator's curve, as far as it has come; the chosen one's in ink."""
    frame = look.frame
    values = frame.table[ESTIMATORS.index(name), frame.order - 1, :]
    there = np.flatnonzero((values > 0) & (frame.sizes > 0))
    if not len(there):
        return []
    chosen = name == look.params.estimator
    ink = "@ink" if chosen else "@ghost"
    return [
        curves.line(
            frame.sizes[there],
            values[there],
            colour=ink,
            width=2.5 if chosen else 1,
            hovertemplate=f"{short_name(look, name)} %{{y:.4~r}}<extra></extra>",
            mode="lines+markers",
            marker={"size": 6 if chosen else 4, "color": ink},
        )
    ]


def _reference(look: Look[PerplexityFrame]) -> tuple[Trace, dict[str, Any]]:
    """What was reported of a much larger text: a line, and its name."""
    value = REFERENCE[look.frame.order]
    level = np.full(2, float(value))
    trace = curves.line(np.array([1.0, 1e9]), level, colour="@ink3", width=1, dash="dot")
    font = {"size": 11, "color": "@ink3"}
    place = {"xref": "x domain", "yref": "y", "x": 0.01, "y": float(np.log10(value)), "xanchor": "left", "yanchor": "top"}
    return trace, note(look.say("reference", value=value), font=font, **place)


# ---- the worst word


def _worst(look: Look[PerplexityFrame]) -> Panel:
    """The held-out text around its worst token: the taller, the more of a surprise."""
    frame, highest = look.frame, highest_of(look.frame)
    bits = np.where(frame.strip == INFINITE, highest, np.clip(frame.strip, 0, highest))
    x = np.arange(len(bits))
    traces: list[Trace] = []
    if len(x):
        usual = x != frame.worst
        traces.append(bars.rectangles(x[usual] - 0.4, x[usual] + 0.4, 0, bits[usual], colour="@sequential7"))
        traces.append(bars.rectangles(frame.worst - 0.4, frame.worst + 0.4, 0, bits[frame.worst], colour="@accent"))
        told = [f"{escaped(word)} {_bits(look, float(b))}" for word, b in zip(frame.words.tolist(), frame.strip, strict=True)]
        traces.append(points.targets(np.stack([x, bits / 2], 1), "strip", ring=14, template="%{customdata}", customdata=told))
    letters = 2.4 * PHONE * len(x) / ngram.STRIP
    names = ticks(frame.words.tolist(), letters) if len(x) else []
    notes = [_name(k, name, k == frame.worst) for k, name in enumerate(names)]
    title = look.say(scored("strip", look.params.estimator))
    return Panel(traces, title, notes=notes, x=blank(range=[-1, ngram.STRIP]), y=blank(range=[0, highest + 2]))


def _bits(look: Look[PerplexityFrame], bits: float) -> str:
    return look.say("unknown_word") if bits == NONE else "∞" if bits == INFINITE else number(bits, 2)


def _name(k: int, name: str, worst: bool) -> dict[str, Any]:
    """The word below a bar; on a phone there is room for the worst one's alone."""
    font = {"size": 12 if worst else 10, "color": "@accent" if worst else "@ink3"}
    place = {"x": k, "y": -0.03, "xref": "x", "yref": "y domain", "xanchor": "center", "yanchor": "top"}
    lowered = name.replace("<br>", "\u00a0<br>")  # a line with nothing in it has no height
    return note(lowered, font=font, **place, **({} if worst else {"name": "wide"}))
