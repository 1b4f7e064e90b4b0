"""Every sentence there is, level by level.

A base of `decoding`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.algorithm import closely
from engine.errors import ParamError
from engine.language.corpus import How, offspring, read
from engine.language.decoding.beam import Search
from engine.language.decoding.ground import (
    ALIVE,
    CUT,
    DIGITS,
    EXPANDED,
    FINISHED,
    Decoding,
    Floats,
    Ground,
    Source,
    Tokens,
    begin,
)
from engine.language.decoding.hypotheses import Kept, SearchFrame, Tree, entropy, searched, spelled
from engine.language.decoding.yardsticks import whole, with_optimum
from engine.language.lm import LanguageModel
from engine.params import Closing
from engine.texts import Text

Ints = NDArray[np.int64]
LEVEL = 30  # nodes of a level that the tree holds
PER_LENGTH = 12  # finished sentences listed of each length
SEQUENCES = 200_000  # no more are scored
CELLS = 2_000_000  # probabilities that are asked for at once


class Exhaustive(Decoding, Closing):
    """Nothing is pruned; a close-up begins at its level."""


def exhaustive_search(params: Exhaustive, source: Source) -> Iterator[SearchFrame]:
    """Score every output up to the longest length, level by level. Raises DataError, and ParamError where there are too many.

    Parts: "force" (a token that was asked for), "expand" for each level, then "end".
    """
    if isinstance(source, Text):
        forced = params.forced.split()
        made = offspring(read(source, How(order=params.order)), params.estimator, forced)
        _check_room(islice(made, max(0, params.longest - len(forced))))
    below = begin(params, source)
    frames = list(_levels(below))
    steps = closely(params, frames[-1].step)
    yield from whole(below, [frame for frame in frames if frame.step >= steps[0]] if steps else frames)


def _check_room(made: Iterable[float]) -> None:
    """Raises ParamError where more outputs are made, length by length, than can be scored."""
    for total in accumulate(made):
        if total > SEQUENCES:
            raise ParamError("decoding_exhaustive", count=round(total), limit=SEQUENCES)


def _levels(ground: Ground) -> Iterator[SearchFrame]:
    """The tree level by level; the last frame knows the true optimum."""
    start = Search(ground, 1)
    for frame in start.beginning():
        yield replace(frame, width=0)
    step = len(ground.forced)
    if not start.live:
        yield with_optimum(ground, replace(start.frame(step, "end"), width=0))
        return
    everything = Everything(ground, start)
    while len(everything.level.logp) and step < ground.longest:
        step += 1
        yield everything.expand(step)
    yield everything.end(step)


@dataclass(frozen=True)
class Level:
    """All prefixes of one length that go on."""

    tokens: NDArray[np.int32]  # (n, t), in lexicographic order
    logp: Floats  # (n,)
    node: Ints  # (n,), -1 where the tree leaves it out


class Everything:
    """An exhaustive search under way, from where a search that only forced has come."""

    def __init__(self, ground: Ground, start: Search) -> None:
        self.ground, self.tree, self.pool, self.calls = ground, start.tree, start.pool, start.calls
        self.scored = 0
        self.mass = [0.0, 0.0]  # of finished sentences, and of those that were cut off
        prefix = np.array([ground.forced], np.int32).reshape(1, -1)
        self.level = Level(prefix, np.array([ground.forced_logp]), np.array([start.live[0].node]))

    def expand(self, step: int) -> SearchFrame:
        """Ask about all prefixes of a level, and score all that can follow. Raises ParamError where there is too much."""
        level, ground = self.level, self.ground
        self.calls += len(level.logp)
        row, following, following_logp, entropies = _asked(ground.model, level.tokens, SEQUENCES - self.scored)
        self.scored += len(row)
        logp = level.logp[row] + following_logp
        tokens = np.column_stack([level.tokens[row], following]).astype(np.int32)
        node = _add_level(ground, self.tree, level, row, following, logp)
        ends = following == ground.end
        over = ends | np.full(len(row), step == ground.longest)
        self.pool += _best_of(tokens, logp, node, over, ground)
        self.mass[0] += float(np.exp(logp[ends]).sum())
        self.mass[1] += float(np.exp(logp[over & ~ends]).sum())
        self.level = Level(tokens[~over], logp[~over], node[~over])
        return self.frame(step, "expand", hidden=int((node < 0).sum()), **self.seen(level, entropies))

    def seen(self, level: Level, entropies: Floats) -> dict[str, Any]:
        """What a frame tells of a level that was asked about: of the prefixes in the tree, and on average of all."""
        shown = np.flatnonzero(level.node >= 0)
        last = level.tokens[shown[-1] if len(shown) else -1]
        facts = {"asked": level.node[shown].astype(np.int32), "entropy": entropies[shown]}
        return facts | {"mean_entropy": float(entropies.mean())} | spelled(self.ground.ask(tuple(last.tolist())))

    def end(self, step: int) -> SearchFrame:
        """The last frame: the path of the likeliest sentence joins the tree if it was left out."""
        self.pool, best = _with_best(self.ground, self.tree, self.pool)
        return with_optimum(self.ground, self.frame(step, "end"), best)

    def frame(self, step: int, part: str, **values: Any) -> SearchFrame:
        facts = {"calls": self.calls, "mass_finished": self.mass[0], "mass_cut": self.mass[1]}
        return searched(self.ground, self.tree, self.pool, step, part, **facts, **values)


def _asked(model: LanguageModel, tokens: NDArray[np.int32], room: int) -> tuple[Ints, Ints, Floats, Floats]:
    """All continuations of prefixes (n, t): row (c,), token (c,), log probability (c,); and the prefixes' entropies (n,).

    Asks about some prefixes at a time. Raises ParamError as soon as there are more continuations than there is room for.
    """
    rows, following, logp, entropies, count = [], [], [], [], 0
    chunk = max(1, CELLS // len(model.vocabulary))
    for i in range(0, len(tokens), chunk):
        log_probs = model.next_log_probs(tokens[i : i + chunk].tolist())
        row, token = np.nonzero(np.isfinite(log_probs))
        count += len(row)
        if count > room:
            raise ParamError("decoding_exhaustive", count=SEQUENCES - room + count, limit=SEQUENCES)
        rows.append(row + i)
        following.append(token)
        logp.append(log_probs[row, token])
        entropies.append(entropy(log_probs))
    return np.concatenate(rows), np.concatenate(following), np.concatenate(logp), np.concatenate(entropies)


def _add_level(ground: Ground, tree: Tree, level: Level, row: Ints, token: Ints, logp: Floats) -> Ints:
    """Put the likeliest of a level into the tree, as far as their parents are there; returns their nodes, −1 for the others."""
    node = np.full(len(row), -1)
    known = np.flatnonzero(level.node[row] >= 0)
    chosen = np.sort(known[np.argsort(-logp[known].round(DIGITS), kind="stable")][:LEVEL])
    for parent in level.node[level.node >= 0].tolist():
        tree.state[parent] = EXPANDED
    for i in chosen.tolist():
        above = int(level.node[row[i]])
        state = FINISHED if token[i] == ground.end else CUT if tree.depth[above] + 1 == ground.longest else ALIVE
        node[i] = tree.add(above, int(token[i]), float(logp[i]), state)
    return node


def _best_of(tokens: NDArray[np.int32], logp: Floats, node: Ints, over: NDArray[np.bool_], ground: Ground) -> list[Kept]:
    """The likeliest sentences of one length."""
    final = np.flatnonzero(over)
    final = final[np.argsort(-logp[final].round(DIGITS), kind="stable")][:PER_LENGTH]
    return [
        Kept(tuple(tokens[i].tolist()), float(logp[i]), int(node[i]), bool(tokens[i, -1] != ground.end), float(logp[i]))
        for i in final.tolist()
    ]


def _with_best(ground: Ground, tree: Tree, pool: list[Kept]) -> tuple[list[Kept], tuple[Tokens, float] | None]:
    """The pool and the likeliest sentence that ends; its path joins the tree if it was left out."""
    final = [kept for kept in pool if kept.cut == (ground.end < 0)]
    if not final:
        return pool, None
    best = max(final, key=lambda kept: round(kept.logp, DIGITS))
    if best.node < 0:
        node = _add_path(tree, ground, best.tokens)
        pool = [kept._replace(node=node) if kept is best else kept for kept in pool]
    return pool, (best.tokens, best.logp)


def _add_path(tree: Tree, ground: Ground, tokens: Tokens) -> int:
    """Append what is missing of a sentence's path; returns its node."""
    nodes = tree.path(tokens)
    for t in range(len(nodes) - 1, len(tokens)):
        logp = tree.logp[nodes[-1]] + float(ground.ask(tokens[:t])[tokens[t]])
        state = ground.final(tokens[: t + 1])
        nodes.append(tree.add(nodes[-1], tokens[t], logp, EXPANDED if state == ALIVE else state))
    return nodes[-1]
