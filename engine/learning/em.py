"""Expectation maximisation: fill the missing column in as likely as it is, fit the model as if it were known, and repeat.

Dempster, Laird, Rubin, "Maximum likelihood from incomplete data via the EM algorithm", 1977. Two coins: Do, Batzoglou, "What is
the expectation maximization algorithm?", 2008. The bound that both steps raise: Neal, Hinton, "A view of the EM algorithm that
justifies incremental, sparse, and other variants", 1998. Mixtures: Redner, Walker, "Mixture densities, maximum likelihood and
the EM algorithm", 1984. The rate as the fraction of missing information: McLachlan, Krishnan, "The EM Algorithm and Extensions",
2008. Peer: scikit-learn 1.9.1 (GaussianMixture, KMeans).

log p(x | θ) = F(q, θ) + KL(q ‖ p(z | x, θ)).  E: q becomes p(z | x, θ), the gap closes.  M: θ becomes the maximum of F(q, θ).

Coins: every set of tosses was made with coin A or B, each with probability ½; likelihoods go without binomial coefficients, and
θ keeps 1e-12 away from 0 and 1. Mixture: everything is computed in centred columns, scaled where asked for; frames show means,
covariances and likelihoods in the data's own units. A run starts from k samples as means, weights 1/k and, for every type of
covariance, spheres of the data's mean variance. Hard assignment is k-means: nearest mean, equal weights, one sphere for all.
With a floor an M-step is no longer the exact maximum: where the floor holds a component up, the likelihood may fall a little.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from pydantic import Field
from pydantic.config import JsonDict

import engine.params
from engine.data import Points
from engine.errors import DataError, Diverged, ParamError
from engine.frames import Frame, seal
from engine.learning import coins, mixtures
from engine.learning.mixtures import Cloud, Collapsed, Covariance, Mixture

Scaling = Literal["standard", "none"]

SETS, TOSSES, COLUMNS, SHOWN, FRAMES = 200, 1_000_000, 20, 600, 300
CLIMB = 1e-3  # how far gradient ascent keeps from them
MAP = np.linspace(0.01, 0.99, 49)  # the θ at which the coins' likelihood is mapped
LARGEST_K, STARTS, LONGEST, LEAST_GAIN = 8, 4, 100, 1e-7  # of a fit for every K; the gain is per sample
NOWHERE = np.empty(0)
NAN = float("nan")
COINS: JsonDict = {"model": ["coins"]}
MIXTURE: JsonDict = {"model": ["mixture"]}


class Params(engine.params.Params):
    model: Literal["coins", "mixture"] = "coins"
    theta_a: float = Field(0.6, ge=0.01, le=0.99, json_schema_extra={"step": 0.01, "when": COINS})
    theta_b: float = Field(0.5, ge=0.01, le=0.99, json_schema_extra={"step": 0.01, "when": COINS})
    rate: float = Field(0.002, ge=0.0005, le=0.02, json_schema_extra={"step": 0.0005, "when": COINS})
    k: int = Field(2, ge=1, le=8, json_schema_extra={"when": {**MIXTURE, "by_k": [False]}})
    covariance: Covariance = Field("full", json_schema_extra={"when": MIXTURE})
    assignment: Literal["soft", "hard"] = Field("soft", json_schema_extra={"when": MIXTURE})
    start: Literal["points", "plusplus"] = Field("points", json_schema_extra={"when": MIXTURE})
    floor: Literal["none", "1e-6", "1e-3", "0.01"] = Field("1e-6", json_schema_extra={"when": MIXTURE})
    scaling: Scaling = Field("standard", json_schema_extra={"when": MIXTURE})
    by_k: bool = Field(False, json_schema_extra={"when": MIXTURE})
    iterations: int = Field(20, ge=1, le=100)


@dataclass(frozen=True)
class EmFrame(Frame):
    """A start (part ""), an E-step or an M-step; in a close-up also what leads to them. NaN: not known here."""

    loglik: float  # log-likelihood of the parameters shown, of all samples together
    bound: float  # F(q, θ) of the q and the θ shown
    gap: float  # KL(q ‖ p(z | x, θ)) = loglik − bound
    gain: float  # loglik less that of the parameters one iteration earlier
    rate: float  # ‖θ_t − θ_{t−1}‖ / ‖θ_{t−1} − θ_{t−2}‖, θ_t being the parameters shown
    missing: float  # fraction of missing information; a mixture's only in the last frame
    line: np.ndarray  # (s,) positions on the line θ + s (θ' − θ) that this iteration's M-step goes along from 0 to 1
    line_loglik: np.ndarray  # (s,) the log-likelihood there
    line_bound: np.ndarray  # (s,) the bound F(q, ·) made at s = 0


@dataclass(frozen=True)
class CoinsFrame(EmFrame):
    theta: np.ndarray  # (2,) the probability of heads of coin A and coin B
    before: np.ndarray  # (2,) the θ that q was computed from
    r: np.ndarray  # (n,) q: the probability that a set was made with coin A
    rows: int  # how many rows of this E-step are computed
    log_a: np.ndarray  # (n,) log-likelihood of each set under coin A at `before`
    log_b: np.ndarray  # (n,) and under coin B
    counts: np.ndarray  # (n, 4) expected heads and tails of A, heads and tails of B
    starts: np.ndarray  # (25, 2) other starts
    many: np.ndarray  # (25, 2) where EM has come from each of them, after as many iterations
    many_loglik: np.ndarray  # (25,)
    gradient: np.ndarray  # (2,) where gradient ascent has come from the same start
    gradient_loglik: float
    newton: np.ndarray  # (2,) where Newton's method has come
    newton_loglik: float
    newton_left: bool  # its next step left the square or met a singular Hessian: it stays from then on
    newton_saddle: bool  # it has come to a place that is flat and no summit
    surface: np.ndarray  # float32 (49, 49) log-likelihood at θ_B (rows) and θ_A (columns), each from 0.01 to 0.99
    optimum: np.ndarray  # (2,) where EM converges to


@dataclass(frozen=True)
class MixtureFrame(EmFrame):
    weights: np.ndarray  # (k,)
    means: np.ndarray  # (k, d) in the data's own units
    covariances: np.ndarray  # (k, d, d) likewise
    shown: np.ndarray  # int32 (m,) which samples are shown
    resp: np.ndarray  # float32 (m, k) q: their responsibilities
    floored: np.ndarray  # int8 (k,) 1 where the covariance less its floor is narrower than the floor: it has collapsed
    size: np.ndarray  # (k,) responsibility taken by each component, summed over all samples
    inertia: float  # Σ squared distance of a sample to its nearest mean, in scaled columns
    aic: float
    bic: float
    k: int
    parameters: int  # how many numbers the model may choose
    agreement: float  # adjusted Rand index of the likeliest components and the labels of the data; NaN without labels


def train(params: Params, data: Points) -> Iterator[EmFrame]:
    """Take turns: what are the missing values, given the model (E); what is the model, given the missing values (M).

    Raises ParamError, DataError, and Diverged where a component collapses onto too few samples.
    """
    if params.model == "coins":
        _check_coins(data)
        _check_close_up(params)
        yield from _coins(params, data.X)
    else:
        _check_mixture(params, data)
        _check_close_up(params)
        ground = _ground(params, data)
        yield from _by_k(ground) if params.by_k else _mixture(ground)


def _check_close_up(params: Params) -> None:
    if params.close_up > params.iterations:
        raise ParamError("em_close_up", step=params.close_up, last=params.iterations)


def _check_coins(data: Points) -> None:
    n, columns = data.X.shape
    if columns != 2:
        raise DataError("em_two_columns", columns=columns)
    if n > SETS:
        raise DataError("em_many_rows", rows=n, limit=SETS)
    whole = (data.X >= 0) & (np.round(data.X) == data.X)
    odd = np.argwhere(~whole)
    if len(odd):
        row, column = odd[0]
        raise DataError("em_counts", row=int(row) + 1, column=data.columns[column], value=f"{data.X[row, column]:g}")
    empty = np.flatnonzero(data.X.sum(1) == 0)
    if len(empty):
        raise DataError("em_no_tosses", row=int(empty[0]) + 1)
    if data.X.sum() > TOSSES:
        raise DataError("em_many_tosses", total=f"{data.X.sum():g}", limit=TOSSES)


def _check_mixture(params: Params, data: Points) -> None:
    n, columns = data.X.shape
    if columns > COLUMNS:
        raise DataError("em_many_columns", columns=columns, limit=COLUMNS)
    if params.by_k and params.close_up >= 0:
        raise ParamError("em_by_k_close_up")
    if params.k > n and not params.by_k:
        raise ParamError("em_k", k=params.k, n=n)


# ------------------------------------------------------------------------------------------------------ both models


@dataclass(frozen=True)
class _Line:
    s: np.ndarray
    loglik: np.ndarray
    bound: np.ndarray

    def fields(self) -> dict[str, Any]:
        return {"line": self.s.copy(), "line_loglik": self.loglik.copy(), "line_bound": self.bound.copy()}


NO_LINE = _Line(NOWHERE, NOWHERE, NOWHERE)


def positions(low: float, high: float, count: int = 41) -> np.ndarray:
    """`count` places from −0.4 to 1.6, drawn in where low < s < high is all there is; 0 and 1 are always among them."""
    s = np.linspace(-0.4, 1.6, count).round(9) + 0.0
    left, right = min(1.0, -0.95 * low / 0.4), min(1.0, 0.95 * (high - 1) / 0.6)
    return np.where(s < 0, s * left, np.where(s > 1, 1 + (s - 1) * right, s))


def divergence(q: np.ndarray, log_q: np.ndarray, log_p: np.ndarray) -> float:
    """KL(q ‖ p) of all samples together, each (k, n)."""
    return float((q * (log_q - log_p)).sum())


def _pace(loglik: Sequence[float], path: Sequence[np.ndarray] | np.ndarray) -> tuple[float, float]:
    """Gain and rate at the end of a path."""
    gain = loglik[-1] - loglik[-2] if len(loglik) > 1 else NAN
    if len(path) < 3:
        return gain, NAN
    now, last = np.linalg.norm(path[-1] - path[-2]), np.linalg.norm(path[-2] - path[-3])
    return gain, float(now / last) if last > 1e-11 * (1 + np.linalg.norm(path[-1])) else NAN


# ----------------------------------------------------------------------------------------------------------- two coins


@dataclass(frozen=True)
class _Paths:
    """All that is known of the coins before the first frame; T + 1 places along each path."""

    sets: np.ndarray  # (n, 2) heads and tails
    theta: np.ndarray  # (T + 1, 2)
    loglik: list[float]
    many: np.ndarray  # (T + 1, 25, 2)
    gradient: np.ndarray  # (T + 1, 2)
    newton: np.ndarray  # (T + 1, 2)
    left: list[bool]
    surface: np.ndarray
    optimum: np.ndarray


def _coins(params: Params, sets: np.ndarray) -> Iterator[CoinsFrame]:
    first, close = max(params.close_up, 0), params.close_up >= 0
    each = len(sets) + 2 if close else 2
    end = min(params.iterations, first + min(engine.params.CLOSE_UP_STEPS, (FRAMES - 1) // each)) if close else params.iterations
    paths, total = _paths(params, sets, end), 1 + (end - first) * each
    log_q = np.full((2, len(sets)), np.log(0.5))
    if first:
        log_q = coins.posterior(sets, paths.theta[first - 1])
    at = max(first - 1, 0)
    yield seal(_coin_frame(paths, first, at, log_q, NO_LINE, step=first, part="M" if first else "", total=total))
    for step in range(first + 1, end + 1):
        old, log_q = log_q, coins.posterior(sets, paths.theta[step - 1])
        line = _coin_line(sets, paths.theta[step - 1], paths.theta[step], log_q)
        for rows in range(1, len(sets) + 1) if close else ():
            partly = np.hstack([log_q[:, :rows], old[:, rows:]])
            frame = _coin_frame(paths, step - 1, step - 1, partly, line, step=step, part="row", total=total)
            yield seal(replace(frame, rows=rows))
        yield seal(_coin_frame(paths, step - 1, step - 1, log_q, line, step=step, part="E", total=total))
        yield seal(_coin_frame(paths, step, step - 1, log_q, line, step=step, part="M", total=total))


def _coin_frame(
    paths: _Paths, t: int, before: int, log_q: np.ndarray, line: _Line, step: int, part: str, total: int
) -> CoinsFrame:
    """θ after t iterations beside a q that was made from θ after `before`."""
    sets, theta, q = paths.sets, paths.theta[t], np.exp(log_q)
    gap = divergence(q, log_q, coins.posterior(sets, theta))
    gain, rate = _pace(paths.loglik[: t + 1], paths.theta[: t + 1])
    log_a, log_b = coins.logs(sets, paths.theta[before])
    return CoinsFrame(
        step=step,
        part=part,
        total=total,
        loglik=paths.loglik[t],
        bound=paths.loglik[t] - gap,
        gap=gap,
        gain=gain,
        rate=rate,
        missing=coins.missing(sets, theta),
        **line.fields(),
        theta=theta.copy(),
        before=paths.theta[before].copy(),
        r=q[0].copy(),
        rows=len(sets) if part else 0,
        log_a=log_a.copy(),
        log_b=log_b.copy(),
        counts=(q[:, :, None] * sets).transpose(1, 0, 2).reshape(-1, 4),
        starts=paths.many[0].copy(),
        many=paths.many[t].copy(),
        many_loglik=coins.loglik(sets, paths.many[t]),
        gradient=paths.gradient[t].copy(),
        gradient_loglik=float(coins.loglik(sets, paths.gradient[t])),
        newton=paths.newton[t].copy(),
        newton_loglik=float(coins.loglik(sets, paths.newton[t])),
        newton_left=paths.left[t],
        newton_saddle=not paths.left[t] and coins.at_saddle(sets, paths.newton[t]),
        surface=paths.surface,
        optimum=paths.optimum.copy(),
    )


def _paths(params: Params, sets: np.ndarray, last: int) -> _Paths:
    start = np.array([params.theta_a, params.theta_b])
    grid = np.linspace(0.1, 0.9, 5)
    theta, many = [start], [np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)]
    gradient, newton, left = [start], [start], [False]
    for _ in range(last):
        theta.append(coins.step(sets, theta[-1]))
        many.append(coins.step(sets, many[-1]))
        slope = coins.information(sets, gradient[-1])[0]
        gradient.append((gradient[-1] + params.rate * slope).clip(CLIMB, 1 - CLIMB))
        there, gone = coins.newton_step(sets, newton[-1])
        newton.append(newton[-1] if left[-1] else there)
        left.append(left[-1] or gone)
    side = MAP
    surface = coins.loglik(sets, np.stack(np.meshgrid(side, side), axis=-1)).astype(np.float32)
    return _Paths(
        sets=sets,
        theta=np.array(theta),
        loglik=coins.loglik(sets, np.array(theta)).tolist(),
        many=np.array(many),
        gradient=np.array(gradient),
        newton=np.array(newton),
        left=left,
        surface=surface,
        optimum=coins.optimum(sets, theta[-1]),
    )


def _coin_line(sets: np.ndarray, old: np.ndarray, new: np.ndarray, log_q: np.ndarray) -> _Line:
    step = new - old
    down, up = coins.INSIDE - old, 1 - coins.INSIDE - old  # how far each coin is from 0 and from 1
    moving = np.where(step, step, 1)
    low = np.where(step, np.where(step > 0, down, up) / moving, -np.inf).max()
    high = np.where(step, np.where(step > 0, up, down) / moving, np.inf).min()
    s = positions(min(float(low), 0.0), max(float(high), 1.0))
    q, theta = np.exp(log_q), old + s[:, None] * step
    theta[s == 1] = new
    bound = (q * (coins.logs(sets, theta) - log_q)).sum((1, 2)) - len(sets) * np.log(2)
    return _Line(s, coins.loglik(sets, theta), bound)


# ------------------------------------------------------------------------------------------------------------- mixture


@dataclass(frozen=True)
class _Ground:
    """What stays the same through a run."""

    params: Params
    samples: Cloud  # centred, scaled
    centre: np.ndarray  # (d,)
    scale: np.ndarray  # (d,)
    floor: float
    unit: float  # a typical length in scaled columns
    shown: np.ndarray  # (m,)
    labels: np.ndarray | None  # (n,) what the data call each sample

    @property
    def n(self) -> int:
        return len(self.samples.X)

    @property
    def d(self) -> int:
        return int(self.samples.X.shape[1])

    @property
    def shift(self) -> float:
        """The log-likelihood in the data's own units, less that in scaled columns."""
        return -self.n * float(np.log(self.scale).sum())


@dataclass(frozen=True)
class _State:
    """A mixture, and what it says of the samples."""

    mixture: Mixture
    loglik: float  # in the data's own units
    resp: np.ndarray  # (k, n) p(z | x, θ)
    log_resp: np.ndarray  # (k, n)


@dataclass(frozen=True)
class _Guess:
    """q, (k, n). Where q is 0 or 1 by decree, log_q is 0."""

    q: np.ndarray
    log_q: np.ndarray


def _ground(params: Params, data: Points) -> _Ground:
    X = data.X
    centre, scale = scales(X, params.scaling)
    samples = mixtures.cloud((X - centre) / scale)
    return _Ground(
        params=params,
        samples=samples,
        centre=centre,
        scale=scale,
        floor=0.0 if params.floor == "none" else float(params.floor),
        unit=float(np.sqrt(samples.X.var(0).mean())) or 1.0,
        shown=np.linspace(0, len(X) - 1, min(len(X), SHOWN)).round().astype(np.int32),
        labels=data.labels,
    )


def scales(X: np.ndarray, scaling: Scaling) -> tuple[np.ndarray, np.ndarray]:
    """Centre and scale of every column, each (d,); a constant column has scale 1."""
    spread = X.std(0) if scaling == "standard" else np.ones(X.shape[1])
    return X.mean(0), np.where(spread > 1e-12 * np.abs(X).max(0), spread, 1.0)


def _state(ground: _Ground, mixture: Mixture, step: int) -> _State:
    """Raises Diverged."""
    try:
        joint = mixtures.log_joint(ground.samples, mixture)
    except Collapsed as problem:
        raise Diverged("em_collapsed", component=problem.component + 1, step=step) from None
    log_p, resp = mixtures.normalise(joint.copy())
    return _State(mixture, float(log_p.sum()) + ground.shift, resp, joint - log_p)


def _guess(ground: _Ground, state: _State) -> _Guess:
    if ground.params.assignment == "soft":
        return _Guess(state.resp, state.log_resp)
    hit, _ = mixtures.nearest(ground.samples.X, state.mixture.means)
    return _Guess(hit, np.zeros_like(hit))


def _improve(ground: _Ground, mixture: Mixture, q: np.ndarray) -> Mixture:
    if ground.params.assignment == "soft":
        return mixtures.m_step(ground.samples, q, ground.params.covariance, ground.floor)
    return mixtures.hard_m_step(ground.samples, q, mixture.means, ground.floor)


def _mixture(ground: _Ground) -> Iterator[MixtureFrame]:
    params = ground.params
    first, close = max(params.close_up, 0), params.close_up >= 0
    end = min(params.iterations, first + engine.params.CLOSE_UP_STEPS) if close else params.iterations
    total = 1 + (end - first) * (4 if close else 2)
    begin = mixtures.start(ground.samples.X, params.k, params.start, np.random.default_rng([params.seed, 0]))
    state = _state(ground, begin, 0)
    guess = _Guess(np.full_like(state.resp, 1 / params.k), np.full_like(state.resp, -np.log(params.k)))
    loglik, path = [state.loglik], [begin.flat(ground.unit)]
    for step in range(end + 1):
        if step:
            old, guess = state, _guess(ground, state)
            pace = _pace(loglik, path)
            new = _improve(ground, old.mixture, guess.q)
            line = _mixture_line(ground, old.mixture, new, guess) if step > first else NO_LINE
            if step > first:
                yield seal(_mixture_frame(ground, old, guess, line, pace, step=step, part="E", total=total))
            for name, mixed in _stages(old.mixture, new) if close and step > first else ():
                between = _state(ground, mixed, step)
                part_way = (between.loglik - old.loglik, NAN)
                yield seal(_mixture_frame(ground, between, guess, line, part_way, step=step, part=name, total=total))
            state = _state(ground, new, step)
            loglik, path = [*loglik[-1:], state.loglik], [*path[-2:], new.flat(ground.unit)]
        if step >= first:
            frame = _mixture_frame(
                ground,
                state,
                guess,
                line if step > first else NO_LINE,
                _pace(loglik, path),
                step=step,
                part="M" if step else "",
                total=total,
            )
            yield seal(replace(frame, missing=_missing(ground, state.mixture)) if step == end else frame)


def _stages(old: Mixture, new: Mixture) -> tuple[tuple[str, Mixture], ...]:
    """What lies between an E-step and the end of its M-step."""
    return (
        ("weights", Mixture(new.weights, old.means, old.covariances)),
        ("means", Mixture(new.weights, new.means, old.covariances)),
    )


def _mixture_frame(
    ground: _Ground, state: _State, guess: _Guess, line: _Line, pace: tuple[float, float], step: int, part: str, total: int
) -> MixtureFrame:
    mixture, params = state.mixture, ground.params
    k, scale = len(mixture.weights), ground.scale
    gap = divergence(guess.q, guess.log_q, state.log_resp)
    hard = params.assignment == "hard"
    free = k * ground.d + 1 if hard else mixtures.free_parameters(k, ground.d, params.covariance)
    narrow = np.linalg.eigvalsh(mixture.covariances)[:, 0] < 2 * ground.floor
    return MixtureFrame(
        step=step,
        part=part,
        total=total,
        loglik=state.loglik,
        bound=state.loglik - gap,
        gap=gap,
        gain=pace[0],
        rate=pace[1],
        missing=NAN,
        **line.fields(),
        weights=mixture.weights.copy(),
        means=mixture.means * scale + ground.centre,
        covariances=mixture.covariances * scale * scale[:, None],
        shown=ground.shown.copy(),
        resp=guess.q[:, ground.shown].T.astype(np.float32, order="C"),
        floored=narrow.astype(np.int8),
        size=guess.q.sum(1),
        inertia=float(mixtures.nearest(ground.samples.X, mixture.means)[1].sum()),
        aic=-2 * state.loglik + 2 * free,
        bic=-2 * state.loglik + float(np.log(ground.n)) * free,
        k=k,
        parameters=free,
        agreement=NAN if ground.labels is None else mixtures.adjusted_rand(ground.labels, guess.q.argmax(0)),
    )


def _work(ground: _Ground, k: int) -> int:
    """About how many multiplications an E-step takes."""
    return int(ground.n * k * (ground.d + 1) ** 2)


def _mixture_line(ground: _Ground, old: Mixture, new: Mixture, guess: _Guess) -> _Line:
    """Both curves at 41 places; at 11 where samples are many, nowhere where that would take too long. Raises Diverged."""
    work = _work(ground, len(old.weights))
    if work > 2e7:
        return NO_LINE
    sums, count = mixtures.moments(ground.samples, guess.q), 41 if work < 2e6 else 11
    entropy = ground.shift - float((guess.q * guess.log_q).sum())
    low, high = mixtures.reach_of_line(old, new)
    for reach in ((low, max(high, 1.0)), (0.0, 1.0)):
        s = positions(*reach, count)
        try:
            places = [mixtures.between(old, new, float(at)) for at in s]
            loglik = [float(mixtures.normalise(mixtures.log_joint(ground.samples, place))[0].sum()) for place in places]
            bound = [mixtures.expected_loglik(ground.samples, place, sums) for place in places]
        except Collapsed:
            continue
        return _Line(s, np.array(loglik) + ground.shift, np.array(bound) + entropy)
    return NO_LINE


def _missing(ground: _Ground, mixture: Mixture) -> float:
    most = min(40, int(1e8 / _work(ground, len(mixture.weights))))
    if ground.params.assignment == "hard" or most < 8:
        return NAN
    return mixtures.missing_information(ground.samples, mixture, ground.params.covariance, ground.floor, most)


def _by_k(ground: _Ground) -> Iterator[MixtureFrame]:
    """The best of four starts for every K: a frame each."""
    params, last = ground.params, min(LARGEST_K, ground.n)
    for k in range(1, last + 1):
        found: list[_State] = []
        failed: list[Diverged] = []
        for trial in range(STARTS):
            begin = mixtures.start(ground.samples.X, k, params.start, np.random.default_rng([params.seed, k, trial]))
            try:
                found.append(_settle(ground, begin))
            except Diverged as problem:
                failed.append(problem)
        if not found:
            raise failed[0]
        best = max(found, key=lambda state: state.loglik)
        yield seal(_mixture_frame(ground, best, _guess(ground, best), NO_LINE, (NAN, NAN), step=k - 1, part="", total=last))


def _settle(ground: _Ground, mixture: Mixture) -> _State:
    """EM for up to 100 iterations, or until one gains less than 1e-7 a sample. Raises Diverged."""
    state = _state(ground, mixture, 0)
    for step in range(1, LONGEST + 1):
        before = state
        state = _state(ground, _improve(ground, before.mixture, _guess(ground, before).q), step)
        if state.loglik - before.loglik < LEAST_GAIN * ground.n and (step > 1 or ground.params.assignment == "soft"):
            break
    return state


DEFAULT = (train, Params(), "coins")
