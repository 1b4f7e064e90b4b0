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
    trace = cells(shown)
    index = np.asarray(trace["meta"]["index"]).reshape(frame.pieces.shape)
    assert index[0, 0] == (29 * frame.rolled if trace["y0"] > 0 else 0)  # docked; or the picture hangs over
    assert (trace["x0"], trace["y0"]) in ((0.5, 0.5), (0.5 - frame.rolled, 0.5 - frame.rolled))
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
        pieces, kinds = windows.regions(place).reshape(-1), windows.carried(place).reshape(-1)
        for inside in windows.order(place):
            named = {(int(pieces[k]), int(kinds[k])) for k in inside if pieces[k] != windows.PAD}
            assert len({piece for piece, _ in named}) == len({kind for _, kind in named}) == len(named)


def matrix(shown):
    return next(np.asarray(t["z"]) for t in shown.data if t["type"] == "heatmap" and t["xaxis"] == "x2" and t["zmin"] == -1)


def words(shown, axis="x2", mode="markers+text"):
    return next(t["text"] for t in shown.data if t.get("mode") == mode and t["xaxis"] == axis)


@pytest.mark.parametrize(("i", "settings"), [(6, {}), (7, {}), (7, {"window": 5, "shift": 2, "patch": 16})])
def test_the_matrix_is_in_blocks_by_piece_and_strangers_are_below_nothing(i, settings):
    frame, shown = picture(i, **settings)
    z, carried = matrix(shown), np.sort(np.where(frame.carried < 0, 9, frame.carried))
    friends = (carried[:, None] == carried) & (carried < 9)
    assert (z[friends] >= 0).all()
    assert (z[~friends] < 0).all()
    assert (z < 0).sum() == frame.apart
    assert (z[~friends] < -0.01).any() == (frame.part == "windows")  # the mask has left nothing of it
    assert ("−∞" in words(shown, mode="text")) == (frame.part == "mask")


def test_pieces_that_hang_over_the_rim_dock_at_the_other_side_and_are_the_same_files():
    images = [[t for t in picture(i)[1].data if t["type"] == "image" and t["xaxis"] == "x"] for i in range(13)]
    assert {tuple(t["source"] for t in four) for four in images} == {tuple(t["source"] for t in images[0])}
    corners = [[(t["y0"] - t["dy"] / 2, t["x0"] - t["dx"] / 2) for t in four] for four in images]
    home = [(3, 3), (3, 0), (0, 3), (0, 0)]
    for i, rolled in ((0, 0), (3, 1), (5, 3), (9, 2)):
        assert np.allclose(corners[i], [(y - rolled, x - rolled) for y, x in home])
    for i in (6, 7, 8):
        assert np.allclose(corners[i], [(0, 0), (0, 25), (25, 0), (25, 25)])


def test_no_step_has_more_traces_than_another_so_that_what_two_share_can_glide():
    for show in ("shift", "shapes", "offsets", "cost", "trained"):
        params = swin.Params(show=show)
        name = "boot" if show == "trained" else "chelsea"
        many = {tuple((t["type"], t["xaxis"]) for t in picture(i, name, show=show)[1].data) for i in range(6)}
        assert len(many) == 1, (params, many)


def test_the_photograph_keeps_its_colours_while_the_pieces_move():
    for i in (2, 3, 4, 5, 6, 9, 10, 11):
        _, shown = picture(i)
        over = [t for t in shown.data if t["type"] == "heatmap" and t["xaxis"] == "x"]
        assert [int(np.asarray(t["z"]).max()) for t in over] == [0]


def test_the_end_says_what_was_heard_and_the_numbers_keep_how_exact_the_roll_is():
    frame, shown = picture()
    assert (frame.both, shown.values["both"]) == (196, (196, 0))
    assert "196 of 784" in shown.said
    assert shown.numbers["difference"] == frame.difference < 1e-6
    assert words(shown) == ["49"] * 4
    for settings in ({"down": 20, "across": 20}, {"patch": 16, "window": 5, "shift": 2}):
        frame, shown = picture(**settings)
        assert sum(map(int, words(shown))) == frame.both


def test_the_weight_in_the_caption_is_that_of_the_patch_pointed_at():
    frame, shown = picture(8)
    assert shown.of == "patch"
    weights, _ = shown.values["weight"]
    assert np.allclose(weights, frame.after.reshape(-1), atol=1e-4)
    assert shown.values["asking"][0] * 28 + shown.values["asking_column"][0] == frame.asked
    assert [28 * y + x for y, x in zip(shown.values["row"][0], shown.values["column"][0], strict=True)] == list(range(784))


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


@pytest.mark.parametrize("i", [0, 3, -1])
def test_the_squares_of_a_cost_have_it_as_their_area_on_one_scale_and_the_projections_theirs(i):
    frame, shown = picture(i, show="cost")
    last, _ = picture(show="cost")
    filled = [trace for trace in shown.data if trace.get("fill") == "toself"]
    sides = [np.ptp(np.asarray(trace[axis], float)[:5]) for trace in filled for axis in "xy"]
    np.testing.assert_allclose(np.square(sides) * last.whole, np.repeat([frame.whole, frame.windowed], 2), rtol=1e-3)
    dotted = next(trace for trace in shown.data if trace["xaxis"] == "x" and trace.get("line", {}).get("dash") == "dot")
    parts = np.ptp(np.asarray(dotted["x"], float).reshape(2, 6)[:, :5], axis=1)
    own = [4 * frame.rows * frame.columns * 96**2, shown.numbers["projections"]]
    np.testing.assert_allclose(np.square(parts) * last.whole, own, rtol=1e-6)
    rules = next(trace for trace in shown.data if trace.get("line", {}).get("color") == "@surface" and "dash" in trace["line"])
    fit = int(np.sqrt(frame.ratio) - 1e-9)  # copies of the small one along a side, whole ones
    assert len(rules["x"]) == 6 * 2 * fit


def test_no_padding_is_shown_before_it_is_told():
    def drawn(i):
        frame, shown = picture(i, patch=16, window=4, shift=2, show="shift")
        return frame.part, cells(shown, "x")["z"].shape

    assert [drawn(i) for i in (0, 1)] == [("patches", (14, 14)), ("pad", (16, 16))]


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


def test_the_enlarged_window_is_the_asked_patchs_and_called_by_its_number():
    for settings, number in (({}, 6), ({"down": 990, "across": 300}, 13), ({"down": 700, "across": 990}, 12)):
        frame, shown = picture(8, **settings)
        inside = windows.order(windows.Layout(frame.rows, frame.columns, frame.window, frame.shift))[number - 1]
        assert frame.asked in inside
        assert any(item["text"].startswith(f"Window {number} ") for item in shown.layout["annotations"])
        assert np.asarray(cells(shown, "x2")["meta"]["index"]).tolist() == inside.tolist()


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


@pytest.mark.parametrize("i", [1, 2, 3, 4, 5])
def test_what_has_reached_the_asked_patch_is_clear_and_all_else_veiled(i):
    frame, shown = picture(i, "boot", show="trained")
    clear = np.asarray(cells(shown)["z"]) == 0
    side = swin.TOKENS // frame.grid
    assert (clear.repeat(side, 0).repeat(side, 1) == frame.reach.astype(bool)).all()


def lengths(shown, colour):
    return [np.asarray(t["x"]).size // 6 for t in shown.data if t.get("line", {}).get("color") == colour and t["xaxis"] == "x"]


def test_windows_are_drawn_over_the_blocks_and_one_patch_and_its_window_are_lit():
    shown = {picture(i, show="shapes")[0].part: picture(i, show="shapes")[1] for i in range(6)}
    assert {part: lengths(one, "@ink")[0] for part, one in shown.items()} == {
        "input": 0, "embed": 0, "blocks": 64, "gather": 0, "norm": 0, "reduce": 0,
    }  # fmt: skip
    assert {part: lengths(one, "@accent")[0] for part, one in shown.items()} == {
        "input": 0, "embed": 1, "blocks": 2, "gather": 4, "norm": 1, "reduce": 1,
    }  # fmt: skip


def test_the_letters_stand_on_paper_and_are_those_of_the_pieces_that_meet():
    for settings, names in (({}, "ABCD"), ({"down": 20, "across": 460}, "AC"), ({"down": 460, "across": 20}, "AB")):
        for i in (2, 4, 6, 7):
            _, shown = picture(i, **settings)
            letters = next(t for t in shown.data if t.get("mode") == "markers+text" and t["xaxis"] == "x")
            assert sorted(letters["text"]) == list(names)
            if i > 4:  # they have met
                assert len({(x // 7, y // 7) for x, y in zip(letters["x"], letters["y"], strict=True)}) == 1
            assert (letters["marker"]["color"], letters["textfont"]["color"]) == ("@surface", "@ink")
