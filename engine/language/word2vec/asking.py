"""Which words of a map are asked about: one, and three of an analogy. What is not there gives way to the nearest spelling."""

from functools import lru_cache

from engine.language.word2vec import vectors, vocabularies

ANALOGIES = ("man king woman", "男人 国王 女人")  # that are asked about where nothing was typed
SPELLED = 5000  # words, the most frequent, among which a like spelling is looked for

Question = tuple[int, int, int] | None


def asked(words: tuple[str, ...], near: str, analogy: str, *, about_it: bool) -> tuple[int, Question, str]:
    """The word asked for, the words of the analogy, and what was typed that is not there: of the analogy only if `about_it`."""
    number, trouble = numbers(words), ""
    focus = number.get(near.strip().lower(), -1)
    if focus < 0:
        trouble = near.strip()
        like = vectors.closest(trouble, words[:SPELLED]) if trouble else ""
        focus = number[like or vocabularies.opening(words)]
    typed = analogy.split()
    for three in [typed] if typed else [known.split() for known in ANALOGIES]:
        found = [number.get(word.lower(), -1) for word in three]
        if len(found) == 3 and -1 not in found and len(set(found)) == 3:
            return focus, (found[0], found[1], found[2]), trouble
    if typed and about_it:
        trouble = next((word for word in typed if word.lower() not in number), analogy)
    return focus, None, trouble


@lru_cache(maxsize=8)
def numbers(words: tuple[str, ...]) -> dict[str, int]:
    """Word → its row."""
    return {word: i for i, word in enumerate(words)}
