"""All samples at once: each finds its nearest unit, then every unit moves to a weighted mean of the samples."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from engine.algorithm import closely
from engine.learning.som.grid import neighbourhood
from engine.learning.som.rules import batch_update, best_units
from engine.learning.som.sheet import Course, Ground, Sheet, SomFrame, State, begin, lay, matched, shown, widths
from engine.params import Closing, choice, number
from engine.points import Points


class Passes(Sheet):
    neighbourhood: Literal["gaussian", "bubble", "triangle", "manhattan"] = choice("gaussian", rare=True)  # none is below 0
    epochs: int = number(20, 1, 100)


class Batch(Passes, Closing):
    @property
    def last(self) -> int:
        return self.epochs


def batch(params: Batch, data: Points) -> Iterator[SomFrame]:
    """Let all samples find their best units; move every unit to their mean, each weighted by θ from its best unit.

    Raises ParamError and DataError.
    """
    steps, ground = closely(params, params.last), lay(params, data)
    course = course_of(params, ground, params.start, params.sigma)
    yield from _whole(params, ground, course) if steps is None else _close_up(ground, course, steps)


def course_of(params: Passes, ground: Ground, start: str, sigma: float) -> Course:
    """The schedule of a run that starts so, with this radius."""
    last = params.epochs
    return Course(start, widths(params, sigma, np.arange(last), last), np.full(last, np.nan), np.full(last, -1))


def advance(ground: Ground, course: Course, state: State, to: int) -> State:
    """The state after `to` passes."""
    for step in range(state.step, to):
        W, share = average(ground, state.W, course.sigma[step])
        state = State(step + 1, W, state.W, share)
    return state


def average(ground: Ground, W: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """One pass: where the units W (units, d) move, and the share of the data that moved each (units,)."""
    first = best_units(W, ground.X, 1)[:, 0]
    theta = neighbourhood(ground.params.neighbourhood, ground.apart, sigma)
    W, share = batch_update(W, ground.X, first, theta)
    return W, share


def _whole(params: Batch, ground: Ground, course: Course) -> Iterator[SomFrame]:
    state, total = begin(ground, course.start), params.epochs + 1
    for step in range(total):
        state = advance(ground, course, state, step)
        yield shown(ground, course, state, total)


def _close_up(ground: Ground, course: Course, steps: range) -> Iterator[SomFrame]:
    """Both sub-steps of every pass. "match" bears the number of the pass under way, whose end is "move"."""
    total = 1 + 2 * (len(steps) - 1)
    state = advance(ground, course, begin(ground, course.start), steps[0])
    frame = shown(ground, course, state, total)
    yield frame
    for step in steps[1:]:
        state = advance(ground, course, state, step)
        move = shown(ground, course, state, total, "move")
        yield matched(frame, move)
        yield move
        frame = move
