"""What is remembered, for how long, and who ends it."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.errors import TooBig
from engine.frames import Frame
from runtime import jobs, settings
from runtime.jobs import Job
from runtime.store import Store
from tests.runtime import toys
from tests.runtime.helpers import ended, run, until

MB = 1_000_000


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache for four frames of 2 MB and what goes with them."""
    monkeypatch.setattr(settings, "CACHE_MB", 9)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IDLE_SECONDS", 0.1)


def big(seed: int, steps: int = 1) -> object:
    return run(seed=seed, steps=steps, size=2 * MB)


@pytest.mark.parametrize("lanes", [0, 2])
def test_equal_runs_are_computed_once_however_many_ask(lanes: int, stores: Callable[[int], Store], tmp_path: Path) -> None:
    store, asked = stores(lanes), run(place=str(tmp_path))
    together, got = threading.Barrier(12), []

    def ask(session: str) -> None:
        together.wait(10)
        got.append(store.start(asked, session))

    threads = [threading.Thread(target=ask, args=(str(k),)) for k in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len({id(job) for job in got}) == 1
    assert len(ended(got[0]).frames) == 5
    assert got[0].sessions == {str(k) for k in range(12)}
    assert len((tmp_path / "runs").read_text().splitlines()) == 1


def test_without_workers_a_run_is_computed_in_line(inline: Store) -> None:
    job = inline.start(run(), "a")
    assert job.done
    assert [frame.step for frame in job.frames] == [0, 1, 2, 3, 4]
    assert inline.processes == []
    assert inline.restarts == 0
    assert inline.start(run(toys.trip), "a").error.code == "bug"  # type: ignore[union-attr]
    assert inline.start(run(toys.diverge), "a").error is inline.start(run(toys.diverge), "a").error


def test_a_thread_stopped_in_the_middle_of_an_inline_run_leaves_nothing_stuck(
    inline: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(BaseException):
        """As Streamlit stops its script threads."""

    def stopped(self: Job, frame: Frame, size: int = 0) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(Job, "add", stopped)
        with pytest.raises(Stopped):
            inline.start(run(), "a")
    assert len(inline.start(run(), "b").frames) == 5


# ---- bounds


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("lanes", [0, 1])
def test_one_run_that_exceeds_the_cache_ends_too_big(lanes: int, stores: Callable[[int], Store]) -> None:
    store = stores(lanes)
    job = ended(store.start(run(steps=100, size=2 * MB), "a"))
    assert isinstance(job.error, TooBig)
    assert len(job.frames) == 4
    assert store.start(run(steps=100, size=2 * MB), "b") is job  # an answer, remembered
    assert len(ended(store.start(run(), "a")).frames) == 5


@pytest.mark.usefixtures("small")
def test_the_least_recently_used_go_first(inline: Store) -> None:
    first, second, third = (inline.start(big(seed), "a") for seed in range(3))
    inline.start(big(0), "a")  # used again
    inline.start(big(3, steps=2), "a")
    assert inline.get(second.key) is None
    assert second.evicted
    assert inline.get(first.key) is first
    assert inline.get(third.key) is third
    assert inline.nbytes() <= 9 * MB


@pytest.mark.usefixtures("small")
def test_what_is_watched_or_under_way_is_never_evicted(store: Store, tmp_path: Path) -> None:
    watched = ended(store.start(big(0), "a"))
    watched.watch(1)
    running = store.start(run(toys.gated, steps=2, size=2 * MB, place=str(tmp_path)), "a")
    toys.say(tmp_path, "gate-0")
    until(running, lambda: running.frames)
    watched.used = running.used = 0.0
    queued = [store.start(big(seed, steps=2), "a") for seed in (3, 4)]
    toys.say(tmp_path, "gate-1")
    for job in [running, *queued]:
        ended(job)
    store.trim()
    assert store.get(watched.key) is watched
    watched.watch(-1)


@pytest.mark.usefixtures("small")
def test_frames_as_they_come_push_out_what_is_old(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = ended(store.start(big(1, steps=2), "a"))
    job = store.start(run(toys.gated, steps=4, size=2 * MB, place=str(tmp_path)), "b")
    store._closed.set()  # no janitor: only the frames themselves
    store._janitor.join(5)
    monkeypatch.setattr(jobs, "STRIDE", 0)
    for i in range(3):
        toys.say(tmp_path, f"gate-{i}")
    until(job, lambda: len(job.frames) == 3)
    toys.wait_for(tmp_path, "at-3")
    toys.until(lambda: old.evicted)
    assert not job.done


def test_an_upload_counts_once_and_a_sample_not_at_all(inline: Store) -> None:
    upload, sample = toys.Data("u", np.zeros(MB), origin="upload"), toys.Data("s", np.zeros(MB))
    for seed in range(3):
        inline.start(run(toys.sums, upload, sample, seed=seed), "a")
    assert 8 * MB < inline.nbytes() < 9 * MB


@pytest.mark.usefixtures("small")
def test_an_upload_is_kept_no_longer_than_its_last_run(inline: Store) -> None:
    inline.start(run(toys.sums, toys.Data("u", np.zeros(MB), origin="upload")), "a")
    inline.start(big(0), "a")
    assert inline.nbytes() < 3 * MB


def test_what_a_frame_holds_beside_arrays_counts_too(store: Store) -> None:
    job = ended(store.start(run(toys.facts), "a"))
    assert job.nbytes > sum(map(len, job.frames[0].text["modules"]))  # type: ignore[attr-defined]


def test_a_cancelled_run_is_forgotten(store: Store, tmp_path: Path) -> None:
    job = store.start(run(toys.gated, place=str(tmp_path)), "a")
    toys.wait_for(tmp_path, "at-0")
    store._cancel(job)
    again = store.start(run(toys.gated, place=str(tmp_path)), "a")  # even before it has stopped
    assert again is not job
    for i in range(5):
        toys.say(tmp_path, f"gate-{i}")
    assert len(ended(again).frames) == 5
    store.trim()
    assert store.get(again.key) is again
    assert not job.frames


# ---- who wants it


@pytest.mark.usefixtures("hasty")
def test_a_run_that_nobody_wants_any_more_is_cancelled(store: Store, tmp_path: Path) -> None:
    job = store.start(run(toys.gated, place=str(tmp_path)), "a")
    waiting = store.start(run(seed=1), "a")
    toys.wait_for(tmp_path, "at-0")
    store.leave("a", keep=[waiting.key])
    until(waiting, lambda: waiting.done)  # the lane was freed for it
    assert job.cancelled
    assert not waiting.cancelled


@pytest.mark.usefixtures("hasty")
def test_a_closed_page_ends_its_runs_wherever_they_are(store: Store, tmp_path: Path) -> None:
    running, queued = store.start(run(toys.hang), "gone"), store.start(run(seed=1), "gone")
    other = store.start(run(seed=2), "here")
    store.alive = lambda session: session != "gone"
    for job in (running, queued, other):
        ended(job)
    assert (running.cancelled, queued.cancelled, other.cancelled) == (True, True, False)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("reason", ["session", "stream"])
def test_a_run_that_somebody_wants_goes_on(reason: str, store: Store, tmp_path: Path) -> None:
    job = store.start(run(toys.gated, steps=1, place=str(tmp_path)), "a")
    if reason == "stream":
        job.watch(1)
    rounds = count_rounds(store, alive=reason == "session")
    rounds(5)
    assert not job.cancelled
    toys.say(tmp_path, "gate-0")
    assert len(ended(job).frames) == 1


@pytest.mark.usefixtures("hasty")
def test_the_janitor_survives_a_question_that_fails(store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    job = store.start(run(toys.gated, place=str(tmp_path)), "a")
    asked = threading.Event()

    def broken(session: str) -> bool:
        asked.set()
        raise RuntimeError("no runtime yet")

    store.alive = broken
    assert asked.wait(10)
    store.alive = lambda session: False
    ended(job)
    assert job.cancelled
    assert "no runtime yet" in caplog.text


def count_rounds(store: Store, *, alive: bool) -> Callable[[int], None]:
    """Waits for so many rounds of the janitor: it asks for a second run's session in each."""
    asked = threading.Semaphore(0)
    store.start(run(seed=99), "bystander")

    def answer(session: str) -> bool:
        if session == "bystander":
            asked.release()
            return True
        return alive

    store.alive = answer

    def wait(rounds: int) -> None:
        for _ in range(rounds):
            assert asked.acquire(timeout=10)

    return wait


def test_while_what_is_watched_fills_the_cache_one_run_is_computed_at_a_time(
    stores: Callable[[int], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CACHE_MB", 3)
    store = stores(2)
    watched = ended(store.start(run(steps=2, size=2 * MB), "a"))
    watched.watch(1)
    monkeypatch.setattr(settings, "CACHE_MB", 1)
    store.trim()
    waiting = [store.start(run(toys.gated, seed=seed, steps=1, place=str(tmp_path)), f"{seed}") for seed in (1, 2)]
    toys.wait_for(tmp_path, "at-0")
    assert [job.state for job in waiting] == ["running", "queued"]
    watched.watch(-1)
    store.trim()
    until(waiting[1], lambda: waiting[1].state == "running")
    toys.say(tmp_path, "gate-0")
    for job in waiting:
        assert ended(job).error is None
