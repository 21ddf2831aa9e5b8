"""A network of any layers ready to be written down: each layer's arrays by their plain names, its neurons' numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from snntrainer3d.exports.layer_values import STATES, Value, neuron_constants
from snntrainer3d.spec import Layer, Recurrent, Shape, TrainedNetwork, neuron_values


@dataclass(frozen=True, eq=False, slots=True)
class Stage:
    """One layer."""

    index: int
    layer: Layer
    taken: Shape
    given: Shape
    arrays: dict[str, Value]
    """weight, bias, recurrent.weight, running_mean, running_var: those that the layer has."""
    values: dict[str, Value]
    """What its neurons' equations need beside their states: a number, or one for each neuron; none without neurons."""

    @property
    def fires(self) -> bool:
        """Tell whether it has neurons."""
        return self.layer.neuron is not None

    @property
    def states(self) -> tuple[str, ...]:
        """Give the names of what its neurons carry from step to step, the membrane last."""
        return STATES[self.layer.neuron.kind] if self.layer.neuron is not None else ()

    @property
    def equation(self) -> str:
        """Name the equation of its neurons: a recurrent Leaky's zero sets the whole membrane to zero, input and all."""
        neuron = self.layer.neuron
        assert neuron is not None
        recurrent = isinstance(self.layer, Recurrent) and (neuron.kind, neuron.reset) == ("leaky", "zero")
        return f"{'r' if recurrent else ''}{neuron.kind}_{neuron.reset}"


def stages_of(trained: TrainedNetwork) -> list[Stage]:
    """Give every layer, in order."""
    return list(_stages(trained))


def _stages(trained: TrainedNetwork) -> Iterator[Stage]:
    network = trained.network
    shapes = zip(network.layers, network.taken_shapes(), network.shapes()[1:], strict=True)
    for index, (layer, taken, given) in enumerate(shapes):
        prefix = f"layers.{index}."
        named = [*layer.arrays(taken), *layer.statistics(taken)]
        arrays = {name: trained.tensors[prefix + name] for name in named}
        values: dict[str, Value] = {}
        if layer.neuron is not None:
            said = {name: trained.tensors[f"{prefix}neuron.{name}"] for name in neuron_values(layer.neuron)}
            values = neuron_constants(layer.neuron, said)
        yield Stage(index, layer, taken, given, arrays, values)
