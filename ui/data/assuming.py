"""How a file was read: one sentence with its alternatives, changed in one folded form, undone with a click, carried in links."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from engine.edgetables import NO_LABEL
from engine.encodings import NAMES
from engine.errors import DataError
from engine.readings import GUESS, Note, Reading
from engine.tables import Table
from engine.texts import Text
from ui import address
from ui.data.forms import Content, Form
from ui.data.own import Own, counted, show_notes, state_of
from ui.data.picking import forget_columns
from ui.language import language
from ui.text import Topic, markdown, phrases

OF_TABLE = ("encoding", "separator", "decimal", "header", "skip", "counter", "marks", "units", "gaps")
OF_GRAPH = ("encoding", "separator", "header", "label")
OF_TEXT = ("encoding", "lines")
OF_RECORDS = ("encoding", "separator", "header", "column")
SAID = frozenset(
    ("encoding", "delimiter", "tab", "spaces", "header", "graph_header", "row_names", "dropped", "text_column")
)  # by the sentence
OTHERWISE = {  # what was found → the field and the choice that would read it otherwise
    "decimal_open": ("decimal", "comma"),
    "thousands": ("decimal", "comma"),
    "decimal_comma": ("decimal", "point"),
    "numbers_name": ("header", "no"),
    "no_header": ("header", "yes"),
    "no_names": ("header", "yes"),
    "graph_no_header": ("header", "yes"),
    "graph_unknown_names": ("header", "no"),
    "row_names": ("counter", "column"),
    "sign": ("units", "words"),
    "unwrapped": ("lines", "keep"),
    "sentences": ("lines", "keep"),
    "long_line": ("lines", "cut"),
    "chat": ("lines", "keep"),
}
OFFERED = 4  # alternatives beside the sentence; the form has all of them


def fields_of(content: Content, form: Form[Any]) -> tuple[str, ...]:
    """What can be assumed of a file otherwise: nothing of a picture, nor of a script."""
    if isinstance(content, Text):
        return () if form.script else OF_RECORDS if content.columns else OF_TEXT
    if not isinstance(content, Table):
        return ()
    if form.words == "graph":
        return OF_GRAPH if content.used.separator != "auto" else ("encoding", "label")
    return OF_TABLE if form.columns else OF_TABLE[:5]


def understood(text: Topic, form: Form[Any], own: Own, notes: Sequence[Note]) -> None:
    """How a file was read: one sentence with its alternatives, what else was found, a folded form of all that is assumed."""
    names = fields_of(own.content, form) if own.raw else ()
    if not names:
        show_notes(notes)
        return
    words = phrases(language())["reading"]
    st.markdown(sentence(own, notes, words))
    _others(text, form, own, alternatives(own, notes, names), words)
    show_notes(note for note in notes if note[0] not in SAID)
    with st.expander(words["title"]):
        for spec in Reading.specs():
            if spec.name in names:
                _field(text, form, own, spec.name, spec.choices, words)


def _others(text: Topic, form: Form[Any], own: Own, others: Sequence[tuple[str, str]], words: Mapping[str, str]) -> None:
    """A button for the way back, and one for each alternative."""
    if not others and own.reading == GUESS:
        return
    with st.container(horizontal=True, gap="small", key="reading-others"):
        if own.reading != GUESS:
            click: dict[str, Any] = {"on_click": read_again, "args": (text, form, GUESS)}
            st.button(words["back"], key=f"{text.slug}-guess", icon=":material/undo:", **click)
        for name, choice in others:
            label = NAMES.get(choice) or words[f"or_{name}_{choice}"]
            click = {"on_click": read_again, "args": (text, form, own.reading.model_copy(update={name: choice}))}
            st.button(label, key=f"{text.slug}-{name}-{choice}", **click)


def sentence(own: Own, notes: Sequence[Note], words: Mapping[str, str]) -> str:
    """What a file was taken for, in one sentence."""
    content, found = own.content, dict(notes)
    assert isinstance(content, (Table, Text))
    used = content.used
    said = [words["said_encoding"].format(value=NAMES.get(used.encoding, used.encoding))]
    if used.separator != "auto" and not (isinstance(content, Table) and len(content.columns) == 1):
        said.append(words["said_separator"].format(value=words["choice_" + used.separator]))
    said += [words["said_decimal"].format(value=words["choice_" + used.decimal])] if used.decimal != "auto" else []
    said += [words["said_header_" + used.header]] if used.header != "auto" else []
    if isinstance(content, Table):
        said += [words["said_names"].format(column=markdown(content.names))] if content.names else []
        said += [words["said_dropped"].format(count=counted(found["dropped"]["count"]))] if "dropped" in found else []
    elif content.columns:
        said.append(words["said_column"].format(column=markdown(used.column)))
    else:
        said.append(words["said_lines_" + used.lines])
    return words["sentence"].format(parts=words["join"].join(said))


def alternatives(own: Own, notes: Sequence[Note], names: Sequence[str]) -> list[tuple[str, str]]:
    """What the file might as well be: (field, choice), those that bytes or cells leave open first."""
    found = dict(notes)
    others = [("encoding", str(code)) for code in str(found.get("encoding_alike", {}).get("codes", "")).split()]
    others += [OTHERWISE[code] for code, _ in notes if code in OTHERWISE]
    open_ones = [pair for pair in dict.fromkeys(others) if pair[0] in names and getattr(own.reading, pair[0]) != pair[1]]
    return open_ones[:OFFERED]


def _field(text: Topic, form: Form[Any], own: Own, name: str, choices: tuple[str, ...], words: Mapping[str, str]) -> None:
    """One field. Its key holds what the reading says, so that an undone one is drawn anew."""
    value, options = getattr(own.reading, name), _options(own.content, name, choices)
    key = address.in_language(f"{text.slug}-read-{name}-{own.first}-{value}")
    change: dict[str, Any] = {"key": key, "on_change": _changed, "args": (text, form, name, key)}
    if options:
        guess = _guessed(own, name, words)

        def called(choice: str) -> str:
            return guess if choice == options[0] else _called(choice, words)

        st.selectbox(words[name], options, index=options.index(value), format_func=called, **change)
    elif isinstance(value, int):
        st.number_input(words[name], -1, 50, value, 1, **change)
    else:
        st.text_input(words[name], value, max_chars=100, **change)


def _options(content: Content, name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    """What can be chosen, the guess first: a field's own words, or names that the file has."""
    if name == "column" and isinstance(content, Text):
        return ("", *content.columns)
    if name == "label" and isinstance(content, Table):
        return ("", NO_LABEL, *content.groupings)
    return choices


def _called(choice: str, words: Mapping[str, str]) -> str:
    return NAMES.get(choice) or words.get("choice_" + choice, choice)


def _guessed(own: Own, name: str, words: Mapping[str, str]) -> str:
    """What a guess is called, and what it came to where that is known."""
    found = (
        getattr(own.content.used, name) if isinstance(own.content, (Table, Text)) and name not in own.reading.departures() else ""
    )
    return words["auto"] if found in ("auto", "") else words["auto_is"].format(value=_called(found, words))


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
