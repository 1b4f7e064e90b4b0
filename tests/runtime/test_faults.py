"""The real server while things go wrong around it: visitors come by websocket, as from a browser."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app import PatientStream
from benchmarks.classroom import OWN, Host, host
from benchmarks.visitors import Visitor, door
from runtime import settings
from runtime.store import Store
from tests.runtime.helpers import LIGHT, LIGHTLY, opened, run

BACK = """import os, time
real = time.time
time.time = lambda: real() - (3600 if os.path.exists({flag!r}) else 0)
open({flag!r} + "-read", "w").close()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Host]:
    with host(warm=False, WORKERS="1", CACHE_MB="64", **LIGHT) as there:
        yield there


def visit(server: Host, what: Callable[[Visitor], Awaitable[object]]) -> None:
    """One visitor's visit."""

    async def come() -> None:
        async with door() as http, Visitor(http, server.address) as visitor:
            await what(visitor)

    asyncio.run(come())


def workers(server: Host) -> list[psutil.Process]:
    """The processes that compute: children of the fork server, which is a child of ours."""
    return [one for child in server.process.children() for one in child.children()]


def test_a_worker_killed_in_the_middle_of_a_run_costs_its_viewers_nothing(server: Host) -> None:
    async def watch(visitor: Visitor) -> None:
        seen = await visitor.open(OWN + "&som.seed=77")
        watching = asyncio.create_task(visitor.watch(seen))
        while not seen.pictures:
            await asyncio.sleep(0.01)
        for worker in workers(server):
            worker.kill()
        await watching
        assert seen.pictures == 61
        again = await visitor.watch(await visitor.open(OWN + "&som.seed=77"))  # the link is still good
        assert again.pictures == 61

    visit(server, watch)
    assert server.figure("theoria_runs_restarted") == 1


def test_many_runs_asked_for_by_one_visitor_leave_the_queue_short_and_the_last_is_shown(server: Host) -> None:
    longest = 0.0

    async def hurry(visitor: Visitor) -> None:
        nonlocal longest
        await visitor.open(OWN)
        for k in range(12):  # more than may wait
            seen = await visitor.slide("som.sigma", 0.1 * (k + 1))
            if k > settings.QUEUE_PER_SESSION:
                longest = max(longest, await asyncio.to_thread(server.figure, "theoria_runs_queued"))
        await visitor.watch(seen)
        assert seen.pictures == 61

    visit(server, hurry)
    assert longest <= settings.QUEUE_PER_SESSION


def test_the_figures_of_the_host_are_there_and_only_on_this_machine(server: Host) -> None:
    assert server.figure("theoria_runs_total") > 1
    assert server.figure("theoria_cache_bytes") > 10_000
    assert server.figure("theoria_films") >= 1
    port = int(server.metrics.split(":")[2].split("/")[0])
    listening = {at.laddr.ip for at in server.process.net_connections() if at.laddr.port == port and at.status == "LISTEN"}
    assert listening == {"127.0.0.1"}


def test_the_server_works_where_nothing_can_be_written_and_the_clock_goes_back_an_hour(tmp_path: Path) -> None:
    nowhere = {"cwd": Path("/proc"), "HOME": "/proc/nobody", "TMPDIR": "/proc/nothing"}  # where even root cannot write
    flag = tmp_path / "back"
    (tmp_path / "sitecustomize.py").write_text(LIGHTLY.read_text() + BACK.format(flag=str(flag)))
    clock = {"PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}

    async def look(visitor: Visitor) -> None:
        first = await visitor.watch(await visitor.open("som.rows=6&som.seed=4&v=1"))
        flag.touch()
        second = await visitor.watch(await visitor.slide("som.rows", 7))
        assert (first.pictures, second.pictures) == (61, 61)

    with host(warm=False, WORKERS="1", **nowhere, **clock) as there:
        visit(there, look)
        visit(there, look)
    assert (tmp_path / "back-read").exists()


def test_a_viewer_who_stops_reading_is_let_go(inline: Store, filming: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "STALLED_SECONDS", 0.1)
    films = filming(inline)
    film = opened(films, inline.start(run(steps=3), "a"))

    async def stall(message: object) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def stream() -> None:
        with pytest.raises(OSError):  # noqa: PT011 - as when a browser goes
            await PatientStream(film.stream(films.wake)).stream_response(stall)

    asyncio.run(stream())
    assert film.watched == 0
