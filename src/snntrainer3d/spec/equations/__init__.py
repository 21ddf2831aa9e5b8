"""A neuron's equation: traced from its `step` into a graph, with gradients; printed elsewhere."""

from snntrainer3d.spec.equations.count import multiplications
from snntrainer3d.spec.equations.graph import Graph, Node, leaves_of, ordered
from snntrainer3d.spec.equations.math_text import UNITS, equation_lines, latex_of
from snntrainer3d.spec.equations.reverse import Derivative, gradients
from snntrainer3d.spec.equations.rows import value_rows
from snntrainer3d.spec.equations.trace import SURROGATE, Equation, Trace, traced
from snntrainer3d.spec.equations.values import named_values

__all__ = [
    "SURROGATE", "UNITS", "Derivative", "Equation", "Graph", "Node", "Trace", "equation_lines", "gradients", "latex_of",
    "leaves_of", "multiplications", "named_values", "ordered", "traced", "value_rows",
]  # fmt: skip
