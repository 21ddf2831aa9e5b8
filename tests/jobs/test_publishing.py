"""Which samples visitors see: one of each class and mistakes, found again by anybody."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from snntrainer3d.data import load
from snntrainer3d.exports import to_safetensors
from snntrainer3d.jobs import record_shown, tasks
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import Leaky, RunSpec, TrainedNetwork, Training, dense_network, fixed_tensors, tensor_shapes


@pytest.fixture
def run(store: RunStore) -> Path:
    """Give the folder of a run of chance weights, which is wrong as often as not."""
    spec = RunSpec(network=dense_network((1, 8, 8), [8], 10, Leaky()), training=Training(dataset="digits", num_steps=4))
    random = np.random.default_rng(0)
    drawn = {
        name: np.asarray(random.normal(size=shape), np.float32) for name, shape in tensor_shapes(spec.network).items()
    }
    trained = TrainedNetwork(spec.network, {**drawn, **fixed_tensors(spec.network)}, spec.training)
    return store.folder(store.import_run(spec, to_safetensors(trained)).id)


@pytest.mark.slow
def test_the_first_of_each_class_and_the_first_mistakes_are_played(run) -> None:
    played = json.loads(record_shown(run))
    labels = load("digits").test.labels
    assert [one["label"] for one in played[:10]] == list(range(10))
    assert all(int(np.argmax(labels == one["label"])) == one["index"] for one in played[:10])
    mistakes = played[10:]
    assert len(mistakes) == 2
    assert all(one["prediction"] != one["label"] for one in mistakes)
    assert all(len(one["layers"]) == 2 and one["num_steps"] == 4 for one in played)


def test_nothing_is_played_of_what_is_too_large_or_not_here(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "MAX_SHOWN", 18 * 4 - 1)
    assert record_shown(run) == b"[]"
    monkeypatch.setattr(tasks, "MAX_SHOWN", 18 * 4)
    monkeypatch.setattr("snntrainer3d.jobs.shelf.available", lambda _: False)
    assert record_shown(run) == b"[]"
