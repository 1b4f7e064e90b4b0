"""Ours beside a peer: both alternate in one process on one thread, times are medians of 9 pairs, ratio = peer / ours."""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import TypedDict

from threadpoolctl import threadpool_limits

PAIRS = 9


class Row(TypedDict):
    name: str
    ours_s: float
    peer_s: float | None
    ratio: float | None
    aim: float | None  # the least ratio wanted
    note: str


def table(title: str, rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = [f"| {title} | ours | peer | ratio | aim | |", "|---|---|---|---|---|---|"]
    for row in rows:
        peer = duration(row["peer_s"]) if row["peer_s"] else "–"
        ratio = f"{row['ratio']:.2f}×" if row["ratio"] else "–"
        aim = (
            f"≥ {row['aim']:.2g}×, {'met' if (row['ratio'] or 0) >= row['aim'] else '**missed**'}"
            if row["aim"] and row["ratio"]
            else "–"
        )
        lines.append(f"| {row['name']} | {duration(row['ours_s'])} | {peer} | {ratio} | {aim} | {row['note']} |")
    return "\n".join(lines)


def duration(took: float) -> str:
    """Seconds, in the unit that suits them."""
    return f"{took:.3f} s" if took >= 0.1 else f"{1e3 * took:.3g} ms" if took >= 1e-4 else f"{1e6 * took:.3g} µs"


def row(name: str, ours: Callable[[], object], peer: Callable[[], object] | None, note: str, aim: float | None = None) -> Row:
    """Time both; without a peer ours alone."""
    mine, theirs = timed(lambda: seconds(ours), (lambda: seconds(peer)) if peer else None)
    ratio = median(b / a for a, b in zip(mine, theirs, strict=True)) if theirs else None
    return Row(name=name, ours_s=median(mine), peer_s=median(theirs) if theirs else None, ratio=ratio, aim=aim, note=note)


def timed(ours: Callable[[], float], peer: Callable[[], float] | None) -> tuple[list[float], list[float]]:
    """What both measure, pair by pair; a first pair only warms up."""
    mine, theirs = [], []
    with threadpool_limits(1):
        for _ in range(PAIRS + 1):
            mine.append(ours())
            if peer:
                theirs.append(peer())
    return mine[1:], theirs[1:]


def seconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    began = perf_counter()
    work()
    return perf_counter() - began
