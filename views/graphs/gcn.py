"""Graph convolution: who has heard of whom, what the network makes of it, and what one edge is worth."""

import zlib
from typing import Literal

from engine.edges import Graph
from engine.errors import ParamError
from engine.graphs.gcn import ALGORITHMS, Ablation, GcnFrame, Learning, Rounds, toggled
from engine.params import Options as Settings
from engine.params import Params, Value, choice
from views import Words
from views.graphs.ablation import ablation
from views.graphs.depth import depth
from views.graphs.inspection import inspection
from views.graphs.learning import training
from views.graphs.propagation import propagation
from views.look import scenes

LISTED = 400  # nodes up to which they can be chosen from a list


class Options(Settings):
    matrix: Literal["symmetric", "mean", "power"] = choice("symmetric", only=("propagate",))  # beside A and A + I
    names: bool = choice(True)  # names beside the nodes, where there is room


draw = scenes(
    ALGORITHMS,
    {"train": training, "propagate": propagation, "depth": depth, "ablate": ablation, "inspect": inspection},
)


def choices(data: Graph, words: Words) -> dict[str, dict[str, str]]:
    """What the settings may be for this graph: its nodes, where they are few enough for a list."""
    return {"node": {"": words("automatic")} | {name: name for name in data.names}} if data.n <= LISTED else {}


def belonging(data: Graph) -> dict[str, str]:
    """The settings that speak of the nodes, and a name for the nodes and their order."""
    nodes = f"{data.n} {zlib.crc32(' '.join(data.names).encode())}"
    return {"labelled": nodes, "node": nodes}


def clicked(name: str, index: int, frame: GcnFrame, params: Params, data: Graph, options: Options) -> dict[str, Value]:
    """A click on a node looks at it, or tells its class. Raises ParamError where the list of labelled nodes is full."""
    if index >= data.n:
        return {}
    if isinstance(params, (Rounds, Ablation)):
        return {"node": data.names[index]}
    assert isinstance(params, Learning)
    text = toggled(params, data, index)
    if text is None:
        raise ParamError("too_many_labelled")
    return {"labelled": text}
