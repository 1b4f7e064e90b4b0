"""From a visitor's bytes to a table or an image: type judged by content, every limit checked before the costly step.

Whatever bytes come, only DataError is raised. What had to be assumed is kept as notes, (code, values) each, whose sentences stand
in assets/text/<lang>.toml under [notes].
"""

import csv
import io
import re
import struct
import warnings
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from charset_normalizer import from_bytes
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps

from engine.errors import DataError

UPLOAD_BYTES = 5 * 1024 * 1024
PIXELS = 16_000_000
ROWS = 100_000
COLUMNS = 200
LABELS = 50  # different labels of one data set
NAME_CHARACTERS = 60
LINK_CHARACTERS = 1500
LINK_BYTES = 200_000  # what a link may unpack to
LARGEST = 1e150  # so that squares, and sums of squares, stay finite
SIDE = 512  # pixels an image keeps on its long side

Note = tuple[str, dict[str, object]]
Column = NDArray[Any]  # (n,) float64 with NaN where a cell is missing, or (n,) object of str

MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none"})
INFINITE = frozenset({"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞"})
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")  # 1,234,567.8
NUMBER_CHARACTERS = frozenset("0123456789+-.eE")
JOINERS = "\u200c\u200d"  # letters of some scripts, and emoji, need them


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


@dataclass(frozen=True, eq=False)
class Image:
    """A picture as the engine uses it: pixels (height, width, 3) uint8, read-only, at most SIDE on the long side."""

    pixels: NDArray[np.uint8]
    notes: tuple[Note, ...] = ()
    origin: str = "upload"
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self.pixels.flags.writeable = False
        object.__setattr__(self, "digest", digest_of(repr(self.pixels.shape), self.pixels.tobytes()))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.pixels.flags.writeable = False  # numpy forgets the flag on its way through a pipe

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Image) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def nbytes(self) -> int:
        """Bytes of the pixels."""
        return self.pixels.nbytes


def digest_of(*parts: str | bytes) -> str:
    """Hex name of some content; parts are length-prefixed, so that no two splittings share a name."""
    digest = blake2b(digest_size=16)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "little") + raw)
    return digest.hexdigest()


def clean(text: str) -> str:
    """A text on one line, without control characters and outer space. It may still hold markup: a view escapes it."""
    if not text.isprintable():
        spaced = (" " if character.isspace() else character for character in text)
        text = "".join(character for character in spaced if character.isprintable() or character in JOINERS)
    return text.strip()


def cut(text: str, limit: int = NAME_CHARACTERS) -> str:
    """A clean text of at most `limit` characters."""
    return text if len(text) <= limit else text[:limit].strip()


def _content(column: Column) -> Iterator[str | bytes]:
    if column.dtype != object:
        yield column.tobytes()
    else:
        yield from column


# ---------------------------------------------------------------------------------------------------------- what it is


def seems(raw: bytes) -> tuple[str, str] | None:
    """(family, kind) the first bytes give away; None: it may be text. Families: image, sheet, archive, document, other."""
    if raw[:4] == b"PK\x03\x04":
        return _zipped(raw)
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image", "WebP"
    if raw[4:8] == b"ftyp":
        return ("image", "HEIC") if raw[8:12] in (b"heic", b"heix", b"mif1", b"avif") else ("other", "MP4")
    if raw[:2] == b"BM" and raw[6:10] == bytes(4) and len(raw) > 26:
        return "image", "BMP"
    start = raw[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "document", "HTML"
    if start.startswith(b"<svg") or (start.startswith(b"<?xml") and b"<svg" in start):
        return "image", "SVG"
    return next(((family, kind) for magic, family, kind in MAGIC if raw.startswith(magic)), None)


MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image", "PNG"),
    (b"\xff\xd8\xff", "image", "JPEG"),
    (b"GIF87a", "image", "GIF"),
    (b"GIF89a", "image", "GIF"),
    (b"II*\x00", "image", "TIFF"),
    (b"MM\x00*", "image", "TIFF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "sheet", "XLS"),
    (b"%PDF-", "document", "PDF"),
    (b"{\\rtf", "document", "RTF"),
    (b"\x1f\x8b", "archive", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "7z"),
    (b"Rar!\x1a\x07", "archive", "RAR"),
    (b"\xfd7zXZ\x00", "archive", "xz"),
    (b"\x93NUMPY", "other", "NumPy"),
    (b"PAR1", "other", "Parquet"),
    (b"\x89HDF\r\n\x1a\n", "other", "HDF5"),
    (b"SQLite format 3\x00", "other", "SQLite"),
    (b"\x7fELF", "other", "ELF"),
)


def is_image(raw: bytes) -> bool:
    """Whether a file's first bytes are those of an image, readable here or not."""
    return (seems(raw) or ("", ""))[0] == "image"


def _zipped(raw: bytes) -> tuple[str, str]:
    if b"xl/" in raw[:10_000]:
        return "sheet", "XLSX"
    if b"opendocument.spreadsheet" in raw[:200]:
        return "sheet", "ODS"
    return ("document", "Word") if b"word/" in raw[:10_000] else ("archive", "ZIP")


def check_size(raw: bytes) -> None:
    if len(raw) > UPLOAD_BYTES:
        raise DataError("too_large", size=round(len(raw) / 2**20, 1), limit=UPLOAD_BYTES // 2**20)
    if not raw.strip():
        raise DataError("empty")


# --------------------------------------------------------------------------------------------------------------- tables


def read_table(raw: bytes, name: str = "") -> Table:
    """The table in the bytes of a CSV file. Raises DataError for everything that is none, or is too large."""
    check_size(raw)
    found = seems(raw)
    if found is not None:
        raise DataError(f"is_{found[0]}", kind=found[1])
    text, encoding = decode(raw)
    if not text.strip():
        raise DataError("empty")
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


def decode(raw: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: UTF-8, UTF-16, then GB18030, each strictly."""
    for encoding in _encodings(raw):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        controls = sum(text.count(chr(code)) for code in (*range(9), *range(14, 32), 127))
        if "\0" in text or controls > len(text) / 100:
            raise DataError("is_binary")
        return text.removeprefix("\ufeff"), {"utf-8-sig": "UTF-8", "gb18030": "GB18030"}.get(encoding, "UTF-16")
    if 0 in raw:
        raise DataError("is_binary")
    guess = from_bytes(raw[:20_000], cp_exclusion=["utf_7", "utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be"]).best()
    raise DataError("encoding", guess="?" if guess is None else guess.encoding.replace("_", "-"))


def _encodings(raw: bytes) -> tuple[str, ...]:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    if 0 not in raw:
        return ("utf-8-sig", "gb18030")
    even, odd = raw[::2].count(0), raw[1::2].count(0)  # in UTF-16 digits and commas have their zero byte on one side
    if len(raw) % 2 or max(even, odd) < len(raw) / 20 or 5 * min(even, odd) > max(even, odd):
        raise DataError("is_binary")
    return ("utf-16-le",) if odd > even else ("utf-16-be",)


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
        numbers = sum(_is_number(cell.replace(",", ".", 1) if delimiter != "," else cell) for cell in cells)
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
    return not any(_is_number(cell) for cell in row) and any(cell.lower() not in MISSING for cell in row)


def _is_number(cell: str) -> bool:
    return as_numbers((cell,))[0] is not None


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


def listed(columns: Sequence[str]) -> str:
    """The first five names, for a sentence."""
    return ", ".join(columns[:5]) + (", …" if len(columns) > 5 else "")


def _texts(cells: Sequence[str], column: str, said: list[Note]) -> Column:
    long = sum(len(cell) > NAME_CHARACTERS for cell in cells)
    if long:
        said.append(("cut_text", {"column": column, "count": long, "limit": NAME_CHARACTERS}))
    texts = np.empty(len(cells), dtype=object)
    texts[:] = [cut(cell) for cell in cells]
    return texts


# --------------------------------------------------------------------------------------------------------------- images

READABLE = ("PNG", "JPEG", "WebP", "GIF", "BMP")
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, struct.error, zlib.error)

warnings.simplefilter("error", Pillow.DecompressionBombWarning)


def read_image(raw: bytes) -> Image:
    """The picture in the bytes of a PNG, JPEG, WebP, GIF or BMP file. Raises DataError for all else; decodes no bomb."""
    check_size(raw)
    kind = _image_kind(raw)
    try:
        if kind == "WebP":
            _check_pixels(*_webp_size(raw))  # Pillow lays out the whole canvas when it opens one
        with Pillow.open(io.BytesIO(raw), formats=[kind.upper()]) as picture:
            return _use(picture)
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as problem:
        pixels = re.search(r"\(([0-9]+) pixels\)", str(problem))
        raise _too_many(int(pixels[1]) if pixels else 2 * PIXELS) from problem
    except BROKEN as problem:
        raise DataError("broken_image", kind=kind) from problem


def _image_kind(raw: bytes) -> str:
    found = seems(raw)
    if found is None:
        try:
            decode(raw)
        except DataError:
            raise DataError("not_image") from None
        raise DataError("is_text")
    family, kind = found
    if family != "image":
        raise DataError("not_image_but", kind=kind)
    if kind not in READABLE:
        raise DataError("image_format", kind=kind)
    return kind


def _webp_size(raw: bytes) -> tuple[int, int]:
    """Width and height in the header of a WebP; (0, 0) when it has another shape, which Pillow then refuses."""
    chunk = raw[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(raw[24:27], "little"), 1 + int.from_bytes(raw[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(raw[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(raw[26:28], "little") & 0x3FFF, int.from_bytes(raw[28:30], "little") & 0x3FFF


def _too_many(pixels: int) -> DataError:
    return DataError("too_many_pixels", megapixels=round(pixels / 1e6, 1), limit=PIXELS // 1_000_000)


def _check_pixels(width: int, height: int) -> None:
    if width * height > PIXELS:
        raise _too_many(width * height)


def _use(picture: Pillow.Image) -> Image:
    """The opened picture as upright RGB on white, made small."""
    _check_pixels(*picture.size)
    width, height = picture.size
    animated = getattr(picture, "is_animated", False) and picture.format != "MPO"  # MPO: a phone's JPEG with a preview
    notes: list[Note] = [("first_frame", {})] if animated else []
    picture.draft(None, (2 * SIDE, 2 * SIDE))  # a large JPEG is decoded at a half, quarter or eighth
    picture.load()
    _check_pixels(*picture.size)
    upright = _upright(picture, notes)
    flat = _rgb(upright, notes)
    flat.thumbnail((SIDE, SIDE), Pillow.Resampling.LANCZOS)
    pixels = np.array(flat, dtype=np.uint8)
    if max(width, height) > SIDE:
        if any(code == "rotated" for code, _ in notes) and upright.size != picture.size:
            width, height = height, width
        notes.append(("resized", {"width": width, "height": height, "new_width": flat.width, "new_height": flat.height}))
    return Image(pixels, tuple(notes))


def _upright(picture: Pillow.Image, notes: list[Note]) -> Pillow.Image:
    """The picture turned as its EXIF orientation says; an unreadable EXIF is noted and left alone."""
    try:
        turned = picture.getexif().get(0x0112, 1) in range(2, 9)
        upright = ImageOps.exif_transpose(picture) if turned else picture
    except BROKEN:
        notes.append(("orientation_unknown", {}))
        return picture
    notes += [("rotated", {})] if turned else []
    return upright


def _rgb(picture: Pillow.Image, notes: list[Note]) -> Pillow.Image:
    """Any mode as RGB: 16 bits scaled to 8, transparent on white."""
    if picture.mode.startswith("I") or picture.mode == "F":
        notes.append(("sixteen_bit", {}))
        grey = np.clip(np.round(np.asarray(picture, dtype=np.float64) / 257), 0, 255)  # 65535 / 257 = 255
        return Pillow.fromarray(grey.astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        alpha = picture.convert("RGBA")
        notes += [("transparency", {})] if np.asarray(alpha)[..., 3].min() < 255 else []
        return Pillow.alpha_composite(Pillow.new("RGBA", alpha.size, "white"), alpha).convert("RGB")
    notes += [("cmyk", {})] if picture.mode == "CMYK" else []
    return picture.convert("RGB")
