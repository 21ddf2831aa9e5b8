"""The store looked over, and mended where that can be done without losing anything: what is set aside is kept."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, null, select, update

from snntrainer3d.data import left_unpacked
from snntrainer3d.errors import ConflictError, FileFormatError, Snntrainer3dError, StorageError
from snntrainer3d.events import Finished, Interrupted
from snntrainer3d.runs.checkpoints import list_checkpoints, newest_checkpoint, read_checkpoint
from snntrainer3d.runs.database import DATABASE, Database, refuse_vanished
from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.record import read_record, told_damaged
from snntrainer3d.runs.snapshots import list_snapshots, read_snapshot
from snntrainer3d.runs.store import UNENDED, RunStore
from snntrainer3d.runs.tables import RUNS
from snntrainer3d.runs.weights import read_weights, write_weights
from snntrainer3d.spec import RunSpec, TrainedNetwork

YOUNG_S = 3600.0
"""Younger files may belong to a process that is at work."""
_NEW_S = 60.0
"""A younger folder may be of a run that is just being made."""
_LEFT = (".upload-*", ".export-*", ".import-*", "*.part", ".*.part")
_MAY_BE_NEW = {"tags": "", "archived": False, "deleted_at": None, "notes": "", "macro_f1": None, "train_seconds": None}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not as it should be."""

    where: str
    text: str
    mended: str = ""
    """What was done about it; empty where nothing was."""


def check_store(home: Path, *, mend: bool = False) -> list[Trouble]:
    """Look over a home's runs, and with `mend` put right what can be.

    Raises:
        ConflictError: the database must be made anew, and another process has it open.
        StorageError: the store is of a newer release, not writable, or no store at all; nothing was changed.
    """
    return list(_troubles(Path(home).absolute(), mend))


def _troubles(home: Path, mend: bool) -> Iterator[Trouble]:
    path = home / DATABASE
    damaged = _is_damaged(path)
    if damaged:
        yield Trouble(str(path), "The database is damaged.", _set_aside(path) if mend else "")
    if not mend:
        if damaged:
            return
        try:
            refuse_vanished(path)
        except StorageError as error:
            yield Trouble(str(path), error.message)
            return
    with RunStore(home, repair=mend) as store, closing(Database(path)) as database:
        if damaged:
            yield from _salvage(store, database)
        known = _statuses(database)
        yield from _without_row(store, known, mend)
        for run, status in known.items():
            yield from _of_run(store, database, RunFolder(home / "runs" / run), status, mend)
    yield from _left_over(home, mend)


def _statuses(database: Database) -> dict[str, str]:
    with database.read() as connection:
        return {row.id: row.status for row in connection.execute(select(RUNS.c.id, RUNS.c.status))}


def _is_damaged(path: Path) -> bool:
    """Tell whether SQLite finds a database damaged; one that is missing, or is not to be opened, is not."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",)
    except sqlite3.OperationalError:
        return False  # locked, or not to be opened: opening the store says so better
    except sqlite3.DatabaseError:
        return True


def _set_aside(path: Path) -> str:
    """Move a damaged database into backups/, so that a new one can be made; say where it is."""
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(path, timeout=1.0)) as connection:
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                hint = "Stop the server and every training first."
                raise ConflictError(f"{path} is damaged and in use.", hint=hint) from None
    target = path.parent / "backups" / f"damaged-{time.time_ns()}"
    target.mkdir(parents=True)
    for part in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if part.exists():
            part.rename(target / part.name)
    return f"Kept in {target}; a new one is made of it, of its newest backup and of the runs' folders."


def _salvage(store: RunStore, database: Database) -> Iterator[Trouble]:
    """Take over the rows that the damaged database and its backups still give, the newest first."""
    sources = sorted((store.home / "backups").glob("**/*.db"), key=lambda file: file.stat().st_mtime, reverse=True)
    for source in sources:
        taken = sum(_take_over(store, database, row) for row in _rows_in(source))
        if taken:
            yield Trouble(str(source), f"{taken} runs are known from it.", "Their rows are taken over.")


def _rows_in(source: Path) -> Iterator[dict[str, Any]]:
    """Give the rows that can still be read of a database, each by itself, for one page may be gone."""
    with (
        suppress(sqlite3.DatabaseError),
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as connection,
    ):
        connection.row_factory = sqlite3.Row
        for (rowid,) in connection.execute("SELECT rowid FROM runs").fetchall():
            with suppress(sqlite3.DatabaseError):
                yield dict(connection.execute("SELECT * FROM runs WHERE rowid = ?", (rowid,)).fetchone())


def _take_over(store: RunStore, database: Database, row: dict[str, Any]) -> bool:
    """Insert a row of an older database where its run is not known and its folder is there; its points follow."""
    if row["id"] in _statuses(database) or not (store.home / "runs" / row["id"]).is_dir():
        return False
    begun_anew = {"record_offset": 0, "record_lines": 0, "damaged_lines": 0}
    names = [column.name for column in RUNS.columns]
    values = {**_MAY_BE_NEW, **{name: row[name] for name in names if name in row}, **begun_anew}
    with database.write() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO runs ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", tuple(values.values())
        )
    store.sync(row["id"])
    return True


def _without_row(store: RunStore, known: dict[str, str], mend: bool) -> Iterator[Trouble]:
    """Find folders that no row knows of, as a kill between the two leaves them."""
    for folder in sorted((store.home / "runs").glob("*/")):
        if folder.name in known or time.time() - folder.stat().st_mtime < _NEW_S:
            continue
        text = "A folder of a run that the database does not know."
        if not mend:
            yield Trouble(str(folder), text)
            continue
        try:
            yield Trouble(str(folder), text, f"It is a run again: {store.adopt(folder.name).name}.")
        except Snntrainer3dError as error:
            target = store.home / "backups" / f"{folder.name}-{time.time_ns()}"
            target.parent.mkdir(exist_ok=True)
            folder.rename(target)
            yield Trouble(str(folder), f"{text} {error}", f"Kept in {target}.")


def _of_run(store: RunStore, database: Database, run: RunFolder, status: str, mend: bool) -> Iterator[Trouble]:
    if not run.path.is_dir():
        yield Trouble(str(run.path), "The folder of this run is gone.", _told_gone(store, run, status) if mend else "")
        return
    if run.busy():
        return
    try:
        spec = run.read_spec()
    except Snntrainer3dError as error:
        yield Trouble(str(run.spec), f"The document of the run cannot be read: {error}")
        return
    yield from _of_documents(database, run, spec, mend)
    for text in told_damaged(read_record(run.events).damaged):
        yield Trouble(str(run.events), text)
    yield from _of_checkpoints(run, mend)
    yield from _of_snapshots(run)
    yield from _of_weights(run, spec, status, mend)


def _of_documents(database: Database, run: RunFolder, spec: RunSpec, mend: bool) -> Iterator[Trouble]:
    """Find documents of a run's row that are no JSON; the run's folder has both."""
    columns = {
        column.name: column.is_not(null()) & (func.json_valid(column) == 0) for column in (RUNS.c.spec, RUNS.c.results)
    }
    with database.read() as connection:
        found = connection.execute(select(*columns.values()).where(RUNS.c.id == run.id)).one()
    for name in [name for name, damaged in zip(columns, found, strict=True) if damaged]:
        mended = ""
        if mend:
            whole: Any = spec.model_dump(mode="json")
            if name == "results":
                whole = run.read_results() if run.results.exists() else null()
            with database.write() as connection:
                connection.execute(update(RUNS).where(RUNS.c.id == run.id).values({name: whole}))
            mended = "Taken from the run's folder."
        yield Trouble(str(database.path), f"The {name} of run {run.id} in the database cannot be read.", mended)


def _told_gone(store: RunStore, run: RunFolder, status: str) -> str:
    if status not in UNENDED:
        return ""
    store.apply(run.id, Interrupted(last_words="Its folder is gone.", at=time.time()))
    return "The run is marked as interrupted; what is known of it stays."


def _of_checkpoints(run: RunFolder, mend: bool) -> Iterator[Trouble]:
    for row in list_checkpoints(run.checkpoints):
        path = run.checkpoints / row.file
        try:
            read_checkpoint(path)
        except FileFormatError as error:
            mended = ""
            if mend:
                path.rename(path.with_suffix(".damaged"))
                mended = "Set aside; a resume uses the one before it."
            yield Trouble(str(path), error.message, mended)


def _of_snapshots(run: RunFolder) -> Iterator[Trouble]:
    for row in list_snapshots(run.snapshots):
        try:
            read_snapshot(run.snapshots, row.index)
        except FileFormatError as error:
            yield Trouble(str(run.snapshots), f"{error.message} The replay leaves it out.")


def _of_weights(run: RunFolder, spec: RunSpec, status: str, mend: bool) -> Iterator[Trouble]:
    if status != "finished":
        return
    try:
        read_weights(run.weights, spec)
    except Snntrainer3dError as error:
        yield Trouble(
            str(run.weights), f"The trained weights cannot be read: {error}", _rebuilt(run, spec) if mend else ""
        )


def _rebuilt(run: RunFolder, spec: RunSpec) -> str:
    """Write the weights anew from the last checkpoint, where that holds the network that was kept."""
    ends = [event for event in read_record(run.events).events if isinstance(event, Finished)]
    checkpoint, _ = newest_checkpoint(run.checkpoints)
    if not ends or checkpoint is None or spec.training.keep_best:
        return ""
    if checkpoint.update != ends[-1].results.get("updates"):
        return ""
    if run.weights.exists():
        run.weights.rename(run.weights.with_suffix(".damaged"))
    write_weights(run.weights, TrainedNetwork(spec.network, checkpoint.tensors, spec.training))
    return "Written anew from the last checkpoint, which holds the same."


def _left_over(home: Path, mend: bool) -> Iterator[Trouble]:
    """Find what a killed process left half-written."""
    places = (home, home / "runs" / "*", home / "runs" / "*" / "checkpoints", home / "own-data", home / "backups")
    for place in places:
        for pattern in _LEFT:
            for left in sorted(home.glob(str((place / pattern).relative_to(home)))):
                if time.time() - left.stat().st_mtime > YOUNG_S:
                    yield Trouble(
                        str(left), "Half-written by a process that was killed.", _removed(left) if mend else ""
                    )
    for left in left_unpacked(home):
        yield Trouble(str(left), "Unpacked by a process that was killed.", _removed(left) if mend else "")


def _removed(left: Path) -> str:
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)
    return "Removed."
