"""Jobs as real processes: queue, orders, kills, and servers that go and come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from interruptible import interruptible
from snntrainer3d.events import ENDED, Interrupted, Prepared
from snntrainer3d.frames import decode_frame
from snntrainer3d.jobs import JobRunner, run_job
from snntrainer3d.runs import RunDetail, RunStore, read_record
from snntrainer3d.spec import RunSpec
from stepping import let, released

pytestmark = pytest.mark.slow
PATIENCE_S = 600.0
SERVER = """
import sys, time
from pathlib import Path
from snntrainer3d.jobs import JobRunner
from snntrainer3d.runs import RunStore
store = RunStore(Path(sys.argv[1]))
runner = JobRunner(store)
for run in sys.argv[2:]:
    runner.start(run)
    print(runner._processes[run].pid, flush=True)
while True:
    runner.tick()
    time.sleep(0.05)
"""


class Server:
    """A runner that ticks while one waits, and leaves no process behind."""

    def __init__(self, store: RunStore, slots: int | None = None) -> None:
        self.store = store
        self.runner = JobRunner(store, slots)

    def until(self, run: str, met: Callable[[RunDetail], bool]) -> RunDetail:
        give_up = time.monotonic() + PATIENCE_S
        while not met(found := self.store.get(run)):
            assert time.monotonic() < give_up, f"{found.status}: {found.error} {found.last_words}"
            self.runner.tick()
            time.sleep(0.05)
        return found

    def until_status(self, run: str, *wanted: str) -> RunDetail:
        return self.until(run, lambda found: found.status in wanted or found.status in ENDED)

    def until_update(self, run: str, update: int) -> RunDetail:
        return self.until(run, lambda found: found.progress is not None and found.progress.update >= update)

    def pid(self, run: str) -> int:
        return self.runner._processes[run].pid

    def close(self) -> None:
        for process in self.runner._processes.values():
            process.kill()
            process.wait()


@pytest.fixture
def server(store: RunStore) -> Iterator[Server]:
    opened = Server(store, slots=1)
    yield opened
    opened.close()


def weights_equal(store: RunStore, one: str, other: str) -> None:
    first, second = store.trained(one), store.trained(other)
    for name, array in first.tensors.items():
        np.testing.assert_array_equal(array, second.tensors[name], err_msg=name)


def test_one_slot_runs_the_queue_in_order(server: Server, quick: RunSpec) -> None:
    store = server.store
    queued = [store.create(quick).id for _ in range(3)]
    server.runner.start(queued[2])
    assert [store.get(run).status for run in queued] == ["running", "queued", "queued"]
    assert [store.get(run).queue_position for run in queued] == [None, 1, 2]
    details = [server.until_status(run, "finished") for run in queued]
    assert [found.status for found in details] == ["finished"] * 3
    started = [found.started_at or 0.0 for found in details]
    assert started == sorted(started)
    assert (details[0].ended_at or 0.0) <= started[1]
    weights_equal(store, queued[0], queued[2])


def test_a_job_is_paused_stepped_resumed_and_cancelled(server: Server, spec_of: Callable[..., RunSpec]) -> None:
    store, runner = server.store, server.runner
    run = store.create(spec_of(epochs=100_000, pace="slow")).id
    runner.start(run)
    server.until_update(run, 3)
    runner.pause(run)
    paused = server.until_status(run, "paused")
    assert paused.status == "paused"
    store.sync(run)
    held = store.get(run).progress
    assert held is not None
    assert store.checkpoints(run)[-1].update == held.update
    time.sleep(0.5)
    store.sync(run)
    assert store.get(run).progress == held
    runner.step(run)
    runner.step(run)
    server.until_update(run, held.update + 2)
    time.sleep(0.3)
    store.sync(run)
    stepped = store.get(run).progress
    assert stepped is not None
    assert stepped.update == held.update + 2
    assert decode_frame(store.newest_frame(run)).update == held.update + 2
    runner.resume(run)
    assert server.until_status(run, "running").status == "running"
    server.until_update(run, held.update + 5)
    runner.cancel(run)
    assert server.until_status(run, "cancelled").status == "cancelled"
    assert not store.folder(run).busy()


def test_at_pace_update_each_update_waits_for_a_step(server: Server, spec_of: Callable[..., RunSpec]) -> None:
    store, runner = server.store, server.runner
    run = store.create(spec_of(epochs=1, pace="update")).id
    runner.start(run)
    server.until_status(run, "paused")
    for update in range(1, 7):
        runner.step(run)
        server.until_update(run, update)
    assert server.until_status(run, "finished").status == "finished"


def test_a_killed_job_is_interrupted_and_resumed_to_the_same_weights(
    server: Server, waiting: RunSpec, spec_of: Callable[..., RunSpec]
) -> None:
    store, runner = server.store, server.runner
    run = store.create(waiting).id
    runner.start(run)
    let(store, 10)
    server.until_update(run, 10)
    os.kill(server.pid(run), signal.SIGKILL)
    found = server.until_status(run, "interrupted")
    assert found.status == "interrupted"
    assert "signal 9 (SIGKILL)" in found.last_words
    assert "memory" in found.last_words
    assert isinstance(read_record(store.folder(run).events).events[-1], Interrupted)
    runner.resume(run)
    with released(store):
        assert server.until_status(run, "finished").status == "finished"
    prepared = [event for event in read_record(store.folder(run).events).events if isinstance(event, Prepared)]
    assert prepared[0].first_update == 0
    assert prepared[1].first_update % 6 == 0
    assert prepared[1].first_update >= 6
    undisturbed = store.create(spec_of(epochs=3), launcher="cli").id
    run_job(store.folder(undisturbed))
    weights_equal(store, run, undisturbed)
    assert [point.update for point in store.metrics(run).updates] == list(range(1, 19))
    assert [point.epoch for point in store.metrics(run).epochs] == [1, 2, 3]


def test_a_job_that_crashes_leaves_its_last_words(server: Server, endless: RunSpec) -> None:
    run = server.store.create(endless).id
    server.runner.start(run)
    server.until_update(run, 10)
    os.kill(server.pid(run), signal.SIGSEGV)
    found = server.until_status(run, "interrupted")
    assert "SIGSEGV" in found.last_words
    assert "jobs/child.py" in found.last_words, "faulthandler tells where"


def test_a_job_told_to_terminate_keeps_a_checkpoint(server: Server, endless: RunSpec) -> None:
    run = server.store.create(endless).id
    server.runner.start(run)
    server.until_update(run, 10)
    os.kill(server.pid(run), signal.SIGTERM)
    assert server.until_status(run, "cancelled").status == "cancelled"
    assert server.store.checkpoints(run)


def test_a_job_that_cannot_begin_says_why(server: Server, quick: RunSpec) -> None:
    run = server.store.create(quick).id
    server.store.folder(run).spec.write_text('{"network": 5}')
    server.runner.start(run)
    found = server.until_status(run, "failed")
    assert found.error is not None
    assert found.error["code"] == "spec"


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_job_outlives_its_server_and_the_next_one_takes_over(
    store: RunStore, waiting: RunSpec, end: signal.Signals
) -> None:
    run = store.create(waiting).id
    command = [sys.executable, "-c", SERVER, str(store.home), run]
    with interruptible():
        first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with first:
        assert first.stdout is not None
        pid = int(first.stdout.readline())
        second = Server(store)
        let(store, 3)
        second.until_update(run, 3)
        first.send_signal(end)
        first.wait()
    let(store, 12)
    seen = second.until_update(run, 12)
    assert seen.status == "paused"
    if end == signal.SIGINT:
        with released(store):
            assert second.until_status(run, "finished").status == "finished"
        return
    os.kill(pid, signal.SIGKILL)
    found = second.until_status(run, "interrupted")
    assert found.status == "interrupted"
    assert "vanished" in found.last_words
    second.runner.resume(run)
    with released(store):
        assert second.until_status(run, "finished").status == "finished"
    second.close()


def test_a_queue_left_by_a_server_is_started_by_the_next(store: RunStore, quick: RunSpec) -> None:
    run = store.create(quick).id
    later = Server(store)
    assert later.until_status(run, "finished").status == "finished"
    later.close()
