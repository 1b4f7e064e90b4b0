"""One pair of words at a time, learned in three ways side by side: by the softmax, by the tree, against noise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.errors import ParamError
from engine.language import huffman
from engine.language.word2vec import updates, vectors, vocabularies
from engine.language.word2vec.embedding import Model
from engine.language.word2vec.reading import (
    Cut,
    Direction,
    Ground,
    Learning,
    Many,
    Word2vecFrame,
    learning,
    numbered,
    place_of,
    prepare,
)
from engine.language.word2vec.updates import Update
from engine.language.word2vec.vocabularies import Vocabulary
from engine.params import choice, number
from engine.texts import Text

WAYS = ("softmax", "tree", "noise")
PAIRS = 24  # pairs that are learned in slow motion, at most
SENTENCE = 13  # words of a sentence that is shown, at most

NO_PLANES: dict[str, np.ndarray] = {
    "length": np.zeros(3),
    "softmax_places": np.zeros((0, 2), np.float32),
    "tree_places": np.zeros((0, 2), np.float32),
    "noise_places": np.zeros((0, 2), np.float32),
    "pulls": np.zeros((3, 2)),
}
Path = tuple[list[int], list[int]]  # merges from the root to a leaf, and the bits taken there


class Pairs(Cut, Many, Learning):
    direction: Direction = choice("skipgram")
    negative: int = number(5, 1, 20)
    word: str = choice("")  # the word in the middle of the window; "": the first of the text
    other: str = choice("")  # a word around it; "": all that stand there
    trained: bool = choice(True)
    exponent: float = number(0.75, 0, 1.5, step=0.05, rare=True)


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
    length: np.ndarray  # float64 (3,) of the input h, in each way
    softmax_places: np.ndarray  # float32 (V, 2) of every row u, in a plane: u · h/|h|, and along the rest of the target's row
    tree_places: np.ndarray  # float32 (l, 2) of the nodes on the way
    noise_places: np.ndarray  # float32 (k + 1, 2)
    pulls: np.ndarray  # float64 (3, 2) where the gradient drives h, in the same planes

    def asked(self, way: str) -> "Rows":
        """What one of WAYS asks: the target first, then other words by how sure they are; a word that comes twice once."""
        k, long = WAYS.index(way), float(self.length[WAYS.index(way)])
        if way == "tree":
            words, order, chances, places = self.path, np.arange(len(self.path)), self.path_chances, self.tree_places
        elif way == "noise":
            order = np.sort(np.unique(self.noise, return_index=True)[1])
            words, chances, places = self.noise[order], self.noise_chances, self.noise_places
        else:
            order = np.argsort(-self.chances, kind="stable")
            words = order = np.array([self.target, *order[order != self.target]])
            chances, places = self.chances, self.softmax_places
        wanted = 1.0 - self.bits if way == "tree" else (words == self.target).astype(float)
        error = chances[order] - wanted
        push = np.stack([-error * long, np.zeros(len(error))], 1)
        return Rows(words, places[order].astype(float), chances[order], wanted, error, push, self.pulls[k], long)


@dataclass(frozen=True)
class Rows:
    """The rows of the output matrix that one way asks, in the plane of the input."""

    words: np.ndarray  # int (m,) words, of a tree merges
    places: np.ndarray  # float64 (m, 2)
    chances: np.ndarray  # float64 (m,)
    wanted: np.ndarray  # float64 (m,) 0 or 1
    error: np.ndarray  # float64 (m,)
    push: np.ndarray  # float64 (m, 2) where the gradient drives each
    pull: np.ndarray  # float64 (2,) where it drives the input
    length: float  # of the input


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

    inputs: np.ndarray  # float64 (V, d)
    outputs: np.ndarray  # float64 (V, d); of the tree (V − 1, d)


def pair(params: Pairs, data: Text) -> Iterator[PairFrame]:
    """Learn some pairs of a text in three ways, on weights that were trained before. Raises ParamError and DataError."""
    ground = prepare(params, data, params.cut, params.most)
    words = ground.vocabulary
    pairs = _asked_for(params, ground)
    ways = {"negative": params.negative, "hierarchical": True, "exponent": params.exponent}
    model = Model(ground.sentences, words, learning(params, ground, **ways))
    if params.trained:
        model.train()
    start = [Weights(model.vectors.astype(float), W.astype(float)) for W in (model.outputs, model.nodes, model.outputs)]
    noise = _noise(pairs, params, words)
    yield from numbered(pair_frames(words, pairs, start, noise, params.rate))


def _asked_for(params: Pairs, ground: Ground) -> list[Pair]:
    """The pairs that are learned. Raises ParamError where there are none."""
    given = place_of(params.word, ground.vocabulary, -1)
    other = place_of(params.other, ground.vocabulary, -1)
    skipgram = params.direction == "skipgram"
    pairs = window_pairs(ground.numbers, params.window, skipgram=skipgram, centre=given, other=other)
    if not pairs:
        code = "w2v_no_pair" if other >= 0 else "w2v_alone"
        raise ParamError(code, word=params.word or "–", other=params.other, window=params.window)
    return pairs


def _noise(pairs: Sequence[Pair], params: Pairs, words: Vocabulary) -> list[list[int]]:
    """Words of noise for every pair. As in gensim the target is none."""
    rng = np.random.default_rng(params.seed)
    table = vocabularies.noise_table(words.counts, params.exponent)
    drawn = [vocabularies.draw(table, params.negative, rng) for _ in pairs]
    return [[int(word) for word in some if word != pair.target] for pair, some in zip(pairs, drawn, strict=True)]


def pair_frames(
    vocabulary: Vocabulary, pairs: Sequence[Pair], ways: Sequence[Weights], noise: Sequence[Sequence[int]], rate: float
) -> Iterator[PairFrame]:
    """Learn pair after pair in each of the three ways, every way on weights of its own, which move: softmax, tree, noise."""
    paths = huffman.build(vocabulary.counts).paths()
    spent = np.zeros(3, np.int64)
    for step, (pair, others) in enumerate(zip(pairs, noise, strict=True), 1):
        path = paths[pair.target]
        updated = asked(pair, path, others, ways)
        frame = replace(_pair_frame(vocabulary, pair, path, step, updated, rate, spent), **_planes(pair, updated, ways))
        if step == 1:
            yield replace(frame, step=0, part="")
        yield frame
        yield replace(frame, part="ask")
        for way, update in zip(ways, updated, strict=True):
            updates.apply(update, way.inputs, pair.inputs, way.outputs, rate)
        spent = spent + frame.cost
        after = _certain(pair.target, asked(pair, path, others, ways))
        yield replace(frame, part="move", after=after, spent=spent.copy())


def asked(pair: Pair, path: Path, others: Sequence[int], ways: Sequence[Weights]) -> list[Update]:
    """What each way asks of its outputs for a pair: softmax, tree, noise."""
    h = [way.inputs[pair.inputs].mean(0) for way in ways]
    return [
        updates.softmax(h[0], ways[0].outputs, pair.target),
        updates.hierarchical(h[1], ways[1].outputs, *path),
        updates.negative(h[2], ways[2].outputs, pair.target, others),
    ]


def _pair_frame(
    vocabulary: Vocabulary,
    pair: Pair,
    path: Path,
    step: int,
    updated: list[Update],
    rate: float,
    spent: np.ndarray,
) -> PairFrame:
    """What there is to see of a pair before anything moves."""
    soft, tree, noise = updated
    sizes = [rate * np.linalg.norm(update.rows_gradient, axis=1) for update in updated]
    before = _certain(pair.target, updated)
    return PairFrame(
        step=step,
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
        loss=np.array([update.loss for update in updated]),
        rows=np.array([len(update.rows) for update in updated], np.int64),
        cost=np.array([update.multiplications for update in updated], np.int64),
        spent=spent.copy(),
        dim=soft.rows_gradient.shape[1],
        **NO_PLANES,
    )


def _planes(pair: Pair, updated: Sequence[Update], ways: Sequence[Weights]) -> dict[str, Any]:
    """Each way's rows and the drive on its input, in the plane of the input and of the row that should say yes."""
    seen = []
    for update, way in zip(updated, ways, strict=True):
        h, rows = way.inputs[pair.inputs].mean(0), way.outputs[update.rows]
        first = rows[int(update.wanted.argmax())]
        seen.append((np.linalg.norm(h), *(shadow(some, h, first) for some in (rows, -update.input_gradient[None]))))
    lengths, places, pulls = zip(*seen, strict=True)
    named = dict(zip(("softmax_places", "tree_places", "noise_places"), (xy.astype(np.float32) for xy in places), strict=True))
    return {"length": np.array(lengths), "pulls": np.concatenate(pulls), **named}


def shadow(rows: np.ndarray, h: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Rows (m, d) along h and along what of another vector is not along h, (m, 2)."""
    first = vectors.unit(h)
    second = vectors.unit(other - (other @ first) * first)
    return np.stack([rows @ first, rows @ second], 1)


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
