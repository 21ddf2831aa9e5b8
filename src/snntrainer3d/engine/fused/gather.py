"""Fetch a batch: rows of the resident data set, scaled, into one reused array."""

from __future__ import annotations

from typing import Any

import numpy as np

from snntrainer3d.engine.kernels.task import Task, threads
from snntrainer3d.engine.kernels.translate import Integers, Number, Numbers, Raws, kernel

ROWS, FEATURES, LANES, RAW, INDICES, OUT, SCALES = range(7)


@kernel
def _gather(table: Integers, lane: int) -> None:
    rows, features = table[ROWS], table[FEATURES]
    raw, out = Raws(table[RAW]), Numbers(table[OUT])
    indices, scales = Integers(table[INDICES]), Numbers(table[SCALES])
    scale, offset = scales[0], scales[1]
    for row in range(lane * rows // table[LANES], (lane + 1) * rows // table[LANES]):
        source, target = raw[indices[row] * features :], out[row * features :]
        for i in range(features):
            target[i] = Number(source[i]) * scale + offset


GATHER: dict[Any, Task] = {
    np.dtype(np.uint8): Task(_gather, Raw="i8", Number="float"),
    np.dtype(np.float32): Task(_gather, Raw="float", Number="float"),
}


def gather(raw: np.ndarray, indices: np.ndarray, scale: float, offset: float, out: np.ndarray) -> None:
    """Put raw[indices]·scale + offset into `out` [row, feature] float32; `raw` is uint8 or float32, dense."""
    lanes = min(threads(), len(indices))
    scales = np.array([scale, offset], out.dtype)
    table = np.array(
        [
            len(indices), out.shape[1], lanes, raw.ctypes.data, indices.ctypes.data, out.ctypes.data,
            scales.ctypes.data, 0,
        ],
        np.int64,
    )  # fmt: skip
    GATHER[raw.dtype].run(table, lanes)
