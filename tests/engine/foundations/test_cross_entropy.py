"""Cross entropy against 50 digits (the golden file), torch, and closed forms; what a table must hold, and where clicks lead."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import data
from engine.errors import DataError, ParamError
from engine.foundations import cross_entropy as ce
from engine.foundations.cross_entropy import losses, samples, stages
from engine.language import huffman
from engine.links import pack, unpack
from engine.tables import read_table

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "cross_entropy.json").read_text())
NEAR = {"rtol": 1e-12, "atol": 1e-12}


def table(p, q, names=""):
    return samples.pair(names or " ".join("abcdefghij"[: len(p)]), list(p), list(q))


def first(p, q, **params):
    return next(ce.rectangles(ce.Rectangles(steps=0, **params), table(p, q)))


def ended(p, q, **params):
    *_, end = ce.rectangles(ce.Rectangles(**params), table(p, q))
    return end


def known(values) -> np.ndarray:
    return np.array([float(value) for value in np.atleast_1d(np.array(values, dtype=object)).ravel()])


# ---- the golden file


@pytest.mark.parametrize("case", GOLDEN["pairs"], ids=lambda case: f"{case['p']}-{case['q']}")
@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_costs_floors_and_divergences_are_those_of_fifty_digits(case, unit):
    frame = first(case["p"], case["q"], unit=unit)
    wanted = {key: float(value) for key, value in case[unit].items()}
    np.testing.assert_allclose([frame.entropy, frame.cost, frame.kl], list(wanted.values()), **NEAR)


@pytest.mark.parametrize("case", GOLDEN["pairs"], ids=lambda case: f"{case['p']}-{case['q']}")
def test_rectangles_have_their_widths_heights_areas_and_parts_above_the_line(case):
    frame = first(case["p"], case["q"])
    heights = np.where(frame.never, np.inf, frame.tops)
    areas = np.multiply(frame.p, heights, out=np.zeros(len(heights)), where=frame.p > 0)
    above = np.multiply(frame.p, heights - frame.floors, out=np.zeros(len(heights)), where=frame.p > 0)
    for found, key in ((frame.p, "width"), (heights, "height_bits"), (areas, "area_bits"), (above, "part_above_-log2_p_bits")):
        np.testing.assert_allclose(found, known([one[key] for one in case["rectangles"]]), **NEAR)
    assert frame.dearer == pytest.approx(above[above > 0].sum(), abs=1e-12)
    assert frame.cheaper == pytest.approx(-above[above < 0].sum(), abs=1e-12)
    assert frame.kl == pytest.approx(frame.dearer - frame.cheaper, abs=1e-12)


@pytest.mark.parametrize("case", GOLDEN["codes"], ids=lambda case: " ".join(case["p"]))
def test_code_words_are_as_short_as_can_be_and_none_begins_another(case):
    p = np.array([int(a) / int(b) for a, b in (part.split("/") for part in case["p"])])
    frame = first(p, p)
    assert sorted(map(len, frame.words)) == case["shortest_code_word_lengths_sorted"]
    assert frame.code == pytest.approx(case["mean_bits"], abs=1e-12)
    assert frame.entropy == pytest.approx(case["entropy_bits"], abs=1e-12)
    assert sum(0.5 ** len(word) for word in frame.words) == case["kraft_sum"]
    assert not any(a != b and b.startswith(a) for a in frame.words for b in frame.words)


def test_what_never_happens_has_no_word_and_what_always_happens_needs_none():
    assert first([1, 0, 0], [0.5, 0.4, 0.1]).words == ("", "", "")
    assert sorted(map(len, first([0.5, 0, 0.5], [0.5, 0.4, 0.1]).words)) == [0, 1, 1]


@pytest.mark.parametrize("case", GOLDEN["confident"], ids=lambda case: str(case["logits"]))
def test_losses_and_gradients_of_the_sure_are_those_of_fifty_digits(case):
    z, true = np.array(case["logits"], float), case["true_class"]
    q, y = np.exp(losses.log_softmax(z)), np.eye(len(z))[true]
    np.testing.assert_allclose(q, case["q"], **NEAR)
    assert losses.cross_entropy(z, y) == pytest.approx(case["cross_entropy"], abs=1e-12)
    np.testing.assert_allclose(losses.cross_entropy_slope(z, y), case["gradient_cross_entropy"], **NEAR)
    np.testing.assert_allclose(losses.left(q, true), case["gradient_cross_entropy"], **NEAR)
    assert ((q - y) ** 2).sum() == pytest.approx(case["squared_error_sum"], abs=1e-12)
    np.testing.assert_allclose(losses.squared_error_slope(q, true), case["gradient_squared_error"], rtol=1e-6, atol=1e-20)
    *_, end = ce.logits(ce.Logits(logits=", ".join(map(str, case["logits"])), truth=true + 1))
    assert end.behind == case["gap_of_logits"]
    np.testing.assert_allclose(
        end.sizes_now, np.abs([case["gradient_cross_entropy"], case["gradient_squared_error"]]).max(1), rtol=1e-6
    )


@pytest.mark.parametrize("case", GOLDEN["large_logits"], ids=lambda case: str(case["logits"]))
def test_large_logits_break_the_way_as_written_and_not_the_other(case):
    z = np.array(case["logits"], float)
    np.testing.assert_array_equal(losses.log_softmax(z), case["log_softmax"])
    np.testing.assert_array_equal(stages.safe(z)["log"], case["log_softmax"])
    np.testing.assert_array_equal(stages.plain(z)["log"], known(case["naive_log_of_softmax"]))


@pytest.mark.parametrize("case", GOLDEN["smoothing"], ids=lambda case: f"{case['eps']}-{case['classes']}")
def test_smoothing_spreads_over_all_classes_and_has_a_floor(case):
    target = losses.smoothed(np.eye(case["classes"])[0], case["eps"])
    np.testing.assert_allclose(target[:2], [case["target_true"], case["target_other"]], **NEAR)
    assert losses.entropy(target) == pytest.approx(case["floor_nats"], abs=1e-12)
    assert float(losses.surprise(target[1] / target[0])) == pytest.approx(float(case["gap_of_logits_at_the_floor"]), abs=1e-12)


def test_descent_comes_to_rest_at_the_gap_of_the_smoothed_target():
    case = GOLDEN["smoothing"][0]
    params = ce.Rectangles(smoothing=case["eps"], rate=5.0, unit="nats")
    *_, end = ce.rectangles(params, data.sample("ten_digits"))
    assert end.gap == pytest.approx(case["gap_of_logits_at_the_floor"], abs=1e-8)
    assert end.cost == pytest.approx(case["floor_nats"], abs=1e-12)


# ---- public faults


def test_c12_a_logit_of_minus_infinity_that_is_not_true_costs_nothing():
    case = GOLDEN["edges"]["C12"]
    z, y = known(case["logits"]), np.array(case["target"], float)
    assert losses.cross_entropy(z, y) == case["loss"] == 0
    np.testing.assert_array_equal(losses.cross_entropy_slope(z, y), case["gradient"])
    assert list(ce.logits(ce.Logits(logits="-inf, 0")))[-1].loss == 0


def test_c13_what_never_happens_adds_no_divergence_and_no_slope():
    case = GOLDEN["edges"]["C13"]
    p, q = np.array(case["p"], float), np.array(case["q"])
    assert losses.divergence(p, np.log(q)) == pytest.approx(case["KL"], abs=1e-12)
    np.testing.assert_allclose(losses.divergence_slope(p, q), case["gradient_of_KL_in_q"], **NEAR)
    np.testing.assert_array_equal(losses.divergence_slope(p, np.array([0.0, 1.0])), [0, -1])


def test_c14_smoothing_counts_the_places_that_are_kept_and_no_others():
    case = GOLDEN["edges"]["C14"]
    Z, classes = np.array(case["logits"]), np.array([0, -100])
    assert losses.mean_loss(Z, classes, case["eps"]) == pytest.approx(case["loss_mean_over_kept"], abs=1e-12)
    assert np.isnan(losses.mean_loss(Z, np.array([-100, -100]), case["eps"]))  # as torch


def test_p7_logits_that_are_all_minus_infinity_are_refused_in_words():
    with pytest.raises(ParamError) as refused:
        next(ce.logits(ce.Logits(logits="-inf, -inf")))
    assert refused.value.code == "ce_all_endless"
    assert "0 ÷ 0" in str(refused.value)


# ---- torch


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_the_mean_loss_and_its_gradient_are_torchs(smoothing):
    rng = np.random.default_rng(3)
    Z, classes = rng.normal(0, 30, (200, 7)), rng.integers(0, 7, 200)
    classes[::9] = -100
    theirs = torch.tensor(Z, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(theirs, torch.tensor(classes), label_smoothing=smoothing)
    loss.backward()
    assert losses.mean_loss(Z, classes, smoothing) == pytest.approx(loss.item(), abs=1e-12)
    kept = classes >= 0
    P = losses.smoothed(np.eye(7)[classes[kept]], smoothing)
    np.testing.assert_allclose(losses.cross_entropy_slope(Z[kept], P) / kept.sum(), theirs.grad[torch.tensor(kept)], **NEAR)
    assert not theirs.grad[torch.tensor(~kept)].any()


def test_loss_and_gradient_at_once_are_those_of_torch():
    rng, n = np.random.default_rng(5), losses.BLOCK + 7
    Z, classes = rng.normal(0, 100, (n, 10)), rng.integers(0, 10, n)
    theirs = torch.tensor(Z, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(theirs, torch.tensor(classes))
    loss.backward()
    mean, slope = losses.mean_loss_and_slope(Z, classes)
    assert mean == pytest.approx(loss.item(), rel=1e-12)
    assert mean == pytest.approx(losses.mean_loss(Z, classes), rel=1e-12)
    np.testing.assert_allclose(slope, theirs.grad, **NEAR)


def test_log_softmax_and_soft_targets_are_torchs():
    rng = np.random.default_rng(4)
    Z, P = rng.normal(0, 200, (50, 10)), rng.dirichlet(np.ones(10), 50)
    np.testing.assert_allclose(losses.log_softmax(Z), torch.log_softmax(torch.tensor(Z), -1), **NEAR)
    theirs = torch.nn.functional.cross_entropy(torch.tensor(Z), torch.tensor(P), reduction="none")
    np.testing.assert_allclose(losses.cross_entropy(Z, P), theirs, rtol=1e-12, atol=1e-10)


@pytest.mark.parametrize("z", [(2.0, 1.0, -1.0), (0.3, 0.2), (-4.0, 3.0, 3.0)])
def test_the_slope_of_the_squared_error_is_autograds(z):
    theirs = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    ((theirs.softmax(-1) - torch.eye(len(z), dtype=torch.float64)[1]) ** 2).sum().backward()
    q = np.exp(losses.log_softmax(np.array(z)))
    np.testing.assert_allclose(losses.squared_error_slope(q, 1), theirs.grad, **NEAR)
    np.testing.assert_allclose(stages.plain_slope("squared", q, 1), theirs.grad, **NEAR)
    np.testing.assert_allclose(stages.plain_slope("cross_entropy", q, 1), losses.left(q, 1), **NEAR)


@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_descent_follows_torchs_gradient_of_the_nats(temperature):
    p, q = [0.5, 0.25, 0.25], [0.25, 0.25, 0.5]
    z = torch.tensor(q, dtype=torch.float64).log().requires_grad_()
    for frame in ce.rectangles(ce.Rectangles(steps=30, temperature=temperature), table(p, q)):
        np.testing.assert_allclose(frame.logits, z.detach(), **NEAR)
        torch.nn.functional.cross_entropy(z / temperature, torch.tensor(p, dtype=torch.float64)).backward()
        np.testing.assert_allclose(frame.slopes, z.grad, **NEAR)
        z = (z - 0.5 * z.grad).detach().requires_grad_()  # as torch.optim.SGD steps


# ---- the entry's numbers, and what holds whatever P and Q are


def test_the_opening_run_costs_what_its_entry_says():
    *_, end = frames = list(ce.rectangles(ce.Rectangles(), data.sample("halves")))
    assert (frames[0].cost, round(frames[0].kl, 12)) == (1.75, 0.25)
    assert round(frames[3].cost, 2) == 1.57
    assert round(end.cost, 4) == end.entropy == end.code == 1.5
    assert sorted(map(len, end.words)) == [1, 2, 2]


@pytest.mark.parametrize("seed", range(6))
def test_no_step_below_the_calm_rate_costs_more_and_divergence_is_never_negative(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(5), 2)
    p, q = p / p.sum(), q / q.sum()
    for temperature in (0.5, 1.0, 2.0):
        params = ce.Rectangles(rate=min(4 * temperature**2, 5.0), temperature=temperature, steps=30)
        assert not params.bounces
        costs = [frame.cost for frame in ce.rectangles(params, table(p, q))]
        assert (np.diff(costs) <= 1e-12).all()
        assert min(costs) >= first(p, p).entropy - 1e-12


def test_a_rate_above_four_may_bounce():
    params = ce.Rectangles(rate=5.0, temperature=0.5, steps=40)
    costs = [frame.cost for frame in ce.rectangles(params, data.sample("halves"))]
    assert params.bounces
    assert (np.diff(costs) > 0).any()


def test_what_q_rules_out_costs_without_end_and_no_step_brings_it_back():
    *_, end = ce.rectangles(ce.Rectangles(steps=200, rate=4.0), data.sample("ruled_out"))
    assert np.isinf(end.cost)
    assert np.isinf(end.kl)
    assert end.never.tolist() == [False, True]
    assert end.q[1] == 0


def test_ruling_out_what_never_happens_is_free():
    frame = first([1, 0], [1, 0])
    assert (frame.cost, frame.kl, frame.entropy) == (0, 0, 0)
    assert np.isnan(frame.gap)


def test_the_axis_knows_the_highest_top_and_the_logits_of_the_whole_run_from_the_start():
    frames = list(ce.rectangles(ce.Rectangles(rate=5.0, steps=60), data.sample("opposite")))
    assert frames[0].ceiling == max(max(frame.tops.max(), frame.floors.max()) for frame in frames)
    assert frames[0].reach.tolist() == [min(f.logits.min() for f in frames), max(f.logits.max() for f in frames)]


def test_a_huffman_tree_stays_what_word2vec_makes_of_it():
    assert huffman.build(np.array([5, 2, 1])).length() == 11


# ---- stages


def test_the_stages_come_one_by_one_on_both_ways():
    frames = list(ce.logits(ce.Logits()))
    assert [frame.part for frame in frames] == ["", *ce.STAGES]
    assert [len(frame.shifted) for frame in frames] == list(range(1, 9))
    assert list(frames[-1].naive) == ["z", "exp", "sum", "share", "log", "slope"]
    assert frames[-1].shifted["log"] == (0, -1000, -2000)
    assert (frames[-1].loss, frames[-1].naive_loss, frames[-1].behind) == (1000, np.inf, 1000)


def test_the_curve_of_slopes_by_gap_is_the_two_class_formula():
    frame = next(ce.logits(ce.Logits(logits="10, -10")))
    wrong = 1 / (1 + np.exp(-ce.GAPS))  # the share of the wrong class
    np.testing.assert_allclose(frame.sizes[0], wrong, rtol=1e-12)
    np.testing.assert_allclose(frame.sizes[1], 4 * wrong**2 * np.exp(-ce.GAPS) / (1 + np.exp(-ce.GAPS)), rtol=1e-9)


@pytest.mark.parametrize("text", ["1000, 0, -1000", "(1000; 0; −1000)", "1e3 0 -1000", "1000，0，-1000"])
def test_logits_are_read_as_people_write_them(text):
    assert stages.read(text).tolist() == [1000, 0, -1000]


@pytest.mark.parametrize("text", ["", "5", "1, 2, 3, 4", "1, x", "1, inf", "1, nan", "1001, 0", "<b>, 1"])
def test_what_is_no_logits_is_refused_with_what_would_be(text):
    with pytest.raises(ParamError) as refused:
        stages.read(text)
    assert refused.value.code == "ce_logits"


def test_a_true_class_that_is_not_there_is_refused():
    with pytest.raises(ParamError) as refused:
        next(ce.logits(ce.Logits(logits="1, 2", truth=3)))
    assert refused.value.values == {"truth": 3, "count": 2}


# ---- own data


def brought(text: str, **params):
    return next(ce.rectangles(ce.Rectangles(steps=0, **params), read_table(text.encode())))


def test_a_table_may_name_its_rows_or_not_and_say_q_first():
    wanted = first([0.5, 0.5], [0.25, 0.75])
    for text in ("a,b\n0.5,0.5\n0.25,0.75\n", ",a,b\nP,0.5,0.5\nQ,0.25,0.75\n", "row,a,b\nq,0.25,0.75\np,0.5,0.5\n"):
        frame = brought(text)
        assert (frame.p.tolist(), frame.q.tolist()) == (wanted.p.tolist(), wanted.q.tolist())


REFUSALS = {
    "a,b\n0.5,0.5\n": ("ce_rows", {"rows": 1}),
    "row,a\nP,1\nQ,1\n": ("ce_one_class", {"column": "a"}),
    ",".join("abcdefghijk") + "\n" + 2 * (",".join(["0.1"] * 11) + "\n"): ("ce_many_classes", {"columns": 11, "limit": 10}),
    "row,a,b\nP,x,1\nQ,0.5,0.5\n": ("ce_word", {"column": "a"}),
    "a,b\n0.5,0.5\n-0.5,1.5\n": ("ce_negative", {"row": 2, "column": "a", "value": "-0.5"}),
    "a,b\n0.5,\n0.5,0.5\n": ("nan", {"row": 1, "column": "b"}),
    "a,b\ninf,0.5\n0.5,0.5\n": ("huge", {"row": 1, "column": "a"}),
    "a,b\n0,0\n0.5,0.5\n": ("ce_nothing", {"row": "P"}),
    "a,b\n0.5,0.5\n0.5,0.4\n": ("ce_sum", {"row": "Q", "total": "0.9", "off": "0.1"}),
}


@pytest.mark.parametrize(("text", "why"), REFUSALS.items(), ids=[code for code, _ in REFUSALS.values()])
def test_a_table_that_is_no_pair_is_refused_with_the_place(text, why):
    with pytest.raises(DataError) as refused:
        brought(text)
    assert (refused.value.code, refused.value.values) == why


def test_rows_are_scaled_only_when_that_is_asked_for():
    frame = brought("a,b\n3,1\n1,1\n", scale=True)
    assert (frame.p.tolist(), frame.q.tolist()) == ([0.75, 0.25], [0.5, 0.5])
    with pytest.raises(DataError):
        brought("a,b\n3,1\n1,1\n")


# ---- a click


def test_a_top_that_is_moved_gets_its_share_and_the_others_keep_their_proportions():
    sample = data.sample("halves")
    moved = ce.with_top(sample, ce.read(sample), np.array([0.25, 0.25, 0.5]), 2, 0.25, 1.0)
    assert [moved.frame[name].tolist() for name in "abc"] == [[0.5, 0.375], [0.25, 0.375], [0.25, 0.25]]
    assert next(ce.rectangles(ce.Rectangles(steps=0), moved)).cost == pytest.approx(1.561, abs=5e-4)
    assert sample.frame["a"].tolist() == [0.5, 0.25]  # the sample stays


@pytest.mark.parametrize("seed", range(8))
def test_what_a_click_makes_sums_to_one_and_survives_a_link(seed):
    rng = np.random.default_rng(seed)
    q = rng.dirichlet(np.ones(6))
    start = table(rng.dirichlet(np.ones(6)), q / q.sum())
    temperature = float(rng.choice([0.5, 1.0, 3.0]))
    frame = next(ce.rectangles(ce.Rectangles(steps=0, temperature=temperature), start))
    moved = ce.with_top(start, ce.read(start), frame.q, seed % 6, 0.3, temperature)
    after = next(ce.rectangles(ce.Rectangles(steps=0, temperature=temperature), unpack(pack(moved))))
    assert after.q[seed % 6] == pytest.approx(0.3, abs=2e-3)


def test_a_top_comes_back_from_infinity_when_it_is_clicked_and_one_that_had_all_gives_evenly():
    sample = data.sample("ruled_out")
    moved = ce.with_top(sample, ce.read(sample), np.array([1.0, 0.0]), 1, 0.5, 1.0)
    assert [moved.frame[name].tolist() for name in "ab"] == [[0.5, 0.5], [0.5, 0.5]]
    whole = table([0.5, 0.25, 0.25], [1, 0, 0])
    moved = ce.with_top(whole, ce.read(whole), np.array([1.0, 0.0, 0.0]), 0, 0.5, 1.0)
    assert [moved.frame[name][1] for name in "abc"] == [0.5, 0.25, 0.25]


def test_a_click_mends_the_row_called_q_wherever_it_stands():
    backwards = read_table(b"row,a,b\nQ,0.25,0.75\nP,0.5,0.5\n")
    moved = ce.with_top(backwards, ce.read(backwards), np.array([0.25, 0.75]), 0, 0.5, 1.0)
    assert moved.frame["a"].tolist() == [0.5, 0.5]
    assert moved.frame["b"].tolist() == [0.5, 0.5]


# ---- the cross entropies of the golden file on back-propagation

BACK = json.loads((Path(__file__).parents[2] / "golden" / "autograd.json").read_text())


@pytest.mark.parametrize("name", ["cross_entropy_log2", "cross_entropy_batch"])
def test_the_cross_entropies_of_back_propagation_are_these(name):
    case = BACK[name]
    Z, classes = np.array(case["logits"]), np.atleast_1d(case["target"])
    mean, slope = losses.mean_loss_and_slope(Z, classes)
    assert mean == pytest.approx(case.get("loss", case.get("mean_loss")), abs=1e-12)
    np.testing.assert_allclose(slope, case["grad"], **NEAR)


def test_the_smoothed_one_of_back_propagation_is_this():
    case = BACK["cross_entropy_label_smoothing_0.1"]
    loss = losses.mean_loss(np.array(case["logits"]), np.array(case["target"]), 0.1)
    assert loss == pytest.approx(case["loss"], abs=1e-12)
