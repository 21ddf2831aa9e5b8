"""One neuron of a known network, opened: its constants and all its weights."""

from __future__ import annotations

from typing import Any

from snntrainer3d.errors import MismatchError, NotFoundError
from snntrainer3d.jobs.shelf import KnownNetwork
from snntrainer3d.spec import Dense, Recurrent, neuron_values


def opened(known: KnownNetwork, layer: int, neuron: int) -> dict[str, Any]:
    """Give what a neuron consists of.

    Args:
        layer: place among the layers that have neurons, as in rates and recordings.
    """
    at = _place(known, layer, neuron)
    module, kind = known.module.layers[at], known.network.neurons()[layer]
    bias = module.connection.bias
    return {
        "layer": layer,
        "neuron": neuron,
        "kind": kind.kind,
        "values": {name: _value_of(getattr(module.neuron, name), neuron) for name in neuron_values(kind)},
        "bias": None if bias is None else bias[neuron].item(),
        "weights_in": module.connection.weight[neuron].tolist(),
        "weights_out": _weights_out(known, at, neuron),
    }


def _place(known: KnownNetwork, layer: int, neuron: int) -> int:
    sizes = known.network.spiking_sizes()
    if layer >= len(sizes) or neuron >= sizes[layer]:
        raise NotFoundError(
            f"Network {known.network.title()} has no neuron {layer}, {neuron}.",
            hint="layer (0 is the first with neurons) and neuron count from 0.",
        )
    at = known.network.spiking()[layer]
    if not isinstance(known.network.layers[at], Dense | Recurrent):
        raise MismatchError(
            f"Neurons of a {known.network.layers[at].kind} layer have no weights of their own.",
            hint="Dense and recurrent layers have a row of weights for each neuron.",
        )
    return at


def _weights_out(known: KnownNetwork, at: int, neuron: int) -> list[float]:
    """Give the weights to the next layer where it takes each neuron by itself; else none."""
    following = known.network.layers[at + 1 : at + 2]
    if not following or not isinstance(following[0], Dense | Recurrent):
        return []
    weights: list[float] = known.module.layers[at + 1].connection.weight[:, neuron].tolist()
    return weights


def _value_of(values: Any, neuron: int) -> float:
    """Give a neuron's value where each has its own, else the one that all share."""
    several = values.reshape(-1)
    return float(several[neuron if len(several) > 1 else 0].item())
