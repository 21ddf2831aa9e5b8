"""SpikingJelly's forms of the networks that are not only dense; the neuron is that of `spikingjelly_forms`."""

from __future__ import annotations

import torch
from spikingjelly.activation_based import functional, layer, surrogate
from torch import Tensor, nn

from benchmarks.architectures import KERNEL
from benchmarks.peers.maps_training import OtherTraining
from benchmarks.peers.spikingjelly_forms import LeakyNode


class _Jelly(OtherTraining):
    def node(self, store_v_seq: bool = False) -> LeakyNode:
        """Give one layer's neurons."""
        neuron = self.job.neuron
        atan = surrogate.ATan(alpha=2.0)
        return LeakyNode(neuron["beta"], neuron["threshold"], surrogate_function=atan, store_v_seq=store_v_seq)

    @property
    def taken(self) -> float:
        """Give what a spike takes away, so that it is snnTorch's reset."""
        return self.job.neuron["threshold"] / self.job.neuron["beta"]


class Convolution(_Jelly):
    """Multi-step mode: every layer over all steps at once."""

    def make_neurons(self) -> None:
        first, second, last = self.connections
        self.last = self.node(store_v_seq=True)
        self.network = nn.Sequential(
            _convolution(first), layer.MaxPool2d(2, step_mode="m"), self.node(),
            _convolution(second), layer.MaxPool2d(2, step_mode="m"), self.node(),
            layer.Flatten(step_mode="m"), _linear(last), self.last,
        )  # fmt: skip

    def membranes(self, inputs: Tensor) -> Tensor:
        functional.reset_net(self.network)
        spikes = self.network(self.pictures(inputs).unsqueeze(0).repeat(self.steps, 1, 1, 1, 1))
        return self.last.v_seq + spikes.detach() * self.taken


class Recurrence(_Jelly):
    """Written by hand: its container for recurrence multiplies the input a second time, which is another network."""

    def make_neurons(self) -> None:
        self.recurrent, self.last = self.node(), self.node(store_v_seq=True)
        self.recurrent.step_mode = "s"
        self.output = _linear(self.connections[1])

    def membranes(self, inputs: Tensor) -> Tensor:
        functional.reset_net(self.recurrent)
        functional.reset_net(self.last)
        current = self.connections[0](inputs)
        fired = [self.recurrent(current)]
        for _ in range(1, self.steps):
            fired.append(self.recurrent(torch.addmm(current, fired[-1], self.back.t())))
        spikes = self.last(self.output(torch.stack(fired)))
        return self.last.v_seq + spikes.detach() * self.taken


def _convolution(given: nn.Conv2d) -> nn.Module:
    over_time = layer.Conv2d(given.in_channels, given.out_channels, KERNEL, step_mode="m")
    over_time.weight, over_time.bias = given.weight, given.bias
    return over_time


def _linear(given: nn.Linear) -> nn.Module:
    over_time = layer.Linear(given.in_features, given.out_features, step_mode="m")
    over_time.weight, over_time.bias = given.weight, given.bias
    return over_time
