"""A neuron's step as a function of NumPy, in single precision, operation for operation as the equation says."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from snntrainer3d.spec.equations.graph import Node
from snntrainer3d.spec.equations.text import COMPARED, Form, Language, written
from snntrainer3d.spec.equations.trace import Equation
from snntrainer3d.spec.equations.values import PYTHON


def short(value: float) -> str:
    """Return a number as people write it: 1, not 1.0."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e6 else repr(value)


_FLOAT = "np.float32"
NUMPY = Language(
    {
        "fired": Form(f"({{}} > {{}}).astype({_FLOAT})", COMPARED + 1),
        "select": Form("np.where({}, {}, {})", number=f"{_FLOAT}({{}})"),
        "clamp": Form("np.clip({}, {}, {})"),
        **{name: Form(f"np.{name}({{}})") for name in ("exp", "expm1", "log", "log1p", "sqrt", "abs")},
        **{name: Form(f"np.{name}({{}}, {{}})") for name in ("minimum", "maximum")},
    },
    short,
    taken=PYTHON,
)


def numpy_step(name: str, equation: Equation, values: Mapping[str, Node]) -> str:
    """Return the function: from input, states and values to the states after the step, and the spikes."""
    made = written(NUMPY, equation, values)
    results = made.results if equation.spike is not None else [*made.results, f"np.zeros_like({made.results[0]})"]
    lines = [f"{one.name} = {one.expression}" for one in made.statements]
    arguments = ", ".join([*(made.variables.get(one, one) for one in (equation.input, *equation.states)), *values])
    return f"def {name}({arguments}):\n" + textwrap.indent("\n".join([*lines, f"return {', '.join(results)}"]), "    ")
