"""Rounds of messages to one node, by the symmetric rule and by the mean rule: who is heard, and by how much."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.edges import Graph
from engine.graphs.gcn import messages
from engine.graphs.gcn.common import NAN, GcnFrame, Wired, drawn, find, standard, wires
from engine.graphs.gcn.messages import Operator
from engine.params import choice, number

BIAS = 0.1
PARTS = ("gather", "weigh", "sum", "update")
Pair = tuple[np.ndarray, np.ndarray]  # of the symmetric rule, of the mean rule


class Rounds(Wired):
    node: str = choice("")  # whom one looks at, by name; "": chosen
    rounds: int = number(3, 1, 32)


@dataclass(frozen=True)
class RoundFrame(GcnFrame):
    """A round of messages (part "update"), and what leads to it; the start has part ""."""

    v: int  # who listens
    hop: np.ndarray  # int16 (n,) after how many rounds v hears from each node; −1: never
    reach: int  # how many nodes v has heard from by now, itself included
    symmetric: np.ndarray  # (n,) row v of Â^k: how much of each node's start is in v
    mean: np.ndarray  # (n,) row v of (D⁻¹A)^k
    h_symmetric: np.ndarray  # (n,) every node's number under the symmetric rule
    h_mean: np.ndarray  # (n,)
    senders: np.ndarray  # int32 (d + 1,) v's neighbours, last v itself
    c_symmetric: np.ndarray  # (d + 1,) what their messages are multiplied with
    c_mean: np.ndarray  # (d + 1,) 0 for v itself
    m_symmetric: np.ndarray  # (d + 1,) their messages, h W
    m_mean: np.ndarray  # (d + 1,)
    total_symmetric: float  # Σ c m
    total_mean: float
    out_symmetric: float  # tanh(Σ c m + b)
    out_mean: float
    weight: float  # W of this round; in the first round every feature has its own: NaN
    own_symmetric: float  # how much of v's own start is still in v
    own_mean: float
    energy: float  # Dirichlet energy of h_symmetric

    @property
    def done(self) -> int:
        """How many rounds are over."""
        return self.step - (self.part in PARTS[:-1])

    @property
    def heard(self) -> np.ndarray:
        """Whom v has heard by now, bool (n,)."""
        return (self.hop >= 0) & (self.hop <= self.done)

    def share(self, mean: bool) -> np.ndarray:
        """Of what v holds, how much came from each node by the mean rule or the symmetric one: parts of one (n,)."""
        return messages.shares(self.mean if mean else self.symmetric)

    def weights(self, mean: bool) -> np.ndarray:
        """What messages to v are multiplied with, in parts of one (d + 1,), v's own last."""
        return messages.shares(self.c_mean if mean else self.c_symmetric)


@dataclass(frozen=True)
class _Ground:
    """What stays the same through all rounds."""

    v: int
    rules: tuple[Operator, Operator]  # Â, D⁻¹A
    sent: np.ndarray  # (n,) the messages of the first round, X W
    later: np.ndarray  # (rounds,) W of every round but the first
    senders: np.ndarray  # (d + 1,)
    coefficients: Pair  # (d + 1,) each
    hop: np.ndarray  # (n,)
    pos: np.ndarray  # (n, 2)
    total: int


@dataclass(frozen=True)
class _Now:
    """Where the rounds have come to."""

    weight: float
    passed: Pair  # (n,) each: everybody's message
    h: Pair  # (n,) each: everybody's number
    influence: Pair  # (n,) each: how much of everybody's start is in v
    sums: tuple[float, float] = (0.0, 0.0)  # what v hears
    out: tuple[float, float] = (0.0, 0.0)  # and makes of it


def propagate(params: Rounds, data: Graph) -> Iterator[RoundFrame]:
    """Let every node hear its neighbours, round by round, by the symmetric and by the mean rule. Raises ParamError."""
    ground = _ground(params, data)
    v, rules, silence = ground.v, ground.rules, np.zeros(data.n)
    itself = np.eye(1, data.n, v)[0]
    now = _Now(NAN, (ground.sent, ground.sent), (silence, silence), (itself, itself))
    yield _frame(ground, now, 0, "")
    for step in range(1, params.rounds + 1):
        weight = NAN if step == 1 else float(ground.later[step - 1])
        passed = (ground.sent, ground.sent) if step == 1 else (now.h[0] * weight, now.h[1] * weight)
        sums = (rules[0].spread(passed[0]), rules[1].spread(passed[1]))
        new = (np.tanh(sums[0] + BIAS), np.tanh(sums[1] + BIAS))
        heard = (float(sums[0][v]), float(sums[1][v]))
        out = (float(new[0][v]), float(new[1][v]))
        now = replace(now, weight=weight, passed=passed, sums=heard, out=out)
        for part in PARTS[:-1]:
            yield _frame(ground, now, step, part)
        influence = (rules[0].back(now.influence[0]), rules[1].back(now.influence[1]))
        now = replace(now, h=new, influence=influence)
        yield _frame(ground, now, step, PARTS[-1])


def _ground(params: Rounds, data: Graph) -> _Ground:
    """Raises ParamError."""
    v = find(params.node, data)
    arcs, weights = wires(params, data)
    rng = np.random.default_rng([params.seed, 1])
    rules = (messages.operator(data.n, arcs, weights, "symmetric"), messages.operator(data.n, arcs, weights, "mean"))
    X = standard(params, data)
    first = rng.normal(size=data.n if X is None else X.shape[1])
    later = rng.choice([-1.0, 1.0], size=params.rounds) * rng.uniform(0.8, 1.6, params.rounds)
    senders = np.append(np.unique(arcs[0][(arcs[1] == v) & (arcs[0] != v)]), v).astype(np.int32)
    return _Ground(
        v=v,
        rules=rules,
        sent=first if X is None else X @ first / np.sqrt(X.shape[1]),
        later=later,
        senders=senders,
        coefficients=(rules[0].row(v)[senders], rules[1].row(v)[senders]),
        hop=messages.hops(data.n, arcs, v),
        pos=drawn(data),
        total=1 + len(PARTS) * params.rounds,
    )


def _frame(ground: _Ground, now: _Now, step: int, part: str) -> RoundFrame:
    v, hop, senders = ground.v, ground.hop, ground.senders
    done = step if part in ("update", "") else step - 1
    return RoundFrame(
        step=step,
        part=part,
        total=ground.total,
        pos=ground.pos,
        v=v,
        hop=hop,
        reach=int(((hop >= 0) & (hop <= done)).sum()),
        symmetric=now.influence[0].copy(),
        mean=now.influence[1].copy(),
        h_symmetric=now.h[0].copy(),
        h_mean=now.h[1].copy(),
        senders=senders,
        c_symmetric=ground.coefficients[0].copy(),
        c_mean=ground.coefficients[1].copy(),
        m_symmetric=now.passed[0][senders],
        m_mean=now.passed[1][senders],
        total_symmetric=now.sums[0],
        total_mean=now.sums[1],
        out_symmetric=now.out[0],
        out_mean=now.out[1],
        weight=now.weight,
        own_symmetric=float(now.influence[0][v]),
        own_mean=float(now.influence[1][v]),
        energy=messages.energy(ground.rules[0], now.h[0]),
    )
