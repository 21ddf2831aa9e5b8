"""Where a compiled step finds things: entries of its table and columns of its plan, one row per layer."""

from __future__ import annotations

from snntrainer3d.engine.kernels.layout import CODES

# Entries of the table: sizes first, then addresses.
(
    LAYERS, STEPS, BATCH, BLOCK, GROUPS, BLOCKS, NEXT, TRAINS, COUNTS_LOSS, LANE_VALUES, GROUP_VALUES, TASKS,
    ADDRESS_PLAN, ADDRESS_PARAMETERS, ADDRESS_GRADIENTS, ADDRESS_VALUES, ADDRESS_LANES, ADDRESS_GROUPS,
    ADDRESS_INPUTS, ADDRESS_FIRST_GRADS, ADDRESS_LABELS, ADDRESS_RESULTS, ADDRESS_COUNTS, ADDRESS_TASKS,
    ADDRESS_MEAN, ADDRESS_SQUARE, ADDRESS_RATES, UPDATES, FLUSHES,
    ADDRESS_EDGES,
) = range(30)  # fmt: skip
"""NEXT is the number of the next group or task that no lane has taken: a lane whose core is taken from it for a moment
leaves more of them to the others."""
TABLE_SIZE = 30

# Columns of the plan.
INS, OUTS, WEIGHT, BIAS, NUMBER, STATE_ROWS, PERIOD, VALUES = range(8)
"""Sizes; offsets of weight and bias in the parameters (bias −1 where there is none); the layer's number; rows
of state; columns of its values and their offset."""
CURRENT, STATE, SPIKE, GRAD = range(8, 12)
"""Offsets in a lane's memory: currents, states, spikes, gradients of the currents."""
GROUP_WEIGHT, GROUP_BIAS, GROUP_RAW = range(12, 15)
"""Offsets in a group's memory: its share of the gradients of weight, bias and neuron values."""
EDGES, EDGE_COUNT = range(15, 17)
"""Offset and number of the stretches in which the layer's row is scanned."""
CODES_FROM = 17
"""First of the layer's codes."""
PLAN_COLUMNS = CODES_FROM + CODES

# Offsets in a lane's memory, kept in the row after the last layer.
SPIKE_GRAD, CARRY, RAW, TURNED, TURNED_GRAD, OUTPUT_GRAD, SOFTMAX = range(7)

CHUNK = 2048
"""Neurons taken through all steps at a time."""

# Columns of results, one row per group.
LOSS, CORRECT, FIRED = range(3)
"""FIRED is the first of one column per layer."""
