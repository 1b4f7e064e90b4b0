"""The shapes that every operation of Swin-T leaves, and what merging does with four patches."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame
from engine.images import Image
from engine.params import number
from engine.vision.swin import windows
from engine.vision.swin.pictures import fitted
from engine.vision.swin.settings import Sized

DEPTHS = (2, 2, 6, 2)  # blocks of each stage of Swin-T
EMBED = 4  # pixels along a side of a patch in the paper
ORDER = ((0, 0), (1, 0), (0, 1), (1, 1))  # of every 2 × 2 patches, as the paper has it
EPSILON = 1e-5  # LayerNorm's
Operation = tuple[str, int, int, int, int, int, int, int]


class Shapes(Sized):
    channels: int = number(96, 32, 192, step=32, rare=True)


@dataclass(frozen=True)
class ShapesFrame(Frame):
    """One operation of the network, and the shape it leaves."""

    at: int  # the row of `shapes` that is happening
    shapes: np.ndarray  # int32 (n, 7): stage, rows, columns, channels, windows, padded rows, padded columns
    stage: int  # what stands in that row
    rows: int
    columns: int
    channels: int
    windows: int
    high: int
    wide: int
    merged: np.ndarray  # (12,) the four patches in the middle side by side, normalised from "norm" on; (6,) at "reduce"


def shapes(params: Shapes, data: Image) -> Iterator[ShapesFrame]:
    """Go through the operations of Swin-T on a picture of this size."""
    found = network(params.height, params.width, params.channels, params.window)
    held = np.array([row[1:] for row in found], dtype=np.int32)
    four, normal, half = beside(data, params.height, params.width)
    shown = {"norm": normal, "reduce": half}
    for step, (part, stage, rows, columns, channels, many, high, wide) in enumerate(found):
        yield ShapesFrame(
            step=step, part=part, total=len(found), at=step, shapes=held, stage=stage, rows=rows, columns=columns,
            channels=channels, windows=many, high=high, wide=wide, merged=shown.get(part, four),
        )  # fmt: skip


def network(height: int, width: int, channels: int, window: int) -> list[Operation]:
    """Every operation of Swin-T on a picture: its name, stage, rows, columns, channels, windows, padded rows and columns."""
    found = [("input", 0, height, width, 3, 0, height, width)]
    rows, columns, C = -(-height // EMBED), -(-width // EMBED), channels
    found.append(("embed", 1, rows, columns, C, 0, rows, columns))
    for stage in range(1, len(DEPTHS) + 1):
        place = windows.layout(rows, columns, window, window // 2)
        found.append(("blocks", stage, rows, columns, C, place.windows, place.height, place.width))
        if stage < len(DEPTHS):
            padded = rows + rows % 2, columns + columns % 2
            rows, columns = -(-rows // 2), -(-columns // 2)
            found.append(("gather", stage + 1, rows, columns, 4 * C, 0, *padded))
            found.append(("norm", stage + 1, rows, columns, 4 * C, 0, *padded))
            C *= 2
            found.append(("reduce", stage + 1, rows, columns, C, 0, *padded))
    return found


def strided(picture: Image, high: int, wide: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The four pictures that every second row and column of high × wide patches make, a patch in its mean colour, on one sheet
    (h, w, 4) with see-through gaps, in the paper's order; and their boxes (4, 4): top, left, height and width."""
    colours, (down, across) = fitted(picture, high, wide), (high // 2, wide // 2)
    below, right = max(1, down // 6), max(1, across // 16)  # gaps
    sheet = np.zeros((2 * (down + below), 2 * across + right, 4), np.uint8)
    boxes = np.array([[below + y * (down + below), x * (across + right), down, across] for y, x in ORDER])
    for (y, x), (top, left, *_) in zip(ORDER, boxes.tolist(), strict=True):
        sheet[top : top + down, left : left + across, :3] = colours[y::2, x::2]
        sheet[top : top + down, left : left + across, 3] = 255
    return sheet, boxes


def followed(height: int, width: int, stage: int) -> tuple[int, int]:
    """Where the upper left of the four patches in the middle is by a stage, when it has become one of larger ones."""
    rows, columns = (max(2, -(-side // EMBED)) for side in (height, width))
    return min(rows // 4 * 2, rows - 2) >> (stage - 1), min(columns // 4 * 2, columns - 2) >> (stage - 1)


def beside(data: Image, height: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The four patches in the middle: their mean colours side by side (12,), normalised (12,), and half as many (6,).

    The matrix 12 × 6 has the normal numbers of seed 0: shapes are shown here, not what was learned.
    """
    rows, columns = max(2, height // EMBED), max(2, width // EMBED)
    x = fitted(data, rows, columns) / 255  # (rows, columns, 3), a pixel a patch
    i = min(rows // 4 * 2, rows - 2)
    j = min(columns // 4 * 2, columns - 2)
    four = np.concatenate([x[i, j], x[i + 1, j], x[i, j + 1], x[i + 1, j + 1]])
    normal = (four - four.mean()) / np.sqrt(four.var() + EPSILON)
    half = normal @ np.random.default_rng(0).normal(size=(12, 6)) / 12**0.5
    return four, normal, half
