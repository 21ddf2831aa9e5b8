"""Neurons that snnTorch does not have, as modules that are stepped as its own are: their equation says what they do."""

from __future__ import annotations

from collections.abc import Callable

import snntorch
import torch
from jaxtyping import Float
from torch import Tensor, nn

from snntrainer3d.engine.equations import equation_of_module, started, stepped
from snntrainer3d.engine.surrogate import spike_function
from snntrainer3d.spec import Neuron, neuron_values

Values = Float[Tensor, "batch ..."]


class EquationNeuron(snntorch.SpikingNeuron):
    """Neurons of a model of `spec.neurons`; equation and source stand there.

    A step takes the current and the states, and gives the spikes and the states after it, in snnTorch's order: the
    membrane last. Where the model keeps the spikes of the step before, the states begin with them and the spikes that
    a step gives are the next one's.
    """

    def __init__(self, neuron: Neuron, spike_grad: Callable[[Tensor], Tensor] | None = None) -> None:
        """Take the numbers of a document; what it can learn are arrays of the module, the others plain numbers.

        Args:
            spike_grad: Θ with a gradient; the document's surrogate where it is left out.
        """
        super().__init__(
            threshold=neuron.threshold_value(),
            reset_mechanism=neuron.reset,
            spike_grad=spike_grad or spike_function(neuron.surrogate),
        )
        self.model, self.reset_delay = neuron.model, bool(getattr(neuron, "reset_delay", True))
        learnable = neuron_values(neuron)
        for name in self.model.numbers:
            if name in learnable and name != "threshold":
                self.register_buffer(name, torch.as_tensor(neuron.number(name)))
            elif name != "threshold":
                setattr(self, name, neuron.number(name))
        made = equation_of_module(self.model, self)
        membrane, *others = made.states
        self.spikes = next((name for name in others if made.states[name] is made.spike), None)
        """The state, if there is one, that holds the spikes of the step before."""
        self.order = (*sorted(others, key=lambda name: name != self.spikes), membrane)

    def reset_mem(self) -> tuple[Tensor, ...]:
        """Return the states before the first step, for all neurons or one for each."""
        states = started(self.model, self, self._numbers(), self.threshold.new_zeros(()))
        return tuple(states[name] for name in self.order)

    def forward(self, current: Values, *states: Tensor) -> tuple[Values, ...]:
        """Advance one step."""
        before = {
            # A number for all would not hold its float type against snnTorch's spikes.
            name: state if state.dim() else state.expand_as(current)
            for name, state in zip(self.order, states, strict=True)
        }
        spikes, after = stepped(self.model, self, self._numbers(), current, before, self.spike_grad)
        return (spikes, *(after[name] for name in self.order if name != self.spikes))

    def _numbers(self) -> dict[str, Tensor]:
        """Return the numbers in the precision of the module, in which fused scans compute with them too."""
        like = self.threshold
        return {
            name: torch.as_tensor(getattr(self, name), dtype=like.dtype, device=like.device)
            for name in self.model.numbers
        }


class OneToOne(nn.Module):
    """What sends each spike back to the neuron that fired; `V` holds a weight for each."""

    def __init__(self, V: Tensor) -> None:
        super().__init__()
        self.V = nn.Parameter(V)

    def forward(self, spikes: Values) -> Values:
        """Weigh spikes."""
        return spikes * self.V


class RecurrentEquationNeuron(EquationNeuron):
    """Neurons driven by their own spikes of the step before, through `recurrent`, as in snnTorch's RLeaky.

    The states begin with those spikes, whether or not the model keeps them itself.
    """

    def __init__(
        self, neuron: Neuron, recurrent: nn.Module, spike_grad: Callable[[Tensor], Tensor] | None = None
    ) -> None:
        """Take the feedback beside what others take: `nn.Linear` without bias, or OneToOne."""
        super().__init__(neuron, spike_grad)
        self.recurrent = recurrent

    def reset_mem(self) -> tuple[Tensor, ...]:
        """Return the spikes and the states before the first step, for all neurons or one for each."""
        states = super().reset_mem()
        return states if self.spikes else (torch.zeros_like(states[-1]), *states)

    def forward(self, current: Values, *states: Tensor) -> tuple[Values, ...]:
        """Advance one step."""
        spikes = states[0] if states[0].dim() else states[0].expand_as(current)
        held = (spikes, *states[1:]) if self.spikes else states[1:]
        return super().forward(current + self.recurrent(spikes), *held)
