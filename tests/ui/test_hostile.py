"""Words of a visitor who means harm are words in every line of every topic's film; a browser is asked in tests/browser."""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from runtime import server
from tests.films import read
from tests.hostile import MARKUP, TOPICS, WORDS, brought_to
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")
OURS = "b|br|extra|small|span|sub|sup|math|m[a-z]+|annotation|semantics"  # the tags that stand in a film of itself
LIVE = re.compile(rf"""<(?!/?({OURS})[ >/])|"onmouseover|\$\\+href|^&lt;b&gt;$|%{{0""")  # what would be more than words
SHOWN = {"text", "ticktext", "customdata", "hovertext", "name"}  # keys of Plotly's under which words of the data stand


def words(item: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a picture, with the key it stands under."""
    if isinstance(item, str):
        yield key, item
    elif isinstance(item, dict):
        for name, value in item.items():
            yield from words(value, name)
    elif isinstance(item, list):
        for value in item:
            yield from words(value, key)


@pytest.mark.parametrize("slug", TOPICS)
def test_a_visitors_words_are_words_in_every_line_of_a_film(slug):
    link, kind, make = brought_to(slug)
    page = opened(slug, **{key.replace(".", "__"): value for key, value in parse_qsl(link[1:])})
    page.file_uploader(key=f"{slug}-upload").set_value((MARKUP + kind, make(), "text/plain")).run()
    assert not page.exception
    assert not page.error
    _, films = server.running()
    film = list(films._films.values())[-1]
    assert any(item.origin == "upload" for item in film.job.run.data)
    shows = read(films.whole(film))
    assert shows.done
    found = [pair for picture in shows.pictures for pair in words(picture)]
    assert [text for _, text in found if LIVE.search(text)] == []
    assert [text for key, text in found if key in SHOWN and text.startswith("@")] == []
    if kind != ".png":  # of a picture nothing is read
        assert any("&lt;" in text or "hacked" in text for _, text in found)


@pytest.mark.parametrize("word", WORDS[:6])
def test_words_in_a_link_are_words_in_what_is_said_of_them(word):
    page = opened("som", **{"som.rows": word, "som.plane": word, "data": word, word: "1", "lang": word})
    told = [line for item in page.get("html") if 'class="th-notice"' in (line := str(item.proto.body))]
    assert len(told) == 5
    assert all(html.escape(word[:40]) in line for line in told)
    assert not any(word[:40] in line for line in told if set(word) & set('<"'))
