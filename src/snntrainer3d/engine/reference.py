"""The truth: step through snnTorch's modules, one time step after the other, one layer after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from snntrainer3d.engine.build import SpikingNetwork, refresh


@dataclass(frozen=True, eq=False)
class Recording:
    """What every layer did: spikes (0 or 1) and membrane potentials, one tensor per layer."""

    spikes: list[Float[Tensor, "time batch neuron"]]
    membranes: list[Float[Tensor, "time batch neuron"]]


class Stepper:
    """Holds the state of every layer and advances all of them by one time step."""

    def __init__(self, module: SpikingNetwork) -> None:
        refresh(module)
        self._layers = list(module.layers)
        self._states: list[tuple[Tensor, ...]] = [()] * len(self._layers)
        for layer in self._layers:
            layer.neuron.reset_mem()

    def step(self, inputs: Float[Tensor, "batch feature"]) -> list[tuple[Tensor, Tensor]]:
        """Give (spikes, membranes), each [batch neuron], of every layer at this step."""
        outputs = []
        signal = inputs
        for index, layer in enumerate(self._layers):
            current = layer.connection(signal)
            signal, *states = layer.neuron(current, *(self._states[index] or _rest(layer.neuron, current)))
            self._states[index] = tuple(states)
            outputs.append((signal, states[-1]))
        return outputs


def run(module: SpikingNetwork, inputs: Tensor, num_steps: int | None = None) -> Recording:
    """Record every layer over time.

    Args:
        inputs: [batch feature], the same at each of `num_steps` steps, or [time batch feature].
    """
    stepper = Stepper(module)
    steps = [stepper.step(current) for current in over_time(inputs, num_steps)]
    layers = range(len(module.layers))
    return Recording(
        spikes=[torch.stack([step[layer][0] for step in steps]) for layer in layers],
        membranes=[torch.stack([step[layer][1] for step in steps]) for layer in layers],
    )


def over_time(inputs: Tensor, num_steps: int | None) -> list[Tensor]:
    """Give the input of each time step; a constant one is repeated without a copy."""
    if num_steps is None:
        return list(inputs)
    return [inputs] * num_steps


def _rest(neuron: nn.Module, current: Tensor) -> tuple[Tensor, ...]:
    """Give the state before the first step: zeros, as many as the neuron has."""
    reset: Callable[[], Tensor | tuple[Tensor, ...]] = neuron.reset_mem
    states = reset()
    count = len(states) if isinstance(states, tuple) else 1
    return tuple(torch.zeros_like(current) for _ in range(count))
