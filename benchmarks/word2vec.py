"""word2vec: ours beside gensim 4.4.0. Run with `python -m benchmarks.word2vec`.

Both learn the same sentences with the same vocabulary, alternate in one process on one thread, and end with the same vectors;
times are medians of 9 pairs, ratio = peer / ours, aim = the least ratio wanted (0.77 is 1.3 times the peer's time, frames
included).
"""

import numpy as np
from gensim.models import Word2Vec

from benchmarks import pairs
from benchmarks.pairs import Row
from engine.language import word2vec
from engine.language.word2vec import Ground, Params, embedding, vectors
from engine.samples import sample

AIM = 1 / 1.3


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    return pairs.table("word2vec", rows)


def skipgram() -> Row:
    return _training("skip-gram, noise", Params(least=5, dim=100, epochs=5))


def cbow() -> Row:
    return _training("CBOW, noise", Params(least=5, dim=100, epochs=5, direction="cbow"))


def tree() -> Row:
    return _training("skip-gram, tree", Params(least=5, dim=100, epochs=5, output="hierarchical"))


def little() -> Row:
    return _training("the page's default", Params(), "little", aim=None)


def whole() -> Row:
    """What the page waits for: cutting the text too."""
    params, text = Params(), sample("little")
    return pairs.row("the page's default, from the text on", lambda: list(word2vec.train(params, text)), None, note="21 frames")


def neighbours() -> Row:
    """Neighbours in GloVe's 20,000 words."""
    found = vectors.glove()
    from gensim.models import KeyedVectors

    keyed = KeyedVectors(found.vectors.shape[1])
    keyed.add_vectors(list(found.words), found.vectors)
    keyed.fill_norms()
    return pairs.row(
        "10 neighbours among 20,000 words (for information)",
        lambda: vectors.neighbours(found.vectors, 1000, 10),
        lambda: keyed.most_similar(found.words[1000], topn=10),
        note="gensim keeps the lengths, ours computes them at every call",
    )


def _training(name: str, params: Params, text: str = "pride", aim: float | None = AIM) -> Row:
    ground = word2vec.prepare(params, sample(text), "auto", params.most)
    settings = word2vec.settings_of(params, ground)

    def ours() -> np.ndarray:
        return list(word2vec.learn(params, ground))[-1].vectors

    def peer() -> np.ndarray:
        model = Word2Vec(**embedding.arguments(settings, ground.sentences) | {"batch_words": 10_000})
        model.build_vocab_from_freq(_counts(ground))
        model.train(ground.sentences, total_examples=len(ground.sentences), epochs=params.epochs)
        return np.asarray(model.wv.vectors)

    if embedding.batch_words(ground.sentences) == 10_000:
        np.testing.assert_array_equal(ours(), peer())
    words = int(ground.vocabulary.counts.sum())
    note = f"{words:,} words, d={params.dim}, {params.epochs} epochs; {params.epochs + 1} frames"
    return pairs.row(f"{name}, {text}", ours, peer, note=note, aim=aim)


def _counts(ground: Ground) -> dict[str, int]:
    return dict(zip(ground.vocabulary.words, ground.vocabulary.counts.tolist(), strict=True))


BENCHES = (skipgram, cbow, tree, little, whole, neighbours)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
