"""Tensors in memory: several names may read one storage, and then a write through one is seen by all.

A script is read by a whitelist over Python's syntax tree, and carried out by torch call by call; its facts are read off: the
storages, version counters, what autograd has kept, bytes newly allocated, temporaries included. All is float32 and on the CPU.
Peers: torch 2.13.0 itself; an own model of strided memory, versions and kept tensors, which agrees in every field
(`tests/golden/tensors.json`). torch's own notes: "Tensor Views", "Autograd mechanics" (in-place correctness checks).
"""

from engine.algorithm import Algorithm, Lines
from engine.foundations.tensors.grammar import readable
from engine.foundations.tensors.samples import SAMPLES
from engine.foundations.tensors.script import Listing, ScriptFrame, script
from engine.foundations.tensors.strides import Strides, StridesFrame, strides

CARRIED: dict[str, Lines] = {"step": (script, ("told = ", "after = ", "frames.append("))}
COUNTED = {"told = ": "bytes = ⟦bytes⟧", "frames.append(": "changed = ⟦changed⟧"}
READ: dict[str, Lines] = {"step": (strides, ("row, column = ", "inside = ", "times = "))}
FOUND = {"row, column = ": "(⟦i⟧, ⟦j⟧)", "inside = ": "cell = ⟦cell⟧"}

ALGORITHMS = (
    Algorithm("script", script, Listing, "expanded_writes", opens=3, code=CARRIED, says=COUNTED),
    Algorithm("strides", strides, Strides, code=READ, says=FOUND),
)

__all__ = [
    "ALGORITHMS",
    "SAMPLES",
    "Listing",
    "ScriptFrame",
    "Strides",
    "StridesFrame",
    "readable",
    "script",
    "strides",
]
