"""Data drawn on the pad: what is made of a drawing, beside it what the run gets, and its photo where a page takes pictures."""

from typing import Any

import streamlit as st

from engine.errors import DataError
from engine.images import Image, read_image
from engine.links import as_table
from engine.readings import cut
from engine.strokes import drawn_picture, drawn_points
from engine.tables import Table
from ui import address
from ui.data.forms import Form
from ui.data.own import SESSION_BYTES, Own, state_of, uploads
from ui.data.picking import Picked, forget_columns
from ui.language import language
from ui.pad import pad, places, refusal, small_picture
from ui.text import Topic, phrases

PLANE: Picked = (("x", "y"), None)  # the columns of drawn points, and no classes


def draw(text: Topic, form: Form[Any], choice: str, default: str) -> None:
    """The pad, with what was drawn where that is what is shown."""
    state = state_of(text.slug)
    own: Own | None = state.own if choice == "own" else None
    sketch, problem = state.sketch or ((own.drawn, None) if own else ("", None))
    wrong = problem or state.problem

    def taken(drawing: str, turn: int) -> None:
        state.turn = turn
        take_drawing(text, form, drawing, default)

    def photographed(raw: bytes) -> None:
        take_photo(text, form, raw)

    pad(
        f"{text.slug}-pad",
        sketch,
        state.turn,
        on_drawn=taken,
        on_photo=photographed if form.image else None,
        dots=form.draws == "points",
        across=form.across,
        result=_got(form, own) if own else None,
        said=refusal(wrong) if wrong else "",
    )


def _got(form: Form[Any], own: Own) -> dict[str, Any] | None:
    """What a run gets of a drawing, or of a picture, for beside the pad."""
    if isinstance(own.content, Image) and form.draws == "picture":
        return small_picture(form.seen(own.content))
    return places(drawn_points(own.drawn).X) if own.drawn else None


def take_drawing(text: Topic, form: Form[Any], drawing: str, default: str) -> None:
    """Let a drawing be the visitor's own data; one that makes none yet stays on the pad, and it is said why."""
    state = state_of(text.slug)
    state.problem = state.sketch = None
    if not drawing:
        if state.own and state.own.drawn:
            state.own = None
            address.put(text.slug, "data", default)
        return
    try:
        use_drawing(text.slug, form, drawing, phrases(language())["pad"]["drawing"])
    except DataError as problem:
        state.sketch = drawing, problem


def use_drawing(slug: str, form: Form[Any], drawing: str, name: str) -> None:
    """Show a packed drawing. Raises DataError where it is damaged, or makes no data of the kind that `form` takes."""
    content = _made(form, drawing)
    form.try_out(content)
    state_of(slug).own = Own(content, name, 0, edited=True, drawn=drawing)
    forget_columns(slug)
    if isinstance(content, Table):
        address.kept(slug).update(columns_of="own", columns=list(PLANE[0]), label="")
    address.put(slug, "data", "own")


def _made(form: Form[Any], drawing: str) -> Table | Image:
    if form.draws == "picture":
        return drawn_picture(drawing)
    if form.draws != "points":
        raise DataError("broken_drawing")
    made = drawn_points(drawing)
    if len(made.X) < 2:
        raise DataError("drawn_too_few")
    return as_table(made)


def take_photo(text: Topic, form: Form[Any], raw: bytes) -> None:
    """Take a photo as a file is taken."""
    slug, state = text.slug, state_of(text.slug)
    state.problem = state.sketch = None
    try:
        if len(raw) + uploads(slug) > SESSION_BYTES:
            raise DataError("session_full", limit=SESSION_BYTES // 1_000_000)
        content = read_image(raw)
        form.try_out(content)
    except DataError as problem:
        state.problem = problem
        return
    state.own = Own(content, cut(phrases(language())["pad"]["photo_name"], 40), len(raw), first=content.digest)
    forget_columns(slug)
    address.put(slug, "data", "own")


def drawn_code(own: Own) -> str:
    """Python that makes a drawing's data."""
    return f'datasets.drawn_{"picture" if isinstance(own.content, Image) else "points"}("{own.drawn}")'


def door(slug: str) -> Any:
    """The door to the pad, beside the one to one's own data."""
    name = phrases(language())["pad"]["door"]
    return st.popover(name, icon=":material/draw:", help=name, key=f"{slug}-draw", on_change="rerun")
