"""The ways through the playground: what the bar knows, what stands around a topic, home, the notes' order, an unknown address."""

import base64
import json
import re
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from contents import AFTER, POSTER, SECTIONS, SYLLABUS
from tests.browser import hero
from tests.pages import SCRIPT, opened, said
from ui import ways
from ui.text import LANGUAGES, phrases, theory

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")
SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]


def page_of(name: str, language: str = "en") -> AppTest:
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    page.query_params["lang"] = language
    page.run()
    return page.switch_page(f"../pages/{name}.py").run() if name else page


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_shows_every_section_that_has_a_topic_and_every_topic_with_its_question(language):
    page = page_of("", language)
    assert not page.exception
    told = said(page)
    assert told.count("<section>") == len([slugs for slugs in SECTIONS.values() if slugs])
    for slug in SLUGS:
        assert f'data-go="{slug}" data-mark="{slug}"' in told
        assert theory(slug, language).question.split("？")[0].split("'")[0] in told


def test_a_section_without_a_topic_is_shown_nowhere(monkeypatch):
    assert set(ways.site()["sections"]) == {section for section, slugs in SECTIONS.items() if slugs}
    monkeypatch.setattr(ways, "SHOWN", {"graphs": ["gcn"]})
    assert set(ways.site()["languages"]["en"]["sections"]) == {"graphs"}


def test_a_section_shows_the_poster_of_one_of_its_own_topics():
    assert {section for section, slugs in SECTIONS.items() if slugs} == set(POSTER)
    assert all(POSTER[section] in SECTIONS[section] for section in POSTER)


@pytest.mark.parametrize("language", LANGUAGES)
def test_below_a_topic_stand_its_place_its_neighbours_and_what_it_builds_on(language):
    told = said(opened("decoding", lang=language))
    around = told[told.index('class="th-around"') :]
    assert phrases(language)["ways"]["place"].format(section=phrases(language)["sections"]["language"], i=3, n=3) in around
    assert re.findall(r'data-go="(\w+)" rel="(\w+)"', around) == [("word2vec", "prev"), ("som", "next")]
    needed = told[: told.index('class="th-around"')].rpartition(phrases(language)["ways"]["need"])[2]
    assert re.findall(r'data-go="(\w+)"', needed) == AFTER["decoding"]


def test_the_first_topic_has_none_before_it_and_the_last_none_after():
    first, last = (said(opened(slug)).rpartition('class="th-around"')[2] for slug in (SLUGS[0], SLUGS[-1]))
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last
    assert f'data-go="{SLUGS[1]}"' in first
    assert f'data-go="{SLUGS[-2]}"' in last


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notes_in_their_order_lead_to_every_topic(language):
    page = page_of("syllabus", language)
    assert not page.exception
    addresses = [address for entries in SYLLABUS.values() for address in entries.values()]
    assert {address.partition("?")[0] for address in addresses} == set(SLUGS)
    positions = [said(page).index(f'href="/{address}"') for address in addresses]
    assert positions == sorted(positions)


@pytest.mark.parametrize("address", [a for entries in SYLLABUS.values() for a in entries.values() if "?" in a])
def test_an_address_of_the_syllabus_opens_the_kind_that_it_names(address):
    slug, _, query = address.partition("?")
    page = opened(slug, **{key.replace(".", "__"): value for key, value in parse_qsl(query)})
    assert 'class="th-notice"' not in said(page)
    assert page.session_state["visit"].link.count(query) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_address_is_said_in_the_readers_language_with_ways_to_go_on(language):
    page = AppTest.from_file(SCRIPT.replace("ui/navigation.py", "pages/lost.py"), default_timeout=30)
    page.query_params["lang"] = language
    told = said(page.run())
    assert phrases(language)["ui"]["lost"] in told
    assert all(f'data-go="{slug}"' in told for slug in SLUGS)


def test_the_engine_says_what_a_parameter_is_called_on_its_page():
    page = page_of("engine", "zh")
    page.query_params["topic"] = "som"
    told = said(page.run())
    assert all(theory("som", "zh").labels[name] in told for name in ("rows", "sigma", "topology"))
    assert "th-table" in told


def test_the_run_on_the_home_page_is_the_engines():
    kept, made = json.loads(hero.FILE.read_text(encoding="utf-8")), hero.film()
    exact = ("steps", "samples", "winners", "pairs", "data")
    assert [kept[name] for name in exact] == [json.loads(json.dumps(made[name])) for name in exact]
    kept_units, units = (np.frombuffer(base64.b64decode(one["units"]), np.uint8).astype(int) for one in (kept, made))
    assert np.abs(kept_units - units).max() <= 1  # rounding of another machine
    np.testing.assert_allclose(kept["plane"], made["plane"], atol=1e-4)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_poster_is_light_by_day_and_dark_by_night_and_small(slug):
    folder = hero.FILE.parent / "thumbs"
    day, night = (np.asarray(Image.open(folder / f"{slug}-{mood}.webp").convert("L")).mean() for mood in ("light", "dark"))
    if slug != "swin":  # a photograph is the same at any time
        assert day > 150
        assert night < 110
    assert max(path.stat().st_size for path in folder.glob(f"{slug}-*.webp")) < 60_000
    with Image.open(folder / f"{slug}.jpg") as card:
        assert card.size == (1200, 630)
