"""A place on a node of a cluster: a process of Ray that has a worker process train one run after the other.

It trains in a copy of the run's folder, which the home sends and asks for what is new of. Where the home, the node or
this process goes, the worker's input ends, so that nothing trains on for nobody.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from snntrainer3d import __version__
from snntrainer3d.data import available, unpack
from snntrainer3d.runs import RunFolder
from snntrainer3d.storage import write_atomically
from snntrainer3d.studies.parcel import News, Parcel
from snntrainer3d.studies.parcel import unpack as unpack_run
from snntrainer3d.studies.pool import Worker, WorkerDiedError

PREFIX = "snntrainer3d-node-"
LAST_BYTES = 2_000


class Node:
    """Trains runs, one at a time; an actor of Ray."""

    def __init__(self, threads: int) -> None:
        """Make a folder, and remove those whose process ended without doing so.

        Args:
            threads: that a training may use.
        """
        _sweep()
        self._place = Path(tempfile.gettempdir()) / f"{PREFIX}{uuid.uuid4().hex}"
        # Before the folder is there: one whose lock is free is removed by others.
        self._lock = FileLock(_lock_file(self._place))
        self._lock.acquire()
        self._place.mkdir(mode=0o700)
        self._worker = Worker(threads, self._place / "worker.log")
        self._run: RunFolder | None = None
        self._news: News | None = None
        self._thread: threading.Thread | None = None
        self._end = Parcel()

    def describe(self) -> dict[str, str]:
        """Give the machine and the release that run here."""
        return {"host": socket.gethostname(), "snntrainer3d": __version__}

    def lacks(self, dataset: str) -> bool:
        """Tell whether a data set has to be sent here."""
        return not available(dataset)

    def keep(self, dataset: str, files: dict[str, bytes]) -> None:
        """Put a data set into this machine's cache."""
        unpack(dataset, files)

    def begin(self, run: str, parcel: Parcel, train: bool, steps: list[int]) -> None:
        """Begin to train a run, or only to decide with it; what becomes of it `news` tells."""
        folder = RunFolder(self._place / run)
        shutil.rmtree(folder.path, ignore_errors=True)
        folder.path.mkdir()
        unpack_run(folder, parcel)
        self._run, self._news = folder, News(folder)
        task = {"folder": str(folder.path), "train": train, "steps": steps}
        self._thread = threading.Thread(target=self._do, args=(task,), daemon=True)
        self._thread.start()

    def news(self, order: bytes | None) -> Parcel:
        """Give what is new of the run, with its answer when it has ended.

        Args:
            order: what the run is told, where that changed.
        """
        assert self._run is not None
        assert self._news is not None
        assert self._thread is not None
        if order is not None:
            write_atomically(self._run.control, order, durable=False)
        if self._thread.is_alive():
            return self._news.take()
        last = self._news.take("decisions.npz", "job.log")
        shutil.rmtree(self._run.path, ignore_errors=True)
        return Parcel(
            last.files,
            last.events,
            last.frame,
            last.snapshots,
            last.snapshots_from,
            self._end.answer,
            self._end.last_words,
        )

    def close(self) -> None:
        """End the worker process and leave nothing behind."""
        self._worker.close()
        shutil.rmtree(self._place, ignore_errors=True)
        _lock_file(self._place).unlink(missing_ok=True)
        self._lock.release()

    def _do(self, task: dict[str, Any]) -> None:
        try:
            self._end = Parcel(answer=self._worker.do(task))
        except WorkerDiedError:
            self._end = Parcel(last_words=self._last_words())

    def _last_words(self) -> str:
        with suppress(OSError):
            text = (self._place / "worker.log").read_bytes()[-LAST_BYTES:].decode(errors="replace")
            return text or "The process said nothing."
        return "The process said nothing."


def _lock_file(place: Path) -> Path:
    return place.with_suffix(".lock")


def _sweep() -> None:
    """Remove the folders of places that are gone: whoever lives holds its lock."""
    for file in Path(tempfile.gettempdir()).glob(f"{PREFIX}*.lock"):
        with suppress(Timeout, OSError), FileLock(file).acquire(blocking=False):
            shutil.rmtree(file.with_suffix(""), ignore_errors=True)
            file.unlink(missing_ok=True)
