"""Where kernels find things: rows of a layer's values, places of its codes, and the codes themselves.

`values[row, neuron]` holds what may differ from neuron to neuron, repeated over as many samples as one block
has; `codes` holds integers. Both are plain arrays, so that one compiled kernel serves every neuron and setting.
"""

from __future__ import annotations

# Rows of `values`.
THRESHOLD, BETA, ALPHA, TAU, SUBTRACT, ZERO, SLOPE, ESCAPE = range(8)
# Lapicque's own names for rows that it does not share.
DECAY, CONDUCTANCE, RESISTANCE, TIME_STEP = BETA, ALPHA, TAU, ESCAPE + 1
# Adaptive's own names.
RHO, ADAPTATION = ALPHA, TAU
# Izhikevich's own names.
RATE, SENSITIVITY, RESET = BETA, ALPHA, TAU
JUMP, GAIN, LIMIT = range(TIME_STEP + 1, TIME_STEP + 4)
VALUE_ROWS = LIMIT + 1

# Places in `codes`.
KIND, SURROGATE, IMMEDIATE, LEARNS, FLUSH = range(5)
CODES = 5

LEAKY, LAPICQUE, SYNAPTIC, ALPHA_NEURON, ADAPTIVE, IZHIKEVICH = range(6)
KINDS = {
    "leaky": LEAKY,
    "lapicque": LAPICQUE,
    "synaptic": SYNAPTIC,
    "alpha": ALPHA_NEURON,
    "adaptive": ADAPTIVE,
    "izhikevich": IZHIKEVICH,
}
STATES = {LEAKY: 1, LAPICQUE: 1, SYNAPTIC: 2, ALPHA_NEURON: 3, ADAPTIVE: 3, IZHIKEVICH: 4}
"""States per neuron: the membrane first; an immediate reset adds one, the membrane before it."""

ATAN, FAST_SIGMOID, SIGMOID, TRIANGULAR, STRAIGHT_THROUGH, SPIKE_RATE_ESCAPE = range(6)
SURROGATES = {
    "atan": ATAN,
    "fast_sigmoid": FAST_SIGMOID,
    "sigmoid": SIGMOID,
    "triangular": TRIANGULAR,
    "straight_through": STRAIGHT_THROUGH,
    "spike_rate_escape": SPIKE_RATE_ESCAPE,
}

# Rows of the raw gradients of a layer's values, before the chain rule (`neurons.chain_rule`).
D_THRESHOLD, D_BETA, D_ALPHA, D_TAU, D_JUMP = range(5)
D_RHO, D_ADAPTATION = D_ALPHA, D_TAU
D_RATE, D_SENSITIVITY, D_RESET = D_BETA, D_ALPHA, D_TAU
RAW_GRADIENTS = 5
