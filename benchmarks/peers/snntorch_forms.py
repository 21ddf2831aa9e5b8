"""snnTorch, the yardstick: its tutorial's loop, and the same with what can be taken out of the loop by hand."""

from __future__ import annotations

import snntorch
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from benchmarks.peers.torch_training import TorchTraining

_MODULES = {
    "leaky": snntorch.Leaky,
    "lapicque": snntorch.Lapicque,
    "synaptic": snntorch.Synaptic,
    "alpha": snntorch.Alpha,
}


class Loop(TorchTraining):
    """As tutorial 5 has it: all layers in a loop over steps, a loss per step, default Adam."""

    def make_neurons(self) -> None:
        values = dict(self.job.neuron)
        kind = _MODULES[values.pop("kind")]
        values["reset_mechanism"] = values.pop("reset")
        self.hidden, self.output = kind(**values), kind(**values)

    def membranes(self, inputs: Tensor) -> list[Tensor]:
        hidden, output = _rest(self.hidden), _rest(self.output)
        recorded = []
        for _ in range(self.steps):
            spikes, *hidden = self.hidden(self.first(inputs), *hidden)
            _, *output = self.output(self.second(spikes), *output)
            recorded.append(output[-1])
        return recorded

    def loss(self, membranes: Tensor | list[Tensor], labels: Tensor) -> Tensor:
        total = torch.zeros(1)
        for membrane in membranes:
            total = total + cross_entropy(membrane, labels)
        return total


class Hoisted(Loop):
    """By hand: the constant input multiplied once, both layers over all steps in turn, one loss, fused Adam."""

    fused_adam = True

    def membranes(self, inputs: Tensor) -> list[Tensor]:
        current, hidden = self.first(inputs), _rest(self.hidden)
        spikes = []
        for _ in range(self.steps):
            fired, *hidden = self.hidden(current, *hidden)
            spikes.append(fired)
        output = _rest(self.output)
        recorded = []
        for step in self.second(torch.stack(spikes)).unbind():
            _, *output = self.output(step, *output)
            recorded.append(output[-1])
        return recorded

    def loss(self, membranes: Tensor | list[Tensor], labels: Tensor) -> Tensor:
        return TorchTraining.loss(self, membranes, labels)


def _rest(neuron: nn.Module) -> list[Tensor]:
    """Give the state before the first step as the neuron's own reset gives it."""
    states = neuron.reset_mem()
    return list(states) if isinstance(states, tuple) else [states]
