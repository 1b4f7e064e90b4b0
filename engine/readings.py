"""What every kind of data shares: how much may come, names, notes, digests, and what is assumed of a file.

Whatever bytes come, only DataError is raised, and every limit is checked before the costly step. What had to be assumed is kept
as notes, (code, values) each, whose sentences stand in assets/text/<lang>.toml under [notes]; a `Reading` says it otherwise.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Literal
from unicodedata import is_normalized, normalize

import regex

from engine.encodings import NAMES, decode
from engine.errors import DataError
from engine.magic import seems
from engine.params import Options, choice, number

UPLOAD_BYTES = 5 * 1024 * 1024
ROWS = 100_000
COLUMNS = 200
LABELS = 50  # different labels of one data set
NAME_CHARACTERS = 60
LARGEST = 1e150  # so that squares, and sums of squares, stay finite

Note = tuple[str, dict[str, object]]
Encoding = Literal[
    "auto", "utf-8", "utf-16", "gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1252", "cp1250", "cp1251", "koi8_r",
    "cp1253", "cp1254", "mac_roman", "cp850", "cp866", "iso8859_2", "cp1257", "cp1255", "cp1256", "cp874",
]  # fmt: skip
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "spaces": " "}

JOINERS = "\u200c\u200d"  # letters of some scripts, and emoji, need them

LOOSE = regex.compile(r"\P{M}\p{M}+|[\u1100-\u11ff]+")  # a letter and the marks that stand after it; Korean letters in parts


class Reading(Options):
    """What is assumed of a file. Each field opens as "auto", the guess; what departs from it is `read.<field>` in a link."""

    encoding: Encoding = choice("auto")
    separator: Literal["auto", "comma", "semicolon", "tab", "bar", "spaces"] = choice("auto")  # what divides cells
    decimal: Literal["auto", "point", "comma"] = choice("auto")
    header: Literal["auto", "yes", "no"] = choice("auto")  # whether the first row names the columns
    skip: int = number(-1, -1, 50)  # lines above the names that are left out; −1: the guess
    counter: Literal["auto", "names", "column"] = choice(
        "auto"
    )  # a column that counts the rows names them, or is one like others
    marks: str = choice("")  # further words for "missing", divided by spaces
    units: Literal["auto", "words"] = choice("auto")  # $ and % leave their cells, or make them words
    gaps: Literal["auto", "refuse"] = choice("auto")  # rows with a gap in a column that is looked at are left out, or refused
    lines: Literal["auto", "keep", "join", "cut"] = choice("auto")  # short lines stay or are joined, long ones are cut
    column: str = choice("")  # of a table of texts: which one is read; "": the guess
    label: str = choice("")  # of a graph: which field of its nodes names their classes; "": the guess, "–": none

    def departures(self) -> dict[str, str]:
        """What departs from the guess, as a link writes it."""
        specs = {spec.name: spec for spec in type(self).specs()}
        return {name: specs[name].write(value) for name, value in self if value != specs[name].default}


GUESS = Reading()


def digest_of(*parts: str | bytes) -> str:
    """Hex name of some content; parts are length-prefixed, so that no two splittings share a name."""
    digest = blake2b(digest_size=16)
    pieces = [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts]
    digest.update(b"".join([piece for raw in pieces for piece in (len(raw).to_bytes(8, "little"), raw)]))
    return digest.hexdigest()


@contextmanager
def uncollected() -> Iterator[None]:
    """While a file becomes cells nothing is made that refers to itself: Python need not look for it, a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


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


def check_size(raw: bytes, limit: int = UPLOAD_BYTES) -> None:
    """Raise DataError for a file that is too large, or empty."""
    if len(raw) > limit:
        raise DataError("too_large", size=round(len(raw) / 2**20, 1), limit=limit // 2**20)
    if not raw.strip():
        raise DataError("empty")


def read_words(raw: bytes, encoding: str = "auto") -> tuple[str, list[Note], str]:
    """The words of a file, what is said of its encoding, and Python's name of it. Raises DataError where there are none."""
    check_size(raw)
    found = seems(raw)
    if found is not None:
        raise DataError(f"is_{found[0]}", kind=found[1])
    text, name, notes = letters(raw, encoding)
    if not text.strip():
        raise DataError("empty")
    return text, notes, name


def letters(raw: bytes, encoding: str = "auto") -> tuple[str, str, list[Note]]:
    """The letters of a file in one form (NFC), Python's name of their encoding, and what is said of it. Raises DataError."""
    text, name, alike = decode(raw, "" if encoding == "auto" else encoding)
    notes: list[Note] = [("encoding", {"encoding": NAMES[name]})]
    if alike:
        notes.append(("encoding_alike", {"others": listed([NAMES[other] for other in alike]), "codes": " ".join(alike)}))
    return composed(text), name, notes


def composed(text: str) -> str:
    """Letters in one form, whatever keyboard wrote them: e and U+0301 are é. As NFC, but ideographs stay what they are."""
    if text.isascii() or is_normalized("NFC", text):
        return text
    return LOOSE.sub(lambda found: normalize("NFC", found[0]), text)
