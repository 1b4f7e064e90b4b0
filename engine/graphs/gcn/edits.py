"""Other edges under the same weights, for `engine.graphs.gcn`: each edge left out, and the smallest edit that turns a node.

An edit is a set of pairs, each deleted (0) or added (1). Predictions come from a function handed in: edits → (e, n, C).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from engine.edges import Graph
from engine.errors import DataError
from engine.graphs.gcn.messages import hops

NODES, EDGES = 300, 2500  # what can be ablated
SHOWN, PAIRS, SHORT, LARGEST = 250, 6000, 40, 6
Edit = tuple[tuple[tuple[int, int], int], ...]
Predict = Callable[[Sequence[Edit]], np.ndarray]


def check(data: Graph) -> None:
    """Raises DataError where leaving out every edge would take too long."""
    if data.n > NODES or len(data.edges) > EDGES:
        raise DataError("gcn_ablate_large", nodes=data.n, edges=len(data.edges), limit=NODES, most=EDGES)
    if not len(data.edges):
        raise DataError("gcn_no_edges")


def applied(arcs: np.ndarray, weights: np.ndarray, edit: Edit, both: bool) -> tuple[np.ndarray, np.ndarray]:
    """Arcs and weights after an edit; added ones have weight 1."""
    for (u, v), new in edit:
        ways = [(u, v), (v, u)] if both and u != v else [(u, v)]
        if new:
            arcs = np.concatenate([arcs, np.array(ways).T], axis=1)
            weights = np.concatenate([weights, np.ones(len(ways))])
        else:
            keep = np.ones(arcs.shape[1], dtype=bool)
            for a, b in ways:
                keep &= (arcs[0] != a) | (arcs[1] != b)
            arcs, weights = arcs[:, keep], weights[keep]
    return arcs, weights


@dataclass(frozen=True)
class Tried:
    """Single edges, those first that change most."""

    order: list[Edit]
    edges: np.ndarray  # int32 (f, 2)
    effect: np.ndarray  # float32 (f,)
    p: np.ndarray  # (f, n, C)


def one_by_one(predict: Predict, before: np.ndarray, data: Graph, both: bool) -> Tried:
    """Leave out every edge in turn; the strongest SHOWN are kept."""
    pairs = data.pairs()[0] if both else data.edges
    some: list[Edit] = [(((int(u), int(v)), 0),) for u, v in pairs]
    p = predict(some)
    effect = 0.5 * np.abs(p - before).sum((1, 2))
    order = np.argsort(-effect, kind="stable")[:SHOWN]
    return Tried([some[k] for k in order], pairs[order].astype(np.int32), effect[order].astype(np.float32), p[order])


@dataclass(frozen=True)
class Best:
    """The edit of its size that moves v most; whether every smaller one was tried."""

    edit: Edit
    p: np.ndarray  # (n, C)
    tried: tuple[int, ...]  # how many edits of size 1, 2, …
    proven: bool


def smallest(predict: Predict, before: np.ndarray, data: Graph, v: int, layers: int, add: bool, both: bool) -> list[Best]:
    """The best edit of size 1, 2, … until v's prediction turns. Sizes 1 and, where they are few, 2 are tried exhaustively."""
    single = candidates(data, v, layers, add, both)
    if not single:
        return []
    was, proven = int(before[v].argmax()), True
    tried: tuple[int, ...] = ()
    out: list[Best] = []
    margins = _margins(predict(single), v, was)
    ranked = np.argsort(margins, kind="stable")
    sizes: list[Edit] = single
    for size in range(1, min(LARGEST, len(single)) + 1):
        if size > 1:
            whole = len(single) * (len(single) - 1) // 2 <= PAIRS and size == 2
            if whole:
                sizes = [(single[a][0], single[b][0]) for a, b in combinations(range(len(single)), 2)]
            else:
                short = [single[k][0] for k in ranked[:SHORT]]
                sizes = [(*out[-1].edit, item) for item in short if item not in out[-1].edit]
        if not sizes:
            break
        margins_now = _margins(predict(sizes), v, was) if size > 1 else margins
        tried = (*tried, len(sizes))
        best = sizes[int(np.argmin(margins_now))]
        p = predict([best])[0]
        turned = p[v].argmax() != was
        out.append(Best(best, p, tried, proven))
        if turned:
            break
        proven = proven and (size == 1 or whole)
    return out


def candidates(data: Graph, v: int, layers: int, add: bool, both: bool) -> list[Edit]:
    """Edges that v can feel: within `layers` hops; a degree is felt one hop further. And edges from v to whom it has none."""
    arcs, _ = data.arcs(directed=not both)
    hop = hops(data.n, arcs, v)
    pairs = data.pairs()[0] if both else data.edges
    near = ((hop[pairs] >= 0) & (hop[pairs] <= layers)).any(1) if len(pairs) else np.zeros(0, dtype=bool)
    out: list[Edit] = [(((int(a), int(b)), 0),) for a, b in pairs[near]]
    if add:
        there = set(arcs[0][arcs[1] == v].tolist()) | {v}
        out += [(((u, v), 1),) for u in range(data.n) if u not in there]
    return out


def _margins(p: np.ndarray, v: int, was: int) -> np.ndarray:
    """p of the class that was predicted, less the largest other: below 0 where v has turned."""
    return np.asarray(p[:, v, was] - np.delete(p[:, v], was, axis=1).max(1))
