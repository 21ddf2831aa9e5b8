"""A trained network without torch: spec and arrays. Exports, circuits and analysis work on it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from snntrainer3d.errors import Fault, InputError, MismatchError
from snntrainer3d.spec.contract import OUTPUT, InputContract, Readout, readout_of, training_as_said
from snntrainer3d.spec.network import Network, tensor_name
from snntrainer3d.spec.neurons import Neuron
from snntrainer3d.spec.training import Training

RECIPE = "Give the recipe that they were trained with: --spec SPEC.json, a run's document."
"""What to do where a file does not say how it is fed and read."""
_ASSUMED = {
    ("fed", "read"): "values from 0 to 1 are taken as input at every step, and the most spikes decide",
    ("fed",): "values from 0 to 1 are taken as input at every step",
    ("read",): "the most spikes decide",
}
"""By what a file does not say of its network."""


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A network with its values.

    `tensors` holds float32 arrays, named by `tensor_shapes`: weights as torch has them, [out][in] or for conv2d
    [out][in][row][column], biases, a recurrent layer's own weights, the statistics of batch_norm, and beta, alpha,
    threshold and the like of each layer's neurons (a scalar, or one per neuron where learned so).
    `training` is the recipe it was trained with, where known. `inputs` says how a stored sample becomes input, where
    that is known already (`data.contract_for` finds it out), and `readouts` how each output, by its name, becomes a
    class; without any, the training says it.

    Raises:
        MismatchError: names or shapes are not those of the network; all of them at once.
    """

    network: Network
    tensors: Mapping[str, Float32[np.ndarray, "..."]]
    training: Training | None = None
    inputs: InputContract | None = None
    readouts: Mapping[str, Readout] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.readouts and self.training is not None:
            object.__setattr__(self, "readouts", {OUTPUT: readout_of(self.training)})
        faults = list(_faults(self.network, self.tensors))
        if faults:
            raise MismatchError("The weights do not fit the network.", faults=faults)

    @property
    def readout(self) -> Readout:
        """Give how the one output becomes a class; raises InputError where nothing says it."""
        if OUTPUT not in self.readouts:
            raise InputError("The weights do not say how their outputs become a class.", path="readout", hint=RECIPE)
        return self.readouts[OUTPUT]

    @property
    def recipe(self) -> Training | None:
        """Return the recipe that it was trained with, or one that feeds and reads it as it says; None for neither."""
        if self.training is not None or not (self.inputs or self.readouts):
            return self.training
        return training_as_said(self.inputs, self.readouts.get(OUTPUT))

    @property
    def assumed(self) -> str:
        """Return what is assumed of how it is fed and read, in a sentence; empty where it says both."""
        if self.training is not None:
            return ""
        unsaid = [how for how, said in (("fed", self.inputs), ("read", self.readouts)) if not said]
        told = _ASSUMED.get(tuple(unsaid))
        return f"The file does not say how its network is {' and '.join(unsaid)}: {told}." if told else ""

    def parameters(self) -> int:
        """Give the number of learned values: weights, biases, learnable neuron values."""
        return count_parameters(self.network)


def tensor_shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """Give name and shape of every array of a network, in order of layers."""
    shapes: dict[str, tuple[int, ...]] = {}
    stages = zip(network.layers, network.taken_shapes(), network.shapes()[1:], strict=True)
    for index, (layer, taken, given) in enumerate(stages):
        for name, shape in {**layer.arrays(taken), **layer.statistics(taken)}.items():
            shapes[tensor_name(index, name)] = shape
        for name, learning in neuron_values(layer.neuron).items():
            shapes[tensor_name(index, f"neuron.{name}")] = given if learning == "per_neuron" else ()
    return shapes


def neuron_values(neuron: Neuron | None) -> dict[str, str]:
    """Give the names of a neuron's decays and threshold, each with how it is learned; none where there is none."""
    return {} if neuron is None else dict(neuron.learning())


def count_parameters(network: Network) -> int:
    """Give the number of learned values: weights, biases, learnable neuron values."""
    count = 0
    for layer, taken, size in zip(network.layers, network.taken_shapes(), network.sizes()[1:], strict=True):
        count += sum(math.prod(shape) for shape in layer.arrays(taken).values())
        learned = neuron_values(layer.neuron).values()
        count += sum({"fixed": 0, "shared": 1, "per_neuron": size}[how] for how in learned)
    return count


def _faults(network: Network, tensors: Mapping[str, np.ndarray]) -> list[Fault]:
    wanted = tensor_shapes(network)
    faults = [Fault(name, "missing.", "The file is of another network.") for name in wanted if name not in tensors]
    for name, array in tensors.items():
        if name not in wanted:
            faults.append(Fault(name, "the network has no such array.", "The file is of another network."))
        elif array.shape != wanted[name]:
            faults.append(Fault(name, f"has shape {array.shape}, the network needs {wanted[name]}."))
        elif array.dtype != np.float32:
            faults.append(Fault(name, f"is {array.dtype}, expected float32."))
        elif not np.isfinite(array).all():
            faults.append(Fault(name, "holds values that are not finite."))
        elif name.endswith(".running_var") and (array < 0).any():
            faults.append(Fault(name, "holds negative values; a variance has none."))
    return faults or _contradictions(network, tensors)


def fixed_tensors(network: Network) -> dict[str, np.ndarray]:
    """Give the arrays that the document alone determines: alpha, beta and threshold that are not learned, float32."""
    return {
        tensor_name(index, f"neuron.{name}"): np.asarray(layer.neuron.said(name), np.float32)
        for index, layer in enumerate(network.layers)
        if layer.neuron is not None
        for name, learning in neuron_values(layer.neuron).items()
        if learning == "fixed"
    }


def _contradictions(network: Network, tensors: Mapping[str, np.ndarray]) -> list[Fault]:
    """Find fixed neuron values that differ from the document, which says them too."""
    return [
        Fault(path, f"is {float(tensors[path]):g}, the network's document says {float(said):g}.")
        for path, said in fixed_tensors(network).items()
        if not np.isclose(tensors[path], said, rtol=1e-6, atol=0.0)
    ]
