"""A run in this process: all its files, its faults told, cancelled and gone on with."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from snntrainer3d.analysis import metrics_csv
from snntrainer3d.errors import ConflictError, DataUnavailableError, FailureError, MismatchError, StorageError
from snntrainer3d.events import Cancelled, EpochDone, Event, Failed, Finished, Notice, Phase, Prepared, StateChanged
from snntrainer3d.exports import from_safetensors
from snntrainer3d.frames import decode_frame, make_frame
from snntrainer3d.jobs import job, run_job
from snntrainer3d.jobs.control import Order, give_order
from snntrainer3d.jobs.sink import FolderSink
from snntrainer3d.runs import RunFolder, RunStore, read_record
from snntrainer3d.spec import RunSpec
from snntrainer3d.training import Checkpoint

pytestmark = pytest.mark.slow


def events_of(run: RunFolder) -> tuple[Event, ...]:
    return read_record(run.events).events


def test_a_run_leaves_everything_in_its_folder(store: RunStore, quick: RunSpec) -> None:
    row = store.create(quick, launcher="cli")
    run = store.folder(row.id)
    told: list[Event] = []
    results = run_job(run.path, told.append)
    assert results == run.read_results()
    assert tuple(told) == events_of(run)
    assert isinstance(told[0], StateChanged)
    assert isinstance(told[-1], Finished)
    assert [event.epoch for event in told if isinstance(event, EpochDone)] == [1, 2]
    store.sync(row.id)
    assert store.get(row.id).status == "finished"
    assert store.get(row.id).test_accuracy == results["test"]["accuracy"]
    assert [found.update for found in store.checkpoints(row.id)] == [6, 12]
    trained = from_safetensors(run.weights.read_bytes())
    assert trained.training == quick.training
    frame = decode_frame(store.newest_frame(row.id))
    assert (frame.run, frame.update) == (row.id, 12)
    weights = [trained.tensors[f"layers.{layer}.weight"] for layer in range(2)]
    for shown, exact in zip(frame.layers, make_frame("", 0, 0, 0, weights).layers, strict=True):
        np.testing.assert_array_equal(shown.values, exact.values)
    assert [found.update for found in store.snapshots(row.id)][-1] == 12
    assert decode_frame(store.read_snapshot(row.id, 0)).update == 0
    assert run.metrics.read_text() == metrics_csv(told)


def test_short_epochs_do_not_wait_for_the_disk_each(
    store: RunStore, quick: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (waits.append(handle), real(handle))[1])
    monkeypatch.setattr("snntrainer3d.jobs.sink.SYNC_PERIOD_S", 3600.0)
    many = RunSpec(network=quick.network, training=quick.training.changed(epochs=30))
    run_job(store.folder(store.create(many, launcher="cli").id))
    assert 0 < len(waits) < 30


def test_a_finished_run_is_not_run_again(store: RunStore, quick: RunSpec) -> None:
    run = store.folder(store.create(quick, launcher="cli").id)
    run_job(run)
    before = run.events.read_bytes()
    with pytest.raises(ConflictError, match="finished"):
        run_job(run)
    assert run.events.read_bytes() == before


def test_one_process_works_on_a_run(store: RunStore, quick: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "LOCK_PATIENCE_S", 0.05)
    run = store.folder(store.create(quick, launcher="cli").id)
    with run.hold():
        assert run.busy()
        with pytest.raises(ConflictError, match="Another process"):
            run_job(run)
    assert not run.busy()
    assert not run.events.exists()


def stop_after(run: RunFolder, updates: int) -> job.OnEvent:
    def hear(event: Event) -> None:
        if event.kind == "update" and event.update == updates:
            give_order(run.control, Order(want="cancel"))

    return hear


@pytest.fixture
def _attentive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snntrainer3d.jobs.control.POLL_S", 0.0)


@pytest.mark.usefixtures("_attentive")
@pytest.mark.parametrize("updates", [3, 6, 8])
def test_a_cancelled_run_goes_on_to_the_same_weights(store: RunStore, quick: RunSpec, updates: int) -> None:
    whole = store.folder(store.create(quick, launcher="cli").id)
    run_job(whole)
    run = store.folder(store.create(quick, launcher="cli").id)
    assert run_job(run, stop_after(run, updates)) is None
    assert isinstance(events_of(run)[-1], Cancelled)
    assert not run.results.exists()
    store.sync(run.id)
    assert store.get(run.id).status == "cancelled"
    give_order(run.control, Order())
    results = run_job(run)
    assert results is not None
    assert results["test"] == whole.read_results()["test"]
    assert run.weights.read_bytes() == whole.weights.read_bytes()
    store.sync(run.id)
    store.sync(whole.id)
    prepared = [event.first_update for event in events_of(run) if isinstance(event, Prepared)]
    assert prepared == [0, updates]
    assert [point.update for point in store.metrics(run.id).updates] == list(range(1, 13))
    assert [point.train_loss for point in store.metrics(run.id).epochs] == [
        point.train_loss for point in store.metrics(whole.id).epochs
    ]
    for row in store.snapshots(whole.id):
        shown, exact = (decode_frame(store.read_snapshot(which.id, row.index)) for which in (run, whole))
        for found, wanted in zip(shown.layers, exact.layers, strict=True):
            np.testing.assert_array_equal(found.values, wanted.values)


@pytest.mark.usefixtures("_attentive")
def test_a_damaged_checkpoint_falls_back_and_says_so(store: RunStore, spec_of: Callable[..., RunSpec]) -> None:
    spec = spec_of(epochs=3)
    run = store.folder(store.create(spec, launcher="cli").id)
    run_job(run, stop_after(run, 14))
    newest = store.checkpoints(run.id)[-1]
    assert newest.update == 14
    (run.checkpoints / newest.file).write_bytes(b"damaged")
    give_order(run.control, Order())
    told: list[Event] = []
    run_job(run, told.append)
    notice = next(event for event in told if isinstance(event, Notice) and event.code == "checkpoint_damaged")
    assert newest.file in notice.text
    assert next(event.first_update for event in told if isinstance(event, Prepared)) == 12


@pytest.mark.usefixtures("_attentive")
def test_without_a_checkpoint_a_run_begins_anew_and_says_so(store: RunStore, quick: RunSpec) -> None:
    run = store.folder(store.create(quick, launcher="cli").id)
    give_order(run.control, Order(want="cancel"))
    assert run_job(run) is None
    for path in run.checkpoints.iterdir():
        path.unlink()
    give_order(run.control, Order())
    told: list[Event] = []
    assert run_job(run, told.append) is not None
    assert any(isinstance(event, Notice) and event.code == "begun_anew" for event in told)
    assert not any(isinstance(event, Notice) and event.code == "begun_anew" for event in events_of(run)[:3])


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_killed_between_a_checkpoint_and_its_epochs_event_nothing_is_missing(
    store: RunStore, spec_of: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch, epoch: int
) -> None:
    spec = spec_of(epochs=3, validation_share=0.1)
    whole, run = (store.folder(store.create(spec, launcher="cli").id) for _ in range(2))
    run_job(whole)
    real = FolderSink.checkpoint

    def dying(sink: FolderSink, checkpoint: Checkpoint) -> None:
        real(sink, checkpoint)
        if checkpoint.epoch == epoch:
            raise SystemExit  # leaves the record as a kill does

    with monkeypatch.context() as patched:
        patched.setattr(FolderSink, "checkpoint", dying)
        with pytest.raises(SystemExit):
            run_job(run)
    assert run_job(run) is not None
    assert run.weights.read_bytes() == whole.weights.read_bytes()
    for each in (run, whole):
        store.sync(each.id)
    found, wanted = (store.metrics(each.id).epochs for each in (run, whole))
    assert [(point.epoch, point.train_loss, point.validation_loss) for point in found] == [
        (point.epoch, point.train_loss, point.validation_loss) for point in wanted
    ]


def test_a_run_starts_from_the_weights_of_another(store: RunStore, quick: RunSpec) -> None:
    first = store.folder(store.create(quick, launcher="cli").id)
    run_job(first)
    following = store.folder(store.create(quick, start_from=first.id, launcher="cli").id)
    run_job(following)
    last = decode_frame(store.read_snapshot(first.id, store.snapshots(first.id)[-1].index))
    begun = decode_frame(store.read_snapshot(following.id, 0))
    np.testing.assert_array_equal(begun.layers[0].values, last.layers[0].values)


def test_a_signal_cancels_with_a_checkpoint(store: RunStore, endless: RunSpec) -> None:
    run = store.folder(store.create(endless, launcher="cli").id)

    def hear(event: Event) -> None:
        if event.kind == "prepared":
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    assert run_job(run, hear) is None
    assert signal.getsignal(signal.SIGTERM) is before
    assert isinstance(events_of(run)[-1], Cancelled)
    assert len(store.checkpoints(run.id)) == 1


def test_a_second_ctrl_c_does_not_wait(store: RunStore, endless: RunSpec) -> None:
    run = store.folder(store.create(endless, launcher="cli").id)

    def hear(event: Event) -> None:
        if event.kind == "state":
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    assert run_job(run, hear) is None
    assert isinstance(events_of(run)[-1], Cancelled)
    assert not run.busy()


def test_a_download_is_left_when_the_run_is_cancelled(
    store: RunStore, quick: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.folder(store.create(quick, launcher="cli").id)

    def slow_download(_name: str, *, progress: object) -> None:
        progress("downloading", 0.1, "a file")  # type: ignore[operator]
        run.control.write_text('{"want":"cancel"}')
        for _ in range(1000):
            progress("downloading", 0.2, "a file")  # type: ignore[operator]
            monkeypatch.setattr("snntrainer3d.jobs.control.POLL_S", 0.0)
        raise AssertionError("was not left")

    monkeypatch.setattr("snntrainer3d.jobs.control.POLL_S", 0.0)
    monkeypatch.setattr(job, "load", slow_download)
    assert run_job(run) is None
    phases = [event for event in events_of(run) if isinstance(event, Phase)]
    assert [(phase.phase, phase.share) for phase in phases] == [("loading", None), ("downloading", 0.1)]


def raising(error: Exception) -> object:
    def load(*_: object, **__: object) -> None:
        raise error

    return load


FAULTS = [
    (DataUnavailableError("No data.", hint="Put it there."), DataUnavailableError, "No data."),
    (OSError(28, "No space left on device"), StorageError, "disk is full"),
    (MemoryError(), FailureError, "memory"),
    (RuntimeError("DefaultCPUAllocator: can't allocate memory"), FailureError, "memory"),
    (ZeroDivisionError("surprise"), FailureError, "not foreseen in jobs/job.py, line "),
]


@pytest.mark.parametrize(("raised", "kind", "words"), FAULTS)
def test_every_fault_is_told_once_and_in_the_record(
    store: RunStore,
    quick: RunSpec,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    kind: type[Exception],
    words: str,
) -> None:
    monkeypatch.setattr(job, "load", raising(raised))
    row = store.create(quick, launcher="cli")
    with pytest.raises(kind, match=words):
        run_job(store.folder(row.id))
    last = events_of(store.folder(row.id))[-1]
    assert isinstance(last, Failed)
    assert words in last.error["error"]["message"]
    store.sync(row.id)
    detail = store.get(row.id)
    assert detail.status == "failed"
    assert detail.error is not None
    assert words in detail.error["message"]
    if isinstance(raised, ZeroDivisionError):
        assert "surprise" not in json.dumps(detail.error)
        assert "test_job.py" in detail.last_words


def test_damaged_start_weights_are_told(store: RunStore, quick: RunSpec) -> None:
    run = store.folder(store.create(quick, launcher="cli").id)
    run.start.write_bytes(b"nonsense")
    with pytest.raises(Exception, match=r"start\.safetensors is damaged"):
        run_job(run)
    assert isinstance(events_of(run)[-1], Failed)


def test_a_disk_that_fills_up_ends_the_run_with_whole_files(
    store: RunStore, quick: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.folder(store.create(quick, launcher="cli").id)
    real = os.fsync
    calls = 0

    def filling(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 4:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("os.fsync", filling)
    with pytest.raises(StorageError, match="No space left"):
        run_job(run)
    monkeypatch.undo()
    assert not run.busy()
    assert not run.results.exists()
    assert not [path for path in run.path.rglob("*") if path.suffix == ".part"]
    assert run_job(run) is not None


def test_a_folder_without_a_spec_or_at_all_is_told(tmp_path: Path, store: RunStore, quick: RunSpec) -> None:
    with pytest.raises(Exception, match="gone"):
        run_job(tmp_path / "none")
    run = store.folder(store.create(quick, launcher="cli").id)
    run.spec.unlink()
    with pytest.raises(Exception, match="no file"):
        run_job(run)
    assert isinstance(events_of(run)[-1], Failed)


def test_weights_of_another_network_in_the_folder_are_told(store: RunStore, quick: RunSpec) -> None:
    run = store.folder(store.create(quick, launcher="cli").id)
    run.start.write_bytes(safetensors.numpy.save({"layers.0.weight": np.zeros((2, 2), np.float32)}))
    with pytest.raises(MismatchError):
        run_job(run)
