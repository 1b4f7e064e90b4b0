"""What the picture of EM says is what the frame holds; a click means the place it was made at."""

import numpy as np
import pytest

from charts import curves, discs
from engine import data
from engine.algorithm import of
from engine.errors import Diverged
from engine.learning import em
from tests import runs
from ui.text import theory
from views.learning import em as view
from views.learning.coins import start_at
from views.learning.em import place_at


def picture(name, i=-1, options=None, **params):
    made = em.Params(**params)
    frames = runs.frames(em.ALGORITHMS, made, data.sample(name))
    words = theory("em", "en")
    return frames, view.draw(frames, i % len(frames), made, (data.sample(name),), options or view.Options(), words)


def areas(trace):
    """The areas of a trace's polygons; what is not drawn has none."""
    corners = 4 if len(trace["x"]) % (discs.CORNERS + 2) else discs.CORNERS
    shapes = np.stack([trace["x"], trace["y"]], 1).reshape(-1, corners + 2, 2)[:, :-1]
    x, y = np.nan_to_num(shapes).transpose(2, 0, 1)
    return np.abs((x[:, :-1] * y[:, 1:] - x[:, 1:] * y[:, :-1]).sum(1)) / 2


def painted(shown, name):
    """The areas of all parts of a coin, those of heads first."""
    found = {trace["meta"].get("key"): trace for trace in shown.data if "meta" in trace}
    return [areas(found[f"{name} {face}"]) for face in ("full", "hollow")]


def test_an_e_step_cuts_every_toss_where_its_responsibility_says():
    frames, shown = picture("coins", i=1)
    whole = painted(picture("coins", i=0)[1], "whole")
    for face, column in enumerate(data.sample("coins").X.T.astype(int)):
        share = painted(shown, "A")[face] / whole[face]
        assert share == pytest.approx(np.repeat(frames[1].r, column), abs=0.03)  # polygons of 16 corners
    said = [text for trace in shown.data if trace.get("mode") == "text" for text in trace["text"]]
    assert [text for text in said if text in {"0.45", "0.80", "0.73", "0.35", "0.65"}] == ["0.45", "0.73", "0.35", "0.65", "0.80"]


@pytest.mark.parametrize(
    "sets", [[[5, 5], [9, 1]], [[5, 20], [20, 5], [12, 13]], [[400, 600], [3, 1]], [[0, 3], [2, 0]]], ids=str
)
def test_the_parts_fill_the_piles_up_to_theta(sets):
    own = data.points(np.array(sets, float), ["heads", "tails"])
    params = em.Params(theta_a=0.7, theta_b=0.4, iterations=3)
    frames = list(em.train(params, own))
    for i in (2, 4, 6):
        shown = view.draw(frames, i, params, (own,), view.Options(), theory("em", "en"))
        found = {trace["meta"].get("key"): trace for trace in shown.data if "meta" in trace}
        for theta, name in zip(frames[i].theta, "AB", strict=True):
            assert found[f"{name} hollow"]["opacity"] < found[f"{name} full"]["opacity"]  # pale areas, no stripes of outlines
            assert found[f"{name} hollow"]["line"]["width"] == 0
            heads, tails = (part.sum() for part in painted(shown, name))
            assert heads / (heads + tails) == pytest.approx(theta, abs=0.01)


def test_rows_are_discs_as_large_as_may_be_and_blocks_where_tosses_are_many():
    for counts, lines, round_ in (
        ([(5, 5)] * 5, 1, True),
        ([(12, 13)] * 3, 3, True),
        ([(3, 3)] * 12, 1, True),
        ([(400, 1)], 1, False),
    ):
        rows = discs.rows(np.array(counts), 0, 85, 84)
        assert rows.round == round_
        assert len(np.unique(rows.at[rows.row == 0, 1])) == lines
        low, high = rows.at - rows.half, rows.at + rows.half
        assert (low > -1e-9).all()
        assert (high <= [85 + 1e-9, 84]).all()
        if round_:
            gaps = np.linalg.norm(rows.at[:, None] - rows.at, axis=-1) + 1e9 * np.eye(len(rows.at))
            assert gaps.min() > 2 * rows.half.max()


def test_what_glides_from_one_step_to_the_next_keeps_its_length_and_its_turn():
    frames, _ = picture("coins", iterations=4)
    params, drawn = em.Params(iterations=4), []
    for i in range(len(frames)):
        shown = view.draw(frames, i, params, (data.sample("coins"),), view.Options(), theory("em", "en"))
        keys = [trace["meta"]["key"] for trace in shown.data if "key" in trace.get("meta", {})]
        assert len(set(keys)) == len(keys)
        drawn.append([(trace["type"], len(trace["x"]) if trace.get("fill") else 0) for trace in shown.data])
    assert all(one == drawn[0] for one in drawn)


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
    assert first.numbers["missing"] == frames[0].limit == pytest.approx(0.4097, abs=5e-5)
    _, saddle = picture("coins", theta_a=0.5, theta_b=0.5)
    assert saddle.numbers["missing"] is None  # from equal coins EM comes to a saddle
    _, start = picture("old_faithful", i=0, model="mixture")
    _, last = picture("old_faithful", model="mixture")
    assert start.numbers["missing"] is None
    assert 0 < last.numbers["missing"] < 1


def test_a_run_that_has_come_to_rest_says_so():
    frames, shown = picture("coins", iterations=30)
    assert f"{frames[-1].limit:.4f}, the missing information" in shown.said
    assert shown.hold < 1
    assert "The parts slide" in picture("coins", i=2)[1].said


def test_the_steps_of_theta_come_down_along_the_line_of_missing_information():
    frames, shown = picture("coins", iterations=25)
    dotted = next(trace for trace in shown.data if trace.get("line", {}).get("dash") == "dot" and trace["xaxis"] == "x3")
    falls = np.diff(np.log(dotted["y"])) / np.diff(dotted["x"])
    assert np.exp(falls) == pytest.approx(frames[-1].limit, rel=1e-2)  # a film keeps four digits
    assert frames[-1].rate == pytest.approx(frames[-1].limit, abs=5e-3)


def test_the_formula_of_a_share_names_its_group_and_its_factors():
    frames, shown = picture("coins", i=3)
    values = {name: value for name, (value, _) in shown.values.items()}
    k = shown.at
    a, b, h, t = values["a"], values["b"], values["h"][k], values["t"][k]
    share = a**h * values["c"] ** t / (a**h * values["c"] ** t + b**h * values["d"] ** t)
    assert share == pytest.approx(values["r"][k], abs=5e-5)
    assert f"Group {values['set'][k]} " in shown.said
    assert k == int(np.abs(frames[3].r - frames[1].r).argmax())


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
    assert problem.value.values["component"] == 1 + np.argmin(np.linalg.det(frames[-1].covariances))
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


def test_the_experiment_on_moons_draws_between_them_and_eight_components_less():
    samples = data.sample("moons").X

    def off(**more):
        last = [*run_of("moons", **more)][-1]
        assert last.part == "drawn"
        gaps = np.linalg.norm(last.drawn[:, None] - samples, axis=2).min(1)
        return float((gaps > 0.2).mean())

    assert off() > 0.2 > 2 * off(**EXPERIMENTS["moons"].then_set)


def test_labels_are_told_of_each_sample_and_agreement_stands_with_the_numbers():
    frames, shown = picture("penguins", model="mixture", k=3, iterations=5)
    assert shown.numbers["agreement"] == frames[-1].agreement
    told = [text for trace in shown.data for text in trace.get("customdata", ())]
    assert sum("(Gentoo)" in text for text in told) == 123
    _, without = picture("old_faithful", model="mixture", iterations=2)
    assert without.numbers["agreement"] is None


def test_the_densities_over_one_column_hold_their_components_weights():
    X = np.concatenate([np.random.default_rng(0).normal(0, 1, 40), np.random.default_rng(1).normal(9, 1, 20)])[:, None]
    cloud = data.points(X, ["x"])
    params = em.Params(model="mixture", k=2, iterations=15)
    frames = list(em.train(params, cloud))
    shown = view.draw(frames, len(frames) - 1, params, (cloud,), view.Options(), theory("em", "en"))
    found = [
        float(np.trapezoid(trace["y"], trace["x"])) / X.std() / np.sqrt(2 * np.pi)
        for trace in shown.data
        if trace.get("mode") == "lines" and len(trace["x"]) > 60
    ]
    assert found == pytest.approx(frames[-1].weights.tolist(), abs=2e-3)


def test_an_e_step_lights_samples_whose_shares_changed_and_an_m_step_the_way_of_the_means():
    frames, e = picture("old_faithful", i=3, model="mixture", iterations=4)
    lit = [trace for trace in e.data if trace["xaxis"] == "x" and trace.get("marker", {}).get("color") == "@accent"]
    change = np.abs(frames[3].resp - frames[2].resp).max(1)
    xy = data.sample("old_faithful").X[frames[3].shown]
    most = xy[change >= np.sort(change)[-12]]
    assert {tuple(at) for at in np.stack([lit[0]["x"], lit[0]["y"]], 1)} <= {tuple(at) for at in most}
    _, m = picture("old_faithful", i=4, model="mixture", iterations=4)
    ways = next(trace for trace in m.data if trace["xaxis"] == "x" and trace.get("line", {}).get("color") == "@accent")
    assert np.array(ways["x"])[[0, 3]] == pytest.approx(frames[3].means[:, 0])
    assert np.array(ways["x"])[[1, 4]] == pytest.approx(frames[4].means[:, 0])


def test_the_least_bic_so_far_has_a_ring_and_the_newcomer_the_lamp():
    frames, shown = picture("old_faithful", model="mixture", by_k=True)
    best = min(frames, key=lambda frame: frame.bic)
    ring = next(trace for trace in shown.data if trace.get("marker", {}).get("symbol") == "circle-open")
    assert (ring["x"][0], ring["y"][0]) == (best.k, best.bic)
    assert f"K = {best.k}" in [note["text"][-5:] for note in shown.layout["annotations"]]
    ellipses = [trace for trace in shown.data if trace["xaxis"] == "x" and trace.get("line", {}).get("color") == "@accent"]
    assert len(ellipses) == 2
    assert shown.values["bic"][0] == pytest.approx(-2 * frames[-1].loglik + frames[-1].parameters * np.log(272))


@pytest.mark.parametrize(("k", "dotted"), [(3, 3), (8, 0)])
def test_of_many_components_only_one_deviation_is_drawn_and_of_the_newcomer_both(k, dotted):
    def ellipses(shown, **line):
        found = [trace["line"] for trace in shown.data if trace["xaxis"] == "x" and len(trace["x"]) == len(curves.CIRCLE)]
        return sum(line.items() <= one.items() for one in found)

    _, shown = picture("old_faithful", model="mixture", k=k, iterations=1)
    assert (ellipses(shown, dash="solid"), ellipses(shown, dash="dot")) == (k, dotted)
    _, shown = picture("old_faithful", model="mixture", by_k=True)
    assert ellipses(shown, dash="dot") == ellipses(shown, dash="dot", color="@accent") == 1


def test_new_points_are_hollow_and_the_samples_are_still_there():
    frames, shown = picture("old_faithful", model="mixture", iterations=3, draws=200)
    assert frames[-1].part == "drawn"
    rings = next(trace for trace in shown.data if trace.get("line", {}).get("color") == "@accent" and trace["xaxis"] == "x")
    assert np.isnan(np.asarray(rings["x"])).sum() == 200
    assert sum(len(trace["x"]) for trace in shown.data if trace.get("meta", {}).get("link") == "sample") == 272
    assert "200 new points" in shown.said
