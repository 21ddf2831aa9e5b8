"""A training: data, how a sample becomes input over time, what is minimised and how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from snntrainer3d.spec._document import FieldFault, FieldFaults, Part
from snntrainer3d.spec.codings import IN_0_TO_1, Coding, Direct
from snntrainer3d.spec.craft import Adam, Augmentation, Constant, OneCycle, Optimizer, Plateau, Schedule, Sgd

PARITY_BITS = (3, 4, 5, 6, 7, 8)
"""Bits of the parity data sets, parity-3 to parity-8; that of two bits is xor."""
MEMORY_SILENCES = {"memory-25": 25, "memory-50": 50, "memory": 100, "memory-200": 200, "memory-400": 400}
"""The working-memory tasks: silent steps between what is to be remembered and the question."""
DATASETS = (
    *("digits", "mnist", "fashion-mnist", "spoken-digits", "xor", "moons", "spirals"),
    *(f"parity-{bits}" for bits in PARITY_BITS),
    *MEMORY_SILENCES,
    "mnist-events-simulated",
)
"""Data sets that every release knows; a person's own have names that begin with OWN."""
READINGS: dict[str, Literal["count", "membrane", "first_spike"]] = {
    "max_membrane": "membrane", "first_spike": "first_spike",
}  # fmt: skip
"""What decides after a training with such a loss; after any other the most spikes do."""
OWN = "own-"
Seed = Annotated[int, Field(ge=0, le=2**32 - 1, strict=True)]


class Training(Part):
    """Everything that, with a network, determines a run to the last bit."""

    format: Literal["snntrainer3d/training"] = "snntrainer3d/training"
    version: Literal[1] = 1
    dataset: Annotated[str, Field(max_length=80)] = "digits"
    """One of those that are known, or own-NAME for data of one's own."""
    pixels: Literal["unit", "standardised"] = "unit"
    """Inputs scaled to 0–1, or to mean 0 and standard deviation 1 over the training set."""
    coding: Coding = Direct()
    """How a sample becomes input over time."""
    num_steps: Annotated[int, Field(ge=1, le=10_000, strict=True)] = 25
    """Simulated time steps per sample."""
    epochs: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 1
    """Passes over the training data."""
    batch_size: Annotated[int, Field(ge=1, le=65_536, strict=True)] = 128
    """Samples per update."""
    learning_rate: Annotated[float, Field(gt=0.0, le=10.0)] = 5e-4
    """Step size of the optimizer; with a schedule, its peak."""
    optimizer: Optimizer = Adam()
    schedule: Schedule = Constant()
    warm_up_updates: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] = 0
    """Updates in which the learning rate rises from near zero to what the schedule says."""
    gradient_clip_norm: Annotated[float, Field(gt=0.0, le=1e6)] | None = None
    """Largest norm of the whole gradient; longer ones are shortened to it."""
    loss: Literal["membrane", "count", "rate", "max_membrane", "rate_mse", "first_spike"] = "membrane"
    """Cross-entropy on the output membrane at every step, summed; on spike counts; on the spikes of each step; on the
    highest membrane; squared distance of spike counts from wanted rates; or cross-entropy on times to first spike."""
    read_last_steps: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    """Only so many steps at the end count, for the loss and for the decision; null for all of them."""
    correct_rate: Annotated[float, Field(ge=0.0, le=1.0)] = 0.8
    """For rate_mse: share of the steps at which the right output is wanted to spike."""
    incorrect_rate: Annotated[float, Field(ge=0.0, le=1.0)] = 0.2
    """For rate_mse: share of the steps at which the other outputs are wanted to spike."""
    population: Annotated[int, Field(ge=1, le=1_000, strict=True)] = 1
    """Output neurons for each class, whose spikes count together; for the losses count and rate_mse."""
    class_weights: Literal["equal", "balanced"] = "equal"
    """Whether samples of rare classes count more in the loss, so that every class counts the same in all."""
    rate_penalty: Annotated[float, Field(ge=0.0, le=1e6)] = 0.0
    """Added to the loss: this times Σ (rate − rate_target)² over the hidden layers; 0 for none."""
    rate_target: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """Spikes per neuron and step wanted of each hidden layer; 0 makes spikes sparse."""
    truncate_steps: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    """Gradients go back through at most so many steps; null for all of them."""
    initial_weights: Literal["torch", "xavier", "kaiming", "orthogonal"] = "torch"
    """How weights are drawn: torch's usual, Glorot and Bengio 2010, He et al. 2015, or Saxe et al. 2014."""
    augmentation: Augmentation = Augmentation()
    validation_share: Annotated[float, Field(ge=0.0, le=0.9)] = 0.0
    """Share of the training data kept for validation, stratified by class."""
    split_seed: Seed = 0
    """Seed of that split; fixed, so that runs with different seeds validate on the same samples."""
    stop_after_epochs: Annotated[int, Field(ge=1, le=100_000, strict=True)] | None = None
    """Stop when the validation loss has not improved for so many epochs; null to train all of them."""
    keep_best: bool = False
    """Whether the network that is kept is that of the epoch with the best validation accuracy, not of the last one."""
    keep_last_batch: bool = True
    """Whether the last, smaller batch of an epoch is trained on."""
    seed: Seed = 0
    """Seed of initial weights and of the order of samples."""
    name: Annotated[str, Field(max_length=120)] = ""
    """What the run is called; empty for a name made of dataset and network."""
    pace: Literal["full", "slow", "update"] = "full"
    """Full speed; slow, about 20 updates per second, to watch; or one update at a time, each on a click."""
    engine: Literal["auto", "fused", "reference"] = "auto"
    """Which path computes: the fastest that fits, the fused kernels, or snnTorch step by step."""

    @field_validator("name")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        if any(mark in name for mark in "/\\\0") or name.strip() in {".", ".."} or not name.isprintable():
            raise FieldFault("", f"got {name!r}, which reads as a path.", "Use a name without slashes.")
        return name.strip()

    @field_validator("dataset")
    @classmethod
    def _known_dataset(cls, name: str) -> str:
        if name not in DATASETS and not re.fullmatch(OWN + r"[a-z0-9]+(-[a-z0-9]+)*", name):
            close = get_close_matches(name, DATASETS, 1)
            known = ", ".join(DATASETS)
            hint = f"Did you mean {close[0]}?" if close else ""
            raise FieldFault("", f"got {name!r}, expected one of {known}, or {OWN}NAME for data of your own.", hint)
        return name

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        faults = []
        if self.coding.kind in IN_0_TO_1 and self.pixels != "unit":
            message = f"is {self.pixels}, where {self.coding.kind} coding takes values from 0 to 1."
            faults.append(FieldFault("pixels", message, "Set it to unit."))
        if self.coding.kind == "latency" and self.num_steps < 2:
            faults.append(FieldFault("num_steps", "is 1, where latency coding tells values apart by their step."))
        faults.extend([*self._loss_faults(), *self._craft_faults()])
        if faults:
            raise FieldFaults(faults)
        return self

    def _loss_faults(self) -> Iterator[FieldFault]:
        if self.population > 1 and self.loss not in ("count", "rate_mse"):
            message = f"is {self.population}, where the loss {self.loss} looks at each output alone."
            yield FieldFault("population", message, "Take the loss count or rate_mse, or set it to 1.")
        if self.read_last_steps is not None and self.read_last_steps > self.num_steps:
            message = f"is {self.read_last_steps}, more than the {self.num_steps} steps that there are."
            yield FieldFault("read_last_steps", message, "Leave it empty to count all of them.")
        if self.loss == "rate_mse" and self.incorrect_rate >= self.correct_rate:
            message = f"is {self.incorrect_rate:g}, not below the correct rate of {self.correct_rate:g}."
            yield FieldFault("incorrect_rate", message, "The right output has to spike more often than the others.")
        if self.loss == "first_spike" and self.num_steps < 2:
            yield FieldFault("num_steps", "is 1, where the loss first_spike tells outputs apart by their step.")

    def _craft_faults(self) -> Iterator[FieldFault]:
        watched = {
            "schedule": isinstance(self.schedule, Plateau),
            "stop_after_epochs": self.stop_after_epochs is not None,
            "keep_best": self.keep_best,
        }
        for field, wants in watched.items():
            if wants and self.validation_share == 0.0:
                hint = "Set validation_share to 0.1, or leave this out."
                yield FieldFault(field, "looks at the validation samples, and none are kept.", hint)
        if self.warm_up_updates and isinstance(self.schedule, OneCycle):
            yield FieldFault(
                "warm_up_updates", "is said twice: a one-cycle schedule warms up by itself.", "Set it to 0."
            )
        if isinstance(self.optimizer, Sgd) and self.optimizer.nesterov and self.optimizer.momentum == 0.0:
            yield FieldFault("optimizer.nesterov", "needs momentum, which is 0.", "Set the momentum to 0.9.")
        if self.truncate_steps is not None and self.truncate_steps >= self.num_steps:
            message = f"is {self.truncate_steps}, no fewer than the {self.num_steps} steps: nothing would be truncated."
            yield FieldFault("truncate_steps", message, "Leave it empty.")

    @property
    def reading(self) -> Literal["count", "membrane", "first_spike"]:
        """Return what decides: most spikes, the highest membrane, or the earliest spike; it goes with the loss."""
        return READINGS.get(self.loss, "count")

    @model_validator(mode="after")
    def _xor_has_no_validation(self) -> Self:
        if self.dataset == "xor" and self.validation_share > 0.0:
            raise FieldFault("validation_share", "xor has four rows and no validation.", "Set it to 0.")
        return self
