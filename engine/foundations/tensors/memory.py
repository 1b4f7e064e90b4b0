"""Memory as torch keeps it: storages, the numbers in them, and what autograd has kept for the way back.

Storages are told apart by torch's own handle, which never leaves this file: it differs from run to run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.foundations.tensors.strides import cells


@dataclass
class Storage:
    """A block of memory."""

    memory: torch.UntypedStorage  # held, so that no later one is taken for it
    line: int  # that made it
    letter: int = -1  # which of those that a line has left behind; −1: a temporary

    @property
    def numbers(self) -> np.ndarray:
        """All its numbers (n,), whoever reads them."""
        return torch.empty(0).set_(self.memory).numpy().copy()


@dataclass
class Kept:
    """A tensor that a node of the graph needs on the way back."""

    node: Any
    role: str  # what it is to the node: self, other, result …
    tensor: Tensor  # counts its versions with the one that was kept
    version: int  # when it was kept
    values: Tensor  # as they were then

    @property
    def stale(self) -> bool:
        """Whether its numbers are others now."""
        return self.tensor.shape != self.values.shape or not torch.equal(self.tensor.detach(), self.values)


def read_by(tensor: Tensor) -> np.ndarray:
    """The cells (elements,) of its storage that a tensor reads, in reading order."""
    return cells(tensor.shape, tensor.stride(), int(tensor.storage_offset()))


def back_from(tensors: Iterable[Tensor]) -> set[Any]:
    """The nodes of the graph that tensors can go back through."""
    reached: set[Any] = set()
    nodes = [tensor.grad_fn for tensor in tensors]
    while nodes:
        node = nodes.pop()
        if node is not None and node not in reached:
            reached.add(node)
            nodes += [before for before, _ in node.next_functions]
    return reached


def ends_of(tensors: Iterable[Tensor]) -> list[Tensor]:
    """The leaves at which ways back end, and their gradients: the graph holds them, whether they have a name or not."""
    leaves = [node.variable for node in back_from(tensors) if hasattr(node, "variable")]
    return leaves + [leaf.grad for leaf in leaves if leaf.grad is not None]


class Memory:
    """All that a script has touched."""

    def __init__(self) -> None:
        self.storages: list[Storage] = []
        self.known: dict[int, int] = {}  # torch's handle → number of the storage
        self.kept: list[Kept] = []
        self.nodes: set[Any] = set()  # of the graph, those that have been asked what they keep
        self.line = 0
        self.written: list[tuple[int, np.ndarray]] = []  # by this line: storage, cells
        self.spared: list[tuple[int, np.ndarray]] = []  # what it would have written, but for torch's refusal
        self.held: list[Tensor] = []  # results of this line: none is freed before it ends

    def begin(self, line: int) -> None:
        """A line begins: nothing is written, no result is held."""
        self.line = line
        self.written, self.spared, self.held = [], [], []

    def number(self, tensor: Tensor) -> int:
        """Which storage a tensor reads; a new one is entered."""
        memory = tensor.untyped_storage()
        found = self.known.setdefault(memory._cdata, len(self.storages))
        if found == len(self.storages):
            self.storages.append(Storage(memory, self.line))
        return found

    def saw(self, tensor: Tensor) -> None:
        """A call has given this: enter its storage, and ask the nodes that it was made by what they keep."""
        self.number(tensor)
        self.held.append(tensor)
        nodes = [tensor.grad_fn]
        while nodes:
            node = nodes.pop()
            if node is not None and node not in self.nodes:
                self.nodes.add(node)
                self.kept += self._kept_by(node)
                nodes += [before for before, _ in node.next_functions]

    def _kept_by(self, node: Any) -> Iterable[Kept]:
        """Asked as the node is made: after a write torch refuses to show what it keeps. Numbers written in a script are none."""
        for attribute in sorted(name for name in dir(node) if name.startswith("_saved_")):
            tensor = getattr(node, attribute)
            if isinstance(tensor, Tensor) and tensor.untyped_storage()._cdata in self.known:
                values = tensor.detach().clone()
                yield Kept(node, attribute.removeprefix("_saved_"), tensor, tensor._version, values)

    def wrote(self, target: Tensor) -> None:
        """A call has written all that a tensor sees."""
        self.written.append((self.number(target), read_by(target)))

    def aimed(self, target: Tensor) -> None:
        """A call would have written what a tensor sees, and was refused."""
        self.spared.append((self.number(target), read_by(target)))

    def needed(self, tensors: Iterable[Tensor]) -> list[Kept]:
        """What is kept by the nodes that these can go back through, in the order in which it was kept."""
        reached = back_from(tensors)
        return [kept for kept in self.kept if kept.node in reached]

    def let_go(self, nodes: Iterable[Any]) -> None:
        """A way back has been gone: what its nodes kept is free."""
        gone = set(nodes)
        self.kept = [kept for kept in self.kept if kept.node not in gone]
