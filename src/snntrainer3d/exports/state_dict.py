"""State dicts of snnTorch networks: arrays by module, put into a network whose architecture someone states.

A state dict says neither sizes of the input nor kinds of neurons. The document that comes with it does; which module is
which layer is found in `matching`, and what the state dict says of decays, thresholds and resets counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from snntrainer3d.errors import Fault, FileFormatError, MismatchError
from snntrainer3d.exports.json_weights import shortest
from snntrainer3d.exports.matching import FoundModule, Modules, Sort, keeps_order, matched, stated_places
from snntrainer3d.spec import (
    NEURON_VALUES,
    BatchNorm,
    Network,
    Recurrent,
    TrainedNetwork,
    fixed_tensors,
    neuron_values,
    parse,
    tensor_name,
    tensor_owner,
    tensor_shapes,
)

Module = dict[str, np.ndarray]
STATES = {"mem", "syn", "spk", "syn_exc", "syn_inh", "reset"}
"""What snnTorch 0.9 and older kept in state dicts of the last batch; it says nothing of the network."""
_CIRCUIT = ("R", "C", "time_step")
_VALUES = set(NEURON_VALUES)
_KNOWN = {
    "weight", "bias", "running_mean", "running_var", "num_batches_tracked", "recurrent.weight", "recurrent.bias",
    "graded_spikes_factor", "reset_mechanism_val", *_CIRCUIT, *_VALUES, *STATES,
}  # fmt: skip
_RESETS = ("subtract", "zero", "none")
_DECAYS = ("alpha", "beta")
_SAME = 1e-6
_RECURRENT = ".recurrent"


@dataclass(frozen=True, eq=False, slots=True)
class StateDict:
    """What a state dict and an architecture make together."""

    trained: TrainedNetwork
    notices: tuple[str, ...]


def from_state_dict(
    arrays: Mapping[str, np.ndarray],
    network: Network,
    *,
    modules: Mapping[str, str] | None = None,
    ordered: bool = True,
) -> StateDict:
    """Put the arrays of a state dict into a network.

    Args:
        modules: which module is which layer, `{"fc_in": "layers.0"}`; what is left out is found.
        ordered: whether the arrays come in the order of definition, as torch gives and keeps them.

    Raises:
        MismatchError: they are not those of the architecture, or fit it in more than one way; all faults at once.
        FileFormatError: there are arrays that belong to no layer or neuron.
        InputError: `modules` names what is not there.
    """
    found = _modules(arrays)
    notices, faults = [], list[Fault]()
    if old := sorted({name.rsplit(".", 1)[-1] for name in arrays} & STATES):
        notices.append(
            f"The state dict holds {', '.join(old)}: states of a last batch, as snnTorch 0.9 and older kept them. "
            "They were left out."
        )
    _refuse_unknown(found, network)
    sorts = _sorts(found, network)
    stated = stated_places(modules or {}, sorts, faults)
    if faults:
        raise MismatchError("The map of modules to layers does not fit the file.", path=faults[0].path, faults=faults)
    connections, cells = _placed(sorts, stated, ordered and keeps_order(list(arrays)), faults)
    if faults:
        told = "The state dict fits the architecture in more than one way."
        raise MismatchError(told, path=faults[0].path, faults=faults)
    if not cells:
        notices.append("The state dict holds no values of neurons: decays, thresholds and resets are those stated.")
    tensors = dict[str, np.ndarray]()
    layers = [layer.model_dump(mode="json") for layer in network.layers]
    shapes = zip(network.layers, network.taken_shapes(), network.shapes()[1:], strict=True)
    for index, (layer, taken, given) in enumerate(shapes):
        if index in connections:
            wanted = {**layer.arrays(taken), **layer.statistics(taken)}
            wanted.pop("recurrent.weight", None)
            _take(index, connections[index], found[connections[index]], wanted, tensors, faults)
        if index in cells:
            cell = _Cell(index, layer, cells[index], found[cells[index]], given, notices, faults)
            cell.read(layers[index], tensors)
    if faults:
        raise MismatchError("The state dict does not fit the architecture.", path=faults[0].path, faults=faults)
    changed = parse(Network, {**network.model_dump(mode="json"), "layers": layers}, what="network", root="network")
    return StateDict(TrainedNetwork(changed, _complete(changed, tensors)), tuple(notices))


def modules_found(
    arrays: Mapping[str, np.ndarray], network: Network, *, ordered: bool = True
) -> tuple[FoundModule, ...]:
    """Give the modules of a state dict, connections first; raises what `from_state_dict` raises, but not of doubt."""
    found = _modules(arrays)
    _refuse_unknown(found, network)
    sorts = _sorts(found, network)
    placed = _placed(sorts, {sort: {} for sort in sorts}, ordered and keeps_order(list(arrays)), [])
    layers = {name: layer for places in placed for layer, name in places.items()}
    return tuple(
        FoundModule(
            name,
            sort,
            {value: array.shape for value, array in found[name].items()},
            tuple(place for place in modules.places if modules.fits(name, place)),
            layers.get(name),
        )
        for sort, modules in sorts.items()
        for name in modules.names
    )


def _modules(arrays: Mapping[str, np.ndarray]) -> dict[str, Module]:
    """Give the arrays by module; the weights by which neurons meet their own spikes are the neurons'."""
    found: dict[str, Module] = {}
    for name, array in arrays.items():
        module, _, value = name.rpartition(".")
        if module.endswith(_RECURRENT) and f"{module.removesuffix(_RECURRENT)}.threshold" in arrays:
            module, value = module.removesuffix(_RECURRENT), f"recurrent.{'weight' if value == 'V' else value}"
        found.setdefault(module, {})[value] = array
    return found


def _is_cell(module: Module) -> bool:
    return bool(_VALUES & set(module)) and "weight" not in module


def _refuse_unknown(modules: Mapping[str, Module], network: Network) -> None:
    faults = []
    for name, module in modules.items():
        for value, array in module.items():
            path = f"{name}.{value}".lstrip(".")
            if value not in _KNOWN:
                faults.append(Fault(path, "belongs to no layer and no snnTorch neuron that is known here."))
            elif value == "graded_spikes_factor" and not (array == 1).all():
                faults.append(Fault(path, "is not 1; only spikes of 1 are read."))
            elif value == "reset_mechanism_val" and (array.size != 1 or float(array.reshape(())) not in (0, 1, 2)):
                faults.append(Fault(path, "is no reset of snnTorch: 0 subtract, 1 zero, 2 none."))
        if not _is_cell(module) and "weight" not in module and not set(module) <= STATES | {"num_batches_tracked"}:
            faults.append(Fault(f"{name}.weight".lstrip("."), "missing."))
    if faults:
        hint = f"The architecture stated is {network.title()}."
        raise FileFormatError("The state dict holds what is not read.", path=faults[0].path, hint=hint, faults=faults)


def _sorts(modules: Mapping[str, Module], network: Network) -> dict[Sort, Modules]:
    """Give connections and neurons apart; raises MismatchError where the architecture has more or fewer."""
    taken, given = network.taken_shapes(), network.shapes()[1:]
    shapes = {index: arrays["weight"] for index, layer in enumerate(network.layers)
              if "weight" in (arrays := layer.arrays(taken[index]))}  # fmt: skip

    def same(one: str, other: str) -> bool:
        here, there = modules[one], modules[other]
        return one == other or (
            here.keys() == there.keys() and all(np.array_equal(here[name], there[name]) for name in here)
        )

    connections = Modules(
        tuple(name for name, module in modules.items() if "weight" in module),
        tuple(shapes),
        lambda name, place: modules[name]["weight"].shape == shapes[place],
        same,
    )
    neurons = Modules(
        tuple(name for name, module in modules.items() if _is_cell(module)),
        network.spiking(),
        lambda name, place: all(_fits(array, given[place]) for value, array in modules[name].items()
                                if value in _VALUES),
        same,
    )  # fmt: skip
    faults = list[Fault]()
    norms = sum("running_mean" in modules[name] for name in connections.names)
    own_norms = sum(isinstance(layer, BatchNorm) for layer in network.layers)
    if norms != own_norms:
        held = f"{norms} batch normalisation {'layer' if norms == 1 else 'layers'}"
        faults.append(Fault("state_dict", f"holds {held}, the architecture has {own_norms}."))
    if len(connections.names) - norms != len(shapes) - own_norms:
        faults.append(Fault("state_dict", f"holds {len(connections.names) - norms} connections, the architecture has "
                                          f"{len(shapes) - own_norms} layers with weights."))  # fmt: skip
    if len(neurons.names) not in (0, len(neurons.places)):
        faults.append(Fault("state_dict", f"holds {len(neurons.names)} layers of neurons, the architecture has "
                                          f"{len(neurons.places)}."))  # fmt: skip
    if faults:
        raise MismatchError("The state dict is of another network.", path=faults[0].path, faults=faults)
    return {"connections": connections, "neurons": neurons}


def _placed(
    sorts: Mapping[Sort, Modules], stated: Mapping[Sort, Mapping[int, str]], ordered: bool, faults: list[Fault]
) -> tuple[dict[int, str], dict[int, str]]:
    """Give the module of each layer's connection, and of each layer's neurons; a fault for each in doubt."""
    connections, neurons = sorts["connections"], sorts["neurons"]
    of_layers = matched(connections, stated["connections"], ordered=ordered, partners={}, faults=faults)
    if not neurons.names:
        return of_layers, {}
    # The order of definition is that of the computation only where connections show it to be.
    in_order = ordered and list(of_layers.values()) == list(connections.names)
    return of_layers, matched(neurons, stated["neurons"], ordered=in_order, partners=of_layers, faults=faults)


def _fits(array: np.ndarray, shape: tuple[int, ...]) -> bool:
    return array.size in (1, math.prod(shape)) or _broadcast(array, shape) is not None


def _broadcast(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray | None:
    try:
        return np.broadcast_to(array.reshape(shape) if array.size == math.prod(shape) else array, shape)
    except ValueError:
        return None


def _take(
    index: int,
    name: str,
    module: Module,
    wanted: Mapping[str, tuple[int, ...]],
    tensors: dict[str, np.ndarray],
    faults: list[Fault],
) -> None:
    for part, shape in wanted.items():
        path = tensor_name(index, part)
        if (array := module.get(part)) is None:
            faults.append(Fault(f"{name}.{part}".lstrip("."), "missing."))
        elif array.shape != shape:
            turned = array.ndim == 2 and array.shape[::-1] == shape
            hint = "It is transposed: torch's nn.Linear keeps [out, in]." if turned else ""
            told = f"has shape {array.shape} in {name or 'the file'}, the network needs {shape}."
            faults.append(Fault(path, told, hint))
        else:
            with np.errstate(over="ignore"):
                tensors[path] = np.asarray(array, np.float32)
    for part in sorted({"bias", "running_mean", "running_var"} & set(module) - set(wanted)):
        told = f"is there, but network.layers[{index}] has none."
        hint = f"State network.layers[{index}].bias as true." if part == "bias" else ""
        faults.append(Fault(f"{name}.{part}".lstrip("."), told, hint))


def _complete(network: Network, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Give all arrays of a network: what the file does not hold of neurons is as the document says."""
    known = {**fixed_tensors(network), **tensors}
    for name, shape in tensor_shapes(network).items():
        layer, part = tensor_owner(name)
        if name not in known and part.startswith("neuron."):
            neuron: Any = network.layers[layer].neuron
            known[name] = np.full(shape, neuron.said(part.removeprefix("neuron.")), np.float32)
    return {name: known[name] for name in tensor_shapes(network) if name in known}


@dataclass(frozen=True, eq=False, slots=True)
class _Cell:
    """The neurons of one layer as the file has them, beside what the document says."""

    index: int
    layer: Any
    name: str
    module: Module
    shape: tuple[int, ...]
    notices: list[str]
    faults: list[Fault]

    def read(self, document: dict[str, Any], tensors: dict[str, np.ndarray]) -> None:
        """Put what the file says into the layer's document and the arrays."""
        neuron = document["neuron"]
        by_circuit = bool(self.layer.neuron.snntorch_names) and self._circuit(neuron)
        for value, learning in neuron_values(self.layer.neuron).items():
            if value in self.module and not (by_circuit and value == "beta"):
                self._value(value, learning, neuron, tensors)
        self._reset(neuron)
        self._feedback(document, tensors)

    def _value(self, value: str, learning: str, neuron: dict[str, Any], tensors: dict[str, np.ndarray]) -> None:
        array = np.asarray(self.module[value], np.float32)
        spread = _broadcast(array, self.shape)
        if spread is None or not np.isfinite(array).all():
            what = f"has {array.size} values for {math.prod(self.shape)} neurons" if spread is None else "is not finite"
            self.faults.append(Fault(f"{self.name}.{value}", f"{what}."))
            return
        first = array.reshape(-1)[:1]
        target = tensor_name(self.index, f"neuron.{value}")
        if learning == "per_neuron" or not (array == first).all():
            neuron[f"learn_{value}"] = "per_neuron"
            tensors[target] = spread.copy()
            return
        if learning == "shared":
            tensors[target] = first.reshape(())
            return
        now = float(shortest(first)[0])
        if value in _DECAYS and not 0.0 <= now <= 1.0:
            self.notices.append(cut_notice(target, first))
            now = min(max(now, 0.0), 1.0)
        elif not np.isclose(said := float(neuron[value]), now, rtol=_SAME):
            self.notices.append(f"layers[{self.index}].neuron.{value}: {now:g} of the file in place of {said:g}.")
        neuron[value] = now

    def _circuit(self, neuron: dict[str, Any]) -> bool:
        """Read resistance, capacitance and time step; gives whether they say the decay in place of beta."""
        found = {name: np.unique(np.asarray(self.module[name], np.float64)) for name in _CIRCUIT if name in self.module}
        learned = neuron["learn_beta"] != "fixed"
        if len(found) < len(_CIRCUIT) or (learned and found["C"].size > 1):
            return neuron["beta"] is None
        if any(values.size > 1 for values in found.values()):
            self.faults.append(Fault(f"{self.name}.C", "differs between neurons whose decay is not learned."))
            return True
        resistance, capacitance, step = (float(found[name][0]) for name in _CIRCUIT)
        beta = math.exp(-step / (resistance * capacitance)) if resistance * capacitance > 0 else math.nan
        own = self.module.get("beta")
        if neuron["beta"] is not None and (resistance, step) == (1.0, 1.0):
            if own is None or not np.allclose(own, beta, rtol=1e-4):
                # snnTorch computes with C alone, which does not follow a beta that is learned.
                self.notices.append(f"layers[{self.index}].neuron.beta: {beta:g}, as C of the file has it.")
                self.module["beta"] = np.asarray(beta, np.float32)
            return False
        said = {"resistance_ohm": resistance, "capacitance_f": capacitance, "time_step_s": step}
        said = {name: float(shortest(np.asarray([value], np.float32))[0]) for name, value in said.items()}
        if any(neuron[name] is None or not np.isclose(neuron[name], now, rtol=_SAME) for name, now in said.items()):
            told = ", ".join(f"{name} {now:g}" for name, now in said.items())
            self.notices.append(f"layers[{self.index}].neuron: {told} of the file.")
        neuron |= {**said, "beta": None, "learn_beta": "fixed"}
        return True

    def _reset(self, neuron: dict[str, Any]) -> None:
        if "reset_mechanism_val" not in self.module:
            return
        kept = _RESETS[int(self.module["reset_mechanism_val"].reshape(()))]
        stated = self.layer.neuron.reset
        if kept == stated:
            return
        if "reset" not in neuron:
            told = f"is {kept}; neurons of the kind {neuron['kind']} reset by {stated}."
            self.faults.append(Fault(f"{self.name}.reset_mechanism_val", told))
            return
        self.notices.append(f"layers[{self.index}].neuron.reset: {kept} of the file in place of {stated}.")
        neuron["reset"] = kept

    def _feedback(self, document: dict[str, Any], tensors: dict[str, np.ndarray]) -> None:
        """Read the weights by which neurons meet their own spikes, and the bias that these have in snnTorch."""
        weight, bias = self.module.get("recurrent.weight"), self.module.get("recurrent.bias")
        if not isinstance(self.layer, Recurrent):
            if weight is not None:
                told = f"is there, but network.layers[{self.index}] is {self.layer.kind}."
                self.faults.append(Fault(f"{self.name}.recurrent", told, "State a recurrent layer."))
            return
        size = self.layer.size
        wanted = (size, size) if self.layer.feedback == "all_to_all" else (size,)
        if weight is None or (weight.shape != wanted and not (len(wanted) == 1 and weight.size in (1, size))):
            told = "missing." if weight is None else f"has shape {weight.shape}, the network needs {wanted}."
            self.faults.append(Fault(f"{self.name}.recurrent.weight", told))
            return
        spread = weight if weight.shape == wanted else np.broadcast_to(weight.reshape(-1), wanted)
        tensors[tensor_name(self.index, "recurrent.weight")] = np.array(spread, np.float32)
        if bias is None or bias.shape != (size,):
            return
        # A constant of the feedback enters at every step, the first included, as the layer's own bias does.
        path = tensor_name(self.index, "bias")
        tensors[path] = np.asarray(tensors.get(path, np.float32(0)) + bias, np.float32)
        document["bias"] = True
        self.notices.append(f"{self.name}.recurrent.bias was added to the bias of layers[{self.index}].")


def cut_notices(trained: TrainedNetwork) -> list[str]:
    """Tell of decays outside 0 to 1, which a training can leave behind."""
    return [
        cut_notice(name, array)
        for name, array in trained.tensors.items()
        if ".neuron." in name and name.rsplit(".", 1)[1] in _DECAYS and ((array < 0) | (array > 1)).any()
    ]


def cut_notice(name: str, array: np.ndarray) -> str:
    """Tell of one array of decays outside 0 to 1."""
    index, part = tensor_owner(name)
    outside = array[(array < 0) | (array > 1)]
    several = f"{outside.size} of {array.size} values" if array.size > 1 else f"{float(outside[0]):g}"
    edges = " or ".join(text for text, there in (("0", outside < 0), ("1", outside > 1)) if there.any())
    return f"layers[{index}].{part}: {several} outside 0 to 1 count as {edges}, as snnTorch computes with them."
