"""Train the small U-Net of the diffusion page: `python -m training.diffusion mnist` or `fashion`.

One thread, seeded, resumed where it was stopped: the state is saved every few minutes beside the result. Every step has its own
generator, so a run that was interrupted ends at the same weights as one that was not. The rate warms up, stays, and falls to
nothing over the last `--cooldown` steps; until then `--steps` may still be changed. What is kept is the running mean of the
weights. Digits: assets/datasets/mnist_10k.npz, turned and shifted a little. Clothes: all 60,000 of Fashion-MNIST (Debian's
dataset-fashion-mnist, or `--data` with the four .gz files), mirrored, but not shoes. The bundled digits were made with the
defaults, the bundled clothes with `--steps 6400 --cooldown 2000 --inner 0`.
"""

import argparse
import copy
import gzip
import json
import math
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from engine.generative.unet import UNet

ROOT = Path(__file__).parents[1]
T = 1000
BATCH = 64
PEAK = 2e-3  # the largest rate
DROPPED = 0.1  # the share of labels that are dropped
INNER = (0.35, 0.9)  # the part of the schedule where it is decided what a picture shows: more of the times lie there
KEPT = 0.999  # of the running mean, each step
SHOES = (5, 7, 9)


class Batch(NamedTuple):
    """Noisy pictures and what the network should say of them; v is the target."""

    x_t: Tensor
    t: Tensor
    label: Tensor
    v: Tensor


def pictures(name: str, folder: Path, part: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """The pictures (N, 28, 28) and labels (N,), both uint8; part is "train" or "test"."""
    if name == "mnist":
        with np.load(ROOT / "assets" / "datasets" / "mnist_10k.npz", allow_pickle=False) as z:
            return z[f"x_{part}"], z[f"y_{part}"]
    prefix = "train" if part == "train" else "t10k"
    images = gzip.decompress((folder / f"{prefix}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{prefix}-labels-idx1-ubyte.gz").read_bytes())
    return np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28), np.frombuffer(labels, np.uint8, offset=8)


def alpha_bars() -> Tensor:
    """The cosine schedule of Nichol & Dhariwal (2021): s = 0.008, beta at most 0.999."""
    curve = [math.cos((t / T + 0.008) / 1.008 * math.pi / 2) ** 2 for t in range(T + 1)]
    betas = [min(1 - curve[t + 1] / curve[t], 0.999) for t in range(T)]
    return torch.cumprod(1 - torch.tensor(betas, dtype=torch.float64), 0).float()


def augment(name: str, x: Tensor, label: Tensor, random: torch.Generator) -> Tensor:
    """Digits are turned by up to 8 degrees, scaled by 8 % and shifted by 1.5 pixels; clothes are mirrored, shoes are not."""
    n = len(x)
    if name == "fashion":
        mirrored = (torch.rand(n, generator=random) < 0.5) & ~torch.isin(label, torch.tensor(SHOES))
        return torch.where(mirrored[:, None, None, None], x.flip(-1), x)
    turn = (torch.rand(n, generator=random) * 2 - 1) * math.radians(8)
    scale = 1 + (torch.rand(n, generator=random) * 2 - 1) * 0.08
    shift = (torch.rand(n, 2, generator=random) * 2 - 1) * 3 / 28
    top = torch.stack([scale * turn.cos(), -scale * turn.sin(), shift[:, 0]], dim=1)
    bottom = torch.stack([scale * turn.sin(), scale * turn.cos(), shift[:, 1]], dim=1)
    where = F.affine_grid(torch.stack([top, bottom], dim=1), list(x.shape), align_corners=False)
    return F.grid_sample(x + 1, where, align_corners=False) - 1  # + 1: what is shifted in is black


def batch(
    name: str, images: Tensor, labels: Tensor, alpha_bar: Tensor, random: torch.Generator, classes: int, inner: float
) -> Batch:
    """One batch; its times are spread evenly, one in each of BATCH equal parts, and a share of them moved into INNER."""
    chosen = torch.randint(0, len(images), (BATCH,), generator=random)
    label = labels[chosen].long()
    x_0 = augment(name, images[chosen, None].float() / 127.5 - 1, label, random)
    t = ((torch.arange(BATCH) + torch.rand(BATCH, generator=random)) * T / BATCH).long()
    if inner > 0:
        moved = torch.rand(BATCH, generator=random) < inner
        t = torch.where(moved, (t * (INNER[1] - INNER[0]) + INNER[0] * T).long(), t)
    eps = torch.randn(x_0.shape, generator=random)
    a = alpha_bar[t][:, None, None, None]
    dropped = torch.rand(BATCH, generator=random) < DROPPED
    return Batch(
        a.sqrt() * x_0 + (1 - a).sqrt() * eps, t, torch.where(dropped, classes, label), a.sqrt() * eps - (1 - a).sqrt() * x_0
    )


def rate(step: int, steps: int, cooldown: int) -> float:
    """The learning rate: a short warm-up, a long plateau, a straight fall at the end."""
    return PEAK * min(1, (step + 1) / 200, (steps - step) / cooldown)


def save_state(path: Path, step: int, net: UNet, mean: UNet, optimizer: torch.optim.AdamW) -> None:
    """Everything a resumed run needs, written aside first so that a kill leaves the old state whole."""
    tensors = {f"net.{k}": v for k, v in net.state_dict().items()} | {f"mean.{k}": v for k, v in mean.state_dict().items()}
    for i, weight in enumerate(net.parameters()):
        tensors |= {f"{key}.{i}": optimizer.state[weight][key].clone() for key in ("exp_avg", "exp_avg_sq")}
    save_file({k: v.contiguous() for k, v in tensors.items()} | {"step": torch.tensor(step)}, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def load_state(path: Path, net: UNet, mean: UNet, optimizer: torch.optim.AdamW) -> int:
    """Put a saved state back; the number of steps it has seen."""
    if not path.exists():
        return 0
    tensors = load_file(path)
    for prefix, module in (("net.", net), ("mean.", mean)):
        module.load_state_dict({k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)})
    step = int(tensors["step"])
    for i, weight in enumerate(net.parameters()):
        optimizer.state[weight] = {"step": torch.tensor(float(step))} | {
            k: tensors[f"{k}.{i}"] for k in ("exp_avg", "exp_avg_sq")
        }
    return step


def train(name: str, folder: Path, out: Path, steps: int, cooldown: int, inner: float, seed: int, save_every: float) -> None:
    """Train until `steps`, saving the state every `save_every` seconds and the running mean with it."""
    torch.manual_seed(seed)
    images, labels = (torch.from_numpy(part.copy()) for part in pictures(name, folder))
    net, alpha_bar, random = UNet(), alpha_bars(), torch.Generator()
    mean = copy.deepcopy(net).requires_grad_(False)
    weights, means = list(net.parameters()), list(mean.parameters())
    optimizer = torch.optim.AdamW(weights, PEAK, betas=(0.9, 0.99), weight_decay=0.0, foreach=True)
    state, losses, saved = out.with_suffix(".state"), [], time.monotonic()
    for step in range(load_state(state, net, mean, optimizer), steps):
        optimizer.param_groups[0]["lr"] = rate(step, steps, cooldown)
        random.manual_seed(seed * 1_000_003 + step)
        b = batch(name, images, labels, alpha_bar, random, net.classes, inner)
        with torch.autocast("cpu", torch.bfloat16):
            v = net(b.x_t, b.t, b.label)
        loss = F.mse_loss(v, b.v)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        kept = min(KEPT, (1 + step) / (10 + step))
        torch._foreach_mul_(means, kept)
        torch._foreach_add_(means, [weight.detach() for weight in weights], alpha=1 - kept)
        losses.append(loss.item())
        if step % 100 == 99:
            print(f"{step + 1}/{steps} loss {np.mean(losses[-100:]):.4f} {time.process_time():.0f} CPU-seconds", flush=True)
        if time.monotonic() - saved > save_every or step + 1 == steps:
            save_state(state, step + 1, net, mean, optimizer)
            facts = {
                "width": 32,
                "classes": 10,
                "T": T,
                "schedule": "cosine",
                "predicts": "v",
                "steps": step + 1,
                "inner": inner,
                "seed": seed,
            }
            save_file({k: v.contiguous() for k, v in mean.state_dict().items()}, out, {"config": json.dumps(facts)})
            saved = time.monotonic()


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["mnist", "fashion"])
    parser.add_argument("--out", type=Path, help="the weights; default assets/weights/diffusion_<name>.safetensors")
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--cooldown", type=int, default=4000)
    parser.add_argument("--inner", type=float, default=0.5, help="share of the times that is moved into the middle")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save-every", type=float, default=180, help="seconds")
    a = parser.parse_args()
    torch.set_num_threads(1)
    out = a.out or ROOT / "assets" / "weights" / f"diffusion_{a.name}.safetensors"
    out.parent.mkdir(parents=True, exist_ok=True)
    train(a.name, a.data, out, a.steps, a.cooldown, a.inner, a.seed, a.save_every)


if __name__ == "__main__":
    main()
