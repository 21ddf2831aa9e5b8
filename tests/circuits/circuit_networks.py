"""Networks that the tests of circuits work on, and samples as input over time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snntrainer3d.data import load
from snntrainer3d.exports import read_weights
from snntrainer3d.spec import TrainedNetwork, dense_network, fixed_tensors, tensor_shapes

needs_ngspice = pytest.mark.skipif(shutil.which("ngspice") is None, reason="needs ngspice, which is not installed")
NETWORKS = Path(__file__).parents[1] / "golden" / "networks"


def stored(name: str) -> TrainedNetwork:
    """Give a network that tests/golden/make_networks.py trained."""
    return read_weights(NETWORKS / f"{name}.json")


def inputs_of(trained: TrainedNetwork, samples: list[int], steps: int | None = None) -> np.ndarray:
    """Give test samples as input over time."""
    assert trained.training is not None
    dataset = load(trained.training.dataset)
    scale, offset = dataset.affine(trained.training.pixels)
    values = dataset.test.inputs[samples].reshape(len(samples), -1) * np.float32(scale) + np.float32(offset)
    return np.repeat(values[:, None].astype(np.float32), steps or trained.training.num_steps, axis=1)


def labels_of(trained: TrainedNetwork, samples: list[int]) -> np.ndarray:
    assert trained.training is not None
    return load(trained.training.dataset).test.labels[samples]


def drawn(sizes: tuple[int, ...], neuron: Any, seed: int = 0, scale: float = 2.0) -> TrainedNetwork:
    """Give a network with random weights, strong enough to spike."""
    network = dense_network((sizes[0],), sizes[1:-1], sizes[-1], neuron)
    random = np.random.default_rng(seed)
    arrays = {
        name: (random.normal(size=shape) * scale / np.sqrt(shape[-1] if shape else 1.0)).astype(np.float32)
        for name, shape in tensor_shapes(network).items()
        if ".neuron." not in name
    }
    return TrainedNetwork(network, {**arrays, **fixed_tensors(network)})
