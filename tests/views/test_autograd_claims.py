"""What the page of back-propagation claims, in its experiments and in its words, is so."""

from typing import Any

import numpy as np
import pytest

from engine import data
from engine.algorithm import meant
from engine.foundations import autograd
from tests import runs
from ui.text import theory
from views.foundations import autograd as view
from views.foundations import autograd_fit

TEXT = theory("autograd", "en")
EXPERIMENTS = {item.id: item for item in TEXT.experiments}


def frames(name: str) -> list[Any]:
    item = EXPERIMENTS[name]
    kind = meant(autograd.ALGORITHMS, item.set)
    settings = {key: value for key, value in item.set.items() if key != "show"}
    return runs.frames(autograd.ALGORITHMS, kind.Params(**settings), data.sample(item.data))


def answer(name: str) -> str:
    return EXPERIMENTS[name].question.choices[EXPERIMENTS[name].question.right]


def test_paths_that_merge_give_114():
    last = frames("merge")[-1]
    assert last.gradient == 114
    assert sorted(abs(last.passed[[2, 3, 5], 0])) == [1, 9, 9]


def test_detach_makes_it_nine_and_a_small_push_27():
    last = frames("cut")[-1]
    assert (answer("cut"), last.gradient) == ("9", 9)
    assert last.quotients[0, 0] == pytest.approx(27, abs=1e-6)
    assert last.whole[0, 0] - last.gradients[0, 0] == 18


def test_b_hardly_moves_in_ten_steps():
    last = frames("valley")[-1]
    assert (last.step, round(last.b, 2)) == (10, 0.02)
    assert round(last.condition) == 12945


def test_a_rate_one_notch_too_large_runs_away():
    run = frames("notch")
    assert answer("notch") == "run away"
    assert run[-1].step == 500
    assert round(run[-1].stretch, 2) == 2.04
    assert 1e19 < run[-1].loss < 1e20
    assert (np.diff([frame.loss for frame in run[1:]]) > 0).all()


def test_without_zeroing_w_swings_on():
    w = np.array([frame.w for frame in frames("zero")])
    assert answer("zero") == "swing on"
    assert (round(w.min(), 1), round(w[1:].max(), 1), round(w[10], 2)) == (0.9, 3.5, 3.21)
    assert (np.diff(np.sign(w[2:] - 2.138)) != 0).sum() >= 6  # it crosses again and again …
    assert abs(w[-10:] - 2.138).max() > 1  # … and does not settle


def picture(kind: str, run: list[Any], i: int, name: str, **settings: Any) -> Any:
    params = next(item for item in autograd.ALGORITHMS if item.name == kind).Params(**settings)
    return view.draw(run, i, params, (data.sample(name),), view.Options(), TEXT)


def test_bands_are_piled_up_to_the_bar_of_their_node_and_a_cut_is_hatched():
    sample, params = data.sample("merging"), autograd.Sweep(cut=5)
    run = runs.frames(autograd.ALGORITHMS, params, sample)
    last = picture("graph", run, len(run) - 1, "merging", cut=5)
    hatched = [trace for trace in last.data if trace.get("fillpattern") and np.isfinite(np.asarray(trace["x"], float)).any()]
    assert len(hatched) == 2  # the band, and its piece of the bar
    assert "108" in last.said
    whole = picture("graph", runs.frames(autograd.ALGORITHMS, autograd.Sweep(), sample), 11, "merging")
    assert not [trace for trace in whole.data if trace.get("fillpattern") and np.isfinite(np.asarray(trace["x"], float)).any()]


@pytest.mark.parametrize(("name", "lost"), [("merging", [57, 57, 54, 54, 108, 6]), ("detach", [18, 18, 18, 27])])
def test_every_edge_can_be_cut_and_what_is_missing_is_told(name: str, lost: list[int]):
    for cut, missing in enumerate(lost):
        run = runs.frames(autograd.ALGORITHMS, autograd.Sweep(cut=cut), data.sample(name))
        said = [picture("graph", run, i, name, cut=cut).said for i in range(len(run))]
        assert f"Cut off: {missing}." in said[-1]
        assert "edge is cut" in " ".join(said)


def test_what_is_lost_stands_at_what_is_hatched():
    run = runs.frames(autograd.ALGORITHMS, autograd.Sweep(), data.sample("detach"))
    words = [[note["text"] for note in picture("graph", run, i, "detach").layout["annotations"]] for i in range(len(run))]
    assert {"18 lost", "3 lost"} <= set(words[-1])
    assert not any("lost" in text for text in words[0])


@pytest.mark.parametrize(("w", "b"), [(1.0, 0.0), (-4.0, 5.0), (4.0, -5.0), (2.0, 3.0)])
def test_the_best_line_and_the_start_lie_on_the_map(w: float, b: float):
    for (low, high), *both in zip(
        autograd_fit.reach(autograd.Fit(w=w, b=b), np.array([2.0, 3.0])), (w, b), (2.0, 3.0), strict=True
    ):
        assert low < min(both) <= max(both) < high


def test_who_left_the_map_is_said_to_have_left_since_which_step():
    settings = {"rate": 0.00031, "steps": 500}
    run = runs.frames(autograd.ALGORITHMS, autograd.Fit(**settings), data.sample("line"))
    last = picture("fit", run, len(run) - 1, "line", **settings)
    said = next(note["text"] for note in last.layout["annotations"] if note["text"].startswith("left the map"))
    ends = autograd_fit.reach(autograd.Fit(**settings), run[-1].best)
    way = np.concatenate([frame.path[min(k, 1) :] for k, frame in enumerate(run)])
    assert len(way) == 501
    inside = ((way >= np.array(ends)[:, 0]) & (way <= np.array(ends)[:, 1])).all(1)
    assert said == f"left the map at step {np.flatnonzero(inside)[-1] + 1}"
    signs = [trace["marker"].get("symbol") for trace in last.data if trace.get("marker", {}).get("color") == "@accent"]
    assert "arrow" in signs
    assert "circle-open" not in signs


def test_traces_keep_their_number_and_order_through_a_film():
    for kind in autograd.ALGORITHMS:
        run = runs.frames(autograd.ALGORITHMS, kind.Params(), data.sample(kind.sample))
        shapes = {
            tuple((trace["type"], trace["xaxis"]) for trace in picture(kind.name, run, i, kind.sample).data)
            for i in range(len(run))
        }
        assert len(shapes) == 1


def test_what_speaks_of_a_script_goes_with_it():
    one, other = (view.belonging(data.sample(name)) for name in ("merging", "detach"))
    assert one.keys() == other.keys() == {"cut", "v"}
    assert one != other
    assert view.belonging(data.sample("line")) == {}


def test_clicks_cut_join_start_add_and_take_away():
    cloud, sweep, fit = data.sample("line"), autograd.Sweep(), autograd.Fit()
    graph, line = (
        runs.frames(autograd.ALGORITHMS, params, data.sample(name))[-1] for params, name in ((sweep, "merging"), (fit, "line"))
    )
    options = view.Options()
    assert view.clicked("edge", 3, graph, sweep, None, options) == {"cut": 3}
    assert view.clicked("edge", 3, graph, autograd.Sweep(cut=3), None, options) == {"cut": -1}
    start = view.clicked("start", 1200, line, fit, cloud, options)
    autograd.Fit(**start)  # within bounds
    assert set(view.clicked("add", 300, line, fit, cloud, options).place) == {"x", "y"}
    assert view.clicked("point", 4, line, fit, cloud, options).index == 4
    assert view.clicked("else", 4, graph, sweep, cloud, options) == {}
