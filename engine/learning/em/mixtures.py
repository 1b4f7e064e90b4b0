"""Gaussian mixtures: fitted by turns, softly or as k-means; and the best fit for every number of components."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.algorithm import closely
from engine.errors import DataError, Diverged, ParamError
from engine.learning.em import gaussians
from engine.learning.em.bound import NAN, NO_LINE, EmFrame, Line, divergence, pace, positions
from engine.learning.em.gaussians import Cloud, Collapsed, Covariance, Mixture
from engine.params import Closing, Params, choice, number
from engine.points import Points

Scaling = Literal["standard", "none"]
Floor = Literal["none", "1e-6", "1e-3", "0.01"]
COLUMNS, SHOWN = 20, 600
LARGEST_K, STARTS, LONGEST, LEAST_GAIN = 8, 4, 100, 1e-7  # of a fit for every K; the gain is per sample


class Fit(Params):
    """What a fit of one mixture and fits of many share."""

    covariance: Covariance = choice("full")
    assignment: Literal["soft", "hard"] = choice("soft")
    start: Literal["points", "plusplus"] = choice("points", rare=True)
    floor: Floor = choice("1e-6", rare=True)
    scaling: Scaling = choice("standard", rare=True)


class Clouds(Fit, Closing):
    k: int = number(2, 1, 8)
    iterations: int = number(20, 1, 100)
    draws: int = number(0, 0, 300)  # new points from the fit, in one more frame at the end

    @property
    def last(self) -> int:
        return self.iterations


class ByK(Fit):
    """Fits for K = 1 … 8."""


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
    drawn: np.ndarray  # (draws, d) new points from the mixture shown, in the data's own units; none but in the frame "drawn"
    drawn_of: np.ndarray  # int32 (draws,) the component of each


def mixture(params: Clouds, data: Points) -> Iterator[MixtureFrame]:
    """Share every sample between the components by how likely each makes it (E), and fit them to their shares (M).

    Raises ParamError, DataError, and Diverged where a component collapses onto too few samples.
    """
    _check(data)
    if params.k > len(data.X):
        raise ParamError("em_k", k=params.k, n=len(data.X))
    yield from _mixture(params, _ground(params, data))


def by_k(params: ByK, data: Points) -> Iterator[MixtureFrame]:
    """Fit the best of four starts for every K: a frame each. Raises DataError, and Diverged where all starts collapse."""
    _check(data)
    yield from _by_k(_ground(params, data))


def _check(data: Points) -> None:
    if data.X.shape[1] > COLUMNS:
        raise DataError("em_many_columns", columns=data.X.shape[1], limit=COLUMNS)


@dataclass(frozen=True)
class _Ground:
    """What stays the same through a run."""

    params: Fit
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


def _ground(params: Fit, data: Points) -> _Ground:
    X = data.X
    centre, scale = scales(X, params.scaling)
    samples = gaussians.cloud((X - centre) / scale)
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
        joint = gaussians.log_joint(ground.samples, mixture)
    except Collapsed as problem:
        raise Diverged("em_collapsed", component=problem.component + 1, step=step) from None
    log_p, resp = gaussians.normalise(joint.copy())
    return _State(mixture, float(log_p.sum()) + ground.shift, resp, joint - log_p)


def _guess(ground: _Ground, state: _State) -> _Guess:
    if ground.params.assignment == "soft":
        return _Guess(state.resp, state.log_resp)
    hit, _ = gaussians.nearest(ground.samples.X, state.mixture.means)
    return _Guess(hit, np.zeros_like(hit))


def _improve(ground: _Ground, mixture: Mixture, q: np.ndarray) -> Mixture:
    if ground.params.assignment == "soft":
        return gaussians.m_step(ground.samples, q, ground.params.covariance, ground.floor)
    return gaussians.hard_m_step(ground.samples, q, mixture.means, ground.floor)


def _mixture(params: Clouds, ground: _Ground) -> Iterator[MixtureFrame]:
    steps = closely(params, params.last)
    close, first, end = steps is not None, max(params.close_up, 0), steps[-1] if steps else params.iterations
    draws = params.draws > 0 and end == params.iterations
    total = 1 + (end - first) * (4 if close else 2) + draws
    begin = gaussians.start(ground.samples.X, params.k, params.start, np.random.default_rng([params.seed, 0]))
    state = _state(ground, begin, 0)
    guess = _Guess(np.full_like(state.resp, 1 / params.k), np.full_like(state.resp, -np.log(params.k)))
    loglik, path = [state.loglik], [begin.flat(ground.unit)]
    for step in range(end + 1):
        if step:
            old, guess = state, _guess(ground, state)
            gain = pace(loglik, path)
            new = _improve(ground, old.mixture, guess.q)
            line = _mixture_line(ground, old.mixture, new, guess) if step > first else NO_LINE
            if step > first:
                yield _mixture_frame(ground, old, guess, line, gain, step=step, part="E", total=total)
            for name, mixed in _stages(old.mixture, new) if close and step > first else ():
                between = _state(ground, mixed, step)
                part_way = (between.loglik - old.loglik, NAN)
                yield _mixture_frame(ground, between, guess, line, part_way, step=step, part=name, total=total)
            state = _state(ground, new, step)
            loglik, path = [*loglik[-1:], state.loglik], [*path[-2:], new.flat(ground.unit)]
        if step >= first:
            frame = _mixture_frame(
                ground,
                state,
                guess,
                line if step > first else NO_LINE,
                pace(loglik, path),
                step=step,
                part="M" if step else "",
                total=total,
            )
            frame = replace(frame, missing=_missing(ground, state.mixture)) if step == end else frame
            yield frame
    if draws:
        yield _drawn(ground, params, frame, state.mixture)


def _stages(old: Mixture, new: Mixture) -> tuple[tuple[str, Mixture], ...]:
    """What lies between an E-step and the end of its M-step."""
    return (
        ("weights", Mixture(new.weights, old.means, old.covariances)),
        ("means", Mixture(new.weights, new.means, old.covariances)),
    )


def _mixture_frame(
    ground: _Ground, state: _State, guess: _Guess, line: Line, pace: tuple[float, float], step: int, part: str, total: int
) -> MixtureFrame:
    mixture, params = state.mixture, ground.params
    k, scale = len(mixture.weights), ground.scale
    gap = divergence(guess.q, guess.log_q, state.log_resp)
    hard = params.assignment == "hard"
    free = k * ground.d + 1 if hard else gaussians.free_parameters(k, ground.d, params.covariance)
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
        inertia=float(gaussians.nearest(ground.samples.X, mixture.means)[1].sum()),
        aic=-2 * state.loglik + 2 * free,
        bic=-2 * state.loglik + float(np.log(ground.n)) * free,
        k=k,
        parameters=free,
        agreement=NAN if ground.labels is None else gaussians.adjusted_rand(ground.labels, guess.q.argmax(0)),
        drawn=np.empty((0, ground.d)),
        drawn_of=np.empty(0, dtype=np.int32),
    )


def _drawn(ground: _Ground, params: Clouds, frame: MixtureFrame, mixture: Mixture) -> MixtureFrame:
    """The last frame again, with new points from its mixture."""
    points, of = gaussians.draw(mixture, params.draws, np.random.default_rng([params.seed, 1]))
    return replace(frame, part="drawn", drawn=points * ground.scale + ground.centre, drawn_of=of.astype(np.int32))


def _work(ground: _Ground, k: int) -> int:
    """About how many multiplications an E-step takes."""
    return int(ground.n * k * (ground.d + 1) ** 2)


def _mixture_line(ground: _Ground, old: Mixture, new: Mixture, guess: _Guess) -> Line:
    """Both curves at 41 places; at 11 where samples are many, nowhere where that would take too long. Raises Diverged."""
    work = _work(ground, len(old.weights))
    if work > 2e7:
        return NO_LINE
    sums, count = gaussians.moments(ground.samples, guess.q), 41 if work < 2e6 else 11
    entropy = ground.shift - float((guess.q * guess.log_q).sum())
    low, high = gaussians.reach_of_line(old, new)
    for reach in ((low, max(high, 1.0)), (0.0, 1.0)):
        s = positions(*reach, count)
        try:
            places = [gaussians.between(old, new, float(at)) for at in s]
            loglik = [float(gaussians.normalise(gaussians.log_joint(ground.samples, place))[0].sum()) for place in places]
            bound = [gaussians.expected_loglik(ground.samples, place, sums) for place in places]
        except Collapsed:
            continue
        return Line(s, np.array(loglik) + ground.shift, np.array(bound) + entropy)
    return NO_LINE


def _missing(ground: _Ground, mixture: Mixture) -> float:
    most = min(40, int(1e8 / _work(ground, len(mixture.weights))))
    if ground.params.assignment == "hard" or most < 8:
        return NAN
    return gaussians.missing_information(ground.samples, mixture, ground.params.covariance, ground.floor, most)


def _by_k(ground: _Ground) -> Iterator[MixtureFrame]:
    """The best of four starts for every K: a frame each."""
    params, last = ground.params, min(LARGEST_K, ground.n)
    for k in range(1, last + 1):
        found: list[_State] = []
        failed: list[Diverged] = []
        for trial in range(STARTS):
            begin = gaussians.start(ground.samples.X, k, params.start, np.random.default_rng([params.seed, k, trial]))
            try:
                found.append(settle(ground, begin))
            except Diverged as problem:
                failed.append(problem)
        if not found:
            raise failed[0]
        best = max(found, key=lambda state: state.loglik)
        yield _mixture_frame(ground, best, _guess(ground, best), NO_LINE, (NAN, NAN), step=k - 1, part="", total=last)


def settle(ground: _Ground, mixture: Mixture) -> _State:
    """EM for up to 100 iterations, or until one gains less than 1e-7 a sample. Raises Diverged."""
    state = _state(ground, mixture, 0)
    for step in range(1, LONGEST + 1):
        before = state
        state = _state(ground, _improve(ground, before.mixture, _guess(ground, before).q), step)
        if state.loglik - before.loglik < LEAST_GAIN * ground.n and (step > 1 or ground.params.assignment == "soft"):
            break
    return state
