"""Numbers as they are written everywhere: in captions, hover labels, tables and formulas."""

import math
import re

import numpy as np
import pytest

from charts.formula import filled, formula, powers
from charts.numbers import THIN, chance, count, number, short, times_ten, worth


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [(0.0544, 3, "0.054"), (-1.5, 2, "−1.50"), (-0.0001, 2, "0.00"), (0.125, 2, "0.13"), (-0.125, 2, "−0.13"), (2.5, 0, "3"),
     (None, 3, "–"), (math.nan, 3, "–"), (math.inf, 1, "∞"), (-math.inf, 1, "−∞"), (2e15, 2, "2 × 10¹⁵"), (np.float32(0.5), 1, "0.5")],
)  # fmt: skip
def test_fixed_decimals_have_a_true_minus_and_no_minus_zero(value, decimals, said):
    assert number(value, decimals) == said


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [(0.0544, 2, "0.054"), (-1200.0, 3, "−1200"), (12345.6, 3, "12346"), (3.14e-7, 2, "3.1 × 10⁻⁷"), (-2e-15, 3, "−2 × 10⁻¹⁵"), (0.0001, 3, "0.0001"),
     (999_999.6, 3, "1 × 10⁶"), (0.00009999, 2, "0.0001"), (0.5, 3, "0.5"), (0, 3, "0"), (-0.0, 3, "0"), (2.25, 2, "2.3"), (6.02214e23, 4, "6.022 × 10²³"),
     (100.0, 3, "100"), (None, 3, "–"), (math.nan, 3, "–")],
)  # fmt: skip
def test_few_digits_say_large_and_small_numbers_with_a_power_of_ten(value, digits, said):
    assert short(value, digits) == said


def test_no_number_is_ever_written_with_an_e():
    values = [sign * digit * 10.0**power for sign in (1, -1) for digit in (1, 1.5, 9.9995) for power in range(-320, 308)]
    for said in [text for value in values for text in (short(value, 4), number(value, 3), chance(abs(value)))]:
        assert re.fullmatch(r"−?\d+(\.\d+)?( × 10⁻?[⁰¹²³⁴-⁹]+)?", said), said


def test_what_is_written_is_the_number_to_its_digits():
    for value in np.exp(np.random.default_rng(1).uniform(-60, 60, 500)):
        mantissa, _, power = short(float(value), 4).partition(" × 10")
        back = float(mantissa) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
        assert back == pytest.approx(value, rel=5.1e-4)


def test_what_no_float_can_hold_has_its_power_given():
    assert times_ten(2.449, -400, 2) == "2.4 × 10⁻⁴⁰⁰"


def test_thousands_stand_apart_from_five_digits_on():
    assert [count(value) for value in (0, 1234, 12345, 2_003_828_736, -51188)] == ["0", "1234", f"12{THIN}345", f"2{THIN}003{THIN}828{THIN}736", f"−51{THIN}188"]  # fmt: skip


def test_a_small_chance_is_not_nought():
    assert [chance(p) for p in (0, 1, 0.25, 0.054, 0.00054, 3.1e-7, 0.99996)] == ["0", "1", "0.25", "0.054", "0.00054", "3.1 × 10⁻⁷", "1"]  # fmt: skip
    assert chance(0.0544, 3) == "0.054"


def test_a_formula_raises_powers_of_ten():
    latex = formula(r"p = {a}! \cdot {b}? = {c}!!")
    text = filled(latex, {"a": 2e12, "b": -3.5e13, "c": 0.5}, {"a": 0, "b": 1, "c": 2})
    assert "<mrow><mn>2</mn><mo>×</mo><msup><mn>10</mn><mn>12</mn></msup></mrow>" in text
    assert "<mrow><mn>(−3.5</mn><mo>×</mo><msup><mn>10</mn><mn>13</mn></msup><mn>)</mn></mrow>" in text
    assert "<mn class=th-now>0.50</mn>" in text
    assert not re.search(r"[⁰¹²³⁴-⁹⟦]", text)


def test_every_power_in_a_product_is_raised():
    assert powers("0.5 · 1 × 10⁻⁷ · 3 × 10⁻⁸", " class=th-now") == (
        "<mrow class=th-now><mn>0.5 · 1</mn><mo>×</mo><msup><mn>10</mn><mn>−7</mn></msup><mn> · 3</mn>"
        "<mo>×</mo><msup><mn>10</mn><mn>−8</mn></msup></mrow>"
    )


@pytest.mark.parametrize(
    ("span", "decimals"), [(5000.0, 0), (500.0, 0), (50.0, 1), (5.0, 2), (0.5, 3), (0.005, 5), (1e-9, 6), (0.0, 3)]
)
def test_numbers_that_lie_close_together_get_more_decimals(span, decimals):
    assert worth(span) == decimals
