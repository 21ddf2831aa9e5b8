"""Neurons that snnTorch does not have: leaky, with a threshold that rises with their own spikes; alone or recurrent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import snntorch
import torch
from jaxtyping import Float
from torch import Tensor, nn

from snntrainer3d.engine.equations import stepped
from snntrainer3d.spec import Adaptive

Values = Float[Tensor, "batch ..."]


class AdaptiveNeuron(snntorch.SpikingNeuron):
    """A neuron to be stepped as snnTorch's are; equation and source stand at `spec.Adaptive`."""

    def __init__(
        self,
        beta: float,
        rho: float,
        adaptation: float,
        *,
        threshold: float = 1.0,
        reset_mechanism: str = "subtract",
        spike_grad: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        super().__init__(threshold=threshold, reset_mechanism=reset_mechanism, spike_grad=spike_grad)
        for name, value in (("beta", beta), ("rho", rho), ("adaptation", adaptation)):
            self.register_buffer(name, torch.as_tensor(value))

    def reset_mem(self) -> tuple[Tensor, Tensor, Tensor]:
        """Give the state of rest, of however many neurons: spikes, adaptation and membrane."""
        rest = self.beta.new_zeros(())
        return rest, rest, rest

    def forward(
        self, current: Values, spikes: Values, adaptation: Values, membrane: Values
    ) -> tuple[Values, Values, Values]:
        """Advance one step; gives spikes, adaptation and membrane, which the next step takes."""
        spikes, adaptation, membrane = _of_each(current, spikes, adaptation, membrane)
        numbers = {name: getattr(self, name) for name in Adaptive.numbers}
        before = {"m": membrane, "a": adaptation, "s": spikes}
        fired, after = stepped(Adaptive, self, numbers, current, before, self.spike_grad)
        return fired, after["a"], after["m"]


def _of_each(current: Values, *states: Tensor) -> tuple[Tensor, ...]:
    """Give states of each neuron; a number for all would not hold its float type against snnTorch's spikes."""
    return tuple(state if state.dim() else state.expand_as(current) for state in states)


class OneToOne(nn.Module):
    """What sends each spike back to the neuron that fired; `V` holds a weight for each."""

    def __init__(self, V: Tensor) -> None:
        super().__init__()
        self.V = nn.Parameter(V)

    def forward(self, spikes: Values) -> Values:
        """Weigh spikes."""
        return spikes * self.V


class RecurrentAdaptiveNeuron(AdaptiveNeuron):
    """Adaptive neurons driven by their own spikes of the step before, through `recurrent`, as in snnTorch's RLeaky."""

    def __init__(self, beta: float, rho: float, adaptation: float, recurrent: nn.Module, **given: Any) -> None:
        """Take the feedback beside what Adaptive neurons take: `nn.Linear` without bias, or OneToOne."""
        super().__init__(beta, rho, adaptation, **given)
        self.recurrent = recurrent

    def forward(
        self, current: Values, spikes: Values, adaptation: Values, membrane: Values
    ) -> tuple[Values, Values, Values]:
        """Advance one step; gives spikes, adaptation and membrane, which the next step takes."""
        spikes, adaptation, membrane = _of_each(current, spikes, adaptation, membrane)
        return super().forward(current + self.recurrent(spikes), spikes, adaptation, membrane)
