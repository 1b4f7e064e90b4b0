"""Islands hold their points, names stand clear, axes say chances where they are, trees give every leaf a line."""

import numpy as np
import pytest

from charts import curves, fields, islands, labels, points, trees
from charts.numbers import apart

RNG = np.random.default_rng(0)


def test_an_outline_is_as_far_from_the_outermost_points_as_asked_and_point_k_always_looks_the_same_way():
    places, ways = RNG.normal(size=(20, 2)), 2 * np.pi * np.arange(49) / 48
    edge = points.hull(places, (0.5, 0.5))
    np.testing.assert_allclose(edge[0], edge[-1])
    normals = np.stack([np.cos(ways), np.sin(ways)], -1)
    np.testing.assert_allclose((edge * normals).sum(1), (places @ normals.T).max(0) + 0.5)
    away = np.array([3, 4])
    np.testing.assert_allclose(points.hull(places + away, (0.5, 0.5)), edge + away)


def drawn(places, ends, **more):
    group = np.repeat([0, 1, -1], 5)
    names, kinds = [f"word{k}" for k in range(15)], ["one", "two"]
    ranges = {"x": [-4, 4], "y": [-3, 3], "stage": (340.0, 270.0), "lines": np.zeros((0, 4))}
    return islands.Map(places, ends, group, kinds, names, -np.arange(15.0), [3], 70, **ranges | more)


def test_names_keep_their_side_while_points_move_and_those_of_no_group_have_none():
    ends = np.concatenate([RNG.normal(-1.5, 0.4, (5, 2)), RNG.normal(1.5, 0.4, (5, 2)), RNG.normal(0, 1, (5, 2))])
    course = [RNG.normal(0, 1, (15, 2)), ends]
    sides = [drawn(places, ends).sides() for places in course]
    np.testing.assert_array_equal(*sides)
    assert (sides[0][10:15] == -1).all()
    assert (sides[0][15:].reshape(2, 4) >= 0).sum(1).max() == 1  # a group is named once
    written = [drawn(places, ends).written(sides[0]) for places in course]
    assert written[0]["textposition"] == written[1]["textposition"]
    assert "word3" not in written[1]["text"]  # it is drawn by a trace of its own
    assert {"<b>one</b>", "<b>two</b>"} <= set(written[1]["text"])


def test_names_keep_clear_of_lines():
    ends = np.stack([np.linspace(-3, 3, 15), np.zeros(15)], 1)
    free, crossed = (drawn(ends, ends, lines=lines).sides()[:10] for lines in (np.zeros((0, 4)), np.array([[-4, 0, 4, 0.0]])))
    assert (free >= 0).sum() >= (crossed >= 0).sum()
    assert not set(crossed[crossed >= 0]) & {labels.SIDES.index("middle right"), labels.SIDES.index("middle left")} - {crossed[3]}


@pytest.mark.parametrize("slope", [0.5, 2.0, 7.0])
def test_ticks_of_chances_stand_where_the_curve_has_them(slope):
    axis = curves.chances(slope, -4, 4, 340)
    np.testing.assert_allclose(1 / (1 + np.exp(-slope * np.array(axis["tickvals"]))), [float(text) for text in axis["ticktext"]])
    assert np.diff(sorted(axis["tickvals"])).min(initial=8) * 340 / 8 > 34
    assert "0.5" in axis["ticktext"]


def test_pulls_that_cannot_be_seen_are_not_drawn():
    trace = fields.pulls(np.zeros((2, 2)), np.array([[1, 0], [0.001, 0]]), colour="@accent", least=0.01)
    np.testing.assert_array_equal(np.isnan(trace["x"]), [False, False, True, False, True, True])


def test_every_leaf_has_a_line_and_every_node_stands_amid_its_children():
    parent = np.array([6, 4, 4, 5, 5, 6, -1])  # four leaves
    depth, y = trees.in_lines(parent, 4)
    np.testing.assert_array_equal(depth, [1, 3, 3, 2, 2, 1, 0])
    assert sorted(y[:4]) == [0, 1, 2, 3]
    for node in (4, 5, 6):
        assert y[node] == pytest.approx(y[parent == node].mean())


def test_two_numbers_that_differ_are_told_apart_in_as_few_digits_as_will_do():
    assert apart(0.5, 0.6) == ("0.5", "0.6")
    assert apart(0.50001, 0.50002) == ("0.50001", "0.50002")
    assert apart(0.5, 0.5) == ("0.5", "0.5")
