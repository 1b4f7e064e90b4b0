"""What the parts of decoding's picture look at: a frame, its ranked sentences, and which nodes matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, Protocol

import numpy as np
from pydantic import Field

import engine.params
from charts import trees
from charts.numbers import chance, number
from charts.panels import escaped
from engine.data import Table, Text
from engine.language import decoding, lm
from engine.language.decoding import ALIVE, CUT, EXPANDED, FINISHED, OPEN, DecodingFrame, Params
from engine.language.smoothing import SCORES
from views import Words, scoring

Source = Table | Text | lm.LanguageModel
SCORED = (
    "tree", "list", "list_kept", "probability", "bars_asked", "bars", "curve_logp", "hover_root", "said_start",
    "said_start_exhaustive", "said_force", "said_expand", "said_score", "said_end", "said_greedy", "said_optimum",
    "said_optimum_endless", "said_mass", "said_width", "said_ask", "said_filter", "alt_best", "best_p", "optimum",
)  # fmt: skip
LIVING = (OPEN, ALIVE, FINISHED, CUT)
ROWS = 8  # sentences listed, at most
HIGHEST = 2.0  # the length exponent's range


class Options(engine.params.Options):
    alpha: float = Field(0.75, ge=0, le=HIGHEST, json_schema_extra={"step": 0.05})  # the list is ranked by log P / L^alpha
    pool: Literal["finished", "kept"] = "finished"  # what is ranked: finished sentences, or every prefix that was ever kept
    factors: Literal["p", "log"] = "p"  # what stands on the branches, and what the formula multiplies or adds up
    reference: str = ""  # what the outputs are compared with, when every width is tried


@dataclass(frozen=True)
class Sentence:
    """One line of the list."""

    tokens: tuple[int, ...]
    logp: float
    node: int  # in the tree, or −1
    cut: bool
    count: int
    logq: float

    def score(self, alpha: float) -> float:
        return decoding.score(self.logp, max(len(self.tokens), 1), alpha)


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


@dataclass(frozen=True)
class Scene:
    """What the parts of one picture look at."""

    frame: DecodingFrame
    params: Params
    options: Options
    model: Tokens  # the names of tokens: a frame holds all the rest
    words: Words
    scores: bool  # whether the model hands out scores, no probabilities
    ranked: list[Sentence]
    y: np.ndarray  # [n] heights of the nodes
    lit: set[int]  # the nodes of the best sentence's path, at the end
    greedy: set[int]  # those of greedy's path, at the end
    grey: np.ndarray  # bool [n] nothing alive hangs on it

    def said(self, tokens: Sequence[int]) -> str:
        return escaped(" ".join(self.model.vocabulary[token] for token in tokens)) or "∅"


def make_scene(frames: Sequence[DecodingFrame], i: int, params: Params, source: Source, options: Options, words: Words) -> Scene:
    frame, model = drawn_part(frames[i], params, options), tokens_of(source, frames[i], params.normalise)
    scores = isinstance(source, Text) and params.estimator in SCORES
    words = scoring(words, SCORED) if scores else words
    ranked = ranking(frame, options, params)
    over = frame.part == "end" or params.strategy == "widths"
    lit = path_to(frame, ranked[0].node) if over and ranked and ranked[0].node >= 0 else set()
    greedy = _greedy(frame) if over and params.strategy != "greedy" else set()
    y = _heights(frame, len(frames[i - 1].parent) if frame.part == "end" else len(frame.parent), len(model.vocabulary), params)
    return Scene(frame, params, options, model, words, scores, ranked, y, lit, greedy if greedy != lit else set(), _grey(frame))


def _heights(frame: DecodingFrame, known: int, vocabulary: int, params: Params) -> np.ndarray:
    """Heights of the nodes. Those after the `known` first ones, the path of an optimum nobody drew, go along the foot."""
    y = np.full(len(frame.parent), 1.04)
    singly = params.strategy == "beam" and params.close_up >= 0  # a close-up asks prefix after prefix
    fan = max(2, min(vocabulary, 24 // params.width)) if singly else None
    opens = np.isin(frame.state[:known], (ALIVE, EXPANDED))
    y[:known] = trees.places(frame.parent[:known], frame.depth[:known], opens, fan)
    return y


def drawn_part(frame: DecodingFrame, params: Params, options: Options) -> DecodingFrame:
    """The frame with as much of its tree as is drawn: of a whole search at some width only the paths of what is listed."""
    if params.strategy != "widths":
        return frame
    sentences = ranking(frame, options, params)[:ROWS]
    paths = set().union({0}, *(path_to(frame, item.node) for item in sentences if item.node >= 0))
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


def ranking(frame: DecodingFrame, options: Options, params: Params) -> list[Sentence]:
    """The candidates, best first: by score, in sampling by how often they came."""
    if options.pool == "kept" and params.strategy != "sampling":
        kept = np.flatnonzero(np.isin(frame.state, (ALIVE, EXPANDED, FINISHED, CUT)) & (frame.depth > 0))
        found = [
            Sentence(tuple(decoding.sentence_of(frame, int(node))), float(frame.logp[node]), int(node), False, 0, 0.0)
            for node in kept
        ]
    else:
        counts = frame.finished_count if len(frame.finished_count) else np.zeros(len(frame.finished), dtype=int)
        found = [
            Sentence(tuple(int(token) for token in row if token >= 0), float(logp), int(node), bool(cut), int(count), float(logq))
            for row, logp, node, cut, count, logq in zip(
                frame.finished,
                frame.finished_logp,
                frame.finished_node,
                frame.finished_cut,
                counts,
                frame.finished_logq,
                strict=True,
            )
        ]
    if params.strategy == "sampling":
        return sorted(found, key=lambda item: (-item.count, -round(item.logq, 12)))
    return sorted(found, key=lambda item: -round(item.score(options.alpha), 12))


def factor(scene: Scene, logp: float) -> str:
    """What one token contributes: its probability, or the logarithm of it."""
    return number(logp, 2) if logarithms(scene) else p_of(float(np.exp(logp)))


def logarithms(scene: Scene) -> bool:
    """Whether logarithms are added up instead of multiplying probabilities; in sampling they never are."""
    return scene.options.factors == "log" and scene.params.strategy != "sampling"


def p_of(value: float) -> str:
    """A probability as people write it."""
    return chance(value, 3)
