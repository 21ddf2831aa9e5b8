"""What every neuron of an equation of its own does: fused as stepped, gradients of autograd, finite, learning."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from snntrainer3d.engine import build, open_learner
from snntrainer3d.engine.equation_neuron import EquationNeuron
from snntrainer3d.engine.fuse import fuse
from snntrainer3d.spec import NEURONS, RECURRENT, Network, Training, dense_network, equation_of, parse
from snntrainer3d.spec.equations import latex_of

EXACT_GRADIENT = 1e-9
"""Float64 gradients differ only in the order of sums."""
OWN = {model.__name__: model for model in NEURONS if not model.snntorch}
"""Those that snnTorch does not compute."""


def stepped(neuron: EquationNeuron, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return spikes and membranes, step after step by torch."""
    state, spikes, membranes = neuron.reset_mem(), [], []
    for current in x:
        given = neuron(current, *state)
        state = given if neuron.spikes else given[1:]
        spikes.append(given[0])
        membranes.append(state[-1])
    return torch.stack(spikes), torch.stack(membranes)


def driven(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """Return currents under which most neurons spike now and then."""
    torch.manual_seed(1)
    return torch.randn(shape, dtype=dtype) + 1.0


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
def test_single_precision_is_the_step_of_torch_where_both_compute_alike(name: str) -> None:
    """To the last bit where no exponential is taken, which torch rounds otherwise; else as near as that lets it be."""
    model = OWN[name]
    neuron, x = EquationNeuron(model()), driven((25, 3, 70), torch.float32)
    spikes, membranes = stepped(neuron, x)
    fused_spikes, fused_membranes = fuse(nn.ModuleList([neuron]))(x)
    assert 0.002 < spikes.mean() < 0.9
    operations = {node.operation for node in equation_of(model()).graph.nodes}
    if operations & {"exp", "expm1", "log", "log1p"}:
        assert (spikes != fused_spikes).float().mean() < 0.01
        assert ((membranes - fused_membranes).abs() < 1e-3 * (1.0 + membranes.abs())).float().mean() > 0.98
    else:
        assert torch.equal(spikes, fused_spikes)
        assert torch.equal(membranes, fused_membranes)


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
def test_gradients_are_those_of_autograd(name: str) -> None:
    """Float64, of currents and of all that can be learned, through spikes and membranes."""
    model = OWN[name]
    neuron = EquationNeuron(model()).double()
    for value in model.learnable():
        number = getattr(neuron, value).detach().double()
        delattr(neuron, value)
        spread = number * torch.linspace(0.97, 1.03, 5, dtype=torch.float64)
        neuron.register_parameter(value, nn.Parameter(spread.clone()))
    x = driven((14, 3, 5), torch.float64).requires_grad_()
    weights = torch.randn(2, 14, 3, 5, dtype=torch.float64)
    values = [x, *(getattr(neuron, value) for value in model.learnable())]
    runs = [stepped(neuron, x), fuse(nn.ModuleList([neuron]))(x)]
    assert torch.equal(runs[0][0], runs[1][0])
    assert runs[0][0].sum() > 3
    expected, found = (
        torch.autograd.grad((spikes * weights[0]).sum() + (membranes * weights[1]).sum(), values)
        for spikes, membranes in runs
    )
    for grad, wanted in zip(found, expected, strict=True):
        assert torch.isfinite(wanted).all()
        assert float((grad - wanted).abs().max()) <= EXACT_GRADIENT * float(wanted.abs().max())


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
def test_large_currents_leave_states_and_gradients_finite(name: str) -> None:
    for current in (1e3, -1e3):
        for fused in (True, False):
            neuron = EquationNeuron(OWN[name]())
            x = torch.full((40, 1, 3), current, requires_grad=True)
            x_and_rest = torch.cat([x, torch.zeros(40, 1, 3)])
            spikes, membranes = fuse(nn.ModuleList([neuron]))(x_and_rest) if fused else stepped(neuron, x_and_rest)
            (spikes.sum() + membranes.sum()).backward()
            assert x.grad is not None
            assert torch.isfinite(x.grad).all()
            assert torch.isfinite(membranes).all()
            assert membranes.abs().max() < 1e5


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
def test_two_classes_are_learned(name: str) -> None:
    """Which half of the inputs is on, dense and, where it can be, recurrent: the loss falls."""
    model = OWN[name]
    dense = dense_network((8,), [20], 2, model()).model_dump(mode="json")
    documents = [dense]
    if model in RECURRENT:
        first = {**dense["layers"][0], "kind": "recurrent"}
        documents.append({**dense, "layers": [first, dense["layers"][1]]})
    random = np.random.default_rng(0)
    labels = torch.from_numpy(random.integers(0, 2, 64))
    inputs = torch.from_numpy(random.random((64, 8), np.float32))
    inputs[:, :4] *= labels[:, None]
    inputs[:, 4:] *= 1 - labels[:, None]
    for document in documents:
        network = parse(Network, document)
        for loss in ("membrane", "count"):
            learner = open_learner(build(network, seed=1), network, Training(num_steps=25, loss=loss))
            assert not learner.note
            losses = [learner.train_batch(inputs, labels, 0.01).loss for _ in range(30)]
            assert np.isfinite(losses).all()
            assert np.mean(losses[-5:]) < 0.85 * losses[0], (loss, losses)


def test_every_equation_has_lines_for_people() -> None:
    for model in OWN.values():
        assert latex_of(equation_of(model())).count("&=") >= 2
