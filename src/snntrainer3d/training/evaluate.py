"""How good a network is on a data set: every sample once, no batch dropped."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Int, Int64

from snntrainer3d.analysis import Evaluation, evaluate_counts
from snntrainer3d.data import Dataset, Split, split_train
from snntrainer3d.data.encoders import encoder_for
from snntrainer3d.engine import Learner, build, load_tensors, open_learner
from snntrainer3d.spec import FOR_TESTS, InputContract, Network, TrainedNetwork, Training

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
    learner = _learner_of(trained, dataset, recipe)
    part = dataset.test if split == "test" else dataset.train
    evaluation, _ = evaluate_split(learner, dataset, part, np.arange(len(part.labels)), recipe, trained.inputs)
    return evaluation


def decide_in_portions(
    trained: TrainedNetwork, dataset: Dataset, training: Training
) -> Iterator[Int64[np.ndarray, "sample"]]:
    """Give the decisions on the test set in its order, portion after portion."""
    learner = _learner_of(trained, dataset, training)
    every = np.arange(len(dataset.test.labels))
    for begin in range(0, len(every), EVALUATION_BATCH):
        chosen = every[begin : begin + EVALUATION_BATCH]
        yield evaluate_split(learner, dataset, dataset.test, chosen, training, trained.inputs)[0].decisions


def _learner_of(trained: TrainedNetwork, dataset: Dataset, recipe: Training) -> Learner:
    module = build(trained.network)
    load_tensors(module, trained)
    weights = class_weights(recipe, trained.network, dataset)
    return open_learner(module, trained.network, recipe, timed=dataset.info.timed, class_weights=weights)


def evaluate_split(
    learner: Learner,
    dataset: Dataset,
    part: Split,
    indices: Int[np.ndarray, "sample"],
    training: Training,
    known: InputContract | None = None,
) -> tuple[Evaluation, list[float]]:
    """Evaluate the samples `indices` of a split; give the evaluation and each layer's spikes per neuron and step.

    Args:
        known: what the weights say of their input, as in `contract_of`.
    """
    encoder = encoder_for(dataset, training, known)
    raw = torch.from_numpy(part.inputs)
    labels = torch.from_numpy(part.labels)
    counts, loss, weight, rates = [], 0.0, 0.0, np.zeros(0)
    for begin in range(0, len(indices), EVALUATION_BATCH):
        chosen = indices[begin : begin + EVALUATION_BATCH]
        inputs = learner.fetch(raw, chosen, encoder, FOR_TESTS)
        wanted = labels[torch.from_numpy(chosen)]
        result = learner.evaluate_batch(inputs, wanted)
        counts.append(result.counts.numpy().copy())
        loss += result.loss_sum
        weight += learner.weight_of(wanted)
        fired = np.asarray(result.rates) * len(chosen)
        rates = fired if rates.size == 0 else rates + fired
    evaluation = evaluate_counts(
        np.concatenate(counts), part.labels[indices], loss / (weight or 1.0), dataset.info.class_names
    )
    return evaluation, [float(rate) for rate in rates / len(indices)]


def class_weights(recipe: Training, network: Network, dataset: Dataset) -> list[float] | None:
    """Give the weight of each class in the loss; None where all count the same.

    It is samples/(classes · samples of the class), counted in what is trained on; 1 for outputs that are no class.
    """
    if recipe.class_weights == "equal":
        return None
    chosen, _ = split_train(dataset.train.labels, recipe.validation_share, recipe.split_seed)
    classes, outputs = dataset.info.classes, network.sizes()[-1] // recipe.population
    counts = np.bincount(dataset.train.labels[chosen], minlength=classes).tolist()
    weights = [len(chosen) / (classes * count) if count else 0.0 for count in counts]
    return weights + [1.0] * (outputs - classes)
