"""The page about the engine says what the source says, all of it."""

import re
from importlib import import_module

import pytest
from streamlit.testing.v1 import AppTest

import engine.data
from contents import SECTIONS
from engine import errors
from tests.pages import SCRIPT, said
from ui import reference
from ui.text import LANGUAGES

TOPICS = [(section, slug) for section, slugs in SECTIONS.items() for slug in slugs]
topics = pytest.mark.parametrize("module", [import_module(f"engine.{section}.{slug}") for section, slug in TOPICS], ids=[slug for _, slug in TOPICS])  # fmt: skip


@topics
def test_every_parameter_stands_there_with_its_bounds(module):
    for kind in module.ALGORITHMS:
        fields = {field.name: field for field in reference.parameters(kind.Params)}
        last = [name for name in ("seed", "close_up") if name in kind.Params.model_fields]
        assert list(fields)[-len(last) :] == last
        assert set(fields) == set(kind.Params.model_fields)
        for spec in kind.Params.specs():
            bounds = fields[spec.name].bounds
            assert fields[spec.name].default == repr(spec.default)
            assert all(choice in bounds for choice in spec.choices)
            assert all(f"{end:g}" in bounds for end in (spec.low, spec.high) if end is not None)


@topics
def test_every_array_of_a_frame_says_its_shape_or_meaning_and_every_function_what_it_does(module):
    frames = reference.frames(module)
    assert frames
    silent = [
        (frame.name, field.name) for frame in frames for field in frame.fields if "ndarray" in field.type and not field.note
    ]
    assert silent == []
    functions = reference.functions(module)
    assert {kind.train.__name__ for kind in module.ALGORITHMS} <= {item.name for item in functions}
    assert [item.name for item in functions if not item.doc] == []


@topics
def test_the_errors_that_are_told_have_their_sentences(module):
    codes = [code for found in reference.raised(module).values() for code in found]
    for language in LANGUAGES:
        assert set(codes) <= errors.codes(language)


def test_a_comment_belongs_to_its_field_and_a_call_says_its_types():
    frame = next(thing for thing in reference.offered(engine.data) if thing.name == "Points")
    assert next(field for field in frame.fields if field.name == "X").note == "(n, d), finite"
    assert next(item for item in reference.offered(engine.data) if item.name == "sample").call == "sample(name: str) -> Any"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", [*(slug for _, slug in TOPICS), "common"])
def test_the_page_opens_on_the_topic_of_its_link(topic, language):
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    page.query_params["lang"], page.query_params["topic"] = language, topic
    page.run().switch_page("../pages/engine.py").run()
    assert not page.exception
    assert not page.error
    assert page.query_params["topic"] == topic
    told = said(page)
    assert "<h2><code>engine." in told
    assert "`" not in told
    assert not re.search(r"\{\w+\}", re.sub(r"<pre>.*?</pre>", "", told, flags=re.DOTALL))
