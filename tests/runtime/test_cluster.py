"""The same runs on a real Ray, small and on this machine; and that everything works where there is none."""

import asyncio
import importlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from benchmarks.classroom import Host, host
from benchmarks.visitors import Visitor, door
from contents import SECTIONS
from engine import data
from engine.errors import WorkerLost
from runtime import settings
from runtime.jobs import Job
from runtime.run import Run
from runtime.store import Store
from tests.runtime import helpers, toys
from tests.runtime.helpers import run
from tests.runtime.ray_here import local

ROOT = Path(__file__).parents[2]
OWN = {at.address for addresses in psutil.net_if_addrs().values() for at in addresses} | {"127.0.0.1"}


def until(job: Job, true: Callable[[], object]) -> None:
    """Ray may have to start a process first."""
    helpers.until(job, true, 80)


def ended(job: Job) -> Job:
    until(job, lambda: job.done)
    return job


@pytest.fixture(scope="module")
def head() -> Iterator[tuple[str, psutil.Process]]:
    with local(num_gpus=1) as there:  # a GPU in name only
        yield there


@pytest.fixture(scope="module")
def cluster(head: tuple[str, psutil.Process]) -> Iterator:
    from runtime.cluster import Cluster

    joined = Cluster(head[0])
    yield joined
    joined.leave()


@pytest.fixture(scope="module")
def here() -> Iterator[Store]:
    """A worker of our own, to compare with."""
    made = Store(1)
    yield made
    made.close()


@pytest.fixture
def store(cluster) -> Iterator[Store]:
    made = Store(2, hire=cluster.hire)
    yield made
    made.close()


@pytest.mark.parametrize("topic", [f"{section}.{slug}" for section, slugs in SECTIONS.items() for slug in slugs])
def test_a_topic_yields_the_frames_that_a_worker_here_yields(topic: str, store: Store, here: Store) -> None:
    kind = importlib.import_module(f"engine.{topic}").ALGORITHMS[0]
    train, params, name = kind.train, kind.Params(), kind.sample
    asked = Run(train, params, (data.sample(name),) if name else ())
    there, same = ended(store.start(asked, "a")), ended(here.start(asked, "a"))
    assert there.error is None
    assert len(there.frames) == len(same.frames) > 1
    for ours, theirs in zip(there.frames, same.frames, strict=True):
        np.testing.assert_equal(ours.numbers(), theirs.numbers())
        for a, b in zip(ours.arrays(), theirs.arrays(), strict=True):
            np.testing.assert_array_equal(a, b)
            assert not a.flags.writeable


def test_a_cancelled_run_yields_no_frame_after_the_one_being_computed(store: Store, tmp_path: Path) -> None:
    job = store.start(run(toys.gated, steps=50, place=str(tmp_path)), "a")
    toys.say(tmp_path, "gate-0")
    until(job, lambda: len(job.frames) == 1)
    toys.wait_for(tmp_path, "at-1")
    store._cancel(job)
    ended(job)
    for i in range(1, 50):
        toys.say(tmp_path, f"gate-{i}")
    assert len(ended(store.start(run(), "a")).frames) == 5
    assert (len(job.frames), job.error) == (1, None)
    assert not (tmp_path / "at-2").exists()


def test_a_task_that_does_not_stop_is_ended(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CANCEL_SECONDS", 0.2)
    job = store.start(run(toys.deaf, place=str(tmp_path)), "a")
    until(job, lambda: job.frames)
    toys.until(lambda: any(tmp_path.glob("deaf-*")))
    number = int(next(tmp_path.glob("deaf-*")).name.partition("-")[2])
    store._cancel(job)
    assert ended(job).error is None
    toys.until(lambda: not psutil.pid_exists(number))


def test_a_task_that_falls_silent_says_so(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SILENT_SECONDS", 0.3)
    job = ended(store.start(run(toys.deaf, place=str(tmp_path)), "a"))
    assert isinstance(job.error, WorkerLost)
    assert (job.error.code, len(job.frames), job.again) == ("worker_silent", 1, False)


def test_a_run_whose_process_is_lost_is_computed_anew_once_with_the_same_frames(store: Store, tmp_path: Path) -> None:
    job = store.start(run(toys.stumble, place=str(tmp_path)), "a")
    until(job, lambda: job.again)
    toys.say(tmp_path, "go")
    assert ended(job).error is None
    assert [frame.value[0] for frame in job.frames] == [0, 1, 2, 3, 4]
    assert store.restarts == 1


def test_a_run_that_loses_two_processes_says_so(store: Store, tmp_path: Path) -> None:
    job = ended(store.start(run(toys.crash, place=str(tmp_path)), "a"))
    assert isinstance(job.error, WorkerLost)
    assert (job.error.code, len(job.frames), job.again) == ("worker_lost", 1, True)


def test_a_bug_shows_a_number_and_its_traceback_is_in_the_log_only(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    for train in (toys.trip, toys.strange):
        with caplog.at_level(logging.ERROR, "theoria.workers"):
            job = ended(store.start(run(train), "a"))
        assert job.error is not None
        assert job.error.code == "bug"
        assert str(job.error.values["reference"]) in caplog.text
    assert "a detail for the log only" in caplog.text


def test_data_are_sent_once(store: Store) -> None:
    a, b = toys.Data("a", np.arange(4.0)), toys.Data("b", np.ones(5))
    for seed, items in enumerate([(a,), (a, b), (b, a), (a, a)]):
        job = ended(store.start(run(toys.sums, *items, seed=seed), "a"))
        assert list(job.frames[0].value) == [item.values.sum() for item in items]  # type: ignore[attr-defined]
    assert toys.Data.sent == ["a", "b"]


def test_a_run_that_waits_for_room_in_the_cluster_counts_as_queued_and_is_not_silent(
    cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(3, hire=cluster.hire)
    busy = [store.start(run(toys.tick, seed=seed, place=str(tmp_path)), "a") for seed in range(2)]
    for job in busy:
        until(job, lambda job=job: job.state == "running")
    third = store.start(run(seed=3), "a")
    monkeypatch.setattr(settings, "SILENT_SECONDS", 1.0)
    time.sleep(2)
    assert (third.state, third.error) == ("queued", None)
    assert [job.state for job in busy] == ["running"] * 2
    monkeypatch.setattr(settings, "SILENT_SECONDS", 60)
    toys.say(tmp_path, "go")
    assert len(ended(third).frames) == 5
    store.close()


def test_a_task_is_cancelled_by_force_no_more_than_once(cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.cluster import Remote

    forced: list[object] = []
    monkeypatch.setattr("ray.cancel", lambda stream, *, force=False: forced.append(stream) if force else None)
    hand = Remote(cluster, "cpu")
    hand.interrupt()  # it has nothing to do yet
    for hand._stream in ("one", "two"):
        hand.interrupt()
        hand.kill()
    assert forced == ["one", "two"]


def test_a_machine_with_other_sources_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.cluster.digest_of", lambda *folders: "another version")
    job = ended(store.start(run(), "a"))
    assert job.error is not None
    assert (job.error.code, job.frames, job.lost) == ("worker_differs", [], True)


def test_only_a_run_that_wants_the_gpu_is_given_it_in_a_lane_of_its_own(cluster, tmp_path: Path) -> None:
    assert cluster.gpu == "cuda"
    store = Store(1, "cuda", cluster.hire)
    blocked = store.start(Run(toys.gated, toys.Params(steps=1, place=str(tmp_path)), (), "cuda"), "a")
    until(blocked, lambda: blocked.state == "running")
    without = ended(store.start(run(toys.facts), "b")).frames[0].text  # type: ignore[attr-defined]
    toys.say(tmp_path, "gate-0")
    ended(blocked)
    given = ended(store.start(Run(toys.facts, toys.Params(), (), "cuda"), "a")).frames[0].text  # type: ignore[attr-defined]
    assert given["gpus"] == "0"
    assert not without["gpus"]
    assert (given["threads"], without["threads"]) == ("1", "1")
    store.close()


@pytest.fixture(scope="module")
def app(head: tuple[str, psutil.Process]) -> Iterator[Host]:
    with host(warm=False, RAY_ADDRESS=head[0], WORKERS="2", DRAWERS="0") as there:
        yield there


def test_the_app_computes_on_the_cluster_and_ends_in_time(app: Host) -> None:
    async def come(address: str) -> int:
        async with door() as http, Visitor(http, address) as visitor:
            return (await visitor.watch(await visitor.open("som.rows=7&som.seed=11&v=1"))).pictures

    assert asyncio.run(come(app.address)) == 61
    assert app.process.children() == []  # nothing is computed here
    app.process.terminate()
    _, left = psutil.wait_procs([app.process], timeout=20)
    assert not left


def connections(process: psutil.Process) -> list[Any]:
    """None where it has ended meanwhile."""
    try:
        return list(process.net_connections())
    except psutil.NoSuchProcess:
        return []


def test_ray_speaks_to_this_machine_only(head: tuple[str, psutil.Process], cluster) -> None:
    everybody = [head[1], *head[1].children(recursive=True), psutil.Process()]
    asked = {at.raddr.ip.removeprefix("::ffff:") for one in everybody for at in connections(one) if at.raddr}
    assert len(everybody) > 4
    assert asked
    assert asked <= OWN


def test_a_head_that_does_not_answer_and_an_address_that_cannot_stream_are_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.cluster import Cluster

    with pytest.raises(ConnectionError, match="no Ray head answers"):
        Cluster("127.0.0.1:1")
    with pytest.raises(ValueError, match="host:port"):
        Cluster("ray://127.0.0.1:10001")


@pytest.fixture
def without_the_file(tmp_path: Path) -> Path:
    """The tree as it is, but for one file."""
    for item in ROOT.iterdir():
        if item.name != "runtime" and not item.name.startswith("."):
            (tmp_path / item.name).symlink_to(item)
    (tmp_path / ".streamlit").symlink_to(ROOT / ".streamlit")
    (tmp_path / "runtime").mkdir()
    for item in (ROOT / "runtime").glob("*.py"):
        if item.name != "cluster.py":
            (tmp_path / "runtime" / item.name).write_text(item.read_text())
    return tmp_path


def test_without_the_file_everything_else_works(without_the_file: Path) -> None:
    code = """if True:
        import app, sys
        from engine import data
        from engine.learning import som
        from runtime import server
        from runtime.run import ROOT, Run
        job = server.start(0)[0].start(Run(som.train, som.Params(), (data.sample("penguins"),)), "a")
        server.stop()
        print(len(job.frames), ROOT, "ray" in sys.modules, job.error)"""
    said = python(code, without_the_file)
    assert said.stdout.split() == ["61", str(without_the_file), "False", "None"], said.stderr
    refused = python("from runtime import server; server.start(1)", without_the_file, RAY_ADDRESS="127.0.0.1:6379")
    assert refused.stderr.splitlines()[-1].endswith(
        "RAY_ADDRESS is set, but Ray is not here: pip install -r requirements-ray.txt"
    )


def python(code: str, tree: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(tree), **environment}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=tree, env=env, capture_output=True, text=True, timeout=80, check=False
    )
