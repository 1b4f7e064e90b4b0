"""Every algorithm that yields frames, with data small enough to try many parameters on. One row a topic."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import data
from engine.frames import Frame
from engine.language import decoding
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


def few_pixels() -> data.Image:
    return data.Image(np.random.default_rng(7).integers(0, 256, (40, 60, 3), dtype=np.uint8))


ALGORITHMS = [
    Algorithm("decoding", decoding.search, decoding.Params, lambda: (data.sample("notes"),), decoding.DEFAULT),
    Algorithm("em", em.train, em.Params, lambda: (few_counts(),), em.DEFAULT),
    Algorithm("swin", swin.look, swin.Params, lambda: (few_pixels(),), swin.DEFAULT),
    Algorithm("som", som.train, som.Params, lambda: (few_points(),), som.DEFAULT),
]
