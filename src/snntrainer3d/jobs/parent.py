"""The server's side of jobs: starts what is queued, notices what ended, says what vanished. Knows no torch.

Whether a job lives is told by its run's lock, never by a process number; so one server may watch what another started,
and go away while jobs go on.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from snntrainer3d.apart import own_environment
from snntrainer3d.errors import ConflictError, JobError, NotFoundError, Snntrainer3dError, StorageError, reason_of
from snntrainer3d.events import ENDED, Cancelled, Event, Failed, Interrupted
from snntrainer3d.jobs.control import Order, Want, give_order, read_order
from snntrainer3d.jobs.memory_kills import memory_kills
from snntrainer3d.jobs.words import last_words
from snntrainer3d.runs import RunDetail, RunFolder, RunStore, Unfinished, append_event

START_PATIENCE_S = 60.0
"""How long a process may take until it holds its run's lock, where its end would not be seen otherwise."""
log = logging.getLogger(__name__)


class JobRunner:
    """Looks after the jobs of a store; several may do so at once, in several processes."""

    def __init__(self, store: RunStore, slots: int | None = None) -> None:
        """Take a store.

        Args:
            slots: jobs that run at once, paused ones not counted; by default half the cores.
        """
        self._store = store
        self._slots = slots if slots is not None else max(1, _cores() // 2)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._memory_kills: dict[str, int | None] = {}
        self._turn = threading.RLock()
        self._version: int | None = None
        self._unfinished: Sequence[Unfinished] = ()

    def start(self, reference: str) -> RunDetail:
        """Start a queued run if there is a free slot, else leave it in the queue; raises ConflictError."""
        run = self._store.get(reference)
        if run.status != "queued":
            raise ConflictError(f"Run {run.id} is {run.status}.", hint="Only a queued run can be started.")
        self.tick()
        return self._store.get(run.id)

    def pause(self, reference: str) -> RunDetail:
        """Pause a running run after its current update, with a checkpoint; raises ConflictError."""
        return self._order(reference, "pause", {"running"})

    def resume(self, reference: str) -> RunDetail:
        """Let a paused run go on, or queue one that was cancelled, failed or interrupted; raises ConflictError.

        The latter goes on from its last checkpoint, in the same record; without one it begins anew.
        """
        run = self._current(reference)
        folder = self._store.folder(run.id)
        if run.status == "paused" or (run.status == "running" and read_order(folder.control).want == "pause"):
            return self._order(run.id, "run", {"running", "paused"})
        if run.status not in ENDED or run.status == "finished":
            raise ConflictError(f"Run {run.id} is {run.status}.", hint="Only a run that was stopped can be resumed.")
        give_order(folder.control, Order())
        self._store.enqueue(run.id)
        return self.start(run.id)

    def cancel(self, reference: str) -> RunDetail:
        """Cancel a run: at once while it is queued, else after its current update; raises ConflictError."""
        run = self._current(reference)
        # Claiming gives the sole right to start its process; here it is used to end the run instead.
        if run.status == "queued" and self._store.claim(run.id):
            self._close(run.id, Cancelled())
            return self._store.get(run.id)
        return self._order(run.id, "cancel", {"queued", "running", "paused"})

    def step(self, reference: str) -> RunDetail:
        """Let a paused run, or one at pace `update`, do one update; raises ConflictError."""
        run = self._current(reference)
        if run.status != "paused" and not (run.status == "running" and run.spec.training.pace == "update"):
            raise ConflictError(f"Run {run.id} is {run.status}.", hint="Only a paused run does single updates.")
        with self._turn:
            control = self._store.folder(run.id).control
            order = read_order(control)
            give_order(control, order.model_copy(update={"steps": order.steps + 1}))
        return run

    def tick(self) -> None:
        """Notice what happened to jobs and start what is queued; called about four times a second."""
        with self._turn:
            self.look_after()
            self._start_queued()

    def look_after(self) -> None:
        """Take in what happened to jobs, and mark as interrupted what vanished; starts nothing."""
        with self._turn:
            read = {run.id for run in self._now() if self._try(run.id, partial(self._store.sync_in_time, run.id))}
            unfinished = self._now()
            for run in unfinished:
                if run.id in read:
                    self._try(run.id, partial(self._notice, run))
            self._forget_ended({run.id for run in unfinished})

    def _now(self) -> Sequence[Unfinished]:
        """Give the runs that have not ended; asked for many times a second, so only read when anything was written."""
        version = self._store.version
        if version != self._version:
            self._unfinished = self._store.unfinished()
            self._version = version
        return self._unfinished

    def _try(self, run: str, look: Callable[[], object]) -> bool:
        """Tell whether it worked; one damaged run must not keep the others from being looked after."""
        try:
            look()
        except Snntrainer3dError as error:
            log.error("Run %s cannot be looked after: %s", run, error, extra={"run": run})
            return False
        return True

    def _notice(self, run: Unfinished) -> None:
        """Mark a run as interrupted whose process ended without a word."""
        if run.status == "queued":
            if run.launcher == "cli" and _long_ago(run.created_at):
                self._close(run.id, Interrupted(last_words="The command that made it ended before it began."))
            return
        process = self._processes.get(run.id)
        code = process.poll() if process is not None else None
        if process is not None and code is None:
            return
        folder = self._store.folder(run.id)
        if process is not None:
            words = last_words(folder.log, code, memory_kills=self._memory_kills_since(run.id))
            self._close(run.id, Interrupted(last_words=words))
        elif not folder.busy() and (run.spawned_at is None or _long_ago(run.spawned_at)):
            self._close(run.id, Interrupted(last_words=last_words(folder.log, None)))

    def _close(self, run: str, event: Event) -> None:
        """End a run by an event, if no process works on it and it has not ended."""
        folder = self._store.folder(run)
        try:
            with folder.hold():
                self._store.sync(run)
                if self._store.get(run).status not in ENDED:
                    words = (getattr(event, "last_words", "") or event.kind).partition("\n")[0]
                    log.info("Run %s ends: %s", run, words, extra={"run": run})
                    append_event(folder.events, event)
                    self._store.sync(run)
        except ConflictError:
            return
        except (StorageError, NotFoundError):
            # The folder is gone or the disk is full: then the row alone says it.
            self._store.apply(run, event.model_copy(update={"at": time.time()}))

    def _start_queued(self) -> None:
        unfinished = self._now()
        free = self._slots - sum(run.status == "running" for run in unfinished)
        waiting = [run.id for run in unfinished if run.status == "queued" and run.launcher == "server"]
        for run in waiting[: max(0, free)]:
            if self._store.claim(run):
                self._spawn(self._store.folder(run))

    def _spawn(self, folder: RunFolder) -> None:
        command = [sys.executable, "-P", "-m", "snntrainer3d.jobs.child", str(folder.path)]
        self._memory_kills[folder.id] = memory_kills()
        try:
            with folder.log.open("wb") as output:
                # A session of its own, so that the Ctrl-C that ends the server does not reach the job.
                self._processes[folder.id] = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env=own_environment(),
                )
            log.info("Run %s: its process begins.", folder.id, extra={"run": folder.id})
        except OSError as error:
            failure = JobError(
                f"The process of run {folder.id} cannot be started: {reason_of(error)}.",
                hint="The machine may be short of memory or disk space; resume the run later.",
            )
            self._close(folder.id, Failed(error=failure.body()))

    def _forget_ended(self, unfinished: set[str]) -> None:
        # An exit code is kept until it was told in the record.
        for run in [run for run, process in self._processes.items() if process.poll() is not None]:
            if run not in unfinished:
                code = self._processes.pop(run).returncode
                log.info("Run %s: its process ended with %s.", run, code, extra={"run": run})
                self._memory_kills.pop(run, None)

    def _memory_kills_since(self, run: str) -> int | None:
        """Give how many processes the kernel ended for want of memory since a run's process was started."""
        before, now = self._memory_kills.get(run), memory_kills()
        return None if before is None or now is None else now - before

    def _current(self, reference: str) -> RunDetail:
        run = self._store.find(reference)
        self._store.sync(run)
        return self._store.get(run)

    def _order(self, reference: str, want: Want, among: set[str]) -> RunDetail:
        run = self._current(reference)
        if run.status not in among:
            raise ConflictError(f"Run {run.id} is {run.status}.", hint=f"Only a {' or '.join(sorted(among))} run can.")
        with self._turn:
            control = self._store.folder(run.id).control
            order = read_order(control)
            if order.want == "cancel" and want != "cancel":
                raise ConflictError(f"Run {run.id} is being cancelled.")
            give_order(control, order.model_copy(update={"want": want}))
        return run


def _cores() -> int:
    # A container may be given fewer than the machine has.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _long_ago(moment: float) -> bool:
    # By its size alone, so that a clock set back keeps nothing waiting for ever.
    return abs(time.time() - moment) > START_PATIENCE_S
