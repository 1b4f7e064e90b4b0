"""The lines of a script, carried out by torch call by call. Nothing is evaluated but the syntax that the grammar lets through."""

import ast
import operator
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from engine.device import seeded
from engine.errors import DataError
from engine.foundations.expressions import written
from engine.foundations.tensors.grammar import DIMENSIONS, NUMBERS
from engine.foundations.tensors.memory import Kept, Memory
from engine.readings import cut

LAYERS = 0  # the seed of every layer's first weights
LARGEST = 10**6  # of a whole number that is written
OPERATORS: dict[type[ast.operator], str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.Pow: "pow"}
CREATORS = {"zeros": torch.zeros, "ones": torch.ones, "arange": torch.arange, "tensor": torch.tensor}
FUNCTIONS: dict[str, Callable[..., Any]] = {**CREATORS, "add": torch.add, "sin": torch.sin, "exp": torch.exp}
METHODS = frozenset({"view", "reshape", "t", "expand", "clone", "contiguous", "detach", "sum", "requires_grad_", "backward"})
IN_PLACE = frozenset({"add_", "mul_", "copy_", "fill_", "zero_", "exp_"})
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


@dataclass
class Script:
    """Names, and what they stand for."""

    names: dict[str, Tensor | nn.Module] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    line: int = 0
    aim: Tensor | None = None  # what is about to be written, or gone back from
    part: Tensor | None = None  # the part of it that is

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
            return Told("write" if self.memory.written else "lost", self._called())
        raise DataError("tensors_statement", line=self.line, text=written(tree))

    def _assign(self, target: ast.expr, value: Any) -> Told:
        """`Y = …` binds a name, `Y[…] = …` writes, `Y.data = …` gives a tensor other memory."""
        if isinstance(target, ast.Name):
            return self._bind(target.id, value)
        if isinstance(target, ast.Subscript):
            self._write_part(self.tensor(target.value), self.index(target.slice), value)
            return Told("write", self._called())
        if isinstance(target, ast.Attribute) and target.attr == "data":
            owner = self.tensor(target.value)
            owner.data = self._checked(value)
            return Told("write" if self.memory.written else "view", self._name_of(owner))
        raise DataError("tensors_statement", line=self.line, text=written(target))

    def _augmented(self, tree: ast.AugAssign) -> Told:
        """`Y += X`, as Python does it: what stands left is read, written in place, and put back."""
        method = getattr(operator, "i" + OPERATORS[type(tree.op)])
        old = self.tensor(tree.target)
        other = self.value(tree.value)
        self.aim = old
        new = self._seen(method(old, other))
        self.memory.wrote(new)
        if isinstance(tree.target, ast.Subscript):
            self._write_part(self.tensor(tree.target.value), self.index(tree.target.slice), new)
            return Told("write", self._called())
        return self._assign(tree.target, new)

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
            fresh = self.memory.storages[self.memory.number(self._checked(value))].line == self.line
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
        root.backward(*arguments)
        for name, leaf in self.leaves():
            if leaf.grad is not None and (leaf.grad is not before[name][0] or leaf.grad._version != before[name][1]):
                self.memory.wrote(self._seen(leaf.grad))
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
            found = torch.autograd.grad(root, leaves, *arguments, retain_graph=True, allow_unused=True)
        finally:
            for kept, values in zip(bent, now, strict=True):
                kept.tensor.data.copy_(values)
        first = next((gradient for gradient in found if gradient is not None), None)
        return np.nan if first is None else float(first.flatten()[0])

    # ---- expressions

    def value(self, tree: ast.expr) -> Any:
        """A number, a tensor, a layer, or numbers in a row. Raises DataError, and what torch raises."""
        match tree:
            case ast.Constant():
                return self._number(tree)
            case ast.Name():
                return self._named(tree.id)
            case ast.List() | ast.Tuple():
                return [self.value(item) for item in tree.elts]
            case ast.UnaryOp():
                return self._computed(operator.neg, self.value(tree.operand))
            case ast.BinOp():
                left = self.value(tree.left)
                return self._computed(getattr(operator, OPERATORS[type(tree.op)]), left, self.value(tree.right))
            case ast.Subscript():
                return self._seen(self.tensor(tree.value)[self.index(tree.slice)])
            case ast.Attribute():
                return self._attribute(tree)
            case ast.Call():
                return self._call(tree)
        raise DataError("script_kind", line=self.line, text=written(tree))

    def tensor(self, tree: ast.expr) -> Tensor:
        """An expression that has to be a tensor."""
        found = self.value(tree)
        if not isinstance(found, Tensor) or isinstance(found, UninitializedParameter):
            raise DataError("tensors_no_tensor", line=self.line, text=written(tree))
        return found

    def index(self, tree: ast.expr) -> Any:
        """What stands between brackets: whole numbers and slices."""
        if isinstance(tree, ast.Tuple):
            return tuple(self.index(part) for part in tree.elts)
        if isinstance(tree, ast.Slice):
            return slice(*(None if end is None else self.index(end) for end in (tree.lower, tree.upper, tree.step)))
        found = self.value(tree)
        if not isinstance(found, int):
            raise DataError("tensors_index", line=self.line, text=written(tree))
        return found

    def _number(self, tree: ast.Constant) -> Any:
        value = tree.value
        if isinstance(value, (int, float)) and abs(value) > LARGEST:
            raise DataError("tensors_large", line=self.line, limit=LARGEST)
        return value

    def _named(self, name: str) -> Any:
        if name not in self.names:
            raise DataError("script_unknown", line=self.line, name=name)
        return self.names[name]

    def _computed(self, function: Callable[..., Any], *operands: Any) -> Any:
        """An operation; one of plain numbers is computed as floats, unless both are whole and it stays small."""
        if any(isinstance(operand, Tensor) for operand in operands):
            return self._seen(function(*operands))
        if not all(isinstance(operand, (int, float)) for operand in operands):
            raise DataError("tensors_operands", line=self.line)
        whole = all(isinstance(operand, int) for operand in operands) and function not in (operator.pow, operator.truediv)
        try:
            found = function(*(operands if whole else map(float, operands)))
        except (OverflowError, ZeroDivisionError) as problem:
            raise DataError("tensors_large", line=self.line, limit=LARGEST) from problem
        if isinstance(found, complex) or abs(found) > LARGEST:
            raise DataError("tensors_large", line=self.line, limit=LARGEST)
        return found

    def _attribute(self, tree: ast.Attribute) -> Any:
        owner = self.value(tree.value)
        if tree.attr == "data" and isinstance(owner, Tensor):
            return self._seen(owner.data)
        if tree.attr in ("weight", "bias") and isinstance(owner, nn.Module):
            return getattr(owner, tree.attr)
        raise DataError("script_word", line=self.line, word=cut(tree.attr, 20))

    def _call(self, tree: ast.Call) -> Any:
        if isinstance(tree.func, ast.Name):
            return self._layer_called(tree)
        assert isinstance(tree.func, ast.Attribute)
        module, name = ast.unparse(tree.func.value), tree.func.attr
        if module in ("torch", "nn", "torch.nn"):
            arguments, keywords = self._arguments(tree)
            layer = name == "LazyLinear" and module != "torch"
            return self._layer(arguments) if layer else self._function(f"{module}.{name}", arguments, keywords)
        owner = self.tensor(tree.func.value)
        return self._method(owner, name, *self._arguments(tree))

    def _arguments(self, tree: ast.Call) -> tuple[list[Any], dict[str, Any]]:
        return [self.value(one) for one in tree.args], {str(one.arg): self.value(one.value) for one in tree.keywords}

    def _layer(self, arguments: Sequence[Any]) -> nn.Module:
        if len(arguments) != 1 or not isinstance(arguments[0], int) or not 0 < arguments[0] <= NUMBERS:
            raise DataError("tensors_layer", line=self.line, limit=NUMBERS)
        return nn.LazyLinear(arguments[0])

    def _layer_called(self, tree: ast.Call) -> Tensor:
        """A layer's answer; a lazy one reads its input width off, and draws its weights from one fixed seed."""
        assert isinstance(tree.func, ast.Name)
        layer = self._named(tree.func.id)
        if not isinstance(layer, nn.Module) or len(tree.args) != 1 or tree.keywords:
            raise DataError("script_word", line=self.line, word=cut(tree.func.id, 20))
        x = self.tensor(tree.args[0])
        with seeded(LAYERS):
            answer = layer(x)
        for weight in layer.parameters():
            self._seen(weight)
        return self._seen(answer)

    def _function(self, called: str, arguments: list[Any], keywords: dict[str, Any]) -> Tensor:
        name = called.removeprefix("torch.")
        if name not in FUNCTIONS or not set(keywords) <= ({"out"} if name == "add" else {"requires_grad"}):
            raise DataError("script_word", line=self.line, word=cut(name, 20))
        if name in CREATORS:
            self._small(name, arguments)
        out = keywords.get("out")
        if out is not None:
            self._fits(out, arguments)
            self.aim = out
        made = self._seen(FUNCTIONS[name](*arguments, **keywords))
        if out is not None:
            self.memory.wrote(made)
        return made

    def _method(self, owner: Tensor, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Tensor:
        if name not in METHODS | IN_PLACE or name == "backward" or keywords:
            raise DataError("script_word", line=self.line, word=cut(name, 20))
        if name == "expand":
            self._count(size for size in _flat(arguments) if size > 0)
        if name in IN_PLACE or name == "view":
            self.aim = owner
        made = self._seen(getattr(owner, name)(*arguments))
        if name in IN_PLACE:
            self.memory.wrote(made)
        return made

    # ---- bounds

    def _small(self, name: str, arguments: Sequence[Any]) -> None:
        """Refuse what would be too large before torch makes it. Raises DataError."""
        flat = _flat(arguments)
        if not all(isinstance(number, (int, float)) for number in flat):
            raise DataError("tensors_sizes", line=self.line)
        if name == "tensor":
            self._count([len(flat)])
        elif name == "arange":
            first, last, step = {1: (0, *flat, 1), 2: (*flat, 1)}.get(len(flat), (*flat, 0, 0, 0)[:3])
            self._count([int(abs(last - first) / abs(step or 1))])
        else:
            self._count(flat)

    def _count(self, sizes: Iterable[Any]) -> None:
        count = 1
        for size in sizes:
            count *= max(int(size), 0)
        if count > NUMBERS:
            raise DataError("tensors_numbers", line=self.line, count=count, limit=NUMBERS)

    def _fits(self, out: Any, operands: Sequence[Any]) -> None:
        """`out` has the shape of the result: torch would let it grow."""
        shapes = [operand.shape for operand in operands if isinstance(operand, Tensor)]
        if not isinstance(out, Tensor) or torch.broadcast_shapes(*shapes) != out.shape:
            raise DataError("tensors_shape", line=self.line, text="out=")

    def _seen(self, made: Any) -> Tensor:
        """Enter what a call has given. Raises DataError where it is too large, or holds no float32."""
        self.memory.saw(self._checked(made))
        return made  # type: ignore[no-any-return]

    def _checked(self, made: Any) -> Tensor:
        if not isinstance(made, Tensor) or isinstance(made, UninitializedParameter):
            raise DataError("tensors_no_tensor", line=self.line, text="")
        if made.dtype != torch.float32:
            raise DataError("tensors_float", line=self.line)
        if made.numel() > NUMBERS or not made.numel():
            raise DataError("tensors_numbers", line=self.line, count=made.numel(), limit=NUMBERS)
        if made.dim() > DIMENSIONS:
            raise DataError("tensors_dimensions", line=self.line, limit=DIMENSIONS)
        return made

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

    def _called(self) -> str:
        """The name of what this line has written."""
        return self._name_of(self.aim)

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
            if isinstance(thing, Tensor) and thing.is_leaf and thing.requires_grad and not isinstance(thing, UninitializedParameter):
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


def _flat(items: Any) -> list[Any]:
    return [one for item in items for one in (_flat(item) if isinstance(item, list) else [item])]
