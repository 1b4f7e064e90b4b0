"""Drawings: packed and unpacked again, never believed; the picture and the points that they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from engine import data
from engine.drawings import whole_digit
from engine.errors import DataError
from engine.images import SIDE, Image
from engine.strokes import (
    DRAWING_BYTES,
    GRID,
    MARGIN,
    MOST_POINTS,
    PEN,
    SPACING,
    WIDEST,
    drawing,
    drawn_picture,
    drawn_points,
    even,
    pack_drawing,
    unpack_drawing,
)

LINKS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", max_size=80)
SEVEN = [[(40, 30), (160, 30), (90, 180)]]


@st.composite
def drawings(draw):
    across = draw(st.integers(1, WIDEST))
    place = st.tuples(st.integers(0, GRID * across), st.integers(0, GRID))
    return drawing(draw(st.lists(st.lists(place, min_size=1, max_size=12), min_size=1, max_size=12)), across)


@given(drawings())
def test_a_drawing_is_unpacked_as_it_was_packed(made):
    assert unpack_drawing(pack_drawing(made)) == made
    assert len(pack_drawing(made)) <= data.LINK_CHARACTERS


@given(LINKS | st.text(max_size=20))
def test_whatever_a_link_says_it_is_a_drawing_on_its_pad_or_refused(link):
    try:
        made = unpack_drawing(link)
    except DataError:
        return
    assert all(0 <= x <= GRID * made.across and 0 <= y <= GRID for stroke in made.strokes for x, y in stroke)


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("", "nothing_drawn"),
        ("Ag", "nothing_drawn"),  # a pad, and no stroke
        ("AgZQPPABAIsB", "broken_drawing"),  # cut off
        ("AgI", "broken_drawing"),  # a stroke without places
        ("Av7___8P", "broken_drawing"),  # a stroke of more places than there are
        ("AgIBAA", "broken_drawing"),  # left of the pad
        ("A", "broken_drawing"),
        ("§", "broken_drawing"),
        ("gICAgICAgICAgICAgICAgICAgAE", "nothing_drawn"),  # a pad as wide as a universe, and no stroke
        ("A" * 5000, "drawn_too_much"),
    ],
)
def test_a_damaged_drawing_is_refused(link, code):
    with pytest.raises(DataError, match=r".") as problem:
        unpack_drawing(link)
    assert problem.value.code == code


def test_a_drawing_that_no_link_could_carry_is_refused():
    taps = [[(k * 37 % 201, k * 91 % 201)] for k in range(400)]
    with pytest.raises(DataError) as problem:
        drawing(taps)
    assert problem.value.values == {"limit": DRAWING_BYTES}
    assert pack_drawing(drawing(taps[:100]))


def test_a_tap_is_a_disc_and_a_stroke_two_halves_of_one_with_a_bar_between():
    r = PEN / 2
    covered = lambda strokes: (255 - drawn_picture(drawing(strokes)).pixels[..., 0]).sum() / 255  # noqa: E731
    assert covered([[(100, 100)]]) == pytest.approx(np.pi * r**2, rel=0.005)
    assert covered([[(50, 60), (140, 60)]]) == pytest.approx(np.pi * r**2 + 90 * PEN, rel=0.005)
    assert covered([[(50, 60), (122, 114)]]) == pytest.approx(np.pi * r**2 + 90 * PEN, rel=0.005)


def test_a_picture_has_white_paper_all_around_and_is_no_larger_than_any_other():
    made = drawn_picture(drawing([[(0, 0), (GRID, 0), (GRID, GRID), (0, GRID), (0, 0)]])).pixels
    assert made.shape == (GRID + 2 * MARGIN,) * 2 + (3,)
    for border in (made[0], made[-1], made[:, 0], made[:, -1]):
        assert (border == 255).all()
    word = drawn_picture(drawing([[(0, 0), (GRID * WIDEST, GRID)]], WIDEST))
    assert isinstance(word, Image)
    assert max(word.pixels.shape) == SIDE


def test_equal_strokes_are_equal_data():
    link = pack_drawing(drawing(SEVEN))
    assert drawn_picture(link) == drawn_picture("draw:" + link) == drawn_picture(drawing(SEVEN))
    assert drawn_points(link) == drawn_points(drawing(SEVEN))


@pytest.mark.parametrize("corner", [(10, 15), (80, 110)])
@pytest.mark.parametrize("size", [0.4, 0.6, 0.9])
def test_a_digit_stands_as_mnist_has_it_wherever_and_however_large_it_was_drawn(corner, size):
    x, y = corner
    strokes = [[(round(x + size * u), round(y + size * v)) for u, v in ((0, 0), (100, 0), (35, 100))]]
    digit = whole_digit(drawn_picture(drawing(strokes)))
    rows, columns = np.flatnonzero(digit.any(1)), np.flatnonzero(digit.any(0))
    assert digit.shape == (28, 28)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    middle = ndimage.center_of_mass(digit)
    assert np.abs(np.array(middle) - 14).max() <= 0.5 + 1e-9


def test_a_pen_s_stroke_from_edge_to_edge_is_no_ruled_line():
    for way in ([(100, 0), (100, GRID)], [(0, 100), (GRID, 100)], [(0, 0), (GRID, GRID)]):
        assert whole_digit(drawn_picture(drawing([way]))).sum() > 20


def test_points_follow_a_stroke_at_equal_distances_along_it():
    corner = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]])
    assert even(corner, 1.0).tolist() == [[0, 0], [1, 0], [2, 0], [3, 0], [3, 1], [3, 2], [3, 3], [3, 4]]
    assert even(corner, 3.4).tolist() == [[0, 0], [3, 0.5], [3, 4]]  # two steps of 3.5
    assert even(corner[:1], 1.0).tolist() == [[0, 0]]


def test_points_on_a_circle_lie_at_equal_angles():
    angles = np.linspace(0, 2 * np.pi, 3601)
    found = even(np.column_stack([np.cos(angles), np.sin(angles)]), 2 * np.pi / 40)
    turns = np.unwrap(np.arctan2(found[:, 1], found[:, 0]))
    assert np.allclose(np.diff(turns), 2 * np.pi / 40, atol=1e-5)


def test_a_tap_is_a_point_x_to_the_right_and_y_up():
    made = drawn_points(drawing([[(0, 0)], [(50, GRID)], [(GRID, 100)]]))
    assert made.columns == ("x", "y")
    assert made.X.tolist() == [[0, 1], [0.25, 0], [1, 0.5]]


def test_a_stroke_and_a_tap_give_points_and_never_too_many():
    line = drawn_points(drawing([[(0, 100), (GRID, 100)], [(10, 10)]]))
    assert len(line.X) == 1 / SPACING + 2
    assert np.allclose(np.diff(line.X[:-1, 0]), SPACING)
    scribble = [[((k % 2) * GRID, k % 200) for k in range(300)], *([(k, k)] for k in range(60))]
    assert MOST_POINTS - 60 < len(drawn_points(drawing(scribble)).X) <= MOST_POINTS + 1


def test_a_notebook_finds_them_by_one_name():
    link = pack_drawing(drawing(SEVEN))
    assert data.drawn_picture(link) == drawn_picture(link)
    assert data.drawn_points(link) == drawn_points(link)
