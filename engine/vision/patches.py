"""A grid cut into squares, and put together again: pixels into patches, patches into windows. Any arrays, nothing learned."""

import numpy as np
from numpy.typing import NDArray


def patchify(grid: NDArray[np.generic], side: int) -> NDArray[np.generic]:
    """(H, W, …) → (squares, side · side, …), squares row by row; `side` divides H and W. `unpatchify` undoes it."""
    rows, columns, rest = *grid.shape[:2], grid.shape[2:]
    split = grid.reshape(rows // side, side, columns // side, side, *rest)
    return split.swapaxes(1, 2).reshape(-1, side * side, *rest)


def unpatchify(squares: NDArray[np.generic], rows: int, columns: int) -> NDArray[np.generic]:
    """(squares, side · side, …) → (H, W, …)."""
    side, rest = round(squares.shape[1] ** 0.5), squares.shape[2:]
    split = squares.reshape(rows // side, columns // side, side, side, *rest)
    return split.swapaxes(1, 2).reshape(rows, columns, *rest)
