"""A straight line fitted by gradient descent: y ≈ w·x + b, the mean of the squared errors as the loss, as torch's MSELoss.

The loss is a quadratic bowl: its Hessian H never changes, and every step multiplies the error by I − rate·H. In the direction of
the largest eigenvalue it dies out while rate · λ < 2, in that of the smallest it hardly moves at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.algorithm import shown
from engine.errors import DataError, Diverged
from engine.foundations.descent import gradient_descent
from engine.foundations.expressions import Array
from engine.frames import Frame
from engine.params import Params, choice, number
from engine.points import Points

POINTS = 1000  # that a line is fitted to at most
LARGEST = 1e30  # of a loss that is still shown


class Fit(Params):
    """`batch`: so many points a step, 0: all; their order is drawn from `seed`, anew in each epoch."""

    w: float = number(1.0, -10, 10, step=0.1)
    b: float = number(0.0, -50, 50, step=0.5)
    rate: float = number(1e-4, 1e-6, 1e-2, step=1e-6)
    steps: int = number(10, 1, 1000)
    batch: int = number(0, 0, POINTS)
    zero_grad: bool = choice(True)
    seed: int = number(0, 0, 9999, rare=True, when={"batch": list(range(1, POINTS))})


@dataclass(frozen=True)
class FitFrame(Frame):
    """Where the line is after `step` steps."""

    w: float
    b: float
    loss: float  # over all points
    slope_w: float  # that the next step takes: of the batch, and of what had been left in it
    slope_b: float
    fresh: Array  # (2,) of the next batch alone
    whole: Array  # (2,) of all points
    batch: Array  # (m,) the points of the next step
    path: Array  # (k, 2) the places since the last frame, both ends among them
    best: Array  # (2,) the least squares
    hessian: Array  # (2, 2)
    curvature: float  # the largest eigenvalue λ of H
    condition: float  # the largest by the smallest; NaN where that is 0
    stretch: float  # rate · λ: above 2 it diverges


def fit(params: Fit, cloud: Points) -> Iterator[FitFrame]:
    """Step downhill, as torch.optim.SGD does. Raises Diverged where the loss has left all bounds."""
    x, y = columns_of(cloud)
    batches = drawn(params, len(x))
    rule = gradient_descent(np.array([params.w, params.b]), params.rate)
    place, kept, came = next(rule), np.zeros(2), []
    frames = shown(params.steps)
    for step in range(params.steps + 1):
        batch = next(batches)
        fresh = gradient(place, x[batch], y[batch])
        kept = fresh if params.zero_grad else kept + fresh
        came.append(place)
        check(place, x, y, step, params.rate)
        if step in frames:
            yield frame_of(step, len(frames), (place, kept, fresh), (x, y), np.array(came), batch, params.rate)
            came = [place]
        place = rule.send(kept)


def columns_of(cloud: Points) -> tuple[Array, Array]:
    """x and y [n] of points with two columns. Raises DataError."""
    if cloud.X.shape[1] != 2:
        raise DataError("autograd_columns", columns=cloud.X.shape[1])
    if not 2 <= len(cloud.X) <= POINTS:
        raise DataError("autograd_points", count=len(cloud.X), limit=POINTS)
    x, y = cloud.X.T
    if np.abs(cloud.X).max() > 1e6:
        raise DataError("autograd_large")
    return x, y


def drawn(params: Fit, n: int) -> Iterator[Array]:
    """The points of step after step: all of them, or batches of an order that is drawn anew in each epoch."""
    rng = np.random.default_rng(params.seed)
    if not params.batch or params.batch >= n:
        while True:
            yield np.arange(n)
    while True:
        order = rng.permutation(n)
        for start in range(0, n, params.batch):
            yield np.sort(order[start : start + params.batch])


def loss(place: Array, x: Array, y: Array) -> float:
    """The mean of the squared errors of y = w·x + b at a place (w, b)."""
    return float(np.mean((place[0] * x + place[1] - y) ** 2))


def gradient(place: Array, x: Array, y: Array) -> Array:
    """Its slopes (2,) by w and b: those of the sum of the squares, divided by how many there are."""
    error = place[0] * x + place[1] - y
    return np.array([np.sum(2 * error * x), np.sum(2 * error)]) / len(x)


def curvatures(x: Array) -> Array:
    """Its Hessian (2, 2): the same everywhere."""
    return 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1.0]])


def check(place: Array, x: Array, y: Array, step: int, rate: float) -> None:
    """Raises Diverged where the loss is no longer to be shown."""
    with np.errstate(over="ignore", invalid="ignore"):
        lost = loss(place, x, y)
    if not lost < LARGEST:
        stretch = rate * float(np.linalg.eigvalsh(curvatures(x))[-1])
        raise Diverged("autograd_diverged", step=step, stretch=round(stretch, 3))


def frame_of(
    step: int, total: int, state: tuple[Array, Array, Array], points: tuple[Array, Array], came: Array, batch: Array, rate: float
) -> FitFrame:
    """What there is to know of a step. state: the place, the slopes that are taken next, those of the batch alone."""
    (place, kept, fresh), (x, y) = state, points
    H = curvatures(x)
    small, large = np.linalg.eigvalsh(H)
    condition = float(large / small) if small > 1e-12 * large else float("nan")
    best = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y, rcond=None)[0]
    return FitFrame(
        step, "", total, float(place[0]), float(place[1]), loss(place, x, y), float(kept[0]), float(kept[1]), fresh,
        gradient(place, x, y), batch, came, best, H, float(large), condition, rate * float(large),
    )  # fmt: skip
