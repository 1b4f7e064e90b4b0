"""Home: what this is, a search, where to begin, and a picture of a real run for every topic."""

import html

import streamlit as st

from contents import PATH, SECTIONS
from ui import search, shell
from ui.language import language, say
from ui.player import visited
from ui.text import theory
from ui.visit import visit

pages = visit().pages

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
        visited()
    with st.container(key="tools", horizontal=True, width="content"):
        shell.tools()

if wanted:
    shell.found(search.find(wanted), pages)
else:
    with st.container(key="path", horizontal=True, gap="small", vertical_alignment="center"):
        st.html(f"<h2>{html.escape(say('begin'))}</h2>", width="content")
        for number, slug in enumerate(PATH, 1):
            st.page_link(pages[slug], label=f"{number}. {theory(slug, language()).title}", width="content")
    with st.container(key="sections"):
        for section, slugs in SECTIONS.items():
            for slug in slugs:
                shell.card(section, theory(slug, language()), pages)
    st.caption(say("opening_more"))
