"""How the samples of a data set become the input of a network: made in one place, from data set and training."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from snntrainer3d.data.catalogue import CATALOGUE, DatasetInfo
from snntrainer3d.data.dataset import Dataset
from snntrainer3d.data.shelf import available, describe, load
from snntrainer3d.errors import InputError, NotFoundError
from snntrainer3d.spec import OUTPUT, OWN, RECIPE, InputContract, TrainedNetwork, Training, readout_of


def contract_of(dataset: Dataset, training: Training, known: InputContract | None = None) -> InputContract:
    """Give how a training shows the samples of a data set.

    Args:
        known: what a trained network says of itself; its mean and deviation are taken, not those of these samples.
    """
    moments: dict[str, float | None] = {}
    if training.pixels == "standardised":
        mean, deviation = (None, None) if known is None else (known.mean, known.deviation)
        moments["mean"] = dataset.mean if mean is None else mean
        moments["deviation"] = (dataset.std or 1.0) if deviation is None else deviation
    about = {"unit": dataset.input_scale, "stored": _type(dataset), **moments}
    return _contract(dataset.info, training).model_copy(update=about)


def contract_for(trained: TrainedNetwork) -> InputContract:
    """Give how a trained network's samples become input: as it says itself, else by its recipe and its data set.

    Raises:
        InputError: neither says it, or the data set that says it is not on this machine.
    """
    if trained.inputs is not None:
        return trained.inputs
    if trained.training is None:
        raise InputError("The weights do not say how a sample becomes their input.", path="training", hint=RECIPE)
    return contract_by(trained.training)


def contract_by(training: Training) -> InputContract:
    """Give how a training shows the samples of its data set; raises InputError where that is not on this machine."""
    try:
        info, here = describe(training.dataset), available(training.dataset)
    except NotFoundError:
        raise _missing(training, "its shape and scale") from None
    if here and (training.dataset.startswith(OWN) or training.pixels == "standardised"):
        return contract_of(load(training.dataset), training)
    if here:
        unit, stored = _kept(training.dataset)
        return _contract(info, training).model_copy(update={"unit": unit, "stored": stored})
    if training.pixels == "standardised":
        raise _missing(training, "its mean and deviation")
    return _contract(info, training)


def with_contract(trained: TrainedNetwork, dataset: Dataset | None = None) -> TrainedNetwork:
    """Give a network that says how it is fed and read, where that is known; else the network as it is.

    Args:
        dataset: the one that it was trained on, where it is at hand.
    """
    training = trained.training
    if trained.inputs is not None or training is None:
        return trained
    try:
        found = contract_for(trained) if dataset is None else contract_of(dataset, training)
        names = describe(training.dataset).class_names if dataset is None else dataset.info.class_names
    except InputError:
        return trained
    return replace(trained, inputs=found, readouts={OUTPUT: readout_of(training, names)})


@lru_cache(maxsize=len(CATALOGUE))
def _kept(name: str) -> tuple[float, str]:
    """Give unit and type of the values of a data set that every release knows; they never change."""
    dataset = load(name)
    return dataset.input_scale, _type(dataset)


def _type(dataset: Dataset) -> str:
    return "uint8" if dataset.train.inputs.dtype == np.uint8 else "float32"


def _contract(info: DatasetInfo, training: Training) -> InputContract:
    """Give the contract of values from 0 to 1."""
    return InputContract(
        coding=training.coding,
        num_steps=training.num_steps,
        shape=info.input_shape,
        frames=info.frames,
        seed=training.seed,
    )


def _missing(training: Training, what: str) -> InputError:
    return InputError(
        f"The weights were made by a release that did not write how a sample becomes input, and {training.dataset}, "
        f"which says {what}, is not on this machine.",
        path="training.dataset",
        hint="Get the data set, or export the run where it is.",
    )
