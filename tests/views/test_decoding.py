"""The tree stands still while it grows, and what is pointed at is what is meant."""

import re
from itertools import pairwise

import numpy as np
import pytest

from engine import data, tables
from engine.language import decoding, lm
from tests import runs
from ui.text import theory
from views.language import decoding as view


def pictures(table, options=None, **params):
    made = decoding.Params(**params)
    frames = runs.frames(decoding.ALGORITHMS, made, table)
    options = options or view.Options()
    return frames, [view.draw(frames, i, made, (table,), options, theory("decoding", "en")) for i in range(len(frames))]


def nodes(picture):
    return next(trace for trace in picture.data if trace.get("meta", {}).get("link") == "node" and "markers" in trace["mode"])


@pytest.mark.parametrize("params", [{}, {"width": 5}, {"close_up": 1}, {"strategy": "greedy"}, {"strategy": "exhaustive"}, {"strategy": "sampling", "samples": 20}, {"forced": "A C"}], ids=str)  # fmt: skip
def test_a_node_never_moves_once_it_has_its_place(params):
    _, shown = pictures(data.sample("notes"), **params)
    for before, after in pairwise(shown):
        n = len(nodes(before)["y"])
        np.testing.assert_array_equal(nodes(after)["y"][:n], nodes(before)["y"])


def test_an_optimum_that_the_tree_left_out_is_added_without_moving_it():
    many = [
        f"t{k}" for k in range(40)
    ]  # the last is a little less likely than the thirty that are drawn, and alone leads to an end
    first = [0.025] * 39 + [0.024, 0.001]
    rows = [["", *map(repr, first)], ["t39", *["0"] * 40, "1"], ["*", *["0.025"] * 40, "0"]]
    table = tables.make_table([["prefix", *many, "<eos>"], *rows], header=True, text=["prefix"])
    frames, shown = pictures(table, strategy="exhaustive", longest=2)
    n = len(frames[-2].parent)
    assert len(frames[-1].parent) > n
    np.testing.assert_array_equal(nodes(shown[-1])["y"][:n], nodes(shown[-2])["y"])
    assert shown[-1].numbers["sentence"] == "t39 <eos>"


def outline(picture, key):
    """The corners of what one trace of the tree draws, a piece a row."""
    trace = next(trace for trace in picture.data if trace.get("meta", {}).get("key") == key)
    x, y = np.asarray(trace["x"], float), np.asarray(trace["y"], float)
    ends = np.flatnonzero(np.isnan(x))
    return [(x[a + 1 : b], y[a + 1 : b]) for a, b in pairwise([-1, *ends])]


def widths(picture):
    """How long the bars at nodes are: node's height → length."""
    found = [piece for key in ("bars", "lit bars") for piece in outline(picture, key)]
    return {round(float(y.mean()), 3): float(np.ptp(y)) for _, y in found}


def test_a_branch_is_as_wide_as_its_prefix_is_likely_beside_the_widest_of_its_column():
    frames, shown = pictures(data.sample("notes"), strategy="exhaustive", longest=3)
    frame, bars, y = frames[-1], widths(shown[-1]), nodes(shown[-1])["y"]
    for level in (1, 2):
        members = np.flatnonzero((frame.depth == level) & ~decoding.barren(frame))
        wide = np.array([bars[round(float(y[node]), 3)] for node in members])
        seen = wide > 0.009  # what is narrower is drawn so that it can be seen
        chance = np.exp(frame.logp[members] - frame.logp[members].max())
        np.testing.assert_allclose((wide / wide.max())[seen], chance[seen], atol=0.01)


def test_greedys_branch_is_the_widest_of_step_two_and_another_overtakes_it():
    frames, shown = pictures(data.sample("notes"))
    said = [decoding.sentence_of(frames[-1], node) for node in range(len(frames[-1].parent))]
    bars, y = widths(shown[-1]), nodes(shown[-1])["y"]
    wide = {tokens: bars.get(round(float(y[node]), 3), 0) for node, tokens in enumerate(said)}
    assert wide[(0, 1)] > wide[(0, 2)]
    assert wide[(0, 1, 2)] < wide[(0, 2, 1)]
    assert wide[(0, 1, 2, 3)] / wide[(0, 2, 1, 3)] == pytest.approx(0.048 / 0.054, abs=0.01)


@pytest.mark.parametrize("params", [{}, {"width": 5}, {"strategy": "exhaustive"}, {"close_up": 1, "width": 4}, {"strategy": "sampling", "samples": 20}], ids=str)  # fmt: skip
def test_no_branch_comes_to_its_node_where_another_does(params):
    _, shown = pictures(data.sample("notes"), **params)
    for picture in shown:
        found = [piece for key in ("bars", "lit bars") for piece in outline(picture, key)]
        for column in {float(x[0]) for x, _ in found}:
            spans = sorted((float(y.min()), float(y.max())) for x, y in found if x[0] == column)
            assert all(a[1] <= b[0] + 1e-3 for a, b in pairwise(spans))


@pytest.mark.parametrize("name", ["notes", "grammar"])
@pytest.mark.parametrize("strategy", ["beam", "exhaustive", "sampling"])
def test_no_two_names_of_a_column_touch(name, strategy):
    few = {"samples": 10} if strategy == "sampling" else {}
    _, shown = pictures(data.sample(name), strategy=strategy, longest=4, **few)
    for picture in shown[:: max(1, len(shown) // 8)]:
        names = next(trace for trace in picture.data if "textfont" in trace and trace["textposition"] == "middle right")
        for column in set(names["x"]):
            heights = np.sort([y for x, y in zip(names["x"], names["y"], strict=True) if x == column])
            assert (np.diff(heights) > 0.036).all()


def test_blocks_are_as_high_as_their_prefixes_are_likely_and_children_stand_in_their_parent():
    _, shown = pictures(data.sample("notes"), view.Options(shape="blocks"))
    blocks = outline(shown[-1], "shore")
    assert [float(np.ptp(y)) for _, y in blocks] == pytest.approx([0.5, 0.15, 0.09, 0.054], abs=1e-4)
    for (_, above), (_, below) in pairwise(blocks):
        assert above.min() - 1e-4 <= below.min() <= below.max() <= above.max() + 1e-4


def test_of_a_large_vocabulary_every_column_of_blocks_fills_the_height():
    _, shown = pictures(data.sample("grammar"), view.Options(shape="blocks"), longest=6)
    pieces = [piece for key in ("dry", "bed", "lit") for piece in outline(shown[-1], key)]
    for column in {float(x.min()) for x, _ in pieces}:
        spans = [(float(y.min()), float(y.max())) for x, y in pieces if x.min() == column]
        assert min(low for low, _ in spans) == pytest.approx(0, abs=1e-3)
        assert max(high for _, high in spans) == pytest.approx(1, abs=1e-3)


def test_drops_fill_what_they_should_fill_on_average():
    frames, shown = pictures(data.sample("notes"), view.Options(shape="blocks"), strategy="sampling", samples=20)
    frame, water = frames[-1], outline(shown[-1], "water")
    drawn = np.flatnonzero((frame.count > 0) & (frame.depth > 0))
    filled = np.array([float(np.ptp(x)) for x, _ in water])
    ratio = frame.count[drawn] / (20 * np.exp(frame.logq[drawn]))
    np.testing.assert_allclose(filled, 0.97 * np.minimum(ratio, 1 / 0.97), atol=1e-3)


@pytest.mark.parametrize("shape", ["river", "blocks"])
@pytest.mark.parametrize("params", [{}, {"close_up": 1}, {"strategy": "exhaustive"}, {"strategy": "sampling", "samples": 20}], ids=str)  # fmt: skip
def test_traces_keep_their_number_and_order_through_a_film(shape, params):
    _, shown = pictures(data.sample("notes"), view.Options(shape=shape), **params)
    looks = {
        tuple((trace["type"], trace["mode"], trace.get("meta", {}).get("key")) for trace in picture.data) for picture in shown
    }
    assert len({look[:11] for look in looks}) == 1  # those of the tree
    assert len({len(look) for look in looks}) == 1


def test_below_each_step_stands_how_much_wider_it_is_drawn_and_what_is_left_of_all_probability():
    frames, shown = pictures(data.sample("notes"))
    first, *others = shown[-1].layout["xaxis"]["ticktext"]
    assert first == "step 1<br>0.7 left"
    said = [re.fullmatch(r"step (\d), drawn × ([\d.]+)<br>([\d.]+) left", words).groups() for words in others]
    assert [(int(step), float(mass)) for step, _, mass in said] == [(2, 0.35), (3, 0.17), (4, 0.102)]
    bars = [(x[0], np.ptp(y)) for key in ("bars", "lit bars") for x, y in outline(shown[-1], key) if len(x) > 1]
    alive = ~decoding.barren(frames[-1])
    unit = {}
    for step in range(1, 5):
        likeliest = np.exp(frames[-1].logp[alive & (frames[-1].depth == step)]).max()
        unit[step] = max(high for at, high in bars if round(at) == step) / likeliest
    assert [float(scale) for _, scale, _ in said] == pytest.approx([unit[step] / unit[1] for step in (2, 3, 4)], abs=0.06)
    assert dict(shown[-1].metrics)["probability left"] == "0.102"
    assert "0.35 is left" in next(picture.said for picture in shown if "Width 2: 2 stay alive: A B" in picture.said)


def test_the_lead_is_nought_where_another_takes_its_place():
    _, shown = pictures(data.sample("notes"), strategy="exhaustive")
    curve = shown[-1].data[-2]
    at = np.interp(np.log(np.log(0.054) / np.log(0.1)) / np.log(2), curve["x"], curve["y"])  # α = 0.342
    assert at == pytest.approx(0, abs=2e-3)
    words = [str(item["text"]) for item in shown[-1].layout["annotations"]]
    assert "below α = 0.342: A &lt;eos&gt;" in words


@pytest.mark.parametrize("strategy", ["beam", "greedy", "exhaustive"])
def test_the_lead_is_never_an_empty_frame(strategy):
    _, shown = pictures(data.sample("notes"), strategy=strategy)
    for picture in shown:
        curve = picture.data[-2]
        assert len(curve["x"]) > 1
        assert np.isfinite(curve["y"]).all()
    words = [str(item["text"]) for item in shown[-1].layout["annotations"]]
    assert theory("decoding", "en").part("beam", "lead_none") not in words


def test_the_same_picture_is_drawn_while_the_run_is_under_way():
    made, table = decoding.Params(), data.sample("notes")
    frames, shown = pictures(table)
    for i in (0, 4, 9):
        early = view.draw(frames[: i + 1], i, made, (table,), view.Options(), theory("decoding", "en"))
        assert repr(early) == repr(shown[i])


def test_the_dotted_path_is_greedys_sentence_also_behind_a_forced_beginning():
    table = data.sample("grammar")
    frames, shown = pictures(table, view.Options(alpha=0.0), forced="a", width=3, longest=6)
    dotted = next(trace for trace in shown[-1].data if trace.get("line", {}).get("dash") == "dot")
    model = lm.table_model(table)
    tokens, _ = decoding.greedy_sentence(model, 6, (model.vocabulary.index("a"),))
    best = shown[-1].numbers["sentence"].split()
    assert best[0] == "a"
    if best != [model.vocabulary[token] for token in tokens]:
        ends = np.array(dotted["x"])[11::26]
        assert ends.tolist() == sorted(ends.tolist())
        assert len(ends) <= len(tokens)
    assert frames[-1].greedy == pytest.approx(decoding.greedy_sentence(model, 6, (model.vocabulary.index("a"),))[1])


def test_a_click_in_a_pruned_picture_forces_what_was_pointed_at():
    table, options = data.sample("grammar"), view.Options(alpha=0.0)
    params = decoding.Params(strategy="widths", longest=8)
    frames, shown = pictures(table, options, strategy="widths", longest=8)
    trace = nodes(shown[-1])
    assert len(trace["x"]) < len(frames[-1].parent)
    for node, told in enumerate(trace["customdata"]):
        if node:
            said = told.split("</b>")[0].removeprefix("<b>").replace("&lt;", "<").replace("&gt;", ">")
            assert view.clicked("node", node, frames[-1], params, table, options) == {"forced": said}


@pytest.mark.parametrize(("strategy", "called"), [("sampling", "River bed"), ("beam", "Search tree"), ("greedy", "Search tree")])
def test_where_sentences_are_drawn_the_tree_is_a_bed(strategy, called):
    _, shown = pictures(data.sample("notes"), strategy=strategy)
    titles = [item["text"] for item in shown[-1].layout["annotations"] if item.get("name") == "title"]
    assert titles[0].startswith(called)


def test_before_anything_is_asked_there_is_no_formula_and_from_then_on_there_always_is_one():
    _, shown = pictures(data.sample("notes"))
    assert [bool(picture.formula) for picture in shown] == [False] + [True] * (len(shown) - 1)


def test_alpha_ranks_anew_without_another_run():
    frames, _ = pictures(data.sample("notes"), strategy="exhaustive")
    made, table = decoding.Params(strategy="exhaustive"), data.sample("notes")
    best = [
        view.draw(frames, len(frames) - 1, made, (table,), view.Options(alpha=alpha), theory("decoding", "en")).numbers[
            "sentence"
        ]
        for alpha in (0.0, 0.3, 0.4, 0.75)
    ]
    assert best == ["<eos>", "A <eos>", "A C B <eos>", "A C B <eos>"]


def test_a_click_where_no_node_is_sets_nothing():
    table, params = data.sample("notes"), decoding.Params()
    frames, _ = pictures(table)
    assert view.clicked("node", len(frames[-1].parent), frames[-1], params, table, view.Options()) == {}
    assert view.clicked("node", -1, frames[-1], params, table, view.Options()) == {}
    assert view.clicked("node", 0, frames[-1], params, table, view.Options()) == {"forced": ""}


@pytest.mark.parametrize(("name", "idle"), [("notes", {"order", "estimator"}), ("northanger", {"normalise", "end"})])
def test_what_speaks_of_other_data_plays_no_part(name, idle):
    found = view.choices(data.sample(name), theory("decoding", "en"))
    assert {field for field, names in found.items() if not names} == set(found) == idle
    assert all(idle <= set(kind.Params.model_fields) for kind in decoding.ALGORITHMS)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_greedy_is_told_as_the_beam_of_width_one_that_it_is(language):
    def told(params):
        frames = runs.frames(decoding.ALGORITHMS, params, table)
        words = theory("decoding", language)
        return [view.draw(frames, i, params, (table,), view.Options(), words).said for i in range(len(frames) - 1)]

    table = data.sample("notes")
    assert told(decoding.Greedy()) == told(decoding.Beam(width=1))
