"""The one store and the one set of films of this process."""

import asyncio
import importlib
import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any

from engine import device
from runtime import settings, workers
from runtime.films import Films
from runtime.store import Store

_lock = threading.Lock()
_running: tuple[Store, Films] | None = None
_cluster: Any = None  # runtime.cluster.Cluster, where RAY_ADDRESS is set


def start(lanes: int = settings.WORKERS, drawers: int = settings.DRAWERS, at_hand: Sequence[str] = ()) -> tuple[Store, Films]:
    """Start workers, or join the cluster that computes instead; and drawers. From the server's lifespan, never from a page.

    `at_hand`: modules that every process is to have when it starts.
    """
    global _cluster
    with _lock:
        _end()
        workers.at_hand[:] = at_hand
        if lanes and threading.current_thread() is threading.main_thread() and _serving():
            _stop_early()
        if lanes and settings.RAY_ADDRESS:
            _cluster = _join(settings.RAY_ADDRESS)
        return _begin(lanes, drawers if lanes else 0)


def stop() -> None:
    """End all processes and all streams."""
    with _lock:
        _end()


def running() -> tuple[Store, Films]:
    """What was started; where nothing was (a test, another host), a store that computes in line."""
    if there := _running:
        return there
    with _lock:
        return _running or _begin(0, 0)


def _begin(lanes: int, drawers: int) -> tuple[Store, Films]:
    global _running
    gpu = _cluster.gpu if _cluster else device.seen()
    store = Store(lanes, gpu if settings.GPU == "auto" else "cpu", _cluster.hire if _cluster else workers.hire)
    _running = store, Films(store, drawers)
    return _running


def _join(address: str) -> Any:
    """Ray is optional: imported only where its address is given."""
    try:
        return importlib.import_module("runtime.cluster").Cluster(address)
    except ImportError as problem:
        raise RuntimeError("RAY_ADDRESS is set, but Ray is not here: pip install -r requirements-ray.txt") from problem


def _end() -> None:
    global _running, _cluster
    if _running:
        store, films = _running
        films.close()
        store.close()
    if _cluster:
        _cluster.leave()
    _running = _cluster = None


def _serving() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _stop_early() -> None:
    """Stop on the signal itself. A server first waits for its streams to end, then ends the lifespan, which would end them."""
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def heard(number: int, frame: FrameType | None, before: object = before) -> None:
            threading.Thread(target=stop, name="stop").start()  # a handler must not wait for locks
            if callable(before):
                before(number, frame)

        signal.signal(number, heard)
