"""One context under twelve estimators: where the probability of the next word lies, and where the held-out text put it."""

from typing import Any

import numpy as np

from charts import bars, curves
from charts.layout import HIGHEST, rows
from charts.numbers import chance, count, number
from charts.panels import Panel, Picture, Trace, bare, escaped
from charts.words import cut
from engine.language.ngram import END, UNK, ContextFrame
from engine.language.ngram.contexts import COLUMNS
from engine.language.smoothing import ESTIMATORS, KATZ, SCORES, STUPID
from views.language.ngram_parts import explained, inked, joined, keyed, level, levels, named, short_name, stacked
from views.look import Look

TO_THE_UNSEEN = ("good_turing", "absolute", "katz", "kneser_ney")  # what single words lose goes to words never seen at all
ONE = 1e-9  # a sum as near to 1 as this is 1
BOTTOM, HEAD, TOP = 12.5, -1.0, -1.5  # of the axis of rows
SUMS, ASKED = 1.23, 1.65  # where the columns of numbers end, in sums of probabilities
WIDE, PHONE = (-0.28, 1.66), (-0.73, 1.66)
LETTERS = 7  # of a word that can be looked at


def context(look: Look[ContextFrame]) -> Picture:
    """A row for each estimator: a bar of what goes where; and what each says of one word, chosen by a tap."""
    frame, k, n = look.frame, _word(look), _whole(look)
    i, shown = max(frame.shown - 1, 0), frame.shown > 0
    name, summed, now = ESTIMATORS[i], shown and frame.sums[i] >= 0, frame.explained[k]
    facts = _facts(look)
    said_of = "add_k" if name == "add_one" else name
    seen, unseen = (float(frame.mass[i, n]), float(frame.mass[i, :n].sum())) if shown else (None, None)
    row = {"estimator": name if shown else None, "order": look.params.order, "word": str(frame.words[k]), "seen": seen}
    found = {"count": now.count, "context": now.total, "sum": float(frame.sums[i]) if summed else None, "unseen": unseen}
    new = frame.new / frame.followed if frame.followed else None
    return look.picture(
        rows(_mass(look), _words(look), shares=(6, 1)),
        facts=facts,
        key="undefined" if shown and not summed else said_of if shown else "start",
        metrics=[("unseen", facts["unseen"] if summed else None), ("new", facts["new"] if frame.followed else None)],
        derived=row | found | {"new": new} | named(now.p if shown else None, name),
        hold=4.0,
        **(explained(now, name, look.params.k, frame.types) if shown else {}),
    )


def _whole(look: Look[ContextFrame]) -> int:
    """How long an n-gram is that has the whole context."""
    return len(look.frame.context) + 1


def _word(look: Look[ContextFrame]) -> int:
    """Which of the next words is looked at."""
    return int(min(look.options.word, len(look.frame.words)) - 1)


def _facts(look: Look[ContextFrame]) -> dict[str, Any]:
    """What the sentences say beside the row."""
    frame, n = look.frame, _whole(look)
    i = max(frame.shown - 1, 0)
    name, sums = ESTIMATORS[i], frame.sums[: frame.shown]
    unseen, new = float(frame.mass[i, :n].sum()), frame.new / max(frame.followed, 1)
    spared = name in TO_THE_UNSEEN and frame.kinds[0]
    context = {"context": joined(frame.context), "times": count(frame.times), "once": count(frame.once)}
    words = {"types": int(frame.kinds[n]), "others": count(frame.types - int(frame.kinds[n]))}
    shares = {"unseen": unseen, "new": new, "turing": frame.once / max(frame.times, 1), "sum": float(frame.sums[i])}
    told = {"k": "1" if name == "add_one" else f"{look.params.k:g}", "katz": KATZ, "stupid": f"{STUPID:g}"}
    fallback = look.say("fallback", level=frame.fallback) if frame.fallback else ""
    novel = look.say("novel", share=chance(float(frame.mass[i, 0]))) if spared else ""
    said = {"estimator": short_name(look, name), "fallback": fallback, "novel": novel}
    fine = {"n": int((np.abs(sums - 1) < ONE).sum()), "of": len(ESTIMATORS)}
    return context | words | {name: number(share, 3) for name, share in shares.items()} | told | said | fine


def _mass(look: Look[ContextFrame]) -> Panel:
    """A bar for each estimator: words seen after the whole context, after shorter ones, nowhere; and the truth across all."""
    frame, n = look.frame, _whole(look)
    y = np.arange(frame.shown)
    shares = frame.mass[: frame.shown, : n + 1]
    of = [(level(look, m, n), count(int(frame.kinds[m]))) for m in range(n + 1)]
    told = [
        [look.say("hover_mass", part=number(float(part), 4), what=what, words=words) for part in column]
        for column, (what, words) in zip(shares.T, of, strict=True)
    ]
    scale = np.maximum(shares.sum(1, keepdims=True), 1)  # a score may sum to more than 1: drawn to fill the row
    now = y[-1:] + np.array([[-0.42], [0.42]])
    outline = bars.rectangles(0, 1, *now, colour="rgba(0,0,0,0)", line="@accent", width=2, meta={"key": "now"})
    title, notes = keyed(look.say("mass", context=cut(joined(frame.context), 20)), levels(look, n))
    traces = [*stacked(shares / scale, y, 0.34, told, "mass"), outline, *_columns(look), *_truth(look)]
    return bare(traces, title, WIDE, [BOTTOM, TOP], notes=notes, part=PHONE, tall=HIGHEST)


def _columns(look: Look[ContextFrame]) -> list[Trace]:
    """The estimators' names, what each row sums to, and what it says of the word that is looked at."""
    frame, shown, k = look.frame, look.frame.shown, _word(look)
    names = [escaped(short_name(look, name)) for name in ESTIMATORS]
    sums = [f"<b>{one:.3f}</b>" if abs(one - 1) > ONE else f"{one:.3f}" for one in frame.sums[:shown].tolist()]
    sums = ["–" if one < 0 else text for one, text in zip(frame.sums, sums, strict=False)]
    p = [chance(one) if one >= 0 else "?" for one in frame.p[:shown, k].tolist()]
    word, y = str(frame.words[k]), np.arange(shown)
    signs = ["S" if name in SCORES else "p" for name in ESTIMATORS]
    of = [(short_name(look, name), sign, value) for name, sign, value in zip(ESTIMATORS, signs, p, strict=False)]
    told = [look.say("hover_word", word=word, estimator=name, sign=sign, p=value) for name, sign, value in of]
    heads = ["Σ", escaped(cut(word, LETTERS))]
    return [
        *inked(-0.01, np.arange(len(names)), names, shown - 1, faint=range(shown, len(names)), place="middle left"),
        bars.labels([SUMS, ASKED], [HEAD, HEAD], heads, size=11, place="middle left"),
        bars.labels(np.full(shown, SUMS), y, sums, size=11, place="middle left"),
        *inked(ASKED, y, p, shown - 1, told=told, size=11, place="middle left"),
    ]


def _truth(look: Look[ContextFrame]) -> list[Trace]:
    """How often the word that came next in the held-out text was one that had been seen after the context."""
    frame = look.frame
    if not frame.followed:
        return [bars.labels([0], [12], [look.say("no_truth")], size=11, place="middle right")]
    at = 1 - frame.new / frame.followed
    said = look.say("truth", new=frame.new, followed=frame.followed)
    side, off = ("left", -0.015) if at > 0.6 else ("right", 0.015)  # where there is more room
    line = curves.line(np.full(2, at), np.array([-0.6, 12.2]), colour="@ink", width=2)
    return [line, bars.labels([at + off], [12], [said], size=11, place=f"middle {side}", colour="@ink")]


def _words(look: Look[ContextFrame]) -> Panel:
    """The words that can be looked at, how often each followed, and at the right the way on to the context it makes."""
    frame, k = look.frame, _word(look)
    n = len(frame.words)
    names = [escaped(cut(word, LETTERS)) for word in frame.words.tolist()]
    others = [j for j in range(n) if j != k]
    tap: dict[str, Any] = {"told": names, "meta": {"link": "next", "click": "next"}}
    traces = [
        bars.rectangles(k - 0.48, k + 0.48, -0.75, 1.75, colour="@sunk"),
        *inked(np.arange(n), 0, names, -1, faint=others, **tap),
        bars.labels(np.arange(n), np.ones(n), [str(times) for times in frame.count.tolist()], size=11, colour="@ink3"),
    ]
    if frame.words[k] not in (END, UNK):
        on: dict[str, Any] = {"told": [look.say("go_on")], "meta": {"link": "word", "index": [k], "click": "word"}}
        traces += inked(n, 0, ["→"], -1, size=16, **on)
    return bare(traces, look.say("words"), [-0.5, COLUMNS + 0.5], [1.8, -0.8], small=True)
