"""Every sentence there is, level by level; and, best first, the likeliest of them without looking at the others.

A base of `decoding`: what a search finds is measured with `with_optimum`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import accumulate
from math import inf

import numpy as np
from numpy.typing import NDArray

from engine.errors import ParamError
from engine.language.beam import Beam
from engine.language.hypotheses import (
    ALIVE,
    CLOSE,
    CUT,
    DIGITS,
    EXPANDED,
    FINISHED,
    DecodingFrame,
    Floats,
    Ground,
    Kept,
    Tokens,
    Tree,
    entropy,
    padded,
    snapshot,
    spelled,
)
from engine.language.lm import LanguageModel

Ints = NDArray[np.int64]
LEVEL = 30  # nodes of a level that the tree holds
PER_LENGTH = 12  # finished sentences listed of each length
SEQUENCES = 200_000  # no more are scored
CELLS = 2_000_000  # probabilities that are asked for at once
EXPANSIONS, HEAP, WORK = 50_000, 500_000, 100_000_000  # where the search for the optimum gives up; work: probabilities looked at


def check_room(made: Iterable[float]) -> None:
    """Raises ParamError where more outputs are made, length by length, than can be scored."""
    for total in accumulate(made):
        if total > SEQUENCES:
            raise ParamError("decoding_exhaustive", count=round(total), limit=SEQUENCES)


@dataclass(frozen=True)
class Level:
    """All prefixes of one length that go on."""

    tokens: NDArray[np.int32]  # (n, t), in lexicographic order
    logp: Floats  # (n,)
    node: Ints  # (n,), -1 where the tree leaves it out


def run(ground: Ground) -> Iterator[DecodingFrame]:
    """The tree level by level; the last frame knows the true optimum. Raises ParamError where there is too much."""
    start = Beam(ground, 1)
    for frame in start.beginning():
        yield replace(frame, width=0)
    step = len(ground.forced)
    if not start.live:
        yield with_optimum(ground, replace(start.frame(step, "end"), width=0))
        return
    tree, pool, calls = start.tree, start.pool, start.calls
    prefix = np.array([ground.forced], np.int32).reshape(1, -1)
    level = Level(prefix, np.array([ground.forced_logp]), np.array([start.live[0].node]))
    scored, mass = 0, [0.0, 0.0]
    while len(level.logp) and step < ground.longest:
        step += 1
        calls += len(level.logp)
        row, following, following_logp, entropies = _asked(ground.model, level.tokens, SEQUENCES - scored)
        scored += len(row)
        logp = level.logp[row] + following_logp
        tokens = np.column_stack([level.tokens[row], following]).astype(np.int32)
        node = _add_level(ground, tree, level, row, following, logp)
        over = (following == ground.end) | np.full(len(row), step == ground.longest)
        pool += _best_of(tokens, logp, node, over, ground)
        for kind, chosen in enumerate((following == ground.end, over & (following != ground.end))):
            mass[kind] += float(np.exp(logp[chosen]).sum())
        shown = np.flatnonzero(level.node >= 0)
        last = level.tokens[shown[-1] if len(shown) else -1]
        yield snapshot(
            ground, tree, pool, step, "expand", calls=calls, hidden=int((node < 0).sum()),
            asked=level.node[shown].astype(np.int32), entropy=entropies[shown], mean_entropy=float(entropies.mean()),
            mass_finished=mass[0], mass_cut=mass[1], **spelled(ground.ask(tuple(last.tolist()))),
        )  # fmt: skip
        level = Level(tokens[~over], logp[~over], node[~over])
    pool, best = _with_best(ground, tree, pool)
    end = snapshot(ground, tree, pool, step, "end", calls=calls, mass_finished=mass[0], mass_cut=mass[1])
    yield with_optimum(ground, end, best)


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


# ----------------------------------------------------------------------------------------------------------- yardsticks


def with_optimum(ground: Ground, frame: DecodingFrame, best: tuple[Tokens, float] | None = None) -> DecodingFrame:
    """The last frame of a run: with what greedy search finds, and with the best there is, if it is not known, searched for."""
    tokens, logp = greedy_sentence(ground.model, ground.longest, ground.forced)
    frame = replace(frame, greedy=logp, greedy_tokens=padded(tokens, ground.longest))
    if best is None:
        final = ground.end < 0 or tokens[-1:] == (ground.end,)
        bound = max([logp] * final + frame.finished_logp[frame.finished_cut == (ground.end < 0)].tolist(), default=-inf)
        best = likeliest(ground.model, ground.longest, ground.forced, ground.forced_logp, bound)
    if best is None:
        return frame
    return replace(frame, optimum=best[1], optimum_tokens=padded(best[0], ground.longest))


def greedy_sentence(model: LanguageModel, longest: int, prefix: Tokens = ()) -> tuple[Tokens, float]:
    """The sentence that takes the likeliest token each time, ties going to the lower one, and its log P."""
    tokens: Tokens = ()
    logp = 0.0
    for t in range(longest):
        if tokens and tokens[-1] == model.end:
            break
        row = model.next_log_probs([tokens])[0]
        token = prefix[t] if t < len(prefix) else int(row.round(DIGITS).argmax())
        if row[token] == -inf:  # nothing can follow
            break
        tokens, logp = (*tokens, token), logp + float(row[token])
    return tokens, logp


def likeliest(
    model: LanguageModel, longest: int, prefix: Tokens = (), logp: float = 0.0, bound: float = -inf
) -> tuple[Tokens, float] | None:
    """The likeliest finished sentence that begins with `prefix`, and its log P; None where there is none, or it takes too long.

    Best first: log P only falls, so the first finished sentence to come up is the likeliest. Without an end token a sentence is
    finished at the longest length. What is less likely than `bound`, which some finished sentence reaches, is left out.
    """
    heap = [(-round(logp, DIGITS), len(prefix), prefix, logp)]  # of equals the shorter comes first
    for _ in range(min(EXPANSIONS, WORK // len(model.vocabulary))):
        if not heap or len(heap) > HEAP:
            return None
        _, length, tokens, logp = heappop(heap)
        if tokens[-1:] == (model.end,) or (model.end < 0 and length == longest):
            return tokens, logp
        if length < longest:
            row = logp + model.next_log_probs([tokens])[0]
            for token in np.flatnonzero(np.isfinite(row) & (row >= bound - CLOSE)).tolist():
                total = float(row[token])
                final = token == model.end or (model.end < 0 and length + 1 == longest)
                if final:
                    bound = max(bound, total)
                if final or length + 1 < longest:
                    heappush(heap, (-round(total, DIGITS), length + 1, (*tokens, token), total))
    return None
