"""What a link carries, deflated in base64url, and what a file of ours carries; packed and unpacked again, exactly."""

import base64
import binascii
import csv
import io
import zlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from engine.columns import choose
from engine.edges import Graph
from engine.edgetables import graph_table
from engine.errors import DataError
from engine.images import Image, read_image
from engine.numerals import as_word
from engine.points import Points
from engine.readings import COLUMNS, NAME_CHARACTERS, check_size, clean
from engine.strokes import DRAWN
from engine.tables import Table, make_table
from engine.texts import Language, Text, text

LINK_CHARACTERS = 1500
LINK_BYTES = 200_000  # what a link may unpack to
WHOLE = ("~", DRAWN)  # before data that a link carries whole
TEXT_MARK = "."  # before a packed text; base64url has no such sign


def pack(data: Points | Table | Text | Graph | Image) -> str | None:
    """What a link carries: CSV or text, deflated, in base64url. None when it would exceed LINK_CHARACTERS, or are images."""
    if isinstance(data, Image):
        return None
    if isinstance(data, Text):
        return _pack_text(data)
    if isinstance(data, Graph):
        if data.n + len(data.edges) > LINK_BYTES // 2:
            return None
        data = graph_table(data)
    if isinstance(data, Points):
        if data.kind == "images" or data.X.size > LINK_BYTES:
            return None
        data = as_table(data)
    if data.rows * len(data.columns) > LINK_BYTES:
        return None
    return _deflated(_table_text(data).encode())


def _table_text(data: Table) -> str:
    """CSV: a row for what is label, name and class, then the table."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([data.label or "", data.names or "", *data.label_names])
    writer.writerow(data.columns)
    writer.writerows(zip(*([as_word(cell) for cell in data.frame[column]] for column in data.columns), strict=True))
    return file.getvalue()


def _pack_text(data: Text) -> str | None:
    """The text; a point before it says that it is one."""
    if data.characters > LINK_BYTES:
        return None
    packed = _deflated(_text_text(data).encode())
    return None if packed is None or len(packed) >= LINK_CHARACTERS else TEXT_MARK + packed


def _text_text(data: Text) -> str:
    """A line for the language, one for the dictionary, then the text."""
    return "\n".join([data.language, " ".join(data.dictionary), *data.lines])


def _deflated(raw: bytes) -> str | None:
    link = base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")
    return link if len(link) <= LINK_CHARACTERS and len(raw) <= LINK_BYTES else None


def unpack_text(link: str) -> Text:
    """The Text that `pack` put into a link. Raises DataError when it is damaged or a bomb."""
    if not link.startswith(TEXT_MARK):
        raise DataError("broken_link")
    return _text_of(_inflate(link.removeprefix(TEXT_MARK)))


def _text_of(content: str) -> Text:
    language, *rest = content.split("\n")
    if language not in get_args(Language) or not rest:
        raise DataError("broken_link")
    return text(rest[1:], dictionary=rest[0].split(" "), origin="link", language=language)  # type: ignore[arg-type]


def unpack(link: str) -> Table:
    """The Table that `pack` put into a link, values and labels exactly. Raises DataError when it is damaged or a bomb."""
    return _table_of(_inflate(link))


def _table_of(content: str) -> Table:
    rows = _link_rows(content)
    if len(rows) < 3 or len(rows[0]) < 2 or len({len(row) for row in rows[1:]}) != 1:
        raise DataError("broken_link")
    (label, names, *label_names), columns = rows[0], rows[1]
    if not set(filter(None, (label, names))) <= set(columns) or len(columns) > COLUMNS:
        raise DataError("broken_link")
    table = make_table(rows[1:], header=True, origin="link", text=[label, names])
    return replace(table, notes=(), label=label or None, names=names or None, label_names=tuple(label_names))


def points_of(link: str) -> Points:
    """The Points that `pack` put into a link. Raises DataError."""
    table = unpack(link)
    columns = [column for column in table.columns if column not in (table.label, table.names)]
    return choose(table, columns, table.label, table.names)


def as_table(data: Points | Graph) -> Table:
    """Points as the Table that `choose` would make them from; a graph as that of `graph_of`."""
    if isinstance(data, Graph):
        return graph_table(data)
    frame: dict[str, NDArray[Any]] = {column: data.X[:, i].copy() for i, column in enumerate(data.columns)}
    label, names = _free("label", frame), _free("name", frame)
    if data.labels is not None:
        frame[label] = _words(data.label_names[code] for code in data.labels)
    if data.names:
        frame[names] = _words(data.names)
    has_labels = data.labels is not None
    return Table(frame, tuple(frame), label=label if has_labels else None, names=names if data.names else None,
                 label_names=data.label_names)  # fmt: skip


def _free(name: str, taken: Iterable[str]) -> str:
    return next(free for free in (name + "_" * i for i in range(NAME_CHARACTERS)) if free not in taken)


def _words(words: Iterable[str]) -> NDArray[Any]:
    cells = list(words)
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array


def carry(content: Table | Text | Image) -> tuple[str, str]:
    """What a file of ours carries, of any size: its kind, and its text; a picture as PNG in base64."""
    if isinstance(content, Image):
        file = io.BytesIO()
        Pillow.fromarray(content.pixels).save(file, "PNG")
        return "picture", base64.b64encode(file.getvalue()).decode()
    return ("text", _text_text(content)) if isinstance(content, Text) else ("table", _table_text(content))


def carried(kind: str, content: str) -> Table | Text | Image:
    """What `carry` put into a file, exactly. Raises DataError when it is damaged or too large."""
    check_size(content.encode())
    if kind == "table":
        return _table_of(content)
    if kind == "text":
        return _text_of(content)
    try:
        return read_image(base64.b64decode(content, validate=True))
    except binascii.Error as problem:
        raise DataError("broken_link") from problem


def _inflate(link: str) -> str:
    if len(link) > LINK_CHARACTERS:
        raise DataError("broken_link")
    try:
        raw = base64.b64decode(link + "=" * (-len(link) % 4), altchars=b"-_", validate=True)
        engine = zlib.decompressobj()
        text = engine.decompress(raw, LINK_BYTES + 1)
        if len(text) > LINK_BYTES:
            raise DataError("link_too_big", limit=LINK_BYTES // 1000)
        if not engine.eof or engine.unused_data:
            raise DataError("broken_link")
        return text.decode()
    except (binascii.Error, zlib.error, ValueError) as problem:
        raise DataError("broken_link") from problem


def _link_rows(text: str) -> list[list[str]]:
    try:
        return [[clean(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as problem:
        raise DataError("broken_link") from problem
