"""Synaptic: a leaky neuron behind a synapse that decays."""

from __future__ import annotations

from typing import ClassVar, Literal

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import (
    Fraction,
    Learning,
    SpikingPart,
    Step,
    reset_of_step_before,
    spike_and_reset_now,
)


class Synaptic(SpikingPart):
    """Second-order neuron: the input is first smoothed by a synaptic current i."""

    title = "Synaptic"
    numbers = ("alpha", "beta", "threshold")
    states = ("m", "i")
    snntorch = "Synaptic"
    when_recurrent: ClassVar[dict[str, bool]] = {"reset_delay": True}

    kind: Literal["synaptic"] = "synaptic"
    alpha: Fraction = 0.5
    """Decay of the synaptic current per time step."""
    beta: Fraction = 0.9
    """Decay of the membrane per time step."""
    learn_alpha: Learning = "fixed"
    learn_beta: Learning = "fixed"
    reset_delay: bool = True
    """Whether a spike's reset comes one step later, as snnTorch has it by default; otherwise within its own step."""

    def step(self, now: Trace, x: Node, m: Node, i: Node) -> Step:
        """Trace one step in snnTorch's order of operations."""
        r = now.heaviside(m - self.threshold)
        i = now.clamp(self.alpha, 0.0, 1.0) * i + x
        m = reset_of_step_before(self, now.clamp(self.beta, 0.0, 1.0) * m + i, r)
        m, spike = spike_and_reset_now(self, now, m, r)
        return {"m": m, "i": i}, spike
