"""From a network's document to torch: linear layers and snnTorch's own neurons, and back to plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import snntorch
import torch
from torch import Tensor, nn

from snntrainer3d.engine.surrogate import spike_function
from snntrainer3d.errors import FailureError, MismatchError
from snntrainer3d.spec import (
    Alpha,
    Lapicque,
    Leaky,
    Network,
    Neuron,
    Synaptic,
    TrainedNetwork,
    Training,
    neuron_values,
    tensor_shapes,
)


class SpikingLayer(nn.Module):
    """A connection (`nn.Linear`) and the snnTorch neurons that it feeds."""

    def __init__(self, connection: nn.Linear, neuron: nn.Module) -> None:
        super().__init__()
        self.connection = connection
        self.neuron = neuron


class SpikingNetwork(nn.Module):
    """Layers in order; `layers[i].connection` and `layers[i].neuron` are torch's and snnTorch's own modules."""

    def __init__(self, layers: list[SpikingLayer]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)


def build(network: Network, seed: int = 0) -> SpikingNetwork:
    """Give the module of a network, its weights drawn by torch's default initialisation from `seed`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [
            SpikingLayer(nn.Linear(ins, outs, bias=layer.bias), build_neuron(layer.neuron, layer.size))
            for layer, (outs, ins) in zip(network.layers, network.weight_shapes(), strict=True)
        ]
    _forget_instances()
    return SpikingNetwork(layers)


def build_neuron(neuron: Neuron, size: int) -> nn.Module:
    """Give the snnTorch module of a layer's neurons, with learnable values where the document wants them."""
    shared: dict[str, Any] = {
        "threshold": neuron.threshold,
        "reset_mechanism": neuron.reset,
        "spike_grad": spike_function(neuron.surrogate),
    }
    module: nn.Module
    match neuron:
        case Leaky():
            module = snntorch.Leaky(beta=neuron.beta, **shared)
        case Lapicque():
            module = _lapicque(neuron, shared)
        case Synaptic():
            module = snntorch.Synaptic(alpha=neuron.alpha, beta=neuron.beta, **shared)
        case Alpha():
            module = snntorch.Alpha(alpha=neuron.alpha, beta=neuron.beta, **shared)
    for name, learning in neuron_values(neuron).items():
        if learning != "fixed":
            _make_learnable(module, name, size if learning == "per_neuron" else None)
    return module


def tensors_of(module: SpikingNetwork, network: Network) -> dict[str, np.ndarray]:
    """Copy every array of a network out of its module, named as `spec.tensor_shapes` does, float32."""
    found = {name: _tensor(module, name).detach().to(torch.float32).cpu().numpy() for name in tensor_shapes(network)}
    return {name: array.reshape(tensor_shapes(network)[name]).copy() for name, array in found.items()}


def to_trained(module: SpikingNetwork, network: Network, training: Training | None = None) -> TrainedNetwork:
    """Give spec and arrays of a module; raises FailureError when a value is no longer finite."""
    try:
        return TrainedNetwork(network, tensors_of(module, network), training)
    except MismatchError as error:
        raise FailureError(
            "The training diverged: weights are no longer finite.",
            path="training.learning_rate",
            hint="Lower the learning rate, or set gradient_clip_norm to 1.",
        ) from error


def load_tensors(module: SpikingNetwork, tensors: dict[str, np.ndarray] | TrainedNetwork) -> None:
    """Copy arrays, named as `spec.tensor_shapes` does, into a module of the same network."""
    arrays = tensors.tensors if isinstance(tensors, TrainedNetwork) else tensors
    with torch.no_grad():
        for name, array in arrays.items():
            target = _tensor(module, name)
            target.copy_(torch.from_numpy(np.array(array)).reshape(target.shape))
    refresh(module)


def refresh(module: nn.Module) -> None:
    """Recompute what snnTorch's Lapicque derives from a learnable β only once, in its constructor."""
    for neuron in module.modules():
        if isinstance(neuron, snntorch.Lapicque) and isinstance(neuron.beta, nn.Parameter):
            neuron.C = neuron.time_step / (neuron.R * torch.log(1 / neuron.beta.clamp(1e-6, 1 - 1e-6)))


def _lapicque(neuron: Lapicque, shared: dict[str, Any]) -> nn.Module:
    if neuron.beta is not None:
        return snntorch.Lapicque(beta=neuron.beta, **shared)
    return snntorch.Lapicque(R=neuron.resistance_ohm, C=neuron.capacitance_f, time_step=neuron.time_step_s, **shared)


def _make_learnable(module: nn.Module, name: str, size: int | None) -> None:
    """Turn a buffer into a parameter, for snnTorch's own switches fail for Alpha and Lapicque."""
    value = getattr(module, name).detach().to(torch.float32)
    delattr(module, name)
    module.register_parameter(name, nn.Parameter(value.clone() if size is None else value.expand(size).clone()))


def _tensor(module: SpikingNetwork, name: str) -> Tensor:
    _, index, *rest = name.split(".")
    layer = module.layers[int(index)]
    owner = layer.neuron if rest[0] == "neuron" else layer.connection
    return getattr(owner, rest[-1])


def _forget_instances() -> None:
    """Empty snnTorch's list of all neurons ever made, which would keep every network alive for ever."""
    snntorch.SpikingNeuron.instances.clear()
