"""The second half of a step: gradients of all weights from the blocks' shares, and Adam, in parts side by side."""

from __future__ import annotations

import math
from typing import Any

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
    TASKS,
    UPDATES,
)
from snntrainer3d.engine.kernels.native import flush_denormals, gemm, one_blas_thread, restore_denormals
from snntrainer3d.engine.kernels.task import FLOATS, Task, take_number
from snntrainer3d.engine.kernels.translate import Floats, Int32, Integers, Number, Numbers, kernel, kernel_with

TARGET, SIZE, SHARE, FIRST_COLUMN, COLUMNS, INS = range(6)
"""A task: where its parameters are and how many; where the groups' shares are (−1: none, it is a product of the
first layer's gradients, columns FIRST_COLUMN … of COLUMNS, with the INS inputs)."""
TASK_COLUMNS = 6

# Numbers of Adam, float64, in the order of `rates`.
RATE, BETA1, BETA2, EPSILON, CORRECTION1, CORRECTION2, SCALE = range(7)


@kernel_with("contract arcp")
def adam(parameters: Numbers, grads: Numbers, means: Numbers, squares: Numbers, size: int, rates: Floats) -> None:
    """Update flat parameters in place as torch.optim.Adam does; `rates` also holds the clip's factor SCALE."""
    rate, root = Number(rates[RATE] / rates[CORRECTION1]), Number(1.0 / math.sqrt(rates[CORRECTION2]))
    keep1, keep2 = Number(rates[BETA1]), Number(rates[BETA2])
    epsilon, scale = Number(rates[EPSILON]), Number(rates[SCALE])
    new1, new2 = Number(1.0 - rates[BETA1]), Number(1.0 - rates[BETA2])
    for i in range(size):
        g = grads[i] * scale
        mean = keep1 * means[i] + new1 * g
        square = keep2 * squares[i] + new2 * g * g
        means[i] = mean
        squares[i] = square
        parameters[i] -= rate * mean / (math.sqrt(square) * root + epsilon)


@kernel
def _gradient(
    table: Integers, task: Integers, grads: Numbers, groups: Numbers, inputs: Numbers, first_grads: Numbers
) -> None:
    """Compute the gradient of one task's parameters."""
    size = task[SIZE]
    if task[SHARE] < 0:
        source, columns = first_grads[task[FIRST_COLUMN] :], size // task[INS]
        gemm(source, True, task[COLUMNS], inputs, False, grads, columns, task[INS], table[BATCH], False)
        return
    for i in range(size):
        grads[i] = 0
    for number in range(table[GROUPS]):
        share = groups[number * table[GROUP_VALUES] + task[SHARE] :]
        for i in range(size):
            grads[i] += share[i]


@kernel
def _lane(table: Integers, lane: int) -> None:  # noqa: ARG001 — lanes share all tasks
    parameters, grads = Numbers(table[ADDRESS_PARAMETERS]), Numbers(table[ADDRESS_GRADIENTS])
    means, squares = Numbers(table[ADDRESS_MEAN]), Numbers(table[ADDRESS_SQUARE])
    groups, inputs = Numbers(table[ADDRESS_GROUPS]), Numbers(table[ADDRESS_INPUTS])
    first_grads, rates = Numbers(table[ADDRESS_FIRST_GRADS]), Floats(table[ADDRESS_RATES])
    control = flush_denormals() if table[FLUSHES] else Int32(0)
    blas_threads = one_blas_thread(Int32(1))
    number = take_number(table[NEXT:])
    while number < table[TASKS]:
        task = Integers(table[ADDRESS_TASKS])[number * TASK_COLUMNS :]
        start = task[TARGET]
        if table[UPDATES] < 2:
            _gradient(table, task, grads[start:], groups, inputs, first_grads)
        if table[UPDATES] > 0:
            adam(parameters[start:], grads[start:], means[start:], squares[start:], task[SIZE], rates)
        number = take_number(table[NEXT:])
    one_blas_thread(blas_threads)
    if table[FLUSHES]:
        restore_denormals(control)


UPDATE: dict[Any, Task] = {dtype: Task(_lane, Number=number) for dtype, number in FLOATS.items()}
"""Gradients (table[UPDATES] 0), gradients and Adam (1), or Adam alone (2), over all tasks."""
