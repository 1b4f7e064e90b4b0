"""What all kinds of run on a graph share: which edges count, what a node is given, whom one looks at, where it is drawn."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.edges import Graph
from engine.errors import ParamError
from engine.frames import Frame
from engine.graphs.gcn import messages
from engine.params import Params, choice

IDENTITY, RANDOM = 2000, 32  # without features: a column a node; but for layers of PyG, beyond so many nodes, random columns
NAN = float("nan")


class Wired(Params):
    direction: Literal["both", "as_given"] = choice("both", rare=True)
    weighted: bool = choice(False, rare=True)
    features: Literal["own", "identity"] = choice("own", rare=True)


@dataclass(frozen=True)
class GcnFrame(Frame):
    """What all frames hold. NaN: not known here."""

    pos: np.ndarray  # float32 (n, 2) where each node is drawn


def drawn(data: Graph) -> np.ndarray:
    """Where each node is drawn: float32 (n, 2)."""
    return messages.layout(data).astype(np.float32)


def wires(params: Wired, data: Graph) -> tuple[np.ndarray, np.ndarray]:
    """The arcs (2, a) and weights (a,) that messages take."""
    arcs, weights = data.arcs(directed=params.direction == "as_given")
    return arcs, weights if params.weighted else np.ones(len(weights))


def standard(params: Wired, data: Graph) -> np.ndarray | None:
    """The nodes' own features (n, F), columns at mean 0 and deviation 1; None where they have none, or only their number."""
    if params.features == "identity" or data.X is None:
        return None
    spread = data.X.std(0)
    return np.asarray((data.X - data.X.mean(0)) / np.where(spread > 0, spread, 1))


def find(name: str, data: Graph) -> int:
    """The node of that name; with none, one that stands between the classes. Raises ParamError."""
    if not name:
        return _between(data)
    if name not in data.names:
        raise ParamError("gcn_node", node=name[:40])
    return data.names.index(name)


def _between(data: Graph) -> int:
    """Of the nodes with 3 to 8 neighbours the one whose neighbours' classes differ most; else one of middling degree."""
    arcs, _ = data.arcs()
    degree = messages.degrees(data.n, arcs)
    fit = (degree >= 3) & (degree <= 8)
    if data.labels is None or not fit.any():
        return int(np.argmin(np.abs(degree - (4 if fit.any() else np.median(degree)))))
    counts = np.zeros((data.n, len(data.label_names) + 1))
    np.add.at(counts, (arcs[1], data.labels[arcs[0]]), 1)
    shares = counts[:, :-1] / np.maximum(counts[:, :-1].sum(1, keepdims=True), 1)
    return int(np.argmax(np.where(fit, 1 - (shares**2).sum(1), -1)))
