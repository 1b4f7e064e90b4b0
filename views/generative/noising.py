"""A photograph dissolving: large as it is, small as a model gets it, and how much of it is left."""

from typing import Any

import numpy as np

from charts import curves, images
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import number, short
from charts.panels import Panel, Picture, blank
from engine.generative.diffusion import ForwardFrame
from views.generative import parts
from views.look import Look, Values

FORWARD = formula(
    r"x_{{t}!} = \sqrt{\bar\alpha_{{t}!}}\,x_0 + \sqrt{1-\bar\alpha_{{t}!}}\,\varepsilon"
    r" = {signal}! \cdot {x0}? + {noise}! \cdot {eps}? = {x}!!"
)
LEFT = 0.05  # of the picture's amplitude that may be left at the last time
WIDE = [(0, 0.56, 0, 1), (0.63, 0.88, 0.40, 1), (0.63, 0.79, 0, 0.26), (0.85, 1, 0, 0.26)]
NARROW = [(0, 1, 0.60, 1), (0, 0.6, 0.26, 0.53), (0.07, 0.47, 0, 0.17), (0.6, 1, 0, 0.17)]


def forward(look: Look[ForwardFrame]) -> Picture:
    """A photograph and what is left of it."""
    frame, first, last = look.frame, len(look.frames) == 1, len(look.frames) == look.frame.total
    signal, rest = float(np.sqrt(frame.alpha_bar)), float(np.sqrt(frame.alpha_bars[-1]))
    small = parts.pixels(frame.x, look.say("as_model"), look, plain=True)
    panels = [_photograph(look), small, parts.schedule(frame.alpha_bars, look), _ratio(look)]
    told = {
        "signal": number(100 * signal, 1) if signal > 5e-4 else short(100 * signal, 2),  # little is not 0.0 %
        "known": number(frame.known, 2),
        "rest": number(rest, 3),
        "T": len(frame.alpha_bars),
    }
    return look.picture(
        Placed(panels, WIDE, NARROW, 760),
        facts=parts.facts(look) | told,
        key="left" if last and rest > LEFT else "end" if last else "",
        formula=FORWARD if frame.t >= 0 else "",
        values=_values(frame) if frame.t >= 0 else {},
        of="pixel",
        at=look.options.pixel,
        metrics=[parts.left(frame), "known"],
        derived={"t": frame.t if frame.t >= 0 else None},
        hold=4.0 if last or first else 2.5,
    )


def _values(frame: ForwardFrame) -> Values:
    """The closed form, for every pixel of the small picture."""
    held = {"x0": frame.x0, "eps": frame.eps, "x": frame.x}
    values: dict[str, tuple[Any, int]] = {name: (array.ravel().astype(float).round(3), 3) for name, array in held.items()}
    signal, noise = float(np.sqrt(frame.alpha_bar)), float(np.sqrt(1 - frame.alpha_bar))
    return values | {"t": (frame.t, 0), "signal": (signal, 4), "noise": (noise, 4)}


def _photograph(look: Look[ForwardFrame]) -> Panel:
    height, width, _ = look.frame.pixels.shape
    quality = 60 if max(height, width) <= 400 else 45
    photo = images.photograph(look.frame.pixels, (0, width), (0, height), quality=quality)
    return Panel([photo], look.say("photograph"), x=blank(range=[0, width]), y=blank(range=[height, 0]), equal=True)


def _ratio(look: Look[ForwardFrame]) -> Panel:
    """Signal over noise in decibels."""
    frame = look.frame
    T = len(frame.alpha_bars)
    times = parts.some(T)
    level = 10 * np.log10(frame.alpha_bars[times] / (1 - frame.alpha_bars[times]))
    traces = [curves.line(times, level, colour="@ink")]
    if frame.t >= 0:
        traces.append(parts.lamp([frame.t], [10 * np.log10(frame.snr)]))
    low, high = float(level.min()), float(level.max())
    room = 0.1 * max(high - low, 1.0)
    return Panel(traces, look.say("snr_panel"), x=parts.falling(T), y={"range": [low - room, high + room], "nticks": 4})
