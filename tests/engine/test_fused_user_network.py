"""`fuse`: other people's snnTorch networks, in their own training loops."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import snntorch
import torch
from snntorch import surrogate, utils
from torch import Tensor, nn

from snntrainer3d.engine.adaptive import AdaptiveNeuron, OneToOne, RecurrentAdaptiveNeuron
from snntrainer3d.engine.fuse import fuse

SAME = 1e-5
"""Float32 sums in another order."""


def tutorial_network() -> nn.Sequential:
    """Build the network of snnTorch's tutorials."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(20, 12),
        snntorch.Leaky(beta=0.9, init_hidden=True, spike_grad=surrogate.fast_sigmoid(slope=10)),
        nn.Linear(12, 4),
        snntorch.Leaky(beta=0.9, init_hidden=True, output=True),
    )


def steps_of(network: nn.Sequential, inputs: Tensor, num_steps: int) -> tuple[Tensor, Tensor]:
    """Run it as the tutorial does."""
    utils.reset(network)
    outputs = [network(inputs) for _ in range(num_steps)]
    return torch.stack([spike for spike, _ in outputs]), torch.stack([membrane for _, membrane in outputs])


def train(run: object, network: nn.Sequential) -> list[float]:
    """Train for five updates in a loop as users write it."""
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    torch.manual_seed(1)
    losses = []
    for _ in range(5):
        inputs, labels = torch.rand(16, 20), torch.randint(0, 4, (16,))
        spikes, membranes = run(inputs, 15)  # type: ignore[operator]
        loss = nn.functional.cross_entropy(membranes.flatten(0, 1), labels.repeat(15)) + spikes.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    return losses


@pytest.mark.parametrize("checkpoint_steps", [None, 4])
def test_a_users_training_loop_gives_the_same_losses(checkpoint_steps: int | None) -> None:
    """The documented example: `fuse(network)` takes the place of the loop over time."""
    network = tutorial_network()
    expected = train(lambda inputs, steps: steps_of(network, inputs, steps), network)
    fused_network = tutorial_network()
    found = train(fuse(fused_network, checkpoint_steps=checkpoint_steps), fused_network)
    assert found == pytest.approx(expected, abs=SAME)


@pytest.mark.parametrize("learned", ["learn_beta", "learn_threshold"])
def test_a_value_that_is_learned_alone_gets_its_gradient(learned: str) -> None:
    gradients = []
    for fused in (False, True):
        torch.manual_seed(0)
        network = nn.Sequential(
            nn.Linear(20, 12), snntorch.Leaky(beta=0.9, init_hidden=True, output=True, **{learned: True})
        )
        torch.manual_seed(1)
        inputs = torch.rand(16, 20)
        spikes, membranes = fuse(network)(inputs, 15) if fused else steps_of(network, inputs, 15)
        (spikes.sum() + membranes.square().sum()).backward()
        gradients.append(getattr(network[1], learned.removeprefix("learn_")).grad)
    expected, found = gradients
    assert float(expected.abs().max()) > 1
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_nothing_of_the_tutorials_network_is_stepped() -> None:
    """The report is empty where everything is fused."""
    assert fuse(tutorial_network()).report() == {}


def test_what_cannot_be_fused_is_named_and_stepped() -> None:
    """A recurrent neuron, dropout, and snnTorch's own triangular surrogate."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Linear(5, 6),
        snntorch.RLeaky(beta=0.8, linear_features=6),
        nn.Dropout(0.0),
        nn.Linear(6, 3),
        snntorch.Leaky(beta=0.9, spike_grad=surrogate.triangular()),
    )
    fused = fuse(network)
    assert list(fused.report()) == ["1", "2", "4"]
    inputs = torch.rand(7, 2, 5) * 3
    spikes, membranes = fused(inputs)
    spike = hidden = torch.zeros(2, 6)
    membrane = torch.zeros(2, 3)
    for t in range(7):
        spike, hidden = network[1](network[0](inputs[t]), spike, hidden)
        out, membrane = network[4](network[3](spike), membrane)
        assert torch.equal(spikes[t], out)
        torch.testing.assert_close(membranes[t], membrane)


def test_a_convolutional_network_equals_its_steps() -> None:
    """Layers over merged time and batch; neurons of any shape."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 3, 3),
        nn.MaxPool2d(2),
        snntorch.Synaptic(alpha=0.5, beta=0.9, init_hidden=True),
        nn.Flatten(),
        nn.Linear(27, 2),
        snntorch.Alpha(alpha=0.9, beta=0.8, init_hidden=True, output=True),
    )
    inputs = torch.rand(6, 4, 1, 8, 8) * 4
    utils.reset(network)
    expected = [network(step) for step in inputs]
    spikes, membranes = fuse(network)(inputs)
    assert torch.equal(spikes, torch.stack([step[0] for step in expected]))
    torch.testing.assert_close(membranes, torch.stack([step[-1] for step in expected]), rtol=1e-4, atol=1e-5)


def _own_surrogate(z: Tensor) -> Tensor:
    """Fire, with a gradient that no kernel knows."""
    return surrogate.fast_sigmoid(slope=3)(z).to(z.dtype)


def adaptive(dtype: torch.dtype) -> AdaptiveNeuron:
    return AdaptiveNeuron(0.9, 0.8, 1.5, spike_grad=_own_surrogate).to(dtype)


def recurrent_adaptive(dtype: torch.dtype) -> RecurrentAdaptiveNeuron:
    return RecurrentAdaptiveNeuron(0.9, 0.8, 1.5, nn.Linear(4, 4, bias=False), spike_grad=_own_surrogate).to(dtype)


def one_to_one_adaptive(dtype: torch.dtype) -> RecurrentAdaptiveNeuron:
    return RecurrentAdaptiveNeuron(0.9, 0.8, 1.5, OneToOne(torch.rand(4)), spike_grad=_own_surrogate).to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("make", [adaptive, recurrent_adaptive, one_to_one_adaptive])
def test_adaptive_neurons_that_are_stepped_start_from_rest_as_in_a_plain_loop(
    make: Callable[[torch.dtype], AdaptiveNeuron], dtype: torch.dtype
) -> None:
    torch.manual_seed(3)
    network = nn.Sequential(nn.Linear(3, 4).to(dtype), make(dtype))
    inputs = 3 * torch.rand(12, 5, 3, dtype=dtype)
    assert fuse(network).report()["1"], "it is stepped"
    state = tuple(torch.zeros(5, 4, dtype=dtype) for _ in range(3))
    spikes, membranes = [], []
    for current in network[0](inputs.flatten(0, 1)).unflatten(0, (12, 5)):
        state = network[1](current, *state)
        spikes.append(state[0])
        membranes.append(state[-1])
    fired, left = fuse(network)(inputs)
    assert torch.equal(fired, torch.stack(spikes))
    torch.testing.assert_close(left, torch.stack(membranes))
    assert fired.count_nonzero() > 0
    expected = torch.autograd.grad(torch.stack(membranes).square().sum(), network[0].weight)
    found = torch.autograd.grad(left.square().sum(), network[0].weight)
    torch.testing.assert_close(found[0], expected[0])


def test_a_network_without_a_neuron_at_its_end_is_refused() -> None:
    """There would be no spikes to give."""
    with pytest.raises(ValueError, match="not a snnTorch neuron"):
        fuse(nn.Sequential(nn.Linear(2, 2)))(torch.rand(1, 2), 3)


_PEAK = """
import psutil, sys, torch, snntorch
from torch import nn
from snntrainer3d.engine.fuse import fuse
torch.manual_seed(0)
network = nn.Sequential(nn.Linear(8, 600), snntorch.Leaky(beta=.9), nn.Linear(600, 2), snntorch.Leaky(beta=.9))
run = fuse(network, checkpoint_steps=int(sys.argv[1]) or None)
run(torch.rand(2, 8), 3)[1].sum().backward()
before = psutil.Process().memory_info().rss
kept = run(torch.rand(16, 8), 1000)
print(psutil.Process().memory_info().rss - before)
"""


@pytest.mark.slow
def test_checkpointing_over_time_saves_memory() -> None:
    """What a thousand steps keep for the backward pass, in pieces of fifty: less than half."""
    peaks = [
        int(subprocess.run([sys.executable, "-c", _PEAK, steps], capture_output=True, text=True, check=True).stdout)
        for steps in ("0", "50")
    ]
    assert 0 < peaks[1] < peaks[0] / 2


def test_a_threshold_that_the_loss_does_not_reach_has_no_gradient_and_a_used_network_stays_usable() -> None:
    torch.manual_seed(0)
    reset = {"learn_threshold": True, "reset_mechanism": "zero", "init_hidden": True}
    network = nn.Sequential(
        nn.Linear(6, 5),
        snntorch.Leaky(beta=0.9, **reset),
        nn.Linear(5, 3),
        snntorch.Lapicque(beta=0.8, output=True, **reset),
    )
    inputs = torch.rand(4, 6)
    _, membranes = steps_of(network, inputs, 7)  # leaves states with a graph in the neurons
    membranes.square().sum().backward()
    wanted = {name: value.grad for name, value in network.named_parameters()}
    network.zero_grad()
    fuse(network)(inputs, 7)[1].square().sum().backward()
    assert [name for name, grad in wanted.items() if grad is None] == ["3.threshold"]
    for name, value in network.named_parameters():
        if wanted[name] is None:
            assert value.grad is None, name
        else:
            torch.testing.assert_close(value.grad, wanted[name], atol=SAME, rtol=SAME)
    assert torch.equal(steps_of(network, inputs, 7)[1], membranes)
