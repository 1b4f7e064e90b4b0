"""How often a word stands in the text against how often it is drawn as noise; and which words are left out of a sentence."""

from typing import Any

import numpy as np

from charts import bars, points
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import count, short
from charts.panels import Panel, Picture, bare, escaped, legend, told
from charts.words import cut, lines
from engine.language.word2vec import NoiseFrame
from views.look import Look, Values

TABLE = formula(r"P({word}!) = \frac{{count}!^{{exponent}!}}{\sum_w c_w^{{exponent}!}} = {chance}!!")

INKS = ("@ink3", "@c1", "@accent")  # of a word's share of the text, of its chance as noise, of how often it was drawn
SHOWN, KEPT = 22, 60  # words of the table of noise, and of the curve of what is kept
APART = 0.14  # of a chance: between two names on that curve
LETTERS, LINES = 34, 4  # of the sentence


def noise(look: Look[NoiseFrame]) -> Picture:
    """A sentence is thinned out, and noise is drawn."""
    frame, top = look.frame, look.frame.words[0]
    drawn = int(frame.drawn.sum())
    shares = {"share": f"{100 * frame.shares[0]:.1f}", "chance": f"{100 * frame.chances[0]:.1f}"}
    kept = {"keep": f"{100 * frame.keep[0]:.0f}", "percent": f"{100 * frame.expected:.0f}"}
    values: Values = {
        "word": ([escaped(word) for word in frame.words], 0),
        "count": (frame.counts.astype(float), 0),
        "exponent": (look.params.exponent, 2),
        "chance": (np.round(frame.chances, 5), 5),
    }
    return look.picture(
        columns(_shares(look), rows(_thinned(look), _keep(look), shares=(2, 3)), shares=(3, 2)),
        facts=shares | kept | {"left": int((~frame.stays).sum()), "of": len(frame.stays)},
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


def _shares(look: Look[NoiseFrame]) -> Panel:
    """Two places of a word, in the text and as noise, joined; and how often it was drawn so far."""
    frame = look.frame
    ids = _some(len(frame.words), SHOWN)
    y, share, chance = np.arange(len(ids)), frame.shares[ids], frame.chances[ids]
    low, high = float(min(share.min(), chance.min())) * 0.5, float(max(share.max(), chance.max())) * 1.6
    drawn = np.maximum(frame.drawn[ids] / max(int(frame.drawn.sum()), 1), low / 10)  # none yet: out of the picture
    hover = told([_told(look, int(word)) for word in ids], link="word", index=ids, ring=12)
    bold: dict[str, Any] = {"marker": {"line": {"width": 2.5}}, "hoverinfo": "skip"}
    both = np.concatenate([np.stack([share, y], 1), np.stack([chance, y], 1)])
    traces = [
        points.mesh(both, np.stack([y, len(y) + y], 1), colour="@ink3", width=1.2),
        points.cloud(np.stack([share, y], 1), colour=INKS[0], symbol="circle-open", size=8, opacity=1, **hover),
        points.cloud(np.stack([chance, y], 1), colour=INKS[1], size=9, opacity=1, **hover),
        points.cloud(np.stack([drawn, y], 1), colour=INKS[2], symbol="line-ns-open", size=13, opacity=1, **bold),
    ]
    axis = {"type": "log", "range": [np.log10(low), np.log10(high)], "dtick": 1, "tickformat": ".2~%", "showgrid": True}
    names = {"tickvals": y, "ticktext": [escaped(cut(frame.words[word], 12)) for word in ids]}
    up = {"range": [len(ids) - 0.4, -0.6], "tickfont": {"size": 12, "color": "@ink"}, "showgrid": False, **names}
    key = [(mark, look.say("key", name), ink) for mark, name, ink in zip("○●|", ("text", "noise", "drawn"), INKS, strict=True)]
    return Panel(traces, "\u00a0", notes=legend(key, left=True), x=axis, y=up)


def _told(look: Look[NoiseFrame], word: int) -> str:
    frame = look.frame
    share, chance = (short(100 * float(part[word]), 2) for part in (frame.shares, frame.chances))
    how = look.say("hover_noise", share=share, chance=chance, drawn=int(frame.drawn[word]))
    return f"<b>{escaped(frame.words[word])}</b><br>{how}"


def _keep(look: Look[NoiseFrame]) -> Panel:
    """The chance to be kept against the word's share of the text, with names where there is room."""
    frame, s = look.frame, look.frame.sample
    ids, names, low = _some(len(frame.words), KEPT), list[str](), 2.0
    for word in ids:
        far = abs(frame.keep[word] - low) > APART and (frame.keep[word] < 1 - APART / 4 or not names)
        names.append(escaped(cut(frame.words[word], 12)) if far else "")
        low = float(frame.keep[word]) if far else low
    kept = [look.say("hover_keep", keep=f"{100 * frame.keep[word]:.0f}") for word in ids]
    hints = [f"<b>{escaped(frame.words[word])}</b><br>{how}" for word, how in zip(ids, kept, strict=True)]
    named = {"mode": "markers+text", "text": names, "textposition": "middle right", "textfont": {"size": 11, "color": "@ink2"}}
    dots = points.cloud(np.stack([frame.shares[ids], frame.keep[ids].round(4)], 1), colour="@c3", size=7, opacity=0.9) | named
    reach = np.log10([frame.shares.min() * 0.5, frame.shares.max() * 2.5]).tolist()
    rule = {"type": "line", "x0": s, "x1": s, "y0": 0, "y1": 1, "line": {"color": "@ink3", "width": 1, "dash": "dot"}}
    shapes, x = [rule] * bool(s and reach[0] < np.log10(s)), {"type": "log", "range": reach, "nticks": 4, "tickformat": ".2~%"}
    title = look.say("keep_title", sample=short(s, 3)) if s else look.say("keep_all")
    y = {"range": [0, 1.1], "nticks": 3, "tickformat": ".0%"}
    return Panel([dots | told(hints, link="word", index=ids, ring=12)], title, shapes=shapes, x=x, y=y)


def _thinned(look: Look[NoiseFrame]) -> Panel:
    """The sentence of this step, what is left out struck through; what stands in the place of others is no word of it."""
    frame, texts, at = look.frame, list[str](), 0
    tokens = [frame.words[word] for word in frame.sentence]
    for line in lines(tokens, LETTERS, LINES):
        gone = [word == tokens[at + k] and not frame.stays[at + k] for k, word in enumerate(line)]
        texts.append(" ".join(f"<s>{escaped(word)}</s>" if out else escaped(word) for word, out in zip(line, gone, strict=True)))
        at += len(line)
    texts = texts if tokens else [look.say("nothing_read")]
    said = bars.labels([0] * len(texts), list(range(len(texts))), texts, colour="@ink", size=13, place="middle right")
    return bare([said], look.say("thinned_title"), [0, 1], [LINES + 0.6, -0.6], small=True)
