"""Every topic is found: by a path, by a search in every language."""

import pytest

from contents import AFTER, PATH, SECTIONS
from ui import search
from ui.text import LANGUAGES, theory

SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]


def found(wanted: str) -> list[str]:
    return [topic.slug for topic in search.find(wanted)]


def test_the_path_leads_through_every_topic_once_and_nothing_comes_before_what_it_builds_on():
    assert sorted(PATH) == sorted(SLUGS)
    assert all(PATH.index(before) < PATH.index(slug) for slug, all_before in AFTER.items() for before in all_before)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_a_topic_is_found_first_by_its_title_in_every_language(slug, language):
    assert found(theory(slug, language).title)[0] == slug


@pytest.mark.parametrize("wanted", ["quantisation error", "量化误差", "Neurons", "神经元"])
def test_a_topic_is_found_by_a_term_and_by_its_question_in_either_language(wanted):
    assert found(wanted)[0] == "som"


def test_the_terms_that_led_there_are_told_in_both_languages():
    assert {"en": "quantisation error", "zh": "量化误差"} in search.find("量化误差")[0].terms


def test_all_words_must_be_there_and_the_question_goes_before_the_prose():
    assert found("francisco kneser") == ["ngram"]
    assert found("zzz neurons") == []
    assert found("   ") == []
