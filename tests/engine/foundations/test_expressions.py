"""Expressions are read by a whitelist and never executed; their values, slopes and curvatures are torch's."""

import ast
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import DataError
from engine.foundations.expressions import SCALARS, VECTORS, Grammar, formula, gradient, hessian, statements, value

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "autograd.json").read_text())
TORCH = {name: getattr(torch, name) for name in ("sin", "cos", "tanh", "relu", "exp", "log", "sigmoid", "abs", "sum")}
SURFACES = [
    "x**2 - y**2", "(x**2 + 100*y**2)/2", "x**3 - 3*x*y**2", "(1 - x)**2 + 100*(y - x**2)**2", "1 - exp(-x**2 - y**2)",
    "sin(x*y) + cos(x)/(2 + tanh(y))", "log(x**2 + 1)*sigmoid(y) - abs(x - y)", "relu(x)*y + (x**2 + 1)**sin(y)",
    "exp(y)**x", "3 + x*0", "y",
]  # fmt: skip


def code_of(*args: object, **more: object) -> tuple[str, dict[str, object]]:
    with pytest.raises(DataError) as caught:
        formula(*args, **more)
    assert str(caught.value)  # it has a sentence, and all that fills it
    return caught.value.code, caught.value.values


def by_torch(written: str, place: torch.Tensor) -> torch.Tensor:
    return eval(written, dict(TORCH), {"x": place[0], "y": place[1]}) + 0 * place.sum()  # texts of this file alone


@pytest.mark.parametrize("written", SURFACES)
def test_value_slopes_and_curvatures_are_those_of_torch(written: str):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 6, 2))
    made = formula(written)
    f, g = gradient(made, {"x": x, "y": y})
    again, first, second = hessian(made, {"x": x, "y": y})
    for at in np.ndindex(x.shape):
        place = torch.tensor([x[at], y[at]], dtype=torch.float64)
        peer = partial(by_torch, written)
        assert f[at] == pytest.approx(peer(place).item(), rel=1e-12, abs=1e-12)
        slopes = torch.autograd.functional.jacobian(peer, place).numpy()
        curves = torch.autograd.functional.hessian(peer, place).numpy()
        np.testing.assert_allclose(g[(slice(None), *at)], slopes, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(second[(slice(None), slice(None), *at)], curves, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(again, f, rtol=0)
    np.testing.assert_allclose(first, g, rtol=1e-12, atol=1e-12)


def test_the_golden_scalar_graph():
    golden = GOLDEN["scalar_graph"]
    f, slopes = gradient(formula(golden["expr"]), {name: np.array(golden[name]) for name in "xy"})
    assert f == pytest.approx(golden["f"], abs=1e-10)
    np.testing.assert_allclose(slopes, [golden["df_dx"], golden["df_dy"]], atol=1e-10)


def test_a_sheet_a_curve_and_six_runners_come_in_one_call():
    x, y = np.meshgrid(np.linspace(-3, 3, 61), np.linspace(-3, 3, 61))
    f, slopes, curves = hessian(formula("x**2 - y**2"), {"x": x, "y": y})
    assert (f.shape, slopes.shape, curves.shape) == ((61, 61), (2, 61, 61), (2, 2, 61, 61))
    np.testing.assert_allclose(f, x**2 - y**2)
    np.testing.assert_allclose(curves[:, :, 7, 9], [[2, 0], [0, -2]])
    assert gradient(formula("x**2"), {"x": np.zeros(6), "y": np.ones(6)})[1].shape == (2, 6)
    assert hessian(formula("abs(x)"), {"x": np.linspace(-1, 1, 5)})[1].tolist() == [[-1, -1, 0, 1, 1]]


def test_a_name_is_one_node_however_often_it_is_used():
    made = formula(["x = 3", "y = x * x", "L = y * y + y"], VECTORS)
    assert [node.op for node in made.nodes] == ["name", "*", "*", "+"]
    assert made.edges == ((0, 1, 0), (0, 1, 1), (1, 2, 0), (1, 2, 1), (2, 3, 0), (1, 3, 1))
    assert value(made, {}) == 90
    assert gradient(made, {"x": np.array(3.0)})[1].tolist() == [114]


def test_vectors_sums_and_what_is_detached():
    made = formula(["y = x * x", "u = detach(y)", "z = u * x", "sum(z)"], VECTORS)
    assert gradient(made, {"x": np.arange(4.0)})[1].tolist() == [[0, 1, 4, 9]]
    squares = formula("x * x", VECTORS)
    assert gradient(squares, {"x": np.arange(4.0)})[1].tolist() == [[0, 2, 4, 6]]
    assert value(formula("sum(x * x)", VECTORS), {"x": np.arange(4.0)}) == 14


@pytest.mark.parametrize(
    ("written", "at", "code", "text"),
    [
        ("log(x - 4)", 3, "formula_log", "log(x - 4)"),
        ("2 + x ** -1", 0, "formula_zero_power", "x ** (-1)"),
        ("1 / (x - 1)", 1, "formula_zero", "1 / (x - 1)"),
        ("x ** 0.5", -1, "formula_root", "x ** 0.5"),
        ("exp(exp(x))", 9, "formula_overflow", "exp(exp(x))"),
        ("x ** 99", 1e9, "formula_overflow", "x ** 99"),
    ],
)
def test_where_there_is_no_value_the_node_is_named(written: str, at: float, code: str, text: str):
    made = formula(written)
    for reckon in (value, gradient, hessian):
        with pytest.raises(DataError) as caught:
            reckon(made, {"x": np.array([at, 5.5])})
        assert (caught.value.code, caught.value.values["line"]) == (code, 1)
        assert ast.dump(ast.parse(str(caught.value.values["text"]))) == ast.dump(ast.parse(text))
        assert str(caught.value)
    out = value(made, {"x": np.array([at, 5.5])}, strict=False)
    assert np.isnan(out[0])
    f, slopes = gradient(made, {"x": np.array([at])}, strict=False)
    assert np.isnan([f, slopes[0]]).all()


def test_a_value_without_a_slope_is_refused_only_where_slopes_are_asked_for():
    made = formula("x ** 0.5")
    assert value(made, {"x": np.array(0.0)}) == 0
    for reckon in (gradient, hessian):
        with pytest.raises(DataError, match="no finite slope"):
            reckon(made, {"x": np.array(0.0)})
    assert hessian(formula("x ** 1 + x ** 0 + relu(x) + abs(x)"), {"x": np.array(0.0)})[1:] == (1, 0)


@pytest.mark.parametrize(
    ("lines", "code", "line"),
    [
        ("__import__('os').system('id')", "script_kind", 1),
        ("x.__class__", "script_kind", 1),
        ("open(x)", "script_word", 1),
        ("sin(sin)", "script_bare", 1),
        ("sin", "script_bare", 1),
        (["x = 3", "sin = x * x"], "script_taken", 2),
        ("lambda: x", "script_kind", 1),
        ("[x for x in y]", "script_kind", 1),
        ("'a'", "script_kind", 1),
        ("True", "script_kind", 1),
        ("1j", "script_kind", 1),
        ("x if x else y", "script_kind", 1),
        ("x < y", "script_kind", 1),
        ("x := 3", "script_syntax", 1),
        ("import os", "script_kind", 1),
        ("x; y", "script_syntax", 1),
        ("(x", "script_syntax", 1),
        ("1if x else 2", "script_syntax", 1),
        ("\0", "script_syntax", 1),
        ("# x", "script_syntax", 1),
        ("sin(x, y)", "script_kind", 1),
        ("sin(*x)", "script_kind", 1),
        ("+x", "script_kind", 1),
        ("_x * 2", "script_name", 1),
        ("a_very_long_name * 2", "script_name", 1),
        ("9" * 160, "script_number", 1),
        ("(" * 150 + "x", "script_syntax", 1),
        ("-" * 60 + "x", "script_nodes", 1),
        (["x = 3", "x = 4"], "script_twice", 2),
        (["y = x * x", "x = 4"], "script_twice", 2),
        (["x = 3", "y = x"], "script_alias", 2),
        (["x", "x * x"], "script_assign", 1),
        (["x, y = 3", "x * x"], "script_kind", 1),
        (["x = y = 3", "x * x"], "script_assign", 1),
        (["x[0] = 3"], "script_kind", 1),
        (["x = []"], "script_vector", 1),
        (["x = [1, y]"], "script_vector", 1),
        (["x = [1, 2, 3, 4, 5, 6, 7, 8, 9]"], "script_vector", 1),
        (["x = 3", "x * [1, 2]"], "script_kind", 2),
        ([f"x{k} = {k}" for k in range(7)], "script_lines", None),
        (["a + b + c + d + e + f + g"], "script_names", None),
        (["x" + "+x*x" * 25], "script_nodes", 1),
        (["x" + "*x" * 120], "script_characters", None),
        ([], "script_empty", None),
    ],
)  # fmt: skip
def test_whatever_is_not_allowed_is_refused_by_its_line(lines: list[str] | str, code: str, line: int | None):
    found, values = code_of(lines, VECTORS)
    assert (found, values.get("line")) == (code, line)


def test_names_that_have_no_value_are_refused():
    assert code_of("x + z", SCALARS, ("x", "y")) == ("script_unknown", {"line": 1, "name": "z"})
    with pytest.raises(DataError) as caught:
        value(formula("x + y"), {"x": np.array(1.0)})
    assert caught.value.values["name"] == "y"
    with pytest.raises(DataError) as caught:
        value(formula(["x = [1, 2]", "y = [1, 2, 3]", "x * y"], VECTORS), {})
    assert caught.value.code == "script_lengths"


def test_what_people_write_for_the_signs_of_python_is_read():
    assert value(formula("−x^2 × 3 ÷ 2"), {"x": np.array(2.0)}) == -6
    assert value(formula("损失＝（x）·2"), {"x": np.array(2.0)}) == 4
    assert statements(["x × y"], Grammar(SCALARS.kinds, frozenset(), signs={"×": "*"}))


def test_a_grammar_of_ones_own_reads_attributes_and_keywords():
    own = Grammar(
        frozenset({ast.Assign, ast.Name, ast.Load, ast.Store, ast.Constant, ast.Call, ast.Attribute, ast.keyword}),
        frozenset({"torch"}), frozenset({"zeros"}), frozenset({"requires_grad"}), (int, bool), lines=10,
    )  # fmt: skip
    (tree,) = statements(["x = torch.zeros(4, requires_grad=True)"], own)
    assert isinstance(tree, ast.Assign)
    for wrong in ("x = torch.load(4)", "x = torch.zeros(4, out=3)", "x = zeros(4)", "x = torch.zeros(4.5)"):
        with pytest.raises(DataError):
            statements([wrong], own)
