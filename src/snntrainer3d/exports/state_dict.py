"""State dicts of snnTorch networks: arrays by module, put into a network whose architecture someone states.

A state dict says neither sizes of the input nor kinds of neurons. The document that comes with it does; connections and
neurons are taken in their order, and what the state dict says of decays and thresholds counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from snntrainer3d.errors import Fault, FileFormatError, MismatchError
from snntrainer3d.exports.json_weights import shortest
from snntrainer3d.spec import Lapicque, Network, TrainedNetwork, fixed_tensors, neuron_values, parse, tensor_shapes

STATES = {"mem", "syn", "spk", "syn_exc", "syn_inh", "reset"}
"""What snnTorch 0.9 and older kept in state dicts of the last batch; it says nothing of the network."""
_PLAIN = {"graded_spikes_factor", "reset_mechanism_val", "R", "C", "time_step"}
_VALUES = {"alpha", "beta", "threshold"}
_RESETS = ("subtract", "zero", "none")
_SAME = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class StateDict:
    """What a state dict and an architecture make together."""

    trained: TrainedNetwork
    notices: tuple[str, ...]


def from_state_dict(arrays: Mapping[str, np.ndarray], network: Network) -> StateDict:
    """Put the arrays of a state dict into a network.

    Raises:
        MismatchError: they are not those of the architecture; all faults at once.
        FileFormatError: there are arrays that belong to no layer or neuron.
    """
    modules = _modules(arrays)
    notices, faults = [], list[Fault]()
    if old := sorted({name.rsplit(".", 1)[-1] for name in arrays} & STATES):
        notices.append(
            f"The state dict holds {', '.join(old)}: states of a last batch, as snnTorch 0.9 and older kept them. "
            "They were left out."
        )
    _refuse_unknown(modules, network, faults)
    connections = _in_order({name: module for name, module in modules.items() if "weight" in module}, network)
    cells = [name for name in _natural(modules) if _VALUES & set(modules[name]) and "weight" not in modules[name]]
    if len(connections) != len(network.layers):
        told = f"holds {len(connections)} connections, the architecture has {len(network.layers)} layers."
        raise MismatchError("The state dict is of another network.", faults=[Fault("state_dict", told)])
    if len(cells) not in (0, len(network.layers)):
        faults.append(Fault("state_dict", f"holds {len(cells)} layers of neurons, expected {len(network.layers)}."))
        cells = []
    layers, tensors = [], dict[str, np.ndarray]()
    for index, layer in enumerate(network.dense_layers()):
        connection, prefix = connections[index], f"layers.{index}"
        for part in ("weight", *(("bias",) if layer.bias else ())):
            _take(modules[connection], connection, part, f"{prefix}.{part}", tensors, faults)
        if not layer.bias and "bias" in modules[connection]:
            faults.append(Fault(f"{connection}.bias", f"is there, network.layers[{index}].bias says there is none."))
        cell = modules[cells[index]] if cells else {}
        layers.append(_neuron(index, layer, cell, cells[index] if cells else "", tensors, notices, faults))
    if faults:
        raise MismatchError("The state dict does not fit the architecture.", path=faults[0].path, faults=faults)
    changed = parse(Network, {**network.model_dump(mode="json"), "layers": layers}, what="network", root="network")
    known = tensors | {name: value for name, value in fixed_tensors(changed).items() if name not in tensors}
    for name in set(tensor_shapes(changed)) - set(known):  # learned values that the state dict does not hold
        index, value = int(name.split(".")[1]), name.rsplit(".", 1)[1]
        known[name] = np.full(
            tensor_shapes(changed)[name], getattr(changed.dense_layers()[index].neuron, value), np.float32
        )
    return StateDict(TrainedNetwork(changed, {name: known[name] for name in tensor_shapes(changed)}), tuple(notices))


def _modules(arrays: Mapping[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    found: dict[str, dict[str, np.ndarray]] = {}
    for name, array in arrays.items():
        module, _, value = name.rpartition(".")
        found.setdefault(module, {})[value] = array
    return found


def _natural(names: Any) -> list[str]:
    """Sort fc2 before fc10; files do not always keep the order of definition."""
    return sorted(names, key=lambda name: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)])


def _in_order(connections: dict[str, dict[str, np.ndarray]], network: Network) -> list[str]:
    """Give the connections in the order in which their shapes fit: the file's, the names', or any single one."""
    wanted = list(network.weight_shapes())
    for order in (list(connections), _natural(connections)):
        if [connections[name]["weight"].shape for name in order] == wanted:
            return order
    by_shape = {module["weight"].shape: name for name, module in connections.items()}
    if len(by_shape) == len(connections) == len(wanted) and all(shape in by_shape for shape in wanted):
        return [by_shape[shape] for shape in wanted]
    return _natural(connections)


def _refuse_unknown(modules: Mapping[str, Mapping[str, np.ndarray]], network: Network, faults: list[Fault]) -> None:
    known = {"weight", "bias"} | STATES | _PLAIN | _VALUES
    for name, module in modules.items():
        for value, array in module.items():
            path = f"{name}.{value}".lstrip(".")
            if value not in known:
                faults.append(Fault(path, "belongs to no dense layer and no snnTorch neuron of this architecture."))
            elif value == "weight" and array.ndim != 2:
                faults.append(Fault(path, f"has shape {array.shape}; only dense layers are read from a state dict."))
            elif value == "graded_spikes_factor" and not (array == 1).all():
                faults.append(Fault(path, "is not 1; only spikes of 1 are read."))
    if faults:
        hint = f"The architecture stated is {network.title()}."
        raise FileFormatError("The state dict holds what is not read.", path=faults[0].path, hint=hint, faults=faults)


def _take(
    module: Mapping[str, np.ndarray],
    name: str,
    part: str,
    target: str,
    tensors: dict[str, np.ndarray],
    faults: list[Fault],
) -> None:
    found = module.get(part)
    if found is None:
        faults.append(Fault(f"{name}.{part}", "missing."))
        return
    with np.errstate(over="ignore"):
        tensors[target] = np.asarray(found, np.float32)


def _neuron(
    index: int,
    layer: Any,
    cell: Mapping[str, np.ndarray],
    name: str,
    tensors: dict[str, np.ndarray],
    notices: list[str],
    faults: list[Fault],
) -> dict[str, Any]:
    """Give a layer's document with the values of the state dict, which are those it was trained with."""
    document: dict[str, Any] = layer.model_dump(mode="json")
    neuron = document["neuron"]
    for value, learning in neuron_values(layer.neuron).items():
        stored = cell.get(value)
        if stored is None or (isinstance(layer.neuron, Lapicque) and value == "beta" and layer.neuron.beta is None):
            continue
        array = np.asarray(stored, np.float32).reshape(-1)
        if array.size not in (1, layer.size) or not np.isfinite(array).all():
            faults.append(Fault(f"{name}.{value}", f"has {array.size} values for {layer.size} neurons."))
            continue
        single = bool((array == array[0]).all())
        target = f"layers.{index}.neuron.{value}"
        if learning == "per_neuron" or not single:
            neuron[f"learn_{value}"] = "per_neuron"
            tensors[target] = np.broadcast_to(array, (layer.size,)).copy()
        else:
            tensors[target] = array[:1].reshape(()).copy()
        said, now = float(neuron[value]), float(shortest(array[:1])[0])
        if learning == "fixed" and not np.isclose(said, now, rtol=_SAME):
            notices.append(f"layers[{index}].neuron.{value}: {now:g} of the file in place of {said:g}.")
        neuron[value] = now
    reset = cell.get("reset_mechanism_val")
    if reset is not None and int(np.ravel(reset)[0]) in range(len(_RESETS)):
        kept = _RESETS[int(np.ravel(reset)[0])]
        if kept != neuron["reset"]:
            notices.append(f"layers[{index}].neuron.reset: {kept} of the file in place of {neuron['reset']}.")
            neuron["reset"] = kept
    return document
