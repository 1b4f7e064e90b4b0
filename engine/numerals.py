"""Cells of a table as numbers: what is missing, signs and commas as people write them."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]  # (n,) float64 with NaN where a cell is missing, or (n,) object of str

MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none"})
INFINITE = frozenset({"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞"})
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")  # 1,234,567.8
NUMBER_CHARACTERS = frozenset("0123456789+-.eE")


def as_numbers(cells: Sequence[str], delimiter: str = ",") -> tuple[Column | None, str | None]:
    """(n,) float64 with NaN for missing cells, and the note that says how it was read; None when some cell is no number."""
    texts = ["" if cell.lower() in MISSING else cell.replace("\u2212", "-") for cell in cells]
    how: str | None = None
    if any("," in text for text in texts):
        texts, how = _commas(texts, delimiter)
    texts = [text.lower().replace("∞", "inf") if text.lower() in INFINITE else text for text in texts]
    filled = [text for text in texts if text]
    if not filled or not set("".join(filled)) <= NUMBER_CHARACTERS | set("infty"):
        return None, None
    try:
        return np.array([float(text) if text else np.nan for text in texts]), how
    except ValueError:
        return None, None


def is_number(cell: str) -> bool:
    """Whether a cell holds a number."""
    return as_numbers((cell,))[0] is not None


def _commas(texts: list[str], delimiter: str) -> tuple[list[str], str]:
    """Cells with commas as plain numbers: a decimal comma where ";" divides cells, else thousands if all are grouped so."""
    with_comma = [text for text in texts if "," in text]
    if delimiter != ";" and all(GROUPED.fullmatch(text) for text in with_comma):
        return [text.replace(",", "") for text in texts], "thousands"
    if any("." in text for text in texts):
        german = [text.translate(str.maketrans(",.", ".,")) for text in texts]
        grouped = all(GROUPED.fullmatch(text) or text.count(",") == 0 for text in german)
        return ([text.replace(",", "") for text in german] if grouped else texts), "decimal_comma"
    return [text.replace(",", ".") for text in texts], "decimal_comma"


def as_word(value: str | float) -> str:
    """A cell as text; whole numbers without their ".0", a missing number as ""."""
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else repr(float(value)).removesuffix(".0")
