"""What the pictures of the ways downhill say is what the frames hold; what the page claims is so."""

import json

import numpy as np
import pytest

from charts import fields
from engine.foundations import optimisation
from engine.foundations.optimisation import METHODS, Chord, Race, Saddles, curves, surfaces
from engine.foundations.optimisation.saddles import positive
from engine.params import Spec
from tests import runs
from tests.views import on_a_phone
from ui.text import LANGUAGES, theory
from views.foundations import optimisation as view
from views.foundations.race import ARM
from views.foundations.typed import typed

EXPERIMENTS = {item.id: item for item in theory("optimisation", "en").experiments}
SADDLE = {"surface": "saddle", "x": 1.0, "y": 0.1}


def shown(i=-1, kind=Race, options=None, language="en", **settings):
    """The frames of a run, and picture i of it."""
    params = kind(**settings)
    frames = runs.frames(optimisation.ALGORITHMS, params)
    options = options or view.Options()
    return frames, view.draw(frames, i % len(frames), params, (), options, theory("optimisation", language))


def keyed(picture, key):
    return next(trace for trace in picture.data if (trace.get("meta") or {}).get("key") == key)


def of(name):
    """The last frame of an experiment's run, and its picture."""
    chosen = dict(EXPERIMENTS[name].set)
    kind = {"race": Race, "chord": Chord, "saddles": Saddles}[chosen.pop("show")]
    options = view.Options(**{key: chosen.pop(key) for key in [*chosen] if key in view.Options.model_fields})
    frames, picture = shown(kind=kind, options=options, **chosen)
    return frames, picture, EXPERIMENTS[name].question


def answer(question):
    return question.choices[question.right]


# ---- experiments


def test_in_the_ravine_nesterov_is_lowest_and_each_stands_as_high_as_is_said():
    frames, _, question = of("ravine")
    gradient, momentum, nesterov, rmsprop, adam, newton = frames[-1].heights
    assert answer(question) == "Nesterov"
    assert nesterov < momentum < rmsprop < gradient < adam
    assert (np.log10(nesterov), np.log10(momentum)) == (pytest.approx(-6, abs=0.1), pytest.approx(-4, abs=0.1))
    assert (gradient, rmsprop, adam) == (
        pytest.approx(0.27, abs=5e-3),
        pytest.approx(0.11, abs=5e-3),
        pytest.approx(3.1, abs=0.05),
    )
    assert frames[1].heights[METHODS.index("newton")] == newton == 0
    assert frames[1].at[0, 1] == 0  # rate · λ = 1
    steps = np.linalg.norm(np.diff(np.concatenate([frame.way[4] for frame in frames]), axis=0), axis=1)
    assert steps.max() < 0.016
    assert frames[-1].at[4, 0] == pytest.approx(-1.1, abs=0.01)


def test_at_its_best_rate_adam_comes_to_a_ten_thousandth_and_a_turned_ravine_stops_rmsprop():
    frames, picture, _ = of("fair")
    logs = np.log10(frames[-1].heights[:5])
    assert picture.numbers["log_adam"] == logs[4]
    assert logs == pytest.approx([-0.57, -4.19, -6.0, -71.5, -3.9], abs=0.05)
    assert frames[-1].rates[3:5] == pytest.approx([0.1, 0.215], abs=5e-4)
    turn = 0.5**0.5
    turned = f"(({turn}*x + {turn}*y)**2 + 100*({turn}*y - {turn}*x)**2)/2"
    start = {"x": -2 * turn - turn, "y": -2 * turn + turn}
    last = shown(surface="own", f=turned, rates="best", **start)[0][-1]
    assert np.log10(last.heights[3]) == pytest.approx(-1.2, abs=0.1)
    assert np.log10(last.heights[2]) == pytest.approx(logs[2], abs=0.01)  # who knows no axes does not mind


def test_newton_lands_on_the_saddle_and_is_said_to_rest_there():
    frames, picture, question = of("landing")
    assert answer(question) == f"at ({frames[1].at[5, 0]:g}, {frames[1].at[5, 1]:g})"
    assert "saddle" in picture.said
    assert (np.abs(frames[-1].at[:5, 1]) > 0.2).all()  # the others slide off along y


def test_weighted_points_on_exp_balance_above_it_whatever_their_weights():
    frames, _, question = of("side")
    assert answer(question) == "below"
    assert (round(frames[-1].f, 2), round(frames[-1].chord, 2)) == (1.28, 2.44)
    assert frames[20].step == 20  # the door
    for weights in ("1:5:9", "9:1:1", "1:1:50"):
        points = " ".join(f"{x}:{w}" for x, w in zip((-1, 0, 2), weights.split(":"), strict=True))
        assert all(frame.gap >= 0 for frame in shown(kind=Chord, curve="exp", points=points)[0])


def test_walkers_on_the_wells_rest_at_two_places_and_on_a_parabola_at_one():
    frames, picture, question = of("ends")
    assert answer(question) == "two"
    assert picture.numbers["rests"] == len(frames[-1].ends) == 2
    assert min(frame.gap for frame in frames) == -1
    assert len(shown(kind=Chord)[0][-1].ends) == 1


def test_a_random_matrix_of_three_dimensions_has_both_signs_nineteen_times_of_twenty():
    frames, picture, question = of("rare")
    assert picture.numbers["share"] == pytest.approx(frames[-1].exact, abs=question.number.within)
    assert round(frames[-1].exact, 2) == 0.95
    assert 1 / positive(3) == pytest.approx(40, abs=0.5)
    assert 1 / positive(8) == pytest.approx(1e9, rel=0.05)
    assert round(frames[-1].surface, 2) == 0.75


def test_the_share_among_random_matrices_is_never_called_that_of_a_surface():
    for i in range(8):
        frames, picture = shown(i, kind=Saddles)
        said = f"{frames[i].surface:.3f} are saddles"
        assert (said in picture.said) == (0 < i < 3)
        assert "random" in picture.said or not i


def test_what_the_errata_compute_is_so():
    wells = curves.function_of("wells", "")
    assert curves.values(wells, np.array([-1.0, 0.0, 1.0])).tolist() == [-1, 0, -1]


@pytest.mark.parametrize("told", METHODS)
def test_the_way_of_the_runner_that_is_told_of_is_broader_than_the_others(told):
    _, picture = shown(3, options=view.Options(told=told), steps=10)
    widths = {name: keyed(picture, name)["line"]["width"] for name in METHODS}
    assert max(widths.values()) == widths.pop(told) > max(widths.values())


# ---- on a phone


@pytest.mark.parametrize(
    ("kind", "sets", "focus"),
    [
        (Race, {}, "chord"),
        (Chord, {}, "chord"),
        (Chord, {}, "descents"),
        (Chord, {"points": "-1:1 0:1 1:1 2:1 3:1 -2:1 -3:1 4:1"}, "chord"),
        (Saddles, {}, "chord"),
    ],
)
def test_on_a_phone_the_first_panel_is_much_larger_than_any_other(kind, sets, focus):
    _, picture = shown(1, kind=kind, options=view.Options(focus=focus), **sets)
    first, *others = on_a_phone(picture)
    assert first > 1.4 * max(others) > 0


# ---- the sheet


def test_trails_end_where_the_runners_stand_and_begin_at_the_start():
    for sets in ({}, SADDLE):
        frames, picture = shown(30, **sets)
        for k, name in enumerate(METHODS):
            trail = keyed(picture, name)
            assert (trail["x"][0], trail["y"][0]) == (frames[0].at[k, 0], frames[0].at[k, 1])
            assert (trail["x"][-1], trail["y"][-1]) == pytest.approx(tuple(frames[30].at[k]), abs=1e-4)
            assert len(trail["meta"]["index"]) == len(trail["x"])
            assert trail["meta"]["index"][-1] == -1


def test_what_leaves_the_sheet_is_cut_off_on_its_way_and_goes_on_in_the_table():
    frames, picture = shown(options=view.Options(told="nesterov"), **SADDLE)
    (left, right), (low, high) = surfaces.window("saddle", 1.0, 0.1)
    for name in METHODS:
        trail = keyed(picture, name)
        x, y = (np.nan_to_num(trail[axis]) for axis in "xy")
        assert (np.abs(x) < 3 * (right - left)).all()
        assert (np.abs(y) < 3 * (high - low)).all()
    assert picture.numbers["height_nesterov"] == frames[-1].heights[2] < -1e6
    assert "left the sheet" in picture.said


def test_a_way_off_the_sheet_keeps_its_direction_up_to_the_edge():
    way = np.array([[0.0, 0], [1, 1], [1e9, 3e9], [-1e12, 5]])
    drawn = fields.within_reach(way, (-2, 2), (-2, 2))
    assert drawn[:2].tolist() == way[:2].tolist()
    step = drawn[2] - drawn[1]
    assert step[1] / step[0] == pytest.approx(3, rel=1e-6)
    assert np.isnan(drawn[3]).all()


def test_the_cross_has_walls_where_the_ground_bends_up_and_arrows_where_it_falls():
    _, bowl = shown(1)
    _, saddle = shown(1, **SADDLE)
    assert np.isfinite(keyed(bowl, "walls")["x"]).sum() == 2 * 6
    assert np.isfinite(keyed(bowl, "exits")["x"]).sum() == 4  # no arrow: only feet
    frames, walls = shown(1, **SADDLE)[0], keyed(saddle, "walls")
    assert np.isfinite(walls["x"]).sum() == 6
    arms = np.nanmax(walls["x"]) - frames[1].at[0, 0]
    assert arms == pytest.approx(ARM * 3)  # of the sheet's height; both curvatures are those of the start
    tips = np.stack([keyed(saddle, "exits")["x"], keyed(saddle, "exits")["y"]], 1)
    assert np.nanmax(tips[:, 1]) - np.nanmin(tips[:, 1]) == pytest.approx(2 * ARM * 3)


@pytest.mark.parametrize(("rate", "part", "colour"), [(0.01, 1.0, "@accent"), (0.021, 2.1, "@bad"), (1.0, 3.0, "@bad")])
def test_the_bar_is_as_long_as_rate_times_curvature_against_its_limit(rate, part, colour):
    _, picture = shown(1, rate=rate)
    whole, filled, limit = (keyed(picture, key) for key in ("gauge", "filled", "limit"))
    full = np.nanmax(whole["x"]) - np.nanmin(whole["x"])
    assert (np.nanmax(filled["x"]) - np.nanmin(filled["x"])) / full == pytest.approx(part / 3)
    assert (limit["x"][0] - np.nanmin(whole["x"])) / full == pytest.approx(2 / 3)
    assert filled["fillcolor"] == colour
    assert ("throws it farther" in picture.said) == (part > 2)


def test_who_has_no_limit_has_no_bar_and_no_product():
    for told in ("rmsprop", "adam", "newton"):
        _, picture = shown(1, options=view.Options(told=told))
        assert all(value is None for value in keyed(picture, "filled")["x"])
        assert picture.numbers["product"] is None
        assert dict(picture.metrics)["rate · λ"] == "–"


def test_a_click_is_a_start_on_the_sheet_within_the_bounds_of_the_settings():
    for sets in ({}, {"x": 3.0, "y": -3.0}, {"surface": "rosenbrock", "x": -1.2, "y": 1.0}):
        frames, picture = shown(0, **sets)
        cells = next(trace for trace in picture.data if trace["type"] == "heatmap")
        for row, column in ((0, 0), (17, 40), (47, 47)):
            meant = view.clicked("start", row * 48 + column, frames[0], Race(**sets), None, view.Options())
            assert (meant["x"], meant["y"]) == (
                pytest.approx(cells["x"][column], abs=0.006),
                pytest.approx(cells["y"][row], abs=0.006),
            )
            Race.make(**meant)


def test_the_shade_covers_what_lies_as_low_as_the_runner_that_is_told_of():
    frames, picture = shown(10, options=view.Options(shade=True))
    area = next(trace for trace in picture.data if trace["type"] == "contour" and trace["contours"].get("type") == "constraint")
    z = surfaces.sheet("ravine", "", -2.0, 1.0)
    assert area["contours"]["operation"] == ">"  # Plotly fills what is not so
    assert ((area["z"] <= area["contours"]["value"]) == (z <= frames[10].heights[0])).all()


def test_between_two_lines_lies_the_same_area():
    z = surfaces.sheet("rosenbrock", "", -1.2, 1.0)
    ranks = fields.contours(np.arange(z.shape[1]), np.arange(z.shape[0]), z)["z"]
    shares = np.histogram(ranks, np.linspace(0, 1, 19))[0] / ranks.size
    assert shares == pytest.approx(1 / 18, abs=0.002)
    order = np.argsort(z, axis=None)
    assert (np.diff(ranks.ravel()[order]) >= 0).all()  # who is higher is drawn higher
    flat = fields.contours(np.arange(3), np.arange(3), np.full((3, 3), 5.0))["z"]
    assert np.isfinite(flat).all()


def test_a_visitors_formula_stays_words():
    _, picture = shown(0, surface="own", f="x**2 + y**2 - 3*x")
    assert "f(x, y) = x² + y² − 3·x" in json.dumps(picture.layout["annotations"], ensure_ascii=False)
    assert typed("2**10*x - x**2.5") == "2¹⁰·x − x^2.5"


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_left_the_finite_numbers_is_named(language):
    sets = {"surface": "rosenbrock", "x": -1.2, "y": 1.0}
    frames, own = shown(language=language, **sets)
    names = theory("optimisation", language).choices["told"]
    assert str(frames[-1].stopped[0]) in own.said
    _, other = shown(language=language, options=view.Options(told="adam"), **sets)
    assert all(names[name] in other.said for name in ("gradient", "momentum", "nesterov"))
    assert names["newton"] not in other.said[other.said.index(names["momentum"]) :]


def test_the_default_film_is_small_and_quick_to_draw():
    frames, _ = shown()
    assert sum(frame.nbytes for frame in frames) < 200_000
    _, last = shown()
    marks = sum(
        len(trace["x"]) for trace in last.data if "markers" in trace.get("mode", "") and "series" not in trace.get("meta", {})
    )
    assert marks < 40


def test_the_lowest_two_are_named_so_that_who_wins_behind_newton_is_told():
    frames, picture = shown()
    assert "Lowest: Newton, at 0; then Nesterov" in picture.said
    assert frames[-1].heights.argsort(kind="stable")[:2].tolist() == [METHODS.index("newton"), METHODS.index("nesterov")]


def test_who_measures_by_slopes_alone_has_no_cross_on_the_way():
    for told, drawn in (("gradient", True), ("newton", True), ("rmsprop", False), ("adam", False)):
        _, picture = shown(0, options=view.Options(told=told))
        assert np.isfinite(keyed(picture, "walls")["x"]).any() == drawn
        assert ("cross" in picture.said) == drawn


# ---- the chord


def test_walkers_stand_on_the_curve_in_the_main_panel():
    options = view.Options(focus="descents")
    for i in (0, 20, 40):
        frames, picture = shown(i, kind=Chord, options=options, **curves.ENDS["wells"], curve="wells")
        now = next(trace for trace in picture.data if trace.get("marker", {}).get("color") == "@accent")
        assert now["xaxis"] == "x"
        assert now["x"].tolist() == frames[i].walkers.tolist()
        assert now["y"] == pytest.approx(now["x"] ** 4 - 2 * now["x"] ** 2)
    assert "rest at −1, 1" in picture.said
    assert shown(39, kind=Chord, options=options)[1].numbers["rests"] is None  # not known before the end


@pytest.mark.parametrize("curve", ["x**2", "0*x + 2"])
def test_above_the_walkers_and_below_their_curve_there_is_room_though_it_is_flat(curve):
    _, picture = shown(0, kind=Chord, options=view.Options(focus="descents"), curve="own", fx=curve)
    low, high = picture.layout["yaxis"]["range"]
    walkers = next(trace for trace in picture.data if trace.get("marker", {}).get("color") == "@accent")
    assert low < min(walkers["y"]) <= max(walkers["y"]) < high


def test_points_of_jensen_show_what_they_weigh_from_the_start():
    _, picture = shown(0, kind=Chord, curve="exp", points="-1:1 0:2 2:1")
    assert "0.25, 0.50, 0.25" in picture.said
    words = [item["text"] for item in picture.layout["annotations"]]
    assert words.count("0.25") == 2


def test_the_balance_hangs_where_the_picture_draws_it():
    frames, picture = shown(24, kind=Chord)
    gap, frame = keyed(picture, "gap"), frames[24]
    assert gap["x"].tolist() == [frame.x, frame.x]
    assert gap["y"].tolist() == [frame.f, frame.chord]
    assert frame.chord - frame.f == pytest.approx(frame.gap)
    tangent = keyed(picture, "tangent")
    assert np.interp(frame.x, tangent["x"], tangent["y"]) == pytest.approx(frame.f)
    assert (tangent["y"][1] - tangent["y"][0]) / (tangent["x"][1] - tangent["x"][0]) == pytest.approx(2 * frame.x)


def test_what_is_above_and_what_is_below_are_told_apart():
    for curve, below in (("square", False), ("cube", True)):
        _, picture = shown(20, kind=Chord, curve=curve, **curves.ENDS[curve])
        above, under = (next(t for t in picture.data if t.get("fillcolor") == colour) for colour in ("@c1", "@bad"))
        f = curves.values(curves.function_of(curve, ""), above["x"])
        assert (np.abs(under["y"] - f).max() > 0.1) == below
        assert (np.abs(above["y"] - f).max() > 0.1) != below


def test_every_choice_of_a_menu_sets_what_the_settings_have_and_may_be():
    for kind, menu in ((Race, "surface"), (Chord, "curve")):
        specs = {spec.name: spec for spec in kind.specs()}
        assert set(view.along[menu]) == set(specs[menu].choices)
        for sets in view.along[menu].values():
            assert all(specs[name].read(Spec.write(value)) == value for name, value in sets.items())
