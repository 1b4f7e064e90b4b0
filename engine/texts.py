"""From a visitor's bytes to lines of text: what the encoding was, which field or column was read, where sentences end.

Read are plain text, a column of a CSV, a JSON list and JSON lines whose records have a field `content`. Whatever bytes come, only
DataError is raised; what had to be assumed is kept as notes, as in `readings`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import regex

from engine.errors import DataError
from engine.readings import JOINERS, UPLOAD_BYTES, Note, clean, cut, decode, digest_of, seems
from engine.tables import csv_rows

Language = Literal["en", "zh", "other"]
LINES = 200_000
DICTIONARY = 10_000  # words of a user dictionary
WORD_CHARACTERS = 30  # of one of them
FIELDS = ("content", "text", "sentence", "review", "comment", "内容", "正文", "文本")  # whose name says that it is the text
WRAPPED = 100  # characters that a hard-wrapped line has at most

ABBREVIATIONS = "Mr|Mrs|Ms|Dr|St|Messrs|Mme|Mlle|Prof|Rev|Hon|Esq|Capt|Col|Gen|Lieut|Sergt|Jr|Sr|vs|etc|viz|cf|No|Vol"
CLOSING = r"\"'”’」』）》)\]"
SENTENCE = regex.compile(  # where a sentence ends: after a Chinese full stop, or after a Latin one and a space before a capital
    rf"(?<=[。！？…‼⁇⁉][{CLOSING}]*)(?=[^。！？…{CLOSING}\s])"
    rf"|(?<=[.!?][{CLOSING}_]*)(?<!\b(?:{ABBREVIATIONS}|\p{{Lu}})[.])\s+(?=[\"'“‘(\[_—-]*[\p{{Lu}}\p{{Lt}}\p{{N}}])"
)
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


# ------------------------------------------------------------------------------------------------------------- reading


def read_text(raw: bytes, name: str = "", *, column: str = "", dictionary: Iterable[str] = ()) -> Text:
    """The Text in the bytes of a .txt, .csv, .json or .jsonl file; `column` names a CSV's. Raises DataError for all else."""
    if len(raw) > UPLOAD_BYTES:
        raise DataError("text_too_large", size=round(len(raw) / 2**20, 1), limit=UPLOAD_BYTES // 2**20)
    if not raw.strip():
        raise DataError("text_empty")
    found = seems(raw)
    if found is not None:
        raise DataError("not_text", kind=found[1])
    content, encoding = decoded(raw)
    notes: list[Note] = [("encoding", {"encoding": encoding})]
    lines = _lines(content, name.lower(), column, notes)
    return text(lines, name, dictionary=dictionary, notes=notes, origin="upload")


def is_dictionary(name: str) -> bool:
    """Whether a file's name says that it holds words for a cutter of Chinese: .dict, .dic, or userdict…"""
    return name.lower().endswith((".dict", ".dic")) or name.lower().startswith("userdict")


def read_dictionary(raw: bytes) -> tuple[str, ...]:
    """The words in the bytes of a user dictionary, a line each. Raises DataError."""
    if len(raw) > UPLOAD_BYTES:
        raise DataError("text_too_large", size=round(len(raw) / 2**20, 1), limit=UPLOAD_BYTES // 2**20)
    words = words_of(decoded(raw)[0].splitlines())
    if not words:
        raise DataError("text_empty")
    return words


def written(content: str, *, dictionary: Iterable[str] = (), name: str = "") -> Text:
    """The Text that somebody typed or pasted. Raises DataError."""
    notes: list[Note] = []
    return text(_plain(content, notes), name, dictionary=dictionary, notes=notes, origin="edited")


def script(content: str, name: str = "", *, origin: str = "edited") -> Text:
    """The lines that somebody wrote, as they stand: no sentence is cut, no lines are joined. Raises DataError."""
    return text(content.splitlines(), name, origin=origin, language="other")


def read_script(raw: bytes, name: str = "") -> Text:
    """The lines in the bytes of a file, as `script` takes them. Raises DataError for what is no text."""
    if len(raw) > UPLOAD_BYTES:
        raise DataError("text_too_large", size=round(len(raw) / 2**20, 1), limit=UPLOAD_BYTES // 2**20)
    found = seems(raw)
    if found is not None:
        raise DataError("not_text", kind=found[1])
    return script(decoded(raw)[0], name, origin="upload")


def decoded(raw: bytes) -> tuple[str, str]:
    """Content and the name of its encoding. As for tables; and Chinese in UTF-16 without a mark. Raises DataError."""
    try:
        return decode(raw)
    except DataError as problem:
        if problem.code != "is_binary":
            raise
        for encoding in ("utf-16-le", "utf-16-be") if len(raw) % 2 == 0 else ():
            try:
                content = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\0" not in content and len(USUAL.findall(content)) > 0.95 * len(content):
                return content.removeprefix("\ufeff"), "UTF-16"
        raise DataError("text_binary") from problem


def _lines(content: str, name: str, column: str, notes: list[Note]) -> list[str]:
    start = content.lstrip()[:1]
    if name.endswith((".csv", ".tsv")):
        return _column(content, column, notes)
    if name.endswith(".json") or (start == "[" and not name.endswith((".txt", ".jsonl"))):
        return _records(_json(content, 0), notes)
    if name.endswith((".jsonl", ".ndjson")) or (start == "{" and not name.endswith(".txt")):
        lines = [(row, line) for row, line in enumerate(content.splitlines(), 1) if line.strip()]
        return _records([_json(line, row) for row, line in lines], notes)
    return _plain(content, notes)


def _json(content: str, line: int) -> Any:
    try:
        return json.loads(content)
    except json.JSONDecodeError as problem:
        raise DataError("text_json", line=line or problem.lineno, column=problem.colno) from problem
    except RecursionError as problem:
        raise DataError("text_json_deep") from problem


def _records(found: Any, notes: list[Note]) -> list[str]:
    """The texts of a list of strings, or of objects with a field of text; a record's lines become one."""
    if not isinstance(found, list):
        raise DataError("text_json_list")
    lines, name = [], ""
    for row, record in enumerate(found, 1):
        if isinstance(record, dict):
            name = next((key for key in (name, *FIELDS) if key in record), "")
            if not name:
                raise DataError("text_json_field", row=row, fields=cut(", ".join(map(str, record))) or "–")
            record = record[name]
        if record is not None and not isinstance(record, str):
            raise DataError("text_json_value", row=row)
        lines.append(record or "")
    notes += [("field", {"field": name})] if name else []
    notes.append(("records", {"count": sum(bool(clean(line)) for line in lines)}))
    return lines


def _column(content: str, wanted: str, notes: list[Note]) -> list[str]:
    """A column of a CSV: the one asked for, else one whose name says that it is the text, else the one with the longest cells."""
    rows, _, _ = csv_rows(content)
    heads = rows[0]
    named = [head for head in heads if head.lower() in FIELDS]
    if wanted and wanted not in heads:
        raise DataError("no_column", column=cut(wanted))
    body = rows[1:] if wanted or named or len(heads) > 1 else rows
    if not body:
        raise DataError("no_rows")
    lengths = [sum(len(row[i]) for row in body) for i in range(len(heads))]
    place = heads.index(wanted or (named[0] if named else heads[max(range(len(heads)), key=lengths.__getitem__)]))
    notes.append(("text_column", {"column": cut(heads[place]) if body is not rows else "1"}))
    notes.append(("records", {"count": sum(bool(row[place]) for row in body)}))
    return [row[place] for row in body]


def columns_of(raw: bytes) -> tuple[str, ...]:
    """The names of a CSV's columns. Raises DataError."""
    return tuple(csv_rows(decoded(raw)[0])[0][0])


def _plain(content: str, notes: list[Note]) -> list[str]:
    """Lines as they are; a text in paragraphs is cut into its sentences, after wrapped lines have been joined."""
    lines = [line.strip() for line in content.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    if _is_wrapped(lines):
        lines = _joined(lines)
        notes.append(("unwrapped", {}))
    sentences = [sentence.strip() for line in lines if line for sentence in SENTENCE.split(line)]
    count = sum(bool(line) for line in lines)
    if len(sentences) > 1.2 * count:
        notes.append(("sentences", {"count": len(sentences)}))
        return sentences
    return lines


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether paragraphs are folded into short lines: blank lines between them, and most lines ending in mid-sentence."""
    full = [line for line, after in zip(lines, [*lines[1:], ""], strict=True) if line and after]
    if len(full) < 5 or "" not in lines or max(map(len, full)) > WRAPPED:
        return False
    broken = sum(line[-1].isalnum() or line[-1] in ",，;；、-" for line in full)
    return broken > 0.6 * len(full) and sorted(map(len, full))[len(full) // 2] > 30


def _joined(lines: Sequence[str]) -> list[str]:
    """Paragraphs of wrapped lines; between two Han characters no space is put."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [_folded(paragraph) for paragraph in paragraphs if paragraph]


def _folded(lines: Sequence[str]) -> str:
    out = lines[0]
    for line in lines[1:]:
        out += line if HAN.match(line[0]) and HAN.match(out[-1]) else " " + line
    return out
