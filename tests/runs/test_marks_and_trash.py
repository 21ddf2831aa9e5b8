"""Tags, notes, archive, and the trash; and that an older store keeps all it has when it gets these."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from snntrainer3d.errors import InputError, NotFoundError, SpecError, StorageError
from snntrainer3d.events import Cancelled, Update
from snntrainer3d.runs import Query, RunStore, append_event, check_store, database, parse_condition
from snntrainer3d.spec import RunSpec


def ended(store: RunStore, spec: RunSpec, name: str = "") -> str:
    row = store.create(spec.changed(training=spec.training.changed(name=name)) if name else spec)
    append_event(store.folder(row.id).events, Cancelled())
    store.sync(row.id)
    return row.id


@pytest.mark.slow
def test_tags_are_kept_trimmed_sorted_and_once(store: RunStore, spec: RunSpec) -> None:
    run = ended(store, spec)
    assert store.change(run, tags=["  zebra ", "Apple", "zebra", "two  words"]).tags == ["Apple", "two words", "zebra"]
    assert store.get(run).tags == ["Apple", "two words", "zebra"]
    assert store.change(run, tags=[]).tags == []


def test_every_fault_of_tags_is_told(store: RunStore, spec: RunSpec) -> None:
    run = ended(store, spec)
    with pytest.raises(SpecError) as error:
        store.change(run, tags=["good", "", "x" * 41, "bell\a"])
    assert [fault.path for fault in error.value.faults] == ["tags[1]", "tags[2]", "tags[3]"]
    with pytest.raises(SpecError, match="at most 20"):
        store.change(run, tags=[str(number) for number in range(21)])
    with pytest.raises(SpecError, match="20,001"):
        store.change(run, notes="x" * 20_001)
    assert store.get(run).tags == []


def test_what_is_not_given_stays(store: RunStore, spec: RunSpec) -> None:
    run = ended(store, spec)
    store.change(run, name="mine", notes="  looked at by hand\n", archived=True)
    row = store.change(run, tags=["a"])
    found = store.get(run)
    assert (row.name, row.archived, found.notes) == ("mine", True, "looked at by hand")


@pytest.mark.slow
def test_runs_are_found_by_tag_and_archive(store: RunStore, spec: RunSpec) -> None:
    one, other = ended(store, spec), ended(store, spec)
    store.change(one, tags=["thesis", "draft"])
    store.change(other, tags=["thesis 2"], archived=True)
    assert [row.id for row in store.query(Query(tags=["thesis"])).runs] == [one]
    assert store.query(Query(tags=["thesis", "other"])).runs == []
    assert [row.id for row in store.query(Query(archived=False)).runs] == [one]
    assert store.tags() == {"draft": 1, "thesis": 1, "thesis 2": 1}


@pytest.mark.slow
def test_a_deleted_run_comes_back_as_it_was(store: RunStore, spec: RunSpec) -> None:
    run = ended(store, spec, "mine")
    store.change(run, tags=["kept"], notes="why")
    before = store.get(run)
    store.delete(run)
    assert store.list() == []
    assert store.tags() == {}
    with pytest.raises(NotFoundError):
        store.find("mine")
    [deleted] = store.trash.list()
    assert (deleted.id, deleted.name) == (run, "mine")
    assert deleted.bytes > 100
    assert store.trash.restore("mine") == run
    assert store.get(run) == before
    assert store.trash.list() == []


@pytest.mark.slow
def test_the_trash_tells_what_it_does_not_have(store: RunStore, spec: RunSpec) -> None:
    with pytest.raises(NotFoundError, match="in the trash"):
        store.trash.restore("nothing")
    for _ in range(2):
        store.delete(ended(store, spec, "twice"))
    with pytest.raises(InputError, match="2 runs"):
        store.trash.restore("twice")
    assert len(store.trash.empty()) == 2
    assert list((store.home / "runs").iterdir()) == []


@pytest.mark.slow
def test_what_has_been_in_the_trash_for_a_month_is_gone_with_the_next_deletion(
    store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = ended(store, spec), ended(store, spec)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 31 * 24 * 3600)
    store.delete(old)
    monkeypatch.setattr(time, "time", lambda: now)
    store.delete(new)
    assert [row.id for row in store.trash.list()] == [new]
    assert not (store.home / "runs" / old).exists()


@pytest.mark.slow
def test_a_store_of_the_first_form_keeps_runs_and_points(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        seeded = spec.changed(training=spec.training.changed(seed=7, pace="slow"))
        run = store.create(seeded).id
        update = Update(
            update=1, epoch=1, loss=0.5, accuracy=0.5, learning_rate=0.1, samples_per_second=9.0, rates=[0.1]
        )
        append_event(store.folder(run).events, update)
        store.sync(run)
        before = store.get(run)
    path = home / "runs.db"
    _back_to_the_first_form(path)
    with RunStore(home) as store:
        assert store.get(run) == before
        assert store.get(run).seed == 7
        assert store.get(run).pace == "slow"
        assert len(store.metrics(run).updates) == 1
        with store._database.write() as connection:
            connection.exec_driver_sql("DELETE FROM runs")
            assert connection.exec_driver_sql("SELECT count(*) FROM points").scalar_one() == 0, "still cascades"
    assert (home / "backups" / "runs-0001.db").is_file()


def test_a_store_of_the_first_form_with_damaged_documents_opens(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        damaged, whole = store.create(spec).id, store.create(spec.changed(training=spec.training.changed(seed=7))).id
    with closing(sqlite3.connect(home / "runs.db")) as connection, connection:
        connection.execute("UPDATE runs SET spec = '{\"training\": ', results = 'cut' WHERE id = ?", (damaged,))
    _back_to_the_first_form(home / "runs.db")
    with RunStore(home) as store:
        assert {row.id: row.seed for row in store.list()} == {damaged: 0, whole: 7}
        found = store.query(Query(sort="training.seed", where=(parse_condition("training.seed = 7"),)))
        assert [row.id for row in found.runs] == [whole]
        assert {field["runs"] for field in store.fields() if field["name"] == "training.seed"} == {1}
        with pytest.raises(StorageError, match=f"document of run {damaged} in the database is damaged"):
            store.get(damaged)
        read = store.folder(whole).read_spec(), store.folder(damaged).read_spec()
    troubles = [trouble.text for trouble in check_store(home, mend=True)]
    assert troubles == [f"The {name} of run {damaged} in the database cannot be read." for name in ("spec", "results")]
    with RunStore(home) as store:
        assert (store.get(whole).spec, store.get(damaged).spec) == read
        assert store.get(damaged).results is None
    assert check_store(home) == []


def _back_to_the_first_form(path: Path) -> None:
    """Make a store of form 0001 with the same content, by the steps that made it then."""
    new = path.with_name("old.db")
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    engine = sa.create_engine(f"sqlite:///{new}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(new)) as connection, connection:
        connection.execute("ATTACH ? AS now", (str(path),))
        for table in ("runs", "points"):
            columns = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM now.{table}")
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    new.replace(path)
