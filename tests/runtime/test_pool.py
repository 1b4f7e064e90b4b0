"""Lanes: the queue, cancelling, crashes, and what a worker remembers."""

import logging
import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.device import Device
from engine.errors import Busy, Diverged, WorkerLost
from runtime import child, settings
from runtime.jobs import Job
from runtime.pool import Pool
from runtime.store import Store
from runtime.workers import Hand, hire
from tests.runtime import toys
from tests.runtime.helpers import ended, run, until


def occupied(store: Store, place: Path, session: str = "first") -> Job:
    """A job that holds a lane until gate-0 opens."""
    job = store.start(run(toys.gated, steps=1, place=str(place)), session)
    until(job, lambda: job.state == "running")
    return job


def pid(store: Store) -> int:
    return store.processes[0].pid or 0


# ---- start


def test_a_store_is_ready_once_a_worker_stands() -> None:
    may, workers = threading.Event(), hire

    def late(where: Device) -> Hand:
        may.wait()
        return workers(where)

    store = Store(1, hire=late)
    assert not store.ready(0)
    may.set()
    assert store.ready(60)
    assert store.processes
    store.close()
    assert Store(0).ready(0)  # which computes in line


# ---- queue


def test_runs_are_served_round_robin_by_session(store: Store, tmp_path: Path) -> None:
    occupied(store, tmp_path)
    jobs = [
        store.start(run(seed=seed, place=str(tmp_path)), session) for seed, session in enumerate(["a", "a", "a", "b", "b", "c"])
    ]
    toys.say(tmp_path, "gate-0")
    for job in jobs:
        ended(job)
    served = [int(line.split()[0]) for line in (tmp_path / "runs").read_text().splitlines()]
    assert served == [0, 3, 5, 1, 4, 2]


def test_waiting_runs_know_how_many_are_ahead(store: Store, tmp_path: Path) -> None:
    occupied(store, tmp_path)
    first, second = store.start(run(seed=1), "a"), store.start(run(seed=2), "a")
    assert (first.ahead, second.ahead) == (0, 1)
    other = store.start(run(toys.gated, seed=3, place=str(tmp_path), steps=1), "b")
    assert (first.ahead, other.ahead, second.ahead) == (0, 1, 2)
    heard = []
    second.listen(lambda: heard.append((second.state, second.ahead)))
    toys.say(tmp_path, "gate-0")
    ended(second)
    assert heard[:2] == [("queued", 1), ("queued", 0)]
    assert [state for state, _ in heard[2:]] == ["running"] * 6 + ["done"]


def test_a_full_queue_is_busy(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "QUEUE", 3)
    occupied(store, tmp_path)
    for seed in range(3):
        store.start(run(seed=seed), f"session {seed}")
    with pytest.raises(Busy):
        store.start(run(seed=9), "one more")
    assert store.start(run(seed=0), "one more").state == "queued"  # what is there needs no place
    assert store.get(run(seed=9).key) is None


def test_one_visitor_has_a_share_of_the_queue(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "QUEUE_PER_SESSION", 2)
    occupied(store, tmp_path)
    for seed in range(2):
        store.start(run(seed=seed), "greedy")
    with pytest.raises(Busy):
        store.start(run(seed=3), "greedy")
    assert store.start(run(seed=3), "modest").state == "queued"


def test_what_a_visitor_left_waiting_makes_room_for_what_he_wants_now(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "QUEUE_PER_SESSION", 2)
    busy = occupied(store, tmp_path)
    dragged = []
    for seed in range(30):
        dragged.append(store.start(run(seed=seed), "first"))
        store.leave("first", keep=[dragged[-1].key])
    toys.say(tmp_path, "gate-0")
    assert len(ended(dragged[-1]).frames) == 5
    assert dragged[0].cancelled
    assert dragged[0].done
    ended(busy)


def test_a_cancelled_run_leaves_the_queue_at_once(store: Store, tmp_path: Path) -> None:
    occupied(store, tmp_path)
    first, second = store.start(run(seed=1), "a"), store.start(run(seed=2), "b")
    assert store._cancel(first)
    assert first.done
    assert second.ahead == 0
    assert not first.frames


# ---- cancelling


def test_a_cancelled_run_yields_no_frame_after_the_one_being_computed(store: Store, tmp_path: Path) -> None:
    job = store.start(run(toys.gated, steps=50, place=str(tmp_path)), "a")
    toys.say(tmp_path, "gate-0")
    until(job, lambda: len(job.frames) == 1)
    toys.wait_for(tmp_path, "at-1")
    before = pid(store)
    store._cancel(job)
    for i in range(1, 50):
        toys.say(tmp_path, f"gate-{i}")
    ended(job)
    assert len(job.frames) == 1
    assert not (tmp_path / "at-2").exists()
    assert len(ended(store.start(run(), "a")).frames) == 5
    assert pid(store) == before  # the worker stopped by itself and was kept


def test_a_worker_that_does_not_stop_is_replaced(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CANCEL_SECONDS", 0.2)
    job = store.start(run(toys.hang, place=str(tmp_path)), "a")
    toys.wait_for(tmp_path, "hangs-0")
    hanging = store.processes[0]
    store._cancel(job)
    ended(job)
    assert job.error is None
    hanging.join(5)
    assert not hanging.is_alive()
    assert len(ended(store.start(run(), "a")).frames) == 5
    assert pid(store) != hanging.pid


def test_a_cancel_that_comes_too_late_does_not_stop_the_next_run(store: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    late = occupied(store, first)
    toys.wait_for(first, "at-0")
    stop = late.stop
    assert stop
    toys.say(first, "gate-0")
    ended(late)
    job = store.start(run(toys.gated, steps=3, place=str(second)), "a")
    toys.wait_for(second, "at-0")
    stop()
    for i in range(3):
        toys.say(second, f"gate-{i}")
    assert len(ended(job).frames) == 3


def test_a_job_that_is_done_is_never_cancelled(store: Store) -> None:
    job = ended(store.start(run(), "a"))
    assert not job.cancel()
    assert not job.cancelled


# ---- crashes and bugs


def test_a_run_whose_worker_is_lost_is_computed_anew_once_with_the_same_frames(store: Store, tmp_path: Path) -> None:
    job = store.start(run(toys.stumble, place=str(tmp_path)), "a")
    until(job, lambda: job.again)
    assert store.restarts == 1
    toys.say(tmp_path, "go")
    assert ended(job).error is None
    assert [frame.step for frame in job.frames] == [0, 1, 2, 3, 4]
    assert [frame.value[0] for frame in job.frames] == [0, 1, 2, 3, 4]


def test_a_run_that_nobody_wants_any_more_is_not_computed_anew(store: Store, tmp_path: Path) -> None:
    job = store.start(run(toys.hang, place=str(tmp_path)), "a")
    toys.wait_for(tmp_path, "hangs-0")
    job.cancelled = True
    store.processes[0].kill()
    ended(job)
    assert (job.again, store.restarts) == (False, 0)


def test_a_worker_that_falls_silent_is_ended_and_its_run_says_so(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SILENT_SECONDS", 0.3)
    job = store.start(run(toys.hang, place=str(tmp_path)), "a")
    toys.wait_for(tmp_path, "hangs-0")
    hanging = store.processes[0]
    assert isinstance(ended(job).error, WorkerLost)
    assert (job.error.code, len(job.frames), job.again) == ("worker_silent", 1, False)
    hanging.join(5)
    assert not hanging.is_alive()
    monkeypatch.setattr(settings, "SILENT_SECONDS", 60)
    assert len(ended(store.start(run(), "a")).frames) == 5
    assert ended(store.start(run(toys.count, seed=9), "a")).error is None


def test_a_run_that_loses_two_workers_says_so_and_is_forgotten(store: Store, tmp_path: Path) -> None:
    asked = run(toys.crash, place=str(tmp_path))
    lost = ended(store.start(asked, "a"))
    assert isinstance(lost.error, WorkerLost)
    assert len(lost.frames) == 1
    again = ended(store.start(asked, "a"))
    assert again is not lost
    assert again.error is None
    assert len(again.frames) == 5


def test_a_worker_killed_while_it_waits_costs_nobody_a_run(store: Store) -> None:
    ended(store.start(run(seed=1), "a"))
    process = store.processes[0]
    process.kill()
    process.join(5)
    job = ended(store.start(run(seed=2), "a"))
    assert job.error is None
    assert len(job.frames) == 5


def test_a_lane_outlives_many_crashes(store: Store, tmp_path: Path) -> None:
    for seed in range(4):
        (tmp_path / str(seed)).mkdir()
        assert ended(store.start(run(toys.crash, seed=seed, place=str(tmp_path / str(seed))), "a")).error
    assert len(ended(store.start(run(), "a")).frames) == 5


def test_a_lane_waits_for_a_host_that_refuses_processes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(store.start(run(seed=1), "a"))
    pool = store._pool
    assert pool is not None
    refusals = iter([True, False])
    real = pool._hire

    def refusing() -> Hand:
        if next(refusals, False):
            raise OSError("no more processes")
        return real()

    monkeypatch.setattr("runtime.pool.AGAIN", 0.01)
    monkeypatch.setattr(pool, "_hire", refusing)
    store.processes[0].kill()
    jobs = [ended(store.start(run(seed=seed), "a")) for seed in (2, 3)]
    assert len(jobs[-1].frames) == 5


@pytest.mark.parametrize("train", [toys.trip, toys.strange, lambda params: iter(())])
def test_a_bug_shows_a_number_and_its_traceback_is_in_the_log_only(
    train: Callable, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "theoria.workers"):
        job = ended(store.start(run(train), "a"))
    assert job.error is not None
    assert job.error.code == "bug"
    reference = job.error.values["reference"]
    assert str(reference) in caplog.text
    assert "Traceback" in caplog.text
    assert "Traceback" not in str(job.error)
    assert "detail" not in str(job.error)
    assert len(ended(store.start(run(), "a")).frames) == 5  # the lane goes on
    assert store.start(run(train), "a") is not job  # forgotten


def test_an_answer_that_is_an_error_is_remembered(store: Store, tmp_path: Path) -> None:
    asked = run(toys.diverge, place=str(tmp_path))
    job = ended(store.start(asked, "a"))
    assert isinstance(job.error, Diverged)
    assert len(job.frames) == 5
    assert store.start(asked, "b") is job
    assert len((tmp_path / "runs").read_text().splitlines()) == 1


def test_ctrl_c_is_left_to_the_server(store: Store) -> None:
    ended(store.start(run(seed=1), "a"))
    before = pid(store)
    os.kill(before, signal.SIGINT)
    assert len(ended(store.start(run(seed=2), "a")).frames) == 5
    assert pid(store) == before


# ---- what crosses the pipe


def test_frames_that_crossed_the_pipe_are_read_only(store: Store) -> None:
    frame = ended(store.start(run(), "a")).frames[2]
    assert isinstance(frame, toys.ToyFrame)
    with pytest.raises(ValueError, match="read-only"):
        frame.value[0] = 1


def test_data_is_sent_once(store: Store) -> None:
    a, b = toys.Data("a", np.arange(4.0)), toys.Data("b", np.ones(5))
    for seed, data in enumerate([(a,), (a, b), (b, a), (a, a)]):
        job = ended(store.start(run(toys.sums, *data, seed=seed), "a"))
        assert list(job.frames[0].value) == [item.values.sum() for item in data]  # type: ignore[attr-defined]
    assert toys.Data.sent == ["a", "b"]


def test_both_ends_agree_on_the_data_after_a_run_was_cancelled(store: Store, tmp_path: Path) -> None:
    data = toys.Data("a", np.arange(4.0))
    job = store.start(run(toys.gated_sums, data, steps=9, place=str(tmp_path)), "a")
    toys.wait_for(tmp_path, "at-0")
    store._cancel(job)
    toys.say(tmp_path, "gate-0")
    toys.say(tmp_path, "gate-1")
    ended(job)
    assert ended(store.start(run(toys.sums, data), "a")).frames[0].value[0] == 6  # type: ignore[attr-defined]
    assert toys.Data.sent == ["a"]


@pytest.mark.parametrize("train", [toys.crash, toys.trip])
def test_a_new_worker_is_sent_the_data_again(train: Callable, store: Store, tmp_path: Path) -> None:
    data = toys.Data("a", np.arange(4.0))
    ended(store.start(run(toys.sums, data, seed=1), "a"))
    ended(store.start(run(train, place=str(tmp_path)), "a"))
    assert ended(store.start(run(toys.sums, data, seed=2), "a")).frames[0].value[0] == 6  # type: ignore[attr-defined]
    assert toys.Data.sent == ["a", "a"]


def test_two_shelves_treated_alike_hold_the_same_within_their_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "KEPT", 100)
    ours: child.Shelf[None] = child.Shelf()
    theirs: child.Shelf[str] = child.Shelf()
    chance = random.Random(1)
    sizes = {str(k): chance.choice([5, 20, 60, 150]) for k in range(12)}
    for _ in range(500):
        wanted = chance.choices(list(sizes), k=chance.randint(1, 4))
        fresh = {digest for digest in wanted if digest not in ours}
        ours.put({digest: (None, sizes[digest]) for digest in wanted})
        theirs.put({digest: (digest if digest in fresh else "missing", sizes[digest]) for digest in wanted})
        assert list(ours._items) == list(theirs._items)
        assert all(theirs[digest] == digest for digest in wanted)
        assert sum(sizes[digest] for digest in theirs._items) <= 100 or set(theirs._items) == set(wanted)


# ---- the end


def test_closing_ends_processes_lanes_and_jobs(stores: Callable[[int], Store], tmp_path: Path) -> None:
    store = stores(2)
    jobs = [store.start(run(toys.hang, seed=seed, place=str(tmp_path)), "a") for seed in range(4)]
    for seed in range(2):
        toys.wait_for(tmp_path, f"hangs-{seed}")
    processes = store.processes
    store.close()
    assert all(job.done and job.cancelled for job in jobs)
    for process in processes:
        process.join(5)
        assert not process.is_alive()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("lane", "janitor"))]
    with pytest.raises(Busy):
        store.start(run(seed=9), "late")


def test_closing_waits_two_seconds_at_most_for_all_lanes_together(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, now = Pool(0, lambda: hire("cpu")), [1000.0]

    class Stuck:
        """A lane that does not end however long one waits."""

        def join(self, timeout: float) -> None:
            now[0] += timeout

    pool._lanes = [Stuck()] * 3  # type: ignore[list-item]
    monkeypatch.setattr("runtime.pool.time", SimpleNamespace(monotonic=lambda: now[0]))
    pool.close()
    assert now == [1002.0]
