"""Paths through the tree of a frame: which sentences there are and how they rank, what hangs on a node, what is left of all.

A base of `decoding`, beside its kinds: it reads frames and makes none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.language.decoding.ground import ALIVE, CLOSE, CUT, EXPANDED, FINISHED, OPEN, PRUNED, Floats
from engine.language.decoding.hypotheses import DecodingFrame, SampleFrame, SearchFrame, sentence_of
from engine.language.decoding.yardsticks import crossing, score

KEPT = (ALIVE, FINISHED, CUT)
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sentence:
    """A final sentence, or a prefix."""

    tokens: tuple[int, ...]
    logp: float
    node: int  # in the tree, or −1
    cut: bool
    count: int = 0
    logq: float = 0.0

    def score(self, alpha: float) -> float:
        return score(self.logp, max(len(self.tokens), 1), alpha)


def finished(frame: DecodingFrame) -> Iterable[Sentence]:
    """The final sentences in order of finishing."""
    columns = (frame.finished, frame.finished_logp, frame.finished_node, frame.finished_cut)
    for row, logp, node, cut in zip(*(column.tolist() for column in columns), strict=True):
        yield Sentence(tuple(token for token in row if token >= 0), logp, node, bool(cut))


def prefixes(frame: DecodingFrame, states: Sequence[int]) -> list[Sentence]:
    """The prefixes that are in one of these states."""
    found = np.flatnonzero(np.isin(frame.state, states) & (frame.depth > 0)).tolist()
    return [Sentence(sentence_of(frame, node), float(frame.logp[node]), node, cut=False) for node in found]


def ranked(frame: SearchFrame, alpha: float, *, kept: bool) -> list[Sentence]:
    """The final sentences, or all prefixes that were ever kept, best first."""
    found = prefixes(frame, (*KEPT, EXPANDED)) if kept else finished(frame)
    return sorted(found, key=lambda item: -round(item.score(alpha), 12))


def counted(frame: SampleFrame) -> list[Sentence]:
    """What was drawn, the commonest first."""
    drawn = zip(finished(frame), frame.finished_count.tolist(), frame.finished_logq.tolist(), strict=True)
    found = [replace(item, count=count, logq=logq) for item, count, logq in drawn]
    return sorted(found, key=lambda item: (-item.count, -round(item.logq, 12)))


def along(frame: DecodingFrame, tokens: Sequence[int]) -> Mask:
    """The nodes (n,) of a sentence from the root on, as far as the tree has it; none for the empty one."""
    path, node = np.zeros(len(frame.parent), bool), 0
    path[0] = len(tokens) > 0
    for token in tokens:
        below = np.flatnonzero((frame.parent == node) & (frame.token == token))
        if not len(below):
            break
        node = int(below[0])
        path[node] = True
    return path


def up_from(frame: DecodingFrame, nodes: Iterable[int]) -> Mask:
    """The nodes (n,) on the ways from these to the root; −1 is none."""
    path = np.zeros(len(frame.parent), bool)
    for node in nodes:
        while node >= 0:
            path[node], node = True, int(frame.parent[node])
    return path


def barren(frame: DecodingFrame) -> Mask:
    """The nodes (n,) that nothing alive or finished hangs on; the root is none."""
    grey = ~up_from(frame, np.flatnonzero(np.isin(frame.state, (OPEN, *KEPT))).tolist())
    grey[0] = False
    return grey


def only(frame: SearchFrame, nodes: Mask) -> SearchFrame:
    """The frame with no more of its tree than these nodes (n,); the root is among them, and every node's parent."""
    place = np.append(np.where(nodes, np.cumsum(nodes) - 1, -1), -1)  # the last stands for "none"
    few = {name: getattr(frame, name)[nodes] for name in ("token", "depth", "logp", "state")}
    asked = nodes[frame.asked]
    changed = {"parent": place[frame.parent[nodes]], "finished_node": place[frame.finished_node]}
    return replace(frame, **few, **changed, asked=place[frame.asked[asked]], entropy=frame.entropy[asked])


def held(frame: SearchFrame) -> float:
    """The probability that an output begins with a prefix that is alive, or is one that the search has kept.

    1 less this is what has been thrown away: exact, since of two kept sentences none begins with the other.
    """
    return float(np.exp(frame.logp[frame.state == ALIVE]).sum() + frame.mass_finished + frame.mass_cut)


def rivals(frame: DecodingFrame, ranking: Sequence[Sentence], alpha: float) -> list[Sentence]:
    """The first of a ranking, and what it can be compared with.

    Where fewer than two have finished, that is what still may; else the best there is, or what was pruned last.
    """
    found = list(ranking)
    if len(found) < 2:
        known = {item.node for item in found}
        found += sorted(
            (item for item in prefixes(frame, (ALIVE, OPEN)) if item.node not in known), key=lambda item: -item.score(alpha)
        )
    optimum = tuple(token for token in frame.optimum_tokens.tolist() if token >= 0)
    if len(found) == 1 and optimum and optimum != found[0].tokens:
        found.append(Sentence(optimum, frame.optimum, -1, cut=False))
    if len(found) == 1:
        newest = [item for item in prefixes(frame, (PRUNED,)) if len(item.tokens) == frame.depth.max()]
        found += sorted(newest, key=lambda item: -item.logp)[:1]
    return found


def lead(first: Sentence, others: Sequence[Sentence], alphas: Floats) -> Floats:
    """How far one is ahead of the best of the others (a,), by score, for each of some α."""
    logp = np.array([[item.logp] for item in (first, *others)])
    length = np.array([[max(len(item.tokens), 1)] for item in (first, *others)], float)
    scores = logp / length**alphas  # (1 + others, a)
    return np.asarray(scores[0] - scores[1:].max(0))


def overtaken(first: Sentence, others: Sequence[Sentence], alphas: Floats, here: float) -> list[tuple[float, Sentence]]:
    """By whom, and at which α, one that leads at `here` is overtaken first below it, and above it."""
    behind, found = lead(first, others, alphas) < -CLOSE, []
    for way in (behind & (alphas < here), behind & (alphas > here)):
        if way.any():
            at = alphas[way][-1 if alphas[way][0] < here else 0]
            other = max(others, key=lambda item: item.score(at))
            found.append((crossing(first.logp, len(first.tokens), other.logp, len(other.tokens)), other))
    return found
