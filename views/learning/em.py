"""Expectation maximisation: what is assigned to whom, the bound that touches the likelihood, and how far each step climbs."""

from dataclasses import replace

import numpy as np

from charts import curves, points
from charts.layout import columns, rows
from charts.numbers import number, short
from charts.panels import Panel, Picture, legend, note
from engine.learning.em import ALGORITHMS, CoinsFrame, EmFrame, MixtureFrame
from engine.params import Params, Value
from engine.points import Added, Points, Removed
from views.learning import coins as tosses
from views.learning import mixtures as clouds
from views.learning.mixtures import Options, choices
from views.look import Look, known, scenes

__all__ = ["Options", "choices", "clicked", "draw"]

NOTHING, REST = 1e-9, 5e-4  # what comes of rounding; what is not seen: θ has three digits
HARD = {"start": "hard_start", "E": "hard_E", "weights": "hard_weights", "means": "hard_means", "M": "hard_M"}


def coins(look: Look[CoinsFrame]) -> Picture:
    """Tosses that are divided between the coins; the likelihood over both, and how far each step goes."""
    frame, facts = look.frame, _facts(look.frame)
    still = frame.step > 0 and float(np.abs(frame.theta - frame.before).max()) < REST
    return look.picture(
        columns(tosses.divided(look), rows(tosses.plane(look), tosses.ladder(look))),
        facts=facts | {"row": tosses.lit_row(look) + 1, "rate": number(frame.rate, 3), "limit": number(frame.limit, 4)},
        key="rest" if still and frame.part == "M" else "",
        metrics=[("loglik", facts["loglik"]), ("rate", number(frame.rate, 4)), ("missing", number(frame.limit, 4))],
        derived={"theta_a": float(frame.theta[0]), "theta_b": float(frame.theta[1]), "missing": known(frame.limit)},
        hold=0.5 if still else 4.0 if frame.step < 4 else 2.0,
        **tosses.formula_of(look),
    )


def mixture(look: Look[MixtureFrame]) -> Picture:
    """Samples in the colours of components, and what the bound has to do with the likelihood."""
    frame, facts = look.frame, _facts(look.frame)
    hard = HARD.get(look.part, "") if look.params.assignment == "hard" else ""
    return look.picture(
        columns(clouds.cloud(look), rows(_line(look), look.history("loglik", zero=False, small=True), shares=(3, 2))),
        facts=facts | {"draws": len(frame.drawn)},
        key="rest" if frame.part == "M" and abs(frame.gain) < REST else hard,
        metrics=[("loglik", facts["loglik"]), "rate", "agreement" if np.isfinite(frame.agreement) else "missing"],
        derived={"missing": frame.missing if frame.missing < 1 else None},  # beyond 1 it is no fraction: no summit is near
        hold=4.0 if frame.step < 4 else 2.0,
        **clouds.formula_of(look),
    )


def by_k(look: Look[MixtureFrame]) -> Picture:
    """The best fit of every K, and what its likelihood is worth."""
    facts = _facts(look.frame) | {"bic": number(look.frame.bic, 1), "aic": number(look.frame.aic, 1)}
    courses = rows(_criterion(look), look.history("loglik", across="k", zero=False, small=True), shares=(3, 2))
    return look.picture(
        columns(clouds.cloud(look), courses),
        facts=facts,
        metrics=[(name, facts[name]) for name in ("loglik", "bic", "aic")],
        hold=3.0,
        **clouds.formula_of(look),
    )


draw = scenes(ALGORITHMS, {"coins": coins, "mixture": mixture, "by_k": by_k})


def clicked(
    name: str, index: int, frame: EmFrame, params: Params, data: Points, options: Options
) -> dict[str, Value] | Added | Removed:
    """A click on the map of the likelihood starts there; one on the cloud adds a point, or takes one away."""
    if name == "start":
        return dict(zip(("theta_a", "theta_b"), tosses.start_at(index), strict=True))
    if name == "place":
        return Added(clouds.place_at(index, data, options))
    assert isinstance(frame, MixtureFrame)
    return Removed(int(frame.shown[index])) if index < len(frame.shown) else {}


def _line(look: Look[MixtureFrame]) -> Panel:
    """The likelihood and the bound along the straight line from here to where the M step goes; the lamp on what is between."""
    frame, say = look.frame, look.say
    axis = {"tickvals": [0, 1], "ticktext": [say("here"), say("there")], "range": [-0.45, 1.65], "showgrid": False}
    if not len(frame.line):
        none = note(say("line_none"), x=0.6, y=0.5, font={"size": 12, "color": "@ink3"})
        return Panel([], say("line"), notes=[none], x=axis, y={"range": [0, 1], "showgrid": False, "showticklabels": False})
    now, hover = (0.0 if frame.part == "E" else 1.0), (say("loglik"), say("bound"))
    return curves.bounded(say("line"), frame.line, frame.line_loglik, frame.line_bound, now, x=axis, hover=hover)


def _criterion(look: Look[MixtureFrame]) -> Panel:
    """The course of BIC; around the least so far a ring, and its K."""
    course = look.history("bic", across="k", zero=False)
    best = min(look.frames, key=lambda frame: frame.bic)
    ring = points.rings(np.array([[best.k, best.bic]]), colour="@ink", size=15)
    return replace(course, traces=[*course.traces, ring], notes=legend([("○", look.say("least", k=best.k), "@ink")]))


def _facts(frame: EmFrame) -> dict[str, str]:
    loglik = number(frame.loglik, 3 if abs(frame.loglik) < 100 else 1)
    return {"gap": _small(frame.gap), "gain": _small(frame.gain), "loglik": loglik}


def _small(value: float) -> str:
    """A number without digits that mean nothing."""
    return "0" if abs(value) < NOTHING else short(value, 1 if abs(value) < REST else 3)
