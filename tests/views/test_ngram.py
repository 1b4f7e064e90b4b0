"""What the pictures of n-gram models say is what the frames hold."""

import re

import numpy as np
import pytest

from charts.formula import number
from engine import data
from engine.language import ngram
from engine.language.smoothing import ESTIMATORS
from engine.texts import text
from tests import runs
from ui.text import theory
from views.language import ngram as view
from views.language import ngram_models, ngram_parts, ngram_words

HOSTILE = text(['<img src=x> @ink "quoted" %{y} $x$', "a @c1 b", "& c d"] * 6)


def pictures(about, language="en", **params):
    made = ngram.Params(**params)
    frames = runs.frames(ngram.ALGORITHMS, made, about)
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
    assert sorted(bold) == ["<b>138</b>", *["<b>150</b>"] * 2, *["<b>388</b>"] * 4]  # all that print the same
    assert texts(shown[-1]).count("–") == 3
    assert "concerning" in shown[-1].said


def test_the_table_has_the_word_that_surprised_most_once_there_is_one():
    frames, shown = pictures(data.sample("northanger"), show="perplexity")
    assert shown[0].numbers["word"] is None
    for frame, picture in zip(frames[1:], shown[1:], strict=True):
        assert picture.numbers["word"] == frame.words[frame.worst]


def test_stupid_back_off_has_no_perplexity_anywhere():
    _, shown = pictures(data.sample("northanger"), show="perplexity", estimator="stupid")
    assert "has no perplexity" in shown[-1].said
    assert shown[-1].metrics == [("perplexity", "–")]
    assert shown[-1].numbers["perplexity"] is None
    assert not shown[-1].formula
    for settings in ({"sentence": "the cat sat"}, {"show": "generate", "longest": 5}):
        _, shown = pictures(data.sample("northanger"), estimator="stupid", **settings)
        assert [label for label, _ in shown[-1].metrics] == ["bits"]
        assert shown[-1].numbers.get("perplexity") is None


def test_a_word_that_begins_a_sentence_comes_after_nothing():
    frames, shown = pictures(data.sample("northanger"), show="perplexity")
    first = [picture.said for frame, picture in zip(frames, shown, strict=True) if frame.step and not frame.before]
    others = [picture.said for frame, picture in zip(frames, shown, strict=True) if frame.before]
    assert first
    assert others
    assert all("at the start of a sentence" in said for said in first)
    assert all(re.search("Worst: “.+” after “.+”", said) for said in others)


def test_what_goes_to_words_never_seen_is_explained_where_it_is_much():
    frames, shown = pictures(data.sample("northanger"), show="context", context="of the")
    unk = frames[-1].words.tolist().index("<unk>")
    for name, picture in zip(ESTIMATORS, shown[1:], strict=True):
        p = float(frames[-1].p[ESTIMATORS.index(name), unk])
        assert ("words never seen at all" in picture.said) == (p > 0.01), name
        assert ("words never seen at all" not in picture.said) or f"gets {p:.4f}".rstrip("0") in picture.said


@pytest.mark.parametrize("sample", ["northanger", "moby", "modern", "jueju", "yes_no"])
def test_the_numbers_of_every_good_turing_formula_give_its_result(sample):
    kinds = {ngram_models.TURING: 0, ngram_models.LINE: 0, ngram_models.PLAIN: 0}
    for picture in pictures(data.sample(sample), show="turing")[1]:
        if not picture.formula:  # still reading, or before the first count
            continue
        value = {name: float(entry[0]) for name, entry in picture.values.items()}
        found = {
            ngram_models.TURING: value["next"] * value["above"] / value["here"],
            ngram_models.LINE: value["r"] * (1 + 1 / value["r"]) ** (1 + round(value["slope"], 4)),
            ngram_models.PLAIN: value["r"],
        }[picture.formula]
        kinds[picture.formula] += 1
        assert found == pytest.approx(value["star"], abs=2e-3)
        assert f"{value['star']:.3f}" in picture.said
    assert kinds[ngram_models.PLAIN] if sample == "yes_no" else kinds[ngram_models.LINE]


def test_a_long_text_keeps_a_name_under_every_bar():
    frames, shown = pictures(data.sample("northanger"), show="generate", longest=60, seed=3)
    assert len(frames[-1].words) > 40
    for frame, picture in zip(frames[1:], shown[1:], strict=True):
        axis = picture.layout["xaxis"]
        low, high = np.ceil(axis["range"])
        assert axis["tickvals"] == list(range(int(low), int(high) + (axis["range"][1] % 1 > 0.5)))[: len(axis["tickvals"])]
        assert 0 < len(axis["ticktext"]) <= ngram_words.BARS
        assert axis["tickvals"][-1] == len(frame.words) - 1
        name = axis["ticktext"][-1].replace("<br>", "")
        assert ngram_words.escaped(str(frame.words[-1])).startswith(name.removesuffix("…"))
        assert len(name) >= min(4, len(str(frame.words[-1])))


@pytest.mark.parametrize("show", ["sentence", "context", "perplexity", "generate", "weights", "turing"])
def test_a_visitors_word_is_harmless_wherever_it_stands(show):
    _, shown = pictures(HOSTILE, show=show, held_out=50, longest=8)
    for picture in shown:
        everything = repr((picture.data, picture.layout, picture.said, picture.alt, picture.values))
        assert "<img" not in everything
        assert "'@c1'" not in re.findall(r"'text': \[[^\]]*\]", everything)
        for trace in picture.data:
            assert not [word for word in trace.get("text", []) if str(word).startswith("@")]


def clicked(name, index, frame):
    return view.clicked(name, index, frame, ngram.Params(), data.sample("northanger"), view.Options())


def test_a_click_writes_on_or_walks_on():
    frames, _ = pictures(data.sample("northanger"), show="context", context="of the")
    assert clicked("word", 0, frames[-1]) == {"context": "of the house"}
    frames, _ = pictures(data.sample("northanger"), show="generate", begin="she was")
    assert clicked("next", 2, frames[1])["begin"] == "she was " + str(frames[1].top[2])
    assert clicked("next", 99, frames[1]) == {}
    assert clicked("strange", 0, frames[1]) == {}


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


def test_a_short_context_is_called_seen_with_all_that_follows_it():
    frames, shown = pictures(data.sample("northanger"), show="context", context="the")
    assert "followed by 1137 different words" in shown[0].said
    assert [picture.metrics[0][1] for picture in shown[1:3]] == ["1.000", number(float(frames[-1].mass[1, 2]), 3)]
    for frame, picture in zip(frames[1:4], shown[1:4], strict=True):
        assert picture.values["c"][0] == "64"
        assert picture.values["n"][0] == "2777"
        assert picture.numbers["p"] == frame.p[frame.shown - 1, 0]


def test_the_first_words_after_one_start_mark_were_seen_whole():
    _, shown = pictures(data.sample("yes_no"), sentence="yes no no yes", estimator="katz", padding="one", order=4)
    assert [picture.said.startswith("The whole n-gram was seen") for picture in shown[2::3]][:3] == [True] * 3


SCORING = [
    {"sentence": "the dog a b"}, {"sentence": "zebra"}, {"show": "generate", "pick": "greedy"}, {"show": "generate", "pick": "beam"},
    {"show": "generate", "temperature": 0.0}, {"show": "perplexity", "held_out": 50},
]  # fmt: skip


@pytest.mark.parametrize("settings", SCORING)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_stupid_back_off_says_is_called_a_score(settings, language):
    about = text(["the cat sat on the mat", "the dog sat on the log", "a cat saw the dog"] * 4)
    _, shown = pictures(about, language, estimator="stupid", **settings)
    told_of_none = theory("ngram", language).part("perplexity", "hover_stupid")
    for picture in shown:
        hovers = [str(told) for trace in picture.data for told in trace.get("customdata", []) if told != told_of_none]
        titles = [str(note.get("text")) for layout in (picture.layout, picture.wide) for note in layout.get("annotations", [])]
        for told in (picture.said, picture.alt, *hovers, *titles):
            assert not re.search(r"\b[pP]( =|\()|log₂ p|概率|probab|likel", told), told
        assert "<mi>p</mi>" not in picture.formula
        assert "<mi>P</mi>" not in picture.formula
        assert picture.numbers.get("p") is None


def test_with_a_temperature_of_zero_no_number_is_said_to_be_drawn():
    _, shown = pictures(data.sample("northanger"), show="generate", temperature=0.0, longest=4)
    assert not [picture.said for picture in shown if "number u" in picture.said]


def test_where_the_words_of_scores_are_asked_for_every_language_has_them():
    for language in ("en", "zh"):
        text = theory("ngram", language)
        words = [text.say, *text.scenes.values(), *(scene["said"] for scene in text.scenes.values())]
        keys = {key for table in words if isinstance(table, dict) for key in table}
        assert {key for key in keys if key.endswith("_score")} == set(ngram_parts.SCORED.values())
        assert set(ngram_parts.SCORED) <= keys


def test_prefixes_of_a_beam_stand_left_and_their_bits_right():
    frames, shown = pictures(data.sample("yes_no"), show="generate", pick="beam")
    k = next(k for k, frame in enumerate(frames) if len(frame.beams))
    bits = [number(float(value), 1) for value in frames[k].beams_bits]
    right = [trace for trace in shown[k].data if list(trace.get("text", ())) == bits]
    assert [set(trace["x"]) for trace in right] == [{1.0}]


def test_the_row_of_an_estimator_is_washed_over_all_its_columns():
    frames, shown = pictures(data.sample("yes_no"), show="context", context="yes")
    wash = next(trace for trace in shown[-1].data if trace.get("fillcolor") == "@wash")
    assert max(x for x in wash["x"] if x is not None) == len(frames[-1].words) - 0.45
