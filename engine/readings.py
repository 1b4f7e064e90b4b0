"""A visitor's bytes: how much may come, what they are, their text; and what every kind of data shares: names, notes, digests.

Whatever bytes come, only DataError is raised, and every limit is checked before the costly step. What had to be assumed is kept
as notes, (code, values) each, whose sentences stand in assets/text/<lang>.toml under [notes].
"""

from collections.abc import Sequence
from hashlib import blake2b

from charset_normalizer import from_bytes

from engine.errors import DataError

UPLOAD_BYTES = 5 * 1024 * 1024
ROWS = 100_000
COLUMNS = 200
LABELS = 50  # different labels of one data set
NAME_CHARACTERS = 60
LARGEST = 1e150  # so that squares, and sums of squares, stay finite

Note = tuple[str, dict[str, object]]

JOINERS = "\u200c\u200d"  # letters of some scripts, and emoji, need them


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


def listed(columns: Sequence[str]) -> str:
    """The first five names, for a sentence."""
    return ", ".join(columns[:5]) + (", …" if len(columns) > 5 else "")


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


def read_words(raw: bytes) -> tuple[str, str]:
    """The words of a file, and their encoding. Raises DataError where it is too large, of another kind, or empty."""
    check_size(raw)
    found = seems(raw)
    if found is not None:
        raise DataError(f"is_{found[0]}", kind=found[1])
    text, encoding = decode(raw)
    if not text.strip():
        raise DataError("empty")
    return text, encoding


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
