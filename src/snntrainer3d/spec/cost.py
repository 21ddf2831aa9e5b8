"""What a network costs, from its document alone."""

from __future__ import annotations

from dataclasses import dataclass

from snntrainer3d.spec.network import Network
from snntrainer3d.spec.trained import count_parameters

BYTES_PER_VALUE = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """Counts per network and per sample.

    `flops` is the paper's eq. 12, 2·Σ l_i·l_{i+1}, which ignores time; `flops_all_steps` multiplies it by the steps.
    """

    neurons: int
    weights: int
    parameters: int
    parameter_bytes: int
    flops: int
    flops_all_steps: int


def cost_of(network: Network, num_steps: int) -> Cost:
    """Count neurons, weights, parameters and operations of one sample over `num_steps` time steps."""
    weights = sum(outs * ins for outs, ins in network.weight_shapes())
    parameters = count_parameters(network)
    return Cost(
        neurons=sum(layer.size for layer in network.layers),
        weights=weights,
        parameters=parameters,
        parameter_bytes=parameters * BYTES_PER_VALUE,
        flops=2 * weights,
        flops_all_steps=2 * weights * num_steps,
    )
