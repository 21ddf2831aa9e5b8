"""Adaptive exponential IF: an exponential spike and a current that adapts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, FixedReset, Learning, Step, limited
from snntrainer3d.spec.surrogates import Atan, Surrogate


class AdaptiveExponentialIF(FixedReset):
    """Adaptive exponential integrate-and-fire (AdEx): two variables that follow recorded cortical cells closely.

    C·dv/dt = −g_L·(v − E_L) + g_L·Δ·exp((v − v_T)/Δ) − w + I and τ_w·dw/dt = a·(v − E_L) − w, with I =
    input_gain_pa·x, in mV, pA and nS; forward Euler. A spike sets v to `reset_mv` and adds `jump_pa` to w. v is kept
    from −150 to 100 mV, so that no input makes it infinite, and its gradient grows through a step by 1 at most. Source:
    Brette and Gerstner, "Adaptive Exponential Integrate-and-Fire Model as an Effective Description of Neuronal
    Activity", Journal of Neurophysiology 94 (2005), equations 2 and 3 with the values of its cell.
    """

    title = "Adaptive exponential IF"
    numbers = (
        "capacitance_pf", "leak_ns", "rest_mv", "reset_mv", "onset_mv", "sharpness_mv", "tau_w_ms", "a_ns", "jump_pa",
        "time_step_ms", "input_gain_pa", "threshold",
    )  # fmt: skip
    states = ("v", "w", "s")
    in_millivolts = True

    kind: Literal["adaptive_exponential_if"] = "adaptive_exponential_if"
    capacitance_pf: Annotated[float, Field(ge=10.0, le=1e4), Called("Capacitance", "C")] = 281.0
    """Of the membrane."""
    leak_ns: Annotated[float, Field(gt=0.0, le=1000.0), Called("Leak", "g_L")] = 30.0
    """Conductance through which the membrane falls to rest."""
    rest_mv: Annotated[float, Field(ge=-100.0, le=0.0), Called("Rest", "E_L")] = -70.6
    """Membrane without input, and at the start."""
    reset_mv: Annotated[float, Field(ge=-100.0, le=0.0), Called("Reset to")] = -70.6
    """Membrane after a spike; about −47 lets a cell fire in bursts."""
    onset_mv: Annotated[float, Field(ge=-100.0, le=0.0), Called("Spike's onset", "v_T")] = -50.4
    """Membrane from which on it rises by itself."""
    sharpness_mv: Annotated[float, Field(ge=0.1, le=20.0), Called("Sharpness", "Δ")] = 2.0
    """Over how many mV the rise begins: the less, the more sudden."""
    tau_w_ms: Annotated[float, Field(ge=1.0, le=1e4), Called("Adaptation's time constant", "τ_w")] = 144.0
    """Time in which the adapting current comes back."""
    a_ns: Annotated[float, Field(ge=-1000.0, le=1000.0), Called("Adaptation below threshold", "a")] = 4.0
    """How strongly the adapting current follows the membrane."""
    jump_pa: Annotated[float, Field(ge=0.0, le=1e4), Called("Adaptation by a spike", "b")] = 80.5
    """What a spike adds to the adapting current."""
    time_step_ms: Annotated[float, Field(gt=0.0, le=1.0), Called("Time step", "Δt")] = 1.0
    """Simulated time per step."""
    input_gain_pa: Annotated[float, Field(gt=0.0, le=1e5)] = 3000.0
    """The current for an input of 1."""
    threshold: Annotated[float, Field(ge=-100.0, le=100.0), Called("Threshold", "", "mV")] = 20.0
    """Membrane above which it has spiked: the peak of a spike, not where it begins."""
    learn_a_ns: Learning = "fixed"
    learn_jump_pa: Learning = "fixed"
    surrogate: Surrogate = Atan(slope=0.02)
    """Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right."""

    def starts(self, now: Trace) -> dict[str, Node]:
        """Trace the membrane at rest."""
        return {"v": now.number("rest_mv")}

    def step(self, now: Trace, x: Node, v: Node, w: Node, s: Node) -> Step:
        """Trace one step; both variables move by what they were before it."""
        r, current = now.detach(s), self.input_gain_pa * x
        rate, leak = self.time_step_ms / self.capacitance_pf, self.leak_ns
        v, w = v * (1.0 - r) + self.reset_mv * r, w + self.jump_pa * r
        above, rise = v - self.rest_mv, now.exp((v - self.onset_mv) / self.sharpness_mv)
        grown = v + rate * (leak * (self.sharpness_mv * rise - above) - w + current)
        growth, against = 1.0 + rate * leak * (rise - 1.0), -rate
        adapting = w + self.time_step_ms / self.tau_w_ms * (self.a_ns * above - w)
        v = limited(now, grown, (v, growth), (-150.0, 100.0), (w, against), (current, rate))
        spike = now.spike(v - self.threshold)
        return {"v": v, "w": adapting, "s": spike}, spike
