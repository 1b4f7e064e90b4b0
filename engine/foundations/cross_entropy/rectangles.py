"""Rectangles as wide as a class is likely and as high as it surprises who believes Q: their area is the cross entropy."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np

from engine.algorithm import shown
from engine.foundations import descent
from engine.foundations.cross_entropy import losses
from engine.foundations.cross_entropy.pairs import read
from engine.frames import Frame
from engine.language import huffman
from engine.params import Certain, choice, number
from engine.tables import Table

FINE = 2**50  # counts that stand for probabilities while a code is built
CALM = 4.0  # rate / T² up to which no step of descent costs more: the Hessian's eigenvalues are at most 1 / (2 T²)


class Rectangles(Certain):
    unit: Literal["bits", "nats"] = choice("bits")
    rate: float = number(0.5, 0.01, 5, step=0.01)
    steps: int = number(40, 0, 200)
    scale: bool = choice(False, rare=True)
    smoothing: float = number(0.0, 0.0, 0.5, step=0.01, rare=True)
    temperature: float = number(1.0, 0.1, 10, step=0.1, rare=True)

    @property
    def last(self) -> int:
        return self.steps

    @property
    def bounces(self) -> bool:
        """Whether a step may overshoot."""
        return self.rate > CALM * self.temperature**2


@dataclass(frozen=True)
class RectanglesFrame(Frame):
    p: np.ndarray  # (k,) what happens, smoothed where that is asked for
    q: np.ndarray  # (k,) what is believed
    logits: np.ndarray  # (k,) 0 where q is 0: there it is −∞
    slopes: np.ndarray  # (k,) of the cost in nats by the logits: (q − p) / T
    floors: np.ndarray  # (k,) −log p in the unit; 0 where p is 0
    tops: np.ndarray  # (k,) −log q in the unit; 0 where q is 0: there it is ∞
    never: np.ndarray  # bool (k,) where q is 0
    words: tuple[str, ...]  # a shortest code for P; "" for what never happens, or is the only thing that does
    entropy: float  # H(P) in the unit
    cost: float  # H(P, Q); ∞ where q is 0 and p is not
    kl: float  # their difference, which is also that of the next two
    dearer: float  # the areas of tops above floors
    cheaper: float  # those of floors above tops
    code: float  # bits that a word of that code takes on average
    gap: float  # the logit of P's likeliest class less the largest of the others; NaN where one of the two is −∞
    ceiling: float  # the highest top, or floor, of the whole run that has a width
    reach: np.ndarray  # (2,) the lowest and the highest logit of the whole run


def rectangles(params: Rectangles, data: Table) -> Iterator[RectanglesFrame]:
    """Walk from Q towards P by gradient descent on the logits. Raises DataError."""
    pair = read(data, scale=params.scale)
    p = losses.smoothed(pair.p, params.smoothing)
    walk = descend(-losses.surprise(pair.q), p, params.rate, params.temperature)
    path = np.stack(list(islice(walk, params.steps + 1)))  # (steps + 1, k)
    wanted, run = shown(params.steps), _Run(params, p, path, code_words(p))
    for step in wanted:
        yield run.frame(step, len(wanted))


def descend(start: np.ndarray, p: np.ndarray, rate: float, temperature: float) -> Iterator[np.ndarray]:
    """Logits (k,) along gradient descent, the start first. One of −∞ has no finite neighbour: it stays."""

    def slope(z: np.ndarray) -> np.ndarray:
        q = np.exp(losses.log_softmax(z / temperature))
        return np.asarray((q - p) / temperature)

    return descent.walk(descent.gradient_descent(start, rate), slope)


def code_words(p: np.ndarray) -> tuple[str, ...]:
    """Huffman's words [k] for p (k,): "" where p is 0."""
    some = np.flatnonzero(p)
    tree = huffman.build(np.rint(FINE * p[some]).astype(np.int64))
    words = [""] * len(p)
    for at, (_, bits) in zip(some.tolist(), tree.paths(), strict=True):
        words[at] = "".join(map(str, bits))
    return tuple(words)


@dataclass(frozen=True)
class _Run:
    """What is known before the first frame."""

    params: Rectangles
    p: np.ndarray  # (k,)
    path: np.ndarray  # (steps + 1, k) logits
    words: tuple[str, ...]

    @property
    def unit(self) -> float:
        """Nats in one unit."""
        return float(np.log(2)) if self.params.unit == "bits" else 1.0

    def frame(self, step: int, total: int) -> RectanglesFrame:
        p, z = self.p, self.path[step]
        log_q = losses.log_softmax(z / self.params.temperature)  # (k,)
        q, never = np.exp(log_q), np.isneginf(log_q)
        floors = self._floors()
        over = -log_q / self.unit - floors  # (k,) of tops over floors
        return RectanglesFrame(
            step=step,
            part="",
            total=total,
            p=p.copy(),
            q=q,
            logits=np.where(never, 0.0, z),
            slopes=(q - p) / self.params.temperature,
            floors=floors,
            tops=np.where(never, 0.0, -log_q) / self.unit + 0.0,
            never=never,
            words=self.words,
            entropy=losses.entropy(p) / self.unit,
            cost=losses.weighed(p, -log_q) / self.unit,
            kl=losses.divergence(p, log_q) / self.unit,
            dearer=losses.weighed(p, np.maximum(over, 0.0)),
            cheaper=losses.weighed(p, np.maximum(-over, 0.0)),
            code=float(p @ np.array([len(word) for word in self.words], float)),
            gap=_gap(z, int(p.argmax())),
            ceiling=max(float(floors.max()), self._highest()),
            reach=self._reach(),
        )

    def _floors(self) -> np.ndarray:
        """−log p (k,) in the unit; 0 where p is 0."""
        return losses.surprise(np.where(self.p > 0, self.p, 1.0)) / self.unit

    def _highest(self) -> float:
        """The highest finite top of the run that has a width."""
        heights = -losses.log_softmax(self.path / self.params.temperature)[:, self.p > 0] / self.unit
        return float(heights[np.isfinite(heights)].max(initial=0.0))

    def _reach(self) -> np.ndarray:
        known = self.path[np.isfinite(self.path)]
        return np.array([known.min(), known.max()])


def _gap(z: np.ndarray, at: int) -> float:
    """How far a logit of z (k,) lies above the largest of the others; NaN where there is no telling."""
    other = float(np.delete(z, at).max())
    return float(z[at]) - other if np.isfinite(other) and np.isfinite(z[at]) else float("nan")
