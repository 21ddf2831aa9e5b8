"""SpikingJelly in its multi-step mode, which it advises for speed.

Its soft reset takes the threshold away before the next step's decay, snnTorch's after it: to be the same network a
spike must take threshold/β away. `LIFNode` cannot, so that `Same…` derive from its `BaseNode` as its manual shows;
`Stock` is the node as it comes, another network of the same cost.
"""

from __future__ import annotations

from spikingjelly.activation_based import functional, layer, neuron, surrogate
from torch import Tensor, nn

from benchmarks.peers.torch_training import TorchTraining


class LeakyNode(neuron.BaseNode):
    """h[t] = β·v[t−1] + x[t]; a spike takes threshold/β away."""

    def __init__(self, beta: float, threshold: float, **others) -> None:
        super().__init__(v_threshold=threshold, v_reset=None, detach_reset=True, step_mode="m", **others)
        self.beta, self.taken = beta, threshold / beta

    def single_step_functional_forward(self, inputs, states, **_):
        charged = self.beta * states[0] + inputs[0]
        spike = self.surrogate_function(charged - self.v_threshold)
        return (spike,), (charged - spike.detach() * self.taken, *states[1:])


class Same(TorchTraining):
    """Multi-step mode, the input repeated over time as in its tutorials."""

    def make_neurons(self) -> None:
        self.taken = self.job.neuron["threshold"] / self.job.neuron["beta"]
        self.nodes = [self.node(store_v_seq=False), self.node(store_v_seq=True)]
        linears = [_multi_step(linear) for linear in (self.first, self.second)]
        self.network = nn.Sequential(linears[0], self.nodes[0], linears[1], self.nodes[1])

    def node(self, store_v_seq: bool) -> nn.Module:
        """Give one layer's neurons."""
        return LeakyNode(
            self.job.neuron["beta"],
            self.job.neuron["threshold"],
            surrogate_function=surrogate.ATan(alpha=2.0),
            store_v_seq=store_v_seq,
        )

    def membranes(self, inputs: Tensor) -> Tensor:
        functional.reset_net(self.network)
        return self.before_reset(self.network(inputs.unsqueeze(0).repeat(self.steps, 1, 1)))

    def before_reset(self, spikes: Tensor) -> Tensor:
        """Give the output's membrane as it was before spikes took their part."""
        return self.nodes[1].v_seq + spikes.detach() * self.taken


class Hoisted(Same):
    """The same with the first layer's product made once, and torch's fused Adam."""

    fused_adam = True

    def membranes(self, inputs: Tensor) -> Tensor:
        functional.reset_net(self.network)
        current = self.first(inputs).expand(self.steps, -1, -1)
        return self.before_reset(self.network[1:](current))


class Stock(Hoisted):
    """`LIFNode` as it comes: a spike takes β·threshold away, hoisted likewise."""

    def make_neurons(self) -> None:
        super().make_neurons()
        self.taken = self.job.neuron["threshold"]

    def node(self, store_v_seq: bool) -> nn.Module:
        return neuron.LIFNode(
            tau=1 / (1 - self.job.neuron["beta"]),
            decay_input=False,
            v_threshold=self.job.neuron["threshold"],
            v_reset=None,
            surrogate_function=surrogate.ATan(alpha=2.0),
            detach_reset=True,
            step_mode="m",
            store_v_seq=store_v_seq,
        )


def _multi_step(linear: nn.Linear) -> nn.Module:
    """Give SpikingJelly's layer over time that shares the parameters of a linear one."""
    over_time = layer.Linear(linear.in_features, linear.out_features, step_mode="m")
    over_time.weight, over_time.bias = linear.weight, linear.bias
    return over_time
