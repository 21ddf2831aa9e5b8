"""Hodgkin–Huxley neurons against the published equations, solved by an adaptive method to many digits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_neurons import over_time
from scipy.integrate import solve_ivp

from snntrainer3d.engine import build
from snntrainer3d.engine.reference import run
from snntrainer3d.spec import Network, parse
from snntrainer3d.spec.neurons.hodgkin_huxley import HodgkinHuxley

REST = (-65.0, 0.0529324853, 0.5961207535, 0.3176769141)


def published(_time: float, state: np.ndarray, current: float) -> list[float]:
    """Transcribe the equations of 1952, with today's sign of the voltage."""
    v, m, h, n = state
    alpha_m = 0.1 * (v + 40) / (1 - np.exp(-(v + 40) / 10)) if v != -40 else 1.0
    alpha_n = 0.01 * (v + 55) / (1 - np.exp(-(v + 55) / 10)) if v != -55 else 0.1
    alpha_h, beta_h = 0.07 * np.exp(-(v + 65) / 20), 1 / (1 + np.exp(-(v + 35) / 10))
    beta_m, beta_n = 4 * np.exp(-(v + 65) / 18), 0.125 * np.exp(-(v + 65) / 80)
    ions = 120 * m**3 * h * (50 - v) + 36 * n**4 * (-77 - v) + 0.3 * (-54.387 - v)
    return [
        ions + current, alpha_m * (1 - m) - beta_m * m, alpha_h * (1 - h) - beta_h * h, alpha_n * (1 - n) - beta_n * n,
    ]  # fmt: skip


def test_rest_is_where_the_published_axon_rests() -> None:
    assert np.abs(published(0.0, np.array(REST), 0.0)).max() < 0.005  # mV in a millisecond
    spikes, membranes = over_time(HodgkinHuxley(), torch.zeros(200, 1, 1, dtype=torch.float64))
    assert spikes.sum() == 0
    assert membranes.numpy() == pytest.approx(-65.0, abs=0.01)


@pytest.mark.slow
def test_membranes_are_those_of_the_published_equations() -> None:
    currents = [4.0, 10.0, 25.0]
    neuron = HodgkinHuxley(time_step_ms=0.05, input_gain=1.0)
    given = torch.tensor([[currents]], dtype=torch.float64).expand(400, 1, 3)
    _, membranes = over_time(neuron, given)
    times = 0.05 * np.arange(1, 401)
    for lane, current in enumerate(currents):
        wanted = solve_ivp(published, (0, 20), REST, t_eval=times, args=(current,), rtol=1e-9, atol=1e-9).y[0]
        found = membranes[:, 0, lane].numpy()
        assert np.abs(found - wanted).max() < 0.06 * np.ptp(wanted)  # where it rises by 300 mV in a millisecond
        assert np.median(np.abs(found - wanted)) < 0.02
        assert found.max() == pytest.approx(wanted.max(), abs=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("step_ms", [0.1, 0.25, 0.5])
def test_it_fires_as_the_axon_does(step_ms: float) -> None:
    """Steadily from about 6.3 µA/cm² on, with 68 Hz at 10; no spike is missed, however coarse the steps are."""
    neuron = HodgkinHuxley(time_step_ms=step_ms, input_gain=1.0)
    steps = round(1000 / step_ms)
    given = torch.tensor([[[6.0, 6.5, 10.0, 20.0]]], dtype=torch.float64).expand(steps, 1, 4)
    spikes, _ = over_time(neuron, given)
    late = spikes[steps // 2 :, 0].sum(0) * 2
    assert late[0] == 0
    assert late[1:].tolist() == pytest.approx([54.0, 68.0, 86.0], abs=2.5)


@pytest.mark.slow
def test_a_network_of_them_learns_with_finite_gradients() -> None:
    layer = {"kind": "dense", "neuron": {"kind": "hodgkin_huxley"}}
    network = parse(Network, {"input": {"shape": [8]}, "layers": [{**layer, "size": 12}, {**layer, "size": 3}]})
    module = build(network, 1)
    optimizer = torch.optim.Adam(module.parameters(), 0.02)
    chance = torch.Generator().manual_seed(0)
    inputs = torch.rand(48, 8, generator=chance)
    labels = (inputs @ torch.randn(8, 3, generator=chance)).argmax(1)
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        found = run(module, inputs * 2, 30)
        loss = torch.nn.functional.cross_entropy(found.membranes[-1].mean(0) / 20, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        assert all(one.grad is not None and one.grad.isfinite().all() for one in module.parameters())
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]
    assert sum(float(one.detach().sum()) for one in found.spikes) > 0
