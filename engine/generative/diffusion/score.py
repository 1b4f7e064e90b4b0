"""What is known of points in the plane without learning: the score of their noised density, and how far a sample is from them.

The exact score: where the data are the given points, each blurred to a Gaussian of width h, the noised density is a mixture of
Gaussians at every time, and its score is known. A sampler that uses it makes only its own error, the network adds its own.
"""

import numpy as np

from engine.generative import samplers
from engine.generative.diffusion.walking import Guess, Predict
from engine.generative.exact import mixture_score
from engine.generative.schedules import Schedule

GRID = np.linspace(-2.6, 2.6, 15)  # where the field of arrows is computed
REDRAWN = 20  # samples of the data, for what chance makes of a distance


def exact(X: np.ndarray, schedule: Schedule, width: float) -> Predict:
    """What the best possible network would say, for data that are Gaussians of `width` at points X (n, 2)."""

    def predict(x: np.ndarray, t: int) -> Guess:
        a = schedule.at(t)
        eps = -np.sqrt(1 - a) * mixture_score(x, np.sqrt(a) * X, a * width**2 + 1 - a)
        return samplers.guess("eps", eps, x, a)

    return predict


def scores(predict: Predict, schedule: Schedule, t: int) -> np.ndarray:
    """The score that a predictor means, float32 (15, 15, 2), rows upward."""
    places = np.stack(np.meshgrid(GRID, GRID), axis=-1).reshape(-1, 2)
    eps = predict(places, t)[1]
    score: np.ndarray = (-eps / np.sqrt(1 - schedule.alpha_bar[t])).reshape(len(GRID), len(GRID), 2).astype(np.float32)
    return score


def energy_distance(x: np.ndarray, data: np.ndarray) -> float:
    """Szekely & Rizzo's 2 E|X − Y| − E|X − X'| − E|Y − Y'| of the law behind a sample x (m, 2) and the points `data` (n, 2).

    `data` are a law of their own: each of them with probability 1/n. The estimate has no bias: 0 on average where x is drawn
    from them, and then often below it.
    """

    def mean(one: np.ndarray, other: np.ndarray) -> float:
        return float(np.sqrt(((one[:, None] - other[None]) ** 2).sum(-1)).mean())

    m = len(x)
    return 2 * mean(x, data) - mean(x, x) * m / max(m - 1, 1) - mean(data, data)


def by_chance(X: np.ndarray, m: int, seed: int) -> float:
    """How far from 0 the estimates of m points drawn from X (n, 2) themselves lie: root mean square of REDRAWN of them."""
    rng = np.random.default_rng([seed, 6])
    again = [energy_distance(X[rng.integers(0, len(X), m)], X) for _ in range(REDRAWN)]
    return float(np.sqrt(np.mean(np.square(again))))
