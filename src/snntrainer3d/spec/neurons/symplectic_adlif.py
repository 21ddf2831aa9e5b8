"""Symplectic adaptive LIF: a membrane that a current of its own makes oscillate."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, FixedReset, Learning, Step
from snntrainer3d.spec.surrogates import Atan, Surrogate


class SymplecticAdLIF(FixedReset):
    """Adaptive leaky integrate-and-fire by the symplectic Euler method (SE-adLIF).

    τ_u·du/dt = −u + I − w and τ_w·dw/dt = −w + q·(a·u + b·s), with I = input_gain·x: the adapting current w follows
    membrane and spikes, which lets the membrane oscillate. w moves by the membrane of the same step, and so is stable
    where the usual Euler step would diverge. a counts within 0 and 1, b within 0 and 2. A spike empties the membrane,
    without a gradient; u of its step is what had been reached. Source: Baronig, Ferrand, Sabathiel and Legenstein,
    "Advancing spatio-temporal processing through adaptation in spiking neural networks", Nature Communications 16
    (2025).
    """

    title = "Symplectic adaptive LIF"
    numbers = ("tau_u_ms", "tau_w_ms", "a", "b", "q", "time_step_ms", "input_gain", "threshold")
    states = ("u", "w", "s")

    kind: Literal["symplectic_adlif"] = "symplectic_adlif"
    tau_u_ms: Annotated[float, Field(ge=1.0, le=1000.0), Called("Membrane time constant", "τ_u")] = 20.0
    """5 to 25 in the publication."""
    tau_w_ms: Annotated[float, Field(ge=1.0, le=1e4), Called("Adaptation's time constant", "τ_w")] = 60.0
    """20 to 300 in the publication."""
    a: Annotated[float, Field(ge=0.0, le=1.0), Called("Adaptation to the membrane", "a")] = 0.5
    """How strongly w follows the membrane."""
    b: Annotated[float, Field(ge=0.0, le=2.0), Called("Adaptation to spikes", "b")] = 1.0
    """How strongly a spike raises w."""
    q: Annotated[float, Field(ge=0.0, le=1000.0), Called("Adaptation's scale", "q")] = 120.0
    """Scales both; 60 to 120 in the publication."""
    time_step_ms: Annotated[float, Field(gt=0.0, le=1.0), Called("Time step", "Δt")] = 1.0
    """Simulated time per step."""
    input_gain: Annotated[float, Field(gt=0.0, le=1000.0)] = 20.0
    """The current I for an input of 1."""
    threshold: Annotated[float, Field(gt=0.0, le=1000.0), Called("Threshold", "θ")] = 1.0
    """Membrane above which the neuron spikes."""
    learn_a: Learning = "fixed"
    learn_b: Learning = "fixed"
    surrogate: Surrogate = Atan()
    """Gradient used in place of the spike's, which is zero almost everywhere."""

    def step(self, now: Trace, x: Node, u: Node, w: Node, s: Node) -> Step:
        """Trace one step; the reset of the step before comes first."""
        alpha, beta = now.exp(-self.time_step_ms / self.tau_u_ms), now.exp(-self.time_step_ms / self.tau_w_ms)
        a, b = now.clamp(self.a, 0.0, 1.0), now.clamp(self.b, 0.0, 2.0)
        u = u * (1.0 - now.detach(s))
        u = alpha * u + (1.0 - alpha) * (self.input_gain * x - w)
        spike = now.spike(u - self.threshold)
        kept = u * (1.0 - now.detach(spike))
        w = beta * w + (1.0 - beta) * (a * kept + b * spike) * self.q
        return {"u": u, "w": w, "s": spike}, spike
