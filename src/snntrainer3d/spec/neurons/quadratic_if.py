"""Quadratic IF: the normal form of cells that begin to fire at any low rate."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, FixedReset, Learning, Step, limited
from snntrainer3d.spec.surrogates import Atan, Surrogate

SUBSTEPS = 10
"""Steps of Euler's method in one of the network's: one alone would jump over half of the way up from the reset."""


class QuadraticIF(FixedReset):
    """Quadratic integrate-and-fire: τ·dv/dt = v² + I, the normal form of cells that can fire at any low rate.

    I = bias + input_gain·x; by 10 steps of forward Euler in each time step. Without input, and with a negative bias, it
    rests at −√(−bias) and spikes by itself once pushed above √(−bias). Under a constant I > 0 the time between spikes
    is τ/√I·(atan(θ/√I) − atan(reset/√I)). v is kept from −20 to 100, so that no input makes it infinite, and the
    gradient grows by 1 at most in each of the steps. Source: Ermentrout and Kopell, "Parabolic bursting in an excitable
    system coupled with a slow oscillation", SIAM Journal on Applied Mathematics 46 (1986); Gerstner et al., Neuronal
    Dynamics (2014), section 5.3.
    """

    title = "Quadratic IF"
    numbers = ("tau_ms", "bias", "reset_to", "time_step_ms", "input_gain", "threshold")
    states = ("v", "s")

    kind: Literal["quadratic_if"] = "quadratic_if"
    tau_ms: Annotated[float, Field(ge=1.0, le=1000.0), Called("Time constant", "τ")] = 10.0
    """Of the membrane."""
    bias: Annotated[float, Field(ge=-100.0, le=100.0)] = -0.25
    """The current I without input; above 0 the neuron fires by itself."""
    reset_to: Annotated[float, Field(ge=-20.0, le=0.0)] = -10.0
    """Membrane after a spike."""
    time_step_ms: Annotated[float, Field(gt=0.0, le=1.0), Called("Time step", "Δt")] = 1.0
    """Simulated time per step."""
    input_gain: Annotated[float, Field(gt=0.0, le=1000.0)] = 10.0
    """The current I that an input of 1 adds."""
    threshold: Annotated[float, Field(gt=0.0, le=100.0), Called("Threshold", "θ")] = 10.0
    """Membrane above which it has spiked: the peak of a spike, not where it begins."""
    learn_bias: Learning = "fixed"
    surrogate: Surrogate = Atan(slope=0.3)
    """Gradient used in place of the spike's, which is zero almost everywhere; small, for a wide membrane."""

    def starts(self, now: Trace) -> dict[str, Node]:
        """Trace the membrane at rest."""
        return {"v": -now.sqrt(now.maximum(-self.bias, 0.0))}

    def step(self, now: Trace, x: Node, v: Node, s: Node) -> Step:
        """Trace one step."""
        r, rate = now.detach(s), self.time_step_ms / self.tau_ms / SUBSTEPS
        current = self.bias + self.input_gain * x
        v = v * (1.0 - r) + self.reset_to * r
        for _ in range(SUBSTEPS):
            grown = v + rate * (v * v + current)
            v = limited(now, grown, (v, 1.0 + rate * (2.0 * v)), (-20.0, 100.0), (current, rate))
        spike = now.spike(v - self.threshold)
        return {"v": v, "s": spike}, spike
