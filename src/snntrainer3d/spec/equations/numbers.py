"""A graph computed by NumPy, many neurons at once, for what needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from snntrainer3d.spec.equations.graph import Node, ordered

Value = np.ndarray | float
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "abs": np.abs,
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt,
    "gt": np.greater, "ge": np.greater_equal, "lt": np.less, "le": np.less_equal,
    "minimum": np.minimum, "maximum": np.maximum, "clamp": np.clip, "select": np.where,
    "spike": lambda z: np.greater(z, 0.0).astype(z.dtype), "heaviside": lambda z: np.greater(z, 0.0).astype(z.dtype),
    "detach": lambda x: x, "with_gradient": lambda value, *_: value,
}  # fmt: skip


def numbers_of(wanted: Iterable[Node], leaves: Mapping[tuple[str, str], Value], dtype: Any = np.float32) -> list[Any]:
    """Return the values of nodes; infinities and what is no number are values too.

    Args:
        leaves: by kind and name: ("state", "m").
    """
    nodes = list(wanted)
    known: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for node in ordered(nodes, gradients=False):
            if node.operation == "constant":
                known[node.place] = dtype(node.value)
            elif not node.arguments:
                known[node.place] = np.asarray(leaves[node.operation, str(node.value)], dtype)
            else:
                given = node.arguments[:1] if node.operation == "with_gradient" else node.arguments
                known[node.place] = _OPERATIONS[node.operation](*(known[one.place] for one in given))
    return [known[node.place] for node in nodes]
