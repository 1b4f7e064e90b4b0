"""Diffusion in the plane: a small network learns the noise while one looks on, or the exact score stands in its place.

The exact score: where the data are the given points, each blurred to a Gaussian of width h, the noised density is a mixture of
Gaussians at every time, and its score is known. A sampler that uses it makes only its own error, the network adds its own.
Points are centred and divided by their deviation (one number for both columns, so shapes keep); frames are in these units.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

import engine.params
from engine import device
from engine.data import Points
from engine.errors import DataError, Diverged, ParamError
from engine.generative import samplers, schedules
from engine.generative.diffusion import DiffusionFrame, Params, drawn, reverse, shown, walks
from engine.generative.schedules import Schedule

if TYPE_CHECKING:
    import torch

COUNT, MEASURED, MOST = 250, 500, 2000  # points that walk; points in a measurement; of data at most
LEARNING, WALKING, PREVIEW = 30, 100, 12  # frames while it learns and while it samples; calls of the samples between
GRID = np.linspace(-2.6, 2.6, 15)  # where the field of arrows is computed
WIDTH, BATCH, RATE = 128, 256, 3e-3
BY_CALLS = (1, 2, 3, 5, 10, 20, 50, 100)
REDRAWN = 20  # samples of the data, for what chance makes of a distance
NAN = float("nan")
Predict = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]  # x (n, 2), t → x_0, eps


@dataclass(frozen=True)
class CloudFrame(DiffusionFrame):
    """Points in the plane. part: "learn" while the network learns, "batch" inside a training step, "calls" one number of calls,
    "" walking down; in a close-up "mean" and "noise" inside a step."""

    x: np.ndarray  # float32 (samplers, n, 2) where the points are
    x0: np.ndarray  # float32 (samplers, n, 2) the clean points they seem to come from
    eps: np.ndarray  # float32 (samplers, n, 2) and the noise in them
    field: np.ndarray  # float32 (15, 15, 2) the score at GRID x GRID, at t
    loss: float  # mean of the last training steps; NaN where nothing is learnt
    distance: float  # energy distance of the first sampler's law to the data, estimated; NaN while its points walk
    distance2: float  # the second sampler's
    chance: float  # the deviation of such estimates around 0, of as many points drawn from the data
    times: np.ndarray  # int16 (n,) of each point its own time, in a batch; else (0,)
    deviation: float


def sample(params: Params, data: Points, x_T: np.ndarray | None = None) -> Iterator[CloudFrame]:
    """Learn, where there is something to learn; then walk. Raises ParamError, DataError, Diverged."""
    X = standard(data)
    schedule = schedules.make(params.schedule, params.timesteps)
    learning = params.training if params.score == "network" else 0
    if params.by_calls and params.close_up >= 0:
        raise ParamError("diffusion_by_calls_close_up")
    calls = min(params.calls, schedule.T)
    if params.close_up > learning + calls:
        raise ParamError("diffusion_close_up", step=params.close_up, last=learning + calls)
    course = _Course(params, X, schedule, learning, calls, x_T)
    if learning:
        yield from _learn(course)
        if 0 <= params.close_up < learning:
            return
    else:
        course.predict = exact(X, schedule, params.smooth)
    yield from _by_calls(course) if params.by_calls else _walk(course)


def standard(data: Points) -> np.ndarray:
    """The points (n, 2), centred, one deviation for both columns. Raises DataError."""
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


@dataclass
class _Course:
    """One run: what it is about, how many frames it has, and what predicts."""

    params: Params
    X: np.ndarray
    schedule: Schedule
    learning: int
    calls: int
    x_T: np.ndarray | None
    predict: Predict | None = None
    net: "torch.nn.Module | None" = None
    chances: dict[int, float] = field(default_factory=dict)  # number of points → deviation of their distance by chance

    @property
    def total(self) -> int:
        close, steps = self.params.close_up, engine.params.CLOSE_UP_STEPS
        if 0 <= close < self.learning:
            return 1 + min(steps, self.learning - close)
        if close >= 0:
            inside = min(steps, self.calls - (close - self.learning))
            return 1 + 3 * inside
        learnt = len(shown(self.learning + 1, LEARNING)) if self.learning else 0
        return learnt + (len(BY_CALLS) if self.params.by_calls else len(shown(self.calls + 1, WALKING)))

    def start(self, count: int = COUNT) -> np.ndarray:
        """Noise (count, 2), always the same."""
        if self.x_T is not None:
            return np.asarray(self.x_T, dtype=np.float64)
        return drawn(self.params.seed, 0, 0, (count, 2))

    def frame(self, step: int, part: str, t: int, prev: int, x: Any, told: Any, **more: Any) -> CloudFrame:
        """A frame; what is not known of it is NaN or empty."""
        a = float(self.schedule.alpha_bar[t]) if t >= 0 else 1.0
        facts: dict[str, Any] = {"loss": NAN, "distance": NAN, "distance2": NAN, "chance": NAN, "calls": 0, "deviation": 0.0}
        facts |= {"times": np.zeros(0, dtype=np.int16)} | more
        assert self.predict is not None
        return CloudFrame(
            step=step,
            part=part,
            total=self.total,
            t=t,
            prev=prev,
            alpha_bar=a,
            alpha_bar_prev=float(self.schedule.alpha_bar[prev]) if prev >= 0 else 1.0,
            x=np.stack(x).astype(np.float32),
            x0=np.stack([one[0] for one in told]).astype(np.float32),
            eps=np.stack([one[1] for one in told]).astype(np.float32),
            field=scores(self.predict, self.schedule, max(t, 0)),
            **facts,
        )


def _walk(course: _Course) -> Iterator[CloudFrame]:
    """All points from noise to where the data are."""
    params, schedule = course.params, course.schedule
    assert course.predict is not None
    visited = schedules.times(schedule.T, course.calls, params.spacing)
    ways = walks(params, schedule, course.predict, lambda t: drawn(params.seed, 2, t, (len(x), 2)))
    x = course.start()
    close = params.close_up >= 0
    first = max(0, params.close_up - course.learning)
    kept = shown(len(visited) + 1, WALKING)
    if close:
        kept = list(range(first, min(len(visited), first + engine.params.CLOSE_UP_STEPS) + 1))
    for count, (t, prev, states, told) in enumerate(reverse(ways, [x] * len(ways), visited)):
        if count not in kept:
            continue
        step = course.learning + count
        more: dict[str, Any] = {"calls": min(count + 1, len(visited)), "deviation": ways[0].deviation(t, prev) if t >= 0 else 0.0}
        if t < 0:
            more |= _distances(course, states)
        yield course.frame(step, "", t, prev, states, told, **more)
        if close and count < kept[-1]:
            yield from _closely(course, ways[0], step, t, prev, states, told, more)
        if close and count == kept[-1]:
            return


def _closely(
    course: _Course, way: Any, step: int, t: int, prev: int, states: Any, told: Any, more: dict[str, Any]
) -> Iterator[CloudFrame]:
    (x, *_), ((x0, eps), *_) = states, told
    a, p = way.alpha_bar(t), way.alpha_bar(prev)
    if way.kind == "ddim":
        s = samplers.sigma(a, p, way.eta)
        mean = np.sqrt(p) * x0 + np.sqrt(max(1 - p - s * s, 0.0)) * eps
    else:
        of_x0, of_x, _ = samplers.posterior(a, p)
        mean = of_x0 * x0 + of_x * x
    yield course.frame(step, "mean", t, prev, [mean, *states[1:]], told, **more)
    yield course.frame(step, "noise", t, prev, [way.step(x, x0, t, prev), *states[1:]], told, **more)


def _by_calls(course: _Course) -> Iterator[CloudFrame]:
    """The same noise with more and more calls: how far from the data do both samplers end?"""
    params, schedule = course.params.model_copy(update={"sampler": "both", "every": False}), course.schedule
    assert course.predict is not None
    x = drawn(params.seed, 0, 0, (MEASURED, 2))
    ways = walks(params, schedule, course.predict, lambda t: drawn(params.seed, 2, t, (MEASURED, 2)))
    for k, calls in enumerate(BY_CALLS):
        calls = min(calls, schedule.T)
        visited = schedules.times(schedule.T, calls, params.spacing)
        *_, (_, _, states, told) = reverse(ways, [x, x], visited)
        more = _distances(course, states) | {"calls": calls}
        cut = [(x0[:COUNT], eps[:COUNT]) for x0, eps in told]
        yield course.frame(course.learning + k, "calls", -1, -1, [state[:COUNT] for state in states], cut, **more)


def _distances(course: _Course, states: list[np.ndarray]) -> dict[str, float]:
    found = [energy_distance(x, course.X) for x in states]
    chance = _chance(course, len(states[0]))
    return {"distance": found[0], "distance2": found[1] if len(found) > 1 else NAN, "chance": chance}


def _chance(course: _Course, m: int) -> float:
    """How far from 0 the estimates of m points drawn from the data themselves lie: root mean square of REDRAWN of them."""
    if m not in course.chances:
        rng = np.random.default_rng([course.params.seed, 6])
        again = [energy_distance(course.X[rng.integers(0, len(course.X), m)], course.X) for _ in range(REDRAWN)]
        course.chances[m] = float(np.sqrt(np.mean(np.square(again))))
    return course.chances[m]


# ------------------------------------------------------------------------------------------------------------ the score


def exact(X: np.ndarray, schedule: Schedule, width: float) -> Predict:
    """What the best possible network would say, for data that are Gaussians of `width` at points X (n, 2)."""

    def predict(x: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        a = float(schedule.alpha_bar[t])
        eps = -np.sqrt(1 - a) * mixture_score(x, np.sqrt(a) * X, a * width**2 + 1 - a)
        return samplers.guess("eps", eps, x, a)

    return predict


def mixture_score(x: np.ndarray, centres: np.ndarray, variance: float) -> np.ndarray:
    """grad log p (m, 2) at x (m, 2), of equal Gaussians of one variance at centres (n, 2)."""
    far = ((x[:, None] - centres[None]) ** 2).sum(-1) / (-2 * variance)  # (m, n)
    shares = np.exp(far - far.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    score: np.ndarray = (shares @ centres - x) / variance
    return score


def scores(predict: Predict, schedule: Schedule, t: int) -> np.ndarray:
    """The score that a predictor means, float32 (15, 15, 2), rows upward."""
    places = np.stack(np.meshgrid(GRID, GRID), axis=-1).reshape(-1, 2)
    eps = predict(places, t)[1]
    score: np.ndarray = (-eps / np.sqrt(1 - schedule.alpha_bar[t])).reshape(len(GRID), len(GRID), 2).astype(np.float32)
    return score


def energy_distance(x: np.ndarray, data: np.ndarray) -> float:
    """Szekely & Rizzo's 2 E|X − Y| − E|X − X'| − E|Y − Y'| of the law behind a sample x (m, 2) and the points `data` (n, 2).

    `data` are a law of their own: each of them with probability 1/n. The estimate has no bias: 0 on average where x is drawn
    from them, and then often below it.
    """

    def mean(one: np.ndarray, other: np.ndarray) -> float:
        return float(np.sqrt(((one[:, None] - other[None]) ** 2).sum(-1)).mean())

    m = len(x)
    return 2 * mean(x, data) - mean(x, x) * m / max(m - 1, 1) - mean(data, data)


# ---------------------------------------------------------------------------------------------------------- the network


def _learn(course: _Course) -> Iterator[CloudFrame]:
    """Train, showing now and then where samples would end with what is known so far."""
    import torch

    params, schedule = course.params, course.schedule
    with device.seeded(params.seed):
        net = network()
    where = device.here()
    net.to(where)
    course.predict = learnt(net, params, schedule, float(np.abs(course.X).max()) if params.clip else None)
    optimizer = torch.optim.Adam(net.parameters(), RATE, fused=True)
    kept = shown(course.learning + 1, LEARNING)
    close = params.close_up if 0 <= params.close_up < course.learning else -1
    last = course.learning if close < 0 else min(course.learning, close + engine.params.CLOSE_UP_STEPS)
    rng, spread = np.random.default_rng([params.seed, 7]), _spread(params, schedule)
    losses: list[float] = []
    for step in range(last + 1):
        if (params.close_up < 0 and step in kept) or (close >= 0 and step == close):
            yield _progress(course, step, losses)
        if step == last:
            break
        batch = training_batch(course.X, schedule, params, rng)
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, 2 * (1 - step / course.learning))
        loss = _loss(net, batch, spread, where)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not np.isfinite(losses[-1]):
            raise Diverged("diffusion_loss", step=step + 1)
        if close >= 0 and step >= close:
            x, told = batch.x[:COUNT], (batch.x0[:COUNT], batch.eps[:COUNT])
            t = int(batch.t[0])
            yield course.frame(step + 1, "batch", t, t, [x], [told], loss=losses[-1], times=batch.t[:COUNT].astype(np.int16))


def _progress(course: _Course, step: int, losses: list[float]) -> CloudFrame:
    """Samples of the network as it is: few calls, always from the same noise."""
    params, schedule = course.params, course.schedule
    assert course.predict is not None
    visited = schedules.times(schedule.T, min(PREVIEW, schedule.T), "even")
    way = walks(params.model_copy(update={"sampler": "ddim", "eta": 0.0}), schedule, course.predict, lambda t: np.zeros(1))
    *_, (_, _, states, told) = reverse(way, [course.start()], visited)
    loss = float(np.mean(losses[-50:])) if losses else NAN
    middle = schedule.T // 3
    return course.frame(step, "learn", middle, middle, states, told, loss=loss)


@dataclass(frozen=True)
class Batch:
    """Noisy points, each with a time of its own, and what the network should say of them."""

    x: np.ndarray  # (b, 2)
    t: np.ndarray  # (b,)
    x0: np.ndarray
    eps: np.ndarray
    target: np.ndarray


def training_batch(X: np.ndarray, schedule: Schedule, params: Params, rng: np.random.Generator) -> Batch:
    """One batch: points drawn at random, times drawn at random, one each."""
    x0 = X[rng.integers(0, len(X), BATCH)]
    t = rng.integers(0, schedule.T, BATCH)
    eps = rng.standard_normal((BATCH, 2))
    a = schedule.alpha_bar[t][:, None]
    target = {"eps": eps, "x0": x0, "v": samplers.v_of(x0, eps, a)}[params.predicts]
    return Batch(samplers.q_sample(x0, a, eps), t, x0, eps, target)


def _spread(params: Params, schedule: Schedule) -> np.ndarray:
    """The weight of each time in the loss: 1, or the bound's for eps, at time 0 that of time 1, scaled to mean 1."""
    if params.weighting == "simple" or schedule.T < 3:
        return np.ones(schedule.T)
    weight = schedule.bound_weight.copy()
    weight[0] = weight[1]
    if params.predicts != "eps":  # the same loss, told of x_0 or v: their errors are eps's times a factor
        weight = weight * (schedule.snr if params.predicts == "x0" else schedule.alpha_bar)
    scaled: np.ndarray = weight / weight.mean()
    return scaled


def network() -> "torch.nn.Module":
    """Three hidden layers of 128: point and time in, two numbers out."""
    from torch import nn

    inputs = 2 + 16
    layers = [nn.Linear(inputs, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, 2))


def inputs(x: np.ndarray, t: np.ndarray, T: int) -> np.ndarray:
    """What the network gets: the point, and its time as waves, float32 (n, 18)."""
    angles = (t[:, None] + 0.5) / T * np.pi * 2.0 ** np.arange(-1, 7)  # (n, 8)
    return np.concatenate([x, np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def _loss(net: Any, batch: Batch, spread: np.ndarray, where: Any) -> Any:
    import torch

    said = net(torch.from_numpy(inputs(batch.x, batch.t, len(spread))).to(where))
    target, weight = (torch.from_numpy(part.astype(np.float32)).to(where) for part in (batch.target, spread[batch.t]))
    return (weight * ((said - target) ** 2).mean(1)).mean()


def learnt(net: Any, params: Params, schedule: Schedule, clip: float | None = None) -> Predict:
    """What a network says, as x_0 and eps."""
    import torch

    def predict(x: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        where = next(net.parameters()).device
        with torch.inference_mode():
            said = net(torch.from_numpy(inputs(x, np.full(len(x), t), schedule.T)).to(where)).cpu().numpy().astype(np.float64)
        return samplers.guess(params.predicts, said, x, float(schedule.alpha_bar[t]), clip)

    return predict
