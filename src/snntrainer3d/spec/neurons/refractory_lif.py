"""Refractory LIF: leaky integrate-and-fire in seconds, with the spike's time inside the step."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, FixedReset, Step


class RefractoryLIF(FixedReset):
    """Leaky integrate-and-fire in seconds, as simulators of the Neural Engineering Framework have it.

    The membrane v follows τ_rc·dv/dt = J − v exactly for a current J =
    input_gain·x that stays over the step. Where it passes the
    threshold, the time of the spike inside the step is solved for; from there on v stays at 0 for τ_ref, and the rest
    of the step in which that ends counts. v is kept from falling below 0. Under a constant J above the threshold θ
    it so fires at 1/(τ_ref + τ_rc·ln(J/(J − θ))) Hz at any step. The v of a step with a spike is what it had reached at
    its end, and 0 before the next. A spike is 1, not 1/Δt; no gradient goes through the refractory time. Source:
    Bekolay et al., "Nengo: a Python tool for building large-scale functional brain models", Frontiers in
    Neuroinformatics 7 (2014), and the step of its LIF.
    """

    title = "Refractory LIF"
    numbers = ("tau_rc_s", "tau_ref_s", "time_step_s", "input_gain", "threshold")
    states = ("v", "wait", "s")

    kind: Literal["refractory_lif"] = "refractory_lif"
    tau_rc_s: Annotated[float, Field(gt=0.0, le=10.0), Called("Membrane time constant", "τ_rc")] = 0.02
    """Time in which the membrane loses all but 37 % without input."""
    tau_ref_s: Annotated[float, Field(ge=0.0, le=10.0), Called("Refractory time", "τ_ref")] = 0.002
    """Time after a spike in which the membrane stays at 0."""
    time_step_s: Annotated[float, Field(gt=0.0, le=0.1), Called("Time step", "Δt")] = 0.001
    """Simulated seconds per time step; more than one spike in a step is not possible."""
    input_gain: Annotated[float, Field(gt=0.0, le=1000.0)] = 10.0
    """The current J for an input of 1, such as a spike through a weight of 1."""
    threshold: Annotated[float, Field(gt=0.0, le=1000.0), Called("Threshold", "θ")] = 1.0
    """Membrane potential above which the neuron spikes; a constant current must exceed it to be felt."""

    def step(self, now: Trace, x: Node, v: Node, wait: Node, s: Node) -> Step:
        """Trace one step; `wait` is what is left of the refractory time."""
        dt, tau, current = self.time_step_s, self.tau_rc_s, self.input_gain * x
        r = now.detach(s)
        v, wait = v * (1.0 - r), wait - dt
        lasts = now.minimum(now.maximum(dt - wait, 0.0), dt)
        v = v - (current - v) * now.expm1(-lasts / tau)
        spike = now.spike(v - self.threshold)
        fired = now.detach(spike) > 0.0
        share = now.select(fired, (self.threshold - v) / now.select(fired, current - self.threshold, 1.0), 0.0)
        at = dt + tau * now.log1p(share)
        wait = now.select(fired, now.detach(self.tau_ref_s + at), wait)
        v = now.select(v < 0.0, 0.0, v)
        return {"v": v, "wait": wait, "s": spike}, spike
