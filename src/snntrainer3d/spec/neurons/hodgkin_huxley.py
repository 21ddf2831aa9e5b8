"""Hodgkin–Huxley: the squid's giant axon, whose sodium and potassium channels make the spike."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.equations.trace import Value
from snntrainer3d.spec.neurons.parts import Called, FixedReset, Reset, Step
from snntrainer3d.spec.surrogates import Atan, Surrogate

SUBSTEPS = 5
"""Steps of the exponential Euler method in one of the network's."""
Conductance = Annotated[float, Field(ge=0.0, le=1000.0)]
Potential = Annotated[float, Field(ge=-150.0, le=150.0)]


class HodgkinHuxley(FixedReset):
    """Hodgkin–Huxley: the membrane of the squid's giant axon, whose channels open and close with its voltage.

    C·dv/dt = g_Na·m³·h·(E_Na − v) + g_K·n⁴·(E_K − v) + g_L·(E_L − v) + I with C = 1 µF/cm² and I = input_gain·x in
    µA/cm², at 6.3 °C and with rest at −65 mV; each gate moves as dm/dt = α_m(v)·(1 − m) − β_m(v)·m. By 5 steps of the
    exponential Euler method in each time step, which cannot overshoot. Nothing is reset: a spike is counted where v
    rises above the threshold. A steady current makes it fire from about 6.3 µA/cm² on, at once with some 50 Hz. Its
    gradient goes through the membrane alone; the gates are taken as given, for through them it would grow a
    thousandfold in each spike. v counts as −150 to 100 mV, so that no input makes it infinite. Source: Hodgkin and
    Huxley, "A Quantitative Description of Membrane Current and Its Application to Conduction and Excitation in Nerve",
    Journal of Physiology 117 (1952), with today's sign of the voltage.
    """

    title = "Hodgkin–Huxley"
    numbers = ("g_na", "g_k", "g_leak", "e_na_mv", "e_k_mv", "e_leak_mv", "time_step_ms", "input_gain", "threshold")
    states = ("v", "m", "h", "n")
    in_millivolts = True

    kind: Literal["hodgkin_huxley"] = "hodgkin_huxley"
    reset: ClassVar[Reset] = "none"
    g_na: Annotated[Conductance, Called("Sodium conductance", "g_Na", "mS/cm²")] = 120.0
    """Of all sodium channels open."""
    g_k: Annotated[Conductance, Called("Potassium conductance", "g_K", "mS/cm²")] = 36.0
    """Of all potassium channels open."""
    g_leak: Annotated[Annotated[float, Field(ge=1e-3, le=1000.0)], Called("Leak conductance", "g_L", "mS/cm²")] = 0.3
    """What is always open."""
    e_na_mv: Annotated[Potential, Called("Sodium potential", "E_Na")] = 50.0
    """Voltage to which sodium pulls."""
    e_k_mv: Annotated[Potential, Called("Potassium potential", "E_K")] = -77.0
    """Voltage to which potassium pulls."""
    e_leak_mv: Annotated[Potential, Called("Leak potential", "E_L")] = -54.387
    """Voltage to which the leak pulls."""
    time_step_ms: Annotated[float, Field(gt=0.0, le=0.5), Called("Time step", "Δt")] = 0.5
    """Simulated time per step; a spike and its refractory time take about 15 ms."""
    input_gain: Annotated[float, Field(gt=0.0, le=1000.0)] = 20.0
    """The current I in µA/cm² for an input of 1."""
    threshold: Annotated[float, Field(ge=-50.0, le=40.0), Called("Threshold", "θ", "mV")] = 0.0
    """v that is a spike where it is passed upwards."""
    surrogate: Surrogate = Atan(slope=0.2)
    """Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right."""

    def starts(self, now: Trace) -> dict[str, Node]:
        """Trace the rest of the published axon."""
        rest = {"v": -65.0, "m": 0.0529324853, "h": 0.5961207535, "n": 0.3176769141}
        return {name: now.graph.constant(value) for name, value in rest.items()}

    def step(self, now: Trace, x: Node, v: Node, m: Node, h: Node, n: Node) -> Step:
        """Trace one step of the network."""
        before, dt, current = now.heaviside(v - self.threshold), self.time_step_ms / SUBSTEPS, self.input_gain * x
        peak = v
        for _ in range(SUBSTEPS):
            above = now.detach(v) + 65.0
            m = _moved(now, dt, m, _linear(now, (above - 25.0) / 10.0), 4.0 * now.exp(above / -18.0))
            h = _moved(now, dt, h, 0.07 * now.exp(above / -20.0), 1.0 / (now.exp((30.0 - above) / 10.0) + 1.0))
            n = _moved(now, dt, n, 0.1 * _linear(now, (above - 10.0) / 10.0), 0.125 * now.exp(above / -80.0))
            sodium, potassium = self.g_na * (m * m * m * h), self.g_k * (n * n * n * n)
            total = sodium + potassium + self.g_leak
            pulled = sodium * self.e_na_mv + potassium * self.e_k_mv + self.g_leak * self.e_leak_mv + current
            toward = pulled / total
            v = now.clamp(toward + (v - toward) * now.exp(-(dt * total)), -150.0, 100.0)
            peak = now.maximum(peak, v)
        return {"v": v, "m": m, "h": h, "n": n}, now.spike(peak - self.threshold) * (1.0 - before)


def _linear(now: Trace, z: Node) -> Node:
    """Return z / (1 − e^−z), which is 1 + z/2 near 0."""
    return now.select(abs(z) < 0.01, z / 2.0 + 1.0, z / (1.0 - now.exp(-z)))


def _moved(now: Trace, dt: Value, gate: Node, opens: Node, closes: Node) -> Node:
    """Return a gate after a sub-step at the same voltage."""
    both = opens + closes
    open_at_last = opens / both
    return open_at_last + (gate - open_at_last) * now.exp(-(dt * both))
