"""What the pictures of n-gram models say is what the frames hold."""

import re

import numpy as np
import pytest

from charts.numbers import number
from engine import data
from engine.language import ngram
from engine.language.smoothing import ESTIMATORS
from engine.texts import text
from tests import runs
from ui.text import theory
from views.language import ngram as view
from views.language import ngram_models
from views.language.ngram_axis import HANGS
from views.language.ngram_context import SUMS

HOSTILE = text(['<img src=x> @ink "quoted" %{y} $x$', "a @c1 b", "& c d"] * 6)


def pictures(about, language="en", word=1, **params):
    made = ngram.Params(**params)
    frames = runs.frames(ngram.ALGORITHMS, made, about)
    words, options = theory("ngram", language), view.Options(word=word)
    return frames, [view.draw(frames, i, made, (about,), options, words) for i in range(len(frames))]


def main(picture):
    """The traces of the first panel."""
    return [trace for trace in picture.data if trace["xaxis"] == "x"]


def texts(picture):
    return [str(word) for trace in picture.data for word in trace.get("text", [])]


def test_the_sentence_of_the_notes_is_said_with_and_without_its_end():
    _, shown = pictures(data.sample("yes_no"), sentence="yes no no yes", estimator="mle")
    assert "0.05" in shown[-1].said
    assert "without it 0.1" in shown[-1].said
    assert shown[-1].values["factors"][0] == "0.5 · 1 · 0.5 · 0.4 · 0.5"
    assert shown[-1].values["product"][0] == "0.05"
    assert shown[10].values["gram"] == (2, 0)
    assert shown[10].values["context"] == (5, 0)
    assert [picture.mark for picture in shown[1:4]] == [True, False, False]


def test_an_impossible_sentence_is_infinite_and_says_why():
    _, shown = pictures(data.sample("yes_no"), sentence="no yes no", estimator="mle")
    assert any("0" in picture.said and "impossible" in picture.said for picture in shown)
    assert shown[-1].metrics[2][1] == "∞"
    assert "∞" in texts(shown[-1])
    assert shown[-1].numbers["perplexity"] is None


def test_every_row_wears_its_sum_and_only_the_stupid_one_is_marked():
    _, shown = pictures(data.sample("northanger"), show="context", context="of the")
    sums = next(trace["text"] for trace in main(shown[-1]) if len(trace.get("text", ())) == 12 and set(trace["x"]) == {SUMS})
    assert [word for word in sums if word != "1.000"] == ["<b>1.350</b>"]
    assert "11 of 12" in shown[-1].alt


def test_the_truth_across_the_rows_is_where_the_held_out_words_were():
    _, shown = pictures(data.sample("northanger"), show="context", context="of the")
    truth = next(trace for trace in main(shown[0]) if trace["mode"] == "lines" and trace["line"]["color"] == "@ink")
    assert truth["x"] == pytest.approx([1 - 20 / 36] * 2)
    assert "held-out text: new in 20 of 36" in texts(shown[-1])
    assert "165 of them once: Turing expects a new one with 0.481" in shown[0].said
    assert shown[-1].metrics[1] == ("new in the held-out text", "0.556")
    _, shown = pictures(data.sample("yes_no"), show="context", context="yes")  # nothing is held out
    assert shown[-1].metrics[1][1] == "–"
    assert "the held-out text does not have this context" in texts(shown[-1])


@pytest.mark.parametrize("word", [1, 4, 7])
def test_the_word_that_is_tapped_is_the_one_whose_numbers_are_told(word):
    frames, shown = pictures(data.sample("northanger"), word=word, show="context", context="of the")
    k = word - 1
    for frame, picture in zip(frames[1:], shown[1:], strict=True):
        p = frame.p[frame.shown - 1, k]
        assert frame.explained[k].p == pytest.approx(p)
        assert picture.numbers["word"] == frame.words[k]
        assert (picture.numbers["s"] if ESTIMATORS[frame.shown - 1] == "stupid" else picture.numbers["p"]) == pytest.approx(p)
    assert len({picture.numbers["sum"] for picture in shown[1:]}) > 1


def test_the_mass_that_is_drawn_is_the_mass_there_is():
    frames, shown = pictures(data.sample("northanger"), show="context", context="of the")
    stacked = [
        trace for trace in shown[-1].data if trace.get("fill") and trace["xaxis"] == "x" and trace["fillcolor"] != "rgba(0,0,0,0)"
    ]
    widths = np.zeros(12)
    for trace in stacked:
        x, y = np.array(trace["x"]).reshape(-1, 6), np.array(trace["y"]).reshape(-1, 6)
        for row, sides in zip(np.rint(y[:, :4].mean(1)).astype(int), x, strict=True):
            widths[row] += sides[1] - sides[0]
    assert widths == pytest.approx(np.minimum(frames[-1].sums, 1), abs=1e-3)


def test_every_line_ends_in_its_name_and_number_and_stupid_back_off_has_none():
    _, shown = pictures(data.sample("northanger"), show="perplexity")
    names = [word for trace in main(shown[-1]) for word in trace.get("text", [])]
    assert {"modified KN 138", "interpolated KN 139", "add-one 3653", "maximum likelihood ∞", "Good–Turing 388"} <= set(names)
    assert len(names) == 11
    lit = [trace for trace in main(shown[-1]) if trace.get("textfont", {}).get("color") == "@accent" and len(trace["text"])]
    assert [trace["text"] for trace in lit] == [["modified KN 138"]]
    assert "concerning" in shown[-1].said


def test_the_table_has_the_word_that_surprised_most_once_there_is_one():
    frames, shown = pictures(data.sample("northanger"), show="perplexity")
    assert shown[0].numbers["word"] is None
    for frame, picture in zip(frames[1:], shown[1:], strict=True):
        assert picture.numbers["word"] == frame.words[frame.worst]


def test_stupid_back_off_has_no_perplexity_anywhere():
    _, shown = pictures(data.sample("modern"), show="perplexity", estimator="stupid")
    assert "has no perplexity" in shown[-1].said
    assert shown[-1].metrics == [("perplexity", "–")]
    assert shown[-1].numbers["perplexity"] is None
    assert not shown[-1].formula
    for settings in ({"sentence": "今天很好"}, {"show": "generate", "longest": 5}):
        _, shown = pictures(data.sample("modern"), estimator="stupid", **settings)
        assert "perplexity" not in [label for label, _ in shown[-1].metrics]
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
        lit = [word for trace in main(picture) if trace.get("textfont", {}).get("color") == "@accent" for word in trace["text"]]
        assert len(lit) == 2  # its name, and what it says of the word


@pytest.mark.parametrize("sample", ["northanger", "modern", "yes_no"])
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


LONG = "it was a truth that a single man in possession of a good fortune must be in want of a wife"


@pytest.mark.parametrize("settings", [{"sentence": LONG}, {"show": "generate", "longest": 60, "seed": 3}])
def test_a_word_keeps_its_place_and_what_is_told_of_now_stands_on_the_page(settings):
    frames, shown = pictures(data.sample("northanger"), **settings)
    places = {}
    assert len(frames[-1].words) > 18
    for picture in shown:
        words = [trace for trace in main(picture) if trace.get("textfont", {}).get("size") == 15]
        for trace in words:
            for k, x, word in zip(trace["meta"]["index"], trace["x"], trace["text"], strict=True):
                assert places.setdefault((k, word), x) == x
        lit = next((trace["x"][0] for trace in words if trace["textfont"]["color"] == "@accent" and len(trace["x"])), None)
        window = next((trace for trace in main(picture) if trace.get("meta", {}).get("key") == "window"), None)
        assert (lit is None) == (window is None)
        for low, high in (picture.layout["xaxis"]["range"], picture.narrow["xaxis"]["range"]) if window else ():
            assert low <= lit <= high
            assert low <= window["x"][-2] < window["x"][-1] == window["x"][-2] + HANGS <= high
        assert picture.narrow["xaxis"]["range"][1] - picture.narrow["xaxis"]["range"][0] <= 46
    assert len({k for k, _ in places}) == len(frames[-1].words)


def test_the_number_below_a_word_is_its_rank_among_all():
    about = data.sample("modern")
    frames, shown = pictures(about, sentence="今天早上很好")
    model = ngram.model_of(ngram.Params(), about)
    ids = [model.counts.number.get(word, model.counts.unk) for word in frames[-1].words.tolist()[2:]]
    wanted = [int((p > p[token]).sum()) + 1 for k, token in enumerate(ids) for p in [model.distribution(model.context(ids[:k]))]]
    ranks = [trace for trace in main(shown[-1]) if trace.get("textfont", {}).get("size") == 11 and trace.get("cliponaxis")]
    ranks = [trace for trace in ranks if trace["textposition"] == "middle center"]
    found = sorted((x, int(text)) for trace in ranks for x, text in zip(trace["x"], trace["text"], strict=True))
    assert [rank for _, rank in found] == wanted
    assert shown[-1].metrics[0][1] == str(wanted[int(frames[-1].p.argmin())])


def test_what_was_never_seen_is_hatched_and_no_error():
    for settings in ({"sentence": "量子纠缠"}, {"show": "context"}, {"show": "weights"}, {"show": "generate", "longest": 5}):
        _, shown = pictures(data.sample("modern"), **settings)
        assert all("@bad" not in repr(picture.data) for picture in shown)
        assert settings.get("show") == "generate" or any("fillpattern" in trace for trace in main(shown[-1]))


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
    assert clicked("word", 0, frames[-1]) == {"context": "of the house", "word": 1}
    assert clicked("next", 3, frames[-1]) == {"word": 4}
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
    _, shown = pictures(data.sample("modern"), show=show, order=5)
    for picture in shown:
        assert sum(len(trace["x"]) for trace in picture.data if "markers" in trace["mode"] or "text" in trace["mode"]) <= 700


def test_the_mean_share_that_is_lit_is_the_next_weight():
    frames, shown = pictures(data.sample("modern"), show="weights")
    for one, following, picture in zip(frames, frames[1:], shown, strict=False):
        assert following.weights == pytest.approx(one.mean)
        bars = [trace for trace in main(picture) if trace.get("fill") and trace["fillcolor"] != "rgba(0,0,0,0)"]
        lowest = [np.array(trace["x"]).reshape(-1, 6)[-1, :2] for trace in bars]
        assert [right - left for left, right in lowest][::-1] == pytest.approx(one.mean, abs=1e-4)


def test_good_turing_gives_words_never_seen_what_those_seen_once_were():
    frames, shown = pictures(data.sample("modern"), show="turing")
    lamp = next(trace for trace in main(shown[0]) if trace.get("fillcolor") == "@accent")
    assert max(y for y in lamp["y"] if y == y) == pytest.approx(frames[0].n[0] / frames[0].tokens, abs=1e-5)
    assert shown[0].metrics == [("mass of the unseen", "0.1227"), ("new in the held-out text", number(68 / 357, 4))]


def test_the_same_picture_is_drawn_while_the_run_is_under_way():
    made = ngram.Params(sentence="the cat sat")
    about = text(["the cat sat on the mat", "the dog sat"] * 8)
    frames, shown = pictures(about, sentence="the cat sat")
    for i in (0, 4, 9):
        assert repr(view.draw(frames[: i + 1], i, made, (about,), view.Options(), theory("ngram", "en"))) == repr(shown[i])


def test_a_short_context_is_called_seen_with_all_that_follows_it():
    frames, shown = pictures(data.sample("northanger"), show="context", context="the")
    assert "followed by 1137 different words" in shown[0].said
    assert [picture.metrics[0][1] for picture in shown[1:3]] == ["0.000", number(float(frames[-1].mass[1, :2].sum()), 3)]
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
    for picture in shown:
        hovers = [str(told) for trace in picture.data for told in trace.get("customdata", [])]
        titles = [str(note.get("text")) for layout in (picture.layout, picture.wide) for note in layout.get("annotations", [])]
        for told in (picture.said, picture.alt, *hovers, *titles):
            assert not re.search(r"\b[pP]( =|\()|log₂ p|概率|probab|likel", told), told
        assert "<mi>p</mi>" not in picture.formula
        assert "<mi>P</mi>" not in picture.formula
        assert picture.numbers.get("p") is None


def test_with_a_temperature_of_zero_no_number_is_said_to_be_drawn():
    _, shown = pictures(data.sample("modern"), show="generate", temperature=0.0, longest=4)
    assert not [picture.said for picture in shown if "number u" in picture.said]


def test_prefixes_of_a_beam_stand_left_and_their_bits_right():
    frames, shown = pictures(data.sample("yes_no"), show="generate", pick="beam")
    k = next(k for k, frame in enumerate(frames) if len(frame.beams))
    bits = [number(float(value), 1) for value in frames[k].beams_bits]
    right = [trace for trace in shown[k].data if list(trace.get("text", ())) == bits]
    assert [set(trace["x"]) for trace in right] == [{1.0}]
