"""A text made ready for n-gram models: cut into tokens, some of it held out, the rest counted. Long texts go piece by piece.

A base of `ngram`, and of whatever else wants an n-gram model of a text.
"""

from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, count
from typing import Any, TypeVar

import numpy as np

from engine.language import smoothing, tokens
from engine.language.counts import Counts, Floats, Padding, Unknown, counting, last
from engine.language.smoothing import SCORES, Estimator, Model, Settings
from engine.texts import Text

CHUNK = 500_000  # characters that are cut between two looks
LEAST = 10  # lines that a text must have for some to be held out
REMEMBERED = 6  # pieces and counts of the last texts that a process keeps


@dataclass(frozen=True)
class How:
    """How a text is read."""

    cut: tokens.Mode = "auto"
    lower: bool = True
    held_out: int = 10  # per cent of the lines, the last ones
    order: int = 3
    padding: Padding = "all"
    unknown: Unknown = "share"
    cutoff: int = 2

    @property
    def counting(self) -> tuple[Any, ...]:
        """What the counts depend on, besides the lines."""
        return self.order, self.padding, self.unknown, self.cutoff


@dataclass(frozen=True)
class Progress:
    """How far the reading of a long text has come."""

    share: float
    tokens: int
    types: int
    grams: tuple[int, ...]  # different n-grams of every length that has been sorted


@dataclass(frozen=True)
class Corpus:
    """A text that has been read."""

    text: Text
    how: How
    counts: Counts
    train: list[list[str]]
    tune: list[list[str]]  # held-out lines that weights are learned on
    test: list[list[str]]  # held-out lines that perplexity is measured on

    def tokenised(self, line: str) -> list[str]:
        """A visitor's words, cut as the text is."""
        mode = tokens.mode_of(self.text, self.how.cut)
        cut = tokens.cutter(mode, self.text.dictionary, lower=self.how.lower, spaced=self.text.language != "zh")
        return cut(self.text.as_here(line.strip()))


def read(text: Text, how: How) -> Corpus:
    """Read a text to its end. Raises DataError."""
    steps = reading(text, how)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: Corpus = done.value
            return found


def reading(text: Text, how: How) -> Generator[Progress, None, Corpus]:
    """Read a text; a long one says between its pieces, and between the orders, how far it has come. Raises DataError."""
    parts = _parts(text)
    long = len(parts) > 1
    lines: list[list[str]] = []
    seen: set[str] = set()
    size = 0
    for number, part in enumerate(parts):
        if long:
            yield Progress(0.9 * number / len(parts), size, len(seen), ())
        cut = _kept((part, how.cut, how.lower), partial(_cut, part, how))
        lines += cut
        size += sum(map(len, cut))
        seen.update(chain.from_iterable(cut))
    held = len(lines) * how.held_out // 100 if len(lines) >= LEAST else 0
    learn, rest = lines[: len(lines) - held], lines[len(lines) - held :]
    grams: tuple[int, ...] = ()
    for step in _kept((text, how), partial(_steps, learn, how))():
        if isinstance(step, Counts):
            return Corpus(text, how, step, learn, rest[: held // 2], rest[held // 2 :])
        if long:
            yield Progress(0.9 + 0.1 * len(grams) / how.order, size, len(seen), grams)
        grams = (*grams, step)
    raise AssertionError("counting ends with the counts")


T = TypeVar("T")
_MEMORY: OrderedDict[Any, Any] = OrderedDict()  # the last texts that were cut and counted in this process


def _kept(key: Any, make: Callable[[], T]) -> T:
    if key not in _MEMORY:
        _MEMORY[key] = make()
        while len(_MEMORY) > REMEMBERED:
            _MEMORY.popitem(last=False)
    _MEMORY.move_to_end(key)
    value: T = _MEMORY[key]
    return value


def _parts(text: Text) -> list[Text]:
    """A long text in parts of whole lines."""
    if text.characters <= 2 * CHUNK:
        return [text]
    parts: list[list[str]] = [[]]
    size = 0
    for line in text.lines:
        if size > CHUNK:
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += len(line)
    return [replace(text, lines=tuple(part)) for part in parts]


def _cut(part: Text, how: How) -> list[list[str]]:
    return [line for line in tokens.tokenise(part, how.cut, lower=how.lower) if line]


def _steps(lines: list[list[str]], how: How) -> Callable[[], Iterator[int | Counts]]:
    """The steps of counting; once they are through, the same steps at no cost."""
    done: list[int | Counts] = []

    def steps() -> Iterator[int | Counts]:
        fresh = []
        for step in done or counting(lines, *how.counting):
            fresh.append(step)
            if isinstance(step, Counts):
                done[:] = fresh
            yield step

    return steps


# ----------------------------------------------------------------------------------------------------- a model to be decoded


@dataclass(frozen=True, eq=False)
class Writer:
    """An n-gram model as one who writes: <unk> is never written, what it had goes to the others in proportion."""

    model: Model

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """As `LanguageModel.vocabulary`."""
        return self.model.vocabulary

    @property
    def end(self) -> int:
        """As `LanguageModel.end`."""
        return self.model.end

    def next_log_probs(self, prefixes: Any) -> Floats:
        """As `LanguageModel.next_log_probs`, (batch, vocabulary); of scores, which share out nothing, their logarithms."""
        logs = self.model.next_log_probs(prefixes)
        unk = self.model.counts.unk
        if unk >= 0:
            rest = -np.expm1(logs[:, unk])
            logs[:, unk] = -np.inf
            if self.model.name not in SCORES:
                logs -= np.log(np.maximum(rest, 1e-300))[:, None]
        return logs


def offspring(found: Corpus, estimator: Estimator, beginning: Sequence[str]) -> Iterator[float]:
    """How many ways there are to go on by 1, 2, 3, … tokens that a `Writer` of this text would give a probability; or fewer.

    It is told from the counts alone. Maximum likelihood knows only what was seen; all others but Good–Turing know every word.
    """
    counts = found.counts
    if estimator == "mle":
        yield from _trodden(counts, [counts.number.get(token, -1) for token in beginning])
    elif estimator != "good_turing":  # where every word occurs once, it leaves them nothing
        yield from ((counts.V - 1.0) * (counts.V - 2.0) ** t for t in count())


def _trodden(counts: Counts, beginning: Sequence[int]) -> Iterator[float]:
    """The ways that maximum likelihood leaves open: for each context, how many prefixes end in it; every n-gram is a step on."""
    level = counts.levels[-1]
    start = counts.node(last((*[counts.V] * counts.starts, *beginning), counts.order - 1))
    ways: Floats = np.zeros(len(counts.levels[-2].key))
    ways[start] = start >= 0
    while True:
        steps = np.where(level.token < counts.V, ways[level.parent], 0.0)
        yield float(steps.sum())
        steps[level.token == counts.end] = 0
        ways = np.bincount(level.suffix, weights=steps, minlength=len(ways)).astype(float)


def typed(text: Text, line: str) -> list[str]:
    """A visitor's words, cut as a `writer` of this text cuts it."""
    how = How()
    return tokens.cutter(tokens.mode_of(text, how.cut), text.dictionary, lower=how.lower, spaced=text.language != "zh")(
        text.as_here(line.strip())
    )


def writer(text: Text, order: int, estimator: Estimator) -> Writer:
    """A model of a text, estimated with the settings that the n-gram page opens with. Raises DataError."""
    found = read(text, How(order=order))
    weights = smoothing.mixed(smoothing.components(found.counts, found.tune))
    return Writer(smoothing.fit(found.counts, estimator, Settings(weights=weights)))
