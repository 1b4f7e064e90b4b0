"""What was assumed of a file, changed in one folded form beside the data, undone with one click, and carried in links."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from engine.encodings import NAMES
from engine.errors import DataError
from engine.readings import GUESS, Reading
from engine.tables import Table
from engine.texts import Text
from ui import address
from ui.data.forms import Content, Form
from ui.data.own import Own, state_of
from ui.data.picking import forget_columns
from ui.language import language
from ui.text import Topic, phrases

OF_TABLE = ("encoding", "separator", "decimal", "header", "skip", "counter", "marks", "units", "gaps")
OF_GRAPH = ("encoding", "separator", "header")
OF_TEXT = ("encoding", "lines")


def fields_of(content: Content, form: Form[Any]) -> tuple[str, ...]:
    """What can be assumed of a file otherwise: nothing of a picture, nor of a script."""
    if isinstance(content, Text):
        return () if form.script else OF_TEXT
    if not isinstance(content, Table):
        return ()
    return OF_TABLE if form.columns else OF_GRAPH if form.words == "graph" else OF_TABLE[:5]


def assume(text: Topic, form: Form[Any], own: Own) -> None:
    """The folded form: each field at its guess or at what was chosen instead, and the way back to the guesses."""
    names = fields_of(own.content, form)
    if not own.raw or not names:
        return
    words = phrases(language())["reading"]
    with st.expander(words["title"]):
        for spec in Reading.specs():
            if spec.name in names:
                _field(text, form, own, spec.name, spec.choices, words)
        if own.reading != GUESS:
            st.button(words["back"], key=f"{text.slug}-guess", on_click=read_again, args=(text, form, GUESS))


def _field(text: Topic, form: Form[Any], own: Own, name: str, choices: tuple[str, ...], words: Mapping[str, str]) -> None:
    """One field. Its key holds what the reading says, so that an undone one is drawn anew."""
    value = getattr(own.reading, name)
    key = address.in_language(f"{text.slug}-read-{name}-{own.first}-{value}")
    change: dict[str, Any] = {"key": key, "on_change": _changed, "args": (text, form, name, key)}
    if choices:
        guess = _guessed(own.content, name, words)

        def called(choice: str) -> str:
            return guess if choice == "auto" else NAMES.get(choice) or words["choice_" + choice]

        st.selectbox(words[name], choices, index=choices.index(value), format_func=called, **change)
    elif isinstance(value, int):
        st.number_input(words[name], -1, 50, value, 1, **change)
    else:
        st.text_input(words[name], value, max_chars=100, **change)


def _guessed(content: Content, name: str, words: Mapping[str, str]) -> str:
    """What a guess is called, and what it came to where that is known."""
    found = getattr(content.used, name, "auto") if isinstance(content, Table) else "auto"
    return words["auto"] if found == "auto" else words["auto_is"].format(value=NAMES.get(found) or words["choice_" + found])


def _changed(text: Topic, form: Form[Any], name: str, key: str) -> None:
    own = state_of(text.slug).own
    if own is not None:
        read_again(text, form, own.reading.model_copy(update={name: st.session_state[key]}))


def read_again(text: Topic, form: Form[Any], reading: Reading) -> None:
    """Read the file that was brought in another way; where that is impossible say why and keep what is there."""
    state = state_of(text.slug)
    own: Own | None = state.own
    if own is None or not own.raw:
        return
    try:
        content = form.of_file(own.raw, own.name, reading, isinstance(own.content, Text))
        form.try_out(content)
    except DataError as problem:
        state.problem = problem
        return
    state.problem = None
    state.own = replace(own, content=content, reading=reading)
    forget_columns(text.slug)


def said_in_link(own: Own) -> dict[str, str]:
    """What departs from the guess, as parameters of a link."""
    return {f"read.{name}": value for name, value in own.reading.departures().items()}


def of_link() -> Reading:
    """The reading that a link asks for; what it says wrongly is said and left at the guess."""
    values: dict[str, Any] = {}
    for spec in Reading.specs():
        text = address.arrived(f"read.{spec.name}")
        try:
            values |= {} if text is None else {spec.name: spec.read(text)}
        except ValueError:
            address.notice("bad_value", name=f"read.{spec.name}", value=(text or "")[:40])
    return Reading(**values)
