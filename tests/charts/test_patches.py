"""What lies over a picture in patches lies where it should, and takes none of its colours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts import matrices, patches
from charts.formula import whole


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 3), st.integers(0, 3))
def test_the_rim_of_a_rectangle_is_as_long_as_its_circumference(high, wide, top, left):
    shown = np.zeros((high + top + 1, wide + left + 1), int)
    shown[top : top + high, left : left + wide] = 1
    rim = patches.rim(shown)
    assert rim[:, 2:].sum() == 2 * (high + wide)
    assert set(rim[rim[:, 2] == 0, 0].tolist()) == {top, top + high}
    assert set(rim[rim[:, 3] == 0, 1].tolist()) == {left, left + wide}


def test_areas_of_squares_are_as_their_weights():
    trace = patches.squares(np.array([[0.1, 0.0], [0.2, 0.4]]))
    x, y = (np.asarray(trace[axis]).reshape(-1, 6)[:, :5] for axis in ("x", "y"))
    areas = np.ptp(x, axis=1) * np.ptp(y, axis=1)
    assert areas / areas[2] == pytest.approx([0.25, 0.5, 1])
    assert np.allclose((x[:, :4].mean(1), y[:, :4].mean(1)), ([0.5, 0.5, 1.5], [0.5, 1.5, 1.5]))


def test_a_veil_hides_blanks_or_shows_and_colours_nothing():
    veil = patches.veil(np.array([[0, 1, 2]]), corner=(-2, 3))
    assert (veil["x0"], veil["y0"]) == (3.5, -1.5)
    assert {colour for _, colour in veil["colorscale"]} == {"rgba(0,0,0,0)", "@surface", "@tile"}


@pytest.mark.parametrize(("corner", "parts"), [(0, 1), (3, 4)])
def test_a_picture_cut_in_four_covers_what_the_whole_did(corner, parts):
    pixels = np.random.default_rng(0).integers(0, 255, (40, 56, 3), dtype=np.uint8)
    begins, files = patches.quarters(pixels, 8, corner)
    assert len(files) == parts
    covered = np.zeros((5, 7), int)
    for (top, left), file in zip(begins.tolist(), files, strict=True):
        assert (file["y0"] - file["dy"] / 2, file["x0"] - file["dx"] / 2) == pytest.approx((top, left))
        covered[top : 5 if top == corner else corner, left : 7 if left == corner else corner] += 1
    assert (covered == 1).all()


def test_rows_and_columns_in_order_of_their_groups_make_blocks():
    groups = np.array([2, 0, 2, 1, 0])
    order, blocks = matrices.blocks(groups)
    assert order.tolist() == [1, 4, 3, 0, 2]
    assert blocks.tolist() == [[y, x, h, w] for y, h in ((0, 2), (2, 1), (3, 2)) for x, w in ((0, 2), (2, 1), (3, 2))]
    same = (groups[:, None] == groups)[np.ix_(order, order)]
    for k, (y, x, h, w) in enumerate(blocks.tolist()):
        assert (same[y : y + h, x : x + w] == (k % 4 == 0)).all()


def test_whole_numbers_of_a_formula_have_no_decimals_and_arrays_are_lists():
    assert whole(n=3, at=np.arange(2)) == {"n": (3, 0), "at": ([0, 1], 0)}
