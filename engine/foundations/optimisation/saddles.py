"""How rare minima are where there are many directions: eigenvalues of random symmetric matrices, dimension by dimension.

A matrix of the Gaussian orthogonal ensemble has variance 2 on its diagonal and 1 off it. How often all of its eigenvalues are
above 0 follows from their joint density, ∏|λᵢ − λⱼ| exp(−Σλ²/4), by two Pfaffians (de Bruijn 1955): over the half-line and over
the whole line. That is not the share of minima among the flat places of a smooth random surface, for there a Hessian is met as
often as |det H| says; of an isotropic Gaussian surface the share of saddles is known exactly in up to three dimensions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import gamma, sqrt

import numpy as np

from engine.frames import Frame
from engine.params import Params, number

MOST = 8  # dimensions
DRAWN = 500  # matrices of which a frame holds the extreme eigenvalues
SURFACE = (0.0, 0.5, 0.5 + 9 / 29 * sqrt(2 / 3))  # saddles among the flat places of a smooth random surface, d = 1, 2, 3
ANGLES, WEIGHTS = np.polynomial.legendre.leggauss(48)


class Saddles(Params):
    dimensions: int = number(MOST, 1, MOST)
    matrices: int = number(4000, 100, 20_000, step=100)


@dataclass(frozen=True)
class SaddlesFrame(Frame):
    dimension: int
    extremes: np.ndarray  # (m, 2) the least and the greatest eigenvalue of some matrices, divided by the root of the dimension
    minima: float  # the share of all that were drawn whose eigenvalues are all above 0
    maxima: float  # all below 0
    share: float  # of both signs
    error: float  # the standard deviation that so many draws leave in it
    exact: float  # what it is exactly
    surface: float  # the share of saddles among the flat places of a smooth random surface; NaN where it is not known exactly


def saddles(params: Saddles) -> Iterator[SaddlesFrame]:
    """Draw symmetric matrices of 1, 2, 3 … dimensions and count the signs of their eigenvalues."""
    for d in range(1, params.dimensions + 1):
        values = spectra(d, params.matrices, params.seed)
        minima = float((values[:, 0] > 0).mean())
        maxima = float((values[:, -1] < 0).mean())
        exact = 1 - 2 * positive(d)
        yield SaddlesFrame(
            step=d - 1,
            part="",
            total=params.dimensions,
            dimension=d,
            extremes=values[:DRAWN, [0, -1]] / sqrt(d),
            minima=minima,
            maxima=maxima,
            share=1 - minima - maxima,
            error=sqrt(exact * (1 - exact) / params.matrices),
            exact=exact,
            surface=SURFACE[d - 1] if d <= len(SURFACE) else float("nan"),
        )


def spectra(d: int, count: int, seed: int) -> np.ndarray:
    """Eigenvalues [count, d], the least first, of random symmetric matrices."""
    A = np.random.default_rng([seed, d]).standard_normal((count, d, d))
    H = (A + A.transpose(0, 2, 1)) / sqrt(2)  # variance 2 on the diagonal, 1 off it
    values: np.ndarray = np.linalg.eigvalsh(H)
    return values


@cache
def positive(d: int) -> float:
    """How likely it is that all d eigenvalues are above 0, exactly."""
    return pfaffian(_moments(d, 0, np.pi / 4)) / pfaffian(_moments(d, -3 * np.pi / 4, np.pi / 4))


def pfaffian(A: np.ndarray) -> float:
    """The root of the determinant of a skew-symmetric matrix [2n, 2n], its sign left out."""
    return sqrt(abs(float(np.linalg.det(A))))


def _moments(d: int, low: float, high: float) -> np.ndarray:
    """∬ (xⁱyʲ − xʲyⁱ) exp(−(x² + y²)/2) over x < y, and ∫ xⁱ exp(−x²/2) at the edge where d is odd: [d or d + 1, the same].

    In polar coordinates, x = r sin φ and y = r cos φ with φ from `low` to `high`: the half-line is 0 … π/4, the line −3π/4 … π/4.
    """
    i, j = np.indices((d, d))
    phi = low + (ANGLES + 1) / 2 * (high - low)  # (48,)
    sine, cosine = np.sin(phi), np.cos(phi)
    turn = sine ** i[..., None] * cosine ** j[..., None] @ WEIGHTS * (high - low) / 2  # (d, d)
    radial = np.array([[2 ** ((a + b) / 2) * gamma((a + b) / 2 + 1) for b in range(d)] for a in range(d)])
    inside: np.ndarray = turn * radial - (turn * radial).T
    if not d % 2:
        return inside
    whole = low < 0
    edge = np.array([2 ** ((k - 1) / 2) * gamma((k + 1) / 2) * (1 + (-1) ** k if whole else 1) for k in range(d)])
    out = np.zeros((d + 1, d + 1))
    out[:d, :d], out[:d, d], out[d, :d] = inside, edge, -edge
    return out
