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
    made = layered(n, edges)
    assert (made.x.shape, made.y.shape, made.labels.shape) == ((n,), (n,), (len(edges), 2))
    for start, end in edges:
        assert made.x[start] < made.x[end]
    spots = [*zip(made.x, made.y, strict=True), *map(tuple, made.labels)]
    for (x0, y0), (x1, y1) in combinations(spots, 2):
        assert abs(x0 - x1) > 0.4 or abs(y0 - y1) > 0.3 / max(n, 8)
    for edge, (start, end) in enumerate(edges):
        x, y = made.line(edge)
        assert (x[0], y[0], x[-1], y[-1]) == pytest.approx((made.x[start], made.y[start], made.x[end], made.y[end]))
        assert (np.diff(x) >= 0).all()
    assert made.layers == len(set(made.x))


def test_what_begins_stands_before_what_uses_it():
    assert layered(4, [(0, 1), (1, 3), (2, 3)]).x.tolist() == [0, 1, 1, 2]


def test_a_layout_is_the_same_every_time():
    assert np.array_equal(layered(20, CHAIN).y, layered(20, CHAIN).y)
