"""The notes in their order, each section with the page that runs it."""

import html

import streamlit as st

from contents import SYLLABUS
from ui import ways
from ui.language import language, say
from ui.text import phrases

with st.container(key="head"), st.container(key="title", gap=None):
    st.html(f"<h1>{html.escape(say('syllabus'))}</h1><p>{html.escape(say('syllabus_question'))}</p>")

words = phrases(language())["syllabus"]
with st.container(key="syllabus"):
    for chapter, entries in SYLLABUS.items():
        lines = [
            f"<li><span>{html.escape(words[entry])}</span>{ways.link(address, ways.title(slug), mark=slug)}</li>"
            for entry, address in entries.items()
            if (slug := address.partition("?")[0])
        ]
        st.html(f"<h2>{html.escape(words[chapter])}</h2><ol>{''.join(lines)}</ol>")
