"""What one student costs, topic by topic: the table in the README. `python -m benchmarks.sizing`.

For the run each page opens with: seconds to compute it (in a worker) and to draw it (in a drawer), and what its frames and
its film weigh. From that the time until the last of N students has a whole film, when each asks for an own run of that size:
workers and drawers share the cores, so it is N times computing and drawing together, by cores (as many as there are workers).
"""

import importlib
import time

from contents import SECTIONS
from engine.samples import sample
from runtime import settings
from runtime.films import Films
from runtime.run import Run
from runtime.store import Store
from ui.text import theory

HEAD = """| topic | computing | drawing | frames | film | 30 own runs | 100 own runs |
|---|---|---|---|---|---|---|"""


def row(section: str, slug: str, workers: int) -> str:
    """One topic's line."""
    engine, view = importlib.import_module(f"engine.{section}.{slug}"), importlib.import_module(f"views.{section}.{slug}")
    kind = engine.ALGORITHMS[0]
    train, params, name = kind.train, kind.Params(), kind.sample
    run = Run(train, params, (sample(name),) if name else ())
    Store(0).start(run, "warm")  # imports, and what is read once
    store = Store(0)
    films = Films(store)
    began = time.process_time()
    job = store.start(run, "a")
    computing = time.process_time() - began
    film = films.open(job, view.draw, (), view.Options(), theory(slug, "en"))
    began = time.process_time()
    films.whole(film)
    drawing = time.process_time() - began
    films.close()
    each = (computing + drawing) / workers
    return (
        f"| {slug} | {computing:.2f} s | {drawing:.2f} s | {job.nbytes / 1e6:.1f} MB | {film.nbytes / 1e6:.2f} MB "
        f"| {30 * each:.0f} s | {100 * each:.0f} s |"
    )


def table() -> str:
    """All topics."""
    return "\n".join(
        [HEAD, *(row(section, slug, settings.WORKERS or 1) for section, slugs in SECTIONS.items() for slug in slugs)]
    )


if __name__ == "__main__":
    print(table())
