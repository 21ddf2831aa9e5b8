# ruff: noqa: ARG002 — all surrogates share one signature
"""The surrogate gradients: what stands in for the spike's derivative dS/dz at z = m − threshold while learning."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from snntrainer3d.spec._document import FieldFault, FieldFaults, Part
from snntrainer3d.spec.equations import Graph, Node, Trace
from snntrainer3d.spec.equations.grammar import Lines, TextFault, no_name
from snntrainer3d.spec.equations.numbers import numbers_of

HALF_PI = 1.5707963267948966
Slope = Annotated[float, Field(gt=0.0, le=1000.0)]


class _Surrogate(Part):
    @property
    def model(self) -> Any:
        """Return what has `derivative`, whatever the numbers are."""
        return type(self)

    def number(self, name: str) -> float:
        """Return one of its numbers."""
        return float(getattr(self, name))


class Atan(_Surrogate):
    """Arcus tangent: dS/dz = (slope/2) / (1 + (π·slope·z/2)²). Fang et al. 2021."""

    kind: Literal["atan"] = "atan"
    slope: Slope = 2.0
    """Steepness at the threshold; 2 is snnTorch's default."""

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        scaled = HALF_PI * self.slope * z
        return self.slope / 2.0 / (1.0 + scaled * scaled)


class FastSigmoid(_Surrogate):
    """Fast sigmoid: dS/dz = 1 / (1 + slope·|z|)². Zenke and Ganguli 2018."""

    kind: Literal["fast_sigmoid"] = "fast_sigmoid"
    slope: Slope = 25.0
    """Steepness; 25 is snnTorch's default."""

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        distance = self.slope * abs(z) + 1.0
        return 1.0 / (distance * distance)


class Sigmoid(_Surrogate):
    """Sigmoid: dS/dz = slope·σ(slope·z)·(1 − σ(slope·z)), in the form that does not overflow (snnTorch's gives NaN)."""

    kind: Literal["sigmoid"] = "sigmoid"
    slope: Slope = 25.0
    """Steepness; 25 is snnTorch's default."""

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        fallen = now.exp(-(self.slope * abs(z)))
        return self.slope * fallen / ((1.0 + fallen) * (1.0 + fallen))


class Triangular(_Surrogate):
    """Triangle: dS/dz = slope·max(0, 1 − slope·|z|), a true one (snnTorch's gradient of that name is ±threshold)."""

    kind: Literal["triangular"] = "triangular"
    slope: Slope = 1.0
    """Height at the threshold and 1 over the half width."""

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        return self.slope * now.maximum(1.0 - self.slope * abs(z), 0.0)


class StraightThrough(_Surrogate):
    """Straight through: dS/dz = 1."""

    kind: Literal["straight_through"] = "straight_through"

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        return now.graph.constant(1.0)


class SpikeRateEscape(_Surrogate):
    """Spike-rate escape: dS/dz = slope·exp(−beta·|z − 1|). Gerstner and Kistler 2002; snnTorch's names."""

    kind: Literal["spike_rate_escape"] = "spike_rate_escape"
    beta: Slope = 1.0
    """Steepness of the exponential."""
    slope: Slope = 25.0
    """Height."""

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        return self.slope * now.exp(-(self.beta * abs(z - 1.0)))


@dataclass(frozen=True)
class OwnDerivative:
    """What an own surrogate computes, whatever the values of its parameters are."""

    text: str
    parameters: tuple[str, ...]

    def derivative(self, surrogate: Any, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        found, _ = self.read(now.graph, z, {name: getattr(surrogate, name) for name in self.parameters})
        return found

    def read(self, graph: Graph, z: Node, parameters: dict[str, Node]) -> tuple[Node, list[TextFault]]:
        """Return dS/dz, and what is wrong in it."""
        lines = Lines(graph, {"z": z, "pi": graph.constant(2.0 * HALF_PI), **parameters})
        return lines.expression(self.text), lines.faults


class OwnSurrogate(_Surrogate):
    """Surrogate written as an equation: dS/dz at z = m − threshold, such as 1 / (1 + (slope * z)**2)."""

    kind: Literal["equations"] = "equations"
    derivative: Annotated[str, Field(min_length=1, max_length=1_000)]
    """dS/dz, an expression of z and the parameters."""
    parameters: Annotated[dict[str, Annotated[float, Field(ge=-1e9, le=1e9)]], Field(max_length=8)] = Field(default={})
    """Its numbers."""

    @model_validator(mode="after")
    def _read(self) -> Self:
        faults = [
            FieldFault(f"parameters.{name}", f"{name[:60]!r} {why}", "Begin with a letter; then letters, digits and _.")
            for name in self.parameters
            if (why := "is the membrane's distance." if name == "z" else no_name(name))
        ]
        faults = faults or list(_wrong_derivative(self.model, tuple(self.parameters.values())))
        if faults:
            raise FieldFaults(faults)
        return self

    @property
    def model(self) -> OwnDerivative:
        """Return what has `derivative`, whatever the numbers are."""
        return OwnDerivative(self.derivative, tuple(self.parameters))

    def number(self, name: str) -> float:
        """Return one of its numbers."""
        return self.parameters[name]


@lru_cache(256)
def _wrong_derivative(model: OwnDerivative, values: tuple[float, ...]) -> tuple[FieldFault, ...]:
    """Return what is wrong in a derivative, or where it leaves the finite numbers."""
    graph = Graph()
    z, leaves = graph.leaf("input", "z"), {name: graph.leaf("parameter", name) for name in model.parameters}
    found, faults = model.read(graph, z, leaves)
    if faults:
        return tuple(FieldFault("derivative", f"column {one.column}: {one.message}", one.hint) for one in faults)
    tried = np.array([-1e3, -10.0, -1.0, -0.1, 0.0, 0.1, 1.0, 10.0, 1e3], np.float32)
    given: dict[tuple[str, str], Any] = {("input", "z"): tried}
    given |= {("parameter", name): value for name, value in zip(model.parameters, values, strict=True)}
    [slopes] = numbers_of([found], given)
    wrong = tried[~np.isfinite(np.broadcast_to(slopes, tried.shape))]
    if len(wrong):
        message = f"is not finite at z = {wrong[0]:g}."
        return (FieldFault("derivative", message, "Keep divisors from 0, and exponents below 0: exp(-abs(z))."),)
    return ()


Surrogate = Annotated[
    Atan | FastSigmoid | Sigmoid | Triangular | StraightThrough | SpikeRateEscape | OwnSurrogate,
    Field(discriminator="kind"),
]
"""The gradients that a spike can have."""
SURROGATES = (Atan, FastSigmoid, Sigmoid, Triangular, StraightThrough, SpikeRateEscape)
"""The built-in ones."""
