"""What is allowed but will probably disappoint: warnings in plain words, each with a way out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from snntrainer3d.errors import Fault
from snntrainer3d.spec.cost import BYTES_PER_VALUE, cost_of
from snntrainer3d.spec.layers import Conv2d, Dense, Recurrent
from snntrainer3d.spec.network import Network
from snntrainer3d.spec.run import RunSpec

HIGH_LEARNING_RATE = 0.05
LOW_LEARNING_RATE = 1e-6
FEW_STEPS = 5
FEW_STEPS_OF_MAPS = 4
"""With convolutions four are enough: the recipes of lenet were chosen with them (docs/science.md)."""
XOR_EPOCHS = 100
XOR_HIDDEN = 4
COPIES_OF_PARAMETERS = 4
"""Value, gradient, and Adam's two means."""
ARRAYS_PER_STATE = 4
"""Currents, membranes, spikes and gradients of every neuron and step, kept for the backward pass."""
ARRAYS_PER_VALUE = 2
"""Values and gradients of every stage without neurons."""
USUAL_MEMORY_BYTES = 8 * 2**30


@dataclass(frozen=True, slots=True)
class Advice:
    """One warning; `code` names the rule, `path` the field that would change it."""

    code: str
    path: str
    message: str
    hint: str

    def fault(self) -> Fault:
        """Give it in the form of a fault, as the API shows both."""
        return Fault(self.path, self.message, self.hint)


def advise(spec: RunSpec, *, classes: int | None = None, memory_bytes: int | None = None) -> list[Advice]:
    """Give every warning for a valid document.

    Args:
        classes: of the data set, where known.
        memory_bytes: what the machine has, where known.
    """
    return [
        *_each_once(_neurons(spec)),
        *_layers(spec.network, classes),
        *_training(spec),
        *_memory(spec, memory_bytes),
        *(_xor(spec) if spec.training.dataset == "xor" else ()),
    ]


def training_bytes(spec: RunSpec) -> int:
    """Estimate the memory that one update needs beside the data: parameters four times, states of all time steps."""
    cost = cost_of(spec.network, spec.training.num_steps)
    silent = sum(spec.network.sizes()[1:]) - cost.neurons
    each = ARRAYS_PER_STATE * cost.neurons + ARRAYS_PER_VALUE * silent
    states = each * spec.training.num_steps * spec.training.batch_size
    return BYTES_PER_VALUE * (COPIES_OF_PARAMETERS * cost.parameters + states)


def _neurons(spec: RunSpec) -> Iterator[Advice]:
    for index, layer in enumerate(spec.network.layers):
        neuron, path = layer.neuron, f"network.layers[{index}].neuron"
        if neuron is None:
            continue
        to_itself = isinstance(layer, Recurrent) and layer.feedback == "one_to_one"
        if to_itself and neuron.when_recurrent.get("silences_input") and neuron.reset == "zero":
            yield Advice(
                "feedback_reset",
                f"{path}.reset",
                "reset to zero wipes out what a neuron sends back to itself: the feedback does nothing.",
                "Reset by subtraction, or send it back to all neurons.",
            )
        lasts = spec.training.num_steps * getattr(neuron, "time_step_ms", math.inf)
        if lasts < neuron.spike_takes_ms:
            yield Advice(
                "short_sample",
                f"{path}.time_step_ms",
                f"a sample lasts {lasts:g} ms here: hardly time for a spike and the recovery after it.",
                "Take a longer time step, or more steps per sample.",
            )
        for one in neuron.unwise():
            yield Advice(one.code, f"{path}.{one.field}", one.message, one.hint)


def _each_once(advice: Iterator[Advice]) -> list[Advice]:
    """Keep the first of equal warnings and say how many layers they hold for."""
    groups: dict[tuple[str, str], list[Advice]] = {}
    for one in advice:
        groups.setdefault((one.code, one.message), []).append(one)
    return [
        first
        if len(group) == 1
        else Advice(first.code, first.path, f"{first.message} ({len(group)} layers)", first.hint)
        for group in groups.values()
        for first in group[:1]
    ]


def _layers(network: Network, classes: int | None) -> Iterator[Advice]:
    for index, layer in enumerate(network.hidden):
        if isinstance(layer, Dense | Recurrent) and layer.size == 1:
            yield Advice(
                "bottleneck",
                f"network.layers[{index}].size",
                "a hidden layer of one neuron is a bottleneck: everything must pass through one spike train.",
                "Give it more neurons, or remove the layer.",
            )
    if (pair := _unheard(network)) is not None:
        first, second = pair
        yield Advice(
            "currents_meet_weights",
            f"network.layers[{first}].neuron",
            f"layer {first + 1} hands its currents to the weights of layer {second + 1} without neurons between; "
            "two weight matrices in a row do no more than one.",
            f"Give layer {first + 1} neurons.",
        )
    if classes is not None and network.output.size > classes:
        yield Advice(
            "idle_outputs",
            f"network.layers[{len(network.layers) - 1}].size",
            f"the output has {network.output.size} neurons for {classes} classes; the others stand for nothing.",
            f"Set it to {classes}.",
        )


def _unheard(network: Network) -> tuple[int, int] | None:
    """Give two layers with weights of which the first has no neurons, nor any layer between them; None if none."""
    waiting: int | None = None
    for index, layer in enumerate(network.layers):
        weighs = isinstance(layer, Conv2d | Dense | Recurrent)
        if weighs and waiting is not None:
            return waiting, index
        if layer.neuron is not None:
            waiting = None
        elif weighs:
            waiting = index
    return None


def _training(spec: RunSpec) -> Iterator[Advice]:
    training = spec.training
    if training.learning_rate > HIGH_LEARNING_RATE:
        yield Advice(
            "learning_rate_high",
            "training.learning_rate",
            f"a learning rate of {training.learning_rate:g} is high for Adam; training will probably not settle.",
            "0.0005 to 0.01 is usual.",
        )
    if training.learning_rate < LOW_LEARNING_RATE:
        yield Advice(
            "learning_rate_low",
            "training.learning_rate",
            f"a learning rate of {training.learning_rate:g} hardly moves the weights.",
            "0.0005 to 0.01 is usual.",
        )
    maps = any(isinstance(layer, Conv2d) for layer in spec.network.layers)
    if training.num_steps < (FEW_STEPS_OF_MAPS if maps else FEW_STEPS):
        yield Advice(
            "few_steps",
            "training.num_steps",
            f"with {training.num_steps} time steps spike counts take only {training.num_steps + 1} values, "
            "so many samples end in a tie.",
            "15 to 25 steps are usual.",
        )


def _memory(spec: RunSpec, memory_bytes: int | None) -> Iterator[Advice]:
    needed = training_bytes(spec)
    if needed > (memory_bytes or USUAL_MEMORY_BYTES) // 2:
        here = f"; this machine has {memory_bytes / 2**30:,.1f} GiB" if memory_bytes else ""
        yield Advice(
            "memory",
            "training.batch_size",
            f"one update needs about {needed / 2**30:,.1f} GiB of memory{here}.",
            "Take a smaller batch, fewer time steps or smaller layers.",
        )


def _xor(spec: RunSpec) -> Iterator[Advice]:
    if not spec.network.hidden:
        yield Advice(
            "xor_without_hidden",
            "network.layers",
            "xor cannot be told apart by a single layer.",
            "Add a hidden layer of 10 neurons.",
        )
    elif min(spec.network.sizes()[1:-1]) < XOR_HIDDEN:
        yield Advice(
            "xor_few_neurons",
            "network.layers[0].size",
            f"with fewer than {XOR_HIDDEN} hidden neurons xor often gets stuck at 3 of 4.",
            "10 neurons learn it reliably.",
        )
    if spec.training.epochs < XOR_EPOCHS:
        yield Advice(
            "xor_few_epochs",
            "training.epochs",
            f"xor has four rows, so an epoch is a single update; {spec.training.epochs} are few.",
            "Take 500 epochs and a learning rate of 0.01.",
        )
