"""Every algorithm that yields frames, with data small enough to try many parameters on. One row a topic."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import data
from engine.frames import Frame
from engine.graphs import gcn
from engine.language import decoding, ngram, word2vec
from engine.learning import em, som
from engine.params import Params
from engine.vision import swin, swin_net  # noqa: F401  torch is at hand, as it is in every worker


@dataclass(frozen=True)
class Algorithm:
    slug: str
    train: Callable[..., Iterator[Frame]]
    Params: type[Params]
    data: Callable[[], tuple[Any, ...]]
    default: tuple[Any, ...]


def few_points() -> data.Points:
    X = np.random.default_rng(5).normal(size=(12, 2))
    return data.points(X, ["a", "b"], labels=[0, 1] * 6, label_names=["x", "y"])


def few_counts() -> data.Points:
    """Tosses for two coins that can also be clustered."""
    return data.points(np.random.default_rng(6).integers(1, 9, (12, 2)), ["heads", "tails"])


def few_sentences() -> data.Text:
    """Twenty lines in which some words have company."""
    return data.text(["the cat sits on the mat", "the dog sits on the rug", "a cat and a dog", "A C A C A B"] * 5)


def few_words() -> data.Text:
    """Fourteen lines: enough for some to be held out."""
    rng = np.random.default_rng(7)
    return data.text([" ".join(rng.choice(list("ABCCC"), size)) for size in rng.integers(1, 9, 14)])


def few_nodes() -> data.Graph:
    """Nine nodes: two triangles and a bridge, a loop, one node whose class nobody knows, and one without any edge."""
    edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (6, 5), (7, 7), (7, 0)]
    labels = [0, 0, 0, 1, 1, 1, -1, 0, 1]
    return data.graph(9, edges, np.arange(1, 11) / 4, names="ABCDEFGHI", labels=labels, label_names=["left", "right"])


def few_pixels() -> data.Image:
    return data.Image(np.random.default_rng(7).integers(0, 256, (40, 60, 3), dtype=np.uint8))


ALGORITHMS = [
    Algorithm("decoding", decoding.search, decoding.Params, lambda: (data.sample("notes"),), decoding.DEFAULT),
    Algorithm("em", em.train, em.Params, lambda: (few_counts(),), em.DEFAULT),
    Algorithm("ngram", ngram.train, ngram.Params, lambda: (few_words(),), ngram.DEFAULT),
    Algorithm("gcn", gcn.train, gcn.Params, lambda: (few_nodes(),), gcn.DEFAULT),
    Algorithm("swin", swin.look, swin.Params, lambda: (few_pixels(),), swin.DEFAULT),
    Algorithm("som", som.train, som.Params, lambda: (few_points(),), som.DEFAULT),
    Algorithm("word2vec", word2vec.train, word2vec.Params, lambda: (few_sentences(),), word2vec.DEFAULT),
]
