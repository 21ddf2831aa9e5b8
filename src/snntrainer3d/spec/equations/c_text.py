"""A neuron's step as a function of C99 over all neurons of a layer, in single precision, in the equation's order."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping

import numpy as np

from snntrainer3d.spec.equations.graph import Node
from snntrainer3d.spec.equations.text import CHOICE, COMPARED, Form, Language, written
from snntrainer3d.spec.equations.trace import Equation

_OWN = ("n", "own", "size", "each", "current", "spikes")
"""What the function calls its own."""
_WORDS = re.findall(
    r"\w+",
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while",
)


GLUE = "\x00"
"""Stands for a space at which no line ends."""


def c_number(value: float) -> str:
    """Return a number of single precision, in as few digits as give it exactly."""
    if math.isinf(value):
        return "-INFINITY" if value < 0 else "INFINITY"
    return f"{float(str(np.float32(value)))!r}f"


_FORMS = {
    "fired": Form("{} > {} ? 1.0f : 0.0f", COMPARED + 1, CHOICE),
    "select": Form("{} ? {} : {}", CHOICE + 1, CHOICE),
    "clamp": Form("fminf(fmaxf({}, {}), {})"),
    "minimum": Form("fminf({}, {})"),
    "maximum": Form("fmaxf({}, {})"),
    "abs": Form("fabsf({})"),
    **{name: Form(f"{name}f({{}})") for name in ("exp", "expm1", "log", "log1p", "sqrt")},
}
_FUNCTIONS = frozenset(re.findall(r"\w+(?=\()", " ".join(form.pattern for form in _FORMS.values())))


def needs_math(text: str) -> bool:
    """Tell whether a text needs <math.h>."""
    return any(f"{name}(" in text for name in _FUNCTIONS) or "INFINITY" in text


def c_step(name: str, equation: Equation, values: Mapping[str, Node]) -> str:
    """Return the function: it takes currents, and changes spikes and states; values come one for all, or for each."""
    taken = frozenset({*_OWN, *_WORDS, *_FUNCTIONS})
    arrays = {one: f"value_{one}" if one in taken else one for one in values}
    states = {one: f"state_{one}" for one in equation.states}
    language = Language(
        _FORMS, c_number, lambda one: f"{arrays[one]}[own]", taken.union(arrays.values(), states.values())
    )
    made = written(language, equation, values)
    sources = {equation.input: "current[n]"} | {one: f"{array}[n]" for one, array in states.items()}
    lines = [(variable, sources[one], False, False) for one, variable in made.variables.items()]
    lines += [(one.name, one.expression, one.boolean, one.again) for one in made.statements]
    told = [
        f"{'' if again else _type(variable in made.changing, boolean)}{variable} = {expression};"
        for variable, expression, boolean, again in lines
    ]
    after = dict(zip([*states.values(), "spikes"], [*made.results, "0.0f"], strict=False))
    told += [f"{array}[n] = {result};" for array, result in after.items()]
    if values:
        told.insert(0, "const int own = each ? n : 0;")
    unused = [*([] if values else ["each"]), *([] if equation.input in made.variables else ["current"])]
    arguments = ["int size", "int each", "const float *current", "float *spikes"]
    arguments += [*(f"float *{one}" for one in states.values()), *(f"const float *{one}" for one in arrays.values())]
    head = f"static void {name}({', '.join(one.replace(' ', GLUE) for one in arguments)})"
    return "\n".join([
        "/* One step of all neurons; each is 1 where a value is a neuron's own. */",
        *(line.replace(GLUE, " ") for line in textwrap.wrap(head, 112, subsequent_indent=" " * (head.index("(") + 1))),
        "{",
        *(f"    (void){one};" for one in unused),
        "    for (int n = 0; n < size; ++n) {",
        *(f"        {line}" for line in told),
        "    }",
        "}\n",
    ])  # fmt: skip


def _type(changes: bool, boolean: bool) -> str:
    kind = "int" if boolean else "float"
    return f"{kind} " if changes else f"const {kind} "
