"""Measuring agrees with evaluating, and its document holds what was counted."""

import json

import numpy as np
import pytest

from snntrainer3d.data import load
from snntrainer3d.engine import build, run, to_trained
from snntrainer3d.spec import Synaptic, Training, dense_network
from snntrainer3d.training import evaluate, measure

RECIPE = Training(num_steps=8)


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.fixture(scope="module")
def trained():
    network = dense_network((1, 8, 8), (12,), 10, Synaptic(alpha=0.3, beta=0.8))
    return to_trained(build(network, seed=5), network, RECIPE)


def test_decisions_are_those_of_evaluate(digits, trained):
    measured, evaluated = measure(trained, digits), evaluate(trained, digits)
    assert np.array_equal(measured.evaluation.decisions, evaluated.decisions)
    assert measured.evaluation.loss == pytest.approx(evaluated.loss, rel=1e-5)
    assert measured.evaluation.ties == evaluated.ties


def test_counts_are_those_of_a_recording(digits, trained):
    import torch

    from snntrainer3d.engine import load_tensors

    measured = measure(trained, digits)
    module = build(trained.network)
    load_tensors(module, trained)
    scale, offset = digits.affine(RECIPE.pixels)
    pixels = torch.from_numpy(digits.test.inputs).flatten(1).float() * scale + offset
    spikes = run(module, pixels, 8).spikes
    assert measured.activity.spikes == tuple(int(layer.sum()) for layer in spikes)
    assert measured.activity.nonzero_inputs == int((pixels != 0).sum())
    assert measured.counts_by_step.shape == (8, len(digits.test), 10)


def test_the_document_is_json(digits, trained):
    document = measure(trained, digits).to_dict()
    assert json.loads(json.dumps(document)) == json.loads(json.dumps(measure(trained, digits).to_dict()))
    assert document["accuracy_interval"]["low"] <= document["accuracy"] <= document["accuracy_interval"]["high"]
    assert document["latency"]["accuracies"][-1] == pytest.approx(document["accuracy"])
    assert document["top2"] >= document["accuracy"]
    assert document["activity"]["energy_nj"]["total"] > 0


def test_the_training_set_can_be_measured_too(digits, trained):
    assert measure(trained, digits, split="train").evaluation.samples == len(digits.train)
