"""NPZ files of anyone: no Python objects, and no more memory than is allowed."""

from __future__ import annotations

import io
import lzma
import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from snntrainer3d.errors import FileFormatError, LimitError

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_ENTRIES = 10_000
MAX_HEADER_BYTES = 10_000
MAX_RATIO = 200
"""Unpacked over packed size, above which a file of more than SMALL_BYTES is taken for a bomb."""
SMALL_BYTES = 50_000_000
NUMBERS_AND_TEXTS = "fiubU"
_PIECE = 1 << 24
_HINT = "Copy or export it again; it may be truncated."
_DAMAGE = (
    zipfile.BadZipFile, tokenize.TokenError, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError,
    KeyError, IndexError, RuntimeError, NotImplementedError, TypeError, RecursionError, SyntaxError, OverflowError,
)  # fmt: skip
"""All that zipfile and numpy raise on damaged archives: found by damaging them."""


class _Refused(Exception):
    """An array that is not read, in words."""


def read_npz(
    source: bytes | Path,
    called: str = "The NPZ",
    *,
    most_bytes: int = MAX_UNPACKED_BYTES,
    kinds: str = NUMBERS_AND_TEXTS,
) -> dict[str, np.ndarray]:
    """Return the arrays of an NPZ, each looked at before memory is taken for it.

    Args:
        source: the file, or its content.
        called: what it is called in messages.
        most_bytes: of all arrays together.
        kinds: NumPy's letters for the types that are read.

    Raises:
        FileFormatError: damaged, or it holds other types.
        LimitError: more than is allowed.
    """
    found: dict[str, np.ndarray] = {}
    at = ""
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_sizes(entries, called, most_bytes)
            for entry in entries:
                at = f"its array {entry.filename.removesuffix('.npy')!r:.80} "
                name = entry.filename.removesuffix(".npy")
                if name in found:
                    raise _Refused("is there twice")
                with archive.open(entry) as file:
                    found[name] = _array(file, entry.file_size, kinds)
    except _Refused as error:
        raise FileFormatError(f"{called} is not read: {at}{error}.") from None
    except MemoryError:
        raise LimitError(f"{called} takes more memory than there is.", hint="Store fewer or smaller arrays.") from None
    except _DAMAGE as error:
        raise FileFormatError(f"{called} is damaged: {at or 'it '}{_in_words(error)}.", hint=_HINT) from None
    return found


def read_npy(path: Path) -> np.ndarray:
    """Return an array of numbers from a file of NumPy's; raises FileFormatError."""
    try:
        with path.open("rb") as file:
            return _array(file, path.stat().st_size, NUMBERS_AND_TEXTS)
    except _Refused as error:
        raise FileFormatError(f"{path.name} is not read: it {error}.") from None
    except _DAMAGE as error:
        raise FileFormatError(f"{path.name} is damaged: it {_in_words(error)}.") from None


def _check_sizes(entries: list[zipfile.ZipInfo], called: str, most_bytes: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise LimitError(f"{called} has {len(entries):,} entries, at most {MAX_ENTRIES:,} are read.")
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if unpacked > most_bytes:
        raise LimitError(f"Unpacked, {called} has {unpacked:,} bytes, at most {most_bytes:,} are read.")
    if unpacked > SMALL_BYTES and unpacked > MAX_RATIO * max(packed, 1):
        raise LimitError(
            f"{called} has {packed:,} bytes and says that it unpacks to {unpacked:,}, more than {MAX_RATIO} times.",
            hint="Save it uncompressed, with numpy.savez.",
        )


def _array(file: IO[bytes], size: int, kinds: str) -> np.ndarray:
    """Read one .npy by hand, for numpy would reserve the memory of whatever size its header claims."""
    counted = _Counted(file)
    version = np.lib.format.read_magic(counted)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(counted, max_header_size=MAX_HEADER_BYTES)
    if dtype.hasobject:
        raise _Refused("holds Python objects, which are never loaded; store numbers or texts")
    if dtype.kind not in kinds or dtype.itemsize == 0:
        raise _Refused(f"is of the type {dtype}")
    bytes_in_all = math.prod(shape) * dtype.itemsize
    if min(shape, default=1) < 0 or bytes_in_all != size - counted.taken:
        raise _Refused(f"says the shape {shape}, which its {size:,} bytes do not hold; it may be truncated")
    content = np.empty(bytes_in_all, np.uint8)
    for begin in range(0, bytes_in_all, _PIECE):
        piece = file.read(min(_PIECE, bytes_in_all - begin))
        content[begin : begin + len(piece)] = np.frombuffer(piece, np.uint8)
        if len(piece) < min(_PIECE, bytes_in_all - begin):
            raise EOFError
    if file.read(1):  # which also has the checksum looked at
        raise EOFError
    return content.view(dtype).reshape(shape, order="F" if fortran else "C")


class _Counted:
    """Counts the bytes of a header."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.taken = 0

    def read(self, size: int = -1) -> Any:
        """Read and count."""
        piece = self._file.read(size)
        self.taken += len(piece)
        return piece


def _in_words(error: Exception) -> str:
    """Return what is wrong, without the words of the libraries."""
    if isinstance(error, zipfile.BadZipFile):
        return "has a wrong checksum" if "CRC" in str(error) else "is no whole zip file"
    if isinstance(error, RuntimeError) and "encrypted" in str(error):
        return "is encrypted"
    return "cannot be unpacked, or is no array of NumPy"
