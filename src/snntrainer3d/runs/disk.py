"""The disk: what a file takes on it, holes in files, and its errors, said so that a person knows what to do."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from snntrainer3d.errors import StorageError, reason_of

BLOCK = 4096
"""Bytes that most disks give and take back as one."""
_STAT_BLOCK = 512
"""Bytes of what `st_blocks` counts, on every system that has it."""
_KEEP_SIZE, _PUNCH_HOLE = 1, 2


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an OSError within the block into a StorageError that names the file."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {reason_of(error)}.",
            hint="Free some space, or choose another home; the run can then be resumed.",
        ) from error


def on_disk(found: os.stat_result) -> int:
    """Give what a file takes on the disk, without its holes."""
    return found.st_blocks * _STAT_BLOCK if hasattr(found, "st_blocks") else found.st_size


def can_make_holes() -> bool:
    """Tell whether `make_hole` is known on this system; a disk may refuse all the same."""
    return sys.platform == "linux"


def make_hole(file: int, begin: int, length: int) -> None:
    """Give a stretch of an open file back to the disk; it then reads as zeros. Raises OSError."""
    call = ctypes.CDLL(None, use_errno=True).fallocate
    call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    if call(file, _PUNCH_HOLE | _KEEP_SIZE, begin, length) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
