"""What every way of decoding keeps: prefixes as nodes of a tree, the pool of final sentences, and the frames that show both.

A base of `decoding`, under `beam`, `exhaustive` and `sampling`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, inf, nan
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame
from engine.language.decoding.ground import ALIVE, CLOSE, DIGITS, Floats, Ground, Tokens
from engine.language.lm import SLACK

SPELLED = 64  # tokens of which a frame tells the probabilities
NO_FLOATS = np.zeros(0)
NO_INTS = np.zeros(0, np.int32)
NO_WORDS = np.zeros(0, np.str_)
for nothing in (NO_FLOATS, NO_INTS, NO_WORDS):
    nothing.flags.writeable = False
LATER: dict[str, Any] = {  # what frames are told when their run is over
    "outputs": 0,
    "greedy": nan,
    "greedy_tokens": NO_INTS,
    "optimum": nan,
    "optimum_tokens": NO_INTS,
    "spelled": NO_INTS,
    "spelling": NO_WORDS,
    "size": 0,
    "end": -1,
}


@dataclass(frozen=True)
class DecodingFrame(Frame):
    """The tree so far and the final sentences so far."""

    parent: np.ndarray  # int32 (n,): the tree so far, node 0 being the root, whose parent and token are -1
    token: np.ndarray  # int32 (n,)
    depth: np.ndarray  # int32 (n,)
    logp: np.ndarray  # float64 (n,): log P of the prefix under the model
    state: np.ndarray  # int8 (n,): OPEN, ALIVE, PRUNED, FINISHED, CUT or EXPANDED
    asked: np.ndarray  # int32 (m,): nodes whose next-token distribution was asked for; sampling: the last sample's
    entropy: np.ndarray  # float64 (m,): of those distributions, in nats; sampling: as filtered
    mean_entropy: float  # of all that were asked in this step, be they in the tree or not; nan where none was
    named: np.ndarray  # int32 (v,): all tokens of a small vocabulary, of a large one the likeliest
    chances: np.ndarray  # float64 (v,): their probabilities after the last asked prefix; zeros before the first
    calls: int  # prefixes that the model was asked about so far
    finished: np.ndarray  # int32 (f, longest): final sentences in order of finishing, padded with -1
    finished_logp: np.ndarray  # float64 (f,)
    finished_node: np.ndarray  # int32 (f,): -1 where the tree leaves it out
    finished_cut: np.ndarray  # int8 (f,): 1 where the longest length cut it off
    outputs: int  # how many final sentences the run ends with
    greedy: float  # log P of greedy's sentence, in the last frame; else nan
    greedy_tokens: np.ndarray  # int32 (longest,), padded with -1; size 0 where greedy is nan, but there for every width
    optimum: float  # log P of the likeliest sentence of all, in the last frame if it could be found; else nan
    optimum_tokens: np.ndarray  # int32 (longest,), padded with -1; size 0 where optimum is nan
    spelled: np.ndarray  # int32 (s,): of a text's model: the tokens that occur here,
    spelling: np.ndarray  # (s,): how each is written,
    size: int  # how many tokens the model has (0: not told),
    end: int  # and which of them ends a sentence (-1: none, or not told)


@dataclass(frozen=True)
class SearchFrame(DecodingFrame):
    """A search: nothing is drawn, so what only samples have is empty."""

    hidden: int  # candidates of this step that the tree leaves out
    settled: bool  # the search stopped early because nothing alive could win
    width: int  # of this search; greedy 1, exhaustive 0
    mass_finished: float  # total probability of the finished sentences that the search has kept
    mass_cut: float  # the same of those that were cut off

    filtered: ClassVar[np.ndarray] = NO_FLOATS  # size 0
    left: ClassVar[int] = 0
    u: ClassVar[float] = -1.0
    slot: ClassVar[np.ndarray] = NO_FLOATS  # size 0
    count: ClassVar[np.ndarray] = NO_INTS  # size 0
    logq: ClassVar[np.ndarray] = NO_FLOATS  # size 0
    drawn: ClassVar[np.ndarray] = NO_INTS  # size 0
    distance: ClassVar[float] = nan

    @property
    def finished_logq(self) -> np.ndarray:
        """float64 (f,)."""
        return self.finished_logp

    @property
    def finished_count(self) -> np.ndarray:
        """int32 (f,): zeros."""
        return np.zeros(len(self.finished), np.int32)


@dataclass(frozen=True)
class SampleFrame(DecodingFrame):
    """Samples: the tree of what can be drawn, and what was. Nothing is hidden, pruned or settled."""

    filtered: np.ndarray  # float64 (v,): of `named`, after temperature, top-k, top-p, min-p; size 0 where no token is drawn
    left: int  # tokens of the whole vocabulary that the filters leave; 0 where no token is drawn
    u: float  # the uniform number of a draw, in a close-up; else -1
    slot: np.ndarray  # float64 (2,): the drawn token's part of 0..1, into which u falls; size 0 where no token is drawn
    finished_logq: np.ndarray  # float64 (f,): log probability under the filtered distribution
    finished_count: np.ndarray  # int32 (f,): how often it was drawn
    count: np.ndarray  # int32 (n,): samples that passed through a node
    logq: np.ndarray  # float64 (n,): log probability of a node under the filtered distribution
    drawn: np.ndarray  # int32 (L,): the last sample
    distance: float  # total variation between drawn and exact distribution; nan before the first sample

    hidden: ClassVar[int] = 0
    settled: ClassVar[bool] = False
    width: ClassVar[int] = 0
    mass_finished: ClassVar[float] = nan
    mass_cut: ClassVar[float] = nan


F = TypeVar("F", SearchFrame, SampleFrame)


@dataclass
class Tree:
    """Nodes are only ever appended; their states change."""

    parent: list[int] = field(default_factory=lambda: [-1])
    token: list[int] = field(default_factory=lambda: [-1])
    depth: list[int] = field(default_factory=lambda: [0])
    logp: list[float] = field(default_factory=lambda: [0.0])
    logq: list[float] = field(default_factory=lambda: [0.0])
    state: list[int] = field(default_factory=lambda: [ALIVE])
    child: dict[tuple[int, int], int] = field(default_factory=dict)  # (parent, token) → node

    def add(self, parent: int, token: int, logp: float, state: int, logq: float = 0.0) -> int:
        node = self.child[parent, token] = len(self.parent)
        self.parent.append(parent)
        self.token.append(token)
        self.depth.append(self.depth[parent] + 1)
        self.logp.append(logp)
        self.logq.append(logq)
        self.state.append(state)
        return node

    def path(self, tokens: Sequence[int]) -> list[int]:
        """The nodes of a sentence from the root on, as far as the tree holds them."""
        nodes = [0]
        for token in tokens:
            if (nodes[-1], token) not in self.child:
                break
            nodes.append(self.child[nodes[-1], token])
        return nodes

    def find(self, tokens: Sequence[int]) -> int:
        """The node of a sentence, or -1."""
        nodes = self.path(tokens)
        return nodes[-1] if len(nodes) == len(tokens) + 1 else -1


class Kept(NamedTuple):
    """A final sentence."""

    tokens: Tokens
    logp: float
    node: int
    cut: bool
    logq: float
    times: int = 0


def snapshot(ground: Ground, tree: Tree, pool: Sequence[Kept], step: int, part: str) -> dict[str, Any]:
    """What all frames tell of what is there now; how many there will be is not yet known."""
    few = min(len(ground.model.vocabulary), SPELLED)
    return {
        "step": step,
        "part": part,
        "total": 0,
        "parent": np.array(tree.parent, np.int32),
        "token": np.array(tree.token, np.int32),
        "depth": np.array(tree.depth, np.int32),
        "logp": np.array(tree.logp),
        "state": np.array(tree.state, np.int8),
        "asked": NO_INTS,
        "entropy": NO_FLOATS,
        "named": np.arange(few, dtype=np.int32),
        "chances": np.zeros(few),
        "finished": np.array([padded(kept.tokens, ground.longest) for kept in pool], np.int32).reshape(-1, ground.longest),
        "finished_logp": np.array([kept.logp for kept in pool], float),
        "finished_node": np.array([kept.node for kept in pool], np.int32),
        "finished_cut": np.array([kept.cut for kept in pool], np.int8),
        **LATER,
    }


def searched(ground: Ground, tree: Tree, pool: Sequence[Kept], step: int, part: str, **values: Any) -> SearchFrame:
    """A frame of a search; `values` are its other fields."""
    facts: dict[str, Any] = {
        "mean_entropy": float(values["entropy"].mean()) if len(values.get("entropy", ())) else nan,
        "hidden": 0,
        "settled": False,
        "width": 0,
        "mass_finished": sum(exp(kept.logp) for kept in pool if not kept.cut),
        "mass_cut": sum(exp(kept.logp) for kept in pool if kept.cut),
    }
    return SearchFrame(**(snapshot(ground, tree, pool, step, part) | facts | values))


def padded(tokens: Sequence[int], length: int) -> NDArray[np.int32]:
    """Tokens as an array, filled up with -1."""
    return np.array([*tokens, *[-1] * (length - len(tokens))], np.int32)


def leading(values: Floats, wanted: int) -> NDArray[np.int64]:
    """Places of the `wanted` largest values, best first; none is -inf. Ties, to 12 decimals, go to the lower place."""
    lowest = np.partition(values, -wanted)[-wanted] - CLOSE if wanted < values.size else -inf
    near = np.flatnonzero(values >= lowest if lowest > -inf else values > -inf)  # (≥ wanted,)
    return near[np.argsort(-values[near].round(DIGITS), kind="stable")[:wanted]]


def spelled(log_probs: Floats, drawn: int = -1) -> dict[str, Any]:
    """The tokens of which a frame tells the probabilities, and these; a drawn token is among them."""
    named = np.arange(len(log_probs))
    if len(named) > SPELLED:
        best = leading(log_probs, SPELLED)
        named = np.sort(best if drawn < 0 or drawn in best else np.append(best[:-1], drawn))
    return {"named": named.astype(np.int32), "chances": np.exp(log_probs[named])}


def entropy(log_probs: Floats) -> Floats:
    """Entropy in nats of distributions (m, V) given as logarithms: (m,). Of scores, which sum to more, that of their shares."""
    p = np.exp(log_probs)
    total = p.sum(-1, keepdims=True)
    total = np.where((np.abs(total - 1) > SLACK) & (total > 0), total, 1.0)
    p, log_probs = p / total, log_probs - np.log(total)
    return np.asarray(-np.where(p > 0, p * np.where(p > 0, log_probs, 0), 0).sum(-1))


def sentence_of(frame: DecodingFrame, node: int) -> Tokens:
    """The tokens on the way from the root to a node."""
    tokens: list[int] = []
    while node > 0:
        tokens.append(int(frame.token[node]))
        node = int(frame.parent[node])
    return tuple(reversed(tokens))
