"""Izhikevich neurons: the paper's program spike for spike, gradients by autograd and by differences, and learning."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from snntrainer3d.compose import Choices, compose
from snntrainer3d.data import load
from snntrainer3d.engine import spike_function
from snntrainer3d.engine.equation_neuron import EquationNeuron
from snntrainer3d.engine.fuse import fuse
from snntrainer3d.events import EpochDone
from snntrainer3d.spec import Atan, Izhikevich, RunSpec, parse
from snntrainer3d.training import train

EXACT_GRADIENT = 1e-9
"""Float64 gradients differ only in the order of sums."""
DIFFERENCES = 1e-4
"""Central differences of sums of hundreds, in float64."""
SLOPE = 0.05
NUMBERS = ("a", "b", "c", "d", "threshold")


def izhikevich_2003(steps: int, ne: int, ni: int, seed: int) -> dict[str, np.ndarray]:
    """Transcribe the program at the end of Izhikevich 2003, keeping what drove its neurons and what they did."""
    random = np.random.default_rng(seed)
    re, ri = random.random(ne), random.random(ni)
    a = np.concatenate([0.02 * np.ones(ne), 0.02 + 0.08 * ri])
    b = np.concatenate([0.2 * np.ones(ne), 0.25 - 0.05 * ri])
    c = np.concatenate([-65 + 15 * re**2, -65 * np.ones(ni)])
    d = np.concatenate([8 - 6 * re**2, 2 * np.ones(ni)])
    S = np.concatenate([0.5 * random.random((ne + ni, ne)), -random.random((ne + ni, ni))], axis=1)
    v = -65 * np.ones(ne + ni)
    u = b * v
    currents, membranes, recoveries = [], [], []
    for _ in range(steps):
        current = np.concatenate([5 * random.standard_normal(ne), 2 * random.standard_normal(ni)])
        fired = v >= 30
        v[fired] = c[fired]
        u[fired] = u[fired] + d[fired]
        current = current + S[:, fired].sum(axis=1)
        v = v + 0.5 * (0.04 * v**2 + 5 * v + 140 - u + current)
        v = v + 0.5 * (0.04 * v**2 + 5 * v + 140 - u + current)
        u = u + a * (b * v - u)
        currents.append(current)
        membranes.append(v.copy())
        recoveries.append(u.copy())
    states = {"v": np.array(membranes), "u": np.array(recoveries), "current": np.array(currents)}
    return {"a": a, "b": b, "c": c, "d": d, **states}


def neuron_of(dtype: torch.dtype = torch.float64, **given: Any) -> EquationNeuron:
    return EquationNeuron(Izhikevich(**{"input_gain": 1.0, **given}), spike_function(Atan(slope=SLOPE))).to(dtype)


def stepped(neuron: EquationNeuron, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Give spikes, recoveries and membranes of each step."""
    state = neuron.reset_mem()
    found = []
    for current in x:
        state = neuron(current, *state)
        found.append(state)
    spikes, recoveries, membranes = (torch.stack(one) for one in zip(*found, strict=True))
    return spikes, recoveries, membranes


@pytest.mark.slow
def test_the_papers_network_is_followed_spike_for_spike() -> None:
    """Both forms, driven by what drove the paper's neurons in the paper's program; its v never meets our bounds."""
    paper = izhikevich_2003(400, 160, 40, 0)
    neuron = neuron_of()
    for name in "abcd":
        setattr(neuron, name, torch.from_numpy(paper[name]))
    x = torch.from_numpy(paper["current"])[:, None]
    spikes, recoveries, membranes = stepped(neuron, x)
    assert 0.002 < (paper["v"] >= 30).mean() < 0.1
    assert np.array_equal(spikes[:, 0].numpy(), paper["v"] >= 30)
    assert np.array_equal(membranes[:, 0].numpy(), paper["v"])
    assert np.array_equal(recoveries[:, 0].numpy(), paper["u"])
    fused_spikes, fused_membranes = fuse(nn.ModuleList([neuron]))(x)
    assert torch.equal(fused_spikes, spikes)
    assert torch.equal(fused_membranes, membranes)


def intervals(**given: float) -> np.ndarray:
    """Give the steps between the spikes of a cell under I = 10 for half a second."""
    spikes, _ = fuse(nn.ModuleList([neuron_of(**given)]))(torch.full((1, 1), 10.0, dtype=torch.float64), 500)
    return np.diff(np.flatnonzero(spikes.numpy()))


def test_the_papers_cells_fire_as_they_are_named() -> None:
    found = {name: intervals(**numbers) for name, numbers in Izhikevich.patterns.items()}
    regular, bursting, chattering = (
        found[name] for name in ("regular spiking", "intrinsically bursting", "chattering")
    )
    assert regular[0] < regular[-1]
    assert bursting[0] < 0.5 * bursting[-1]
    assert (chattering <= 5).any()
    assert (chattering > 15).sum() > 3
    assert len(found["fast spiking"]) > 2 * len(regular)
    assert len(found["low-threshold spiking"]) > len(regular)


@pytest.mark.parametrize("shape", [(25, 3, 7), (1, 1, 1), (4, 2, 700)])
def test_single_precision_is_the_references_to_the_last_bit(shape: tuple[int, ...]) -> None:
    """Odd sizes, a single value, more neurons than one block; currents that change and one that stays."""
    torch.manual_seed(1)
    neuron = neuron_of(torch.float32, input_gain=20.0, time_step_ms=0.8)
    changing = torch.randn(shape) + 0.7
    for x, given, steps in [(changing, changing, None), (changing[:1].expand(shape), changing[0], shape[0])]:
        spikes, _, membranes = stepped(neuron, x)
        fused_spikes, fused_membranes = fuse(nn.ModuleList([neuron]))(given, steps)
        assert torch.equal(fused_spikes, spikes)
        assert torch.equal(fused_membranes, membranes)
    assert shape[0] == 1 or 0.01 < spikes.mean() < 0.5


def learning(size: int | None, limit: float) -> EquationNeuron:
    neuron = neuron_of(input_gain=20.0, gradient_limit=limit)
    for name in NUMBERS:
        value = getattr(neuron, name).detach().double()
        delattr(neuron, name)
        spread = value if size is None else value * torch.linspace(0.97, 1.03, size, dtype=torch.float64)
        neuron.register_parameter(name, nn.Parameter(spread.clone()))
    return neuron


EXACT_LIMIT = 1e6
"""No half step's factor reaches it: the gradient is the exact one."""


@pytest.mark.parametrize("size", [None, 5])
@pytest.mark.parametrize("limit", [1.0, EXACT_LIMIT])
def test_gradients_are_those_of_autograd_and_without_a_limit_of_differences(limit: float, size: int | None) -> None:
    """Of currents and of a, b, c, d and threshold, through spikes and membranes.

    What the surrogate's gradient belongs to is the smooth sum of F(v − θ), F its integral: resets stay where they are.
    """
    torch.manual_seed(2)
    neuron = learning(size, limit)
    x = (torch.randn(14, 3, 5, dtype=torch.float64) + 0.5).requires_grad_()
    weights = torch.randn(2, 14, 3, 5, dtype=torch.float64)
    values = [x, *(getattr(neuron, name) for name in NUMBERS)]
    fused = fuse(nn.ModuleList([neuron]))

    def mixed(spikes: Tensor, membranes: Tensor) -> Tensor:
        return (spikes * weights[0]).sum() + (membranes * weights[1]).sum()

    def smooth() -> float:
        _, membranes = fused(x)
        distance = membranes - neuron.threshold
        return float(mixed(torch.atan(math.pi / 2 * SLOPE * distance) / math.pi, membranes))

    spikes, _, membranes = stepped(neuron, x)
    assert 3 < spikes.sum() < 100
    expected = torch.autograd.grad(mixed(spikes, membranes), values)
    found = torch.autograd.grad(mixed(*fused(x)), values)
    for value, grad, wanted in zip(values, found, expected, strict=True):
        assert float((grad - wanted).abs().max()) <= EXACT_GRADIENT * float(wanted.abs().max())
        if limit != EXACT_LIMIT:
            continue
        at = tuple(length // 2 for length in value.shape)
        difference = _difference(smooth, value, at)
        assert difference == pytest.approx(float(grad[at]), rel=DIFFERENCES, abs=DIFFERENCES * float(grad.abs().max()))


def _difference(of: Any, value: Tensor, at: tuple[int, ...], step: float = 1e-6) -> float:
    found = []
    with torch.no_grad():
        for change in (step, -2 * step):
            value[at] += change
            found.append(of())
        value[at] += step
    return (found[0] - found[1]) / (2 * step)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("current", [1e30, -1e30])
def test_no_input_makes_it_infinite(current: float, fused: bool) -> None:
    neuron = neuron_of(torch.float32, input_gain=1000.0)
    x = torch.full((20, 1, 3), current, requires_grad=True)
    spikes, membranes = fuse(nn.ModuleList([neuron]))(x) if fused else stepped(neuron, x)[::2]
    (spikes.sum() + membranes.sum()).backward()
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()
    low, high = Izhikevich.range_mv
    assert ((membranes >= low) & (membranes <= high)).all()
    assert bool(spikes.all()) == (current > 0)


@pytest.mark.slow
def test_digits_are_learned_by_izhikevich_neurons_and_their_own_numbers_with_them() -> None:
    """64-50-10 by the recipe of all neurons, in 8 of its 30 epochs."""
    spec = compose(Choices(dataset="digits", neuron="izhikevich", hidden=(50,), training={"epochs": 8, "seed": 1}))
    learned = {"learn_a": "per_neuron", "learn_b": "shared", "learn_c": "per_neuron", "learn_d": "shared"}
    layers = [
        {**layer.model_dump(mode="json"), "neuron": {**layer.neuron.model_dump(mode="json"), **learned}}
        for layer in spec.network.layers
        if layer.neuron
    ]
    spec = parse(
        RunSpec, {**spec.model_dump(mode="json"), "network": {"input": {"shape": [1, 8, 8]}, "layers": layers}}
    )
    epochs = [event for event in train(spec, load("digits")) if isinstance(event, EpochDone)]
    assert (epochs[-1].validation_accuracy or 0) > 0.9
