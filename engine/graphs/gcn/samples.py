"""Graphs: three that were observed, and some that are made."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from engine.edgelists import read_graph
from engine.edges import Graph, graph
from engine.edgetables import graph_of
from engine.samples import DATASETS, Samples


def graph_file(name: str) -> Graph:
    """A graph that is bundled as an edge list."""
    return graph_of(read_graph((DATASETS / f"{name}.json").read_bytes(), f"{name}.json"))


def blocks(sizes: Sequence[int], inside: float, outside: float) -> Graph:
    """A stochastic block model: two nodes of one block are joined with probability `inside`, of two blocks with `outside`."""
    rng, block = np.random.default_rng(0), np.repeat(np.arange(len(sizes)), sizes)
    starts, edges = np.concatenate([[0], np.cumsum(sizes)]), []
    for a in range(len(sizes)):
        for b in range(a, len(sizes)):
            count = rng.binomial(sizes[a] * (sizes[a] - 1) // 2 if a == b else sizes[a] * sizes[b], inside if a == b else outside)
            ends = np.stack(
                [starts[a] + rng.integers(0, sizes[a], 2 * count), starts[b] + rng.integers(0, sizes[b], 2 * count)], 1
            )
            ends = np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1)
            _, first = np.unique(ends, axis=0, return_index=True)
            edges.append(ends[np.sort(first)[:count]])
    return graph(len(block), np.concatenate(edges), labels=block, label_names=[f"block {k + 1}" for k in range(len(sizes))])


def grid(side: int = 10) -> Graph:
    """A square of side × side nodes, each joined to the next in its row and column; labelled left and right."""
    place = np.arange(side * side).reshape(side, side)
    edges = np.concatenate(
        [np.stack([a.ravel(), b.ravel()], 1) for a, b in ((place[:, :-1], place[:, 1:]), (place[:-1], place[1:]))]
    )
    positions = np.stack([place.ravel() % side, -(place.ravel() // side)], 1)
    labels = (place.ravel() % side >= side / 2).astype(int)
    return graph(side * side, edges, labels=labels, label_names=("left", "right"), positions=positions)


def ring(n: int = 24) -> Graph:
    """n nodes in a circle, each joined to the next; one half has the one label, one the other."""
    angle = np.pi / 2 - 2 * np.pi * (np.arange(n) + 0.5) / n
    edges = np.stack([np.arange(n), (np.arange(n) + 1) % n], 1)
    labels = (np.arange(n) >= n / 2).astype(int)
    positions = np.round(np.stack([np.cos(angle), np.sin(angle)], 1), 6)
    return graph(n, edges, labels=labels, label_names=("right", "left"), positions=positions)


SAMPLES: Samples = {
    **{name: partial(graph_file, name) for name in ("karate", "art_philo_science", "les_miserables")},
    "blocks": partial(blocks, (25, 25, 25, 25), 0.25, 0.015),
    "large": partial(blocks, (2500,) * 4, 0.0032, 0.0003),
    "grid": grid,
    "ring": ring,
}
