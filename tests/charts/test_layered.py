"""Graphs are laid out in layers: everything leads to the right, nothing lies on anything."""

from itertools import combinations

import numpy as np
import pytest

from charts.layered import layered

MERGING = [(0, 1), (0, 1), (1, 2), (1, 2), (2, 3), (1, 3)]  # y = x·x, y·y + y
CHAIN = [edge for k in range(19) for edge in ((k, k + 1), (0, k + 1))]
FAN = [(k, 8) for k in range(8)]


@pytest.mark.parametrize(("n", "edges"), [(4, MERGING), (20, CHAIN), (9, FAN), (2, [(0, 1)]), (1, []), (3, [])])
def test_nodes_and_labels_stand_apart_and_edges_lead_to_the_right(n: int, edges: list[tuple[int, int]]):
    made = layered(n, tuple(edges))
    assert (made.x.shape, made.y.shape, made.labels.shape) == ((n,), (n,), (len(edges), 2))
    for start, end in edges:
        assert made.x[start] < made.x[end]
    spots = [*zip(made.x, made.y, strict=True), *map(tuple, made.labels)]
    for (x0, y0), (x1, y1) in combinations(spots, 2):
        assert abs(x0 - x1) > 0.4 or abs(y0 - y1) > 0.3 / max(n, 8)
    for edge, (start, end) in enumerate(edges):
        drawn = made.lines([edge], colour="@ink", width=1)
        x, y = drawn["x"][:-1], drawn["y"][:-1]
        assert (x[0], y[0], x[-1], y[-1]) == pytest.approx((made.x[start], made.y[start], made.x[end], made.y[end]), abs=1e-3)
        assert (np.diff(x) >= 0).all()
        points = made.ways[edge][:, 1]
        assert points.min() - 1e-3 <= y.min() <= y.max() <= points.max() + 1e-3
    assert made.layers == len(set(made.x))


def test_what_begins_stands_before_what_uses_it():
    assert layered(4, ((0, 1), (1, 3), (2, 3))).x.tolist() == [0, 1, 1, 2]


def test_a_layout_is_the_same_every_time():
    again = layered.__wrapped__(20, tuple(CHAIN))
    assert np.array_equal(layered(20, tuple(CHAIN)).y, again.y)


def test_bands_begin_where_they_are_piled_up_and_widen_as_they_are_told():
    made = layered(4, tuple(MERGING))
    band = made.bands([0, 3], np.array([0.4, 0.6]), np.array([[0.1, 0.02], [0.04, 0.04]]), (0.1, 0.05))
    first = np.stack([band["x"], band["y"]], 1)[: np.flatnonzero(np.isnan(band["x"]))[0]]
    left, right = first[first[:, 0] == first[:, 0].min(), 1], first[first[:, 0] == first[:, 0].max(), 1]
    assert (np.ptp(left), np.ptp(right)) == pytest.approx((0.1, 0.02), abs=1e-3)
    assert left.mean() == pytest.approx(0.4, abs=0.02)
    assert not np.isfinite(made.bands([], np.zeros(0), np.zeros((0, 2)), (0.1, 0.05))["x"]).any()


def test_what_leads_crosswise_is_put_in_order_so_that_nothing_crosses():
    y = layered(6, ((0, 3), (1, 2), (2, 4), (3, 5))).y
    assert (y[0] - y[1]) * (y[3] - y[2]) > 0
    assert (y[2] - y[3]) * (y[4] - y[5]) > 0
