"""Lines of text, their language and a user dictionary; and how words that are typed are written as the text writes them."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import regex

from engine.errors import DataError
from engine.readings import GUESS, JOINERS, UPLOAD_BYTES, Note, Reading, clean, composed, cut, digest_of

Language = Literal["en", "zh", "other"]
LINES = 200_000
DICTIONARY = 10_000  # words of a user dictionary
WORD_CHARACTERS = 30  # of one of them
APOSTROPHE = regex.compile(r"(?<=\p{Latin})['’ʼ´`‘＇](?=\p{Latin})")
AROUND = regex.compile(r"^[\p{P}\p{S}]+|[\p{P}\p{S}]+$")  # what is typed around a word and is none of it
HAN = regex.compile(r"\p{Han}")
LATIN = regex.compile(r"[A-Za-z]")
LETTER = regex.compile(r"\p{L}")
USUAL = regex.compile(r"[\p{Han}\u3000-\u30ff\uff00-\uffef\u2000-\u206f\x20-\x7e\s]")


@dataclass(frozen=True, eq=False)
class Text:
    """Lines of text: sentences, verses or records. Equal digests, equal texts; name and origin do not count. Made by `text`."""

    lines: tuple[str, ...]  # as they were written, on one line each, without outer space; none is empty
    name: str = ""
    language: Language = "en"  # as guessed from the letters
    dictionary: tuple[str, ...] = ()  # words that a cutter of Chinese has to know
    notes: tuple[Note, ...] = ()
    origin: str = "own"
    used: Reading = GUESS  # how the file was read, field by field, guesses filled in
    columns: tuple[str, ...] = ()  # of the file, where the text is one of several
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest_of("text", "\n".join(self.lines), self.language, "\n".join(self.dictionary)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def characters(self) -> int:
        """How long all lines are together."""
        return sum(map(len, self.lines))

    @cached_property
    def apostrophe(self) -> str:
        """What this text writes between letters for an apostrophe; "" where it writes none."""
        return next((found[0] for line in self.lines if (found := APOSTROPHE.search(line))), "")

    def as_here(self, typed: str) -> str:
        """What somebody typed, in the form in which this text writes it: letters composed, its own apostrophe."""
        typed = composed(typed)
        return APOSTROPHE.sub(self.apostrophe, typed) if self.apostrophe else typed

    @property
    def nbytes(self) -> int:
        """Bytes, strings estimated."""
        return sum(60 + 2 * len(line) for line in (*self.lines, *self.dictionary))


def text(lines: Iterable[str], name: str = "", *, dictionary: Iterable[str] = (), notes: Iterable[Note] = (), origin: str = "own",
         language: Language | None = None) -> Text:  # fmt: skip
    """Checked Text of the lines that hold something. Raises DataError when there is none, or there are too many."""
    kept = tuple(line for line in map(_one_line, lines) if line)
    if not kept:
        raise DataError("text_empty")
    if len(kept) > LINES:
        raise DataError("text_many_lines", lines=len(kept), limit=LINES)
    characters = sum(map(len, kept))
    if characters > UPLOAD_BYTES:
        raise DataError("text_too_long", characters=characters, limit=UPLOAD_BYTES)
    return Text(kept, cut(clean(name)), language or guess(kept), words_of(dictionary), tuple(notes), origin)


def _one_line(line: str) -> str:
    """As `clean`, but the tags in flags, which are no printable characters, stay too."""
    if line.isprintable():
        return line.strip()
    spaced = (" " if character.isspace() else character for character in line)
    return "".join(one for one in spaced if one.isprintable() or one in JOINERS or "\U000e0020" <= one <= "\U000e007f").strip()


def guess(lines: Sequence[str]) -> Language:
    """Chinese where a fifth of the letters are Han, English where most are a to z, else another language."""
    head, count = [], 0
    for line in lines:
        head.append(line)
        count += len(line)
        if count > 20_000:
            break
    joined = "\n".join(head)[:40_000]
    letters = len(LETTER.findall(joined))
    if letters and len(HAN.findall(joined)) >= letters / 5:
        return "zh"
    return "en" if not letters or len(LATIN.findall(joined)) >= 0.8 * letters else "other"


def spelled(word: str, known: Container[str]) -> str:
    """A typed word in the form that is known: with its own apostrophe, without signs around it; else in lower case, as typed."""
    plain = composed(word.strip().lower())
    bare = AROUND.sub("", plain)
    forms = (plain, bare, *(APOSTROPHE.sub(mark, bare) for mark in "'’ʼ´`‘＇"))
    return next((form for form in forms if form in known), plain)


def words_of(lines: Iterable[str]) -> tuple[str, ...]:
    """The words of a user dictionary, each once and sorted: of "word frequency tag" the word, else all. Raises DataError."""
    parts = [line.split() for line in map(_one_line, lines)]
    words = sorted({word for part in parts for word in (part[:1] if part[1:2] and part[1].isdigit() else part)})
    if len(words) > DICTIONARY:
        raise DataError("text_dictionary", count=len(words), limit=DICTIONARY)
    for word in words:
        if len(word) > WORD_CHARACTERS:
            raise DataError("text_long_word", word=cut(word, 20), limit=WORD_CHARACTERS)
    return tuple(words)


def script(content: str, name: str = "", *, origin: str = "edited") -> Text:
    """The lines that somebody wrote, as they stand: no sentence is cut, no lines are joined. Raises DataError."""
    return text(content.splitlines(), name, origin=origin, language="other")
