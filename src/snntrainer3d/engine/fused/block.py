"""One block of samples through the whole network and back: products, scans, loss and the block's share of gradients."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from snntrainer3d.engine.fused.places import (
    ADDRESS_COUNTS,
    ADDRESS_EDGES,
    ADDRESS_FIRST_GRADS,
    ADDRESS_GROUPS,
    ADDRESS_INPUTS,
    ADDRESS_LABELS,
    ADDRESS_LANES,
    ADDRESS_PARAMETERS,
    ADDRESS_PLAN,
    ADDRESS_RESULTS,
    ADDRESS_VALUES,
    BATCH,
    BIAS,
    BLOCK,
    BLOCKS,
    CARRY,
    CODES_FROM,
    CORRECT,
    COUNTS_LOSS,
    CURRENT,
    EDGE_COUNT,
    EDGES,
    FIRED,
    FLUSHES,
    GRAD,
    GROUP_BIAS,
    GROUP_RAW,
    GROUP_VALUES,
    GROUP_WEIGHT,
    GROUPS,
    INS,
    LANE_VALUES,
    LAYERS,
    LOSS,
    NEXT,
    OUTPUT_GRAD,
    OUTS,
    PERIOD,
    PLAN_COLUMNS,
    RAW,
    SOFTMAX,
    SPIKE,
    SPIKE_GRAD,
    STATE,
    STATE_ROWS,
    STEPS,
    TABLE_SIZE,
    TRAINS,
    TURNED,
    TURNED_GRAD,
    VALUES,
    WEIGHT,
)
from snntrainer3d.engine.kernels import layout as scans
from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layer import scan_blocks
from snntrainer3d.engine.kernels.layout import BACKWARD, FORWARD, LEARNED, SCAN_ENTRIES
from snntrainer3d.engine.kernels.native import exp, flush_denormals, gemm, one_blas_thread, restore_denormals
from snntrainer3d.engine.kernels.task import Task, matrix, take_number, vector


@kernel()
def _part(memory: Any, offset: Any, size: Any) -> Any:
    return memory[offset : offset + size]


@kernel()
def _scan_table(table: Any, row: Any, width: Any, lane: Any, values: Any, x_rows: Any) -> Any:
    """Return the table of a scan (`kernels.layout`) of one block of one layer."""
    at, size = lane.ctypes.data, lane.itemsize
    scan = np.zeros(SCAN_ENTRIES, np.int64)
    scan[scans.X], scan[scans.X_STEP] = at + row[CURRENT] * size, width if x_rows > 1 else 0
    scan[scans.STATES], scan[scans.STEPS], scan[scans.WIDTH] = at + row[STATE] * size, table[STEPS], width
    scan[scans.SPIKES], scan[scans.VALUES] = at + row[SPIKE] * size, values.ctypes.data + row[VALUES] * size
    scan[scans.PERIOD], scan[scans.FROM_START] = row[PERIOD], 1
    return scan


@kernel()
def _scan(table: Any, row: Any, scan: Any, code: Any) -> Any:
    """Run a scan on the stretches of a block."""
    edges = table[ADDRESS_EDGES] + row[EDGES] * 8
    starts = vector(edges, row[EDGE_COUNT] + 1, np.int64)
    shifts = vector(edges + (row[EDGE_COUNT] + 1) * 8, row[EDGE_COUNT], np.int64)
    stretches = 0
    while stretches < row[EDGE_COUNT] and starts[stretches] < scan[scans.WIDTH]:
        stretches += 1
    scan_blocks(code, scan, starts, shifts, 0, stretches, 1)


@kernel()
def _copy(source: Any, target: Any, size: Any) -> Any:
    for i in range(size):
        target[i] = source[i]


@kernel()
def _clear(target: Any) -> Any:
    for i in range(target.shape[0]):
        target[i] = 0


@kernel()
def _total(array: Any) -> Any:
    """Sum a flat array, sixteen sums side by side."""
    sums = np.zeros(16, array.dtype)
    whole = array.shape[0] // 16 * 16
    for start in range(0, whole, 16):
        for k in range(16):
            sums[k] += array[start + k]
    total = 0.0
    for k in range(16):
        total += sums[k]
    for i in range(whole, array.shape[0]):
        total += array[i]
    return total


@kernel()
def _ones(spikes: Any) -> Any:
    """Count spikes, 0 or 1 each, exactly: in whatever order, so in as many sums as keep the adders busy."""
    sums = np.zeros(256, spikes.dtype)
    whole = spikes.shape[0] // 256 * 256
    for start in range(0, whole, 256):
        for k in range(256):
            sums[k] += spikes[start + k]
    total = 0.0
    for k in range(256):
        total += sums[k]
    for i in range(whole, spikes.shape[0]):
        total += spikes[i]
    return total


@kernel()
def _count(spikes: Any, counts: Any, steps: Any, width: Any) -> Any:
    """Sum spikes [step·width] over time into counts [width]."""
    _clear(counts)
    for t in range(steps):
        row = spikes[t * width : (t + 1) * width]
        for i in range(width):
            counts[i] += row[i]


@kernel()
def _softmax_rows(logits: Any, out: Any, top: Any, total: Any, rows: Any, classes: Any, block: Any) -> Any:
    """Put softmax over classes of logits [rows class block] into `out`; `top`, `total` [rows·block] are left."""
    size = classes * block
    for row in range(rows):
        here, best = logits[row * size : (row + 1) * size], top[row * block : (row + 1) * block]
        for b in range(block):
            best[b] = here[b]
        for k in range(1, classes):
            one = here[k * block : (k + 1) * block]
            for b in range(block):
                best[b] = max(best[b], one[b])
        shifted = out[row * size : (row + 1) * size]
        for k in range(classes):
            one, target = here[k * block : (k + 1) * block], shifted[k * block : (k + 1) * block]
            for b in range(block):
                target[b] = one[b] - best[b]
    flat = out[: rows * size]
    for i in range(rows * size):
        flat[i] = exp(flat[i])
    for row in range(rows):
        here, whole = out[row * size : (row + 1) * size], total[row * block : (row + 1) * block]
        for b in range(block):
            whole[b] = 0
        for k in range(classes):
            one = here[k * block : (k + 1) * block]
            for b in range(block):
                whole[b] += one[b]


@kernel()
def _cross_entropy(
    logits: Any,
    out: Any,
    top: Any,
    total: Any,
    labels: Any,
    rows: Any,
    classes: Any,
    block: Any,
    samples: Any,
    batch: Any,
) -> Any:
    """Give the summed loss of rows [class block] of logits; `out` becomes its gradient, divided by the batch."""
    _softmax_rows(logits, out, top, total, rows, classes, block)
    f = out.dtype.type
    size = classes * block
    loss = 0.0
    share = f(1.0 / batch)
    for row in range(rows):
        here = out[row * size : (row + 1) * size]
        whole = total[row * block : (row + 1) * block]
        for b in range(samples):
            place = row * size + labels[b] * block + b
            loss += math.log(whole[b]) + top[row * block + b] - logits[place]
        for b in range(block):
            whole[b] = share / whole[b] if b < samples else f(0)
        for k in range(classes):
            one = here[k * block : (k + 1) * block]
            for b in range(block):
                one[b] *= whole[b]
        for b in range(samples):
            here[labels[b] * block + b] -= share
    return loss


@kernel()
def _decide(counts: Any, labels: Any, classes: Any, block: Any, samples: Any) -> Any:
    """Count samples whose label has the most spikes; of equal ones the lowest class counts."""
    correct = 0
    for b in range(samples):
        best = 0
        for k in range(1, classes):
            if counts[k * block + b] > counts[best * block + b]:
                best = k
        correct += best == labels[b]
    return correct


@kernel()
def _turn(turned: Any, x: Any, bias: Any, has_bias: Any, steps: Any, samples: Any, classes: Any, block: Any) -> Any:
    """Copy products [class, step·sample] into currents [step, class·block], adding the bias."""
    f = x.dtype.type
    for t in range(steps):
        for k in range(classes):
            source = turned[(k * steps + t) * samples : (k * steps + t + 1) * samples]
            target = x[(t * classes + k) * block : (t * classes + k) * block + samples]
            add = bias[k] if has_bias else f(0)
            for b in range(samples):
                target[b] = source[b] + add


@kernel()
def _turn_back(grad: Any, turned: Any, steps: Any, samples: Any, classes: Any, block: Any) -> Any:
    """Copy gradients [step, class·block] into [class, step·sample]."""
    for t in range(steps):
        for k in range(classes):
            source = grad[(t * classes + k) * block : (t * classes + k) * block + samples]
            target = turned[(k * steps + t) * samples : (k * steps + t + 1) * samples]
            for b in range(samples):
                target[b] = source[b]


@kernel()
def _add_bias(x: Any, bias: Any, rows: Any, outs: Any) -> Any:
    for row in range(rows):
        target = x[row * outs : (row + 1) * outs]
        for i in range(outs):
            target[i] += bias[i]


@kernel()
def _sum_rows(grad: Any, out: Any, rows: Any, outs: Any) -> Any:
    """Add the sum of grad [rows outs] over rows to `out`."""
    for row in range(rows):
        source = grad[row * outs : (row + 1) * outs]
        for i in range(outs):
            out[i] += source[i]


@kernel()
def _forward_layer(
    table: Any, plan: Any, layer: Any, first: Any, samples: Any, inputs: Any, parameters: Any, values: Any, lane: Any
) -> Any:
    """Take a block through one layer: product with the weights once or for all steps at once, then the scan."""
    row, steps, is_output = plan[layer], table[STEPS], layer == table[LAYERS] - 1
    ins, outs = row[INS], row[OUTS]
    rows = samples if layer == 0 else steps * samples
    current_steps = 1 if layer == 0 else steps
    source = inputs[first * ins :] if layer == 0 else lane[plan[layer - 1, SPIKE] :]
    width = outs * (table[BLOCK] if is_output else samples)
    x = _part(lane, row[CURRENT], current_steps * width)
    weight, bias = parameters[row[WEIGHT] :], parameters[max(row[BIAS], 0) :]
    integers, reals = np.empty(8, np.int32), np.empty(2, lane.dtype)
    if is_output:
        turned = lane[plan[table[LAYERS], TURNED] :]
        gemm(weight, False, ins, source, True, turned, outs, rows, ins, False, integers, reals)
        _turn(turned, x, bias, row[BIAS] >= 0, current_steps, samples, outs, table[BLOCK])
    else:
        gemm(source, False, ins, weight, True, x, rows, outs, ins, False, integers, reals)
        if row[BIAS] >= 0:
            _add_bias(x, bias, rows, outs)
    _scan(table, row, _scan_table(table, row, width, lane, values, current_steps), row[CODES_FROM + FORWARD])


@kernel()
def _output(table: Any, plan: Any, first: Any, samples: Any, labels: Any, lane: Any, counts: Any, results: Any) -> Any:
    """Read the output layer: spike counts, decisions, loss and its gradient (left in the lane)."""
    layer = table[LAYERS] - 1
    row, rest, steps, block = plan[layer], plan[layer + 1], table[STEPS], table[BLOCK]
    classes, width = row[OUTS], row[OUTS] * block
    spikes = _part(lane, row[SPIKE], steps * width)
    fired = lane[rest[SOFTMAX] : rest[SOFTMAX] + width]
    _count(spikes, fired, steps, width)
    labels = labels[first : first + samples]
    results[CORRECT] += _decide(fired, labels, classes, block, samples)
    total = 0
    for b in range(samples):
        for k in range(classes):
            counts[(first + b) * classes + k] = np.int32(fired[k * block + b])
            total += counts[(first + b) * classes + k]
    results[FIRED + layer] += total
    out = lane[rest[OUTPUT_GRAD] :]
    top = lane[rest[SOFTMAX] + width :]
    sums = top[steps * block :]
    if table[COUNTS_LOSS]:
        logits, rows = fired, 1
    else:
        state = _part(lane, row[STATE], (steps + 1) * row[STATE_ROWS] * width)
        rows, logits = steps, state[row[STATE_ROWS] * width :]
        if row[STATE_ROWS] > 1:
            logits = sums[steps * block :]
            for t in range(steps):
                _copy(state[(t + 1) * row[STATE_ROWS] * width :], logits[t * width :], width)
    results[LOSS] += _cross_entropy(logits, out, top, sums, labels, rows, classes, block, samples, table[BATCH])


@kernel()
def _backward_layer(
    table: Any,
    plan: Any,
    layer: Any,
    first: Any,
    samples: Any,
    parameters: Any,
    values: Any,
    lane: Any,
    group: Any,
    first_grads: Any,
    add: Any,
) -> Any:
    """Take a block back through one layer's scan and products."""
    row, rest, steps = plan[layer], plan[table[LAYERS]], table[STEPS]
    last_layer = table[LAYERS] - 1
    is_output = layer == last_layer
    outs, block = row[OUTS], table[BLOCK]
    width = outs * (block if is_output else samples)
    integers, reals = np.empty(8, np.int32), np.empty(2, lane.dtype)
    arrived = rest[OUTPUT_GRAD]
    if not is_output:
        after, long = plan[layer + 1], steps * samples
        weight, target = parameters[after[WEIGHT] :], _part(lane, rest[SPIKE_GRAD], steps * width)
        if layer + 1 == last_layer:
            turned = lane[rest[TURNED_GRAD] :]
            gemm(turned, True, long, weight, False, target, long, outs, after[OUTS], False, integers, reals)
        else:
            grads = lane[after[GRAD] :]
            gemm(grads, False, after[OUTS], weight, False, target, long, outs, after[OUTS], False, integers, reals)
        arrived = rest[SPIKE_GRAD]
    grad_steps = 1 if layer == 0 else steps
    direct = layer == 0 and not is_output
    grad = _part(first_grads, first * outs, width) if direct else _part(lane, row[GRAD], grad_steps * width)
    if layer == 0:
        _clear(grad)
    carry, learned = _part(lane, rest[CARRY], row[STATE_ROWS] * width), row[CODES_FROM + LEARNED]
    raw = _part(lane, rest[RAW], learned * width)
    _clear(carry)
    _clear(raw)
    scan = _scan_table(table, row, width, lane, values, grad_steps)
    one_row = is_output and table[COUNTS_LOSS]
    scan[scans.SPIKE_GRAD] = scan[scans.MEMBRANE_GRAD] = lane.ctypes.data + arrived * lane.itemsize
    scan[scans.SPIKE_STEP], scan[scans.MEMBRANE_STEP] = 0 if one_row else width, width
    scan[scans.GRAD], scan[scans.GRAD_STEP] = grad.ctypes.data, width if grad_steps > 1 else 0
    scan[scans.CARRY], scan[scans.RAW] = carry.ctypes.data, raw.ctypes.data
    _scan(table, row, scan, row[CODES_FROM + BACKWARD])
    _gather_raw(raw, group[row[GROUP_RAW] :], width, outs, samples, block, is_output, learned)
    _weight_shares(table, plan, layer, first, samples, grad, lane, group, first_grads, add, integers, reals)


@kernel()
def _gather_raw(
    raw: Any, out: Any, width: Any, outs: Any, samples: Any, block: Any, is_output: Any, learned: Any
) -> Any:
    """Add raw gradients [row, neuron and sample] to `out` [row, neuron]."""
    for kind in range(learned):
        for b in range(samples):
            for n in range(outs):
                place = n * block + b if is_output else b * outs + n
                out[kind * outs + n] += raw[kind * width + place]


@kernel()
def _weight_shares(
    table: Any,
    plan: Any,
    layer: Any,
    first: Any,
    samples: Any,
    grad: Any,
    lane: Any,
    group: Any,
    first_grads: Any,
    add: Any,
    integers: Any,
    reals: Any,
) -> Any:
    """Add the block's share to the group's gradients of bias and, after the first layer, of the weight."""
    row, rest, steps = plan[layer], plan[table[LAYERS]], table[STEPS]
    ins, outs, block = row[INS], row[OUTS], table[BLOCK]
    is_output = layer == table[LAYERS] - 1
    bias = _part(group, row[GROUP_BIAS], outs)
    share = _part(group, row[GROUP_WEIGHT], outs * ins if layer > 0 else 0)
    if not is_output:
        _sum_rows(grad, bias, samples if layer == 0 else steps * samples, outs)
        if layer > 0:
            source = lane[plan[layer - 1, SPIKE] :]
            gemm(grad, True, outs, source, False, share, outs, ins, steps * samples, add, integers, reals)
        return
    grad_steps = 1 if layer == 0 else steps
    turned = lane[rest[TURNED_GRAD] :]
    _turn_back(grad, turned, grad_steps, samples, outs, block)
    for k in range(outs):
        bias[k] += _total(turned[k * grad_steps * samples : (k + 1) * grad_steps * samples])
    if layer > 0:
        source = lane[plan[layer - 1, SPIKE] :]
        gemm(turned, False, steps * samples, source, False, share, outs, ins, steps * samples, add, integers, reals)
        return
    for b in range(samples):
        for k in range(outs):
            first_grads[(first + b) * outs + k] = turned[k * samples + b]


@kernel()
def _lane(table: Any, lane_index: Any, dtype: Any) -> Any:
    """Do all blocks of one group after the other that no other lane has taken."""
    layers, batch, size = table[LAYERS], table[BATCH], table[BLOCK]
    plan = matrix(table[ADDRESS_PLAN], layers + 1, PLAN_COLUMNS, np.int64)
    parameters = vector(table[ADDRESS_PARAMETERS], 1 << 62, dtype)
    values = vector(table[ADDRESS_VALUES], 1 << 62, dtype)
    inputs, first_grads = (
        vector(table[ADDRESS_INPUTS], 1 << 62, dtype),
        vector(table[ADDRESS_FIRST_GRADS], 1 << 62, dtype),
    )
    labels = vector(table[ADDRESS_LABELS], batch, np.int64)
    counts = vector(table[ADDRESS_COUNTS], 1 << 62, np.int32)
    memory = vector(table[ADDRESS_LANES], (lane_index + 1) * table[LANE_VALUES], dtype)[
        lane_index * table[LANE_VALUES] :
    ]
    all_results = matrix(table[ADDRESS_RESULTS], table[GROUPS], FIRED + layers, np.float64)
    control = flush_denormals() if table[FLUSHES] else numba.uint32(0)
    blas_threads = one_blas_thread(1)
    next_group = table.ctypes.data + NEXT * 8
    number = take_number(next_group)
    while number < table[GROUPS]:
        group = vector(table[ADDRESS_GROUPS], (number + 1) * table[GROUP_VALUES], dtype)[number * table[GROUP_VALUES] :]
        if table[TRAINS]:
            _clear(group)
        results = all_results[number]
        _clear(results)
        start, stop = number * table[BLOCKS] // table[GROUPS], (number + 1) * table[BLOCKS] // table[GROUPS]
        for block in range(start, stop):
            first = block * size
            samples = min(size, batch - first)
            for layer in range(layers):
                _forward_layer(table, plan, layer, first, samples, inputs, parameters, values, memory)
                if layer < layers - 1:
                    fired = _part(memory, plan[layer, SPIKE], table[STEPS] * samples * plan[layer, OUTS])
                    results[FIRED + layer] += _ones(fired)
            _output(table, plan, first, samples, labels, memory, counts, results)
            if table[TRAINS]:
                for back in range(layers):
                    layer = layers - 1 - back
                    _backward_layer(
                        table,
                        plan,
                        layer,
                        first,
                        samples,
                        parameters,
                        values,
                        memory,
                        group,
                        first_grads,
                        block > start,
                    )
        number = take_number(next_group)
    one_blas_thread(blas_threads)
    if table[FLUSHES]:
        restore_denormals(control)


def _lane32(table: int, lane: int) -> None:
    _lane(vector(table, TABLE_SIZE, np.int64), lane, np.float32)


def _lane64(table: int, lane: int) -> None:
    _lane(vector(table, TABLE_SIZE, np.int64), lane, np.float64)


PASS: dict[Any, Task] = {np.dtype(np.float32): Task(_lane32), np.dtype(np.float64): Task(_lane64)}
"""Forward and, where it trains, backward: fills results, counts, each group's gradients and the first layer's."""
