"""Held-out perplexity: the estimators by order, as far as this much text takes them; and the chosen one by size of the text."""

from typing import Any

import numpy as np

from charts import curves, points, trees
from charts.formula import formula
from charts.layout import HIGHEST, columns
from charts.numbers import count
from charts.panels import Panel, Picture, Trace, escaped
from engine.language.ngram import PerplexityFrame
from engine.language.smoothing import ESTIMATORS
from views.language.ngram_parts import beside, inked, keyed, short_name, size_of
from views.look import Look

PERPLEXITY = formula(r"2^{\,\frac{1}{{m}!} \sum -\log_2 p} = {perplexity}!!")
SPARED = formula(
    r"2^{\,\frac{1}{{m}!} \sum -\log_2 p'} = {perplexity}!! \qquad p' = p(w \mid h) / (1 - p(\langle\text{unk}\rangle \mid h))"
)
REFERENCE = (962, 170, 109)  # Wall Street Journal, 38 million words (Jurafsky & Martin), by order
INFINITE, NONE = -1.0, -2.0  # how the engine's table says them
DECADES = {1: "1", 3: "3", 10: "10", 30: "30", 100: "100", 300: "300", 1000: "1,000", 3000: "3,000", 10000: "10,000"}
APART, MARGIN = 0.047, 0.1  # of the axis between two names; decades above what is infinite
NAMES, NAMES_PHONE = 0.32, 0.46  # of the axis, for the names at the ends of the lines


def perplexity(look: Look[PerplexityFrame]) -> Picture:
    """A line for each estimator by order, its name and value at the end; the chosen one by the size of the training text."""
    frame, params = look.frame, look.params
    value = float(frame.table[ESTIMATORS.index(params.estimator), frame.order - 1, frame.size])  # 0: before the first
    facts = _facts(look, value)
    spared = frame.spared and frame.unknown
    known = frame.tested - (0 if params.unknown == "rare" else frame.unknown)
    return look.picture(
        columns(_orders(look), _sizes(look), shares=(5, 2)),
        facts=facts,
        key={INFINITE: "infinite", NONE: "none"}.get(value, ""),
        formula="" if not frame.step or value == NONE else SPARED if spared else PERPLEXITY,
        values={"m": (known, 0), "perplexity": (facts["value"], 0)},
        metrics=[("perplexity", facts["value"] if frame.step else None)],
        derived={"estimator": params.estimator, "size": int(frame.sizes[frame.size])}
        | {"word": facts["worst"] or None, "perplexity": value if value > 0 else None},
        hold=3.0,
    )


def _facts(look: Look[PerplexityFrame], value: float) -> dict[str, Any]:
    """What the sentences say beside the row."""
    frame = look.frame
    worst = str(frame.words[frame.worst]) if frame.worst >= 0 else ""
    unknown, tested = count(frame.unknown), count(frame.tested)
    spared = frame.spared and value != NONE
    text = {"lines": count(frame.lines), "tokens": count(int(frame.sizes[frame.size])), "tested": tested}
    model = {"estimator": short_name(look, look.params.estimator), "value": _written(value), "worst": worst}
    found = look.say("worst" if frame.before else "worst_first", worst=worst, before=frame.before) if worst else ""
    left = look.say("unknown_spared" if spared else "unknown", unknown=unknown, tested=tested) if frame.unknown else ""
    zeros = count(int(frame.zeros[ESTIMATORS.index(look.params.estimator)]))
    return text | model | {"zeros": zeros, "worst_token": found, "left_out": left}


def _written(value: float) -> str:
    return size_of(value) if value > 0 else "∞" if value == INFINITE else "–"


def _orders(look: Look[PerplexityFrame]) -> Panel:
    """The lines at the size that is looked at; what is infinite leaves through the top."""
    frame, orders = look.frame, look.frame.table.shape[1]
    axis = _decades(frame)
    known = frame.table[:, : frame.order, frame.size] if frame.step else np.zeros((len(ESTIMATORS), 0))
    lines = [np.where(row == INFINITE, 10 ** (axis["range"][1] - MARGIN), row)[row != NONE] for row in known]
    chosen = ESTIMATORS.index(look.params.estimator)
    traces = [_line(look, name, y, name == look.params.estimator) for name, y in zip(ESTIMATORS, lines, strict=True)]
    reference = np.array(list(enumerate(REFERENCE[: min(orders, max(frame.order, 1))], 1)), dtype=float)
    rings = points.cloud(reference, colour="@ink3", symbol="diamond-open", size=8, opacity=1, hovertemplate="%{y}<extra></extra>")
    here = np.array([[frame.order, lines[chosen][-1]]]) if len(lines[chosen]) else np.zeros((0, 2))
    traces += [rings, points.cloud(here, colour="@accent", size=11, opacity=1, meta={"key": "now"})]
    if frame.step:
        traces += _names(look, [float(y[-1]) if len(y) else np.nan for y in lines])
    tokens = count(int(frame.sizes[frame.size]))
    title = look.say("by_order", tokens=tokens) if frame.step else look.say("by_order_start")
    title, notes = keyed(title, [("◇", look.say("reference"), "@ink3")])
    reach, n = max(orders - 1, 1) + 0.2, list(range(1, orders + 1))
    wide, phone = ((0.85, 0.85 + reach / (1 - names)) for names in (NAMES, NAMES_PHONE))
    across = {"showgrid": False, "tickvals": n, "ticktext": [f"n = {order}" for order in n], "range": wide}
    return Panel(traces, title, notes=notes, x=across, y=axis, part=phone, tall=HIGHEST)


def _decades(frame: PerplexityFrame) -> dict[str, Any]:
    low, high = (1.3, 4.2) if frame.types > 500 else (0.0, 2.5)
    return {"type": "log", "range": [low, high + MARGIN], "tickvals": list(DECADES), "ticktext": list(DECADES.values())}


def _line(look: Look[PerplexityFrame], name: str, y: np.ndarray, chosen: bool) -> Trace:
    """An estimator's perplexities from order 1 on, as far as they have come."""
    colour, width = ("@ink", 2.5) if chosen else ("@edge", 1)
    marks = {"size": 6 if chosen else 4, "color": colour}
    how: dict[str, Any] = {"mode": "lines+markers", "marker": marks, "meta": {"key": name}}
    told = short_name(look, name) + " %{y:.4~r}<extra></extra>"
    return curves.line(np.arange(1, len(y) + 1), y, colour=colour, width=width, hovertemplate=told, **how)


def _names(look: Look[PerplexityFrame], ends: list[float]) -> list[Trace]:
    """Names and values, one above the other, each led to from the end of its line; the chosen one is lit."""
    frame, (low, high) = look.frame, _decades(look.frame)["range"]
    values = frame.table[:, frame.order - 1, frame.size].tolist()
    some = [k for k in np.argsort(ends, kind="stable").tolist() if ends[k] > 0]
    there = (np.log10([ends[k] for k in some]) - low) / (high - low)
    y = 10 ** (low + trees.apart(there, np.full(len(some), APART)) * (high - low))
    led = [((frame.order, ends[k]), (frame.order + 0.16, up)) for k, up in zip(some, y.tolist(), strict=True)]
    lines = curves.line(*points.gapped_ways(np.array(led).reshape(-1, 2, 2)), colour="@ghost", width=0.8, meta={"still": True})
    text = [f"{escaped(short_name(look, ESTIMATORS[k]))} {_written(values[k])}" for k in some]
    chosen = ESTIMATORS.index(look.params.estimator)
    lit = some.index(chosen) if chosen in some else -1
    names = inked(frame.order + 0.18, y, text, lit, meta={"index": some, "still": True}, size=11, place="middle right")
    reason = [] if chosen in some else [look.say("scores")]
    return [lines, *names, *inked(0.9, 10 ** (low + 0.03), reason, 0, size=11, place="middle right")]


def _sizes(look: Look[PerplexityFrame]) -> Panel:
    """The chosen estimator by the size of the training text, at the order that is looked at."""
    frame = look.frame
    values = frame.table[ESTIMATORS.index(look.params.estimator), frame.order - 1, :]
    there = np.flatnonzero((values > 0) & (frame.sizes > 0))
    how: dict[str, Any] = {"mode": "lines+markers", "marker": {"size": 5, "color": "@ink"}}
    course = curves.line(frame.sizes[there], values[there], colour="@ink", hovertemplate="%{x}: %{y:.4~r}<extra></extra>", **how)
    sizes, largest = [int(size) for size in frame.sizes if size][::2], max(int(frame.sizes.max()), frame.tokens, 10)
    names = [f"{size / 1000:.3g}k" if size >= 1000 else str(size) for size in sizes]
    axis = {"type": "log", "range": [np.log10(largest / 22), np.log10(largest * 1.4)], "tickvals": sizes, "ticktext": names}
    title = beside(look.say("by_size", order=frame.order))
    return Panel([course], title, x=axis | {"showgrid": False}, y=_decades(frame))
