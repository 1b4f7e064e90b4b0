"""Writing on: the text so far, how surprising each word was, and the words to choose from; or the prefixes of a beam."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from charts import bars
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import chance, number
from charts.panels import Panel, Picture, blank, escaped
from charts.words import cut
from engine.language import ngram
from engine.language.ngram import GenerateFrame
from engine.language.smoothing import SCORES
from views.language.ngram_parts import highest_of, joined, named, past, scored, size_of, tiny
from views.language.ngram_words import PLACES, Factors, next_words, strip, surprise
from views.look import Look, Metric

DRAW = formula(r"p({name}! \mid h) = {p}!! \qquad u = {u}!")
PICK = formula(r"p({name}! \mid h) = {p}!!")
SCORE_PICK = formula(r"S({name}! \mid h) = {p}!!")
NOTHING = Panel([], "", x=blank(range=[0, 1]), y=blank(range=[0, 1]))


def generate(look: Look[GenerateFrame]) -> Picture:
    """The text so far, a bar of surprise for each word that was written, and the words that were to choose from."""
    frame, params = look.frame, look.params
    mathml, values = _caption(look)
    metrics: list[Metric] = [("bits", number(frame.bits, 2))]
    if params.estimator not in SCORES:
        metrics.append(("perplexity", size_of(float(2 ** (frame.bits / len(frame.p)))) if len(frame.p) else None))
    panels = [_hypotheses(look), _written(look), NOTHING] if len(frame.beams) else [_surprise(look), _written(look), _next(look)]
    return look.picture(
        Placed(panels, *PLACES),
        facts=_facts(look),
        key=_key(look),
        formula=mathml,
        values=values,
        metrics=metrics,
        derived={
            "word": _last(frame) or None,
            "estimator": params.estimator,
            "order": params.order,
            "context": None,
        }
        | named(frame.chosen_p or None, "" if _drawn(look) else params.estimator),
        hold=2.0,
    )


def _facts(look: Look[GenerateFrame]) -> dict[str, Any]:
    """What the sentences say beside the row."""
    frame = look.frame
    return {
        "word": _last(frame),
        "context": joined(frame.context),
        "p": chance(frame.chosen_p),
        "T": number(look.params.temperature, 2),
        "k": look.params.width,
        "best": str(frame.beams[0]) if len(frame.beams) else "",
        "P": tiny(frame.bits),
        "n": len(frame.words),
    }


def _key(look: Look[GenerateFrame]) -> str:
    """Which sentence is said."""
    estimator = look.params.estimator
    if look.part == "draw":
        return "sampling" if _drawn(look) else scored("greedy", estimator)
    if look.part == "end" and len(look.frame.beams):
        return scored("beam_end", estimator)
    return scored(look.part, estimator) if look.part in ("expand", "stuck") else ""


def _drawn(look: Look[GenerateFrame]) -> bool:
    """Whether numbers are drawn: of scores, too, probabilities are made to draw from."""
    return bool(look.params.pick == "sampling" and look.params.temperature > 0)


def _caption(look: Look[GenerateFrame]) -> tuple[str, Mapping[str, tuple[Any, int]]]:
    frame = look.frame
    if not _chosen(frame):
        return "", {}
    values = {"name": (escaped(_last(frame)), 0), "p": (chance(frame.chosen_p), 0), "u": (number(frame.u, 3), 0)}
    if _drawn(look):
        return DRAW, values
    return SCORE_PICK if look.params.estimator in SCORES else PICK, values


def _chosen(frame: GenerateFrame) -> bool:
    """Whether the last word has just been chosen."""
    return frame.part in ("draw", "end") and not len(frame.beams)


def _last(frame: GenerateFrame) -> str:
    return str(frame.words[-1]) if len(frame.words) else ""


# ---- panels


def _surprise(look: Look[GenerateFrame]) -> Panel:
    frame = look.frame
    lit = len(frame.p) - 1 if _chosen(frame) else -1
    factors = Factors(_tokens(frame), frame.p, frame.level, lit, _starts(look), skip=frame.given)
    return surprise(look, factors, highest_of(frame))


def _written(look: Look[GenerateFrame]) -> Panel:
    """The text so far, the window over what the model has just looked at."""
    frame, tokens = look.frame, _tokens(look.frame)
    at = len(frame.words) - 1 if _chosen(frame) else -1
    first = max(0, at - int((frame.context != ngram.START).sum())) if _chosen(frame) else 0
    return strip(tokens, at, first, len(tokens), [""] * len(tokens), look.say("written"), _starts(look))


def _next(look: Look[GenerateFrame]) -> Panel:
    frame = look.frame
    shown = [chance(float(value)) for value in frame.top_p]
    key = "next_drawn" if _drawn(look) else scored("next_p", look.params.estimator)
    title = look.say(key, context=joined(frame.context))
    return next_words(frame.top.tolist(), frame.top_p, shown, frame.chosen, title, click="next")


def _hypotheses(look: Look[GenerateFrame]) -> Panel:
    """The prefixes of a beam, best first."""
    frame = look.frame
    y = np.arange(len(frame.beams))
    text = [escaped(cut(str(line) or "∅", 70)) for line in frame.beams.tolist()]
    bits = [number(float(value), 1) for value in frame.beams_bits]
    inks = ["@ink" if row else "@accent" for row in y]
    traces = [
        bars.labels(np.zeros(len(y)), y, text, place="middle right", colour=inks, size=12),
        bars.labels(np.ones(len(y)), y, bits, place="middle left", colour="@ink2", size=12),
    ]
    return Panel(traces, look.say("beams"), x=blank(range=[0, 1]), y=blank(range=[8, -0.6]))


def _tokens(frame: GenerateFrame) -> list[str]:
    return frame.words.tolist() or ["…"]


def _starts(look: Look[GenerateFrame]) -> dict[int, int]:
    """The picture at which each word was written."""
    return {len(frame.words) - 1: place for place, frame in reversed(past(look))}
