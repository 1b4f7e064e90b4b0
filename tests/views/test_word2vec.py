"""What the picture of word2vec says is what the frame holds; a click means the word it was made on."""

import html
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from charts import islands, labels, stars
from engine import data
from engine.language import word2vec
from engine.language.word2vec import vectors
from tests import runs
from ui.text import theory
from views.language import word2vec as view
from views.language import word2vec_map, word2vec_side

LITTLE = data.text(data.sample("little").lines[:500])


def made(i=-1, subject=LITTLE, options=None, language="en", **params):
    settings = word2vec.Params(**{"epochs": 4, **params})
    frames = runs.frames(word2vec.ALGORITHMS, settings, subject)
    words = theory("word2vec", language)
    return frames, view.draw(frames, i % len(frames), settings, (subject,), options or view.Options(), words)


def clicked(name, index, frame, options=None):
    """What a click sets; neither the settings nor the text matter to it."""
    return view.clicked(name, index, frame, word2vec.Params(), LITTLE, options or view.Options())


def listed(picture):
    """The list beside the map: the words, what is written behind each, and how long its bar is."""
    k, names = next(
        (k, one) for k, one in enumerate(picture.data) if one["mode"] == "text" and one["meta"].get("click") == "word"
    )
    numbers = picture.data[k + 1]
    return names["customdata"], numbers["text"], numbers["x"] - 0.03


def named(picture):
    """The trace of the names on the map."""
    return next(one for one in picture.data if one.get("mode") == "markers+text" and isinstance(one["textfont"]["size"], list))


def words_of(picture):
    """All that is written in a picture."""
    texts = [text for trace in picture.data for text in trace.get("text", ()) if isinstance(text, str)]
    return [*texts, *(item["text"] for item in picture.layout["annotations"])]


def dots(picture):
    return next(one for one in picture.data if one.get("meta", {}).get("click") == "word" and one.get("mode") == "markers")


def test_the_bars_are_the_neighbours_by_brute_force():
    frames, picture = made(options=view.Options(near="king"))
    last = frames[-1]
    found, cosines = vectors.neighbours(last.vectors, last.words.index("king"), 10)
    words, _, lengths = listed(picture)
    assert words == [last.words[i] for i in found]
    np.testing.assert_allclose(lengths, cosines, atol=6e-4)
    assert picture.numbers["nearest"] == last.words[found[0]]


def test_the_caption_computes_the_cosine_of_every_word_on_the_map():
    _frames, picture = made(options=view.Options(near="king"))
    near, dot, length, cos = (picture.values[name][0] for name in ("near", "dot", "length", "cos"))
    long = picture.values["long"][0]
    for k in (0, 5, picture.at):
        assert dot[k] / (length[k] * long) == pytest.approx(cos[k], abs=2e-2)
    assert near[picture.at] == picture.numbers["nearest"]


@pytest.mark.parametrize("show", ["map", "glove"])
def test_a_click_on_a_word_asks_for_its_neighbours(show):
    options = view.Options(near="king")
    frames, picture = made(show=show, options=options)
    told = dots(picture)["customdata"]
    for index in (0, 7, len(told) - 1):
        meant = clicked("word", index, frames[-1], options)
        assert told[index].startswith(f"<b>{meant['near']}</b>")
    assert clicked("word", 10_000, frames[-1], options) == {}


def test_a_bar_is_the_same_thing_as_its_word_on_the_map():
    options = view.Options(near="king")
    frames, picture = made(options=options)
    names = next(one for one in picture.data if one["mode"] == "text" and one["meta"].get("click") == "word")
    for index, word in zip(names["meta"]["index"], names["customdata"], strict=True):
        assert clicked("word", int(index), frames[-1], options) == {"near": word}


def test_a_word_that_is_not_there_brings_the_nearest_spelling_and_says_so():
    _, picture = made(options=view.Options(near="kingg"))
    assert "“kingg” is not among these words" in picture.said
    assert picture.numbers["word"] == "king"


def test_a_visitors_words_are_harmless():
    nasty = data.text(["<b>x</b> %{y} $z$ @ink {q}", "@ink <b>x</b> fine day"] * 6)
    for show in ("map", "tree", "pair", "noise", "cuts"):
        _frames, picture = made(subject=nasty, show=show, drop="nothing", cut="words" if show != "cuts" else "auto", epochs=1)
        drawn = repr(picture.data) + repr(picture.layout)
        assert "'@ink <" not in drawn
        assert "%{y}" not in drawn.replace("'%{y}: %{x:.3f}<extra></extra>'", "")


def arrows(picture):
    return [trace for trace in picture.data if trace.get("mode") == "lines+markers"]


def test_the_analogys_arrow_ends_at_b_minus_a_plus_c():
    options = view.Options(side="analogy", analogy="man king woman")
    frames, picture = made(options=options)
    last = frames[-1]
    a, b, c = (last.places[last.words.index(word)] for word in ("man", "king", "woman"))
    one, two = arrows(picture)
    np.testing.assert_allclose([one["x"], one["y"]], np.stack([a, b], 1), atol=1e-6)
    np.testing.assert_allclose([two["x"], two["y"]], np.stack([c, b - a + c], 1), atol=1e-6)


def test_an_analogy_of_words_that_are_not_there_asks_for_others():
    _, picture = made(options=view.Options(side="analogy", analogy="one two"))
    assert "Type three words of this text" in repr(picture.layout["annotations"])


def test_the_cosine_table_is_symmetric_with_ones_on_its_diagonal():
    _, picture = made(options=view.Options(side="cosine", listed="king queen man nonsense"))
    heat = next(trace for trace in picture.data if trace["type"] == "heatmap")
    z = np.array(heat["z"])
    assert z.shape == (3, 3)
    assert "texttemplate" not in heat  # the numbers come when a square is pointed at
    assert heat["colorscale"] == "@sequential"
    np.testing.assert_allclose(np.diag(z), 1, atol=1e-3)
    np.testing.assert_allclose(z, z.T)


def test_the_difference_is_that_of_the_two_vectors():
    frames, picture = made(options=view.Options(side="difference", near="king", versus="queen"))
    last = frames[-1]
    apart = last.vectors[last.words.index("king")] - last.vectors[last.words.index("queen")]
    bars = [trace for trace in picture.data if trace["xaxis"] == "x2" and trace.get("fill") == "toself"]
    drawn = sum(np.asarray(trace["x"]).reshape(-1, 6)[:, 1] for trace in bars)  # those to the right, and those to the left
    np.testing.assert_allclose(drawn, apart, atol=1e-4)


def test_the_map_holds_still_from_epoch_to_epoch():
    _frames, first = made(i=0)
    _, last = made(i=-1)
    assert first.layout["xaxis"] == last.layout["xaxis"]
    assert first.layout["yaxis"] == last.layout["yaxis"]


def boxes(picture):
    """The rectangles in px of a phone that the names on the map take, none for those that wait."""
    trace, (x, y) = named(picture), (picture.layout[axis]["range"] for axis in ("xaxis", "yaxis"))
    at = labels.pixels(np.stack([trace["x"], trace["y"]], 1), x, y, word2vec_map.STAGE)
    size = labels.sizes([re.sub("<.*?>", "", text) for text in trace["text"]], islands.FONT)
    sides = np.array([labels.SIDES.index(side) for side in trace["textposition"]])
    middle = labels.centres(sides, at, size)
    return [(*(m - half), *(m + half)) for m, half, text in zip(middle, size / 2, trace["text"], strict=True) if text]


def test_names_do_not_lie_on_each_other_even_on_a_phone():
    for i in (0, 1, -1):
        found = boxes(made(i)[1])
        assert len(found) > 8
        for k, (left, top, right, bottom) in enumerate(found):
            others = [
                (a, b, c, d) for a, b, c, d in found[:k] if a < right - 3 and left + 3 < c and b < bottom - 3 and top + 3 < d
            ]
            assert not others


def test_through_a_film_names_stay_what_they_are_and_keep_their_sides():
    pictures = [made(i)[1] for i in range(5)]
    assert len({tuple(named(one)["textposition"]) for one in pictures}) == 1
    shown = [named(one)["text"] for one in pictures]
    for k in range(len(shown[0])):
        assert len({texts[k] for texts in shown} - {""}) <= 1


def test_from_step_to_step_nothing_changes_but_numbers():
    pictures = [made(i)[1] for i in range(5)]
    for one, other in pairwise(pictures):
        assert repr(one.layout) == repr(other.layout)
        assert [trace.keys() for trace in one.data] == [trace.keys() for trace in other.data]
        for a, b in zip(one.data, other.data, strict=True):
            style = [key for key in a if key not in ("x", "y", "text", "customdata", "meta")]
            assert all(repr(a[key]) == repr(b[key]) for key in style)


def test_an_island_holds_all_words_of_its_group_and_the_same_directions_at_every_step():
    frames, picture = made()
    last, shores = frames[-1], [one for one in picture.data if one.get("fill") == "toself" and one["xaxis"] == "x"]
    assert last.told
    assert len(shores) == len(last.kinds) == 6
    for k, shore in enumerate(shores):
        edge, inside = np.stack([shore["x"], shore["y"]], 1), last.places[last.groups == k]
        assert len(edge) == 49
        normals = np.stack([-np.diff(edge[:, 1]), np.diff(edge[:, 0])], 1)
        assert all(((word - edge[:-1]) * normals).sum(1).min() > -1e-4 for word in inside)  # it runs against the clock


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_little_worlds_islands_are_called_by_what_they_are(language):
    frames, picture = made(language=language)
    called = {theory("word2vec", language).part("map", "group", kind) for kind in frames[-1].kinds}
    heads = {re.sub("<.*?>", "", text) for text in named(picture)["text"] if text.startswith("<b>")}
    assert heads <= called
    assert len(heads) >= 4


def test_the_course_of_the_neighbours_ends_at_the_bars():
    frames, picture = made(options=view.Options(side="course", near="king"))
    lines = [trace for trace in picture.data if trace["xaxis"] == "x2" and trace["mode"] == "lines"]
    found, cosines = vectors.neighbours(frames[-1].vectors, frames[-1].words.index("king"), 5)
    np.testing.assert_allclose([line["y"][-1] for line in lines], cosines, atol=6e-4)
    told = next(trace for trace in picture.data if trace["xaxis"] == "x2" and trace["mode"] == "markers+text")
    wanted = cosines[:1].tolist()
    for cosine in cosines[1:]:  # each at its own height, but a line below the one before
        wanted.append(min(cosine, wanted[-1] - word2vec_side.LINE))
    np.testing.assert_allclose(told["y"], wanted, atol=2e-3)
    for line, word in zip(lines, found, strict=True):
        start = frames[0].vectors[[frames[0].words.index("king"), word]]
        assert line["y"][0] == pytest.approx(float(vectors.cosines(start, start[0])[1]), abs=6e-4)


def test_the_two_matrices_stand_side_by_side():
    frames, picture = made(options=view.Options(side="weights", near="king"))
    z = next(trace for trace in picture.data if trace["type"] == "heatmap")["z"]
    last, king = frames[-1], frames[-1].words.index("king")
    assert z[0][20] is None
    np.testing.assert_allclose(z[0][:20], last.vectors[king], atol=1e-4)
    np.testing.assert_allclose(z[0][21:], last.outputs[king], atol=1e-4)


def test_what_theory_wants_is_drawn_over_what_is_so():
    frames, picture = made(options=view.Options(side="theory"))
    spots = picture.data[[trace["xaxis"] for trace in picture.data].index("x2") + 1]
    assert picture.metrics[1][1] == f"{frames[-1].agreement:.3f}"
    middle = (
        np.asarray(spots["x"], float).reshape(-1, 6)[:, :4].mean(1),
        np.asarray(spots["y"], float).reshape(-1, 6)[:, :4].mean(1),
    )
    np.testing.assert_allclose(middle, [frames[-1].aims, frames[-1].products], atol=0.011)


@pytest.mark.parametrize("params", [{"output": "hierarchical"}, {"direction": "cbow"}])
def test_where_no_theory_is_known_none_is_shown(params):
    _frames, picture = made(options=view.Options(side="theory"), **params)
    assert picture.metrics[1][1] == "–"
    assert "theory" not in picture.said
    assert len(listed(picture)[0]) == 10


def test_the_tree_shows_no_edge_before_its_merge_and_nothing_moves_once_it_is_merged():
    subject = data.sample("cup")
    settings = word2vec.Params(show="tree", leaves=6, window=2, epochs=1)
    frames = runs.frames(word2vec.ALGORITHMS, settings, subject)
    words = theory("word2vec", "en")
    pictures = [view.draw(frames, i, settings, (subject,), view.Options(), words) for i in range(len(frames))]
    nodes = [next(trace for trace in picture.data if trace.get("meta", {}).get("link") == "leaf") for picture in pictures]
    assert [len(trace["x"]) for trace in nodes[:6]] == [6, 7, 8, 9, 10, 11]
    for frame, trace in zip(frames, nodes, strict=True):
        n = len(trace["x"])
        placed = np.setdiff1d(np.arange(n), frame.waiting[frame.waiting < 6])  # words that wait stand in a line of their own
        np.testing.assert_array_equal(np.asarray(trace["x"])[placed], np.asarray(nodes[-1]["x"])[placed])
        np.testing.assert_array_equal(trace["y"], nodes[-1]["y"][:n])
    for trace in nodes:
        lit = [ink == "@accent" for ink in trace["marker"]["color"]]
        assert [ink == "@accent" for ink in trace["textfont"]["color"]] == lit
        assert [text.startswith("<b>") for text in trace["text"][:6]] == lit[:6]
    assert any(lit)
    assert clicked("leaf", 1, frames[-1], view.Options()) == {"other": "喜欢"}
    assert clicked("leaf", 8, frames[-1], view.Options()) == {}
    sigma = [text for text in words_of(pictures[-1]) if text.startswith("σ =")]
    assert len(sigma) == len(frames[-1].bits)


@pytest.mark.parametrize("way", ["noise", "softmax", "tree"])
def test_a_row_reaches_as_far_along_the_input_as_its_product_says(way):
    frames, picture = made(i=2, show="pair", options=view.Options(way=way))
    frame, asked = frames[2], frames[2].asked(way)
    assert frame.part == "ask"
    rows = next(trace for trace in picture.data if trace["mode"] == "markers" and "customdata" in trace)
    scores = np.asarray(rows["x"], float) * asked.length
    chances = np.exp(scores - np.log(np.exp(scores).sum())) if way == "softmax" else 1 / (1 + np.exp(-scores))
    np.testing.assert_allclose(chances, asked.chances, atol=2e-3)
    assert len(rows["x"]) == frame.rows[("softmax", "tree", "noise").index(way)] - (
        len(frame.noise) - len(set(frame.noise.tolist()))
    ) * (way == "noise")
    assert picture.values["soft"][0] == f"{3 * len(frame.words) * frame.dim:,}".replace(",", "\u202f")


def test_the_arrows_are_the_gradient_and_come_with_the_move():
    frames, picture = made(i=3, show="pair")
    asked = frames[3].asked("noise")
    (drawn,) = arrows(picture)
    ways = np.stack([drawn["x"], drawn["y"]], 1).reshape(-1, 3, 2)
    moved = ways[:, 1] - ways[:, 0]
    drawn = ~np.isnan(moved[:, 0])  # what is too short to be seen is left out
    wanted = np.concatenate([asked.push, asked.pull[None]])
    np.testing.assert_allclose(moved[drawn], wanted[drawn], atol=2e-3)
    across = np.diff(picture.layout["xaxis"]["range"])
    assert np.linalg.norm(wanted[~drawn], axis=1).max(initial=0) < 0.025 * across
    assert drawn[-1]
    assert moved[0, 0] > 0  # the target is pulled along the input, noise is pushed back
    assert (moved[1:-1][drawn[1:-1], 0] < 0).sum() >= 2
    assert [len(arrows(made(i=i, show="pair")[1])[0]["x"]) for i in (1, 2)] == [0, 0]


def test_the_rows_that_a_pair_touches_are_filled_and_counted():
    for i in (1, 2, 3):
        frames, picture = made(i=i, show="pair")
        frame, (cells, words) = frames[i], [trace for trace in picture.data if trace["xaxis"] == "x3"]
        n, kinds = len(frame.words), np.array(cells["z"], float)
        across = (kinds.shape[1] - 6) // 3
        ways = [kinds[:, k * (across + 3) :][:, :across] for k in range(3)]
        touched = [n, len(frame.path), len(set(frame.noise.tolist()))] if frame.part != "window" else [0, 0, 0]
        assert [int((way > 0).sum()) for way in ways] == touched
        assert [int((way >= 0).sum()) for way in ways] == [n, n - 1, n]
        said = [text.split("<br>")[1] for text in words["text"]]
        assert said == [f"<b>{some}</b> / {of}" for some, of in zip(touched, (n, n - 1, n), strict=True)]


def test_the_table_fills_as_the_step_goes_forwards_and_back():
    columns = [[trace["text"] for trace in made(i=i, show="pair")[1].data if trace["xaxis"] == "x4"] for i in (1, 2, 3)]
    filled = [[all(cells) for cells in table] for table in columns]
    assert filled == [[True, False, False, False, False], [True, True, True, True, False], [True] * 5]
    score, chance, error = (
        [float(html.unescape(cell).replace("−", "-").strip("<>")) for cell in cells] for cells in columns[2][1:4]
    )
    np.testing.assert_allclose(1 / (1 + np.exp(-np.array(score))), chance, atol=3e-3)
    np.testing.assert_allclose(error, np.array(chance) - [1, *[0] * (len(chance) - 1)], atol=2e-3)


def test_two_numbers_that_differ_are_printed_so_that_they_do():
    subject = LITTLE
    for trained in (True, False):
        settings = word2vec.Params(show="pair", epochs=4, trained=trained)
        frames = runs.frames(word2vec.ALGORITHMS, settings, subject)
        for i, frame in enumerate(frames):
            if frame.part == "move":
                values = view.draw(frames, i, settings, (subject,), view.Options(), theory("word2vec", "en")).values
                assert all(values[f"b{k}"][0] != values[f"a{k}"][0] for k in range(3)), i


def test_the_sigma_of_a_node_is_the_chance_of_bit_0():
    settings = word2vec.Params(show="tree", epochs=4)
    frames = runs.frames(word2vec.ALGORITHMS, settings, LITTLE)
    for i, frame in enumerate(frames):
        if frame.part == "walk":
            picture = view.draw(frames, i, settings, (LITTLE,), view.Options(), theory("word2vec", "en"))
            bit, chance = frame.bits[frame.walked - 1], frame.chances[frame.walked - 1]
            sigma = [text for text in words_of(picture) if text.startswith("σ =")]
            assert sigma[-1] == f"σ = {chance if not bit else 1 - chance:.3f}"
            assert f"is {'1 − σ' if bit else 'σ'} = {chance:.3f}" in picture.said


@pytest.mark.parametrize("show", ["glove", "map"])
def test_no_arrow_runs_through_a_name(show):
    _frames, picture = made(show=show, options=view.Options(side="analogy", near="king"))
    (x, y) = (picture.layout[axis]["range"] for axis in ("xaxis", "yaxis"))
    ends = [labels.pixels(np.stack([one["x"], one["y"]], 1), x, y, word2vec_map.STAGE) for one in arrows(picture)]
    along = np.concatenate([tail + (head - tail) * np.linspace(0, 1, 300)[:, None] for tail, head in ends])
    for left, top, right, bottom in boxes(picture):
        inside = (along > (left + 1, top + 3)) & (along < (right - 1, bottom - 3))
        assert inside.all(1).sum() < 12  # it may touch a corner


def test_a_click_on_a_word_of_the_sentence_takes_its_pairs():
    frames, _ = made(i=0, show="pair")
    frame = frames[0]
    assert clicked("token", 2, frame) == {"word": frame.words[frame.sentence[2]], "other": ""}


def test_dropped_words_are_struck_through():
    frames, picture = made(i=3, show="noise", sample="1e-3")
    text = "".join(words_of(picture))
    assert text.count("<s>") == int((~frames[3].stays).sum()) > 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_cut_shows_what_is_near_and_a_click_takes_the_word(language):
    subject = data.text(data.sample("little_zh").lines[:200])
    frames, picture = made(subject=subject, show="cuts", epochs=2, language=language)
    found = next(trace for trace in picture.data if trace.get("meta", {}).get("click") == "listed")
    assert [told.split(":")[0] for told in found["customdata"]] == [word for near in frames[-1].near for word in near]
    assert found["meta"]["index"] == [100 * k + rank for k, near in enumerate(frames[-1].near) for rank in range(len(near))]
    assert clicked("listed", 203, frames[-1], view.Options()) == {"word": frames[-1].near[2][3]}


def test_who_hears_the_cuts_is_told_the_three_nearest_words_of_each_and_a_dash_where_there_are_none():
    subject = data.text(data.sample("little_zh").lines[:200])
    frames, picture = made(subject=subject, show="cuts", epochs=2)
    names = theory("word2vec", "en").choices["cut"]
    told = [f"{names[mode]}: {', '.join(near[:3]) or '–'}" for mode, near in zip(frames[-1].modes, frames[-1].near, strict=True)]
    assert picture.alt.endswith(f"{'; '.join(told)}.")
    settings = word2vec.Params(show="cuts", epochs=2)
    deserted = replace(frames[-1], near=((), *frames[-1].near[1:]))
    picture = view.draw([deserted], 0, settings, (subject,), view.Options(), theory("word2vec", "en"))
    assert f"{names[deserted.modes[0]]}: –; {told[1]}" in picture.alt


def test_the_chances_of_all_words_come_with_the_sum_and_not_before():
    frames, _ = made(show="tree")
    last = len(frames) - 1
    titles = [[note["text"] for note in made(i, show="tree")[1].layout["annotations"]] for i in (last - 1, last)]
    said = theory("word2vec", "en").part("tree", "leaves_title", given=frames[-1].words[frames[-1].given])
    assert [frames[i].part for i in (last - 1, last)] == ["walk", "sum"]
    assert [said in " ".join(title) for title in titles] == [False, True]


def test_a_word_of_a_cut_is_the_farther_out_the_smaller_its_cosine_blue_where_others_have_it_and_lit_where_it_has_just_come():
    subject = data.text(data.sample("little_zh").lines[:200])
    frames, picture = made(subject=subject, show="cuts", epochs=2)
    near, before, every = frames[-1].near, frames[-2].near, [word for near in frames[-1].near for word in near]
    shown = next(trace for trace in picture.data if trace.get("meta", {}).get("click") == "listed")
    inks = ["@accent" if word not in then else "" for now, then in zip(near, before, strict=True) for word in now]
    assert shown["textfont"]["color"] == [
        ink or ("@word1" if every.count(word) > 1 else "@ink") for ink, word in zip(inks, every, strict=True)
    ]
    assert {"@accent", "@word1", "@ink"} >= set(shown["textfont"]["color"]) > {"@accent"}
    middles = np.array([(0, 0), (2, 0), (0, -2), (2, -2)])
    at, ten = np.stack([shown["x"], shown["y"]], 1).reshape(4, 10, 2), frames[-1].cosines
    outward = np.linalg.norm((at - middles[:, None]) / stars.REACH, axis=2)
    np.testing.assert_allclose(outward, 1 - (1 - stars.CORE) * ten.clip(0, 1), atol=5e-3)


def test_words_that_wait_stand_in_one_line_so_that_none_tells_how_deep_it_will_hang():
    frames, _ = made(show="tree", epochs=1)
    n, last = len(frames[0].words), len(frames) - 1
    for i, frame in enumerate(frames):
        nodes = next(one for one in made(i, show="tree", epochs=1)[1].data if one.get("meta", {}).get("click") == "leaf")
        waiting = [node for node in frame.waiting.tolist() if node < n]
        assert len({float(nodes["x"][node]) for node in waiting}) <= 1
        assert len(waiting) == n if i == 0 else not waiting or i < last


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_two_that_are_merged_are_told_apart_from_the_sentence(language):
    frames, _ = made(show="tree", epochs=1)
    for i, frame in enumerate(frames):
        if frame.part == "merge" and len(frame.waiting) > 1:
            said = made(i, show="tree", epochs=1, language=language)[1].said
            for side in (frame.left, frame.right):
                node, n = int(side[-1]), len(frame.words)
                assert (f"“{frame.words[node]}”" if node < n else str(frame.size(node))) in said


def test_the_first_word_by_frequency_has_its_name_beside_its_dot():
    frames, picture = made(show="noise")
    assert frames[-1].words[0] in words_of(picture)


def test_the_legend_of_the_noise_has_the_colours_of_the_marks():
    _, picture = made(i=3, show="noise")
    key = {note["text"]: note["font"]["color"] for note in picture.layout["annotations"] if note["text"] in "○●|"}
    shares, chances, drawn = (one["marker"] for one in picture.data if one["xaxis"] == "x" and one["mode"] == "markers")
    assert key == {"○": shares["color"], "●": chances["color"], "|": drawn["color"]}
