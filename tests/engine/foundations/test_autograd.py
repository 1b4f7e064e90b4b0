"""Slopes that come back are torch's, whatever the graph; a line is fitted as torch.optim.SGD fits it."""

import json
from itertools import count, pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import data
from engine.errors import DataError, Diverged, ParamError
from engine.foundations.autograd import SCRIPTS, Fit, FitFrame, GraphFrame, Sweep, backwards, fit, forwards, graph, readable
from engine.foundations.autograd.straight import curvatures, gradient, loss
from engine.foundations.expressions import OPERATIONS

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "autograd.json").read_text())
TORCH = {name: getattr(torch, name) for name in ("sin", "cos", "tanh", "relu", "exp", "log", "sigmoid", "sum")}
TORCH["detach"] = torch.Tensor.detach


def swept(*lines: str, **settings: object) -> list[GraphFrame]:
    return list(graph(Sweep(**settings), data.script("\n".join(lines))))


def by_torch(lines: tuple[str, ...], v: torch.Tensor | None = None) -> list[np.ndarray]:
    """The gradients of the names that begin, of a script of this file."""
    known: dict[str, torch.Tensor] = {}
    begins, out = [], torch.zeros(())
    for line in lines:
        name, _, right = line.rpartition(" = ")
        out = eval(right, dict(TORCH), dict(known))
        if not isinstance(out, torch.Tensor):
            out = torch.tensor(out, dtype=torch.float64, requires_grad=True)
            begins.append(out)
        known[name or "result"] = out
    out.backward(gradient=torch.ones_like(out) if v is None else v)
    return [torch.zeros_like(leaf).numpy() if leaf.grad is None else leaf.grad.numpy() for leaf in begins]


def arrived(frame: GraphFrame, lines: tuple[str, ...]) -> list[np.ndarray]:
    """The same of a frame."""
    made = readable(lines)
    begins = [k for k, node in enumerate(made.nodes) if node.op == "name"]
    return [frame.gradients[k, : frame.sizes[k]] if frame.sizes[k] else frame.gradients[k, 0] for k in begins]


MORE = {
    "everything": ("x = [0.3, -1.2, 2]", "a = 1.5", "h = tanh(a*x) + relu(x) - cos(x)/exp(a)", "k = sigmoid(h)*log(a + x**2)", "sum(h*k - 2)"),
    "power": ("x = 1.3", "y = 0.7", "x**y + y**x - x**3/-y"),
    "scalar meets vector": ("a = 2", "x = [1, 2, 4]", "a*x + a"),
    "one number in a vector": ("a = [2]", "x = [1, 2, 4]", "a*x"),
    "sum of a number": ("x = 3", "sum(x*x)"),
    "unused": ("x = 3", "t = 4", "q = t * 2", "x * x"),
    "detached twice": ("x = 3", "u = detach(x*x)", "u*x + detach(u)*x"),
}  # fmt: skip


@pytest.mark.parametrize("lines", [*SCRIPTS.values(), *MORE.values()], ids=[*SCRIPTS, *MORE])
def test_every_slope_is_torchs(lines: tuple[str, ...]):
    frame = swept(*lines)[-1]
    for mine, theirs in zip(arrived(frame, lines), by_torch(lines), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("lines", [*SCRIPTS.values(), *MORE.values()], ids=[*SCRIPTS, *MORE])
def test_every_slope_is_what_a_small_push_measures_where_nothing_is_detached(lines: tuple[str, ...]):
    frame = swept(*lines)[-1]
    assert frame.measured.all()
    if any("detach" in line for line in lines):
        return
    for mine, row in zip(arrived(frame, lines), frame.quotients, strict=True):
        np.testing.assert_allclose(np.ravel(mine), row[: np.size(mine)], rtol=1e-5, atol=1e-5)


def test_a_node_that_is_used_twice_passes_on_what_has_come_together():
    frames = swept(*SCRIPTS["merging"])
    assert [frame.part for frame in frames] == ["", *["forward"] * 3, "seed", *["back"] * 6, "end"]
    y = [float(frame.gradients[1, 0]) for frame in frames[4:]]
    assert sorted({*y}) == [0, 1, 10, 19]  # 1, 9 and 9, in the order of the edges
    x = [float(frame.gradients[0, 0]) for frame in frames]
    assert sorted({*x}) == [0, 57, 114]  # only once y has its 19
    assert frames[-1].gradient == 114
    uses = [frame.edge for frame in frames if frame.part == "back"]
    assert sorted(uses) == list(range(6))  # each edge once


def test_the_golden_scalar_graph_edge_by_edge():
    golden, lines = GOLDEN["scalar_graph"], SCRIPTS["two_names"]
    assert (lines[0], lines[1]) == (f"x = {golden['x']:g}", f"y = {golden['y']:g}")
    frame = swept(*lines)[-1]
    assert frame.values[readable(lines).result, 0] == pytest.approx(golden["f"], abs=1e-10)
    assert [float(a) for a in arrived(frame, lines)] == pytest.approx([golden["df_dx"], golden["df_dy"]], abs=1e-10)


def test_detach_counts_as_a_constant_and_the_quotient_does_not():
    assert swept(*SCRIPTS["vector_detach"])[-1].gradients[0].tolist() == [0, 1, 4, 9]
    np.testing.assert_allclose(swept(*SCRIPTS["vector_detach"])[-1].whole[0], [0, 3, 12, 27])
    np.testing.assert_allclose(swept(*SCRIPTS["vector_detach"])[-1].quotients[0], [0, 3, 12, 27], atol=1e-6)
    assert (
        swept(*SCRIPTS["vector"])[-1].gradients[0].tolist()
        == [0, 2, 4, 6]
        == swept(*SCRIPTS["vector_sum"])[-1].gradients[0].tolist()
    )


def test_v_weighs_the_result():
    lines = SCRIPTS["vector"]
    frame = swept(*lines, v="1, 0, 2, -1")[-1]
    assert frame.gradients[0].tolist() == [0, 0, 8, -6] == by_torch(lines, torch.tensor([1.0, 0, 2, -1]))[0].tolist()
    assert swept(*SCRIPTS["merging"], v="2")[-1].gradient == 228
    for wrong in ("1, 2", "a", "1, 2, 3, inf", "1,,2,3", "1e9, 1, 1, 1"):
        with pytest.raises(ParamError, match="4 numbers"):
            swept(*lines, v=wrong)


def test_a_cut_edge_passes_nothing_and_all_that_is_lost_is_told():
    frames = swept(*SCRIPTS["merging"], cut=5)  # y → L
    last = frames[-1]
    assert (last.gradient, last.whole[0, 0], last.gradients[1, 0]) == (108, 114, 18)
    assert [frame.part for frame in frames].count("cut") == 1
    assert last.meant[5, 0] == 1
    alone = swept("x = 3", "y = x * x", cut=0)[-1]
    assert (alone.gradient, alone.passed[0, 0], alone.passed[1, 0]) == (3, 0, 3)
    nothing = swept("x = 3", "y = exp(x)", cut=0)
    assert (nothing[-1].gradient, nothing[-1].reached[0]) == (0, False)
    with pytest.raises(ParamError, match="last one of this graph is 5"):
        swept(*SCRIPTS["merging"], cut=6)


def test_a_second_sweep_over_the_same_graph_gives_the_same():
    made = readable(SCRIPTS["merging"])
    values = [found for _, found in forwards(made)]
    first, second = ([step.gradients for step in backwards(made, values, np.array(1.0))][-1] for _ in range(2))
    assert [float(a) for a in first] == [float(a) for a in second] == [114, 19, 1, 1]


def test_an_unused_name_has_slope_0_and_what_does_not_lead_to_the_result_is_left_out():
    frames = swept(*MORE["unused"])
    assert frames[-1].gradients[1, 0] == frames[-1].quotients[1, 0] == 0
    assert not any(frame.edge == 0 for frame in frames)
    assert len(swept("x = 3")) == 3  # start, turning round, end
    assert swept("x = 3")[-1].gradient == 1


def test_relu_has_slope_0_at_its_kink_as_torchs():
    lines = ("x = 0", "y = relu(x)")
    assert swept(*lines)[-1].gradient == 0 == by_torch(lines)[0]


@pytest.mark.parametrize(
    ("lines", "code", "frames"),
    [
        (("x = -3", "y = x * 2", "z = log(y)"), "formula_log", 2),
        (("x = 0", "y = x ** -1"), "formula_zero_power", 1),
        (("x = 0", "y = 1 / x"), "formula_zero", 1),
        (("x = 9", "y = exp(x)", "z = exp(y)"), "formula_overflow", 2),
        (("x = 0", "y = x ** 0.5"), "formula_slope", 3),
        (("x = [1, 0]", "y = sum(log(x))"), "formula_log", 1),
    ],
)
def test_where_a_node_has_no_value_or_no_slope_it_is_named_and_the_film_stops_there(
    lines: tuple[str, ...], code: str, frames: int
):
    run = graph(Sweep(), data.script("\n".join(lines)))
    seen = 0
    with pytest.raises(Diverged) as caught:
        for seen, _ in zip(count(1), run):  # noqa: B007
            pass
    assert (caught.value.code, seen) == (code, frames)
    assert caught.value.values["text"] in str(caught.value)


def test_what_an_edge_needs_not_is_not_asked_for():
    """A slope that is infinite does no harm where it is cut off."""
    lines = ("x = 0", "u = detach(x ** 0.5)", "y = u + x")
    assert swept(*lines)[-1].gradient == 1
    assert swept("x = 0", "y = x ** 0.5", cut=0)[-1].gradient == 0
    with pytest.raises(Diverged):
        swept("x = 1e-200", "y = 1e150 * x", "z = 1e150 * y", "z * 1e100")


@pytest.mark.parametrize(
    ("lines", "code"),
    [(("x * x",), "script_unknown"), (("3 * 4",), "script_no_names"), (("x = [1, 2]", "y = [1, 2, 3]", "x * y"), "script_lengths"),
     (("x = 3", "y = abs(x)"), "script_word")],
)  # fmt: skip
def test_a_script_without_a_graph_is_refused(lines: tuple[str, ...], code: str):
    with pytest.raises(DataError) as caught:
        readable(lines)
    assert caught.value.code == code
    assert str(caught.value)


def test_the_golden_small_net_node_by_node():
    """Matrices are sums of products: the rules of the sweep, applied to whole layers, give torch's gradients."""
    golden = GOLDEN["mlp_backprop"]
    W1, b1, W2, b2, x = (np.array(golden[name]) for name in ("W1_in_out", "b1", "W2_in_out", "b2", "x"))
    before = x @ W1 + b1
    h = OPERATIONS["tanh"].value(before)
    logits = h @ W2 + b2
    np.testing.assert_allclose(logits, golden["logits"], atol=1e-10)
    odds = np.exp(logits - logits.max(1, keepdims=True))
    p = odds / odds.sum(1, keepdims=True)
    rows = np.arange(len(x))
    assert -np.log(p[rows, golden["t"]]).mean() == pytest.approx(golden["loss"], abs=1e-10)
    p[rows, golden["t"]] -= 1
    back = p / len(x)
    passed = (back @ W2.T) * OPERATIONS["tanh"].slopes[0](before)
    for mine, theirs in zip([x.T @ passed, passed.sum(0), h.T @ back, back.sum(0)], golden["grads"], strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-10)


# ---- the line


def fitted(name: str = "line", **settings: object) -> list[FitFrame]:
    return list(fit(Fit(**settings), data.sample(name)))


def sgd(settings: Fit, cloud: data.Points, steps: int) -> tuple[float, float]:
    """Where torch.optim.SGD comes to with MSELoss."""
    x, y = (torch.tensor(column.copy()) for column in cloud.X.T)
    w, b = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (settings.w, settings.b))
    optimiser, rule = torch.optim.SGD([w, b], lr=settings.rate), torch.nn.MSELoss()
    for _ in range(steps):
        if settings.zero_grad:
            optimiser.zero_grad()
        rule(w * x + b, y).backward()
        optimiser.step()
    return w.item(), b.item()


@pytest.mark.parametrize("settings", [{}, {"zero_grad": False, "steps": 40}, {"rate": 3e-4, "steps": 60}])
def test_steps_are_those_of_torchs_sgd(settings: dict[str, object]):
    params = Fit(**settings)
    last = fitted(**settings)[-1]
    assert (last.w, last.b) == pytest.approx(sgd(params, data.sample("line"), params.steps), abs=1e-12)


def test_batches_are_those_of_the_notes_code_in_a_new_order_each_epoch():
    cloud = data.sample("scattered")
    frames = fitted("scattered", batch=25, steps=5, rate=0.01, seed=3)
    assert [len(frame.batch) for frame in frames] == [25, 25, 10, 25, 25, 10]
    epoch = np.concatenate([frame.batch for frame in frames[:3]])
    assert sorted(epoch.tolist()) == list(range(60))
    assert frames[0].batch.tolist() != frames[3].batch.tolist()
    place = np.array([1.0, 0.0])
    for frame in frames[:-1]:
        x, y = torch.tensor(cloud.X[frame.batch]).T
        w, b = (torch.tensor(value, requires_grad=True) for value in place)
        ((w * x + b - y) ** 2).sum().backward()
        place = place - 0.01 * np.array([w.grad, b.grad]) / len(x)
    assert (frames[-1].w, frames[-1].b) == pytest.approx(place, abs=1e-12)


def test_the_numbers_of_the_notes_line():
    last = fitted()[-1]
    assert (round(last.w, 4), round(last.b, 4)) == (2.1861, 0.0195)
    assert round(last.condition) == 12945
    assert round(last.curvature) == 6568
    assert round(2 / last.curvature, 7) == 3.045e-4
    assert round(12945**0.5) == 114
    assert round(fitted(steps=1000)[-1].b, 3) == 0.176


def test_the_words_long_runs_follow_from_the_hessian():
    """No film is so long: the error after k steps is (I − rate·H)ᵏ times the first."""
    x = data.sample("line").X[:, 0]
    values, vectors = np.linalg.eigh(curvatures(x))
    first = vectors.T @ (np.array([1.0, 0.0]) - [2.138, 3.213])
    for steps, b in ((10, 0.0195), (1000, 0.176), (10_000, 1.29), (100_000, 3.193)):
        place = np.array([2.138, 3.213]) + vectors @ ((1 - 1e-4 * values) ** steps * first)
        assert place[1] == pytest.approx(b, abs=6e-4 if steps < 10_000 else 6e-3)


def test_the_scattered_points_lie_around_the_line_that_their_name_says():
    x, y = data.sample("scattered").X.T
    assert np.polyfit(x, y, 1) == pytest.approx([2.138, 3.213], abs=0.2)


def test_slopes_and_curvatures_of_the_line_are_torchs():
    x, y = data.sample("scattered").X.T
    peer = lambda place: ((place[0] * torch.tensor(x.copy()) + place[1] - torch.tensor(y.copy())) ** 2).mean()  # noqa: E731
    place = torch.tensor([0.3, -1.0], dtype=torch.float64)
    assert loss(place.numpy(), x, y) == pytest.approx(peer(place).item(), rel=1e-12)
    np.testing.assert_allclose(gradient(place.numpy(), x, y), torch.autograd.functional.jacobian(peer, place), rtol=1e-12)
    np.testing.assert_allclose(curvatures(x), torch.autograd.functional.hessian(peer, place), rtol=1e-12)


def test_too_large_a_rate_ends_at_the_last_step_that_can_be_shown_and_says_by_how_much():
    frames: list[FitFrame] = []
    with pytest.raises(Diverged) as caught:
        frames.extend(fit(Fit(rate=1e-2, steps=100), data.sample("line")))
    assert all(np.isfinite(frame.loss) and frame.loss < 1e30 for frame in frames)
    assert caught.value.values["stretch"] == pytest.approx(65.685)
    assert caught.value.values["step"] == frames[-1].step + 1
    assert "65.685" in str(caught.value)


def test_a_thousand_steps_make_sixty_frames_whose_ways_join():
    frames = fitted(steps=1000)
    assert len(frames) == 61
    for one, other in pairwise(frames):
        assert np.array_equal(one.path[-1], other.path[0])
    assert sum(len(frame.path) - 1 for frame in frames) == 1000


def test_what_is_no_line_is_refused():
    flat = data.points(np.ones((3, 2)), ("x", "y"))
    frame = list(fit(Fit(), flat))[-1]  # all at one place: the valley is endless
    assert np.isnan(frame.condition)
    for X, code in ((np.ones((3, 3)), "autograd_columns"), (np.ones((1, 2)), "autograd_points"), (np.ones((1001, 2)), "autograd_points"),
                    (np.full((3, 2), 1e9), "autograd_large")):  # fmt: skip
        with pytest.raises(DataError) as caught:
            next(fit(Fit(), data.points(X, [f"c{k}" for k in range(X.shape[1])])))
        assert caught.value.code == code
        assert str(caught.value)
