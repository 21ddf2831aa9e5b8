"""Synaptic: a leaky neuron behind a synapse that decays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import (
    Called,
    Fraction,
    Kept,
    Learning,
    SpikingPart,
    Step,
    Unwise,
    never_forgets,
    reset_of_step_before,
    spike_and_reset_now,
)


class Synaptic(SpikingPart):
    """Second-order neuron: the input is first smoothed by a synaptic current i."""

    title = "Synaptic"
    numbers = ("alpha", "beta", "threshold")
    states = ("m", "i")
    rises_with_input = True
    no_circuit = "its synaptic current decays within the time step, so that no clocked RC follows it exactly."
    snntorch = "Synaptic"
    snntorch_recurrent = "RSynaptic"
    snntorch_arguments = ("alpha", "beta", "reset_delay")
    snntorch_legacy = True
    when_recurrent: ClassVar[dict[str, bool]] = {"reset_delay": True}

    kind: Literal["synaptic"] = "synaptic"
    alpha: Annotated[Fraction, Called("Synaptic decay", "α")] = 0.5
    """Decay of the synaptic current per time step."""
    beta: Annotated[Fraction, Called("Membrane decay", "β")] = 0.9
    """Decay of the membrane per time step."""
    learn_alpha: Learning = "fixed"
    learn_beta: Learning = "fixed"
    reset_delay: bool = True
    """Whether a spike's reset comes one step later, as snnTorch has it by default; otherwise within its own step."""

    def unwise(self) -> Iterator[Unwise]:
        """Find a membrane that never forgets."""
        yield from never_forgets(self.beta)

    @classmethod
    def like(cls, kept: Kept) -> dict[str, Any] | None:
        """Return both decays."""
        return {"alpha": kept.states[1], "beta": kept.states[0]} if len(kept.states) == 2 else None

    def step(self, now: Trace, x: Node, m: Node, i: Node) -> Step:
        """Trace one step in snnTorch's order of operations."""
        r = now.heaviside(m - self.threshold)
        i = now.clamp(self.alpha, 0.0, 1.0) * i + x
        m = reset_of_step_before(self, now.clamp(self.beta, 0.0, 1.0) * m + i, r)
        m, spike = spike_and_reset_now(self, now, m, r)
        return {"m": m, "i": i}, spike
