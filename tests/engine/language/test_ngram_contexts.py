"""Contexts of every length, seen or not: what is counted is what is said, in every estimator and every show."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import data
from engine.errors import TheoriaError
from engine.language import corpus, ngram
from engine.language.counts import END, START, count
from engine.language.ngram import explain, reading
from engine.language.smoothing import ESTIMATORS, FLAT, SCORES, Settings, components, fit, mixed
from engine.texts import text
from tests import runs

SENTENCES = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5), min_size=1, max_size=7)
SHOWS = ("sentence", "context", "perplexity", "generate", "weights", "turing")
NAMES = text(["Anna", "Bob"] * 10)


def last_frame(about, **params):
    return runs.frames(ngram.ALGORITHMS, ngram.Params(**params), about)[-1]


def followers(lines, context, padding="all", order=3):
    """What follows a context in lines that are padded, counted anew."""
    starts = order - 1 if padding == "all" else 1
    found = Counter()
    for line in lines:
        marked = [START] * starts + list(line) + [END]
        for i in range(max(starts, len(context)), len(marked)):
            if marked[i - len(context) : i] == list(context):
                found[marked[i]] += 1
    return found


def contexts_of(counts):
    """Every context that occurs, of every length below n, and some that never do."""
    found = [()]
    for m in range(1, counts.order):
        for node in range(len(counts.levels[m].key)):
            tokens, at = [], node
            for k in range(m, 0, -1):
                tokens.append(int(counts.levels[k].token[at]))
                at = int(counts.levels[k].parent[at])
            found.append(tuple(tokens[::-1]))
        found += [(0,) * m, (counts.end,) * m, (-1,) * m, (counts.end,) * (m - 1) + (0,)]
    return list(dict.fromkeys(found))


# ---------------------------------------------------------------------------------------------------- short contexts


def test_a_context_of_one_word_is_counted_as_such_by_a_trigram_model():
    novel = data.sample("northanger")
    read = corpus.read(novel, corpus.How())
    after = followers(read.train, ("the",))
    k, C, V = Fraction(1, 10), after.total(), read.counts.V
    assert (after["general"], C, C + V) == (64, 2777, 8572)
    wanted = {"mle": Fraction(64, C), "add_one": Fraction(65, C + V), "add_k": (64 + k) / (C + k * V)}
    frame = last_frame(novel, show="context", context="the")
    assert frame.kinds.tolist() == [1, V - 1 - len(after), len(after), 0]
    assert len(after) == 1137
    assert frame.times == C
    for name, p in wanted.items():
        model = ngram.model_of(ngram.Params(estimator=name), novel)
        context, general = [model.counts.number["the"]], model.counts.number["general"]
        assert model.distribution(context)[general] == pytest.approx(float(p))
        assert explain(model, context, general).p == pytest.approx(float(p))
        assert (explain(model, context, general).c, explain(model, context, general).n) == (64, C)


@given(SENTENCES, st.integers(1, 5), st.sampled_from(["all", "one"]))
def test_estimators_that_ask_no_shorter_context_say_what_a_dictionary_of_counts_says(sentences, order, padding):
    counts = count(sentences, order, padding)
    names = (*counts.vocabulary, START)
    for name, k in (("mle", 0.0), ("add_one", 1.0), ("add_k", 0.1)):
        model = fit(counts, name)
        for context in contexts_of(counts):
            if -1 in context:
                continue
            after = followers(sentences, tuple(names[token] for token in context), padding, order)
            below = after.total() + k * counts.V
            wanted = [(after[word] + k) / below if below else 0.0 for word in counts.vocabulary]
            assert model.distribution(context) == pytest.approx(np.array(wanted)), (name, context)


@pytest.mark.parametrize("padding", ["all", "one"])
def test_the_sentence_of_the_notes_has_a_twentieth_with_one_start_mark_too(padding):
    last = last_frame(data.sample("yes_no"), sentence="yes no no yes", estimator="mle", padding=padding)
    assert 2**-last.bits == pytest.approx(0.05)
    assert last.zeros == 0
    assert list(zip(last.gram.tolist(), last.context.tolist(), strict=True)) == [(1, 2), (1, 1), (1, 2), (2, 5), (1, 2)]


def test_with_one_start_mark_add_one_counts_the_first_words_too():
    lines = [line.split() for line in data.sample("yes_no").lines]
    model = fit(count(lines, 3, "one"), "add_one")
    V = model.counts.V
    first, second = (followers(lines, context, "one") for context in ((START,), (START, "yes")))
    wanted = [(first["yes"] + 1) / (2 + V), (second["no"] + 1) / (1 + V)]
    assert model.score([["yes", "no"]]).p[:2] == pytest.approx(wanted)


def test_the_counts_in_a_formula_are_those_of_the_context_that_is_shown():
    novel = data.sample("northanger")
    frame = last_frame(novel, show="context", context="of the", order=4)
    after = followers(corpus.read(novel, corpus.How(order=4)).train, ("of", "the"), order=4)
    word = str(frame.words[0])
    assert (frame.now.count, frame.now.total) == (after[word], after.total()) == (10, 343)
    assert frame.count.tolist() == [after[word] for word in frame.words.tolist()]


# -------------------------------------------------------------------------------------------------- stupid back-off


def test_stupid_back_off_takes_its_factor_for_a_context_never_seen():
    counts = count([["a", "b", "c"], ["a", "b", "d"], ["c", "a", "b"]], 3)
    model = fit(counts, "stupid")
    a, b, d = (counts.number[word] for word in "abd")
    assert model.distribution((d, a))[b] == pytest.approx(0.4)
    assert model.score([["d", "a", "b"]]).p[2] == pytest.approx(0.4)
    now = explain(model, (d, a), b)
    assert (now.p, now.weight, now.lower, now.total) == (pytest.approx(0.4), 0.4, 1.0, 0)


def brants(lines, word, context, order):
    """Brants et al. 2007, equation 5."""
    after = followers(lines, context, order=order)
    if after[word]:
        return after[word] / after.total()
    return 0.4 * brants(lines, word, context[1:], order) if context else 0.0


@given(SENTENCES, st.integers(2, 4))
def test_stupid_back_off_scores_after_every_context_as_brants_wrote_it(sentences, order):
    counts = count(sentences, order, unknown="none")
    model = fit(counts, "stupid")
    rng, names = np.random.default_rng(0), (*counts.vocabulary, START)
    for context in [tuple(rng.integers(counts.V, size=m).tolist()) for m in range(order) for _ in range(4)]:
        before = tuple(names[token] for token in context)
        wanted = [brants(sentences, word, before, order) for word in counts.vocabulary]
        assert model.distribution(context) == pytest.approx(np.array(wanted)), context


# ------------------------------------------------------------------------------------------------------- everywhere


@settings(max_examples=20)
@given(SENTENCES, st.integers(1, 5), st.sampled_from(["all", "one"]), st.sampled_from(["share", "rare", "none"]))
def test_after_every_context_probabilities_are_probabilities_and_their_formulas_numbers_make_them(
    sentences, order, padding, unknown
):
    counts = count(sentences, order, padding, unknown)
    how = Settings(weights=mixed(components(counts, sentences[-2:])))
    contexts = contexts_of(counts)
    for name in ESTIMATORS:
        model = fit(counts, name, how)
        for context in contexts:
            p = model.distribution(context)
            assert ((p >= 0) & (p <= 1 + 1e-12)).all(), (name, context)
            if name not in SCORES:
                assert p.sum() == pytest.approx(1 if model.defined(context) else 0, abs=1e-9), (name, context)
        for context in contexts[:: max(1, len(contexts) // 6)]:
            token = int(model.distribution(context).argmax())
            now = explain(model, context, token)
            assert now.p == model.distribution(context)[token]
            if name in FLAT:
                assert (now.c, now.n, now.order) == (now.count, now.total, len(context) + 1)
            if name in SCORES:
                assert now.p == pytest.approx(now.c / now.n if now.c else now.weight * now.lower)


@pytest.mark.parametrize("show", SHOWS)
def test_a_text_with_no_ngrams_of_the_highest_order_is_shown_all_the_same(show):
    for estimator in ESTIMATORS if show in ("sentence", "generate") else ("modified_kn",):
        frame = last_frame(NAMES, show=show, order=4, padding="one", estimator=estimator, context="bob anna", held_out=20)
        assert frame.tokens == 32
        if show == "sentence":
            read = corpus.read(NAMES, corpus.How(order=4, padding="one", held_out=20)).train
            after = followers(read, (START,), "one"), followers(read, (START, "bob"), "one")
            wanted = [after[0]["bob"] / after[0].total(), after[1][END] / after[1].total()]
            assert estimator != "mle" or last_frame(
                NAMES, order=4, padding="one", estimator="mle", sentence="bob", held_out=20
            ).p == pytest.approx(np.array(wanted))


@settings(max_examples=30)
@example([["a"], ["b"]] * 5, "mle", 4, "one", "share", "b a", "greedy")
@given(
    st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3), min_size=1, max_size=14),
    st.sampled_from(ESTIMATORS),
    st.integers(1, 5),
    st.sampled_from(["all", "one"]),
    st.sampled_from(["share", "rare", "none"]),
    st.sampled_from(["", "a", "z", "b a", "c z a", "a b c a b"]),
    st.sampled_from(["sampling", "greedy", "beam"]),
)
def test_no_show_fails_but_with_words(lines, estimator, order, padding, unknown, typed, pick):
    asked = {"sentence": typed, "context": typed, "begin": typed[:1], "pick": pick, "held_out": 40, "longest": 6}
    how = {"estimator": estimator, "order": order, "padding": padding, "unknown": unknown}
    for show in SHOWS:
        try:
            frames = list(ngram.train(ngram.Params(show=show, **asked, **how), text([" ".join(line) for line in lines])))
        except TheoriaError:
            continue
        assert frames[-1].total == len(frames)


@pytest.mark.parametrize("context", ["of the", "the", "she was", "the of"])
def test_what_the_held_out_text_did_after_a_context_is_what_a_dictionary_says(context):
    about = data.sample("northanger")
    frame = last_frame(about, show="context", context=context)
    read = corpus.read(about, reading.how_of(ngram.Params(show="context")))
    learned, held = (followers(lines, context.split()) for lines in (read.train, [*read.tune, *read.test]))
    assert frame.followed == held.total()
    assert frame.new == sum(times for word, times in held.items() if word not in learned)
    assert frame.once == list(learned.values()).count(1)
    assert frame.times == learned.total()


def test_held_out_words_are_counted_by_how_often_they_were_seen():
    about = data.sample("modern")
    frame = last_frame(about, show="turing")
    read = corpus.read(about, reading.how_of(ngram.Params(show="turing")))
    learned = Counter(word for line in read.train for word in [*line, "</s>"])
    held = [learned[word] for line in [*read.tune, *read.test] for word in [*line, "</s>"]]
    assert frame.held_r.tolist() == [held.count(r) for r in [0, *frame.r.tolist()]]


def test_where_no_component_knows_a_word_no_weights_are_learned():
    assert mixed(np.zeros((3, 4))) == ()
