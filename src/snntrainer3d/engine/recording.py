"""What a network does step by step, counted: output spikes over time, and every layer's; no states are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64, Int, Num
from torch import Tensor, nn
from torch.nn.functional import conv2d

from snntrainer3d.engine.build import SpikingLayer, SpikingNetwork
from snntrainer3d.engine.losses import Objective
from snntrainer3d.engine.recurrent import is_recurrent
from snntrainer3d.engine.reference import Stepper, over_time
from snntrainer3d.engine.snntorch_models import MODELS

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
    input_operations: int
    """Weights that input values other than zero met before the first neurons; of a constant input those of one step."""
    synaptic_operations: int
    """Weights that values other than zero, spikes or pooled spikes, met behind the first neurons, those of a recurrent
    layer's feedback among them."""
    loss_sum: float | None
    """The mean loss times what `Objective.weight_of` says, where labels were given."""


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
        legacy_synaptic: compute neurons of two decays as snnTorch 0.9.1 and older did: before every step the
            membrane is put over their current, i[t] = α·m[t−1] + x[t]. Only for networks trained so.
    """
    stepper = _LegacyStepper(module) if legacy_synaptic else Stepper(module)
    last: list[tuple[Tensor, Tensor]] = []
    totals: list[Tensor] = []
    fired: list[Tensor] = []
    with _arrivals(module) as arrived:
        for current in over_time(inputs, num_steps):
            outputs = stepper.step(current)
            layers = [spikes.int() for spikes, _ in outputs]
            spikes = [layer.sum(1) for layer in layers]
            last.append(outputs[-1])
            totals = [before + now for before, now in zip(totals, spikes, strict=True)] if totals else spikes
            fired = [before | now for before, now in zip(fired, layers, strict=True)] if fired else layers
    before, behind = _operations(module, arrived)
    behind += sum(int(own.sum()) * _feedback(layer) for own, layer in zip(totals, module.spiking, strict=True))
    output, membranes = (torch.stack(part) for part in zip(*last, strict=True))
    return StepCounts(
        objective.scores_over_time(output, membranes),
        tuple(totals),
        tuple(layer.sum(1) for layer in fired),
        before if num_steps is None else before // num_steps,
        behind,
        None if labels is None else objective.loss_sum(output, membranes, labels),
    )


@contextmanager
def _arrivals(module: SpikingNetwork) -> Iterator[dict[int, Int[Tensor, "..."]]]:
    """Count, for each layer with weights and each place of what it takes, the values other than zero that come."""
    found: dict[int, Tensor] = {}

    def watch(index: int, layer: SpikingLayer) -> torch.utils.hooks.RemovableHandle:
        found[index] = torch.zeros(layer.takes, dtype=torch.int64)

        def count(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            found[index] += torch.count_nonzero(given[0], 0)

        return layer.connection.register_forward_pre_hook(count)

    weighted = enumerate(module.layers)
    handles = [watch(index, layer) for index, layer in weighted if isinstance(layer.connection, nn.Linear | nn.Conv2d)]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def _operations(module: SpikingNetwork, arrived: dict[int, Int[Tensor, "..."]]) -> tuple[int, int]:
    """Give how many weights met a value other than zero, before and behind the first neurons."""
    first = next(index for index, layer in enumerate(module.layers) if layer.neuron is not None)
    met = {index: int((count * weights_met(module.layers[index])).sum()) for index, count in arrived.items()}
    before = sum(count for index, count in met.items() if index <= first)
    return before, sum(met.values()) - before


@torch.enable_grad()
def weights_met(layer: SpikingLayer) -> Float64[Tensor, "..."]:
    """Give, for each place of what a layer takes, how many of its weights meet a value there.

    Of a convolution that is the gradient of its outputs' sum, were its weights 1: at the edge of a map fewer than in
    the middle.
    """
    operation = layer.connection
    if isinstance(operation, nn.Linear):
        return torch.full(layer.takes, float(operation.out_features), dtype=torch.float64)
    places = torch.zeros(1, 1, *layer.takes[1:], dtype=torch.float64, requires_grad=True)
    kernel = torch.ones(1, 1, *operation.kernel_size, dtype=torch.float64)
    given = conv2d(places, kernel, None, operation.stride, operation.padding)
    (met,) = torch.autograd.grad(given.sum() * operation.out_channels, places)
    return met[0].expand(layer.takes)


def _feedback(layer: SpikingLayer) -> int:
    """Give how many weights of its own layer a spike meets."""
    if layer.neuron is None or not is_recurrent(layer.neuron):
        return 0
    own = layer.neuron.recurrent
    return own.out_features if isinstance(own, nn.Linear) else 1


class _LegacyStepper(Stepper):
    """Puts back the fault of snnTorch up to 0.9.1: it took the membrane for the current too."""

    def step(self, inputs: Float[Tensor, "batch feature"]) -> list[tuple[Tensor, Tensor]]:
        for index, layer in enumerate(self._layers):
            model = MODELS.get(type(layer.neuron))
            if model is not None and model.snntorch_legacy and self._states[index]:
                membrane = self._states[index][-1]
                self._states[index] = (membrane, membrane)
        return super().step(inputs)
