"""A network of any layers ready to be written down: each layer's arrays by their plain names, its neurons' step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from jaxtyping import Float32

from snntrainer3d.spec import Layer, Neuron, Recurrent, Shape, TrainedNetwork, equation_of, neuron_values, tensor_name
from snntrainer3d.spec.equations import Equation, Node, leaves_of, named_values

Value = Float32[np.ndarray, "..."]


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """One step of a layer's neurons, and the numbers it takes, computed in float32 as the network computes them."""

    name: str
    """Of its equation: kind and reset."""
    neuron: Neuron
    equation: Equation
    given: Mapping[str, Node]
    """What it takes as given: parameters, and expressions of parameters alone."""
    values: Mapping[str, Value]
    """Those as numbers, or one for each neuron."""
    starts: Mapping[str, Value]
    """The states before the first step."""


@dataclass(frozen=True, eq=False, slots=True)
class Stage:
    """One layer."""

    index: int
    layer: Layer
    taken: Shape
    given: Shape
    arrays: dict[str, Value]
    """weight, bias, recurrent.weight, running_mean, running_var: those that the layer has."""
    step: Step | None
    """Of its neurons, where it has some."""

    @property
    def values(self) -> Mapping[str, Value]:
        """Return the numbers of its neurons' step; none without neurons."""
        return {} if self.step is None else self.step.values


def stages_of(trained: TrainedNetwork) -> list[Stage]:
    """Give every layer, in order."""
    return list(_stages(trained))


def _stages(trained: TrainedNetwork) -> Iterator[Stage]:
    network = trained.network
    shapes = zip(network.layers, network.taken_shapes(), network.shapes()[1:], strict=True)
    for index, (layer, taken, given) in enumerate(shapes):
        named = [*layer.arrays(taken), *layer.statistics(taken)]
        arrays = {name: trained.tensors[tensor_name(index, name)] for name in named}
        step = None
        if layer.neuron is not None:
            said = {name: trained.tensors[tensor_name(index, f"neuron.{name}")] for name in neuron_values(layer.neuron)}
            step = step_of(layer.neuron, said, recurrent=isinstance(layer, Recurrent))
        yield Stage(index, layer, taken, given, arrays, step)


def step_of(neuron: Neuron, said: Mapping[str, Value], *, recurrent: bool = False) -> Step:
    """Return the step of neurons with these values; every other number stands in their document."""
    # By torch, whose logarithms may differ from NumPy's in the last bit.
    from snntrainer3d.engine.equations import computed_arrays

    equation = equation_of(neuron, recurrent=recurrent)
    given = named_values(equation)
    wanted = [*given.values(), *equation.starts.values()]
    read = leaves_of(wanted, "parameter")
    numbers = {name: np.asarray(said[name] if name in said else neuron.number(name), np.float32) for name in read}
    found = computed_arrays(wanted, numbers)
    values = dict(zip(given, found, strict=False))
    starts = dict(zip(equation.starts, found[len(given) :], strict=True))
    return Step(f"{neuron.kind}_{neuron.reset}", neuron, equation, given, values, starts)


def named_steps(
    stages: Sequence[Stage], text_of: Callable[[str, Step], str], name_of: Callable[[str], str] = str
) -> tuple[dict[int, str], list[str]]:
    """Return what each layer's step is called in a text, and the steps' texts, equal ones once."""
    names: dict[int, str] = {}
    texts: dict[str, str] = {}
    for stage in stages:
        if stage.step is None:
            continue
        base = name_of(stage.step.name)
        for name in (base if number == 1 else f"{base}_{number}" for number in count(1)):
            text = text_of(name, stage.step)
            if texts.setdefault(name, text) == text:
                names[stage.index] = name
                break
    return names, list(texts.values())
