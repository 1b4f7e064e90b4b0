"""How often runs of tokens occur: every n-gram up to an order, in sorted arrays that are found by bisection.

An m-gram is a node of level m; its key is the node of its first m − 1 tokens and its last token, so the continuations of a
context lie side by side. Its suffix is the node without its first token, one level up. Counting sorts a text once an order.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Padding = Literal["all", "one", "none"]  # n − 1 start marks before a sentence and one end mark; one and one; neither
Unknown = Literal["share", "rare", "none"]  # <unk> without a count; rare words are <unk>; no unknown words

START, END, UNK = "<s>", "</s>", "<unk>"


@dataclass(frozen=True, eq=False)
class Level:
    """All m-grams of one m, sorted by context, then by token. The start mark is the token V, and never predicted."""

    key: Ints  # (g,) parent · (V + 1) + token, ascending
    parent: Ints  # (g,) the context: a node of the level before
    token: Ints  # (g,)
    count: Ints  # (g,)
    suffix: Ints  # (g,) the m-gram without its first token: a node of the level before
    left: Ints  # (g,) how many different tokens stand before it; of the highest level 0
    begins: Bools  # (g,) whether it begins with a start mark
    first: Ints  # (nodes of the level before + 1,) where the continuations of each context begin


@dataclass(frozen=True, eq=False)
class Counts:
    """The n-grams of a text. `levels[0]` is the empty context."""

    vocabulary: tuple[str, ...]  # commonest first, then the end mark, then <unk> if there is one
    order: int
    padding: Padding
    unknown: Unknown
    levels: tuple[Level, ...]
    replaced: int  # tokens that became <unk>

    @cached_property
    def number(self) -> dict[str, int]:
        """The number of every token, of the start mark too."""
        return {token: i for i, token in enumerate((*self.vocabulary, START))}

    @property
    def V(self) -> int:
        """How many tokens can be predicted."""
        return len(self.vocabulary)

    @property
    def end(self) -> int:
        """The number of the end mark; −1 where there is none."""
        return self.number[END] if self.padding != "none" else -1

    @property
    def unk(self) -> int:
        """The number of <unk>; −1 where there is none."""
        return self.number.get(UNK, -1)

    @property
    def starts(self) -> int:
        """How many start marks stand before a sentence."""
        return {"all": self.order - 1, "one": 1, "none": 0}[self.padding]

    @property
    def tokens(self) -> int:
        """How many tokens were predicted: words and end marks."""
        return int(self.levels[1].count[self.events(1)].sum())

    def events(self, m: int) -> Bools:
        """Which nodes of level m end in a token that is predicted."""
        return self.levels[m].token < self.V

    def adjusted(self, m: int) -> Ints:
        """Kneser and Ney's counts: below the highest level the different tokens before a node.

        With one start mark, n-grams that begin with it have nothing before them and keep their counts, as in KenLM.
        """
        level = self.levels[m]
        if m == self.order:
            return level.count
        raw = level.begins if self.padding == "one" else level.left == 0
        return np.where(raw, level.count, level.left)

    def find(self, m: int, parents: Ints, tokens: Ints) -> Ints:
        """The nodes of level m with these contexts and last tokens; −1 where there are none."""
        keys = parents * (self.V + 1) + tokens
        key = self.levels[m].key
        at = np.searchsorted(key, keys)
        return np.where((parents >= 0) & (tokens >= 0) & (taken(key, at, -1) == keys), at, -1)

    def node(self, context: Sequence[int]) -> int:
        """The node of a context; −1 if it never occurs."""
        node = np.zeros(1, np.int64)
        for m, token in enumerate(context, 1):
            node = self.find(m, node, np.array([token]))
        return int(node[0])

    def children(self, m: int, context: int) -> slice:
        """Where the continuations of a context (a node of level m − 1) stand in level m; those that are predicted."""
        level = self.levels[m]
        low, high = int(level.first[context]), int(level.first[context + 1])
        return slice(low, high - int(high > low and level.token[high - 1] == self.V))

    def encode(self, sentences: Sequence[Sequence[str]]) -> "Stream":
        """Sentences as numbers, with their marks."""
        known, unk = self.number, self.unk
        flat = np.fromiter((known.get(token, unk) for token in chain.from_iterable(sentences)), np.int64)
        return stream(flat, np.array([len(sentence) for sentence in sentences], np.int64), self.starts, self.V, self.end)

    def nodes(self, text: "Stream") -> list[Ints]:
        """For every m the node of the m-gram that ends at each place; −1 where it is new or reaches over a sentence's start."""
        found = [np.zeros(len(text.token), np.int64)]
        for m in range(1, self.order + 1):
            before = np.concatenate([[-1], found[-1][:-1]]) if m > 1 else found[0]
            found.append(self.find(m, np.where(text.place >= m - 1, before, -1), text.token))
        return found


@dataclass(frozen=True, eq=False)
class Stream:
    """Sentences one after another, each with its marks."""

    token: Ints  # (n,); the start mark is V, an unknown word −1 where there is no <unk>
    place: Ints  # (n,) within its sentence
    event: Bools  # (n,) whether it is predicted
    sentence: Ints  # (n,)


def stream(flat: Ints, lengths: Ints, starts: int, start: int, end: int) -> Stream:
    """Tokens (of sentences of these lengths) with `starts` start marks before and, unless it is −1, an end mark after each."""
    ends = int(end >= 0)
    sizes = lengths + starts + ends
    begin = np.concatenate([[0], np.cumsum(sizes)])
    sentence = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(begin[-1]) - begin[:-1][sentence]
    token = np.full(begin[-1], start, np.int64)
    if ends:
        token[begin[1:] - 1] = end
    inner = (place >= starts) & (place < sizes[sentence] - ends)
    token[inner] = flat
    return Stream(token, place, place >= starts, sentence)


def count(
    sentences: Sequence[Sequence[str]], order: int, padding: Padding = "all", unknown: Unknown = "share", cutoff: int = 2
) -> Counts:
    """Count all n-grams up to an order. With `unknown="rare"` words that occur less than `cutoff` times become <unk>."""
    *_, found = counting(sentences, order, padding, unknown, cutoff)
    assert isinstance(found, Counts)
    return found


def counting(
    sentences: Sequence[Sequence[str]],
    order: int,
    padding: Padding = "all",
    unknown: Unknown = "share",
    cutoff: int = 2,
    vocabulary: Sequence[str] = (),
) -> Iterator[int | Counts]:
    """The same in steps, so that it can be watched and stopped: each level as it is done, at last the Counts.

    A given `vocabulary` decides what the words are, whether they occur here or not.
    """
    if not any(sentences):
        raise DataError("text_empty")
    times = Counter(chain.from_iterable(sentences))
    known = set(vocabulary) or {token for token, often in times.items() if unknown != "rare" or often >= cutoff}
    rare = [token for token in times if token not in known]
    words = [token for token, _ in times.most_common() if token in known]
    marks = [END] * (padding != "none") + [UNK] * (unknown == "share" or bool(rare))
    vocabulary = tuple(dict.fromkeys([*words, *vocabulary, *marks]))
    number = {token: i for i, token in enumerate(vocabulary)}
    unk = number.get(UNK, -1)
    flat = np.fromiter((number.get(token, unk) for token in chain.from_iterable(sentences)), np.int64, count=times.total())
    starts = {"all": order - 1, "one": 1, "none": 0}[padding]
    lengths = np.array([len(sentence) for sentence in sentences], np.int64)
    text = stream(flat, lengths, starts, len(vocabulary), number[END] if padding != "none" else -1)
    levels = [_root()]
    nodes = np.zeros(len(text.token), np.int64)
    for m in range(1, order + 1):
        level, nodes = _level(text, m, nodes, levels[-1], len(vocabulary) + 1)
        levels.append(level)
        yield m
    yield Counts(vocabulary, order, padding, unknown, _with_left(levels), sum(times[token] for token in rare))


def _root() -> Level:
    zero = np.zeros(1, np.int64)
    return Level(zero, zero, zero, zero, zero, zero, np.zeros(1, bool), np.array([0, 1]))


def _level(text: Stream, m: int, nodes: Ints, before: Level, base: int) -> tuple[Level, Ints]:
    """Level m, and the node of the m-gram that ends at each place, from those of level m − 1."""
    there = np.flatnonzero(text.place >= m - 1)
    parents = nodes[there - 1] if m > 1 else nodes[there]
    key, at, inverse, times = np.unique(
        parents * base + text.token[there], return_index=True, return_inverse=True, return_counts=True
    )
    parent, token = np.divmod(key, base)
    here = np.full(len(nodes), -1, np.int64)
    here[there] = inverse
    suffix = nodes[there[at]]  # the (m − 1)-gram that ends at the same place
    begins = before.begins[parent] if m > 1 else token == base - 1
    first = np.searchsorted(parent, np.arange(len(before.key) + 1))
    return Level(key, parent, token, times.astype(np.int64), suffix, np.zeros(len(key), np.int64), begins, first), here


def _with_left(levels: Sequence[Level]) -> tuple[Level, ...]:
    out = []
    for level, above in zip(levels, [*levels[1:], None], strict=True):
        left = level.left if above is None else np.bincount(above.suffix, minlength=len(level.key))
        out.append(Level(level.key, level.parent, level.token, level.count, level.suffix, left, level.begins, level.first))
    return tuple(out)


def last(tokens: Sequence[int], wanted: int) -> tuple[int, ...]:
    """The last of some tokens, as many as wanted, or all where there are fewer."""
    return tuple(tokens[max(0, len(tokens) - wanted) :])


def taken(values: NDArray[Any], places: Ints, otherwise: float) -> NDArray[Any]:
    """The values at some places; another where a place is none of theirs, be it −1 or past the end."""
    inside = (places >= 0) & (places < len(values))
    out = np.full(len(places), otherwise, values.dtype)
    out[inside] = values[places[inside]]
    return out


def count_of_counts(times: Iterable[int] | Ints, highest: int) -> Ints:
    """n_r for r = 0 … highest: how many different things occur r times."""
    found = np.bincount(np.minimum(np.asarray(times), highest + 1), minlength=highest + 2)
    return found[: highest + 1]
