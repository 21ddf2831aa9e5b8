"""NIR read: a chain of affine maps and neurons becomes a network; what has no counterpart is refused by name.

A file of ours says in its metadata what NIR cannot, and comes back exactly. Any other is computed as NIR defines it, by
forward Euler with the time step dt: gains of the input are multiplied into the weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float64

from snntrainer3d.apart import Hdf5Content, read_hdf5
from snntrainer3d.errors import Fault, FileFormatError, Snntrainer3dError
from snntrainer3d.exports.header import Header, check_kind, read_header
from snntrainer3d.exports.json_weights import parse_json
from snntrainer3d.exports.layer_values import layer_values
from snntrainer3d.exports.nir_maps import network_of_maps
from snntrainer3d.exports.nir_writing import DT_S, KEY, neuron_arrays, nir_faults
from snntrainer3d.spec import Network, TrainedNetwork, fixed_tensors, parse, tensor_shapes

SAME = 1e-5
"""Relative difference below which a gain counts as 1 and values as equal: float32 written and read twice."""
_CONNECTIONS = {"Affine", "Linear"}
_NEURONS = {"LIF", "IF", "CubaLIF"}
_PASSED = {"Input", "Output", "Flatten"}
_OLD_WORDS = "It is counted at once in NIR; here the step after a spike begins from zero"


@dataclass(frozen=True, eq=False, slots=True)
class NirFile:
    """A network read from NIR, and what a person should know of it."""

    trained: TrainedNetwork
    notices: tuple[str, ...]


@dataclass(eq=False, slots=True)
class _Stage:
    """A connection and the neurons it feeds, as the file has them."""

    name: str
    weight: Float64[np.ndarray, "out in"]
    bias: Float64[np.ndarray, "out"] | None
    neuron: str
    neuron_name: str
    values: dict[str, Float64[np.ndarray, "neuron"]] = field(default_factory=dict)


def from_nir(raw: bytes, dt_s: float | None = None) -> NirFile:
    """Read a NIR file.

    Args:
        dt_s: seconds of one time step; by default what the file says, else 1e-4 as snnTorch takes it.

    Raises:
        FileFormatError: damaged, no NIR, or with nodes that have no counterpart here; all faults at once.
        MismatchError, LimitError, InputError: as `read_hdf5` and the network raise them.
    """
    content = read_hdf5(raw)
    if content.texts.get("node/type") != "NIRGraph":
        raise FileFormatError("This HDF5 file is no NIR graph.", path="node.type", hint="Export it as NIR.")
    metadata = _metadata(content)
    if (maps := _ours_of_maps(content, metadata)) is not None:
        return NirFile(maps, ())
    stages = _stages(content)
    ours = _ours(content, stages, metadata)
    if ours is not None and dt_s is None:
        return NirFile(ours, ())
    step = dt_s if dt_s is not None else metadata.get("dt", DT_S)
    if not isinstance(step, float) or not 0.0 < step < 1e3:
        raise FileFormatError(f"The time step is {step!r:.40}, expected seconds above 0.", path="metadata.dt")
    return _foreign(stages, step, told="dt" in metadata or dt_s is not None)


def _nodes(content: Hdf5Content) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path, value in (*content.texts.items(), *content.arrays.items()):
        parts = path.split("/")
        if len(parts) >= 4 and parts[:2] == ["node", "nodes"]:
            found.setdefault(parts[2], {})["/".join(parts[3:])] = value
    return found


def _stages(content: Hdf5Content) -> list[_Stage]:
    nodes = _nodes(content)
    faults: list[Fault] = []
    for name, node in nodes.items():
        kind = node.get("type")
        if kind not in _CONNECTIONS | _NEURONS | _PASSED:
            what = "holds a graph of its own (recurrent connections)" if kind == "NIRGraph" else f"is {kind!s:.40}"
            faults.append(Fault(f"nodes.{name}", f"{what}, which has no counterpart here."))
    order = _chain(content, nodes, faults) if not faults else []
    stages = _paired(order, nodes, faults)
    if faults:
        raise FileFormatError("The NIR file cannot be read as a network.", path=faults[0].path, faults=faults)
    return stages


def _chain(content: Hdf5Content, nodes: Mapping[str, Any], faults: list[Fault]) -> list[str]:
    """Give the names from input to output; a fault where nodes do not lie one after the other."""
    edges = content.texts.get("node/edges")
    pairs = [tuple(pair) for pair in edges if len(pair) == 2] if isinstance(edges, list) else []
    following: dict[str, str] = {}
    for before, after in dict.fromkeys(pairs):
        if before in following:
            faults.append(Fault(f"nodes.{before}", "feeds two nodes; only chains have a counterpart here."))
            return []
        following[before] = after
    starts = [name for name, node in nodes.items() if node.get("type") == "Input"]
    if len(starts) != 1:
        faults.append(Fault("nodes", f"hold {len(starts)} inputs, expected one."))
        return []
    order = [starts[0]]
    while order[-1] in following:
        after = following[order[-1]]
        if after in order or after not in nodes:
            faults.append(Fault(f"nodes.{after}", "closes a circle, or does not exist."))
            return []
        order.append(after)
    if left := [name for name in nodes if name not in order]:
        faults.append(Fault(f"nodes.{left[0]}", "is not connected with the input."))
    return order


def _paired(order: list[str], nodes: Mapping[str, Any], faults: list[Fault]) -> list[_Stage]:
    stages: list[_Stage] = []
    waiting = ""
    for name in order:
        kind = nodes[name]["type"]
        if kind in _PASSED:
            continue
        if (kind in _CONNECTIONS) == bool(waiting):
            wanted = "a neuron" if waiting else "weights"
            faults.append(Fault(f"nodes.{name}", f"is {kind} where {wanted} are expected."))
            return []
        if kind in _CONNECTIONS:
            waiting = name
            continue
        stage = _stage(waiting, name, nodes, faults)
        waiting = ""
        if stage is not None:
            stages.append(stage)
    if waiting:
        faults.append(Fault(f"nodes.{waiting}", "feeds no neurons; the last layer must spike."))
    elif not stages and not faults:
        faults.append(Fault("nodes", "hold no layer."))
    return stages


_NEEDED = {
    "LIF": ("tau", "r", "v_leak", "v_threshold"),
    "IF": ("r", "v_threshold"),
    "CubaLIF": ("tau_syn", "tau_mem", "r", "w_in", "v_leak", "v_threshold"),
}


def _stage(connection: str, neuron: str, nodes: Mapping[str, Any], faults: list[Fault]) -> _Stage | None:
    before = len(faults)
    weight = _numbers(nodes[connection], connection, "weight", faults)
    has_bias = nodes[connection]["type"] == "Affine"
    bias = _numbers(nodes[connection], connection, "bias", faults) if has_bias else None
    if weight is not None and weight.ndim != 2:
        faults.append(Fault(f"nodes.{connection}.weight", f"has shape {weight.shape}, expected a matrix."))
    if weight is None or len(faults) > before:
        return None
    if bias is not None and bias.shape != (len(weight),):
        faults.append(Fault(f"nodes.{connection}.bias", f"has shape {bias.shape}, expected {(len(weight),)}."))
    kind = nodes[neuron]["type"]
    values = {name: _spread(nodes[neuron], neuron, name, len(weight), faults) for name in _NEEDED[kind]}
    if "v_reset" in nodes[neuron]:
        values["v_reset"] = _spread(nodes[neuron], neuron, "v_reset", len(weight), faults)
    for name in ("v_leak", "v_reset"):
        if name in values and values[name].any():
            faults.append(Fault(f"nodes.{neuron}.{name}", "is not zero, which has no counterpart here."))
    for name in ("tau", "tau_syn", "tau_mem", "v_threshold"):
        if name in values and not (values[name] > 0).all():
            faults.append(Fault(f"nodes.{neuron}.{name}", "is not above zero."))
    return None if len(faults) > before else _Stage(connection, weight, bias, kind, neuron, values)


def _numbers(node: Mapping[str, Any], name: str, key: str, faults: list[Fault]) -> Float64[np.ndarray, "..."] | None:
    found = node.get(key)
    if not isinstance(found, np.ndarray):
        faults.append(Fault(f"nodes.{name}.{key}", "missing."))
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        values = found.astype(np.float64)
        inside = np.isfinite(values.astype(np.float32)).all()
    if not inside or not values.size:
        faults.append(Fault(f"nodes.{name}.{key}", "holds no numbers, or some that are not finite in float32."))
        return None
    return values


def _spread(
    node: Mapping[str, Any], name: str, key: str, size: int, faults: list[Fault]
) -> Float64[np.ndarray, "neuron"]:
    found = _numbers(node, name, key, faults)
    if found is None:
        return np.ones(size)
    if found.size not in (1, size):
        faults.append(Fault(f"nodes.{name}.{key}", f"has {found.size} values for {size} neurons."))
        return np.ones(size)
    return np.broadcast_to(found.reshape(-1), (size,)).copy()


def _metadata(content: Hdf5Content) -> dict[str, Any]:
    prefix = "node/metadata/"
    found: dict[str, Any] = {key.removeprefix(prefix): text for key, text in content.texts.items()
                             if key.startswith(prefix)}  # fmt: skip
    for key, array in content.arrays.items():
        if key.startswith(prefix) and array.size == 1:
            found[key.removeprefix(prefix)] = float(array.reshape(()))
    return found


def _ours_of_maps(content: Hdf5Content, metadata: Mapping[str, Any]) -> TrainedNetwork | None:
    """Give the network that a file of ours says where it has other layers than dense ones."""
    header = _said(metadata)
    if header is None or header.network.only_dense:
        return None
    if faults := nir_faults(header.network):
        raise FileFormatError("The spec within the NIR file is faulty.", faults=faults)
    prefix = "node/metadata/"
    kept = {key.removeprefix(prefix): array for key, array in content.arrays.items() if key.startswith(prefix)}
    return network_of_maps(header, _nodes(content), kept, neuron_arrays)


def _said(metadata: Mapping[str, Any]) -> Header | None:
    text = metadata.get(KEY)
    if not isinstance(text, str):
        return None
    document = parse_json(text.encode())
    check_kind(document)
    faults: list[Fault] = []
    header = read_header(document, faults)
    if header is None:
        raise FileFormatError("The spec within the NIR file is faulty.", faults=faults)
    return header


def _ours(content: Hdf5Content, stages: list[_Stage], metadata: Mapping[str, Any]) -> TrainedNetwork | None:
    """Give the network that a file of ours says, unless its nodes were changed since."""
    header = _said(metadata)
    if header is None:
        return None
    try:
        trained = header.trained(_tensors(header.network, stages, content))
    except (Snntrainer3dError, ValueError, KeyError):
        return None
    return trained if _agrees(trained, stages) else None


def _tensors(network: Network, stages: list[_Stage], content: Hdf5Content) -> dict[str, np.ndarray]:
    found = dict(fixed_tensors(network))
    for index, stage in enumerate(stages):
        found[f"layers.{index}.weight"] = stage.weight.astype(np.float32)
        if stage.bias is not None:
            found[f"layers.{index}.bias"] = stage.bias.astype(np.float32)
    for name, shape in tensor_shapes(network).items():
        if name not in found:
            found[name] = content.arrays[f"node/metadata/{name}"].reshape(shape).astype(np.float32)
    return found


def _agrees(trained: TrainedNetwork, stages: list[_Stage]) -> bool:
    """Tell whether the nodes compute what the spec says; another program may have changed one and kept the other."""
    if len(stages) != len(trained.network.layers):
        return False
    for layer, stage in zip(layer_values(trained), stages, strict=True):
        if stage.neuron == "CubaLIF":
            said = {"tau_mem": layer.values.get("beta"), "tau_syn": layer.values.get("alpha")}
        elif stage.neuron == "LIF":
            said = {"tau": layer.values.get("beta", layer.values.get("decay"))}
        else:
            said = {}
        for name, decay in said.items():
            if decay is None or not np.allclose(1.0 - DT_S / stage.values[name], decay, rtol=SAME, atol=1e-6):
                return False
        if not np.allclose(stage.values["v_threshold"], layer.values["threshold"], rtol=SAME):
            return False
    return True


def _foreign(stages: list[_Stage], dt_s: float, *, told: bool) -> NirFile:
    notices = [] if told else [f"The file says no time step; {dt_s:g} s was taken, as snnTorch does. Give --dt-s."]
    layers, tensors = [], {}
    for index, stage in enumerate(stages):
        neuron, values, gain = _neuron(stage, dt_s)
        prefix = f"layers.{index}"
        if not np.allclose(gain, 1.0, rtol=SAME):
            notices.append(f"nodes.{stage.neuron_name}: a gain of {float(gain[0]):.4g} was multiplied into weights.")
        else:
            gain = np.ones_like(gain)
        if stage.neuron == "CubaLIF":
            notices.append(f"nodes.{stage.neuron_name}: {_OLD_WORDS}, so that spikes may differ.")
        with np.errstate(over="ignore"):
            tensors[f"{prefix}.weight"] = (stage.weight * gain[:, None]).astype(np.float32)
            if stage.bias is not None:
                tensors[f"{prefix}.bias"] = (stage.bias * gain).astype(np.float32)
        for name, value in values.items():
            tensors[f"{prefix}.neuron.{name}"] = value
        layers.append({"size": len(stage.weight), "bias": stage.bias is not None, "neuron": neuron})
    shape = [1, 28, 28] if stages[0].weight.shape[1] == 784 else [int(stages[0].weight.shape[1])]
    network = parse(Network, {"input": {"shape": shape}, "layers": layers}, what="network", root="network")
    return NirFile(TrainedNetwork(network, tensors), tuple(notices))


def _neuron(stage: _Stage, dt_s: float) -> tuple[dict[str, Any], dict[str, np.ndarray], Float64[np.ndarray, "neuron"]]:
    """Give a neuron's document, its arrays, and the gain of its input."""
    values, faults = stage.values, list[Fault]()
    if stage.neuron == "CubaLIF":
        kind, decays = "synaptic", {"alpha": 1.0 - dt_s / values["tau_syn"], "beta": 1.0 - dt_s / values["tau_mem"]}
        gain = values["w_in"] * dt_s / values["tau_syn"] * values["r"] * dt_s / values["tau_mem"]
    elif stage.neuron == "LIF":
        kind, decays = "leaky", {"beta": 1.0 - dt_s / values["tau"]}
        gain = values["r"] * dt_s / values["tau"]
    else:
        kind, decays = "leaky", {"beta": np.ones(len(stage.weight))}
        gain = values["r"] * dt_s
    for name, decay in decays.items():
        if (decay < -1e-9).any():
            faults.append(
                Fault(
                    f"nodes.{stage.neuron_name}",
                    f"has a time constant below the time step of {dt_s:g} s ({name} would be {decay.min():.3g}).",
                    "Give a smaller --dt-s.",
                )
            )
    if faults:
        raise FileFormatError("The NIR file cannot be read with this time step.", faults=faults, path=faults[0].path)
    document: dict[str, Any] = {"kind": kind, "reset": "zero"}
    if kind == "synaptic":
        # One step later it would lose that step's input, which NIR keeps; of Leaky both give the same spikes.
        document["reset_delay"] = False
    arrays = {}
    for name, value in {**{key: np.clip(decay, 0, 1) for key, decay in decays.items()},
                        "threshold": values["v_threshold"]}.items():  # fmt: skip
        single = bool(np.ptp(value) == 0)
        stored = value.astype(np.float32)
        document[name] = float(f"{stored[0]:.9g}") if single else float(np.mean(value))
        document[f"learn_{name}"] = "fixed" if single else "per_neuron"
        arrays[name] = stored[0].reshape(()) if single else stored
    return document, arrays, gain
