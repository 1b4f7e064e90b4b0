"""Graph convolution: every node mixes what its neighbours say with what it says itself, layer by layer.

Kipf, Welling, "Semi-supervised classification with graph convolutional networks", 2017: H' = σ(Â H W + b) with
Â = D^−½ (A + I) D^−½. Beside it the mean rule h_v' = f(1/|N(v)| Σ W h_u + b), and as other layers GraphSAGE (Hamilton et al.
2017), GAT (Veličković et al. 2018) and GIN (Xu et al. 2019). Over-smoothing: Li et al. 2018; Dirichlet energy: Cai, Wang 2020.
Peer: torch_geometric 2.8 (GCNConv and gcn_norm; the other three layers are its own).

Five things to look at. `propagate`: rounds of messages to one node, both rules beside each other, one number a node. `train`:
semi-supervised training. `depth`: the same for networks of 1 … 32 layers. `ablate`: edges deleted one by one under fixed weights,
and the smallest edit that turns one node's prediction. `inspect`: what torch_geometric's `Data` holds, and mistakes in it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field
from pydantic.config import JsonDict

import engine.params
from engine.algorithm import Algorithm
from engine.data import Graph
from engine.errors import Diverged, ParamError
from engine.frames import Frame, finite
from engine.graphs import edits, messages
from engine.graphs.messages import Operator

if TYPE_CHECKING:  # torch is for workers only
    from engine.graphs.networks import Network, State, Wiring

FRAMES, DEPTHS, CLASSES, TYPED = 100, (1, 2, 3, 4, 6, 8, 12, 16, 24, 32), 6, 200
IDENTITY, RANDOM = 2000, 32  # without features: a column a node; but for layers of PyG, beyond so many nodes, random columns
BIAS, NAN = 0.1, float("nan")
NONE = np.zeros(0)
ROUNDS: JsonDict = {"show": ["propagate"]}
LEARNS: JsonDict = {"show": ["train", "depth", "ablate"]}
TRAIN: JsonDict = {"show": ["train", "ablate"]}
ONE: JsonDict = {"show": ["propagate", "ablate"]}
ALL: JsonDict = {"show": ["propagate", "train", "depth", "ablate"]}
PARTS = ("gather", "weigh", "sum", "update")
Mistake = Literal["none", "one_way", "float_index", "too_high", "doubled", "no_count", "capital"]


class Params(engine.params.Closing):
    show: Literal["propagate", "train", "depth", "ablate", "inspect"] = "train"
    layer: Literal["gcn", "sage", "gat", "gin"] = Field("gcn", json_schema_extra={"when": LEARNS})
    node: str = Field("", json_schema_extra={"when": ONE})  # whom one looks at, by name; "": chosen
    rounds: int = Field(3, ge=1, le=32, json_schema_extra={"when": ROUNDS})
    layers: int = Field(2, ge=1, le=32, json_schema_extra={"when": TRAIN})
    epochs: int = Field(100, ge=1, le=1000, json_schema_extra={"when": LEARNS})
    rate: float = Field(0.01, ge=0.001, le=1, json_schema_extra={"step": 0.001, "when": LEARNS})
    per_class: int = Field(1, ge=1, le=20, json_schema_extra={"when": LEARNS})  # how many nodes of each class are labelled
    labelled: str = Field("", json_schema_extra={"when": LEARNS})  # or these: "0:0 33:1", node : class, both from 0
    change: Literal["delete", "both"] = Field("delete", json_schema_extra={"when": {"show": ["ablate"]}})
    mistake: Mistake = Field("none", json_schema_extra={"when": {"show": ["inspect"]}})
    hidden: int = Field(16, ge=2, le=64, json_schema_extra={"when": LEARNS})
    decay: float = Field(0.0005, ge=0, le=0.1, json_schema_extra={"step": 0.0005, "when": LEARNS})
    optimiser: Literal["adam", "sgd"] = Field("adam", json_schema_extra={"when": LEARNS})
    direction: Literal["both", "as_given"] = Field("both", json_schema_extra={"when": ALL})
    weighted: bool = Field(False, json_schema_extra={"when": ALL})
    features: Literal["own", "identity"] = Field("own", json_schema_extra={"when": ALL})


@dataclass(frozen=True)
class GcnFrame(Frame):
    """What all frames hold. NaN: not known here."""

    pos: np.ndarray  # float32 (n, 2) where each node is drawn


@dataclass(frozen=True)
class RoundFrame(GcnFrame):
    """A round of messages (part "update"), and what leads to it; the start has part ""."""

    v: int  # who listens
    hop: np.ndarray  # int16 (n,) after how many rounds v hears from each node; −1: never
    reach: int  # how many nodes v has heard from by now, itself included
    symmetric: np.ndarray  # (n,) row v of Â^k: how much of each node's start is in v
    mean: np.ndarray  # (n,) row v of (D⁻¹A)^k
    h_symmetric: np.ndarray  # (n,) every node's number under the symmetric rule
    h_mean: np.ndarray  # (n,)
    senders: np.ndarray  # int32 (d + 1,) v's neighbours, last v itself
    c_symmetric: np.ndarray  # (d + 1,) what their messages are multiplied with
    c_mean: np.ndarray  # (d + 1,) 0 for v itself
    m_symmetric: np.ndarray  # (d + 1,) their messages, h W
    m_mean: np.ndarray  # (d + 1,)
    total_symmetric: float  # Σ c m
    total_mean: float
    out_symmetric: float  # tanh(Σ c m + b)
    out_mean: float
    weight: float  # W of this round; in the first round every feature has its own: NaN
    own_symmetric: float  # how much of v's own start is still in v
    own_mean: float
    energy: float  # Dirichlet energy of h_symmetric


@dataclass(frozen=True)
class TrainFrame(GcnFrame):
    """A network after some epochs. In a close-up parts "loss", "backward" and "update" go through every epoch."""

    p: np.ndarray  # float32 (n, C) each class's probability
    plane: np.ndarray  # float32 (n, 2) the last hidden layer in its two main directions, in units of its mean length
    labelled: np.ndarray  # int32 (m,) whose class is told
    classes: np.ndarray  # int32 (m,) and which
    attention: np.ndarray  # float32 (a + n,) of a GAT's first layer, arcs first, then each node to itself; else empty
    pull: np.ndarray  # float32 (n,) length of the loss's gradient with respect to each node's first hidden output
    energies: np.ndarray  # (L,) Dirichlet energy of the input and of every hidden layer
    depth: int  # L
    epoch: int
    loss: float
    accuracy: float  # of the nodes whose class is known but not told
    told: float  # of those whose class is told
    chance: float  # share of the commonest class among the former
    energy: float  # the last of `energies`: of a network of one layer that of the input
    plain: float  # Dirichlet energy of Â^(L − 1) X: as many rounds as the last hidden layer has behind it, nothing learnt
    gradient: float
    random_features: int  # how many random features stand in for absent ones; 0: none


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


@dataclass(frozen=True)
class DataFrame(GcnFrame):
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


def train(params: Params, data: Graph) -> Iterator[GcnFrame]:
    """Let the nodes of a graph talk to their neighbours. Raises ParamError, DataError, Diverged."""
    closes = params.show == "train"
    if params.close_up >= 0 and not closes:
        raise ParamError("gcn_close_up_show")
    if params.close_up > params.epochs:
        raise ParamError("gcn_close_up", step=params.close_up, last=params.epochs)
    if params.weighted and params.layer != "gcn" and params.show in ("train", "depth", "ablate"):
        raise ParamError("gcn_weights")
    shows = {"propagate": _propagate, "train": _train, "depth": _depth, "ablate": _ablate, "inspect": _inspect}
    yield from shows[params.show](params, data)


def _wires(params: Params, data: Graph) -> tuple[np.ndarray, np.ndarray]:
    """The arcs (2, a) and weights (a,) that messages take."""
    arcs, weights = data.arcs(directed=params.direction == "as_given")
    return arcs, weights if params.weighted else np.ones(len(weights))


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


def inputs(params: Params, data: Graph, rng: np.random.Generator) -> tuple[np.ndarray | None, int]:
    """Features (n, F), columns at mean 0 and deviation 1; None for one column a node. And how many of them are random."""
    if params.features == "own" and data.X is not None:
        spread = data.X.std(0)
        return (data.X - data.X.mean(0)) / np.where(spread > 0, spread, 1), 0
    if data.n <= IDENTITY or params.layer == "gcn":
        return None, 0
    return rng.normal(size=(data.n, RANDOM)) / np.sqrt(RANDOM), RANDOM


# -------------------------------------------------------------------------------------------------------------- rounds


def _propagate(params: Params, data: Graph) -> Iterator[RoundFrame]:
    v, (arcs, weights) = find(params.node, data), _wires(params, data)
    rng = np.random.default_rng([params.seed, 1])
    symmetric, mean = (messages.operator(data.n, arcs, weights, rule) for rule in ("symmetric", "mean"))
    X, _ = inputs(params, data, rng)
    first = rng.normal(size=data.n if X is None else X.shape[1])
    later = rng.choice([-1.0, 1.0], size=params.rounds) * rng.uniform(0.8, 1.6, params.rounds)
    sent = first if X is None else X @ first / np.sqrt(X.shape[1])
    senders = np.append(np.unique(arcs[0][(arcs[1] == v) & (arcs[0] != v)]), v).astype(np.int32)
    coefficients = tuple(_row(P, v)[senders] for P in (symmetric, mean))
    influence = [np.eye(1, data.n, v)[0]] * 2
    h, sums, out = [np.zeros(data.n)] * 2, (0.0, 0.0), (0.0, 0.0)
    total, hop = 1 + len(PARTS) * params.rounds, messages.hops(data.n, arcs, v)
    common: dict[str, Any] = {
        "pos": messages.layout(data).astype(np.float32),
        "total": total,
        "v": v,
        "hop": hop,
        "senders": senders,
    }

    def frame(step: int, part: str, passed: Sequence[np.ndarray], weight: float) -> RoundFrame:
        done = step if part in ("update", "") else step - 1
        return RoundFrame(
            **common,
            step=step,
            part=part,
            reach=int(((hop >= 0) & (hop <= done)).sum()),
            symmetric=influence[0].copy(),
            mean=influence[1].copy(),
            h_symmetric=h[0].copy(),
            h_mean=h[1].copy(),
            c_symmetric=coefficients[0].copy(),
            c_mean=coefficients[1].copy(),
            m_symmetric=passed[0][senders],
            m_mean=passed[1][senders],
            total_symmetric=sums[0],
            total_mean=sums[1],
            out_symmetric=out[0],
            out_mean=out[1],
            weight=weight,
            own_symmetric=float(influence[0][v]),
            own_mean=float(influence[1][v]),
            energy=messages.energy(symmetric, h[0]),
        )

    passed = [sent, sent]
    yield frame(0, "", passed, NAN)
    for step in range(1, params.rounds + 1):
        weight = NAN if step == 1 else float(later[step - 1])
        passed = [sent, sent] if step == 1 else [h[k] * later[step - 1] for k in range(2)]
        sums = tuple(P.spread(m) for P, m in zip((symmetric, mean), passed, strict=True))  # type: ignore[assignment]
        new = [np.tanh(total + BIAS) for total in sums]
        sums = (float(sums[0][v]), float(sums[1][v]))  # type: ignore[index]
        out = (float(new[0][v]), float(new[1][v]))
        for part in PARTS[:-1]:
            yield frame(step, part, passed, weight)
        h, influence = new, [P.back(row) for P, row in zip((symmetric, mean), influence, strict=True)]
        yield frame(step, PARTS[-1], passed, weight)


def _row(P: Operator, v: int) -> np.ndarray:
    """Row v of a matrix, (n,)."""
    return P.back(np.eye(1, P.n, v)[0])


# ------------------------------------------------------------------------------------------------------------ training


@dataclass(frozen=True)
class _Ground:
    """What stays the same through a training."""

    params: Params
    data: Graph
    arcs: np.ndarray
    weights: np.ndarray
    X: np.ndarray | None
    random: int
    truth: np.ndarray  # (n,) −1: unknown
    labelled: np.ndarray  # (m,)
    classes: np.ndarray  # (m,)
    count: int  # C
    pos: np.ndarray
    smooth: Operator  # Â of the undirected graph, for energies
    wiring: "Wiring"

    def net(self, layers: int) -> "Network":
        from engine.graphs.networks import Network

        width = self.data.n if self.X is None else self.X.shape[1]
        widths = [width, *[self.params.hidden] * (layers - 1), self.count]
        return Network(self.params.layer, widths, np.random.default_rng([self.params.seed, 2, layers]))

    def fit(self, net: "Network", shown: Sequence[int]) -> Iterator["State"]:
        from engine.graphs.networks import fit

        params = self.params
        return fit(
            net,
            self.X,
            self.wiring,
            self.labelled,
            self.classes,
            epochs=max(shown),
            rate=params.rate,
            decay=params.decay,
            optimiser=params.optimiser,
            shown=shown,
        )


def _ground(params: Params, data: Graph) -> _Ground:
    labelled, classes = told(params, data)
    from engine.graphs.networks import Wiring

    arcs, weights = _wires(params, data)
    X, random = inputs(params, data, np.random.default_rng([params.seed, 1]))
    truth = np.full(data.n, -1) if data.labels is None else data.labels
    count = max(2, len(data.label_names), int(classes.max()) + 1)
    both, ones = data.arcs()
    smooth = messages.operator(data.n, both, np.ones(len(ones)), "symmetric")
    pos = messages.layout(data).astype(np.float32)
    wiring = Wiring(data.n, arcs, weights)
    return _Ground(params, data, arcs, weights, X, random, truth, labelled, classes, count, pos, smooth, wiring)


def told(params: Params, data: Graph) -> tuple[np.ndarray, np.ndarray]:
    """The nodes (m,) whose class is told, and the classes (m,). Raises ParamError.

    Without a list of them: of each class those with most neighbours; of a graph without classes, the node with most neighbours
    as class 0 and the one furthest from it as class 1.
    """
    if params.labelled:
        return _parsed(params.labelled, data)
    arcs, _ = data.arcs()
    degree = messages.degrees(data.n, arcs)
    order = np.lexsort((np.arange(data.n), -degree))
    if data.labels is None:
        hub = int(order[0])
        away = messages.hops(data.n, arcs, hub)
        return np.array([hub, int(np.lexsort((-degree, -away))[0])]), np.array([0, 1])
    nodes = [order[data.labels[order] == label][: params.per_class] for label in range(len(data.label_names))]
    classes = np.repeat(np.arange(len(nodes)), [len(some) for some in nodes])
    return np.concatenate(nodes), classes


def _parsed(text: str, data: Graph) -> tuple[np.ndarray, np.ndarray]:
    pairs: dict[int, int] = {}
    for word in re.split(r"[\s,;]+", text.strip()):
        found = re.fullmatch(r"(\d{1,5})[:：](\d{1,2})", word)
        if not found:
            raise ParamError("gcn_labelled", word=word[:30])
        node, label = int(found[1]), int(found[2])
        if node >= data.n:
            raise ParamError("gcn_labelled_node", node=node, last=data.n - 1)
        if label >= max(CLASSES, len(data.label_names)):
            raise ParamError("gcn_labelled_class", label=label, last=max(CLASSES, len(data.label_names)) - 1)
        pairs[node] = label
    return np.array(list(pairs)), np.array(list(pairs.values()))


def toggled(params: Params, data: Graph, node: int) -> str | None:
    """The list of labelled nodes after a click on one: told its class, or no longer. None when the list would be too long.

    A node whose class nobody knows goes through the classes, one a click. The last labelled node stays.
    """
    nodes, classes = told(params, data)
    pairs = dict(zip(nodes.tolist(), classes.tolist(), strict=True))
    known = -1 if data.labels is None else int(data.labels[node])
    if known >= 0 and node not in pairs:
        pairs[node] = known
    elif known >= 0 or pairs.get(node, -1) + 1 >= max(2, len(data.label_names)):
        pairs.pop(node)
    else:
        pairs[node] = pairs.get(node, -1) + 1
    text = " ".join(f"{at}:{label}" for at, label in sorted(pairs.items())) or params.labelled
    return text if len(text) <= TYPED else None


def _train(params: Params, data: Graph) -> Iterator[TrainFrame]:
    ground = _ground(params, data)
    if params.close_up >= 0:
        yield from _closely(ground)
        return
    stride = -(-params.epochs // (FRAMES if data.n <= IDENTITY else FRAMES // 2))
    shown = [*range(0, params.epochs, stride), params.epochs]
    plane = None
    for state in ground.fit(ground.net(params.layers), shown):
        frame = _train_frame(ground, state, plane, step=state.epoch, part="", total=len(shown))
        plane = frame.plane
        yield frame


def _closely(ground: _Ground) -> Iterator[TrainFrame]:
    first, params = ground.params.close_up, ground.params
    last = min(params.epochs, first + engine.params.CLOSE_UP_STEPS)
    total = 1 + 3 * (last - first)
    before: TrainFrame | None = None
    for state in ground.fit(ground.net(params.layers), range(first, last + 1)):
        plane = None if before is None else before.plane
        frame = _train_frame(ground, state, plane, step=state.epoch, part="update" if before else "", total=total)
        if before:
            for part in ("loss", "backward"):
                yield replace(_copied(before), step=state.epoch, part=part)
        before = frame
        yield frame


def _copied(frame: TrainFrame) -> TrainFrame:
    return replace(frame, p=frame.p.copy(), plane=frame.plane.copy(), pull=frame.pull.copy())


def _train_frame(ground: _Ground, state: "State", plane: np.ndarray | None, *, step: int, part: str, total: int) -> TrainFrame:
    """Raises Diverged."""
    outputs, truth = state.outputs, ground.truth
    depth, logits = len(outputs), outputs[-1]
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    predicted = logits.argmax(1)
    open_ = np.setdiff1d(np.flatnonzero(truth >= 0), ground.labelled)
    hidden = ([] if ground.X is None else [ground.X]) + outputs[:-1]
    start = [1 - float(ground.smooth.weight[ground.smooth.sender == ground.smooth.receiver].mean())] * (ground.X is None)
    energies = np.array(start + [messages.energy(ground.smooth, H) for H in hidden])
    frame = TrainFrame(
        step=step,
        part=part,
        total=total,
        pos=ground.pos,
        p=p.astype(np.float32),
        plane=flat(outputs[-2] if depth > 1 else logits, plane),
        labelled=ground.labelled.astype(np.int32),
        classes=ground.classes.astype(np.int32),
        attention=NONE.astype(np.float32) if state.attention is None else state.attention.astype(np.float32),
        pull=state.pull.astype(np.float32),
        energies=energies,
        depth=depth,
        epoch=state.epoch,
        loss=state.loss,
        accuracy=float((predicted == truth)[open_].mean()) if len(open_) else NAN,
        told=float((predicted[ground.labelled] == ground.classes).mean()),
        chance=float(np.bincount(truth[open_]).max() / len(open_)) if len(open_) else NAN,
        energy=float(energies[-1]),
        plain=NAN,
        gradient=state.gradient,
        random_features=ground.random,
    )
    if not (finite(frame) and np.isfinite([frame.loss, frame.gradient]).all()):
        raise Diverged("gcn_diverged", epoch=state.epoch)
    return frame


def flat(H: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
    """H (n, d) in its two main directions, centred, in units of the rows' mean length: float32 (n, 2).

    Turned so that it lies as near as possible to `before`, the plane of the step before: what moves, has moved.
    """
    length = float(np.sqrt((H**2).sum(1).mean()))
    centred = (H - H.mean(0)) / (length or 1.0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, :2]
    axes = axes * np.where(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])] < 0, -1, 1)
    places = np.zeros((len(H), 2))
    places[:, : axes.shape[1]] = centred @ axes
    if before is not None:
        u, _, vt = np.linalg.svd(places.T @ before)
        places = places @ (u @ vt)
    return places.astype(np.float32)


def _depth(params: Params, data: Graph) -> Iterator[TrainFrame]:
    """Networks of growing depth, each trained anew; five pictures each."""
    ground = _ground(params, data)
    shown = sorted({round(params.epochs * k / 4) for k in range(5)})
    start = ground.X if ground.X is not None else _probes(data.n, params.seed)
    plain = {}
    for depth in range(1, max(DEPTHS) + 1):
        plain[depth] = messages.energy(ground.smooth, start)
        start = ground.smooth.spread(start)
    for depth in DEPTHS:
        plane = None
        for state in ground.fit(ground.net(depth), shown):
            part = "" if state.epoch == params.epochs else "start" if state.epoch == 0 else "train"
            frame = _train_frame(ground, state, plane, step=depth - 1, part=part, total=len(DEPTHS) * len(shown))
            plane = frame.plane
            yield replace(frame, plain=plain[depth])


def _probes(n: int, seed: int) -> np.ndarray:
    """The identity; of a large graph random columns, whose energy is that of the identity in the mean."""
    return np.eye(n) if n <= IDENTITY else np.random.default_rng([seed, 3]).normal(size=(n, RANDOM))


# ------------------------------------------------------------------------------------------------------------- ablation


def _ablate(params: Params, data: Graph) -> Iterator[EditFrame]:
    """Train once, then look at the same weights on other edges."""
    edits.check(data)
    ground, v = _ground(params, data), find(params.node, data)
    from engine.graphs.networks import after

    net = ground.net(params.layers)
    for _ in ground.fit(net, [params.epochs]):
        pass

    def predict(some: Sequence[edits.Edit]) -> np.ndarray:
        graphs = [edits.applied(ground.arcs, ground.weights, edit, params.direction == "both") for edit in some]
        return after(net, ground.X, data.n, graphs)

    before = predict([()])[0]
    tried = edits.one_by_one(predict, before, data, params.direction == "both")
    found = edits.smallest(predict, before, data, v, params.layers, params.change == "both", params.direction == "both")
    total = 1 + len(tried.order) + len(found)
    common: dict[str, Any] = {
        "total": total,
        "pos": ground.pos,
        "v": v,
        "before": before.astype(np.float32),
        "edges": tried.edges,
        "effect": tried.effect,
        "labelled": ground.labelled.astype(np.int32),
        "classes": ground.classes.astype(np.int32),
    }
    yield _edit_frame(before, before, (), v, 0, "", (), True, common)
    for k, (edit, p) in enumerate(zip(tried.order, tried.p, strict=True), 1):
        yield _edit_frame(p, before, edit, v, k, "edge", (), True, common)
    for k, best in enumerate(found, len(tried.order) + 1):
        yield _edit_frame(best.p, before, best.edit, v, k, "flip", best.tried, best.proven, common)


def _edit_frame(
    p: np.ndarray,
    before: np.ndarray,
    edit: edits.Edit,
    v: int,
    step: int,
    part: str,
    tried: tuple[int, ...],
    proven: bool,
    common: dict[str, Any],
) -> EditFrame:
    change = 0.5 * np.abs(p - before).sum(1)
    was, now = before.argmax(1), p.argmax(1)
    others = np.delete(p[v], was[v])
    return EditFrame(
        **common,
        step=step,
        part=part,
        p=p.astype(np.float32),
        change=change.astype(np.float32),
        edited=np.array([pair for pair, _ in edit], dtype=np.int32).reshape(-1, 2),
        added=np.array([new for _, new in edit], dtype=np.int8),
        total_change=float(change.sum()),
        flipped=int((was != now).sum()),
        turned=bool(was[v] != now[v]),
        margin=float(p[v, was[v]] - others.max()),
        tried=np.array(tried, dtype=np.int32),
        proven=proven,
    )


# ------------------------------------------------------------------------------------------------------------- inspector


def _inspect(params: Params, data: Graph) -> Iterator[DataFrame]:
    """The same graph as torch_geometric's `Data`, with a mistake in it if one is asked for; an attribute a frame."""
    arcs, weights = data.arcs()
    symmetric = messages.operator(data.n, arcs, np.ones(len(weights)), "symmetric")
    attributes: dict[str, np.ndarray] = {
        "x": (
            np.eye(data.n) if data.X is None and data.n <= IDENTITY else np.ones((data.n, 1)) if data.X is None else data.X
        ).astype(np.float32),
        "edge_index": arcs,
        "edge_attr": weights[:, None].astype(np.float32),
    }
    if data.labels is not None:
        attributes["y"] = data.labels.copy()
    attributes["pos"] = messages.layout(data).astype(np.float32)
    attributes = mistaken(attributes, data, params.mistake)
    from engine.graphs.networks import inspect

    n = None if params.mistake in ("no_count", "capital") else data.n
    found = inspect(attributes, n, symmetric, attributes.get("x", attributes.get("X", np.zeros((1, 1)))).shape[1])
    index = attributes["edge_index"]
    codes = index[0].astype(np.int64) * data.n + index[1].astype(np.int64)
    back = index[1].astype(np.int64) * data.n + index[0].astype(np.int64)
    names = ["data", *attributes, "conv"]
    common: dict[str, Any] = {
        "total": len(names),
        "part": "",
        "facts": tuple((name, *found.facts[name]) for name in attributes if name in found.facts),
        "pos": messages.layout(data).astype(np.float32),
        "nodes": found.nodes,
        "arcs": index.shape[1],
        "loops": int((index[0] == index[1]).sum()),
        "double": len(codes) - len(np.unique(codes)),
        "isolated": data.n - len(np.unique(index[:, index[0] != index[1]].astype(np.int64)))
        if index.max(initial=0) < data.n
        else 0,
        "one_way": int((~np.isin(codes, back)).sum()),
        "features": found.features,
        "undirected": found.undirected,
        "coalesced": found.coalesced,
        "complaint": found.complaint,
        "failure": found.failure,
        "error": found.error,
    }
    for step, name in enumerate(names):
        array = attributes.get(name)
        head = NONE.reshape(0, 0) if array is None else np.atleast_2d(array if array.ndim > 1 else array[None])[:8, :10]
        yield DataFrame(**common, step=step, name=name, head=head.astype(np.float32))


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


ALGORITHMS = (Algorithm("gcn", train, Params, "karate"),)
