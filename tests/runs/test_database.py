"""The database: brought up to date with a backup, and what cannot be used is refused, untouched."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from snntrainer3d.errors import StorageError
from snntrainer3d.runs import RunStore, check_store, database
from snntrainer3d.runs.tables import METADATA
from snntrainer3d.spec import RunSpec

NEXT_STEP = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("runs", sa.Column("mood", sa.Text, nullable=False, server_default="good"))
    {more}
"""


@pytest.fixture
def path(home: Path) -> Path:
    return home / "runs.db"


def run_sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def add_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    """Pretend that the next release has one more step."""
    folder = tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, folder)
    (folder / "versions" / "v9001_mood.py").write_text(NEXT_STEP.format(head=database.HEAD, more=more))
    monkeypatch.setattr(database, "MIGRATIONS", folder)
    monkeypatch.setattr(database, "HEAD", "9001")


def test_the_steps_make_the_tables_that_the_code_knows(store: RunStore) -> None:
    with store._database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert differences == []


def test_head_is_the_newest_step() -> None:
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [database.HEAD]


@pytest.mark.slow
def test_an_older_store_is_kept_before_it_is_changed(
    home: Path, path: Path, spec: RunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunStore(home) as store:
        run = store.create(spec).id
    assert not (home / "backups").exists()
    before = database.HEAD
    add_step(tmp_path, monkeypatch)
    with RunStore(home) as store:
        assert [row.id for row in store.list()] == [run]
    assert run_sql(path, "SELECT mood FROM runs") == [("good",)]
    backup = home / "backups" / f"runs-{before}.db"
    assert run_sql(backup, "SELECT id FROM runs") == [(run,)]
    assert run_sql(backup, "SELECT version_num FROM alembic_version") == [(before,)]


@pytest.mark.slow
def test_a_step_that_fails_changes_nothing(
    home: Path, path: Path, spec: RunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunStore(home) as store:
        store.create(spec)
    before = run_sql(path, "SELECT sql FROM sqlite_master")
    add_step(tmp_path, monkeypatch, 'op.execute("nonsense")')
    with pytest.raises(StorageError):
        RunStore(home)
    assert run_sql(path, "SELECT sql FROM sqlite_master") == before
    assert run_sql(path, "SELECT version_num FROM alembic_version") != [("9001",)]


@pytest.mark.slow
def test_a_newer_store_is_refused_untouched(home: Path, path: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        store.create(spec)
    run_sql(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(StorageError, match="newer release"):
        RunStore(home)
    assert path.read_bytes() == before
    assert not (home / "backups").exists()


def test_a_foreign_or_damaged_file_is_refused_untouched(home: Path, path: Path) -> None:
    home.mkdir()
    run_sql(path, "CREATE TABLE mine (x)")
    foreign = path.read_bytes()
    with pytest.raises(StorageError, match="not a store"):
        RunStore(home)
    assert path.read_bytes() == foreign
    path.write_bytes(b"this is no database" * 500)
    with pytest.raises(StorageError, match="is damaged"):
        RunStore(home)
    assert path.read_bytes() == b"this is no database" * 500


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="home"):
        RunStore(tmp_path / "file" / "home")


def test_a_home_that_is_a_file_or_not_allowed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="is a file, not a folder"):
        RunStore(tmp_path / "file")

    def refuse(*_: object, **__: object) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(StorageError, match="cannot be opened: Permission denied"):
        RunStore(tmp_path / "home")


@pytest.mark.slow
def test_a_database_that_vanished_is_told_and_no_new_one_hides_the_runs(home: Path, path: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        made = store.create(spec).id
    for part in home.glob("runs.db*"):
        part.unlink()
    with pytest.raises(StorageError, match=r"is gone, but the folder of 1 run is there.* doctor --repair"):
        RunStore(home)
    assert not path.exists()
    os.utime(home / "runs" / made, (1e9, 1e9))
    check_store(home, mend=True)
    with RunStore(home) as store:
        assert [row.id for row in store.list()] == [made]


@pytest.mark.slow
def test_a_store_that_stays_locked_is_told(
    home: Path, path: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_MS", 50)
    with RunStore(home) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        run = store.create(spec).id
        other.execute("BEGIN IMMEDIATE")
        assert store.get(run).id == run
        with pytest.raises(StorageError, match="locked"):
            store.rename(run, "new")
        other.execute("ROLLBACK")
        assert store.rename(run, "new").name == "new"


@pytest.mark.slow
def test_processes_that_start_together_make_one_store(home: Path) -> None:
    command = [sys.executable, "-c", "from snntrainer3d.runs import RunStore; RunStore().close()"]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        _, complaints = process.communicate(timeout=240)
        assert (process.returncode, complaints) == (0, b"")
    with RunStore(home) as store:
        assert store.list() == []


@pytest.mark.slow
def test_the_version_tells_of_what_was_written_here_or_elsewhere_and_of_nothing_else(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store, RunStore(home) as other:
        seen = [store.version]
        store.list()
        assert store.version == seen[0]
        run = store.create(spec).id
        seen.append(store.version)
        other.rename(run, "renamed")
        seen.append(store.version)
        assert len(set(seen)) == 3
        store.list()
        other.list()
        assert store.version == seen[-1]
