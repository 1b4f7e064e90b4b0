"""The engine as its own source describes it, for whoever goes on in a notebook: sections and topics, and one of them."""

import html
import re
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

import streamlit as st

import engine.data
import engine.errors
import engine.frames
import engine.params
from engine.errors import sentence
from ui import reference, source, ways
from ui.language import language, say
from ui.reference import Field, Thing
from ui.text import phrases, theory
from ui.visit import visit

COMMON = "common"
COLUMNS = ("name", "type", "default", "bounds", "note")
CODE = ("name", "type", "default")


def heading(words: str, level: int = 3) -> str:
    return f"<h{level}>{html.escape(words)}</h{level}>"


def table(name: str, fields: tuple[Field, ...], labels: Mapping[str, str]) -> str:
    """The columns that say something; of a parameter also what the page calls it."""
    told = [
        {
            **{column: html.escape(getattr(field, column)) for column in COLUMNS},
            "note": "; ".join(reference.words(said) for said in (labels.get(field.name, ""), field.note) if said),
        }
        for field in fields
    ]
    columns = [column for column in COLUMNS if any(row[column] for row in told)]
    called = {column: html.escape(say(f"engine_{column}")) for column in columns}
    head = "".join(f'<th scope="col">{called[column]}</th>' for column in columns)
    cells = ["".join(_cell(name, row[name], called[name]) for name in columns) for row in told]
    rows = "".join(f"<tr>{row}</tr>" for row in cells)
    box = f'<div class="th-table" tabindex="0" role="group" aria-label="{html.escape(name)}">'  # it may scroll sideways
    return f"{box}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def _cell(column: str, words: str, called: str) -> str:
    """A cell; where a window is too narrow for columns it says what it is."""
    inner = f"<code>{words}</code>" if column in CODE and words else words
    return f'<td data-called="{called}">{inner}</td>' if words else "<td></td>"


def things(items: tuple[Thing, ...]) -> str:
    """What each says of itself, and beside it how it is called; below both a class's fields."""
    return "".join(
        f'<div class="th-thing"><div>{reference.prose(item.doc)}</div><pre><code>{html.escape(item.call)}</code></pre></div>'
        + (table(item.name, item.fields, {}) if item.fields else "")
        for item in items
    )


def opening(module: ModuleType) -> str:
    return f"<h2><code>{module.__name__}</code></h2>" + reference.prose(reference.about(module))


def errors(module: ModuleType) -> str:
    """The sentences that a topic may say, an ellipsis where it puts a value."""
    unfilled = re.compile(r"(?<!\{)\{\w+\}(?!\})")
    said = {
        kind: [unfilled.sub("…", sentence(code, language())).replace("{{", "{").replace("}}", "}") for code in codes]
        for kind, codes in reference.raised(module).items()
    }
    return "".join(
        f"<p><code>{kind}</code></p><ul>" + "".join(f"<li>{html.escape(item)}</li>" for item in items) + "</ul>"
        for kind, items in said.items()
    )


def put(parts: str) -> None:
    st.html(f'<div lang="{language()}">{parts}</div>')


def common() -> None:
    put(
        "".join(map(opening, (engine.params, engine.frames, engine.errors)))
        + heading(say("engine_frames"))
        + things(reference.classes(engine.frames))
    )
    put("<h2><code>engine.data</code></h2>" + things(reference.offered(engine.data)))


def topic(slug: str) -> None:
    module, text = import_module(f"engine.{ways.SECTION[slug]}.{slug}"), theory(slug, language())
    first, labels = module.ALGORITHMS[0], text.labels | {"close_up": say("engine_close_up")}
    put(opening(module))
    st.code(
        source.snippet(module, first.Params(), [f'datasets.sample("{first.sample}")'] if first.sample else []),
        language="python",
        wrap_lines=True,
    )
    kinds = "".join(
        f"<p><code>{kind.Params.__name__}</code></p>" + table(kind.Params.__name__, reference.parameters(kind.Params), labels)
        for kind in module.ALGORITHMS
    )
    put(heading(say("engine_params")) + kinds + heading(say("engine_frames")) + things(reference.frames(module)))
    put(heading(say("engine_functions")) + things(reference.functions(module)) + heading(say("engine_errors")) + errors(module))


def contents(shown: str) -> None:
    """The sections with their topics; the one that is shown is no link."""
    page = visit().pages["engine"]
    names = {**phrases(language())["sections"], COMMON: say("engine")}
    for section, slugs in (*ways.SHOWN.items(), (COMMON, [COMMON])):
        st.html(f"<p>{html.escape(names[section])}</p>")
        for slug in slugs:
            name = say("engine_common") if slug == COMMON else ways.title(slug)
            st.page_link(
                page, label=f"**{name}**" if slug == shown else name, query_params={"topic": slug}, disabled=slug == shown
            )
    ways.to_files()


with st.container(key="head"), st.container(key="title", gap=None):
    st.html(f"<h1>{html.escape(say('engine'))}</h1><p>{html.escape(say('engine_question'))}</p>")

asked = st.query_params.get("topic")
shown = asked if asked in (*ways.ORDER, COMMON) else ways.ORDER[0]
st.query_params["topic"] = shown
with st.container(key="engine"):
    with st.container(key="engine-contents", gap=None):
        contents(shown)
    with st.container(key="engine-reference"):
        common() if shown == COMMON else topic(shown)
