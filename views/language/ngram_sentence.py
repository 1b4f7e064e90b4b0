"""A sentence, factor by factor: the window over its words, how surprising each was, and what might have come instead."""

from typing import Any

import numpy as np

from charts.formula import formula, scored
from charts.numbers import chance, count, number
from charts.panels import Panel, Picture
from engine.language import ngram
from engine.language.ngram import SentenceFrame
from engine.language.smoothing import FLAT, SCORES
from views.language.ngram_axis import Choices, Line, standing
from views.language.ngram_parts import explained, joined, named, past, short_name, sign, size_of, tiny
from views.look import Look, Metric

COUNT = formula(r"C(h\,w) = {gram}! \qquad C(h) = {context}!")
PRODUCT = formula(r"P = {factors}! = {product}!!")
WHOLE = formula(r"P = {factors}! = {product}!! \qquad P^{-1/{m}!} = {perplexity}!")


def sentence(look: Look[SentenceFrame]) -> Picture:
    """The words as an axis: a bar of surprise and a rank for each factor; from the word of now hang the likeliest next words."""
    frame, now, asked = look.frame, look.frame.now, look.frame  # asked: the picture of the word that is looked at
    if look.part == "end":  # the one that was most of a surprise
        worst = _first(frame) + int(np.argmin(frame.p))
        asked = next(one for _, one in past(look) if one.at == worst and one.part == "accumulate")
    estimator = look.params.estimator
    facts = _facts(look)
    perplexity = None if frame.zeros or not len(frame.p) or estimator in SCORES else float(2 ** (frame.bits / len(frame.p)))
    metrics: list[Metric] = [("rank", count(asked.rank) if asked.rank and asked.part != "count" else None)]
    metrics.append(("bits", number(frame.bits, 2) + (" + ∞" if frame.zeros else "")))
    if estimator not in SCORES:  # of scores there is no perplexity
        metrics.append(("perplexity", _power(frame) if len(frame.p) else None))
    derived = {"word": facts["word"], "estimator": estimator, "order": look.params.order}
    derived |= {"count": now.count, "context": now.total, "rank": frame.rank or None, "perplexity": perplexity}
    return look.picture(
        _axis(look, asked),
        facts=facts,
        key=_estimated(look) if look.part == "estimate" else "",
        metrics=metrics,
        derived=derived | named(now.p if frame.at >= 0 else None, estimator),
        hold=3.0 if frame.part else 2.0,
        **_caption(look),
    )


def _facts(look: Look[SentenceFrame]) -> dict[str, Any]:
    """What the sentences say beside the row."""
    frame, now = look.frame, look.frame.now
    text = {"tokens": count(frame.tokens), "types": count(frame.types), "context": joined(_context(frame))}
    model = {"estimator": short_name(look, look.params.estimator), "sign": sign(look)}
    word = str(frame.words[frame.at]) if frame.at >= 0 else ""
    found = {"word": word, "gram": now.count, "total": now.total, "p": chance(now.p), "level": now.level}
    facts = text | model | found | {"tail": look.say("scores") if look.params.estimator in SCORES else ""}
    if not len(frame.p):
        return facts
    worst = int(np.argmin(frame.p))
    products = {"with_end": _product(frame, len(frame.p)), "without": _product(frame, len(frame.p) - 1)}
    return facts | products | {"worst": str(frame.words[_first(frame) + worst]), "worst_p": chance(float(frame.p[worst]))}


def _estimated(look: Look[SentenceFrame]) -> str:
    """Which sentence tells where a probability comes from."""
    frame, now, estimator = look.frame, look.frame.now, look.params.estimator
    if not now.known:
        return "unknown_closed"
    if estimator == "mle" and not now.p:
        return "mle_zero" if now.total else "mle_undefined"
    if estimator in (*FLAT, "good_turing"):
        return "flat"
    if not now.level:
        return "unknown"
    if now.level < frame.at - frame.first + 1:
        return "shorter"
    return "seen_score" if estimator in SCORES else "seen"


def _caption(look: Look[SentenceFrame]) -> dict[str, Any]:
    frame, now = look.frame, look.frame.now
    if look.part == "start":
        return {}
    if look.part == "count":
        return {"formula": COUNT, "values": {"gram": (now.count, 0), "context": (now.total, 0)}}
    if look.part == "estimate":
        return explained(now, look.params.estimator, look.params.k, frame.types)
    shown = [chance(float(p)) for p in frame.p]
    factors = " · ".join(shown if len(shown) <= 5 else [*shown[:2], "…", *shown[-2:]])
    values: dict[str, Any] = {"factors": (factors, 0), "product": (_product(frame, len(frame.p)), 0)}
    if look.params.estimator in SCORES:  # of stupid back-off: no probabilities, so they have no perplexity
        return {"formula": scored(PRODUCT, True), "values": values}
    values |= {"m": (len(frame.p), 0), "perplexity": (_power(frame), 0)}
    return {"formula": WHOLE if look.part == "end" else PRODUCT, "values": values}


def _axis(look: Look[SentenceFrame], asked: SentenceFrame) -> Panel:
    """The bar that has just come is lit; next words are counted, then each is estimated."""
    frame, now, counted = look.frame, asked.now, asked.part == "count"
    seen = [(place, one) for place, one in past(look) if one.at >= 0]
    line = Line(
        frame.words.tolist(),
        _first(frame),
        frame.p,
        frame.level,
        at=asked.at,
        lit=asked.at if asked.part == "accumulate" else -1,
        window=asked.first,
        types=frame.types,
        starts={one.at: place for place, one in reversed(seen)},
        ranks={one.at: one.rank for _, one in seen if one.part != "count"},
    )
    title = look.say("next_count" if counted else "next_p", context=joined(_context(asked)), sign=sign(look))
    came = str(frame.words[asked.at]), now.count if counted else now.p, asked.rank
    values = asked.top_count if counted else asked.top_p
    return standing(look, line, Choices(title, asked.top.tolist(), values, str if counted else chance, came))


def _first(frame: SentenceFrame) -> int:
    """The place of the first word that is predicted."""
    return int((frame.words == ngram.START).sum())


def _context(frame: SentenceFrame) -> np.ndarray:
    return frame.words[frame.first : max(frame.at, frame.first)]


def _product(frame: SentenceFrame, n: int) -> str:
    """The product of the first n factors."""
    p = frame.p[:n]
    return "0" if (p == 0).any() else tiny(float(-np.log2(p).sum()))


def _power(frame: SentenceFrame) -> str:
    return "∞" if frame.zeros else size_of(float(2 ** (frame.bits / len(frame.p))))
