"""A neuron's step as the lines of mathematics that people read."""

from __future__ import annotations

from snntrainer3d.spec.equations.graph import ordered
from snntrainer3d.spec.equations.numpy_text import short
from snntrainer3d.spec.equations.text import CALL, CHOICE, PRODUCT, SIGN, SUM, Form, Language, expression, written
from snntrainer3d.spec.equations.trace import Equation

_SYMBOLS = {"alpha": "α", "beta": "β", "rho": "ρ", "tau": "τ", "time_step": "Δt", "resistance": "R", "capacitance": "C"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
MATHEMATICS = Language(
    {
        "fired": Form("Θ({} − {})", (SUM, PRODUCT)),
        "mul": Form("{}·{}", (PRODUCT, CALL), PRODUCT),
        "div": Form("{}/{}", (PRODUCT, SIGN), PRODUCT),
        "abs": Form("|{}|"),
        "exp": Form("exp({})"),
        "expm1": Form("exp({}) − 1", 0, SUM),
        "log": Form("ln({})"),
        "log1p": Form("ln(1 + {})", SUM),
        "sqrt": Form("√{}", CALL),
        "minimum": Form("min({}, {})"),
        "maximum": Form("max({}, {})"),
        "clamp": Form("clip({}, {}, {})"),
        "select": Form("{1} where {0}, else {2}", (CHOICE + 1,) * 3, CHOICE),
    },
    lambda value: short(value).replace("-", "−"),
    lambda name: _SYMBOLS.get(name, name),
    signs={"sub": "−", "ge": "≥", "le": "≤"},
    before="{}[t−1]".format,
    after=lambda name: "s[t]" if name == "spike" else f"{name}[t]",
    once=True,
    variant=lambda name, number: name + str(number).translate(_SUBSCRIPTS),
    longest=120,
)


def equation_lines(equation: Equation) -> list[str]:
    """Return one step as equations, in the order in which it computes; a parameter within bounds stands for itself."""
    nodes = ordered([*equation.states.values(), *([] if equation.spike is None else [equation.spike])])
    bounded = [node for node in nodes if node.operation == "clamp" and node.arguments[0].operation == "parameter"]
    made = written(MATHEMATICS, equation, {str(node.arguments[0].value): node for node in bounded})
    lines = [f"{one.name} = {one.expression}" for one in made.statements]
    starts = {name: node for name, node in equation.starts.items() if node.value != 0.0}
    lines += [f"{name}[0] = {expression(MATHEMATICS, node)}" for name, node in starts.items()]
    return lines
