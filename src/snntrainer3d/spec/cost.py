"""What a network costs, from its document alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from snntrainer3d.spec.layers import Recurrent
from snntrainer3d.spec.network import Network
from snntrainer3d.spec.trained import count_parameters

BYTES_PER_VALUE = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """Counts per network and per sample.

    `flops` is the paper's eq. 12, 2·Σ l_i·l_{i+1}, which ignores time; a kernel counts once for each place it stands
    at. `flops_all_steps` multiplies it by the steps.
    """

    neurons: int
    weights: int
    parameters: int
    parameter_bytes: int
    flops: int
    flops_all_steps: int


def cost_of(network: Network, num_steps: int) -> Cost:
    """Count neurons, weights, parameters and operations of one sample over `num_steps` time steps."""
    weights = sum(rows * columns for rows, columns in network.weight_shapes())
    products = sum(multiplications(network))
    parameters = count_parameters(network)
    return Cost(
        neurons=sum(network.spiking_sizes()),
        weights=weights,
        parameters=parameters,
        parameter_bytes=parameters * BYTES_PER_VALUE,
        flops=2 * products,
        flops_all_steps=2 * products * num_steps,
    )


def multiplications(network: Network) -> tuple[int, ...]:
    """Give each layer's multiply-accumulates for one sample at one time step."""
    together = zip(network.layers, network.taken_shapes(), strict=True)
    return tuple(layer.multiplications(shape) for layer, shape in together)


def fan_outs(network: Network) -> tuple[float, ...]:
    """Give, for the neurons of each layer that has some, how many weights one spike meets on average.

    Pooling between is taken to pass every spike, so of pooled maps it is an upper bound; the spikes of a recurrent
    layer also meet its own weights.
    """
    sizes, found = network.sizes(), []
    products = multiplications(network)
    for index in network.spiking():
        following = next((at for at in range(index + 1, len(products)) if products[at]), None)
        own = _own_weights(network, index) / sizes[index + 1]
        found.append(own if following is None else own + _fan_out(network, following))
    return tuple(found)


def input_fan_out(network: Network) -> float:
    """Give how many weights of the first layer that has some an input value meets on average; exact where it is dense.

    Pooling before is taken to pass every value.
    """
    first = next(index for index, products in enumerate(multiplications(network)) if products)
    return _fan_out(network, first)


def _fan_out(network: Network, layer: int) -> float:
    """Give how many weights of a layer a value before it meets on average, those of its feedback left out."""
    return (multiplications(network)[layer] - _own_weights(network, layer)) / network.sizes()[layer]


def _own_weights(network: Network, index: int) -> int:
    layer = network.layers[index]
    if not isinstance(layer, Recurrent):
        return 0
    return math.prod(layer.arrays(network.taken_shapes()[index])["recurrent.weight"])
