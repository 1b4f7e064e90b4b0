"""A chord over a curve: whether it stays above, where the curve bends up, what lies low, and where descents on it end."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

import numpy as np

from engine.errors import DataError, ParamError
from engine.foundations import descent, expressions
from engine.foundations.expressions import Formula
from engine.frames import Frame
from engine.params import Certain, choice, number

Curve = Literal["square", "absolute", "exp", "cube", "log", "sine", "wells", "own"]
OWN = "x**4/4 - x**2 + x/3"  # what an own curve begins with
TEXTS: dict[str, str] = {
    "square": "x**2",
    "absolute": "abs(x)",
    "exp": "exp(x)",
    "cube": "x**3",
    "log": "log(x)",
    "sine": "sin(x)",
    "wells": "x**4 - 2*x**2",
}
ENDS: dict[str, dict[str, float]] = {  # what choosing a curve sets with it: at −1 and 2 some show no violation
    "square": {"a": -1.0, "b": 2.0, "level": 1.0},
    "absolute": {"a": -1.0, "b": 2.0, "level": 1.0},
    "exp": {"a": -1.0, "b": 2.0, "level": 1.0},
    "cube": {"a": -2.0, "b": 1.0, "level": 1.0},
    "log": {"a": 0.5, "b": 4.0, "level": 1.0},
    "sine": {"a": -1.0, "b": 2.0, "level": 0.5},
    "wells": {"a": -1.0, "b": 1.0, "level": -0.5},
    "own": {"a": -1.0, "b": 2.0, "level": 0.0},
}
FRAMES = 40  # α runs from 0 to 1 in so many steps
STARTS, RATE, STEPS, LATE = 40, 0.01, 1000, 100  # of the descents; steps at whose end one looks whether it still goes
SAME, MOVES = 0.1, 0.02  # ends closer than that are one; who went farther than that late is still under way
MOST, LONGEST = 8, 100  # points of Jensen, and characters that they may take
FARTHEST = 4.0  # a walker beyond is not shown
PLACES = 241  # along the curve
ENDED = {"points": ("",)}  # a chord has ends, and several points have not
ROUNDING = 1e-12  # of a gap, relative to the heights: what comes of rounding is no violation


class Chord(Certain):
    curve: Curve = choice("square")
    fx: str = choice(OWN, when={"curve": ("own",)})
    a: float = number(-1.0, -4, 4, step=0.1, when=ENDED)
    b: float = number(2.0, -4, 4, step=0.1, when=ENDED)
    level: float = number(1.0, -1, 4, step=0.1, when=ENDED)
    points: str = choice("", rare=True)  # "−1:1 0:2 2:1", place : weight, from two to eight instead of a and b


@dataclass(frozen=True)
class ChordFrame(Frame):
    part_of: float  # α: the weight of a; of several points how much of the weights behind the first is laid out
    places: np.ndarray  # (n,) the points: a and b, or those of Jensen
    weights: np.ndarray  # (n,) their weights now, 1 in all
    heights: np.ndarray  # (n,) f there
    x: float  # Σ w x: the point below the chord; of several E[X]
    f: float  # f there
    chord: float  # Σ w f(x): the chord above it; E[f(X)]
    gap: float  # chord − f: below 0 the function is not convex
    rise: float  # f′ there; NaN where there is none
    bend: float  # f″ there; NaN where there is none
    low: np.ndarray  # (m, 2) from where to where f is at most the level, of what the picture shows
    violation: float  # the first α of the run at which the chord lies below the curve; NaN: not yet
    walkers: np.ndarray  # (40,) where descents from 40 starts have come to, as many steps on as α says
    gone: np.ndarray  # bool (40,) who has left the range of the function or the finite numbers: it stays at its last place
    span: np.ndarray  # (2,) the least and the greatest place that any of them comes to, −4 … 4 at most
    ends: np.ndarray  # (m,) the different places that they rest at after all steps
    moving: int  # how many are still under way then
    left: int  # how many are gone then


def chord(params: Chord) -> Iterator[ChordFrame]:
    """Let α run from 0 to 1 along the chord from b to a, or along the polygon of some weighted points, and 40 walkers descend.

    Raises DataError for an own function or points that cannot be read, ParamError where the function has no value at one.
    """
    function = function_of(params.curve, params.fx)
    several = points_of(params.points) if params.points.strip() else None
    places = several[0] if several else np.array([params.a, params.b])
    heights = np.array([_height(function, x) for x in places.tolist()])
    walks, gone = descents(params.curve, params.fx)
    always = _always(params, function, places)
    violation = np.nan
    for step in range(FRAMES + 1):
        part = step / FRAMES
        weights = laid(several[1], part) if several else np.array([part, 1 - part])
        now: dict[str, Any] = hung(function, places, heights, weights)
        if np.isnan(violation) and now["gap"] < 0:
            violation = part
        at = step * STEPS // FRAMES
        walk: dict[str, Any] = {"walkers": walks[at].copy(), "gone": (gone >= 0) & (gone <= at)}
        told: dict[str, Any] = {"part_of": part, "weights": weights, "violation": violation}
        yield ChordFrame(step, "", FRAMES + 1, places=places, heights=heights, **told, **now, **walk, **always)


def hung(function: Formula, places: np.ndarray, heights: np.ndarray, weights: np.ndarray) -> dict[str, Any]:
    """The balance of weighted points [n] on a curve, and the curve below it. Raises ParamError where there is none."""
    x, mean = float(weights @ places), float(weights @ heights)
    f = _height(function, x)
    gap = mean - f if abs(mean - f) > ROUNDING * max(1.0, abs(mean)) else 0.0
    _, rise, bend = expressions.hessian(function, {"x": np.array([x])}, strict=False)
    return {"x": x, "f": f, "chord": mean, "gap": gap, "rise": float(rise[0, 0]), "bend": float(bend[0, 0, 0])}


def _always(params: Chord, function: Formula, places: np.ndarray) -> dict[str, Any]:
    """What stays the same through a run: where the function is low, and where all descents end."""
    walks, gone = descents(params.curve, params.fx)
    ends, moving = rests(walks, gone)
    low = below(function, shown_part(places), params.level)
    span = np.clip([walks.min(), walks.max()], -FARTHEST, FARTHEST)
    return {"low": low, "span": span, "ends": ends, "moving": moving, "left": int((gone >= 0).sum())}


@lru_cache(maxsize=32)
def function_of(curve: Curve, own: str) -> Formula:
    """The function of a name; of "own" the one that is written. Raises DataError where it cannot be read."""
    return expressions.formula(TEXTS.get(curve, own), free=("x",))


def values(function: Formula, x: np.ndarray) -> np.ndarray:
    """f [n] at places [n]; NaN where there is none."""
    return expressions.value(function, {"x": x}, strict=False)


def bends(function: Formula, x: np.ndarray) -> np.ndarray:
    """f″ [n] at places [n]; NaN where there is none."""
    curvatures = expressions.hessian(function, {"x": x}, strict=False)[2]  # (1, 1, n)
    return np.asarray(curvatures[0, 0])


def shown_part(places: np.ndarray) -> np.ndarray:
    """Where the picture shows the function: places [241] around the points, an eighth of their span free at each side."""
    free = max(float(np.ptp(places)), 1.0) / 8
    return np.linspace(places.min() - free, places.max() + free, PLACES)


def below(function: Formula, x: np.ndarray, level: float) -> np.ndarray:
    """From where to where [m, 2] f is at most a level along places x [n]; an end between two of them is drawn straight."""
    heights = values(function, x) - level
    inside = np.append(np.append(False, heights <= 0), False)  # NaN is not
    first = np.flatnonzero(inside[1:] & ~inside[:-1])
    last = np.flatnonzero(inside[:-1] & ~inside[1:]) - 1
    runs = zip(first.tolist(), last.tolist(), strict=True)
    ends = [(_crossing(x, heights, k, -1), _crossing(x, heights, j, 1)) for k, j in runs]
    return np.array(ends).reshape(-1, 2)


def _crossing(x: np.ndarray, heights: np.ndarray, k: int, way: int) -> float:
    """Where heights [n] become 0 between place k, where they are at most 0, and its neighbour."""
    other = k + way
    if not 0 <= other < len(x) or not np.isfinite(heights[other]):
        return float(x[k])
    part = -heights[k] / (heights[other] - heights[k])
    return float(x[k] + part * (x[other] - x[k]))


def points_of(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Places [n] and weights [n], 1 in all, of "−1:1 0:2 2:1". Raises DataError."""
    if len(text) > LONGEST:
        raise DataError("optimisation_points_long", limit=LONGEST)
    cells = text.replace("−", "-").replace("：", ":").replace(",", " ").split()
    pairs = [_pair(cell) for cell in cells]
    if not 2 <= len(pairs) <= MOST:
        raise DataError("optimisation_points_count", count=len(pairs), most=MOST)
    places, weights = np.array(pairs).T
    if not weights.sum() > 0:
        raise DataError("optimisation_points_weight")
    return places, weights / weights.sum()


def laid(weights: np.ndarray, part: float) -> np.ndarray:
    """Of weights [n], 1 in all, those laid out so far, made 1 in all: the first point's, and of the others' a part, in order.

    So the balance goes from the first point along chords, one to each new point: as Jensen's inequality is proved.
    """
    mass = weights[0] + part * (1 - weights[0])
    if not mass > 0:
        return np.asarray(np.eye(len(weights))[0])
    before = np.cumsum(weights) - weights
    out = np.clip(mass - before, 0, weights)
    return np.asarray(out / out.sum())


@lru_cache(maxsize=8)
def descents(curve: Curve, own: str) -> tuple[np.ndarray, np.ndarray]:
    """Where 40 walkers [1001, 40] stand after each step, and after which [40] each is gone; −1: never.

    They start evenly over −2 … 2, none of them at 0; on log over 0.05 … 4.
    """
    function = function_of(curve, own)
    low, high = (0.05, 4.0) if curve == "log" else (-2.0, 2.0)
    rule = descent.gradient_descent(np.linspace(low, high, STARTS), RATE)
    walk = np.stack(list(islice(descent.walk(rule, lambda x: _slopes(function, x)), STEPS + 1)))
    known = np.isfinite(walk) & np.isfinite(values(function, walk.ravel()).reshape(walk.shape))
    known = np.logical_and.accumulate(known, axis=0)
    last = known.sum(0) - 1  # (40,) the last step at which each has a value; −1: none at its start
    gone = np.where(last < STEPS, last + 1, -1)
    rows = np.minimum(np.arange(STEPS + 1)[:, None], np.maximum(last, 0))
    out = np.nan_to_num(np.take_along_axis(walk, rows, 0))
    for array in (out, gone):
        array.flags.writeable = False
    return out, gone


def rests(walks: np.ndarray, gone: np.ndarray) -> tuple[np.ndarray, int]:
    """The different places [m] that walkers have come to rest at, and how many of them are still under way."""
    moving = (np.abs(walks[-1] - walks[-1 - LATE]) > MOVES) & (gone < 0)
    places = np.sort(walks[-1][(gone < 0) & ~moving])
    groups = np.split(places, np.flatnonzero(np.diff(places) > SAME) + 1)
    return np.array([group.mean() for group in groups if len(group)]), int(moving.sum())


def _slopes(function: Formula, x: np.ndarray) -> np.ndarray:
    return np.asarray(expressions.gradient(function, {"x": x}, strict=False)[1][0])


def _height(function: Formula, x: float) -> float:
    try:
        return float(expressions.value(function, {"x": np.array([x])})[0])
    except DataError as problem:
        raise ParamError("optimisation_place", x=f"{x:g}".replace("-", "−"), text=problem.values.get("text", "f")) from problem


def _pair(cell: str) -> tuple[float, float]:
    place, _, weight = cell.partition(":")
    try:
        pair = float(place), float(weight or 1)
    except ValueError as problem:
        raise DataError("optimisation_points", cell=cell[:20]) from problem
    if not (np.isfinite(pair).all() and abs(pair[0]) <= 100 and 0 <= pair[1] <= 1e6):
        raise DataError("optimisation_points", cell=cell[:20])
    return pair
