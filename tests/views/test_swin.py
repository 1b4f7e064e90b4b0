"""What the pictures of Swin say is what the frames hold; a click means the patch it was made on."""

import numpy as np
import pytest

from engine import data
from engine.vision import swin
from engine.vision.swin import windows
from tests import runs
from ui.text import theory
from views.vision import swin as view
from views.vision import swin_arithmetic
from views.vision import swin_parts as parts


def picture(i=-1, name="chelsea", language="en", **settings):
    params = swin.Params(**settings)
    frames = runs.frames(swin.ALGORITHMS, params, data.sample(name))
    i %= len(frames)
    return frames[i], view.draw(frames, i, params, (data.sample(name),), view.Options(), theory("swin", language))


def asks(index, frame):
    """What a click on a patch sets."""
    return view.clicked("patch", index, frame, swin.Shift(), data.sample("chelsea"), view.Options())


def cells(shown, axis="x"):
    return next(t for t in shown.data if t.get("meta", {}).get("link") == "patch" and t["xaxis"] == axis)


@pytest.mark.parametrize("i", range(13))
def test_a_click_on_a_patch_asks_that_patch_however_far_the_picture_is_rolled(i):
    frame, shown = picture(i)
    index = np.asarray(cells(shown)["meta"]["index"]).reshape(frame.pieces.shape)
    assert index[0, 0] == frame.rolled * 28 + frame.rolled
    for row, column in ((0, 0), (5, 27), (27, 3)):
        asked, _ = picture(i, **asks(int(index[row, column]), frame))
        assert asked.asked == index[row, column]


def test_a_click_on_padding_asks_the_nearest_patch():
    frame, _ = picture(patch=16, window=4, shift=2)
    asked, _ = picture(patch=16, window=4, shift=2, **asks(16 * 15 + 15, frame))
    assert divmod(asked.asked, 16) == (13, 13)


def test_what_a_click_sets_is_legal_and_lands_on_its_patch_in_the_finest_grid_too():
    for n in range(1, 129):
        for k in range(n):
            at = view._within(k, n)
            assert 0 <= at <= 999
            assert at * n // 1000 == k


def test_two_pieces_in_one_window_never_have_the_same_letter():
    for rows, columns, window, shift in ((28, 28, 7, 3), (16, 12, 4, 1), (14, 14, 4, 2), (9, 5, 3, 2)):
        place = windows.layout(rows, columns, window, shift)
        pieces = windows.regions(place)
        kinds = parts.kinds(pieces, place.shift).reshape(-1)
        for inside in windows.order(place):
            named = {(int(pieces.reshape(-1)[k]), int(kinds[k])) for k in inside if pieces.reshape(-1)[k] != windows.PAD}
            assert len({piece for piece, _ in named}) == len({kind for _, kind in named}) == len(named)


def test_the_masks_on_the_sheet_are_coloured_where_attention_is_allowed_and_there_alone():
    frame, shown = picture(8)
    sheet = next(t for t in shown.data if t["type"] == "heatmap" and t["xaxis"] == "x2")["z"]
    assert (np.isin(sheet, (1, 2, 3, 4))).sum() == frame.masks.sum()
    assert (sheet == 5).sum() == (frame.masks == 0).sum()


def test_the_caption_at_the_end_states_the_largest_difference_and_that_it_is_small():
    frame, shown = picture()
    mantissa, power = shown.values["difference"][0].split(" × 10")
    power = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    assert float(mantissa) * 10.0**power == pytest.approx(frame.difference, rel=0.051)
    assert frame.difference < 1e-6
    assert "10" in shown.formula


def test_the_weight_in_the_caption_is_that_of_the_patch_pointed_at():
    frame, shown = picture(8)
    assert shown.of == "patch"
    weights, _ = shown.values["weight"]
    assert np.allclose(weights, frame.after.reshape(-1), atol=1e-4)
    assert shown.values["row"][0] * 28 + shown.values["column"][0] == frame.asked


@pytest.mark.parametrize("window", [2, 4, 7, 12])
def test_the_index_in_the_caption_is_what_its_formula_gives(window):
    for i in (0, window, window**2 - 1):
        _, shown = picture(i, show="offsets", window=window)
        value = {name: np.asarray(v) for name, (v, _) in shown.values.items()}
        computed = (value["dy"] + value["m1"]) * value["span"] + value["dx"] + value["m1"]
        assert (computed == value["index"]).all()
        table = next(t for t in shown.data if t["type"] == "heatmap" and t["xaxis"] == "x" and "meta" in t)
        keys = np.asarray(table["meta"]["index"])
        assert all(keys[value["index"][key]] == key for key in range(window**2))


def test_the_merged_numbers_are_in_the_papers_order_and_normalised():
    picture_ = data.sample("chelsea")
    small = swin.fitted(picture_, 56, 56) / 255
    four, normal, half = swin.beside(picture_, 224, 224)
    assert np.allclose(four, np.concatenate([small[28, 28], small[29, 28], small[28, 29], small[29, 29]]))
    assert abs(normal.mean()) < 1e-12
    assert normal.std() == pytest.approx(1, abs=1e-2)
    assert len(half) == 6


def test_the_list_of_operations_leads_to_each_frame():
    _, shown = picture(3, show="shapes")
    rows = next(t for t in shown.data if t.get("meta", {}).get("link") == "operation")
    assert rows["meta"]["frames"] == list(range(15))
    texts = [t["text"] for t in shown.data if t.get("mode") == "text"]
    assert texts[1][3] == "28 × 28 × 384"
    assert texts[2][2] == "64 × 49 × 96"


def test_the_cost_in_the_caption_is_the_papers_at_its_size():
    _, shown = picture(show="cost")
    assert (shown.values["whole"][0], shown.values["windowed"][0]) == ("2.004 G", "145.1 M")
    assert [value for _, value in shown.metrics] == ["2.004 G", "145.1 M", "13.8×"]


def test_the_experiments_say_what_is_measured():
    for language in ("en", "zh"):
        items = {item.id: item for item in theory("swin", language).experiments}
        frame, _ = picture(**items["corner"].set)
        assert str(frame.seen) in items["corner"].question.choices[items["corner"].question.right]
        frame, shown = picture(**items["across"].set)
        assert frame.both == shown.numbers["both"] == 4 * 49
        frame, _ = picture(**items["pad"].set)
        assert windows.Layout(frame.rows, frame.columns, 4, 2).windows == 16
        small, large = (windows.cost(n, n, 96, 7) for n in (56, 112))
        said = items["double"].question.why
        unit = 1e9 if language == "en" else 1e8
        assert all(f"{value / unit:.4g}" in said for value in (*small, *large)), said


def test_the_experiment_on_the_shift_states_both_accuracies_as_measured():
    shifted, still = (swin.measured("fashion", weights)["accuracy"] for weights in ("shifted", "still"))
    deviation = np.sqrt((shifted * (1 - shifted) + still * (1 - still)) / 10_000)  # of the difference of two binomial shares
    for language in ("en", "zh"):
        topic = theory("swin", language).telling(**view.facts("fashion"))
        item = next(item for item in topic.experiments if item.id == "learned")
        sign = " %" if language == "en" else "%"
        assert all(f"{100 * value:.2f}{sign}" in item.question.why for value in (shifted, still))
        assert f"{100 * deviation:.2f}" in item.question.why
        assert f"{100 * abs(shifted - still):.2f}" in item.question.why
        assert "10\u202f000" in item.question.why
        assert "{" not in item.question.why
        assert item.question.right == (0 if shifted - still > 0.01 else 1)


def test_the_window_of_the_asked_patch_is_among_the_masks_and_called_by_its_number():
    for settings, number in (({}, 6), ({"down": 990, "across": 300}, 13), ({"down": 700, "across": 990}, 12)):
        frame, shown = picture(8, **settings)
        ids = windows.order(windows.Layout(frame.rows, frame.columns, frame.window, frame.shift))
        own = int(np.nonzero(ids == frame.asked)[0][0])
        assert own + 1 == number
        assert own in frame.chosen
        assert any(item["text"].startswith(f"window {number}") for item in shown.layout["annotations"])


def test_masks_said_to_be_alike_are_alike():
    for rows, columns, window, shift in ((28, 28, 7, 3), (16, 12, 4, 1), (12, 5, 4, 2), (9, 9, 3, 2)):
        place = windows.layout(rows, columns, window, shift)
        kinds, may = swin.alike(place), windows.allowed(windows.Layout(place.height, place.width, window, place.shift))
        for kind in np.unique(kinds):
            assert (may[kinds == kind] == may[kinds == kind][0]).all()


def test_a_stage_whose_windows_span_a_side_is_not_said_to_shift():
    said = [picture(i, show="shapes")[1].said for i in (2, 6, 10, 14)]
    assert ["take turns" in text for text in said] == [True, True, True, False]
    assert "no block shifts" in said[-1]


def test_costs_begin_at_one_full_window_where_both_are_the_same_and_count_padding():
    first, shown = picture(0, show="cost")
    assert (first.rows, first.columns, first.ratio) == (7, 7, 1)
    assert shown.metrics[0][1] == "2.267 M"
    assert shown.formula == swin_arithmetic.COST
    frames = runs.frames(swin.ALGORITHMS, swin.Params(show="cost"), data.sample("chelsea"))
    padded = next(frame for frame in frames if frame.rows == 16)
    assert (padded.height, padded.width) == (21, 21)
    assert padded.windowed == windows.cost(21, 21, 96, 7)[1]
    assert all(frame.windowed >= 4 * frame.rows * frame.columns * 96**2 for frame in frames)
    i = frames.index(padded)
    assert "21 × 21" in picture(i, show="cost")[1].said


def test_a_number_of_the_table_is_printed_once_for_keys_of_the_window_and_once_more_faintly_for_all_others():
    _, shown = picture(20, show="offsets")
    faint, used = (t for t in shown.data if t["type"] == "heatmap" and t["xaxis"] == "x")
    inside = np.isfinite(np.asarray(used["z"], dtype=float))
    assert inside.sum() == 49
    assert [[text == "" for text in row] for row in faint["text"]] == inside.tolist()


def test_what_is_no_clothing_is_told_that_no_class_fits():
    for name, labels, foreign in (
        ("boot", "fashion", False),
        ("chelsea", "fashion", True),
        ("emoji_cat", "emoji", False),
        ("chelsea", "emoji", True),
    ):
        _, shown = picture(name=name, show="trained", labels=labels)
        assert ("whatever it is given" in shown.said) == foreign


def test_what_has_reached_the_asked_patch_is_clear_and_all_else_veiled():
    frame, shown = picture(6, "boot", show="trained")
    veil = next(trace for trace in shown.data if trace["type"] == "heatmap" and trace["opacity"] == 0.86)
    assert 0 < frame.reach.sum() < frame.reach.size
    assert ((np.asarray(veil["z"]) == 0) == frame.reach.astype(bool)).all()


def test_windows_are_drawn_over_the_blocks_and_over_no_other_operation():
    frames = [picture(i, show="shapes")[0] for i in range(3)]
    borders = {frame.part: len(picture(i, show="shapes")[1].data) for i, frame in enumerate(frames)}
    assert [frame.part for frame in frames[:3]] == ["input", "embed", "blocks"]
    assert borders["blocks"] > borders["embed"] > borders["input"]


def test_pieces_have_letters_while_there_are_few_enough_to_be_read():
    named = [len(parts.letters(np.zeros((1, n), np.int8), np.arange(n, dtype=np.int16)[None], 0)) for n in (25, 26)]
    assert named == [25, 0]
