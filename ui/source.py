"""The code of a topic: its engine, and three lines that reproduce a run."""

import ast
import inspect
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from engine.algorithm import of
from engine.params import Params

ROOT = Path(__file__).parents[1]


def text(module: ModuleType) -> str:
    """The engine's source."""
    return inspect.getsource(module)


def parts(module: ModuleType) -> list[ModuleType]:
    """A topic's module and the modules of its section that it is built on, in the order in which they are first imported. What
    its samples are is not among them."""
    section, found = module.__name__.rpartition(".")[0], [module]
    for part in found:  # grows while it is walked
        for line in ast.walk(ast.parse(text(part))):
            if isinstance(line, ast.ImportFrom) and line.module and f"{line.module}.".startswith(f"{section}."):
                inner = [_imported(line.module, name.name) for name in line.names]
                taken = (*found, import_module(section))
                found += [
                    other for other in dict.fromkeys(inner) if other not in taken and not other.__name__.endswith(".samples")
                ]
    return found


def _imported(module: str, name: str) -> ModuleType:
    """What `from module import name` brings: the module of that name inside, else the one that the name stands in."""
    inside = find_spec(module)
    if inside and inside.submodule_search_locations and find_spec(f"{module}.{name}"):
        return import_module(f"{module}.{name}")
    return import_module(module)


def file(module: ModuleType) -> str:
    """Where it stands in the project."""
    return str(Path(inspect.getfile(module)).relative_to(ROOT))


def snippet(module: ModuleType, params: Params, data: Sequence[str]) -> str:
    """Python that makes the frames on the page, from the project's folder; `data`: an expression for each data set."""
    short, kind = module.__name__.rsplit(".", 1)[1], of(module.ALGORITHMS, params)
    changed = ", ".join(
        f"{spec.name}={value!r}" for spec in type(params).specs() if (value := getattr(params, spec.name)) != spec.default
    )
    names = ["data"] if len(data) == 1 else [f"data{k}" for k in range(len(data))]
    called = ", ".join([f"{short}.{kind.Params.__name__}({changed})", *names])
    lines = [
        *(["from engine import data as datasets"] if data else []),
        f"from {module.__name__.rpartition('.')[0]} import {short}",
        "",
        *(f"{name} = {item}" for name, item in zip(names, data, strict=True)),
        f"for frame in {short}.{kind.train.__name__}({called}):",
        "    print(frame.numbers())",
    ]
    return "\n".join(lines)
