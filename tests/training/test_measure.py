"""Measuring agrees with evaluating, and its document holds what was counted."""

import json

import numpy as np
import pytest
import torch

from snntrainer3d.data import Dataset, Split, load
from snntrainer3d.engine import build, run, to_trained
from snntrainer3d.spec import Network, Synaptic, Training, dense_network, parse
from snntrainer3d.training import evaluate, measure, measure_in_portions

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


def counted_by_hand(module, inputs, steps):
    """Give the products of values other than zero, before and behind the first neurons, through kernels of ones."""
    spikes = iter(run(module, inputs, steps).spikes)
    found, seen, signal = [0, 0], 0, [inputs] * steps
    for layer in module.layers:
        signal = [values.reshape(len(values), *layer.takes) for values in signal]
        connection = layer.connection
        lit = [(values != 0).float() for values in signal]
        if isinstance(connection, torch.nn.Conv2d):
            ones, how = torch.ones_like(connection.weight), (connection.stride, connection.padding)
            each = [int(torch.conv2d(values, ones, None, *how).sum()) for values in lit]
        else:
            each = [int(values.sum()) * getattr(connection, "out_features", 0) for values in lit]
        found[seen] += sum(each) if seen else each[0]  # a constant input once
        signal = [connection(values) for values in signal] if layer.neuron is None else list(next(spikes))
        if layer.neuron is not None:
            seen = 1
            back = getattr(layer.neuron, "recurrent", None)
            found[1] += int(sum(signal).sum()) * (0 if back is None else back.weight.shape[0])
    return found


MAPS = [
    {"kind": "avg_pool", "kernel": 2},
    {"kind": "conv2d", "channels": 3, "kernel": 3, "stride": 1, "padding": 2, "neuron": None},
    {"kind": "max_pool", "kernel": 2, "neuron": {"kind": "leaky", "threshold": 0.1}},
    {
        "kind": "conv2d",
        "channels": 2,
        "kernel": 2,
        "padding": 1,
        "stride": 2,
        "neuron": {"kind": "leaky", "threshold": 0.1},
    },
    {"kind": "max_pool", "kernel": 2},
    {"kind": "flatten"},
    {"kind": "dense", "size": 10},
]
ROWS = [
    {"kind": "recurrent", "size": 9, "neuron": {"kind": "leaky", "threshold": 0.3}},
    {"kind": "dense", "size": 10},
]


@pytest.mark.slow
@pytest.mark.parametrize("layers", [MAPS, ROWS], ids=["maps", "recurrent"])
def test_operations_are_counted_at_every_place(digits, layers):
    network = parse(Network, {"input": {"shape": [1, 8, 8]}, "layers": layers})
    module = build(network, seed=2)
    trained = to_trained(module, network, Training(num_steps=5))
    few = Split(digits.test.inputs[:30], digits.test.labels[:30])
    data = Dataset(digits.info, digits.train, few, digits.input_scale)
    *_, found = drained(measure_in_portions(trained, data, batch=7))
    pixels = torch.from_numpy(few.inputs).flatten(1).float() * digits.input_scale
    before, behind = counted_by_hand(module, pixels, 5)
    assert behind > 0
    activity = found.activity.to_dict()
    assert activity["input_operations"] * 30 == pytest.approx(before)
    assert activity["synaptic_operations"] * 30 == pytest.approx(behind)
    assert activity["conventional_operations"] * 2 == activity["flops"]


def drained(portions):
    """Give what a generator yields and then its value."""
    yield (yield from portions)


@pytest.mark.slow
def test_the_document_is_json(digits, trained):
    document = measure(trained, digits).to_dict()
    assert json.loads(json.dumps(document)) == json.loads(json.dumps(measure(trained, digits).to_dict()))
    assert document["accuracy_interval"]["low"] <= document["accuracy"] <= document["accuracy_interval"]["high"]
    assert document["latency"]["accuracies"][-1] == pytest.approx(document["accuracy"])
    assert document["top2"] >= document["accuracy"]
    assert document["activity"]["energy_nj"]["total"] > 0


@pytest.mark.slow
def test_the_training_set_can_be_measured_too(digits, trained):
    assert measure(trained, digits, split="train").evaluation.samples == len(digits.train)
