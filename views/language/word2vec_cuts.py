"""The same text cut into words in several ways: the neighbours of one word in each, and the sentence as each cuts it."""

from dataclasses import replace

import numpy as np

from charts import bars, points
from charts.layout import columns
from charts.numbers import count
from charts.panels import Panel, Picture, Trace, bare, escaped, told
from charts.words import cut, lines
from engine.language.word2vec import CutsFrame
from engine.language.word2vec.cutting import NEAREST
from views.look import Look

LETTERS, LINES = 34, 3  # of a sentence, at most
GAP = " · "  # between its words
HALF = 0.36  # of a column: how far its words reach from its middle


def cuts(look: Look[CutsFrame]) -> Picture:
    """What is near the same word in every cut."""
    frame, modes = look.frame, _modes(look)
    near = [f"{mode}: {look.say('comma').join(some[:3]) or '–'}" for mode, some in zip(modes, frame.near, strict=True)]
    first = "; ".join(some[0] if some else "–" for some in frame.near)
    picture = look.picture(
        columns(_lists(look), _sentences(look), shares=(5, 3)),
        facts={"word": next(word for word in frame.asked if word), "m": len(modes), "lists": "; ".join(near)},
        derived={"word": frame.asked[0], "nearest": first, "loss": float(frame.losses[0]) if frame.step else None},
        hold=3.0,
    )
    sizes = [(mode, count(int(types))) for mode, types in zip(modes, frame.types, strict=True)]
    few = [*sizes[:2], *sizes[2:][-1:]]  # of four the third has no room: it is nearly the second
    return replace(picture, metrics=few)  # one a cut: they are no columns


def _modes(look: Look[CutsFrame]) -> list[str]:
    return [look.words.choices["cut"][mode] for mode in look.frame.modes]


def _lists(look: Look[CutsFrame]) -> Panel:
    """A column of neighbours for each cut, the same word joined from column to column; lit is what has just come in."""
    frame, columns_ = look.frame, list(range(len(look.frame.modes)))
    before = look.frames[-2].near if len(look.frames) > 1 else frame.near
    ties, traces = list[tuple[float, int]](), list[Trace]()
    for k, near in enumerate(frame.near):
        later = frame.near[k + 1] if k + 1 < len(frame.near) else ()
        shared = [(r, later.index(word)) for r, word in enumerate(near) if word in later]
        ties += [end for r, on in shared for end in ((k + HALF, r), (k + 1 - HALF, on))]
        inks = ["@accent" if word not in before[k] else "@ink" for word in near]
        names = [escaped(cut(word, 12)) for word in near]
        said = [f"{escaped(word)}: {value:.3f}" for word, value in zip(near, frame.cosines[k], strict=False)]
        hover = told(said, link=f"cut{k}", index=[100 * k + r for r in range(len(near))], click="listed", ring=16)
        traces.append(bars.labels([k] * len(near), list(range(len(near))), names, colour=inks, size=14, **hover))
    modes, inks = [escaped(cut(mode, 14)) for mode in _modes(look)], [points.kind(k)[0] for k in columns_]
    asked = [f"<b>{escaped(cut(word, 10)) or look.say('cut_none')}</b>" for word in frame.asked]
    above = [
        points.mesh(np.array(ties, float).reshape(-1, 2), np.arange(len(ties)).reshape(-1, 2), colour="@c1", width=1.4),
        bars.labels(columns_, [-2.1] * len(modes), modes, colour=inks, size=12),
        bars.labels(columns_, [-1.15] * len(modes), asked, colour="@accent", size=16),
    ]
    return bare([*above, *traces], look.say("near_title"), [-0.5, len(modes) - 0.5], [NEAREST - 0.4, -2.7])


def _sentences(look: Look[CutsFrame]) -> Panel:
    """One sentence as every cut has it, what is asked about bold."""
    texts, inks, at = list[str](), list[str](), list[float]()
    for k, (mode, tokens, word) in enumerate(zip(_modes(look), look.frame.sentences, look.frame.asked, strict=True)):
        found = lines([token for token in tokens if token.strip()], LETTERS, LINES, GAP)
        cut_ = [GAP.join(f"<b>{escaped(token)}</b>" if token == word else escaped(token) for token in line) for line in found]
        texts += [f"<b>{escaped(mode)}</b>", *cut_]
        inks += [points.kind(k)[0], *["@ink2"] * len(cut_)]
        at += [k * (LINES + 1.6) + r for r in range(len(cut_) + 1)]
    said = bars.labels([0] * len(texts), at, texts, colour=inks, size=12, place="middle right")
    return bare([said], look.say("sentence"), [0, 1], [4 * (LINES + 1.6), -0.7])
