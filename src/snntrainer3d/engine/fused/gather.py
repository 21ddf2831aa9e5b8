"""Fetch a batch: rows of the resident data set, scaled, into one reused array."""

from __future__ import annotations

from typing import Any

import numpy as np

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.task import Task, threads, vector

ROWS, FEATURES, LANES, RAW, INDICES, OUT, SCALES = range(7)


@kernel()
def _gather(table: Any, lane: Any, raw_dtype: Any, dtype: Any) -> Any:
    rows, features = table[ROWS], table[FEATURES]
    raw, out = vector(table[RAW], 1 << 62, raw_dtype), vector(table[OUT], rows * features, dtype)
    indices, scales = vector(table[INDICES], rows, np.int64), vector(table[SCALES], 2, dtype)
    scale, offset = scales[0], scales[1]
    for row in range(lane * rows // table[LANES], (lane + 1) * rows // table[LANES]):
        source = raw[indices[row] * features :][:features]
        target = out[row * features : (row + 1) * features]
        for i in range(features):
            target[i] = dtype(source[i]) * scale + offset


def _bytes32(table: int, lane: int) -> None:
    _gather(vector(table, 8, np.int64), lane, np.uint8, np.float32)


def _floats32(table: int, lane: int) -> None:
    _gather(vector(table, 8, np.int64), lane, np.float32, np.float32)


GATHER: dict[Any, Task] = {np.dtype(np.uint8): Task(_bytes32), np.dtype(np.float32): Task(_floats32)}


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
