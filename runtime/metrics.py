"""Figures for whoever runs the host, in Prometheus' text format, on 127.0.0.1 only: METRICS_PORT."""

import contextlib
import logging
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from runtime import settings
from runtime.films import Films
from runtime.store import Store

log = logging.getLogger("theoria")


@contextlib.contextmanager
def served(store: Store, films: Films) -> Iterator[None]:
    """Serve the figures of one store and its films while the server lives; nothing where METRICS_PORT is 0."""
    if not settings.METRICS_PORT:
        yield
        return
    server, thread = start_http_server(settings.METRICS_PORT, addr="127.0.0.1", registry=registry(store, films))
    log.info("metrics on 127.0.0.1:%d", server.server_port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=2)


def registry(store: Store, films: Films) -> CollectorRegistry:
    """What is counted as it happens, and what is read when somebody asks."""
    out = CollectorRegistry()
    runs = Counter("theoria_runs", "Runs that ended", ["topic", "outcome"], registry=out)
    seconds = Histogram(
        "theoria_run_seconds", "Seconds a run was computed", registry=out, buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60)
    )

    def ended(topic: str, outcome: str, took: float) -> None:
        runs.labels(topic, outcome).inc()
        seconds.observe(took)

    store.ended = ended
    for name, told, value in (
        ("theoria_runs_computing", "Runs being computed", lambda: store.count("running")),
        ("theoria_runs_queued", "Runs that wait for a worker", lambda: store.count("queued")),
        ("theoria_runs_remembered", "Runs whose frames are kept", lambda: store.count("done")),
        ("theoria_cache_bytes", "Frames, films and uploads together", store.nbytes),
        ("theoria_films", "Films that are kept", films.count),
        ("theoria_film_viewers", "Open film streams", films.viewers),
        ("theoria_runs_restarted", "Runs computed anew because their worker was lost", lambda: store.restarts),
        ("theoria_drawers_replaced", "Processes that draw which were lost", lambda: films.replaced),
    ):
        Gauge(name, told, registry=out).set_function(value)
    return out
