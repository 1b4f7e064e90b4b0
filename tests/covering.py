"""Settings in which every pair of values of choices and booleans stands at least once; numbers at their smallest."""

from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

from engine.params import Options, Spec


def covering(*models: type[Options]) -> list[tuple[Options, ...]]:
    """One settings of each model a row, so that any two values of two different fields meet in some row."""
    specs = [(k, spec) for k, model in enumerate(models) for spec in model.specs()]
    free = [(k, spec) for k, spec in specs if spec.kind in ("choice", "bool")]
    values = [spec.choices or (False, True) for _, spec in free]
    rows = pairs(values)
    fixed = [{spec.name: smallest(spec) for at, spec in specs if at == k} for k in range(len(models))]
    out = []
    for row in rows:
        said = [dict(one) for one in fixed]
        for (k, spec), value in zip(free, row, strict=True):
            said[k][spec.name] = value
        out.append(tuple(model(**one) for model, one in zip(models, said, strict=True)))
    return out


def smallest(spec: Spec) -> Any:
    """The least number a field may be; the default of a seed, a close-up, a text."""
    if spec.low is None or spec.name in ("seed", "close_up"):
        return spec.default
    return int(spec.low) if spec.kind == "int" else float(spec.low)


def pairs(values: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Rows that cover all pairs of values of two different places, greedily: each field takes the value with most new pairs."""
    left = {(a, x, b, y) for a, b in combinations(range(len(values)), 2) for x, y in product(values[a], values[b])}
    rows: list[list[Any]] = [] if left else [[one[0] for one in values]]
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
