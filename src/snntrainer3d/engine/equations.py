"""Equations computed by torch: step by step with its own gradients, and what a layer computes once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from snntrainer3d.spec import Atan
from snntrainer3d.spec.equations import Equation, Node, ordered, traced

Value: TypeAlias = Tensor | float
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "log": torch.log,
    "log1p": torch.log1p,
    "sqrt": torch.sqrt,
    "abs": torch.abs,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "heaviside": lambda z: (z > 0).to(z.dtype),
    "detach": lambda x: x.detach() if isinstance(x, Tensor) else x,
    "clamp": lambda x, low, high: x.clamp(low, high),
    "minimum": lambda x, y: torch.minimum(*_alike(x, y)),
    "maximum": lambda x, y: torch.maximum(*_alike(x, y)),
    "select": lambda chosen, x, y: torch.where(chosen, x, y),
}


class _WithGradient(torch.autograd.Function):
    """A value, whose gradient goes to other values by given factors."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, *through: Value) -> Tensor:
        ctx.factors = [factor.detach() if isinstance(factor, Tensor) else factor for factor in through[1::2]]
        ctx.shapes = [one.shape if isinstance(one, Tensor) else None for one in through[::2]]
        return value.clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        given: list[Tensor | None] = [None]
        for factor, shape in zip(ctx.factors, ctx.shapes, strict=True):
            given += [None if shape is None else (grads[0] * factor).sum_to_size(shape), None]
        return tuple(given)


def computed(
    wanted: Iterable[Node], leaves: Mapping[tuple[str, str], Value], spike: Callable[[Tensor], Tensor] | None = None
) -> list[Any]:
    """Return the values of nodes.

    Args:
        leaves: by kind and name: ("state", "m").
        spike: Θ with the gradient that stands in for its own.
    """
    nodes = list(wanted)
    known: dict[int, Any] = {}
    for node in ordered(nodes):
        given = [known[one.place] for one in node.arguments]
        if node.operation == "constant":
            known[node.place] = node.value
        elif not node.arguments:
            known[node.place] = leaves[node.operation, str(node.value)]
        elif node.operation == "spike":
            assert spike is not None
            known[node.place] = spike(*given)
        elif node.operation == "with_gradient":
            shapes = [one.shape for one in given if isinstance(one, Tensor)]
            known[node.place] = _WithGradient.apply(given[0].expand(torch.broadcast_shapes(*shapes)), *given[1:])
        else:
            known[node.place] = _OPERATIONS[node.operation](*given)
    return [known[node.place] for node in nodes]


def computed_arrays(wanted: Iterable[Node], numbers: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return the values in float32 of nodes that are made of parameters alone, given by name."""
    leaves: dict[tuple[str, str], Value] = {
        ("parameter", name): torch.tensor(number, dtype=torch.float32) for name, number in numbers.items()
    }
    return [np.asarray(found, np.float32) for found in computed(wanted, leaves)]


def stepped(
    model: Any, settings: Any, numbers: Mapping[str, Value], current: Tensor, states: Mapping[str, Tensor],
    spike: Callable[[Tensor], Tensor],
) -> tuple[Tensor, dict[str, Tensor]]:  # fmt: skip
    """Return the spikes and the states after one step of a neuron model, with torch's own gradients.

    Args:
        settings: the module, whose reset the equation goes by.
        numbers: the model's parameters by name.
        states: before the step, by name.
    """
    made = equation_of_module(model, settings)
    leaves: dict[tuple[str, str], Value] = {("input", made.input): current}
    leaves |= {("parameter", name): value for name, value in numbers.items()}
    leaves |= {("state", name): value for name, value in states.items()}
    fired = [] if made.spike is None else [made.spike]
    *after, spikes = [*computed([*made.states.values(), *fired], leaves, spike), torch.zeros_like(current)][
        : len(made.states) + 1
    ]
    return spikes, dict(zip(made.states, after, strict=True))


def started(model: Any, settings: Any, numbers: Mapping[str, Value], like: Tensor) -> dict[str, Tensor]:
    """Return the states before the first step by name, as numbers for all neurons or one for each.

    Args:
        settings, numbers: as of `stepped`.
        like: has the precision and the device.
    """
    made = equation_of_module(model, settings)
    found = computed(made.starts.values(), {("parameter", name): value for name, value in numbers.items()})
    return {
        name: value if isinstance(value, Tensor) else like.new_tensor(value)
        for name, value in zip(made.starts, found, strict=True)
    }


def equation_of_module(model: Any, settings: Any) -> Equation:
    """Return a model's equation by what a module says of its reset."""
    return _equation(model, settings.reset_mechanism, bool(getattr(settings, "reset_delay", True)))


@lru_cache(256)
def _equation(model: Any, reset: str, reset_delay: bool) -> Equation:
    return traced(model, SimpleNamespace(reset=reset, reset_delay=reset_delay), Atan)


def _alike(x: Value, y: Value) -> tuple[Tensor, Tensor]:
    like = x if isinstance(x, Tensor) else y
    assert isinstance(like, Tensor)
    both = (one if isinstance(one, Tensor) else torch.as_tensor(one, dtype=like.dtype) for one in (x, y))
    first, second = both
    return first, second
