"""Decoding at its edges: vocabularies of one and of thousands, names full of markup, no end, every option, every close-up."""

import json
import re
import time
from collections.abc import Hashable

import numpy as np
import pytest

from engine import data, tables
from engine.errors import ParamError
from engine.language import decoding
from tests import runs
from tests.films import accepted
from ui.text import theory
from views.language import decoding as view

seen: set[Hashable] = set()  # figures that Plotly has accepted
STRATEGIES = ("greedy", "beam", "exhaustive", "sampling", "widths")
OPTIONS = [{}, {"shape": "blocks"}, {"alpha": 0.0}, {"alpha": 2.0, "factors": "log"}, {"pool": "kept"}, {"pool": "kept", "factors": "log", "reference": "a b"}]  # fmt: skip


class Words:
    """A model of many words that looks two tokens back; the last ends a sentence, word 0 cannot come."""

    def __init__(self, size, seed=0):
        self.vocabulary = (*(f"word{i}" for i in range(size - 1)), "</s>")
        self.end = size - 1
        logits = np.random.default_rng(seed).normal(size=(31, size)) * 2
        logits[:, -1] += 4
        logits[:, 0] = -np.inf
        self.rows = logits - np.log(np.exp(logits).sum(1, keepdims=True))

    def next_log_probs(self, prefixes):
        return self.rows[[(7 * int(p[-1]) + int(sum(p[-2:-1])) if len(p) else 0) % 31 for p in prefixes]]


class Dead:
    """A model that knows nothing after its second token: no next token is possible."""

    vocabulary, end = ("a", "b", "</s>"), 2

    def next_log_probs(self, prefixes):
        with np.errstate(divide="ignore"):
            return np.log([[0.7, 0.3, 0] if len(prefix) < 2 else [0.0, 0, 0] for prefix in prefixes])


def table(rows):
    return tables.make_table(rows, header=True, text=[rows[0][0]])


def drawn(source, options=None, chosen=None, language="en", **params):
    made = decoding.Params(**params)
    frames, words, options = (
        runs.frames(decoding.ALGORITHMS, made, source),
        theory("decoding", language),
        view.Options(**(options or {})),
    )
    which = range(len(frames)) if chosen is None else [chosen % len(frames)]
    return frames, [view.draw(frames, i, made, (source,), options, words) for i in which]


def check(picture):
    plain = [{key: value for key, value in trace.items() if key != "meta"} for trace in picture.data]
    accepted({"data": plain, "layout": picture.layout}, seen)
    said = " ".join([picture.said, picture.alt, picture.phase, *(word for pair in picture.metrics for word in pair)])
    assert not re.search(r"[{}]|None|nan", said), said
    marks = sum(len(trace["x"]) for trace in picture.data if "markers" in trace.get("mode", ""))
    assert marks <= 700
    for axes in (picture.layout, picture.narrow):
        for name, axis in axes.items():
            if name.startswith(("xaxis", "yaxis")) and "range" in axis:
                assert axis["range"][0] != axis["range"][1], name


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("rows", [
    [["prefix", "<eos>"], ["…", "1"]],
    [["prefix", "A"], ["…", "1"]],
    [["prefix", "A", "<eos>"], ["", "1", "0"], ["A", "0", "1"]],
    [["prefix", "A", "B"], ["…", "0.5", "0.5"]],
], ids=["only the end", "one token, no end", "certain", "no end"])  # fmt: skip
def test_small_and_certain_models_are_drawn_with_every_option(rows, strategy, options):
    for picture in drawn(table(rows), options, strategy=strategy, longest=3, samples=10 if strategy == "sampling" else 200)[1]:
        check(picture)


@pytest.mark.parametrize("strategy", ["greedy", "beam", "exhaustive", "sampling"])
@pytest.mark.parametrize("close_up", [0, 1, 4])
def test_every_strategy_can_be_looked_at_closely(strategy, close_up):
    frames, shown = drawn(data.sample("notes"), strategy=strategy, close_up=close_up, samples=10, width=3)
    for picture in shown:
        check(picture)
    assert frames[0].step == close_up
    assert frames[-1].part in ("end", "")  # a close-up of sampling ends with a tally, not in the middle of a draw


def test_a_close_up_of_long_samples_ends_with_the_tally_of_the_last():
    *_, last = decoding.search(decoding.Params(strategy="sampling", longest=12, close_up=3), data.sample("five"))
    assert (last.part, int(last.finished_count.sum()), last.total) == ("", last.step, last.total)
    assert last.total <= 300


def test_u_falls_into_the_part_of_the_token_that_is_drawn():
    frames, _ = drawn(data.sample("notes"), strategy="sampling", close_up=0, temperature=0.7, top_p=0.9, chosen=0)
    draws = [frame for frame in frames if frame.part == "draw"]
    assert len(draws) > 20
    for frame in draws:
        low, high = frame.slot
        assert low <= frame.u < high
        assert high - low == pytest.approx(frame.filtered[frame.named == frame.drawn[-1]][0])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_names_full_of_markup_do_no_harm(strategy):
    evil = "<img/src=x/onerror=alert(1)>"
    rows = [["prefix", evil, "@ink", "$x$%{y", "<eos>"], ["…", "0.4", "0.3", "0.2", "0.1"]]
    for picture in drawn(table(rows), strategy=strategy, longest=2, samples=10 if strategy == "sampling" else 200)[1]:
        check(picture)
        text = json.dumps([picture.data, picture.layout, picture.values], default=lambda item: np.asarray(item).tolist())
        assert "<img" not in text
        assert '"@ink "' not in text


def test_a_beam_wider_than_the_vocabulary_says_how_many_stay():
    _, shown = drawn(data.sample("notes"), width=20, longest=2)
    pruned = [picture.said for picture in shown if "stay alive:" in picture.said]
    assert pruned[0].startswith("Width 20: 3 stay alive")


def test_a_cut_off_output_is_not_said_to_be_less_likely_than_the_likeliest():
    _, (picture,) = drawn(data.sample("grammar"), width=2, longest=4, chosen=-1)
    assert picture.numbers["probability"] == pytest.approx(0.084)
    assert "Of all outputs that end &lt;eos&gt; has the highest P, 0.08." in picture.said


def test_a_model_that_knows_nothing_more_comes_to_an_end():
    for strategy in STRATEGIES:
        frames, shown = drawn(Dead(), strategy=strategy, longest=4, samples=10 if strategy == "sampling" else 200)
        for picture in shown:
            check(picture)
        assert all(np.isfinite(frame.logp).all() for frame in frames)
    assert "Nothing has finished" in drawn(Dead(), longest=4, chosen=-1)[1][0].said


@pytest.mark.parametrize("params", [{}, {"width": 20}, {"strategy": "greedy"}, {"strategy": "sampling", "temperature": 0.7, "top_p": 0.9}, {"strategy": "sampling", "close_up": 2}, {"close_up": 1, "width": 5}, {"strategy": "widths"}, {"strategy": "exhaustive", "longest": 1}], ids=str)  # fmt: skip
def test_a_model_of_5000_words_is_decoded_and_drawn_with_the_nodes_and_words_that_count(params):
    model, begun = Words(5000), time.process_time()
    frames, _ = drawn(model, **{"longest": 8} | params, chosen=0)
    assert time.process_time() - begun < 5
    made, words = decoding.Params(**{"longest": 8} | params), theory("decoding", "en")
    for i in range(0, len(frames), max(1, len(frames) // 15)):
        picture = view.draw(frames, i, made, (model,), view.Options(), words)
        check(picture)
        assert len(json.dumps(picture.values, default=lambda item: np.asarray(item).tolist())) < 100_000
    assert max(frame.nbytes for frame in frames) < 120_000
    assert all(len(frame.named) <= 64 for frame in frames)


def test_an_exhaustive_search_of_thousands_of_words_is_refused_before_they_are_asked_about():
    model, asked = Words(5000), []
    model.next_log_probs = lambda prefixes, ask=model.next_log_probs: asked.append(len(prefixes)) or ask(prefixes)
    with pytest.raises(ParamError) as caught:
        list(decoding.search(decoding.Params(strategy="exhaustive", longest=3), model))
    assert caught.value.code == "decoding_exhaustive"
    assert sum(asked) < 1000


def test_the_words_of_a_large_vocabulary_are_its_likeliest_and_the_drawn_one():
    frames, _ = drawn(Words(2000), strategy="sampling", close_up=0, longest=3, chosen=0)
    for frame in [frame for frame in frames if frame.part == "draw"]:
        row = np.exp(Words(2000).next_log_probs([frame.drawn[:-1].tolist()])[0])
        assert frame.drawn[-1] in frame.named
        np.testing.assert_allclose(frame.chances, row[frame.named])
        assert row.argmax() in frame.named
        assert frame.left == 1999


@pytest.mark.parametrize("sentence", ["the cat sat on the mat <eos>", "the bird sat on the mat <eos>"])
def test_long_sentences_stand_whole_in_the_list(sentence):
    _, (picture,) = drawn(data.sample("grammar"), longest=8, width=3, chosen=-1)
    texts = [str(text) for trace in picture.data if trace.get("mode") == "text" for text in trace["text"]]
    whole = [re.sub(r"</?b>", "", text).replace("<br>", " ").replace("&lt;", "<").replace("&gt;", ">") for text in texts]
    assert sentence in whole


def test_a_phones_picture_is_as_high_at_every_step():
    for params in ({"strategy": "greedy"}, {}, {"strategy": "exhaustive"}):
        assert len({picture.narrow["height"] for picture in drawn(data.sample("notes"), **params)[1]}) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_formula_adds_logarithms_up_to_the_number_it_shows(language):
    _, (picture,) = drawn(data.sample("notes"), {"factors": "log"}, chosen=-1, language=language)
    factors = picture.values["factors"][0][picture.at]
    assert factors == "−0.69 −1.20 −0.51 −0.51"
    assert picture.values["logp"][0][picture.at] == pytest.approx(np.log(0.054), abs=5e-4)


def test_a_level_uses_the_height_there_is():
    frames, (picture,) = drawn(data.sample("grammar"), longest=4, chosen=-1)
    heights = next(trace for trace in picture.data if trace.get("meta", {}).get("link") == "node" and "markers" in trace["mode"])[
        "y"
    ]
    for level in (2, 3, 4):
        assert np.ptp(heights[frames[-1].depth == level]) > 0.7
