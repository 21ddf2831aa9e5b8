"""A NIR file as nodes in a row: their names, kinds and numbers, from the input to the output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float64

from snntrainer3d.apart import Hdf5Content
from snntrainer3d.errors import Fault
from snntrainer3d.spec import Shape

Node = Mapping[str, Any]
_METADATA = "node/metadata/"


def nodes_of(content: Hdf5Content) -> dict[str, dict[str, Any]]:
    """Give what each node holds, by its name."""
    found: dict[str, dict[str, Any]] = {}
    for path, value in (*content.texts.items(), *content.arrays.items()):
        parts = path.split("/")
        if len(parts) >= 4 and parts[:2] == ["node", "nodes"]:
            found.setdefault(parts[2], {})["/".join(parts[3:])] = value
    return found


def metadata_of(content: Hdf5Content) -> dict[str, Any]:
    """Give the graph's texts and single numbers."""
    found: dict[str, Any] = {key.removeprefix(_METADATA): text for key, text in content.texts.items()
                             if key.startswith(_METADATA)}  # fmt: skip
    for key, array in arrays_kept(content).items():
        if array.size == 1:
            found[key] = float(array.reshape(()))
    return found


def arrays_kept(content: Hdf5Content) -> dict[str, np.ndarray]:
    """Give the arrays of the graph's metadata."""
    return {key.removeprefix(_METADATA): array for key, array in content.arrays.items() if key.startswith(_METADATA)}


def in_a_row(content: Hdf5Content, nodes: Mapping[str, Node], faults: list[Fault]) -> list[str]:
    """Give the names from input to output; a fault where nodes do not lie one after the other."""
    edges = content.texts.get("node/edges")
    pairs = [tuple(pair) for pair in edges if len(pair) == 2] if isinstance(edges, list) else []
    following: dict[str, str] = {}
    for before, after in pairs:
        if before in following:
            told = "feeds the same node twice, which counts double" if following[before] == after else "feeds two nodes"
            faults.append(Fault(f"nodes.{before}", f"{told}; only chains have a counterpart here."))
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


def numbers(node: Node, name: str, key: str, faults: list[Fault]) -> Float64[np.ndarray, "..."] | None:
    """Give an array of a node as float64; None and a fault where it is missing or not finite in float32."""
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


def spread(node: Node, name: str, key: str, shape: Shape, faults: list[Fault]) -> Float64[np.ndarray, "..."]:
    """Give an array of a node in the shape of its neurons, from one number or one for each; ones and a fault else."""
    found = numbers(node, name, key, faults)
    if found is None:
        return np.ones(shape)
    if found.size == 1 or (found.size == shape[0] and (found == found.reshape(-1)[0]).all()):
        return np.full(shape, found.reshape(-1)[0])
    if found.size == int(np.prod(shape)):
        return found.reshape(shape).copy()
    if found.shape in ((shape[0], 1, 1), (1, shape[0], 1, 1)) and len(shape) == 3:
        return np.broadcast_to(found.reshape(shape[0], 1, 1), shape).copy()
    faults.append(Fault(f"nodes.{name}.{key}", f"has {found.size} values for {int(np.prod(shape))} neurons."))
    return np.ones(shape)


def whole(node: Node, name: str, key: str, default: int, faults: list[Fault]) -> int:
    """Give a whole number that a node may say twice, for height and width; a fault where these differ."""
    if key not in node:
        return default
    found = np.ravel(node[key]) if isinstance(node[key], np.ndarray) else np.zeros(0)
    if not found.size or not np.isfinite(found.astype(np.float64)).all() or (found != np.round(found)).any():
        faults.append(Fault(f"nodes.{name}.{key}", "is no whole number."))
    elif (found != found[0]).any():
        told = "×".join(f"{value:g}" for value in found)
        faults.append(Fault(f"nodes.{name}.{key}", f"is {told}; only the same in both directions has a counterpart."))
    else:
        return int(found[0])
    return default


def shape_in(node: Node, key: str) -> Shape | None:
    """Give a shape that a node says, None where it does not."""
    found = node.get(key)
    if not isinstance(found, np.ndarray) or found.ndim != 1 or not 1 <= found.size <= 3:
        return None
    sizes = tuple(int(size) for size in found)
    return sizes if min(sizes) > 0 else None
