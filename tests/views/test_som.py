"""The picture of a self-organising map says what its frame holds."""

import re

import numpy as np
import pytest

from charts.formula import filled
from engine import data
from engine.learning import som
from engine.learning.som import grid, rules
from engine.learning.som.grid import places
from runtime import server
from runtime.run import Run
from tests import runs
from tests.films import read
from ui.text import LANGUAGES, theory
from views.learning import som as view
from views.learning import som_panels


def drawn(name: str = "penguins", language: str = "en", at: int = -1, beside=(), options=None, **params):
    cloud, made = data.sample(name), som.Params(**params)
    frames = runs.frames(som.ALGORITHMS, made, cloud)
    i = range(len(frames))[at]
    return frames[i], view.draw(frames, i, made, (cloud, *beside), options or view.Options(), theory("som", language)), cloud


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("at", [1, 7, -1])
def test_the_numbers_in_the_formula_are_those_of_the_update(language, at):
    frame, picture, cloud = drawn(language=language, at=at)
    values = {
        name: float(np.atleast_1d(value)[picture.at if np.ndim(value) else 0]) for name, (value, _) in picture.values.items()
    }
    row, col = frame.winner
    close = 0.5001 * 10.0 ** -picture.values["after"][1]  # what is printed is rounded
    assert values["before"] == pytest.approx(frame.before[row, col, 0], abs=close)
    assert values["after"] == pytest.approx(frame.units[row, col, 0], abs=close)
    assert values["sample"] == pytest.approx(cloud.X[frame.sample, 0])
    assert values["theta"] == pytest.approx(1)
    assert picture.numbers["sample"] == frame.sample + 1
    assert values["before"] + values["theta"] * values["alpha"] * (values["sample"] - values["before"]) == pytest.approx(
        values["after"], abs=4 * close
    )
    text = filled(picture.formula, values, {name: digits for name, (_, digits) in picture.values.items()})
    assert "⟦" not in text
    assert f"<mn class=th-now>{values['after']:.3f}</mn>" in text


def test_a_picture_knows_nothing_of_the_frames_after_it():
    cloud, params, words = data.sample("penguins"), som.Params(steps=300), theory("som", "en")
    frames = runs.frames(som.ALGORITHMS, params, cloud)
    for i in (0, 7, 30):
        early = view.draw(frames[: i + 1], i, params, (cloud,), view.Options(), words)
        assert repr(early) == repr(view.draw(frames, i, params, (cloud,), view.Options(), words))


def test_every_unit_has_its_own_numbers_and_they_obey_the_rule():
    frame, picture, cloud = drawn(at=20)
    before, theta, after = (np.asarray(picture.values[name][0]) for name in ("before", "theta", "after"))
    assert len(before) == frame.units.shape[0] * frame.units.shape[1]
    expected = before + theta * frame.alpha * (cloud.X[frame.sample, 0] - before)
    assert np.abs(expected - after).max() < 2e-2


def test_the_film_carries_the_formulas_numbers_as_they_are_printed():
    cloud, params, words = data.sample("penguins"), som.Params(steps=300), theory("som", "en")
    store, films = server.start(0)
    job = store.start(Run(som.train, params, (cloud,)), "test")
    pictures = read(films.whole(films.open(job, view.draw, (), view.Options(), words))).pictures
    for frame, picture in zip(job.frames[1:], pictures[1:], strict=True):
        assert picture["values"]["after"][0] == np.round(frame.units[..., 0].ravel().astype(float), 3).tolist()
        assert picture["values"]["before"][0] == np.round(frame.before[..., 0].ravel().astype(float), 3).tolist()
    server.stop()


def test_in_batch_the_formula_is_the_weighted_mean():
    frame, picture, _ = drawn(mode="batch", at=3)
    total, weight, after = (np.asarray(picture.values[name][0]) for name in ("sum", "weight", "after"))
    heavy = weight > 1
    assert np.abs(total[heavy] / weight[heavy] - after[heavy]).max() < 0.05
    assert np.asarray(frame.units)[..., 0].ravel()[heavy] == pytest.approx(after[heavy], abs=0.01)


@pytest.mark.parametrize("at", [0, 5, -1])
def test_the_metrics_are_those_of_the_frame(at):
    frame, picture, _ = drawn(at=at)
    assert [value for _, value in picture.metrics] == [f"{frame.error:.3f}", f"{frame.topographic:.3f}", f"{frame.sigma:.2f}"]
    assert picture.numbers["error"] == frame.error


def test_a_placed_sample_is_said_with_the_label_of_its_neighbourhood():
    cloud = data.sample("penguins")
    gentoo = int(np.flatnonzero(cloud.labels == 2)[0])
    frame, picture, _ = drawn(beside=(data.points(cloud.X[[gentoo]], cloud.columns),))
    _, scale = rules.scales(cloud.X, "standard")
    nearest = ((((frame.units.reshape(-1, 2) - cloud.X[gentoo]) / scale) ** 2).sum(1)).argmin()
    assert f"({nearest // 12}, {nearest % 12})" in picture.said
    assert "Gentoo" in picture.said


def test_folds_are_drawn_where_they_are_and_counted_in_the_sentence():
    frame, picture, _ = drawn("square", sigma=0.6, sigma_end=0.3)
    red = next(trace for trace in picture.data if trace.get("fillcolor") == "@bad")
    assert np.isnan(red["x"]).sum() == frame.folded > 0
    assert str(frame.folded) in picture.said


def test_the_crumpled_start_is_not_called_a_fold():
    _, picture, _ = drawn(at=0)
    red = next(trace for trace in picture.data if trace.get("fillcolor") == "@bad")
    assert not np.isfinite(red["x"]).any()


@pytest.mark.parametrize("name", ["penguins", "xkcd", "mnist", "animals", "moons", "square"])
def test_every_choice_of_every_option_draws(name):
    cloud = data.sample(name)
    words = theory("som", "en")
    offered = view.choices(cloud, words)
    for option, values in offered.items():
        for value in list(values)[:6]:
            drawn(name, options=view.Options(**{option: value}), steps=100, rows=4, cols=5)


def test_a_visitors_words_are_harmless_wherever_they_are_shown():
    evil = "<img src=x onerror=alert(1)>"
    X = np.random.default_rng(0).normal(size=(20, 2))
    cloud = data.points(X, [evil, "@accent"], labels=[0, 1] * 10, label_names=[evil, "%{x}"], names=[evil] * 20)
    frames = list(som.train(som.Params(rows=3, cols=3, steps=100), cloud))
    options = view.Options(plane=cloud.columns[0], across=cloud.columns[1])
    picture = view.draw(frames, 1, som.Params(rows=3, cols=3, steps=100), (cloud,), options, theory("som", "en"))
    text = repr((picture.data, picture.layout, picture.said, picture.alt, picture.formula))
    assert "<img" not in text
    assert "&lt;img" in text
    assert not re.search(r"'@accent'.{0,3}'title'|'text': '@accent'", text)


@pytest.mark.parametrize("topology", ["hexagonal", "rectangular"])
def test_the_pixel_at_a_units_place_is_that_units(topology):
    at = places(5, 7, topology)
    index, across, down = som_panels._raster(5, 7, topology)
    spot = (at - [across[0], down[0]]) / [across[1] - across[0], down[1] - down[0]] * index.shape[::-1]
    assert [index[int(y), int(x)] for x, y in spot] == list(range(35))


def accent(picture, axis: str):
    return [trace for trace in picture.data if trace["xaxis"] == axis and trace.get("fillcolor") == "@accent"]


def test_every_moved_unit_has_an_arrow_towards_the_sample_as_long_as_theta_says():
    frame, picture, _ = drawn("xkcd", at=8)
    (arrows,) = accent(picture, "x")
    ends = np.stack([arrows["x"], arrows["y"]], -1).reshape(-1, 4, 2)  # foot, tip, foot, gap
    pixel = np.array([np.ptp(picture.layout[f"{axis}axis"]["range"]) for axis in "xy"]) / som_panels.STAGE
    foot, tip = (ends[:, 0] + ends[:, 2]) / 2, ends[:, 1]
    long, theta = np.linalg.norm((tip - foot) / pixel, axis=1), frame.theta.ravel()
    (ways,) = [trace for trace in picture.data if trace["xaxis"] == "x" and trace.get("mode") == "lines+markers"]
    sample = np.array([ways["x"][0], ways["y"][0]])
    far = np.linalg.norm((sample - foot) / pixel, axis=1)
    assert np.isnan(long).tolist() == (theta <= som_panels.FELT).tolist()
    seen = theta > som_panels.FELT
    assert long[seen] == pytest.approx(np.minimum(som_panels.REACH * theta, far)[seen], rel=1e-3)


def test_the_frames_of_the_map_are_as_thick_as_theta():
    frame, picture, _ = drawn("xkcd", at=8)
    (frames,) = accent(picture, "x2")
    rings = np.stack([frames["x"], frames["y"]], -1).reshape(-1, 15, 2)[:, :14]
    middle = rings[:, :6].mean(1, keepdims=True)
    size = np.linalg.norm(rings - middle, axis=-1)
    theta = frame.theta.ravel()
    assert 1 - size[:, 7] / size[:, 0] == pytest.approx(2 * som_panels.THICK * theta[theta > som_panels.FELT], abs=1e-3)


def test_in_a_pass_an_arrow_says_whence_a_unit_came_and_how_far_beside_the_others():
    frame, picture, _ = drawn(mode="batch", at=3)
    (arrows,) = accent(picture, "x")
    ends = np.stack([arrows["x"], arrows["y"]], -1).reshape(-1, 4, 2)
    assert ends[:, 1] == pytest.approx(frame.units.reshape(-1, 2), rel=1e-5)
    long, way = ends[:, 1] - (ends[:, 0] + ends[:, 2]) / 2, (frame.units - frame.before).reshape(-1, 2)
    share = (long * way).sum(1) / (way**2).sum(1)
    assert share == pytest.approx(np.full(len(share), share[0]), rel=1e-3)  # all as much longer or shorter than they were
    pixel = np.array([np.ptp(picture.layout[f"{axis}axis"]["range"]) for axis in "xy"]) / som_panels.STAGE
    assert np.linalg.norm(long / pixel, axis=1).max() == pytest.approx(som_panels.REACH)


def test_borders_run_between_classes_and_the_sheet_is_cut_along_them():
    frame, picture, cloud = drawn(options=view.Options(classes=3))
    classes = som.superclasses(frame, cloud, 3)
    lines = grid.lattice(12, 12, "hexagonal")
    apart = classes[lines[:, 0]] != classes[lines[:, 1]]
    bold = next(
        trace
        for trace in picture.data
        if trace.get("line", {}).get("width") == 3 and trace.get("mode") == "lines" and trace["line"]["color"] == "@ink"
    )
    middle = np.nanmean(np.stack([bold["x"], bold["y"]], -1).reshape(-1, 3, 2), axis=1)
    at = places(12, 12, "hexagonal")
    assert middle == pytest.approx(at[lines[apart]].mean(1))
    mesh = next(trace for trace in picture.data if trace.get("line", {}).get("width") == 0.9)
    assert len(mesh["x"]) == 3 * (~apart).sum()
    (names,) = [trace["text"] for trace in picture.data if trace["xaxis"] == "x2" and trace.get("mode") == "text"]
    assert sorted(names) == ["1 Adelie", "2 Chinstrap", "3 Gentoo"]
    assert picture.numbers["agreement"] == pytest.approx(0.909, abs=1e-3)


def test_all_steps_of_the_page_as_it_opens_have_the_same_traces_axes_and_words():
    cloud, params, words = data.sample(som.ALGORITHMS[0].sample), som.Params(), theory("som", "en")
    assert cloud.kind == "colours"
    frames = runs.frames(som.ALGORITHMS, params, cloud)
    seen = [view.draw(frames, i, params, (cloud,), view.Options(), words) for i in (0, 1, 30, 60)]
    assert len({tuple((trace["type"], trace.get("mode"), trace["xaxis"]) for trace in picture.data) for picture in seen}) == 1
    assert len({repr((picture.layout, picture.wide, picture.narrow)) for picture in seen}) == 1


def test_the_formulas_column_stands_at_its_foot_and_after_no_number():
    _, picture, _ = drawn(at=7)
    assert "<mtext>bill length</mtext>" in picture.formula
    assert picture.formula.endswith("</math>")


def test_names_of_few_samples_are_all_written_and_none_hangs_out_of_the_map():
    _, picture, cloud = drawn("animals")
    for axis in ("x", "x2"):
        (names,) = [trace for trace in picture.data if trace["xaxis"] == axis and trace.get("mode") == "text"]
        assert sorted(", ".join(names["text"]).split(", ")) == sorted(cloud.names)
        k = axis[1:]
        for side in "xy":
            low, high = sorted(picture.layout[f"{side}axis{k}"]["range"])
            assert all(low < value < high for value in names[side])
