"""Ways downhill: ours beside torch.optim 2.13. Run with `python -m benchmarks.optimisation`.

A few lines of numpy beside torch's dispatch: printed, without an aim. Both end at the same places.
"""

from itertools import islice

import numpy as np
import torch

from benchmarks import pairs
from benchmarks.pairs import Row
from engine.foundations import descent, optimisation
from engine.foundations.optimisation.race import rules

STEPS = 100
START = np.array([-2.0, 1.0])
CURVATURES = np.array([1.0, 100.0])


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    return pairs.table("ways downhill", rows)


def five_rules() -> Row:
    note = "peer torch.optim, float64, the same gradient handed to it"
    theirs = _peer()
    ours = [np.array(place) for place in _ours()]
    assert all(np.allclose(a, b, rtol=1e-12, atol=1e-13) for a, b in zip(ours, theirs, strict=True))
    return pairs.row(f"five rules, {STEPS} steps (for information)", _ours, _peer, note=note)


def whole_race() -> Row:
    params = optimisation.Race(steps=1000)
    return pairs.row(
        "1,000 steps of six runners, 101 frames", lambda: list(optimisation.race(params)), None, note="with Hessians"
    )


def own_race() -> Row:
    params = optimisation.Race(surface="own", steps=1000)
    return pairs.row("the same on an own surface", lambda: list(optimisation.race(params)), None, note="17 nodes")


def random_matrices() -> Row:
    return pairs.row("signs of 8 × 4,000 matrices", lambda: list(optimisation.saddles(optimisation.Saddles())), None, note="")


def _ours() -> list[np.ndarray]:
    walks = rules(START, np.full(5, 0.01), 0.9)
    return [next(islice(descent.walk(walk, lambda x: CURVATURES * x), STEPS, None)) for walk in walks]


def _peer() -> list[np.ndarray]:
    kinds = ((torch.optim.SGD, {}), (torch.optim.SGD, {"momentum": 0.9}), (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
             (torch.optim.RMSprop, {}), (torch.optim.Adam, {}))  # fmt: skip
    ends, curvatures = [], torch.tensor(CURVATURES)
    for kind, more in kinds:
        at = torch.tensor(START, requires_grad=True)
        optimiser = kind([at], lr=0.01, **more)
        for _ in range(STEPS):
            at.grad = curvatures * at.detach()
            optimiser.step()
        ends.append(at.detach().numpy().copy())
    return ends


BENCHES = (five_rules, whole_race, own_race, random_matrices)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
