"""NIR read: a chain of weights, pooling and neurons becomes a network; what has no counterpart is refused by name.

A file of ours says in its metadata what NIR cannot, and comes back exactly. Any other is computed as NIR defines it;
what NIR leaves open, the time step and how a spike resets, is told with the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from snntrainer3d.apart import Hdf5Content, read_hdf5
from snntrainer3d.errors import Fault, FileFormatError, InputError, Snntrainer3dError
from snntrainer3d.exports.header import Header, check_kind, read_header
from snntrainer3d.exports.json_weights import parse_json
from snntrainer3d.exports.nir_graph import Node, arrays_kept, in_a_row, metadata_of, nodes_of
from snntrainer3d.exports.nir_layers import HOW_TO_SAY_DT, KNOWN, SAME, Conventions, network_of_nodes
from snntrainer3d.exports.nir_maps import network_of_maps
from snntrainer3d.exports.nir_writing import DT_S, KEY, map_arrays, nir_faults
from snntrainer3d.exports.stages import stages_of
from snntrainer3d.spec import Network, TrainedNetwork, fixed_tensors, tensor_name, tensor_shapes, value_text

MAX_DT_S = 1e3
_DENSE = {"Input", "Output", "Affine", "Linear", "LIF", "IF", "CubaLIF"}
_RESETS = {"zero": "to zero", "subtract": "by subtraction", "none": "nothing"}


@dataclass(frozen=True, eq=False, slots=True)
class NirFile:
    """A network read from NIR, and what a person should know of it."""

    trained: TrainedNetwork
    notices: tuple[str, ...]
    assumed_dt_s: float | None = None
    """Seconds of one time step where neither the file nor anybody said it."""


def from_nir(raw: bytes, dt_s: float | None = None) -> NirFile:
    """Read a NIR file.

    Args:
        dt_s: seconds of one time step; by default what the file says, else 1e-4 as snnTorch takes it.

    Raises:
        FileFormatError: damaged, no NIR, or with nodes that have no counterpart here; all faults at once.
        InputError: no time step.
        MismatchError, LimitError: as `read_hdf5` and the network raise them.
    """
    if dt_s is not None and not 0.0 < dt_s < MAX_DT_S:
        raise InputError(f"got {dt_s:g}, expected seconds above 0 and below {MAX_DT_S:g}.", path="dt_s")
    content = read_hdf5(raw)
    if content.texts.get("node/type") != "NIRGraph":
        raise FileFormatError("This HDF5 file is no NIR graph.", path="node.type", hint="Export it as NIR.")
    metadata, nodes = metadata_of(content), nodes_of(content)
    header = _said(metadata)
    if header is not None and (faults := nir_faults(header.network)):
        raise FileFormatError("The spec within the NIR file is faulty.", faults=faults)
    order = _in_order(content, nodes)
    ours = None if header is None else _ours(header, content, order, nodes)
    if ours is not None and dt_s is None:
        return NirFile(ours, ())
    by, notices = _conventions(metadata, dt_s)
    if header is not None and ours is None:
        notices.append("The nodes were changed after SNNtrainer3D wrote the file: they count, and not its spec.")
    trained, told = network_of_nodes(order, nodes, by)
    assumed = by.dt_s if dt_s is None and "dt" not in metadata else None
    return NirFile(trained, (*notices, *told), assumed)


def _in_order(content: Hdf5Content, nodes: Mapping[str, Node]) -> list[str]:
    faults: list[Fault] = []
    for name, node in nodes.items():
        kind = node.get("type")
        if kind not in KNOWN:
            what = "holds a graph of its own (recurrent connections)" if kind == "NIRGraph" else f"is {kind!s:.40}"
            faults.append(Fault(f"nodes.{name}", f"{what}, which has no counterpart here."))
    order = in_a_row(content, nodes, faults) if not faults else []
    if faults:
        raise FileFormatError("The NIR file cannot be read as a network.", path=faults[0].path, faults=faults)
    return order


def _conventions(metadata: Mapping[str, Any], dt_s: float | None) -> tuple[Conventions, list[str]]:
    """Give what NIR leaves open as it is taken, and what of it was assumed."""
    notices = []
    step = dt_s if dt_s is not None else metadata.get("dt", DT_S)
    if not isinstance(step, float) or not 0.0 < step < MAX_DT_S:
        raise FileFormatError(f"The time step is {value_text(step)}, expected seconds above 0.", path="metadata.dt")
    if dt_s is None and "dt" not in metadata:
        notices.append(
            f"The file says no time step: {step:g} s was assumed, as snnTorch writes it; other programs often mean "
            f"1e-3 s. Say it: {HOW_TO_SAY_DT.format('1e-3')}."
        )
    reset = metadata.get("reset")
    late = str(metadata.get("delay", "")).endswith("t+1")
    if reset in _RESETS:
        notices.append(f"A spike resets {_RESETS[reset]}, as the file's metadata says.")
        return Conventions(step, reset, late), notices
    notices.append("A spike was assumed to reset to zero within its step, as NIR defines it; the file does not say it.")
    return Conventions(step, "zero", False), notices


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


def _ours(header: Header, content: Hdf5Content, order: list[str], nodes: Mapping[str, Node]) -> TrainedNetwork | None:
    """Give the network that a file of ours says, unless its nodes were changed since."""
    network = header.network
    if network.only_dense and any(nodes[name]["type"] not in _DENSE for name in order):
        return None
    try:
        if not network.only_dense:
            return network_of_maps(header, nodes, arrays_kept(content), map_arrays)
        trained = header.trained(_tensors(network, order, content, nodes))
    except (Snntrainer3dError, ValueError, KeyError):
        return None
    return trained if _agrees(trained, [nodes[name] for name in order if "v_threshold" in nodes[name]]) else None


def _tensors(
    network: Network, order: list[str], content: Hdf5Content, nodes: Mapping[str, Node]
) -> dict[str, np.ndarray]:
    found = dict(fixed_tensors(network))
    for index, node in enumerate(nodes[name] for name in order if "weight" in nodes[name]):
        for part in {"weight", "bias"} & set(node):
            found[tensor_name(index, part)] = node[part].astype(np.float32)
    for name, shape in tensor_shapes(network).items():
        if name not in found:
            found[name] = content.arrays[f"node/metadata/{name}"].reshape(shape).astype(np.float32)
    return found


def _agrees(trained: TrainedNetwork, neurons: list[Node]) -> bool:
    """Tell whether the nodes compute what the spec says; another program may have changed one and kept the other."""
    if len(neurons) != len(trained.network.layers):
        return False
    for stage, node in zip(stages_of(trained), neurons, strict=True):
        said = stage.values
        gain = said["resistance"] * said["rate"] * said["time_step"] if "rate" in said else np.float32(1)
        decay = said["decay"] if "decay" in said else said["beta"]
        pairs: list[tuple[Any, Any]] = [(node["v_threshold"], said["threshold"])]
        if node["type"] == "CubaLIF":
            pairs += [(1.0 - DT_S / node["tau_mem"], decay), (1.0 - DT_S / node["tau_syn"], said["alpha"])]
            pairs += [(node["r"] * DT_S / node["tau_mem"], gain), (node["w_in"] * DT_S / node["tau_syn"], gain)]
        elif node["type"] == "LIF":
            pairs += [(1.0 - DT_S / node["tau"], decay), (node["r"] * DT_S / node["tau"], gain)]
        else:
            pairs += [(np.float32(1), decay), (node["r"] * DT_S, gain)]
        silent = [node[name] for name in ("v_leak", "v_reset") if name in node]
        if not all(np.allclose(found, wanted, rtol=SAME, atol=1e-6) for found, wanted in pairs) or np.any(silent):
            return False
    return True
