"""What every run of `engine.language.ngram` begins with: a text is cut and counted, a long one in frames that can be stopped.

Here stand the settings that say how, the first frames, and what the later ones are made on.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from engine.errors import ParamError
from engine.frames import Frame
from engine.language import corpus, smoothing, tokens
from engine.language.corpus import LEAST, Corpus, How
from engine.language.counts import Counts, Unknown, last
from engine.language.smoothing import Estimator, Model, Settings
from engine.params import Certain, choice, number
from engine.texts import Text

CANDIDATES = 12  # likeliest next words that a frame holds
TIGHT = ".,;:!?)’”，。！？；：、）》”"  # no space before these
OPENING = "(“‘《（"  # none after these
DISCOUNTING = ("absolute", "kneser_ney", "interpolated_kn", "modified_kn")
K = partial(number, 0.1, 0.01, 1, step=0.01, rare=True)
DISCOUNT = partial(number, 0.0, 0, 0.95, step=0.05, rare=True)
UNIFORM = partial(choice, True, rare=True)


class Read(Certain):
    """How a text is cut, and what becomes of words that are rare or new."""

    cut: tokens.Mode = choice("auto", rare=True)
    lower: bool = choice(True, rare=True)
    unknown: Unknown = choice("share", rare=True)
    cutoff: int = number(2, 2, 10, rare=True, when={"unknown": ["rare"]})
    held_out: int = number(10, 0, 50, step=5, rare=True)


class Counted(Read):
    """How long the n-grams are that are counted."""

    order: int = number(3, 1, 5)
    padding: Literal["all", "one"] = choice("all", rare=True)


class Smoothed(Counted):
    """What estimators can be told."""

    k: float = K()
    discount: float = DISCOUNT()
    uniform: bool = UNIFORM()


class Estimated(Smoothed):
    """Which estimator it is about, and what that one can be told."""

    estimator: Estimator = choice("modified_kn")
    k: float = K(when={"estimator": ["add_k"]})
    discount: float = DISCOUNT(when={"estimator": DISCOUNTING})
    uniform: bool = UNIFORM(when={"estimator": [*DISCOUNTING, "katz", "stupid", "witten_bell"]})


@dataclass(frozen=True)
class NgramFrame(Frame):
    """What every frame of this topic says of the text."""

    tokens: int  # of the training text, end marks included
    types: int  # different tokens that can be predicted
    held: int  # tokens that were held out
    replaced: int  # rare tokens that became <unk>


@dataclass(frozen=True)
class ReadFrame(NgramFrame):
    share: float  # of the text that has been read
    grams: np.ndarray  # int64 (order,): different n-grams of every length counted so far


P = TypeVar("P", bound=Read)
S = TypeVar("S", bound=Smoothed)
F = TypeVar("F", bound=NgramFrame)


@dataclass(frozen=True)
class Ground(Generic[P]):
    """A text that has been read: what stays the same through a run."""

    params: P
    corpus: Corpus
    frames: int  # of reading

    @property
    def counts(self) -> Counts:
        return self.corpus.counts

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What every frame says of the text."""
        held = sum(len(line) + 1 for line in chain(self.corpus.tune, self.corpus.test))
        return {"tokens": self.counts.tokens, "types": self.counts.V, "held": held, "replaced": self.counts.replaced}


def read(params: P, text: Text) -> Generator[NgramFrame, None, Ground[P]]:
    """Cut and count a text; a long one in frames, whose part is "read". Raises DataError."""
    how = how_of(params)
    reading, frames = corpus.reading(text, how), 0
    while True:
        try:
            found = next(reading)
        except StopIteration as done:
            return Ground(params, done.value, frames)
        frames += 1
        grams = np.array([*found.grams, *[0] * (how.order - len(found.grams))], np.int64)
        yield ReadFrame(0, "read", frames + 1, found.tokens, found.types, 0, 0, found.share, grams)


def how_of(params: Read) -> How:
    """How a text is read by a run; what the run does not ask for is as it is by default."""
    named = ("cut", "lower", "held_out", "order", "padding", "unknown", "cutoff")
    return How(**{name: getattr(params, name) for name in named if hasattr(params, name)})


def after(ground: Ground[Any], frames: Iterable[F]) -> Iterator[F]:
    """The frames that come after those of reading, which count too."""
    for frame in frames:
        yield replace(frame, total=frame.total + ground.frames)


def settings(ground: Ground[S], counts: Counts | None = None) -> Settings:
    """What estimators are told; Jelinek–Mercer's λ are those of these counts on the tuning text."""
    params = ground.params
    weights = smoothing.mixed(smoothing.components(counts or ground.counts, ground.corpus.tune))
    return Settings(params.k, params.discount, params.uniform, weights)


def model(ground: Ground[S], name: Estimator) -> Model:
    """An estimator on the text that has been read."""
    return smoothing.fit(ground.counts, name, settings(ground))


def model_of(params: Estimated, text: Text) -> Model:
    """The model that the run is about, for whoever wants to ask it. Raises DataError."""
    return model(Ground(params, corpus.read(text, how_of(params)), 0), params.estimator)


def held_out(ground: Ground[Any]) -> None:
    """Raise ParamError where too few lines are held out to learn λ on some and to judge by the others."""
    parts = ground.corpus
    if parts.test and parts.tune:
        return
    lines = len(parts.train) + len(parts.tune) + len(parts.test)
    if lines < LEAST:
        raise ParamError("ngram_no_held_out", lines=lines, least=LEAST)
    enough = next(share for share in range(5, 55, 5) if lines * share // 100 >= 2)
    raise ParamError("ngram_few_held_out", lines=lines, share=ground.params.held_out, enough=enough)


def seen(counts: Counts, prefix: Sequence[int]) -> tuple[int, ...]:
    """The n − 1 tokens before the next one, start marks included."""
    return last((*[counts.V] * counts.starts, *prefix), counts.order - 1)


def strings(words: Sequence[str]) -> np.ndarray:
    """Words as an array of them, (n,)."""
    return np.array(list(words), dtype=np.str_) if words else np.zeros(0, "<U1")


def joined(words: Sequence[str]) -> str:
    """Tokens as a line: spaces between words of letters, none beside ideographs and before signs."""
    out = ""
    for word in words:
        alone = not out or not word
        out += word if alone or _tight(out[-1], word) else " " + word
    return out


def _tight(sign: str, word: str) -> bool:
    """Whether a word follows a sign without a space."""
    return bool(tokens.HAN.match(word) or tokens.HAN.match(sign)) or word[0] in TIGHT or sign in OPENING
