"""Files written whole or not at all, so that a crash or a full disk never leaves half of one."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

from snntrainer3d.errors import StorageError


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
        raise StorageError(
            f"{target} cannot be written: {error.strerror or error}.", hint="Free some space or choose another folder."
        ) from error
    return target


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
