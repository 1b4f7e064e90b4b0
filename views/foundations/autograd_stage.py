"""Where an expression stands: its layers, the bars of its nodes and the pieces of them, and what is written at them.

A part of `autograd_graph`, whose lines are counted together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from charts.layered import Layered, layered
from charts.layout import WIDE
from charts.numbers import RAISED, short
from charts.panels import escaped
from engine.foundations.autograd import GraphFrame, readable
from engine.foundations.expressions import Formula, Node

SIGNS: Mapping[str, str] = {
    "*": "×", "/": "÷", "-": "−", "neg": "−", "sum": "Σ", "sigmoid": "σ", "detach": "=", "abs": "|·|", "**": "xʸ",
}  # fmt: skip
MARK = 15  # px: half of a node's mark
LEAST = 0.006  # of the height: a bar that holds anything is not thinner
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Stage:
    """Where everything of an expression stands, whatever its numbers."""

    made: Formula
    nodes: tuple[int, ...]  # those that are drawn: numbers are written into what they take part in
    laid: Layered
    x: np.ndarray  # [n] of every node; numbers have none
    y: np.ndarray  # [n]
    px: float  # of a layer, on a wide stage
    starts: np.ndarray  # [e]
    ends: np.ndarray  # [e]
    inputs: tuple[int, ...]  # the names that begin

    def room(self, edge: int, part: float) -> float:
        """Px that an edge's label has between the marks of two nodes, on a stage that is such a part of a wide one."""
        return part * self.px * float(self.x[self.ends[edge]] - self.x[self.starts[edge]]) - 2 * MARK

    def leaving(self, node: int) -> list[int]:
        """The edges through which a node is used, from the top: what comes back along them is stacked in this order."""
        mine = [edge for edge, (start, _, _) in enumerate(self.made.edges) if start == node]
        return sorted(mine, key=lambda edge: float(self.laid.labels[edge, 1]))


@lru_cache(maxsize=16)
def stage(lines: tuple[str, ...]) -> Stage:
    made = readable(lines)
    nodes = tuple(k for k, node in enumerate(made.nodes) if node.op != "number")
    laid = layered(len(nodes), tuple((nodes.index(start), nodes.index(end)) for start, end, _ in made.edges))
    x, y = (np.zeros(len(made.nodes)) for _ in "xy")
    x[list(nodes)], y[list(nodes)] = laid.x, laid.y
    starts, ends = np.array([edge[:2] for edge in made.edges], dtype=int).reshape(-1, 2).T
    inputs = tuple(k for k, node in enumerate(made.nodes) if node.op == "name")
    return Stage(made, nodes, laid, x, y, 0.62 * WIDE[0] / (laid.layers - 0.1), starts, ends, inputs)


@dataclass(frozen=True)
class Stacks:
    """How high bars stand: of every node what would arrive at it and what has; of every edge its piece of that."""

    high: np.ndarray  # [n] of the whole bar
    part: np.ndarray  # [n] of it that has arrived
    piece: np.ndarray  # [e]
    filled: np.ndarray  # [e] of the piece
    middle: np.ndarray  # [e] where the piece stands


def stacks(frame: GraphFrame, there: Stage) -> Stacks:
    """Heights: all bars and pieces are as high as what arrives, by one scale, so that nothing larger is drawn thinner."""
    made = there.made
    meant, passed = np.abs(frame.meant).sum(1), np.abs(frame.passed).sum(1)
    sums = np.bincount(there.starts, meant, len(made.nodes))
    sums[made.result] = np.abs(frame.gradients[made.result]).sum()
    high = 0.85 * there.laid.slot * sums / max(sums.max(), 1e-300)
    high = np.where(sums > 0, np.maximum(high, LEAST), 0)
    share = high / np.maximum(sums, 1e-300)
    starts = there.starts
    piece = meant * share[starts]
    filled = np.minimum(passed * share[starts], piece)
    middle = np.zeros(len(made.edges))
    for node in there.nodes:
        mine = there.leaving(node)
        middle[mine] = there.y[node] - high[node] / 2 + np.cumsum(piece[mine]) - piece[mine] / 2
    part = np.bincount(starts, filled, len(made.nodes))
    part[made.result] = high[made.result]
    return Stacks(high, part, piece, filled, middle)


def lost(frame: GraphFrame, there: Stage) -> list[int]:
    """Edges along which less comes than would if nothing were blocked; none before that is known."""
    if not frame.meant.any():
        return []
    found, short_of = [], set[int]()
    for edge, (start, end, _) in reversed(list(enumerate(there.made.edges))):
        if frame.blocked[edge] or end in short_of:
            found.append(edge)
            short_of.add(start)
    return found


def called(there: Stage, k: int) -> str:
    """A node's name, or what is done in it."""
    node = there.made.nodes[k]
    return escaped(node.name or node.text)


def valued(frame: GraphFrame, made: Formula, k: int) -> str:
    node = made.nodes[k]
    name, first = escaped(node.name), "detach:<br>" * (node.op == "detach")
    if not frame.known[k]:
        return first + name
    text = said(frame.values[k], frame.sizes[k])
    return first + (f"{name} = {text}" if name else text)


def said(row: np.ndarray, size: int) -> str:
    """A number, or the numbers of a vector, the middle ones left out of a long one."""
    if not size:
        return short(float(row[0]))
    words = [short(float(value)) for value in row[:size]]
    return "(" + ", ".join(words if size <= 4 else [*words[:2], "…", words[-1]]) + ")"


def sign(made: Formula, k: int) -> str:
    """What is written into a node: its operation, with the number that takes part in it."""
    node = made.nodes[k]
    if node.op == "name":
        return escaped(node.name) if len(node.name) <= 3 else "●"
    numbers = [_written(made.nodes[arg]) for arg in node.args]
    mark = SIGNS.get(node.op, node.op)
    if node.op == "**" and numbers[1].lstrip("−").isdigit():
        return "x" + numbers[1].translate(RAISED).replace("−", "⁻")
    text = mark.join(numbers) if len(numbers) == 2 and any(numbers) and node.op != "**" else mark
    return text if len(text) <= 5 else mark


def _written(node: Node) -> str:
    return short(float(node.value)) if node.op == "number" and node.value is not None else ""
