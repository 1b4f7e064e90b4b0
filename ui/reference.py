"""What the engine's own source says of a topic: parameters, frames, functions, errors. Typed nowhere else.

Knows no Streamlit.
"""

import ast
import html
import inspect
import io
import re
import tokenize
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache
from types import ModuleType
from typing import Any

from engine import errors
from engine.frames import Frame
from engine.params import Params, Spec
from ui import source


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a frame."""

    name: str
    type: str
    default: str  # "": none
    bounds: str  # "1 … 30, in steps of 1", or the choices; "": none
    note: str  # the comment beside it: shapes, meaning


@dataclass(frozen=True)
class Thing:
    """A function or a class: how it is called, what it says of itself, and a class's fields."""

    name: str
    call: str
    doc: str
    fields: tuple[Field, ...] = ()


def about(module: ModuleType) -> str:
    """A module's docstring, its lines as long as the page lets them be; what is indented or a list keeps its own."""
    return re.sub(r"(?<=\S)\n(?=[^\s*-])", " ", inspect.getdoc(module) or "")


def prose(doc: str) -> str:
    """A docstring as HTML: paragraphs, lists, what is indented as it stands, names in back-ticks as code."""
    blocks = [block for block in re.split(r"\n\s*\n", doc.strip("\n")) if block.strip()]
    return "".join(map(_block, blocks))


def _block(block: str) -> str:
    lines = block.split("\n")
    if all(line.startswith(" ") for line in lines):
        return f"<pre>{html.escape(inspect.cleandoc(block))}</pre>"
    items = re.split(r"\n?^\s*[-*] ", block, flags=re.MULTILINE)
    head = f"<p>{words(items[0])}</p>" if items[0].strip() else ""
    return head + ("<ul>" + "".join(f"<li>{words(item)}</li>" for item in items[1:]) + "</ul>" if len(items) > 1 else "")


def words(text: str) -> str:
    """A sentence as HTML, what stands in back-ticks as code."""
    return re.sub(r"`+([^`]+)`+", r"<code>\1</code>", html.escape(" ".join(text.split()), quote=False))


@cache
def parameters(model: type[Params]) -> tuple[Field, ...]:
    """The fields of a kind's settings with their bounds; `seed` and `close_up`, which many have, last."""
    notes = {name: note for kind in reversed(model.__mro__) if issubclass(kind, Params) for name, note in _comments(kind).items()}
    last = ("seed", "close_up")
    specs = sorted(model.specs(), key=lambda spec: last.index(spec.name) + 1 if spec.name in last else 0)
    return tuple(Field(spec.name, _kind(spec), repr(spec.default), _bounds(spec), notes.get(spec.name, "")) for spec in specs)


@cache
def frames(module: ModuleType) -> tuple[Thing, ...]:
    """The frames that a topic and the modules it is built on yield."""
    return tuple(_class(kind) for part in source.parts(module) for kind in _own(part, _is_frame))


@cache
def functions(module: ModuleType) -> tuple[Thing, ...]:
    """The runs of a topic, then the public functions of a module, in the order in which they stand there."""
    runs = [kind.train for kind in getattr(module, "ALGORITHMS", ())]
    items = dict.fromkeys([*runs, *_own(module, inspect.isfunction)])
    return tuple(Thing(item.__name__, _call(item), inspect.getdoc(item) or "") for item in items)


@cache
def classes(module: ModuleType) -> tuple[Thing, ...]:
    """The public dataclasses of a module."""
    return tuple(_class(kind) for kind in _own(module, lambda item: inspect.isclass(item) and is_dataclass(item)))


@cache
def offered(module: ModuleType) -> tuple[Thing, ...]:
    """The classes, then the functions, that a module passes on from where they stand."""
    items = [getattr(module, name) for name in module.__all__]
    kinds, functions = filter(inspect.isclass, items), filter(inspect.isfunction, items)
    return (*map(_class, kinds), *(Thing(item.__name__, _call(item), inspect.getdoc(item) or "") for item in functions))


@cache
def raised(module: ModuleType) -> Mapping[str, Sequence[str]]:
    """The errors that a topic and the modules it is built on may raise: kind → codes of their sentences."""
    found: dict[str, list[str]] = {}
    kinds = [name for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, errors.TheoriaError)]
    for part in source.parts(module):
        for kind, code in re.findall(rf'\b({"|".join(kinds)})\(\s*"(\w+)"', source.text(part)):
            if code not in found.setdefault(kind, []):
                found[kind].append(code)
    return found


def _own(module: ModuleType, wanted: Callable[[Any], bool]) -> list[Any]:
    """What a module itself defines and offers, in order."""
    public = getattr(module, "__all__", None)
    items = [item for name, item in vars(module).items() if (name in public if public else not name.startswith("_"))]
    own = [item for item in items if wanted(item) and item.__module__ == module.__name__]
    return sorted(own, key=lambda item: inspect.getsourcelines(item)[1])


def _is_frame(item: Any) -> bool:
    return inspect.isclass(item) and issubclass(item, Frame) and item is not Frame


def _class(kind: type) -> Thing:
    tree, notes = _tree(kind), _comments(kind)
    base = ", ".join(ast.unparse(base) for base in tree.bases)
    fields = tuple(
        Field(name, ast.unparse(line.annotation), ast.unparse(line.value) if line.value else "", "", notes[name])
        for name, line in _fields(tree)
    )
    return Thing(kind.__name__, f"class {kind.__name__}" + (f"({base})" if base else ""), ast.get_docstring(tree) or "", fields)


def _call(item: Any) -> str:
    tree = ast.parse(inspect.getsource(item)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    result = f" -> {ast.unparse(tree.returns)}" if tree.returns else ""
    return f"{tree.name}({ast.unparse(tree.args)}){result}"


def _tree(kind: type) -> ast.ClassDef:
    tree = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(tree, ast.ClassDef)
    return tree


def _comments(kind: type) -> dict[str, str]:
    """The comments that stand beside the fields of a class."""
    text = inspect.getsource(kind)
    at = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    return {
        name: " ".join(at[row] for row in range(line.lineno, (line.end_lineno or line.lineno) + 1) if row in at)
        for name, line in _fields(_tree(kind))
    }


def _fields(tree: ast.ClassDef) -> list[tuple[str, ast.AnnAssign]]:
    return [(line.target.id, line) for line in tree.body if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)]


def _kind(spec: Spec) -> str:
    return "Literal" if spec.kind == "choice" else spec.kind


def _bounds(spec: Spec) -> str:
    if spec.choices:
        return " · ".join(spec.choices)
    ends = [f"{bound:g}" if bound is not None else "" for bound in (spec.low, spec.high)]
    step = f" ({spec.step:g})" if spec.step else ""
    return f"{ends[0]} … {ends[1]}".strip() + step if any(ends) else ""
