"""The notes in their order, each section with the page that runs it."""

import html

import streamlit as st

from contents import SYLLABUS
from ui import ways
from ui.language import language, say
from ui.text import phrases, theory

with st.container(key="head"), st.container(key="title", gap=None):
    st.html(f"<h1>{html.escape(say('syllabus'))}</h1><p>{html.escape(say('syllabus_question'))}</p>")


def named(address: str) -> str:
    """The title of a page, and where the address says a kind of run or a sample its name."""
    slug, _, said = address.partition("?")
    setting, _, value = said.partition("=")
    return " · ".join(
        filter(None, (ways.title(slug), value and theory(slug, language()).choices[setting.removeprefix(f"{slug}.")][value]))
    )


def slug_of(address: str) -> str:
    return address.partition("?")[0]


words = phrases(language())["syllabus"]
with st.container(key="syllabus"):
    for chapter, entries in SYLLABUS.items():
        lines = [
            f"<li><span>{html.escape(words[entry])}</span>{ways.link(address, named(address), mark=slug_of(address))}</li>"
            for entry, address in entries.items()
        ]
        st.html(f"<h2>{html.escape(words[chapter])}</h2><ol>{''.join(lines)}</ol>")
