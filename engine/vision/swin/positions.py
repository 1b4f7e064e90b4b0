"""Relative positions: which learned bias goes with a query and a key of one window."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.frames import Frame
from engine.images import Image
from engine.vision.swin import windows
from engine.vision.swin.settings import Windowed


class Offsets(Windowed):
    """The window is all there is to choose."""


@dataclass(frozen=True)
class OffsetsFrame(Frame):
    """A query, and which row of the bias table goes with every key of its window."""

    window: int
    query: int
    lowest: int  # of the query's rows of the table
    highest: int
    index: np.ndarray  # int32 (M·M, M·M)


def offsets(params: Offsets, _: Image) -> Iterator[OffsetsFrame]:
    """Go through the queries of a window: a frame each."""
    M = params.window
    index = windows.relative_index(M).astype(np.int32)
    for query, row in enumerate(index):
        low, high = int(row.min()), int(row.max())
        yield OffsetsFrame(step=query, part="", total=M * M, window=M, query=query, lowest=low, highest=high, index=index)
