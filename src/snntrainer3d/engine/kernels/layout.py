"""Where kernels find things: the entries of a scan's table, and a layer's codes."""

from __future__ import annotations

(
    X, X_STEP, STATES, STEPS, WIDTH, SPIKES, VALUES, PERIOD, FIRST, LAST, SHIFT, FROM_START,
    SPIKE_GRAD, SPIKE_STEP, MEMBRANE_GRAD, MEMBRANE_STEP, GRAD, GRAD_STEP, CARRY, RAW,
) = range(20)  # fmt: skip
"""Entries of the table that a scan takes: addresses, and sizes in numbers. A step of 0 serves all steps by one row.

Arrays: x, spikes and gradients [time, row]; states [time + 1, state, row], the membrane first; values [row of values,
period], in which neuron i finds its own in column i − shift; carry [state, row] and raw [learned value, row]. A scan
takes the neurons first … last − 1 of each row; FROM_START, where not 0, lets them begin in their start states.
"""
SCAN_ENTRIES = 20

# Places in a layer's codes.
FORWARD, BACKWARD, FLUSH, LEARNED = range(4)
"""Addresses of its scans; whether denormals count as zero; how many rows of values are learned."""
CODES = 4
