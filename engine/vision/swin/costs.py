"""What attention costs, among all patches and within windows, as a picture grows."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.frames import Frame
from engine.images import Image
from engine.params import number
from engine.vision.swin import windows
from engine.vision.swin.merging import EMBED
from engine.vision.swin.settings import Sized

SIZES = 24  # about how many sizes a cost is shown for


class Cost(Sized):
    channels: int = number(96, 32, 192, step=32, rare=True)


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


def cost(params: Cost, _: Image) -> Iterator[CostFrame]:
    """Count multiply–adds from the size of one full window up to the picture's."""
    full, wide = (-(-side // EMBED) for side in (params.height, params.width))
    sizes = _sizes(full, wide, params.window)
    for step, rows in enumerate(sizes):
        columns = max(1, round(wide * rows / full))
        place = windows.layout(rows, columns, params.window, 0)
        whole, windowed = windows.cost(rows, columns, params.channels, params.window)
        yield CostFrame(
            step=step, part="", total=len(sizes), rows=rows, columns=columns, height=place.height, width=place.width,
            side=rows * EMBED, whole=whole, windowed=windowed, ratio=whole / windowed,
        )  # fmt: skip


def _sizes(full: int, wide: int, window: int) -> list[int]:
    """Patches down: from where one window is full, if the picture holds one, evenly up to all of them."""
    least = max(window, -(-window * full // wide))
    first = min(full, least)
    return sorted({first, *range(full, first, -max(1, round(full / SIZES)))})
