"""How often a word stands in the text against how often it is drawn as noise; and which words are left out of a sentence."""

from typing import Any

import numpy as np

from charts import points
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import count, short
from charts.panels import Box, Panel, Picture, blank, escaped, legend, note
from charts.words import cut, lines
from engine.language.word2vec import NoiseFrame
from views.look import Look, Values

TABLE = formula(r"P({word}!) = \frac{{count}!^{{exponent}!}}{\sum_w c_w^{{exponent}!}} = {chance}!!")

INKS = ("@ink3", "@c1", "@accent")  # of a word's share of the text, of its chance as noise, of how often it was drawn
SHOWN, KEPT = 22, 60  # words of the table of noise, and of the curve of what is kept
LETTERS, LINES = 52, 3  # of the sentence
WIDE: list[Box] = [(0.10, 0.56, 0.04, 1), (0.64, 1, 0.60, 1), (0.62, 1, 0.36, 0.42), (0.64, 1, 0.03, 0.20)]
NARROW: list[Box] = [(0.20, 1, 0.56, 1), (0.08, 1, 0.30, 0.48), (0, 1, 0.20, 0.23), (0.08, 1, 0, 0.10)]


def noise(look: Look[NoiseFrame]) -> Picture:
    """A sentence is thinned out, and noise is drawn."""
    frame, top = look.frame, look.frame.words[0]
    drawn = int(frame.drawn.sum())
    values: Values = {
        "word": ([escaped(word) for word in frame.words], 0),
        "count": (frame.counts.astype(float), 0),
        "exponent": (look.params.exponent, 2),
        "chance": (np.round(frame.chances, 5), 5),
    }
    return look.picture(
        Placed([_shares(look), _keep(look), _thinned(look), look.history("distance")], WIDE, NARROW, 1040),
        facts={
            "share": f"{100 * frame.shares[0]:.1f}",
            "chance": f"{100 * frame.chances[0]:.1f}",
            "keep": f"{100 * frame.keep[0]:.0f}",
            "left": int((~frame.stays).sum()),
            "of": len(frame.stays),
            "percent": f"{100 * frame.expected:.0f}",
        },
        formula=TABLE,
        values=values,
        of="word",
        at=0,
        metrics=[("expected", look.percent(frame.expected)), ("drawn", count(drawn)), "distance"],
        derived={"word": top, "drawn": drawn},
        hold=3.0,
    )


def _some(count: int, most: int) -> np.ndarray:
    """Ranks from the most to the least frequent word, dense at the top."""
    return np.unique(np.round(np.geomspace(1, count, min(most, count)) - 1).astype(int)) if count > most else np.arange(count)


def _told(look: Look[NoiseFrame], word: int) -> str:
    frame = look.frame
    share, chance = (short(100 * float(part[word]), 2) for part in (frame.shares, frame.chances))
    told = look.say("hover_noise", share=share, chance=chance, drawn=int(frame.drawn[word]))
    return f"<b>{escaped(frame.words[word])}</b><br>{told}"


def _shares(look: Look[NoiseFrame]) -> Panel:
    """Two places of a word, in the text and as noise, joined; and how often it was drawn so far."""
    frame = look.frame
    ids = _some(len(frame.words), SHOWN)
    y, share, chance = np.arange(len(ids)), frame.shares[ids], frame.chances[ids]
    total = max(int(frame.drawn.sum()), 1)
    drawn = frame.drawn[ids] / total
    seen = drawn > 0
    ends = points.mesh(
        np.concatenate([np.stack([share, y], 1), np.stack([chance, y], 1)]),
        np.stack([y, len(y) + y], 1),
        colour="@ink3",
        width=1.2,
    )
    told = [_told(look, int(word)) for word in ids]
    hover: dict[str, Any] = {
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "word", "index": ids, "ring": 12},
    }
    traces = [
        ends,
        points.cloud(np.stack([share, y], 1), colour="@ink3", symbol="circle-open", size=8, opacity=1, **hover),
        points.cloud(np.stack([chance, y], 1), colour="@c1", size=9, opacity=1, **hover),
        points.cloud(
            np.stack([drawn[seen], y[seen]], 1), colour="@accent", symbol="line-ns-open", size=11, opacity=1, hoverinfo="skip"
        ),
    ]
    low = float(min(share.min(), chance.min())) * 0.5
    high = float(max(share.max(), chance.max())) * 1.6
    axis = {"type": "log", "range": [np.log10(low), np.log10(high)], "dtick": 1, "tickformat": ".2~%", "showgrid": True}
    names = {"tickvals": y, "ticktext": [escaped(cut(frame.words[word], 12)) for word in ids]}
    up = {"range": [len(ids) - 0.4, -0.6], "tickfont": {"size": 12, "color": "@ink"}, "showgrid": False, **names}
    key = [tuple(part.split(" ", 1)) for part in look.say("shares_title").split(" · ")]
    marked = [(mark, words, ink) for (mark, words), ink in zip(key, INKS, strict=True)]
    return Panel(traces, notes=legend(marked, left=True), x=axis, y=up)


def _keep(look: Look[NoiseFrame]) -> Panel:
    """The chance to be kept against the word's share of the text."""
    frame = look.frame
    ids = _some(len(frame.words), KEPT)
    told = [_told_kept(look, int(word)) for word in ids]
    dots = points.cloud(np.stack([frame.shares[ids], np.round(frame.keep[ids], 4)], 1), colour="@c3", size=7, opacity=0.9)
    dots |= {
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "word", "index": ids, "ring": 12},
    }
    reach = np.log10([frame.shares.min() * 0.5, frame.shares.max() * 2.5])
    s = frame.sample
    rule = {"type": "line", "x0": s, "x1": s, "y0": 0, "y1": 1, "line": {"color": "@ink3", "width": 1, "dash": "dot"}}
    return Panel(
        [dots],
        look.say("keep_title", sample=short(s, 3)) if s else look.say("keep_all"),
        notes=_kept_names(frame, ids),
        shapes=[rule] * bool(s and reach[0] < np.log10(s)),
        x={"type": "log", "range": reach.tolist(), "nticks": 4, "tickformat": ".2~%"},
        y={"range": [0, 1.06], "nticks": 3, "tickformat": ".0%"},
    )


def _told_kept(look: Look[NoiseFrame], word: int) -> str:
    told = look.say("hover_keep", keep=f"{100 * look.frame.keep[word]:.0f}")
    return f"<b>{escaped(look.frame.words[word])}</b><br>{told}"


def _kept_names(frame: NoiseFrame, ids: np.ndarray) -> list[dict[str, Any]]:
    """Names of those that are kept noticeably less often than the one before, where there is room."""
    named = [word for k, word in enumerate(ids) if not k or abs(frame.keep[word] - frame.keep[ids[k - 1]]) > 0.02][:12]
    notes: list[dict[str, Any]] = []
    for word in named:
        if all(abs(item["y"] - frame.keep[word]) > 0.16 for item in notes):
            notes.append(_dot_name(frame, int(word)))
    return notes


def _dot_name(frame: NoiseFrame, word: int) -> dict[str, Any]:
    """A word beside its dot; on a logarithmic axis notes are placed by logarithms."""
    place = {"x": float(np.log10(frame.shares[word])), "y": float(frame.keep[word]), "xanchor": "left", "xshift": 7}
    return note(escaped(cut(frame.words[word], 12)), font={"size": 11, "color": "@ink2"}, **place)


def _thinned(look: Look[NoiseFrame]) -> Panel:
    """The sentence of this step, what is left out struck through."""
    frame = look.frame
    tokens = [frame.words[word] for word in frame.sentence]
    told, at = [], 0
    for line in lines(tokens, LETTERS, LINES):
        told.append(" ".join(_struck(frame, tokens, at + k, word) for k, word in enumerate(line)))
        at += len(line)
    text = "<br>".join(told) or look.say("nothing_read")
    said = note(text, x=0, y=1, xanchor="left", yanchor="top", align="left", font={"size": 13, "color": "@ink"})
    return Panel([], look.say("thinned_title"), notes=[said], x=blank(range=[0, 1]), y=blank(range=[0, 1]))


def _struck(frame: NoiseFrame, tokens: list[str], at: int, word: str) -> str:
    """A word of the sentence; what stands in the place of others is no word of it."""
    return f"<s>{escaped(word)}</s>" if word == tokens[at] and not frame.stays[at] else escaped(word)
