"""What the frames of an n-gram run say, and what happens with texts at the edge."""

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import data
from engine.errors import DataError, ParamError
from engine.language import corpus, ngram
from engine.language.lm import LanguageModel
from engine.language.ngram import reading
from engine.language.smoothing import ESTIMATORS
from engine.texts import text
from tests import runs

SMALL = text(["the cat sat on the mat", "the dog sat on the log", "a cat saw the dog", "the cat saw a mat"] * 4)
YES_NO = {"sentence": "yes no no yes", "estimator": "mle"}


def run(about, **params):
    return runs.frames(ngram.ALGORITHMS, ngram.Params(**params), about)


def test_the_sentence_of_the_notes_goes_word_by_word_through_its_counts():
    frames = run(data.sample("yes_no"), **YES_NO)
    last = frames[-1]
    assert list(zip(last.gram.tolist(), last.context.tolist(), strict=True)) == [(1, 2), (1, 1), (1, 2), (2, 5), (1, 2)]
    assert 2**-last.bits == pytest.approx(0.05)
    assert 2 ** np.log2(last.p[:-1]).sum() == pytest.approx(0.1)
    assert [frame.part for frame in frames] == ["", *["count", "estimate", "accumulate"] * 5, "end"]
    assert last.words.tolist() == ["<s>", "<s>", "yes", "no", "no", "yes", "</s>"]


def test_the_factors_multiply_to_what_the_model_says_of_the_sentence():
    for name in ESTIMATORS:
        last = run(SMALL, sentence="the dog saw a zebra", estimator=name)[-1]
        model = ngram.model_of(ngram.Params(estimator=name), SMALL)
        wanted = model.score([["the", "dog", "saw", "a", "zebra"]]).p
        assert last.p == pytest.approx(wanted)
        assert last.zeros == int((wanted == 0).sum())
        assert math.isfinite(last.bits)


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_the_numbers_of_a_formula_give_its_probability(name, order):
    params = ngram.Params(estimator=name, order=order, sentence="the dog sat on a log zebra the cat")
    V = ngram.model_of(params, SMALL).counts.V
    k = 1.0 if name == "add_one" else params.k
    for frame in ngram.train(params, SMALL):
        if frame.part != "estimate" or not frame.now.known:
            continue
        now = frame.now
        if name in ("add_one", "add_k"):
            made = (now.c + k) / (now.n + k * V)
        elif name == "mle":
            made = now.c / now.n if now.n else 0
        elif name == "good_turing":
            made = now.D / now.n
        elif name == "jelinek_mercer":
            made = now.D * now.c / now.n + now.weight * now.lower
        elif name == "witten_bell":
            made = now.c / now.n + now.weight * now.lower
        elif name in ("interpolated_kn", "modified_kn"):
            made = (now.c - now.D) / now.n + now.weight * now.lower
        elif not now.c:
            made = now.weight * now.lower
        else:
            made = now.c / now.n if name == "stupid" else now.D * now.c / now.n if name == "katz" else (now.c - now.D) / now.n
        if name in ("absolute", "kneser_ney", "katz") and now.c and made != pytest.approx(now.p):
            assert made < now.p or name == "katz"  # every word was seen here: what is left is given back in proportion
            continue
        assert made == pytest.approx(now.p), (frame.words[frame.at], now)


def test_no_token_is_at_a_loss_where_nothing_was_typed():
    frames = run(data.sample("northanger"))
    assert 5 <= len(frames[-1].p) <= 13
    assert frames[-1].zeros == 0
    assert frames[-1].level.min() >= 0
    assert frames[-1].held > 5000


def test_the_candidates_are_the_likeliest_words_and_the_rank_is_the_words_own():
    params = ngram.Params(sentence="the dog sat")
    model = ngram.model_of(params, SMALL)
    for frame in ngram.train(params, SMALL):
        if frame.part == "estimate":
            ids = [model.counts.number[word] for word in frame.words[: frame.at] if word != "<s>"]
            p = model.distribution(model.context(ids))
            assert frame.top_p == pytest.approx(np.sort(p)[::-1][: len(frame.top_p)])
            token = model.counts.number[str(frame.words[frame.at])]
            assert frame.rank == int((p > p[token]).sum()) + 1


def test_twelve_rows_sum_to_one_but_for_the_stupid_one():
    last = run(data.sample("northanger"), show="context", context="of the")[-1]
    sums = dict(zip(ESTIMATORS, last.sums, strict=True))
    assert sums.pop("stupid") == pytest.approx(1.350, abs=5e-4)
    assert list(sums.values()) == pytest.approx([1.0] * 11, abs=1e-9)
    assert last.mass.sum(1) == pytest.approx(last.sums)
    seen = dict(zip(ESTIMATORS, last.mass[:, 3], strict=True))
    assert (1 - seen["add_k"], 1 - seen["add_one"]) == pytest.approx((0.605, 0.909), abs=5e-4)
    assert last.kinds.sum() == last.types


def test_after_an_unseen_context_maximum_likelihood_is_undefined_and_the_others_are_not():
    last = run(SMALL, show="context", context="log mat")[-1]
    assert last.sums[0] == -1
    assert (last.p[0] == -1).all()
    sums = np.delete(last.sums, [0, ESTIMATORS.index("stupid")])
    assert sums == pytest.approx(np.ones(10), abs=1e-9)


def test_perplexity_is_what_the_experiments_say():
    last = run(data.sample("northanger"), show="perplexity")[-1]
    rows = dict(zip(ESTIMATORS, last.table[:, :, -1], strict=True))
    assert rows["add_one"].round().tolist() == [393, 1052, 3653]
    assert rows["modified_kn"].round().tolist() == [390, 150, 138]
    assert rows["mle"][1:].tolist() == [-1, -1]
    assert (np.diff(last.table[ESTIMATORS.index("modified_kn")], axis=1) < 0).all()  # more text, less surprise
    assert last.types == 5795
    usual = np.delete(last.table[:, 2, -1], [0, ESTIMATORS.index("stupid")])
    assert usual.min() == rows["modified_kn"][2]


@pytest.mark.parametrize("unknown", ["share", "rare", "none"])
def test_perplexity_is_of_known_words_among_known_words(unknown):
    params = ngram.Params(show="perplexity", order=2, held_out=50, unknown=unknown, cutoff=2)
    about = text(
        ["the cat sat on the mat", "a dog saw the cat", "the mat saw a red bird", "one cat sat on a blue log"] * 2
        + ["the zebra sat on a cat", "a dog saw the moon"] * 2
    )
    last = list(ngram.train(params, about))[-1]
    ground = reading.Ground(params, corpus.read(about, reading.how_of(params)), 0)
    unk = ground.counts.unk
    for i, name in enumerate(ESTIMATORS):
        model, found = reading.model(ground, name), []
        for line in ground.corpus.test:
            ids = [ground.counts.number.get(word, unk) for word in line] + [ground.counts.end]
            for k, token in enumerate(ids):
                p = model.distribution(model.context(ids[:k]))
                if unknown == "share" and token != unk:
                    rest = np.delete(p, unk)
                    found.append(p[token] / rest.sum() if rest.any() else 0.0)
                elif unknown != "share" and token >= 0:
                    found.append(p[token])
        wanted = -2 if name == "stupid" else np.exp(-np.log(found).mean()) if all(found) else -1
        assert last.table[i, 1, -1] == pytest.approx(wanted), name


def test_among_single_words_no_estimator_is_charged_for_what_it_keeps_for_unknown_ones():
    last = run(data.sample("northanger"), show="perplexity")[-1]
    single = dict(zip(ESTIMATORS, last.table[:, 0, -1], strict=True))
    mixed = {"jelinek_mercer", "stupid"}  # λ is learned from a text with unknown words in it
    assert max(p / single["mle"] for name, p in single.items() if name not in mixed) < 1.02


def test_the_worst_token_is_the_worst():
    for frame in run(SMALL, show="perplexity", held_out=25)[1:]:
        shown = frame.strip[frame.strip != -2]
        assert frame.strip[frame.worst] == (-1 if (shown == -1).any() else shown.max())


def test_greedy_runs_in_the_circle_that_the_experiment_shows_and_drawing_ends():
    frames = run(data.sample("northanger"), show="generate", pick="greedy", begin="she was", longest=40)
    written = ngram.joined(frames[-1].words.tolist())
    assert written.count("said catherine") > 5
    assert not frames[-1].ended
    assert run(data.sample("northanger"), show="generate", begin="she was", longest=40)[-1].ended


@given(st.sampled_from(ESTIMATORS), st.sampled_from(["sampling", "greedy", "beam"]), st.integers(1, 4), st.integers(0, 50))
def test_marks_are_never_written_and_the_end_ends(name, pick, order, seed):
    frames = run(SMALL, show="generate", estimator=name, pick=pick, order=order, seed=seed, longest=12)
    for frame in frames:
        words = frame.words.tolist()
        assert "<s>" not in words
        assert "<unk>" not in words
        assert "</s>" not in words[:-1]
        assert len(words) <= 12
    assert frames[-1].total == len(frames)


def test_a_draw_is_the_word_whose_part_the_number_falls_into():
    params = ngram.Params(show="generate", seed=3, longest=20)
    model = ngram.model_of(params, SMALL)
    for frame in ngram.train(params, SMALL):
        if frame.part in ("draw", "end"):
            ids = [model.counts.number[word] for word in frame.words.tolist()]
            q = model.distribution(model.context(ids[:-1])).copy()
            q[model.counts.unk] = 0
            q /= q.sum()
            low = q[: ids[-1]].sum()
            assert low - 1e-12 <= frame.u <= low + q[ids[-1]] + 1e-12
            assert frame.chosen_p == pytest.approx(q[ids[-1]])


def test_a_beam_as_wide_as_the_vocabulary_finds_the_likeliest_of_all_short_sentences():
    small = text(["a b", "a b", "b a", "b b a", "a"] * 3)
    params = ngram.Params(show="generate", pick="beam", width=8, longest=3, order=2, held_out=0)
    model = ngram.model_of(params, small)
    end, V = model.end, model.counts.V
    best = min(
        -sum(math.log2(model.distribution(model.context(line[:k]))[line[k]]) for k in range(len(line)))
        for n in (1, 2, 3)
        for line in itertools.product(range(V), repeat=n)
        if (line[-1] == end or n == 3) and end not in line[:-1] and model.counts.unk not in line
    )
    assert run(small, show="generate", **params.model_dump())[-1].bits == pytest.approx(best)


def test_em_gives_the_bigram_most_and_the_trigram_little():
    frames = run(data.sample("northanger"), show="weights")
    assert frames[-1].weights.round(3).tolist() == [0.104, 0.347, 0.494, 0.055]
    assert all(b.loglik >= a.loglik for a, b in itertools.pairwise(frames))
    assert all(frame.weights.sum() == pytest.approx(1) for frame in frames)
    assert all(frame.shares.sum(1) == pytest.approx(np.ones(len(frame.shares))) for frame in frames)


def test_good_turings_first_count_is_that_of_the_formula():
    last = run(data.sample("northanger"), show="turing")[-1]
    assert last.raw[0] == pytest.approx(2 * last.n[1] / last.n[0])
    assert last.unseen == pytest.approx(last.n[0] / last.tokens)


def test_it_is_a_language_model_that_can_be_decoded():
    model: LanguageModel = ngram.model_of(ngram.Params(), SMALL)
    logs = model.next_log_probs([[], [0], [0, 1]])
    assert logs.shape == (3, len(model.vocabulary))
    assert np.exp(logs).sum(1) == pytest.approx(np.ones(3))
    assert model.vocabulary[model.end] == "</s>"


# ------------------------------------------------------------------------------------------------------------- at the edge


@pytest.mark.parametrize("show", ["sentence", "context", "generate", "turing"])
@pytest.mark.parametrize("order", [1, 5])
def test_one_word_is_text_enough(show, order):
    frames = run(text(["hello"]), show=show, order=order)
    assert frames[-1].total == len(frames)


@pytest.mark.parametrize("show", ["perplexity", "weights"])
def test_a_text_too_short_to_hold_out_says_what_to_do(show):
    with pytest.raises(ParamError) as caught:
        run(data.sample("yes_no"), show=show)
    assert caught.value.code == "ngram_no_held_out"


@pytest.mark.parametrize(("lines", "held_out"), [(12, 10), (10, 0), (19, 10), (60, 0)])
def test_where_fewer_than_two_lines_are_held_out_the_advice_is_enough(lines, held_out):
    about = text(["the cat sat", "a dog sat down"] * 30).lines[:lines]
    with pytest.raises(ParamError) as caught:
        run(text(about), show="weights", held_out=held_out)
    assert caught.value.code == "ngram_few_held_out"
    assert run(text(about), show="weights", held_out=caught.value.values["enough"])[-1].tuned


def test_a_word_outside_the_vocabulary_has_a_share_is_rare_or_has_none():
    share = run(SMALL, sentence="the zebra", unknown="share")[-1]
    assert 0 < share.p[1] < 0.05
    rare = run(SMALL, sentence="the zebra", unknown="rare", cutoff=6)[-1]
    assert rare.replaced > 0
    assert rare.p[1] > share.p[1]
    none = run(SMALL, sentence="the zebra", unknown="none")[-1]
    assert (none.p[1], none.zeros) == (0, 1)
    assert math.isfinite(none.bits)


def test_an_empty_corpus_is_refused():
    with pytest.raises(DataError):
        run(text([" . "][:0] or [""]))


def test_emoji_and_mixed_writing_are_words_like_others():
    about = text(["我爱👨‍👩‍👧和Tom", "我爱编程😂", "Tom爱编程"] * 5)
    last = run(about, sentence="我爱Tom", lower=False)[-1]
    assert last.words.tolist() == ["<s>", "<s>", "我", "爱", "Tom", "</s>"]
    assert "👨‍👩‍👧" in ngram.model_of(ngram.Params(), about).vocabulary


def test_a_beginning_of_unknown_words_and_a_sentence_of_too_many_are_refused():
    with pytest.raises(ParamError):
        run(SMALL, show="generate", begin="zebra")
    with pytest.raises(ParamError):
        run(SMALL, sentence="a " * 61)


def test_a_long_text_is_read_in_frames_and_gives_what_it_gives_at_once():
    novel = data.sample("moby")
    frames = run(novel, sentence="the white whale")
    reading = [frame for frame in frames if frame.part == "read"]
    assert len(reading) >= 5
    assert [frame.share for frame in reading] == sorted(frame.share for frame in reading)
    assert frames[-1].total == len(frames)
    assert frames[0].step == 0
    again = list(ngram.train(ngram.Params(sentence="the white whale"), novel))  # now in the memory
    assert [frame.p.tolist() for frame in frames if frame.part == "end"] == [
        frame.p.tolist() for frame in again if frame.part == "end"
    ]


def test_reading_yields_often_enough_to_be_stopped():
    lines = (data.sample("moby").lines * 2)[:12_000]
    corpus._MEMORY.clear()
    waits, before = [], time.process_time()
    for frame in ngram.train(ngram.Params(), text(lines)):
        waits.append(time.process_time() - before)
        before = time.process_time()
        if frame.part != "read":
            break
    assert max(waits) < 0.8


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_estimator_is_asked_for_what_it_can_be_told_and_for_nothing_else(estimator):
    lines = text(["a b a c a b", "a b c", "b a c d", "c a b a"] * 5)
    told = {"k": 0.5, "discount": 0.9, "uniform": False}
    once, *others = (said(lines, estimator=estimator, **more) for more in ({}, *({name: value} for name, value in told.items())))
    matters = {name for name, other in zip(told, others, strict=True) if other != once}
    when = {spec.name: dict(spec.when).get("estimator", ()) for spec in ngram.Sentence.specs()}
    assert {name for name in told if estimator in when[name]} == matters


def said(about, **params):
    return [(frame.now, *(array.tobytes() for array in frame.arrays())) for frame in run(about, sentence="a d b c", **params)]
