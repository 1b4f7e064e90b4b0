"""Decoding: a model says how likely each next token is; a search, or a draw, turns that into a sentence.

Zhang et al., "Dive into Deep Learning", ch. 10.8; Wu et al., "Google's Neural Machine Translation System", 2016 (length
normalisation); Fan et al., "Hierarchical Neural Story Generation", 2018 (top-k); Holtzman et al., "The Curious Case of Neural
Text Degeneration", 2020 (top-p); Nguyen et al., "Turning Up the Heat: Min-p Sampling", 2024; Stahlberg & Byrne, "On NMT Search
Errors and Model Errors: Cat Got Your Tongue?", 2019 (the beam-search curse). Peer: transformers 5.24.0, `generate`.

A beam of width k judges all continuations of its k prefixes by log P, ties going to the earlier parent, then to the lower token.
An end token among the k best leaves the beam for the pool of finished sentences; one that ranks lower is dropped. The k best
others live on, so that finishing costs no place. At the longest length the k best of either kind are final. Length plays no part
in the search: it enters when the finished sentences are ranked, as log P / L^α with L counting the end token.
A beam of width 1 is greedy search: it stops where the end token is its best candidate.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from math import exp, inf, log, nan
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.config import JsonDict

import engine.params
from engine.errors import ParamError
from engine.frames import Frame, seal
from engine.language.lm import LanguageModel, table_model
from engine.params import CLOSE_UP_STEPS
from engine.readers import Table

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Tokens = tuple[int, ...]

OPEN, ALIVE, PRUNED, FINISHED, CUT, EXPANDED = range(6)  # states of a node
SHOWN = 24  # candidates of a step that the tree holds at least, if there are so many
LEVEL, NODES = 30, 60  # nodes of a level and of the whole tree where the tree is no beam's
PER_LENGTH, LISTED = 12, 1000  # finished sentences listed: per length of an exhaustive search; of all that were drawn
SEQUENCES = 200_000  # an exhaustive search scores no more
CHUNK = 2048  # prefixes that an exhaustive search asks about at once
EXPANSIONS, HEAP = 50_000, 500_000  # where the search for the optimum gives up
DRAWS = 200  # frames of a sampling run, but for the start
CLOSE_FRAMES = 250  # a close-up of sampling ends with the sample that passes them
WIDTHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100)
DIGITS = 12  # decimals of log P that count when candidates are ranked
CLOSE = 2.0 * 10.0**-DIGITS

BEAM: JsonDict = {"strategy": ["beam"]}
STOP: JsonDict = {"strategy": ["beam"], "stop": [True]}
SAMPLING: JsonDict = {"strategy": ["sampling"]}


class Params(engine.params.Params):
    strategy: Literal["greedy", "beam", "exhaustive", "sampling", "widths"] = "beam"
    width: int = Field(2, ge=1, le=20, json_schema_extra={"when": BEAM})
    longest: int = Field(4, ge=1, le=12)
    samples: int = Field(200, ge=10, le=1000, multiple_of=10, json_schema_extra={"when": SAMPLING})
    temperature: float = Field(1.0, ge=0, le=3, json_schema_extra={"step": 0.05, "when": SAMPLING})
    top_k: int = Field(0, ge=0, le=50, json_schema_extra={"when": SAMPLING})
    top_p: float = Field(1.0, ge=0.05, le=1, json_schema_extra={"step": 0.05, "when": SAMPLING})
    min_p: float = Field(0.0, ge=0, le=1, json_schema_extra={"step": 0.01, "when": SAMPLING})
    stop: bool = Field(False, json_schema_extra={"when": BEAM})
    stop_alpha: float = Field(0.75, ge=0, le=2, json_schema_extra={"step": 0.05, "when": STOP})
    normalise: bool = False
    forced: str = ""


@dataclass(frozen=True)
class DecodingFrame(Frame):
    parent: np.ndarray  # int32 (n,): the tree so far, node 0 being the root, whose parent and token are -1
    token: np.ndarray  # int32 (n,)
    depth: np.ndarray  # int32 (n,)
    logp: np.ndarray  # float64 (n,): log P of the prefix under the model
    state: np.ndarray  # int8 (n,): OPEN, ALIVE, PRUNED, FINISHED, CUT or EXPANDED
    asked: np.ndarray  # int32 (m,): nodes whose next-token distribution was asked for; sampling: the last sample's
    entropy: np.ndarray  # float64 (m,): of those distributions, in nats; sampling: as filtered
    chances: np.ndarray  # float64 (V,): next-token probabilities of the last asked prefix; zeros before the first
    filtered: np.ndarray  # float64 (V,): the same after temperature, top-k, top-p, min-p; size 0 where nothing is drawn
    u: float  # the uniform number of a draw, in a close-up; else -1
    calls: int  # prefixes that the model was asked about so far
    hidden: int  # candidates of this step that the tree leaves out
    finished: np.ndarray  # int32 (f, longest): final sentences in order of finishing, padded with -1
    finished_logp: np.ndarray  # float64 (f,)
    finished_logq: np.ndarray  # float64 (f,): log probability under the filtered distribution; = logp where nothing is drawn
    finished_node: np.ndarray  # int32 (f,): -1 where the tree leaves it out
    finished_cut: np.ndarray  # int8 (f,): 1 where the longest length cut it off
    finished_count: np.ndarray  # int32 (f,): how often it was drawn; zeros where nothing is drawn
    count: np.ndarray  # int32 (n,): samples that passed through a node; size 0 where nothing is drawn
    logq: np.ndarray  # float64 (n,): log probability of a node under the filtered distribution; size 0 likewise
    drawn: np.ndarray  # int32 (L,): the last sample; size 0 likewise
    settled: bool  # the search stopped early because nothing alive could win
    width: int  # of this search; greedy 1, exhaustive and sampling 0
    mass_finished: float  # total probability of the finished sentences that the search has kept; nan in sampling
    mass_cut: float  # the same of those that were cut off
    distance: float  # total variation between drawn and exact distribution; nan before the first sample and elsewhere
    greedy: float  # log P of greedy's sentence, in the last frame; else nan
    optimum: float  # log P of the likeliest sentence of all, in the last frame if it could be found; else nan
    optimum_tokens: np.ndarray  # int32 (longest,), padded with -1; size 0 where optimum is nan


def search(params: Params, table: Table) -> Iterator[DecodingFrame]:
    """Decode the model that a table holds. Raises DataError and ParamError."""
    yield from decode(params, table_model(table, normalise=params.normalise))


def decode(params: Params, model: LanguageModel) -> Iterator[DecodingFrame]:
    """Decode any model. Raises ParamError.

    Parts of a whole run: "force" (a token that was asked for), "expand", "score", "prune" for each time step, then "end"; a
    sample, a width and the start have none. A close-up asks prefix after prefix ("expand"), or draws by "ask", "filter", "draw".
    """
    if params.strategy == "widths" and params.close_up >= 0:
        raise ParamError("decoding_widths_close_up")
    ground = _ground(params, model)
    course = {"exhaustive": _exhaustive, "sampling": _sampling, "widths": _widths}.get(params.strategy, _beam_run)
    frames = list(course(ground))
    if params.strategy == "exhaustive":
        _check_close_up(params.close_up, frames[-1].step)
        frames = [frame for frame in frames if frame.step >= params.close_up]
    elif params.strategy == "sampling":
        frames[-1] = _with_optimum(ground, frames[-1])
    for frame in frames:
        yield seal(replace(frame, total=len(frames)))


@dataclass(frozen=True)
class _Ground:
    """What stays the same through a run."""

    params: Params
    model: LanguageModel
    forced: Tokens
    forced_logp: float

    @property
    def end(self) -> int:
        return self.model.end

    @property
    def longest(self) -> int:
        return self.params.longest

    def final(self, tokens: Tokens) -> int:
        """FINISHED, CUT, or ALIVE for a prefix that goes on."""
        if tokens and tokens[-1] == self.end:
            return FINISHED
        return CUT if len(tokens) == self.longest else ALIVE


def _ground(params: Params, model: LanguageModel) -> _Ground:
    number = {token: i for i, token in enumerate(model.vocabulary)}
    names, logp = params.forced.split(), 0.0
    forced = tuple(number.get(name, -1) for name in names)
    if -1 in forced or len(forced) > params.longest or model.end in forced[:-1]:
        raise ParamError("decoding_forced", prefix=params.forced)
    for t, token in enumerate(forced):
        logp += float(model.next_log_probs([forced[:t]])[0, token])
    if logp == -inf:
        raise ParamError("decoding_forced", prefix=params.forced)
    return _Ground(params, model, forced, logp)


@dataclass
class _Tree:
    """Nodes are only ever appended; their states change."""

    parent: list[int] = field(default_factory=lambda: [-1])
    token: list[int] = field(default_factory=lambda: [-1])
    depth: list[int] = field(default_factory=lambda: [0])
    logp: list[float] = field(default_factory=lambda: [0.0])
    logq: list[float] = field(default_factory=lambda: [0.0])
    state: list[int] = field(default_factory=lambda: [ALIVE])
    child: dict[tuple[int, int], int] = field(default_factory=dict)  # (parent, token) → node

    def add(self, parent: int, token: int, logp: float, state: int, logq: float = 0.0) -> int:
        node = self.child[parent, token] = len(self.parent)
        self.parent.append(parent)
        self.token.append(token)
        self.depth.append(self.depth[parent] + 1)
        self.logp.append(logp)
        self.logq.append(logq)
        self.state.append(state)
        return node

    def path(self, tokens: Sequence[int]) -> list[int]:
        """The nodes of a sentence from the root on, as far as the tree holds them."""
        nodes = [0]
        for token in tokens:
            if (nodes[-1], token) not in self.child:
                break
            nodes.append(self.child[nodes[-1], token])
        return nodes

    def find(self, tokens: Sequence[int]) -> int:
        """The node of a sentence, or -1."""
        nodes = self.path(tokens)
        return nodes[-1] if len(nodes) == len(tokens) + 1 else -1


class _Kept(NamedTuple):
    """A final sentence."""

    tokens: Tokens
    logp: float
    node: int
    cut: bool
    logq: float
    times: int = 0


def _frame(ground: _Ground, tree: _Tree, pool: Sequence[_Kept], step: int, part: str, **values: Any) -> DecodingFrame:
    """A frame of what is there now; `values` are the other fields. Not sealed, its total not yet known."""
    finished = np.full((len(pool), ground.longest), -1, np.int32)
    for i, kept in enumerate(pool):
        finished[i, : len(kept.tokens)] = kept.tokens
    facts: dict[str, Any] = {
        "asked": np.zeros(0, np.int32),
        "entropy": np.zeros(0),
        "chances": np.zeros(len(ground.model.vocabulary)),
        "filtered": np.zeros(0),
        "u": -1.0,
        "hidden": 0,
        "count": np.zeros(0, np.int32),
        "logq": np.zeros(0),
        "drawn": np.zeros(0, np.int32),
        "settled": False,
        "width": 0,
        "mass_finished": sum(exp(kept.logp) for kept in pool if not kept.cut),
        "mass_cut": sum(exp(kept.logp) for kept in pool if kept.cut),
        "distance": nan,
        "greedy": nan,
        "optimum": nan,
        "optimum_tokens": np.zeros(0, np.int32),
    }
    return DecodingFrame(
        step=step,
        part=part,
        total=0,
        parent=np.array(tree.parent, np.int32),
        token=np.array(tree.token, np.int32),
        depth=np.array(tree.depth, np.int32),
        logp=np.array(tree.logp),
        state=np.array(tree.state, np.int8),
        finished=finished,
        finished_logp=np.array([kept.logp for kept in pool], float),
        finished_logq=np.array([kept.logq for kept in pool], float),
        finished_node=np.array([kept.node for kept in pool], np.int32),
        finished_cut=np.array([kept.cut for kept in pool], np.int8),
        finished_count=np.array([kept.times for kept in pool], np.int32),
        **(facts | values),
    )


def _with_optimum(ground: _Ground, frame: DecodingFrame, best: tuple[Tokens, float] | None = None) -> DecodingFrame:
    """The last frame of a run: with what greedy search finds, and with the best there is."""
    tokens, logp = greedy_sentence(ground.model, ground.longest, ground.forced)
    if best is None:
        final = ground.end < 0 or tokens[-1:] == (ground.end,)
        bound = max([logp] * final + frame.finished_logp[frame.finished_cut == (ground.end < 0)].tolist(), default=-inf)
        best = likeliest(ground.model, ground.longest, ground.forced, ground.forced_logp, bound)
    if best is None:
        return replace(frame, greedy=logp)
    padded = np.full(ground.longest, -1, np.int32)
    padded[: len(best[0])] = best[0]
    return replace(frame, greedy=logp, optimum=best[1], optimum_tokens=padded)


# ----------------------------------------------------------------------------------------------------------------- beam


class _Live(NamedTuple):
    """A prefix in the beam."""

    node: int
    tokens: Tokens
    logp: float


class _Beam:
    """A beam search under way."""

    def __init__(self, ground: _Ground, width: int, stop: bool = False) -> None:
        self.ground, self.width, self.stop = ground, width, stop
        self.tree, self.pool = _Tree(), list[_Kept]()
        self.live = [_Live(0, (), 0.0)]
        self.calls, self.lost, self.settled = 0, 0, False
        self.facts: dict[str, Any] = {}  # of the step under way: what was asked, and what is hidden

    def frames(self, detail: bool) -> Iterator[DecodingFrame]:
        """The whole search; in detail, each prefix of the beam is asked in a frame of its own."""
        yield self.frame(0, "")
        forced = self.ground.forced
        for t, token in enumerate(forced, 1):
            self.force(token)
            yield self.frame(t, "force")
        t = len(forced)
        while self.live and t < self.ground.longest and not self.settles():
            t += 1
            yield from self.step(t, detail)
        yield self.frame(t, "end")

    def frame(self, step: int, part: str, **values: Any) -> DecodingFrame:
        facts = {"calls": self.calls, "width": self.width, "settled": self.settled} | self.facts | values
        return _frame(self.ground, self.tree, self.pool, step, part, **facts)

    def force(self, token: int) -> None:
        """Take one token; its siblings are pruned, unheard."""
        (node, tokens, logp), tree = self.live[0], self.tree
        row = self.ask()[0]
        ranked = beam_step(np.array([logp]), row[None], 1, -1, SHOWN)
        shown = sorted({token, *ranked.token.tolist()})
        for other in shown:
            tree.add(node, other, logp + float(row[other]), PRUNED)
        tree.state[node] = EXPANDED
        self.facts["hidden"] = int(np.isfinite(row).sum()) - len(shown)
        self.live = []
        self.keep(_Live(tree.child[node, token], (*tokens, token), logp + float(row[token])))

    def keep(self, live: _Live) -> None:
        """Let a prefix live on, or let it into the pool if it is final."""
        state = self.tree.state[live.node] = self.ground.final(live.tokens)
        if state == ALIVE:
            self.live.append(live)
        else:
            self.pool.append(_Kept(live.tokens, live.logp, live.node, state == CUT, live.logp))

    def ask(self) -> Floats:
        """The next-token distributions of the beam, (live, V)."""
        log_probs = self.ground.model.next_log_probs([live.tokens for live in self.live])
        self.calls += len(self.live)
        self.facts = {
            "asked": np.array([live.node for live in self.live], np.int32),
            "entropy": entropy(log_probs),
            "chances": np.exp(log_probs[-1]),
        }
        return log_probs

    def settles(self) -> bool:
        """Whether no prefix alive can overtake the best finished sentence, even if it went on for nothing."""
        if self.stop and self.pool:
            alpha = self.ground.params.stop_alpha
            best = max(score(kept.logp, len(kept.tokens), alpha) for kept in self.pool)
            self.settled = max(score(live.logp, self.ground.longest, alpha) for live in self.live) < best
        return self.settled

    def step(self, t: int, detail: bool) -> Iterator[DecodingFrame]:
        """Expand every prefix of the beam, rank what comes out, keep the best."""
        live, log_probs, before = self.live, self.ask(), self.calls - len(self.live)
        last = t == self.ground.longest
        scores = np.array([one.logp for one in live])
        ranked = beam_step(scores, log_probs, self.width, -1 if last else self.ground.end, max(2 * self.width, SHOWN))
        nodes = np.empty(len(ranked.token), int)
        possible = np.isfinite(log_probs).sum(1).cumsum()  # candidates of the first i prefixes
        added = 0
        for i, one in enumerate(live):
            children = np.flatnonzero(ranked.parent == i)
            for child in children[ranked.token[children].argsort()]:
                nodes[child] = self.tree.add(one.node, int(ranked.token[child]), float(ranked.logp[child]), OPEN)
            self.tree.state[one.node] = EXPANDED
            added += len(children)
            self.facts["hidden"] = int(possible[i]) - added
            if detail:
                mine = {"asked": self.facts["asked"][i : i + 1], "entropy": self.facts["entropy"][i : i + 1]}
                yield self.frame(t, "expand", calls=before + i + 1, chances=np.exp(log_probs[i]), **mine)
        if not detail:
            yield self.frame(t, "expand")
        yield self.frame(t, "score")
        self.judge(ranked, nodes)
        yield self.frame(t, "prune")

    def judge(self, ranked: "Ranked", nodes: NDArray[np.int64]) -> None:
        """Decide who finishes, who lives on, and who is pruned."""
        live, self.live = self.live, []
        greedy = self.width == 1 and len(ranked.ended) > 0
        kept = [*ranked.ended.tolist(), *([] if greedy else ranked.live.tolist())]
        for node in nodes.tolist():
            self.tree.state[node] = PRUNED
        for i in kept:
            tokens = (*live[ranked.parent[i]].tokens, int(ranked.token[i]))
            self.keep(_Live(int(nodes[i]), tokens, float(ranked.logp[i])))
        self.lost += len(nodes) - len(kept) + self.facts["hidden"]


class Ranked(NamedTuple):
    """The best candidates of a step in order, and which of them live on or end, as positions in that order."""

    parent: NDArray[np.int64]  # (c,)
    token: NDArray[np.int64]  # (c,)
    logp: Floats  # (c,)
    live: NDArray[np.int64]  # (≤ width,): the best that do not end
    ended: NDArray[np.int64]  # (≤ width,): those that end, of the best `width`


def beam_step(scores: Floats, log_probs: Floats, width: int, end: int, least: int = 0) -> Ranked:
    """Rank all continuations of the prefixes in a beam.

    `scores` (k,) are log P of the prefixes, `log_probs` (k, V) those of the next token, `end` the end token or -1. At least
    2·width candidates are ranked (or `least`, or all there are), so that `width` live on. None has probability 0.
    Ties, to 12 decimals, go to the earlier parent, then to the lower token.
    """
    total = (scores[:, None] + log_probs).ravel()  # (k V,)
    wanted = max(width + len(scores) if end >= 0 else width, 2 * width, least)
    lowest = np.partition(total, -wanted)[-wanted] - CLOSE if wanted < total.size else -inf
    near = np.flatnonzero(total >= lowest if lowest > -inf else total > -inf)  # (≥ wanted,)
    logp = total[near]
    order = np.argsort(-logp.round(DIGITS), kind="stable")[:wanted]
    parent, token = np.divmod(near[order], log_probs.shape[1])
    ends = token == end
    return Ranked(parent, token, logp[order], np.flatnonzero(~ends)[:width], np.flatnonzero(ends[:width]))


def _beam_run(ground: _Ground) -> Iterator[DecodingFrame]:
    """Greedy or beam search: the whole run or a close-up."""
    params = ground.params
    beam = params.strategy == "beam"
    course = _Beam(ground, params.width if beam else 1, params.stop and beam)
    *frames, end = course.frames(detail=params.close_up >= 0)
    if params.close_up >= 0:
        _check_close_up(params.close_up, end.step)
        start = [frame for frame in frames if frame.step <= params.close_up][-1]
        close = [frame for frame in frames if frame.step > params.close_up]
        frames = [replace(start, part=""), *close]
    yield from frames
    yield _with_optimum(ground, end)


def _check_close_up(step: int, last: int) -> None:
    if step > last:
        raise ParamError("decoding_close_up", step=step, last=last)


def _widths(ground: _Ground) -> Iterator[DecodingFrame]:
    """The end of a beam search for each of wider and wider beams, up to one that lost nothing."""
    frames: list[DecodingFrame] = []
    for step, width in enumerate(WIDTHS):
        course = _Beam(ground, width)
        *_, end = course.frames(detail=False)
        frames.append(replace(end, step=step, part=""))
        if not course.lost:
            break
    yield from frames[:-1]
    yield _with_optimum(ground, frames[-1])


# ----------------------------------------------------------------------------------------------------------- exhaustive


@dataclass(frozen=True)
class _Level:
    """All prefixes of one length that go on."""

    tokens: Ints  # (n, t), in lexicographic order
    logp: Floats  # (n,)
    node: NDArray[np.int64]  # (n,), -1 where the tree leaves it out


def _exhaustive(ground: _Ground) -> Iterator[DecodingFrame]:
    """Every sentence there is, level by level: the true optimum. Raises ParamError where there are too many."""
    start = _Beam(ground, 1)
    for token in (None, *ground.forced):
        if token is not None:
            start.force(token)
        frame = replace(start.frame(len(start.live[0].tokens) if start.live else len(ground.forced), ""), width=0)
        yield replace(frame, part="force" if token is not None else "")
    if not start.live:
        yield _with_optimum(ground, replace(start.frame(len(ground.forced), "end"), width=0))
        return
    tree, pool, best, calls = start.tree, start.pool, None, start.calls
    prefix = np.array([ground.forced], np.int32).reshape(1, -1)
    level = _Level(prefix, np.array([ground.forced_logp]), np.array([start.live[0].node]))
    scored, mass = 0, [0.0, 0.0]
    step = len(ground.forced)
    while len(level.logp) and step < ground.longest:
        step += 1
        calls += len(level.logp)
        log_probs = _asked(ground.model, level.tokens)  # (n, V)
        row, following = np.nonzero(np.isfinite(log_probs))
        scored += len(row)
        if scored > SEQUENCES:
            raise ParamError("decoding_exhaustive", count=scored, limit=SEQUENCES)
        logp = level.logp[row] + log_probs[row, following]
        tokens = np.column_stack([level.tokens[row], following]).astype(np.int32)
        node = _add_level(ground, tree, level, row, following, logp)
        over = (following == ground.end) | np.full(len(row), step == ground.longest)
        pool += _best_of(tokens, logp, node, over, ground)
        for kind, chosen in enumerate((following == ground.end, over & (following != ground.end))):
            mass[kind] += float(np.exp(logp[chosen]).sum())
        entropies = entropy(log_probs)
        shown = level.node >= 0
        yield _frame(
            ground, tree, pool, step, "expand", calls=calls, hidden=int((node < 0).sum()),
            asked=level.node[shown].astype(np.int32),
            entropy=entropies[shown], chances=np.exp(log_probs[shown if shown.any() else slice(None)][-1]),
            mass_finished=mass[0], mass_cut=mass[1],
        )  # fmt: skip
        level = _Level(tokens[~over], logp[~over], node[~over])
    final = [kept for kept in pool if kept.cut == (ground.end < 0)]
    if final:
        first = max(final, key=lambda kept: round(kept.logp, DIGITS))
        best = (first.tokens, first.logp)
        if first.node < 0:
            _add_path(tree, ground, first.tokens)
            pool = [kept._replace(node=tree.find(kept.tokens)) if kept is first else kept for kept in pool]
    end = _frame(ground, tree, pool, step, "end", calls=calls, mass_finished=mass[0], mass_cut=mass[1])
    yield _with_optimum(ground, end, best)


def _asked(model: LanguageModel, tokens: Ints) -> Floats:
    """Next-token log probabilities (n, V) of many prefixes, some at a time."""
    parts = [model.next_log_probs(tokens[i : i + CHUNK].tolist()) for i in range(0, len(tokens), CHUNK)]
    return np.concatenate(parts)


def _add_level(
    ground: _Ground, tree: _Tree, level: _Level, row: NDArray[np.int64], token: NDArray[np.int64], logp: Floats
) -> NDArray[np.int64]:
    """Put the likeliest of a level into the tree, as far as their parents are there; returns their nodes, −1 for the others."""
    node = np.full(len(row), -1)
    known = np.flatnonzero(level.node[row] >= 0)
    chosen = np.sort(known[np.argsort(-logp[known].round(DIGITS), kind="stable")][:LEVEL])
    for parent in np.unique(level.node[level.node >= 0]):
        tree.state[parent] = EXPANDED
    for i in chosen.tolist():
        above = int(level.node[row[i]])
        state = FINISHED if token[i] == ground.end else CUT if tree.depth[above] + 1 == ground.longest else ALIVE
        node[i] = tree.add(above, int(token[i]), float(logp[i]), state)
    return node


def _best_of(tokens: Ints, logp: Floats, node: NDArray[np.int64], over: NDArray[np.bool_], ground: _Ground) -> list[_Kept]:
    """The likeliest sentences of one length."""
    final = np.flatnonzero(over)
    final = final[np.argsort(-logp[final].round(DIGITS), kind="stable")][:PER_LENGTH]
    return [
        _Kept(tuple(tokens[i].tolist()), float(logp[i]), int(node[i]), bool(tokens[i, -1] != ground.end), float(logp[i]))
        for i in final.tolist()
    ]


def _add_path(tree: _Tree, ground: _Ground, tokens: Tokens) -> None:
    """Append what is missing of a sentence's path."""
    nodes = tree.path(tokens)
    for t in range(len(nodes) - 1, len(tokens)):
        row = ground.model.next_log_probs([tokens[:t]])[0]
        state = FINISHED if tokens[t] == ground.end else CUT if t + 1 == ground.longest else EXPANDED
        nodes.append(tree.add(nodes[-1], tokens[t], tree.logp[nodes[-1]] + float(row[tokens[t]]), state))


# ------------------------------------------------------------------------------------------------------------- sampling


def _sampling(ground: _Ground) -> Iterator[DecodingFrame]:
    """Draw sentences token by token; the tree of all that can come is there from the start."""
    params = ground.params
    tree, rng = _whole_tree(ground), np.random.default_rng(params.seed)
    drawn: Counter[Tokens] = Counter()
    facts: dict[Tokens, tuple[float, float]] = {}
    calls, frames, count = 0, 0, np.zeros(len(tree.parent), np.int32)

    def frame(step: int, part: str, tokens: Tokens, **more: Any) -> DecodingFrame:
        nonlocal frames
        frames += 1
        pool = [
            _Kept(one, facts[one][0], tree.find(one), one[-1:] != (ground.end,), facts[one][1], times)
            for one, times in drawn.most_common(LISTED)
        ]
        values = {"count": count.copy(), "logq": np.array(tree.logq), "drawn": np.array(tokens, np.int32), "calls": calls}
        values |= {"distance": _distance(drawn, facts), "mass_finished": nan, "mass_cut": nan}
        return _frame(ground, tree, pool, step, part, **values | more)

    stride = -(-params.samples // DRAWS)
    first, last = (0, params.samples) if params.close_up < 0 else (params.close_up, params.close_up + CLOSE_UP_STEPS)
    _check_close_up(params.close_up, params.samples)
    if params.close_up <= 0:
        yield frame(0, "", ())
    for sample in range(1, min(last, params.samples) + 1):
        tokens, logp, logq = ground.forced, ground.forced_logp, 0.0
        while ground.final(tokens) == ALIVE:
            log_probs = ground.model.next_log_probs([tokens])[0]
            q = filtered(log_probs, params.temperature, params.top_k, params.top_p, params.min_p)
            calls, u = calls + 1, float(rng.random())
            token = min(int(np.searchsorted(np.cumsum(q), u * q.sum(), side="right")), int(np.flatnonzero(q)[-1]))
            if params.close_up >= 0 and sample > first:
                seen = {"chances": np.exp(log_probs), "filtered": q, "asked": np.array([max(tree.find(tokens), 0)], np.int32),
                        "entropy": entropy(np.log(np.where(q > 0, q, 1e-300))[None])}  # fmt: skip
                yield frame(sample, "ask", tokens, **seen | {"filtered": np.exp(log_probs)})
                yield frame(sample, "filter", tokens, **seen)
                yield frame(sample, "draw", (*tokens, token), u=u, **seen)
            tokens, logp, logq = (*tokens, token), logp + float(log_probs[token]), logq + float(np.log(q[token]))
        drawn[tokens] += 1
        facts[tokens] = logp, logq
        count[tree.path(tokens)] += 1
        if params.close_up >= 0 and frames > CLOSE_FRAMES:
            return
        whole = params.close_up < 0 and (sample % stride == 0 or sample == params.samples)
        if whole or (params.close_up >= 0 and sample >= max(first, 1)):
            yield frame(sample, "", tokens)


def _whole_tree(ground: _Ground) -> _Tree:
    """The likeliest part of all that can be drawn, its logq exact: children come together, the likeliest parent first."""
    params, tree = ground.params, _Tree()
    node = 0
    for t, token in enumerate(ground.forced):
        row = ground.model.next_log_probs([ground.forced[:t]])[0]
        tree.state[node] = EXPANDED
        node = tree.add(node, token, tree.logp[node] + float(row[token]), ground.final(ground.forced[: t + 1]))
    heap = [(0.0, node, ground.forced)] if ground.final(ground.forced) == ALIVE else []
    levels: Counter[int] = Counter()
    while heap:
        _, node, tokens = heappop(heap)
        row = ground.model.next_log_probs([tokens])[0]
        q = filtered(row, params.temperature, params.top_k, params.top_p, params.min_p)
        children = np.flatnonzero(q)
        depth = len(tokens) + 1
        if not levels[depth]:  # a level begins with the likeliest, however many there are
            children = np.sort(np.argsort(-q, kind="stable")[: min(len(children), LEVEL, NODES - len(tree.parent))])
        if not len(children) or len(tree.parent) + len(children) > NODES or levels[depth] + len(children) > LEVEL:
            continue
        tree.state[node], levels[depth] = EXPANDED, levels[depth] + len(children)
        for token in children.tolist():
            logq = tree.logq[node] + float(np.log(q[token]))
            final = ground.final((*tokens, token))
            child = tree.add(node, token, tree.logp[node] + float(row[token]), final, logq)
            if final == ALIVE:
                heappush(heap, (-round(logq, DIGITS), child, (*tokens, token)))
    return tree


def _distance(drawn: "Counter[Tokens]", facts: dict[Tokens, tuple[float, float]]) -> float:
    """Total variation between how often sentences came and how likely they are; nan before the first."""
    total = drawn.total()
    if not total:
        return nan
    exact = {tokens: exp(facts[tokens][1]) for tokens in drawn}
    gaps = sum(abs(times / total - exact[tokens]) for tokens, times in drawn.items())
    return (gaps + max(0.0, 1 - sum(exact.values()))) / 2


# ----------------------------------------------------------------------------------------------------------- yardsticks


def greedy_sentence(model: LanguageModel, longest: int, prefix: Tokens = ()) -> tuple[Tokens, float]:
    """The sentence that takes the likeliest token each time, ties going to the lower one, and its log P."""
    tokens: Tokens = ()
    logp = 0.0
    for t in range(longest):
        if tokens and tokens[-1] == model.end:
            break
        row = model.next_log_probs([tokens])[0]
        token = prefix[t] if t < len(prefix) else int(row.round(DIGITS).argmax())
        tokens, logp = (*tokens, token), logp + float(row[token])
    return tokens, logp


def likeliest(
    model: LanguageModel, longest: int, prefix: Tokens = (), logp: float = 0.0, bound: float = -inf
) -> tuple[Tokens, float] | None:
    """The likeliest finished sentence that begins with `prefix`, and its log P; None where there is none, or it takes too long.

    Best first: log P only falls, so the first finished sentence to come up is the likeliest. Without an end token a sentence is
    finished at the longest length. What is less likely than `bound`, which some finished sentence reaches, is left out.
    """
    heap = [(-round(logp, DIGITS), len(prefix), prefix, logp)]  # of equals the shorter comes first
    for _ in range(EXPANSIONS):
        if not heap or len(heap) > HEAP:
            return None
        _, length, tokens, logp = heappop(heap)
        if tokens[-1:] == (model.end,) or (model.end < 0 and length == longest):
            return tokens, logp
        if length < longest:
            row = logp + model.next_log_probs([tokens])[0]
            for token in np.flatnonzero(np.isfinite(row) & (row >= bound - CLOSE)).tolist():
                total = float(row[token])
                final = token == model.end or (model.end < 0 and length + 1 == longest)
                if final:
                    bound = max(bound, total)
                if final or length + 1 < longest:
                    heappush(heap, (-round(total, DIGITS), length + 1, (*tokens, token), total))
    return None


# -------------------------------------------------------------------------------------------------------------- helpers


def score(logp: float, length: int, alpha: float) -> float:
    """log P / L^α; α = 0 is the plain log probability."""
    return float(logp / length**alpha)


def crossing(logp1: float, length1: int, logp2: float, length2: int) -> float:
    """The α at which two sentences score the same; nan if there is none."""
    if length1 == length2 or not (logp1 < 0 and logp2 < 0):
        return nan
    return log(logp1 / logp2) / log(length1 / length2)


def agreement(tokens: Sequence[str], reference: Sequence[str]) -> float:
    """1 − edit distance (Levenshtein, in tokens) / length of the longer; two empty sentences agree."""
    if not tokens and not reference:
        return 1.0
    row = list(range(len(reference) + 1))
    for i, token in enumerate(tokens, 1):
        before, row = row, [i]
        for j, other in enumerate(reference, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (token != other)))
    return 1 - row[-1] / max(len(tokens), len(reference))


def sentence_of(frame: DecodingFrame, node: int) -> Tokens:
    """The tokens on the way from the root to a node."""
    tokens: list[int] = []
    while node > 0:
        tokens.append(int(frame.token[node]))
        node = int(frame.parent[node])
    return tuple(reversed(tokens))


def entropy(log_probs: Floats) -> Floats:
    """Entropy in nats of distributions (m, V) given as logarithms: (m,)."""
    p = np.exp(log_probs)
    return np.asarray(-np.where(p > 0, p * np.where(p > 0, log_probs, 0), 0).sum(-1))


def filtered(log_probs: Floats, temperature: float, top_k: int, top_p: float, min_p: float) -> Floats:
    """Probabilities (V,) after temperature, top-k, top-p and min-p in this order, made to sum to 1.

    Temperature 0 is one-hot on the likeliest token, the lowest on ties. Top-p keeps the token that crosses p. top_k 0, top_p 1
    and min_p 0 leave all. No possible token: zeros.
    """
    if log_probs.max() == -inf:
        return np.zeros(len(log_probs))
    if temperature == 0:
        return np.asarray(np.arange(len(log_probs)) == log_probs.round(DIGITS).argmax(), dtype=float)
    with np.errstate(over="ignore"):
        p = np.exp((log_probs - log_probs.max()) / temperature)
    p /= p.sum()
    order = np.argsort(-p.round(DIGITS), kind="stable")
    if top_k:
        p[order[top_k:]] = 0
        p /= p.sum()
    if top_p < 1:
        before = np.cumsum(p[order]) - p[order]  # of the likelier ones
        p[order[before >= top_p - CLOSE]] = 0
        p /= p.sum()
    if min_p > 0:
        p[p < min_p * p.max() - CLOSE] = 0
        p /= p.sum()
    return np.asarray(p)


DEFAULT = (search, Params(), "notes")
