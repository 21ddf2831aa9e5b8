"""Recurrent layers by kernels: outputs and gradients are those of snnTorch's RLeaky and RSynaptic."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from snntrainer3d.engine.build import build
from snntrainer3d.engine.fuse import surrogate_of
from snntrainer3d.engine.recurrent import scan_recurrent
from snntrainer3d.engine.reference import neurons_over_time
from snntrainer3d.spec import Network, parse

EXACT = 1e-11
"""Float64 results differ in the order of sums only."""
STEPS, BATCH, SIZE = 9, 5, 7


def layer(feedback: str, kind: str, reset: str, learned: str) -> Any:
    # Only beta: whether anything is learned must not hang on the threshold.
    beta, threshold = ("shared", "fixed") if learned == "beta" else (learned, learned)
    neuron = {"kind": kind, "reset": reset, "learn_beta": beta, "learn_threshold": threshold}
    layers = [{"kind": "recurrent", "size": SIZE, "feedback": feedback, "neuron": neuron}]
    network = parse(Network, {"input": {"shape": [3]}, "layers": layers})
    return build(network, 2).double().layers[0].neuron


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("learned", ["fixed", "shared", "per_neuron", "beta"])
@pytest.mark.parametrize("reset", ["subtract", "zero", "none"])
@pytest.mark.parametrize("kind", ["leaky", "synaptic"])
@pytest.mark.parametrize("feedback", ["all_to_all", "one_to_one"])
def test_spikes_membranes_and_every_gradient_are_snntorchs(
    feedback: str, kind: str, reset: str, learned: str, constant: bool
) -> None:
    neuron = layer(feedback, kind, reset, learned)
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
    assert gradients.keys() & {"recurrent.weight", "V"}
    for name, gradient in gradients.items():
        torch.testing.assert_close(own_gradients[name], gradient, rtol=EXACT, atol=EXACT, msg=name)
