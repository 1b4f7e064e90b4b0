"""A script, line by line: what each has made, read, written and refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import TheoriaError
from engine.foundations.tensors.grammar import readable
from engine.foundations.tensors.strides import cells
from engine.frames import Frame
from engine.params import Certain
from engine.texts import Text

ABSENT, NAMED, KEPT, TEMPORARY, GONE = range(5)  # of a storage after a line


class Listing(Certain):
    """A script is data: nothing else is to be set."""


@dataclass(frozen=True)
class ScriptFrame(Frame):
    """What stands in memory after a line; n names, s storages (those to come, too), c numbers in them, k tensors kept."""

    line: str
    verb: str  # what the line did: new, view, alias, write, lost, layer, grown, backward, refused; "" before the first
    name: str  # what it is about
    other: str  # another name of the same object, where there is one
    refused: str  # why torch would not: overlap, partial, leaf, leaf_view, contiguous, saved, freed, scalar, no_grad, out, flag
    names: tuple[str, ...]
    storage: np.ndarray  # (n,) the storage a name reads; −1: a weight that has no memory yet
    dims: np.ndarray  # (n,)
    shape: np.ndarray  # (n, 3) as many as there are dimensions, then ones
    stride: np.ndarray  # (n, 3) in numbers, then zeros
    offset: np.ndarray  # (n,)
    version: np.ndarray  # (n,)
    bound: np.ndarray  # bool (n,) the line has let it stand for another object
    turned: np.ndarray  # (n,) how many of the numbers it shows have changed, its object being the same
    life: np.ndarray  # (s,) ABSENT, NAMED, KEPT for the way back alone, TEMPORARY, GONE
    made: np.ndarray  # (s,) the line that makes it
    letter: np.ndarray  # (s,) which of those that stay; −1: a temporary
    size: np.ndarray  # (s,) numbers in it
    contents: np.ndarray  # float32 (c,) of all storages in a row; 0 where there is none
    written: np.ndarray  # bool (c,)
    spared: np.ndarray  # bool (c,) what the line would have written, or read anew, had torch not refused
    blocks: np.ndarray  # (b,) bytes of every block that the line has allocated
    keepers: tuple[tuple[str, str, str], ...]  # (k) node of the graph, what the tensor is to it, its names
    kept_in: np.ndarray  # (k,) storage
    kept_version: np.ndarray  # (k,)
    kept_now: np.ndarray  # (k,) its version after the line
    kept_stale: np.ndarray  # bool (k,) its numbers are others than they were
    harmed: int  # the kept tensor that the line has written over, so that the way back will be refused, or bent; −1: none
    culprit: int  # the kept tensor that broke the way back, or bent it; −1: none
    bytes: int
    wrote: int  # cells
    changed: int  # numbers that changed under the name where most did
    gradient: float  # the first number of the first gradient; NaN: there is none
    right: float  # the same, had nobody written past the counter; NaN: nobody has
    parameters: int  # numbers in all layers
    same_object: int  # whether a name that was bound anew stands for the object it stood for before: 1, 0; −1: it is new
    same_memory: int
    keeps: np.ndarray  # (s,) how many tensors are kept in it at most, in any line
    room: tuple[tuple[str, int, int, int], ...]  # every name there will be, the most rows and columns it has, its first storage

    def reads(self, name: int) -> np.ndarray:
        """The cells of its storage (elements,) that a name reads, in reading order; none where it has no memory yet."""
        if self.storage[name] < 0:
            return np.zeros(0, int)
        return cells(self.shape[name], self.stride[name], int(self.offset[name]))

    @property
    def starts(self) -> np.ndarray:
        """Where in `contents` each storage begins (s,)."""
        return np.concatenate([[0], np.cumsum(self.size)[:-1]]).astype(int)


def script(params: Listing, data: Text) -> Iterator[ScriptFrame]:
    """Carry out a script line by line. What torch refuses stands in its frame, and the script goes on.

    Raises DataError, which names the line, where a line is not allowed or means nothing, and Diverged where numbers are not
    finite; the frames up to there stand.
    """
    from engine.foundations.tensors.carrying import Script
    from engine.foundations.tensors.facts import NOTHING, complete, facts, views

    trees = readable(data.lines)
    script, before, problem = Script(), list[Any](), None
    frames = [facts(script, "", NOTHING, before, before)]
    try:
        for line, tree in zip(data.lines, trees, strict=True):
            told = script.carry_out(tree)  # by torch itself
            after = views(script)
            frames.append(facts(script, line, told, before, after))
            before = after
    except TheoriaError as found:
        problem = found
    total = len(frames) if problem is None else len(trees) + 1
    yield from (complete(frame, frames, total) for frame in frames)
    if problem:
        raise problem
