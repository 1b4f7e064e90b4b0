"""What stays the same through a run: the model, how long an output may get, and what it begins with.

A base of `decoding`, under all its kinds.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from engine.errors import ParamError
from engine.language.corpus import typed, writer
from engine.language.lm import LanguageModel, table_model
from engine.language.smoothing import Estimator
from engine.params import Certain, choice, number
from engine.tables import Table
from engine.texts import Text

Floats = NDArray[np.float64]
Tokens = tuple[int, ...]
Source = Table | Text | LanguageModel

OPEN, ALIVE, PRUNED, FINISHED, CUT, EXPANDED = range(6)  # states of a node
DIGITS = 12  # decimals of log P that count when candidates are ranked
CLOSE = 2.0 * 10.0**-DIGITS


class Decoding(Certain):
    """What all ways of decoding share."""

    longest: int = number(4, 1, 12)
    normalise: bool = choice(False, rare=True)  # of a table
    order: int = number(3, 1, 5)  # of an n-gram model of a text
    estimator: Estimator = choice("interpolated_kn")  # of the same
    end: str = choice("", rare=True)  # the token of a table that ends a sentence; "": the one that is called so
    forced: str = choice("")


@dataclass(frozen=True)
class Ground:
    """What stays the same through a run."""

    model: LanguageModel
    longest: int
    forced: Tokens  # what every sentence begins with
    forced_logp: float
    spells: bool  # whether frames tell the words for their tokens, to whoever does not have the model

    @property
    def end(self) -> int:
        return self.model.end

    def final(self, tokens: Tokens) -> int:
        """FINISHED, CUT, or ALIVE for a prefix that goes on."""
        if tokens and tokens[-1] == self.end:
            return FINISHED
        return CUT if len(tokens) == self.longest else ALIVE

    def ask(self, tokens: Tokens) -> Floats:
        """Log probabilities (V,) of the next token after one prefix."""
        row: Floats = self.model.next_log_probs([tokens])[0]
        return row


def begin(params: Decoding, source: Source) -> Ground:
    """The ground of a run over the model in a table, an n-gram model of a text, or any model.

    What outputs begin with is written with spaces between the tokens. Raises DataError, and ParamError if none can begin so.
    """
    model = _model(params, source)
    number_of = {token: i for i, token in enumerate(model.vocabulary)}
    forced = tuple(number_of.get(name, -1) for name in params.forced.split())
    if -1 in forced and isinstance(source, Text):  # typed as people write, not as tokens
        forced = tuple(number_of.get(name, -1) for name in typed(source, params.forced))
    logp = _logp(model, forced, params.longest)
    if logp == -inf:
        raise ParamError("decoding_forced", prefix=params.forced)
    return Ground(model, params.longest, forced, logp, spells=isinstance(source, Text))


def _model(params: Decoding, source: Source) -> LanguageModel:
    if isinstance(source, Table):
        return model_of(source, params)
    if isinstance(source, Text):
        return writer(source, params.order, params.estimator)
    return source


@lru_cache(maxsize=16)
def _of_table(table: Table, normalise: bool, end: str) -> LanguageModel:
    return table_model(table, normalise=normalise, end=end)


def model_of(table: Table, params: Decoding) -> LanguageModel:
    """The model in a table, as the settings have it. Raises DataError, and ParamError for an end that is no token."""
    model = _of_table(table, params.normalise, params.end.strip())
    if params.end.strip() not in ("", *model.vocabulary):
        raise ParamError("decoding_end", token=params.end, tokens=", ".join(model.vocabulary[:8]))
    return model


def _logp(model: LanguageModel, forced: Tokens, longest: int) -> float:
    """log P of a beginning; −inf where no output can begin so."""
    if -1 in forced or len(forced) > longest or model.end in forced[:-1]:
        return -inf
    return sum((float(model.next_log_probs([forced[:t]])[0, token]) for t, token in enumerate(forced)), 0.0)
