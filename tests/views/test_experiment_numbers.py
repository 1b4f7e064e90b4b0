"""What an experiment says of its own run, and the number it lets a visitor guess, are numbers of that run."""

import pytest

from contents import SECTIONS
from ui.text import LANGUAGES, PLACE, Topic, theory
from views.vision import swin

pytestmark = pytest.mark.usefixtures("bugs_break")


def told(slug: str, language: str) -> Topic:
    """A topic's words as its page has them: what the files of weights say is filled in."""
    text = theory(slug, language)
    return text.telling(**swin.facts("fashion")) if slug == "swin" else text


ALL = [(section, slug, item) for section, slugs in SECTIONS.items() for slug in slugs for item in told(slug, "en").experiments]
TOLD = [(section, slug, item) for section, slug, item in ALL if item.question.number or PLACE.search(item.question.why)]


def test_every_topic_has_an_experiment_that_tells_the_numbers_of_its_run():
    assert {slug for _, slug, _ in TOLD} == {slug for slugs in SECTIONS.values() for slug in slugs}


@pytest.mark.parametrize(("section", "slug", "item"), [pytest.param(*case, id=f"{case[1]}-{case[2].id}") for case in TOLD])
def test_what_is_told_and_guessed_stands_in_the_last_row(films, section, slug, item):
    row = films.get(slug, item.id, "en").last_row
    for name, digits in PLACE.findall(item.question.why):
        assert isinstance(row[name], (int, float)), name
        assert not digits or round(row[name], int(digits)) or row[name] == 0, "so few digits say nothing"
    if guess := item.question.number:
        truth, middle = row[guess.column], (guess.low + guess.high) / 2
        assert guess.low <= truth <= guess.high
        assert abs(truth - middle) > guess.within, "where the slider starts is no guess"
        assert 2 * guess.within < (guess.high - guess.low) / 4
        assert guess.step <= 2 * guess.within, "the right answer lies between two that can be given"


@pytest.mark.parametrize(("section", "slug", "item"), [pytest.param(*case, id=f"{case[1]}-{case[2].id}") for case in TOLD])
def test_every_field_is_a_column_in_every_language(section, slug, item):
    for language in LANGUAGES:
        words = next(other for other in told(slug, language).experiments if other.id == item.id)
        assert {name for name, _ in PLACE.findall(words.question.why)} <= set(theory(slug, language).columns)
        assert "{" not in PLACE.sub("", words.question.why)
