"""Expressions to look at, and the line of the notes."""

from collections.abc import Callable
from functools import partial

import numpy as np

from engine.points import Points, points
from engine.samples import Samples
from engine.texts import Text, script

SCRIPTS: dict[str, tuple[str, ...]] = {
    "merging": ("x = 3", "y = x * x", "L = y * y + y"),
    "detach": ("x = 3", "u = detach(x ** 2)", "z = u * x"),
    "vector": ("x = [0, 1, 2, 3]", "y = x * x"),  # the notes', with v = 1
    "vector_sum": ("x = [0, 1, 2, 3]", "y = x * x", "L = sum(y)"),
    "vector_detach": ("x = [0, 1, 2, 3]", "y = x * x", "u = detach(y)", "z = u * x", "L = sum(z)"),
    "two_names": ("x = 2", "y = -3", "f = sin(x*y) + exp(x)/(1 + y**2) + relu(x - y)"),
    "neuron": ("w = 0.5", "b = 0.5", "x = 2", "t = 1", "p = sigmoid(w*x + b)", "L = -(t*log(p) + (1-t)*log(1-p))"),
    "deep": ("x = 1", "h = sigmoid(x)", "k = sigmoid(h)", "m = sigmoid(k)", "L = sigmoid(m)"),
}


def _script(name: str) -> Text:
    return script("\n".join(SCRIPTS[name]))


def line() -> Points:
    """The line of the notes: y = 2.138 x + 3.213 at x = 0 … 99."""
    x = np.arange(100.0)
    return points(np.column_stack([x, 2.138 * x + 3.213]), ("x", "y"))


def scattered() -> Points:
    """60 points around the same line between 0 and 3, noise 0.5: a well conditioned one."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.7, 1.7, 60)
    return points(np.column_stack([x, 2.138 * x + 3.213 + rng.normal(0, 0.5, 60)]).round(3), ("x", "y"))


_MADE: dict[str, Callable[[], Text | Points]] = {name: partial(_script, name) for name in SCRIPTS}
SAMPLES: Samples = {**_MADE, "line": line, "scattered": scattered}
