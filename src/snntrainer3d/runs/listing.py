"""Rows of the database as the models that the store gives, and finding one by what a person typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, func, select

from snntrainer3d.errors import InputError, NotFoundError, StorageError
from snntrainer3d.runs.marks import split
from snntrainer3d.runs.repeat import repeat_of
from snntrainer3d.runs.rows import RunDetail, RunRow
from snntrainer3d.runs.tables import RUNS
from snntrainer3d.spec import parse_run

LISTED = (
    "id",
    "name",
    "status",
    "created_at",
    "started_at",
    "ended_at",
    "dataset",
    "title",
    "neurons",
    "epochs",
    "parameters",
    "epoch",
    "updates",
    "total_updates",
    "samples_per_second",
    "train_seconds",
    "test_accuracy",
    "validation_accuracy",
    "macro_f1",
    "seed",
    "num_steps",
    "pace",
    "tags",
    "archived",
)
"""What a list reads; none of it is large."""
_THERE = RUNS.c.deleted_at.is_(None)
"""Not in the trash."""
_WAITING = (RUNS.c.status == "queued") & (RUNS.c.launcher == "server")
MOST_NAMED = 5
_ROWS = TypeAdapter(list[RunRow])


def select_rows() -> Select[Any]:
    """Give the query of all rows, those in the trash too, in no order."""
    return select(*(RUNS.c[name] for name in LISTED))


def queue(connection: Connection) -> dict[str, int]:
    """Give the place of every run that waits for the server, from 1."""
    waiting = connection.execute(select(RUNS.c.id).where(_WAITING).order_by(RUNS.c.queued_at, RUNS.c.id))
    return {found.id: place for place, found in enumerate(waiting, start=1)}


def rows_of(found: Iterable[Row[Any]], queued: dict[str, int]) -> list[RunRow]:
    """Give the runs of a list; `found` holds the columns of LISTED first."""
    # Plain values in one go: 1,000 runs take 5 ms so, and 45 ms one model and one attribute at a time.
    return _ROWS.validate_python([_listed(tuple(row), queued) for row in found])


def detail_of(found: Row[Any], queued: dict[str, int]) -> RunDetail:
    """Give a run in full; raises StorageError where its document in the database is damaged."""
    if found.spec is None:
        hint = "Stop the server, then let `snntrainer3d doctor --repair` take it from the run's folder."
        raise StorageError(f"The document of run {found.id} in the database is damaged.", hint=hint)
    spec = parse_run(found.spec)
    return RunDetail(
        **_listed(tuple(getattr(found, name) for name in LISTED), queued),
        spec=spec,
        results=found.results,
        error=found.error,
        last_words=found.last_words,
        environment=found.environment or {},
        launcher=found.launcher,
        imported=found.imported,
        start_from=found.start_from,
        notes=found.notes,
        repeat=repeat_of(found.id, found.name, spec, found.start_from),
        damaged_lines=found.damaged_lines,
    )


def find(connection: Connection, reference: str) -> str:
    """Give the id of the run that has this id, else this name, else this as the beginning of its id.

    Raises:
        NotFoundError: there is none; the hint names close ones.
        InputError: there are several.
    """
    wanted = reference.strip()
    by_id = _ids(connection, RUNS.c.id == wanted.lower())
    if by_id:
        return by_id[0]
    found = _ids(connection, RUNS.c.name == wanted)
    if not found and wanted:
        found = _ids(connection, func.substr(RUNS.c.id, 1, len(wanted)) == wanted.lower())
    if len(found) == 1:
        return found[0]
    if found:
        named = ", ".join(found[:MOST_NAMED]) + (" …" if len(found) > MOST_NAMED else "")
        raise InputError(f"{len(found)} runs are meant by {reference!r}: {named}.", path="run", hint="Give an id.")
    raise NotFoundError(f"There is no run {reference!r}.", path="run", hint=_close(connection, wanted))


def _listed(row: tuple[Any, ...], queued: dict[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = dict(zip(LISTED, row, strict=False))
    values["neurons"] = values["neurons"].split(",")
    values["tags"] = split(values["tags"])
    values["queue_position"] = queued.get(values["id"])
    values["progress"] = (
        None
        if values["total_updates"] is None
        else {
            "epoch": values["epoch"],
            "update": values["updates"],
            "total_updates": values["total_updates"],
            "samples_per_second": values["samples_per_second"],
        }
    )
    return values


def _ids(connection: Connection, condition: Any) -> Sequence[str]:
    found = select(RUNS.c.id).where(_THERE, condition).order_by(RUNS.c.created_at.desc())
    return connection.execute(found).scalars().all()


def _close(connection: Connection, wanted: str) -> str:
    names: list[str] = []
    for found in connection.execute(select(RUNS.c.id, RUNS.c.name).where(_THERE)):
        names += [found.id, found.name]
    close = get_close_matches(wanted, names, 3)
    return f"Did you mean {' or '.join(close)}?" if close else "`snntrainer3d runs list` lists them all."
