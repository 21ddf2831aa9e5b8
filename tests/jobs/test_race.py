"""The race that the page shows is what decides, whatever a run reads its outputs by."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
import torch

from snntrainer3d.data import load
from snntrainer3d.engine import build, load_tensors, objective_of, run
from snntrainer3d.exports import to_safetensors
from snntrainer3d.jobs.pipe import Message
from snntrainer3d.jobs.tasks import Tasks
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import Leaky, RunSpec, TrainedNetwork, Training, dense_network, fixed_tensors, tensor_shapes

STEPS = 8
READINGS = [
    ("membrane", 1),
    ("count", 1),
    ("count", 3),
    ("rate", 1),
    ("rate_mse", 2),
    ("max_membrane", 1),
    ("first_spike", 1),
]


def lively(loss: str, population: int) -> TrainedNetwork:
    """Give a network on the digits that spikes, with random weights."""
    network = dense_network((1, 8, 8), [12], 10 * population, Leaky(beta=0.8))
    training = Training(num_steps=STEPS, loss=loss, population=population)
    random = np.random.default_rng(4)
    tensors = {
        name: random.normal(0.0, 0.4, shape).astype(np.float32) for name, shape in tensor_shapes(network).items()
    }
    return TrainedNetwork(network, {**tensors, **fixed_tensors(network)}, training)


def told(tasks: Tasks, **asked: Any) -> dict[str, Any]:
    answer = tasks.do(Message({"id": 0, **asked}))
    while not isinstance(answer, bytes):
        try:
            next(answer)
        except StopIteration as done:
            answer = done.value
    found: dict[str, Any] = json.loads(answer)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("loss", "population"), READINGS)
def test_its_winner_is_the_predicted_class_and_what_training_decides(
    store: RunStore, loss: str, population: int
) -> None:
    trained = lively(loss, population)
    assert trained.training is not None
    spec = RunSpec(network=trained.network, training=trained.training)
    folder = store.folder(store.import_run(spec, to_safetensors(trained)).id)
    tasks, where = Tasks(), str(folder.path)
    module = build(trained.network)
    load_tensors(module, trained)
    objective, digits = objective_of(trained.training), load("digits")
    survey = told(tasks, task="survey", run=where, split="test", part="predictions")
    winners = set()
    for index in range(0, 60, 3):
        played = told(tasks, task="play", run=where, split="test", index=index)
        race = np.frombuffer(base64.b64decode(played["race"]), "<f4").reshape(STEPS, 10)
        inputs = torch.from_numpy(digits.test.inputs[index].reshape(1, -1)).float() / 16
        recording = run(module, inputs, STEPS)
        scores = objective.scores(recording.spikes[-1], recording.membranes[-1])[0].detach().numpy()
        assert np.allclose(race[-1], scores, atol=1e-5)
        assert int(race[-1].argmax()) == played["prediction"] == survey["decisions"][index]
        assert played["latency"] == survey["latencies"][index]
        assert np.allclose(race[-1], played["scores"], atol=1e-4)
        assert np.all(np.diff(race, axis=0) >= 0), "nobody runs backwards"
        if played["latency"] is not None:
            rows = race[played["latency"] - 1 :]
            assert set(rows.argmax(axis=1).tolist()) == {played["prediction"]}
        winners.add(played["prediction"])
    assert len(winners) > 1, "one winner for all samples would say nothing"


@pytest.mark.slow
def test_membranes_below_zero_decide_too(store: RunStore) -> None:
    trained = lively("max_membrane", 1)
    last = {
        name: -np.abs(value) for name, value in trained.tensors.items() if name in ("layers.1.weight", "layers.1.bias")
    }
    assert last
    low = TrainedNetwork(trained.network, {**trained.tensors, **last}, trained.training)
    spec = RunSpec(network=low.network, training=low.training or Training())
    folder = store.folder(store.import_run(spec, to_safetensors(low)).id)
    played = told(Tasks(), task="play", run=str(folder.path), split="test", index=0)
    assert max(played["scores"]) <= 0
    assert played["latency"] is not None


@pytest.mark.slow
def test_it_is_left_out_where_layers_are(store: RunStore) -> None:
    trained = lively("count", 1)
    spec = RunSpec(network=trained.network, training=trained.training or Training())
    folder = store.folder(store.import_run(spec, to_safetensors(trained)).id)
    assert told(Tasks(), task="play", run=str(folder.path), split="test", index=0, layers=False)["race"] is None
