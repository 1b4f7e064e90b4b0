"""Reading memory with strides: which cell each element of a grid is, one element after the other.

Element (i, j) of a grid stands in cell offset + i · stride_down + j · stride_across. Peer: torch.as_strided.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.frames import Frame
from engine.params import Certain, number

STRIP = 12  # cells


class Strides(Certain):
    size_down: int = number(3, 1, 4)
    size_across: int = number(2, 1, 4)
    stride_down: int = number(1, 0, 6)
    stride_across: int = number(3, 0, 6)
    offset: int = number(0, 0, 6)


@dataclass(frozen=True)
class StridesFrame(Frame):
    """The elements read so far, in reading order, m of them; the last is the one of now."""

    row: int  # of the element of now; −1 before the first
    column: int
    cell: int  # where it stands; one outside the strip is not read
    read: np.ndarray  # (m,) cells
    times: np.ndarray  # (STRIP,) how often each has been read
    outside: bool  # the last element stands beyond the strip: refused
    contiguous: bool  # as torch has it: the stride of a side of one does not count
    twice: int  # cells read more than once
    never: int  # cells not read yet


def strides(params: Strides) -> Iterator[StridesFrame]:
    """Read a grid out of a strip of numbered cells, element by element, until it ends or leaves the strip."""
    shape, stride = (params.size_down, params.size_across), (params.stride_down, params.stride_across)
    places = cells(shape, stride, params.offset)  # (elements,)
    beyond = np.flatnonzero(places >= STRIP)
    last = int(beyond[0]) + 1 if len(beyond) else len(places)
    for step in range(last + 1):
        inside = places[:step][places[:step] < STRIP]
        times = np.bincount(inside, minlength=STRIP)
        row, column = divmod(step - 1, params.size_across) if step else (-1, -1)
        yield StridesFrame(
            step, "", last + 1, row, column, int(places[step - 1]) if step else -1, places[:step].copy(), times,
            outside=bool(step) and int(places[step - 1]) >= STRIP, contiguous=contiguous(shape, stride),
            twice=int((times > 1).sum()), never=int((times == 0).sum()),
        )  # fmt: skip


def contiguous(shape: Sequence[int], stride: Sequence[int]) -> bool:
    """Whether reading goes from cell to cell without a jump: torch's rule, by which a side of one has any stride."""
    expected = 1
    for size, step in zip(reversed(shape), reversed(stride), strict=True):
        if size != 1 and step != expected:
            return False
        expected *= size
    return True


def cells(shape: Sequence[int], stride: Sequence[int], offset: int) -> np.ndarray:
    """The cells (elements,) that a tensor reads, in reading order: offset + Σ index · stride."""
    at = np.array(offset)
    for size, step in zip(shape, stride, strict=True):
        at = np.add.outer(at, step * np.arange(size))
    return np.asarray(at.ravel())


def grid(shape: Sequence[int], dims: int) -> tuple[int, int]:
    """Rows and columns of a grid that shows a tensor of up to three dimensions; the slices of three stand side by side."""
    if dims == 3:
        return int(shape[1]), int(shape[0] * shape[2])
    return (int(shape[0]), int(shape[1])) if dims == 2 else (1, int(shape[0]) if dims else 1)


def places(shape: Sequence[int], dims: int) -> np.ndarray:
    """The row and column (elements, 2) of every element in its grid, in reading order."""
    if dims < 3:
        rows, columns = grid(shape, dims)
        return np.stack(np.divmod(np.arange(rows * columns), columns), -1)
    slices, rows_, columns_ = np.indices(shape).reshape(3, -1)
    return np.stack([rows_, slices * shape[2] + columns_], -1)


@lru_cache(256)
def indices(shape: tuple[int, ...], dims: int) -> np.ndarray:
    """The index (elements, dims) of every element, in reading order."""
    return np.indices(tuple(shape[:dims])).reshape(dims, -1).T if dims else np.zeros((1, 0), int)
