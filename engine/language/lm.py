"""A language model says how likely each token is to come next; this is all that decoding, or a perplexity, wants of it.

`LanguageModel` is that promise. `TableModel` keeps it with a table that anyone can write down: a row for a prefix, a column for a
token. Prefixes may hold wildcards, so that one row serves a time step ("* *") or all sentences that end alike ("… cat").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.numerals import as_word
from engine.tables import Table

Floats = NDArray[np.float64]
Prefix = tuple[str, ...]
Shape = tuple[bool, int, tuple[int, ...]]  # open at the left, tokens, places (from the right) of those that are no wildcard

ENDS = ("<eos>", "</s>", "<end>", "eos", "[EOS]")  # the first of them that is there ends
ALSO = (
    "<|endoftext|>",
    "<|im_end|>",
    "<|eot_id|>",
    "<|end|>",
    "<eot>",
    "<stop>",
    "[end]",
    "[sep]",
    "<eos/>",
    "eos>",
    "句末",
    "结束",
)
STARTS = frozenset("<start> <s> <bos> bos [cls] [bos] ^ <|startoftext|> 句首 开始".split())  # of a sentence: an empty beginning
ANY, MANY = "*", "…"  # any one token; any number of tokens, at the start of a prefix only
TOKENS, ROWS = 60, 5_000
SLACK = 1e-6  # how far from 1 a row may sum


class LanguageModel(Protocol):
    """What decoding uses of a model, be it a table, an n-gram model or a network."""

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The tokens, in the order of their numbers."""

    @property
    def end(self) -> int:
        """The number of the token that ends a sentence; -1 if there is none."""

    def next_log_probs(self, prefixes: Sequence[Sequence[int]]) -> Floats:
        """Natural logarithms of the next token's probabilities, (batch, vocabulary); -inf where it is 0."""


@dataclass(frozen=True, eq=False)
class TableModel:
    """A model that is a table: a prefix takes its exact row, else the first row that fits, else the uniform distribution."""

    vocabulary: tuple[str, ...]
    prefixes: tuple[Prefix, ...]  # one a row
    log_probs: Floats  # (rows + 1, vocabulary), read-only; the last row is uniform
    end: int
    shapes: tuple[tuple[Shape, dict[tuple[int, ...], int]], ...]  # for each shape of a prefix: concrete tokens → first such row

    def next_log_probs(self, prefixes: Sequence[Sequence[int]]) -> Floats:
        """As `LanguageModel.next_log_probs`, (batch, vocabulary)."""
        return self.log_probs[[self.row(prefix) for prefix in prefixes]]

    def row(self, prefix: Sequence[int]) -> int:
        """Which row a prefix takes; the number of rows where none fits."""
        best, length = len(self.prefixes), len(prefix)
        for (open_left, tokens, places), rows in self.shapes:
            if tokens == length or (open_left and tokens < length):
                found = rows.get(tuple([prefix[-place] for place in places]))
                if found is not None:
                    if not open_left and len(places) == length:
                        return found
                    best = min(best, found)
        return best


def table_model(table: Table, *, normalise: bool = False, end: str = "") -> TableModel:
    """The model in a table. First column: prefixes, "" being the start; the others: probabilities, named by their tokens.

    Or per time step: the first column holds the tokens, the others are the steps 1, 2, 3, …
    Blank cells are 0. With `normalise` every row is made to sum to 1. `end`: the token that ends a sentence, where it is not one
    that is called so. Raises DataError, whose codes begin with "lm_".
    """
    steps = _steps(table)
    if steps is None:
        vocabulary, prefixes, P = _by_prefix(table)
    else:
        vocabulary, prefixes, P = steps
    _check_vocabulary(vocabulary)
    if len(prefixes) > ROWS:
        raise DataError("lm_many_rows", count=len(prefixes), limit=ROWS)
    P = _checked(P, vocabulary, prefixes, normalise, by_step=steps is not None)
    uniform = np.full((1, len(vocabulary)), 1 / len(vocabulary))
    with np.errstate(divide="ignore"):
        log_probs = np.log(np.concatenate([P, uniform]))
    log_probs.flags.writeable = False
    stop = vocabulary.index(end) if end in vocabulary else end_of(vocabulary)
    return TableModel(vocabulary, prefixes, log_probs, stop, _shapes(vocabulary, prefixes))


def end_of(vocabulary: Sequence[str]) -> int:
    """The number of the token that ends a sentence, however it is spelled; −1 where there is none. END does, end is a word."""
    for name in ENDS:
        if name in vocabulary:
            return vocabulary.index(name)
    small = [token.lower() for token in vocabulary]
    known = (small.index(name.lower()) for name in (*ENDS, *ALSO) if name.lower() in small)
    return next(known, vocabulary.index("END") if "END" in vocabulary else -1)


def is_model(table: Table) -> bool:
    """Whether a table is one of probabilities, perhaps with a mistake: numbers from 0 to 1 beside a column of prefixes."""
    try:
        table_model(table, normalise=True)
    except DataError as problem:
        if problem.code in ("lm_no_tokens", "lm_not_numbers", "lm_token", "lm_many_tokens"):
            return False
        columns = [table.frame[name] for name in table.columns[1:] if table.frame[name].dtype != object]
        cells = np.concatenate(columns) if columns else np.array([2.0])
        return bool(np.nanmean((cells >= 0) & (cells <= 1)) > 0.5) or end_of(table.columns[1:]) >= 0
    return True


def _steps(table: Table) -> tuple[tuple[str, ...], tuple[Prefix, ...], Floats] | None:
    """Vocabulary, prefixes and probabilities (steps, vocabulary) of a table by time steps; None if it is none."""
    first, *others = table.columns
    if not others or table.frame[first].dtype != object or any(table.frame[name].dtype == object for name in others):
        return None
    cells = [str(cell) for cell in table.frame[first]]
    numbers = np.stack([table.frame[name] for name in others]).astype(float)  # (steps, rows)
    if list(others) != [str(t + 1) for t in range(len(others))]:
        heads = [str(i + 2) for i in range(len(others))]
        headless = list(others) == [f"column {head}" for head in heads]
        if not headless or table.rows < 2 or numbers[:, 0].tolist() != list(range(1, len(others) + 1)):
            return None
        cells, numbers = cells[1:], numbers[:, 1:]
    return tuple(cells), tuple((ANY,) * t for t in range(len(others))), np.nan_to_num(numbers)


def _by_prefix(table: Table) -> tuple[tuple[str, ...], tuple[Prefix, ...], Floats]:
    """Vocabulary, prefixes and probabilities (rows, vocabulary) of a table whose columns are tokens."""
    first, *heads = table.columns
    percent = bool(heads) and all(head.endswith(" (%)") for head in heads)
    vocabulary = [head.removesuffix(" (%)") for head in heads] if percent else heads
    cells = [as_word(cell) for cell in table.frame[first]]
    numbered = table.frame[first].dtype != object and not {*cells, ""} - {"", *vocabulary}  # tokens that are called 0 and 1
    worded = table.frame[first].dtype == object or numbered
    if not vocabulary or not worded or all(name.startswith("column ") for name in vocabulary):
        raise DataError("lm_no_tokens")
    for name in heads:
        if table.frame[name].dtype == object and any(table.frame[name]):  # an empty column is no words, but zeros
            raise DataError("lm_not_numbers", column=name)
    if any(code == "cut_text" for code, _ in table.notes):
        raise DataError("lm_long_prefix")
    known, prefixes = {*vocabulary, ANY}, [_prefix(cell) for cell in cells]
    seen: dict[Prefix, int] = {}
    for row, prefix in enumerate(prefixes, 1):
        unknown = [token for token in prefix[prefix[:1] == (MANY,) :] if token not in known]
        if unknown:
            raise DataError("lm_unknown", row=row, token=unknown[0])
        if prefix in seen:
            raise DataError("lm_twice", row=row, first=seen[prefix], prefix=" ".join(prefix))
        seen[prefix] = row
    columns = (table.frame[name] for name in heads)
    P = np.stack([np.zeros(table.rows) if column.dtype == object else column for column in columns], axis=1)  # (rows, vocabulary)
    return tuple(vocabulary), tuple(prefixes), np.nan_to_num(P) / (100 if percent else 1)


def _prefix(cell: str) -> Prefix:
    cell = cell.strip()
    begin, _, rest = cell.partition(" ")
    cell = rest.strip() if begin.lower() in STARTS else cell
    if cell.startswith(("...", MANY)):  # "…cat" is as good as "… cat"
        cell = f"{MANY} {cell.removeprefix('...').removeprefix(MANY)}"
    return tuple(cell.split())


def _check_vocabulary(vocabulary: Sequence[str]) -> None:
    if len(vocabulary) > TOKENS:
        raise DataError("lm_many_tokens", count=len(vocabulary), limit=TOKENS)
    for i, token in enumerate(vocabulary):
        if len(token.split()) != 1 or token in (ANY, MANY, "..."):
            raise DataError("lm_token", token=token, number=i + 1)
        if token in vocabulary[:i]:
            raise DataError("lm_token_twice", token=token)


def _checked(P: Floats, vocabulary: Sequence[str], prefixes: Sequence[Prefix], normalise: bool, by_step: bool) -> Floats:
    """The probabilities, each row summing to 1. Raises DataError for the first cell, else the first row, that does not fit."""
    bad = np.argwhere(~((P >= 0) & (P <= 1 + 1e-9)))
    if len(bad):
        i, j = (int(index) for index in bad[0])
        row, column = (j + 1, str(i + 1)) if by_step else (i + 1, vocabulary[j])
        raise DataError("lm_value", row=row, column=column, value=f"{P[i, j]:.6g}")
    total = P.sum(1)
    wrong = np.flatnonzero((total <= 0) | (np.abs(total - 1) > (np.inf if normalise else SLACK)))
    if len(wrong):
        _refuse_row(int(wrong[0]), float(total[wrong[0]]), prefixes, by_step)
    scaled: Floats = P / total[:, None] if normalise else P
    return scaled


def _refuse_row(i: int, total: float, prefixes: Sequence[Prefix], by_step: bool) -> NoReturn:
    values: dict[str, Any] = {"step": i + 1} if by_step else {"row": i + 1, "prefix": " ".join(prefixes[i])}
    kind = "zero" if total <= 0 else "too_much" if total > 1 else "too_little"
    if total > 0:
        values |= {"sum": f"{total:.7g}", "difference": f"{abs(total - 1):.2g}"}
    raise DataError(f"lm_step_{kind}" if by_step else f"lm_{kind}", **values)


def _shapes(vocabulary: Sequence[str], prefixes: Sequence[Prefix]) -> tuple[tuple[Shape, dict[tuple[int, ...], int]], ...]:
    number = dict(zip(vocabulary, count()))
    shapes: dict[Shape, dict[tuple[int, ...], int]] = {}
    for row, prefix in enumerate(prefixes):
        open_left = prefix[:1] == (MANY,)
        tokens = prefix[open_left:]
        fixed = [(len(tokens) - i, number[token]) for i, token in enumerate(tokens) if token != ANY]
        shape = open_left, len(tokens), tuple(place for place, _ in fixed)
        shapes.setdefault(shape, {}).setdefault(tuple(token for _, token in fixed), row)
    return tuple(shapes.items())
