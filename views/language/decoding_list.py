"""Beside decoding's tree: the ranked list, and below it how the ranking depends on α, or what became of the samples."""

from collections.abc import Callable
from typing import Any

import numpy as np

from charts import curves, points
from charts.numbers import number
from charts.panels import Panel, blank, escaped, note
from charts.words import breadth, cut
from engine.language.decoding import SampleFrame, crossing
from views.language.decoding_scene import HIGHEST, ROWS, Scene, Sentence, p_of

LINES, BARS, LETTERS = 5, 6, 9  # lines and bars drawn, at most, and letters of a bar's name
ACROSS, DEEP = 21, 4  # letters of a line, and lines of a sentence, at most


def room(scene: Scene) -> int:
    """Lines that the list of this run may need, at least 2: known from the first frame on, so that nothing below it jumps."""
    if scene.kept:
        return ROWS
    each = 2 if scene.look.params.longest > 5 else 1
    return min(ROWS, max(2, each * scene.frame.outputs + (scene.frame.outputs > ROWS)))


def scored(scene: Scene) -> Panel:
    """Sentences, best first, with probability and score."""
    say, alpha = scene.look.say, scene.look.options.alpha
    heads = say("probability"), scene.look.words.columns["score"]
    title = say("list_kept" if scene.kept else "list", alpha=number(alpha, 2))
    return _listed(scene, title, heads, lambda item: (p_of(float(np.exp(item.logp))), number(item.score(alpha), 3)))


def drawn(scene: Scene, frame: SampleFrame) -> Panel:
    """Sentences, the commonest first, with their share and their exact probability."""
    say, times = scene.look.say, max(int(frame.count[0]), 1)
    heads = say("share"), say("exact")
    return _listed(scene, say("tally"), heads, lambda item: (number(item.count / times, 3), p_of(float(np.exp(item.logq)))))


def _listed(scene: Scene, title: str, heads: tuple[str, str], numbers: Callable[[Sentence], tuple[str, str]]) -> Panel:
    """Sentences with two numbers each, each as high as it needs to be; the first is lit when it has won."""
    rows, tops, foot = _rows(scene)
    cells = [("<br>".join(escaped(line) for line in wrapped(scene, item)), *numbers(item)) for item in rows]
    fonts = ["@accent" if scene.over and not k else "@ink" if not k else "@ink2" for k in range(len(rows))]
    middles = [(top + below) / 2 - 0.1 for top, below in zip(tops, [*tops[1:], foot], strict=True)] if rows else []
    traces = [
        {
            "type": "scatter",
            "mode": "text",
            "x": [x] * len(rows),
            "y": middles,
            "text": [f"<b>{row[column]}</b>" if scene.over and not k else row[column] for k, row in enumerate(cells)],
            "textposition": "middle right" if not column else "middle left",
            "textfont": {"size": 13, "color": fonts},
            "customdata": [scene.said(item.tokens) for item in rows],
            "hovertemplate": "%{customdata}<extra></extra>",
            "cliponaxis": False,
            "meta": {"link": "node", "index": [item.node for item in rows], "click": "node", "ring": 10, "silent": column > 0},
        }
        for column, x in enumerate((-0.025, 0.79, 1.04))
    ]
    return Panel(
        traces,
        title,
        notes=_heads(scene, heads, len(rows), foot),
        shapes=[_wash((tops[1] if len(tops) > 1 else foot) - 0.14)] * bool(rows and scene.over),
        x=blank(range=[-0.04, 1.06]),
        y=blank(range=[ROWS + 0.8, -1.1]),
    )


def _heads(scene: Scene, heads: tuple[str, str], rows: int, foot: float) -> list[dict[str, Any]]:
    """What stands above the columns, and below them where there are more, or none."""
    say = scene.look.say
    places = (say("sentence"), 0, "left"), (heads[0], 0.77, "right"), (heads[1], 1.02, "right")
    notes = [note(head, x=x, y=-0.65, xanchor=side, font={"size": 11, "color": "@ink3"}) for head, x, side in places]
    if not rows:
        notes.append(note(say("none_yet"), x=0, y=0.4, xanchor="left", font={"color": "@ink3"}))
    if len(scene.ranked) > rows:
        more = say("more_sentences", n=len(scene.ranked) - rows)
        notes.append(note(more, x=0, y=foot + 0.35, xanchor="left", font={"size": 11, "color": "@ink3"}))
    return notes


def _wash(foot: float) -> dict[str, Any]:
    """What lies below the first row."""
    look = {"type": "rect", "layer": "below", "fillcolor": "@wash", "line": {"width": 0}}
    return look | {"x0": -0.03, "x1": 1.05, "y0": -0.08, "y1": foot}


def _rows(scene: Scene) -> tuple[list[Sentence], list[float], float]:
    """The sentences for which there is room, the line where each begins, and the line where the last ends."""
    rows: list[Sentence] = []
    tops: list[float] = []
    foot, lines = 0.0, room(scene)
    for item in scene.ranked[:ROWS]:
        height = 0.2 + 0.8 * len(wrapped(scene, item))
        if rows and foot + height > lines + 0.01:
            break
        rows.append(item)
        tops.append(foot)
        foot += height
    return rows, tops, foot


def wrapped(scene: Scene, item: Sentence) -> list[str]:
    """A sentence in lines; only what no list can hold is cut."""
    words = [scene.model.vocabulary[token] for token in item.tokens] + ["…"] * item.cut
    lines = [""]
    for word in words:
        short = cut(word, ACROSS)
        if lines[-1] and breadth(lines[-1]) + 1 + breadth(short) > ACROSS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {short}".strip()
    return lines if len(lines) <= DEEP else [*lines[: DEEP - 1], lines[DEEP - 1][: ACROSS - 2] + " …"]


def bars(scene: Scene, frame: SampleFrame) -> Panel:
    """The likeliest next tokens: what the model says, and what the filters made of it."""
    token = int(frame.drawn[-1]) if frame.part == "draw" else -1
    order = np.argsort(-np.round(frame.chances, 12), kind="stable")[: min(BARS, np.count_nonzero(frame.chances))]
    if token >= 0 and token not in frame.named[order]:
        order[-1] = int(np.flatnonzero(frame.named == token)[0])
    top = max(float(frame.chances[order].max()), float(frame.filtered[order].max()), 1e-9)
    shapes, notes = [], []
    for row, at in enumerate(order.tolist()):
        p, q, now = float(frame.chances[at]), float(frame.filtered[at]), int(frame.named[at]) == token
        shapes += [_bar(row, 0.36, 0.9 * p / top, "@wash"), _bar(row, 0.2, 0.9 * q / top, "@accent" if now else "@c1")]
        name = escaped(cut(scene.model.vocabulary[int(frame.named[at])], LETTERS))
        small = {"size": 11, "color": "@accent" if now else "@ink" if q else "@ink3"}
        notes.append(note(f"<b>{name}</b>" if now else name, x=-0.02, y=row, xanchor="right", font=small))
        notes.append(note(p_of(q), x=0.9 * max(p, q) / top + 0.02, y=row, xanchor="left", font=small))
    empty = curves.line(np.zeros(0), np.zeros(0), colour="@ghost")
    title = scene.look.say("bars" if frame.part != "ask" else "bars_asked")
    return Panel(
        [empty], title, notes=notes, shapes=shapes, x=blank(range=[-0.16, 1.12]), y=blank(range=[max(len(order), 4) - 0.4, -0.6])
    )


def _bar(row: int, half: float, end: float, colour: str) -> dict[str, Any]:
    look = {"type": "rect", "x0": 0.0, "line": {"width": 0}, "layer": "below"}
    return look | {"x1": end, "y0": row - half, "y1": row + half, "fillcolor": colour}


def alphas(scene: Scene) -> Panel:
    """Every candidate's score for every α."""
    axis, title = {"nticks": 3, "showgrid": False, "range": [0, HIGHEST]}, scene.look.say("curve_alpha")
    grid = np.linspace(0, HIGHEST, 41)
    scores = np.array([[item.score(alpha) for alpha in grid] for item in scene.ranked])
    if not len(scores):
        empty = curves.line(np.zeros(0), np.zeros(0), colour="@ghost")
        return Panel([empty], title, x=axis, y={"nticks": 3, "range": [-3, 0]})
    winners = scores.argmax(0)
    shown = list(dict.fromkeys([*winners.tolist(), *range(min(LINES, len(scores)))]))[:LINES]
    traces = [
        curves.line(
            np.round(grid, 3),
            np.round(scores[k], 4),
            colour="@ghost" if k else "@ink",
            width=1.3 if k else 2.2,
            hovertemplate=scene.said(scene.ranked[k].tokens) + "<br>α = %{x:.2f}: %{y:.3f}<extra></extra>",
        )
        for k in reversed(shown)
    ]
    here = scene.look.options.alpha
    place = np.array([[here, scene.ranked[0].score(here)]])
    traces.append(points.cloud(place, colour="@accent", size=9, opacity=1, hoverinfo="skip", cliponaxis=False))
    low = min(float(scores[shown].min()), -0.1)  # a certain sentence scores 0 for every α
    return Panel(
        traces,
        title,
        notes=_crossings(scene, winners, grid),
        shapes=[_rule(here)],
        x=axis | {"tickvals": [0, 1, 2]},
        y={"nticks": 3, "range": [1.06 * low, 0]},
    )


def _rule(x: float) -> dict[str, Any]:
    line = {"color": "@accent", "width": 1, "dash": "dot"}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain", "line": line}


def _crossings(scene: Scene, winners: np.ndarray, grid: np.ndarray) -> list[dict[str, Any]]:
    """Where the ranking's head changes, with that α."""
    notes: list[dict[str, Any]] = []
    place = {"y": 1, "yref": "y domain", "yanchor": "top", "xanchor": "center", "font": {"size": 11, "color": "@ink2"}}
    for k in np.flatnonzero(np.diff(winners))[:3]:
        a, b = (scene.ranked[int(winners[j])] for j in (k, k + 1))
        alpha = crossing(a.logp, len(a.tokens), b.logp, len(b.tokens))
        if alpha > 0.005 and not (notes and abs(alpha - notes[-1]["x"]) < 0.5):
            notes.append(note(f"▼ {number(alpha, 3)}", x=alpha, **place))
    return notes
