"""N-gram language models: count, estimate, multiply; and what twelve estimators say of words never seen together.

Jurafsky & Martin, "Speech and Language Processing", ch. 3; Chen & Goodman 1998 (smoothing). Peers: nltk.lm 3.10.4, KenLM 0.3.0.
Texts are read by `corpus` and counted by `counts`, the estimators stand in `smoothing`; here they are shown at work. A run
begins with reading the text, in frames of their own where it is long, and goes on with one of six things: the chain rule on a
sentence, one context under all estimators, the perplexity of held-out text, writing on, Jelinek–Mercer's weights by EM, Good and
Turing's counts.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, Literal

import numpy as np
from pydantic import Field
from pydantic.config import JsonDict

import engine.params
from engine.algorithm import Algorithm
from engine.errors import ParamError
from engine.frames import Frame
from engine.language import corpus, smoothing, tokens
from engine.language.corpus import LEAST, Corpus, How
from engine.language.counts import END, START, UNK, Counts, Floats, counting, last, taken
from engine.language.factors import Explained, counted, explain, longest
from engine.language.smoothing import ESTIMATORS, Estimator, Model, Scores, Settings
from engine.texts import Text

SENTENCE = 60  # tokens of a sentence that is judged, at most
CANDIDATES = 12  # likeliest next words that a frame holds
STRIP = 48  # tokens of the held-out text around the worst one
SIZES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)  # parts of the training text
ITERATIONS = 60  # of EM, at most
COLUMNS = 7  # words that estimators are compared on
RANKS = 25  # different counts that Good–Turing is shown for

SHOWN: JsonDict = {"show": ["sentence", "perplexity", "generate"]}


def _when(*shows: str) -> JsonDict:
    return {"when": {"show": list(shows)}}


class Params(engine.params.Closing):
    show: Literal["sentence", "context", "perplexity", "generate", "weights", "turing"] = "sentence"
    sentence: str = Field("", json_schema_extra=_when("sentence"))
    context: str = Field("", json_schema_extra=_when("context"))
    begin: str = Field("", json_schema_extra=_when("generate"))
    order: int = Field(3, ge=1, le=5)
    estimator: Estimator = Field("modified_kn", json_schema_extra={"when": SHOWN})
    pick: Literal["sampling", "greedy", "beam"] = Field("sampling", json_schema_extra=_when("generate"))
    temperature: float = Field(
        1.0, ge=0, le=2, json_schema_extra={"step": 0.05, "when": {"show": ["generate"], "pick": ["sampling"]}}
    )
    width: int = Field(4, ge=1, le=8, json_schema_extra={"when": {"show": ["generate"], "pick": ["beam"]}})
    longest: int = Field(30, ge=2, le=60, json_schema_extra=_when("generate"))
    cut: tokens.Mode = "auto"
    lower: bool = True
    padding: Literal["all", "one"] = "all"
    unknown: Literal["share", "rare", "none"] = "share"
    cutoff: int = Field(2, ge=2, le=10, json_schema_extra={"when": {"unknown": ["rare"]}})
    held_out: int = Field(10, ge=0, le=50, multiple_of=5)
    k: float = Field(0.1, ge=0.01, le=1, json_schema_extra={"step": 0.01})
    discount: float = Field(0.0, ge=0, le=0.95, json_schema_extra={"step": 0.05})
    uniform: bool = True


@dataclass(frozen=True)
class NgramFrame(Frame):
    """What every frame of this topic says of the text."""

    tokens: int  # of the training text, end marks included
    types: int  # different tokens that can be predicted
    held: int  # tokens that were held out
    replaced: int  # rare tokens that became <unk>


@dataclass(frozen=True)
class ReadFrame(NgramFrame):
    share: float  # of the text that has been read
    grams: np.ndarray  # int64 (order,): different n-grams of every length counted so far


@dataclass(frozen=True)
class SentenceFrame(NgramFrame):
    words: np.ndarray  # str (n,): the sentence with its marks
    at: int  # the word that is predicted; -1 before the first
    first: int  # where its window begins
    now: Explained
    p: np.ndarray  # float64 (m,): the factors so far
    level: np.ndarray  # int64 (m,): the longest n-gram seen, for each
    gram: np.ndarray  # int64 (m,): C(h w)
    context: np.ndarray  # int64 (m,): C(h)
    bits: float  # their sum of −log₂, of those above 0
    zeros: int  # factors that are 0
    top: np.ndarray  # str (≤ CANDIDATES,): the likeliest next words
    top_p: np.ndarray  # float64, likewise
    top_count: np.ndarray  # int64, likewise: C(h w)
    rank: int  # the place of the actual word among all, from 1; 0 where it has no probability


@dataclass(frozen=True)
class ContextFrame(NgramFrame):
    context: np.ndarray  # str (≤ order − 1,)
    shown: int  # estimators shown so far
    words: np.ndarray  # str (w,): some next words, seen ones first
    level: np.ndarray  # int64 (w,): the longest n-gram that was seen of each
    count: np.ndarray  # int64 (w,): C(h w)
    p: np.ndarray  # float64 (12, w): by estimator; -1 where it is undefined
    sums: np.ndarray  # float64 (12,): sums over the whole vocabulary; -1 likewise
    mass: np.ndarray  # float64 (12, order + 1): of the words whose longest n-gram has m tokens
    kinds: np.ndarray  # int64 (order + 1,): how many words those are
    times: int  # C(h)
    now: Explained  # of the first word, by the estimator shown last
    fallback: int  # the lowest level at which its discounts could not be estimated; 0: none


@dataclass(frozen=True)
class PerplexityFrame(NgramFrame):
    size: int  # which part of the training text
    lines: int  # lines in it
    order: int
    sizes: np.ndarray  # int64 (s,): training tokens of every part done so far, 0 before
    table: np.ndarray  # float64 (12, orders, s): perplexities of the known tokens; 0: not yet, -1: infinite, -2: there is none
    zeros: np.ndarray  # int64 (12,): tokens without a probability, at this size and order
    unknown: int  # tokens of the test that are not in the vocabulary
    tested: int  # tokens of the test
    words: np.ndarray  # str (≤ STRIP,): the held-out text around its worst token
    strip: np.ndarray  # float64, likewise: −log₂ p by the chosen estimator; -1: infinite, -2: unknown word
    spared: bool  # whether p is among the known words alone
    worst: int  # its place there
    before: str  # the words before the worst


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


@dataclass(frozen=True)
class WeightsFrame(NgramFrame):
    weights: np.ndarray  # float64 (order + 1,): λ of uniform, unigram, bigram, …
    loglik: float  # of the tuning text, in nats a token
    perplexity: float
    words: np.ndarray  # str (t,): some tokens of the tuning text
    shares: np.ndarray  # float64 (t, order + 1): who is responsible for each
    tuned: int  # tokens of the tuning text


@dataclass(frozen=True)
class TuringFrame(NgramFrame):
    r: np.ndarray  # int64 (R,): counts that occur
    n: np.ndarray  # int64 (R,): how many words have each
    raw: np.ndarray  # float64 (R,): (r + 1) N_{r+1} / N_r
    star: np.ndarray  # float64 (R,): what is used
    line: np.ndarray  # float64 (R,): the line through N_r; 0 where there is none
    slope: float  # of that line, between the logarithms
    at: int  # which of them
    switch: int
    unseen: float


def train(params: Params, text: Text) -> Iterator[NgramFrame]:
    """Read a text and show what was asked for. Raises ParamError and DataError.

    Frames of reading have the part "read"; the first frame of all has step 0. A sentence goes word by word in the parts "count",
    "estimate" and "accumulate", and closes with "end".
    """
    if params.close_up >= 0:
        raise ParamError("ngram_close_up")
    ground = yield from _read(params, text)
    course: dict[str, Callable[[Ground], Iterator[NgramFrame]]] = {
        "sentence": _sentence, "context": _context, "perplexity": _perplexity,
        "generate": _generate, "weights": _weights, "turing": _turing,
    }  # fmt: skip
    for frame in course[params.show](ground):
        yield replace(frame, total=frame.total + ground.frames)


def model_of(params: Params, text: Text) -> Model:
    """The model that the run is about, for whoever wants to ask it. Raises DataError."""
    return Ground(params, corpus.read(text, _how(params)), 0).model(params.estimator)


@dataclass(frozen=True)
class Ground:
    """What stays the same through a run."""

    params: Params
    corpus: Corpus
    frames: int  # of reading

    @property
    def counts(self) -> Counts:
        return self.corpus.counts

    @property
    def train(self) -> list[list[str]]:
        return self.corpus.train

    @property
    def tune(self) -> list[list[str]]:
        return self.corpus.tune

    @property
    def test(self) -> list[list[str]]:
        return self.corpus.test

    def facts(self) -> dict[str, int]:
        held = sum(len(line) + 1 for line in chain(self.tune, self.test))
        return {"tokens": self.counts.tokens, "types": self.counts.V, "held": held, "replaced": self.counts.replaced}

    def settings(self, counts: Counts | None = None) -> Settings:
        params = self.params
        weights = smoothing.mixed(smoothing.components(counts or self.counts, self.tune))
        return Settings(params.k, params.discount, params.uniform, weights)

    def model(self, name: Estimator) -> Model:
        return smoothing.fit(self.counts, name, self.settings())

    def tokenised(self, line: str) -> list[str]:
        return self.corpus.tokenised(line)


def _how(params: Params) -> How:
    return How(params.cut, params.lower, params.held_out, params.order, params.padding, params.unknown, params.cutoff)


def _read(params: Params, text: Text) -> Generator[NgramFrame, None, Ground]:
    """Cut and count a text; a long one in frames, so that it can be watched and stopped."""
    reading, frames = corpus.reading(text, _how(params)), 0
    while True:
        try:
            found = next(reading)
        except StopIteration as done:
            return Ground(params, done.value, frames)
        frames += 1
        grams = np.array([*found.grams, *[0] * (params.order - len(found.grams))], np.int64)
        yield ReadFrame(0, "read", frames + 1, found.tokens, found.types, 0, 0, found.share, grams)


def _strings(words: Sequence[str]) -> np.ndarray:
    return np.array(list(words), dtype=np.str_) if words else np.zeros(0, "<U1")


# --------------------------------------------------------------------------------------------------------- a sentence


def _sentence(ground: Ground) -> Iterator[NgramFrame]:
    """The chain rule, factor by factor."""
    model, counts, facts = ground.model(ground.params.estimator), ground.counts, ground.facts()
    line = ground.tokenised(ground.params.sentence) or _line(ground)
    if len(line) > SENTENCE:
        raise ParamError("ngram_long_sentence", count=len(line), limit=SENTENCE)
    words = _strings([*[START] * counts.starts, *line, END])
    ids = [counts.number.get(word, counts.unk) for word in line] + [counts.end]
    total = 3 * len(ids) + 2
    factors: list[Explained] = []
    empty = Explained(1.0, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, True)
    nothing = (_strings(()), np.zeros(0), np.zeros(0, np.int64), 0)

    def frame(step: int, part: str, at: int, now: Explained, candidates: Any) -> SentenceFrame:
        p = np.array([factor.p for factor in factors])
        return SentenceFrame(
            step, part, total, **facts, words=words, at=at, first=max(0, at - counts.order + 1), now=now, p=p,
            level=np.array([factor.level for factor in factors], np.int64),
            gram=np.array([factor.count for factor in factors], np.int64),
            context=np.array([factor.total for factor in factors], np.int64),
            bits=float(-np.log2(p[p > 0]).sum()) + 0.0, zeros=int((p == 0).sum()),
            top=candidates[0], top_p=candidates[1], top_count=candidates[2], rank=candidates[3],
        )  # fmt: skip

    yield frame(0, "", -1, empty, nothing)
    for step, token in enumerate(ids, 1):
        at = counts.starts + step - 1
        context = _seen(counts, ids[: step - 1])
        now = explain(model, context, token)
        candidates = _candidates(model, context, token)
        yield frame(step, "count", at, now, candidates)
        yield frame(step, "estimate", at, now, candidates)
        factors.append(now)
        yield frame(step, "accumulate", at, now, candidates)
    yield frame(len(ids), "end", counts.starts + len(ids) - 1, now, candidates)


def _seen(counts: Counts, prefix: Sequence[int]) -> tuple[int, ...]:
    """The n − 1 tokens before the next one, start marks included."""
    return last((*[counts.V] * counts.starts, *prefix), counts.order - 1)


def _line(ground: Ground) -> list[str]:
    """A sentence where none was typed: a held-out one of a length to look at, else the first of the text."""
    lines = ground.test or ground.train
    fitting = (line for line in lines if 5 <= len(line) <= 12)
    return next(fitting, min(lines, key=len))[:SENTENCE]


def _candidates(model: Model, context: Sequence[int], token: int) -> tuple[np.ndarray, Floats, np.ndarray, int]:
    """The likeliest next words, how likely, how often seen; and the rank of a token, ties shared by the best."""
    p = model.distribution(context)
    best = np.argsort(-p, kind="stable")[:CANDIDATES]
    best = best[p[best] > 0]
    counts = np.array([counted(model.counts, context, int(other))[0] for other in best], np.int64)
    rank = int((p > p[token]).sum()) + 1 if token >= 0 and p[token] > 0 else 0
    return _strings([model.vocabulary[other] for other in best]), p[best], counts, rank


# ---------------------------------------------------------------------------------------------------------- one context


def _context(ground: Ground) -> Iterator[NgramFrame]:
    """One context's next word under every estimator."""
    counts, facts, settings = ground.counts, ground.facts(), ground.settings()
    context = _asked(ground)
    levels = _levels(counts, context)
    shown = _some(counts, context, levels)
    models = [smoothing.fit(counts, name, settings) for name in ESTIMATORS]
    P = np.stack([model.distribution(context) for model in models])  # (12, V)
    there = np.array([model.defined(context) for model in models])
    n = counts.order
    mass = np.stack([np.bincount(levels, weights=p, minlength=n + 1) for p in P])
    P = np.where(there[:, None], P, -1.0)
    words = _strings([counts.vocabulary[token] for token in shown])
    raw = [counted(counts, context, token) for token in shown]
    names = (*counts.vocabulary, START)
    for step in range(len(ESTIMATORS) + 1):
        model = models[max(step - 1, 0)]
        yield ContextFrame(
            step, "", len(ESTIMATORS) + 1, **facts,
            context=_strings([names[token] if token >= 0 else "?" for token in context]), shown=step, words=words,
            level=levels[shown], count=np.array([count for count, _ in raw], np.int64), p=P[:, shown].copy(),
            sums=np.where(there, P.sum(1), -1.0), mass=mass, kinds=np.bincount(levels, minlength=n + 1),
            times=raw[0][1], now=explain(model, context, shown[0]), fallback=min(model.fallback, default=0),
        )  # fmt: skip


def _asked(ground: Ground) -> tuple[int, ...]:
    """The context that was typed, else the commonest that looks like words."""
    counts, length = ground.counts, ground.counts.order - 1
    if typed := ground.tokenised(ground.params.context):
        ids = [counts.number.get(word, counts.unk) for word in typed]
        return last(ids, length)
    if not length:
        return ()
    level = counts.levels[length]
    for node in np.argsort(-level.count, kind="stable")[:500]:
        context, at = [], int(node)
        for m in range(length, 0, -1):
            context.append(int(counts.levels[m].token[at]))
            at = int(counts.levels[m].parent[at])
        if all(token < counts.V and counts.vocabulary[token].isalpha() for token in context):
            return tuple(context[::-1])
    return (counts.V,) * min(length, counts.starts)


def _levels(counts: Counts, context: Sequence[int]) -> np.ndarray:
    """For every token the longest n-gram that was seen of the context's end and it: (V,)."""
    levels = np.zeros(counts.V, np.int64)
    for m in range(1, min(counts.order, len(context) + 1) + 1):
        node = counts.node(last(context, m - 1))
        if node >= 0:
            levels[counts.levels[m].token[counts.children(m, node)]] = m
    return levels


def _some(counts: Counts, context: Sequence[int], levels: np.ndarray) -> list[int]:
    """Next words to look at: the commonest of those seen here, then of those seen after shorter and shorter contexts."""
    whole = len(context) + 1
    room = {whole: 3, 1: 1, 0: 1}
    out: list[int] = []
    for m in range(whole, -1, -1):
        here = np.flatnonzero(levels == m)
        if m:
            node = counts.node(last(context, m - 1))
            found = counts.find(m, np.full(len(here), node), here)
            here = here[np.argsort(-taken(counts.levels[m].count, found, 0), kind="stable")]
        out += here[: room.get(m, 2)].tolist()
    return out[:COLUMNS]


# ----------------------------------------------------------------------------------------------------- held-out perplexity


def _perplexity(ground: Ground) -> Iterator[NgramFrame]:
    """Perplexity of the held-out lines by estimator, order, and size of the training text, always with the whole vocabulary.

    Unknown words are left out, and so is the probability that <unk> would have had in each place: p(w | h) / (1 − p(<unk> | h)).
    Else an estimator that keeps something for unknown words would be charged for it and never paid, and maximum likelihood,
    which keeps nothing, would seem the best. Where rare words were made <unk>, it is a word as any other.
    """
    _needs(ground)
    params, facts = ground.params, ground.facts()
    parts = sorted({max(2, round(len(ground.train) * size)) for size in SIZES})
    table = np.zeros((len(ESTIMATORS), params.order, len(parts)))
    sizes = np.zeros(len(parts), np.int64)
    spared = params.unknown == "share"
    total = len(parts) * params.order + 1
    nothing: dict[str, Any] = {"words": _strings(()), "strip": np.zeros(0), "worst": -1, "before": ""}

    def frame(
        step: int, size: int, order: int, zeros: np.ndarray, unknown: int, tested: int, strip: dict[str, Any]
    ) -> NgramFrame:
        values: dict[str, Any] = facts | strip
        return PerplexityFrame(
            step, "", total, **values, size=size, lines=parts[size], order=order, sizes=sizes.copy(), table=table.copy(),
            zeros=zeros, unknown=unknown, tested=tested, spared=spared,
        )  # fmt: skip

    yield frame(0, 0, 1, np.zeros(len(ESTIMATORS), np.int64), 0, sum(len(line) + 1 for line in ground.test), nothing)
    step = 0
    for size, lines in enumerate(parts):
        for order in range(1, params.order + 1):
            step += 1
            *_, counts = counting(
                ground.train[:lines], order, params.padding, params.unknown, params.cutoff, ground.counts.vocabulary
            )
            assert isinstance(counts, Counts)
            sizes[size] = counts.tokens
            settings, zeros, strip = ground.settings(counts), np.zeros(len(ESTIMATORS), np.int64), nothing
            for i, name in enumerate(ESTIMATORS):
                scores = smoothing.fit(counts, name, settings).score(ground.test)
                known = scores.token >= 0 if params.unknown == "rare" else (scores.token >= 0) & (scores.token != counts.unk)
                judged = _among_known(scores) if spared and name != "stupid" else scores.p
                p = judged[known]
                zeros[i] = int((p == 0).sum())
                table[i, order - 1, size] = _perplexity_of(name, p)
                if name == params.estimator:
                    strip = _strip(ground, np.where(known, judged, 1.0), known, order)
            yield frame(step, size, order, zeros, len(known) - int(known.sum()), len(known), strip)


def _among_known(scores: Scores) -> Floats:
    """The probabilities of words, given that they are known; 0 where <unk> has taken everything."""
    return np.divide(scores.p, 1 - scores.new, out=np.zeros(len(scores.p)), where=scores.new < 1)


def _perplexity_of(name: Estimator, p: Floats) -> float:
    """As the table of a `PerplexityFrame` holds it. What does not sum to 1 has none."""
    if name == "stupid":
        return -2.0
    return smoothing.perplexity(p) if len(p) and p.all() else -1.0


def _strip(ground: Ground, p: Floats, known: np.ndarray, order: int) -> dict[str, Any]:
    """The tokens around the worst known one, with their −log₂ p; unknown ones have −2."""
    words = [word for line in ground.test for word in [*line, END]]
    worst = int(np.argmin(p))
    begin = max(0, min(worst - STRIP // 2, len(words) - STRIP))
    here = slice(begin, begin + STRIP)
    with np.errstate(divide="ignore"):
        bits = np.where(known[here], np.where(p[here] > 0, -np.log2(p[here]) + 0.0, -1.0), -2.0)
    line_begin = worst
    while line_begin > 0 and words[line_begin - 1] != END:
        line_begin -= 1
    before = words[max(line_begin, worst - max(order - 1, 2)) : worst]
    return {"words": _strings(words[here]), "strip": bits, "worst": worst - begin, "before": joined(before)}


def _needs(ground: Ground) -> None:
    if not ground.test or not ground.tune:
        lines = len(ground.train) + len(ground.tune) + len(ground.test)
        if lines < LEAST:
            raise ParamError("ngram_no_held_out", lines=lines, least=LEAST)
        enough = next(share for share in range(5, 55, 5) if lines * share // 100 >= 2)
        raise ParamError("ngram_few_held_out", lines=lines, share=ground.params.held_out, enough=enough)


# ---------------------------------------------------------------------------------------------------------------- generate


def _generate(ground: Ground) -> Iterator[NgramFrame]:
    """Write on, token by token. <s> and <unk> are never written, </s> ends."""
    counts, params = ground.counts, ground.params
    begin = ground.tokenised(params.begin)
    ids = [counts.number.get(word, -1) for word in begin]
    if -1 in ids or counts.end in ids or len(ids) >= params.longest:
        raise ParamError("ngram_begin", begin=params.begin)
    course = _beam if params.pick == "beam" else _draws
    frames = list(course(ground, ground.model(params.estimator), ids))
    yield from (replace(frame, total=len(frames)) for frame in frames)


def _draws(ground: Ground, model: Model, ids: list[int]) -> Iterator[GenerateFrame]:
    params, facts, counts = ground.params, ground.facts(), ground.counts
    rng, given, said = np.random.default_rng(params.seed), len(ids), list[float]()
    level: list[int] = []
    names = (*counts.vocabulary, START)
    none = (_strings(()), np.zeros(0), -1, 0.0, -1.0)

    def frame(step: int, part: str, context: Sequence[int], told: Any, ended: bool) -> GenerateFrame:
        return GenerateFrame(
            step, part, 1, **facts, words=_strings([names[i] for i in ids]), given=given, p=np.array(said),
            level=np.array(level, np.int64),
            context=_strings([names[i] for i in context]), top=told[0], top_p=told[1], chosen=told[2], chosen_p=told[3],
            u=told[4], bits=float(-np.log2(said).sum()) + 0.0, ended=ended, beams=_strings(()), beams_bits=np.zeros(0),
        )  # fmt: skip

    yield frame(0, "", model.context(ids), none, False)
    for step in range(1, params.longest - given + 1):
        context = model.context(ids)
        p = model.distribution(context)
        q = _tempered(p, counts.unk, 0.0 if params.pick == "greedy" else params.temperature)
        if not q.any():
            yield frame(step, "stuck", context, none, False)
            return
        u = -1.0 if params.pick == "greedy" or params.temperature == 0 else float(rng.random())
        token = int(np.argmax(q)) if u < 0 else min(int(np.searchsorted(np.cumsum(q), u * q.sum(), side="right")), len(q) - 1)
        best = np.argsort(-(q if params.pick == "sampling" and u >= 0 else p), kind="stable")[:CANDIDATES]
        place = int(np.flatnonzero(best == token)[0]) if token in best else -1
        shown = q if u >= 0 else p
        said.append(float(p[token]))
        level.append(longest(counts, _seen(counts, ids), token))
        ids.append(token)
        told = (_strings([names[i] for i in best]), shown[best], place, float(shown[token]), u)
        ended = token == counts.end
        yield frame(step, "end" if ended else "draw", context, told, ended)
        if ended:
            return


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


def _beam(ground: Ground, model: Model, ids: list[int]) -> Iterator[GenerateFrame]:
    """The k likeliest beginnings at every step; those that end are kept aside. The best in the end is what is written."""
    params, facts, counts = ground.params, ground.facts(), ground.counts
    live: list[tuple[float, list[int]]] = [(0.0, list(ids))]
    done: list[tuple[float, list[int]]] = []

    def frame(step: int, part: str) -> GenerateFrame:
        ranked = sorted([*live, *done], key=lambda item: item[0])[: params.width]
        bits, best = ranked[0]
        said = [_joined(counts, line) for _, line in ranked]
        return GenerateFrame(
            step, part, 1, **facts, words=_strings([counts.vocabulary[i] for i in best]), given=len(ids),
            p=np.zeros(0), level=np.zeros(0, np.int64), context=_strings(()), top=_strings(()), top_p=np.zeros(0),
            chosen=-1, chosen_p=0.0, u=-1.0, bits=bits,
            ended=best[-1:] == [counts.end], beams=_strings(said), beams_bits=np.array([bits for bits, _ in ranked]),
        )  # fmt: skip

    yield frame(0, "")
    step = 0
    for step in range(1, params.longest - len(ids) + 1):
        logs = -model.next_log_probs([line for _, line in live]) / np.log(2)
        if counts.unk >= 0:
            logs[:, counts.unk] = np.inf
        total = np.array([bits for bits, _ in live])[:, None] + logs
        flat = np.argsort(total.ravel(), kind="stable")[: 2 * params.width]
        grown = [(float(total.ravel()[i]), [*live[i // counts.V][1], int(i % counts.V)]) for i in flat]
        grown = [item for item in grown if np.isfinite(item[0])]
        done += [item for item in grown[: params.width] if item[1][-1] == counts.end]
        live = [item for item in grown if item[1][-1] != counts.end][: params.width]
        worst = min((bits for bits, _ in done), default=np.inf)
        if not live or live[0][0] >= worst:
            live = []
            break
        yield frame(step, "expand")
    if live or done:
        yield frame(step, "end")


def _joined(counts: Counts, line: Sequence[int]) -> str:
    """Tokens as they are written: no spaces between ideographs."""
    return joined([counts.vocabulary[i] for i in line])


def joined(words: Sequence[str]) -> str:
    """Tokens as a line: spaces between words of letters, none beside ideographs and before signs."""
    out = ""
    for word in words:
        tight = (
            not out
            or not word
            or tokens.HAN.match(word)
            or tokens.HAN.match(out[-1])
            or word[0] in ".,;:!?)’”，。！？；：、）》”"
        )
        out += word if tight or out[-1] in "(“‘《（" else " " + word
    return out


# ------------------------------------------------------------------------------------------------- λ by EM, Good–Turing


def _weights(ground: Ground) -> Iterator[NgramFrame]:
    """Jelinek–Mercer's weights, an iteration of EM a frame."""
    _needs(ground)
    P = smoothing.components(ground.counts, ground.tune)
    usable = [bool(row.any()) for row in P]
    words = [word for word, there in zip((w for line in ground.tune for w in [*line, END]), usable, strict=True) if there]
    frames: list[WeightsFrame] = []
    before = np.zeros(P.shape[1])
    for step, found in enumerate(islice(smoothing.mixing(P), ITERATIONS + 1)):
        mean = found.loglik / len(found.shares)
        frames.append(WeightsFrame(
            step, "", 1, **ground.facts(), weights=found.weights.copy(), loglik=mean, perplexity=float(np.exp(-mean)),
            words=_strings(words[:24]), shares=found.shares[:24].copy(), tuned=len(found.shares),
        ))  # fmt: skip
        if np.abs(found.weights - before).max() < 1e-4:
            break
        before = found.weights
    yield from (replace(frame, total=len(frames)) for frame in frames)


def _turing(ground: Ground) -> Iterator[NgramFrame]:
    """How many words occur once, twice, …, and what each count is worth."""
    level = ground.counts.levels[1]
    found = smoothing.good_turing(level.count[ground.counts.events(1)])
    few = slice(0, RANKS)
    r = found.r[few]
    line = np.zeros(len(r)) if found.plain else np.exp(found.intercept + found.slope * np.log(r))
    for step in range(len(r) + 1):
        yield TuringFrame(
            step, "", len(r) + 1, **ground.facts(), r=r.copy(), n=found.n[few].copy(), raw=found.raw[few].copy(),
            star=found.star[few].copy(), line=line.copy(), slope=found.slope, at=step - 1, switch=found.switch,
            unseen=found.unseen,
        )  # fmt: skip


ALGORITHMS = (Algorithm("ngram", train, Params, "northanger"),)

__all__ = ["ALGORITHMS", "END", "START", "UNK", "Explained", "NgramFrame", "Params", "explain", "joined", "model_of", "train"]
