"""Looking after jobs, with the lock in the hand of the test in place of a process."""

from __future__ import annotations

import time

import pytest

from snntrainer3d.errors import ConflictError, StorageError
from snntrainer3d.events import Cancelled, Event, Failed, Finished, Interrupted, Prepared, StateChanged
from snntrainer3d.jobs import JobRunner, parent
from snntrainer3d.jobs.control import read_order
from snntrainer3d.runs import RecordWriter, RunFolder, RunStore, append_event, read_record
from snntrainer3d.spec import RunSpec


@pytest.fixture
def runner(store: RunStore) -> JobRunner:
    """Give a runner that has no free slot."""
    return JobRunner(store, slots=0)


def begin(store: RunStore, spec: RunSpec, *events: Event) -> RunFolder:
    """Make a run as a process has that just began it."""
    row = store.create(spec)
    assert store.claim(row.id)
    folder = store.folder(row.id)
    for event in (StateChanged(state="running"), *events):
        append_event(folder.events, event)
    return folder


def status(store: RunStore, run: RunFolder) -> str:
    return store.get(run.id).status


@pytest.mark.slow
def test_a_job_is_alive_while_its_lock_is_held(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    run = begin(store, quick)
    with run.hold():
        runner.look_after()
        assert status(store, run) == "running"
    runner.look_after()
    assert status(store, run) == "interrupted"
    last = read_record(run.events).events[-1]
    assert isinstance(last, Interrupted)
    assert "vanished" in last.last_words
    runner.look_after()
    assert read_record(run.events).events[-1] == last


def test_a_job_that_ended_in_its_record_is_not_interrupted(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    run = begin(store, quick, Finished(results={"test": {"accuracy": 1.0}}))
    runner.look_after()
    assert status(store, run) == "finished"
    assert len(read_record(run.events).events) == 2


def test_a_paused_job_that_vanished_is_noticed_too(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    run = begin(store, quick, StateChanged(state="paused"))
    run.log.write_text("last line\n")
    runner.look_after()
    assert status(store, run) == "interrupted"
    assert store.get(run.id).last_words.endswith("last line")


def test_a_process_is_given_time_to_take_its_lock(
    store: RunStore, runner: JobRunner, quick: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = store.create(quick)
    store.claim(row.id)
    runner.look_after()
    assert store.get(row.id).status == "running"
    for shift in (1.0 + parent.START_PATIENCE_S, -1.0 - parent.START_PATIENCE_S):
        now = time.time() + shift
        with monkeypatch.context() as patched:
            patched.setattr(time, "time", lambda now=now: now)
            runner.look_after()
        assert store.get(row.id).status == "interrupted", "even when the clock was set back"
        store.enqueue(row.id)
        store.claim(row.id)


def test_a_command_that_never_began_its_run_leaves_none_queued(
    store: RunStore, runner: JobRunner, quick: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = store.create(quick, launcher="cli")
    runner.tick()
    assert store.get(row.id).status == "queued"
    monkeypatch.setattr(parent, "START_PATIENCE_S", 0.0)
    runner.tick()
    assert store.get(row.id).status == "interrupted"


def test_a_command_that_was_killed_is_noticed(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    row = store.create(quick, launcher="cli")
    run = store.folder(row.id)
    with run.hold():
        append_event(run.events, StateChanged(state="running"))
        runner.look_after()
        assert status(store, run) == "running"
    runner.look_after()
    assert status(store, run) == "interrupted"


def test_a_torn_record_is_mended_when_its_job_vanished(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    run = begin(store, quick)
    with run.events.open("ab") as file:
        file.write(b'{"kind":"upda')
    runner.look_after()
    assert [event.kind for event in read_record(run.events).events] == ["state", "interrupted"]
    assert store.get(run.id).damaged_lines == 0


def test_a_queued_run_is_cancelled_at_once(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    row = store.create(quick)
    assert runner.start(row.id).queue_position == 1
    assert runner.cancel(row.id).status == "cancelled"
    assert isinstance(read_record(store.folder(row.id).events).events[-1], Cancelled)
    assert store.unfinished() == []


@pytest.mark.slow
def test_orders_reach_the_running_job(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    run = begin(store, quick)
    with run.hold():
        runner.pause(run.id)
        assert read_order(run.control).want == "pause"
        runner.resume(run.id)
        assert read_order(run.control).want == "run"
        append_event(run.events, StateChanged(state="paused"))
        runner.step(run.id)
        runner.step(run.id)
        assert read_order(run.control).steps == 2
        runner.resume(run.id)
        assert read_order(run.control).want == "run"
        runner.cancel(run.id)
        assert read_order(run.control).want == "cancel"
        with pytest.raises(ConflictError, match="being cancelled"):
            runner.resume(run.id)


@pytest.mark.slow
def test_what_is_not_possible_now_is_told(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    queued = store.create(quick)
    running = begin(store, quick)
    finished = begin(store, quick, Finished(results={}))
    with running.hold():
        for order, run in [
            (runner.pause, queued),
            (runner.resume, queued),
            (runner.step, queued),
            (runner.start, running),
            (runner.resume, running),
            (runner.step, running),
            (runner.start, finished),
            (runner.pause, finished),
            (runner.resume, finished),
            (runner.cancel, finished),
        ]:
            with pytest.raises(ConflictError):
                order(run.id)


@pytest.mark.slow
def test_resuming_queues_a_run_with_a_clean_order(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    run = begin(store, quick)
    with run.hold():
        runner.cancel(run.id)
        append_event(run.events, Cancelled())
    assert runner.resume(run.id).status == "queued"
    assert read_order(run.control).want == "run"
    assert store.get(run.id).queue_position == 1


@pytest.mark.slow
def test_paused_jobs_leave_their_slot_to_others(
    store: RunStore, quick: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(JobRunner, "_spawn", lambda _, folder: started.append(folder.id))
    runner = JobRunner(store, slots=1)
    queued = [store.create(quick).id for _ in range(3)]
    store.create(quick, launcher="cli")
    runner.tick()
    runner.tick()
    assert started == queued[:1]
    append_event(store.folder(queued[0]).events, StateChanged(state="paused"))
    runner.tick()
    assert started == queued[:2]
    append_event(store.folder(queued[1]).events, Finished(results={}))
    runner.tick()
    assert started == queued
    assert [row.queue_position for row in store.list()] == [None, None, None, None]


def test_a_process_that_cannot_be_started_is_told(
    store: RunStore, quick: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(parent.subprocess, "Popen", fail)
    run = store.create(quick)
    detail = JobRunner(store, slots=1).start(run.id)
    assert detail.status == "failed"
    assert detail.error is not None
    assert "Cannot allocate memory" in detail.error["message"]


def test_a_full_disk_does_not_keep_a_dead_job_running(
    store: RunStore, runner: JobRunner, quick: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(store, quick)

    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(RecordWriter, "write", full)
    runner.look_after()
    assert status(store, run) == "interrupted"


@pytest.mark.slow
def test_a_run_whose_folder_was_removed_does_not_run_for_ever(
    store: RunStore, runner: JobRunner, quick: RunSpec
) -> None:
    run = begin(store, quick)
    runner.pause(run.id)
    run.path.rename(store.home / "elsewhere")
    runner.look_after()
    assert status(store, run) == "interrupted"
    assert not run.path.exists()


@pytest.mark.slow
def test_one_damaged_run_does_not_keep_others_waiting(
    store: RunStore, runner: JobRunner, quick: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged, other = begin(store, quick), begin(store, quick)
    real = store.sync

    def sync(run: str) -> bool:
        if run == damaged.id:
            raise StorageError("cannot be read")
        return real(run)

    monkeypatch.setattr(store, "sync", sync)
    runner.look_after()
    assert (status(store, damaged), status(store, other)) == ("running", "interrupted")


def test_failures_of_a_job_reach_its_row(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    body = StorageError("The disk is full.").body()
    run = begin(store, quick, Failed(error=body, last_words="bye"))
    runner.look_after()
    assert store.get(run.id).error == body["error"]


def test_points_come_in_with_every_tick(store: RunStore, runner: JobRunner, quick: RunSpec) -> None:
    prepared = Prepared(
        engine="reference",
        threads=1,
        parameters=1,
        train_samples=1,
        validation_samples=0,
        test_samples=1,
        updates_per_epoch=6,
        total_updates=12,
    )
    run = begin(store, quick, prepared)
    with run.hold():
        runner.tick()
        progress = store.get(run.id).progress
    assert progress is not None
    assert progress.total_updates == 12
