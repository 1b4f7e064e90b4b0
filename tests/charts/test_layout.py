"""Panels laid out by nesting: nothing overlaps, the first has the most, titles share edges, maps stand flush and keep their shape."""

import itertools

import numpy as np
import pytest

from charts import layout
from charts.layout import HUGE, PHONE, WIDE, columns, rows
from charts.panels import Panel, blank

CURVE = Panel([], "curve", x={"nticks": 4}, y={"nticks": 3})
BARS = Panel([], "bars", x=blank(range=[0, 1]), y={"tickvals": [0, 1], "ticktext": ["a long name", "b"]})
SMALL = Panel([], "small", small=True)
MAP = Panel([], "map", x=blank(range=[0, 1]), y=blank(range=[0, 1]), equal=True)
PICTURE = Panel([], "picture", x=blank(range=[0, 2]), y=blank(range=[1, 0]), equal=True)
NESTS = {
    "one": rows(CURVE),
    "two": columns(CURVE, BARS),
    "below": rows(CURVE, BARS),
    "beside two": columns(MAP, rows(BARS, CURVE)),
    "above two": rows(CURVE, columns(BARS, SMALL)),
    "deep": rows(columns(CURVE, BARS), SMALL),
    "three": columns(CURVE, BARS, SMALL),
    "four": columns(MAP, rows(BARS, SMALL, SMALL)),
    "given": columns(CURVE, rows(MAP, BARS, shares=[1, 3]), shares=[1, 1]),
}
every = pytest.mark.parametrize("nest", NESTS.values(), ids=NESTS)


@every
@pytest.mark.parametrize("size", [WIDE, HUGE, "narrow"])
def test_no_two_panels_overlap_and_none_leaves_the_stage(nest, size):
    boxes = nest.narrow()[0] if size == "narrow" else nest.boxes(size)
    assert len(boxes) == len(nest.panels)
    for x0, x1, y0, y1 in boxes:
        assert 0 <= x0 < x1 <= 1 + 1e-9
        assert -1e-9 <= y0 < y1 <= 1
    for a, b in itertools.combinations(boxes, 2):
        assert a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]


@pytest.mark.parametrize("name", [name for name in NESTS if name not in ("given",)])
@pytest.mark.parametrize("size", [WIDE, HUGE])
def test_the_first_panel_has_nearly_half_of_the_stage(name, size):
    nest = NESTS[name]
    x0, x1, y0, y1 = nest.boxes(size)[0]
    assert (x1 - x0) * (y1 - y0) >= 0.45
    assert x1 - x0 >= 0.45


@pytest.mark.parametrize("size", [WIDE, HUGE])
def test_the_titles_of_a_column_share_an_edge_and_those_of_a_row_a_line(size):
    _, bars, curve = columns(MAP, rows(BARS, CURVE)).boxes(size)
    assert bars[0] == pytest.approx(curve[0])
    first, second = columns(CURVE, MAP).boxes(size)
    assert first[3] == pytest.approx(second[3])
    untitled, titled = columns(Panel([]), CURVE).boxes(size)
    assert untitled[3] == pytest.approx(titled[3])


def test_a_map_stands_flush_and_a_panel_with_an_axis_has_room_for_its_names():
    assert columns(MAP, CURVE).boxes()[0][0] == 0
    assert rows(MAP).narrow()[0][0][:2] == (0, 1)
    assert rows(BARS).boxes()[0][0] * WIDE[0] >= 60  # "a long name"
    assert rows(CURVE).boxes()[0][0] * WIDE[0] >= 30


def test_a_map_takes_no_more_than_it_can_fill_and_a_phone_shows_it_in_its_shape():
    (x0, x1, y0, y1), _ = columns(MAP, CURVE).boxes()
    assert (x1 - x0) * WIDE[0] <= max((y1 - y0) * WIDE[1], 0.55 * WIDE[0]) + 1
    for panel, shape in ((MAP, 1.0), (PICTURE, 2.0), (Panel([], x=blank(range=[0, 9]), y=blank(range=[0, 1]), aspect=1.5), 1.5)):
        ((x0, x1, y0, y1), *_), height = rows(panel, CURVE).narrow()
        assert (x1 - x0) * PHONE / ((y1 - y0) * height) == pytest.approx(shape, rel=0.01)


def test_a_phone_shows_panels_in_the_order_they_are_named_and_two_small_ones_in_a_line():
    nest = columns(CURVE, rows(SMALL, SMALL, BARS))
    boxes, _ = nest.narrow()
    assert nest.panels == [CURVE, SMALL, SMALL, BARS]
    tops = [box[3] for box in boxes]
    assert tops[0] > tops[1] == tops[2] > tops[3]
    assert boxes[1][1] < boxes[2][0]


def test_a_figure_of_a_nest_has_three_layouts_set_in_as_far_as_the_caption_and_shapes_hold_without_equal_units():
    drawn = layout.compose(columns(Panel([], x=blank(range=[0, 9]), y=blank(range=[0, 1]), aspect=1.5), CURVE))
    assert {size: drawn[size]["margin"]["l"] for size in ("wide", "narrow", "huge")} == {"wide": 16, "narrow": 8, "huge": 16}
    assert drawn["huge"]["xaxis"] != drawn["wide"]["xaxis"]
    axis = drawn["layout"]["yaxis"]
    assert axis["scaleanchor"] == "x"
    assert 9 / (1 * axis["scaleratio"]) == pytest.approx(1.5)


def test_shares_are_as_given():
    left, right = columns(CURVE, CURVE, shares=[1, 1]).boxes()
    assert np.diff(left[:2]) == pytest.approx(np.diff(right[:2]))


def test_on_a_phone_a_small_map_is_as_low_as_its_shape_asks_and_never_high():
    axis = blank(range=[0, 1])
    long, square = (Panel([], x=axis, y=axis, aspect=shape, small=True) for shape in (15.0, 1.0))
    boxes, height = rows(MAP, long, square).narrow()
    highs = [(box[3] - box[2]) * height for box in boxes]
    assert highs[1] == pytest.approx(PHONE / 15, abs=1)
    assert highs[2] == pytest.approx(150, abs=1)
