"""The plane of two inputs: what the network decides at each cell, how surely, and where the samples lie."""

from __future__ import annotations

import base64
from dataclasses import replace

import numpy as np
import pytest
import torch

from snntrainer3d.compose import Choices, compose
from snntrainer3d.data import load
from snntrainer3d.engine import build, load_tensors, run, to_trained
from snntrainer3d.errors import InputError, NotFoundError
from snntrainer3d.exports import to_safetensors
from snntrainer3d.jobs.pipe import Message
from snntrainer3d.jobs.plane import plane_of
from snntrainer3d.jobs.shelf import Shelf
from snntrainer3d.jobs.tasks import Tasks
from snntrainer3d.runs import RunFolder, RunStore
from snntrainer3d.spec import RunSpec, TrainedNetwork, dense_network

SPEC = RunSpec(
    network=dense_network((2,), [12], 2), training={"dataset": "moons", "num_steps": 9, "validation_share": 0.0}
)


def lively(spec: RunSpec) -> TrainedNetwork:
    """Give a fresh network with weights so large that it spikes and parts its plane."""
    trained = to_trained(build(spec.network, 3), spec.network, spec.training)
    louder = {name: 5 * each if name.endswith("weight") else each for name, each in trained.tensors.items()}
    return replace(trained, tensors=louder)


def fresh(store: RunStore, spec: RunSpec) -> RunFolder:
    trained = lively(spec)
    return store.folder(store.import_run(spec, to_safetensors(trained)).id)


def shown(folder: RunFolder, at_once: int = 4_096) -> dict:
    shelf = Shelf()
    known = shelf.network(folder)
    work = plane_of(known, shelf.dataset_of(known), at_once)
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def cells(found: dict, name: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(found[name]), np.uint8).reshape(found["side"], found["side"])


@pytest.mark.slow
def test_every_cell_is_what_the_reference_path_decides_at_its_centre(store: RunStore) -> None:
    folder = fresh(store, SPEC)
    found = shown(folder)
    side, low, high = found["side"], found["low"], found["high"]
    centre = [low + (at + 0.5) * (high - low) / side for at in range(side)]
    grid = np.array([[centre[column], centre[side - 1 - row]] for row in range(side) for column in range(side)])
    module = build(SPEC.network)
    load_tensors(module, lively(SPEC))
    spikes = run(module, torch.tensor(grid, dtype=torch.float32).expand(9, -1, -1)).spikes[-1]
    counts = spikes.sum(0).detach().numpy()
    decided = cells(found, "decisions").ravel()
    assert set(decided) == {0, 1}, "this network parts the plane"
    assert np.mean(decided == counts.argmax(1)) > 0.999, "a membrane may lie at the threshold"
    none = cells(found, "strengths").ravel()[counts[:, 0] == counts[:, 1]]
    assert len(none) > 0
    assert set(none.tolist()) == {0}


def test_samples_lie_in_it_with_what_is_decided_for_them(store: RunStore) -> None:
    found = shown(fresh(store, SPEC))
    moons = load("moons")
    assert np.allclose(found["points"], moons.train.inputs[:1000], atol=1e-4)
    assert found["labels"] == moons.train.labels[:1000].tolist()
    assert found["classes"] == ["upper", "lower"]
    decided = cells(found, "decisions")
    where = ((np.array(found["points"]) - found["low"]) / (found["high"] - found["low"]) * found["side"]).astype(int)
    alike = decided[found["side"] - 1 - where[:, 1], where[:, 0]] == found["found"]
    assert alike.mean() > 0.95, "only where the boundary runs through a cell"


@pytest.mark.slow
def test_portions_change_nothing(store: RunStore) -> None:
    folder = fresh(store, SPEC)
    assert shown(folder, 100) == shown(folder)


@pytest.mark.slow
def test_a_trained_network_parts_the_moons(store: RunStore) -> None:
    from snntrainer3d.training import train

    spec = compose(Choices(dataset="moons", hidden=(32,), training={"epochs": 15, "seed": 1}))
    module: list = []

    class Keep:
        def __getattr__(self, name: str):  # takes whatever a training gives; only the end matters here
            return (lambda trained, _results: module.append(trained)) if name == "finished" else lambda *_: None

    list(train(spec, load("moons"), sink=Keep()))
    found = shown(store.folder(store.import_run(spec, to_safetensors(module[0])).id))
    right = np.mean(np.array(found["found"]) == found["labels"])
    assert right > 0.93
    strengths = cells(found, "strengths")
    assert strengths.max() > 200


@pytest.mark.slow
def test_what_has_no_plane_is_told(store: RunStore) -> None:
    digits = RunSpec(network=dense_network((64,), [5], 10), training={"num_steps": 5})
    with pytest.raises(InputError, match="64 values"):
        shown(fresh(store, digits))
    empty = store.folder(store.create(SPEC).id)
    work = Tasks().do(Message({"task": "plane", "run": str(empty.path)}))
    with pytest.raises(NotFoundError, match="no weights yet"):
        next(work)
