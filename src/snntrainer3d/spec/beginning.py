"""What a training starts from: the learned values of one network put into another of the same shapes."""

from __future__ import annotations

import numpy as np

from snntrainer3d.errors import Fault, MismatchError
from snntrainer3d.spec.layers import Layer
from snntrainer3d.spec.network import Network
from snntrainer3d.spec.trained import TrainedNetwork, fixed_tensors, tensor_shapes


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
    kinds = [[layer.kind for layer in one.layers] for one in (start, network)]
    if start.weight_shapes() != network.weight_shapes() or kinds[0] != kinds[1]:
        raise MismatchError(
            f"The weights are of a network {start.title()}, the spec's is {network.title()}.",
            path="network.layers",
            hint="Give the same sizes.",
        )
    together = enumerate(zip(network.layers, start.layers, network.taken_shapes(), start.taken_shapes(), strict=True))
    faults = []
    for index, (layer, before, taken, given) in together:
        if layer.arrays(taken).keys() != before.arrays(given).keys():
            said, found = (getattr(one, "bias", False) for one in (layer, before))
            message = f"is {said}, but {found} in the network to start from."
            faults.append(Fault(f"network.layers[{index}].bias", message))
        elif layer.arrays(taken) != before.arrays(given):
            message = f"has other shapes than in the network to start from, {start.title()}."
            faults.append(Fault(f"network.layers[{index}]", message))
    if faults:
        message = "The network to start from has other biases or kernels."
        raise MismatchError(message, faults=faults, path=faults[0].path)


def _nothing_learned(network: Network) -> Network:
    layers: list[Layer] = []
    for layer in network.layers:
        if layer.neuron is None:
            layers.append(layer)
            continue
        layers.append(layer.model_copy(update={"neuron": layer.neuron.unlearned()}))
    return network.model_copy(update={"layers": tuple(layers)})
