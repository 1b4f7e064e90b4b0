"""Numbers as they are typed into cells, or pasted there from another program: with a point or with a comma."""

import re
from collections.abc import Iterable
from typing import Literal
from unicodedata import normalize

import numpy as np

from engine.errors import DataError
from engine.numerals import MISSING, Decimal, numbers_of

NO_GROUP = re.compile(r"[+-]?0[0-9]*,")  # 0,390 can be no thousands
Said = Literal["point", "comma", "open", "nothing"]


def typed_numbers(cells: Iterable[str]) -> dict[str, float]:
    """What each of some cells says, NaN for a gap. One comma is read as it must be, 1,234 as the others beside it are.

    Raises DataError for a cell that is no number, and for 1,234 where no other cell says what a comma is.
    """
    said = {cell: _said(_plain(cell)) for cell in cells}
    commas = {kind for cell, kind in said.items() if "," in _plain(cell)}
    found = {}
    for cell, kind in said.items():
        text = _plain(cell)
        if kind == "nothing":
            raise DataError("cell_no_number", cell=text[:40])
        if kind == "open" and ("comma" in commas) == ("point" in commas):
            raise DataError("cell_open", cell=text[:40], grouped=text.replace(",", ""), decimal=text.replace(",", "."))
        comma = kind == "comma" or (kind == "open" and "comma" in commas)
        found[cell] = _value(text, "comma" if comma else "point")
    return found


def _plain(cell: str) -> str:
    return normalize("NFKC", cell).strip()


def _value(text: str, decimal: Decimal) -> float:
    if text.lower() in MISSING:
        return float(np.nan)
    found = numbers_of((text,), decimal, signs=False)
    return float(np.nan) if found is None else float(found.values[0])


def _said(text: str) -> Said:
    """Which sign can be decimal in a cell. A point alone always is, since so numbers are shown here."""
    if text.lower() in MISSING:
        return "point"
    point = numbers_of((text,), "point", signs=False) is not None and not NO_GROUP.match(text)
    comma = numbers_of((text,), "comma", signs=False) is not None
    if point and comma and "," in text:
        return "open"
    return "point" if point else "comma" if comma else "nothing"
