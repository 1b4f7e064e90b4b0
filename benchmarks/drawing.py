"""What the server itself spends on a film, drawn in its own thread and in a drawer. `python -m benchmarks.drawing`.

CPU-seconds of the server's process alone, with one thread: idle ones spin for a while, and would be counted. The first film of a
topic takes its data and words to the drawer; a later one, of another run on the same data, is what a class draws.
`python -m benchmarks.drawing lanes`: films a second with 1 to 16 drawers, where each picture takes as long as the mean one and
no core, as if each drawer had a core of its own.
"""

import importlib
import sys
import time
from collections.abc import Sequence
from statistics import mean
from typing import Any

from threadpoolctl import threadpool_limits

from charts.panels import Picture
from contents import SECTIONS
from engine.learning import som
from engine.params import Options
from engine.samples import sample
from runtime.films import Films
from runtime.jobs import Job
from runtime.run import Run
from runtime.store import Store
from runtime.workers import compute_here
from ui.text import theory
from views.learning import som as view

PICTURE = 0.0043  # seconds: the mean picture of the default films
OWN = som.Params(rows=10, cols=10, steps=20_000)  # the own run of benchmarks.classroom


def computed(run: Run) -> Job:
    job = Job(run)
    compute_here(job)
    return job


def spent(films: Films, job: Job, drawn_by: Any, options: Options, slug: str) -> tuple[float, int]:
    """CPU-seconds of this process for a whole film, and its pictures."""
    words = theory(slug, "en")
    began = time.process_time()
    film = films.open(job, drawn_by, (), options, words, -1)
    films.whole(film)
    return time.process_time() - began, film.drawn


def costs(drawers: int) -> tuple[list[list[float]], float]:
    """Milliseconds a picture of every topic's default film (the first, two later ones), and of an own MNIST run's film."""
    films, a_picture = Films(Store(0), drawers), []
    short = computed(Run(som.ALGORITHMS[0].train, som.Params(steps=300), (sample("square"),)))
    spent(films, short, view.draw, view.Options(), "som")  # the first drawer is there
    for section, slugs in SECTIONS.items():
        for slug in slugs:
            engine, drawn_by = (
                importlib.import_module(f"engine.{section}.{slug}"),
                importlib.import_module(f"views.{section}.{slug}"),
            )
            kind = engine.ALGORITHMS[0]
            took = []
            for k in range(3):
                job = computed(Run(kind.train, kind.Params(), (sample(kind.sample),) if kind.sample else ()))
                job.key += f"-{k}"  # as if it were of other parameters
                seconds, pictures = spent(films, job, drawn_by.draw, drawn_by.Options(), slug)
                took.append(1000 * seconds / pictures)
            a_picture.append(took)
    own = spent(films, computed(Run(som.ALGORITHMS[0].train, OWN, (sample("mnist"),))), view.draw, view.Options(), "som")[0]
    films.close()
    return a_picture, 1000 * own


def draw_slowly(frames: Sequence[Any], i: int, *rest: Any) -> Picture:
    """A stand-in: takes its time and no core."""
    time.sleep(PICTURE)
    return Picture([], {}, {}, {}, "", "", "", {"step": i})


def lanes(drawers: int, films: int = 48) -> tuple[float, float]:
    """Films a second, and the share of a core that the server uses."""
    job = computed(Run(som.ALGORITHMS[0].train, som.Params(), (sample(som.ALGORITHMS[0].sample),)))
    there = Films(Store(0), drawers)
    there.whole(there.open(job, draw_slowly, (), view.Options(), theory("som", "en")))  # the first drawer is there
    while len(there.processes) < drawers:
        time.sleep(0.05)
    began, spent_before = time.perf_counter(), time.process_time()
    opened = [there.open(job, draw_slowly, (), Numbered(number=k), theory("som", "en")) for k in range(films)]
    for film in opened:
        film.enter()
    there.wake()
    for film in opened:
        film.ended.wait()
    took, used = time.perf_counter() - began, time.process_time() - spent_before
    there.close()
    return films / took, used / took


class Numbered(Options):
    number: int = 0


def main() -> None:
    if sys.argv[1:] == ["lanes"]:
        for drawers in (1, 2, 4, 8, 16):
            rate, share = lanes(drawers)
            print(f"| {drawers} drawers | {rate:.1f} films/s | {share:.0%} of a core |")
    else:
        print("| the server's own CPU | a picture of a topic's first film | of a later one | film of an own run on MNIST |")
        print("|---|---|---|---|")
        for name, drawers in (("drawn in its thread", 0), ("in a drawer", 1)):
            pictures, film = costs(drawers)
            first, *later = ([topic[k] for topic in pictures] for k in range(3))
            both = [mean(pair) for pair in zip(*later, strict=True)]
            columns = (f"{mean(one):.2f} ms ({min(one):.2f}–{max(one):.2f})" for one in (first, both))
            print(f"| {name} | {' | '.join(columns)} | {film:.0f} ms |")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
