"""An n-gram model of a text is decoded like any other model."""

import itertools

import numpy as np
import pytest

from engine import data
from engine.errors import ParamError
from engine.language import decoding
from engine.language.corpus import How, offspring, read, writer
from engine.language.decoding.exhaustive import SEQUENCES
from engine.language.smoothing import ESTIMATORS
from engine.texts import text
from ui.text import theory
from views.language import decoding as view

SMALL = text(["the cat sat on the mat", "the dog sat on the log", "a cat saw the dog"] * 4)


def run(about=SMALL, **params):
    return list(decoding.search(decoding.Params(**params), about))


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
            run(novel, strategy="exhaustive", estimator=estimator, longest=longest)
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
