"""Sampling: draw a sentence token by token, each from the model's distribution made narrower or wider.

A base of `decoding`, whose docstring names the papers.
"""

from collections import Counter
from collections.abc import Iterator
from heapq import heappop, heappush
from math import exp, nan
from typing import Any, NamedTuple

import numpy as np

from engine.language.hypotheses import (
    ALIVE,
    CLOSE,
    DIGITS,
    EXPANDED,
    DecodingFrame,
    Floats,
    Ground,
    Kept,
    Tokens,
    Tree,
    check_close_up,
    entropy,
    snapshot,
)
from engine.params import CLOSE_UP_STEPS

LEVEL, NODES = 30, 60  # nodes of a level and of the whole tree
LISTED = 1000  # sentences listed of all that were drawn
DRAWS = 200  # frames of a run, but for the start
CLOSE_FRAMES = 250  # a close-up ends with the sample that passes them


class Filter(NamedTuple):
    """What is done to a distribution before a token is drawn, in this order."""

    temperature: float = 1.0
    top_k: int = 0  # 0: all
    top_p: float = 1.0
    min_p: float = 0.0


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
    order = np.argsort(-p.round(DIGITS), kind="stable")
    if top_k:
        p[order[top_k:]] = 0
        p /= p.sum()
    if top_p < 1:
        before = np.cumsum(p[order]) - p[order]  # of the likelier ones
        p[order[before >= top_p - CLOSE]] = 0
        p /= p.sum()
    if min_p > 0:
        p[p < min_p * p.max() - CLOSE] = 0
        p /= p.sum()
    return np.asarray(p)


def run(ground: Ground, how: Filter, samples: int, seed: int, close_up: int) -> Iterator[DecodingFrame]:
    """Draw sentences token by token; the tree of all that can come is there from the start."""
    check_close_up(close_up, samples)
    tree, rng = whole_tree(ground, how), np.random.default_rng(seed)
    drawn: Counter[Tokens] = Counter()
    facts: dict[Tokens, tuple[float, float]] = {}
    calls, frames, count = 0, 0, np.zeros(len(tree.parent), np.int32)

    def frame(step: int, part: str, tokens: Tokens, **more: Any) -> DecodingFrame:
        nonlocal frames
        frames += 1
        pool = [
            Kept(one, facts[one][0], tree.find(one), one[-1:] != (ground.end,), facts[one][1], times)
            for one, times in drawn.most_common(LISTED)
        ]
        values = {"count": count.copy(), "logq": np.array(tree.logq), "drawn": np.array(tokens, np.int32), "calls": calls}
        values |= {"distance": _distance(drawn, facts), "mass_finished": nan, "mass_cut": nan}
        return snapshot(ground, tree, pool, step, part, **values | more)

    stride = -(-samples // DRAWS)
    first, last = (0, samples) if close_up < 0 else (close_up, close_up + CLOSE_UP_STEPS)
    if close_up <= 0:
        yield frame(0, "", ())
    for sample in range(1, min(last, samples) + 1):
        tokens, logp, logq = ground.forced, ground.forced_logp, 0.0
        while ground.final(tokens) == ALIVE:
            log_probs = ground.ask(tokens)
            q = filtered(log_probs, *how)
            calls, u = calls + 1, float(rng.random())
            token = min(int(np.searchsorted(np.cumsum(q), u * q.sum(), side="right")), int(np.flatnonzero(q)[-1]))
            if close_up >= 0 and sample > first:
                seen = {"chances": np.exp(log_probs), "filtered": q, "asked": np.array([max(tree.find(tokens), 0)], np.int32),
                        "entropy": entropy(np.log(np.where(q > 0, q, 1e-300))[None])}  # fmt: skip
                yield frame(sample, "ask", tokens, **seen | {"filtered": np.exp(log_probs)})
                yield frame(sample, "filter", tokens, **seen)
                yield frame(sample, "draw", (*tokens, token), u=u, **seen)
            tokens, logp, logq = (*tokens, token), logp + float(log_probs[token]), logq + float(np.log(q[token]))
        drawn[tokens] += 1
        facts[tokens] = logp, logq
        count[tree.path(tokens)] += 1
        if close_up >= 0 and frames > CLOSE_FRAMES:
            return
        whole = close_up < 0 and (sample % stride == 0 or sample == samples)
        if whole or (close_up >= 0 and sample >= max(first, 1)):
            yield frame(sample, "", tokens)


def whole_tree(ground: Ground, how: Filter) -> Tree:
    """The likeliest part of all that can be drawn, its logq exact: children come together, the likeliest parent first."""
    tree, node = Tree(), 0
    for t, token in enumerate(ground.forced):
        row = ground.ask(ground.forced[:t])
        tree.state[node] = EXPANDED
        node = tree.add(node, token, tree.logp[node] + float(row[token]), ground.final(ground.forced[: t + 1]))
    heap = [(0.0, node, ground.forced)] if ground.final(ground.forced) == ALIVE else []
    levels: Counter[int] = Counter()
    while heap:
        _, node, tokens = heappop(heap)
        row = ground.ask(tokens)
        q = filtered(row, *how)
        children = np.flatnonzero(q)
        depth = len(tokens) + 1
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


def _distance(drawn: Counter[Tokens], facts: dict[Tokens, tuple[float, float]]) -> float:
    """Total variation between how often sentences came and how likely they are; nan before the first."""
    total = drawn.total()
    if not total:
        return nan
    exact = {tokens: exp(facts[tokens][1]) for tokens in drawn}
    gaps = sum(abs(times / total - exact[tokens]) for tokens, times in drawn.items())
    return (gaps + max(0.0, 1 - sum(exact.values()))) / 2
