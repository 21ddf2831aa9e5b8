"""The neuron of Izhikevich 2003, which snnTorch does not have."""

from __future__ import annotations

from collections.abc import Callable

import snntorch
import torch
from jaxtyping import Float
from torch import Tensor

from snntrainer3d.engine.equations import stepped
from snntrainer3d.spec import Izhikevich

Values = Float[Tensor, "batch ..."]


class IzhikevichNeuron(snntorch.SpikingNeuron):
    """A neuron to be stepped as snnTorch's are; equation and source stand at `spec.Izhikevich`."""

    def __init__(
        self,
        a: float,
        b: float,
        c: float,
        d: float,
        *,
        threshold: float = 30.0,
        time_step: float = 1.0,
        input_gain: float = 1.0,
        gradient_limit: float = 1.0,
        reset_mechanism: str = "zero",
        spike_grad: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """Take the paper's numbers; `time_step` in ms. c and d are the reset, `reset_mechanism` is unused."""
        super().__init__(threshold=threshold, reset_mechanism=reset_mechanism, spike_grad=spike_grad)
        for name, value in (("a", a), ("b", b), ("c", c), ("d", d)):
            self.register_buffer(name, torch.as_tensor(value))
        self.time_step, self.input_gain, self.gradient_limit = time_step, input_gain, gradient_limit

    def reset_mem(self) -> tuple[Tensor, Tensor, Tensor]:
        """Give where it starts: no spike, recovery and membrane, for all neurons or one for each."""
        start = torch.as_tensor(Izhikevich.start_mv, dtype=self.b.dtype)
        return torch.zeros_like(start), self.b * start, start

    def forward(
        self, current: Values, spikes: Values, recovery: Values, membrane: Values
    ) -> tuple[Values, Values, Values]:
        """Advance one step; gives spikes, recovery and membrane, which the next step takes."""
        numbers = {name: getattr(self, name) for name in Izhikevich.numbers}
        before = {"v": membrane, "u": recovery, "s": spikes}
        fired, after = stepped(Izhikevich, self, numbers, current, before, self.spike_grad)
        return fired, after["u"], after["v"]
