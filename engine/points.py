"""Points: n rows of d numbers, with labels and names where they have them; and the clicks that add one or take one away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import DataError
from engine.readings import COLUMNS, LABELS, LARGEST, ROWS, Note, clean, cut, digest_of, listed

Kind = Literal["table", "colours", "images"]


@dataclass(frozen=True)
class Added:
    """A click that adds a point: its columns; those that are not named get their mean."""

    place: Mapping[str, float]


@dataclass(frozen=True)
class Removed:
    """A click that takes a point away."""

    index: int


@dataclass(frozen=True, eq=False)
class Points:
    """n points in d dimensions. Equal digests, equal points; the origin does not count. Made by `points`."""

    X: NDArray[np.float64]  # (n, d), finite
    columns: tuple[str, ...]  # d names
    labels: NDArray[np.int64] | None = None  # (n,) into label_names
    label_names: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # n names, or none
    kind: Kind = "table"
    shape: tuple[int, ...] = ()  # of one image, where kind is "images"
    origin: str = "own"
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self._seal()
        labels = b"" if self.labels is None else self.labels.tobytes()
        words = repr((self.X.shape, self.columns, self.labels is None, self.label_names, self.names, self.kind, self.shape))
        object.__setattr__(self, "digest", digest_of(self.X.tobytes(), labels, words))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._seal()  # numpy forgets the flag on its way through a pipe

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Points) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def _seal(self) -> None:
        self.X.flags.writeable = False
        if self.labels is not None:
            self.labels.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays, strings estimated."""
        words = sum(50 + len(word) for word in (*self.columns, *self.label_names, *self.names))
        return self.X.nbytes + (0 if self.labels is None else self.labels.nbytes) + words


def points(
    X: ArrayLike,
    columns: Sequence[str] = (),
    labels: ArrayLike | None = None,
    label_names: Sequence[str] = (),
    names: Sequence[str] = (),
    kind: Kind = "table",
    shape: tuple[int, ...] = (),
    origin: str = "own",
) -> Points:
    """Checked, copied, read-only Points from X (n, d). Raises DataError that names row (from 1) and column at fault."""
    try:
        array = np.array(X, dtype=np.float64, order="C")
    except (ValueError, TypeError) as problem:
        raise DataError("shape", shape="?") from problem
    _check_shape(array)
    heads = tuple(cut(clean(column)) or f"column {i}" for i, column in enumerate(columns or [""] * array.shape[1], start=1))
    _check_columns(heads, array.shape[1])
    check_values(array, heads)
    codes, classes = _labels(labels, tuple(cut(clean(name)) for name in label_names), len(array))
    rows = tuple(cut(clean(name)) for name in names)
    if rows and len(rows) != len(array):
        raise DataError("mismatch", what="names", found=len(rows), expected=len(array))
    if kind not in get_args(Kind) or (kind == "images") != bool(shape) or (shape and np.prod(shape) != array.shape[1]):
        raise DataError("mismatch", what="shape", found=str(shape), expected=array.shape[1])
    return Points(array, heads, codes, classes, rows, kind, tuple(shape), origin)


def _check_shape(X: NDArray[np.float64]) -> None:
    if X.ndim != 2:
        raise DataError("shape", shape=str(X.shape))
    if not X.shape[0]:
        raise DataError("no_rows")
    if not X.shape[1]:
        raise DataError("nothing_chosen")
    if X.shape[0] > ROWS:
        raise DataError("too_many_rows", rows=X.shape[0], limit=ROWS)
    if X.shape[1] > COLUMNS:
        raise DataError("too_many_columns", columns=X.shape[1], limit=COLUMNS)


def _check_columns(columns: tuple[str, ...], d: int) -> None:
    if len(columns) != d:
        raise DataError("mismatch", what="columns", found=len(columns), expected=d)
    for i, column in enumerate(columns):
        if column in columns[:i]:
            raise DataError("twice", column=column)


def check_values(X: NDArray[np.float64], columns: tuple[str, ...]) -> None:
    """Raise DataError for a value that is missing or beyond LARGEST."""
    with np.errstate(invalid="ignore"):
        bad = ~(np.abs(X) <= LARGEST)
    if bad.any():
        row, column = (int(i) for i in np.argwhere(bad)[0])
        code = "nan" if np.isnan(X[row, column]) else "huge"
        raise DataError(code, row=row + 1, column=columns[column])


def _labels(labels: ArrayLike | None, names: tuple[str, ...], n: int) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Labels as (n,) int64 and their names; names are the numbers themselves where none are given."""
    if labels is None:
        return None, ()
    codes = np.array(labels, dtype=np.int64)
    if codes.shape != (n,):
        raise DataError("mismatch", what="labels", found=codes.size, expected=n)
    highest = max(int(codes.max()) + 1, len(names))
    if highest > LABELS:
        raise DataError("too_many_labels", count=highest, limit=LABELS)
    names = names or tuple(map(str, range(highest)))
    if codes.min() < 0 or codes.max() >= len(names):
        raise DataError("mismatch", what="labels", found=highest, expected=len(names))
    return codes, names


def notes(data: Points) -> tuple[Note, ...]:
    """What a visitor should know of the points: columns that say nothing, because all their values are equal."""
    still = (np.ptp(data.X, axis=0) == 0) & (data.kind != "images")
    columns = [column for column, same in zip(data.columns, still, strict=True) if same]
    return (("constant", {"columns": listed(columns)}),) if columns else ()
