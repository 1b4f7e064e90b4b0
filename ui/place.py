"""A new sample for a finished map: typed values, one of the rows, a colour, or a small picture."""

import re
from dataclasses import dataclass

import streamlit as st

from engine import data
from engine.data import Points
from engine.errors import DataError
from ui import address
from ui.language import say
from ui.player import trouble
from ui.text import Topic


@dataclass(frozen=True)
class Placed:
    """The sample, if there is one, and how a link says it."""

    points: tuple[Points, ...] = ()
    link: dict[str, str] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.link is None:
            object.__setattr__(self, "link", {})


def place(text: Topic, cloud: Points) -> Placed:
    """The box where a sample is described. What cannot be placed is said beside it."""
    slug, key = text.slug, f"{text.slug}.place"
    arrived = address.arrived(key)
    if arrived is not None:
        address.put(slug, "place", arrived[:400])
    st.session_state.setdefault(key, address.kept(slug).setdefault("place", ""))
    picture = None
    box = st.expander(say("place"), key=f"{slug}-placing", on_change="rerun")
    if not box.open and not address.kept(slug)["place"].strip():
        return Placed()
    with box:
        typed = st.text_input(say("place_" + cloud.kind), key=key, placeholder=_example(cloud), help=say("place_help"))
        if cloud.kind == "images":
            picture = st.file_uploader(say("place_picture"), key=f"{slug}-place-picture")
            st.caption(say("limits_picture"))
        address.kept(slug)["place"] = typed
        try:
            if picture is not None:
                return Placed((data.points([data.digit(data.read_image(picture.getvalue())).ravel()], cloud.columns),))
            return Placed((read(typed, cloud),), {key: typed}) if typed.strip() else Placed()
        except DataError as problem:
            trouble(problem)
            return Placed()


def read(typed: str, cloud: Points) -> Points:
    """One sample [1, d] from words: "row 7", "#ff8800", a row's name, or d numbers. Raises DataError."""
    words = typed.strip()
    if found := re.fullmatch(r"(?:row|行|第)?\s*(\d{1,6})\s*行?", words):
        row = int(found[1])
        if not (len(cloud.columns) == 1 and "row" not in words and "行" not in words):
            if not 1 <= row <= len(cloud.X):
                raise DataError("place_row", row=row, rows=len(cloud.X))
            return data.points(cloud.X[[row - 1]], cloud.columns)
    if words in cloud.names:
        return data.points(cloud.X[[cloud.names.index(words)]], cloud.columns)
    if cloud.kind == "colours" and (found := re.fullmatch(r"#?([0-9a-fA-F]{6})", words)):
        return data.points([[int(found[1][k : k + 2], 16) for k in (0, 2, 4)]], cloud.columns)
    try:
        values = [float(part) for part in re.split(r"[,;，；\s]+", words) if part]
    except ValueError:
        raise DataError("place_words", wanted=len(cloud.columns)) from None
    if len(values) != len(cloud.columns):
        raise DataError("place_count", wanted=len(cloud.columns), found=len(values))
    return data.points([values], cloud.columns)


def _example(cloud: Points) -> str:
    if cloud.kind == "colours":
        return "#ff8800"
    if cloud.kind == "images" or len(cloud.columns) > 8:
        return say("row_example")
    return ", ".join(f"{value:.3g}" for value in cloud.X[len(cloud.X) // 2])
