"""Beam search: judge all continuations of k prefixes, keep the best k. With k = 1 it is greedy search.

A base of `decoding`, whose docstring says what happens to the end token and to ties.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.algorithm import closely
from engine.language.decoding.ground import (
    ALIVE,
    CUT,
    EXPANDED,
    OPEN,
    PRUNED,
    Decoding,
    Floats,
    Ground,
    Source,
    Tokens,
    begin,
)
from engine.language.decoding.hypotheses import Kept, SearchFrame, Tree, entropy, leading, searched, spelled
from engine.language.decoding.yardsticks import score, whole, with_optimum
from engine.params import Closing, choice, number

SHOWN = 24  # candidates of a step that the tree holds at least, if there are so many
WIDTHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100)


class Beam(Decoding, Closing):
    width: int = number(2, 1, 20)
    stop: bool = choice(False, rare=True)
    stop_alpha: float = number(0.75, 0, 2, step=0.05, rare=True, when={"stop": [True]})


class Greedy(Decoding, Closing):
    """A beam of width 1."""


class Widths(Decoding):
    """Wider and wider beams."""


def beam_search(params: Beam, source: Source) -> Iterator[SearchFrame]:
    """Keep the `width` likeliest prefixes at each step. Raises DataError and ParamError.

    Parts: "force" (a token that was asked for), "expand", "score", "prune" for each time step, then "end". A close-up asks
    prefix after prefix ("expand").
    """
    below = begin(params, source)
    yield from _search(params, below, params.width, params.stop_alpha if params.stop else None)


def greedy_search(params: Greedy, source: Source) -> Iterator[SearchFrame]:
    """Take the likeliest token at each step: a beam of width 1, with its parts. Raises DataError and ParamError."""
    yield from _search(params, begin(params, source), 1, None)


def every_width(params: Widths, source: Source) -> Iterator[SearchFrame]:
    """Search with wider and wider beams, up to one that loses nothing: a frame each. Raises DataError and ParamError."""
    below = begin(params, source)
    *rest, last = wider(below)
    last = with_optimum(below, last)
    frames = [replace(frame, greedy_tokens=last.greedy_tokens) for frame in (*rest, last)]
    yield from whole(below, frames)


def _search(params: Closing, below: Ground, width: int, stop_alpha: float | None) -> Iterator[SearchFrame]:
    """A whole search, or a close-up of it; with α it stops when nothing alive can win."""
    *frames, end = Search(below, width, stop_alpha).frames(detail=params.close_up >= 0)
    steps = closely(params, end.step)
    if steps:
        start = [frame for frame in frames if frame.step <= steps[0]][-1]
        frames = [replace(start, part=""), *(frame for frame in frames if frame.step > steps[0])]
    yield from whole(below, [*frames, with_optimum(below, end)])


def wider(ground: Ground) -> Iterator[SearchFrame]:
    """The end of a search at each width, up to one that lost nothing."""
    for step, width in enumerate(WIDTHS):
        search = Search(ground, width)
        *_, end = search.frames(detail=False)
        yield replace(end, step=step, part="")
        if not search.lost:
            break


class Ranked(NamedTuple):
    """The best candidates of a step in order, and which of them live on or end, as positions in that order."""

    parent: NDArray[np.int64]  # (c,)
    token: NDArray[np.int64]  # (c,)
    logp: Floats  # (c,)
    live: NDArray[np.int64]  # (≤ width,): the best that do not end
    ended: NDArray[np.int64]  # (≤ width,): those that end, of the best `width`


def beam_step(scores: Floats, log_probs: Floats, width: int, end: int, least: int = 0) -> Ranked:
    """Rank all continuations of the prefixes in a beam.

    `scores` (k,) are log P of the prefixes, `log_probs` (k, V) those of the next token, `end` the end token or -1. At least
    2·width candidates are ranked (or `least`, or all there are), so that `width` live on. None has probability 0.
    Ties, to 12 decimals, go to the earlier parent, then to the lower token.
    """
    total = (scores[:, None] + log_probs).ravel()  # (k V,)
    wanted = max(width + len(scores) if end >= 0 else width, 2 * width, least)
    order = leading(total, wanted)
    parent, token = np.divmod(order, log_probs.shape[1])
    ends = token == end
    return Ranked(parent, token, total[order], np.flatnonzero(~ends)[:width], np.flatnonzero(ends[:width]))


class Live(NamedTuple):
    """A prefix in the beam."""

    node: int
    tokens: Tokens
    logp: float


class Search:
    """A beam search under way."""

    def __init__(self, ground: Ground, width: int, stop_alpha: float | None = None) -> None:
        self.ground, self.width, self.stop_alpha = ground, width, stop_alpha
        self.tree, self.pool = Tree(), list[Kept]()
        self.live = [Live(0, (), 0.0)]
        self.calls, self.lost, self.settled = 0, 0, False
        self.facts: dict[str, Any] = {}  # of the step under way: what was asked, and what is hidden

    def frames(self, detail: bool) -> Iterator[SearchFrame]:
        """The whole search; in detail, each prefix of the beam is asked in a frame of its own."""
        yield from self.beginning()
        t = len(self.ground.forced)
        while self.live and t < self.ground.longest and not self.settles():
            t += 1
            yield from self.step(t, detail)
        yield self.frame(t, "end")

    def beginning(self) -> Iterator[SearchFrame]:
        """The start, and the tokens that are given."""
        yield self.frame(0, "")
        for t, token in enumerate(self.ground.forced, 1):
            self.force(token)
            yield self.frame(t, "force")

    def frame(self, step: int, part: str, **values: Any) -> SearchFrame:
        facts = {"calls": self.calls, "width": self.width, "settled": self.settled} | self.facts | values
        return searched(self.ground, self.tree, self.pool, step, part, **facts)

    def force(self, token: int) -> None:
        """Take one token; its siblings are pruned, unheard."""
        (node, tokens, logp), tree = self.live[0], self.tree
        row = self.ask()[0]
        ranked = beam_step(np.array([logp]), row[None], 1, -1, SHOWN)
        shown = sorted({token, *ranked.token.tolist()})
        for other in shown:
            tree.add(node, other, logp + float(row[other]), PRUNED)
        tree.state[node] = EXPANDED
        self.facts["hidden"] = int(np.isfinite(row).sum()) - len(shown)
        self.live = []
        self.keep(Live(tree.child[node, token], (*tokens, token), logp + float(row[token])))

    def keep(self, live: Live) -> None:
        """Let a prefix live on, or let it into the pool if it is final."""
        state = self.tree.state[live.node] = self.ground.final(live.tokens)
        if state == ALIVE:
            self.live.append(live)
        else:
            self.pool.append(Kept(live.tokens, live.logp, live.node, state == CUT, live.logp))

    def ask(self) -> Floats:
        """The next-token distributions of the beam, (live, V)."""
        log_probs = self.ground.model.next_log_probs([live.tokens for live in self.live])
        self.calls += len(self.live)
        self.facts = {
            "asked": np.array([live.node for live in self.live], np.int32),
            "entropy": entropy(log_probs),
        } | spelled(log_probs[-1])
        return log_probs

    def settles(self) -> bool:
        """Whether no prefix alive can overtake the best finished sentence, even if it went on for nothing."""
        if self.stop_alpha is not None and self.pool:
            best = max(score(kept.logp, len(kept.tokens), self.stop_alpha) for kept in self.pool)
            self.settled = max(score(live.logp, self.ground.longest, self.stop_alpha) for live in self.live) < best
        return self.settled

    def step(self, t: int, detail: bool) -> Iterator[SearchFrame]:
        """Expand every prefix of the beam, rank what comes out, keep the best."""
        log_probs = self.ask()
        before = self.calls - len(self.live)
        ranked = self.rank(log_probs, last=t == self.ground.longest)
        nodes = np.empty(len(ranked.token), int)
        for i in range(len(self.live)):
            self.grow(i, ranked, nodes, log_probs)
            if detail:
                mine = {name: self.facts[name][i : i + 1] for name in ("asked", "entropy")}
                yield self.frame(t, "expand", calls=before + i + 1, **spelled(log_probs[i]), **mine)
        if not detail:
            yield self.frame(t, "expand")
        yield self.frame(t, "score")
        self.judge(ranked, nodes)
        yield self.frame(t, "prune")

    def rank(self, log_probs: Floats, last: bool) -> Ranked:
        """The best continuations of the beam; at the longest length an end is like any other token."""
        scores = np.array([live.logp for live in self.live])
        return beam_step(scores, log_probs, self.width, -1 if last else self.ground.end, max(2 * self.width, SHOWN))

    def grow(self, i: int, ranked: Ranked, nodes: NDArray[np.int64], log_probs: Floats) -> None:
        """Put the ranked children of prefix i into the tree, and their nodes into `nodes`."""
        above = self.live[i].node
        children = np.flatnonzero(ranked.parent == i)
        for child in children[ranked.token[children].argsort()]:
            nodes[child] = self.tree.add(above, int(ranked.token[child]), float(ranked.logp[child]), OPEN)
        self.tree.state[above] = EXPANDED
        possible = int(np.isfinite(log_probs[: i + 1]).sum())
        self.facts["hidden"] = possible - int((ranked.parent <= i).sum())

    def judge(self, ranked: Ranked, nodes: NDArray[np.int64]) -> None:
        """Decide who finishes, who lives on, and who is pruned."""
        live = self.live
        self.live = []
        greedy = self.width == 1 and len(ranked.ended) > 0
        kept = [*ranked.ended.tolist(), *([] if greedy else ranked.live.tolist())]
        for node in nodes.tolist():
            self.tree.state[node] = PRUNED
        for i in kept:
            tokens = (*live[ranked.parent[i]].tokens, int(ranked.token[i]))
            self.keep(Live(int(nodes[i]), tokens, float(ranked.logp[i])))
        self.lost += len(nodes) - len(kept) + self.facts["hidden"]
