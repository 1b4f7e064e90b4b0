"""How word2vec saves work, in frames: the Huffman tree, one pair learned in three ways, and the words that are drawn as noise.

Base of the topic word2vec; the mathematics is in `huffman`, `updates` and `vocabularies`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.frames import Frame
from engine.language import huffman, updates, vocabularies
from engine.language.huffman import Tree
from engine.language.updates import Update
from engine.language.vocabularies import Vocabulary

PAIRS = 24  # pairs that are learned in slow motion, at most
DRAWS, ROUNDS = 50, 40  # words of noise drawn in a step; steps
SENTENCE = 13  # words of a sentence that is shown, at most


@dataclass(frozen=True)
class Word2vecFrame(Frame):
    words: tuple[str, ...]  # V words, the most frequent first
    counts: np.ndarray  # int64 (V,)


# ------------------------------------------------------------------------------------------------------------ Huffman tree


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


def tree_frames(vocabulary: Vocabulary, vectors: np.ndarray, nodes: np.ndarray, given: int, target: int) -> Iterator[TreeFrame]:
    """Build the tree over V words merge by merge, then walk to a word with σ at every node, then sum over all leaves.

    vectors (V, d) of words, nodes (V − 1, d) of merges.
    """
    counts = vocabulary.counts
    tree = huffman.build(counts, queues=True)
    n = tree.leaves
    merges, bits = tree.paths()[target]
    zero = huffman.sigmoid(nodes[merges] @ vectors[given])
    chances = np.where(np.array(bits) == 0, zero, 1 - zero)
    base = TreeFrame(
        step=0,
        part="",
        total=0,
        words=vocabulary.words,
        counts=counts.copy(),
        left=tree.left[:0].copy(),
        right=tree.right[:0].copy(),
        count=tree.count[:n].copy(),
        waiting=tree.queues[0].copy(),
        parent=_parents(tree),
        given=given,
        target=target,
        path=np.array([n + merge for merge in merges] + [target], np.int32),
        bits=np.array(bits, np.int8),
        chances=chances,
        walked=0,
        product=1.0,
        leaves=np.zeros(0),
        length=tree.length() / float(counts.sum()),
        entropy=huffman.entropy(counts),
    )
    yield base
    for m in range(1, n):
        base = replace(base, step=m, part="merge", waiting=tree.queues[m].copy())
        base = replace(base, left=tree.left[:m].copy(), right=tree.right[:m].copy(), count=tree.count[: n + m].copy())
        yield base
    for k in range(1, len(bits) + 1):
        base = replace(base, step=n - 1 + k, part="walk", walked=k, product=float(np.prod(chances[:k])))
        yield base
    yield replace(base, step=base.step + 1, part="sum", leaves=huffman.probabilities(tree, nodes, vectors[given]))


def _parents(tree: Tree) -> np.ndarray:
    parent = np.full(2 * tree.leaves - 1, -1, np.int32)
    for merge in range(tree.leaves - 1):
        parent[tree.left[merge]] = parent[tree.right[merge]] = tree.leaves + merge
    return parent


# ---------------------------------------------------------------------------------------------------------------- one pair

WAYS = ("softmax", "tree", "noise")


@dataclass(frozen=True)
class PairFrame(Word2vecFrame):
    """A pair of words ("window"), what is asked of the output matrix ("ask"), and what that changes ("move"), in three ways."""

    sentence: np.ndarray  # int32 (s,)
    centre: int  # its place in the sentence
    context: np.ndarray  # int32 (c,) places of the words around it that are learned with it now
    inputs: np.ndarray  # int32 (i,) words whose mean is the input
    target: int  # the word that should be foretold
    chances: np.ndarray  # float64 (V,) softmax of every word
    moves: np.ndarray  # float64 (V,) how far its row goes
    path: np.ndarray  # int32 (l,) merges on the way to the target
    bits: np.ndarray  # int8 (l,)
    path_chances: np.ndarray  # float64 (l,) σ at every one: the chance of bit 0
    path_moves: np.ndarray  # float64 (l,)
    noise: np.ndarray  # int32 (k + 1,) the target and k words of noise
    noise_chances: np.ndarray  # float64 (k + 1,) σ of every one
    noise_moves: np.ndarray  # float64 (k + 1,)
    before: np.ndarray  # float64 (3,) the target's chance in each way: softmax, product along the path, σ
    after: np.ndarray  # float64 (3,) the same once the rows and the input have moved
    loss: np.ndarray  # float64 (3,)
    rows: np.ndarray  # int64 (3,) rows touched
    cost: np.ndarray  # int64 (3,) multiplications of this pair
    spent: np.ndarray  # int64 (3,) of all pairs so far
    dim: int


@dataclass(frozen=True)
class Pair:
    sentence: list[int]
    centre: int
    context: list[int]
    inputs: list[int]
    target: int


@dataclass
class Weights:
    """Inputs and outputs of one way, that learn."""

    inputs: np.ndarray
    outputs: np.ndarray


def pair_frames(
    vocabulary: Vocabulary, pairs: Sequence[Pair], start: Sequence[Weights], table: np.ndarray, noise: int, rate: float, seed: int
) -> Iterator[PairFrame]:
    """Learn pair after pair in each of the three ways, every way on weights of its own: softmax, tree, noise."""
    rng, paths = np.random.default_rng(seed), huffman.build(vocabulary.counts).paths()
    ways = [Weights(item.inputs.astype(float), item.outputs.astype(float)) for item in start]
    spent = np.zeros(3, np.int64)
    for number, pair in enumerate(pairs, 1):
        drawn = vocabularies.draw(table, noise, rng)
        path = paths[pair.target]
        others = [int(word) for word in drawn if word != pair.target]  # as gensim: the target is no noise

        def asked(pair: Pair = pair, path: tuple[list[int], list[int]] = path, others: list[int] = others) -> list[Update]:
            h = [way.inputs[pair.inputs].mean(0) for way in ways]
            return [
                updates.softmax(h[0], ways[0].outputs, pair.target),
                updates.hierarchical(h[1], ways[1].outputs, *path),
                updates.negative(h[2], ways[2].outputs, pair.target, others),
            ]

        frame = _pair_frame(vocabulary, pair, path, number, asked(), rate, spent)
        if number == 1:
            yield replace(frame, step=0, part="")
        yield frame
        yield replace(frame, part="ask")
        for way, update in zip(ways, asked(), strict=True):
            updates.apply(update, way.inputs, pair.inputs, way.outputs, rate)
        spent = spent + frame.cost
        yield replace(frame, part="move", after=_certain(pair.target, asked()), spent=spent.copy())


def _pair_frame(
    vocabulary: Vocabulary,
    pair: Pair,
    path: tuple[list[int], list[int]],
    number: int,
    asked: list[Update],
    rate: float,
    spent: np.ndarray,
) -> PairFrame:
    soft, tree, noise = asked
    sizes = [rate * np.linalg.norm(update.rows_gradient, axis=1) for update in asked]
    before = _certain(pair.target, asked)
    return PairFrame(
        step=number,
        part="window",
        total=0,
        words=vocabulary.words,
        counts=vocabulary.counts.copy(),
        sentence=np.array(pair.sentence, np.int32),
        centre=pair.centre,
        context=np.array(pair.context, np.int32),
        inputs=np.array(pair.inputs, np.int32),
        target=pair.target,
        chances=soft.chances,
        moves=sizes[0],
        path=np.array(path[0], np.int32),
        bits=np.array(path[1], np.int8),
        path_chances=tree.chances,
        path_moves=sizes[1],
        noise=noise.rows.astype(np.int32),
        noise_chances=noise.chances,
        noise_moves=sizes[2],
        before=before,
        after=before,
        loss=np.array([update.loss for update in asked]),
        rows=np.array([len(update.rows) for update in asked], np.int64),
        cost=np.array([update.multiplications for update in asked], np.int64),
        spent=spent.copy(),
        dim=soft.rows_gradient.shape[1],
    )


def _certain(target: int, asked: list[Update]) -> np.ndarray:
    """The target's chance in each way, (3,)."""
    soft, tree, noise = asked
    return np.array([soft.chances[target], np.exp(-tree.loss), noise.chances[0]])


def window_pairs(
    sentences: Sequence[Sequence[int]], window: int, *, skipgram: bool, centre: int = -1, other: int = -1
) -> list[Pair]:
    """The first pairs of the text, or those of a given centre, or of a given centre and context word; [] where there are none.

    A pair that was asked for by both of its words is learned over and over.
    """
    found: list[Pair] = []
    for sentence in sentences:
        if len(sentence) < (2 if centre >= 0 else 5) or (centre >= 0 and centre not in sentence):
            continue
        for at, word in enumerate(sentence):
            if centre >= 0 and word != centre:
                continue
            found += _around(sentence, at, window, skipgram=skipgram, other=other)
            if other >= 0 and found:
                return found[:1] * PAIRS
        if centre < 0 or len(found) >= PAIRS:
            break
    return found[:PAIRS]


def _around(sentence: Sequence[int], at: int, window: int, *, skipgram: bool, other: int) -> list[Pair]:
    low = max(0, min(at - SENTENCE // 2, len(sentence) - SENTENCE))
    shown = list(sentence[low : low + SENTENCE])
    places = [k for k in range(max(low, at - window), min(low + len(shown), at + window + 1)) if k != at]
    if other >= 0:
        places = [k for k in places if sentence[k] == other][:1]
    if not places:
        return []
    if not skipgram:
        return [Pair(shown, at - low, [k - low for k in places], [sentence[k] for k in places], sentence[at])]
    return [Pair(shown, at - low, [k - low], [sentence[at]], sentence[k]) for k in places]


# -------------------------------------------------------------------------------------------------------------------- noise


@dataclass(frozen=True)
class NoiseFrame(Word2vecFrame):
    """A sentence is read, some of its frequent words left out, and words of noise are drawn."""

    shares: np.ndarray  # float64 (V,) of every word in the text
    chances: np.ndarray  # float64 (V,) of being drawn as noise
    drawn: np.ndarray  # int32 (V,) how often each was drawn so far
    last: np.ndarray  # int32 (50,) drawn in this step
    keep: np.ndarray  # float64 (V,) the chance that an occurrence of a word is kept
    sentence: np.ndarray  # int32 (s,) the sentence of this step
    stays: np.ndarray  # bool (s,)
    read: int  # words read so far
    kept: int  # of those, kept
    expected: float  # the share of the text that is kept on average
    distance: float  # total variation between what was drawn and the chances
    sample: float  # the subsampling threshold; 0: none


def noise_frames(
    vocabulary: Vocabulary, sentences: Sequence[Sequence[int]], exponent: float, sample: float, seed: int
) -> Iterator[NoiseFrame]:
    """Read one sentence a step, thin it out, and draw 50 words of noise."""
    counts, rng = vocabulary.counts, np.random.default_rng(seed)
    shares = counts / counts.sum()
    chances, table = vocabularies.noise_chances(counts, exponent), vocabularies.noise_table(counts, exponent)
    keep = vocabularies.keep_chances(counts, sample)
    drawn, read, kept = np.zeros(len(counts), np.int32), 0, 0
    frame = NoiseFrame(
        step=0,
        part="",
        total=0,
        words=vocabulary.words,
        counts=counts.copy(),
        shares=shares,
        chances=chances,
        drawn=drawn.copy(),
        last=np.zeros(0, np.int32),
        keep=keep,
        sentence=np.zeros(0, np.int32),
        stays=np.zeros(0, bool),
        read=0,
        kept=0,
        expected=float((shares * keep).sum()),
        distance=1.0,
        sample=sample,
    )
    yield frame
    long_enough = [sentence for sentence in sentences if len(sentence) > 1]
    for step in range(1, ROUNDS + 1):
        sentence = np.array(long_enough[(step - 1) % len(long_enough)][:SENTENCE], np.int32)
        stays = vocabularies.thinned(sentence, keep, rng)
        last = vocabularies.draw(table, DRAWS, rng)
        drawn = drawn + np.bincount(last, minlength=len(counts)).astype(np.int32)
        read, kept = read + len(sentence), kept + int(stays.sum())
        yield replace(
            frame,
            step=step,
            part="read",
            drawn=drawn.copy(),
            last=last.astype(np.int32),
            sentence=sentence,
            stays=stays,
            read=read,
            kept=kept,
            distance=float(np.abs(drawn / drawn.sum() - chances).sum() / 2),
        )
