"""Home: what this is, a search, the sections with a picture of a real run."""

import html

import streamlit as st

from contents import SECTIONS
from ui import shell
from ui.language import language, say
from ui.text import theory

topics = [theory(slug, language()) for slugs in SECTIONS.values() for slug in slugs]
pages = st.session_state["pages"]

with st.container(key="masthead", horizontal=True, vertical_alignment="top"):
    with st.container(width="stretch", gap="small"):
        st.html(f"<h1>{html.escape(say('tagline'))}</h1><p>{html.escape(say('lede'))}</p>")
        wanted = st.text_input(
            say("search"),
            key="search",
            placeholder=say("search"),
            icon=":material/search:",
            live=True,
            label_visibility="collapsed",
            width=420,
        )
    with st.container(key="tools", horizontal=True, width="content"):
        shell.tools()

if wanted:
    found = [text for text in topics if wanted.lower() in " ".join((text.slug, text.title, text.question, text.prose)).lower()]
    with st.container(key="found", gap=None):
        for text in found:
            st.page_link(pages[text.slug], label=f"**{text.title}** — {text.question}")
        if not found:
            st.caption(say("none_found"))
else:
    with st.container(key="sections"):
        for section, slugs in SECTIONS.items():
            shell.card(section, [theory(slug, language()) for slug in slugs], pages)
    st.caption(say("opening_more"))
