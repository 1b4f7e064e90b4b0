"""Beam search: judge all continuations of k prefixes, keep the best k. With k = 1 it is greedy search.

A base of `decoding`, whose docstring says what happens to the end token and to ties.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.language.hypotheses import (
    ALIVE,
    CUT,
    EXPANDED,
    OPEN,
    PRUNED,
    DecodingFrame,
    Floats,
    Ground,
    Kept,
    Tokens,
    Tree,
    check_close_up,
    entropy,
    leading,
    snapshot,
    spelled,
)

SHOWN = 24  # candidates of a step that the tree holds at least, if there are so many
WIDTHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100)


def run(ground: Ground, width: int, stop_alpha: float | None, close_up: int) -> Iterator[DecodingFrame]:
    """A whole search, or a close-up of it, which asks prefix after prefix; with α it stops when nothing alive can win."""
    *frames, end = Beam(ground, width, stop_alpha).frames(detail=close_up >= 0)
    if close_up >= 0:
        check_close_up(close_up, end.step)
        start = [frame for frame in frames if frame.step <= close_up][-1]
        frames = [replace(start, part=""), *(frame for frame in frames if frame.step > close_up)]
    yield from [*frames, end]


def widths(ground: Ground) -> Iterator[DecodingFrame]:
    """The end of a search for each of wider and wider beams, up to one that lost nothing."""
    for step, width in enumerate(WIDTHS):
        beam = Beam(ground, width)
        *_, end = beam.frames(detail=False)
        yield replace(end, step=step, part="")
        if not beam.lost:
            break


def score(logp: float, length: int, alpha: float) -> float:
    """log P / L^α; α = 0 is the plain log probability."""
    return float(logp / length**alpha)


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


class Beam:
    """A beam search under way."""

    def __init__(self, ground: Ground, width: int, stop_alpha: float | None = None) -> None:
        self.ground, self.width, self.stop_alpha = ground, width, stop_alpha
        self.tree, self.pool = Tree(), list[Kept]()
        self.live = [Live(0, (), 0.0)]
        self.calls, self.lost, self.settled = 0, 0, False
        self.facts: dict[str, Any] = {}  # of the step under way: what was asked, and what is hidden

    def frames(self, detail: bool) -> Iterator[DecodingFrame]:
        """The whole search; in detail, each prefix of the beam is asked in a frame of its own."""
        yield from self.beginning()
        t = len(self.ground.forced)
        while self.live and t < self.ground.longest and not self.settles():
            t += 1
            yield from self.step(t, detail)
        yield self.frame(t, "end")

    def beginning(self) -> Iterator[DecodingFrame]:
        """The start, and the tokens that are given."""
        yield self.frame(0, "")
        for t, token in enumerate(self.ground.forced, 1):
            self.force(token)
            yield self.frame(t, "force")

    def frame(self, step: int, part: str, **values: Any) -> DecodingFrame:
        facts = {"calls": self.calls, "width": self.width, "settled": self.settled} | self.facts | values
        return snapshot(self.ground, self.tree, self.pool, step, part, **facts)

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

    def step(self, t: int, detail: bool) -> Iterator[DecodingFrame]:
        """Expand every prefix of the beam, rank what comes out, keep the best."""
        live, log_probs, before = self.live, self.ask(), self.calls - len(self.live)
        last = t == self.ground.longest
        scores = np.array([one.logp for one in live])
        ranked = beam_step(scores, log_probs, self.width, -1 if last else self.ground.end, max(2 * self.width, SHOWN))
        nodes = np.empty(len(ranked.token), int)
        possible = np.isfinite(log_probs).sum(1).cumsum()  # candidates of the first i prefixes
        added = 0
        for i, one in enumerate(live):
            children = np.flatnonzero(ranked.parent == i)
            for child in children[ranked.token[children].argsort()]:
                nodes[child] = self.tree.add(one.node, int(ranked.token[child]), float(ranked.logp[child]), OPEN)
            self.tree.state[one.node] = EXPANDED
            added += len(children)
            self.facts["hidden"] = int(possible[i]) - added
            if detail:
                mine = {"asked": self.facts["asked"][i : i + 1], "entropy": self.facts["entropy"][i : i + 1]}
                yield self.frame(t, "expand", calls=before + i + 1, **spelled(log_probs[i]), **mine)
        if not detail:
            yield self.frame(t, "expand")
        yield self.frame(t, "score")
        self.judge(ranked, nodes)
        yield self.frame(t, "prune")

    def judge(self, ranked: Ranked, nodes: NDArray[np.int64]) -> None:
        """Decide who finishes, who lives on, and who is pruned."""
        live, self.live = self.live, []
        greedy = self.width == 1 and len(ranked.ended) > 0
        kept = [*ranked.ended.tolist(), *([] if greedy else ranked.live.tolist())]
        for node in nodes.tolist():
            self.tree.state[node] = PRUNED
        for i in kept:
            tokens = (*live[ranked.parent[i]].tokens, int(ranked.token[i]))
            self.keep(Live(int(nodes[i]), tokens, float(ranked.logp[i])))
        self.lost += len(nodes) - len(kept) + self.facts["hidden"]
