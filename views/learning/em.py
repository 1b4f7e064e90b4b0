"""Expectation maximisation: what is assigned to whom, the bound that touches the likelihood, and how far each step climbs."""

from collections.abc import Sequence

import numpy as np

from charts import curves, points
from charts.numbers import number, short
from charts.panels import Box, Panel, Picture, compose, note
from engine.data import Points
from engine.learning.em import CoinsFrame, EmFrame, MixtureFrame, Params
from views import Words, sentences
from views.learning import coins, mixtures
from views.learning.coins import start_at
from views.learning.mixtures import Options, choices, place_at

REST = 1e-9  # what changes less does not change
WIDE: list[Box] = [(0, 0.46, 0, 1), (0.55, 1, 0.42, 1), (0.55, 0.75, 0, 0.27), (0.80, 1, 0, 0.27)]
NARROW: list[Box] = [(0, 1, 0.66, 1), (0.06, 1, 0.27, 0.60), (0.06, 0.46, 0, 0.18), (0.58, 1, 0, 0.18)]
WIDE_CLOUD: list[Box] = [(0, 0.60, 0, 1), (0.68, 1, 0.60, 1), (0.68, 1, 0.31, 0.48), (0.68, 1, 0, 0.17)]
NARROW_CLOUD: list[Box] = [(0.06, 1, 0.52, 1), (0.06, 1, 0.27, 0.44), (0.06, 0.46, 0, 0.17), (0.58, 1, 0, 0.17)]


__all__ = ["Options", "choices", "draw", "numbers", "place_at", "start_at"]


def draw(frames: Sequence[EmFrame], i: int, params: Params, data: tuple[Points, ...], options: Options, words: Words) -> Picture:
    """The picture of frame i."""
    frame = frames[i]
    if isinstance(frame, CoinsFrame):
        panels = [
            coins.table(frame, data[0], words),
            coins.plane(frames[: i + 1], words),
            _line(frame, words),
            _course("loglik", words),
        ]
        boxes, mathml, values, of, at = (WIDE, NARROW), *coins.formula_of(frame, data[0])
    else:
        assert isinstance(frame, MixtureFrame)
        more = ["bic", "aic"] if params.by_k else ["loglik", "gap"]
        across = "k" if params.by_k else "step"
        panels = [
            mixtures.cloud(frame, data[0], options, words),
            _course("loglik", words, "k") if params.by_k else _line(frame, words),
        ]
        panels += [_course(column, words, across) for column in more]
        boxes, mathml, values, of, at = (WIDE_CLOUD, NARROW_CLOUD), *mixtures.formula_of(frame, data[0], options)
    said = _said(frame, params, words)
    over = i + 1 == frame.total
    return Picture(
        **compose(panels, *boxes, height=900),
        phase=_phase(frame, params, words),
        said=said,
        alt=sentences(said, words("alt", loglik=number(frame.loglik, 3))),
        numbers=numbers(frame, over),
        formula=mathml,
        values=values,
        of=of,
        at=at,
        metrics=_metrics(frame, over, words),
        mark=frame.part == "E",
        hold=4.0 if frame.step < 4 else 2.0,
    )


def numbers(frame: EmFrame, over: bool) -> dict[str, float | int | str | None]:
    """The step's row in the table."""
    row: dict[str, float | int | str | None] = {
        "step": frame.step,
        "part": frame.part,
        "loglik": frame.loglik,
        "bound": _known(frame.bound),
        "gap": _known(frame.gap),
        "rate": _known(frame.rate),
        "missing": frame.missing if _at_rest(frame, over) else None,
    }
    if isinstance(frame, CoinsFrame):
        row |= {"theta_a": float(frame.theta[0]), "theta_b": float(frame.theta[1])}
    elif isinstance(frame, MixtureFrame):
        row |= {"k": frame.k, "aic": frame.aic, "bic": frame.bic, "inertia": frame.inertia}
        row |= {"agreement": frame.agreement} if np.isfinite(frame.agreement) else {}
    return row


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


# ---- both


def _line(frame: EmFrame, words: Words) -> Panel:
    """The likelihood and the bound along the straight line from here to where the M step goes."""
    axis = {"tickvals": [0, 1], "ticktext": [words("here"), words("there")], "range": [-0.45, 1.65], "showgrid": False}
    if not len(frame.line):
        return Panel(
            [points.cloud(np.zeros((0, 2)), colour="@ink")],
            words("line"),
            notes=[note(words("line_none"), x=0.6, y=0.5, font={"size": 12, "color": "@ink3"})],
            x=axis,
            y={"nticks": 3, "range": [0, 1], "showticklabels": False},
        )
    both = np.concatenate([frame.line_loglik, frame.line_bound])
    high = float(frame.line_loglik.max())
    deep = float(max(np.quantile(both, 0.12), high - 8 * max(high - float(frame.line_loglik.min()), 1e-6)))
    deep = min(deep, high - 0.002 * abs(high))  # at the summit both are flat
    s = 0.0 if frame.part in ("E", "row") else 1.0
    lines = [
        curves.line(frame.line.round(3), values, colour=colour, dash=dash, hovertemplate=words(name) + " %{y:.4f}<extra></extra>")
        for name, values, colour, dash in (
            ("bound", frame.line_bound, "@c1", "dash"),
            ("loglik", frame.line_loglik, "@ink", "solid"),
        )
    ]
    at = int(np.argmin(np.abs(frame.line - s)))
    ends = np.array([[s, frame.line_bound[at]], [s, frame.line_loglik[at]]])
    mark = {"color": "@accent", "size": 7}
    gap = curves.line(ends[:, 0], ends[:, 1], colour="@accent", mode="lines+markers", marker=mark)
    room = 0.08 * (high - deep)
    return Panel([*lines, gap], words("line"), x=axis, y={"nticks": 3, "range": [deep - room, high + room]})


def _course(column: str, words: Words, across: str = "step") -> Panel:
    axis = {"nticks": 4, "showgrid": False}
    return Panel(
        curves.course(column, across=across),
        words("curve_" + column),
        x=axis,
        y={"nticks": 3},
        series=[column],
        zero=column == "gap",
    )


def _phase(frame: EmFrame, params: Params, words: Words) -> str:
    if isinstance(frame, MixtureFrame) and params.by_k:
        return words("phase_k", k=frame.k)
    if not frame.part and frame.step:
        return words("phase_from", step=frame.step)
    return words(f"phase_{frame.part}", step=frame.step) if frame.part else words("phase_start")


def _said(frame: EmFrame, params: Params, words: Words) -> str:
    facts = {"loglik": number(frame.loglik, 3), "gap": _small(frame.gap), "gain": _small(frame.gain), "step": frame.step}
    if not frame.part and frame.step and not params.by_k:
        return words("from", **facts)
    if isinstance(frame, CoinsFrame):
        facts |= {"a": number(float(frame.theta[0]), 3), "b": number(float(frame.theta[1]), 3), "row": frame.rows}
        key = f"coins_{frame.part or 'start'}" if not _rests(frame) else "coins_rest"
        if frame.part == "M" and (frame.newton_left or frame.newton_saddle):
            return sentences(words(key, **facts), words("newton_left" if frame.newton_left else "newton_saddle"))
        return words(key, **facts)
    assert isinstance(frame, MixtureFrame)
    facts |= {"k": frame.k, "bic": number(frame.bic, 1), "aic": number(frame.aic, 1), "inertia": number(frame.inertia, 3)}
    if params.by_k:
        return words("mixture_k", **facts)
    if _rests(frame):
        return words("mixture_rest", **facts)
    return words(("hard_" if params.assignment == "hard" else "mixture_") + (frame.part or "start"), **facts)


def _rests(frame: EmFrame) -> bool:
    """Whether this M step has changed nothing any more."""
    return frame.part == "M" and abs(frame.gain) < REST


def _at_rest(frame: EmFrame, over: bool) -> bool:
    """Whether the EM map's eigenvalue is a fraction of missing information: at the end, near a summit."""
    return over and frame.missing < 1


def _small(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    if abs(value) < REST:
        return "0"
    return number(value, 4 if abs(value) < 10 else 1) if abs(value) >= 5e-4 else short(value, 2)


def _metrics(frame: EmFrame, over: bool, words: Words) -> list[tuple[str, str]]:
    shown = [(words("loglik"), number(frame.loglik, 3))]
    if isinstance(frame, MixtureFrame) and np.isfinite(frame.agreement):
        shown.append((words("agreement"), number(frame.agreement, 3)))
    if np.isfinite(frame.gap):
        shown.append((words("gap"), _small(frame.gap)))
    if _at_rest(frame, over):
        return [*shown, (words("missing"), number(frame.missing, 3))]
    return [*shown, (words("rate"), number(frame.rate, 3))] if np.isfinite(frame.rate) else shown
