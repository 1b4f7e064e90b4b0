"""What a visitor brought or made, and what a topic remembers of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.readings import GUESS, Reading, cut
from engine.tables import Table
from engine.texts import Text
from runtime import settings
from ui import address
from ui.data.forms import Content
from ui.data.picking import forget_columns, joined
from ui.language import language, say
from ui.text import Count, Topic, markdown, phrases
from ui.visit import Brought, visit

SESSION_BYTES = settings.SESSION_MB * 1_000_000  # of uploads a visitor may have at once


@dataclass(frozen=True)
class Own:
    """What a visitor brought: a table, a picture or a text, and the file it came in."""

    content: Content
    name: str
    size: int
    edited: bool = False  # made on this page; then there is no file
    raw: bytes = b""  # of a table, a graph or a text: the file, so that it can be read otherwise
    first: str = ""  # the digest of what the guesses made of the file, by which links know it
    reading: Reading = GUESS  # how it was read
    drawn: str = ""  # the packed drawing that it was made of


@dataclass(frozen=True)
class Awaited:
    """A file that a link speaks of and cannot carry."""

    name: str
    size: str
    digest: str
    columns: str | None
    label: str | None
    reading: Reading = GUESS


def brought(slug: str) -> tuple[Own, dict[str, str]] | None:
    """What the visitor brought, where that is what is shown, and how a link says its columns."""
    own: Own | None = state_of(slug).own
    kept = address.kept(slug)
    if own is None or kept.get("data") != "own":
        return None
    if kept.get("columns_of") != "own":
        return own, {}
    return own, {f"{slug}.columns": joined(kept["columns"]), f"{slug}.label": kept["label"]}


def uploads(slug: str) -> int:
    """Bytes of what the visitor brought to the other topics."""
    others = [topic.data for other, topic in visit().topics.items() if other != slug]
    return sum(state.own.size for state in others if state.own)


def show_notes(notes: Any) -> None:
    """What was assumed about a file."""
    table = phrases(language())["notes"]
    for code, values in notes:
        st.caption("· " + table[code].format(**{key: counted(value) for key, value in values.items()}))


def counted(value: Any) -> Any:
    """A value of a note as its sentence takes it."""
    return Count(value) if isinstance(value, int) else markdown(str(value))


def state_of(slug: str) -> Brought:
    """What this topic remembers: the visitor's own data, the last good choice, an upload's problem, an awaited file."""
    return visit().topic(slug).data


def forget(slug: str) -> None:
    """Let go of what was wrong with an upload, of a file that a link asked for, of edits begun; the visitor's own data stay."""
    state = state_of(slug)
    state.problem = state.awaited = state.edited = state.base = state.sketch = None


def take(text: Topic, content: Table | Text, columns: Sequence[str], label: str | None) -> None:
    """Let what was edited be the visitor's own data; of a table, with the columns that are looked at."""
    state, kept = state_of(text.slug), address.kept(text.slug)
    own: Own | None = state.own
    choice: str = kept["data"]
    if own and choice == "own":
        name = own.name if own.edited else say("edited", name=own.name)
    else:
        name = say("edited", name=text.choices["data"][choice])
    state.own, state.problem = Own(content, cut(name), 0, edited=True), None
    forget_columns(text.slug)
    if columns:
        kept.update(columns_of="own", columns=list(columns), label=label or "")
    address.put(text.slug, "data", "own")
