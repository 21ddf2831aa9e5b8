"""Adaptive neurons against their published equations, integrators against their closed form, both trained."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from neuron_oracles import adaptive as reference
from snntrainer3d.engine import build, load_tensors, open_learner, run, tensors_of
from snntrainer3d.engine.equation_neuron import EquationNeuron
from snntrainer3d.errors import SpecError
from snntrainer3d.spec import Adaptive, Integrator, Network, RunSpec, Training, dense_network, parse

EXACT = 1e-12
"""Both are sums of a few float64."""


def bellec_2018(current: np.ndarray, alpha: float, rho: float, beta: float, b0: float) -> tuple[np.ndarray, np.ndarray]:
    """Transcribe equations 1 and 2 of Bellec et al. 2018, δt = 1 and R_m = 1; gives z(t) and V(t), t = 1, 2, …"""
    steps, neurons = current.shape
    V, b, z = np.zeros(neurons), np.zeros(neurons), np.zeros(neurons)
    spikes, voltages = [], []
    for t in range(steps):
        B = b0 + beta * b
        V = alpha * V + (1 - alpha) * current[t] - B * z
        b = rho * b + (1 - rho) * z
        z = (b0 + beta * b < V).astype(float)
        spikes.append(z)
        voltages.append(V)
    return np.array(spikes), np.array(voltages)


def test_adaptive_neurons_follow_the_published_equations() -> None:
    alpha, rho, beta, b0 = 0.95, 0.97, 1.8, 0.4
    current = np.random.default_rng(0).normal(1.2, 2.0, (300, 40))
    expected_spikes, expected = bellec_2018(current, alpha, rho, beta, b0)
    fire = lambda z: (z > 0).to(z.dtype)  # noqa: E731
    x = list(torch.from_numpy((1 - alpha) * current))
    spikes, membranes = reference.run(x, alpha, rho, beta, b0, "subtract", fire)
    assert 0.01 < expected_spikes.mean() < 0.5
    assert np.array_equal(torch.stack(spikes).numpy(), expected_spikes)
    assert np.abs(torch.stack(membranes).numpy() - expected).max() < EXACT


def test_a_spike_shows_in_the_threshold_long_after_the_membrane_has_forgotten_it() -> None:
    """Two neurons under the same test current, one of which spiked 100 steps ago."""
    neuron = EquationNeuron(Adaptive(beta=0.9, rho=0.995, adaptation=3.0))
    cue = torch.zeros(121, 2)
    cue[:10, 0] = 1.5
    cue[110:] = 0.25
    state = (torch.zeros(2), torch.zeros(2), torch.zeros(2))
    for current in cue[:110]:
        state = neuron(current, *state)
    assert state[-1].abs().max() < 1e-3
    late = []
    for current in cue[110:]:
        state = neuron(current, *state)
        late.append(state[0])
    fired = torch.stack(late).sum(0)
    assert fired[1] > fired[0]


def test_an_integrator_follows_its_closed_form_and_never_spikes() -> None:
    network = dense_network((1,), [], 1, Integrator(beta=0.9), bias=False)
    module = build(network)
    load_tensors(module, {**tensors_of(module, network), "layers.0.weight": np.full((1, 1), 50.0, np.float32)})
    recording = run(module, torch.ones(1, 1), 60)
    closed = [50.0 * (1 - 0.9**step) / (1 - 0.9) for step in range(1, 61)]
    np.testing.assert_allclose(recording.membranes[0].flatten().detach().numpy(), closed, rtol=1e-5)
    assert not recording.spikes[0].any()


def mixed() -> Network:
    hidden = Adaptive(beta=0.8, rho=0.9, learn_rho="per_neuron", learn_adaptation="shared").model_dump(mode="json")
    output = Integrator(beta=0.9, learn_beta="shared").model_dump(mode="json")
    layers = [{"size": 20, "neuron": hidden}, {"size": 3, "neuron": output}]
    return parse(Network, {"input": {"shape": [12]}, "layers": layers})


@pytest.mark.parametrize("engine", ["fused", pytest.param("reference", marks=pytest.mark.slow)])
def test_adaptive_neurons_before_integrators_learn_and_their_own_values_too(engine: str) -> None:
    training = Training(num_steps=10, loss="max_membrane", engine=engine)  # type: ignore[arg-type]
    module = build(mixed(), 2)
    learner = open_learner(module, mixed(), training)
    assert learner.name == engine
    assert not learner.note
    before = tensors_of(module, mixed())
    generator = torch.Generator().manual_seed(0)
    inputs, labels = torch.rand(30, 12, generator=generator) * 3, torch.arange(30) % 3
    losses = [learner.train_batch(inputs, labels, 0.02).loss for _ in range(40)]
    assert losses[-1] < 0.6 * losses[0]
    moved = {name for name, value in tensors_of(module, mixed()).items() if not np.array_equal(value, before[name])}
    assert {"layers.0.neuron.rho", "layers.0.neuron.adaptation", "layers.1.neuron.beta"} <= moved
    assert "layers.1.neuron.threshold" not in before


def test_integrators_are_refused_where_nothing_can_be_read_from_them() -> None:
    spec = {"network": mixed().model_dump(mode="json"), "training": {"loss": "count"}}
    with pytest.raises(SpecError) as refused:
        parse(RunSpec, spec)
    assert [fault.path for fault in refused.value.faults] == ["training.loss"]
    with pytest.raises(SpecError) as refused:
        dense_network((4,), [5], 2, Integrator())
    assert [fault.path for fault in refused.value.faults] == ["network.layers[0].neuron.kind"]


@pytest.mark.slow
@pytest.mark.parametrize("reset", ["subtract", "zero"])
@pytest.mark.parametrize("kind", ["leaky", "synaptic"])
def test_a_reset_within_the_step_is_snntorchs_and_learns_by_kernels(kind: str, reset: str) -> None:
    """`reset_delay` false in the document: module, kernels and reference agree, and differ from the default."""
    found = []
    for delay in (False, True):
        neuron = {"kind": kind, "reset": reset, "beta": 0.8, "reset_delay": delay}
        layers = [{"size": 9, "neuron": neuron}, {"size": 3, "neuron": neuron}]
        network = parse(Network, {"input": {"shape": [5]}, "layers": layers})
        generator = torch.Generator().manual_seed(0)
        inputs, labels = torch.rand(8, 5, generator=generator) * 4, torch.arange(8) % 3
        losses = []
        for engine in ("fused", "reference"):
            module = build(network, 1)
            assert module.layers[0].neuron.reset_delay is delay
            learner = open_learner(module, network, Training(num_steps=12, loss="count", engine=engine))  # type: ignore[arg-type]
            assert (learner.name, learner.note) == (engine, "")
            losses.append([learner.train_batch(inputs, labels, 0.01).loss for _ in range(4)])
        assert losses[0] == pytest.approx(losses[1], rel=1e-4)
        found.append(losses[1])
    # Of Leaky set to zero both resets give the same spikes: the membrane is not used in between.
    assert (found[0] == pytest.approx(found[1], rel=1e-3)) is ((kind, reset) == ("leaky", "zero"))


def test_recurrent_layers_that_reset_within_the_step_are_stepped_through_and_say_so() -> None:
    neuron = {"kind": "leaky", "reset_delay": False}
    network = parse(Network, {"input": {"shape": [4]}, "layers": [{"kind": "recurrent", "size": 3, "neuron": neuron}]})
    learner = open_learner(build(network), network, Training(num_steps=5))
    assert "layer 1" in learner.note
    assert np.isfinite(learner.train_batch(torch.rand(4, 4) * 3, torch.arange(4) % 3, 0.01).loss)
