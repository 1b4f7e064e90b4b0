"""Beside decoding's tree: the ranked list, and below it how far its first leads for every α, or what became of the samples."""

from collections.abc import Callable

import numpy as np

from charts import curves, points, ranking
from charts.numbers import number
from charts.panels import Panel, Safe, note
from charts.words import cut, wrapped
from engine.language.decoding import SampleFrame, Sentence, lead, overtaken, rivals
from views.language.decoding_scene import HIGHEST, Scene, p_of

ROWS, FEW = 8, 4  # sentences listed, of short ones and of long ones
LETTERS = 24  # of a line
BARS = 6
GRID = np.linspace(0, HIGHEST, 41)


def scored(scene: Scene) -> Panel:
    """Sentences, best first, with probability and score."""
    say, alpha = scene.say, scene.look.options.alpha
    heads = scene.letter, scene.look.words.columns["score"]
    title = say("list_kept" if scene.look.options.pool == "kept" else "list", alpha=number(alpha, 2))
    return _listed(scene, title, heads, lambda item: (p_of(float(np.exp(item.logp))), number(item.score(alpha), 3)))


def drawn(scene: Scene, frame: SampleFrame) -> Panel:
    """Sentences, the commonest first, with their share and their exact probability; the one just drawn is lit."""
    say, times = scene.say, max(int(frame.count[0]), 1)
    heads = say("share"), say("exact")
    return _listed(scene, say("tally"), heads, lambda item: (number(item.count / times, 3), p_of(float(np.exp(item.logq)))))


def _listed(scene: Scene, title: str, heads: tuple[str, str], numbers: Callable[[Sentence], tuple[str, str]]) -> Panel:
    say, long = scene.say, scene.look.params.longest > 5
    rows = FEW if long else ROWS
    items = scene.ranked[:rows]
    words = [scene.model.words(item.tokens) + " …" * item.cut for item in items]
    said = [Safe(wrapped(text, LETTERS, 2)) if long else cut(text, LETTERS) for text in words]
    cells = list(zip(*map(numbers, items), strict=True)) or [("",), ("",)]
    more = len(scene.ranked) - len(items)
    return ranking.table(
        title,
        [(0, say("sentence"), said or [say("none_yet")]), (0.78, heads[0], cells[0]), (1, heads[1], cells[1])],
        lit=0 if scene.over and items else -1,
        faint=[not items] * max(len(items), 1),
        foot=[(0, say("more_sentences", n=more))] if more else [],
        rows=rows + (not long),
        size=11 if long else 12,
        link="node",
        click="node",
        index=[item.node for item in items] or [-1],
    )


def bars(scene: Scene, frame: SampleFrame) -> Panel:
    """The likeliest next tokens as the model says, then as the filters leave them."""
    token = int(frame.drawn[-1]) if frame.part == "draw" else -1
    order = np.argsort(-np.round(frame.chances, 12), kind="stable")[: min(BARS, np.count_nonzero(frame.chances))]
    if token >= 0 and token not in frame.named[order]:
        order[-1] = int(np.flatnonzero(frame.named == token)[0])
    names = [scene.model.vocabulary[int(frame.named[at])] for at in order.tolist()]
    values = frame.filtered[order]
    lit = frame.named[order].tolist().index(token) if token >= 0 else -1
    title = scene.say("bars_asked" if frame.part == "ask" else "bars")
    hollow = (values == 0).tolist()
    return ranking.ranked(title, names, values, lit=lit, hollow=hollow, said=list(map(p_of, values)), rows=4, top=1, letters=9)


def ahead(scene: Scene) -> Panel:
    """How far the first of the list is ahead of the best other, for every α: where that is 0 another takes its place."""
    say, here = scene.say, scene.look.options.alpha
    compared = rivals(scene.frame, scene.ranked, here)
    gap = np.zeros(len(GRID))
    told, title = say("lead_none"), say("lead_title")
    if len(compared) > 1:
        first, *others = compared
        gap, taken = lead(first, others, GRID), overtaken(first, others, GRID, here)
        names = [cut(scene.model.words(other.tokens), 16) for _, other in taken]
        keys = ["taken_below" if alpha < here else "taken_above" for alpha, _ in taken]
        lines = [say(key, alpha=number(alpha, 3), other=name) for key, (alpha, _), name in zip(keys, taken, names, strict=True)]
        told = Safe("<br>".join(lines)) if lines else say("lead_always")
        title = say("lead", first=cut(scene.model.words(first.tokens), 16))
    now = np.array([[here, float(np.interp(here, GRID, gap))]])
    low, high = min(float(gap.min()), 0), max(float(gap.max()), 0)
    room = high - low or 1.0
    hover = "α = %{x:.2f}: %{y:.3f}<extra></extra>"
    traces = [
        curves.line(GRID, np.maximum(gap, 0), colour="@c1", width=0, fill="tozeroy", fillcolor="@sequential3"),
        curves.line(GRID, np.round(gap, 4), colour="@ink", hovertemplate=hover),
        points.cloud(now, colour="@accent", size=9, opacity=1, hoverinfo="skip", cliponaxis=False),
    ]
    zero = {"type": "line", "x0": 0, "x1": HIGHEST, "y0": 0, "y1": 0, "line": {"color": "@edge", "width": 1}}
    place = {"xref": "x domain", "yref": "y domain", "x": 1, "y": 0, "xanchor": "right", "yanchor": "bottom"}
    words = note(told, font={"size": 11, "color": "@ink2", "shadow": "@halo"}, borderpad=0, align="right", **place)
    y = {"nticks": 3, "range": [low - 0.45 * room, high + 0.12 * room]}
    x = {"showgrid": False, "range": [0, HIGHEST], "tickvals": [0, 1, 2]}
    return Panel(traces, title, notes=[words], shapes=[zero], x=x, y=y, small=True)
