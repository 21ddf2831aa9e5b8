"""What a training starts from: the learned values of one network put into another of the same shapes."""

from __future__ import annotations

import numpy as np

from snntrainer3d.errors import Fault, MismatchError
from snntrainer3d.spec.network import Network
from snntrainer3d.spec.trained import TrainedNetwork, fixed_tensors, neuron_values, tensor_shapes


def fit_start(start: TrainedNetwork, network: Network) -> TrainedNetwork:
    """Give `network` with the weights and biases of `start`, and its neuron values where both learn them.

    What the network's document fixes is as it says; neuron values that only it learns begin as it says.

    Raises:
        MismatchError: the networks differ in sizes or in which layers have biases.
    """
    _check(start.network, network)
    said = fixed_tensors(_nothing_learned(network))
    fixed = fixed_tensors(network)
    tensors = {}
    for name, shape in tensor_shapes(network).items():
        found = start.tensors.get(name) if name not in fixed else None
        if found is None or (found.shape != shape and found.shape != ()):
            found = said[name]
        tensors[name] = np.array(np.broadcast_to(found, shape), np.float32)
    return TrainedNetwork(network, tensors)


def _check(start: Network, network: Network) -> None:
    if start.weight_shapes() != network.weight_shapes():
        raise MismatchError(
            f"The weights are of a network {start.title()}, the spec's is {network.title()}.",
            path="network.layers",
            hint="Give the same sizes.",
        )
    faults = [
        Fault(f"network.layers[{index}].bias", f"is {layer.bias}, but {before.bias} in the network to start from.")
        for index, (layer, before) in enumerate(zip(network.layers, start.layers, strict=True))
        if layer.bias != before.bias
    ]
    if faults:
        raise MismatchError("The network to start from has other biases.", faults=faults, path=faults[0].path)


def _nothing_learned(network: Network) -> Network:
    layers = []
    for layer in network.layers:
        fixed = {f"learn_{name}": "fixed" for name in neuron_values(layer.neuron)}
        layers.append(layer.model_copy(update={"neuron": layer.neuron.model_copy(update=fixed)}))
    return network.model_copy(update={"layers": tuple(layers)})
