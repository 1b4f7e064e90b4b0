"""Which words of a map are asked about: one, and three of an analogy. What is not there gives way to the nearest spelling."""

from functools import lru_cache

import numpy as np

from engine.language.word2vec import vectors, vocabularies
from engine.texts import spelled

ANALOGIES = ("man king woman", "男人 国王 女人")  # that are asked about where nothing was typed
SHOWN = 400  # words of a text that a map has room for, the most frequent
NEAR, AROUND = 10, 22  # neighbours of a word that are listed, and of every word of a question that a map of its own holds
SPELLED = 5000  # words, the most frequent, among which a like spelling is looked for

Question = tuple[int, int, int] | None


def asked(words: tuple[str, ...], near: str, analogy: str, *, about_it: bool) -> tuple[int, Question, str]:
    """The word asked for, the words of the analogy, and what was typed that is not there: of the analogy only if `about_it`."""
    number, trouble = numbers(words), ""
    focus = number.get(spelled(near, number), -1)
    if focus < 0:
        trouble = near.strip()
        like = alike(trouble, words) if trouble else ""
        focus = number[like or vocabularies.opening(words)]
    typed = analogy.split()
    for three in [typed] if typed else [known.split() for known in ANALOGIES]:
        found = [number.get(spelled(word, number), -1) for word in three]
        if len(found) == 3 and -1 not in found and len(set(found)) == 3:
            return focus, (found[0], found[1], found[2]), trouble
    if typed and about_it:
        trouble = next((word for word in typed if spelled(word, number) not in number), analogy)
    return focus, None, trouble


@lru_cache(maxsize=8)
def numbers(words: tuple[str, ...]) -> dict[str, int]:
    """Word → its row."""
    return {word: i for i, word in enumerate(words)}


@lru_cache(maxsize=32)
def alike(word: str, words: tuple[str, ...]) -> str:
    """The word that is meant by one that is not there: looked for once, and not for every picture."""
    return vectors.closest(word, words[:SPELLED])


def frequent(E: np.ndarray, focus: int, question: Question, *, answers: bool) -> np.ndarray:
    """The words of a text that its map shows, rows of E (V, d): the most frequent, and those asked about and their neighbours."""
    few = np.arange(min(len(E), SHOWN))
    extra = [focus, *(question or ()), *vectors.neighbours(E, focus, NEAR)[0]]
    if question and answers:
        extra += list(vectors.analogy(E, *question, NEAR)[0])
    return np.array([*few, *dict.fromkeys(word for word in extra if word >= len(few))], int)


def around(E: np.ndarray, focus: int, question: Question) -> np.ndarray:
    """The words of a large vocabulary that a map of its own shows: those around the words asked for."""
    near = [word for one in (focus, *(question or ())) for word in (one, *vectors.neighbours(E, one, AROUND)[0])]
    answers = vectors.analogy(E, *question, NEAR)[0] if question else ()
    return np.array(list(dict.fromkeys([*near, *answers])), int)
