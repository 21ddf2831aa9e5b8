"""The reference path: snnTorch's own modules, stepped; its learner; and what is worked round in snnTorch 1.0."""

from __future__ import annotations

import math

import numpy as np
import pytest
import snntorch
import torch
from snntorch import surrogate as theirs

from snntrainer3d.engine import (
    ReferenceLearner,
    build,
    count_loss,
    load_tensors,
    membrane_loss,
    run,
    spike_function,
    tensors_of,
    to_trained,
)
from snntrainer3d.errors import FailureError
from snntrainer3d.spec import (
    SURROGATES,
    Adaptive,
    Alpha,
    Atan,
    FastSigmoid,
    Lapicque,
    Leaky,
    Neuron,
    Sigmoid,
    SpikeRateEscape,
    StraightThrough,
    Surrogate,
    Synaptic,
    Training,
    Triangular,
    decide,
    dense_network,
    tensor_shapes,
)

NEURONS = [Leaky(beta=0.8), Lapicque(beta=0.9), Synaptic(alpha=0.6, beta=0.8), Alpha(alpha=0.9, beta=0.8)]
FINITE_DIFFERENCE = 1e-6
"""Step of the numerical derivative: large enough for float64's rounding, small enough for curvature."""


@pytest.mark.slow
@pytest.mark.parametrize("neuron", NEURONS, ids=lambda one: one.kind)
def test_stepping_is_the_loop_that_snntorch_teaches(neuron: Neuron) -> None:
    module = build(dense_network((6,), [5], 3, neuron), seed=3)
    strength = 60 if neuron.kind == "lapicque" else 3  # its gain is ten to twenty times weaker
    inputs = torch.rand(4, 6, generator=torch.Generator().manual_seed(1)) * strength
    recording = run(module, inputs, 12)
    for layer in module.layers:
        layer.neuron.reset_mem()
    first, second = module.layers
    zeros = lambda size, count: [torch.zeros(4, size)] * count  # noqa: E731
    count = {"leaky": 1, "lapicque": 1, "synaptic": 2, "alpha": 3}[neuron.kind]
    hidden, output = zeros(5, count), zeros(3, count)
    for step in range(12):
        spikes, *hidden = first.neuron(first.connection(inputs), *hidden)
        out, *output = second.neuron(second.connection(spikes), *output)
        assert torch.equal(recording.spikes[0][step], spikes)
        assert torch.equal(recording.spikes[1][step], out)
        assert torch.equal(recording.membranes[1][step], output[-1])
    assert 0 < recording.spikes[0].mean() < 1


def test_a_leaky_neuron_under_constant_current_follows_the_closed_form() -> None:
    module = build(dense_network((1,), [], 1, Leaky(beta=0.9, threshold=1000.0), bias=False))
    load_tensors(module, {**tensors_of_ones(module), "layers.0.weight": np.full((1, 1), 2.0, np.float32)})
    membranes = run(module, torch.ones(1, 1), 50).membranes[0].flatten()
    closed = [2.0 * (1 - 0.9**step) / (1 - 0.9) for step in range(1, 51)]
    np.testing.assert_allclose(membranes.detach().numpy(), closed, rtol=1e-5)


def tensors_of_ones(module: torch.nn.Module) -> dict[str, np.ndarray]:
    network = dense_network((1,), [], 1, Leaky(beta=0.9, threshold=1000.0), bias=False)
    return tensors_of(module, network)


@pytest.mark.slow
def test_leakys_weights_do_not_carry_over_to_lapicque() -> None:
    """The naive mapping, same β and weights, is wrong: Lapicque scales its input by Δt/C."""
    leaky, lapicque = (build(dense_network((4,), [], 8, neuron), seed=1) for neuron in (Leaky(beta=0.9), NEURONS[1]))
    inputs = torch.rand(3, 4) * 4
    assert not torch.equal(run(leaky, inputs, 20).spikes[0], run(lapicque, inputs, 20).spikes[0])
    compensated = build(dense_network((4,), [], 8, Lapicque(beta=0.9).compensated()), seed=1)
    decay = Lapicque(beta=0.9).decay()
    same = build(dense_network((4,), [], 8, Leaky(beta=decay)), seed=1)
    torch.testing.assert_close(run(same, inputs, 20).membranes[0][0], run(compensated, inputs, 20).membranes[0][0])


@pytest.mark.parametrize(
    ("ours", "official"),
    [
        (Atan(slope=3.0), theirs.atan(3.0)),
        (FastSigmoid(slope=10.0), theirs.fast_sigmoid(10.0)),
        (StraightThrough(), theirs.straight_through_estimator()),
        (SpikeRateEscape(beta=1.5, slope=5.0), theirs.spike_rate_escape(1.5, 5.0)),
    ],
    ids=lambda one: getattr(one, "kind", ""),
)
def test_surrogates_equal_snntorchs_in_float32(ours: Surrogate, official: object) -> None:
    z = torch.linspace(-3, 3, 301)
    gradients = []
    for spike in (spike_function(ours), official):
        leaf = z.clone().requires_grad_()
        spikes = spike(leaf)
        (spikes * torch.linspace(0, 1, 301)).sum().backward()
        gradients.append(leaf.grad)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", SURROGATES, ids=lambda one: one.__name__)
def test_surrogates_keep_the_dtype_and_stay_finite(kind: type[Surrogate]) -> None:
    z = torch.tensor([-1e4, -30.0, -3.6, 0.0, 3.6, 30.0, 1e4], dtype=torch.float64, requires_grad=True)
    spikes = spike_function(kind())(z)
    spikes.sum().backward()
    assert spikes.dtype == torch.float64
    assert spikes.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert z.grad is not None
    assert torch.isfinite(z.grad).all()


def test_sigmoid_and_triangle_are_the_derivatives_that_they_say() -> None:
    z = torch.linspace(-2, 2, 41, dtype=torch.float64, requires_grad=True)
    spike_function(Sigmoid(slope=4.0))(z).sum().backward()
    step = FINITE_DIFFERENCE
    numeric = (torch.sigmoid(4 * (z + step)) - torch.sigmoid(4 * (z - step))) / (2 * step)
    torch.testing.assert_close(z.grad, numeric.detach(), atol=1e-8, rtol=1e-6)
    z.grad = None
    spike_function(Triangular(slope=0.8))(z).sum().backward()
    assert z.grad is not None
    assert z.grad.sum().item() * 0.1 == pytest.approx(1.0, rel=0.02)  # the area under the triangle


@pytest.mark.slow
@pytest.mark.parametrize("learning", ["shared", "per_neuron"])
@pytest.mark.parametrize("kind", [Leaky, Lapicque, Synaptic, Alpha, Adaptive], ids=lambda one: one.__name__)
def test_learnable_values_learn_again_and_again(kind: type, learning: str) -> None:
    given = {"beta": 0.8} if kind is Lapicque else {}
    extra = {"learn_alpha": learning} if kind in (Synaptic, Alpha) else {}
    neuron = kind(learn_beta=learning, learn_threshold=learning, **given, **extra)
    network = dense_network((6,), [5], 3, neuron)
    module = build(network, seed=1)
    before = tensors_of(module, network)
    learner = ReferenceLearner(module, Training(num_steps=6, loss="count"))
    for _ in range(3):
        learner.train_batch(torch.rand(8, 6) * 4, torch.randint(0, 3, (8,)), 0.01)
    after = tensors_of(module, network)
    for name in ("beta", "threshold", *(["alpha"] if extra else [])):
        assert not np.array_equal(before[f"layers.1.neuron.{name}"], after[f"layers.1.neuron.{name}"]), name


def test_arrays_go_out_and_come_back_exactly() -> None:
    network = dense_network((6,), [5], 3, Synaptic(learn_beta="per_neuron"))
    module, other = build(network, seed=1), build(network, seed=2)
    trained = to_trained(module, network)
    load_tensors(other, trained)
    assert set(trained.tensors) == set(tensor_shapes(network))
    inputs = torch.rand(2, 6)
    assert torch.equal(run(module, inputs, 9).membranes[-1], run(other, inputs, 9).membranes[-1])


def test_weights_that_are_not_finite_are_a_failure_with_a_remedy() -> None:
    network = dense_network((2,), [], 2)
    module = build(network)
    with torch.no_grad():
        module.layers[0].connection.weight[0, 0] = math.inf
    with pytest.raises(FailureError, match="Lower the learning rate"):
        to_trained(module, network)


def test_the_same_seed_builds_the_same_weights_and_leaves_torchs_generator_alone() -> None:
    network = dense_network((6,), [5], 3)
    before = torch.random.get_rng_state()
    one, two, three = (tensors_of(build(network, seed=seed), network) for seed in (1, 1, 2))
    assert torch.equal(before, torch.random.get_rng_state())
    assert np.array_equal(one["layers.0.weight"], two["layers.0.weight"])
    assert not np.array_equal(one["layers.0.weight"], three["layers.0.weight"])


def test_snntorch_keeps_no_network_alive() -> None:
    build(dense_network((6,), [5], 3))
    assert snntorch.SpikingNeuron.instances == []


def test_losses_are_the_sums_that_they_say() -> None:
    membranes, labels = torch.randn(5, 4, 3), torch.tensor([0, 1, 2, 1])
    step_by_step = sum(torch.nn.functional.cross_entropy(step, labels) for step in membranes)
    torch.testing.assert_close(membrane_loss(membranes, labels), step_by_step)
    spikes = (membranes > 0).float()
    torch.testing.assert_close(count_loss(spikes, labels), torch.nn.functional.cross_entropy(spikes.sum(0), labels))


def test_a_tie_goes_to_the_lowest_class() -> None:
    assert decide(np.array([[0, 2, 2], [1, 1, 1], [0, 0, 3]])).tolist() == [1, 0, 2]


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["membrane", "count"])
def test_evaluating_gives_the_loss_that_training_sees(loss: str) -> None:
    network = dense_network((6,), [5], 3)
    learner = ReferenceLearner(build(network, seed=1), Training(num_steps=7, loss=loss))
    inputs, labels = torch.rand(8, 6) * 4, torch.randint(0, 3, (8,))
    evaluated = learner.evaluate_batch(inputs, labels)
    trained = learner.train_batch(inputs, labels, 1e-3)
    assert evaluated.loss_sum / 8 == pytest.approx(trained.loss, rel=1e-6)
    assert evaluated.rates == pytest.approx(trained.rates)
    assert int((decide(evaluated.counts.numpy()) == labels.numpy()).sum()) == trained.correct


@pytest.mark.slow
def test_the_optimizer_continues_where_it_was() -> None:
    network, training = dense_network((6,), [5], 3), Training(num_steps=5)
    batches = [(torch.rand(8, 6), torch.randint(0, 3, (8,))) for _ in range(6)]
    whole = build(network, seed=1)
    learner = ReferenceLearner(whole, training)
    for batch in batches[:3]:
        learner.train_batch(*batch, 1e-2)
    resumed = build(network, seed=9)
    load_tensors(resumed, to_trained(whole, network))
    second = ReferenceLearner(resumed, training)
    second.load_optimizer_state(learner.optimizer_state())
    for batch in batches[3:]:
        learner.train_batch(*batch, 1e-2)
        second.train_batch(*batch, 1e-2)
    for name, array in tensors_of(whole, network).items():
        assert np.array_equal(array, tensors_of(resumed, network)[name]), name
