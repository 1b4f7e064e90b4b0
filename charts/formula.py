"""Formulas with values in them: LaTeX once, MathML with places for numbers."""

import re
from functools import cache
from typing import Any

import numpy as np
from latex2mathml.converter import convert

from charts.numbers import number

PLACE = re.compile(r"\{(\w+)\}([!?])(!?)")
FILLED = re.compile(r"<mn([^>]*)>⟦(\(?\w+\)?)⟧</mn>")
TEN = re.compile(r" × 10([⁻⁰¹²³⁴-⁹]+)")
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
BAR = re.compile(r'<mo(?: fence="false")?(?: stretchy="false")?>(&#x0007C;|&#x02016;)</mo>')  # of an absolute value, a norm
LOG = re.compile(r"(<mi>(?:ln|log)</mi>|<msub><mi>log</mi><mn>\d+</mn></msub>)(?=<m(?:i|n|row|frac|sub|sup)\b)")
FIRST = 90_210_000  # places travel through the converter as numbers no formula has


@cache
def formula(latex: str) -> str:
    """MathML of a formula with places for values.

    `{name}!` is a place, `{name}?` one where a negative number needs parentheses, `{name}!!` the value just computed.
    They become `<mn>⟦name⟧</mn>`, `<mn>⟦(name)⟧</mn>`; the player, or `filled`, puts the numbers in, m × 10ⁿ with a raised power.
    """
    places = list(PLACE.finditer(latex))
    numbers = iter(range(FIRST, FIRST + len(places)))
    mathml = spaced(convert(PLACE.sub(lambda _: f"{{{next(numbers)}}}", latex)))
    for number_, place in enumerate(places, FIRST):
        name = f"({place[1]})" if place[2] == "?" else place[1]
        mathml = mathml.replace(f"<mn>{number_}</mn>", f"<mn{' class=th-now' if place[3] else ''}>⟦{name}⟧</mn>")
    return mathml


def scored(mathml: str, scores: bool) -> str:
    """A formula of probabilities p and P; the same of S where a model hands out `scores`."""
    return re.sub("<mi>[Pp]</mi>", "<mi>S</mi>", mathml) if scores else mathml


def whole(**values: Any) -> dict[str, tuple[Any, int]]:
    """Words, whole numbers, and arrays of them by entity, as a picture's formula takes them."""
    return {name: (value.tolist() if isinstance(value, np.ndarray) else value, 0) for name, value in values.items()}


def spaced(mathml: str) -> str:
    """Bars close to what they enclose, as a browser cannot tell opening from closing ones; logarithms apart from arguments."""
    closed = BAR.sub(r'<mo stretchy="false" lspace="0" rspace="0">\1</mo>', mathml)
    return LOG.sub(r'\1<mspace width="0.167em" />', closed)


def filled(mathml: str, values: dict[str, float], decimals: dict[str, int]) -> str:
    """The formula with its numbers, as the player shows it."""

    def value(place: re.Match[str]) -> str:
        name = place[2].strip("()")
        text = number(values[name], decimals[name])
        return powers(f"({text})" if place[2] != name and text.startswith("−") else text, place[1])

    return FILLED.sub(value, mathml)


def powers(text: str, look: str = "") -> str:
    """A number's text as MathML: m × 10ⁿ with its power raised. `look`: attributes of its element."""
    parts = TEN.split(text)
    first, rest = parts[0], list(zip(parts[1::2], parts[2::2], strict=True))
    if not rest:
        return f"<mn{look}>{text}</mn>"
    more = "".join(
        f"<mo>×</mo><msup><mn>10</mn><mn>{power.translate(LOWERED)}</mn></msup>" + (f"<mn>{after}</mn>" if after else "")
        for power, after in rest
    )
    return f"<mrow{look}><mn>{first}</mn>{more}</mrow>"
