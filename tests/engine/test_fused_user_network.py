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

from snntrainer3d.engine.equation_neuron import EquationNeuron, OneToOne, RecurrentEquationNeuron
from snntrainer3d.engine.fuse import fuse
from snntrainer3d.errors import MismatchError
from snntrainer3d.spec import Adaptive

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


@pytest.mark.slow
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


ADAPTIVE = Adaptive(beta=0.9, rho=0.8, adaptation=1.5)


def adaptive(dtype: torch.dtype) -> EquationNeuron:
    return EquationNeuron(ADAPTIVE, spike_grad=_own_surrogate).to(dtype)


def recurrent_adaptive(dtype: torch.dtype) -> RecurrentEquationNeuron:
    return RecurrentEquationNeuron(ADAPTIVE, nn.Linear(4, 4, bias=False), spike_grad=_own_surrogate).to(dtype)


def one_to_one_adaptive(dtype: torch.dtype) -> RecurrentEquationNeuron:
    return RecurrentEquationNeuron(ADAPTIVE, OneToOne(torch.rand(4)), spike_grad=_own_surrogate).to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("make", [adaptive, recurrent_adaptive, one_to_one_adaptive])
def test_adaptive_neurons_that_are_stepped_start_from_rest_as_in_a_plain_loop(
    make: Callable[[torch.dtype], EquationNeuron], dtype: torch.dtype
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


class Own(nn.Module):
    """A network with a forward of its own, as tutorials write it: the loop over time within, states from rest."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.lif2 = snntorch.Leaky(beta=0.7)
        self.fc1, self.act, self.fc2 = nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 8)
        self.lif1 = snntorch.Synaptic(alpha=0.5, beta=0.9)

    def between(self, spikes: Tensor, step: Tensor) -> Tensor:
        """Give what the second connection gets."""
        del step
        return spikes

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        synapse, first = self.lif1.reset_mem()
        second = self.lif2.reset_mem()
        spikes, membranes = [], []
        for t in range(len(x)):
            hidden, synapse, first = self.lif1(self.act(self.fc1(x[t])), synapse, first)
            fired, second = self.lif2(self.fc2(self.between(hidden, x[t])), second)
            spikes.append(fired)
            membranes.append(second)
        return torch.stack(spikes), torch.stack(membranes)


def gradients(run: Callable[..., tuple[Tensor, Tensor]], network: nn.Module, x: Tensor) -> list[Tensor]:
    spikes, membranes = run(x)
    return list(torch.autograd.grad((spikes + membranes.square()).sum(), list(network.parameters())))


def test_a_forward_of_its_own_is_seen_whatever_the_order_of_definition() -> None:
    network, x = Own(), torch.randn(12, 6, 10) * 3
    wanted, membranes = network(x)
    fused = fuse(network)
    found, left = fused(x)
    assert wanted.sum() > 20
    assert torch.equal(found, wanted)
    torch.testing.assert_close(left, membranes, rtol=SAME, atol=SAME)
    assert [name for name, _ in fused.stages()] == ["fc1", "act", "lif1", "fc2", "lif2"]
    assert fused.report() == {}
    for one, other in zip(gradients(fused, network, x), gradients(network, network, x), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def relu(network: Own, spikes: Tensor, step: Tensor) -> Tensor:
    del network, step
    return torch.relu(spikes)


def skip(network: Own, spikes: Tensor, step: Tensor) -> Tensor:
    del network
    return spikes + step[:, :8]


def scaled(network: Own, spikes: Tensor, step: Tensor) -> Tensor:
    del network, step
    return spikes.mul_(0.5)


@pytest.mark.parametrize("between", [relu, skip, scaled])
def test_what_forward_computes_between_its_layers_is_refused_by_name(
    between: Callable[[Own, Tensor, Tensor], Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Own, "between", between)
    with pytest.raises(MismatchError, match="between") as told:
        fuse(Own())(torch.randn(5, 6, 10))
    assert told.value.path == "fc2"


class Block(nn.Module):
    """A residual block: what it adds cannot be seen from its layers."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


def leaky(**options: bool) -> snntorch.Leaky:
    return snntorch.Leaky(beta=0.8, init_hidden=True, **options)


def stepped(network: nn.Module, x: Tensor) -> Tensor:
    """Run a network one step after the other, as its owner would; gives the spikes."""
    utils.reset(network)
    return torch.stack([network(step)[0] for step in x])


ACT = nn.ReLU()
SAME_FORWARD: dict[str, Callable[[], nn.Module]] = {
    "a layer that stands twice": lambda: nn.Sequential(
        nn.Linear(8, 8), ACT, nn.Linear(8, 8), ACT, nn.Linear(8, 8), leaky(output=True)
    ),
    "a connection that stands twice": lambda: nn.Sequential(
        *(lambda one: (one, leaky(), one, leaky(output=True)))(nn.Linear(8, 8))
    ),
    "nested": lambda: nn.Sequential(
        nn.Sequential(nn.Linear(8, 8), leaky()), nn.Sequential(nn.Sequential(nn.Linear(8, 8)), leaky(output=True))
    ),
    "a block without neurons": lambda: nn.Sequential(
        nn.Linear(8, 8), leaky(), Block(nn.Linear(8, 8), nn.ReLU()), nn.Linear(8, 8), leaky(output=True)
    ),
}


@pytest.mark.parametrize("name", SAME_FORWARD)
def test_sequences_compute_what_their_own_forward_computes(name: str) -> None:
    torch.manual_seed(4)
    network, x = SAME_FORWARD[name](), torch.randn(20, 5, 8) * 4
    wanted = stepped(network, x)
    assert wanted.sum() > 20
    assert torch.equal(fuse(network)(x)[0], wanted)


def test_tied_weights_learn_together() -> None:
    torch.manual_seed(4)
    network, x = nn.Sequential(nn.Linear(8, 8), leaky(), nn.Linear(8, 8), leaky(output=True)), torch.randn(20, 5, 8) * 4
    network[2].weight = network[0].weight
    wanted = stepped(network, x)
    spikes, membranes = fuse(network)(x)
    assert torch.equal(spikes, wanted)
    (found,) = torch.autograd.grad(membranes.square().sum(), network[0].weight)
    utils.reset(network)
    left = torch.stack([network(step)[1] for step in x])
    (expected,) = torch.autograd.grad(left.square().sum(), network[0].weight)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-3)


def test_a_residual_block_with_neurons_is_refused_when_it_runs() -> None:
    network = nn.Sequential(nn.Linear(8, 8), Block(leaky(), nn.Linear(8, 8)), leaky(output=True))
    with pytest.raises(MismatchError, match="in between"):
        fuse(network)(torch.randn(5, 3, 8))


def test_neurons_in_two_places_and_hooks_of_blocks_are_refused() -> None:
    cell = leaky()
    with pytest.raises(MismatchError, match="is the same Leaky as 1") as told:
        fuse(nn.Sequential(nn.Linear(8, 8), cell, nn.Linear(8, 8), cell))
    assert told.value.path == "3"
    network = nn.Sequential(nn.Linear(8, 8), leaky(output=True))
    network.register_forward_hook(lambda _module, _inputs, given: given)
    with pytest.raises(MismatchError, match="has hooks"):
        fuse(network)


def test_hooks_of_layers_are_called_at_every_step() -> None:
    torch.manual_seed(4)
    network, x = nn.Sequential(nn.Linear(8, 8), leaky(output=True)), torch.randn(9, 5, 8) * 4
    network[0].register_forward_hook(lambda _module, _inputs, given: given * 2)
    calls: list[int] = []
    network[1].register_forward_hook(lambda *_given: calls.append(1))
    wanted = stepped(network, x)
    calls.clear()
    fused = fuse(network)
    assert torch.equal(fused(x)[0], wanted)
    assert len(calls) == 9
    assert set(fused.report()) == {"0", "1"}


class Steps(nn.Module):
    """One step a call, as with hidden states; dropout and running means while it trains."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.norm, self.lif1 = nn.Linear(8, 8), nn.BatchNorm1d(8), leaky()
        self.fc2, self.lif2 = nn.Linear(8, 4), leaky(output=True)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.lif2(self.fc2(self.lif1(self.norm(self.fc1(x)))))


@pytest.mark.parametrize("training", [False, True])
def test_a_forward_of_one_step_keeps_its_running_means(training: bool) -> None:
    torch.manual_seed(4)
    network, x = Steps().train(training), torch.randn(9, 5, 8) * 4
    before = {name: value.clone() for name, value in network.state_dict().items()}
    wanted = stepped(network, x)
    after = {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(before)
    found, _ = fuse(network)(x)
    torch.testing.assert_close(found, wanted)
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, after[name])


def test_a_forward_that_needs_more_than_its_input_is_refused_with_the_way_out() -> None:
    class Asking(Steps):
        def forward(self, x: Tensor, more: Tensor) -> tuple[Tensor, Tensor]:
            return super().forward(x + more)

    with pytest.raises(MismatchError, match=r"nn\.ModuleList"):
        fuse(Asking())(torch.randn(5, 3, 8))


_PEAK = """
import psutil, sys, torch, snntorch
from torch import nn
from snntrainer3d.engine.fuse import fuse
from snntrainer3d.errors import MismatchError
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
