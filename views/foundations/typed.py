"""Formulas as they are typed, and as they are read."""

import re

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
POWER = re.compile(r"\*\*\s*(\d+)(?![\d.])")


def typed(text: str) -> str:
    """x**2 − 3*x*y as x² − 3·x·y. Not escaped."""
    return POWER.sub(lambda power: power[1].translate(RAISED), text).replace("**", "^").replace("*", "·").replace("-", "−")
