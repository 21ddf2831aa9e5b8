"""Alpha: a difference of two exponentials."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from snntrainer3d.spec._document import FieldFault
from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, Kept, Learning, Reset, SpikingPart, Step, Unwise

LARGE_TAU = 50.0
"""The factor τ above which the two traces are nearly equal and cancel in float32."""


class Alpha(SpikingPart):
    """Difference of two exponentials: the membrane answers a spike with a rise and a fall."""

    title = "Alpha"
    numbers = ("alpha", "beta", "threshold")
    states = ("m", "e", "h")
    no_circuit = "it subtracts two exponentials that decay at different speeds, which one RC cannot hold."
    snntorch = "Alpha"
    snntorch_arguments = ("alpha", "beta")

    kind: Literal["alpha"] = "alpha"
    alpha: Annotated[float, Field(gt=0.0, lt=1.0), Called("Exciting decay", "α")] = 0.95
    """Decay of the exciting trace e; must exceed β."""
    beta: Annotated[float, Field(gt=0.0, lt=1.0), Called("Inhibiting decay", "β")] = 0.9
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
        """Return the factor τ that scales e + h into the membrane."""
        return math.log(self.alpha) / (math.log(self.beta) - math.log(self.alpha)) + 1.0

    def unwise(self) -> Iterator[Unwise]:
        """Find decays that are too close to each other."""
        if self.tau() > LARGE_TAU:
            yield Unwise(
                "alpha_close_to_beta",
                "alpha",
                f"alpha {self.alpha:g} and beta {self.beta:g} are so close that their difference is scaled by "
                f"{self.tau():.0f}, which amplifies rounding.",
                "Move them apart; .95 over .9 is a good start.",
            )

    @classmethod
    def like(cls, kept: Kept) -> dict[str, Any] | None:
        """Return both decays."""
        return {"alpha": kept.states[1], "beta": kept.states[2]} if len(kept.states) == 3 else None

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
