"""Expectation maximisation against the published table, scikit-learn from the same start, and what must hold for any data."""

import json
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine import data
from engine.errors import DataError, ParamError
from engine.learning import em
from engine.learning.em import gaussians as mixtures
from engine.learning.em import tosses
from tests import runs

GOLDEN = Path(__file__).parents[2] / "golden"
COINS = json.loads((GOLDEN / "em_coins.json").read_text())
GMM = json.loads((GOLDEN / "gmm.json").read_text())


def run(name, **params):
    return runs.frames(em.ALGORITHMS, em.Params(**params), data.sample(name))


def test_every_number_of_the_published_coin_table_comes_out():
    golden = COINS["runs"][0]
    assert data.sample("coins").X.tolist() == [[heads, n - heads] for heads, n in COINS["data_heads_n"]]
    frames = run("coins", theta_a=golden["init"][0], theta_b=golden["init"][1], iterations=len(golden["history"]))
    for wanted in golden["history"]:
        e, m = (next(f for f in frames if (f.step, f.part) == (wanted["iter"], part)) for part in ("E", "M"))
        np.testing.assert_allclose(e.theta, [wanted["thetaA_before"], wanted["thetaB_before"]], rtol=1e-9)
        assert e.loglik == pytest.approx(wanted["loglik_before"], rel=1e-9)
        np.testing.assert_allclose(e.r, [row["rA"] for row in wanted["E_step"]], rtol=1e-9)
        counts = [[row[key] for key in ("A_heads", "A_tails", "B_heads", "B_tails")] for row in wanted["E_step"]]
        np.testing.assert_allclose(e.counts, counts, rtol=1e-9)
        np.testing.assert_allclose(m.theta, [wanted["thetaA_after"], wanted["thetaB_after"]], rtol=1e-9)
    assert frames[20].theta == pytest.approx([0.7967, 0.5197], abs=2e-4)


@pytest.mark.parametrize(("name", "params"), [("coins", {}), ("coins", {"theta_a": 0.1, "theta_b": 0.95}), ("old_faithful", {"model": "mixture"}), ("penguins", {"model": "mixture", "k": 3, "covariance": "tied"})])  # fmt: skip
def test_the_likelihood_never_falls_and_the_bound_never_exceeds_it(name, params):
    frames = run(name, **params)
    logliks = [frame.loglik for frame in frames]
    assert all(b >= a - 1e-8 * abs(a) for a, b in pairwise(logliks))
    for frame in frames[1:]:
        slack = 1e-8 * abs(frame.loglik)
        assert frame.bound <= frame.loglik + slack
        assert frame.gap == pytest.approx(frame.loglik - frame.bound, abs=2 * slack)
        if frame.part == "E":
            assert abs(frame.gap) <= slack
        assert (frame.line_bound <= frame.line_loglik + slack).all()
        at = int(np.argmin(np.abs(frame.line)))
        assert frame.line_bound[at] == pytest.approx(frame.line_loglik[at], abs=slack)


def test_the_bound_is_highest_where_the_m_step_goes():
    for frame in run("coins")[1:]:
        there = frame.line_bound[int(np.argmin(np.abs(frame.line - 1)))]
        assert there >= frame.line_bound.max() - 1e-12 * abs(there)


def test_the_rate_of_em_is_the_fraction_of_missing_information():
    last = run("coins", iterations=60)[-1]
    h = 1e-6
    jacobian = np.column_stack(
        [(_em_map(last.theta + step) - _em_map(last.theta - step)) / (2 * h) for step in (np.array([h, 0]), np.array([0, h]))]
    )
    assert last.missing == pytest.approx(max(abs(np.linalg.eigvals(jacobian))), rel=1e-5)
    assert run("coins", iterations=20)[-1].rate == pytest.approx(last.missing, abs=0.02)


def test_the_limit_of_the_rate_is_the_eigenvalue_of_the_fixed_point_whatever_has_been_run():
    """The 2 × 2 matrix J = I_complete⁻¹ I_missing has the eigenvalues (tr ± √(tr² − 4 det)) / 2."""
    frames = run("coins", iterations=1)
    _, complete, lost = tosses.information(data.sample("coins").X, frames[0].optimum)
    J = lost / complete[:, None]
    trace, det = np.trace(J), np.linalg.det(J)
    assert {frame.limit for frame in frames} == {frames[0].limit}
    assert frames[0].limit == pytest.approx((trace + np.sqrt(trace**2 - 4 * det)) / 2, rel=1e-12)
    assert frames[0].limit == pytest.approx(0.40969066, abs=1e-8)
    assert np.isnan(run("coins", theta_a=0.5, theta_b=0.5)[0].limit)  # a saddle: EM leaves it from almost everywhere


@pytest.mark.parametrize("tolerance", [0.0001, 0.001, 0.01])
def test_a_tolerance_ends_a_run_of_coins_at_the_first_step_that_is_shorter_and_changes_nothing_before(tolerance):
    whole, short = run("coins"), run("coins", tolerance=tolerance)
    moved = np.abs(np.diff([frame.theta for frame in whole if frame.part in ("", "M")], axis=0)).max(1)
    assert len(short) == short[-1].total == 1 + 2 * (int(np.argmax(moved < tolerance)) + 1)
    assert all((a.theta == b.theta).all() and (a.r == b.r).all() for a, b in zip(short, whole, strict=False))
    with pytest.raises(ParamError) as caught:
        run("coins", tolerance=tolerance, close_up=short[-1].step + 1)
    assert caught.value.values["last"] == short[-1].step


def _em_map(theta):
    heads, tails = data.sample("coins").X.T
    a, b = (heads * np.log(t) + tails * np.log(1 - t) for t in theta)
    r = 1 / (1 + np.exp(b - a))
    return np.array(
        [(r * heads).sum() / (r * (heads + tails)).sum(), ((1 - r) * heads).sum() / ((1 - r) * (heads + tails)).sum()]
    )


def test_the_coins_surface_is_its_own_mirror_image_and_every_start_ends_high():
    frame = run("coins")[-1]
    np.testing.assert_allclose(frame.surface, frame.surface.T, rtol=1e-5)
    assert (frame.many_loglik <= frame.surface.max() + 0.05).all()
    assert frame.gradient_loglik <= frame.loglik + 1e-6 or frame.gradient_loglik <= frame.surface.max() + 0.05


@pytest.mark.parametrize("case", GMM["cases"], ids=lambda case: case["covariance_type"])
def test_a_mixture_from_the_golden_start_goes_as_scikit_learn_does(case):
    X, k = np.array(GMM["X"]), len(GMM["weights_init"])
    mixture = mixtures.Mixture(np.array(GMM["weights_init"]), np.array(GMM["means_init"]), np.tile(np.eye(X.shape[1]), (k, 1, 1)))
    reached = {item["iters"]: item for item in case["trajectory"]}
    for i in range(1, case["n_iter"] + 1):
        mixture, loglik = mixtures.em_step(X, mixture.weights, mixture.means, mixture.covariances, case["covariance_type"], 1e-6)
        if i in reached:
            np.testing.assert_allclose(mixture.weights, reached[i]["weights"], rtol=1e-6, atol=1e-7)
            np.testing.assert_allclose(mixture.means, reached[i]["means"], rtol=1e-6, atol=1e-7)
            assert loglik / len(X) == pytest.approx(reached[i]["lower_bound"], rel=1e-6)
    np.testing.assert_allclose(mixture.weights, case["weights"], atol=1e-6)
    np.testing.assert_allclose(mixture.means, case["means"], atol=1e-6)
    np.testing.assert_allclose(mixture.covariances, full(case["covariances"], case["covariance_type"], k, X.shape[1]), atol=1e-5)


def full(covariances, kind, k, d):
    """scikit-learn's covariances as matrices (k, d, d)."""
    C = np.array(covariances)
    if kind == "tied":
        return np.tile(C, (k, 1, 1))
    return C if kind == "full" else np.array([np.diag(np.broadcast_to(c, d)) for c in C])


@pytest.mark.parametrize("kind", ["full", "diag", "tied", "spherical"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_page_run_equals_scikit_learn_from_the_same_start(kind, seed):
    frames = run("old_faithful", model="mixture", k=3, covariance=kind, seed=seed, scaling="none", iterations=15)
    first, X = frames[0], data.sample("old_faithful").X
    precisions = np.linalg.inv(first.covariances)
    shaped = {
        "full": precisions,
        "tied": precisions[0],
        "diag": np.array([np.diag(P) for P in precisions]),
        "spherical": precisions[:, 0, 0],
    }
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        peer = GaussianMixture(
            3,
            covariance_type=kind,
            tol=0,
            max_iter=15,
            weights_init=first.weights,
            means_init=first.means,
            precisions_init=shaped[kind],
        ).fit(X)
    last = frames[-1]
    np.testing.assert_allclose(last.weights, peer.weights_, atol=1e-6)
    np.testing.assert_allclose(last.means, peer.means_, rtol=1e-6)
    np.testing.assert_allclose(last.covariances, full(peer.covariances_, kind, 3, 2), rtol=1e-5, atol=1e-6)
    assert last.loglik == pytest.approx(peer.score(X) * len(X), rel=1e-9)
    assert (last.aic, last.bic) == (pytest.approx(peer.aic(X), rel=1e-9), pytest.approx(peer.bic(X), rel=1e-9))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_hard_assignment_is_k_means(seed):
    from sklearn.cluster import KMeans

    frames = run("penguins", model="mixture", k=3, assignment="hard", seed=seed, iterations=50, scaling="none")
    X = data.sample("penguins").X
    peer = KMeans(3, init=frames[0].means, n_init=1, tol=0, algorithm="lloyd").fit(X)
    np.testing.assert_allclose(frames[-1].means, peer.cluster_centers_, rtol=1e-9)
    inertia = [frame.inertia for frame in frames]
    assert inertia[-1] == pytest.approx(peer.inertia_, rel=1e-9)
    assert all(b <= a * (1 + 1e-9) for a, b in pairwise(inertia))


def test_two_far_points_in_single_precision_keep_their_floor():  # scikit-learn 30382
    X = np.array([[9999], [0]], dtype=np.float32)
    one, _ = mixtures.em_step(X, np.array([0.5, 0.5]), X.astype(float), np.full((2, 1, 1), 0.1), "spherical", 0.1)
    np.testing.assert_allclose(one.covariances.ravel(), [0.1, 0.1], rtol=1e-6)


def test_more_components_than_points_and_counts_that_are_none_are_refused():
    few = data.points([[1.0, 2.0], [3.0, 4.0], [5.0, 6.5]])
    with pytest.raises(ParamError) as caught:
        list(em.train(em.Params(model="mixture", k=5), few))
    assert caught.value.code == "em_k"
    with pytest.raises(DataError) as refused:
        list(em.train(em.Params(), few))
    assert (refused.value.code, refused.value.values["row"]) == ("em_counts", 3)


def test_identical_points_stay_finite_and_are_reported():
    same = data.points(np.full((30, 1), 3.0))
    last = list(em.train(em.Params(model="mixture", k=2), same))[-1]
    assert all(np.isfinite(array).all() for array in last.arrays())
    assert last.floored.all()


def test_by_k_every_number_of_components_has_a_frame_and_bic_prefers_two_for_the_geyser():
    frames = run("old_faithful", model="mixture", by_k=True)
    assert [frame.k for frame in frames] == list(range(1, 9))
    assert frames[int(np.argmin([frame.bic for frame in frames]))].k in (2, 3)


def test_agreement_is_scikit_learns_adjusted_rand_index():
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(3)
    for _ in range(50):
        a, b = rng.integers(0, rng.integers(1, 5), 30), rng.integers(0, rng.integers(1, 6), 30)
        assert mixtures.adjusted_rand(a, b) == pytest.approx(adjusted_rand_score(a, b), abs=1e-12)


def test_newtons_method_can_come_to_rest_on_a_saddle_and_says_so():
    last = run("coins", iterations=20)[-1]
    theta = last.newton
    assert last.newton_saddle
    assert not last.newton_left
    h = 1e-4
    around = [tosses.loglik(data.sample("coins").X, theta + h * np.array(step)) for step in ((1, 1), (-1, -1), (1, -1), (-1, 1))]
    here = float(tosses.loglik(data.sample("coins").X, theta))
    assert min(around) < here < max(around)
    summit = run("coins", iterations=30, theta_a=0.8, theta_b=0.5)[-1]
    assert not summit.newton_saddle
    assert summit.newton == pytest.approx(summit.optimum, abs=1e-6)


def test_a_mean_of_k_means_that_wins_nothing_stays_where_it_is():
    samples, means = mixtures.cloud(np.array([[0.0, 0.0], [2.0, 0.0]])), np.array([[1.0, 0.5], [9.0, 9.0]])
    resp, _ = mixtures.nearest(samples.X, means)
    assert mixtures.hard_m_step(samples, resp, means, 0.0).means.tolist() == [[1.0, 0.0], [9.0, 9.0]]


def test_points_drawn_from_a_mixture_have_its_mean_its_covariance_and_its_shares():
    weights, means = np.array([0.2, 0.5, 0.3]), np.array([[0.0, 1.0], [4.0, -1.0], [-3.0, 2.0]])
    C = np.array([[[1.0, 0.6], [0.6, 2.0]], [[0.5, -0.2], [-0.2, 0.3]], [[2.0, 0.0], [0.0, 0.1]]])
    n = 100_000
    drawn, of = mixtures.draw(mixtures.Mixture(weights, means, C), n, np.random.default_rng(4))
    mean = weights @ means
    gaps = means - mean
    covariance = np.tensordot(weights, C + gaps[:, :, None] * gaps[:, None], 1)
    assert (np.abs(drawn.mean(0) - mean) < 4 * np.sqrt(np.diag(covariance) / n)).all()
    products = (drawn - mean)[:, :, None] * (drawn - mean)[:, None]
    assert (np.abs(products.mean(0) - covariance) < 4 * products.std(0) / np.sqrt(n)).all()
    assert (np.abs(np.bincount(of) - n * weights) < 4 * np.sqrt(n * weights * (1 - weights))).all()


def test_new_points_stand_in_the_datas_own_units_and_belong_to_the_seed():
    plain, drawn = (run("old_faithful", model="mixture", iterations=6, draws=draws) for draws in (0, 300))
    assert len(drawn) == drawn[-1].total == len(plain) + 1
    last = drawn[-1]
    assert (last.loglik, last.step) == (plain[-1].loglik, plain[-1].step)
    mean = last.weights @ last.means
    gaps = last.means - mean
    spread = np.sqrt(last.weights @ (np.diagonal(last.covariances, axis1=1, axis2=2) + gaps**2))
    assert (np.abs(last.drawn.mean(0) - mean) < 4 * spread / np.sqrt(300)).all()
    again, other = (run("old_faithful", model="mixture", iterations=6, draws=300, seed=seed)[-1].drawn for seed in (0, 1))
    assert (again == last.drawn).all()
    assert not (other == last.drawn).all()
