"""Machine code on disk, not too much of it: each file with a checksum, for damaged code must never run.

The folder is in the user's cache, or `NUMBA_CACHE_DIR`, where others may keep things: only files with our names go.
"""

from __future__ import annotations

import contextlib
import os
import re
import struct
import tempfile
import time
import zlib
from functools import cache
from pathlib import Path

import platformdirs

from snntrainer3d.errors import StorageError
from snntrainer3d.storage import write_atomically

MOST_BYTES = 256 << 20
MOST_DAYS = 30
"""Of what was not used for so long, nothing is kept; beyond so many bytes what was not used for longest goes."""
_SEAL = struct.Struct("<4sI")
_MAGIC = b"S3DO"
_OURS = re.compile(r"[0-9a-f]{32}\.o|[0-9a-f]{16}/([0-9a-f]{32}\.o|[^/]+/[^/]+\.nb[ic])")
"""Code by the hash of what it was made of; below folders of 16 digits that of earlier versions."""


def kept(key: str) -> bytes | None:
    """Return code that is whole, as it was written; None for what is missing or damaged."""
    file = _folder() / f"{key}.o"
    try:
        content = file.read_bytes()
        magic, checksum = _SEAL.unpack(content[-_SEAL.size :])
    except (OSError, struct.error):
        return None
    code = content[: -_SEAL.size]
    if magic != _MAGIC or checksum != zlib.crc32(code):
        return None
    with contextlib.suppress(OSError):
        os.utime(file)
    return code


def keep(key: str, code: bytes) -> None:
    """Write code down, where there is room, and let go of what is old."""
    content = code + _SEAL.pack(_MAGIC, zlib.crc32(code))
    with contextlib.suppress(StorageError):
        write_atomically(_folder() / f"{key}.o", content, durable=False)
        _let_go(_folder())


@cache
def _folder() -> Path:
    """Return the folder of compiled code, made where missing; a temporary one where nothing can be written."""
    chosen = os.environ.get("NUMBA_CACHE_DIR") or os.path.join(platformdirs.user_cache_dir("snntrainer3d"), "kernels")
    for folder in (Path(chosen), Path(tempfile.gettempdir()) / f"snntrainer3d-kernels-{os.getpid()}"):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    raise OSError("neither the user's cache folder nor the temporary folder can be written")


def _let_go(folder: Path) -> None:
    """Remove what was not used for long; others may do so at the same time."""
    found = []
    for file in folder.rglob("*.*"):
        if _OURS.fullmatch(file.relative_to(folder).as_posix()):
            with contextlib.suppress(OSError):
                status = file.stat()
                found.append((status.st_mtime, status.st_size, file))
    oldest, room = time.time() - MOST_DAYS * 86_400, MOST_BYTES
    for used, size, file in sorted(found, reverse=True):
        room -= size
        if room < 0 or used < oldest:
            with contextlib.suppress(OSError):
                file.unlink()
                os.removedirs(file.parent)
