"""Files that are brought: taken if they can be read, else it is said why and what is there stays."""

from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.errors import DataError
from engine.images import Image, read_image
from engine.magic import is_image
from engine.readings import GUESS, clean, cut
from engine.textfiles import is_dictionary, read_dictionary
from engine.texts import Text
from ui import address
from ui.data.assuming import read_again
from ui.data.forms import Content, Form
from ui.data.own import SESSION_BYTES, Own, state_of, uploads
from ui.data.picking import forget_columns, hand_on
from ui.data.telling import refused
from ui.data.writing import take_words
from ui.streamlit_patches import let_go
from ui.text import Topic


def upload(text: Topic, form: Form[Any]) -> None:
    """Take a file, if it can be read; else say why and keep what is there."""
    slug = text.slug
    file, state = st.session_state[f"{slug}-upload"], state_of(slug)
    state.problem, state.refused, raw = None, (), b""
    if not isinstance(file, UploadedFile):  # taken away, or spoken of and never sent
        return
    try:
        if file.size + uploads(slug) > SESSION_BYTES:
            raise DataError("session_full", limit=SESSION_BYTES // 1_000_000)
        raw = file.getvalue()
        let_go(file)
        if Text in form.takes and not form.script and is_dictionary(file.name):
            take_words(text, read_dictionary(raw))
            return
        pictures = form.image is not None and (not form.takes or is_image(raw))
        content: Content = read_image(raw) if pictures else form.of_file(raw, file.name)
        form.try_out(content)
    except DataError as problem:
        state.problem, state.refused = problem, refused(file.name, file.size, raw, problem)
        return
    kept = b"" if isinstance(content, Image) else raw
    state.own = Own(content, cut(clean(file.name), 40), file.size, raw=kept, first=content.digest)
    forget_columns(slug)
    address.put(slug, "data", "own")
    awaited, state.awaited = state.awaited, None
    if awaited and content.digest.startswith(awaited.digest):
        if awaited.reading != GUESS:
            read_again(text, form, awaited.reading)
        hand_on(slug, awaited.columns, awaited.label)
    elif awaited:
        address.notice("other_file", name=awaited.name)
