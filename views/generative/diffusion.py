"""Diffusion: sixteen pictures on their way, points in the plane on theirs; and here a photograph dissolving."""

from typing import Literal

import numpy as np

import engine.params
from charts import images, tiles
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import number, short
from charts.panels import Panel, Picture, bare
from engine.generative.diffusion import ALGORITHMS, DiffusionFrame, ForwardFrame
from engine.images import Image
from engine.params import Params, Value, choice
from engine.params import number as setting
from engine.points import Added, Points, Removed
from views.generative import parts, plane, sixteen
from views.look import Look, Values, scenes

PLANE = ("points", "by_calls")
PICTURES, PIXELS = sixteen.ACROSS**2, parts.SIDE**2
FORWARD = formula(
    r"x_{{t}!}[{row}!, {column}!] = \sqrt{\bar\alpha_{{t}!}}\,x_0 + \sqrt{1-\bar\alpha_{{t}!}}\,\varepsilon"
    r" = {signal}! \cdot {x0}? + {noise}! \cdot {eps}? = {x}!!"
)


class Options(engine.params.Options):
    framed: int = setting(0, 0, PICTURES - 1, only=("pictures",))  # the picture that is looked at closely
    pixel: int = setting(406, 0, PIXELS - 1, only=("pictures", "forward"))  # the one whose numbers stand in the formula
    arrows: bool = choice(True, only=PLANE)  # the score, as arrows
    trails: bool = choice(True, only=("points",))  # the ways that points came
    click: Literal["nothing", "add", "remove"] = choice("nothing", only=PLANE)  # what a click among the points does


def forward(look: Look[ForwardFrame]) -> Picture:
    """A photograph and what is left of it."""
    frame, first, last = look.frame, len(look.frames) == 1, len(look.frames) == look.frame.total
    signal, rest = float(np.sqrt(frame.alpha_bar)), float(np.sqrt(frame.alpha_bars[-1]))
    grey = np.round((np.clip(frame.x, -1, 1) + 1) * 127.5).astype(np.uint8)
    small = tiles.beside([grey], [look.say("as_model")], look.options.pixel, template=look.say("hover_pixel"))
    values, course = parts.by_pixel(x0=frame.x0, eps=frame.eps, x=frame.x), parts.schedule(frame.alpha_bars, look, back=False)
    shares: Values = {"t": (frame.t, 0), "signal": (signal, 4), "noise": (float(np.sqrt(1 - frame.alpha_bar)), 4)}
    told = {
        "signal": number(100 * signal, 1) if signal > 5e-4 else short(100 * signal, 2),  # little is not 0.0 %
        "known": number(frame.known, 2),
        "rest": number(rest, 3),
        "T": len(frame.alpha_bars),
    }
    return look.picture(
        columns(_photograph(look), rows(small, course, shares=(5, 3)), shares=(0.67, 0.33)),
        facts=parts.facts(look) | told,
        key="left" if last and rest > parts.LEFT else "end" if last else "",
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
    return bare([photo, *lamp], look.say("photograph"), [0, width], [height, 0], equal=True)


draw = scenes(ALGORITHMS, {"pictures": sixteen.pictures, "points": plane.points, "by_calls": plane.by_calls, "forward": forward})


def clicked(
    name: str, index: int, frame: DiffusionFrame, params: Params, data: Image | Points, options: Options
) -> dict[str, Value] | Added | Removed:
    """A click frames a picture or a pixel; among the points it adds one, or takes one away."""
    if name == "framed":
        return {"framed": min(index, PICTURES - 1)}
    if name == "pixel":
        return {"pixel": min(index, PIXELS - 1)}
    assert isinstance(data, Points)
    return Added(plane.place_at(index, data)) if name == "place" else Removed(index)
