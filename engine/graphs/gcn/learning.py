"""Semi-supervised training on a graph: one network through its epochs, or networks of growing depth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine.algorithm import closely
from engine.edges import Graph
from engine.errors import Diverged, ParamError
from engine.graphs.gcn import messages
from engine.graphs.gcn.common import IDENTITY, NAN, RANDOM, GcnFrame, Wired, drawn, standard, wires
from engine.graphs.gcn.labels import Labelling, told
from engine.graphs.gcn.messages import Operator
from engine.params import Closing, choice, number

if TYPE_CHECKING:  # torch is for workers only
    from torch.optim import Optimizer

    from engine.graphs.gcn.networks import Network, State, Wiring

FRAMES, DEPTHS = 100, (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
STILL = np.eye(2, dtype=np.float32)
Step = Literal["adam", "sgd"]


class Learning(Labelling, Wired):
    """What all that trains a network has in common."""

    layer: Literal["gcn", "sage", "gat", "gin"] = choice("gcn")
    epochs: int = number(100, 1, 1000)
    rate: float = number(0.01, 0.001, 1.0, step=0.001)
    hidden: int = number(16, 2, 64, rare=True)
    decay: float = number(0.0005, 0.0, 0.1, step=0.0005, rare=True)
    optimiser: Step = choice("adam", rare=True)


class Training(Learning, Closing):
    layers: int = number(2, 1, 32)

    @property
    def last(self) -> int:
        return self.epochs


class Depths(Learning):
    """Of 1 … 32 layers."""


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
    turn: np.ndarray  # float32 (2, 2): plane @ turn lies as in the whole run, from which a close-up's plane may be turned


def turned(now: TrainFrame, before: TrainFrame) -> np.ndarray:
    """The nodes whose predicted class is another than before."""
    return np.flatnonzero(before.p.argmax(1) != now.p.argmax(1))


def moved(now: TrainFrame, before: TrainFrame) -> np.ndarray:
    """The node whose probabilities changed most."""
    return np.array([np.abs(now.p - before.p).sum(1).argmax()])


def last_turn(frames: Sequence[TrainFrame]) -> int:
    """The last epoch in which a prediction turned; the first of all where none did."""
    pairs = zip(frames[-2::-1], frames[:0:-1], strict=True)
    return next((now.epoch for before, now in pairs if len(turned(now, before))), frames[0].epoch)


@dataclass(frozen=True)
class Ground:
    """What stays the same through a training."""

    params: Learning
    data: Graph
    arcs: np.ndarray  # (2, a) those that messages take
    weights: np.ndarray  # (a,)
    X: np.ndarray | None  # (n, F); None: one column a node
    random: int  # how many columns of X are random
    truth: np.ndarray  # (n,) −1: unknown
    labelled: np.ndarray  # (m,)
    classes: np.ndarray  # (m,)
    count: int  # C
    pos: np.ndarray  # (n, 2)
    smooth: Operator  # Â of the undirected graph, for energies
    wiring: "Wiring"

    def net(self, layers: int) -> "Network":
        """A network with its starting weights."""
        from engine.graphs.gcn.networks import Network

        width = self.data.n if self.X is None else self.X.shape[1]
        widths = [width, *[self.params.hidden] * (layers - 1), self.count]
        return Network(self.params.layer, widths, np.random.default_rng([self.params.seed, 2, layers]))

    def fit(self, net: "Network", shown: Sequence[int]) -> Iterator["State"]:
        """Train it to the last of the epochs in `shown`, which are yielded. Raises Diverged."""
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


def prepared(params: Learning, data: Graph) -> Ground:
    """What a training needs of a graph. Raises ParamError."""
    if params.weighted and params.layer != "gcn":
        raise ParamError("gcn_weights")
    labelled, classes = told(params, data)
    from engine.graphs.gcn.networks import Wiring

    arcs, weights = wires(params, data)
    X, random = inputs(params, data)
    both, ones = data.arcs()
    return Ground(
        params=params,
        data=data,
        arcs=arcs,
        weights=weights,
        X=X,
        random=random,
        truth=np.full(data.n, -1) if data.labels is None else data.labels,
        labelled=labelled,
        classes=classes,
        count=max(2, len(data.label_names), int(classes.max()) + 1),
        pos=drawn(data),
        smooth=messages.operator(data.n, both, np.ones(len(ones)), "symmetric"),
        wiring=Wiring(data.n, arcs, weights),
    )


def inputs(params: Learning, data: Graph) -> tuple[np.ndarray | None, int]:
    """Features (n, F); None for one column a node. And how many of them are random, where so many columns were too many."""
    X = standard(params, data)
    if X is not None or data.n <= IDENTITY or params.layer == "gcn":
        return X, 0
    rng = np.random.default_rng([params.seed, 1])
    return rng.normal(size=(data.n, RANDOM)) / np.sqrt(RANDOM), RANDOM


def training(params: Training, data: Graph) -> Iterator[TrainFrame]:
    """Let a network learn from the nodes whose class is told. Raises ParamError, Diverged."""
    close = closely(params, params.last)
    ground = prepared(params, data)
    if close:
        yield from _closely(ground, params, close)
        return
    shown = _shown(params, data.n)
    plane = None
    for state in ground.fit(ground.net(params.layers), shown):
        frame = train_frame(ground, state, plane, step=state.epoch, part="", total=len(shown))
        plane = frame.plane
        yield frame


def _shown(params: Training, n: int) -> list[int]:
    """The epochs that the whole run shows."""
    stride = -(-params.epochs // (FRAMES if n <= IDENTITY else FRAMES // 2))
    return [*range(0, params.epochs, stride), params.epochs]


def _closely(ground: Ground, params: Training, steps: range) -> Iterator[TrainFrame]:
    total = 1 + 3 * (len(steps) - 1)
    before: TrainFrame | None = None
    earlier = [epoch for epoch in _shown(params, ground.data.n) if epoch < steps.start]
    whole, turn = None, STILL
    for state in ground.fit(ground.net(params.layers), [*earlier, *steps]):
        if state.epoch <= steps.start:
            whole = flat(_last(state), whole)
        if state.epoch < steps.start:
            continue
        plane = None if before is None else before.plane
        frame = train_frame(ground, state, plane, step=state.epoch, part="update" if before else "", total=total, turn=turn)
        if not before and whole is not None:
            turn = _turned(frame.plane, whole)
            frame = replace(frame, turn=turn)
        if before:
            for part in ("loss", "backward"):
                yield replace(_copied(before), step=state.epoch, part=part)
        before = frame
        yield frame


def _copied(frame: TrainFrame) -> TrainFrame:
    return replace(frame, p=frame.p.copy(), plane=frame.plane.copy(), pull=frame.pull.copy(), turn=frame.turn.copy())


def depths(params: Depths, data: Graph) -> Iterator[TrainFrame]:
    """Networks of growing depth, each trained anew; five pictures each. Raises ParamError, Diverged."""
    ground = prepared(params, data)
    shown = sorted({round(params.epochs * k / 4) for k in range(5)})
    plain = _smoothed(ground)
    for depth in DEPTHS:
        plane = None
        for state in ground.fit(ground.net(depth), shown):
            part = "" if state.epoch == params.epochs else "start" if state.epoch == 0 else "train"
            frame = train_frame(ground, state, plane, step=depth - 1, part=part, total=len(DEPTHS) * len(shown))
            plane = frame.plane
            yield replace(frame, plain=plain[depth])


def _smoothed(ground: Ground) -> dict[int, float]:
    """The energy that Â^(L − 1) X has, by L: smoothing alone."""
    H = ground.X if ground.X is not None else _probes(ground.data.n, ground.params.seed)
    out = {}
    for depth in range(1, max(DEPTHS) + 1):
        out[depth] = messages.energy(ground.smooth, H)
        H = ground.smooth.spread(H)
    return out


def _probes(n: int, seed: int) -> np.ndarray:
    """The identity; of a large graph random columns, whose energy is that of the identity in the mean."""
    return np.eye(n) if n <= IDENTITY else np.random.default_rng([seed, 3]).normal(size=(n, RANDOM))


def fit(
    net: "Network",
    X: np.ndarray | None,
    wiring: "Wiring",
    labelled: np.ndarray,
    classes: np.ndarray,
    *,
    epochs: int,
    rate: float,
    decay: float = 0.0,
    optimiser: Step = "adam",
    shown: Sequence[int] | None = None,
) -> Iterator["State"]:
    """Full-batch training on the labelled nodes (m,) and their classes (m,). Yields the epochs in `shown`. Raises Diverged."""
    import torch
    from torch.nn import functional as F

    from engine.graphs.gcn.networks import state_of

    matrix = None if X is None else torch.from_numpy(X)
    nodes, target = torch.from_numpy(labelled), torch.from_numpy(classes)
    step = _optimiser(net, optimiser, rate, decay)
    wanted = set(range(epochs + 1) if shown is None else shown)
    for epoch in range(epochs + 1):
        outputs = net(matrix, wiring)
        loss = F.cross_entropy(outputs[-1][nodes], target)
        if epoch < epochs or epoch in wanted:
            step.zero_grad()
            if epoch in wanted:
                outputs[0].retain_grad()
            loss.backward()  # type: ignore[no-untyped-call]
        if epoch in wanted:
            yield state_of(net, matrix, wiring, outputs, loss, epoch)
        if epoch < epochs:
            step.step()


def _optimiser(net: "Network", name: Step, rate: float, decay: float) -> "Optimizer":
    import torch

    parameters = list(net.parameters())
    if name == "adam":
        return torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=True)
    return torch.optim.SGD(parameters, lr=rate, weight_decay=decay)


def train_frame(
    ground: Ground, state: "State", plane: np.ndarray | None, *, step: int, part: str, total: int,
    turn: np.ndarray | None = None,
) -> TrainFrame:  # fmt: skip
    """A network as a frame; `plane`: that of the frame before. Raises Diverged."""
    arrays = _arrays(ground, state, plane)
    if not all(np.isfinite(found).all() for found in (*arrays.values(), state.loss, state.gradient)):
        raise Diverged("gcn_diverged", epoch=state.epoch)
    return TrainFrame(
        step=step,
        part=part,
        total=total,
        pos=ground.pos,
        labelled=ground.labelled.astype(np.int32),
        classes=ground.classes.astype(np.int32),
        **arrays,
        **_scores(ground, state.outputs[-1].argmax(1)),
        depth=len(state.outputs),
        epoch=state.epoch,
        loss=state.loss,
        energy=float(arrays["energies"][-1]),
        plain=NAN,
        gradient=state.gradient,
        random_features=ground.random,
        turn=(STILL if turn is None else turn).copy(),
    )


def _arrays(ground: Ground, state: "State", plane: np.ndarray | None) -> dict[str, Any]:
    """What a frame shows of every node, and of every layer."""
    attention = np.zeros(0) if state.attention is None else state.attention
    return {
        "p": _softmax(state.outputs[-1]).astype(np.float32),
        "plane": flat(_last(state), plane),
        "attention": attention.astype(np.float32),
        "pull": state.pull.astype(np.float32),
        "energies": _energies(ground, state.outputs),
    }


def _last(state: "State") -> np.ndarray:
    """The last hidden layer (n, d); of a network of one layer its output."""
    return state.outputs[-2] if len(state.outputs) > 1 else state.outputs[-1]


def _scores(ground: Ground, predicted: np.ndarray) -> dict[str, Any]:
    """How many predictions are right: of the nodes whose class is known but not told, and of those that are told."""
    truth, labelled = ground.truth, ground.labelled
    open_ = np.setdiff1d(np.flatnonzero(truth >= 0), labelled)
    return {
        "accuracy": float((predicted == truth)[open_].mean()) if len(open_) else NAN,
        "told": float((predicted[labelled] == ground.classes).mean()),
        "chance": float(np.bincount(truth[open_]).max() / len(open_)) if len(open_) else NAN,
    }


def _energies(ground: Ground, outputs: Sequence[np.ndarray]) -> np.ndarray:
    """The Dirichlet energy of the input and of every hidden layer, (L,)."""
    hidden = ([] if ground.X is None else [ground.X]) + list(outputs[:-1])
    loops = ground.smooth.weight[ground.smooth.sender == ground.smooth.receiver]
    identity = [1 - float(loops.mean())] * (ground.X is None)
    return np.array(identity + [messages.energy(ground.smooth, H) for H in hidden])


def _softmax(logits: np.ndarray) -> np.ndarray:
    """(n, C), every row 1 in all."""
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return np.asarray(p)


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
        places = places @ _turned(places, before)
    return places.astype(np.float32)


def _turned(places: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """The turn (2, 2), mirrored or not, that brings places (n, 2) as near as possible to those of `onto`."""
    u, _, vt = np.linalg.svd(places.T @ onto)
    return np.asarray(u @ vt)
