"""Tables: columns of numbers and of words, and how they are read from a CSV."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.errors import DataError
from engine.numerals import MISSING, Column, as_numbers, is_number
from engine.readings import COLUMNS, NAME_CHARACTERS, ROWS, Note, clean, cut, digest_of, listed, read_words


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


def read_table(raw: bytes, name: str = "") -> Table:
    """The table in the bytes of a CSV file. Raises DataError for everything that is none, or is too large."""
    text, encoding = read_words(raw)
    lines = max(text.count("\n"), text.count("\r"))
    if lines > ROWS + 1:
        raise DataError("too_many_rows", rows=lines, limit=ROWS)
    rows, delimiter, blank = csv_rows(text)
    notes: list[Note] = [("encoding", {"encoding": encoding})]
    notes += [] if len(rows[0]) == 1 else [("tab", {})] if delimiter == "\t" else [("delimiter", {"delimiter": delimiter})]
    notes += [("blank_rows", {"count": blank})] if blank else []
    return make_table(rows, header=_is_header(rows[0]), delimiter=delimiter, notes=notes, name=cut(clean(name)))


def make_table(rows: list[list[str]], *, header: bool, delimiter: str = ",", notes: Iterable[Note] = (), name: str = "",
               origin: str = "upload", text: Sequence[str] = (), limit: int = ROWS) -> Table:  # fmt: skip
    """A Table from rows of clean cells, all equally long; columns named in `text` are not looked at for numbers."""
    said = [*notes, ("header" if header else "no_header", {})]
    heads, body = (rows[0], rows[1:]) if header else ([""] * len(rows[0]), rows)
    if not body:
        raise DataError("no_rows")
    if len(body) > limit:
        raise DataError("too_many_rows", rows=len(body), limit=limit)
    cells = list(zip(*body, strict=True))
    kept = [i for i, head in enumerate(heads) if head or any(cells[i])]
    said += [("empty_columns", {"count": len(heads) - len(kept)})] if len(kept) < len(heads) else []
    columns = _names([heads[i] or f"column {i + 1}" for i in kept], said)
    frame: dict[str, Column] = {}
    for column, i in zip(columns, kept, strict=True):
        numbers, how = (None, None) if column in text else as_numbers(cells[i], delimiter)
        frame[column] = _texts(cells[i], column, said) if numbers is None else numbers
        said += [(how, {"column": column})] if how else []
        if numbers is not None and np.isnan(numbers).any():
            said.append(("missing", {"column": column, "count": int(np.isnan(numbers).sum())}))
    return Table(frame, columns, tuple(_merged(said)), name, origin)


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the first lines most evenly, then into most numbers, then into most cells."""
    head = text[:20_000] if len(text) <= 20_000 else text[:20_000].rpartition("\n")[0] or text[:20_000]

    def score(delimiter: str) -> tuple[float, float, int]:
        try:
            rows = [row for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if row][:50]
        except csv.Error:
            return 0, 0, 0
        width, times = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        if width == 1:
            return 0, 0, 0
        cells = [cell for row in rows for cell in row]
        numbers = sum(is_number(cell.replace(",", ".", 1) if delimiter != "," else cell) for cell in cells)
        return times / len(rows), numbers / len(cells), width

    return max(",;\t|", key=score)


def csv_rows(text: str) -> tuple[list[list[str]], str, int]:
    """Rows of clean cells, the delimiter, and how many blank rows were left out. Raises DataError."""
    delimiter = delimiter_of(text)
    rows, blank = rows_of(text, delimiter)
    return rows, delimiter, blank


def rows_of(text: str, delimiter: str) -> tuple[list[list[str]], int]:
    """Rows of clean cells, and how many blank rows were left out. Raises DataError at the first ragged or badly quoted row."""
    rows: list[list[str]] = []
    blank = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        for raw in reader:
            row = [clean(cell) for cell in raw]
            if not any(row):
                blank += 1
            else:
                rows.append(row)
                _check_row(rows, reader.line_num)
    except csv.Error as problem:
        raise DataError("quotes", line=reader.line_num) from problem
    if not rows:
        raise DataError("empty")
    return rows, blank


def _check_row(rows: list[list[str]], line: int) -> None:
    width, found = len(rows[0]), len(rows[-1])
    if width > COLUMNS:
        raise DataError("too_many_columns", columns=width, limit=COLUMNS)
    if found != width:
        raise DataError("ragged", row=len(rows) - _is_header(rows[0]), line=line, found=found, expected=width)


def _is_header(row: list[str]) -> bool:
    """A first row without any number names the columns."""
    return not any(is_number(cell) for cell in row) and any(cell.lower() not in MISSING for cell in row)


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
    for code, values in said:
        gathered.setdefault(code, []).append(values)
    for code, all_values in gathered.items():
        values = dict(all_values[0])
        if "column" in values:
            values["columns"] = listed([one["column"] for one in all_values])
            del values["column"]
        if "count" in values:
            values["count"] = sum(one["count"] for one in all_values)
        yield code, values


def _texts(cells: Sequence[str], column: str, said: list[Note]) -> Column:
    long = sum(len(cell) > NAME_CHARACTERS for cell in cells)
    if long:
        said.append(("cut_text", {"column": column, "count": long, "limit": NAME_CHARACTERS}))
    texts = np.empty(len(cells), dtype=object)
    texts[:] = [cut(cell) for cell in cells]
    return texts
