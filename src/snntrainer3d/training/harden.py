"""Fine-tuning for imperfect devices: every update learns on weights that were disturbed anew.

The gradient is taken at the disturbed weights and applied to the undisturbed ones, as straight-through training does
with rounding; what the devices do to the weights comes from outside, so that this room knows nothing of circuits.
Noise-aware training for crossbars: Joshi et al., Nature Communications 11, 2473 (2020).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from snntrainer3d.data import Dataset, check_fit, split_train
from snntrainer3d.data.encoders import encoder_for
from snntrainer3d.engine import build, load_tensors, open_learner, prepare_learner, tensors_of
from snntrainer3d.errors import SpecError
from snntrainer3d.spec import TrainedNetwork, Training
from snntrainer3d.training.evaluate import class_weights
from snntrainer3d.training.schedule import epoch_order, learning_rate_at, updates_per_epoch

Disturb = Callable[[TrainedNetwork, np.random.Generator], Mapping[str, np.ndarray]]
"""Gives the arrays that imperfect devices make of a network's; those it leaves out stay."""


@dataclass(frozen=True, eq=False, slots=True)
class Hardened:
    """The network after an epoch."""

    epoch: int
    trained: TrainedNetwork
    loss: float
    """Mean per sample over the epoch, on disturbed weights."""


def harden(
    trained: TrainedNetwork, dataset: Dataset, recipe: Training, disturb: Disturb, *, seed: int = 0
) -> Iterator[Hardened]:
    """Train on with disturbed weights, by the recipe's epochs, batch, schedule and learning rate.

    Yields:
        The network after each epoch.

    Raises:
        SpecError: the network does not fit the data set.
        FailureError: the weights are no longer finite.
    """
    if faults := check_fit(trained.network, dataset.info, recipe):
        raise SpecError(faults, what="network")
    return _epochs(trained, dataset, recipe, disturb, seed)


def _epochs(
    trained: TrainedNetwork, dataset: Dataset, recipe: Training, disturb: Disturb, seed: int
) -> Iterator[Hardened]:
    for _ in prepare_learner(recipe):
        pass
    module = build(trained.network)
    load_tensors(module, trained)
    weights = class_weights(recipe, trained.network, dataset)
    learner = open_learner(module, trained.network, recipe, timed=dataset.info.timed, class_weights=weights)
    indices, _ = split_train(dataset.train.labels, recipe.validation_share, recipe.split_seed)
    per_epoch = updates_per_epoch(len(indices), recipe.batch_size, recipe.keep_last_batch)
    raw, labels = torch.from_numpy(dataset.train.inputs), torch.from_numpy(dataset.train.labels)
    encoder, generator = encoder_for(dataset, recipe, trained.inputs), np.random.default_rng(seed)
    clean = trained
    for update in range(per_epoch * recipe.epochs):
        epoch, batch = divmod(update, per_epoch)
        if batch == 0:
            order, loss = epoch_order(indices, seed, epoch), 0.0
        chosen = order[batch * recipe.batch_size : (batch + 1) * recipe.batch_size]
        total, warm_up = per_epoch * recipe.epochs, recipe.warm_up_updates
        rate = learning_rate_at(
            recipe.schedule, recipe.learning_rate, update, total, per_epoch=per_epoch, warm_up=warm_up
        )
        disturbed = {**clean.tensors, **disturb(clean, generator)}
        load_tensors(module, disturbed)
        inputs = learner.fetch(raw, chosen, encoder, update + 1)
        result = learner.train_batch(inputs, labels[torch.from_numpy(chosen)], rate)
        loss += result.loss * len(chosen)
        moved = tensors_of(module, trained.network)
        arrays = {name: clean.tensors[name] + (moved[name] - disturbed[name]) for name in clean.tensors}
        clean = TrainedNetwork(trained.network, arrays, recipe, trained.inputs, trained.readouts)
        if batch == per_epoch - 1:
            yield Hardened(epoch + 1, clean, loss / len(indices))
