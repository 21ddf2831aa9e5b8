"""`watch`: somebody's own network and loop, shown as a run while it learns."""

from __future__ import annotations

import numpy as np
import pytest
import snntorch
import torch
from torch import Tensor, nn

import snntrainer3d as s3d
from snntrainer3d.engine import build, load_tensors, run
from snntrainer3d.errors import ConflictError, MismatchError
from snntrainer3d.frames import decode_frame
from snntrainer3d.notebook.watching import Watcher
from snntrainer3d.runs import RunStore


@pytest.fixture(autouse=True)
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys.modules["snntrainer3d.notebook.watching"], "PERIOD_S", 0.0)
    monkeypatch.setattr(sys.modules["snntrainer3d.notebook.watching"], "SHARE", 1e9)


class Net(nn.Module):
    """As snnTorch's tutorials write it."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.lif1 = nn.Linear(64, 20), snntorch.Leaky(beta=0.9)
        self.fc2, self.lif2 = nn.Linear(20, 10), snntorch.Leaky(beta=0.8, learn_beta=True)

    def forward(self, inputs: Tensor) -> Tensor:
        first, second = self.lif1.reset_mem(), self.lif2.reset_mem()
        counts = torch.zeros(())
        for _ in range(5):
            hidden, first = self.lif1(self.fc1(inputs), first)
            fired, second = self.lif2(self.fc2(hidden), second)
            counts = counts + fired
        return counts


def learn(network: nn.Module, updates: int) -> list[float]:
    torch.manual_seed(0)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    inputs, labels, losses = torch.rand(32, 64) * 2, torch.arange(32) % 10, []
    for _ in range(updates):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(inputs), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.slow
def test_weights_losses_and_rates_are_shown_while_it_learns() -> None:
    torch.manual_seed(1)
    network = Net()
    with s3d.watch(network, "mine") as watched, RunStore() as store:
        losses = learn(network, 4)
        store.sync(watched.run)
        row = store.get(watched.run)
        assert (row.status, row.title, row.name, row.launcher) == ("running", "64-20-10", "mine", "watch")
        told = store.metrics(watched.run).updates
        assert [event.update for event in told] == [1, 2, 3, 4]
        assert [event.loss for event in told] == pytest.approx(losses)
        assert {event.accuracy for event in told} == {None}
        assert all(0.0 < event.rates[0] < 1.0 for event in told)
        assert told[-1].samples_per_second > 0
        frame = decode_frame(store.newest_frame(watched.run))
        weights = network.fc1.weight.detach().numpy()
        assert frame.update == 4
        assert np.abs(frame.layers[0].values * frame.layers[0].scale - weights).max() <= frame.layers[0].scale
        watched.log(accuracy=0.75)
        learn(network, 1)
        store.sync(watched.run)
        assert store.metrics(watched.run).updates[-1].accuracy == 0.75
    with RunStore() as store:
        row = store.get(watched.run)
        assert row.status == "finished"
        kept = store.trained(watched.run)
        assert np.array_equal(kept.tensors["layers.0.weight"], network.fc1.weight.detach().numpy())
        assert kept.tensors["layers.1.neuron.beta"] == pytest.approx(network.lif2.beta.item())


@pytest.mark.slow
def test_a_closed_watcher_leaves_the_module_as_it_was() -> None:
    network = Net()
    watched = s3d.watch(network)
    watched.close()
    watched.close()
    learn(network, 2)
    assert not network.lif1._forward_hooks
    with RunStore() as store:
        assert store.metrics(watched.run).updates == ()


@pytest.mark.slow
def test_other_networks_and_losses_are_not_counted() -> None:
    network, other = Net(), Net()
    with s3d.watch(network) as watched:
        learn(other, 3)
        losses = learn(network, 1)
    with RunStore() as store:
        (event,) = store.metrics(watched.run).updates
        assert event.update == 1
        assert event.loss == pytest.approx(losses[0])


@pytest.mark.slow
def test_a_loop_that_fails_leaves_a_cancelled_run_that_no_server_resumes() -> None:
    def failing() -> Watcher:
        with s3d.watch(Net()) as watched:
            runs.append(watched.run)
            raise ZeroDivisionError
        return watched

    runs: list[str] = []
    with pytest.raises(ZeroDivisionError):
        failing()
    with RunStore() as store:
        assert store.get(runs[0]).status == "cancelled"
        with pytest.raises(ConflictError, match="watched in another program"):
            store.enqueue(runs[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "path"),
    [
        (nn.Sequential(nn.Conv2d(1, 2, 3), snntorch.Leaky(beta=0.9)), "0"),
        (nn.Sequential(nn.Linear(4, 3), nn.ReLU()), "1"),
        (nn.Sequential(nn.Linear(4, 3)), "module"),
    ],
)
def test_what_cannot_be_shown_is_named(module: nn.Module, path: str) -> None:
    with pytest.raises(MismatchError) as told:
        s3d.watch(module)
    assert told.value.path == path
    with RunStore() as store:
        assert store.list() == []


class Turned(nn.Module):
    """Defined in another order than computed, with states from outside."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.lif2, self.fc2 = snntorch.Leaky(beta=0.8), nn.Linear(20, 10)
        self.lif1, self.fc1 = snntorch.Leaky(beta=0.95), nn.Linear(64, 20)

    def hidden(self, spikes: Tensor) -> Tensor:
        return spikes

    def forward(self, inputs: Tensor) -> Tensor:
        first, second = self.lif1.reset_mem(), self.lif2.reset_mem()
        counts = torch.zeros(len(inputs), 10)
        for _ in range(5):
            spikes, first = self.lif1(self.fc1(inputs), first)
            fired, second = self.lif2(self.fc2(self.hidden(spikes)), second)
            counts = counts + fired
        return counts


@pytest.mark.slow
def test_the_network_kept_is_the_one_that_forward_computes() -> None:
    network, inputs = Turned(), torch.rand(30, 64) * 6
    with torch.no_grad():
        wanted = network(inputs)
    with s3d.watch(network) as watched:
        pass
    with RunStore() as store:
        kept = store.trained(watched.run)
    module = build(kept.network)
    load_tensors(module, kept)
    with torch.no_grad():
        found = run(module, inputs, 5).spikes[-1].sum(0)
    assert wanted.sum() > 20
    assert torch.equal(found, wanted)


class Relu(Turned):
    def hidden(self, spikes: Tensor) -> Tensor:
        return torch.relu(spikes - 0.5)


class Skip(Turned):
    def forward(self, inputs: Tensor) -> Tensor:
        return super().forward(inputs) + self.fc2(self.fc1(inputs))


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.lif1, self.fc2 = nn.Linear(64, 64), snntorch.Leaky(beta=0.9), nn.Linear(64, 64)
        self.lif2 = self.lif1


class Residual(Turned):
    """Its result is not that of its last neurons alone."""

    def forward(self, inputs: Tensor) -> Tensor:
        return super().forward(inputs) + inputs[:, :10]


class Softmax(Turned):
    def forward(self, inputs: Tensor) -> Tensor:
        return torch.log_softmax(super().forward(inputs), dim=1)


@pytest.mark.slow
def test_what_follows_from_the_last_neurons_alone_is_no_part_of_the_network() -> None:
    with s3d.watch(Softmax()) as watched, RunStore() as store:
        assert store.get(watched.run).title == "64-20-10"


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Relu, Skip, Shared, Residual])
def test_what_computes_something_else_is_refused_and_leaves_nothing(kind: type[nn.Module]) -> None:
    with pytest.raises(MismatchError):
        s3d.watch(kind())
    with RunStore() as store:
        assert store.list() == []


class Stateful(Turned):
    """Its forward wants states: it can only be seen when its owner runs it."""

    def forward(self, inputs: Tensor, first: Tensor, second: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        spikes, first = self.lif1(self.fc1(inputs), first)
        fired, second = self.lif2(self.fc2(self.hidden(spikes)), second)
        return fired, first, second


class StatefulInOrder(Stateful):
    def __init__(self) -> None:
        super().__init__()
        self._modules = {name: self._modules[name] for name in ("fc1", "lif1", "fc2", "lif2")}


class StatefulSkip(StatefulInOrder):
    def hidden(self, spikes: Tensor) -> Tensor:
        return spikes + 1


@pytest.mark.slow
def test_a_forward_that_wants_states_is_seen_when_it_runs() -> None:
    inputs = torch.rand(4, 64)
    network: nn.Module = StatefulInOrder()
    with s3d.watch(network):
        network(inputs, torch.zeros(4, 20), torch.zeros(4, 10))
    network = StatefulSkip()
    with s3d.watch(network), pytest.raises(MismatchError, match="does not get the spikes") as told:
        network(inputs, torch.zeros(4, 20), torch.zeros(4, 10))
    assert told.value.faults[0].path == "fc2"


def test_neurons_that_a_run_does_not_hold_are_refused_by_name() -> None:
    with pytest.warns(UserWarning, match="Inhibition"):
        network = nn.Sequential(nn.Linear(8, 4), snntorch.Leaky(beta=0.9, inhibition=True))
    with pytest.raises(MismatchError, match="inhibition"):
        s3d.watch(network)


@pytest.mark.slow
def test_decays_outside_their_range_are_watched() -> None:
    network = nn.Sequential(nn.Linear(64, 10), snntorch.Leaky(beta=1.4, learn_beta=True))
    with s3d.watch(network) as watched:
        pass
    with RunStore() as store:
        assert store.trained(watched.run).tensors["layers.0.neuron.beta"] == np.float32(1.4)
