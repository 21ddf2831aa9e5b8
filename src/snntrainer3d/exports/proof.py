"""The proof of an export: it is run on samples, and what it does is compared with the network, spike by spike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32

from snntrainer3d.errors import FailureError
from snntrainer3d.spec import UNREACHABLE, TrainedNetwork, Training

SAMPLES = 200
ROUNDING = 1e-4
"""A spike may differ where the membrane lies this close to the threshold: sums in another order differ by as much in
float32 (measured: up to 3e-5 over 25 steps)."""
Layers = list[Float32[np.ndarray, "time batch neuron"]]
Recorded = tuple[Layers, Layers]
"""Spikes and membranes of each layer."""
Runner = Callable[[Float32[np.ndarray, "..."], int], Recorded]
"""Runs inputs, [sample feature] or [time sample feature], over a number of steps."""


@dataclass(frozen=True, slots=True)
class Samples:
    """What both the network and its export are run on."""

    inputs: Float32[np.ndarray, "..."]
    num_steps: int
    words: str
    """Where they come from."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of running an export beside the network."""

    ran: str
    """How the export was run."""
    samples: int
    samples_from: str
    num_steps: int
    spikes: int
    """Of the network."""
    spikes_differ: int
    """Neurons and steps at which only one of both spikes."""
    first_difference_margin: float | None
    """The largest distance of a membrane from its threshold where a sample's spikes first differ; None without any."""
    predictions_agree: int
    largest_membrane_error: float
    """In samples whose spikes all agree; in all samples where there are none."""
    seconds: float
    may_differ: float = 0.0
    """The share of predictions that may differ, where a form keeps weights less exactly; then spikes may too."""

    @property
    def holds(self) -> bool:
        """Tell whether all predictions agree and every spike that differs is one of rounding.

        Of a form that says so, as many predictions as it says may differ.
        """
        if self.may_differ:
            return self.samples - self.predictions_agree <= self.may_differ * self.samples
        margin = self.first_difference_margin
        return self.predictions_agree == self.samples and (margin is None or margin <= ROUNDING)

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {**asdict(self), "holds": self.holds, "sentence": self.sentence()}

    def sentence(self) -> str:
        """Say it as people read it."""
        few = {0: "no spike differs", 1: "1 spike differs"}
        spikes = few.get(self.spikes_differ, f"{self.spikes_differ:,} spikes differ")
        return (
            f"{self.predictions_agree:,} of {self.samples:,} predictions agree, {spikes} of {self.spikes:,}, "
            f"largest membrane error {self.largest_membrane_error:.2g} ({self.ran})."
            + (
                f" Its weights are coarser: {self.may_differ:.0%} of the predictions may differ."
                * bool(self.may_differ)
            )
        )


def samples_for(trained: TrainedNetwork, count: int = SAMPLES) -> Samples:
    """Give test samples of the network's data set where it is on this machine, else drawn ones."""
    from snntrainer3d.data import available, check_fit, describe, load
    from snntrainer3d.engine.truth import encode_arrays

    recipe = trained.training or Training()
    known = trained.training is not None and available(recipe.dataset)
    if known and not check_fit(trained.network, describe(recipe.dataset), recipe):
        dataset = load(recipe.dataset)
        raw = dataset.test.inputs[:count]
        inputs = encode_arrays(recipe, raw, dataset)
        return Samples(inputs, recipe.num_steps, f"test samples of {dataset.info.title}")
    drawn = np.random.default_rng(0).random((count, trained.network.input.size), np.float32)
    inputs = encode_arrays(Training(num_steps=recipe.num_steps), drawn)
    return Samples(inputs, recipe.num_steps, "drawn at random, for the data set is not known or not here")


def prove(trained: TrainedNetwork, run: Runner, ran: str, samples: Samples | None = None) -> Proof:
    """Run an export and the network side by side.

    Raises:
        FailureError: the export does not run, or gives arrays of another shape.
    """
    from snntrainer3d.engine.truth import record_arrays

    samples = samples or samples_for(trained)
    expected = record_arrays(trained, samples.inputs, samples.num_steps)
    began = time.perf_counter()
    found = run(samples.inputs, samples.num_steps)
    seconds = time.perf_counter() - began
    never = np.full(1, UNREACHABLE, np.float32)
    thresholds = [
        trained.tensors.get(f"layers.{index}.neuron.threshold", never).reshape(-1)
        for index in trained.network.spiking()
    ]
    return compare(expected, found, thresholds, ran=ran, samples_from=samples.words, seconds=seconds)


def compare(
    expected: Recorded,
    found: Recorded,
    thresholds: list[Float32[np.ndarray, "..."]],
    *,
    ran: str,
    samples_from: str,
    seconds: float,
) -> Proof:
    """Compare two recordings of the same samples."""
    _check_shapes(expected, found)
    differs = [before != now for before, now in zip(expected[0], found[0], strict=True)]
    steps, samples = expected[0][-1].shape[:2]
    decided = [layers[0][-1].sum(0).argmax(1) for layers in (expected, found)]
    return Proof(
        ran=ran,
        samples=samples,
        samples_from=samples_from,
        num_steps=steps,
        spikes=int(sum(int(layer.sum()) for layer in expected[0])),
        spikes_differ=int(sum(int(layer.sum()) for layer in differs)),
        first_difference_margin=_margin(expected[1], differs, thresholds),
        predictions_agree=int((decided[0] == decided[1]).sum()),
        largest_membrane_error=_membrane_error(expected[1], found[1], differs),
        seconds=seconds,
    )


def _check_shapes(expected: Recorded, found: Recorded) -> None:
    wanted, got = ([layer.shape for part in recorded for layer in part] for recorded in (expected, found))
    if wanted != got:
        raise FailureError(f"The export ran, but gave arrays of shapes {got}, expected {wanted}.")


def _margin(
    membranes: Layers, differs: list[Bool[np.ndarray, "time batch neuron"]], thresholds: list[np.ndarray]
) -> float | None:
    """Give the largest distance from the threshold at each sample's first step and layer that differ.

    What comes later follows from it: one spike more or less changes everything after it.
    """
    largest = None
    for sample in range(differs[0].shape[1]):
        first = _first(differs, sample)
        if first is None:
            continue
        step, layer = first
        apart = np.abs(membranes[layer][step, sample] - thresholds[layer])[differs[layer][step, sample]]
        largest = max(largest or 0.0, float(apart.max()))
    return largest


def _first(differs: list[Bool[np.ndarray, "time batch neuron"]], sample: int) -> tuple[int, int] | None:
    places = [
        (int(np.argmax(steps)), layer)
        for layer, steps in enumerate(part[:, sample].any(axis=1) for part in differs)
        if steps.any()
    ]
    return min(places, default=None)


def _membrane_error(expected: Layers, found: Layers, differs: list[np.ndarray]) -> float:
    alike = ~np.any([part.any(axis=(0, 2)) for part in differs], axis=0)
    chosen = alike if alike.any() else np.ones_like(alike)
    return max(
        float(np.abs(before[:, chosen] - now[:, chosen]).max()) for before, now in zip(expected, found, strict=True)
    )
