"""Expressions and scripts that a visitor writes, read by a whitelist over Python's syntax tree. Nothing is ever executed.

A `Grammar` is what a script may hold: kinds of syntax, and names. `statements` reads any script by its grammar; `formula` reads
lines of arithmetic, `"x**2 - y**2"` or `name = …`, as a graph of operations, whose value, slopes and curvatures follow from the
rules in `OPERATIONS`, at one place or at arrays of places at once. Peer: torch.autograd.
"""

import ast
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.errors import DataError
from engine.readings import cut

Array = np.ndarray
NAME_CHARACTERS = 12
LINE_CHARACTERS = 200  # of any script: what is read before anything is parsed

# ---------------------------------------------------------------------------------------------------------------- the whitelist


@dataclass(frozen=True)
class Grammar:
    """What a script may hold: kinds of syntax, words that mean something, and how much of all that."""

    kinds: frozenset[type[ast.AST]]
    functions: frozenset[str]  # names that are called, or modules; no variable may be called so
    attributes: frozenset[str] = frozenset()  # what may stand after a point
    keywords: frozenset[str] = frozenset()  # what may stand before = in a call
    constants: tuple[type, ...] = (int, float)
    calls: bool = False  # whether variables may be called, too
    lines: int = 6
    characters: int = 200  # of all lines together
    names: int = 6  # variables
    signs: Mapping[str, str] = field(default_factory=dict)  # how else something may be written


SIGNS = {"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "（": "(", "）": ")", "，": ",", "＝": "=", "［": "[", "］": "]"}
ARITHMETIC: frozenset[type[ast.AST]] = frozenset(
    {ast.Assign, ast.Expr, ast.Name, ast.Load, ast.Store, ast.Constant, ast.Call}
    | {ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.UnaryOp, ast.USub}
)
SCALARS = Grammar(
    ARITHMETIC, frozenset({"sin", "cos", "tanh", "relu", "exp", "log", "sigmoid", "abs"}), lines=1, characters=120, names=3,
    signs=SIGNS | {"^": "**"},
)  # fmt: skip


def statements(lines: Sequence[str], grammar: Grammar) -> tuple[ast.stmt, ...]:
    """The lines of a script as syntax trees, one a line, every part of them allowed.

    Raises DataError, which names the line, for what is no Python, is not allowed, or is too much.
    """
    if len(lines) > grammar.lines:
        raise DataError("script_lines", count=len(lines), limit=grammar.lines)
    if (count := sum(map(len, lines))) > grammar.characters:
        raise DataError("script_characters", count=count, limit=grammar.characters)
    trees = tuple(_tree(text, number, grammar) for number, text in enumerate(lines, 1))
    variables: dict[str, None] = {}
    for number, tree in enumerate(trees, 1):
        for node in _allowed(tree, number, grammar):
            if isinstance(node, ast.Name) and node.id not in grammar.functions:
                variables.setdefault(_name(node.id, number))
    if len(variables) > grammar.names:
        raise DataError("script_names", count=len(variables), limit=grammar.names)
    return trees


def _tree(text: str, line: int, grammar: Grammar) -> ast.stmt:
    """One statement. Raises DataError."""
    if len(text) > LINE_CHARACTERS:
        raise DataError("script_line_long", line=line, limit=LINE_CHARACTERS)
    for sign, meant in grammar.signs.items():
        text = text.replace(sign, meant)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python only warns of is refused
            body = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        raise DataError("script_syntax", line=line, text=cut(text, 40)) from problem
    if len(body) != 1:
        raise DataError("script_syntax", line=line, text=cut(text, 40))
    return body[0]


def _allowed(tree: ast.AST, line: int, grammar: Grammar) -> Iterator[ast.AST]:
    """All nodes of a tree, from left to right. Raises DataError at the first that is not allowed."""
    if type(tree) not in grammar.kinds:
        raise DataError("script_kind", line=line, text=written(tree))
    if isinstance(tree, ast.Constant) and type(tree.value) not in grammar.constants:
        raise DataError("script_kind", line=line, text=written(tree))
    if isinstance(tree, ast.Attribute) and tree.attr not in grammar.attributes:
        raise DataError("script_word", line=line, word=cut(tree.attr, 20))
    if isinstance(tree, ast.keyword) and tree.arg not in grammar.keywords:
        raise DataError("script_word", line=line, word=cut(str(tree.arg), 20))
    called = tree.func if isinstance(tree, ast.Call) and not grammar.calls else None
    if isinstance(called, ast.Name) and called.id not in grammar.functions:
        raise DataError("script_word", line=line, word=cut(called.id, 20))
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from _allowed(child, line, grammar)


def _name(name: str, line: int) -> str:
    if len(name) > NAME_CHARACTERS or name.startswith("_"):
        raise DataError("script_name", line=line, name=cut(name, 20), limit=NAME_CHARACTERS)
    return name


def written(tree: ast.AST) -> str:
    """A part of a script as text, to be shown."""
    try:
        return cut(ast.unparse(tree), 40)
    except (RecursionError, ValueError):  # a number of thousands of digits, or hundreds of signs in a row
        return "…"


# -------------------------------------------------------------------------------------------------------------- rules of calculus


@dataclass(frozen=True)
class Operation:
    """The value of an operation, and its derivatives by its operands, element by element."""

    value: Callable[..., Array]
    slopes: tuple[Callable[..., Array], ...]  # ∂/∂u, ∂/∂v
    curves: tuple[Callable[..., Array], ...]  # of one operand ∂²/∂u²; of two ∂²/∂u², ∂²/∂u∂v, ∂²/∂v²


def _zero(u: Array, v: Array | float = 0.0) -> Array:
    return np.zeros(np.broadcast(u, v).shape)


def _one(u: Array, v: Array | float = 0.0) -> Array:
    return np.ones(np.broadcast(u, v).shape)


def _sigmoid(u: Array) -> Array:
    return np.asarray((1 + np.tanh(u / 2)) / 2)


def _times(factor: Array, power: Array) -> Array:
    """factor · power, where 0 times whatever it is is 0: x⁰ and x¹ are smooth at 0."""
    return np.where(factor == 0, 0.0, factor * power)


def _log_times(u: Array, power: Array) -> Array:
    """log(u) · power, 0 where the power is 0, as torch has it."""
    return np.where(power == 0, 0.0, np.log(u) * power)


LINEAR = (_zero, _zero, _zero)
OPERATIONS: dict[str, Operation] = {
    "+": Operation(np.add, (_one, _one), LINEAR),
    "-": Operation(np.subtract, (_one, lambda u, v: -_one(u, v)), LINEAR),
    "*": Operation(np.multiply, (lambda u, v: v + _zero(u), lambda u, v: u + _zero(v)), (_zero, _one, _zero)),
    "/": Operation(
        np.divide,
        (lambda u, v: 1 / v + _zero(u), lambda u, v: -u / v**2),
        (_zero, lambda u, v: -1 / v**2 + _zero(u), lambda u, v: 2 * u / v**3),
    ),
    "**": Operation(
        np.power,
        (lambda u, v: _times(v, u ** (v - 1)), lambda u, v: _log_times(u, u**v)),
        (
            lambda u, v: _times(v * (v - 1), u ** (v - 2)),
            lambda u, v: u ** (v - 1) + _log_times(u, v * u ** (v - 1)),
            lambda u, v: np.log(u) * _log_times(u, u**v),
        ),
    ),
    "neg": Operation(np.negative, (lambda u: -_one(u),), (_zero,)),
    "sin": Operation(np.sin, (np.cos,), (lambda u: -np.sin(u),)),
    "cos": Operation(np.cos, (lambda u: -np.sin(u),), (lambda u: -np.cos(u),)),
    "tanh": Operation(np.tanh, (lambda u: 1 - np.tanh(u) ** 2,), (lambda u: -2 * np.tanh(u) * (1 - np.tanh(u) ** 2),)),
    "relu": Operation(lambda u: np.maximum(u, 0), (lambda u: np.where(u > 0, 1.0, 0.0),), (_zero,)),  # at 0 its slope is 0
    "exp": Operation(np.exp, (np.exp,), (np.exp,)),
    "log": Operation(np.log, (lambda u: 1 / u,), (lambda u: -1 / u**2,)),
    "sigmoid": Operation(
        _sigmoid,
        (lambda u: _sigmoid(u) * _sigmoid(-u),),
        (lambda u: _sigmoid(u) * _sigmoid(-u) * (1 - 2 * _sigmoid(u)),),
    ),
    "abs": Operation(np.abs, (np.sign,), (_zero,)),  # at 0 its slope is 0
    "sum": Operation(np.sum, (_one,), ()),  # of a vector; no curvature, for it is not element by element
    "detach": Operation(np.array, (_zero,), (_zero,)),  # counts as a constant
}
BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
VECTORS = Grammar(
    ARITHMETIC | {ast.List}, frozenset(OPERATIONS) - {"+", "-", "*", "/", "**", "neg", "abs"}, lines=6, characters=200, names=6,
    signs=SCALARS.signs,
)  # fmt: skip
NODES, LENGTH = 40, 8  # of a formula, of a vector
LARGEST = 1e150  # of a number that is written: its square is finite

# ---------------------------------------------------------------------------------------------------------------------- the graph


@dataclass(frozen=True)
class Node:
    """A name, a number or an operation on nodes before it."""

    op: str  # "name", "number", or a key of OPERATIONS
    args: tuple[int, ...]  # operands, the left one first
    line: int  # where it stands, from 1
    text: str  # as it was written
    name: str = ""  # what its line calls it
    value: Array | None = None  # of a number, of a name to which a line gives one or several


@dataclass(frozen=True)
class Formula:
    """A graph of operations in the order in which they are computed; the last line's node is the result."""

    nodes: tuple[Node, ...]
    result: int

    @property
    def names(self) -> tuple[str, ...]:
        """What it depends on: names that no operation makes, as they come."""
        return tuple(node.name for node in self.nodes if node.op == "name")

    @property
    def elementwise(self) -> bool:
        """Whether places do not meet: no vector is summed."""
        return all(node.op != "sum" for node in self.nodes)

    @cached_property
    def edges(self) -> tuple[tuple[int, int, int], ...]:
        """(from, to, place among the operands) of what flows forwards, numbers left out, in the order of computing."""
        found = ((arg, k, place) for k, node in enumerate(self.nodes) for place, arg in enumerate(node.args))
        return tuple((arg, k, place) for arg, k, place in found if self.nodes[arg].op != "number")


def formula(script: str | Sequence[str], grammar: Grammar = SCALARS, free: Collection[str] | None = None) -> Formula:
    """Lines of arithmetic as a graph; names without a value have to be among `free` (None: all). Raises DataError."""
    lines = [script] if isinstance(script, str) else list(script)
    reader = _Reader(grammar, free)
    trees = statements(lines, grammar)
    for number, tree in enumerate(trees, 1):
        reader.line(tree, number, last=number == len(trees))
    if not trees:
        raise DataError("script_empty")
    return Formula(tuple(reader.nodes), reader.result)


class _Reader:
    """Turns allowed syntax trees into nodes; what a line calls a value is one node, however often it is used."""

    def __init__(self, grammar: Grammar, free: Collection[str] | None) -> None:
        self.nodes: list[Node] = []
        self.known: dict[str, int] = {}
        self.grammar, self.free = grammar, free
        self.result = 0

    def line(self, tree: ast.stmt, line: int, *, last: bool) -> None:
        """Read `name = …`, or in the last line an expression alone."""
        if isinstance(tree, ast.Expr) and last:
            self.result = self.node(tree.value, line)
        elif isinstance(tree, ast.Assign) and len(tree.targets) == 1 and isinstance(tree.targets[0], ast.Name):
            self.result = self.assign(tree.targets[0].id, tree.value, line)
        else:
            raise DataError("script_assign", line=line, text=written(tree))

    def assign(self, name: str, tree: ast.expr, line: int) -> int:
        """A name for a value that is written, or for an operation's."""
        if name in self.grammar.functions:
            raise DataError("script_taken", line=line, name=name)
        if name in self.known:
            raise DataError("script_twice", line=line, name=name, first=self.nodes[self.known[name]].line)
        given = _given(tree, line)
        if given is not None:
            made = self.add(Node("name", (), line, name, name, given))
        else:
            made = self.node(tree, line)
            node = self.nodes[made]
            if node.op in ("name", "number") or node.name:
                raise DataError("script_alias", line=line, name=name, text=written(tree))
            self.nodes[made] = Node(node.op, node.args, line, node.text, name)
        self.known[name] = made
        return made

    def node(self, tree: ast.expr, line: int) -> int:
        """The node that an expression stands for. Raises DataError."""
        signed = _signed(tree, line)
        if signed is not None:
            return self.add(Node("number", (), line, written(tree), value=np.array(signed)))
        if isinstance(tree, ast.Name):
            return self.of_name(tree.id, line)
        op, operands = _operation(tree, line)
        args = tuple(self.node(operand, line) for operand in operands)
        return self.add(Node(op, args, line, written(tree)))

    def of_name(self, name: str, line: int) -> int:
        if name in self.grammar.functions:
            raise DataError("script_bare", line=line, name=name)
        if name not in self.known:
            if self.free is not None and name not in self.free:
                raise DataError("script_unknown", line=line, name=name)
            self.known[name] = self.add(Node("name", (), line, name, name))
        return self.known[name]

    def add(self, node: Node) -> int:
        if len(self.nodes) == NODES:
            raise DataError("script_nodes", line=node.line, limit=NODES)
        self.nodes.append(node)
        return len(self.nodes) - 1


def _operation(tree: ast.expr, line: int) -> tuple[str, list[ast.expr]]:
    """What is done, and to what. Raises DataError."""
    if isinstance(tree, ast.BinOp):
        return BINARY[type(tree.op)], [tree.left, tree.right]
    if isinstance(tree, ast.UnaryOp):
        return "neg", [tree.operand]
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and len(tree.args) == 1 and not tree.keywords:
        return tree.func.id, list(tree.args)
    raise DataError("script_kind", line=line, text=written(tree))


def _given(tree: ast.expr, line: int) -> Array | None:
    """The value [] or [n] that is written after a name; None where it is an operation's."""
    if isinstance(tree, ast.List):
        cells = [_signed(cell, line) for cell in tree.elts]
        if not cells or len(cells) > LENGTH or None in cells:
            raise DataError("script_vector", line=line, limit=LENGTH)
        return np.array(cells, dtype=float)
    found = _signed(tree, line)
    return None if found is None else np.array(found)


def _signed(tree: ast.expr, line: int) -> float | None:
    """A number with or without a minus; None where it is anything else."""
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.operand, ast.Constant):
        return -float(_number(tree.operand, line))
    return float(_number(tree, line)) if isinstance(tree, ast.Constant) else None


def _number(tree: ast.Constant, line: int) -> Array:
    assert isinstance(tree.value, (int, float))
    if not abs(tree.value) <= LARGEST:
        raise DataError("script_number", line=line, text=written(tree))
    return np.array(float(tree.value))


# ---------------------------------------------------------------------------------------------------- value, slopes, curvatures

Places = Mapping[str, Array]  # name → where it stands: arrays of any equal shape S


def value(formula: Formula, places: Places, *, strict: bool = True) -> Array:
    """f [*S] at all places at once. Where there is no value: raises DataError, or is NaN if not `strict`."""
    with np.errstate(all="ignore"):
        values, bad = forward(formula, places, strict=strict)
        return _masked(values[formula.result], bad, _shape(places) if formula.elementwise else None)


def gradient(formula: Formula, places: Places, *, strict: bool = True) -> tuple[Array, Array]:
    """f [*S] and its slopes [k, *S] by the names in `places`, in one sweep backwards. Raises DataError as `value` does.

    Of a formula of vectors, whose result is one too: vᵀ∂f/∂x with v = 1.
    """
    with np.errstate(all="ignore"):
        values, bad = forward(formula, places, strict=strict)
        arrived: list[Array | float] = [0.0] * len(formula.nodes)
        arrived[formula.result] = np.ones_like(values[formula.result])
        varies = _varying(formula, places)
        for k in reversed(range(formula.result + 1)):
            node, operands = formula.nodes[k], [values[arg] for arg in formula.nodes[k].args]
            for place, arg in enumerate(node.args):
                if varies[arg]:
                    slope = OPERATIONS[node.op].slopes[place](*operands)
                    bad = bad | _without_slope(slope, node, strict=strict)
                    arrived[arg] = arrived[arg] + fitted(arrived[k] * slope, operands[place].shape)
        slopes = {node.name: arrived[k] for k, node in enumerate(formula.nodes) if node.op == "name"}
        shape = _shape(places)
        rows = [_masked(np.asarray(slopes.get(name, 0.0)), bad, shape) for name in places]
        return _masked(values[formula.result], bad, shape if formula.elementwise else None), np.stack(rows)


def hessian(formula: Formula, places: Places, *, strict: bool = True) -> tuple[Array, Array, Array]:
    """f [*S], slopes [k, *S] and curvatures [k, k, *S] by the names in `places`, forwards from rule to rule.

    Raises DataError as `value` does. Not for formulas with `sum`.
    """
    with np.errstate(all="ignore"):
        values, bad = forward(formula, places, strict=strict)
        shape, names, varies = _shape(places), list(places), _varying(formula, places)
        n = len(names)
        both = np.zeros((len(formula.nodes), n + n * n, *shape))  # of every node its first and second derivatives
        firsts, seconds = both[:, :n], both[:, n:].reshape(len(both), n, n, *shape)
        for k, node in enumerate(formula.nodes):
            if node.name in names and not node.args:
                firsts[k, names.index(node.name)] = 1
            elif varies[k]:
                operands = [values[arg] for arg in node.args]
                made = [(place, arg, formula.nodes[arg].args) for place, arg in enumerate(node.args) if varies[arg]]
                inner = [(place, firsts[arg], seconds[arg] if args else None) for place, arg, args in made]
                _chain(OPERATIONS[node.op], operands, inner, (firsts[k], seconds[k]))
        sums, out = both.sum(1), formula.result
        if strict:
            for node, total in zip(formula.nodes, sums, strict=True):
                _without_slope(total, node, strict=True)
        bad = bad | ~np.isfinite(sums).all(0)
        return _masked(values[out], bad, shape), _masked(firsts[out], bad), _masked(seconds[out], bad)


def _chain(
    operation: Operation, operands: Sequence[Array], inner: Sequence[tuple[int, Array, Array | None]], out: tuple[Array, Array]
) -> None:
    """The chain rule twice, added to `out`, the first [k, *S] and second [k, k, *S] derivatives of a node.

    `inner`: places of operands that vary, with theirs; a name has no second ones. A curve that is 0 everywhere adds nothing.
    """
    first, second = out
    for place, du, ddu in inner:
        slope = operation.slopes[place](*operands)
        first += slope * du
        if ddu is not None:
            second += slope * ddu
        for other, dv, _ in inner:
            if (curve := operation.curves[place + other]) is not _zero:
                second += curve(*operands) * du[:, None] * dv[None, :]


def forward(formula: Formula, places: Places, *, strict: bool = True) -> tuple[list[Array], Array]:
    """The value of every node, and where [*S] one has none. Raises DataError there if `strict`, or where a name has no place."""
    values: list[Array] = []
    bad = np.zeros(_shape(places), dtype=bool)
    for node in formula.nodes:
        operands = [values[arg] for arg in node.args]
        if node.name in places and not node.args:
            values.append(np.asarray(places[node.name], dtype=float))
        elif node.value is not None:  # as it was written: finite
            values.append(node.value)
            continue
        else:
            values.append(computed(node, operands))
        trouble = why_not(node, operands, values[-1])
        if strict and trouble:
            raise DataError(trouble, line=node.line, text=node.text)
        if trouble:
            bad = bad | ~np.isfinite(values[-1])
    return values, bad


def computed(node: Node, operands: Sequence[Array]) -> Array:
    """The value of a node at its operands' values, finite or not. Raises DataError where there can be none."""
    if node.value is not None:
        return node.value
    if node.op == "name":
        raise DataError("script_unknown", line=node.line, name=node.name)
    try:
        return np.asarray(OPERATIONS[node.op].value(*operands), dtype=float)
    except ValueError as problem:  # vectors of unequal lengths
        raise DataError("script_lengths", line=node.line, text=node.text) from problem


def why_not(node: Node, operands: Sequence[Array], out: Array) -> str:
    """The code of the error of a node that has no finite value; "" where it has one."""
    if np.isfinite(out).all():
        return ""
    if not all(np.isfinite(operand).all() for operand in operands):
        return "formula_overflow"
    if node.op == "log":
        return "formula_log"
    if node.op == "/" and (operands[1] == 0).any():
        return "formula_zero"
    if node.op == "**" and ((operands[0] == 0) & (operands[1] < 0)).any():
        return "formula_zero_power"
    if node.op == "**" and np.isnan(out).any():
        return "formula_root"
    return "formula_overflow"


def fitted(array: Array, shape: tuple[int, ...]) -> Array:
    """What arrives at an operand of this shape: where one number met a vector, the sum of what comes back."""
    if array.shape != shape and _single(shape):
        array = np.full(shape, float(array.sum()))
    spread: Array = np.broadcast_to(array, shape)
    return spread


def _single(shape: tuple[int, ...]) -> bool:
    return all(side == 1 for side in shape)


def _without_slope(slope: Array, node: Node, *, strict: bool) -> Array:
    """Where [*S] a node has a value and no slope. Raises DataError if `strict`."""
    bad: Array = ~np.isfinite(slope)
    if strict and bad.any():
        raise DataError("formula_slope", line=node.line, text=node.text)
    return bad


def _varying(formula: Formula, places: Places) -> list[bool]:
    """Which nodes [n] depend on the names in `places`."""
    varies: list[bool] = []
    for node in formula.nodes:
        varies.append(any(varies[arg] for arg in node.args) if node.args else node.name in places)
    return varies


def _shape(places: Places) -> tuple[int, ...]:
    return np.broadcast_shapes(*(np.shape(place) for place in places.values()))


def _masked(array: Array, bad: Array, shape: tuple[int, ...] | None = None) -> Array:
    """A copy that is NaN where something is bad; spread over a shape where it is the same at all places."""
    spread = np.broadcast_to(array, shape) if shape is not None and _single(array.shape) else array
    return np.where(bad, np.nan, spread) if bad.any() else np.array(spread)
