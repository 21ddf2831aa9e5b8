"""Samples of a data set as input over time, without torch: what becomes sources of a circuit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64

from snntrainer3d.compose import recipe_to_measure
from snntrainer3d.data import Dataset, check_fit, describe, load
from snntrainer3d.errors import Fault, NotFoundError, SpecError
from snntrainer3d.spec import TrainedNetwork, Training


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """Test samples of a data set, ready for a network."""

    dataset: Dataset
    recipe: Training
    indices: tuple[int, ...]

    @property
    def labels(self) -> Int64[np.ndarray, "sample"]:
        """Give what the samples really are."""
        return self.dataset.test.labels[list(self.indices)]

    def inputs(self) -> Float32[np.ndarray, "sample time feature"]:
        """Give the network's input at each step; a constant one as a view, without copies."""
        scale, offset = self.dataset.affine(self.recipe.pixels)
        raw = self.dataset.test.inputs[list(self.indices)].reshape(len(self.indices), -1)
        values = raw.astype(np.float32) * np.float32(scale) + np.float32(offset)
        return np.broadcast_to(values[:, None], (len(values), self.recipe.num_steps, values.shape[1]))


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
        tell: told how the loading of the data goes on.

    Raises:
        SpecError: no data set is known, the network does not fit it, or its coding cannot become sources.
        NotFoundError: the test set has no such sample.
    """
    recipe = recipe_to_measure(trained.training, dataset, num_steps)
    info = describe(recipe.dataset)
    if faults := check_fit(trained.network, info, recipe):
        raise SpecError(faults, what="network")
    if info.timed:
        why = "data over time cannot become voltages yet; only samples that hold still can."
        raise SpecError([Fault("training.dataset", why, "Train with a data set of pictures.")], what="network")
    if recipe.coding.kind != "direct":
        why = f"{recipe.coding.kind} input cannot become voltages yet; only direct input can."
        raise SpecError([Fault("training.coding.kind", why, "Train with the coding direct.")], what="network")
    loaded = load(info.name, progress=lambda _phase, _share, text: tell(text))
    for index in indices:
        if not 0 <= index < len(loaded.test.labels):
            last = len(loaded.test.labels) - 1
            raise NotFoundError(f"{info.name} has no test sample {index}.", path="sample", hint=f"0 to {last} exist.")
    return Samples(loaded, recipe, tuple(indices))


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
