"""The same text cut into words in several ways: a column for each, with its sentence and the neighbours of the same word."""

from dataclasses import replace
from typing import Any

from charts import points
from charts.layout import Placed
from charts.numbers import count
from charts.panels import Box, Panel, Picture, escaped, note
from charts.ranking import ranked
from charts.words import lines
from engine.language.word2vec import CutsFrame
from views.language.word2vec_scene import ROWS
from views.look import Look

LINE_PIXELS = 16  # of a line of a sentence, 12 px type
LETTERS, LINES = 24, 4  # of a sentence, at most
GAP = " · "  # between its words


def cuts(look: Look[CutsFrame]) -> Picture:
    """What is near the same word in every cut."""
    frame = look.frame
    cut = look.words.choices["cut"]
    m = len(frame.modes)
    named = [(cut[mode], look.say("comma").join(near[:3]) or "–") for mode, near in zip(frame.modes, frame.near, strict=True)]
    lists = "; ".join(f"{name}: {near}" for name, near in named)
    picture = look.picture(
        Placed([_cut(look, k) for k in range(m)], _wide(m), _narrow(m), 470 * ((m + 1) // 2)),
        facts={"word": next(word for word in frame.asked if word), "m": m, "lists": lists},
        derived={
            "word": frame.asked[0],
            "nearest": "; ".join(near[0] if near else "–" for near in frame.near),
            "loss": float(frame.losses[0]) if frame.step else None,
        },
        hold=3.0,
    )
    sizes = [(cut[mode], count(int(types))) for mode, types in zip(frame.modes, frame.types, strict=True)]
    few = [*sizes[:2], *sizes[2:][-1:]]  # of four the third has no room: it is nearly the second
    return replace(picture, metrics=few)  # one a cut: they are no columns


def _wide(m: int) -> list[Box]:
    return [((k + 0.32) / m, (k + 0.97) / m, 0.02, 0.76) for k in range(m)]


def _narrow(m: int) -> list[Box]:
    """Two in a row."""
    high = (m + 1) // 2
    corners = [(k % 2, high - 1 - k // 2) for k in range(m)]
    return [((x + 0.34) / 2, (x + 0.97) / 2, (y + 0.04) / high, (y + 0.74) / high) for x, y in corners]


def _cut(look: Look[CutsFrame], k: int) -> Panel:
    frame, colour = look.frame, points.kind(k)[0]
    near = frame.near[k]
    index = [100 * k + rank for rank in range(len(near))]
    return ranked(
        "",
        near,
        frame.cosines[k, : len(near)],
        colour=colour,
        told=[escaped(word) for word in near],
        rows=ROWS,
        top=1.0,
        letters=8,
        notes=_heads(look, k, colour),
        link=f"cut{k}",
        index=index,
        click="listed",
    )


def _heads(look: Look[CutsFrame], k: int, colour: str) -> list[dict[str, Any]]:
    """The name of a cut, its sentence and what is asked: one upon the other in pixels, so that a long sentence pushes them up."""
    frame = look.frame
    sentences = [_lines(tokens, word) for tokens, word in zip(frame.sentences, frame.asked, strict=True)]
    top = 22 + LINE_PIXELS * max(map(len, sentences))
    asked = look.say("cut_asked", word=frame.asked[k]) if frame.asked[k] else look.say("cut_none")
    name = look.words.choices["cut"][frame.modes[k]]
    place = {"xref": "x domain", "yref": "y domain", "x": -0.48, "y": 1, "xanchor": "left", "yanchor": "bottom", "align": "left"}
    return [
        note(asked, yshift=2, font={"size": 12, "color": "@ink"}, **place),
        note("<br>".join(sentences[k]), yshift=top, font={"size": 12, "color": "@ink2"}, **place | {"yanchor": "top"}),
        note(f"<b>{name}</b>", yshift=top, font={"size": 13, "color": colour}, **place),
    ]


def _lines(tokens: tuple[str, ...], asked: str) -> list[str]:
    """Tokens with gaps, in lines; the word asked for is lit."""
    found = lines([token for token in tokens if token.strip()], LETTERS, LINES, GAP)
    return [GAP.join(f"<b>{escaped(token)}</b>" if token == asked else escaped(token) for token in line) for line in found]
