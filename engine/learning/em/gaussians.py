"""Gaussian mixtures for `engine.learning.em`: one E-step and one M-step, starts, and what is measured along the way.

Arithmetic as in scikit-learn 1.9.1: N_k += 10·eps, covariance += floor · I, log-sum-exp, Cholesky factors; float64 throughout.

In few dimensions log w_k N(x | m_k, C_k) is a sum over features [1, x, x xᵀ], so each step is one product of matrices.
That sum cancels where a component is narrow and far from the origin: there, and in many dimensions, x − m_k is formed first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

Covariance = Literal["full", "diag", "tied", "spherical"]

FEW = 5  # up to so many columns the features are kept
WIDE = 1e5  # tr(C⁻¹) · max|x|² above which the features cancel too much
EPS10 = 10 * np.finfo(np.float64).eps


class Collapsed(ArithmeticError):
    """A covariance has become singular, or no number at all."""

    def __init__(self, component: int) -> None:
        super().__init__(component)
        self.component = component  # from 0


@dataclass(frozen=True)
class Cloud:
    """Samples that are centred, and what every step needs of them."""

    X: np.ndarray  # (n, d)
    features: np.ndarray | None  # (p, n): 1, x, and x_i x_j for i ≤ j; None in many dimensions
    reach: np.ndarray  # (d,) largest square in each column


@dataclass(frozen=True)
class Mixture:
    weights: np.ndarray  # (k,)
    means: np.ndarray  # (k, d)
    covariances: np.ndarray  # (k, d, d), full matrices for every type

    def flat(self, unit: float = 1.0) -> np.ndarray:
        """All parameters in one row, (k + k·d + k·d·d,), lengths in a unit that keeps them near 1."""
        return np.concatenate([self.weights, self.means.ravel() / unit, self.covariances.ravel() / unit / unit])


def cloud(X: np.ndarray) -> Cloud:
    """X (n, d), centred by the caller."""
    features = None
    if X.shape[1] <= FEW:
        i, j = upper(X.shape[1])
        features = np.vstack([np.ones(len(X)), X.T, X.T[i] * X.T[j]])
    return Cloud(X, features, (X**2).max(0))


def em_step(
    X: np.ndarray, weights: np.ndarray, means: np.ndarray, covariances: np.ndarray, kind: Covariance, floor: float
) -> tuple[Mixture, float]:
    """One iteration of EM: the new mixture, and the log-likelihood (total) of the one given.

    X (n, d), weights (k,), means (k, d), covariances (k, d, d), all in the same units as `floor`, which is a variance.
    Raises Collapsed.
    """
    X = np.asarray(X, dtype=np.float64)
    centre = X.mean(0)
    samples = cloud(X - centre)
    log_p, resp = normalise(log_joint(samples, Mixture(weights, means - centre, covariances)))
    new = m_step(samples, resp, kind, floor)
    return Mixture(new.weights, new.means + centre, new.covariances), float(log_p.sum())


def fit(
    samples: Cloud, mixture: Mixture, kind: Covariance, floor: float, steps: int, least: float = -np.inf
) -> tuple[Mixture, float]:
    """EM for `steps` iterations, or until one gains less than `least`: the mixture and its log-likelihood. Raises Collapsed."""
    log_p, resp = normalise(log_joint(samples, mixture))
    loglik = float(log_p.sum())
    for _ in range(steps):
        mixture = m_step(samples, resp, kind, floor)
        log_p, resp = normalise(log_joint(samples, mixture))
        before, loglik = loglik, float(log_p.sum())
        if loglik - before < least:
            break
    return mixture, loglik


# ---------------------------------------------------------------------------------------------------------------- E-step


def log_joint(samples: Cloud, mixture: Mixture) -> np.ndarray:
    """log w_k + log N(x_i | m_k, C_k), (k, n). Raises Collapsed."""
    white, const = whitening(samples, mixture)
    if samples.features is not None and (white**2).sum((1, 2)).max() * samples.reach.sum() < WIDE:
        joint: np.ndarray = _coefficients(mixture.means, white, const) @ samples.features
        return joint
    out = np.empty((len(const), len(samples.X)))
    for row, mean, root, c in zip(out, mixture.means, white, const, strict=True):
        y = (samples.X - mean) @ root.T
        np.einsum("ij,ij->i", y, y, out=row)
        row *= -0.5
        row += c
    return out


def whitening(samples: Cloud, mixture: Mixture) -> tuple[np.ndarray, np.ndarray]:
    """L⁻¹ of C = L Lᵀ (k, d, d), and log w − ½ log det 2πC (k,). Raises Collapsed."""
    C = mixture.covariances
    d = C.shape[1]
    try:
        L = np.linalg.cholesky(C)
    except np.linalg.LinAlgError:
        raise Collapsed(_narrowest(C)) from None
    width, spread = np.diagonal(L, axis1=1, axis2=2), np.diagonal(C, axis1=1, axis2=2)  # (k, d)
    flat = ~(width**2 > np.maximum(1e-14 * spread, 1e-20 * samples.reach))  # no number too
    if flat.any():
        raise Collapsed(int(flat.any(1).argmax()))
    const = np.log(mixture.weights) - np.log(width).sum(1) - d / 2 * np.log(2 * np.pi)
    return np.linalg.solve(L, np.broadcast_to(np.eye(d), L.shape)), const


def _narrowest(C: np.ndarray) -> int:
    """The component whose covariance is least positive definite."""
    bad = ~np.isfinite(C).all((1, 2))
    return int(bad.argmax()) if bad.any() else int(np.linalg.eigvalsh(C)[:, 0].argmin())


def _coefficients(means: np.ndarray, white: np.ndarray, const: np.ndarray) -> np.ndarray:
    """(k, p): the log of a weighted component as a sum over the features."""
    P = white.transpose(0, 2, 1) @ white  # C⁻¹ (k, d, d)
    linear = (P @ means[:, :, None])[:, :, 0]  # (k, d)
    i, j = upper(means.shape[1])
    square = P[:, i, j] * np.where(i == j, -0.5, -1.0)
    return np.hstack([(const - 0.5 * (linear * means).sum(1))[:, None], linear, square])


@cache
def upper(d: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the upper triangle of (d, d): asked for twice an iteration."""
    i, j = np.triu_indices(d)
    return i, j


def normalise(joint: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log p(x_i) (n,) and the responsibilities (k, n), which overwrite `joint`."""
    top = joint.max(0)
    joint -= top
    np.exp(joint, out=joint)
    total = joint.sum(0)
    joint /= total
    log_p: np.ndarray = np.log(total)
    log_p += top
    return log_p, joint


# ---------------------------------------------------------------------------------------------------------------- M-step


def m_step(samples: Cloud, resp: np.ndarray, kind: Covariance, floor: float) -> Mixture:
    """The mixture that fits best when responsibilities are resp (k, n), and `floor` on the diagonal of every covariance."""
    size, means, C = moments(samples, resp)
    d = samples.X.shape[1]
    if kind == "tied":
        C = np.broadcast_to(np.tensordot(size, C, 1) / size.sum(), C.shape)
    elif kind != "full":
        variance = np.diagonal(C, axis1=1, axis2=2)  # (k, d)
        if kind == "spherical":
            variance = variance.mean(1, keepdims=True)
        C = variance[:, :, None] * np.eye(d)
    return Mixture(size / size.sum(), means, C + floor * np.eye(d))


def moments(samples: Cloud, resp: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Size Σr + 10 eps (k,), mean (k, d) and covariance (k, d, d) of every component under resp (k, n)."""
    X, d = samples.X, samples.X.shape[1]
    if samples.features is not None:
        sums = resp @ samples.features.T  # (k, p)
        size = sums[:, 0] + EPS10
        sums /= size[:, None]
        means, C = sums[:, 1 : d + 1], np.empty((len(size), d, d))
        i, j = upper(d)
        C[:, i, j] = sums[:, d + 1 :] - means[:, i] * means[:, j]
        C[:, j, i] = C[:, i, j]
        if np.linalg.eigvalsh(C).min() * WIDE > d * samples.reach.sum():
            return size, means, C
    size = resp.sum(1) + EPS10
    means, C = resp @ X / size[:, None], np.empty((len(size), d, d))
    for k, r in enumerate(resp):
        gap = X - means[k]
        C[k] = (gap.T * r) @ gap / size[k]
    return size, means, C


def nearest(X: np.ndarray, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One-hot assignment (k, n) of every sample to its nearest mean, of equally near ones the first; squared distances (n,)."""
    squared = np.stack([((X - mean) ** 2).sum(1) for mean in means])  # (k, n)
    hit = squared.argmin(0)
    return (np.arange(len(means))[:, None] == hit).astype(np.float64), squared[hit, np.arange(len(X))]


def hard_m_step(samples: Cloud, resp: np.ndarray, means: np.ndarray, floor: float) -> Mixture:
    """k-means: every mean goes to the mean of its samples, resp (k, n) one-hot; one that won nobody stays.

    Weights are equal and all components share the spherical covariance that fits best.
    """
    size = resp.sum(1)
    moved = np.where(size[:, None] > 0, resp @ samples.X / size.clip(1)[:, None], means)
    gap = samples.X - moved[resp.argmax(0)]
    return even(moved, float((gap**2).mean()) + floor)


def even(means: np.ndarray, variance: float) -> Mixture:
    """Equal weights, and the same sphere around every mean (k, d)."""
    k, d = means.shape
    return Mixture(np.full(k, 1 / k), means.copy(), np.tile(variance * np.eye(d), (k, 1, 1)))


def start(X: np.ndarray, k: int, how: Literal["points", "plusplus"], rng: np.random.Generator) -> Mixture:
    """k means on samples X (n, d), distinct ones by lot or spread out as in k-means++; spheres of the data's mean variance."""
    if how == "plusplus":
        means = plusplus(X, k, rng)
    else:
        _, first = np.unique(X, axis=0, return_index=True)
        means = X[rng.choice(np.sort(first) if len(first) >= k else len(X), k, replace=False)]
    return even(means, float(X.var(0).mean()) or 1.0)


def plusplus(X: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Means (k, d): each a sample drawn with probability ∝ its squared distance to the nearest mean so far."""
    chosen = [int(rng.integers(len(X)))]
    squared = ((X - X[chosen[0]]) ** 2).sum(1)
    while len(chosen) < k:
        share = squared / (squared.max() or 1.0)
        left = share.sum()
        chosen.append(int(rng.choice(len(X), p=share / left)) if left else int(rng.integers(len(X))))
        squared = np.minimum(squared, ((X - X[chosen[-1]]) ** 2).sum(1))
    return X[chosen]


def draw(mixture: Mixture, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n new points (n, d), each of a component drawn by its weight, and which (n,), in that order."""
    weights = mixture.weights / mixture.weights.sum()
    of = np.sort(rng.choice(len(weights), n, p=weights))
    noise = rng.standard_normal((n, mixture.means.shape[1]))
    root = np.linalg.cholesky(mixture.covariances)
    return mixture.means[of] + np.einsum("nij,nj->ni", root[of], noise), of


def free_parameters(k: int, d: int, kind: Covariance) -> int:
    """How many numbers a mixture may choose: weights, means, covariances."""
    one = d * (d + 1) // 2
    return k - 1 + k * d + {"full": k * one, "diag": k * d, "tied": one, "spherical": k}[kind]


def adjusted_rand(labels: np.ndarray, found: np.ndarray) -> float:
    """How far two groupings (n,), (n,) agree on pairs of samples: 1 wholly, 0 as far as chance would (Hubert, Arabie 1985)."""
    _, first = np.unique(labels, return_inverse=True)
    _, second = np.unique(found, return_inverse=True)
    table = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(table, (first, second), 1)

    def pairs(count: np.ndarray) -> float:
        return float((count * (count - 1) / 2).sum())

    both, rows, columns, every = pairs(table), pairs(table.sum(1)), pairs(table.sum(0)), len(first) * (len(first) - 1) / 2
    chance = rows * columns / every if every else 0.0
    most = (rows + columns) / 2
    return (both - chance) / (most - chance) if most != chance else 1.0


# ------------------------------------------------------------------------------------------------------------ along a line


def reach_of_line(old: Mixture, new: Mixture) -> tuple[float, float]:
    """How far (s < 0, s > 1) old + s (new − old) may go: weights stay positive and covariances positive definite."""
    white = np.linalg.inv(np.linalg.cholesky(old.covariances))
    change = np.linalg.eigvalsh(white @ (new.covariances - old.covariances) @ white.transpose(0, 2, 1)).ravel()
    change = np.concatenate([change, (new.weights - old.weights) / old.weights])  # 1 + s·change > 0
    up, down = float(change.max(initial=0)), float(change.min(initial=0))
    return (-1 / up if up > 0 else -np.inf), (-1 / down if down < 0 else np.inf)


def between(old: Mixture, new: Mixture, s: float) -> Mixture:
    """old + s (new − old); exactly the one or the other at 0 and 1."""
    if s in (0, 1):
        return new if s else old
    return Mixture(
        old.weights + s * (new.weights - old.weights),
        old.means + s * (new.means - old.means),
        old.covariances + s * (new.covariances - old.covariances),
    )


def expected_loglik(samples: Cloud, mixture: Mixture, sums: tuple[np.ndarray, np.ndarray, np.ndarray]) -> float:
    """Σ_i Σ_k r_ik (log w_k + log N(x_i | m_k, C_k)) from the `moments` under r. Raises Collapsed."""
    white, const = whitening(samples, mixture)
    size, centre, C = sums
    gap = (white @ (centre - mixture.means)[:, :, None])[:, :, 0]
    spread = np.trace(white @ C @ white.transpose(0, 2, 1), axis1=1, axis2=2)
    return float((size * (const - 0.5 * (spread + (gap**2).sum(1)))).sum())


# ------------------------------------------------------------------------------------------------------- missing information


def missing_information(samples: Cloud, mixture: Mixture, kind: Covariance, floor: float, most: int = 40) -> float:
    """The largest eigenvalue of the Jacobian of M(θ), the map one iteration makes: the rate at which EM will end.

    Arnoldi's method (power iteration that keeps what it has seen), products by central differences, in coordinates around θ that
    keep every mixture legal: log weights, and means and covariances as the present components see them. NaN if there is none.
    """
    white, _ = whitening(samples, mixture)
    roots = np.linalg.cholesky(mixture.covariances)
    rng, h = np.random.default_rng(0), 1e-5

    def image(v: np.ndarray) -> np.ndarray:
        moved = _map(samples, _out(mixture, roots, v), kind, floor)
        return _in(moved, white)

    def product(v: np.ndarray) -> np.ndarray:
        slope: np.ndarray = (image(h * v) - image(-h * v)) / (2 * h)
        return slope

    try:
        q = product(rng.standard_normal(len(mixture.flat())))
        return _arnoldi(product, q, most)
    except (Collapsed, np.linalg.LinAlgError):
        return float("nan")


def _map(samples: Cloud, mixture: Mixture, kind: Covariance, floor: float) -> Mixture:
    return m_step(samples, normalise(log_joint(samples, mixture))[1], kind, floor)


def _out(mixture: Mixture, roots: np.ndarray, v: np.ndarray) -> Mixture:
    """The mixture at coordinates v (k + k·d + k·d·d,) around the given one, which lies at 0."""
    k, d = mixture.means.shape
    weight, mean, spread = v[:k], v[k : k + k * d].reshape(k, d), v[k + k * d :].reshape(k, d, d)
    weights = mixture.weights * np.exp(weight)
    means = mixture.means + (roots @ mean[:, :, None])[:, :, 0]
    C = roots @ (np.eye(d) + (spread + spread.transpose(0, 2, 1)) / 2) @ roots.transpose(0, 2, 1)
    return Mixture(weights / weights.sum(), means, C)


def _in(mixture: Mixture, white: np.ndarray) -> np.ndarray:
    """Coordinates of a mixture, but for a constant that differences do not see."""
    mean = (white @ mixture.means[:, :, None])[:, :, 0]
    spread = white @ mixture.covariances @ white.transpose(0, 2, 1)
    return np.concatenate([np.log(mixture.weights), mean.ravel(), spread.ravel()])


def _arnoldi(product: Callable[[np.ndarray], np.ndarray], q: np.ndarray, most: int) -> float:
    """The largest absolute eigenvalue of a linear map within the Krylov space of q, of at most `most` dimensions."""
    size = float(np.linalg.norm(q))
    if not size > 1e-9:
        return 0.0 if size >= 0 else float("nan")
    most = min(most, len(q))
    basis, H = [q / size], np.zeros((most + 1, most))
    for j in range(most):
        w = product(basis[j])
        for _ in range(2):  # twice is enough
            for i, b in enumerate(basis):
                part = float(b @ w)
                H[i, j] += part
                w = w - part * b
        H[j + 1, j] = np.linalg.norm(w)
        if not H[j + 1, j] > 1e-8:
            most = j + 1
            break
        basis.append(w / H[j + 1, j])
    square = H[:most, :most]
    return float(np.abs(np.linalg.eigvals(square)).max()) if np.isfinite(square).all() else float("nan")
