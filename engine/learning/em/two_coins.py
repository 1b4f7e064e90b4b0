"""Two coins, each set of tosses made with one of them: whose was it, and how likely is heads for each?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.algorithm import closely
from engine.errors import DataError, ParamError
from engine.learning.em import tosses
from engine.learning.em.bound import NO_LINE, EmFrame, Line, divergence, pace, positions
from engine.params import Certain, Closing, number
from engine.points import Points

SETS, TOSSES, FRAMES = 200, 1_000_000, 300
CLIMB = 1e-3  # how far gradient ascent keeps from 0 and 1
MAP = np.linspace(0.01, 0.99, 49)  # the θ at which the likelihood is mapped


class Coins(Certain, Closing):
    theta_a: float = number(0.6, 0.01, 0.99, step=0.01)
    theta_b: float = number(0.5, 0.01, 0.99, step=0.01)
    iterations: int = number(20, 1, 100)
    rate: float = number(0.002, 0.0005, 0.02, step=0.0005, rare=True)
    tolerance: float = number(0.0, 0.0, 0.01, step=0.0001, rare=True)  # ends once no θ moves as far; 0: never before its time

    @property
    def last(self) -> int:
        return self.iterations


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
    limit: float  # the fraction of missing information there, which `rate` tends to; NaN where there is none


def coins(params: Coins, data: Points) -> Iterator[CoinsFrame]:
    """Share every set between the coins by how likely each makes it (E), and count (M).

    data.X: (n, 2) heads and tails of every set. Raises ParamError and DataError.
    """
    check(data)
    yield from _coins(params, data.X)


def check(data: Points) -> None:
    """Raise DataError unless these are sets of tosses."""
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
    limit: float

    def end(self, tolerance: float) -> int:
        """The first iteration that moves no θ as far as `tolerance`, else the last."""
        moved = np.abs(np.diff(self.theta, axis=0)).max(1)
        still = np.flatnonzero(moved < tolerance)
        return int(still[0]) + 1 if len(still) else len(moved)


def _coins(params: Coins, sets: np.ndarray) -> Iterator[CoinsFrame]:
    steps = closely(params, params.last)
    close, first = steps is not None, max(params.close_up, 0)
    each = len(sets) + 2 if close else 2
    end = min(steps[-1], first + (FRAMES - 1) // each) if steps else params.iterations
    paths = _paths(params, sets, end)
    end = paths.end(params.tolerance)
    if first > end:
        raise ParamError("close_up", step=first, last=end)
    total = 1 + (end - first) * each
    log_q = np.full((2, len(sets)), np.log(0.5))
    if first:
        log_q = tosses.posterior(sets, paths.theta[first - 1])
    at = max(first - 1, 0)
    yield _coin_frame(paths, first, at, log_q, NO_LINE, step=first, part="M" if first else "", total=total)
    for step in range(first + 1, end + 1):
        old, log_q = log_q, tosses.posterior(sets, paths.theta[step - 1])
        line = _coin_line(sets, paths.theta[step - 1], paths.theta[step], log_q)
        for rows in range(1, len(sets) + 1) if close else ():
            partly = np.hstack([log_q[:, :rows], old[:, rows:]])
            frame = _coin_frame(paths, step - 1, step - 1, partly, line, step=step, part="row", total=total)
            yield replace(frame, rows=rows)
        yield _coin_frame(paths, step - 1, step - 1, log_q, line, step=step, part="E", total=total)
        yield _coin_frame(paths, step, step - 1, log_q, line, step=step, part="M", total=total)


def _coin_frame(
    paths: _Paths, t: int, before: int, log_q: np.ndarray, line: Line, step: int, part: str, total: int
) -> CoinsFrame:
    """θ after t iterations beside a q that was made from θ after `before`."""
    sets, theta, q = paths.sets, paths.theta[t], np.exp(log_q)
    gap = divergence(q, log_q, tosses.posterior(sets, theta))
    gain, rate = pace(paths.loglik[: t + 1], paths.theta[: t + 1])
    log_a, log_b = tosses.logs(sets, paths.theta[before])
    return CoinsFrame(
        step=step,
        part=part,
        total=total,
        loglik=paths.loglik[t],
        bound=paths.loglik[t] - gap,
        gap=gap,
        gain=gain,
        rate=rate,
        missing=tosses.missing(sets, theta),
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
        many_loglik=tosses.loglik(sets, paths.many[t]),
        gradient=paths.gradient[t].copy(),
        gradient_loglik=float(tosses.loglik(sets, paths.gradient[t])),
        newton=paths.newton[t].copy(),
        newton_loglik=float(tosses.loglik(sets, paths.newton[t])),
        newton_left=paths.left[t],
        newton_saddle=not paths.left[t] and tosses.at_saddle(sets, paths.newton[t]),
        surface=paths.surface,
        optimum=paths.optimum.copy(),
        limit=paths.limit,
    )


def _paths(params: Coins, sets: np.ndarray, last: int) -> _Paths:
    start = np.array([params.theta_a, params.theta_b])
    grid = np.linspace(0.1, 0.9, 5)
    theta, many = [start], [np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)]
    gradient, newton, left = [start], [start], [False]
    for _ in range(last):
        theta.append(tosses.step(sets, theta[-1]))
        many.append(tosses.step(sets, many[-1]))
        slope = tosses.information(sets, gradient[-1])[0]
        gradient.append((gradient[-1] + params.rate * slope).clip(CLIMB, 1 - CLIMB))
        there, gone = tosses.newton_step(sets, newton[-1])
        newton.append(newton[-1] if left[-1] else there)
        left.append(left[-1] or gone)
    surface = tosses.loglik(sets, np.stack(np.meshgrid(MAP, MAP), axis=-1)).astype(np.float32)
    optimum = tosses.optimum(sets, theta[-1])
    return _Paths(
        sets=sets,
        theta=np.array(theta),
        loglik=tosses.loglik(sets, np.array(theta)).tolist(),
        many=np.array(many),
        gradient=np.array(gradient),
        newton=np.array(newton),
        left=left,
        surface=surface,
        optimum=optimum,
        limit=tosses.limit(sets, optimum),
    )


def _coin_line(sets: np.ndarray, old: np.ndarray, new: np.ndarray, log_q: np.ndarray) -> Line:
    step = new - old
    down, up = tosses.INSIDE - old, 1 - tosses.INSIDE - old  # how far each coin is from 0 and from 1
    moving = np.where(step, step, 1)
    low = np.where(step, np.where(step > 0, down, up) / moving, -np.inf).max()
    high = np.where(step, np.where(step > 0, up, down) / moving, np.inf).min()
    s = positions(min(float(low), 0.0), max(float(high), 1.0))
    q, theta = np.exp(log_q), old + s[:, None] * step
    theta[s == 1] = new
    bound = (q * (tosses.logs(sets, theta) - log_q)).sum((1, 2)) - len(sets) * np.log(2)
    return Line(s, tosses.loglik(sets, theta), bound)
