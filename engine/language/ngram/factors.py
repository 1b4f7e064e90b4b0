"""One probability of an n-gram model, and the numbers of its formula: what was counted, taken off, and asked of shorter contexts.

A part of `engine.language.ngram`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.language.counts import Counts, last
from engine.language.smoothing import FLAT, SCORES, Model, spread


@dataclass(frozen=True)
class Explained:
    """One probability and what it is made of."""

    p: float
    level: int  # the longest n-gram that was seen; 0: not even the word
    order: int  # the context that answers, plus 1: the longest that was seen; of those that do not ask which, the whole one
    count: int  # C(h w) after the whole context
    total: int  # C(h) of the whole context
    c: float  # the count that is used, at `order`: discounted below, maybe a continuation count
    n: float  # the sum that it is divided by
    D: float  # what is taken off or added, or the factor; λ of Jelinek–Mercer
    weight: float  # of the shorter context
    lower: float  # the probability after the shorter context
    known: bool


def explain(model: Model, context: Sequence[int], token: int) -> Explained:
    """A probability, with the numbers of its formula. `token` is -1 for a word that no vocabulary holds."""
    counts, whole = model.counts, last(context, model.counts.order - 1)
    p = float(model.distribution(whole)[token]) if token >= 0 else 0.0
    order, node = _answering(model, whole)
    lower = 0.0
    if token >= 0 and model.name != "good_turing":
        lower = float(model.prob[0][0] if order == 1 or model.name in FLAT else spread(model, last(whole, order - 2))[token])
    weight = float(model.weight[order][node]) if node >= 0 else model.unseen
    raw, values = counted(counts, whole, token), _terms(model, order, node, token)
    return Explained(p, longest(counts, whole, token), order, *raw, *values, weight, lower, token >= 0)


def _answering(model: Model, context: Sequence[int]) -> tuple[int, int]:
    """The level of the context that a model looks at, and its node, −1 where it is unseen."""
    counts, context = model.counts, last(context, model.top - 1)
    if model.name in FLAT + SCORES:
        return len(context) + 1, counts.node(context)
    order, node = 1, 0
    for m in range(2, len(context) + 2):
        found = counts.node(last(context, m - 1))
        if found < 0 or counts.children(m, found).start == counts.children(m, found).stop:
            break
        order, node = m, found
    return order, node


def counted(counts: Counts, context: Sequence[int], token: int) -> tuple[int, int]:
    """C(h w) and C(h) after a context, or after its last n − 1 tokens."""
    context = last(context, counts.order - 1)
    node, m = counts.node(context), len(context) + 1
    if node < 0:
        return 0, 0
    here = counts.children(m, node)
    level = counts.levels[m]
    total = int(level.count[here].sum())
    found = int(counts.find(m, np.array([node]), np.array([token]))[0])
    return (int(level.count[found]) if found >= 0 else 0), total


def longest(counts: Counts, context: Sequence[int], token: int) -> int:
    """The longest n-gram that was seen of a context and a token."""
    for m in range(min(counts.order, len(context) + 1), 0, -1):
        if token >= 0 and counts.node((*last(context, m - 1), token)) >= 0:
            return m
    return 0


def _terms(model: Model, m: int, node: int, token: int) -> tuple[float, float, float]:
    """c, N and D of a formula at level m."""
    counts, name, level = model.counts, model.name, model.counts.levels[m]
    if node < 0:
        return 0.0, 0.0, 0.0
    here = counts.children(m, node)
    times = counts.adjusted(m) if name in ("kneser_ney", "interpolated_kn", "modified_kn") else level.count
    found = int(counts.find(m, np.array([node]), np.array([token]))[0]) if token >= 0 else -1
    c, n = (float(times[found]) if found >= 0 else 0.0), float(times[here].sum())
    D = 0.0
    if name == "good_turing":
        D = float(model.prob[1][found] * n) if found >= 0 else float(model.prob[0][0] * n)
    elif name == "witten_bell":
        n += here.stop - here.start
    elif name == "jelinek_mercer":
        D = 1 - float(model.weight[m][node])
    elif model.discounts:
        found_D = model.discounts[m - 1]
        D = 0.0 if not c else found_D[min(int(c), len(found_D)) - 1] if name != "katz" or c <= len(found_D) else 1.0
    return c, n, D
