"""What the page of word2vec claims in words is so."""

import re

import numpy as np
import pytest

from charts.numbers import THIN
from engine import data
from engine.language import word2vec
from engine.language.word2vec import vectors, vocabularies
from tests import runs
from ui.text import LANGUAGES, theory
from views.language import word2vec as view


def shown(id, i=-1, then=False):
    item = next(item for item in theory("word2vec", "en").experiments if item.id == id)
    values = {**item.set, **(item.then_set if then else {})}
    options = view.Options(**{name: value for name, value in values.items() if name in view.Options.model_fields})
    params = word2vec.Params(**{name: value for name, value in values.items() if name not in view.Options.model_fields})
    frames = runs.frames(word2vec.ALGORITHMS, params, data.sample(item.data))
    picture = view.draw(frames, i % len(frames), params, (data.sample(item.data),), options, theory("word2vec", "en"))
    return frames, picture


def listed(picture):
    return list(beside(picture)["customdata"])


def beside(picture):
    """The words of the list beside the map; what is written behind them is the next trace."""
    return next(one for one in picture.data if one["mode"] == "text" and one["meta"].get("click") == "word")


def behind(picture):
    names = beside(picture)
    return picture.data[next(k for k, one in enumerate(picture.data) if one is names) + 1]["text"]


def test_the_neighbours_of_the_tiger_are_wild_animals_not_what_it_does():
    assert set(listed(shown("world")[1])[:3]) == {"lion", "wolf", "bear"}


@pytest.mark.parametrize("then", [False, True])
def test_the_arrow_from_man_to_king_leads_from_woman_to_queen(then):
    _frames, picture = shown("queen", then=then)
    asked = [k for k, said in enumerate(behind(picture)) if "left out" in said]
    assert {listed(picture)[k] for k in asked} <= {"man", "king", "woman"}
    hollow = next(one for one in picture.data if one.get("fillcolor") == "@surface")
    assert len(hollow["x"]) == 6 * len(asked)
    assert next(word for k, word in enumerate(listed(picture)) if k not in asked) == "queen"
    assert "nearest to the arrow's end is then “queen”" in picture.said


def test_without_the_rule_king_itself_would_win():
    _, picture = shown("queen")
    assert listed(picture)[0] == "king"
    assert behind(picture)[0].startswith("left out")
    found = vectors.glove()
    a, b, c = (found.words.index(word) for word in ("man", "king", "woman"))
    best, _ = vectors.nearest(found.vectors, vectors.analogy_point(found.vectors, a, b, c), 1)
    assert found.words[best[0]] == "king"


def test_wine_is_near_cups_and_drunkenness():
    assert {"杯", "醉", "醒", "赏"} <= set(listed(shown("tang")[1]))


def test_noise_is_thirty_times_cheaper_and_the_tree_not_far():
    frames, _ = shown("pair")
    soft, tree, noise = frames[-1].spent
    assert len(frames[0].words) == 183
    assert 25 < soft / noise < 36
    assert 15 < soft / tree < 36


@pytest.mark.parametrize("noise", [5, 20])
def test_the_ratio_of_the_work_is_that_of_the_counters(noise):
    frames, picture = shown("pair", then=noise == 20)
    counted = [int(value.replace(THIN, "")) for _, value in picture.metrics]
    assert counted == frames[-1].spent.tolist()
    assert f"{counted[0] / counted[1]:.0f} times the work of the tree and {counted[0] / counted[2]:.0f} times that of noise" in (
        picture.said
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_among_100_000_words_softmax_asks_as_many_more_as_the_prose_says(language):
    rows, prose = 1 + word2vec.Params().negative, theory("word2vec", language).prose
    assert f"100,000 / {rows}" in prose
    assert f"{round(100_000 / rows, -3):,.0f}" in prose


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_arrow_is_that_of_the_row_most_in_error_whether_it_is_the_targets_or_noise(language):
    item = next(item for item in theory("word2vec", language).experiments if item.id == "pair")
    frames, _ = shown("pair")
    moves = [(i, frame) for i, frame in enumerate(frames) if frame.part == "move"]
    assert len(moves) == 24
    for i, frame in moves:
        asked, worst = frame.asked("noise"), int(np.abs(frame.asked("noise").error).argmax())
        arrows = next(trace for trace in shown("pair", i=i)[1].data if trace.get("mode") == "lines+markers")
        ways = np.asarray(arrows["x"], float).reshape(-1, 3)[:-1]  # from, to, a gap; what is too short is not drawn, v's is last
        assert np.nanargmax(np.abs(ways[:, 1] - ways[:, 0])) == worst
        if i in (moves[0][0], moves[-1][0]):
            named = frame.words[asked.words[worst]]
            assert (worst == 0) == (i == moves[0][0])
            assert f"“{named}”" in item.question.why
            assert f"{abs(asked.error[worst]):.3f}" in item.question.why
        assert len(asked.words) <= 6
    assert len(frames[0].words) == 183


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tree_takes_fewer_products_than_softmax_which_takes_one_a_word(language):
    item = next(item for item in theory("word2vec", "en").experiments if item.id == "huffman")
    params, subject = word2vec.Params(**item.set), data.sample(item.data)
    frames = runs.frames(word2vec.ALGORITHMS, params, subject)
    last = len(frames) - 1
    said = view.draw(frames, last, params, (subject,), view.Options(), theory("word2vec", language)).said
    numbers = [int(number) for number in re.findall(r"(?<![\d.])\d+(?![\d.]*\d)", said)]
    assert {len(frames[-1].bits), len(frames[-1].words)} <= set(numbers)
    assert len(frames[-1].words) - 1 not in set(numbers) - {len(frames[-1].bits)}


def test_the_most_frequent_of_six_words_has_a_code_of_one_bit():
    frames, picture = shown("huffman")
    assert frames[0].words[0] == "我"
    tree = frames[-1]
    assert tree.parent[0] == len(tree.parent) - 1  # right below the root
    assert tree.length * 38 == pytest.approx(88)
    assert round(tree.length, 2) == 2.32
    assert picture.metrics[0][1] == "2.316"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_erratum_computes_what_it_says(language):
    said = theory("word2vec", language).errata[0]["shown"]
    ground = word2vec.prepare(word2vec.Params(), data.sample("little"), "auto", 1000)
    counts = ground.vocabulary.counts
    assert ground.vocabulary.words[0] == "the"
    said = said.replace(" %", "%")  # English has a space there
    assert f"{100 * counts[0] / counts.sum():.1f}%" in said
    assert f"{vocabularies.keep_chances(counts, 0.001)[0]:.3f}" in said
    assert f"{100 * vocabularies.noise_chances(counts, 0.75)[0]:.1f}%" in said


def test_the_code_keeps_the_commonest_word_a_little_oftener_than_the_paper():
    words = word2vec.prepare(word2vec.Params(), data.sample("little"), "auto", 1000).vocabulary
    the = words.words.index("the")
    share = words.counts[the] / words.counts.sum()
    code, paper = vocabularies.keep_chances(words.counts, 0.001)[the], (0.001 / share) ** 0.5
    assert f"the code has {code:.3f} and the paper {paper:.3f}" in theory("word2vec", "en").prose
    assert f"代码得 {code:.3f}，论文得 {paper:.3f}" in theory("word2vec", "zh").prose


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_agreement_with_theory_is_what_the_prose_says(language):
    frames = runs.frames(word2vec.ALGORITHMS, word2vec.Params(), data.sample("little"))
    for frame in (frames[1], frames[20]):
        assert f"{frame.agreement:.3f}" in theory("word2vec", language).prose
