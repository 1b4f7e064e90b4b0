"""Tables: columns of numbers and of words, and how they are read from a CSV."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.errors import DataError
from engine.numerals import MISSING, Column, Decimal, Found, decimal_of, numbers_of, reads_as_number
from engine.readings import (
    GUESS,
    NAME_CHARACTERS,
    ROWS,
    SEPARATORS,
    Note,
    Reading,
    clean,
    cut,
    digest_of,
    listed,
    read_words,
    uncollected,
)
from engine.sheets import Sheet, sheet_of

MARKS_SAID = 6  # notes of marks for missing


@dataclass(frozen=True, eq=False)
class Table:
    """What a CSV says before its columns are chosen. All arrays are read-only and of one length n ≥ 1."""

    frame: dict[str, Column]
    columns: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    name: str = ""  # of the file
    origin: str = "upload"
    label: str | None = None  # the column that offers itself as label, where that is known
    names: str | None = None  # the column that offers itself as row names, where that is known
    label_names: tuple[str, ...] = ()  # the order of the labels, where that is known
    groupings: tuple[str, ...] = ()  # of a graph: the fields of its nodes that could name their classes
    used: Reading = GUESS  # how the file was read, field by field, guesses filled in
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        for column in self.frame.values():
            column.flags.writeable = False
        parts = (repr(self.columns), *(part for name in self.columns for part in _content(self.frame[name])))
        object.__setattr__(self, "digest", digest_of(*parts))

    @property
    def rows(self) -> int:
        """How many rows of data."""
        return len(self.frame[self.columns[0]])

    @property
    def nbytes(self) -> int:
        """Bytes of all columns, strings estimated."""
        text = [column for column in self.frame.values() if column.dtype == object]
        return sum(column.nbytes for column in self.frame.values()) + sum(50 + len(cell) for column in text for cell in column)


def _content(column: Column) -> Iterator[str | bytes]:
    if column.dtype != object:
        yield column.tobytes()
    else:
        yield from column


@uncollected()
def read_table(raw: bytes, name: str = "", reading: Reading = GUESS) -> Table:
    """The table in the bytes of a CSV file; `reading` says what is not to be guessed. Raises DataError for all else."""
    text, notes, encoding = read_words(raw, reading.encoding)
    lines = max(text.count("\n"), text.count("\r"))
    if lines > ROWS + 60:
        raise DataError("too_many_rows", rows=lines, limit=ROWS)
    return table_of(sheet_of(text, reading), reading, notes, encoding, cut(clean(name)))


def table_of(sheet: Sheet, reading: Reading, notes: Sequence[Note], encoding: str, name: str = "") -> Table:
    """A Table from the rows of a file. Raises DataError."""
    if not sheet.rows:
        raise DataError("no_rows")
    columns = list(zip(*sheet.rows, strict=True))
    guess, is_open = decimal_of(columns, sheet.separator)
    decimal: Decimal = guess if reading.decimal == "auto" else reading.decimal
    said: list[Note] = [*notes, *sheet.notes]
    said += [("decimal_open", {})] if is_open and reading.decimal == "auto" else []
    rows = sheet.rows if sheet.heads is None else [sheet.heads, *sheet.rows]
    how = Cells(decimal, tuple(reading.marks.lower().split()), reading.units == "auto", loose=True)
    table = make_table(rows, header=sheet.heads is not None, cells=how, notes=said, name=name)
    separator = next(key for key, sign in SEPARATORS.items() if sign == sheet.separator)
    header = "no" if sheet.heads is None else "yes"
    used = Reading.make(
        encoding=encoding, separator=separator, decimal=decimal, header=header, skip=min(sheet.skipped, 50), marks=reading.marks,
        units=reading.units, gaps=reading.gaps, counter=reading.counter,
    )  # fmt: skip
    return _with_row_names(replace(table, used=used), sheet, reading)


def _with_row_names(table: Table, sheet: Sheet, reading: Reading) -> Table:
    """The table with the column that only counts or names its rows as their names."""
    found = None if reading.counter == "column" else counting_column(table, sheet)
    if found is None:
        return table
    return replace(table, names=found, notes=(*table.notes, ("row_names", {"column": found})))


NUMBERED = re.compile(r"[a-z]+[ _.-]?(?:no|nr|num|number|id|index)\.?")  # student no., customer_id
COUNTERS = frozenset(  # what a column that counts the rows is called, in lower case
    (
        "id n° nº № index idx no no. nr nr. num number # row rows rownames row.names rownum row_id rowid obs obs. observation "
        "case sno s.no s.no. sl sl.no serial x1 ...1 level_0 序号 编号 序 行号 번호 番号 nummer lfd lfd. "
    ).split()
) | {"row id", "sl. no.", "sr. no.", "unnamed: 0"}


def counting_column(table: Table, sheet: Sheet | None = None) -> str | None:
    """The column that only counts the rows (0, 1, 2, … or 1, 2, 3, …) or, first and nameless as R writes it, names them."""
    heads = dict(zip(table.columns, table.columns, strict=True))
    first = table.columns[0]
    blank = sheet is not None and sheet.heads is not None and not sheet.heads[0]
    for column in heads:
        values = table.frame[column]
        called = column.lower() in COUNTERS or bool(NUMBERED.fullmatch(column.lower())) or (blank and column == first)
        if not called or len(table.columns) < 2:
            continue
        if values.dtype != object and _counts(values, loosely=column == first):
            return column
        named = values.dtype == object and (blank or column.lower() in ("rownames", "row.names"))
        if named and column == first and all(values) and len(set(values)) == len(values):
            return column
    return None


def _counts(values: Column, *, loosely: bool) -> bool:
    """Whether values are 0, 1, 2, … or 1, 2, 3, …; loosely: whole numbers that rise, as rows that were picked out keep theirs."""
    there = np.isfinite(values)
    if len(values) < 2 or there.mean() < 0.9 or not there[0]:
        return False
    values = np.where(there, values, values[0] + np.arange(len(values)))  # a row of means below has no number
    if np.array_equal(values, values[0] + np.arange(len(values))) and values[0] in (0, 1):
        return True
    return loosely and bool((np.diff(values) == 1).all() and values[0] == int(values[0]))


@dataclass(frozen=True)
class Cells:
    """How cells are read: the decimal sign, further marks for missing, signs. Not loose: plain numbers alone are numbers."""

    decimal: Decimal = "point"
    marks: tuple[str, ...] = ()
    signs: bool = False
    loose: bool = False

    def read(self, cells: Sequence[str]) -> Found | None:
        """What a column says, if it is numbers."""
        found = numbers_of(cells, self.decimal, self.marks, signs=self.signs)
        return None if found is not None and found.marks and not self.loose else found


def make_table(rows: list[list[str]], *, header: bool, cells: Cells = Cells(), notes: Iterable[Note] = (), name: str = "",
               origin: str = "upload", text: Sequence[str] = (), limit: int = ROWS) -> Table:  # fmt: skip
    """A Table from rows of clean cells, all equally long; columns named in `text` are not looked at for numbers."""
    said = [*notes, ("header" if header else "no_header", {})]
    heads, body = (rows[0], rows[1:]) if header else ([""] * len(rows[0]), rows)
    if not body:
        raise DataError("no_rows")
    if len(body) > limit:
        raise DataError("too_many_rows", rows=len(body), limit=limit)
    columns = list(zip(*body, strict=True))
    kept = [i for i, head in enumerate(heads) if head or any(columns[i])]
    said += [("empty_columns", {"count": len(heads) - len(kept)})] if len(kept) < len(heads) else []
    names = [heads[i] or f"column {i + 1}" for i in kept]
    found = [None if one in text else cells.read(columns[i]) for one, i in zip(names, kept, strict=True)]
    called = _names([_with_sign(one, column) for one, column in zip(names, found, strict=True)], said)
    frame: dict[str, Column] = {}
    for one, i, column in zip(called, kept, found, strict=True):
        frame[one] = _texts(columns[i], one, said) if column is None else column.values
        said += _nearly(one, columns[i]) if column is None and cells.loose else [] if column is None else _said_of(one, column)
    return Table(frame, called, tuple(_merged(said)), name, origin)


def _with_sign(name: str, found: Found | None) -> str:
    """The name of a column with the sign that its cells wear."""
    if found is None or not found.sign or found.sign.lower() in name.lower():
        return name
    return f"{cut(name, NAME_CHARACTERS - 3 - len(found.sign))} ({found.sign})"


def _said_of(name: str, found: Found) -> list[Note]:
    said: list[Note] = [("decimal_comma", {"column": name})] if found.comma else []
    said += [("thousands", {"column": name})] if found.grouped and not found.comma else []
    said += [("sign", {"column": name})] if found.sign else []
    said += [("mark", {"mark": cut(mark, 20), "at": name, "count": count, "row": row}) for mark, count, row in found.marks]
    missing = int(np.isnan(found.values).sum())
    return said + ([("missing", {"column": name, "count": missing})] if missing else [])


def _nearly(name: str, cells: Sequence[str]) -> list[Note]:
    """That a column of words holds mostly numbers, and the commonest word that keeps it from being one of them."""
    filled = [cell for cell in cells[:100] if cell.lower() not in MISSING]
    words = Counter(cell for cell in filled if not reads_as_number(cell))
    if not words or words.total() > len(filled) / 2:
        return []
    return [("nearly", {"at": name, "word": cut(words.most_common(1)[0][0], 20)})]


def _names(heads: list[str], said: list[Note]) -> tuple[str, ...]:
    """Heads cut to NAME_CHARACTERS and made unique: a second "x" becomes "x (2)"."""
    names: list[str] = []
    for head in heads:
        name, count = cut(head), 1
        if len(head) > NAME_CHARACTERS:
            said.append(("cut_name", {"column": name, "limit": NAME_CHARACTERS}))
        while name in names:
            count += 1
            name = f"{cut(head, NAME_CHARACTERS - 6)} ({count})"
        if count > 1:
            said.append(("renamed", {"column": name}))
        names.append(name)
    return tuple(names)


def _merged(said: Iterable[Note]) -> Iterator[Note]:
    """One note a code: the notes of single columns become one of `columns`, five of them named, their counts added up."""
    gathered: dict[str, list[dict[str, Any]]] = {}
    marks = [(code, values) for code, values in said if code in ("mark", "nearly")]
    for code, values in said:
        if code in ("mark", "nearly"):
            continue
        gathered.setdefault(code, []).append(values)
    for code, all_values in gathered.items():
        values = dict(all_values[0])
        if "column" in values:
            values["columns"] = listed([one["column"] for one in all_values])
            del values["column"]
        if "count" in values:
            values["count"] = sum(one["count"] for one in all_values)
        yield code, values
    yield from marks[:MARKS_SAID]
    if len(marks) > MARKS_SAID:
        yield "more_marks", {"count": len(marks) - MARKS_SAID}


def _texts(cells: Sequence[str], column: str, said: list[Note]) -> Column:
    long = sum(len(cell) > NAME_CHARACTERS for cell in cells)
    if long:
        said.append(("cut_text", {"column": column, "count": long, "limit": NAME_CHARACTERS}))
    texts = np.empty(len(cells), dtype=object)
    texts[:] = [cut(cell) for cell in cells] if long else cells
    return texts
