"""word2vec: gensim's vectors to the last bit, minimal codes, exact steps, and texts that are too small."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import data
from engine.errors import DataError, ParamError
from engine.language import huffman, word2vec
from engine.language.word2vec import Params, embedding, groups, pairs, theory, updates, vectors, vocabularies
from engine.texts import text
from tests import runs

ROOT = Path(__file__).parents[3]
GOLDEN = json.loads((ROOT / "tests" / "golden" / "word2vec.json").read_text(encoding="utf-8"))
LINES = [
    "the cat sits on the mat",
    "the dog sits on the rug",
    "a cat and a dog sit",
    "the cat chases the dog",
    "a dog on a mat",
] * 8


def small():
    return text(LINES)


def frames(subject=None, **params):
    return runs.frames(word2vec.ALGORITHMS, Params(**params), subject or small())


def refused(kind, subject=None, **params):
    with pytest.raises(kind) as caught:
        frames(subject, **params)
    return caught.value


# ---- against gensim


def peer(ground, settings, **more):
    """`Word2Vec.train` as anybody would call it, on the same vocabulary."""
    from gensim.models import Word2Vec

    model = Word2Vec(**embedding.arguments(settings, ground.sentences))
    model.build_vocab_from_freq(dict(zip(ground.vocabulary.words, ground.vocabulary.counts.tolist(), strict=True)))
    model.train(ground.sentences, total_examples=len(ground.sentences), epochs=settings.epochs, **more)
    return model


@pytest.mark.parametrize("direction", ["skipgram", "cbow"])
@pytest.mark.parametrize("output", ["negative", "hierarchical"])
def test_the_vectors_are_those_of_gensims_own_train_to_the_last_bit(direction, output):
    params = Params(direction=direction, output=output, epochs=4, dim=12, seed=3, least=2)
    ground = word2vec.prepare(params, small(), "auto", 1000)
    theirs = peer(ground, word2vec.settings_of(params, ground))
    made = frames(direction=direction, output=output, epochs=4, dim=12, seed=3, least=2)
    assert made[-1].words == tuple(theirs.wv.index_to_key)
    np.testing.assert_array_equal(made[-1].vectors, theirs.wv.vectors)
    assert not np.array_equal(made[0].vectors, made[-1].vectors)


def test_a_real_text_of_many_batches_gives_gensims_vectors_too():
    subject = text(data.sample("little").lines[:600])
    params = Params(epochs=2)
    ground = word2vec.prepare(params, subject, "auto", 1000)
    assert embedding.Model(ground.sentences, ground.vocabulary, word2vec.settings_of(params, ground)).batches > 3
    made = list(word2vec.train(params, subject))
    np.testing.assert_array_equal(made[-1].vectors, peer(ground, word2vec.settings_of(params, ground)).wv.vectors)


def test_the_loss_of_an_epoch_is_that_epochs_alone_and_together_they_are_gensims_running_loss():
    params = Params(epochs=6)
    ground = word2vec.prepare(params, small(), "auto", 1000)
    theirs = peer(ground, word2vec.settings_of(params, ground), compute_loss=True).get_latest_training_loss()
    made = frames(epochs=6)
    assert np.isnan(made[0].loss)
    learned = np.diff([frame.learned for frame in made])
    losses = np.array([frame.loss for frame in made[1:]])
    assert (losses * learned).sum() == pytest.approx(theirs, rel=1e-4)
    assert losses.max() < 2 * losses.min()  # a cumulative one would grow sixfold


def test_the_same_text_gives_the_same_vectors_in_two_processes_with_different_hashes():
    code = """if True:
        import hashlib
        from engine import data
        from engine.language import word2vec
        lines = data.sample("little").lines[:300]
        last = list(word2vec.train(word2vec.Params(epochs=3), data.text(lines)))[-1]
        print(hashlib.sha256(last.vectors.tobytes() + last.places.tobytes() + repr(last.words).encode()).hexdigest())"""
    env = {**os.environ, "PYTHONHASHSEED": "1"}  # here it is 0, or drawn
    there = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
    last = list(word2vec.train(Params(epochs=3), text(data.sample("little").lines[:300])))[-1]
    here = hashlib.sha256(last.vectors.tobytes() + last.places.tobytes() + repr(last.words).encode()).hexdigest()
    assert there == here + "\n"


def test_another_seed_gives_other_vectors():
    assert not np.array_equal(frames(epochs=2)[-1].vectors, frames(epochs=2, seed=1)[-1].vectors)


def test_a_close_up_goes_through_the_same_epochs_with_more_frames():
    whole, close = frames(epochs=6), frames(epochs=6, close_up=2)
    parts = [frame.part for frame in close]
    assert close[0].step == 2
    assert "batch" in parts
    np.testing.assert_array_equal(close[0].vectors, whole[2].vectors)
    ends = [frame for frame in close if not frame.part]
    assert [frame.step for frame in ends] == [2, 3, 4, 5, 6]
    for frame in ends:
        np.testing.assert_array_equal(frame.vectors, whole[frame.step].vectors)
        np.testing.assert_array_equal(frame.places, whole[frame.step].places)


def test_a_long_close_up_stays_below_300_frames():
    close = list(word2vec.train(Params(epochs=60, close_up=5), text(data.sample("little").lines[:400])))
    assert len(close) <= 300
    assert close[-1].step == 45
    assert close[-1].total == len(close)


def test_a_close_up_beyond_the_end_says_where_the_end_is():
    assert refused(ParamError, epochs=3, close_up=4).values == {"step": 4, "last": 3}


# ---- neighbours, analogies, the map


def random_vectors(seed=0, n=40, d=7):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def test_neighbours_are_the_brute_force_ranking_by_cosine():
    E = random_vectors()
    for i in (0, 17, 39):
        cosine = [float(E[i] @ E[j] / np.linalg.norm(E[i]) / np.linalg.norm(E[j])) for j in range(40)]
        wanted = sorted((j for j in range(40) if j != i), key=lambda j: -cosine[j])[:10]
        found, values = vectors.neighbours(E, i, 10)
        assert found.tolist() == wanted
        np.testing.assert_allclose(values, [cosine[j] for j in wanted], rtol=1e-5)


def test_neighbours_and_analogies_are_gensims():
    from gensim.models import KeyedVectors

    last = frames(epochs=5, dim=10)[-1]
    keyed = KeyedVectors(10)
    keyed.add_vectors(list(last.words), last.vectors)
    for word in ("cat", "the", "mat"):
        found, _ = vectors.neighbours(last.vectors, last.words.index(word), 5)
        assert [last.words[i] for i in found] == [name for name, _ in keyed.most_similar(word, topn=5)]
    a, b, c = (last.words.index(word) for word in ("cat", "dog", "mat"))
    found, _ = vectors.analogy(last.vectors, a, b, c, 3)
    assert [last.words[i] for i in found] == [n for n, _ in keyed.most_similar(positive=["dog", "mat"], negative=["cat"], topn=3)]


def test_a_vocabulary_smaller_than_the_list_gives_all_others():
    found, _ = vectors.neighbours(random_vectors(n=3), 1, 10)
    assert sorted(found.tolist()) == [0, 2]


def test_the_map_does_not_turn_when_only_the_view_would():
    E = random_vectors(n=30, d=6)
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(2, 2)))
    B = vectors.basis(E)
    rotated = E @ (np.eye(6) + B @ (turn - np.eye(2)) @ B.T).astype(np.float32)  # the same vectors, rotated within the plane
    first, last = vectors.maps([rotated, E])
    np.testing.assert_allclose(first, last, atol=1e-5)


def test_the_map_cannot_make_chance_look_like_knowledge():
    course = [random_vectors(seed=1, n=60, d=50), random_vectors(seed=2, n=60, d=50)]
    first, last = vectors.maps(course)
    assert np.corrcoef(first.ravel(), last.ravel())[0, 1] < 0.35


def test_an_analogys_arrow_ends_where_the_sum_lies_on_the_map():
    E = random_vectors()
    (places,) = vectors.maps([E])
    a, b, c = 3, 8, 11
    U = vectors.unit(E)
    there = (vectors.analogy_point(E, a, b, c) - U.mean(0)) @ vectors.basis(E)
    np.testing.assert_allclose(places[b] - places[a] + places[c], there, atol=1e-5)


def test_words_in_the_same_company_become_neighbours():
    last = runs.frames(word2vec.ALGORITHMS, Params(), data.sample("little"))[-1]

    def near(word, k):
        found, _ = vectors.neighbours(last.vectors, last.words.index(word), k)
        return {last.words[i] for i in found}

    assert near("tiger", 3) == {"lion", "wolf", "bear"}
    assert near("friday", 6) == {"monday", "tuesday", "wednesday", "thursday", "saturday", "sunday"}
    assert near("red", 4) == {"green", "blue", "yellow", "white"}
    a, b, c = (last.words.index(word) for word in ("man", "king", "woman"))
    assert last.words[vectors.analogy(last.vectors, a, b, c, 1)[0][0]] == "queen"


def test_glove_holds_twenty_thousand_words_and_knows_the_queen():
    found = vectors.glove()
    assert len(found.words) == len(set(found.words)) == len(found.vectors) == 20_000
    number = {word: i for i, word in enumerate(found.words)}
    for a, b, c, best in (("man", "king", "woman", "queen"), ("france", "paris", "japan", "tokyo")):
        answers, _ = vectors.analogy(found.vectors, number[a], number[b], number[c], 1)
        assert found.words[answers[0]] == best
    made = frames(show="glove")
    assert [frame.part for frame in made] == ["words", "from", "difference", "added", "nearest"]


# ---- Huffman trees


@pytest.mark.parametrize("case", GOLDEN["huffman"], ids=lambda case: case["counts"][0][0])
def test_codes_have_the_minimal_weighted_length(case):
    counts = np.array([count for _, count in case["counts"]])
    order = np.argsort(-counts, kind="stable")
    words = [case["counts"][i][0] for i in order]
    tree = huffman.build(counts[order])
    paths = dict(zip(words, tree.paths(), strict=True))
    assert sum(counts[i] * len(paths[case["counts"][i][0]][1]) for i in range(len(counts))) == case["weighted_path_length"]
    assert tree.length() == case["weighted_path_length"]
    assert sum(2.0 ** -len(bits) for _, bits in paths.values()) == case["kraft_sum"]
    assert {word: bits for word, (_, bits) in paths.items()} == case["codes"]
    assert {word: merges for word, (merges, _) in paths.items()} == case["points"]


def test_codes_are_gensims_also_where_counts_are_equal():
    from gensim.models import KeyedVectors
    from gensim.models.word2vec import _assign_binary_codes

    rng = np.random.default_rng(4)
    counts = np.sort(rng.integers(1, 6, 40))[::-1]
    keyed = KeyedVectors(2)
    keyed.add_vectors([f"w{i}" for i in range(40)], np.zeros((40, 2), np.float32))
    for i, count in enumerate(counts):
        keyed.set_vecattr(f"w{i}", "count", int(count))
    _assign_binary_codes(keyed)
    for i, (merges, bits) in enumerate(huffman.build(counts).paths()):
        assert keyed.get_vecattr(f"w{i}", "code").tolist() == bits
        assert keyed.get_vecattr(f"w{i}", "point").tolist() == merges


def test_no_code_is_shorter_than_the_entropy_and_none_longer_by_a_bit():
    counts = np.random.default_rng(0).integers(1, 500, 60)
    average = huffman.build(counts).length() / counts.sum()
    assert huffman.entropy(counts) <= average < huffman.entropy(counts) + 1


def test_the_leaves_probabilities_are_the_golden_ones_and_sum_to_one():
    case, golden = GOLDEN["huffman"][0], GOLDEN["hierarchical_softmax"]
    counts = dict(case["counts"])
    tree = huffman.build(np.array([counts[word] for word in case["index_order"]]))
    found = huffman.probabilities(tree, np.array(golden["node_vectors"]), np.array(golden["h"]))
    np.testing.assert_allclose(found, [golden["prob"][word] for word in case["index_order"]], rtol=1e-9)
    assert found.sum() == pytest.approx(1, abs=1e-12)


def test_the_tree_is_built_merge_by_merge_walked_and_summed():
    made = frames(data.sample("cup"), show="tree", leaves=6, window=2)
    assert [frame.part for frame in made] == [""] + ["merge"] * 5 + ["walk"] * (len(made) - 7) + ["sum"]
    assert made[0].words == ("我", "喜欢", "观看", "巴西", "足球", "世界杯")
    assert made[0].counts.tolist() == [15, 8, 6, 5, 3, 1]
    assert [int(frame.count[-1]) for frame in made[1:6]] == [4, 9, 14, 23, 38]
    assert made[0].length * made[0].counts.sum() == pytest.approx(88)
    last = made[-1]
    assert last.leaves.sum() == pytest.approx(1, abs=1e-12)
    assert last.leaves[last.target] == pytest.approx(last.product, rel=1e-9)


def test_the_word_walked_to_can_be_chosen():
    made = frames(data.sample("cup"), show="tree", leaves=6, word="喜欢", other="我")
    assert made[-1].words[made[-1].target] == "我"
    assert len(made[-1].bits) == 1


# ---- three ways to learn a pair


def test_a_step_of_negative_sampling_is_the_golden_one():
    golden = GOLDEN["sgns_step"]
    W_in, W_out = np.array(golden["W_in"]), np.array(golden["W_out"])
    update = updates.negative(W_in[golden["center"]], W_out, golden["positive"], golden["negatives"])
    assert update.loss == pytest.approx(golden["loss"], rel=1e-9)
    np.testing.assert_allclose(update.input_gradient, golden["grad_in_center"], rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(update.rows_gradient, np.array(golden["grad_out"])[update.rows], rtol=1e-9, atol=1e-10)
    updates.apply(update, W_in, [golden["center"]], W_out, 0.1)
    np.testing.assert_allclose(W_in, golden["W_in_after_lr0.1"], rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(W_out, golden["W_out_after_lr0.1"], rtol=1e-9, atol=1e-10)


def test_a_step_of_cbow_under_the_full_softmax_is_the_golden_one():
    golden, base = GOLDEN["cbow_softmax_step"], GOLDEN["sgns_step"]
    W_in, W_out = np.array(base["W_in"]), np.array(base["W_out"])
    update = updates.softmax(W_in[golden["context"]].mean(0), W_out, golden["target"])
    assert update.loss == pytest.approx(golden["loss"], rel=1e-9)
    np.testing.assert_allclose(update.chances, golden["probs"], rtol=1e-9)
    np.testing.assert_allclose(update.rows_gradient, golden["grad_out"], rtol=1e-8, atol=1e-10)
    before = W_in.copy()
    updates.apply(update, W_in, golden["context"], W_out, 1.0)
    np.testing.assert_allclose(before - W_in, golden["grad_in"], rtol=1e-8, atol=1e-10)


def test_the_softmax_of_skip_gram_is_the_golden_one():
    golden, base = GOLDEN["skipgram_softmax"], GOLDEN["sgns_step"]
    update = updates.softmax(np.array(base["W_in"])[golden["center"]], np.array(base["W_out"]), 0)
    np.testing.assert_allclose(update.chances, golden["probs"], rtol=1e-9)


def test_gradients_of_the_tree_are_those_of_its_loss():
    rng = np.random.default_rng(1)
    nodes, h, eps = rng.normal(size=(5, 4)), rng.normal(size=4), 1e-6
    merges, bits = [4, 3, 1], [1, 0, 1]
    update = updates.hierarchical(h, nodes, merges, bits)
    for k in range(4):
        shift = eps * np.eye(4)[k]
        up, down = (updates.hierarchical(h + sign * shift, nodes, merges, bits).loss for sign in (1, -1))
        assert update.input_gradient[k] == pytest.approx((up - down) / 2 / eps, rel=1e-5, abs=1e-8)
        moved = nodes.copy()
        moved[3] += shift
        slope = (updates.hierarchical(h, moved, merges, bits).loss - update.loss) / eps
        assert update.rows_gradient[1, k] == pytest.approx(slope, rel=1e-3, abs=1e-5)


def test_a_word_of_noise_drawn_twice_moves_twice():
    W_in, W_out = np.ones((3, 2)), np.ones((3, 2))
    update = updates.negative(W_in[0], W_out, 1, [2, 2])
    updates.apply(update, W_in, [0], W_out, 0.1)
    assert W_out[2, 0] == pytest.approx(1 - 0.2 * huffman.sigmoid(np.array(2.0)))


def test_the_pairs_of_a_window_are_the_golden_ones():
    golden = GOLDEN["pairs"]
    number = {word: i for i, word in enumerate(golden["sentence"])}
    found = pairs.window_pairs([[number[word] for word in golden["sentence"]]], golden["window"], skipgram=True)
    assert [[golden["sentence"][pair.inputs[0]], golden["sentence"][pair.target]] for pair in found] == golden[
        "skipgram_center_context"
    ]


def test_each_way_touches_its_rows_makes_the_target_likelier_and_costs_what_is_said():
    made = frames(show="pair", dim=8, negative=3)
    asks, moves = ([frame for frame in made if frame.part == part] for part in ("ask", "move"))
    assert len(asks) == len(moves) >= 10
    V = len(made[0].words)
    for frame in moves:
        assert frame.rows.tolist() == [V, len(frame.path), len(frame.noise)]
        assert frame.cost.tolist() == [3 * 8 * rows for rows in frame.rows]
        assert len(frame.noise) <= 4
        assert frame.target not in frame.noise[1:]
        assert (frame.after > frame.before).all()
        assert frame.chances.sum() == pytest.approx(1)
    assert moves[-1].spent.tolist() == np.sum([frame.cost for frame in moves], axis=0).tolist()


def test_before_training_every_word_is_as_likely_as_any_other():
    first = frames(show="pair", trained=False)[0]
    np.testing.assert_allclose(first.chances, 1 / len(first.words))
    np.testing.assert_allclose(first.noise_chances, 0.5)
    np.testing.assert_allclose(first.path_chances, 0.5)


def test_a_pair_that_was_asked_for_is_learned_again_and_again():
    made = [frame for frame in frames(show="pair", word="cat", other="sits") if frame.part == "move"]
    assert {(frame.words[frame.inputs[0]], frame.words[frame.target]) for frame in made} == {("cat", "sits")}
    assert made[-1].after[0] > made[0].after[0]


def test_a_pair_that_never_meets_is_refused_with_advice():
    assert (
        refused(ParamError, text(["one two", "three four"] * 3), show="pair", word="one", other="four", window=1).code
        == "w2v_no_pair"
    )


# ---- noise and subsampling


def test_the_noise_table_and_its_chances_are_gensims():
    golden = GOLDEN["negative_sampling"]
    counts = dict(GOLDEN["huffman"][0]["counts"])
    array = np.array([counts[word] for word in golden["words"]])
    np.testing.assert_allclose(vocabularies.noise_chances(array, 0.75), golden["p_exact_count^0.75"], rtol=1e-12)
    assert vocabularies.noise_table(array, 0.75).tolist() == golden["gensim_cum_table"]


def test_the_chance_to_be_kept_is_the_golden_one_and_gensims():
    golden = GOLDEN["subsampling"]
    counts = dict(GOLDEN["huffman"][0]["counts"])
    array = np.array([counts[word] for word in GOLDEN["negative_sampling"]["words"]])
    keep = vocabularies.keep_chances(array, golden["sample"])
    np.testing.assert_allclose(keep, golden["keep_prob"], rtol=1e-12)
    np.testing.assert_allclose(keep, golden["keep_prob_from_gensim"], atol=1e-9)
    assert vocabularies.keep_chances(array, 0).tolist() == [1.0] * 6


def test_an_exponent_of_one_draws_as_the_text_has_and_of_zero_all_alike():
    counts = np.array([70, 20, 10])
    np.testing.assert_allclose(vocabularies.noise_chances(counts, 1.0), [0.7, 0.2, 0.1])
    np.testing.assert_allclose(vocabularies.noise_chances(counts, 0.0), [1 / 3] * 3)
    drawn = vocabularies.draw(vocabularies.noise_table(counts, 1.0), 20_000, np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(drawn) / 20_000, [0.7, 0.2, 0.1], atol=0.02)


def test_draws_come_closer_to_their_chances():
    made = frames(show="noise")
    assert made[1].distance > made[-1].distance
    assert made[-1].drawn.sum() == 50 * made[-1].step
    assert made[-1].read == sum(len(frame.sentence) for frame in made)
    assert made[-1].kept == sum(int(frame.stays.sum()) for frame in made)


# ---- cuts


def test_the_same_chinese_text_is_cut_in_four_ways_and_each_learns():
    made = list(word2vec.train(Params(show="cuts", epochs=3), text(data.sample("little_zh").lines[:300])))
    assert made[-1].modes == ("jieba", "jieba_full", "jieba_search", "characters")
    assert len(made) == 4
    assert all(len(near) == 10 for near in made[-1].near)
    assert all("".join(cut) == "".join(made[0].sentences[3]) for cut in (made[0].sentences[0], made[0].sentences[3]))
    assert (np.diff(-made[-1].cosines, axis=1) >= 0).all()
    assert (made[-1].losses > 0).all()


# ---- texts that are too small, and settings that empty them


def test_a_least_count_that_empties_the_vocabulary_is_named_with_the_counts_there_are():
    problem = refused(ParamError, text(["a b", "b c"]), least=5)
    assert problem.code == "w2v_least"
    assert problem.values == {"least": 5, "words": 3, "left": 0, "word": "b", "top": 2, "second": 1}
    assert "5" in str(problem)


def test_leaving_out_latin_letters_of_an_english_text_is_named():
    assert refused(ParamError, text(["only latin letters here"]), drop="latin").code == "w2v_drop"


def test_a_text_of_signs_alone_is_named():
    assert refused(ParamError, text(["!!! ...", "?"])).code == "w2v_drop"


@pytest.mark.parametrize("output", ["negative", "hierarchical"])
@pytest.mark.parametrize("show", ["map", "tree", "pair", "noise", "cuts"])
def test_a_vocabulary_of_one_word_is_refused_at_once_and_does_not_hang(show, output):
    assert refused(DataError, text(["word word word word"]), show=show, output=output, cut="words").code == "w2v_one_word"


def test_one_word_that_is_left_by_the_least_count_is_refused_too():
    assert refused(ParamError, text(["a a a a b", "a a c"]), least=3, output="hierarchical").code == "w2v_least"


def test_lines_of_single_words_have_no_company():
    assert refused(DataError, text(["one", "two", "three"])).code == "w2v_no_pairs"


def test_a_sentence_is_never_taken_for_a_word_nor_a_word_for_its_letters():
    made = frames(text(["hello world", "hello there world"]), epochs=1)
    assert set(made[0].words) == {"hello", "world", "there"}


def test_two_words_are_enough():
    for output in ("negative", "hierarchical"):
        made = frames(text(["yes no"] * 5), output=output, epochs=2, sample="0")
        assert np.isfinite(made[-1].vectors).all()
        assert np.isfinite(made[-1].places).all()
    assert len(frames(text(["yes no"] * 5), show="tree", leaves=2)) >= 4


def test_a_subsampling_threshold_that_drops_every_word_is_named():
    assert refused(ParamError, text(["a b"]), sample="1e-5", epochs=1).code == "w2v_sample"


def test_words_that_are_not_there_bring_the_nearest_spelling():
    problem = refused(ParamError, show="pair", word="catt")
    assert (problem.code, problem.values["like"]) == ("w2v_unknown_but", "cat")
    assert refused(ParamError, show="pair", word="Ω").code == "w2v_unknown"


def test_a_very_long_line_is_read_to_its_end():
    line = " ".join(["left"] * 12_000 + ["middle"] * 3 + ["end"] * 12_000)
    ground = word2vec.prepare(Params(), text([line]), "auto", 1000)
    assert max(map(len, ground.sentences)) <= vocabularies.LONGEST
    assert ground.vocabulary.counts.sum() == 24_003
    made = frames(text([line]), epochs=1, sample="0")
    assert made[-1].learned == 24_003


def test_a_run_that_would_take_too_long_says_how_many_epochs_may_be():
    subject = text(["one two three four five six seven eight nine ten " * 100] * 600)
    problem = refused(ParamError, subject, epochs=60)
    assert problem.code == "w2v_work"
    assert problem.values["most"] == 41


def test_at_most_as_many_words_as_asked_for_are_kept_the_most_frequent_first():
    made = frames(data.sample("little"), most=50, epochs=1)
    assert len(made[0].words) == 50
    assert (np.diff(made[0].counts) <= 0).all()


def test_one_sentence_and_a_text_of_stop_words_alone_are_learned_too():
    for lines in (["the quick brown fox jumps over the lazy dog"], ["the of and", "of the the and", "and of"]):
        made = frames(text(lines), epochs=3)
        assert len(made) == 4
        assert made[-1].learned > 0
        assert np.isfinite(made[-1].places).all()


def test_words_and_their_counts_do_not_depend_on_case_and_nothing_is_lost_around_emoji():
    made = frames(text(["I love 👨‍👩‍👧 coding", "i LOVE coding 😂 too"]), drop="nothing", epochs=1)
    counts = dict(zip(made[0].words, made[0].counts.tolist(), strict=True))
    assert counts == {"i": 2, "love": 2, "👨‍👩‍👧": 1, "coding": 2, "😂": 1, "too": 1}


@pytest.mark.parametrize("skipgram", [True, False])
def test_a_pair_says_where_in_the_sentence_shown_its_words_stand(skipgram):
    sentence = list(range(100, 160))  # longer than what is shown of it
    for at in (0, 1, 30, 59):
        found = pairs._around(sentence, at, 2, skipgram=skipgram, other=-1)
        assert found
        for pair in found:
            around = [pair.sentence[k] for k in pair.context]
            assert pair.sentence[pair.centre] == sentence[at]
            assert (around, [sentence[at]]) == (([pair.target], pair.inputs) if skipgram else (pair.inputs, [pair.target]))


# ---- what theory wants


WALK = [[0, 1, 2, 1, 3], [2, 0, 0, 3], [1, 3, 2, 0, 1, 2, 3, 0]]


def test_pairs_are_counted_as_windows_of_every_width_meet_them():
    counts, window = np.zeros((4, 4)), 3
    for sentence in WALK:
        for width in range(1, window + 1):
            for at, word in enumerate(sentence):
                for other in sentence[max(0, at - width) : at] + sentence[at + 1 : at + width + 1]:
                    counts[word, other] += 1 / window
    np.testing.assert_allclose(theory.pair_counts(WALK, np.ones(4), window), counts, atol=1e-12)


def test_where_words_are_dropped_pairs_are_counted_as_they_are_met_on_average():
    rng, keep, window, rounds = np.random.default_rng(0), np.array([0.3, 0.9, 1.0, 0.6]), 2, 4000
    met = np.zeros((4, 4))
    for _ in range(rounds):
        for sentence in WALK:
            stays = [word for word in sentence if rng.random() < keep[word]]
            for at, word in enumerate(stays):
                width = rng.integers(1, window + 1)
                for other in stays[max(0, at - width) : at] + stays[at + 1 : at + width + 1]:
                    met[word, other] += 1
    np.testing.assert_allclose(theory.pair_counts(WALK, keep, window), met / rounds, atol=0.06)


def test_at_what_theory_wants_the_loss_against_noise_is_flat():
    words = vocabularies.Vocabulary(tuple("abcd"), np.array([6, 4, 4, 4]))
    k = 5
    aim = theory.aim(WALK, words, window=2, sample=0.0, negative=k, exponent=0.75)
    counts = theory.pair_counts(WALK, np.ones(4), 2)
    for (one, two), x, often in zip(aim.pairs, aim.aims, aim.counts, strict=True):
        noise = k * counts[one].sum() * vocabularies.noise_chances(words.counts, 0.75)[two]
        assert often / (1 + np.exp(x)) == pytest.approx(noise / (1 + np.exp(-x)))  # pull and push are as strong


def test_with_noise_as_words_occur_it_is_pointwise_mutual_information_less_log_k():
    counts = theory.pair_counts(WALK, np.ones(4), 2)
    words = vocabularies.Vocabulary(tuple("abcd"), (2 * counts.sum(1)).round(9).astype(np.int64))  # words as often as their pairs
    aim = theory.aim(WALK, words, window=2, sample=0.0, negative=5, exponent=1.0)
    pmi = np.log(counts * counts.sum() / np.outer(counts.sum(1), counts.sum(0)), where=counts > 0, out=np.zeros((4, 4)))
    np.testing.assert_allclose(aim.aims, pmi[tuple(aim.pairs.T)] - np.log(5), atol=1e-9)


def test_agreement_is_the_correlation_of_pairs_repeated_as_often_as_they_are_met():
    rng = np.random.default_rng(1)
    aim = theory.Aim(np.zeros((6, 2), np.int32), np.array([3, 1, 2, 1, 1, 4.0]), rng.normal(size=6))
    products = rng.normal(size=6)
    often = np.repeat(np.arange(6), aim.counts.astype(int))
    assert aim.agreement(products) == pytest.approx(np.corrcoef(aim.aims[often], products[often])[0, 1])
    assert aim.agreement(3 * aim.aims + 1) == pytest.approx(1)
    assert np.isnan(aim.agreement(np.zeros(6)))


def test_in_the_little_world_the_products_come_to_what_theory_wants():
    frames = runs.frames(word2vec.ALGORITHMS, word2vec.Params(), data.sample("little"))
    assert np.isnan(frames[0].agreement)
    assert frames[1].agreement < 0.8 < 0.97 < frames[-1].agreement
    last = frames[-1]
    products = (last.vectors[last.pairs[:, 0]] * last.outputs[last.pairs[:, 1]]).sum(1)
    np.testing.assert_allclose(products, last.products, atol=1e-4)
    assert last.agreement == pytest.approx(0.975, abs=0.005)


def test_with_more_words_of_noise_every_aim_falls_by_the_logarithm():
    words = vocabularies.Vocabulary(tuple("abcd"), np.array([6, 4, 4, 4]))
    few, many = (theory.aim(WALK, words, window=2, sample=0.0, negative=k, exponent=0.75) for k in (2, 10))
    np.testing.assert_allclose(few.aims - many.aims, np.log(5))


# ---- groups


@pytest.mark.parametrize("name", ["little", "little_zh"])
def test_the_little_worlds_are_made_of_the_groups_they_are_coloured_by(name):
    ground = word2vec.prepare(word2vec.Params(), data.sample(name), "auto", 1000)
    words = ground.vocabulary.words
    found = groups.groups(words, np.zeros((len(words), 2)))
    assert found.told
    assert np.bincount(found.of[found.of >= 0], minlength=6).min() >= 4
    han = name == "little_zh"
    listed = {word for line in groups.WORLD.values() for word in line.split() if (ord(word[0]) > 0x2E80) == han}
    assert listed <= set(words)


def test_other_texts_fall_into_groups_of_words_that_are_like_each_other():
    rng = np.random.default_rng(2)
    centres = np.eye(5)
    E = np.repeat(centres, 12, 0) + 0.1 * rng.normal(size=(60, 5))
    found = groups.groups(tuple(f"w{k}" for k in range(60)), E)
    assert not found.told
    assert all(len(set(found.of[12 * k : 12 * k + 12]) - {-1}) == 1 for k in range(5)) or len(found.names) == 6
    assert groups.groups(("a", "b"), np.eye(2)).names == ()


# ---- the plane of a pair


@pytest.mark.parametrize("way", ["softmax", "tree", "noise"])
def test_in_its_plane_a_pair_shows_its_products_and_its_gradient(way):
    rng = np.random.default_rng(3)
    h, W, noise = rng.normal(size=6), rng.normal(size=(9, 6)), [4, 7, 2]
    update = {
        "softmax": updates.softmax(h, W, 5),
        "tree": updates.hierarchical(h, W, [8, 3, 1], [0, 1, 0]),
        "noise": updates.negative(h, W, 5, noise),
    }[way]
    first = W[update.rows[int(update.wanted.argmax())]]
    seen = pairs.shadow(W[update.rows], h, first)
    np.testing.assert_allclose(seen[:, 0] * np.linalg.norm(h), W[update.rows] @ h)
    assert np.linalg.norm(pairs.shadow(first[None], h, first)) == pytest.approx(np.linalg.norm(first))  # it lies in the plane
    steps = pairs.shadow(-update.rows_gradient, h, first)
    np.testing.assert_allclose(steps[:, 1], 0, atol=1e-12)  # rows move along the input alone
    np.testing.assert_allclose(steps[:, 0], -(update.chances - update.wanted) * np.linalg.norm(h))


def test_a_frame_tells_its_rows_in_order_and_a_word_that_was_drawn_twice_once():
    frames = runs.frames(
        word2vec.ALGORITHMS, word2vec.Params(show="pair", epochs=2), data.text(data.sample("little").lines[:300])
    )
    for frame in frames:
        for way, rows in (("softmax", len(frame.words)), ("tree", len(frame.path)), ("noise", len(set(frame.noise.tolist())))):
            asked = frame.asked(way)
            assert len(asked.words) == rows == len(asked.places) == len(set(asked.words.tolist()))
            if way != "tree":
                assert asked.words[0] == frame.target
                assert asked.wanted.tolist() == [1.0] + [0.0] * (rows - 1)
                np.testing.assert_allclose(asked.error, asked.chances - asked.wanted)
