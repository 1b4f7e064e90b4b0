"""A sentence, factor by factor: the window over its words, how surprising each was, and what might have come instead."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from charts.formula import formula
from charts.layout import Placed
from charts.numbers import chance, count, number
from charts.panels import Panel, Picture
from engine.language import ngram
from engine.language.ngram import SentenceFrame
from engine.language.smoothing import SCORES
from views.language.ngram_parts import explained, highest_of, joined, named, past, scored, short_name, size_of, times, tiny
from views.language.ngram_words import PLACES, Factors, next_words, strip, surprise
from views.look import Look, Metric

COUNT = formula(r"C(h\,w) = {gram}! \qquad C(h) = {context}!")
PRODUCT = formula(r"P = {factors}! = {product}!!")
WHOLE = formula(r"P = {factors}! = {product}!! \qquad P^{-1/{m}!} = {perplexity}!")
SCORE = formula(r"S = {factors}! = {product}!!")  # of stupid back-off: no probability, so it has no perplexity


def sentence(look: Look[SentenceFrame]) -> Picture:
    """The words with the window over them; a bar of surprise for each factor; the likeliest next words."""
    frame, now, params = look.frame, look.frame.now, look.params
    without = params.estimator in SCORES  # of scores there is no perplexity
    mathml, values = _caption(look)
    metrics: list[Metric] = [("bits", number(frame.bits, 2) + (" + ∞" if frame.zeros else ""))]
    if not without:
        metrics.append(("perplexity", _power(frame) if len(frame.p) else None))
    word = str(frame.words[frame.at]) if frame.at >= 0 else ""
    return look.picture(
        Placed([_surprise(look), _window(look), _candidates(look)], *PLACES),
        facts=_facts(look) | {"word": word},
        key=_key(look),
        formula=mathml,
        values=values,
        metrics=metrics,
        derived={
            "word": word,
            "estimator": params.estimator,
            "order": params.order,
            "count": now.count,
            "context": now.total,
            "perplexity": None if without else _perplexity(frame),
        }
        | named(now.p if frame.at >= 0 else None, params.estimator),
        hold=3.0 if frame.part else 2.0,
    )


def _facts(look: Look[SentenceFrame]) -> dict[str, Any]:
    """What the sentences say beside the row."""
    frame, now = look.frame, look.frame.now
    facts = {
        "context": joined(_context(frame)),
        "estimator": short_name(look, look.params.estimator),
        "gram": now.count,
        "total": now.total,
        "p": chance(now.p),
        "level": now.level,
        "rank": frame.rank,
        "tokens": count(frame.tokens),
        "types": count(frame.types),
    }
    if not len(frame.p):
        return facts
    worst = int(np.argmin(frame.p))
    return facts | {
        "worst": str(frame.words[_first(frame) + worst]),
        "worst_p": chance(float(frame.p[worst])),
        "with_end": _product(frame, len(frame.p)),
        "without": _product(frame, len(frame.p) - 1),
    }


def _key(look: Look[SentenceFrame]) -> str:
    """Which sentence is said."""
    frame, now = look.frame, look.frame.now
    if look.part == "count":
        if look.params.order == 1:
            return "unigram"
        return "count" if now.count else "never" if now.total else "no_context"
    if look.part == "estimate":
        return _estimated(look)
    if look.part == "accumulate":
        return "zero" if frame.zeros else "accumulate"
    return scored("end", look.params.estimator) if look.part == "end" else ""


def _estimated(look: Look[SentenceFrame]) -> str:
    """Which sentence tells where a probability comes from."""
    frame, now, estimator = look.frame, look.frame.now, look.params.estimator
    if not now.known:
        return scored("unknown_closed", estimator)
    if estimator == "mle":
        return "mle" if now.p else "mle_zero" if now.total else "mle_undefined"
    if estimator in ("good_turing", "add_one", "add_k"):
        return "flat"
    if not now.level:
        return scored("unknown", estimator)
    if now.level == frame.at - frame.first + 1:
        return scored("seen", estimator)
    return scored("shorter", estimator) if now.level < now.order else "cut_context"


def _caption(look: Look[SentenceFrame]) -> tuple[str, Mapping[str, tuple[Any, int]]]:
    frame, now = look.frame, look.frame.now
    if look.part == "start":
        return "", {}
    if look.part == "count":
        return COUNT, {"gram": (now.count, 0), "context": (now.total, 0)}
    if look.part == "estimate":
        return explained(now, look.params.estimator, look.params.k, frame.types)
    shown = [chance(float(p)) for p in frame.p]
    factors = " · ".join(shown if len(shown) <= 5 else [*shown[:2], "…", *shown[-2:]])
    values = {
        "factors": (factors, 0),
        "product": (_product(frame, len(frame.p)), 0),
        "m": (len(frame.p), 0),
        "perplexity": (_power(frame), 0),
    }
    if look.params.estimator in SCORES:
        return SCORE, values
    return WHOLE if look.part == "end" else PRODUCT, values


# ---- panels


def _surprise(look: Look[SentenceFrame]) -> Panel:
    """A bar for each factor; the one that has just come is lit, in the end the smallest."""
    frame = look.frame
    lit = len(frame.p) - 1 if look.part == "accumulate" else int(np.argmin(frame.p)) if look.part == "end" else -1
    first = _first(frame)
    factors = Factors(frame.words.tolist()[first:], frame.p, frame.level, lit, _starts(look), first=first)
    return surprise(look, factors, highest_of(frame))


def _window(look: Look[SentenceFrame]) -> Panel:
    """The words, and below each how often it and its context were seen."""
    frame, now, first = look.frame, look.frame.now, _first(look.frame)
    under = [f"{times(c)}/{times(n)}" for c, n in zip(frame.gram, frame.context, strict=True)]
    below = [""] * first + under + [""] * (len(frame.words) - first - len(under))
    if look.part in ("count", "estimate"):
        below[frame.at] = f"{times(now.count)}/{times(now.total)}"
    at = -1 if look.part == "end" else frame.at
    title = look.say("window", order=look.params.order)
    return strip(frame.words.tolist(), at, frame.first, first + len(frame.p), below, title, _starts(look))


def _candidates(look: Look[SentenceFrame]) -> Panel:
    """The likeliest next words; how often each was seen while it is counted, how likely each is once it is estimated."""
    frame, now, counted = look.frame, look.frame.now, look.part == "count"
    if frame.at < 0:
        return next_words([], np.zeros(0), [], -1, look.say("next_none"))
    names, actual = frame.top.tolist(), str(frame.words[frame.at])
    values = frame.top_count / max(now.total, 1) if counted else frame.top_p
    shown = [times(c) for c in frame.top_count] if counted else [chance(float(value)) for value in frame.top_p]
    if actual not in names:
        names = [*names, actual]
        values = np.append(values, now.count / max(now.total, 1) if counted else now.p)
        shown = [*shown, times(now.count) if counted else chance(now.p)]
    title = look.say("next_count" if counted else scored("next_p", look.params.estimator), context=joined(_context(frame)))
    return next_words(names, values, shown, names.index(actual), title)


def _starts(look: Look[SentenceFrame]) -> dict[int, int]:
    """The picture at which each word begins to be predicted."""
    return {frame.at: place for place, frame in reversed(past(look))}


# ---- numbers


def _first(frame: SentenceFrame) -> int:
    """The place of the first word that is predicted."""
    return int((frame.words == ngram.START).sum())


def _context(frame: SentenceFrame) -> np.ndarray:
    return frame.words[frame.first : max(frame.at, frame.first)]


def _product(frame: SentenceFrame, n: int) -> str:
    """The product of the first n factors."""
    p = frame.p[:n]
    return "0" if (p == 0).any() else tiny(float(-np.log2(p).sum()))


def _perplexity(frame: SentenceFrame) -> float | None:
    return None if frame.zeros or not len(frame.p) else float(2 ** (frame.bits / len(frame.p)))


def _power(frame: SentenceFrame) -> str:
    found = _perplexity(frame)
    return "∞" if found is None else size_of(found)
