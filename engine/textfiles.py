"""Files as lines of text: plain text, a column of a table, JSON in any shape that holds strings, subtitles.

What a file is, is judged by its content, a name only where the content leaves it open. Whatever bytes come, only DataError is
raised; what had to be assumed is kept as notes, as in `readings`.
"""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import DataError
from engine.magic import seems
from engine.numerals import reads_as_number
from engine.prose import lines_of
from engine.readings import GUESS, SEPARATORS, UPLOAD_BYTES, Note, Reading, clean, cut, letters
from engine.sheets import cells_of, separator_of
from engine.texts import USUAL, Text, script, text, words_of

FIELDS = ("content", "text", "sentence", "review", "comment", "内容", "正文", "文本")  # whose name says that it is the text
TIMES = re.compile(r"^\s*(?:[0-9]+:)?[0-9]{1,2}:[0-9]{2}[,.][0-9]{1,3} --> .*$", re.MULTILINE)
LYRICS = re.compile(r"^\[[0-9]{1,3}:[0-9]{2}[.:][0-9]{1,3}\]", re.MULTILINE)
FRAME = {
    "begin": re.compile(r"^\*\*\* ?START OF (?:THE|THIS) PROJECT GUTENBERG.*\*\*\*.*$", re.MULTILINE),
    "end": re.compile(r"^\*\*\* ?END OF (?:THE|THIS) PROJECT GUTENBERG", re.MULTILINE),
}
DATED = (
    r"^\u200e?\[?[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4},?\s[0-9]{1,2}[:.][0-9]{2}"
    r"(?:[:.][0-9]{2})?(?:\s?[AaPp]\.?[Mm]\.?)?\]?(?:\s-)?\s"
)
MESSAGE, DATED_LINE = re.compile(DATED + r"[^:\n]{1,40}:\s?"), re.compile(DATED)
TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,80}>|\{\\[^{}]*\}|<[0-9:.]+>")


def read_text(raw: bytes, name: str = "", *, column: str = "", dictionary: Iterable[str] = (), reading: Reading = GUESS) -> Text:
    """The Text in the bytes of a file; `column` names a CSV's, or a field of JSON. Raises DataError for all that is no text."""
    content, notes, encoding = _content(raw, reading)
    lines, columns, chosen = _lines(content, name.lower(), column or reading.column, reading, notes)
    made = text(lines, name, dictionary=dictionary, notes=notes, origin="upload")
    shaped = {"unwrapped", "sentences"} & {code for code, _ in notes}
    shape = reading.lines if reading.lines != "auto" else "join" if shaped else "keep"
    used = reading.model_copy(update={"encoding": encoding, "lines": shape, "column": chosen})
    return replace(made, used=used, columns=columns if len(columns) > 1 else ())


def _content(raw: bytes, reading: Reading = GUESS) -> tuple[str, list[Note], str]:
    """The letters of a file, what is said of their encoding, and its name. Raises DataError."""
    if len(raw) > UPLOAD_BYTES:
        raise DataError("text_too_large", size=round(len(raw) / 2**20, 1), limit=UPLOAD_BYTES // 2**20)
    if not raw.strip():
        raise DataError("text_empty")
    found = seems(raw)
    if found is not None:
        raise DataError("not_text", kind=found[1])
    try:
        content, encoding, notes = letters(raw, reading.encoding)
    except DataError as problem:
        if problem.code != "is_binary" or reading.encoding != "auto":
            raise
        content, encoding, notes = _unmarked(raw, problem), "utf-16", [("encoding", {"encoding": "UTF-16"})]
    return content, notes, encoding


def _unmarked(raw: bytes, problem: DataError) -> str:
    """Chinese in UTF-16 without a mark. Raises DataError."""
    for encoding in ("utf-16-le", "utf-16-be") if len(raw) % 2 == 0 else ():
        try:
            content = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in content and len(USUAL.findall(content)) > 0.95 * len(content):
            return content.removeprefix("\ufeff")
    raise DataError("text_binary") from problem


def read_script(raw: bytes, name: str = "") -> Text:
    """The lines in the bytes of a file, as `script` takes them. Raises DataError for what is no text."""
    return script(_content(raw)[0], name, origin="upload")


def is_dictionary(name: str) -> bool:
    """Whether a file's name says that it holds words for a cutter of Chinese: .dict, .dic, or userdict…"""
    return name.lower().endswith((".dict", ".dic")) or name.lower().startswith("userdict")


def read_dictionary(raw: bytes) -> tuple[str, ...]:
    """The words in the bytes of a user dictionary, a line each. Raises DataError."""
    words = words_of(_content(raw)[0].splitlines())
    if not words:
        raise DataError("text_empty")
    return words


Lines = tuple[list[str], tuple[str, ...], str]  # the lines, the columns or fields there are, the one that was read


def _lines(content: str, name: str, column: str, reading: Reading, notes: list[Note]) -> Lines:
    if name.endswith((".csv", ".tsv")):
        return _column(content, column, reading, notes)
    spoken = _spoken(content, name)
    if spoken is not None:
        notes.append(("subtitles", {"count": len(spoken)}))
        return spoken, (), ""
    messages = _messages(content.splitlines()) if reading.lines == "auto" else None
    if messages is not None:
        notes.append(("chat", {"count": len(messages)}))
        return messages, (), ""
    wanted = name.endswith((".json", ".jsonl", ".ndjson"))
    if wanted or (content.lstrip()[:1] in ("[", "{") and not name.endswith(".txt")):
        try:
            return _records(_json(content), column, notes)
        except DataError as problem:
            if wanted or problem.code not in ("text_json", "text_json_deep"):
                raise
    return lines_of(_unframed(content, notes), notes, reading.lines), (), ""


def _unframed(content: str, notes: list[Note]) -> str:
    """What stands between the marks that Project Gutenberg puts around a book."""
    begin, end = FRAME["begin"].search(content), FRAME["end"].search(content)
    if begin is None or end is None or end.start() < begin.end():
        return content
    notes.append(("framed", {}))
    return content[begin.end() : end.start()]


# -------------------------------------------------------------------------------------------------------------------- JSON


def _json(content: str) -> Any:
    """One value, or a list of the values of JSON lines. Raises DataError."""
    try:
        return json.loads(content)
    except RecursionError as problem:
        raise DataError("text_json_deep") from problem
    except ValueError as problem:
        lines = [(row, line) for row, line in enumerate(content.splitlines(), 1) if line.strip()]
        if len(lines) < 2 or not lines[0][1].rstrip().endswith(("}", "]", '"')):
            place = problem if isinstance(problem, json.JSONDecodeError) else None
            raise DataError("text_json", line=place.lineno if place else 1, column=place.colno if place else 1) from problem
    return [_json_line(line, row) for row, line in lines]


def _json_line(line: str, row: int) -> Any:
    try:
        return json.loads(line)
    except ValueError as problem:
        raise DataError("text_json", line=row, column=getattr(problem, "colno", 1)) from problem
    except RecursionError as problem:
        raise DataError("text_json_deep") from problem


def _records(found: Any, wanted: str, notes: list[Note]) -> Lines:
    """The texts of a list of strings, of lists of strings, or of objects with a field of text."""
    if isinstance(found, dict):
        found = _inner(found)
    if not isinstance(found, list):
        raise DataError("text_json_list")
    fields = _fields(found)
    field = _field(fields, wanted)
    lines = []
    for row, record in enumerate(found, 1):
        value = record.get(field) if isinstance(record, dict) else record
        lines += _strings(value, row)
    notes += [("field", {"field": cut(field)})] if field else []
    notes.append(("records", {"count": sum(bool(clean(line)) for line in lines)}))
    return lines, tuple(key for key, size in fields.items() if size), field


def _inner(found: dict[str, Any]) -> Any:
    """The list in an object that holds the most; else the strings of an object; else a list of that one record."""
    lists = [value for value in found.values() if isinstance(value, list) and value]
    if lists and not any(key.lower() in FIELDS and isinstance(value, str) for key, value in found.items()):
        return max(lists, key=lambda value: len(json.dumps(value)))
    if found and all(isinstance(value, str) for value in found.values()) and not any(key.lower() in FIELDS for key in found):
        return list(found.values())
    return [found] if found else None


def _fields(found: Sequence[Any]) -> dict[str, int]:
    """The fields of records, and how much text is in each."""
    size: dict[str, int] = {}
    for record in found:
        for key, value in record.items() if isinstance(record, dict) else ():
            size[key] = size.get(key, 0) + _size(value)
    return size


def _field(size: dict[str, int], wanted: str) -> str:
    """Which field holds the text: the one asked for, else one whose name says so, else the one with the most of it."""
    if wanted and size:
        if wanted not in size:
            raise DataError("no_column", column=cut(wanted))
        return wanted
    if size and not any(size.values()):
        raise DataError("text_json_field", row=1, fields=cut(", ".join(size)) or "–")
    named = (key for key in size if key.lower() in FIELDS and size[key])
    return next(named, max(size, key=size.__getitem__) if size else "")


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    return sum(len(line) for line in value if isinstance(line, str)) if isinstance(value, list) else 0


def _strings(value: Any, row: int) -> list[str]:
    if value is None:
        return [""]
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return value
    raise DataError("text_json_value", row=row)


# -------------------------------------------------------------------------------------------------------- a column of a CSV


def _column(content: str, wanted: str, reading: Reading, notes: list[Note]) -> Lines:
    """A column of a CSV: the one asked for, else one whose name says that it is the text, else the one with the longest cells."""
    heads, body = _table(content, reading)
    if wanted and wanted not in heads:
        raise DataError("no_column", column=cut(wanted))
    if not body:
        raise DataError("no_rows")
    named = [head for head in heads if head.lower() in FIELDS]
    lengths = [sum(len(row[i]) for row in body) for i in range(len(heads))]
    place = heads.index(wanted or (named[0] if named else heads[max(range(len(heads)), key=lengths.__getitem__)]))
    notes += [("no_names", {})] if len(heads) > 1 and heads[0] == "1" else []
    notes.append(("text_column", {"column": cut(heads[place])}))
    notes.append(("records", {"count": sum(bool(row[place]) for row in body)}))
    return [row[place] for row in body], tuple(head for head in heads if head), heads[place]


def _table(content: str, reading: Reading = GUESS) -> tuple[list[str], list[list[str]]]:
    """Names of columns, numbered where there are none, and the rows below them, all equally long. Raises DataError."""
    separator = SEPARATORS.get(reading.separator) or separator_of(content)
    if separator == " ":  # words of a sentence are no columns
        separator = ","
    try:
        rows, lines, _ = cells_of(content, separator, [])
    except csv.Error as problem:
        raise DataError("quotes", line=1) from problem
    width = len(rows[0])
    for i, row in enumerate(rows):
        if len(row) != width:
            raise DataError("ragged", row=i + 1, line=lines[i], found=len(row), expected=width)
    named = _has_names(rows) if reading.header == "auto" else reading.header == "yes"
    return (rows[0], rows[1:]) if named else ([str(i + 1) for i in range(width)], rows)


def _has_names(rows: list[list[str]]) -> bool:
    """Whether a first row names the columns; if it looks like the others it is a record."""
    head, body = rows[0], rows[1:200]
    if any(cell.lower() in FIELDS for cell in head):
        return True
    if len(head) == 1 or not body or len(set(head)) < len(head) or any(reads_as_number(cell) for cell in head):
        return False
    columns = list(zip(*body, strict=True))
    if any(cell and cell in column for cell, column in zip(head, columns, strict=True)):
        return False
    longest = max(range(len(head)), key=lambda i: sum(map(len, columns[i])))
    usual = sorted(map(len, columns[longest]))[len(body) // 2]
    others = any(reads_as_number(body[0][i]) for i in range(len(head)))
    return others or len(head[longest]) < 0.5 * usual or not any(mark in head[longest] for mark in " 。，.!?！？")


# --------------------------------------------------------------------------------------------------------------- what is said


def _spoken(content: str, name: str) -> list[str] | None:
    """What is spoken in subtitles (SRT, WebVTT, ASS) or sung in lyrics (LRC); None where it is neither."""
    if TIMES.search(content[:20_000]) and (name.endswith((".srt", ".vtt")) or len(TIMES.findall(content)) >= 2):
        return _cues(content)
    if content.lstrip().lower().startswith("[script info]"):
        said = (line.split(",", 9) for line in content.splitlines() if line.startswith("Dialogue:"))
        return [TAGS.sub("", part[9].replace("\\N", " ").replace("\\n", " ")).strip() for part in said if len(part) == 10]
    lines = [line for line in content.splitlines() if line.strip()]
    if name.endswith(".lrc") or (lines and len(LYRICS.findall(content)) > 0.6 * len(lines)):
        return _sung(lines)
    return None


def _messages(lines: Sequence[str]) -> list[str] | None:
    """What is written in a chat that was saved with dates and names, without what the program says itself. None: no chat."""
    worn = [line for line in lines if line.strip()]
    if len(worn) < 3 or sum(MESSAGE.match(line) is not None for line in worn) < 0.6 * len(worn):
        return None
    written: list[str] = []
    for line in worn:
        found = MESSAGE.match(line)
        if found:
            written.append(line[found.end() :])
        elif written and not DATED_LINE.match(line):
            written[-1] += " " + line.strip()
    return [line for line in written if not re.fullmatch(r"\s*\u200e?<[^<>]*>\s*", line)]


def _cues(content: str) -> list[str]:
    """The spoken lines of cues; a line that goes on with the one above joins it, one that begins with a dash is another's."""
    spoken: list[str] = []
    for block in re.split(r"\n\s*\n", content.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip().split("\n")
        at = next((i for i, line in enumerate(lines) if TIMES.match(line)), None)
        if at is None:  # a head, a note, a style
            continue
        fresh = True
        for line in lines[at + 1 :]:
            said = TAGS.sub("", line).strip()
            bare = re.sub(r"^[-–—]\s*", "", said)
            if bare and (fresh or bare != said):
                spoken.append(bare)
            elif bare:
                spoken[-1] += " " + bare
            fresh = fresh and not bare
    return spoken


def _sung(lines: Sequence[str]) -> list[str]:
    bare = (re.sub(r"^(?:\[[0-9]{1,3}:[0-9]{2}(?:[.:][0-9]{1,3})?\]\s*)+", "", line) for line in lines)
    return [TAGS.sub("", line).strip() for line in bare if not re.fullmatch(r"\[[a-zA-Z#]+:.*\]\s*", line)]
