"""Files packed in others, unpacked beside the runs for as long as they are read; in all no more than is allowed."""

from __future__ import annotations

import errno
import lzma
import shutil
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from gzip import GzipFile
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

from snntrainer3d.errors import FileFormatError, LimitError, StorageError, reason_of
from snntrainer3d.home import home_folder

PIECE = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, RuntimeError)
"""What reading a damaged archive raises, besides an OSError that no disk is the cause of."""
_PREFIX = ".unpacked-"
_LOCK = "in-use.lock"
_NEW_S = 1.0
"""A folder is made a moment before its lock."""
_YOUNG_S = 3600.0
"""A younger folder without a lock may be of an older release that is at work."""


@dataclass(slots=True)
class Allowance:
    """How many bytes may still be unpacked of a file, and of the files that it lies in."""

    name: str
    most: int
    within: Allowance | None = None
    taken: int = 0

    def of(self, name: str, packed_bytes: int, ratio: int) -> Allowance:
        """Give what a file in this one may unpack to, by its own size."""
        return Allowance(name, max(PIECE, ratio * packed_bytes), self)

    def check(self, count: int) -> None:
        """Refuse what would be more than is left; raises LimitError."""
        if self.taken + count > self.most:
            raise LimitError(f"{self.name} unpacks to more than {self.most:,} bytes.")
        if self.within:
            self.within.check(count)

    def take(self, count: int) -> None:
        """Take bytes here and from all that it lies in; raises LimitError."""
        self.check(count)
        one: Allowance | None = self
        while one:
            one.taken += count
            one = one.within


def unpack(packed: IO[bytes] | GzipFile, place: Path, allowance: Allowance) -> Path:
    """Write what is packed, and no more than is allowed: what an archive says of its sizes may be a lie.

    Raises:
        FileFormatError: it is damaged.
        LimitError: it is more than is allowed.
        StorageError: the one disk cannot be read, or the other is full.
    """
    try:
        with place.open("wb") as file:
            while piece := _piece(packed, allowance.name):
                allowance.take(len(piece))
                file.write(piece)
    except OSError as error:
        raise _unwritten(error) from error
    return place


def _piece(packed: IO[bytes] | GzipFile, name: str) -> bytes:
    hint = "Copy or pack it again."
    try:
        return packed.read(PIECE)
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):  # bzip2 and gzip tell damage so, and a disk gives a number
            raise StorageError(f"{name} cannot be read: {reason_of(error)}.") from error
        raise FileFormatError(f"{name} cannot be unpacked: it is damaged or cut short.", hint=hint) from None
    except BROKEN:
        raise FileFormatError(f"{name} cannot be unpacked: it is damaged or cut short.", hint=hint) from None


def _unwritten(error: OSError) -> StorageError:
    hint = "Free some space, or unpack it yourself."
    return StorageError(f"Nothing can be unpacked into {home_folder()}: {reason_of(error)}.", hint=hint)


@contextmanager
def place_of_its_own() -> Iterator[Path]:
    """Give a folder that is gone afterwards; while it is in use its lock tells so. Raises StorageError."""
    from filelock import FileLock

    try:
        home_folder().mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(prefix=_PREFIX, dir=home_folder()))
        lock = FileLock(folder / _LOCK)
        lock.acquire()
    except OSError as error:
        raise _unwritten(error) from error
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def left_unpacked(home: Path) -> list[Path]:
    """Give the folders that processes left which were killed while they read."""
    return [folder for folder in sorted(home.glob(f"{_PREFIX}*")) if folder.is_dir() and _forsaken(folder)]


def remove_unpacked(home: Path) -> None:
    """Remove what processes left unpacked which were killed while they read."""
    for folder in left_unpacked(home):
        shutil.rmtree(folder, ignore_errors=True)


def _forsaken(folder: Path) -> bool:
    from filelock import FileLock, Timeout

    with suppress(Timeout, OSError):
        least = _NEW_S if (folder / _LOCK).exists() else _YOUNG_S
        if time.time() - folder.stat().st_mtime < least:
            return False
        with FileLock(folder / _LOCK).acquire(blocking=False):
            return True
    return False
