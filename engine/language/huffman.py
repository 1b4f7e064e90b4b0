"""A Huffman tree over words: the two rarest are merged until one is left, so frequent words lie near the root.

Huffman, "A Method for the Construction of Minimum-Redundancy Codes", 1952; as softmax: Morin and Bengio, "Hierarchical
Probabilistic Neural Network Language Model", 2005. Peer: gensim 4.4.0, whose order of equal counts is kept.

Leaves are numbered 0 … n − 1, the inner node of merge k is n + k, so the root is 2n − 2. Bit 0 goes to the rarer side of a merge.
"""

import heapq
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class _Item(NamedTuple):
    times: int
    node: int

    def __lt__(self, other: tuple[object, ...]) -> bool:
        return self.times < other[0]  # type: ignore[operator]  # equal counts in the order of the heap, as gensim has it


@dataclass(frozen=True)
class Tree:
    leaves: int
    left: np.ndarray  # int32 (n − 1,) the rarer of the two nodes of each merge
    right: np.ndarray  # int32 (n − 1,)
    count: np.ndarray  # int64 (2n − 1,) of every node
    queues: tuple[np.ndarray, ...]  # the nodes that wait before merge 0, 1, … and after the last, rarest first

    def paths(self) -> list[tuple[list[int], list[int]]]:
        """For each leaf the inner nodes from the root on, as numbers of merges, and the bits taken there."""
        found: list[tuple[list[int], list[int]]] = [([], [])] * self.leaves
        stack: list[tuple[int, list[int], list[int]]] = [(2 * self.leaves - 2, [], [])]
        while stack:
            node, merges, bits = stack.pop()
            if node < self.leaves:
                found[node] = merges, bits
                continue
            merge = node - self.leaves
            stack.append((int(self.left[merge]), [*merges, merge], [*bits, 0]))
            stack.append((int(self.right[merge]), [*merges, merge], [*bits, 1]))
        return found

    def length(self) -> int:
        """Bits that the whole text needs: Σ count · length of the code."""
        return int(self.count[self.leaves :].sum())


def build(counts: np.ndarray, *, queues: bool = False) -> Tree:
    """The tree over words that occur `counts` (n,) times, n ≥ 1."""
    n = len(counts)
    heap = [_Item(int(times), node) for node, times in enumerate(counts)]
    heapq.heapify(heap)
    total, left, right, waiting = [int(times) for times in counts], [], [], []
    for merge in range(n - 1):
        if queues:
            waiting.append(_waiting(heap))
        first, second = heapq.heappop(heap), heapq.heappop(heap)
        left.append(first.node)
        right.append(second.node)
        total.append(first.times + second.times)
        heapq.heappush(heap, _Item(total[-1], n + merge))
    if queues:
        waiting.append(_waiting(heap))
    return Tree(n, np.array(left, np.int32), np.array(right, np.int32), np.array(total, np.int64), tuple(waiting))


def _waiting(heap: list[_Item]) -> np.ndarray:
    """The nodes in the order in which the heap will give them."""
    copy = list(heap)
    return np.array([heapq.heappop(copy).node for _ in range(len(copy))], np.int32)


def entropy(counts: np.ndarray) -> float:
    """Bits per word below which no code can come: −Σ p log₂ p."""
    p = counts / counts.sum()
    return float(-(p * np.log2(p)).sum())


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^−x) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)))


def probabilities(tree: Tree, nodes: np.ndarray, h: np.ndarray) -> np.ndarray:
    """P(leaf | h), (n,), from one vector for every merge (n − 1, d): bit 0 is taken with σ(v·h). They sum to 1."""
    chance = np.ones(2 * tree.leaves - 1)
    zero = sigmoid(nodes @ h)
    for merge in range(tree.leaves - 2, -1, -1):
        above = chance[tree.leaves + merge]
        chance[tree.left[merge]] = above * zero[merge]
        chance[tree.right[merge]] = above * (1 - zero[merge])
    return chance[: tree.leaves]
