"""Fused scans of single neurons: bit-equal to snnTorch in float32, exact gradients in float64, closed forms."""

from __future__ import annotations

import math
from typing import Any

import pytest
import snntorch
import torch
from torch import Tensor, nn

from neuron_oracles import adaptive as adaptive_reference
from neuron_oracles import alpha as alpha_reference
from neuron_oracles import lapicque as lapicque_reference
from neuron_oracles import leaky as leaky_reference
from neuron_oracles import synaptic as synaptic_reference
from snntrainer3d.engine import spike_function
from snntrainer3d.engine.equation_neuron import EquationNeuron
from snntrainer3d.engine.fuse import fuse
from snntrainer3d.spec import SURROGATES, Adaptive, Atan

EXACT_GRADIENT = 1e-9
"""Float64 gradients differ only in the order of sums."""
EXACT_STATE = 1e-12
"""Float64 states differ only in the rounding of a constant."""

RESETS = ["subtract", "zero", "none"]
SHAPES = [(25, 3, 7), (1, 1, 1), (4, 2, 700)]
"""[time batch neuron]: odd sizes, a single value, and more neurons than one block."""

KINDS: dict[str, Any] = {
    "leaky": lambda **k: snntorch.Leaky(beta=0.9, **k),
    "leaky at once": lambda **k: snntorch.Leaky(beta=0.9, reset_delay=False, **k),
    "lapicque": lambda **k: snntorch.Lapicque(beta=0.8, **k),
    "lapicque circuit": lambda **k: snntorch.Lapicque(R=5.1, C=0.7, time_step=0.9, **k),
    "synaptic": lambda **k: snntorch.Synaptic(alpha=0.6, beta=0.9, **k),
    "synaptic at once": lambda **k: snntorch.Synaptic(alpha=0.6, beta=0.9, reset_delay=False, **k),
    "alpha": lambda **k: snntorch.Alpha(alpha=0.9, beta=0.8, **k),
    "adaptive": lambda reset_mechanism="subtract", **k: EquationNeuron(
        Adaptive(beta=0.9, rho=0.8, adaptation=1.7, reset=reset_mechanism), **k
    ),
}


def spike_of(surrogate: Any) -> Any:
    """Give our dtype-keeping spike function, marked with what it stands for."""
    function = spike_function(surrogate)
    function.surrogate = surrogate  # type: ignore[attr-defined]
    return function


def stepped(neuron: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    """Step through a snnTorch neuron as its documentation does."""
    rest = neuron.reset_mem()
    state = [torch.zeros_like(x[0]) for _ in (rest if isinstance(rest, tuple) else (rest,))]
    spikes, membranes = [], []
    for current in x:
        given = neuron(current, *state)
        state = given if len(given) == len(state) else given[1:]
        spikes.append(given[0])
        membranes.append(state[-1])
    return torch.stack(spikes), torch.stack(membranes)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("kind", KINDS)
def test_single_precision_is_equal_to_snntorch_to_the_last_bit(kind: str, reset: str, shape: tuple[int, ...]) -> None:
    """Spikes and membranes, given the same currents, constant and changing."""
    torch.manual_seed(1)
    neuron = KINDS[kind](reset_mechanism=reset)
    changing = torch.randn(shape) + 0.4
    for x, given, steps in [(changing, changing, None), (changing[:1].expand(shape), changing[0], shape[0])]:
        spikes, membranes = stepped(neuron, x)
        fused_spikes, fused_membranes = fuse(nn.ModuleList([neuron]))(given, steps)
        assert torch.equal(fused_spikes, spikes)
        assert torch.equal(fused_membranes, membranes)


@pytest.mark.parametrize("kind", KINDS)
def test_single_precision_test_sees_spikes(kind: str) -> None:
    """The comparison above would mean nothing without spikes."""
    torch.manual_seed(1)
    spikes, _ = stepped(KINDS[kind](reset_mechanism="subtract"), torch.randn(25, 3, 7) + 0.4)
    assert 0.005 < spikes.mean() < 0.9


@pytest.mark.slow
@pytest.mark.parametrize("surrogate", [model() for model in SURROGATES], ids=lambda model: model.kind)
@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_those_of_autograd(kind: str, reset: str, surrogate: Any) -> None:
    """Float64, through spikes and membranes at once, by every surrogate."""
    torch.manual_seed(2)
    neuron = KINDS[kind](reset_mechanism=reset, spike_grad=spike_of(surrogate)).double()
    x = (torch.randn(9, 3, 5, dtype=torch.float64) + 0.5).requires_grad_()
    weights = torch.randn(2, 9, 3, 5, dtype=torch.float64)
    (grad,) = torch.autograd.grad(_mixed(stepped(neuron, x), weights), x)
    (fused_grad,) = torch.autograd.grad(_mixed(fuse(nn.ModuleList([neuron]))(x), weights), x)
    assert_close(fused_grad, grad)


LEARNED: dict[str, Any] = {
    "leaky": (leaky_reference, ("beta", "threshold")),
    "leaky at once": (leaky_reference, ("beta", "threshold")),
    "synaptic": (synaptic_reference, ("alpha", "beta", "threshold")),
    "synaptic at once": (synaptic_reference, ("alpha", "beta", "threshold")),
    "alpha": (alpha_reference, ("alpha", "beta", "threshold")),
    "lapicque": (lapicque_reference, ("beta", "threshold")),
    "adaptive": (adaptive_reference, ("beta", "rho", "adaptation", "threshold")),
}


@pytest.mark.parametrize("size", [None, 5])
@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("kind", LEARNED)
def test_learned_values_get_the_references_gradients(kind: str, reset: str, size: int | None) -> None:
    """β, α and threshold, one for all neurons or one for each, against autograd through the reference."""
    torch.manual_seed(3)
    reference, names = LEARNED[kind]
    neuron = KINDS[kind](reset_mechanism=reset, spike_grad=spike_of(Atan())).double()
    for name in names:
        value = getattr(neuron, name).detach().double()
        delattr(neuron, name)
        spread = value if size is None else value * torch.linspace(0.97, 1.03, size, dtype=torch.float64)
        neuron.register_parameter(name, nn.Parameter(spread.clone()))
    x = torch.randn(9, 3, 5, dtype=torch.float64) + 0.7
    weights = torch.randn(2, 9, 3, 5, dtype=torch.float64)
    spikes, membranes = _by_reference(kind, reference, neuron, x, reset)
    expected = _mixed((torch.stack(spikes), torch.stack(membranes)), weights)
    values = [getattr(neuron, name) for name in names]
    grads = torch.autograd.grad(expected, values, allow_unused=True)
    found = torch.autograd.grad(_mixed(fuse(nn.ModuleList([neuron]))(x), weights), values)
    for name, grad, fused_grad in zip(names, grads, found, strict=True):
        assert grad is not None, name
        assert_close(fused_grad, grad)


def _by_reference(kind: str, reference: Any, neuron: Any, x: Tensor, reset: str) -> tuple[list[Tensor], list[Tensor]]:
    spike = neuron.spike_grad
    if reference is lapicque_reference:
        capacitance = 1 / torch.log(1 / neuron.beta)
        return reference.run(list(x), 1.0, capacitance, 1.0, neuron.threshold, reset, spike)
    if reference is alpha_reference:
        return reference.run(list(x), neuron.alpha, neuron.beta, neuron.threshold, reset, spike, log=torch.log)
    if reference is adaptive_reference:
        return reference.run(list(x), neuron.beta, neuron.rho, neuron.adaptation, neuron.threshold, reset, spike)
    decays = (neuron.alpha, neuron.beta) if reference is synaptic_reference else (neuron.beta,)
    return reference.run(list(x), *decays, neuron.threshold, reset, spike, immediate=kind.endswith("at once"))


def test_closed_form_of_one_neuron_under_constant_current() -> None:
    """m[t] = x·(1 − β^t)/(1 − β) below the threshold; the steady state of Lapicque is R·x."""
    steps, beta, current = 40, 0.8, 0.1
    x = torch.full((1, 1), current, dtype=torch.float64)
    leaky = snntorch.Leaky(beta=beta).double()
    leaky.beta = torch.tensor(beta, dtype=torch.float64)
    _, membranes = fuse(nn.ModuleList([leaky]))(x, steps)
    expected = [current * (1 - beta**t) / (1 - beta) for t in range(1, steps + 1)]
    assert membranes.flatten().tolist() == pytest.approx(expected, abs=EXACT_STATE)
    circuit = snntorch.Lapicque(R=5.0, C=1.0).double()
    _, membranes = fuse(nn.ModuleList([circuit]))(x, 400)
    assert float(membranes[-1]) == pytest.approx(5.0 * current, abs=EXACT_STATE)


def test_the_naive_mapping_of_lapicque_is_another_neuron() -> None:
    """Leaky with the same β: the input is 19.5 times stronger, the decay not the same."""
    beta, x = 0.95, torch.full((1, 1), 0.5)
    gain, decay = math.log(1 / beta), 1 - math.log(1 / beta)
    _, lapicque = fuse(nn.ModuleList([snntorch.Lapicque(beta=beta)]))(x, 10)
    _, naive = fuse(nn.ModuleList([snntorch.Leaky(beta=beta)]))(x, 10)
    _, mapped = fuse(nn.ModuleList([snntorch.Leaky(beta=decay)]))(x * gain, 10)
    torch.testing.assert_close(mapped, lapicque, rtol=1e-5, atol=1e-7)
    assert float((naive - lapicque).abs().max()) > 1.0


def _mixed(outputs: tuple[Tensor, Tensor], weights: Tensor) -> Tensor:
    return (outputs[0] * weights[0]).sum() + (outputs[1] * weights[1]).sum()


def assert_close(found: Tensor, expected: Tensor) -> None:
    """Compare gradients against the largest of them."""
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) <= EXACT_GRADIENT * max(1.0, float(expected.abs().max()))
