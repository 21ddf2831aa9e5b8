"""The one job that every contestant gets: images, order of samples, initial weights, neuron and recipe, as files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.architectures import CLASSES, DENSE, title_of


@dataclass(frozen=True)
class Job:
    """What is trained: a network of one hidden layer, or one that `architectures` describes, and its recipe.

    `neuron` holds `kind` and the values of snnTorch's neuron of that kind: beta, alpha, threshold, reset.
    The loss is the cross-entropy on the output membrane at each step, summed; Adam with its usual values.
    """

    hidden: int = 100
    num_steps: int = 25
    batch: int = 128
    learning_rate: float = 5e-4
    network: str = DENSE
    neuron: Mapping[str, Any] = field(
        default_factory=lambda: {"kind": "leaky", "beta": 0.95, "threshold": 1.0, "reset": "subtract"}
    )

    def title(self, features: int = 784) -> str:
        """Give the job in one line."""
        kind = str(self.neuron["kind"]).capitalize()
        network = f"{features}-{self.hidden}-{CLASSES}" if self.network == DENSE else title_of(self.network)
        return f"{network} {kind}, {self.num_steps} steps, batch {self.batch}"


@dataclass(frozen=True, eq=False)
class Task:
    """A job with its data, as a contestant reads it.

    `images` [sample, feature] uint8, `labels` [sample] int64, `order` [sample] int64; `weights` [out][in] float32.
    Input is image · `scale`.
    """

    job: Job
    images: np.ndarray
    labels: np.ndarray
    order: np.ndarray
    weights: list[np.ndarray]
    biases: list[np.ndarray]
    scale: float = 1 / 255

    def indices(self, first: int, count: int) -> np.ndarray:
        """Give the samples of `count` updates from update `first` on, [update, batch]; wraps round at the end."""
        size = self.job.batch
        places = np.arange(first * size, (first + count) * size) % len(self.order)
        return self.order[places].reshape(count, size)


def initial_weights(sizes: tuple[int, ...], seed: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give weight [out][in] and bias of each layer, uniform within 1/√in as torch's linear layers begin."""
    random = np.random.default_rng(seed)
    for ins, outs in pairwise(sizes):
        bound = 1 / np.sqrt(ins)
        yield (
            random.uniform(-bound, bound, (outs, ins)).astype(np.float32),
            random.uniform(-bound, bound, outs).astype(np.float32),
        )


def write_data(folder: Path, images: np.ndarray, labels: np.ndarray, seed: int = 0) -> None:
    """Write the samples once, and a random order of them, for every task in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "images.npy", np.ascontiguousarray(images, np.uint8))
    np.save(folder / "labels.npy", np.ascontiguousarray(labels, np.int64))
    np.save(folder / "order.npy", np.random.default_rng(seed).permutation(len(labels)).astype(np.int64))


def write_job(folder: Path, job: Job) -> str:
    """Write a job; what it gives goes to `read_task`."""
    return json.dumps({"folder": str(folder), "job": asdict(job)})


def read_task(text: str) -> Task:
    """Read what `write_job` gave, with the data of its folder."""
    said = json.loads(text)
    folder, job = Path(said["folder"]), Job(**said["job"])
    images = np.load(folder / "images.npy")
    layers = list(initial_weights((images.shape[1], job.hidden, CLASSES)))
    return Task(
        job,
        images,
        np.load(folder / "labels.npy"),
        np.load(folder / "order.npy"),
        weights=[weight for weight, _ in layers],
        biases=[bias for _, bias in layers],
    )


def smallest(task: Task) -> Task:
    """Give the task with a network of two hidden neurons over one step, same data."""
    job = replace(task.job, hidden=2, num_steps=1)
    layers = list(initial_weights((task.images.shape[1], job.hidden, CLASSES)))
    return replace(task, job=job, weights=[weight for weight, _ in layers], biases=[bias for _, bias in layers])


def invented_images(samples: int = 6000, features: int = 784, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Give images as dark as digits, a blurred patch of their class with noise, for where MNIST is not at hand."""
    random = np.random.default_rng(seed)
    patterns = random.random((CLASSES, features)) ** 6
    labels = random.integers(0, CLASSES, samples)
    noisy = patterns[labels] * random.uniform(0.5, 1.0, (samples, features))
    return (noisy * 255).astype(np.uint8), labels
