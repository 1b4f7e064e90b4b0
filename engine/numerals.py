"""Cells of a table as numbers: which comma is decimal, marks for what is missing, signs before and behind.

A file has one decimal sign. Whatever is no number stays as it was written, and a column is numbers only as a whole: its filled
cells are all numbers but for a few that are said to be missing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]  # (n,) float64 with NaN where a cell is missing, or (n,) object of str
Decimal = Literal["point", "comma"]

MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none"})
MARKS = frozenset(  # what else is written where a number is missing, in lower case
    (
        "? - -- --- – — . .. ... … * x : / \\ #div/0! #value! #ref! #num! #name? #null! n.a. n.a n/d nd n.d. na. <na> "
        "nat nil tbd tba unknown missing unavailable undefined empty blank k.a. k.a keine s.d. s/d (blank) [null] 无 缺失 "
        "缺 未知 不详 暂无 空 无数据 － —— "
    ).split()
) | {"not available", "no data", "not applicable", "#n/a n/a"}
INFINITE = frozenset({"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞"})
PLAIN = frozenset("0123456789+-.eE")
GROUPS = {"point": ",", "comma": "."}  # what may stand between thousands
NUMBER = {
    "point": re.compile(r"[+-]?(?:[0-9]{1,3}(?P<group>[,'’ \u00a0\u202f])[0-9]{3}(?:(?P=group)[0-9]{3})*(?:\.[0-9]*)?|"
                        r"[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)"),
    "comma": re.compile(r"[+-]?(?:[0-9]{1,3}(?P<group>[.'’ \u00a0\u202f])[0-9]{3}(?:(?P=group)[0-9]{3})*(?:,[0-9]*)?|"
                        r"[0-9]+,?[0-9]*(?:[eE][+-]?[0-9]+)?|,[0-9]+(?:[eE][+-]?[0-9]+)?)"),
}  # fmt: skip
OPEN = re.compile(r"[+-]?[1-9][0-9]{0,2}([.,])[0-9]{3}")  # thousands or decimals: 1,234 alone says neither
SIGNED = re.compile(
    r"(?P<sign>[+-]?)(?P<before>[^0-9+\-.,()\s]{0,4})\s?"
    r"(?P<number>[+-]?[0-9.,][0-9.,'’ \u00a0\u202f]*(?:[eE][+-]?[0-9]+)?)(?P<after>[^0-9]{0,12}?[²³]?)"
)
MONEY = re.compile(r"(?:[A-Za-z]{0,3}[$€£¥₹₽₩₺₪฿₫₴₦元￥]|EUR|USD|GBP|CHF|CNY|RMB|JPY|Rs\.?|INR|CAD|AUD|SEK|NOK|DKK|kr\.?)")
FEW = 0.1  # the share of a column's filled cells that may be other words than marks
USUAL_SIGNS = str.maketrans("\u2212\u2013\uff0d\uff0b０１２３４５６７８９．％", "---+0123456789.%")


@dataclass(frozen=True)
class Found:
    """A column that is numbers: its values, the marks taken as missing (how often, first row from 1), its sign, its grouping."""

    values: NDArray[np.float64]
    marks: tuple[tuple[str, int, int], ...] = ()
    sign: str = ""
    grouped: bool = False
    comma: bool = False


def numbers_of(
    cells: Sequence[str], decimal: Decimal = "point", marks: Iterable[str] = (), *, signs: bool = True
) -> Found | None:
    """What a column says, if it is numbers; None if it is words. `marks`: what else is taken as missing, in lower case."""
    plain = _plainly(cells) if decimal == "point" and not marks else None
    if plain is not None:
        return Found(plain)
    texts = ["" if cell.lower() in MISSING else cell.translate(USUAL_SIGNS) for cell in cells]
    kinds = Counter(texts)
    kinds.pop("", None)
    table, sign = _values(list(kinds), decimal), ""
    if signs and len(table) < len(kinds):
        table, sign = max(
            (table, ""), _without_signs(list(kinds), decimal), key=lambda pair: sum(kinds[text] for text in pair[0])
        )
    gaps = {text: count for text, count in kinds.items() if text not in table}
    if not table or not _are_few(gaps, kinds, {mark.translate(USUAL_SIGNS) for mark in marks}):
        return None
    values = np.array([table.get(text, np.nan) for text in texts])
    first = {text: row for row, text in reversed(list(enumerate(texts, 1))) if text in gaps} if gaps else {}
    said = tuple((cells[first[text] - 1], count, first[text]) for text, count in gaps.items())
    grouped = any(GROUPS[decimal] in text for text in table)
    return Found(values, said, sign, grouped, decimal == "comma" and any("," in text for text in table))


def _plainly(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """The quick way for most columns: nothing but digits, points and signs, and no cell missing."""
    kinds = set(cells)
    if not set("".join(kinds)) <= PLAIN:
        return None
    try:
        if 2 * len(kinds) > len(cells):
            return np.array(list(map(float, cells)))
        known = {cell: float(cell) for cell in kinds}
    except ValueError:
        return None
    return np.fromiter(map(known.__getitem__, cells), np.float64, len(cells))


def _values(texts: Sequence[str], decimal: Decimal) -> dict[str, float]:
    """Those of some texts that are numbers."""
    found = {}
    for text in texts:
        if text.lower() in INFINITE:
            found[text] = float(text.lower().replace("∞", "inf"))
        elif NUMBER[decimal].fullmatch(text):
            found[text] = _value(text, decimal)
    if found:  # then what stands in brackets among them is negative, as in accounts
        inner = {text: text[1:-1].strip() for text in texts if text[:1] == "(" and text[-1:] == ")"}
        found |= {text: -_value(digits, decimal) for text, digits in inner.items() if NUMBER[decimal].fullmatch(digits)}
    return found


def _value(text: str, decimal: Decimal) -> float:
    digits = text if decimal == "point" else text.replace(".", "").replace(",", ".")
    return float(re.sub(r"[,'’ \u00a0\u202f]", "", digits))


def _without_signs(texts: Sequence[str], decimal: Decimal) -> tuple[dict[str, float], str]:
    """The numbers among texts that all wear the sign which most of them wear, and that sign."""
    cut = {text: parts for text in texts if (parts := _cut(text)) is not None}
    signs = Counter(parts[0] for parts in cut.values())
    if not signs:
        return {}, ""
    sign = signs.most_common(1)[0][0]
    found = {}
    for text, (worn, digits) in cut.items():
        value = _values([digits], decimal).get(digits)
        if worn == sign and value is not None:
            found[text] = value
    return found, sign


def _cut(text: str) -> tuple[str, str] | None:
    """(sign, number) of a cell with a sign before or behind; ($1,037) is negative. None: it has another shape."""
    negative = text.startswith("(") and text.endswith(")")
    match = SIGNED.fullmatch(text[1:-1].strip() if negative else text)
    if match is None:
        return None
    before, after = match["before"], match["after"].strip()
    number = match["number"].strip()
    if (before and not MONEY.fullmatch(before)) or (match["sign"] and not before and number[:1] in "+-"):
        return None
    if not (before or after) or (before and after) or after[:1] in tuple(".,-+/:"):
        return None
    if negative and not before and not MONEY.fullmatch(after):
        return None
    return before or after, ("-" if negative else match["sign"]) + number


def _are_few(gaps: dict[str, int], kinds: Counter[str], marks: set[str]) -> bool:
    """Whether what is no number can be taken as missing: marks, or one cell in ten at most of few other words."""
    strange = {text: count for text, count in gaps.items() if text.lower() not in MARKS and text.lower() not in marks}
    filled = sum(kinds.values())
    numbers = filled - sum(gaps.values())
    return numbers >= (2 if gaps else 1) and sum(strange.values()) <= FEW * filled and len(strange) <= max(3, numbers // 100)


def decimal_of(columns: Iterable[Sequence[str]], separator: str) -> tuple[Decimal, bool]:
    """Which sign is decimal in a file, and whether its cells leave that open (1,234 alone).

    A cell that can be no grouping proves it: 0,390 or 3,9; but only in a column that is numbers either way.
    """
    proofs: Counter[str] = Counter()
    undecided = False
    columns = list(columns)
    if not any("," in "".join(cells) for cells in columns):
        return "point", False
    for cells in columns:
        some = {cell.translate(USUAL_SIGNS) for cell in cells if "," in cell}
        dots = {cell.translate(USUAL_SIGNS) for cell in cells if "." in cell}
        if some and numbers_of(cells, "comma") is not None:
            proofs["comma"] += any(not _fits(text, "point") for text in some)
            undecided = undecided or any(OPEN.fullmatch(_bare(text)) for text in some)
        if dots and numbers_of(cells, "point") is not None:
            proofs["point"] += any(not _fits(text, "comma") for text in dots)
    if proofs["comma"] and not proofs["point"]:
        return "comma", False
    return (
        ("comma", undecided)
        if separator == ";" and undecided and not proofs["point"]
        else ("point", undecided and not proofs["point"])
    )


def _bare(text: str) -> str:
    parts = _cut(text)
    return parts[1] if parts else text


def _fits(text: str, decimal: Decimal) -> bool:
    """Whether a cell is a number with this decimal sign, groups not beginning with 0."""
    bare = _bare(text)
    digits = bare.lstrip("+-")
    return bool(NUMBER[decimal].fullmatch(bare)) and not re.match(
        r"0+[.,]", digits if (decimal == "point" and "," in digits) or (decimal == "comma" and "." in digits) else "1"
    )


def as_numbers(cells: Sequence[str]) -> Column | None:
    """(n,) float64 with NaN for missing cells; None when some cell is no plain number."""
    found = numbers_of(cells, signs=False)
    return None if found is None or found.marks else found.values


def is_number(cell: str) -> bool:
    """Whether a cell holds a plain number."""
    return (
        _plainly((cell,)) is not None
        if cell.isascii() and cell[-1:].isdigit() and "," not in cell
        else as_numbers((cell,)) is not None
    )


def reads_as_number(cell: str) -> bool:
    """Whether a cell holds a number with either decimal sign, with or without a sign such as % or $."""
    return any(numbers_of((cell,), decimal) is not None for decimal in ("point", "comma"))


def as_word(value: str | float) -> str:
    """A cell as text; whole numbers without their ".0", a missing number as ""."""
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else repr(float(value)).removesuffix(".0")
