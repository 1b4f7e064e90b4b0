"""One pair of words learned in three ways: over all words, along a path of a tree, or against a few words of noise.

Each asks a set of rows of the output matrix whether it should fire for the input h; what is asked and answered wrongly moves.
Mikolov et al., 2013; Rong, "word2vec Parameter Learning Explained", 2014. Peers: torch's autograd, gensim 4.4.0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.language.huffman import sigmoid

LEAST = 1e-300  # a probability under which its logarithm is not taken


@dataclass(frozen=True)
class Update:
    """What a pair asks of the output matrix, and the gradient of its loss."""

    rows: np.ndarray  # int (m,) rows that are touched; of noise a word may come twice
    chances: np.ndarray  # (m,) how sure each row is: softmax, or σ
    wanted: np.ndarray  # (m,) what it should have said, 0 or 1
    loss: float
    rows_gradient: np.ndarray  # (m, d)
    input_gradient: np.ndarray  # (d,)

    @property
    def multiplications(self) -> int:
        """A score, a step of the row and a share of the input's step, d numbers each, for every row."""
        return 3 * self.rows_gradient.size


def softmax(h: np.ndarray, W: np.ndarray, target: int) -> Update:
    """All V rows of W (V, d): the target's chance is exp(w·h) over the sum of all."""
    scores = W @ h
    top = scores.max()
    powers = np.exp(scores - top)
    loss = float(top + np.log(powers.sum()) - scores[target])
    wanted = np.zeros(len(W))
    wanted[target] = 1
    return _update(np.arange(len(W)), powers / powers.sum(), wanted, loss, h, W)


def hierarchical(h: np.ndarray, nodes: np.ndarray, merges: Sequence[int], bits: Sequence[int]) -> Update:
    """The inner nodes on the way to a leaf, nodes (V − 1, d): bit 0 should be σ(v·h) = 1, bit 1 should be 0."""
    rows, wanted = np.asarray(merges, int), 1.0 - np.asarray(bits, float)
    return _logistic(rows, wanted, h, nodes)


def negative(h: np.ndarray, W: np.ndarray, target: int, noise: Sequence[int]) -> Update:
    """The target, which should be 1, and k words of noise, which should be 0."""
    return _logistic(np.array([target, *noise]), np.array([1.0] + [0.0] * len(noise)), h, W)


def _logistic(rows: np.ndarray, wanted: np.ndarray, h: np.ndarray, W: np.ndarray) -> Update:
    x = W[rows] @ h
    loss = float(np.logaddexp(0, np.where(wanted == 1, -x, x)).sum())
    return _update(rows, sigmoid(x), wanted, loss, h, W)


def _update(rows: np.ndarray, chances: np.ndarray, wanted: np.ndarray, loss: float, h: np.ndarray, W: np.ndarray) -> Update:
    error = chances - wanted  # the gradient of the loss by each score
    return Update(rows, chances, wanted, loss, error[:, None] * h, error @ W[rows])


def apply(update: Update, W_in: np.ndarray, inputs: Sequence[int], W: np.ndarray, rate: float) -> None:
    """Move the rows that were asked, and the inputs, whose mean was h (one: skip-gram, several: CBOW), against the gradient."""
    np.add.at(W, update.rows, -rate * update.rows_gradient)
    np.add.at(W_in, np.asarray(inputs, int), -rate * update.input_gradient / len(inputs))
