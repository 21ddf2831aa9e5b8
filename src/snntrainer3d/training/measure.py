"""Everything that can be counted while a trained network runs: its decisions, and what they took."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch

from snntrainer3d.analysis import Activity, Measurement, evaluate_counts
from snntrainer3d.data import Dataset
from snntrainer3d.data.encoders import encoder_for
from snntrainer3d.engine import build, load_tensors, objective_of, record_counts
from snntrainer3d.spec import TrainedNetwork, Training
from snntrainer3d.training.evaluate import class_weights

MEASURED_BATCH = 500
"""Samples at once; bounds the memory, the result does not depend on it."""


def measure(
    trained: TrainedNetwork,
    dataset: Dataset,
    training: Training | None = None,
    *,
    split: str = "test",
    legacy_synaptic: bool = False,
) -> Measurement:
    """Run every sample of a split by the reference path and count.

    Args:
        training: how samples become input, as for `evaluate`.
        legacy_synaptic: see `engine.record_counts`.
    """
    portions = measure_in_portions(trained, dataset, training, split=split, legacy_synaptic=legacy_synaptic)
    while True:
        try:
            next(portions)
        except StopIteration as done:
            found: Measurement = done.value
            return found


def measure_in_portions(
    trained: TrainedNetwork,
    dataset: Dataset,
    training: Training | None = None,
    *,
    split: str = "test",
    legacy_synaptic: bool = False,
    batch: int = MEASURED_BATCH,
) -> Generator[None, None, Measurement]:
    """Do as `measure`, `batch` samples at a time: whoever iterates may do something else in between."""
    recipe = training or trained.training or Training()
    module = build(trained.network)
    load_tensors(module, trained)
    part = dataset.test if split == "test" else dataset.train
    encoder = encoder_for(dataset, recipe, trained.inputs)
    objective = objective_of(recipe, class_weights(recipe, trained.network, dataset))
    cumulative, spikes, active, loss, weight, lit = [], [], [], 0.0, 0.0, 0
    before, behind = 0, 0
    for begin in range(0, len(part), batch):
        chosen = slice(begin, begin + batch)
        raw = torch.from_numpy(part.inputs[chosen])
        labels = torch.from_numpy(part.labels[chosen])
        encoded = encoder.encode(raw, np.arange(begin, begin + len(raw)))
        found = record_counts(
            module,
            encoded.values,
            recipe.num_steps if encoded.constant else None,
            labels=labels,
            objective=objective,
            legacy_synaptic=legacy_synaptic,
        )
        cumulative.append(found.cumulative.numpy())
        spikes.append([int(layer.sum()) for layer in found.spikes])
        active.append([int(layer.sum()) for layer in found.active])
        loss += found.loss_sum or 0.0
        weight += objective.weight_of(labels)
        lit += int(torch.count_nonzero(encoded.values))
        before, behind = before + found.input_operations, behind + found.synaptic_operations
        yield
    counts = np.concatenate(cumulative, axis=1)
    return Measurement(
        evaluation=evaluate_counts(counts[-1], part.labels, loss / (weight or 1.0), dataset.info.class_names),
        activity=Activity(
            network=trained.network,
            samples=len(part),
            num_steps=recipe.num_steps,
            spikes=tuple(int(total) for total in np.sum(spikes, axis=0)),
            active=tuple(int(total) for total in np.sum(active, axis=0)),
            nonzero_inputs=lit,
            constant_input=encoder.plain or encoded.constant,
            counted_operations=(before, behind),
        ),
        counts_by_step=counts.astype(np.int32) if recipe.reading == "count" else counts,
        labels=part.labels,
    )
