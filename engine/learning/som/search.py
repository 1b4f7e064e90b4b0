"""The same training with a wider and wider first radius, until the sheet ends without a fold."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from engine.errors import ParamError
from engine.learning.som import all_at_once, one_by_one
from engine.learning.som.grid import middle, neighbourhood, offsets, period, places, separation
from engine.learning.som.rules import LEAST_SIGMA
from engine.learning.som.sheet import Course, Ground, Sheet, SomFrame, State, begin, lay, shown
from engine.params import choice
from engine.points import Points

WIDER, LEAST = 1.35, 0.3  # how a radius grows from trial to trial, and the least that does


class Unfold(one_by_one.Samples):
    neighbourhood: Literal["gaussian", "bubble", "mexican_hat", "triangle"] = choice("gaussian", rare=True)  # those with a radius


class UnfoldBatch(all_at_once.Passes):
    neighbourhood: Literal["gaussian", "bubble", "triangle"] = choice("gaussian", rare=True)


def unfold(params: Unfold, data: Points) -> Iterator[SomFrame]:
    """Train on the same seed with a wider and wider start, until the sheet ends without a fold; a frame per trial.

    data.X: (n, 2). Raises ParamError, DataError and Diverged.
    """
    _check(data)
    ground = lay(params, data)
    yield from trials(ground, lambda *start: one_by_one.course_of(params, ground, *start), one_by_one.advance)


def unfold_batch(params: UnfoldBatch, data: Points) -> Iterator[SomFrame]:
    """The same, every trial trained on all samples at once.

    data.X: (n, 2). Raises ParamError and DataError.
    """
    _check(data)
    ground = lay(params, data)
    yield from trials(ground, lambda *start: all_at_once.course_of(params, ground, *start), all_at_once.advance)


def _check(data: Points) -> None:
    if data.X.shape[1] != 2:
        raise ParamError("som_unfold_columns", columns=data.X.shape[1])


def trials(
    ground: Ground, course_of: Callable[[str, float], Course], advance: Callable[[Ground, Course, State, int], State]
) -> Iterator[SomFrame]:
    """Whole trainings, the last of them without a fold, if there is such a one."""
    starts = _starts(ground.params)
    for trial, (start, sigma) in enumerate(starts):
        course = course_of(start, sigma)
        state = advance(ground, course, begin(ground, start), len(course.sigma))
        frame = shown(ground, course, state, len(starts))
        flat = not frame.folded
        yield replace(frame, step=trial, total=trial + 1 if flat else len(starts))
        if flat:
            return


def first_grip(params: Sheet, sigma: float) -> np.ndarray:
    """θ (units,) at the start of a trial whose first radius is `sigma`, as a winner in the middle of the grid would have it."""
    grid = params.rows, params.cols, params.topology
    offset = offsets(places(*grid), period(*grid) if params.torus else None)
    apart = separation(params.neighbourhood, offset, params.topology)
    return neighbourhood(params.neighbourhood, apart[:, middle(*grid)], max(sigma, LEAST_SIGMA))


def _starts(params: Sheet) -> list[tuple[str, float]]:
    """Starts and first radii, up to the width of the grid; at last the flat start, if the first was none."""
    widest, sigma = max(params.rows, params.cols), params.sigma
    starts: list[tuple[str, float]] = [(params.start, sigma)]
    while sigma < widest:
        sigma = round(min(max(sigma, LEAST) * WIDER, widest), 2)
        starts.append((params.start, sigma))
    if params.start == "random":
        starts.append(("pca", params.sigma))
    return starts
