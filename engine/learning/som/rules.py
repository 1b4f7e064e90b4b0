"""The rules of `engine.learning.som`: where the sheet starts, how its rate and radius fall, and how samples pull it along."""

from typing import Literal

import numpy as np

from engine.learning.som.grid import Neighbourhood, neighbourhood

Decay = Literal["linear", "exponential", "asymptotic", "inverse"]
Sampling = Literal["random", "sequential", "jackknife"]
Scaling = Literal["standard", "range", "none"]

LEAST_SIGMA = 1e-3  # below this only the winner moves
TIE = 1e-9  # entries of a direction that differ by less are equally large


def scales(X: np.ndarray, scaling: Scaling) -> tuple[np.ndarray, np.ndarray]:
    """Centre and scale of every column, each (d,); a constant column has scale 1."""
    spread = {"standard": X.std(0), "range": np.ptp(X, axis=0), "none": np.ones(X.shape[1])}[scaling]
    return X.mean(0), np.where(spread > 1e-12 * np.abs(X).max(0), spread, 1.0)


def random_start(X: np.ndarray, units: int, rng: np.random.Generator) -> np.ndarray:
    """A small crumpled ball around the mean, (units, d)."""
    W: np.ndarray = X.mean(0) + 0.18 * X.std(0) * rng.standard_normal((units, X.shape[1]))
    return W


def principal_plane(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two largest eigenvalues of the covariance (2,) and their directions (d, 2); zeros if d = 1.

    The largest entry of each is positive; of equally large ones (up to rounding, so that every machine agrees) the first.
    """
    centred = X - X.mean(0)
    values, vectors = np.linalg.eigh(centred.T @ centred / max(len(X) - 1, 1))
    values, vectors = np.maximum(values[::-1][:2], 0), vectors[:, ::-1][:, :2]
    size = np.abs(vectors)
    largest = (size > size.max(0) - TIE).argmax(0)
    vectors = vectors * np.sign(vectors[largest, np.arange(vectors.shape[1])])
    missing = 2 - len(values)
    return np.pad(values, (0, missing)), np.pad(vectors, ((0, 0), (0, missing)))


def pca_start(X: np.ndarray, places: np.ndarray) -> np.ndarray:
    """A flat sheet (units, d): mean ± √eigenvalue, the first direction along the rows, the second along the columns."""
    values, vectors = principal_plane(X)
    low, high = places.min(0), places.max(0)
    half = (high - low) / 2
    spot = (places - (low + high) / 2) / np.where(half > 0, half, 1)  # (units, 2), each axis from -1 to 1
    W: np.ndarray = X.mean(0) + (spot[:, ::-1] * np.sqrt(values)) @ vectors.T
    return W


def alpha_at(decay: Decay, alpha: float, s: np.ndarray, last: int) -> np.ndarray:
    """The learning rate at steps s of a run of `last`. Linear is the notes' α (1 − s/λ); asymptotic and inverse are MiniSom's."""
    part = s / last
    rates: dict[str, np.ndarray] = {
        "linear": alpha * (1 - part),
        "exponential": alpha * 0.01**part,
        "asymptotic": alpha / (1 + 2 * part),
        "inverse": alpha / (1 + 100 * part),
    }
    return rates[decay]


def sigma_at(decay: Decay, sigma: float, end: float, s: np.ndarray, last: int) -> np.ndarray:
    """The width at steps s of a run of `last`, never below 0.001. All but the asymptotic one (a third) go to `end`."""
    part = s / last
    start, goal = max(sigma, LEAST_SIGMA), max(end, LEAST_SIGMA)
    widths: dict[str, np.ndarray] = {
        "linear": sigma + (end - sigma) * part,
        "exponential": start * (goal / start) ** part,
        "asymptotic": sigma / (1 + 2 * part),
        "inverse": start / (1 + (start / goal - 1) * part),
    }
    return widths[decay].clip(LEAST_SIGMA)


def draws(sampling: Sampling, n: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Which sample each step shows, (steps,). Jackknife: every pass shuffles all samples but one, each time another."""
    if sampling == "random":
        return rng.integers(n, size=steps)
    if sampling == "sequential" or n == 1:
        return np.arange(steps) % n
    out = rng.permutation(n)
    passes = [rng.permutation(np.delete(np.arange(n), out[k % n])) for k in range(-(-steps // (n - 1)))]
    return np.concatenate(passes)[:steps]


def walk(
    W: np.ndarray,
    X: np.ndarray,
    drawn: np.ndarray,
    alpha: np.ndarray,
    sigma: np.ndarray,
    kind: Neighbourhood,
    apart: np.ndarray,
) -> tuple[np.ndarray, int, np.ndarray]:
    """Online training: the units (units, d) after the drawn samples, the last winner and its θ (units,)."""
    W, winner, theta = W.T.copy(), -1, np.zeros(len(W))  # (d, units): the sums below run along whole rows
    gap, squared = np.empty_like(W), np.empty(W.shape[1])
    for x, rate, width in zip(X[drawn][:, :, None], alpha.tolist(), sigma.tolist(), strict=True):
        np.subtract(x, W, out=gap)
        np.einsum("ij,ij->j", gap, gap, out=squared)
        winner = int(squared.argmin())
        theta = neighbourhood(kind, apart[:, winner], width)
        gap *= rate * theta
        W += gap
    return W.T.copy(), winner, theta


def best_units(W: np.ndarray, X: np.ndarray, count: int = 2) -> np.ndarray:
    """The `count` (1 or 2) nearest units of every sample, nearest first, (n, count). A single unit is also the second."""
    table = np.vstack([-2 * W.T, (W**2).sum(1)])  # (d + 1, units): |x − w|² less |x|²
    found = np.empty((len(X), count), dtype=np.intp)
    for at in range(0, len(X), 512):
        part = X[at : at + 512]
        score = part @ table[:-1] + table[-1]
        rows, best = np.arange(len(part)), score.argmin(1)
        found[at : at + 512, 0] = best
        if count == 2:
            score[rows, best] = np.inf
            found[at : at + 512, 1] = score.argmin(1)
    return found


def batch_update(W: np.ndarray, X: np.ndarray, first: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every unit goes to the mean of all samples, weighted by θ (units, units) from their best units `first` (n,).

    Also the share of the data that moved each unit (units,). A unit that nothing reaches stays.
    """
    units = len(W)
    counts = np.bincount(first, minlength=units).astype(float)
    sums = np.stack([np.bincount(first, column, units) for column in X.T], axis=1)  # (units, d)
    weight = theta.T @ counts
    reached = weight > 1e-290
    return np.where(reached[:, None], theta.T @ sums / np.where(reached, weight, 1)[:, None], W), weight / len(X)
