"""One block of samples through the whole network and back: products, scans, loss and the block's share of gradients."""

from __future__ import annotations

import math
from typing import Any

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
    TRAINS,
    TURNED,
    TURNED_GRAD,
    VALUES,
    WEIGHT,
)
from snntrainer3d.engine.kernels import layout as scans
from snntrainer3d.engine.kernels.layer import scan_blocks
from snntrainer3d.engine.kernels.layout import BACKWARD, FORWARD, LEARNED, SCAN_ENTRIES
from snntrainer3d.engine.kernels.native import exp, flush_denormals, gemm, one_blas_thread, restore_denormals
from snntrainer3d.engine.kernels.task import FLOATS, Task, take_number
from snntrainer3d.engine.kernels.translate import (
    Floats,
    Int32,
    Integers,
    Integers32,
    Number,
    Numbers,
    array_of,
    kernel,
)


@kernel
def _scan_table(scan: Integers, table: Integers, row: Integers, width: int, lane: Numbers, x_rows: int) -> None:
    """Fill in the table of a scan (`kernels.layout`) of one block of one layer."""
    scan[scans.X], scan[scans.X_STEP] = int(lane[row[CURRENT] :]), width if x_rows > 1 else 0
    scan[scans.STATES], scan[scans.STEPS], scan[scans.WIDTH] = int(lane[row[STATE] :]), table[STEPS], width
    scan[scans.SPIKES] = int(lane[row[SPIKE] :])
    scan[scans.VALUES] = int(Numbers(table[ADDRESS_VALUES])[row[VALUES] :])
    scan[scans.PERIOD], scan[scans.FROM_START] = row[PERIOD], 1


@kernel
def _scan(table: Integers, row: Integers, scan: Integers, code: int) -> None:
    """Run a scan on the stretches of a block."""
    starts = Integers(table[ADDRESS_EDGES])[row[EDGES] :]
    stretches = 0
    while stretches < row[EDGE_COUNT] and starts[stretches] < scan[scans.WIDTH]:
        stretches += 1
    scan_blocks(code, scan, starts, starts[row[EDGE_COUNT] + 1 :], 0, stretches, 1)


@kernel
def _copy(source: Numbers, target: Numbers, size: int) -> None:
    for i in range(size):
        target[i] = source[i]


@kernel
def _clear(target: Numbers, size: int) -> None:
    for i in range(size):
        target[i] = 0


@kernel
def _total(array: Numbers, size: int) -> float:
    """Sum a flat array, sixteen sums side by side."""
    sums = array_of(Number, 16)
    _clear(sums, 16)
    whole = size // 16 * 16
    for start in range(0, whole, 16):
        for k in range(16):
            sums[k] += array[start + k]
    total = 0.0
    for k in range(16):
        total += sums[k]
    for i in range(whole, size):
        total += array[i]
    return total


@kernel
def _ones(spikes: Numbers, size: int) -> float:
    """Count spikes, 0 or 1 each, exactly: in whatever order, so in as many sums as keep the adders busy."""
    sums = array_of(Number, 256)
    _clear(sums, 256)
    whole = size // 256 * 256
    for start in range(0, whole, 256):
        for k in range(256):
            sums[k] += spikes[start + k]
    total = 0.0
    for k in range(256):
        total += sums[k]
    for i in range(whole, size):
        total += spikes[i]
    return total


@kernel
def _count(spikes: Numbers, counts: Numbers, steps: int, width: int) -> None:
    """Sum spikes [step·width] over time into counts [width]."""
    _clear(counts, width)
    for t in range(steps):
        row = spikes[t * width :]
        for i in range(width):
            counts[i] += row[i]


@kernel
def _softmax_rows(
    logits: Numbers, out: Numbers, top: Numbers, total: Numbers, rows: int, classes: int, block: int
) -> None:
    """Put softmax over classes of logits [rows class block] into `out`; `top`, `total` [rows·block] are left."""
    size = classes * block
    for row in range(rows):
        here, best, shifted = logits[row * size :], top[row * block :], out[row * size :]
        _copy(here, best, block)
        for k in range(1, classes):
            one = here[k * block :]
            for b in range(block):
                best[b] = max(best[b], one[b])
        for k in range(classes):
            one, target = here[k * block :], shifted[k * block :]
            for b in range(block):
                target[b] = one[b] - best[b]
    for i in range(rows * size):
        out[i] = exp(out[i])
    for row in range(rows):
        here, whole = out[row * size :], total[row * block :]
        _clear(whole, block)
        for k in range(classes):
            one = here[k * block :]
            for b in range(block):
                whole[b] += one[b]


@kernel
def _cross_entropy(
    logits: Numbers, out: Numbers, top: Numbers, total: Numbers, labels: Integers, rows: int, classes: int, block: int,
    samples: int, batch: int,
) -> float:  # fmt: skip
    """Return the summed loss of rows [class block] of logits; `out` becomes its gradient, divided by the batch."""
    _softmax_rows(logits, out, top, total, rows, classes, block)
    size = classes * block
    loss = 0.0
    share = Number(1.0 / batch)
    for row in range(rows):
        here, whole = out[row * size :], total[row * block :]
        for b in range(samples):
            place = row * size + labels[b] * block + b
            loss += math.log(whole[b]) + top[row * block + b] - logits[place]
        for b in range(block):
            whole[b] = share / whole[b] if b < samples else Number(0)
        for k in range(classes):
            one = here[k * block :]
            for b in range(block):
                one[b] *= whole[b]
        for b in range(samples):
            here[labels[b] * block + b] -= share
    return loss


@kernel
def _decide(counts: Numbers, labels: Integers, classes: int, block: int, samples: int) -> int:
    """Count samples whose label has the most spikes; of equal ones the lowest class counts."""
    correct = 0
    for b in range(samples):
        best = 0
        for k in range(1, classes):
            if counts[k * block + b] > counts[best * block + b]:
                best = k
        correct += best == labels[b]
    return correct


@kernel
def _turn(
    turned: Numbers, x: Numbers, bias: Numbers, has_bias: bool, steps: int, samples: int, classes: int, block: int
) -> None:
    """Copy products [class, step·sample] into currents [step, class·block], adding the bias."""
    for t in range(steps):
        for k in range(classes):
            source, target = turned[(k * steps + t) * samples :], x[(t * classes + k) * block :]
            add = bias[k] if has_bias else Number(0)
            for b in range(samples):
                target[b] = source[b] + add


@kernel
def _turn_back(grad: Numbers, turned: Numbers, steps: int, samples: int, classes: int, block: int) -> None:
    """Copy gradients [step, class·block] into [class, step·sample]."""
    for t in range(steps):
        for k in range(classes):
            _copy(grad[(t * classes + k) * block :], turned[(k * steps + t) * samples :], samples)


@kernel
def _add_bias(x: Numbers, bias: Numbers, rows: int, outs: int) -> None:
    for row in range(rows):
        target = x[row * outs :]
        for i in range(outs):
            target[i] += bias[i]


@kernel
def _sum_rows(grad: Numbers, out: Numbers, rows: int, outs: int) -> None:
    """Add the sum of grad [rows outs] over rows to `out`."""
    for row in range(rows):
        source = grad[row * outs :]
        for i in range(outs):
            out[i] += source[i]


@kernel
def _forward_layer(table: Integers, layer: int, first: int, samples: int, lane: Numbers) -> None:
    """Take a block through one layer: product with the weights once or for all steps at once, then the scan."""
    plan = Integers(table[ADDRESS_PLAN])
    row, rest = plan[layer * PLAN_COLUMNS :], plan[table[LAYERS] * PLAN_COLUMNS :]
    parameters, inputs = Numbers(table[ADDRESS_PARAMETERS]), Numbers(table[ADDRESS_INPUTS])
    steps, block, ins, outs = table[STEPS], table[BLOCK], row[INS], row[OUTS]
    is_output, current_steps = layer == table[LAYERS] - 1, 1 if layer == 0 else steps
    rows = current_steps * samples
    source = inputs[first * ins :] if layer == 0 else lane[row[SPIKE - PLAN_COLUMNS] :]
    x, weight, bias = lane[row[CURRENT] :], parameters[row[WEIGHT] :], parameters[max(row[BIAS], 0) :]
    if is_output:
        turned = lane[rest[TURNED] :]
        gemm(weight, False, ins, source, True, turned, outs, rows, ins, False)
        _turn(turned, x, bias, row[BIAS] >= 0, current_steps, samples, outs, block)
    else:
        gemm(source, False, ins, weight, True, x, rows, outs, ins, False)
        if row[BIAS] >= 0:
            _add_bias(x, bias, rows, outs)
    scan = array_of(int, SCAN_ENTRIES)
    _scan_table(scan, table, row, outs * (block if is_output else samples), lane, current_steps)
    _scan(table, row, scan, row[CODES_FROM + FORWARD])


@kernel
def _output(table: Integers, first: int, samples: int, lane: Numbers, results: Floats) -> None:
    """Read the output layer: spike counts, decisions, loss and its gradient (left in the lane)."""
    layer, steps, block = table[LAYERS] - 1, table[STEPS], table[BLOCK]
    row = Integers(table[ADDRESS_PLAN])[layer * PLAN_COLUMNS :]
    rest, classes, states = row[PLAN_COLUMNS:], row[OUTS], row[STATE_ROWS]
    width = classes * block
    fired, labels = lane[rest[SOFTMAX] :], Integers(table[ADDRESS_LABELS])[first:]
    _count(lane[row[SPIKE] :], fired, steps, width)
    results[CORRECT] += _decide(fired, labels, classes, block, samples)
    counts, total = Integers32(table[ADDRESS_COUNTS])[first * classes :], 0
    for b in range(samples):
        for k in range(classes):
            counts[b * classes + k] = Int32(fired[k * block + b])
            total += counts[b * classes + k]
    results[FIRED + layer] += total
    out, top = lane[rest[OUTPUT_GRAD] :], fired[width:]
    sums = top[steps * block :]
    logits, rows = fired, 1
    if not table[COUNTS_LOSS]:
        state, rows = lane[row[STATE] + states * width :], steps
        logits = state
        if states > 1:
            logits = sums[steps * block :]
            for t in range(steps):
                _copy(state[t * states * width :], logits[t * width :], width)
    results[LOSS] += _cross_entropy(logits, out, top, sums, labels, rows, classes, block, samples, table[BATCH])


@kernel
def _backward_layer(
    table: Integers, layer: int, first: int, samples: int, lane: Numbers, group: Numbers, add: bool
) -> None:
    """Take a block back through one layer's scan and products."""
    plan, last_layer, steps, block = Integers(table[ADDRESS_PLAN]), table[LAYERS] - 1, table[STEPS], table[BLOCK]
    row, rest = plan[layer * PLAN_COLUMNS :], plan[table[LAYERS] * PLAN_COLUMNS :]
    is_output, outs, learned = layer == last_layer, row[OUTS], row[CODES_FROM + LEARNED]
    width, grad_steps = outs * (block if is_output else samples), 1 if layer == 0 else steps
    arrived = lane[rest[OUTPUT_GRAD if is_output else SPIKE_GRAD] :]
    if not is_output:
        after, long = row[PLAN_COLUMNS:], steps * samples
        weight = Numbers(table[ADDRESS_PARAMETERS])[after[WEIGHT] :]
        is_turned = layer + 1 == last_layer
        grads = lane[rest[TURNED_GRAD] if is_turned else after[GRAD] :]
        apart = long if is_turned else after[OUTS]
        gemm(grads, is_turned, apart, weight, False, arrived, long, outs, after[OUTS], False)
    first_grads = Numbers(table[ADDRESS_FIRST_GRADS])[first * outs :]
    grad = first_grads if layer == 0 and not is_output else lane[row[GRAD] :]
    carry, raw = lane[rest[CARRY] :], lane[rest[RAW] :]
    if layer == 0:
        _clear(grad, width)
    _clear(carry, row[STATE_ROWS] * width)
    _clear(raw, learned * width)
    scan, one_row = array_of(int, SCAN_ENTRIES), is_output and table[COUNTS_LOSS]
    _scan_table(scan, table, row, width, lane, grad_steps)
    scan[scans.SPIKE_GRAD] = scan[scans.MEMBRANE_GRAD] = int(arrived)
    scan[scans.SPIKE_STEP], scan[scans.MEMBRANE_STEP] = 0 if one_row else width, width
    scan[scans.GRAD], scan[scans.GRAD_STEP] = int(grad), width if grad_steps > 1 else 0
    scan[scans.CARRY], scan[scans.RAW] = int(carry), int(raw)
    _scan(table, row, scan, row[CODES_FROM + BACKWARD])
    _gather_raw(raw, group[row[GROUP_RAW] :], width, outs, samples, block, is_output, learned)
    if is_output:
        turned = lane[rest[TURNED_GRAD] :]
        _turn_back(grad, turned, grad_steps, samples, outs, block)
        grad = turned
    _weight_shares(table, row, layer, samples, grad, lane, group, add)
    if layer == 0 and is_output:
        for b in range(samples):
            for k in range(outs):
                first_grads[b * outs + k] = grad[k * samples + b]


@kernel
def _gather_raw(
    raw: Numbers, out: Numbers, width: int, outs: int, samples: int, block: int, is_output: bool, learned: int
) -> None:
    """Add raw gradients [row, neuron and sample] to `out` [row, neuron]."""
    for kind in range(learned):
        for b in range(samples):
            for n in range(outs):
                place = n * block + b if is_output else b * outs + n
                out[kind * outs + n] += raw[kind * width + place]


@kernel
def _weight_shares(
    table: Integers, row: Integers, layer: int, samples: int, grad: Numbers, lane: Numbers, group: Numbers, add: bool
) -> None:
    """Add the block's share to the group's gradients of bias and, after the first layer, of the weight.

    Args:
        grad: [step·sample, neuron], of the output [neuron, step·sample].
    """
    ins, outs, is_output = row[INS], row[OUTS], layer == table[LAYERS] - 1
    bias, rows = group[row[GROUP_BIAS] :], samples if layer == 0 else table[STEPS] * samples
    if is_output:
        for k in range(outs):
            bias[k] += _total(grad[k * rows :], rows)
    else:
        _sum_rows(grad, bias, rows, outs)
    if layer > 0:
        source, share = lane[row[SPIKE - PLAN_COLUMNS] :], group[row[GROUP_WEIGHT] :]
        gemm(grad, not is_output, rows if is_output else outs, source, False, share, outs, ins, rows, add)


@kernel
def _lane(table: Integers, lane_index: int) -> None:
    """Do all blocks of one group after the other that no other lane has taken."""
    layers, batch, size = table[LAYERS], table[BATCH], table[BLOCK]
    plan, memory = Integers(table[ADDRESS_PLAN]), Numbers(table[ADDRESS_LANES])[lane_index * table[LANE_VALUES] :]
    control = flush_denormals() if table[FLUSHES] else Int32(0)
    blas_threads = one_blas_thread(Int32(1))
    number = take_number(table[NEXT:])
    while number < table[GROUPS]:
        group = Numbers(table[ADDRESS_GROUPS])[number * table[GROUP_VALUES] :]
        if table[TRAINS]:
            _clear(group, table[GROUP_VALUES])
        results = Floats(table[ADDRESS_RESULTS])[number * (FIRED + layers) :]
        for place in range(FIRED + layers):
            results[place] = 0
        start, stop = number * table[BLOCKS] // table[GROUPS], (number + 1) * table[BLOCKS] // table[GROUPS]
        for block in range(start, stop):
            first = block * size
            samples = min(size, batch - first)
            for layer in range(layers):
                _forward_layer(table, layer, first, samples, memory)
                if layer < layers - 1:
                    row = plan[layer * PLAN_COLUMNS :]
                    results[FIRED + layer] += _ones(memory[row[SPIKE] :], table[STEPS] * samples * row[OUTS])
            _output(table, first, samples, memory, results)
            if table[TRAINS]:
                for back in range(layers):
                    _backward_layer(table, layers - 1 - back, first, samples, memory, group, block > start)
        number = take_number(table[NEXT:])
    one_blas_thread(blas_threads)
    if table[FLUSHES]:
        restore_denormals(control)


PASS: dict[Any, Task] = {dtype: Task(_lane, Number=number) for dtype, number in FLOATS.items()}
"""Forward and, where it trains, backward: fills results, counts, each group's gradients and the first layer's."""
