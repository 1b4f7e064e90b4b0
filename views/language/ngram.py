"""N-gram models: a sentence as an axis, one context under twelve estimators, perplexity, writing on, λ, Good–Turing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import engine.params
from charts import bars
from charts.numbers import count
from charts.panels import Picture, bare
from engine.language import ngram
from engine.language.ngram import ALGORITHMS, ContextFrame, GenerateFrame, NgramFrame, ReadFrame
from engine.language.ngram.contexts import COLUMNS
from engine.params import Params, Value, number
from engine.texts import Text
from views.language.ngram_context import context
from views.language.ngram_models import turing, weights
from views.language.ngram_perplexity import perplexity
from views.language.ngram_sentence import sentence
from views.language.ngram_writing import generate
from views.look import Look, scenes


class Options(engine.params.Options):
    word: int = number(1, 1, COLUMNS, rare=True, only=("context",))  # of the next words the one that is looked at


def _read(look: Look[ReadFrame]) -> Picture:
    """How much of a long text has been read."""
    frame = look.frame
    told = look.say("share", share=f"{100 * frame.share:.0f}")
    traces = [
        bars.rectangles(0, 1, 0.58, 0.66, colour="@sunk"),
        bars.rectangles(0, frame.share, 0.58, 0.66, colour="@accent"),
        bars.labels([0], [0.76], [told], size=16, place="middle right", colour="@ink"),
    ]
    panel = bare(traces, "", [-0.1, 1.1], [0, 1])
    longest = int((frame.grams > 0).sum())
    sorted_ = look.say("sorted", order=longest) if longest else ""
    facts = {"tokens": count(frame.tokens), "types": count(frame.types), "sorted": sorted_}
    return look.picture(panel, facts=facts, hold=0.5)


def _after_reading(drawn: Callable[[Look[Any]], Picture]) -> Callable[[Look[Any]], Picture]:
    """The picture of a kind of run; before it that of reading, which is the same for all."""

    def picture(look: Look[Any]) -> Picture:
        return _read(replace(look, scene="reading")) if look.part == "read" else drawn(look)

    return picture


draw = scenes(
    ALGORITHMS,
    {kind.__name__: _after_reading(kind) for kind in (sentence, context, perplexity, generate, weights, turing)},
)


def clicked(name: str, index: int, frame: NgramFrame, params: Params, data: Text, options: Options) -> dict[str, Value]:
    """A click on a word writes on with it, or looks at it, or at what comes after it."""
    if name == "next" and isinstance(frame, GenerateFrame) and index < len(frame.top):
        before = frame.words[: len(frame.words) - int(frame.part in ("draw", "end"))]
        return {"begin": ngram.joined([*before.tolist(), str(frame.top[index])])}
    if name == "word" and isinstance(frame, ContextFrame) and index < len(frame.words):
        kept = [word for word in frame.context.tolist() if word != ngram.START]
        return {"context": ngram.joined([*kept, str(frame.words[index])]), "word": 1}
    if name == "next" and isinstance(frame, ContextFrame) and index < len(frame.words):
        return {"word": index + 1}
    return {}
