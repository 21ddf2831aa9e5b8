"""Izhikevich: two variables, many ways of firing."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, Fraction, Learning, NeuronModel, Reset, Step
from snntrainer3d.spec.surrogates import Atan, Surrogate


class Izhikevich(NeuronModel):
    """Two-variable neuron of Izhikevich 2003: its four numbers make it fire regularly, in bursts, or fast.

    v is the membrane in mV, u its recovery, one step Δt = time_step_ms. A layer's current x drives it as
    I = input_gain·x. As in the paper's program v takes two half steps before u takes a whole one, and a spike's reset
    comes with the step after it; unlike there v is kept from −100 to 2000 mV, which the paper's network never reaches,
    so that no input makes it infinite, and at exactly the threshold there is no spike. It starts at v = −65, u = b·v.
    Source: Izhikevich, "Simple Model of Spiking Neurons", IEEE Transactions on Neural Networks 14 (2003), equations 1
    to 3 and the program at its end.
    """

    title = "Izhikevich"
    numbers = ("a", "b", "c", "d", "threshold", "time_step", "input_gain", "gradient_limit")
    states = ("v", "u", "s")
    in_millivolts = True
    spike_takes_ms = 5.0
    recovery = ("a", "b", "d")
    no_circuit = "its membrane grows by its own square and a second state; no RC holds them."
    reset: ClassVar[Reset] = "zero"
    start_mv: ClassVar[float] = -65.0
    range_mv: ClassVar[tuple[float, float]] = (-100.0, 2000.0)
    patterns = {  # noqa: RUF012
        "regular spiking": {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0},
        "intrinsically bursting": {"a": 0.02, "b": 0.2, "c": -55.0, "d": 4.0},
        "chattering": {"a": 0.02, "b": 0.2, "c": -50.0, "d": 2.0},
        "fast spiking": {"a": 0.1, "b": 0.2, "c": -65.0, "d": 2.0},
        "low-threshold spiking": {"a": 0.02, "b": 0.25, "c": -65.0, "d": 2.0},
        "thalamo-cortical": {"a": 0.02, "b": 0.25, "c": -65.0, "d": 0.05},
        "resonator": {"a": 0.1, "b": 0.26, "c": -65.0, "d": 2.0},
    }
    """The cells of the paper's figure 2, by name."""

    kind: Literal["izhikevich"] = "izhikevich"
    a: Annotated[Fraction, Called("Recovery rate", "a", "1/ms")] = 0.02
    """Rate of the recovery u, per ms: .02 lasts about 50 ms."""
    b: Annotated[float, Field(ge=-1.0, le=1.0), Called("Sensitivity", "b")] = 0.2
    """How strongly the recovery follows the membrane."""
    c: Annotated[float, Field(ge=-100.0, le=0.0), Called("Reset to", "c", "mV")] = -65.0
    """Membrane after a spike, mV."""
    d: Annotated[float, Field(ge=-50.0, le=50.0), Called("Jump", "d")] = 8.0
    """What a spike adds to the recovery."""
    threshold: Annotated[float, Field(gt=0.0, le=1000.0), Called("Threshold", "θ", "mV")] = 30.0
    """Membrane above which it has spiked, mV; the peak of a spike, not where it begins (about −50)."""
    time_step_ms: Annotated[float, Field(gt=0.0, le=1.0), Called("Time step", "Δt")] = 1.0
    """Simulated milliseconds per time step; the paper takes 1, nothing coarser is tested."""
    input_gain: Annotated[float, Field(gt=0.0, le=1000.0)] = 100.0
    """The model's input I for a current of 1; from I = 4 on a regular neuron fires."""
    gradient_limit: Annotated[float, Field(gt=0.0, le=1e6)] = 1.0
    """Most by which a gradient may grow through a half step; the exact one's thousandfold growth hinders learning."""
    learn_a: Learning = "fixed"
    learn_b: Learning = "fixed"
    learn_c: Learning = "fixed"
    learn_d: Learning = "fixed"
    learn_threshold: Learning = "fixed"
    surrogate: Surrogate = Atan(slope=0.01)
    """Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right."""

    @property
    def time_step(self) -> float:
        """Return Δt in ms."""
        return self.time_step_ms

    def starts(self, now: Trace) -> dict[str, Node]:
        """Trace the states before the first step that are not 0."""
        start = now.graph.constant(self.start_mv)
        return {"v": start, "u": self.b * start}

    def step(self, now: Trace, x: Node, v: Node, u: Node, s: Node) -> Step:
        """Trace one step."""
        dt, limit, r = now.number("time_step"), now.number("gradient_limit"), now.detach(s)
        half, current = dt / 2.0, now.number("input_gain") * x
        minus_half = -half
        v = v * (1.0 - r) + self.c * r
        u = u + self.d * r
        for _ in range(2):
            grown = v + half * (0.04 * (v * v) + 5.0 * v + 140.0 - u + current)
            growth = now.minimum(1.0 + half * (0.08 * v + 5.0), limit)
            v = now.clamp(now.with_gradient(grown, (v, growth), (u, minus_half), (current, half)), *self.range_mv)
        rate = dt * now.clamp(self.a, 0.0, 1.0)
        u = u + rate * (self.b * v - u)
        spike = now.spike(v - self.threshold)
        return {"v": v, "u": u, "s": spike}, spike
