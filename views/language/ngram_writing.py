"""Writing on: how surprising each word was, the words to choose from, and the text so far; or the prefixes of a beam."""

from typing import Any

import numpy as np

from charts import bars
from charts.formula import formula, scored
from charts.layout import HIGHEST, Layout, columns
from charts.numbers import chance, number
from charts.panels import Panel, Picture, bare, escaped
from charts.words import cut, places, wrapped
from engine.language import ngram
from engine.language.ngram import GenerateFrame
from engine.language.smoothing import SCORES
from views.language.ngram_axis import LONGEST, Choices, Line, standing
from views.language.ngram_parts import beside, inked, joined, named, past, sign, size_of, tiny
from views.look import Look, Metric

DRAW = formula(r"p({name}! \mid h) = {p}!! \qquad u = {u}!")
PICK = formula(r"p({name}! \mid h) = {p}!!")
PAGE, LETTERS = 46, 53  # letters of a page of the axis, of a line of the text
LINES = 14  # lines of the text that there is room for


def generate(look: Look[GenerateFrame]) -> Picture:
    """A bar of surprise for each word that was written, the words that were to choose from, and the text so far."""
    frame, params = look.frame, look.params
    drawn = {"word": _last(frame), "context": joined(frame.context), "p": chance(frame.chosen_p), "n": len(frame.words)}
    settings = {"T": number(params.temperature, 2), "k": params.width, "sign": sign(look), "whole": sign(look).upper()}
    metrics: list[Metric] = [("bits", number(frame.bits, 2))]
    if params.estimator not in SCORES:
        metrics.append(("perplexity", size_of(float(2 ** (frame.bits / len(frame.p)))) if len(frame.p) else None))
    return look.picture(
        _beginnings(look) if len(frame.beams) else _writing(look),
        facts=drawn | settings | {"best": str(frame.beams[0]) if len(frame.beams) else "", "P": tiny(frame.bits)},
        key={"draw": "sampling" if _drawn(look) else "greedy", "end": "beam_end" * bool(len(frame.beams))}.get(look.part, ""),
        metrics=metrics,
        derived={"word": _last(frame) or None, "estimator": params.estimator, "order": params.order, "context": None}
        | named(frame.chosen_p or None, "" if _drawn(look) else params.estimator),
        hold=2.0,
        **_caption(look),
    )


def _drawn(look: Look[GenerateFrame]) -> bool:
    """Whether numbers are drawn: of scores, too, probabilities are made to draw from."""
    return bool(look.params.pick == "sampling" and look.params.temperature > 0)


def _caption(look: Look[GenerateFrame]) -> dict[str, Any]:
    frame = look.frame
    if not _chosen(frame):
        return {}
    values = {"name": (escaped(_last(frame)), 0), "p": (chance(frame.chosen_p), 0), "u": (number(frame.u, 3), 0)}
    return {"formula": DRAW if _drawn(look) else scored(PICK, look.params.estimator in SCORES), "values": values}


def _chosen(frame: GenerateFrame) -> bool:
    """Whether the last word has just been chosen."""
    return frame.part in ("draw", "end") and not len(frame.beams)


def _last(frame: GenerateFrame) -> str:
    return str(frame.words[-1]) if len(frame.words) else ""


def _writing(look: Look[GenerateFrame]) -> Layout:
    frame, now = look.frame, _chosen(look.frame)
    words = frame.words.tolist() or ["…"]
    at = len(words) - 1 if now else -1
    line = Line(
        words,
        frame.given if len(frame.words) else 1,
        frame.p,
        frame.level,
        at=at,
        lit=at,
        window=max(0, at - int((frame.context != ngram.START).sum())),
        types=frame.types,
        starts=_starts(look),
        room=PAGE,
    )
    came = (_last(frame), frame.chosen_p, frame.chosen + 1) if now else None
    title = look.say("next_p", context=joined(frame.context), sign="p" if _drawn(look) else sign(look))
    choices = Choices(title, frame.top.tolist(), frame.top_p, chance, came, click="next")
    return columns(standing(look, line, choices), _text(look, words, at), shares=(8, 5))


def _text(look: Look[GenerateFrame], words: list[str], at: int) -> Panel:
    """All that was written, line by line; a word stays where it was set."""
    frame, cuts = look.frame, [cut(word, LONGEST) for word in words]
    left, _, line = places(cuts, LETTERS)
    y = line - max(0, int(line[-1]) - LINES + 1)
    text = [escaped(cut_) if row >= 0 else "" for cut_, row in zip(cuts, y, strict=True)]  # what has gone up is not written
    starts = _starts(look)
    how: dict[str, Any] = {"meta": {"link": "factor"}, "frames": [starts.get(k, 0) for k in range(len(words))], "told": text}
    traces = inked(left, np.maximum(y, 0), text, at, faint=range(frame.given), size=12, place="middle right", **how)
    return bare(traces, beside(look.say("written")), [0, LETTERS], [LINES - 0.5, -0.7])


def _beginnings(look: Look[GenerateFrame]) -> Panel:
    """The prefixes of a beam, best first, and their bits."""
    beams, y = look.frame.beams.tolist(), np.arange(len(look.frame.beams))
    lines = [wrapped(cut(str(line)[::-1], 2 * PAGE - 4)[::-1] or "∅", PAGE, 2) for line in beams]  # of a long one the end
    bits = [number(float(value), 1) for value in look.frame.beams_bits]
    traces = [*inked(0, y, lines, 0, place="middle right"), bars.labels(np.ones(len(y)), y, bits, place="middle left")]
    parts = 2.0 ** (look.frame.beams_bits[0] - look.frame.beams_bits)  # of the best one's probability
    for colour, here in (("@neutral7", y > 0), ("@accent", y == 0)):
        traces.append(bars.rectangles(0, parts[here], y[here] + 0.3, y[here] + 0.38, colour=colour))
    return bare(traces, look.say("beams"), [0, 1], [max(look.params.width, 3) - 0.4, -0.6], tall=HIGHEST)


def _starts(look: Look[GenerateFrame]) -> dict[int, int]:
    """The picture at which each word was written."""
    return {len(frame.words) - 1: place for place, frame in reversed(past(look))}
