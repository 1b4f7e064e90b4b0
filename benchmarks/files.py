"""Files of visitors: five megabytes of a table, of a text, and a graph of 200,000 edges. Run with `python -m benchmarks.files`.

The peers read into their own shapes and judge nothing: no encoding, no marks for missing, no notes. What is wanted is a time, two
seconds each; the ratio says how far the machine of the day is to be believed.
"""

from io import BytesIO

import networkx as nx
import numpy as np
import pandas as pd

from benchmarks import pairs
from benchmarks.pairs import Row
from engine.edgelists import read_graph
from engine.edgetables import graph_of
from engine.readings import UPLOAD_BYTES
from engine.tables import read_table
from engine.textfiles import read_text

AIM = 2.0  # seconds


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    for row in rows:
        row["note"] += f"; aim ≤ {AIM:.0f} s, {'met' if row['ours_s'] <= AIM else '**missed**'}"
    return pairs.table("files of 5 MB", rows)


def cells() -> Row:
    """A table of 20 columns, as many rows as the door takes."""
    numbers = np.random.default_rng(0).integers(0, 100, (100_000, 20))
    lines = [",".join(f"c{i}" for i in range(20)), *(",".join(map(str, row)) for row in numbers.tolist())]
    raw = "\n".join(lines).encode()[:UPLOAD_BYTES].rpartition(b"\n")[0]
    found = read_table(raw)
    assert np.array_equal(found.frame["c7"], numbers[: found.rows, 7])
    return pairs.row(
        f"CSV, {found.rows:,} × 20", lambda: read_table(raw), lambda: pd.read_csv(BytesIO(raw)), note="peer: pandas.read_csv"
    )


def words() -> Row:
    """A text of some 75,000 sentences."""
    rng = np.random.default_rng(0)
    drawn = [" ".join(f"w{word}" for word in row).capitalize() + "." for row in rng.integers(0, 5000, (80_000, 12)).tolist()]
    raw = "\n".join(drawn).encode()[:UPLOAD_BYTES].rpartition(b"\n")[0]
    assert len(read_text(raw).lines) == raw.count(b"\n") + 1
    return pairs.row("text", lambda: read_text(raw), None, note=f"{raw.count(b'.'):,} sentences")


def edges() -> Row:
    """A graph of 20,000 nodes and 200,000 edges."""
    ends = np.random.default_rng(0).integers(0, 20_000, (200_000, 2))
    raw = "\n".join(f"{u},{v}" for u, v in ends.tolist()).encode()
    assert graph_of(read_graph(raw)).n == len(np.unique(ends))
    return pairs.row(
        "graph, 200,000 edges",
        lambda: graph_of(read_graph(raw)),
        lambda: nx.read_edgelist(BytesIO(raw), delimiter=","),
        note="peer: networkx.read_edgelist",
    )


BENCHES = (cells, words, edges)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
