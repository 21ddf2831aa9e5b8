"""NPZ files of anyone: plain numbers and texts only, and no more memory than is allowed."""

from __future__ import annotations

import io
import lzma
import struct
import tokenize
import zipfile
import zlib

import numpy as np

from snntrainer3d.errors import FileFormatError, LimitError

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_ENTRIES = 10_000
MAX_HEADER_BYTES = 10_000
_DAMAGE = (
    zipfile.BadZipFile, tokenize.TokenError, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError,
    KeyError, IndexError, RuntimeError, NotImplementedError, TypeError, RecursionError, MemoryError, SyntaxError,
    OverflowError,
)  # fmt: skip
"""All that zipfile and numpy raise on damaged archives: found by damaging them."""


def read_npz(raw: bytes) -> dict[str, np.ndarray]:
    """Read the arrays of any NPZ, plain numbers and texts only; raises FileFormatError, LimitError."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            _check_size(entries)
            return {entry.filename.removesuffix(".npy"): _array(archive.read(entry)) for entry in entries}
    except _DAMAGE as error:
        what = str(error) or type(error).__name__
        raise FileFormatError(
            f"The NPZ is damaged: {what:.200}.", hint="Copy or export it again; it may be truncated."
        ) from None


def _check_size(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise LimitError(f"The NPZ has {len(entries):,} entries, at most {MAX_ENTRIES:,} are read.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise LimitError(f"Unpacked, the NPZ has {unpacked:,} bytes, at most {MAX_UNPACKED_BYTES:,} are read.")


def _array(packed: bytes) -> np.ndarray:
    """Read one .npy by hand, for numpy would reserve the memory of whatever size its header claims."""
    stream = io.BytesIO(packed)
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(stream, max_header_size=MAX_HEADER_BYTES)
    if dtype.hasobject or dtype.kind not in "fiubU" or dtype.itemsize == 0:
        raise ValueError(f"an array of type {dtype} is not read")
    content = packed[stream.tell() :]
    count = 1
    for size in shape:
        count *= size
    if min(shape, default=1) < 0 or count * dtype.itemsize != len(content):
        raise ValueError("an array does not fill its entry")
    values = np.frombuffer(content, dtype).copy()
    return values.reshape(shape, order="F" if fortran else "C")
