"""What was understood of a file, as a text for a public report: in English, and without a name, a cell or a word of the data."""

import html
import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import PurePath
from typing import Any

import streamlit as st

from engine.columns import numeric_columns, whole_rows
from engine.encodings import NAMES
from engine.errors import DataError
from engine.images import Image
from engine.magic import seems
from engine.readings import GUESS, Note, Reading
from engine.texts import Text
from ui import report
from ui.data.assuming import fields_of
from ui.data.forms import Content, Form, made_graph
from ui.data.own import Own, state_of
from ui.data.picking import Picked
from ui.language import say
from ui.text import Topic

PACKAGES = ("numpy", "pandas", "pillow", "streamlit")
ENDINGS = frozenset((  # of names: they say nothing of whose file it is
    ".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".json", ".jsonl", ".srt", ".vtt", ".lrc", ".md", ".log", ".dict",
    ".gml", ".graphml", ".gexf", ".dot", ".net", ".mtx", ".edgelist", ".edges", ".xls", ".xlsx", ".ods", ".png", ".jpg",
    ".jpeg", ".webp", ".gif", ".bmp", ".avif", ".heic", ".tif", ".tiff", ".svg",
))  # fmt: skip
COUNTS = frozenset((
    "count", "limit", "row", "rows", "line", "lines", "width", "height", "new_width", "new_height", "found", "expected",
    "size", "columns", "nodes", "edges", "megapixels", "characters",
))  # fmt: skip
ENCODINGS = frozenset(NAMES.values()) | {"…"}
FORMATS = frozenset(["Matrix Market", "GraphML", "GEXF", "GML", "Pajek", "DOT", "UCINET DL"])


def telling(text: Topic, form: Form[Any], picked: Picked | None, *, shown: bool) -> None:
    """The report of the file that is `shown`, or of the one that was refused last, to be read and copied."""
    state = state_of(text.slug)
    own: Own | None = state.own
    lines = state.refused if state.problem else understood(own, form, picked) if shown and own and own.size else ()
    if not lines:
        return
    with st.expander(say("told_title")):
        st.caption(say("told_note"))
        told = html.escape("\n".join((_versions(), f"page: {text.slug}", *lines)))
        done, name = html.escape(say("told_done")), html.escape(say("told_copy"))
        button = f'<button type="button" data-copy data-done="{done}">{name}</button>'
        st.html(f'<div class="th-told"><pre tabindex="0" lang="en">{told}</pre>{button}</div>')


def understood(own: Own, form: Form[Any], picked: Picked | None = None) -> tuple[str, ...]:
    """Lines on a file that was taken."""
    content = own.content
    notes = content.notes if isinstance(content, Image) else form.notes(content)
    return (
        _file(own.name, own.size, own.raw),
        f"read as: {_kind(content, form)}",
        *_reading(content, own.reading, form),
        *_counts(content, form, picked),
        *(f"note: {line}" for line in map(_note, notes)),
    )


def refused(name: str, size: int, raw: bytes, problem: DataError) -> tuple[str, ...]:
    """Lines on a file that was refused."""
    return _file(name, size, raw), f"refused: {_note((problem.code, problem.values))}"


def _versions() -> str:
    packages = (f"{package} {version(package)}" for package in PACKAGES)
    return ", ".join((f"Theoria {report.version()}", f"Python {platform.python_version()}", *packages))


def _file(name: str, size: int, raw: bytes) -> str:
    ending = PurePath(name).suffix.lower()
    kind = " ".join(seems(raw) or ()) if raw else ""
    return f"file: {ending if ending in ENDINGS else 'other ending'}, {size} bytes{', ' if kind else ''}{kind}"


def _kind(content: Content, form: Form[Any]) -> str:
    if isinstance(content, Image):
        return "picture"
    return "text" if isinstance(content, Text) else "graph" if form.words == "graph" else "table"


def _reading(content: Content, reading: Reading, form: Form[Any]) -> Iterable[str]:
    """Each thing that is assumed: what the guess came to, or what was chosen instead; of words only that they are given."""
    names = fields_of(content, form)
    for spec in Reading.specs():
        chosen, guess = getattr(reading, spec.name), getattr(GUESS, spec.name)
        found = guess if isinstance(content, Image) else getattr(content.used, spec.name)
        if spec.name in names and spec.kind != "str":
            yield f"{spec.name}: {found} (guessed)" if chosen == guess else f"{spec.name}: {chosen} (chosen)"
        elif spec.name in names and chosen != guess:
            yield f"{spec.name}: given"


def _counts(content: Content, form: Form[Any], picked: Picked | None) -> Iterable[str]:
    if isinstance(content, Image):
        height, width, _ = content.pixels.shape
        yield f"pixels: {width} × {height}"
    elif isinstance(content, Text):
        yield f"text: {len(content.lines)} lines, {content.characters} characters, language {content.language}"
    else:
        yield f"table: {content.rows} rows, {len(content.columns)} columns, {len(numeric_columns(content))} of numbers"
        if picked and form.columns:
            left = content.rows - int(whole_rows(content, *picked).sum())
            yield f"looked at: {len(picked[0])} columns, {left} rows left out"
        if form.words == "graph":
            with suppress(DataError):
                graph = made_graph(content)
                yield f"graph: {graph.n} nodes, {len(graph.edges)} edges"


def _note(note: Note | tuple[str, Mapping[str, Any]]) -> str:
    """Its code, with numbers that count and names of encodings: all else may be the visitor's words."""
    code, values = note
    kept = {key: value for key, value in values.items() if _is_ours(key, value)}
    return " ".join((code, *(f"{key}={value}" for key, value in kept.items())))


def _is_ours(key: str, value: Any) -> bool:
    if isinstance(value, (int, float)):
        return key in COUNTS
    known = {"encoding": ENCODINGS, "others": ENCODINGS, "format": FORMATS}.get(key, frozenset())
    return isinstance(value, str) and set(value.split(", ")) <= known
