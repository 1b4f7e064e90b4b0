"""The page on a projector: large type, nothing but the picture and the question, the keyboard alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from ui import streamlit_patches
from ui.language import say
from ui.visit import visit

STYLE = (Path(__file__).parent / "presenting.css").read_text(encoding="utf-8")


def on() -> bool:
    return visit().presenting


def arrive(link: Mapping[str, str]) -> None:
    """A link says it with `present=1`."""
    if link:
        visit().presenting = link.get("present") == "1"


def begin() -> None:
    visit().presenting = True


def leave() -> None:
    visit().presenting = False


def hear(event: Mapping[str, Any]) -> None:
    """Escape, in the player."""
    if event.get("kind") == "leave":
        leave()


def dress() -> None:
    """The style."""
    if on():
        st.html(f"<style>{STYLE}</style>")
        streamlit_patches.only("projector")


def door() -> None:
    """The button that begins it, or the one that ends it."""
    if on():
        st.button(say("leave_presenting"), on_click=leave, type="tertiary", key="leave-presenting", icon=":material/close:")
    else:
        st.button(say("present"), on_click=begin, type="tertiary", key="present", icon=":material/present_to_all:")
