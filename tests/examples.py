"""Settings to try: every pair of choices with numbers at their smallest, and some drawn at random. The same each time."""

import os
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np

from engine.params import Options, Spec

DRAWN = 1000 if os.environ.get("FUZZ") else 8  # how many are drawn at random
SHORT = {
    "steps": 300,
    "shift": 3,
    "rows": 7,
    "cols": 7,
    "epochs": 5,
    "samples": 100,
    "longest": 6,
    "calls": 4,
    "training": 100,
    "least": 2,
    "iterations": 12,
}  # quick
ENDS = ("a", "b")  # of a chord: at their greatest, for a logarithm has no value at their least
STILL = ("every",)  # stays off: it makes a run long
TYPED = (*[""] * 7, "A", "A C", "<eos>", "nothing of the kind")  # what a visitor may type; mostly nothing
CLOSE = (-1, 0, -1, 1, 0, -1, 60)
Row = tuple[Any, ...]  # settings of one model each


def short(model: type[Options]) -> dict[str, Any]:
    """The settings of a model that make its runs short, none beyond what it may be."""
    return {spec.name: min(SHORT[spec.name], int(spec.high or 1e9)) for spec in model.specs() if spec.name in SHORT}


def examples(*models: type[Options]) -> list[Row]:
    """Settings of each model a row: first such that any two values of two choices meet in some row, then random ones."""
    return [*covering(*models), *drawn(*models)]


def covering(*models: type[Options]) -> list[Row]:
    """Any two values of two different choices meet in some row; all else is at its smallest."""
    specs = [(k, spec) for k, model in enumerate(models) for spec in model.specs()]
    free = [(k, spec) for k, spec in specs if spec.kind in ("choice", "bool")]
    out = []
    for row in pairs([_values(spec) for _, spec in free]):
        said = [{spec.name: smallest(spec) for at, spec in specs if at == k} for k in range(len(models))]
        for (k, spec), value in zip(free, row, strict=True):
            said[k][spec.name] = value
        out.append(tuple(model(**one) for model, one in zip(models, said, strict=True)))
    return out


def drawn(*models: type[Options]) -> Iterator[Row]:
    """Random settings, whole runs and close-ups in turn."""
    for k in range(DRAWN):
        rng = np.random.default_rng(k)
        said = [{spec.name: _random(spec, rng) for spec in model.specs()} for model in models]
        if "close_up" in said[0]:
            said[0]["close_up"] = CLOSE[k % len(CLOSE)]
        yield tuple(model(**one) for model, one in zip(models, said, strict=True))


def smallest(spec: Spec) -> Any:
    """The least number a field may be; the default of a seed, a close-up, a text, and of what is held out to judge by."""
    if spec.name in ENDS:
        return float(spec.high or 0)
    if spec.low is None or spec.name in ("seed", "close_up", "held_out"):
        return spec.default
    return int(spec.low) if spec.kind == "int" else float(spec.low)


def pairs(values: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Rows that cover all pairs of values of two different places, greedily: each field takes the value with most new pairs."""
    left = {(a, x, b, y) for a, b in combinations(range(len(values)), 2) for x, y in product(values[a], values[b])}
    rows: list[list[Any]] = (
        [] if left else [[one[k % len(one)] for one in values] for k in range(max(map(len, values), default=1))]
    )
    while left:
        a, x, b, y = min(left, key=repr)
        row = {a: x, b: y}
        for at in (at for at in range(len(values)) if at not in row):
            row[at] = max(values[at], key=lambda value: sum(_pair(at, value, *other) in left for other in row.items()))
        left -= {_pair(*one, *other) for one, other in combinations(row.items(), 2)}
        rows.append([row[at] for at in range(len(values))])
    return rows


def _pair(a: int, x: Any, b: int, y: Any) -> tuple[int, Any, int, Any]:
    return (a, x, b, y) if a < b else (b, y, a, x)


def _values(spec: Spec) -> Sequence[Any]:
    return spec.choices or ((False,) if spec.name in STILL else (False, True))


def _random(spec: Spec, rng: np.random.Generator) -> Any:
    if spec.kind in ("choice", "bool"):
        values = _values(spec)
        return values[rng.integers(len(values))]
    if spec.kind == "str":
        return TYPED[rng.integers(len(TYPED))]
    low, high = spec.low or 0, min(60 if spec.high is None else spec.high, SHORT.get(spec.name, 1e9))
    if spec.kind == "float":
        return float(rng.uniform(low, high))
    step = int(spec.step or 1)
    return int(rng.integers(-(-int(low) // step), int(high) // step + 1)) * step
