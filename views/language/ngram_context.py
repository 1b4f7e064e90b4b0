"""One context under twelve estimators: what each says of some next words, and where its probability lies."""

from dataclasses import replace
from typing import Any

import numpy as np

from charts import bars, points
from charts.layout import Placed
from charts.numbers import chance, count, number
from charts.panels import Box, Panel, Picture, Trace, blank, escaped, note
from charts.words import ticks
from engine.language.ngram import ContextFrame
from engine.language.smoothing import ESTIMATORS, KATZ, STUPID
from views.language.ngram_parts import colour_of, explained, joined, named, scored, short_name, times
from views.look import Look

TO_THE_UNSEEN = ("good_turing", "absolute", "katz", "kneser_ney")  # what single words lose goes to words never seen at all
WIDE: list[Box] = [(0.16, 0.64, 0.02, 0.84), (0.70, 1, 0.02, 0.84)]
NARROW: list[Box] = [(0.27, 1, 0.53, 0.93), (0.27, 1, 0.02, 0.42)]
LETTERS = 42  # that fit above the table's columns on a phone
TABLE_TITLE = 62  # pixels above the table: its words may stand in three rows
ENTRY = 15  # pixels of a line of the key
BOTTOM = 11.6  # of the axis of rows: twelve estimators
ONE = 1e-9  # a sum as near to 1 as this is 1


def context(look: Look[ContextFrame]) -> Picture:
    """A row for each estimator: some next words with their probabilities, the sum, and a bar of what goes where."""
    frame, n = look.frame, _whole(look)
    i, shown = max(frame.shown - 1, 0), frame.shown > 0
    name, summed = ESTIMATORS[i], shown and frame.sums[i] >= 0
    mathml, values = explained(frame.now, name, look.params.k, frame.types) if shown else ("", {})
    facts = _facts(look)
    drawn = look.picture(
        Placed([_table(look), _mass(look)], WIDE, NARROW, height=860),
        facts=facts,
        key="undefined" if shown and not summed else name if shown else "start" if frame.times else "never",
        formula=mathml,
        values=values,
        of="word",
        at=0,
        metrics=[(column, facts[column] if summed else None) for column in ("seen", "unseen")],
        derived={
            "estimator": name if shown else None,
            "order": look.params.order,
            "word": str(frame.words[0]),
            "count": frame.now.count,
            "context": frame.now.total,
            "sum": float(frame.sums[i]) if summed else None,
            "seen": float(frame.mass[i, n]) if shown else None,
            "unseen": float(frame.mass[i, :n].sum()) if shown else None,
        }
        | named(frame.now.p if shown else None, name),
        hold=4.0,
    )
    return replace(drawn, narrow={**drawn.narrow, "yaxis2": {**drawn.narrow["yaxis2"], **_rows(look), "visible": True}})


def _rows(look: Look[ContextFrame]) -> dict[str, Any]:
    """The estimators' names at the left of their rows: on a phone of both panels, as they stand below each other."""
    names = [escaped(short_name(look, name)) for name in ESTIMATORS]
    return {"showgrid": False, "tickvals": list(range(len(names))), "ticktext": names, "nticks": len(names)}


def _whole(look: Look[ContextFrame]) -> int:
    """How long an n-gram is that has the whole context."""
    return len(look.frame.context) + 1


def _facts(look: Look[ContextFrame]) -> dict[str, Any]:
    """What the sentences say beside the row."""
    frame, n = look.frame, _whole(look)
    i = max(frame.shown - 1, 0)
    name, sums = ESTIMATORS[i], frame.sums[: frame.shown]
    spared = name in TO_THE_UNSEEN and frame.kinds[0]
    return {
        "context": joined(frame.context),
        "times": count(frame.times),
        "types": int(frame.kinds[n]),
        "others": count(frame.types - int(frame.kinds[n])),
        "estimator": short_name(look, name),
        "k": f"{look.params.k:g}",
        "seen": number(float(frame.mass[i, n]), 3),
        "unseen": number(float(frame.mass[i, :n].sum()), 3),
        "sum": number(float(frame.sums[i]), 3),
        "katz": KATZ,
        "stupid": f"{STUPID:g}",
        "fallback": look.say("fallback", level=frame.fallback) if frame.fallback else "",
        "novel": look.say("novel", share=chance(float(frame.mass[i, 0]))) if spared else "",
        "n": int((np.abs(sums - 1) < ONE).sum()),
        "of": len(ESTIMATORS),
    }


def _table(look: Look[ContextFrame]) -> Panel:
    """Twelve rows: what each estimator says of some next words, and its sum."""
    frame = look.frame
    shown, columns = frame.shown, len(frame.words)
    counts = [times(c) for c in frame.count]
    traces: list[Trace] = []
    if shown:
        traces.append(bars.rectangles(-0.55, columns - 0.45, shown - 1.5, shown - 0.5, colour="@wash"))
        traces += [*_bars(look), _cells(look)]
    traces.append(bars.labels(np.arange(columns) + 0.05, np.full(columns, -0.72), counts, size=10, colour="@ink3"))
    place = {"xref": "x domain", "yref": "y domain", "xanchor": "left", "yanchor": "bottom", "x": -0.3, "y": 1}
    title = note(look.say("table", context=joined(frame.context)), yshift=TABLE_TITLE, **place)
    return Panel(
        traces,
        notes=[*_heads(frame), title],
        x=blank(range=[-0.6, columns - 0.4]),
        y={"range": [BOTTOM, -1.0], **_rows(look)},
    )


def _heads(frame: ContextFrame) -> list[dict[str, Any]]:
    """The words above the columns, in rows that rise from the table, so that none is turned."""
    place = {"y": -1.0, "xref": "x", "yref": "y", "xanchor": "center", "yanchor": "bottom"}
    names = [name.replace("<br>", "") + "<br> " * name.count("<br>") for name in ticks(frame.words.tolist(), LETTERS)]
    return [note(name, x=k, font={"size": 11, "color": "@ink"}, **place) for k, name in enumerate(names)]


def _bars(look: Look[ContextFrame]) -> list[Trace]:
    """A bar in each cell, its height the root of p, its colour by the longest n-gram that was seen."""
    frame, n = look.frame, _whole(look)
    p = frame.p[: frame.shown]
    x, rows = np.meshgrid(np.arange(p.shape[1]), np.arange(frame.shown))
    height = np.where(p > 0, 0.8 * np.sqrt(np.clip(p, 0, 1) / max(float(frame.p.max()), 1e-12)), 0.0)
    base = rows + 0.42
    out = []
    for m in range(n + 1):
        here = np.broadcast_to(frame.level == m, p.shape) & (p > 0)
        if here.any():
            sides = x[here] - 0.44, x[here] - 0.30, base[here], base[here] - height[here]
            out.append(bars.rectangles(*sides, colour=colour_of(m, n)))
    return out


def _cells(look: Look[ContextFrame]) -> Trace:
    """The probabilities in words; a click on one looks at what comes after its word."""
    frame, p = look.frame, look.frame.p[: look.frame.shown]
    x, rows = np.meshgrid(np.arange(p.shape[1]), np.arange(frame.shown))
    told = [
        look.say(
            scored("hover_word", ESTIMATORS[row]),
            word=word,
            estimator=short_name(look, ESTIMATORS[row]),
            p=chance(float(p[row, k])) if p[row, k] >= 0 else "?",
        )
        for row in range(frame.shown)
        for k, word in enumerate(frame.words.tolist())
    ]
    return bars.labels(
        x.ravel() + 0.1,
        rows.ravel(),
        [_cell(float(value)) for value in p.ravel()],
        size=10.5,
        colour=["@ink3" if value <= 0 else "@ink" for value in p.ravel()],
        customdata=told,
        hovertemplate="%{customdata}<extra></extra>",
        meta={"link": "word", "index": x.ravel().tolist(), "click": "word"},
    )


def _cell(p: float) -> str:
    if p <= 0:
        return "0" if p == 0 else "?"
    if p < 0.0005:
        return number(p, 4)[1:] if p >= 0.00005 else "<10⁻⁴"
    return number(p, 3)[1:] if p < 0.9995 else "1"


def _sums(frame: ContextFrame) -> Trace:
    """What each row sums to, at the end of its bar, marked where that is not 1."""
    text, inks = [], []
    for value in frame.sums[: frame.shown]:
        fine = abs(value - 1) < ONE
        text.append("–" if value < 0 else f"Σ {value:.3f}" if fine else f"<b>Σ {value:.3f}</b>")
        inks.append("@ink3" if fine or value < 0 else "@bad")
    return bars.labels(np.full(frame.shown, 1.02), np.arange(frame.shown), text, size=11, place="middle right", colour=inks)


def _mass(look: Look[ContextFrame]) -> Panel:
    """Where the probability lies: on words seen after the whole context, after shorter ones, nowhere."""
    frame, n = look.frame, _whole(look)
    left, y = np.zeros(frame.shown), np.arange(frame.shown)
    scale = np.maximum(frame.mass[: frame.shown].sum(1), 1)  # a score may sum to more than 1: drawn to fill the row
    traces: list[Trace] = []
    for m in range(n, -1, -1):
        part = frame.mass[: frame.shown, m] / scale
        here = part > 0
        if here.any():
            traces.append(
                bars.rectangles(left[here], (left + part)[here], y[here] - 0.36, y[here] + 0.36, colour=colour_of(m, n))
            )
            middle = np.stack([(left + part / 2)[here], y[here]], 1)
            told = [_told(look, int(row), m) for row in y[here]]
            traces.append(points.targets(middle, "mass", ring=12, template="%{customdata}", customdata=told))
        left = left + part
    if frame.shown:
        traces.append(_sums(frame))
    return Panel(traces, notes=_key(look), x=blank(range=[0, 1.24]), y=blank(range=[BOTTOM, -1.0]))


def _told(look: Look[ContextFrame], row: int, m: int) -> str:
    """What pointing at a part of a row says."""
    part, words = float(look.frame.mass[row, m]), int(look.frame.kinds[m])
    return look.say("hover_mass", part=number(part, 4), what=_level(look, m), words=count(words))


def _key(look: Look[ContextFrame]) -> list[dict[str, Any]]:
    """The title, and the colours' names below it."""
    frame, n = look.frame, _whole(look)
    place = {"xref": "x domain", "yref": "y domain", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"}
    some = [m for m in range(n + 1) if frame.kinds[m]]
    notes = []
    for row, m in enumerate(some):
        said = f"{_level(look, m)}: {count(int(frame.kinds[m]))}"
        notes.append(note("", bgcolor=colour_of(m, n), width=9, height=9, borderpad=0, yshift=4 + ENTRY * row, **place))
        notes.append(note(said, xshift=14, yshift=ENTRY * row, font={"size": 11, "color": "@ink2"}, **place))
    return [*notes, note(look.say("mass"), yshift=max(TABLE_TITLE, ENTRY * len(some)), **place)]


def _level(look: Look[ContextFrame], m: int) -> str:
    """What it means that the longest n-gram seen has m tokens."""
    n = _whole(look)
    if m in (0, n):
        return look.say("level_full" if m else "level_none")
    return look.say({1: "level_word", 2: "level_last"}.get(m, "level_part"), m=m - 1)
