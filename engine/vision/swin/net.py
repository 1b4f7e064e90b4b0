"""The Swin transformer in plain torch: window attention, the block, 2×2 merging, a small classifier.

Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", 2021. Peer: timm 1.0.31.
Shapes: x is (B, H, W, C); windows are (B·windows, M·M, C).
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from engine import device
from engine.vision import attention
from engine.vision.swin import windows
from engine.vision.swin.windows import Layout


def partition(x: Tensor, window: int) -> Tensor:
    """(B, H, W, C) → (B·windows, M·M, C)."""
    B, H, W, C = x.shape
    x = x.view(B, H // window, window, W // window, window, C)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, window * window, C)


def reverse(x: Tensor, H: int, W: int) -> Tensor:
    """(B·windows, M·M, C) → (B, H, W, C)."""
    window, C = round(x.shape[1] ** 0.5), x.shape[2]
    x = x.view(-1, H // window, W // window, window, window, C)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, H, W, C)


@lru_cache(maxsize=32)
def mask_of(place: Layout, mask_pads: bool) -> Tensor | None:
    """(windows, 1, M·M, M·M): 0 where a patch may be attended to, −∞ where not (timm: −100); None where every one may."""
    may = windows.allowed(place, mask_pads)
    if may.all():
        return None
    return attention.mask(torch.from_numpy(may))[:, None]


class WindowAttention(nn.Module):
    """Attention among the patches of a window, with a learned bias for each offset between two of them."""

    index: Tensor

    def __init__(self, channels: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        self.table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        nn.init.trunc_normal_(self.table, std=0.02)
        self.register_buffer("index", torch.from_numpy(windows.relative_index(window)), persistent=False)

    def bias(self) -> Tensor:
        """(heads, M·M, M·M)."""
        return self.table[self.index].permute(2, 0, 1)

    def split(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values, each (B·windows, heads, M·M, C/heads)."""
        q, k, v = (attention.split(part, self.heads) for part in self.qkv(x).chunk(3, -1))
        return q, k, v

    def added(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """What is added to q·k/√d, (windows or 1, heads, M·M, M·M)."""
        bias = self.bias()[None]
        return bias if mask is None else bias + mask.to(bias)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """x (B·windows, M·M, C), mask (windows, 1, M·M, M·M)."""
        out = attention.attend(*self.split(x), self.added(x, mask))  # a row that may attend to nothing gives zeros
        return self.proj(attention.join(out))  # type: ignore[no-any-return]

    def weights(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """The softmax itself, (B·windows, heads, M·M, M·M): what `forward` multiplies the values with."""
        q, k, _ = self.split(x)
        return attention.weights(q, k, self.added(x, mask))


def shifted_attention(x: Tensor, attention: WindowAttention, place: Layout, mask_pads: bool = True) -> Tensor:
    """Pad → roll by (−s, −s) → equal windows → masked attention → roll back → crop. x (B, H, W, C)."""
    H, W = x.shape[1:3]
    if place.padded:
        x = F.pad(x, (0, 0, 0, place.width - W, 0, place.height - H))
    if place.shift:
        x = x.roll((-place.shift, -place.shift), (1, 2))
    out = attention(partition(x, place.window), mask_of(place, mask_pads))
    out = reverse(out, place.height, place.width)
    if place.shift:
        out = out.roll((place.shift, place.shift), (1, 2))
    return out[:, :H, :W] if place.padded else out


class Block(nn.Module):
    """x + attention(norm(x)), then x + MLP(norm(x))."""

    def __init__(self, channels: int, heads: int, window: int, shift: int) -> None:
        super().__init__()
        self.window, self.shift = window, shift
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.attention = WindowAttention(channels, heads, window)
        self.mlp = nn.Sequential(nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels))

    def place(self, x: Tensor) -> Layout:
        return windows.layout(x.shape[1], x.shape[2], self.window, self.shift)

    def forward(self, x: Tensor) -> Tensor:
        x = x + shifted_attention(self.norm1(x), self.attention, self.place(x))
        return x + self.mlp(self.norm2(x))  # type: ignore[no-any-return]


class PatchMerging(nn.Module):
    """Four neighbours become one: 2×2 patches of C channels side by side, LayerNorm, then 4C → 2C."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * channels)
        self.reduction = nn.Linear(4 * channels, 2 * channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) → (B, ⌈H/2⌉, ⌈W/2⌉, 2C); an odd side is padded."""
        return self.reduction(self.norm(gather(x)))  # type: ignore[no-any-return]


def gather(x: Tensor) -> Tensor:
    """(B, H, W, C) → (B, ⌈H/2⌉, ⌈W/2⌉, 4C) in the paper's order: down before across."""
    H, W = x.shape[1:3]
    x = F.pad(x, (0, 0, 0, W % 2, 0, H % 2)) if H % 2 or W % 2 else x
    return torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], dim=-1)


class Classifier(nn.Module):
    """Patches → stages of blocks, every second one shifted, merging between them → mean → classes."""

    def __init__(
        self,
        classes: int,
        colours: int = 1,
        patch: int = 2,
        channels: int = 48,
        depths: Sequence[int] = (2, 2),
        heads: Sequence[int] = (3, 6),
        window: int = 4,
        shift: int = 2,
    ) -> None:
        super().__init__()
        self.embed = nn.Conv2d(colours, channels, patch, stride=patch)
        self.norm_embed = nn.LayerNorm(channels)
        self.stages = nn.ModuleList()
        self.mergers = nn.ModuleList()
        for i, (depth, count) in enumerate(zip(depths, heads, strict=True)):
            blocks = [Block(channels << i, count, window, shift if n % 2 else 0) for n in range(depth)]
            self.stages.append(nn.Sequential(*blocks))
            if i + 1 < len(depths):
                self.mergers.append(PatchMerging(channels << i))
        self.norm = nn.LayerNorm(channels << (len(depths) - 1))
        self.head = nn.Linear(channels << (len(depths) - 1), classes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def tokens(self, images: Tensor) -> Tensor:
        """(B, colours, height, width) → (B, H, W, C)."""
        return self.norm_embed(self.embed(images).permute(0, 2, 3, 1))  # type: ignore[no-any-return]

    def forward(self, images: Tensor) -> Tensor:
        """(B, colours, height, width) in −1..1 → (B, classes)."""
        x = self.tokens(images)
        for i, stage in enumerate(self.stages):
            x = stage(x)
            x = self.mergers[i](x) if i < len(self.mergers) else x
        return self.scores(x)

    def scores(self, x: Tensor) -> Tensor:
        """(B, H, W, C) of the last stage → (B, classes)."""
        return self.head(self.norm(x).mean((1, 2)))  # type: ignore[no-any-return]


@lru_cache(maxsize=4)
def load(path: Path, shift: int, where: str = "cpu") -> Classifier:
    """A trained classifier from a safetensors file (float16), in float32, on a device, ready to be asked."""
    held = load_file(path)
    model = Classifier(len(held["head.bias"]), held["embed.weight"].shape[1], shift=shift)
    model.load_state_dict({name: value.float() for name, value in held.items()})
    return model.eval().to(where)


# -------------------------------------------------------------------------------------------------- for the page's films


def drawn(channels: int, heads: int, window: int, seed: int) -> WindowAttention:
    """Attention whose weights are drawn from a seed; keys are made like queries, so that patches attend to those alike."""
    attention = WindowAttention(channels, heads, window)
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int, scale: float) -> Tensor:
        return torch.randn(*shape, generator=generator) * scale

    with torch.no_grad():
        alike = draw(channels, channels, scale=channels**-0.5)
        attention.qkv.weight.copy_(torch.cat([alike, alike, draw(channels, channels, scale=channels**-0.5)]))
        attention.qkv.bias.copy_(draw(3 * channels, scale=0.1))
        attention.proj.weight.copy_(draw(channels, channels, scale=channels**-0.5))
        attention.proj.bias.zero_()
        attention.table.copy_(draw(*attention.table.shape, scale=0.3))
    return attention


def piecewise(x: Tensor, attention: WindowAttention, place: Layout, mask_pads: bool = True) -> Tensor:
    """Attention over the pieces of the uneven split themselves, one by one: no roll, no window, no mask. x (B, H, W, C)."""
    B, H, W, C = x.shape
    x = F.pad(x, (0, 0, 0, place.width - W, 0, place.height - H))
    bare = place if mask_pads else Layout(place.height, place.width, place.window, place.shift)
    pieces = torch.from_numpy(windows.regions(bare))
    out = torch.zeros_like(x)
    for piece in np.unique(pieces.numpy()).tolist():
        if piece == windows.PAD:
            continue
        y, z = torch.nonzero(pieces == piece, as_tuple=True)
        q, k, v = attention.split(x[:, y, z])
        span = 2 * place.window - 1
        offset = (y[:, None] - y + place.window - 1) * span + z[:, None] - z + place.window - 1
        logits = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 + attention.table[offset].permute(2, 0, 1)
        out[:, y, z] = attention.proj((logits.softmax(-1) @ v).transpose(1, 2).reshape(B, -1, C))
    return out[:, :H, :W]


def compare(
    tokens: NDArray[np.float32], even: Layout, place: Layout, mask_pads: bool, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Attention weights in equal and in shifted windows, means over heads (windows, M·M, M·M), and the largest difference of
    roll and mask from `piecewise`."""
    x = torch.from_numpy(tokens).double()[None]
    attention = drawn(x.shape[-1], 3, place.window, seed).double()
    with torch.inference_mode():
        ours, theirs = (way(x, attention, place, mask_pads) for way in (shifted_attention, piecewise))
        before, after = (
            attention.weights(rolled(x, layout), mask_of(layout, mask_pads)).mean(1).float().numpy() for layout in (even, place)
        )
    return before, after, float((ours - theirs).abs().max())


def unmasked(tokens: NDArray[np.float32], place: Layout, seed: int, window: int) -> NDArray[np.float32]:
    """Attention in one window as it would be if nothing kept apart what only the roll brings together, (M·M, M·M), mean of
    the heads."""
    x = torch.from_numpy(tokens).double()[None]
    attention = drawn(x.shape[-1], 3, place.window, seed).double()
    with torch.inference_mode():
        inside = rolled(x, place)[window : window + 1]
        return attention.weights(inside).mean((0, 1)).float().numpy()


def rolled(x: Tensor, place: Layout) -> Tensor:
    """Padded, rolled by (−s, −s) and cut into windows: (B, H, W, C) → (B·windows, M·M, C)."""
    x = F.pad(x, (0, 0, 0, place.width - x.shape[2], 0, place.height - x.shape[1]))
    return partition(x.roll((-place.shift, -place.shift), (1, 2)), place.window)


def watch(
    path: Path, picture: NDArray[np.uint8], shift: int
) -> tuple[list[tuple[Layout, NDArray[np.float32]]], NDArray[np.float32]]:
    """What a trained classifier does with a picture (32, 32, colours): every block's layout and attention weights
    (windows, heads, M·M, M·M), and the probabilities of the classes."""
    where = device.here()
    model = load(path, shift, str(where))
    seen: list[tuple[Layout, NDArray[np.float32]]] = []
    with torch.inference_mode():
        given = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float().div(127.5).sub(1)
        x = model.tokens(given.to(where))
        for i, stage in enumerate(model.stages):
            for block in stage:  # type: ignore[attr-defined]
                place = block.place(x)
                weights = block.attention.weights(rolled(block.norm1(x), place), mask_of(place, True))
                seen.append((place, weights.cpu().numpy()))
                x = block(x)
            x = model.mergers[i](x) if i < len(model.mergers) else x
        return seen, model.scores(x)[0].softmax(-1).cpu().numpy()
