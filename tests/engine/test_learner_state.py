"""A learner's update depends on weights, optimizer and batch alone: nothing that was computed before leaves a trace."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from snntrainer3d.data.encoders import Encoder
from snntrainer3d.engine import build, load_tensors, open_learner, tensors_of
from snntrainer3d.spec import Alpha, Lapicque, Leaky, Neuron, Synaptic, Training, dense_network

pytestmark = pytest.mark.slow

NEURONS = [Leaky(beta=0.8), Lapicque(beta=0.8), Synaptic(beta=0.8), Alpha(alpha=0.9, beta=0.8)]


@pytest.mark.parametrize("engine", ["fused", "reference"])
@pytest.mark.parametrize("neuron", NEURONS, ids=lambda one: one.kind)
@pytest.mark.parametrize("loss", ["membrane", "count"])
def test_smaller_batches_and_evaluations_before_an_update_change_nothing(
    engine: str, neuron: Neuron, loss: str
) -> None:
    network = dense_network((9,), [12, 7], 5, neuron)
    training = Training(num_steps=6, batch_size=80, engine=engine, loss=loss)
    generator = np.random.default_rng(0)
    raw = torch.from_numpy(generator.random((200, 9), dtype=np.float32) * 5)
    labels = torch.from_numpy(generator.integers(0, 5, 200))

    def after(*, disturbed: bool) -> dict[str, np.ndarray]:
        module = build(network, seed=1)
        learner = open_learner(module, network, training)
        state = learner.optimizer_state(), tensors_of(module, network)
        for size in (33, 1, 70) if disturbed else ():
            chosen = np.arange(size)
            learner.evaluate_batch(learner.fetch(raw, chosen, Encoder(), 1), labels[:size])
            learner.train_batch(learner.fetch(raw, chosen, Encoder(), 1), labels[:size], 1e-2)
        load_tensors(module, state[1])
        learner.load_optimizer_state(state[0])
        for start in (0, 80):
            chosen = np.arange(start, start + 80)
            learner.train_batch(learner.fetch(raw, chosen, Encoder(), 1), labels[chosen], 1e-2)
        return tensors_of(module, network)

    plain, disturbed = after(disturbed=False), after(disturbed=True)
    assert not np.array_equal(plain["layers.1.weight"], tensors_of(build(network, seed=1), network)["layers.1.weight"])
    for name, array in plain.items():
        assert np.array_equal(array, disturbed[name]), name
