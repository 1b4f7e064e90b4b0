"""Vectors that others trained, GloVe's: who is near whom, and an analogy in steps."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.language.word2vec import vectors
from engine.language.word2vec.reading import Word2vecFrame
from engine.params import Certain
from engine.texts import Text

PARTS = ("words", "from", "difference", "added", "nearest")


class Glove(Certain):
    """Nothing is trained, and nothing drawn."""


@dataclass(frozen=True)
class GloveFrame(Word2vecFrame):
    """Vectors that others trained: the words ("words"), then an analogy in steps ("from", "difference", "added", "nearest")."""

    vectors: np.ndarray  # float32 (20000, 50)


def glove(params: Glove, data: Text) -> Iterator[GloveFrame]:
    """Show the bundled vectors, whatever the text, then an analogy step by step."""
    found = vectors.glove()
    for step, part in enumerate(PARTS):
        yield GloveFrame(step, part, len(PARTS), found.words, np.zeros(0, np.int64), found.vectors)
