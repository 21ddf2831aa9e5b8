"""From a network's document to torch: torch's layers and snnTorch's own neurons, and back to plain arrays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import snntorch
import torch
from torch import Tensor, nn

from snntrainer3d.engine.equation_neuron import EquationNeuron, OneToOne, RecurrentEquationNeuron
from snntrainer3d.engine.snntorch_models import following
from snntrainer3d.engine.surrogate import spike_function
from snntrainer3d.errors import FailureError, MismatchError
from snntrainer3d.spec import (
    AvgPool,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool,
    Network,
    Neuron,
    Recurrent,
    Shape,
    TrainedNetwork,
    Training,
    neuron_values,
    tensor_owner,
    tensor_shapes,
)


class SpikingLayer(nn.Module):
    """An operation (`nn.Linear`, `nn.Conv2d`, …) and, where there are some, the snnTorch neurons that it feeds."""

    def __init__(self, connection: nn.Module, neuron: nn.Module | None, takes: Shape) -> None:
        """Take the shape that one sample must have at one step."""
        super().__init__()
        self.connection = connection
        self.neuron = neuron
        self.takes = takes

    def currents(self, values: Tensor) -> Tensor:
        """Apply the operation to samples, whatever form their values come in; each row for itself."""
        return self.connection(values.reshape(len(values), *self.takes))


class SpikingNetwork(nn.Module):
    """Layers in order; `layers[i].connection` and `layers[i].neuron` are torch's and snnTorch's own modules."""

    def __init__(self, layers: list[SpikingLayer]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    @property
    def spiking(self) -> list[SpikingLayer]:
        """Give the layers that have neurons."""
        return [layer for layer in self.layers if layer.neuron is not None]


def build(network: Network, seed: int = 0, initial_weights: str = "torch") -> SpikingNetwork:
    """Give the module of a network, its weights drawn from `seed`, by torch's usual initialisation or one by name.

    It is as for evaluation (`eval()`): learners switch dropout and batch normalisation on while they learn.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        shapes = zip(network.layers, network.taken_shapes(), network.shapes()[1:], strict=True)
        layers = [
            SpikingLayer(build_connection(layer, taken), _neurons_of(layer, given), taken)
            for layer, taken, given in shapes
        ]
        if initial_weights != "torch":
            _draw_weights(layers, initial_weights)
    _forget_instances()
    return SpikingNetwork(layers).eval()


def _draw_weights(layers: list[SpikingLayer], how: str) -> None:
    """Draw every weight matrix and kernel anew, for layers whose neurons pass on what they get; biases begin at 0."""
    for layer in layers:
        for module in layer.modules():
            if isinstance(module, nn.Linear | nn.Conv2d):
                if how == "xavier":
                    nn.init.xavier_uniform_(module.weight)
                elif how == "kaiming":
                    nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
                else:
                    nn.init.orthogonal_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)


def build_connection(layer: Layer, shape: Shape) -> nn.Module:
    """Give torch's module of what a layer does to values of `shape`."""
    match layer:
        case Dense() | Recurrent():
            return nn.Linear(math.prod(shape), layer.size, bias=layer.bias)
        case Conv2d():
            return nn.Conv2d(shape[0], layer.channels, layer.kernel, layer.stride, layer.padding, bias=layer.bias)
        case AvgPool():
            return nn.AvgPool2d(layer.kernel, layer.stride)
        case MaxPool():
            return nn.MaxPool2d(layer.kernel, layer.stride)
        case Flatten():
            return nn.Flatten()
        case Dropout():
            return nn.Dropout(layer.share)
        case BatchNorm():
            kind = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
            return kind(shape[0], layer.epsilon, layer.momentum)


def _neurons_of(layer: Layer, shape: Shape) -> nn.Module | None:
    if layer.neuron is None:
        return None
    if isinstance(layer, Recurrent):
        return _recurrent(layer)
    return build_neuron(layer.neuron, shape)


def _recurrent(layer: Recurrent) -> nn.Module:
    """Return snnTorch's recurrent neurons, or our own; the feedback has no bias of its own, the layer has one."""
    neuron, size = layer.neuron, layer.size
    if not neuron.snntorch_recurrent:
        return _recurrent_equation(neuron, size, layer.feedback == "all_to_all")
    given: dict[str, Any] = {
        "all_to_all": layer.feedback == "all_to_all",
        "linear_features": size if layer.feedback == "all_to_all" else None,
        **_snntorch_given(neuron),
    }
    if layer.feedback == "one_to_one":
        given["V"] = _own_weights(size)
    module = getattr(snntorch, neuron.snntorch_recurrent)(**given)
    if layer.feedback == "all_to_all":
        module.recurrent.bias = None
    _learn_values(module, neuron, (size,))
    return module


def _recurrent_equation(neuron: Neuron, size: int, to_all: bool) -> nn.Module:
    back = nn.Linear(size, size, bias=False) if to_all else OneToOne(_own_weights(size))
    module = RecurrentEquationNeuron(neuron, back)
    _learn_values(module, neuron, (size,))
    return module


def _own_weights(size: int) -> Tensor:
    """Draw the weights by which each neuron of a layer meets itself again."""
    return torch.empty(size).uniform_(-1.0, 1.0) / math.sqrt(size)


def build_neuron(neuron: Neuron, shape: Shape) -> nn.Module:
    """Return the module of a layer's neurons, snnTorch's where it has one, with learnable values where wanted."""
    by_snntorch = neuron.snntorch and getattr(snntorch, neuron.snntorch)
    module = by_snntorch(**_snntorch_given(neuron)) if by_snntorch else EquationNeuron(neuron)
    _learn_values(module, neuron, shape)
    return module


def _snntorch_given(neuron: Neuron) -> dict[str, Any]:
    own = {"threshold": neuron.threshold, "reset_mechanism": neuron.reset}
    return {**own, "spike_grad": spike_function(neuron.surrogate), **neuron.snntorch_given()}


def _learn_values(module: nn.Module, neuron: Neuron, shape: Shape) -> None:
    for name, learning in neuron_values(neuron).items():
        if learning != "fixed":
            _make_learnable(module, name, shape if learning == "per_neuron" else None)


def matrices_of(module: SpikingNetwork, network: Network) -> list[np.ndarray]:
    """Give every connection's weights as [receiving sending], without a copy where their memory allows."""
    return [
        _tensor(module, one.tensor).detach().numpy().reshape(one.rows, one.columns) for one in network.connections()
    ]


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
    """Recompute what snnTorch's neurons derive from a learnable value only once, in their constructors."""
    for neuron in module.modules():
        for name, value in following(neuron).items():
            setattr(neuron, name, value)


def _make_learnable(module: nn.Module, name: str, shape: Shape | None) -> None:
    """Turn a buffer into a parameter, for snnTorch's own switches fail for some of its neurons."""
    value = getattr(module, name).detach().to(torch.float32)
    delattr(module, name)
    module.register_parameter(name, nn.Parameter(value.clone() if shape is None else value.expand(shape).clone()))


def _tensor(module: SpikingNetwork, name: str) -> Tensor:
    index, part = tensor_owner(name)
    owner, _, value = part.rpartition(".")
    layer = module.layers[index]
    if owner == "recurrent":
        own = layer.neuron.recurrent
        return own.weight if isinstance(own, nn.Linear) else own.V
    return getattr(layer.neuron if owner == "neuron" else layer.connection, value)


def _forget_instances() -> None:
    """Empty snnTorch's list of all neurons ever made, which would keep every network alive for ever."""
    snntorch.SpikingNeuron.instances.clear()
