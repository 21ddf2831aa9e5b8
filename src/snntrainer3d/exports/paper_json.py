"""Weight files of the program that Jurj et al. 2024 published: JSON with `weights` and `parameters`; only read.

`weights` is a torch state dict with each array as `{"data": nested lists, "dtype": "torch.float32"}`: `fcN.weight` and
`fcN.bias` count from 1, the neurons' values `lifs.N.…` from 0. `parameters` holds `neuron_type`, `num_inputs`,
`hidden_layers`, `num_outputs` and `hyperparameters`. The neurons' states after the
last batch (`mem`, `syn`), which the file also holds, are left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from snntrainer3d.errors import Fault, FileFormatError, SpecError
from snntrainer3d.exports.json_weights import shortest
from snntrainer3d.exports.paper_kinds import KINDS, READ
from snntrainer3d.spec import (
    Network,
    TrainedNetwork,
    fixed_tensors,
    neuron_of,
    parse,
    tensor_name,
    tensor_shapes,
    value_text,
)

_RESETS = ("subtract", "zero", "none")
_SAME = 1e-6
"""Relative difference of a float32 in `weights` and the same number in `hyperparameters`."""
_PIXELS = 784
_KNOWN = re.compile(
    r"(fc[1-9]\d*\.(weight|bias)|lifs\.\d+\.(threshold|graded_spikes_factor|reset_mechanism_val|alpha|beta|R|C|time_step"
    r"|mem|syn|syn_exc|syn_inh|spk))$"
)
LEGACY_NOTICE = (
    "The neurons of this file are Synaptic and come from snnTorch 0.9.1 or older, which overwrote the synaptic current "
    "with the membrane before each step. Computed as snnTorch 1.0 does, the network is not the one that was trained; "
    "evaluate it with --legacy-synaptic to put the fault back. Files that the paper calls Alpha hold Synaptic neurons."
)
STEPS_NOTICE = (
    "Weight files of this form do not say their recipe. The paper's were scored over 100 time steps: "
    "evaluate with --num-steps 100."
)


@dataclass(frozen=True, eq=False, slots=True)
class PaperFile:
    """What a file of the paper's form holds, and what a person should know of it."""

    trained: TrainedNetwork
    notices: tuple[str, ...]
    legacy_synaptic: bool
    """Whether its neurons are Synaptic, which snnTorch computed otherwise when these files were written."""


def is_paper_document(document: Any) -> bool:
    """Tell by the two fields that the form has, and ours has not."""
    return (
        isinstance(document, Mapping) and "format" not in document and bool({"weights", "parameters"} & set(document))
    )


def from_paper_document(document: Mapping[str, Any]) -> PaperFile:
    """Read a parsed document of the paper's form.

    Raises:
        FileFormatError: with every fault: fields, shapes or numbers that are not what the form needs.
    """
    faults: list[Fault] = []
    sizes = _sizes(document.get("parameters"), faults)
    weights = document.get("weights")
    if not isinstance(weights, Mapping):
        faults.append(Fault("weights", "missing." if weights is None else "expected an object of arrays."))
    if faults or not isinstance(weights, Mapping):
        raise _faulty(faults)
    _refuse_unknown(weights, len(sizes) - 1, faults)
    neurons = _neurons(document["parameters"], weights, len(sizes) - 1, faults)
    arrays = _arrays(weights, sizes, faults)
    if faults:
        raise _faulty(faults)
    network = _network(sizes, neurons)
    named = {**arrays, **fixed_tensors(network)}
    trained = TrainedNetwork(network, {name: named[name] for name in tensor_shapes(network)})
    legacy = any(neuron_of(neuron["kind"]).snntorch_legacy for neuron in neurons)
    return PaperFile(trained, (STEPS_NOTICE, *((LEGACY_NOTICE,) if legacy else ())), legacy)


def _faulty(faults: list[Fault]) -> FileFormatError:
    return FileFormatError(
        "The weight file has the form of the paper's (Jurj et al. 2024) and is faulty.",
        path=faults[0].path,
        hint="It is damaged, or was written by another program.",
        faults=faults,
    )


def _sizes(parameters: Any, faults: list[Fault]) -> list[int]:
    """Read the number of values at each stage: inputs, hidden layers, outputs."""
    if not isinstance(parameters, Mapping):
        faults.append(Fault("parameters", "missing." if parameters is None else "expected an object."))
        return []
    hidden = parameters.get("hidden_layers")
    if not isinstance(hidden, list):
        faults.append(Fault("parameters.hidden_layers", f"got {value_text(hidden)}, expected a list of sizes."))
        hidden = []
    stages = [("num_inputs", parameters.get("num_inputs"))]
    stages += [(f"hidden_layers[{index}]", size) for index, size in enumerate(hidden)]
    stages += [("num_outputs", parameters.get("num_outputs"))]
    for name, size in stages:
        if type(size) is not int or size < 1:
            faults.append(Fault(f"parameters.{name}", f"got {value_text(size)}, expected a whole number from 1."))
    return [size for _, size in stages if type(size) is int]


def _refuse_unknown(weights: Mapping[str, Any], layers: int, faults: list[Fault]) -> None:
    for name in weights:
        if not _KNOWN.match(name):
            faults.append(Fault(f"weights.{name}", "there is no such array in this form."))
            continue
        number = int(re.search(r"\d+", name).group())  # type: ignore[union-attr]
        if not 0 <= (number - 1 if name.startswith("fc") else number) < layers:
            faults.append(Fault(f"weights.{name}", f"the parameters speak of {layers} layers."))


def _arrays(weights: Mapping[str, Any], sizes: list[int], faults: list[Fault]) -> dict[str, np.ndarray]:
    arrays = {}
    for index, (ins, outs) in enumerate(pairwise(sizes)):
        for name, shape in (("weight", (outs, ins)), ("bias", (outs,))):
            found = _array(weights, f"fc{index + 1}.{name}", shape, faults)
            if found is not None:
                arrays[tensor_name(index, name)] = found
    return arrays


def _array(weights: Mapping[str, Any], name: str, shape: tuple[int, ...], faults: list[Fault]) -> np.ndarray | None:
    data = _data(weights, name, faults)
    if data is None:
        return None
    message = _shape_fault(data, shape)
    if message:
        faults.append(Fault(f"weights.{name}.data", message))
        return None
    try:
        with np.errstate(over="ignore"):
            array = np.array(data, np.float64).astype(np.float32)
    except OverflowError:  # an integer beyond float64
        array = np.array([math.inf], np.float32)
    if not np.isfinite(array).all():
        faults.append(Fault(f"weights.{name}.data", "holds a number that is too large for float32."))
        return None
    return array


def _shape_fault(data: Any, shape: tuple[int, ...]) -> str:
    rows = [data]
    for size in shape:
        if any(type(row) is not list or len(row) != size for row in rows):
            return f"is not of the shape {list(shape)} that the parameters give."
        rows = [value for row in rows for value in row]
    return "" if set(map(type, rows)) <= {int, float} else "holds something that is not a number."


def _data(weights: Mapping[str, Any], name: str, faults: list[Fault]) -> Any:
    """Give an entry's data; None, with a fault, where there is none that can be used."""
    entry = weights.get(name)
    if entry is None:
        faults.append(Fault(f"weights.{name}", "missing."))
    elif not isinstance(entry, Mapping) or "data" not in entry or not set(entry) <= {"data", "dtype"}:
        faults.append(Fault(f"weights.{name}", "expected an object with data and dtype."))
    elif entry.get("dtype", "torch.float32") != "torch.float32":
        faults.append(Fault(f"weights.{name}.dtype", f"got {value_text(entry['dtype'])}, expected 'torch.float32'."))
    else:
        return entry["data"]
    return None


def _neurons(parameters: Any, weights: Mapping[str, Any], layers: int, faults: list[Fault]) -> list[dict[str, Any]]:
    """Give each layer's neuron as plain values of its document."""
    named = parameters.get("neuron_type")
    kind = READ.get(named.lower()) if isinstance(named, str) else None
    if kind is None:
        known = ", ".join(KINDS.values())
        faults.append(Fault("parameters.neuron_type", f"got {value_text(named)}, expected one of {known}."))
        return []
    told = parameters.get("hyperparameters", {})
    if not isinstance(told, Mapping):
        faults.append(Fault("parameters.hyperparameters", "expected an object."))
        return []
    return [_neuron(kind, told, weights, f"lifs.{index}", faults) for index in range(layers)]


def _neuron(
    kind: str, told: Mapping[str, Any], weights: Mapping[str, Any], prefix: str, faults: list[Fault]
) -> dict[str, Any]:
    stored = {name: _number(weights, f"{prefix}.{name}", faults) for name in ("threshold", "R", "C", "time_step")}
    neuron: dict[str, Any] = {"kind": kind, "threshold": 1.0 if stored["threshold"] is None else stored["threshold"]}
    neuron["reset"] = _reset(weights, prefix, kind, faults)
    for name in neuron_of(kind).learnable():
        if name == "threshold":
            continue
        neuron[name] = _decay(name, told, weights, prefix, faults)
    resistance, capacitance = stored["R"], stored["C"]
    if neuron_of(kind).snntorch_names and resistance is not None and capacitance is not None and resistance != 1.0:
        neuron.pop("beta")
        neuron |= {"resistance_ohm": resistance, "capacitance_f": capacitance}
        neuron["time_step_s"] = 1.0 if stored["time_step"] is None else stored["time_step"]
    factor = _number(weights, f"{prefix}.graded_spikes_factor", faults)
    if factor not in (None, 1.0):
        faults.append(Fault(f"weights.{prefix}.graded_spikes_factor", f"is {factor:g}; only spikes of 1 are read."))
    return neuron


def _decay(
    name: str, told: Mapping[str, Any], weights: Mapping[str, Any], prefix: str, faults: list[Fault]
) -> float | None:
    """Give alpha or beta, which the file says twice: as the array says it, in its short form."""
    stored = _number(weights, f"{prefix}.{name}", faults)
    said = told.get(name)
    if said is not None and (type(said) not in (int, float) or not math.isfinite(said)):
        faults.append(Fault(f"parameters.hyperparameters.{name}", f"got {value_text(said)}, expected a number."))
        return None
    if stored is None and said is None:
        faults.append(Fault(f"parameters.hyperparameters.{name}", "missing."))
    elif stored is not None and said is not None and not math.isclose(stored, said, rel_tol=_SAME):
        faults.append(
            Fault(f"weights.{prefix}.{name}", f"is {stored:g}, parameters.hyperparameters.{name} is {said:g}.")
        )
    return said if stored is None else stored


def _reset(weights: Mapping[str, Any], prefix: str, kind: str, faults: list[Fault]) -> str:
    value = _number(weights, f"{prefix}.reset_mechanism_val", faults)
    if value is None:
        return str(neuron_of(kind).model_fields["reset"].default)
    if value not in range(len(_RESETS)):
        faults.append(Fault(f"weights.{prefix}.reset_mechanism_val", f"got {value:g}, expected 0, 1 or 2."))
        return "subtract"
    return _RESETS[int(value)]


def _number(weights: Mapping[str, Any], name: str, faults: list[Fault]) -> float | None:
    """Give a single number of `weights`, short as it was typed; None where there is none."""
    if name not in weights:
        return None
    entry = weights[name]
    data: Any = entry.get("data") if isinstance(entry, Mapping) else None
    while isinstance(data, list) and len(data) == 1:
        data = data[0]
    if type(data) not in (int, float) or not abs(data) < np.finfo(np.float32).max:
        faults.append(Fault(f"weights.{name}", "expected an object whose data is a number."))
        return None
    return float(shortest(np.array([data], np.float32))[0])


def _network(sizes: list[int], neurons: list[dict[str, Any]]) -> Network:
    # The program knows MNIST and XOR; as an image, 784 inputs can be drawn on and seen.
    shape = [1, 28, 28] if sizes[0] == _PIXELS else [sizes[0]]
    layers = [{"size": size, "neuron": neuron} for size, neuron in zip(sizes[1:], neurons, strict=True)]
    try:
        return parse(Network, {"input": {"shape": shape}, "layers": layers}, what="network", root="network")
    except SpecError as error:
        raise _faulty(list(error.faults)) from None
