"""Swin: attention within windows, and windows that shift, so that what is local still spreads across every border.

Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", 2021. Peer: timm 1.0.31 (numbers in
tests/golden); where a window does not divide the grid, padding is masked as well, and torchvision's way is a switch.

Shift: the windows of the second block are cut s patches later. Rolled by (−s, −s) the uneven pieces fill equal windows, a mask
keeps pieces that only meet there apart, and the result is rolled back. The patches are the visitor's picture; the weights of
this film are drawn from the seed, keys like queries, so that patches attend to those that look alike. Trained weights: `trained`.
"""

from engine.algorithm import Algorithm, together
from engine.vision.patches import patchify
from engine.vision.swin import windows
from engine.vision.swin.classifier import (
    OTHER,
    TOKENS,
    Trained,
    TrainedFrame,
    chance,
    deviation,
    familiar,
    file_of,
    measured,
    spread,
    trained,
)
from engine.vision.swin.costs import Cost, CostFrame, cost
from engine.vision.swin.merging import DEPTHS, Shapes, ShapesFrame, beside, followed, network, shapes, strided
from engine.vision.swin.pictures import Labels, fitted, small, tokens
from engine.vision.swin.positions import Offsets, OffsetsFrame, offsets
from engine.vision.swin.samples import SAMPLES
from engine.vision.swin.shifting import Shift, ShiftFrame, alike, between, heard, shift, spread_out

ALGORITHMS = (
    Algorithm(
        "shift",
        shift,
        Shift,
        "chelsea",
        code={
            "patches": (tokens, ("fields = ", "X = fields.transpose")),
            "pad": (windows.regions, ("found[place.rows :]",)),
            "even": (patchify, ("split = ", "return split")),
            "cut": (windows.regions, ("down, across = ", "found: ")),
            "roll": (windows.order, ("grid = ", "return patchify(np.roll(")),
            "windows": (windows.order, ("return patchify(np.roll(",)),
            "mask": (windows.allowed, ("inside = ", "may: ")),
            "attend": (shift, ("before, after, difference = ",)),
            "back": (spread_out, ("out[order[window]] = ", "return out")),
            "end": (heard, ("for other in ", "if not found", "found |= ")),
        },
        says={
            "split = ": "⟦down⟧ × ⟦wide⟧ = ⟦windows⟧",
            "return patchify(np.roll(": "(⟦row⟧, ⟦column⟧) → (⟦to_row⟧, ⟦to_column⟧)",
            "before, after, difference = ": "⟦weight⟧",
            "out[order[window]] = ": "(⟦row⟧, ⟦column⟧) → (⟦to_row⟧, ⟦to_column⟧)",
            "found |= ": "Σ = ⟦both⟧",
        },
    ),
    Algorithm(
        "shapes",
        shapes,
        Shapes,
        "chelsea",
        code={
            "input": (network, ('found = [("input"',)),
            "embed": (network, ("rows, columns, C = ", 'found.append(("embed"')),
            "blocks": (network, ("place = ", 'found.append(("blocks"')),
            "gather": (beside, ("four = ",)),
            "norm": (beside, ("normal = ",)),
            "reduce": (beside, ("half = ",)),
        },
        says={
            "rows, columns, C = ": "⟦rows⟧ × ⟦columns⟧ × ⟦channels⟧",
            "place = ": "⟦down⟧ × ⟦wide⟧ = ⟦windows⟧",
            "half = ": "⟦four⟧ → ⟦two⟧",
        },
    ),
    Algorithm(
        "offsets",
        offsets,
        Offsets,
        "chelsea",
        code={"step": (windows.relative_index, ("y, x = ", "index: "))},
        says={"y, x = ": "Δ = (⟦dy⟧, ⟦dx⟧)", "index: ": "⟦index⟧"},
    ),
    Algorithm(
        "cost",
        cost,
        Cost,
        "chelsea",
        code={"step": (windows.cost, ("place = ", "tokens, padded = ", "return 4 * "))},
        says={"tokens, padded = ": "⟦rows⟧ × ⟦columns⟧", "return 4 * ": "⟦whole⟧, ⟦windowed⟧"},
    ),
    Algorithm(
        "trained",
        trained,
        Trained,
        "boot",
        torch=True,
        code={
            "input": (small, ("grey = ", "return np.pad")),
            "block": (spread, ("for inside, may in ", "out[inside] = ")),
            "end": (trained, ("seen, scores = ",)),
        },
        says={"out[inside] = ": "Σ = ⟦spread⟧", "seen, scores = ": "max = ⟦sure⟧"},
    ),
)
Params, look = together(ALGORITHMS)

__all__ = [
    "ALGORITHMS",
    "DEPTHS",
    "OTHER",
    "SAMPLES",
    "TOKENS",
    "Cost",
    "CostFrame",
    "Labels",
    "Offsets",
    "OffsetsFrame",
    "Params",
    "Shapes",
    "ShapesFrame",
    "Shift",
    "ShiftFrame",
    "Trained",
    "TrainedFrame",
    "alike",
    "beside",
    "between",
    "chance",
    "cost",
    "deviation",
    "familiar",
    "file_of",
    "fitted",
    "followed",
    "look",
    "measured",
    "network",
    "offsets",
    "shapes",
    "shift",
    "small",
    "strided",
    "trained",
]
