"""Weight files for the program that Jurj et al. 2024 published: the form that paper_json.py reads, written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from snntrainer3d.errors import Fault
from snntrainer3d.exports.json_weights import shortest
from snntrainer3d.exports.paper_kinds import KINDS
from snntrainer3d.exports.refusal import CARRIED, refuse, unknown_parts
from snntrainer3d.spec import (
    Network,
    TrainedNetwork,
    Training,
    as_built_in,
    neuron_values,
    tensor_name,
    trained_as_built_in,
    value_text,
)

FORM = "the paper's JSON"
_RESETS = ("subtract", "zero", "none")


def to_paper_json(trained: TrainedNetwork) -> bytes:
    """Give a trained network as the paper's program saves one, without the states after the last batch.

    Raises:
        MismatchError: what the form cannot hold: other layers than dense ones with a bias, different neurons in
            different layers, learned neuron values.
    """
    trained = trained_as_built_in(trained)
    refuse(FORM, paper_faults(trained.network, trained.training))
    weights: dict[str, Any] = {}
    for index in range(len(trained.network.layers)):
        weights |= _layer(trained, index)
    network = trained.network
    parameters = {
        "neuron_type": KINDS[network.output.neuron.kind],
        "num_inputs": network.input.size,
        "hidden_layers": [layer.size for layer in network.dense_layers()[:-1]],
        "num_outputs": network.output.size,
        "hyperparameters": _hyperparameters(network.output.neuron),
    }
    return json.dumps({"weights": weights, "parameters": parameters}).encode()


def paper_faults(network: Network, training: Training | None = None) -> list[Fault]:
    """Give every reason why the form cannot hold a network of that recipe.

    The program feeds values from 0 to 1 at every step and takes the output with the most spikes; its form says nothing
    of it.
    """
    network = as_built_in(network)
    faults = [
        *unknown_parts(network, FORM, neurons=KINDS, immediate=False),
        *_recipe_faults(training or Training()),
    ]
    if faults:
        return faults
    layers = network.dense_layers()
    first = layers[0].neuron
    for index, layer in enumerate(layers):
        path = f"network.layers[{index}]"
        if not layer.bias:
            faults.append(Fault(f"{path}.bias", "is false; every layer of that form has one.", "Train with biases."))
        for name, learning in neuron_values(layer.neuron).items():
            if learning != "fixed":
                faults.append(
                    Fault(f"{path}.neuron.learn_{name}", f"is {value_text(learning)}; that form has only fixed ones.")
                )
        if _alike(layer.neuron) != _alike(first):
            faults.append(Fault(f"{path}.neuron", "differs from the first layer's; that form has one for all layers."))
    return faults


def _recipe_faults(training: Training) -> Iterator[Fault]:
    usual = {
        "coding.kind": (training.coding.kind, "direct"),
        "pixels": (training.pixels, "unit"),
        "population": (training.population, 1),
        "read_last_steps": (training.read_last_steps, None),
    }
    for field, (found, known) in usual.items():
        if found != known:
            yield Fault(f"training.{field}", f"is {found}, which {FORM} cannot say.", CARRIED)
    if training.reading != "count":
        message = f"is {training.loss}, which decides by the {training.reading}; {FORM} knows the most spikes only."
        yield Fault("training.loss", message.replace("first_spike", "first spike"), CARRIED)


def _alike(neuron: Any) -> dict[str, Any]:
    """Give what all layers must share: threshold and reset stand in each layer, the surrogate nowhere."""
    own = {"threshold", "learn_threshold", "reset", "surrogate"}
    return {name: value for name, value in neuron.model_dump().items() if name not in own}


def _hyperparameters(neuron: Any) -> dict[str, float]:
    return {name: value for name, value in neuron.snntorch_given().items() if name != "reset_delay"}


def _layer(trained: TrainedNetwork, index: int) -> dict[str, Any]:
    tensors, neuron = trained.tensors, trained.network.dense_layers()[index].neuron
    connection, cell = f"fc{index + 1}", f"lifs.{index}"
    found = {
        f"{connection}.weight": _entry(tensors[tensor_name(index, "weight")]),
        f"{connection}.bias": _entry(tensors[tensor_name(index, "bias")]),
        f"{cell}.graded_spikes_factor": _entry(np.float32(1.0)),
        f"{cell}.reset_mechanism_val": {"data": _RESETS.index(neuron.reset), "dtype": "torch.int64"},
    }
    for name in neuron_values(neuron):
        found[f"{cell}.{name}"] = _entry(tensors[tensor_name(index, f"neuron.{name}")])
    if neuron.snntorch_names:
        found |= {f"{cell}.{name}": _entry(np.float32(value)) for name, value in _circuit(neuron).items()}
    return found


def _circuit(neuron: Any) -> dict[str, float]:
    # snnTorch keeps R, C and the time step beside beta: with beta alone R is 1 and C = time_step / ln(1/beta).
    resistance = 1.0 if neuron.resistance_ohm is None else neuron.resistance_ohm
    return {"R": resistance, "C": neuron.time_step_s / neuron.gain(), "time_step": neuron.time_step_s}


def _entry(values: Any) -> dict[str, Any]:
    return {"data": shortest(np.asarray(values, np.float32)).tolist(), "dtype": "torch.float32"}
