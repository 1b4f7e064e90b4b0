"""Tensors in memory: ours alone. Run with `python -m benchmarks.tensors`.

Nothing else carries out a script and reads off who shares what, so there is no peer; each row has a time to stay within.
"""

import json
from collections.abc import Callable
from pathlib import Path

from benchmarks import pairs
from benchmarks.pairs import Row
from engine import data
from engine.foundations import tensors

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "tensors.json"
ALL, ONE = 0.5, 0.1  # seconds


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    return pairs.table("tensors in memory", rows)


def scripts() -> Row:
    """The scripts whose every fact is tested, one after the other."""
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))["scripts"]
    texts = [data.script("\n".join(line["line"] for line in script["lines"])) for script in golden]
    return _row(f"the {len(texts)} golden scripts, all frames", lambda: [_frames(text) for text in texts], ALL)


def default() -> Row:
    """What the page opens with."""
    sample = data.sample("expanded_writes")
    return _row("the default run, all frames", lambda: _frames(sample), ONE)


def _frames(text: data.Text) -> list[tensors.ScriptFrame]:
    return list(tensors.script(tensors.Listing(), text))


def _row(name: str, work: Callable[[], object], most: float) -> Row:
    took = pairs.row(name, work, None, f"≤ {1e3 * most:.0f} ms, ")
    return took | {"note": took["note"] + ("met" if took["ours_s"] <= most else "**missed**")}


BENCHES = (scripts, default)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
