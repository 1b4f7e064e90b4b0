"""Cross entropy: areas that are costs, and the stages of a softmax that keeps whole or breaks."""

import numpy as np

import engine.params
from charts import fields
from engine.foundations.cross_entropy import ALGORITHMS, RectanglesFrame, read, with_top
from engine.foundations.cross_entropy.rectangles import Rectangles
from engine.tables import Table
from views.foundations import cross_entropy_area as area
from views.foundations import cross_entropy_stages as stages
from views.look import scenes


class Options(engine.params.Options):
    """Nothing changes these pictures but their runs."""


draw = scenes(ALGORITHMS, {"rectangles": area.rectangles, "logits": stages.logits})


def clicked(name: str, index: int, frame: RectanglesFrame, params: Rectangles, data: Table, options: Options) -> Table:
    """A click at a height moves the top of the class it is over: a table with another Q, from which the run begins anew."""
    x, height = fields.where(index, (0, 1), area.place_ends(area.ceiling(frame)), shape=(area.UP, area.ACROSS))
    at = min(int(np.searchsorted(np.cumsum(frame.p), x)), len(frame.p) - 1)
    share = float((2.0 if params.unit == "bits" else np.e) ** -height)
    return with_top(data, read(data, scale=params.scale), frame.q, at, share, params.temperature)
