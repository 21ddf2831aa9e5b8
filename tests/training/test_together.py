"""A network trained by several processes is the one that a single process trains with the same batches."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sharing_process import trained

from snntrainer3d.compose import Choices, compose
from snntrainer3d.data import load
from snntrainer3d.errors import SpecError
from snntrainer3d.spec import BatchNorm, Conv2d, Dropout, Flatten, Network, RunSpec
from snntrainer3d.training import Together, train

PATIENCE_S = 600.0
SIZE = 2
CLOSE = 1e-4
"""Of weights of some tenths, after two epochs: sums in another order differ by 1e-7 each."""
SCRIPT = Path(__file__).with_name("sharing_process.py")


def specs() -> dict[str, RunSpec]:
    """Give one network for each learner; batches of 100 leave a last one of 21, which cannot be halved evenly."""
    small: dict[str, Any] = {
        "epochs": 2,
        "num_steps": 6,
        "batch_size": 101,
        "validation_share": 0.1,
        "keep_last_batch": True,
    }
    dense = Choices(dataset="digits", hidden=(16,), training=small)
    clipped = {**small, "engine": "reference", "gradient_clip_norm": 0.5, "coding": {"kind": "rate"}}
    balanced = {**small, "class_weights": "balanced"}
    return {
        "fused": compose(dense),
        "balanced": compose(Choices(dataset="digits", hidden=(16,), training=balanced)),
        "reference": compose(Choices(dataset="digits", hidden=(16,), training=clipped)),
        "maps": of_maps(compose(dense)),
    }


def of_maps(spec: RunSpec) -> RunSpec:
    """Give the same with a convolution in front."""
    hidden, output = spec.network.layers
    layers = [Conv2d(channels=4, kernel=3, neuron=hidden.neuron), Flatten(), output]
    return spec.changed(network=Network(input=spec.network.input, layers=layers).model_dump(mode="json"))


@pytest.mark.slow
def test_two_processes_train_what_one_does(tmp_path: Path) -> None:
    wanted = specs()
    (tmp_path / "specs.json").write_text(
        json.dumps({name: spec.model_dump(mode="json") for name, spec in wanted.items()})
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    arguments = [[str(tmp_path / "specs.json"), str(rank), str(SIZE), str(port), str(tmp_path)] for rank in range(SIZE)]
    processes = [
        subprocess.Popen([sys.executable, str(SCRIPT), *words], stderr=subprocess.PIPE, text=True)
        for words in arguments
    ]
    alone = {name: trained(spec) for name, spec in wanted.items()}
    for process in processes:
        _, said = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, said
    for name, expected in alone.items():
        first, other = (np.load(tmp_path / f"{name}-{rank}.npz") for rank in range(SIZE))
        assert set(first.files) == set(expected)
        for key, value in expected.items():
            np.testing.assert_array_equal(first[key], other[key], err_msg=f"{name}: {key} differs between processes")
            np.testing.assert_allclose(first[key], value, rtol=CLOSE, atol=CLOSE, err_msg=f"{name}: {key}")


def test_what_a_shared_batch_would_change_is_refused() -> None:
    spec = compose(Choices(dataset="digits", hidden=(8,)))
    layers = [Flatten(), BatchNorm(), Dropout(), *spec.network.layers]
    network = Network(input=spec.network.input, layers=layers).model_dump(mode="json")

    class Alone(Together):
        def __init__(self) -> None:
            self.rank, self.size = 0, 1

    with pytest.raises(SpecError) as caught:
        train(spec.changed(network=network), load("digits"), together=Alone())
    assert {fault.path for fault in caught.value.faults} >= {"network.layers[1]", "network.layers[2]"}
