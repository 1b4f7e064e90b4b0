"""Self-organising map: a sheet of units lies down along data as each sample pulls its nearest unit and that unit's neighbours.

Kohonen, "Self-organized formation of topologically correct feature maps", 1982; Kohonen, "Self-Organizing Maps", 2001.
Peers: MiniSom 2.3.6 (online), somoclu 1.7.6 (batch).

The best unit of a sample is u, the unit that moves is v:  w_v += θ(u, v, s) · α(s) · (x − w_v).
Neighbours are the 8 around a unit on a rectangular grid and the 6 on a hexagonal one, across the seam on a torus. Everything is
computed in float64 on centred and scaled columns; the update commutes with both, so frames show units as the data has them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import Field
from pydantic.config import JsonDict

import engine.params
from engine.algorithm import Algorithm
from engine.data import Points
from engine.errors import DataError, Diverged, ParamError
from engine.frames import Frame

Topology = Literal["hexagonal", "rectangular"]
Neighbourhood = Literal["gaussian", "bubble", "mexican_hat", "triangle", "manhattan"]
Decay = Literal["linear", "exponential", "asymptotic", "inverse"]
Scaling = Literal["standard", "range", "none"]

ROW = np.sqrt(3) / 2  # height of a row of hexagons whose centres are 1 apart
LEAST_SIGMA = 1e-3  # below this only the winner moves
TIE = 1e-9  # entries of a direction that differ by less are equally large
LARGEST = 1e30  # frames are float32
FRAMES, MEASURED = 60, 4000
ONLINE: JsonDict = {"mode": ["online"]}
BATCH: JsonDict = {"mode": ["batch"]}
WIDTH: JsonDict = {"neighbourhood": ["gaussian", "bubble", "mexican_hat", "triangle"]}


class Params(engine.params.Closing):
    rows: int = Field(12, ge=1, le=30)
    cols: int = Field(12, ge=1, le=30)
    topology: Topology = "hexagonal"
    torus: bool = False
    start: Literal["random", "pca"] = "random"
    mode: Literal["online", "batch"] = "online"
    sampling: Literal["random", "sequential", "jackknife"] = Field("random", json_schema_extra={"when": ONLINE})
    steps: int = Field(3000, ge=100, le=20_000, multiple_of=100, json_schema_extra={"when": ONLINE})
    epochs: int = Field(20, ge=1, le=100, json_schema_extra={"when": BATCH})
    alpha: float = Field(0.5, ge=0, le=4, json_schema_extra={"step": 0.05, "when": ONLINE})
    sigma: float = Field(5.5, ge=0, le=15, json_schema_extra={"step": 0.1, "when": WIDTH})
    sigma_end: float = Field(0.5, ge=0, le=5, json_schema_extra={"step": 0.1, "when": WIDTH})
    neighbourhood: Neighbourhood = "gaussian"
    decay: Decay = "exponential"
    staircase: bool = Field(False, json_schema_extra={"when": ONLINE})
    scaling: Scaling = "standard"
    unfold: bool = False


@dataclass(frozen=True)
class SomFrame(Frame):
    units: np.ndarray  # float32 (rows, cols, d): where each unit lies among the data, in the data's own units
    before: np.ndarray  # float32 (rows, cols, d): where it lay before the update that led here
    theta: np.ndarray  # float32 (rows, cols): how strongly that update took each unit along; batch: by what share of the data
    sample: int  # the drawn sample; -1 at the start and in batch
    winner: tuple[int, int]  # its best unit (row, column); (-1, -1) likewise
    alpha: float  # learning rate of that update
    sigma: float  # width of the neighbourhood in that update
    sigma_start: float  # width at the start of the run, or of this trial
    start: str  # "random" or "pca": where the run, or this trial, began
    bmu: np.ndarray  # int32 (m,): flat index of each measured sample's best unit
    measured: np.ndarray  # int32 (m,): which samples are measured
    error: float  # quantisation error: mean distance of a measured sample from its best unit, in scaled columns
    topographic: float  # share of measured samples whose two best units are no neighbours
    u_matrix: np.ndarray  # float32 (rows, cols): mean distance of a unit from its neighbours, in scaled columns
    folds: np.ndarray  # int32 (k, 3): corners (flat units) of the lattice triangles that lie face down

    @property
    def folded(self) -> int:
        return len(self.folds)


@dataclass(frozen=True)
class _Ground:
    """What stays the same through a run."""

    params: Params
    X: np.ndarray  # (n, d) centred, scaled
    centre: np.ndarray  # (d,)
    scale: np.ndarray  # (d,)
    plane: np.ndarray  # (d, 2) principal directions
    apart: np.ndarray  # (k, units, units) what the neighbourhood looks at
    near: np.ndarray  # (units, units) who neighbours whom
    corners: np.ndarray  # (t, 3) triangles of the lattice
    measured: np.ndarray  # (m,)


@dataclass(frozen=True)
class _Course:
    """What is known of every step before the first: the samples drawn and both schedules, each (steps,)."""

    start: str
    drawn: np.ndarray
    alpha: np.ndarray
    sigma: np.ndarray

    def cut(self, first: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.drawn[first:end], self.alpha[first:end], self.sigma[first:end]


@dataclass(frozen=True)
class _State:
    """The sheet after `step` updates, and the last of them."""

    step: int
    W: np.ndarray  # (units, d)
    before: np.ndarray  # (units, d)
    sample: int
    winner: int
    theta: np.ndarray  # (units,)


def train(params: Params, data: Points) -> Iterator[SomFrame]:
    """Show the map one sample at a time (batch: all of them); pull its best unit, and that unit's neighbours.

    Raises ParamError, DataError, and Diverged where the units leave the data for good.
    """
    _check(params, data.X.shape[1])
    ground = _ground(params, data)
    if params.unfold:
        yield from _trials(ground)
    elif params.close_up >= 0:
        yield from _close_up(ground, _course(ground, params.start, params.sigma))
    else:
        yield from _whole(ground, _course(ground, params.start, params.sigma))


def _last(params: Params) -> int:
    """How many updates the whole run makes."""
    return params.steps if params.mode == "online" else params.epochs


def _check(params: Params, columns: int) -> None:
    if params.torus and params.topology == "hexagonal" and params.rows % 2 and params.rows > 1:
        raise ParamError("som_torus_rows", rows=params.rows, even=params.rows + 1 if params.rows < 30 else params.rows - 1)
    if params.mode == "batch" and params.neighbourhood == "mexican_hat":
        raise ParamError("som_batch_hat")
    if params.unfold and params.neighbourhood == "manhattan":
        raise ParamError("som_unfold_manhattan")
    if params.unfold and params.close_up >= 0:
        raise ParamError("som_unfold_close_up")
    if params.unfold and columns != 2:
        raise ParamError("som_unfold_columns", columns=columns)
    if params.close_up > _last(params):
        raise ParamError("som_close_up", step=params.close_up, last=_last(params))


def _ground(params: Params, data: Points) -> _Ground:
    large = np.argwhere(~(np.abs(data.X) < LARGEST))
    if len(large):
        raise DataError("som_large", row=int(large[0, 0]) + 1, column=data.columns[large[0, 1]])
    centre, scale = scales(data.X, params.scaling)
    X = (data.X - centre) / scale  # (n, d)
    offset = offsets(places(params.rows, params.cols, params.topology), period(params) if params.torus else None)
    measured = np.arange(len(X))
    if len(X) > MEASURED:
        measured = np.sort(np.random.default_rng([params.seed, 2]).choice(len(X), MEASURED, replace=False))
    return _Ground(
        params=params,
        X=X,
        centre=centre,
        scale=scale,
        plane=principal_plane(X)[1],
        apart=separation(params.neighbourhood, offset, params.topology),
        near=neighbours(offset, params.topology),
        corners=triangles(params.rows, params.cols, params.topology),
        measured=measured,
    )


def _course(ground: _Ground, start: str, sigma: float) -> _Course:
    params, n = ground.params, len(ground.X)
    last = _last(params)
    s, drawn = np.arange(last), np.full(last, -1)
    if params.mode == "online":
        drawn = draws(params.sampling, n, last, np.random.default_rng([params.seed, 1]))
        if params.staircase:
            s -= s % (max(n - 1, 1) if params.sampling == "jackknife" else n)
    alpha = alpha_at(params.decay, params.alpha, s, last)
    return _Course(start, drawn, alpha, sigma_at(params.decay, sigma, params.sigma_end, s, last))


def _begin(ground: _Ground, course: _Course) -> _State:
    params = ground.params
    if course.start == "pca":
        W = pca_start(ground.X, places(params.rows, params.cols, params.topology))
    else:
        W = random_start(ground.X, params.rows * params.cols, np.random.default_rng([params.seed, 0]))
    return _State(0, W, W, -1, -1, np.zeros(len(W)))


def _advance(ground: _Ground, course: _Course, state: _State, to: int) -> _State:
    """The state after `to` updates; the same whichever stops were made on the way. Raises Diverged."""
    if to == state.step:
        return state
    W, kind = state.W, ground.params.neighbourhood
    with np.errstate(over="ignore", invalid="ignore"):
        if ground.params.mode == "batch":
            for step in range(state.step, to):
                before = W
                first = best_units(W, ground.X, 1)[:, 0]
                W, theta = batch_update(W, ground.X, first, neighbourhood(kind, ground.apart, course.sigma[step]))
            sample = winner = -1
        else:
            before, _, _ = walk(W, ground.X, *course.cut(state.step, to - 1), kind, ground.apart)
            W, winner, theta = walk(before, ground.X, *course.cut(to - 1, to), kind, ground.apart)
            sample = int(course.drawn[to - 1])
        farthest = np.abs(W).max()
    if not farthest <= 1e3 * (ground.X.std(0).max() or 1.0):  # NaN too
        raise Diverged("som_diverged", step=to, alpha=round(float(course.alpha[to - 1]), 3))
    return _State(to, W, before, sample, winner, theta)


def _whole(ground: _Ground, course: _Course) -> Iterator[SomFrame]:
    state, marks = _begin(ground, course), _marks(ground.params)
    for mark in marks:
        state = _advance(ground, course, state, mark)
        yield _frame(ground, course, state, len(marks))


def _marks(params: Params) -> list[int]:
    """The updates after which a frame is shown: 60 evenly spaced, closer at first where the sheet may fly apart; every epoch."""
    last = _last(params)
    marks = set(np.linspace(0, last, FRAMES + 1).round().astype(int).tolist())
    if params.mode == "batch":
        marks = set(range(last + 1))
    elif params.alpha > 2 or params.neighbourhood == "mexican_hat":
        marks |= set(range(0, min(last, 1000) + 1, 5))
    return sorted(marks)


def _frame(ground: _Ground, course: _Course, state: _State, total: int) -> SomFrame:
    params, X = ground.params, ground.X[ground.measured]
    best = best_units(state.W, X)  # (m, 2)
    grid, s = (params.rows, params.cols), max(state.step - 1, 0)
    row, col = divmod(state.winner, params.cols)
    return SomFrame(
        step=state.step,
        part="",
        total=total,
        units=_shown(ground, state.W),
        before=_shown(ground, state.before),
        theta=state.theta.astype(np.float32).reshape(grid),
        sample=state.sample,
        winner=(row, col) if state.winner >= 0 else (-1, -1),
        alpha=float(course.alpha[s]),
        sigma=float(course.sigma[s]),
        sigma_start=float(course.sigma[0]),
        start=course.start,
        bmu=best[:, 0].astype(np.int32),
        measured=ground.measured.astype(np.int32),
        error=quantisation_error(state.W, X, best[:, 0]),
        topographic=topographic_error(best, ground.near),
        u_matrix=u_matrix(state.W, ground.near).astype(np.float32).reshape(grid),
        folds=folds(state.W @ ground.plane, ground.corners),
    )


def _shown(ground: _Ground, W: np.ndarray) -> np.ndarray:
    units: np.ndarray = (W * ground.scale + ground.centre).astype(np.float32)
    return units.reshape(ground.params.rows, ground.params.cols, -1)


def _close_up(ground: _Ground, course: _Course) -> Iterator[SomFrame]:
    """Every sub-step of up to 40 updates. "draw" and "match" bear the number of the update under way, whose end is "pull"."""
    state = _advance(ground, course, _begin(ground, course), ground.params.close_up)
    end = min(state.step + engine.params.CLOSE_UP_STEPS, _last(ground.params))
    online = ground.params.mode == "online"
    total = 1 + (end - state.step) * (3 if online else 2)
    frame = _frame(ground, course, state, total)
    yield frame
    for step in range(state.step + 1, end + 1):
        state = _advance(ground, course, state, step)
        pulled = replace(_frame(ground, course, state, total), part="pull" if online else "move")
        match = replace(  # the units have not moved yet
            frame,
            step=step,
            part="match",
            before=frame.units,
            theta=pulled.theta,
            sample=pulled.sample,
            winner=pulled.winner,
            alpha=pulled.alpha,
            sigma=pulled.sigma,
        )
        if online:
            yield replace(match, part="draw", winner=(-1, -1), theta=np.zeros_like(match.theta))
        yield match
        yield pulled
        frame = pulled


def _trials(ground: _Ground) -> Iterator[SomFrame]:
    """The same training on the same seed with a wider and wider start, until the sheet ends without a fold; a frame per trial."""
    params = ground.params
    widest, sigma = max(params.rows, params.cols), params.sigma
    trials = [(params.start, sigma)]
    while sigma < widest:
        sigma = round(min(max(sigma, 0.3) * 1.35, widest), 2)
        trials.append((params.start, sigma))
    if params.start == "random":
        trials.append(("pca", params.sigma))
    for trial, (start, sigma) in enumerate(trials):
        course = _course(ground, start, sigma)
        frame = _frame(ground, course, _advance(ground, course, _begin(ground, course), _last(params)), len(trials))
        flat = not frame.folded
        yield replace(frame, step=trial, total=trial + 1 if flat else len(trials))
        if flat:
            return


def scales(X: np.ndarray, scaling: Scaling) -> tuple[np.ndarray, np.ndarray]:
    """Centre and scale of every column, each (d,); a constant column has scale 1."""
    spread = {"standard": X.std(0), "range": np.ptp(X, axis=0), "none": np.ones(X.shape[1])}[scaling]
    return X.mean(0), np.where(spread > 1e-12 * np.abs(X).max(0), spread, 1.0)


def places(rows: int, cols: int, topology: Topology) -> np.ndarray:
    """Where each unit stands on the grid, (units, 2) as x, y. Odd rows of hexagons stand half a unit to the right."""
    r, c = np.divmod(np.arange(rows * cols), cols)
    return np.stack([c + 0.5 * (r % 2), r * ROW] if topology == "hexagonal" else [c, r], axis=1).astype(float)


def period(params: Params) -> tuple[float, float]:
    """How far one walks along x and along y until a torus closes."""
    return float(params.cols), params.rows * (float(ROW) if params.topology == "hexagonal" else 1.0)


def offsets(places: np.ndarray, period: tuple[float, float] | None = None) -> np.ndarray:
    """|Δx| and |Δy| between all units, (2, units, units); on a torus the shorter way round."""
    offset: np.ndarray = np.abs(places.T[:, :, None] - places.T[:, None, :])
    return offset if period is None else np.minimum(offset, np.abs(np.reshape(period, (2, 1, 1)) - offset))


def neighbours(offset: np.ndarray, topology: Topology) -> np.ndarray:
    """Which units touch: 8 around one on a rectangular grid, 6 on a hexagonal one. (units, units) bool."""
    if topology == "rectangular":
        offset = offset.max(0, keepdims=True)
    near: np.ndarray = (offset**2).sum(0).round(9) == 1
    return near


def separation(kind: Neighbourhood, offset: np.ndarray, topology: Topology) -> np.ndarray:
    """What a neighbourhood looks at, (k, units, units): squared distance; manhattan: steps on the grid; triangle: offsets."""
    if kind == "triangle":
        return offset
    across, along = offset
    apart: np.ndarray = across**2 + along**2
    if kind == "manhattan":
        rows = along / ROW
        apart = across + along if topology == "rectangular" else rows + np.maximum(across - rows / 2, 0)
    return apart.round(9)[None]  # whole numbers: the edge of a bubble is sharp


def neighbourhood(kind: Neighbourhood, apart: np.ndarray, sigma: float) -> np.ndarray:
    """θ, 1 at the winner: how strongly units this far `apart` (k, ...) move with it, (...). `separation` makes `apart`.

    The triangle is MiniSom's divided by σ², so that the winner moves by α and not by σ² α.
    """
    theta: np.ndarray
    if kind == "gaussian":
        theta = np.exp(apart[0] * (-0.5 / sigma**2))
    elif kind == "bubble":
        theta = (apart[0] < sigma**2).astype(float)
    elif kind == "mexican_hat":
        ratio = apart[0] / (2 * sigma**2)
        theta = (1 - 2 * ratio) * np.exp(-ratio)
    elif kind == "triangle":
        theta = np.maximum(1 - apart / sigma, 0).prod(0)
    else:
        theta = 0.5 ** apart[0]
    return theta


def alpha_at(decay: Decay, alpha: float, s: np.ndarray, last: int) -> np.ndarray:
    """The learning rate at steps s of a run of `last`. Linear is the notes' α (1 − s/λ); asymptotic and inverse are MiniSom's."""
    part = s / last
    rates: dict[str, np.ndarray] = {
        "linear": alpha * (1 - part),
        "exponential": alpha * 0.01**part,
        "asymptotic": alpha / (1 + 2 * part),
        "inverse": alpha / (1 + 100 * part),
    }
    return rates[decay]


def sigma_at(decay: Decay, sigma: float, end: float, s: np.ndarray, last: int) -> np.ndarray:
    """The width at steps s of a run of `last`, never below 0.001. All but the asymptotic one (a third) go to `end`."""
    part = s / last
    start, goal = max(sigma, LEAST_SIGMA), max(end, LEAST_SIGMA)
    widths: dict[str, np.ndarray] = {
        "linear": sigma + (end - sigma) * part,
        "exponential": start * (goal / start) ** part,
        "asymptotic": sigma / (1 + 2 * part),
        "inverse": start / (1 + (start / goal - 1) * part),
    }
    return widths[decay].clip(LEAST_SIGMA)


def draws(sampling: str, n: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Which sample each step shows, (steps,). Jackknife: every pass shuffles all samples but one, each time another."""
    if sampling == "random":
        return rng.integers(n, size=steps)
    if sampling == "sequential" or n == 1:
        return np.arange(steps) % n
    out = rng.permutation(n)
    passes = [rng.permutation(np.delete(np.arange(n), out[k % n])) for k in range(-(-steps // (n - 1)))]
    return np.concatenate(passes)[:steps]


def random_start(X: np.ndarray, units: int, rng: np.random.Generator) -> np.ndarray:
    """A small crumpled ball around the mean, (units, d)."""
    W: np.ndarray = X.mean(0) + 0.18 * X.std(0) * rng.standard_normal((units, X.shape[1]))
    return W


def principal_plane(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two largest eigenvalues of the covariance (2,) and their directions (d, 2); zeros if d = 1.

    The largest entry of each is positive; of equally large ones (up to rounding, so that every machine agrees) the first.
    """
    centred = X - X.mean(0)
    values, vectors = np.linalg.eigh(centred.T @ centred / max(len(X) - 1, 1))
    values, vectors = np.maximum(values[::-1][:2], 0), vectors[:, ::-1][:, :2]
    size = np.abs(vectors)
    largest = (size > size.max(0) - TIE).argmax(0)
    vectors = vectors * np.sign(vectors[largest, np.arange(vectors.shape[1])])
    missing = 2 - len(values)
    return np.pad(values, (0, missing)), np.pad(vectors, ((0, 0), (0, missing)))


def pca_start(X: np.ndarray, places: np.ndarray) -> np.ndarray:
    """A flat sheet (units, d): mean ± √eigenvalue, the first direction along the rows, the second along the columns."""
    values, vectors = principal_plane(X)
    low, high = places.min(0), places.max(0)
    half = (high - low) / 2
    spot = (places - (low + high) / 2) / np.where(half > 0, half, 1)  # (units, 2), each axis from -1 to 1
    W: np.ndarray = X.mean(0) + (spot[:, ::-1] * np.sqrt(values)) @ vectors.T
    return W


def walk(
    W: np.ndarray,
    X: np.ndarray,
    drawn: np.ndarray,
    alpha: np.ndarray,
    sigma: np.ndarray,
    kind: Neighbourhood,
    apart: np.ndarray,
) -> tuple[np.ndarray, int, np.ndarray]:
    """Online training: the units (units, d) after the drawn samples, the last winner and its θ (units,)."""
    W, winner, theta = W.T.copy(), -1, np.zeros(len(W))  # (d, units): the sums below run along whole rows
    gap, squared = np.empty_like(W), np.empty(W.shape[1])
    for x, rate, width in zip(X[drawn][:, :, None], alpha.tolist(), sigma.tolist(), strict=True):
        np.subtract(x, W, out=gap)
        np.einsum("ij,ij->j", gap, gap, out=squared)
        winner = int(squared.argmin())
        theta = neighbourhood(kind, apart[:, winner], width)
        gap *= rate * theta
        W += gap
    return W.T.copy(), winner, theta


def update(W: np.ndarray, x: np.ndarray, alpha: float, theta: np.ndarray) -> np.ndarray:
    """One update: W + θ α (x − W). W (units, d), x (d,), θ (units,)."""
    moved: np.ndarray = W + (alpha * theta)[:, None] * (x - W)
    return moved


def batch_update(W: np.ndarray, X: np.ndarray, first: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every unit goes to the mean of all samples, weighted by θ (units, units) from their best units `first` (n,).

    Also the share of the data that moved each unit (units,). A unit that nothing reaches stays.
    """
    units = len(W)
    counts = np.bincount(first, minlength=units).astype(float)
    sums = np.stack([np.bincount(first, column, units) for column in X.T], axis=1)  # (units, d)
    weight = theta.T @ counts
    reached = weight > 1e-290
    return np.where(reached[:, None], theta.T @ sums / np.where(reached, weight, 1)[:, None], W), weight / len(X)


def best_units(W: np.ndarray, X: np.ndarray, count: int = 2) -> np.ndarray:
    """The `count` (1 or 2) nearest units of every sample, nearest first, (n, count). A single unit is also the second."""
    table = np.vstack([-2 * W.T, (W**2).sum(1)])  # (d + 1, units): |x − w|² less |x|²
    found = np.empty((len(X), count), dtype=np.intp)
    for at in range(0, len(X), 512):
        part = X[at : at + 512]
        score = part @ table[:-1] + table[-1]
        rows, best = np.arange(len(part)), score.argmin(1)
        found[at : at + 512, 0] = best
        if count == 2:
            score[rows, best] = np.inf
            found[at : at + 512, 1] = score.argmin(1)
    return found


def place(units: np.ndarray, x: np.ndarray, scale: np.ndarray | float = 1.0) -> int:
    """The flat index of the unit nearest to a new sample x (d,), in columns divided by `scale` (see `scales`)."""
    gap = (units.reshape(-1, units.shape[-1]) - x) / scale
    return int((gap**2).sum(1).argmin())


def quantisation_error(W: np.ndarray, X: np.ndarray, first: np.ndarray) -> float:
    """Mean Euclidean distance of the samples from their best units `first` (n,)."""
    return float(np.linalg.norm(X - W[first], axis=1).mean())


def topographic_error(best: np.ndarray, near: np.ndarray) -> float:
    """Share of samples whose two best units (n, 2) do not touch; 0 on a single unit."""
    return float(1 - near[best[:, 0], best[:, 1]].mean()) if len(near) > 1 else 0.0


def u_matrix(W: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Mean distance of each unit from those it touches, (units,); 0 on a single unit."""
    a, b = np.nonzero(near)
    distance = np.linalg.norm(W[a] - W[b], axis=1)
    mean: np.ndarray = np.bincount(a, distance, len(W)) / near.sum(1).clip(1)
    return mean


def triangles(rows: int, cols: int, topology: Topology) -> np.ndarray:
    """Corners of all lattice triangles as flat units, (t, 3), all turning the same way on the grid. A torus' seam is left out."""
    r, c = (axis.ravel() for axis in np.mgrid[: rows - 1, : cols - 1])
    a = r * cols + c
    b, low, far = a + 1, a + cols, a + cols + 1
    even = np.stack([a, b, low, b, far, low], axis=1)
    odd = np.stack([a, b, far, a, far, low], axis=1)  # where the lower row stands to the left
    return np.where((r % 2 == 1)[:, None] & (topology == "hexagonal"), odd, even).reshape(-1, 3)


def folds(flat: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The triangles (k, 3) that lie the other way up than most, units seen flat (units, 2). Those without area count for neither.

    Exact for data of two columns. For more, the sheet is seen from above the principal plane of the data: a fold may hide there.
    """
    a, b, c = (flat[corners[:, k]] for k in range(3))
    u, v = b - a, c - a
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    side = np.where(np.abs(area) > 1e-9 * ((u**2).sum(1) + (v**2).sum(1)), np.sign(area), 0)
    down: np.ndarray = corners[side == (-1 if side.sum() >= 0 else 1)].astype(np.int32)
    return down


def neighbourhood_label(bmu: np.ndarray, labels: np.ndarray, unit: int, near: np.ndarray) -> tuple[int, int, int]:
    """The commonest label among samples won by a unit, or by the smallest ring around it that won any: label, votes, of how many.

    bmu and labels (m,), near (units, units). Of equally common labels the first; (-1, 0, 0) where nothing was won at all.
    """
    ring = np.arange(len(near)) == unit
    while not (won := ring[bmu]).any():
        wider = ring | near[ring].any(0)
        if (wider == ring).all():
            return -1, 0, 0
        ring = wider
    names, votes = np.unique(labels[won], return_counts=True)
    return int(names[votes.argmax()]), int(votes.max()), int(votes.sum())


ALGORITHMS = (Algorithm("som", train, Params, "penguins"),)
