"""A neuron's step as nodes of ONNX, in single precision, operation for operation as the equation says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from snntrainer3d.spec.equations.graph import Node, ordered
from snntrainer3d.spec.equations.text import lowered
from snntrainer3d.spec.equations.trace import Equation

_OPERATORS = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "neg": "Neg", "abs": "Abs", "exp": "Exp", "log": "Log",
    "sqrt": "Sqrt", "minimum": "Min", "maximum": "Max", "clamp": "Clip", "select": "Where", "gt": "Greater",
    "ge": "GreaterOrEqual", "lt": "Less", "le": "LessOrEqual",
}  # fmt: skip
_FLOAT = 1
"""ONNX's number of float32."""


Do = Callable[..., str]
"""Writes a node of an operation, the names of its inputs and its options; gives the name of its result."""
Constant = Callable[[float], str]
"""Gives the name of a number."""


def onnx_step(
    equation: Equation, values: Mapping[str, Node], names: Mapping[tuple[str, str], str], do: Do,
    constant: Constant,
) -> list[str]:  # fmt: skip
    """Write a step's nodes; return the names of the states after it, and of the spike where there is one.

    Args:
        names: of the input, the states and the values, by kind and name: ("state", "m").
    """
    known: dict[int, str] = {}
    nodes = lowered(list(equation.results.values()), {node.place: name for name, node in values.items()}, learns=False)
    for node in ordered(nodes):
        given = [known[one.place] for one in node.arguments]
        if isinstance(node.value, float):
            known[node.place] = constant(node.value)
        elif not given:
            known[node.place] = names[node.operation, str(node.value)]
        elif node.operation == "fired":
            known[node.place] = do("Cast", do("Greater", *given), to=_FLOAT)
        elif node.operation in _COMPOSED:
            known[node.place] = _COMPOSED[node.operation](given[0], do, constant)
        else:
            known[node.place] = do(_OPERATORS[node.operation], *given)
    return [known[node.place] for node in nodes]


def _expm1(x: str, do: Do, constant: Constant) -> str:
    """Write e to the x, less 1: near 0 as (u − 1)·x/ln u with u = e to the x, whose errors cancel (Kahan)."""
    grown = do("Exp", x)
    less = do("Sub", grown, constant(1.0))
    near = _corrected(do("Mul", less, x), do("Log", grown), less, x, do, constant)
    return do("Where", do("Greater", do("Abs", x), constant(1.0)), less, near)


def _log1p(x: str, do: Do, constant: Constant) -> str:
    """Write the logarithm of 1 + x, as ln u·x/(u − 1) with u = 1 + x."""
    grown = do("Add", constant(1.0), x)
    less = do("Sub", grown, constant(1.0))
    return _corrected(do("Mul", do("Log", grown), x), less, less, x, do, constant)


def _corrected(above: str, below: str, less: str, x: str, do: Do, constant: Constant) -> str:
    """Write a quotient, or x where u is 1."""
    apart = do("Greater", do("Abs", less), constant(0.0))
    return do("Where", apart, do("Div", above, below), x)


_COMPOSED = {"expm1": _expm1, "log1p": _log1p}
