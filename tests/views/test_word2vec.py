"""What the picture of word2vec says is what the frame holds; a click means the word it was made on."""

import re
from dataclasses import replace

import numpy as np
import pytest

from engine import data
from engine.language import word2vec
from engine.language.word2vec import vectors
from tests import runs
from ui.text import theory
from views.language import word2vec as view
from views.language import word2vec_pair

LITTLE = data.text(data.sample("little").lines[:500])


def made(i=-1, subject=LITTLE, options=None, language="en", **params):
    settings = word2vec.Params(**{"epochs": 4, **params})
    frames = runs.frames(word2vec.ALGORITHMS, settings, subject)
    words = theory("word2vec", language)
    return frames, view.draw(frames, i % len(frames), settings, (subject,), options or view.Options(), words)


def clicked(name, index, frame, options=None):
    """What a click sets; neither the settings nor the text matter to it."""
    return view.clicked(name, index, frame, word2vec.Params(), LITTLE, options or view.Options())


def bars(picture):
    return next(trace for trace in picture.data if trace["type"] == "bar")


def dots(picture):
    return next(
        trace for trace in picture.data if trace.get("meta", {}).get("click") == "word" and "markers" in trace.get("mode", "")
    )


def test_the_bars_are_the_neighbours_by_brute_force():
    frames, picture = made(options=view.Options(near="king"))
    last = frames[-1]
    found, cosines = vectors.neighbours(last.vectors, last.words.index("king"), 10)
    assert list(bars(picture)["customdata"]) == [last.words[i] for i in found]
    np.testing.assert_allclose(bars(picture)["x"], cosines, atol=6e-4)
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
    bar = bars(picture)
    for index, word in zip(bar["meta"]["index"], bar["customdata"], strict=True):
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


def test_the_analogys_arrow_ends_at_b_minus_a_plus_c():
    options = view.Options(side="analogy", analogy="man king woman")
    frames, picture = made(options=options)
    last = frames[-1]
    a, b, c = (last.places[last.words.index(word)] for word in ("man", "king", "woman"))
    arrows = [trace for trace in picture.data if trace.get("mode") == "lines+markers"]
    np.testing.assert_allclose([arrows[0]["x"], arrows[0]["y"]], np.stack([a, b], 1), atol=1e-6)
    np.testing.assert_allclose([arrows[1]["x"], arrows[1]["y"]], np.stack([c, b - a + c], 1), atol=1e-6)


def test_an_analogy_of_words_that_are_not_there_asks_for_others():
    _, picture = made(options=view.Options(side="analogy", analogy="one two"))
    assert "Type three words of this text" in repr(picture.layout["annotations"])


def test_the_cosine_table_is_symmetric_with_ones_on_its_diagonal():
    _, picture = made(options=view.Options(side="cosine", listed="king queen man nonsense"))
    heat = next(trace for trace in picture.data if trace["type"] == "heatmap")
    z = np.array(heat["z"])
    assert z.shape == (3, 3)
    np.testing.assert_allclose(np.diag(z), 1, atol=1e-3)
    np.testing.assert_allclose(z, z.T)


def test_the_difference_is_that_of_the_two_vectors():
    frames, picture = made(options=view.Options(side="difference", near="king", versus="queen"))
    last = frames[-1]
    apart = last.vectors[last.words.index("king")] - last.vectors[last.words.index("queen")]
    np.testing.assert_allclose(bars(picture)["x"], apart, atol=1e-4)


def test_the_map_holds_still_from_epoch_to_epoch():
    _frames, first = made(i=0)
    _, last = made(i=-1)
    assert first.layout["xaxis"] == last.layout["xaxis"]
    assert first.layout["yaxis"] == last.layout["yaxis"]


def test_names_do_not_lie_on_each_other_and_a_phone_gets_fewer():
    _, picture = made()
    names = next(trace for trace in picture.data if trace.get("mode") == "text")
    more = [item for item in picture.layout["annotations"] if item.get("name") == "wide"]
    assert len(more) > 5
    (across, up) = (picture.layout[axis]["range"][1] - picture.layout[axis]["range"][0] for axis in ("xaxis", "yaxis"))
    boxes = []
    for x, y, text, side in zip(names["x"], names["y"], names["text"], names["textposition"], strict=True):
        width = 6 * len(text.replace("<b>", "").replace("</b>", "")) / 340 * across  # 340 px for the map of a phone
        boxes.append((y / up * 400, x if side == "middle right" else x - width, x + width if side == "middle right" else x))
    assert {"middle left", "middle right"} == set(names["textposition"])
    for i, (y, left, right) in enumerate(boxes):
        assert all(abs(y - b) > 9 or left > end or begin > right for b, begin, end in boxes[:i])


def test_the_tree_shows_no_edge_before_its_merge_and_nothing_moves():
    subject = data.sample("cup")
    settings = word2vec.Params(show="tree", leaves=6, window=2, epochs=1)
    frames = runs.frames(word2vec.ALGORITHMS, settings, subject)
    words = theory("word2vec", "en")
    pictures = [view.draw(frames, i, settings, (subject,), view.Options(), words) for i in range(len(frames))]
    nodes = [next(trace for trace in picture.data if "markers" in trace.get("mode", "")) for picture in pictures]
    assert [len(trace["x"]) for trace in nodes[:6]] == [6, 7, 8, 9, 10, 11]
    for trace in nodes:
        n = len(trace["x"])
        np.testing.assert_array_equal(trace["x"], nodes[-1]["x"][:n])
        np.testing.assert_array_equal(trace["y"], nodes[-1]["y"][:n])
    assert clicked("leaf", 1, frames[-1], view.Options()) == {"other": "喜欢"}
    assert clicked("leaf", 8, frames[-1], view.Options()) == {}
    sigma = [item["text"] for item in pictures[-1].layout["annotations"] if item["text"].startswith("σ =")]
    assert len(sigma) == len(frames[-1].bits)


def test_lit_cells_are_the_rows_that_are_touched():
    frames, picture = made(i=2, show="pair")
    frame = frames[2]
    assert frame.part == "ask"
    grids = [np.array(trace["z"]) for trace in picture.data if trace["type"] == "heatmap"]
    assert [int((grid > 0).sum()) for grid in grids] == [len(frame.words), len(frame.path), len(set(frame.noise.tolist()))]
    assert picture.values["soft"][0] == f"{3 * len(frame.words) * frame.dim:,}".replace(",", "\u202f")


def test_before_a_row_is_asked_no_cell_is_lit():
    _, picture = made(i=1, show="pair")
    assert all(not np.array(trace["z"]).any() for trace in picture.data if trace["type"] == "heatmap")


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
            sigma = [item["text"] for item in picture.layout["annotations"] if item["text"].startswith("σ =")]
            assert sigma[-1] == f"σ = {chance if not bit else 1 - chance:.3f}"
            assert f"is {'1 − σ' if bit else 'σ'} = {chance:.3f}" in picture.said


@pytest.mark.parametrize(("show", "side"), [("glove", "neighbours"), ("map", "analogy"), ("map", "neighbours")])
def test_no_line_runs_through_a_name(show, side):
    _frames, picture = made(show=show, options=view.Options(side=side, near="king"))
    names = next(trace for trace in picture.data if trace.get("mode") == "text")
    across, up = (picture.layout[axis]["range"][1] - picture.layout[axis]["range"][0] for axis in ("xaxis", "yaxis"))
    lines = [trace for trace in picture.data if trace.get("mode") == "lines+markers"]  # the arrows
    if side == "neighbours" and show == "map":
        lines = [trace for trace in picture.data if trace.get("line", {}).get("color") == "@c1"]
    assert lines
    paths = []
    for trace in lines:
        x, y = np.array(trace["x"], float), np.array(trace["y"], float)
        for k in range(len(x) - 1):
            t = np.linspace(0, 1, 200)
            paths.append(np.stack([x[k] + (x[k + 1] - x[k]) * t, y[k] + (y[k + 1] - y[k]) * t], 1))
    along = np.concatenate(paths)
    for x, y, text, place in zip(names["x"], names["y"], names["text"], names["textposition"], strict=True):
        width = 6 * len(re.sub("</?b>|\u2002", "", text)) / 330 * across  # of a phone's map
        gap = 8 / 330 * across if "\u2002" in text else 0
        left = {"middle right": x + gap, "middle left": x - gap - width}.get(place, x - width / 2)
        inside = (along[:, 0] > left) & (along[:, 0] < left + width) & (abs(along[:, 1] - y) < 4 / 400 * up)
        assert not inside.any(), text


def test_the_name_of_a_cut_stands_above_its_sentence_and_that_above_the_list():
    _, picture = made(show="cuts", epochs=2)
    notes = [item for item in picture.layout["annotations"] if item["xref"] == "x domain"]
    asked, sentence, name = notes[:3]
    lines = sentence["text"].count("<br>") + 1
    assert lines > 2
    assert asked["yanchor"] == name["yanchor"] == "bottom"
    assert sentence["yanchor"] == "top"
    assert asked["yshift"] + 14 <= sentence["yshift"] - 16 * lines
    assert sentence["yshift"] <= name["yshift"]


def test_a_click_on_a_word_of_the_sentence_takes_its_pairs():
    frames, _ = made(i=0, show="pair")
    frame = frames[0]
    assert clicked("token", 2, frame) == {"word": frame.words[frame.sentence[2]], "other": ""}


def test_dropped_words_are_struck_through():
    frames, picture = made(i=3, show="noise", sample="1e-3")
    text = "".join(item["text"] for item in picture.layout["annotations"])
    assert text.count("<s>") == int((~frames[3].stays).sum()) > 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_cut_shows_its_list_and_a_click_takes_the_word(language):
    subject = data.text(data.sample("little_zh").lines[:200])
    frames, picture = made(subject=subject, show="cuts", epochs=2, language=language)
    lists = [trace["customdata"] for trace in picture.data if trace["type"] == "bar"]
    assert [tuple(words) for words in lists] == list(frames[-1].near)
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


def test_words_of_a_sentence_stand_in_the_middle_of_their_line():
    at = word2vec_pair._places(["the", "king", "and", "the", "queen", "of", "a", "little", "world", "sat", "down", "and"])
    for row in np.unique(at[:, 1]):
        middle = at[at[:, 1] == row, 0]
        assert (middle.min() + middle.max()) / 2 == pytest.approx(word2vec_pair.LINE / 2)


def test_the_first_word_by_frequency_has_its_name_beside_its_dot():
    frames, picture = made(show="noise")
    named = [note["text"] for note in picture.layout["annotations"]]
    assert frames[-1].words[0] in named
