"""The one store and the one set of films of this process."""

import threading

from runtime import settings
from runtime.films import Films
from runtime.store import Store

_lock = threading.Lock()
_running: tuple[Store, Films] | None = None


def start(lanes: int = settings.WORKERS) -> tuple[Store, Films]:
    """Start workers and drawing. Called from the server's lifespan, never from a page."""
    global _running
    with _lock:
        store = Store(lanes)
        _running = store, Films(store)
        return _running


def stop() -> None:
    """End the workers and all streams."""
    global _running
    with _lock:
        if _running:
            store, films = _running
            films.close()
            store.close()
        _running = None


def running() -> tuple[Store, Films]:
    """What was started; where nothing was (a test, another host), a store that computes in line."""
    return _running or start(0)
