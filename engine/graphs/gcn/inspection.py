"""A graph as torch_geometric's `Data`: what it holds, common mistakes in it, and whether anybody notices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine.edges import Graph
from engine.graphs.gcn import messages
from engine.graphs.gcn.common import IDENTITY, GcnFrame, drawn
from engine.params import Certain, choice

if TYPE_CHECKING:  # torch is for workers only
    from engine.graphs.gcn.networks import Inspected

CLOSE = 1e-4  # how far single precision may bring GCNConv from the right numbers
Mistake = Literal["none", "one_way", "float_index", "too_high", "doubled", "no_count", "capital"]


class Inspection(Certain):
    mistake: Mistake = choice("none")


@dataclass(frozen=True)
class InspectFrame(GcnFrame):
    """An attribute of torch_geometric's `Data`, with what it says of the whole."""

    name: str  # "data", "x", "edge_index", "edge_attr", "y", "pos", "conv"
    facts: tuple[tuple[str, str, str], ...]  # every attribute, its shape and dtype
    head: np.ndarray  # float32 (r, c) its first rows and columns
    nodes: int
    arcs: int
    loops: int
    isolated: int
    double: int
    one_way: int  # arcs without the opposite one
    features: int
    undirected: bool  # what torch_geometric answers
    coalesced: bool
    complaint: str  # of Data.validate
    failure: str  # of GCNConv
    error: float  # how far GCNConv's output is from the right one; NaN where there is none


def inspect(params: Inspection, data: Graph) -> Iterator[InspectFrame]:
    """The same graph as torch_geometric's `Data`, with a mistake in it if one is asked for; an attribute a frame."""
    from engine.graphs.gcn.networks import inspect as asked

    arcs, weights = data.arcs()
    right = messages.operator(data.n, arcs, np.ones(len(weights)), "symmetric")
    attributes = mistaken(_attributes(data), data, params.mistake)
    n = None if params.mistake in ("no_count", "capital") else data.n
    given = attributes.get("x", attributes.get("X", np.zeros((1, 1))))
    found = asked(attributes, n, right, given.shape[1])
    names = ["data", *attributes, "conv"]
    common = {"total": len(names), "pos": drawn(data), **_counted(attributes["edge_index"], data.n), **_answers(found)}
    facts = tuple((name, *found.facts[name]) for name in attributes if name in found.facts)
    for step, name in enumerate(names):
        yield InspectFrame(**common, step=step, part="", name=name, facts=facts, head=_head(attributes.get(name)))


def spoken_of(frames: Sequence[InspectFrame], data: Graph, most: int) -> tuple[np.ndarray, np.ndarray]:
    """The nodes, and the arcs (a, 2), of the first entries, `most` rows, of the last frame's attribute; of GCNConv all arcs."""
    now, none = frames[-1], np.zeros((0, 2), int)
    if now.name == "conv":
        return none[:, 0], data.arcs()[0].T
    if now.name in ("edge_index", "edge_attr"):
        index = next((frame.head for frame in frames if frame.name == "edge_index"), none.T)
        arcs = index.T[: most if now.name == "edge_attr" else None].astype(int)
        return none[:, 0], arcs[(arcs < data.n).all(1)]
    count = now.head.shape[1] if now.name == "y" else min(now.head.shape[0], most)
    return np.arange(min(count, data.n)), none


def findings(frame: InspectFrame) -> list[tuple[str, Any, bool]]:
    """What there is to say of a `Data`: a word for it, its value, and whether it is a warning."""
    found: list[tuple[str, Any, bool]] = [
        (name, getattr(frame, name), True) for name in ("complaint", "failure") if getattr(frame, name)
    ]
    if not frame.features:
        found.append(("no_x", 0, True))
    for bad, good in (("one_way", "both_ways"), ("double", "once"), ("loops", "no_loops"), ("isolated", "connected")):
        count = getattr(frame, bad)
        found.append((bad if count else good, count, count > 0))
    if np.isfinite(frame.error):
        wrong = frame.error > CLOSE
        found.append(("wrong" if wrong else "right", frame.error, wrong))
    return found


def _attributes(data: Graph) -> dict[str, np.ndarray]:
    """What a `Data` of this graph holds when nothing is wrong."""
    arcs, weights = data.arcs()
    column = np.eye(data.n) if data.n <= IDENTITY else np.ones((data.n, 1))
    out: dict[str, np.ndarray] = {
        "x": (column if data.X is None else data.X).astype(np.float32),
        "edge_index": arcs,
        "edge_attr": weights[:, None].astype(np.float32),
    }
    if data.labels is not None:
        out["y"] = data.labels.copy()
    return out | {"pos": drawn(data)}


def _counted(index: np.ndarray, n: int) -> dict[str, int]:
    """What is odd about the arcs (2, a) among n nodes."""
    codes = index[0].astype(np.int64) * n + index[1].astype(np.int64)
    back = index[1].astype(np.int64) * n + index[0].astype(np.int64)
    met = np.unique(index[:, index[0] != index[1]].astype(np.int64))
    return {
        "arcs": index.shape[1],
        "loops": int((index[0] == index[1]).sum()),
        "double": len(codes) - len(np.unique(codes)),
        "isolated": n - len(met) if index.max(initial=0) < n else 0,
        "one_way": int((~np.isin(codes, back)).sum()),
    }


def _answers(found: "Inspected") -> dict[str, Any]:
    """What torch_geometric says of it."""
    names = ("nodes", "features", "undirected", "coalesced", "complaint", "failure", "error")
    return {name: getattr(found, name) for name in names}


def _head(array: np.ndarray | None) -> np.ndarray:
    """The first rows and columns, float32 (r, c)."""
    if array is None:
        return np.zeros((0, 0), dtype=np.float32)
    rows = array if array.ndim > 1 else array[None]
    return np.atleast_2d(rows)[:8, :10].astype(np.float32)


def mistaken(attributes: dict[str, np.ndarray], data: Graph, mistake: Mistake) -> dict[str, np.ndarray]:
    """The attributes with a common mistake in them."""
    out = dict(attributes)
    index, weight = out["edge_index"], out["edge_attr"]
    if mistake == "one_way":
        keep = index[0] <= index[1]
        out |= {"edge_index": index[:, keep], "edge_attr": weight[keep]}
    elif mistake == "float_index":
        out["edge_index"] = index.astype(np.float32)
    elif mistake == "too_high":
        out["edge_index"] = index + 1
    elif mistake == "doubled":
        out |= {"edge_index": np.concatenate([index, index], 1), "edge_attr": np.concatenate([weight, weight])}
    elif mistake == "no_count":
        out = {"edge_index": index[:, (index != data.n - 1).all(0)]}
    elif mistake == "capital":
        out = {("X" if name == "x" else name): array for name, array in out.items()}
    return out
