"""A whole layer's scan over time as a task, blocks of neurons side by side; whatever the neuron and the float type."""

from __future__ import annotations

import numpy as np

from snntrainer3d.engine.kernels.layout import (
    CARRY,
    FIRST,
    FROM_START,
    GRAD,
    GRAD_STEP,
    LAST,
    MEMBRANE_GRAD,
    MEMBRANE_STEP,
    PERIOD,
    RAW,
    SCAN_ENTRIES,
    SHIFT,
    SPIKE_GRAD,
    SPIKE_STEP,
    SPIKES,
    STATES,
    STEPS,
    VALUES,
    WIDTH,
    X_STEP,
    X,
)
from snntrainer3d.engine.kernels.native import flush_denormals, restore_denormals
from snntrainer3d.engine.kernels.task import Task, call, threads
from snntrainer3d.engine.kernels.translate import Int32, Integers, array_of, kernel

BLOCK = 512
"""Neurons that one thread takes through all steps at a time, so that their states stay in the first cache."""


def blocks_of(batch: int, neurons: int, most: int = BLOCK) -> tuple[int, np.ndarray, np.ndarray]:
    """Cut a row of batch·neurons into blocks of about `most`.

    Blocks hold whole samples, or parts of one sample where that is larger than a block; so each finds its neurons'
    values in one stretch. Depends on the shapes alone.

    Returns:
        period: columns that `values` must have; starts: [blocks + 1]; shifts: [blocks], what to take off a neuron's
        place to find its values.
    """
    if neurons <= most:
        period = min(most // neurons, batch) * neurons
        starts = np.append(np.arange(0, batch * neurons, period), batch * neurons)
        return period, starts.astype(np.int64), starts[:-1].astype(np.int64)
    inside = np.arange(0, neurons, most)
    starts = (np.arange(batch)[:, None] * neurons + inside).ravel()
    shifts = np.repeat(np.arange(batch) * neurons, len(inside))
    return neurons, np.append(starts, batch * neurons).astype(np.int64), shifts.astype(np.int64)


@kernel
def scan_blocks(
    code: int, scan: Integers, starts: Integers, shifts: Integers, first: int, last: int, every: int
) -> None:
    """Run a scan on blocks first, first + every … before last."""
    for block in range(first, last, every):
        scan[FIRST], scan[LAST], scan[SHIFT] = starts[block], min(starts[block + 1], scan[WIDTH]), shifts[block]
        call(code, scan, 0)


@kernel
def _run(table: Integers, lane: int) -> None:
    whole, scan = Integers(table[1]), array_of(int, SCAN_ENTRIES)
    for entry in range(SCAN_ENTRIES):
        scan[entry] = whole[entry]
    control = flush_denormals() if table[6] else Int32(0)
    scan_blocks(table[0], scan, Integers(table[2]), Integers(table[3]), lane, table[4], table[5])
    if table[6]:
        restore_denormals(control)


SCAN = Task(_run)


def scan_table(
    x: np.ndarray, states: np.ndarray, spikes: np.ndarray, values: np.ndarray, *, from_start: bool
) -> np.ndarray:
    """Return the table of a scan forward; arrays as `layout` says, and they must outlive it."""
    scan = np.zeros(SCAN_ENTRIES, np.int64)
    scan[X], scan[X_STEP] = x.ctypes.data, _step(x)
    scan[STATES], scan[STEPS], scan[WIDTH] = states.ctypes.data, len(states) - 1, states.shape[2]
    scan[SPIKES], scan[VALUES], scan[PERIOD] = spikes.ctypes.data, values.ctypes.data, values.shape[1]
    scan[FROM_START] = from_start
    return scan


def add_gradients(
    scan: np.ndarray, spike: np.ndarray, membrane: np.ndarray, grad: np.ndarray, carry: np.ndarray, raw: np.ndarray
) -> np.ndarray:
    """Return the table of a scan backward, from that of the scan forward.

    Args:
        spike, membrane: dL/ds and dL/dm, [1 or time, row]; one row serves every step.
        grad: gets dL/dx, [1 or time, row]; of one row the sum over time, added to what is there.
        carry: dL/dstate after the last step; becomes that of the states at the start.
        raw: gradients of the learned rows of values are added.
    """
    scan[SPIKE_GRAD], scan[SPIKE_STEP] = spike.ctypes.data, _step(spike)
    scan[MEMBRANE_GRAD], scan[MEMBRANE_STEP] = membrane.ctypes.data, _step(membrane)
    scan[GRAD], scan[GRAD_STEP] = grad.ctypes.data, _step(grad)
    scan[CARRY], scan[RAW] = carry.ctypes.data, raw.ctypes.data
    return scan


def _step(array: np.ndarray) -> int:
    return int(array.shape[1]) if len(array) > 1 else 0


def run_scan(code: int, scan: np.ndarray, blocks: tuple[np.ndarray, np.ndarray], *, flush: bool = True) -> None:
    """Run a scan on all blocks of a layer, as many threads side by side as there are.

    Args:
        code: the address of the scan's machine code.
        blocks: starts and shifts, from `blocks_of`.
        flush: count numbers below 1.2e-38 as zero.
    """
    starts, shifts = blocks
    lanes = min(threads(), len(shifts))
    table = np.array(
        [code, scan.ctypes.data, starts.ctypes.data, shifts.ctypes.data, len(shifts), lanes, flush], np.int64
    )
    SCAN.run(table, lanes)
