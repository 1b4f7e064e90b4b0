"""word2vec: every word gets a vector that foretells the words around it, so words in the same company become neighbours.

Mikolov et al., "Efficient Estimation of Word Representations in Vector Space", 2013 (skip-gram, CBOW); "Distributed
Representations of Words and Phrases and their Compositionality", 2013 (negative sampling, subsampling); Morin and Bengio, 2005
(the tree as softmax); Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966 (the map that holds still).
Peer: gensim 4.4.0, which does the training (`embedding`); cutting is in `tokens`.

What can be looked at: the map of the words while they learn ("map"), the Huffman tree ("tree"), one pair learned in three ways
("pair"), words left out and words drawn as noise ("noise"), the same text cut into words differently ("cuts"), and vectors that
were trained on six billion words ("glove").
"""

from collections.abc import Mapping

from engine.algorithm import Algorithm, Lines, together
from engine.language.word2vec import cutting, embedding, lottery, pairs, trees, updates, vectors
from engine.language.word2vec.cutting import Cuts, CutsFrame, cuts
from engine.language.word2vec.lottery import Noise, NoiseFrame, noise
from engine.language.word2vec.maps import Map, MapFrame, learn, mapped, settings_of
from engine.language.word2vec.pairs import PairFrame, Pairs, pair
from engine.language.word2vec.pretrained import Glove, GloveFrame, glove
from engine.language.word2vec.reading import Ground, Word2vecFrame, prepare
from engine.language.word2vec.trees import Tree, TreeFrame, tree

LEARN: Mapping[str, Lines] = {
    "step": (embedding.Model.epoch, ("for job", "rate =", "words =", "yield float(")),
    "batch": (embedding.Model.epoch, ("rate =", "words =", "yield float(")),
}
LEARNED = {"words =": "Σ words = ⟦learned⟧", "yield float(": "loss = ⟦loss⟧"}
BUILD: Mapping[str, Lines] = {
    "merge": (trees.merges, ("for m in", "now = replace(now, step=m", "now = replace(now, left")),
    "walk": (trees.walk, ("for k in", "product =")),
    "sum": (trees.tree_frames, ("leaves =",)),
}
FORETELL: Mapping[str, Lines] = {
    "window": (pairs.window_pairs, ("for at, word", "found +=")),
    "ask": (pairs.asked, ("updates.softmax", "updates.hierarchical", "updates.negative")),
    "move": (updates.apply, ("np.add.at(W, ", "np.add.at(W_in")),
}
DRAW: Mapping[str, Lines] = {"read": (lottery.noise_frames, ("stays =", "last =", "drawn ="))}
COMPARE: Mapping[str, Lines] = {"step": (cutting.cuts, ("losses =", "near, cosines ="))}
ASK: Mapping[str, Lines] = {
    "words": (vectors.neighbours, ("return nearest",)),
    "from": (vectors.analogy_point, ("ua, ub, uc =",)),
    "difference": (vectors.analogy_point, ("ua, ub, uc =",)),
    "added": (vectors.analogy_point, ("return",)),
    "nearest": (vectors.analogy, ("return nearest",)),
}
BUILT = {"now = replace(now, left": "⟦a⟧ + ⟦b⟧ = ⟦sum⟧", "product =": "⟦product⟧", "leaves =": "Σ = ⟦sum⟧"}
FORETOLD = {
    "updates.softmax": "3 · ⟦d⟧ · ⟦v⟧ = ⟦soft⟧",
    "updates.hierarchical": "3 · ⟦d⟧ · ⟦l⟧ = ⟦tree⟧",
    "updates.negative": "3 · ⟦d⟧ · ⟦k⟧ = ⟦noise⟧",
    "np.add.at(W, ": "⟦b0⟧ → ⟦a0⟧, ⟦b1⟧ → ⟦a1⟧, ⟦b2⟧ → ⟦a2⟧",
}
COMPARED = {"near, cosines =": "⟦word⟧ → ⟦nearest⟧"}
ANSWERED = {"return nearest(E, analogy_point": "⟦best⟧, cos = ⟦cos⟧"}

ALGORITHMS = (
    Algorithm("map", mapped, Map, "little", code=LEARN, says=LEARNED),
    Algorithm("tree", tree, Tree, "little", code=BUILD, says=BUILT),
    Algorithm("pair", pair, Pairs, "little", code=FORETELL, says=FORETOLD),
    Algorithm("noise", noise, Noise, "little", code=DRAW, says={"drawn =": "Σ = ⟦drawn⟧"}),
    Algorithm("cuts", cuts, Cuts, "little", code=COMPARE, says=COMPARED),
    Algorithm("glove", glove, Glove, "little", code=ASK, says=ANSWERED),
)
Params, train = together(ALGORITHMS)

__all__ = [
    "ALGORITHMS",
    "Cuts",
    "CutsFrame",
    "Glove",
    "GloveFrame",
    "Ground",
    "Map",
    "MapFrame",
    "Noise",
    "NoiseFrame",
    "PairFrame",
    "Pairs",
    "Params",
    "Tree",
    "TreeFrame",
    "Word2vecFrame",
    "cuts",
    "glove",
    "learn",
    "mapped",
    "noise",
    "pair",
    "prepare",
    "settings_of",
    "train",
    "tree",
]
