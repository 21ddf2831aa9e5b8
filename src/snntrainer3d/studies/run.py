"""Carry out a study: its runs made in the store, trained by worker processes, resumed and never repeated.

The truth is on the disk at every moment: the plan, which run belongs to which entry (noted before it is trained), and
each run's own record. So a study that is killed loses nothing but the updates since the last checkpoint.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

from snntrainer3d.apart import own_environment
from snntrainer3d.data import available, fetch
from snntrainer3d.errors import ConflictError, FailureError, JobError, NotFoundError, Snntrainer3dError, reason_of
from snntrainer3d.jobs import JobRunner, cancel_run, has_decisions
from snntrainer3d.runs import RunStore
from snntrainer3d.studies.cluster import Cluster, ClusterWorker, connected
from snntrainer3d.studies.folder import StudyFolder
from snntrainer3d.studies.order import Order
from snntrainer3d.studies.plan import Entry, Plan
from snntrainer3d.studies.pool import Worker, WorkerDiedError
from snntrainer3d.studies.state import StudyState, find_run, state_of

LOOK_PERIOD_S = 0.5
LOCK_PATIENCE_S = 5.0
START_PATIENCE_S = 20.0
REPORT_LIMIT_S = 300.0
ATTEMPTS = 3
"""How often a run is tried whose worker dies."""
OnChange = Callable[[StudyState], None]


def run_study(
    study: StudyFolder,
    store: RunStore,
    *,
    workers: int | None = None,
    replace_deleted: bool = False,
    on_change: OnChange | None = None,
    cluster: str = "",
) -> StudyState:
    """Train what is missing of a study; give how it stands then.

    Runs that are finished are left alone; those that were stopped, failed or killed go on from their checkpoints.
    Ctrl-C and `stop` end it after the current updates.

    Args:
        workers: processes; by default as many as there are cores, and no more than runs.
        replace_deleted: make anew the runs that were deleted; otherwise they stay missing and the state says so.
        on_change: told the state about twice a second.
        cluster: train on this Ray cluster, `local` or its address, instead of in processes of this machine; `workers`
            is then by default the number of its cores.

    Raises:
        ConflictError: another process works on the study.
        DataUnavailableError: a data set is neither here nor to be downloaded; no run was begun.
        InputError, FailureError: see `connected`; no run was begun.
    """
    told = on_change or (lambda _state: None)
    with study.hold(LOCK_PATIENCE_S):
        study.stop_file.unlink(missing_ok=True)
        with connected(cluster) if cluster else nullcontext() as joined:
            _Execution(study, store, workers, replace_deleted, joined).run(told)
    found = state_of(study, store)
    told(found)
    return found


def start(study: StudyFolder, home: Path, order: Order | None = None) -> None:
    """Carry out a study in a process of its own, which outlives this one, and write its report at the end.

    When this returns it works on the study, or has ended again; why, the study then tells.

    Raises:
        ConflictError: a process works on it already.
        JobError: no process can be started.
    """
    if study.busy():
        raise ConflictError(f"A process works on study {study.id} already.", hint="Stop it first.")
    study.stop_file.unlink(missing_ok=True)
    study.error_file.unlink(missing_ok=True)
    study.give_order(order or Order())
    command = [sys.executable, "-P", "-m", "snntrainer3d.studies.child", str(home), study.id]
    try:
        with study.log.open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=own_environment(),
            )
    except OSError as error:
        raise JobError(f"The process of the study cannot be started: {reason_of(error)}.") from error
    # Somebody has to take its exit code, or the system keeps its entry for as long as this process lives.
    threading.Thread(target=process.wait, daemon=True).start()
    give_up = time.monotonic() + START_PATIENCE_S
    while not study.busy() and process.poll() is None and time.monotonic() < give_up:
        time.sleep(0.05)


def write_report_apart(study: StudyFolder, home: Path) -> None:
    """Write the report of what is finished in a process of its own, for what draws is heavy; raises FailureError."""
    command = [sys.executable, "-P", "-m", "snntrainer3d.studies.child", str(home), study.id, "report"]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=REPORT_LIMIT_S,
        check=False,
        env=own_environment(),
    )
    if done.returncode:
        with suppress(OSError), study.log.open("a") as log:
            log.write(done.stderr)
        raise FailureError(
            study.read_error() or "The report cannot be written.", hint=f"{study.log} holds the details."
        )


def stop(study: StudyFolder) -> None:
    """Ask whoever works on a study to stop; it keeps checkpoints. Raises ConflictError where nobody does."""
    if not study.busy():
        raise ConflictError(f"Nobody works on study {study.id}.", hint="It can be resumed.")
    study.stop_file.touch()


class _Execution:
    def __init__(
        self,
        study: StudyFolder,
        store: RunStore,
        workers: int | None,
        replace_deleted: bool,
        cluster: Cluster | None,
    ) -> None:
        self._study, self._store, self._cluster = study, store, cluster
        self._plan: Plan = study.read_plan()
        self._jobs = JobRunner(store)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._members = study.members()
        self._active: set[str] = set()
        self._errors: list[Exception] = []
        self._todo = deque(entry for entry in self._plan.entries if self._is_open(entry, replace_deleted))
        at_once = cores() if cluster is None else cluster.cores
        self._workers = max(1, min(workers or at_once, len(self._todo)))

    def run(self, on_change: OnChange) -> None:
        self._fetch_data()
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self._workers if self._todo else 0)]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                self._look(on_change)
        except KeyboardInterrupt:
            self._stop()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def _fetch_data(self) -> None:
        """Get data sets that are missing, once and before anything fails for want of them."""
        for name in dict.fromkeys(entry.spec.training.dataset for entry in self._todo):
            if not available(name):
                fetch(name)

    def _is_open(self, entry: Entry, replace_deleted: bool) -> bool:
        """Tell whether there is something to do for an entry, taking in first what its record says."""
        run = self._members.get(entry.key)
        if run is None:
            return True
        try:
            self._store.sync(run)
        except NotFoundError:
            if replace_deleted:
                del self._members[entry.key]
            return replace_deleted
        row = find_run(self._store, run)
        return row is None or row.status != "finished" or not has_decisions(self._store.folder(run), self._steps(entry))

    def _steps(self, entry: Entry) -> list[int]:
        return [entry.spec.training.num_steps, *self._plan.study.decide_steps]

    def _look(self, on_change: OnChange) -> None:
        time.sleep(LOOK_PERIOD_S)
        with self._lock:
            active = list(self._active)
        for run in active:
            with suppress(NotFoundError):
                self._store.sync(run)
        on_change(state_of(self._study, self._store, self._plan))
        if self._study.stop_file.exists() and not self._stopping.is_set():
            self._stop()

    def _stop(self) -> None:
        self._stopping.set()
        with self._lock:
            active = list(self._active)
        for run in active:
            with suppress(Snntrainer3dError):
                cancel_run(self._store.folder(run))

    def _work(self) -> None:
        """Take entries until none is left; one worker process does them."""
        worker = self._worker()
        try:
            while not self._stopping.is_set():
                with self._lock:
                    if not self._todo:
                        return
                    entry = self._todo.popleft()
                self._train(entry, worker)
        except Exception as error:
            # Told by the main thread; what the others are at is finished first.
            self._errors.append(error)
            self._stopping.set()
        finally:
            worker.close()

    def _worker(self) -> Worker | ClusterWorker:
        if self._cluster is not None:
            return self._cluster.worker(self._stopping, self._study.log)
        return Worker(max(1, cores() // self._workers), self._study.log)

    def _train(self, entry: Entry, worker: Worker | ClusterWorker) -> None:
        run = self._run_of(entry)
        folder = self._store.folder(run)
        with self._lock:
            self._active.add(run)
        try:
            for _ in range(ATTEMPTS):
                self._store.sync(run)
                row = self._store.get(run)
                # What an earlier order said would otherwise stop it again at once.
                folder.control.unlink(missing_ok=True)
                if self._stopping.is_set():  # from here on an order to stop reaches the run
                    return
                task = {
                    "folder": str(folder.path),
                    "train": row.status != "finished",
                    "steps": self._steps(entry),
                }
                try:
                    worker.do(task)
                    return
                except WorkerDiedError:
                    self._jobs.look_after()
        except NotFoundError:
            # Deleted while it was trained: the state tells it.
            return
        finally:
            with suppress(NotFoundError):
                self._store.sync(run)
            with self._lock:
                self._active.discard(run)

    def _run_of(self, entry: Entry) -> str:
        """Give the entry's run: the one it has, one that a killed study made but could not note, or a new one."""
        with self._lock:
            run = self._members.get(entry.key)
            if run is None:
                run = self._orphan(entry) or self._store.create(entry.spec, launcher="cli").id
                self._study.add_member(entry.key, run)
                self._members[entry.key] = run
            return run

    def _orphan(self, entry: Entry) -> str | None:
        taken = set(self._members.values())
        for row in self._store.list(search=entry.spec.training.name):
            fresh = row.created_at >= self._study.created_at and row.id not in taken
            if fresh and row.name == entry.spec.training.name and self._store.get(row.id).spec == entry.spec:
                return row.id
        return None


def cores() -> int:
    """Give the cores that this process may use: a container may be given fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
