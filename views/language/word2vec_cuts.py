"""The same text cut into words in several ways: the neighbours of one word in each, side by side, and the sentence as each cuts it."""

from dataclasses import replace

import numpy as np

from charts import bars, points
from charts.layout import columns
from charts.numbers import count
from charts.panels import Panel, Picture, Trace, blank, escaped
from charts.words import cut, lines
from engine.language.word2vec import CutsFrame
from views.language.word2vec_scene import ROWS
from views.look import Look

LETTERS, LINES = 34, 3  # of a sentence, at most
GAP = " · "  # between its words
HALF = 0.36  # of a column: how far its words reach from its middle


def cuts(look: Look[CutsFrame]) -> Picture:
    """What is near the same word in every cut."""
    frame, named = look.frame, look.words.choices["cut"]
    near = [(named[mode], look.say("comma").join(some[:3]) or "–") for mode, some in zip(frame.modes, frame.near, strict=True)]
    picture = look.picture(
        columns(_lists(look), _sentences(look), shares=(5, 3)),
        facts={
            "word": next(word for word in frame.asked if word),
            "m": len(frame.modes),
            "lists": "; ".join(f"{name}: {some}" for name, some in near),
        },
        derived={
            "word": frame.asked[0],
            "nearest": "; ".join(some[0] if some else "–" for some in frame.near),
            "loss": float(frame.losses[0]) if frame.step else None,
        },
        hold=3.0,
    )
    sizes = [(named[mode], count(int(types))) for mode, types in zip(frame.modes, frame.types, strict=True)]
    few = [*sizes[:2], *sizes[2:][-1:]]  # of four the third has no room: it is nearly the second
    return replace(picture, metrics=few)  # one a cut: they are no columns


def _lists(look: Look[CutsFrame]) -> Panel:
    """A column of neighbours for each cut, the same word joined from column to column; lit is what has just come in."""
    frame, m = look.frame, len(look.frame.modes)
    before = look.frames[-2].near if len(look.frames) > 1 else frame.near
    ties, traces = [], list[Trace]()
    for k, near in enumerate(frame.near):
        rank = {word: r for r, word in enumerate(near)}
        later = frame.near[k + 1] if k + 1 < m else ()
        ties += [[(k + HALF, rank[word]), (k + 1 - HALF, r)] for r, word in enumerate(later) if word in rank]
        inks = ["@accent" if word not in before[k] else "@ink" for word in near]
        told = [f"{escaped(word)}: {value:.3f}" for word, value in zip(near, frame.cosines[k], strict=False)]
        meta = {"link": f"cut{k}", "index": [100 * k + r for r in range(len(near))], "click": "listed", "ring": 16}
        hover = {"customdata": told, "hovertemplate": "%{customdata}<extra></extra>", "meta": meta}
        names = [escaped(cut(word, 12)) for word in near]
        traces.append(bars.labels([k] * len(near), list(range(len(near))), names, colour=inks, size=14, **hover))
    asked = [escaped(cut(word, 10)) or look.say("cut_none") for word in frame.asked]
    heads = [f"<b>{word}</b>" for word in asked]
    modes = [escaped(cut(look.words.choices["cut"][mode], 16)) for mode in frame.modes]
    inks = [points.kind(k)[0] for k in range(m)]
    lines_ = points.mesh(np.array(ties, float).reshape(-1, 2), np.arange(2 * len(ties)).reshape(-1, 2), colour="@c1", width=1.4)
    above = [
        bars.labels(list(range(m)), [-2.1] * m, modes, colour=inks, size=12),
        bars.labels(list(range(m)), [-1.15] * m, heads, colour="@accent", size=16),
    ]
    return Panel(
        [lines_, *above, *traces], look.say("near_title"), x=blank(range=[-0.5, m - 0.5]), y=blank(range=[ROWS - 0.4, -2.7])
    )


def _sentences(look: Look[CutsFrame]) -> Panel:
    """One sentence as every cut has it, what is asked about lit."""
    frame, texts, inks, at, y = look.frame, list[str](), list[str](), list[float](), 0.0
    for k, (tokens, word) in enumerate(zip(frame.sentences, frame.asked, strict=True)):
        told = _lines(tokens, word)
        texts += [f"<b>{look.words.choices['cut'][frame.modes[k]]}</b>", *told]
        inks += [points.kind(k)[0], *["@ink2"] * len(told)]
        at += [y + r for r in range(len(told) + 1)]
        y += LINES + 1.6
    said = bars.labels([0] * len(texts), at, texts, colour=inks, size=12, place="middle right")
    return Panel([said], look.say("sentence"), x=blank(range=[0, 1]), y=blank(range=[max(y, 18.4), -0.7]))


def _lines(tokens: tuple[str, ...], asked: str) -> list[str]:
    """Tokens with gaps, in lines; the word asked for is bold."""
    found = lines([token for token in tokens if token.strip()], LETTERS, LINES, GAP)
    return [GAP.join(f"<b>{escaped(token)}</b>" if token == asked else escaped(token) for token in line) for line in found]
