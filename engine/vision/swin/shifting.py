"""One block whose windows shift: cut, rolled, masked, attended within, and rolled back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ParamError
from engine.frames import Frame
from engine.images import Image
from engine.params import choice, number
from engine.vision.swin import windows
from engine.vision.swin.pictures import tokens
from engine.vision.swin.settings import Asked, Sized
from engine.vision.swin.windows import Layout


class Shift(Sized, Asked):
    shift: int = number(3, 0, 11)
    patch: int = number(8, 4, 32, step=4, rare=True)
    mask_pads: bool = choice(True, rare=True)
    seed: int = number(0, 0, 9999, rare=True)


@dataclass(frozen=True)
class ShiftFrame(Frame):
    """The film of one shifted block. Places are in the padded grid, not rolled; `rolled` says how far the picture is."""

    rows: int
    columns: int
    window: int
    windows: int  # how many there are
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
    meeting: int  # the window in which strangers meet: the asked patch's own, or else the one where most do
    apart: int  # how many of its M·M · M·M pairs the mask keeps apart
    apart_all: int  # and of the pairs of all windows
    leak: float  # what part of the attention in that window would go to strangers if there were no mask
    carried: np.ndarray  # int8 (M·M,) where the roll carried its patches: 0 … 3 as in `windows.carried`, −1 padding
    unmasked: np.ndarray  # float32 (M·M, M·M) attention in that window if there were no mask
    masked: np.ndarray  # float32 (M·M, M·M) and with it

    @property
    def place(self) -> Layout:
        """The grid with its shifted windows."""
        return Layout(self.rows, self.columns, self.window, self.shift)


def shift(params: Shift, data: Image) -> Iterator[ShiftFrame]:
    """Cut a picture into windows that shift, and ask one patch what it may attend to. Raises ParamError."""
    from engine.vision.swin import net  # brings torch, which the server that draws does without

    if params.shift >= params.window:
        raise ParamError("swin_shift", shift=params.shift, window=params.window, most=params.window - 1)
    rows, columns = max(1, params.height // params.patch), max(1, params.width // params.patch)
    even = windows.layout(rows, columns, params.window, 0)
    place = windows.layout(rows, columns, params.window, params.shift)
    asked = params.down * rows // 1000 * place.width + params.across * columns // 1000
    patches = tokens(data, rows, columns, params.patch)
    before, after, difference = net.compare(patches, even, place, params.mask_pads, params.seed)
    told = _what_it_sees(even, place, params.mask_pads, asked)
    told |= {"before": spread_out(before, even, asked), "after": spread_out(after, place, asked)}
    told |= _masks(place, params.mask_pads, asked)
    meeting = told["meeting"]
    told |= _leak(place, params.mask_pads, meeting, net.unmasked(patches, place, params.seed, meeting), after[meeting])
    parts = _parts(place, params.mask_pads)
    for step, (part, rolled) in enumerate(parts):
        known = difference if part == "end" else -1.0
        yield ShiftFrame(
            step=step, part=part, total=len(parts), rows=rows, columns=columns, window=place.window, windows=place.windows,
            shift=place.shift, rolled=rolled, asked=asked, difference=known, **told,
        )  # fmt: skip


def _parts(place: Layout, mask_pads: bool) -> list[tuple[str, int]]:
    """What the film shows: a name, and by how much the picture is rolled."""
    s = place.shift
    parts = [("patches", 0), *[("pad", 0)] * place.padded, ("even", 0)]
    if not s:
        return [*parts, *[("mask", 0)] * (place.padded and mask_pads), ("attend", 0), ("end", 0)]
    there = [("roll", k) for k in range(1, s + 1)]
    back = [("back", s - k) for k in range(1, s + 1)]
    return [*parts, ("cut", 0), *there, ("windows", s), ("mask", s), ("attend", s), *back, ("end", 0)]


def _what_it_sees(even: Layout, place: Layout, mask_pads: bool, asked: int) -> dict[str, Any]:
    both = heard(even, place, mask_pads, asked)
    return {
        "seen_before": int(_seen(even, mask_pads, asked).sum()),
        "seen": int(_seen(place, mask_pads, asked).sum()),
        "both": int(both.sum()),
        "heard": both.astype(np.int8),
    }


def _masks(place: Layout, mask_pads: bool, asked: int) -> dict[str, Any]:
    chosen = _one_of_each(place, asked)
    may = windows.allowed(place, mask_pads)
    apart = (~may).sum((1, 2))  # (windows,)
    patches = (windows.regions(place) != windows.PAD).reshape(-1)[windows.order(place)]  # (windows, M·M)
    strangers = (~may & patches[:, :, None] & patches[:, None, :]).sum((1, 2))
    many = strangers if strangers.any() else apart
    own = windows.where(place, asked)[0]
    meeting = own if many[own] else int(many.argmax())
    return {
        "pieces": windows.regions(place).astype(np.int16),
        "chosen": chosen.astype(np.int32),
        "masks": may[chosen].astype(np.int8),
        "meeting": meeting,
        "apart": int(apart[meeting]),
        "apart_all": int(apart.sum()),
    }


def _leak(
    place: Layout, mask_pads: bool, window: int, unmasked: NDArray[np.float32], masked: NDArray[np.float32]
) -> dict[str, Any]:
    """What the attention in a window would be without a mask, what it is, and how much of it the mask turns away."""
    may = windows.allowed(place, mask_pads)[window]
    asks = may.any(1)  # what is no padding
    carried = windows.carried(place, mask_pads).reshape(-1)[windows.order(place)[window]]
    leak = float((unmasked * ~may)[asks].sum(1).mean())
    return {"carried": carried, "leak": leak, "unmasked": unmasked, "masked": masked}


def between(attention: NDArray[np.float32], groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """What part of its attention (n, n) each group pays to each, (k, k): means over its queries, in the groups' own order."""
    names = np.unique(groups)
    paid = np.stack([attention[:, groups == name].sum(1) for name in names], 1)  # (n, k)
    return np.stack([paid[groups == name].mean(0) for name in names])


def alike(place: Layout) -> NDArray[np.int64]:
    """Which windows have the same mask, (windows,): those of the middle, the last of a row, of a column, of all."""
    across, down = place.width // place.window, place.height // place.window
    row, column = np.divmod(np.arange(down * across), across)
    return np.asarray(2 * (row == down - 1) + (column == across - 1))


def _one_of_each(place: Layout, asked: int) -> NDArray[np.int64]:
    """The first window of every kind of mask; of its kind, the one that holds the asked patch."""
    kinds = alike(place)
    own = windows.where(place, asked)[0]
    return np.array([own if kind == kinds[own] else int(np.argmax(kinds == kind)) for kind in np.unique(kinds)])


def _seen(place: Layout, mask_pads: bool, asked: int) -> NDArray[np.bool_]:
    """(H', W'): which patches a patch may attend to."""
    window, at = windows.where(place, asked)
    flat = np.zeros(place.height * place.width, dtype=bool)
    flat[windows.order(place)[window][windows.allowed(place, mask_pads)[window, at]]] = True
    seen = flat.reshape(place.height, place.width)
    seen[place.rows :], seen[:, place.columns :] = False, False
    return seen


def heard(even: Layout, place: Layout, mask_pads: bool, asked: int) -> NDArray[np.bool_]:
    """(H', W'): what a patch has heard of after a block with equal windows and one with shifted ones."""
    found = np.zeros((place.height, place.width), dtype=bool)
    for other in np.flatnonzero(_seen(place, mask_pads, asked)):
        if not found.flat[other]:
            found |= _seen(even, mask_pads, int(other))
    return found


def spread_out(weights: NDArray[np.float32], place: Layout, asked: int) -> NDArray[np.float32]:
    """A patch's attention, (windows, M·M, M·M), laid out on the padded grid (H', W')."""
    order = windows.order(place)
    window, at = windows.where(place, asked)
    out = np.zeros(place.height * place.width, dtype=np.float32)
    out[order[window]] = weights[window, at]
    return out.reshape(place.height, place.width)
