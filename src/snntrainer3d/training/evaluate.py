"""How good a network is on a data set: every sample once, no batch dropped."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Int, Int64

from snntrainer3d.analysis import Evaluation, evaluate_counts
from snntrainer3d.data import Dataset, Split
from snntrainer3d.data.encoders import FOR_TESTS, encoder_for
from snntrainer3d.engine import Learner, build, load_tensors, open_learner
from snntrainer3d.spec import TrainedNetwork, Training

EVALUATION_BATCH = 500
"""Samples at once; bounds the memory of recordings, the result does not depend on it."""


def evaluate(
    trained: TrainedNetwork, dataset: Dataset, training: Training | None = None, *, split: str = "test"
) -> Evaluation:
    """Evaluate a trained network.

    `training` says how samples become input (pixels, coding, num_steps, loss); by default the recipe it was trained
    with, or Training's defaults where that is not known. `split` is `test` or `train`.
    """
    recipe = training or trained.training or Training()
    module = build(trained.network)
    load_tensors(module, trained)
    learner = open_learner(module, trained.network, recipe, timed=dataset.info.timed)
    part = dataset.test if split == "test" else dataset.train
    evaluation, _ = evaluate_split(learner, dataset, part, np.arange(len(part.labels)), recipe)
    return evaluation


def decide_in_portions(
    trained: TrainedNetwork, dataset: Dataset, training: Training
) -> Iterator[Int64[np.ndarray, "sample"]]:
    """Give the decisions on the test set in its order, portion after portion."""
    module = build(trained.network)
    load_tensors(module, trained)
    learner = open_learner(module, trained.network, training, timed=dataset.info.timed)
    every = np.arange(len(dataset.test.labels))
    for begin in range(0, len(every), EVALUATION_BATCH):
        chosen = every[begin : begin + EVALUATION_BATCH]
        yield evaluate_split(learner, dataset, dataset.test, chosen, training)[0].decisions


def evaluate_split(
    learner: Learner, dataset: Dataset, part: Split, indices: Int[np.ndarray, "sample"], training: Training
) -> tuple[Evaluation, list[float]]:
    """Evaluate the samples `indices` of a split; give the evaluation and each layer's spikes per neuron and step."""
    encoder = encoder_for(dataset, training)
    raw = torch.from_numpy(part.inputs)
    labels = torch.from_numpy(part.labels)
    counts, loss, rates = [], 0.0, np.zeros(0)
    for begin in range(0, len(indices), EVALUATION_BATCH):
        chosen = indices[begin : begin + EVALUATION_BATCH]
        inputs = learner.fetch(raw, chosen, encoder, FOR_TESTS)
        result = learner.evaluate_batch(inputs, labels[torch.from_numpy(chosen)])
        counts.append(result.counts.numpy().copy())
        loss += result.loss_sum
        fired = np.asarray(result.rates) * len(chosen)
        rates = fired if rates.size == 0 else rates + fired
    evaluation = evaluate_counts(
        np.concatenate(counts), part.labels[indices], loss / len(indices), dataset.info.class_names
    )
    return evaluation, [float(rate) for rate in rates / len(indices)]
