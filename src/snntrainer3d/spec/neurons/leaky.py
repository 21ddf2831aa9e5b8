"""Leaky: the leaky integrate-and-fire neuron."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import (
    Called,
    Fraction,
    Kept,
    Learning,
    SpikingPart,
    Step,
    Unwise,
    never_forgets,
    spike_and_reset_now,
)


class Leaky(SpikingPart):
    """First-order leaky integrate-and-fire neuron (LIF)."""

    title = "Leaky"
    numbers = ("beta", "threshold")
    states = ("m",)
    rises_with_input = True
    no_circuit = ""
    snntorch = "Leaky"
    snntorch_recurrent = "RLeaky"
    snntorch_arguments = ("beta", "reset_delay")
    when_recurrent: ClassVar[dict[str, bool]] = {"silences_input": True}

    kind: Literal["leaky"] = "leaky"
    beta: Annotated[Fraction, Called("Membrane decay", "β")] = 0.9
    """Decay of the membrane per time step: 0 forgets at once, 1 never."""
    learn_beta: Learning = "fixed"
    reset_delay: bool = True
    """Whether a spike's reset comes one step later, as snnTorch has it by default; otherwise within its own step."""

    def decay_and_gain(self, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.clip(beta, 0.0, 1.0), np.ones_like(beta)

    def unwise(self) -> Iterator[Unwise]:
        """Find a membrane that never forgets."""
        yield from never_forgets(self.beta)

    @classmethod
    def like(cls, kept: Kept) -> dict[str, Any] | None:
        """Return the decay."""
        return {"beta": kept.states[0]}

    def step(self, now: Trace, x: Node, m: Node) -> Step:
        """Trace one step in snnTorch's order of operations."""
        r = now.heaviside(m - self.threshold)
        kept = (1.0 - r) * m if self.reset == "zero" else m
        x = (1.0 - r) * x if self.reset == "zero" and self.silences_input else x
        m = now.clamp(self.beta, 0.0, 1.0) * kept + x
        if self.reset == "subtract":
            m = m - r * self.threshold
        m, spike = spike_and_reset_now(self, now, m, r)
        return {"m": m}, spike
