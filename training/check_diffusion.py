"""Judge the diffusion page's networks: `python -m training.check_diffusion`. Prints a table and writes
training/diffusion_<name>.md.

A classifier of real pictures (trained here, seeded) says of 256 samples how many it is more than 0.9 sure of, whether it sees
the label that was asked for, and how the classes are spread. It alone would be deceived (it is often sure of noise), so the
Fréchet distance of its features stands beside it, next to that of real pictures to real pictures; and the distance of each
sample to the nearest training picture, next to that of unseen real pictures, would show copies.
"""

import argparse
import hashlib
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from engine.generative import diffusion, nets, samplers, schedules
from training.diffusion import ROOT, augment, pictures

SURE, COUNT = 0.9, 256
AIMS = {  # (model, what) → least share of sure samples
    ("mnist", "DDIM 50, random labels"): 0.92,
    ("mnist", "DDIM 50, guidance 1"): 0.99,
    ("mnist", "DDIM 50, no label"): 0.75,
    ("mnist", "DDPM 1000, random labels"): 0.92,
    ("fashion", "DDIM 50, guidance 1"): 0.86,
}


class Classifier(nn.Module):
    """Three convolutions on pixels packed 2×2; the 64 numbers before the last layer are its features."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(4, 24, 3, padding=1), nn.Conv2d(24, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.norms = nn.ModuleList([nn.BatchNorm2d(24), nn.BatchNorm2d(32), nn.BatchNorm2d(64)])
        self.hidden, self.out = nn.Linear(64 * 9, 64), nn.Linear(64, 10)

    def features(self, x: Tensor) -> Tensor:
        h = F.relu(self.norms[0](self.conv1(F.pixel_unshuffle(x, 2))))  # (B, 24, 14, 14)
        h = F.max_pool2d(F.relu(self.norms[1](self.conv2(h))), 2)  # (B, 32, 7, 7)
        h = F.max_pool2d(F.relu(self.norms[2](self.conv3(h))), 2)  # (B, 64, 3, 3)
        return F.relu(self.hidden(h.flatten(1)))

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.out(self.features(x)))


class Real(NamedTuple):
    """Real pictures in −1 … 1, (n, 1, 28, 28), and their labels."""

    x: Tensor
    y: Tensor
    test_x: Tensor
    test_y: Tensor


def real(name: str, folder: Path) -> Real:
    """Training and test pictures."""
    parts = [torch.from_numpy(part.copy()) for which in ("train", "test") for part in pictures(name, folder, which)]
    return Real(parts[0][:, None].float() / 127.5 - 1, parts[1].long(), parts[2][:, None].float() / 127.5 - 1, parts[3].long())


def judge(name: str, data: Real, steps: int) -> tuple[Classifier, float]:
    """A classifier and its accuracy on the test pictures."""
    torch.manual_seed(0)
    net, random = Classifier(), torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 2e-3 * min(1.0, 2 * (1 - step / steps))
        k = torch.randint(0, len(data.x), (128,), generator=random)
        loss = F.cross_entropy(net(augment(name, data.x[k], data.y[k], random)), data.y[k])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    with torch.inference_mode():
        right = torch.cat([net(part).argmax(1) for part in data.test_x.split(500)]) == data.test_y
    return net, float(right.float().mean())


@torch.inference_mode()
def features(net: Classifier, x: Tensor) -> np.ndarray:
    """Features (n, 64) in float64."""
    return torch.cat([net.features(part) for part in x.split(500)]).double().numpy()


def frechet(one: np.ndarray, other: np.ndarray) -> float:
    """Fréchet distance of two Gaussians fitted to features (m, d), (n, d)."""
    means, spreads = [f.mean(0) for f in (one, other)], [np.cov(f, rowvar=False) for f in (one, other)]
    values, vectors = np.linalg.eigh(spreads[0])
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    both = np.sqrt(np.linalg.eigvalsh(root @ spreads[1] @ root).clip(0)).sum()
    return float(((means[0] - means[1]) ** 2).sum() + np.trace(spreads[0]) + np.trace(spreads[1]) - 2 * both)


def draw(model: nets.Model, calls: int, kind: str, labels: np.ndarray, guidance: float, seed: int) -> Tensor:
    """Samples (n, 1, 28, 28) in −1 … 1 by the page's own steps, in batches of 64."""
    schedule, parts = schedules.make("cosine", nets.T), []
    for at in range(0, len(labels), 64):
        some = labels[at : at + 64]

        def predict(x: np.ndarray, t: int, some: np.ndarray = some) -> tuple[np.ndarray, np.ndarray]:
            v = nets.velocity(model, x, t, some, guidance)
            return samplers.guess("v", v, x, float(schedule.alpha_bar[t]), 1.0)

        shape = (len(some), nets.SIDE, nets.SIDE)
        way = diffusion.Walk(
            "ddpm" if kind == "ddpm" else "ddim",
            schedule,
            0.0,
            "small",
            predict,
            lambda t, at=at, shape=shape: diffusion.drawn(seed + at, 2, t, shape),
        )
        start = diffusion.drawn(seed + at, 0, 0, shape)
        *_, (_, _, (x,), _) = diffusion.reverse([way], [start], schedules.times(nets.T, calls, "even"))
        parts.append(torch.from_numpy(x.astype(np.float32))[:, None])
    return torch.cat(parts)


def nearest(x: Tensor, data: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Distance of each picture to the nearest of `data`, and which that is."""
    found = [torch.cdist(part.flatten(1), data.flatten(1)).min(1) for part in x.split(32)]
    return torch.cat([f.values for f in found]).numpy(), torch.cat([f.indices for f in found]).numpy()


def sheet(rows: list[Tensor], path: Path) -> None:
    """Pictures in rows, ink on white, enlarged twice."""
    lines = [torch.cat([F.pad(p, (2, 2, 2, 2), value=-1.0) for p in row[:, 0]], dim=1) for row in rows]
    grey = 255 - ((torch.cat(lines).clip(-1, 1) + 1) * 127.5).round().byte().numpy()
    image = Image.fromarray(grey)
    image.resize((image.width * 2, image.height * 2), Image.Resampling.NEAREST).save(path, optimize=True)


def check(name: nets.Model, folder: Path, steps: int, slow: bool) -> list[str]:
    """Table rows of one network."""
    data = real(name, folder)
    net, accuracy = judge(name, data, steps)
    truth = features(net, data.test_x[:2000])
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(data.x))[:COUNT]
    floor = frechet(features(net, data.x[chosen]), truth)
    sure_real = float((net(data.test_x[:2000]).softmax(1).amax(1) > SURE).float().mean())
    weights = nets.WEIGHTS / f"diffusion_{name}.safetensors"
    said = [
        f"# {name}, checked\n",
        "Written by `python -m training.check_diffusion`; the weights are made by `python -m training.diffusion`.\n",
        f"`{weights.name}`: {weights.stat().st_size:,} bytes, sha256 {hashlib.sha256(weights.read_bytes()).hexdigest()[:16]}…, "
        f"{nets.facts(name)['steps']} steps. The classifier is right on {accuracy:.1%} of unseen real pictures "
        f"and sure of {sure_real:.1%}. "
        f"Fréchet distance of {COUNT} real pictures to real pictures: {floor:.2f}.\n",
        "| sampling | n | sure | aim | label seen | Fréchet | commonest class | classes | seconds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    labels = rng.integers(0, 10, COUNT)
    none = np.full(COUNT, nets.NO_LABEL)
    cases = [
        ("DDIM 50, random labels", 50, "ddim", labels, 0.0),
        ("DDIM 50, guidance 1", 50, "ddim", labels, 1.0),
        ("DDIM 50, no label", 50, "ddim", none, 0.0),
        ("DDIM 20, guidance 1", 20, "ddim", labels, 1.0),
        ("DDIM 5, random labels", 5, "ddim", labels, 0.0),
        ("DDPM 5, random labels", 5, "ddpm", labels, 0.0),
        *([("DDPM 1000, random labels", 1000, "ddpm", labels[:64], 0.0)] if slow else []),
    ]
    for case, calls, kind, asked, guidance in cases:
        began = time.perf_counter()
        x = draw(name, calls, kind, asked, guidance, seed=1)
        took = time.perf_counter() - began
        with torch.inference_mode():
            shares = net(x).softmax(1)
        sure, seen = float((shares.amax(1) > SURE).float().mean()), shares.argmax(1)
        classes = torch.bincount(seen, minlength=10)
        label = "–" if asked[0] == nets.NO_LABEL else f"{float((seen == torch.from_numpy(asked)).float().mean()):.3f}"
        aim = AIMS.get((name, case))
        verdict = "–" if aim is None else f"{aim:.2f}, {'met' if sure >= aim else '**missed**'}"
        row = f"| {case} | {len(x)} | {sure:.3f} | {verdict} | {label} | {frechet(features(net, x), truth):.2f} "
        said.append(row + f"| {int(classes.max()) / len(x):.2f} | {int((classes > 0).sum())} | {took:.0f} |")
        print(said[-1], flush=True)
        if case == "DDIM 50, guidance 1":
            said_near = _copies(name, x, data)
    return [*said, "", said_near]


def _copies(name: str, x: Tensor, data: Real) -> str:
    """Whether samples are copies: how far they are from the nearest training picture, and unseen real ones."""
    off, which = nearest(x, data.x)
    unseen, _ = nearest(data.test_x[:COUNT], data.x)
    sheet([x[:16], data.x[which[:16]]], ROOT / "training" / f"diffusion_{name}_nearest.png")
    return (
        f"Distance to the nearest training picture (guidance 1): samples {off.min():.1f} … {np.median(off):.1f} … "
        f"{off.max():.1f} (least, median, most), unseen real pictures {unseen.min():.1f} … {np.median(unseen):.1f} … "
        f"{unseen.max():.1f}. "
        f"`diffusion_{name}_nearest.png`: sixteen samples above, the nearest training picture of each below."
    )


def main() -> None:
    """Check both networks and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--steps", type=int, default=1500, help="of the classifiers")
    parser.add_argument("--quick", action="store_true", help="without DDPM 1000")
    parser.add_argument("names", nargs="*", default=["mnist", "fashion"])
    a = parser.parse_args()
    torch.set_num_threads(1)
    for name in a.names:
        lines = check(name, a.data, a.steps, not a.quick)
        (ROOT / "training" / f"diffusion_{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print("\n".join(lines))
    labels = np.arange(16) % 10
    rows = [draw(name, 50, "ddim", labels, 1.0, seed=7) for name in ("mnist", "fashion")]
    sheet([part for row in rows for part in row.split(16)], ROOT / "assets" / "diffusion.png")


if __name__ == "__main__":
    main()
