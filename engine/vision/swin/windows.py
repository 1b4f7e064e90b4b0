"""The arithmetic of windows: who sits in which window, which region, and what it costs. Integers only, no learning.

A grid of H × W patches is cut into windows of M × M, numbered row by row. Where M does not divide a side, the grid is padded
right and below. Shifted windows are the same windows laid over the grid rolled by (−s, −s).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.vision.patches import patchify

PAD = -1  # the region of a patch that is padding


@dataclass(frozen=True)
class Layout:
    """A grid of patches, its windows and their shift."""

    rows: int  # H, patches down
    columns: int  # W, patches across
    window: int  # M
    shift: int  # s, 0 in a block whose windows stay

    @property
    def height(self) -> int:
        """H padded to a multiple of M."""
        return -(-self.rows // self.window) * self.window

    @property
    def width(self) -> int:
        """W padded to a multiple of M."""
        return -(-self.columns // self.window) * self.window

    @property
    def windows(self) -> int:
        return self.height // self.window * (self.width // self.window)

    @property
    def padded(self) -> bool:
        return (self.height, self.width) != (self.rows, self.columns)


def layout(rows: int, columns: int, window: int, shift: int) -> Layout:
    """A layout as the paper has it: a window at least as large as a side needs no shift."""
    return Layout(rows, columns, window, 0 if min(rows, columns) <= window else shift)


def regions(place: Layout) -> NDArray[np.int64]:
    """Which piece of the uneven split each patch belongs to, (H', W') before the roll; padding is PAD.

    The split cuts at s, s + M, s + 2M …: so it does in the padded grid, where the cut-off ends stay pieces of their own.
    """
    down, across = (_pieces(side, place.window, place.shift) for side in (place.height, place.width))
    found: NDArray[np.int64] = down[:, None] * (across.max() + 1) + across
    found[place.rows :], found[:, place.columns :] = PAD, PAD
    return found


def carried(place: Layout, mask_pads: bool = True) -> NDArray[np.int8]:
    """(H', W'): where the roll carries each patch: 0 nowhere else, 1 from the left rim to the right, 2 from the top to the
    bottom, 3 both; padding is PAD, unless it counts as patches. Of patches in one window, pieces and these are the same."""
    y, x = np.arange(place.height) < place.shift, np.arange(place.width) < place.shift
    found = (2 * y[:, None] + x).astype(np.int8)
    if mask_pads:
        found[place.rows :], found[:, place.columns :] = PAD, PAD
    return found


def boxes(place: Layout) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pieces of the uneven split before the roll as boxes (n, 4), top, left, height and width, padding among them; and
    where the roll carries each, (n,), as in `carried`."""
    ends = [np.unique([0, *range(place.shift, side, place.window), side]) for side in (place.height, place.width)]
    top, left = (grid.ravel() for grid in np.meshgrid(*(end[:-1] for end in ends), indexing="ij"))
    high, wide = (grid.ravel() for grid in np.meshgrid(*map(np.diff, ends), indexing="ij"))
    return np.stack([top, left, high, wide], 1), 2 * (top < place.shift) + (left < place.shift)


def _pieces(side: int, window: int, shift: int) -> NDArray[np.int64]:
    return (np.arange(side) + (window - shift) % window) // window


def order(place: Layout) -> NDArray[np.int64]:
    """(windows, M·M): which patch of the padded grid, row · W' + column, sits at each place of each window."""
    grid = np.arange(place.height * place.width).reshape(place.height, place.width)
    return patchify(np.roll(grid, (-place.shift, -place.shift), (0, 1)), place.window)  # type: ignore[return-value]


def numbered(place: Layout) -> NDArray[np.int64]:
    """(H', W') before the roll: the window that each patch is in."""
    found = np.empty(place.height * place.width, dtype=np.int64)
    found[order(place)] = np.arange(place.windows)[:, None]
    return found.reshape(place.height, place.width)


def where(place: Layout, patch: int) -> tuple[int, int]:
    """Which window a patch of the padded grid is in, and at which place of it."""
    window, at = (int(found[0]) for found in np.nonzero(order(place) == patch))
    return window, at


def allowed(place: Layout, mask_pads: bool = True) -> NDArray[np.bool_]:
    """(windows, M·M, M·M): may the query (row) attend to the key (column)? Those of one region may, padding may nothing.

    Without `mask_pads` padding counts as patches, as torchvision has it.
    """
    region = regions(place if mask_pads else Layout(place.height, place.width, place.window, place.shift))
    inside = region.reshape(-1)[order(place)]  # (windows, M·M)
    may: NDArray[np.bool_] = (inside[:, :, None] == inside[:, None, :]) & (inside[:, :, None] != PAD)
    return may


def relative_index(window: int) -> NDArray[np.int64]:
    """(M·M, M·M): which row of the bias table goes with a query (row) and a key (column): (Δy + M − 1)(2M − 1) + Δx + M − 1."""
    y, x = np.divmod(np.arange(window * window), window)
    index: NDArray[np.int64] = (y[:, None] - y + window - 1) * (2 * window - 1) + x[:, None] - x + window - 1
    return index


def cost(rows: int, columns: int, channels: int, window: int) -> tuple[int, int]:
    """Multiply–adds of global and of windowed attention: 4hwC² + 2(hw)²C and 4hwC² + 2M²hwC (Liu et al., equations 1 and 2).

    Where M does not divide the grid, windows compute on its padding too: in the second formula hw is that of the padded grid.
    """
    place = layout(rows, columns, window, 0)
    tokens, padded = rows * columns, place.height * place.width
    return 4 * tokens * channels**2 + 2 * tokens**2 * channels, 4 * padded * channels**2 + 2 * window**2 * padded * channels
