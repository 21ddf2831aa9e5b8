"""From record to rows: each line once, torn and damaged ones told apart, whoever reads how often."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import event, insert, select

from snntrainer3d.analysis import history_of
from snntrainer3d.errors import FailureError
from snntrainer3d.events import (
    Cancelled,
    EpochDone,
    Event,
    Failed,
    Finished,
    Interrupted,
    Prepared,
    StateChanged,
    Update,
)
from snntrainer3d.runs import RecordWriter, RunStore, append_event, read_record
from snntrainer3d.runs.tables import RUNS
from snntrainer3d.spec import RunSpec

UPDATES = 3000
SYNCER = """
import sys
from pathlib import Path
from snntrainer3d.runs import RunStore
with RunStore(Path(sys.argv[1])) as store:
    while store.get(sys.argv[2]).status != "finished":
        store.sync(sys.argv[2])
"""


def prepared(first: int = 0) -> Prepared:
    return Prepared(
        engine="reference",
        threads=1,
        parameters=1,
        train_samples=1,
        validation_samples=0,
        test_samples=1,
        updates_per_epoch=10,
        total_updates=20,
        first_update=first,
    )


def update(number: int, loss: float | None = 1.0) -> Update:
    return Update(
        update=number,
        epoch=(number - 1) // 10 + 1,
        loss=loss,
        accuracy=0.5,
        learning_rate=0.1,
        samples_per_second=100.0 + number,
        rates=[0.1, 0.2],
    )


def epoch(number: int) -> EpochDone:
    return EpochDone(
        epoch=number,
        update=number * 10,
        train_loss=0.5,
        train_accuracy=0.6,
        validation_loss=None,
        validation_accuracy=0.7,
        rates=[0.1, 0.2],
        seconds=1.5,
    )


def write(store: RunStore, run: str, *events: Event) -> None:
    with RecordWriter(store.folder(run).events) as record:
        for event in events:
            record.write(event)


@pytest.mark.slow
def test_a_run_goes_through_its_states(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    assert not store.sync(run)
    write(store, run, StateChanged(state="running"))
    assert store.sync(run)
    row = store.get(run)
    assert (row.status, row.progress, row.ended_at) == ("running", None, None)
    assert row.started_at is not None
    write(store, run, prepared(), update(1), update(2), StateChanged(state="paused"))
    store.sync(run)
    row = store.get(run)
    assert row.status == "paused"
    assert row.progress is not None
    assert row.progress.model_dump() == {"epoch": 1, "update": 2, "total_updates": 20, "samples_per_second": 102.0}
    results = {"test": {"accuracy": 0.9}, "validation": {"accuracy": 0.8}}
    write(store, run, StateChanged(state="running"), epoch(1), Finished(results=results))
    store.sync(run)
    row = store.get(run)
    assert (row.status, row.test_accuracy, row.validation_accuracy) == ("finished", 0.9, 0.8)
    assert row.ended_at is not None
    assert row.ended_at >= row.started_at >= row.created_at - 1
    assert store.results(run) == results
    assert not store.sync(run)


@pytest.mark.slow
def test_failures_and_interruptions_are_told_until_the_run_goes_on(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    body = FailureError("The loss is gone.", path="training.learning_rate").body()
    write(store, run, StateChanged(state="running"), Failed(error=body, last_words="bye"))
    store.sync(run)
    row = store.get(run)
    assert (row.status, row.last_words) == ("failed", "bye")
    assert row.error == body["error"]
    store.enqueue(run)
    assert store.get(run).error is None
    write(store, run, StateChanged(state="running"), Interrupted(last_words="Killed by signal 9.\nmore"))
    store.sync(run)
    row = store.get(run)
    assert row.status == "interrupted"
    assert row.error is not None
    assert row.error["code"] == "job"
    assert "Killed by signal 9." in row.error["message"]
    write(store, run, StateChanged(state="running"), Cancelled())
    store.sync(run)
    assert (store.get(run).status, store.get(run).error) == ("cancelled", None)


@pytest.mark.slow
def test_points_are_the_history_of_the_record_whatever_a_resume_did_again(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    first = [prepared(), *(update(n) for n in range(1, 11)), epoch(1), *(update(n, None) for n in range(11, 17))]
    again = [prepared(10), *(update(n, 2.0) for n in range(11, 21)), epoch(2)]
    write(store, run, *first)
    store.sync(run)
    write(store, run, *again)
    store.sync(run)
    history = history_of(read_record(store.folder(run).events).events)
    assert store.metrics(run) == history
    assert [point.update for point in history.updates] == list(range(1, 21))
    assert history.updates[12].loss == 2.0
    together = store.create(spec).id
    write(store, together, *first, *again)
    store.sync(together)
    assert [point.loss for point in store.metrics(together).updates] == [point.loss for point in history.updates]


def test_a_torn_line_waits_and_a_damaged_one_is_counted(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    path = store.folder(run).events
    write(store, run, StateChanged(state="running"), prepared())
    with path.open("ab") as file:
        file.write(b"{nonsense}\n" + b'{"kind":"cancelled"')
    store.sync(run)
    assert (store.get(run).status, store.get(run).damaged_lines) == ("running", 1)
    with path.open("ab") as file:
        file.write(b',"at":5.0}\n')
    store.sync(run)
    assert (store.get(run).status, store.get(run).ended_at) == ("cancelled", 5.0)


def test_a_record_that_became_shorter_is_read_anew(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    path = store.folder(run).events
    write(store, run, StateChanged(state="running"), prepared(), update(1))
    kept = path.stat().st_size
    write(store, run, update(2), update(3))
    store.sync(run)
    with path.open("r+b") as file:
        file.truncate(kept)
    store.sync(run)
    assert [point.update for point in store.metrics(run).updates] == [1]
    write(store, run, update(2))
    store.sync(run)
    assert [point.update for point in store.metrics(run).updates] == [1, 2]


def test_events_are_paged_by_line(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    assert (store.events(run).events, store.events(run).next) == ([], 0)
    assert store.events(run, after=5).next == 0
    write(store, run, prepared(), update(1))
    with store.folder(run).events.open("ab") as file:
        file.write(b"{nonsense}\n")
    write(store, run, update(2))
    page = store.events(run)
    assert ([event.kind for event in page.events], page.next) == (["prepared", "update", "update"], 4)
    assert store.events(run, after=page.next).events == []
    append_event(store.folder(run).events, Cancelled())
    page = store.events(run, after=page.next)
    assert ([event.kind for event in page.events], page.next) == (["cancelled"], 5)
    with RunStore(store.home) as other:
        found, after = [], 0
        while (page := other.events(run, after, limit=2)).next > after:
            found += page.events
            after = page.next
    assert found == store.events(run).events


def feed(store: RunStore, run: str, updates: int) -> None:
    with RecordWriter(store.folder(run).events) as record:
        record.write(StateChanged(state="running"))
        for number in range(1, updates + 1):
            record.write(update(number))
            if number % 50 == 0:
                store.sync(run)
                time.sleep(0.001)
        record.write(Finished(results={"updates": updates}))


def assert_taken_once(store: RunStore, run: str, updates: int) -> None:
    store.sync(run)
    assert [point.update for point in store.metrics(run).updates] == list(range(1, updates + 1))
    row = store.get(run)
    assert (row.status, row.damaged_lines, row.results) == ("finished", 0, {"updates": updates})
    with store._database.read() as connection:
        lines = connection.execute(select(RUNS.c.record_lines).where(RUNS.c.id == run)).scalar_one()
    assert lines == store.events(run).next == updates + 2


@pytest.mark.slow
def test_several_threads_take_a_growing_record_once(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    ended = threading.Event()

    def take() -> None:
        while not ended.is_set():
            store.sync(run)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    feed(store, run, 400)
    ended.set()
    for thread in threads:
        thread.join()
    assert_taken_once(store, run, 400)


@pytest.mark.slow
def test_several_processes_take_a_growing_record_once(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    command = [sys.executable, "-c", SYNCER, str(store.home), run]
    others = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    try:
        feed(store, run, UPDATES)
        for process in others:
            _, complaints = process.communicate(timeout=240)
            assert (process.returncode, complaints) == (0, b"")
    finally:
        for process in others:
            process.kill()
            process.communicate()
    assert_taken_once(store, run, UPDATES)


def test_an_event_can_be_noted_without_a_record(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.apply(run, Interrupted(at=3.0, last_words="The disk is full."))
    assert (store.get(run).status, store.get(run).ended_at) == ("interrupted", 3.0)


@pytest.mark.slow
def test_a_thousand_runs_are_listed_with_the_statements_of_one(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    asked: list[str] = []
    event.listen(store._database._engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    store.list()
    of_one = list(asked)
    with store._database.write() as connection:
        row = dict(connection.execute(select(RUNS).where(RUNS.c.id == run)).one()._mapping)
        connection.execute(insert(RUNS), [{**row, "id": f"{number:012}"} for number in range(999)])
    asked.clear()
    assert len(store.list()) == 1000
    assert asked == of_one
    assert not any("runs.spec" in statement or "runs.results" in statement for statement in asked)
