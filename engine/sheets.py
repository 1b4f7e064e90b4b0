"""The rows of a file: what divides its cells, and which lines are neither names nor data.

A file is judged after it was read whole. Lines above and below the table, a line of sizes, of units, `sep=;`, an empty last cell
are told from rows by the rows between them, and are said. Raises DataError at the first row that is then still ragged.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

import regex

from engine.errors import DataError
from engine.numerals import MARKS, MISSING, is_number, numbers_of, reads_as_number
from engine.readings import COLUMNS, GUESS, SEPARATORS, Note, Reading, clean, cut

HEAD = 20_000  # characters that are tried with every separator
SEP = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n?", re.IGNORECASE)
CONTROLS = regex.compile(r"[\p{C}\p{Z}--\x20\n\r\t]", regex.V1)
UNIT = regex.compile(r"[\p{L}%°‰$€£¥µ²³/^()\[\]·*. -]{1,20}[0-9²³]?|[\p{L}%°/^()\[\]·*. 0-9-]{1,20}")
SHOWN = 40  # characters of a line that is left out


@dataclass
class Sheet:
    """Rows of clean cells, all of one width, and the names above them; what was found on the way."""

    rows: list[list[str]]
    heads: list[str] | None
    separator: str
    notes: list[Note] = field(default_factory=list)
    skipped: int = 0  # lines above the names
    nameless: bool = False  # whether the first column alone has no name, as R writes it


def sheet_of(text: str, reading: Reading = GUESS) -> Sheet:
    """The table that is in a text. Raises DataError."""
    notes: list[Note] = []
    said = SEP.match(text)
    if said:
        text = text[said.end() :]
        notes.append(("sep_line", {"separator": said[1]}))
    if "，" in text and not any(sign in text for sign in SEPARATORS.values() if sign != " "):
        text = text.replace("，", ",")  # typed on a Chinese keyboard
    separator = SEPARATORS.get(reading.separator) or (said[1] if said else separator_of(text))
    rows, lines, blank = cells_of(text, separator, notes)
    notes[:0] = _divided(separator, rows)
    notes += [("blank_rows", {"count": blank})] if blank else []
    return _framed(rows, lines, separator, reading, notes)


def _divided(separator: str, rows: list[list[str]]) -> list[Note]:
    if max(map(len, rows)) == 1:
        return []
    if separator in "\t ":
        return [("tab" if separator == "\t" else "spaces", {})]
    return [("delimiter", {"delimiter": separator})]


# --------------------------------------------------------------------------------------------------------------- into cells


def separator_of(text: str) -> str:
    """What cuts the first lines most evenly, then into most numbers, then into most cells; spaces where nothing else does."""
    head = text[:HEAD] if len(text) <= HEAD else text[:HEAD].rpartition("\n")[0] or text[:HEAD]
    best = max(",;\t|", key=lambda separator: _evenness(head, separator))
    even, numbers, width = _evenness(head, best)
    if width == 0 or (even < 0.9 and numbers < 0.5):
        spaced = _evenness(head, " ")
        if spaced[0] > max(even, 0.7) and spaced[1] >= 0.3:
            return " "
    return best


def _evenness(head: str, separator: str) -> tuple[float, float, int]:
    """(share of lines of the commonest width, share of cells that are numbers, that width)."""
    try:
        rows = [row for row in csv.reader(*_as_csv(head, separator)) if row and not row[0].startswith(("#", "%"))][:200]
    except csv.Error:
        return 0, 0, 0
    width, times = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
    if width == 1:
        return 0, 0, 0
    cells = [cell for row in rows for cell in row]
    numbers = sum(is_number(cell.strip().replace(",", ".", 1) if separator != "," else cell.strip()) for cell in cells)
    return times / len(rows), numbers / len(cells), width


def _as_csv(text: str, separator: str) -> tuple[io.StringIO, type[csv.Dialect]]:
    """What Python's reader of CSV wants; of spaces every run is one."""

    class Divided(csv.excel):
        delimiter = separator
        strict = True
        skipinitialspace = True

    if separator == " ":
        text = "\n".join(line.strip() for line in text.replace("\t", " ").splitlines())
    return io.StringIO(text, newline=""), Divided


def cells_of(text: str, separator: str, notes: list[Note]) -> tuple[list[list[str]], list[int], int]:
    """Rows of clean cells, the line each ends on, and how many blank rows were left out. Raises DataError."""
    try:
        return _cells(text, separator, quoted=True)
    except csv.Error:
        found = _cells(text, separator, quoted=False) if separator == "\t" else None
    if found is None or len({len(row) for row in found[0]}) > 1:  # no plain letters either: say where
        raise DataError("quotes", line=_where_quotes_break(text, separator))
    notes.append(("quotes_plain", {}))
    return found


def _cells(text: str, separator: str, *, quoted: bool) -> tuple[list[list[str]], list[int], int]:
    source, dialect = _as_csv(text, separator)
    reader = csv.reader(source, dialect, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    tidy = clean if CONTROLS.search(text) or ("\n" in text and quoted and '"' in text) else str.strip
    rows, lines, blank = [], [], 0
    for raw in reader:
        row = list(map(tidy, raw))
        if any(row):
            if len(row) > COLUMNS:
                raise DataError("too_many_columns", columns=len(row), limit=COLUMNS)
            rows.append(row)
            lines.append(reader.line_num)
        else:
            blank += 1
    if not rows:
        raise DataError("empty")
    return rows, lines, blank


def _where_quotes_break(text: str, separator: str) -> int:
    reader = csv.reader(*_as_csv(text, separator))
    try:
        for _ in reader:
            pass
    except csv.Error:
        pass
    return reader.line_num


# ------------------------------------------------------------------------------------------------------- names, data, neither


def _framed(rows: list[list[str]], lines: list[int], separator: str, reading: Reading, notes: list[Note]) -> Sheet:
    """The rows between the lines above and below, all of one width, and the names above them."""
    width = _width(rows)
    top = _above(rows, width) if reading.skip < 0 else min(reading.skip, len(rows) - 1)
    notes += _said_above(rows[:top])
    kept, at = _without_remarks(rows[top:], lines[top:], width, notes)
    nameless = _first_is_nameless(kept, width)
    if nameless:
        kept[0] = ["", *kept[0]]
        notes.append(("first_nameless", {}))
    kept = _ended(kept, width, notes)
    width = _width(kept)
    kept = _without_feet(kept, width, notes)
    named = _is_named(kept, reading, notes)
    for i, row in enumerate(kept):
        if len(row) != width:
            raise DataError("ragged", row=i + 1 - named, line=at[i], found=len(row), expected=width)
    heads, body = (kept[0], kept[1:]) if named else (None, kept)
    if heads is not None and reading.header == "auto":
        heads, body = _with_units(heads, body, notes)
    return Sheet(body, heads, separator, notes, top, nameless)


def _without_remarks(rows: list[list[str]], lines: list[int], width: int, notes: list[Note]) -> tuple[list[list[str]], list[int]]:
    """Rows and their lines without remarks that stand between them."""
    pairs = [(row, line) for row, line in zip(rows, lines, strict=True) if not (row[0].startswith("#") and len(row) != width)]
    if not pairs or len(pairs) == len(rows):
        return rows, lines
    notes.append(("graph_comments", {"count": len(rows) - len(pairs)}))
    return [row for row, _ in pairs], [line for _, line in pairs]


def _without_feet(rows: list[list[str]], width: int, notes: list[Note]) -> list[list[str]]:
    """Rows without words below them, and without a last one that was cut as it was written."""
    end = len(rows)
    while end > 2 and len(rows[end - 1]) < width and not reads_as_number(rows[end - 1][0]) and sum(map(bool, rows[end - 1])) == 1:
        end -= 1
    if end > 10 and len(rows[end - 1]) < width and all(len(row) == width for row in rows[: end - 1]):
        end -= 1
    notes += [("below", {"count": len(rows) - end, "line": cut(rows[end][0], SHOWN)})] if end < len(rows) else []
    return rows[:end]


def _width(rows: list[list[str]]) -> int:
    """How many cells most rows have; of rows with more than one cell, where there are enough of them."""
    widths = Counter(map(len, rows))
    wide = Counter({width: times for width, times in widths.items() if width > 1})
    return (wide if 2 * wide.total() > len(rows) else widths).most_common(1)[0][0]


def _above(rows: list[list[str]], width: int) -> int:
    """How many rows at the top are neither names nor data: comments, titles, a line of sizes."""
    top = 0
    even = sum(len(row) == width for row in rows) > 0.7 * len(rows)
    while top < min(len(rows) - 2, 50) and (
        _is_no_row(rows[top], rows[top + 1], len(rows) - top - 1, width) or (even and _is_narrow(rows[top], width))
    ):
        top += 1
    if top and rows[top - 1][0].startswith("#") and len(rows[top - 1]) == width and _has_no_names(rows, top):
        rows[top - 1][0] = rows[top - 1][0].lstrip("# ")  # names behind the sign of a comment
        return top - 1
    return top


def _has_no_names(rows: list[list[str]], top: int) -> bool:
    return any(is_number(cell) for cell in rows[top])


def _is_no_row(row: list[str], after: list[str], rest: int, width: int) -> bool:
    if row[0].startswith(("#", "%", "@")) and not is_number(row[0].lstrip("#% ")):
        return True
    if row[0] == str(rest) and len(row) > 1 and row[1].isdigit() and int(row[1]) in (width, width - 1):
        return True  # how many rows and columns there are
    alone = bool(row[0]) and not any(row[1:]) and width > 1
    if not alone or reads_as_number(row[0]):
        return False
    return len(row) < width or (sum(map(bool, after)) <= 1 or not any(map(is_number, after)))


def _is_narrow(row: list[str], width: int) -> bool:
    """Whether a row fills half of the columns at most, as "account; number" above a list of payments."""
    return width > 3 and len(row) < width and 2 * sum(map(bool, row)) <= width


def _said_above(rows: list[list[str]]) -> list[Note]:
    if not rows:
        return []
    return [("above", {"count": len(rows), "line": cut(" ".join(filter(None, rows[0])), SHOWN)})]


def _first_is_nameless(rows: list[list[str]], width: int) -> bool:
    """Whether the names are one fewer than the cells, and the first column names the rows: as R's write.table has it."""
    head, body = rows[0], rows[1:]
    if len(body) < 2 or len(head) != width - 1 or any(len(row) != width for row in body) or any(map(is_number, head)):
        return False
    first = [row[0] for row in body]
    if not any(row[-1] for row in body):
        return False
    return all(any(row[1:]) for row in body) and len(set(first)) == len(first) and any(map(is_number, body[0][1:]))


def _ended(rows: list[list[str]], width: int, notes: list[Note]) -> list[list[str]]:
    """Rows without an empty last cell that the names above do not have, or that some rows have and others not."""
    least = len(rows[0])
    if least == width + 1 and not rows[0][-1] and all(len(row) == width for row in rows[1:]):
        notes.append(("last_empty", {}))
        return [rows[0][:width], *rows[1:]]
    if least == width and all(len(row) in (width, width + 1) for row in rows):
        longer = [row for row in rows if len(row) > width]
    else:
        longer = [row for row in rows if len(row) == least + 1]
        if least != width - 1 or len(longer) != len(rows) - 1:
            return rows
    if not longer or any(row[-1] for row in longer):
        return rows
    notes.append(("last_empty", {}))
    return [row[:least] for row in rows]


def _is_named(rows: list[list[str]], reading: Reading, notes: list[Note]) -> bool:
    """Whether the first row names the columns."""
    if reading.header != "auto" or len(rows) == 1:
        return reading.header == "yes" or (reading.header == "auto" and _is_words(rows[0]))
    if _is_words(rows[0]):
        return True
    named = _are_names_in_order(rows)
    notes += [("numbers_name", {})] if named else []
    return named


def _is_words(row: list[str]) -> bool:
    """A first row without any number names the columns."""
    return not any(reads_as_number(cell) for cell in row) and any(cell.lower() not in MISSING for cell in row)


def _are_names_in_order(rows: list[list[str]]) -> bool:
    """Whether whole numbers in order stand above columns of another kind or size: years, or 0, 1, 2, …"""
    head, body = rows[0], rows[1 : 1 + 2000]
    places = [i for i, cell in enumerate(head) if re.fullmatch(r"[0-9]{1,4}", cell)]
    if (
        len(places) < (3 if len(places) == len(head) else 2)
        or len(body) < 3
        or any(reads_as_number(head[i]) for i in range(len(head)) if i not in places)
    ):
        return False
    numbers = [int(head[i]) for i in places]
    steps = {b - a for a, b in pairwise(numbers)}
    even, years = len(steps) == 1 and steps != {0}, all(1500 <= number <= 2200 for number in numbers) and 0 not in steps
    if not (even or (years and len(set(numbers)) == len(numbers))):
        return False
    if steps == {1} and numbers[0] in (0, 1) and len(places) >= 6:
        return True
    return sum(_is_other(numbers[k], [row[i] for row in body if i < len(row)]) for k, i in enumerate(places)) > 0.6 * len(places)


def _is_other(number: int, cells: list[str]) -> bool:
    """Whether a number is of another kind or size than the cells of a column."""
    filled = [cell for cell in cells if cell.lower() not in MISSING and cell.lower() not in MARKS]
    found = numbers_of(filled, "comma" if any("," in cell for cell in filled) else "point")
    if found is None or not filled:
        return True
    low, high = float(min(found.values)), float(max(found.values))
    return not low - 0.5 * (high - low) <= number <= high + 0.5 * (high - low) or bool((found.values % 1 != 0).any())


def _with_units(heads: list[str], body: list[list[str]], notes: list[Note]) -> tuple[list[str], list[list[str]]]:
    """Names with the units that stand in a row of their own below them, and the rows after it."""
    if len(body) < 3:
        return heads, body
    first, rest = body[0], body[1:200]
    numeric = [
        i for i in range(len(first)) if numbers_of([row[i] for row in rest if row[i].lower() not in MISSING] or ["x"]) is not None
    ]
    units = [i for i in numeric if first[i] and first[i].lower() not in MISSING | MARKS]
    if not units or any(is_number(first[i]) or not UNIT.fullmatch(first[i]) for i in units) or 2 * len(units) < len(numeric):
        return heads, body
    if any(reads_as_number(first[i]) for i in numeric):
        return heads, body
    notes.append(("units_row", {"line": cut(" · ".join(filter(None, first)), SHOWN)}))
    return [f"{head} ({first[i].strip('()[]')})" if i in units else head for i, head in enumerate(heads)], body[1:]
