"""What the page of cross entropy claims, in its experiments, prose and errata, is so; and what a click on its picture means."""

import re

import numpy as np
import pytest

from charts import fields
from engine import data
from engine.foundations import cross_entropy as ce
from tests import runs
from ui.text import LANGUAGES, theory
from views.foundations import cross_entropy as view
from views.foundations import cross_entropy_area as area

EXPERIMENTS = {item.id: item for item in theory("cross_entropy", "en").experiments}
NOTES_P, Q1, Q2 = np.array([1.0, 0, 0]), np.array([0.5, 0.4, 0.1]), np.array([0.8, 0.1, 0.1])


def frames(name: str, **other):
    item = EXPERIMENTS[name]
    settings = {key: value for key, value in {**item.set, **other}.items() if key != "show"}
    if item.set.get("show") == "logits":
        return runs.frames(ce.ALGORITHMS, ce.Logits(**settings))
    return runs.frames(ce.ALGORITHMS, ce.Rectangles(**settings), data.sample(item.data))


def answer(name: str) -> str:
    return EXPERIMENTS[name].question.choices[EXPERIMENTS[name].question.right]


def test_the_floor_is_one_and_a_half_bits_which_words_of_one_two_and_two_bits_reach():
    end = frames("floor")[-1]
    assert end.cost == pytest.approx(1.5, abs=EXPERIMENTS["floor"].question.number.within / 100)
    assert end.code == end.entropy == 1.5
    assert sorted(map(len, end.words)) == [1, 2, 2]


def test_a_sure_and_wrong_net_is_pushed_by_cross_entropy_alone():
    end = frames("sure")[-1]
    assert end.sizes_now[0] > 0.999
    assert f"{end.sizes_now[1]:.1e}" == "8.2e-09"
    assert answer("sure") == "cross entropy"


def test_the_softmax_as_written_is_nan_nought_nought():
    end = frames("overflow")[-1]
    assert str(end.naive["share"]) == "(nan, 0.0, 0.0)"
    assert end.shifted["share"] == (1, 0, 0)
    assert answer("overflow") == "NaN, 0, 0"


def test_smoothed_logits_rest_and_others_go_on():
    item = EXPERIMENTS["smooth"]
    assert frames("smooth")[-1].gap == pytest.approx(np.log(0.91 / 0.01), abs=0.001)
    on, far = frames("smooth", **item.then_set)[-1], frames("smooth", **item.then_set, steps=200)[-1]
    assert (round(on.gap, 1), round(far.gap, 1)) == (7.7, 9.2)
    assert frames("smooth", rate=0.5)[-1].gap < 4.51 - item.question.number.within / 2  # so slow a rate has not arrived


def test_three_moves_are_enough_and_one_is():
    item = EXPERIMENTS["goal"]
    goal = item.question.goal
    assert (goal.column, goal.side, goal.bound, goal.moves) == ("cost", "below", 1.6, 3)
    start = frames("goal")[-1]
    assert start.cost > goal.bound
    assert len(frames("goal")) == 1  # Play has nothing to do
    sample = data.sample(item.data)
    moved = ce.with_top(sample, ce.read(sample), start.q, 2, 0.25, 1.0)
    after = next(ce.rectangles(ce.Rectangles(steps=0), moved)).cost
    assert round(after, 2) == 1.56 < goal.bound


def test_the_hint_leads_below_the_bound_from_wherever_three_moves_have_led():
    goal = EXPERIMENTS["goal"].question.goal
    p, rng = np.array([0.5, 0.25, 0.25]), np.random.default_rng(0)
    q = np.maximum(rng.dirichlet(np.full(3, 0.4), 2000), 1e-4)
    q /= q.sum(1, keepdims=True)
    each = np.arange(len(q))
    for _ in range(goal.moves):  # the top that stands furthest above its dashed line is put there, the others give way
        at = (p / q).argmax(1)
        q *= ((1 - p[at]) / (1 - q[each, at]))[:, None]
        q[each, at] = p[at]
    assert (-(p * np.log2(q)).sum(1)).max() < goal.bound


def test_the_errata_and_the_table_of_the_notes_are_reckoned_right():
    costs = [ce.cross_entropy(np.log(q), NOTES_P) for q in (Q1, Q2)]
    assert [round(float(cost), 3) for cost in costs] == [0.693, 0.223]
    assert round(float(-np.log(Q1).sum()), 3) == 3.912
    for name, cost in zip(("notes_q1", "notes_q2"), costs, strict=True):
        frame = next(ce.rectangles(ce.Rectangles(unit="nats", steps=0), data.sample(name)))
        assert frame.cost == pytest.approx(cost, abs=1e-12)


def test_a_double_holds_powers_up_to_709():
    with np.errstate(over="ignore"):
        assert np.isfinite(np.exp(709.78))
        assert np.isinf(np.exp(709.79))
        assert np.exp(-745.13) > 0 == np.exp(-745.14)


# ---- clicks and words


@pytest.mark.parametrize("unit", ["bits", "nats"])
@pytest.mark.parametrize("name", ["halves", "opposite", "ruled_out", "notes_q1"])
def test_a_click_puts_the_top_that_it_is_over_where_it_is(name, unit):
    params, sample = ce.Rectangles(unit=unit), data.sample(name)
    frame = next(ce.rectangles(params, sample))
    for index in (5, 100, 500, 777, area.UP * area.ACROSS - 1):
        x, height = fields.where(index, (0, 1), area.place_ends(area.ceiling(frame)), shape=(area.UP, area.ACROSS))
        table = view.clicked("top", index, frame, params, sample, view.Options())
        after = next(ce.rectangles(params, table))
        at = int(np.searchsorted(np.cumsum(frame.p), x))
        assert after.tops[at] == pytest.approx(height, abs=0.02)
        assert after.p.tolist() == frame.p.tolist()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "settings", "key"),
    [("halves", {}, "start"), ("notes_q1", {}, "certain"), ("ruled_out", {}, "endless"), ("halves", {"rate": 5.0}, "fast")],
)
def test_what_is_special_about_a_start_is_said(language, name, settings, key):
    params, sample, text = ce.Rectangles(**settings), data.sample(name), theory("cross_entropy", language)
    start = [next(ce.rectangles(params, sample))]
    said = view.draw(start, 0, params, (sample,), view.Options(), text).said
    assert said.startswith(text.scenes["rectangles"]["said"][key].partition("{")[0])


def test_rest_is_said_once_the_areas_no_longer_differ():
    text, sample = theory("cross_entropy", "en"), data.sample("halves")

    def end(steps):
        params = ce.Rectangles(steps=steps)
        run = runs.frames(ce.ALGORITHMS, params, sample)
        return run[-1], view.draw(run, len(run) - 1, params, (sample,), view.Options(), text).said

    ends = [end(steps) for steps in (1, 3, 40, 100)]
    assert [said.startswith("Every top") for _, said in ends] == [False, False, False, True]
    (near, said), (rest, _) = ends[2:]
    assert said.startswith("No top is further from its dashed line than 0.002 bits")
    assert np.abs(near.tops - near.floors).max() == pytest.approx(0.002, abs=5e-4)
    assert np.abs(rest.tops - rest.floors).max() < area.UNSEEN


def test_broken_cells_are_framed_and_sound_ones_are_not():
    text, params = theory("cross_entropy", "en"), ce.Logits()
    run = list(ce.logits(params))

    def framed(traces) -> int:
        frames = [trace for trace in traces if trace.get("fill") and trace["line"]["color"] == "@bad"]
        return sum(np.isfinite(np.asarray(trace["x"], float)).sum() // 5 for trace in frames)

    assert [framed(view.draw(run, i, params, (), view.Options(), text).data) for i in range(8)] == [0, 0, 0, 1, 2, 3, 6, 7]
    calm = list(ce.logits(ce.Logits(logits="2, 1, -1")))
    assert framed(view.draw(calm, 7, ce.Logits(logits="2, 1, -1"), (), view.Options(), text).data) == 0


def drawn(frame_of, step: int = -1, **settings):
    """The traces of a picture of one of an experiment's runs."""
    item, text = EXPERIMENTS[frame_of], theory("cross_entropy", "en")
    kind, sample = (ce.Logits, ()) if item.set.get("show") == "logits" else (ce.Rectangles, (data.sample(item.data),))
    params = kind(**{key: value for key, value in {**item.set, **settings}.items() if key != "show"})
    run = runs.frames(ce.ALGORITHMS, params, *sample)
    return view.draw(run, step % len(run), params, sample, view.Options(), text)


def words(picture) -> list[str]:
    return [word for trace in picture.data if "text" in trace.get("mode", "") for word in trace["text"] if word]


def test_where_a_smoothed_lead_rests_its_bracket_stands_between_the_tops_and_says_so():
    picture, frame = drawn("smooth"), frames("smooth")[-1]
    assert "its logit leads by 4.51" in words(picture)
    bracket = next(trace for trace in picture.data if trace.get("line", {}).get("color") == "@ink" and len(trace["x"]) == 6)
    assert np.ptp(bracket["y"]) == pytest.approx(frame.gap, abs=1e-9)
    for other in (drawn("smooth", 0), drawn("smooth", smoothing=0.0), drawn("smooth", unit="bits")):
        assert not any("leads" in word for word in words(other))


def test_a_guessed_lead_has_its_mark_where_the_lead_is_drawn_and_where_it_rests_is_said():
    picture, item = drawn("smooth"), EXPERIMENTS["smooth"]
    curves = [trace for trace in picture.data if (trace.get("meta") or {}).get("column") == item.question.number.column]
    assert {trace["xaxis"] for trace in curves} == {"x3"}
    assert 3 in item.hides.panels
    rest = next(trace for trace in picture.data if trace["xaxis"] == "x3" and trace.get("line", {}).get("dash") == "dash")
    assert rest["y"][0] == pytest.approx(np.log(0.91 / 0.01))
    notes = [[note["text"] for note in one.layout["annotations"]] for one in (picture, drawn("smooth", smoothing=0.0))]
    assert ["here it rests" in one for one in notes] == [True, False]
    warm = drawn("smooth", temperature=2.0, steps=200)
    assert warm.numbers["gap"] == pytest.approx(2 * np.log(0.91 / 0.01), abs=0.1)
    assert next(t for t in warm.data if t["xaxis"] == "x3" and t.get("line", {}).get("dash") == "dash")["y"][0] == pytest.approx(
        2 * np.log(0.91 / 0.01)
    )


def test_what_a_question_asks_for_is_told_by_marks_that_can_be_covered_and_by_no_sentence():
    told = {trace["meta"]["tells"]: trace["text"] for trace in drawn("smooth").data if "tells" in (trace.get("meta") or {})}
    assert told == {"gap": ["its logit leads by 4.51"], "kl": ["0.000 − 0.000 = 0.000"]}
    asked = drawn("floor", 0)
    assert not re.search(r"\d\.\d", asked.said)
    assert {"cost", "kl"} <= set(EXPERIMENTS["floor"].hides.numbers)
    assert "cost" in asked.values  # which is how the formula finds it covered


def test_the_code_of_each_class_is_read_from_left_to_right_below_it():
    picture = drawn("floor", 0)
    assert picture.layout["xaxis"]["ticktext"] == ["a<br>0.5<br>code 0", "b<br>0.25<br>code 11", "c<br>0.25<br>code 10"]


def test_no_number_stands_on_a_hatched_area():
    for step in (0, 2):
        frame, picture = frames("floor")[step], drawn("floor", step)
        for trace in picture.data:
            if trace.get("textposition") in ("top center", "bottom center") and trace["xaxis"] == "x":
                for k, (y, text) in enumerate(zip(trace["y"], trace["text"], strict=True)):
                    inside = min(frame.tops[k], frame.floors[k]) < y < max(frame.tops[k], frame.floors[k])
                    assert not (text and inside)


def test_a_slope_is_drawn_where_it_is_or_said_to_lie_below_the_axis():
    curve = next(trace for trace in drawn("sure").data if trace.get("line", {}).get("dash") == "dash" and len(trace["y"]) == 81)
    assert min(curve["y"]) == pytest.approx(4 * np.exp(-40), rel=1e-3)
    low, high = drawn("sure").layout["yaxis2"]["range"]
    assert low < np.log10(min(curve["y"])) < high
    assert not any("↓" in word for word in words(drawn("sure")))
    assert "↓ 0\u2002" in words(drawn("overflow"))


def test_where_rounding_shows_the_difference_is_said_to_be_about_the_divergence():
    run = runs.frames(ce.ALGORITHMS, ce.Rectangles(), data.sample("halves"))
    assert [area._difference(run[i]) for i in (0, 3)] == ["0.500 − 0.250 = 0.250", "0.241 − 0.167 ≈ 0.075"]


@pytest.mark.parametrize("kind", ["rectangles", "logits"])
def test_through_a_film_only_numbers_change_so_that_a_step_is_drawn_quickly(kind):
    sample = (data.sample("opposite"),) if kind == "rectangles" else ()
    params = ce.Rectangles() if kind == "rectangles" else ce.Logits()
    run, text = runs.frames(ce.ALGORITHMS, params, *sample), theory("cross_entropy", "en")
    pictures = [view.draw(run, i, params, sample, view.Options(), text) for i in (1, 2, 3, len(run) - 1)]
    first = pictures[0]
    for other in pictures[1:]:
        assert other.layout == first.layout
        assert len(other.data) == len(first.data)
        for a, b in zip(first.data, other.data, strict=True):
            assert still(a) == still(b)


def still(trace):
    """What of a trace may not change: all but its numbers, and the lists of its marks."""
    looks = {key: value for key, value in trace.items() if key not in ("x", "y", "z", "text", "customdata", "meta", "marker")}
    return repr(looks), sorted(trace.get("marker", {}))
