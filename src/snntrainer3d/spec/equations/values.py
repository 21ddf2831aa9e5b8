"""The values that a step takes as given: those of its parameters, or of expressions of them, each with a name."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterable

from snntrainer3d.spec.equations.graph import Node, leaves_of, ordered
from snntrainer3d.spec.equations.rows import value_rows
from snntrainer3d.spec.equations.trace import Equation

PYTHON = frozenset({*keyword.kwlist, "np", "torch", "self", "nn"})
"""Names that mean something else where a step is written in Python."""


def named_values(equation: Equation) -> dict[str, Node]:
    """Return what a layer computes once before all steps, by names: the step's own, else those of the parameters.

    What only gradients need is none of it.
    """
    wanted = equation.results.values()
    rows = value_rows(wanted)
    read = {node.place for node in ordered(wanted, {node.place for node in rows}, gradients=False)}
    return _named((node for node in rows if node.place in read), {*PYTHON, *equation.inputs, *equation.states})


def _named(rows: Iterable[Node], taken: Collection[str]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node in rows:
        read = "_".join(dict.fromkeys(leaves_of([node], "parameter")))
        name = wanted = node.graph.names.get(node.place, read)
        number = 1
        while name in found or name in taken:
            number += 1
            name = f"{wanted}_{number}"
        found[name] = node
    return found
