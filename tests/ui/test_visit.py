"""What a session remembers stands in one typed object; besides it Streamlit keeps the values of widgets."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages import opened, visit

ROOT = Path(__file__).parents[2]
FILES = [path for room in ("ui", "pages") for path in sorted((ROOT / room).rglob("*.py")) if path.name != "visit.py"]
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def is_state(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "session_state"


def keys(tree: ast.AST) -> Iterator[str]:
    """Strings by which `session_state` is asked, in every way in which it can be."""
    for node in ast.walk(tree):
        asked: list[ast.AST] = []
        if isinstance(node, ast.Subscript) and is_state(node.value):
            asked = [node.slice]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_state(node.func.value):
            asked = list(node.args[:1])
        elif isinstance(node, ast.Compare) and is_state(node.comparators[0]):
            asked = [node.left]
        elif isinstance(node, ast.Attribute) and is_state(node.value) and node.attr not in dir(dict):
            yield node.attr
        yield from (item.value for item in asked if isinstance(item, ast.Constant))


def widgets() -> set[str]:
    """The keys that are written where widgets are drawn."""
    calls = [node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = [word.value for call in calls for word in call.keywords if word.arg == "key"]
    return {value.value for value in given if isinstance(value, ast.Constant)}


@pytest.mark.parametrize("file", TREES)
def test_no_string_of_ours_is_kept_beside_the_visit(file):
    assert set(keys(TREES[file])) <= widgets()


@pytest.mark.parametrize(
    "line", ['st.session_state["a"]', 'st.session_state.get("a")', "st.session_state.a", '"a" in st.session_state']
)
def test_a_string_is_found_however_it_is_asked_for(line):
    assert list(keys(ast.parse(line))) == ["a"]


def test_two_visitors_share_nothing():
    one, other = opened(som__rows="5"), opened()
    assert visit(one).topic("som").settings["rows"] == 5
    assert visit(other).topic("som").settings["rows"] == 12
    assert visit(one).voter != visit(other).voter
