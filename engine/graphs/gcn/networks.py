"""Networks on graphs, for `engine.graphs.gcn`: GCN written out, GraphSAGE, GAT and GIN of torch_geometric; other edges.

Only workers import this file: it brings torch; torch_geometric, which takes seconds to import, comes when it is first needed.
Everything is float64 on one thread, starting weights come from a numpy generator, nothing is random afterwards; the global
generator is left as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import Diverged
from engine.graphs.gcn.messages import Operator, operator

Layer = Literal["gcn", "sage", "gat", "gin"]
DENSE = 600  # nodes up to which P is kept as a full matrix: faster


class _Spread(torch.autograd.Function):
    """P H, with Pᵀ at hand for the way back."""

    @staticmethod
    def forward(ctx: Any, P: Tensor, back: Tensor, H: Tensor) -> Tensor:
        ctx.back = back
        return P @ H

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[None, None, Tensor]:
        return None, None, ctx.back @ grads[0]


class Wiring:
    """The edges as a network needs them: PyG's edge_index and weights, and P = D^−½ Ã D^−½."""

    def __init__(self, n: int, arcs: np.ndarray, weights: np.ndarray) -> None:
        self.n = n
        self.index = torch.from_numpy(np.ascontiguousarray(arcs))
        self.symmetric = operator(n, arcs, weights, "symmetric")
        self.P, self.back = _matrix(self.symmetric), None
        if self.P.layout != torch.strided:
            s = self.symmetric
            self.back = _matrix(Operator(n, s.sender, s.receiver, s.weight))

    def spread(self, H: Tensor) -> Tensor:
        """P H."""
        return self.P @ H if self.back is None else _Spread.apply(self.P, self.back, H)  # type: ignore[no-untyped-call]


def _matrix(of: Operator) -> Tensor:
    if of.n <= DENSE:
        return torch.from_numpy(of.dense())
    order = np.lexsort((of.sender, of.receiver))
    starts = np.concatenate([[0], np.cumsum(np.bincount(of.receiver, minlength=of.n))])
    rows, senders, weights = (torch.from_numpy(part) for part in (starts, of.sender[order], of.weight[order]))
    return torch.sparse_csr_tensor(rows, senders, weights, size=(of.n, of.n))


class Convolution(nn.Module):
    """Kipf and Welling's layer, P X W + b. X None stands for the identity: one feature a node."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, X: Tensor | None, wiring: Wiring) -> Tensor:
        return wiring.spread(self.weight if X is None else X @ self.weight) + self.bias


def _layer(kind: Layer, inputs: int, outputs: int) -> Any:
    if kind == "gcn":
        return Convolution(inputs, outputs)
    from torch_geometric.nn import GATConv, GINConv, SAGEConv

    if kind == "sage":
        return SAGEConv(inputs, outputs)
    if kind == "gat":
        return GATConv(inputs, outputs)
    inner = nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Linear(outputs, outputs))
    return GINConv(inner, train_eps=True)


class Network(nn.Module):
    """Layers of one kind with ReLU in between; the last one gives the classes' logits."""

    def __init__(self, kind: Layer, widths: Sequence[int], rng: np.random.Generator) -> None:
        super().__init__()
        self.kind = kind
        with torch.random.fork_rng(devices=[]):
            self.layers = nn.ModuleList(_layer(kind, a, b) for a, b in pairwise(widths)).double()
        for weight in self.parameters():
            _begin(weight, rng)

    def forward(self, X: Tensor | None, wiring: Wiring) -> list[Tensor]:
        """What every layer gives, the last one's logits included."""
        H, out = X, []
        for k, layer in enumerate(self.layers):
            if self.kind == "gcn":
                H = layer(H, wiring)
            else:
                H = layer(torch.eye(wiring.n, dtype=torch.float64) if H is None else H, wiring.index)
            out.append(H if k == len(self.layers) - 1 else torch.relu(H))
            H = out[-1]
        return out

    def attention(self, H: Tensor | None, wiring: Wiring) -> np.ndarray:
        """How much each arc, then each node itself, is listened to in the first layer, (a + n,); 0 where a loop replaced it."""
        first = self.layers[0]
        X = torch.eye(wiring.n, dtype=torch.float64) if H is None else H
        _, (index, alpha) = first(X, wiring.index, return_attention_weights=True)
        found = {pair: k for k, pair in enumerate(map(tuple, wiring.index.T.tolist())) if pair[0] != pair[1]}
        out = np.zeros(wiring.index.shape[1] + wiring.n)
        for (u, v), value in zip(index.T.tolist(), alpha[:, 0].tolist(), strict=True):
            out[found[u, v] if u != v else wiring.index.shape[1] + v] = value
        return out


@torch.no_grad()
def _begin(weight: Tensor, rng: np.random.Generator) -> None:
    """Glorot's uniform start for matrices, 0 for everything else."""
    if weight.dim() < 2:
        weight.zero_()
    else:
        reach = np.sqrt(6 / (weight.shape[-2] + weight.shape[-1]))
        weight.copy_(torch.from_numpy(rng.uniform(-reach, reach, tuple(weight.shape))))


@dataclass(frozen=True)
class State:
    """A network after some epochs."""

    epoch: int
    outputs: list[np.ndarray]  # what each layer gives, (n, …)
    loss: float  # mean cross-entropy of the labelled nodes
    gradient: float  # length of the gradient that the next step goes against
    pull: np.ndarray  # (n,) length of the loss's gradient with respect to each node's first output
    attention: np.ndarray | None


def state_of(net: Network, X: Tensor | None, wiring: Wiring, outputs: list[Tensor], loss: Tensor, epoch: int) -> State:
    """What is kept of a network after an epoch. Raises Diverged."""
    value = loss.item()
    arrays = [output.detach().numpy() for output in outputs]
    if not all(np.isfinite([value, *(output.detach().norm().item() for output in outputs)])):
        raise Diverged("gcn_diverged", epoch=epoch)
    slope = float(np.sqrt(sum(float((p.grad**2).sum()) for p in net.parameters() if p.grad is not None)))
    with torch.no_grad():
        attention = net.attention(X, wiring) if net.kind == "gat" else None
    pull = outputs[0].grad
    felt = np.zeros(wiring.n) if pull is None else pull.norm(dim=1).numpy()
    return State(epoch, arrays, value, slope, felt, attention)


@torch.no_grad()
def after(
    net: Network, X: np.ndarray | None, n: int, edits: Sequence[tuple[np.ndarray, np.ndarray]], budget: int = 400_000
) -> np.ndarray:
    """The classes' probabilities (e, n, C) of a fixed network on e graphs of the same n nodes, each given as arcs and weights.

    Many graphs are put side by side as one that falls apart into them.
    """
    out = []
    size = max(1, budget // max(n + max((arcs.shape[1] for arcs, _ in edits), default=1), 1))
    for first in range(0, len(edits), size):
        some = edits[first : first + size]
        arcs = np.concatenate([arcs + k * n for k, (arcs, _) in enumerate(some)], axis=1)
        wiring = Wiring(n * len(some), arcs, np.concatenate([weights for _, weights in some]))
        inputs = np.tile(np.eye(n) if X is None else X, (len(some), 1))
        logits = net(torch.from_numpy(inputs), wiring)[-1]
        out.append(torch.softmax(logits, 1).numpy().reshape(len(some), n, -1))
    return np.concatenate(out)


# -------------------------------------------------------------------------------------------------- what PyG says itself


@dataclass(frozen=True)
class Inspected:
    """A `Data` as torch_geometric sees it, and what its GCNConv makes of it."""

    facts: dict[str, tuple[str, str]]  # attribute → shape, dtype
    nodes: int
    undirected: bool
    loops: bool
    isolated: bool
    coalesced: bool
    complaint: str  # of Data.validate, "" where there is none
    features: int  # num_node_features
    failure: str  # of GCNConv, "" where there is none
    error: float  # the largest difference of its output to the right one; NaN where it failed


def inspect(attributes: dict[str, np.ndarray], n: int | None, right: Operator, features: int) -> Inspected:
    """Make a `Data` of these attributes, ask torch_geometric about it, and send it through a GCNConv with given weights."""
    from torch_geometric.data import Data
    from torch_geometric.nn import GCNConv

    data = Data(**{name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in attributes.items()})
    if n is not None:
        data.num_nodes = n
    facts = {name: (str(list(value.shape)), str(value.dtype)) for name, value in data if isinstance(value, Tensor)}
    complaint = _complaint(lambda: data.validate(raise_on_error=True))
    index = data.edge_index
    usable = index is not None and index.dtype == torch.int64 and not complaint
    conv, rng = GCNConv(features, 2), np.random.default_rng(0)
    for weight in conv.parameters():
        _begin(weight, rng)
    made: list[Tensor] = []
    failure = _complaint(lambda: made.append(conv(data.x, index).detach()))
    weight = conv.lin.weight.detach().numpy().T.astype(np.float64)
    error = float("nan")
    if made:
        wanted = right.spread(attributes["x"].astype(np.float64) @ weight)
        got = made[0].numpy()
        error = float(np.abs(got - wanted).max()) if got.shape == wanted.shape else float("inf")
    return Inspected(
        facts,
        int(data.num_nodes or 0) if usable or n is not None else 0,
        bool(usable and data.is_undirected()),
        bool(usable and data.has_self_loops()),
        bool(usable and data.has_isolated_nodes()),
        bool(usable and data.is_coalesced()),
        complaint,
        int(data.num_node_features),
        failure,
        error,
    )


def _complaint(work: Any) -> str:
    """The first sentence of what a library objects to; "" where it objects to nothing."""
    try:
        work()
    except (ValueError, IndexError, RuntimeError, TypeError, AttributeError, KeyError, AssertionError) as problem:
        return f"{type(problem).__name__}: {str(problem).strip().splitlines()[0] if str(problem).strip() else ''}"[:160]
    return ""
