"""`make bench`: every table, printed and written to benchmarks/RESULTS.md."""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import platform  # noqa: E402
from datetime import date  # noqa: E402
from pathlib import Path  # noqa: E402

from benchmarks import decoding, diffusion, em, gcn, ngram, page, som, swin, word2vec  # noqa: E402

HEAD = """# Measured

`make bench` wrote this on {date}: {machine}, {cores} cores, Python {python}. Peer and ours alternate in one process on one
thread, the median of 9 pairs; a ratio is the peer's time over ours. The page's figures are absolute, in headless Chromium
with software rendering on the same machine.

"""
CLASS = "## A class on one machine\n"


def main() -> None:
    head = HEAD.format(date=date.today(), machine=platform.machine(), cores=os.cpu_count(), python=platform.python_version())
    tables = [
        topic.table([bench() for bench in topic.BENCHES]) for topic in (ngram, word2vec, decoding, em, som, gcn, swin, diffusion)
    ]
    text = head + "\n\n".join([*tables, page.table(page.measure())]) + "\n"
    results = Path(__file__).parent / "RESULTS.md"
    _, part, kept = results.read_text(encoding="utf-8").partition(CLASS)  # measured by itself, and written in by hand
    results.write_text(text + "\n" + part + kept, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
