"""A term is one term in every theory, in both languages."""

import pytest

from contents import SECTIONS
from ui.search import glossary, uses

SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]


@pytest.mark.parametrize("term", glossary(), ids=lambda term: term["en"])
def test_where_one_language_says_a_term_the_other_says_its_own(term):
    said = {language: [slug for slug in SLUGS if uses(slug, language, word)] for language, word in term.items()}
    assert said["en"], "no theory uses it"
    assert said["zh"] == said["en"]


def test_no_term_stands_twice():
    for language in ("en", "zh"):
        words = [term[language].casefold() for term in glossary()]
        assert len(words) == len(set(words))
