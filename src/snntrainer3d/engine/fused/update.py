"""The second half of a step: gradients of all weights from the blocks' shares, and Adam, in parts side by side."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from snntrainer3d.engine.fused.places import (
    ADDRESS_FIRST_GRADS,
    ADDRESS_GRADIENTS,
    ADDRESS_GROUPS,
    ADDRESS_INPUTS,
    ADDRESS_MEAN,
    ADDRESS_PARAMETERS,
    ADDRESS_RATES,
    ADDRESS_SQUARE,
    ADDRESS_TASKS,
    BATCH,
    FLUSHES,
    GROUP_VALUES,
    GROUPS,
    NEXT,
    TABLE_SIZE,
    TASKS,
    UPDATES,
)
from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.native import flush_denormals, gemm, one_blas_thread, restore_denormals
from snntrainer3d.engine.kernels.task import Task, matrix, take_number, vector

TARGET, SIZE, SHARE, FIRST_COLUMN, COLUMNS, INS = range(6)
"""A task: where its parameters are and how many; where the groups' shares are (−1: none, it is a product of the
first layer's gradients, columns FIRST_COLUMN … of COLUMNS, with the INS inputs)."""
TASK_COLUMNS = 6

# Numbers of Adam, float64, in the order of `rates`.
RATE, BETA1, BETA2, EPSILON, CORRECTION1, CORRECTION2, SCALE = range(7)


@kernel(fastmath={"contract", "arcp"})
def adam(parameters: Any, grads: Any, means: Any, squares: Any, rates: Any) -> Any:
    """Update flat parameters in place as torch.optim.Adam does; `rates` also holds the clip's factor SCALE."""
    f = parameters.dtype.type
    rate, root = f(rates[RATE] / rates[CORRECTION1]), f(1.0 / math.sqrt(rates[CORRECTION2]))
    keep1, keep2, epsilon, scale = f(rates[BETA1]), f(rates[BETA2]), f(rates[EPSILON]), f(rates[SCALE])
    new1, new2 = f(1.0 - rates[BETA1]), f(1.0 - rates[BETA2])
    for i in range(parameters.shape[0]):
        g = grads[i] * scale
        mean = keep1 * means[i] + new1 * g
        square = keep2 * squares[i] + new2 * g * g
        means[i] = mean
        squares[i] = square
        parameters[i] -= rate * mean / (np.sqrt(square) * root + epsilon)


@kernel()
def _gradient(table: Any, task: Any, grads: Any, groups: Any, inputs: Any, first_grads: Any) -> Any:
    """Compute the gradient of one task's parameters."""
    if task[SHARE] < 0:
        columns = task[SIZE] // task[INS]
        integers, reals = np.empty(8, np.int32), np.empty(2, grads.dtype)
        source = first_grads[task[FIRST_COLUMN] :]
        gemm(
            source, True, task[COLUMNS], inputs, False, grads, columns, task[INS], table[BATCH], False, integers, reals
        )
        return
    for i in range(task[SIZE]):
        grads[i] = 0
    for number in range(table[GROUPS]):
        share = groups[number * table[GROUP_VALUES] + task[SHARE] :][: task[SIZE]]
        for i in range(task[SIZE]):
            grads[i] += share[i]


@kernel()
def _lane(table: Any, lane: Any, dtype: Any) -> Any:  # noqa: ARG001 — lanes share all tasks
    tasks = matrix(table[ADDRESS_TASKS], table[TASKS], TASK_COLUMNS, np.int64)
    parameters, grads = (
        vector(table[ADDRESS_PARAMETERS], 1 << 62, dtype),
        vector(table[ADDRESS_GRADIENTS], 1 << 62, dtype),
    )
    means, squares = vector(table[ADDRESS_MEAN], 1 << 62, dtype), vector(table[ADDRESS_SQUARE], 1 << 62, dtype)
    groups, inputs = vector(table[ADDRESS_GROUPS], 1 << 62, dtype), vector(table[ADDRESS_INPUTS], 1 << 62, dtype)
    first_grads = vector(table[ADDRESS_FIRST_GRADS], 1 << 62, dtype)
    rates = vector(table[ADDRESS_RATES], 7, np.float64)
    control = flush_denormals() if table[FLUSHES] else numba.uint32(0)
    blas_threads = one_blas_thread(1)
    next_task = table.ctypes.data + NEXT * 8
    number = take_number(next_task)
    while number < table[TASKS]:
        task = tasks[number]
        start, stop = task[TARGET], task[TARGET] + task[SIZE]
        if table[UPDATES] < 2:
            _gradient(table, task, grads[start:stop], groups, inputs, first_grads)
        if table[UPDATES] > 0:
            adam(parameters[start:stop], grads[start:stop], means[start:stop], squares[start:stop], rates)
        number = take_number(next_task)
    one_blas_thread(blas_threads)
    if table[FLUSHES]:
        restore_denormals(control)


def _lane32(table: int, lane: int) -> None:
    _lane(vector(table, TABLE_SIZE, np.int64), lane, np.float32)


def _lane64(table: int, lane: int) -> None:
    _lane(vector(table, TABLE_SIZE, np.int64), lane, np.float64)


UPDATE: dict[Any, Task] = {np.dtype(np.float32): Task(_lane32), np.dtype(np.float64): Task(_lane64)}
"""Gradients (table[UPDATES] 0), gradients and Adam (1), or Adam alone (2), over all tasks."""
