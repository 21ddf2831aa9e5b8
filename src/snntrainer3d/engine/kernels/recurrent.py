"""A recurrent layer through all steps as one task: the feedback's product and the neurons' steps in turn.

Samples do not meet, so each thread takes some of them from the first step to the last and waits for no other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

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
from snntrainer3d.engine.kernels.task import FLOATS, Task, threads
from snntrainer3d.engine.kernels.translate import Int32, Integers, Number, Numbers, array_of, kernel, size_of

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


@kernel
def _add_feedback(
    target: Numbers, source: Numbers, count: int, weight: Numbers, weights: int, forward: bool, size: int
) -> None:
    """Add V·source to `target`, or Vᵀ·source on the way back; one weight per neuron where each hears itself only."""
    if weights > size or size == 1:
        gemm(source, False, size, weight, forward, target, count // size, size, size, True)
    else:
        for i in range(count):
            target[i] += source[i] * weight[i % size]


@kernel
def _silence(target: Numbers, fired: Numbers, count: int) -> None:
    for i in range(count):
        target[i] *= 1 - fired[i]


@kernel
def _forward(table: Integers, lane: int) -> None:
    steps, width, size, groups, lanes = table[0], table[1], table[2], table[3], table[4]
    own, drive, spikes, weight = Numbers(table[8]), Numbers(table[10]), Numbers(table[11]), Numbers(table[15])
    starts, shifts, group = Integers(table[12]), Integers(table[13]), Integers(table[14])
    scan, whole = array_of(int, SCAN_ENTRIES), Integers(table[18])
    _copy_table(scan, whole)
    control, blas_threads = flush_denormals(), one_blas_thread(Int32(1))
    for number in range(lane, groups, lanes):
        first = starts[group[number]]
        count = starts[group[number + 1]] - first
        for t in range(steps):
            now, target = own[min(t, table[9] - 1) * width + first :], drive[t * width + first :]
            for i in range(count):
                target[i] = now[i]
            if t > 0:
                fired = spikes[(t - 1) * width + first :]
                _add_feedback(target, fired, count, weight, table[16], True, size)
                if table[5]:
                    _silence(target, fired, count)
            _at_step(scan, whole, t, size_of(Number), table[7])
            scan_blocks(table[17], scan, starts, shifts, group[number], group[number + 1], 1)
    one_blas_thread(blas_threads)
    restore_denormals(control)


@kernel
def _backward(table: Integers, lane: int) -> None:
    steps, width, size, groups, lanes = table[0], table[1], table[2], table[3], table[4]
    spikes, weight, wanted, grad = Numbers(table[11]), Numbers(table[15]), Numbers(table[19]), Numbers(table[20])
    starts, shifts, group = Integers(table[12]), Integers(table[13]), Integers(table[14])
    scan, whole = array_of(int, SCAN_ENTRIES), Integers(table[18])
    _copy_table(scan, whole)
    control, blas_threads = flush_denormals(), one_blas_thread(Int32(1))
    for number in range(lane, groups, lanes):
        first = starts[group[number]]
        count = starts[group[number + 1]] - first
        for back in range(steps):
            t = steps - 1 - back
            _at_step(scan, whole, t, size_of(Number), table[7])
            scan_blocks(table[17], scan, starts, shifts, group[number], group[number + 1], 1)
            if t > 0:
                source, before = grad[t * width + first :], (t - 1) * width + first
                if table[5]:
                    _silence(source, spikes[before:], count)
                _add_feedback(wanted[before:], source, count, weight, table[16], False, size)
    one_blas_thread(blas_threads)
    restore_denormals(control)


@kernel
def _copy_table(scan: Integers, whole: Integers) -> None:
    """Copy the layer's table, for one step of a thread of its own."""
    for entry in range(SCAN_ENTRIES):
        scan[entry] = whole[entry]
    scan[STEPS] = 1


@kernel
def _at_step(scan: Integers, whole: Integers, t: int, number_bytes: int, states: int) -> None:
    """Let a scan take step t alone."""
    row = whole[WIDTH] * number_bytes
    scan[STATES] = whole[STATES] + t * states * row
    scan[SPIKES] = whole[SPIKES] + t * row
    scan[X] = whole[X] + t * row
    scan[SPIKE_GRAD] = whole[SPIKE_GRAD] + t * row
    scan[MEMBRANE_GRAD] = whole[MEMBRANE_GRAD] + t * row
    scan[GRAD] = whole[GRAD] + t * row
    scan[FROM_START] = t == 0


FORWARD: dict[Any, Task] = {dtype: Task(_forward, Number=number) for dtype, number in FLOATS.items()}
BACKWARD: dict[Any, Task] = {dtype: Task(_backward, Number=number) for dtype, number in FLOATS.items()}


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
