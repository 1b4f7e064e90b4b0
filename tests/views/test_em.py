"""What the picture of EM says is what the frame holds; a click means the place it was made at."""

import numpy as np
import pytest

from engine import data
from engine.learning import em
from ui.text import theory
from views.learning import em as view


def picture(name, i=-1, options=None, **params):
    made = em.Params(**params)
    frames = list(em.train(made, data.sample(name)))
    words = theory("em", "en")
    return frames, view.draw(frames, i % len(frames), made, (data.sample(name),), options or view.Options(), words)


def test_the_table_shows_the_expected_counts_of_the_published_example():
    _, shown = picture("coins", i=1)
    cells = [trace["text"] for trace in shown.data if trace.get("mode") == "text"]
    assert cells[2] == ["0.45", "0.80", "0.73", "0.35", "0.65"]
    assert cells[3] == ["2.2", "7.2", "5.9", "1.4", "4.5"]
    totals = [item["text"] for item in shown.layout["annotations"] if item["text"].startswith("<b>")]
    assert totals == ["<b>21.3</b>", "<b>8.6</b>", "<b>11.7</b>", "<b>8.4</b>"]


def test_a_click_on_the_map_is_the_start_its_cell_stands_for():
    _, shown = picture("coins")
    contour = next(trace for trace in shown.data if trace["type"] == "contour")
    for row, col in ((0, 0), (10, 30), (48, 48)):
        a, b = view.start_at(row * 49 + col)
        assert (a, b) == (pytest.approx(contour["x"][col], abs=0.006), pytest.approx(contour["y"][row], abs=0.006))
        em.Params.make(theta_a=a, theta_b=b)


def test_a_click_on_the_cloud_is_the_place_its_cell_stands_for():
    options = view.Options(click="add")
    _, shown = picture("old_faithful", options=options, model="mixture")
    cells = next(trace for trace in shown.data if trace["type"] == "heatmap")
    for row, col in ((0, 0), (30, 11), (59, 79)):
        place = view.place_at(row * 80 + col, data.sample("old_faithful"), options)
        assert place["eruptions"] == pytest.approx(cells["x"][col], rel=1e-3)
        assert place["waiting"] == pytest.approx(cells["y"][row], rel=1e-3)
    assert [trace for trace in shown.data if trace.get("meta", {}).get("link") == "sample"] == []


def test_missing_information_is_said_only_where_it_is_a_fraction():
    frames, first = picture("coins", i=0)
    _, last = picture("coins")
    assert frames[0].missing > 1
    assert first.numbers["missing"] is None
    assert 0 < last.numbers["missing"] < 1


def test_a_run_that_has_come_to_rest_says_so():
    _, shown = picture("coins", iterations=60)
    assert "Nothing moves" in shown.said


def test_one_column_can_be_clustered_and_drawn():
    cloud = data.points(np.random.default_rng(0).normal(size=(40, 1)), ["x"])
    params = em.Params(model="mixture", k=2, iterations=3)
    frames = list(em.train(params, cloud))
    for i in range(len(frames)):
        view.draw(frames, i, params, (cloud,), view.Options(click="add"), theory("em", "en"))
