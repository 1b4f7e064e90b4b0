"""What the parts of decoding's picture look at: a frame, its ranked sentences, and which nodes matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np

import engine.params
from charts.numbers import chance, number
from charts.panels import Safe, escaped
from engine.language import decoding
from engine.language.decoding import OPEN, DecodingFrame, SampleFrame, SearchFrame, Sentence, Tokens
from engine.language.smoothing import SCORES
from engine.params import choice
from engine.texts import Text
from views.look import Look

LIVING = (OPEN, decoding.ALIVE, decoding.FINISHED, decoding.CUT)
HIGHEST = 2.0  # the length exponent's range
PATHS = 8  # sentences whose paths are drawn of a whole search
SEARCHES = ("beam", "greedy", "exhaustive", "widths")


class Options(engine.params.Options):
    alpha: float = engine.params.number(0.75, 0, HIGHEST, step=0.05)  # the list is ranked by log P / L^alpha
    shape: Literal["river", "blocks"] = choice("river")  # of the tree
    pool: Literal["finished", "kept"] = choice("finished", rare=True, only=SEARCHES)  # what is ranked: "kept": all prefixes kept
    factors: Literal["p", "log"] = choice("p", rare=True, only=SEARCHES)  # on the branches; what the formula multiplies or adds
    reference: str = choice("", rare=True)  # what the outputs are compared with


@dataclass(frozen=True)
class Scene:
    """What the parts of one picture look at. A model hands out probabilities P, stupid back-off scores S."""

    look: Look[Any]
    frame: DecodingFrame  # with as much of the tree as is drawn
    model: Tokens  # the names of tokens: a frame holds all the rest
    ranked: list[Sentence]
    logs: np.ndarray  # [n] log probabilities of the nodes, as which branches are wide
    quiet: np.ndarray  # bool [n] nothing alive hangs on it; of samples: none came by
    lit: np.ndarray  # bool [n] what this step is about; at the end, the best sentence's path
    greedy: np.ndarray  # bool [n] greedy's path, at the end
    over: bool  # whether the first of the list has won
    known: int  # nodes but for the path of an optimum that nobody drew

    @property
    def best(self) -> Sentence | None:
        return self.ranked[0] if self.ranked else None

    @cached_property
    def scores(self) -> bool:
        """Whether the model hands out scores, no probabilities."""
        return isinstance(self.look.data[0], Text) and self.look.params.estimator in SCORES

    @cached_property
    def letter(self) -> str:
        return "S" if self.scores else "P"

    @property
    def added(self) -> bool:  # logarithms, instead of multiplying probabilities
        return bool(self.look.options.factors == "log")

    @cached_property
    def sampled(self) -> bool:
        return isinstance(self.frame, SampleFrame)

    @property
    def singly(self) -> bool:
        """Whether the prefixes of a beam are asked one after the other."""
        return not self.sampled and getattr(self.look.params, "close_up", -1) >= 0

    @cached_property
    def fresh(self) -> np.ndarray:  # bool [n]: named by the model, but not yet scored
        return np.asarray((self.frame.state == OPEN) & (self.frame.part == "expand"))

    @cached_property
    def dry(self) -> np.ndarray:  # bool [n]: what was pruned, and plays no other part
        return np.asarray(self.quiet & ~self.lit & ~self.greedy & (self.frame.parent >= 0))

    @cached_property
    def steps(self) -> np.ndarray:  # [n] log probability of each node's own token
        return np.asarray(self.logs - self.logs[np.maximum(self.frame.parent, 0)])

    @cached_property
    def ways(self) -> list[list[int]]:
        """The tokens on the way to every node."""
        out: list[list[int]] = [[]]
        for above, token in zip(self.frame.parent[1:].tolist(), self.frame.token[1:].tolist(), strict=True):
            out.append([*out[above], token])
        return out

    @cached_property
    def left(self) -> dict[int, float]:
        """What is left of all probability after each step of a beam search so far; of scores nothing can be said."""
        if self.scores or not isinstance(self.look.params, decoding.Beam | decoding.Greedy):
            return {}
        return {frame.step: decoding.held(frame) for frame in self.look.frames if frame.part in ("", "force", "prune")}

    def say(self, key: str, **values: Any) -> Safe:
        return Safe(self.look.say(key, P=self.letter, p=self.letter.lower(), **values))

    def said(self, tokens: Sequence[int]) -> str:
        return escaped(self.model.words(tokens)) or "∅"

    def name(self, node: int) -> str:  # of the prefix that ends in a node
        return self.model.words(self.ways[int(node)]) or "∅"

    def factor(self, logp: float) -> str:
        """What one token contributes: its probability, or the logarithm of it."""
        return number(logp, 2) if self.added else p_of(float(np.exp(logp)))


def search_scene(look: Look[SearchFrame], *, dotted: bool = True) -> Scene:
    """A search step by step."""
    over, before = look.frame.part == "end", look.frames[max(len(look.frames) - 2, 0)]
    return searched(look, look.frame, len(before.parent if over else look.frame.parent), over=over, dotted=dotted)


def fewer(frame: SearchFrame, options: Options) -> SearchFrame:
    """The frame of a whole search with as much of its tree as is drawn: only the paths of what is listed."""
    listed = decoding.ranked(frame, options.alpha, kept=options.pool == "kept")[:PATHS]
    return decoding.only(frame, decoding.up_from(frame, [0, *(item.node for item in listed)]))


def sample_scene(look: Look[SampleFrame]) -> Scene:
    """What can be drawn, and what was."""
    frame, n = look.frame, len(look.frame.parent)
    names = decoding.tokens_of(look.data[0], frame, look.params)
    lit, none = decoding.along(frame, frame.drawn.tolist()), np.zeros(n, bool)
    lit[0] |= frame.part != ""
    return Scene(look, frame, names, decoding.counted(frame), frame.logq, frame.count == 0, lit, none, over=False, known=n)


def searched(look: Look[Any], frame: SearchFrame, known: int, *, over: bool = True, dotted: bool = True) -> Scene:
    """What a search has come to, of whose tree a part may be drawn."""
    names = decoding.tokens_of(look.data[0], look.frame, look.params)
    ranked = decoding.ranked(frame, look.options.alpha, kept=look.options.pool == "kept")
    path = decoding.up_from(frame, [ranked[0].node] if ranked else [])
    greedy = decoding.along(frame, frame.greedy_tokens.tolist())
    greedy &= over and dotted and bool((greedy != path).any())
    lit = path if over else _now(frame)
    return Scene(look, frame, names, ranked, frame.logp, decoding.barren(frame), lit, greedy, over=over, known=known)


def _now(frame: SearchFrame) -> np.ndarray:
    """What a step of a search is about: the candidates; once they are judged, those that were kept."""
    if frame.part == "expand" and (frame.state == OPEN).any():
        return np.asarray((frame.state == OPEN) & np.isin(frame.parent, frame.asked))
    return np.asarray((frame.depth == frame.step) & np.isin(frame.state, LIVING) & (frame.step > 0) & (frame.part != ""))


@lru_cache(maxsize=4096)
def p_of(value: float) -> str:
    """A probability as people write it."""
    return chance(value, 3)
