"""Texts and scripts that are written on the page, and the words that a cutter should know."""

from dataclasses import replace
from typing import Any

import streamlit as st

from engine.errors import DataError
from engine.prose import written
from engine.samples import sample
from engine.texts import Text, script, words_of
from ui import address
from ui.data.forms import Form
from ui.data.own import Own, state_of, take
from ui.language import say
from ui.player import trouble
from ui.text import Topic

WRITABLE = 20_000  # characters of a text that can be edited on the page
SCRIPT_CHARACTERS = 2_000  # that a box for a script takes: what is too long for its topic is said, not cut off
SCRIPT_LINES = 3, 10  # that such a box shows


def writer(text: Topic, content: Text) -> None:
    """The text in a box, and the words that a cutter of Chinese should know. What is changed becomes the visitor's own text."""
    state = state_of(text.slug)
    if state.edited != content.digest or not isinstance(state.base, Text):
        state.base, state.edited = content, content.digest
    base = state.base
    short = base.characters <= WRITABLE
    key, words = f"{text.slug}.text.{base.digest}", f"{text.slug}.words.{base.digest}"
    st.session_state.setdefault(key, "\n".join(base.lines) if short else "")
    st.session_state.setdefault(words, " ".join(base.dictionary))
    st.text_area(
        say("write_text"), key=key, height=180, max_chars=10 * WRITABLE, on_change=_write, args=(text, key, words, content),
        placeholder=say("write_here" if short else "too_long_to_write", limit=WRITABLE),
    )  # fmt: skip
    st.text_area(
        say("dictionary"), key=words, height=68, max_chars=WRITABLE, on_change=_write, args=(text, key, words, content),
        placeholder=say("dictionary_hint"),
    )  # fmt: skip


def _write(text: Topic, key: str, words: str, before: Text) -> None:
    """Take what was written; an empty box leaves the lines as they are."""
    state = state_of(text.slug)
    lines, dictionary = st.session_state[key], st.session_state[words].splitlines()
    try:
        if lines.strip():
            new = written(lines, dictionary=dictionary)
        else:
            new = replace(before, dictionary=words_of(dictionary), origin="edited")
    except DataError as problem:
        state.problem = problem
        return
    state.edited = new.digest
    take(text, new, (), None)


def script_box(text: Topic, content: Text, form: Form[Any]) -> None:
    """The script in a box, its limits below it. What is changed becomes the visitor's own; what cannot be read is said."""
    state = state_of(text.slug)
    if state.edited != content.digest or not isinstance(state.base, Text):
        state.base, state.edited = content, content.digest
    key = f"{text.slug}.script.{state.base.digest}"
    st.session_state.setdefault(key, "\n".join(state.base.lines))
    lines = min(max(len(st.session_state[key].splitlines()), SCRIPT_LINES[0]), SCRIPT_LINES[1])
    st.text_area(
        say("write_script"), key=key, height=40 + 24 * lines, max_chars=SCRIPT_CHARACTERS, on_change=_write_script,
        args=(text, key, form),
    )  # fmt: skip
    st.caption(text.say.get("limits") or say("limits_script"))
    if state.problem:
        trouble(state.problem)


def _write_script(text: Topic, key: str, form: Form[Any]) -> None:
    """Take what was written, if it can be read."""
    state = state_of(text.slug)
    try:
        new = script(st.session_state[key])
        form.make(new, ((), None))
    except DataError as problem:
        state.problem = problem
        return
    state.edited = new.digest
    take(text, new, (), None)


def take_words(text: Topic, words: tuple[str, ...]) -> None:
    """Let the text that is looked at have a user dictionary."""
    state, choice = state_of(text.slug), address.kept(text.slug)["data"]
    own: Own | None = state.own
    content = own.content if own and choice == "own" else sample(choice)
    if isinstance(content, Text):
        take(text, replace(content, dictionary=words, origin="edited"), (), None)
