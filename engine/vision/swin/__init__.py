"""Swin: attention within windows, and windows that shift, so that what is local still spreads across every border.

Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", 2021. Peer: timm 1.0.31 (numbers in
tests/golden); where a window does not divide the grid, padding is masked as well, and torchvision's way is a switch.

Shift: the windows of the second block are cut s patches later. Rolled by (−s, −s) the uneven pieces fill equal windows, a mask
keeps pieces that only meet there apart, and the result is rolled back. The patches are the visitor's picture; the weights of
this film are drawn from the seed, keys like queries, so that patches attend to those that look alike. Trained weights: `trained`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from pydantic import Field
from pydantic.config import JsonDict

import engine.params
from engine.algorithm import Algorithm
from engine.data import CLOTHES, EMOJI, Image, sample
from engine.errors import ParamError
from engine.frames import Frame
from engine.vision import windows
from engine.vision.windows import Layout

WEIGHTS = Path(__file__).parents[2] / "assets" / "weights"
Labels = Literal["fashion", "emoji"]
DEPTHS, HEADS = (2, 2, 6, 2), (3, 6, 12, 24)  # of Swin-T, whose shapes are shown
EMBED = 4  # pixels along a side of a patch in the paper
SIZES = 24  # about how many sizes a cost is shown for
SIDE, TOKENS = 32, 16  # pixels and patches along a side of the trained classifier's pictures
SIZED: JsonDict = {"when": {"show": ["shift", "shapes", "cost"]}}
FILM: JsonDict = {"when": {"show": ["shift"]}}
TRAINED: JsonDict = {"when": {"show": ["trained"]}}


class Params(engine.params.Closing):
    show: Literal["shift", "shapes", "offsets", "cost", "trained"] = "shift"
    height: int = Field(224, ge=32, le=512, json_schema_extra={"step": 4, **SIZED})
    width: int = Field(224, ge=32, le=512, json_schema_extra={"step": 4, **SIZED})
    patch: int = Field(8, ge=4, le=32, multiple_of=4, json_schema_extra=FILM)
    window: int = Field(7, ge=2, le=12, json_schema_extra={"when": {"show": ["shift", "shapes", "offsets", "cost"]}})
    shift: int = Field(3, ge=0, le=11, json_schema_extra=FILM)
    mask_pads: bool = Field(True, json_schema_extra=FILM)
    channels: int = Field(96, ge=32, le=192, multiple_of=32, json_schema_extra={"when": {"show": ["shapes", "cost"]}})
    labels: Labels = Field("fashion", json_schema_extra=TRAINED)
    weights: Literal["shifted", "still"] = Field("shifted", json_schema_extra=TRAINED)
    down: int = Field(
        460, ge=0, le=999, json_schema_extra={"when": {"show": ["shift", "trained"]}}
    )  # which patch is asked: ‰ of the height
    across: int = Field(460, ge=0, le=999, json_schema_extra={"when": {"show": ["shift", "trained"]}})  # and of the width


@dataclass(frozen=True)
class ShiftFrame(Frame):
    """The film of one shifted block. Places are in the padded grid, not rolled; `rolled` says how far the picture is."""

    rows: int
    columns: int
    window: int
    shift: int  # as it is used: 0 where a window is as large as the picture
    rolled: int
    asked: int  # the patch that is asked, row · W' + column
    seen_before: int  # how many patches it may attend to in equal windows
    seen: int  # and in shifted ones
    both: int  # and has heard of after both blocks
    difference: float  # largest difference of roll and mask from attention piece by piece; −1 before the end
    pieces: np.ndarray  # int16 (H', W') the piece of the uneven split, −1 padding
    before: np.ndarray  # float32 (H', W') attention of the asked patch in equal windows
    after: np.ndarray  # float32 (H', W') and in shifted ones
    heard: np.ndarray  # int8 (H', W') 1 what it has heard of after both blocks
    chosen: np.ndarray  # int32 (k,) the windows whose masks are shown
    masks: np.ndarray  # int8 (k, M·M, M·M) 1 where a query may attend to a key


@dataclass(frozen=True)
class ShapesFrame(Frame):
    """One operation of the network, and the shape it leaves."""

    at: int  # the row of `shapes` that is happening
    shapes: np.ndarray  # int32 (n, 7): stage, rows, columns, channels, windows, padded rows, padded columns


@dataclass(frozen=True)
class OffsetsFrame(Frame):
    """A query, and which row of the bias table goes with every key of its window."""

    window: int
    query: int
    index: np.ndarray  # int32 (M·M, M·M)


@dataclass(frozen=True)
class CostFrame(Frame):
    """A size, and what attention costs there, in multiply–adds."""

    rows: int  # patches
    columns: int
    height: int  # as windows pad them
    width: int
    side: int  # pixels down
    whole: int  # global attention
    windowed: int
    ratio: float


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
    attention: np.ndarray  # float32 (heads, grid, grid) of the asked patch
    reach: np.ndarray  # int8 (16, 16) 1 where a first patch has reached it
    scores: np.ndarray  # float32 (classes,) probabilities
    picture: np.ndarray  # uint8 (32, 32, 1 or 3) what the network is given


def look(params: Params, data: Image) -> Iterator[Frame]:
    """Yield the film that `show` asks for. Raises ParamError where settings make none."""
    if params.close_up >= 0:
        raise ParamError("swin_close_up")
    films = {"shift": _shift, "shapes": _shapes, "offsets": _offsets, "cost": _cost, "trained": _trained}
    yield from films[params.show](params, data)


# ------------------------------------------------------------------------------------------------------------- pictures


@lru_cache(maxsize=16)
def fitted(picture: Image, height: int, width: int) -> NDArray[np.uint8]:
    """The middle of a picture at a size: scaled until it covers it, then cut. (height, width, 3)."""
    h, w = picture.pixels.shape[:2]
    scale = max(height / h, width / w)
    high, wide = max(height, round(h * scale)), max(width, round(w * scale))
    whole = Pillow.fromarray(picture.pixels).resize((wide, high), Pillow.Resampling.LANCZOS)
    top, left = (high - height) // 2, (wide - width) // 2
    pixels = np.array(whole.crop((left, top, left + width, top + height)), dtype=np.uint8)
    pixels.flags.writeable = False
    return pixels


def small(picture: Image, labels: Labels) -> NDArray[np.uint8]:
    """What the classifier is given: (32, 32, 3), or for clothes grey on black, (32, 32, 1)."""
    if labels == "emoji":
        return fitted(picture, SIDE, SIDE)
    grey = np.round(fitted(picture, SIDE - 4, SIDE - 4) @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if np.median(border) > 127:  # clothes of Fashion-MNIST lie on black
        grey = 255 - grey
    return np.pad(grey, 2)[..., None]


def tokens(params: Params, picture: Image) -> NDArray[np.float32]:
    """Patches as 48 numbers each, standardised: every patch's colours averaged over 4 × 4 fields. (H, W, 48)."""
    rows, columns = grid(params)
    pixels = fitted(picture, rows * params.patch, columns * params.patch)
    field = params.patch // 4
    fields = pixels.reshape(rows, 4, field, columns, 4, field, 3).mean((2, 5))  # (H, 4, W, 4, 3)
    X = fields.transpose(0, 2, 1, 3, 4).reshape(rows, columns, 48)
    X = X - X.mean((0, 1))
    spread = np.sqrt((X**2).mean(-1, keepdims=True))
    patches: NDArray[np.float32] = (X / np.maximum(spread, 1e-3)).astype(np.float32)
    return patches


def grid(params: Params) -> tuple[int, int]:
    """Patches down and across, as many as fit; the picture is fitted to them."""
    return max(1, params.height // params.patch), max(1, params.width // params.patch)


# ---------------------------------------------------------------------------------------------------------------- shift


def _shift(params: Params, data: Image) -> Iterator[ShiftFrame]:
    if params.shift >= params.window:
        raise ParamError("swin_shift", shift=params.shift, window=params.window, most=params.window - 1)
    rows, columns = grid(params)
    even, place = windows.layout(rows, columns, params.window, 0), windows.layout(rows, columns, params.window, params.shift)
    row, column = params.down * rows // 1000, params.across * columns // 1000
    asked = row * place.width + column
    from engine.vision import swin_net

    before, after, difference = swin_net.compare(tokens(params, data), even, place, params.mask_pads, params.seed)
    heard = _heard(even, place, params.mask_pads, asked)
    may = windows.allowed(place, params.mask_pads)
    chosen = _one_of_each(place, asked)
    facts: dict[str, Any] = {
        "rows": rows,
        "columns": columns,
        "window": params.window,
        "shift": place.shift,
        "asked": asked,
        "seen_before": int(_seen(even, params.mask_pads, asked).sum()),
        "seen": int(_seen(place, params.mask_pads, asked).sum()),
        "both": int(heard.sum()),
        "pieces": windows.regions(place).astype(np.int16),
        "before": spread_out(before, even, asked),
        "after": spread_out(after, place, asked),
        "heard": heard.astype(np.int8),
        "chosen": chosen.astype(np.int32),
        "masks": may[chosen].astype(np.int8),
    }
    parts = _parts(place, params.mask_pads)
    for step, (part, rolled) in enumerate(parts):
        last = step + 1 == len(parts)
        yield ShiftFrame(step=step, part=part, total=len(parts), rolled=rolled, difference=difference if last else -1.0, **facts)


def _parts(place: Layout, mask_pads: bool) -> list[tuple[str, int]]:
    """What the film shows: a name, and by how much the picture is rolled."""
    s = place.shift
    parts = [("patches", 0), *[("pad", 0)] * place.padded, ("even", 0)]
    if not s:
        return [*parts, *[("mask", 0)] * (place.padded and mask_pads), ("attend", 0), ("end", 0)]
    there = [("roll", k) for k in range(1, s + 1)]
    back = [("back", s - k) for k in range(1, s + 1)]
    return [*parts, ("cut", 0), *there, ("windows", s), ("mask", s), ("attend", s), *back, ("end", 0)]


def alike(place: Layout) -> NDArray[np.int64]:
    """Which windows have the same mask, (windows,): those of the middle, the last of a row, of a column, of all."""
    across, down = place.width // place.window, place.height // place.window
    row, column = np.divmod(np.arange(down * across), across)
    return np.asarray(2 * (row == down - 1) + (column == across - 1))


def _one_of_each(place: Layout, asked: int) -> NDArray[np.int64]:
    """The first window of every kind of mask; of its kind, the one that holds the asked patch."""
    kinds = alike(place)
    own = int(np.nonzero(windows.order(place) == asked)[0][0])
    return np.array([own if kind == kinds[own] else int(np.argmax(kinds == kind)) for kind in np.unique(kinds)])


def _seen(place: Layout, mask_pads: bool, asked: int) -> NDArray[np.bool_]:
    """(H', W'): which patches a patch may attend to."""
    order = windows.order(place)
    window, at = (int(k[0]) for k in np.nonzero(order == asked))
    flat = np.zeros(place.height * place.width, dtype=bool)
    flat[order[window][windows.allowed(place, mask_pads)[window, at]]] = True
    seen = flat.reshape(place.height, place.width)
    seen[place.rows :], seen[:, place.columns :] = False, False
    return seen


def _heard(even: Layout, place: Layout, mask_pads: bool, asked: int) -> NDArray[np.bool_]:
    """(H', W'): what a patch has heard of after a block with equal windows and one with shifted ones."""
    heard = np.zeros((place.height, place.width), dtype=bool)
    for other in np.flatnonzero(_seen(place, mask_pads, asked)):
        if not heard.flat[other]:
            heard |= _seen(even, mask_pads, int(other))
    return heard


def spread_out(weights: NDArray[np.float32], place: Layout, asked: int) -> NDArray[np.float32]:
    """A patch's attention, (windows, M·M, M·M), laid out on the padded grid (H', W')."""
    order = windows.order(place)
    window, at = (int(k[0]) for k in np.nonzero(order == asked))
    out = np.zeros(place.height * place.width, dtype=np.float32)
    out[order[window]] = weights[window, at]
    return out.reshape(place.height, place.width)


# --------------------------------------------------------------------------------------------------------------- shapes


def _shapes(params: Params, _: Image) -> Iterator[ShapesFrame]:
    rows = network(params.height, params.width, params.channels, params.window)
    shapes = np.array([row[1:] for row in rows], dtype=np.int32)
    for step, (part, *_rest) in enumerate(rows):
        yield ShapesFrame(step=step, part=part, total=len(rows), at=step, shapes=shapes.copy())


def network(height: int, width: int, channels: int, window: int) -> list[tuple[str, int, int, int, int, int, int, int]]:
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


# -------------------------------------------------------------------------------------------------------------- offsets


def _offsets(params: Params, _: Image) -> Iterator[OffsetsFrame]:
    M = params.window
    index = windows.relative_index(M).astype(np.int32)
    for query in range(M * M):
        yield OffsetsFrame(step=query, part="", total=M * M, window=M, query=query, index=index.copy())


# ----------------------------------------------------------------------------------------------------------------- cost


def _cost(params: Params, _: Image) -> Iterator[CostFrame]:
    full, wide = (-(-side // EMBED) for side in (params.height, params.width))
    first = min(
        full, max(1, params.window, -(-params.window * full // wide))
    )  # where one window is full, if the picture holds one
    sizes = sorted({first, *range(full, first, -max(1, round(full / SIZES)))})
    for step, rows in enumerate(sizes):
        columns = max(1, round(wide * rows / full))
        place = windows.layout(rows, columns, params.window, 0)
        whole, windowed = windows.cost(rows, columns, params.channels, params.window)
        yield CostFrame(
            step=step,
            part="",
            total=len(sizes),
            rows=rows,
            columns=columns,
            height=place.height,
            width=place.width,
            side=rows * EMBED,
            whole=whole,
            windowed=windowed,
            ratio=whole / windowed,
        )


# -------------------------------------------------------------------------------------------------------------- trained


def file_of(labels: Labels, weights: str) -> Path:
    """Where trained weights lie."""
    return WEIGHTS / f"swin_{labels}_{weights}.safetensors"


@lru_cache(maxsize=8)
def measured(labels: Labels, weights: str) -> dict[str, float]:
    """What was measured when a classifier had been trained: accuracy, tested, steps, minutes, seed."""
    from safetensors import safe_open

    with safe_open(file_of(labels, weights), "np") as file:
        facts = file.metadata()
    return {name: float(facts[name]) for name in ("accuracy", "tested", "steps", "minutes", "seed")}


def familiar(picture: Image, labels: Labels) -> bool:
    """Whether a picture is one of the samples of what a classifier was trained on."""
    return any(picture == sample(name) for name in (CLOTHES if labels == "fashion" else EMOJI))


def _trained(params: Params, data: Image) -> Iterator[TrainedFrame]:
    from engine.vision import swin_net

    picture = small(data, params.labels)
    row, column = params.down * TOKENS // 1000, params.across * TOKENS // 1000
    shift = 2 if params.weights == "shifted" else 0
    steps, scores = swin_net.watch(file_of(params.labels, params.weights), picture, shift)
    mine, theirs = (measured(params.labels, kind)["accuracy"] for kind in _both(params.weights))
    common: dict[str, Any] = {"accuracy": mine, "other": theirs, "scores": scores, "picture": picture, "total": len(steps) + 2}
    nothing = np.zeros((1, TOKENS, TOKENS), np.float32)
    alone = np.zeros((TOKENS, TOKENS), np.int8)
    alone[row, column] = 1
    reach = np.eye(TOKENS * TOKENS, dtype=bool)
    asked = row * TOKENS + column
    yield TrainedFrame(
        step=0,
        part="input",
        block=0,
        grid=TOKENS,
        window=4,
        shift=0,
        asked=asked,
        spread=1,
        attention=nothing,
        reach=alone,
        **common,
    )
    frame: dict[str, Any] = {}
    for block, (place, weights) in enumerate(steps, start=1):
        side = place.rows
        reach = merged(reach, side) if len(reach) > side * side else reach
        reach = spread(reach, place)
        asked = (row * side // TOKENS) * side + column * side // TOKENS
        own = np.stack([spread_out(head, place, asked) for head in weights.swapaxes(0, 1)])
        seen = reach[asked].reshape(TOKENS, TOKENS)
        frame = {"grid": side, "window": place.window, "shift": place.shift, "asked": asked, "spread": int(seen.sum())}
        frame |= {"attention": own, "reach": seen.astype(np.int8)}
        yield TrainedFrame(step=block, part="block", block=block, **frame, **common)
    copied: dict[str, Any] = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in frame.items()}
    yield TrainedFrame(step=len(steps) + 1, part="end", block=len(steps) + 1, **copied, **common)


def _both(weights: str) -> tuple[str, str]:
    return (weights, "still" if weights == "shifted" else "shifted")


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


def classes(labels: Labels) -> Sequence[str]:
    """Names of the classes, in the order of the scores, as keys of the page's words."""
    return [f"{labels}_{k}" for k in range(10 if labels == "fashion" else 6)]


ALGORITHMS = (Algorithm("swin", look, Params, "chelsea"),)
