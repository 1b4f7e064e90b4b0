"""Does a test notice? Breaks one line of each module, drawn by a seed, and runs tests until one fails.

    python -m tests.breaks --map                    once: which tests reach which lines (with coverage; as long as the tests take)
    python -m tests.breaks                          every module, one break each
    python -m tests.breaks --count 10 --seed 3      ten of them, of another draw
    python -m tests.breaks engine/learning/em/tosses.py
    python -m tests.breaks --dry                    only say what would be broken

A break is a comparison turned round, + for − or − for +, a number or a truth value changed, a condition negated, or nothing
returned where something was. It is made in a copy of the tree. By the map, the tests that reach the line come first, the
quickest before the others; of a line that is read when its module is imported, those that reach any line of the module, then the
module's own (its topic's, or its room's), then those of the rooms above it; with `--all` the whole suite. The first that fails
has caught it, as has a run that never ends. Each verdict is a line of `build/breaks.jsonl`; who begins again goes on after the last.
"""

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import coverage

from contents import SECTIONS

ROOT = Path(__file__).parents[1]
ROOMS = ("engine", "charts", "views", "runtime", "ui")
VERDICTS = ROOT / "build" / "breaks.jsonl"
REACHED = ROOT / "build" / "reached.coverage"  # which test reached which line
TIMES = ROOT / "build" / "reached.xml"  # how long each took
MAPPED = ("tests/engine", "tests/charts", "tests/views", "tests/runtime", "tests/ui", "tests/test_links.py")  # run in one process
TURNED = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
          ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}  # fmt: skip
SIGNS = {ast.Add: ast.Sub, ast.Sub: ast.Add}
FIRST = 20  # tests that are tried before the others
LIMIT = 1200  # seconds after which a run of tests is taken to hang


@dataclass(frozen=True)
class Break:
    module: str
    kind: str
    line: int
    was: str
    now: str
    start: int  # bytes of the file
    end: int


def main() -> None:
    parser = argparse.ArgumentParser(description="Breaks one line of each module and runs its tests.")
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--workers", type=int, default=2)  # breaks at once
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--dry", action="store_true")
    parser.add_argument("--map", action="store_true")
    asked = parser.parse_args()
    if asked.map:
        map_lines(asked.workers)
        return
    known = {(item["seed"], item["module"], item["was"], item["now"], item["line"]) for item in verdicts()}
    drawn = [broken for module in asked.modules or modules() if (broken := draw(module, asked.seed))]
    left = [broken for broken in drawn if (asked.seed, broken.module, broken.was, broken.now, broken.line) not in known]
    if asked.dry:
        print(*map(told, left[: asked.count]), sep="\n")
        return
    with ThreadPoolExecutor(asked.workers) as at_once:
        list(at_once.map(lambda broken: verdict(broken, asked.seed, whole=asked.all), left[: asked.count]))
    report(asked.seed)


def modules() -> list[str]:
    """Every file of the five rooms, by its path from the root."""
    return sorted(str(path.relative_to(ROOT)) for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def draw(module: str, seed: int) -> Break | None:
    """The line of a module that is broken. None where there is nothing to break."""
    source = (ROOT / module).read_bytes()
    found, chance = list(breaks(module, source)), random.Random(f"{seed} {module}")
    if not found:
        return None
    kind = chance.choice(sorted({broken.kind for broken in found}))  # else most would be numbers
    return chance.choice([broken for broken in found if broken.kind == kind])


def breaks(module: str, source: bytes) -> Iterator[Break]:
    """All that can be broken in a module, one small thing at a time."""
    starts = [0, *(match.end() for match in re.finditer(b"\n", source))]
    tree = ast.parse(source)
    noted = {id(part) for node in ast.walk(tree) for note in notes(node) for part in ast.walk(note)}
    for node in ast.walk(tree):
        for now in changed(node):
            if id(node) not in noted and node.end_lineno and node.end_col_offset is not None:
                start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
                if (was := source[start:end].decode()) != now:
                    yield Break(module, type(node).__name__, node.lineno, was, now, start, end)


def notes(node: ast.AST) -> list[ast.AST]:
    """The types written at a node, which nothing computes."""
    return [note for name in ("annotation", "returns") if (note := getattr(node, name, None))]


def changed(node: ast.AST) -> Iterator[str]:
    """How a node can be broken; in brackets, so that it stays one thing where it stands."""
    match node:
        case ast.Compare(left, [first, *others], right) if type(first) in TURNED:
            yield f"({ast.unparse(ast.Compare(left, [TURNED[type(first)](), *others], right))})"
        case ast.BinOp(left, sign, right) if type(sign) in SIGNS:
            yield f"({ast.unparse(ast.BinOp(left, SIGNS[type(sign)](), right))})"
        case ast.Constant(bool() as value):
            yield str(not value)
        case ast.Constant(int() | float() as value):
            yield f"({value!r} + 1)"
        case ast.Return(ast.expr()):
            yield "return None"
        case ast.BoolOp() | ast.UnaryOp(ast.Not()):
            yield f"(not ({ast.unparse(node)}))"


def map_lines(workers: int) -> None:
    """Run the tests once and note which of them reach which lines."""
    REACHED.parent.mkdir(exist_ok=True)
    watched = ["-p", "pytest_cov", *(f"--cov={room}" for room in ROOMS)]
    how = ["--cov-context=test", "--cov-report=", f"--junitxml={TIMES}", "-n", str(workers), "--dist", "worksteal"]
    env = {**os.environ, "PYTHONHASHSEED": "0", "COVERAGE_FILE": str(REACHED)}
    subprocess.run([sys.executable, "-m", "pytest", *watched, *how, *MAPPED], cwd=ROOT, env=env, check=False)


@cache
def reached() -> coverage.CoverageData | None:
    """What the map says. None where it was not made."""
    if not REACHED.exists():
        return None
    data = coverage.CoverageData(str(REACHED))
    data.read()
    return data


@cache
def times() -> dict[str, float]:
    """Seconds that each test took when the map was made, by its name in pytest."""
    cases = ElementTree.parse(TIMES).iter("testcase")  # our own file
    return {f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}": float(case.get("time", 0)) for case in cases}


def reaching(broken: Break) -> tuple[list[str], bool]:
    """The tests that reach a line, or any of its module where it is read at import, the quickest first; and whether it is."""
    data = reached()
    by_line = data.contexts_by_lineno(str(ROOT / broken.module)) if data else {}
    lines = range(broken.line, broken.line + broken.was.count("\n") + 1)
    at_import = any("" in by_line.get(line, [""]) for line in lines)
    contexts = {context for line in (by_line if at_import else lines) for context in by_line.get(line, [])} - {""}
    tests = {context.rpartition("|")[0] for context in contexts}
    return sorted(tests, key=lambda test: (times().get(test, 99.0), test)), at_import


def stages(broken: Break, *, whole: bool) -> list[list[str]]:
    """What pytest is given, one after another: the tests that reach the line or its module; of what is read at import, and where
    nothing is known, then the module's own, and those of the rooms that stand on it."""
    tests, at_import = reaching(broken)
    first = [part for part in (tests[:FIRST], tests[FIRST:]) if part]
    return [*first, *(rooms(broken) if at_import or not tests else []), *([["tests"]] if whole else [])]


def rooms(broken: Break) -> list[list[str]]:
    """The tests of a module's topic or room, and those of the rooms that stand on it."""
    room, *folders, name = Path(broken.module).with_suffix("").parts
    above = ["tests/engine", "tests/views", "tests/ui"]
    if folders and folders[0] in SECTIONS:
        slugs = [slug for slug in SECTIONS[folders[0]] if slug in name] or SECTIONS[folders[0]]
        first = [*above, *(f"--topic={slug}" for slug in slugs)]
    else:
        first = ["tests/views" if room == "charts" else f"tests/{room}"]
    wider = ["tests/runtime", "tests/ui", "tests/views"] if room == "runtime" else above
    return [first, wider]


def told(broken: Break) -> str:
    return f"{broken.module}:{broken.line}  {broken.was}  →  {broken.now}"


def verdict(broken: Break, seed: int, *, whole: bool) -> None:
    """Run the tests on a broken copy, and write down what they say."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "build", "__pycache__"), symlinks=True)
        source = (tree / broken.module).read_bytes()
        (tree / broken.module).write_bytes(source[: broken.start] + broken.now.encode() + source[broken.end :])
        caught = next((found for stage in stages(broken, whole=whole) if (found := failing(tree, stage))), "")
    print(f"{told(broken)}\n    {'caught: ' + caught if caught else 'NOT CAUGHT'}", flush=True)
    VERDICTS.parent.mkdir(exist_ok=True)
    with VERDICTS.open("a", encoding="utf-8") as file:
        print(json.dumps({"seed": seed, **asdict(broken), "caught": caught}, ensure_ascii=False), file=file)


def failing(tree: Path, stage: list[str]) -> str:
    """The first test that fails. "" where all of them pass."""
    (tree / "asked").write_text("\n".join(stage), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "@asked"]
    env = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""}
    try:
        done = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return "it never ended"
    if done.returncode in (0, 5):  # all passed, or none was there
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", done.stdout, re.MULTILINE)
    return failed[1] if failed else f"pytest ended with {done.returncode}: {(done.stdout + done.stderr).strip()[-200:]}"


def verdicts() -> list[dict[str, object]]:
    return [json.loads(line) for line in VERDICTS.read_text(encoding="utf-8").splitlines()] if VERDICTS.exists() else []


def report(seed: int) -> None:
    said = [item for item in verdicts() if item["seed"] == seed]
    missed = [item for item in said if not item["caught"]]
    print(f"\n{len(said) - len(missed)} of {len(said)} were caught.")
    for item in missed:
        print(f"not caught: {item['module']}:{item['line']}  {item['was']}  →  {item['now']}")


if __name__ == "__main__":
    main()
