"""Adaptive: a leaky neuron whose threshold rises with its own spikes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, Fraction, Learning, SpikingPart, Step, Unwise, never_forgets


class Adaptive(SpikingPart):
    """Leaky neuron whose threshold rises with its own spikes and falls back slowly (ALIF).

    The adaptation a is a running mean of the spikes. A spike of long ago still shows in it when the membrane has long
    forgotten: a network of such neurons remembers over hundreds of steps. Source: Bellec, Salaj, Subramoney, Legenstein
    and Maass, "Long short-term memory and learning-to-learn in networks of spiking neurons", NeurIPS 2018, equations 1
    and 2; their β is `adaptation` here, their threshold b⁰ `threshold`, and the input is not scaled by 1 − α.
    """

    title = "Adaptive"
    numbers = ("beta", "rho", "adaptation", "threshold")
    states = ("m", "a", "s")
    no_circuit = "its threshold moves with its spikes; the comparator's is one fixed voltage."

    kind: Literal["adaptive"] = "adaptive"
    beta: Annotated[Fraction, Called("Membrane decay", "β")] = 0.9
    """Decay of the membrane per time step."""
    rho: Annotated[Fraction, Called("Adaptation's decay", "ρ")] = 0.98
    """Decay of the adaptation per time step; .98 halves it in 34 steps, .995 in 138."""
    adaptation: Annotated[float, Field(ge=0.0, le=1000.0)] = 1.0
    """By how much the threshold rises in a neuron that spikes at every step."""
    learn_beta: Learning = "fixed"
    learn_rho: Learning = "fixed"
    learn_adaptation: Learning = "fixed"

    def unwise(self) -> Iterator[Unwise]:
        """Find a membrane that never forgets."""
        yield from never_forgets(self.beta)

    def step(self, now: Trace, x: Node, m: Node, a: Node, s: Node) -> Step:
        """Trace one step; the adaptation feels the spike of the step before with its gradient, the reset without."""
        beta, rho, r = now.clamp(self.beta, 0.0, 1.0), now.clamp(self.rho, 0.0, 1.0), now.detach(s)
        kept = (1.0 - r) * m if self.reset == "zero" else m
        m = beta * kept + x
        if self.reset == "subtract":
            m = m - r * (self.threshold + self.adaptation * a)
        rise = 1.0 - rho
        a = rho * a + rise * s
        spike = now.spike(m - self.adaptation * a - self.threshold)
        return {"m": m, "a": a, "s": spike}, spike
