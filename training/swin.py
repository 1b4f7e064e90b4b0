"""Train the small Swin classifiers of the page: python -m training.swin --data fashion --shift 2 --out FILE.

Fashion-MNIST is read from Debian's `dataset-fashion-mnist` (--fashion FOLDER), the emoji from assets/datasets. With the same seed
and steps a run with --shift 2 and one with --shift 0 begin with the same weights and see the same pictures in the same order.
Every --every steps a checkpoint is written beside the output, and a run goes on from it. The rate warms up, stays, and falls over
the last 53 % of the steps; during the last 22 % pictures are neither moved nor mirrored. The test
pictures are looked at once, at the end. One thread, products in bfloat16. Emoji: --steps 2500.
"""

import argparse
import gzip
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import save_file

from engine.vision.swin.net import Classifier

ROOT = Path(__file__).parents[1]
SIDE, BATCH, WARM, FALL, PLAIN = 32, 64, 200, 0.53, 0.22
UPRIGHT = (5, 7, 8, 9)  # clothes that are not mirrored: sandal, sneaker, bag, ankle boot
Split = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]


def fashion(folder: Path) -> Split:
    """Train and test pictures (n, 28, 28, 1) and their labels, whole."""

    def read(name: str, skip: int) -> NDArray[np.uint8]:
        return np.frombuffer(gzip.decompress((folder / f"{name}-ubyte.gz").read_bytes()), np.uint8, offset=skip)

    found: list[Any] = []
    for part in ("train", "t10k"):
        found += [read(f"{part}-images-idx3", 16).reshape(-1, 28, 28, 1), read(f"{part}-labels-idx1", 8).astype(np.int64)]
    return tuple(found)  # type: ignore[return-value]


def emoji(seed: int = 0) -> Split:
    """Five sixths to learn from, a sixth to test, (n, 32, 32, 3)."""
    held = np.load(ROOT / "assets" / "datasets" / "emoji_noto_32.npz", allow_pickle=False)
    x, y = held["x"], held["y"].astype(np.int64)
    order = np.random.default_rng(seed).permutation(len(x))
    test, train = order[: len(x) // 6], order[len(x) // 6 :]
    return x[train], y[train], x[test], y[test]


def frame(images: NDArray[np.uint8], down: int, across: int) -> torch.Tensor:
    """Pictures (n, h, w, c) of bytes laid into 32×32 at an offset, (n, c, 32, 32) in −1..1; paper is −1 or, in colour, white."""
    n, height, width, colours = images.shape
    whole = np.full((n, SIDE + 8, SIDE + 8, colours), 0 if colours == 1 else 255, np.uint8)
    whole[:, 4 + down : 4 + down + height, 4 + across : 4 + across + width] = images
    cut = whole[:, 4 : 4 + SIDE, 4 : 4 + SIDE]
    return torch.from_numpy(cut).permute(0, 3, 1, 2).float().div(127.5).sub(1)


def batch(x: NDArray[np.uint8], y: NDArray[np.int64], rng: np.random.Generator, plain: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures at random; unless `plain`, moved a little, half of them mirrored where that keeps what they show."""
    chosen = rng.integers(len(x), size=BATCH)
    images, labels = x[chosen], y[chosen]
    mirrored = rng.random(BATCH) < 0.5
    if images.shape[-1] == 1:
        mirrored &= ~np.isin(labels, UPRIGHT)
    images = np.where(mirrored[:, None, None, None], images[:, :, ::-1], images)
    spare = SIDE - images.shape[1]
    if plain:
        return frame(x[chosen], spare // 2, spare // 2), torch.from_numpy(labels)
    reach = 1 if spare else 3
    down, across = (int(k) for k in spare // 2 + rng.integers(-reach, reach + 1, size=2))
    return frame(images, down, across), torch.from_numpy(labels)


def accuracy(model: Classifier, x: NDArray[np.uint8], y: NDArray[np.int64]) -> float:
    """The share of test pictures, in the middle of the frame, whose class comes first."""
    middle = (SIDE - x.shape[1]) // 2
    right = 0
    model.eval()
    with torch.inference_mode():
        for at in range(0, len(x), 500):
            guess = model(frame(x[at : at + 500], middle, middle)).argmax(1).numpy()
            right += int((guess == y[at : at + 500]).sum())
    model.train()
    return right / len(x)


def rate(step: int, steps: int, peak: float) -> float:
    """Warm up, stay, fall to nothing along a cosine over the last 53 %."""
    left = (steps - step) / (FALL * steps)
    return peak * min(1.0, (step + 1) / WARM) * (0.5 - 0.5 * float(np.cos(np.pi * min(1.0, left))))


def train(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    split = fashion(arguments.fashion) if arguments.data == "fashion" else emoji()
    x, y, test_x, test_y = split
    torch.manual_seed(arguments.seed)
    model = Classifier(int(y.max()) + 1, x.shape[-1], shift=arguments.shift)
    optimiser = torch.optim.AdamW(model.parameters(), lr=arguments.rate, weight_decay=0.05)
    saved, begun, seconds = arguments.out.with_suffix(".pt"), 0, 0.0
    if saved.exists():
        state = torch.load(saved, weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        begun, seconds = state["step"], state["seconds"]
    clock = time.process_time()
    for step in range(begun, arguments.steps):
        images, labels = batch(x, y, np.random.default_rng([arguments.seed, step]), step >= (1 - PLAIN) * arguments.steps)
        for group in optimiser.param_groups:
            group["lr"] = rate(step, arguments.steps, arguments.rate)
        with torch.autocast("cpu", dtype=torch.bfloat16):  # halves the time
            scores = model(images)
        loss = F.cross_entropy(scores.float(), labels)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if (step + 1) % arguments.every == 0 or step + 1 == arguments.steps:
            spent = seconds + time.process_time() - clock
            keep = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1, "seconds": spent}
            torch.save(keep, saved.with_suffix(".new"))
            saved.with_suffix(".new").replace(saved)
            print(f"step {step + 1} loss {loss.item():.3f} {spent / 60:.1f} min", flush=True)
    finish(model, arguments, test_x, test_y, seconds + time.process_time() - clock)


def finish(model: Classifier, arguments: argparse.Namespace, x: NDArray[np.uint8], y: NDArray[np.int64], seconds: float) -> None:
    """Round to float16, measure what is shipped, and write it with what was measured."""
    model.half().float()
    facts = {
        "data": arguments.data,
        "shift": arguments.shift,
        "seed": arguments.seed,
        "steps": arguments.steps,
        "minutes": round(seconds / 60, 1),
        "tested": len(x),
        "accuracy": accuracy(model, x, y),
    }
    tensors = {name: value.half().contiguous() for name, value in model.state_dict().items()}
    save_file(tensors, arguments.out, metadata={name: str(value) for name, value in facts.items()})
    print(facts, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=["fashion", "emoji"], default="fashion")
    parser.add_argument("--shift", type=int, choices=[0, 2], default=2)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--every", type=int, default=250)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fashion", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--out", type=Path, required=True)
    train(parser.parse_args())
