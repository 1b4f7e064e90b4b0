"""What several pictures of diffusion have: words for a time, a formula's values by pixel, how much is left by time."""

from typing import Any

import numpy as np

from charts import curves, points
from charts.numbers import number, short
from charts.panels import Panel
from engine.generative import nets, samplers
from engine.generative.diffusion import DiffusionFrame
from views.look import Look, Values

SIDE = nets.SIDE
LEFT = 0.05  # of the picture's amplitude that may be left at the last time


def facts(look: Look[Any]) -> dict[str, Any]:
    """What sentences say of a time, of the step from it, and of the ringed pixel."""
    frame: DiffusionFrame = look.frame
    row, column = divmod(look.options.pixel, SIDE)
    return {
        "t": max(frame.t, 0),
        "now": look.say("over") if frame.t < 0 else look.say("at", t=frame.t),
        "prev": look.say("the_end") if frame.prev < 0 else f"t = {frame.prev}",
        "signal": number(float(np.sqrt(frame.alpha_bar)), 2),
        "row": row + 1,
        "column": column + 1,
    }


def left(frame: DiffusionFrame) -> tuple[str, str]:
    """The metric of what is left of the picture's variance: little is not nothing."""
    return "alpha_bar", number(frame.alpha_bar, 4) if frame.alpha_bar > 5e-5 else short(frame.alpha_bar, 2)


def by_pixel(**arrays: np.ndarray) -> Values:
    """Values of a formula for every pixel, and where it is: `row`, `column`, counted from 1."""
    row, column = 1 + np.indices((SIDE, SIDE)).reshape(2, -1)
    told: dict[str, tuple[Any, int]] = {name: (one.ravel().astype(float).round(3), 3) for name, one in arrays.items()}
    return told | {"row": (row, 0), "column": (column, 0)}


def step(frame: Any, sampler: str, digits: int, k: Any = ...) -> tuple[Values, dict[str, np.ndarray]]:
    """The first sampler's step: its shares with `digits` decimals, and of entity k, or of all, x, x0, eps and what comes next."""
    a, p, s = frame.alpha_bar, frame.alpha_bar_prev, frame.deviation
    x, x0, eps = (array[0][k].astype(float) for array in (frame.x, frame.x0, frame.eps))
    if frame.part:  # inside a step x has moved on: what it was before follows from both guesses
        x = np.sqrt(a) * x0 + np.sqrt(1 - a) * eps
    if sampler == "ddpm":
        c0, ct, beta = samplers.posterior(a, p)
        shares, to = {"c0": (c0, digits), "ct": (ct, digits), "beta": (beta, digits + 1)}, c0 * x0 + ct * x
    else:
        signal, noise = float(np.sqrt(p)), float(np.sqrt(max(1 - p - s * s, 0.0)))
        shares, to = {"signal": (signal, digits), "noise": (noise, digits), "sigma": (s, digits)}, signal * x0 + noise * eps
    return {"to": (max(frame.prev, 0), 0), **shares}, {"x": x, "x0": x0, "eps": eps, "next": to}


def schedule(alpha_bar: np.ndarray, look: Look[Any], *, back: bool = True) -> Panel:
    """How much of picture and noise is in x_t, with the lamp on now; `back`: from much noise to none, as a sampler goes."""
    T, t = len(alpha_bar), look.frame.t
    times = np.unique(np.round(np.linspace(0, T - 1, 60)).astype(int))
    signal, noise = np.sqrt(alpha_bar[times]), np.sqrt(1 - alpha_bar[times])
    now = float(alpha_bar[t]) if t >= 0 else 1.0
    here = np.array([[t, np.sqrt(now)], [t, np.sqrt(1 - now)]])
    traces = [
        curves.line(np.append(-1, times), np.append(1.0, signal), colour="@ink"),
        curves.line(np.append(-1, times), np.append(0.0, noise), colour="@ink3", dash="dot"),
        points.cloud(here, colour="@accent", size=8, opacity=1, hoverinfo="skip", cliponaxis=False),
    ]
    x = {"range": [-T * 0.03 - 1, T * 1.02][:: -1 if back else 1], "nticks": 3, "showgrid": False}
    return Panel(traces, look.say("schedule_panel"), x=x, y={"range": [0, 1.05], "tickvals": [0.5, 1]})
