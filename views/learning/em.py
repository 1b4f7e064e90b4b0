"""Expectation maximisation: what is assigned to whom, the bound that touches the likelihood, and how far each step climbs."""

from dataclasses import replace
from typing import Any

import numpy as np

from charts import curves, points
from charts.layout import Placed
from charts.numbers import number, short
from charts.panels import Panel, Picture, note
from engine.learning.em import ALGORITHMS, CoinsFrame, EmFrame, MixtureFrame
from engine.params import Params, Value
from engine.points import Added, Points, Removed
from views.learning import coins as tables
from views.learning import mixtures as clouds
from views.learning.mixtures import Options, choices
from views.look import Look, Metric, scenes

__all__ = ["Options", "choices", "clicked", "draw"]

REST = 1e-9  # what changes less does not change
COINS = ([(0, 0.46, 0, 1), (0.55, 1, 0.42, 1), (0.55, 0.75, 0, 0.27), (0.80, 1, 0, 0.27)],
         [(0, 1, 0.70, 1), (0.10, 1, 0.37, 0.655), (0.10, 1, 0.19, 0.29), (0.10, 1, 0, 0.11)], 960)  # fmt: skip
CLOUD = ([(0, 0.60, 0, 1), (0.68, 1, 0.60, 1), (0.68, 1, 0.31, 0.48), (0.68, 1, 0, 0.17)],
         [(0.10, 1, 0.52, 1), (0.10, 1, 0.27, 0.44), (0.10, 0.46, 0, 0.17), (0.62, 1, 0, 0.17)])  # fmt: skip
HARD = {
    "start": "hard_start",
    "E": "hard_E",
    "weights": "hard_weights",
    "means": "hard_means",
    "M": "hard_M",
}


def coins(look: Look[CoinsFrame]) -> Picture:
    """Tosses and whose they are; the likelihood over both coins."""
    frame, data = look.frame, look.data[0]
    panels = [tables.table(frame, data, look.say), tables.plane(look.frames, look.say), _line(look)]
    panels.append(look.history("loglik", zero=False, y={"nticks": 3, "tickformat": ".5~r"}))  # seen closely it hardly moves
    mathml, values, of, at = tables.formula_of(frame, data)
    theta: dict[str, float | None] = {"theta_a": float(frame.theta[0]), "theta_b": float(frame.theta[1])}
    met = "left" if frame.newton_left else "saddle" if frame.newton_saddle else ""
    return look.picture(
        Placed(panels, *COINS),
        facts=_facts(frame) | {"row": frame.rows, "newton": look.say("newton", met) if met and frame.part == "M" else ""},
        key="rest" if _rests(frame) else "",
        formula=mathml,
        values=values,
        of=of,
        at=at,
        metrics=_metrics(look.frame),
        derived=theta | _missing(look),
        hold=_hold(frame),
    )


def mixture(look: Look[MixtureFrame]) -> Picture:
    """Samples in the colours of components, and what the bound has to do with the likelihood."""
    panels = [
        clouds.cloud(look.frame, look.data[0], look.options, look.say),
        _line(look),
        look.history("loglik", zero=False),
        look.history("gap"),
    ]
    mathml, values, of, at = clouds.formula_of(look.frame, look.data[0], look.options)
    hard = HARD[look.part] if look.params.assignment == "hard" else ""
    return look.picture(
        Placed(panels, *CLOUD),
        facts=_facts(look.frame),
        key="rest" if _rests(look.frame) else hard,
        formula=mathml,
        values=values,
        of=of,
        at=at,
        metrics=_metrics(look.frame),
        derived=_missing(look),
        hold=_hold(look.frame),
    )


def by_k(look: Look[MixtureFrame]) -> Picture:
    """The best fit of every K, and what its likelihood is worth."""
    frame = look.frame
    panels = [clouds.cloud(frame, look.data[0], look.options, look.say)]
    panels.append(look.history("loglik", across="k", zero=False))
    panels += [_least(look, column) for column in ("bic", "aic")]
    facts = {"bic": number(frame.bic, 1), "aic": number(frame.aic, 1)}
    metrics: list[Metric] = [("loglik", number(frame.loglik, 1)), ("bic", facts["bic"]), ("aic", facts["aic"])]
    return look.picture(Placed(panels, *CLOUD), facts=facts, metrics=metrics, derived=_missing(look), hold=_hold(frame))


def _least(look: Look[MixtureFrame], column: str) -> Panel:
    """The course of a criterion; around the least so far a ring, and its K."""
    course = look.history(column, across="k", zero=False)
    best = min(look.frames, key=lambda frame: float(getattr(frame, column)))
    here = np.array([[best.k, float(getattr(best, column))]])
    ring = points.cloud(here, colour="@ink", symbol="circle-open", size=13, opacity=1, hoverinfo="skip", cliponaxis=False)
    name = note(f"K = {best.k}", x=best.k, y=float(here[0, 1]), yanchor="bottom", yshift=8, font={"size": 11, "color": "@ink2"})
    return replace(course, traces=[*course.traces, ring], notes=[name])


draw = scenes(ALGORITHMS, {"coins": coins, "mixture": mixture, "by_k": by_k})


def clicked(
    name: str, index: int, frame: EmFrame, params: Params, data: Points, options: Options
) -> dict[str, Value] | Added | Removed:
    """A click on the map of the likelihood starts there; one on the cloud adds a point, or takes one away."""
    if name == "start":
        return dict(zip(("theta_a", "theta_b"), tables.start_at(index), strict=True))
    if name == "place":
        return Added(clouds.place_at(index, data, options))
    assert isinstance(frame, MixtureFrame)
    return Removed(int(frame.shown[index])) if index < len(frame.shown) else {}


# ---- what all of them share


def _line(look: Look[Any]) -> Panel:
    """The likelihood and the bound along the straight line from here to where the M step goes."""
    frame, say = look.frame, look.say
    axis = {"tickvals": [0, 1], "ticktext": [say("here"), say("there")], "range": [-0.45, 1.65], "showgrid": False}
    if not len(frame.line):
        none = note(say("line_none"), x=0.6, y=0.5, font={"size": 12, "color": "@ink3"})
        nothing = [points.cloud(np.zeros((0, 2)), colour="@ink")]
        return Panel(nothing, say("line"), notes=[none], x=axis, y={"range": [0, 1], "showgrid": False, "showticklabels": False})
    deep, high = _depth(frame)
    template = " %{y:.4f}<extra></extra>"
    bound = curves.line(frame.line.round(3), frame.line_bound, colour="@c1", dash="dash", hovertemplate=say("bound") + template)
    loglik = curves.line(frame.line.round(3), frame.line_loglik, colour="@ink", hovertemplate=say("loglik") + template)
    room = 0.08 * (high - deep)
    return Panel([bound, loglik, _gap(frame)], say("line"), x=axis, y={"nticks": 3, "range": [deep - room, high + room]})


def _depth(frame: EmFrame) -> tuple[float, float]:
    """How far down, and up, the two curves are shown."""
    high = float(frame.line_loglik.max())
    low = float(np.quantile(np.concatenate([frame.line_loglik, frame.line_bound]), 0.12))
    deep = max(low, high - 8 * max(high - float(frame.line_loglik.min()), 1e-6))
    return min(deep, high - 0.002 * abs(high)), high  # at the summit both are flat


def _gap(frame: EmFrame) -> dict[str, Any]:
    """The lamp: what lies between the bound and the likelihood, where the parameters are now."""
    s = 0.0 if frame.part in ("E", "row") else 1.0
    at = int(np.argmin(np.abs(frame.line - s)))
    ends = np.array([[s, frame.line_bound[at]], [s, frame.line_loglik[at]]])
    return curves.line(ends[:, 0], ends[:, 1], colour="@accent", mode="lines+markers", marker={"color": "@accent", "size": 7})


def _facts(frame: EmFrame) -> dict[str, str]:
    return {"gap": _small(frame.gap), "gain": _small(frame.gain)}


def _rests(frame: EmFrame) -> bool:
    """Whether this M step has changed nothing any more."""
    return frame.part == "M" and abs(frame.gain) < REST


def _hold(frame: EmFrame) -> float:
    return 4.0 if frame.step < 4 else 2.0


def _missing(look: Look[Any]) -> dict[str, float | None]:
    """The EM map's largest eigenvalue is a fraction of missing information only at the end, near a summit."""
    over = len(look.frames) == look.frame.total
    return {"missing": look.frame.missing if over and look.frame.missing < 1 else None}


def _small(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    if abs(value) < REST:
        return "0"
    return short(value, 3 if abs(value) >= 5e-4 else 2)


def _metrics(frame: EmFrame) -> list[Metric]:
    """How well it fits, how fast it gets there; and where classes are known, whether those are what was found."""
    loglik = ("loglik", number(frame.loglik, 3 if abs(frame.loglik) < 100 else 1))
    if isinstance(frame, MixtureFrame) and np.isfinite(frame.agreement):
        return [loglik, "rate", "agreement"]
    return [loglik, "rate", "missing"]
