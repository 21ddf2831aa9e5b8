"""What the worker keeps at hand: the last few networks of run folders, and the last few data sets."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Shaped

from snntrainer3d.data import Dataset, available, check_fit, describe, load
from snntrainer3d.errors import ConflictError, MismatchError, NotFoundError
from snntrainer3d.runs import RunFolder, list_checkpoints, newest_checkpoint, read_weights
from snntrainer3d.spec import (
    InputContract,
    Network,
    TrainedNetwork,
    Training,
    multiplications,
    neuron_values,
    tensor_name,
)

if TYPE_CHECKING:
    from snntrainer3d.engine import SpikingNetwork

KEPT_NETWORKS = 4
KEPT_WEIGHTS = 50_000_000
"""Of all networks kept; one alone may be larger."""
KEPT_DATASETS = 2
Stamp = tuple[str, int, int]
"""Name, size and time of the file that weights come from."""


@dataclass(frozen=True, eq=False, slots=True)
class KnownNetwork:
    """A trained network, ready to run."""

    stamp: Stamp
    network: Network
    training: Training
    inputs: InputContract | None
    """What the weights themselves say of their input, where they do."""
    module: SpikingNetwork
    values: tuple[Mapping[str, Shaped[np.ndarray, "..."]], ...]
    """Of each layer that has neurons: decays and threshold by name, a scalar each, or one for each neuron."""
    update: int | None
    """Of the checkpoint; None where the weights are the final ones."""

    @property
    def weights(self) -> int:
        """Give the number of weights."""
        return sum(rows * columns for rows, columns in self.network.weight_shapes())

    @property
    def products(self) -> int:
        """Give the multiplications of one sample at one time step."""
        return sum(multiplications(self.network))


class Shelf:
    """Loads what is asked for unless it is at hand and unchanged."""

    def __init__(self) -> None:
        self._networks: OrderedDict[Path, KnownNetwork] = OrderedDict()
        self._datasets: OrderedDict[str, Dataset] = OrderedDict()

    def network(self, run: RunFolder) -> KnownNetwork:
        """Give a run's final weights, or those of its newest checkpoint.

        Raises:
            NotFoundError: there are no weights yet, or no such run.
            FileFormatError: the file of the weights is damaged.
        """
        stamp = stamp_of(run)
        known = self._networks.get(run.path)
        if known is None or known.stamp != stamp:
            known = _load(run, stamp)
        self._networks[run.path] = known
        self._networks.move_to_end(run.path)
        while len(self._networks) > 1 and self._too_much():
            self._networks.popitem(last=False)
        return known

    def dataset(self, name: str) -> Dataset:
        """Give a data set that is on this machine; raises NotFoundError, ConflictError, FileFormatError."""
        if name not in self._datasets:
            if not available(name):
                title = describe(name).title
                raise ConflictError(f"{title} is not on this machine.", path="dataset", hint="Download it first.")
            self._datasets[name] = load(name)
        self._datasets.move_to_end(name)
        while len(self._datasets) > KEPT_DATASETS:
            self._datasets.popitem(last=False)
        return self._datasets[name]

    def dataset_of(self, known: KnownNetwork) -> Dataset:
        """Give the data set that a network was trained on; raises MismatchError where it does not take its samples."""
        dataset = self.dataset(known.training.dataset)
        if faults := check_fit(known.network, dataset.info, known.training):
            raise MismatchError(f"The network does not fit {dataset.info.title}.", faults=faults)
        return dataset

    def _too_much(self) -> bool:
        kept = self._networks.values()
        return len(kept) > KEPT_NETWORKS or sum(known.weights for known in kept) > KEPT_WEIGHTS


def stamp_of(run: RunFolder) -> Stamp:
    """Tell which file holds the newest weights. Final ones are written once, checkpoints come and go."""
    for _ in range(3):
        newest = list_checkpoints(run.checkpoints)[-1:]
        files = [run.weights, *(run.checkpoints / row.file for row in newest)]
        for file in files:
            try:
                found = file.stat()
            except FileNotFoundError:
                continue
            return file.name, found.st_size, found.st_mtime_ns
        if not newest:
            break
    raise NotFoundError(f"Run {run.id} has no weights yet.", hint="They come with the first epoch's end.")


def read_trained(run: RunFolder, stamp: Stamp) -> tuple[TrainedNetwork, int | None]:
    """Give the trained network of a stamp, and the update where it is a checkpoint's; raises as `Shelf.network`."""
    spec = run.read_spec()
    if stamp[0] == run.weights.name:
        return read_weights(run.weights, spec), None
    checkpoint, faults = newest_checkpoint(run.checkpoints)
    if checkpoint is None:
        raise NotFoundError(f"Run {run.id} has no whole checkpoint.", hint=" ".join(faults))
    return TrainedNetwork(spec.network, checkpoint.tensors, spec.training), checkpoint.update


def _load(run: RunFolder, stamp: Stamp) -> KnownNetwork:
    # torch takes seconds to import; data sets can be looked at without.
    from snntrainer3d.engine import build, load_tensors

    trained, update = read_trained(run, stamp)
    module = build(trained.network)
    load_tensors(module, trained)
    values = tuple(
        {name: trained.tensors[tensor_name(index, f"neuron.{name}")] for name in neuron_values(neuron)}
        for index, neuron in zip(trained.network.spiking(), trained.network.neurons(), strict=True)
    )
    return KnownNetwork(stamp, trained.network, run.read_spec().training, trained.inputs, module, values, update)
