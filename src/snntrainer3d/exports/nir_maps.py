"""NIR of convolutions, mean pooling and flattening: nodes written, and read again from files of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from snntrainer3d.errors import Fault, FileFormatError
from snntrainer3d.exports.header import Header
from snntrainer3d.exports.stages import Stage, stages_of
from snntrainer3d.spec import (
    AvgPool,
    Conv2d,
    Flatten,
    Shape,
    TrainedNetwork,
    fixed_tensors,
    tensor_owner,
    tensor_shapes,
)

LAYERS = ("dense", "conv2d", "avg_pool", "flatten", "dropout")
SAME = 1e-5
"""Relative difference below which a node says what the spec says: float32 written and read twice."""


def map_nodes(nir: ModuleType, trained: TrainedNetwork, neurons: Any) -> dict[str, Any]:
    """Give the nodes of a network's layers in order; `neurons` makes those of a stage."""
    nodes: dict[str, Any] = {}
    for stage in stages_of(trained):
        name = f"op{stage.index + 1}"
        operation = _operation(nir, stage)
        if operation is not None:
            nodes[name] = operation
        if stage.step is not None:
            nodes[f"lif{stage.index + 1}"] = neurons(stage)
    return nodes


def _operation(nir: ModuleType, stage: Stage) -> Any:
    layer, arrays = stage.layer, stage.arrays
    match layer:
        case Conv2d():
            bias = arrays.get("bias", np.zeros(layer.channels, np.float32))
            return nir.Conv2d(stage.taken[1:], arrays["weight"], layer.stride, layer.padding, 1, 1, bias)
        case AvgPool():
            stride = layer.stride or layer.kernel
            return nir.AvgPool2d(np.full(2, layer.kernel), np.full(2, stride), np.zeros(2, np.int64))
        case Flatten():
            return nir.Flatten({"input": np.array(stage.taken)}, start_dim=0)
        case _:
            # Dropout silences nothing once a network is trained.
            if "weight" not in arrays:
                return None
            given = {"weight": arrays["weight"]}
            return nir.Affine(**given, bias=arrays["bias"]) if "bias" in arrays else nir.Linear(**given)


def network_of_maps(
    header: Header,
    nodes: Mapping[str, Mapping[str, Any]],
    kept: Mapping[str, np.ndarray],
    written: Callable[[TrainedNetwork], Mapping[str, Mapping[str, np.ndarray]]],
) -> TrainedNetwork:
    """Give a network with the arrays that the nodes hold.

    Args:
        kept: what neurons learned, by the names of the network's arrays.
        written: gives what the nodes of a network hold when it is written.

    Raises:
        FileFormatError: a node is missing, or says something else than the spec does.
    """
    network = header.network
    tensors = dict(fixed_tensors(network))
    for name, shape in tensor_shapes(network).items():
        if name not in tensors:
            tensors[name] = _array(name, shape, nodes, kept)
    trained = header.trained(tensors)
    for name, said in written(trained).items():
        _check(name, nodes, said)
    return trained


def _array(
    name: str, shape: Shape, nodes: Mapping[str, Mapping[str, Any]], kept: Mapping[str, np.ndarray]
) -> np.ndarray:
    index, part = tensor_owner(name)
    node, of_neuron = f"op{index + 1}", part.startswith("neuron.")
    found = kept.get(name) if of_neuron else nodes.get(node, {}).get(part)
    place = name if of_neuron else f"nodes.{node}.{part}"
    if not isinstance(found, np.ndarray) or found.size != int(np.prod(shape)):
        raise FileFormatError("The NIR file is damaged.", faults=[Fault(place, f"missing, or not of shape {shape}.")])
    return found.reshape(shape).astype(np.float32)


def _check(name: str, nodes: Mapping[str, Mapping[str, Any]], said: Mapping[str, np.ndarray]) -> None:
    for key, wanted in said.items():
        found = nodes.get(name, {}).get(key)
        fits = isinstance(found, np.ndarray) and found.size == wanted.size
        if not fits or not np.allclose(np.asarray(found).reshape(wanted.shape), wanted, rtol=SAME):
            fault = Fault(f"nodes.{name}.{key}", "is not what the spec in the file says.")
            raise FileFormatError("The nodes of the NIR file are not those of its spec.", faults=[fault])
