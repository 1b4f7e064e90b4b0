"""What the pictures of tensors show is what the frames hold; what the experiments claim is so; a click asks who sees a cell."""

import json
import re
from itertools import pairwise

import numpy as np
import pytest

from engine import data
from engine.foundations import tensors
from tests import runs
from ui.text import theory
from views.foundations import tensors as view
from views.foundations.tensors_memory import places_of, sheet_of
from views.foundations.tensors_sheet import WIDE
from views.look import Look

EXPERIMENTS = {item.id: item for item in theory("tensors", "en").experiments}


def pictures(script="expanded_writes", language="en", **options):
    """The frames of a script, by its sample's name or its lines, and what draws one of them."""
    told = data.sample(script) if script in tensors.SAMPLES else data.script(script)
    frames = runs.frames(tensors.ALGORITHMS, tensors.Listing(), told)
    chosen, words = view.Options(**options), theory("tensors", language)
    return frames, lambda i: view.draw(frames, i % len(frames), tensors.Listing(), (told,), chosen, words)


def sheets(script):
    """The frames of a script, and where everything stands in each."""
    frames, told, words = pictures(script)[0], (data.sample(script),), theory("tensors", "en")
    looks = [Look(frames[: i + 1], tensors.Listing(), told, view.Options(), words, "script") for i in range(len(frames))]
    return frames, [sheet_of(look) for look in looks]


def inside(picture):
    """The traces of the large panel."""
    return [trace for trace in picture.data if trace["xaxis"] == "x"]


def lit(picture, kind, colour="@accent"):
    """The boxes or threads that have the lamp's colour, or another, as paths (n, k, 2)."""
    fill = {"fill": "toself"} if kind == "boxes" else {}
    found = [
        trace
        for trace in inside(picture)
        if trace.get("line", {}).get("color") == colour and trace.get("fill") == fill.get("fill") and len(trace["x"])
    ]
    paths = [np.stack([np.array(trace["x"], float), np.array(trace["y"], float)], 1) for trace in found]
    every = np.concatenate([np.zeros((0, 2)), *paths])
    ends = np.flatnonzero(np.isnan(every[:, 0]))
    return [part[~np.isnan(part[:, 0])] for part in np.split(every, ends) if (~np.isnan(part[:, 0])).any()]


def words(picture):
    return [word for trace in inside(picture) if "text" in trace.get("mode", "") for word in trace["text"] if word]


# ---- the picture


def test_before_the_first_line_memory_is_said_to_be_empty_and_the_line_to_come_is_shown():
    _, draw = pictures()
    coming = ["<b>Z</b>", "<b>E</b>", "line 2", "memory: empty"]
    assert words(draw(0)) == [*coming, "next: Z = torch.zeros(4)"]
    assert not any("empty" in word or "next" in word or "line" in word for word in words(draw(1)))
    assert draw(0).said.endswith("10 lines are waiting.")


def test_a_written_cell_flashes_and_with_it_every_grid_that_sees_it():
    _, draw = pictures()
    picture = draw(3)
    assert len(lit(picture, "threads")) == 5  # Z[1], and E[0 … 3, 1]
    assert len(lit(picture, "boxes")) == 6  # these, and the cell itself
    assert words(picture).count("7") == 6
    assert "4 of E’s 16, 1 of Z’s 4" in picture.said


@pytest.mark.parametrize("name", ["expanded_writes", "views", "three_sums", "who_objects", "lazy"])
def test_every_thread_ends_on_the_cell_that_its_place_reads(name):
    for frame, of in zip(*sheets(name), strict=True):
        places = places_of(frame, of)
        ways = [of.threads(frame, k) for k in range(len(frame.names))]
        ends = np.concatenate([np.zeros((0, 2)), *(way[:, -1] for way in ways)])
        boxes = of.strips[places.cell]
        np.testing.assert_allclose(ends, np.stack([(boxes[:, 0] + boxes[:, 1]) / 2, boxes[:, 3]], 1), atol=1e-9)
        begins = np.concatenate([np.zeros((0, 2)), *(way[:, 0] for way in ways)])
        assert ((begins[:, 0] > places.boxes[:, 0]) & (begins[:, 0] < places.boxes[:, 1])).all()


@pytest.mark.parametrize("name", tensors.SAMPLES)
def test_all_of_a_script_stands_inside_the_panel_and_nothing_lies_on_anything_else(name):
    for frame, of in zip(*sheets(name), strict=True):
        strips = [of.strips[frame.starts[k] :][: frame.size[k]] for k in range(len(frame.size)) if frame.life[k] in (1, 2, 3)]
        grids = [of.cells(frame, k) for k in range(len(frame.names)) if frame.storage[k] >= 0]
        for group in (strips, grids):
            spans = sorted((float(box[:, 0].min()), float(box[:, 1].max())) for box in group)
            assert all(low >= -0.1 and high <= WIDE + 0.1 for low, high in spans)
            assert all(a[1] <= b[0] + 1e-6 for a, b in pairwise(spans))


def test_where_all_has_room_nothing_moves_through_a_film():
    _, (first, *others) = sheets("sum_2")
    assert all(np.array_equal(one.strips, first.strips) and one.lefts == first.lefts for one in others)


@pytest.mark.parametrize("name", tensors.SAMPLES)
def test_traces_keep_their_number_and_order_through_a_film_and_every_line_is_told(name):
    frames, draw = pictures(name)
    drawn = [draw(i) for i in range(len(frames))]
    kinds = [[(trace["type"], trace["mode"], trace["xaxis"]) for trace in picture.data] for picture in drawn]
    assert all(one == kinds[0] for one in kinds)
    assert not any(re.search(r"[{}]|nan|None|^$", picture.said) for picture in drawn)


@pytest.mark.parametrize(
    "name", ["expanded_writes", "three_sums", "who_objects", "lazy", "data_silent", "sum_8", "leaf_by_index"]
)
def test_every_kind_of_line_is_told_in_chinese(name):
    frames, draw = pictures(name, "zh")
    said = [draw(i).said for i in range(len(frames))]
    assert not any(re.search(r"[{}]|nan|None|^$", line) or not re.search(r"[一-鿿]", line) for line in said)


def test_what_a_refused_line_would_have_written_is_outlined_and_not_filled():
    _, draw = pictures()
    picture = draw(5)
    assert len(lit(picture, "threads", "@bad")) == 4
    assert len(lit(picture, "boxes", "@bad")) == 5
    assert lit(picture, "boxes") == lit(picture, "threads") == []
    red = [trace for trace in inside(picture) if trace.get("line", {}).get("color") == "@bad" and trace.get("fill")]
    assert {(trace["line"]["dash"], trace["fillcolor"]) for trace in red} == {("dash", "@surface")}
    assert "E[:, 1] = 6 \u2007✗" in words(picture)


def test_what_autograd_keeps_hangs_below_its_storage_and_turns_red_once_it_is_another_version():
    _, draw = pictures("who_objects")
    assert {"sin keeps x,<br>version 0", "exp keeps e,<br>version 0"} <= set(words(draw(4)))
    assert {"sin kept version 0;<br>x is version 1 now", "exp keeps e,<br>version 0"} <= set(words(draw(5)))
    assert "The backward pass is broken: sin needs x as version 0." in draw(5).said
    assert "the power kept w,<br>its numbers have changed" in words(pictures("data_silent")[1](3))


def test_the_bytes_of_a_refused_line_are_explained():
    frames, draw = pictures("who_objects")
    assert (frames[-1].refused, frames[-1].bytes) == ("saved", 4)
    assert draw(-1).said.endswith("The 4 bytes are a temporary, made on the way there.")


def test_beside_a_wrong_gradient_stands_the_right_one():
    frames, draw = pictures("data_augmented")
    assert [[word for word in words(draw(i)) if "should" in word] for i in range(len(frames))][-2:] == [[], ["should be 2"]]
    assert not any("should" in word for word in words(pictures("square_untouched")[1](-1)))


def test_a_number_with_no_room_is_a_dot_and_the_title_says_so():
    _, draw = pictures("lazy")
    assert "•" in words(draw(-1))
    assert "a dot is a number" in json.dumps(draw(-1).layout["annotations"])
    assert "•" not in words(pictures()[1](-1))


def test_threads_are_not_seen_between_rows_unless_they_are_of_now():
    (*_, frame), (*_, of) = sheets("four_sevens")
    grid, picture = of.cells(frame, frame.names.index("E")), pictures("four_sevens")[1](-1)
    quiet = [trace for trace in inside(picture) if trace.get("opacity") == 0.6 and len(trace["x"])]
    assert quiet
    for trace in quiet:
        among = np.array(trace["x"], float) >= grid[:, 0].min()
        assert np.nanmax(np.array(trace["y"], float)[among], initial=0) < grid[:, 2].min()
    assert max(way[:, 1].max() for way in lit(picture, "threads")) > grid[:, 2].min()


def test_a_temporary_is_seen_in_its_own_line_alone():
    _, draw = pictures("three_sums")
    assert [sum("temp ·" in word for word in words(draw(i))) for i in range(7)] == [0, 0, 0, 0, 0, 1, 0]
    assert "24 bytes went to a temporary." in draw(5).said


def test_lines_are_doors_to_their_steps_and_refused_ones_are_marked():
    frames, draw = pictures()
    table = next(trace for trace in draw(-1).data if trace.get("meta", {}).get("link") == "line")
    assert table["meta"]["frames"] == list(range(1, len(frames)))
    assert table["text"][2] == "3\u2002E[0, 1] = 7"
    marks = [trace["text"] for trace in draw(-1).data if trace["xaxis"] == "x2"][1]
    assert marks == ["16 B", "", "", "", "✗", "✗", "✗", "", "64 B", ""]


def test_the_line_that_spoils_the_way_back_is_marked_before_anybody_goes_it():
    for name, line in (("sin_input", 4), ("data_silent", 3), ("detach_caught", 4), ("product_constant", 4)):
        frames, draw = pictures(name)
        assert [k for k, frame in enumerate(frames) if frame.harmed >= 0] == [line]
        assert [trace["text"] for trace in draw(line).data if trace["xaxis"] == "x2"][1][line - 1] == "!"
    for name in ("sin_output", "exp_input", "exp_in_place", "sum_saves_nothing"):
        assert all(frame.harmed < 0 for frame in pictures(name)[0])


def test_a_line_that_is_refused_after_it_has_written_says_so():
    _, draw = pictures("x = torch.zeros(2, 3)\ny = x.t().add_(1).view(6)")
    assert draw(2).said.startswith("torch refuses the rest of the line, after 6 cells have been written:")


def test_weights_that_wait_for_their_memory_say_so():
    _, draw = pictures("lazy")
    assert [words(draw(i)).count("not yet") for i in range(4)] == [0, 2, 2, 0]


def test_numbers_in_a_row_have_as_many_digits_each_and_fit_their_cells_on_a_phone():
    assert {".84", ".91", "2.7", "7.4"} <= set(words(pictures("who_objects")[1](4)))
    assert {"40", "0", "5"} <= set(words(pictures("views")[1](8)))


# ---- pointing and clicking


def test_pointing_at_a_cell_rings_all_that_is_this_cell_and_at_a_name_all_that_it_reads():
    _frames, draw = pictures()
    strip, grids = (trace for trace in inside(draw(3)) if trace.get("meta", {}).get("link") == "cell")
    assert strip["text"][1] == "cell 1 of α: 7<br>seen by Z[1], E[0, 1], E[1, 1], E[2, 1], E[3, 1]"
    assert sorted(np.flatnonzero(np.array(grids["meta"]["index"]) == 1)) == [1, 5, 9, 13, 17]
    heads, ends = (trace for trace in inside(draw(3)) if trace.get("meta", {}).get("link") == "name")
    assert heads["text"] == ["<b>Z</b>", "<b>E</b>"]
    assert np.bincount(ends["meta"]["index"]).tolist() == [4, 16]
    assert ends["meta"]["silent"]


def test_a_click_on_a_cell_says_who_sees_it_and_another_takes_it_back():
    frames, draw = pictures(cell="α1")
    asked = view.clicked("cell", 1, frames[3], tensors.Listing(), None, view.Options())
    assert asked == {"cell": "α1"}
    assert view.clicked("cell", 1, frames[3], tensors.Listing(), None, view.Options(cell="α1")) == {"cell": ""}
    assert view.clicked("line", 1, frames[3], tensors.Listing(), None, view.Options()) == {}
    assert view.clicked("cell", 99, frames[3], tensors.Listing(), None, view.Options()) == {}
    assert view.clicked("cell", 5, frames[-1], tensors.Listing(), None, view.Options()) == {"cell": "β1"}
    assert draw(3).said.endswith("Cell α1 is seen by: Z[1], E[0, 1], E[1, 1], E[2, 1], E[3, 1].")
    ink = next(trace for trace in inside(draw(3)) if trace.get("line", {}).get("color") == "@ink" and len(trace["x"]))
    assert np.isnan(np.array(ink["x"], float)).sum() == 5
    assert view.belonging(data.sample("views")) != view.belonging(data.sample("lazy"))
    assert pictures("square_untouched", cell="<b>ω9")[1](1).said.endswith("Cell &lt;b&gt;ω9 is seen by: nobody.")


def test_the_formula_finds_the_cell_that_is_written_and_any_that_is_pointed_at():
    _frames, draw = pictures()
    picture = draw(3)
    values = {name: value for name, (value, _) in picture.values.items()}
    assert (values["o"], values["s"], values["t"], picture.at) == (0, 0, 1, 1)
    assert [(values["i"][cell], values["j"][cell], values["c"][cell]) for cell in range(4)] == [(0, k, k) for k in range(4)]
    assert re.search(r"cell.of.*>E", picture.formula)
    assert "HEAD" not in picture.formula
    assert "TAIL" not in picture.formula
    assert draw(5).at == 1  # what would have been written


def test_no_address_is_in_a_film_and_letters_name_storages():
    for name in ("who_objects", "views"):
        frames, draw = pictures(name)
        for i in range(len(frames)):
            picture = draw(i)
            drawn = json.dumps([picture.data, picture.said, dict(picture.numbers)], default=lambda array: array.tolist())
            assert not re.search(r"0x[0-9a-f]+|(?<![.\d])\d{9}", drawn)
    assert {"α · 24 B", "β · 24 B", "γ · 24 B"} <= set(words(pictures("views")[1](-1)))


def test_the_largest_script_is_drawn_with_few_marks():
    lines = ["a = torch.ones(8, 8)", *(f"{name} = a + {k}" for k, name in enumerate("bcdefgh", 1)), "a[0, 0] = 5"]
    _frames, draw = pictures("\n".join(lines))
    picture = draw(-1)
    assert sum(len(trace["x"]) for trace in picture.data if "markers" in trace.get("mode", "")) <= 700
    assert sum(bool(word) for trace in inside(picture) if "text" in trace.get("mode", "") for word in trace["text"]) <= 700


# ---- strides


def walk(**settings):
    params = tensors.Strides(**settings)
    frames = runs.frames(tensors.ALGORITHMS, params)
    return frames, [view.draw(frames, i, params, (), view.Options(), theory("tensors", "en")) for i in range(len(frames))]


def test_strides_light_the_element_of_now_and_say_whether_reading_jumps():
    _frames, drawn = walk()
    assert drawn[4].said == "Element (1, 1) is cell 4."
    assert not any("contiguous" in one.said for one in drawn[:-1])
    assert drawn[-1].said == "Element (2, 1) is cell 5. Reading jumps: the grid is not contiguous."
    assert (dict(drawn[0].metrics)["cell"], dict(drawn[1].metrics)["cell"]) == ("–", "0")
    assert len(lit(drawn[4], "threads")) == 1
    assert len(lit(drawn[4], "boxes")) == 2
    assert drawn[-1].numbers["never"] == 6


def test_a_cell_beyond_the_strip_is_refused_with_its_number():
    _, drawn = walk(size_down=4, size_across=4, stride_down=6, stride_across=1)
    assert drawn[-1].said == "Element (2, 0) would be cell 12, and the strip ends with cell 11: refused."
    assert "✗" in words(drawn[-1])


def test_a_cell_that_is_read_again_is_said():
    _, drawn = walk(size_down=3, size_across=2, stride_down=0, stride_across=1)
    assert drawn[5].said == "Element (2, 0) is cell 0. That makes 3 times."
    assert "×3" in words(drawn[-1])


# ---- experiments


def ran(name):
    item = EXPERIMENTS[name]
    return item, runs.frames(tensors.ALGORITHMS, tensors.Listing(), data.sample(item.data))


def answer(name):
    return EXPERIMENTS[name].question.choices[EXPERIMENTS[name].question.right]


def test_four_sevens():
    _, frames = ran("sevens")
    at = frames[-1].names.index("E")
    assert frames[-1].contents[frames[-1].reads(at)].tolist().count(7) == frames[-1].changed == 4


def test_which_form_moves():
    _, frames = ran("moved")
    kept = [frame.line for frame in frames if frame.same_memory == 1 and frame.bytes == 0]
    assert kept == [answer("moved")]
    choices = EXPERIMENTS["moved"].question.choices
    assert [frame.bytes for frame in frames if frame.line in choices] == [24, 24, 0]
    assert frames[-1].line == answer("moved")  # what stands in the end is what is right


def test_who_objects():
    _, frames = ran("objects")
    assert [frame.line for frame in frames if frame.refused] == ["s.sum().backward()"]
    assert answer("objects").endswith("s = sin(x)")


def test_past_the_counter():
    _, frames = ran("past")
    assert (frames[-1].gradient, frames[-1].right, frames[-1].refused) == (22, 2, "")


def test_not_yet():
    _, frames = ran("lazy")
    assert (frames[1].parameters, frames[-1].parameters) == (0, 18)
    wider = runs.frames(
        tensors.ALGORITHMS, tensors.Listing(), data.script("l = nn.LazyLinear(3)\nx = torch.ones(9, 5)\ny = l(x)")
    )
    assert wider[-1].parameters == 18


def test_transposed():
    frames = runs.frames(tensors.ALGORITHMS, tensors.Strides())
    jumps = np.diff(frames[-1].read) != 1
    assert jumps.any()
    assert not frames[-1].contiguous
    assert answer("transposed") == "it jumps"


def test_the_table_of_names_has_a_dash_for_what_holds_no_memory_and_numbers_for_all_else():
    for script in ("views", "lazy"):
        frames, draw = pictures(script)
        for i, frame in enumerate(frames):
            told = [trace for trace in draw(i).data if trace["xaxis"] == "x3" and "text" in trace.get("mode", "")]
            facts = [
                (row, text)
                for trace in told
                if min(trace["x"], default=0) > 0.5
                for row, text in zip(trace["y"], trace["text"], strict=True)
            ]
            assert len(facts) == 4 * len(frame.names)
            assert all((text == "–") == (frame.storage[row] < 0) for row, text in facts)
