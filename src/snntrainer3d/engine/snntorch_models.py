"""Which class of snnTorch computes which neuron model, and what its modules call the model's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import snntorch
from torch import Tensor, nn

from snntrainer3d.engine.equations import computed
from snntrainer3d.spec import NEURONS, NeuronModel
from snntrainer3d.spec.equations import Graph, Node, Trace, leaves_of

MODELS: dict[type, type[NeuronModel]] = {
    getattr(snntorch, model.snntorch): model for model in reversed(NEURONS) if model.snntorch
}
RECURRENT_MODELS: dict[type, type[NeuronModel]] = {
    getattr(snntorch, model.snntorch_recurrent): model for model in NEURONS if model.snntorch_recurrent
}
"""The model of one step of a recurrent layer, its own spikes being part of what drives it."""


def model_of(module: nn.Module) -> type[NeuronModel] | None:
    """Return the model that a module of snnTorch computes; None for any other module."""
    return MODELS.get(type(module)) or RECURRENT_MODELS.get(type(module))


def following(module: nn.Module) -> dict[str, Tensor]:
    """Return by snnTorch's names what a module computes of its learned values only once, when it is made."""
    model = model_of(module)
    if model is None:
        return {}
    wanted = _following(model)
    numbers = {name: getattr(module, model.snntorch_names.get(name, name)) for name in _read(model)}
    if not any(isinstance(number, nn.Parameter) for number in numbers.values()):
        return {}
    found = computed(wanted.values(), {("parameter", name): number for name, number in numbers.items()})
    return dict(zip(wanted, found, strict=True))


@cache
def _following(model: type[NeuronModel]) -> Mapping[str, Node]:
    return MappingProxyType(model.snntorch_follows(Trace(Graph())))


@cache
def _read(model: type[NeuronModel]) -> tuple[str, ...]:
    return tuple(leaves_of(_following(model).values(), "parameter"))
