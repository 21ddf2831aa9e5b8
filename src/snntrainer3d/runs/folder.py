"""A run's folder: where each of its files lies, and the lock that tells whether a process works on it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from snntrainer3d.errors import ConflictError, FileFormatError, NotFoundError, StorageError, reason_of
from snntrainer3d.events import finite_values
from snntrainer3d.spec import RunSpec, parse_run, read_json_file

LOCK_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run. Whoever holds `lock` may write events, frames, snapshots, checkpoints and results."""

    path: Path

    @property
    def id(self) -> str:
        """Give the run's id, which is the folder's name."""
        return self.path.name

    @property
    def spec(self) -> Path:
        """Give the run's document, written once before anything else."""
        return self.path / "spec.json"

    @property
    def events(self) -> Path:
        """Give the record: one event per line."""
        return self.path / "events.jsonl"

    @property
    def control(self) -> Path:
        """Give what the run is told: run, pause, cancel, steps."""
        return self.path / "control.json"

    @property
    def lock(self) -> Path:
        """Give the lock file; a process holds it as long as it lives."""
        return self.path / "job.lock"

    @property
    def log(self) -> Path:
        """Give what the job's process printed."""
        return self.path / "job.log"

    @property
    def frame(self) -> Path:
        """Give the file of the newest weight frame."""
        return self.path / "frame.bin"

    @property
    def snapshots(self) -> Path:
        """Give the file of the snapshots."""
        return self.path / "snapshots.bin"

    @property
    def checkpoints(self) -> Path:
        """Give the folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def start(self) -> Path:
        """Give the weights that training starts from, where it is not from fresh ones."""
        return self.path / "start.safetensors"

    @property
    def weights(self) -> Path:
        """Give the trained weights."""
        return self.path / "weights.safetensors"

    @property
    def results(self) -> Path:
        """Give the results."""
        return self.path / "results.json"

    @property
    def metrics(self) -> Path:
        """Give the table of updates and epochs."""
        return self.path / "metrics.csv"

    def survey(self, split: str) -> Path:
        """Give what the trained network does with each sample of a split; made when first asked for."""
        return self.path / f"survey-{split}.json"

    def measurement(self, split: str) -> Path:
        """Give what was counted while the trained network ran over a split; made when first asked for."""
        return self.path / f"measurement-{split}.json"

    def read_spec(self) -> RunSpec:
        """Read the run's document; raises NotFoundError, SpecError."""
        return parse_run(read_json_file(self.spec, what="spec"))

    def read_results(self) -> dict[str, Any]:
        """Read the results; raises NotFoundError before there are any, FileFormatError where they are damaged."""
        try:
            found = finite_values(json.loads(self.results.read_bytes()))
        except FileNotFoundError:
            raise NotFoundError(f"Run {self.id} has no results yet.") from None
        except OSError as error:
            raise FileFormatError(f"{self.results} cannot be read: {reason_of(error)}.") from None
        except (ValueError, RecursionError):
            raise FileFormatError(f"{self.results} is damaged: not JSON.") from None
        if not isinstance(found, dict):
            raise FileFormatError(f"{self.results} is damaged: not a JSON object.")
        return found

    def busy(self) -> bool:
        """Tell whether a process works on this run, by the lock alone: a process number may belong to another."""
        if not self.lock.exists():
            return False
        try:
            with self.hold():
                return False
        except ConflictError:
            return True

    @contextmanager
    def hold(self, patience_s: float = 0.0) -> Iterator[None]:
        """Hold the run's lock; it is free again after the block, or when the process dies in whatever way.

        Args:
            patience_s: how long to wait for another holder, who may only be looking whether somebody works here.

        Raises:
            ConflictError: another process works on this run.
        """
        if not self.path.is_dir():  # which FileLock would make
            raise NotFoundError(f"The folder of run {self.id} is gone.", hint=str(self.path))
        lock = FileLock(self.lock)
        give_up = time.monotonic() + patience_s
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout:
                if time.monotonic() >= give_up:
                    raise ConflictError(
                        f"Another process works on run {self.id}.", hint="Wait for it to end, or cancel the run."
                    ) from None
            except (OSError, NotImplementedError) as error:
                raise StorageError(f"{self.lock} cannot be locked.") from error
            time.sleep(LOCK_POLL_S)
        try:
            yield
        finally:
            lock.release()
