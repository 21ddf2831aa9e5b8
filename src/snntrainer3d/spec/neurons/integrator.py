"""Integrator: a membrane that never spikes."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, Fraction, Kept, Learning, NeuronModel, Reset, Step
from snntrainer3d.spec.surrogates import Atan, Surrogate

UNREACHABLE = 2.0**127
"""Threshold of neurons that never spike: the kernels multiply it by 0, which infinity would not bear."""


class Integrator(NeuronModel):
    """Leaky integrator: a membrane that never spikes, for the output; read by its highest membrane (`max_membrane`).

    snnTorch's Leaky without reset, its threshold out of reach. Under a constant input x its membrane is
    x·(1 − βᵗ)/(1 − β).
    """

    title = "Integrator"
    numbers = ("beta",)
    states = ("m",)
    never_spikes = True
    no_circuit = "it never spikes, and a circuit's answer is read from spikes."
    snntorch = "Leaky"
    snntorch_arguments = ("beta",)
    threshold: ClassVar[float] = UNREACHABLE
    reset: ClassVar[Reset] = "none"
    surrogate: ClassVar[Surrogate] = Atan()

    kind: Literal["integrator"] = "integrator"
    beta: Annotated[Fraction, Called("Membrane decay", "β")] = 0.9
    """Decay of the membrane per time step: 0 forgets at once, 1 adds up its whole input."""
    learn_beta: Learning = "fixed"

    @classmethod
    def like(cls, kept: Kept) -> dict[str, Any] | None:
        """Return the decay."""
        return {"beta": kept.states[0]}

    def step(self, now: Trace, x: Node, m: Node) -> Step:
        """Trace one step in snnTorch's order of operations."""
        return {"m": now.clamp(self.beta, 0.0, 1.0) * m + x}, None
