"""What the expressions of a script come to, call by call. Nothing is evaluated but the syntax that the grammar lets through."""

import ast
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from engine.device import seeded
from engine.errors import DataError
from engine.foundations.expressions import written
from engine.foundations.tensors.grammar import DIMENSIONS, NUMBERS
from engine.foundations.tensors.memory import Memory
from engine.readings import cut

LAYERS = 0  # the seed of every layer's first weights
LARGEST = 10**6  # of a number that is written
OPERATORS: dict[type[ast.operator], str] = dict(
    zip((ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow), ("add", "sub", "mul", "truediv", "pow"), strict=True)
)
CREATORS = ("zeros", "ones", "arange", "tensor")
FUNCTIONS: dict[str, Callable[..., Any]] = {name: getattr(torch, name) for name in (*CREATORS, "add", "sin", "exp")}
METHODS = frozenset({"view", "reshape", "t", "expand", "clone", "contiguous", "detach", "sum", "requires_grad_"})
IN_PLACE = frozenset({"add_", "mul_", "copy_", "fill_", "zero_", "exp_"})


@dataclass
class Values:
    """Names, what they stand for, and what the line under way has come to."""

    names: dict[str, Tensor | nn.Module] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    line: int = 0
    aim: Tensor | None = None  # what is about to be written, or gone back from
    part: Tensor | None = None  # the part of it that is

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
                return self.seen(self.tensor(tree.value)[self.index(tree.slice)])
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
            return self.seen(function(*operands))
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
            return self.seen(owner.data)
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
            self.seen(weight)
        return self.seen(answer)

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
        made = self.seen(FUNCTIONS[name](*arguments, **keywords))
        if out is not None:
            self.memory.wrote(made)
        return made

    def _method(self, owner: Tensor, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Tensor:
        if name not in METHODS | IN_PLACE or keywords:
            raise DataError("script_word", line=self.line, word=cut(name, 20))
        if name == "expand":
            self._count(size for size in _flat(arguments) if size > 0)
        if name in IN_PLACE or name == "view":
            self.aim = owner
        made = self.seen(getattr(owner, name)(*arguments))
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
        if not isinstance(out, Tensor) or torch.broadcast_shapes(*shapes) != out.shape:  # type: ignore[no-untyped-call]
            raise DataError("tensors_out", line=self.line)

    def seen(self, made: Any) -> Tensor:
        """Enter what a call has given. Raises DataError where it is too large, or holds no float32."""
        self.memory.saw(self.checked(made))
        return made  # type: ignore[no-any-return]

    def checked(self, made: Any) -> Tensor:
        if not isinstance(made, Tensor) or isinstance(made, UninitializedParameter):
            raise DataError("tensors_no_tensor", line=self.line, text="…")
        if made.dtype != torch.float32:
            raise DataError("tensors_float", line=self.line)
        if made.numel() > NUMBERS or not made.numel():
            raise DataError("tensors_numbers", line=self.line, count=made.numel(), limit=NUMBERS)
        if made.dim() > DIMENSIONS:
            raise DataError("tensors_dimensions", line=self.line, limit=DIMENSIONS)
        return made


def _flat(items: Any) -> list[Any]:
    return [one for item in items for one in (_flat(item) if isinstance(item, list) else [item])]
