"""How a stored sample becomes a network's input over time, and how its outputs become a class; travels with weights."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from jaxtyping import Float, Int, Int64, Num
from pydantic import Field

from snntrainer3d.spec._document import Part
from snntrainer3d.spec.codings import Coding, Direct
from snntrainer3d.spec.training import READINGS, Seed, Training

OUTPUT = "output"
"""The name of a network's one output."""
FOR_TESTS = 0
"""The draw of everything that does not learn: evaluation, playback, exports. Updates count from 1."""


class InputContract(Part):
    """How a stored sample becomes input: (stored · unit − mean) / deviation, then coded over the steps.

    A timed sample is frames, one after the other: step t shows frame ⌊t·frames/num_steps⌋.
    """

    coding: Coding = Direct()
    num_steps: Annotated[int, Field(ge=1, le=10_000, strict=True)] = 25
    unit: Annotated[float, Field(gt=0.0)] = 1.0
    """Stored value · unit lies in 0–1."""
    mean: float | None = None
    """Of the 0–1 values of the training set, where the input is standardised; else None."""
    deviation: Annotated[float, Field(gt=0.0)] | None = None
    """Standard deviation of the same values."""
    stored: Literal["uint8", "float32"] = "float32"
    """The type of stored values."""
    shape: tuple[Annotated[int, Field(ge=1)], ...] = ()
    """Of one stored sample at one time: (values,) or (channels, height, width); empty where it is not known."""
    frames: Annotated[int, Field(ge=0)] = 0
    """Of data over time, the frames of each sample; 0 for samples that hold still."""
    seed: Seed = 0
    """Seed of what is drawn at random."""

    @property
    def timed(self) -> bool:
        """Tell whether a sample is frames over time."""
        return self.frames > 0

    @property
    def scale(self) -> float:
        """Give the factor: input = stored · scale + offset."""
        return self.unit / (self.deviation or 1.0)

    @property
    def offset(self) -> float:
        """Give the summand: input = stored · scale + offset."""
        return -self.mean / (self.deviation or 1.0) if self.mean is not None else 0.0

    def start_words(self, draw: int = FOR_TESTS) -> tuple[int, int]:
        """Give the two numbers from which, with a sample's place in its split, all that is drawn for it follows."""
        first, second = np.random.SeedSequence([self.seed, draw]).generate_state(2, np.uint32).tolist()
        return first, second


class Readout(Part):
    """How an output's spikes and membranes become a class."""

    reading: Literal["count", "membrane", "first_spike"] = "count"
    """Most spikes, the highest membrane of all steps, or the earliest spike."""
    population: Annotated[int, Field(ge=1, le=1_000, strict=True)] = 1
    """Neighbouring outputs whose spikes count together for a class."""
    last_steps: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    """Only so many steps at the end count; None for all of them."""
    ties: Literal["lowest"] = "lowest"
    """Which of several classes with the same score is taken."""
    class_names: tuple[str, ...] = ()
    """In order of the classes; empty where they are not known."""

    def scores(
        self, spikes: Num[np.ndarray, "time batch output"], membranes: Float[np.ndarray, "time batch output"]
    ) -> Num[np.ndarray, "batch class"]:
        """Give what speaks for each class after the last step."""
        if self.reading == "count":
            return self._counted(spikes).sum(axis=0).astype(np.int32)
        return self.scores_over_time(spikes, membranes)[-1]

    def scores_over_time(
        self, spikes: Num[np.ndarray, "time batch output"], membranes: Float[np.ndarray, "time batch output"]
    ) -> Num[np.ndarray, "time batch class"]:
        """Give what speaks for each class up to and with each step: 0 at steps that do not count."""
        if self.reading == "count":
            scores = self._counted(spikes).cumsum(axis=0, dtype=np.int64)
        elif self.reading == "membrane":
            scores = np.maximum.accumulate(self._read(membranes), axis=0)
        else:
            read = self._read(spikes)
            left = np.arange(len(read), 0, -1)[:, None, None]
            scores = np.maximum.accumulate((read > 0) * left, axis=0)
        unread = np.zeros((len(spikes) - len(scores), *scores.shape[1:]), scores.dtype)
        return np.concatenate([unread, scores]) if len(unread) else scores

    def decisions(
        self, spikes: Num[np.ndarray, "time batch output"], membranes: Float[np.ndarray, "time batch output"]
    ) -> Int64[np.ndarray, "batch"]:
        """Give the class of each sample."""
        return decide(self.scores(spikes, membranes))

    def decision(self, spikes: Num[np.ndarray, "time output"], membranes: Float[np.ndarray, "time output"]) -> int:
        """Return the class of one sample."""
        return int(self.decisions(spikes[:, None], membranes[:, None])[0])

    def grouped(self, spikes: Num[np.ndarray, "time batch output"]) -> Num[np.ndarray, "time batch class"]:
        """Give the spikes of each class: of as many neighbouring outputs as a population has."""
        if self.population == 1:
            return spikes
        return spikes.reshape(*spikes.shape[:2], -1, self.population).sum(axis=3)

    def _read(self, over_time: Num[np.ndarray, "time ..."]) -> Num[np.ndarray, "time ..."]:
        return over_time if self.last_steps is None else over_time[-self.last_steps :]

    def _counted(self, spikes: Num[np.ndarray, "time batch output"]) -> Int[np.ndarray, "time batch class"]:
        return self.grouped(self._read(spikes).astype(np.int64))


def readout_of(training: Training, class_names: tuple[str, ...] = ()) -> Readout:
    """Give the readout that a training's document names."""
    return Readout(
        reading=training.reading,
        population=training.population,
        last_steps=training.read_last_steps,
        class_names=class_names,
    )


def training_as_said(inputs: InputContract | None, readout: Readout | None) -> Training:
    """Return a recipe that feeds and reads a network as it says of itself; what it does not say is as by default."""
    said: dict[str, object] = {}
    if inputs is not None:
        pixels = "unit" if inputs.mean is None else "standardised"
        said |= {"coding": inputs.coding, "num_steps": inputs.num_steps, "seed": inputs.seed, "pixels": pixels}
    if readout is not None:
        loss = {reading: loss for loss, reading in READINGS.items()}.get(readout.reading, "count")
        said |= {"loss": loss, "population": readout.population, "read_last_steps": readout.last_steps}
    return Training().changed(**said)


def decide(scores: Num[np.ndarray, "*many class"]) -> Int64[np.ndarray, "*many"]:
    """Give the class with the largest score, of equal ones the lowest."""
    return scores.argmax(axis=-1)
