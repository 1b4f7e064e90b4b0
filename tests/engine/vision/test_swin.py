"""Swin is what timm and the paper say it is, to 1e-9; roll and mask are attention over the uneven windows themselves."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import data
from engine.errors import ParamError
from engine.images import Image
from engine.vision import attention, swin
from engine.vision.patches import patchify
from engine.vision.swin import merging, windows
from engine.vision.swin import net as swin_net
from engine.vision.swin.net import Block, Classifier, PatchMerging, WindowAttention
from engine.vision.swin.windows import Layout
from tests import runs

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "swin.json").read_text())
PLACE = Layout(GOLDEN["H"], GOLDEN["W"], GOLDEN["window"], GOLDEN["shift"])
EVEN = Layout(GOLDEN["H"], GOLDEN["W"], GOLDEN["window"], 0)


def golden_attention() -> WindowAttention:
    given = GOLDEN["attention"]
    attention = WindowAttention(6, given["heads"], GOLDEN["window"]).double()
    names = {"qkv.weight": "qkv_weight", "qkv.bias": "qkv_bias", "proj.weight": "proj_weight", "proj.bias": "proj_bias"}
    state = {ours: torch.tensor(given[theirs], dtype=torch.float64) for ours, theirs in names.items()}
    attention.load_state_dict(state | {"table": torch.tensor(given["rel_pos_bias_table"], dtype=torch.float64)})
    return attention


def frames(picture="chelsea", **settings):
    return runs.frames(swin.ALGORITHMS, swin.Params(**settings), data.sample(picture) if isinstance(picture, str) else picture)


def noise(height, width) -> Image:
    return Image(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


# ---- golden values


def test_windows_are_cut_and_numbered_as_in_timm():
    assert windows.order(EVEN).tolist() == GOLDEN["partition_token_ids"]
    assert windows.order(PLACE).tolist() == GOLDEN["shifted_partition_token_ids"]


def test_the_mask_is_the_golden_one():
    may = windows.allowed(PLACE)
    assert may.astype(int).tolist() == GOLDEN["attn_mask_region_equal"]
    assert (~may).sum((1, 2)).tolist() == GOLDEN["attn_mask_nonzero_count_per_window"]


def test_the_pieces_are_the_golden_regions():
    ours = np.roll(windows.regions(PLACE), (-PLACE.shift, -PLACE.shift), (0, 1)).reshape(-1)
    theirs = np.array(GOLDEN["region_ids_after_shift"]).reshape(-1)
    assert len(set(zip(ours.tolist(), theirs.tolist(), strict=True))) == len(set(theirs.tolist())) == len(set(ours.tolist()))


def test_the_relative_position_index_is_the_golden_one():
    assert windows.relative_index(GOLDEN["window"]).tolist() == GOLDEN["relative_position_index"]


@pytest.mark.parametrize(("place", "wanted"), [(EVEN, "out_W-MSA"), (PLACE, "out_SW-MSA")])
def test_attention_in_windows_is_timms_to_1e_9(place, wanted):
    x = torch.tensor(GOLDEN["attention"]["x_BHWC"], dtype=torch.float64)
    with torch.inference_mode():
        out = swin_net.shifted_attention(x, golden_attention(), place)
    assert np.abs(out.numpy() - np.array(GOLDEN["attention"][wanted])).max() < 1e-9


def test_padding_that_is_not_masked_is_torchvisions_to_1e_9_and_masked_it_is_not():
    given = GOLDEN["attention_non_divisible"]
    x = torch.tensor(given["x_BHWC"], dtype=torch.float64)
    place = Layout(x.shape[1], x.shape[2], GOLDEN["window"], GOLDEN["shift"])
    wanted = np.array(given["out_SW-MSA_torchvision"])
    with torch.inference_mode():
        open_, masked = (swin_net.shifted_attention(x, golden_attention(), place, pads).numpy() for pads in (False, True))
    assert np.abs(open_ - wanted).max() < 1e-9
    assert np.abs(masked - wanted).max() > 1e-3


def test_merging_is_timms_to_1e_9_and_in_the_order_of_a_reshape_it_is_not():
    given = GOLDEN["patch_merging_timm"]
    x, wanted = torch.tensor(given["x"], dtype=torch.float64), np.array(given["y"])
    merging = PatchMerging(x.shape[-1]).double()
    merging.load_state_dict({name: torch.tensor(value, dtype=torch.float64) for name, value in given["state"].items()})
    with torch.inference_mode():
        ours = merging(x).numpy()
        plain = x.view(1, 2, 2, 3, 2, 4).permute(0, 1, 3, 2, 4, 5).reshape(1, 2, 3, 16)
        other = merging.reduction(merging.norm(plain)).numpy()
    assert np.abs(ours - wanted).max() < 1e-9
    assert np.abs(other - wanted).max() > 1e-3


def test_the_costs_are_those_of_the_paper():
    given = GOLDEN["complexity_flops"]
    ours = windows.cost(given["h"], given["w"], given["C"], given["M"])
    assert ours == (given["MSA=4hwC^2+2(hw)^2C"], given["WMSA=4hwC^2+2M^2hwC"])


# ---- what must hold for every size


@settings(max_examples=60)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))
def test_reversing_the_partition_is_the_identity(down, across, window):
    grid = np.arange(down * window * across * window * 2).reshape(down * window, across * window, 2)
    x = torch.from_numpy(grid)[None].float()
    assert torch.equal(swin_net.reverse(swin_net.partition(x, window), *grid.shape[:2]), x)
    assert swin_net.partition(x, window).numpy().astype(int).tolist() == patchify(grid, window).tolist()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 13), st.integers(1, 13), st.integers(2, 5), st.integers(0, 4), st.booleans())
def test_roll_and_mask_are_attention_over_the_uneven_windows(rows, columns, window, shift, pads):
    place = windows.layout(rows, columns, window, min(shift, window - 1))
    attention = swin_net.drawn(12, 3, window, seed=1).double()
    x = torch.randn(2, rows, columns, 12, generator=torch.Generator().manual_seed(0)).double()
    with torch.inference_mode():
        ours, pieces = (way(x, attention, place, pads) for way in (swin_net.shifted_attention, swin_net.piecewise))
    assert (ours - pieces).abs().max() < 1e-12


def test_without_the_mask_they_differ():
    place = Layout(8, 8, 4, 2)
    attention = swin_net.drawn(12, 3, 4, seed=1)
    x = torch.randn(1, 8, 8, 12, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        rolled = swin_net.partition(x.roll((-2, -2), (1, 2)), 4)
        bare = swin_net.reverse(attention(rolled, None), 8, 8).roll((2, 2), (1, 2))
        assert (bare - swin_net.piecewise(x, attention, place)).abs().max() > 1e-2


def test_a_query_that_may_attend_to_nothing_gives_zeros_and_no_gradient_that_is_not_a_number():
    logits = torch.full((2, 3), float("-inf"), requires_grad=True)
    out = attention.softmax(logits)
    out.sum().backward()
    assert torch.equal(out, torch.zeros(2, 3))
    assert torch.equal(logits.grad, torch.zeros(2, 3))
    layer = swin_net.drawn(12, 3, 2, seed=0)
    x = torch.randn(1, 4, 12, requires_grad=True)
    mask = torch.zeros(1, 1, 4, 4)
    mask[..., 3, :] = mask[..., :, 3] = float("-inf")
    out = layer(x, mask)
    assert torch.equal(out[0, 3], layer.proj.bias)  # zeros, then the last layer
    out.sum().backward()
    assert torch.isfinite(x.grad).all()
    assert torch.isfinite(layer.qkv.weight.grad).all()


def test_what_is_multiplied_with_the_values_is_what_is_shown():
    attention = swin_net.drawn(12, 3, 4, seed=0)
    mask = swin_net.mask_of(Layout(7, 9, 4, 2), True)
    x = torch.randn(6, 16, 12)
    with torch.inference_mode():
        weights = attention.weights(x, mask)
        _, _, v = attention.split(x)
        mixed = attention.proj((weights @ v).transpose(1, 2).reshape(6, 16, 12))
        assert (mixed - attention(x, mask)).abs().max() < 1e-5
    sums = weights.sum(-1)
    assert ((sums - 1).abs() < 1e-5).logical_or(sums == 0).all()


@pytest.mark.parametrize(
    ("rows", "columns", "window"), [(14, 14, 4), (28, 28, 7), (5, 9, 4), (3, 3, 7), (112 // 16, 112 // 16, 4)]
)
def test_a_window_that_does_not_divide_the_grid_is_padded_and_the_shape_comes_back(rows, columns, window):
    x = torch.randn(1, rows, columns, 12)
    for shift in (0, window // 2):
        assert Block(12, 3, window, shift)(x).shape == x.shape


def test_padding_changes_nothing_for_the_patches_that_are_there():
    """Attention of a piece is the same whether the grid is padded beyond it or not."""
    attention = swin_net.drawn(12, 3, 4, seed=0)
    x = torch.randn(1, 8, 8, 12)
    with torch.inference_mode():
        whole = swin_net.shifted_attention(x, attention, Layout(8, 8, 4, 0))
        part = swin_net.shifted_attention(x[:, :6, :4], attention, Layout(6, 4, 4, 0))
    assert torch.allclose(whole[:, :4, :4], part[:, :4], atol=1e-6)


def test_a_window_as_large_as_the_grid_is_not_shifted():
    assert windows.layout(7, 14, 7, 3).shift == 0
    assert windows.layout(8, 14, 7, 3).shift == 3


def test_an_odd_side_is_padded_before_it_is_merged():
    assert PatchMerging(4)(torch.randn(1, 5, 7, 4)).shape == (1, 3, 4, 8)


def test_parameters_can_be_learned_through_a_whole_classifier():
    model = Classifier(10)
    model(torch.randn(2, 1, 32, 32)).sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in model.parameters())


# ---- the films


def test_the_film_begins_untouched_rolls_there_and_back_and_ends_with_the_proof():
    film = frames()
    assert [frame.part for frame in film] == [
        "patches", "even", "cut", "roll", "roll", "roll", "windows", "mask", "attend", "back", "back", "back", "end",
    ]  # fmt: skip
    assert [frame.rolled for frame in film] == [0, 0, 0, 1, 2, 3, 3, 3, 3, 2, 1, 0, 0]
    assert 0 <= film[-1].difference < 1e-6
    assert all(frame.difference == -1 for frame in film[:-1])


@pytest.mark.parametrize(
    ("height", "width", "patch", "window", "shift"),
    [(224, 224, 4, 7, 3), (112, 112, 8, 4, 2), (100, 332, 12, 5, 4), (512, 32, 16, 3, 1)],
)
def test_the_proof_holds_for_any_size(height, width, patch, window, shift):
    for pads in (True, False):
        last = frames(height=height, width=width, patch=patch, window=window, shift=shift, mask_pads=pads)[-1]
        assert 0 <= last.difference < 1e-6


def test_a_patch_at_a_corner_sees_its_piece_alone():
    last = frames(down=20, across=20)[-1]
    assert (last.seen_before, last.seen, last.both) == (49, 9, 49)


def test_the_middle_patch_hears_of_four_windows_through_two_blocks():
    last = frames()[-1]
    assert (last.seen_before, last.seen, last.both) == (49, 49, 196)


def test_attention_of_the_asked_patch_sums_to_one_over_what_it_may_see():
    last = frames(window=4, shift=2, down=999, across=0)[-1]
    for weights, count in ((last.before, last.seen_before), (last.after, last.seen)):
        assert weights.sum() == pytest.approx(1, abs=1e-5)
        assert (weights > 0).sum() == count
    assert not (last.after[last.pieces == windows.PAD] > 0).any()


def test_a_shift_as_large_as_the_window_is_refused_with_advice():
    with pytest.raises(ParamError) as caught:
        frames(window=4, shift=4)
    assert "3" in str(caught.value)


def test_the_shapes_are_those_of_swin_t_at_224():
    rows = swin.network(224, 224, 96, 7)
    assert [(name, *shape[:3]) for name, _, *shape in rows] == [
        ("input", 224, 224, 3), ("embed", 56, 56, 96), ("blocks", 56, 56, 96),
        ("gather", 28, 28, 384), ("norm", 28, 28, 384), ("reduce", 28, 28, 192), ("blocks", 28, 28, 192),
        ("gather", 14, 14, 768), ("norm", 14, 14, 768), ("reduce", 14, 14, 384), ("blocks", 14, 14, 384),
        ("gather", 7, 7, 1536), ("norm", 7, 7, 1536), ("reduce", 7, 7, 768), ("blocks", 7, 7, 768),
    ]  # fmt: skip
    assert [row[5] for row in rows if row[0] == "blocks"] == [64, 16, 4, 1]


@settings(max_examples=30, deadline=None)
@given(st.integers(32, 300), st.integers(32, 300), st.integers(2, 12))
def test_the_shapes_said_are_those_that_torch_makes(height, width, window):
    rows = swin.network(height, width, 32, window)
    x = torch.zeros(1, -(-height // 4), -(-width // 4), 32)
    for name, _, *shape in rows[2:]:
        if name == "gather":
            x = swin_net.gather(x)
        elif name == "reduce":
            x = x[..., : shape[2]]
        assert list(x.shape[1:]) == shape[:3]


def test_every_offset_has_one_row_of_the_table():
    for window in (2, 3, 7, 12):
        index = windows.relative_index(window)
        y, x = np.divmod(np.arange(window**2), window)
        offsets = {(int(y[i] - y[j]), int(x[i] - x[j]), int(index[i, j])) for i in range(window**2) for j in range(window**2)}
        assert len(offsets) == (2 * window - 1) ** 2 == len({k for *_, k in offsets})
        assert {k for *_, k in offsets} == set(range((2 * window - 1) ** 2))


def test_twice_the_side_costs_four_times_in_windows_and_fifteen_times_without():
    (whole, windowed), (large, large_windowed) = windows.cost(56, 56, 96, 7), windows.cost(112, 112, 96, 7)
    assert large_windowed == 4 * windowed
    assert round(large / whole, 1) == 15.3
    last = frames(show="cost", height=448, width=448)[-1]
    assert (last.whole, last.windowed) == (large, large_windowed)


# ---- strangers


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 5), st.integers(2, 5), st.integers(2, 7), st.data())
def test_the_pairs_that_the_mask_keeps_apart_are_counted_by_the_closed_form(down, across, M, drawing):
    """Along a side with n windows (n − 1)M² + s² + (M − s)² of nM² pairs of places are of neighbours."""
    s = drawing.draw(st.integers(1, M - 1))
    place = Layout(down * M, across * M, M, s)
    near = [(n - 1) * M**2 + s**2 + (M - s) ** 2 for n in (down, across)]
    apart = (~windows.allowed(place)).sum((1, 2))
    assert apart.sum() == down * across * M**4 - near[0] * near[1]
    assert apart[-1] == apart.max() == M**4 - (s**2 + (M - s) ** 2) ** 2
    assert apart[0] == 0


def test_in_the_default_film_they_are_23_percent_of_all_and_in_the_last_window_three_quarters():
    last = frames()[-1]
    assert (last.meeting, last.apart, last.apart_all) == (15, 1776, 16 * 49**2 - 172**2)
    assert f"{100 * last.apart_all / (16 * 49**2):.1f}" == "23.0"


def test_strangers_meet_in_the_asked_patchs_own_window_if_they_do_there():
    assert [frames(down=down, across=across)[-1].meeting for down, across in ((460, 460), (20, 20), (20, 460))] == [15, 15, 13]


@pytest.mark.parametrize(
    "settings", [{}, {"down": 20, "across": 460}, {"window": 4, "shift": 1}, {"patch": 16, "window": 4, "shift": 2}]
)
def test_without_the_mask_attention_leaks_and_with_it_none_does(settings):
    last = frames(**settings)[-1]
    place, own = last.place, last.carried >= 0
    may = windows.allowed(place)[last.meeting]
    assert last.apart == (~may).sum()
    assert np.allclose(last.unmasked.sum(1), 1, atol=1e-5)
    assert last.leak == pytest.approx(last.unmasked[own][~may[own]].sum() / own.sum(), abs=1e-5)
    assert last.masked[~may].max(initial=0) == 0
    assert last.leak > 0.1


def test_a_row_without_the_mask_is_the_softmax_of_the_scores_alone():
    """Where all is allowed, mask or none is the same; elsewhere a masked row is the other one, cut off and filled up to 1."""
    picture, place = swin.tokens(data.sample("chelsea"), 28, 28, 8), Layout(28, 28, 7, 3)
    _, masked, _ = swin_net.compare(picture, Layout(28, 28, 7, 0), place, True, 0)
    assert np.allclose(swin_net.unmasked(picture, place, 0, 5), masked[5], atol=1e-6)
    assert np.abs(swin_net.unmasked(picture, place, 0, 15) - masked[15]).max() > 0.1


def test_what_pieces_pay_each_other_is_a_share_of_their_attention():
    groups = np.array([1, 0, 1])
    paid = swin.between(np.array([[0.5, 0.25, 0.25], [0.2, 0.8, 0.0], [0.0, 0.5, 0.5]]), groups)
    assert paid.tolist() == pytest.approx(np.array([[0.8, 0.2], [0.375, 0.625]]))


@pytest.mark.parametrize("place", [Layout(28, 28, 7, 3), Layout(14, 14, 4, 2), Layout(9, 13, 4, 1), Layout(6, 8, 3, 0)])
def test_boxes_are_the_pieces_and_windows_are_numbered_as_they_are_cut(place):
    found, carried = windows.boxes(place)
    whole = Layout(place.height, place.width, place.window, place.shift)
    regions, away = windows.regions(whole), windows.carried(whole)
    for (top, left, high, wide), kind in zip(found.tolist(), carried.tolist(), strict=True):
        inside = np.s_[top : top + high, left : left + wide]
        assert np.unique(regions[inside]).size == 1
        assert (regions == regions[top, left]).sum() == high * wide
        assert (away[inside] == kind).all()
    numbered = windows.numbered(place).reshape(-1)
    assert all((numbered[inside] == n).all() for n, inside in enumerate(windows.order(place)))


# ---- merging


def test_the_patch_that_is_followed_holds_the_one_it_was_at_every_stage():
    for height, width in ((224, 224), (160, 96), (33, 500)):
        first = np.array(swin.followed(height, width, 1))
        for stage in (2, 3, 4):
            assert (np.array(swin.followed(height, width, stage)) == first // 2 ** (stage - 1)).all()


def test_the_four_pictures_on_the_sheet_are_every_second_row_and_column():
    picture = data.sample("chelsea")
    sheet, boxes = swin.strided(picture, 56, 56)
    colours = swin.fitted(picture, 56, 56)
    for (y, x), (top, left, high, wide) in zip(((0, 0), (1, 0), (0, 1), (1, 1)), boxes.tolist(), strict=True):
        assert (sheet[top : top + high, left : left + wide, :3] == colours[y::2, x::2]).all()
    assert (sheet[..., 3] > 0).sum() == 56 * 56


# ---- pictures


def test_a_picture_is_cut_to_its_middle_and_never_stretched():
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, 20:60] = 200
    assert (swin.fitted(Image(pixels), 64, 64)[:, 4:-4] == 200).all()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 500), (500, 1), (3, 512)])
def test_a_picture_of_any_shape_makes_a_film(height, width):
    for show in ("shift", "shapes"):
        assert frames(noise(height, width), show=show)


def test_a_picture_of_one_colour_makes_a_film_of_finite_numbers():
    last = frames(Image(np.full((50, 50, 3), 128, np.uint8)))[-1]
    assert np.isfinite(last.after).all()
    assert last.difference < 1e-6


def test_clothes_on_white_are_turned_over_and_those_of_the_test_set_are_not():
    pixels = np.full((28, 28, 3), 255, np.uint8)
    pixels[10:20, 10:20] = 30
    assert swin.small(Image(pixels), "fashion")[0, 0, 0] == 0
    assert swin.small(Image(pixels), "fashion")[16, 16, 0] == 225
    boot = data.sample("boot")
    assert (swin.small(boot, "fashion")[2:-2, 2:-2, 0] == boot.pixels[..., 0]).all()


def test_every_model_turns_over_the_same_pictures_those_on_paper_lighter_than_half():
    for paper in (127, 128):
        picture = Image(np.full((28, 28, 3), paper, np.uint8))
        corners = [swin.small(picture, "fashion")[2, 2, 0] / 255, data.small(picture, ink=False)[0, 0]]
        assert corners == pytest.approx([127 / 255] * 2, abs=1e-6)


def test_costs_go_in_even_steps_from_one_full_window_to_all_patches():
    sizes = [frame.rows for frame in frames(show="cost")]
    steps = np.diff(sizes)
    assert sizes[0] == swin.Cost().window
    assert sizes[-1] == 56
    assert len(set(steps[1:].tolist())) == 1
    assert len(sizes) <= 26


def test_four_patches_are_normalised_and_mixed_by_the_normal_numbers_of_seed_0():
    four, normal, half = merging.beside(data.sample("chelsea"), 224, 224)
    assert four.shape == (12,)
    np.testing.assert_allclose([normal.mean(), normal.var()], [0, 1], atol=1e-3)
    np.testing.assert_allclose(half, normal @ (np.random.default_rng(0).normal(size=(12, 6)) / np.sqrt(12)))
