"""Back-propagation: one sweep backwards gives the slope of a result by everything it was made from.

Linnainmaa, "Taylor expansion of the accumulated rounding error", 1976; Rumelhart, Hinton and Williams, "Learning representations
by back-propagating errors", 1986. Peer: torch.autograd 2.13.
"""

from engine.algorithm import Algorithm
from engine.foundations.autograd.samples import SAMPLES, SCRIPTS
from engine.foundations.autograd.straight import Fit, FitFrame, fit
from engine.foundations.autograd.sweep import GraphFrame, Sweep, backwards, forwards, graph, quotient, readable

VALUE = ("operands = ", "values.append(")
PASS = ("local = ", "brought = ", "gradients[source] = ")
STEP = ("fresh = ", "kept = ", "place = rule.send")

ALGORITHMS = (
    Algorithm(
        "graph", graph, Sweep, "merging",
        code={
            "forward": (forwards, VALUE),
            "seed": (backwards, ("gradients[made.result] = v",)),
            "back": (backwards, PASS),
            "cut": (backwards, ("if edge in blocked",)),
            "end": (quotient, ("sides.append(", "out[place] = (")),
        },
        says={"local = ": "⟦local⟧", "brought = ": "⟦upstream⟧ · ⟦local⟧", "gradients[source] = ": "⟦before⟧ → ⟦after⟧"},
    ),
    Algorithm(
        "fit", fit, Fit, "line",
        code={"step": (fit, STEP)},
        says={"kept = ": "(⟦slope_w⟧, ⟦slope_b⟧)", "place = rule.send": "w = ⟦w⟧, b = ⟦b⟧"},
    ),
)  # fmt: skip

__all__ = [
    "ALGORITHMS",
    "SAMPLES",
    "SCRIPTS",
    "Fit",
    "FitFrame",
    "GraphFrame",
    "Sweep",
    "backwards",
    "fit",
    "forwards",
    "graph",
    "readable",
]
