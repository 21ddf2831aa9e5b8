"""The float32 numbers that a layer computes with, in the order of operations of snnTorch, and how code writes them."""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from snntrainer3d.exports.json_weights import shortest
from snntrainer3d.spec import Lapicque, Neuron, TrainedNetwork, neuron_values

COLUMNS = 116
STATES = {"leaky": ("mem",), "lapicque": ("mem",), "synaptic": ("syn", "mem"), "alpha": ("exc", "inh", "mem")}
"""What each kind of neuron carries from step to step; the membrane last."""
Value = Float32[np.ndarray, "..."]


@dataclass(frozen=True, eq=False, slots=True)
class LayerValues:
    """A layer ready to be written down."""

    kind: str
    reset: str
    weight: Float32[np.ndarray, "out in"]
    bias: Float32[np.ndarray, "out"] | None
    values: dict[str, Value]
    """What the neuron's equations need beside its states: a number, or one for each neuron."""

    @property
    def size(self) -> int:
        """Give the number of neurons."""
        return len(self.weight)

    @property
    def states(self) -> tuple[str, ...]:
        """Give the names of what a neuron carries from step to step."""
        return STATES[self.kind]


def layer_values(trained: TrainedNetwork) -> list[LayerValues]:
    """Give every layer of a network of dense layers."""
    return list(_layers(trained))


def _layers(trained: TrainedNetwork) -> Iterator[LayerValues]:
    for index, layer in enumerate(trained.network.dense_layers()):
        prefix = f"layers.{index}"
        said = {name: trained.tensors[f"{prefix}.neuron.{name}"] for name in neuron_values(layer.neuron)}
        yield LayerValues(
            layer.neuron.kind,
            layer.neuron.reset,
            trained.tensors[f"{prefix}.weight"],
            trained.tensors.get(f"{prefix}.bias"),
            neuron_constants(layer.neuron, said),
        )


def neuron_constants(neuron: Neuron, said: dict[str, Value]) -> dict[str, Value]:
    """Give the numbers of a neuron's equations from its stored values, computed in float32 as snnTorch does."""
    if isinstance(neuron, Lapicque):
        return {**_circuit(neuron, said["beta"]), "threshold": said["threshold"]}
    one = np.float32(1)
    found = {name: np.clip(value, np.float32(0), one) for name, value in said.items() if name != "threshold"}
    if neuron.kind == "alpha":
        alpha, beta = found["alpha"], found["beta"]
        found["tau"] = np.asarray(np.log(alpha) / (np.log(beta) - np.log(alpha)) + one, np.float32)
    return {**found, "threshold": said["threshold"]}


def _circuit(neuron: Lapicque, beta: Value) -> dict[str, Value]:
    resistance = np.float32(1.0 if neuron.resistance_ohm is None else neuron.resistance_ohm)
    time_step = np.float32(neuron.time_step_s)
    if neuron.capacitance_f is not None:
        capacitance: Value = np.asarray(neuron.capacitance_f, np.float32)
    else:
        inside = np.clip(beta, np.float32(1e-6), np.float32(1 - 1e-6)) if neuron.learn_beta != "fixed" else beta
        capacitance = time_step / (resistance * np.log(np.float32(1) / inside))
    circuit = resistance * capacitance
    return {
        "resistance": np.asarray(resistance, np.float32),
        "rate": np.asarray(np.float32(1) / circuit, np.float32),
        "time_step": np.asarray(time_step, np.float32),
        "decay": np.asarray(np.float32(1) - time_step / circuit, np.float32),
    }


def packed(array: Value) -> str:
    """Give an array's little-endian float32 as base64, in lines that editors bear."""
    return "\n".join(textwrap.wrap(base64.b64encode(np.asarray(array, "<f4").tobytes()).decode(), COLUMNS))


def number(value: Value) -> str:
    """Give a single float32 in its shortest exact form."""
    return repr(float(shortest(np.asarray(value, np.float32).reshape(1))[0]))
