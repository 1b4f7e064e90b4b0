"""Edge lists that visitors bring, as tables: divided columns, a matrix of weights, JSON, other programs' formats."""

import csv
import re
from collections import Counter
from collections.abc import Sequence

from engine.edgefiles import foreign
from engine.edgejson import json_rows
from engine.edges import EDGES, NODES
from engine.edgetables import NO_LABEL, ROLES, TEXT, class_field
from engine.errors import DataError
from engine.numerals import MARKS, MISSING, decimal_of, is_number, reads_as_number
from engine.readings import GUESS, SEPARATORS, Note, Reading, clean, cut, read_words, uncollected
from engine.sheets import cells_of, separator_of
from engine.tables import Cells, Table, make_table

FIXED = ("source", "target", "weight", "x", "y")  # roles that are no class
BRACES = re.compile(r"\s*\{[^{}]*\}\s*$")
LIST = re.compile("[;,、，]")
ARROW = re.compile(r"<->|-->|->|=>|[→—–↔]|(?<=\s)--?(?=\s)")
WEIGHT = re.compile(r"['\"]weight['\"]\s*:\s*([0-9.eE+-]+)")
STEM = re.compile(r"(.*?)[ _.-]?(?:[0-9]+|[a-zA-Z])")


@uncollected()
def read_graph(raw: bytes, name: str = "", reading: Reading = GUESS) -> Table:
    """The graph in the bytes of a file, as a table. Raises DataError."""
    text, notes, encoding = read_words(raw, reading.encoding)
    classes: tuple[str, ...] = ()
    used = {"encoding": encoding}
    found = foreign(text, reading.label)
    if found is not None:
        notes.append(("graph_format", {"format": found[0]}))
        rows, could = _squared(found[1]), found[2]
    elif text.lstrip()[0] in "{[":
        described, classes, could = json_rows(text, notes, reading.label)
        rows = _squared(described)
    else:
        rows, could = _from_lines(text, reading, notes, used)
    if len(rows) < 2:
        raise DataError("graph_small")
    if len(rows) - 1 > NODES + EDGES:
        raise DataError("graph_many_edges", edges=len(rows) - 1, limit=EDGES)
    decimal, _ = decimal_of(list(zip(*rows[1:], strict=True))[2:], SEPARATORS.get(used.get("separator", ""), ","))
    table = make_table(
        rows, header=True, cells=Cells(decimal), notes=notes, name=cut(clean(name)), text=TEXT, limit=NODES + EDGES
    )
    said = tuple(note for note in table.notes if note[0] not in ("header", "missing"))  # cells of the other kind of row
    label = "label" if "label" in rows[0] else None
    how = reading.model_copy(update=used)
    return Table(table.frame, table.columns, said, table.name, "upload", label, None, classes, could, how)


def _squared(rows: list[dict[str, str]]) -> list[list[str]]:
    heads: dict[str, None] = {"source": None, "target": None}
    for row in rows:
        heads |= dict.fromkeys(row)
    return [list(heads), *([row.get(head, "") for head in heads] for row in rows)]


def _from_lines(text: str, reading: Reading, notes: list[Note], used: dict[str, str]) -> tuple[list[list[str]], tuple[str, ...]]:
    """Rows under names of roles, from lines of cells, and the columns that could name the classes. Raises DataError."""
    lines = text.splitlines()
    kept = [line for line in lines if not line.lstrip().startswith(("#", "%"))]
    notes += [("graph_comments", {"count": len(lines) - len(kept)})] if len(kept) < len(lines) else []
    if not any(line.strip() for line in kept):
        raise DataError("empty")
    kept = _without_braces(_without_arrows(kept), notes)
    separator = SEPARATORS.get(reading.separator) or _separator(kept)
    if separator == " ":
        kept = [line.replace("\t", " ") for line in kept]
    try:
        rows, places, blank = cells_of("\n".join(kept), separator, [])
    except csv.Error as problem:
        raise DataError("quotes", line=1) from problem
    notes += [("blank_rows", {"count": blank})] if blank else []
    rows = _evenly(rows, places, separator, notes)
    while len(rows[0]) > 2 and not any(row[-1] for row in rows):
        rows = [row[:-1] for row in rows]
    used["separator"] = next(key for key, sign in SEPARATORS.items() if sign == separator)
    if (matrix := _matrix(rows, notes)) is not None:
        return matrix, ()
    named = _named(rows, reading, notes)
    used["header"] = "no" if ("graph_no_header", {}) in notes else "yes"
    nodes = [
        dict(zip(rows[0], row, strict=False)) for row in named[1:] if "target" in named[0] and not row[named[0].index("target")]
    ]
    free = [{key: cell for k, (key, cell) in enumerate(node.items()) if named[0][k] not in FIXED} for node in nodes]
    return named, class_field(free, (), "")[1]


def _without_arrows(lines: list[str]) -> list[str]:
    """Lines such as "A -> B" with a tab in place of the arrow; as they are, where not all of them have one."""
    parts = [[part.strip() for part in ARROW.split(line)] for line in lines if line.strip()]
    return ["\t".join(part) for part in parts] if all(len(part) == 2 and all(part) for part in parts) else lines


def _without_braces(lines: list[str], notes: list[Note]) -> list[str]:
    """Lines as networkx writes them without {…} at their ends; a weight in there becomes a cell."""
    worn = [line for line in lines if line.strip()]
    if not all(BRACES.search(line) for line in worn):
        return lines
    notes.append(("graph_braces", {}))
    made = []
    for line in worn:
        weight = WEIGHT.search(line)
        made.append(BRACES.sub(f" {weight[1]}" if weight else "", line))
    return made


def _separator(lines: list[str]) -> str:
    """What divides the cells; any white space where it divides all lines alike into numbers, or nothing else does."""
    text = "\n".join(lines[:2000])
    best = separator_of(text)
    first = [line for line in lines[:2000] if line.strip()]
    if best in first[0] and best in ",;|":
        return best
    parts = [line.split() for line in first]
    widths = {len(part) for part in parts[1:] or parts}
    if best == "\t" and best in first[0]:
        mixed = len(widths) == 1 and all(is_number(cell) for part in parts[1:] for cell in part)
        return " " if mixed else best
    return " " if re.search(r"\S[ \t]+\S", "\n".join(first[:2])) else best


def _evenly(rows: list[list[str]], lines: list[int], separator: str, notes: list[Note]) -> list[list[str]]:
    """Rows of one width; where spaces divide and rows are of many, each is a node and its neighbours. Raises DataError."""
    width = len(rows[0])
    bad = next((i for i, row in enumerate(rows) if len(row) != width), None)
    if bad is None:
        return rows
    if separator == " " and len({len(row) for row in rows}) > 1 and len(rows) > 2:
        known = Counter(cell for row in rows for cell in row)
        if sum(count > 1 for count in known.values()) > 0.6 * len(known):
            notes.append(("graph_neighbours", {}))
            return [["source", "target"], *([row[0], other] for row in rows for other in row[1:] or [""])]
    raise DataError("ragged", row=bad, line=lines[bad], found=len(rows[bad]), expected=width)


def _matrix(rows: list[list[str]], notes: list[Note]) -> list[list[str]] | None:
    """The edges in a square table of weights, with or without names above and before it; 0: no edge. None: it is none."""
    head, body = rows[0], rows[1:]
    named = len(head) == len(body) + 1 >= 3 and head[1:] == [row[0] for row in body]
    if named:
        names, cells = head[1:], [row[1:] for row in body]
    else:
        names, cells = [str(i + 1) for i in range(len(rows))], rows
        if len(rows) < 3 or len(head) != len(rows):
            return None
    cells = [["" if cell.lower() in MISSING | MARKS else cell for cell in row] for row in cells]
    if not all(is_number(cell) or not cell for row in cells for cell in row):
        return None
    n = len(cells)
    mirrored = all(cells[i][j] == cells[j][i] for i in range(n) for j in range(i))
    if not named and not mirrored and n < 5:
        return None
    notes.append(("graph_matrix", {"count": n}))
    pairs = [(i, j) for i in range(n) for j in range(n) if cells[i][j] and float(cells[i][j]) and (i <= j or not mirrored)]
    return [
        ["source", "target", "weight"],
        *([name, "", ""] for name in names),
        *([names[i], names[j], cells[i][j]] for i, j in pairs),
    ]


def _named(rows: list[list[str]], reading: Reading, notes: list[Note]) -> list[list[str]]:
    """Rows under a first row that names the columns by their role."""
    heads, body = rows[0], rows[1:]
    chosen = _chosen(body)
    if chosen is not None:
        notes.append(("graph_neighbours", {}))
        return [["source", "target"], *([name, ""] for name in chosen), *([u, v] for u, ends in chosen.items() for v in ends)]
    roles = _roles([cell.lower() for cell in heads])
    if reading.header != "no" and "source" in roles.values() and ("target" in roles.values() or len(heads) == 1):
        notes.append(("graph_header", {}))
        if reading.label:
            roles = {k: role for k, role in roles.items() if role != "label"} | dict.fromkeys(_at(heads, reading.label), "label")
            heads = [f"({head})" if head.lower() == "label" else head for head in heads]  # which it is no longer
        named = [roles.get(k, heads[k]) for k in range(len(heads))]
        return [named, *body] if "target" in named else [[*named, "target"], *([*row, ""] for row in body)]
    if len(heads) < 2:
        raise DataError("graph_columns")
    if reading.header == "auto" and _are_nodes(roles, body):
        raise DataError("graph_nodes_only", columns=cut(", ".join(heads)))
    if reading.header == "yes" or (reading.header == "auto" and _are_names(heads, body)):
        notes.append(("graph_unknown_names", {"first": cut(heads[0]), "second": cut(heads[1])}))
        more = [roles[k] if roles.get(k) == "weight" else heads[k] for k in range(2, len(heads))]
        return [["source", "target", *(more or [])], *body]
    notes.append(("graph_no_header", {}))
    return [["source", "target", "weight"][: len(heads)] + [f"column {k + 1}" for k in range(3, len(heads))], *rows]


def _chosen(body: list[list[str]]) -> dict[str, list[str]] | None:
    """Of rows of a name and those that it chooses, in the cells beside it or as a list in one of them: whom each chooses.

    None where the names are not each once in a column, or most of the others are none of them.
    """
    for place in range(min(3, len(body[0]) - 1)) if len(body) > 2 else ():
        names = {row[place] for row in body}
        if len(names) < len(body):
            continue
        columns = [k for k in range(place + 1, len(body[0])) if _are_of([row[k] for row in body], names)]
        cells = {row[place]: [part for k in columns for part in _listed(row[k])] for row in body}
        if max(map(len, cells.values())) > 1:
            return cells
    return None


def _are_of(cells: list[str], names: set[str]) -> bool:
    """Whether cells, or what is listed in them, are mostly names of nodes, and no numbers."""
    parts = [part for cell in cells for part in _listed(cell)]
    return sum(part in names for part in parts) > 0.6 * len(parts) and not any(map(is_number, parts))


def _listed(cell: str) -> list[str]:
    return [part for one in LIST.split(cell) if (part := one.strip())]


def _at(heads: Sequence[str], label: str) -> list[int]:
    """The place of the column that is to name the classes, if any. Raises DataError."""
    if label != NO_LABEL and label not in heads:
        raise DataError("no_column", column=cut(label))
    return [] if label == NO_LABEL else [heads.index(label)]


def _roles(heads: Sequence[str]) -> dict[int, str]:
    """Which columns are called by their role."""
    taken: dict[int, str] = {}
    for role, words in ROLES.items():
        place = next((k for k, cell in enumerate(heads) if cell in words and k not in taken), None)
        if place is not None:
            taken[place] = role
    return taken


def _are_nodes(roles: dict[int, str], body: list[list[str]]) -> bool:
    """Whether a file lists nodes, one a row: ids that all differ, and what they are called or belong to beside them."""
    place = next((k for k, role in roles.items() if role == "source"), None)
    if place is None or not body or "target" in roles.values():
        return False
    ids = [row[place] for row in body]
    others = {cell for row in body for k, cell in enumerate(row) if k != place}
    return len(set(ids)) == len(ids) and not (set(ids) & others and len(body[0]) == 2)


def _are_names(heads: list[str], body: list[list[str]]) -> bool:
    """Whether a first row names the columns: words above numbers, or two words that never come again where others do."""
    ends = Counter(cell for row in body for cell in row[:2])
    if not body or heads[0] == heads[1] or any(is_number(cell) or not cell or cell in ends for cell in heads[:2]):
        return False
    if all(is_number(cell) for row in body for cell in row[:2]):
        return True
    first, second = (STEM.fullmatch(cell.lower()) for cell in heads[:2])
    if first and second and len(first[1]) > 1 and first[1] == second[1]:
        return True  # person1, person2
    if len(heads) > 2 and not is_number(heads[2]) and all(reads_as_number(row[2]) for row in body):
        return True
    again = sum(count > 1 for count in ends.values())
    return len(body) >= 4 and again > 0.5 * len(ends)
