"""Conductance LIF: synapses that change a conductance, and a threshold that rises with each spike."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, FixedReset, Step
from snntrainer3d.spec.surrogates import Atan, Surrogate


class ConductanceLIF(FixedReset):
    """Leaky integrate-and-fire with conductances and an adaptive threshold, the excitatory cell of Diehl & Cook 2015.

    Membrane in mV, conductances without a unit, by forward Euler. An input is one number here: a positive one adds to
    the exciting conductance g_e, whose synapse pulls the membrane to 0 mV, a negative one to the inhibiting g_i, which
    pulls it to −100 mV. What arrives counts from its own step on. A spike resets the membrane, holds it there for the
    refractory time and raises the threshold by `rise_mv`. The membrane is kept between these two potentials, which
    the published network never leaves; where a conductance is so large that Euler's step overshoots, it would diverge.
    θ starts at 0 and adds to `threshold`, where the published program begins with 20 and subtracts them. Source: Diehl
    and Cook, "Unsupervised learning of digit recognition using spike-timing-dependent plasticity", Frontiers in
    Computational Neuroscience 9 (2015), and the authors' program.
    """

    title = "Conductance LIF"
    numbers = (
        "tau_m_ms", "tau_e_ms", "tau_i_ms", "tau_theta_ms", "tau_ref_ms", "rest_mv", "reset_mv", "rise_mv",
        "time_step_ms", "input_gain", "threshold",
    )  # fmt: skip
    states = ("v", "g_e", "g_i", "theta", "wait", "s")
    in_millivolts = True

    kind: Literal["conductance_lif"] = "conductance_lif"
    tau_m_ms: Annotated[float, Field(ge=1.0, le=1000.0), Called("Membrane time constant", "τ_m")] = 100.0
    """Time in which the membrane falls to rest without input."""
    tau_e_ms: Annotated[float, Field(ge=1.0, le=1000.0), Called("Excitation's time constant", "τ_e")] = 1.0
    """Of the conductance that positive inputs open."""
    tau_i_ms: Annotated[float, Field(ge=1.0, le=1000.0), Called("Inhibition's time constant", "τ_i")] = 2.0
    """Of the conductance that negative inputs open."""
    tau_theta_ms: Annotated[float, Field(ge=1.0, le=1e9), Called("Threshold's time constant", "τ_θ")] = 1e7
    """Time in which a raised threshold comes back; the publication's is hours."""
    tau_ref_ms: Annotated[float, Field(ge=0.0, le=1000.0), Called("Refractory time", "τ_ref")] = 5.0
    """Time after a spike in which the membrane stays at the reset."""
    rest_mv: Annotated[float, Field(ge=-100.0, le=0.0), Called("Rest")] = -65.0
    """Membrane without input, and at the start."""
    reset_mv: Annotated[float, Field(ge=-100.0, le=0.0), Called("Reset to")] = -65.0
    """Membrane after a spike."""
    rise_mv: Annotated[float, Field(ge=0.0, le=100.0), Called("Threshold's rise")] = 0.05
    """What a spike adds to the threshold."""
    time_step_ms: Annotated[float, Field(gt=0.0, le=1.0), Called("Time step", "Δt")] = 0.5
    """Simulated time per step; .5 in the publication."""
    input_gain: Annotated[float, Field(gt=0.0, le=1000.0)] = 10.0
    """The conductance that an input of 1 opens, in units of the leak."""
    threshold: Annotated[float, Field(ge=-100.0, le=0.0), Called("Threshold", "", "mV")] = -52.0
    """Membrane above which the neuron spikes, before any rise."""
    surrogate: Surrogate = Atan(slope=0.2)
    """Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right."""

    def starts(self, now: Trace) -> dict[str, Node]:
        """Trace the membrane at rest."""
        return {"v": now.number("rest_mv")}

    def step(self, now: Trace, x: Node, v: Node, g_e: Node, g_i: Node, theta: Node, wait: Node, s: Node) -> Step:
        """Trace one step; `wait` is what is left of the refractory time."""
        r, dt, current = now.detach(s), self.time_step_ms, self.input_gain * x
        v = v * (1.0 - r) + self.reset_mv * r
        theta = theta * (1.0 - dt / self.tau_theta_ms) + self.rise_mv * r
        wait = wait * (1.0 - r) + self.tau_ref_ms * r - dt
        g_e = g_e + now.select(x > 0.0, current, 0.0)
        g_i = g_i + now.select(x < 0.0, -current, 0.0)
        flow = (self.rest_mv - v) + g_e * (0.0 - v) + g_i * (-100.0 - v)
        v = now.select(wait < dt / 2.0, now.clamp(v + dt / self.tau_m_ms * flow, -100.0, 0.0), v)
        g_e, g_i = g_e * (1.0 - dt / self.tau_e_ms), g_i * (1.0 - dt / self.tau_i_ms)
        spike = now.spike(v - theta - self.threshold)
        return {"v": v, "g_e": g_e, "g_i": g_i, "theta": theta, "wait": wait, "s": spike}, spike
