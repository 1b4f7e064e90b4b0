"""Formulas with values in them: LaTeX once, MathML with places for numbers."""

import re
from functools import cache

from latex2mathml.converter import convert

PLACE = re.compile(r"\{(\w+)\}([!?])(!?)")
FIRST = 90_210_000  # places travel through the converter as numbers no formula has


@cache
def formula(latex: str) -> str:
    """MathML of a formula with places for values.

    `{name}!` is a place, `{name}?` one where a negative number needs parentheses, `{name}!!` the value just computed.
    They become `<mn>⟦name⟧</mn>`, `<mn>⟦(name)⟧</mn>`; the player, or `filled`, puts the numbers in.
    """
    places = list(PLACE.finditer(latex))
    numbers = iter(range(FIRST, FIRST + len(places)))
    mathml = convert(PLACE.sub(lambda _: f"{{{next(numbers)}}}", latex))
    for number_, place in enumerate(places, FIRST):
        name = f"({place[1]})" if place[2] == "?" else place[1]
        mathml = mathml.replace(f"<mn>{number_}</mn>", f"<mn{' class=th-now' if place[3] else ''}>⟦{name}⟧</mn>")
    return mathml


def number(value: float, decimals: int) -> str:
    """A number as the page prints it: fixed decimals, a true minus, no minus zero."""
    text = f"{value:.{decimals}f}"
    return text.replace("-", "−") if float(text) else text.replace("-", "")


def short(value: float, digits: int = 3) -> str:
    """A number in few digits, however large or small: 0.054, −1200, 3.1e−7."""
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    return (mantissa + (f"e{int(power)}" if power else "")).replace("-", "−")


def filled(mathml: str, values: dict[str, float], decimals: dict[str, int]) -> str:
    """The formula with its numbers, as the player shows it."""

    def value(place: re.Match[str]) -> str:
        name = place[1].strip("()")
        text = number(values[name], decimals[name])
        return f"({text})" if place[1] != name and text.startswith("−") else text

    return re.sub(r"⟦(\(?\w+\)?)⟧", value, mathml)
