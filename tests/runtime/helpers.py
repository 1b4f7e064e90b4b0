"""Waiting for jobs and reading films."""

import asyncio
import os
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from runtime.film import Film
from runtime.films import Films
from runtime.jobs import Job
from runtime.run import Run
from tests.runtime import toys

LIGHTLY = Path(__file__).parent / "light" / "sitecustomize.py"
LIGHT = {"PYTHONPATH": os.pathsep.join(filter(None, (str(LIGHTLY.parent), os.environ.get("PYTHONPATH"))))}  # of a server


def run(train: Callable[..., Any] = toys.count, *data: Any, **params: Any) -> Run:
    return Run(train, toys.Params(**params), data)


def until(job: Job, true: Callable[[], Any], seconds: float = 20) -> None:
    """Wait until something is true of a job; told by the job, not by the clock."""
    changed = threading.Event()
    job.listen(changed.set)
    while not true():
        assert changed.wait(seconds), f"waited in vain: {job.state}, {len(job.frames)} frames"
        changed.clear()


def ended(job: Job) -> Job:
    until(job, lambda: job.done)
    return job


def opened(films: Films, job: Job, draw: Any = toys.draw, beside: tuple[Any, ...] = (), language: str = "en") -> Film:
    return films.open(job, draw, beside, toys.Options(), toys.Words(language))


def read(content: bytes) -> list[dict[str, Any]]:
    """The lines in a film, or in the beginning of one."""
    return [orjson.loads(line) for line in zlib.decompressobj(31).decompress(content).splitlines()]


def kinds(content: bytes) -> list[str]:
    return [next(iter(line)) for line in read(content)]


def pictures(content: bytes) -> list[dict[str, Any]]:
    return [line["picture"] for line in read(content) if "picture" in line]


class Viewer:
    """Reads a film on an event loop of its own, as the server does, until it leaves."""

    def __init__(self, films: Films, film: Film, *, whole: bool = True) -> None:
        self.got = b""
        self._whole = whole
        self._news = threading.Condition()
        self.finished = threading.Event()
        self._films, self._film = films, film
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._read())
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    async def _read(self) -> None:
        async for chunk in self._film.stream(self._films.wake, whole=self._whole):
            with self._news:
                self.got += chunk
                self._news.notify_all()

    def _serve(self) -> None:
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
            self.finished.set()

    def sees(self, true: Callable[[bytes], Any], seconds: float = 20) -> bytes:
        """Wait until what was read so far is so."""
        with self._news:
            assert self._news.wait_for(lambda: true(self.got), seconds), kinds(self.got)
            return self.got

    def sees_pictures(self, n: int) -> None:
        self.sees(lambda got: len(pictures(got)) >= n)

    def reads_to_the_end(self) -> bytes:
        assert self.finished.wait(60)  # the first drawer brings all that is to be at hand
        return self.got

    def leave(self) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        assert self.finished.wait(20)
