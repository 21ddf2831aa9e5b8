"""What a home says of its disk, `disk.json`: the quota, and what it lately took; any process may change it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from snntrainer3d.errors import FileFormatError, StorageError, reason_of
from snntrainer3d.storage import write_atomically

LEAST_QUOTA = 1_000_000
KEPT_NOTES = 100
FILE = "disk.json"
CHANGING_PATIENCE_S = 30.0
KEEPING_PATIENCE_S = 60.0
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


class DiskDocument(BaseModel):
    """What `disk.json` holds."""

    model_config = ConfigDict(frozen=True)
    format: Literal["snntrainer3d/disk"] = "snntrainer3d/disk"
    version: Literal[1] = 1
    quota_bytes: int | None = Field(default=None, ge=LEAST_QUOTA)
    thinned: tuple[Thinned, ...] = ()


class QuotaFile:
    """The file of one home. Reading takes no lock; whoever changes it reads and writes under one."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._told = ""

    def read(self) -> DiskDocument:
        """Give what it says; where it cannot be read, that nothing is bounded, and the log says so once."""
        try:
            return self._read()
        except (FileFormatError, StorageError) as error:
            if str(error) != self._told:
                self._told = str(error)
                log.error("No quota is kept: %s", error)
            return DiskDocument()

    def set_bound(self, quota_bytes: int | None) -> None:
        """Write another bound; raises FileFormatError where a newer release wrote the file, StorageError."""
        with self._changing():
            self._write(self._known().model_copy(update={"quota_bytes": quota_bytes}))

    def note(self, found: Thinned) -> None:
        """Write down what was thinned; raises as `set_bound` does."""
        with self._changing():
            known = self._known()
            self._write(known.model_copy(update={"thinned": (*known.thinned, found)[-KEPT_NOTES:]}))

    @contextmanager
    def keeping(self) -> Iterator[bool]:
        """Be the one who keeps the quota; False where another has been at it for long. Raises StorageError."""
        lock = self._lock("disk.keeping.lock", KEEPING_PATIENCE_S)
        try:
            yield lock is not None
        finally:
            if lock is not None:
                lock.release()

    def _known(self) -> DiskDocument:
        """Give what stands there to be changed; a file that no release wrote is written anew."""
        try:
            return self._read()
        except FileFormatError:
            if self._is_newer():
                raise
            return DiskDocument()

    def _read(self) -> DiskDocument:
        try:
            return DiskDocument.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return DiskDocument()
        except OSError as error:
            raise StorageError(f"{self._path} cannot be read: {reason_of(error)}.") from error
        except ValidationError as error:
            why = "is of a newer release" if self._is_newer() else "is damaged"
            raise FileFormatError(
                f"{self._path} {why}.", hint="Use that release, or move the file away and set the quota again."
            ) from error

    def _is_newer(self) -> bool:
        try:
            version = json.loads(self._path.read_bytes())["version"]
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return False
        return isinstance(version, int) and version > 1

    def _write(self, found: DiskDocument) -> None:
        write_atomically(self._path, json.dumps(found.model_dump(), indent=1) + "\n")

    @contextmanager
    def _changing(self) -> Iterator[None]:
        lock = self._lock("disk.lock", CHANGING_PATIENCE_S)
        if lock is None:
            raise StorageError(f"{self._path} is being changed by another process.", hint="Try again later.")
        try:
            yield
        finally:
            lock.release()

    def _lock(self, name: str, patience_s: float) -> FileLock | None:
        lock = FileLock(self._path.with_name(name))
        try:
            lock.acquire(timeout=patience_s)
        except Timeout:
            return None
        except (OSError, NotImplementedError) as error:
            raise StorageError(f"{self._path.with_name(name)} cannot be locked.") from error
        return lock
