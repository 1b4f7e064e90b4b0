"""Swin: a picture cut into windows that shift, who may attend to whom, and what both blocks let a patch hear of."""

import engine.params
from charts.numbers import count, number
from engine.images import Image
from engine.params import Params, Value
from engine.vision import swin
from engine.vision.swin import ALGORITHMS, Labels, ShiftFrame, TrainedFrame
from views.look import scenes
from views.vision.swin_arithmetic import cost, offsets
from views.vision.swin_classifier import trained
from views.vision.swin_shapes import shapes
from views.vision.swin_shift import shift


class Options(engine.params.Options):
    """Nothing changes the picture alone."""


draw = scenes(ALGORITHMS, {"shift": shift, "shapes": shapes, "offsets": offsets, "cost": cost, "trained": trained})


def facts(labels: Labels) -> dict[str, str]:
    """What was measured of the two classifiers, for an experiment's words."""
    shifted, still = (swin.measured(labels, "shifted"), swin.measured(labels, "still"))
    percents = {"shifted": shifted["accuracy"], "still": still["accuracy"], "chance": swin.chance(labels)}
    percents["gap"] = abs(round(percents["shifted"], 4) - round(percents["still"], 4))
    return {name: number(100 * value, 2) for name, value in percents.items()} | {"tested": count(shifted["tested"])}


def clicked(
    name: str, index: int, frame: ShiftFrame | TrainedFrame, params: Params, data: Image, options: Options
) -> dict[str, Value]:
    """A click on a patch asks that patch: ‰ of the height and of the width."""
    if name != "patch":
        return {}
    if isinstance(frame, TrainedFrame):
        rows, columns, wide = frame.grid, frame.grid, frame.grid
    else:
        rows, columns, wide = frame.rows, frame.columns, frame.pieces.shape[1]
    row, column = divmod(index, wide)
    return {"down": _within(row, rows), "across": _within(column, columns)}


def _within(k: int, n: int) -> int:
    """The middle of part k of n, in ‰."""
    return 500 * (2 * min(k, n - 1) + 1) // n
