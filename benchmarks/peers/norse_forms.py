"""Norse: its cells in a loop over steps, and its modules over time.

Norse's LIF with a box current has gain 1 − β, SuperSpike's gradient and a reset before the decay. `Same…` put the
step of the same network into its containers, `SNNCell` and `SNN`; `Stock` is `LIFBoxCell` as it comes with a
subtracting reset, another network.
"""

from __future__ import annotations

from typing import NamedTuple

import norse.torch as norse
import torch
from norse.torch.functional.reset import reset_subtract
from norse.torch.module.snn import SNN, SNNCell
from torch import Tensor

from benchmarks.peers.torch_training import Atan, TorchTraining


class LeakyState(NamedTuple):
    """Membrane after and before the reset of its step."""

    v: Tensor
    charged: Tensor


class LeakyValues(NamedTuple):
    """Values of the neuron; `taken` is threshold/β, because the decay follows the reset."""

    beta: float
    threshold: float
    taken: float


def leaky_step(current: Tensor, state: LeakyState, values: LeakyValues, _dt: float) -> tuple[Tensor, LeakyState]:
    """Advance by one step, in the shape that Norse's containers call."""
    charged = values.beta * state.v + current
    spikes = Atan.apply(charged - values.threshold)
    return spikes, LeakyState(charged - spikes.detach() * values.taken, charged)


def _at_rest(_current: Tensor) -> LeakyState:
    return LeakyState(torch.zeros(()), torch.zeros(()))


class Same(TorchTraining):
    """Linear layers and cells in a `SequentialState`, stepped through as in its tutorials."""

    def make_neurons(self) -> None:
        beta, threshold = self.job.neuron["beta"], self.job.neuron["threshold"]
        self.values = LeakyValues(beta, threshold, threshold / beta)
        cells = [SNNCell(leaky_step, _at_rest, self.values) for _ in range(2)]
        self.network = norse.SequentialState(self.first, cells[0], self.second, cells[1])

    def membranes(self, inputs: Tensor) -> list[Tensor]:
        recorded, state = [], None
        for _ in range(self.steps):
            _, state = self.network(inputs, state)
            recorded.append(state[-1].charged)
        return recorded


class Hoisted(Same):
    """Layer by layer over all steps, the first product made once, fused Adam."""

    fused_adam = True

    def make_neurons(self) -> None:
        super().make_neurons()
        self.network = norse.SequentialState(
            SNN(leaky_step, _at_rest, self.values),
            self.second,
            SNN(leaky_step, _at_rest, self.values, record_states=True),
        )

    def membranes(self, inputs: Tensor) -> Tensor:
        _, state = self.network(self.first(inputs).expand(self.steps, -1, -1))
        return state[-1].charged


class Stock(Same):
    """`LIFBoxCell` as it comes, its gain made up for by scaling threshold and potentials."""

    def make_neurons(self) -> None:
        beta, threshold = self.job.neuron["beta"], self.job.neuron["threshold"]
        self.gain = 1 - beta
        parameters = norse.LIFBoxParameters(
            tau_mem_inv=torch.tensor(self.gain),
            v_th=torch.tensor(threshold * self.gain),
            reset_method=reset_subtract,
        )
        cells = [norse.LIFBoxCell(parameters, dt=1.0) for _ in range(2)]
        self.network = norse.SequentialState(self.first, cells[0], self.second, cells[1])

    def membranes(self, inputs: Tensor) -> list[Tensor]:
        recorded, state = [], None
        for _ in range(self.steps):
            _, state = self.network(inputs, state)
            recorded.append(state[-1].v / self.gain)
        return recorded
