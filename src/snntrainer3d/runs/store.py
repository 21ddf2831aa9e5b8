"""The store of runs: rows in a database, artifacts in folders; the record in the folder is the truth about a job."""

from __future__ import annotations

import errno
import json
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, delete, func, insert, select, update

from snntrainer3d.analysis import History, Points
from snntrainer3d.errors import ConflictError, NotFoundError, StorageError, reason_of
from snntrainer3d.events import ENDED, EpochDone, Event, RunStatus, Update
from snntrainer3d.frames import encode_frame, make_frame
from snntrainer3d.home import home_folder
from snntrainer3d.runs.backlog import Backlog
from snntrainer3d.runs.changes import changes_of, event_of_point
from snntrainer3d.runs.checkpoints import list_checkpoints, newest_checkpoint
from snntrainer3d.runs.cursors import Cursors
from snntrainer3d.runs.database import DATABASE, Database, refuse_vanished
from snntrainer3d.runs.environment import environment
from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.identity import new_id
from snntrainer3d.runs.listing import detail_of, find, queue, rows_of, select_rows
from snntrainer3d.runs.live import read_live_frame
from snntrainer3d.runs.marks import checked_notes, checked_tags, joined, split
from snntrainer3d.runs.names import checked_name, name_of
from snntrainer3d.runs.points import points_of_run
from snntrainer3d.runs.query import NEWEST, Query, fields, filtered, ordered, refuse_unknown, value_of
from snntrainer3d.runs.record import read_record, told_damaged
from snntrainer3d.runs.rows import (
    CheckpointRow,
    EventPage,
    Found,
    ImportedRun,
    Launcher,
    RunDetail,
    RunRow,
    SnapshotRow,
)
from snntrainer3d.runs.run_file import About, read_run_file, write_run_file
from snntrainer3d.runs.snapshots import list_snapshots, read_snapshot
from snntrainer3d.runs.synchronise import apply_changes, take_portion
from snntrainer3d.runs.tables import POINTS, RUNS
from snntrainer3d.runs.trash import Trash
from snntrainer3d.runs.unpacked import check_unpacked
from snntrainer3d.runs.weights import read_weights, write_weights
from snntrainer3d.spec import RunSpec, TrainedNetwork, cost_of, fit_start
from snntrainer3d.storage import write_atomically

UNENDED = ("queued", "running", "paused")
"""Asked for by name, because what is not in a list is found by no index."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that has not ended, as the jobs room needs it."""

    id: str
    status: RunStatus
    launcher: Launcher
    created_at: float
    spawned_at: float | None
    """When a process was started for it that has not been heard of yet; None once it has."""


class RunStore:
    """The runs of a home. Several threads and processes may use it at once.

    What takes a run takes its id, the beginning of it, or its name, where that means one run; everything raises
    NotFoundError where it means none, InputError where it means several, StorageError where the store cannot be used.
    """

    def __init__(self, home: Path | None = None, *, repair: bool = False) -> None:
        """Open the store of a home, by default `home_folder()`, making what is missing.

        Args:
            repair: make a database where it is gone and runs are left.

        Raises:
            StorageError: not writable, damaged, or of a newer release, which is left untouched; or without its
                database.
        """
        self.home = (Path(home) if home is not None else home_folder()).absolute()
        if not repair:
            refuse_vanished(self.home / DATABASE)
        self._database = Database(self.home / DATABASE)
        self._runs = self.home / "runs"
        self.trash = Trash(self._database, self._runs, self.home / "trash")
        self._cursors = Cursors()
        self._backlog = Backlog()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Making and finding runs.

    def create(
        self,
        spec: RunSpec,
        *,
        start_from: str | TrainedNetwork | None = None,
        launcher: Launcher = "server",
    ) -> RunRow:
        """Make a run, queued: for the server's queue, or for a command line that runs it in its own process.

        Args:
            start_from: a run, or a network, whose weights training starts from.

        Raises:
            MismatchError: those weights are of a network of other sizes or biases.
        """
        source = ""
        if isinstance(start_from, str):
            source = self.find(start_from)
            start_from = self.trained(source)
        start = fit_start(start_from, spec.network) if start_from is not None else None
        run = self._make_folder(spec)
        try:
            if start is not None:
                write_weights(run.start, start)
            return self._insert(run.id, spec, status="queued", launcher=launcher, start_from=source)
        except BaseException:
            shutil.rmtree(run.path, ignore_errors=True)
            raise

    def import_run(self, spec: RunSpec, weights: bytes) -> RunRow:
        """Make a run of a weight file that was read: finished, with no training behind it.

        Args:
            weights: safetensors, named as `spec.tensor_shapes` does.

        Raises:
            FileFormatError, MismatchError: these are no weights of the spec's network.
        """
        results = _imported_results(spec)
        run = self._make_folder(spec)
        try:
            write_atomically(run.weights, weights)
            read_weights(run.weights, spec)
            write_atomically(run.results, json.dumps(results))
            return self._insert(
                run.id, spec, status="finished", launcher="server", imported=True, results=results, ended_at=time.time()
            )
        except BaseException:
            shutil.rmtree(run.path, ignore_errors=True)
            raise

    def list(
        self, *, status: Collection[str] | None = None, search: str = "", limit: int | None = None
    ) -> list[RunRow]:
        """Give the runs, newest first: of some statuses, with a text in name, id, data set or network."""
        return self.query(Query(status=status, search=search, limit=limit)).runs

    def query(self, query: Query) -> Found:
        """Give the runs that a query wants, in its order.

        Raises:
            SpecError: it names a field that no run has, with close ones.
        """
        named = query.sort != NEWEST
        statement = select_rows().add_columns(value_of(query.sort).label("sorted_by")) if named else select_rows()
        counted = filtered(select(func.count()).select_from(RUNS), query)
        with self._database.read() as connection:
            refuse_unknown(connection, query)
            queued = queue(connection)
            found = connection.execute(ordered(filtered(statement, query), query)).all()
            total = len(found) if query.limit is None else connection.execute(counted).scalar_one()
        values = {row.id: row.sorted_by for row in found} if named else None
        return Found.model_construct(runs=rows_of(found, queued), total=total, values=values)

    def fields(self) -> Sequence[dict[str, Any]]:
        """Give the fields of settings, results and environment that runs have, with their values where they are few."""
        with self._database.read() as connection:
            return fields(connection)

    def tags(self) -> dict[str, int]:
        """Give every tag with the number of its runs, often used ones first."""
        counts: dict[str, int] = {}
        with self._database.read() as connection:
            tagged = filtered(select(RUNS.c.tags).where(RUNS.c.tags != ""), Query())
            for text in connection.execute(tagged).scalars():
                for tag in split(text):
                    counts[tag] = counts.get(tag, 0) + 1
        return dict(sorted(counts.items(), key=lambda found: (-found[1], found[0].lower())))

    def find(self, reference: str) -> str:
        """Give the id of the run that an id, the beginning of one, or a name means."""
        with self._database.read() as connection:
            return find(connection, reference)

    def get(self, reference: str) -> RunDetail:
        """Give a run in full."""
        with self._database.read() as connection:
            chosen = select(RUNS).where(RUNS.c.id == find(connection, reference))
            return detail_of(connection.execute(chosen).one(), queue(connection))

    def folder(self, reference: str | RunFolder) -> RunFolder:
        """Give a run's folder; one that was given before is not looked up again while it is there."""
        if isinstance(reference, RunFolder):
            if reference.path.is_dir():
                return reference
            reference = reference.id
        return RunFolder(self._runs / self.find(reference))

    @property
    def version(self) -> int:
        """Give a number that changes with every change of a row or a point, by whatever process."""
        return self._database.version

    # What a person changes.

    def rename(self, reference: str, name: str) -> RunRow:
        """Give a run another name; an empty one gives back the name that its network makes. Raises InputError."""
        return self.change(reference, name=name)

    def change(
        self,
        reference: str,
        *,
        name: str | None = None,
        tags: Collection[str] | None = None,
        notes: str | None = None,
        archived: bool | None = None,
    ) -> RunRow:
        """Change what a person says of a run; None leaves it. Raises InputError, SpecError."""
        given: dict[str, Any] = {
            "name": None if name is None else checked_name(name),
            "tags": None if tags is None else joined(checked_tags(tags)),
            "notes": None if notes is None else checked_notes(notes),
            "archived": archived,
        }
        changes = {column: value for column, value in given.items() if value is not None}
        with self._database.write() as connection:
            run = find(connection, reference)
            if changes.get("name") == "":
                spec = detail_of(connection.execute(select(RUNS).where(RUNS.c.id == run)).one(), {}).spec
                changes["name"] = name_of(spec)
            if changes:
                connection.execute(update(RUNS).where(RUNS.c.id == run).values(changes))
            return _row(connection, run)

    def delete(self, reference: str) -> None:
        """Put a run into the trash, from where it can be restored; raises ConflictError for one that has not ended."""
        run = self.folder(reference)
        if run.busy():
            raise ConflictError(f"A process still works on run {run.id}.", hint="Cancel it first.")
        status = self.get(run.id).status
        if status not in ENDED:
            raise ConflictError(f"Run {run.id} is {status}.", hint="Cancel it first.")
        self.trash.put(run.id)

    # Runs as files.

    def export_file(self, reference: str, target: Path) -> None:
        """Write an ended run with all that it holds into one file; raises ConflictError while it goes on."""
        found = self.get(reference)
        if found.status not in ENDED:
            raise ConflictError(f"Run {found.id} is {found.status}.", hint="Wait for its end, or cancel it.")
        fields = ("id", "name", "created_at", "launcher", "imported", "start_from", "tags", "notes", "environment")
        about = About(**{name: getattr(found, name) for name in fields})
        write_run_file(self.folder(found.id), about, target)

    def import_file(self, path: Path, called: str = "") -> ImportedRun:
        """Make a run of a file that `export_file` wrote; it keeps its id. Faults name the file as it is `called`.

        Damaged lines of its record are skipped and told.

        Raises:
            ConflictError: the run is here already, or in the trash.
            FileFormatError, SpecError, MismatchError, LimitError: see `read_run_file` and `check_unpacked`; nothing
                was made.
        """
        folder = Path(tempfile.mkdtemp(prefix=".import-", dir=self.home))
        try:
            about = read_run_file(Path(path), folder, called)
            spec, results = check_unpacked(RunFolder(folder))
            columns = _columns_of(about, spec, results)
            self._refuse_known(about.id)
            target = self._runs / about.id
            target.parent.mkdir(exist_ok=True)
            with _already_there(about.id):
                folder.rename(target)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        try:
            self._insert(about.id, spec, **columns)
            self.sync(about.id)
            made = self.get(about.id)
        except BaseException:
            self._forget(about.id)
            raise
        row = {name: getattr(made, name) for name in RunRow.model_fields}
        return ImportedRun(**row, notices=told_damaged(made.damaged_lines))

    def adopt(self, run: str) -> RunRow:
        """Make the row anew of a run whose folder is there; what only the row held is lost: name, tags, notes.

        Raises:
            NotFoundError, SpecError: its document is missing or damaged.
        """
        folder = RunFolder(self._runs / run)
        spec = folder.read_spec()
        made = folder.spec.stat().st_mtime
        columns: dict[str, Any] = {"status": "interrupted", "ended_at": made}
        if not folder.events.exists() and folder.results.exists():
            columns |= {"status": "finished", "imported": True, "results": folder.read_results()}
        self._insert(run, spec, launcher="server", created_at=made, queued_at=None, environment={}, **columns)
        try:
            self.sync(run)
        except BaseException:
            self._forget(run, keep_folder=True)
            raise
        return self.query(Query(search=run)).runs[0]

    # What the jobs room changes.

    def unfinished(self) -> Sequence[Unfinished]:
        """Give the runs that have not ended, in the order in which they were queued."""
        columns = (RUNS.c.id, RUNS.c.status, RUNS.c.launcher, RUNS.c.created_at, RUNS.c.spawned_at)
        query = select(*columns).where(RUNS.c.status.in_(UNENDED)).order_by(RUNS.c.queued_at, RUNS.c.id)
        with self._database.read() as connection:
            return [Unfinished(*found) for found in connection.execute(query)]

    def enqueue(self, reference: str) -> RunRow:
        """Put a run that ended without finishing into the server's queue; raises ConflictError for any other."""
        resumable = ENDED - {"finished"}
        with self._database.write() as connection:
            run = find(connection, reference)
            row = _row(connection, run)
            if _launcher(connection, run) == "watch":
                raise ConflictError(f"Run {run} was watched in another program.", hint="Only that can go on with it.")
            if row.status not in resumable:
                raise ConflictError(f"Run {run} is {row.status}.", hint="Only a run that was stopped can be resumed.")
            queued = {"status": "queued", "launcher": "server", "queued_at": time.time(), "ended_at": None}
            connection.execute(update(RUNS).where(RUNS.c.id == run).values(error=None, last_words="", **queued))
            return _row(connection, run)

    def claim(self, run: str) -> bool:
        """Turn a queued run into a running one; of several who try, one is told True and starts its process."""
        with self._database.write() as connection:
            waiting = (RUNS.c.id == run) & (RUNS.c.status == "queued")
            now = time.time()
            done = connection.execute(update(RUNS).where(waiting).values(status="running", spawned_at=now))
            return done.rowcount == 1

    def apply(self, run: str, event: Event) -> None:
        """Note an event in the row alone: for when the disk is too full for the record."""
        with self._database.write() as connection:
            apply_changes(connection, run, changes_of([event]))

    def sync(self, reference: str) -> bool:
        """Take what is new in a run's record into the row and the points; tell whether there was any.

        Every whole line is taken once, whoever calls this how often from how many processes: the place in the record
        is stored with what was read of it.
        """
        run = self.folder(reference)
        changed = False
        while take_portion(self._database, run):
            changed = True
        return changed

    def sync_in_time(self, run: str) -> bool:
        """Do as `sync` for a run known by its id, whom someone looks after many times a second.

        What changes its state is taken at once, points of its curves once a second: each time waits for the disk.
        """
        return self._backlog.take(RunFolder(self._runs / run), lambda: self.sync(run))

    # What lies in a run's folder.

    def metrics(self, reference: str) -> History:
        """Give the points of the curves: updates and epochs, what a resume did again standing once."""
        with self._database.read() as connection:
            run = find(connection, reference)
            found = connection.execute(select(POINTS).where(POINTS.c.run == run).order_by(POINTS.c.updates)).all()
        events = [event_of_point(point) for point in found]
        return History(
            tuple(event for event in events if isinstance(event, Update)),
            tuple(event for event in events if isinstance(event, EpochDone)),
        )

    def points(self, reference: str) -> Points:
        """Give the points of the curves as columns: what drawing needs, in a tenth of the time of `metrics`."""
        with self._database.read() as connection:
            return points_of_run(connection, find(connection, reference))

    def events(self, reference: str | RunFolder, after: int = 0, limit: int | None = None) -> EventPage:
        """Give the events from a line of the record on, at most `limit` lines."""
        run = self.folder(reference)
        offset, line = self._cursors.find(run.events, max(0, after))
        lines = read_record(run.events, offset, limit)
        following = line + lines.count
        self._cursors.keep(run.events, following, lines.next_offset)
        return EventPage.model_construct(events=list(lines.events), next=following)

    def results(self, reference: str) -> dict[str, Any]:
        """Give the results; raises NotFoundError before there are any."""
        found = self.get(reference)
        if found.results is None:
            raise NotFoundError(f"Run {found.id} has no results yet.")
        return found.results

    def snapshots(self, reference: str) -> Sequence[SnapshotRow]:
        """Give the snapshots, oldest first."""
        return list_snapshots(self.folder(reference).snapshots)

    def read_snapshot(self, reference: str, index: int) -> bytes:
        """Give a snapshot's weight frame; raises NotFoundError, FileFormatError."""
        return read_snapshot(self.folder(reference).snapshots, index)

    def newest_frame(self, reference: str | RunFolder) -> bytes:
        """Give the newest weight frame: of the live weights, else made of stored ones; raises NotFoundError."""
        run = self.folder(reference)
        found = read_live_frame(run.frame)
        if found is not None:
            return found
        trained = self.trained(run.id)
        matrices = [trained.tensors[one.tensor].reshape(one.rows, one.columns) for one in trained.network.connections()]
        done = self.get(run.id).progress
        update, epoch = (done.update, done.epoch) if done is not None else (0, 0)
        return encode_frame(make_frame(run.id, 1, update, epoch, matrices))

    def checkpoints(self, reference: str) -> Sequence[CheckpointRow]:
        """Give the checkpoints, oldest first."""
        return list_checkpoints(self.folder(reference).checkpoints)

    def trained(self, reference: str) -> TrainedNetwork:
        """Give the trained network, or for a run that is not finished that of its newest checkpoint.

        Raises:
            NotFoundError: there are no weights yet.
            FileFormatError: the file of the weights is damaged.
        """
        run = self.folder(reference)
        spec = run.read_spec()
        if run.weights.exists():
            return read_weights(run.weights, spec)
        checkpoint, _ = newest_checkpoint(run.checkpoints)
        if checkpoint is None:
            raise NotFoundError(f"Run {run.id} has no weights yet.", hint="They come with the first epoch's end.")
        return TrainedNetwork(spec.network, checkpoint.tensors, spec.training)

    # How it is done.

    def _make_folder(self, spec: RunSpec) -> RunFolder:
        """Make a folder of a new id, with the spec in it."""
        while True:
            path = self._runs / new_id()
            try:
                path.mkdir(parents=True)
                break
            except FileExistsError:
                continue
            except OSError as error:
                raise StorageError(f"{path} cannot be made: {reason_of(error)}.", hint="Free some space.") from error
        run = RunFolder(path)
        try:
            write_atomically(run.spec, spec.model_dump_json(indent=2) + "\n")
        except StorageError:
            shutil.rmtree(path, ignore_errors=True)
            raise
        return run

    def _forget(self, run: str, *, keep_folder: bool = False) -> None:
        """Undo the making of a run: its row, then its folder."""
        with self._database.write() as connection:
            connection.execute(delete(RUNS).where(RUNS.c.id == run))
        if not keep_folder:
            shutil.rmtree(self._runs / run, ignore_errors=True)

    def _refuse_known(self, run: str) -> None:
        with self._database.read() as connection:
            row = connection.execute(select(RUNS.c.deleted_at).where(RUNS.c.id == run)).first()
        if row is not None and row.deleted_at is not None:
            raise ConflictError(f"Run {run} is in the trash.", path="id", hint="Restore it, or remove it for good.")
        if row is not None or (self._runs / run).exists():
            raise _here_already(run)

    def _insert(self, run: str, spec: RunSpec, **columns: Any) -> RunRow:
        now = time.time()
        values = {
            "id": run,
            "name": name_of(spec),
            "created_at": now,
            "queued_at": now,
            "imported": False,
            "start_from": "",
            "dataset": spec.training.dataset,
            "title": spec.network.title(),
            "neurons": ",".join(dict.fromkeys(neuron.kind for neuron in spec.network.neurons())),
            "epochs": spec.training.epochs,
            "seed": spec.training.seed,
            "num_steps": spec.training.num_steps,
            "pace": spec.training.pace,
            "parameters": cost_of(spec.network, spec.training.num_steps).parameters,
            "record_offset": 0,
            "record_lines": 0,
            "damaged_lines": 0,
            "last_words": "",
            "environment": environment(),
            "spec": spec.model_dump(mode="json"),
        }
        with self._database.write() as connection:
            connection.execute(insert(RUNS).values({**values, **columns}))
            return _row(connection, run)


def _launcher(connection: Connection, run: str) -> str:
    return str(connection.execute(select(RUNS.c.launcher).where(RUNS.c.id == run)).scalar_one())


def _row(connection: Connection, run: str) -> RunRow:
    return rows_of([connection.execute(select_rows().where(RUNS.c.id == run)).one()], queue(connection))[0]


@contextmanager
def _already_there(run: str) -> Iterator[None]:
    """Tell of a run whose folder another process made meanwhile."""
    try:
        yield
    except FileExistsError:
        raise _here_already(run) from None
    except OSError as error:
        if error.errno == errno.ENOTEMPTY:
            raise _here_already(run) from None
        raise


def _here_already(run: str) -> ConflictError:
    return ConflictError(f"Run {run} is here already.", path="id", hint="Delete it first to read it anew.")


def _columns_of(about: About, spec: RunSpec, results: dict[str, Any] | None) -> dict[str, Any]:
    """Give what the row of a run file holds beside its document; raises InputError, SpecError."""
    ended: dict[str, Any] = {"status": "interrupted", "ended_at": about.created_at}
    if about.imported:
        ended |= {"status": "finished", "results": results}
    kept = ("created_at", "launcher", "imported", "start_from", "environment")
    return {
        **ended,
        **{name: getattr(about, name) for name in kept},
        "name": checked_name(about.name) or name_of(spec),
        "tags": joined(checked_tags(about.tags)),
        "notes": checked_notes(about.notes),
    }


def _imported_results(spec: RunSpec) -> dict[str, Any]:
    cost = cost_of(spec.network, spec.training.num_steps)
    return {
        "test": None,
        "validation": None,
        "parameters": cost.parameters,
        "flops": cost.flops,
        "flops_all_steps": cost.flops_all_steps,
        "updates": 0,
        "epochs": 0,
        "rates": [],
    }
