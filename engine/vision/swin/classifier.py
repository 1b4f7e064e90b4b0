"""A small trained classifier at work: what a patch attends to in every block, what has reached it, and the verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame
from engine.images import Image
from engine.params import choice
from engine.samples import sample
from engine.vision.swin import windows
from engine.vision.swin.pictures import Labels, small
from engine.vision.swin.samples import CLOTHES, EMOJI
from engine.vision.swin.settings import Asked
from engine.vision.swin.shifting import spread_out
from engine.vision.swin.windows import Layout

Weights = Literal["shifted", "still"]
Seen = Sequence[tuple[Layout, NDArray[np.float32]]]  # of every block: its layout, attention (windows, heads, M·M, M·M)
FILES = Path(__file__).parents[3] / "assets" / "weights"
TOKENS, WINDOW = 16, 4  # patches along a side of the pictures, and of a window
SHIFT: dict[Weights, int] = {"shifted": 2, "still": 0}
OTHER: dict[Weights, Weights] = {"shifted": "still", "still": "shifted"}


class Trained(Asked):
    labels: Labels = choice("fashion")
    weights: Weights = choice("shifted")


@dataclass(frozen=True)
class TrainedFrame(Frame):
    """A block of the trained classifier at work."""

    block: int  # 0 before the first, 1 … 4; 5: the verdict
    grid: int  # patches along a side here
    window: int
    shift: int
    asked: int  # the patch that is asked, in this block's grid
    spread: int  # how many of the 256 first patches have reached it
    accuracy: float  # on the test set, as measured after training, of these weights
    other: float  # of those trained the other way
    sure: float  # the largest of `scores`
    attention: np.ndarray  # float32 (heads, grid, grid) of the asked patch
    reach: np.ndarray  # int8 (16, 16) 1 where a first patch has reached it
    scores: np.ndarray  # float32 (classes,) probabilities
    picture: np.ndarray  # uint8 (32, 32, 1 or 3) what the network is given


def trained(params: Trained, data: Image) -> Iterator[TrainedFrame]:
    """Show a picture to a trained classifier, and follow one patch through its blocks."""
    from engine.vision.swin import net  # brings torch, which the server that draws does without

    picture = small(data, params.labels)
    seen, scores = net.watch(file_of(params.labels, params.weights), picture, SHIFT[params.weights])
    row, column = params.down * TOKENS // 1000, params.across * TOKENS // 1000
    blocks = [_before(row, column), *_through(seen, row, column)]
    told: dict[str, Any] = {
        "accuracy": measured(params.labels, params.weights)["accuracy"],
        "other": measured(params.labels, OTHER[params.weights])["accuracy"],
        "sure": float(scores.max()),
        "scores": scores,
        "picture": picture,
    }
    parts = ["input", *["block"] * len(seen), "end"]
    for step, (part, block) in enumerate(zip(parts, [*blocks, blocks[-1]], strict=True)):
        yield TrainedFrame(step=step, part=part, total=len(parts), block=step, **block, **told)


def _before(row: int, column: int) -> dict[str, Any]:
    """The asked patch before the first block: it knows itself alone."""
    alone = np.zeros((TOKENS, TOKENS), np.int8)
    alone[row, column] = 1
    nothing = np.zeros((1, TOKENS, TOKENS), np.float32)
    asked = row * TOKENS + column
    return {"grid": TOKENS, "window": WINDOW, "shift": 0, "asked": asked, "spread": 1, "attention": nothing, "reach": alone}


def _through(blocks: Seen, row: int, column: int) -> Iterator[dict[str, Any]]:
    """What each block does for the asked patch."""
    reach = np.eye(TOKENS * TOKENS, dtype=bool)  # (patches, first patches)
    for place, weights in blocks:
        side = place.rows
        if len(reach) > side * side:
            reach = merged(reach, side)
        reach = spread(reach, place)
        asked = (row * side // TOKENS) * side + column * side // TOKENS
        heads = np.stack([spread_out(head, place, asked) for head in weights.swapaxes(0, 1)])
        own = reach[asked].reshape(TOKENS, TOKENS)
        yield {
            "grid": side,
            "window": place.window,
            "shift": place.shift,
            "asked": asked,
            "spread": int(own.sum()),
            "attention": heads,
            "reach": own.astype(np.int8),
        }


def spread(reach: NDArray[np.bool_], place: Layout) -> NDArray[np.bool_]:
    """(patches, first patches): what has reached each patch, after one more block."""
    out = reach.copy()
    for inside, may in zip(windows.order(place), windows.allowed(place), strict=True):
        out[inside] = (may.astype(np.int32) @ reach[inside].astype(np.int32)) > 0
    return out


def merged(reach: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """What has reached the four patches that become one."""
    four: NDArray[np.bool_] = reach.reshape(side, 2, side, 2, -1).any((1, 3)).reshape(side * side, -1)
    return four


def familiar(picture: Image, labels: Labels) -> bool:
    """Whether a picture is one of the samples of what a classifier was trained on."""
    return any(picture == sample(name) for name in (CLOTHES if labels == "fashion" else EMOJI))


def file_of(labels: Labels, weights: Weights) -> Path:
    """Where trained weights lie."""
    return FILES / f"swin_{labels}_{weights}.safetensors"


@lru_cache(maxsize=8)
def measured(labels: Labels, weights: Weights) -> dict[str, float]:
    """What was measured when a classifier had been trained: accuracy, tested, steps, minutes, seed."""
    from safetensors import safe_open

    with safe_open(file_of(labels, weights), "np") as file:
        facts = file.metadata()
    return {name: float(facts[name]) for name in ("accuracy", "tested", "steps", "minutes", "seed")}


def chance(labels: Labels) -> float:
    """How far apart chance alone sets the two accuracies: one standard deviation, if errors were independent."""
    return float(np.hypot(deviation(labels, "shifted"), deviation(labels, "still")))


def deviation(labels: Labels, weights: Weights) -> float:
    """The standard deviation of a measured accuracy: that of a share of so many pictures."""
    told = measured(labels, weights)
    return float(np.sqrt(told["accuracy"] * (1 - told["accuracy"]) / told["tested"]))
