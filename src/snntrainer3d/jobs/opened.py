"""One neuron of a known network, opened: its constants, all its weights, and what of the input it sees."""

from __future__ import annotations

from typing import Any

from snntrainer3d.errors import NotFoundError
from snntrainer3d.jobs.shelf import KnownNetwork
from snntrainer3d.spec import (
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Recurrent,
    neuron_values,
    place_in_maps,
    receptive_field,
)


def opened(known: KnownNetwork, layer: int, neuron: int) -> dict[str, Any]:
    """Give what a neuron consists of.

    Its weights are those that drive it: a row, or the kernel that its map's neurons share, also where pooling or a
    normalisation without weights stands between.

    Args:
        layer: place among the layers that have neurons, as in rates and recordings.
    """
    at = _place(known, layer, neuron)
    module, kind = known.module.layers[at].neuron, known.network.neurons()[layer]
    return {
        "layer": layer,
        "neuron": neuron,
        "kind": kind.kind,
        "values": {name: _value_of(getattr(module, name), neuron) for name in neuron_values(kind)},
        "place": place_in_maps(known.network, at, neuron),
        "field": receptive_field(known.network, at, neuron),
        **_weights_in(known, at, neuron),
        "weights_back": _weights_back(known, at, neuron),
        "weights_out": _weights_out(known, at, neuron),
    }


def _place(known: KnownNetwork, layer: int, neuron: int) -> int:
    sizes = known.network.spiking_sizes()
    if layer >= len(sizes) or neuron >= sizes[layer]:
        raise NotFoundError(
            f"Network {known.network.title()} has no neuron {layer}, {neuron}.",
            hint="layer (0 is the first with neurons) and neuron count from 0.",
        )
    return known.network.spiking()[layer]


def _weights_in(known: KnownNetwork, at: int, neuron: int) -> dict[str, Any]:
    """Give the weights of the nearest layer that has some, back to the neurons before; none where there is none."""
    before = [index for index in known.network.spiking() if index < at]
    first = before[-1] + 1 if before else 0
    for index in range(at, first - 1, -1):
        layer, module = known.network.layers[index], known.module.layers[index].connection
        if not isinstance(layer, Dense | Recurrent | Conv2d):
            continue
        kernel = isinstance(layer, Conv2d)
        place = place_in_maps(known.network, at, neuron)
        row = place[0] if kernel and place is not None else neuron
        return {
            "bias": None if module.bias is None else module.bias[row].item(),
            "weights_in": module.weight[row].reshape(-1).tolist(),
            "kernel": list(module.weight[row].shape) if kernel else None,
        }
    return {"bias": None, "weights_in": [], "kernel": None}


def _weights_back(known: KnownNetwork, at: int, neuron: int) -> list[float]:
    """Give what comes back from each neuron of the same layer, or only from this one; none without feedback."""
    layer = known.network.layers[at]
    if not isinstance(layer, Recurrent):
        return []
    own = known.module.layers[at].neuron.recurrent
    weights: list[float] = own.weight[neuron].tolist() if layer.feedback == "all_to_all" else [own.V[neuron].item()]
    return weights


def _weights_out(known: KnownNetwork, at: int, neuron: int) -> list[float]:
    """Give the weights to the next layer where it takes each neuron by itself; else none."""
    for index in range(at + 1, len(known.network.layers)):
        layer = known.network.layers[index]
        if isinstance(layer, Dense | Recurrent):
            weights: list[float] = known.module.layers[index].connection.weight[:, neuron].tolist()
            return weights
        if not isinstance(layer, Flatten | Dropout):
            return []
    return []


def _value_of(values: Any, neuron: int) -> float:
    """Give a neuron's value where each has its own, else the one that all share."""
    several = values.reshape(-1)
    return float(several[neuron if len(several) > 1 else 0].item())
