"""Graphs: nodes with names, edges with weights; checked when they are made."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import DataError
from engine.readings import LABELS, LARGEST, Note, clean, cut, digest_of

NODES, EDGES, FEATURES = 20_000, 200_000, 200


@dataclass(frozen=True, eq=False)
class Graph:
    """n nodes and m edges, as they were given, each pair at most once in each direction. Made by `graph`, or from a table."""

    n: int
    edges: NDArray[np.int64]  # (m, 2) source, target
    weights: NDArray[np.float64]  # (m,) above 0
    names: tuple[str, ...]  # n different names
    X: NDArray[np.float64] | None = None  # (n, F) features
    features: tuple[str, ...] = ()  # F names
    labels: NDArray[np.int64] | None = None  # (n,) into label_names; −1: unknown
    label_names: tuple[str, ...] = ()
    positions: NDArray[np.float64] | None = None  # (n, 2) where the nodes are drawn
    notes: tuple[Note, ...] = ()
    origin: str = "own"
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self._seal()
        parts = [b"" if array is None else array.tobytes() for array in self._arrays()]
        words = repr((self.n, self.edges.shape, self.names, self.features, self.label_names, [a is None for a in self._arrays()]))
        object.__setattr__(self, "digest", digest_of(words, *parts))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._seal()  # numpy forgets the flag on its way through a pipe

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def _arrays(self) -> tuple[NDArray[Any] | None, ...]:
        return self.edges, self.weights, self.X, self.labels, self.positions

    def _seal(self) -> None:
        for array in self._arrays():
            if array is not None:
                array.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays, strings estimated."""
        words = sum(50 + len(word) for word in (*self.names, *self.features, *self.label_names))
        return words + sum(array.nbytes for array in self._arrays() if array is not None)

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Undirected edges (e, 2), the smaller node first, loops too, and their weights: the mean where both ways are given."""
        low, high = self.edges.min(1), self.edges.max(1)
        codes, where = np.unique(low * self.n + high, return_inverse=True)
        count = np.bincount(where, minlength=len(codes))
        weights = np.bincount(where, self.weights, minlength=len(codes)) / np.maximum(count, 1)
        return np.stack([codes // self.n, codes % self.n], 1), weights

    def arcs(self, directed: bool = False) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """What PyG calls edge_index, (2, a) source over target, and a weight each: as given, or every edge in both directions."""
        if directed:
            return self.edges.T.copy(), self.weights.copy()
        pairs, weights = self.pairs()
        two = pairs[:, 0] != pairs[:, 1]
        both = np.concatenate([pairs, pairs[two][:, ::-1]])
        weights = np.concatenate([weights, weights[two]])
        order = np.lexsort((both[:, 1], both[:, 0]))
        return both[order].T.copy(), weights[order]


def graph(
    n: int,
    edges: ArrayLike,
    weights: ArrayLike | None = None,
    names: Sequence[str] = (),
    X: ArrayLike | None = None,
    features: Sequence[str] = (),
    labels: ArrayLike | None = None,
    label_names: Sequence[str] = (),
    positions: ArrayLike | None = None,
    origin: str = "own",
) -> Graph:
    """A checked Graph. Edges that stand twice are merged, and that is noted. Raises DataError."""
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    strength = np.ones(len(pairs)) if weights is None else np.array(weights, dtype=np.float64)
    check_counts(n, len(pairs))
    if len(strength) != len(pairs):
        raise DataError("mismatch", what="weights", found=len(strength), expected=len(pairs))
    outside = np.flatnonzero((pairs < 0).any(1) | (pairs >= n).any(1))
    if len(outside):
        raise DataError("graph_outside", edge=int(outside[0]) + 1, node=int(pairs[outside[0]].max()), n=n)
    bad = np.flatnonzero(~((strength > 0) & (strength <= LARGEST)))
    if len(bad):
        raise DataError("graph_weight", row=int(bad[0]) + 1, weight=f"{strength[bad[0]]:g}")
    pairs, strength, double = _merged(pairs, strength, n)
    words = tuple(cut(clean(str(name))) for name in names) or tuple(map(str, range(n)))
    _check_names(words, n)
    matrix, heads = _features(X, features, n)
    codes, classes = _labels(labels, label_names, n)
    places = None if positions is None else np.array(positions, dtype=np.float64)
    if places is not None and (places.shape != (n, 2) or not np.isfinite(places).all()):
        raise DataError("mismatch", what="positions", found=len(places), expected=n)
    said = _notes(n, pairs, double)
    return Graph(n, pairs, strength, words, matrix, heads, codes, classes, places, said, origin)


def check_counts(nodes: int, edges: int) -> None:
    """Raise DataError for a graph that is too small or too large."""
    if nodes < 2:
        raise DataError("graph_small")
    if nodes > NODES:
        raise DataError("graph_many_nodes", nodes=nodes, limit=NODES)
    if edges > EDGES:
        raise DataError("graph_many_edges", edges=edges, limit=EDGES)


def _check_names(names: tuple[str, ...], n: int) -> None:
    if len(names) != n:
        raise DataError("mismatch", what="names", found=len(names), expected=n)
    if len(set(names)) < n:
        raise DataError("graph_node_twice", node=Counter(names).most_common(1)[0][0])


def _merged(pairs: NDArray[np.int64], weights: NDArray[np.float64], n: int) -> tuple[NDArray[Any], NDArray[Any], int]:
    """Each edge once, with its first weight, in their order; and how many were merged."""
    _, first = np.unique(pairs[:, 0] * n + pairs[:, 1], return_index=True)
    first.sort()
    return pairs[first], weights[first], len(pairs) - len(first)


def _features(X: ArrayLike | None, names: Sequence[str], n: int) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    if X is None:
        return None, ()
    matrix = np.array(X, dtype=np.float64)
    if matrix.ndim != 2 or len(matrix) != n:
        raise DataError("mismatch", what="features", found=len(matrix), expected=n)
    if matrix.shape[1] > FEATURES:
        raise DataError("too_many_columns", columns=matrix.shape[1], limit=FEATURES)
    heads = tuple(cut(clean(name)) for name in names) or tuple(f"f{k + 1}" for k in range(matrix.shape[1]))
    if len(heads) != matrix.shape[1]:
        raise DataError("mismatch", what="features", found=len(heads), expected=matrix.shape[1])
    bad = np.argwhere(~(np.abs(matrix) <= LARGEST))
    if len(bad):
        raise DataError("graph_feature", node=int(bad[0][0]) + 1, column=heads[bad[0][1]])
    return matrix, heads


def _labels(labels: ArrayLike | None, names: Sequence[str], n: int) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    if labels is None:
        return None, ()
    codes = np.array(labels, dtype=np.int64)
    if codes.shape != (n,):
        raise DataError("mismatch", what="labels", found=codes.size, expected=n)
    classes = tuple(cut(clean(name)) for name in names) or tuple(map(str, range(int(codes.max()) + 1)))
    if len(classes) > LABELS:
        raise DataError("too_many_labels", count=len(classes), limit=LABELS)
    if codes.min() < -1 or codes.max() >= len(classes):
        raise DataError("mismatch", what="labels", found=int(codes.max()) + 1, expected=len(classes))
    return (codes, classes) if codes.max() >= 0 else (None, ())


def _notes(n: int, pairs: NDArray[np.int64], double: int) -> tuple[Note, ...]:
    loops = int((pairs[:, 0] == pairs[:, 1]).sum())
    alone = n - len(np.unique(pairs[pairs[:, 0] != pairs[:, 1]]))
    facts = (("graph_double", double), ("graph_loops", loops), ("graph_alone", alone))
    return tuple((code, {"count": count}) for code, count in facts if count)
