"""What the resistance of wires makes of a crossbar, exactly: Kirchhoff's equations of every crossing, solved once.

The sheet, as printed: row wires come in at the left from their drivers, one segment before each crossing; column wires
leave at the bottom to amplifiers at 0 V, one segment after each crossing; the two columns of a neuron lie side by side.
All of it is linear, so that the currents into the amplifiers are again a matrix times the rows' voltages: devices that
are seen through the wires.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float64


def seen_through_wires(
    plus: Float64[np.ndarray, "neuron row"], minus: Float64[np.ndarray, "neuron row"], wire_ohm: float
) -> tuple[Float64[np.ndarray, "neuron row"], Float64[np.ndarray, "neuron row"]]:
    """Give the conductances that rows and amplifiers see."""
    neurons, rows = plus.shape
    sheet = np.stack([plus, minus], axis=1).reshape(2 * neurons, rows).T
    seen = effective_conductances(np.ascontiguousarray(sheet), wire_ohm).T.reshape(neurons, 2, rows)
    return np.ascontiguousarray(seen[:, 0]), np.ascontiguousarray(seen[:, 1])


def effective_conductances(
    sheet: Float64[np.ndarray, "row column"], wire_ohm: float
) -> Float64[np.ndarray, "row column"]:
    """Give current into each column's amplifier per volt on each row.

    Nodes are the crossings of the row wires, then those of the column wires. The matrix is symmetric, so that one solve
    per column, with a current into its last crossing, gives what all rows send there.
    """
    from scipy.sparse.linalg import splu

    rows, columns = sheet.shape
    wire = 1.0 / wire_ohm
    factors = splu(_nodal_matrix(sheet, wire), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    injected = np.zeros((2 * rows * columns, columns))
    last = rows * columns + (rows - 1) * columns + np.arange(columns)
    injected[last, np.arange(columns)] = wire
    volts = factors.solve(injected)
    first = np.arange(rows) * columns
    return np.ascontiguousarray(volts[first] * wire)


def _nodal_matrix(sheet: Float64[np.ndarray, "row column"], wire: float) -> Any:
    from scipy.sparse import coo_matrix

    rows, columns = sheet.shape
    crossing = np.arange(rows * columns).reshape(rows, columns)
    below = crossing + rows * columns
    branches = [
        (crossing.ravel(), below.ravel(), sheet.ravel()),
        (crossing[:, :-1].ravel(), crossing[:, 1:].ravel(), np.full(rows * (columns - 1), wire)),
        (below[:-1].ravel(), below[1:].ravel(), np.full((rows - 1) * columns, wire)),
    ]
    one, other, value = (np.concatenate(parts) for parts in zip(*branches, strict=True))
    size = 2 * rows * columns
    diagonal = np.bincount(one, value, size) + np.bincount(other, value, size)
    drivers_and_amplifiers = np.concatenate([crossing[:, 0], below[-1]])
    diagonal[drivers_and_amplifiers] += wire
    everywhere = np.arange(size)
    at = np.concatenate([one, other, everywhere]), np.concatenate([other, one, everywhere])
    return coo_matrix((np.concatenate([-value, -value, diagonal]), at), shape=(size, size)).tocsc()
