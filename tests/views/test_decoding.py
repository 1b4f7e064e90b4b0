"""The tree stands still while it grows, and what is pointed at is what is meant."""

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
        ends = np.array(dotted["x"])[12::14]
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


@pytest.mark.parametrize(("name", "idle"), [("notes", {"order", "estimator"}), ("northanger", {"normalise"})])
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
