"""What the sections of one benchmark share: data, effort, contest, a place to write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contest import Contest
from benchmarks.task import Job, invented_images, write_data, write_job
from benchmarks.timing import Effort

PAPER = "paper"
"""The preset whose recipe and neurons are timed."""


@dataclass(frozen=True)
class Session:
    """One run of the benchmark."""

    contest: Contest
    folder: Path
    """Data and logs; nothing in it needs keeping."""
    cores: int
    quick: bool
    say: Callable[[str], None]
    dataset: str
    """`mnist`, or `invented` where it is not at hand."""

    @property
    def has_mnist(self) -> bool:
        """Whether the images are MNIST's."""
        return self.dataset == "mnist"

    def task(self, job: Job) -> str:
        """Give a job with this session's samples, as the workers read it."""
        return write_job(self.folder / "data" / self.dataset, job)

    def effort(self, *, rounds: int, quick_rounds: int, block_s: float, most_updates: int = 400) -> Effort:
        """Give how much to time; a quick session takes short turns."""
        if self.quick:
            return Effort(quick_rounds, min(block_s, 0.1), most_updates)
        return Effort(rounds, block_s, most_updates)


def prepare_data(folder: Path) -> str:
    """Write the samples that all contestants read; give the name of the data set."""
    from snntrainer3d.data import available, load

    if not available("mnist"):
        _write_once(folder / "data" / "invented", *invented_images())
        return "invented"
    dataset = load("mnist")
    images = dataset.train.inputs.reshape(len(dataset.train.labels), -1)
    _write_once(folder / "data" / "mnist", images, dataset.train.labels)
    return "mnist"


def paper_neuron(kind: str) -> Mapping[str, Any]:
    """Give the paper preset's neuron of a kind, by the names of snnTorch."""
    from snntrainer3d.spec import PRESETS, neuron_of

    neuron = neuron_of(kind)(**PRESETS[PAPER].neurons[kind])
    names = ("kind", "alpha", "beta", "threshold", "reset")
    return {name: getattr(neuron, name) for name in names if hasattr(neuron, name)}


SNNTORCH_KINDS = ("leaky", "lapicque", "synaptic", "alpha")
"""The neurons of the paper, which snnTorch has too; others of ours have nothing to be held against there."""


def paper_job(kind: str = "leaky", **changed: Any) -> Job:
    """Give the paper preset's recipe with 100 hidden neurons; `changed` goes over it."""
    from snntrainer3d.spec import PRESETS

    recipe = PRESETS[PAPER].training
    values = {
        "num_steps": recipe["num_steps"],
        "batch": recipe["batch_size"],
        "learning_rate": recipe["learning_rate"],
        "neuron": paper_neuron(kind),
    }
    return Job(**{**values, **changed})


def _write_once(folder: Path, images: np.ndarray, labels: np.ndarray) -> None:
    mark = folder / "made"
    made = hashlib.sha256(np.ascontiguousarray(labels)).hexdigest()
    if not mark.exists() or mark.read_text() != made:
        write_data(folder, images, labels)
        mark.write_text(made)
