"""From the record of a run into the database: every whole line once, in one transaction with the place it ended at."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import Insert, insert

from snntrainer3d.errors import NotFoundError
from snntrainer3d.runs.changes import Changes, changes_of
from snntrainer3d.runs.database import Database
from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.record import read_record, record_size
from snntrainer3d.runs.tables import POINTS, RUNS

PORTION = 5_000
"""Lines taken in one transaction, so that a long record does not keep others waiting."""
_KEYS = ("run", "kind", "updates")


def take_portion(database: Database, run: RunFolder) -> bool:
    """Take the next lines of a run's record; tell whether there were any. Raises NotFoundError, StorageError."""
    size = record_size(run.events)
    with database.read() as connection:
        if _offset(connection, run.id) == size:
            return False
    with database.write() as connection:
        offset = _offset(connection, run.id)  # again: another process may have been quicker
        if offset > size:
            _begin_anew(connection, run.id)
            offset = 0
        lines = read_record(run.events, offset, PORTION)
        if lines.count:
            apply_changes(connection, run.id, changes_of(lines.events))
            counted = {
                "record_offset": lines.next_offset,
                "record_lines": RUNS.c.record_lines + lines.count,
                "damaged_lines": RUNS.c.damaged_lines + lines.damaged,
            }
            connection.execute(update(RUNS).where(RUNS.c.id == run.id).values(counted))
    return lines.count > 0


def apply_changes(connection: Connection, run: str, changes: Changes) -> None:
    """Write changes into the row and the points of a run."""
    if changes.taken_back_after is not None:
        undone = (POINTS.c.run == run) & (POINTS.c.updates > changes.taken_back_after)
        connection.execute(delete(POINTS).where(undone))
    if changes.points:
        connection.execute(_PUT_POINTS, [{"run": run, **point} for point in changes.points])
    if changes.columns:
        connection.execute(update(RUNS).where(RUNS.c.id == run).values(changes.columns))
    if changes.began_at is not None:
        first = (RUNS.c.id == run) & RUNS.c.started_at.is_(None)
        connection.execute(update(RUNS).where(first).values(started_at=changes.began_at))


def _put_points() -> Insert:
    statement = insert(POINTS)
    values = {column.name: statement.excluded[column.name] for column in POINTS.c if column.name not in _KEYS}
    return statement.on_conflict_do_update(index_elements=_KEYS, set_=values)


_PUT_POINTS = _put_points()
"""Made once: making it takes longer than carrying it out."""


def _offset(connection: Connection, run: str) -> int:
    found = connection.execute(select(RUNS.c.record_offset).where(RUNS.c.id == run)).scalar_one_or_none()
    if found is None:
        raise NotFoundError(f"Run {run} was deleted.")
    return found


def _begin_anew(connection: Connection, run: str) -> None:
    """Forget what was read of a record that has become shorter, as after a power loss."""
    connection.execute(delete(POINTS).where(POINTS.c.run == run))
    nothing_read = {"record_offset": 0, "record_lines": 0, "damaged_lines": 0}
    connection.execute(update(RUNS).where(RUNS.c.id == run).values(nothing_read))
