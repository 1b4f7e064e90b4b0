"""What skip-gram against noise comes to, given room and time: a table of logarithms that two matrices factor.

Its loss is least where u_o · v_c = log #(c, o)/#(c) − log k P(o), P(o) being the chance of o as noise. Where noise is drawn as
words occur, that is pointwise mutual information less log k: Levy and Goldberg, "Neural Word Embedding as Implicit Matrix
Factorization", 2014. #(c, o) is how often an epoch meets the pair on average: words are dropped, then a window is laid.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.language.word2vec.vocabularies import Vocabulary, keep_chances, noise_chances

FAR = 100  # places of a text that a window may reach over, at most; farther pairs are not counted
NEVER = 1e-6  # a chance that counts as none
FEW = 400  # pairs that a picture has room for, those that are met most often


@dataclass(frozen=True)
class Aim:
    """The pairs of words that a text holds, and what their dot products should come to."""

    pairs: np.ndarray  # int32 (p, 2) input and output word, those met most often first
    counts: np.ndarray  # float64 (p,) how often an epoch meets each
    aims: np.ndarray  # float64 (p,)

    def products(self, W_in: np.ndarray, W_out: np.ndarray) -> np.ndarray:
        """v · u (p,) of every pair."""
        return np.asarray((W_in[self.pairs[:, 0]].astype(float) * W_out[self.pairs[:, 1]]).sum(1))

    def agreement(self, products: np.ndarray) -> float:
        """The correlation of dot products (p,) with their aims, every pair as often as it is met; NaN where there is none."""
        share = self.counts / self.counts.sum()
        a, b = (values - share @ values for values in (self.aims, products))
        size = float(np.sqrt((share @ a**2) * (share @ b**2)))
        return float(share @ (a * b)) / size if size > NEVER else float("nan")


def aim(
    sentences: Sequence[Sequence[int]], words: Vocabulary, *, window: int, sample: float, negative: int, exponent: float
) -> Aim:
    """What the words of a text should come to against `negative` words of noise."""
    counts = pair_counts(sentences, keep_chances(words.counts, sample), window)
    noise = negative * noise_chances(words.counts, exponent)
    one, two = np.nonzero(counts > NEVER)
    often = counts[one, two]
    aims = np.log(often / counts.sum(1)[one]) - np.log(noise[two])
    order = np.argsort(-often, kind="stable")
    return Aim(np.stack([one, two], 1)[order].astype(np.int32), often[order], aims[order])


def pair_counts(sentences: Sequence[Sequence[int]], keep: np.ndarray, window: int) -> np.ndarray:
    """How often an epoch meets every pair of words on average, (V, V), each word staying with its chance `keep` (V,).

    A pair is met where the window, 1 … `window` words wide with equal chances, reaches over what stays between its words.
    """
    text = np.concatenate([np.asarray(sentence, int) for sentence in sentences])
    line = np.repeat(np.arange(len(sentences)), [len(sentence) for sentence in sentences])
    counts = np.zeros((len(keep), len(keep)))
    reached = (window - np.arange(window)) / window  # by how many stay between
    between = np.zeros((len(text), window))  # the chance that so many stay between a place and the one that is looked at
    between[:, 0] = 1
    for far in range(1, min(len(text), FAR + 1)):
        between = between[:-1]
        a, b = text[:-far], text[far:]
        met = between @ reached * keep[a] * keep[b] * (line[:-far] == line[far:])
        if met.max() < NEVER:
            break
        np.add.at(counts, (a, b), met)
        np.add.at(counts, (b, a), met)
        stays = keep[b][:, None]
        between = between * (1 - stays) + np.pad(between * stays, ((0, 0), (1, 0)))[:, :-1]
    return counts
