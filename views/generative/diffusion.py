"""Diffusion: sixteen pictures on their way, points in the plane on theirs, a photograph dissolving."""

from typing import Literal

import engine.params
from engine.generative.diffusion import ALGORITHMS, DiffusionFrame
from engine.images import Image
from engine.params import Params, Value, choice, number
from engine.points import Added, Points, Removed
from views.generative import noising, plane, sixteen
from views.generative.parts import SIDE
from views.look import scenes

__all__ = ["Options", "clicked", "draw"]

PLANE = ("points", "by_calls")
PICTURES, PIXELS = sixteen.ACROSS**2, SIDE**2


class Options(engine.params.Options):
    framed: int = number(0, 0, PICTURES - 1, only=("pictures",))  # the picture that is looked at closely
    pixel: int = number(406, 0, PIXELS - 1, only=("pictures", "forward"))  # the one whose numbers stand in the formula
    arrows: bool = choice(True, only=PLANE)  # the score, as arrows
    trails: bool = choice(True, only=("points",))  # the ways that points came
    click: Literal["nothing", "add", "remove"] = choice("nothing", only=PLANE)  # what a click among the points does


draw = scenes(
    ALGORITHMS,
    {"pictures": sixteen.pictures, "points": plane.points, "by_calls": plane.by_calls, "forward": noising.forward},
)


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
