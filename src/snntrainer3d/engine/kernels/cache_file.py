"""Compiled kernels on disk, each with a checksum: machine code that was damaged must be compiled again, never run."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numba.core import caching

_SEAL = struct.Struct("<4sI")
_MAGIC = b"S3DK"


class SealedCacheFile(caching.IndexDataCacheFile):
    """Numba's files of one kernel, sealed; what is not whole counts as not there and is written anew."""

    def _load_index(self) -> Any:
        return super()._load_index() if _is_whole(Path(self._index_path)) else {}

    def _load_data(self, name: str) -> Any:
        if not _is_whole(Path(self._data_path(name))):
            raise OSError(f"the compiled kernel {name} is damaged")
        return super()._load_data(name)

    @contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        # The seal stands at the end, where unpickling does not look.
        written = io.BytesIO()
        yield written
        content = written.getvalue()
        with super()._open_for_write(filepath) as file:
            file.write(content + _SEAL.pack(_MAGIC, zlib.crc32(content)))


def _is_whole(path: Path) -> bool:
    try:
        content = path.read_bytes()
        magic, checksum = _SEAL.unpack(content[-_SEAL.size :])
    except (OSError, struct.error):
        return False
    return bool(magic == _MAGIC and checksum == zlib.crc32(content[: -_SEAL.size]))
