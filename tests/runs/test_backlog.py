"""Which records are read at once, which in time, and that nothing of them is left."""

from __future__ import annotations

import pytest

from snntrainer3d.events import Cancelled, EpochDone, Phase, StateChanged, Update
from snntrainer3d.runs import RecordWriter, RunFolder, RunStore, backlog
from snntrainer3d.spec import RunSpec


@pytest.fixture
def run(store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """Give a run that began, all of it taken, whose points are never due by time alone."""
    monkeypatch.setattr(backlog, "POINTS_PERIOD_S", 3600.0)
    found = store.folder(store.create(spec).id)
    with RecordWriter(found.events) as record:
        record.write(StateChanged(state="running"))
    assert store.sync_in_time(found.id)
    return found


def point(number: int) -> Update:
    return Update(update=number, epoch=1, loss=1.0, accuracy=0.5, learning_rate=0.1, samples_per_second=1.0, rates=[])


def epoch(number: int) -> EpochDone:
    return EpochDone(epoch=1, update=number, train_loss=1.0, train_accuracy=0.5, rates=[], seconds=1.0)


def points(store: RunStore, run: RunFolder) -> list[int]:
    return [event.update for event in store.metrics(run.id).updates]


def test_points_wait_until_they_are_due(store: RunStore, run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    with RecordWriter(run.events) as record:
        for number in (1, 2):
            record.write(point(number))
            assert not store.sync_in_time(run.id)
    assert points(store, run) == []
    monkeypatch.setattr(backlog, "POINTS_PERIOD_S", 0.0)
    assert store.sync_in_time(run.id)
    assert points(store, run) == [1, 2]
    assert not store.sync_in_time(run.id), "nothing is left"


@pytest.mark.parametrize("last", [epoch(2), Cancelled(), StateChanged(state="paused")])
def test_what_changes_the_run_is_taken_at_once_with_all_before_it(
    store: RunStore, run: RunFolder, last: EpochDone | Cancelled | StateChanged
) -> None:
    with RecordWriter(run.events) as record:
        record.write(point(1))
        record.write(Phase(phase="validating"))
        assert not store.sync_in_time(run.id)
        record.write(last)
        assert store.sync_in_time(run.id)
    assert points(store, run) == [1]


def test_a_line_half_written_is_looked_at_again_when_it_is_whole(store: RunStore, run: RunFolder) -> None:
    with RecordWriter(run.events) as record:
        record.write(point(1))
    whole = run.events.read_bytes()
    with RecordWriter(run.events) as record:
        record.write(Cancelled())
    cancelled = run.events.read_bytes()
    half = (len(whole) + len(cancelled)) // 2
    run.events.write_bytes(cancelled[:half])
    assert not store.sync_in_time(run.id)
    run.events.write_bytes(cancelled)
    assert store.sync_in_time(run.id)
    assert store.get(run.id).status == "cancelled"


def test_a_record_that_has_become_shorter_is_read(store: RunStore, run: RunFolder) -> None:
    with RecordWriter(run.events) as record:
        record.write(point(1))
        record.write(epoch(1))
    assert store.sync_in_time(run.id)
    run.events.write_bytes(b"")
    store.sync_in_time(run.id)
    with RecordWriter(run.events) as record:
        record.write(Cancelled())
    assert store.sync_in_time(run.id)
    assert store.get(run.id).status == "cancelled"
    assert points(store, run) == []
