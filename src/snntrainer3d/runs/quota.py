"""A bound on what the runs may take: beyond it, snapshots are thinned, those of the oldest runs first.

Snapshots are for replay alone. Weights, checkpoints, records, curves and results are never touched, nor is a run that a
process works on; runs that a person tagged, annotated or archived come last. Of every run the first and the last
snapshot stay, and where thinning would free nothing, all do. The trash is not counted: it empties itself, and what is
in it can still be restored whole.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence

from snntrainer3d.errors import ConflictError, InputError, NotFoundError, Snntrainer3dError
from snntrainer3d.events import ENDED, Notice
from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.query import Condition, Query
from snntrainer3d.runs.quota_file import LEAST_QUOTA, QuotaFile, Thinned
from snntrainer3d.runs.record import append_event
from snntrainer3d.runs.snapshots import bytes_without, keep_snapshots, list_snapshots
from snntrainer3d.runs.store import RunStore
from snntrainer3d.runs.usage import RunUse, uses_below

NOTED = Query(where=(Condition("notes", "!=", ""),))
"""Runs with notes, which a list does not tell."""
log = logging.getLogger(__name__)


class Quota:
    """The bound of one home, kept in its `disk.json`."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._file = QuotaFile(store.home)
        self._fruitless: set[str] = set()
        """Runs of which the disk gave nothing back, tried once: not every disk has holes in its files."""

    @property
    def bytes(self) -> int | None:
        """Give the bound; None where there is none."""
        return self._file.read().quota_bytes

    @property
    def thinned(self) -> Sequence[Thinned]:
        """Give what was lately removed, the newest last."""
        return self._file.read().thinned

    def set(self, bound: int | None) -> None:
        """Set the bound, or take it away.

        Raises:
            InputError: nothing could keep it.
            FileFormatError: a newer release wrote the file of the bound.
            StorageError: the disk is full or the home is not writable.
        """
        if bound is not None and bound < LEAST_QUOTA:
            raise InputError(f"got {bound:,} bytes, expected at least {LEAST_QUOTA:,}.", path="quota_bytes")
        self._file.set_bound(bound)

    def uses(self) -> list[RunUse]:
        """Give what every run takes, those in the trash too."""
        return uses_below(self._store.home / "runs")

    def keep(self) -> Sequence[Thinned]:
        """Thin snapshots until the runs are within the bound, or nothing is left to thin; give what was done.

        One process or thread does so at a time, and looks at the bound anew before each run. What is wrong with a run
        is logged, and the others are thinned.
        """
        if self.bytes is None:
            return ()
        with self._file.keeping() as alone:
            return self._keep() if alone else ()

    def _keep(self) -> Sequence[Thinned]:
        trash = {row.id for row in self._store.trash.list()}
        uses = {use.run: use for use in self.uses() if use.run not in trash}
        taken = sum(use.bytes for use in uses.values())
        done: list[Thinned] = []
        turn = None
        while (excess := self._excess(taken)) > 0:
            turn = turn or self._in_turn(uses)
            run = next(turn, None)
            if run is None:
                break
            found = self._thin(run, excess)
            if found is not None:
                done.append(found)
                taken -= found.bytes
        return done

    def _excess(self, taken: int) -> int:
        bound = self.bytes
        return 0 if bound is None else taken - bound

    def _in_turn(self, uses: Mapping[str, RunUse]) -> Iterator[str]:
        """Give the ended runs that have snapshots, in the order in which these are thinned."""
        rows = [row for row in self._store.list() if row.status in ENDED and row.id in uses]
        noted = {row.id for row in self._store.query(NOTED).runs}
        rows = [row for row in rows if uses[row.id].snapshots and row.id not in self._fruitless]
        kept = {row.id: bool(row.tags or row.archived or row.id in noted) for row in rows}
        yield from (row.id for row in sorted(rows, key=lambda row: (kept[row.id], row.ended_at or row.created_at)))

    def _thin(self, run: str, excess: int) -> Thinned | None:
        """Thin a run's snapshots as far as it takes; None where there was nothing to gain."""
        try:
            folder = self._store.folder(run)
            if not _worth_keeping(folder, excess):
                return None
            with folder.hold():
                found = self._thin_held(folder, excess)
        except (ConflictError, NotFoundError):
            return None  # a process works on it, or it is gone
        except (Snntrainer3dError, OSError) as error:
            log.warning("The snapshots of run %s cannot be thinned: %s", run, error, extra={"run": run})
            return None
        return found

    def _thin_held(self, run: RunFolder, excess: int) -> Thinned | None:
        kept = _worth_keeping(run, excess)
        if not kept:
            return None
        count = len(list_snapshots(run.snapshots))
        freed = keep_snapshots(run.snapshots, kept)
        if freed <= 0:
            self._fruitless.add(run.id)
            log.warning("Run %s keeps its snapshots: the disk gives back no part of their file.", run.id)
            return None
        found = Thinned(run=run.id, snapshots=count - len(kept), bytes=freed, at=time.time())
        try:
            self._tell(run, found)
        except (Snntrainer3dError, OSError) as error:
            log.warning("Run %s was thinned, which cannot be written down: %s", run.id, error, extra={"run": run.id})
        return found

    def _tell(self, run: RunFolder, found: Thinned) -> None:
        """Say it in the log, in the record of the run, and in the home."""
        text = (
            f"{found.snapshots} snapshots of the weights were removed ({_size(found.bytes)}), because the runs "
            "take more than the quota of the disk allows. Weights, curves and results are as they were."
        )
        log.info("Run %s: %s", run.id, text, extra={"run": run.id})
        append_event(run.events, Notice(level="info", code="snapshots_thinned", text=text))
        self._store.sync(run.id)
        self._file.note(found)


def _worth_keeping(run: RunFolder, excess: int) -> Sequence[int]:
    """Give the snapshots to keep, of which every second goes as often as it takes; none where that frees nothing."""
    kept = [row.index for row in list_snapshots(run.snapshots)]
    best: Sequence[int] = ()
    most = 0
    while len(kept) > 2 and most < excess:
        kept = [*kept[:-1:2], kept[-1]]
        freed = bytes_without(run.snapshots, kept)
        if freed > most:
            best, most = kept, freed
    return best


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
