"""One sample at a time: it pulls its nearest unit and, by how near they stand on the grid, all others."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.algorithm import closely
from engine.errors import Diverged
from engine.learning.som.rules import Sampling, alpha_at, draws, walk
from engine.learning.som.sheet import Course, Ground, Sheet, SomFrame, State, begin, lay, matched, shown, widths
from engine.params import Closing, choice, number
from engine.points import Points

FRAMES = 60  # how many a whole run shows
FAR = 1e3  # deviations of the data: a unit this far out will not come back


class Samples(Sheet):
    sampling: Sampling = choice("random", rare=True)
    steps: int = number(3000, 100, 20_000, step=100)
    alpha: float = number(0.5, 0, 4, step=0.05)
    staircase: bool = choice(False, rare=True)


class Online(Samples, Closing):
    @property
    def last(self) -> int:
        return self.steps


def online(params: Online, data: Points) -> Iterator[SomFrame]:
    """Show the map one sample at a time; pull its best unit, and that unit's neighbours.

    Raises ParamError, DataError, and Diverged where the units leave the data for good.
    """
    steps, ground = closely(params, params.last), lay(params, data)
    course = course_of(params, ground, params.start, params.sigma)
    yield from _whole(params, ground, course) if steps is None else _close_up(ground, course, steps)


def course_of(params: Samples, ground: Ground, start: str, sigma: float) -> Course:
    """The samples drawn and both schedules of a run that starts so, with this radius."""
    n, last = len(ground.X), params.steps
    s = np.arange(last)
    if params.staircase:
        s -= s % (max(n - 1, 1) if params.sampling == "jackknife" else n)
    drawn = draws(params.sampling, n, last, np.random.default_rng([params.seed, 1]))
    return Course(start, widths(params, sigma, s, last), alpha_at(params.decay, params.alpha, s, last), drawn)


def advance(ground: Ground, course: Course, state: State, to: int) -> State:
    """The state after `to` updates; the same whichever stops were made on the way. Raises Diverged."""
    if to == state.step:
        return state
    with np.errstate(over="ignore", invalid="ignore"):
        before, _, _ = _walked(ground, course, state.W, state.step, to - 1)
        W, winner, theta = _walked(ground, course, before, to - 1, to)
        farthest = np.abs(W).max()
    if not farthest <= FAR * (ground.X.std(0).max() or 1.0):  # NaN too
        raise Diverged("som_diverged", step=to, alpha=round(float(course.alpha[to - 1]), 3))
    return State(to, W, before, theta, int(course.drawn[to - 1]), winner)


def _walked(ground: Ground, course: Course, W: np.ndarray, first: int, end: int) -> tuple[np.ndarray, int, np.ndarray]:
    part = slice(first, end)
    drawn, alpha, sigma = course.drawn[part], course.alpha[part], course.sigma[part]
    return walk(W, ground.X, drawn, alpha, sigma, ground.params.neighbourhood, ground.apart)


def _whole(params: Online, ground: Ground, course: Course) -> Iterator[SomFrame]:
    state, marks = begin(ground, course.start), _marks(params)
    for mark in marks:
        state = advance(ground, course, state, mark)
        yield shown(ground, course, state, len(marks))


def _marks(params: Online) -> list[int]:
    """The updates after which a frame is shown: 60 evenly spaced, closer at first where the sheet may fly apart."""
    marks = set(np.linspace(0, params.steps, FRAMES + 1).round().astype(int).tolist())
    if params.alpha > 2 or params.neighbourhood == "mexican_hat":
        marks |= set(range(0, min(params.steps, 1000) + 1, 5))
    return sorted(marks)


def _close_up(ground: Ground, course: Course, steps: range) -> Iterator[SomFrame]:
    """Three sub-steps of every update. "draw" and "match" bear the number of the update under way, whose end is "pull"."""
    total = 1 + 3 * (len(steps) - 1)
    state = advance(ground, course, begin(ground, course.start), steps[0])
    frame = shown(ground, course, state, total)
    yield frame
    for step in steps[1:]:
        state = advance(ground, course, state, step)
        pull = shown(ground, course, state, total, "pull")
        match = matched(frame, pull)
        yield replace(match, part="draw", winner=(-1, -1), theta=np.zeros_like(match.theta))
        yield match
        yield pull
        frame = pull
