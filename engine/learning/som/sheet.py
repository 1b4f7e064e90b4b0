"""The sheet of `engine.learning.som`: the settings that all kinds of run share, what stays through a run, and a frame of it."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.errors import DataError, ParamError
from engine.frames import Frame
from engine.learning.som.grid import Neighbourhood, Topology, neighbours, offsets, period, places, separation, triangles
from engine.learning.som.measures import folds, quantisation_error, topographic_error, u_matrix
from engine.learning.som.rules import Decay, Scaling, best_units, pca_start, principal_plane, random_start, scales, sigma_at
from engine.params import Params, choice, number
from engine.points import Points

LARGEST = 1e30  # frames are float32
MEASURED = 4000  # samples that errors are measured on, at most
WIDTH = {"neighbourhood": ("gaussian", "bubble", "mexican_hat", "triangle")}  # all but the one that never shrinks


class Sheet(Params):
    rows: int = number(12, 1, 30)
    cols: int = number(12, 1, 30)
    topology: Topology = choice("hexagonal")
    torus: bool = choice(False, rare=True)
    start: Literal["random", "pca"] = choice("random", rare=True)
    sigma: float = number(5.5, 0, 15, step=0.1, when=WIDTH)
    sigma_end: float = number(0.5, 0, 5, step=0.1, rare=True, when=WIDTH)
    neighbourhood: Neighbourhood = choice("gaussian", rare=True)
    decay: Decay = choice("exponential", rare=True)
    scaling: Scaling = choice("standard", rare=True)


@dataclass(frozen=True)
class SomFrame(Frame):
    units: np.ndarray  # float32 (rows, cols, d): where each unit lies among the data, in the data's own units
    before: np.ndarray  # float32 (rows, cols, d): where it lay before the update that led here
    theta: np.ndarray  # float32 (rows, cols): how strongly that update took each unit along; batch: by what share of the data
    sample: int  # the drawn sample; -1 at the start and in batch
    winner: tuple[int, int]  # its best unit (row, column); (-1, -1) likewise
    alpha: float  # learning rate of that update; NaN in batch, which has none
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

    @property
    def best(self) -> int:
        """The drawn sample's best unit as a flat index; -1: none."""
        row, col = self.winner
        return row * self.units.shape[1] + col if row >= 0 else -1


@dataclass(frozen=True)
class Ground:
    """What stays the same through a run."""

    params: Sheet
    X: np.ndarray  # (n, d) centred, scaled
    centre: np.ndarray  # (d,)
    scale: np.ndarray  # (d,)
    plane: np.ndarray  # (d, 2) principal directions
    apart: np.ndarray  # (k, units, units) what the neighbourhood looks at
    near: np.ndarray  # (units, units) who neighbours whom
    corners: np.ndarray  # (t, 3) triangles of the lattice
    measured: np.ndarray  # (m,)


@dataclass(frozen=True)
class Course:
    """What is known of every step before the first, each (steps,)."""

    start: str
    sigma: np.ndarray
    alpha: np.ndarray  # NaN in batch
    drawn: np.ndarray  # the samples; -1 in batch


@dataclass(frozen=True)
class State:
    """The sheet after `step` updates, and the last of them."""

    step: int
    W: np.ndarray  # (units, d)
    before: np.ndarray  # (units, d)
    theta: np.ndarray  # (units,)
    sample: int = -1
    winner: int = -1


def lay(params: Sheet, data: Points) -> Ground:
    """What a run stands on. Raises ParamError and DataError."""
    if params.torus and params.topology == "hexagonal" and params.rows % 2 and params.rows > 1:
        raise ParamError("som_torus_rows", rows=params.rows, even=params.rows + 1 if params.rows < 30 else params.rows - 1)
    large = np.argwhere(~(np.abs(data.X) < LARGEST))
    if len(large):
        raise DataError("som_large", row=int(large[0, 0]) + 1, column=data.columns[large[0, 1]])
    centre, scale = scales(data.X, params.scaling)
    X = (data.X - centre) / scale  # (n, d)
    grid = (params.rows, params.cols, params.topology)
    offset = offsets(places(*grid), period(*grid) if params.torus else None)
    return Ground(
        params=params,
        X=X,
        centre=centre,
        scale=scale,
        plane=principal_plane(X)[1],
        apart=separation(params.neighbourhood, offset, params.topology),
        near=neighbours(offset, params.topology),
        corners=triangles(*grid),
        measured=_measured(len(X), params.seed),
    )


def _measured(n: int, seed: int) -> np.ndarray:
    """Which of n samples are measured, in their order: all, or as many as there is time for."""
    if n <= MEASURED:
        return np.arange(n)
    return np.sort(np.random.default_rng([seed, 2]).choice(n, MEASURED, replace=False))


def widths(params: Sheet, sigma: float, s: np.ndarray, last: int) -> np.ndarray:
    """The radius at steps s of a run of `last` that begins with `sigma`."""
    return sigma_at(params.decay, sigma, params.sigma_end, s, last)


def begin(ground: Ground, start: str) -> State:
    """The sheet that nothing has pulled yet."""
    params = ground.params
    if start == "pca":
        W = pca_start(ground.X, places(params.rows, params.cols, params.topology))
    else:
        W = random_start(ground.X, params.rows * params.cols, np.random.default_rng([params.seed, 0]))
    return State(0, W, W, np.zeros(len(W)))


def shown(ground: Ground, course: Course, state: State, total: int, part: str = "") -> SomFrame:
    """The frame of a state."""
    params, X = ground.params, ground.X[ground.measured]
    best = best_units(state.W, X)  # (m, 2)
    grid, s = (params.rows, params.cols), max(state.step - 1, 0)
    row, col = divmod(state.winner, params.cols)
    return SomFrame(
        step=state.step,
        part=part,
        total=total,
        units=_among_data(ground, state.W),
        before=_among_data(ground, state.before),
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


def _among_data(ground: Ground, W: np.ndarray) -> np.ndarray:
    units: np.ndarray = (W * ground.scale + ground.centre).astype(np.float32)
    return units.reshape(ground.params.rows, ground.params.cols, -1)


def matched(frame: SomFrame, after: SomFrame) -> SomFrame:
    """A frame on the way to the one `after` it: who moves how far is settled, but the units have not moved yet."""
    return replace(
        frame,
        step=after.step,
        part="match",
        before=frame.units,
        theta=after.theta,
        sample=after.sample,
        winner=after.winner,
        alpha=after.alpha,
        sigma=after.sigma,
    )
