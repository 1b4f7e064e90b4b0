"""The twelve estimators: golden values, sums, and corpora that break other tools."""

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.counts import START, count, count_of_counts
from engine.language.smoothing import (
    ESTIMATORS,
    Settings,
    components,
    fit,
    good_turing,
    katz_discounts,
    mixed,
    mixing,
    perplexity,
)

GOLDEN = Path(__file__).parents[2] / "golden"
SMALL = json.loads((GOLDEN / "ngram.json").read_text())
YES_NO = json.loads((GOLDEN / "ngram_yes_no.json").read_text())
KATZ = json.loads((GOLDEN / "ngram_katz_lee.json").read_text())
KENLM = json.loads((GOLDEN / "ngram_modified_kn_kenlm.json").read_text())
MERCER = json.loads((GOLDEN / "ngram_jelinek_mercer.json").read_text())
WORDS = st.lists(st.lists(st.sampled_from("abcde"), max_size=8), min_size=1, max_size=12).filter(any)


def lee() -> list[list[str]]:
    gensim = pytest.importorskip("gensim")
    path = Path(gensim.__file__).parent / "test" / "test_data" / "lee_background.cor"
    return [line.lower().split() for line in path.read_text(encoding="utf-8").splitlines()]


def same(model, table, order, tolerance=1e-12, marks=None):
    """Rows whose context fits the order are as the model has them; says how many there were."""
    rows = [row for row in table if len(row["context"]) == order - 1]
    number = marks or model.counts.number
    for row in rows:
        p = model.distribution([number[token] for token in row["context"]])
        for token, wanted in row["p"].items():
            if token in model.vocabulary:
                wanted = wanted["value"] if isinstance(wanted, dict) else wanted
                assert p[model.vocabulary.index(token)] == pytest.approx(wanted, abs=tolerance), (row["context"], token)
    return len(rows)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "section", "settings"),
    [("mle", "MLE", {}), ("add_one", "Laplace_V=event_vocab", {}), ("add_k", "Lidstone_0.5", {"k": 0.5})],
)
def test_counting_estimators_equal_exact_fractions(name, section, settings, order):
    counts = count(SMALL["sentences"], order, "all", "none")
    assert same(fit(counts, name, Settings(**settings)), SMALL["exact"][section], order)


@pytest.mark.parametrize(("section", "uniform"), [("interpolated_KN", False), ("interpolated_KN_uniform_base", True)])
def test_interpolated_kneser_ney_equals_exact_fractions(section, uniform):
    model = fit(count(SMALL["sentences"], 3, "all", "none"), "interpolated_kn", Settings(discount=0.75, uniform=uniform))
    assert sum(same(model, SMALL["exact"][section]["table"], order) for order in (1, 2, 3)) > 15


def test_backing_off_with_an_absolute_discount_equals_exact_fractions():
    model = fit(count(SMALL["sentences"], 2, "all", "none"), "absolute", Settings(discount=0.75, uniform=False))
    assert same(model, SMALL["exact"]["backoff_absolute_discount_bigram"]["table"], 2) > 5


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "section", "settings"),
    [("mle", "MLE", {}), ("add_one", "Laplace", {}), ("add_k", "Lidstone", {"k": 0.5}), ("witten_bell", "WittenBellInterpolated", {"uniform": False}), ("stupid", "StupidBackoff", {})],
)  # fmt: skip
def test_the_numbers_are_nltks_where_sentences_are_padded_as_nltk_pads_them(name, section, settings, order):
    padded = [["<s>", "<s>", *sentence, "</s>", "</s>"] for sentence in SMALL["sentences"]]
    model = fit(count(padded, order, "none", "share"), name, Settings(**settings))
    marks = {token: i for i, token in enumerate(model.vocabulary)}
    assert same(model, SMALL["nltk"][section]["scores"], order, marks=marks)


def test_the_sentence_of_the_notes_has_a_twentieth_and_a_tenth_without_its_end():
    model = fit(count(YES_NO["sentences"], 3), "mle")
    p = model.score([YES_NO["query"]]).p
    assert [Fraction(float(value)).limit_denominator(100) for value in p] == [
        Fraction(step[3]) for step in YES_NO["steps_trigram_w1_w2_w_P"]
    ]
    assert math.prod(p) == pytest.approx(YES_NO["P_with_end"])
    assert math.prod(p[:-1]) == pytest.approx(YES_NO["P_prefix_without_end"])


def test_katz_equals_exact_fractions_on_sixty_news_items():
    counts = count(lee()[:60], 2, "one", "none")
    model = fit(counts, "katz", Settings(uniform=False))
    assert model.discounts[1] == pytest.approx([KATZ["discounts"][r] for r in "12345"], abs=1e-12)
    n = count_of_counts(counts.levels[2].count, 6)
    assert n[1:7].tolist() == list(KATZ["n_r"].values())
    assert same(model, [row | {"context": [row["context"]]} for row in KATZ["table"]], 2, 1e-10) == 5


def test_modified_kneser_ney_equals_kenlm_token_by_token():
    counts = count(lee()[:60], 3, "one", "share")
    model = fit(counts, "modified_kn")
    for line, found in zip(KENLM["discounts_stderr"], model.discounts, strict=True):
        wanted = [float(part.split("=")[1]) for part in line.split()[2:]]
        assert found == pytest.approx(wanted, rel=1e-5)
    for item in KENLM["test"]:
        found = np.log10(model.score([item["sentence"]]).p)
        assert found == pytest.approx([step["log10p"] for step in item["full_scores"]], abs=1e-5)
        assert found.sum() == pytest.approx(item["total_log10"], abs=1e-4)
    for order in (1, 2, 3):
        for row in KENLM["arpa_sample"][f"\\{order}-grams:"]:
            words = row[1].split()
            if words == [START]:
                continue
            node = counts.node([counts.number[word] for word in words])
            if node >= 0:
                assert np.log10(model.prob[order][node]) == pytest.approx(float(row[0]), abs=1e-5)
            if len(row) > 2 and node >= 0 and words[-1] != "</s>":
                assert np.log10(model.weight[order + 1][node]) == pytest.approx(float(row[2]), abs=1e-5)


def test_its_perplexity_on_the_last_thirty_items_is_kenlms():
    model = fit(count(lee()[:270], 3, "one", "share"), "modified_kn")
    assert perplexity(model.score(lee()[270:300]).p) == pytest.approx(560.04, abs=0.02)


def test_the_weights_of_jelinek_and_mercer_are_learned_as_they_should_be():
    counts = count(MERCER["train"], 3, "all", "share")
    assert set(counts.vocabulary) == set(MERCER["V"])
    P = components(counts, MERCER["heldout"])
    assert pytest.approx(np.array(MERCER["component_probs"]), abs=1e-12) == P
    steps = [step for step, _ in zip(mixing(P, MERCER["init"]), range(MERCER["iters"] + 1), strict=False)]
    for step, wanted in zip(steps, MERCER["history"], strict=False):
        assert step.weights == pytest.approx(wanted["lambda"], abs=1e-12)
        assert step.loglik == pytest.approx(wanted["heldout_loglik_nats"], abs=1e-10)
    assert steps[-1].weights == pytest.approx(MERCER["final_lambda"], abs=1e-12)


@given(
    WORDS,
    st.integers(1, 5),
    st.sampled_from(["all", "one"]),
    st.sampled_from(["share", "rare", "none"]),
    st.booleans(),
    st.sampled_from([0.0, 0.3, 0.9]),
)
def test_probabilities_sum_to_one_after_every_context_and_after_unseen_ones(
    sentences, order, padding, unknown, uniform, discount
):
    counts = count(sentences, order, padding, unknown)
    weights = mixed(components(counts, sentences[-2:]))
    for name in ESTIMATORS:
        model = fit(counts, name, Settings(discount=discount, uniform=uniform, weights=weights))
        contexts = [[]]
        for m in range(1, order):
            level = counts.levels[m]
            for node in range(len(level.key)):
                tokens, at = [], node
                for k in range(m, 0, -1):
                    tokens.append(int(counts.levels[k].token[at]))
                    at = int(counts.levels[k].parent[at])
                contexts.append(tokens[::-1])
        contexts += [[0] * (order - 1), [counts.V - 1] * (order - 1)]
        for context in contexts:
            p = model.distribution(context)
            assert (p >= 0).all()
            if name == "stupid" or (name == "mle" and not model.defined(context)):
                continue
            assert p.sum() == pytest.approx(1, abs=1e-9), (name, context)


@given(WORDS, WORDS, st.integers(1, 5), st.sampled_from(["all", "one"]), st.sampled_from(["share", "rare", "none"]))
def test_scoring_many_at_once_gives_what_the_distributions_say(train, test, order, padding, unknown):
    counts = count(train, order, padding, unknown)
    for name in ESTIMATORS:
        model = fit(counts, name)
        found = model.score(test)
        wanted, nowhere = [], []
        for sentence in test:
            ids = [counts.number.get(token, counts.unk) for token in sentence] + [counts.end]
            for t, token in enumerate(ids):
                wanted.append(model.distribution(model.context(ids[:t]))[token] if token >= 0 else 0.0)
                if unknown == "share":
                    nowhere.append(model.distribution(model.context(ids[:t]))[counts.unk])
        assert found.p == pytest.approx(np.array(wanted), abs=1e-12)
        assert unknown != "share" or found.new == pytest.approx(np.array(nowhere), abs=1e-12)
        assert len(found.p) == sum(map(len, test)) + len(test)


@given(WORDS, st.integers(2, 4))
def test_every_count_is_the_one_a_dictionary_gives(sentences, order):
    counts = count(sentences, order, "all", "none")
    wanted: dict[tuple[str, ...], int] = {}
    for sentence in sentences:
        marked = ["<s>"] * (order - 1) + list(sentence) + ["</s>"]
        for m in range(1, order + 1):
            for i in range(len(marked) - m + 1):
                gram = tuple(marked[i : i + m])
                wanted[gram] = wanted.get(gram, 0) + 1
    for gram, times in wanted.items():
        node = counts.node([counts.number[token] for token in gram])
        assert counts.levels[len(gram)].count[node] == times
    assert sum(len(level.key) for level in counts.levels[1:]) == len(wanted)
    continued = {gram: len({other[0] for other in wanted if other[1:] == gram}) for gram in wanted if len(gram) < order}
    for gram, times in continued.items():
        node = counts.node([counts.number[token] for token in gram])
        assert counts.levels[len(gram)].left[node] == times


def test_log_space_does_not_underflow_on_a_long_text():
    sentence = list("abcab") * 2000
    model = fit(count([sentence], 3), "interpolated_kn")
    scores = model.score([sentence[::-1]])
    assert math.prod(scores.p) == 0.0
    assert math.isfinite(perplexity(scores.p))


def test_kneser_ney_backs_off_in_a_context_seen_at_the_start_only():
    model = fit(count([["a", "b"], ["a", "c"]], 3), "kneser_ney")
    assert model.distribution([model.counts.V, 1]).sum() == pytest.approx(1)
    assert fit(count([["a"]], 1), "kneser_ney").distribution([]).sum() == pytest.approx(1)


def test_an_unknown_word_has_a_share_and_no_infinity():
    model = fit(count([["a", "b", "a"], ["b", "a", "c"]], 3), "interpolated_kn")
    assert model.score([["zzz"]]).p.min() > 0
    closed = fit(count([["a", "b", "a"]], 3, unknown="none"), "interpolated_kn").score([["zzz"]])
    assert closed.p[0] == 0
    assert closed.token[0] == -1


def test_the_unigrams_of_kneser_ney_count_contexts_not_occurrences():
    sentences = [["san", "francisco"]] * 5 + [["the", "glasses"], ["my", "glasses"], ["new", "glasses"]]
    counts = count(sentences, 2)
    p = fit(counts, "interpolated_kn").distribution([counts.unk])
    assert p[counts.number["glasses"]] > p[counts.number["francisco"]]
    assert fit(counts, "mle").counts.levels[1].count[counts.number["francisco"]] == 5


def test_four_short_lines_fall_back_to_one_discount_and_say_so():
    model = fit(count([["a"], ["b"], ["a", "b"], ["c"]], 3), "modified_kn")
    assert model.fallback
    assert all(len(D) == 1 for m, D in enumerate(model.discounts, 1) if m in model.fallback)
    assert fit(count(lee()[:60], 3), "modified_kn").fallback == ()


def test_katz_says_when_its_discounts_cannot_be_estimated():
    assert katz_discounts(np.array([1, 1, 1, 2]))[1]
    discounts, fell_back = katz_discounts(np.repeat([1, 2, 3, 4, 5, 6], [100, 40, 20, 12, 8, 6]))
    assert not fell_back
    assert all(0 < d <= 1 for d in discounts)


def test_stupid_back_off_is_no_distribution():
    model = fit(count([["a", "b"], ["b", "a", "c"]], 3), "stupid")
    assert model.distribution(model.context([0])).sum() > 1.01


def test_simple_good_turing_fits_nltks_line_and_turings_estimates_below_it():
    from nltk.probability import FreqDist, SimpleGoodTuringProbDist

    words = [word for line in lee()[:60] for word in line]
    theirs = SimpleGoodTuringProbDist(FreqDist(words))
    found = good_turing(np.array(list(FreqDist(words).values())))
    assert (found.slope, found.intercept) == pytest.approx((theirs._slope, theirs._intercept))
    n = dict(zip(found.r.tolist(), found.n.tolist(), strict=True))
    assert found.unseen == n[1] / len(words)
    assert found.raw[0] == 2 * n[2] / n[1]
    below, above = found.r < found.switch, found.r >= found.switch
    assert found.star[below] == pytest.approx(found.raw[below])
    line = lambda r: np.exp(found.intercept + found.slope * np.log(r))  # noqa: E731
    r = found.r[above]
    assert found.star[above] == pytest.approx((r + 1) * line(r + 1) / line(r))


def test_good_turing_needs_enough_different_counts_and_says_so():
    assert good_turing(np.array([1, 1, 2])).plain
    assert good_turing(np.array([2, 3, 4])).plain
    model = fit(count([["a", "b", "a"]], 1), "good_turing")
    assert model.fallback == (1,)
    assert model.distribution([]).sum() == pytest.approx(1)
