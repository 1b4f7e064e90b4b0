"""Back-propagation: ours beside torch 2.13. Run with `python -m benchmarks.autograd`.

For information, without an aim: what is measured is the few microseconds that torch and numpy take to begin an operation.
"""

import numpy as np
import torch

from benchmarks import pairs
from benchmarks.pairs import Row
from engine import data
from engine.foundations.autograd import Fit, backwards, fit, forwards, readable

NODES, STEPS = 19, 1000


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    return pairs.table("back-propagation", rows)


def sweep() -> Row:
    """Forwards and backwards through a chain of 38 products and sines."""
    made = readable(("x = 0.5", "*".join(["sin(x)"] * NODES)))
    return pairs.row(
        "a graph of 38 operations, forwards and backwards", lambda: _ours(made), _peer, note="torch.autograd, float64"
    )


def descent() -> Row:
    """1,000 steps of the notes' fit."""
    params, line = Fit(steps=STEPS), data.sample("line")
    return pairs.row(
        "1,000 steps of the notes’ fit, with 61 frames", lambda: list(fit(params, line)), _fitted, note="torch.optim.SGD, MSELoss"
    )


def _ours(made: object) -> float:
    values = [found for _, found in forwards(made)]
    *_, last = backwards(made, values, np.array(1.0))
    return float(last.gradients[0])


def _peer() -> float:
    x = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    out = torch.sin(x)
    for _ in range(NODES - 1):
        out = out * torch.sin(x)
    out.backward()
    return x.grad.item()


def _fitted() -> tuple[float, float]:
    x, y = (torch.tensor(column.copy()) for column in data.sample("line").X.T)
    w, b = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (1.0, 0.0))
    optimiser, rule = torch.optim.SGD([w, b], lr=1e-4), torch.nn.MSELoss()
    for _ in range(STEPS):
        optimiser.zero_grad()
        rule(w * x + b, y).backward()
        optimiser.step()
    return w.item(), b.item()


BENCHES = (sweep, descent)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
