"""Expectation maximisation: ours beside scikit-learn 1.9.1. Run with `python -m benchmarks.em`.

Both sides start from the same mixture, make the same number of iterations and alternate in one process on one thread; times are
medians of 9 pairs, ratio = peer / ours, aim = the least ratio wanted. Both must end at the same likelihood.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from benchmarks import pairs
from benchmarks.pairs import Row
from engine.learning import em
from engine.learning.em import gaussians as mixtures
from engine.learning.em.gaussians import Covariance, Mixture
from engine.points import points

STEPS, FLOOR = 100, 1e-6


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    return pairs.table("expectation maximisation", rows)


def full() -> Row:
    return _mixture("full", columns=2, k=5, aim=4)


def tied() -> Row:
    return _mixture("tied", columns=2, k=5)


def diag() -> Row:
    return _mixture("diag", columns=2, k=5)


def four_columns() -> Row:
    return _mixture("full", columns=4, k=5)


def ten_columns() -> Row:
    return _mixture("full", columns=10, k=5)


def with_frames() -> Row:
    """A whole run with its 201 frames: the gap, the line between θ and θ', inertia and the rate at the end."""
    X = _samples(2)
    params = em.Params(model="mixture", k=5, iterations=STEPS, scaling="none")
    begin = _begin(X, 5)
    return pairs.row(
        "the first with 201 frames (for information)",
        lambda: list(em.train(params, points(X))),
        lambda: _quiet(_peer("full", begin), X),
        note="peer GaussianMixture.fit, which keeps no frames; ours evaluates 41 places a step besides",
    )


def by_k() -> Row:
    """K = 1 … 8, four starts each; the peer to its own tolerance of 1e-7 from as many random starts."""
    X = _samples(2)[:500]
    params = em.Params(model="mixture", by_k=True)
    return pairs.row(
        "K = 1 … 8, 4 starts each, 500×2 (for information)",
        lambda: list(em.train(params, points(X))),
        lambda: [
            _quiet(GaussianMixture(k, tol=1e-7, n_init=4, init_params="random_from_data", random_state=0), X) for k in range(1, 9)
        ],
        note="peer GaussianMixture(n_init=4), starts of its own",
    )


def _samples(columns: int) -> np.ndarray:
    """10,000 samples from five overlapping components."""
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 3, (5, columns))
    X = np.concatenate([rng.normal(size=(2000, columns)) @ rng.normal(0, 0.8, (columns, columns)) + c for c in centres])
    return rng.permutation(X)


def _begin(X: np.ndarray, k: int) -> Mixture:
    return mixtures.start(X, k, "points", np.random.default_rng(1))


def _peer(kind: Covariance, begin: Mixture) -> GaussianMixture:
    precisions = np.linalg.inv(begin.covariances)
    shaped = {
        "full": precisions,
        "tied": precisions[0],
        "diag": np.diagonal(precisions, axis1=1, axis2=2),
        "spherical": precisions[:, 0, 0],
    }[kind]
    return GaussianMixture(
        len(begin.weights),
        covariance_type=kind,
        tol=0,
        reg_covar=FLOOR,
        max_iter=STEPS,
        weights_init=begin.weights,
        means_init=begin.means,
        precisions_init=shaped,
    )


def _quiet(peer: GaussianMixture, X: np.ndarray) -> GaussianMixture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return peer.fit(X)


def _ours(X: np.ndarray, begin: Mixture, kind: Covariance) -> float:
    centre = X.mean(0)
    samples = mixtures.cloud(X - centre)
    start = Mixture(begin.weights, begin.means - centre, begin.covariances)
    return mixtures.fit(samples, start, kind, FLOOR, STEPS)[1]


def _mixture(kind: Covariance, columns: int, k: int, aim: float | None = None) -> Row:
    X = _samples(columns)
    begin = _begin(X, k)
    ours, theirs = _ours(X, begin, kind), _quiet(_peer(kind, begin), X).score(X) * len(X)
    gap = abs(ours / theirs - 1)
    assert gap < 1e-6, gap
    return pairs.row(
        f"{kind}, {len(X):,}×{columns}, K={k}, {STEPS} iterations",
        lambda: _ours(X, begin, kind),
        lambda: _quiet(_peer(kind, begin), X),
        note=f"peer GaussianMixture; same likelihood to {gap:.0e}",
        aim=aim,
    )


BENCHES = (full, tied, diag, four_columns, ten_columns, with_frames, by_k)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
