"""An expression as a graph: computed forwards node by node, then its slopes backwards edge by edge.

Of every node one number (or vector) is kept on the way back: how much vᵀL changes as the node changes. An edge takes what has
arrived at its right end, upstream, times its own slope, local, to its left end, where contributions are added. Nodes are taken in
the opposite order of computing, so that a node passes on only what has come together: it is used once, however often it was read.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import DataError, Diverged, ParamError
from engine.foundations.expressions import OPERATIONS, VECTORS, Array, Formula, computed, fitted, formula, value, why_not
from engine.frames import Frame
from engine.params import Certain, choice, number
from engine.texts import Text

NEAR = 1e-5  # how far a difference quotient looks to both sides, of |x| above 1


class Sweep(Certain):
    """`v`: a number for each number of the result, "": ones. `cut`: an edge that passes nothing back, −1: none."""

    v: str = choice("")
    cut: int = number(-1, -1, 77)


@dataclass(frozen=True)
class GraphFrame(Frame):
    """n nodes, e edges, i names that begin; w numbers at most in one of them: rows are filled up with zeros."""

    node: int  # what is computed, or where something arrives; −1: none
    edge: int  # along which it arrives; −1: none
    gradient: float  # of the first name that begins, so far; NaN: it is a vector
    values: Array  # (n, w)
    sizes: Array  # (n,) how many numbers a node has; 0: a single one, no vector
    known: Array  # (n,) whether it is computed
    gradients: Array  # (n, w) what has arrived at each node
    reached: Array  # (n,) whether anything has
    slopes: Array  # (e, w) of each edge that has been used: of its right end by its left one
    widths: Array  # (e,) how many numbers that slope has; 0: a single one
    passed: Array  # (e, w) what it has brought
    used: Array  # (e,) whether it has been used
    blocked: Array  # (e,) whether it passes nothing back: cut, or into detach
    meant: Array  # (e, w) what would be brought if nothing were blocked; from the way back on
    whole: Array  # (n, w) what would arrive then
    quotients: Array  # (i, w) difference quotients of vᵀL
    measured: Array  # (i,) whether there is one


@dataclass(frozen=True)
class Passed:
    """What one edge brought, and what has arrived since."""

    edge: int
    local: Array  # slope of its right end by its left one
    brought: Array  # shaped like its left end
    gradients: Sequence[Array]  # [n] at every node so far
    reached: frozenset[int]


def readable(lines: Sequence[str]) -> Formula:
    """The graph that lines describe, all names with values and vectors that fit. Raises DataError."""
    made = formula(lines, VECTORS)
    shapes(made)
    if not made.names:
        raise DataError("script_no_names")
    return made


def graph(params: Sweep, script: Text) -> Iterator[GraphFrame]:
    """Compute every node, then pass the slopes back. Raises Diverged where a node has no value or no slope."""
    made = readable(script.lines)
    tape = begun(made, params.cut)
    yield tape.frame("")
    for node, found in forwards(made):
        tape.values[node], tape.known[node] = found, True
        if made.nodes[node].args:
            yield tape.frame("forward", node)
    v = weights(params.v, tape.values[made.result])
    tape.begin(v)
    yield tape.frame("seed", made.result)
    for step in backwards(made, tape.values, v, tape.blocked):
        tape.take(step)
        yield tape.frame("cut" if step.edge in tape.blocked else "back", made.edges[step.edge][0], step.edge)
    yield tape.frame("end")


def forwards(made: Formula) -> Iterator[tuple[int, Array]]:
    """Every node with its value, operands first. Raises Diverged where there is none."""
    values: list[Array] = []
    for k, node in enumerate(made.nodes):
        operands = [values[arg] for arg in node.args]
        with np.errstate(all="ignore"):
            values.append(computed(node, operands))
        trouble = why_not(node, operands, values[k])
        if trouble:
            raise Diverged(trouble, line=node.line, text=node.text)
        yield k, values[k]


def backwards(made: Formula, values: Sequence[Array], v: Array, blocked: Collection[int] = ()) -> Iterator[Passed]:
    """One sweep back over every edge that leads to the result. Raises Diverged where a slope is not finite."""
    gradients = [np.zeros_like(found) for found in values]
    gradients[made.result] = v
    reached = {made.result}
    for k in reversed(range(made.result + 1)):
        if k not in reached:
            continue  # the result does not depend on it, or nothing gets here
        for edge, source, place in into(made, k):
            local = slope(made, values, k, place)
            if edge in blocked:
                yield Passed(edge, np.zeros_like(local), np.zeros_like(values[source]), list(gradients), frozenset(reached))
                continue
            with np.errstate(all="ignore"):
                brought = fitted(gradients[k] * local, values[source].shape)
                gradients[source] = gradients[source] + brought
            if not np.isfinite(gradients[source]).all():
                raise Diverged("formula_slope", line=made.nodes[k].line, text=made.nodes[k].text)
            reached.add(source)
            yield Passed(edge, local, brought, list(gradients), frozenset(reached))


def into(made: Formula, k: int) -> list[tuple[int, int, int]]:
    """The edges that lead to node k: (edge, from where, as which operand)."""
    return [(edge, source, place) for edge, (source, end, place) in enumerate(made.edges) if end == k]


def slope(made: Formula, values: Sequence[Array], k: int, place: int) -> Array:
    """∂ node k / ∂ its operand, element by element; of detach as if it were not there: the edge is blocked instead."""
    node = made.nodes[k]
    operands = [values[arg] for arg in node.args]
    if node.op == "detach":
        return np.ones_like(operands[0])
    with np.errstate(all="ignore"):
        return np.asarray(OPERATIONS[node.op].slopes[place](*operands))


def weights(text: str, result: Array) -> Array:
    """v, shaped like the result: ones, or one number each. Raises ParamError."""
    if not text.strip():
        return np.ones_like(result)
    try:
        numbers = [float(word) for word in text.replace("，", ",").split(",")]
    except ValueError as problem:
        raise ParamError("autograd_v", text=text[:40], wanted=result.size) from problem
    if len(numbers) != result.size or not np.isfinite(numbers).all() or np.abs(numbers).max() > 1e6:
        raise ParamError("autograd_v", text=text[:40], wanted=result.size)
    return np.reshape(numbers, result.shape)


def quotient(made: Formula, name: str, v: Array) -> Array | None:
    """(vᵀL(x + h) − vᵀL(x − h)) / 2h by each number of a name; None where L has no value so near."""
    at = next(node.value for node in made.nodes if node.op == "name" and node.name == name)
    assert at is not None
    out = np.zeros(at.shape)
    for place in np.ndindex(at.shape):
        h = NEAR * max(1.0, abs(float(at[place])))
        sides = []
        for sign in (1, -1):
            moved = at.copy()
            moved[place] += sign * h
            sides.append(np.sum(v * value(made, {name: moved}, strict=False)))
        out[place] = (sides[0] - sides[1]) / (2 * h)
    return out if np.isfinite(out).all() else None


@dataclass
class Tape:
    """What is known at a step, and the frame of it."""

    made: Formula
    blocked: frozenset[int]  # edges
    values: list[Array]  # [n]
    known: list[bool]  # [n]
    gradients: Sequence[Array]  # [n]
    whole: Sequence[Array]  # [n]
    slopes: list[Array]  # [e]
    passed: list[Array]  # [e]
    meant: list[Array]  # [e]
    used: list[bool]  # [e]
    quotients: list[Array | None]  # [i]
    total: int
    reached: frozenset[int] = frozenset()
    step: int = -1

    def begin(self, v: Array) -> None:
        """Turn round at the result: what arrives there is v. What would come if nothing were blocked is reckoned, too."""
        made = self.made
        self.gradients = [v if k == made.result else old for k, old in enumerate(self.gradients)]
        self.whole = list(self.gradients)
        self.reached = frozenset({made.result})
        self.quotients = [quotient(made, name, v) for name in made.names]
        for step in unbroken(made, self.values, v):
            self.meant[step.edge], self.whole = step.brought, step.gradients

    def take(self, step: Passed) -> None:
        """Keep what an edge brought."""
        self.gradients, self.reached = step.gradients, step.reached
        self.slopes[step.edge], self.passed[step.edge] = step.local, step.brought
        self.used[step.edge] = True

    def frame(self, part: str, node: int = -1, edge: int = -1) -> GraphFrame:
        """What is known now."""
        made, self.step = self.made, self.step + 1
        w = max([1, *(found.size for found in (*self.values, *self.slopes))])
        first = self.gradients[next(k for k, one in enumerate(made.nodes) if one.op == "name")]
        alone = float("nan") if first.ndim else float(first)
        measured = [np.zeros(()) if one is None else one for one in self.quotients]
        return GraphFrame(
            self.step, part, self.total, node, edge, alone,
            packed(self.values, w), sizes(self.values), np.array(self.known),
            packed(self.gradients, w), _marked(self.reached, len(made.nodes)),
            packed(self.slopes, w), sizes(self.slopes), packed(self.passed, w),
            np.array(self.used, dtype=bool), _marked(self.blocked, len(made.edges)),
            packed(self.meant, w), packed(self.whole, w),
            packed(measured, w), np.array([one is not None for one in self.quotients]),
        )  # fmt: skip


def begun(made: Formula, cut: int) -> Tape:
    """A tape on which only the names that begin have values. Raises ParamError where `cut` is no edge."""
    if cut >= len(made.edges):
        raise ParamError("autograd_cut", cut=cut, last=len(made.edges) - 1)
    blocked = frozenset(edge for edge, (_, end, _) in enumerate(made.edges) if made.nodes[end].op == "detach" or edge == cut)
    known = [node.value is not None for node in made.nodes]
    values = [node.value if node.value is not None else shape for node, shape in zip(made.nodes, shapes(made), strict=True)]
    nothing, none = [np.zeros_like(found) for found in values], [np.zeros(())] * len(made.edges)
    total = sum(bool(node.args) for node in made.nodes) + len(travelled(made, blocked)) + 3
    return Tape(
        made, blocked, values, known, nothing, nothing, list(none), list(none), list(none), [False] * len(made.edges),
        [None] * len(made.names), total,
    )  # fmt: skip


def travelled(made: Formula, blocked: Collection[int]) -> list[int]:
    """The edges that a sweep back comes along, blocked ones among them, in its order."""
    reached, found = {made.result}, []
    for k in reversed(range(made.result + 1)):
        for edge, source, _ in into(made, k) if k in reached else ():
            found.append(edge)
            reached |= set() if edge in blocked else {source}
    return found


def shapes(made: Formula) -> list[Array]:
    """Zeros, shaped like every node. Raises DataError where vectors of unequal lengths meet."""
    values: list[Array] = []
    with np.errstate(all="ignore"):
        for node in made.nodes:
            values.append(computed(node, [values[arg] for arg in node.args]))
    return [np.zeros_like(found) for found in values]


def unbroken(made: Formula, values: Sequence[Array], v: Array) -> list[Passed]:
    """The sweep with nothing blocked; nothing where that has no finite slope."""
    try:
        return list(backwards(made, values, v))
    except Diverged:  # where it matters the sweep itself says so
        return []


def packed(arrays: Sequence[Array], width: int) -> Array:
    """Rows (n, width) of single numbers and vectors."""
    out = np.zeros((len(arrays), width))
    for k, array in enumerate(arrays):
        out[k, : array.size] = array.ravel()
    return out


def sizes(arrays: Sequence[Array]) -> Array:
    """How many numbers each has; 0: a single one."""
    return np.array([array.size if array.ndim else 0 for array in arrays], dtype=int)


def _marked(some: Collection[int], count: int) -> Array:
    return np.isin(np.arange(count), list(some))
