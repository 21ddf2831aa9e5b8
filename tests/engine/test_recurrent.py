"""Recurrent layers by kernels: outputs and gradients are those of snnTorch, of our reference where it has none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from snntrainer3d.engine import build, open_learner, tensors_of
from snntrainer3d.engine.fuse import surrogate_of
from snntrainer3d.engine.recurrent import scan_recurrent
from snntrainer3d.engine.reference import neurons_over_time
from snntrainer3d.spec import Network, Training, parse

EXACT = 1e-11
"""Float64 results differ in the order of sums only."""
STEPS, BATCH, SIZE = 9, 5, 7


def layer(feedback: str, kind: str, reset: str, learned: str) -> Any:
    # Only beta: whether anything is learned must not hang on the threshold.
    beta, threshold = ("shared", "fixed") if learned == "beta" else (learned, learned)
    neuron: dict[str, object] = {"kind": kind, "reset": reset, "learn_beta": beta, "learn_threshold": threshold}
    if kind == "adaptive":
        neuron |= {"rho": 0.8, "adaptation": 1.7, "learn_rho": learned, "learn_adaptation": learned}
    layers = [{"kind": "recurrent", "size": SIZE, "feedback": feedback, "neuron": neuron}]
    network = parse(Network, {"input": {"shape": [3]}, "layers": layers})
    return build(network, 2).double().layers[0].neuron


@pytest.mark.slow
@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("learned", ["fixed", "shared", "per_neuron", "beta"])
@pytest.mark.parametrize("reset", ["subtract", "zero", "none"])
@pytest.mark.parametrize("kind", ["leaky", "synaptic"])
@pytest.mark.parametrize("feedback", ["all_to_all", "one_to_one"])
def test_spikes_membranes_and_every_gradient_are_snntorchs(
    feedback: str, kind: str, reset: str, learned: str, constant: bool
) -> None:
    compare(layer(feedback, kind, reset, learned), constant)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reset", "learned", "constant"),
    [("subtract", "fixed", True), ("zero", "per_neuron", False), ("none", "shared", False)],
)
@pytest.mark.parametrize("feedback", ["all_to_all", "one_to_one"])
def test_spikes_membranes_and_every_gradient_of_adaptive_neurons_are_the_references(
    feedback: str, reset: str, learned: str, constant: bool
) -> None:
    compare(layer(feedback, "adaptive", reset, learned), constant)


def compare(neuron: Any, constant: bool) -> None:
    """Hold kernels and reference side by side, currents of one row being the same at every step."""
    generator = torch.Generator().manual_seed(4)
    shape = (1 if constant else STEPS, BATCH, SIZE)
    given = torch.randn(shape, dtype=torch.float64, generator=generator) + 0.4
    weights = [torch.randn(STEPS, BATCH, SIZE, dtype=torch.float64, generator=generator) for _ in range(2)]
    found = []
    for fused in (False, True):
        currents = given.clone().requires_grad_()
        neuron.zero_grad()
        if fused:
            surrogate = surrogate_of(neuron.spike_grad)
            assert surrogate is not None
            spikes, membranes = scan_recurrent(neuron, surrogate, currents, STEPS)
        else:
            each = list(currents.expand(STEPS, BATCH, SIZE))
            spikes, membranes = (torch.stack(one) for one in neurons_over_time(neuron, each))
        ((spikes * weights[0]).sum() + (membranes * weights[1]).sum()).backward()
        gradients = {name: value.grad.clone() for name, value in neuron.named_parameters() if value.grad is not None}
        found.append((spikes.detach(), membranes.detach(), {**gradients, "input": currents.grad}))
    (spikes, membranes, gradients), (own_spikes, own_membranes, own_gradients) = found
    assert torch.equal(spikes, own_spikes)
    assert 0.05 < float(spikes.mean()) < 0.95
    torch.testing.assert_close(own_membranes, membranes, rtol=EXACT, atol=EXACT)
    assert own_gradients.keys() == gradients.keys()
    assert gradients.keys() & {"recurrent.weight", "V", "recurrent.V"}
    for name, gradient in gradients.items():
        torch.testing.assert_close(own_gradients[name], gradient, rtol=EXACT, atol=EXACT, msg=name)


def bellec_2018(
    current: np.ndarray, W: np.ndarray, alpha: float, rho: float, beta: float, b0: float
) -> tuple[np.ndarray, np.ndarray]:
    """Transcribe equations 1 and 2 of Bellec et al. 2018 with recurrent weights W[to, from] and a delay of one step."""
    steps, neurons = current.shape
    V, b, z = np.zeros(neurons), np.zeros(neurons), np.zeros(neurons)
    spikes, voltages = [], []
    for t in range(steps):
        B = b0 + beta * b
        V = alpha * V + current[t] + W @ z - B * z
        b = rho * b + (1 - rho) * z
        z = (b0 + beta * b < V).astype(float)
        spikes.append(z)
        voltages.append(V)
    return np.array(spikes), np.array(voltages)


@pytest.mark.slow
@pytest.mark.parametrize("feedback", ["all_to_all", "one_to_one"])
def test_recurrent_adaptive_neurons_follow_the_published_equations(feedback: str) -> None:
    neuron = layer(feedback, "adaptive", "subtract", "fixed")
    own = neuron.recurrent
    weights = (own.weight if feedback == "all_to_all" else torch.diag(own.V)).detach().numpy()
    current = np.random.default_rng(0).normal(0.3, 0.6, (200, SIZE))
    numbers = (float(value) for value in (neuron.beta, neuron.rho, neuron.adaptation, neuron.threshold))
    spikes, voltages = bellec_2018(current, weights, *numbers)
    surrogate = surrogate_of(neuron.spike_grad)
    assert surrogate is not None
    found, membranes = scan_recurrent(neuron, surrogate, torch.from_numpy(current)[:, None], len(current))
    assert 0.05 < spikes.mean() < 0.5
    assert np.array_equal(found[:, 0].detach().numpy(), spikes)
    np.testing.assert_allclose(membranes[:, 0].detach().numpy(), voltages, rtol=EXACT, atol=EXACT)


@pytest.mark.slow
def test_recurrent_adaptive_neurons_learn_their_feedback_and_their_own_values_too() -> None:
    neuron = {"kind": "adaptive", "rho": 0.9, "learn_rho": "per_neuron", "learn_adaptation": "shared"}
    layers = [
        {"kind": "recurrent", "size": 20, "neuron": neuron},
        {"kind": "dense", "size": 3, "neuron": {"kind": "integrator"}},
    ]
    network = parse(Network, {"input": {"shape": [12]}, "layers": layers})
    module = build(network, 2)
    learner = open_learner(module, network, Training(num_steps=10, loss="max_membrane"))
    assert (learner.name, learner.note) == ("fused", "")
    before = tensors_of(module, network)
    generator = torch.Generator().manual_seed(0)
    inputs, labels = torch.rand(30, 12, generator=generator) * 3, torch.arange(30) % 3
    losses = [learner.train_batch(inputs, labels, 0.02).loss for _ in range(40)]
    assert losses[-1] < 0.6 * losses[0]
    moved = {name for name, value in tensors_of(module, network).items() if not np.array_equal(value, before[name])}
    assert {"layers.0.recurrent.weight", "layers.0.neuron.rho", "layers.0.neuron.adaptation"} <= moved
