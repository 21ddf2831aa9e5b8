"""Own neurons that compute what a built-in model does, whatever their equations look like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import Any, get_args

import numpy as np

from snntrainer3d.errors import SpecError
from snntrainer3d.spec._document import parse
from snntrainer3d.spec.equations import Equation, Node
from snntrainer3d.spec.equations.terms import NoTermsError, Products, Terms, is_spike, same
from snntrainer3d.spec.network import Network, tensor_name
from snntrainer3d.spec.neurons import NEURONS, NeuronModel, OwnNeuron, equation_of
from snntrainer3d.spec.neurons.parts import Kept
from snntrainer3d.spec.trained import TrainedNetwork, fixed_tensors, tensor_shapes

Values = Mapping[str, np.ndarray | float]
_MOST_STATES = 4


@dataclass(frozen=True, eq=False, slots=True)
class Equivalent:
    """A built-in neuron that computes what an own one does, but for rounding."""

    neuron: NeuronModel
    per_neuron: Values
    """Those of its values that differ from neuron to neuron."""


def equivalent_of(own: OwnNeuron, values: Values | None = None) -> Equivalent | None:
    """Return the built-in neuron whose states and spikes are the same for every input; None where there is none.

    Args:
        values: of its parameters, one for all neurons or one for each; by default those of its document.
    """
    values = {name: own.number(name) for name in own.parameters} | dict(values or {})
    equation, products = equation_of(own), Products()
    try:
        memories = _memories(products, equation, values)
        others = [name for name in list(equation.states)[1:] if name not in memories]
        if len(others) >= _MOST_STATES:
            return None
        for order in permutations(others):
            states = (next(iter(equation.states)), *order)
            given = _steps(products, equation, values, states, memories)
            for found in _alike(own, given, products):
                return found
    except NoTermsError:
        pass
    return None


def as_built_in(network: Network) -> Network:
    """Return a network with built-in neurons in place of own ones that equal them by the values of its document."""
    found = {
        index: equivalent_of(layer.neuron)
        for index, layer in enumerate(network.layers)
        if isinstance(layer.neuron, OwnNeuron)
    }
    return _replaced(network, {index: one.neuron for index, one in found.items() if one is not None})


def trained_as_built_in(trained: TrainedNetwork) -> TrainedNetwork:
    """Return a trained network with built-in neurons in place of own ones that equal them as they were learned."""
    neurons, tensors = {}, dict(trained.tensors)
    for index, layer in enumerate(trained.network.layers):
        if not isinstance(layer.neuron, OwnNeuron):
            continue
        prefix, learning = tensor_name(index, "neuron."), layer.neuron.learning()
        learned = {name: tensors[prefix + name] for name, how in learning.items() if how != "fixed"}
        found = equivalent_of(layer.neuron, learned)
        if found is not None:
            neurons[index] = found.neuron
            tensors = {name: one for name, one in tensors.items() if not name.startswith(prefix)}
            tensors |= {prefix + name: np.asarray(one, np.float32) for name, one in found.per_neuron.items()}
    network = _replaced(trained.network, neurons)
    tensors = {**fixed_tensors(network), **tensors}
    return replace(trained, network=network, tensors={name: tensors[name] for name in tensor_shapes(network)})


def _replaced(network: Network, neurons: Mapping[int, NeuronModel]) -> Network:
    layers = [
        layer.model_copy(update={"neuron": neurons[index]}) if index in neurons else layer
        for index, layer in enumerate(network.layers)
    ]
    return network.model_copy(update={"layers": tuple(layers)}) if neurons else network


@dataclass(frozen=True, eq=False, slots=True)
class _Steps:
    """The terms of a step, its states by number, the membrane first."""

    starts: tuple[Terms, ...]
    states: tuple[Terms, ...]
    spike: Terms | None
    above: Terms
    """What the spike is Θ of."""

    def equal(self, other: _Steps) -> bool:
        """Tell whether both compute the same."""
        if len(self.states) != len(other.states) or (self.spike is None) is not (other.spike is None):
            return False
        pairs = zip(
            (*self.starts, *self.states, self.spike or {}), (*other.starts, *other.states, other.spike or {}),
            strict=True,
        )  # fmt: skip
        return all(same(one, two) for one, two in pairs)

    def threshold(self) -> np.ndarray | None:
        """Return the membrane above which it spikes, where that can be read from a product without a spike."""
        membrane = self.states[0]
        for factors in sorted(self.above):
            if factors and factors in membrane and not any(is_spike(factor) for factor in factors):
                return np.asarray(-self.above.get((), 0.0) * membrane[factors] / self.above[factors])
        return None


def _steps(
    products: Products,
    equation: Equation,
    values: Values,
    order: Sequence[str],
    memories: Mapping[str, Node] | None = None,
) -> _Steps:
    """Return the terms of a step whose states have the numbers of `order`."""
    leaves: dict[tuple[str, str], Terms] = {("input", equation.input): {("x",): 1.0}}
    leaves |= {("parameter", name): {(): np.asarray(value, np.float64)} for name, value in values.items()}
    starts = tuple(products.expanded(equation.starts[name], leaves) for name in order)
    leaves |= {("state", name): {(_state(place),): 1.0} for place, name in enumerate(order)}
    known = {equation.states[name].place: leaves["state", name] for name in order if equation.states[name].arguments}
    for name, spike in (memories or {}).items():
        leaves["state", name] = products.expanded(spike, leaves, known)
    states = tuple(products.expanded(equation.states[name], leaves) for name in order)
    if equation.spike is None:
        return _Steps(starts, states, None, {})
    above = products.expanded(equation.spike.arguments[0], leaves)
    return _Steps(starts, states, products.theta(above), above)


def _state(place: int) -> str:
    return f"state {place}"


def _memories(products: Products, equation: Equation, values: Values) -> dict[str, Node]:
    """Return the states that only remember the spike of the step before: Θ of what the other states were left at."""
    spike = equation.spike
    if spike is None:
        return {}
    found = {name: node for name, node in equation.states.items() if _plain(node) is spike}
    others = [name for name in equation.states if name not in found]
    if not found or not others:
        return {}
    leaves: dict[tuple[str, str], Terms] = {
        ("parameter", name): {(): np.asarray(value, np.float64)} for name, value in values.items()
    }
    at_start = {name: products.expanded(equation.starts[name], leaves) for name in equation.states}
    known = {equation.states[name].place: at_start[name] for name in others if equation.states[name].arguments}
    try:
        first = products.expanded(spike, leaves, known)
    except KeyError:  # it needs more than the states as they were left
        return {}
    return {name: spike for name in found if same(at_start[name], first)}


def _plain(node: Node) -> Node:
    return _plain(node.arguments[0]) if node.operation == "detach" else node


def _alike(own: OwnNeuron, given: _Steps, products: Products) -> Iterator[Equivalent]:
    """Find built-in neurons that compute the same step."""
    threshold = given.threshold()
    decays = [np.asarray(terms.get((_state(place),), 0.0)) for place, terms in enumerate(given.states)]
    kept = Kept(tuple(decays), np.asarray(given.states[0].get(("x",), 0.0)), own.time_step_s or 1.0)
    for model in NEURONS:
        values = model.like(kept) if model.never_spikes is own.never_spikes else None
        if values is None or len(model.states) != len(given.states) or (threshold is None and not own.never_spikes):
            continue
        fields = values if own.never_spikes else {**values, "threshold": threshold}
        one_each = {name: value for name, value in fields.items() if np.ptp(value) > 1e-9 * np.max(np.abs(value))}
        if not set(one_each) <= set(model.learnable()):
            continue
        document: dict[str, Any] = {name: float(np.mean(value)) for name, value in fields.items()}
        document |= {f"learn_{name}": "per_neuron" for name in one_each}
        for chosen in _choices(model):
            if found := _same(own, given, products, model, document | chosen, one_each):
                yield found


def _choices(model: type[NeuronModel]) -> Iterator[dict[str, Any]]:
    known = model.model_fields
    resets = get_args(known["reset"].annotation) if "reset" in known else ()
    late = (True, False) if "reset_delay" in known else ()
    for reset, delay in product(resets or (None,), late or (None,)):
        yield {name: one for name, one in (("reset", reset), ("reset_delay", delay)) if one is not None}


def _same(
    own: OwnNeuron, given: _Steps, products: Products, model: type[NeuronModel], document: dict[str, Any], each: Values
) -> Equivalent | None:
    if not own.never_spikes:
        document["surrogate"] = own.surrogate.model_dump(mode="json")
    try:
        neuron = parse(model, {"kind": model.model_fields["kind"].default, **document})
    except SpecError:
        return None
    said = {name: getattr(neuron, name, None) for name in model.numbers}
    values: Values = {name: value for name, value in said.items() if value is not None} | dict(each)
    if document.get("reset") == "zero" and document.get("reset_delay") is False:
        # A membrane that is set to zero at once is never left above the threshold, which all documents have above 0.
        above: Terms = {(_state(0),): 1.0, (): -np.asarray(values["threshold"])}
        products.never = next(iter(products.theta(above)))[0]
    try:
        found = _steps(products, equation_of(neuron), values, model.states)
    finally:
        products.never = ""
    return Equivalent(neuron, each) if given.equal(found) else None
