"""What an experiment asks and explains has room in its strip, whichever language it is in."""

import unicodedata

import pytest

from contents import SECTIONS
from tests.views.test_experiment_numbers import told
from ui.text import LANGUAGES, PLACE

SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]
ASK, WHY, ANSWERS = 150, 180, 110  # Latin letters, with the room that a number takes that the run fills in
WIDE = {"zh": {ASK: 70, WHY: 80, ANSWERS: 48}}  # where a letter is as wide as two


def breadth(words: str, language: str) -> float:
    """In letters of the language: in Chinese a Latin one counts half."""
    filled = PLACE.sub("0.000", words)
    if language not in WIDE:
        return len(filled)
    return sum(1 if unicodedata.east_asian_width(sign) in "WF" else 0.5 for sign in filled)


def room(most: int, language: str) -> int:
    return WIDE.get(language, {}).get(most, most)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_questions_answers_and_reasons_have_room(slug, language):
    for item in told(slug, language).experiments:
        asked = item.question
        assert breadth(asked.ask, language) <= room(ASK, language), f"{item.id} asks"
        assert breadth(item.hint, language) <= room(ASK, language), f"{item.id} hints"
        assert breadth(asked.why, language) <= room(WHY, language), f"{item.id} explains"
        assert breadth("".join(asked.choices), language) <= room(ANSWERS, language), f"{item.id} is answered"


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_hidden_until_an_answer_is_a_column_or_a_panel(slug):
    for item in told(slug, "en").experiments:
        assert set(item.hides.numbers) <= set(told(slug, "en").columns)
        assert all(panel > 1 for panel in item.hides.panels), "the first panel is the picture itself"
