"""Exponential IF: a spike that starts itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, FixedReset, Step, limited
from snntrainer3d.spec.surrogates import Atan, Surrogate


class ExponentialIF(FixedReset):
    """Exponential integrate-and-fire: above v_T the membrane rises by itself, exponentially.

    τ·dv/dt = −(v − v_rest) + Δ·exp((v − v_T)/Δ) + I in mV, with I = input_gain_mv·x; forward Euler. It fires from
    I = v_T − v_rest − Δ on. v is kept from −150 to 100 mV, so that no input makes it infinite, and the gradient grows
    through a step by 1 at most. Source: Fourcaud-Trocmé et al., "How spike generation mechanisms determine the neuronal
    response to fluctuating inputs", Journal of Neuroscience 23 (2003); values of Gerstner et al., Neuronal Dynamics
    (2014), section 5.2, and its exercises.
    """

    title = "Exponential IF"
    numbers = (
        "tau_ms",
        "rest_mv",
        "reset_mv",
        "onset_mv",
        "sharpness_mv",
        "time_step_ms",
        "input_gain_mv",
        "threshold",
    )
    states = ("v", "s")
    in_millivolts = True

    kind: Literal["exponential_if"] = "exponential_if"
    tau_ms: Annotated[float, Field(ge=1.0, le=1000.0), Called("Time constant", "τ")] = 12.0
    """Of the membrane."""
    rest_mv: Annotated[float, Field(ge=-100.0, le=0.0), Called("Rest", "v_rest")] = -65.0
    """Membrane without input, and at the start."""
    reset_mv: Annotated[float, Field(ge=-100.0, le=0.0), Called("Reset to")] = -60.0
    """Membrane after a spike."""
    onset_mv: Annotated[float, Field(ge=-100.0, le=0.0), Called("Spike's onset", "v_T")] = -55.0
    """Membrane from which on it rises by itself."""
    sharpness_mv: Annotated[float, Field(ge=0.1, le=20.0), Called("Sharpness", "Δ")] = 2.0
    """Over how many mV the rise begins: the less, the more sudden."""
    time_step_ms: Annotated[float, Field(gt=0.0, le=1.0), Called("Time step", "Δt")] = 1.0
    """Simulated time per step."""
    input_gain_mv: Annotated[float, Field(gt=0.0, le=1000.0)] = 40.0
    """The current times the membrane's resistance, in mV, for an input of 1."""
    threshold: Annotated[float, Field(ge=-100.0, le=100.0), Called("Threshold", "", "mV")] = -30.0
    """Membrane above which it has spiked: the peak of a spike, not where it begins."""
    surrogate: Surrogate = Atan(slope=0.05)
    """Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right."""

    def starts(self, now: Trace) -> dict[str, Node]:
        """Trace the membrane at rest."""
        return {"v": now.number("rest_mv")}

    def step(self, now: Trace, x: Node, v: Node, s: Node) -> Step:
        """Trace one step."""
        r, rate, current = now.detach(s), self.time_step_ms / self.tau_ms, self.input_gain_mv * x
        v = v * (1.0 - r) + self.reset_mv * r
        rise = now.exp((v - self.onset_mv) / self.sharpness_mv)
        grown = v + rate * (self.rest_mv - v + self.sharpness_mv * rise + current)
        v = limited(now, grown, (v, 1.0 + rate * (rise - 1.0)), (-150.0, 100.0), (current, rate))
        spike = now.spike(v - self.threshold)
        return {"v": v, "s": spike}, spike
