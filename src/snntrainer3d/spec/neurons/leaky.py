"""Leaky: the leaky integrate-and-fire neuron."""

from __future__ import annotations

from typing import ClassVar, Literal

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Fraction, Learning, SpikingPart, Step, spike_and_reset_now


class Leaky(SpikingPart):
    """First-order leaky integrate-and-fire neuron (LIF)."""

    title = "Leaky"
    numbers = ("beta", "threshold")
    states = ("m",)
    snntorch = "Leaky"
    silences_input: ClassVar[bool] = False
    """Whether a reset to zero also silences the input of its step."""
    when_recurrent: ClassVar[dict[str, bool]] = {"silences_input": True}

    kind: Literal["leaky"] = "leaky"
    beta: Fraction = 0.9
    """Decay of the membrane per time step: 0 forgets at once, 1 never."""
    learn_beta: Learning = "fixed"
    reset_delay: bool = True
    """Whether a spike's reset comes one step later, as snnTorch has it by default; otherwise within its own step."""

    def decay(self) -> float:
        """Give the factor by which the membrane shrinks in one step without input."""
        return self.beta

    def gain(self) -> float:
        """Give the factor by which an input current enters the membrane."""
        return 1.0

    def step(self, now: Trace, x: Node, m: Node) -> Step:
        """Trace one step in snnTorch's order of operations."""
        r = now.heaviside(m - self.threshold)
        kept = (1.0 - r) * m if self.reset == "zero" else m
        x = (1.0 - r) * x if self.reset == "zero" and self.silences_input else x
        m = now.clamp(self.beta, 0.0, 1.0) * kept + x
        if self.reset == "subtract":
            m = m - r * self.threshold
        m, spike = spike_and_reset_now(self, now, m, r)
        return {"m": m}, spike
