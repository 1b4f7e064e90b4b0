"""A small U-Net with a label embedding, for pictures whose sides divide by four.

One checkpoint serves four ways of sampling: the label of every sample drawn at random, no label at all (the embedding that
stands for "no label" is trained by dropping a tenth of the labels), classifier-free guidance, which mixes both, and a
classifier's guidance. The network's output is v (Salimans & Ho 2022), the velocity on the quarter circle between picture and
noise: eps = sqrt(alpha_bar) v + sqrt(1 - alpha_bar) x_t, and x_0 = sqrt(alpha_bar) x_t - sqrt(1 - alpha_bar) v. Pixels are
packed 2x2 into channels, so it works at half the resolution, where two cores can train it in less than an hour. After Ho et
al., "Denoising Diffusion Probabilistic Models" (2020), and Dhariwal & Nichol (2021).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def time_embedding(t: Tensor, width: int) -> Tensor:
    """Cosines and sines of t at geometrically falling frequencies: (B,) -> (B, width)."""
    frequencies = torch.exp(-math.log(10_000) * torch.arange(width // 2, device=t.device) / (width // 2))
    angles = t.float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class Residual(nn.Module):
    """Two convolutions around a skip; between them the embedding scales and shifts. It begins as the identity."""

    def __init__(self, inputs: int, outputs: int, embedding: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(8, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.scale_shift = nn.Linear(embedding, 2 * outputs)
        self.norm2 = nn.GroupNorm(8, outputs)
        self.conv2 = zero(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.scale_shift(embedding)[:, :, None, None].chunk(2, dim=1)
        h = self.conv2(F.silu(self.norm2(h) * (1 + scale) + shift))
        return torch.as_tensor(self.skip(x) + h)


class Attention(nn.Module):
    """Every place looks at every other place, in four heads; it, too, begins as the identity."""

    def __init__(self, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(8, channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = zero(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(b, 3, self.heads, c // self.heads, h * w).transpose(-1, -2).unbind(1)
        seen = F.scaled_dot_product_attention(q, k, v)  # (B, heads, H W, c / heads)
        return torch.as_tensor(x + self.out(seen.transpose(-1, -2).reshape(b, c, h, w)))


class UNet(nn.Module):
    """Predict v from a noisy picture, its time and its label.

    x (B, channels, H, W), t (B,) whole numbers from 0, label (B,) from 0 to `classes`, which itself, like None, means "no label".
    """

    def __init__(self, channels: int = 1, width: int = 32, classes: int = 10) -> None:
        super().__init__()
        wide, embedding = 2 * width, 4 * width
        self.width, self.classes = width, classes
        self.time1, self.time2 = nn.Linear(width, embedding), nn.Linear(embedding, embedding)
        self.label = nn.Embedding(classes + 1, embedding)
        self.enter = nn.Conv2d(4 * channels, width, 3, padding=1)
        self.down1 = Residual(width, width, embedding)
        self.shrink = nn.Conv2d(width, width, 3, stride=2, padding=1)
        self.down2, self.look2 = Residual(width, wide, embedding), Attention(wide)
        self.middle1, self.look, self.middle2 = Residual(wide, wide, embedding), Attention(wide), Residual(wide, wide, embedding)
        self.up1, self.look3 = Residual(2 * wide, wide, embedding), Attention(wide)
        self.up2, self.look4 = Residual(wide + width, wide, embedding), Attention(wide)
        self.grow = nn.Conv2d(wide, width, 3, padding=1)
        self.up3, self.up4 = Residual(2 * width, width, embedding), Residual(2 * width, width, embedding)
        self.norm = nn.GroupNorm(8, width)
        self.leave = zero(nn.Conv2d(width, 4 * channels, 3, padding=1))

    def forward(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Tensor:
        label = torch.full_like(t, self.classes) if label is None else label
        e = self.time2(F.silu(self.time1(time_embedding(t, self.width))))
        e = F.silu(e + self.label(label))  # (B, 4 width)
        h0 = self.enter(F.pixel_unshuffle(x, 2))  # (B, width, H/2, W/2)
        h1 = self.down1(h0, e)
        h2 = self.shrink(h1)  # (B, width, H/4, W/4)
        h3 = self.look2(self.down2(h2, e))  # (B, 2 width, H/4, W/4)
        h = self.middle2(self.look(self.middle1(h3, e)), e)
        h = self.look3(self.up1(torch.cat([h, h3], dim=1), e))
        h = self.look4(self.up2(torch.cat([h, h2], dim=1), e))
        h = self.grow(F.interpolate(h, scale_factor=2.0, mode="nearest"))  # (B, width, H/2, W/2)
        h = self.up3(torch.cat([h, h1], dim=1), e)
        h = self.up4(torch.cat([h, h0], dim=1), e)
        return F.pixel_shuffle(self.leave(F.silu(self.norm(h))), 2).float()


def zero(layer: nn.Conv2d) -> nn.Conv2d:
    """The layer with all its numbers zero."""
    nn.init.zeros_(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer
