"""Every algorithm that yields frames, with data small enough to try many parameters on. One row a topic."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from contents import SECTIONS
from engine import data
from engine.algorithm import Algorithm
from engine.frames import Frame
from engine.generative import unet
from engine.generative.diffusion import learning, plane
from engine.graphs.gcn import learning as training
from engine.graphs.gcn import networks
from engine.params import Params
from engine.vision.swin import net as swin_net


@dataclass(frozen=True)
class Case:
    """A kind of run of a topic, and data small enough to try many parameters on."""

    slug: str
    kind: Algorithm[Any]
    few: Callable[[], Any] | None  # None: it needs no data

    @property
    def train(self) -> Callable[..., Iterator[Frame]]:
        return self.kind.train

    @property
    def Params(self) -> type[Params]:
        return self.kind.Params

    def opening(self, params: Any = None) -> Iterator[Frame]:
        """The run that its page opens with, or another on the same data."""
        return self.kind.train(params or self.kind.Params(), *([data.sample(self.kind.sample)] if self.kind.sample else []))

    def data(self) -> tuple[Any, ...]:
        return (self.few(),) if self.few else ()

    def __str__(self) -> str:
        return f"{self.slug}-{self.kind.name}"


def few_points() -> data.Points:
    X = np.random.default_rng(5).normal(size=(12, 2))
    return data.points(X, ["a", "b"], labels=[0, 1] * 6, label_names=["x", "y"])


def few_counts() -> data.Points:
    """Tosses for two coins that can also be clustered."""
    return data.points(np.random.default_rng(6).integers(1, 9, (12, 2)), ["heads", "tails"])


def few_sentences() -> data.Text:
    """Lines in which some words have company, with signs, numbers and stop words among them."""
    lines = ["the cat sits on the mat, 7 times", "the dog sits on the rug!", "a cat and a dog eat fish", "A C A C A B"]
    lines += ["red fish swim in blue water", "birds eat small red fish", "small dogs swim in water", "blue birds sing of water"]
    lines += [
        "猫 坐 在 垫子 上",
        "狗 坐 在 地毯 上",
        "小 鱼 在 蓝 水 里 游",
        "红 鱼 在 水 里 吃 小 鱼",
    ]  # what is left without Latin
    return data.text(lines * 5)


def few_words(lines: int = 14) -> data.Text:
    """Fourteen lines: enough for some to be held out."""
    rng = np.random.default_rng(7)
    return data.text([" ".join(rng.choice(list("ABCCC"), size)) for size in rng.integers(1, 9, lines)])


def forty_lines() -> data.Text:
    """Enough for two to be held out, whatever the share."""
    return few_words(40)


def few_lines() -> data.Text:
    """A script in which a value is used twice, something is detached and a name plays no part."""
    return data.script("x = 2\nt = -1\ny = x * x\nu = detach(exp(y)) + y\nu * y")


def few_nodes() -> data.Graph:
    """Nine nodes: two triangles and a bridge, a loop, one node whose class nobody knows, and one without any edge."""
    edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (6, 5), (7, 7), (7, 0)]
    labels = [0, 0, 0, 1, 1, 1, -1, 0, 1]
    return data.graph(9, edges, np.arange(1, 11) / 4, names="ABCDEFGHI", labels=labels, label_names=["left", "right"])


def few_pixels() -> data.Image:
    return data.Image(np.random.default_rng(7).integers(0, 256, (40, 60, 3), dtype=np.uint8))


def few_strokes() -> data.Image:
    """A small drawing, dark on light."""
    pixels = np.full((20, 24, 3), 250, dtype=np.uint8)
    pixels[4:16, 10:13] = 10
    return data.Image(pixels)


IMPORTED = (unet, networks, swin_net)  # workers find torch imported: a run is not charged for it
FEW: dict[str, Callable[[], Any]] = {
    "autograd": few_lines,
    "autograd.fit": few_points,
    "cross_entropy": lambda: data.sample("opposite"),
    "decoding": lambda: data.sample("notes"),
    "diffusion": few_strokes,
    "diffusion.points": few_points,
    "diffusion.by_calls": few_points,
    "em": few_counts,
    "gcn": few_nodes,
    "ngram": few_words,
    "ngram.perplexity": forty_lines,
    "ngram.weights": forty_lines,
    "som": few_points,
    "swin": few_pixels,
    "tensors": lambda: data.sample("expanded_writes"),
    "word2vec": few_sentences,
}
FEWER: tuple[tuple[Any, str, Any], ...] = (
    (plane, "COUNT", 40),  # points that walk
    (plane, "MEASURED", 60),
    (plane, "LEARNING", 6),  # frames while a network learns
    (learning, "BATCH", 32),  # points it learns from at once
    (training, "DEPTHS", (1, 3, 32)),
)


@contextmanager
def fewer() -> Iterator[None]:
    """What no setting makes small is small too."""
    with pytest.MonkeyPatch.context() as patch:
        for where, name, value in FEWER:
            patch.setattr(where, name, value)
        yield


ALGORITHMS = [
    Case(slug, kind, FEW.get(f"{slug}.{kind.name}", FEW.get(slug)) if kind.sample else None)
    for section, slugs in SECTIONS.items()
    for slug in slugs
    for kind in import_module(f"engine.{section}.{slug}").ALGORITHMS
]
