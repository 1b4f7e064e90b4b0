"""Sampling: draw a sentence token by token, each from the model's distribution made narrower or wider.

A base of `decoding`, whose docstring names the papers.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from functools import lru_cache
from heapq import heappop, heappush
from math import exp, nan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.algorithm import closely
from engine.language.decoding.ground import ALIVE, CLOSE, DIGITS, EXPANDED, Decoding, Floats, Ground, Source, Tokens, begin
from engine.language.decoding.hypotheses import (
    NO_FLOATS,
    Kept,
    SampleFrame,
    Tree,
    entropy,
    leading,
    snapshot,
    spelled,
)
from engine.language.decoding.yardsticks import whole, with_optimum
from engine.params import Closing, number

LEVEL, NODES = 30, 60  # nodes of a level and of the whole tree
LISTED = 1000  # sentences listed of all that were drawn
FEW = 512  # tokens among which top-p is looked for first
DRAWS = 200  # frames of a run, but for the start
CLOSE_FRAMES = 250  # a close-up ends with the sample that passes them


class Sampling(Decoding, Closing):
    samples: int = number(200, 10, 1000, step=10)
    temperature: float = number(1.0, 0, 3, step=0.05)
    top_k: int = number(0, 0, 50, rare=True)
    top_p: float = number(1.0, 0.05, 1, step=0.05, rare=True)
    min_p: float = number(0.0, 0, 1, step=0.01, rare=True)
    seed: int = number(0, 0, 9999, rare=True)

    @property
    def last(self) -> int:
        return self.samples


class Filter(NamedTuple):
    """What is done to a distribution before a token is drawn, in this order."""

    temperature: float = 1.0
    top_k: int = 0  # 0: all
    top_p: float = 1.0
    min_p: float = 0.0


def draw_samples(params: Sampling, source: Source) -> Iterator[SampleFrame]:
    """Draw sentences token by token; the tree of all that can come is there from the start. Raises DataError and ParamError.

    A sample is one frame, or a few are, where there are many. A close-up draws token after token: "ask", "filter", "draw".
    """
    below = begin(params, source)
    *rest, last = _run(below, params)
    yield from whole(below, [*rest, with_optimum(below, last)])


def filtered(log_probs: Floats, temperature: float, top_k: int, top_p: float, min_p: float) -> Floats:
    """Probabilities (V,) after temperature, top-k, top-p and min-p in this order, made to sum to 1.

    Temperature 0 is one-hot on the likeliest token, the lowest on ties. Top-p keeps the token that crosses p. top_k 0, top_p 1
    and min_p 0 leave all. No possible token: zeros.
    """
    if log_probs.max() == -np.inf:
        return np.zeros(len(log_probs))
    if temperature == 0:
        return np.asarray(np.arange(len(log_probs)) == log_probs.round(DIGITS).argmax(), dtype=float)
    with np.errstate(over="ignore"):
        p = np.exp((log_probs - log_probs.max()) / temperature)
    p /= p.sum()
    if top_k:
        p = _only(p, leading(p, top_k))
    if top_p < 1:
        possible = int(np.count_nonzero(p))
        best = leading(p, min(FEW, possible))
        if p[best].sum() < top_p:
            best = leading(p, possible)
        before = np.cumsum(p[best]) - p[best]  # of the likelier ones
        p = _only(p, best[before < top_p - CLOSE])
    if min_p > 0:
        p = _only(p, np.flatnonzero(p >= min_p * p.max() - CLOSE))
    return np.asarray(p)


def _only(p: Floats, places: NDArray[np.int64]) -> Floats:
    """A distribution (V,) confined to some places."""
    kept = np.zeros(len(p))
    kept[places] = p[places]
    return np.asarray(kept / kept.sum())


def _run(ground: Ground, params: Sampling) -> Iterator[SampleFrame]:
    steps = closely(params, params.last)
    how = Filter(params.temperature, params.top_k, params.top_p, params.min_p)
    asked = lru_cache(maxsize=256)(lambda tokens: distribution(ground, tokens, how))
    tally, rng = Tally(ground, whole_tree(ground, how)), np.random.default_rng(params.seed)
    stride = -(-params.samples // DRAWS)
    if params.close_up <= 0:
        yield tally.frame(0, "")
    for sample in range(1, (steps[-1] if steps else params.samples) + 1):
        tokens = yield from tally.draw(sample, asked, rng, close=steps is not None and sample > steps[0])
        if sample >= max(steps[0], 1) if steps else sample % stride == 0 or sample == params.samples:
            yield tally.frame(sample, "", tokens)
        if steps and tally.frames > CLOSE_FRAMES:
            return


def pick(q: Floats, u: float) -> int:
    """The token into whose part of 0 … 1 a number u falls, of tokens with probabilities q (V,)."""
    edges = np.cumsum(q)
    found = int(np.searchsorted(edges, u * edges[-1], side="right"))
    return min(found, int(np.flatnonzero(q)[-1]))


def distribution(ground: Ground, tokens: Tokens, how: Filter) -> tuple[Floats, Floats]:
    """What the model says of the next token, log probabilities (V,); and what is drawn from, probabilities (V,)."""
    log_probs = ground.ask(tokens)
    return log_probs, filtered(log_probs, *how)


class Tally:
    """What was drawn so far."""

    def __init__(self, ground: Ground, tree: Tree) -> None:
        self.ground, self.tree = ground, tree
        self.drawn: Counter[Tokens] = Counter()
        self.facts: dict[Tokens, tuple[float, float]] = {}  # log P and log Q of what was drawn
        self.count = np.zeros(len(tree.parent), np.int32)
        self.calls = self.frames = 0

    def draw(
        self, sample: int, asked: Callable[[Tokens], tuple[Floats, Floats]], rng: np.random.Generator, *, close: bool
    ) -> Generator[SampleFrame, None, Tokens]:
        """Draw one sentence; yields its frames where it is looked at closely."""
        tokens, logp, logq = self.ground.forced, self.ground.forced_logp, 0.0
        while self.ground.final(tokens) == ALIVE:
            log_probs, q = asked(tokens)
            if not q.any():  # nothing can follow
                break
            self.calls += 1
            u = float(rng.random())
            token = pick(q, u)
            if close:
                yield from self.closely(sample, tokens, log_probs, q, token, u)
            tokens = (*tokens, token)
            logp += float(log_probs[token])
            logq += float(np.log(q[token]))
        self.add(tokens, logp, logq)
        return tokens

    def add(self, tokens: Tokens, logp: float, logq: float) -> None:
        self.drawn[tokens] += 1
        self.facts[tokens] = logp, logq
        self.count[self.tree.path(tokens)] += 1

    def frame(self, step: int, part: str, tokens: Tokens = (), **more: Any) -> SampleFrame:
        self.frames += 1
        pool = [
            Kept(one, self.facts[one][0], self.tree.find(one), one[-1:] != (self.ground.end,), self.facts[one][1], times)
            for one, times in self.drawn.most_common(LISTED)
        ]
        values: dict[str, Any] = {
            "mean_entropy": nan,
            "calls": self.calls,
            "filtered": NO_FLOATS,
            "left": 0,
            "u": -1.0,
            "slot": NO_FLOATS,
            "finished_logq": np.array([kept.logq for kept in pool], float),
            "finished_count": np.array([kept.times for kept in pool], np.int32),
            "count": self.count.copy(),
            "logq": np.array(self.tree.logq),
            "drawn": np.array(tokens, np.int32),
            "distance": self.distance(),
        }
        return SampleFrame(**(snapshot(self.ground, self.tree, pool, step, part) | values | more))

    def closely(self, sample: int, tokens: Tokens, log_probs: Floats, q: Floats, token: int, u: float) -> Iterator[SampleFrame]:
        """A draw in three frames: what the model says, what the filters leave, where u falls."""
        node, spread = self.tree.find(tokens), entropy(np.log(np.where(q > 0, q, 1e-300))[None])
        inside = node >= 0
        seen = spelled(log_probs, token) | {"asked": np.array([node][: int(inside)], np.int32), "entropy": spread[: int(inside)]}
        seen |= {"mean_entropy": float(spread[0]), "left": int(np.isfinite(log_probs).sum())}
        yield self.frame(sample, "ask", tokens, **seen | {"filtered": seen["chances"]})
        seen |= {"filtered": q[seen["named"]], "left": int(np.count_nonzero(q))}
        yield self.frame(sample, "filter", tokens, **seen)
        low = float(q[:token].sum())
        yield self.frame(sample, "draw", (*tokens, token), u=u, slot=np.array([low, low + float(q[token])]), **seen)

    def distance(self) -> float:
        """Total variation between how often sentences came and how likely they are; nan before the first."""
        total = self.drawn.total()
        if not total:
            return nan
        exact = {tokens: exp(self.facts[tokens][1]) for tokens in self.drawn}
        gaps = sum(abs(times / total - exact[tokens]) for tokens, times in self.drawn.items())
        return (gaps + max(0.0, 1 - sum(exact.values()))) / 2


def whole_tree(ground: Ground, how: Filter) -> Tree:
    """The likeliest part of all that can be drawn, its logq exact: children come together, the likeliest parent first."""
    tree, node = Tree(), 0
    for t, token in enumerate(ground.forced):
        row = ground.ask(ground.forced[:t])
        tree.state[node] = EXPANDED
        node = tree.add(node, token, tree.logp[node] + float(row[token]), ground.final(ground.forced[: t + 1]))
    heap = [(0.0, node, ground.forced)] if ground.final(ground.forced) == ALIVE else []
    levels: Counter[int] = Counter()  # nodes by the depth of their parents
    while heap:
        _, node, tokens = heappop(heap)
        row, q = distribution(ground, tokens, how)
        children = np.flatnonzero(q)
        depth = len(tokens)
        if not levels[depth]:  # a level begins with the likeliest, however many there are
            children = np.sort(np.argsort(-q, kind="stable")[: min(len(children), LEVEL, NODES - len(tree.parent))])
        if not len(children) or len(tree.parent) + len(children) > NODES or levels[depth] + len(children) > LEVEL:
            continue
        tree.state[node], levels[depth] = EXPANDED, levels[depth] + len(children)
        for token in children.tolist():
            logq = tree.logq[node] + float(np.log(q[token]))
            final = ground.final((*tokens, token))
            child = tree.add(node, token, tree.logp[node] + float(row[token]), final, logq)
            if final == ALIVE:
                heappush(heap, (-round(logq, DIGITS), child, (*tokens, token)))
    return tree
