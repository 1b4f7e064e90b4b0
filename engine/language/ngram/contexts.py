"""One context, and what twelve estimators say of the word that comes next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.language import smoothing
from engine.language.counts import START, Bools, Counts, last, taken
from engine.language.ngram.factors import Explained, counted, explain
from engine.language.ngram.reading import Ground, NgramFrame, Smoothed, after, read, settings, strings
from engine.language.smoothing import ESTIMATORS, Model
from engine.params import choice
from engine.texts import Text

COLUMNS = 7  # words that estimators are compared on
LOOKED = 500  # contexts that are looked at for one of words


class Context(Smoothed):
    context: str = choice("")


@dataclass(frozen=True)
class ContextFrame(NgramFrame):
    context: np.ndarray  # str (≤ order − 1,)
    shown: int  # estimators shown so far
    words: np.ndarray  # str (w,): some next words, seen ones first
    level: np.ndarray  # int64 (w,): the longest n-gram that was seen of each
    count: np.ndarray  # int64 (w,): C(h w)
    p: np.ndarray  # float64 (12, w): by estimator; -1 where it is undefined
    sums: np.ndarray  # float64 (12,): sums over the whole vocabulary; -1 likewise
    mass: np.ndarray  # float64 (12, order + 1): of the words whose longest n-gram has m tokens
    kinds: np.ndarray  # int64 (order + 1,): how many words those are
    times: int  # C(h)
    now: Explained  # of the first word, by the estimator shown last
    fallback: int  # the lowest level at which its discounts could not be estimated; 0: none
    explained: tuple[Explained, ...]  # of every word, as `now` of the first
    once: int  # different words that followed once
    followed: int  # places of the held-out lines where the context stands
    new: int  # of them those with a word after it that never followed in the training text


def context(params: Context, text: Text) -> Iterator[NgramFrame]:
    """Read a text, then show the next word's distribution under one estimator more at every step. Raises DataError."""
    ground = yield from read(params, text)
    yield from after(ground, _answers(ground))


def _answers(ground: Ground[Context]) -> Iterator[ContextFrame]:
    counts, total = ground.counts, len(ESTIMATORS) + 1
    asked = _asked(ground)
    levels = _levels(counts, asked)
    shown = _some(counts, asked, levels)
    told = settings(ground)
    models = [smoothing.fit(counts, name, told) for name in ESTIMATORS]
    P = np.stack([model.distribution(asked) for model in models])  # (12, V)
    there = np.array([model.defined(asked) for model in models])
    mass = np.stack([np.bincount(levels, weights=p, minlength=counts.order + 1) for p in P])
    P = np.where(there[:, None], P, -1.0)
    names = (*counts.vocabulary, START)
    raw = [counted(counts, asked, token) for token in shown]
    followed, new = _held_out(ground, asked, levels > len(asked))
    for step in range(total):
        model: Model = models[max(step - 1, 0)]
        told_of = tuple(explain(model, asked, token) for token in shown)
        yield ContextFrame(
            step, "", total, **ground.facts,
            context=strings([names[token] if token >= 0 else "?" for token in asked]), shown=step,
            words=strings([counts.vocabulary[token] for token in shown]), level=levels[shown],
            count=np.array([count for count, _ in raw], np.int64), p=P[:, shown].copy(),
            sums=np.where(there, P.sum(1), -1.0), mass=mass, kinds=np.bincount(levels, minlength=counts.order + 1),
            times=raw[0][1], now=told_of[0], fallback=min(model.fallback, default=0), explained=told_of,
            once=_once(counts, asked), followed=followed, new=new,
        )  # fmt: skip


def _asked(ground: Ground[Context]) -> tuple[int, ...]:
    """The context that was typed, else the commonest that looks like words."""
    counts, length = ground.counts, ground.counts.order - 1
    if typed := ground.corpus.tokenised(ground.params.context):
        return last([counts.number.get(word, counts.unk) for word in typed], length)
    if not length:
        return ()
    for node in np.argsort(-counts.levels[length].count, kind="stable")[:LOOKED]:
        found = _spelt(counts, int(node), length)
        if all(token < counts.V and counts.vocabulary[token].isalpha() for token in found):
            return found
    return (counts.V,) * min(length, counts.starts)


def _spelt(counts: Counts, node: int, length: int) -> tuple[int, ...]:
    """The tokens of a node of a level."""
    tokens = []
    for m in range(length, 0, -1):
        tokens.append(int(counts.levels[m].token[node]))
        node = int(counts.levels[m].parent[node])
    return tuple(tokens[::-1])


def _levels(counts: Counts, context: Sequence[int]) -> np.ndarray:
    """For every token the longest n-gram that was seen of the context's end and it: (V,)."""
    levels = np.zeros(counts.V, np.int64)
    for m in range(1, min(counts.order, len(context) + 1) + 1):
        node = counts.node(last(context, m - 1))
        if node >= 0:
            levels[counts.levels[m].token[counts.children(m, node)]] = m
    return levels


def _once(counts: Counts, context: Sequence[int]) -> int:
    """How many different words followed a context just once: Turing's estimate of what is new, times C(h)."""
    node, m = counts.node(context), len(context) + 1
    return int((counts.levels[m].count[counts.children(m, node)] == 1).sum()) if node >= 0 else 0


def _held_out(ground: Ground[Context], context: tuple[int, ...], seen_here: Bools) -> tuple[int, int]:
    """How often a context stands in the held-out lines, and how often a word follows that never did; `seen_here`: (V,)."""
    counts, length = ground.counts, len(context)
    followed = new = 0
    for line in (*ground.corpus.tune, *ground.corpus.test):
        words = [counts.number.get(word, counts.unk) for word in line]
        ids = (*[counts.V] * counts.starts, *words, counts.end)
        for at in range(max(counts.starts, length), len(ids)):
            if ids[at - length : at] == context:
                followed += 1
                new += ids[at] < 0 or not seen_here[ids[at]]
    return followed, new


def _some(counts: Counts, context: Sequence[int], levels: np.ndarray) -> list[int]:
    """Next words to look at: the commonest of those seen here, then of those seen after shorter and shorter contexts."""
    whole = len(context) + 1
    room = {whole: 3, 1: 1, 0: 1}
    out: list[int] = []
    for m in range(whole, -1, -1):
        here = np.flatnonzero(levels == m)
        if m:
            node = counts.node(last(context, m - 1))
            found = counts.find(m, np.full(len(here), node), here)
            here = here[np.argsort(-taken(counts.levels[m].count, found, 0), kind="stable")]
        out += here[: room.get(m, 2)].tolist()
    return out[:COLUMNS]
