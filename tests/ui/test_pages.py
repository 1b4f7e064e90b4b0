"""Pages as a visitor's browser asks for them, without the browser: links, uploads, experiments."""

import io
import time
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from contents import SECTIONS
from engine import data
from engine.errors import TheoriaError
from engine.learning import som
from runtime import server
from tests.engine.algorithms import ALGORITHMS
from tests.pages import CSV, SCRIPT, opened, params, said, visit
from ui import address, place
from ui.data.picking import joined, split
from ui.text import LANGUAGES, phrases
from ui.visit import TopicVisit, Visit

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")


def points() -> data.Points:
    return list(server.running()[1]._films.values())[-1].job.run.data[0]


def points_of(page: AppTest) -> data.Points:
    """What the page looks at, said by itself."""
    return visit(page).topic("som").data.good.data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", [slug for slugs in SECTIONS.values() for slug in slugs])
def test_every_page_opens_in_every_language(slug, language):
    page = opened(slug, lang=language)
    assert not page.exception
    assert not page.error
    assert len(page.tabs) == 5


def test_a_page_opens_with_the_engines_default_run():
    opened()
    opening = som.ALGORITHMS[0]
    assert params() == opening.Params()
    assert points() == data.sample(opening.sample)


def test_a_link_sets_what_it_says_and_nothing_else():
    opened(som__rows="7", som__topology="rectangular", som__torus="true", som__sigma="3.5", som__close_up="12")
    assert params() == som.Params(rows=7, topology="rectangular", torus=True, sigma=3.5, close_up=12)


def test_illegal_values_in_a_link_fall_back_for_that_value_alone_and_are_said():
    page = opened(som__rows="99", som__cols="8", som__sigma="nan", som__topology="round", som__wings="2")
    assert params() == som.Params(cols=8)
    for word in ("som.rows", "99", "som.sigma", "som.topology", "som.wings"):
        assert word in said(page)


def test_a_link_of_another_major_version_opens_with_a_notice():
    assert "another major version" in said(opened(v="0", som__rows="7"))
    assert "another major version" not in said(opened(v="1", som__rows="7"))


def test_the_copied_link_says_every_setting_and_brings_the_same_run_back():
    page = opened(som__rows="7", som__plane="hits", data="moons")
    link = visit(page).link
    settings = dict(part.split("=") for part in link.split("?")[1].split("&"))
    assert {f"som.{spec.name}" for spec in som.Online.specs()} <= set(settings)
    assert settings["v"] == "1"
    first = params()
    server.start(0)
    opened(**{key.replace(".", "__"): value for key, value in settings.items()})
    assert params() == first
    assert points() == data.sample("moons")


def test_moving_a_slider_changes_that_setting_alone():
    page = opened()
    page.slider(key="som.rows").set_value(9).run()
    assert params() == som.Params(rows=9)


def test_settings_survive_the_way_to_another_page_and_back():
    page = opened()
    page.slider(key="som.rows").set_value(9).run()
    page.switch_page("../pages/home.py").run().switch_page("../pages/learning/som.py").run()
    assert params().rows == 9


def test_an_own_table_is_taken_with_its_labels_and_travels_in_the_link():
    page = opened()
    page.file_uploader[0].set_value(("mine.csv", CSV, "text/csv")).run()
    assert not page.exception
    assert points().columns == ("height", "width")
    assert points().label_names == ("a", "b")
    mine, link = points(), visit(page).link
    packed = dict(part.split("=") for part in link.split("?")[1].split("&"))["data"]
    server.start(0)
    opened(data=packed.replace("%7E", "~"))
    assert points() == mine


def test_a_large_table_travels_by_name_and_the_receiver_is_asked_for_it():
    rows = np.random.default_rng(0).normal(size=(500, 3))
    raw = b"a,b,c\n" + b"\n".join(b",".join(f"{value:.6f}".encode() for value in row) for row in rows)
    page = opened()
    page.file_uploader[0].set_value(("large.csv", raw, "text/csv")).run()
    wanted = visit(page).link
    assert "data=file%3Alarge.csv%3A" in wanted
    assert "large" in visit(page).topic("som").link_note
    settings = dict(parse_qsl(wanted.split("?")[1]))
    mine = points_of(page)
    other = opened(**{key.replace(".", "__"): value for key, value in settings.items()})
    assert points_of(other) == data.sample("penguins")
    assert "large.csv" in said(other)
    other.slider(key="som.rows").set_value(9).run()
    assert "large.csv" in said(other)  # it is asked for as long as it is not there
    other.file_uploader[0].set_value(("large.csv", raw, "text/csv")).run()
    assert points_of(other) == mine
    assert "large.csv" not in said(other)


@pytest.mark.parametrize(
    ("name", "raw", "word"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"x,y\n1,\n,4\n", "Fewer than two rows"),
        ("a.csv", b"x,y\n1,2\n", "one row"),
        ("a.csv", b"x,y\n1,1\n1,1\n", "equal"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "image"),
        ("a.png", b"\0\1\2\3" * 30, "text"),
        ("a.csv", b"x,y\n1,<img src=x onerror=alert(1)>\n", "not"),
    ],
)
def test_a_bad_upload_is_refused_in_a_sentence_and_the_data_before_it_stay(name, raw, word):
    page = opened(data="penguins")
    page.file_uploader[0].set_value((name, raw, "text/csv")).run()
    assert not page.exception
    assert len(page.error) == 1
    assert word in page.error[0].value
    assert points() == data.sample("penguins")


def test_an_own_image_becomes_its_palette():
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)).save(file, "PNG")
    page = opened()
    page.file_uploader[0].set_value(("mine.png", file.getvalue(), "image/png")).run()
    assert not page.exception
    assert points().kind == "colours"


@pytest.mark.parametrize("typed", ["39.1, 18.7", "row 7", "7", "第 7 行"])
def test_a_typed_sample_is_placed_beside_the_same_run(typed):
    page = opened(data="penguins")
    before = list(server.running()[1]._films.values())[-1].job
    page.text_input(key="som.place").set_value(typed).run()
    assert not page.exception
    assert not page.error
    film = list(server.running()[1]._films.values())[-1]
    assert film.job is before
    assert film._beside[0].X.shape == (1, 2)


@pytest.mark.parametrize("typed", ["1, 2, 3", "hello", "row 9999"])
def test_a_sample_that_cannot_be_placed_is_said(typed):
    page = opened(data="penguins")
    page.text_input(key="som.place").set_value(typed).run()
    assert not page.exception
    assert len(page.error) == 1


def test_an_experiment_asks_first_and_explains_after_the_answer():
    page = opened()
    page.button_group(key="som-experiment").set_value("tangle").run()
    assert params() == som.Params(sigma=0.6, sigma_end=0.3)
    assert "Predict" in said(page)
    page.button(key="answer-tangle-1").click().run()
    assert not page.exception
    assert "You said: folded. See it to the end." in said(page)
    assert "Right." in said(page)
    page.button(key="then-tangle").click().run()
    assert params() == som.Params(sigma=0.6, sigma_end=0.3, unfold=True)


def test_an_experiment_may_ask_for_a_number_and_leaves_its_own_to_the_player():
    page = opened("em")
    page.button_group(key="em-experiment").set_value("coins").run()
    page.slider(key="guess-answer-coins").set_value(0.78).run()
    assert page.button(key="answer-coins").label == "My guess: 0.78"
    assert "data-th-value" not in said(page)
    page.button(key="answer-coins").click().run()
    assert not page.exception
    assert "You said: 0.78. See it to the end." in said(page)
    assert '<b data-th-guess="0.78" data-th-column="theta_a" data-th-within="0.05"' in said(page)
    assert '<span data-th-value="theta_a" data-th-digits="3"></span>' in said(page)


def test_the_snippet_on_the_page_makes_the_frames_that_are_shown():
    page = opened(som__rows="5", som__cols="4", som__steps="200", data="moons")
    page.session_state["som-tabs-en"] = "Code"
    page.run()
    snippet = next(item.value for item in page.code if "for frame in" in item.value)
    heard: list[str] = []
    exec(snippet, {"print": lambda *words: heard.append(" ".join(map(str, words)))})
    frames = list(server.running()[1]._films.values())[-1].job.frames
    assert heard == [str(frame.numbers()) for frame in frames]


def test_settings_that_make_no_run_together_say_what_to_do():
    page = opened(som__rows="7", som__torus="true")
    film = list(server.running()[1]._films.values())[-1]
    assert film.job.error.code == "som_torus_rows"
    assert not page.exception


def test_a_second_own_table_takes_the_place_of_the_first():
    page = opened()
    page.file_uploader[0].set_value(("one.csv", CSV, "text/csv")).run()
    page.file_uploader[0].set_value(("two.csv", b"a,b,c\n1,2,9\n2,5,7\n4,4,4\n", "text/csv")).run()
    assert not page.exception
    assert points_of(page).columns == ("a", "b", "c")


def test_a_table_with_a_gap_opens_without_the_row_that_has_it():
    page = opened()
    page.file_uploader[0].set_value(("gap.csv", b"a,b,c\n1,2,\n2,5,7\n4,4,4\n", "text/csv")).run()
    assert not page.error
    assert points_of(page).columns == ("a", "b", "c")
    assert points_of(page).X.tolist() == [[2, 5, 7], [4, 4, 4]]


def test_columns_that_make_no_data_are_said_and_the_data_before_them_stay():
    page = opened(data="animals")
    before = points_of(page)
    page.multiselect(key="som.columns.en").set_value([]).run()
    assert len(page.error) == 1
    assert points_of(page) == before


def test_columns_that_make_no_data_leave_an_own_table_as_it_was():
    page = opened()
    page.file_uploader[0].set_value(("mine.csv", CSV, "text/csv")).run()
    mine = dict(parse_qsl(visit(page).link.split("?")[1]))["data"]
    page.multiselect(key="som.columns.en").set_value([]).run()
    assert len(page.error) == 1
    assert mine.startswith("~")
    assert dict(parse_qsl(visit(page).link.split("?")[1]))["data"] == mine


def test_the_player_can_leave_a_close_up_that_came_by_a_link(monkeypatch):
    state = {"visit": Visit(topics={"som": TopicVisit(settings={"close_up": 12})}), "som.close_up": 12}
    monkeypatch.setattr("ui.address.st.session_state", state)
    address.put_quietly("som", "close_up", -1)
    assert address.kept("som")["close_up"] == -1
    assert "som.close_up" not in state


def test_another_language_keeps_an_own_table_as_it_is():
    page = opened()
    page.file_uploader[0].set_value(("mine.csv", CSV, "text/csv")).run()
    page.multiselect(key="som.columns.en").set_value(["height"]).run()
    mine = points_of(page)
    page.button(key="language_button").click().run()
    assert not page.exception
    assert points_of(page) == mine
    assert visit(page).topic("som").data.own.name == "mine.csv"


def test_an_address_of_ours_that_comes_back_late_is_no_new_link(monkeypatch):
    addresses = [{"som.rows": "9"}, {"som.rows": "10"}]
    written = [(time.monotonic(), address_) for address_ in addresses]
    state = {"visit": Visit(written=written, topics={"som": TopicVisit(settings={"rows": 10})})}
    monkeypatch.setattr("ui.address.st.session_state", state)
    monkeypatch.setattr("ui.address.st.query_params", FakeQuery({"som.rows": "9"}))
    address.arrive("som")
    assert address.kept("som") == {"rows": 10}
    monkeypatch.setattr("ui.address.st.query_params", FakeQuery({"som.rows": "7"}))
    address.arrive("som")
    assert state["visit"].arrived == {"som.rows": "7", "data": "penguins"}


class FakeQuery(dict):
    def to_dict(self):
        return dict(self)

    def get_all(self, key):
        return [self[key]] if key in self else []


def test_columns_of_any_name_survive_the_way_through_a_link():
    columns = ["a|b", "100%", "%7C", "喙长"]
    assert split(joined(columns)) == columns


@pytest.mark.parametrize(
    ("typed", "expected"), [("#008080", [0, 128, 128]), ("008080", [0, 128, 128]), ("cloudy blue", [172, 194, 217])]
)
def test_a_colour_is_placed_as_a_colour(typed, expected):
    assert place.read(typed, data.sample("xkcd")).X.tolist() == [expected]


def test_what_cannot_be_placed_is_said_while_its_box_is_folded():
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    page.query_params["som.place"] = "hello"
    page.run().switch_page("../pages/learning/som.py").run()
    assert len(page.error) == 1


def test_an_error_nobody_foresaw_is_said_under_a_number_and_leaves_the_frame(monkeypatch):
    monkeypatch.setattr("runtime.workers.bug", lambda trace: TheoriaError("bug", reference="1a2b3c4d"))
    monkeypatch.setattr("ui.data.choosing.assemble", lambda *args: 1 / 0)
    page = opened()
    assert not page.exception
    assert [("1a2b3c4d" in error.value, "division" in error.value) for error in page.error] == [(True, False)]


def test_such_an_error_breaks_the_other_tests_of_pages(monkeypatch):
    monkeypatch.setattr("ui.data.choosing.assemble", lambda *args: 1 / 0)
    assert opened().exception


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", [slug for slugs in SECTIONS.values() for slug in slugs])
def test_where_own_data_go_is_said_in_one_sentence_on_every_page(slug, language):
    where = phrases(language)["ui"]["own_travels"]
    page = opened(slug, lang=language, **({"diffusion__begin": "picture"} if slug == "diffusion" else {}))
    captions = [item.value for item in page.caption]
    takes = bool(next(case.kind.sample for case in ALGORITHMS if case.slug == slug))
    assert sum(where in words for words in captions) == takes
    limits = [words for key, words in phrases(language)["ui"].items() if key.startswith("limits_")]
    assert not any(word in words for words in limits for word in ("memory", "link", "内存", "链接"))
