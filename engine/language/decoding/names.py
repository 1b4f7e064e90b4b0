"""What tokens are called: as a table or a model says; of a text, which a worker has read, as the frame spells them.

A base of `decoding`, beside its kinds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.language.decoding.ground import Decoding, Source, model_of
from engine.language.decoding.hypotheses import DecodingFrame
from engine.tables import Table
from engine.texts import Text


class Vocabulary(Protocol):
    """Names of tokens."""

    def __getitem__(self, token: Any, /) -> Any: ...
    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Spelling:
    """The names of those tokens of a large vocabulary that a frame has to do with."""

    words: Mapping[int, str]
    size: int

    def __getitem__(self, token: int) -> str:
        return self.words[int(token)]

    def __len__(self) -> int:
        return self.size


@dataclass(frozen=True)
class Tokens:
    """What tokens are called, and which of them ends a sentence."""

    vocabulary: Vocabulary
    end: int

    def words(self, tokens: Iterable[int]) -> str:
        """Tokens as they are written."""
        return " ".join(self.vocabulary[token] for token in tokens)


def tokens_of(source: Source, frame: DecodingFrame, params: Decoding) -> Tokens:
    """The tokens of a frame that came from this source with these settings."""
    if isinstance(source, Table):
        model = model_of(source, params)
    elif isinstance(source, Text):
        words = dict(zip(frame.spelled.tolist(), frame.spelling.tolist(), strict=True))
        return Tokens(Spelling(words, frame.size), frame.end)
    else:
        model = source
    return Tokens(model.vocabulary, model.end)
