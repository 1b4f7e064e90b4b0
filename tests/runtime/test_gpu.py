"""The lane of the GPU: a process of its own, which nothing else waits for; and what is said where there is no GPU."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import device
from engine.errors import DeviceError
from runtime import workers
from runtime.run import Run
from runtime.store import Store
from tests.engine.algorithms import ALGORITHMS
from tests.runtime import toys
from tests.runtime.helpers import ended, run, until

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def both() -> Iterator[Store]:
    """A store that believes in a GPU, whether there is one or not."""
    store = Store(1, gpu="cuda")
    yield store
    store.close()


TORCH = [case for case in ALGORITHMS if case.kind.torch]


def on_gpu(train, **params) -> Run:
    return Run(train, toys.Params(**params), (), "cuda")


def test_a_run_on_another_device_has_another_name() -> None:
    assert run().key != on_gpu(toys.count).key
    assert run().key == Run(toys.count, toys.Params(), (), "cpu").key


def test_the_gpu_has_a_process_of_its_own_and_neither_lane_waits_for_the_other(both: Store, tmp_path: Path) -> None:
    blocked = both.start(Run(toys.gated, toys.Params(steps=1, place=str(tmp_path)), (), "cuda"), "a")
    until(blocked, lambda: blocked.state == "running", 80)
    assert len(ended(both.start(run(place=str(tmp_path)), "b")).frames) == 5  # the CPU's lane is free
    toys.say(tmp_path, "gate-0")
    ended(blocked)
    assert len(ended(both.start(on_gpu(toys.count, place=str(tmp_path), seed=1), "a")).frames) == 5
    pids = {line.split()[1] for line in (tmp_path / "runs").read_text().splitlines()}
    assert len(pids) == 2
    assert str(os.getpid()) not in pids


def test_a_run_of_either_lane_that_is_computed_anew_is_counted(
    both: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "PRELOAD", "json")  # the process that comes for the lost one need not import all
    before = both.restarts
    for number, where in enumerate(("cuda", "cpu"), 1):
        place = tmp_path / where
        place.mkdir()
        toys.say(place, "go")
        job = both.start(Run(toys.stumble, toys.Params(place=str(place)), (), where), "a")
        until(job, lambda job=job: job.done, 80)
        assert (job.error, job.again) == (None, True)
        assert both.restarts == before + number


def test_a_gpu_that_cannot_be_used_says_why(both: Store) -> None:
    assert both._probe is not None
    until(both._probe, lambda: both._probe.done, 80)
    found, told = both.gpu
    if torch.cuda.is_available():
        assert (found, bool(told)) == ("cuda", True)
    else:
        assert found == "cpu"
        assert told in ("no_cuda_build", "no_device")


def test_without_a_gpu_nothing_is_started_for_one_and_a_run_that_wants_it_is_refused(store: Store) -> None:
    assert store.gpu == ("cpu", "none")
    assert len(store.processes) <= 1
    with pytest.raises(DeviceError):
        store.start(on_gpu(toys.count), "a")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="this machine has one")
def test_apples_gpu_is_refused_where_there_is_none() -> None:
    with device.on("mps"), pytest.raises(DeviceError):
        device.here()


def test_a_run_computed_in_line_is_told_its_device(inline: Store) -> None:
    job = inline.start(Run(device.probe, toys.Params(), (), "cuda"), "a")
    if torch.cuda.is_available():
        assert job.frames
    else:
        assert job.error is not None
        assert job.error.code in ("no_cuda_build", "no_device")


@pytest.mark.parametrize("case", TORCH, ids=str)
def test_a_kind_that_offers_the_gpu_computes_there_and_finds_the_same(case) -> None:
    """Where there is none it is refused, and not computed on the CPU under the GPU's name."""
    with device.on("cuda"):
        if not torch.cuda.is_available():
            with pytest.raises(DeviceError):
                list(case.opening())
            return
        there = list(case.opening())
    for one, other in zip(case.opening(), there, strict=True):
        assert one.numbers() == pytest.approx(other.numbers(), rel=1e-4, abs=1e-4)
