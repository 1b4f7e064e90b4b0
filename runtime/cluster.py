"""The same runs on a Ray cluster: RAY_ADDRESS. The only file that imports ray; without it, processes here compute.

A run is one streaming task. Its first item says which sources compute it, then come what a worker here would send. Ray may
let a task wait until the cluster has room; its run counts as queued until that first item.
"""

import logging
import pickle
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError, TaskCancelledError

from engine import device
from engine.device import Device
from engine.errors import TheoriaError, WorkerLost
from runtime import child
from runtime.jobs import Job
from runtime.run import ENGINE, Data, digest_of
from runtime.workers import Hand

log = logging.getLogger("theoria.cluster")
BEGAN = "began"  # with the hash of its sources
PATIENCE = 5.0  # seconds to wait for the head of the cluster


class Cluster:
    """A connection to a Ray cluster, made and ended by a thread of its own.

    The thread lives as long as the connection: a page's thread ends with its run, which Ray takes for the end of the whole
    program; and in the main thread Ray would take over SIGTERM.
    """

    def __init__(self, address: str) -> None:
        _reach(address)
        self._data: child.Shelf[Any] = child.Shelf()  # what the cluster holds, by digest
        self._lock = threading.Lock()
        self._joined, self._over = threading.Event(), threading.Event()
        self._problem: Exception | None = None
        self._thread = threading.Thread(target=self._live, args=(address,), name="ray", daemon=True)
        self._thread.start()
        self._joined.wait()
        if self._problem:
            raise self._problem

    @property
    def gpu(self) -> Device:
        """Whether any machine of the cluster has a GPU."""
        return "cuda" if ray.cluster_resources().get("GPU") else "cpu"

    def hire(self, where: Device) -> Hand:
        """A hand for one lane."""
        return Remote(self, where)

    def leave(self) -> None:
        self._over.set()
        self._thread.join()

    def place(self, data: tuple[Data, ...]) -> list[Any]:
        """Where the cluster holds each of the data; what it does not hold is sent."""
        with self._lock:
            fresh = {item.digest: ray.put(item) for item in data if item.digest not in self._data}
            self._data.put({item.digest: (fresh.get(item.digest), item.nbytes) for item in data})
            return [self._data[item.digest] for item in data]

    def forget(self) -> None:
        """Send all data anew: some of it may have been lost."""
        with self._lock:
            self._data = child.Shelf()

    def _live(self, address: str) -> None:
        try:
            ray.init(address, log_to_driver=False, logging_level=logging.WARNING)
            log.info("computing on %s: %s", address, ray.cluster_resources())
        except Exception as problem:  # told where it was asked for
            self._problem = problem
        self._joined.set()
        if not self._problem:
            self._over.wait()
            ray.shutdown()


class Remote(Hand):
    """A lane's hand on the cluster: one task at a time."""

    alive = True

    def __init__(self, cluster: Cluster, where: Device) -> None:
        super().__init__()
        self._cluster = cluster
        streaming = ray.remote(num_returns="streaming", max_retries=0, num_cpus=1, num_gpus=0 if where == "cpu" else 1)
        self._task = streaming(compute)
        self._stream: Any = None
        self._forced: Any = None  # the last stream that was cancelled by force
        self._forcing = threading.Lock()

    def interrupt(self) -> None:
        """Each task once: Ray aborts this whole process where one is cancelled by force while it is ending by force already."""
        with self._forcing:
            if self._stream is self._forced:
                return
            self._forced = self._stream
        ray.cancel(self._forced, force=True)

    kill = interrupt

    def _send(self, job: Job) -> None:
        train, params, data = job.task
        stream = self._task.remote(train, params, job.device, *self._cluster.place(data))
        with self._sending:
            self._job, self._asked, self._heard, self._stream = job, None, float("inf"), stream

    def _hear(self, job: Job) -> tuple[str, Any, int] | None:
        if self._asked is not None:  # to read on could wait for a task that does not stop
            return (child.END, None, 0) if ray.wait([self._stream.completed()], timeout=0.1)[0] else None
        if not ray.wait([self._stream], timeout=0.1)[0] or self._asked is not None:
            return None
        try:
            message: bytes = ray.get(next(self._stream))
        except TaskCancelledError:
            return child.END, None, 0
        except RayTaskError as problem:  # it could not even begin, or its end could not be told
            return child.BUG, str(problem), 0
        except (RayError, StopIteration) as problem:  # its process, its machine or its data went
            log.warning("lost %s: %r", job.key, problem)
            self._cluster.forget()
            raise EOFError from problem
        kind, content = pickle.loads(message)  # noqa: S301 — from our own cluster
        if kind != BEGAN:
            return kind, content, len(message)
        if content != digest_of(*ENGINE):
            self.spoilt = True
            return child.END, WorkerLost("worker_differs"), 0
        self._heard = time.monotonic()
        job.began()
        return None

    def _cancel(self) -> None:
        ray.cancel(self._stream)


def compute(train: Callable[..., Iterator[Any]], params: Any, where: Device, *data: Any) -> Iterator[bytes]:
    """A task on the cluster. Frames cross as bytes, as by a pipe: an array of Ray's would hold on to a piece of its store."""
    try:
        yield pickle.dumps((BEGAN, digest_of(*ENGINE)))
        with device.on(where):
            for frame in train(params, *data):
                yield pickle.dumps((child.FRAME, frame))
        yield pickle.dumps((child.END, None))
    except TheoriaError as problem:
        yield pickle.dumps((child.END, problem))
    except Exception:
        yield pickle.dumps((child.BUG, traceback.format_exc()))


def _reach(address: str) -> None:
    """Raise at once where nobody answers: Ray itself would try for many minutes."""
    if "://" in address:
        raise ValueError(f"RAY_ADDRESS={address}: Ray's client cannot stream. Start a node here and give the head's host:port.")
    host, colon, port = address.rpartition(":")
    if colon:
        try:
            socket.create_connection((host, int(port)), PATIENCE).close()
        except OSError as problem:
            raise ConnectionError(f"RAY_ADDRESS={address}: no Ray head answers there ({problem}).") from problem
