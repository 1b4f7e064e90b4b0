"""Writing on, token by token: drawn, the likeliest, or with a beam. <s> and <unk> are never written, </s> ends."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from engine.errors import ParamError
from engine.language.counts import START, Counts, Floats
from engine.language.ngram.factors import longest
from engine.language.ngram.reading import CANDIDATES, Estimated, Ground, NgramFrame, after, joined, model, read, seen, strings
from engine.language.smoothing import Model
from engine.params import choice, number
from engine.texts import Text

Line = tuple[float, list[int]]  # −log₂ P of what was written, and all tokens


class Generate(Estimated):
    begin: str = choice("")
    pick: Literal["sampling", "greedy", "beam"] = choice("sampling")
    temperature: float = number(1.0, 0, 2, step=0.05, when={"pick": ["sampling"]})
    width: int = number(4, 1, 8, when={"pick": ["beam"]})
    longest: int = number(30, 2, 60)
    seed: int = number(0, 0, 9999, rare=True, when={"pick": ["sampling"]})


@dataclass(frozen=True)
class GenerateFrame(NgramFrame):
    words: np.ndarray  # str (m,): what stands so far
    given: int  # of them the visitor's
    p: np.ndarray  # float64 (m - given,): what the model said of each of the others
    level: np.ndarray  # int64 (m - given,): the longest n-gram seen, for each of them
    context: np.ndarray  # str: what the model looked at
    top: np.ndarray  # str (≤ CANDIDATES,): the likeliest next words, before the last one was chosen
    top_p: np.ndarray  # float64, likewise: after temperature
    chosen: int  # the place of the chosen one there, or -1
    chosen_p: float
    u: float  # the uniform number of a draw; -1 where nothing is drawn
    bits: float  # −log₂ P of the generated part under the model
    ended: bool
    beams: np.ndarray  # str (k,): prefixes of a beam, best first
    beams_bits: np.ndarray  # float64 (k,)


class Draw(NamedTuple):
    """How the next token was chosen."""

    context: tuple[int, ...]  # what the model looked at
    token: int
    top: tuple[int, ...]  # the likeliest tokens
    top_p: Floats
    chosen: int  # the place of the token among them, or -1
    chosen_p: float
    u: float


def generate(params: Generate, text: Text) -> Iterator[NgramFrame]:
    """Read a text and write on from a beginning. Raises ParamError and DataError.

    Parts: "" at first, "draw" for each token and "end" for the end mark, or "stuck"; of a beam "expand", and "end" at last.
    """
    ground = yield from read(params, text)
    ids = _beginning(ground)
    asked = model(ground, params.estimator)
    frames = list(_beam(ground, asked, ids) if params.pick == "beam" else _draws(ground, asked, ids))
    yield from after(ground, (replace(frame, total=len(frames)) for frame in frames))


def _beginning(ground: Ground[Generate]) -> list[int]:
    """The tokens that were given. Raises ParamError where the model cannot go on from them."""
    counts, params = ground.counts, ground.params
    ids = [counts.number.get(word, -1) for word in ground.corpus.tokenised(params.begin)]
    if -1 in ids or counts.end in ids or len(ids) >= params.longest:
        raise ParamError("ngram_begin", begin=params.begin)
    return ids


def _draws(ground: Ground[Generate], model: Model, ids: list[int]) -> Iterator[GenerateFrame]:
    params, counts = ground.params, ground.counts
    rng = np.random.default_rng(params.seed)
    given = len(ids)
    said, level = list[float](), list[int]()
    yield _drawing(ground, "", 0, ids, said, level, _none(model.context(ids)))
    for step in range(1, params.longest - given + 1):
        context = model.context(ids)
        p = model.distribution(context)
        q = _tempered(p, counts.unk, 0.0 if params.pick == "greedy" else params.temperature)
        if not q.any():
            yield _drawing(ground, "stuck", step, ids, said, level, _none(context))
            return
        draw = _drawn(params, context, p, q, rng)
        said.append(float(p[draw.token]))
        level.append(longest(counts, seen(counts, ids), draw.token))
        ids.append(draw.token)
        ended = draw.token == counts.end
        yield _drawing(ground, "end" if ended else "draw", step, ids, said, level, draw)
        if ended:
            return


def _drawing(
    ground: Ground[Generate], part: str, step: int, ids: list[int], said: list[float], level: list[int], draw: Draw
) -> GenerateFrame:
    counts = ground.counts
    names = (*counts.vocabulary, START)
    return GenerateFrame(
        step, part, 1, **ground.facts, words=strings([names[i] for i in ids]), given=len(ids) - len(said), p=np.array(said),
        level=np.array(level, np.int64), context=strings([names[i] for i in draw.context]),
        top=strings([names[i] for i in draw.top]), top_p=draw.top_p, chosen=draw.chosen, chosen_p=draw.chosen_p, u=draw.u,
        bits=float(-np.log2(said).sum()) + 0.0, ended=part == "end", beams=strings(()), beams_bits=np.zeros(0),
    )  # fmt: skip


def _none(context: tuple[int, ...]) -> Draw:
    """Nothing was chosen."""
    return Draw(context, -1, (), np.zeros(0), -1, 0.0, -1.0)


def _drawn(params: Generate, context: tuple[int, ...], p: Floats, q: Floats, rng: np.random.Generator) -> Draw:
    """The next token: that into whose part of q (V,) a uniform number falls, or the likeliest. p (V,): before temperature."""
    drawing = params.pick == "sampling" and params.temperature > 0
    if drawing:
        u = float(rng.random())
        token = min(int(np.searchsorted(np.cumsum(q), u * q.sum(), side="right")), len(q) - 1)
    else:
        u, token = -1.0, int(np.argmax(q))
    shown = q if drawing else p
    best = np.argsort(-shown, kind="stable")[:CANDIDATES]
    place = int(np.flatnonzero(best == token)[0]) if token in best else -1
    return Draw(context, token, tuple(best.tolist()), shown[best], place, float(shown[token]), u)


def _tempered(p: Floats, unk: int, temperature: float) -> Floats:
    """The distribution after temperature, without <unk>; at 0 the likeliest alone. All 0 where nothing is left."""
    q = p.copy()
    if unk >= 0:
        q[unk] = 0
    if not q.any():
        return q
    if temperature == 0:
        return np.asarray(np.arange(len(q)) == np.argmax(q), float)
    with np.errstate(divide="ignore"):
        scaled = np.log(q) / temperature
    q = np.exp(scaled - scaled.max())
    return np.asarray(q / q.sum())


def _beam(ground: Ground[Generate], model: Model, ids: list[int]) -> Iterator[GenerateFrame]:
    """The k likeliest beginnings at every step; those that end are kept aside. The best in the end is what is written."""
    params, counts = ground.params, ground.counts
    live: list[Line] = [(0.0, list(ids))]
    done: list[Line] = []
    yield _beams(ground, 0, "", len(ids), [*live, *done])
    step = 0
    for step in range(1, params.longest - len(ids) + 1):
        grown = _grown(model, counts, live, params.width)
        done += [item for item in grown[: params.width] if item[1][-1] == counts.end]
        live = [item for item in grown if item[1][-1] != counts.end][: params.width]
        worst = min((bits for bits, _ in done), default=np.inf)
        if not live or live[0][0] >= worst:
            live = []
            break
        yield _beams(ground, step, "expand", len(ids), [*live, *done])
    if live or done:
        yield _beams(ground, step, "end", len(ids), [*live, *done])


def _grown(model: Model, counts: Counts, live: list[Line], width: int) -> list[Line]:
    """The likeliest ways to go on by one token, twice as many as stay: half of them may end."""
    logs = -model.next_log_probs([line for _, line in live]) / np.log(2)  # (k, V)
    if counts.unk >= 0:
        logs[:, counts.unk] = np.inf
    total = (np.array([bits for bits, _ in live])[:, None] + logs).ravel()
    best = np.argsort(total, kind="stable")[: 2 * width]
    return [(float(total[i]), [*live[i // counts.V][1], int(i % counts.V)]) for i in best if np.isfinite(total[i])]


def _beams(ground: Ground[Generate], step: int, part: str, given: int, lines: list[Line]) -> GenerateFrame:
    counts = ground.counts
    ranked = sorted(lines, key=lambda item: item[0])[: ground.params.width]
    bits, best = ranked[0]
    said = [joined([counts.vocabulary[i] for i in line]) for _, line in ranked]
    return GenerateFrame(
        step, part, 1, **ground.facts, words=strings([counts.vocabulary[i] for i in best]), given=given,
        p=np.zeros(0), level=np.zeros(0, np.int64), context=strings(()), top=strings(()), top_p=np.zeros(0),
        chosen=-1, chosen_p=0.0, u=-1.0, bits=bits,
        ended=best[-1:] == [counts.end], beams=strings(said), beams_bits=np.array([bits for bits, _ in ranked]),
    )  # fmt: skip
