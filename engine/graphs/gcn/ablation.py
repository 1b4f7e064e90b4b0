"""Edges left out under fixed weights: what each of them is worth, and the smallest edit that turns one node."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.edges import Graph
from engine.graphs.gcn import edits
from engine.graphs.gcn.common import GcnFrame, find
from engine.graphs.gcn.learning import Ground, Learning, prepared
from engine.params import choice, number


class Ablation(Learning):
    node: str = choice("")  # whom one looks at, by name; "": chosen
    layers: int = number(2, 1, 32)
    change: Literal["delete", "both"] = choice("delete")


@dataclass(frozen=True)
class EditFrame(GcnFrame):
    """A trained network with edges deleted or added. Part "edge": one at a time; "flip": the search for v's smallest flip."""

    v: int
    p: np.ndarray  # float32 (n, C) with these edits
    before: np.ndarray  # float32 (n, C) without
    change: np.ndarray  # float32 (n,) half the sum of |p − before|, 0 … 1
    edited: np.ndarray  # int32 (e, 2) the pairs of nodes whose edge is deleted or added
    added: np.ndarray  # int8 (e,) 1 where it is added
    edges: np.ndarray  # int32 (f, 2) the edges that were tried, one a frame, the strongest first
    effect: np.ndarray  # float32 (f,) what each of them changes, summed over all nodes
    labelled: np.ndarray  # int32 (m,) whose class is told
    classes: np.ndarray  # int32 (m,) and which
    total_change: float  # summed over all nodes
    flipped: int  # how many nodes' predictions turn
    turned: bool  # whether v's does
    margin: float  # p of v's own prediction less the largest other, with these edits
    tried: np.ndarray  # int32 (s,) how many edits of each size were looked at in the search for the smallest flip, up to this one
    proven: bool  # whether every smaller edit was tried

    @property
    def verdict(self) -> str:
        """How the search for a flip stands, in a word; "": there is none yet. No larger flip is ever proven the smallest."""
        size = len(self.edited)
        if self.part != "flip":
            return ""
        if not self.turned:
            return "no_flip_one" if size == 1 else "no_flip"
        return {1: "flip_1", 2: "flip_2", 3: "flip_3"}[size] if self.proven else "flip"


def ablate(params: Ablation, data: Graph) -> Iterator[EditFrame]:
    """Train once, then look at the same weights on other edges. Raises ParamError, DataError, Diverged."""
    both = params.direction == "both"
    ground = _ground(params, data)
    v = find(params.node, data)
    predict = _trained(ground, params.layers, params.epochs)
    before = predict([()])[0]
    tried = edits.one_by_one(predict, before, data, both)
    found = edits.smallest(predict, before, data, v, params.layers, params.change == "both", both)
    common: dict[str, Any] = {
        "total": 1 + len(tried.order) + len(found),
        "pos": ground.pos,
        "v": v,
        "edges": tried.edges,
        "effect": tried.effect,
        "labelled": ground.labelled.astype(np.int32),
        "classes": ground.classes.astype(np.int32),
    }
    yield _frame(before, edits.Best((), before, (), True), 0, "", common)
    for k, (edit, p) in enumerate(zip(tried.order, tried.p, strict=True), 1):
        yield _frame(before, edits.Best(edit, p, (), True), k, "edge", common)
    for k, best in enumerate(found, len(tried.order) + 1):
        yield _frame(before, best, k, "flip", common)


def _ground(params: Ablation, data: Graph) -> Ground:
    """Raises ParamError, and DataError where leaving out every edge would take too long."""
    edits.check(data)
    return prepared(params, data)


def _trained(ground: Ground, layers: int, epochs: int) -> edits.Predict:
    """What a trained network predicts on other edges: edits → (e, n, C). Raises Diverged."""
    from engine.graphs.gcn.networks import after

    net = ground.net(layers)
    for _ in ground.fit(net, [epochs]):
        pass

    def predict(some: Sequence[edits.Edit]) -> np.ndarray:
        both = ground.params.direction == "both"
        graphs = [edits.applied(ground.arcs, ground.weights, edit, both) for edit in some]
        return after(net, ground.X, ground.data.n, graphs)

    return predict


def _frame(before: np.ndarray, now: edits.Best, step: int, part: str, common: dict[str, Any]) -> EditFrame:
    """The predictions `now` beside those with all edges, (n, C)."""
    p, v = now.p, common["v"]
    change = 0.5 * np.abs(p - before).sum(1)
    was, turned_to = before.argmax(1), p.argmax(1)
    others = np.delete(p[v], was[v])
    return EditFrame(
        **common,
        step=step,
        part=part,
        p=p.astype(np.float32),
        before=before.astype(np.float32),
        change=change.astype(np.float32),
        edited=np.array([pair for pair, _ in now.edit], dtype=np.int32).reshape(-1, 2),
        added=np.array([new for _, new in now.edit], dtype=np.int8),
        total_change=float(change.sum()),
        flipped=int((was != turned_to).sum()),
        turned=bool(was[v] != turned_to[v]),
        margin=float(p[v, was[v]] - others.max()),
        tried=np.array(now.tried, dtype=np.int32),
        proven=now.proven,
    )
