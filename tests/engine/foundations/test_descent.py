"""Update rules against torch.optim, published paths and closed forms."""

import json
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.foundations import descent

GOLDEN = Path(__file__).parents[2] / "golden"
PATHS = json.loads((GOLDEN / "optimisation.json").read_text())
FITS = json.loads((GOLDEN / "autograd.json").read_text())["optim"]
WITH_MU = ("momentum", "nesterov")
PEERS = {
    "gradient": (torch.optim.SGD, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "nesterov": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "adagrad": (torch.optim.Adagrad, {}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "adam": (torch.optim.Adam, {}),
    "adamw": (torch.optim.AdamW, {}),
}
SLOPES = {  # of the surfaces whose paths are published
    "bowl": lambda x, y: (2 * x, 2 * y),
    "ravine": lambda x, y: (x, 100 * y),
    "saddle": lambda x, y: (2 * x, -2 * y),
    "rosenbrock": lambda x, y: (-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)),
    "monkey": lambda x, y: (3 * x**2 - 3 * y**2, -6 * x * y),
}


def waves(x):
    """A gradient that is not linear, and of every sign."""
    return np.sin(3 * x) + 0.3 * x


def away(ours, theirs):
    """The largest difference, relative above 1."""
    theirs = np.asarray(theirs, dtype=float)
    return np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs)))


def after(rule, gradient, steps):
    return next(islice(descent.walk(rule, gradient), steps, None))


@pytest.mark.parametrize("name", descent.RULES)
def test_each_rule_walks_as_torch_walks_for_a_hundred_steps(name):
    kind, more = PEERS[name]
    start = np.array([[-2.0, 1.3], [0.4, 5.0]])
    theirs = torch.tensor(start, requires_grad=True)
    optimiser = kind([theirs], lr=0.03, **more)
    for ours in islice(descent.walk(descent.RULES[name](start, 0.03), waves), 101):
        assert away(ours, theirs.detach().numpy()) < 1e-13
        theirs.grad = torch.tensor(waves(theirs.detach().numpy()))
        optimiser.step()


@pytest.mark.parametrize("fit", FITS["runs"], ids=lambda fit: fit["optimizer"])
def test_seven_fits_of_a_line_are_the_published_ones(fit):
    X = np.column_stack([np.array(FITS["X"]), np.ones(len(FITS["X"]))])
    y = np.array(FITS["Y"])
    rules = {
        "sgd_lr0.1": ("gradient", 0.1, {}),
        "sgd_mom0.9_lr0.05": ("momentum", 0.05, {"mu": 0.9}),
        "nesterov0.9_lr0.05": ("nesterov", 0.05, {"mu": 0.9}),
        "adam_lr0.1": ("adam", 0.1, {}),
        "rmsprop_lr0.01": ("rmsprop", 0.01, {}),
        "adagrad_lr0.5": ("adagrad", 0.5, {}),
        "adamw_lr0.1_wd0.1": ("adamw", 0.1, {"decay": 0.1}),
    }
    name, rate, more = rules[fit["optimizer"]]
    walk = descent.walk(descent.RULES[name](np.zeros(4), rate, **more), lambda w: 2 * X.T @ (X @ w - y) / len(y))
    for (before, now), step in zip(pairwise(walk), fit["steps"], strict=False):
        assert np.mean((X @ before - y) ** 2) == pytest.approx(step["loss_before"], rel=1e-10, abs=1e-10)
        assert now == pytest.approx([*step["w"], step["b"]], rel=1e-10, abs=1e-10)


PUBLISHED = [(surface, run) for surface in PATHS["surfaces"] for run in surface["runs"] if run["method"] != "newton"]


@pytest.mark.parametrize(
    ("surface", "run"), PUBLISHED, ids=[f"{surface['surface']}-{run['method']}" for surface, run in PUBLISHED]
)
def test_paths_on_five_surfaces_are_the_published_ones(surface, run):
    def gradient(at):
        return np.stack(SLOPES[surface["surface"]](*at))

    name = {"gd": "gradient"}.get(run["method"], run["method"])
    more = {"mu": run["momentum"]} if name in WITH_MU else {}
    walk = descent.walk(descent.RULES[name](np.array(surface["start"], float), run["lr"], **more), gradient)
    places = list(islice(walk, run["steps"][-1] + 1))
    assert away(np.array([places[step] for step in run["steps"]]), run["points"]) < 1e-9


def test_a_rate_for_each_row_gives_what_each_rate_gives_alone():
    start, rates = np.full((5, 2), (-2.0, 1.3)), np.geomspace(1e-3, 1, 5)
    for rule in descent.RULES.values():
        together = after(rule(start, rates[:, None]), waves, 30)
        alone = np.array([after(rule(start[0], rate), waves, 30) for rate in rates])
        assert np.array_equal(together, alone)


def test_a_rule_leaves_its_start_and_the_gradients_it_was_sent_as_they_were():
    for rule in descent.RULES.values():
        start, slope = np.array([1.0, 2.0]), np.array([3.0, 4.0])
        walk = rule(start, 0.1)
        next(walk)
        walk.send(slope)
        walk.send(slope)
        assert start.tolist() == [1, 2]
        assert slope.tolist() == [3, 4]


@pytest.mark.parametrize("case", PATHS["adam_epsilon"], ids=lambda case: f"{case['constant_slope']}-{case['step']}")
def test_adams_epsilon_stands_where_the_paper_and_torch_have_it(case):
    slope = np.array(case["constant_slope"])
    rule = descent.adam(np.array(0.0), case["lr"], case["beta1"], case["beta2"], case["eps"])
    places = list(islice(descent.walk(rule, lambda x: slope), case["step"] + 1))
    moved = places[-2] - places[-1]
    assert moved == pytest.approx(case["size_of_step"]["paper (torch)"], rel=1e-9)
    apart = [other for name, other in case["size_of_step"].items() if name != "paper (torch)" and abs(other - moved) > 1e-6]
    assert len(apart) >= (1 if case["constant_slope"] == 1 else 3)  # none of the three others would have passed


def test_adams_first_step_is_the_rate_because_the_corrections_divide():
    slopes = np.array([1.0, -1e-3, 250.0])
    first = after(descent.adam(np.zeros(3), 0.1), lambda x: slopes, 1)
    assert first == pytest.approx(-0.1 * np.sign(slopes), rel=2e-5)
    assert after(descent.adam(np.zeros(1), 1.0), lambda x: np.ones(1), 1) == pytest.approx(-1.0, abs=1e-7)  # multiplied: −10


@pytest.mark.parametrize("case", PATHS["rates"], ids=lambda case: str(case["condition"]))
@pytest.mark.parametrize("name", ["gradient", "momentum", "nesterov"])
def test_with_its_best_settings_each_rule_shrinks_a_quadratic_at_the_published_rate(case, name):
    best = case.get({"gradient": "gd"}.get(name, name))
    more = {"mu": best.get("momentum", 0.0)} if name in WITH_MU else {}
    curvatures = np.array(case["curvatures"])
    walk = descent.walk(descent.RULES[name](np.ones(2), best["lr"], **more), lambda x: curvatures * x)
    places = [np.abs(place).max() for place in islice(walk, 401)]
    if best["rate"] == 0:
        assert places[-1] == 0
    else:  # a double root adds a factor that grows with the step: it is divided out by its own course, t + 1
        growth = (places[400] / 401) / (places[200] / 201) if name != "gradient" else places[400] / places[200]
        assert growth ** (1 / 200) == pytest.approx(best["rate"], rel=2e-3)


def test_gradient_descent_falls_bounces_and_diverges_on_either_side_of_two_over_the_curvature():
    for case in PATHS["divergence_on_(x^2+100y^2)/2"]:
        end = after(descent.gradient_descent(np.ones(2), case["lr"]), lambda x: x * [1, 100], 50)
        assert end == pytest.approx(case["point_after_50_from_(1,1)"], rel=1e-9)


@pytest.mark.parametrize("case", PATHS["leaving_the_saddle_x^2-y^2"], ids=lambda case: f"{case['y0']}-{case['lr']}")
def test_a_saddle_is_left_after_the_published_number_of_steps(case):
    walk = descent.walk(descent.gradient_descent(np.array([1.0, case["y0"]]), case["lr"]), lambda x: x * [2, -2])
    assert next(step for step, place in enumerate(walk) if abs(place[1]) >= 1) == case["steps_until_|y|>=1"]


def test_newton_solves_where_it_can_and_takes_the_shortest_step_where_it_cannot():
    rng = np.random.default_rng(3)
    A = rng.normal(size=(20, 3, 3))
    H, g = A + A.transpose(0, 2, 1), rng.normal(size=(20, 3))
    step, rank = descent.newton_step(g, H)
    assert np.allclose(step, -np.linalg.solve(H, g[..., None])[..., 0], rtol=1e-9, atol=0)
    assert rank.tolist() == [3] * 20
    flat = np.outer([1.0, 2.0], [1.0, 2.0])
    step, rank = descent.newton_step(np.array([1.0, 1.0]), flat)
    assert step == pytest.approx(-np.linalg.lstsq(flat, np.ones(2), rcond=None)[0])
    assert rank == 1
    nothing, rank = descent.newton_step(np.ones(2), np.zeros((2, 2)))
    assert nothing.tolist() == [0, 0]
    assert rank == 0
