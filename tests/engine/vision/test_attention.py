"""Attention is what torch's own fused call computes, its rows are shares; squares cut out of a grid come back where they were."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.vision import attention
from engine.vision.patches import patchify, unpatchify


def drawn(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


def test_two_keys_are_weighed_by_the_closed_form():
    q = torch.tensor([[[[1.0, 1.0]]]])
    k = torch.tensor([[[[1.0, 1.0], [0.0, 0.0]]]])
    first = 1 / (1 + np.exp(-np.sqrt(2)))  # the sigmoid of 2/√2
    assert attention.weights(q, k)[0, 0, 0].tolist() == pytest.approx([first, 1 - first])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.integers(1, 6), st.booleans())
def test_weights_times_values_are_the_fused_call_with_every_bias_and_mask(sets, repeats, heads, n, per_head):
    q, k, v = (drawn(sets * repeats, heads, n, 4) for _ in range(3))
    added = drawn(sets, heads if per_head else 1, n, n)
    added = added.masked_fill(added > 1, float("-inf"))
    ours = attention.weights(q, k, added) @ v
    assert (ours - attention.attend(q, k, v, added)).abs().max() < 1e-12
    repeated = added.repeat(repeats, 1, 1, 1)
    for b in range(sets * repeats):
        alone = attention.weights(q[b : b + 1], k[b : b + 1], repeated[b : b + 1])
        assert torch.equal(alone[0], attention.weights(q, k, added)[b])


def test_without_anything_added_it_is_torchs_call():
    q, k, v = (drawn(2, 3, 5, 4) for _ in range(3))
    peer = torch.nn.functional.scaled_dot_product_attention(q, k, v)
    assert (attention.weights(q, k) @ v - peer).abs().max() < 1e-12
    assert (attention.attend(q, k, v) - peer).abs().max() < 1e-12


def test_rows_sum_to_one_or_to_nothing_where_all_is_masked():
    may = torch.tensor([[True, False], [False, False]])
    rows = attention.weights(drawn(1, 1, 2, 3), drawn(1, 1, 2, 3), attention.mask(may)[None, None])[0, 0]
    assert rows.tolist() == [[1, 0], [0, 0]]


def test_splitting_into_heads_is_undone_by_joining_and_refused_where_they_do_not_divide():
    x = drawn(2, 5, 12)
    assert attention.split(x, 3).shape == (2, 3, 5, 4)
    assert torch.equal(attention.join(attention.split(x, 3)), x)
    with pytest.raises(ValueError, match="5 heads do not divide 12"):
        attention.split(x, 5)


def test_patches_are_what_a_convolution_with_their_size_as_stride_looks_at():
    """A patch's pixels as one row, times a matrix, are torch's convolution with that matrix as its kernels."""
    grid, side = np.random.default_rng(0).normal(size=(6, 9, 2)), 3
    kernels = np.random.default_rng(1).normal(size=(side * side, 2, 5))
    rows = np.einsum("npc,pcd->nd", patchify(grid, side), kernels)
    weight = torch.tensor(kernels.reshape(side, side, 2, 5)).permute(3, 2, 0, 1)
    peer = torch.nn.functional.conv2d(torch.tensor(grid).permute(2, 0, 1)[None], weight, stride=side)
    assert np.allclose(rows, peer[0].flatten(1).T.numpy())


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))
def test_putting_patches_together_again_undoes_cutting(down, across, side):
    grid = np.arange(down * across * side * side * 2).reshape(down * side, across * side, 2)
    assert (unpatchify(patchify(grid, side), *grid.shape[:2]) == grid).all()
