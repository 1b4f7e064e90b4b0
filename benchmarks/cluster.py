"""The same runs on a Ray on this machine and on workers of our own: `python -m benchmarks.cluster`. Needs requirements-ray.txt.

Two lanes either way. "A frame": runs of many small frames that cost nothing to compute, so what is left is the way of a frame.
"Runs": maps of about half a CPU-second, until the last has its frames. Both kinds alternate.
"""

import os
import time
from collections.abc import Iterator
from statistics import median

from engine.learning import som
from engine.params import Params
from engine.samples import sample
from runtime import workers
from runtime.cluster import Cluster
from runtime.run import Run
from runtime.store import Store
from tests.runtime import toys
from tests.runtime.ray_here import local

LANES, FRAMES, RUNS, TIMES = 2, 1_000, 4, 3
SIZES = (1_000, 100_000, 1_000_000)  # bytes of a frame


def seconds(store: Store, runs: list[Run]) -> float:
    """Until all have ended."""
    began = time.perf_counter()
    jobs = [store.start(run, str(k)) for k, run in enumerate(runs)]
    while not all(job.done for job in jobs):
        time.sleep(0.001)
    took = time.perf_counter() - began
    assert not any(job.error for job in jobs), [job.error for job in jobs]
    return took


def small(seed: int, size: int, frames: int) -> list[Run]:
    return [Run(toys.count, toys.Params(seed=seed, steps=frames, size=size))]


def maps(seed: int) -> list[Run]:
    params: list[Params] = [som.Params(rows=10, cols=10, steps=5_000, seed=seed * RUNS + k) for k in range(RUNS)]
    return [Run(som.train, one, (sample("mnist"),)) for one in params]


def rows(stores: list[Store]) -> Iterator[str]:
    seeds = iter(range(1, 10_000))
    for store in stores:  # processes start, modules are imported, data are sent
        seconds(store, maps(next(seeds)))
        seconds(store, small(next(seeds), 8, 10))
    for size in SIZES:
        frames = min(FRAMES, 100_000_000 // size)
        took = [[seconds(store, small(seed, size, frames)) for store in stores] for seed in (next(seeds) for _ in range(TIMES))]
        here, there = (1e3 * median(column) / frames for column in zip(*took, strict=True))
        yield f"| a frame of {size / 1000:.0f} kB, {frames} of them | {here:.2f} ms | {there:.2f} ms |"
    took = [
        [seconds(store, [Run(toys.count, toys.Params(seed=seed, steps=1))]) for store in stores]
        for seed in (next(seeds) for _ in range(TIMES))
    ]
    here, there = (1e3 * median(column) for column in zip(*took, strict=True))
    yield f"| a run of one frame, from asking to its end | {here:.1f} ms | {there:.1f} ms |"
    took = [[seconds(store, maps(seed)) for store in stores] for seed in (next(seeds) for _ in range(TIMES))]
    here, there = (median(column) for column in zip(*took, strict=True))
    yield f"| {RUNS} maps of 5,000 steps, until the last | {here:.1f} s | {there:.1f} s |"


def table() -> str:
    load = os.getloadavg()[0]
    with local(num_cpus=LANES) as (address, _):
        cluster = Cluster(address)
        stores = [Store(LANES, hire=hire) for hire in (workers.hire, cluster.hire)]
        try:
            lines = ["| | workers here | Ray on the same machine |", "|---|---|---|", *rows(stores)]
        finally:
            for store in stores:
                store.close()
            cluster.leave()
    return "\n".join([*lines, "", f"{os.cpu_count()} cores; load average before: {load:.1f}."])


if __name__ == "__main__":
    print(table())
