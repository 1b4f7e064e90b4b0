"""Back-propagation: an expression as a graph whose slopes come back, and a line that is fitted by them."""

from typing import Any

from engine.foundations.autograd import ALGORITHMS, Fit, FitFrame, Sweep
from engine.params import Options as Settings
from engine.params import Params, Value
from engine.points import Added, Removed
from engine.texts import Text
from views.foundations.autograd_fit import added, fit, started
from views.foundations.autograd_graph import graph
from views.look import scenes


class Options(Settings):
    """Nothing changes the picture alone."""


draw = scenes(ALGORITHMS, {"graph": graph, "fit": fit})


def belonging(data: Any) -> dict[str, str]:
    """The settings that speak of a script's edges and of its result, and a name for it."""
    return {"cut": data.digest, "v": data.digest} if isinstance(data, Text) else {}


def clicked(name: str, index: int, frame: Any, params: Params, data: Any, options: Options) -> dict[str, Value] | Added | Removed:
    """A click on an edge cuts it, or joins it again; one on the sheet starts there; one among the points adds or takes away."""
    if isinstance(params, Sweep) and name == "edge":
        return {"cut": -1 if params.cut == index else index}
    if isinstance(params, Fit) and isinstance(frame, FitFrame):
        if name == "start":
            w, b = started(index, params, frame)
            return {"w": w, "b": b}
        return Added(added(index, data)) if name == "add" else Removed(index)
    return {}
