"""The font of formulas is cut to what they use: nothing in them may be missing from it."""

import ast
import hashlib
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

from charts.formula import formula
from charts.numbers import number

ROOT = Path(__file__).parents[2]
FONT = ROOT / "ui" / "static" / "fonts" / "stix-two-math-latin-400-normal.woff2"
TOLD = json.loads((ROOT / "assets" / "scripts" / "stix-two-math.json").read_text(encoding="utf-8"))


def formulas() -> Iterator[str]:
    """The LaTeX of every formula in the code. Fails on one that is put together: what is in it could not be known."""
    for folder in ("charts", "views", "ui", "pages"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "formula":
                    yield ast.literal_eval(node.args[0])


def test_every_character_of_every_formula_is_in_the_font():
    found = list(formulas())
    assert len(found) > 70
    for latex in found:
        shown = html.unescape(re.sub(r"<[^>]*>", "", formula(latex)))
        assert set(shown) <= set(TOLD["characters"]), latex


def test_every_sign_of_a_number_is_in_the_font():
    shown = "".join(number(value, 3) for value in (-1.5, 1e-9, 123456789.0, float("nan"), float("inf"), -float("inf")))
    assert set(shown) | set("()0123456789.,=") <= set(TOLD["characters"])


def test_the_font_that_is_served_is_the_one_that_was_cut_and_small():
    content = FONT.read_bytes()
    assert hashlib.sha256(content).hexdigest() == TOLD["sha256"]
    assert len(content) < 50_000
