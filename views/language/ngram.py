"""N-gram models: a window over a sentence, one context under twelve estimators, perplexity, generation, λ, Good–Turing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import engine.params
from charts import bars
from charts.formula import formula
from charts.numbers import chance, count, number, times_ten
from charts.panels import Box, Panel, Picture, Trace, blank, escaped
from charts.words import cut, places, ticks
from engine.language import ngram
from engine.language.ngram import (
    ContextFrame,
    GenerateFrame,
    NgramFrame,
    Params,
    PerplexityFrame,
    ReadFrame,
    SentenceFrame,
    TuringFrame,
    WeightsFrame,
)
from engine.language.smoothing import SCORES
from engine.texts import Text
from views import Words, scoring
from views.language import ngram_models
from views.language.ngram_parts import PHONE, colour_of, explained, highest_of, named, picture, size_of, times

COUNT = formula(r"C(h\,w) = {gram}! \qquad C(h) = {context}!")
PRODUCT = formula(r"P = {factors}! = {product}!!")
WHOLE = formula(r"P = {factors}! = {product}!! \qquad P^{-1/{m}!} = {perplexity}!")
SCORED = (
    "surprise", "next_p", "hover_factor", "strip", "said_shorter", "said_seen", "said_unknown", "said_unknown_closed",
    "said_worst", "said_end", "said_write_greedy", "said_write_beam", "said_write_beam_end", "said_write_stuck",
)  # fmt: skip
SCORE = formula(r"S = {factors}! = {product}!!")  # of stupid back-off: no probability, so it has no perplexity
DRAW = formula(r"p({name}! \mid h) = {p}!! \qquad u = {u}!")
PICK = formula(r"p({name}! \mid h) = {p}!!")
SCORE_PICK = formula(r"S({name}! \mid h) = {p}!!")

LINE = 46  # width of a line of the sentence, in Latin letters
ROWS = 5  # lines of it that are shown
BARS = 24  # of a longer text: as many names as a phone has room for
ROOMY = 14  # bars with room for decimals

SENTENCE_WIDE: list[Box] = [(0.035, 0.65, 0.14, 0.54), (0, 0.65, 0.64, 1), (0.70, 1, 0, 1)]
SENTENCE_NARROW: list[Box] = [(0.05, 1, 0.48, 0.68), (0, 1, 0.76, 1), (0, 1, 0, 0.36)]
READ: list[Box] = [(0.12, 0.88, 0.2, 0.9)]


class Options(engine.params.Options):
    """This picture has no settings of its own."""


def draw(frames: Sequence[NgramFrame], i: int, params: Params, data: tuple[Text, ...], options: Options, words: Words) -> Picture:
    """The picture of frame i."""
    frame = frames[i]
    if params.estimator in SCORES and isinstance(frame, SentenceFrame | PerplexityFrame | GenerateFrame):
        words = scoring(words, SCORED)
    kinds: dict[type, Callable[..., Picture]] = {
        ReadFrame: _reading,
        SentenceFrame: _sentence,
        ContextFrame: ngram_models.context,
        PerplexityFrame: ngram_models.perplexity,
        GenerateFrame: _generate,
        WeightsFrame: ngram_models.weights,
        TuringFrame: ngram_models.turing,
    }
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


# ---- reading


def _reading(frames: Sequence[NgramFrame], frame: ReadFrame, params: Params, words: Words) -> Picture:
    shown = [n for n in frame.grams.tolist() if n]
    traces = [
        bars.rectangles(0, 1, 0.62, 0.7, colour="@sunk"),
        bars.rectangles(0, frame.share, 0.62, 0.7, colour="@accent"),
        bars.labels(
            [0], [0.8], [words("read_share", share=f"{100 * frame.share:.0f}")], size=16, place="middle right", colour="@ink"
        ),
    ]
    said = words("said_read", tokens=count(frame.tokens), types=count(frame.types))
    if len(shown):
        said += words("gap") + words("said_counted", order=len(shown))
    return picture(
        [Panel(traces, x=blank(range=[0, 1]), y=blank(range=[0, 1]))],
        READ,
        READ,
        words,
        frame,
        phase=words("phase_read"),
        said=said,
        numbers={},
        hold=0.5,
    )


# ---- a sentence


def _sentence(frames: Sequence[NgramFrame], frame: SentenceFrame, params: Params, words: Words) -> Picture:
    now, ended = frame.now, frame.part == "end"
    at = -1 if ended else frame.at
    starts = {int(one.at): k for k, one in reversed(list(enumerate(frames))) if isinstance(one, SentenceFrame)}
    under = [f"{times(c)}/{times(n)}" for c, n in zip(frame.gram, frame.context, strict=True)]
    first = len(frame.words) - _events(frame, params)
    below = [""] * first + under + [""] * (len(frame.words) - first - len(under))
    if frame.part in ("count", "estimate"):
        below[frame.at] = f"{times(now.count)}/{times(now.total)}"
    tokens = frame.words.tolist()
    lit = len(frame.p) - 1 if frame.part == "accumulate" else int(np.argmin(frame.p)) if ended else -1
    factors = _Factors(tokens[first:], frame.p, frame.level, lit, starts, first=first)
    panels = [
        _surprise(factors, params, words, highest_of(frame)),
        _strip(tokens, at, frame.first, first + len(frame.p), below, words("window", order=params.order), starts),
        _candidates(frame, params, words),
    ]
    mathml, values = _caption(frame, params)
    word = str(frame.words[frame.at]) if frame.at >= 0 else ""
    facts = {
        "word": word,
        "context": _context_words(frame.words, frame.first, frame.at) or "∅",
        "estimator": words(f"name_{params.estimator}"),
        "gram": now.count,
        "total": now.total,
        "p": chance(now.p),
        "level": now.level,
        "used": now.order,
        "rank": frame.rank,
        "order": params.order,
        "tokens": count(frame.tokens),
        "types": count(frame.types),
    }
    said = _said_sentence(frame, params, words, facts)
    metrics = [(words("bits"), number(frame.bits, 2) + (" + ∞" if frame.zeros else ""))]
    if len(frame.p) and params.estimator != "stupid":
        metrics.append((words("perplexity"), _power(frame)))
    return picture(
        panels,
        SENTENCE_WIDE,
        SENTENCE_NARROW,
        words,
        frame,
        phase=_phase(frame, words),
        said=said,
        formula=mathml,
        values=values,
        metrics=metrics,
        mark=frame.part == "count",
        hold=3.0 if frame.part else 2.0,
        numbers={
            "word": word,
            "estimator": params.estimator,
            "order": params.order,
            "count": now.count,
            "context": now.total,
            **named(now.p if frame.at >= 0 else None, params.estimator),
            "bits": frame.bits,
            "perplexity": None if params.estimator == "stupid" else _ppl(frame),
        },
    )


def _events(frame: SentenceFrame, params: Params) -> int:
    """How many words of the sentence are predicted."""
    return len(frame.words) - int(frame.words.tolist().count(ngram.START))


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
        if now.level == frame.at - frame.first + 1:
            return words("said_seen", **facts)
        return words("said_shorter" if now.level < now.order else "said_cut_context", **facts)
    worst = int(np.argmin(frame.p))
    first = len(frame.words) - _events(frame, params)
    facts = {
        **facts,
        "worst": str(frame.words[first + worst]),
        "worst_p": chance(float(frame.p[worst])),
        "with_end": _p_all(frame, len(frame.p)),
        "without": _p_all(frame, len(frame.p) - 1),
    }
    if frame.part == "end":
        return words("said_end", **facts) + words("gap") + words("said_worst", **facts)
    return words("said_accumulate_zero" if frame.zeros else "said_accumulate", **facts)


def _p_all(frame: SentenceFrame, n: int) -> str:
    p = frame.p[:n]
    return "0" if (p == 0).any() else _tiny(float(-np.log2(p).sum()))


def _tiny(bits: float) -> str:
    """2 to the −bits, however small."""
    if bits < 900:
        return chance(float(2.0**-bits))
    power = -bits * np.log10(2)
    return times_ten(float(10 ** (power - np.floor(power))), int(np.floor(power)), 2)


def _ppl(frame: SentenceFrame) -> float | None:
    return None if frame.zeros or not len(frame.p) else float(2 ** (frame.bits / len(frame.p)))


def _power(frame: SentenceFrame) -> str:
    found = _ppl(frame)
    return "∞" if found is None else size_of(found)


def _caption(frame: SentenceFrame, params: Params) -> tuple[str, Mapping[str, tuple[Any, int]]]:
    now = frame.now
    if not frame.part:
        return "", {}
    if frame.part == "count":
        return COUNT, {"gram": (now.count, 0), "context": (now.total, 0)}
    if frame.part == "estimate":
        return explained(now, params, frame.types)
    shown = [chance(float(p)) for p in frame.p]
    factors = " · ".join(shown if len(shown) <= 5 else [*shown[:2], "…", *shown[-2:]])
    values = {
        "factors": (factors, 0),
        "product": (_p_all(frame, len(frame.p)), 0),
        "m": (len(frame.p), 0),
        "perplexity": (_power(frame), 0),
    }
    return (SCORE if params.estimator == "stupid" else WHOLE if frame.part == "end" else PRODUCT), values


def _strip(
    tokens: list[str], at: int, first: int, done: int, below: Sequence[str], title: str, starts: Mapping[int, int]
) -> Panel:
    """Words in boxes, line by line: what is predicted now, the window before it, what stands already."""
    left, size, line = places(tokens, LINE, least=6.5 if any(below) or at >= 0 else 0)
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
            x[shown],
            y[shown],
            [escaped(tokens[k]) for k in shown],
            colour=colours,
            size=13,
            meta={"link": "factor", "index": shown.tolist(), "frames": jumps},
            hovertemplate="%{text}<extra></extra>",
        )
    )
    some = [k for k in shown.tolist() if below[k]]
    traces.append(bars.labels(x[some], y[some] + 0.42, [below[k] for k in some], colour="@ink3", size=10))
    return Panel(
        traces, title, x=blank(range=[-0.5, LINE + 0.5]), y=blank(range=[max(2.6, min(last - top + 0.7, ROWS - 0.3)), -0.5])
    )


@dataclass(frozen=True)
class _Factors:
    """What the bars of a sentence show."""

    tokens: list[str]
    p: np.ndarray  # (m,)
    level: np.ndarray  # (m,) the longest n-gram that was seen, of each
    lit: int  # the factor that has just come, or -1
    starts: Mapping[int, int]  # the frame in which each word is predicted
    first: int = 0  # the place of the first token in its sentence
    skip: int = 0  # tokens that were given and have no factor


def _surprise(factors: _Factors, params: Params, words: Words, highest: float) -> Panel:
    """−log₂ p of every word, coloured and marked by the longest n-gram that was seen."""
    tokens, p, level, now, skip, first = factors.tokens, factors.p, factors.level, factors.lit, factors.skip, factors.first
    starts = factors.starts
    with np.errstate(divide="ignore"):
        bits = np.where(p > 0, -np.log2(np.where(p > 0, p, 1)), np.inf) + 0.0
    x, tall = np.arange(len(p)) + skip, np.minimum(bits, highest)
    low, high = _window(len(tokens), now + skip if now >= 0 else len(p) + skip - 1)
    shown = np.flatnonzero((x >= low) & (x < high))
    traces = []
    for m in range(params.order + 1):
        here = shown[level[shown] == m]
        if len(here):
            traces.append(bars.rectangles(x[here] - 0.36, x[here] + 0.36, 0, tall[here], colour=colour_of(m, params.order)))
    if 0 <= now < len(p):
        traces.append(bars.rectangles(x[now] - 0.4, x[now] + 0.4, 0, tall[now], colour="rgba(0,0,0,0)", line="@accent", width=2))
    told = [words("hover_factor", word=tokens[k + skip], p=chance(float(p[k])), level=int(level[k])) for k in shown]
    traces.append(
        bars.labels(
            x[shown],
            tall[shown],
            ["∞" if np.isinf(bits[k]) else number(float(bits[k]), int(high - low <= ROOMY)) for k in shown],
            size=11,
            place="top center",
            customdata=told,
            hovertemplate="%{customdata}<extra></extra>",
            meta={
                "link": "factor",
                "index": (x[shown] + first).tolist(),
                "frames": [starts.get(int(k) + first, 0) for k in x[shown]],
            },
        )
    )
    seen = [str(level[k]) for k in shown]
    traces.append(bars.labels(x[shown], np.full(len(shown), -0.065 * highest), seen, size=10, colour="@ink3"))
    names = ticks([str(token) for token in tokens[low:high]], PHONE)
    return Panel(
        traces,
        words("surprise"),
        x={
            "showgrid": False,
            "range": [low - 0.7, high - 0.3],
            "tickvals": list(range(low, high)),
            "ticktext": names,
        },
        y={"range": [-0.12 * highest, 1.12 * highest], "tickvals": list(range(0, int(highest) + 1, 5 if highest > 10 else 2))},
    )


def _window(count: int, at: int) -> tuple[int, int]:
    """The bars that are shown of so many: those up to the one that is looked at, and more after it where there is room."""
    low = max(0, min(at - BARS + 2, count - BARS))
    return low, min(count, low + BARS)


def _candidates(frame: SentenceFrame, params: Params, words: Words) -> Panel:
    """The likeliest next words; how often each was seen while it is counted, how likely each is once it is estimated."""
    counted = frame.part == "count"
    names, p = frame.top.tolist(), frame.top_p
    actual = str(frame.words[frame.at]) if frame.at >= 0 else ""
    values = frame.top_count / max(frame.now.total, 1) if counted else p
    shown = [times(c) for c in frame.top_count] if counted else [chance(float(value)) for value in p]
    extra = frame.part in ("estimate", "accumulate", "end") and frame.at >= 0 and actual not in names
    if extra or (counted and actual not in names):
        names, values = [*names, actual], np.append(values, frame.now.count / max(frame.now.total, 1) if counted else frame.now.p)
        shown = [*shown, times(frame.now.count) if counted else chance(frame.now.p)]
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
    traces.append(bars.labels(values + most * 0.02, y, shown, place="middle right", size=11, colour="@ink2"))
    colours = ["@accent" if k == lit else "@ink" for k in y]
    meta: dict[str, Any] = {"meta": {"link": "next"} | ({"click": click} if click else {})} if names else {}
    told = [f"{escaped(name)} {value}" for name, value in zip(names, shown, strict=True)]
    traces.append(
        bars.labels(
            np.full(len(y), -most * 0.03),
            y,
            [escaped(cut(name, 14)) for name in names],
            colour=colours,
            place="middle left",
            customdata=told,
            hovertemplate="%{customdata}<extra></extra>",
            **meta,
        )
    )
    return Panel(traces, title, x=blank(range=[-most * 0.75, most * 1.4]), y=blank(range=[12.6, -0.9]))


def _context_words(tokens: np.ndarray, first: int, at: int) -> str:
    return ngram.joined(tokens[first:at].tolist()) if at > first else ""


# ---- generation


def _generate(frames: Sequence[NgramFrame], frame: GenerateFrame, params: Params, words: Words) -> Picture:
    chosen = frame.part in ("draw", "end") and not len(frame.beams)
    at = len(frame.words) - 1 if chosen else -1
    drawn = params.pick == "sampling" and params.temperature > 0  # of scores, too, probabilities are made to draw from
    first = max(0, at - len([word for word in frame.context if word != ngram.START])) if chosen else 0
    starts = {len(one.words) - 1: k for k, one in reversed(list(enumerate(frames))) if isinstance(one, GenerateFrame)}
    tokens = frame.words.tolist() or ["…"]
    factors = _Factors(tokens, frame.p, frame.level, len(frame.p) - 1 if chosen else -1, starts, skip=frame.given)
    panels = [
        _hypotheses(frame, words) if len(frame.beams) else _surprise(factors, params, words, highest_of(frame)),
        _strip(tokens, at, first, len(tokens), [""] * len(tokens), words("written"), starts),
        _next(
            frame.top.tolist(),
            frame.top_p,
            [chance(float(value)) for value in frame.top_p],
            frame.chosen,
            words("next_drawn" if drawn else "next_p", context=ngram.joined(frame.context.tolist()) or "∅"),
            click="next",
        ),
    ]
    if len(frame.beams):
        panels[2] = Panel([], "", x=blank(range=[0, 1]), y=blank(range=[0, 1]))
    word = tokens[-1] if frame.words.size else ""
    facts = {
        "word": word,
        "context": ngram.joined(frame.context.tolist()) or "∅",
        "p": chance(frame.chosen_p),
        "text": ngram.joined(frame.words.tolist()),
        "T": number(params.temperature, 2),
        "k": params.width,
        "best": str(frame.beams[0]) if len(frame.beams) else "",
        "P": _tiny(frame.bits),
        "n": len(frame.words),
    }
    key = "said_write_" + (
        "start"
        if not frame.step
        else "stuck"
        if frame.part == "stuck"
        else "beam_end"
        if len(frame.beams) and frame.part == "end"
        else "beam"
        if len(frame.beams)
        else "end"
        if frame.ended
        else "sampling"
        if drawn
        else "greedy"
    )
    values: dict[str, tuple[Any, int]] = {
        "name": (escaped(word), 0),
        "p": (chance(frame.chosen_p), 0),
        "u": (number(frame.u, 3), 0),
    }
    return picture(
        panels,
        SENTENCE_WIDE,
        SENTENCE_NARROW,
        words,
        frame,
        phase=words("phase_word", step=frame.step) if frame.step else words("phase_start"),
        said=words(key, **facts),
        formula=(DRAW if drawn else SCORE_PICK if params.estimator in SCORES else PICK) if chosen else "",
        values=values if chosen else {},
        metrics=[
            (words("bits"), number(frame.bits, 2)),
            (words("perplexity"), size_of(float(2 ** (frame.bits / max(len(frame.p), 1))))),
        ]
        if len(frame.p) and params.estimator != "stupid"
        else [(words("bits"), number(frame.bits, 2))],
        mark=True,
        hold=2.0,
        numbers={
            "word": word or None,
            "estimator": params.estimator,
            "order": params.order,
            **named(frame.chosen_p or None, "" if drawn else params.estimator),
            "bits": frame.bits,
        },
    )


def _hypotheses(frame: GenerateFrame, words: Words) -> Panel:
    """The prefixes of a beam, best first."""
    y = np.arange(len(frame.beams))
    text = [escaped(cut(str(line) or "∅", 70)) for line in frame.beams.tolist()]
    traces = [
        bars.labels(np.zeros(len(y)), y, text, place="middle right", colour=["@accent" if not k else "@ink" for k in y], size=12),
        bars.labels(
            np.ones(len(y)), y, [number(float(b), 1) for b in frame.beams_bits], place="middle left", colour="@ink2", size=12
        ),
    ]
    return Panel(traces, words("beams"), x=blank(range=[0, 1]), y=blank(range=[8, -0.6]))
