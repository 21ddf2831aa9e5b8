"""FitzHugh–Nagumo: excitability by two variables."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, FixedReset, Learning, Reset, Step, limited
from snntrainer3d.spec.surrogates import Atan, Surrogate

SUBSTEPS = 20
"""Steps of Euler's method in one of the network's."""


class FitzHughNagumo(FixedReset):
    """FitzHugh–Nagumo: the two variables that make a cell excitable, without units.

    dv/dt = v − v³/3 − w + I and τ·dw/dt = v + a − b·w, with I = input_gain·x, by 20 steps of forward Euler in each time
    step. Spikes are part of the motion: nothing is reset, and one is counted where v passes the threshold upwards. With
    the usual values it fires by itself for I from .33 to 1.42. v is kept from −3 to 3, which it reaches for no I of a
    few units, so that no input makes it infinite; its gradient grows by 1 at most in each of the steps. It starts near
    rest, at v = −1.2, w = −.62. Source: FitzHugh, "Impulses and Physiological States in Theoretical Models of Nerve
    Membrane", Biophysical Journal 1 (1961); Nagumo, Arimoto and Yoshizawa, Proceedings of the IRE 50 (1962).
    """

    title = "FitzHugh–Nagumo"
    numbers = ("a", "b", "tau", "time_step", "input_gain", "threshold")
    states = ("v", "w", "s")

    kind: Literal["fitzhugh_nagumo"] = "fitzhugh_nagumo"
    reset: ClassVar[Reset] = "none"
    a: Annotated[float, Field(ge=-2.0, le=2.0), Called("Offset of the recovery", "a")] = 0.7
    """Where the recovery's line crosses: it sets how far from firing the cell rests."""
    b: Annotated[float, Field(ge=0.0, le=2.0), Called("Decay of the recovery", "b")] = 0.8
    """How strongly the recovery falls back by itself."""
    tau: Annotated[float, Field(ge=1.0, le=1000.0), Called("Recovery's time constant", "τ")] = 12.5
    """How much slower the recovery w is than v."""
    time_step: Annotated[float, Field(gt=0.0, le=2.0), Called("Time step", "Δt")] = 2.0
    """Time per step, without a unit; a spike and what follows it take about 40."""
    input_gain: Annotated[float, Field(gt=0.0, le=1000.0)] = 1.0
    """The current I for an input of 1."""
    threshold: Annotated[float, Field(ge=-2.0, le=2.0), Called("Threshold", "θ")] = 1.0
    """v that is a spike where it is passed upwards."""
    learn_a: Learning = "fixed"
    learn_b: Learning = "fixed"
    surrogate: Surrogate = Atan()
    """Gradient used in place of the spike's, which is zero almost everywhere."""

    def starts(self, now: Trace) -> dict[str, Node]:
        """Trace a state near rest."""
        return {"v": now.graph.constant(-1.2), "w": now.graph.constant(-0.62)}

    def step(self, now: Trace, x: Node, v: Node, w: Node, s: Node) -> Step:
        """Trace one step of the network."""
        del s
        before = now.heaviside(v - self.threshold)
        h, current = self.time_step / SUBSTEPS, self.input_gain * x
        against, slow = -h, h / self.tau
        for _ in range(SUBSTEPS):
            grown = v + h * (v - v * v * v / 3.0 - w + current)
            growth = 1.0 + h * (1.0 - v * v)
            moved = w + slow * (v + self.a - self.b * w)
            v = limited(now, grown, (v, growth), (-3.0, 3.0), (w, against), (current, h))
            w = moved
        spike = now.spike(v - self.threshold) * (1.0 - before)
        return {"v": v, "w": w, "s": spike}, spike
