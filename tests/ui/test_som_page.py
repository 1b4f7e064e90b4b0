"""A page may be written by hand: it offers its kinds of run, places a new sample, tells of the unit that was clicked."""

from typing import Any

import pytest

from engine import data
from engine.learning import som
from tests.pages import said, visit
from tests.ui.test_pages import opened
from ui.player import Clicked

pytestmark = pytest.mark.usefixtures("bugs_break")


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the player was given at each run of the page; a unit of the first frame has been clicked."""
    heard: list[Any] = []

    def play(run, draw, options, text, **more):
        heard.append((run, more))
        frame = next(run.train(run.params, *run.data))
        return Clicked("unit", int(frame.bmu[0]), frame)

    monkeypatch.setattr("ui.shell.play", play)
    return heard


def test_a_page_by_hand_offers_every_kind_and_says_the_kind_in_its_link(played):
    page = opened()
    for kind in (*som.ALGORITHMS[1:], som.ALGORITHMS[0]):
        page.selectbox(key="som.show.en").set_value(kind.name).run()
        assert not page.exception
        run, more = played[-1]
        assert (run.train, type(run.params), more["kind"]) == (kind.train, kind.Params, kind)
        assert f"som.show={kind.name}" in visit(page).link


@pytest.mark.parametrize(
    ("link", "params"),
    [
        ({"mode": "online"}, som.Online()),
        ({"mode": "batch", "epochs": "7"}, som.Batch(epochs=7)),
        ({"unfold": "true", "steps": "200"}, som.Unfold(steps=200)),
        ({"mode": "online", "unfold": "true"}, som.Unfold()),
        ({"mode": "batch", "unfold": "true", "epochs": "7"}, som.UnfoldBatch(epochs=7)),
        ({"mode": "batch", "unfold": "false", "close_up": "3"}, som.Batch(close_up=3)),
    ],
)
def test_a_link_from_before_kinds_had_names_opens_the_run_it_opened_and_nothing_is_wrong_with_it(played, link, params):
    page = opened(**{f"som__{name}": value for name, value in link.items()})
    assert played[-1][0].params == params
    assert "som.mode" not in said(page)
    assert "som.unfold" not in said(page)


def test_a_sample_that_was_placed_stays_beside_every_kind_of_run_and_in_the_link(played):
    page = opened(som__place="39.1, 18.7")
    page.selectbox(key="som.show.en").set_value("batch").run()
    (sample,) = played[-1][1]["beside"]
    assert sample.X.tolist() == [[39.1, 18.7]]
    assert "som.place=39.1" in visit(page).link


def test_the_unit_that_was_clicked_is_told_of_with_the_samples_it_won(played):
    page = opened()
    frame = next(som.online(som.Online(), data.sample("xkcd")))
    unit = int(frame.bmu[0])
    won = frame.measured[frame.bmu == unit]
    assert page.dataframe[0].value["sample"].tolist() == [int(k) + 1 for k in won[:200]]
    assert any(f"Unit ({unit // 12}, {unit % 12})" in item.value for item in page.markdown)


def test_a_neighbourhood_that_a_kind_has_not_goes_back_to_the_gaussian(played):
    page = opened(som__neighbourhood="mexican_hat")
    assert played[-1][0].params == som.Online(neighbourhood="mexican_hat")
    page.selectbox(key="som.show.en").set_value("batch").run()
    assert not page.exception
    assert played[-1][0].params == som.Batch()
    page.selectbox(key="som.neighbourhood.en").set_value("manhattan").run()
    page.selectbox(key="som.show.en").set_value("unfold_batch").run()
    assert not page.exception
    assert played[-1][0].params == som.UnfoldBatch()


def test_the_map_that_is_taken_away_is_that_of_the_python_beside_it(played):
    page = opened(data="moons", som__rows="3", som__cols="3", som__steps="100", som__scaling="range", som__classes="2")
    page.session_state["som-taking"] = True
    page.run()
    assert not page.exception
    (code,) = [item.value for item in page.code if "as_csv" in item.value]
    printed: list[str] = []
    exec(compile(code, "snippet", "exec"), {"__name__": "__main__", "print": printed.append})
    params = som.Online(rows=3, cols=3, steps=100, scaling="range")
    *_, frame = som.online(params, data.sample("moons"))
    assert printed == [som.as_csv(frame, data.sample("moons"), 2, "range")]


def test_a_search_is_offered_the_data_on_which_a_fold_is_certain(played):
    page = opened()
    assert played[-1][0].data == (data.sample("xkcd"),)
    page.selectbox(key="som.show.en").set_value("unfold").run()
    assert not page.exception
    assert played[-1][0].data == (data.sample("penguins"),)


def test_only_the_bare_address_opens_with_the_colours(played):
    opened()
    assert played[-1][0].data == (data.sample("xkcd"),)
    for older in ({"som__rows": "7"}, {"step": "3"}, {"som__show": "online"}, {"present": "1"}):
        page = opened(**older)
        assert played[-1][0].data == (data.sample("penguins"),)
        assert page.query_params["data"] == "penguins"


def test_a_setting_that_is_changed_takes_the_data_into_the_address(played):
    page = opened()
    assert "data" not in page.query_params
    page.slider(key="som.rows").set_value(7).run()
    assert page.query_params["data"] == "xkcd"
