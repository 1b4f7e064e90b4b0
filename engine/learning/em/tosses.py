"""Two coins for `engine.learning.em`: likelihood, one iteration of EM, and what gradient ascent and Newton's method need.

Sets of tosses (n, 2), heads and tails; θ (…, 2), the probability of heads of coin A and coin B. Likelihoods go without binomial
coefficients. Do, Batzoglou 2008; missing information: McLachlan, Krishnan 2008.
"""

import numpy as np

INSIDE = 1e-12  # how far θ keeps from 0 and 1
EDGE = 1e-6  # what is nearer to 0 or 1 has no curvature to speak of
NAN = float("nan")


def logs(sets: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """log p(set | coin) without the binomial coefficient, (…, 2, n), for sets (n, 2) and θ (…, 2)."""
    theta = theta[..., None]
    both: np.ndarray = sets[:, 0] * np.log(theta) + sets[:, 1] * np.log1p(-theta)
    return both


def posterior(sets: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """log p(coin | set), (…, 2, n)."""
    both = logs(sets, theta)
    shares: np.ndarray = both - np.logaddexp(both[..., :1, :], both[..., 1:, :])
    return shares


def loglik(sets: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """The log-likelihood of all sets, (…)."""
    both = logs(sets, theta)
    total: np.ndarray = np.logaddexp(both[..., 0, :], both[..., 1, :]).sum(-1) - len(sets) * np.log(2)
    return total


def step(sets: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """One iteration of EM, (…, 2): expected heads over expected tosses. A coin that nothing is put down to stays."""
    r = np.exp(posterior(sets, theta))  # (…, 2, n)
    heads, tosses = r @ sets[:, 0], r @ sets.sum(1)
    moved = heads / np.where(tosses > 0, tosses, 1)
    return np.where(tosses > 0, moved.clip(INSIDE, 1 - INSIDE), theta)


def optimum(sets: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Where EM converges to from θ (2,), to 1e-12 or as far as 5,000 iterations go."""
    for _ in range(5000):
        before, theta = theta, step(sets, theta)
        if np.abs(theta - before).max() < 1e-12:
            break
    return theta


def information(sets: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At θ (2,): the gradient of the log-likelihood (2,), the diagonal of complete information (2,), missing information (2, 2).

    The observed information, complete less missing, is the negative Hessian.
    """
    r = np.exp(posterior(sets, theta))  # (2, n)
    heads, tails = sets.T
    p = theta[:, None]
    score = (heads * (1 - p) - tails * p) / (p * (1 - p))  # (2, n)
    complete = (r * (heads / p**2 + tails / (1 - p) ** 2)).sum(1)
    signed = score * np.array([[1.0], [-1.0]])
    return (r * score).sum(1), complete, (r[0] * r[1] * signed) @ signed.T


def missing(sets: np.ndarray, theta: np.ndarray) -> float:
    """The largest eigenvalue of I − I_complete⁻¹ I_observed: the fraction of missing information."""
    _, complete, lost = information(sets, theta)
    if not (complete > 0).all():
        return NAN
    root = np.sqrt(complete)
    return float(np.linalg.eigvalsh(lost / root / root[:, None])[-1])


def limit(sets: np.ndarray, optimum: np.ndarray) -> float:
    """What the ratio of successive steps of EM tends to: missing information at its fixed point (2,), inside the square.

    NaN at its edge, and where EM does not come from everywhere around: on a saddle.
    """
    inside = (optimum > EDGE) & (optimum < 1 - EDGE)
    share = missing(sets, optimum) if inside.all() else NAN
    return share if 0 <= share < 1 else NAN


def newton_step(sets: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, bool]:
    """One step of Newton's method from θ (2,), and whether it is forbidden, so that θ stays."""
    gradient, complete, lost = information(sets, theta)
    observed = np.diag(complete) - lost
    size = abs(observed[0, 0] * observed[1, 1]) + observed[0, 1] ** 2
    if not abs(np.linalg.det(observed)) > 1e-12 * size:
        return theta, True
    there = theta + np.linalg.solve(observed, gradient)
    return (there, False) if ((there > 0) & (there < 1)).all() else (theta, True)


def at_saddle(sets: np.ndarray, theta: np.ndarray) -> bool:
    """Whether the likelihood is flat at θ (2,) and rises in some direction all the same."""
    gradient, complete, lost = information(sets, theta)
    return bool(np.abs(gradient).max() < 1e-6 and np.linalg.eigvalsh(np.diag(complete) - lost)[0] < -1e-6)
