"""Graph convolution: ours beside torch_geometric 2.8. Run with `python -m benchmarks.gcn`.

Both sides train the same network from the same start with the same optimiser, on one thread, and alternate in one process; times
are medians of 9 pairs, ratio = peer / ours, aim = the least ratio wanted. Both must end at the same loss.
"""

import numpy as np
import torch
from torch.nn import functional as F
from torch_geometric.nn import GCNConv

from benchmarks import pairs
from benchmarks.pairs import Row
from engine.edges import Graph
from engine.graphs import gcn
from engine.graphs.gcn import learning, networks
from engine.samples import sample

EPOCHS = 200


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    return pairs.table("graph convolution", rows)


def karate() -> Row:
    return _training("karate", EPOCHS, aim=1.5)


def blocks() -> Row:
    return _training("blocks", EPOCHS)


def large() -> Row:
    return _training("large", 10)


def with_frames() -> Row:
    """The whole run with its 101 frames: probabilities, the plane, energies, and the gradient at every node."""
    graph = sample("karate")
    params = gcn.Training(epochs=EPOCHS)
    return pairs.row(
        f"karate, {EPOCHS} epochs with 101 frames (for information)",
        lambda: list(gcn.training(params, graph)),
        lambda: _peer(graph, params, EPOCHS, 32),
        note="the peer keeps no frames, and is asked for its accuracy every epoch, as in its examples",
    )


def propagation() -> Row:
    """One product Â X of a large graph, with 16 columns, the matrix at hand."""
    graph = sample("large")
    arcs, weights = graph.arcs()
    wiring = networks.Wiring(graph.n, arcs, np.ones(len(weights)))
    X = torch.from_numpy(np.random.default_rng(0).normal(size=(graph.n, 16)))
    conv = GCNConv(16, 16, bias=False, cached=True).double()
    with torch.no_grad():
        conv.lin.weight.copy_(torch.eye(16))
        assert torch.allclose(conv(X, wiring.index), wiring.spread(X), atol=1e-10)

    def peer() -> None:
        with torch.no_grad():
            conv(X, wiring.index)

    return pairs.row("Â X, 10,000 nodes, 16 columns", lambda: wiring.spread(X), peer, note="peer GCNConv(cached=True) with W = I")


def _training(name: str, epochs: int, aim: float | None = None) -> Row:
    graph, params = sample(name), gcn.Training(epochs=epochs, per_class=1 if name == "karate" else 20)
    ours, theirs, single = _ours(graph, params, epochs), _peer(graph, params, epochs, 64), _peer(graph, params, epochs, 32)
    gap = abs(ours - theirs)
    assert gap < 1e-6 * max(1, theirs), gap
    return pairs.row(
        f"{name}, {graph.n:,} nodes, {epochs} epochs",
        lambda: _ours(graph, params, epochs),
        lambda: _peer(graph, params, epochs, 32),
        note=f"peer: two GCNConv and Adam in its usual float32 (ours float64); same loss to {max(gap, 1e-16):.0e} in float64, "
        f"{abs(ours - single):.0e} in float32",
        aim=aim,
    )


def _start(graph: Graph, params: gcn.Training) -> networks.Network:
    count = len(graph.label_names)
    return networks.Network("gcn", [graph.n, params.hidden, count], np.random.default_rng([params.seed, 2, 2]))


def _ours(graph: Graph, params: gcn.Training, epochs: int) -> float:
    """Wiring, network, training with the accuracy of every epoch; the loss at the end."""
    arcs, weights = graph.arcs()
    wiring, net = networks.Wiring(graph.n, arcs, np.ones(len(weights))), _start(graph, params)
    told, classes = gcn.told(params, graph)
    for state in learning.fit(net, None, wiring, told, classes, epochs=epochs, rate=params.rate, decay=params.decay):
        (state.outputs[-1].argmax(1) == graph.labels).mean()
    return state.loss


def _peer(graph: Graph, params: gcn.Training, epochs: int, bits: int) -> float:
    """The loop of PyG's introduction: forward, loss, step, and the accuracy of every epoch in a second forward pass."""
    kind = torch.float32 if bits == 32 else torch.float64
    arcs, _ = graph.arcs()
    index, y = torch.from_numpy(arcs), torch.from_numpy(graph.labels.copy())
    first = GCNConv(graph.n, params.hidden).to(kind)
    second = GCNConv(params.hidden, len(graph.label_names)).to(kind)
    with torch.no_grad():
        for conv, layer in zip((first, second), _start(graph, params).layers, strict=True):
            conv.lin.weight.copy_(layer.weight.T)
            conv.bias.zero_()
    told, classes = (torch.from_numpy(part) for part in gcn.told(params, graph))
    step = torch.optim.Adam([*first.parameters(), *second.parameters()], lr=params.rate, weight_decay=params.decay)
    X = torch.eye(graph.n, dtype=kind) if graph.n <= 2000 else torch.eye(graph.n, dtype=kind).to_sparse()

    def forward() -> torch.Tensor:
        return second(first(X, index).relu(), index)

    for _ in range(epochs):
        step.zero_grad()
        loss = F.cross_entropy(forward()[told], classes)
        loss.backward()
        step.step()
        with torch.no_grad():
            (forward().argmax(1) == y).double().mean().item()
    return F.cross_entropy(forward()[told], classes).item()


BENCHES = (karate, blocks, large, with_frames, propagation)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
