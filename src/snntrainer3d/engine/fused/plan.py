"""The layout of a fused step's memory: offsets of every array, and how many bytes that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from snntrainer3d.engine.fused.places import (
    BIAS,
    CARRY,
    CHUNK,
    CURRENT,
    EDGE_COUNT,
    EDGES,
    FIRED,
    GRAD,
    GROUP_BIAS,
    GROUP_RAW,
    GROUP_WEIGHT,
    INS,
    NUMBER,
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
    TURNED,
    TURNED_GRAD,
    VALUES,
    WEIGHT,
)
from snntrainer3d.engine.kernels.layer import blocks_of

LINE = 16
"""Values per cache line; every array starts on one, so that BLAS takes the same path at any thread count."""
MOST_BLOCK = 16
"""Samples per block: few enough for the second cache, many enough for BLAS (measured on 784-100-10)."""
LEAST_BLOCK = 4
MOST_GROUPS = 8
"""Groups of blocks; each sums its gradients in order, so results do not depend on the number of threads."""
TASK_ROWS = 50
"""Rows of a weight that one task of the update takes (measured: 25 rows cost 20 % more per product)."""


@dataclass(frozen=True, slots=True)
class LayerShape:
    """What the layout needs to know of a layer."""

    ins: int
    outs: int
    bias: bool
    state_rows: int
    value_rows: int
    learned_rows: int


class Cursor:
    """Hands out consecutive stretches of a flat array, each beginning on a cache line."""

    def __init__(self) -> None:
        self.size = 0

    def take(self, values: int) -> int:
        """Give the offset of a new stretch."""
        offset = self.size
        self.size += -(-values // LINE) * LINE
        return offset


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is; sizes in values of the network's dtype.

    `plan` [layers + 1, PLAN_COLUMNS]; `parameters`, `values`, `lane` (one per thread) and `group` are sizes.
    """

    plan: np.ndarray
    edges: np.ndarray
    parameters: int
    values: int
    lane: int
    group: int
    block: int

    def groups(self, batch: int) -> tuple[int, int]:
        """Give the number of blocks and of groups for a batch."""
        blocks = -(-batch // self.block)
        return blocks, min(blocks, MOST_GROUPS)

    def bytes(self, batch: int, lanes: int, itemsize: int = 4) -> int:
        """Give the memory of a training step beside the data set: work arrays, gradients, Adam and parameters."""
        _, groups = self.groups(batch)
        first_ins, first_outs = int(self.plan[0, INS]), int(self.plan[0, OUTS])
        outs = int(self.plan[-2, OUTS])
        values = self.values + 4 * self.parameters + lanes * self.lane + groups * self.group
        values += batch * (first_ins + first_outs)
        return values * itemsize + batch * outs * 4 + groups * (FIRED + len(self.plan) - 1) * 8


def lay_out(layers: Sequence[LayerShape], num_steps: int, batch: int) -> Layout:
    """Give the layout for batches up to `batch` samples."""
    block = min(MOST_BLOCK, max(batch, LEAST_BLOCK))
    plan = np.zeros((len(layers) + 1, PLAN_COLUMNS), np.int64)
    parameters, values, lane, group = Cursor(), Cursor(), Cursor(), Cursor()
    for index, layer in enumerate(layers):
        row = plan[index]
        is_output = index == len(layers) - 1
        width = block * layer.outs
        row[[INS, OUTS, STATE_ROWS, NUMBER]] = layer.ins, layer.outs, layer.state_rows, index
        row[WEIGHT] = parameters.take(layer.outs * layer.ins)
        row[BIAS] = parameters.take(layer.outs) if layer.bias else -1
        row[PERIOD] = _period(layer.outs, block, is_output)
        row[VALUES] = values.take(layer.value_rows * int(row[PERIOD]))
        row[CURRENT] = lane.take((1 if index == 0 else num_steps) * width)
        row[STATE] = lane.take((num_steps + 1) * layer.state_rows * width)
        row[SPIKE] = lane.take(num_steps * width)
        row[GRAD] = lane.take((1 if index == 0 else num_steps) * width)
        row[GROUP_WEIGHT] = group.take(layer.outs * layer.ins if index else 0)
        row[GROUP_BIAS] = group.take(layer.outs)
        row[GROUP_RAW] = group.take(layer.learned_rows * layer.outs)
    edges = _edges(plan, block)
    _rest(plan[-1], layers, num_steps, block, lane)
    return Layout(plan, edges, parameters.size, values.size, lane.size, group.size, block)


def _rest(row: np.ndarray, layers: Sequence[LayerShape], num_steps: int, block: int, lane: Cursor) -> None:
    """Place what all layers share, and the output's."""
    widest = block * max(layer.outs for layer in layers)
    hidden = block * max((layer.outs for layer in layers[:-1]), default=0)
    output = block * layers[-1].outs
    row[SPIKE_GRAD] = lane.take(num_steps * hidden)
    row[CARRY] = lane.take(max(layer.state_rows for layer in layers) * widest)
    row[RAW] = lane.take(max(layer.learned_rows for layer in layers) * widest)
    row[TURNED] = lane.take(num_steps * output)
    row[TURNED_GRAD] = lane.take(num_steps * output)
    row[OUTPUT_GRAD] = lane.take(num_steps * output)
    row[SOFTMAX] = lane.take(output + 2 * num_steps * block + num_steps * output)


def _edges(plan: np.ndarray, block: int) -> np.ndarray:
    """Give, layer after layer, where the stretches of a row start and by how much their values are shifted."""
    found: list[np.ndarray] = []
    for row in plan[:-1]:
        outs, is_output = int(row[OUTS]), int(row[NUMBER]) == len(plan) - 2
        if is_output:
            starts = np.append(np.arange(0, outs * block, CHUNK), outs * block)
            shifts = np.zeros(len(starts) - 1, np.int64)
        else:
            _, starts, shifts = blocks_of(block, outs, CHUNK)
        row[EDGES], row[EDGE_COUNT] = sum(map(len, found)), len(shifts)
        found += [starts, shifts]
    return np.concatenate(found).astype(np.int64)


def _period(outs: int, block: int, is_output: bool) -> int:
    if is_output:
        return outs * block
    return blocks_of(block, outs, CHUNK)[0]
