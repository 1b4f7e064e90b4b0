"""The frame has room for what stands in it."""

import pytest

from charts.labels import width
from contents import SECTIONS
from ui.text import LANGUAGES, theory

BOX = 205  # px that the box of the data has for a name, in 13.5 px type


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", [slug for slugs in SECTIONS.values() for slug in slugs])
def test_the_box_of_the_data_has_room_for_every_name(slug, language):
    for name in theory(slug, language).choices["data"].values():
        assert width(name, 13.5) <= BOX, name
