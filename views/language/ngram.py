"""N-gram models: a window over a sentence, one context under twelve estimators, perplexity, generation, λ, Good–Turing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import engine.params
from charts import bars, curves, points
from charts.formula import formula, number, short
from charts.panels import Box, Panel, Picture, Trace, blank, compose, escaped, note
from engine.language import ngram
from engine.language.ngram import (
    ContextFrame,
    Explained,
    GenerateFrame,
    NgramFrame,
    Params,
    PerplexityFrame,
    ReadFrame,
    SentenceFrame,
    TuringFrame,
    WeightsFrame,
)
from engine.language.smoothing import ESTIMATORS, KATZ, STUPID
from engine.texts import Text
from views import Words

COUNT = formula(r"C(h\,w) = {gram}! \qquad C(h) = {context}!")
RATIO = formula(r"p = \frac{{c}!}{{n}!} = {p}!!")
ADD = formula(r"p = \frac{{c}! + {k}!}{{n}! + {k}! \cdot {V}!} = {p}!!")
MIX = formula(r"p = {D}! \cdot \frac{{c}!}{{n}!} + {weight}! \cdot {lower}! = {p}!!")
WITTEN = formula(r"p = \frac{{c}!}{{n}!} + {weight}! \cdot {lower}! = {p}!!")
LESS = formula(r"p = \frac{{c}! - {D}!}{{n}!} + {weight}! \cdot {lower}! = {p}!!")
TAKEN = formula(r"p = \frac{{c}! - {D}!}{{n}!} = {p}!!")
TIMES = formula(r"p = {D}! \cdot \frac{{c}!}{{n}!} = {p}!!")
BACK = formula(r"p = {weight}! \cdot {lower}! = {p}!!")
STAR = formula(r"p = \frac{r^{*}}{N} = \frac{{D}!}{{n}!} = {p}!!")
NOTHING = formula(r"p = {p}!!")
PRODUCT = formula(r"P = {factors}! = {product}!!")
WHOLE = formula(r"P = {factors}! = {product}!! \qquad P^{-1/{m}!} = {perplexity}!")
PERPLEXITY = formula(r"2^{\,\frac{1}{{m}!} \sum -\log_2 p} = {perplexity}!!")
DRAW = formula(r"p({name}! \mid h) = {p}!! \qquad u = {u}!")
PICK = formula(r"p({name}! \mid h) = {p}!!")
MIXED = formula(r"p = {terms}!")
TURING = formula(r"r^{*} = (r+1)\,\frac{N_{r+1}}{N_r} = {next}! \cdot \frac{{above}!}{{here}!} = {raw}!!")

LINE = 60  # width of a line of the sentence, in Latin letters
ROWS = 4  # lines of it that are shown
HIGHEST = 20.0  # bits that a bar reaches
RAMP = ("@bad", "@sequential3", "@sequential6", "@sequential9", "@sequential11", "@sequential13")  # by n-grams, shortest first
REFERENCE = {1: 962, 2: 170, 3: 109}  # Wall Street Journal, 38 million words (Jurafsky & Martin)
BACKING = ("absolute", "katz", "stupid", "kneser_ney")

SENTENCE_WIDE: list[Box] = [(0, 0.65, 0.60, 1), (0.035, 0.65, 0.15, 0.47), (0.80, 1, 0, 1)]
SENTENCE_NARROW: list[Box] = [(0, 1, 0.76, 1), (0.05, 1, 0.48, 0.66), (0.3, 1, 0.02, 0.36)]
CONTEXT_WIDE: list[Box] = [(0.16, 0.66, 0.02, 0.80), (0.75, 1, 0.02, 0.80)]
CONTEXT_NARROW: list[Box] = [(0.27, 0.99, 0.53, 0.90), (0.27, 0.99, 0.02, 0.42)]
PERPLEXITY_WIDE: list[Box] = [(0.16, 0.52, 0.36, 0.96), (0.62, 1, 0.42, 1), (0, 1, 0, 0.22)]
PERPLEXITY_NARROW: list[Box] = [(0.32, 1, 0.60, 0.97), (0.1, 1, 0.30, 0.49), (0, 1, 0.01, 0.18)]
WEIGHTS_WIDE: list[Box] = [(0.04, 0.46, 0.44, 1), (0.56, 1, 0.44, 1), (0.04, 1, 0.10, 0.30)]
WEIGHTS_NARROW: list[Box] = [(0.1, 0.95, 0.70, 1), (0.1, 1, 0.38, 0.58), (0.06, 1, 0.10, 0.26)]
TURING_WIDE: list[Box] = [(0.05, 0.47, 0.08, 1), (0.57, 1, 0.08, 1)]
TURING_NARROW: list[Box] = [(0.1, 1, 0.57, 1), (0.1, 1, 0.05, 0.44)]
READ: list[Box] = [(0.12, 0.88, 0.2, 0.9)]


class Options(engine.params.Options):
    """This picture has no settings of its own."""


def draw(frames: Sequence[NgramFrame], i: int, params: Params, data: tuple[Text, ...], options: Options, words: Words) -> Picture:
    """The picture of frame i."""
    frame = frames[i]
    kinds: dict[type, Callable[..., Picture]] = {
        ReadFrame: _reading, SentenceFrame: _sentence, ContextFrame: _context, PerplexityFrame: _perplexity,
        GenerateFrame: _generate, WeightsFrame: _weights, TuringFrame: _turing,
    }  # fmt: skip
    return kinds[type(frame)](frames[: i + 1], frame, params, words)


def followed(name: str, index: int, frame: NgramFrame) -> dict[str, str]:
    """The settings that a click means: a word is written on, or becomes the end of the context."""
    if name == "next" and isinstance(frame, GenerateFrame) and index < len(frame.top):
        before = frame.words[: len(frame.words) - int(frame.part in ("draw", "end"))]
        return {"begin": ngram.joined([*before.tolist(), str(frame.top[index])])}
    if name == "word" and isinstance(frame, ContextFrame) and index < len(frame.words):
        kept = [word for word in frame.context.tolist() if word != ngram.START]
        return {"context": ngram.joined([*kept, str(frame.words[index])])}
    return {}


def _picture(panels: Sequence[Panel], wide: list[Box], narrow: list[Box], words: Words, frame: NgramFrame, **more: Any) -> Picture:
    """What all pictures share."""
    drawn = compose(panels, wide, narrow, height=more.pop("height", 860))
    alt = more.pop("alt", "")
    numbers = dict.fromkeys(
        ("step", "part", "word", "estimator", "order", "size", "count", "context", "p", "bits", "sum", "unseen", "perplexity",
         "loglik", "r", "star", "nr", "tokens", "types")
    ) | {"step": frame.step, "part": frame.part, "tokens": frame.tokens, "types": frame.types} | more.pop("numbers")  # fmt: skip
    return Picture(**drawn, numbers=numbers, alt=f"{more['said']} {alt}".strip(), **more)


# ---- reading


def _reading(frames: Sequence[NgramFrame], frame: ReadFrame, params: Params, words: Words) -> Picture:
    shown = [n for n in frame.grams.tolist() if n]
    traces = [
        bars.rectangles(0, 1, 0.62, 0.7, colour="@sunk"),
        bars.rectangles(0, frame.share, 0.62, 0.7, colour="@accent"),
        bars.labels([0], [0.8], [words("read_share", share=f"{100 * frame.share:.0f}")], size=16, place="middle right", colour="@ink"),
    ]
    said = words("said_read", tokens=f"{frame.tokens:,}", types=f"{frame.types:,}")
    if len(shown):
        said += " " + words("said_counted", order=len(shown))
    return _picture(
        [Panel(traces, x=blank(range=[0, 1]), y=blank(range=[0, 1]))], READ, READ, words, frame,
        phase=words("phase_read"), said=said, numbers={}, hold=0.5,
    )  # fmt: skip


# ---- a sentence


def _sentence(frames: Sequence[NgramFrame], frame: SentenceFrame, params: Params, words: Words) -> Picture:
    now, ended = frame.now, frame.part == "end"
    at = -1 if ended else frame.at
    starts = {int(one.at): k for k, one in reversed(list(enumerate(frames))) if isinstance(one, SentenceFrame)}
    under = [f"{_c(c)}/{_c(n)}" for c, n in zip(frame.gram, frame.context, strict=True)]
    first = len(frame.words) - _events(frame, params)
    below = [""] * first + under + [""] * (len(frame.words) - first - len(under))
    if frame.part in ("count", "estimate"):
        below[frame.at] = f"{_c(now.count)}/{_c(now.total)}"
    panels = [
        _strip(frame.words.tolist(), at, frame.first, first + len(frame.p), below, words("window", order=params.order), starts),
        _surprise(frame.words.tolist()[first:], frame.p, frame.level, params, words, len(frame.p) - 1 if at >= 0 else -1, starts, first),
        _candidates(frame, params, words),
    ]
    mathml, values = _caption(frame, params)
    word = str(frame.words[frame.at]) if frame.at >= 0 else ""
    facts = {
        "word": word, "context": _context_words(frame.words, frame.first, frame.at) or "∅", "estimator": words(f"name_{params.estimator}"),
        "gram": now.count, "total": now.total, "p": _p(now.p), "level": now.level, "used": now.order, "rank": frame.rank,
        "order": params.order, "tokens": f"{frame.tokens:,}", "types": f"{frame.types:,}",
    }  # fmt: skip
    said = _said_sentence(frame, params, words, facts)
    metrics = [(words("bits"), number(frame.bits, 2) + (" + ∞" if frame.zeros else ""))]
    if len(frame.p):
        metrics.append((words("perplexity"), _power(frame)))
    return _picture(
        panels, SENTENCE_WIDE, SENTENCE_NARROW, words, frame, phase=_phase(frame, words), said=said,
        formula=mathml, values=values, metrics=metrics, mark=frame.part == "count", hold=3.0 if frame.part else 2.0,
        numbers={"word": word, "estimator": params.estimator, "order": params.order, "count": now.count, "context": now.total,
                 "p": now.p if frame.at >= 0 else None, "bits": frame.bits, "perplexity": _ppl(frame)},
    )  # fmt: skip


def _events(frame: SentenceFrame, params: Params) -> int:
    """How many words of the sentence are predicted."""
    return len(frame.words) - sum(word == ngram.START for word in frame.words)


def _phase(frame: SentenceFrame, words: Words) -> str:
    if frame.part in ("", "end"):
        return words("phase_end" if frame.part else "phase_start")
    return words(f"phase_{frame.part}", step=frame.step)


def _said_sentence(frame: SentenceFrame, params: Params, words: Words, facts: Mapping[str, Any]) -> str:
    now = frame.now
    if not frame.part:
        return words("said_start", **facts)
    if frame.part == "count":
        key = "said_count" if now.count else "said_count_none" if now.total else "said_count_no_context"
        return words(key if params.order > 1 else "said_count_unigram", **facts)
    if frame.part == "estimate":
        if not now.known:
            return words("said_unknown_closed", **facts)
        if params.estimator == "mle":
            return words("said_mle" if now.p else "said_mle_zero" if now.total else "said_mle_undefined", **facts)
        if params.estimator in ("good_turing", "add_one", "add_k"):
            return words("said_flat", **facts)
        if not now.level:
            return words("said_unknown", **facts)
        if now.level == params.order or now.level == now.order == 1 == params.order:
            return words("said_seen", **facts)
        return words("said_shorter" if now.level < now.order else "said_cut_context", **facts)
    worst = int(np.argmin(frame.p))
    first = len(frame.words) - _events(frame, params)
    facts = {**facts, "worst": str(frame.words[first + worst]), "worst_p": _p(float(frame.p[worst])),
             "with_end": _p_all(frame, len(frame.p)), "without": _p_all(frame, len(frame.p) - 1)}  # fmt: skip
    if frame.part == "end":
        return words("said_end", **facts) + " " + words("said_worst", **facts)
    return words("said_accumulate_zero" if frame.zeros else "said_accumulate", **facts)


def _p_all(frame: SentenceFrame, n: int) -> str:
    p = frame.p[:n]
    return "0" if (p == 0).any() else _tiny(float(-np.log2(p).sum()))


def _tiny(bits: float) -> str:
    """2 to the −bits, however small."""
    if bits < 900:
        return _p(float(2.0**-bits))
    power = -bits * np.log10(2)
    return f"{10 ** (power - np.floor(power)):.2g}e−{int(-np.floor(power))}"


def _ppl(frame: SentenceFrame) -> float | None:
    return None if frame.zeros or not len(frame.p) else float(2 ** (frame.bits / len(frame.p)))


def _power(frame: SentenceFrame) -> str:
    found = _ppl(frame)
    return "∞" if found is None else _size(found)


def _caption(frame: SentenceFrame, params: Params) -> tuple[str, Mapping[str, tuple[Any, int]]]:
    now = frame.now
    if not frame.part:
        return "", {}
    if frame.part == "count":
        return COUNT, {"gram": (now.count, 0), "context": (now.total, 0)}
    if frame.part == "estimate":
        return _explained(now, params, frame.types)
    shown = [_p(float(p)) for p in frame.p]
    factors = " · ".join(shown if len(shown) <= 7 else [*shown[:3], "…", *shown[-3:]])
    values = {"factors": (factors, 0), "product": (_p_all(frame, len(frame.p)), 0), "m": (len(frame.p), 0), "perplexity": (_power(frame), 0)}
    return (WHOLE if frame.part == "end" else PRODUCT), values


def _explained(now: Explained, params: Params, V: int, name: str = "") -> tuple[str, Mapping[str, tuple[Any, int]]]:
    """The formula of one probability, with its numbers."""
    name = name or params.estimator
    k = 1.0 if name == "add_one" else params.k
    texts = {"p": _p(now.p), "c": f"{now.c:g}", "n": f"{now.n:g}", "D": _f(now.D), "weight": _f(now.weight), "lower": _p(now.lower),
             "k": f"{k:g}", "V": str(V)}  # fmt: skip
    values: Mapping[str, tuple[Any, int]] = {key: (value, 0) for key, value in texts.items()}
    if not now.known or (name == "mle" and not now.total) or (not now.n and name not in ("add_one", "add_k")):
        return NOTHING, values
    if name in BACKING and not now.c:
        return BACK, values
    fixed = {"mle": RATIO, "stupid": RATIO, "add_one": ADD, "add_k": ADD, "jelinek_mercer": MIX, "witten_bell": WITTEN, "katz": TIMES,
             "good_turing": STAR, "absolute": TAKEN, "kneser_ney": TAKEN, "interpolated_kn": LESS, "modified_kn": LESS}  # fmt: skip
    return fixed[name], values


def _strip(tokens: list[str], at: int, first: int, done: int, below: Sequence[str], title: str, starts: Mapping[int, int]) -> Panel:
    """Words in boxes, line by line: what is predicted now, the window before it, what stands already."""
    left, size, line = bars.lines_of(tokens, LINE)
    last = int(line.max(initial=0))
    here = int(line[at]) if at >= 0 else last
    top = max(0, min(here - ROWS // 2, last - ROWS + 1))
    shown = np.flatnonzero((line >= top) & (line < top + ROWS))
    x, y = left + size / 2, (line - top) * 1.0
    traces: list[Trace] = []
    window = [k for k in range(first, at) if k in shown] if at >= 0 else []
    if window:
        edges = left[window] + 0.25, (left + size)[window] - 0.25
        traces.append(bars.rectangles(*edges, y[window] - 0.27, y[window] + 0.27, colour="@wash", line="@accent", width=1))
    if at >= 0 and at in shown:
        traces.append(bars.rectangles(left[at] + 0.25, (left + size)[at] - 0.25, y[at] - 0.27, y[at] + 0.27, colour="@accent"))
    colours = ["@surface" if k == at else "@ink" if k < done or k in window else "@ink3" for k in shown]
    jumps = [starts.get(int(k), starts.get(int(k) - 1, 0)) for k in shown]
    traces.append(
        bars.labels(
            x[shown], y[shown], [escaped(tokens[k]) for k in shown], colour=colours, size=13,
            meta={"link": "factor", "index": shown.tolist(), "frames": jumps}, hovertemplate="%{text}<extra></extra>",
        )
    )  # fmt: skip
    some = [k for k in shown if below[k]]
    traces.append(bars.labels(x[some], y[some] + 0.42, [below[k] for k in some], colour="@ink3", size=10))
    return Panel(traces, title, x=blank(range=[-0.5, LINE + 0.5]), y=blank(range=[max(2.6, min(last - top + 0.7, ROWS - 0.3)), -0.5]))


def _surprise(
    tokens: list[str], p: np.ndarray, level: np.ndarray, params: Params, words: Words, now: int, starts: Mapping[int, int], first: int
) -> Panel:
    """−log₂ p of every word, coloured and marked by the longest n-gram that was seen."""
    with np.errstate(divide="ignore"):
        bits = np.where(p > 0, -np.log2(np.where(p > 0, p, 1)), np.inf) + 0.0
    x, tall = np.arange(len(p)), np.minimum(bits, HIGHEST)
    traces = []
    for m in range(params.order + 1):
        here = np.flatnonzero(level == m)
        if len(here):
            traces.append(bars.rectangles(x[here] - 0.36, x[here] + 0.36, 0, tall[here], colour=_colour(m, params.order)))
    if 0 <= now < len(p):
        traces.append(bars.rectangles(now - 0.4, now + 0.4, 0, tall[now], colour="rgba(0,0,0,0)", line="@accent", width=2))
    few = len(tokens) <= 24
    told = [words("hover_factor", word=tokens[k], p=_p(float(p[k])), level=int(level[k])) for k in x]
    labels = ["∞" if np.isinf(value) else number(float(value), 1) for value in bits] if few else [""] * len(p)
    traces.append(
        bars.labels(
            x, tall, labels, size=11, place="top center", customdata=told, hovertemplate="%{customdata}<extra></extra>",
            meta={"link": "factor", "index": (x + first).tolist(), "frames": [starts.get(int(k) + first, 0) for k in x]},
        )
    )  # fmt: skip
    if few:
        traces.append(bars.labels(x, np.full(len(p), -1.3), [str(m) for m in level], size=10, colour="@ink3"))
    ticks = {"tickvals": list(range(len(tokens))), "ticktext": [escaped(_cut(token)) for token in tokens], "tickangle": -35}
    return Panel(
        traces, words("surprise"), x={"showgrid": False, "range": [-0.7, len(tokens) - 0.3]} | (ticks if few else {"visible": False}),
        y={"range": [-2.4, HIGHEST + 2.5], "tickvals": [0, 5, 10, 15, 20]},
    )  # fmt: skip


def _candidates(frame: SentenceFrame, params: Params, words: Words) -> Panel:
    """The likeliest next words; how often each was seen while it is counted, how likely each is once it is estimated."""
    counted = frame.part == "count"
    names, p = frame.top.tolist(), frame.top_p
    actual = str(frame.words[frame.at]) if frame.at >= 0 else ""
    values = frame.top_count / max(frame.now.total, 1) if counted else p
    shown = [_c(c) for c in frame.top_count] if counted else [_p(float(value)) for value in p]
    extra = frame.part in ("estimate", "accumulate", "end") and frame.at >= 0 and actual not in names
    if extra or (counted and actual not in names):
        names, values = [*names, actual], np.append(values, frame.now.count / max(frame.now.total, 1) if counted else frame.now.p)
        shown = [*shown, _c(frame.now.count) if counted else _p(frame.now.p)]
    context = _context_words(frame.words, frame.first, frame.at)
    title = words("next_count" if counted else "next_p", context=context or "∅") if frame.at >= 0 else words("next_none")
    return _next(names, values, shown, names.index(actual) if actual in names else -1, title, click="")


def _next(names: list[str], values: np.ndarray, shown: list[str], lit: int, title: str, click: str) -> Panel:
    """Words with bars, one a row."""
    y, most = np.arange(len(names)), max(float(values.max(initial=0)), 1e-9)
    other = y != lit
    traces = [bars.rectangles(0, values[other], y[other] - 0.32, y[other] + 0.32, colour="@c1")] if other.any() else []
    if lit >= 0:
        traces.append(bars.rectangles(0, max(values[lit], most / 300), lit - 0.32, lit + 0.32, colour="@accent"))
    traces.append(bars.labels(values + most * 0.03, y, shown, place="middle right", size=11, colour="@ink2"))
    colours = ["@accent" if k == lit else "@ink" for k in y]
    meta: dict[str, Any] = {"meta": {"link": "next"} | ({"click": click} if click else {})} if names else {}
    told = [f"{escaped(name)} {value}" for name, value in zip(names, shown, strict=True)]
    traces.append(
        bars.labels(
            np.full(len(y), -most * 0.03), y, [escaped(_cut(name, 14)) for name in names], colour=colours, place="middle left",
            customdata=told, hovertemplate="%{customdata}<extra></extra>", **meta,
        )
    )  # fmt: skip
    return Panel(
        traces, "", x=blank(range=[0, most * 1.3]), y=blank(range=[13.4, -0.9]),
        notes=[note(title, xref="x domain", yref="y domain", x=-0.6, y=1, xanchor="left", yanchor="bottom", yshift=8)],
    )  # fmt: skip


def _context_words(tokens: np.ndarray, first: int, at: int) -> str:
    return ngram.joined(tokens[first:at].tolist()) if at > first else ""


# ---- one context


def _context(frames: Sequence[NgramFrame], frame: ContextFrame, params: Params, words: Words) -> Picture:
    rows, name = len(ESTIMATORS), ESTIMATORS[max(frame.shown - 1, 0)]
    context = ngram.joined(frame.context.tolist()) or "∅"
    panels = [_table(frame, params, words, context), _mass(frame, params, words)]
    i, n = max(frame.shown - 1, 0), params.order
    unseen = float(frame.mass[i, :n].sum())
    facts = {
        "context": context, "times": f"{frame.times:,}", "types": int(frame.kinds[n]), "estimator": words(f"name_{name}"), "k": f"{params.k:g}",
        "seen": number(float(frame.mass[i, n]), 3), "unseen": number(unseen, 3), "sum": number(float(frame.sums[i]), 3), "order": n,
        "word": str(frame.words[0]), "others": f"{frame.types - int(frame.kinds[n]):,}", "katz": KATZ, "stupid": f"{STUPID:g}",
    }  # fmt: skip
    if not frame.shown:
        said = words("said_context" if frame.times else "said_context_unseen", **facts)
    elif name == "mle" and frame.sums[i] < 0:
        said = words("said_is_mle_undefined", **facts)
    else:
        said = words(f"said_is_{name}", **facts) + (" " + words("said_fallback", level=frame.fallback) if frame.fallback else "")
    mathml, values = _explained(frame.now, params, frame.types, name) if frame.shown else ("", {})
    sums = frame.sums[: frame.shown]
    return _picture(
        panels, CONTEXT_WIDE, CONTEXT_NARROW, words, frame, phase=words(f"name_{name}") if frame.shown else words("phase_start"),
        said=said, formula=mathml, values=values, mark=True, hold=4.0, of="word", at=0,
        alt=words("alt_context", n=int((np.abs(sums - 1) < 1e-9).sum()), of=rows) if frame.shown else "",
        metrics=[(words("seen_mass"), number(float(frame.mass[i, n]), 3)), (words("unseen_mass"), number(unseen, 3))] if frame.shown and frame.sums[i] >= 0 else [],
        numbers={"estimator": name if frame.shown else None, "order": n, "word": str(frame.words[0]), "p": frame.now.p if frame.shown else None,
                 "count": frame.now.count, "context": frame.now.total, "sum": float(frame.sums[i]) if frame.shown and frame.sums[i] >= 0 else None,
                 "unseen": unseen if frame.shown else None},
    )  # fmt: skip


def _table(frame: ContextFrame, params: Params, words: Words, context: str) -> Panel:
    """Twelve rows: what each estimator says of some next words, and its sum."""
    shown, columns, n = frame.shown, len(frame.words), params.order
    y = np.arange(len(ESTIMATORS))
    traces: list[Trace] = []
    if shown:
        traces.append(bars.rectangles(-0.5, columns + 0.45, shown - 1.5, shown - 0.5, colour="@wash"))
    x, rows = np.meshgrid(np.arange(columns), y[:shown])
    p = frame.p[:shown]
    height = np.where(p > 0, 0.8 * np.sqrt(np.clip(p, 0, 1)), 0.0)
    if shown:
        base = rows + 0.42
        for m in range(n + 1):
            here = np.broadcast_to(frame.level == m, p.shape) & (p > 0)
            if here.any():
                sides = x[here] - 0.44, x[here] - 0.30, base[here], base[here] - height[here]
                traces.append(bars.rectangles(*sides, colour=_colour(m, n)))
        told = [words("hover_word", word=word, estimator=words(f"name_{ESTIMATORS[row]}"), p=_p(float(p[row, k])) if p[row, k] >= 0 else "?")
                for row in range(shown) for k, word in enumerate(frame.words.tolist())]  # fmt: skip
        text = [_cell(float(value)) for value in p.ravel()]
        faint = ["@ink3" if value <= 0 else "@ink" for value in p.ravel()]
        traces.append(
            bars.labels(
                x.ravel() + 0.1, rows.ravel(), text, size=10.5, colour=faint, customdata=told, hovertemplate="%{customdata}<extra></extra>",
                meta={"link": "word", "index": x.ravel().tolist(), "click": "word"},
            )
        )  # fmt: skip
        honest = [abs(value - 1) < 1e-9 for value in frame.sums[:shown]]
        badges = ["–" if value < 0 else f"Σ {value:.3f}" if fine else f"<b>Σ {value:.3f}</b>" for value, fine in zip(frame.sums[:shown], honest, strict=True)]
        colours = ["@ink3" if fine or value < 0 else "@bad" for value, fine in zip(frame.sums[:shown], honest, strict=True)]
        traces.append(bars.labels(np.full(shown, columns - 0.35), y[:shown], badges, size=11, place="middle right", colour=colours))
    heads = [note(escaped(_cut(word, 9)), x=k - 0.2, y=-0.75, xref="x", yref="y", xanchor="left", yanchor="bottom", textangle=-38,
                  font={"size": 12, "color": "@ink"}) for k, word in enumerate(frame.words.tolist())]  # fmt: skip
    under = bars.labels(np.arange(columns) + 0.05, np.full(columns, -0.72), [_c(c) for c in frame.count], size=10, colour="@ink3")
    names = [escaped(words(f"name_{name}")) for name in ESTIMATORS]
    grey = [f"<span>{name}</span>" if k < shown else f"<i>{name}</i>" for k, name in enumerate(names)]
    title = note(words("table", context=context), xref="x domain", yref="y domain", x=-0.3, y=1, xanchor="left", yanchor="bottom", yshift=62)
    return Panel(
        [*traces, under], "", notes=[*heads, title], x=blank(range=[-0.6, columns + 0.9]),
        y={"range": [11.6, -1.0], "showgrid": False, "tickvals": y.tolist(), "ticktext": grey, "nticks": 12},
    )  # fmt: skip


def _mass(frame: ContextFrame, params: Params, words: Words) -> Panel:
    """Where the probability lies: on words seen after the whole context, after shorter ones, nowhere."""
    n, shown = params.order, frame.shown
    traces: list[Trace] = []
    left = np.zeros(shown)
    y = np.arange(shown)
    scale = np.maximum(frame.mass[:shown].sum(1), 1)  # a score may sum to more than 1: drawn to fill the row
    for m in range(n, -1, -1):
        part = frame.mass[:shown, m] / scale
        here = part > 0
        if here.any():
            traces.append(bars.rectangles(left[here], (left + part)[here], y[here] - 0.36, y[here] + 0.36, colour=_colour(m, n)))
            told = [words("hover_mass", part=number(float(frame.mass[k, m]), 4), what=words(_level_name(m, n), m=m - 1), words=int(frame.kinds[m]))
                    for k in y[here]]  # fmt: skip
            middle = np.stack([(left + part / 2)[here], y[here]], 1)
            traces.append(points.targets(middle, "mass", ring=12, template="%{customdata}", customdata=told))
        left = left + part
    some = [m for m in range(n, -1, -1) if frame.kinds[m]]
    keys = [note(f"■ {words(_level_name(m, n), m=m - 1)} ({int(frame.kinds[m]):,})", xref="x domain", yref="y domain", x=0, y=1, xanchor="left",
                 yanchor="bottom", yshift=6 + 15 * row, font={"size": 11, "color": _colour(m, n)}) for row, m in enumerate(reversed(some))]  # fmt: skip
    title = note(words("mass"), xref="x domain", yref="y domain", x=0, y=1, xanchor="left", yanchor="bottom", yshift=10 + 15 * len(some))
    return Panel(traces, "", notes=[*keys, title], x=blank(range=[0, 1]), y=blank(range=[11.6, -1.0]))


def _level_name(m: int, n: int) -> str:
    return "level_none" if not m else "level_word" if m == 1 and n > 1 else "level_full" if m == n else "level_part"


def _colour(m: int, n: int) -> str:
    """The colour of words whose longest n-gram has m of n tokens."""
    return RAMP[0] if not m else RAMP[5 - (n - m) * max(1, 4 // max(n - 1, 1))] if n > 1 else RAMP[4]


def _cell(p: float) -> str:
    if p <= 0:
        return "0" if p == 0 else "?"
    return f"{p:.3f}"[1:] if 0.0005 <= p < 0.9995 else "1" if p >= 0.9995 else f"{p:.0e}".replace("e-0", "e−").replace("e-", "e−")


# ---- held-out perplexity


def _perplexity(frames: Sequence[NgramFrame], frame: PerplexityFrame, params: Params, words: Words) -> Picture:
    i = ESTIMATORS.index(params.estimator)
    value = float(frame.table[i, frame.order - 1, frame.size])
    panels = [_orders(frame, params, words), _sizes(frame, params, words), _worst(frame, words)]
    facts = {
        "estimator": words(f"name_{params.estimator}"), "order": frame.order, "lines": f"{frame.lines:,}", "value": _size(value) if value > 0 else "∞",
        "tokens": f"{int(frame.sizes[frame.size]):,}", "unknown": f"{frame.unknown:,}", "tested": f"{frame.tested:,}",
        "zeros": f"{int(frame.zeros[i]):,}", "worst": str(frame.words[frame.worst]) if frame.worst >= 0 else "", "before": frame.before or "∅",
    }  # fmt: skip
    if not frame.step:
        said = words("said_test", **facts)
    else:
        said = words("said_ppl_infinite" if value < 0 else "said_ppl", **facts)
        said += " " + words("said_worst_token", **facts) if frame.worst >= 0 else ""
        said += " " + words("said_oov", **facts) if frame.unknown else ""
    known = frame.tested - (0 if params.unknown == "rare" else frame.unknown)
    return _picture(
        panels, PERPLEXITY_WIDE, PERPLEXITY_NARROW, words, frame, phase=words("phase_fit" if frame.step else "phase_start", order=frame.order),
        said=said, formula=PERPLEXITY if frame.step else "", values={"m": (known, 0), "perplexity": (facts["value"], 0)},
        mark=frame.order == 1, hold=3.0, metrics=[(words("perplexity"), str(facts["value"]))] if frame.step else [],
        numbers={"estimator": params.estimator, "order": frame.order, "size": int(frame.sizes[frame.size]), "word": facts["worst"] or None,
                 "perplexity": value if value > 0 else None},
    )  # fmt: skip


def _orders(frame: PerplexityFrame, params: Params, words: Words) -> Panel:
    """Perplexity by estimator and order, at the size that is looked at; the least of each column in bold."""
    table = frame.table[:, :, frame.size]  # (12, orders)
    orders = table.shape[1]
    traces: list[Trace] = []
    if frame.step:
        traces.append(bars.rectangles(frame.order - 1.5, frame.order - 0.5, -0.5, 11.5, colour="@wash"))
    stupid = ESTIMATORS.index("stupid")
    best = np.array([min((v, k) for k, v in enumerate(np.where(column > 0, column, np.inf)) if k != stupid)[1] if (column > 0).any() else -1
                     for column in table.T])  # fmt: skip
    x, y, text, colour = [], [], [], []
    for (row, k), value in np.ndenumerate(table):
        if value:
            x.append(k)
            y.append(row)
            said = "∞" if value < 0 else f"({_size(value)})" if row == stupid else _size(value)
            text.append(f"<b>{said}</b>" if best[k] == row else said)
            colour.append("@accent" if best[k] == row else "@ink3" if value < 0 or row == stupid else "@ink")
    told = [words("hover_stupid") if row == stupid else words("hover_best") if best[k] == row else f"{words('perplexity')} {said}"
            for row, k, said in zip(y, x, text, strict=True)]  # fmt: skip
    traces.append(bars.labels(x, y, text, colour=colour, size=12, customdata=told, hovertemplate="%{customdata}<extra></extra>"))
    names = [f"<b>{escaped(words(f'name_{name}'))}</b>" if name == params.estimator else escaped(words(f"name_{name}")) for name in ESTIMATORS]
    return Panel(
        traces, words("by_order", tokens=f"{int(frame.sizes[frame.size]):,}" if frame.step else "0"),
        x={"range": [-0.6, orders - 0.4], "showgrid": False, "side": "top", "tickvals": list(range(orders)),
           "ticktext": [words("order_n", n=k + 1) for k in range(orders)]},
        y={"range": [11.6, -0.6], "showgrid": False, "tickvals": list(range(12)), "ticktext": names, "nticks": 12},
    )  # fmt: skip


def _sizes(frame: PerplexityFrame, params: Params, words: Words) -> Panel:
    """Perplexity by the size of the training text, at the order that is looked at."""
    traces: list[Trace] = []
    k, notes = frame.order - 1, []
    for i, name in enumerate(ESTIMATORS):
        values = frame.table[i, k]
        there = np.flatnonzero((values > 0) & (frame.sizes > 0))
        chosen = name == params.estimator
        if len(there) and (name != "stupid" or chosen):
            look = {"colour": "@ink" if chosen else "@ghost", "width": 2.5 if chosen else 1}
            told = words(f"name_{name}")
            traces.append(curves.line(frame.sizes[there], values[there], **look, hovertemplate=f"{told} %{{y:.4~g}}<extra></extra>", mode="lines+markers",
                                      marker={"size": 6 if chosen else 4, "color": look["colour"]}))  # fmt: skip
    i = ESTIMATORS.index(params.estimator)
    value = frame.table[i, k, frame.size]
    if value > 0:
        traces.append(points.cloud(np.array([[frame.sizes[frame.size], value]]), colour="@accent", size=10, opacity=1))
    if frame.order in REFERENCE:
        level = float(REFERENCE[frame.order])
        traces.append({"type": "scatter", "mode": "lines", "x": [1, 1e9], "y": [level, level], "hoverinfo": "skip",
                       "line": {"color": "@ink3", "width": 1, "dash": "dot"}})  # fmt: skip
        notes.append(note(words("reference", value=REFERENCE[frame.order]), xref="x domain", yref="y", x=1, y=float(np.log10(level)),
                          xanchor="right", yanchor="bottom", font={"size": 11, "color": "@ink3"}))  # fmt: skip
    largest = max(int(frame.sizes.max()), frame.tokens, 10)
    least = min(int(size) for size in frame.sizes if size) if frame.sizes.any() else largest / 16
    return Panel(
        traces, words("by_size", order=frame.order), notes=notes,
        x={"type": "log", "range": [np.log10(least / 1.3), np.log10(largest * 1.3)], "nticks": 4},
        y={"type": "log", "range": [0, 4.2], "tickvals": [1, 10, 100, 1000, 10000], "ticktext": ["1", "10", "100", "1,000", "10,000"]},
    )  # fmt: skip


def _worst(frame: PerplexityFrame, words: Words) -> Panel:
    """The held-out text around its worst token: the taller, the more of a surprise."""
    bits = np.where(frame.strip == -1, HIGHEST + 4, np.maximum(frame.strip, 0))
    x = np.arange(len(bits))
    traces: list[Trace] = []
    usual = x != frame.worst
    if len(x):
        traces.append(bars.rectangles(x[usual] - 0.4, x[usual] + 0.4, 0, bits[usual], colour="@sequential7"))
        traces.append(bars.rectangles(frame.worst - 0.4, frame.worst + 0.4, 0, bits[frame.worst], colour="@accent"))
        told = [f"{escaped(word)} " + (words("unknown_word") if b == -2 else "∞" if b == -1 else number(float(b), 2)) for word, b in
                zip(frame.words.tolist(), frame.strip, strict=True)]  # fmt: skip
        traces.append(points.targets(np.stack([x, bits / 2], 1), "strip", ring=14, template="%{customdata}", customdata=told))
    notes = []
    if frame.worst >= 0:
        side = "right" if frame.worst > len(x) / 2 else "left"
        notes.append(note(escaped(str(frame.words[frame.worst])), x=frame.worst + (-1 if side == "right" else 1), y=float(bits[frame.worst]),
                          xref="x", yref="y", xanchor=side, yanchor="middle", font={"size": 12, "color": "@accent"}))  # fmt: skip
    return Panel(traces, words("strip"), notes=notes, x=blank(range=[-1, ngram.STRIP]), y=blank(range=[0, HIGHEST + 6]))


# ---- generation


def _generate(frames: Sequence[NgramFrame], frame: GenerateFrame, params: Params, words: Words) -> Picture:
    chosen = frame.part in ("draw", "end") and not len(frame.beams)
    at = len(frame.words) - 1 if chosen else -1
    first = max(0, at - len([word for word in frame.context if word != ngram.START])) if chosen else 0
    starts = {len(one.words) - 1: k for k, one in reversed(list(enumerate(frames))) if isinstance(one, GenerateFrame)}
    tokens = frame.words.tolist() or ["…"]
    given = np.zeros(frame.given)
    p, level = np.concatenate([np.ones_like(given), frame.p]), np.full(frame.given + len(frame.p), params.order)
    panels = [
        _strip(tokens, at, first, len(tokens), [""] * len(tokens), words("written"), starts),
        _hypotheses(frame, words) if len(frame.beams) else _surprise(tokens, p, level, params, words, at, starts, 0),
        _next(frame.top.tolist(), frame.top_p, [_p(float(value)) for value in frame.top_p], frame.chosen,
              words("next_p", context=ngram.joined(frame.context.tolist()) or "∅"), click="next"),
    ]  # fmt: skip
    if len(frame.beams):
        panels[2] = Panel([], "", x=blank(range=[0, 1]), y=blank(range=[0, 1]))
    word = tokens[-1] if frame.words.size else ""
    facts = {"word": word, "context": ngram.joined(frame.context.tolist()) or "∅", "p": _p(frame.chosen_p), "text": ngram.joined(frame.words.tolist()),
             "T": number(params.temperature, 2), "k": params.width, "best": str(frame.beams[0]) if len(frame.beams) else "",
             "P": _tiny(frame.bits), "n": len(frame.words)}  # fmt: skip
    key = "said_write_" + ("start" if not frame.step else "stuck" if frame.part == "stuck" else "beam_end" if len(frame.beams) and frame.part == "end"
                           else "beam" if len(frame.beams) else "end" if frame.ended else params.pick)  # fmt: skip
    values: dict[str, tuple[Any, int]] = {"name": (escaped(word), 0), "p": (_p(frame.chosen_p), 0), "u": (number(frame.u, 3), 0)}
    return _picture(
        panels, SENTENCE_WIDE, SENTENCE_NARROW, words, frame, phase=words("phase_word", step=frame.step) if frame.step else words("phase_start"),
        said=words(key, **facts), formula=(DRAW if frame.u >= 0 else PICK) if chosen else "", values=values if chosen else {},
        metrics=[(words("bits"), number(frame.bits, 2)), (words("perplexity"), _size(float(2 ** (frame.bits / max(len(frame.p), 1)))))] if len(frame.p) else
                [(words("bits"), number(frame.bits, 2))],
        mark=True, hold=2.0, numbers={"word": word or None, "estimator": params.estimator, "order": params.order, "p": frame.chosen_p or None, "bits": frame.bits},
    )  # fmt: skip


def _hypotheses(frame: GenerateFrame, words: Words) -> Panel:
    """The prefixes of a beam, best first."""
    y = np.arange(len(frame.beams))
    text = [escaped(_cut(str(line) or "∅", 70)) for line in frame.beams.tolist()]
    traces = [
        bars.labels(np.zeros(len(y)), y, text, place="middle right", colour=["@accent" if not k else "@ink" for k in y], size=12),
        bars.labels(np.ones(len(y)), y, [number(float(b), 1) for b in frame.beams_bits], place="middle left", colour="@ink2", size=12),
    ]
    return Panel(traces, words("beams"), x=blank(range=[0, 1]), y=blank(range=[8, -0.6]))


# ---- λ by EM, Good–Turing


def _weights(frames: Sequence[NgramFrame], frame: WeightsFrame, params: Params, words: Words) -> Picture:
    seen = [one for one in frames if isinstance(one, WeightsFrame)]
    n = params.order
    past = np.stack([one.weights for one in seen])  # (i + 1, n + 1)
    names = [words("component", m=m) if m > 1 else words(f"component_{m}") for m in range(n + 1)]
    steps, traces, notes = np.array([one.step for one in seen]), [], []
    for m in range(n + 1):
        traces.append(curves.line(steps, past[:, m], colour=_part(m), width=2.5, hovertemplate=f"{names[m]} %{{y:.3f}}<extra></extra>"))
    marks = [points.cloud(np.array([[frame.step, frame.weights[m]]]), colour=_part(m), symbol=points.kind(m)[1], size=9, opacity=1) for m in range(n + 1)]
    order = np.argsort(frame.weights)
    heights = _apart(frame.weights[order], 0.075)
    for m, height in zip(order, heights, strict=True):
        notes.append(note(f"{names[m]} {frame.weights[m]:.3f}", x=1.01, y=float(height), xref="x domain", yref="y", xanchor="right", yanchor="bottom",
                          font={"size": 11, "color": _part(int(m))}))  # fmt: skip
    last = max(20, frame.total - 1)
    panels = [
        Panel([*traces, *marks], words("lambda_curves"), notes=notes, x={"range": [-0.5, last * 1.55], "nticks": 4}, y={"range": [-0.02, 1.05]}),
        Panel(curves.course("loglik"), words("loglik_curve"), series=["loglik"], zero=False, x={"nticks": 4}),
        _responsible(frame, names, words),
    ]
    terms = " + ".join(f"{frame.weights[m]:.3f}·{'1/V' if not m else 'P' + '₁₂₃₄₅'[m - 1]}" for m in range(n + 1))
    facts = {"step": frame.step, "tuned": f"{frame.tuned:,}", "most": names[int(np.argmax(frame.weights))], "value": number(float(frame.weights.max()), 3),
             "perplexity": _size(frame.perplexity)}  # fmt: skip
    return _picture(
        panels, WEIGHTS_WIDE, WEIGHTS_NARROW, words, frame, phase=words("phase_em", step=frame.step), said=words("said_em" if frame.step else "said_em_start", **facts),
        formula=MIXED, values={"terms": (terms, 0)}, mark=True, hold=1.5, metrics=[(words("perplexity"), _size(frame.perplexity))],
        numbers={"order": n, "loglik": frame.loglik, "perplexity": frame.perplexity},
    )  # fmt: skip


def _responsible(frame: WeightsFrame, names: Sequence[str], words: Words) -> Panel:
    """Whom each of some held-out words is put down to: the E-step."""
    x = np.arange(len(frame.words))
    low, traces = np.zeros(len(x)), []
    for m in range(frame.shares.shape[1]):
        high = low + frame.shares[:, m]
        traces.append(bars.rectangles(x - 0.42, x + 0.42, low, high, colour=_part(m)))
        told = [f"{escaped(word)}: {names[m]} {share:.3f}" for word, share in zip(frame.words.tolist(), frame.shares[:, m], strict=True)]
        traces.append(points.targets(np.stack([x, (low + high) / 2], 1), "share", ring=10, template="%{customdata}", customdata=told))
        low = high
    ticks = {"tickvals": x.tolist(), "ticktext": [escaped(_cut(word)) for word in frame.words.tolist()], "tickangle": -35}
    return Panel(traces, words("responsible"), x={"showgrid": False, "range": [-0.6, max(len(x), 24) - 0.4]} | ticks, y=blank(range=[0, 1]))


def _part(m: int) -> str:
    return f"@c{m + 1}"


def _apart(values: np.ndarray, gap: float) -> np.ndarray:
    """Heights in ascending order, each at least `gap` above the one before."""
    out = values.copy()
    for k in range(1, len(out)):
        out[k] = max(out[k], out[k - 1] + gap)
    return out


def _turing(frames: Sequence[NgramFrame], frame: TuringFrame, params: Params, words: Words) -> Picture:
    r, at = frame.r, frame.at
    known = slice(0, at + 1)
    line = frame.line > 0
    below = [points.cloud(np.stack([r, frame.n], 1), colour="@c1", size=7, opacity=0.9, hovertemplate="r = %{x}: %{y}<extra></extra>")]
    if line.any():
        below.append(curves.line(r[line], frame.line[line], colour="@ink3", width=1.5, dash="dash"))
    worth = [curves.line(np.array([0, r.max()]), np.array([0, r.max()]), colour="@ghost", width=1.5, dash="dot")]
    raw = frame.raw > 0
    hollow = {"size": 7, "color": "@surface", "line": {"color": "@ink3", "width": 1.5}}
    raw_xy = np.stack([r, frame.raw], 1)[known][raw[known]]
    worth.append({"type": "scatter", "mode": "markers", "x": raw_xy[:, 0], "y": raw_xy[:, 1], "marker": hollow,
                  "hovertemplate": "Turing %{y:.3f}<extra></extra>"})  # fmt: skip
    worth.append(points.cloud(np.stack([r, frame.star], 1)[known], colour="@c1", size=7, opacity=1, hovertemplate="r* = %{y:.3f}<extra></extra>"))
    if at >= 0:
        below.append(points.cloud(np.array([[r[at], frame.n[at]]]), colour="@accent", size=11, opacity=1))
        worth.append(points.cloud(np.array([[r[at], frame.star[at]]]), colour="@accent", size=11, opacity=1))
    most = float(frame.n.max())
    panels = [
        Panel(below, words("n_r"), x={"type": "log", "tickvals": [1, 2, 5, 10, 20, 50, 100], "range": [-0.08, float(np.log10(r.max())) + 0.08]},
              y={"type": "log", "range": [-0.15, float(np.log10(most)) + 0.2], "tickvals": [1, 10, 100, 1000, 10000, 100000]}),
        Panel(worth, words("r_star"), x={"range": [0, float(r.max()) + 1]}, y={"range": [0, float(max(r.max(), frame.star.max())) + 1]}),
    ]  # fmt: skip
    above = int(frame.n[at + 1]) if 0 <= at < len(r) - 1 and r[at + 1] == r[at] + 1 else 0
    facts = {"r": int(r[at]) if at >= 0 else 0, "n": int(frame.n[at]) if at >= 0 else 0, "star": number(float(frame.star[at]), 3) if at >= 0 else "",
             "unseen": number(frame.unseen, 4), "switch": frame.switch, "once": int(frame.n[0]) if r[0] == 1 else 0, "tokens": f"{frame.tokens:,}"}  # fmt: skip
    key = "said_turing_start" if at < 0 else "said_turing_plain" if not line.any() else "said_turing_line" if r[at] >= frame.switch else "said_turing"
    values: dict[str, tuple[Any, int]] = {"next": (facts["r"] + 1, 0), "above": (above, 0), "here": (facts["n"], 0),
                                          "raw": (number(float(frame.raw[at]), 3), 0)}  # fmt: skip
    return _picture(
        panels, TURING_WIDE, TURING_NARROW, words, frame, phase=words("phase_r", r=facts["r"]) if at >= 0 else words("phase_start"),
        said=words(key, **facts), formula=TURING if at >= 0 else "", values=values if at >= 0 else {}, mark=True, hold=2.0,
        metrics=[(words("unseen_share"), str(facts["unseen"]))],
        numbers={"r": facts["r"] or None, "nr": facts["n"] or None, "star": float(frame.star[at]) if at >= 0 else None, "unseen": frame.unseen},
    )  # fmt: skip


# ---- numbers as people write them


def _p(value: float) -> str:
    """A probability."""
    if value >= 0.9995 or value == 0:
        return f"{value:.4g}" if 0 < value < 1 and round(value, 4) < 1 else f"{round(value, 3):g}"
    return f"{value:.4f}".rstrip("0").rstrip(".") if value >= 0.001 else short(value, 2)


def _f(value: float) -> str:
    return f"{value:.4g}" if value >= 0.001 or not value else short(value, 2)


def _c(value: int) -> str:
    return f"{int(value)}"


def _size(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def _cut(word: str, most: int = 9) -> str:
    return word if len(word) <= most else word[: most - 1] + "…"
