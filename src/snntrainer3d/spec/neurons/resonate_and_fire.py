"""Resonate-and-fire: a neuron that answers to one frequency."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, FixedReset, Learning, Reset, Step
from snntrainer3d.spec.surrogates import Atan, Surrogate


class ResonateAndFire(FixedReset):
    """Balanced resonate-and-fire: a damped oscillator that answers to inputs of its own frequency.

    u + i·v turns by ω and shrinks by b each second; a spike does not reset it, but raises threshold and damping by q
    for a while. b = p(ω) − |b_offset| − q, and p(ω) = (−1 + √(1 − (Δt·ω)²))/Δt is where Euler's step neither grows nor
    shrinks, so that no frequency diverges. ω counts within 0 and 99, which keeps Δt·ω below 1. The input is scaled by
    Δt, hence its gain, which is 1 in the publication. Source: Higuchi, Kairat, Bohté and Otte, "Balanced
    Resonate-and-Fire Neurons", ICML 2024; after Izhikevich's of Neural Networks 14 (2001).
    """

    title = "Resonate-and-fire"
    numbers = ("omega", "b_offset", "gamma", "time_step_s", "input_gain", "threshold")
    states = ("u", "v", "q", "s")

    kind: Literal["resonate_and_fire"] = "resonate_and_fire"
    reset: ClassVar[Reset] = "none"
    omega: Annotated[float, Field(ge=0.0, le=99.0), Called("Angular frequency", "ω")] = 10.0
    """Radians per second: 10 is 1.6 Hz."""
    b_offset: Annotated[float, Field(ge=-100.0, le=100.0), Called("Damping", "b")] = 1.0
    """By how much faster than not at all the oscillation fades, per second."""
    gamma: Annotated[float, Field(ge=0.0, le=1.0), Called("Refractory decay", "γ")] = 0.9
    """What is kept per step of what spikes add to threshold and damping."""
    time_step_s: Annotated[float, Field(gt=0.0, le=0.01), Called("Time step", "Δt")] = 0.01
    """Simulated seconds per step."""
    input_gain: Annotated[float, Field(gt=0.0, le=1e4)] = 100.0
    """What an input of 1 adds per second; 1 in the publication."""
    threshold: Annotated[float, Field(gt=0.0, le=1000.0), Called("Threshold", "θ")] = 1.0
    """u above which the neuron spikes."""
    learn_omega: Learning = "fixed"
    learn_b_offset: Learning = "fixed"
    surrogate: Surrogate = Atan()
    """Gradient used in place of the spike's, which is zero almost everywhere."""

    def step(self, now: Trace, x: Node, u: Node, v: Node, q: Node, s: Node) -> Step:
        """Trace one step; both parts of the oscillator move by what they were before it."""
        del s
        dt, omega = self.time_step_s, now.clamp(self.omega, 0.0, 99.0)
        turn = dt * omega
        b = (now.sqrt(1.0 - turn * turn) - 1.0) / dt - now.maximum(self.b_offset, -self.b_offset) - q
        after = u + b * u * dt - omega * v * dt + self.input_gain * x * dt
        v = v + omega * u * dt + b * v * dt
        spike = now.spike(after - self.threshold - q)
        q = self.gamma * q + spike
        return {"u": after, "v": v, "q": q, "s": spike}, spike
