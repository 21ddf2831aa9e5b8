"""NPZ, numpy's own archive: an entry per array, and the spec as a text under `snntrainer3d`; in docs/formats.md."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

from snntrainer3d.apart import read_npz
from snntrainer3d.errors import Fault, FileFormatError
from snntrainer3d.exports.header import check_kind, header_of, in_order, read_header
from snntrainer3d.exports.json_weights import parse_json
from snntrainer3d.spec import TrainedNetwork

KEY = "snntrainer3d"
_EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)


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
    header = read_header(document, faults)
    if header is None:
        raise FileFormatError("The spec within the NPZ is faulty.", faults=faults)
    return header.trained(arrays)
