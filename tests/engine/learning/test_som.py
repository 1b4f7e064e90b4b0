"""The self-organising map against golden values, MiniSom, brute force, and faults people met elsewhere."""

import hashlib
import json
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minisom import MiniSom

from engine.algorithm import meant
from engine.errors import DataError, Diverged, ParamError, TheoriaError, sentence
from engine.learning import som
from engine.learning.som import ALGORITHMS, Params, SomFrame, grid, measures, rules, train
from engine.params import Spec
from engine.points import points

ROOT = Path(__file__).parents[3]
GOLDEN = json.loads((ROOT / "tests/golden/som.json").read_text())
CASES = GOLDEN["cases"]
DECAYS = {"asymptotic_decay": "asymptotic", "linear_decay_to_zero": "linear", "inverse_decay_to_zero": "inverse"}
SQUARE = np.random.default_rng(0).random((300, 2))
NAMES = [f"{case['topology']} {case['neighborhood']} {DECAYS[case['lr_decay']]}" for case in CASES]
exactly = {"rtol": 1e-9, "atol": 1e-10}


def frames(X=SQUARE, **values) -> list[SomFrame]:
    return list(train(Params(**values), points(X)))


def same(a: SomFrame, b: SomFrame, *but: str) -> bool:
    return all(_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a) if f.name not in but)


def _equal(x, y) -> bool:
    return np.array_equal(x, y) or (isinstance(x, float) and np.isnan([x, y]).all())


def lattice(rows: int, cols: int, topology: str, period=None) -> tuple[np.ndarray, np.ndarray]:
    offset = grid.offsets(grid.places(rows, cols, topology), period)
    return offset, grid.neighbours(offset, topology)


# ------------------------------------------------------------------------------------------------------- golden values


def golden_offset(case: dict) -> np.ndarray:
    """Offsets from MiniSom's own places, whose first index runs along x."""
    return grid.offsets(np.stack([np.ravel(case["coords_x"]), np.ravel(case["coords_y"])], axis=1))


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_every_golden_step_is_reproduced(case):
    kind, X, steps = case["neighborhood"], np.array(GOLDEN["data_in_order"]), GOLDEN["max_iter"]
    apart = grid.separation(kind, golden_offset(case), case["topology"])
    decay, s = DECAYS[case["lr_decay"]], np.arange(len(X))
    alpha = rules.alpha_at(decay, GOLDEN["lr0"], s, steps)
    sigma = rules.sigma_at(decay, case["sigma0"], 1, s, steps)
    height = sigma**2 if kind == "triangle" else np.ones(len(X))  # our triangle is 1 at the winner, MiniSom's σ²
    W = start = np.reshape(GOLDEN["W0"], (-1, GOLDEN["D"]))
    for step, expected in enumerate(case["trace"]):
        one = slice(step, step + 1)
        after, winner, theta = rules.walk(W, X, s[one], (alpha * height)[one], sigma[one], kind, apart)
        assert list(divmod(winner, 5)) == expected["winner"]
        np.testing.assert_allclose([alpha[step], sigma[step]], [expected["eta"], expected["sigma"]], **exactly)
        np.testing.assert_allclose(theta * height[step], np.ravel(expected["h"]), **exactly)
        pull = (alpha[step] * height[step] * theta)[:, None] * (X[step] - W)
        np.testing.assert_allclose(after, W + pull, **exactly)
        W = after
    np.testing.assert_allclose(W, np.reshape(case["W_final"], W.shape), **exactly)
    whole, _, _ = rules.walk(start, X, s, alpha * height, sigma, kind, apart)
    assert np.array_equal(whole, W)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_both_errors_and_the_u_matrix_equal_the_golden_ones(case):
    """The golden U-matrix bears the name of MiniSom's mean but holds its sum over the neighbours; ours is the mean."""
    X, W = np.array(GOLDEN["data_in_order"]), np.reshape(case["W_final"], (-1, GOLDEN["D"]))
    near = grid.neighbours(golden_offset(case), case["topology"])
    best = rules.best_units(W, X)
    np.testing.assert_allclose(measures.quantisation_error(W, X, best[:, 0]), case["quantization_error"], **exactly)
    assert measures.topographic_error(best, near) == case["topographic_error"]
    mean = measures.u_matrix(W, near)
    total = mean * near.sum(1)
    np.testing.assert_allclose(total / total.max(), np.ravel(case["u_matrix(distance_map mean scaled)"]), **exactly)
    peer = MiniSom(4, 5, GOLDEN["D"], topology=case["topology"])
    peer.get_weights()[:] = case["W_final"]
    np.testing.assert_allclose(mean / mean.max(), peer.distance_map("mean").ravel(), **exactly)


def test_the_notes_neighbourhood_halves_with_every_manhattan_step():
    case, X = GOLDEN["manhattan_2^-d"], np.array(GOLDEN["data_in_order"])
    apart = grid.separation("manhattan", lattice(4, 5, "rectangular")[0], "rectangular")
    W = np.reshape(GOLDEN["W0"], (-1, 3))
    for step, expected in enumerate(case["trace"]):
        rate, width = np.array([GOLDEN["lr0"]]), np.ones(1)
        W, winner, theta = rules.walk(W, X, np.array([step]), rate, width, "manhattan", apart)
        assert list(divmod(winner, 5)) == expected["winner"]
        assert np.array_equal(theta, np.ravel(expected["h"]))
    np.testing.assert_allclose(W, np.reshape(case["W_final"], W.shape), **exactly)
    hexes, near = lattice(6, 5, "hexagonal")
    theta = grid.neighbourhood("manhattan", grid.separation("manhattan", hexes, "hexagonal"), 1.0)
    assert set(np.unique(theta)) <= {0.5**k for k in range(12)}
    assert np.array_equal(theta == 0.5, near)


def test_every_golden_batch_epoch_is_reproduced():
    X, W = np.array(GOLDEN["data_in_order"]), np.reshape(GOLDEN["W0"], (-1, 3))
    apart = grid.separation("gaussian", lattice(4, 5, "rectangular")[0], "rectangular")
    for epoch in GOLDEN["batch_gaussian"]["epochs"]:
        first = rules.best_units(W, X, 1)[:, 0]
        assert first.tolist() == epoch["bmu_flat"]
        W, _ = rules.batch_update(W, X, first, grid.neighbourhood("gaussian", apart, epoch["sigma"]))
        np.testing.assert_allclose(W, np.reshape(epoch["W"], W.shape), **exactly)


def test_the_principal_plane_start_is_centred_and_scaled():
    case = GOLDEN["pca_init"]
    X, peer = np.array(case["data"]), np.reshape(case["minisom_weights"], (20, 3))
    W = rules.pca_start(X, grid.places(4, 5, "rectangular"))
    values, vectors = rules.principal_plane(X)
    np.testing.assert_allclose(X.mean(0), case["mean"], **exactly)
    np.testing.assert_allclose(values, case["eigvals_desc"][:2], **exactly)
    np.testing.assert_allclose(W.mean(0), case["mean"], **exactly)
    ours, theirs = (W - W.mean(0)) @ vectors / np.sqrt(values), (peer - peer.mean(0)) @ vectors
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), rtol=1e-7, atol=1e-9)  # but for the sign of each axis
    assert (vectors[np.abs(vectors).argmax(0), [0, 1]] > 0).all()


def test_the_principal_plane_of_two_scaled_columns_does_not_hang_on_rounding():
    """Both directions lie at 45°, so that their entries are equally large up to the last bits: the first decides."""
    rng, right = np.random.default_rng(0), np.sqrt(0.5)
    for _ in range(20):
        x = rng.standard_normal(50)
        X = np.c_[x, 0.5 * x + rng.standard_normal(50)]
        X = (X - X.mean(0)) / X.std(0)
        for cloud in (X, X * [-1, 1]):
            assert rules.principal_plane(cloud)[1][0] == pytest.approx([right, right])


# ---------------------------------------------------------------------------------------------------------------- peer


@pytest.mark.parametrize("topology", ["rectangular", "hexagonal"])
@pytest.mark.parametrize("kind", ["gaussian", "mexican_hat"])
def test_one_update_equals_minisoms_from_an_equal_state(topology, kind):
    """On MiniSom's places: its hexagons shift the other rows (B16), and its bubble and triangle ignore them."""
    rng = np.random.default_rng(4)
    peer = MiniSom(7, 6, 3, sigma=1.7, learning_rate=0.4, neighborhood_function=kind, topology=topology, random_seed=1)
    W, x = peer.get_weights().reshape(-1, 3).copy(), rng.standard_normal(3)
    offset = grid.offsets(np.stack([axis.ravel() for axis in peer.get_euclidean_coordinates()], axis=1))
    apart = grid.separation(kind, offset, topology)
    peer.update(x, peer.winner(x), 30, 100)
    s = np.array([30])
    alpha, sigma = rules.alpha_at("asymptotic", 0.4, s, 100), rules.sigma_at("asymptotic", 1.7, 1, s, 100)
    W, _, _ = rules.walk(W, x[None], np.array([0]), alpha, sigma, kind, apart)
    np.testing.assert_allclose(W, peer.get_weights().reshape(-1, 3), rtol=1e-12, atol=1e-14)


def test_one_batch_epoch_equals_minisoms_at_learning_rate_one():
    X = np.random.default_rng(5).standard_normal((200, 4))
    peer = MiniSom(6, 5, 4, sigma=1.3, learning_rate=1, random_seed=1)
    W = peer.get_weights().reshape(-1, 4).copy()
    peer.train_batch_offline(X, 1)
    theta = grid.neighbourhood("gaussian", grid.separation("gaussian", lattice(6, 5, "rectangular")[0], "rectangular"), 1.3)
    W, share = rules.batch_update(W, X, rules.best_units(W, X, 1)[:, 0], theta)
    np.testing.assert_allclose(W, peer.get_weights().reshape(-1, 4), rtol=1e-9)
    assert ((share > 0) & (share <= 1)).all()


# ------------------------------------------------------------------------------------------- faults people met elsewhere


def test_not_a_number_is_refused_with_its_column():  # B14
    with pytest.raises(DataError) as problem:
        points([[1.0, 2.0], [3.0, np.nan]], columns=("mass", "length"))
    assert problem.value.values["column"] == "length"
    with pytest.raises(DataError) as problem:
        frames([[1.0, 2.0], [3.0, 1e31]])
    assert (problem.value.code, problem.value.values["row"]) == ("som_large", 2)


def test_large_features_give_a_finite_error():  # B14
    assert np.isfinite(frames(SQUARE * 1e12 + 1e15, steps=100)[-1].error)


def test_the_topographic_error_is_finite_on_a_long_hexagonal_map():  # B15
    end = frames(rows=11, cols=7, steps=300)[-1]
    assert 0 <= end.topographic <= 1


def test_all_six_neighbours_of_a_hexagon_lie_at_distance_one():  # B16
    offset, near = lattice(9, 8, "hexagonal")
    assert (np.abs(np.sqrt((offset**2).sum(0))[near] - 1) < 1e-12).all()
    inner = near.sum(1).reshape(9, 8)[1:-1, 1:-1]
    assert (inner == 6).all()
    assert np.array_equal(near, near.T)


def test_the_quantisation_error_is_the_mean_euclidean_distance():  # B17
    for frame in frames(rows=5, cols=4, scaling="none", steps=200)[::20]:
        gaps = np.linalg.norm(SQUARE[:, None] - frame.units.reshape(-1, 2), axis=2)
        assert frame.error == pytest.approx(gaps.min(1).mean(), rel=1e-6)
        assert np.array_equal(frame.bmu, gaps.argmin(1))


def test_without_width_only_the_winner_moves():  # P2: MiniSom gives NaN
    for kind in ("gaussian", "bubble", "mexican_hat", "triangle"):
        for frame in frames(sigma=0.0, sigma_end=0.0, neighbourhood=kind, steps=100, start="pca")[1:]:
            moved = (frame.units != frame.before).any(2)
            assert np.argwhere(moved).tolist() == [list(frame.winner)]
            assert np.argwhere(frame.theta).tolist() == [list(frame.winner)]


def test_the_mexican_hat_has_no_batch():
    for unfold in (False, True):
        with pytest.raises(ParamError) as problem:
            frames(mode="batch", neighbourhood="mexican_hat", unfold=unfold)
        assert problem.value.values["name"] == "neighbourhood"


def test_every_error_has_its_sentence():
    used = {code for file in Path(som.__file__).parent.glob("*.py") for code in re.findall(r'"(som_\w+)"', file.read_text())}
    assert len(used) == 4
    for language in ("en", "zh"):
        assert all(sentence(code, language) for code in used)


def test_a_bubble_of_width_one_holds_only_the_winner():
    for topology in ("rectangular", "hexagonal"):
        apart = grid.separation("bubble", lattice(9, 9, topology)[0], topology)
        assert np.array_equal(grid.neighbourhood("bubble", apart, 1.0), np.eye(81))


# ----------------------------------------------------------------------------------------------------- schedules, draws


def test_the_linear_learning_rate_is_exactly_alpha_times_one_less_s_over_lambda():
    s = np.arange(700)
    assert rules.alpha_at("linear", 0.35, s, 700).tolist() == [0.35 * (1 - step / 700) for step in range(700)]
    for frame in frames(decay="linear", steps=300, alpha=0.35)[1:]:
        assert frame.alpha == 0.35 * (1 - (frame.step - 1) / 300)


def test_every_schedule_falls_from_its_start_towards_its_end():
    s = np.array([0, 500, 1000])
    ends = {"linear": (0, 0.5), "exponential": (0.005, 0.5), "asymptotic": (0.5 / 3, 2), "inverse": (0.5 / 101, 0.5)}
    for decay, (alpha, sigma) in ends.items():
        rates, widths = rules.alpha_at(decay, 0.5, s, 1000), rules.sigma_at(decay, 6, 0.5, s, 1000)
        assert (rates[0], widths[0]) == (0.5, 6)
        np.testing.assert_allclose((rates[2], widths[2]), (alpha, sigma))
        assert (np.diff(rates) < 0).all()
        assert (np.diff(widths) < 0).all()


def test_a_staircase_changes_the_schedules_once_per_pass():
    run = frames(SQUARE[:50], steps=100, staircase=True, sampling="sequential")
    assert len({(frame.alpha, frame.sigma) for frame in run}) == 2
    assert run[50 * 60 // 100].sigma == run[0].sigma


def test_jackknife_leaves_out_another_sample_in_every_pass():
    drawn = rules.draws("jackknife", 7, 6 * 7, np.random.default_rng(0)).reshape(7, 6)
    assert all(len(set(one)) == 6 for one in drawn.tolist())
    assert {(set(range(7)) - set(one)).pop() for one in drawn.tolist()} == set(range(7))
    assert rules.draws("jackknife", 1, 3, np.random.default_rng(0)).tolist() == [0, 0, 0]
    assert rules.draws("sequential", 3, 5, np.random.default_rng(0)).tolist() == [0, 1, 2, 0, 1]


# ---------------------------------------------------------------------------------------------------------------- runs


def test_the_first_frame_is_the_untouched_start_and_the_last_the_end():
    run = frames()
    assert [run[0].step, run[-1].step, len(run)] == [0, 3000, run[0].total]
    assert np.array_equal(run[0].units, run[0].before)
    assert (run[0].sample, run[0].winner, run[0].theta.any(), run[0].sigma) == (-1, (-1, -1), False, 5.5)
    assert [frame.step for frame in frames(mode="batch", epochs=7)] == list(range(8))


def test_the_numbers_of_a_frame_explain_its_update():
    for frame in frames(scaling="none", steps=500)[1:]:
        pull = frame.theta[:, :, None] * frame.alpha * (SQUARE[frame.sample] - frame.before)
        np.testing.assert_allclose(frame.units, frame.before + pull, atol=1e-6)
        row, col = frame.winner
        assert frame.theta[row, col] == 1


@pytest.mark.parametrize("values", [{"steps": 100}, {"steps": 100, "sampling": "jackknife"}, {"mode": "batch", "epochs": 40}])
def test_a_close_up_shows_the_whole_run_bit_for_bit(values):
    whole = {frame.step: frame for frame in frames(**values)}
    close = frames(close_up=11, **values)
    parts = ["draw", "match", "pull"] if "steps" in values else ["match", "move"]
    ends = [close[0], *(frame for frame in close if frame.part == parts[-1])]
    assert len(close) == close[0].total
    assert [frame.part for frame in close[1 : 1 + len(parts)]] == parts
    assert [frame.step for frame in ends] == list(range(11, min(51, max(whole)) + 1))
    shared = [frame for frame in ends if frame.step in whole]
    assert len(shared) > 20
    assert all(same(frame, whole[frame.step], "part", "total") for frame in shared)


def test_a_close_up_draws_then_matches_then_pulls():
    start, draw, match, pull = frames(close_up=40)[:4]
    assert np.array_equal(draw.units, start.units)
    assert np.array_equal(match.units, start.units)
    assert np.array_equal(pull.before, start.units)
    assert (draw.sample, draw.winner, draw.theta.any()) == (pull.sample, (-1, -1), False)
    assert (match.winner, match.theta.max(), match.alpha) == (pull.winner, 1, pull.alpha)
    assert match.winner == divmod(start.bmu[match.sample], 12)
    assert (pull.units != start.units).any()


def test_a_close_up_may_start_at_the_end_but_not_beyond():
    assert [frame.step for frame in frames(steps=100, close_up=100)] == [100]
    with pytest.raises(ParamError) as problem:
        frames(steps=100, close_up=101)
    assert problem.value.code == "close_up"


def test_the_same_settings_give_the_same_bits_in_two_processes():
    code = (
        "import sys, hashlib; sys.path.insert(0, '.');"
        "import numpy as np; from engine.data import points; from engine.learning.som import Params, train;"
        "X = points(np.random.default_rng(0).random((300, 2)));"
        "frames = train(Params(seed=3, steps=500), X);"
        "print(hashlib.sha256(b''.join(array.tobytes() for frame in frames for array in frame.arrays())).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    run = frames(seed=3, steps=500)
    assert hashlib.sha256(b"".join(array.tobytes() for frame in run for array in frame.arrays())).hexdigest() == other
    assert not same(run[-1], frames(seed=4, steps=500)[-1])


def test_frames_cannot_be_changed():
    frame = frames(steps=100)[0]
    assert all(not array.flags.writeable for array in frame.arrays())


def test_units_that_fly_away_end_the_run_after_finite_frames():
    shown, run = [], train(Params(alpha=4.0, sigma=12.0, decay="linear"), points(SQUARE))
    with pytest.raises(Diverged) as problem:
        shown.extend(run)  # keeps what came before the error
    assert len(shown) > 1
    assert all(np.isfinite(array).all() for frame in shown for array in frame.arrays())
    assert problem.value.values["step"] == shown[-1].step + 5


def test_many_samples_are_measured_on_four_thousand_of_them():
    end = frames(np.random.default_rng(1).random((4100, 2)), rows=3, cols=3, steps=100)[-1]
    assert len(end.measured) == len(end.bmu) == 4000
    assert (np.diff(end.measured) > 0).all()


def test_edges_of_the_grid_and_the_data_are_fine():
    lone = frames(rows=1, cols=1, start="pca", steps=100)
    assert (lone[-1].topographic, lone[-1].u_matrix.item(), lone[-1].folded) == (0, 0, 0)
    np.testing.assert_allclose(lone[0].units[0, 0], SQUARE.mean(0), rtol=1e-6)
    one = frames([[3.0, 4.0]], rows=4, cols=4, steps=100)[-1]
    np.testing.assert_allclose(one.units, np.broadcast_to([3, 4], (4, 4, 2)), rtol=1e-6)
    still = frames(np.c_[SQUARE[:5], np.full(5, 7.0)], steps=100)[-1]
    np.testing.assert_allclose(still.units[:, :, 2], 7)
    assert frames(SQUARE[:, :1], steps=100, start="pca")[-1].folded == 0


def test_units_are_shown_in_the_datas_own_measure():
    far = frames(SQUARE * [1000, 0.01] + [5000, 3], steps=100)
    near = frames(SQUARE, steps=100)
    np.testing.assert_allclose(far[-1].units, near[-1].units * [1000, 0.01] + [5000, 3], rtol=1e-5)
    assert far[-1].error == pytest.approx(near[-1].error, rel=1e-9)


# ----------------------------------------------------------------------------------------------------------- torus, folds


def test_a_torus_takes_the_shorter_way_round():
    period = grid.period(6, 5, "hexagonal")
    offset, near = lattice(6, 5, "hexagonal", period)
    assert (near.sum(1) == 6).all()
    assert np.array_equal(near, near.T)
    wraps = [np.add(grid.places(6, 5, "hexagonal"), np.multiply(period, shift)) for shift in np.ndindex(3, 3)]
    spots = np.add(grid.places(6, 5, "hexagonal"), period)  # in the middle of nine copies
    brute = np.min([np.linalg.norm(spots[:, None] - copy, axis=2) for copy in wraps], axis=0)
    np.testing.assert_allclose(np.sqrt((offset**2).sum(0)), brute, atol=1e-12)
    _, square = lattice(4, 5, "rectangular", (5.0, 4.0))
    assert (square.sum(1) == 8).all()


def test_a_hexagonal_torus_wants_an_even_number_of_rows():
    with pytest.raises(ParamError) as problem:
        frames(rows=7, torus=True)
    assert problem.value.values["even"] == 8
    assert len(frames(rows=7, torus=True, topology="rectangular", steps=100)) == 61


@pytest.mark.parametrize("topology", ["rectangular", "hexagonal"])
def test_a_flat_lattice_has_no_fold_and_a_turned_corner_has(topology):
    flat, corners = grid.places(5, 6, topology), grid.triangles(5, 6, topology)
    sides = np.linalg.det(flat[corners[:, 1:]] - flat[corners[:, :1]])
    assert len(corners) == 2 * 4 * 5
    np.testing.assert_allclose(sides, sides[0])  # all of one size, all turning one way
    if topology == "hexagonal":
        near = lattice(5, 6, topology)[1]
        assert all(near[a, b] and near[b, c] and near[c, a] for a, b, c in corners)
    assert len(measures.folds(flat, corners)) == len(measures.folds(flat * [1, -1], corners)) == 0
    assert len(measures.folds(flat * [1, 0], corners)) == 0  # no area, no fold
    flat[0] = flat[14]  # the corner is laid over the middle
    found = measures.folds(flat, corners)
    assert 0 < len(found) <= 2
    assert (found == 0).any(1).all()


def test_links_from_before_kinds_had_names_lead_to_the_kind_they_meant():
    meant_by = {
        (): "online", ("online",): "online", ("online", False): "online", ("batch",): "batch", ("batch", False): "batch",
        (None, True): "unfold", ("online", True): "unfold", ("batch", True): "unfold_batch",
    }  # fmt: skip
    for values, name in meant_by.items():
        said = {key: value for key, value in zip(("mode", "unfold"), values, strict=False) if value is not None}
        assert meant(ALGORITHMS, said).name == name
    assert [kind.name for kind in ALGORITHMS if kind.closes] == ["online", "batch"]


def test_a_batch_has_no_rate():
    assert all(np.isnan(frame.alpha) for frame in frames(mode="batch", epochs=3))


@pytest.mark.parametrize("topology", ["rectangular", "hexagonal"])
def test_a_tangled_map_is_untangled_by_a_wider_start(topology):
    plain = frames(topology=topology, sigma=1.0, steps=2000)[-1]
    assert plain.folded > 10
    run = frames(topology=topology, sigma=1.0, steps=2000, unfold=True)
    assert same(run[0], plain, "step", "total")
    assert [frame.step for frame in run] == list(range(len(run)))
    assert all(frame.folded for frame in run[:-1])
    assert run[-1].folded == 0
    assert run[-1].total == len(run)
    assert (np.diff([frame.sigma_start for frame in run if frame.start == "random"]) > 0).all()


def test_untangling_refuses_what_cannot_help():
    for values in ({"neighbourhood": "manhattan"}, {"neighbourhood": "manhattan", "mode": "batch"}):
        with pytest.raises(ParamError) as problem:
            frames(unfold=True, **values)
        assert problem.value.values["name"] == "neighbourhood"
    with pytest.raises(ParamError) as problem:
        frames(np.c_[SQUARE, SQUARE], unfold=True)
    assert problem.value.values == {"columns": 4}


# ---------------------------------------------------------------------------------------------------------------- use


def test_a_new_sample_goes_to_the_nearest_unit_in_scaled_columns():
    X = SQUARE * [1, 1000]
    end = frames(X, steps=500)[-1]
    _, scale = rules.scales(X, "standard")
    assert [measures.place(end.units, x, scale) for x in X[:50]] == end.bmu[:50].tolist()


def test_a_unit_takes_the_label_of_the_smallest_ring_that_won_any():
    near = lattice(1, 5, "rectangular")[1]
    bmu, labels = np.array([0, 0, 0, 4, 4]), np.array([7, 7, 2, 1, 1])
    assert measures.neighbourhood_label(bmu, labels, 0, near) == (7, 2, 3)
    assert measures.neighbourhood_label(bmu, labels, 1, near) == (7, 2, 3)
    assert measures.neighbourhood_label(bmu, labels, 3, near) == (1, 2, 2)
    assert measures.neighbourhood_label(bmu, labels, 2, near) == (1, 2, 5)  # of equal labels the first
    assert measures.neighbourhood_label(bmu[:0], labels[:0], 2, near) == (-1, 0, 0)


# ----------------------------------------------------------------------------------------------------------- properties


@cache
def a_value(spec: Spec) -> st.SearchStrategy:
    """Any legal value of a parameter, from its own declaration."""
    if spec.kind == "bool":
        return st.booleans()
    if spec.kind == "choice":
        return st.sampled_from(spec.choices)
    if spec.kind == "float":
        return st.floats(spec.low, spec.high)
    if spec.name == "steps":
        return st.sampled_from([100, 200, 300])
    if spec.name == "close_up":
        return st.just(-1) | st.integers(-1, 110)
    high = {"rows": 7, "cols": 7, "epochs": 12}.get(spec.name, spec.high)
    return st.integers(int(spec.low), int(high))


some_params = st.sampled_from(ALGORITHMS).flatmap(
    lambda kind: st.fixed_dictionaries({spec.name: a_value(spec) for spec in kind.Params.specs()}).map(
        lambda values: (kind, kind.Params(**values))
    )
)
some_data = st.tuples(st.integers(1, 12), st.integers(1, 4)).flatmap(
    lambda size: st.lists(st.lists(st.floats(-1e6, 1e6), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
)


@settings(max_examples=100, deadline=None)
@given(some_params, some_data)
def test_any_legal_run_gives_finite_frames_in_order_or_says_what_is_wrong(kind_and_params, X):
    (kind, params), run = kind_and_params, []
    with suppress(TheoriaError):
        for frame in kind.train(params, points(X)):
            run.append(frame)
    assert all(frame.step == max(getattr(params, "close_up", 0), 0) for frame in run[:1])
    assert all(a.step <= b.step for a, b in pairwise(run))
    for frame in run:
        assert all(np.isfinite(array).all() for array in frame.arrays())
        assert np.isfinite([frame.error, frame.topographic, frame.sigma, frame.sigma_start]).all()
        assert np.isfinite(frame.alpha) == (kind.name in ("online", "unfold"))
        assert frame.units.shape == (params.rows, params.cols, len(X[0]))
        assert len(run) <= frame.total <= 300
