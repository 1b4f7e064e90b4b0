"""Ways downhill: update rules as generators. One yields a place, is sent the gradient there, and yields the next place.

So a rule knows nothing of what it descends: `walk` lets one run alone, and who runs several at once asks for all their gradients
together. Places are arrays of any shape; a rate is a number, or an array that spreads over them.

The conventions are those of torch.optim 2.13, the peer of all seven, its defaults included:

    momentum      v ← μ·v + g             x ← x − rate·v               Polyak 1964, without dampening: first v = g
    Nesterov      v ← μ·v + g             x ← x − rate·(g + μ·v)       Nesterov 1983, in Sutskever's variables (2013)
    AdaGrad       s ← s + g²              x ← x − rate·g / (√s + ε)    Duchi, Hazan, Singer 2011
    RMSProp       s ← α·s + (1 − α)·g²    x ← x − rate·g / (√s + ε)    Hinton's lecture 6e, 2012; not centred
    Adam          m ← β₁·m + (1 − β₁)·g   s ← β₂·s + (1 − β₂)·g²       Kingma, Ba 2015
                  x ← x − rate·m̂ / (√ŝ + ε),  m̂ = m / (1 − β₁ᵗ),  ŝ = s / (1 − β₂ᵗ)
    AdamW         x ← x − rate·decay·x before Adam's step              Loshchilov, Hutter 2019

ε stands outside of the root and after the correction, as in the paper and in torch: a slope of 10⁻⁸ with ε = 10⁻⁸ makes a first
step of half the rate. TensorFlow scales the rate instead (0.031 of it), and ε inside of the root would leave 10⁻⁴ of it.
"""

from collections.abc import Callable, Generator, Iterator

import numpy as np

Array = np.ndarray
Rate = float | Array
Rule = Generator[Array, Array, None]  # yields a place, is sent the gradient there
Gradient = Callable[[Array], Array]


def walk(rule: Rule, gradient: Gradient) -> Iterator[Array]:
    """The places that a rule comes to with this gradient, the start first, without end."""
    x = next(rule)
    while True:
        yield x
        x = rule.send(gradient(x))


def gradient_descent(x: Array, rate: Rate) -> Rule:
    """Straight down, as far as it is steep."""
    while True:
        g = yield x
        x = x - rate * g


def momentum(x: Array, rate: Rate, mu: float = 0.9) -> Rule:
    """A heavy ball: it keeps `mu` of its speed."""
    v = np.zeros_like(x)
    while True:
        g = yield x
        v = mu * v + g
        x = x - rate * v


def nesterov(x: Array, rate: Rate, mu: float = 0.9) -> Rule:
    """Momentum that looks ahead: the speed is weighed once more before the step."""
    v = np.zeros_like(x)
    while True:
        g = yield x
        v = mu * v + g
        x = x - rate * (g + mu * v)


def adagrad(x: Array, rate: Rate, eps: float = 1e-10) -> Rule:
    """Each coordinate is slowed by all slopes it has met."""
    s = np.zeros_like(x)
    while True:
        g = yield x
        s = s + g**2
        x = x - rate * g / (np.sqrt(s) + eps)


def rmsprop(x: Array, rate: Rate, alpha: float = 0.99, eps: float = 1e-8) -> Rule:
    """Each coordinate is measured by its late slopes, of which `alpha` are kept a step. Nothing corrects the first ones."""
    s = np.zeros_like(x)
    while True:
        g = yield x
        s = alpha * s + (1 - alpha) * g**2
        x = x - rate * g / (np.sqrt(s) + eps)


def adam(x: Array, rate: Rate, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> Rule:
    """Momentum measured by late slopes, both corrected for their start at 0: the first step is the rate in each coordinate."""
    return adamw(x, rate, beta1, beta2, eps, decay=0.0)


def adamw(x: Array, rate: Rate, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, decay: float = 0.01) -> Rule:
    """Adam; beside it each coordinate shrinks by rate · decay, whatever its slope."""
    m = np.zeros_like(x)
    s = np.zeros_like(x)
    kept1 = kept2 = 1.0
    while True:
        g = yield x
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        kept1, kept2 = kept1 * beta1, kept2 * beta2
        shrunk = x - rate * decay * x
        x = shrunk - rate * (m / (1 - kept1)) / (np.sqrt(s / (1 - kept2)) + eps)


def newton_step(g: Array, H: Array) -> tuple[Array, Array]:
    """Newton's step −H⁺g [..., d] and the rank of each H [...], for gradients [..., d] and symmetric Hessians [..., d, d].

    Where a Hessian is singular its zero directions are left out: the least-squares step, the shortest of those.
    """
    values, vectors = np.linalg.eigh(H)
    size = np.abs(values)
    known = size > np.finfo(float).eps * H.shape[-1] * size.max(-1, keepdims=True)
    along = np.einsum("...ij,...i->...j", vectors, g)
    steps = np.where(known, along / np.where(known, values, 1.0), 0.0)
    return -np.einsum("...ij,...j->...i", vectors, steps), known.sum(-1)


RULES: dict[str, Callable[..., Rule]] = {  # what is left out stands at torch’s defaults
    "gradient": gradient_descent,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}
