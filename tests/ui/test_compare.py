"""A pinned run stays while the settings change, in the page, in the link and in the store."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from contents import SECTIONS
from engine import data
from engine.learning import som
from runtime import server
from tests.pages import opened, said, visit
from ui import compare
from ui.text import LANGUAGES, theory

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")


CERTAIN = {  # what changes where nothing is left to chance
    "autograd": ("cut", 1), "optimisation": ("steps", 50), "cross_entropy": ("steps", 10), "ngram": ("order", 2), "decoding": ("width", 3),
    "em": ("theta_a", 0.7), "tensors": ("data", "views"),
}  # fmt: skip


def films() -> list:
    return list(server.running()[1]._films.values())


def runs() -> list:
    return [film.job.run for film in films()]


def link(page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(visit(page).link).query))


@pytest.mark.parametrize("slug", [slug for slugs in SECTIONS.values() for slug in slugs])
def test_on_every_page_a_pinned_run_stands_beside_the_one_that_is_shown(slug):
    name, value = CERTAIN.get(slug, ("seed", 7))
    page = opened(slug, pin=f"{name}={value}")
    assert not page.exception
    assert not page.error
    here, there = runs()
    assert getattr(here.params, name, "") != value
    assert here.params.model_copy(update={name: value} if name != "data" else {}) == there.params
    assert (here.data != there.data) == (name == "data")
    assert link(page)["pin"] == f"{name}={value}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_differs_is_named_with_both_values(language):
    text = theory("som", language)
    page = opened(lang=language, som__topology="rectangular", pin="rows=5&topology=hexagonal&data=moons")
    assert not page.error
    here, there = visit(page).player.names
    for words, values in ((here, ("12", "penguins", "rectangular")), (there, ("5", "moons", "hexagonal"))):
        rows, sample, grid = values
        assert f"{text.labels['rows']} {rows}" in words
        assert text.choices["data"][sample] in words
        assert text.choices["topology"][grid] in words
    assert runs()[1].data[0] == data.sample("moons")


def test_what_plays_no_part_in_either_run_is_no_difference():
    opened("em", pin="k=5")  # of a mixture; the page shows two coins
    assert len(films()) == 1


def test_the_run_that_was_pinned_stays_when_a_setting_moves_and_is_wanted_all_the_time():
    page = opened(pin="same")
    assert len(films()) == 1
    page.slider(key="som.rows").set_value(9).run()
    page.slider(key="som.rows").set_value(8).run()
    assert [run.params.rows for run in runs()] == [12, 9, 8]
    jobs = [server.running()[0].get(run.key) for run in runs()]
    assert [bool(job.sessions) for job in jobs] == [True, False, True]
    assert link(page)["pin"] == "rows=12"
    assert page.query_params["pin"] == "rows=12"


def test_the_copied_link_brings_both_runs_back():
    page = opened(som__rows="7", pin="rows=5&sigma=3.5&data=moons")
    before = [run.key for run in runs()]
    settings = link(page)
    server.start(0)
    opened(**{key.replace(".", "__"): value for key, value in settings.items()})
    assert [run.key for run in runs()] == before


def test_own_data_that_are_pinned_travel_in_the_link():
    own = data.points([[0, 1], [2, 3], [4, 6.5]], ["a", "b"])
    page = opened(pin="data=~" + data.pack(own))
    assert runs()[1].data[0] == own
    assert parse_qs(link(page)["pin"])["data"] == ["~" + data.pack(own)]


def test_a_link_without_a_pin_takes_the_pin_away():
    page = opened(pin="rows=5")
    assert len(films()) == 2
    page.query_params.clear()
    page.query_params["som.rows"] = "6"
    page.run()
    assert "pin" not in link(page)


@pytest.mark.parametrize("pin", ["rows=99", "wings=2", "rows", "data=nowhere", "data=~x", "topology=round"])
def test_a_pin_that_cannot_be_used_is_said_and_left_out(pin):
    page = opened(pin=pin)
    assert len(films()) == 1
    assert "pin" in said(page)
    assert not page.error
    assert "pin" not in link(page)


def test_a_close_look_at_one_is_a_close_look_at_both():
    opened(som__close_up="12", pin="rows=5")
    assert [(run.params.rows, run.params.close_up) for run in runs()] == [(12, 12), (5, 12)]


def test_an_option_that_names_a_column_is_not_asked_of_other_data():
    opened(som__plane="bill_length_mm", pin="data=moons")
    assert [film.options.plane for film in films()] == ["bill_length_mm", ""]
    assert all(server.running()[1].whole(film) for film in films())


def test_a_pin_remembers_the_whole_run_though_it_was_looked_at_closely():
    page = opened()
    visit(page).topics.clear()
    kept = compare.read("same", som.Params(close_up=4), som.ALGORITHMS, {}).params
    assert compare.differing(kept, som.Params()) == []
