"""What of a module is shown: its nn.Linear layers and snnTorch neurons in turn, as a network of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from snntrainer3d.data import CATALOGUE
from snntrainer3d.engine.flow import (
    ForwardUnknownError,
    Named,
    chain_of_forward,
    is_in_order,
    layers_of,
    refuse_shared,
)
from snntrainer3d.engine.fused.neurons import why_not
from snntrainer3d.engine.snntorch_models import MODELS
from snntrainer3d.errors import Fault, MismatchError
from snntrainer3d.spec import (
    Network,
    NeuronModel,
    TrainedNetwork,
    Training,
    fixed_tensors,
    parse,
    tensor_owner,
    tensor_shapes,
)

_PASSED = (nn.Dropout, nn.Flatten, nn.Identity)
_KNOWN = " or ".join(", ".join(kind.__name__ for kind in reversed(MODELS)).rsplit(", ", 1))
_HINT = "Chains of nn.Linear and snnTorch neurons are shown."
STEPS, SAMPLES = 3, 2
"""What a forward is tried with: time and batch that differ, so that one is not taken for the other."""


@dataclass(frozen=True, eq=False)
class Chain:
    """Connections and the neurons they feed, in order."""

    connections: tuple[nn.Linear, ...]
    neurons: tuple[nn.Module, ...]
    names: tuple[str, ...]
    """Of the connections."""
    network: Network
    dataset: str
    """The data set whose samples fit, as for a weight file without recipe; the training itself is not known."""
    seen: bool = True
    """Whether it is known that the module computes this; else it is seen when it runs first."""

    def trained(self, training: Training) -> TrainedNetwork:
        """Give the values as they are now."""
        tensors: dict[str, np.ndarray] = {}
        for name, shape in tensor_shapes(self.network).items():
            index, part = tensor_owner(name)
            owner: Any = self.neurons[index] if part.startswith("neuron.") else self.connections[index]
            value = getattr(owner, part.removeprefix("neuron.")).detach().to("cpu", torch.float32).numpy()
            tensors[name] = np.broadcast_to(value.reshape(-1) if shape and value.ndim != len(shape) else value, shape)
        kept = {name: np.array(array, np.float32).reshape(tensor_shapes(self.network)[name])
                for name, array in tensors.items()}  # fmt: skip
        return TrainedNetwork(self.network, kept | fixed_tensors(self.network), training)


def chain_of(module: nn.Module) -> Chain:
    """Give the chain that a module is; raises MismatchError naming the first layer that does not fit.

    A module with a forward of its own is run on drawn samples, to see that it computes that chain.
    """
    layers = list(layers_of(module))
    refuse_shared(layers, ["it has weights" if list(layer.parameters()) else "" for _, layer in layers])
    if is_in_order(module):
        return _chain(layers)
    try:
        return _chain(chain_of_forward(module, _drawn(layers)))
    except ForwardUnknownError:
        return replace(_chain(layers), seen=False)
    except MismatchError as error:
        raise MismatchError(
            "The module cannot be shown.", path=error.path, faults=[Fault(error.path, error.message, _HINT)]
        ) from None


def _drawn(layers: list[Named]) -> Iterator[torch.Tensor]:
    """Give samples of one step, and of several, of the size that each connection takes: any may be the first."""
    connections = [layer for _, layer in layers if isinstance(layer, nn.Linear)]
    for one in {connection.in_features: connection for connection in connections}.values():
        inputs = torch.rand(STEPS, SAMPLES, one.in_features).to(one.weight)
        yield from (inputs[0], inputs)


def refuse_unlike(chain: Chain) -> Callable[[], None]:
    """See at the first pass that each connection gets the spikes before it, and raise MismatchError where it does not.

    Returns:
        what ends it.
    """
    newest: dict[int, torch.Tensor] = {}

    def fired(place: int, given: Any) -> None:
        newest[place] = given[0] if isinstance(given, tuple) else given

    def gets(place: int, current: torch.Tensor) -> None:
        spikes = newest.pop(place, None)
        # Dropout silences and scales what it hands on.
        if (
            spikes is None
            or current.numel() != spikes.numel()
            or bool((current.flatten() != 0)[spikes.flatten() == 0].any())
        ):
            raise _refused(chain.names[place + 1], "does not get the spikes of the neurons before it.")
        handles[place].remove()

    handles = [
        after.register_forward_pre_hook(lambda _module, given, place=place: gets(place, given[0]))
        for place, after in enumerate(chain.connections[1:])
    ]
    handles += [
        neuron.register_forward_hook(lambda _module, _given, result, place=place: fired(place, result))
        for place, neuron in enumerate(chain.neurons[:-1])
    ]

    def end() -> None:
        for handle in handles:
            handle.remove()

    return end


def _chain(named: list[Named]) -> Chain:
    names: list[str] = []
    connections: list[nn.Linear] = []
    neurons: list[nn.Module] = []
    for name, layer in named:
        if isinstance(layer, _PASSED):
            continue
        turn = len(connections) == len(neurons)
        if turn and type(layer) is nn.Linear:
            connections.append(layer)
            names.append(name)
        elif not turn and type(layer) in MODELS:
            if fault := why_not(layer):
                raise _refused(name, f"is {fault.removesuffix(' has no fused kernel')}, which a run does not hold.")
            neurons.append(layer)
        else:
            wanted = "nn.Linear" if turn else f"{_KNOWN} of snnTorch"
            raise _refused(name, f"is {type(layer).__name__}, expected {wanted}.")
    if not neurons or len(connections) != len(neurons):
        raise MismatchError("The module has no chain of nn.Linear layers and snnTorch neurons.", path="module")
    layers = [_layer(*pair) for pair in zip(connections, neurons, strict=True)]
    size = connections[0].in_features
    info = next((info for info in CATALOGUE.values() if info.input_size == size), None)
    shape = list(info.input_shape) if info else [size]
    network = parse(Network, {"input": {"shape": shape}, "layers": layers}, what="module", root="module")
    return Chain(tuple(connections), tuple(neurons), tuple(names), network, info.name if info else "digits")


def _refused(name: str, message: str) -> MismatchError:
    return MismatchError("The module cannot be shown.", path=name, faults=[Fault(name, message, _HINT)])


def _layer(connection: nn.Linear, neuron: Any) -> dict[str, Any]:
    model = MODELS[type(neuron)]
    cell: dict[str, Any] = {"kind": model.model_fields["kind"].default, "reset": neuron.reset_mechanism}
    for name in model.learnable():
        value = getattr(neuron, name).detach().to("cpu", torch.float32)
        first = float(f"{float(value.reshape(-1)[0]):.7g}")
        # snnTorch computes with decays cut to 0 to 1, whatever they have become.
        edge = 0.0 if _may_be_0(model, name) else 1e-6
        cell[name] = first if name == "threshold" else min(max(first, edge), 1.0 - edge)
        learned = isinstance(getattr(neuron, name), nn.Parameter)
        cell[f"learn_{name}"] = "per_neuron" if value.numel() > 1 else "shared" if learned else "fixed"
    if not getattr(neuron, "reset_delay", True):
        cell["reset_delay"] = False
    if model.snntorch_names and not _by_beta(neuron):
        del cell["beta"], cell["learn_beta"]
        cell |= {"resistance_ohm": float(neuron.R), "capacitance_f": float(neuron.C)}
        cell["time_step_s"] = float(neuron.time_step)
    return {"size": connection.out_features, "bias": connection.bias is not None, "neuron": cell}


def _may_be_0(model: type[NeuronModel], name: str) -> bool:
    """Tell whether a decay of 0 is legal, and one of 1."""
    try:
        model.model_validate({name: 0.0})
    except ValueError:
        return False
    return True


def _by_beta(neuron: Any) -> bool:
    """Tell whether a neuron's β says its circuit; snnTorch computes with R, C and the time step."""
    if (float(neuron.R), float(neuron.time_step)) != (1.0, 1.0):
        return False
    decay = torch.exp(-1.0 / torch.as_tensor(neuron.C, dtype=torch.float32))
    return bool(torch.allclose(torch.as_tensor(neuron.beta, dtype=torch.float32), decay, rtol=1e-4))
