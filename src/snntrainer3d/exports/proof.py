"""The proof of an export: it is run on stored samples, and its spikes and classes are compared with the run's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64, Shaped

from snntrainer3d.data import Dataset, available, check_fit, contract_for, contract_of, describe, load
from snntrainer3d.errors import FailureError, NotFoundError
from snntrainer3d.exports.words import values_of
from snntrainer3d.spec import UNREACHABLE, Network, Readout, TrainedNetwork, Training, readout_of, tensor_name

SAMPLES = 200
ROUNDING = 1e-4
"""A spike may differ where the membrane lies this close to the threshold, of one above 1 as a share: sums in another
order differ by as much in float32 (measured: up to 3e-5 over 25 steps)."""
Layers = list[Float32[np.ndarray, "time batch neuron"]]


class Ran(NamedTuple):
    """What a network did on samples."""

    spikes: Layers
    membranes: Layers
    classes: Int64[np.ndarray, "sample"]


Runner = Callable[[Shaped[np.ndarray, "sample ..."]], Ran]
"""Runs stored samples, the first ones of their split."""


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """What both the network and its export are run on."""

    raw: Shaped[np.ndarray, "sample ..."]
    """As they are stored, the first ones of their split."""
    labels: Int64[np.ndarray, "sample"] | None
    words: str
    """Where they come from."""
    dataset: Dataset | None = None


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
    """The largest distance of a membrane from its threshold where a sample's spikes first differ; None without any. Of
    thresholds above 1 as a share of them."""
    predictions_agree: int
    predictions_rounded: int
    """Those that differ after a spike of rounding, or between two outputs that rounding alone tells apart."""
    accuracy: float | None
    """Share of the samples whose class the export tells right; None where they have no labels."""
    network_accuracy: float | None
    """The same of the network."""
    largest_membrane_error: float
    """In samples whose spikes all agree; in all samples where there are none."""
    seconds: float
    may_differ: float = 0.0
    """The share of predictions that may differ, where a form keeps weights less exactly; then spikes may too."""

    @property
    def holds(self) -> bool:
        """Tell whether every spike and every prediction that differs is one of rounding.

        Of a form that says so, as many predictions as it says may differ.
        """
        if self.may_differ:
            return self.samples - self.predictions_agree <= self.may_differ * self.samples
        margin = self.first_difference_margin
        differ = self.samples - self.predictions_agree - self.predictions_rounded
        return differ == 0 and (margin is None or margin <= ROUNDING)

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {**asdict(self), "holds": self.holds, "sentence": self.sentence()}

    def _right(self) -> str:
        if self.accuracy is None or self.network_accuracy is None:
            return ""
        return f", {self.accuracy:.2%} of them right (the network: {self.network_accuracy:.2%})"

    def sentence(self) -> str:
        """Say it as people read it."""
        few = {0: "no spike differs", 1: "1 spike differs"}
        spikes = few.get(self.spikes_differ, f"{self.spikes_differ:,} spikes differ")
        return (
            f"{self.predictions_agree:,} of {self.samples:,} predictions agree{self._right()}, "
            f"{spikes} of {self.spikes:,}, "
            f"largest membrane error {self.largest_membrane_error:.2g} ({self.ran})."
            + (
                f" Its weights are coarser: {self.may_differ:.0%} of the predictions may differ."
                * bool(self.may_differ)
            )
        )


def samples_for(trained: TrainedNetwork, count: int = SAMPLES) -> Samples:
    """Give test samples of the network's data set where it is on this machine, else drawn ones, as they are stored."""
    recipe = trained.training
    if recipe is not None and _fits(trained.network, recipe):
        dataset = load(recipe.dataset)
        words = f"test samples of {dataset.info.title}"
        return Samples(dataset.test.inputs[:count], dataset.test.labels[:count], words, dataset)
    contract = contract_for(trained)
    shape = (count, contract.frames) if contract.timed else (count,)
    drawn = np.random.default_rng(0).random((*shape, values_of(trained.network, contract)), np.float32) / contract.unit
    raw = np.rint(drawn).astype(np.uint8) if contract.stored == "uint8" else drawn.astype(np.float32)
    return Samples(raw, None, "drawn at random, for the data set is not known or not here")


def _fits(network: Network, recipe: Training) -> bool:
    """Tell whether the data set of a recipe is here and of the network."""
    try:
        return available(recipe.dataset) and not check_fit(network, describe(recipe.dataset), recipe)
    except NotFoundError:
        return False


def prove(trained: TrainedNetwork, run: Runner, ran: str, samples: Samples | None = None) -> Proof:
    """Run an export and the network side by side, from stored samples to classes.

    Raises:
        FailureError: the export does not run, or gives arrays of another shape.
        InputError: nothing says how the network is fed and read.
    """
    samples = samples or samples_for(trained)
    expected = run_network(trained, samples.raw, samples.dataset)
    began = time.perf_counter()
    found = run(samples.raw)
    seconds = time.perf_counter() - began
    never = np.full(1, UNREACHABLE, np.float32)
    thresholds = [
        trained.tensors.get(tensor_name(index, "neuron.threshold"), never).reshape(-1)
        for index in trained.network.spiking()
    ]
    near = _near(trained.readout, expected)
    return compare(expected, found, thresholds, samples, near, ran=ran, seconds=seconds)


def run_network(trained: TrainedNetwork, raw: Shaped[np.ndarray, "sample ..."], dataset: Dataset | None = None) -> Ran:
    """Give what the run itself does: samples encoded as its recipe says, stepped by snnTorch, decided by its loss.

    Args:
        dataset: that the samples are of; without it the contract alone says how they are encoded.
    """
    from snntrainer3d.engine.truth import encode_arrays, record_arrays

    recipe = trained.training
    fed = (
        contract_of(dataset, recipe, trained.inputs)
        if dataset is not None and recipe is not None
        else contract_for(trained)
    )
    spikes, membranes = record_arrays(trained, encode_arrays(fed, raw), fed.num_steps)
    readout = readout_of(recipe) if recipe is not None else trained.readout
    return Ran(spikes, membranes, readout.decisions(spikes[-1], membranes[-1]))


def _near(readout: Readout, expected: Ran) -> Bool[np.ndarray, "sample"]:
    """Tell of which samples the decision hangs by so little that sums in another order may turn it."""
    if readout.reading != "membrane":
        return np.zeros(len(expected.classes), bool)
    best = np.sort(readout.scores(expected.spikes[-1], expected.membranes[-1]), axis=1)[:, -2:]
    return np.asarray(best[:, -1] - best[:, 0] <= ROUNDING) & (best.shape[1] > 1)


def compare(
    expected: Ran,
    found: Ran,
    thresholds: list[Float32[np.ndarray, "..."]],
    samples: Samples,
    near: Bool[np.ndarray, "sample"],
    *,
    ran: str,
    seconds: float,
) -> Proof:
    """Compare what two did on the same samples; `near` are those whose decision rounding may turn."""
    _check_shapes(expected, found)
    differs = [before != now for before, now in zip(expected.spikes, found.spikes, strict=True)]
    margins = _margins(expected.membranes, differs, thresholds)
    agree = expected.classes == found.classes
    rounded = ~agree & (near | (margins <= ROUNDING))
    return Proof(
        ran=ran,
        samples=len(agree),
        samples_from=samples.words,
        num_steps=len(expected.spikes[-1]),
        spikes=int(sum(int(layer.sum()) for layer in expected.spikes)),
        spikes_differ=int(sum(int(layer.sum()) for layer in differs)),
        first_difference_margin=None if np.isnan(margins).all() else float(np.nanmax(margins)),
        predictions_agree=int(agree.sum()),
        predictions_rounded=int(rounded.sum()),
        accuracy=_accuracy(found, samples),
        network_accuracy=_accuracy(expected, samples),
        largest_membrane_error=_membrane_error(expected.membranes, found.membranes, differs),
        seconds=seconds,
    )


def _accuracy(ran: Ran, samples: Samples) -> float | None:
    return None if samples.labels is None else float((ran.classes == samples.labels).mean())


def _check_shapes(expected: Ran, found: Ran) -> None:
    wanted, got = ([array.shape for array in (*one.spikes, *one.membranes, one.classes)] for one in (expected, found))
    if wanted != got:
        raise FailureError(f"The export ran, but gave arrays of shapes {got}, expected {wanted}.")


def _margins(
    membranes: Layers, differs: list[Bool[np.ndarray, "time batch neuron"]], thresholds: list[np.ndarray]
) -> Float64[np.ndarray, "sample"]:
    """Give the largest distance from the threshold at each sample's first step and layer that differ, else NaN.

    What comes later follows from it: one spike more or less changes everything after it.
    """
    margins = np.full(differs[0].shape[1], np.nan)
    for sample in range(len(margins)):
        first = _first(differs, sample)
        if first is not None:
            step, layer = first
            apart = np.abs(membranes[layer][step, sample] - thresholds[layer]) / np.maximum(thresholds[layer], 1.0)
            margins[sample] = apart[differs[layer][step, sample]].max()
    return margins


def _first(differs: list[Bool[np.ndarray, "time batch neuron"]], sample: int) -> tuple[int, int] | None:
    places = [
        (int(np.flatnonzero(steps)[0]), layer)
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
