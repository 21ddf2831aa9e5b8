"""A recurrent layer through all steps as one task: the feedback's product and the neurons' steps in turn.

Samples do not meet, so each thread takes some of them from the first step to the last and waits for no other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layer import scan_blocks
from snntrainer3d.engine.kernels.layout import (
    FROM_START,
    GRAD,
    MEMBRANE_GRAD,
    SCAN_ENTRIES,
    SPIKE_GRAD,
    SPIKES,
    STATES,
    STEPS,
    WIDTH,
    X,
)
from snntrainer3d.engine.kernels.native import flush_denormals, gemm, one_blas_thread, restore_denormals
from snntrainer3d.engine.kernels.task import Task, matrix, threads, vector

SAMPLES = 16
"""Samples that a thread takes through all steps at a time: enough for a product, few enough for the second cache."""
_ENTRIES = 21


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
    spikes = matrix(table[11], steps, width, dtype)
    starts, shifts = vector(table[12], table[6] + 1, np.int64), vector(table[13], table[6], np.int64)
    group, weight = vector(table[14], groups + 1, np.int64), vector(table[15], table[16], dtype)
    integers, reals = np.empty(8, np.int32), np.empty(2, dtype)
    scan, at = _scan_of(table), vector(table[18], SCAN_ENTRIES, np.int64)
    control, blas_threads = flush_denormals(), one_blas_thread(1)
    for number in range(lane, groups, lanes):
        first, last = starts[group[number]], starts[group[number + 1]]
        for t in range(steps):
            now = own[min(t, own.shape[0] - 1), first:last]
            drive[t, first:last] = now
            if t > 0:
                _add_feedback(drive[t, first:last], spikes[t - 1, first:last], weight, True, size, integers, reals)
                if table[5]:
                    _silence(drive[t, first:last], spikes[t - 1, first:last])
            _at_step(scan, at, t, reals.itemsize, table[7])
            scan[FROM_START] = t == 0
            scan_blocks(table[17], scan, starts, shifts, group[number], group[number + 1], 1)
    one_blas_thread(blas_threads)
    restore_denormals(control)


@kernel()
def _backward(table: Any, lane: Any, dtype: Any) -> Any:
    steps, width, size, groups, lanes = table[0], table[1], table[2], table[3], table[4]
    spikes = matrix(table[11], steps, width, dtype)
    starts, shifts = vector(table[12], table[6] + 1, np.int64), vector(table[13], table[6], np.int64)
    group, weight = vector(table[14], groups + 1, np.int64), vector(table[15], table[16], dtype)
    wanted, grad = matrix(table[19], steps, width, dtype), matrix(table[20], steps, width, dtype)
    integers, reals = np.empty(8, np.int32), np.empty(2, dtype)
    scan, at = _scan_of(table), vector(table[18], SCAN_ENTRIES, np.int64)
    control, blas_threads = flush_denormals(), one_blas_thread(1)
    for number in range(lane, groups, lanes):
        first, last = starts[group[number]], starts[group[number + 1]]
        for back in range(steps):
            t = steps - 1 - back
            _at_step(scan, at, t, reals.itemsize, table[7])
            scan[FROM_START] = t == 0
            scan_blocks(table[17], scan, starts, shifts, group[number], group[number + 1], 1)
            if t > 0:
                if table[5]:
                    _silence(grad[t, first:last], spikes[t - 1, first:last])
                _add_feedback(wanted[t - 1, first:last], grad[t, first:last], weight, False, size, integers, reals)
    one_blas_thread(blas_threads)
    restore_denormals(control)


@kernel()
def _scan_of(table: Any) -> Any:
    """Return a copy of the layer's table, for one step of a thread of its own."""
    scan = np.empty(SCAN_ENTRIES, np.int64)
    scan[:] = vector(table[18], SCAN_ENTRIES, np.int64)
    scan[STEPS] = 1
    return scan


@kernel()
def _at_step(scan: Any, whole: Any, t: int, itemsize: int, states: int) -> None:
    """Let a scan take step t alone."""
    row = whole[WIDTH] * itemsize
    scan[STATES] = whole[STATES] + t * states * row
    scan[SPIKES] = whole[SPIKES] + t * row
    scan[X] = whole[X] + t * row
    scan[SPIKE_GRAD] = whole[SPIKE_GRAD] + t * row
    scan[MEMBRANE_GRAD] = whole[MEMBRANE_GRAD] + t * row
    scan[GRAD] = whole[GRAD] + t * row


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
    code: int, scan: np.ndarray, own: np.ndarray, drive: np.ndarray, states: np.ndarray, spikes: np.ndarray,
    blocks: tuple[np.ndarray, np.ndarray], weight: np.ndarray, *, size: int, silences: bool,
) -> None:  # fmt: skip
    """Run a recurrent layer from rest through all steps.

    Args:
        code, scan, blocks: the neurons' scan forward over `drive`, as `layer.run_scan` takes them.
        own: currents from outside, [1 or time, row]; one row serves every step.
        drive: [time, row], gets what drives the neurons, their own spikes included.
        weight: V, [size·size], or [size] where each neuron hears itself only.
        silences: a spike silences the whole drive of the step after it.
    """
    table, _group = _table(code, scan, drive, states, spikes, blocks, weight, size=size, silences=silences)
    table[8], table[9] = own.ctypes.data, own.shape[0]
    FORWARD[drive.dtype].run(table, int(table[4]))


def recurrent_backward(
    code: int, scan: np.ndarray, drive: np.ndarray, states: np.ndarray, spikes: np.ndarray, wanted: np.ndarray,
    grad: np.ndarray, blocks: tuple[np.ndarray, np.ndarray], weight: np.ndarray, *, size: int, silences: bool,
) -> None:  # fmt: skip
    """Take a recurrent layer back through all steps.

    Args:
        code, scan: the neurons' scan backward, of gradients that arrive at `wanted`, to `grad`.
        wanted: dL/ds, [time, row]; what the feedback asks is added.
        grad: [time, row], gets the gradient of `drive`.
    """
    table, _group = _table(code, scan, drive, states, spikes, blocks, weight, size=size, silences=silences)
    table[19], table[20] = wanted.ctypes.data, grad.ctypes.data
    BACKWARD[drive.dtype].run(table, int(table[4]))


def _table(
    code: int, scan: np.ndarray, drive: np.ndarray, states: np.ndarray, spikes: np.ndarray,
    blocks: tuple[np.ndarray, np.ndarray], weight: np.ndarray, *, size: int, silences: bool,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return the table and the groups that it points to, which must live as long."""
    starts, shifts = blocks
    group = groups_of(starts, size)
    groups = len(group) - 1
    table = np.zeros(_ENTRIES, np.int64)
    table[:8] = *drive.shape, size, groups, min(threads(), groups), silences, len(shifts), states.shape[1]
    table[10:19] = (
        drive.ctypes.data, spikes.ctypes.data, starts.ctypes.data, shifts.ctypes.data, group.ctypes.data,
        weight.ctypes.data, weight.size, code, scan.ctypes.data,
    )  # fmt: skip
    return table, group
