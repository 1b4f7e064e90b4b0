"""The small network that learns the noise in points of the plane. torch is imported only when one is made."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine import device
from engine.errors import Diverged
from engine.generative import samplers
from engine.generative.diffusion.walking import Guess, Predict, Scheduled
from engine.generative.samplers import Predicts
from engine.generative.schedules import Schedule
from engine.params import choice, number

if TYPE_CHECKING:
    import torch

WIDTH, BATCH, RATE = 128, 256, 3e-3
LEARNT = {"score": ["network"]}


class Plane(Scheduled):
    """What says where points come from: a network that is trained, or the exact score."""

    score: Literal["network", "exact"] = choice("network")
    predicts: Predicts = choice("eps", rare=True, when=LEARNT)
    weighting: Literal["simple", "bound"] = choice("simple", rare=True, when=LEARNT)
    training: int = number(1000, 100, 4000, step=100, rare=True, when=LEARNT)
    smooth: float = number(0.05, 0.01, 0.3, step=0.01, rare=True, when={"score": ["exact"]})


@dataclass(frozen=True)
class Batch:
    """Noisy points, each with a time of its own, and what the network should say of them."""

    x: np.ndarray  # (b, 2)
    t: np.ndarray  # (b,)
    x0: np.ndarray  # (b, 2)
    eps: np.ndarray  # (b, 2)
    target: np.ndarray  # (b, 2)


@dataclass(frozen=True)
class Learner:
    """A network in training."""

    params: Plane
    X: np.ndarray  # (n, 2)
    schedule: Schedule
    net: "torch.nn.Module"
    optimizer: "torch.optim.Optimizer"
    spread: np.ndarray  # (T,) the weight of each time in the loss
    rng: np.random.Generator

    def step(self, step: int) -> tuple[Batch, float]:
        """One step of training, counted from 0: its batch and its loss. Raises Diverged."""
        batch = training_batch(self.X, self.schedule, self.params, self.rng)
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * min(1.0, 2 * (1 - step / self.params.training))
        loss = _loss(self.net, batch, self.spread)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        said = float(loss.item())
        if not np.isfinite(said):
            raise Diverged("diffusion_loss", step=step + 1)
        return batch, said


def learner(params: Plane, X: np.ndarray, schedule: Schedule) -> Learner:
    """A network that knows nothing yet, on the device of the run."""
    import torch

    with device.seeded(params.seed):
        net = network()
    net.to(device.here())
    optimizer = torch.optim.Adam(net.parameters(), RATE, fused=True)
    return Learner(params, X, schedule, net, optimizer, _spread(params, schedule), np.random.default_rng([params.seed, 7]))


def training_batch(X: np.ndarray, schedule: Schedule, params: Plane, rng: np.random.Generator) -> Batch:
    """One batch: points drawn at random, times drawn at random, one each."""
    x0 = X[rng.integers(0, len(X), BATCH)]
    t = rng.integers(0, schedule.T, BATCH)
    eps = rng.standard_normal((BATCH, 2))
    a = schedule.alpha_bar[t][:, None]
    target = {"eps": eps, "x0": x0, "v": samplers.v_of(x0, eps, a)}[params.predicts]
    return Batch(samplers.q_sample(x0, a, eps), t, x0, eps, target)


def _spread(params: Plane, schedule: Schedule) -> np.ndarray:
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


def _loss(net: Any, batch: Batch, spread: np.ndarray) -> Any:
    import torch

    where = next(net.parameters()).device
    said = net(torch.from_numpy(inputs(batch.x, batch.t, len(spread))).to(where))
    target, weight = (torch.from_numpy(part.astype(np.float32)).to(where) for part in (batch.target, spread[batch.t]))
    return (weight * ((said - target) ** 2).mean(1)).mean()


def learnt(net: Any, predicts: Predicts, schedule: Schedule, clip: float | None = None) -> Predict:
    """What a network says, as x_0 and eps."""
    import torch

    def predict(x: np.ndarray, t: int) -> Guess:
        where = next(net.parameters()).device
        with torch.inference_mode():
            said = net(torch.from_numpy(inputs(x, np.full(len(x), t), schedule.T)).to(where)).cpu().numpy().astype(np.float64)
        return samplers.guess(predicts, said, x, schedule.at(t), clip)

    return predict
