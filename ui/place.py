"""A new sample for a finished map: typed values, one of the rows, a colour, a digit that is drawn, or a small picture."""

import re
from dataclasses import dataclass, field

import streamlit as st

from engine.drawings import digit, digit_notes
from engine.errors import DataError
from engine.images import read_image
from engine.points import Points, points
from engine.strokes import DRAWN, drawn_picture
from ui import address, reading, ways
from ui.data import SESSION_BYTES, show_notes, uploads
from ui.data.own import state_of
from ui.language import say
from ui.pad import pad, small_picture
from ui.player import trouble
from ui.text import Topic

DIGIT = (14, 14)  # the shape of pictures that an own drawing can be made into


@dataclass(frozen=True)
class Placed:
    """The sample, if there is one, how a link says it, and what to tell who copies the link."""

    points: tuple[Points, ...] = ()
    link: dict[str, str] = field(default_factory=dict)
    note: str | None = None


def place(text: Topic, cloud: Points) -> Placed:
    """The box where a sample is described. What cannot be placed is said below it, also while it is folded."""
    slug, key = text.slug, f"{text.slug}.place"
    arrived = address.arrived(key)
    if arrived is not None:
        address.put(slug, "place", arrived if arrived.startswith(DRAWN) else arrived[:400])
    kept = address.kept(slug).setdefault("place", "")
    typed = st.session_state.get(key, kept)
    drawn = kept if kept.startswith(DRAWN) and typed in ("", kept) else ""
    typed = typed or drawn
    picture = None
    box = None if reading.hides(slug, "place") else st.expander(say("place"), key=f"{slug}-placing", on_change="rerun")
    if box and box.open:
        with box:
            st.session_state[key] = "" if drawn else typed
            written = st.text_input(
                say("place_" + cloud.kind), key=key, placeholder=_example(cloud), help=say("place_help"), max_chars=400
            )
            typed = written or drawn
            if cloud.shape == DIGIT:
                _sheet(slug, key, drawn, cloud)
                picture = st.file_uploader(say("place_picture"), key=f"{slug}-place-picture")
                st.caption(say("limits_picture"))
                ways.to_files()
    address.kept(slug)["place"] = typed
    try:
        if picture is not None:
            return Placed((_drawn(picture, cloud),), note=say("picture_note"))
        return Placed((read(typed, cloud),), {key: typed}) if typed.strip() else Placed()
    except DataError as problem:
        trouble(problem)
        return Placed()


def _sheet(slug: str, key: str, drawn: str, cloud: Points) -> None:
    """A pad for the digit. What is drawn stands where words are typed, and in the link as they do."""
    state = state_of(slug)

    def taken(drawing: str, turn: int) -> None:
        state.turn = turn
        address.kept(slug)["place"] = DRAWN + drawing if drawing else ""
        st.session_state[key] = ""

    result = None
    if drawn:
        try:
            result = small_picture(read(drawn, cloud).X.reshape(DIGIT))
        except DataError:  # said below the box
            drawn = ""
    pad(f"{slug}-place-pad", drawn.removeprefix(DRAWN), state.turn, on_drawn=taken, result=result)


def _drawn(file: object, cloud: Points) -> Points:
    """A drawing as one sample [1, d]. Raises DataError."""
    raw = file.getvalue()  # type: ignore[attr-defined]
    if len(raw) + uploads("") > SESSION_BYTES:
        raise DataError("session_full", limit=SESSION_BYTES // 1_000_000)
    image = read_image(raw)
    show_notes((*image.notes, *digit_notes(image)))
    return points([digit(image).ravel()], cloud.columns)


def read(typed: str, cloud: Points) -> Points:
    """One sample [1, d] from words: "row 7", "#ff8800", a row's name, d numbers, or a digit that was drawn. Raises DataError."""
    words = typed.strip()
    if words.startswith(DRAWN) and cloud.shape == DIGIT:
        return points([digit(drawn_picture(words)).ravel()], cloud.columns)
    if cloud.kind == "colours" and (found := re.fullmatch(r"#?([0-9a-fA-F]{6})", words)):
        return points([[int(found[1][k : k + 2], 16) for k in (0, 2, 4)]], cloud.columns)
    if words in cloud.names:
        return points(cloud.X[[cloud.names.index(words)]], cloud.columns)
    found = re.fullmatch(r"(row|行|第)?\s*(\d{1,6})\s*(行?)", words)
    if found and (len(cloud.columns) > 1 or found[1] or found[3]):  # a bare number is a row, where it cannot be a value
        return _row(int(found[2]), cloud)
    try:
        values = [float(part) for part in re.split(r"[,;，；\s]+", words) if part]
    except ValueError:
        raise DataError("place_words", wanted=len(cloud.columns)) from None
    if len(values) != len(cloud.columns):
        raise DataError("place_count", wanted=len(cloud.columns), found=len(values))
    return points([values], cloud.columns)


def _row(row: int, cloud: Points) -> Points:
    if not 1 <= row <= len(cloud.X):
        raise DataError("place_row", row=row, rows=len(cloud.X))
    return points(cloud.X[[row - 1]], cloud.columns)


def _example(cloud: Points) -> str:
    if cloud.kind == "colours":
        return "#ff8800"
    if cloud.kind == "images" or len(cloud.columns) > 8:
        return say("row_example")
    return ", ".join(f"{value:.3g}" for value in cloud.X[len(cloud.X) // 2])
