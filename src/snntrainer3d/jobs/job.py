"""A run in this process: takes its lock, loads the data, trains, and writes all that comes into the run's folder.

A command line calls `run_job` itself; child.py is the process that a server starts for it. A run that has a checkpoint
goes on from it.
"""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

from snntrainer3d.data import Dataset, load
from snntrainer3d.data import Progress as DatasetProgress
from snntrainer3d.errors import ConflictError, Snntrainer3dError, StorageError, as_ours
from snntrainer3d.events import (
    Cancelled,
    EpochDone,
    Event,
    Failed,
    Finished,
    Notice,
    Phase,
    PhaseName,
    Prepared,
    StateChanged,
)
from snntrainer3d.jobs.control import Control
from snntrainer3d.jobs.sink import FolderSink
from snntrainer3d.jobs.words import TAIL_BYTES
from snntrainer3d.runs import RecordWriter, RunFolder, newest_checkpoint, read_record, read_weights
from snntrainer3d.spec import RunSpec, TrainedNetwork

if TYPE_CHECKING:
    from snntrainer3d.training import Checkpoint

LOCK_PATIENCE_S = 5.0
"""Another holder of the lock may be a server that only looks whether the run is alive."""
PHASE_PERIOD_S = 0.5
OnEvent = Callable[[Event], None]
OpenDataset = Callable[[str, DatasetProgress], Dataset]
"""Gives a data set by its name, telling its progress, as `data.load` does."""


def run_job(
    folder: Path | RunFolder,
    on_event: OnEvent | None = None,
    *,
    open_dataset: OpenDataset | None = None,
    together: bool = False,
) -> dict[str, Any] | None:
    """Train the run of a folder to its end in this process; give its results, None where it was cancelled.

    Ctrl-C and SIGTERM cancel after the current update, with a checkpoint; a second Ctrl-C does not wait.

    Args:
        on_event: told every event after it is in the record.
        open_dataset: in place of `data.load`, for a process of many runs that keeps its data sets.
        together: this is one of several processes that torch.distributed joins, each with a copy of the folder.

    Raises:
        ConflictError: another process works on the run, or it is finished.
        SpecError, MismatchError, DataUnavailableError, StorageError, FailureError: as it happens; also in the record.
    """
    run = folder if isinstance(folder, RunFolder) else RunFolder(Path(folder))
    with run.hold(LOCK_PATIENCE_S):
        earlier = read_record(run.events).events
        if any(isinstance(event, Finished) for event in earlier):
            raise ConflictError(f"Run {run.id} is finished.", hint="Make a new run that starts from its weights.")
        with RecordWriter(run.events) as record:
            return _Job(run, record, on_event, open_dataset or _load_dataset, earlier, together).run()


class _Stopped(Exception):
    """Raised to leave a download when the run is cancelled."""


class _Job:
    """One life of a run."""

    def __init__(
        self,
        run: RunFolder,
        record: RecordWriter,
        on_event: OnEvent | None,
        open_dataset: OpenDataset,
        earlier: Sequence[Event],
        together: bool,
    ) -> None:
        self._open_dataset, self._together = open_dataset, together
        self._run, self._record, self._on_event, self._earlier = run, record, on_event, earlier
        self._control = Control(run.control)
        self._phase = ""
        self._phase_at = 0.0

    def run(self) -> dict[str, Any] | None:
        with _signals_to(self._control):
            try:
                return self._train()
            except (_Stopped, KeyboardInterrupt):
                self._emit(Cancelled())
                return None
            except Exception as error:
                told = as_ours(error, "The log of the run holds the details; please report it.")
                # A disk too full for this event leaves the record as it is; whoever looks after jobs then says it.
                with suppress(StorageError):
                    self._emit(Failed(error=told.body(), last_words=_trace(error)))
                if told is error:
                    raise
                raise told from error

    def _train(self) -> dict[str, Any] | None:
        self._emit(StateChanged(state="running"))
        spec = self._run.read_spec()
        dataset = self._load(spec)
        # Not before: torch takes seconds to import, and until here nothing needs it.
        from snntrainer3d.training import Together, train

        checkpoint = self._checkpoint()
        start = None if checkpoint else self._start(spec)
        results = None
        with closing(FolderSink(self._run, spec.network, self._record)) as sink:
            events = train(
                spec,
                dataset,
                start=start,
                checkpoint=checkpoint,
                control=self._control.poll,
                sink=sink,
                run_id=self._run.id,
                together=Together() if self._together else None,
            )
            for event in events:
                self._emit(event)
                if isinstance(event, Finished):
                    results = event.results
        return results

    def _load(self, spec: RunSpec) -> Dataset:
        self._emit(Phase(phase="loading"))
        return self._open_dataset(spec.training.dataset, self._progress)

    def _progress(self, phase: str, share: float | None, text: str) -> None:
        if self._control.poll() == "cancel":
            raise _Stopped
        now = time.monotonic()
        if phase != self._phase or now >= self._phase_at + PHASE_PERIOD_S:
            self._phase, self._phase_at = phase, now
            self._emit(Phase(phase=cast(PhaseName, phase), share=share, text=text))

    def _start(self, spec: RunSpec) -> TrainedNetwork | None:
        return read_weights(self._run.start, spec) if self._run.start.exists() else None

    def _checkpoint(self) -> Checkpoint | None:
        """Give the newest whole checkpoint; say where one was damaged, or where a run begins anew."""
        from snntrainer3d.training import Checkpoint

        found, faults = newest_checkpoint(self._run.checkpoints, _told_of(self._earlier))
        for fault in faults:
            self._emit(Notice(level="warning", code="checkpoint_damaged", text=f"{fault} An earlier one is used."))
        if found is not None:
            return Checkpoint(**found._asdict())
        if self._earlier:
            text = "There is no checkpoint to go on from: the run begins anew."
            self._emit(Notice(level="info", code="begun_anew", text=text))
        return None

    def _emit(self, event: Event) -> None:
        stamped = self._record.write(event)
        if isinstance(event, Finished | Cancelled | Failed):
            self._record.sync()
        if self._on_event is not None:
            self._on_event(stamped)


def _told_of(earlier: Sequence[Event]) -> Callable[[int], bool]:
    """Tell of which updates a checkpoint may be gone on from: where the record holds the epochs that lie before it.

    Killed between a checkpoint and its epoch's event, a run that went on from there would lack that epoch's losses and
    accuracies for ever; so the epoch is trained again, to the same weights.
    """
    sizes = [event.updates_per_epoch for event in earlier if isinstance(event, Prepared)]
    ended = {0, *(event.update for event in earlier if isinstance(event, EpochDone))}
    return lambda update: not sizes or update - update % sizes[-1] in ended


def _load_dataset(name: str, progress: DatasetProgress) -> Dataset:
    return load(name, progress=progress)


def _trace(error: Exception) -> str:
    if isinstance(error, Snntrainer3dError):
        return ""
    return "".join(traceback.format_exception(error))[-TAIL_BYTES:]


@contextmanager
def _signals_to(control: Control) -> Iterator[None]:
    """Turn the signals that end a process into a cancelled run, where this thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        if control.stopped and number == signal.SIGINT:
            raise KeyboardInterrupt
        control.stop()

    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
