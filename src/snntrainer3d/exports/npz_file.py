"""NPZ, numpy's own archive: an entry per array, and the spec as a text under `snntrainer3d`; in docs/formats.md."""

from __future__ import annotations

import io
import json
import lzma
import struct
import tokenize
import zipfile
import zlib
from typing import Any

import numpy as np

from snntrainer3d.errors import Fault, FileFormatError, LimitError
from snntrainer3d.exports.header import check_kind, header_of, in_order, read_header
from snntrainer3d.exports.json_weights import parse_json
from snntrainer3d.spec import TrainedNetwork, tensor_shapes

KEY = "snntrainer3d"
MAX_UNPACKED_BYTES = 1_000_000_000
MAX_ENTRIES = 10_000
MAX_HEADER_BYTES = 10_000
_EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_DAMAGE = (
    zipfile.BadZipFile, tokenize.TokenError, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError,
    KeyError, IndexError, RuntimeError, NotImplementedError, TypeError, RecursionError, MemoryError, SyntaxError,
    OverflowError,
)  # fmt: skip
"""All that zipfile and numpy raise on damaged archives: found by damaging them."""


def to_npz(trained: TrainedNetwork) -> bytes:
    """Give a trained network as NPZ; equal networks give equal bytes."""
    arrays: dict[str, np.ndarray] = {KEY: np.array(json.dumps(header_of(trained), ensure_ascii=False))}
    arrays |= in_order(trained)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            packed = io.BytesIO()
            np.lib.format.write_array(packed, np.asarray(array, order="C"), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH_OF_ZIP), packed.getvalue())
    return out.getvalue()


def from_npz(raw: bytes) -> TrainedNetwork:
    """Read an NPZ of ours.

    Raises:
        FileFormatError: damaged, truncated, without a spec or with a faulty one.
        MismatchError: names or shapes of the arrays are not those of the network.
        LimitError: unpacked it is larger than MAX_UNPACKED_BYTES.
    """
    arrays = read_npz(raw)
    text = arrays.pop(KEY, None)
    if text is None or text.dtype.kind != "U" or text.shape != ():
        raise FileFormatError(
            "The NPZ has no spec of its network.",
            path=KEY,
            hint="It was not written by SNNtrainer3D; state its architecture: --spec SPEC.json.",
        )
    document: Any = parse_json(str(text).encode("utf-8", "surrogatepass"))
    check_kind(document)
    faults: list[Fault] = []
    network, training = read_header(document, faults)
    if faults or network is None:
        raise FileFormatError("The spec within the NPZ is faulty.", faults=faults)
    wanted = {name: arrays.pop(name) for name in tensor_shapes(network) if name in arrays}
    return TrainedNetwork(network, wanted | arrays, training)


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
