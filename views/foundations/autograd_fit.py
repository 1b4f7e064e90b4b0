"""A line that is fitted: the loss over slope and height of all lines, and the way that descent takes through it.

Longer than a picture's budget of lines: the way may leave the sheet, and clicks set the start and the points.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from charts import curves, fields, points
from charts.formula import formula
from charts.layout import Layout, columns, rows
from charts.numbers import count, short
from charts.panels import Panel, Picture, Trace, note
from charts.words import cut
from engine.foundations.autograd import FitFrame
from engine.points import Points
from views.look import Look

STEP = formula(r"w = {w0}? - {rate}! \cdot {gw}? = {w}!! \qquad b = {b0}? - {rate}! \cdot {gb}? = {b}!!")
GRID = 61  # of the sheet, each way
LATE = 6  # steps that are drawn strongly
SHAPE = (520, 370)  # px of the sheet, about
AROUND = 1.25  # how far the sheet reaches beyond the best line, in ways from the start


def fit(look: Look[FitFrame]) -> Picture:
    """One step downhill."""
    frame = look.frame
    before = frame.path[-2] if len(frame.path) > 1 else frame.path[-1]
    slopes = (before - frame.path[-1]) / look.params.rate
    values = {"w0": before[0], "b0": before[1], "gw": slopes[0], "gb": slopes[1], "w": frame.w, "b": frame.b}
    told = {name: (exact(value), 0) for name, value in values.items()}
    return look.picture(
        columns(_sheet(look), _beside(look)),
        facts=_facts(look),
        formula=STEP if frame.step else "",
        values=told | {"rate": (short(look.params.rate), 0)} if frame.step else {},
        metrics=[("w", exact(frame.w)), ("b", exact(frame.b)), ("loss", short(frame.loss))],
        derived={"log_loss": float(np.log10(frame.loss)) if frame.loss > 0 else None},
    )


def reach(params: Any, best: np.ndarray) -> tuple[list[float], list[float]]:
    """The ends of the sheet in w and in b: the best line and the start lie in it, whatever comes."""
    start = np.array([params.w, params.b])
    far = np.maximum(AROUND * np.abs(start - best), [1.0, 0.8])
    low, high = np.minimum(best - far, start - 0.2 * far), np.maximum(best + far, start + 0.2 * far)
    return [float(low[0]), float(high[0])], [float(low[1]), float(high[1])]


def heights(x: np.ndarray, y: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The loss [len(b), len(w)] of all lines: a quadratic in w and b."""
    W, B = np.meshgrid(w, b)
    square = W**2 * np.mean(x * x) + B**2 + np.mean(y * y)
    return np.asarray(square + 2 * (W * B * np.mean(x) - W * np.mean(x * y) - B * np.mean(y)))


def _sheet(look: Look[FitFrame]) -> Panel:
    """The loss by powers of ten, its valley's floor, the best place, the way so far and the step that comes."""
    frame, say, (x, y) = look.frame, look.say, look.data[0].X.T
    ends = reach(look.params, frame.best)
    w, b = (np.linspace(low, high, GRID) for low, high in ends)
    loss = heights(x, y, w, b)
    powers = np.log10(np.maximum(loss, max(float(loss.max()) * 1e-7, 1e-12)))
    floor = frame.best[0] - frame.hessian[0, 1] / max(frame.hessian[0, 0], 1e-300) * (b - frame.best[1])
    way = np.concatenate([one.path[min(k, 1) :] for k, one in enumerate(look.frames)])  # of every step
    here = way[-1:]
    ahead = -look.params.rate * np.array([[frame.slope_w, frame.slope_b]])
    whole = -look.params.rate * frame.whole[None]
    star = points.cloud(frame.best[None], colour="@ink", symbol="star", size=13, opacity=1, hoverinfo="skip")
    drawn = points.within(way, *ends)
    dot, gone = _now(look, drawn, ends)
    least = 0.01 * (ends[0][1] - ends[0][0])
    arrow = np.where(look.params.steps == frame.step or bool(gone), np.nan, 1.0)
    late = max(len(way) - LATE, 0)  # what came before is faint: a swing does not become a smear
    traces = [
        fields.surface(w.round(4), b.round(4), powers.round(3), low=float(powers.min()), high=float(powers.max()), opacity=0.35),
        curves.line(floor, b, colour="@ink2", dash="dot", width=1.5),
        fields.cells(*ends, template=say("hover_start"), click="start"),
        curves.line(*drawn[: late + 1].T.round(4), colour="@ink2", width=1, opacity=0.25),
        curves.line(*drawn[late:].T.round(4), colour="@ink", width=1.5, mode="lines+markers", marker={"size": 4}),
        fields.pulls(here, arrow * whole, colour="@ink3", least=least, width=1.5, head=8),
        fields.pulls(here, arrow * ahead, colour="@accent", least=least),
        star,
        dot,
    ]
    axes = (
        {"range": ends[0], "title": {"text": "w"}, "showgrid": False},
        {"range": ends[1], "showgrid": False},
    )
    place = {"xref": "x domain", "yref": "y domain", "x": 0.02, "xanchor": "left", "yanchor": "top", "bgcolor": "@surface"}
    words = [("↑ b", 0.985), ("★ " + say("best"), 0.91), ("··· " + say("floor"), 0.835)]
    notes = [note(text, y=y, font={"size": 11, "color": "@ink"}, opacity=0.9, **place) for text, y in words]
    return Panel(traces, say("sheet"), *axes, notes=[*notes, *gone])


def _now(look: Look[FitFrame], drawn: np.ndarray, ends: tuple[list[float], list[float]]) -> tuple[Trace, list[dict[str, Any]]]:
    """Where the line is now. Beyond the sheet: an arrow at its border, that way, and since which step. drawn [steps + 1, 2]."""
    here, best = look.frame.path[-1], look.frame.best
    low, high = np.array(ends).T
    inside = np.flatnonzero(np.isfinite(drawn).all(1))
    if inside[-1] == len(drawn) - 1:
        dot = points.cloud(here[None], colour="@accent", size=12, opacity=1, hoverinfo="skip")
        dot["marker"]["line"] = {"color": "@surface", "width": 2}
        return dot, []
    way = here - best
    room = np.where(way > 0, high - best, low - best)
    place = best + 0.98 * way * np.min(room / np.where(way == 0, 1e-300, way))
    across, up = way / (high - low) * SHAPE
    arrow = points.cloud(place[None], colour="@accent", symbol="arrow", size=20, opacity=1, hoverinfo="skip")
    arrow["marker"]["angle"] = float(np.degrees(np.arctan2(across, up)).round(1))
    side = "left" if across < 0 else "right"
    look_of = {"font": {"size": 12, "color": "@accent"}, "bgcolor": "@surface", "borderpad": 2, "xanchor": side}
    text = look.say("left", n=int(inside[-1]) + 1)
    return arrow, [note(text, x=place[0], y=place[1], yshift=18 if place[1] < best[1] else -18, **look_of)]


def _beside(look: Look[FitFrame]) -> Layout:
    """The line and the loss; where old slopes are kept w step by step, for it swings, and the line."""
    if look.params.zero_grad:
        return rows(_line(look), look.history("log_loss", zero=False, small=True))
    ends = np.array([0, look.params.steps])
    best = curves.line(ends, np.full(2, look.frame.best[0]), colour="@ink3", dash="dot", width=1.5)
    swing = look.history("w", zero=False)
    return rows(replace(swing, title=look.say("swing"), traces=[best, *swing.traces]), _line(look))


def _line(look: Look[FitFrame]) -> Panel:
    """The points, those of the next step filled; the line now and the best one."""
    frame, say, cloud = look.frame, look.say, look.data[0]
    low, high = points.reach(cloud.X)
    x = np.array([low[0], high[0]])
    now = np.isin(np.arange(len(cloud.X)), frame.batch)
    ends = [float(low[0]), float(high[0])], [float(low[1]), float(high[1])]

    def dots(some: np.ndarray, colour: str) -> Trace:
        meta = {"click": "point", "index": np.flatnonzero(some)}
        hover = say("hover_point", x=cut(cloud.columns[0], 20), y=cut(cloud.columns[1], 20)) + "<extra></extra>"
        return points.cloud(cloud.X[some], colour=colour, size=4, opacity=0.8, hovertemplate=hover, meta=meta)

    traces = [
        fields.cells(*ends, template=say("hover_add"), click="add", shape=(24, 24)),
        dots(~now, "@ghost"),
        dots(now, "@c1"),
        curves.line(x, frame.best[0] * x + frame.best[1], colour="@ink3", dash="dot", width=1.5),
        curves.line(x, frame.w * x + frame.b, colour="@accent", width=2),
    ]
    return Panel(
        traces, say("line"), x={"range": ends[0], "nticks": 4, "showgrid": False}, y={"range": ends[1], "nticks": 3}, tall=170
    )


def added(index: int, cloud: Points) -> dict[str, float]:
    """The point that a click between the points means."""
    low, high = points.reach(cloud.X)
    x, y = fields.where(index, (low[0], high[0]), (low[1], high[1]), shape=(24, 24))
    return dict(zip(cloud.columns, (round(x, 3), round(y, 3)), strict=True))


def started(index: int, params: Any, frame: FitFrame) -> tuple[float, float]:
    """The start that a click on the sheet means, within what a start may be."""
    w, b = fields.where(index, *reach(params, frame.best))
    return float(np.clip(round(w, 2), -10, 10)), float(np.clip(round(b, 2), -50, 50))


def exact(value: float) -> str:
    """What w, b and their slopes are, in sentence, formula and metrics: with a power of ten there is room for two digits."""
    return short(float(value), 4 if abs(value) < 1e6 else 2)


def _facts(look: Look[FitFrame]) -> dict[str, Any]:
    frame, say = look.frame, look.say
    fate = "kept" if not look.params.zero_grad else "calm" if frame.stretch <= 1 else "swings" if frame.stretch < 2 else "flees"
    known = np.isfinite(frame.condition)
    return {
        "w": exact(frame.w), "b": exact(frame.b), "loss": short(frame.loss),
        "best_w": exact(frame.best[0]), "best_b": exact(frame.best[1]),
        "condition": count(frame.condition) if known else "∞",
        "longer": count(frame.condition**0.5) if known else "∞",
        "fate": say("fate", fate, stretch=short(frame.stretch, 2 if frame.stretch < 1 else 3)),
        "some": say("some", m=len(frame.batch)) if len(frame.batch) < len(look.data[0].X) else "",
    }  # fmt: skip
