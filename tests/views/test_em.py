"""What the picture of EM says is what the frame holds; a click means the place it was made at."""

import numpy as np
import pytest

from engine import data
from engine.algorithm import of
from engine.errors import Diverged
from engine.learning import em
from tests import runs
from ui.text import theory
from views.learning import em as view
from views.learning.coins import start_at
from views.learning.mixtures import place_at


def picture(name, i=-1, options=None, **params):
    made = em.Params(**params)
    frames = runs.frames(em.ALGORITHMS, made, data.sample(name))
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
        a, b = start_at(row * 49 + col)
        assert (a, b) == (pytest.approx(contour["x"][col], abs=0.006), pytest.approx(contour["y"][row], abs=0.006))
        em.Coins.make(theta_a=a, theta_b=b)


def test_a_click_on_the_cloud_is_the_place_its_cell_stands_for():
    options = view.Options(click="add")
    _, shown = picture("old_faithful", options=options, model="mixture")
    cells = next(trace for trace in shown.data if trace["type"] == "heatmap")
    for row, col in ((0, 0), (30, 11), (59, 79)):
        place = place_at(row * 80 + col, data.sample("old_faithful"), options)
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


EXPERIMENTS = {item.id: item for item in theory("em", "en").experiments}


def run_of(experiment, **more):
    item = EXPERIMENTS[experiment]
    params = em.Params(**(dict(item.set) | more))
    return runs.again(of(em.ALGORITHMS, params).train, params, data.sample(item.data))


def test_the_experiment_on_species_tells_the_agreement_that_comes_out():
    item, last = EXPERIMENTS["species"], [*run_of("species")][-1]
    hard, other = [*run_of("species", **item.then_set)][-1], [*run_of("species", seed=2)][-1]
    for frame in (last, hard, other):
        assert f"{frame.agreement:.3f}" in item.question.why
    assert last.agreement > hard.agreement


def test_the_experiment_on_collapse_ends_where_it_says_and_survives_with_the_floor_it_offers():
    item, frames = EXPERIMENTS["collapse"], []
    with pytest.raises(Diverged) as problem:
        frames.extend(run_of("collapse"))
    assert problem.value.code == "em_collapsed"
    assert f"iteration {problem.value.values['step']}" in item.question.why
    assert frames[-1].loglik > frames[0].loglik + 20
    last = [*run_of("collapse", **item.then_set)][-1]
    assert f"{last.loglik:.2f}".replace("-", "−") in item.question.why
    assert last.floored.tolist() == [0, 0, 1]


def test_the_experiments_on_the_coins_tell_where_the_coins_come_to():
    item, last = EXPERIMENTS["coins"], [*run_of("coins")][-1]
    assert "{theta_a:.3f} for A and {theta_b:.3f} for B" in item.question.why
    assert abs(0.6 - last.theta[0]) > item.question.number.within  # where it started is no good guess
    assert last.theta == pytest.approx([0.797, 0.520], abs=5e-4)
    mirror = [*run_of("mirror")][-1]
    assert mirror.theta[0] < mirror.theta[1]


def test_labels_are_told_of_each_sample_and_agreement_stands_with_the_numbers():
    frames, shown = picture("penguins", model="mixture", k=3, iterations=5)
    assert shown.numbers["agreement"] == frames[-1].agreement
    told = [text for trace in shown.data for text in trace.get("text", ())]
    assert sum("(Gentoo)" in text for text in told) == 123
    _, without = picture("old_faithful", model="mixture", iterations=2)
    assert without.numbers["agreement"] is None


def test_the_densities_over_one_column_hold_their_components_weights():
    X = np.concatenate([np.random.default_rng(0).normal(0, 1, 40), np.random.default_rng(1).normal(9, 1, 20)])[:, None]
    cloud = data.points(X, ["x"])
    params = em.Params(model="mixture", k=2, iterations=15)
    frames = list(em.train(params, cloud))
    shown = view.draw(frames, len(frames) - 1, params, (cloud,), view.Options(), theory("em", "en"))
    areas = [
        float(np.trapezoid(trace["y"], trace["x"])) / X.std() / np.sqrt(2 * np.pi)
        for trace in shown.data
        if trace.get("mode") == "lines" and len(trace["x"]) > 60
    ]
    assert areas == pytest.approx(frames[-1].weights.tolist(), abs=2e-3)
