"""Self-organising map: a sheet of units lies down along data as each sample pulls its nearest unit and that unit's neighbours.

Kohonen, "Self-organized formation of topologically correct feature maps", 1982; Kohonen, "Self-Organizing Maps", 2001.
Peers: MiniSom 2.3.6 (online), somoclu 1.7.6 (batch).

The best unit of a sample is u, the unit that moves is v:  w_v += θ(u, v, s) · α(s) · (x − w_v).
Neighbours are the 8 around a unit on a rectangular grid and the 6 on a hexagonal one, across the seam on a torus. Everything is
computed in float64 on centred and scaled columns; the update commutes with both, so frames show units as the data has them.
"""

from engine.algorithm import Algorithm, Lines, together
from engine.learning.som.all_at_once import Batch, average, batch
from engine.learning.som.atlas import as_csv, superclasses
from engine.learning.som.one_by_one import Online, online
from engine.learning.som.rules import batch_update, walk
from engine.learning.som.samples import SAMPLES
from engine.learning.som.search import Unfold, UnfoldBatch, trials, unfold, unfold_batch
from engine.learning.som.sheet import SomFrame
from engine.params import Value

DRAW = ("for x, rate, width in",)
MATCH = ("np.subtract(x, W", "np.einsum(", "winner = ")
PULL = ("theta = ", "gap *= rate * theta", "W += gap")
ONE_BY_ONE: dict[str, Lines] = {
    "draw": (walk, DRAW),
    "match": (walk, MATCH),
    "pull": (walk, PULL),
    "step": (walk, DRAW + MATCH + PULL),
}
AT_ONCE: dict[str, Lines] = {
    "match": (average, ("first = ",)),
    "move": (batch_update, ("counts = ", "sums = ", "weight = ", "return ")),
    "step": (average, ("first = ", "theta = ", "W, share = ")),
}
SEARCH: dict[str, Lines] = {"step": (trials, ("course = ", "state = ", "yield ", "if flat"))}
PULLED = {
    "for x, rate, width in": "rate = ⟦alpha⟧, width = ⟦sigma⟧",
    "winner = ": "u = ⟦winner⟧",
    "theta = ": "θ = ⟦theta⟧",
    "W += gap": "⟦before⟧ → ⟦after⟧",
}
MOVED = {
    "theta = neighbourhood": "σ = ⟦sigma⟧",
    "W, share = ": "⟦sum⟧ / ⟦weight⟧ = ⟦after⟧",
    "return np.where": "⟦sum⟧ / ⟦weight⟧ = ⟦after⟧",
}
TRIED = {"course = ": "σ = ⟦sigma_start⟧", "if flat": "folded = ⟦folded⟧"}
BOTH: dict[str, Value] = {"mode": "batch", "unfold": True}

ALGORITHMS = (
    Algorithm("online", online, Online, "xkcd", code=ONE_BY_ONE, says=PULLED, was={"mode": "online"}),
    Algorithm("batch", batch, Batch, "penguins", code=AT_ONCE, says=MOVED, was={"mode": "batch"}),
    Algorithm("unfold", unfold, Unfold, "penguins", code=SEARCH, says=TRIED, was={"unfold": True}),
    Algorithm("unfold_batch", unfold_batch, UnfoldBatch, "penguins", code=SEARCH, says=TRIED, was=BOTH),
)
Params, train = together(ALGORITHMS)

__all__ = [
    "ALGORITHMS",
    "SAMPLES",
    "Batch",
    "Online",
    "Params",
    "SomFrame",
    "Unfold",
    "UnfoldBatch",
    "as_csv",
    "batch",
    "online",
    "superclasses",
    "train",
    "unfold",
    "unfold_batch",
]
