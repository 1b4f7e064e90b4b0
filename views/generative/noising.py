"""A photograph dissolving: large as it is, small as a model gets it, and how much of it is left."""

import numpy as np

from charts import images, tiles
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import number, short
from charts.panels import Panel, Picture, blank
from engine.generative.diffusion import ForwardFrame
from views.generative import parts
from views.look import Look, Values

FORWARD = formula(
    r"x_{{t}!}[{row}!, {column}!] = \sqrt{\bar\alpha_{{t}!}}\,x_0 + \sqrt{1-\bar\alpha_{{t}!}}\,\varepsilon"
    r" = {signal}! \cdot {x0}? + {noise}! \cdot {eps}? = {x}!!"
)
LEFT = 0.05  # of the picture's amplitude that may be left at the last time


def forward(look: Look[ForwardFrame]) -> Picture:
    """A photograph and what is left of it."""
    frame, first, last = look.frame, len(look.frames) == 1, len(look.frames) == look.frame.total
    signal, rest = float(np.sqrt(frame.alpha_bar)), float(np.sqrt(frame.alpha_bars[-1]))
    grey = np.round((np.clip(frame.x, -1, 1) + 1) * 127.5).astype(np.uint8)
    small = tiles.beside([grey], [look.say("as_model")], look.options.pixel, template=look.say("hover_pixel"))
    values = parts.by_pixel(x0=frame.x0, eps=frame.eps, x=frame.x)
    shares: Values = {"t": (frame.t, 0), "signal": (signal, 4), "noise": (float(np.sqrt(1 - frame.alpha_bar)), 4)}
    told = {
        "signal": number(100 * signal, 1) if signal > 5e-4 else short(100 * signal, 2),  # little is not 0.0 %
        "known": number(frame.known, 2),
        "rest": number(rest, 3),
        "T": len(frame.alpha_bars),
    }
    return look.picture(
        columns(_photograph(look), rows(small, parts.schedule(frame.alpha_bars, look), shares=(5, 3)), shares=(0.67, 0.33)),
        facts=parts.facts(look) | told,
        key="left" if last and rest > LEFT else "end" if last else "",
        formula=FORWARD if frame.t >= 0 else "",
        values={**values, **shares} if frame.t >= 0 else {},
        of="pixel",
        at=look.options.pixel,
        metrics=[parts.left(frame), "known"],
        derived={"t": frame.t if frame.t >= 0 else None},
        hold=4.0 if last or first else 2.5,
    )


def _photograph(look: Look[ForwardFrame]) -> Panel:
    """x_t, and in it the patch that the ringed pixel of the small picture is made of: a model gets the middle square."""
    height, width, _ = look.frame.pixels.shape
    quality = 60 if max(height, width) <= 400 else 45
    photo = images.photograph(look.frame.pixels, (0, width), (0, height), quality=quality)
    patch = min(height, width) / parts.SIDE
    row, column = divmod(look.options.pixel, parts.SIDE)
    corner = np.array([width, height]) / 2 + patch * (np.array([column, row]) - parts.SIDE / 2)
    lamp = tiles.ringed([corner + patch * tiles.SQUARE])
    return Panel([photo, *lamp], look.say("photograph"), x=blank(range=[0, width]), y=blank(range=[height, 0]), equal=True)
