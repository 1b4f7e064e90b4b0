"""A worker seen from inside: take a task, send its frames, until the pipe closes. Knows nothing of jobs or viewers."""

import contextlib
import importlib
import multiprocessing as mp
import os
import signal
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from engine import device
from engine.device import Device
from engine.errors import TheoriaError

CANCEL = "cancel"  # to the worker
FRAME, END, BUG = "frame", "end", "bug"  # from it, with a frame; an error or None; a traceback
NICE = 5  # the server goes first
KEPT = 64_000_000  # bytes of data a worker remembers, so that each is sent once
T = TypeVar("T")


class Shelf(Generic[T]):
    """The data a worker remembers. Both ends of the pipe keep one and do the same to it, so they agree on what was sent."""

    def __init__(self) -> None:
        self._items: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def __contains__(self, digest: str) -> bool:
        return digest in self._items

    def __getitem__(self, digest: str) -> T:
        return self._items[digest][0]

    def put(self, new: dict[str, tuple[T, int]]) -> None:
        """Put what is needed now last, then drop the oldest of the rest while all together exceeds KEPT bytes."""
        for digest, item in new.items():
            self._items.setdefault(digest, item)
            self._items.move_to_end(digest)
        while len(self._items) > len(new) and sum(size for _, size in self._items.values()) > KEPT:
            self._items.popitem(last=False)


def work(pipe: Connection, preload: str = "") -> None:
    """A worker's life. `preload`: a module to import first, where the process was not forked from one that has it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the server ends its workers itself
    threading.Thread(target=end_with_server, daemon=True).start()
    stand_back()
    if preload:
        importlib.import_module(preload)
    shelf: Shelf[Any] = Shelf()
    with contextlib.suppress(EOFError, OSError):
        while True:
            message = pipe.recv()
            if message == CANCEL:  # came after its run had ended
                continue
            digests, kept, fresh = message
            shelf.put({digest: (fresh.get(digest), size) for digest, size in kept})
            _send_frames(pipe, [shelf[digest] for digest in digests])


def _send_frames(pipe: Connection, data: list[Any]) -> None:
    try:
        task: tuple[Callable[..., Iterator[Any]], Any, Device] = pipe.recv()
        train, params, where = task
        with device.on(where):
            for frame in train(params, *data):
                pipe.send((FRAME, frame))
                if pipe.poll() and pipe.recv() == CANCEL:
                    break
        pipe.send((END, None))
    except TheoriaError as problem:
        pipe.send((END, problem))
    except Exception:
        pipe.send((BUG, traceback.format_exc()))


def end_with_server() -> None:
    """End when the server ends, however it ends, even in the middle of a run that never yields."""
    server = mp.parent_process()
    if server:
        server.join()
        os._exit(1)


def stand_back() -> None:
    """Take what the server leaves of the cores."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(NICE)
