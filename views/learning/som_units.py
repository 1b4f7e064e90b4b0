"""What the pictures of a self-organising map know of its units and of the data: how they are called, pointed at, coloured."""

from typing import Any

import numpy as np

from charts import points
from charts.panels import Trace, escaped
from engine.points import Points
from views import Words, column_name

LABELS = 6  # signs that can be told apart
NAMED = 60  # names of samples written at most


def pointed(at: np.ndarray, cols: int, ring: int, words: Words, lines: list[str], known: list[Any]) -> Trace:
    """Units that can be pointed at and clicked: they say row and column, then `lines` with the columns of `known` from 2 on."""
    template = "<br>".join([words("unit_word") + " (%{customdata[0]}, %{customdata[1]})", *lines])
    about = np.stack([*np.divmod(np.arange(len(at)), cols), *known], axis=1)
    return points.targets(at, "unit", ring=ring, template=template, customdata=about, meta={"click": "unit"})


def labelled(cloud: Points) -> bool:
    """Whether the data have labels that signs can tell apart."""
    return cloud.labels is not None and 1 < len(cloud.label_names) <= LABELS


def called(column: str, words: Words) -> str:
    """A column's name, escaped."""
    return escaped(column_name(column, words))


def colours(rows: np.ndarray) -> np.ndarray:
    """Rows (n, 3) as bytes of red, green and blue."""
    return np.clip(np.round(rows[:, :3]), 0, 255).astype(np.uint8)
