"""The code of a topic: its engine, and three lines that reproduce a run."""

import ast
import inspect
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from engine.params import Params

ROOT = Path(__file__).parents[1]


def text(module: ModuleType) -> str:
    """The engine's source."""
    return inspect.getsource(module)


def parts(module: ModuleType) -> list[ModuleType]:
    """A topic's module and the modules of its section that it is built on, in the order in which they are first imported."""
    section, found = module.__name__.rpartition(".")[0], [module]
    for part in found:  # grows while it is walked
        for line in ast.walk(ast.parse(text(part))):
            if isinstance(line, ast.ImportFrom) and line.module and f"{line.module}.".startswith(f"{section}."):
                inner = [f"{section}.{name.name}" for name in line.names] if line.module == section else [line.module]
                found += [other for name in inner if (other := import_module(name)) not in found]
    return found


def file(module: ModuleType) -> str:
    """Where it stands in the project."""
    return str(Path(inspect.getfile(module)).relative_to(ROOT))


def snippet(module: ModuleType, params: Params, data: Sequence[str]) -> str:
    """Python that makes the frames on the page, from the project's folder; `data`: an expression for each data set."""
    short = module.__name__.rsplit(".", 1)[1]
    train = module.DEFAULT[0].__name__
    changed = ", ".join(
        f"{spec.name}={value!r}" for spec in type(params).specs() if (value := getattr(params, spec.name)) != spec.default
    )
    names = ["data"] if len(data) == 1 else [f"data{k}" for k in range(len(data))]
    lines = ["from engine import data as datasets", f"from {module.__name__.rsplit('.', 1)[0]} import {short}", ""]
    lines += [f"{name} = {item}" for name, item in zip(names, data, strict=True)]
    return "\n".join(
        [
            *lines,
            f"for frame in {short}.{train}({short}.Params({changed}), {', '.join(names)}):",
            "    print(frame.numbers())",
        ]
    )
