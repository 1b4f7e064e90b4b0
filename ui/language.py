"""Which language the visitor reads: the link's, else the one chosen before, else the browser's."""

import streamlit as st

from ui.text import LANGUAGES, phrases
from ui.visit import visit


def language() -> str:
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        visit().language = asked
    visit().language = visit().language or _of_browser()
    return visit().language


def say(key: str, **values: object) -> str:
    """A phrase of the page's frame."""
    return phrases(language())["ui"][key].format(**values)


def following(speaks: str) -> str:
    """The language that the switch leads to from another: each has its turn."""
    return LANGUAGES[(LANGUAGES.index(speaks) + 1) % len(LANGUAGES)]


def switch() -> None:
    """The next language, in place."""
    visit().language = st.query_params["lang"] = following(language())


def _of_browser() -> str:
    locale = (st.context.locale or "").split("-")[0]
    return locale if locale in LANGUAGES else "en"
