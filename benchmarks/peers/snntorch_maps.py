"""snnTorch's forms of the networks that are not only dense, as its tutorials write them: a loop over steps."""

from __future__ import annotations

import snntorch
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, max_pool2d

from benchmarks.architectures import HIDDEN
from benchmarks.peers.maps_training import OtherTraining


class _Loop(OtherTraining):
    def loss(self, membranes: Tensor | list[Tensor], labels: Tensor) -> Tensor:
        total = torch.zeros(1)
        for membrane in membranes:
            total = total + cross_entropy(membrane, labels)
        return total

    def _values(self) -> dict[str, object]:
        values = dict(self.job.neuron)
        assert values.pop("kind") == "leaky"
        values["reset_mechanism"] = values.pop("reset")
        return values


class Convolution(_Loop):
    """Tutorial 6: convolution, pooling, neurons, twice; then the output."""

    def make_neurons(self) -> None:
        self.neurons = [snntorch.Leaky(**self._values()) for _ in self.connections]

    def membranes(self, inputs: Tensor) -> list[Tensor]:
        first, second, last = self.connections
        states = [neuron.reset_mem() for neuron in self.neurons]
        pictures, recorded = self.pictures(inputs), []
        for _ in range(self.steps):
            spikes, states[0] = self.neurons[0](max_pool2d(first(pictures), 2), states[0])
            spikes, states[1] = self.neurons[1](max_pool2d(second(spikes), 2), states[1])
            _, states[2] = self.neurons[2](last(spikes.flatten(1)), states[2])
            recorded.append(states[2])
        return recorded


class Recurrence(_Loop):
    """RLeaky, its feedback without a bias of its own, then the output."""

    def make_neurons(self) -> None:
        self.recurrent = snntorch.RLeaky(linear_features=HIDDEN, all_to_all=True, **self._values())
        self.recurrent.recurrent.bias = None
        self.recurrent.recurrent.weight = self.back
        self.output = snntorch.Leaky(**self._values())

    def membranes(self, inputs: Tensor) -> list[Tensor]:
        first, last = self.connections
        spikes, membrane = self.recurrent.reset_mem()
        output, recorded = self.output.reset_mem(), []
        for _ in range(self.steps):
            spikes, membrane = self.recurrent(first(inputs), spikes, membrane)
            _, output = self.output(last(spikes), output)
            recorded.append(output)
        return recorded
