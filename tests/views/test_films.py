"""Every frame of what a page opens with and of each of its experiments, in every language, drawn through the page's own script."""

import re
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from contents import SECTIONS
from runtime import server
from runtime.films import Film
from tests.films import TRACES, Read, figure, read
from ui.text import LANGUAGES, theory

SCRIPT = Path(__file__).parents[2] / "ui" / "navigation.py"
pytestmark = pytest.mark.usefixtures("bugs_break")
PAGES = [(section, slug) for section, slugs in SECTIONS.items() for slug in slugs]
CASES = [(section, slug, "") for section, slug in PAGES] + [
    (section, slug, item.id) for section, slug in PAGES for item in theory(slug, "en").experiments
]


def shown(section: str, slug: str, experiment: str, language: str) -> Film:
    """The film that the page's script opens."""
    server.stop()
    server.start(0)
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    page.query_params["lang"] = language
    page.run().switch_page(f"../pages/{section}/{slug}.py").run()
    assert not page.exception
    if experiment:
        page.button_group(key=f"{slug}-experiment").set_value(experiment).run()
        assert not page.exception
    _, films = server.running()
    return list(films._films.values())[-1]


def film(section: str, slug: str, experiment: str, language: str) -> tuple[Film, Read]:
    opened = shown(section, slug, experiment, language)
    return opened, read(server.running()[1].whole(opened))


def turned(item: Any) -> bool:
    """Whether any type in a figure is turned."""
    if isinstance(item, list):
        return any(map(turned, item))
    return isinstance(item, dict) and any(
        value not in (0, None) if key in ("tickangle", "textangle") else turned(value) for key, value in item.items()
    )


@pytest.mark.parametrize(("section", "slug", "experiment"), CASES)
def test_every_picture_is_one_plotly_accepts_and_says_what_it_shows(section, slug, experiment):
    said = {}
    for language in LANGUAGES:
        _, shows = film(section, slug, experiment, language)
        job = list(server.running()[0]._jobs.values())[-1]
        assert len(shows.pictures) == len(job.frames) == len(shows.rows) > 1
        assert shows.done or shows.error["diverged"]
        for picture in shows.pictures:
            go.Figure(figure(picture))
            assert {trace["type"] for trace in picture["figure"]["data"]} <= TRACES
            words = [picture["said"], picture["alt"], picture["phase"], *(label for label, _ in picture["metrics"])]
            assert all(words), picture["step"]
            assert not re.search(r"[{}]|⟦|None|nan", " ".join(words)), words
            numbers = [value for _, value in picture["metrics"]] + [str(value) for value, _ in picture["values"].values()]
            assert not re.search(r"\d[eE][−+-]?\d", " ".join([*words, *numbers])), (words, numbers)
            assert not turned(picture), picture["step"]
        said[language] = [(picture["said"], picture["alt"], picture["phase"]) for picture in shows.pictures]
    first, *others = said.values()
    for other in others:
        assert all(a[k] != b[k] for a, b in zip(first, other, strict=True) for k in range(3))


@pytest.mark.parametrize(("section", "slug"), PAGES)
def test_the_default_film_is_small_enough(section, slug):
    for language in LANGUAGES:
        opened, _ = film(section, slug, "", language)
        assert opened.nbytes <= 2_000_000


@pytest.mark.parametrize(("section", "slug", "experiment"), CASES)
def test_a_picture_has_at_most_700_markers(section, slug, experiment):
    _, shows = film(section, slug, experiment, "en")
    for picture in shows.pictures:
        markers = sum(len(trace["x"]) for trace in picture["figure"]["data"] if "markers" in trace.get("mode", ""))
        assert markers <= 700
