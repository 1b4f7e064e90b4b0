"""`make bench`: every table, printed and written to benchmarks/RESULTS.md."""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import platform  # noqa: E402
from datetime import date  # noqa: E402

from benchmarks import (  # noqa: E402
    autograd,
    cross_entropy,
    decoding,
    diffusion,
    em,
    files,
    gcn,
    ngram,
    optimisation,
    page,
    som,
    swin,
    tensors,
    word2vec,
)

HEAD = """# Measured

`make bench` wrote this on {date}: {machine}, {cores} cores, Python {python}. Peer and ours alternate in one process on one
thread, the median of 9 pairs; a ratio is the peer's time over ours. The page's figures, below, are absolute.

"""


def main() -> None:
    head = HEAD.format(date=date.today(), machine=platform.machine(), cores=os.cpu_count(), python=platform.python_version())
    topics = (ngram, word2vec, decoding, em, som, gcn, swin, diffusion, tensors, autograd, optimisation, cross_entropy, files)
    tables = [topic.table([bench() for bench in topic.BENCHES]) for topic in topics]
    text = head + "\n\n".join(tables) + "\n\n"
    _, part, kept = page.RESULTS.read_text(encoding="utf-8").partition(page.SECTION)  # what follows is measured by itself
    page.RESULTS.write_text(text + part + kept, encoding="utf-8")
    print(text + page.write())


if __name__ == "__main__":
    main()
