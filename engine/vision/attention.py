"""Scaled dot-product attention in plain torch, head by head: softmax(QKᵀ/√d + added) V.

Shapes: x is (B, N, C); queries, keys and values are (B, heads, N, d). What is added to the scores, a bias or a mask, is
(n, heads or 1, N, N) with B a multiple of n: set b of B takes b mod n. Peer: torch's own fused call.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def split(x: Tensor, heads: int) -> Tensor:
    """(B, N, C) → (B, heads, N, C/heads). Raises ValueError where the heads do not divide C."""
    B, N, C = x.shape
    if C % heads:
        raise ValueError(f"{heads} heads do not divide {C} channels")
    return x.view(B, N, heads, C // heads).transpose(1, 2)


def join(x: Tensor) -> Tensor:
    """(B, heads, N, d) → (B, N, heads · d). `split` undoes it."""
    B, heads, N, d = x.shape
    return x.transpose(1, 2).reshape(B, N, heads * d)


def mask(may: Tensor) -> Tensor:
    """What is added to scores: 0 where a query may attend to a key, −∞ where not."""
    return torch.zeros(may.shape).masked_fill_(~may, float("-inf"))


def scores(q: Tensor, k: Tensor, added: Tensor | None = None) -> Tensor:
    """QKᵀ/√d + added, (B, heads, N, N)."""
    found: Tensor = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    if added is None:
        return found
    shifted: Tensor = found.view(-1, len(added), *found.shape[1:]) + added
    return shifted.view_as(found)


def softmax(logits: Tensor) -> Tensor:
    """Softmax over the last axis; a row of −∞ gives zeros, and a gradient of zero."""
    nothing = torch.isneginf(logits).all(-1, keepdim=True)
    return logits.masked_fill(nothing, 0.0).softmax(-1).masked_fill(nothing, 0.0)


def weights(q: Tensor, k: Tensor, added: Tensor | None = None) -> Tensor:
    """The attention itself, (B, heads, N, N): its rows sum to 1, or to 0 where a query may attend to nothing."""
    return softmax(scores(q, k, added))


def attend(q: Tensor, k: Tensor, v: Tensor, added: Tensor | None = None) -> Tensor:
    """The values mixed by the attention, (B, heads, N, d), in one fused call: the same as `weights(q, k, added) @ v`."""
    if added is not None and len(added) > 1:
        added = added.repeat(len(q) // len(added), 1, 1, 1)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=added)
