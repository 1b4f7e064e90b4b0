"""Every frame of what a page opens with and of each of its experiments, drawn through the page's own script; in the other languages
those that tell all there is to tell."""

import re
from collections.abc import Hashable
from typing import Any

import pytest

from charts import theme
from contents import SECTIONS
from tests.films import EVENLY, TRACES, accepted
from ui.text import LANGUAGES, REFERENCE, theory

pytestmark = pytest.mark.usefixtures("bugs_break")
SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]
CASES = [(slug, "") for slug in SLUGS] + [(slug, item.id) for slug in SLUGS for item in theory(slug, "en").experiments]
seen: set[Hashable] = set()  # figures that Plotly has accepted


TURNED = re.compile(r'"(?:tick|text)angle":(?!(?:0|0\.0|null)[,}])')  # type in a figure that does not lie level


@pytest.mark.parametrize(("slug", "experiment"), CASES)
def test_every_picture_is_one_plotly_accepts_and_says_what_it_shows(films, slug, experiment):
    said, aims = {}, {item.id for item in theory(slug, "en").experiments if item.question.goal}
    for language in LANGUAGES:
        film = films.get(slug, experiment, language)
        shows = film.read
        assert (
            len(shows.pictures) == len(film.steps) == len(shows.rows) > (experiment not in aims)
        )  # towards a goal visitors move
        assert shows.done or shows.error["diverged"]
        assert not shows.done or set(shows.totals) == {film.frames}
        assert set(re.findall(r'"@(\w+)"', shows.raw)) <= set(theme.LIGHT)
        assert not TURNED.search(shows.raw)
        for picture in shows.pictures:
            accepted(picture["figure"], seen)
            assert {trace["type"] for trace in picture["figure"]["data"]} <= TRACES
            assert markers(picture) <= 700
            words = [picture["said"], picture["alt"], picture["phase"], *(label for label, _ in picture["metrics"])]
            assert all(words), picture["step"]
            assert not re.search(r"[{}]|⟦|None|nan", " ".join(words)), words
            values = [one for value, _ in picture["values"].values() for one in (value if isinstance(value, list) else [value])]
            numbers = [value for _, value in picture["metrics"]] + [
                one for one in values if isinstance(one, str)
            ]  # as they are read
            assert not re.search(r"\d[eE][−+-]?\d", " ".join([*words, *numbers])), (words, numbers)
        labels = {tuple(label for label, _ in picture["metrics"]) for picture in shows.pictures}
        assert len(labels) == 1  # the same on every picture: nothing moves
        assert len(labels.pop()) <= 3
        assert all(value for picture in shows.pictures for _, value in picture["metrics"])
        told = [(picture["said"], picture["alt"], picture["phase"]) for picture in shows.pictures]
        said[language] = dict(zip(film.steps, told, strict=True))
    assert len(said[REFERENCE]) == film.frames
    for other in (told for language, told in said.items() if language != REFERENCE):
        assert len(other) >= min(EVENLY, film.frames)
        assert all(a != b for step, told in other.items() for a, b in zip(said[REFERENCE][step], told, strict=True))


def markers(picture: dict[str, Any]) -> int:
    return sum(len(trace["x"]) for trace in picture["figure"]["data"] if "markers" in trace.get("mode", ""))


@pytest.mark.parametrize("slug", SLUGS)
def test_the_default_film_is_small_enough(films, slug):
    assert films.get(slug, "", REFERENCE).nbytes <= 2_000_000
