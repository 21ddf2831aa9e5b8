"""What a network does step by step, counted: output spikes over time, and every layer's; no states are kept."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, Num
from snntorch import Synaptic
from torch import Tensor

from snntrainer3d.engine.build import SpikingNetwork
from snntrainer3d.engine.losses import Objective
from snntrainer3d.engine.reference import Stepper, over_time

DEFAULT = Objective()


@dataclass(frozen=True, eq=False, slots=True)
class StepCounts:
    """Spikes of a batch."""

    cumulative: Num[Tensor, "time batch class"]
    """Scores of each class up to and with each step, its spikes as a rule; the last step's decide."""
    spikes: tuple[Int[Tensor, "batch"], ...]
    """Per layer, the spikes of all its neurons over all steps."""
    active: tuple[Int[Tensor, "batch"], ...]
    """Per layer, the number of its neurons that spiked at least once."""
    loss_sum: float | None
    """Of all samples, where labels were given."""


@torch.no_grad()
def record_counts(
    module: SpikingNetwork,
    inputs: Tensor,
    num_steps: int | None = None,
    *,
    labels: Int[Tensor, "batch"] | None = None,
    objective: Objective = DEFAULT,
    legacy_synaptic: bool = False,
) -> StepCounts:
    """Run the reference path and count spikes at every step.

    Args:
        inputs: [batch feature], the same at each of `num_steps` steps, or [time batch feature].
        objective: what `loss_sum` is, and how classes are scored.
        legacy_synaptic: compute Synaptic neurons as snnTorch 0.9.1 and older did: before every step their current is
            overwritten with the membrane, i[t] = α·m[t−1] + x[t]. For networks that were trained so, never for others.
    """
    stepper = _LegacyStepper(module) if legacy_synaptic else Stepper(module)
    last: list[tuple[Tensor, Tensor]] = []
    totals: list[Tensor] = []
    fired: list[Tensor] = []
    for current in over_time(inputs, num_steps):
        outputs = stepper.step(current)
        layers = [spikes.int() for spikes, _ in outputs]
        spikes = [layer.sum(1) for layer in layers]
        last.append(outputs[-1])
        totals = [before + now for before, now in zip(totals, spikes, strict=True)] if totals else spikes
        fired = [before | now for before, now in zip(fired, layers, strict=True)] if fired else layers
    output, membranes = (torch.stack(part) for part in zip(*last, strict=True))
    mean = None if labels is None else float(objective.loss_of(output, membranes, labels))
    return StepCounts(
        objective.scores_over_time(output, membranes),
        tuple(totals),
        tuple(layer.sum(1) for layer in fired),
        None if mean is None or labels is None else mean * len(labels),
    )


class _LegacyStepper(Stepper):
    """Puts back the fault of snnTorch up to 0.9.1: `Synaptic.forward` took the membrane for the current too."""

    def step(self, inputs: Float[Tensor, "batch feature"]) -> list[tuple[Tensor, Tensor]]:
        for index, layer in enumerate(self._layers):
            if type(layer.neuron) is Synaptic and self._states[index]:
                membrane = self._states[index][-1]
                self._states[index] = (membrane, membrane)
        return super().step(inputs)
