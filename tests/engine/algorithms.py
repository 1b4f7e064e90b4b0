"""Every algorithm that yields frames, with data small enough to try many parameters on. One row a topic."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import data
from engine.frames import Frame
from engine.language import decoding, word2vec
from engine.learning import em, som
from engine.params import Params


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
    return data.text(["the cat sits on the mat", "the dog sits on the rug", "a cat and a dog", "A C A C A B"] * 5)


ALGORITHMS = [
    Algorithm("decoding", decoding.search, decoding.Params, lambda: (data.sample("notes"),), decoding.DEFAULT),
    Algorithm("em", em.train, em.Params, lambda: (few_counts(),), em.DEFAULT),
    Algorithm("word2vec", word2vec.train, word2vec.Params, lambda: (few_sentences(),), word2vec.DEFAULT),
    Algorithm("som", som.train, som.Params, lambda: (few_points(),), som.DEFAULT),
]
