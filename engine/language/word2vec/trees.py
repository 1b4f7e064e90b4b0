"""A Huffman tree in place of the softmax: built merge by merge, walked to one word, summed over all leaves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.language import huffman
from engine.language.word2vec.embedding import Model
from engine.language.word2vec.reading import Cut, Learning, Word2vecFrame, learning, numbered, place_of, prepare
from engine.language.word2vec.vocabularies import Vocabulary
from engine.params import choice, number
from engine.texts import Text


class Tree(Cut, Learning):
    leaves: int = number(12, 2, 24)
    word: str = choice("")  # the word whose vector asks; "": the most frequent
    other: str = choice("")  # the word that is walked to; "": the rarest


@dataclass(frozen=True)
class TreeFrame(Word2vecFrame):
    """A merge ("merge"), a node on the way to a word ("walk"), or all leaves ("sum")."""

    left: np.ndarray  # int32 (m,) merges so far: the rarer node
    right: np.ndarray  # int32 (m,)
    count: np.ndarray  # int64 (V + m,) of every node
    waiting: np.ndarray  # int32 (w,) nodes not yet merged, rarest first
    parent: np.ndarray  # int32 (2V − 1,) of the finished tree; the root has −1
    given: int  # the word whose vector asks
    target: int  # the leaf looked for
    path: np.ndarray  # int32 (l,) the nodes from the root to the target
    bits: np.ndarray  # int8 (l − 1,) taken at each of them
    chances: np.ndarray  # float64 (l − 1,) of those bits
    walked: int  # bits taken so far
    product: float  # of their chances
    leaves: np.ndarray  # float64 (V,) P(leaf | given); size 0 before the sum
    length: float  # bits a word needs on average
    entropy: float  # bits it needs at least

    def size(self, node: int) -> int:
        """How many words hang on a node."""
        n, below, words = len(self.words), [node], 0
        while below:
            one = below.pop()
            words += one < n
            below += [int(side[one - n]) for side in (self.left, self.right) if one >= n]
        return words


def tree(params: Tree, data: Text) -> Iterator[TreeFrame]:
    """Train the tree's nodes on a text, then build it, walk it and sum over it. Raises ParamError and DataError."""
    ground = prepare(params, data, params.cut, params.leaves)
    words = ground.vocabulary
    given = place_of(params.word, words, 0)
    target = place_of(params.other, words, len(words.words) - 1)
    model = Model(ground.sentences, words, learning(params, ground, negative=0, hierarchical=True))
    model.train()
    yield from numbered(tree_frames(words, model.vectors.astype(float), model.nodes.astype(float), given, target))


def tree_frames(vocabulary: Vocabulary, vectors: np.ndarray, nodes: np.ndarray, given: int, target: int) -> Iterator[TreeFrame]:
    """Build the tree over V words merge by merge, then walk to a word with σ at every node, then sum over all leaves.

    vectors (V, d) of words, nodes (V − 1, d) of merges.
    """
    built = huffman.build(vocabulary.counts, queues=True)
    start = _start(vocabulary, built, nodes, vectors[given], given, target)
    whole = [start, *merges(start, built)]
    walked = list(walk(whole[-1]))
    yield from [*whole, *walked]
    leaves = huffman.probabilities(built, nodes, vectors[given])
    yield replace(walked[-1], step=walked[-1].step + 1, part="sum", leaves=leaves)


def merges(now: TreeFrame, built: huffman.Tree) -> Iterator[TreeFrame]:
    """The two rarest nodes become one, until one is left."""
    n = built.leaves
    for m in range(1, n):
        now = replace(now, step=m, part="merge", waiting=built.queues[m].copy())
        now = replace(now, left=built.left[:m].copy(), right=built.right[:m].copy(), count=built.count[: n + m].copy())
        yield now


def walk(now: TreeFrame) -> Iterator[TreeFrame]:
    """The bits on the way from the root to the target, and the product of their chances."""
    root = now.step
    for k in range(1, len(now.bits) + 1):
        product = float(np.prod(now.chances[:k]))
        yield replace(now, step=root + k, part="walk", walked=k, product=product)


def _start(vocabulary: Vocabulary, built: huffman.Tree, nodes: np.ndarray, h: np.ndarray, given: int, target: int) -> TreeFrame:
    """The words, not yet merged. nodes (V − 1, d), h (d,)."""
    counts = vocabulary.counts
    way, bits = built.paths()[target]
    zero = huffman.sigmoid(nodes[way] @ h)
    return TreeFrame(
        step=0,
        part="",
        total=0,
        words=vocabulary.words,
        counts=counts.copy(),
        left=built.left[:0].copy(),
        right=built.right[:0].copy(),
        count=built.count[: built.leaves].copy(),
        waiting=built.queues[0].copy(),
        parent=_parents(built),
        given=given,
        target=target,
        path=np.array([built.leaves + merge for merge in way] + [target], np.int32),
        bits=np.array(bits, np.int8),
        chances=np.where(np.array(bits) == 0, zero, 1 - zero),
        walked=0,
        product=1.0,
        leaves=np.zeros(0),
        length=built.length() / float(counts.sum()),
        entropy=huffman.entropy(counts),
    )


def _parents(built: huffman.Tree) -> np.ndarray:
    parent = np.full(2 * built.leaves - 1, -1, np.int32)
    for merge in range(built.leaves - 1):
        parent[built.left[merge]] = parent[built.right[merge]] = built.leaves + merge
    return parent
