"""Optimisation: runners on a contour sheet; a chord over a curve; how rare a minimum is where there are many directions."""

from collections.abc import Mapping, Sequence

import engine.params
from charts import fields
from engine.foundations.optimisation import ALGORITHMS, Method, Race, RaceFrame, curves, surfaces
from engine.params import Value, choice
from views.foundations.chord import Focus, chord
from views.foundations.race import race
from views.foundations.saddles import saddles
from views.look import scenes

__all__ = ["Options", "along", "clicked", "draw", "idle"]


class Options(engine.params.Options):
    told: Method = choice("gradient", only=("race",))  # the runner whose Hessian and whose limit are shown
    shade: bool = choice(False, only=("race",))  # all that lies as low as it
    focus: Focus = choice("chord", only=("chord",))  # what the main panel shows


draw = scenes(ALGORITHMS, {"race": race, "chord": chord, "saddles": saddles})
along: Mapping[str, Mapping[str, Mapping[str, Value]]] = {  # what a menu sets with its choice
    "surface": surfaces.STARTS,
    "curve": curves.ENDS,
}
idle: Mapping[str, Mapping[str, Sequence[str]]] = {  # settings that play no part in what an option shows
    "focus": {"descents": ("a", "b", "level", "points")},
}


def clicked(name: str, index: int, frame: RaceFrame, params: Race, data: object, options: Options) -> dict[str, Value]:
    """A click on the sheet is a new start."""
    sides = surfaces.window(params.surface, params.x, params.y)
    ends = [(max(low, -3.0), min(high, 3.0)) for low, high in sides]
    return {name: round(at, 2) for name, at in zip(("x", "y"), fields.where(index, *ends), strict=True)}
