"""Running a neuron's `step` once on symbols, which leaves its equation as a graph."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from snntrainer3d.spec.equations.graph import Graph, Node

Value = Node | float
SURROGATE = "surrogate"
"""Before the names of a surrogate's numbers."""


class Trace:
    """What a step computes with, beside + − × ÷ and comparisons."""

    def __init__(self, graph: Graph) -> None:
        """Write into a graph."""
        self.graph = graph

    def number(self, name: str) -> Node:
        """Return a parameter whose name no field of the neuron's document has."""
        return self.graph.leaf("parameter", name)

    def exp(self, x: Value) -> Node:
        """Return e to the x."""
        return self.graph.operate("exp", x)

    def expm1(self, x: Value) -> Node:
        """Return e to the x, less 1, also near 0."""
        return self.graph.operate("expm1", x)

    def log(self, x: Value) -> Node:
        """Return the natural logarithm."""
        return self.graph.operate("log", x)

    def log1p(self, x: Value) -> Node:
        """Return the natural logarithm of 1 + x, also near 0."""
        return self.graph.operate("log1p", x)

    def sqrt(self, x: Value) -> Node:
        """Return the square root."""
        return self.graph.operate("sqrt", x)

    def minimum(self, x: Value, y: Value) -> Node:
        """Return the smaller one."""
        return self.graph.operate("minimum", x, y)

    def maximum(self, x: Value, y: Value) -> Node:
        """Return the larger one."""
        return self.graph.operate("maximum", x, y)

    def clamp(self, x: Value, low: float, high: float) -> Node:
        """Return x kept within bounds; at the bounds a gradient passes, beyond them none."""
        return self.graph.operate("clamp", x, low, high)

    def select(self, condition: Node, then: Value, otherwise: Value) -> Node:
        """Return `then` where the condition holds, else `otherwise`."""
        return self.graph.select(condition, then, otherwise)

    def spike(self, z: Value) -> Node:
        """Return 1 where z > 0, else 0; its gradient is the neuron's surrogate."""
        return self.graph.operate("spike", z)

    def heaviside(self, z: Value) -> Node:
        """Return 1 where z > 0, else 0, without a gradient."""
        return self.graph.operate("heaviside", z)

    def detach(self, x: Value) -> Node:
        """Return x without its gradient."""
        return self.graph.operate("detach", x)

    def with_gradient(self, value: Node, *through: tuple[Node, Value]) -> Node:
        """Return a value whose gradient goes, times a factor each, to other values in place of its own arguments."""
        flat = [part for pair in through for part in pair]
        return self.graph.operate("with_gradient", self.detach(value), *flat)


@dataclass(frozen=True, eq=False, slots=True)
class Equation:
    """One step of a neuron: what its states become, and its spike; over leaves of one graph."""

    graph: Graph
    states: Mapping[str, Node]
    """After the step, the membrane first; before it they are the leaves of their names."""
    starts: Mapping[str, Node]
    """Before the first step: of parameters alone."""
    spike: Node | None
    """None for neurons that never spike."""
    derivative: Callable[[Node], Node]
    """Of the surrogate."""
    inputs: tuple[str, ...] = ("x",)

    @property
    def results(self) -> dict[str, Node]:
        """What a step gives: the states after it and, where there is one, the spike."""
        return dict(self.states) if self.spike is None else {**self.states, "spike": self.spike}

    @property
    def input(self) -> str:
        """Return the name of the current that drives it."""
        return self.inputs[0]

    @property
    def membrane(self) -> Node:
        """The state that losses and playback read."""
        return next(iter(self.states.values()))


class Settings:
    """A neuron as its `step` sees it: numbers are symbols, everything else as it is."""

    def __init__(self, graph: Graph, chosen: Any, model: Any) -> None:
        """Take what is chosen from `chosen`, and what all neurons of the model have from its class."""
        self._graph, self._chosen, self._model = graph, chosen, model

    def __getattr__(self, name: str) -> Any:
        if name in self._model.numbers:
            return self._graph.leaf("parameter", name)
        return getattr(self._chosen, name) if hasattr(self._chosen, name) else getattr(self._model, name)


class Surrogated:
    """A surrogate as its derivative sees it: its numbers are symbols, named apart from the neuron's."""

    def __init__(self, graph: Graph) -> None:
        """Write into a graph."""
        self._graph = graph

    def __getattr__(self, name: str) -> Node:
        return self._graph.leaf("parameter", f"{SURROGATE}.{name}")


def traced(model: Any, settings: Any, surrogate: Any) -> Equation:
    """Return a neuron model's equation.

    Args:
        model: the class, or the object, with `step`, `states` and `numbers`.
        settings: has what the step chooses by: `reset`, `reset_delay`.
        surrogate: the class, or the object, whose `derivative` stands in for the spike's.
    """
    graph = Graph()
    now = Trace(graph)
    neuron = Settings(graph, settings, model)
    before = {name: graph.leaf("state", name) for name in model.states}
    inputs = getattr(model, "inputs", ("x",))
    with _names_of_variables(graph, model.step):
        after, spike = model.step(neuron, now, graph.leaf("input", inputs[0]), *before.values())
    named = model.starts(neuron, now) if hasattr(model, "starts") else {}
    starts = {name: named.get(name, graph.constant(0.0)) for name in model.states}

    def derivative(z: Node) -> Node:
        found: Node = surrogate.derivative(Surrogated(graph), now, z)
        return found

    return Equation(graph, {name: after[name] for name in model.states}, starts, spike, derivative, inputs)


@contextmanager
def _names_of_variables(graph: Graph, step: Callable[..., Any]) -> Iterator[None]:
    """Call nodes by the variables that hold them in a step, line after line."""

    def look(frame: FrameType, _event: str, _value: Any) -> Any:
        if frame.f_code is not step.__code__:
            return None
        for name, value in frame.f_locals.items():
            if isinstance(value, Node):
                graph.named(name, value)
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)
