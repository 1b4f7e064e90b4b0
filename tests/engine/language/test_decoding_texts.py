"""An n-gram model of a text is decoded like any other model."""

import itertools
import re

import numpy as np
import pytest

from engine import data
from engine.errors import ParamError
from engine.language import decoding
from engine.language.corpus import How, offspring, read, writer
from engine.language.decoding.exhaustive import SEQUENCES
from engine.language.smoothing import ESTIMATORS
from engine.texts import text
from tests import runs
from ui.text import theory
from views.language import decoding as view

SMALL = text(["the cat sat on the mat", "the dog sat on the log", "a cat saw the dog"] * 4)


def run(about=SMALL, **params):
    return runs.frames(decoding.ALGORITHMS, decoding.Params(**params), about)


def test_the_model_is_the_texts_and_never_writes_unknown_words():
    model = writer(SMALL, 2, "interpolated_kn")
    logs = model.next_log_probs([[], [0]])
    assert np.exp(logs).sum(1) == pytest.approx(np.ones(2))
    assert logs[0, model.vocabulary.index("<unk>")] == -np.inf
    best = run(order=2, longest=3, width=3)[-1]
    again = list(decoding.search(decoding.Params(longest=3, width=3), model))[-1]
    assert best.finished.tolist() == again.finished.tolist()


@pytest.mark.parametrize("strategy", ["greedy", "beam", "exhaustive", "sampling", "widths"])
def test_every_frame_spells_all_its_tokens_and_can_be_drawn_without_the_model(strategy):
    params = decoding.Params(strategy=strategy, longest=3, samples=20)
    frames = list(decoding.search(params, SMALL))
    words = set(writer(SMALL, 3, "interpolated_kn").vocabulary)
    for i, frame in enumerate(frames):
        tokens = {*frame.token.tolist(), *frame.finished.ravel().tolist(), *frame.named.tolist(), *frame.optimum_tokens.tolist()}
        assert tokens - {-1} <= set(frame.spelled.tolist())
        assert set(frame.spelling.tolist()) <= words
        for language in ("en", "zh"):
            picture = view.draw(frames, i, params, (SMALL,), view.Options(), theory("decoding", language))
            assert picture.said


def test_a_click_on_a_node_forces_the_words_that_lead_there():
    params = decoding.Params(longest=4)
    frames = list(decoding.search(params, SMALL))
    node = int(np.flatnonzero(frames[-1].depth == 2)[0])
    begin = view.clicked("node", node, frames[-1], params, SMALL, view.Options())["forced"]
    assert len(begin.split()) == 2
    assert run(longest=4, forced=begin)[-1].finished.size


def test_the_curse_on_a_novel_is_what_the_theory_says():
    novel = data.sample("northanger")
    model, book = writer(novel, 3, "interpolated_kn"), read(novel, How())
    known = set(model.vocabulary)
    lines = [line for line in [*book.tune, *book.test] if 6 <= len(line) <= 11 and set(line) <= known][:50]
    assert (len(lines), round(np.mean(list(map(len, lines))), 1)) == (38, 8.6)
    found = {}
    for width in (1, 8, 20):
        rows = []
        for line in lines:
            params = decoding.Params(strategy="beam", width=width, longest=12, forced=" ".join(line[:2]))
            last = list(decoding.search(params, model))[-1]
            best = int(np.argmax(last.finished_logp))
            words = [model.vocabulary[token] for token in last.finished[best] if token >= 0 and token != model.end]
            rows.append((last.finished_logp[best], len(words), decoding.agreement(words, line)))
        found[width] = np.mean(rows, axis=0).round(2).tolist()
    assert found == {1: [-23.6, 10.26, 0.25], 8: [-14.15, 4.16, 0.33], 20: [-13.5, 3.34, 0.34]}


def test_too_many_outputs_of_a_text_are_refused_before_a_model_is_fitted(monkeypatch):
    def never(*_):
        raise AssertionError("a model was fitted")

    novel = data.sample("northanger")
    read(novel, How())
    monkeypatch.setattr("engine.language.smoothing.fit", never)
    for estimator, longest in (("mle", 6), ("stupid", 2), ("interpolated_kn", 12)):
        with pytest.raises(ParamError) as caught:
            next(decoding.search(decoding.Params(strategy="exhaustive", estimator=estimator, longest=longest), novel))
        assert caught.value.code == "decoding_exhaustive"
        assert caught.value.values["count"] > caught.value.values["limit"] == SEQUENCES


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("forced", ["", "the"])
def test_the_outputs_that_are_foretold_are_those_that_are_scored(estimator, order, forced):
    model, found = writer(SMALL, order, estimator), read(SMALL, How(order=order))
    foretold = list(itertools.islice(offspring(found, estimator, forced.split()), 3))
    live, made = [[model.vocabulary.index(token) for token in forced.split()]], []
    for _ in range(3):
        logs = model.next_log_probs(live)
        live = [[*live[row], token] for row, token in np.argwhere(np.isfinite(logs)).tolist()]
        made.append(len(live))
        live = [prefix for prefix in live if prefix[-1] != model.end]
    assert foretold == (made if estimator != "good_turing" else [])


def test_stupid_back_offs_scores_stay_as_they_are_and_never_rise():
    lines = [line.split() for line in ("a b c", "a b d", "c a b")]
    about = text([" ".join(line) for line in lines])
    model = writer(about, 3, "stupid")
    a, b, d = (model.vocabulary.index(word) for word in "abd")
    assert np.exp(model.next_log_probs([[d, a]]))[0, b] == pytest.approx(0.4)
    last = run(about, order=3, estimator="stupid", strategy="exhaustive", longest=4)[-1]
    assert last.mass_finished + last.mass_cut > 1
    assert last.finished_logp.max() <= 0
    assert np.exp(last.optimum) == pytest.approx(2 / 3 * 1 * 1 / 3)  # a b </s>


def test_the_entropy_of_scores_is_that_of_their_shares():
    scores = np.array([[0.6, 0.6, 0.0], [0.25, 0.25, 0.5]])
    with np.errstate(divide="ignore"):
        found = decoding.entropy(np.log(scores))
    assert found == pytest.approx([np.log(2), 1.5 * np.log(2)])


@pytest.mark.parametrize("strategy", ["greedy", "beam", "exhaustive", "widths"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_scores_are_called_scores(strategy, language):
    params = decoding.Params(strategy=strategy, longest=3, estimator="stupid", forced="the", order=2)
    frames = list(decoding.search(params, SMALL))
    for factors in ("p", "log"):
        options = view.Options(factors=factors)
        for i in range(len(frames)):
            picture = view.draw(frames, i, params, (SMALL,), options, theory("decoding", language))
            hovers = [str(told) for trace in picture.data for told in trace.get("customdata", [])]
            titles = [
                str(note.get("text")) for layout in (picture.layout, picture.wide) for note in layout.get("annotations", [])
            ]
            for told in (picture.said, picture.alt, *hovers, *titles, *(label for label, _ in picture.metrics)):
                words = told.replace("no probabilities", "").replace("不是概率", "")
                assert not re.search(r"\b[pP]\b|概率|probab|likel", words), told
            assert "<mi>P</mi>" not in picture.formula
            assert "<mi>p</mi>" not in picture.formula
            assert {picture.numbers[name] for name in ("probability", "logp", "optimum")} == {None}
    assert picture.numbers["s"] == pytest.approx(np.exp(picture.numbers["log_s"]))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_drawn_from_scores_is_a_probability_and_what_the_model_says_a_score(language):
    params = decoding.Params(strategy="sampling", longest=3, estimator="stupid", order=2, samples=20, close_up=0)
    frames, words = list(decoding.search(params, SMALL)), theory("decoding", language)
    told = [view.draw(frames, i, params, (SMALL,), view.Options(), words) for i in range(len(frames))]
    asked = next(picture for picture, frame in zip(told, frames, strict=True) if frame.part == "filter")
    assert asked.formula.index("<mi>S</mi>") < asked.formula.index("<mi>q</mi>")
    assert told[-1].numbers["probability"] is None
    titles = [str(note["text"]) for note in told[-1].layout["annotations"]]
    assert words.part("sampling", "bed") in titles
