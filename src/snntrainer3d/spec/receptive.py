"""Which part of the input a neuron sees: its receptive field, from the document alone."""

from __future__ import annotations

from snntrainer3d.spec.network import Network

Field = tuple[int, int, int, int]
"""Top, left, height, width in places of the input picture, cut where it would reach beyond."""


def place_in_maps(network: Network, layer: int, neuron: int) -> tuple[int, int, int] | None:
    """Give map, row and column of a value that a layer gives; None where it gives a row of values."""
    shape = network.shapes()[layer + 1]
    if len(shape) != 3:
        return None
    within = neuron % (shape[1] * shape[2])
    return neuron // (shape[1] * shape[2]), within // shape[2], within % shape[2]


def receptive_field(network: Network, layer: int, neuron: int) -> Field | None:
    """Give the part of the input picture that reaches a neuron; None where no picture comes in.

    A neuron behind a dense layer sees all of it.
    """
    shape = network.input.shape
    if len(shape) != 3:
        return None
    whole = (0, 0, shape[1], shape[2])
    place = place_in_maps(network, layer, neuron)
    if place is None:
        return whole
    _, row, column = place
    top, left, bottom, right = row, column, row, column
    for one in reversed(network.layers[: layer + 1]):
        if (window := one.window()) is None:
            continue
        kernel, stride, padding = window
        top, left = top * stride - padding, left * stride - padding
        bottom = bottom * stride - padding + kernel - 1
        right = right * stride - padding + kernel - 1
    top, left = max(top, 0), max(left, 0)
    return top, left, min(bottom, shape[1] - 1) - top + 1, min(right, shape[2] - 1) - left + 1
