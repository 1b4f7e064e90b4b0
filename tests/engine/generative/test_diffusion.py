"""Diffusion against golden values in float64, diffusers from equal states, torch's own gradients, and what must hold for any run."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine import data, device
from engine.errors import DataError, DeviceError, Diverged, ParamError
from engine.generative import diffusion, nets, samplers, schedules
from engine.generative.diffusion import learning, noising, plane, score
from engine.generative.schedules import Schedule
from tests import runs

GOLDEN = Path(__file__).parents[2] / "golden"
SCHEDULES, SPACING, STEPS, TRAJECTORY = (
    json.loads((GOLDEN / f"diffusion_{name}.json").read_text()) for name in ("schedules", "spacing", "steps", "trajectory")
)
NAMES = {"linear_fixed": "linear", "linear_scaled": "scaled", "cosine": "cosine"}
EXACT = {"rtol": 0, "atol": 1e-10}


def close(ours, golden, **how):
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float), np.asarray(golden, dtype=float), **(how or {"rtol": 1e-10, "atol": 1e-10})
    )


def run(name="seven", **params):
    return runs.frames(diffusion.ALGORITHMS, diffusion.Params(**params), data.sample(name))


def fresh(name="seven", **params):
    """The same, though it was computed before."""
    return list(diffusion.sample(diffusion.Params(**params), data.sample(name)))


# ---- golden values


@pytest.mark.parametrize("case", SCHEDULES["cases"], ids=lambda case: f"{case['schedule']}-{case['T']}")
def test_schedules_and_posteriors_are_the_golden_ones(case):
    schedule, at = schedules.make(NAMES[case["schedule"]], case["T"]), case["index"]
    for ours, theirs in {
        "betas": "betas",
        "alpha_bar": "alphas_cumprod",
        "alpha_bar_before": "alphas_cumprod_prev",
        "variance": "posterior_variance",
        "snr": "snr",
    }.items():
        close(getattr(schedule, ours)[at], case[theirs])
    steps = [samplers.posterior(schedule.at(t), schedule.at(t - 1)) for t in range(schedule.T)]  # as runs use it
    of_x0, of_x, variance = np.array(steps)[at].T
    close(of_x0, case["posterior_mean_coef1"])
    close(of_x, case["posterior_mean_coef2"])
    close(variance, case["posterior_variance"])
    known = np.array(at) > 0  # at time 0 the variance is 0
    close(np.log(variance[known]), np.array(case["posterior_log_variance_clipped"])[known])
    assert schedule.betas.sum() == pytest.approx(case["sum_betas"], rel=1e-12)


@pytest.mark.parametrize("case", SPACING["cases"], ids=lambda case: f"{case['T']}-{case['N']}")
def test_visited_times_are_the_golden_ones(case):
    T, N = case["T"], case["N"]
    assert schedules.times(T, N, "even")[::-1] == case["uniform_fractional"]
    for spacing, name in (("leading", "diffusers_leading"), ("trailing", "diffusers_trailing"), ("even", "diffusers_linspace")):
        assert schedules.times(T, N, spacing) == case[name]
    if "respaced_betas_linear_fixed" in case:
        respaced = schedules.respaced(schedules.make("linear", T), schedules.times(T, N, "even"))
        close(respaced.betas, case["respaced_betas_linear_fixed"])


@pytest.mark.parametrize("case", STEPS["cases"], ids=lambda case: f"{case['schedule']}-{case['t']}")
def test_one_step_from_a_given_state_is_the_golden_one(case):
    x0, eps, told, z = (np.array(STEPS[key]) for key in ("x0", "eps", "eps_hat", "z"))
    schedule, t = schedules.make(NAMES[case["schedule"]], case["T"]), case["t"]
    a, p = float(schedule.alpha_bar[t]), float(schedule.alpha_bar_before[t])
    x = samplers.q_sample(x0, a, eps)
    close(x, case["x_t"])
    v = samplers.v_of(x0, eps, a)
    close(v, case["v_target"])
    from_v = samplers.guess("v", v, x, a)
    close(from_v[0], case["x0_from_v"])
    close(from_v[1], case["eps_from_v"])
    of_x0, of_x, spread = samplers.posterior(a, p)
    close(of_x0 * x0 + of_x * x, case["posterior_mean_true_x0"])
    assert spread == pytest.approx(case["posterior_variance"], rel=1e-9, abs=1e-12)
    close(-told / np.sqrt(1 - a), case["score_from_eps_hat"])
    for clip, kind in ((None, "noclip"), (1.0, "clip")):
        guess, noise = samplers.guess("eps", told, x, a, clip)
        close(samplers.q_sample(guess, a, noise), x, rtol=1e-9, atol=1e-10)
        far = {"rtol": 1e-9, "atol": 1e-10}  # ᾱ of 2e-9 divides: x_0 is of the order 1e4 there
        close(guess, case[f"pred_x0_{kind}"], **far)
        close(samplers.ddpm(x, guess, a, p, "small", 0 * z), case[f"p_mean_{kind}"], **far)
        for variance, name in (("small", "fixed_small"), ("large", "fixed_large")):
            close(samplers.ddpm(x, guess, a, p, variance, z), case[f"ddpm_sample_{name}_{kind}"], **far)
        for eta in (0.0, 0.5, 1.0):
            close(samplers.ddim(x, guess, a, p, eta, z), case[f"ddim_eta{eta}_{kind}"], **far)


@pytest.mark.parametrize("case", STEPS["strided"], ids=lambda case: f"{case['t']}-{case['t_prev']}")
def test_a_step_over_many_times_is_the_golden_one(case):
    told, z, x = np.array(STEPS["eps_hat"]), np.array(STEPS["z"]), np.array(case["x_t"])
    schedule = schedules.make(NAMES[case["schedule"]], case["T"])
    a = float(schedule.alpha_bar[case["t"]])
    p = float(schedule.alpha_bar[case["t_prev"]]) if case["t_prev"] >= 0 else 1.0
    for eta in (0.0, 0.5, 1.0):
        assert samplers.sigma(a, p, eta) == pytest.approx(case[f"sigma_eta{eta}"], rel=1e-10, abs=1e-12)
        close(samplers.ddim(x, samplers.clean("eps", told, x, a), a, p, eta, z), case[f"x_prev_eta{eta}"])


@pytest.mark.parametrize(
    ("name", "kind", "eta"), [("ddpm_fixed_small", "ddpm", 0), ("ddim_eta0", "ddim", 0), ("ddim_eta1", "ddim", 1)]
)
def test_a_whole_walk_is_the_golden_one(name, kind, eta):
    g = TRAJECTORY
    schedule = schedules.make(g["schedule"], g["T"])

    def predict(x, t):
        a = schedule.alpha_bar[t]
        eps = np.sqrt(1 - a) * (x - np.sqrt(a) * g["mu"]) / (a * g["s2"] + 1 - a)
        return samplers.guess("eps", eps, x, float(a))

    way = diffusion.Walk(kind, schedule, eta, "small", predict, lambda t: np.array(g["zs"][t]))
    states = [x for _, _, (x,), _ in diffusion.reverse([way], [np.array(g["x_T"])], list(range(g["T"] - 1, -1, -1)))]
    close(states[1:], g[name]["x_after_each_step"])


def test_ddim_with_eta_1_through_all_times_is_ddpm_with_the_small_variance():
    schedule, x = schedules.make("cosine", 50), np.random.default_rng(0).normal(size=(8, 2))
    predict = score.exact(np.random.default_rng(1).normal(size=(30, 2)), schedule, 0.1)
    noise = lambda t: np.random.default_rng(t).normal(size=x.shape)  # noqa: E731
    ways = [diffusion.Walk(kind, schedule, 1.0, "small", predict, noise) for kind in ("ddim", "ddpm")]
    *_, (_, _, (one, other), _) = diffusion.reverse(ways, [x, x], list(range(49, -1, -1)))
    close(one, other)


# ---- the peer, one step from equal states


@pytest.fixture(scope="module")
def peers():
    return pytest.importorskip("diffusers")


@pytest.mark.parametrize("clip", [True, False])
@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("calls", [10, 50])
def test_a_ddim_step_is_that_of_diffusers(peers, eta, calls, clip):
    scheduler = peers.DDIMScheduler(1000, beta_schedule="squaredcos_cap_v2", clip_sample=clip, timestep_spacing="leading")
    scheduler.set_timesteps(calls)
    schedule, rng = Schedule(scheduler.betas.double().numpy()), np.random.default_rng(3)
    scheduler.alphas_cumprod = torch.from_numpy(schedule.alpha_bar.copy())  # theirs are float32
    visited = scheduler.timesteps.tolist()
    assert visited == schedules.times(1000, calls, "leading")
    for t, prev in zip(visited, schedules.before(visited), strict=True):
        x, told, z = rng.normal(size=(3, 4, 2))
        a, p = (
            float(schedule.alpha_bar[t]),
            float(schedule.alpha_bar[prev]) if prev >= 0 else float(scheduler.final_alpha_cumprod),
        )
        theirs = scheduler.step(torch.from_numpy(told), t, torch.from_numpy(x), eta=eta, variance_noise=torch.from_numpy(z),
                                use_clipped_model_output=True).prev_sample  # fmt: skip
        x0 = samplers.clean("eps", told, x, a, 1.0 if clip else None)
        close(samplers.ddim(x, x0, a, p, eta, z), theirs.numpy(), rtol=1e-6, atol=1e-7)  # its final ᾱ is float32


@pytest.mark.parametrize(("variance", "name"), [("small", "fixed_small"), ("large", "fixed_large")])
def test_a_ddpm_step_is_that_of_diffusers(peers, variance, name):
    scheduler = peers.DDPMScheduler(1000, beta_schedule="linear", variance_type=name, clip_sample=True)
    schedule, rng = Schedule(scheduler.betas.double().numpy()), np.random.default_rng(3)
    scheduler.alphas_cumprod = torch.from_numpy(schedule.alpha_bar.copy())
    for t in (999, 500, 2, 1, 0):
        x, told = rng.normal(size=(2, 4, 2))
        theirs = scheduler.step(
            torch.from_numpy(told), t, torch.from_numpy(x), generator=torch.Generator().manual_seed(t)
        ).prev_sample
        z = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(t)).numpy()
        a, p = float(schedule.alpha_bar[t]), float(schedule.alpha_bar_before[t])
        x0 = samplers.clean("eps", told, x, a, 1.0)
        close(samplers.ddpm(x, x0, a, p, variance, z), theirs.numpy(), rtol=1e-6, atol=1e-7)


def test_the_next_time_is_the_next_in_the_list_where_diffusers_subtracts():
    """diffusers steps from t to t - T // N, which with N = 13 is not in its own list."""
    visited = schedules.times(1000, 13, "even")
    following = schedules.before(visited)
    assert following == [*visited[1:], -1]
    assert [t - 1000 // 13 for t in visited] != following


@given(T=st.integers(1, 1000), part=st.floats(0.001, 1), spacing=st.sampled_from(["even", "leading", "trailing"]))
def test_any_number_of_calls_visits_as_many_different_times(T, part, spacing):
    calls = max(1, int(part * T))
    visited = schedules.times(T, calls, spacing)
    assert len(visited) == len(set(visited)) == calls
    assert visited == sorted(visited, reverse=True)
    assert visited[-1] >= 0
    assert visited[0] < T


# ---- schedules at their edges


@given(T=st.integers(1, 1000), name=st.sampled_from(["cosine", "linear", "scaled"]))
def test_every_schedule_is_finite_and_leaves_something_of_the_picture_or_says_what_to_do(T, name):
    if name == "scaled" and T < 21:
        with pytest.raises(ParamError, match="21"):
            schedules.make(name, T)
        return
    schedule = schedules.make(name, T)
    assert (schedule.betas > 0).all()
    assert (schedule.betas < 1).all()
    assert (schedule.alpha_bar > 0).all()  # so eps always says something of x_0
    assert np.isfinite(schedule.snr).all()
    assert np.isfinite([samplers.posterior(schedule.at(t), schedule.at(t - 1)) for t in range(T)]).all()


def test_the_cosine_begins_with_noise_so_nothing_is_divided_by_nothing():
    schedule = schedules.make("cosine", 250)
    assert schedule.betas[0] > 0
    assert np.isfinite(1 / (1 - schedule.alpha_bar)).all()


# ---- the exact score


def test_the_exact_score_is_the_gradient_of_the_log_density():
    rng = np.random.default_rng(0)
    X, x = rng.normal(size=(20, 2)), rng.normal(size=(7, 2))
    at = torch.tensor(x, requires_grad=True)
    density = torch.logsumexp(-((at[:, None] - torch.tensor(X)) ** 2).sum(-1) / (2 * 0.3), dim=1).sum()
    close(score.mixture_score(x, X, 0.3), torch.autograd.grad(density, at)[0].numpy())


def test_far_away_from_all_points_the_exact_score_is_still_finite():
    assert np.isfinite(score.mixture_score(np.full((1, 2), 1e6), np.zeros((3, 2)), 1e-6)).all()


def test_with_the_exact_score_more_calls_end_nearer_to_the_data_until_chance_alone_is_left():
    frames = run("rings", what="points", score="exact", by_calls=True)
    found = {frame.calls: frame.distance for frame in frames}
    assert found[1] > 0.5  # one call sends every point to the middle
    assert found[1] > found[5] > found[20]
    assert found[100] < 0.01


def test_the_distance_of_two_sets_is_none_for_one_law_and_right_for_two_places():
    assert score.energy_distance(np.zeros((5, 2)), np.tile([3.0, 4.0], (5, 1))) == pytest.approx(10)
    rng = np.random.default_rng(0)
    assert abs(score.energy_distance(rng.normal(size=(400, 2)), rng.normal(size=(400, 2)))) < 0.02


def test_the_distance_of_points_drawn_from_the_data_is_0_on_average_and_as_often_below():
    X = plane.standard(data.sample("rings"))
    rng = np.random.default_rng(0)
    found = np.array([score.energy_distance(X[rng.integers(0, len(X), 250)], X) for _ in range(100)])
    assert abs(found.mean()) < 3 * found.std() / 10
    assert 0.3 < (found < 0).mean() < 0.7
    frame = run("rings", what="points", score="exact", calls=3)[-1]
    assert frame.chance == pytest.approx(found.std(), rel=0.6)


# ---- learning in the plane


@pytest.mark.parametrize("predicts", ["eps", "x0", "v"])
def test_a_network_learns_the_moons_whatever_it_predicts(predicts):
    frames = run("moons", what="points", predicts=predicts, training=300)
    assert [frame.part for frame in frames].count("learn") == plane.LEARNING
    assert frames[plane.LEARNING - 1].loss < frames[1].loss
    assert frames[-1].distance < 0.1


def test_training_that_has_lost_all_bounds_says_at_which_step():
    params = diffusion.Cloud(training=100)
    lost = learning.learner(params, np.full((4, 2), np.nan), schedules.make("cosine", 1000))
    with pytest.raises(Diverged) as problem:
        lost.step(4)
    assert problem.value.values["step"] == 5


def test_each_point_of_a_batch_has_a_time_of_its_own_and_the_target_fits():
    params, schedule = diffusion.Cloud(predicts="v"), schedules.make("cosine", 1000)
    batch = learning.training_batch(np.zeros((4, 2)) + 1.0, schedule, params, np.random.default_rng(0))
    assert len(set(batch.t.tolist())) > learning.BATCH // 2
    a = schedule.alpha_bar[batch.t][:, None]
    close(batch.x, np.sqrt(a) * batch.x0 + np.sqrt(1 - a) * batch.eps)
    close(batch.target, np.sqrt(a) * batch.eps - np.sqrt(1 - a) * batch.x0)


def test_the_weight_of_the_bound_is_the_published_one():
    s = schedules.make("linear", 1000)
    t = 300
    wanted = s.betas[t] ** 2 / (2 * s.variance[t] * (1 - s.betas[t]) * (1 - s.alpha_bar[t]))
    assert s.bound_weight[t] == pytest.approx(wanted)
    assert s.bound_weight[2] > 20 * s.bound_weight[900]


def test_training_leaves_torchs_own_generator_where_it_was():
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    fresh("moons", what="points", training=100, calls=2)
    assert torch.equal(torch.rand(3), wanted)


# ---- pictures


def test_the_network_is_the_small_one_that_was_promised():
    for model in ("mnist", "fashion"):
        assert (nets.WEIGHTS / f"diffusion_{model}.safetensors").stat().st_size <= 8_000_000
        assert nets.facts(model)["predicts"] == "v"
    source = (Path(nets.__file__).parent / "unet.py").read_text().splitlines()
    assert len(source) <= 200


def test_each_frame_follows_from_the_one_before_by_the_formula():
    frames = run(calls=6, guidance=1.5)
    for one, following in pairwise(frames):
        p = one.alpha_bar_prev
        close(following.x, np.sqrt(p) * one.x0 + np.sqrt(1 - p) * one.eps, rtol=0, atol=2e-6)
        close(one.x, np.sqrt(one.alpha_bar) * one.x0 + np.sqrt(1 - one.alpha_bar) * one.eps, rtol=0, atol=2e-6)
    assert frames[-1].t == -1
    assert np.abs(frames[-1].x).max() <= 1 + 1e-6


def test_guidance_of_nothing_is_no_guidance_and_guidance_mixes_two_answers():
    x, labels = diffusion.drawn(0, 0, 0, (4, 28, 28)), np.array([1, 2, 3, 4])
    told, none = (nets.velocity("mnist", x, 500, which, 0.0) for which in (labels, np.full(4, nets.NO_LABEL)))
    close(nets.velocity("mnist", x, 500, labels, 2.0), 3 * told - 2 * none, rtol=0, atol=1e-4)
    assert np.abs(told - none).max() > 0.01


def test_both_samplers_begin_with_the_same_noise_and_visit_the_same_times():
    frames = run(sampler="both", calls=4)
    assert frames[0].x.shape == (2, 16, 28, 28)
    np.testing.assert_array_equal(frames[0].x[0], frames[0].x[1])
    assert np.abs(frames[-1].x[0] - frames[-1].x[1]).max() > 0.1
    alone = run(sampler="ddim", calls=4)
    for one, other in zip(frames, alone, strict=True):
        close(one.x[0], other.x[0], rtol=0, atol=1e-3)  # another batch size rounds otherwise
        assert one.t == other.t


def test_ddpm_may_visit_every_time_between_the_frames():
    frames = run("moons", what="points", score="exact", sampler="both", every=True, calls=5, timesteps=40)
    assert [frame.t for frame in frames] == [*schedules.times(40, 5, "even"), -1]
    few = run("moons", what="points", score="exact", sampler="both", calls=5, timesteps=40)
    np.testing.assert_array_equal(frames[-1].x[0], few[-1].x[0])
    assert np.abs(frames[-1].x[1] - few[-1].x[1]).max() > 0.01


def test_the_start_can_be_passed_in():
    x_T = np.zeros((16, 28, 28))
    frame = next(diffusion.sample(diffusion.Params(), data.sample("seven"), x_T))
    np.testing.assert_array_equal(frame.x[0], x_T)


@pytest.mark.parametrize(
    "params", [{"calls": 6}, {"calls": 6, "sampler": "ddpm"}, {"what": "points", "score": "exact", "calls": 6, "eta": 0.5}]
)
def test_a_close_up_shows_the_same_run(params):
    name = "moons" if params.get("what") == "points" else "seven"
    whole = {frame.step: frame.x for frame in run(name, **params)}
    close_up = run(name, **params, close_up=2)
    assert {frame.part for frame in close_up} == {"", "mean", "noise"}
    for frame in close_up:
        if frame.part == "":
            np.testing.assert_array_equal(frame.x, whole[frame.step])
        elif frame.part == "noise":
            np.testing.assert_allclose(frame.x, whole[frame.step + 1], atol=1e-6)


def test_what_lies_between_two_noises_is_as_long_as_noise():
    frames = run(begin="between", calls=2)
    sizes = np.linalg.norm(frames[0].x[0].reshape(16, -1), axis=1)
    assert sizes.min() > 0.95 * min(sizes[0], sizes[-1])
    assert len(set(frames[0].labels.tolist())) == 1


def test_inverted_pictures_come_back_and_more_calls_bring_them_nearer():
    off = [run(begin="invert", calls=calls, depth=0.6)[-1].error for calls in (5, 20)]
    assert off[1] < off[0] / 2
    assert off[1] < 0.05


def test_a_half_noised_picture_comes_back_near_and_a_drowned_one_does_not():
    near, far = (run(begin="picture", wanted="7", calls=10, depth=depth) for depth in (0.15, 1.0))
    assert near[-1].error < 0.3 < far[-1].error
    assert near[0].part == "up"
    np.testing.assert_array_equal(near[0].x[0], near[0].source)


def test_a_photograph_dissolves_by_the_closed_form():
    frames = run("chelsea", what="forward")
    assert len(frames) == noising.DISSOLVING
    for frame in frames[1:]:
        close(frame.x, np.sqrt(frame.alpha_bar) * frame.x0 + np.sqrt(1 - frame.alpha_bar) * frame.eps, rtol=0, atol=1e-5)
        assert 0.9 < frame.eps.std() < 1.1
    assert frames[0].known == pytest.approx(1)
    assert abs(frames[-1].known) < 0.02


def test_a_picture_of_one_colour_is_like_nothing():
    flat = data.Image(np.full((40, 40, 3), 200, dtype=np.uint8))
    assert next(noising.forward(diffusion.Forward(), flat)).known == 0


# ---- what visitors bring


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (512, 3), (40, 40)])
def test_pictures_of_any_shape_dissolve_and_become_small(size):
    image = data.Image(np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8))
    for model in ("mnist", "fashion"):
        params = diffusion.Params(begin="picture", model=model, calls=1, depth=0.1)
        if model == "mnist" and size == (1, 1):  # paper without ink
            with pytest.raises(DataError, match="stands out"):
                list(diffusion.sample(params, image))
        else:
            assert next(diffusion.sample(params, image)).source.shape == (16, 28, 28)
    assert all(np.isfinite(frame.x).all() for frame in diffusion.sample(diffusion.Params(what="forward"), image))


def test_a_schedule_of_one_time_runs():
    assert len(run("chelsea", what="forward", timesteps=1)) == 2
    assert run("moons", what="points", score="exact", timesteps=1, calls=5)[-1].t == -1


@pytest.mark.parametrize(
    ("params", "chosen", "code"),
    [
        ({"what": "points"}, "seven", "diffusion_points"),
        ({"what": "pictures"}, "moons", "diffusion_picture"),
        ({"what": "points"}, "xkcd", "diffusion_columns"),
    ],
)
def test_data_that_do_not_fit_are_refused_with_advice(params, chosen, code):
    with pytest.raises(DataError) as caught:
        run(chosen, **params)
    assert caught.value.code == code


def test_points_in_one_place_are_refused():
    with pytest.raises(DataError, match="one place"):
        list(diffusion.sample(diffusion.Params(what="points"), data.points(np.ones((5, 2)))))


def test_numbers_that_leave_the_finite_range_end_the_run():
    way = diffusion.Walk("ddim", schedules.make("cosine", 10), 0.0, "small", lambda x, t: (x * np.inf, x), lambda t: np.zeros(1))
    with pytest.raises(Diverged), np.errstate(invalid="ignore"):
        list(diffusion.reverse([way], [np.ones((2, 2))], [9, 0]))


@pytest.mark.parametrize("worst", [np.inf, np.nan, 1e39], ids=["inf", "nan", "beyond float32"])
@pytest.mark.parametrize("of", [0, 1], ids=["x0", "eps"])
def test_a_guess_that_no_frame_can_hold_is_not_shown_but_ends_the_run(worst, of):
    guess = [np.ones((2, 2)), np.ones((2, 2))]
    guess[of] = guess[of] * worst
    way = diffusion.Walk("ddim", schedules.make("cosine", 10), 0.0, "small", lambda x, t: tuple(guess), lambda t: np.zeros(1))
    with pytest.raises(Diverged, match="t = 9"):
        next(diffusion.reverse([way], [np.ones((2, 2))], [9, 0]))


# ---- the device


def test_a_device_that_is_not_there_is_said_to_be_missing():
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    with device.on("cuda"), pytest.raises(DeviceError):
        fresh(calls=1)
    assert device.here().type == "cpu"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_cuda_gives_the_same_pictures_up_to_rounding():
    ours = fresh(calls=5)
    with device.on("cuda"):
        theirs = fresh(calls=5)
    np.testing.assert_allclose(ours[-1].x, theirs[-1].x, atol=0.02)


def test_probing_a_device_names_it():
    with device.on("cpu"):
        assert next(device.probe(diffusion.Params())).total == 1


def test_rings_lie_around_one_centre_at_three_distances():
    rings = data.sample("rings")
    far = np.hypot(*rings.X.T)
    for ring, radius in enumerate((0.4, 1.0, 1.6)):
        mine = far[rings.labels == ring]
        assert len(mine) == 100
        assert mine.mean() == pytest.approx(radius, abs=0.02)
        assert mine.std() < 0.06
