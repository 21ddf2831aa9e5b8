"""Samples of a data set as input over time, without torch: what becomes sources of a circuit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64

from snntrainer3d.compose import recipe_to_measure
from snntrainer3d.data import Dataset, check_fit, contract_of, describe, load
from snntrainer3d.data.encoding import encoded
from snntrainer3d.errors import NotFoundError, SpecError
from snntrainer3d.spec import RECIPE, InputContract, Readout, TrainedNetwork, Training, readout_of


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """Test samples of a data set, ready for a network."""

    dataset: Dataset
    recipe: Training
    contract: InputContract
    readout: Readout
    indices: tuple[int, ...]

    @property
    def labels(self) -> Int64[np.ndarray, "sample"]:
        """Give what the samples really are."""
        return self.dataset.test.labels[list(self.indices)]

    def inputs(self) -> Float32[np.ndarray, "sample time feature"]:
        """Return the network's input at each step; a constant one as a view, without copies."""
        found = self.portion(0, len(self.indices))
        return np.broadcast_to(found, (len(found), self.contract.num_steps, found.shape[2]))

    def portion(self, begin: int, end: int) -> Float32[np.ndarray, "sample _ feature"]:
        """Return the input of some of the samples: at each step, or at one where it is the same at all of them."""
        places = np.array(self.indices[begin:end])
        found = encoded(self.contract, self.dataset.test.inputs[places], places)
        return found[:, None] if found.ndim == 2 else found.transpose(1, 0, 2)


def samples_for(
    trained: TrainedNetwork,
    dataset: str | None,
    indices: Sequence[int],
    num_steps: int | None = None,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> Samples:
    """Give test samples by number for a network, from its own data set unless another is named.

    Args:
        tell: told what is assumed of the network, and how the loading of the data goes on.

    Raises:
        SpecError: no data set is known, or the network does not fit it.
        NotFoundError: the test set has no such sample.
    """
    recipe = recipe_to_measure(trained, dataset, num_steps)
    if trained.assumed:
        tell(f"{trained.assumed} {RECIPE}")
    info = describe(recipe.dataset)
    if faults := check_fit(trained.network, info, recipe):
        raise SpecError(faults, what="network")
    loaded = load(info.name, progress=lambda _phase, _share, text: tell(text))
    for index in indices:
        if not 0 <= index < len(loaded.test.labels):
            last = len(loaded.test.labels) - 1
            raise NotFoundError(f"{info.name} has no test sample {index}.", path="sample", hint=f"0 to {last} exist.")
    contract = contract_of(loaded, recipe, trained.inputs)
    return Samples(loaded, recipe, contract, readout_of(recipe, info.class_names), tuple(indices))


def all_samples(
    trained: TrainedNetwork,
    dataset: str | None,
    most: int,
    num_steps: int | None = None,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> Samples:
    """Give the first samples of the test set, at most so many; raises as `samples_for`."""
    named = dataset or (trained.training.dataset if trained.training else None)
    count = min(most, describe(named).test_samples) if named else 0
    return samples_for(trained, dataset, range(count), num_steps, tell=tell)
