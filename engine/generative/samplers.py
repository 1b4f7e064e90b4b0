"""One step of the forward process and of its reversal, in formulas. Works on numpy arrays and torch tensors alike.

`a` is alpha_bar at the time of x, `p` alpha_bar where the step goes (1 for the clean picture). Noise is passed in. DDPM: Ho et
al. 2020. DDIM: Song et al. 2021, eq. 12 and 16. v: Salimans & Ho 2022. Peer: diffusers 0.42.1, which steps to t - T // N where
this goes to the next time in the list, and does not derive eps anew where it clips x_0.
"""

from math import sqrt
from typing import Any, Literal

Array = Any  # a numpy array or a torch tensor
Predicts = Literal["eps", "x0", "v"]
Variance = Literal["small", "large"]


def q_sample(x0: Array, a: Any, eps: Array) -> Array:
    """x_t of a clean x_0 and its noise; `a` one number, or one for each row with as many axes as x_0."""
    return a**0.5 * x0 + (1 - a) ** 0.5 * eps


def v_of(x0: Array, eps: Array, a: Any) -> Array:
    """The velocity along the quarter circle from picture to noise."""
    return a**0.5 * eps - (1 - a) ** 0.5 * x0


def clean(predicts: Predicts, output: Array, x: Array, a: float, clip: float | None = None) -> Array:
    """The x_0 that a network's output means at x, held within ± `clip`."""
    signal, noise = sqrt(a), sqrt(1 - a)
    x0 = output
    if predicts != "x0":
        x0 = (x - noise * output) * (1 / signal) if predicts == "eps" else signal * x - noise * output
    return x0 if clip is None else x0.clip(-clip, clip)


def guess(predicts: Predicts, output: Array, x: Array, a: float, clip: float | None = None) -> tuple[Array, Array]:
    """x_0 and eps that a network's output means at x; where x_0 had to be held, eps is what then remains of x."""
    x0 = clean(predicts, output, x, a, clip)
    if clip is None and predicts != "x0":
        return x0, output if predicts == "eps" else sqrt(a) * output + sqrt(1 - a) * x
    return x0, (x - sqrt(a) * x0) * (1 / sqrt(1 - a))


def sigma(a: float, p: float, eta: float) -> float:
    """The standard deviation of the noise that a DDIM step adds."""
    return eta * sqrt((1 - p) / (1 - a)) * sqrt(max(1 - a / p, 0.0))


def ddim(x: Array, x0: Array, a: float, p: float, eta: float = 0.0, z: Array = None) -> Array:
    """The next x: the guessed picture noised again with eps, what x_0 leaves of x; eta gives a part of it to fresh noise z.

    sqrt(p) x_0 + sqrt(1 - p - sigma^2) eps + sigma z with eps = (x - sqrt(a) x_0) / sqrt(1 - a), gathered by x_0 and x.
    """
    s = sigma(a, p, eta)
    of_x = sqrt(max(1 - p - s * s, 0.0) / (1 - a))
    to = (sqrt(p) - of_x * sqrt(a)) * x0 + of_x * x
    return to if not s else to + s * z


def posterior(a: float, p: float) -> tuple[float, float, float]:
    """Shares of x_0 and x_t in the mean of q(x_prev | x_t, x_0), and its variance."""
    beta = 1 - a / p
    return beta * sqrt(p) / (1 - a), (1 - p) * sqrt(a / p) / (1 - a), beta * (1 - p) / (1 - a)


def ddpm(x: Array, x0: Array, a: float, p: float, variance: Variance = "small", z: Array = None) -> Array:
    """The next x: the posterior mean and fresh noise z; none on the way to the clean picture. Large: variance beta."""
    of_x0, of_x, spread = posterior(a, p)
    mean = of_x0 * x0 + of_x * x
    if p == 1:
        return mean
    return mean + sqrt(spread if variance == "small" else 1 - a / p) * z


def slerp(one: Array, other: Array, at: float) -> Array:
    """Between two noises along the great circle, flattened: what lies between is as long as noise should be."""
    from math import acos, sin

    cosine = float((one * other).sum() / ((one * one).sum() * (other * other).sum()) ** 0.5)
    angle = acos(max(-1.0, min(1.0, cosine)))
    if angle < 1e-6:
        return one
    return (sin((1 - at) * angle) * one + sin(at * angle) * other) / sin(angle)
