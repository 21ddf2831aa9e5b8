"""This project's two learners as contestants, entered by the doors that the training itself uses."""

from __future__ import annotations

import time
from typing import Literal

import numpy as np
import torch

from benchmarks.architectures import DENSE, arrays_of, layers_of
from benchmarks.task import CLASSES, Task
from snntrainer3d.data.encoders import Encoder
from snntrainer3d.engine import build, load_tensors, open_learner
from snntrainer3d.spec import (
    Network,
    OwnNeuron,
    OwnParameter,
    Training,
    dense_network,
    fixed_tensors,
    neuron_of,
    parse,
    tensor_shapes,
)


def network_of(task: Task) -> Network:
    """Give the task's network as a document."""
    if task.job.network != DENSE:
        shape, layers = layers_of(task.job.network, dict(task.job.neuron))
        return parse(Network, {"input": {"shape": shape}, "layers": layers})
    values = dict(task.job.neuron)
    neuron = neuron_of(values.pop("kind"))(**values)
    return dense_network((task.images.shape[1],), (task.job.hidden,), CLASSES, neuron)


def training_of(task: Task, engine: Literal["fused", "reference"]) -> Training:
    """Give the task's recipe as a document."""
    job = task.job
    return Training(
        dataset="mnist",
        num_steps=job.num_steps,
        batch_size=job.batch,
        learning_rate=job.learning_rate,
        loss="membrane",
        engine=engine,
    )


class Fused:
    """The fused kernels."""

    engine: Literal["fused", "reference"] = "fused"

    def __init__(self, task: Task) -> None:
        torch.set_flush_denormal(True)
        network, training = self.document(task), training_of(task, self.engine)
        module = build(network)
        load_tensors(module, _tensors(network, task))
        self.learner = open_learner(module, network, training)
        if self.learner.name != self.engine:
            raise RuntimeError(f"no {self.engine} learner: {self.learner.note}")
        self.images, self.labels = torch.from_numpy(task.images), torch.from_numpy(task.labels)
        self.encoder, self.rate = Encoder(scale=task.scale), task.job.learning_rate

    def document(self, task: Task) -> Network:
        """Return the task's network."""
        return network_of(task)

    def run(self, indices: np.ndarray) -> list[float]:
        """Make one update per row of [update, batch]; give their losses."""
        losses = []
        for chosen in indices:
            inputs = self.learner.fetch(self.images, chosen, self.encoder, 1)
            losses.append(self.learner.train_batch(inputs, self.labels[torch.from_numpy(chosen)], self.rate).loss)
        return losses

    def memory_bytes(self) -> int | None:
        """Give the bytes of a step by the learner's own formula, where it has one."""
        formula = getattr(self.learner, "memory_bytes", None)
        return None if formula is None else int(formula())


class Typed(Fused):
    """The fused kernels of a neuron that a person typed: what Leaky says, line by line."""

    def document(self, task: Task) -> Network:
        """Return the task's network with an own neuron in every layer."""
        values = task.job.neuron
        if (values["kind"], values["reset"]) != ("leaky", "subtract"):
            raise ValueError("Only Leaky neurons that subtract are typed here.")
        neuron = OwnNeuron(
            parameters={name: OwnParameter(value=values[name]) for name in ("beta", "threshold")},
            states={"m": 0.0},
            step=(
                "r = heaviside(m - threshold)",
                "m = beta * m + x - r * threshold",
                "out = spike(m - threshold)",
            ),
        )
        return dense_network((task.images.shape[1],), (task.job.hidden,), CLASSES, neuron)


class Reference(Fused):
    """snnTorch's modules stepped through, as the run says when nothing fused fits."""

    engine = "reference"


def _tensors(network: Network, task: Task) -> dict[str, np.ndarray]:
    tensors = fixed_tensors(network)
    if task.job.network != DENSE:
        return {**arrays_of(task.job.network), **tensors}
    for index, (weight, bias) in enumerate(zip(task.weights, task.biases, strict=True)):
        tensors[f"layers.{index}.weight"], tensors[f"layers.{index}.bias"] = weight, bias
    return {name: tensors[name] for name in tensor_shapes(network)}


def compile_seconds() -> float:
    """Give the seconds until the kernels are there: compiled the first time, from disk later."""
    begun = time.perf_counter()
    from snntrainer3d.engine.fused.learner import prepare

    for _ in prepare():
        pass
    return time.perf_counter() - begun
