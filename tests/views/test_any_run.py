"""Whatever legal settings a run and its picture have, each of its frames can be drawn in every language."""

import re
from collections.abc import Hashable
from importlib import import_module

import pytest

from charts import theme
from contents import SECTIONS
from tests.engine.algorithms import ALGORITHMS
from tests.engine.test_contract import run
from tests.examples import examples
from tests.films import accepted
from ui.text import LANGUAGES, theory

SECTION = {slug: section for section, slugs in SECTIONS.items() for slug in slugs}
seen: set[Hashable] = set()  # figures that Plotly has accepted


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)
def test_every_frame_of_any_legal_run_can_be_drawn(algorithm):
    view = import_module(f"views.{SECTION[algorithm.slug]}.{algorithm.slug}")
    for k, (params, options) in enumerate(examples(algorithm.Params, view.Options)):
        frames, _ = run(algorithm, params)
        text = theory(algorithm.slug, LANGUAGES[k % len(LANGUAGES)])
        for i in sorted({0, len(frames) // 2, len(frames) - 1}) if frames else ():
            picture = view.draw(frames, i, params, algorithm.data(), options, text)
            accepted(theme.resolve({"data": plain(picture.data), "layout": picture.layout}, theme.LIGHT), seen)
            words = " ".join([picture.said, picture.alt, picture.phase, *(word for pair in picture.metrics for word in pair)])
            assert not re.search(r"[{}]|None|nan", words), words
            assert noted(picture) <= drawn(picture)


@pytest.mark.parametrize("slug", SECTION)
def test_a_topics_draw_is_found_by_its_name(slug):
    draw = import_module(f"views.{SECTION[slug]}.{slug}").draw
    assert getattr(import_module(draw.__module__), draw.__qualname__) is draw


def noted(picture):
    """The axes that words stand on."""
    refs = {item["xref"].removesuffix(" domain") for item in picture.layout["annotations"]}
    return refs - {"paper"}


def drawn(picture):
    """The axes that Plotly makes: those of a trace. Words on others would fall onto the first."""
    return {trace["xaxis"] for trace in picture.data}


def plain(traces):
    """Traces without what only the player reads."""
    return [{key: value for key, value in trace.items() if key != "meta"} for trace in traces]
