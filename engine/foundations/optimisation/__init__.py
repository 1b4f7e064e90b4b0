"""Optimisation: six ways downhill from one place, and what is known of functions that have a single bottom.

Cauchy 1847 (gradient descent); Polyak, "Some methods of speeding up the convergence of iteration methods", 1964 (momentum);
Nesterov 1983; Hinton's lecture 6e, 2012 (RMSProp); Kingma, Ba, "Adam: a method for stochastic optimization", 2015. Peer: torch
2.13 (torch.optim, and its autograd for slopes and Hessians).

The update rules stand in `engine.foundations.descent`, in torch's conventions; Newton's step is taken whole, without damping.
On a quadratic of curvature λ a runner is thrown farther at each step once rate · λ passes 2 (gradient descent), 2(1 + μ)
(momentum) or 2(1 + μ) / (1 + 2μ) (Nesterov); elsewhere that holds for as long as the ground bends so.
"""

from engine.algorithm import Algorithm, Lines
from engine.foundations.optimisation import curves, surfaces
from engine.foundations.optimisation.curves import Chord, ChordFrame, chord, hung
from engine.foundations.optimisation.race import METHODS, Method, Race, RaceFrame, kind_of, limit, race, stepped
from engine.foundations.optimisation.saddles import Saddles, SaddlesFrame, saddles, spectra

WALKS: dict[str, Lines] = {"step": (stepped, ("leap, rank =", "there =", "f, g, H ="))}
MOVED = {"there =": "(⟦x⟧, ⟦y⟧) → (⟦nx⟧, ⟦ny⟧)"}
HANGS: dict[str, Lines] = {"step": (hung, ("x, mean =", "gap ="))}
HUNG = {"gap =": "⟦chord⟧ − ⟦f⟧ = ⟦gap⟧"}
SIGNS: dict[str, Lines] = {"step": (spectra, ("A = ", "H = ", "return "))}

ALGORITHMS = (
    Algorithm("race", race, Race, code=WALKS, says=MOVED),
    Algorithm("chord", chord, Chord, code=HANGS, says=HUNG),
    Algorithm("saddles", saddles, Saddles, code=SIGNS),
)

__all__ = [
    "ALGORITHMS",
    "METHODS",
    "Chord",
    "ChordFrame",
    "Method",
    "Race",
    "RaceFrame",
    "Saddles",
    "SaddlesFrame",
    "chord",
    "curves",
    "kind_of",
    "limit",
    "race",
    "saddles",
    "surfaces",
]
