"""Alpha: a difference of two exponentials."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from snntrainer3d.spec._document import FieldFault
from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Learning, Reset, SpikingPart, Step


class Alpha(SpikingPart):
    """Difference of two exponentials: the membrane answers a spike with a rise and a fall."""

    title = "Alpha"
    numbers = ("alpha", "beta", "threshold")
    states = ("m", "e", "h")
    snntorch = "Alpha"

    kind: Literal["alpha"] = "alpha"
    alpha: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.95
    """Decay of the exciting trace e; must exceed β."""
    beta: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.9
    """Decay of the inhibiting trace h."""
    reset: Reset = "zero"
    learn_alpha: Learning = "fixed"
    learn_beta: Learning = "fixed"

    @model_validator(mode="after")
    def _alpha_above_beta(self) -> Self:
        if self.alpha <= self.beta:
            raise FieldFault(
                "alpha",
                f"got {self.alpha:g}, expected a number above beta = {self.beta:g}.",
                "Otherwise the membrane answers excitation with inhibition; .95 over .9 is a good start.",
            )
        return self

    def tau(self) -> float:
        """Give the factor τ that scales e + h into the membrane."""
        return math.log(self.alpha) / (math.log(self.beta) - math.log(self.alpha)) + 1.0

    def step(self, now: Trace, x: Node, m: Node, e: Node, h: Node) -> Step:
        """Trace one step in snnTorch's order of operations."""
        alpha, beta = now.clamp(self.alpha, 0.0, 1.0), now.clamp(self.beta, 0.0, 1.0)
        tau = now.log(alpha) / (now.log(beta) - now.log(alpha)) + 1.0
        r, before = now.heaviside(m - self.threshold), h
        e, h = alpha * e + x, beta * h - x
        m = tau * (e + h)
        if self.reset == "subtract":
            e, h, m = e - r * self.threshold, h - r * h, m + r * before
        elif self.reset == "zero":
            e, h, m = e - r * e, h - r * h, m - r * m
        return {"m": m, "e": e, "h": h}, now.spike(m - self.threshold)
