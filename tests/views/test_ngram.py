"""What the pictures of n-gram models say is what the frames hold."""

import re

import numpy as np
import pytest

from engine import data
from engine.language import ngram
from engine.language.smoothing import ESTIMATORS
from engine.texts import text
from ui.text import theory
from views.language import ngram as view

HOSTILE = text(['<img src=x> @ink "quoted" %{y} $x$', "a @c1 b", "& c d"] * 6)


def pictures(about, language="en", **params):
    made = ngram.Params(**params)
    frames = list(ngram.train(made, about))
    words = theory("ngram", language)
    return frames, [view.draw(frames, i, made, (about,), view.Options(), words) for i in range(len(frames))]


def texts(picture):
    return [str(word) for trace in picture.data for word in trace.get("text", [])]


def test_the_sentence_of_the_notes_is_said_with_and_without_its_end():
    _, shown = pictures(data.sample("yes_no"), sentence="yes no no yes", estimator="mle")
    assert "0.05" in shown[-1].said
    assert "without it 0.1" in shown[-1].said
    assert shown[-1].values["factors"][0] == "0.5 · 1 · 0.5 · 0.4 · 0.5"
    assert shown[-1].values["product"][0] == "0.05"
    assert "2/5" in texts(shown[-1])
    assert [picture.mark for picture in shown[1:4]] == [True, False, False]


def test_an_impossible_sentence_is_infinite_and_says_why():
    _, shown = pictures(data.sample("yes_no"), sentence="no yes no", estimator="mle")
    assert any("0" in picture.said and "impossible" in picture.said for picture in shown)
    assert shown[-1].metrics[1][1] == "∞"
    assert "∞" in texts(shown[-1])
    assert shown[-1].numbers["perplexity"] is None


def test_every_row_wears_its_sum_and_only_the_stupid_one_is_marked():
    _, shown = pictures(data.sample("northanger"), show="context", context="of the")
    badges = [word for word in texts(shown[-1]) if "Σ" in word]
    assert len(badges) == 12
    assert [word for word in badges if word != "Σ 1.000"] == ["<b>Σ 1.350</b>"]
    assert "11 of 12" in shown[-1].alt
    assert not [word for word in texts(shown[0]) if "Σ" in word]


def test_the_mass_that_is_drawn_is_the_mass_there_is():
    frames, shown = pictures(data.sample("northanger"), show="context", context="of the")
    stacked = [trace for trace in shown[-1].data if trace.get("fill") and trace["xaxis"] == "x2"]
    widths = np.zeros(12)
    for trace in stacked:
        x, y = np.array(trace["x"]).reshape(-1, 6), np.array(trace["y"]).reshape(-1, 6)
        for row, sides in zip(np.rint(y[:, :4].mean(1)).astype(int), x, strict=True):
            widths[row] += sides[1] - sides[0]
    assert widths == pytest.approx(np.minimum(frames[-1].sums, 1), abs=1e-3)


def test_the_best_of_every_order_is_bold_and_stupid_back_off_is_no_candidate():
    _, shown = pictures(data.sample("northanger"), show="perplexity")
    bold = [word for word in texts(shown[-1]) if word.startswith("<b>")]
    assert bold == ["<b>388</b>", "<b>150</b>", "<b>138</b>"]
    assert "(161)" in texts(shown[-1])
    assert "concerning" in shown[-1].said


@pytest.mark.parametrize("show", ["sentence", "context", "perplexity", "generate", "weights", "turing"])
def test_a_visitors_word_is_harmless_wherever_it_stands(show):
    _, shown = pictures(HOSTILE, show=show, held_out=50, longest=8)
    for picture in shown:
        everything = repr((picture.data, picture.layout, picture.said, picture.alt, picture.values))
        assert "<img" not in everything
        assert "'@c1'" not in re.findall(r"'text': \[[^\]]*\]", everything)
        for trace in picture.data:
            assert not [word for word in trace.get("text", []) if str(word).startswith("@")]


def test_a_click_writes_on_or_walks_on():
    frames, _ = pictures(data.sample("northanger"), show="context", context="of the")
    assert view.followed("word", 0, frames[-1]) == {"context": "of the house"}
    frames, _ = pictures(data.sample("northanger"), show="generate", begin="she was")
    assert view.followed("next", 2, frames[1])["begin"] == "she was " + str(frames[1].top[2])
    assert view.followed("next", 99, frames[1]) == {}
    assert view.followed("strange", 0, frames[1]) == {}


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_estimator_has_a_formula_with_all_its_numbers(name, language):
    _, shown = pictures(data.sample("modern"), language, sentence="今天早上很好", estimator=name)
    for picture in shown:
        for place in re.findall(r"⟦\(?(\w+)\)?⟧", picture.formula):
            assert place in picture.values, place


@pytest.mark.parametrize("show", ["sentence", "context", "perplexity", "generate", "weights", "turing"])
def test_no_picture_has_more_than_seven_hundred_marks(show):
    _, shown = pictures(data.sample("northanger"), show=show, order=5)
    for picture in shown:
        assert sum(len(trace["x"]) for trace in picture.data if "markers" in trace["mode"] or "text" in trace["mode"]) <= 700


def test_the_same_picture_is_drawn_while_the_run_is_under_way():
    made = ngram.Params(sentence="the cat sat")
    about = text(["the cat sat on the mat", "the dog sat"] * 8)
    frames, shown = pictures(about, sentence="the cat sat")
    for i in (0, 4, 9):
        assert repr(view.draw(frames[: i + 1], i, made, (about,), view.Options(), theory("ngram", "en"))) == repr(shown[i])
