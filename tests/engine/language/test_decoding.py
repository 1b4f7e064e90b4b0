"""Decoding against the golden traces (transformers 5.24.0, exhaustive enumeration), and what must hold for any table."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import data, tables
from engine.errors import ParamError
from engine.language import decoding, lm
from engine.language.decoding import ALIVE, CUT, EXPANDED, FINISHED, OPEN, PRUNED, Params
from tests import runs

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "decoding.json").read_text())
RUNS = [(name, golden, run) for name, golden in zip(("notes", "markov"), GOLDEN["tables"], strict=True) for run in golden["runs"]]


def run(table, **params):
    return runs.frames(decoding.ALGORITHMS, Params(**params), table)


def found(frame):
    """Final sentences of a frame: tokens, log P, cut."""
    return [
        (tuple(int(t) for t in row if t >= 0), float(logp), bool(cut))
        for row, logp, cut in zip(frame.finished, frame.finished_logp, frame.finished_cut, strict=True)
    ]


def ranked(frame, alpha):
    return sorted(found(frame), key=lambda item: -round(decoding.score(item[1], len(item[0]), alpha), 12))


def kept(frame, step):
    """Sentences that a step kept, best first."""
    nodes = np.flatnonzero((frame.depth == step) & np.isin(frame.state, (ALIVE, FINISHED, CUT, EXPANDED)))
    nodes = sorted(nodes, key=lambda node: (-round(frame.logp[node], 12), node))
    return [(list(decoding.sentence_of(frame, node)), frame.logp[node]) for node in nodes]


def random_table(seed, tokens=3, end=True, zeros=True):
    rng = np.random.default_rng(seed)
    names = [*"ABCD"[: tokens - end], *(["<eos>"] * end)]
    rows = []
    for prefix in [
        "",
        *(" ".join(p) for n in (1, 2) for p in itertools.product([n for n in names if n != "<eos>"], repeat=n)),
        "…",
    ]:
        p = rng.dirichlet(np.full(tokens, 0.7))
        if zeros and rng.random() < 0.3:
            p[rng.integers(tokens)] = 0
        rows.append([prefix, *(repr(float(x)) for x in p / p.sum())])
    return tables.make_table([["prefix", *names], *rows], header=True, text=["prefix"])


@pytest.mark.parametrize(("name", "golden", "wanted"), RUNS, ids=lambda item: f"k{item['beam']}a{item['alpha']}" if isinstance(item, dict) and "beam" in item else "")  # fmt: skip
def test_a_beam_keeps_and_ranks_what_the_golden_runs_do(name, golden, wanted):
    frames = run(data.sample(name), width=wanted["beam"], longest=golden["maxlen"])
    for step, trace in enumerate(wanted["trace_topk_tokens_logp"], start=1):
        frame = [frame for frame in frames if frame.step == step and frame.part == "prune"][-1]
        ours = kept(frame, step)
        for tokens, logp in trace:
            match = [one for one in ours if one[0] == tokens]
            assert match, (step, tokens, ours)
            assert match[0][1] == pytest.approx(logp, abs=1e-10)
    final = ranked(frames[-1], wanted["alpha"])
    golden_final = wanted["final_ranked"]
    for item in golden_final:
        logp = {tokens: logp for tokens, logp, _ in final}[tuple(item["tokens"])]
        assert logp == pytest.approx(item["logp"], abs=1e-10)
        assert decoding.score(logp, len(item["tokens"]), wanted["alpha"]) == pytest.approx(item["score"], abs=1e-10)
    assert list(final[0][0]) == golden_final[0]["tokens"]


@pytest.mark.parametrize(
    ("name", "golden"), [("notes", GOLDEN["tables"][0]), ("markov", GOLDEN["tables"][1])], ids=["notes", "markov"]
)
def test_an_exhaustive_search_finds_the_golden_optimum(name, golden):
    last = run(data.sample(name), strategy="exhaustive", longest=golden["maxlen"])[-1]
    best = {tokens: logp for tokens, logp, cut in found(last) if not cut}
    for item in golden["exhaustive_top5"]:
        assert best[tuple(item["tokens"])] == pytest.approx(np.log(item["P"]), abs=1e-10)
    assert np.exp(last.optimum) == pytest.approx(golden["exhaustive_top5"][0]["P"], abs=1e-12)
    assert last.mass_finished + last.mass_cut == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("case", GOLDEN["sampling"]["results"], ids=lambda case: case["op"])
def test_temperature_top_k_and_top_p_give_the_golden_probabilities(case):
    logits = np.array(GOLDEN["sampling"]["logits"])
    how, value = case["op"].split("=")[0], float(case["op"].split("=")[1].split()[0])
    settings = {"T": (value, 0, 1.0, 0.0), "top_k": (1.0, int(value), 1.0, 0.0), "top_p": (1.0, 0, value, 0.0)}[how]
    logs = logits - np.log(np.exp(logits).sum())
    np.testing.assert_allclose(decoding.filtered(logs, *settings), case["probs"], atol=1e-12)


def test_the_notes_tables_say_what_the_notes_compute():
    names = data.sample("notes").columns[1:]
    greedy = run(data.sample("steps"), strategy="greedy")[-1]
    assert [names[t] for t in found(greedy)[0][0]] == ["A", "B", "C", "<eos>"]
    assert np.exp(found(greedy)[0][1]) == pytest.approx(0.048)
    beam = ranked(run(data.sample("notes"), width=2)[-1], 0.75)
    assert [names[t] for t in beam[0][0]] == ["A", "C", "B", "<eos>"]
    assert np.exp(beam[0][1]) == pytest.approx(0.054)
    everything = run(data.sample("notes"), strategy="exhaustive")[-1]
    first, second = ranked(everything, 0)[:2]
    assert {first[0], second[0]} == {(3,), (0, 3)}
    assert np.exp(first[1]) == pytest.approx(0.1)
    assert decoding.crossing(np.log(0.054), 4, np.log(0.1), 2) == pytest.approx(0.342, abs=5e-4)
    assert ranked(everything, 0.35)[0][0] == (0, 2, 1, 3)
    assert ranked(everything, 0.33)[0][0] == (0, 3)


def test_two_of_five_symbols_stay_at_each_of_three_steps_and_six_prefixes_are_kept():
    last = run(data.sample("five"), width=2, longest=3)[-1]
    names = data.sample("five").columns[1:]
    said = ["".join(names[t] for t in tokens) for step in (1, 2, 3) for tokens, _ in sorted(kept(last, step))]
    assert said == ["A", "C", "AB", "CE", "ABD", "CED"]


def test_the_curse_wider_beams_find_likelier_and_shorter_sentences():
    frames = run(data.sample("grammar"), strategy="widths", longest=8)
    best = [max(found(frame), key=lambda item: item[1]) for frame in frames]
    logps, lengths = [item[1] for item in best], [len(item[0]) for item in best]
    assert logps == sorted(logps)
    assert lengths == sorted(lengths, reverse=True)
    assert (lengths[0], lengths[-1]) == (7, 1)
    assert logps[-1] == pytest.approx(frames[-1].optimum)


@given(seed=st.integers(0, 300), longest=st.integers(1, 5))
def test_width_one_is_greedy_and_temperature_zero_too(seed, longest):
    table = random_table(seed)
    greedy = found(run(table, strategy="greedy", longest=longest)[-1])
    assert found(run(table, width=1, longest=longest)[-1]) == greedy
    drawn = run(table, strategy="sampling", temperature=0.0, samples=10, longest=longest)[-1]
    assert [tokens for tokens, _, _ in found(drawn)] == [greedy[0][0]]
    assert drawn.distance == pytest.approx(0)


@given(seed=st.integers(0, 300), end=st.booleans())
def test_a_beam_that_prunes_nothing_finds_the_likeliest_sentence(seed, end):
    table = random_table(seed, end=end)
    wide = run(table, width=20, longest=2)[-1]
    exact = run(table, strategy="exhaustive", longest=2)[-1]
    assert sorted(found(wide)) == sorted(found(exact))
    assert exact.mass_finished + exact.mass_cut == pytest.approx(1)
    if len(exact.optimum_tokens):
        assert wide.optimum == exact.optimum == max(logp for _, logp, cut in found(exact) if not (cut and end))


@given(seed=st.integers(0, 300), width=st.integers(1, 20))
def test_no_hypothesis_is_impossible_or_there_twice(seed, width):
    last = run(random_table(seed), width=width, longest=4)[-1]
    tokens = [item[0] for item in found(last)]
    assert np.isfinite(last.finished_logp).all()
    assert len(set(tokens)) == len(tokens)
    assert np.isfinite(last.logp).all()
    assert not (last.state == OPEN).any()


def test_a_search_made_to_begin_with_a_prefix_goes_on_as_it_would_have():
    frames = run(data.sample("notes"), forced="A C", width=2)
    assert [frame.part for frame in frames[:3]] == ["", "force", "force"]
    assert ranked(frames[-1], 0.75)[0][0] == (0, 2, 1, 3)
    siblings = np.flatnonzero(frames[1].parent == 0)
    assert sorted(frames[1].state[siblings]) == sorted([ALIVE, PRUNED, PRUNED, PRUNED])
    ended = run(data.sample("notes"), forced="A <eos>")
    assert found(ended[-1]) == [((0, 3), pytest.approx(np.log(0.1)), False)]


@pytest.mark.parametrize("forced", ["Z", "A B C A", "<eos> A", "A A A A A"])
def test_an_impossible_beginning_is_refused(forced):
    with pytest.raises(ParamError) as caught:
        run(data.sample("notes"), forced=forced)
    assert caught.value.code == "decoding_forced"


def test_any_token_of_a_table_can_be_the_one_that_ends():
    table = data.sample("notes")  # whose tokens are A, B, C and <eos>
    assert all(tokens[-1] == 1 or was_cut for tokens, _, was_cut in found(run(table, end="B")[-1]))
    assert any(1 in tokens[:-1] for tokens, _, _ in found(run(table)[-1]))
    with pytest.raises(ParamError) as caught:
        run(table, end="Z")
    assert caught.value.code == "decoding_end"


def test_the_search_stops_early_only_where_nothing_alive_can_win():
    table = data.sample("grammar")
    short, whole = run(table, width=6, longest=8, stop=True, stop_alpha=0.0)[-1], run(table, width=6, longest=8)[-1]
    assert short.settled
    assert short.calls < whole.calls
    assert ranked(short, 0.0)[0][:2] == ranked(whole, 0.0)[0][:2]


def test_a_close_up_asks_prefix_after_prefix_and_ends_as_the_whole_run():
    whole, close = run(data.sample("notes")), run(data.sample("notes"), close_up=1)
    assert [frame.part for frame in close[:5]] == ["", "expand", "expand", "score", "prune"]
    assert close[-1].state.tolist() == whole[-1].state.tolist()
    sampling = run(data.sample("notes"), strategy="sampling", close_up=2)
    assert [frame.part for frame in sampling[:4]] == ["", "ask", "filter", "draw"]
    assert len(sampling) <= 300
    for frame in sampling:
        if frame.part == "draw":
            edges = np.concatenate([[0], np.cumsum(frame.filtered)])
            token = frame.drawn[-1]
            assert edges[token] <= frame.u <= edges[token + 1] + 1e-12


def test_200_samples_come_near_the_exact_distribution():
    frames = run(data.sample("notes"), strategy="sampling", samples=1000)
    last = frames[-1]
    assert last.finished_count.sum() == 1000
    node = int(np.argmax(last.count[1:])) + 1
    assert last.count[node] / 1000 == pytest.approx(np.exp(last.logq[node]), abs=0.05)
    assert last.distance < frames[10].distance
    share, exact = last.finished_count / 1000, np.exp(last.finished_logq)
    assert last.distance == pytest.approx((np.abs(share - exact).sum() + 1 - exact.sum()) / 2)


def test_agreement_is_one_minus_the_edit_distance_over_the_longer():
    assert decoding.agreement(["a", "b", "c"], ["a", "b", "c"]) == 1
    assert decoding.agreement(["a", "c"], ["a", "b", "c"]) == pytest.approx(2 / 3)
    assert decoding.agreement([], ["a"]) == 0


def test_too_many_outputs_are_refused_before_they_are_scored():
    with pytest.raises(ParamError) as caught:
        run(data.sample("notes"), strategy="exhaustive", longest=12)
    assert caught.value.code == "decoding_exhaustive"


def test_probabilities_that_do_not_sum_to_one_are_refused_unless_asked():
    from engine.errors import DataError

    table = tables.make_table([["prefix", "A", "<eos>"], ["", "0.5", "0.4"]], header=True, text=["prefix"])
    with pytest.raises(DataError) as caught:
        lm.table_model(table)
    assert (caught.value.code, caught.value.values["difference"]) == ("lm_too_little", "0.1")
    np.testing.assert_allclose(np.exp(lm.table_model(table, normalise=True).next_log_probs([()]))[0], [5 / 9, 4 / 9])
    twice = tables.make_table([["prefix", "A", "<eos>"], ["A", "1", "0"], ["A", "0", "1"]], header=True, text=["prefix"])
    with pytest.raises(DataError, match="prefix"):
        lm.table_model(twice)


def test_a_prefix_takes_its_own_row_else_the_first_that_fits_else_all_are_equal():
    rows = [["prefix", "A", "B"], ["", "1", "0"], ["*", "0.5", "0.5"], ["A", "0", "1"], ["… B", "0.25", "0.75"]]
    model = lm.table_model(tables.make_table(rows, header=True, text=["prefix"]))
    got = np.exp(model.next_log_probs([(), (0,), (1,), (0, 1), (1, 0)]))
    np.testing.assert_allclose(got, [[1, 0], [0, 1], [0.5, 0.5], [0.25, 0.75], [0.5, 0.5]])


def test_a_table_by_time_steps_is_read_as_the_notes_print_it():
    raw = b"step,1,2,3,4\nA,0.5,0.1,0.2,0\nB,0.2,0.4,0.2,0.2\nC,0.2,0.3,0.4,0.2\n<eos>,0.1,0.2,0.2,0.6\n"
    model, same = lm.table_model(tables.read_table(raw)), lm.table_model(data.sample("steps"))
    assert model.vocabulary == same.vocabulary
    prefixes = [(), (1,), (2, 1), (0, 1, 2)]
    np.testing.assert_allclose(model.next_log_probs(prefixes), same.next_log_probs(prefixes))


def test_a_close_up_of_an_exhaustive_search_begins_at_its_level_and_not_beyond_the_last():
    table = data.sample("notes")
    assert [frame.step for frame in run(table, strategy="exhaustive", close_up=3)] == [3, 4, 4]
    with pytest.raises(ParamError) as caught:
        run(table, strategy="exhaustive", close_up=5)
    assert caught.value.code == "close_up"


def test_every_strategy_ends_with_the_same_optimum_and_the_shorter_of_two_equals():
    for strategy in ("greedy", "beam", "exhaustive", "sampling", "widths"):
        *rest, last = run(data.sample("notes"), strategy=strategy)
        assert last.optimum_tokens.tolist() == [3, -1, -1, -1]
        assert np.exp([last.greedy, last.optimum]) == pytest.approx([0.048, 0.1])
        assert all(np.isnan(frame.optimum) for frame in rest)


@pytest.mark.parametrize("q", [(0.5, 0.2, 0.2, 0.1), (0.7, 0.2, 0.1), (0.4, 0.3, 0.2, 0.1)])
def test_top_p_keeps_no_token_beyond_the_one_that_reaches_p(q):
    got = decoding.filtered(np.log(q), 1.0, 0, 0.9, 0.0)
    np.testing.assert_allclose(got, [*np.array(q[:-1]) / 0.9, 0])


@pytest.mark.filterwarnings("error")
def test_filtering_is_finite_without_any_possible_token_and_at_any_temperature():  # P7
    assert decoding.filtered(np.full(3, -np.inf), 1.0, 2, 0.5, 0.1).tolist() == [0, 0, 0]
    with np.errstate(divide="ignore"):
        assert decoding.filtered(np.log([0.5, 0.0, 0.5]), 5e-324, 0, 1.0, 0.0).tolist() == [0.5, 0, 0.5]


def test_a_large_vocabulary_still_has_a_tree_of_samples():
    names = [*(f"w{i}" for i in range(39)), "<eos>"]
    table = tables.make_table([["prefix", *names], ["…", *[repr(1 / 40)] * 40]], header=True, text=["prefix"])
    frame = run(table, strategy="sampling", samples=10, longest=3)[0]
    assert (frame.depth == 1).sum() == 30


def test_an_end_that_never_comes_leaves_no_optimum():
    rows = [["prefix", "A", "B", "<eos>"], ["…", "0.6", "0.4", "0"]]
    table = tables.make_table(rows, header=True, text=["prefix"])
    for strategy in ("beam", "exhaustive"):
        assert np.isnan(run(table, strategy=strategy, longest=3)[-1].optimum)


def test_an_empty_column_is_a_token_without_a_chance():
    rows = [["prefix", "A", "B"], ["", "1", ""]]
    model = lm.table_model(tables.make_table(rows, header=True, text=["prefix"]))
    assert model.next_log_probs([()]).tolist() == [[0, -np.inf]]


def test_a_sample_outside_the_drawn_tree_is_asked_about_nowhere_and_not_at_the_root():
    frames = run(data.sample("markov"), strategy="sampling", close_up=0, longest=8)
    asked = [frame for frame in frames if frame.part == "ask"]
    assert any(not len(frame.asked) for frame in asked)
    for frame in asked:
        for node in frame.asked.tolist():
            assert decoding.sentence_of(frame, node) == tuple(frame.drawn.tolist())
        assert np.isfinite(frame.mean_entropy)


def test_the_effective_choices_of_an_exhaustive_level_count_every_prefix_and_not_only_the_drawn_ones():
    table, model = data.sample("notes"), lm.table_model(data.sample("notes"))
    frame = next(frame for frame in run(table, strategy="exhaustive", longest=5) if frame.step == 5 and frame.part == "expand")
    prefixes = list(itertools.product(range(3), repeat=4))
    alive = [prefix for prefix in prefixes if all(model.next_log_probs([prefix[:t]])[0, prefix[t]] > -np.inf for t in range(4))]
    assert len(frame.asked) < len(alive)
    assert frame.mean_entropy == pytest.approx(decoding.entropy(model.next_log_probs(alive)).mean())


def test_a_wider_beam_may_find_a_less_likely_sentence():
    table = tables.read_table(b"""after,A,B,C,<eos>
,0.27,0.31,0.22,0.20
B,0.22,0.22,0.24,0.32
A,0.37,0.58,0.02,0.03
C,0.03,0.05,0.89,0.03
B C,0.53,0.44,0.01,0.02
A B,0.09,0.55,0.07,0.29
A A,0.88,0.03,0.08,0.01
C C,0.40,0.05,0.53,0.02
B C A,0.49,0.04,0.01,0.46
A A A,0.32,0.01,0.10,0.57
A B B,0.22,0.05,0.54,0.19
C C C,0.01,0.06,0.12,0.81
C C A,0.09,0.14,0.27,0.50
""")
    frames = list(decoding.search(Params(strategy="widths", longest=4), table))
    best = [float(np.exp(frame.finished_logp.max())) for frame in frames]
    assert best[:3] == pytest.approx([0.0992, 0.0501, 0.0840], abs=1e-4)


def test_top_k_keeps_exactly_k_and_of_equals_the_first_in_the_vocabulary():
    assert decoding.filtered(np.log([0.1, 0.3, 0.3, 0.3]), 1.0, 2, 1.0, 0.0) == pytest.approx([0, 0.5, 0.5, 0])


def test_an_end_takes_no_place_in_the_beam_and_k_ends_do_not_stop_the_search():
    P = np.array([[0.4, 0.3, 0.2, 0.1]])  # the likeliest token is the end
    ranked = decoding.beam_step(np.zeros(1), np.log(P), 2, 0)
    assert ranked.token[ranked.ended].tolist() == [0]
    assert ranked.token[ranked.live].tolist() == [1, 2]
    frames = run(data.sample("grammar"), strategy="beam", width=2, longest=8)
    finished = {frame.step: (~frame.finished_cut.astype(bool)).sum() for frame in frames if frame.part == "prune"}
    assert any(count >= 2 and step < frames[-1].step for step, count in finished.items())


def outputs(model, longest, tokens=()):
    """Every output of a model, and its probability, by walking through all of them."""
    if tokens[-1:] == (model.end,) or len(tokens) == longest:
        yield tokens, 1.0
        return
    for token, p in enumerate(np.exp(model.next_log_probs([tokens])[0])):
        for rest, q in outputs(model, longest, (*tokens, token)):
            yield rest, float(p) * q


@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_what_is_left_of_all_probability_is_that_of_the_outputs_a_kept_prefix_begins(width):
    table = data.sample("notes")
    every = list(outputs(lm.table_model(table), 4))
    assert sum(p for _, p in every) == pytest.approx(1)
    for frame in decoding.search(decoding.Params(width=width), table):
        if frame.part == "prune":
            alive = [decoding.sentence_of(frame, node) for node in np.flatnonzero(frame.state == decoding.ALIVE)]
            kept = [*alive, *(tuple(t for t in row.tolist() if t >= 0) for row in frame.finished)]
            covered = sum(p for tokens, p in every if any(tokens[: len(one)] == one for one in kept))
            assert decoding.held(frame) == pytest.approx(covered)


def test_two_prefixes_keep_a_tenth_of_all_probability_of_the_notes_table():
    judged = [frame for frame in decoding.search(decoding.Params(), data.sample("notes")) if frame.part == "prune"]
    assert [decoding.held(frame) for frame in judged] == pytest.approx([0.5 + 0.2, 0.2 + 0.15, 0.08 + 0.09, 0.048 + 0.054])


def test_one_is_overtaken_where_the_scores_are_equal():
    *_, last = decoding.search(decoding.Params(strategy="exhaustive"), data.sample("notes"))
    first, *others = decoding.rivals(last, decoding.ranked(last, 0.75, kept=False), 0.75)
    ((alpha, other),) = decoding.overtaken(first, others, np.linspace(0, 2, 41), 0.75)
    assert alpha == pytest.approx(np.log(np.log(0.054) / np.log(0.1)) / np.log(2))
    assert decoding.lead(first, [other], np.array([alpha])) == pytest.approx([0], abs=1e-12)
    assert decoding.lead(first, others, np.array([0.0, 0.75])) == pytest.approx(
        [np.log(0.054 / 0.1), first.score(0.75) - max(item.score(0.75) for item in others)]
    )
