"""A recurrent layer through all steps as one task: the feedback's product and the neurons' steps in turn.

Samples do not meet, so each thread takes some of them from the first step to the last and waits for no other.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layout import CODES, FLUSH, RAW_GRADIENTS, VALUE_ROWS
from snntrainer3d.engine.kernels.native import flush_denormals, gemm, one_blas_thread, restore_denormals
from snntrainer3d.engine.kernels.scan import CARRY_ROWS, WORK_ROWS, backward_scan, forward_scan
from snntrainer3d.engine.kernels.task import Task, matrix, stack, threads, vector

SAMPLES = 16
"""Samples that a thread takes through all steps at a time: enough for a product, few enough for the second cache."""
_ENTRIES = 32


def groups_of(blocks: np.ndarray, size: int) -> np.ndarray:
    """Join blocks of neurons to groups of whole samples, about `SAMPLES` each.

    Args:
        blocks: where each begins, and the end, as `layer.blocks_of` gives them.
        size: neurons of a sample.

    Returns:
        numbers of blocks, [groups + 1].
    """
    whole = np.flatnonzero(blocks % size == 0)
    apart = max(1, round(SAMPLES * size * (len(whole) - 1) / blocks[-1]))
    return np.append(whole[:-1:apart], whole[-1]).astype(np.int64)


@kernel()
def _add_feedback(
    target: Any, source: Any, weight: Any, forward: bool, size: int, integers: Any, reals: Any
) -> None:  # fmt: skip
    """Add V·source to `target`, or Vᵀ·source on the way back; one weight per neuron where each hears itself only."""
    if len(weight) > size or size == 1:
        gemm(source, False, size, weight, forward, target, len(target) // size, size, size, True, integers, reals)
    else:
        for i in range(len(target)):
            target[i] += source[i] * weight[i % size]


@kernel()
def _silence(target: Any, fired: Any) -> None:
    for i in range(len(target)):
        target[i] *= 1 - fired[i]


@kernel()
def _forward(table: Any, lane: Any, dtype: Any) -> Any:
    steps, width, size, groups, lanes = table[0], table[1], table[2], table[3], table[4]
    own, drive = matrix(table[8], table[9], width, dtype), matrix(table[10], steps, width, dtype)
    states, spikes = stack(table[11], steps + 1, table[12], width, dtype), matrix(table[13], steps, width, dtype)
    values, codes = matrix(table[14], VALUE_ROWS, table[15], dtype), vector(table[16], CODES, np.int64)
    starts, shifts = vector(table[17], table[7] + 1, np.int64), vector(table[18], table[7], np.int64)
    group, weight = vector(table[19], groups + 1, np.int64), vector(table[20], table[21], dtype)
    integers, reals = np.empty(8, np.int32), np.empty(2, dtype)
    control = flush_denormals() if codes[FLUSH] else numba.uint32(0)
    blas_threads = one_blas_thread(1)
    for number in range(lane, groups, lanes):
        first, last = starts[group[number]], starts[group[number + 1]]
        for t in range(steps):
            now = own[min(t, own.shape[0] - 1), first:last]
            drive[t, first:last] = now
            if t > 0:
                _add_feedback(drive[t, first:last], spikes[t - 1, first:last], weight, True, size, integers, reals)
                if table[5]:
                    _silence(drive[t, first:last], spikes[t - 1, first:last])
            for block in range(group[number], group[number + 1]):
                forward_scan(
                    drive[t : t + 1], states[t : t + 2], spikes[t : t + 1], values, codes,
                    starts[block], starts[block + 1], shifts[block],
                )  # fmt: skip
    one_blas_thread(blas_threads)
    if codes[FLUSH]:
        restore_denormals(control)


@kernel()
def _backward(table: Any, lane: Any, dtype: Any) -> Any:
    steps, width, size, groups, lanes = table[0], table[1], table[2], table[3], table[4]
    drive, states = matrix(table[10], steps, width, dtype), stack(table[11], steps + 1, table[12], width, dtype)
    spikes = matrix(table[13], steps, width, dtype)
    values, codes = matrix(table[14], VALUE_ROWS, table[15], dtype), vector(table[16], CODES, np.int64)
    starts, shifts = vector(table[17], table[7] + 1, np.int64), vector(table[18], table[7], np.int64)
    group, weight = vector(table[19], groups + 1, np.int64), vector(table[20], table[21], dtype)
    wanted, membrane = matrix(table[22], steps, width, dtype), matrix(table[23], steps * table[6], width, dtype)
    grad, carry = matrix(table[24], steps, width, dtype), matrix(table[25], CARRY_ROWS, width, dtype)
    raw, work = matrix(table[26], RAW_GRADIENTS, width, dtype), matrix(table[27], WORK_ROWS, width, dtype)
    integers, reals = np.empty(8, np.int32), np.empty(2, dtype)
    control = flush_denormals() if codes[FLUSH] else numba.uint32(0)
    blas_threads = one_blas_thread(1)
    for number in range(lane, groups, lanes):
        first, last = starts[group[number]], starts[group[number + 1]]
        for back in range(steps):
            t = steps - 1 - back
            for block in range(group[number], group[number + 1]):
                backward_scan(
                    drive[t : t + 1], states[t : t + 2], wanted[t : t + 1], membrane[t * table[6] : (t + 1) * table[6]],
                    grad[t : t + 1], carry, raw, work, values, codes, starts[block], starts[block + 1], shifts[block],
                )  # fmt: skip
            if t > 0:
                if table[5]:
                    _silence(grad[t, first:last], spikes[t - 1, first:last])
                _add_feedback(wanted[t - 1, first:last], grad[t, first:last], weight, False, size, integers, reals)
    one_blas_thread(blas_threads)
    if codes[FLUSH]:
        restore_denormals(control)


def _forward32(table: int, lane: int) -> None:
    _forward(vector(table, _ENTRIES, np.int64), lane, np.float32)


def _forward64(table: int, lane: int) -> None:
    _forward(vector(table, _ENTRIES, np.int64), lane, np.float64)


def _backward32(table: int, lane: int) -> None:
    _backward(vector(table, _ENTRIES, np.int64), lane, np.float32)


def _backward64(table: int, lane: int) -> None:
    _backward(vector(table, _ENTRIES, np.int64), lane, np.float64)


FORWARD: dict[Any, Task] = {np.dtype(np.float32): Task(_forward32), np.dtype(np.float64): Task(_forward64)}
BACKWARD: dict[Any, Task] = {np.dtype(np.float32): Task(_backward32), np.dtype(np.float64): Task(_backward64)}


def recurrent_forward(
    own: np.ndarray, drive: np.ndarray, states: np.ndarray, spikes: np.ndarray, values: np.ndarray, codes: np.ndarray,
    blocks: tuple[np.ndarray, np.ndarray], weight: np.ndarray, *, size: int, silences: bool,
) -> None:  # fmt: skip
    """Run a recurrent layer from rest through all steps.

    Args:
        own: currents from outside, [1 or time, row]; one row serves every step.
        drive: [time, row], gets what drives the neurons, their own spikes included.
        states, spikes, values, codes, blocks: as `layer.scan_forward` takes them.
        weight: V, [size·size], or [size] where each neuron hears itself only.
        silences: a spike silences the whole drive of the step after it.
    """
    table, _group = _table(drive, states, spikes, values, codes, blocks, weight, size=size, silences=silences)
    table[8], table[9] = own.ctypes.data, own.shape[0]
    FORWARD[drive.dtype].run(table, int(table[4]))


def recurrent_backward(
    drive: np.ndarray, states: np.ndarray, spikes: np.ndarray, wanted: np.ndarray, membrane: np.ndarray,
    grad: np.ndarray, carry: np.ndarray, raw: np.ndarray, work: np.ndarray, values: np.ndarray, codes: np.ndarray,
    blocks: tuple[np.ndarray, np.ndarray], weight: np.ndarray, *, size: int, silences: bool,
) -> None:  # fmt: skip
    """Take a recurrent layer back through all steps.

    Args:
        wanted: dL/ds, [time, row]; what the feedback asks is added.
        membrane: dL/dm, [0 or time, row].
        grad: [time, row], gets the gradient of `drive`.
        carry, raw, work: as `scan.backward_scan` takes them.
    """
    table, _group = _table(drive, states, spikes, values, codes, blocks, weight, size=size, silences=silences)
    table[6] = len(membrane) > 0
    table[22:28] = [each.ctypes.data for each in (wanted, membrane, grad, carry, raw, work)]
    BACKWARD[drive.dtype].run(table, int(table[4]))


def _table(
    drive: np.ndarray, states: np.ndarray, spikes: np.ndarray, values: np.ndarray, codes: np.ndarray,
    blocks: tuple[np.ndarray, np.ndarray], weight: np.ndarray, *, size: int, silences: bool,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Give the table and the groups that it points to, which must live as long."""
    starts, shifts = blocks
    group = groups_of(starts, size)
    groups = len(group) - 1
    table = np.zeros(_ENTRIES, np.int64)
    table[:8] = *drive.shape, size, groups, min(threads(), groups), silences, 0, len(shifts)
    table[10:22] = (
        drive.ctypes.data, states.ctypes.data, states.shape[1], spikes.ctypes.data, values.ctypes.data, values.shape[1],
        codes.ctypes.data, starts.ctypes.data, shifts.ctypes.data, group.ctypes.data, weight.ctypes.data, weight.size,
    )  # fmt: skip
    return table, group
