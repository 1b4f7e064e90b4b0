"""The engine as its own source describes it: for whoever goes on in a notebook."""

import html
from importlib import import_module

import streamlit as st

import engine.data
import engine.errors
import engine.frames
import engine.params
from contents import SECTIONS
from engine.errors import sentence
from ui import reference, shell, source
from ui.language import language, say
from ui.reference import Field, Thing
from ui.text import markdown, theory

SECTION = {slug: section for section, slugs in SECTIONS.items() for slug in slugs}
COMMON = "common"


def table(fields: tuple[Field, ...]) -> None:
    """The columns that say something, as Markdown."""
    columns = [name for name in ("name", "type", "default", "bounds", "note") if any(getattr(field, name) for field in fields)]
    cell = {"name": "`{}`", "type": "`{}`", "default": "`{}`", "bounds": "{}", "note": "{}"}
    lines = ["| " + " | ".join(say(f"engine_{name}") for name in columns) + " |", "|---" * len(columns) + "|"]
    for field in fields:
        values = {name: getattr(field, name) for name in columns}
        cells = [
            cell[name].format(value.replace("|", "\\|") if "`" in cell[name] else markdown(value)) if value else ""
            for name, value in values.items()
        ]
        lines.append("| " + " | ".join(cells) + " |")
    st.markdown("\n".join(lines))


def things(items: tuple[Thing, ...]) -> None:
    for item in items:
        st.code(item.call, language="python", wrap_lines=True)
        if item.doc:
            st.text(item.doc)
        if item.fields:
            table(item.fields)


with st.container(key="head", horizontal=True, vertical_alignment="bottom", gap="small"):
    with st.container(key="title", width="stretch", gap=None):
        st.html(f"<h1>{html.escape(say('engine'))}</h1><p>{html.escape(say('engine_question'))}</p>")
    with st.container(key="tools", horizontal=True, width="content", gap="xsmall", wrap=False):
        shell.tools()

slugs = [*SECTION, COMMON]
asked = st.query_params.get("topic")
st.session_state.setdefault("engine-topic", asked if asked in slugs else slugs[0])
names = {slug: theory(slug, language()).title for slug in SECTION} | {COMMON: say("engine_common")}
chosen = st.pills(
    say("engine_topic"), slugs, format_func=names.__getitem__, key="engine-topic", required=True, label_visibility="collapsed"
)
shown = str(chosen)
st.query_params["topic"] = shown

with st.container(key="below"):
    if shown == COMMON:
        for module in (engine.params, engine.frames, engine.errors):
            st.markdown(f"## `{module.__name__}`")
            st.text(reference.about(module))
        st.markdown(f"### {say('engine_frames')}")
        things(reference.classes(engine.frames))
        st.markdown("## `engine.data`")
        st.text(reference.about(engine.data))
        things(reference.offered(engine.data))
    else:
        module = import_module(f"engine.{SECTION[shown]}.{shown}")
        opening = module.ALGORITHMS[0]
        st.markdown(f"## `{module.__name__}`")
        st.text(reference.about(module))
        sample = [f'datasets.sample("{opening.sample}")'] if opening.sample else []
        st.code(source.snippet(module, opening.Params(), sample), language="python", wrap_lines=True)
        st.markdown(f"### {say('engine_params')}")
        for kind in module.ALGORITHMS:
            st.markdown(f"`{kind.Params.__name__}`")
            table(reference.parameters(kind.Params))
        st.markdown(f"### {say('engine_frames')}")
        things(reference.frames(module))
        st.markdown(f"### {say('engine_functions')}")
        things(reference.functions(module))
        st.markdown(f"### {say('engine_errors')}")
        for kind, codes in reference.raised(module).items():
            st.markdown(f"`{kind}`\n" + "\n".join(f"- {markdown(sentence(code, language()))}" for code in codes))
