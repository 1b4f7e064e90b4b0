"""Pictures of n-gram models as such: one context under twelve estimators, held-out perplexity, λ by EM, Good–Turing's counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import bars, curves, points
from charts.formula import formula
from charts.numbers import chance, count, number
from charts.panels import Box, Panel, Picture, Trace, blank, escaped, note
from charts.words import ticks
from engine.language import ngram
from engine.language.ngram import ContextFrame, NgramFrame, Params, PerplexityFrame, TuringFrame, WeightsFrame
from engine.language.smoothing import ESTIMATORS, KATZ, SCORES, STUPID
from views import Words
from views.language.ngram_parts import PHONE, colour_of, explained, highest_of, named, picture, size_of, times

PERPLEXITY = formula(r"2^{\,\frac{1}{{m}!} \sum -\log_2 p} = {perplexity}!!")
SPARED = formula(
    r"2^{\,\frac{1}{{m}!} \sum -\log_2 p} = {perplexity}!! \qquad p = p(w \mid h) \,/\, (1 - p(\langle\text{unk}\rangle \mid h))"
)
MIXED = formula(r"p = {terms}!")
LINE = formula(
    r"r^{*} = r\,\left(1 + \frac{1}{r}\right)^{1 + b} = {r}! \cdot \left(1 + \frac{1}{{r}!}\right)^{1 + {slope}?} = {star}!!"
)
PLAIN = formula(r"r^{*} = r = {star}!!")
TURING = formula(r"r^{*} = (r+1)\,\frac{N_{r+1}}{N_r} = {next}! \cdot \frac{{above}!}{{here}!} = {star}!!")
REFERENCE = {1: 962, 2: 170, 3: 109}  # Wall Street Journal, 38 million words (Jurafsky & Martin)
TO_THE_UNSEEN = ("good_turing", "absolute", "katz", "kneser_ney")  # what single words lose goes to words never seen at all
CONTEXT_WIDE: list[Box] = [(0.16, 0.66, 0.02, 0.80), (0.75, 1, 0.02, 0.80)]
CONTEXT_NARROW: list[Box] = [(0.27, 0.99, 0.53, 0.90), (0.27, 0.99, 0.02, 0.42)]
PERPLEXITY_WIDE: list[Box] = [(0.16, 0.52, 0.44, 0.95), (0.62, 1, 0.46, 1), (0.02, 1, 0.12, 0.28)]
PERPLEXITY_NARROW: list[Box] = [(0.32, 1, 0.60, 0.96), (0.1, 1, 0.30, 0.49), (0, 1, 0.05, 0.20)]
WEIGHTS_WIDE: list[Box] = [(0.04, 0.46, 0.44, 1), (0.56, 1, 0.44, 1), (0.04, 1, 0.10, 0.30)]
WEIGHTS_NARROW: list[Box] = [(0.1, 0.95, 0.70, 1), (0.1, 1, 0.38, 0.58), (0.06, 1, 0.10, 0.26)]
TURING_WIDE: list[Box] = [(0.05, 0.47, 0.08, 1), (0.57, 1, 0.08, 1)]
TURING_NARROW: list[Box] = [(0.1, 1, 0.57, 1), (0.1, 1, 0.05, 0.44)]


# ---- one context


def context(frames: Sequence[NgramFrame], frame: ContextFrame, params: Params, words: Words) -> Picture:
    rows, name, n = len(ESTIMATORS), ESTIMATORS[max(frame.shown - 1, 0)], len(frame.context) + 1
    context = ngram.joined(frame.context.tolist()) or "∅"
    panels = [_table(frame, params, words, context), _mass(frame, params, words)]
    i = max(frame.shown - 1, 0)
    unseen = float(frame.mass[i, :n].sum())
    facts = {
        "context": context,
        "times": count(frame.times),
        "types": int(frame.kinds[n]),
        "estimator": words(f"name_{name}"),
        "k": f"{params.k:g}",
        "seen": number(float(frame.mass[i, n]), 3),
        "unseen": number(unseen, 3),
        "sum": number(float(frame.sums[i]), 3),
        "word": str(frame.words[0]),
        "others": count(frame.types - int(frame.kinds[n])),
        "katz": KATZ,
        "stupid": f"{STUPID:g}",
    }
    if not frame.shown:
        said = words("said_context" if frame.times else "said_context_unseen", **facts)
    elif name == "mle" and frame.sums[i] < 0:
        said = words("said_is_mle_undefined", **facts)
    else:
        said = words(f"said_is_{name}", **facts) + (
            words("gap") + words("said_fallback", level=frame.fallback) if frame.fallback else ""
        )
        if name in TO_THE_UNSEEN and frame.kinds[0]:
            said += words("gap") + words("said_to_the_unseen", share=chance(float(frame.mass[i, 0])))
    if frame.shown:
        said = words("named", estimator=facts["estimator"]) + said
    mathml, values = explained(frame.now, params, frame.types, name) if frame.shown else ("", {})
    sums = frame.sums[: frame.shown]
    return picture(
        panels,
        CONTEXT_WIDE,
        CONTEXT_NARROW,
        words,
        frame,
        phase=words("phase_row", n=frame.shown, of=rows) if frame.shown else words("phase_start"),
        said=said,
        formula=mathml,
        values=values,
        mark=True,
        hold=4.0,
        of="word",
        at=0,
        alt=words("alt_context", n=int((np.abs(sums - 1) < 1e-9).sum()), of=rows) if frame.shown else "",
        metrics=[(words("seen_mass"), number(float(frame.mass[i, n]), 3)), (words("unseen_mass"), number(unseen, 3))]
        if frame.shown and frame.sums[i] >= 0
        else [],
        numbers={
            "estimator": name if frame.shown else None,
            "order": params.order,
            "word": str(frame.words[0]),
            **named(frame.now.p if frame.shown else None, name),
            "count": frame.now.count,
            "context": frame.now.total,
            "sum": float(frame.sums[i]) if frame.shown and frame.sums[i] >= 0 else None,
            "unseen": unseen if frame.shown else None,
        },
    )


def _table(frame: ContextFrame, params: Params, words: Words, context: str) -> Panel:
    """Twelve rows: what each estimator says of some next words, and its sum."""
    shown, columns, n = frame.shown, len(frame.words), len(frame.context) + 1
    y = np.arange(len(ESTIMATORS))
    traces: list[Trace] = []
    if shown:
        traces.append(bars.rectangles(-0.55, columns + 0.75, shown - 1.5, shown - 0.5, colour="@wash"))
    x, rows = np.meshgrid(np.arange(columns), y[:shown])
    p = frame.p[:shown]
    height = np.where(p > 0, 0.8 * np.sqrt(np.clip(p, 0, 1) / max(float(frame.p.max()), 1e-12)), 0.0)
    if shown:
        base = rows + 0.42
        for m in range(n + 1):
            here = np.broadcast_to(frame.level == m, p.shape) & (p > 0)
            if here.any():
                sides = x[here] - 0.44, x[here] - 0.30, base[here], base[here] - height[here]
                traces.append(bars.rectangles(*sides, colour=colour_of(m, n)))
        told = [
            words(
                "hover_word_score" if ESTIMATORS[row] in SCORES else "hover_word",
                word=word,
                estimator=words(f"name_{ESTIMATORS[row]}"),
                p=chance(float(p[row, k])) if p[row, k] >= 0 else "?",
            )
            for row in range(shown)
            for k, word in enumerate(frame.words.tolist())
        ]
        text = [_cell(float(value)) for value in p.ravel()]
        faint = ["@ink3" if value <= 0 else "@ink" for value in p.ravel()]
        traces.append(
            bars.labels(
                x.ravel() + 0.1,
                rows.ravel(),
                text,
                size=10.5,
                colour=faint,
                customdata=told,
                hovertemplate="%{customdata}<extra></extra>",
                meta={"link": "word", "index": x.ravel().tolist(), "click": "word"},
            )
        )
        honest = [abs(value - 1) < 1e-9 for value in frame.sums[:shown]]
        badges = [
            "–" if value < 0 else f"Σ {value:.3f}" if fine else f"<b>Σ {value:.3f}</b>"
            for value, fine in zip(frame.sums[:shown], honest, strict=True)
        ]
        colours = ["@ink3" if fine or value < 0 else "@bad" for value, fine in zip(frame.sums[:shown], honest, strict=True)]
        traces.append(
            bars.labels(np.full(shown, columns - 0.35), y[:shown], badges, size=11, place="middle right", colour=colours)
        )
    heads = [
        note(
            name.replace("<br>", "") + "<br> " * name.count("<br>"),  # the rows rise from the table
            x=k,
            y=-1.0,
            xref="x",
            yref="y",
            xanchor="center",
            yanchor="bottom",
            font={"size": 12, "color": "@ink"},
        )
        for k, name in enumerate(ticks(frame.words.tolist(), PHONE))
    ]
    under = bars.labels(
        np.arange(columns) + 0.05, np.full(columns, -0.72), [times(c) for c in frame.count], size=10, colour="@ink3"
    )
    names = [escaped(words(f"name_{name}")) for name in ESTIMATORS]
    grey = [f"<span>{name}</span>" if k < shown else f"<i>{name}</i>" for k, name in enumerate(names)]
    title = note(
        words("table", context=context),
        xref="x domain",
        yref="y domain",
        x=-0.3,
        y=1,
        xanchor="left",
        yanchor="bottom",
        yshift=62,
    )
    return Panel(
        [*traces, under],
        "",
        notes=[*heads, title],
        x=blank(range=[-0.6, columns + 0.9]),
        y={"range": [11.6, -1.0], "showgrid": False, "tickvals": y.tolist(), "ticktext": grey, "nticks": 12},
    )


def _mass(frame: ContextFrame, params: Params, words: Words) -> Panel:
    """Where the probability lies: on words seen after the whole context, after shorter ones, nowhere."""
    n, shown = len(frame.context) + 1, frame.shown
    traces: list[Trace] = []
    left = np.zeros(shown)
    y = np.arange(shown)
    scale = np.maximum(frame.mass[:shown].sum(1), 1)  # a score may sum to more than 1: drawn to fill the row
    for m in range(n, -1, -1):
        part = frame.mass[:shown, m] / scale
        here = part > 0
        if here.any():
            traces.append(
                bars.rectangles(left[here], (left + part)[here], y[here] - 0.36, y[here] + 0.36, colour=colour_of(m, n))
            )
            told = [
                words(
                    "hover_mass",
                    part=number(float(frame.mass[k, m]), 4),
                    what=words(_level_name(m, n), m=m - 1),
                    words=count(int(frame.kinds[m])),
                )
                for k in y[here]
            ]
            middle = np.stack([(left + part / 2)[here], y[here]], 1)
            traces.append(points.targets(middle, "mass", ring=12, template="%{customdata}", customdata=told))
        left = left + part
    some = [m for m in range(n, -1, -1) if frame.kinds[m]]
    keys = []
    for row, m in enumerate(reversed(some)):
        place = {"xref": "x domain", "yref": "y domain", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"}
        said = f"{words(_level_name(m, n), m=m - 1)}: {count(int(frame.kinds[m]))}"
        keys.append(note("", bgcolor=colour_of(m, n), width=9, height=9, borderpad=0, yshift=9 + 15 * row, **place))
        keys.append(note(said, xshift=14, yshift=5 + 15 * row, font={"size": 11, "color": "@ink2"}, **place))
    title = note(
        words("mass"), xref="x domain", yref="y domain", x=0, y=1, xanchor="left", yanchor="bottom", yshift=10 + 15 * len(some)
    )
    return Panel(traces, "", notes=[*keys, title], x=blank(range=[0, 1]), y=blank(range=[11.6, -1.0]))


def _level_name(m: int, n: int) -> str:
    if m in (0, n):
        return "level_full" if m else "level_none"
    return {1: "level_word", 2: "level_last"}.get(m, "level_part")


def _cell(p: float) -> str:
    if p <= 0:
        return "0" if p == 0 else "?"
    if p < 0.0005:
        return number(p, 4)[1:] if p >= 0.00005 else "<10⁻⁴"
    return number(p, 3)[1:] if p < 0.9995 else "1"


# ---- held-out perplexity


def perplexity(frames: Sequence[NgramFrame], frame: PerplexityFrame, params: Params, words: Words) -> Picture:
    i = ESTIMATORS.index(params.estimator)
    value = float(frame.table[i, frame.order - 1, frame.size])
    panels = [_orders(frame, params, words), _sizes(frame, params, words), _worst(frame, words)]
    facts = {
        "estimator": words(f"name_{params.estimator}"),
        "order": frame.order,
        "lines": count(frame.lines),
        "value": size_of(value) if value > 0 else "∞" if value == -1 else "–",
        "tokens": count(int(frame.sizes[frame.size])),
        "unknown": count(frame.unknown),
        "tested": count(frame.tested),
        "zeros": count(int(frame.zeros[i])),
        "worst": str(frame.words[frame.worst]) if frame.worst >= 0 else "",
        "before": frame.before,
    }
    if not frame.step:
        said = words("said_test", **facts)
    else:
        said = words("said_ppl" if value > 0 else "said_ppl_infinite" if value == -1 else "said_ppl_none", **facts)
        if frame.worst >= 0:
            said += words("gap") + words("said_worst_token" if frame.before else "said_worst_first", **facts)
        if frame.unknown:
            said += words("gap") + words("said_oov_spared" if frame.spared and value != -2 else "said_oov", **facts)
    known = frame.tested - (0 if params.unknown == "rare" else frame.unknown)
    return picture(
        panels,
        PERPLEXITY_WIDE,
        PERPLEXITY_NARROW,
        words,
        frame,
        phase=words("phase_fit" if frame.step else "phase_start", order=frame.order),
        said=said,
        formula="" if not frame.step or value == -2 else SPARED if frame.spared and frame.unknown else PERPLEXITY,
        values={"m": (known, 0), "perplexity": (facts["value"], 0)},
        mark=frame.order == 1,
        hold=3.0,
        metrics=[(words("perplexity"), str(facts["value"]))] if frame.step else [],
        numbers={
            "estimator": params.estimator,
            "order": frame.order,
            "size": int(frame.sizes[frame.size]),
            "word": facts["worst"] or None,
            "perplexity": value if value > 0 else None,
        },
    )


def _orders(frame: PerplexityFrame, params: Params, words: Words) -> Panel:
    """Perplexity by estimator and order, at the size that is looked at; the least of each column in bold."""
    table = frame.table[:, :, frame.size]  # (12, orders)
    orders = table.shape[1]
    traces: list[Trace] = []
    if frame.step:
        traces.append(bars.rectangles(frame.order - 1.5, frame.order - 0.5, -0.5, 11.5, colour="@wash"))
    least = [size_of(float(column[column > 0].min())) if (column > 0).any() else "" for column in table.T]
    x, y, text, colour, told = [], [], [], [], []
    for (row, k), value in np.ndenumerate(table):
        if value:
            said = {-1: "∞", -2: "–"}.get(int(value), size_of(float(value)))
            best = said == least[k]  # all that print the same: a tie is no victory
            x.append(k)
            y.append(row)
            text.append(f"<b>{said}</b>" if best else said)
            colour.append("@accent" if best else "@ink3" if value < 0 else "@ink")
            told.append(
                words("hover_stupid" if value == -2 else "hover_best") if value == -2 or best else f"{words('perplexity')} {said}"
            )
    traces.append(bars.labels(x, y, text, colour=colour, size=12, customdata=told, hovertemplate="%{customdata}<extra></extra>"))
    names = [
        f"<b>{escaped(words(f'name_{name}'))}</b>" if name == params.estimator else escaped(words(f"name_{name}"))
        for name in ESTIMATORS
    ]
    tokens = int(frame.sizes[frame.size])
    title = words("by_order", tokens=count(tokens)) if tokens else words("by_order_start")
    place = {"xref": "x domain", "yref": "y domain", "x": -0.42, "xanchor": "left"}
    foot = note(words("foot_stupid"), y=0, yanchor="top", yshift=-4, font={"size": 11, "color": "@ink3"}, **place)
    return Panel(
        traces,
        notes=[note(title, y=1, yanchor="bottom", yshift=26, **place), *[foot] * bool(frame.step)],
        x={
            "range": [-0.6, orders - 0.4],
            "showgrid": False,
            "side": "top",
            "tickvals": list(range(orders)),
            "ticktext": [words("order_n", n=k + 1) for k in range(orders)],
        },
        y={"range": [11.6, -0.6], "showgrid": False, "tickvals": list(range(12)), "ticktext": names, "nticks": 12},
    )


def _sizes(frame: PerplexityFrame, params: Params, words: Words) -> Panel:
    """Perplexity by the size of the training text, at the order that is looked at."""
    traces: list[Trace] = []
    k, notes = frame.order - 1, []
    for i, name in enumerate(ESTIMATORS):
        values = frame.table[i, k]
        there = np.flatnonzero((values > 0) & (frame.sizes > 0))
        chosen = name == params.estimator
        if len(there):
            told = words(f"name_{name}")
            traces.append(
                curves.line(
                    frame.sizes[there],
                    values[there],
                    colour="@ink" if chosen else "@ghost",
                    width=2.5 if chosen else 1,
                    hovertemplate=f"{told} %{{y:.4~r}}<extra></extra>",
                    mode="lines+markers",
                    marker={"size": 6 if chosen else 4, "color": "@ink" if chosen else "@ghost"},
                )
            )
    i = ESTIMATORS.index(params.estimator)
    value = frame.table[i, k, frame.size]
    if value > 0:
        traces.append(points.cloud(np.array([[frame.sizes[frame.size], value]]), colour="@accent", size=10, opacity=1))
    if frame.order in REFERENCE:
        level = float(REFERENCE[frame.order])
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [1, 1e9],
                "y": [level, level],
                "hoverinfo": "skip",
                "line": {"color": "@ink3", "width": 1, "dash": "dot"},
            }
        )
        notes.append(
            note(
                words("reference", value=REFERENCE[frame.order]),
                xref="x domain",
                yref="y",
                x=0.01,
                y=float(np.log10(level)),
                xanchor="left",
                yanchor="top",
                font={"size": 11, "color": "@ink3"},
            )
        )
    largest = max(int(frame.sizes.max()), frame.tokens, 10)
    least = min(int(size) for size in frame.sizes if size) if frame.sizes.any() else largest / 16
    return Panel(
        traces,
        words("by_size", order=frame.order),
        notes=notes,
        x={"type": "log", "range": [np.log10(least / 1.3), np.log10(largest * 1.3)]} | _ticks(frame.sizes),
        y={
            "type": "log",
            "range": [1.3, 4.2] if frame.types > 500 else [0, 2.5],
            "tickvals": [1, 3, 10, 30, 100, 300, 1000, 3000, 10000],
            "ticktext": ["1", "3", "10", "30", "100", "300", "1,000", "3,000", "10,000"],
        },
    )


def _ticks(sizes: np.ndarray) -> dict[str, Any]:
    there = [int(size) for size in sizes if size]
    return {"tickvals": there, "ticktext": [f"{size / 1000:.3g}k" if size >= 1000 else str(size) for size in there]}


def _worst(frame: PerplexityFrame, words: Words) -> Panel:
    """The held-out text around its worst token: the taller, the more of a surprise."""
    highest = highest_of(frame)
    bits = np.where(frame.strip == -1, highest, np.clip(frame.strip, 0, highest))
    x = np.arange(len(bits))
    traces: list[Trace] = []
    usual = x != frame.worst
    if len(x):
        traces.append(bars.rectangles(x[usual] - 0.4, x[usual] + 0.4, 0, bits[usual], colour="@sequential7"))
        traces.append(bars.rectangles(frame.worst - 0.4, frame.worst + 0.4, 0, bits[frame.worst], colour="@accent"))
        told = [
            f"{escaped(word)} " + (words("unknown_word") if b == -2 else "∞" if b == -1 else number(float(b), 2))
            for word, b in zip(frame.words.tolist(), frame.strip, strict=True)
        ]
        traces.append(points.targets(np.stack([x, bits / 2], 1), "strip", ring=14, template="%{customdata}", customdata=told))
    notes = []
    names = ticks(frame.words.tolist(), 2.4 * PHONE * len(frame.words) / ngram.STRIP)
    for k, name in enumerate(names):  # a name for every bar where there is room, for the worst one always
        look = {"size": 12 if k == frame.worst else 10, "color": "@accent" if k == frame.worst else "@ink3"}
        named = {} if k == frame.worst else {"name": "wide"}
        notes.append(
            note(
                name,
                x=k,
                y=-0.03,
                xref="x",
                yref="y domain",
                xanchor="center",
                yanchor="top",
                font=look,
                **named,
            )
        )
    return Panel(traces, words("strip"), notes=notes, x=blank(range=[-1, ngram.STRIP]), y=blank(range=[0, highest + 2]))


# ---- λ by EM, Good–Turing


def weights(frames: Sequence[NgramFrame], frame: WeightsFrame, params: Params, words: Words) -> Picture:
    seen = [one for one in frames if isinstance(one, WeightsFrame)]
    n = params.order
    past = np.stack([one.weights for one in seen])  # (i + 1, n + 1)
    names = [words("component", m=m) if m > 3 else words(f"component_{m}") for m in range(n + 1)]
    steps, traces, notes = np.array([one.step for one in seen]), [], []
    for m in range(n + 1):
        traces.append(
            curves.line(steps, past[:, m], colour=_part(m), width=2.5, hovertemplate=f"{names[m]} %{{y:.3f}}<extra></extra>")
        )
    marks = [
        points.cloud(np.array([[frame.step, frame.weights[m]]]), colour=_part(m), symbol=points.kind(m)[1], size=9, opacity=1)
        for m in range(n + 1)
    ]
    order = np.argsort(frame.weights)
    heights = _apart(frame.weights[order], 0.075)
    last = max(20, frame.total - 1)
    for m, height in zip(order, heights, strict=True):
        notes.append(
            note(
                f"{names[m]} {frame.weights[m]:.3f}",
                x=last + 0.8,
                y=float(height),
                xref="x",
                yref="y",
                xanchor="left",
                yanchor="middle",
                font={"size": 11, "color": _part(int(m))},
            )
        )
    panels = [
        Panel(
            [*traces, *marks],
            words("lambda_curves"),
            notes=notes,
            x={"range": [-0.5, last * 1.45], "tickvals": list(range(0, last + 1, 5 if last <= 25 else 10))},
            y={"range": [-0.02, 1.05]},
        ),
        Panel(curves.course("loglik"), words("loglik_curve"), series=["loglik"], zero=False, x={"nticks": 4}),
        _responsible(frame, names, words),
    ]
    terms = " + ".join(f"{frame.weights[m]:.3f}·{'1/V' if not m else 'P' + '₁₂₃₄₅'[m - 1]}" for m in range(n + 1))
    facts = {
        "step": frame.step,
        "tuned": count(frame.tuned),
        "most": names[int(np.argmax(frame.weights))],
        "value": number(float(frame.weights.max()), 3),
        "perplexity": size_of(frame.perplexity),
    }
    return picture(
        panels,
        WEIGHTS_WIDE,
        WEIGHTS_NARROW,
        words,
        frame,
        phase=words("phase_em", step=frame.step),
        said=words("said_em" if frame.step else "said_em_start", **facts) + words("gap") + words("said_em_half"),
        formula=MIXED,
        values={"terms": (terms, 0)},
        mark=True,
        hold=1.5,
        metrics=[(words("perplexity_tuned"), size_of(frame.perplexity))],
        numbers={"order": n, "loglik": frame.loglik, "perplexity": frame.perplexity},
    )


def _responsible(frame: WeightsFrame, names: Sequence[str], words: Words) -> Panel:
    """Whom each of some held-out words is put down to: the E-step."""
    x = np.arange(len(frame.words))
    low, traces = np.zeros(len(x)), []
    for m in range(frame.shares.shape[1]):
        high = low + frame.shares[:, m]
        traces.append(bars.rectangles(x - 0.42, x + 0.42, low, high, colour=_part(m)))
        told = [
            f"{escaped(word)}: {names[m]} {share:.3f}"
            for word, share in zip(frame.words.tolist(), frame.shares[:, m], strict=True)
        ]
        traces.append(
            points.targets(np.stack([x, (low + high) / 2], 1), "share", ring=10, template="%{customdata}", customdata=told)
        )
        low = high
    below = {"tickvals": x.tolist(), "ticktext": ticks(frame.words.tolist(), PHONE * min(1, len(x) / 24))}
    return Panel(
        traces, words("responsible"), x={"showgrid": False, "range": [-0.6, max(len(x), 24) - 0.4]} | below, y=blank(range=[0, 1])
    )


def _part(m: int) -> str:
    return f"@c{m + 1}"


def _apart(values: np.ndarray, gap: float) -> np.ndarray:
    """Heights in ascending order, each at least `gap` above the one before."""
    out = values.copy()
    for k in range(1, len(out)):
        out[k] = max(out[k], out[k - 1] + gap)
    return out


def turing(frames: Sequence[NgramFrame], frame: TuringFrame, params: Params, words: Words) -> Picture:
    r, at = frame.r, frame.at
    known = slice(0, at + 1)
    line = frame.line > 0
    below = [
        points.cloud(np.stack([r, frame.n], 1), colour="@c1", size=7, opacity=0.9, hovertemplate="r = %{x}: %{y}<extra></extra>")
    ]
    if line.any():
        below.append(curves.line(r[line], frame.line[line], colour="@ink3", width=1.5, dash="dash"))
    worth = [curves.line(np.array([0, r.max()]), np.array([0, r.max()]), colour="@ghost", width=1.5, dash="dot")]
    raw = frame.raw > 0
    hollow = {"size": 7, "color": "@surface", "line": {"color": "@ink3", "width": 1.5}}
    raw_xy = np.stack([r, frame.raw], 1)[known][raw[known]]
    worth.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": raw_xy[:, 0],
            "y": raw_xy[:, 1],
            "marker": hollow,
            "hovertemplate": "Turing %{y:.3f}<extra></extra>",
        }
    )
    worth.append(
        points.cloud(
            np.stack([r, frame.star], 1)[known], colour="@c1", size=7, opacity=1, hovertemplate="r* = %{y:.3f}<extra></extra>"
        )
    )
    if at >= 0:
        below.append(points.cloud(np.array([[r[at], frame.n[at]]]), colour="@accent", size=11, opacity=1))
        worth.append(points.cloud(np.array([[r[at], frame.star[at]]]), colour="@accent", size=11, opacity=1))
    most = float(frame.n.max())
    panels = [
        Panel(
            below,
            words("n_r"),
            x={"type": "log", "tickvals": [1, 2, 5, 10, 20, 50, 100], "range": [-0.08, float(np.log10(r.max())) + 0.08]},
            y={"type": "log", "range": [-0.15, float(np.log10(most)) + 0.2], "tickvals": [1, 10, 100, 1000, 10000, 100000]},
        ),
        Panel(
            worth,
            words("r_star"),
            x={"range": [0, float(r.max()) + 1]},
            y={"range": [0, float(max(r.max(), frame.star.max())) + 1]},
        ),
    ]
    above = round(float(frame.raw[at] * frame.n[at]) / (int(r[at]) + 1)) if at >= 0 else 0
    facts = {
        "r": int(r[at]) if at >= 0 else 0,
        "n": int(frame.n[at]) if at >= 0 else 0,
        "star": number(float(frame.star[at]), 3) if at >= 0 else "",
        "unseen": number(frame.unseen, 4),
        "switch": frame.switch,
        "once": int(frame.n[0]) if r[0] == 1 else 0,
        "tokens": count(frame.tokens),
    }
    key = (
        "said_turing_start"
        if at < 0
        else "said_turing_plain"
        if not line.any()
        else "said_turing_line"
        if r[at] >= frame.switch
        else "said_turing"
    )
    values: dict[str, tuple[Any, int]] = {
        "r": (facts["r"], 0),
        "next": (int(r[at]) + 1 if at >= 0 else 1, 0),
        "above": (above, 0),
        "here": (facts["n"], 0),
        "slope": (frame.slope, 4),
        "star": (facts["star"], 0),
    }
    formulas = {"said_turing": TURING, "said_turing_line": LINE, "said_turing_plain": PLAIN}
    return picture(
        panels,
        TURING_WIDE,
        TURING_NARROW,
        words,
        frame,
        phase=words("phase_r", r=facts["r"]) if at >= 0 else words("phase_start"),
        said=words(key, **facts),
        formula=formulas.get(key, ""),
        values=values if at >= 0 else {},
        mark=True,
        hold=2.0,
        metrics=[(words("unseen_share"), str(facts["unseen"]))],
        numbers={
            "r": facts["r"] or None,
            "nr": facts["n"] or None,
            "star": float(frame.star[at]) if at >= 0 else None,
            "unseen": frame.unseen,
        },
    )
