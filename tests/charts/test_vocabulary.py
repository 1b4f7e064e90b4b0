"""Bars with names, tables of words, planes, courses, legends, words in lines: what pictures are made of."""

import base64
import io
import itertools

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from charts import curves, fields, images, matrices, points, theme, tiles
from charts.labels import width
from charts.layout import columns, compose, rows
from charts.panels import legend
from charts.ranking import ranked, table
from charts.words import breadth, cut, lines, places, ticks, wrapped


def test_a_bar_has_its_name_and_its_number_and_one_has_the_lamp():
    panel = ranked("p", ["a <b>", "second"], np.array([0.5, 3e-7]), lit=1, hollow=[True, False], link="word", index=[7, 9])
    (bars,) = panel.traces
    assert bars["text"] == ["0.5", "3 × 10⁻⁷"]
    assert bars["marker"]["color"] == ["@surface", "@accent"]
    assert panel.y["ticktext"][0].startswith("a &lt;b&gt;")
    assert bars["customdata"][0] == "a &lt;b&gt;: 0.5"
    assert bars["meta"] == {"ring": 12, "link": "word", "index": [7, 9]}
    assert panel.y["range"][0] > panel.y["range"][1]  # the first on top


def test_every_bar_stands_within_its_axis_below_nought_and_above():
    for values in ([0.2, 0.9], [-0.4, 0.3], [-2.0, -1.0], [0.0, 0.0], []):
        low, high = ranked("", ["x"] * len(values), np.array(values)).x["range"]
        assert low <= min([0, *values]) <= max([0, *values]) < high


def test_a_table_has_one_row_lit_and_its_words_are_harmless():
    panel = table(
        "t",
        [(0, "word", ["<b>", "b", "c"]), (1, "p", ["1", "2", "3"])],
        lit=1,
        faint=[False, False, True],
        foot=[(1, "6")],
        click="word",
    )
    words, numbers = panel.traces
    assert words["text"][0] == "&lt;b&gt;"
    assert words["textfont"]["color"] == ["@ink", "@accent", "@ink3"]
    assert (words["meta"]["silent"], numbers["meta"]["silent"]) == (False, True)
    assert (words["textposition"], numbers["textposition"]) == ("middle right", "middle left")
    assert [note["text"] for note in panel.notes] == ["word", "p", "6"]


def test_a_click_is_where_its_unseen_cell_is():
    x, y = (-2.0, 6.0), (0.0, 1.0)
    cells = fields.cells(x, y, template="add", shape=(10, 4))
    assert np.asarray(cells["z"]).shape == (10, 4)
    for row, column in ((0, 0), (9, 3), (4, 2)):
        assert fields.where(row * 4 + column, x, y, shape=(10, 4)) == (cells["x"][column], cells["y"][row])
    assert cells["x"].tolist() == [-1, 1, 3, 5]
    assert cells["meta"]["click"] == "place"


def test_an_arrow_goes_from_its_place_to_its_tip():
    trace = fields.arrows(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 2.0]]))
    x, y = trace["x"].reshape(2, -1), trace["y"].reshape(2, -1)
    assert (x[0, 0], y[0, 0], x[0, 1], y[0, 1]) == (0, 0, 1, 0)
    assert (x[1, 1], y[1, 1]) == (1, 3)
    assert np.isnan(x[:, -1]).all()


def test_a_trail_joins_the_places_of_one_point_and_no_other():
    moments = [np.array([[0.0, 0.0], [5.0, 5.0]]), np.array([[1.0, 0.0], [6.0, 5.0]])]
    np.testing.assert_equal(fields.trails(moments, colour="@c1")["x"], [0, 1, np.nan, 5, 6, np.nan])
    assert not np.isfinite(np.asarray(fields.trails(moments[:1], colour="@c1")["x"])).any()


def test_a_surface_is_coloured_up_to_its_quantile():
    z = np.arange(100.0).reshape(10, 10)
    z[-1, -1] = 1e9
    trace = fields.surface(np.arange(10), np.arange(10), z, template="%{z}")
    assert (trace["zmin"], trace["zmax"] < 100) == (0, True)


def test_a_surface_is_coloured_between_the_bounds_that_are_given():
    z = np.arange(100.0).reshape(10, 10)
    trace = fields.surface(np.arange(10), np.arange(10), z, low=-3.0, high=7.0)
    assert (trace["zmin"], trace["zmax"]) == (-3, 7)
    trace = fields.surface(np.arange(10), np.arange(10), z)
    assert (trace["zmin"], trace["zmax"]) == (0, np.quantile(z, 0.95))


def test_a_course_is_called_as_its_table_and_knows_its_columns():
    panel = curves.history("Loss per word", "loss", "held", across="learned", zero=False)
    assert (panel.title, list(panel.series), panel.zero) == ("Loss per word", ["loss", "held"], False)
    assert {trace["meta"]["column"] for trace in panel.traces} == {"loss", "held"}
    assert {trace["meta"]["series"]["x"] for trace in panel.traces} == {"learned"}
    solid, dashed = (
        {trace["line"]["dash"] for trace in panel.traces if trace["meta"]["column"] == name and "line" in trace}
        for name in ("loss", "held")
    )
    assert (solid, dashed) == ({"solid"}, {"dash"})
    assert not curves.history("", "a", y={"range": [0, 1]}).series


def test_no_hover_label_of_a_course_asks_for_an_e():
    assert {trace.get("hovertemplate", "%{y:.4~r}<extra></extra>") for trace in curves.course("loss")} == {
        "%{y:.4~r}<extra></extra>"
    }


ITEMS = [("●", "first", "@c1"), ("◆", "the second one", "@c2"), ("○", "第三", "@ink")]


def test_a_legend_above_ends_at_the_panels_edge_and_no_item_runs_into_the_next():
    notes = legend(ITEMS)
    assert [note["text"] for note in notes if note["font"]["color"] == "@ink2"] == ["第三", "the second one", "first"]
    spans = sorted((note["xshift"], note["xshift"] + width(note["text"], 11)) for note in notes)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(spans))
    assert spans[-1][1] <= 0 < spans[-1][1] + 20


def test_a_legend_inside_is_set_in_lines_no_wider_than_its_room():
    notes = legend(ITEMS, room=160)
    assert len({note["yshift"] for note in notes}) == 2
    assert max(note["xshift"] + width(note["text"], 11) for note in notes) <= 160
    first = next(note for note in notes if note["text"] == "first")
    assert first["yshift"] == max(note["yshift"] for note in notes)


def test_ideographs_are_two_letters_wide():
    assert (breadth("word"), breadth("春风"), breadth("a春")) == (4, 4, 3)
    assert (cut("春风又绿", 5), cut("kingdom", 5), cut("king", 4)) == ("春风…", "king…", "king")
    assert all(breadth(cut("春a风b又c绿", most)) <= most for most in range(1, 12))


def test_words_are_set_in_lines_and_what_is_left_out_is_said():
    words = ["one", "two", "three", "four"]
    assert lines(words, 9) == [["one", "two"], ["three"], ["four"]]
    assert lines(words, 9, most=2) == [["one", "two"], ["three", "…"]]
    assert lines(["one", "two", "three"], 7, most=1) == [["one", "…"]]
    assert wrapped("to be <or> not", 6) == "to be<br>&lt;or&gt;<br>not"
    assert wrapped("春风又绿江南岸", 6) == "春风又<br>绿江南<br>岸"
    left, size, line = places(["a", "bb", "春风"], 10)
    assert (left.tolist(), size.tolist(), line.tolist()) == ([0, 3, 0], [3, 4, 6], [0, 0, 1])


def test_names_below_an_axis_stand_in_rows_where_they_are_many():
    assert ticks(["a", "b"], 50) == ["a", "b"]
    assert ticks([], 0) == []
    some = ticks(["somewhat", "longer", "names", "here"], 20)
    assert [name.count("<br>") for name in some] == [0, 1, 0, 1]
    assert all(breadth(name.replace("<br>", "")) <= 3 * 50 / 24 for name in ticks(["interminable"] * 24, 50))


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_plotly_takes_all_of_it(palette):
    course = curves.history("Loss", "loss")
    plane = [
        fields.surface(np.arange(4), np.arange(4), np.ones((4, 4)), template="%{z}"),
        fields.cells((0, 3), (0, 3), template="x"),
    ]
    nest = columns(ranked("bars", ["a", "b"], np.array([1.0, 2.0])), rows(table("t", [(0, "w", ["a"]), (1, "p", ["b"])]), course))
    drawn = compose(nest)
    data = [*drawn["data"], *plane]
    layout = drawn["layout"] | {"template": theme.TEMPLATE} | {"annotations": [*drawn["layout"]["annotations"], *legend(ITEMS)]}
    for trace in data:
        trace.get("meta", {}).pop("series", None)
    go.Figure(theme.resolve({"data": data, "layout": layout}, palette))


def test_a_hexagon_is_closed_and_its_sides_are_as_long_as_its_corners_are_far():
    corners = matrices.outline(True)
    far, sides = np.linalg.norm(corners, axis=1), np.linalg.norm(np.diff(corners, axis=0), axis=1)
    assert np.allclose(corners[0], corners[-1])
    assert np.allclose([*far, *sides], 1 / np.sqrt(3))
    assert np.isclose(np.ptp(corners[:, 0]), 1)  # neighbours in a row are 1 apart


def test_a_line_is_silent_unless_it_is_told_what_to_say():
    x = np.arange(2.0)
    assert curves.line(x, x, colour="@ink")["hoverinfo"] == "skip"
    assert "hoverinfo" not in curves.line(x, x, colour="@ink", hovertemplate="%{x}")


def test_an_arrow_of_a_flow_is_a_cell_long_from_full_strength_on_and_shorter_by_the_root_below():
    x, field = np.linspace(-1, 1, 3), np.zeros((3, 3, 2))
    field[0, 0], field[2, 1] = (8.0, 0.0), (0.0, -1.0)
    trace = fields.flow(x, x, field, full=4.0)
    paths = np.stack([trace["x"], trace["y"]], -1).reshape(9, -1, 2)
    reach = paths[:, 1] - paths[:, 0]
    np.testing.assert_allclose(reach[0], [0.85, 0], atol=1e-3)
    np.testing.assert_allclose(reach[7], [0, -0.85 / 2], atol=1e-3)
    assert not reach[[1, 2, 3, 4, 5, 6, 8]].any()


def test_what_is_followed_has_its_way_and_its_aim_in_the_lamps_colour():
    way, here, aims = np.array([[0.0, 0], [1, 0], [1, 1]]), np.array([[1.0, 1]]), np.array([[3.0, 3]])
    came, goes, ring, dot = fields.followed([way], here, aims)
    np.testing.assert_array_equal(np.stack([came["x"], came["y"]], -1)[1:4], way)
    assert [goes["x"][0], goes["x"][1], ring["x"][0], dot["x"][0]] == [1, 3, 3, 1]
    assert {came["line"]["color"], goes["line"]["color"], ring["marker"]["color"], dot["marker"]["color"]} == {"@accent"}
    assert all(len(trace["x"]) for trace in fields.followed([], here, aims)[1:])


def test_a_place_outside_of_the_axes_is_none():
    places = np.array([[0.0, 0], [3, 0], [0, -2]])
    assert np.isnan(points.within(places, (-1, 1), (-1, 1))).any(1).tolist() == [False, True, True]


@pytest.mark.parametrize("colours", [(), (2,), (3,)])
def test_pictures_beside_each_other_have_one_pixel_ringed_in_each_and_cells_that_count_alike(colours):
    pictures = [np.zeros((4, 6, *colours), np.uint8)] * 3
    panel = tiles.beside(pictures, ["a", "b", "c"], 8, template="")
    _, _, ring, *cells = panel.traces
    corners = np.stack([ring["x"], ring["y"]], -1).reshape(3, 6, 2)[:, :4].mean(1)
    np.testing.assert_allclose(corners, [[2.5, 1.5], [10.5, 1.5], [18.5, 1.5]])
    assert [cell["x"][2] for cell in cells] == [2.5, 10.5, 18.5]
    assert all(cell["z"][1, 2] == 3 for cell in cells)
    assert ([panel.title] + [item["text"] for item in panel.notes]) == ["a", "b", "c"]


def test_a_strip_names_what_equal_pictures_in_a_row_are_read_as_and_leads_to_every_frame():
    seen = [np.zeros((28, 28))] * 5
    panel = tiles.strip([seen], [["8", "8", "a long name", "5", "5"]], [0, 2, 4, 6, 8, 10], title="", template="", told=[""] * 6)
    _, lines, lamp, doors = panel.traces
    begins = np.asarray(lines["x"])[::3]
    np.testing.assert_array_equal(begins[:3], [0, 62, 93])
    assert [item["text"] for item in panel.notes] == ["8", "5"]  # the long one has no room
    assert (lamp["x"][0], lamp["line"]["color"]) == (4 * 31 - 1, "@accent")
    assert doors["meta"]["frames"] == [0, 2, 4, 6, 8, 10]


def test_the_framed_picture_of_a_sheet_is_outlined_wherever_it_stands():
    panel = tiles.sheet(np.zeros((4, 5, 5)), 2, np.array([0, 1, 1, 0]), 1, title="", template="", told=[""] * 4, click="framed")
    outline = panel.traces[1]
    middles = np.stack([outline["x"], outline["y"]], -1).reshape(2, 6, 2)[:, :4].mean(1)
    np.testing.assert_array_equal(middles, [[10.5, 2.5], [2.5, 10.5]])


@pytest.mark.parametrize("count", [2, 255, 256, 900])
def test_an_image_of_indices_has_its_colours_and_is_see_through_where_there_is_none(count):
    colours = np.arange(3 * count).reshape(-1, 3) % 251
    index = np.array([[0, count - 1, count]])
    trace = images.tinted(index, colours.astype(np.uint8), (0, 3), (0, 1))
    drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(trace["source"].partition(",")[2]))).convert("RGBA"))
    assert drawn[0, :, 3].tolist() == [255, 255, 0]
    assert np.array_equal(drawn[0, :2, :3], colours[[0, -1]])


def test_cells_stand_apart_until_there_are_too_many():
    assert matrices.heat(np.ones((40, 3)), "")["xgap"] > 0 == matrices.heat(np.ones((41, 3)), "")["xgap"]
