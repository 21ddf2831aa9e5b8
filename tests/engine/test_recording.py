"""Counting while stepping equals counting what the reference recorded; the old Synaptic fault equals its equations."""

import numpy as np
import pytest
import torch

from snntrainer3d.engine import build, objective_of, record_counts, run
from snntrainer3d.spec import Alpha, Lapicque, Leaky, Synaptic, dense_network

NEURONS = [Leaky(beta=0.9), Lapicque(beta=0.6), Synaptic(alpha=0.5, beta=0.8), Alpha(alpha=0.9, beta=0.8)]
STEPS = 12


def inputs(batch=9, features=6):
    return torch.rand(batch, features, generator=torch.Generator().manual_seed(0)) * 3


@pytest.mark.slow
@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.kind)
def test_counts_are_those_of_the_recording(neuron):
    module = build(dense_network((6,), (7,), 4, neuron), seed=1)
    recording = run(module, inputs(), STEPS)
    found = record_counts(module, inputs(), STEPS)
    assert torch.equal(found.cumulative, recording.spikes[-1].long().cumsum(0))
    for layer, spikes in enumerate(recording.spikes):
        assert torch.equal(found.spikes[layer], spikes.int().sum((0, 2)))
        assert torch.equal(found.active[layer], (spikes.sum(0) > 0).sum(1))
    assert found.loss_sum is None
    assert sum(int(layer.sum()) for layer in found.spikes) > 0


@pytest.mark.parametrize("loss", ["membrane", "count", "rate_mse"])
def test_the_loss_is_that_of_the_learner(loss):
    from snntrainer3d.engine import ReferenceLearner
    from snntrainer3d.spec import Training

    module = build(dense_network((6,), (7,), 4), seed=1)
    labels = torch.arange(9) % 4
    learner = ReferenceLearner(module, Training(num_steps=STEPS, loss=loss))
    wanted = learner.evaluate_batch(inputs(), labels)
    found = record_counts(module, inputs(), STEPS, labels=labels, objective=objective_of(Training(loss=loss)))
    assert found.loss_sum == pytest.approx(wanted.loss_sum, rel=1e-6)
    assert torch.equal(found.cumulative[-1].int(), wanted.counts)


def test_input_that_changes_over_time():
    module = build(dense_network((6,), (7,), 4), seed=1)
    changing = torch.rand(STEPS, 9, 6, generator=torch.Generator().manual_seed(2)) * 2
    found = record_counts(module, changing)
    assert torch.equal(found.cumulative[-1], run(module, changing).spikes[-1].long().sum(0))


def test_the_legacy_fault_is_a_membrane_that_decays_by_alpha_plus_beta():
    network = dense_network((6,), (), 4, Synaptic(alpha=0.2, beta=0.5))
    module = build(network, seed=3)
    found = record_counts(module, inputs(), STEPS, legacy_synaptic=True).cumulative[-1].numpy()
    layer = module.layers[0].connection
    current = (inputs() @ layer.weight.T + layer.bias).detach().numpy().astype(np.float64)
    membrane, spikes = np.zeros_like(current), np.zeros_like(current)
    for _ in range(STEPS):
        reset = membrane > 1.0
        # i = α·m + x in place of α·i + x; m = β·m + i − r
        membrane = (0.2 + 0.5) * membrane + current - reset
        spikes += membrane > 1.0
    assert np.array_equal(found, spikes)
    assert not np.array_equal(found, record_counts(module, inputs(), STEPS).cumulative[-1].numpy())


@pytest.mark.parametrize("neuron", [NEURONS[0], NEURONS[1], NEURONS[3]], ids=lambda neuron: neuron.kind)
def test_the_legacy_fault_touches_synaptic_only(neuron):
    module = build(dense_network((6,), (7,), 4, neuron), seed=1)
    legacy = record_counts(module, inputs(), STEPS, legacy_synaptic=True)
    assert torch.equal(legacy.cumulative, record_counts(module, inputs(), STEPS).cumulative)
