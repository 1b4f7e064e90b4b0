"""What several pictures of diffusion have: pixels that can be pointed at, how much is left by time, words for a time."""

from typing import Any

import numpy as np

from charts import curves, fields, images
from charts.numbers import number, short
from charts.panels import Panel, Trace, blank, note
from engine.generative import nets
from engine.generative.diffusion import DiffusionFrame
from views.look import Look

SIDE = nets.SIDE
PAPER = 12  # of 255: how much a picture's paper is darker than the gap
SMALL = {"size": 11, "color": "@ink3"}


def facts(look: Look[Any]) -> dict[str, Any]:
    """What sentences say of a time, and of the step from it."""
    frame: DiffusionFrame = look.frame
    return {
        "t": max(frame.t, 0),
        "now": look.say("over") if frame.t < 0 else look.say("at", t=frame.t),
        "prev": look.say("the_end") if frame.prev < 0 else f"t = {frame.prev}",
        "signal": number(float(np.sqrt(frame.alpha_bar)), 2),
    }


def left(frame: DiffusionFrame) -> tuple[str, str]:
    """The metric of what is left of the picture's variance: little is not nothing."""
    return "alpha_bar", number(frame.alpha_bar, 4) if frame.alpha_bar > 5e-5 else short(frame.alpha_bar, 2)


def lamp(x: Any, y: Any) -> Trace:
    """A mark at where the run is now."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "marker": {"color": "@accent", "size": 8},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def falling(T: int) -> dict[str, Any]:
    """An axis of times: noise at the left, the clean picture at the right."""
    return {"range": [T * 1.02, -T * 0.03 - 1], "nticks": 3, "showgrid": False}


def some(T: int) -> np.ndarray:
    """Sixty times at most, evenly spread."""
    return np.unique(np.round(np.linspace(0, T - 1, 60)).astype(int))


def schedule(alpha_bar: np.ndarray, look: Look[Any]) -> Panel:
    """How much of picture and noise is in x_t, with the lamp on now."""
    T, t = len(alpha_bar), look.frame.t
    times = some(T)
    signal, noise = np.sqrt(alpha_bar[times]), np.sqrt(1 - alpha_bar[times])
    now = float(alpha_bar[t]) if t >= 0 else 1.0
    traces = [
        curves.line(np.append(-1, times), np.append(1.0, signal), colour="@ink"),
        curves.line(np.append(-1, times), np.append(0.0, noise), colour="@ink3", dash="dot"),
        curves.line(np.array([t, t]), np.array([0.0, 1.0]), colour="@accent", width=1),
        lamp([t, t], [np.sqrt(now), np.sqrt(1 - now)]),
    ]
    notes = [
        note(look.say("signal"), x=-1, y=1.02, xanchor="right", yanchor="bottom", font=SMALL),
        note(look.say("noise"), x=T, y=1.02, xanchor="left", yanchor="bottom", font=SMALL),
    ]
    return Panel(traces, look.say("schedule_panel"), notes=notes, x=falling(T), y={"range": [0, 1.22], "tickvals": [0.5, 1]})


def pixels(picture: np.ndarray, title: str, look: Look[Any], *, plain: bool = False) -> Panel:
    """28×28 pixels as ink on paper, or `plain` as greys, each of which can be pointed at."""
    row, column = divmod(look.options.pixel, SIDE)
    mark = np.array([column, row]) + np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
    grey = np.round((np.clip(picture, -1, 1) + 1) * 127.5).astype(np.uint8)
    drawn = grey if plain else images.ink(picture, -1, 1, paper=PAPER)
    edges = (0.0, float(SIDE))
    traces = [
        images.pixels(drawn, edges, edges),
        curves.line(mark[:, 0], mark[:, 1], colour="@accent", width=2),
        fields.cells(edges, edges, template=look.say("hover_pixel"), click="pixel", shape=(SIDE, SIDE))
        | {"meta": {"link": "pixel", "click": "pixel"}},
    ]
    return Panel(traces, title, x=blank(range=[-0.3, SIDE + 0.3]), y=blank(range=[SIDE + 0.3, -0.3]), equal=True)
