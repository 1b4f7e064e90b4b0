"""Which data a run is about: a named sample, or the visitor's own, with its limits written beside it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from engine.errors import DataError
from engine.images import Image
from engine.links import as_table
from engine.samples import opening, sample, sample_table
from engine.tables import Table
from engine.texts import Text
from ui import address, reading, ways
from ui.data.assuming import understood
from ui.data.drawing import door as pad_door
from ui.data.drawing import draw
from ui.data.editing import editor
from ui.data.forms import Content, D, Form, dropped
from ui.data.links import Chosen, arrive, assemble, bundled
from ui.data.own import Own, state_of
from ui.data.picking import Picked, pick_columns, picked_columns
from ui.data.telling import telling
from ui.data.uploading import upload
from ui.data.writing import script_box, writer
from ui.language import say
from ui.player import trouble
from ui.text import Topic
from ui.visit import visit


def dataset(text: Topic, samples: Sequence[str], default: str, form: Form[D]) -> Chosen[D]:
    """The select box, the visitor's own data, the columns. Errors are shown, and the data before them stay."""
    slug, state = text.slug, state_of(text.slug)
    arrive(slug, samples, default, form)
    own = state.own if state.own and form.accepts(state.own.content) else None  # else brought for another of the topic's parts
    if state.awaited:
        address.notice("bring_file", name=state.awaited.name, size=state.awaited.size)
    visit().topic(slug).samples = tuple(samples)  # for of_link
    choice, door, sheet = _choice(text, samples, default, form, own)
    needed = form.edit and (form.columns or form.script or bool(door and door.open))
    content = own.content if choice == "own" and own else _content_of(choice, needed=needed)
    picked = picked_columns(slug, content, choice) if isinstance(content, Table) and form.columns else None
    if form.script and door and isinstance(content, Text):
        script_box(text, content, form)
    if door and door.open:
        with door, st.container(key="bring"):
            picked = _bring(text, form, content, choice, picked)
    if sheet and sheet.open:
        with sheet, st.container(key="pad"):
            draw(text, form, choice, default)
    try:
        chosen = assemble(slug, choice, own, picked, default, form)
        state.good, state.good_form = chosen, form
    except DataError as problem:
        trouble(problem)
        before = state.good if state.good_form is form else None
        return before or bundled(choice if choice in samples else default, default)
    return chosen


def _choice(text: Topic, samples: Sequence[str], default: str, form: Form[Any], own: Own | None) -> tuple[str, Any, Any]:
    """The select box, beside it the doors to one's own data and to the pad. All are missing where a lesson hides them."""
    slug, state = text.slug, state_of(text.slug)
    key, options = address.in_language(f"{slug}.data"), [*samples, "own"] if own else list(samples)
    if address.kept(slug).setdefault("data", default) not in options:
        address.put(slug, "data", default)
    if st.session_state.setdefault(key, address.kept(slug)["data"]) not in options:
        st.session_state[key] = address.kept(slug)["data"]
    names = text.choices["data"] | {"own": own.name if own else ""}
    settled = partial(setattr, state, "problem", None)
    choice, door, sheet = st.session_state[key], None, None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="dataset"):
        if not reading.hides(slug, "data"):
            choice = st.selectbox(text.labels["data"], options, format_func=names.__getitem__, key=key, on_change=settled)
            icon = ":material/edit:" if form.edit and not form.script else ":material/upload_file:"
            door = st.popover(say(form.door), icon=icon, help=say(form.door), key=f"{slug}-own", on_change="rerun")
            sheet = pad_door(slug) if form.draws else None
    address.kept(slug)["data"] = choice
    return choice, door, sheet


def _bring(text: Topic, form: Form[Any], content: Content | None, choice: str, picked: Picked | None) -> Picked | None:
    """What stands behind the door: how a file was read, cells or lines to edit, a file to bring, columns to pick. The columns."""
    slug, own = text.slug, state_of(text.slug).own
    if own and content is not None and choice == "own":
        notes = (*content.notes, *form.cut(content)) if isinstance(content, Image) else form.notes(content)
        understood(text, form, own, (*notes, *(dropped(content, picked) if picked and isinstance(content, Table) else ())))
    if form.edit and isinstance(content, Table):
        editor(text, content)
    elif isinstance(content, Text) and not form.script:
        writer(text, content)
    st.file_uploader(say("own_" + form.words), key=f"{slug}-upload", on_change=upload, args=(text, form))
    if not form.script:  # then they stand below the box
        st.caption(say("limits_" + form.words))
    st.caption(say("own_travels"))
    ways.to_files()
    if (problem := state_of(slug).problem) and not form.script:
        trouble(problem)
    if isinstance(content, Table) and form.columns and _can_pick(choice):
        picked = pick_columns(text, content)
    telling(text, form, picked, shown=choice == "own")
    return picked


def _can_pick(choice: str) -> bool:
    """Whether the data come with more columns than are looked at."""
    return choice == "own" or bool(opening(choice))


def _content_of(choice: str, *, needed: bool) -> Table | Text | None:
    """The table a sample comes from, or its text; of points made by a formula the table only where one is `needed`."""
    if opening(choice):
        return sample_table(choice)
    found = sample(choice) if needed else None
    return found if found is None or isinstance(found, (Table, Text)) else as_table(found)
