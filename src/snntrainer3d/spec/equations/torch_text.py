"""A neuron's step as a module of PyTorch, with the gradients that the equation says."""

from __future__ import annotations

import textwrap

from snntrainer3d.spec.equations.graph import Node, leaves_of
from snntrainer3d.spec.equations.numpy_text import short
from snntrainer3d.spec.equations.text import ALL, CALL, COMPARED, Form, Language, expression, written
from snntrainer3d.spec.equations.trace import Equation
from snntrainer3d.spec.equations.values import PYTHON

_OWN = frozenset(
    (
        "apply",
        "bfloat16",
        "buffers",
        "children",
        "compile",
        "cpu",
        "cuda",
        "derivative",
        "double",
        "eval",
        "float",
        "forward",
        "half",
        "modules",
        "parameters",
        "spike",
        "start",
        "to",
        "train",
        "training",
        "type",
        "xpu",
    )
)
"""What a module calls something else."""


def attribute(name: str) -> str:
    """Return what a module calls a parameter."""
    return f"{name}_" if name in _OWN else name


TORCH = Language(
    {
        "fired": Form("({} > {}).float()", COMPARED + 1),
        "spike": Form("self.spike({})"),
        "detach": Form("{}.detach()", CALL),
        "with_gradient": Form(f"WithGradient.apply({ALL})"),
        "clamp": Form("torch.clamp({}, {}, {})"),
        "select": Form("torch.where({}, {}, {})"),
        **{name: Form(f"torch.{name}({{}})") for name in ("exp", "expm1", "log", "log1p", "sqrt", "abs")},
        **{name: Form(f"torch.{name}({{}}, {{}})", number="torch.tensor({})") for name in ("minimum", "maximum")},
    },
    short,
    lambda name: f"self.{attribute(name)}",
    PYTHON,
    learns=True,
)
NEURON = '''class Neuron(nn.Module):
    """Neurons with values that all share or each has; those in `learned` are trained, in the shapes said there."""

    def __init__(self, derivative, values, learned={}):
        super().__init__()
        self.derivative = derivative
        for name, value in values.items():
            value = torch.tensor(value)
            if name in learned:
                self.register_parameter(name, nn.Parameter(value.expand(learned[name]).clone()))
            else:
                self.register_buffer(name, value)

    def spike(self, z):
        return Spike.apply(z, self.derivative)'''
"""What all classes inherit from; it uses a `Spike`, the function with a gradient of its own."""
WITH_GRADIENT = '''class WithGradient(torch.autograd.Function):
    """A value whose gradient goes to others, times a factor each."""

    @staticmethod
    def forward(ctx, value, *through):
        ctx.others, ctx.factors = through[::2], through[1::2]
        return value.clone()

    @staticmethod
    def backward(ctx, gradient):
        found = [None]
        for other, factor in zip(ctx.others, ctx.factors):
            found += [(gradient * factor).sum_to_size(other.shape) if torch.is_tensor(other) else None, None]
        return tuple(found)'''


def torch_expression(node: Node) -> str:
    """Return a value as an expression, the input by its name."""
    return expression(TORCH, node)


def torch_parameters(equation: Equation) -> list[str]:
    """Return the names of the parameters that the module has."""
    return list(leaves_of([*equation.results.values(), *equation.starts.values()], "parameter"))


def torch_module(name: str, equation: Equation, words: str) -> str:
    """Return the class: from input and states, the membrane last, to spikes and the states after the step."""
    made = written(TORCH, equation, {})
    membrane, *others = made.results[: len(equation.states)]
    spike = made.results[-1] if equation.spike is not None else f"torch.zeros_like({membrane})"
    first, *more = (made.variables.get(one, one) for one in equation.states)
    arguments = ", ".join(["self", made.variables.get(equation.input, equation.input), *more, first])
    lines = [f"{one.name} = {one.expression}" for one in made.statements]
    lines.append(f"return {', '.join([spike, *others, membrane])}")
    return (
        f'class {name}(Neuron):\n    """{words}"""\n\n    def start(self):\n        return {_starts(equation)}\n\n'
        f"    def forward({arguments}):\n" + textwrap.indent("\n".join(lines), "        ")
    )


def _starts(equation: Equation) -> str:
    """Return the states before the first step, the membrane last."""
    membrane, *others = (expression(TORCH, node) for node in equation.starts.values())
    return f"[{', '.join([*others, membrane])}]"
