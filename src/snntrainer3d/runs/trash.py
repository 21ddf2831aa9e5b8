"""The trash: runs that were deleted, whole for thirty days, then gone."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from snntrainer3d.errors import InputError, NotFoundError, StorageError, reason_of
from snntrainer3d.runs.database import Database
from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.listing import LISTED, rows_of
from snntrainer3d.runs.rows import DeletedRow
from snntrainer3d.runs.tables import RUNS

TRASH_DAYS = 30
_DAY_S = 24 * 3600.0
_DELETED = RUNS.c.deleted_at.is_not(None)


class Trash:
    """What was deleted in a store. A run in it is found by nothing but this; its folder stays where it is."""

    def __init__(self, database: Database, runs: Path, left: Path) -> None:
        """Take a store's database, the folder of its runs, and one for what is about to be removed."""
        self._database, self._runs, self._left = database, runs, left

    def list(self) -> list[DeletedRow]:
        """Give the runs in the trash, lately deleted ones first."""
        columns = [*(RUNS.c[name] for name in LISTED), RUNS.c.deleted_at]
        with self._database.read() as connection:
            found = connection.execute(select(*columns).where(_DELETED).order_by(RUNS.c.deleted_at.desc())).all()
        rows = rows_of(found, {})
        return [
            DeletedRow(**row.model_dump(), deleted_at=one.deleted_at, bytes=_size(self._runs / row.id))
            for row, one in zip(rows, found, strict=True)
        ]

    def put(self, run: str) -> None:
        """Put a run in, and let go of what has been in long enough."""
        with self._database.write() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == run).values(deleted_at=time.time()))
        self.empty(older_than_s=TRASH_DAYS * _DAY_S)

    def restore(self, reference: str) -> str:
        """Take a run out again, by its id, the beginning of it, or its name; give its id.

        Raises:
            NotFoundError: there is none, or its folder is gone.
            InputError: several are meant.
        """
        run = self.find(reference)
        if not (self._runs / run).is_dir():
            raise NotFoundError(f"The folder of run {run} is gone.", hint=str(self._runs / run))
        with self._database.write() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == run).values(deleted_at=None))
        return run

    def find(self, reference: str) -> str:
        """Give the id of the run in the trash that is meant; raises as `restore` does."""
        wanted = reference.strip()
        with self._database.read() as connection:
            rows = connection.execute(select(RUNS.c.id, RUNS.c.name).where(_DELETED)).all()
        found = [row.id for row in rows if row.id == wanted.lower()]
        found = found or [
            row.id for row in rows if row.name == wanted or (wanted and row.id.startswith(wanted.lower()))
        ]
        if len(found) == 1:
            return str(found[0])
        if found:
            raise InputError(f"{len(found)} runs are meant by {reference!r}.", path="run", hint="Give an id.")
        raise NotFoundError(f"There is no run {reference!r} in the trash.", path="run")

    def remove(self, reference: str) -> str:
        """Remove one run of the trash with all its files, for good; give its id."""
        run = self.find(reference)
        self._remove(RUNS.c.id == run)
        return run

    def empty(self, *, older_than_s: float = 0.0) -> Sequence[str]:
        """Remove what was deleted longer ago, for good; give the ids."""
        return self._remove(RUNS.c.deleted_at <= time.time() - older_than_s)

    def _remove(self, condition: ColumnElement[bool]) -> Sequence[str]:
        with self._database.write() as connection:
            gone = connection.execute(select(RUNS.c.id).where(_DELETED, condition)).scalars().all()
            connection.execute(delete(RUNS).where(RUNS.c.id.in_(gone)))
            for run in gone:
                self._set_aside(RunFolder(self._runs / run))
        with suppress(OSError):
            for left in self._left.iterdir():
                shutil.rmtree(left, ignore_errors=True)
        return gone

    def _set_aside(self, run: RunFolder) -> None:
        """Move a folder out of the runs, in one step; what is removed bit by bit must not look like a run."""
        if not run.path.exists():
            return
        try:
            self._left.mkdir(exist_ok=True)
            run.path.rename(self._left / f"{run.id}-{time.time_ns()}")
        except OSError as error:
            raise StorageError(f"{run.path} cannot be deleted: {reason_of(error)}.") from error


def _size(folder: Path) -> int:
    def bytes_of(path: Path) -> Any:
        with suppress(OSError):
            return path.stat().st_size
        return 0

    return sum(bytes_of(path) for path in folder.rglob("*"))
