"""Cross entropy: ours beside torch 2.13. Run with `python -m benchmarks.cross_entropy`.

A million rows of ten logits: the mean loss and its gradient with respect to the logits. Both sides alternate in one process on
one thread; times are medians of 9 pairs, ratio = peer / ours, aim = the least ratio wanted. Both must give the same to 1e-12.
"""

from functools import cache

import numpy as np
import torch

from benchmarks import pairs
from benchmarks.pairs import Row
from engine import data
from engine.foundations import cross_entropy
from engine.foundations.cross_entropy import losses

ROWS, CLASSES = 1_000_000, 10


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    return pairs.table("cross entropy", rows)


@cache
def _samples() -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, k) and true classes (n,)."""
    rng = np.random.default_rng(0)
    return rng.normal(0, 3, (ROWS, CLASSES)), rng.integers(0, CLASSES, ROWS)


def million() -> Row:
    """Loss and gradient of a million samples."""
    Z, classes = _samples()
    theirs_in, classes_in = torch.tensor(Z, requires_grad=True), torch.tensor(classes)

    def ours() -> tuple[float, np.ndarray]:
        return losses.mean_loss_and_slope(Z, classes)

    def theirs() -> tuple[float, np.ndarray]:
        theirs_in.grad = None
        loss = torch.nn.functional.cross_entropy(theirs_in, classes_in)
        loss.backward()
        return loss.item(), theirs_in.grad.numpy()

    (a, slope), (b, their_slope) = ours(), theirs()
    off = max(abs(a - b), float(np.abs(slope - their_slope).max()))
    assert off < 1e-12, off
    torch.set_num_threads(1)
    note = f"peer torch.nn.functional.cross_entropy, forward and backward; same to {off:.0e}"
    return pairs.row(f"loss and gradient, {ROWS:,} × {CLASSES}, float64", ours, theirs, note, aim=1.5)


def default() -> Row:
    """What the page opens with."""
    sample = data.sample("halves")
    run = lambda: list(cross_entropy.rectangles(cross_entropy.Rectangles(), sample))  # noqa: E731
    took = pairs.row("the default run, all frames", run, None, "≤ 100 ms, ")
    return took | {"note": took["note"] + ("met" if took["ours_s"] <= 0.1 else "**missed**")}


BENCHES = (million, default)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
