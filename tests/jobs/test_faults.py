"""Disks that are full, clocks that jump, processes that are suspended: told, and gone on from to the same weights."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from snntrainer3d.errors import StorageError
from snntrainer3d.events import Interrupted
from snntrainer3d.jobs import JobRunner, run_job
from snntrainer3d.runs import RunStore, read_record
from snntrainer3d.spec import RunSpec
from stepping import in_the_middle, released

SMALL_BYTES = 3 << 20
PATIENCE_S = 600.0


def weights_equal(store: RunStore, one: str, elsewhere: RunStore, other: str) -> None:
    first, second = store.trained(one), elsewhere.trained(other)
    for name, array in first.tensors.items():
        np.testing.assert_array_equal(array, second.tensors[name], err_msg=name)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_BYTES}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte of a disk free."""
    filling = disk / "filling"
    with filling.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return filling


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="disks are mounted as Linux does it")
def test_a_full_disk_is_told_and_the_run_goes_on_once_there_is_space(
    small_disk: Path, store: RunStore, spec_of: Callable[..., RunSpec]
) -> None:
    spec = spec_of(epochs=6)
    with RunStore(small_disk / "home") as full:
        run = full.create(spec, launcher="cli").id
        seen: list[str] = []

        def meddle(event: object) -> None:
            seen.append(type(event).__name__)
            if seen.count("EpochDone") == 2 and not (small_disk / "filling").exists():
                fill(small_disk)

        with pytest.raises(StorageError, match=r"cannot be written|disk is full"):
            run_job(full.folder(run), meddle)
        before = [point.epoch for point in _epochs(full, run)]
        with pytest.raises(StorageError):
            full.create(spec)
        assert before == [1, 2]
        (small_disk / "filling").unlink()
        assert run_job(full.folder(run)) is not None
        full.sync(run)
        assert [point.epoch for point in full.metrics(run).epochs] == list(range(1, 7))
        undisturbed = store.create(spec, launcher="cli").id
        run_job(store.folder(undisturbed))
        weights_equal(full, run, store, undisturbed)


def _epochs(store: RunStore, run: str) -> list:
    return [event for event in read_record(store.folder(run).events).events if type(event).__name__ == "EpochDone"]


@pytest.mark.slow
def test_a_clock_that_jumps_changes_times_alone(
    store: RunStore, quick: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, jump = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + jump[0])
    runs = []
    for jumps in ((0.0,), (-90_000.0, 90_000.0, -1e9)):
        left = list(jumps)
        run = store.create(quick, launcher="cli").id
        run_job(store.folder(run), lambda _event, left=left: jump.__setitem__(0, left.pop() if left else jump[0]))
        store.sync(run)
        runs.append(run)
        assert store.get(run).status == "finished"
        assert [point.epoch for point in store.metrics(run).epochs] == [1, 2]
    weights_equal(store, runs[0], store, runs[1])
    jump[0] = -1e9
    JobRunner(store).look_after()
    assert {row.status for row in store.list()} == {"finished"}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="processes are suspended by a signal")
def test_a_suspended_job_is_not_taken_for_dead_and_goes_on(
    store: RunStore, waiting: RunSpec, spec_of: Callable[..., RunSpec]
) -> None:
    runner = JobRunner(store, slots=1)
    run = store.create(waiting).id
    runner.start(run)

    def until(met: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not met():
            assert time.monotonic() < give_up, store.get(run)
            runner.tick()
            time.sleep(0.05)

    until(lambda: bool(in_the_middle(store, 3)))
    process = runner._processes[run]
    process.send_signal(signal.SIGSTOP)
    for _ in range(10):
        JobRunner(store, slots=0).look_after()
        runner.tick()
        time.sleep(0.1)
    assert store.get(run).status == "paused"
    process.send_signal(signal.SIGCONT)
    with released(store):
        until(lambda: store.get(run).status == "finished")
    process.wait(PATIENCE_S)
    assert not [event for event in read_record(store.folder(run).events).events if isinstance(event, Interrupted)]
    undisturbed = store.create(spec_of(epochs=3), launcher="cli").id
    run_job(store.folder(undisturbed))
    weights_equal(store, run, store, undisturbed)
