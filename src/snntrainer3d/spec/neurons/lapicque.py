"""Lapicque: an RC circuit, integrated by forward Euler."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from snntrainer3d.spec._document import FieldFault
from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, Kept, Learning, SpikingPart, Step, Unwise, reset_of_step_before

LEARNABLE = (1e-6, 1.0 - 1e-6)
"""Bounds within which a learned β counts."""
WEAK_GAIN = 0.5
"""Below it a network learns slowly."""


class Lapicque(SpikingPart):
    """RC circuit, forward Euler; given by β alone (then R = 1), or by R, C and the time step."""

    title = "Lapicque"
    numbers = ("resistance", "capacitance", "time_step", "threshold")
    states = ("m",)
    rises_with_input = True
    silences_input = True
    no_circuit = ""
    snntorch = "Lapicque"
    snntorch_arguments = ("beta",)
    snntorch_names: ClassVar[dict[str, str]] = {"resistance": "R", "capacitance": "C"}
    usual: ClassVar[dict[str, float]] = {"beta": 0.9}

    kind: Literal["lapicque"] = "lapicque"
    beta: Annotated[Annotated[float, Field(gt=0.0, lt=1.0)] | None, Called("Membrane decay", "β")] = None
    """Decay exp(−Δt/RC) per time step; leave out when R and C are given."""
    resistance_ohm: Annotated[Annotated[float, Field(gt=0.0)] | None, Called("Resistance", "R")] = None
    """Through which the membrane leaks."""
    capacitance_f: Annotated[Annotated[float, Field(gt=0.0)] | None, Called("Capacitance", "C")] = None
    """Of the membrane; the gain of the input is Δt/C."""
    time_step_s: Annotated[float, Field(gt=0.0), Called("Time step", "Δt")] = 1.0
    """Simulated seconds per time step; with β alone it must stay 1."""
    learn_beta: Learning = "fixed"

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        circuit = [self.resistance_ohm is not None, self.capacitance_f is not None]
        if self.beta is None and not all(circuit):
            missing = "beta" if not any(circuit) else ("capacitance_f" if circuit[0] else "resistance_ohm")
            raise FieldFault(missing, "missing.", "Give beta alone, or resistance_ohm and capacitance_f.")
        if self.beta is not None and any(circuit):
            raise FieldFault("beta", "given together with R or C.", "Give beta alone, or R and C without beta.")
        if self.beta is not None and self.time_step_s != 1.0:
            raise FieldFault("time_step_s", "only used with R and C.", "Remove it, or give R and C in place of beta.")
        if self.beta is None and self.decay() < 0.0:
            raise FieldFault(
                "time_step_s",
                f"Δt/(R·C) is {self._step_over_rc():.4g}; above 1 the voltage oscillates.",
                "Take a smaller time step or a larger R·C.",
            )
        if self.beta is None and self.learn_beta != "fixed":
            raise FieldFault("learn_beta", "β follows from R and C here.", "Give beta in place of R and C to learn it.")
        return self

    def _step_over_rc(self) -> float:
        if self.beta is not None:
            return math.log(1.0 / self.beta)
        assert self.resistance_ohm is not None
        assert self.capacitance_f is not None
        return self.time_step_s / (self.resistance_ohm * self.capacitance_f)

    @property
    def resistance(self) -> float:
        """Return R; 1 where β alone is given."""
        return 1.0 if self.resistance_ohm is None else self.resistance_ohm

    @property
    def capacitance(self) -> float | None:
        """Return C where it is given."""
        return self.capacitance_f

    @property
    def time_step(self) -> float:
        """Return Δt."""
        return self.time_step_s

    @property
    def has_seconds(self) -> bool:
        """Tell whether its time step is one of seconds: with β alone it is not."""
        return self.beta is None

    def effective_beta(self) -> float:
        """Return exp(−Δt/(R·C)), β where it is given."""
        return self.beta if self.beta is not None else math.exp(-self._step_over_rc())

    def decay(self) -> float:
        """Return 1 − Δt/(R·C), the factor by which the membrane shrinks in one Euler step."""
        return 1.0 - self._step_over_rc()

    def gain(self) -> float:
        """Return Δt/C, the factor by which a current enters; with β = .95 it is .0513, 19.5 times less than Leaky's."""
        return self._step_over_rc() * self.resistance

    def compensated(self) -> Lapicque:
        """Return the same decay with a gain of 1: C = Δt and R = 1/ln(1/β)."""
        return Lapicque(
            resistance_ohm=1.0 / self._step_over_rc(),
            capacitance_f=self.time_step_s,
            time_step_s=self.time_step_s,
            threshold=self.threshold,
            learn_threshold=self.learn_threshold,
            reset=self.reset,
            surrogate=self.surrogate,
        )

    def said(self, name: str) -> float:
        """Return a value; β follows from R and C where they are given."""
        return self.effective_beta() if name == "beta" else super().said(name)

    def snntorch_given(self) -> dict[str, float | bool]:
        """Return β, or the circuit in its place."""
        if self.beta is not None:
            return super().snntorch_given()
        circuit = {"R": self.resistance_ohm, "C": self.capacitance_f, "time_step": self.time_step_s}
        return {name: value for name, value in circuit.items() if value is not None}

    @classmethod
    def snntorch_follows(cls, now: Trace) -> dict[str, Node]:
        """Trace C, by which snnTorch computes, from the learned β."""
        return {"C": _capacitance_of(now, now.clamp(now.number("beta"), *LEARNABLE))}

    def decay_and_gain(self, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return them as a forward Euler step has them, which is no exponential."""
        if self.learn_beta == "fixed":
            return np.full_like(beta, self.decay()), np.full_like(beta, self.gain())
        rate = -np.log(np.clip(beta, *LEARNABLE))
        return 1.0 - rate, rate

    def unwise(self) -> Iterator[Unwise]:
        """Find an input that arrives too weakly."""
        if self.gain() < WEAK_GAIN:
            other = self.compensated()
            yield Unwise(
                "lapicque_gain",
                "beta" if self.beta is not None else "capacitance_f",
                f"Lapicque's input is scaled by {self.gain():.3g}, {1 / self.gain():.1f} times weaker than Leaky's; "
                "that is why it learns slowly.",
                f"Use the compensated form with the same decay: resistance_ohm={other.resistance_ohm:.4g}, "
                f"capacitance_f={other.capacitance_f:g} in place of beta.",
            )

    @classmethod
    def like(cls, kept: Kept) -> dict[str, Any] | None:
        """Return R, C and Δt."""
        with np.errstate(all="ignore"):
            resistance = kept.gain / (1.0 - kept.states[0])
            return {
                "resistance_ohm": resistance, "capacitance_f": kept.step_s / kept.gain, "time_step_s": kept.step_s,
            }  # fmt: skip

    def step(self, now: Trace, x: Node, m: Node) -> Step:
        """Trace one step in snnTorch's order of operations; a learned β enters through the capacitance."""
        resistance, dt = now.number("resistance"), now.number("time_step")
        capacitance = _capacitance(self, now)
        circuit = resistance * capacitance
        rate, decay = 1.0 / circuit, 1.0 - dt / circuit
        r = now.heaviside(m - self.threshold)
        m = reset_of_step_before(self, x * resistance * rate * dt + decay * m, r)
        return {"m": m}, now.spike(m - self.threshold)


def _capacitance(neuron: Lapicque, now: Trace) -> Node:
    """Return C: from β where a document gives that; snnTorch's module has computed it."""
    if getattr(neuron, "beta", None) is None:
        return now.number("capacitance")
    beta = now.number("beta")
    if neuron.learn_beta != "fixed":
        beta = now.clamp(beta, *LEARNABLE)
    return _capacitance_of(now, beta)


def _capacitance_of(now: Trace, beta: Node) -> Node:
    return now.number("time_step") / (now.number("resistance") * now.log(1.0 / beta))
