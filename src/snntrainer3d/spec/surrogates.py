# ruff: noqa: ARG002 — all surrogates share one signature
"""The surrogate gradients: what stands in for the spike's derivative dS/dz at z = m − threshold while learning."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec._document import Part
from snntrainer3d.spec.equations import Node, Trace

HALF_PI = 1.5707963267948966
Slope = Annotated[float, Field(gt=0.0, le=1000.0)]


class Atan(Part):
    """Arcus tangent: dS/dz = (slope/2) / (1 + (π·slope·z/2)²). Fang et al. 2021."""

    kind: Literal["atan"] = "atan"
    slope: Slope = 2.0
    """Steepness at the threshold; 2 is snnTorch's default."""

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        scaled = HALF_PI * self.slope * z
        return self.slope / 2.0 / (1.0 + scaled * scaled)


class FastSigmoid(Part):
    """Fast sigmoid: dS/dz = 1 / (1 + slope·|z|)². Zenke and Ganguli 2018."""

    kind: Literal["fast_sigmoid"] = "fast_sigmoid"
    slope: Slope = 25.0
    """Steepness; 25 is snnTorch's default."""

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        distance = self.slope * abs(z) + 1.0
        return 1.0 / (distance * distance)


class Sigmoid(Part):
    """Sigmoid: dS/dz = slope·σ(slope·z)·(1 − σ(slope·z)), in the form that does not overflow (snnTorch's gives NaN)."""

    kind: Literal["sigmoid"] = "sigmoid"
    slope: Slope = 25.0
    """Steepness; 25 is snnTorch's default."""

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        fallen = now.exp(-(self.slope * abs(z)))
        return self.slope * fallen / ((1.0 + fallen) * (1.0 + fallen))


class Triangular(Part):
    """Triangle: dS/dz = slope·max(0, 1 − slope·|z|), a true one (snnTorch's gradient of that name is ±threshold)."""

    kind: Literal["triangular"] = "triangular"
    slope: Slope = 1.0
    """Height at the threshold and 1 over the half width."""

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        return self.slope * now.maximum(1.0 - self.slope * abs(z), 0.0)


class StraightThrough(Part):
    """Straight through: dS/dz = 1."""

    kind: Literal["straight_through"] = "straight_through"

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        return now.graph.constant(1.0)


class SpikeRateEscape(Part):
    """Spike-rate escape: dS/dz = slope·exp(−beta·|z − 1|). Gerstner and Kistler 2002; snnTorch's names."""

    kind: Literal["spike_rate_escape"] = "spike_rate_escape"
    beta: Slope = 1.0
    """Steepness of the exponential."""
    slope: Slope = 25.0
    """Height."""

    def derivative(self, now: Trace, z: Node) -> Node:
        """Trace dS/dz."""
        return self.slope * now.exp(-(self.beta * abs(z - 1.0)))


Surrogate = Annotated[
    Atan | FastSigmoid | Sigmoid | Triangular | StraightThrough | SpikeRateEscape, Field(discriminator="kind")
]
SURROGATES = (Atan, FastSigmoid, Sigmoid, Triangular, StraightThrough, SpikeRateEscape)
