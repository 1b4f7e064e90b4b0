"""Decoding: a model says how likely each next token is; a search, or a draw, turns that into a sentence.

Zhang et al., "Dive into Deep Learning", ch. 10.8; Wu et al., "Google's Neural Machine Translation System", 2016 (length
normalisation); Fan et al., "Hierarchical Neural Story Generation", 2018 (top-k); Holtzman et al., "The Curious Case of Neural
Text Degeneration", 2020 (top-p); Nguyen et al., "Turning Up the Heat: Min-p Sampling", 2024; Stahlberg & Byrne, "On NMT Search
Errors and Model Errors: Cat Got Your Tongue?", 2019 (the beam-search curse). Peer: transformers 5.24.0, `generate`.

A beam of width k judges all continuations of its k prefixes by log P, ties going to the earlier parent, then to the lower token.
An end token among the k best leaves the beam for the pool of finished sentences; one that ranks lower is dropped. The k best
others live on, so that finishing costs no place. At the longest length the k best of either kind are final. Length plays no part
in the search: it enters when the finished sentences are ranked, as log P / L^α with L counting the end token.
A beam of width 1 is greedy search: it stops where the end token is its best candidate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from math import log, nan
from typing import Literal

import numpy as np
from pydantic import Field
from pydantic.config import JsonDict

import engine.params
from engine.algorithm import Algorithm
from engine.errors import ParamError
from engine.language import beam, exhaustive, sampling
from engine.language.beam import beam_step, score
from engine.language.corpus import How, offspring, read, writer
from engine.language.exhaustive import greedy_sentence, likeliest, with_optimum
from engine.language.hypotheses import (
    ALIVE,
    CUT,
    EXPANDED,
    FINISHED,
    OPEN,
    PRUNED,
    DecodingFrame,
    Ground,
    Tokens,
    check_close_up,
    entropy,
    ground,
)
from engine.language.lm import LanguageModel, table_model
from engine.language.sampling import Filter, filtered
from engine.language.smoothing import Estimator
from engine.readers import Table
from engine.texts import Text

__all__ = [
    "ALGORITHMS",
    "ALIVE",
    "CUT",
    "EXPANDED",
    "FINISHED",
    "OPEN",
    "PRUNED",
    "DecodingFrame",
    "Params",
    "agreement",
    "beam_step",
    "crossing",
    "decode",
    "entropy",
    "filtered",
    "greedy_sentence",
    "likeliest",
    "score",
    "search",
    "sentence_of",
    "spelt",
]

BEAM: JsonDict = {"strategy": ["beam"]}
STOP: JsonDict = {"strategy": ["beam"], "stop": [True]}
SAMPLING: JsonDict = {"strategy": ["sampling"]}


class Params(engine.params.Closing):
    strategy: Literal["greedy", "beam", "exhaustive", "sampling", "widths"] = "beam"
    width: int = Field(2, ge=1, le=20, json_schema_extra={"when": BEAM})
    longest: int = Field(4, ge=1, le=12)
    samples: int = Field(200, ge=10, le=1000, multiple_of=10, json_schema_extra={"when": SAMPLING})
    temperature: float = Field(1.0, ge=0, le=3, json_schema_extra={"step": 0.05, "when": SAMPLING})
    top_k: int = Field(0, ge=0, le=50, json_schema_extra={"when": SAMPLING})
    top_p: float = Field(1.0, ge=0.05, le=1, json_schema_extra={"step": 0.05, "when": SAMPLING})
    min_p: float = Field(0.0, ge=0, le=1, json_schema_extra={"step": 0.01, "when": SAMPLING})
    stop: bool = Field(False, json_schema_extra={"when": BEAM})
    stop_alpha: float = Field(0.75, ge=0, le=2, json_schema_extra={"step": 0.05, "when": STOP})
    normalise: bool = False  # of a table
    order: int = Field(3, ge=1, le=5)  # of an n-gram model of a text
    estimator: Estimator = "interpolated_kn"  # of the same
    forced: str = ""


def search(params: Params, source: Table | Text) -> Iterator[DecodingFrame]:
    """Decode the model that a table holds, or an n-gram model of a text. Raises DataError and ParamError."""
    if isinstance(source, Table):
        yield from decode(params, table_model(source, normalise=params.normalise))
        return
    if params.strategy == "exhaustive":
        forced = params.forced.split()
        made = offspring(read(source, How(order=params.order)), params.estimator, forced)
        exhaustive.check_room(islice(made, max(0, params.longest - len(forced))))
    model = writer(source, params.order, params.estimator)
    for frame in decode(params, model):
        yield spelt(frame, model)


def spelt(frame: DecodingFrame, model: LanguageModel) -> DecodingFrame:
    """The frame with the words for its tokens, for whoever does not have the model."""
    kinds = (frame.token, frame.named, frame.finished.ravel(), frame.drawn, frame.greedy_tokens, frame.optimum_tokens)
    tokens = np.unique(np.concatenate(kinds))
    tokens = tokens[tokens >= 0].astype(np.int32)
    words = np.array([model.vocabulary[token] for token in tokens], dtype=np.str_)
    return replace(frame, spelled=tokens, spelling=words, size=len(model.vocabulary), end=model.end)


def decode(params: Params, model: LanguageModel) -> Iterator[DecodingFrame]:
    """Decode any model. Raises ParamError.

    Parts of a whole run: "force" (a token that was asked for), "expand", "score", "prune" for each time step, then "end"; a
    sample, a width and the start have none. A close-up asks prefix after prefix ("expand"), or draws by "ask", "filter", "draw".
    """
    if params.strategy == "widths" and params.close_up >= 0:
        raise ParamError("decoding_widths_close_up")
    below = ground(model, params.longest, params.forced)
    frames = list(_course(params, below))
    if params.strategy == "exhaustive":
        check_close_up(params.close_up, frames[-1].step)
        frames = [frame for frame in frames if frame.step >= params.close_up]
    else:
        frames[-1] = with_optimum(below, frames[-1])
    if params.strategy == "widths":
        frames = [replace(frame, greedy_tokens=frames[-1].greedy_tokens) for frame in frames]
    outputs = max(len(frame.finished) for frame in frames)
    for frame in frames:
        yield replace(frame, total=len(frames), outputs=outputs)


def _course(params: Params, below: Ground) -> Iterator[DecodingFrame]:
    """The frames of a strategy."""
    if params.strategy == "exhaustive":
        return exhaustive.run(below)
    if params.strategy == "widths":
        return beam.widths(below)
    if params.strategy == "sampling":
        how = Filter(params.temperature, params.top_k, params.top_p, params.min_p)
        return sampling.run(below, how, params.samples, params.seed, params.close_up)
    if params.strategy == "greedy":
        return beam.run(below, 1, None, params.close_up)
    return beam.run(below, params.width, params.stop_alpha if params.stop else None, params.close_up)


def crossing(logp1: float, length1: int, logp2: float, length2: int) -> float:
    """The α at which two sentences score the same; nan if there is none."""
    if length1 == length2 or not (logp1 < 0 and logp2 < 0):
        return nan
    return log(logp1 / logp2) / log(length1 / length2)


def agreement(tokens: Sequence[str], reference: Sequence[str]) -> float:
    """1 − edit distance (Levenshtein, in tokens) / length of the longer; two empty sentences agree."""
    if not tokens and not reference:
        return 1.0
    row = list(range(len(reference) + 1))
    for i, token in enumerate(tokens, 1):
        before, row = row, [i]
        for j, other in enumerate(reference, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (token != other)))
    return 1 - row[-1] / max(len(tokens), len(reference))


def sentence_of(frame: DecodingFrame, node: int) -> Tokens:
    """The tokens on the way from the root to a node."""
    tokens: list[int] = []
    while node > 0:
        tokens.append(int(frame.token[node]))
        node = int(frame.parent[node])
    return tuple(reversed(tokens))


ALGORITHMS = (Algorithm("decoding", search, Params, "notes"),)
