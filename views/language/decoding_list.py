"""Beside decoding's tree: the ranked list, and below it how the ranking depends on α, or what became of the samples."""

from typing import Any

import numpy as np

from charts import curves, points
from charts.formula import number
from charts.panels import Panel, blank, escaped, note
from engine.language import decoding
from engine.language.decoding import Params
from views import Words
from views.language.decoding_scene import HIGHEST, ROWS, Options, Scene, Sentence, p_of

LINES = 5  # lines drawn, at most


def list_panel(scene: Scene) -> Panel:
    """Sentences, best first, with probability and score; in sampling with their share and their exact probability."""
    words, sampling = scene.words, scene.params.strategy == "sampling"
    rows = scene.ranked[:ROWS]
    over = bool(scene.lit) or scene.frame.part == "end"
    heads = ("share", "exact") if sampling else ("probability", "score")
    notes = [
        note(words(head), x=x, y=-0.65, xanchor=side, font={"size": 11, "color": "@ink3"})
        for head, x, side in (("sentence", 0, "left"), (heads[0], 0.70, "right"), (heads[1], 1, "right"))
    ]
    if not rows:
        notes.append(note(words("none_yet"), x=0, y=0.4, xanchor="left", font={"color": "@ink3"}))
    if len(scene.ranked) > ROWS:
        more = words("more_sentences", n=len(scene.ranked) - ROWS)
        notes.append(note(more, x=0, y=len(rows) + 0.35, xanchor="left", font={"size": 11, "color": "@ink3"}))
    cells = [_cells(scene, item) for item in rows]
    fonts = ["@accent" if over and not k and not sampling else "@ink" if not k else "@ink2" for k in range(len(rows))]
    traces = [
        {
            "type": "scatter",
            "mode": "text",
            "x": [x] * len(rows),
            "y": [k + 0.4 for k in range(len(rows))],
            "text": [f"<b>{row[column]}</b>" if over and not k and not sampling else row[column] for k, row in enumerate(cells)],
            "textposition": "middle right" if not column else "middle left",
            "textfont": {"size": 13, "color": fonts},
            "customdata": [scene.said(item.tokens) for item in rows],
            "hovertemplate": "%{customdata}<extra></extra>",
            "cliponaxis": False,
            "meta": {"link": "node", "index": [item.node for item in rows], "click": "node", "ring": 10, "silent": column > 0},
        }
        for column, x in enumerate((-0.025, 0.72, 1.02))
    ]
    wash = {
        "type": "rect",
        "layer": "below",
        "x0": -0.03,
        "x1": 1.03,
        "y0": -0.08,
        "y1": 0.86,
        "fillcolor": "@wash",
        "line": {"width": 0},
    }
    title = "list_sampling" if sampling else "list_kept" if scene.options.pool == "kept" else "list"
    return Panel(
        traces,
        words(title, alpha=number(scene.options.alpha, 2)),
        notes=notes,
        shapes=[wash] * bool(rows and over and not sampling),
        x=blank(range=[-0.04, 1.04]),
        y=blank(range=[ROWS + 0.8, -1.1]),
    )


def _cells(scene: Scene, item: Sentence) -> tuple[str, str, str]:
    plain = " ".join(scene.model.vocabulary[token] for token in item.tokens)
    said = escaped(plain if len(plain) <= 20 else plain[:19] + "…") + (" …" if item.cut else "")
    if scene.params.strategy == "sampling":
        drawn = max(int(scene.frame.count[0]), 1)
        return said, number(item.count / drawn, 3), p_of(float(np.exp(item.logq)))
    return said, p_of(float(np.exp(item.logp))), number(item.score(scene.options.alpha), 3)


def alpha_panel(scene: Scene) -> Panel:
    """Sampling: the distance from the exact distribution, sample by sample. Else: every candidate's score for every α."""
    words, axis = scene.words, {"nticks": 3, "showgrid": False}
    if scene.params.strategy == "sampling":
        return Panel(curves.course("distance"), words("curve_distance"), x=axis, y={"nticks": 3}, series=["distance"])
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
    low = float(scores[shown].min())
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
    notes = []
    for k in np.flatnonzero(np.diff(winners))[:3]:
        a, b = (scene.ranked[int(winners[j])] for j in (k, k + 1))
        alpha = decoding.crossing(a.logp, len(a.tokens), b.logp, len(b.tokens))
        if alpha > 0.005:
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
