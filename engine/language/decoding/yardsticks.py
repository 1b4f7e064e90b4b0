"""What a run is measured by: the score of a sentence, greedy's sentence, the likeliest of all, a reference.

A base of `decoding`, under all its kinds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from math import inf, log, nan

import numpy as np

from engine.language.decoding.ground import CLOSE, DIGITS, Ground, Tokens
from engine.language.decoding.hypotheses import F, padded
from engine.language.lm import LanguageModel

EXPANSIONS, HEAP, WORK = 50_000, 500_000, 100_000_000  # where the search for the optimum gives up; work: probabilities looked at


def score(logp: float, length: int, alpha: float) -> float:
    """log P / L^α; α = 0 is the plain log probability."""
    return float(logp / length**alpha)


def crossing(logp1: float, length1: int, logp2: float, length2: int) -> float:
    """The α at which two sentences score the same; nan if there is none."""
    if length1 == length2 or not (logp1 < 0 and logp2 < 0):
        return nan
    return log(logp1 / logp2) / log(length1 / length2)


def agreement(tokens: Sequence[str], reference: Sequence[str]) -> float:
    """1 − edit distance (Levenshtein, in tokens) / length of the longer; two empty sentences agree."""
    if not tokens and not reference:
        return 1.0
    row = list(range(len(reference) + 1))
    for i, token in enumerate(tokens, 1):
        before, row = row, [i]
        for j, other in enumerate(reference, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (token != other)))
    return 1 - row[-1] / max(len(tokens), len(reference))


def whole(ground: Ground, frames: Sequence[F]) -> Iterator[F]:
    """The frames of a run that is over: each knows how many there are, and how many outputs there will be."""
    outputs = max(len(frame.finished) for frame in frames)
    for frame in frames:
        known = replace(frame, total=len(frames), outputs=outputs)
        yield _spelt(known, ground.model) if ground.spells else known


def _spelt(frame: F, model: LanguageModel) -> F:
    """The frame with the words for its tokens, for whoever does not have the model."""
    kinds = (frame.token, frame.named, frame.finished.ravel(), frame.drawn, frame.greedy_tokens, frame.optimum_tokens)
    tokens = np.unique(np.concatenate(kinds))
    tokens = tokens[tokens >= 0].astype(np.int32)
    words = np.array([model.vocabulary[token] for token in tokens], dtype=np.str_)
    return replace(frame, spelled=tokens, spelling=words, size=len(model.vocabulary), end=model.end)


def with_optimum(ground: Ground, frame: F, best: tuple[Tokens, float] | None = None) -> F:
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
