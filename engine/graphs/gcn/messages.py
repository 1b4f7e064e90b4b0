"""What passes along the edges, for `engine.graphs.gcn`: four matrices, rounds of messages, distances, smoothness, a layout.

A matrix P has a row for who receives and a column for who sends. Conventions of torch_geometric 2.8: a loop that is there
keeps its weight, the degree is the weighted in-degree, loop included. The mean rule has no loops; over no neighbours the sum
is empty, so its mean is 0 and the node keeps f(b). Distances go against the arcs: from whom can v have heard.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from engine.edges import Graph

Rule = Literal["adjacency", "loops", "symmetric", "mean"]
RULES: tuple[Rule, ...] = ("adjacency", "loops", "symmetric", "mean")
FORCES = 400  # nodes up to which springs lay out the whole graph at once
APART, CROWD = 0.17, 60  # how far two nodes stay apart, with both sides of the drawing 2; in graphs of so many nodes at most


@dataclass(frozen=True)
class Operator:
    """A sparse matrix (n, n): who receives, who sends, how much."""

    n: int
    receiver: np.ndarray  # (a,)
    sender: np.ndarray  # (a,)
    weight: np.ndarray  # (a,)

    def spread(self, H: np.ndarray) -> np.ndarray:
        """P H for H (n, d) or (n,)."""
        return _gathered(self.receiver, self.sender, self.weight, H, self.n)

    def back(self, H: np.ndarray) -> np.ndarray:
        """Pᵀ H."""
        return _gathered(self.sender, self.receiver, self.weight, H, self.n)

    def row(self, v: int) -> np.ndarray:
        """Row v, (n,): what each node's message to v is multiplied with."""
        return self.back(np.eye(1, self.n, v)[0])

    def sums(self) -> np.ndarray:
        """What every row comes to, (n,): of A and A + I the degrees."""
        return np.bincount(self.receiver, self.weight, minlength=self.n)

    def part(self, some: np.ndarray) -> np.ndarray:
        """The rows and columns of some nodes [k], (k, k)."""
        place = np.full(self.n, -1)
        place[some] = np.arange(len(some))
        keep = (place[self.receiver] >= 0) & (place[self.sender] >= 0)
        out = np.zeros((len(some), len(some)))
        np.add.at(out, (place[self.receiver[keep]], place[self.sender[keep]]), self.weight[keep])
        return out

    def power(self, k: int, some: np.ndarray) -> np.ndarray:
        """The same of this matrix to the k."""
        rows = np.zeros((self.n, len(some)))
        rows[some, np.arange(len(some))] = 1
        for _ in range(k):
            rows = self.back(rows)
        return np.asarray(rows[some].T)

    def dense(self) -> np.ndarray:
        P = np.zeros((self.n, self.n))
        np.add.at(P, (self.receiver, self.sender), self.weight)
        return P


def _gathered(to: np.ndarray, of: np.ndarray, weight: np.ndarray, H: np.ndarray, n: int) -> np.ndarray:
    if H.ndim == 1:
        return np.bincount(to, weight * H[of], minlength=n)
    columns = [np.bincount(to, weight * column[of], minlength=n) for column in H.T]
    return np.stack(columns, 1) if columns else np.zeros((n, 0))


def operator(n: int, arcs: np.ndarray, weights: np.ndarray, rule: Rule, loop: float = 1.0) -> Operator:
    """A, Ã = A + I, D^−½ Ã D^−½ or D⁻¹ A of arcs (2, a), source over target. `loop`: the weight of a loop that is added."""
    sender, receiver = arcs
    if rule in ("loops", "symmetric") and loop:
        bare = np.setdiff1d(np.arange(n), sender[sender == receiver])
        sender, receiver = np.concatenate([sender, bare]), np.concatenate([receiver, bare])
        weights = np.concatenate([weights, np.full(len(bare), loop)])
    if rule in ("symmetric", "mean"):
        degree = np.bincount(receiver, weights, minlength=n)
        degree = np.where(degree > 0, degree, np.inf)  # over nobody the sum is empty
        root = degree**-0.5
        weights = weights / degree[receiver] if rule == "mean" else weights * root[receiver] * root[sender]
    return Operator(n, receiver, sender, weights)


def hops(n: int, arcs: np.ndarray, v: int) -> np.ndarray:
    """After how many rounds v has heard from each node, (n,) int16; −1: never."""
    found = np.full(n, -1, dtype=np.int16)
    found[v], front, step = 0, np.array([v]), 0
    while len(front):
        step += 1
        inside = np.zeros(n, dtype=bool)
        inside[front] = True
        front = np.unique(arcs[0][inside[arcs[1]]])
        front = front[found[front] < 0]
        found[front] = step
    return found


def ways(arcs: np.ndarray, hop: np.ndarray, k: int) -> np.ndarray:
    """The arcs (e, 2), source before target, on which v first hears from nodes k rounds away; `hop` [n]: how far each is."""
    out, some = [arcs.T[:0]], np.flatnonzero(hop == k)
    while k > 0 and len(some):
        nearer = np.isin(arcs[0], some) & (hop[arcs[1]] == k - 1)
        out.append(arcs.T[nearer])
        some, k = np.unique(arcs[1][nearer]), k - 1
    return np.concatenate(out)


def strongest(n: int, arcs: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of nodes (e, 2) that arcs (2, a) join, loops aside, and of their two values the larger."""
    keep = arcs[0] != arcs[1]
    codes, where = np.unique(arcs.min(0)[keep] * n + arcs.max(0)[keep], return_inverse=True)
    out = np.zeros(len(codes))
    np.maximum.at(out, where, values[keep])
    return np.stack([codes // n, codes % n], 1), out


def energy(symmetric: Operator, H: np.ndarray) -> float:
    """Dirichlet energy tr(Hᵀ (I − Â) H) / ‖H‖², 0 … 2: how much neighbours differ, degree accounted for; 0 where H is 0."""
    size = float((H**2).sum())
    return max(1 - float((H * symmetric.spread(H)).sum()) / size, 0.0) if size > 0 else 0.0


def shares(row: np.ndarray) -> np.ndarray:
    """Parts of one that a row (n,) of a power of a matrix gives: of what a node holds, how much came from each; 0 of nothing."""
    return row / (float(row.sum()) or 1.0)


def settled(n: int, arcs: np.ndarray, weights: np.ndarray, v: int) -> np.ndarray:
    """The shares in v after endless rounds of Â, (n,), on arcs that go both ways: as √d̃ of those v can hear, whoever v is."""
    heard = hops(n, arcs, v) >= 0
    return shares(np.where(heard, np.sqrt(operator(n, arcs, weights, "loops").sums()), 0.0))


def degrees(n: int, arcs: np.ndarray) -> np.ndarray:
    """How many neighbours each node hears, itself not counted."""
    return np.bincount(arcs[1][arcs[0] != arcs[1]], minlength=n)


@lru_cache(maxsize=16)
def layout(graph: Graph) -> np.ndarray:
    """Where each node is drawn, (n, 2) in −1 … 1, always the same: as given, by springs, or a large graph by its spectrum."""
    if graph.positions is not None:
        return _fitted(graph.positions)
    if graph.n > FORCES and len(graph.edges):
        return _fitted(_lying(_spectrum(graph.n, graph.arcs()[0])))
    import networkx as nx

    drawn = nx.Graph()
    drawn.add_nodes_from(range(graph.n))
    pairs = graph.pairs()[0]
    drawn.add_edges_from(pairs[pairs[:, 0] != pairs[:, 1]].tolist())
    return _parts(drawn)


def _parts(drawn: Any) -> np.ndarray:
    """Springs on a networkx graph; nodes without any edge stand in a row below."""
    alone = [node for node in drawn if drawn.degree(node) == 0]
    rest = drawn.subgraph(node for node in drawn if drawn.degree(node))
    places = np.zeros((len(drawn), 2))
    if rest:
        found = _springs(rest)
        places[list(rest)] = _fitted(_apart(_fitted(_lying(np.array([found[node] for node in rest])))))
    if alone:
        columns = np.linspace(-1, 1, len(alone) + 2)[1:-1]
        places[alone] = np.stack([columns, np.full(len(alone), places[:, 1].min() - 0.25 if rest else 0.0)], 1)
    return _fitted(places) if alone else places


def _springs(drawn: Any) -> Any:
    import networkx as nx

    if len(drawn) <= 120 and nx.is_connected(drawn):
        start = nx.kamada_kawai_layout(drawn)
        return nx.spring_layout(drawn, pos=start, seed=0, iterations=30, k=1.3 / np.sqrt(len(drawn)))
    return nx.spring_layout(drawn, seed=0, iterations=100, method="force")


def _apart(places: np.ndarray) -> np.ndarray:
    """Places of few nodes, those that would cover each other pushed apart. A drawing is stretched to its panel."""
    if len(places) > CROWD:
        return places
    scale = 2 / np.maximum(np.ptp(places, axis=0), 1e-9)
    out = places * scale
    for _ in range(100):
        gap = out[:, None] - out[None]
        far = np.linalg.norm(gap, axis=-1) + 9 * np.eye(len(out))
        if far.min() >= APART:
            break
        push = np.maximum(APART * 1.02 - far, 0) / 2 / np.maximum(far, 1e-9)
        out = out + (push[..., None] * gap).sum(1)
    return np.asarray(out / scale)


def _spectrum(n: int, arcs: np.ndarray) -> np.ndarray:
    """Three slow directions of the graph (eigenvectors of D^−½ A D^−½, degrees raised by their mean), seen from an angle."""
    from scipy.sparse import csr_matrix, diags
    from scipy.sparse.linalg import eigsh

    degree = np.bincount(arcs[1], minlength=n)
    scale = diags(1 / np.sqrt(degree + degree.mean()))
    A = csr_matrix((np.ones(arcs.shape[1]), (arcs[1], arcs[0])), shape=(n, n))
    _, vectors = eigsh(scale @ A @ scale, k=4, which="LA", v0=np.ones(n), tol=1e-4)
    x, y, z = (scale @ vectors[:, [2, 1, 0]]).T  # the first is the degree
    flat = np.stack([x + 0.5 * z, y - 0.35 * z], 1)
    low, high = np.quantile(flat, (0.002, 0.998), axis=0)
    return np.asarray(np.clip(flat, low, high))


def _lying(places: np.ndarray) -> np.ndarray:
    """Places turned so that they reach furthest from left to right."""
    centred = places - places.mean(0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    return np.asarray(centred @ (axes * np.where(axes.sum(0) < 0, -1, 1)))


def _fitted(places: np.ndarray) -> np.ndarray:
    """Places moved and scaled, both ways alike, into −1 … 1."""
    low, high = places.min(0), places.max(0)
    return np.asarray((places - (low + high) / 2) / (max(float((high - low).max()), 1e-9) / 2))
