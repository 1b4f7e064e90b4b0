"""Points in the plane: a small network learns their noise while one looks on, or the exact score stands in its place.

Points are centred and divided by their deviation (one number for both columns, so shapes keep); frames are in these units.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.algorithm import closely, shown
from engine.errors import DataError
from engine.generative import schedules
from engine.generative.diffusion import score
from engine.generative.diffusion.learning import Batch, Learner, Plane, learner, learnt
from engine.generative.diffusion.walking import (
    BOTH,
    NAN,
    DiffusionFrame,
    Moment,
    Predict,
    Sampling,
    Stepping,
    Walk,
    drawn,
    inside,
    reverse,
    signal_to_noise,
    walks,
)
from engine.generative.samplers import Variance
from engine.generative.schedules import Schedule
from engine.images import Image
from engine.params import Closing, choice, number
from engine.points import Points

COUNT, MEASURED, MOST = 250, 500, 2000  # points that walk; points in a measurement; of data at most
LEARNING, WALKING, PREVIEW = 30, 100, 12  # frames while it learns and while it samples; calls of the samples between
BY_CALLS = (1, 2, 3, 5, 10, 20, 50, 100)


class Cloud(Plane, Sampling, Closing):
    """Points walk, one by one."""

    @property
    def last(self) -> int:
        return _learning(self) + min(self.calls, self.timesteps)


class ByCalls(Plane, Stepping):
    """Both samplers, with more and more calls."""

    eta: float = number(0.0, 0, 1, step=0.1, rare=True)
    variance: Variance = choice("small", rare=True)


@dataclass(frozen=True)
class CloudFrame(DiffusionFrame):
    """Points in the plane. part: "learn" while the network learns, "batch" inside a training step, "calls" one number of calls,
    "" walking down; in a close-up "mean" and "noise" inside a step."""

    x: np.ndarray  # float32 (samplers, n, 2) where the points are
    x0: np.ndarray  # float32 (samplers, n, 2) the clean points they seem to come from
    eps: np.ndarray  # float32 (samplers, n, 2) and the noise in them
    field: np.ndarray  # float32 (15, 15, 2) the score at GRID x GRID, at t
    times: np.ndarray  # int16 (n,) of each point its own time, in a batch; else (0,)
    loss: float = NAN  # mean of the last training steps; NaN where nothing is learnt
    distance: float = NAN  # energy distance of the first sampler's law to the data, estimated; NaN while its points walk
    distance2: float = NAN  # the second sampler's
    chance: float = NAN  # the deviation of such estimates around 0, of as many points drawn from the data
    deviation: float = 0.0  # of the noise that the step's first sampler adds


def points(params: Cloud, data: Image | Points, x_T: np.ndarray | None = None) -> Iterator[CloudFrame]:
    """Learn, where there is something to learn; then let points walk from noise to where the data are.

    x_T (n, 2): where they begin, drawn from the seed if not given. Raises ParamError, DataError, and Diverged where numbers
    leave the finite range.
    """
    X, schedule = standard(data), schedules.make(params.schedule, params.timesteps)
    learning, calls = _learning(params), min(params.calls, schedule.T)
    steps = closely(params, params.last)
    start = drawn(params.seed, 0, 0, (COUNT, 2)) if x_T is None else np.asarray(x_T, dtype=np.float64)
    if steps and steps[0] < learning:
        steps = steps[: learning - steps[0] + 1]
        yield from _learn(_ground(params, X, schedule, len(steps)), start, steps)
        return
    whole = min(learning, LEARNING) + len(shown(calls, WALKING - 1))
    ground = _ground(params, X, schedule, 3 * len(steps) - 2 if steps else whole)
    yield from _learn(ground, start, None, seen=not steps)
    yield from _walk(ground, params, start, calls, steps)


def by_calls(params: ByCalls, data: Image | Points) -> Iterator[CloudFrame]:
    """Learn, where there is something to learn; then the same noise with more and more calls: how far do both samplers end?

    Raises ParamError, DataError, and Diverged where numbers leave the finite range.
    """
    X, schedule = standard(data), schedules.make(params.schedule, params.timesteps)
    ground = _ground(params, X, schedule, min(_learning(params), LEARNING) + len(BY_CALLS))
    yield from _learn(ground, drawn(params.seed, 0, 0, (COUNT, 2)), None)
    yield from _measure(ground, params)


def standard(data: Image | Points) -> np.ndarray:
    """The points (n, 2), centred, one deviation for both columns. Raises DataError."""
    if not isinstance(data, Points):
        raise DataError("diffusion_points")
    n, columns = data.X.shape
    if columns != 2:
        raise DataError("diffusion_columns", columns=columns)
    if n > MOST:
        raise DataError("diffusion_many", rows=n, limit=MOST)
    centred = data.X - data.X.mean(0)
    spread = float(centred.std())
    if not spread:
        raise DataError("diffusion_one_place")
    scaled: np.ndarray = centred / spread
    return scaled


def _learning(params: Plane) -> int:
    """How many steps of training there are."""
    return params.training if params.score == "network" else 0


@dataclass(frozen=True)
class _Ground:
    """What stays the same through a run: what it is about, what predicts, how many frames there are."""

    X: np.ndarray  # (n, 2)
    schedule: Schedule
    predict: Predict
    learner: Learner | None  # none: the score is exact
    learning: int  # steps
    total: int
    seed: int

    def frame(self, step: int, part: str, moment: Moment, *, calls: int = 0, times: Any = (), **more: float) -> CloudFrame:
        """A frame; what is not known of it is NaN or empty."""
        t, prev, states, told = moment
        a = self.schedule.at(t)
        return CloudFrame(
            step=step,
            part=part,
            total=self.total,
            t=t,
            prev=prev,
            alpha_bar=a,
            alpha_bar_prev=self.schedule.at(prev),
            snr=signal_to_noise(a),
            calls=calls,
            x=np.stack(states).astype(np.float32),
            x0=np.stack([x0 for x0, _ in told]).astype(np.float32),
            eps=np.stack([eps for _, eps in told]).astype(np.float32),
            field=score.scores(self.predict, self.schedule, max(t, 0)),
            times=np.array(times, dtype=np.int16),
            **more,
        )


def _ground(params: Cloud | ByCalls, X: np.ndarray, schedule: Schedule, total: int) -> _Ground:
    if params.score == "exact":
        return _Ground(X, schedule, score.exact(X, schedule, params.smooth), None, 0, total, params.seed)
    taught = learner(params, X, schedule)
    predict = learnt(taught.net, params.predicts, schedule, float(np.abs(X).max()) if params.clip else None)
    return _Ground(X, schedule, predict, taught, params.training, total, params.seed)


# ---------------------------------------------------------------------------------------------------------- learning


def _learn(ground: _Ground, start: np.ndarray, steps: Sequence[int] | None, *, seen: bool = True) -> Iterator[CloudFrame]:
    """Train, showing now and then where samples would end with what is known so far; closely, every batch of these `steps`."""
    if not ground.learner:
        return
    kept = steps[:1] if steps else shown(ground.learning, LEARNING - 1) if seen else ()
    last = steps[-1] if steps else ground.learning
    losses: list[float] = []
    for step in range(last + 1):
        if step in kept:
            yield _preview(ground, step, start, losses)
        if step == last:
            return
        batch, loss = ground.learner.step(step)
        losses.append(loss)
        if steps and step >= steps[0]:
            yield _batch(ground, step + 1, batch, loss)


def _preview(ground: _Ground, step: int, start: np.ndarray, losses: Sequence[float]) -> CloudFrame:
    """Samples of the network as it is: few calls, always from the same noise."""
    schedule = ground.schedule
    visited = schedules.times(schedule.T, min(PREVIEW, schedule.T), "even")
    way = Walk("ddim", schedule, 0.0, "small", ground.predict, lambda t: np.zeros(1))
    *_, end = reverse([way], [start], visited)
    loss = float(np.mean(losses[-50:])) if losses else NAN
    middle = schedule.T // 3  # the time whose score is shown
    return ground.frame(step, "learn", end._replace(t=middle, prev=middle), loss=loss)


def _batch(ground: _Ground, step: int, batch: Batch, loss: float) -> CloudFrame:
    """The points that one step of training was about."""
    t = int(batch.t[0])
    moment = Moment(t, t, [batch.x[:COUNT]], [(batch.x0[:COUNT], batch.eps[:COUNT])])
    return ground.frame(step, "batch", moment, loss=loss, times=batch.t[:COUNT])


# ----------------------------------------------------------------------------------------------------------- walking


def _walk(ground: _Ground, params: Cloud, start: np.ndarray, calls: int, steps: Sequence[int] | None) -> Iterator[CloudFrame]:
    """All points from noise to where the data are; closely, only these `steps`."""
    visited = schedules.times(ground.schedule.T, calls, params.spacing)
    ways = walks(params, ground.schedule, ground.predict, _noise(params.seed, len(start)))
    kept = [step - ground.learning for step in steps] if steps else shown(calls, WALKING - 1)
    for count, moment in enumerate(reverse(ways, [start] * len(ways), visited)):
        if count in kept:
            step = ground.learning + count
            facts = _facts(ground, ways[0], moment)
            yield ground.frame(step, "", moment, calls=min(count + 1, calls), **facts)
            for part, within in inside(ways[0], moment) if steps and count < kept[-1] else ():
                yield ground.frame(step, part, within, calls=count + 1, **facts)
        if steps and count == kept[-1]:
            return


def _facts(ground: _Ground, way: Walk, moment: Moment) -> dict[str, float]:
    """What is known of a moment beside its points: on the way the noise of the step, at its end the distances."""
    if moment.t < 0:
        return _distances(ground, moment.states, score.by_chance(ground.X, len(moment.states[0]), ground.seed))
    return {"deviation": way.deviation(moment.t, moment.prev)}


def _measure(ground: _Ground, params: ByCalls) -> Iterator[CloudFrame]:
    """Whole ways of both samplers, one after the other."""
    x = drawn(params.seed, 0, 0, (MEASURED, 2))
    noise = _noise(params.seed, MEASURED)
    ways = [Walk(kind, ground.schedule, params.eta, params.variance, ground.predict, noise) for kind in BOTH]
    chance = score.by_chance(ground.X, MEASURED, params.seed)
    for k, most in enumerate(BY_CALLS):
        calls = min(most, ground.schedule.T)
        *_, end = reverse(ways, [x, x], schedules.times(ground.schedule.T, calls, params.spacing))
        some = [(x0[:COUNT], eps[:COUNT]) for x0, eps in end.told]
        seen = Moment(-1, -1, [state[:COUNT] for state in end.states], some)
        yield ground.frame(ground.learning + k, "calls", seen, calls=calls, **_distances(ground, end.states, chance))


def _noise(seed: int, n: int) -> Callable[[int], np.ndarray]:
    """Fresh noise (n, 2) by time."""
    return lambda t: drawn(seed, 2, t, (n, 2))


def _distances(ground: _Ground, states: Sequence[np.ndarray], chance: float) -> dict[str, float]:
    """How far from the data each sampler has ended."""
    found = [score.energy_distance(x, ground.X) for x in states]
    return {"distance": found[0], "distance2": found[1] if len(found) > 1 else NAN, "chance": chance}
