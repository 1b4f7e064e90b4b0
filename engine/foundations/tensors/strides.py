"""Reading memory with strides: which cell each element of a grid is."""

from collections.abc import Sequence

import numpy as np


def cells(shape: Sequence[int], stride: Sequence[int], offset: int) -> np.ndarray:
    """The cells (elements,) that a tensor reads, in reading order: offset + Σ index · stride."""
    at = np.array(offset)
    for size, step in zip(shape, stride, strict=True):
        at = np.add.outer(at, step * np.arange(size))
    return np.asarray(at.ravel())


def grid(shape: Sequence[int], dims: int) -> tuple[int, int]:
    """Rows and columns of a grid that shows a tensor of up to three dimensions; the slices of three stand side by side."""
    if dims < 3:
        rows, columns = {0: (1, 1), 1: (1, shape[0])}.get(dims, (shape[0], shape[1]))
        return int(rows), int(columns)
    return int(shape[1]), int(shape[0] * shape[2])


def places(shape: Sequence[int], dims: int) -> np.ndarray:
    """The row and column (elements, 2) of every element in its grid, in reading order."""
    rows, columns = grid(shape, dims)
    if dims < 3:
        return np.stack(np.divmod(np.arange(rows * columns), columns), -1)
    slice_, row, column = np.indices(shape).reshape(3, -1)
    return np.stack([row, slice_ * shape[2] + column], -1)


def indices(shape: Sequence[int], dims: int) -> np.ndarray:
    """The index (elements, dims) of every element, in reading order."""
    return np.indices(tuple(shape[:dims])).reshape(dims, -1).T
