"""The lines of a script, carried out by torch; and what torch refuses, for which reason."""

import ast
import operator
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from engine.errors import DataError
from engine.foundations.expressions import written
from engine.foundations.tensors.memory import Kept
from engine.foundations.tensors.values import OPERATORS, Values
from engine.readings import cut

REFUSALS = {  # what torch refuses for its own reasons, by how its words begin
    "unsupported operation: more than one element": "overlap",
    "unsupported operation: some elements": "partial",
    "a leaf Variable": "leaf",
    "a view of a leaf Variable": "leaf_view",
    "view size is not compatible": "contiguous",
    "one of the variables needed for gradient": "saved",
    "Trying to backward through the graph a second": "freed",
    "grad can be implicitly created": "scalar",
    "element 0 of tensors does not require grad": "no_grad",
    "add(): functions with out=": "out",
    "you can only change requires_grad": "flag",
}
SHAPES = re.compile(r"size|shape|dimension|indices|index", re.IGNORECASE)


@dataclass
class Told:
    """What a line has done, beside what memory shows."""

    verb: str  # new, view, alias, write, lost, layer, grown, backward, refused
    name: str = ""  # what it is about
    other: str = ""  # another name of the same object
    refused: str = ""
    culprit: Kept | None = None  # what broke a way back, or will have bent it
    right: float = np.nan  # the first number of the gradient, had nobody written past the counter
    bound: bool = False  # a name stands for another object now
    same: bool = False  # it stands for the object it stood for before


class Script(Values):
    """A script under way."""

    def carry_out(self, tree: ast.stmt) -> Told:
        """Carry out the next line. What torch refuses for a reason of its own changes nothing; all else raises DataError."""
        self.line += 1
        self.memory.begin(self.line)
        self.aim = self.part = None
        with torch.enable_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's notes on layers that are lazy
            try:
                return self._statement(tree)
            except (RuntimeError, IndexError, TypeError, ValueError) as problem:
                return self._refused(tree, problem)

    # ---- statements

    def _statement(self, tree: ast.stmt) -> Told:
        if isinstance(tree, ast.Assign) and len(tree.targets) == 1:
            return self._assign(tree.targets[0], self.value(tree.value))
        if isinstance(tree, ast.AugAssign):
            return self._augmented(tree)
        if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Call):
            if isinstance(tree.value.func, ast.Attribute) and tree.value.func.attr == "backward":
                return self._backward(tree.value)
            self.value(tree.value)
            return Told("write" if self.memory.written else "lost", self._name_of(self.aim))
        raise DataError("tensors_statement", line=self.line, text=written(tree))

    def _assign(self, target: ast.expr, value: Any) -> Told:
        """`Y = …` binds a name, `Y[…] = …` writes, `Y.data = …` gives a tensor other memory."""
        if isinstance(target, ast.Name):
            return self._bind(target.id, value)
        if isinstance(target, ast.Subscript):
            self._write_part(self.tensor(target.value), self.index(target.slice), value)
            return Told("write", self._name_of(self.aim))
        if isinstance(target, ast.Attribute) and target.attr == "data":
            owner = self.tensor(target.value)
            owner.data = self.checked(value)
            return Told("write" if self.memory.written else "view", self._name_of(owner))
        raise DataError("tensors_statement", line=self.line, text=written(target))

    def _augmented(self, tree: ast.AugAssign) -> Told:
        """`Y += X`, as Python does it: what stands left is read once, written in place, and put back."""
        target = tree.target
        if isinstance(target, ast.Name):
            return self._bind(target.id, self._in_place(self.tensor(target), tree))
        owner = self.tensor(target.value)
        if isinstance(target, ast.Subscript):
            index = self.index(target.slice)
            self._write_part(owner, index, self._in_place(self.seen(owner[index]), tree))
            return Told("write", self._name_of(self.aim))
        if target.attr != "data":
            raise DataError("tensors_statement", line=self.line, text=written(tree))
        owner.data = self._in_place(self.seen(owner.data), tree)
        return Told("write", self._name_of(owner))

    def _in_place(self, old: Tensor, tree: ast.AugAssign) -> Tensor:
        other = self.value(tree.value)
        self.aim = old
        new = self.seen(getattr(operator, "i" + OPERATORS[type(tree.op)])(old, other))
        self.memory.wrote(new)
        return new

    def _write_part(self, owner: Tensor, index: Any, value: Any) -> None:
        self.aim, self.part = owner, owner.detach()[index]
        owner[index] = value
        self.memory.saw(owner)
        self.memory.wrote(self.part)

    def _bind(self, name: str, value: Any) -> Told:
        """Let a name stand for a tensor or a layer."""
        if name in ("torch", "nn"):
            raise DataError("script_taken", line=self.line, name=name)
        before = self.names.get(name)
        also = [other for other, thing in self.names.items() if thing is value and other != name]
        told = Told("layer", name, also[0] if also else "", bound=before is not value, same=before is value)
        if isinstance(value, Tensor):
            fresh = self.memory.storages[self.memory.number(self.checked(value))].line == self.line
            told.verb = "new" if fresh else "write" if self.memory.written else "alias" if also or told.same else "view"
        elif not isinstance(value, nn.Module):
            raise DataError("tensors_bound", line=self.line, name=name)
        self.names[name] = value
        if any(isinstance(thing, nn.Module) and self._grew(thing) for thing in self.names.values()):
            told.verb = "grown"
        return told

    def _grew(self, layer: nn.Module) -> bool:
        """Enter the weights of a layer; whether this line has made them."""
        made = [weight for weight in layer.parameters() if not isinstance(weight, UninitializedParameter)]
        return any(self.memory.storages[self.memory.number(weight)].line == self.line for weight in made)

    def _backward(self, call: ast.Call) -> Told:
        """The way back from a tensor to all leaves that require a gradient."""
        assert isinstance(call.func, ast.Attribute)
        root = self.tensor(call.func.value)
        arguments = [self.value(argument) for argument in call.args]
        needed = self.memory.needed([root])
        told = Told("backward", self._name_of(root))
        told.culprit = next((kept for kept in needed if kept.stale and kept.tensor._version == kept.version), None)
        if told.culprit:
            told.right = self._unbent(root, arguments, needed)
        self.aim = root
        before = {name: (leaf.grad, getattr(leaf.grad, "_version", 0)) for name, leaf in self.leaves()}
        root.backward(*arguments)  # type: ignore[no-untyped-call]
        for name, leaf in self.leaves():
            if leaf.grad is not None and (leaf.grad is not before[name][0] or leaf.grad._version != before[name][1]):
                self.memory.wrote(self.seen(leaf.grad))
        self.memory.let_go(kept.node for kept in needed)
        return told

    def _unbent(self, root: Tensor, arguments: Sequence[Any], needed: Sequence[Kept]) -> float:
        """The first number of the first gradient, with the kept numbers put back for the moment: written past the counter too."""
        leaves = [leaf for _, leaf in self.leaves()]
        bent = [kept for kept in needed if kept.stale and kept.tensor.shape == kept.values.shape]
        now = [kept.tensor.detach().clone() for kept in bent]
        try:
            for kept in bent:
                kept.tensor.data.copy_(kept.values)
            found = torch.autograd.grad([root], leaves, list(arguments) or None, retain_graph=True, allow_unused=True)
        finally:
            for kept, values in zip(bent, now, strict=True):
                kept.tensor.data.copy_(values)
        first = next((gradient for gradient in found if gradient is not None), None)
        return np.nan if first is None else float(first.flatten()[0])

    # ---- refusals, names

    def _refused(self, tree: ast.stmt, problem: Exception) -> Told:
        """Torch's refusal as part of the answer, if it is one. Raises DataError where the line means nothing."""
        said = str(problem).split("\n")[0]
        kind = next((kind for words, kind in REFUSALS.items() if said.startswith(words)), "")
        if not kind:
            code = "tensors_shape" if SHAPES.search(said) else "tensors_torch"
            raise DataError(code, line=self.line, text=written(tree), said=cut(said, 120)) from problem
        told = Told("refused", self._name_of(self.aim), refused=kind)
        if kind != "saved" and self.aim is not None:
            self.memory.aimed(self.aim if self.part is None else self.part)
        if kind == "saved" and self.aim is not None:
            broken = [kept for kept in self.memory.needed([self.aim]) if kept.tensor._version != kept.version]
            told.culprit = broken[-1] if broken else None  # the way back begins with what was kept last
        return told

    def _name_of(self, tensor: Tensor | None) -> str:
        """The first name of a tensor; of one without a name that of another that reads its storage."""
        tensors = [(name, thing) for name, thing in self.names.items() if isinstance(thing, Tensor)]
        found = [name for name, thing in tensors if thing is tensor]
        if tensor is not None and not found:
            number = self.memory.number(tensor)
            found = [name for name, thing in tensors if self.memory.number(thing) == number]
        return found[0] if found else ""

    def leaves(self) -> list[tuple[str, Tensor]]:
        """Names and tensors of all that a way back can end at, each once."""
        found: dict[int, tuple[str, Tensor]] = {}
        for name, thing in self.shown():
            if thing.is_leaf and thing.requires_grad and not isinstance(thing, UninitializedParameter):
                found.setdefault(id(thing), (name, thing))
        return list(found.values())

    def shown(self) -> list[tuple[str, Tensor]]:
        """All that stands in the picture: names, and the weights of layers."""
        out: list[tuple[str, Tensor]] = []
        for name, thing in self.names.items():
            if isinstance(thing, nn.Module):
                out += [(f"{name}.{part}", weight) for part, weight in thing.named_parameters()]
            else:
                out.append((name, thing))
        return out
