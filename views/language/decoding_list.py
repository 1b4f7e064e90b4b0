"""Beside decoding's tree: the ranked list, and below it how the ranking depends on α, or what became of the samples."""

from typing import Any

import numpy as np

from charts import curves, points
from charts.numbers import number
from charts.panels import Panel, blank, escaped, note
from charts.words import breadth, cut
from engine.language import decoding
from engine.language.decoding import Params
from views import Words
from views.language.decoding_scene import HIGHEST, ROWS, Options, Scene, Sentence, p_of

LINES, BARS = 5, 6  # lines and bars drawn, at most
ACROSS, DEEP = 21, 4  # letters of a line, and lines of a sentence, at most


def room(scene: Scene) -> int:
    """Lines that the list of this run may need, at least 2: known from the first frame on, so that nothing below it jumps."""
    if scene.options.pool == "kept" and scene.params.strategy != "sampling":
        return ROWS
    each = 2 if scene.params.longest > 5 else 1
    return min(ROWS, max(2, each * scene.frame.outputs + (scene.frame.outputs > ROWS)))


def list_panel(scene: Scene) -> Panel:
    """Sentences, best first, with probability and score; in sampling with their share and their exact probability."""
    words, sampling = scene.words, scene.params.strategy == "sampling"
    rows, tops, foot = _rows(scene)
    over = (bool(scene.lit) or scene.frame.part == "end") and not sampling
    heads = ("share", "exact") if sampling else ("probability", "score")
    notes = [
        note(words(head), x=x, y=-0.65, xanchor=side, font={"size": 11, "color": "@ink3"})
        for head, x, side in (("sentence", 0, "left"), (heads[0], 0.77, "right"), (heads[1], 1.02, "right"))
    ]
    if not rows:
        notes.append(note(words("none_yet"), x=0, y=0.4, xanchor="left", font={"color": "@ink3"}))
    if len(scene.ranked) > len(rows):
        more = words("more_sentences", n=len(scene.ranked) - len(rows))
        notes.append(note(more, x=0, y=foot + 0.35, xanchor="left", font={"size": 11, "color": "@ink3"}))
    cells = [_cells(scene, item) for item in rows]
    fonts = ["@accent" if over and not k else "@ink" if not k else "@ink2" for k in range(len(rows))]
    middles = [(top + below) / 2 - 0.1 for top, below in zip(tops, [*tops[1:], foot], strict=True)] if rows else []
    traces = [
        {
            "type": "scatter",
            "mode": "text",
            "x": [x] * len(rows),
            "y": middles,
            "text": [f"<b>{row[column]}</b>" if over and not k else row[column] for k, row in enumerate(cells)],
            "textposition": "middle right" if not column else "middle left",
            "textfont": {"size": 13, "color": fonts},
            "customdata": [scene.said(item.tokens) for item in rows],
            "hovertemplate": "%{customdata}<extra></extra>",
            "cliponaxis": False,
            "meta": {"link": "node", "index": [item.node for item in rows], "click": "node", "ring": 10, "silent": column > 0},
        }
        for column, x in enumerate((-0.025, 0.79, 1.04))
    ]
    wash = {
        "type": "rect",
        "layer": "below",
        "x0": -0.03,
        "x1": 1.05,
        "y0": -0.08,
        "y1": (tops[1] if len(tops) > 1 else foot) - 0.14,
        "fillcolor": "@wash",
        "line": {"width": 0},
    }
    title = "list_sampling" if sampling else "list_kept" if scene.options.pool == "kept" else "list"
    return Panel(
        traces,
        words(title, alpha=number(scene.options.alpha, 2)),
        notes=notes,
        shapes=[wash] * bool(rows and over),
        x=blank(range=[-0.04, 1.06]),
        y=blank(range=[ROWS + 0.8, -1.1]),
    )


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


def _cells(scene: Scene, item: Sentence) -> tuple[str, str, str]:
    said = "<br>".join(escaped(line) for line in wrapped(scene, item))
    if scene.params.strategy == "sampling":
        drawn = max(int(scene.frame.count[0]), 1)
        return said, number(item.count / drawn, 3), p_of(float(np.exp(item.logq)))
    return said, p_of(float(np.exp(item.logp))), number(item.score(scene.options.alpha), 3)


def below_panel(scene: Scene) -> Panel:
    """Below the list: the next token's bars, the samples' distance from exact, or every candidate's score for every α."""
    if scene.params.strategy != "sampling":
        return _alphas(scene)
    if scene.frame.part in ("ask", "filter", "draw"):
        return _bars(scene)
    axis = {"nticks": 3, "showgrid": False}
    return Panel(curves.course("distance"), scene.words("curve_distance"), x=axis, y={"nticks": 3}, series=["distance"])


def _bars(scene: Scene) -> Panel:
    """The likeliest next tokens: what the model says, and what the filters made of it."""
    frame = scene.frame
    drawn = int(frame.drawn[-1]) if frame.part == "draw" else -1
    order = np.argsort(-np.round(frame.chances, 12), kind="stable")[: min(BARS, np.count_nonzero(frame.chances))]
    if drawn >= 0 and drawn not in frame.named[order]:
        order[-1] = int(np.flatnonzero(frame.named == drawn)[0])
    top = max(float(frame.chances[order].max()), float(frame.filtered[order].max()), 1e-9)
    shapes, notes = [], []
    for row, at in enumerate(order.tolist()):
        token, p, q = int(frame.named[at]), float(frame.chances[at]), float(frame.filtered[at])
        now = token == drawn
        ink = "@accent" if now else "@ink" if q else "@ink3"
        look = {"type": "rect", "x0": 0.0, "line": {"width": 0}, "layer": "below"}
        shapes.append(look | {"x1": 0.9 * p / top, "y0": row - 0.36, "y1": row + 0.36, "fillcolor": "@wash"})
        shapes.append(look | {"x1": 0.9 * q / top, "y0": row - 0.2, "y1": row + 0.2, "fillcolor": "@accent" if now else "@c1"})
        name = scene.model.vocabulary[token]
        name = escaped(name if len(name) <= 9 else name[:8] + "…")
        small = {"size": 11, "color": ink}
        notes.append(note(f"<b>{name}</b>" if now else name, x=-0.02, y=row, xanchor="right", font=small))
        notes.append(note(p_of(q), x=0.9 * max(p, q) / top + 0.02, y=row, xanchor="left", font=small))
    empty = curves.line(np.zeros(0), np.zeros(0), colour="@ghost")
    title = scene.words("bars" if frame.part != "ask" else "bars_asked")
    return Panel(
        [empty], title, notes=notes, shapes=shapes, x=blank(range=[-0.16, 1.12]), y=blank(range=[max(len(order), 4) - 0.4, -0.6])
    )


def _alphas(scene: Scene) -> Panel:
    """Every candidate's score for every α."""
    words, axis = scene.words, {"nticks": 3, "showgrid": False}
    grid = np.linspace(0, HIGHEST, 41)
    scores = np.array([[item.score(alpha) for alpha in grid] for item in scene.ranked])
    if not len(scores):
        empty = curves.line(np.zeros(0), np.zeros(0), colour="@ghost")
        return Panel([empty], words("curve_alpha"), x=axis | {"range": [0, HIGHEST]}, y={"nticks": 3, "range": [-3, 0]})
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
    here = np.array([[scene.options.alpha, scene.ranked[0].score(scene.options.alpha)]])
    traces.append(points.cloud(here, colour="@accent", size=9, opacity=1, hoverinfo="skip", cliponaxis=False))
    low = min(float(scores[shown].min()), -0.1)  # a certain sentence scores 0 for every α
    rule = {
        "type": "line",
        "x0": scene.options.alpha,
        "x1": scene.options.alpha,
        "y0": 0,
        "y1": 1,
        "yref": "y domain",
        "line": {"color": "@accent", "width": 1, "dash": "dot"},
    }
    return Panel(
        traces,
        words("curve_alpha"),
        notes=_crossings(scene, winners, grid),
        shapes=[rule],
        x=axis | {"range": [0, HIGHEST], "tickvals": [0, 1, 2]},
        y={"nticks": 3, "range": [1.06 * low, 0]},
    )


def _crossings(scene: Scene, winners: np.ndarray, grid: np.ndarray) -> list[dict[str, Any]]:
    """Where the ranking's head changes, with that α."""
    notes: list[dict[str, Any]] = []
    for k in np.flatnonzero(np.diff(winners))[:3]:
        a, b = (scene.ranked[int(winners[j])] for j in (k, k + 1))
        alpha = decoding.crossing(a.logp, len(a.tokens), b.logp, len(b.tokens))
        if alpha > 0.005 and not (notes and abs(alpha - notes[-1]["x"]) < 0.5):
            notes.append(
                note(
                    f"▼ {number(alpha, 3)}",
                    x=alpha,
                    y=1,
                    yref="y domain",
                    yanchor="top",
                    xanchor="center",
                    font={"size": 11, "color": "@ink2"},
                )
            )
    return notes


def sweep_panels(params: Params, options: Options, words: Words) -> list[Panel]:
    """Log P, length and agreement of the best sentence, width by width."""
    ticks = [1, 2, 5, 10, 20, 50, 100]
    axis = {"tickvals": ticks, "showgrid": False, "type": "log", "ticklabelposition": "outside right"}
    columns = ["logp", "length", "agreement" if options.reference.strip() else "calls"]

    def panel(column: str) -> Panel:
        curve = curves.course(column, across="width")
        return Panel(curve, words("curve_" + column), x=axis, y={"nticks": 3}, series=[column], zero=column != "logp")

    return [panel(column) for column in columns]
