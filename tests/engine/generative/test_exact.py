"""Exact densities against finite differences, closed forms and torch; readings of pictures against their labels."""

import numpy as np
import pytest
import torch

from engine import data
from engine.generative import diffusion, exact, nets, reading
from engine.samples import DATASETS
from tests import runs

RNG = np.random.default_rng(0)
CENTRES, X = RNG.normal(size=(7, 2)), RNG.normal(size=(20, 2))


def test_the_density_of_a_mixture_is_that_of_torch():
    parts = torch.distributions.Independent(torch.distributions.Normal(torch.tensor(CENTRES), 0.3**0.5), 1)
    peer = torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.ones(7)), parts)
    np.testing.assert_allclose(exact.log_density(X, CENTRES, 0.3), peer.log_prob(torch.tensor(X)), atol=1e-6)


def test_the_score_is_the_slope_of_the_log_density():
    step = 1e-5
    for axis in range(2):
        by = step * np.eye(2)[axis]
        slope = (exact.log_density(X + by, CENTRES, 0.2) - exact.log_density(X - by, CENTRES, 0.2)) / (2 * step)
        np.testing.assert_allclose(exact.mixture_score(X, CENTRES, 0.2)[:, axis], slope, atol=1e-7)


@pytest.mark.parametrize("w", [0.0, 1.0, 7.0])
def test_a_tilted_gaussian_has_the_precision_and_the_mean_of_the_closed_form(w):
    x = np.linspace(-6, 6, 4001)[:, None]
    log = exact.tilted(exact.log_density(x, np.array([[1.0]]), 0.5), exact.log_density(x, np.array([[0.0]]), 2.0), w)
    precision = (1 + w) / 0.5 - w / 2.0
    density = np.exp(log - log.max())
    density /= density.sum()
    mean = float(density @ x[:, 0])
    assert mean == pytest.approx((1 + w) / 0.5 / precision, abs=1e-6)
    assert float(density @ (x[:, 0] - mean) ** 2) == pytest.approx(1 / precision, rel=1e-6)


def test_tilting_a_class_of_two_is_weighing_the_whole_by_how_sure_the_class_is():
    x = np.linspace(-3, 3, 61)[:, None]
    hills = [exact.log_density(x, np.array([[at]]), 0.09) for at in (1.0, -1.0)]
    whole = exact.log_density(x, np.array([[1.0], [-1.0]]), 0.09)
    sure = np.log(exact.told_apart(*hills))  # both classes are as frequent: p(c | x)
    gap = exact.tilted(hills[0], whole, 3.0) - (whole + 4.0 * sure)
    np.testing.assert_allclose(gap, gap[0], atol=1e-9)


def test_the_odds_of_the_best_answer_are_the_ratio_of_the_densities():
    p, q = exact.log_density(X, CENTRES, 0.3), exact.log_density(X, CENTRES[:2], 0.5)
    np.testing.assert_allclose(exact.ratio(exact.told_apart(p, q)), np.exp(p - q), rtol=1e-9)
    assert exact.ratio(np.array([1.0])) == np.inf
    assert exact.told_apart(np.array([-1e4]), np.array([0.0])) == 0.0


@pytest.mark.parametrize(("model", "right"), [("mnist", 0.96), ("fashion", 0.81)])
def test_unseen_pictures_are_read_as_often_right_as_the_page_says(model, right):
    with np.load(DATASETS / reading.FILES[model], allow_pickle=False) as file:
        assert len(file["x_train"]) == reading.COUNT[model]
        share = (reading.classes(model, file["x_test"]) == file["y_test"]).mean()
    assert share == pytest.approx(right, abs=0.005)


def test_a_reading_knows_no_range_and_a_flat_picture_is_no_error():
    with np.load(DATASETS / reading.FILES["mnist"], allow_pickle=False) as file:
        some = file["x_test"][:8]
    np.testing.assert_array_equal(reading.classes("mnist", some), reading.classes("mnist", some / 127.5 - 1))
    assert reading.classes("mnist", np.full((1, 28, 28), 0.3)).shape == (1,)


def test_equal_pictures_do_not_differ_bolder_ink_does_not_count_and_opposite_ones_differ_by_two():
    picture = RNG.normal(size=(28, 28))
    assert reading.unlikeness(np.stack([picture, 2 * picture + 1])) == pytest.approx(0, abs=1e-12)
    assert reading.unlikeness(np.stack([picture, -picture])) == pytest.approx(2)
    three = np.stack([picture, picture, -picture])
    assert reading.unlikeness(three) == pytest.approx(4 / 3)


def test_a_guided_frame_holds_what_the_network_said_with_and_without_the_label():
    frames = runs.frames(diffusion.ALGORITHMS, diffusion.Params(calls=3, guidance=2.0, clip=False), data.sample("seven"))
    frame = frames[1]
    for told, labels in zip(frame.told, (frame.labels, np.full(16, nets.NO_LABEL)), strict=True):
        v = nets.velocity("mnist", frame.x[0].astype(float), frame.t, labels.astype(int), 0.0)
        eps = np.sqrt(frame.alpha_bar) * v + np.sqrt(1 - frame.alpha_bar) * frame.x[0]
        np.testing.assert_allclose(told, eps, atol=1e-3)
    np.testing.assert_allclose(3 * frame.told[0] - 2 * frame.told[1], frame.eps[0], atol=1e-4)
    assert not len(frames[-1].told)
    plain = runs.frames(diffusion.ALGORITHMS, diffusion.Params(calls=3, guidance=0.0), data.sample("seven"))
    assert not any(len(one.told) for one in plain)
