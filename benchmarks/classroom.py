"""One link, a whole class: N visitors on loopback while a bystander keeps clicking. `python -m benchmarks.classroom [N ...]`.

`python -m benchmarks.classroom soak [SESSIONS SECONDS]`: visitors who come and go, and whether the server grows.

A visitor is a websocket that speaks Streamlit's protocol and a stream that reads the film: what a browser asks of the server
once its static files are cached. Visitors arrive evenly within ARRIVAL seconds, and do what they are told within it.
Visitors and bystander run in processes of their own on the same machine, so they take some of its cores too.
"""

import asyncio
import contextlib
import math
import multiprocessing as mp
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import psutil

from benchmarks.visitors import Seen, Visitor, door

ROOT = Path(__file__).parents[1]
ARRIVAL = 10.0  # seconds in which a class does what it is told
OWN = "som.rows=10&som.cols=10&som.steps=20000&data=mnist&v=1"  # about two CPU-seconds
PAUSE = 0.5  # seconds between two clicks of the bystander


@dataclass
class Host:
    """A server, and what it uses."""

    address: str
    metrics: str
    process: psutil.Process
    peak: int = 0  # bytes of all its processes together
    _over: threading.Event = field(default_factory=threading.Event)

    def everybody(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def memory(self) -> int:
        total = 0
        for process in self.everybody():
            with contextlib.suppress(psutil.NoSuchProcess):
                total += process.memory_full_info().pss  # what is shared counts once
        return total

    def figure(self, name: str) -> float:
        """One of the host's own metrics."""
        text = urllib.request.urlopen(self.metrics, timeout=10).read().decode()
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.split(" ")[0].split("{")[0] == name)

    def watch(self) -> None:
        while not self._over.wait(0.5):
            with contextlib.suppress(psutil.NoSuchProcess):  # a test may end it
                self.peak = max(self.peak, self.memory())


@contextlib.contextmanager
def host(cwd: Path = ROOT, *, warm: bool = True, **environment: str) -> Iterator[Host]:
    """A fresh server in a working directory and with settings; warm, or one that warms nothing as soon as it answers."""
    port, metrics = free_port(), free_port()
    started = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)],
        cwd=cwd,
        env={**os.environ, "METRICS_PORT": str(metrics), "WARM": "on" if warm else "off", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stderr
    for line in started.stderr:
        if line.rstrip().endswith(" warm" if warm else "metrics on 127.0.0.1:" + str(metrics)):
            break
    threading.Thread(target=started.stderr.read, daemon=True).start()  # the log must not fill its pipe
    assert started.poll() is None, "the server ended before it was warm"
    while not answers(f"http://127.0.0.1:{port}/_stcore/health"):
        time.sleep(0.05)
    there = Host(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{metrics}/metrics", psutil.Process(started.pid))
    watching = threading.Thread(target=there.watch, daemon=True)
    if warm:  # else nobody asks how much memory it takes, which to add up takes a tenth of a core
        watching.start()
    try:
        yield there
    finally:
        there._over.set()
        if warm:
            watching.join()
        started.terminate()
        started.wait(20)


def answers(address: str) -> bool:
    try:
        return bool(urllib.request.urlopen(address, timeout=5).status == 200)
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# ------------------------------------------------------------------------------------------------------------- bystander


def stand_by(address: str, over: Event, out: Any) -> None:
    """Another visitor, in another process: moves a control between two settings whose films are there; seconds to a picture."""

    async def click() -> list[float]:
        took: list[float] = []
        async with door() as http, Visitor(http, address) as visitor:
            await visitor.watch(await visitor.open("v=1"), whole=False)
            await visitor.watch(await visitor.slide("som.rows", 6), whole=False)
            k = 0
            while not over.is_set():
                k += 1
                seen = await visitor.watch(await visitor.slide("som.rows", 12 if k % 2 else 6), pictures=1, whole=False)
                took.append(seen.first)
                await asyncio.sleep(PAUSE)
        return took

    try:
        out.send(asyncio.run(click()))
    except Exception as problem:
        out.send(problem)


@contextlib.contextmanager
def bystander(address: str) -> Iterator[list[float]]:
    """The seconds that each of the bystander's clicks took, there when the block has ended."""
    context = mp.get_context("spawn")
    ours, theirs = context.Pipe()
    over = context.Event()
    process = context.Process(target=stand_by, args=(address, over, theirs))
    process.start()
    took: list[float] = []
    try:
        yield took
    finally:
        over.set()
        said = ours.recv() if ours.poll(60) else TimeoutError("the bystander hung")
        process.join(10)
    if isinstance(said, Exception):
        raise said
    took.extend(said)


# ----------------------------------------------------------------------------------------------------------------- class


@dataclass
class Part:
    """What one part of the lesson showed."""

    name: str
    seen: list[Seen]
    errors: list[str]
    seconds: float  # until the last was done
    clicks: list[float] = field(default_factory=list)  # of the bystander


class Class:
    """N open pages."""

    def __init__(self, http: aiohttp.ClientSession, there: Host, n: int) -> None:
        self.there, self.n = there, n
        self.visitors = [Visitor(http, there.address) for _ in range(n)]
        self.films = [""] * n

    async def all(self, name: str, what: Callable[[Visitor, int], Awaitable[Seen]] | None) -> Part:
        """Everybody does something, one after another within ARRIVAL seconds, and sees what the page opens with.

        Without `what` they play: they watch the film that they have to its end.
        """
        began, errors = time.perf_counter(), []

        async def one(k: int) -> Seen | None:
            await asyncio.sleep(ARRIVAL * k / self.n)
            try:
                visitor = self.visitors[k]
                there = await what(visitor, k) if what else Seen(page=0, film=self.films[k])
                self.films[k] = there.film
                return await visitor.watch(there, whole=not what)
            except Exception as problem:
                errors.append(f"{type(problem).__name__}: {problem}")
                return None

        seen = await asyncio.gather(*(one(k) for k in range(self.n)))
        return Part(name, [item for item in seen if item], errors, time.perf_counter() - began)

    async def leave(self) -> None:
        await asyncio.gather(*(visitor.__aexit__(None, None, None) for visitor in self.visitors))


async def lesson(there: Host, n: int) -> tuple[list[Part], float]:
    """One link for all; one control; all play; own runs; all leave while own runs wait. The parts, and the seconds until idle."""
    async with door() as http:
        group = Class(http, there, n)

        async def join(visitor: Visitor, k: int) -> Seen:
            await visitor.__aenter__()
            return await visitor.open("som.rows=11&som.seed=5&v=1")

        parts = []
        for name, what in (
            ("same lesson", join),
            ("one control, own values", lambda visitor, k: visitor.slide("som.sigma", 0.5 + 0.1 * k)),
            ("the same, and all play", None),
            ("own runs", lambda visitor, k: visitor.open(f"{OWN}&som.seed={k + 1}")),
        ):
            with bystander(there.address) as clicks:
                part = await group.all(name, what)
            parts.append(part)
            part.clicks = clicks
        await asyncio.gather(*(visitor.slide("som.sigma", 0.45 + 0.1 * k) for k, visitor in enumerate(group.visitors)))
        assert await asyncio.to_thread(there.figure, "theoria_runs_queued")
        await group.leave()
        return parts, await asyncio.to_thread(until_idle, there)


def until_idle(there: Host) -> float:
    """Seconds until nothing is computed and nothing waits."""
    began = time.perf_counter()
    while there.figure("theoria_runs_computing") or there.figure("theoria_runs_queued"):
        if time.perf_counter() - began > 120:
            return math.inf
        time.sleep(0.1)
    return time.perf_counter() - began


# ---------------------------------------------------------------------------------------------------------------- tables


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, math.ceil(0.95 * len(values)) - 1)] if values else math.nan


def fairness(part: Part) -> float:
    """How far from their turn visitors were served: the largest move between asking and being done, in shares of all."""
    asked = sorted(part.seen, key=lambda seen: seen.asked)
    done = {id(seen): k for k, seen in enumerate(sorted(part.seen, key=lambda seen: seen.asked + seen.last))}
    return max((abs(done[id(seen)] - k) for k, seen in enumerate(asked)), default=0) / max(len(asked), 1)


def rows(n: int, parts: list[Part], idle: float, there: Host) -> list[str]:
    out = []
    for part in parts:
        first, last = [seen.first - seen.page for seen in part.seen], [seen.last for seen in part.seen]
        ends = [seen.end for seen in part.seen]
        out.append(
            f"| {n}: {part.name} | {p95([seen.page for seen in part.seen]):.2f} | {p95(first):.2f} | "
            f"{median(ends):.1f} / {max(ends):.1f} | {median(last):.1f} / {max(last):.1f} | {fairness(part):.2f} | "
            f"{median(part.clicks):.2f} / {p95(part.clicks):.2f} | {len(part.errors)} |"
        )
    out.append(f"| {n}: all leave | – | – | – | – | – | – | idle after {idle:.1f} s; peak memory {there.peak / 1e6:.0f} MB |")
    return out


HEAD = (
    "| visitors | page, p95 | picture after it, p95 | the picture it opens at, median / last "
    "| all that was asked for, median / last | out of turn | bystander, median / p95 | errors |\n"
    "|---|---|---|---|---|---|---|---|"
)


def measure(sizes: list[int]) -> str:
    lines = [HEAD]
    for n in sizes:
        with host() as there:
            parts, idle = asyncio.run(lesson(there, n))
            lines += rows(n, parts, idle, there)
            for part in parts:
                for error in sorted(set(part.errors)):
                    print(part.name, part.errors.count(error), error[:300], file=sys.stderr)
    return "\n".join(lines)


# ------------------------------------------------------------------------------------------------------------------ soak


async def come_and_go(there: Host, sessions: int, seconds: float) -> tuple[list[int], list[str]]:
    """Sessions that begin evenly in `seconds`, each on its own run for a while: memory after each fifth of them, and errors."""
    memory, errors, open_now = [], [], set()

    async def one(http: aiohttp.ClientSession, k: int) -> None:
        try:
            async with Visitor(http, there.address) as visitor:
                await visitor.watch(await visitor.open(f"som.rows={5 + k % 12}&som.seed={k}&v=1"))
                await asyncio.sleep(2)
                await visitor.watch(await visitor.slide("som.sigma", 0.5 + 0.1 * (k % 60)), pictures=20)
        except Exception as problem:
            errors.append(f"{type(problem).__name__}: {problem}")

    async with door() as http:
        for k in range(sessions):
            task = asyncio.create_task(one(http, k))
            open_now.add(task)
            task.add_done_callback(open_now.discard)
            await asyncio.sleep(seconds / sessions)
            if (k + 1) % (sessions // 5) == 0:
                memory.append(await asyncio.to_thread(there.memory))
        await asyncio.gather(*open_now)
    return memory, errors


def soak(sessions: int = 500, seconds: float = 600) -> str:
    """A row of the table. The cache is small, so that it is full from the first fifth on: what grows then is no cache."""
    with host(CACHE_MB="100") as there:
        memory, errors = asyncio.run(come_and_go(there, sessions, seconds))
    for error in sorted(set(errors)):
        print(errors.count(error), error[:300], file=sys.stderr)
    grown = memory[-1] / memory[0] - 1
    told = ", ".join(f"{value / 1e6:.0f}" for value in memory)
    return (
        f"| {sessions} sessions in {seconds / 60:.0f} min | {told} MB after each fifth | {grown:+.1%} | "
        f"≤ +15 %, {'met' if grown <= 0.15 else '**missed**'} | {len(errors)} errors |"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["soak"]:
        print(soak(*(int(value) for value in sys.argv[2:])))
    else:
        print(measure([int(n) for n in sys.argv[1:]] or [30, 100]))
