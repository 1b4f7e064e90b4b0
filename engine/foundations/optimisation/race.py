"""Six ways down from one place, a step of each at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from engine.algorithm import shown
from engine.foundations import descent
from engine.foundations.optimisation.surfaces import OWN, Name, Surface, surface_of
from engine.frames import Frame
from engine.params import Certain, choice, number

Method = Literal["gradient", "momentum", "nesterov", "rmsprop", "adam", "newton"]
METHODS: tuple[Method, ...] = get_args(Method)
NEWTON = METHODS.index("newton")
GRID = np.geomspace(1e-4, 1, 13)  # rates that are tried
FRAMES = 100  # how many a whole run shows, beside its start
FLAT, ROUND = 1e-6, 1e-9  # a slope, and a curvature, that count as none

Kind = Literal["slope", "minimum", "maximum", "saddle", "unclear"]


class Race(Certain):
    surface: Name = choice("ravine")
    f: str = choice(OWN, when={"surface": ("own",)})
    x: float = number(-2.0, -3, 3, step=0.05)
    y: float = number(1.0, -3, 3, step=0.05)
    rates: Literal["same", "best"] = choice("same")
    rate: float = number(0.01, 0.0001, 1, step=0.0001, when={"rates": ("same",)})
    momentum: float = number(0.9, 0, 0.99, step=0.01, rare=True)
    steps: int = number(100, 10, 1000, step=10, rare=True)

    @property
    def last(self) -> int:
        return self.steps


@dataclass(frozen=True)
class RaceFrame(Frame):
    """Rows are the runners, in the order of METHODS."""

    at: np.ndarray  # (6, 2) where each stands
    before: np.ndarray  # (6, 2) where it stood before its last step
    way: np.ndarray  # (6, k, 2) where it stood after each step since the frame before, `at` the last of them
    heights: np.ndarray  # (6,) f there
    slopes: np.ndarray  # (6,) the length of the gradient
    curvatures: np.ndarray  # (6, 2) the eigenvalues of the Hessian, the smaller first
    axes: np.ndarray  # (6, 2, 2) their directions, one a row
    rates: np.ndarray  # (6,) the rate of each; Newton's step is taken whole, 1
    stopped: np.ndarray  # (6,) the step after which a runner's numbers are no longer finite, where it stays; −1: it goes on
    shortest: bool  # Newton's Hessian was singular before this step, which is the shortest of the least-squares steps


@dataclass(frozen=True)
class Stand:
    """Where all runners have come to."""

    at: np.ndarray  # (6, 2)
    before: np.ndarray  # (6, 2)
    f: np.ndarray  # (6,)
    g: np.ndarray  # (6, 2)
    H: np.ndarray  # (6, 2, 2)
    stopped: np.ndarray  # (6,)
    shortest: bool = False


def race(params: Race) -> Iterator[RaceFrame]:
    """Let all runners step down from the same place. Who leaves the finite numbers stays at the last of them.

    Raises DataError where an own surface cannot be read, and ParamError where it has no height at the start.
    """
    surface = surface_of(params.surface, params.f)
    surface.stands(params.x, params.y)
    start = np.array([params.x, params.y])
    rates = np.full(5, params.rate)
    if params.rates == "best":
        rates = best_rates(surface, start, params.momentum, params.steps)
    kept = set(shown(params.steps, FRAMES))
    way = list[np.ndarray]()
    for step, stand in zip(range(params.steps + 1), runners(surface, start, rates, params.momentum), strict=False):
        way.append(stand.at)
        if step in kept:
            yield _frame(stand, step, len(kept), np.stack(way, 1), np.append(rates, 1.0))
            way.clear()


def rules(start: np.ndarray, rates: np.ndarray, mu: float) -> list[descent.Rule]:
    """All but Newton's, each from the start at its rate: a number, or one [n, 1] for each row of the start [n, 2]."""
    return [
        descent.gradient_descent(start, rates[0]),
        descent.momentum(start, rates[1], mu),
        descent.nesterov(start, rates[2], mu),
        descent.rmsprop(start, rates[3]),
        descent.adam(start, rates[4]),
    ]


def runners(surface: Surface, start: np.ndarray, rates: np.ndarray, mu: float) -> Iterator[Stand]:
    """Where all runners stand after 0, 1, 2 … steps, without end. The six places are one array to the surface."""
    walks = rules(start, rates, mu)
    at = np.stack([*(next(walk) for walk in walks), start])  # (6, 2)
    stand = Stand(at, at, *surface.bent(at), stopped=np.full(len(at), -1))
    step = 0
    while True:
        yield stand
        stand = stepped(surface, walks, stand, step)
        step += 1


def stepped(surface: Surface, walks: list[descent.Rule], stand: Stand, step: int) -> Stand:
    """Where the runners come to with one more step."""
    leap, rank = descent.newton_step(stand.g[NEWTON], stand.H[NEWTON])
    with np.errstate(all="ignore"):
        there = np.stack([*(walk.send(g) for walk, g in zip(walks, stand.g, strict=False)), stand.at[NEWTON] + leap])
        f, g, H = surface.bent(there)
        squares = np.square(g).sum(1, keepdims=True)
    facts = np.concatenate([there, f[:, None], g, H.reshape(len(f), -1), squares], axis=1)  # (6, 10)
    fine = np.isfinite(facts).all(1) & (stand.stopped < 0)
    stopped = np.where(~fine & (stand.stopped < 0), step, stand.stopped)
    goes, bends = fine[:, None], fine[:, None, None]
    return Stand(
        at=np.where(goes, there, stand.at),
        before=np.where(goes, stand.at, stand.before),
        f=np.where(fine, f, stand.f),
        g=np.where(goes, g, stand.g),
        H=np.where(bends, H, stand.H),
        stopped=stopped,
        shortest=bool(rank < 2),
    )


def best_rates(surface: Surface, start: np.ndarray, mu: float, steps: int) -> np.ndarray:
    """The rate [5] of GRID with which each rule comes lowest in so many steps; of equal ones the least.

    All rules at all rates are one array to the surface; a run that leaves the finite numbers is the highest of all.
    """
    walks = rules(np.tile(start, (len(GRID), 1)), np.tile(GRID[:, None], (5, 1, 1)), mu)
    at = np.stack([next(walk) for walk in walks])  # (5, 13, 2)
    for _ in range(steps):
        g = surface.slopes(at)
        with np.errstate(all="ignore"):
            at = np.stack([walk.send(g[k]) for k, walk in enumerate(walks)])
    heights = surface.heights(at)
    best: np.ndarray = GRID[np.where(np.isfinite(heights), heights, np.inf).argmin(1)]
    return best


def limit(method: Method, mu: float) -> float | None:
    """What rate · λ must stay below, or a quadratic of curvature λ throws a runner farther at each step; None: no such limit."""
    return {
        "gradient": 2.0,
        "momentum": 2 * (1 + mu),
        "nesterov": 2 * (1 + mu) / (1 + 2 * mu),
    }.get(method)


def kind_of(slope: float, low: float, high: float) -> Kind:
    """What a place is, by the length of its gradient and the eigenvalues of its Hessian."""
    if slope > FLAT:
        return "slope"
    if min(abs(low), abs(high)) <= ROUND:
        return "unclear"
    return "minimum" if low > 0 else "maximum" if high < 0 else "saddle"


def _frame(stand: Stand, step: int, total: int, way: np.ndarray, rates: np.ndarray) -> RaceFrame:
    curvatures, vectors = np.linalg.eigh(stand.H)
    return RaceFrame(
        step=step,
        part="",
        total=total,
        at=stand.at.copy(),
        before=stand.before.copy(),
        way=way,
        heights=stand.f.copy(),
        slopes=np.linalg.norm(stand.g, axis=1),
        curvatures=curvatures,
        axes=np.swapaxes(vectors, 1, 2),
        rates=rates,
        stopped=stand.stopped.copy(),
        shortest=stand.shortest,
    )
