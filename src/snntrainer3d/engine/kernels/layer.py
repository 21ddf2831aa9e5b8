"""A whole layer's scan over time as tasks, blocks of neurons side by side; for float32 and float64 alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layout import CODES, FLUSH, RAW_GRADIENTS, VALUE_ROWS
from snntrainer3d.engine.kernels.native import flush_denormals, restore_denormals
from snntrainer3d.engine.kernels.scan import BLOCK, CARRY_ROWS, WORK_ROWS, backward_scan, forward_scan
from snntrainer3d.engine.kernels.task import Task, matrix, stack, threads, vector


def blocks_of(batch: int, neurons: int, most: int = BLOCK) -> tuple[int, np.ndarray, np.ndarray]:
    """Cut a row of batch·neurons into blocks of about `most`.

    Blocks hold whole samples, or parts of one sample where that is larger than a block; so each finds its neurons'
    values in one stretch. Depends on the shapes alone.

    Returns:
        period: columns that `values` must have; starts: [blocks + 1]; shifts: [blocks], as `forward_scan` takes them.
    """
    if neurons <= most:
        period = min(most // neurons, batch) * neurons
        starts = np.append(np.arange(0, batch * neurons, period), batch * neurons)
        return period, starts.astype(np.int64), starts[:-1].astype(np.int64)
    inside = np.arange(0, neurons, most)
    starts = (np.arange(batch)[:, None] * neurons + inside).ravel()
    shifts = np.repeat(np.arange(batch) * neurons, len(inside))
    return neurons, np.append(starts, batch * neurons).astype(np.int64), shifts.astype(np.int64)


@kernel()
def _forward(table: Any, lane: Any, dtype: Any) -> Any:
    steps, width, blocks, lanes = table[3], table[5], table[12], table[13]
    codes = vector(table[9], CODES, np.int64)
    starts, shifts = vector(table[10], blocks + 1, np.int64), vector(table[11], blocks, np.int64)
    x, spikes = matrix(table[0], table[1], width, dtype), matrix(table[6], steps, width, dtype)
    states, values = stack(table[2], steps + 1, table[4], width, dtype), matrix(table[7], VALUE_ROWS, table[8], dtype)
    control = flush_denormals() if codes[FLUSH] else numba.uint32(0)
    for block in range(lane, blocks, lanes):
        forward_scan(x, states, spikes, values, codes, starts[block], min(starts[block + 1], width), shifts[block])
    if codes[FLUSH]:
        restore_denormals(control)


@kernel()
def _backward(table: Any, lane: Any, dtype: Any) -> Any:
    steps, width, blocks, lanes = table[3], table[5], table[12], table[13]
    codes = vector(table[9], CODES, np.int64)
    starts, shifts = vector(table[10], blocks + 1, np.int64), vector(table[11], blocks, np.int64)
    x, states = matrix(table[0], table[1], width, dtype), stack(table[2], steps + 1, table[4], width, dtype)
    values = matrix(table[7], VALUE_ROWS, table[8], dtype)
    spike_grad, membrane_grad = matrix(table[14], table[15], width, dtype), matrix(table[16], table[17], width, dtype)
    grad, carry = matrix(table[18], table[19], width, dtype), matrix(table[20], CARRY_ROWS, width, dtype)
    raw, work = matrix(table[21], RAW_GRADIENTS, width, dtype), matrix(table[22], WORK_ROWS, width, dtype)
    control = flush_denormals() if codes[FLUSH] else numba.uint32(0)
    for block in range(lane, blocks, lanes):
        backward_scan(
            x, states, spike_grad, membrane_grad, grad, carry, raw, work, values, codes,
            starts[block], min(starts[block + 1], width), shifts[block],
        )  # fmt: skip
    if codes[FLUSH]:
        restore_denormals(control)


def _forward32(table: int, lane: int) -> None:
    _forward(vector(table, 24, np.int64), lane, np.float32)


def _forward64(table: int, lane: int) -> None:
    _forward(vector(table, 24, np.int64), lane, np.float64)


def _backward32(table: int, lane: int) -> None:
    _backward(vector(table, 24, np.int64), lane, np.float32)


def _backward64(table: int, lane: int) -> None:
    _backward(vector(table, 24, np.int64), lane, np.float64)


FORWARD = {np.dtype(np.float32): Task(_forward32), np.dtype(np.float64): Task(_forward64)}
BACKWARD = {np.dtype(np.float32): Task(_backward32), np.dtype(np.float64): Task(_backward64)}


def scan_forward(
    x: np.ndarray, states: np.ndarray, spikes: np.ndarray, values: np.ndarray, codes: np.ndarray,
    blocks: tuple[np.ndarray, np.ndarray], lanes: int | None = None,
) -> None:  # fmt: skip
    """Run a layer through all steps; arrays as `scan.forward_scan` takes them, `blocks` from `blocks_of`.

    Args:
        lanes: threads at most; None for as many as there are.
    """
    table, able = _table(x, states, spikes, values, codes, blocks, (), lanes)
    FORWARD[x.dtype].run(table, able)


def scan_backward(
    x: np.ndarray, states: np.ndarray, spike_grad: np.ndarray, membrane_grad: np.ndarray, grad: np.ndarray,
    carry: np.ndarray, raw: np.ndarray, work: np.ndarray, values: np.ndarray, codes: np.ndarray,
    blocks: tuple[np.ndarray, np.ndarray], lanes: int | None = None,
) -> None:  # fmt: skip
    """Take a layer back through all steps; arrays as `scan.backward_scan` takes them."""
    rest = (
        *_place(spike_grad), *_place(membrane_grad), *_place(grad),
        carry.ctypes.data, raw.ctypes.data, work.ctypes.data,
    )  # fmt: skip
    table, able = _table(x, states, states, values, codes, blocks, rest, lanes)
    BACKWARD[x.dtype].run(table, able)


def _place(array: np.ndarray) -> tuple[int, int]:
    return array.ctypes.data, array.shape[0]


def _table(
    x: np.ndarray, states: np.ndarray, spikes: np.ndarray, values: np.ndarray, codes: np.ndarray,
    blocks: tuple[np.ndarray, np.ndarray], rest: Sequence[int], most: int | None,
) -> tuple[np.ndarray, int]:  # fmt: skip
    starts, shifts = blocks
    lanes = min(most or threads(), len(shifts))
    table = np.zeros(24, np.int64)
    entries = (
        *_place(x), states.ctypes.data, states.shape[0] - 1, states.shape[1], states.shape[2], spikes.ctypes.data,
        values.ctypes.data, values.shape[1], codes.ctypes.data, starts.ctypes.data, shifts.ctypes.data, len(shifts),
        lanes, *rest,
    )  # fmt: skip
    table[: len(entries)] = entries
    return table, lanes
