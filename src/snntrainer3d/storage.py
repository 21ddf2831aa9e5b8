"""Files written whole or not at all, so that a crash or a full disk never leaves half of one."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from pathlib import Path

from snntrainer3d.errors import InputError, Snntrainer3dError, StorageError, reason_of

_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_PLACE = (errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL)


def write_atomically(path: Path | str, data: bytes | bytearray | memoryview | str, *, durable: bool = True) -> Path:
    """Write a file by way of a temporary one beside it; folders are made; text is written as UTF-8.

    A reader sees the old content or the new, never a part, even when the process or the machine stops in between.
    Without `durable` that holds for the process only: nothing waits for the disk.

    Raises:
        StorageError: the disk is full or the folder is not writable; the old content still stands.
    """
    target = Path(path)
    content = data.encode() if isinstance(data, str) else data
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_beside_and_rename(target, content, durable)
    except OSError as error:
        raise StorageError(_unwritten(target, error), hint=_hint(error)) from error
    return target


def write_output(path: Path | str, data: bytes | str) -> Path:
    """Write a file where a person asked for it, as `write_atomically` does.

    Raises:
        InputError: nothing can be written there: a folder, below a file, or not allowed.
        StorageError: the disk is full or broken.
    """
    refuse_place(Path(path))
    try:
        return write_atomically(path, data)
    except StorageError as error:
        if isinstance(error.__cause__, OSError):
            raise output_error(Path(path), error.__cause__) from error
        raise


def refuse_place(path: Path) -> None:
    """Refuse where no file can be written: a folder, or below what is none; raises InputError."""
    with contextlib.suppress(OSError):  # where one may not even look, writing tells why
        if path.is_dir():
            raise InputError(f"{path} is a folder.", hint="Give the name of a file.")
        there = next((one for one in path.parents if one.exists() or one.is_symlink()), None)
        if there is not None and not there.is_dir():
            raise InputError(f"{there} is a file, not a folder.", hint="Give another folder, or move the file away.")


def output_error(path: Path, error: OSError) -> Snntrainer3dError:
    """Give the error of a file that a person asked for: their input where the place is wrong, else the disk's."""
    kind = InputError if error.errno in (*_REFUSED, *_NO_PLACE) else StorageError
    return kind(_unwritten(path, error), hint=_hint(error))


def disk_error(error: OSError) -> StorageError | None:
    """Give the error of a disk that is full, broken or not to be used; None for one that is of something else."""
    if error.errno not in (*_REFUSED, errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return None
    where = error.filename if isinstance(error.filename, str) else "The disk"
    return StorageError(f"{where} cannot be used: {reason_of(error)}.", hint=_hint(error))


def _unwritten(path: Path, error: OSError) -> str:
    return f"{path} cannot be written: {reason_of(error)}."


def _hint(error: OSError) -> str:
    if error.errno in _REFUSED:
        return "Choose a folder that you may write to."
    return "Choose another folder." if error.errno in _NO_PLACE else "Free some space or choose another folder."


def _write_beside_and_rename(target: Path, content: bytes | bytearray | memoryview, durable: bool) -> None:
    # Not tempfile: its files can be read by their owner only, and the umask cannot be asked for without setting it.
    beside = target.with_name(f".{target.name[:100]}.{uuid.uuid4().hex}.part")
    try:
        with open(beside, "xb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
