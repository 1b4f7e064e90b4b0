"""Twelve ways to make probabilities of counts, all in one form.

A model is two tables, as in an ARPA file: the probability of every n-gram that was seen, and a weight of every context by which
the shorter context's probability is multiplied where the n-gram is new:

    p(w | h) = prob(h w) if h w was seen, else weight(h) · p(w | h′), where h′ is h without its first token.

Maximum likelihood, add-one and add-k are flat: of a shorter context they know nothing, and p(w | h′) is 1/V or 0 to them. But a
context that is short itself, as at the start of a sentence with one start mark, is counted like any other.

Chen & Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling", 1998; Katz 1987; Ney, Essen & Kneser 1994;
Kneser & Ney 1995; Jelinek & Mercer 1980; Witten & Bell 1991; Gale & Sampson 1995; Brants et al. 2007 (stupid back-off).
Peers: nltk.lm 3.10.4, KenLM 0.3.0.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

import numpy as np

from engine.language.counts import Counts, Floats, Ints, count_of_counts, last, taken

Estimator = Literal[
    "mle", "add_one", "add_k", "good_turing", "jelinek_mercer", "witten_bell", "absolute", "katz", "stupid",
    "kneser_ney", "interpolated_kn", "modified_kn",
]  # fmt: skip
ESTIMATORS: tuple[Estimator, ...] = get_args(Estimator)
FLAT: tuple[Estimator, ...] = ("mle", "add_one", "add_k")  # they ask no shorter context
SCORES: tuple[Estimator, ...] = ("stupid",)  # what they say does not sum to 1
KATZ = 5  # counts up to here are discounted
STUPID = 0.4
TINY = 1e-5  # a denominator below this is added up anew, word by word
Levels = tuple[Floats, ...]


@dataclass(frozen=True)
class Settings:
    """What estimators can be told."""

    k: float = 0.1  # what add-k adds
    discount: float = 0.0  # of absolute discounting and Kneser–Ney; 0: estimated for each order
    uniform: bool = True  # whether the unigrams are smoothed with the uniform distribution
    weights: tuple[float, ...] = ()  # Jelinek–Mercer's λ: uniform, unigram, bigram, …; equal where none are given


class Scores(NamedTuple):
    """How a model judges the predicted tokens of sentences, one after another."""

    p: Floats  # (n,)
    level: Ints  # (n,) the longest n-gram that was seen; 0: not even the word
    context: Ints  # (n,) the longest context that was seen, in tokens
    token: Ints  # (n,)
    sentence: Ints  # (n,)
    new: Floats  # (n,) the probability, in its place, of one word that was seen nowhere


@dataclass(frozen=True, eq=False)
class Model:
    """An estimated n-gram model; a `LanguageModel`."""

    counts: Counts
    name: Estimator
    prob: Levels  # for m = 0 … top: of every node of level m; of level 0 the probability of a token that is in none
    weight: Levels  # for m = 0 … top: of every node of level m − 1 as a context; of level 0 nothing
    discounts: tuple[tuple[float, ...], ...] = ()  # for each level from 1 on: D, or D1 D2 D3+, or d1 … d5
    fallback: tuple[int, ...] = ()  # levels whose discounts could not be estimated as they should
    unseen: float = 1.0  # the weight of a context that never occurs
    kept: dict[tuple[int, ...], Floats] = field(default_factory=dict, repr=False)  # distributions asked for lately

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """As `LanguageModel.vocabulary`."""
        return self.counts.vocabulary

    @property
    def end(self) -> int:
        """As `LanguageModel.end`."""
        return self.counts.end

    @property
    def top(self) -> int:
        """The longest n-gram that the model looks at."""
        return len(self.prob) - 1

    def next_log_probs(self, prefixes: Sequence[Sequence[int]]) -> Floats:
        """As `LanguageModel.next_log_probs`, (batch, vocabulary)."""
        with np.errstate(divide="ignore"):
            return np.log(np.stack([self.distribution(self.context(prefix)) for prefix in prefixes]))

    def context(self, prefix: Sequence[int]) -> tuple[int, ...]:
        """What the model sees of a prefix: its last tokens, start marks before it."""
        return last((*[self.counts.V] * self.counts.starts, *prefix), self.top - 1)

    def distribution(self, context: Sequence[int]) -> Floats:
        """The probabilities of all tokens after a context, (V,). Of "mle" after an unseen context all 0: undefined."""
        key = tuple(context)
        if key not in self.kept:
            if len(self.kept) > 500:
                self.kept.clear()
            self.kept[key] = spread(self, key)
        return self.kept[key]

    def score(self, sentences: Sequence[Sequence[str]]) -> Scores:
        """The probability of every token of sentences, end marks included."""
        text = self.counts.encode(sentences)
        nodes = self.counts.nodes(text)
        base = np.full(len(text.token), self.prob[0][0])
        nowhere = np.where(text.token < 0, 0.0, base)
        new, p = base, nowhere
        level = np.zeros(len(p), np.int64)
        longest = np.zeros(len(p), np.int64)
        for m in range(1, self.top + 1):
            context = np.concatenate([[-1], nodes[m - 1][:-1]]) if m > 1 else nodes[0]
            there = text.place >= m - 1
            context = np.where(there, context, -1)
            node, seen = nodes[m], context >= 0
            weight = np.where(there, taken(self.weight[m], context, self.unseen), 1.0)
            if self.name in FLAT:
                new, p = np.where(there, base, new), np.where(there, nowhere, p)
            new = weight * new
            p = np.where(node >= 0, taken(self.prob[m], node, 0.0), weight * p)
            level[node >= 0], longest[seen] = m, m - 1
        kept = text.event
        return Scores(p[kept], level[kept], longest[kept], text.token[kept], text.sentence[kept], new[kept])

    def defined(self, context: Sequence[int]) -> bool:
        """Whether there are probabilities after a context: always, but for "mle" after one that never occurs."""
        return self.name != "mle" or bool(self.distribution(context).any())


def spread(model: Model, context: Sequence[int]) -> Floats:
    """The distribution (V,) that a model's tables say: from the unigrams up to the whole context; of a flat one the latter's."""
    counts, context = model.counts, last(context, model.top - 1)
    whole = len(context) + 1
    p = np.full(counts.V, model.prob[0][0])
    for m in range(whole if model.name in FLAT else 1, whole + 1):
        node = counts.node(last(context, m - 1))
        p *= model.weight[m][node] if node >= 0 else model.unseen
        if node >= 0:
            here = counts.children(m, node)
            p[counts.levels[m].token[here]] = model.prob[m][here]
    return p


def fit(counts: Counts, name: Estimator, settings: Settings = Settings()) -> Model:
    """Estimate a model."""
    return _FITS[name](counts, name, settings)


def perplexity(p: Floats) -> float:
    """2 to the mean of −log₂ p, of the tokens that have a probability; infinite if one has none."""
    if not len(p) or not p.all():
        return float("inf")
    return float(2 ** -np.log2(p).mean())


# ------------------------------------------------------------------------------------------------------------ the parts


def _totals(counts: Counts, m: int, values: Ints | Floats) -> Floats:
    """Sums of `values` of level m over the continuations of every context."""
    events = counts.events(m)
    size = len(counts.levels[m - 1].key)
    return np.asarray(np.bincount(counts.levels[m].parent[events], weights=values[events], minlength=size), float)


def _ratio(above: Floats | Ints, below: Floats, otherwise: float = 0.0) -> Floats:
    out = np.full(len(below), otherwise)
    np.divide(above, below, out=out, where=below > 0)
    return out


def _mle(counts: Counts, m: int) -> Floats:
    level = counts.levels[m]
    p = _ratio(level.count, _totals(counts, m, level.count)[level.parent])
    return np.where(counts.events(m), p, 0.0)


def _uniform(counts: Counts) -> Floats:
    return np.array([1 / counts.V])


NOTHING = np.zeros(0)


def _fit_mle(counts: Counts, name: Estimator, settings: Settings) -> Model:
    """C(h w) / C(h)."""
    prob = [np.zeros(1), *(_mle(counts, m) for m in range(1, counts.order + 1))]
    weight = [NOTHING, *(np.zeros(len(level.key)) for level in counts.levels[:-1])]
    return Model(counts, name, tuple(prob), tuple(weight))


def _fit_add(counts: Counts, name: Estimator, settings: Settings) -> Model:
    """(C(h w) + k) / (C(h) + k V)."""
    k, V = 1.0 if name == "add_one" else settings.k, counts.V
    prob, weight = [_uniform(counts)], [NOTHING]
    for m, level in enumerate(counts.levels[1:], 1):
        total = _totals(counts, m, level.count)
        prob.append((level.count + k) / (total[level.parent] + k * V))
        weight.append(k * V / (total + k * V))
    return Model(counts, name, tuple(prob), tuple(weight))


def _fit_good_turing(counts: Counts, name: Estimator, settings: Settings) -> Model:
    """Unigrams alone: r* / N for a word seen r times, N₁ / N for all unseen ones together (Simple Good–Turing)."""
    level, events = counts.levels[1], counts.events(1)
    times = level.count[events]
    turing = good_turing(times)
    stars = turing.star[np.searchsorted(turing.r, times)]
    unseen = counts.V - len(times)
    missing = turing.unseen if unseen else 0.0
    p = np.zeros(len(level.key))
    p[events] = (1 - missing) * stars / stars.sum()
    base = np.array([missing / unseen if unseen else 0.0])
    return Model(counts, name, (base, p), (NOTHING, np.ones(1)), fallback=(1,) if turing.plain else ())


def _interpolated(counts: Counts, name: Estimator, top: Callable[[int], tuple[Floats, Floats]], base: bool) -> Model:
    """p(w | h) = seen part + weight(h) · p(w | h′); `top` gives both for a level: of its nodes, and of their contexts."""
    prob, weight = [_uniform(counts) if base else np.zeros(1)], [NOTHING]
    for m in range(1, counts.order + 1):
        level = counts.levels[m]
        part, gamma = top(m)
        lower = prob[m - 1][level.suffix] if m > 1 else prob[0][np.zeros(len(level.key), np.int64)]
        prob.append(np.where(counts.events(m), part + gamma[level.parent] * lower, 0.0))
        weight.append(gamma)
    return Model(counts, name, tuple(prob), tuple(weight))


def _fit_jelinek_mercer(counts: Counts, name: Estimator, settings: Settings) -> Model:
    """λ₀ / V + λ₁ P₁ + λ₂ P₂ + …; where a context is unseen its weights go to the shorter ones in proportion."""
    weights = np.array(settings.weights or [1.0] * (counts.order + 1))
    below = np.cumsum(weights)

    def top(m: int) -> tuple[Floats, Floats]:
        share = float(weights[m] / below[m]) if below[m] > 0 else 0.0
        seen = _totals(counts, m, counts.levels[m].count) > 0
        return share * _mle(counts, m), np.where(seen, 1 - share, 1.0)

    return _interpolated(counts, name, top, base=True)


def _fit_witten_bell(counts: Counts, name: Estimator, settings: Settings) -> Model:
    """(C(h w) + T(h) p(w | h′)) / (C(h) + T(h)), where T(h) different words follow h."""

    def top(m: int) -> tuple[Floats, Floats]:
        level = counts.levels[m]
        total = _totals(counts, m, level.count)
        types = _totals(counts, m, np.ones(len(level.key)))
        if m == 1 and not settings.uniform:
            types = np.zeros_like(types)
        return _ratio(level.count, (total + types)[level.parent]), _ratio(types, total + types, 1.0)

    return _interpolated(counts, name, top, base=settings.uniform)


def _fit_interpolated_kn(counts: Counts, name: Estimator, settings: Settings) -> Model:
    """max(c − D, 0) / N(h) + D T(h) / N(h) · p(w | h′), below the highest order with continuation counts."""
    found = [_discounts(counts, m, name, settings, adjusted=True) for m in range(1, counts.order + 1)]

    def top(m: int) -> tuple[Floats, Floats]:
        level, times = counts.levels[m], counts.adjusted(m)
        D = _each(times, found[m - 1][0])
        if m == 1 and not settings.uniform:
            D = np.zeros_like(D)
        total = _totals(counts, m, times)
        return _ratio(times - D, total[level.parent]), _ratio(_totals(counts, m, D), total, 1.0)

    model = _interpolated(counts, name, top, base=settings.uniform)
    return Model(counts, name, model.prob, model.weight, *_said(found))


def _each(times: Ints, D: Sequence[float]) -> Floats:
    """The discount of every count: D₁ of 1, D₂ of 2, the last of all above; never more than the count."""
    each: Floats = np.minimum(np.array([0.0, *D])[np.minimum(times, len(D))], times)
    return each


def _said(found: Sequence[tuple[tuple[float, ...], bool]]) -> tuple[tuple[tuple[float, ...], ...], tuple[int, ...]]:
    return tuple(D for D, _ in found), tuple(m for m, (_, fell_back) in enumerate(found, 1) if fell_back)


def _discounts(counts: Counts, m: int, name: Estimator, settings: Settings, adjusted: bool) -> tuple[tuple[float, ...], bool]:
    """(D,) or (D₁, D₂, D₃₊) of a level, and whether they are not what they should be: the text is too small to estimate them."""
    times = counts.adjusted(m) if adjusted else counts.levels[m].count
    n = count_of_counts(times[counts.events(m)], 4).astype(float)
    if name == "modified_kn":
        if n[1:].all():
            Y = n[1] / (n[1] + 2 * n[2])
            D = tuple(float(k - (k + 1) * Y * n[k + 1] / n[k]) for k in (1, 2, 3))
            if all(0 <= d <= k for k, d in enumerate(D, 1)):
                return D, False
        return _single(n, settings.discount)[0], True
    if settings.discount:
        return (settings.discount,), False
    return _single(n, 0.0)


def _single(n: Floats, wanted: float) -> tuple[tuple[float, ...], bool]:
    """D = n₁ / (n₁ + 2 n₂); where that is 0 or 1, what is wanted, or ½."""
    D = float(n[1] / (n[1] + 2 * n[2])) if n[1] else 0.0
    if wanted:
        return (wanted,), False
    return ((D,), False) if 0 < D < 1 else ((0.5,), True)


# -------------------------------------------------------------------------------------------------------------- back-off


def _backing_off(counts: Counts, name: Estimator, top: Callable[[int], Floats], base: bool) -> Model:
    """p(w | h) = `top`(m) where h w was seen, else α(h) p(w | h′), with α(h) such that the sum is 1."""
    prob, weight = [_uniform(counts) if base else np.zeros(1)], [NOTHING]
    for m in range(1, counts.order + 1):
        level = counts.levels[m]
        seen = np.where(counts.events(m), top(m), 0.0)
        lower = prob[m - 1][level.suffix] if m > 1 else np.full(len(seen), prob[0][0])
        totals = _totals(counts, m, seen)
        left = 1 - totals
        free = 1 - _totals(counts, m, lower) if m > 1 or base else np.zeros(1)
        for context in np.flatnonzero((free < TINY) & (totals > 0)):
            free[context] = _free(Model(counts, name, tuple(prob), tuple(weight)), m, int(context))
        if m > 1 or base:  # nothing taken off, though others wait: as if the context had been seen once more (SRILM does so)
            stingy = (left < 1e-12) & (free > 0)
            n = _totals(counts, m, level.count)
            seen = np.where(stingy[level.parent], seen * (n / (n + 1))[level.parent], seen)
            left = np.where(stingy, 1 / (n + 1), left)
        full = (free <= 0) & (left < 1)  # every word was seen here: nobody is left to give anything to
        alpha = np.where(full, 0.0, _ratio(np.maximum(left, 0), free, 1.0))
        scale = np.where(full, _ratio(np.ones(len(left)), 1 - left, 1.0), 1.0)
        prob.append(seen * scale[level.parent])
        weight.append(alpha)
    return Model(counts, name, tuple(prob), tuple(weight))


def _free(below: Model, m: int, context: int) -> float:
    """The share of the words never seen after a context, a node of level m − 1, in the model of the levels below m, added up."""
    counts, tokens, node = below.counts, list[int](), context
    for level in range(m - 1, 0, -1):
        tokens.append(int(counts.levels[level].token[node]))
        node = int(counts.levels[level].parent[node])
    p = spread(below, tokens[::-1][1:]) if m > 1 else np.full(counts.V, below.prob[0][0])
    p[counts.levels[m].token[counts.children(m, context)]] = 0
    return float(p.sum())


def _fit_absolute(counts: Counts, name: Estimator, settings: Settings) -> Model:
    """(C(h w) − D) / C(h) where it was seen; for "kneser_ney" below the highest order with continuation counts."""
    continued = name == "kneser_ney"
    found = [_discounts(counts, m, name, settings, adjusted=continued) for m in range(1, counts.order + 1)]
    base = settings.uniform and _has_unseen(counts)

    def top(m: int) -> Floats:
        level = counts.levels[m]
        times = counts.adjusted(m) if continued else level.count
        D = found[m - 1][0][0] if m > 1 or base else 0.0
        return _ratio(np.maximum(times - D, 0), _totals(counts, m, times)[level.parent])

    model = _backing_off(counts, name, top, base)
    return Model(counts, name, model.prob, model.weight, *_said(found))


def _has_unseen(counts: Counts) -> bool:
    """Whether the vocabulary holds a word without a count: else there is nobody to take from the unigrams for."""
    return int(counts.events(1).sum()) < counts.V


def _fit_katz(counts: Counts, name: Estimator, settings: Settings) -> Model:
    """d_r C(h w) / C(h) where it was seen r times, d_r by Good and Turing for r ≤ 5."""
    base = settings.uniform and _has_unseen(counts)
    found = [katz_discounts(counts.levels[m].count[counts.events(m)]) for m in range(1, counts.order + 1)]

    def top(m: int) -> Floats:
        level = counts.levels[m]
        d = np.array([1.0, *found[m - 1][0], 1.0]) if m > 1 or base else np.ones(2)
        times = level.count
        return d[np.minimum(times, len(d) - 1)] * _ratio(times, _totals(counts, m, times)[level.parent])

    model = _backing_off(counts, name, top, base)
    return Model(counts, name, model.prob, model.weight, *_said(found))


def katz_discounts(times: Ints) -> tuple[tuple[float, ...], bool]:
    """d₁ … d_k with k = 5, or the largest k below for which all are in (0, 1]; else those of one D taken off each count."""
    for k in range(KATZ, 1, -1):
        n = count_of_counts(times, k + 1).astype(float)
        if not n[1 : k + 2].all():
            continue
        tail = (k + 1) * n[k + 1] / n[1]
        d = tuple(float(((r + 1) * n[r + 1] / (r * n[r]) - tail) / (1 - tail)) if tail != 1 else -1.0 for r in range(1, k + 1))
        if all(0 < value <= 1 for value in d):
            return d, k < KATZ
    (D,), _ = _single(count_of_counts(times, 4).astype(float), 0.0)
    return tuple(1 - D / r for r in range(1, KATZ + 1)), True


def _fit_stupid(counts: Counts, name: Estimator, settings: Settings) -> Model:
    """C(h w) / C(h) where it was seen, else 0.4 times the shorter context's, be h new or not: a score, no probability."""
    base = settings.uniform and _has_unseen(counts)
    prob = [_uniform(counts) if base else np.zeros(1), *(_mle(counts, m) for m in range(1, counts.order + 1))]
    weight = [NOTHING, *(np.full(len(level.key), STUPID) for level in counts.levels[:-1])]
    return Model(counts, name, tuple(prob), tuple(weight), unseen=STUPID)


_FITS: dict[Estimator, Callable[[Counts, Estimator, Settings], Model]] = {
    "mle": _fit_mle,
    "add_one": _fit_add,
    "add_k": _fit_add,
    "good_turing": _fit_good_turing,
    "jelinek_mercer": _fit_jelinek_mercer,
    "witten_bell": _fit_witten_bell,
    "absolute": _fit_absolute,
    "katz": _fit_katz,
    "stupid": _fit_stupid,
    "kneser_ney": _fit_absolute,
    "interpolated_kn": _fit_interpolated_kn,
    "modified_kn": _fit_interpolated_kn,
}


# --------------------------------------------------------------------------------------------------- Good–Turing, and λ


class Turing(NamedTuple):
    """Counts r that occur, how many types have each, and what each is worth."""

    r: Ints  # (R,) ascending
    n: Ints  # (R,)
    raw: Floats  # (R,) (r + 1) N_{r+1} / N_r; 0 where N_{r+1} is 0
    star: Floats  # (R,) what is used: Turing's estimate for small r, then that of a line through log N_r
    slope: float
    intercept: float
    switch: int  # from this r on the line is used
    unseen: float  # N₁ / N
    plain: bool  # too few different counts for a line: r* = r


def good_turing(times: Ints) -> Turing:
    """Simple Good–Turing (Gale & Sampson 1995), before the estimates are made to sum to 1."""
    r, n = np.unique(times, return_counts=True)
    N = float((r * n).sum())
    unseen = float(n[0] / N) if r[0] == 1 else 0.0
    following = np.append(np.where(np.diff(r) == 1, n[1:], 0), 0)
    raw = (r + 1) * following / n
    if len(r) < 3 or unseen in (0.0, 1.0):
        return Turing(r, n, raw, r.astype(float), 0.0, 0.0, 0, unseen, True)
    before, after = np.append(0, r[:-1]), np.append(r[1:], 2 * r[-1] - r[-2])
    Z = 2 * n / (after - before)
    slope, intercept = np.polyfit(np.log(r), np.log(Z), 1)
    line = r * (1 + 1 / r) ** (slope + 1)
    spread_ = np.sqrt((r + 1.0) ** 2 * following / n**2 * (1 + following / n))
    differs = (following > 0) & (np.abs(raw - line) > 1.65 * spread_)
    stop = int(np.argmin(differs)) if not differs.all() else len(r)
    star = np.where(np.arange(len(r)) < stop, raw, line)
    switch = int(r[stop]) if stop < len(r) else int(r[-1]) + 1
    return Turing(r, n, raw, star, float(slope), float(intercept), switch, unseen, False)


class Weights(NamedTuple):
    """One iteration of EM for Jelinek–Mercer's weights."""

    weights: Floats  # (order + 1,) before this iteration
    loglik: float  # of the held-out text, in nats
    shares: Floats  # (n, order + 1) how far each component is held responsible for each token


def components(counts: Counts, sentences: Sequence[Sequence[str]]) -> Floats:
    """What uniform, unigram, bigram, … maximum likelihood say of the tokens of sentences: (n, order + 1); 0 where unseen."""
    text = counts.encode(sentences)
    nodes = counts.nodes(text)
    columns = [np.where(text.token >= 0, 1 / counts.V, 0.0)]
    columns += [taken(_mle(counts, m), nodes[m], 0.0) for m in range(1, counts.order + 1)]
    return np.stack(columns, axis=1)[text.event]


def mixing(P: Floats, start: Sequence[float] | None = None) -> Iterator[Weights]:
    """EM for λ on components P (n, k): endless; the likelihood never falls."""
    P = P[P.any(1)]
    weights = np.full(P.shape[1], 1 / P.shape[1]) if start is None else np.array(start, float)
    while True:
        joint = P * weights
        total = joint.sum(1)
        shares = joint / total[:, None]
        yield Weights(weights, float(np.log(total).sum()), shares)
        weights = shares.mean(0)


def mixed(P: Floats, iterations: int = 100, enough: float = 1e-6) -> tuple[float, ...]:
    """λ after EM has settled."""
    if not P.any():
        return ()
    before = np.zeros(P.shape[1])
    for i, step in enumerate(mixing(P)):
        if i >= iterations or np.abs(step.weights - before).max() < enough:
            break
        before = step.weights
    return tuple(float(weight) for weight in step.weights)
