"""Densities whose score is known: mixtures of Gaussians of one width, densities tilted towards a class, the odds of two.

What a network would have to learn is computed here, so that an error can be told apart from a step's.
"""

import numpy as np


def log_density(x: np.ndarray, centres: np.ndarray, variance: float) -> np.ndarray:
    """log p (m,) at x (m, d), of equal Gaussians of one variance at centres (n, d)."""
    far = _far(x, centres, variance)
    top = far.max(1)
    summed = np.log(np.exp(far - top[:, None]).sum(1))
    density: np.ndarray = top + summed - np.log(len(centres)) - 0.5 * x.shape[1] * np.log(2 * np.pi * variance)
    return density


def mixture_score(x: np.ndarray, centres: np.ndarray, variance: float) -> np.ndarray:
    """grad log p (m, d) at x (m, d), of the same mixture."""
    far = _far(x, centres, variance)
    shares = np.exp(far - far.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    score: np.ndarray = (shares @ centres - x) / variance
    return score


def tilted(of_class: np.ndarray, of_all: np.ndarray, w: float) -> np.ndarray:
    """log of p(x | c)^(1 + w) / p(x)^w, but for a constant, from log p(x | c) and log p(x).

    By Bayes it is p(x | c) p(c | x)^w, and p(x) p(c | x)^s with s = 1 + w. Scores are tilted alike: that of this density is
    (1 + w) grad log p(x | c) - w grad log p(x), at no noise; at other times the guided score is that of no noised density.
    """
    log: np.ndarray = (1 + w) * of_class - w * of_all
    return log


def told_apart(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """D = p / (p + q), the best answer to "does x come from p?", from log p and log q of equally many."""
    D: np.ndarray = np.exp(-np.logaddexp(0, q - p))
    return D


def ratio(D: np.ndarray) -> np.ndarray:
    """p / q as such an answer knows it: D / (1 - D), infinite where it is sure."""
    with np.errstate(divide="ignore"):
        odds: np.ndarray = D / (1 - D)
    return odds


def _far(x: np.ndarray, centres: np.ndarray, variance: float) -> np.ndarray:
    """How far (m, n) x (m, d) is from centres (n, d), as logarithms of heights of a Gaussian."""
    far: np.ndarray = ((x[:, None] - centres[None]) ** 2).sum(-1) / (-2 * variance)
    return far
