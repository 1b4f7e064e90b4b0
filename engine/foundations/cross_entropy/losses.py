"""Entropy, cross entropy and what their slopes are, from logits on, so that nothing overflows. Nats unless it says otherwise.

0 · log 0 = 0; q = 0 where p > 0 costs ∞. Peer: torch.nn.functional.cross_entropy (2.13), whose conventions these are: smoothing
spreads its share over all classes, and a mean is over the places that are kept.
"""

import numpy as np

Array = np.ndarray
BLOCK = 4096  # samples at once


def log_softmax(Z: Array) -> Array:
    """log q (…, k) of logits Z (…, k), of which one at least is finite: the largest is taken away before anything is raised."""
    shifted = Z - Z.max(-1, keepdims=True)  # (…, k) ≤ 0
    total = np.exp(shifted).sum(-1, keepdims=True)  # (…, 1) between 1 and k
    return np.asarray(shifted - np.log(total))


def surprise(q: Array) -> Array:
    """−log q (…), ∞ where q is 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(q) + 0.0)


def weighed(p: Array, bits: Array) -> float:
    """Σ p · bits over the classes (k,); what never happens costs nothing, however surprising it would be."""
    return float((p[p > 0] * bits[p > 0]).sum())


def entropy(p: Array) -> float:
    """H(P) of p (k,): what p itself costs."""
    return weighed(p, surprise(p))


def divergence(p: Array, log_q: Array) -> float:
    """KL(P ‖ Q) ≥ 0 from p (k,) and log q (k,): what is paid for believing q."""
    return max(weighed(p, -log_q) - entropy(p), 0.0)


def divergence_slope(p: Array, q: Array) -> Array:
    """dKL/dq = −p/q (k,); 0 where p is 0, whatever q is there."""
    return np.asarray(-np.divide(p, q, out=np.zeros(p.shape), where=p > 0))


def smoothed(p: Array, share: float) -> Array:
    """p (…, k) with a share of it spread evenly over all classes."""
    return np.asarray((1 - share) * p + share / p.shape[-1])


def cross_entropy(Z: Array, P: Array) -> Array:
    """−Σ p · log q (…) for logits Z (…, k) and targets P (…, k); a target of 0 adds 0, even where its logit is −∞."""
    costs = np.multiply(P, -log_softmax(Z), out=np.zeros(P.shape), where=P > 0)
    return np.asarray(costs.sum(-1))


def cross_entropy_slope(Z: Array, P: Array) -> Array:
    """Its gradient with respect to the logits (…, k), for targets that sum to 1: q − p."""
    return np.asarray(np.exp(log_softmax(Z)) - P)


def mean_loss(Z: Array, classes: Array, smoothing: float = 0.0, ignored: int = -100) -> float:
    """The mean of −log q over samples: logits Z (n, k) and the true class of each (n,). Those with `ignored` count nowhere.

    NaN where no sample is kept, as in torch.
    """
    kept = classes != ignored
    if not kept.any():
        return float("nan")
    targets = np.eye(Z.shape[1])[classes[kept]]  # (kept, k) one-hot
    return float(cross_entropy(Z[kept], smoothed(targets, smoothing)).mean())


def mean_loss_and_slope(Z: Array, classes: Array) -> tuple[float, Array]:
    """The mean of −log q over samples, and its gradient (n, k): logits Z (n, k) and the true class of each (n,).

    The powers are raised once for both, block by block, so that a block stays in the processor's cache; in it a class is a row,
    since work along long rows is fast.
    """
    n, slope, total = len(Z), np.empty(Z.shape), 0.0
    for begin in range(0, n, BLOCK):
        block = slice(begin, begin + BLOCK)
        q, true = Z[block].T.copy(), classes[block]  # (k, m), (m,)
        at = true, np.arange(len(true))
        q -= q.max(0)
        of_true = q[at]
        np.exp(q, out=q)
        sums = q.sum(0)
        total += float((np.log(sums) - of_true).sum())
        q *= 1 / (n * sums)  # a division a sample, not one a class
        q[at] -= 1 / n
        slope[block] = q.T
    return total / n, slope


def left(q: Array, true: int) -> Array:
    """q − y (…, k) for the one-hot y of a true class, whose own entry is minus all the others': exact where q is almost y."""
    out = q.copy()
    out[..., true] = 0.0
    out[..., true] = -out.sum(-1)
    return out


def squared_error_slope(q: Array, true: int) -> Array:
    """Gradient (…, k) of Σ (q − y)² with respect to the logits: 2 q_k Σ_j q_j (r_k − r_j), r = q − y.

    Each way through the softmax multiplies by two probabilities, so it fades where the net is sure, also of what is wrong.
    """
    r = left(q, true)
    between = r[..., :, None] - r[..., None, :]  # (…, k, k)
    return np.asarray(2 * q * (q[..., None, :] * between).sum(-1))
