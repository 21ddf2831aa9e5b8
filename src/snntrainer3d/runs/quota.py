"""A bound on what the runs may take: beyond it, snapshots are thinned, those of the oldest runs first.

Snapshots are for replay alone. Weights, checkpoints, records, curves and results are never touched, nor is a run that a
process works on; runs that a person tagged, annotated or archived come last. Of every run the first and the last
snapshot stay.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from snntrainer3d.errors import ConflictError, InputError, NotFoundError
from snntrainer3d.events import ENDED, Notice
from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.query import Condition, Query
from snntrainer3d.runs.record import append_event
from snntrainer3d.runs.snapshots import keep_snapshots, list_snapshots
from snntrainer3d.runs.store import RunStore
from snntrainer3d.runs.usage import RunUse, use_of, uses_below
from snntrainer3d.storage import write_atomically

LEAST_QUOTA = 1_000_000
KEPT_NOTES = 100
FILE = "disk.json"
NOTED = Query(where=(Condition("notes", "!=", ""),))
"""Runs with notes, which a list does not tell."""
log = logging.getLogger(__name__)


class Thinned(BaseModel):
    """Snapshots of one run that were removed to stay below the quota."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)
    run: str
    snapshots: int
    """How many."""
    bytes: int
    """What that freed."""
    at: float


class _DiskFile(BaseModel):
    """What a home says of its disk."""

    model_config = ConfigDict(frozen=True)
    format: Literal["snntrainer3d/disk"] = "snntrainer3d/disk"
    version: Literal[1] = 1
    quota_bytes: int | None = Field(default=None, ge=LEAST_QUOTA)
    thinned: tuple[Thinned, ...] = ()


class Quota:
    """The bound of one home, kept in its `disk.json`."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._path = store.home / FILE

    @property
    def bytes(self) -> int | None:
        """Give the bound; None where there is none."""
        return self._read().quota_bytes

    @property
    def thinned(self) -> Sequence[Thinned]:
        """Give what was lately removed, the newest last."""
        return self._read().thinned

    def set(self, bound: int | None) -> None:
        """Set the bound, or take it away; raises InputError for one that nothing could keep, StorageError."""
        if bound is not None and bound < LEAST_QUOTA:
            raise InputError(f"got {bound:,} bytes, expected at least {LEAST_QUOTA:,}.", path="quota_bytes")
        self._write(self._read().model_copy(update={"quota_bytes": bound}))

    def uses(self) -> list[RunUse]:
        """Give what every run takes, those in the trash too."""
        return uses_below(self._store.home / "runs")

    def keep(self) -> Sequence[Thinned]:
        """Thin snapshots until the runs are within the bound, or nothing is left to thin; give what was done."""
        bound = self.bytes
        if bound is None:
            return ()
        uses = {use.run: use for use in self.uses()}
        excess = sum(use.bytes for use in uses.values()) - bound
        done = []
        for run in self._in_turn(uses) if excess > 0 else ():
            found = self._thin(self._store.folder(run), excess)
            if found is not None:
                done.append(found)
                excess -= found.bytes
            if excess <= 0:
                break
        return done

    def _in_turn(self, uses: dict[str, RunUse]) -> Iterator[str]:
        """Give the ended runs that have snapshots, in the order in which these are thinned."""
        rows = [row for row in self._store.list() if row.status in ENDED and row.id in uses and uses[row.id].snapshots]
        noted = {row.id for row in self._store.query(NOTED).runs}
        kept = {row.id: bool(row.tags or row.archived or row.id in noted) for row in rows}
        yield from (row.id for row in sorted(rows, key=lambda row: (kept[row.id], row.ended_at or row.created_at)))

    def _thin(self, run: RunFolder, excess: int) -> Thinned | None:
        """Halve a run's snapshots as often as it takes; None where there was nothing to gain."""
        try:
            with run.hold():
                return self._thin_held(run, excess)
        except (ConflictError, NotFoundError):
            return None  # a process works on it, or it is gone

    def _thin_held(self, run: RunFolder, excess: int) -> Thinned | None:
        before, count = use_of(run).snapshots, len(list_snapshots(run.snapshots))
        freed = 0
        while freed < excess:
            indices = [row.index for row in list_snapshots(run.snapshots)]
            kept = [*indices[:-1:2], *indices[-1:]]
            if len(kept) == len(indices):
                break
            keep_snapshots(run.snapshots, kept)
            freed = before - use_of(run).snapshots
        removed = count - len(list_snapshots(run.snapshots))
        if not removed:
            return None
        found = Thinned(run=run.id, snapshots=removed, bytes=freed, at=time.time())
        self._tell(run, found)
        return found

    def _tell(self, run: RunFolder, found: Thinned) -> None:
        """Say it in the record of the run, in the home, and in the log."""
        text = (
            f"{found.snapshots} snapshots of the weights were removed ({found.bytes / 1e6:.1f} MB), because the runs "
            "take more than the quota of the disk allows. Weights, curves and results are as they were."
        )
        append_event(run.events, Notice(level="info", code="snapshots_thinned", text=text))
        self._store.sync(run.id)
        known = self._read()
        self._write(known.model_copy(update={"thinned": (*known.thinned, found)[-KEPT_NOTES:]}))
        log.info("Run %s: %s", run.id, text, extra={"run": run.id})

    def _read(self) -> _DiskFile:
        try:
            return _DiskFile.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return _DiskFile()

    def _write(self, found: _DiskFile) -> None:
        write_atomically(self._path, json.dumps(found.model_dump(), indent=1) + "\n")
