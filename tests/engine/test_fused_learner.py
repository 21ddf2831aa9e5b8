"""The fused learner equals the reference learner: losses, decisions, gradients, updates; on any number of threads."""

from __future__ import annotations

import numba
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from snntrainer3d.data.encoders import Encoder
from snntrainer3d.engine import ReferenceLearner, build
from snntrainer3d.engine.fused import FusedLearner, fused_learner
from snntrainer3d.spec import Alpha, Lapicque, Leaky, Network, Synaptic, Training, dense_network
from strategies import dense_networks

EXACT_LOSS = 1e-11
"""Float64 losses differ in the order of sums only."""
EXACT_GRADIENT = 1e-9
"""So do gradients, which sum more; compared with the largest of a parameter."""
AFTER_UPDATES = 1e-7
"""Adam divides small gradients by small roots, which widens their differences."""


def pair(network: Network, training: Training) -> tuple[ReferenceLearner, FusedLearner]:
    """Give both learners of the same float64 network."""
    fused = fused_learner(build(network, 1).double(), network, training)
    assert isinstance(fused, FusedLearner)
    return ReferenceLearner(build(network, 1).double(), training), fused


def batch(network: Network, size: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Draw inputs and labels."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.rand(size, network.input.size, dtype=torch.float64, generator=generator) * 3
    return inputs, torch.randint(0, network.output.size, (size,), generator=generator)


@pytest.mark.slow
@settings(max_examples=60)
@given(
    network=dense_networks(max_size=9),
    steps=st.integers(1, 12),
    size=st.sampled_from([1, 3, 16, 37]),
    loss=st.sampled_from(["membrane", "count"]),
)
def test_one_update_of_any_network_equals_the_references(network: Network, steps: int, size: int, loss: str) -> None:
    """Loss, decisions, rates and every gradient, in float64."""
    training = Training(num_steps=steps, batch_size=size, loss=loss)  # type: ignore[arg-type]
    reference, fused = pair(network, training)
    inputs, labels = batch(network, size)
    expected, found = reference.train_batch(inputs, labels, 0.0), fused.train_batch(inputs, labels, 0.0)
    assert found.loss == pytest.approx(expected.loss, rel=EXACT_LOSS, abs=EXACT_LOSS)
    assert found.correct == expected.correct
    assert found.rates == pytest.approx(expected.rates, abs=1e-6)
    grads = fused.gradients()
    for name, parameter in reference._module.named_parameters():
        grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        limit = EXACT_GRADIENT * max(1.0, float(grad.abs().max()))
        assert float((grads[name] - grad).abs().max()) <= limit, name


@pytest.mark.slow
@pytest.mark.parametrize("clip", [None, 0.5])
@pytest.mark.parametrize("neuron", [Leaky(learn_beta="per_neuron"), Lapicque(beta=0.4, learn_beta="shared"),
                                    Synaptic(learn_alpha="shared"), Alpha(learn_threshold="shared")])  # fmt: skip
def test_updates_equal_the_references(neuron: Leaky, clip: float | None) -> None:
    """Three updates, one of a smaller batch before one of a larger, with and without clipping."""
    network = dense_network([6], [8], 3, neuron)
    training = Training(num_steps=7, batch_size=20, gradient_clip_norm=clip)
    reference, fused = pair(network, training)
    for size in (20, 11, 20):
        inputs, labels = batch(network, size, seed=size)
        reference.train_batch(inputs, labels, 1e-2)
        fused.train_batch(inputs, labels, 1e-2)
        assert fused.gradient_sizes() == pytest.approx(reference.gradient_sizes(), rel=1e-5)
    found = dict(fused._module.named_parameters())
    for name, value in reference._module.named_parameters():
        assert torch.allclose(found[name], value, rtol=0, atol=AFTER_UPDATES), name


@pytest.mark.slow
def test_the_optimizer_state_moves_between_the_learners() -> None:
    """Two updates by the reference, then one by the fused one, is three by the reference."""
    network, training = dense_network([6], [8], 3), Training(num_steps=7, batch_size=20)
    reference, fused = pair(network, training)
    inputs, labels = batch(network, 20)
    for _ in range(2):
        reference.train_batch(inputs, labels, 1e-2)
    fused._module.load_state_dict(reference._module.state_dict())
    fused.load_optimizer_state(reference.optimizer_state())
    reference.train_batch(inputs, labels, 1e-2)
    fused.train_batch(inputs, labels, 1e-2)
    found, expected = fused.optimizer_state(), reference.optimizer_state()
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=AFTER_UPDATES)


@pytest.mark.slow
def test_an_evaluation_of_many_samples_equals_the_references() -> None:
    """More samples than the training's batch, in one call."""
    network, training = dense_network([6], [8], 3), Training(num_steps=7, batch_size=5)
    reference, fused = pair(network, training)
    inputs, labels = batch(network, 101)
    expected, found = reference.evaluate_batch(inputs, labels), fused.evaluate_batch(inputs, labels)
    assert found.loss_sum == pytest.approx(expected.loss_sum, rel=1e-6)
    assert torch.equal(found.counts, expected.counts)
    assert found.rates == pytest.approx(expected.rates, abs=1e-6)


def test_the_same_weights_on_one_and_on_two_threads() -> None:
    """To the last bit, in float32; sums run over blocks that do not depend on the threads."""
    network, training = dense_network([50], [33, 20], 4), Training(num_steps=9, batch_size=100)
    states, most = [], numba.get_num_threads()
    try:
        for threads in (1, most):
            numba.set_num_threads(threads)
            fused = fused_learner(build(network, 1), network, training)
            assert isinstance(fused, FusedLearner)
            for seed in range(4):
                inputs, labels = batch(network, 100, seed)
                fused.train_batch(inputs.float(), labels, 1e-2)
            states.append(fused._module.state_dict())
    finally:
        numba.set_num_threads(most)
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_fetch_gathers_and_scales() -> None:
    """From bytes as from floats, as torch would."""
    network, training = dense_network([2, 3], [], 2), Training(batch_size=4)
    fused = fused_learner(build(network), network, training)
    assert isinstance(fused, FusedLearner)
    indices = np.array([7, 0, 7])
    for raw in (torch.randint(0, 255, (9, 2, 3), dtype=torch.uint8), torch.rand(9, 2, 3)):
        expected = raw[torch.from_numpy(indices)].float().mul(0.37).add(-0.1).flatten(1)
        assert torch.equal(fused.fetch(raw, indices, Encoder(scale=0.37, offset=-0.1), 1), expected)


def test_memory_is_what_the_formula_says() -> None:
    """All arrays that one learner holds, counted."""
    network, training = dense_network([40], [30], 5, Synaptic()), Training(num_steps=50, batch_size=64)
    fused = fused_learner(build(network), network, training)
    assert isinstance(fused, FusedLearner)
    inputs = fused.fetch(torch.rand(64, 40), np.arange(64), Encoder(), 1)
    fused.train_batch(inputs, torch.zeros(64, dtype=torch.int64), 1e-3)
    held = [found.untyped_storage() for found in vars(fused).values() if isinstance(found, Tensor)]
    storages = {storage.data_ptr(): storage.nbytes() for storage in held}
    assert sum(storages.values()) == pytest.approx(fused.memory_bytes(), rel=0.02)


def test_a_neuron_without_fused_form_is_named() -> None:
    """The reason is words, not an exception."""
    network = dense_network([4], [3], 2)
    module = build(network)
    module.layers[0].neuron.state_quant = lambda value: value
    assert fused_learner(module, network, Training()) == "layer 0: Leaky with state_quant has no fused kernel."
