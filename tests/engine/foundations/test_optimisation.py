"""Ways downhill against published paths, torch, closed forms, and faults people met elsewhere."""

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import DataError, ParamError
from engine.foundations import descent, optimisation
from engine.foundations.optimisation import METHODS, Chord, Race, curves, kind_of, limit, surfaces
from engine.foundations.optimisation.race import GRID
from engine.foundations.optimisation.saddles import positive, spectra
from tests import runs

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "optimisation.json").read_text())
NEWTON = METHODS.index("newton")
exactly = {"rel": 1e-9, "abs": 1e-9}


def frames(**params):
    return runs.frames(optimisation.ALGORITHMS, Race(**params))


def chords(**params):
    return runs.frames(optimisation.ALGORITHMS, Chord(**params))


def start_of(surface):
    return dict(zip(("x", "y"), map(float, surface["start"]), strict=True))


def places(run, k):
    """Where runner k stands after each step."""
    return np.concatenate([frame.way[k] for frame in run])


# ---- the race: published values

ON_SURFACES = [(surface, run) for surface in GOLDEN["surfaces"] for run in surface["runs"]]


@pytest.mark.parametrize("surface", GOLDEN["surfaces"], ids=lambda surface: surface["surface"])
def test_heights_slopes_and_hessians_are_the_published_ones(surface):
    found = surfaces.surface_of(surface["surface"], "")
    f, g, H = found.bent(np.array([surface["start"]], float))
    assert f[0] == pytest.approx(surface["value"], **exactly)
    assert g[0] == pytest.approx(surface["gradient"], **exactly)
    assert H[0].ravel() == pytest.approx(np.ravel(surface["hessian"]), **exactly)
    first = frames(surface=surface["surface"], **start_of(surface))[0]
    for eigenvalues in first.curvatures:
        assert eigenvalues == pytest.approx(surface["eigenvalues"], **exactly)
    rebuilt = np.einsum("nk,nki,nkj->nij", first.curvatures, first.axes, first.axes)
    assert rebuilt[0].ravel() == pytest.approx(np.ravel(surface["hessian"]), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("surface", "run"), ON_SURFACES, ids=[f"{s['surface']}-{r['method']}" for s, r in ON_SURFACES])
def test_every_runner_takes_the_published_way(surface, run):
    k = METHODS.index({"gd": "gradient"}.get(run["method"], run["method"]))
    settings = {"rate": run.get("lr", 0.01), "momentum": run.get("momentum", 0.9), "steps": 30}
    made = frames(surface=surface["surface"], **start_of(surface), **settings)
    way, heights = places(made, k), np.array([frame.heights[k] for frame in made])
    assert way[run["steps"]] == pytest.approx(np.array(run["points"]), **exactly)
    assert heights[run["steps"]] == pytest.approx(np.array(run["values"]), **exactly)
    if "lr_times_largest_curvature_at_start" in run:
        assert made[0].rates[k] * made[0].curvatures[k, 1] == pytest.approx(run["lr_times_largest_curvature_at_start"])


def test_a_rate_on_either_side_of_the_limit_falls_bounces_and_diverges():
    for case in GOLDEN["divergence_on_(x^2+100y^2)/2"]:
        last = frames(x=1.0, y=1.0, rate=case["lr"], steps=50)[-1]
        assert last.at[0] == pytest.approx(case["point_after_50_from_(1,1)"], **exactly)
        assert last.rates[0] * last.curvatures[0, 1] == pytest.approx(case["lr_times_largest_curvature"])
        verdict = "falls" if abs(last.at[0, 1]) < 0.99 else "diverges" if abs(last.at[0, 1]) > 1.01 else "bounces for ever"
        assert verdict == case["verdict"]
        assert (case["lr_times_largest_curvature"] > limit("gradient", 0.9)) == (verdict == "diverges")


@pytest.mark.parametrize(
    ("method", "mu"), [("gradient", 0.0), ("momentum", 0.9), ("momentum", 0.5), ("nesterov", 0.9), ("nesterov", 0.3)]
)
def test_the_limit_of_rate_times_curvature_parts_what_falls_from_what_diverges(method, mu):
    rule = {"gradient": descent.gradient_descent}.get(method, getattr(descent, method, None))
    more = () if method == "gradient" else (mu,)
    ends = []
    for part in (0.998, 1.002):
        walk = descent.walk(rule(np.ones(1), part * limit(method, mu), *more), lambda x: x)
        late = np.abs(np.ravel(list(islice(walk, 3000))))
        ends.append(late[-50:].max() / late[950:1000].max())
    assert ends[0] < 0.5
    assert ends[1] > 2
    assert (limit("momentum", 0.9), limit("nesterov", 0.9)) == (pytest.approx(3.8), pytest.approx(1.357, abs=5e-4))


def test_a_saddle_is_left_after_76_steps():
    case = GOLDEN["leaving_the_saddle_x^2-y^2"][0]
    made = frames(surface="saddle", x=1.0, y=case["y0"], rate=case["lr"])
    assert next(frame.step for frame in made if abs(frame.at[0, 1]) >= 1) == case["steps_until_|y|>=1"] == 76


# ---- the race: peers and closed forms


@pytest.mark.parametrize("name", ["ravine", "saddle", "plateau", "own"])
def test_five_runners_walk_as_torch_walks(name):
    starts, kinds = surfaces.STARTS[name], (
        (torch.optim.SGD, {}), (torch.optim.SGD, {"momentum": 0.9}), (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
        (torch.optim.RMSprop, {}), (torch.optim.Adam, {}),
    )  # fmt: skip
    heights = {
        "ravine": lambda x, y: (x**2 + 100 * y**2) / 2,
        "saddle": lambda x, y: x**2 - y**2,
        "plateau": lambda x, y: 1 - torch.exp(-(x**2) - y**2),
        "own": lambda x, y: torch.sin(2 * x) * torch.cos(2 * y) + (x**2 + y**2) / 8,
    }
    last = frames(surface=name, **starts)[-1]
    for k, (kind, more) in enumerate(kinds):
        at = torch.tensor([starts["x"], starts["y"]], dtype=torch.float64, requires_grad=True)
        optimiser = kind([at], lr=starts["rate"], **more)
        for _ in range(100):
            optimiser.zero_grad()
            heights[name](*at).backward()
            optimiser.step()
        theirs = at.detach().numpy()
        assert np.abs((last.at[k] - theirs) / np.maximum(1, np.abs(theirs))).max() < 1e-12


def test_newton_is_at_the_bottom_of_a_ravine_and_on_the_saddle_itself_after_one_step():
    for name in ("ravine", "saddle", "bowl"):
        frame = frames(surface=name, **surfaces.STARTS[name])[1]
        assert frame.at[NEWTON].tolist() == [0, 0]
        assert kind_of(frame.slopes[NEWTON], *frame.curvatures[NEWTON]) == ("saddle" if name == "saddle" else "minimum")


def test_newton_takes_the_shortest_step_where_the_hessian_is_singular_and_says_so():
    frame = frames(surface="own", f="(x - 2*y)**2", x=1.0, y=-1.0)[1]
    assert frame.shortest
    assert frame.at[NEWTON] == pytest.approx([0.4, 0.2])  # the nearest place of x = 2y
    assert not frames()[1].shortest


def test_adams_first_step_is_the_rate_in_each_coordinate():
    first = frames(rate=0.1)[1]
    assert np.abs(first.at[4] - first.before[4]) == pytest.approx([0.1, 0.1], rel=1e-6)  # corrections divide: not ten times


def test_what_makes_a_place_flat_is_named_by_both_curvatures():
    assert [kind_of(0, *pair) for pair in ((1, 2), (-2, -1), (-1, 1), (0, 1))] == ["minimum", "maximum", "saddle", "unclear"]
    assert kind_of(0.1, 1, 2) == "slope"


def test_each_runners_best_rate_is_the_one_that_comes_lowest_alone():
    last = frames(rates="best", steps=20)[-1]
    for k in range(5):
        alone = [frames(rate=float(rate), steps=20)[-1].heights[k] for rate in GRID]
        assert last.heights[k] == min(height for height in alone if np.isfinite(height))
        assert last.rates[k] == GRID[int(np.argmin(alone))]
    assert GRID[[0, -1]].tolist() == [1e-4, 1]
    assert np.ptp(np.diff(np.log(GRID))) < 1e-12


# ---- the race: what leaves, what cannot start


def test_who_leaves_the_finite_numbers_stays_at_the_last_finite_place_and_the_others_go_on():
    made = frames(surface="rosenbrock", x=-1.2, y=1.0, rate=0.01)
    last = made[-1]
    assert (last.stopped[:3] > 0).all()
    assert last.stopped[3:].tolist() == [-1, -1, -1]
    for k in range(3):
        halted = next(frame for frame in made if frame.step == last.stopped[k])
        assert np.array_equal(halted.at[k], last.at[k])
        assert last.rates[k] * last.curvatures[k, 1] > 1e6
    assert not np.array_equal(made[50].at[4], last.at[4])
    assert len(made) == 101


def test_a_run_of_a_thousand_steps_holds_every_place_in_a_hundred_pictures():
    made = frames(steps=1000)
    assert [frame.step for frame in made] == list(range(0, 1001, 10))
    assert places(made, 1).shape == (1001, 2)
    assert np.array_equal(places(made, 1)[:101], places(frames(), 1))


@pytest.mark.parametrize(
    ("f", "kind"),
    [("log(x)", ParamError), ("1/(x + 2)", ParamError), ("x**2 +", DataError), ("import os", DataError), ("z**2", DataError),
     ("__import__('os')", DataError), ("", DataError), ("exp(exp(exp(9*y)))", ParamError), ("x" * 121, DataError)],
)  # fmt: skip
def test_a_surface_that_cannot_be_read_or_has_no_height_at_the_start_is_refused_in_words(f, kind):
    with pytest.raises(kind) as problem:
        list(optimisation.race(Race(surface="own", f=f)))
    assert len(str(problem.value)) > 20


def test_an_own_surface_may_have_no_height_elsewhere():
    made = frames(surface="own", f="log(y) + x**2", x=1.0, y=0.5, rate=0.1)
    assert made[-1].stopped[0] >= 0  # it has walked to where log ends
    assert (made[-1].at[:, 1] > 0).all()


def test_the_sheet_holds_the_start_wherever_it_is():
    for x in (-3.0, 0.0, 1.7, 3.0):
        for y in (-3.0, 0.0, 3.0):
            for name in surfaces.STARTS:
                (left, right), (low, high) = surfaces.window(name, x, y)
                assert left < x < right
                assert low < y < high
                assert (right - left) / (high - low) == pytest.approx(surfaces.ASPECT)


# ---- the chord

NAMES = {"x**2": "square", "exp(x)": "exp", "Abs(x)": "absolute", "x**3": "cube", "log(x)": "log", "sin(x)": "sine"}


@pytest.mark.parametrize("case", GOLDEN["convexity"], ids=lambda case: case["f"])
def test_gaps_below_a_chord_are_the_published_ones(case):
    function = curves.function_of("own", case["f"].replace("Abs", "abs").replace("sqrt(abs(x))", "abs(x)**0.5"))
    ends = np.array([case["a"], case["b"]], float)
    part = case["lambda"]
    now = curves.hung(function, ends, curves.values(function, ends), np.array([part, 1 - part]))
    for name, told in (("x", "point"), ("f", "f_at_point"), ("chord", "chord"), ("gap", "gap")):
        assert now[name] == pytest.approx(case[told], **exactly)


@pytest.mark.parametrize("case", GOLDEN["jensen"], ids=lambda case: case["f"])
def test_means_of_weighted_points_are_the_published_ones(case):
    points = " ".join(f"{x}:{w}" for x, w in zip(case["points"], case["weights"], strict=True))
    last = chords(curve="own", fx=case["f"], points=points)[-1]
    told = (case["E[X]"], case["f(E[X])"], case["E[f(X)]"], case["gap E[f(X)] - f(E[X])"])
    assert (last.x, last.f, last.chord, last.gap) == pytest.approx(told, **exactly)


def test_the_chord_of_a_run_goes_from_b_to_a_and_its_first_gap_below_is_kept():
    made = chords(curve="own", fx="x**3", a=-2.0, b=1.0)
    assert [frame.part_of for frame in made] == [k / 40 for k in range(41)]
    assert (made[0].x, made[-1].x) == (1, -2)
    assert made[20].gap == pytest.approx(-3.375)
    assert made[-1].violation == made[1].violation == 1 / 40
    assert np.isnan(chords()[-1].violation)


def test_points_balance_along_chords_from_the_first_to_the_mean_of_all():
    made = chords(curve="exp", points="-1:1 0:2 2:1")
    assert made[0].weights.tolist() == [1, 0, 0]
    assert made[-1].weights.tolist() == [0.25, 0.5, 0.25]
    way = np.array([(frame.x, frame.chord) for frame in made])
    turns = np.diff(way, axis=0)
    turns = turns / np.linalg.norm(turns, axis=1, keepdims=True)
    bends = turns[:-1, 0] * turns[1:, 1] - turns[:-1, 1] * turns[1:, 0]
    assert 1 <= (np.abs(bends) > 1e-6).sum() <= 2  # straight but where the next point begins
    assert all(frame.gap >= 0 for frame in made)


@pytest.mark.parametrize(
    "points", ["1:1", "a:1 b:2", "1:-1 2:3", "1:0 2:0", "nan:1 2:1", "1e9:1 2:1", "1:2:3 4:5", " ".join(["1:1"] * 9), "1:1 " * 40]
)
def test_points_that_are_none_are_refused_in_words(points):
    with pytest.raises(DataError) as problem:
        list(optimisation.chord(Chord(points=points)))
    assert len(str(problem.value)) > 20


def test_weights_are_scaled_to_one_and_a_place_alone_weighs_one():
    places_, weights = curves.points_of("−1：3, 2")
    assert places_.tolist() == [-1, 2]
    assert weights.tolist() == [0.75, 0.25]


def test_a_function_without_value_at_an_end_is_refused_and_an_end_is_named():
    with pytest.raises(ParamError) as problem:
        list(optimisation.chord(Chord(curve="log")))
    assert "x = −1" in str(problem.value)


def test_the_first_point_may_weigh_nothing():
    made = chords(curve="square", points="3:0 1:1 2:1")
    assert made[0].x == 3
    assert made[-1].x == pytest.approx(1.5)


# ---- the three properties, each with its counter-example


def test_descents_meet_at_one_bottom_where_a_function_is_convex_and_at_two_where_it_is_not():
    assert chords(curve="square")[-1].ends == pytest.approx([0], abs=1e-6)
    assert chords(curve="absolute")[-1].ends == pytest.approx([0], abs=0.011)
    wells = chords(curve="wells", a=-1.0, b=1.0)[-1]
    assert wells.ends == pytest.approx([-1, 1], abs=1e-6)
    assert (wells.moving, wells.left) == (0, 0)


def test_on_exp_all_are_still_under_way_and_on_log_all_run_out_of_its_range():
    assert chords(curve="exp")[-1].moving == 40
    log = chords(curve="log", a=0.5, b=4.0)[-1]
    assert (log.left, len(log.ends)) == (40, 0)
    assert log.gone.all()


def test_forty_starts_are_even_and_none_of_them_is_at_0():
    starts = chords()[0].walkers
    assert (starts[0], starts[-1], len(starts)) == (-2, 2, 40)
    assert np.abs(starts).min() > 0.05
    assert np.ptp(np.diff(starts)) < 1e-12


def test_sublevel_sets_are_one_interval_of_x_squared_and_two_of_the_wells():
    square, wells = chords()[0], chords(curve="wells", a=-1.0, b=1.0, level=-0.5)[0]
    assert square.low == pytest.approx(np.array([[-1, 1]]), abs=1e-3)
    inner, outer = np.sqrt(1 - np.sqrt(0.5)), np.sqrt(1 + np.sqrt(0.5))
    assert len(wells.low) == 2
    assert wells.low[1, 0] == pytest.approx(inner, abs=1e-3)
    assert min(outer, curves.shown_part(wells.places)[-1]) == pytest.approx(wells.low[1, 1], abs=1e-3)
    assert len(chords(level=-1.0)[0].low) == 0


def test_a_cube_bends_down_left_of_0_and_its_sublevel_sets_are_intervals_all_the_same():
    function = curves.function_of("cube", "")
    x = np.linspace(-2, 2, 81)
    assert (np.sign(curves.bends(function, x)) == np.sign(x)).all()
    assert all(len(curves.below(function, x, level)) == 1 for level in (-1.0, 0.0, 1.0))


def test_every_choice_of_curve_begins_where_it_shows_what_it_is():
    for name, settings in curves.ENDS.items():
        last = chords(curve=name, **settings)[-1]
        assert np.isnan(last.violation) == (name in ("square", "absolute", "exp"))
    for name, settings in surfaces.STARTS.items():
        assert (frames(surface=name, steps=40, **settings)[-1].stopped == -1).all()


# ---- random matrices


def drawn(**settings):
    return runs.frames(optimisation.ALGORITHMS, optimisation.Saddles(**settings))


@pytest.mark.parametrize("case", GOLDEN["random_symmetric"], ids=lambda case: str(case["d"]))
def test_how_likely_all_eigenvalues_are_above_0_is_the_published_number(case):
    assert positive(case["d"]) == pytest.approx(case["P_all_positive"], rel=1e-9)
    frame = drawn()[case["d"] - 1]
    assert frame.exact == pytest.approx(case["share_indefinite"], abs=1e-12)
    assert frame.share == pytest.approx(frame.exact, abs=4 * frame.error + 1e-3 * (case["d"] > 3))


def test_in_two_dimensions_the_share_of_saddles_among_matrices_is_one_over_root_two_and_on_a_surface_a_half():
    assert drawn()[1].exact == pytest.approx(0.5**0.5, abs=1e-12)
    for frame, case in zip(drawn(), GOLDEN["gaussian_surface"], strict=False):
        assert frame.surface == pytest.approx(case["share_saddles"], abs=1e-12)
    assert np.isnan(drawn()[3].surface)


def test_matrices_that_are_drawn_have_variance_2_on_their_diagonal_and_1_off_it():
    values = spectra(3, 20_000, 5)
    assert (values**2).sum(1).mean() == pytest.approx(3 * 2 + 2 * 3 * 1, rel=0.02)  # E tr H²
    assert values.sum(1).var() == pytest.approx(3 * 2, rel=0.03)  # var tr H
    assert (np.diff(values, axis=1) >= 0).all()


def test_a_run_of_random_matrices_ends_at_the_dimension_that_is_asked_for():
    frames_ = drawn(dimensions=3, matrices=100)
    assert [frame.dimension for frame in frames_] == [1, 2, 3]
    assert all(frame.minima + frame.maxima + frame.share == pytest.approx(1) for frame in frames_)
    assert frames_[0].share == 0
