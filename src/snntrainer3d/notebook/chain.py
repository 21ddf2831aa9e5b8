"""What of a module is shown: its nn.Linear layers and snnTorch neurons in turn, as a network of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import snntorch
import torch
from torch import nn

from snntrainer3d.data import CATALOGUE
from snntrainer3d.errors import Fault, MismatchError
from snntrainer3d.spec import Network, TrainedNetwork, Training, fixed_tensors, parse, tensor_shapes

_KINDS = {
    snntorch.Leaky: "leaky",
    snntorch.Lapicque: "lapicque",
    snntorch.Synaptic: "synaptic",
    snntorch.Alpha: "alpha",
}
_PASSED = (nn.Dropout, nn.Flatten, nn.Identity)
_VALUES = {"leaky": ("beta",), "lapicque": ("beta",), "synaptic": ("alpha", "beta"), "alpha": ("alpha", "beta")}


@dataclass(frozen=True, eq=False)
class Chain:
    """Connections and the neurons they feed, in order."""

    connections: tuple[nn.Linear, ...]
    neurons: tuple[nn.Module, ...]
    network: Network
    dataset: str
    """The data set whose samples fit, as for a weight file without recipe; the training itself is not known."""

    def trained(self, training: Training) -> TrainedNetwork:
        """Give the values as they are now."""
        tensors: dict[str, np.ndarray] = {}
        for name, shape in tensor_shapes(self.network).items():
            _, index, *rest = name.split(".")
            owner: Any = self.neurons[int(index)] if rest[0] == "neuron" else self.connections[int(index)]
            value = getattr(owner, rest[-1]).detach().to("cpu", torch.float32).numpy()
            tensors[name] = np.broadcast_to(value.reshape(-1) if shape and value.ndim != len(shape) else value, shape)
        kept = {name: np.array(array, np.float32).reshape(tensor_shapes(self.network)[name])
                for name, array in tensors.items()}  # fmt: skip
        return TrainedNetwork(self.network, kept | fixed_tensors(self.network), training)


def chain_of(module: nn.Module) -> Chain:
    """Give the chain that a module is; raises MismatchError naming the first layer that does not fit."""
    connections: list[nn.Linear] = []
    neurons: list[nn.Module] = []
    for name, layer in _unfold("", module):
        if isinstance(layer, _PASSED):
            continue
        turn = len(connections) == len(neurons)
        if turn and type(layer) is nn.Linear:
            connections.append(layer)
        elif not turn and type(layer) in _KINDS:
            neurons.append(layer)
        else:
            raise _unlike(name, layer, "nn.Linear" if turn else "Leaky, Lapicque, Synaptic or Alpha of snnTorch")
    if not neurons or len(connections) != len(neurons):
        raise MismatchError("The module has no chain of nn.Linear layers and snnTorch neurons.", path="module")
    layers = [_layer(*pair) for pair in zip(connections, neurons, strict=True)]
    size = connections[0].in_features
    info = next((info for info in CATALOGUE.values() if info.input_size == size), None)
    shape = list(info.input_shape) if info else [size]
    network = parse(Network, {"input": {"shape": shape}, "layers": layers}, what="module", root="module")
    return Chain(tuple(connections), tuple(neurons), network, info.name if info else "digits")


def _unfold(prefix: str, module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    for name, child in module.named_children():
        if type(child) not in _KINDS and any(True for _ in child.children()):
            yield from _unfold(f"{prefix}{name}.", child)
        else:
            yield f"{prefix}{name}", child


def _unlike(name: str, layer: nn.Module, wanted: str) -> MismatchError:
    kind = type(layer).__name__
    return MismatchError(
        "The module cannot be shown.",
        path=name,
        faults=[Fault(name, f"is {kind}, expected {wanted}.", "Chains of nn.Linear and snnTorch neurons are shown.")],
    )


def _layer(connection: nn.Linear, neuron: Any) -> dict[str, Any]:
    kind = _KINDS[type(neuron)]
    cell: dict[str, Any] = {"kind": kind, "reset": neuron.reset_mechanism}
    for name in (*_VALUES[kind], "threshold"):
        value = getattr(neuron, name).detach().to("cpu", torch.float32)
        cell[name] = float(f"{float(value.reshape(-1)[0]):.7g}")
        learned = isinstance(getattr(neuron, name), nn.Parameter)
        cell[f"learn_{name}"] = "per_neuron" if value.numel() > 1 else "shared" if learned else "fixed"
    if not getattr(neuron, "reset_delay", True):
        cell["reset_delay"] = False
    if kind == "lapicque" and float(neuron.R) != 1.0:
        del cell["beta"], cell["learn_beta"]
        cell |= {"resistance_ohm": float(neuron.R), "capacitance_f": float(neuron.C)}
        cell["time_step_s"] = float(neuron.time_step)
    return {"size": connection.out_features, "bias": connection.bias is not None, "neuron": cell}
