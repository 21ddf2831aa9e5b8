"""The truth: torch's and snnTorch's own modules, one time step after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import dropout

from snntrainer3d.engine.build import SpikingLayer, SpikingNetwork, refresh
from snntrainer3d.engine.equation_neuron import EquationNeuron

States = tuple[Tensor, ...]


@dataclass(frozen=True, eq=False)
class Recording:
    """What every layer with neurons did: spikes (0 or 1) and membrane potentials, one tensor for each."""

    spikes: list[Float[Tensor, "time batch neuron"]]
    membranes: list[Float[Tensor, "time batch neuron"]]


class Stepper:
    """Holds the state of every layer and advances all of them by one time step; for evaluation."""

    def __init__(self, module: SpikingNetwork) -> None:
        refresh(module)
        self._layers = list(module.layers)
        self._states: list[States] = [()] * len(self._layers)

    def step(self, inputs: Float[Tensor, "batch feature"]) -> list[tuple[Tensor, Tensor]]:
        """Give (spikes, membranes), each [batch neuron], of every layer with neurons at this step."""
        outputs = []
        signal = inputs
        for index, layer in enumerate(self._layers):
            signal = layer.currents(signal)
            if layer.neuron is not None:
                signal, self._states[index] = _step(layer.neuron, signal, self._states[index])
                outputs.append((signal.flatten(1), self._states[index][-1].flatten(1)))
        return outputs


def run(
    module: SpikingNetwork, inputs: Tensor, num_steps: int | None = None, *, truncate: int | None = None
) -> Recording:
    """Record every layer over time, one layer after the other; dropout and statistics as the module's mode says.

    Args:
        inputs: [batch feature], the same at each of `num_steps` steps, or [time batch feature].
        truncate: gradients go back through at most so many steps.
    """
    refresh(module)
    signals, constant = over_time(inputs, num_steps), num_steps is not None
    spikes, membranes = [], []
    for layer in module.layers:
        signals = currents_over_time(layer, signals, constant)
        if layer.neuron is None:
            continue
        signals, left = neurons_over_time(layer.neuron, signals, truncate)
        constant = False
        spikes.append(torch.stack(signals).flatten(2))
        membranes.append(torch.stack(left).flatten(2))
    return Recording(spikes, membranes)


def neurons_over_time(
    neuron: Any, currents: list[Tensor], truncate: int | None = None
) -> tuple[list[Tensor], list[Tensor]]:
    """Give spikes and membranes of each step, from rest; every `truncate` steps the past is taken as given."""
    spikes, membranes, _ = stepped_states(neuron, currents, truncate)
    return spikes, membranes


def stepped_states(
    neuron: Any, currents: list[Tensor], truncate: int | None = None
) -> tuple[list[Tensor], list[Tensor], States]:
    """Give spikes and membranes as `neurons_over_time`, and all states after the last step."""
    neuron.reset_mem()
    states: States = ()
    spikes, membranes = [], []
    for step, current in enumerate(currents):
        if truncate is not None and step % truncate == 0:
            states = tuple(state.detach() for state in states)
        spike, states = _step(neuron, current, states)
        spikes.append(spike)
        membranes.append(states[-1])
    return spikes, membranes, states


def over_time(inputs: Tensor, num_steps: int | None) -> list[Tensor]:
    """Give the input of each time step; a constant one is repeated without a copy."""
    if num_steps is None:
        return list(inputs)
    return [inputs] * num_steps


def currents_over_time(layer: SpikingLayer, signals: list[Tensor], constant: bool) -> list[Tensor]:
    """Apply a layer's operation to every step.

    While training, dropout silences the same values at every step, and batch normalisation takes all steps at once;
    of an input that is the same at every step it takes one.
    """
    operation = layer.connection
    if layer.training and isinstance(operation, nn.Dropout):
        kept = kept_values(operation, signals[0])
        return [signal * kept for signal in signals]
    if layer.training and isinstance(operation, nn.BatchNorm1d | nn.BatchNorm2d):
        if constant:
            return [layer.currents(signals[0])] * len(signals)
        return list(layer.currents(torch.cat(signals)).chunk(len(signals)))
    return [layer.currents(signal) for signal in signals]


def kept_values(operation: nn.Dropout, like: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch ..."]:
    """Draw what dropout multiplies each value with: 0, or 1/(1 − share); the same draws for every float type."""
    return dropout(torch.ones(like.shape), operation.p).to(like.dtype)


def _step(neuron: Any, current: Tensor, states: States) -> tuple[Tensor, States]:
    """Give spikes and what the neuron keeps for the next step; a recurrent one keeps its spikes too."""
    held = states or _rest(neuron, current)
    spikes, *rest = neuron(current, *held)
    return spikes, (spikes, *rest) if len(rest) + 1 == len(held) else tuple(rest)


def _rest(neuron: Any, current: Tensor) -> States:
    """Give the state before the first step: zeros, as many as the neuron has, or what its equation starts from."""
    reset: Callable[[], Tensor | tuple[Tensor, ...]] = neuron.reset_mem
    states = reset()
    if isinstance(neuron, EquationNeuron):
        return tuple(torch.zeros_like(current) + state for state in states)
    count = len(states) if isinstance(states, tuple) else 1
    return tuple(torch.zeros_like(current) for _ in range(count))
