"""What the parts of decoding's picture look at: a frame, its ranked sentences, and which nodes matter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, Protocol

import numpy as np

import engine.params
from charts import trees
from charts.numbers import chance, number
from charts.panels import escaped
from engine.language import lm
from engine.language.decoding import (
    ALIVE,
    CUT,
    EXPANDED,
    FINISHED,
    OPEN,
    DecodingFrame,
    SampleFrame,
    SearchFrame,
    Source,
    sentence_of,
)
from engine.language.decoding import score as score_of
from engine.params import choice
from engine.tables import Table
from engine.texts import Text
from views.language import decoding_words
from views.look import Look

LIVING = (OPEN, ALIVE, FINISHED, CUT)
ROWS = 8  # sentences listed, at most
HIGHEST = 2.0  # the length exponent's range
SEARCHES = ("beam", "greedy", "exhaustive", "widths")


class Options(engine.params.Options):
    alpha: float = engine.params.number(0.75, 0, HIGHEST, step=0.05)  # the list is ranked by log P / L^alpha
    pool: Literal["finished", "kept"] = choice("finished", rare=True, only=SEARCHES)  # what is ranked: "kept": all prefixes kept
    factors: Literal["p", "log"] = choice("p", rare=True, only=SEARCHES)  # on the branches; what the formula multiplies or adds
    reference: str = choice("", rare=True)  # what the outputs are compared with


@dataclass(frozen=True)
class Sentence:
    """One line of the list."""

    tokens: tuple[int, ...]
    logp: float
    node: int  # in the tree, or −1
    cut: bool
    count: int = 0
    logq: float = 0.0

    def score(self, alpha: float) -> float:
        return score_of(self.logp, max(len(self.tokens), 1), alpha)


class Vocabulary(Protocol):
    """Names of tokens."""

    def __getitem__(self, token: Any, /) -> Any: ...
    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Spelling:
    """The names of those tokens of a large vocabulary that a frame has to do with."""

    words: Mapping[int, str]
    size: int

    def __getitem__(self, token: int) -> str:
        return self.words[int(token)]

    def __len__(self) -> int:
        return self.size


@dataclass(frozen=True)
class Tokens:
    """What a picture needs to know of a model."""

    vocabulary: Vocabulary
    end: int

    def words(self, tokens: Iterable[int]) -> str:
        """Tokens as they are written."""
        return " ".join(self.vocabulary[token] for token in tokens)


@dataclass(frozen=True)
class Scene:
    """What the parts of one picture look at."""

    look: Look[Any]  # with words for what the model hands out
    frame: DecodingFrame  # with as much of the tree as is drawn
    model: Tokens  # the names of tokens: a frame holds all the rest
    ranked: list[Sentence]
    y: np.ndarray  # [n] heights of the nodes
    logs: np.ndarray  # [n] log probabilities of the nodes, which discs and branches show
    quiet: np.ndarray  # bool [n] nothing alive hangs on it; of samples: none came by
    lit: set[int]  # the nodes of the best sentence's path, at the end
    greedy: set[int]  # those of greedy's path, at the end
    kept: bool  # whether prefixes are listed, not sentences
    added: bool  # whether logarithms are added up instead of multiplying probabilities

    @property
    def best(self) -> Sentence | None:
        return self.ranked[0] if self.ranked else None

    @property
    def scores(self) -> bool:
        """Whether the model hands out scores, no probabilities."""
        return decoding_words.scores(self.look)

    @property
    def over(self) -> bool:
        """Whether the first of the list has won."""
        return bool(self.lit) or self.frame.part == "end"

    def said(self, tokens: Sequence[int]) -> str:
        return escaped(self.model.words(tokens)) or "∅"

    def name(self, node: int) -> str:
        """The prefix that ends in a node."""
        return self.model.words(sentence_of(self.frame, int(node))) or "∅"

    def factor(self, logp: float) -> str:
        """What one token contributes: its probability, or the logarithm of it."""
        return number(logp, 2) if self.added else p_of(float(np.exp(logp)))


def search_scene(look: Look[SearchFrame], *, fan: int | None = None, dotted: bool = True) -> Scene:
    """A search step by step. `fan`: children that every prefix has room for, where prefixes are asked one by one."""
    frame, before = look.frame, look.frames[max(len(look.frames) - 2, 0)]
    over = frame.part == "end"
    known = len(before.parent) if over else len(frame.parent)
    return _search(look, frame, known, fan, over=over, dotted=dotted)


def width_scene(look: Look[SearchFrame]) -> Scene:
    """What a whole search at some width has come to."""
    frame = fewer(look.frame, look.options)
    return _search(look, frame, len(frame.parent), None, over=True, dotted=True)


def sample_scene(look: Look[SampleFrame]) -> Scene:
    """What can be drawn, and what was."""
    frame = look.frame
    return Scene(
        decoding_words.named(look),
        frame,
        tokens_of(look.data[0], frame, look.params.normalise),
        sampled(frame),
        y=_heights(frame, len(frame.parent), None),
        logs=frame.logq,
        quiet=frame.count == 0,
        lit=set(),
        greedy=set(),
        kept=False,
        added=False,
    )


def _search(look: Look[Any], frame: SearchFrame, known: int, fan: int | None, *, over: bool, dotted: bool) -> Scene:
    ranked = ranking(frame, look.options)
    lit = path_to(frame, ranked[0].node) if over and ranked and ranked[0].node >= 0 else set()
    greedy = _greedy(frame) if over and dotted else set()
    return Scene(
        decoding_words.named(look),
        frame,
        tokens_of(look.data[0], look.frame, look.params.normalise),
        ranked,
        y=_heights(frame, known, fan),
        logs=frame.logp,
        quiet=_grey(frame),
        lit=lit,
        greedy=greedy if greedy != lit else set(),
        kept=look.options.pool == "kept",
        added=look.options.factors == "log",
    )


def _heights(frame: DecodingFrame, known: int, fan: int | None) -> np.ndarray:
    """Heights of the nodes. Those after the `known` first ones, the path of an optimum nobody drew, go along the foot."""
    y = np.full(len(frame.parent), 1.04)
    opens = np.isin(frame.state[:known], (ALIVE, EXPANDED))
    y[:known] = trees.places(frame.parent[:known], frame.depth[:known], opens, fan)
    return y


def fewer(frame: SearchFrame, options: Options) -> SearchFrame:
    """The frame of a whole search with as much of its tree as is drawn: only the paths of what is listed."""
    listed = ranking(frame, options)[:ROWS]
    paths = set().union({0}, *(path_to(frame, item.node) for item in listed if item.node >= 0))
    nodes = np.array(sorted(paths))
    place = np.full(len(frame.parent) + 1, -1)  # the last stands for "none"
    place[nodes] = np.arange(len(nodes))
    few = {name: getattr(frame, name)[nodes] for name in ("token", "depth", "logp", "state")}
    asked = np.isin(frame.asked, nodes)
    return replace(
        frame,
        parent=place[frame.parent[nodes]],
        finished_node=place[frame.finished_node],
        asked=place[frame.asked[asked]],
        entropy=frame.entropy[asked],
        **few,
    )


def tokens_of(source: Source, frame: DecodingFrame, normalise: bool) -> Tokens:
    """What the tokens are called: as a table or a model says; of a text, which the worker has read, as the frame spells them."""
    if isinstance(source, Table):
        model: lm.LanguageModel = _of_table(source, normalise)
    elif isinstance(source, Text):
        words = dict(zip(frame.spelled.tolist(), frame.spelling.tolist(), strict=True))
        return Tokens(Spelling(words, frame.size), frame.end)
    else:
        model = source
    return Tokens(model.vocabulary, model.end)


@lru_cache(maxsize=16)
def _of_table(table: Table, normalise: bool) -> lm.LanguageModel:
    return lm.table_model(table, normalise=normalise)


def path_to(frame: DecodingFrame, node: int) -> set[int]:
    path = set()
    while node >= 0:
        path.add(node)
        node = int(frame.parent[node])
    return path


def _greedy(frame: DecodingFrame) -> set[int]:
    """The nodes of greedy's sentence, as far as the tree has it."""
    path, node = {0}, 0
    for token in frame.greedy_tokens.tolist():
        below = np.flatnonzero((frame.parent == node) & (frame.token == token))
        if not len(below):
            break
        node = int(below[0])
        path.add(node)
    return path


def _grey(frame: DecodingFrame) -> np.ndarray:
    """Which nodes nothing alive or finished hangs on."""
    grey = ~np.isin(frame.state, LIVING)
    for node in range(len(grey) - 1, 0, -1):
        if not grey[node]:
            grey[frame.parent[node]] = False
    grey[0] = False
    return grey


def ranking(frame: SearchFrame, options: Options) -> list[Sentence]:
    """The candidates of a search, best first."""
    found = _prefixes(frame) if options.pool == "kept" else list(_finished(frame))
    return sorted(found, key=lambda item: -round(item.score(options.alpha), 12))


def sampled(frame: SampleFrame) -> list[Sentence]:
    """What was drawn, the commonest first."""
    counted = zip(_finished(frame), frame.finished_count.tolist(), frame.finished_logq.tolist(), strict=True)
    found = [replace(item, count=count, logq=logq) for item, count, logq in counted]
    return sorted(found, key=lambda item: (-item.count, -round(item.logq, 12)))


def _prefixes(frame: DecodingFrame) -> list[Sentence]:
    """Every prefix that was ever kept."""
    kept = np.flatnonzero(np.isin(frame.state, (ALIVE, EXPANDED, FINISHED, CUT)) & (frame.depth > 0))
    return [Sentence(sentence_of(frame, node), float(frame.logp[node]), node, cut=False) for node in kept.tolist()]


def _finished(frame: DecodingFrame) -> Iterable[Sentence]:
    columns = (frame.finished, frame.finished_logp, frame.finished_node, frame.finished_cut)
    for row, logp, node, cut in zip(*(column.tolist() for column in columns), strict=True):
        yield Sentence(tuple(token for token in row if token >= 0), logp, node, bool(cut))


def p_of(value: float) -> str:
    """A probability as people write it."""
    return chance(value, 3)
