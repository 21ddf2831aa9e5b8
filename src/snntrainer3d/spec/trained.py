"""A trained network without torch: spec and arrays. Exports, circuits and analysis work on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from snntrainer3d.errors import Fault, MismatchError
from snntrainer3d.spec.network import Network
from snntrainer3d.spec.neurons import Alpha, Lapicque, Leaky, Synaptic
from snntrainer3d.spec.training import Training


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A network with its values.

    `tensors` holds float32 arrays, named by `tensor_shapes`: weights [out][in] as torch has them, biases, and
    beta, alpha and threshold of each layer's neurons (a scalar, or one per neuron where learned so).
    `training` is the recipe it was trained with, where known.

    Raises:
        MismatchError: names or shapes are not those of the network; all of them at once.
    """

    network: Network
    tensors: Mapping[str, Float32[np.ndarray, "..."]]
    training: Training | None = None

    def __post_init__(self) -> None:
        faults = list(_faults(self.network, self.tensors))
        if faults:
            raise MismatchError("The weights do not fit the network.", faults=faults)

    def parameters(self) -> int:
        """Give the number of learned values: weights, biases, learnable neuron values."""
        return count_parameters(self.network)


def tensor_shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """Give name and shape of every array of a network, in order of layers."""
    shapes: dict[str, tuple[int, ...]] = {}
    for index, (layer, shape) in enumerate(zip(network.layers, network.weight_shapes(), strict=True)):
        prefix = f"layers.{index}"
        shapes[f"{prefix}.weight"] = shape
        if layer.bias:
            shapes[f"{prefix}.bias"] = (layer.size,)
        for name, learning in neuron_values(layer.neuron).items():
            shapes[f"{prefix}.neuron.{name}"] = (layer.size,) if learning == "per_neuron" else ()
    return shapes


def neuron_values(neuron: Leaky | Lapicque | Synaptic | Alpha) -> dict[str, str]:
    """Give the names of a neuron's decays and threshold, each with how it is learned."""
    names = ("alpha", "beta", "threshold")
    return {name: getattr(neuron, f"learn_{name}", "fixed") for name in names if hasattr(neuron, name)}


def count_parameters(network: Network) -> int:
    """Give the number of learned values: weights, biases, learnable neuron values."""
    count = 0
    for layer, (outs, ins) in zip(network.layers, network.weight_shapes(), strict=True):
        count += outs * ins + (layer.size if layer.bias else 0)
        learned = neuron_values(layer.neuron).values()
        count += sum({"fixed": 0, "shared": 1, "per_neuron": layer.size}[how] for how in learned)
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
    return faults or _contradictions(network, tensors)


def fixed_tensors(network: Network) -> dict[str, np.ndarray]:
    """Give the arrays that the document alone determines: alpha, beta and threshold that are not learned, float32."""
    return {
        f"layers.{index}.neuron.{name}": np.asarray(_said(layer.neuron, name), np.float32)
        for index, layer in enumerate(network.layers)
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


def _said(neuron: Leaky | Lapicque | Synaptic | Alpha, name: str) -> float:
    if isinstance(neuron, Lapicque) and name == "beta":
        return neuron.effective_beta()
    return float(getattr(neuron, name))
