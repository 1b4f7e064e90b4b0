"""Swin: our block beside the same block by unfold and one call of SDPA. Run with `python -m benchmarks.swin`.

Both have the same weights and the same mask and alternate in one process on one thread; times are medians of 9 pairs,
ratio = peer / ours, aim = the least ratio wanted. Both must give the same numbers.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks import pairs
from benchmarks.pairs import Row
from engine.samples import sample
from engine.vision import swin
from engine.vision.swin import net as swin_net
from engine.vision.swin.net import Block
from engine.vision.swin.windows import Layout

SIDE, CHANNELS, HEADS, WINDOW = 56, 96, 3, 7
REPEATS = 4


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    return pairs.table("Swin", rows)


def unfolded(block: Block, x: Tensor, mask: Tensor | None) -> Tensor:
    """The block as one would write it with unfold and fold."""
    B, H, W, C = x.shape
    M, s, attention = block.window, block.shift, block.attention
    y = block.norm1(x).permute(0, 3, 1, 2)
    y = y.roll((-s, -s), (2, 3)) if s else y
    columns = F.unfold(y, M, stride=M)  # (B, C·M·M, windows)
    tokens = columns.view(B, C, M * M, -1).permute(0, 3, 2, 1).reshape(-1, M * M, C)
    q, k, v = attention.qkv(tokens).view(-1, M * M, 3, HEADS, C // HEADS).permute(2, 0, 3, 1, 4)
    bias = attention.table[attention.index.view(-1)].view(M * M, M * M, HEADS).permute(2, 0, 1)[None]
    if mask is not None:
        bias = (bias + mask).repeat(B, 1, 1, 1)
    out = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    out = attention.proj(out.transpose(1, 2).reshape(-1, M * M, C))
    columns = out.view(B, -1, M * M, C).permute(0, 3, 2, 1).reshape(B, C * M * M, -1)
    y = F.fold(columns, (H, W), M, stride=M)
    y = y.roll((s, s), (2, 3)) if s else y
    x = x + y.permute(0, 2, 3, 1)
    return x + block.mlp(block.norm2(x))  # type: ignore[no-any-return]


def equal() -> Row:
    return _block(0, "equal windows")


def shifted() -> Row:
    return _block(3, "shifted windows")


def film() -> Row:
    """The default film with its proof; nothing to compare it with."""
    picture = sample("chelsea")
    work = lambda: list(swin.look(swin.Params(), picture))  # noqa: E731
    return pairs.row("the default film, 13 frames (for information)", work, None, note="attention twice, and piece by piece")


def _block(shift: int, name: str) -> Row:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    block, x = Block(CHANNELS, HEADS, WINDOW, shift).eval(), torch.randn(1, SIDE, SIDE, CHANNELS)
    mask = swin_net.mask_of(Layout(SIDE, SIDE, WINDOW, shift), True)
    with torch.inference_mode():
        gap = float((block(x) - unfolded(block, x, mask)).abs().max())
    assert gap < 1e-5, gap

    def ours() -> None:
        with torch.inference_mode():
            for _ in range(REPEATS):
                block(x)

    def peer() -> None:
        with torch.inference_mode():
            for _ in range(REPEATS):
                unfolded(block, x, mask)

    note = f"peer unfold, one SDPA call, fold; same numbers to {gap:.0e}"
    return pairs.row(f"block, {name}, {SIDE}×{SIDE}×{CHANNELS}, {REPEATS}×", ours, peer, note=note, aim=1)


BENCHES = (equal, shifted, film)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
