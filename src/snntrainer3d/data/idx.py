"""The IDX format of MNIST: big endian; two zero bytes, type, number of axes, a size per axis, then the values.

Source: Y. LeCun, "The MNIST database", section "File formats". Only unsigned bytes (type 8) are read, plain or gzip.
"""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from snntrainer3d.errors import FileFormatError, LimitError, NotFoundError, StorageError, reason_of

MAX_VALUES = 2_000_000_000
_GZIP = b"\x1f\x8b"
_UNSIGNED_BYTE = 8
_MAX_AXES = 4
_PIECE = 1 << 24


def read_idx(path: Path) -> UInt8[np.ndarray, "..."]:
    """Read an IDX file of unsigned bytes, gzip or not.

    Raises:
        FileFormatError: damaged, truncated, or not such a file; the message names it.
        LimitError: its header announces more than 2·10⁹ values.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {path}.") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {reason_of(error)}.") from error
    try:
        return _read(_Gzip(raw) if raw[:2] == _GZIP else _Plain(raw))
    except (_Damaged, zlib.error) as error:
        why = str(error) if isinstance(error, _Damaged) else "its gzip data is damaged"
        hint = "Delete it, so that it is fetched again, or replace it."
        raise FileFormatError(f"{path} is not a whole IDX file: {why}.", hint=hint) from None
    except _TooLarge as error:
        raise LimitError(f"{path} {error}.") from None


class _Damaged(Exception):
    """What is wrong, in words."""


class _TooLarge(Exception):
    """What is too large, in words."""


class _Plain:
    def __init__(self, raw: bytes) -> None:
        self._rest = memoryview(raw)

    def read(self, size: int) -> memoryview:
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def at_end(self) -> bool:
        return not self._rest


class _Gzip:
    """Decompresses only as much as is asked for, so that a small file cannot fill the memory."""

    def __init__(self, raw: bytes) -> None:
        self._stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        self._rest = raw

    def read(self, size: int) -> bytes:
        piece = self._stream.decompress(self._rest, size)
        self._rest = self._stream.unconsumed_tail
        return piece

    def at_end(self) -> bool:
        """Tell whether nothing follows; the stream's own checksum is compared on the way."""
        return not self.read(1) and self._stream.eof and not self._stream.unused_data


def _read(source: _Plain | _Gzip) -> UInt8[np.ndarray, "..."]:
    magic = bytes(source.read(4))
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] != _UNSIGNED_BYTE or not 1 <= magic[3] <= _MAX_AXES:
        raise _Damaged(f"it begins with {magic.hex(' ') or 'nothing'}, expected 00 00 08 and the number of axes")
    sizes = bytes(source.read(4 * magic[3]))
    if len(sizes) < 4 * magic[3]:
        raise _Damaged("it ends within its header")
    shape = struct.unpack(f">{magic[3]}I", sizes)
    if math.prod(shape) > MAX_VALUES:
        raise _TooLarge(f"announces {math.prod(shape):,} values, at most {MAX_VALUES:,} are read")
    return _read_values(source, math.prod(shape)).reshape(shape)


def _read_values(source: _Plain | _Gzip, count: int) -> UInt8[np.ndarray, "value"]:
    """Fill a writable array piece by piece: torch warns of arrays that are not writable.

    Memory is taken as values arrive, not as the header announces: it may lie.
    """
    pieces: list[np.ndarray] = []
    found = 0
    while found < count:
        piece = np.frombuffer(source.read(min(_PIECE, count - found)), np.uint8)
        if not piece.size:
            raise _Damaged(f"it ends after {found:,} of {count:,} values")
        pieces.append(piece)
        found += piece.size
    if not source.at_end():
        raise _Damaged(f"it is damaged at its end, or more follows its {count:,} values")
    return np.concatenate(pieces) if pieces else np.empty(0, np.uint8)
